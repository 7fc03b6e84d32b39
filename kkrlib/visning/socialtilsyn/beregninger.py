"""What follows from the series: flows against stocks, visits, rates, cost, takster."""

from __future__ import annotations

import re

import pandas as pd

from kkrlib import dansk, figurer
from kkrlib.socialtilsyn import AFLEDT, OFFENTLIGGJORT, Beregning
from kkrlib.socialtilsyn.takster import AFVIGER
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning.socialtilsyn.faelles import IKKE, SANKTIONER, SUM, ingen, kilde, raekke, stort

# The size classes above the smallest, as the takster's keys end.
STOERRE = ("-8-24", "-25-49", "-over-50")
EJERE = {"kommunale": "Kommunale", "regionale": "Regionale", "private": "Private"}
OMRAADER = {"plejefamilier": "Plejefamilier", "tilbud": "Tilbud"}
PR = {"tilsyn": "Pr. gennemført tilsyn", "besoeg": "Pr. tilsynsbesøg", "medarbejdere": "Pr. medarbejder"}


def beholdning(b: Beregning) -> Tabel | Tekst:
    """Flows against stocks."""
    parts = []
    for area, table in b.beholdning.items():
        flows = [c for c in table.columns if c.startswith(("nye-", "ophoert-", "tilbagekaldt-"))]
        named = table.rename(columns=dict(zip(flows, ("tilgang", "ophoert", "tilbagekaldt"), strict=True)))
        parts.append(named.assign(omraade=OMRAADER[area]))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if rows.empty:
        return ingen(b, "Tilgang, afgang og antal to år i træk")
    rows["raekke"] = [f"{r.omraade}, {r.aar}" for r in rows.itertuples()]
    numbers = {
        "primo": "Året før",
        "tilgang": "Godkendt",
        "ophoert": "Ophørt",
        "tilbagekaldt": "Tilbagekaldt",
        "forventet": "Ventet",
        "ultimo": "Årets udgang",
        "uforklaret": "Ufor\u00adklaret",
    }
    return tabel(
        rows,
        [
            Kolonne("raekke", "Område og år", raekkehoved=True),
            *(Kolonne(c, n, type="heltal", fortegn=c == "uforklaret") for c, n in numbers.items()),
            Kolonne("status", "Tallene er", beskrivelse="«afledt», når mindst ét af tallene er det"),
        ],
        id="beholdning",
        titel="Passer tilgang og afgang med antallet?",
        enhed="plejefamilier og tilbud",
        kilde=kilde(b, "egen beregning"),
        note="Ventet er året før plus godkendte minus ophørte og tilbagekaldte. Resten er uforklaret; blandt andet "
        "flytter tilbud og familier mellem socialtilsynene.",
        mangler="kan ikke beregnes",
    )


def besoeg(b: Beregning) -> Tabel | Tekst:
    """Visits per plejefamilie and tilbud, share unannounced."""
    if b.besoeg.empty:
        return ingen(b, "Besøg og antal")
    rows = b.besoeg.assign(raekke=[f"{OMRAADER[r.omraade]}, {r.aar}" for r in b.besoeg.itertuples()])
    return tabel(
        rows,
        [
            Kolonne("raekke", "Område og år", raekkehoved=True),
            Kolonne("besoeg", "Besøg", type="heltal"),
            Kolonne("enheder", "Plejefamilier eller tilbud", type="heltal", enhed="antal"),
            Kolonne("pr_enhed", "Besøg pr. familie eller tilbud", type="decimal", decimaler=2),
            Kolonne("uanmeldte", "Uanmeldte, også forgæves", type="heltal"),
            Kolonne("andel_uanmeldte", "Andel uanmeldte", type="andel"),
        ],
        id="besoeg-pr-enhed",
        titel="Besøg i forhold til antallet af plejefamilier og tilbud",
        enhed="tilsynsbesøg",
        kilde=kilde(b, "egen beregning"),
        note=" ".join(["Uanmeldte er her også de besøg, hvor ingen blev truffet.", *_besoegsnoter(b)]),
        mangler=IKKE,
    )


def _besoegsnoter(b: Beregning) -> list[str]:
    """What the years' reports count differently."""
    published = b.serie[b.serie["status"] == OFFENTLIGGJORT]
    counted = {
        i: set(published.loc[published["indikator"] == f"besoeg-plejefamilier-{i}", "aar"])
        for i in ("ikke-truffet", "virtuelle")
    }
    without = sorted(set(b.besoeg["aar"]) - counted["ikke-truffet"])
    notes = [f"Rapporten for {dansk.opremsning(map(str, without))} opgør dem ikke for sig."] if without else []
    if b.aar in counted["ikke-truffet"]:
        notes.append("Figurens uanmeldte besøg er kun dem, hvor nogen blev truffet.")
    if counted["virtuelle"]:
        notes.append(
            f"I {dansk.opremsning(map(str, sorted(counted['virtuelle'])))} var en del af de anmeldte besøg virtuelle."
        )
    return notes


