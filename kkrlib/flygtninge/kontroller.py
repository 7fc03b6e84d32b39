"""The controls of the refugee letters: each published number beside what it must equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from kkrlib import afstemning
from kkrlib.flygtninge.regel import aar_med_data, fordel, grundlag
from kkrlib.flygtninge.udmelding import kvoter_pr_udmelding
from kkrlib.landstal import brev, udmeldinger
from kkrlib.perioder import aarets_dag, paa_dagen

_TABEL = {
    "bilag_a": "bilag A",
    "familiesammenfoerte": "bilag A, familiesammenføringer",
    "bilag_b": "bilag B",
    "regionskvoter": "regionskvoter",
    "fastsatte_kvoter": "fastsatte kommunekvoter",
    "fastsatte_regionskvoter": "fastsatte regionskvoter",
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

    ``tabeller`` is what :func:`kkrlib.data.load` returns, ``fordelt`` what :func:`fordel` returns for the landstal of
    the year's letter, its first announcement.

    - ``regel``: each published kommunekvote (bilag B) and regionskvote against the computed one;
    - ``sum``: each printed total and regional sum against its rows;
    - ``lighed``: the totals of the regionskvoter and of bilag B against the landstal;
    - of quotas as fixed or agreed: that they sum to the landstal and the regionskvoter of their announcement, and that
      each kommunekvote is that of bilag B (after a later announcement: what its consequence gives) in the regions
      without an aftale.
    """
    return afstemning.vurder(*kontrolsaet(tabeller, fordelt, kvoteaar), tabeller)


