"""Templates: one rule for a shape of table gives its controls, this year's and next year's.

A template says, in a small vocabulary of columns, which numbers it judges and which it relates them to:

``skabeloner``       one row per template: its field, the editions it is for, the kind, the judged numbers, the text;
``skabelon_led``     the numbers that each judged one is related to, in the same words;
``skabelon_tabeller``  what a table that is renumbered from edition to edition is called here (``tilbud`` is Tabel 3 of
                     2021 and Tabel 4 of 2023).

A cell that selects holds

- a value, or several with ``|`` between, that the column must have; ``ingen`` is no value;
- ``!`` before them: any value but those; ``*``: any value;
- ``{…}`` in a value: what another column holds: ``{aar}`` and ``{basisaar}`` (the year a number describes and the one
  it is compared with), ``{udgave}`` and ``{forrige}`` (this edition and the one before it), ``{raekke}`` …; ``{aar-1}``
  is the year before. For a judged number they are its own columns, for a led those of the number that is judged;
- nothing, in a led: what the judged number has.

``hvilken`` says which of several matches is meant: nothing (there may be one only), a number (the second that the
source prints is ``2``), ``sidste``, ``alle``, ``oevrige`` (all but the first) or ``tidligere`` (all but the last). The
number that is judged is never among ``alle``.

The expansion is pure: :func:`udfold` takes tables, gives controls and led. It knows no field; what a template selects
on are columns, never the form of an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.afstemning.arter import ARTER, KONTROL, LED
from kkrlib.afstemning.fakta import BRED, fakta
from kkrlib.errors import DataError, Fund, naermeste

FIL, FIL_LED, FIL_TABELLER = "skabeloner.csv", "skabelon_led.csv", "skabelon_tabeller.csv"

#: The columns that select, in both files.
VAELGER = ["tabel", "afsnit", "raekke", "kolonne", "aar", "basisaar", "enhed"]
#: What ``hvilken`` can say.
HVILKEN = ("", "1", "2", "3", "4", "5", "6", "7", "8", "9", "sidste", "alle", "oevrige", "tidligere")
#: Those that can be more than one.
FLERE = ("alle", "oevrige", "tidligere")
#: Whether a judged number without its led is a finding (``altid``) or has no such control.
HVOR = ("altid", "naar_led_findes")

INGEN, ALT = "ingen", "*"
#: A hole: the name of a column, how its text is written, and a number of years.
_HUL = re.compile(r"\{([a-z]+)(?::([a-z]+))?([+-]\d+)?\}")
#: A table by its name here, in this edition or the one before, as it is printed.
_TABELHUL = re.compile(r"\{([Tt]abel|forrige):([a-z]+)\}")
_HULLER = (*VAELGER, "felt", "udgave", "forrige", "kommunekode", "nr")
_DANSKE = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "½": "-halv"})

Raekke = Mapping[str, Any]


@dataclass
class Udfoldelse:
    """Controls and led as :func:`kkrlib.afstemning.beregn` takes them, with the row of the template (``fil``,
    ``raekke``) that each came from.
    """

    kontroller: list[dict[str, Any]] = field(default_factory=list)
    led: list[dict[str, Any]] = field(default_factory=list)


def udfold(tabeller: Mapping[str, pd.DataFrame], felt: str = "", udgave: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """The controls that the templates make of the facts that are there, and their led: all, or those of one field's
    edition.

    ``tabeller`` is what :func:`kkrlib.data.load` returns; without the table ``skabeloner`` there are none. Returns the
    columns :data:`KONTROL` and :data:`LED` of :mod:`kkrlib.afstemning.arter`, ``fil`` and ``raekke`` (where the
    template stands). A control's id is its field, the
    edition, the template, and what tells it from the template's others.

    Raises DataError with every template that makes no sense: a word that is not in the vocabulary, a template that no
    number fits, a led that fits none or several, an id made twice.
    """
    columns = [list(dict.fromkeys([*names, "fil", "raekke"])) for names in (KONTROL, LED)]
    if not len(tabeller.get("skabeloner", ())):
        return pd.DataFrame(columns=columns[0]).astype(object), pd.DataFrame(columns=columns[1]).astype(object)
    own, led, names = (_tekster(tabeller[name]) for name in ("skabeloner", "skabelon_led", "skabelon_tabeller"))
    templates = own.assign(linje=range(2, len(own) + 2)).to_dict("records")
    parts: dict[str, list[Raekke]] = {}
    for row in led.assign(linje=range(2, len(led) + 2)).to_dict("records"):
        parts.setdefault(row["skabelon"], []).append(row)
    view = fakta(tabeller, {row["tabel"] for own in parts.values() for row in own if row["felt"] == INGEN})
    found = [*_ordforraad(templates, parts, names, view)]
    if found:
        raise DataError(found)
    books, result, made = _Opslag(view, names), Udfoldelse(), {}
    for template in templates:
        own_parts = sorted(parts.get(template["id"], ()), key=lambda p: int(p["nr"]))
        found += _brug(template, own_parts, books, (felt, udgave), result, made)
    if found:
        raise DataError(dict.fromkeys(found))
    controls, rows = (
        pd.DataFrame(x, columns=c).astype(object) for x, c in zip((result.kontroller, result.led), columns, strict=True)
    )
    return controls, rows


def _tekster(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), "").astype(str)


def _brug(
    template: Raekke,
    parts: Sequence[Raekke],
    books: _Opslag,
    kun: tuple[str, str],
    result: Udfoldelse,
    made: dict[str, str],
) -> Iterator[Fund]:
    """Add what one template makes, of one field's edition (``kun``) if asked; yields what is wrong with it."""
    seen = 0
    for field_name in template["felt"].split("|"):
        if kun[0] and kun[0] != field_name:
            return
        for edition in books.udgaver(field_name, template["fra"], template["til"]):
            if kun[1] and kun[1] != edition:
                continue
            groups = _grupper(books.dem(template, field_name, edition, {}), template["hvilken"])
            for judged in groups.valgte:
                seen += 1
                names = judged | {
                    "forrige": books.forrige(field_name, edition),
                    "nr": str(groups.numre.get(judged["id"], 1)),
                }
                chosen, missing = _led(template, parts, judged, names, books)
                if missing and template["hvor"] == "altid":
                    yield from missing
                if missing:
                    continue
                key = _id(template, judged, groups, books)
                if key in made:
                    said = f"giver kontrollen {key}, som også {made[key]} giver"
                    yield Fund(FIL, str(template["linje"]), "id", template["id"], said)
                made[key] = template["id"]
                place = {"fil": FIL, "raekke": template["linje"]}
                text = _udfyldt(template["beskrivelse"], names, books, edition)
                result.kontroller.append(
                    {"id": key, "art": template["art"], "fakta": judged["id"], "beskrivelse": text, "mangler": ""}
                    | place
                )
                result.led += [
                    {
                        "kontrol": key,
                        "nr": nr,
                        "rolle": part["rolle"],
                        "fakta": fact["id"],
                        "fortegn": int(part["fortegn"]),
                        "mindst": part["mindst"] or None,
                        "hoejst": part["hoejst"] or None,
                        "fil": FIL_LED,
                        "raekke": part["linje"],
                    }
                    for nr, (part, fact) in enumerate(chosen, start=1)
                ]
            for several in groups.flertydige:
                yield Fund(FIL, str(template["linje"]), "hvilken", template["hvilken"], _flere(several))
    if not seen and not any(kun):
        yield Fund(FIL, str(template["linje"]), "id", template["id"], "skabelonen passer ikke på noget tal")


