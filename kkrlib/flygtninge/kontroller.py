"""The controls of the refugee letters: each published number beside what it must equal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kkrlib import afstemning

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
    register = tabeller["kommuner"].set_index("kommunekode")["kommune"]
    rows = []

    def add(key: str, fact: Mapping[str, object], table: str, art: str, text: str, published: object, computed: object) -> None:
        place = f"Kilde {fact['kilde']}, punkt {fact['punkt']}, {_TABEL[table]}"
        line = f"{fact['kilde']}:{fact['linje']}"
        rows.append((f"flygtninge-{kvoteaar}-{key}", place, line, art, text, published, computed))

    def facts(table: str) -> list[dict[str, object]]:
        return tabeller[table][tabeller[table]["kvoteaar"] == kvoteaar].to_dict("records")

    by_region = fordelt.groupby("region")["kommunekvote"].sum()
    for fact in facts("regionskvoter"):
        text = f"Regionskvote, {fact['region']}"
        add(f"regionskvote-{_slug(tabeller, fact['region'])}", fact, "regionskvoter", "regel", text, fact["regionskvote"], by_region[fact["region"]])
    for fact in sorted(facts("bilag_b"), key=lambda f: f["kommunekode"]):
        code = fact["kommunekode"]
        text = f"Kommunekvote, {code} {register[code]}"
        add(f"kommunekvote-{code}", fact, "bilag_b", "regel", text, fact["kommunekvote"], fordelt.at[code, "kommunekvote"])

    landstal = facts("landstal")[0]["landstal"]
    for fact in facts("summer"):
        table, column, place = fact["tabel"], fact["kolonne"], fact["omraade"]
        parts = tabeller[table][tabeller[table]["kvoteaar"] == kvoteaar]
        if place in set(tabeller["regioner"]["region"]):
            parts = parts[parts["region"] == place]
        text = f"Sum af {_STOERRELSE[column]}, {place}"
        slug = _slug(tabeller, place)
        add(f"sum-{table.replace('_', '-')}-{column.replace('_', '-')}-{slug}", fact, table, "sum", text, fact["vaerdi"], parts[column].sum())
        if column in ("kommunekvote", "regionskvote") and place not in set(tabeller["regioner"]["region"]):
            add(f"landstal-{column}", fact, table, "lighed", f"{_STOERRELSE[column].capitalize()} i alt mod landstallet", fact["vaerdi"], landstal)

    faults = tabeller["kildefejl"].query("kvoteaar == @kvoteaar and art == 'sum'")
    keys = [
        f"flygtninge-{kvoteaar}-sum-{f.tabel.replace('_', '-')}-{f.kolonne.replace('_', '-')}-{_slug(tabeller, f.noegle)}"
        for f in faults.itertuples()
    ]
    known = pd.DataFrame({"fund": list(faults["fejl"]), "forklaring": list(faults["begrundelse"])}, index=keys)
    columns = [c for c in afstemning.KOLONNER if c not in ("forskel", "dom", "fund", "forklaring")]
    return afstemning.doem(pd.DataFrame(rows, columns=columns), known)


def _slug(tabeller: Mapping[str, pd.DataFrame], place: object) -> str:
    slugs = tabeller["regioner"].set_index("region")["slug"]
    return str(slugs.get(place, str(place).casefold()))
