"""Why a kommune gets its quota, and why it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kkrlib import dansk, figurer
from kkrlib.flygtninge import Beregning
from kkrlib.flygtninge.beregning import HELE_LANDET
from kkrlib.flygtninge.forklaring import BIDRAG
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst, fold
from kkrlib.visning import regioner
from kkrlib.visning.flygtninge.faelles import PERSONER, aarsag_ord, aarsager_i, by_region, kilde

BIDRAG_NAVNE = {
    "befolkningstal": "Indbyggertal",
    "indvandrere": "Indvandrere og flygtninge",
    "familiesammenfoeringer": "Familiesammenføringer",
    "nulgraense": "Nulgrænse",
    "afrunding": "Afrunding",
}
AARSAG_NAVNE = {
    "landstal": "Landstal",
    "befolkning": "Indbyggertal",
    "indvandrerandel": "Indvandrere og flygtninge",
    "familiesammenfoeringer": "Familiesammenføringer",
    "kommunestruktur": "Sammenlagte kommuner",
    "afrunding": "Afrunding",
}
# Where the words of those names may be broken on a phone.
_ORDDELING = {
    w.replace("|", ""): w.replace("|", "\N{SOFT HYPHEN}")
    for w in ("Ind|bygger|tal", "Ind|vandrere", "Familie|sammen|føringer", "Nul|grænse")
}


def bidrag_figur(b: Beregning) -> figurer.Figur:
    """What each element of the rule adds or takes: the kommuner of a region, or the five regions."""
    parts, label = _area_rows(b, b.trin[[*BIDRAG, "kommunekvote"]])
    moved = max(BIDRAG[1:], key=lambda c: sum(abs(x) for x in parts[c]))
    return figurer.bidrag(
        parts,
        id="bidrag",
        titel=f"Hvad kvoterne for {b.kvoteaar} er sat sammen af",
        beskrivelse=(
            f"For hver {label}: hvad indbyggertallet alene ville give, og hvad reglens øvrige led lægger til (mod "
            "højre) eller trækker fra (mod venstre). Alle led har samme skala, og tilsammen giver de kvoten. "
            f"Ud over indbyggertallet betyder {_led(moved)} mest.{_i_tabellen(b)}"
        ),
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        dele=_delelige(BIDRAG_NAVNE),
        ialt="kommunekvote",
        ialt_navn="Kvote",
        ialt_decimaler=0,
        ialt_fortegn=False,
        etiket="navn",
    )


def bidrag(b: Beregning) -> Tabel:
    """The same for every kommune, as a table."""
    rows = by_region(b, b.trin.join(b.kommuner[["kommune", "region"]]))
    rows["stoerst_navn"] = rows["stoerst"].map(BIDRAG_NAVNE)
    meaning = {
        "befolkningstal": "Landstallet fordelt efter indbyggertal alene",
        "indvandrere": "Færre eller flere indvandrere og flygtninge end indbyggertallet tilsiger",
        "familiesammenfoeringer": "Andelen af alle familiesammenførte minus kommunens egne",
        "nulgraense": "Negative tal sat til 0, og resten skaleret ned til landstallet",
        "afrunding": "Til hele personer",
    }
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            *(
                Kolonne(
                    c,
                    BIDRAG_NAVNE[c],
                    type="decimal",
                    decimaler=1,
                    fortegn=c != "befolkningstal",
                    beskrivelse=meaning[c],
                )
                for c in BIDRAG
            ),
            Kolonne("kommunekvote", "Kvote", type="heltal", beskrivelse="Summen af de fem led"),
            Kolonne(
                "stoerst_navn",
                "Flytter mest",
                vis=False,
                beskrivelse="Det led ud over indbyggertallet, der flytter kvoten mest",
            ),
        ],
        id="forklaring",
        titel=f"Kvoterne for {b.kvoteaar} led for led",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        note="De fem led giver tilsammen præcis kvoten; de viste tal er afrundede.",
        **regioner.foldet(b.region),
    )


def forklaringer(b: Beregning) -> Any:
    """For each kommune the steps in words and numbers, one click away each."""
    if b.region == HELE_LANDET:
        return Tekst(
            f"Siderne for de {dansk.antal(len(b.regioner))} regioner forklarer kvoten for hver enkelt kommune trin for "
            "trin."
        )
    return fold(
        (f"{row['kommune']}: kvote {dansk.tal(row['kommunekvote'])}", _explain(b, code, row, aarsager=False))
        for code, row in b.udvalgte.iterrows()
    )


def forklar(b: Beregning, kommunekode: str) -> Tekst:
    """The steps for one kommune in words and numbers."""
    return Tekst(_explain(b, kommunekode, b.kommuner.loc[kommunekode]))


def _explain(b: Beregning, code: str, row: pd.Series, aarsager: bool = True) -> str:
    """``aarsager``: also the causes of the change, which a region's page has in a table."""
    all_families = int(b.kommuner["familiesammenfoerte"].sum())
    own, parts = int(row["familiesammenfoerte"]), b.trin.loc[code]
    lines = [
        f"1. {dansk.procent(row['befolkningsandel'], 3)} af landets indbyggere og "
        f"{dansk.procent(row['indvandrerandel'], 3)} af dets indvandrere og "
        f"flygtninge: fordelingsandelen er {dansk.procent(row['fordelingsandel'], 3)}.",
        f"2. Den andel af {dansk.tal(b.landstal)} + {dansk.tal(all_families)} = "
        f"{dansk.tal(b.landstal + all_families)}: {dansk.tal(row['beregnet_fordelingstal'], 2)}.",
        f"3. Minus {dansk.tal(own)} egne familiesammenførte: {dansk.tal(row['foreloebigt_fordelingstal'], 2)}.",
        "4. Ikke større end 0, så fordelingstallet er 0."
        if row["foreloebigt_fordelingstal"] <= 0
        else f"4. Skaleret ned: {dansk.tal(row['fordelingstal'], 2)}.",
        f"5. {_rounding(b, row, parts)}",
    ]
    moved = parts["stoerst"]
    text = (
        f"Indbyggertallet alene ville give {dansk.tal(parts['befolkningstal'], 1)}. Mest flytter {_led(moved)} "
        f"({dansk.fortegn(parts[moved], 1)})."
    )
    if b.aarsager is not None:
        why = b.aarsager.loc[code]
        change = int(why["aendring"])
        listed = dansk.opremsning(f"{AARSAG_NAVNE[c].lower()} {dansk.fortegn(why[c], 1)}" for c in aarsager_i(b))
        verb = "uændret" if change == 0 else f"{'steget' if change > 0 else 'faldet'} med {dansk.tal(abs(change))}"
        text += f" Siden {b.forrige} er kvoten {verb}" + (f" ({listed})." if aarsager else ".")
    return "\n".join(lines) + f"\n\n{text}"