def _flere(facts: Sequence[Raekke]) -> str:
    said = dansk.opremsning([f["id"] for f in facts[:4]]) + (" og flere" if len(facts) > 4 else "")
    return f"er flertydig: {len(facts)} tal passer ({said}); skriv i «hvilken», hvilket der menes"


def _led(
    template: Raekke, parts: Sequence[Raekke], judged: Raekke, names: Raekke, books: _Opslag
) -> tuple[list[tuple[Raekke, Raekke]], list[Fund]]:
    """The numbers that one judged number is related to, and what is not there or not clear."""
    chosen, missing = [], []
    for part in parts:
        field_name = {"": judged["felt"], INGEN: BRED}.get(part["felt"], part["felt"])
        edition = names["forrige"] if part["udgave"] == "forrige" else judged["udgave"]
        matches = books.dem(part, field_name, edition, names)
        if part["hvilken"] == "alle":
            matches = [f for f in matches if f["id"] != judged["id"]]
        own = _valgt(matches, part["hvilken"])
        where = f"til {judged['id']} (skabelonen {template['id']})"
        if not own:
            said = f"intet tal passer {where}"
            missing.append(Fund(FIL_LED, str(part["linje"]), "raekke", part["raekke"], said))
        elif len(own) > 1 and not part["hvilken"]:
            said = f"{_flere(own)}, {where}"
            missing.append(Fund(FIL_LED, str(part["linje"]), "hvilken", "", said))
        chosen += [(part, fact) for fact in own]
    return chosen, missing


