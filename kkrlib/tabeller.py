"""Tables for readers and for machines: one object that is an HTML fragment and the data behind it.

:func:`tabel` checks a DataFrame against its columns and makes a :class:`Tabel`. What people see is Danish
(``1.234,5``); what is downloaded is written by :func:`csv` (for machines) and :func:`xlsx` (for people) from
the payload alone, so that the exporter needs no DataFrame.

The payload carries text, integers and ISO dates as they are. Every other number is rounded to
:data:`PLADSER` (10) decimals, halves away from zero, from its exact value, and is a JSON number (a double, 15 to
17 digits); one that is whole then is an integer. An ``andel`` is carried as a share (0.125), shown as per cent.
"""

from __future__ import annotations

import csv as _csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from html import escape
from itertools import groupby
from numbers import Integral, Rational, Real
from typing import Any, Literal, get_args

import pandas as pd
import xlsxwriter

from kkrlib import dansk, mime
from kkrlib.errors import DataError, Fund, RunError

MANGLER = "ikke oplyst"
PLADSER = 10
#: A table of more columns than these is set smaller, and may divide its headers anywhere, so that it fits A4.
MANGE, FLEST = 7, 9
#: How many choices a filter has at most; filter.css has a rule for each.
FILTRE = 8
#: A table's id: lower-case ASCII words joined by hyphens; it becomes an HTML id and part of a file name.
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

Type = Literal["tekst", "heltal", "decimal", "andel", "tal", "dato"]
_TYPER = get_args(Type)
_TAL = ("heltal", "decimal", "andel", "tal")


@dataclass(frozen=True, init=False)
class Kolonne:
    """One column of a table.

    ``navn`` is the DataFrame's column (or index level) and the CSV's header; ``overskrift`` is what people read.
    ``enhed`` is the unit of its numbers where it is not the table's. Soft hyphens (U+00AD) in ``overskrift`` say where
    a long word may be divided, which a narrow screen and A4 need; they stay out of the downloads. ``type`` says how
    values are shown:

    - ``tekst``: text, where an empty one is an empty cell (nothing to say, which is not the same as missing);
      also plain whole numbers such as a year, without a thousands separator;
    - ``heltal``: whole numbers (a value that is not whole is refused, not rounded);
    - ``decimal``: numbers with ``decimaler`` decimals (1 unless given);
    - ``andel``: a share (0.125) as per cent with ``decimaler`` decimals (1 unless given). Without an ``enhed``
      the sign stands in each cell («12,5 %»); with one («procentpoint») the unit is in the header only;
    - ``tal``: numbers of several kinds in one column, each with the decimals that it has (at most ten); text where a
      number is a name, such as a year;
    - ``dato``: dates.

    ``fortegn`` puts a plus before what is above zero. ``beskrivelse`` explains the column in the XLSX. A column with
    ``vis=False`` stands only in the downloads, one with ``fil=False`` only on the page. ``bred`` gives a column of
    longer texts room; ``kort`` makes the text that the page shows of what the downloads have. ``raekkehoved`` makes the
    cells row headers; without any, the first shown column is. Raises RunError for a definition that makes no sense.
    """

    navn: str
    overskrift: str
    enhed: str
    type: Type
    decimaler: int | None
    fortegn: bool
    beskrivelse: str
    vis: bool
    raekkehoved: bool
    bred: bool
    kort: Callable[[str], str] | None
    fil: bool

    def __init__(
        self,
        navn: str,
        overskrift: str,
        *,
        enhed: str = "",
        type: Type = "tekst",
        decimaler: int | None = None,
        fortegn: bool = False,
        beskrivelse: str = "",
        vis: bool = True,
        raekkehoved: bool = False,
        bred: bool = False,
        kort: Callable[[str], str] | None = None,
        fil: bool = True,
    ):
        if not navn or not overskrift.strip():
            raise RunError(f"kolonne «{navn}»: navn og overskrift skal være udfyldt")
        if type not in _TYPER:
            raise RunError(f"kolonne «{navn}»: ukendt type «{type}»; brug {dansk.opremsning(_TYPER)}")
        if type in ("decimal", "andel"):
            decimaler = 1 if decimaler is None else decimaler
            if not 0 <= decimaler <= PLADSER:
                raise RunError(f"kolonne «{navn}»: decimaler skal være fra 0 til {PLADSER}")
        elif decimaler is not None and (type, decimaler) != ("heltal", 0):
            raise RunError(f"kolonne «{navn}»: en kolonne af typen «{type}» har ingen decimaler")
        elif type == "heltal":
            decimaler = 0
        if fortegn and type not in _TAL:
            raise RunError(f"kolonne «{navn}»: kun tal har fortegn")
        if raekkehoved and not vis:
            raise RunError(f"kolonne «{navn}»: et rækkehoved skal vises")
        values = (navn, overskrift, enhed, type, decimaler, fortegn, beskrivelse, vis, raekkehoved, bred, kort, fil)
        for field, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, field, value)

    def vist(self, x: Any) -> str:
        """The Danish text of a value that is not missing; raises ValueError for one that does not fit the type."""
        value = _maskinvaerdi(x, self.type)
        if self.type == "tekst" or (self.type == "tal" and isinstance(value, str)):
            return self.kort(str(value)) if self.kort else str(value)
        if self.type == "dato":
            return dansk.dato(date.fromisoformat(value))
        # Formatted from the value itself: the payload's is already rounded once.
        write = dansk.fortegn if self.fortegn else dansk.tal
        if self.type == "andel":
            text = write(_eksakt(x) * 100, self.decimaler or 0)
            return text if self.enhed else text + "\N{NO-BREAK SPACE}%"
        return write(_eksakt(x), _decimaler(value) if self.type == "tal" else self.decimaler or 0)


