"""Tables of all kommuner or klynger, by region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.omraade import HELE_LANDET

RESTEN = "Resten af landet"
#: What the row of the whole country is called.
LANDET = dansk.stort(HELE_LANDET)


def foldet(region: str) -> dict[str, Any]:
    """How :func:`kkrlib.tabeller.tabel` folds a table with the column ``region`` on a page about ``region``.

    On the page of the whole country each region is one click away; on a region's own page its rows stand in the open,
    and the rest of the country is one click away.
    """
    own = {} if region == HELE_LANDET else {"valgt": region, "resten": RESTEN}
    return {"gruppe": "region", **own}


def i_alt(
    rows: pd.DataFrame, regioner: Iterable[str], kolonner: Sequence[str], navn: str = "kommune", mindst: int = 0
) -> pd.DataFrame:
    """A total row for each of ``regioner`` that has rows, in that order, and one for the country.

    ``rows``: a row per kommune or klynge with ``region`` and ``kolonner``. Returns ``region``, ``kolonner`` and
    ``navn``, what the row is called. A sum of fewer than ``mindst`` known numbers is unknown.
    """
    columns = list(kolonner)
    sums = rows.groupby("region", sort=False)[columns].sum(min_count=mindst)
    sums = sums.loc[[r for r in regioner if r in sums.index]].reset_index()
    sums[navn] = [f"{region} i alt" for region in sums["region"]]
    country = rows[columns].sum(min_count=mindst).to_frame().T.assign(**{"region": LANDET, navn: LANDET})
    return pd.concat([sums, country], ignore_index=True)
