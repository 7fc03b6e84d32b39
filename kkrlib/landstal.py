"""The landstal as announcements: a quota year's first, with bilag A and B, and those that change it.

A landstal is announced by 1 May of the year before (integrationsloven § 6) and can be changed until the quota year
ends, for the year that runs or the next (BEK 550/2022 § 2, stk. 5-8). Every reader of the table ``landstal`` asks here,
so that none of them takes a year to have one row. All functions take what :func:`kkrlib.data.load` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

#: What an announcement does to the quotas (column ``konsekvens``; empty where its source does not say).
BEREGNING, NY_BEREGNING, NEDSAETTELSE = "beregning", "ny beregning", "forholdsmæssig nedsættelse"


def kvoteaar(tabeller: Mapping[str, pd.DataFrame]) -> list[int]:
    """The quota years that have a landstal, in order."""
    return sorted({int(year) for year in tabeller["landstal"]["kvoteaar"]})


def udmeldinger(tabeller: Mapping[str, pd.DataFrame], aar: int) -> pd.DataFrame:
    """The announcements of a quota year in order (column ``nr``), with the columns of the table; empty for a year
    without."""
    rows = tabeller["landstal"]
    return rows[rows["kvoteaar"] == aar].sort_values("nr", kind="stable").reset_index(drop=True)


def brev(tabeller: Mapping[str, pd.DataFrame], aar: int) -> dict[str, Any] | None:
    """The first announcement of a quota year: the letter that has bilag A and B. None for a year without."""
    return gaeldende(udmeldinger(tabeller, aar).head(1))


def gaeldende(udmeldinger: pd.DataFrame, dag: date | None = None) -> dict[str, Any] | None:
    """The announcement in force on ``dag`` (the last one, where no day is given), as a dictionary of its columns.

    ``udmeldinger`` is what :func:`udmeldinger` returns. One without a date counts from that of the one before it, which
    is the earliest that the order allows. None where nothing was announced yet.
    """
    known = udmeldinger
    if dag is not None:
        days = known["udmeldt"].ffill()
        known = known[days.isna() | (days <= pd.Timestamp(dag))]
    return None if known.empty else known.iloc[-1].to_dict()


def befolkning_opgjort(tabeller: Mapping[str, pd.DataFrame]) -> pd.Series:
    """The date of the population in each year's bilag A, index ``kvoteaar``; missing where the letter's is not at
    hand."""
    rows = tabeller["landstal"]
    return rows[rows["nr"] == 1].set_index("kvoteaar")["befolkning_opgjort"]
