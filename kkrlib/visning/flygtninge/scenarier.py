"""What if: another landstal, other familiesammenførte."""

from __future__ import annotations

import pandas as pd

from kkrlib import dansk
from kkrlib.flygtninge import Beregning
from kkrlib.omraade import HELE_LANDET
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst, tekst
from kkrlib.visning import regioner
from kkrlib.visning.flygtninge.faelles import PERSONER, by_region, kilde, kommuner_i_tal


def landstalsgraenser(b: Beregning) -> Tekst:
    """When the landstal must be fixed anew (§ 2)."""
    limits = b.landstalsgraenser
    if limits["mangler"]:
        return Tekst(
            f"Landstallet er {dansk.tal(b.gaeldende_landstal)}. {limits['mangler']}, så det kan ikke siges, hvornår "
            f"det skal ændres."
        )
    return tekst(
        "Landstallet er {landstal:tal}. Det skal ændres, hvis det forventede antal flygtninge ændres med mere end "
        "{procent} procent ({henvisning}{uset}), altså til mindst {op:tal}{lavt}. Så fastsættes nye kvoter, "
        "og en aftale bortfalder, medmindre den selv siger, hvordan den følger ændringen (BEK 550/2022 § 6, stk. 3).",
        landstal=b.gaeldende_landstal,
        lavt=f" eller højst {dansk.tal(limits['ned'])}" if limits["ned"] >= 0 else "",
        uset="" if limits["status"] == "efterprøvet" else "; lovens ordlyd er ikke efterprøvet",
        procent=limits["procent"],
        op=limits["op"],
        henvisning=(
            "bekendtgørelsen om boligplacering af flygtninge, " if limits["henvisning"].startswith("BEK") else ""
        )
        + limits["henvisning"],
    )


def _uden_ny_beregning(b: Beregning) -> Tekst | None:
    """Why other landstal are not tried: the quotas in force do not follow from the rule at the landstal in force."""
    if b.udmelding["nr"] == b.udmeldinger["nr"].iloc[-1]:
        return None
    return Tekst(
        f"Kvoterne ved landstallet {dansk.tal(b.gaeldende_landstal)} følger ikke af en ny beregning. Derfor viser "
        "siden ikke, hvad andre landstal ville have givet."
    )


def landstal_varianter(b: Beregning) -> Tabel | Tekst:
    """Quotas at other landstal: regions for the country, kommuner for a region; a sentence where the quotas in force
    are not computed of the landstal in force.
    """
    if said := _uden_ny_beregning(b):
        return said
    quotas = b.landstal_varianter
    if b.region == HELE_LANDET:
        rows = quotas.groupby(b.kommuner["region"]).sum().loc[b.regioner.index].reset_index()
        rows, first = rows.rename(columns={"region": "navn"}), "Region"
    else:
        rows = quotas.loc[b.udvalgte.index].assign(navn=b.udvalgte["kommune"]).reset_index()
        first = "Kommune"
    rows.columns = [str(c) if isinstance(c, str) else f"landstal_{c}" for c in rows.columns]
    totals = pd.DataFrame(
        {
            "navn": [regioner.LANDET if b.region == HELE_LANDET else f"{b.region} i alt"],
            **{f"landstal_{n}": [int(rows[f"landstal_{n}"].sum())] for n in quotas.columns},
        }
    )
    return tabel(
        rows,
        [
            *([Kolonne("kommunekode", "Kommunekode", vis=False)] if "kommunekode" in rows.columns else []),
            Kolonne("navn", first, raekkehoved=True),
            *(Kolonne(f"landstal_{n}", f"Landstal {dansk.tal(n)}", type="heltal") for n in quotas.columns),
        ],
        id="landstal-varianter",
        titel=f"Kvoter ved andre landstal end {dansk.tal(b.landstal)}",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        note="Landstallet er sat 10 og 20 procent op og ned og rundet ned til hele personer. Alt andet er uændret.",
        ialt=totals,
    )


def graenser(b: Beregning) -> Tabel | Tekst:
    """At which landstal each kommune gains or loses a person; a sentence as :func:`landstal_varianter` has it."""
    if said := _uden_ny_beregning(b):
        return said
    rows = by_region(b, b.graenser.join(b.kommuner[["kommune", "region"]]).loc[b.udvalgte.index])
    limits, tried = b.landstalsgraenser, b.undersoegt
    odd = rows[rows["faerre_trods_hoejere"].notna() | rows["flere_trods_lavere"].notna()]
    note = f"Undersøgt fra {dansk.tal(tried[0])} til {dansk.tal(tried[1])}"
    note += "." if limits["mangler"] else ", hvor landstallet kan ligge uden at skulle fastsættes på ny."
    if len(odd):
        note += (
            " Når kvoter rundes til hele personer, kan en kommune få færre ved et højere landstal eller flere "
            f"ved et lavere. Det sker her i {dansk.opremsning(odd['kommune'])}; tallene står i filerne."
        )
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne("kommunekvote", "Kvote", type="heltal"),
            Kolonne(
                "flere_ved",
                "Flere ved landstal",
                type="heltal",
                beskrivelse="Laveste højere landstal, hvor kommunen får flere",
            ),
            Kolonne(
                "faerre_ved",
                "Færre ved landstal",
                type="heltal",
                beskrivelse="Højeste lavere landstal, hvor kommunen får færre",
            ),
            Kolonne(
                "faerre_trods_hoejere",
                "Færre ved et højere landstal",
                type="heltal",
                vis=False,
                beskrivelse="Laveste højere landstal, hvor kommunen får færre",
            ),
            Kolonne(
                "flere_trods_lavere",
                "Flere ved et lavere landstal",
                type="heltal",
                vis=False,
                beskrivelse="Højeste lavere landstal, hvor kommunen får flere",
            ),
            Kolonne(
                "ved_flere",
                f"Kvote ved {dansk.tal(b.flere_familiesammenfoerte)} flere familiesammenførte",
                type="heltal",
                beskrivelse="Kommunens kvote, hvis den alene havde haft så mange flere",
            ),
        ],
        id="graenser",
        titel="Ved hvilket landstal får kommunen flere eller færre?",
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        note=note,
        mangler="ikke i intervallet",
        **regioner.foldet(b.region),
    )


def scenarie(b: Beregning) -> Tabel | Tekst:
    """The scenario of the parameters: who changes. A sentence where no scenario is asked for."""
    if b.scenarie is None:
        return Tekst("Der er ikke regnet på andre forudsætninger på denne side.")
    rows = b.scenarie.loc[b.udvalgte.index]
    changed = by_region(b, rows[rows["aendring"] != 0])
    assumptions = [f"landstallet {dansk.tal(b.scenarie_landstal)}"]
    for code, persons in b.scenarie_familiesammenfoerte.items():
        assumptions.append(f"{dansk.tal(persons)} familiesammenførte i {b.kommuner.at[code, 'kommune']}")
    title = f"Scenarie: {dansk.opremsning(assumptions)}"
    if changed.empty:
        return Tekst(f"{title}. Ingen kommuner i {b.region} får en anden kvote.")
    return tabel(
        changed,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne("kommunekvote", "Beregnet kvote", type="heltal"),
            Kolonne("kvote_i_scenariet", "Kvote i scenariet", type="heltal"),
            Kolonne("aendring", "Ændring", type="heltal", fortegn=True),
        ],
        id="scenarie",
        titel=title,
        enhed=PERSONER,
        kilde=kilde(b, "egen beregning"),
        note=f"Kun de {dansk.tal(len(changed))} af {kommuner_i_tal(len(rows))}, hvis kvote ændres.",
        **regioner.foldet(b.region),
    )
