"""What each klynge gets: the figures and the table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kkrlib import dansk, figurer
from kkrlib.klynger import Beregning
from kkrlib.klynger.regel import BELOEB
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning import regioner
from kkrlib.visning.klynger.faelles import (
    DELE,
    KR,
    MIO,
    PERSONER,
    har_tabel_1,
    kilde,
    klyngenavn,
    koebenhavn_note,
    numre,
    opgjort,
    trykte_summer,
)

_KR_PR = "kroner pr. indbygger"


def beloeb_figur(b: Beregning) -> figurer.Figur:
    """Bars: the money of each klynge, from the kommuner and from the region."""
    rows = _named(b, b.i_omraadet(b.klynger).sort_values("i_alt", ascending=False, kind="stable"))
    amounts = rows.assign(**{c: [x / MIO for x in rows[c]] for c in BELOEB})
    first, last = amounts.iloc[0], amounts.iloc[-1]
    return figurer.bidrag(
        amounts,
        id="beloeb",
        titel="Hvor mange penge får klyngerne?",
        beskrivelse=(
            f"Klyngernes midler i {b.aar}: fra kommunerne, fra regionen og i alt, på samme skala. Mest får "
            f"{first['navn']} ({dansk.tal(first['i_alt'], 2)} mio. kr.), mindst "
            f"{last['navn']} ({dansk.tal(last['i_alt'], 2)} mio. kr.)."
        ),
        enhed="mio. kr.",
        kilde=kilde(b, "egen beregning"),
        dele=DELE,
        ialt="i_alt",
        etiket="navn",
        decimaler=2,
        ialt_fortegn=False,
        ialt_soejle=True,
    )


def pr_indbygger_figur(b: Beregning) -> figurer.Figur:
    """Bars: the money per inhabitant, by region for the country and by klynge for a region (where all have
    the same).
    """
    rows = b.regioner.sort_values("i_alt_pr_indbygger", ascending=False, kind="stable").reset_index()
    first, last = rows.iloc[0], rows.iloc[-1]
    own = rows.index[rows["region"] == b.region]
    return figurer.bidrag(
        rows.assign(
            kommuner=rows["kommuner_pr_indbygger"],
            regioner=rows["regioner_pr_indbygger"],
            i_alt=rows["i_alt_pr_indbygger"],
        ),
        id="pr-indbygger",
        titel="Hvor meget er det pr. indbygger?",
        beskrivelse=(
            "Beløbet pr. indbygger fra kommunerne, fra regionen og i alt, på samme skala. "
            "Kommunernes bidrag er det samme pr. indbygger i hele landet. Det er regionernes ikke, så klyngerne "
            f"i {first['region']} får mest "
            f"({dansk.tal(first['i_alt_pr_indbygger'], 2)} kr.) og klyngerne i {last['region']} mindst "
            f"({dansk.tal(last['i_alt_pr_indbygger'], 2)} kr.). "
            "Inden for en region er beløbet det samme i alle klynger."
        ),
        enhed=_KR_PR,
        kilde=kilde(b, "egen beregning"),
        dele=DELE,
        ialt="i_alt",
        etiket="region",
        decimaler=2,
        ialt_fortegn=False,
        ialt_soejle=True,
        fremhaev=list(own),
    )


def klynger_tekst(b: Beregning) -> Any:
    """What the source itself says of the amounts it prints; nothing for a year without Tabel 1."""
    if not har_tabel_1(b):
        return None
    return Tekst(
        "Pengene er givet til kommuner og regioner gennem det generelle tilskud. Fordelingen er et forslag, og "
        "Tabel 1 kalder selv sine beløb et skøn."
    )


def klynger(b: Beregning) -> Tabel:
    """One row per klynge: computed and published amounts; every part in the download."""
    printed = har_tabel_1(b)
    where = "Tabel 1" if printed else f"Ikke trykt for {b.aar}"
    rows = b.klynger.reset_index()
    for column in BELOEB:
        rows[f"forskel_{column}"] = [
            int(p) - c if pd.notna(p) else None
            for p, c in zip(rows[f"offentliggjort_{column}"], rows[column], strict=True)
        ]
    rows["nummer"] = [numre(b)[key] for key in zip(rows["region"], rows["klynge"], strict=True)]
    rows["navn"] = [f"{n}. {k}" for n, k in zip(rows["nummer"], rows["klynge"], strict=True)]
    added = ["indbyggere", *BELOEB]
    sums = rows.groupby("region", sort=False)[added].sum().reset_index()
    sums["navn"] = [f"{r} i alt" for r in sums["region"]]
    sums = pd.concat(
        [sums, rows[added].sum().to_frame().T.assign(region="Hele landet", navn="Hele landet")], ignore_index=True
    )
    for column in BELOEB:
        sums[f"{column}_pr_indbygger"] = [a / n for a, n in zip(sums[column], sums["indbyggere"], strict=True)]
        published = trykte_summer(b)[column]
        sums[f"offentliggjort_{column}"] = pd.Series(
            [published.get(region) for region in sums["region"]], dtype="Int64"
        )
        sums[f"forskel_{column}"] = [
            int(p) - c if pd.notna(p) else None
            for p, c in zip(sums[f"offentliggjort_{column}"], sums[column], strict=True)
        ]
    return tabel(
        rows,
        [
            Kolonne("region", "Region", vis=False),
            Kolonne("klynge", "Klynge", vis=False),
            Kolonne("nummer", "Nummer", vis=False, beskrivelse="Klyngens nummer i regionen, som på kortet"),
            Kolonne("navn", "Nr. og klynge", raekkehoved=True, beskrivelse="Nummer og navn"),
            Kolonne("i_alt", "I alt", type="decimal", decimaler=0, beskrivelse="Beregnet"),
            Kolonne(
                "kommuner",
                "Fra kommunerne",
                type="decimal",
                decimaler=0,
                beskrivelse="Summen af medlemmernes bidrag, beregnet",
            ),
            Kolonne(
                "regioner",
                "Fra regionen",
                type="decimal",
                decimaler=0,
                beskrivelse="Regionens beløb fordelt efter indbyggertal, beregnet",
            ),
            Kolonne(
                "indbyggere",
                "Indbyggere",
                enhed=PERSONER,
                type="decimal",
                decimaler=0,
                beskrivelse=f"Indbyggere, der tæller i klyngen, {opgjort(b)}",
            ),
            Kolonne("i_alt_pr_indbygger", "Pr. indbygger", type="decimal", decimaler=2),
            Kolonne("kommuner_pr_indbygger", "Fra kommunerne pr. indbygger", type="decimal", decimaler=4, vis=False),
            Kolonne("regioner_pr_indbygger", "Fra regionen pr. indbygger", type="decimal", decimaler=4, vis=False),
            Kolonne(
                "offentliggjort_kommuner", "Offentliggjort fra kommunerne", type="heltal", vis=False, beskrivelse=where
            ),
            Kolonne(
                "offentliggjort_regioner", "Offentliggjort fra regionen", type="heltal", vis=False, beskrivelse=where
            ),
            Kolonne(
                "offentliggjort_i_alt", "Offentliggjort", type="heltal", vis=printed, beskrivelse=f"{where}, i alt"
            ),
            Kolonne(
                "forskel_kommuner",
                "Forskel, fra kommunerne",
                type="decimal",
                decimaler=0,
                fortegn=True,
                vis=False,
                beskrivelse="Offentliggjort minus beregnet",
            ),
            Kolonne(
                "forskel_regioner",
                "Forskel, fra regionen",
                type="decimal",
                decimaler=0,
                fortegn=True,
                vis=False,
                beskrivelse="Offentliggjort minus beregnet",
            ),
            Kolonne(
                "forskel_i_alt",
                "Forskel",
                type="decimal",
                decimaler=0,
                fortegn=True,
                vis=printed,
                beskrivelse="Offentliggjort minus beregnet",
            ),
        ],
        id="klynger",
        titel=f"Sundhedsklyngernes midler {b.aar}",
        enhed=KR,
        kilde=kilde(b, "egen beregning"),
        note=" ".join(
            part
            for part in (
                "Klyngerne står i kildens rækkefølge og har det nummer, de har på kortet.",
                koebenhavn_note(b),
                "Offentliggjorte beløb, også summerne, er dem, der står i Tabel 1. Forskelle på mere end en krone "
                "er forklaret under datakvalitet."
                if printed
                else f"Der er ikke trykt beløb pr. klynge for {b.aar}.",
            )
            if part
        ),
        mangler="ikke trykt",
        ialt=sums,
        **regioner.foldet(b.region),
    )


def _named(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(navn=[klyngenavn(b, key) for key in rows.index]).reset_index()
