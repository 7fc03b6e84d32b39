"""Data quality, method and sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk, landstal
from kkrlib.klynger import Beregning, gaeldende
from kkrlib.klynger.noegler import ALLE_MEDLEMMER, ANDET_AAR, FAST_DEL, REGLEN, TRYKT_SATS
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst, tekst
from kkrlib.visning import kontroller as kontroltabeller
from kkrlib.visning.klynger.faelles import KR, PERSONER, har_tabel_1, kilde, kommunenavn, opgjort, trykte_summer


def afstemning_tekst(b: Beregning) -> Tekst:
    """What was compared, in numbers."""
    counts = b.kontroller["dom"].value_counts()
    return tekst(
        "De offentliggjorte tal om klyngemidlerne for {aar} er sammenholdt med fordelingsnøglen, med deres egne "
        "summer og med hinanden i {antal:tal} kontroller. "
        "{stemmer:tal} stemmer, {afrunding:tal} er afrundinger, {afviger:tal} afviger, og {uproevet:tal} kan ikke "
        "efterprøves. {tilpasset} Kontrollerne gælder hele landet på alle sider{udelt}.",
        aar=b.aar,
        antal=len(b.kontroller),
        tilpasset=_tilpasset(b),
        udelt=f", og {dansk.opremsning(kommunenavn(b, d.kommunekode) for d in b.delinger)} er udelt i dem, hvor andet "
        "ikke er nævnt"
        if b.delinger
        else "",
        stemmer=int(counts.get(afstemning.STEMMER, 0)),
        afrunding=int(counts.get(afstemning.AFRUNDING, 0)),
        afviger=int(counts.get(afstemning.AFVIGER, 0)),
        uproevet=int(counts.get(afstemning.UPROEVET, 0)),
    )


def _tilpasset(b: Beregning) -> str:
    """What is derived from published numbers, and that nothing else is."""
    parts = []
    if b.delinger:
        parts.append(f"delingen af {dansk.opremsning(kommunenavn(b, d.kommunekode) for d in b.delinger)}")
    derived = b.fordelt[b.fordelt["grundlag"] == "udledt"]
    for klynge, rows in derived.groupby("klynge", sort=False):
        names = dansk.opremsning(sorted(rows["kommune"], key=dansk.alfabetisk))
        parts.append(f"at {names} bidrager til {klynge}" if not parts else f"medlemskabet af {klynge} for {names}")
    if not parts:
        return "Ingen beregnede tal er tilpasset et offentliggjort."
    return (
        f"Udledt af offentliggjorte beløb er {dansk.opremsning(parts)}. Ellers er ingen beregnede tal tilpasset et "
        "offentliggjort."
    )


def afstemning_optaelling(b: Beregning) -> Tabel:
    """Verdicts by kind of control."""
    kinds = {"regel": "Beløb mod fordelingsnøglen", "sum": "Summer mod rækkerne", "lighed": "Samme tal to steder"}
    return kontroltabeller.optaelling(
        b.kontroller,
        id="kontroller",
        titel=f"Kontroller af de offentliggjorte tal for {b.aar}",
        kilde=kilde(b, "egen beregning"),
        navne=kinds,
    )


def fund_tekst(b: Beregning) -> Tekst:
    """The causes of the deviations, largest first, with their size; last those without a known cause."""
    rows = b.kontroller[b.kontroller["dom"] == afstemning.AFVIGER]
    faults = b.kildefejl.set_index("fund")
    sizes = {fund: max(abs(x) for x in part["forskel"]) for fund, part in rows[rows["fund"] != ""].groupby("fund")}
    lines = []
    for fund in sorted(sizes, key=lambda f: -sizes[f]):
        part = rows[rows["fund"] == fund]
        persons = [abs(x) for x in part["forskel_indbyggere"] if pd.notna(x)]
        size = (
            f", største forskel {dansk.kroner(sizes[fund])}, svarende til højst {dansk.tal(max(persons))} indbyggere"
            if persons
            else ""
        )
        lines.append(f"- {faults.at[fund, 'begrundelse']} ({dansk.flertal(len(part), 'kontrol', 'kontroller')}{size}.)")
    unknown = rows[rows["fund"] == ""]
    if len(unknown):
        lines.append(
            f"- Uden kendt årsag: {dansk.flertal(len(unknown), 'kontrol', 'kontroller')}. Tallene står i tabellen "
            "nedenfor."
        )
    return Tekst("\n".join(lines) if lines else "Ingen tal afviger.")


def afvigelser(b: Beregning) -> Any:
    """Every deviation with its size in kroner and in inhabitants, and its cause."""
    rows = b.kontroller[b.kontroller["dom"] == afstemning.AFVIGER].copy()
    if rows.empty:
        return Tekst("Ingen tal afviger.")
    order = {fund: n for n, fund in enumerate(b.kildefejl["fund"])}
    rows = rows.sort_values("fund", key=lambda s: s.map(order), kind="stable")
    rows["tal"] = [
        text if unit == KR else f"{text} ({unit})"
        for text, unit in zip(rows["beskrivelse"], rows["enhed"], strict=True)
    ]
    causes = {f.fund: f"{f.art.capitalize()}: {f.noegle}" for f in b.kildefejl.itertuples()}
    rows["aarsag"] = rows["fund"].map(causes).fillna("Uden kendt årsag")
    rows["sted_linje"] = _foerste(rows["linjer"])
    decimals = int(rows["decimaler"].max())
    return tabel(
        rows,
        [
            Kolonne("aarsag", "Årsag", vis=False),
            Kolonne("tal", "Tal", raekkehoved=True),
            Kolonne("sted_linje", "Kilde og linje"),
            Kolonne("linjer", "Alle linjer, der indgår", vis=False),
            Kolonne("offentliggjort", "Offentliggjort", type="decimal", decimaler=decimals),
            Kolonne(
                "beregnet",
                "Efter reglen",
                type="decimal",
                decimaler=decimals,
                beskrivelse="Hvad reglen eller de andre tal giver",
            ),
            Kolonne("forskel", "Forskel", type="decimal", decimaler=decimals, fortegn=True),
            Kolonne(
                "forskel_indbyggere",
                "Svarer til indbyggere",
                enhed=PERSONER,
                type="decimal",
                decimaler=1,
                fortegn=True,
                beskrivelse="Forskellen divideret med reglens kroner pr. indbygger",
            ),
            Kolonne("fund", "Fund", vis=False),
            Kolonne("forklaring", "Forklaring", vis=False),
        ],
        id="afvigelser",
        titel="Afvigelser efter årsag",
        enhed="kroner, hvor andet ikke står ved tallet",
        kilde=_dokumenter(b, _koder(rows["sted_linje"]), "egen beregning"),
        mangler="ikke relevant",
        gruppe="aarsag",
    )


def kildefejl(b: Beregning) -> Tabel:
    """The faults of the sources: what is printed, what was taken, and why."""
    rows = b.kildefejl.copy()
    rows["sted"] = [f"Kilde {r.kilde}, linje {r.linje}" for r in rows.itertuples()]
    return tabel(
        rows,
        [
            Kolonne("sted", "Sted", raekkehoved=True),
            Kolonne("trykt", "Der står"),
            Kolonne("anvendt", "Brugt her"),
            Kolonne("begrundelse", "Begrundelse"),
            Kolonne("fund", "Fund", vis=False),
        ],
        id="kildefejl",
        titel="Fejl og uklarheder i kilderne",
        enhed="ét fund pr. række",
        kilde=_dokumenter(b, rows["kilde"]),
        mangler="(ikke trykt)",
    )


def kontroller(b: Beregning) -> Tabel:
    """The controls that are not equal to the krone, folded; the download has all of them and all columns."""
    rows = b.kontroller.assign(sted_linje=_foerste(b.kontroller["linjer"]))
    equal = rows["dom"] == afstemning.STEMMER
    shown = ~equal if (~equal).any() else ~equal | True
    return kontroltabeller.alle(
        rows,
        id="afstemning",
        titel=f"Kontroller for {b.aar}",
        kilde=_dokumenter(b, _koder(rows["sted_linje"]), "egen beregning"),
        vis=shown,
        note=f"Alle {dansk.tal(len(rows))} kontroller står i filerne, også de {dansk.tal(int(equal.sum()))}, der "
        "stemmer.",
        fold=f"Vis de {dansk.tal(int(shown.sum()))} kontroller, der ikke stemmer på kronen"
        if not shown.all()
        else f"Vis alle {dansk.tal(len(rows))} kontroller",
        andre=[
            Kolonne("forskel", "Forskel", type="tal", fortegn=True, vis=False),
            Kolonne(
                "forskel_indbyggere",
                "Svarer til indbyggere",
                type="decimal",
                decimaler=1,
                fortegn=True,
                vis=False,
                beskrivelse="Forskellen divideret med reglens kroner pr. indbygger; kun for beløb til klynger og fra "
                "kommuner",
            ),
        ],
    )


def noegler(b: Beregning) -> Any:
    """Which other keys were tried where a region's own amounts do not follow the rule, and by how much each fails;
    nothing where all do.
    """
    unknown = b.kildefejl[(b.kildefejl["aarsag"] == "ukendt") & (b.kildefejl["tabel"] == "klynge_beloeb")]
    regions = [
        region for region in b.i_omraadet(b.regioner.reset_index())["region"] if region in set(unknown["noegle"])
    ]
    if not regions:
        return None
    region = regions[0]
    tried = b.proevede_noegler(region)
    days = landstal.befolkning_opgjort(b.tabeller)
    rates = b.tabeller["klynge_satser"]
    rates = rates[(rates["aar"] == b.aar) & (rates["side"] == "regioner") & (rates["omfang"] == "region")]
    rate = rates.loc[rates["region"] == region, "trykt"]
    words = {
        REGLEN: "Indbyggere {dag} (reglen)",
        ANDET_AAR: "Indbyggere {dag}",
        TRYKT_SATS: f"Den trykte sats, {''.join(rate)} kr. pr. indbygger",
        ALLE_MEDLEMMER: "Også medlemmer uden bidrag tælles med",
        FAST_DEL: "Samme faste beløb til hver klynge, resten efter indbyggere",
    }
    own = b.register[b.register["region"] == region]
    columns = {
        klynge: slug.replace("-", "_")
        for klynge, slug in zip(own["klynge"], own["slug"], strict=True)
        if klynge in set(tried["klynge"])
    }
    rows = []
    for (key, year), part in tried.groupby(["noegle", "kvoteaar"], sort=False, dropna=False):
        day = "" if pd.isna(year) else "" if pd.isna(days.get(year)) else f"pr. {dansk.dato(days[year].date())}"
        rows.append({"navn": words[key].format(dag=day), **{columns[r.klynge]: r.forskel for r in part.itertuples()}})
    printed = b.klynger.loc[region, "offentliggjort_regioner"].dropna()
    excess = int(printed.sum()) - int(trykte_summer(b)["regioner"][region])
    return tabel(
        pd.DataFrame(rows),
        [
            Kolonne("navn", "Nøgle", raekkehoved=True),
            *(
                Kolonne(
                    column,
                    klynge,
                    type="decimal",
                    decimaler=0,
                    fortegn=True,
                    beskrivelse="Offentliggjort minus det, nøglen giver",
                )
                for klynge, column in columns.items()
            ),
        ],
        id="proevede-noegler",
        titel=f"Nøgler, der er prøvet for {region}",
        enhed=KR,
        kilde=kilde(b, "egen beregning"),
        note="Tallene er offentliggjort minus det, nøglen giver; 0 ville være et fuldt svar. Det faste beløb er "
        "beregnet af klyngerne med færrest og flest indbyggere, så det kun kan prøves på de andre. De trykte "
        f"beløb giver {dansk.kroner(abs(excess))} {'mere' if excess > 0 else 'mindre'} end regionens samlede "
        "beløb, så en nøgle, der deler netop det, kan ikke give dem alle.",
    )


def metode(b: Beregning) -> Tekst:
    """The year's own inputs."""
    rate = sum(b.fordelt["kommuner"]) / sum(b.fordelt["indbyggere"])
    return tekst(
        "For {aar} er indbyggertallene {opgjort}, i alt {folk:tal}; det er samme tal som i bilag A til "
        "landstallet for {kvoteaar}. {pulje:kr} "
        "delt med indbyggerne er {sats:tal5} kr. Klynger og medlemskaber er dem, der gælder den {dag:dato}.{puljer} "
        "Kommuner, betalere og klyngekontorer står i alfabetisk orden, hvor Aa regnes som Å. Klynger og regioner "
        "står i kildens rækkefølge.",
        aar=b.aar,
        opgjort=opgjort(b),
        folk=int(sum(b.fordelt["indbyggere"])),
        kvoteaar=int(b.midler["kvoteaar"]),
        pulje=int(b.midler["pulje_kommuner"]),
        sats=rate,
        dag=b.midler["medlemskab_pr"],
        puljer=f" Regionernes bloktilskudsnøgle er ikke trykt. De {dansk.tal(len(b.regioner))} beløb, den giver, er "
        "taget fra Tabel 1."
        if har_tabel_1(b)
        else "",
    )


