"""Days: which of a register's rows are in force when, and what day each row of a table is about.

Two keys of a table in the descriptor say it:

``periode``
    its rows are in force from the day in ``fra`` to the day in ``til``, both included; an empty ``til`` lasts. Whole
    numbers are years, from 1 January to 31 December. ``pr``: the columns of the register's key, which may occur several
    times with other periods: they must not overlap, nor leave a gap (unless ``pause`` is true). ``dage``: pairs of
    table and column whose days and years something is computed of: what is in force on them is asked about them. A row
    that lasts is asked no further than to these days; without ``dage`` it must refer to what lasts too.
``dato``
    the day that a row is about: that in the column ``dag``, or 1 January of the year in ``aar`` (a quota year is the
    distribution for that year). With ``tabel`` and ``noegle`` the column stands in the row of that table with the same
    key. A row with ``i_aaret`` is about a whole year, and may name what was in force at any time of it.

A row without such a day may name what was in force at any time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from kkrlib.data.beskrivelse import Dato, Periode, Tabel, er_dato
from kkrlib.errors import Fund
from kkrlib.tegn import vis

#: The day after the last one: that of a row that lasts.
ALTID = "9999-12-31"
_EFTER_ALT = "9999-12-32"

Tabeller = Mapping[str, pd.DataFrame]


def dag(celle: str, aarets: str = "01-01") -> str:
    """The day of a cell as ISO text, which orders as text: a date, or that day of a year; empty where it is neither."""
    if er_dato(celle):
        return celle
    return f"{celle}-{aarets}" if len(celle) == 4 and celle.isascii() and celle.isdigit() else ""


def spand(periode: Periode, raekker: pd.DataFrame) -> list[tuple[str, str]]:
    """First and last day of each row, :data:`ALTID` for one that lasts; both empty where a cell cannot be read."""
    found = []
    for begins, ends in zip(raekker[periode.fra], raekker[periode.til], strict=True):
        first, last = dag(begins), dag(ends, "12-31") if ends else ALTID
        found.append((first, last) if first and last else ("", ""))
    return found


def i_kraft(periode: Periode | None, raekker: pd.DataFrame, paa: str) -> pd.DataFrame:
    """The rows in force on a day; all of them in a table without periods or where no day is asked (``""``)."""
    if periode is None or not paa:
        return raekker
    return raekker[[first <= paa <= last and first != "" for first, last in spand(periode, raekker)]]


def brugte(periode: Periode, tabeller: Tabeller) -> list[str]:
    """The days that something is computed of (``dage`` of the descriptor), in order."""
    cells = {x for name, column in periode.dage if name in tabeller for x in tabeller[name][column]}
    return sorted({day for day in map(dag, cells) if day})


def raekkernes_dage(tabel: Tabel, raekker: pd.DataFrame, tabeller: Tabeller) -> list[tuple[str, ...]]:
    """The days that each row is about, none where the descriptor names none or the row's cannot be read.

    A row with a period is about its first day, its last, and the days between that something is computed of. One that
    is about a whole year is about no day of it (see :func:`aaret`).
    """
    if tabel.periode is not None:
        used = brugte(tabel.periode, tabeller)
        open_end = ALTID if tabel.periode.dage else _EFTER_ALT
        return [
            tuple(sorted({first, *(d for d in used if first <= d <= last), *((last,) if last < open_end else ())}))
            if first
            else ()
            for first, last in spand(tabel.periode, raekker)
        ]
    if tabel.dato is None or tabel.dato.i_aaret:
        return [()] * len(raekker)
    return [(day,) if day else () for day in map(dag, _celler(tabel.dato, raekker, tabeller))]


def _celler(dato: Dato, raekker: pd.DataFrame, tabeller: Tabeller) -> list[str]:
    """The cell of each row that says what it is about; empty where there is none."""
    if not dato.tabel:
        return list(raekker[dato.kolonne])
    if dato.tabel not in tabeller:  # the file is a finding already
        return [""] * len(raekker)
    other = tabeller[dato.tabel]
    known = dict(zip(other[dato.noegle], other[dato.kolonne], strict=True))
    return [known.get(key, "") for key in raekker[dato.noegle]]


def aaret(tabel: Tabel, raekker: pd.DataFrame, tabeller: Tabeller) -> list[str]:
    """The year that each row is about as a whole; empty where it is about none."""
    if tabel.dato is None or not tabel.dato.i_aaret:
        return [""] * len(raekker)
    return [cell if dag(cell) else "" for cell in _celler(tabel.dato, raekker, tabeller)]


def grupper(tabel: Tabel, raekker: pd.DataFrame, tabeller: Tabeller) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows that are about each day, with the day: for a table with periods those in force on each day that
    something is computed of, for another its rows by their day; all rows, and no day, where there is none.
    """
    if tabel.periode is not None and tabel.periode.dage:
        for day in brugte(tabel.periode, tabeller):
            yield day, i_kraft(tabel.periode, raekker, day)
        return
    if tabel.periode is not None or tabel.dato is None or tabel.dato.i_aaret:
        yield "", raekker
        return
    days = [about[0] if about else "" for about in raekkernes_dage(tabel, raekker, tabeller)]
    for day in sorted(set(days)):
        yield day, raekker[[d == day for d in days]]


