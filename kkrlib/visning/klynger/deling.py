"""København, which is in two klynger, both ways."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kkrlib.klynger import DELT, Beregning
from kkrlib.klynger.regel import NOEGLE
from kkrlib.tabeller import Kolonne, tabel
from kkrlib.tekst import tekst
from kkrlib.visning.klynger.faelles import DELE, KR, PERSONER, kilde, kommunenavn, omraadets_delinger


def koebenhavn_tekst(b: Beregning) -> Any:
    """What the source says of København, and what is derived, with the section's heading."""
    chosen = omraadets_delinger(b)
    if not chosen:
        return None
    d = chosen[0]
    name = kommunenavn(b, d.kommunekode)
    people = int(b.kommuner.at[d.kommunekode, "befolkning"])
    verdict = (
        "De fire beløb i Tabel 1 peger på samme andel, når der tages højde for, at de er afrundet til hele kroner."
        if d.forenelig
        else "De fire beløb i Tabel 1 peger ikke på samme andel."
    )
    return tekst(
        "## {navn} på to måder\n\n{navn} er i Tabel 2 fuldt med i {hoved} og politisk og administrativt med i "
        "{anden}. Kilden siger ikke, om kommunen bidrager til {anden}. "
        "Planchen i bilag 3 regner hele bidraget med i {hoved}. Tabel 1 flytter en del af det til {anden}.\n\n"
        "Hvor stor en del er ikke trykt. Den kan **udledes** af Tabel 1: {andel:procent3}, svarende til "
        "{personer:tal} af {folk:tal} indbyggere. {dom} "
        "Andelen er udledt, ikke offentliggjort. {valg}",
        navn=name,
        hoved=d.hoved,
        anden=d.anden,
        andel=d.andel,
        personer=d.andel * people,
        folk=people,
        dom=verdict,
        valg=f"På denne side er {name} {'delt' if b.koebenhavn == DELT else 'ikke delt'} i alle andre afsnit.",
    )


def koebenhavn(b: Beregning) -> Any:
    """The two klynger both ways, beside what is published in either."""
    chosen = omraadets_delinger(b)
    if not chosen or b.delt is None:
        return None
    d = chosen[0]
    slides = (
        b.tabeller["klynge_beloeb"]
        .loc[lambda t: (t["aar"] == b.aar) & (t["tabel"] == "bilag-3")]
        .set_index(NOEGLE)["i_alt"]
    )
    rows = []
    for way, amounts, where, printed in (
        ("Udelt", b.udelt, "bilag 3", slides),
        ("Delt", b.delt, "Tabel 1", b.klynger["offentliggjort_i_alt"]),
    ):
        for klynge in (d.anden, d.hoved):
            key = (d.region, klynge)
            row = amounts.loc[key]
            rows.append(
                (
                    f"{klynge}, {way.lower()}",
                    row["indbyggere"],
                    row["kommuner"],
                    row["regioner"],
                    row["i_alt"],
                    printed.get(key),
                    where,
                )
            )
    return tabel(
        pd.DataFrame(rows, columns=["navn", "indbyggere", "kommuner", "regioner", "i_alt", "offentliggjort", "sted"]),
        [
            Kolonne("navn", "Klynge", raekkehoved=True),
            Kolonne("indbyggere", "Indbyggere", enhed=PERSONER, type="decimal", decimaler=0),
            Kolonne("kommuner", "Fra kommunerne", type="decimal", decimaler=0),
            Kolonne("regioner", "Fra regionen", type="decimal", decimaler=0),
            Kolonne("i_alt", "I alt", type="decimal", decimaler=0),
            Kolonne("offentliggjort", "Offentliggjort", type="heltal"),
            Kolonne("sted", "Sted"),
        ],
        id="koebenhavn",
        titel=f"De to klynger med {kommunenavn(b, d.kommunekode)} udelt og delt",
        enhed=KR,
        kilde=kilde(b, "egen beregning; delingen er udledt"),
        mangler="ikke trykt",
    )


def koebenhavn_spor(b: Beregning) -> Any:
    """What each published amount says of the division."""
    chosen = omraadets_delinger(b)
    if not chosen:
        return None
    d = chosen[0]
    rows = d.spor.assign(
        navn=[f"{k}, {DELE[s].lower()}" for k, s in zip(d.spor["klynge"], d.spor["side"], strict=True)]
    )
    return tabel(
        rows,
        [
            Kolonne("navn", "Beløb i Tabel 1", raekkehoved=True),
            Kolonne("offentliggjort", "Offentliggjort", type="heltal", enhed=KR),
            Kolonne("andel", f"Andel i {d.anden}", type="andel", decimaler=5, beskrivelse="Udledt"),
            Kolonne(
                "mindst", "Mindst", type="andel", decimaler=5, beskrivelse="Den mindste andel, som afrundingen tillader"
            ),
            Kolonne(
                "hoejst", "Højst", type="andel", decimaler=5, beskrivelse="Den største andel, som afrundingen tillader"
            ),
            Kolonne("indbyggere", "Indbyggere", enhed=PERSONER, type="decimal", decimaler=1, beskrivelse="Udledt"),
        ],
        id="koebenhavn-deling",
        titel=f"Den deling af {kommunenavn(b, d.kommunekode)}, som Tabel 1 forudsætter",
        enhed="udledte andele",
        kilde=kilde(b, "egen beregning"),
        fold="Vis, hvad hvert beløb siger om delingen",
    )
