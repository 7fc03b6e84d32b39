"""The structure of kommuner and regions between two days: what became part of what, and which regions are others.

A change since an earlier year is summed over the same kommuner: one that has become part of another since then counts
there in both years. The table ``kommune_efterfoelgere`` says which, and from which day on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from kkrlib.perioder import gaeldende

Tabeller = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Aendring:
    """What a kommune or a region (``nu``) consists of from a day on: ``foer`` are the kommuner or the regions before.

    ``hele``: all kommuner of the regions ``foer`` are in it. ``ny``: the kommune is a new one, not one of ``foer`` that
    others became part of.
    """

    dag: date
    slags: str
    foer: tuple[str, ...]
    nu: str
    hele: bool = True
    ny: bool = False


KOMMUNE, REGION = "kommune", "region"


def efterfoelgere(tabeller: Tabeller, fra: date, til: date) -> dict[str, str]:
    """The kommunekode on the day ``til`` of each kommune of the earlier day ``fra``: its own, or of the one that it has
    become part of.
    """
    now = {code: code for code in gaeldende(tabeller["kommuner"], fra)["kommunekode"]}
    for row in _mellem(tabeller, fra, til).itertuples():
        now |= {code: row.efterfoelger for code, other in now.items() if other == row.kommunekode}
    return now


def aendringer(tabeller: Tabeller, fra: date, til: date) -> list[Aendring]:
    """What is another structure on the day ``til`` than on ``fra``: kommuner that became part of others, by day, and
    regions that consist of other kommuner or have another name, in the order of the register.
    """
    register = tabeller["kommuner"]
    found = []
    for (day, code), rows in _mellem(tabeller, fra, til).groupby(["dag", "efterfoelger"], sort=True):
        before, after = (gaeldende(register, d).set_index("kommunekode")["kommune"] for d in (_foer(day), day))
        names = tuple(before.get(old, old) for old in rows["kommunekode"])
        found.append(Aendring(day.date(), KOMMUNE, names, str(after.get(code, code)), ny=code not in before.index))
    now = efterfoelgere(tabeller, fra, til)
    old, new = (gaeldende(register, d).set_index("kommunekode")["region"] for d in (fra, til))
    for region in gaeldende(tabeller["regioner"], til).itertuples():
        came = {code for code, after in now.items() if new.get(after) == region.region}
        from_ = _ordnet(old[code] for code in sorted(came))
        if from_ == (region.region,) and came == set(old.index[old == region.region]):
            continue
        begun = _begyndte(register, region.region, fra, til, new)
        whole = all(set(old.index[old == r]) <= came for r in from_)
        found.append(Aendring(begun, REGION, from_, region.region, whole))
    return found


def _mellem(tabeller: Tabeller, fra: date, til: date) -> pd.DataFrame:
    """The successions after ``fra`` and until ``til``, by day."""
    rows = tabeller["kommune_efterfoelgere"]
    within = (rows["dag"] > pd.Timestamp(fra)) & (rows["dag"] <= pd.Timestamp(til))
    return rows[within].sort_values("dag", kind="stable")


def _begyndte(register: pd.DataFrame, region: str, fra: date, til: date, nu: pd.Series) -> date:
    """The latest day between the two on which a kommune of the region got it, else ``til``."""
    rows = register[register["kommunekode"].isin(nu.index[nu == region]) & (register["region"] == region)]
    days = rows["gaelder_fra"]
    days = days[(days > pd.Timestamp(fra)) & (days <= pd.Timestamp(til))]
    return days.max().date() if len(days) else til


def _foer(dag: pd.Timestamp) -> date:
    return (dag - pd.Timedelta(days=1)).date()


def _ordnet(navne: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(navne))