def perioder(tabel: Tabel, raekker: pd.DataFrame) -> list[Fund]:
    """A register's own faults: a period that ends before it begins, two of one key that overlap, a gap between them."""
    periode = tabel.periode
    if periode is None:
        return []
    found, sound = [], []
    for number, (first, last) in enumerate(spand(periode, raekker), start=2):
        begins, ends = (str(raekker[c].iloc[number - 2]) for c in (periode.fra, periode.til))
        if first and last < first:
            said = f"er efter {periode.til}, som er {ends}"
            found.append(Fund(tabel.fil, str(number), periode.fra, begins, said))
        elif first:
            sound.append((number, first, last))
    if not periode.pr:
        return found
    keys = list(raekker[list(periode.pr)].itertuples(index=False, name=None))
    name = " og ".join(periode.pr)
    latest: dict[tuple[str, ...], tuple[int, str]] = {}
    for number, first, last in sorted(sound, key=lambda x: (x[1], x[0])):
        key = keys[number - 2]
        before = latest.get(key)
        if before is not None:
            other, ended = before
            shown = vis(", ".join(key))
            if first <= ended:
                lasts = "gælder fortsat" if ended == ALTID else f"gælder til {ended}"
                said = f"{shown} {lasts} i række {other}; perioder for samme {name} må ikke overlappe"
                found.append(Fund(tabel.fil, str(number), periode.fra, first, said))
            elif first > (after := _dagen_efter(ended)) and not periode.pause:
                said = (
                    f"{shown} gælder til {ended} i række {other}, så der er et hul fra {after}; "
                    f"perioder for samme {name} skal følge efter hinanden"
                )
                found.append(Fund(tabel.fil, str(number), periode.fra, first, said))
        if before is None or last > before[1]:
            latest[key] = (number, last)
    return found


def uden_for(
    periode: Periode, register: pd.DataFrame, dage: Collection[str], aaret: str = ""
) -> tuple[str, str] | None:
    """The first of ``dage`` on which no row of ``register`` is in force (or the year ``aaret``, at no time of which one
    is), and when they are (``"2007-01-01 til 2026-12-31"``); None where there is one.
    """
    spans = [(first, last) for first, last in spand(periode, register) if first]
    if aaret and not any(first <= f"{aaret}-12-31" and f"{aaret}-01-01" <= last for first, last in spans):
        return f"i {aaret}", " og ".join(_periode(first, last) for first, last in sorted(set(spans)))
    for day in dage:
        if not any(first <= day <= last for first, last in spans):
            return day, " og ".join(_periode(first, last) for first, last in sorted(set(spans)))
    return None


def samtidige(periode: Periode | None, raekker: pd.DataFrame) -> Sequence[tuple[str, str]]:
    """First and last day of each row, for telling whether two are ever in force at once; all are in a table without
    periods.
    """
    return [("", ALTID)] * len(raekker) if periode is None else spand(periode, raekker)


def _periode(first: str, last: str) -> str:
    return f"fra {first}" if last == ALTID else f"{first} til {last}"


def dagen_foer(dag: str) -> str:
    """The day before an ISO day."""
    return (date.fromisoformat(dag) - timedelta(days=1)).isoformat()


def _dagen_efter(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
