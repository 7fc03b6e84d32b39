"""Why a kommune gets its quota, and why it differs from an earlier year's."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

import pandas as pd

from kkrlib.flygtninge.regel import fordel, fordel_taenkt

BIDRAG = ["befolkningstal", "indvandrere", "familiesammenfoeringer", "nulgraense", "afrunding"]
AARSAGER = ["landstal", "befolkning", "indvandrerandel", "familiesammenfoeringer", "afrunding"]
_FAKTORER = {
    "befolkning": "befolkning",
    "indvandrerandel": "indvandrere_flygtninge",
    "familiesammenfoeringer": "familiesammenfoerte",
}


def trin(fordelt: pd.DataFrame, landstal: int) -> pd.DataFrame:
    """Split each kommunekvote into what each element of the rule adds or takes (BEK 550/2022 § 4).

    ``fordelt`` is what :func:`fordel` returns for ``landstal``. Returns a DataFrame on its index with exact Fractions
    (persons) that sum to ``kommunekvote`` in each row:

    - ``befolkningstal``: the landstal by befolkningsandel alone;
    - ``indvandrere``: what (befolkningsandel − indvandrerandel) adds or takes;
    - ``familiesammenfoeringer``: fordelingsandel × all familiesammenførte, less the kommune's own;
    - ``nulgraense``: negative numbers set to 0, and what the other kommuner are scaled down in return;
    - ``afrunding``: to whole persons.

    And ``kommunekvote``; ``hele`` and ``rest``, the whole part and the remainder of the fordelingstal that decide the
    rounding; and ``stoerst``: which of the four after befolkningstal moved it most.
    """
    all_families = int(fordelt["familiesammenfoerte"].sum())
    parts = pd.DataFrame(
        {
            "befolkningstal": fordelt["befolkningsandel"] * landstal,
            "indvandrere": (fordelt["befolkningsandel"] - fordelt["indvandrerandel"]) * landstal,
            "familiesammenfoeringer": fordelt["fordelingsandel"] * all_families
            - fordelt["familiesammenfoerte"].map(int),
            "nulgraense": fordelt["fordelingstal"] - fordelt["foreloebigt_fordelingstal"],
            "afrunding": fordelt["kommunekvote"].map(int) - fordelt["fordelingstal"],
        },
        dtype=object,
    )
    parts["kommunekvote"] = fordelt["kommunekvote"]
    parts["hele"] = fordelt["fordelingstal"].map(lambda x: x.__floor__()).astype("int64")
    parts["rest"] = fordelt["fordelingstal"] - parts["hele"].map(int)
    moved = BIDRAG[1:]
    parts["stoerst"] = [max(moved, key=lambda column: abs(row[column])) for _, row in parts.iterrows()]
    return parts


def aarsager(foer: pd.DataFrame, efter: pd.DataFrame, landstal_foer: int, landstal_efter: int) -> pd.DataFrame:
    """Split each kommune's change of kommunekvote between two years by cause, summing exactly.

    ``foer`` and ``efter`` are grundlag DataFrames of two years with the same kommuner (see :func:`fordel`). The causes
    are the factors of the rule: the ``landstal``, the ``befolkning`` of all kommuner, their ``indvandrere og
    flygtninge`` (``indvandrerandel``) and their ``familiesammenfoeringer``; ``afrunding`` is what rounding to whole
    persons adds in one year and not in the other.

    The rule is not additive, so what a factor "does" depends on which factors are changed before it. Each
    factor's part is therefore its mean effect on the fordelingstal over all orders in which the four can be changed
    (the Shapley value): no order is preferred, and the parts sum exactly to the change.

    Returns a DataFrame on the index of ``efter`` with ``kvote_foer``, ``kvote_efter``, ``aendring`` (persons,
    ``int64``) and the five causes as exact Fractions that sum to ``aendring``. Raises ValueError if the kommuner are
    not the same.
    """
    if set(foer.index) != set(efter.index):
        raise ValueError(
            "de to år har ikke de samme kommuner: " + ", ".join(sorted(set(foer.index) ^ set(efter.index)))
        )
    foer = foer.loc[efter.index]
    factors = ["landstal", *_FAKTORER]
    worth = {}
    for size in range(len(factors) + 1):
        for changed in combinations(factors, size):
            mixed = foer[["region", *_FAKTORER.values()]].copy()
            for factor in changed:
                if factor != "landstal":
                    mixed[_FAKTORER[factor]] = efter[_FAKTORER[factor]]
            pure = not set(changed) & set(_FAKTORER) or set(_FAKTORER) <= set(changed)
            number = landstal_efter if "landstal" in changed else landstal_foer
            worth[frozenset(changed)] = (fordel if pure else fordel_taenkt)(mixed, number)

    first, last = worth[frozenset()], worth[frozenset(factors)]
    n = len(factors)
    result = pd.DataFrame({"kvote_foer": first["kommunekvote"], "kvote_efter": last["kommunekvote"]})
    result["aendring"] = result["kvote_efter"] - result["kvote_foer"]
    for factor in factors:
        others = [f for f in factors if f != factor]
        part = pd.Series(Fraction(0), index=efter.index, dtype=object)
        for size in range(n):
            share = Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
            for before in combinations(others, size):
                gain = worth[frozenset([*before, factor])]["fordelingstal"] - worth[frozenset(before)]["fordelingstal"]
                part = part + gain * share
        result[factor] = part
    rounding = [frame["kommunekvote"].map(int) - frame["fordelingstal"] for frame in (first, last)]
    result["afrunding"] = rounding[1] - rounding[0]
    return result
