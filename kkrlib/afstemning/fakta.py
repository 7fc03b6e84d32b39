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
    """Facts with one row per number. The edition of a subject is the year of the document that prints it, but for the
    letters on refugees, which say themselves what year they are for.
    """
    printed = {str(k): _tekst(v)[:4] for k, v in tabeller["kilder"][["kilde", "tid"]].to_numpy()}
    codes = {str(name): str(code) for name, code in tabeller["kommuner"][["kommune", "kommunekode"]].to_numpy()}
    for table in ("socialtilsyn_fakta", "oevrige_fakta"):
        facts = tabeller[table]
        place = facts.assign(_nr=range(len(facts))).sort_values(["kilde", "linje", "_nr"], kind="stable")
        for row in place.astype(object).where(place.notna(), "").astype(str).to_dict("records"):
            felt = row.get("emne", "socialtilsyn")
            own = {c: row[c] for c in ("id", "tabel", "afsnit", "raekke", "kolonne", "basisaar", "enhed")}
            yield own | {
                "felt": felt,
                "udgave": row.get("rapport") or _udgave(row, felt, printed),
                "aar": row["beskriver_aar"],
                "kommunekode": codes.get(row["raekke"], ""),
            }


def _udgave(row: Mapping[str, str], felt: str, printed: Mapping[str, str]) -> str:
    of_field = {"flygtninge-tekst": row["beskriver_aar"], "boernehus": row["beskriver_aar"], "sosu": "2022"}
    return of_field.get(felt, printed[row["kilde"]])


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
