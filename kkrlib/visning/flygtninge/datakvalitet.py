"""Data quality, method and sources."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk
from kkrlib.flygtninge import Beregning, bekendtgoerelse
from kkrlib.flygtninge.beregning import HELE_LANDET
from kkrlib.flygtninge.udmelding import regeldag
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning import kontroller as kontroltabeller
from kkrlib.visning import ret
from kkrlib.visning.flygtninge.faelles import kilde, stor, stort_foerst


def afstemning_tekst(b: Beregning) -> Tekst:
    """What was compared, in numbers."""
    if b.kontroller.empty:
        return Tekst(
            f"Der er ingen offentliggjorte kvoter eller summer for {b.kvoteaar} i datagrundlaget at sammenholde med."
        )
    counts = b.kontroller["dom"].value_counts()
    agree = int(counts.get(afstemning.STEMMER, 0))
    wrong = int(counts.get(afstemning.AFVIGER, 0))
    text = (
        f"Der er foretaget {dansk.tal(len(b.kontroller))} kontroller af de offentliggjorte tal for {b.kvoteaar}: "
        f"kvoterne er sammenholdt med reglen, summerne med deres rækker og totalerne med landstallet. "
        f"{_verdicts(len(b.kontroller), agree, wrong)}" + " Kontrollen gælder hele landet, også på regionernes sider."
    )
    return Tekst(text)


def _verdicts(total: int, agree: int, wrong: int) -> str:
    if agree == total:
        return "De stemmer alle."
    open_ = total - agree - wrong
    said = [
        f"{dansk.tal(agree)} stemmer",
        *([f"{dansk.tal(wrong)} afviger"] if wrong or not open_ else []),
        *([f"{dansk.tal(open_)} kan ikke efterprøves"] if open_ else []),
    ]
    return ", og ".join([", ".join(said[:-1]), said[-1]]) + "."


def afstemning_optaelling(b: Beregning) -> Any:
    """Verdicts by kind of control; nothing where there is no published number to control."""
    if b.kontroller.empty:
        return None
    fixed = b.kontroller["id"].str.contains("-fastsat-").any()
    kinds = {
        "regel": "Kvoter mod reglen",
        "sum": "Trykte summer mod rækkerne",
        "lighed": "Totaler mod landstallet" + (", fastsatte kvoter mod bilag B" if fixed else ""),
    }
    return kontroltabeller.optaelling(
        b.kontroller,
        id="kontroller",
        titel=f"Kontroller af de offentliggjorte tal for {b.kvoteaar}",
        kilde=kilde(b, "egen beregning"),
        navne=kinds,
    )


def kildefejl(b: Beregning) -> Any:
    """The faults of the sources: what is printed, what was taken, and why."""
    if b.kildefejl.empty:
        return Tekst("Der er ikke fundet fejl i kilden.")
    rows = b.kildefejl.copy()
    rows["sted"] = [f"Kilde {r.kilde}, linje {r.linje}" for r in rows.itertuples()]
    for column in ("trykt", "anvendt"):
        rows[column] = [
            dansk.tal(int(x)) if art == "sum" else x for x, art in zip(rows[column], rows["art"], strict=True)
        ]
    return tabel(
        rows,
        [
            Kolonne("sted", "Sted", raekkehoved=True),
            Kolonne("trykt", "Der står"),
            Kolonne("anvendt", "Brugt eller beregnet"),
            Kolonne("begrundelse", "Begrundelse"),
        ],
        id="kildefejl",
        titel=f"Fejl og uklarheder i kilden for {b.kvoteaar}",
        enhed="én fejl pr. række",
        kilde=kilde(b),
        mangler="(tomt felt)",
    )


def advarsler(b: Beregning) -> Any:
    """What is unlikely in the year's numbers, and recorded aftaler that don't satisfy the law; None without any."""
    if not b.advarsler:
        return None
    rows = pd.DataFrame(
        [(b.kommuner["kommune"].get(f.raekke, f"{f.fil}, række {f.raekke}"), f.regel) for f in b.advarsler],
        columns=["sted", "advarsel"],
    )
    rows["advarsel"] = rows["advarsel"].map(lambda s: f"{stor(s).rstrip('.')}.")
    return tabel(
        rows,
        [Kolonne("sted", "Sted", raekkehoved=True), Kolonne("advarsel", "Advarsel", bred=True)],
        id="advarsler",
        titel=f"Advarsler om datagrundlaget for {b.kvoteaar}",
        enhed="én advarsel pr. række",
        kilde=kilde(b, "egen kontrol"),
        note="En advarsel hindrer ikke, at siden laves. Den gør opmærksom på usandsynlige tal og på aftaler, der ikke "
        "opfylder alle krav.",
    )


def kontroller(b: Beregning) -> Any:
    """The controls that the table of kommunekvoter does not show already, folded; the download has all of them."""
    if b.kontroller.empty:
        return None
    shown_above = b.kontroller["id"].str.contains("-kommunekvote-") & (b.kontroller["dom"] == afstemning.STEMMER)
    shown_above &= b.kontroller["art"] == "regel"
    note = "Kommunekvoter, der stemmer, står i tabellen over kommunekvoter."
    if b.region != HELE_LANDET:
        others = tuple(f"-{r.slug}" for r in b.registre["regioner"].itertuples() if r.region != b.region)
        shown_above |= b.kontroller["id"].str.endswith(others) & (b.kontroller["dom"] == afstemning.STEMMER)
        note += " De andre regioners summer, der stemmer, står på deres egne sider."
    return kontroltabeller.alle(
        b.kontroller,
        id="afstemning",
        titel=f"Kontroller for {b.kvoteaar} tal for tal",
        kilde=kilde(b, "egen beregning"),
        vis=~shown_above,
        fold=f"Vis {dansk.tal(int((~shown_above).sum()))} af {dansk.tal(len(b.kontroller))} kontroller",
        note=f"{note} Filerne indeholder alle kontroller med kildens linjer.",
    )


def metode(b: Beregning) -> Tekst:
    """Which act the letter of the year names, which was in force when it was sent, and the dates of its numbers."""
    letter = b.brev
    named = letter["bekendtgoerelse"]
    said = [
        f"Udlændingestyrelsens brev for {b.kvoteaar} henviser til {named}."
        if not pd.isna(named)
        else f"Hvilken bekendtgørelse Udlændingestyrelsens brev for {b.kvoteaar} henviser til, fremgår ikke af "
        f"datagrundlaget."
    ]
    if other := _other_act(b):
        text = (
            f"Da brevet blev sendt, var {other['bekendtgoerelse']} af {dansk.dato(other['udstedt'])} den senest "
            f"udstedte, vi kender."
        )
        if other["status"] != "efterprøvet":
            text += f" Ordlyden af dens {other['beregning']} om beregningen er ikke efterprøvet."
        said.append(text)
    days = []
    if not pd.isna(letter["befolkning_opgjort"]):
        day = dansk.dato(letter["befolkning_opgjort"])
        days.append(f"Indbyggere samt indvandrere og flygtninge er opgjort den {day}")
    if not pd.isna(letter["familiesammenfoerte_aar"]):
        days.append(f"familiesammenføringerne er fra {int(letter['familiesammenfoerte_aar'])}")
    if days:
        said.append(stort_foerst(", og ".join(days)) + ".")
    if len(days) < 2:
        said.append("Datagrundlaget oplyser ikke for alle tal i bilag A, hvornår de er opgjort.")
    if len(b.udmeldinger) > 1:
        said.append(
            "Et ændret landstal er regnet på samme bilag A. Ved en forholdsmæssig nedsættelse er alle kvoter sat ned "
            "med samme procent og rundet til hele personer efter største brøk. Afrundingen er vores antagelse; "
            "udmeldingerne siger ikke, hvordan de runder."
        )
    tested = sorted({int(y) for y in b.tabeller["bilag_b"]["kvoteaar"]})
    said.append(f"De seks trin er prøvet mod de offentliggjorte kvoter for {dansk.opremsning(map(str, tested))}.")
    return Tekst(" ".join(said))


def regler(b: Beregning) -> Tekst | None:
    """Where the rules stood on the day of the letter (of the rule on changes, where that day is not known)."""
    sent = b.brev["udmeldt"]
    return ret.regler(b.tabeller, "flygtninge", regeldag(b.brev) if pd.isna(sent) else sent.date())


def _other_act(b: Beregning) -> dict[str, Any] | None:
    """The bekendtgørelse that was in force on the day of the letter, where it is another than the letter names."""
    sent, named = b.brev["udmeldt"], b.brev["bekendtgoerelse"]
    act = None if pd.isna(sent) or pd.isna(named) else bekendtgoerelse(b.tabeller, sent.date())
    return act if act is not None and act["bekendtgoerelse"] != named else None


def fortolkninger(b: Beregning) -> Tabel:
    """Where a rule can be read in more than one way: how it is read here, why, and whom that matters for."""
    rows = b.tabeller["fortolkninger"]
    rows = rows[rows["rapport"] == "flygtninge"].reset_index(drop=True)
    documents = b.tabeller["kilder"].set_index("kilde")["titel"]
    rows = rows.assign(
        sted=[
            documents[r.kilde] + ("" if pd.isna(r.linje) else f", punkt {r.punkt}, linje {r.linje}")
            for r in rows.itertuples()
        ],
        henvisning=rows["henvisning"].map(stor),
    )
    return tabel(
        rows,
        [
            Kolonne("teksten", "Teksten siger", raekkehoved=True),
            Kolonne("laesning", "Sådan er den læst"),
            Kolonne("begrundelse", "Hvorfor", bred=True),
            Kolonne("betydning", "Hvad det har betydning for"),
            Kolonne("henvisning", "Henvisning"),
            Kolonne("laest_siden", "Læst sådan siden", type="dato", vis=False),
            Kolonne("sted", "Kilde", vis=False),
        ],
        id="fortolkninger",
        titel="Regler, der kan læses på mere end én måde, og hvordan de er læst her",
        enhed="én fortolkning pr. række",
        kilde="lov, bekendtgørelse og Udlændingestyrelsens breve; læsningen er vores",
    )


def kilder(b: Beregning) -> Tabel:
    """Where each number comes from: document, item, lines."""
    documents = b.tabeller["kilder"].set_index("kilde")
    spans = {
        "landstal": "Landstal",
        "regionskvoter": "Regionskvoter",
        "bilag_a": "Bilag A: indbyggere, indvandrere og flygtninge, asylansøgere",
        "familiesammenfoerte": "Bilag A: familiesammenføringer",
        "bilag_b": "Bilag B: beregnede kommunekvoter",
        "fastsatte_kvoter": "Fastsatte kommunekvoter",
        "fastsatte_regionskvoter": "Aftalte og fastsatte regionskvoter",
    }
    acts, other, rules = b.tabeller["bekendtgoerelser"], _other_act(b), b.tabeller["retsregler"]
    day = pd.Timestamp(regeldag(b.udmelding))
    parts = [(text, b.tabeller[name].loc[lambda t: t["kvoteaar"] == b.kvoteaar]) for name, text in spans.items()]
    parts += [
        ("Aftaler om kommunekvoter", b.tabeller["aftaler"]),
        (
            "Grænser og frister i reglerne",
            rules[(rules["gaelder_fra"] <= day) & ~(rules["gaelder_til"] < day)]
            .sort_values("gaelder_fra", kind="stable")
            .drop_duplicates("regel", keep="last"),
        ),
    ]
    if other is not None:
        parts.append(("Den gældende bekendtgørelse", acts[acts["bekendtgoerelse"] == other["bekendtgoerelse"]]))
    rows = []
    for text, table in parts:
        for (source, item), part in table.groupby(["kilde", "punkt"], sort=False):
            low, high = int(part["linje"].min()), int(part["linje"].max())
            document, when = documents.at[source, "titel"], documents.at[source, "tid"]
            rows.append(
                (
                    text,
                    document if pd.isna(when) else f"{source}: {document}, {when}",
                    item,
                    f"{low}" if low == high else f"{low}–{high}",
                )
            )
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
        kilde=kilde(b),
    )
