"""Børnehus Sjælland: what two printed totals, for two numbers of cases, imply of fixed cost and cost per case.

Source 004, item 2.6 prints the objektive finansiering at two numbers of cases and neither the fixed cost nor the cost
per case. If the cost is a fixed amount and an amount per case, two totals give both.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from kkrlib import afstemning
from kkrlib.afstemning import Interval

EMNE = "boernehus"


def indebaerer(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What follows from the totals at the two numbers of cases.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Returns one row per derived number: ``navn``, ``vaerdi``,
    ``mindst`` and ``hoejst`` (Fraction, kr.: what the printed totals, rounded to whole kroner, leave open), ``formel``
    (how it follows) and ``linjer``. No rows where the totals are not there.
    """
    numbers = afstemning.tal(tabeller)
    columns = ["navn", "vaerdi", "mindst", "hoejst", "formel", "linjer"]
    # The numbers of cases are facts themselves; the totals are named for them.
    cases = sorted(
        (int(value), key.rsplit("-", 1)[1])
        for key, value in numbers["vaerdi"].items()
        if str(key).startswith(f"{EMNE}-sager-")
    )
    keys = {n: f"{EMNE}-i-alt-kr-{name}" for n, name in cases}
    if len(cases) != 2 or not {*keys.values(), f"{EMNE}-i-alt-antal"} <= set(numbers.index):
        return pd.DataFrame(columns=columns)
    few, many = keys
    at = {name: numbers.loc[key] for name, key in (*keys.items(), ("antal", f"{EMNE}-i-alt-antal"))}
    of = {name: Interval(row["mindst"], row["vaerdi"], row["hoejst"]) for name, row in at.items()}
    per_case = (of[many] - of[few]) * Interval.punkt(Fraction(1, many - few))
    # fixed = (many·few's total − few·many's total) / (many − few): each total counts once in the interval
    fixed = of[few] * Interval.punkt(Fraction(many, many - few)) - of[many] * Interval.punkt(Fraction(few, many - few))
    lines = "; ".join(dict.fromkeys(f"{row['kilde']}:{row['linje']}" for row in at.values()))
    rows = [
        ("Pris pr. sag", per_case, f"forskellen mellem de to udgifter delt med {many - few} sager"),
        ("Fast udgift, uanset antal sager", fixed, f"udgiften ved {few} sager minus {few} gange prisen pr. sag"),
        (
            f"Udgift pr. barn og ung ved {many} sager",
            of[many] / of["antal"],
            "udgiften i alt delt med antallet af 0–17-årige",
        ),
        (
            f"Udgift pr. barn og ung ved {few} sager",
            of[few] / of["antal"],
            "udgiften i alt delt med antallet af 0–17-årige",
        ),
    ]
    return pd.DataFrame([(name, x.vaerdi, x.mindst, x.hoejst, how, lines) for name, x, how in rows], columns=columns)