def _valgt(matches: list[Raekke], which: str) -> list[Raekke]:
    if which.isdigit():
        return matches[int(which) - 1 : int(which)]
    return {"sidste": matches[-1:], "oevrige": matches[1:], "tidligere": matches[:-1]}.get(which, matches)


@dataclass
class _Grupper:
    """Judged numbers: those chosen among the ones with the same words in every column, and those that leave doubt."""

    valgte: list[Raekke]
    flertydige: list[list[Raekke]]
    numre: dict[str, int]


def _grupper(matches: Iterable[Raekke], which: str) -> _Grupper:
    same: dict[tuple[str, ...], list[Raekke]] = {}
    for fact in matches:
        same.setdefault(tuple(fact[c] for c in VAELGER), []).append(fact)
    unclear = [g for g in same.values() if len(g) > 1 and not which]
    chosen = [f for g in same.values() for f in _valgt(g, which) if g not in unclear]
    numbers = {f["id"]: nr for g in same.values() for nr, f in enumerate(g, start=1) if len(g) > 1}
    return _Grupper(chosen, unclear, numbers)


def _id(template: Raekke, judged: Raekke, groups: _Grupper, books: _Opslag) -> str:
    """Field, edition and template, then what the template leaves open; the year only where nothing else says it."""
    words = [template["id"].removeprefix(f"{judged['felt']}-")]
    if _aaben(template["tabel"]):
        words.append(books.navn(judged))
    words += [judged[c] for c in ("afsnit", "raekke", "kolonne") if _aaben(template[c])]
    said = {judged["udgave"], *re.findall(r"\d{4}", " ".join(words))}
    words += [judged[c] for c in ("aar", "basisaar") if _aaben(template[c]) and judged[c] not in said]
    if judged["id"] in groups.numre and template["hvilken"] in FLERE:
        words.append(str(groups.numre[judged["id"]]))
    return "-".join([judged["felt"], judged["udgave"], *(w for w in map(slug, words) if w)])


def _aaben(cell: str) -> bool:
    return cell == ALT or cell.startswith("!") or "|" in cell