def kilder(b: Beregning) -> Tabel:
    """Where each number comes from: document, item, lines."""
    people = b.tabeller["bilag_a"].loc[lambda t: t["kvoteaar"] == b.midler["kvoteaar"]]
    spans = [
        ("Puljerne", b.tabeller["klynge_aar"].loc[lambda t: t["aar"] == b.aar]),
        ("Regionernes andele", b.tabeller["klynge_regionspuljer"].loc[lambda t: t["aar"] == b.aar]),
        ("Klyngernes beløb", b.tabeller["klynge_beloeb"].loc[lambda t: t["aar"] == b.aar]),
        ("Kommunernes bidrag", b.tabeller["klynge_kommunebidrag"].loc[lambda t: t["aar"] == b.aar]),
        ("Beløb pr. indbygger", b.tabeller["klynge_satser"].loc[lambda t: t["aar"] == b.aar]),
        ("Klynger", b.register),
        ("Medlemskaber", gaeldende(b.tabeller["klynge_medlemmer"], b.midler["medlemskab_pr"])),
        ("Indbyggere (bilag A til landstallet)", people),
        ("Optællinger i teksten", b.tabeller["klynge_optaellinger"].loc[lambda t: t["aar"] == b.aar]),
        *([("Klyngekontorer", pd.concat([k.kontorer for k in b.kontorer]))] if b.kontorer else []),
    ]
    rows, codes = [], []
    for text, part in spans:
        for (source, item), lines in part.groupby(["kilde", "punkt"])["linje"]:
            low, high = int(lines.min()), int(lines.max())
            rows.append((text, f"{source}: {_dokument(b, source)}", item, f"{low}" if low == high else f"{low}–{high}"))
            codes.append(source)
    return tabel(
        pd.DataFrame(rows, columns=["tal", "dokument", "punkt", "linjer"]),
        [
            Kolonne("tal", "Tal", raekkehoved=True),
            Kolonne("dokument", "Dokument"),
            Kolonne("punkt", "Punkt"),
            Kolonne("linjer", "Linjer i teksten"),
        ],
        id="kilder",
        titel="Hvor tallene står",
        enhed="linjenumre i dokumentets tekst",
        kilde=_dokumenter(b, codes),
    )


def _dokument(b: Beregning, code: str) -> str:
    """A source document in words: «Referat af møde i KKR Sjælland, august 2021»."""
    row = b.tabeller["kilder"].set_index("kilde").loc[code]
    if pd.isna(row["tid"]):
        return str(row["titel"])
    year, _, month = str(row["tid"]).partition("-")
    return f"{row['titel']}, {dansk.maaned(int(year), int(month)) if month else year}"


def _dokumenter(b: Beregning, codes: Iterable[str], *own: str) -> str:
    """The source line of a table whose rows come from several documents."""
    return "; ".join([*(f"{_dokument(b, code)} (kilde {code})" for code in sorted(set(codes))), *own])


def _foerste(lines: pd.Series) -> pd.Series:
    """The first of the lines that a control is about: where the number that is judged stands."""
    return lines.str.partition("; ")[0]


def _koder(lines: pd.Series) -> list[str]:
    """The documents of lines written as ``002:1957``."""
    return [line.partition(":")[0] for line in lines if line]
