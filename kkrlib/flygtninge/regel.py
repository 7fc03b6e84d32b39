"""The distribution of a landstal to kommuner, BEK 550/2022 § 4 (as amended by BEK 1259/2022).

The letter for 2023 names BEK 912/2019, but BEK 1290/2020 of 31 August 2020 was in force when it was sent
(``bekendtgoerelser.csv``). The text of § 4 in those two has not been seen (ikke efterprøvet); the six steps give all
published kommunekvoter of 2023 and of 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import ADVARSEL, FEJL, DataError, Fund
from kkrlib.fordeling import er_helt_tal, stoerste_broek_trin
from kkrlib.perioder import aarets_dag, gaeldende

ANTAL = ["befolkning", "indvandrere_flygtninge", "familiesammenfoerte"]
#: What can't be more than the inhabitants; data/datapackage.json declares the same of bilag A (``hoejst``, ``mindst``).
_HOEJST_BEFOLKNINGEN = [
    ("indvandrere_flygtninge", "indvandrere og flygtninge", FEJL),
    ("familiesammenfoerte", "familiesammenførte", FEJL),
    ("asylansoegere", "asylansøgere", ADVARSEL),
]
TRIN = [
    "befolkningsandel",
    "indvandrerandel",
    "fordelingsandel",
    "beregnet_fordelingstal",
    "foreloebigt_fordelingstal",
    "fordelingstal",
    "kommunekvote",
]


def fordel(grundlag: pd.DataFrame, landstal: int) -> pd.DataFrame:
    """Distribute a landstal to kommuner, with every step of BEK 550/2022 § 4 as a column.

    1. ``befolkningsandel`` and ``indvandrerandel``: the kommune's shares of all inhabitants and of all indvandrere
       og flygtninge in the kommuner given (in use: the whole country without Christiansø);
       ``fordelingsandel`` = befolkningsandel − (indvandrerandel − befolkningsandel).
    2. ``beregnet_fordelingstal`` = fordelingsandel × (landstal + all familiesammenførte).
    3. ``foreloebigt_fordelingstal`` = beregnet fordelingstal − the kommune's own familiesammenførte.
    4. ``fordelingstal``: a negative one becomes 0, the positive ones are scaled down in proportion so that they sum
       to the landstal.
    5. ``kommunekvote``: whole persons by largest remainder (:func:`kkrlib.fordeling.stoerste_broek`); ``lighed`` is
       True for kommuner between which only the tie rule (lowest kommunekode first) decided.

    Parameters
    ----------
    grundlag
        Index ``kommunekode`` (three-digit strings); columns ``region`` (official name), ``befolkning``,
        ``indvandrere_flygtninge`` and ``familiesammenfoerte`` (whole persons ≥ 0). Other columns are kept (one named
        like a step is replaced). Any set of kommuner; whether all 98 are there is checked where data are loaded.
    landstal
        Persons to distribute, a whole number ≥ 0.

    Returns
    -------
    DataFrame
        The same rows in the same order, with the steps added. Shares and fordelingstal are exact
        :class:`~fractions.Fraction` (persons, not rounded); ``kommunekvote`` is ``int64`` and sums to the landstal.

    Raises
    ------
    DataError
        With every finding: a column missing, a code twice or not of three digits, a missing region, a number of persons
        that is missing, negative or not whole, nobody at all, more indvandrere og flygtninge or more familiesammenførte
        than inhabitants in a kommune, or a landstal that is no whole number ≥ 0. What is only unlikely is a warning of
        :func:`grundlagsfund` and stops nothing here.
    """
    _validate(grundlag, landstal, sammenhaeng=True)
    return _trin(grundlag, int(landstal))


def fordel_taenkt(grundlag: pd.DataFrame, landstal: int) -> pd.DataFrame:
    """As :func:`fordel`, for numbers that are no facts together: two years mixed, or one kommune with more than it has.

    Each number is held to what a number of persons must be; the numbers of a kommune are not compared with each other.
    """
    _validate(grundlag, landstal, sammenhaeng=False)
    return _trin(grundlag, int(landstal))


def _trin(grundlag: pd.DataFrame, landstal: int) -> pd.DataFrame:
    inhabitants, immigrants, families = ([int(x) for x in grundlag[column]] for column in ANTAL)
    all_inhabitants, all_immigrants, all_families = sum(inhabitants), sum(immigrants), sum(families)

    befolkningsandel = [Fraction(x, all_inhabitants) for x in inhabitants]
    indvandrerandel = [Fraction(x, all_immigrants) for x in immigrants]
    fordelingsandel = [b - (i - b) for b, i in zip(befolkningsandel, indvandrerandel, strict=True)]
    beregnet = [andel * (landstal + all_families) for andel in fordelingsandel]
    foreloebigt = [x - own for x, own in zip(beregnet, families, strict=True)]
    positive = [max(x, Fraction(0)) for x in foreloebigt]
    scale = Fraction(landstal) / sum(positive) if landstal else Fraction(0)
    fordelingstal = [x * scale for x in positive]

    steps = [befolkningsandel, indvandrerandel, fordelingsandel, beregnet, foreloebigt, fordelingstal]
    result = grundlag.copy()
    for column, values in zip(TRIN, steps, strict=False):
        result[column] = pd.Series(values, index=grundlag.index, dtype=object)
    whole = stoerste_broek_trin(result["fordelingstal"], landstal)
    result["kommunekvote"], result["lighed"] = whole["antal"], whole["lighed"]
    return result


def regionskvoter(fordelt: pd.DataFrame) -> pd.DataFrame:
    """The regionskvoter: sums of the kommunekvoter of each region (BEK 550/2022 § 4; integrationsloven § 7).

    ``fordelt`` is what :func:`fordel` returns. Returns a DataFrame indexed by ``region`` in alphabetical order with
    ``befolkning`` and ``regionskvote`` (persons, ``int64``); the regionskvoter sum to the landstal. Raises
    :class:`DataError` for a missing region or a number that is no whole number ≥ 0.
    """
    found = [
        Fund(
            "fordelt",
            str(code),
            column,
            "" if pd.isna(value) else str(value),
            "skal være et helt antal personer på mindst 0",
        )
        for column in ("befolkning", "kommunekvote")
        for code, value in fordelt[column].items()
        if not er_helt_tal(value) or value < 0
    ]
    found += [
        Fund("fordelt", str(code), "region", "", "kommunen har ingen region")
        for code in fordelt.index[fordelt["region"].isna()]
    ]
    if found:
        raise DataError(found)
    sums = (
        fordelt.assign(region=fordelt["region"].astype("str"))
        .groupby("region", sort=True)[["befolkning", "kommunekvote"]]
        .sum()
    )
    return sums.rename(columns={"kommunekvote": "regionskvote"}).astype("int64")


def pr_10000(antal: pd.Series, befolkning: pd.Series) -> pd.Series:
    """Persons per 10,000 inhabitants as exact Fractions, on the index of ``antal``; missing where there is no
    inhabitant.
    """
    values = [Fraction(int(a) * 10_000, int(b)) if b else None for a, b in zip(antal, befolkning, strict=True)]
    return pd.Series(values, index=antal.index, dtype=object)


def grundlag(tabeller: Mapping[str, pd.DataFrame], kvoteaar: int) -> pd.DataFrame:
    """What the quotas of one year are computed from: bilag A, both its tables, with the names and regions that
    the register has on 1 January of it.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Returns a DataFrame indexed by ``kommunekode`` in ascending
    order with ``kommune``, ``region``, ``befolkning``, ``indvandrere_flygtninge``, ``asylansoegere`` (may be missing:
    not printed) and ``familiesammenfoerte``, all in persons. Raises KeyError for a year without bilag A.
    """
    persons = tabeller["bilag_a"].loc[lambda t: t["kvoteaar"] == kvoteaar].set_index("kommunekode")
    families = tabeller["familiesammenfoerte"].loc[lambda t: t["kvoteaar"] == kvoteaar].set_index("kommunekode")
    if persons.empty or families.empty:
        raise KeyError(f"bilag A for {kvoteaar}")
    joined = persons[["befolkning", "indvandrere_flygtninge", "asylansoegere"]].join(
        families["familiesammenfoerte"], how="outer", validate="one_to_one"
    )
    register = gaeldende(tabeller["kommuner"], aarets_dag(kvoteaar)).set_index("kommunekode")[["kommune", "region"]]
    return register.join(joined, how="inner", validate="one_to_one").sort_index()


def aar_med_data(tabeller: Mapping[str, pd.DataFrame]) -> list[int]:
    """The quota years that can be computed: those with a landstal and both tables of bilag A."""
    tables = ("landstal", "bilag_a", "familiesammenfoerte")
    return sorted(set.intersection(*({int(y) for y in tabeller[t]["kvoteaar"]} for t in tables)))


def forrige_aar(tabeller: Mapping[str, pd.DataFrame], kvoteaar: int) -> int | None:
    """The latest earlier quota year that can be computed and has published kommunekvoter, or None where there is
    none."""
    years = set(aar_med_data(tabeller)) & set(tabeller["bilag_b"]["kvoteaar"])
    return max((int(y) for y in years if y < kvoteaar), default=None)


def grundlagsfund(grundlag: pd.DataFrame, landstal: Any = 0) -> list[Fund]:
    """Everything that is wrong with, or unlikely in, what quotas are computed from.

    Errors are what :func:`fordel` raises. ``grundlag`` and ``landstal`` as for :func:`fordel`. Warnings are a kommune
    without inhabitants, and one with more ``asylansoegere`` (where there is such a column) than inhabitants: they don't
    enter the computation; a centre larger than its kommune is unheard of, not impossible. The findings' ``fil`` is
    ``grundlag``, their ``raekke`` the kommunekode.
    """
    found, sound = _findings(grundlag, landstal)
    return found + _relations(grundlag) if sound else found


def _validate(grundlag: pd.DataFrame, landstal: Any, *, sammenhaeng: bool) -> None:
    found = grundlagsfund(grundlag, landstal) if sammenhaeng else _findings(grundlag, landstal)[0]
    errors = [f for f in found if f.alvor == FEJL]
    if errors:
        raise DataError(errors)


def _relations(grundlag: pd.DataFrame) -> list[Fund]:
    """The numbers of each kommune compared with each other; a cell that is no number is a finding already."""
    found = []
    name = grundlag["kommune"].to_dict() if "kommune" in grundlag.columns else {}
    for code, inhabitants in grundlag["befolkning"].items():
        if not _persons(inhabitants):
            continue
        who = f"{name[code]} har" if code in name else "kommunen har"
        if inhabitants == 0:
            found.append(Fund("grundlag", str(code), "befolkning", "0", f"{who} ingen indbyggere", ADVARSEL))
        for column, persons, severity in _HOEJST_BEFOLKNINGEN:
            value = grundlag.at[code, column] if column in grundlag.columns else None
            if value is not None and _persons(value) and value > inhabitants:
                text = f"{who} flere {persons} end indbyggere ({dansk.tal(int(inhabitants))})"
                found.append(Fund("grundlag", str(code), column, str(int(value)), text, severity))
    return found


def _persons(value: Any) -> bool:
    return pd.api.types.is_scalar(value) and not pd.isna(value) and er_helt_tal(value) and value >= 0


def _findings(grundlag: pd.DataFrame, landstal: Any) -> tuple[list[Fund], bool]:
    """What is wrong with columns, codes and single cells, and whether the cells can be compared with each other."""
    found = [
        Fund("grundlag", "", column, "", "kolonnen mangler")
        for column in ["region", *ANTAL]
        if column not in grundlag.columns
    ]
    twice = grundlag.columns[grundlag.columns.duplicated()].unique()
    if found or len(twice):
        return [*found, *(Fund("grundlag", "", str(c), "", "kolonnen står to gange") for c in twice)], False
    for code in grundlag.index[grundlag.index.duplicated()].unique():
        found.append(Fund("grundlag", str(code), "kommunekode", str(code), "kommunen står to gange"))
    for code in grundlag.index.unique():
        if not (isinstance(code, str) and len(code) == 3 and code.isascii() and code.isdigit()):
            found.append(
                Fund("grundlag", str(code), "kommunekode", str(code), "skal være en tekst på tre cifre, fx «101»")
            )
    for code, region in grundlag["region"].items():
        if not isinstance(region, str) or not region.strip():
            found.append(Fund("grundlag", str(code), "region", "", "kommunen har ingen region"))
    for column in ANTAL:
        before = len(found)
        for code, value in grundlag[column].items():
            if pd.api.types.is_scalar(value) and pd.isna(value):
                found.append(Fund("grundlag", str(code), column, "", "tallet mangler"))
            elif not er_helt_tal(value):
                found.append(Fund("grundlag", str(code), column, str(value), "skal være et helt antal personer"))
            elif value < 0:
                found.append(Fund("grundlag", str(code), column, str(value), "må ikke være negativt"))
        if column != "familiesammenfoerte" and len(found) == before and not any(grundlag[column]):
            found.append(
                Fund("grundlag", "", column, "0", "der er ingen personer i nogen kommune, så andelene findes ikke")
            )
    if not er_helt_tal(landstal) or landstal < 0:
        found.append(Fund("grundlag", "", "landstal", str(landstal), "landstallet skal være et helt tal på mindst 0"))
    elif landstal >= 2**63:
        found.append(Fund("grundlag", "", "landstal", str(landstal), "landstallet er for stort"))
    return found, grundlag.index.is_unique
