"""Every number under the columns that a template selects on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pandas as pd

#: The field of a number that stands in a wide table: it has none.
BRED = ""

#: What a fact has, all texts; empty where there is none.
KOLONNER = (
    "id",
    "felt",
    "udgave",
    "tabel",
    "afsnit",
    "raekke",
    "kolonne",
    "aar",
    "basisaar",
    "enhed",
    "kommunekode",
)


def fakta(tabeller: Mapping[str, pd.DataFrame], brede: Collection[str] = ()) -> list[dict[str, str]]:
    """Every number that a template can select, in the order the sources print them; each with :data:`KOLONNER`.

    ``tabeller`` is what :func:`kkrlib.data.load` returns; ``brede`` names the wide tables whose numbers are wanted too.
    A number of a wide table has no field: ``tabel`` is the table, ``raekke`` its key (``2023/316``), ``kolonne`` its
    column.
    """
    return [*_smalle(tabeller), *_brede(tabeller, brede)]


def _tekst(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _smalle(tabeller: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, str]]:
    """Facts with one row per number."""
    facts = tabeller["fakta"].rename(columns={"beskriver_aar": "aar"})
    place = facts.assign(_nr=range(len(facts))).sort_values(["kilde", "linje", "_nr"], kind="stable")[list(KOLONNER)]
    yield from place.astype(object).where(place.notna(), "").astype(str).to_dict("records")


def _brede(tabeller: Mapping[str, pd.DataFrame], wanted: Collection[str]) -> Iterator[dict[str, str]]:
    for column in tabeller["kolonneroller"].itertuples():
        if column.tabel not in wanted or column.noegle == "id":
            continue
        keys = tabeller[column.tabel][column.noegle.split()]
        there = tabeller[column.tabel][column.kolonne].notna()
        for values in keys[there].itertuples(index=False):
            parts = "/".join(v.date().isoformat() if isinstance(v, pd.Timestamp) else _tekst(v) for v in values)
            yield dict.fromkeys(KOLONNER, "") | {
                "id": f"{column.tabel}/{parts}/{column.kolonne}",
                "felt": BRED,
                "tabel": str(column.tabel),
                "raekke": parts,
                "kolonne": str(column.kolonne),
            }
