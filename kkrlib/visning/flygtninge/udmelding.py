"""The announcements of a landstal that changed within its year, and the quotas beside each other."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kkrlib.flygtninge import Beregning
from kkrlib.landstal import NEDSAETTELSE, NY_BEREGNING
from kkrlib.tabeller import Kolonne, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning import regioner
from kkrlib.visning.flygtninge.faelles import PERSONER, by_region, kilde, stort_foerst

_KONSEKVENS = {
    NY_BEREGNING: "Ny beregning af kvoterne",
    NEDSAETTELSE: "Forholdsmæssig nedsættelse af kvoterne",
}


def udmeldinger_tekst(b: Beregning) -> Any:
    """The heading and the rule on a landstal that changed within its year, or on quotas as fixed; nothing where there
    is neither."""
    if not _flere_kvoter(b):
        return None
    if len(b.udmeldinger) == 1:
        return Tekst(
            "## De fastsatte kvoter\n\nI de regioner, hvor kommunerne ikke har meddelt en aftale, fastsætter "
            "Udlændingestyrelsen kommunekvoterne inden den 30. september. Tabellen viser dem ved siden af de "
            "beregnede."
        )
    return Tekst(
        "## Ændringer af landstallet\n\nEt ændret landstal kan følges af en ny beregning, hvor det nye tal fordeles "
        "efter reglen, eller af en forholdsmæssig nedsættelse, hvor alle kommuners kvoter sættes ned med samme "
        "procent. Tabellerne viser begge dele og den, der følger af udmeldingen, når den er oplyst."
    )


def udmeldinger(b: Beregning) -> Any:
    """The announcements in order, each with its change and the limit for it; nothing where there is only one."""
    if len(b.udmeldinger) == 1:
        return None
    rows = b.udmeldinger.assign(
        nr=[f"Nr. {nr}" for nr in b.udmeldinger["nr"]],
        konsekvens=[
            "Kvoterne er beregnet" if nr == 1 else "Ikke oplyst" if pd.isna(x) else _KONSEKVENS[x]
            for nr, x in zip(b.udmeldinger["nr"], b.udmeldinger["konsekvens"], strict=True)
        ],
        pligt=[
            "Ikke relevant"
            if pd.isna(row.fra)
            else "Kan ikke afgøres"
            if row.over is None
            else f"{'Over' if row.over else 'Ikke over'} {row.graense} procent"
            for row in b.udmeldinger.itertuples()
        ],
    )
    return tabel(
        rows,
        [
            Kolonne("nr", "Udmelding", raekkehoved=True),
            Kolonne("udmeldt", "Dato", type="dato"),
            Kolonne("landstal", "Landstal", type="heltal", enhed=PERSONER),
            Kolonne("aendring", "Ændring", type="decimal", decimaler=1, fortegn=True, enhed="procent"),
            Kolonne("pligt", "Er ændringen over grænsen?"),
            Kolonne("konsekvens", "Hvad udmeldingen siger om kvoterne"),
        ],
        id="udmeldinger",
        titel=f"Udmeldinger af landstallet for {b.kvoteaar}",
        enhed="én udmelding pr. række",
        kilde=kilde(b, "egen beregning"),
        mangler={"udmeldt": "ikke oplyst", "aendring": "ingen"},
    )


def udmeldinger_kvoter(b: Beregning) -> Any:
    """The quotas of each kommune beside each other: of April, after the aftale, as fixed, and after each later
    announcement."""
    if not _flere_kvoter(b):
        return None
    rows = b.kommuner[["kommune", "region"]].copy()
    letters = b.tabeller["bilag_b"].loc[lambda t: t["kvoteaar"] == b.kvoteaar].set_index("kommunekode")["kommunekvote"]
    columns: list[tuple[str, str, pd.Series, str]] = []
    for row in b.udmeldinger.itertuples():
        quotas, nr = b.kvoter[row.nr], int(row.nr)
        at = f"nr. {nr}: " if len(b.udmeldinger) > 1 else ""
        named = "" if pd.isna(row.konsekvens) else row.konsekvens
        if nr == 1:
            columns.append(("beregnet_1", f"{at}Beregnet", quotas["ny_beregning"], "Reglens fordeling af landstallet"))
            columns.append(("bilag_b", f"{at}Bilag B", letters, "Udlændingestyrelsens beregnede kvoter"))
            columns += _after_aftale(b, at)
        else:
            for key, name, kind in (
                ("ny_beregning", "Ny beregning", NY_BEREGNING),
                ("nedsaettelse", "Nedsættelse", NEDSAETTELSE),
            ):
                mark = " (ifølge udmeldingen)" if named == kind else ""
                meaning = "Det, der følger af udmeldingen" if mark else "Til sammenligning"
                columns.append((f"{key}_{nr}", f"{at}{name}{mark}", quotas[key], meaning))
        columns.append((f"fastsat_{nr}", f"{at}Fastsat", quotas["fastsat"], "De kvoter, Udlændingestyrelsen fastsatte"))
    shown = []
    for key, heading, values, meaning in columns:
        values = values.reindex(rows.index).astype("Int64")
        if values.notna().any():
            rows[key] = values
            shown.append(Kolonne(key, stort_foerst(heading), type="heltal", beskrivelse=meaning))
    sums = rows.groupby("region")[[k.navn for k in shown]].sum(min_count=1).loc[b.regioner.index].reset_index()
    sums["kommune"] = [f"{region} i alt" for region in sums["region"]]
    country = (
        rows[[k.navn for k in shown]].sum(min_count=1).to_frame().T.assign(region="Hele landet", kommune="Hele landet")
    )
    totals = pd.concat([sums, country], ignore_index=True).astype({k.navn: "Int64" for k in shown})
    return tabel(
        by_region(b, rows),
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            *shown,
        ],
        id="udmeldinger-kvoter",
        titel=f"Kommunekvoter for {b.kvoteaar} efter hver udmelding"
        if len(b.udmeldinger) > 1
        else f"Beregnede og fastsatte kommunekvoter for {b.kvoteaar}",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        ialt=totals,
        mangler="ikke kendt",
        **regioner.foldet(b.region),
    )


def udmeldinger_regionskvoter(b: Beregning) -> Any:
    """The regionskvoter that were agreed or fixed beside those of the letter; nothing where there are none."""
    known = b.tabeller["fastsatte_regionskvoter"].loc[lambda t: t["kvoteaar"] == b.kvoteaar]
    if known.empty:
        return None
    april = b.tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == b.kvoteaar].set_index("region")["regionskvote"]
    rows = pd.DataFrame({"region": list(b.regioner.index)})
    shown = [Kolonne("region", "Region", raekkehoved=True)]
    parts = [("april", "Nr. 1: meldt ud i brevet", april)]
    parts += [
        (f"{form}_{nr}", f"Nr. {nr}: {form}", part.set_index("region")["regionskvote"])
        for (nr, form), part in known.groupby(["nr", "form"], sort=True)
    ]
    for key, heading, values in parts:
        if len(values):
            rows[key] = values.reindex(rows["region"]).astype("Int64").to_numpy()
            rows[key] = rows[key].astype("Int64")
            shown.append(Kolonne(key, heading, type="heltal"))
    return tabel(
        rows,
        shown,
        id="udmeldinger-regionskvoter",
        titel=f"Aftalte og fastsatte regionskvoter for {b.kvoteaar}",
        enhed=PERSONER,
        kilde=kilde(b),
        ialt=pd.DataFrame([{"region": "Hele landet"} | {k.navn: int(rows[k.navn].sum()) for k in shown[1:]}]),
    )


def _flere_kvoter(b: Beregning) -> bool:
    """Whether the year has quotas beside those of its letter: a later announcement, or what was fixed or agreed."""
    names = ("fastsatte_kvoter", "fastsatte_regionskvoter")
    return len(b.udmeldinger) > 1 or any((b.tabeller[name]["kvoteaar"] == b.kvoteaar).any() for name in names)


def _after_aftale(b: Beregning, at: str) -> list[tuple[str, str, pd.Series, str]]:
    """The quotas after the recorded aftaler; nothing where there is none, or its numbers are not known in full."""
    known = [a for a in b.aftaler if not a.fra_fil]
    if not known or any(a.kvoter is None for a in known) or b.udmelding["nr"] != 1:
        return []
    after = b.kommuner["kommunekvote"].copy()
    for a in known:
        after.update(a.kvoter["aftalt_kvote"])
    return [("efter_aftale", f"{at}Efter aftale", after, "De beregnede kvoter med aftalens ændringer")]