@dataclass(frozen=True)
class Tabel:
    """A finished table: ``html`` (the fragment), ``ren_tekst`` (plain text) and ``payload`` (see the module)."""

    html: str
    ren_tekst: str
    payload: dict[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {mime.HTML: self.html, mime.TEKST: self.ren_tekst, mime.TABEL: self.payload}


def _decimaler(value: Any) -> int:
    """How many decimals a number of the payload has."""
    return 0 if isinstance(value, int) else -Decimal(repr(value)).as_tuple().exponent  # type: ignore[operator]


def _eksakt(x: Any) -> Any:
    """A number in a form that multiplies exactly by 100 (a binary float becomes the fraction it is)."""
    if isinstance(x, (Rational, Integral)):
        return Fraction(int(x.numerator), int(x.denominator))
    return Fraction(x) if isinstance(x, Decimal) else Fraction(float(x))


def _maskinvaerdi(x: Any, type: str) -> str | int | float:
    """The payload's value of one that is not missing; raises ValueError with a Danish rule if it does not fit."""
    if isinstance(x, (bool,)) or getattr(getattr(x, "dtype", None), "kind", "") == "b":
        raise ValueError("skal ikke være sandt eller falsk")
    if type == "tekst" or (type == "tal" and isinstance(x, str)):
        if isinstance(x, str):
            if x and not x.strip():
                raise ValueError("skal ikke kun være mellemrum")
            return x
        if isinstance(x, Integral):
            return int(x)
        raise ValueError("skal være tekst")
    if type == "dato":
        if isinstance(x, datetime):
            if x.time() != datetime.min.time() or x.tzinfo is not None:
                raise ValueError("skal være en dato uden klokkeslæt")
            return x.date().isoformat()
        if isinstance(x, date):
            return x.isoformat()
        raise ValueError("skal være en dato")
    if not isinstance(x, (Real, Decimal)):
        raise ValueError("skal være et tal")
    try:
        exact = _eksakt(x)
    except (OverflowError, ValueError):
        raise ValueError("skal være et endeligt tal") from None
    if exact.denominator == 1:
        return int(exact)
    if type == "heltal":
        raise ValueError("skal være et helt tal")
    rounded = dansk.afrund(exact, PLADSER)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _mangler(x: Any) -> bool:
    return x is None or bool(pd.api.types.is_scalar(x) and pd.isna(x))


@dataclass
class _Celler:
    """Cells read from a DataFrame once: what is shown and what is downloaded, row by row."""

    vist: list[list[str | None]]  # None: the column does not apply to this (total) row
    mangler: list[list[bool]]
    maskine: list[list[Any]]


def _laes(
    data: pd.DataFrame,
    kolonner: Sequence[Kolonne],
    tekster: Mapping[str, str],
    id: str,
    hoveder: set[str],
    fund: list[Fund],
) -> _Celler:
    """Read the cells of ``kolonner``; adds a finding to ``fund`` for each that can't be shown."""
    out = _Celler([], [], [])
    series = {k.navn: _serie(data, k.navn) for k in kolonner if _har(data, k.navn)}
    first = next(k.navn for k in kolonner if k.navn in hoveder)
    for i in range(len(data)):
        where = str(series[first][i]) if first in series else str(i + 1)
        shown: list[str | None] = []
        missing: list[bool] = []
        raw: list[Any] = []
        for k in kolonner:
            text: str | None = None
            value: Any = None
            gone = False
            if k.navn in series:
                x = series[k.navn][i]
                gone = _mangler(x)
                if gone:
                    text = tekster.get(k.navn)
                    if text is None or k.navn in hoveder:
                        rule = "værdien mangler, og kolonnen har ingen tekst for det"
                        fund.append(Fund(f"tabel {id}", where, k.navn, "", rule))
                else:
                    try:
                        text, value = k.vist(x), _maskinvaerdi(x, k.type)
                        if not text and k.navn in hoveder:
                            raise ValueError("et rækkehoved må ikke være tomt")
                    except ValueError as error:
                        fund.append(Fund(f"tabel {id}", where, k.navn, str(x), str(error)))
            shown.append(text)
            missing.append(gone)
            raw.append(value)
        out.vist.append(shown)
        out.mangler.append(missing)
        out.maskine.append(raw)
    return out


def _har(data: pd.DataFrame, navn: str) -> bool:
    return navn in data.columns or navn in data.index.names


def _serie(data: pd.DataFrame, navn: str) -> list[Any]:
    # object first: a plain tolist() would turn integers beside a missing value into floats elsewhere
    values = data[navn] if navn in data.columns else data.index.get_level_values(navn)
    return list(values.astype(object))


def tabel(
    data: pd.DataFrame,
    kolonner: Iterable[Kolonne],
    *,
    id: str,
    titel: str,
    enhed: str,
    kilde: str,
    note: str = "",
    ialt: pd.DataFrame | None = None,
    gruppe: str | None = None,
    valgt: str | None = None,
    resten: str = "",
    fold: str | None = None,
    kun_i_filer: Iterable[bool] | None = None,
    sum_raekker: Iterable[bool] | None = None,
    filter: str | None = None,
    mangler: str | Mapping[str, str] | None = MANGLER,
) -> Tabel:
    """Make a table of ``data``, one row per row in its order, one column per :class:`Kolonne`.

    ``id`` is a lower-case slug, unique on its page; ``titel`` is the caption; ``enhed`` says in words what is counted,
    ``kilde`` where it comes from; ``note`` is shown below. Plain text all of them. The unit stands in the header of
    every column of numbers that has no unit of its own (a share with its sign in the cells needs none); where no column
    says it, it follows the title, and below the table if it begins «som nævnt», «én» or «ét».

    ``ialt`` holds total rows with the same columns; a column it lacks is left empty. They are marked, stand in
    ``<tfoot>`` and in the XLSX, never in the CSV. ``gruppe`` names the column that splits a long table into one
    ``<details>`` per group, in order of appearance. A total row whose group is one of them stands there, the others in
    a table of their own. With ``valgt``, the group that a page is about, its rows stand in the open and all others in
    one ``<details>`` of the name ``resten``, group by group. ``fold`` (not with ``gruppe``) is the summary of one
    closed ``<details>`` around the whole table.

    ``kun_i_filer`` marks the rows, one truth value each, that stand only in the downloads. ``sum_raekker`` marks those
    that are sums of others and yet stand among them, as in accounts; they look like totals, and stand in the CSV too.
    ``filter`` (not with ``gruppe``) names a column whose values, in order of appearance and at most :data:`FILTRE`, a
    reader can choose between; the style sheet hides the other rows.

    ``mangler`` is the text for a missing value: one for all columns, one per column name, or None to refuse.

    Raises RunError for a definition that makes no sense (empty title, unknown column …) and DataError, with
    every finding, for values that can't be shown: missing without a text, of another type, not whole, infinite.
    """
    columns = list(kolonner)
    hoveder = _pruef(data, columns, id, titel, enhed, kilde, ialt, gruppe, valgt, resten, fold)
    if filter is not None and (gruppe is not None or filter not in [k.navn for k in columns]):
        raise RunError(f"tabel «{id}»: filter skal være en af kolonnerne, og tabellen kan ikke også have en gruppe")
    names = [k.navn for k in columns]
    if mangler is None:
        texts: dict[str, str] = {}
    elif isinstance(mangler, str):
        texts = dict.fromkeys(names, mangler)
    else:
        texts = dict(mangler)
    if unknown := [n for n in texts if n not in names]:
        raise RunError(f"tabel «{id}»: mangler nævner en ukendt kolonne: {dansk.opremsning(unknown)}")
    if empty := [n for n, t in texts.items() if not t.strip()]:
        raise RunError(f"tabel «{id}»: teksten for manglende værdier er tom: {dansk.opremsning(empty)}")

    fund: list[Fund] = []
    rows = _laes(data, columns, texts, id, hoveder, fund)
    totals = _Celler([], [], []) if ialt is None else _laes(ialt, columns, texts, id, hoveder, fund)
    if fund:
        raise DataError(fund)

    shown = [k for k in columns if k.vis and k.navn != gruppe]
    pick = [names.index(k.navn) for k in shown]

    units = [_enhed(k, enhed) for k in columns]
    below = enhed.lower().startswith(_UDEN_ENHED)
    heads = any(units[j] == enhed.strip() for j, k in zip(pick, shown, strict=True) if k.type in _TAL)
    unit = "" if below or heads else f' <span class="enhed">Enhed: {_e(enhed.strip())}</span>'

    def one(caption: str, bodies: Mapping[str, tuple[Sequence[int], Sequence[int]]], foot: Sequence[int]) -> str:
        """A table of ``bodies``: rows and the total rows below them, by the name of their group (empty: no name)."""
        # A table of totals alone has no column that says nothing about any of them.
        used = [(j, k) for j, k in zip(pick, shown, strict=True) if bodies or any(totals.vist[i][j] for i in foot)]
        at, cols = [j for j, _ in used], [k for _, k in used]

        def lines(name: str, body: Sequence[int], sub: Sequence[int]) -> list[str]:
            head = (
                [f'<tr><th scope="rowgroup" colspan="{len(cols)}"><span>{_e(name)}</span></th></tr>\n'] if name else []
            )
            return [
                *head,
                *(_row(rows, i, at, cols, hoveder, sums[i]) for i in body),
                *(_row(totals, i, at, cols, hoveder, True) for i in sub),
            ]

        return _table(
            caption,
            unit,
            cols,
            [units[j] for j in at],
            [lines(name, *group) for name, group in bodies.items()],
            lines("", [], foot),
        )

    hidden = [False] * len(rows.vist) if kun_i_filer is None else [bool(x) for x in kun_i_filer]
    if len(hidden) != len(rows.vist) or (rows.vist and all(hidden)):
        raise RunError(f"tabel «{id}»: kun_i_filer skal sige ja eller nej for hver række og lade mindst én blive vist")
    sums = [False] * len(rows.vist) if sum_raekker is None else [bool(x) for x in sum_raekker]
    if len(sums) != len(rows.vist):
        raise RunError(f"tabel «{id}»: sum_raekker skal sige ja eller nej for hver række")
    every = [i for i in range(len(rows.vist)) if not hidden[i]]
    every_total = range(len(totals.vist))
    if gruppe is None:
        inner = one(titel, {"": (every, [])}, every_total)
        if filter is not None:
            inner = _filtreret(
                inner,
                id,
                columns[names.index(filter)].overskrift,
                [rows.vist[i][names.index(filter)] or "" for i in every],
            )
        if fold is not None:
            inner = f'<details class="fold">\n<summary>{_e(fold)}</summary>\n{inner}</details>\n'
    else:
        g = names.index(gruppe)
        keys = [row[g] for row in rows.vist]
        groups = list(dict.fromkeys(keys[i] for i in every))
        if valgt is not None and valgt not in groups:
            raise RunError(f"tabel «{id}»: den valgte gruppe «{valgt}» har ingen rækker")
        members = {name: [i for i in every if keys[i] == name] for name in groups}
        subs = {name: [i for i in every_total if totals.vist[i][g] == name] for name in groups}
        rest = [i for i in every_total if totals.vist[i][g] not in groups]

        def folded(name: str, count: int, body: str) -> str:
            return (
                f'<details class="gruppe">\n<summary>{_e(name)} <span '
                f'class="antal">({dansk.flertal(count, "række", "rækker")})</span></summary>\n{body}</details>\n'
            )

        if valgt is None:
            # Closed groups hide their captions, so the title stands above them too.
            parts = [f'<p class="gruppetitel">{_e(titel)}{unit}</p>\n']
            parts += [
                folded(name, len(members[name]), one(f"{titel} – {name}", {"": (members[name], [])}, subs[name]))
                for name in groups
            ]
            parts += [one(f"{titel} – i alt", {}, rest)] if rest else []
        else:
            parts = [one(f"{titel} – {valgt}", {"": (members[valgt], [])}, subs[valgt])]
            others = {name: (members[name], subs[name]) for name in groups if name != valgt}
            if not others and rest:
                parts.append(one(f"{titel} – i alt", {}, rest))
            elif others:
                parts.append(
                    folded(
                        resten,
                        sum(len(body) for body, _ in others.values()),
                        one(f"{titel} – {resten[0].lower()}{resten[1:]}", others, rest),
                    )
                )
        inner = "".join(parts)

    notes = f'<p class="note">{_e(note)}</p>\n' if note.strip() else ""
    counted = f"Enhed: {_e(_uden_punktum(enhed))}. " if below else ""
    html = (
        f'<div class="tabel" id="tabel-{id}">\n{inner}{notes}<p class="kilde">{counted}Kilde: '
        f"{_e(_uden_punktum(kilde))}.</p>\n</div>"
    )
    filed = [j for j, k in enumerate(columns) if k.fil]
    payload = {
        "id": id,
        "titel": titel,
        "enhed": enhed,
        "kilde": kilde,
        "note": note,
        "kolonner": [
            {
                "navn": k.navn,
                "overskrift": _ren(k.overskrift),
                "enhed": units[j],
                "type": k.type,
                "decimaler": k.decimaler,
                "fortegn": k.fortegn,
                "beskrivelse": k.beskrivelse,
            }
            for j, k in enumerate(columns)
            if k.fil
        ],
        "raekker": [[row[j] for j in filed] for row in rows.maskine],
        "ialt": [[row[j] for j in filed] for row in totals.maskine],
    }
    if any(sums):
        payload["sum_raekker"] = [i for i, yes in enumerate(sums) if yes]
    return Tabel(html, _plain(titel, shown, [units[j] for j in pick], pick, rows, totals), payload)


def _filtreret(html: str, id: str, overskrift: str, vaerdier: Sequence[str]) -> str:
    """Choices before the table, and each row of its body marked with the number of its own."""
    choices = list(dict.fromkeys(vaerdier))
    if not all(choices) or len(choices) > FILTRE:
        raise RunError(f"tabel «{id}»: et filter skal have 1 til {FILTRE} forskellige værdier, og ingen må mangle")
    head, body = html.split("<tbody>", 1)
    numbers = iter([choices.index(v) + 1 for v in vaerdier])
    body = re.sub(r"<tr\b", lambda _: f'<tr data-v="{next(numbers)}"', body, count=len(vaerdier))
    radios = "".join(
        f'<label><input type="radio" name="filter-{id}" value="{n}"{"" if n else " checked"}> {_e(text)}</label>\n'
        for n, text in enumerate(["Alle", *choices])
    )
    return (
        f'<fieldset class="filter">\n<legend>{_e(_ren(overskrift))}</legend>\n{radios}</fieldset>\n{head}<tbody>{body}'
    )


def _pruef(
    data: pd.DataFrame,
    columns: list[Kolonne],
    id: str,
    titel: str,
    enhed: str,
    kilde: str,
    ialt: pd.DataFrame | None,
    gruppe: str | None,
    valgt: str | None,
    resten: str,
    fold: str | None,
) -> set[str]:
    """Check a table's definition; returns the names of its row header columns. Raises RunError."""

    def refuse(rule: str) -> None:
        raise RunError(f"tabel «{id}»: {rule}")

    if not SLUG.fullmatch(id):
        refuse("id skal være små bogstaver a–z, tal og bindestreger")
    for name, text in (("titel", titel), ("enhed", enhed), ("kilde", kilde)):
        if not text.strip():
            refuse(f"{name} skal være udfyldt")
    names = [k.navn for k in columns]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        refuse(f"kolonnen er nævnt to gange: {dansk.opremsning(twice)}")
    fields = [*data.columns, *(n for n in data.index.names if n is not None)]
    if unknown := [n for n in names if n not in fields]:
        refuse(f"ukendt kolonne: {dansk.opremsning(unknown)}; data har {dansk.opremsning(map(str, fields))}")
    if twice := sorted({n for n in names if fields.count(n) > 1}):
        refuse(f"data har to kolonner af samme navn: {dansk.opremsning(twice)}")
    if data.empty:
        refuse("ingen rækker; skriv det som tekst i stedet")
    if gruppe is not None and gruppe not in names:
        refuse(f"gruppen «{gruppe}» skal være en af kolonnerne (vis=False, hvis den kun skal stå i filerne)")
    if gruppe is not None and fold is not None:
        refuse("brug enten gruppe eller fold")
    if valgt is not None and (gruppe is None or not resten.strip()):
        refuse("valgt kræver en gruppe og i resten den tekst, læseren klikker på for at se de andre")
    if fold is not None and not fold.strip():
        refuse("fold skal være den tekst, læseren klikker på")
    shown = [k for k in columns if k.vis and k.navn != gruppe]
    if not shown:
        refuse("ingen kolonne vises")
    hoveder = {k.navn for k in shown if k.raekkehoved} or {shown[0].navn}
    if ialt is not None:
        have = [*ialt.columns, *(n for n in ialt.index.names if n is not None)]
        if unknown := [str(n) for n in ialt.columns if n not in names]:
            refuse(f"ialt har en ukendt kolonne: {dansk.opremsning(unknown)}")
        if not any(n in have for n in hoveder):
            refuse(f"ialt skal have rækkens navn i kolonnen {dansk.opremsning(sorted(hoveder))}")
    return hoveder


def _e(text: str) -> str:
    return escape(text, quote=True)


def _ren(text: str) -> str:
    return text.replace("\N{SOFT HYPHEN}", "")


def _uden_punktum(text: str) -> str:
    return text.strip().removesuffix(".")


#: A unit that begins so says no more than the cells do, and stands below the table instead of in its caption.
_UDEN_ENHED = ("som nævnt", "én ", "ét ")
#: A row of totals, in the foot or among the others.
_IALT = '<tr class="ialt">'


def _enhed(kolonne: Kolonne, tabellens: str) -> str:
    """The unit of a column's numbers, empty for one that has none to show: text, dates, and shares with the sign in
    each cell.
    """
    if (
        kolonne.enhed
        or kolonne.type not in _TAL
        or kolonne.type == "andel"
        or tabellens.lower().startswith(_UDEN_ENHED)
    ):
        return kolonne.enhed
    return tabellens.strip()


def _row(cells: _Celler, i: int, pick: Sequence[int], shown: Sequence[Kolonne], hoveder: set[str], ialt: bool) -> str:
    """One ``<tr>``. Numbers are what a plain td holds (most of them); text is marked, which keeps pages small."""
    out = []
    for j, k in zip(pick, shown, strict=True):
        text = cells.vist[i][j]
        if text is None:
            # An empty header would be a header of nothing.
            out.append("<td></td>")
            continue
        if k.navn in hoveder:
            css = {"tekst": "", "dato": ' class="dato"'}.get(k.type, ' class="tal"')
            out.append(f'<th scope="row"{css}>{_e(text)}</th>')
        else:
            kind = [k.type] if k.type not in _TAL else []
            kind += ["mangler"] if cells.mangler[i][j] else []
            css = f' class="{" ".join(kind)}"' if kind else ""
            out.append(f"<td{css}>{_e(text)}</td>")
    return f"{_IALT if ialt else '<tr>'}{''.join(out)}</tr>\n"


def _table(
    caption: str,
    counted: str,
    shown: Sequence[Kolonne],
    enheder: Sequence[str],
    bodies: list[list[str]],
    foot: list[str],
) -> str:
    """The scrolling box and its table. The box is named «Tabel: …», since a heading may have the same words
    as the caption, and two landmarks must not have one name."""
    counted_in = [unit if k.type in _TAL else "" for k, unit in zip(shown, enheder, strict=True)]
    # Neighbours of the same unit share a cell; a column without one is a header of two rows.
    units = [(unit, len(list(same))) for unit, same in groupby(counted_in) if unit]
    heads = []
    for k, unit, number in zip(shown, enheder, counted_in, strict=True):
        rows = ' rowspan="2"' if units and not number else ""
        css = ' class="tal"' if k.type in _TAL else ' class="bred"' if k.bred else ""
        own = f' <span class="enhed">({_e(unit)})</span>' if unit and not number else ""
        heads.append(f'<th scope="col"{rows}{css}>{_e(k.overskrift)}{own}</th>')
    spans = [f' colspan="{n}"' if n > 1 else "" for _, n in units]
    second = [
        f'<th scope="col"{span} class="enhed"><span>{_e(unit)}</span></th>'
        for (unit, _), span in zip(units, spans, strict=True)
    ]
    head = f"<tr>{''.join(heads)}</tr>\n" + (f"<tr>{''.join(second)}</tr>\n" if second else "")
    rows = "".join(f"<tbody>\n{''.join(body)}</tbody>\n" for body in bodies)
    total = f"<tfoot>\n{''.join(foot)}</tfoot>\n" if foot else ""
    many = ' class="mange flest"' if len(shown) > FLEST else ' class="mange"' if len(shown) > MANGE else ""
    return (
        f'<div class="rul" role="region" tabindex="0" aria-label="Tabel: {_e(caption)}">\n'
        f'<table{many}>\n<caption><span class="titel">{_e(caption)}</span>{counted}</caption>\n'
        f"<thead>\n{head}</thead>\n{rows}{total}</table>\n</div>\n"
    )


def _plain(
    titel: str, shown: Sequence[Kolonne], enheder: Sequence[str], pick: Sequence[int], rows: _Celler, totals: _Celler
) -> str:
    head = [_ren(k.overskrift) + (f" ({unit})" if unit else "") for k, unit in zip(shown, enheder, strict=True)]
    lines = [head, *([row[j] or "" for j in pick] for row in (*rows.vist, *totals.vist))]
    widths = [max(len(line[c]) for line in lines) for c in range(len(shown))]
    text = "\n".join(
        "  ".join(
            cell.rjust(w) if k.type in _TAL else cell.ljust(w) for cell, w, k in zip(line, widths, shown, strict=True)
        ).rstrip()
        for line in lines
    )
    return f"{titel}\n\n{text}"


def csv(payload: Mapping[str, Any]) -> bytes:
    """The table as CSV for machines: UTF-8 without BOM, comma, decimal point, ``\\n``, column names as header.

    Rows of data only, without totals; a missing value is an empty field; no number has an exponent. A text that a
    spreadsheet would run as a formula gets an apostrophe before it (see :func:`_uden_formel`); numbers stay numbers.
    """
    lines = [_csv_linje(_uden_formel(k["navn"]) for k in payload["kolonner"])]
    lines += [_csv_linje(_csv_felt(value) for value in row) for row in payload["raekker"]]
    return "".join(lines).encode("utf-8")


def _csv_linje(felter: Iterable[str]) -> str:
    """One row. The writer quotes a field for the characters of its line terminator alone, and a lone CR ends a row in
    many programs.
    """
    out = io.StringIO()
    _csv.writer(out, lineterminator="\r\n").writerow(felter)
    return out.getvalue().removesuffix("\r\n") + "\n"


def _csv_felt(value: Any) -> str:
    if value is None:
        return ""
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else _uden_formel(str(value))


#: Where a spreadsheet begins a cell: at the start, and after a line break, a tabulator or a semicolon, which separates
#: fields where Danish is spoken, whatever the quotes say. There a formula begins with one of these characters, also in
#: full width (OWASP, «CSV Injection»).
_FORMEL = re.compile(
    r"(?P<foer>(?:^|[;\t\r\n])[^\S;\t\r\n]*)(?P<tegn>'*[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}])"
)
_SIGNED = re.compile(r"[+-]?\d+(?:[.,]\d+)*", re.ASCII)


def _uden_formel(text: str) -> str:
    """A text that no spreadsheet takes for a formula: ``=1+1`` → ``'=1+1``; what has apostrophes there already gets one
    more.

    So removing one apostrophe wherever one stands before such a character gives the text back. A number with its sign
    is none.
    """
    return text if _SIGNED.fullmatch(text) else _FORMEL.sub(r"\g<foer>'\g<tegn>", text)


#: XlsxWriter writes the time of day here unless told otherwise, and the same input must give the same bytes.
_OPRETTET = datetime(2000, 1, 1)
_BREDDE = (8, 44)
_TYPENAVN = {
    "tekst": "tekst",
    "heltal": "helt tal",
    "decimal": "decimaltal",
    "andel": "andel, vist i procent",
    "tal": "tal",
    "dato": "dato",
}


def xlsx(payload: Mapping[str, Any]) -> bytes:
    """The table as a workbook for people: typed cells under Danish headers, totals in bold, a sheet on the source.

    The sheet «Tabel» has a frozen header and number formats that Excel shows in the reader's own language; the
    sheet «Kilde og enheder» has title, unit, source, note and each column's unit and description. Text is
    always text, so that none becomes a formula or a link.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": payload["titel"], "comments": f"Kilde: {payload['kilde']}", "created": _OPRETTET})
    base = {"valign": "top"}
    plain = book.add_format(base | {"text_wrap": True})
    bold = book.add_format(base | {"bold": True})
    titles = book.add_format({"bold": True, "font_size": 14})
    sheet = book.add_worksheet("Tabel")
    columns = payload["kolonner"]
    sums = set(payload.get("sum_raekker", ()))
    for j, k in enumerate(columns):
        number = k["type"] in _TAL
        head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right" if number else "left"}
        )
        label = k["overskrift"] + (f" ({k['enhed']})" if k["enhed"] else "")
        sheet.write_string(0, j, label, head)
        form = {"num_format": _talformat(k)} if _talformat(k) else {}
        body = book.add_format(base | form)
        total = book.add_format(base | form | {"bold": True, "top": 1})
        cells = [(row[j], total if i in sums else body) for i, row in enumerate(payload["raekker"])]
        cells += [(row[j], total) for row in payload.get("ialt", [])]
        longest = max(len(word) for word in label.split())
        for i, (value, style) in enumerate(cells, 1):
            longest = max(longest, _skriv(sheet, i, j, value, k, style))
        sheet.set_column(j, j, min(max(longest + 2, _BREDDE[0]), _BREDDE[1]))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)

    about = book.add_worksheet("Kilde og enheder")
    about.set_column(0, 0, 30)
    about.set_column(1, 2, 24)
    about.set_column(3, 4, 60)
    about.write_string(0, 0, payload["titel"], titles)
    line = 1
    for label, text in (("Enhed", payload["enhed"]), ("Kilde", payload["kilde"]), ("Note", payload["note"])):
        if text:
            about.write_string(line, 0, label, bold)
            about.merge_range(line, 1, line, 4, "", plain)
            about.write_string(line, 1, text, plain)
            about.set_row(line, 15 * (1 + len(text) // 130))
            line += 1
    line += 1
    for j, label in enumerate(("Kolonne", "Enhed", "Type", "Beskrivelse", "Navn i CSV-filen")):
        about.write_string(line, j, label, bold)
    for i, k in enumerate(columns, line + 1):
        values = (k["overskrift"], k["enhed"], _TYPENAVN[k["type"]], k["beskrivelse"], k["navn"])
        for j, text in enumerate(values):
            if text:
                about.write_string(i, j, text, plain)
    book.close()
    return out.getvalue()


def _talformat(kolonne: Mapping[str, Any]) -> str:
    """Excel's number format of a column, or an empty string for text."""
    type = kolonne["type"]
    if type == "tekst":
        return ""
    if type == "dato":
        return "[$-406]d. mmmm yyyy"
    if type == "tal":
        return "+General;-General;General" if kolonne.get("fortegn") else "General"
    decimals = kolonne["decimaler"] or 0
    pattern = ("#,##0" if type != "andel" else "0") + ("." + "0" * decimals if decimals else "")
    pattern += "%" if type == "andel" else ""
    return f"+{pattern};-{pattern};{pattern}" if kolonne.get("fortegn") else pattern


def _skriv(sheet: Any, i: int, j: int, value: Any, kolonne: Mapping[str, Any], style: Any) -> int:
    """Write one typed cell; returns about how many characters it takes."""
    if value is None:
        sheet.write_blank(i, j, None, style)
        return 0
    if isinstance(value, str) and kolonne["type"] == "dato":
        sheet.write_datetime(i, j, datetime.fromisoformat(value), style)
        return 18
    if isinstance(value, str):
        if sheet.write_string(i, j, value, style):  # XlsxWriter leaves a text out that is longer than a cell can be
            raise RunError(f"en tekst er for lang til en celle i Excel: «{value[:40]}…»")
        return len(value)
    sheet.write_number(i, j, value, style)
    if kolonne["type"] == "andel":
        return (kolonne["decimaler"] or 0) + 6
    decimals = _decimaler(value) if kolonne["type"] == "tal" else kolonne["decimaler"] or 0
    return len(dansk.tal(value, decimals)) + bool(kolonne.get("fortegn"))
