"""Who pays what: the map, the kommuner and their memberships."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kkrlib import dansk, figurer
from kkrlib.klynger import Beregning
from kkrlib.omraade import HELE_LANDET
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning import regioner
from kkrlib.visning.klynger.faelles import KR, PERSONER, kilde, koebenhavn_note, numre, opgjort

_ALFABET = "Kommunerne står i alfabetisk orden, hvor Aa regnes som Å."
_REGION_FOR_REGION = "Kommunerne står region for region i alfabetisk orden, hvor Aa regnes som Å."


def kort(b: Beregning) -> figurer.Figur:
    """The tile map of klynger."""
    paying = (
        b.fordelt[b.fordelt["bidragsandel"] != 0]
        .sort_values("bidragsandel", kind="stable")
        .drop_duplicates("kommunekode", keep="last")
    )
    groups = paying.set_index("kommunekode")
    keys = pd.Series([f"{r}|{k}" for r, k in zip(groups["region"], groups["klynge"], strict=True)], index=groups.index)
    numbers = {f"{r}|{k}": n for (r, k), n in numre(b).items()}
    names = b.i_omraadet(b.klynger).index
    listed = ""
    if b.region != HELE_LANDET:
        listed = " Numrene er: " + dansk.opremsning(f"{numre(b)[key]} {key[1]}" for key in names) + "."
    outside = () if b.region == HELE_LANDET else tuple(groups.index[groups["region"] != b.region])
    return figurer.gruppekort(
        keys,
        numbers,
        b.registre["flisekort"],
        id="klyngekort",
        titel="Hvilke kommuner hører til samme klynge?",
        beskrivelse=(
            "Hver kommune er en lige stor flise med en forkortelse af navnet og klyngens nummer i regionen. En "
            f"streg går rundt om hver klynge.{listed} Kommuner, der deltager i "
            "flere klynger, er vist i den, de bidrager mest til. Numre og navne står i tabellen ovenfor."
        ),
        enhed="klyngens nummer i regionen",
        kilde=kilde(b),
        daempet=outside,
    )


def kommuner(b: Beregning) -> Tabel:
    """Who pays what: one row per kommune and klynge it contributes to."""
    rows, whole = _by_region(b, b.bidrag), _by_region(b, b.kommuner)
    money = ["befolkning", "kommuner", "regioner", "i_alt"]
    sums = whole.groupby("region", sort=False)[money].sum().reset_index()
    sums["kommune"] = [f"{r} i alt" for r in sums["region"]]
    sums = pd.concat(
        [sums, whole[money].sum().to_frame().T.assign(region="Hele landet", kommune="Hele landet")], ignore_index=True
    )
    own = b.i_omraadet(rows)
    parted = bool((rows["andel"] % 1 != 0).any())
    if parted:
        sums["indbyggere"] = sums["befolkning"]
    note = [_ALFABET, koebenhavn_note(b)]
    if parted:
        note.append("En kommune, der er delt, har en række for hver klynge.")
    printed = list(dict.fromkeys(rows.loc[rows["offentliggjort"].notna(), "region"]))
    # A column that says «ikke trykt» in nearly every row would only take room.
    shown = b.region in printed
    others = b.region != HELE_LANDET and bool(own["andre_klynger"].notna().any())
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne(
                "kommuner",
                "Kommunens bidrag",
                type="decimal",
                decimaler=0,
                beskrivelse="Beregnet: kommunernes pulje fordelt efter indbyggertal",
            ),
            Kolonne(
                "offentliggjort",
                "Offentliggjort bidrag",
                type="heltal",
                vis=shown,
                beskrivelse=f"Kun trykt for kommunerne i {dansk.opremsning(printed)}"
                if printed
                else f"Ikke trykt for {b.aar}",
            ),
            Kolonne(
                "befolkning",
                "Indbyggere",
                enhed=PERSONER,
                type="heltal",
                beskrivelse=f"I hele kommunen, {opgjort(b)}",
            ),
            *(
                [
                    Kolonne(
                        "andel",
                        "Del af kommunen",
                        type="andel",
                        decimaler=1,
                        beskrivelse="Udledt, hvor kommunen er delt",
                    ),
                    Kolonne(
                        "indbyggere",
                        "Indbyggere i klyngen",
                        enhed=PERSONER,
                        type="decimal",
                        decimaler=0,
                        vis=False,
                        beskrivelse="De indbyggere, der tæller i klyngen",
                    ),
                ]
                if parted
                else []
            ),
            Kolonne("klynge", "Bidrager til"),
            Kolonne(
                "andre_klynger",
                "Deltager også i",
                vis=others,
                beskrivelse="Klynger, som kommunen deltager i uden et oplyst bidrag",
            ),
            Kolonne(
                "regioner",
                "Regionens beløb for kommunens indbyggere",
                type="decimal",
                decimaler=0,
                vis=False,
                beskrivelse="Beregnet",
            ),
            Kolonne("i_alt", "I alt", type="decimal", decimaler=0, vis=False, beskrivelse="Beregnet"),
        ],
        id="kommuner",
        titel=f"Kommunernes bidrag til sundhedsklyngerne {b.aar}",
        enhed=KR,
        kilde=kilde(b, "egen beregning"),
        note=" ".join(part for part in note if part),
        mangler={"andre_klynger": "ingen", "offentliggjort": "ikke trykt", "klynge": "ingen"},
        ialt=sums,
        **regioner.foldet(b.region),
    )


def deltagelse(b: Beregning) -> Any:
    """The memberships that are not full ones, and those that are derived."""
    rows = b.i_omraadet(b.fordelt)
    rows = rows[(rows["art"] != "fuld") | (rows["grundlag"] == "udledt")].copy()
    if rows.empty:
        return Tekst(f"Alle kommuner i {b.region} er fuldt med i én klynge.")
    rows = _alfabetisk(b, rows)
    rows["maade"] = [
        f"{name} ({sign})" if pd.notna(sign) else name
        for name, sign in zip(rows["art_navn"], rows["tegn"], strict=True)
    ]
    rows["maade"] = rows["maade"].str[0].str.upper() + rows["maade"].str[1:]
    rows["bidrag_ord"] = [
        "udledt af beløbene" if g == "udledt" else s for g, s in zip(rows["grundlag"], rows["bidrager"], strict=True)
    ]
    rows["bidrag_ord"] = rows["bidrag_ord"].str.capitalize()
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("klynge", "Klynge"),
            Kolonne("region", "Region", vis=b.region == HELE_LANDET),
            Kolonne("maade", "Deltagelse", beskrivelse="Med kildens mærke"),
            Kolonne("bidrag_ord", "Bidrager", beskrivelse="Hvad kilden siger om bidrag"),
        ],
        id="deltagelse",
        titel="Særlige medlemskaber",
        enhed="ét medlemskab pr. række",
        kilde=kilde(b),
        note="Alle andre kommuner er fuldt med i én klynge. "
        f"{_ALFABET if b.region != HELE_LANDET else _REGION_FOR_REGION}",
    )


def _by_region(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by region in the order of the source, kommuner in alphabetical order within each; ``kommunekode`` becomes a
    column.
    """
    return _alfabetisk(b, rows.reset_index())


def _alfabetisk(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    order = {region: i for i, region in enumerate(b.regioner.index)}
    named = rows.sort_values("kommune", key=lambda s: s.map(dansk.alfabetisk), kind="stable")
    return named.sort_values("region", key=lambda s: s.map(order), kind="stable")
