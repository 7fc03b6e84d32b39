"""The tables of ``data/``: read once, validated by schema and by the descriptor's own checks, and typed.

The order is that of cause and consequence: the descriptor, the files and their lines, the cells, the keys, the
checks. What cannot be judged because of a finding before it is left out and comes when that is mended; all else is
told at once.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kkrlib import domme
from kkrlib.data import datoer, noegler, opslag, regler, skema, tekstfil
from kkrlib.data.beskrivelse import KOLONNEROLLER, Beskrivelse, Tabel, laes_beskrivelse, som_tabel
from kkrlib.data.mappe import BESKRIVELSE, data_mappe
from kkrlib.errors import ADVARSEL, DataError, Fund
from kkrlib.tegn import vis

#: Files that hold tables, whatever program made them.
_TABELFILER = {".csv", ".tsv", ".tab", ".xlsx", ".xls", ".xlsm", ".ods", ".zip"}


class Tabeller(dict[str, pd.DataFrame]):
    """Tables by name. One that is not there is a finding on the descriptor: who asks for it needs it."""

    def __missing__(self, navn: str) -> pd.DataFrame:
        said = "tabellen står ikke i beskrivelsen, men beregningen bruger den"
        raise DataError([Fund(BESKRIVELSE, "mangler", "resources", str(navn), said)])


@dataclass(frozen=True)
class _Laest:
    """A data folder as read: ``raekker`` are the tables whose lines and headings are sound, cells as text."""

    beskrivelse: Beskrivelse | None
    raekker: dict[str, pd.DataFrame]
    celler: dict[str, list[tuple[int, list[str]]]]
    fund: list[Fund]


def load(mappe: Path | str | None = None, *, forfra: bool = False) -> dict[str, pd.DataFrame]:
    """Read and validate all tables.

    Returns one DataFrame per table of the descriptor, with the file's columns in its order: integers as ``int64``
    (``Int64`` where cells may be empty), dates as ``datetime64``, all else as strings where an empty cell is missing;
    and :data:`KOLONNEROLLER`, which says what the columns are to the reconciliation (``role`` of a field in the
    descriptor): columns ``tabel``, ``kolonne``, ``rolle``, ``noegle`` (key columns, separated by spaces), ``enhed``,
    ``navn`` (the table as the source names it; empty where the rows do). A table that the descriptor lacks raises
    :class:`DataError` when it is asked for. Raises :class:`DataError` with every finding if any of them is an error.

    A folder that was valid is not validated again: its verdict is kept (:mod:`kkrlib.domme`) by the checksum of all
    that is in it and of the code that judged, and the very bytes that the checksum is of are read. ``forfra``
    validates it all the same.
    """
    seen = opslag.tag(mappe)
    if not forfra and seen is not None and seen.aftryk in _varme:
        return Tabeller({name: table.copy(deep=False) for name, table in _varme[seen.aftryk].items()})
    if not forfra and seen is not None and seen.kendt:
        return gyldige(seen)
    laest = _laes(data_mappe(mappe))
    errors = [f for f in _fund(laest) if f.alvor != ADVARSEL]
    if errors:
        raise DataError(errors)
    if seen is not None and opslag.tag(mappe) == seen:  # nobody wrote in it meanwhile
        domme.husk(opslag.DOM, seen.aftryk)
    return _typede(laest)


_varme: dict[str, dict[str, pd.DataFrame]] = {}


def varm(mappe: Path | str | None = None) -> None:
    """Keep the tables of a valid folder in this process, and in those that it forks: :func:`load` gives each who asks
    tables of their own of the very same content, without reading it again. Does nothing for a folder not known to be
    valid.
    """
    seen = opslag.tag(mappe)
    if seen is not None and seen.kendt:
        _varme.clear()
        _varme[seen.aftryk] = gyldige(seen)


def gyldige(mappe: opslag.Mappe) -> dict[str, pd.DataFrame]:
    """The tables of a folder that is known to be valid, as :func:`load` returns them."""
    resources = json.loads(mappe.tekst(BESKRIVELSE))["resources"]
    described = {r["name"]: som_tabel(r) for r in resources}
    tables = {}
    for name, table in described.items():
        _, *rows = csv.reader(io.StringIO(mappe.tekst(table.fil), newline="\n"))
        tables[name] = pd.DataFrame(rows, columns=list(table.kolonner), dtype=str)
    return _typede(_Laest(Beskrivelse(described), tables, {}, []))


def laes(mappe: Path | str | None = None) -> dict[str, pd.DataFrame]:
    """The tables as :func:`load` returns them, without validating: for who has just called :func:`check`.

    Raises :class:`DataError` where the descriptor, a file or a cell cannot be read at all.
    """
    laest = _laes(data_mappe(mappe))
    unreadable = [*laest.fund, *_celle_fund(laest)]
    if unreadable:
        raise DataError(unreadable)
    return _typede(laest)


def beskrivelse(mappe: Path | str | None = None) -> Beskrivelse:
    """The descriptor of a data folder. Raises :class:`DataError` with every finding on it."""
    described, found = laes_beskrivelse(data_mappe(mappe), regler)
    if described is None:
        raise DataError(found)
    return described


def filer(mappe: Path | str | None = None) -> dict[str, str]:
    """The text of the descriptor and of each file that it names, as everything here reads them: without BOM, ``\\n``
    as line end.

    What a fingerprint of the data is taken of. Raises :class:`DataError` for a descriptor or a file that cannot be
    read.
    """
    folder = data_mappe(mappe)
    seen = opslag.tag(folder)
    if seen is not None and seen.kendt:
        resources = json.loads(seen.tekst(BESKRIVELSE))["resources"]
        return {name: seen.tekst(name) for name in (BESKRIVELSE, *(r["path"] for r in resources))}
    names = [BESKRIVELSE, *(t.fil for t in beskrivelse(folder).tabeller.values())]
    return {name: tekstfil.tekst(folder, name) for name in names}


def check(mappe: Path | str | None = None, uden: Collection[str] = ()) -> list[Fund]:
    """All findings on all tables, errors first; an empty list means that nothing is wrong.

    ``uden``: checks of the descriptor to leave out (``sum``). Never raises for what stands in the folder. A finding
    comes before what follows from it, and what many rows have in common is one finding.
    """
    return _fund(_laes(data_mappe(mappe)), uden)


def _laes(folder: Path) -> _Laest:
    if not folder.is_dir():
        return _Laest(None, {}, {}, [Fund(BESKRIVELSE, "", "", "", f"mappen «{vis(folder.name)}» findes ikke")])
    described, found = laes_beskrivelse(folder, regler)
    if described is None:
        return _Laest(None, {}, {}, found)
    tables, cells = {}, {}
    for tabel in described.tabeller.values():
        try:
            records, wrong = tekstfil.raekker(tabel.fil, tekstfil.tekst(folder, tabel.fil))
        except DataError as error:
            found += error.fund
            continue
        found += wrong
        if not records:
            continue
        if records[0][0] == 1:
            header = skema.overskrift(tabel, records[0][1])
        else:  # the line of the headings is a finding already
            header = [] if wrong else [Fund(tabel.fil, "1", "", "", "overskrifterne mangler")]
        found += header
        if header or records[0][0] != 1:
            continue
        rows = [(number, row) for number, row in records[1:] if len(row) == len(tabel.felter)]
        uneven = [(number, row) for number, row in records[1:] if len(row) != len(tabel.felter)]
        for number, row in uneven:
            said = f"rækken har {len(row)} felter, og overskriften har {len(tabel.felter)}"
            hint = " (et komma i et tal?)" if len(row) > len(tabel.felter) else ""
            found.append(Fund(tabel.fil, str(number), "", vis(",".join(row)), said + hint))
        cells[tabel.navn] = rows
        if not rows and not uneven and not wrong and not tabel.maa_vaere_tom:
            found.append(Fund(tabel.fil, "", "", "", "tabellen har ingen rækker"))
        elif not uneven and not wrong:
            tables[tabel.navn] = pd.DataFrame([row for _, row in rows], columns=list(tabel.kolonner), dtype=str)
    return _Laest(described, tables, cells, [*found, *_ubeskrevne(folder, described)])


def _ubeskrevne(folder: Path, described: Beskrivelse) -> list[Fund]:
    """Tables in the folder that nothing would read: a forgotten one, or a copy that a program made beside another."""
    known = {t.fil for t in described.tabeller.values()}
    return [
        Fund(vis(path.name), "", "", "", f"filen ligger i mappen, men står ikke i {BESKRIVELSE} og bliver ikke læst")
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in _TABELFILER and path.name not in known and not path.name.startswith((".", "~$"))
    ]


def _celle_fund(laest: _Laest) -> list[Fund]:
    if laest.beskrivelse is None:
        return []
    return [f for name, rows in laest.celler.items() for f in skema.celler(laest.beskrivelse.tabeller[name], rows)]


def _fund(laest: _Laest, uden: Collection[str] = ()) -> list[Fund]:
    if laest.beskrivelse is None:
        return laest.fund
    described, tables = laest.beskrivelse.tabeller, laest.raekker
    found = [*laest.fund, *_celle_fund(laest)]
    for name, table in tables.items():
        found += noegler.egen_noegle(described[name], table)
        found += datoer.perioder(described[name], table)
    bad = _daarlige(found)
    found += noegler.fremmednoegler(laest.beskrivelse, tables, bad)
    for kind in regler.arter():
        if kind in uden:
            continue
        bad = _daarlige(found)
        declared = [
            (described[name], table, rule)
            for name, table in tables.items()
            for rule in described[name].regler
            if rule["check"] == kind and len(table)
        ]
        found += _regel(kind, declared, laest, bad, _daarlige_kolonner(found))
    return sorted(found, key=lambda f: f.alvor == ADVARSEL)


def _regel(
    kind: str,
    declared: list[tuple[Tabel, pd.DataFrame, Mapping[str, Any]]],
    laest: _Laest,
    bad: Mapping[tuple[str, str], set[int]],
    columns: Mapping[str, set[str]],
) -> list[Fund]:
    """The findings of one kind of check, in all tables that declare it. ``columns``: table → those with an error."""
    form = regler.form(kind)
    assert laest.beskrivelse is not None and form is not None
    names = laest.beskrivelse.tabeller
    without = {name: _uden(table, name, table.columns, bad) for name, table in laest.raekker.items()}
    ready, found = [], []
    for tabel, table, rule in declared:
        seen = _fejlfri(laest.raekker, columns, regler.laeste_kolonner(rule)) if form.hele_tabeller else without
        visible = regler.Laeste(seen, laest.beskrivelse, laest.raekker)
        if not set(regler.naevnte_tabeller(rule, names)) <= visible.keys():
            continue
        ready.append((tabel, table, rule))
        if kind != regler.KOMPLET:
            own = _uden(table, tabel.navn, regler.egne_kolonner(rule), bad) if form.renset else table
            found += regler.CHECKS[kind](own, tabel.raa, rule, visible)
    if kind == regler.KOMPLET:
        return regler.komplet(ready, regler.Laeste(without, laest.beskrivelse, laest.raekker), bad)
    return found


def _fejlfri(
    tables: Mapping[str, pd.DataFrame], columns: Mapping[str, set[str]], read: Mapping[str, set[str]]
) -> dict[str, pd.DataFrame]:
    """The tables without an error in what a check reads of them: in any column, where that is not known, and never
    one with an error that is in no column.
    """
    return {
        name: table
        for name, table in tables.items()
        if name not in columns or (name in read and "" not in columns[name] and not columns[name] & read[name])
    }


def _daarlige_kolonner(found: Iterable[Fund]) -> dict[str, set[str]]:
    """Table → the columns that have an error in some row ("" for one that is in no column)."""
    bad: dict[str, set[str]] = {}
    for f in found:
        if f.alvor != ADVARSEL:
            bad.setdefault(f.fil.removesuffix(".csv"), set()).update(f.kolonne.split(","))
    return bad


def _daarlige(found: Iterable[Fund]) -> dict[tuple[str, str], set[int]]:
    """(table, column) → the rows that have an error there."""
    bad: dict[tuple[str, str], set[int]] = {}
    for f in found:
        if f.alvor != ADVARSEL:
            for column in f.kolonne.split(","):
                rows = bad.setdefault((f.fil.removesuffix(".csv"), column), set())
                rows.update(int(row) for row in f.raekke.removesuffix(" …").split(", ") if row.isdigit())
    return bad


def _uden(
    table: pd.DataFrame, name: str, columns: Iterable[str], bad: Mapping[tuple[str, str], set[int]]
) -> pd.DataFrame:
    """The rows of a table without those that have a finding in the columns."""
    rows = set().union(*(bad.get((name, column), set()) for column in columns))
    return table[~(table.index + 2).isin(rows)] if rows else table


def _typede(laest: _Laest) -> Tabeller:
    assert laest.beskrivelse is not None
    described = laest.beskrivelse.tabeller
    tables = {name: _typed(laest.raekker[name], tabel) for name, tabel in described.items()}
    return Tabeller({**tables, KOLONNEROLLER: _roles(described.values())})


def _roles(tabeller: Iterable[Tabel]) -> pd.DataFrame:
    rows = [
        (tabel.navn, felt.navn, felt.rolle, " ".join(tabel.noegle), felt.enhed, tabel.etiket, tabel.felt, tabel.udgave)
        for tabel in tabeller
        for felt in tabel.felter
        if felt.rolle
    ]
    return pd.DataFrame(rows, columns=["tabel", "kolonne", "rolle", "noegle", "enhed", "navn", "felt", "udgave"])


def read_records(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    """The records of a file that is no table of ours, as the csv module reads them."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def _typed(table: pd.DataFrame, tabel: Tabel) -> pd.DataFrame:
    typed = {}
    for felt in tabel.felter:
        column = table[felt.navn].where(table[felt.navn] != "", None)
        if felt.type == "integer":
            optional = column.isna().any() or not felt.kraevet
            typed[felt.navn] = pd.array(
                [None if pd.isna(x) else int(x) for x in column], dtype="Int64" if optional else "int64"
            )
        elif felt.type == "date":
            typed[felt.navn] = pd.to_datetime(column, format="%Y-%m-%d")
        else:
            typed[felt.navn] = column.astype("str")
    return pd.DataFrame(typed)
