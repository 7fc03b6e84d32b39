"""What an announcement does to the quotas: a new computation, a proportional cut, and how the two differ.

A landstal that must be changed (§ 2, stk. 5 and 6) is distributed anew; one that is changed by less was in 2017
followed by a proportional cut of the quotas that were already fixed (meddelelser.csv, us-2017-09). Both can be computed
for every announcement; which of them its source says (``konsekvens`` of the table ``landstal``) is a fact and is not
concluded from the size of the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib import landstal as _landstal
from kkrlib.errors import ADVARSEL, DataError, Fund
from kkrlib.flygtninge.regel import fordel
from kkrlib.flygtninge.scenarier import aendringsgraenser
from kkrlib.fordeling import er_helt_tal, stoerste_broek
from kkrlib.landstal import NEDSAETTELSE, NY_BEREGNING

#: The tables of a year's letter, as readers of ``kkr check`` know them.
BREVETS_TABELLER = {
    "bilag_a": "bilag A",
    "familiesammenfoerte": "familiesammenføringerne i bilag A",
    "regionskvoter": "regionskvoterne",
    "bilag_b": "bilag B",
    "summer": "de trykte summer",
}
#: What a year's letter says, and what the page lacks without it.
BREVETS_FELTER = {
    "udmeldt": "siden nævner ikke brevets dato",
    "aftalefrist": "om en aftale er meddelt i tide, kan ikke efterprøves",
    "bekendtgoerelse": "siden nævner ikke, hvilken bekendtgørelse brevet henviser til",
    "befolkning_opgjort": "siden nævner ikke, hvornår indbyggertallet er opgjort",
    "asylansoegere_opgjort": "det er ikke oplyst, hvornår asylansøgerne er opgjort",
    "familiesammenfoerte_aar": "siden nævner ikke, hvilket år familiesammenføringerne er fra",
}


def ny_beregning(grundlag: pd.DataFrame, landstal: int) -> pd.Series:
    """The quotas that a changed landstal gives when it is distributed anew: those of :func:`fordel` (persons,
    ``int64``).

    The grundlag is that of the year's first announcement: its bilag A is of the year in which the landstal was
    announced (§ 8).
    """
    return fordel(grundlag, landstal)["kommunekvote"]


def nedsaet(kvoter: pd.Series, til: int) -> pd.Series:
    """Cut quotas in proportion so that they sum to ``til``: what each has of all, as whole persons by largest
    remainder.

    ``kvoter``: persons by kommunekode, as they were fixed. No quota rises, none of zero becomes more, and a larger one
    never ends below a smaller one. That the remainders go to the largest is an assumption (ikke efterprøvet): the
    announcements do not say how they are rounded. Returns ``int64`` on the same index. Raises DataError for a quota or
    a ``til`` that is no whole number ≥ 0, and for a ``til`` above the sum, which is no cut.
    """
    found = [
        Fund("kvoter", str(code), "kommunekvote", "" if pd.isna(x) else str(x), "skal være et helt antal på mindst 0")
        for code, x in kvoter.items()
        if pd.isna(x) or not er_helt_tal(x) or x < 0
    ]
    if not er_helt_tal(til) or til < 0:
        found.append(Fund("kvoter", "", "landstal", str(til), "skal være et helt tal på mindst 0"))
    elif not found and til > (total := sum(int(x) for x in kvoter)):
        found.append(
            Fund("kvoter", "", "landstal", str(til), f"er ikke en nedsættelse af kvoter, der giver {dansk.tal(total)}")
        )
    if found:
        raise DataError(found)
    return stoerste_broek(kvoter, int(til)).rename("kommunekvote")


def aendringer(tabeller: Mapping[str, pd.DataFrame], aar: int) -> pd.DataFrame:
    """The announcements of a year in order, each beside the limit of § 2 for the landstal that it changes.

    Returns one row per announcement: ``nr``, ``landstal``, ``udmeldt`` (may be missing), ``konsekvens`` (may be
    missing), ``fra`` (the landstal before, ``Int64``), ``aendring`` (the change in per cent of it, an exact Fraction or
    None), ``graense`` (the limit in per cent on the day of the announcement, or None where no rule is known or the day
    is not) and ``over`` (whether the change is above it, or None).
    """
    rows = _landstal.udmeldinger(tabeller, aar)
    before = rows["landstal"].shift().astype("Int64")
    change, limit, above = [], [], []
    for row, old in zip(rows.itertuples(), before, strict=True):
        known = not pd.isna(old) and not pd.isna(row.udmeldt)
        rule = aendringsgraenser(int(old), tabeller["retsregler"], row.udmeldt.date()) if known else None
        change.append(Fraction(100 * (int(row.landstal) - int(old)), int(old)) if not pd.isna(old) and old else None)
        limit.append(rule["procent"] if rule else None)
        told = rule is not None and rule["procent"] is not None
        above.append(not rule["ned"] < row.landstal < rule["op"] if rule is not None and told else None)
    result = rows[["nr", "landstal", "udmeldt", "konsekvens"]].assign(fra=before)
    for name, values in (("aendring", change), ("graense", limit), ("over", above)):
        result[name] = pd.Series(values, index=result.index, dtype=object)
    return result


def kvoter_pr_udmelding(
    tabeller: Mapping[str, pd.DataFrame], aar: int, grundlag: pd.DataFrame
) -> dict[int, pd.DataFrame]:
    """The kommunekvoter after each announcement of a year, by its ``nr``, both consequences beside each other.

    ``grundlag``: see :func:`fordel`. Each DataFrame is on its index with ``Int64`` columns: ``ny_beregning``;
    ``nedsaettelse``, the cut of what
    was in force before (missing for the first, for a landstal that is no cut, and where what was in force is not
    known); ``fastsat``, as Udlændingestyrelsen fixed them (missing where the list is not at hand); ``foelger``, the one
    of the two that the announcement's ``konsekvens`` names (missing where it names none); and ``gaeldende``:
    ``fastsat`` if it is known, else ``foelger``.
    """
    result: dict[int, pd.DataFrame] = {}
    missing = pd.Series(pd.NA, index=grundlag.index, dtype="Int64")
    in_force = missing
    for row in _landstal.udmeldinger(tabeller, aar).itertuples():
        anew = ny_beregning(grundlag, int(row.landstal)).astype("Int64")
        cut = missing
        if row.nr > 1 and in_force.notna().all() and row.landstal <= in_force.sum():
            cut = nedsaet(in_force, int(row.landstal)).astype("Int64")
        fixed = tabeller["fastsatte_kvoter"]
        fixed = fixed[(fixed["kvoteaar"] == aar) & (fixed["nr"] == row.nr)].set_index("kommunekode")["kommunekvote"]
        fixed = fixed.astype("Int64").reindex(grundlag.index)
        follows = missing if pd.isna(row.konsekvens) else cut if row.konsekvens == NEDSAETTELSE else anew
        in_force = fixed if fixed.notna().all() else follows
        result[int(row.nr)] = pd.DataFrame(
            {"ny_beregning": anew, "nedsaettelse": cut, "fastsat": fixed, "foelger": follows, "gaeldende": in_force}
        )
    return result


def beregnet_udmelding(tabeller: Mapping[str, pd.DataFrame], aar: int) -> dict[str, Any]:
    """The last announcement of a year whose quotas the rule computes: the first, or the last with a new computation."""
    rows = _landstal.udmeldinger(tabeller, aar)
    return rows[(rows["nr"] == 1) | (rows["konsekvens"] == NY_BEREGNING)].iloc[-1].to_dict()


def bekendtgoerelse(tabeller: Mapping[str, pd.DataFrame], dag: date) -> dict[str, Any] | None:
    """The bekendtgørelse in force on a day: the latest issued until then that replaces the one before it. None before
    the first known."""
    acts = tabeller["bekendtgoerelser"]
    acts = acts[acts["aendrer"].isna() & (acts["udstedt"] <= pd.Timestamp(dag))].sort_values("udstedt")
    return None if acts.empty else acts.iloc[-1].to_dict()


def modstrid(tabeller: Mapping[str, pd.DataFrame]) -> list[Fund]:
    """Announcements whose consequence is impossible: a proportional cut to a landstal that is not lower. Errors."""
    found = []
    for year in _landstal.kvoteaar(tabeller):
        rows = aendringer(tabeller, year)
        for row in rows[(rows["konsekvens"] == NEDSAETTELSE) & (rows["landstal"] >= rows["fra"])].itertuples():
            said = f"{year}, nr. {row.nr}: landstallet er ikke lavere end {dansk.tal(row.fra)}, som det var før"
            found.append(Fund("landstal.csv", _line(tabeller, year, row.nr), "konsekvens", row.konsekvens, said))
    return found


def ufaerdigt(tabeller: Mapping[str, pd.DataFrame]) -> list[Fund]:
    """What is not entered yet of the years that are begun, with file, row and column: warnings, since the page is built
    without it.

    A year is begun when one of the letter's tables has rows of it. A landstal alone is an announcement, not an
    unfinished year.
    """
    found: list[Fund] = []
    for year in _landstal.kvoteaar(tabeller):
        there = {name: bool((tabeller[name]["kvoteaar"] == year).any()) for name in BREVETS_TABELLER}
        if not any(there.values()):
            continue
        for name, words in BREVETS_TABELLER.items():
            if not there[name]:
                said = f"{words} for {year} er ikke indtastet"
                if name in ("bilag_a", "familiesammenfoerte"):
                    said += f", så {year} kan ikke beregnes"
                found.append(Fund(f"{name}.csv", "mangler", "kvoteaar", str(year), said, ADVARSEL))
        letter = _landstal.brev(tabeller, year) or {}
        for column, without in BREVETS_FELTER.items():
            if pd.isna(letter[column]):
                said = f"er ikke udfyldt for {year}: {without}"
                found.append(Fund("landstal.csv", _line(tabeller, year, 1), column, "", said, ADVARSEL))
        for row in aendringer(tabeller, year).itertuples():
            if row.nr > 1 and pd.isna(row.konsekvens):
                said = f"er ikke udfyldt for {year}, nr. {row.nr}: hvad der følger for kvoterne, er ikke kendt"
                found.append(Fund("landstal.csv", _line(tabeller, year, row.nr), "konsekvens", "", said, ADVARSEL))
        rule = aendringsgraenser(int(letter["landstal"]), tabeller["retsregler"], regeldag(letter))
        if rule["mangler"]:
            found.append(Fund("retsregler.csv", "mangler", "regel", "", f"{year}: {rule['mangler']}", ADVARSEL))
    return found


def regeldag(udmelding: Mapping[str, Any]) -> date:
    """The day whose rule on changes of the landstal is shown: the deadline for aftaler, else the day of the
    announcement, else the last day before the quota year (of a later announcement the quota year's last)."""
    for column in ("aftalefrist", "udmeldt"):
        if not pd.isna(udmelding[column]):
            return udmelding[column].date()
    return date(int(udmelding["kvoteaar"]) - int(udmelding["nr"] == 1), 12, 31)


def _line(tabeller: Mapping[str, pd.DataFrame], aar: int, nr: int) -> str:
    """The line of an announcement in the file; the header is line 1."""
    rows = tabeller["landstal"].reset_index(drop=True)
    return str(int(rows.index[(rows["kvoteaar"] == aar) & (rows["nr"] == nr)][0]) + 2)