def slug(text: str) -> str:
    """``Køge`` → ``koege``; ``§ 66, stk. 1`` → ``66-stk-1``."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold().translate(_DANSKE)).strip("-")


class _Opslag:
    """The facts by field, edition and table, each list in the order the sources print them."""

    def __init__(self, view: Sequence[Raekke], names: pd.DataFrame):
        self._by: dict[tuple[str, str, str | None], dict[str, list[Raekke]]] = {}
        self._editions: dict[str, list[str]] = {}
        for nr, row in enumerate(view):
            table = self._by.setdefault((row["felt"], row["udgave"], row["tabel"]), {})
            table.setdefault(row["raekke"], []).append(row | {"plads": nr})
            self._editions.setdefault(row["felt"], []).append(row["udgave"])
        self._editions = {k: sorted(set(v)) for k, v in self._editions.items()}
        self._names = names.to_dict("records")

    def udgaver(self, field_name: str, first: str, last: str) -> list[str]:
        return [e for e in self._editions.get(field_name, ()) if (not first or e >= first) and (not last or e <= last)]

    def forrige(self, field_name: str, edition: str) -> str:
        """The edition before; empty for the first."""
        before = [e for e in self._editions.get(field_name, ()) if e < edition]
        return before[-1] if before else ""

    def trykt(self, name: str, field_name: str, edition: str) -> str | None:
        """What a table that has a name here is called in an edition; None if it is not there, the name itself if it is
        no such name.
        """
        rows = [r for r in self._names if r["felt"] == field_name and r["navn"] == name]
        own = [r["tabel"] for r in rows if (r["fra"] or "") <= edition and (not r["til"] or edition <= r["til"])]
        return own[0] if own else None if rows else name

    def navn(self, fact: Raekke) -> str:
        """The name here of a fact's table, else as it is printed."""
        own = (fact["tabel"], fact["felt"])
        names = [r["navn"] for r in self._names if (r["tabel"], r["felt"]) == own]
        return next((n for n in names if self.trykt(n, fact["felt"], fact["udgave"]) == fact["tabel"]), fact["tabel"])

    def dem(self, select: Raekke, field_name: str, edition: str, names: Raekke) -> list[Raekke]:
        """The facts of a field's edition that a row selects; ``names`` are the judged number's columns, empty for a
        judged number, whose own are asked.
        """
        edition = "" if field_name == BRED else edition
        cell = select["tabel"]
        tables = [str(names["tabel"])] if not cell else [self.trykt(t, field_name, edition) for t in cell.split("|")]
        before = {} if names else {"forrige": self.forrige(field_name, edition)}
        found = []
        for table in tables:
            of_row = self._by.get((field_name, edition, table), {})
            for fact in _med_raekken(select["raekke"], of_row, names):
                own = names or fact | before
                if all(_passer(select[c], fact[c], own, c) for c in _RESTEN) and (
                    not _afhaengig(select["raekke"]) or _passer(select["raekke"], fact["raekke"], own, "raekke")
                ):
                    found.append(fact)
        return found


#: The columns that a fact is asked about once its table and its row are found.
_RESTEN = [c for c in VAELGER if c not in ("tabel", "raekke")]


def _afhaengig(cell: str) -> bool:
    """Whether a cell is more than a list of values."""
    return cell.startswith("!") or "{" in cell or cell == INGEN


def _med_raekken(cell: str, of_row: Mapping[str, list[Raekke]], names: Raekke) -> list[Raekke]:
    """The facts of a table that can have the row of a cell, in the order of the source."""
    if names and (cell == "" or ("{" in cell and not cell.startswith("!"))):
        wanted = [names["raekke"]] if cell == "" else [_med_huller(c, names) for c in cell.split("|")]
    elif cell == ALT or _afhaengig(cell):
        wanted = list(of_row)
    else:
        wanted = cell.split("|")
    found = [fact for row in dict.fromkeys(wanted) if row is not None for fact in of_row.get(row, ())]
    return sorted(found, key=lambda f: int(f["plads"])) if len(wanted) > 1 else found


def _passer(cell: str, value: str, names: Raekke, column: str) -> bool:
    if cell == "":
        return bool(value == names[column])
    if cell == ALT:
        return True
    wanted = [_med_huller(c, names) for c in cell.removeprefix("!").split("|")]
    return (value in wanted) != cell.startswith("!")


def _med_huller(text: str, names: Raekke) -> str | None:
    """A value with its holes filled; None where a column holds nothing."""
    if text == INGEN:
        return ""
    if "{" not in text:
        return text
    empty = False

    def fill(m: re.Match[str]) -> str:
        nonlocal empty
        value = str(names.get(m[1], ""))
        empty |= value == ""
        if value and m[3]:
            value = str(int(value) + int(m[3]))
        return value

    said = _HUL.sub(fill, text)
    return None if empty else said


