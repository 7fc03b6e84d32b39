"""Keys: each row has one of its own, and what refers to another table's row finds it.

One row missing in a register is one fault, however many rows refer to it: all that lack the same value are one
finding, which says how many they are and where the first of them stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import pandas as pd

from kkrlib import dansk
from kkrlib.data import datoer
from kkrlib.data.beskrivelse import Beskrivelse, Fremmednoegle, Tabel
from kkrlib.errors import Fund
from kkrlib.tegn import vis

#: So many rows are named; the rest are counted.
_VISTE = 3


def egen_noegle(tabel: Tabel, table: pd.DataFrame) -> list[Fund]:
    """A primary key that stands twice, or that is empty altogether. ``table``: cells as text, index from 0."""
    if not tabel.noegle:
        return []
    required = any(f.kraevet for f in tabel.felter if f.navn in tabel.noegle)
    first: dict[tuple[str, ...], int] = {}
    found = []
    for number, key in enumerate(table[list(tabel.noegle)].itertuples(index=False, name=None), start=2):
        if not any(key):
            if required:  # the cell is a finding already
                continue
            said = "nøglen er tom"
        elif key in first:
            said = f"står to gange (også i række {first[key]})"
        else:
            first[key] = number
            continue
        found.append(Fund(tabel.fil, str(number), ",".join(tabel.noegle), vis(",".join(key)), said))
    return found


def fremmednoegler(
    beskrivelse: Beskrivelse, tabeller: Mapping[str, pd.DataFrame], daarlige: Mapping[tuple[str, str], Set[int]]
) -> list[Fund]:
    """References that find no row, or none that is in force on the day that their own row is about
    (:mod:`kkrlib.data.datoer`). ``tabeller``: the tables that could be read; ``daarlige``: (table, column) → rows with
    a finding of their own.

    One row that lacks its value is a finding at that row. Several rows of one file are one finding of that file; rows
    of several files are one finding of the register, in which the row is missing.
    """
    lacking: dict[tuple[str, tuple[str, ...], tuple[str, ...]], dict[tuple[str, tuple[str, ...]], list[int]]] = {}
    found = []
    for table in beskrivelse.tabeller.values():
        for key in table.fremmednoegler:
            if table.navn not in tabeller or key.tabel not in tabeller:
                continue
            there = set(tabeller[key.tabel][list(key.noegler)].itertuples(index=False, name=None))
            bad = set().union(*(daarlige.get((table.navn, column), set()) for column in key.felter))
            rows = list(tabeller[table.navn][list(key.felter)].itertuples(index=False, name=None))
            for number, value in enumerate(rows, start=2):
                if any(value) and value not in there and number not in bad:
                    uses = lacking.setdefault((key.tabel, key.noegler, value), {})
                    uses.setdefault((table.navn, key.felter), []).append(number)
            asked = [
                (number, value)
                for number, value in enumerate(rows, start=2)
                if any(value) and value in there and number not in bad
            ]
            found += _ikke_i_kraft(beskrivelse, tabeller, table, key, asked, daarlige)
    for (register, columns, value), uses in lacking.items():
        file, shown = f"{register}.csv", vis(",".join(value))
        if len({table for table, _ in uses}) == 1:
            (name, own), rows = next(iter(uses.items()))
            count = f" (i alt {dansk.tal(len(rows))} rækker)" if len(rows) > _VISTE else ""
            said = f"findes ikke i {file}, kolonne {','.join(columns)}{count}"
            found.append(Fund(f"{name}.csv", raekker(rows), ",".join(own), shown, said))
        else:
            total = sum(map(len, uses.values()))
            where = "; ".join(
                f"{name}.csv, kolonne {','.join(own)}, række {raekker(rows)}" for (name, own), rows in uses.items()
            )
            said = f"rækken mangler, men bruges af {dansk.tal(total)} rækker i andre tabeller: {where}"
            found.append(Fund(file, "mangler", ",".join(columns), shown, said))
    return found


def _ikke_i_kraft(
    beskrivelse: Beskrivelse,
    tabeller: Mapping[str, pd.DataFrame],
    tabel: Tabel,
    noegle: Fremmednoegle,
    spurgt: list[tuple[int, tuple[str, ...]]],
    daarlige: Mapping[tuple[str, str], Set[int]],
) -> list[Fund]:
    """References to a row that is not in force on a day that the own row is about: one finding per value and day."""
    period = beskrivelse.tabeller[noegle.tabel].periode
    if period is None or (tabel.periode is None and tabel.dato is None) or not spurgt:
        return []
    register = tabeller[noegle.tabel]
    wrong = daarlige.get((noegle.tabel, period.fra), set()) | daarlige.get((noegle.tabel, period.til), set())
    by_value = {
        key if isinstance(key, tuple) else (key,): (rows, bool(wrong & set(rows.index + 2)))
        for key, rows in register.groupby(list(noegle.noegler), sort=False)
    }
    days = datoer.raekkernes_dage(tabel, tabeller[tabel.navn], tabeller)
    years = datoer.aaret(tabel, tabeller[tabel.navn], tabeller)
    outside: dict[tuple[tuple[str, ...], str, str], list[int]] = {}
    seen: dict[tuple[tuple[str, ...], tuple[str, ...], str], tuple[str, str] | None] = {}
    for number, value in spurgt:
        rows, faulty = by_value[value]
        if faulty:  # the period is a finding already
            continue
        about = (value, days[number - 2], years[number - 2])
        if about not in seen:
            seen[about] = datoer.uden_for(period, rows, *about[1:])
        if fault := seen[about]:
            outside.setdefault((value, *fault), []).append(number)
    found = []
    for (value, day, when), rows in outside.items():
        count = f" (i alt {dansk.tal(len(rows))} rækker)" if len(rows) > _VISTE else ""
        on = "fortsat, som rækken gør" if day == datoer.ALTID else day
        said = f"gælder ikke {on}, for i {noegle.tabel}.csv gælder den {when}{count}"
        found.append(Fund(tabel.fil, raekker(rows), ",".join(noegle.felter), vis(",".join(value)), said))
    return found


def raekker(numre: list[int]) -> str:
    """Rows in a message: ``"2, 3, 4 …"``."""
    return ", ".join(map(str, numre[:_VISTE])) + (" …" if len(numre) > _VISTE else "")
