"""Børnehus Sjælland: what two printed totals, for two numbers of cases, imply of fixed cost and cost per case.

Source 004, item 2.6 prints the objektive finansiering at two numbers of cases and neither the fixed cost nor the cost
per case. If the cost is a fixed amount and an amount per case, two totals give both.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from kkrlib import afstemning, dansk, sted
from kkrlib.afstemning import Interval

FELT = "boernehus"

#: The printed table: its name, the rows and the columns that are read. A total's column names its number of cases.
TABEL, I_ALT, SAGER = "Fordeling af den objektive finansiering", "I alt", "Antal sager"
BOERN, UDGIFT = "Antal 0-17-årige børn og unge", "Forventet objektiv udgift, {} sager"


def indebaerer(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What follows from the totals at the two numbers of cases, in the newest edition that prints them.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Returns one row per derived number: ``navn``, ``vaerdi``,
    ``mindst`` and ``hoejst`` (Fraction, kr.: what the printed totals, rounded to whole kroner, leave open), ``formel``
    (how it follows), ``linjer`` and ``udgave``. No rows where the totals are not there.
    """
    columns = ["navn", "vaerdi", "mindst", "hoejst", "formel", "linjer", "udgave"]
    numbers = afstemning.tal(tabeller)
    numbers = numbers[(numbers["felt"] == FELT) & (numbers["tabel"] == TABEL)]
    for edition in sorted(numbers["udgave"].dropna().unique(), reverse=True):
        if rows := _indebaerer(numbers[numbers["udgave"] == edition]):
            return pd.DataFrame([(*row, int(edition)) for row in rows], columns=columns)
    return pd.DataFrame(columns=columns)


def _indebaerer(tal: pd.DataFrame) -> list[tuple]:
    """The derived numbers of one edition; none where it lacks a total."""
    at = {(row, column): number for row, column, number in zip(tal["raekke"], tal["kolonne"], tal.index, strict=True)}
    # The numbers of cases are facts themselves; the columns of the totals are named for them.
    cases = sorted(int(value) for value in tal.loc[tal["raekke"] == SAGER, "vaerdi"])
    wanted = [(I_ALT, UDGIFT.format(dansk.tal(n))) for n in cases] + [(I_ALT, BOERN)]
    if len(cases) != 2 or not {*wanted} <= at.keys():
        return []
    few, many = cases
    used = [tal.loc[at[key]] for key in wanted]
    at_few, at_many, children = (Interval(row["mindst"], row["vaerdi"], row["hoejst"]) for row in used)
    per_case = (at_many - at_few) * Interval.punkt(Fraction(1, many - few))
    # fixed = (many·few's total − few·many's total) / (many − few): each total counts once in the interval
    fixed = at_few * Interval.punkt(Fraction(many, many - few)) - at_many * Interval.punkt(Fraction(few, many - few))
    lines = sted.skriv(row["sted"] for row in used)
    rows = [
        ("Pris pr. sag", per_case, f"forskellen mellem de to udgifter delt med {many - few} sager"),
        ("Fast udgift, uanset antal sager", fixed, f"udgiften ved {few} sager minus {few} gange prisen pr. sag"),
        (
            f"Udgift pr. barn og ung ved {many} sager",
            at_many / children,
            "udgiften i alt delt med antallet af 0–17-årige",
        ),
        (
            f"Udgift pr. barn og ung ved {few} sager",
            at_few / children,
            "udgiften i alt delt med antallet af 0–17-årige",
        ),
    ]
    return [(name, x.vaerdi, x.mindst, x.hoejst, how, lines) for name, x, how in rows]