def sanktioner_pr_100(b: Beregning) -> Tabel | Tekst:
    """Sanctions per 100 tilbud by owner, with a word on small numbers."""
    if b.sanktioner.empty:
        return ingen(b, "Sanktioner efter driftsherre")
    rows = b.sanktioner.assign(
        raekke=[f"{SANKTIONER[r.sanktion]}, {EJERE[r.ejer].lower()} tilbud, {r.aar}" for r in b.sanktioner.itertuples()]
    )
    return _pr_100(
        b,
        rows,
        "sanktioner-pr-100",
        "Sanktioner pr. 100 tilbud efter driftsherre",
        "afgørelser",
        " ".join(["En driftsherre, som rapporten ikke nævner, har ingen række.", *_ufordelt(b)]),
        "Tilbud",
    )


def _ufordelt(b: Beregning) -> list[str]:
    """Decisions that the text does not give to an owner or to the plejefamilier, though its table counts them."""
    notes = []
    for sanction, words in SANKTIONER.items():
        for year in b.aarene:
            total = raekke(b, sanction, year)
            parts = [
                r for r in (raekke(b, f"{sanction}-{x}", year) for x in ("plejefamilier", *EJERE)) if r is not None
            ]
            owned = [r for r in parts if r.indikator.rpartition("-")[2] in EJERE]
            if total is None or total.status != OFFENTLIGGJORT or not owned:
                continue
            left = total.vaerdi - sum(r.vaerdi for r in parts)
            if left > 0:
                notes.append(
                    f"For {words.lower()} i {year} er {dansk.tal(left)} af {dansk.tal(total.vaerdi)} afgørelser "
                    "ikke fordelt på driftsherrer."
                )
    return notes


def whistleblow_pr_100(b: Beregning) -> Tabel | Tekst:
    """Henvendelser per 100."""
    if b.whistleblow.empty:
        return ingen(b, "Henvendelser efter plejefamilier og tilbud")
    names = b.serie.drop_duplicates("indikator").set_index("indikator")["navn"]
    rows = b.whistleblow.assign(raekke=[f"{names[r.indikator]}, {r.aar}" for r in b.whistleblow.itertuples()])
    return _pr_100(
        b,
        rows,
        "whistleblow-pr-100",
        "Henvendelser pr. 100 plejefamilier og tilbud",
        "henvendelser",
        "Et tilbud kan have flere henvendelser, så tallet kan være over 100.",
    )


def _pr_100(
    b: Beregning, rows: pd.DataFrame, id: str, titel: str, enhed: str, note: str, af: str = "Plejefamilier eller tilbud"
) -> Tabel:
    return tabel(
        rows,
        [
            Kolonne("raekke", "Hvad og hvornår", raekkehoved=True),
            Kolonne("antal", stort(enhed), type="heltal"),
            Kolonne("ud_af", af, type="heltal", enhed="antal"),
            Kolonne("pr_100", "Pr. 100", type="decimal"),
            Kolonne("forbehold", "Forbehold"),
            Kolonne("status", "Tallene er"),
        ],
        id=id,
        titel=titel,
        enhed=enhed,
        kilde=kilde(b, "egen beregning"),
        note=note,
    )


