"""Registers with dates: which of a register's rows are in force on a day.

A kommune, a region with its KKR, a klynge, a tilsyn and a tile of the map are rows with a first and a last day, both
included; the last is empty while the row lasts. A name or a border that changes is another row of the same key, and
what stood in an earlier year is asked for on that year's day. A quota year is the distribution for that year, so its
day is 1 January.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FRA, TIL = "gaelder_fra", "gaelder_til"


def aarets_dag(aar: int) -> date:
    """The day that a year's facts are about where they name no other: 1 January."""
    return date(int(aar), 1, 1)


def gaeldende(raekker: pd.DataFrame, dag: date) -> pd.DataFrame:
    """The rows in force on a day: begun by then, and not ended before it, numbered from 0.

    ``raekker`` has the dates :data:`FRA` and :data:`TIL` (missing while it lasts), both included; all its columns are
    kept.
    """
    import pandas as pd  # only here: what lists the pages asks for the names of the dates alone

    day = pd.Timestamp(dag)
    begun = raekker[FRA] <= day
    return raekker[begun & (raekker[TIL].isna() | (raekker[TIL] >= day))].reset_index(drop=True)


def paa_dagen(tabeller: Mapping[str, pd.DataFrame], dag: date, *navne: str) -> dict[str, pd.DataFrame]:
    """The tables with the registers ``navne`` as they were on a day (see :func:`gaeldende`)."""
    return {**tabeller, **{name: gaeldende(tabeller[name], dag) for name in navne}}