def alle_kontroller(tabeller: Mapping[str, pd.DataFrame]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The controls of every year that can be computed, and their led."""
    for year in aar_med_data(tabeller):
        letter = brev(tabeller, year) or {}
        yield kontrolsaet(tabeller, fordel(grundlag(tabeller, year), int(letter["landstal"])), year)


def kontrolsaet(
    tabeller: Mapping[str, pd.DataFrame], fordelt: pd.DataFrame, kvoteaar: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The controls of one year and their led, for :func:`kkrlib.afstemning.beregn`.

    Kommuner and regions are those of 1 January of the quota year.
    """
    tabeller = paa_dagen(tabeller, aarets_dag(kvoteaar), "kommuner", "regioner")
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

    landstal = f"landstal/{kvoteaar}/1/landstal"
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
        text = (
            f"{place}: {_STOERRELSE[column]} i alt er summen af "
            f"{'regionerne' if table == 'regionskvoter' else 'kommunerne'}"
        )
        name = f"sum-{table}-{column}-{_slug(tabeller, place)}".replace("_", "-")
        nothing = "" if parts else f"{_TABEL[table]} har ingen tal for {kvoteaar} at lægge sammen"
        controls.tilfoej(name, "sum", own, text, parts, tabelnavn=_TABEL[table], mangler=nothing)
        if column in ("kommunekvote", "regionskvote") and place not in regions:
            text = f"{_STOERRELSE[column].capitalize()} i alt er landstallet"
            controls.tilfoej(f"landstal-{column}", "lighed", own, text, [("samme", landstal)], tabelnavn=_TABEL[table])
    _fastsatte(controls, tabeller, fordelt, kvoteaar)
    return controls.kontroller, controls.led


def _fastsatte(
    controls: afstemning.Kontrolsaet, tabeller: Mapping[str, pd.DataFrame], fordelt: pd.DataFrame, kvoteaar: int
) -> None:
    """The controls of the quotas that were fixed or agreed after each announcement of the year."""
    fixed, regional = (
        tabeller[name].loc[lambda t: t["kvoteaar"] == kvoteaar]
        for name in ("fastsatte_kvoter", "fastsatte_regionskvoter")
    )
    if fixed.empty and regional.empty:
        return
    register = tabeller["kommuner"].set_index("kommunekode")["kommune"]
    letter = set(tabeller["bilag_b"].loc[lambda t: t["kvoteaar"] == kvoteaar, "kommunekode"])
    april = set(tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == kvoteaar, "region"])
    agreed = set(tabeller["aftaler"].loc[lambda t: t["kvoteaar"] == kvoteaar, "region"])
    quotas = kvoter_pr_udmelding(tabeller, kvoteaar, fordelt)
    for announcement in udmeldinger(tabeller, kvoteaar).itertuples():
        nr = int(announcement.nr)
        own, of_regions = fixed[fixed["nr"] == nr], regional[regional["nr"] == nr]
        key = f"fastsatte_kvoter/{kvoteaar}/{nr}/{{}}/kommunekvote"
        landstal, where = f"landstal/{kvoteaar}/{nr}/landstal", f"efter udmelding {nr}"
        unknown = (
            "" if nr == 1 or pd.notna(announcement.konsekvens) else "Kilden siger ikke, hvad der følger for kvoterne"
        )
        if len(own):
            parts = [("led", key.format(code)) for code in sorted(own["kommunekode"])]
            text = f"Landstallet er summen af de fastsatte kommunekvoter {where}"
            controls.tilfoej(f"fastsat-{nr}-sum", "sum", landstal, text, parts, tabelnavn="landstal")
        for row in own.sort_values("kommunekode").itertuples():
            if row.region in agreed:
                continue
            code, name = row.kommunekode, f"{row.kommunekode} {register[row.kommunekode]}"
            fact, table = key.format(code), _TABEL["fastsatte_kvoter"]
            if nr == 1 and code in letter:
                text = f"Den fastsatte kvote for {name} er den i bilag B"
                same = [("samme", f"bilag_b/{kvoteaar}/{code}/kommunekvote")]
                controls.tilfoej(f"fastsat-{nr}-{code}", "lighed", fact, text, same, tabelnavn=table)
            else:
                text = f"Den fastsatte kvote for {name} {where} er den, reglen giver"
                value = quotas[nr].at[code, "foelger"]
                lacking = unknown or ("" if pd.notna(value) else "Kvoterne før nedsættelsen er ikke kendt")
                controls.tilfoej(
                    f"fastsat-{nr}-{code}",
                    "regel",
                    fact,
                    text,
                    [("grundlag", landstal)],
                    tabelnavn=table,
                    beregnet=None if lacking else int(value),
                    mangler=lacking,
                )
        forms = {form: rows.set_index("region") for form, rows in of_regions.groupby("form", sort=True)}
        for form, rows in forms.items():
            facts = {r: f"fastsatte_regionskvoter/{kvoteaar}/{nr}/{form}/{r}/regionskvote" for r in rows.index}
            text = f"Landstallet er summen af de {form}e regionskvoter {where}"
            parts = [("led", fact) for fact in facts.values()]
            controls.tilfoej(f"fastsat-{nr}-{form}-sum", "sum", landstal, text, parts, tabelnavn="landstal")
        # What the kommuner of a region must sum to: what the regions agreed on, else what was fixed, else the letter's.
        chosen = "aftalt" if "aftalt" in forms else "fastsat" if "fastsat" in forms else ""
        for region, rows in own.groupby("region", sort=True):
            if not chosen and (nr > 1 or region not in april):
                continue
            fact = (
                f"fastsatte_regionskvoter/{kvoteaar}/{nr}/{chosen}/{region}/regionskvote"
                if chosen
                else f"regionskvoter/{kvoteaar}/{region}/regionskvote"
            )
            parts = [("led", key.format(code)) for code in sorted(rows["kommunekode"])]
            text = f"Regionskvoten for {region} er summen af de fastsatte kommunekvoter {where}"
            table = _TABEL["fastsatte_regionskvoter" if chosen else "regionskvoter"]
            name = f"fastsat-{nr}-region-{_slug(tabeller, region)}"
            controls.tilfoej(name, "sum", fact, text, parts, tabelnavn=table)


def _slug(tabeller: Mapping[str, pd.DataFrame], place: object) -> str:
    slugs = tabeller["regioner"].set_index("region")["slug"]
    return str(slugs.get(place, str(place).casefold()))