def omkostninger_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Cost per tilsyn, per visit and per employee over the years."""
    if b.omkostninger.empty:
        return ingen(b, "Udgifter")
    rows = b.omkostninger.assign(
        indikator=b.omkostninger["pr"], mindst=b.omkostninger["kr_pr"], hoejst=b.omkostninger["kr_pr"]
    )
    said = []
    for per, name in PR.items():
        own = list(rows[rows["pr"] == per].sort_values("aar").itertuples())[-2:]
        before = f" mod {dansk.kroner(own[0].kr_pr)} i {own[0].aar}" if len(own) > 1 else ""
        said += [f"{name}: {dansk.kroner(own[-1].kr_pr)} i {own[-1].aar}{before}."] if own else []
    return figurer.paneler(
        rows,
        {per: name for per, name in PR.items() if per in set(rows["pr"])},
        range(min(rows["aar"]), b.aar + 1),
        id="omkostninger",
        titel=f"Hvad et tilsyn koster til og med {b.aar}",
        beskrivelse=" ".join(said),
        enhed="kr. i løbende priser",
        kilde=kilde(b, "egen beregning"),
        afledt=AFLEDT,
        mangler="Et år uden søjle kan ikke beregnes.",
    )


def omkostninger(b: Beregning) -> Tabel | Tekst:
    """Cost per tilsyn, per visit and per employee."""
    if b.omkostninger.empty:
        return ingen(b, "Udgifter pr. tilsyn, besøg og medarbejder")
    rows = b.omkostninger.assign(raekke=[f"{PR[r.pr]}, {r.aar}" for r in b.omkostninger.itertuples()])
    return tabel(
        rows,
        [
            Kolonne("raekke", "Udgift", raekkehoved=True),
            Kolonne("udgifter", "Direkte og indirekte udgifter", type="heltal", enhed="kr."),
            Kolonne("antal", "Antal", type="heltal", enhed="tilsyn, besøg og medarbejdere"),
            Kolonne("kr_pr", "Udgift pr. tilsyn, besøg eller medarbejder", type="decimal", decimaler=0, enhed="kr."),
        ],
        id="omkostninger-pr",
        titel="Hvad et tilsyn koster",
        enhed="kr. i løbende priser",
        kilde=kilde(b, "egen beregning"),
        note="Udgifterne er regnskabets direkte og indirekte udgifter (overhead med mere), før overskud fra tidligere "
        "år er trukket fra. De er delt med "
        "årets tilsyn, besøg og medarbejdere, hver for sig, og dækker også andet end tilsyn.",
    )


def budget(b: Beregning) -> Tabel | Tekst:
    """Budget against accounts, line by line; a sentence where the report has none."""
    if b.budget.empty:
        return Tekst(f"Årsrapporten for {b.aar} har ikke budget og regnskab.")
    rows = b.budget.assign(post=[_post(p) for p in b.budget["post"]])
    return tabel(
        rows,
        [
            Kolonne("post", "Post", raekkehoved=True),
            Kolonne("budget", "Budget", type="heltal"),
            Kolonne("regnskab", "Regnskab", type="heltal"),
            Kolonne("forskel_trykt", "Trykt forskel", type="heltal", fortegn=True),
            Kolonne("forskel", "Beregnet forskel", type="heltal", fortegn=True),
            Kolonne(
                "procent", "Forskel i procent af budgettet", enhed="procent", type="decimal", fortegn=True, vis=False
            ),
        ],
        id="budget",
        titel=f"Budget og regnskab {b.aar}",
        enhed="1.000 kr.; udgifter er positive, indtægter negative",
        kilde=kilde(b, "egen beregning"),
        note="Tallene er gengivet som trykt. Hvor de to forskelle ikke er ens, står det under datakvalitet.",
        mangler="kan ikke beregnes",
        sum_raekker=[SUM.match(p) is not None for p in rows["post"]],
    )


def _post(text: str) -> str:
    """A line of the accounts without the report's misprints."""
    return re.sub(r"\(?eksklusiv[et]? tilkøb\)?", "(eksklusive tilkøb)", text.replace("Øst's", "Østs")).removesuffix(
        "."
    )


def takstregler(b: Beregning) -> Tekst:
    """The two rules on takster, tested."""
    factors, sharper = b.stoerrelsesfaktorer, b.skaerpet_tilsyn
    wrong = int((factors["dom"] == AFVIGER).sum()) + int((sharper["dom"] == AFVIGER).sum())
    differences = [abs(x) for x in [*factors["forskel"], *sharper["forskel"]]]
    if not differences:
        return Tekst("Rapporterne har ingen takster, som reglerne kan prøves på.")
    later = sorted({int(r.aar) for r in [*factors.itertuples(), *sharper.itertuples()] if not r.regel_kendt})
    years = dansk.opremsning(map(str, later))
    note = (
        f" For {years} er reglen fra senere år brugt, fordi den regel, der gjaldt ved årets begyndelse, ikke er "
        "blandt kilderne."
        if later
        else ""
    )
    verdict = "Taksterne følger reglerne" if not wrong else "Ikke alle takster følger reglerne"
    return Tekst(
        f"{verdict}: {dansk.tal(len(factors))} takster for større tilbud er sammenholdt med taksten for 0–7 "
        "pladser gange faktoren, og "
        f"{dansk.tal(len(sharper))} takster for skærpet tilsyn med en tiendedel af årstaksten. "
        f"{'Ingen' if not wrong else dansk.tal(wrong)} afviger mere, end afrunding kan "
        f"forklare; den største forskel er {dansk.tal(max(differences), 1)} kr.{note}"
    )


def takstindeks(b: Beregning) -> Tabel | Tekst:
    """Indices per size class."""
    if b.takstindeks.empty:
        return ingen(b, "Takster")
    names = b.serie.drop_duplicates("indikator").set_index("indikator")["navn"]
    base = max(b.takstindeks.loc[b.takstindeks["indeks"] == 100, "aar"])
    rows = b.takstindeks.assign(raekke=[f"{names[r.indikator]}, {r.aar}" for r in b.takstindeks.itertuples()])
    return tabel(
        rows,
        [
            Kolonne("raekke", "Takst og år", raekkehoved=True),
            Kolonne("kr", "Takst", type="heltal", enhed="kr."),
            Kolonne("indeks", "Indeks", type="decimal", enhed=f"{base} = 100"),
            Kolonne("status", "Tallene er"),
        ],
        id="takstindeks",
        titel=f"Takster som indeks, {base} = 100",
        enhed="kr. i løbende priser og indeks",
        kilde=kilde(b, "egen beregning"),
        # The larger classes pay the smallest one's takst times a factor, so that their index is the same.
        kun_i_filer=[r.indikator.endswith(STOERRE) for r in rows.itertuples()],
        fold="Vis indeks for takster",
        note="Tilbud med flere pladser betaler taksten for 0–7 pladser gange en faktor og har næsten samme indeks; "
        "det står i filerne.",
    )