def _udfyldt(text: str, names: Raekke, books: _Opslag, edition: str) -> str:
    """The description, with the names of rows, columns and tables as they are printed."""

    def table(m: re.Match[str]) -> str:
        printed = books.trykt(m[2], names["felt"], names["forrige"] if m[1] == "forrige" else edition) or m[2]
        return printed if m[1] == "Tabel" else printed[:1].lower() + printed[1:]

    def fill(m: re.Match[str]) -> str:
        value = str(names.get(m[1], ""))
        if m[3] and value:
            value = str(int(value) + int(m[3]))
        return {"lille": value[:1].lower() + value[1:], "stor": value[:1].upper() + value[1:]}.get(m[2] or "", value)

    said = _HUL.sub(fill, _TABELHUL.sub(table, text))
    return re.sub(r"\s+(?=[,:])", "", re.sub(r"\s{2,}", " ", said))


def _ordforraad(
    templates: Sequence[Raekke], parts: Mapping[str, Sequence[Raekke]], names: pd.DataFrame, view: Sequence[Raekke]
) -> Iterator[Fund]:
    """What is not in the vocabulary: fields, kinds, roles, holes, and led without a template."""
    fields, ids = {str(f["felt"]) for f in view}, {t["id"] for t in templates}
    for part in (p for key, own in parts.items() if key not in ids for p in own):
        near = naermeste(part["skabelon"], ids)
        hint = f"; mente du «{near}»?" if near else ""
        yield Fund(FIL_LED, str(part["linje"]), "skabelon", part["skabelon"], f"findes ikke i {FIL}{hint}")
    for line, row in enumerate(names.to_dict("records"), start=2):
        if row["felt"] not in fields:
            yield Fund(FIL_TABELLER, str(line), "felt", row["felt"], "intet tal har det felt")
    for t in templates:
        line, kind = str(t["linje"]), ARTER.get(t["art"])
        yield from _celler(FIL, t, [*VAELGER, "beskrivelse"])
        for name in t["felt"].split("|"):
            if name not in fields:
                yield Fund(FIL, line, "felt", name, f"intet tal har det felt; brug {dansk.opremsning(sorted(fields))}")
        for column, allowed in (("hvilken", HVILKEN), ("hvor", HVOR)):
            if t[column] not in allowed:
                yield Fund(FIL, line, column, t[column], f"brug {dansk.opremsning([a for a in allowed if a])}")
        yield from (
            Fund(FIL, line, c, "", f"skal udfyldes; brug {ALT} for enhver værdi, {INGEN} for ingen")
            for c in VAELGER
            if t[c] == ""
        )
        own = parts.get(t["id"], ())
        if kind and not own:
            yield Fund(FIL, line, "id", t["id"], f"har ingen led i {FIL_LED}")
        for p in own:
            at = str(p["linje"])
            yield from _celler(FIL_LED, p, VAELGER)
            if kind and p["rolle"] not in kind.roller:
                said = f"ukendt rolle «{p['rolle']}»; brug {dansk.opremsning(kind.roller)}"
                yield Fund(FIL_LED, at, "rolle", p["rolle"], said)
            if p["hvilken"] not in HVILKEN:
                yield Fund(FIL_LED, at, "hvilken", p["hvilken"], f"brug {dansk.opremsning(HVILKEN[1:])}")
            if p["udgave"] not in ("", "forrige"):
                yield Fund(FIL_LED, at, "udgave", p["udgave"], "brug forrige, eller lad den være tom")
            if p["felt"] and p["felt"] not in {*fields, INGEN}:
                yield Fund(FIL_LED, at, "felt", p["felt"], "intet tal har det felt")


def _celler(file: str, row: Raekke, columns: Iterable[str]) -> Iterator[Fund]:
    """Holes that no column fills."""
    for column in columns:
        for name in re.findall(r"\{([^{}]*)\}", row[column]):
            known = _HUL.fullmatch(f"{{{name}}}")
            if not (known and known[1] in _HULLER) and not _TABELHUL.fullmatch(f"{{{name}}}"):
                said = f"«{{{name}}}» er ikke en kolonne; brug {dansk.opremsning(_HULLER)}"
                yield Fund(file, str(row["linje"]), column, row[column], said)
