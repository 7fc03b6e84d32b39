"""Regionskvoter and kommunekvoter: the figure, the map and the tables."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from kkrlib import dansk, figurer
from kkrlib.flygtninge import Beregning, pr_10000
from kkrlib.flygtninge.beregning import HELE_LANDET
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.visning import regioner
from kkrlib.visning.flygtninge.faelles import PERSONER, by_region, kilde, some

# The classes of the map: a presentation choice, in persons per 10,000 inhabitants.
KORTGRAENSER = [Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)]
_PR_10000 = "personer pr. 10.000 indbyggere"


def regionskvoter_figur(b: Beregning) -> figurer.Figur:
    """Bars: persons per 10,000 inhabitants by region."""
    rows = b.regioner.sort_values("pr_10000", ascending=False, key=lambda s: s.map(float))
    first, last = rows.index[0], rows.index[-1]
    return figurer.soejler(
        rows.assign(region=rows.index),
        id="regionskvoter",
        titel="Hvor mange flygtninge får regionerne i forhold til indbyggertallet?",
        beskrivelse=(
            f"Kvoten pr. 10.000 indbyggere er højest i {first} ({dansk.tal(rows.at[first, 'pr_10000'], 2)}) og "
            f"lavest i {last} ({dansk.tal(rows.at[last, 'pr_10000'], 2)})."
        ),
        enhed=_PR_10000,
        kilde=kilde(b, "egen beregning"),
        vaerdi="pr_10000",
        etiket="region",
        decimaler=2,
        fremhaev=[] if b.region == HELE_LANDET else [b.region],
    )


def regionskvoter(b: Beregning) -> Tabel:
    """Regionskvoter with the published ones, per 10,000 inhabitants, and the change."""
    total = pd.DataFrame(
        {
            "region": ["Hele landet"],
            "befolkning": [int(b.regioner["befolkning"].sum())],
            "regionskvote": [int(b.regioner["regionskvote"].sum())],
            "pr_10000": [Fraction(b.landstal * 10_000, int(b.regioner["befolkning"].sum()))],
        }
    )
    if _published(b.regioner, ""):
        total["offentliggjort_kvote"] = [b.regioner["offentliggjort_kvote"].sum(min_count=len(b.regioner))]
    if b.forrige:
        total["forrige_kvote"] = [b.regioner["forrige_kvote"].sum()]
        total["aendring"] = [b.regioner["aendring"].sum()]
    return tabel(
        b.regioner,
        [
            Kolonne("region", "Region", raekkehoved=True, beskrivelse="Regionens navn"),
            Kolonne("befolkning", "Indbyggere", type="heltal", vis=False, enhed=PERSONER, beskrivelse=_opgjort(b)),
            Kolonne(
                "regionskvote", "Beregnet kvote", type="heltal", beskrivelse="Summen af de beregnede kommunekvoter"
            ),
            *_published(b.regioner, "Udlændingestyrelsens tal"),
            Kolonne(
                "pr_10000",
                "Pr. 10.000 indbyggere",
                type="decimal",
                decimaler=2,
                beskrivelse="Beregnet kvote pr. 10.000 indbyggere",
            ),
            *_change_columns(b),
        ],
        id="regionskvoter",
        titel=f"Regionskvoter {b.kvoteaar}",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        ialt=total,
    )


def kort(b: Beregning) -> figurer.Figur:
    """The tile map: persons per 10,000 inhabitants by kommune."""
    rows = b.udvalgte
    empty = b.kommuner["pr_10000"].isna()
    values = b.kommuner["pr_10000"].where(~empty, Fraction(0))
    none = int((rows["kommunekvote"] == 0).sum())
    high = rows.loc[max(rows.index, key=lambda code: values[code])]
    where = "" if b.region == HELE_LANDET else f" Kommunerne i {b.region} er fremhævet."
    if empty.any():
        where += f" {dansk.opremsning(b.kommuner.loc[empty, 'kommune'])} har ingen indbyggere og er vist med 0."
    return figurer.flisekort(
        values,
        b.registre["flisekort"],
        id="kommunekort",
        titel=f"Kommunekvoter {b.kvoteaar} i forhold til indbyggertallet",
        beskrivelse=(
            f"Hver kommune er en lige stor flise med kvoten pr. 10.000 indbyggere.{where} "
            f"{some(none, len(rows))} i {b.region} "
            f"har kvoten 0. Højest ligger {high['kommune']} med {dansk.tal(high['pr_10000'], 1)}. "
            "Bogstaverne er en forkortelse af kommunens navn. Tallene for alle kommuner står i tabellen nedenfor."
        ),
        enhed=_PR_10000,
        kilde=kilde(b, "egen beregning"),
        graenser=KORTGRAENSER,
        format=lambda x: dansk.tal(x, 1),
        fremhaev=() if b.region == HELE_LANDET else tuple(rows.index),
        fremhaev_navn=b.region,
    )


def kommunekvoter(b: Beregning) -> Tabel:
    """One row per kommune: the computed and the published quota; all steps in the download."""
    columns = [
        Kolonne("kommunekode", "Kommunekode", vis=False),
        Kolonne("kommune", "Kommune", raekkehoved=True),
        Kolonne("region", "Region", vis=False),
        Kolonne("befolkning", "Indbyggere", type="heltal", vis=False, enhed=PERSONER, beskrivelse=_opgjort(b)),
        Kolonne(
            "indvandrere_flygtninge",
            "Indvandrere og flygtninge",
            type="heltal",
            vis=False,
            enhed=PERSONER,
            beskrivelse=_opgjort(b),
        ),
        Kolonne(
            "asylansoegere",
            "Asylansøgere",
            type="heltal",
            vis=False,
            enhed=PERSONER,
            beskrivelse="Indgår ikke i fordelingen",
        ),
        Kolonne(
            "familiesammenfoerte",
            "Familiesammenførte",
            type="heltal",
            vis=False,
            enhed=PERSONER,
            beskrivelse=_familieaar(b),
        ),
        Kolonne(
            "befolkningsandel",
            "Befolkningsandel",
            type="andel",
            decimaler=4,
            vis=False,
            beskrivelse="Andel af landets indbyggere",
        ),
        Kolonne(
            "indvandrerandel",
            "Indvandrerandel",
            type="andel",
            decimaler=4,
            vis=False,
            beskrivelse="Andel af landets indvandrere og flygtninge",
        ),
        Kolonne(
            "fordelingsandel",
            "Fordelingsandel",
            type="andel",
            decimaler=4,
            vis=False,
            beskrivelse="Befolkningsandel − (indvandrerandel − befolkningsandel)",
        ),
        Kolonne(
            "beregnet_fordelingstal",
            "Beregnet fordelingstal",
            type="decimal",
            decimaler=4,
            vis=False,
            enhed=PERSONER,
            beskrivelse="Fordelingsandel × (landstal + alle familiesammenførte)",
        ),
        Kolonne(
            "foreloebigt_fordelingstal",
            "Foreløbigt fordelingstal",
            type="decimal",
            decimaler=4,
            vis=False,
            enhed=PERSONER,
            beskrivelse="Beregnet fordelingstal − kommunens egne familiesammenførte",
        ),
        Kolonne(
            "fordelingstal",
            "Fordelingstal",
            type="decimal",
            decimaler=4,
            vis=False,
            enhed=PERSONER,
            beskrivelse="Negative tal sat til 0 og resten skaleret ned til landstallet",
        ),
        Kolonne(
            "kommunekvote",
            "Beregnet kvote",
            type="heltal",
            beskrivelse="Fordelingstallet som hele personer efter største brøk",
        ),
        *_published(
            b.kommuner,
            "Udlændingestyrelsens tal i bilag B"
            if b.udmelding["nr"] == 1
            else f"Udlændingestyrelsens tal efter udmelding {b.udmelding['nr']}",
        ),
        Kolonne(
            "pr_10000",
            "Pr. 10.000 indbyggere",
            type="decimal",
            decimaler=1,
            beskrivelse="Beregnet kvote pr. 10.000 indbyggere",
        ),
        *_change_columns(b),
    ]
    return tabel(
        by_region(b, b.kommuner),
        columns,
        id="kommunekvoter",
        titel=f"Kommunekvoter {b.kvoteaar}",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        note="Filerne indeholder alle beregningens trin for hver kommune."
        + (
            ""
            if b.kommuner["offentliggjort_kvote"].notna().any()
            else f" De offentliggjorte kommunekvoter for landstallet {dansk.tal(b.landstal)} mangler i datagrundlaget."
        ),
        ialt=_totals(
            b,
            [
                "befolkning",
                "kommunekvote",
                *(k.navn for k in _published(b.kommuner, "")),
                *(["forrige_kvote", "aendring"] if b.forrige else []),
            ],
        ),
        **regioner.foldet(b.region),
    )


def _opgjort(b: Beregning) -> str:
    day = b.brev["befolkning_opgjort"]
    return "Opgjort uden Christiansø" + ("" if pd.isna(day) else f" den {dansk.dato(day)}")


def _familieaar(b: Beregning) -> str:
    year = b.brev["familiesammenfoerte_aar"]
    return "Familiesammenføringer til flygtninge" + ("" if pd.isna(year) else f" tilgået kommunen i {int(year)}")


def _published(rows: pd.DataFrame, meaning: str) -> list[Kolonne]:
    """The column of published quotas; none where none is at hand yet."""
    if rows["offentliggjort_kvote"].isna().all():
        return []
    return [Kolonne("offentliggjort_kvote", "Offentliggjort kvote", type="heltal", beskrivelse=meaning)]


def _change_columns(b: Beregning) -> list[Kolonne]:
    if not b.forrige:
        return []
    return [
        Kolonne(
            "forrige_kvote", f"Kvote {b.forrige}", type="heltal", beskrivelse=f"Offentliggjort kvote for {b.forrige}"
        ),
        Kolonne("aendring", "Ændring", type="heltal", fortegn=True, beskrivelse=f"Fra {b.forrige} til {b.kvoteaar}"),
    ]


def _totals(b: Beregning, columns: list[str]) -> pd.DataFrame:
    """A total row per region, and one for the country."""
    sums = b.kommuner.groupby("region")[columns].sum().loc[b.regioner.index].reset_index()
    sums["kommune"] = [f"{region} i alt" for region in sums["region"]]
    country = b.kommuner[columns].sum().to_frame().T.assign(region="Hele landet", kommune="Hele landet")
    sums = pd.concat([sums, country], ignore_index=True)
    sums = sums.astype(dict.fromkeys(columns, "Int64"))
    return sums.assign(pr_10000=pr_10000(sums["kommunekvote"], sums["befolkning"]))
