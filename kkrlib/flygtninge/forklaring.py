"""Why a kommune gets its quota, and why it differs from an earlier year's."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import factorial

import pandas as pd

from kkrlib.flygtninge.regel import fordel, fordel_taenkt

BIDRAG = ["befolkningstal", "indvandrere", "familiesammenfoeringer", "nulgraense", "afrunding"]
AARSAGER = ["landstal", "befolkning", "indvandrerandel", "familiesammenfoeringer", "afrunding"]
KOMMUNESTRUKTUR = "kommunestruktur"
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


def aarsager(
    foer: pd.DataFrame,
    efter: pd.DataFrame,
    landstal_foer: int,
    landstal_efter: int,
    efterfoelgere: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Split each kommune's change of kommunekvote between two years by cause, summing exactly.

    ``foer`` and ``efter`` are grundlag DataFrames of two years (see :func:`fordel`) with the same kommuner, once those
    of ``foer`` are counted where ``efterfoelgere`` (kommunekode then → now; default: their own) says. The causes
    are the factors of the rule: the ``landstal``, the ``befolkning`` of all kommuner, their ``indvandrere og
    flygtninge`` (``indvandrerandel``) and their ``familiesammenfoeringer``; ``afrunding`` is what rounding to whole
    persons adds in one year and not in the other.

    The rule is not additive, so what a factor "does" depends on which factors are changed before it. Each
    factor's part is therefore its mean effect on the fordelingstal over all orders in which the four can be changed
    (the Shapley value): no order is preferred, and the parts sum exactly to the change.

    Returns a DataFrame on the index of ``efter`` with ``kvote_foer``, ``kvote_efter``, ``aendring`` (persons,
    ``int64``) and the five causes as exact Fractions that sum to ``aendring``. Where kommuner were merged there can be
    a sixth, ``kommunestruktur``: what the rule had given the earlier year's kommuner as one, less what it gave them
    apart. It is nothing, and left out, unless the limit of zero held one of them up. Raises ValueError if the kommuner
    are not the same.
    """
    apart, now = fordel(foer, landstal_foer), efterfoelgere or {}
    merged = any(code != other for code, other in now.items())
    if merged:
        foer = _lagt_sammen(foer, efter, now)
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
    then = pd.Series([now.get(code, code) for code in apart.index], index=apart.index)
    quotas, numbers = (apart[c].groupby(then).sum().loc[list(efter.index)] for c in ("kommunekvote", "fordelingstal"))
    result = pd.DataFrame({"kvote_foer": quotas, "kvote_efter": last["kommunekvote"]}, index=efter.index)
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
    together = first["fordelingstal"] - numbers
    if any(together):
        result[KOMMUNESTRUKTUR] = together
    result["afrunding"] = (last["kommunekvote"].map(int) - last["fordelingstal"]) - (quotas.map(int) - numbers)
    return result


def _lagt_sammen(foer: pd.DataFrame, efter: pd.DataFrame, efterfoelgere: Mapping[str, str]) -> pd.DataFrame:
    """A grundlag with the persons of each kommune counted in the one that it has become part of."""
    then = pd.Series([efterfoelgere.get(code, code) for code in foer.index], index=foer.index)
    sums = foer[list(_FAKTORER.values())].groupby(then).sum().rename_axis(foer.index.name)
    return sums.assign(region=efter["region"].reindex(sums.index))
