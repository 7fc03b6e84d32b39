"""The controls of the refugee letters: each published number beside what it must equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from kkrlib import afstemning
from kkrlib.flygtninge.regel import fordel, grundlag

_TABEL = {
    "bilag_a": "bilag A",
    "familiesammenfoerte": "bilag A, familiesammenføringer",
    "bilag_b": "bilag B",
    "regionskvoter": "regionskvoter",
}
_STOERRELSE = {
    "befolkning": "befolkning",
    "indvandrere_flygtninge": "indvandrere og flygtninge",
    "asylansoegere": "asylansøgere",
    "familiesammenfoerte": "familiesammenførte",
    "kommunekvote": "kommunekvoter",
    "regionskvote": "regionskvoter",
}


def kontroller(tabeller: Mapping[str, pd.DataFrame], fordelt: pd.DataFrame, kvoteaar: int) -> pd.DataFrame:
    """Judge the published numbers of one year's letter (see :func:`kkrlib.afstemning.doem` for the columns).

    ``tabeller`` is what :func:`kkrlib.data.load` returns, ``fordelt`` what :func:`fordel` returns for the year.

    - ``regel``: each published kommunekvote (bilag B) and regionskvote against the computed one;
    - ``sum``: each printed total and regional sum against its rows;
    - ``lighed``: the totals of the regionskvoter and of bilag B against the landstal.
    """
    return afstemning.vurder(*kontrolsaet(tabeller, fordelt, kvoteaar), tabeller)


def alle_kontroller(tabeller: Mapping[str, pd.DataFrame]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The controls of every year that can be computed, and their led."""
    letters = tabeller["landstal"].set_index("kvoteaar")["landstal"]
    for year in sorted(
        set(tabeller["bilag_a"]["kvoteaar"]) & set(tabeller["familiesammenfoerte"]["kvoteaar"]) & set(letters.index)
    ):
        yield kontrolsaet(tabeller, fordel(grundlag(tabeller, year), int(letters[year])), int(year))


def kontrolsaet(
    tabeller: Mapping[str, pd.DataFrame], fordelt: pd.DataFrame, kvoteaar: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The controls of one year and their led, for :func:`kkrlib.afstemning.beregn`."""
    register = tabeller["kommuner"].set_index("kommunekode")["kommune"]
    regions = set(tabeller["regioner"]["region"])
    controls = afstemning.Kontrolsaet(f"flygtninge-{kvoteaar}")

    def facts(table: str) -> list[dict[str, Any]]:
        return tabeller[table][tabeller[table]["kvoteaar"] == kvoteaar].to_dict("records")

    def basis(codes: Iterable[str]) -> list[tuple[str, str]]:
        """What the rule computes a quota from."""
        columns = [
            "bilag_a/{}/{}/befolkning",
            "bilag_a/{}/{}/indvandrere_flygtninge",
            "familiesammenfoerte/{}/{}/familiesammenfoerte",
        ]
        return [
            ("grundlag", key)
            for key in (landstal, *(column.format(kvoteaar, code) for code in codes for column in columns))
        ]

    landstal = f"landstal/{kvoteaar}/landstal"
    by_region = fordelt.groupby("region")["kommunekvote"].sum()
    for fact in facts("regionskvoter"):
        region = fact["region"]
        members = basis(fordelt.index[fordelt["region"] == region])
        key, text = (
            f"regionskvote-{_slug(tabeller, region)}",
            f"Regionskvoten for {region} er summen af de kommunekvoter, reglen giver",
        )
        own = f"regionskvoter/{kvoteaar}/{region}/regionskvote"
        controls.tilfoej(
            key, "regel", own, text, members, tabelnavn=_TABEL["regionskvoter"], beregnet=int(by_region[region])
        )
    for fact in sorted(facts("bilag_b"), key=lambda f: f["kommunekode"]):
        code = fact["kommunekode"]
        own, quota = f"bilag_b/{kvoteaar}/{code}/kommunekvote", int(fordelt.at[code, "kommunekvote"])
        text = f"Kommunekvoten for {code} {register[code]} er den, reglen giver"
        controls.tilfoej(
            f"kommunekvote-{code}", "regel", own, text, basis([code]), tabelnavn=_TABEL["bilag_b"], beregnet=quota
        )

    for fact in facts("summer"):
        table, column, place = fact["tabel"], fact["kolonne"], fact["omraade"]
        own = f"summer/{kvoteaar}/{table}/{column}/{place}/vaerdi"
        key = "region" if table == "regionskvoter" else "kommunekode"
        rows = [f for f in facts(table) if (place not in regions or f["region"] == place) and pd.notna(f[column])]
        parts = [("led", f"{table}/{kvoteaar}/{f[key]}/{column}") for f in rows]
        text = f"{place}: {_STOERRELSE[column]} i alt er summen af {'regionerne' if table == 'regionskvoter' else 'kommunerne'}"
        name = f"sum-{table}-{column}-{_slug(tabeller, place)}".replace("_", "-")
        controls.tilfoej(name, "sum", own, text, parts, tabelnavn=_TABEL[table])
        if column in ("kommunekvote", "regionskvote") and place not in regions:
            text = f"{_STOERRELSE[column].capitalize()} i alt er landstallet"
            controls.tilfoej(f"landstal-{column}", "lighed", own, text, [("samme", landstal)], tabelnavn=_TABEL[table])
    return controls.kontroller, controls.led


def _slug(tabeller: Mapping[str, pd.DataFrame], place: object) -> str:
    slugs = tabeller["regioner"].set_index("region")["slug"]
    return str(slugs.get(place, str(place).casefold()))
