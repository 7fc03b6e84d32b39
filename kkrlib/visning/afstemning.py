"""The report on reconciliation: what all controls of all fields say, to a reader."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from kkrlib import afstemning, boernehus, dansk, fakta, figurer, sted
from kkrlib.figurer import Figur
from kkrlib.kontrol import Samlet
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Side, Tekst, tekst
from kkrlib.visning import kontroller

_KILDE = "kildedokumenterne; egen beregning"
# What a field is called whose editions stand in tables of their own.
_DELE = {"flygtninge": "Fordeling af flygtninge", "klynger": "Sundhedsklynger"}
# The tables of the quotas that letters print.
_KVOTER = ("bilag_b", "regionskvoter")
# Columns of wide tables that a reader meets by name.
_KOLONNER = {"leadbidrag": "bidrag fra leadkommunen", "oevrige_bidrag": "bidrag fra de øvrige kommuner"}


def side(s: Samlet) -> Side:
    """Title and description of the page."""
    return Side(
        "Afstemning af de offentliggjorte tal",
        "Hvert tal i bilagene holdt op mod de tal, det hænger sammen med: hvad der stemmer, hvad der er "
        "afrunding, hvad der afviger og hvorfor.",
        hovedtal=(dansk.tal(len(s.fund)), f"fund i {dansk.tal(len(s.kontroller))} kontroller af de trykte tal"),
    )


def hovedpunkter(s: Samlet, foelsomhed: pd.DataFrame) -> Tekst:
    """How many numbers, controls, verdicts and findings.

    ``foelsomhed`` is what :func:`kkrlib.kontrol.foelsomhed` returns.
    """
    counts = s.kontroller["dom"].value_counts()
    covered, every = int((s.daekning["kontroller"] > 0).sum()), len(s.daekning)
    wrong = s.kontroller[s.kontroller["dom"] == afstemning.AFVIGER]
    without = int((wrong["fund"] == "").sum())
    points = [
        "**{daekket:tal} af {alle:tal} offentliggjorte tal** ({andel:procent1}) er holdt op mod mindst ét andet "
        "tal eller mod reglen bag dem. "
        "For {ses:tal} af dem ville én forkert enhed i sidste ciffer ændre et resultat; resten er især holdt op "
        "mod en grænse.",
        "Der er foretaget **{antal:tal} kontroller**: {stemmer:tal} stemmer, {afrunding:tal} er afrundinger eller "
        "forbehold, {afviger:tal} afviger, og {uproevet:tal} kan ikke efterprøves.",
    ]
    if len(s.fund):
        points.append(
            "Afvigelserne er samlet i **{fund:tal} fund**. Et fund er én fejl eller uoverensstemmelse, og den kan "
            "vise sig i flere kontroller. I {afgjort:tal} af dem afgør et tredje tal, hvad der er rigtigt.{uden}"
        )
        points.append("Det fund, der viser sig i flest kontroller ({flest:tal}): {forklaring}")
    judged = s.tal.loc[[facts[0] for facts in s.kontroller["alle_fakta"]]]
    quotas = s.kontroller[(s.kontroller["art"] == "regel").to_numpy() & judged["datatabel"].isin(_KVOTER).to_numpy()]
    if len(quotas) and (quotas["dom"] == afstemning.STEMMER).all():
        points.append(
            "Alle {kvoter:tal} trykte kvoter for flygtninge i kommuner og regioner er genberegnet efter reglen og "
            "stemmer."
        )
    largest = wrong["fund"][wrong["fund"] != ""].value_counts()
    return tekst(
        "\n".join(f"- {point}" for point in points),
        daekket=covered,
        alle=every,
        andel=covered / every,
        ses=int((foelsomhed["op"] | foelsomhed["ned"]).sum()),
        antal=len(s.kontroller),
        stemmer=int(counts.get(afstemning.STEMMER, 0)),
        afrunding=int(counts.get(afstemning.AFRUNDING, 0)),
        afviger=len(wrong),
        uproevet=int(counts.get(afstemning.UPROEVET, 0)),
        fund=len(s.fund),
        afgjort=int((s.fund["afgjort"] == "ja").sum()),
        uden=f" {dansk.flertal(without, 'afvigelse har', 'afvigelser har')} endnu ingen forklaring." if without else "",
        flest=int(largest.iloc[0]) if len(largest) else 0,
        forklaring=_foerste_saetning(s.fund.at[largest.index[0], "forklaring"]) if len(s.fund) else "",
        kvoter=len(quotas),
    )


def _dokument(linjer: str) -> str:
    """The source of the number that a control judges."""
    return sted.laes(linjer)[0].kilde


def _foerste_linje(linjer: str) -> str:
    return sted.vis(sted.laes(linjer)[:1])


def _foerste_saetning(text: str) -> str:
    return re.split(r"(?<=[a-zæøå]\.) (?=[A-ZÆØÅ])", text)[0]


def hvad_er_nyt(s: Samlet) -> Tekst:
    """Whether the deviations are those that were accepted when somebody last looked at them."""
    if not s.nye_og_borte:
        return Tekst(
            "Afvigelserne er de samme, som da de sidst blev gennemgået: ingen er kommet til, og ingen er forsvundet."
        )
    listed = "\n".join(f"- {f.vaerdi}: {f.regel}" for f in s.nye_og_borte)
    return Tekst(f"Siden afvigelserne sidst blev gennemgået, er der sket ændringer:\n\n{listed}")


def kilder(s: Samlet) -> Tekst:
    """The documents, by the number that the tables call them."""
    rows = s.tabeller["kilder"].dropna(subset=["fil"])
    return Tekst(
        "\n".join(
            f"- Kilde {r.kilde}: {r.titel}, {_dokumenter(s)[r.kilde].partition(', ')[2]}." for r in rows.itertuples()
        )
    )


def _dokumenter(s: Samlet) -> dict[str, str]:
    """What a reader calls a source, by its number: who published it, and when."""
    sources = s.tabeller["kilder"].set_index("kilde")
    when = {k: str(t).partition("-") for k, t in sources["tid"].dropna().items()}
    return {
        k: f"{sources.at[k, 'udgiver']}, {dansk.maaned(int(y), int(m)) if m else y}" for k, (y, _, m) in when.items()
    }


def _efter_kilde(s: Samlet) -> pd.DataFrame:
    """Verdicts and coverage by source; index ``kilde``."""
    judged = s.kontroller.assign(kilde=s.kontroller["linjer"].map(_dokument))
    counts = afstemning.optael(judged.sort_values("kilde", kind="stable"), "kilde")
    by_source = s.daekning.groupby("kilde")["kontroller"]
    numbers = pd.DataFrame({"tal": by_source.size(), "daekket": by_source.agg(lambda n: int((n > 0).sum()))})
    result = numbers.join(counts).fillna(0).astype("int64")
    result["dokument"] = [f"{_dokumenter(s)[k]} (kilde {k})" for k in result.index]
    found = judged[judged["fund"] != ""].drop_duplicates("fund")["kilde"].value_counts()
    result["fund"] = found.reindex(result.index).fillna(0).astype("int64")
    return result


def efter_kilde(s: Samlet) -> Tabel:
    """Verdicts by source, with how many of its numbers stand in a control."""
    rows = _efter_kilde(s)
    total = rows.drop(columns="dokument").sum().to_frame().T.assign(dokument="I alt")
    names = {afstemning.UPROEVET: "uproevet"}
    return tabel(
        rows.rename(columns=names),
        [
            Kolonne("dokument", "Dokument", raekkehoved=True),
            Kolonne(
                "tal", "Tal", type="heltal", enhed="tal", beskrivelse="Offentliggjorte tal, der er taget fra dokumentet"
            ),
            Kolonne(
                "daekket",
                "Heraf kon\N{SOFT HYPHEN}trolleret",
                type="heltal",
                enhed="tal",
                beskrivelse="Tal, der indgår i mindst én kontrol",
            ),
            *kontroller.domkolonner(rows),
            Kolonne("fund", "Fund", type="heltal", enhed="fund"),
        ],
        id="efter-kilde",
        titel="Tal, kontroller og resultater efter dokument",
        enhed="tal, kontroller og fund",
        kilde=_KILDE,
        ialt=total.rename(columns=names),
        note="En kontrol står ved det dokument, hvis tal den bedømmer. Tal fra ét dokument kan være holdt op mod et "
        "andet.",
    )


def fund_figur(s: Samlet) -> Figur:
    """Findings by source."""
    rows = _efter_kilde(s)
    rows = rows[rows["fund"] > 0].sort_values("fund", ascending=False, kind="stable")
    listed = "; ".join(f"{_dokumenter(s)[r.Index]}: {dansk.tal(r.fund)}" for r in rows.itertuples())
    return figurer.soejler(
        rows,
        id="fund-efter-kilde",
        titel="Fund efter dokument",
        beskrivelse=f"Antallet af fund i hvert dokument. {listed}.",
        enhed="fund",
        kilde=_KILDE,
        vaerdi="fund",
        etiket="dokument",
    )


def _del(s: Samlet, kontrol: Any) -> str:
    """The part of the sources that a control belongs to: the edition of the number that it judges."""
    of = s.tal.loc[kontrol.alle_fakta[0]]
    if pd.isna(of["udgave"]):
        return "Andet"
    title = fakta.titel(s.tabeller, of["felt"], of["udgave"])
    return title or f"{_DELE.get(of['felt'], of['felt'].capitalize())} {of['udgave']}"


def efter_emne(s: Samlet) -> Tabel:
    """Verdicts by subject."""
    subjects = [_del(s, control) for control in s.kontroller.itertuples()]
    rows = afstemning.optael(s.kontroller.assign(emne=subjects), "emne").reset_index()
    columns = kontroller.domkolonner(rows)
    rows = rows.rename(columns={afstemning.UPROEVET: "uproevet"})
    return tabel(
        rows,
        [Kolonne("emne", "Emne", raekkehoved=True), *columns],
        ialt=kontroller.i_alt(rows, "emne", columns),
        id="efter-emne",
        titel="Kontroller og resultater efter emne",
        enhed=kontroller.KONTROLLER,
        kilde=_KILDE,
    )


def fund(s: Samlet) -> Tabel | Tekst:
    """Each finding: what is printed, what follows, the difference and the cause. The reader can choose a document."""
    wrong = s.kontroller[s.kontroller["dom"] == afstemning.AFVIGER]
    if wrong.empty:
        return Tekst("Ingen tal afviger.")
    rows = []
    for key, symptoms in wrong.groupby(wrong["fund"].where(wrong["fund"] != "", wrong["id"]), sort=False):
        shown = next((x for x in symptoms.itertuples() if x.id in s.vises), next(symptoms.itertuples()))
        recorded = s.fund.loc[key] if key in s.fund.index else None
        rows.append(
            {
                "fund": key,
                "hvad": kontroller.med_enhed(shown.beskrivelse, shown.enhed)
                + (f" – og {len(symptoms) - 1} til" if len(symptoms) > 1 else ""),
                "dokument": _dokumenter(s)[_dokument(shown.linjer)],
                "trykt": kontroller.trykt(shown),
                "foelger": kontroller.foelger(shown),
                "forskel": "" if shown.enhed == "tabel" else shown.forskel,
                "antal": len(symptoms),
                "aarsag": "Endnu ikke forklaret." if recorded is None else recorded["forklaring"],
                "afgjort": "nej" if recorded is None else recorded["afgjort"],
                "linjer": shown.linjer,
                "kilde": _dokument(shown.linjer),
            }
        )
    return tabel(
        pd.DataFrame(rows).sort_values("kilde", kind="stable"),
        [
            Kolonne("fund", "Nøgle", vis=False),
            Kolonne("hvad", "Hvad", raekkehoved=True),
            Kolonne("dokument", "Dokument", vis=False),
            Kolonne("trykt", "Trykt", type="tal"),
            Kolonne("foelger", "Følger af de andre tal", type="tal"),
            Kolonne("forskel", "Forskel", type="tal", fortegn=True),
            Kolonne(
                "antal",
                "Kontroller",
                type="heltal",
                vis=False,
                beskrivelse="Hvor mange kontroller fundet viser sig i; tallene er fra én af dem",
            ),
            Kolonne("aarsag", "Forklaring", bred=True),
            Kolonne("afgjort", "Afgjort", vis=False, beskrivelse="Om et tredje tal afgør, hvilket tal der er rigtigt"),
            Kolonne(
                "linjer",
                "Kilde og linje",
                type="tal",
                kort=_foerste_linje,
                beskrivelse="Kildens nummer og linje; i filerne også linjerne med de andre tal",
            ),
        ],
        id="fund",
        titel="Fund: hvor de trykte tal ikke følger af hinanden",
        enhed="som nævnt ved hvert tal",
        kilde=_KILDE,
        filter="dokument",
        note="Viser et fund sig i flere kontroller («og 2 til»), er tallene fra én af dem. Alle kontroller, der "
        "afviger, står i næste tabel, med linjerne for de andre tal. Står der i en forklaring, at et tal "
        "bruges, er det det tal, de andre rapporter regner med; det er ikke en afgørelse.",
    )


def alle(s: Samlet) -> Tabel:
    """Every control in the downloads, those that deviate on the page."""
    wrong = s.kontroller["dom"] == afstemning.AFVIGER
    return kontroller.alle(
        s.kontroller,
        id="afstemning",
        titel="Kontroller tal for tal",
        kilde=_KILDE,
        vis=wrong,
        fold=f"Vis de {dansk.tal(int(wrong.sum()))} kontroller, der afviger",
        note=f"Filerne indeholder alle {dansk.tal(len(s.kontroller))} kontroller, også dem, der stemmer, med kildens "
        "linjer.",
    )


def uproevede(s: Samlet) -> Tabel | Tekst:
    """What cannot be tested, and what is missing."""
    rows = s.kontroller[s.kontroller["dom"] == afstemning.UPROEVET]
    if rows.empty:
        return Tekst("Alle kontroller kunne gennemføres.")
    rows = rows.assign(
        beskrivelse=[kontroller.med_enhed(*x) for x in zip(rows["beskrivelse"], rows["enhed"], strict=True)],
        trykt=[kontroller.tal(*x) for x in zip(rows["offentliggjort"], rows["enhed"], strict=True)],
        hvor=[kontroller.korte_linjer(x) for x in rows["linjer"]],
    )
    return tabel(
        rows,
        [
            Kolonne("beskrivelse", "Kontrol", raekkehoved=True),
            Kolonne("trykt", "Trykt", type="tal"),
            Kolonne("forklaring", "Hvad der mangler"),
            Kolonne("hvor", "Kilde og linje"),
        ],
        id="kan-ikke-efterproeves",
        titel="Tal, der kalder på en kontrol, som kilderne ikke giver mulighed for",
        enhed="som nævnt ved hvert tal",
        kilde=_KILDE,
        fold=f"Vis {dansk.tal(len(rows))} tal, der ikke kan efterprøves",
    )


def udaekkede(s: Samlet) -> Tabel | Tekst:
    """The published numbers that stand in no control, and why."""
    rows = s.daekning[s.daekning["kontroller"] == 0]
    if rows.empty:
        return Tekst("Alle tal indgår i mindst én kontrol.")
    reasons = s.tabeller["uden_kontrol"].set_index("fakta")["grund"]
    untested = {
        fact: why
        for facts, why in zip(s.kontroller["alle_fakta"], s.kontroller["forklaring"], strict=True)
        for fact in facts
    }
    rows = rows.assign(
        tal=[kontroller.med_enhed(_periode(_etiket(s, row)), row.enhed) for row in rows.itertuples()],
        vist=[
            t if "/" in t else kontroller.tal(x, u)
            for t, x, u in zip(rows["trykt"], rows["vaerdi"], rows["enhed"], strict=True)
        ],
        hvor=[sted.vis([r.sted]) for r in rows.itertuples()],
        grund=[
            _periode(reasons.get(i) or untested.get(i) or "Tallet er ikke holdt op mod noget andet.")
            for i in rows.index
        ],
    )
    return tabel(
        rows.reset_index(),
        [
            Kolonne("fakta", "Nøgle", vis=False),
            Kolonne("tal", "Tal", raekkehoved=True),
            Kolonne("vist", "Trykt", type="tal"),
            Kolonne("grund", "Hvorfor ikke"),
            Kolonne("dokument", "Dokument", vis=False),
            Kolonne("hvor", "Kilde og linje"),
        ],
        id="uden-kontrol",
        titel="Offentliggjorte tal, der ikke indgår i en kontrol",
        enhed="som nævnt ved hvert tal",
        kilde=_KILDE,
        note="BPA er borgerstyret personlig assistance." if rows["tal"].str.contains("BPA").any() else "",
        fold=f"Vis {dansk.tal(len(rows))} tal uden kontrol",
    )


def _periode(text: str) -> str:
    """The text with «2015–2019» as a page writes it; the data have a hyphen."""
    return re.sub(r"(?<=\d)-(?=\d)", "–", text)


def _etiket(s: Samlet, tal: Any) -> str:
    """What a number is called: its row and column, with the heading above the row where there is one."""
    if tal.datatabel != fakta.TABEL:
        names = s.tabeller["klynge_kontorer"].set_index("kontor")["trykt"]
        return f"{names.get(tal.raekke, tal.raekke)}: {_KOLONNER.get(tal.kolonne, tal.kolonne.replace('_', ' '))}"
    row = f"{tal.afsnit}, {tal.raekke}" if tal.afsnit else tal.raekke
    row = row[:1].upper() + row[1:]
    return row if tal.kolonne == "antal" else f"{row}: {tal.kolonne}"


def boernehus_indebaerer(s: Samlet) -> Tabel | Tekst:
    """What the two printed totals of Børnehus Sjælland imply; derived, and labelled so."""
    rows = boernehus.indebaerer(s.tabeller)
    if rows.empty:
        return Tekst("Kilderne har ingen tal for Børnehus Sjælland.")
    edition = s.tabeller["emner"].set_index(["felt", "udgave"]).loc[(boernehus.FELT, rows["udgave"].iloc[0])]
    return tabel(
        rows.assign(hvor=[kontroller.korte_linjer(x) for x in rows["linjer"]]),
        [
            Kolonne("navn", "Afledt tal", raekkehoved=True),
            Kolonne("vaerdi", "Kroner", type="decimal", decimaler=0),
            Kolonne("mindst", "Mindst", type="decimal", decimaler=2, vis=False),
            Kolonne("hoejst", "Højst", type="decimal", decimaler=2, vis=False),
            Kolonne("formel", "Sådan følger det"),
            Kolonne("hvor", "Kilde og linje"),
        ],
        id="boernehus",
        titel=f"{edition['titel']}: hvad de to trykte udgifter indebærer",
        enhed="kroner, afledt",
        kilde=f"{_dokumenter(s)[edition['kilde']]}, punkt {edition['punkt']}; egen beregning",
        note="Ingen af tallene er trykt. De forudsætter, at udgiften er et fast beløb og et beløb pr. sag. De trykte "
        "beløb er hele kroner, så de afledte kan være få kroner fra de rigtige; filerne har det mindste og det "
        "største. Sagens titel taler om en stigning, men udgiften året før er ikke trykt.",
    )


def forbehold(s: Samlet) -> Tabel:
    """The widths that words such as «ca.» are given."""
    rows = s.tabeller["forbehold"]
    used = set(s.tabeller[fakta.TABEL]["forbehold"].dropna())
    rows = rows[rows["forbehold"].isin(used)]
    return tabel(
        rows.assign(under=[float(x) for x in rows["under_procent"]], over=[float(x) for x in rows["over_procent"]]),
        [
            Kolonne("forbehold", "Ord", raekkehoved=True),
            Kolonne("under", "Nedad", enhed="%", type="tal"),
            Kolonne("over", "Opad", enhed="%", type="tal"),
            Kolonne("begrundelse", "Begrundelse"),
        ],
        id="forbehold",
        titel="Hvor langt et tal med forbehold kan være fra det rigtige",
        enhed="procent af det trykte tal",
        kilde="egen fastsættelse",
    )


def arter(s: Samlet) -> Tabel:
    """Verdicts by kind of control."""
    return kontroller.optaelling(s.kontroller, id="arter", titel="Kontroller og resultater efter art", kilde=_KILDE)