def _rounding(b: Beregning, row: pd.Series, parts: pd.Series) -> str:
    quota = f"**{dansk.tal(row['kommunekvote'])}**."
    if not row["fordelingstal"]:
        return f"Derfor er kvoten {quota}"
    left = b.landstal - int(b.trin["hele"].sum())
    among = "som er" if row["kommunekvote"] > parts["hele"] else "som ikke er"
    tie = (
        " To eller flere kommuner stod helt lige, og personen gik til den laveste kommunekode." if row["lighed"] else ""
    )
    return (
        f"{dansk.flertal(int(parts['hele']), 'hel person', 'hele personer')} og en rest på "
        f"{dansk.tal(parts['rest'], 2)}, "
        f"{among} blandt de {dansk.tal(left)} største: kvoten er {quota}{tie}"
    )


def aarsager_figur(b: Beregning) -> Any:
    """The change since the previous published year by cause."""
    if b.aarsager is None:
        return Tekst(f"Datagrundlaget indeholder ingen kvoter fra før {b.kvoteaar}, så en ændring kan ikke vises.")
    parts, label = _area_rows(b, b.aarsager[[*aarsager_i(b), "aendring"]])
    largest = max(aarsager_i(b), key=lambda c: sum(abs(x) for x in parts[c]))
    return figurer.bidrag(
        parts,
        id="aarsager",
        titel=f"Hvorfor kvoterne er ændret fra {b.forrige} til {b.kvoteaar}",
        beskrivelse=(
            f"For hver {label}: ændringen i kvoten siden {b.forrige}, delt på årsager, der trækker op (mod højre) "
            "eller ned (mod venstre). Alle årsager har samme skala. "
            + ("Lagt sammen for hver region betyder " if b.region == HELE_LANDET else "For kommunerne betyder ")
            + f"{aarsag_ord(largest)} mest.{_i_tabellen(b)}"
        ),
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        dele=_delelige({c: AARSAG_NAVNE[c] for c in aarsager_i(b)}),
        ialt="aendring",
        ialt_navn="Ændring",
        ialt_decimaler=0,
        etiket="navn",
    )


def aarsager(b: Beregning) -> Any:
    """The same for every kommune, as a table; nothing where there is no earlier year."""
    if b.aarsager is None:
        return None
    rows = by_region(b, b.aarsager.join(b.kommuner[["kommune", "region"]]))
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne("kvote_foer", f"Kvote {b.forrige}", type="heltal", vis=False),
            Kolonne("kvote_efter", f"Kvote {b.kvoteaar}", type="heltal", vis=False),
            Kolonne("aendring", "Ændring", type="heltal", fortegn=True),
            *(
                Kolonne(
                    c,
                    AARSAG_NAVNE[c],
                    type="decimal",
                    decimaler=1,
                    fortegn=True,
                    beskrivelse=f"Den del af ændringen, der skyldes {aarsag_ord(c)}",
                )
                for c in aarsager_i(b)
            ),
        ],
        id="aarsager",
        titel=f"Ændring i kommunekvoten fra {b.forrige} til {b.kvoteaar} efter årsag",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        note="Årsagerne giver tilsammen præcis ændringen; de viste tal er afrundede. Hvor meget én årsag betyder, "
        "afhænger af, hvilke der ændres først. Tallene er gennemsnittet af alle rækkefølger.",
        **regioner.foldet(b.region),
    )


def _led(part: str) -> str:
    return {
        "befolkningstal": "indbyggertallet",
        "indvandrere": "tallet for indvandrere og flygtninge",
        "familiesammenfoeringer": "familiesammenføringerne",
        "nulgraense": "nulgrænsen",
        "afrunding": "afrundingen",
    }[part]


def _area_rows(b: Beregning, parts: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows for a figure: the five regions for the country, the kommuner for a region; and what a row is called."""
    if b.region == HELE_LANDET:
        sums = parts.groupby(b.kommuner["region"]).sum().loc[b.regioner.index]
        return sums.reset_index(names="navn"), "region"
    rows = parts.loc[b.udvalgte.index].assign(navn=b.udvalgte["kommune"])
    return rows.reset_index(), "kommune"


def _delelige(navne: Mapping[str, str]) -> dict[str, str]:
    return {key: " ".join(_ORDDELING.get(word, word) for word in name.split(" ")) for key, name in navne.items()}


def _i_tabellen(b: Beregning) -> str:
    """Where a figure's numbers are; the table has kommuner, so those of the country's figure stand in the
    figure alone.
    """
    return "" if b.region == HELE_LANDET else " Tallene står i tabellen nedenfor."
