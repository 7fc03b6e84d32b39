"""Tables of all kommuner or klynger, by region."""

from __future__ import annotations

from typing import Any

from kkrlib.omraade import HELE_LANDET

RESTEN = "Resten af landet"


def foldet(region: str) -> dict[str, Any]:
    """How :func:`kkrlib.tabeller.tabel` folds a table with the column ``region`` on a page about ``region``.

    On the page of the whole country each region is one click away; on a region's own page its rows stand in the open,
    and the rest of the country is one click away.
    """
    own = {} if region == HELE_LANDET else {"valgt": region, "resten": RESTEN}
    return {"gruppe": "region", **own}
