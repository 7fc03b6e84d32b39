"""The top of the page and its notes: title, main points, what counts something else."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk, fakta, socialtilsyn
from kkrlib.socialtilsyn import AFLEDT, OFFENTLIGGJORT, Beregning
from kkrlib.tekst import Side, Tekst
from kkrlib.visning.socialtilsyn.faelles import OMSAETNING, raekke, spaend

# The numbers among which «Hvad er nyt» looks for the largest change.
NYT = {
    "plejefamilier": "plejefamilier", "tilbud": "tilbud", "pladser": "pladser i "
    "plejefamilier", "ledige-pladser": "ledige pladser i plejefamilier",
    "nye-plejefamilier": "nye "
    "plejefamilier", "besoeg": "tilsynsbesøg", "whistleblow": "henvendelser om bekymrende forhold",
    "magtanvendelser": "magtanvendelser", "klager": "klager", "aktindsigt": "aktindsigter", "aendringer": "ansøgninger "
    "om ændring",
}  # fmt: skip


def side(b: Beregning) -> Side:
    """Title and description of the page."""
    return Side(
        f"{b.tilsyn} {b.aar}",
        f"Plejefamilier, sociale tilbud og pladser under {b.tilsyn} i {b.aar}, og hvad tilsynet fandt og "
        "kostede: årsrapportens tal som én tidsserie, efterprøvet mod hinanden.",
        _hovedtal(b),
    )


def _hovedtal(b: Beregning) -> tuple[str, str] | None:
    row = raekke(b, "plejefamilier", b.aar)
    return None if row is None or row.vaerdi is None else (dansk.tal(row.vaerdi), "plejefamilier ved årets udgang")


def hovedpunkter(b: Beregning) -> Tekst:
    """At most six main points: the supply first. What the report does not say is left out."""
    points = [
        _point("plejefamilier", "plejefamilier", b),
        _point("pladser", "godkendte pladser i plejefamilier", b),
        _point("tilbud", "sociale tilbud", b),
        _point_udbud(b),
        _point("whistleblow", "henvendelser om bekymrende forhold", b),
        _point_netto(b),
    ]
    return Tekst("\n".join(f"- {p}" for p in points if p))


def hvad_er_nyt(b: Beregning) -> Tekst:
    """What changed since the full report before it; for the first one that it is the first."""
    if b.forrige is None:
        return Tekst("Dette er den første årsrapport i datagrundlaget, så der er ikke en tidligere at sammenligne med.")
    published = b.serie[b.serie["status"] == OFFENTLIGGJORT]
    now, before = (published[published["aar"] == y].set_index("indikator") for y in (b.aar, b.forrige))
    both = [i for i in now.index if i in before.index]
    change = {i: now.at[i, "vaerdi"] - before.at[i, "vaerdi"] for i in both}
    up, down = sum(c > 0 for c in change.values()), sum(c < 0 for c in change.values())
    points = [
        f"Af de {dansk.tal(len(both))} tal, som begge årsrapporter oplyser, er {dansk.tal(up)} højere, "
        f"{dansk.tal(down)} lavere og {dansk.tal(len(both) - up - down)} uændrede."
    ]
    percent = {i: 100 * change[i] / before.at[i, "vaerdi"] for i in NYT if change.get(i) and before.at[i, "vaerdi"]}
    most = sorted(percent, key=lambda i: abs(percent[i]), reverse=True)[:3]
    if most:
        points.append(
            "Mest ændret af hovedtallene er "
            f"{dansk.opremsning(f'{NYT[i]} ({dansk.fortegn(percent[i], 1)} %)' for i in most)}.{_nye_sikrede(b, most)}"
        )
    rate = "takst-tilsyn-0-7"
    if change.get(rate):
        moved = (
            f"{'steget' if change[rate] > 0 else 'faldet'} med {dansk.kroner(abs(change[rate]))} til "
            f"{dansk.kroner(now.at[rate, 'vaerdi'])}"
        )
        points.append(f"Taksten for et års tilsyn med et tilbud med 0–7 pladser er {moved}")
    new, gone = len(now) - len(both), len(before) - len(both)
    if new or gone:
        points.append(
            f"{dansk.tal(new)} tal stod ikke i årsrapporten for {b.forrige}, og {dansk.tal(gone)} tal derfra står "
            f"ikke i den for {b.aar}."
        )
    breaks = b.databrud[pd.to_datetime(b.databrud["fra"]).dt.year > b.forrige]["tekst"].drop_duplicates()
    if len(breaks):
        points.append(f"Ikke alle tal kan sammenlignes direkte: {', og '.join(breaks)}.")
    listed = "\n".join(f"- {p}" for p in points)
    return Tekst(f"Siden årsrapporten for {b.forrige}, som er den seneste tidligere i datagrundlaget:\n\n{listed}")


def _nye_sikrede(b: Beregning, indicators: Iterable[str]) -> str:
    """How much of the numbers comes from the sikrede institutioner, where they were taken over after the report before;
    else nothing.
    """
    since = pd.to_datetime(b.databrud.loc[b.databrud["brud"] == "sikrede-institutioner", "fra"]).min()
    said = [
        f"{dansk.tal(row.vaerdi)} {NYT[i].split()[0]}"
        for i in indicators
        if (row := raekke(b, f"{i}-sikrede", b.aar)) is not None
    ]
    if not said or b.forrige is None or since is pd.NaT or since.year <= b.forrige:
        return ""
    return (
        f" {dansk.opremsning(said)} kom fra de sikrede institutioner, som tilsynet først overtog {dansk.dato(since)}."
    )


def _point(indicator: str, words: str, b: Beregning) -> str:
    """This year's number, beside that of the report before it and, where it is only derived, that of the
    year between.
    """
    row = raekke(b, indicator, b.aar)
    if row is None or row.vaerdi is None:
        return ""
    when = f"ved udgangen af {b.aar}" if row.art == "bestand" else f"i {b.aar}"
    text = f"Der var **{dansk.tal(row.vaerdi)} {words}** {when}"
    at = {r.aar: r for r in b.serie[b.serie["indikator"] == indicator].itertuples()}
    before = at.get(b.forrige if b.forrige is not None else b.aar - 1)
    if before is not None:
        text += f", {_mod(row, before)}"
    between = at.get(b.aar - 1)
    if between is not None and between is not before:
        text += f". I {between.aar} var der {spaend(between)}" + (" (afledt)" if between.status == AFLEDT else "")
    facts = fakta.af(b.tabeller, socialtilsyn.FELT).set_index("id")
    others = facts.loc[row.fravalgt.split()].drop_duplicates("vaerdi")
    if len(others):
        if between is not None and [Fraction(v) for v in others["vaerdi"]] == [between.vaerdi]:
            text += (
                f". Årsrapporten skriver {others['trykt'].iloc[0]}, som ser ud til at være tallet for "
                f"{between.aar}; se [datakvalitet](#datakvalitet)"
            )
        else:
            text += (
                f". Årsrapporten har også tallet {dansk.opremsning(others['trykt'])}; hvorfor det ikke er brugt, "
                "står under [datakvalitet](#datakvalitet)"
            )
    breaks = _brud(b, indicator, int(before.aar)) if before is not None else ""
    if breaks:
        text += f". {breaks}"
        text += (
            " Faldet er derfor ikke kun lukkede tilbud" if indicator == "tilbud" and row.vaerdi < before.mindst else ""
        )
    return f"{text.removesuffix('.')}."


def _brud(b: Beregning, indicator: str, efter: int) -> str:
    """The sentence on what the indicator counts otherwise than at the end of the year ``efter``; empty where nothing
    changed.
    """
    rows = b.databrud[(b.databrud["indikator"] == indicator) & (pd.to_datetime(b.databrud["fra"]).dt.year > efter)]
    return f"Tallene kan ikke sammenlignes direkte: {', og '.join(rows['tekst'])}." if len(rows) else ""


def _mod(row: Any, before: Any) -> str:
    said = " (afledt)" if before.status == AFLEDT else ""
    if before.vaerdi is None:
        less = "flere" if row.mindst > before.hoejst else "færre" if row.hoejst < before.mindst else "flere eller færre"
        return (
            f"{_mellem(abs(row.vaerdi - before.mindst), abs(row.vaerdi - before.hoejst))} {less} end i "
            f"{before.aar}{said}"
        )
    change = row.vaerdi - before.vaerdi
    if not change:
        return f"lige så mange som i {before.aar}{said}"
    per_cent = f" ({dansk.fortegn(change * 100 / before.vaerdi, 1)} %)" if before.vaerdi else ""
    return f"{dansk.tal(abs(change))} {'flere' if change > 0 else 'færre'} end i {before.aar}{said}{per_cent}"


def _mellem(a: Fraction, b: Fraction) -> str:
    return f"mellem {dansk.tal(min(a, b))} og {dansk.tal(max(a, b))}"


def _point_udbud(b: Beregning) -> str:
    """What there is to choose from: free places, and what came and went."""
    return " ".join(s for s in (_ledige(b), _stroemme(b, "plejefamilier"), _stroemme(b, "tilbud")) if s)


def _ledige(b: Beregning) -> str:
    row, before = raekke(b, "ledige-pladser", b.aar), raekke(b, "ledige-pladser", b.aar - 1)
    if row is None:
        return ""
    places = f"**{dansk.tal(row.vaerdi)} ledige pladser**"
    if before is None:
        return f"Der var {places} i plejefamilier ved udgangen af {b.aar}."
    trend = (
        "færre"
        if row.vaerdi < before.mindst
        else "flere"
        if row.vaerdi > before.hoejst
        else "ikke klart flere eller færre"
    )
    if row.vaerdi == before.vaerdi:
        trend = "lige så mange"
    said = " (afledt)" if before.status == AFLEDT else ""
    return (
        f"Der er {trend} ledige pladser at anbringe børn i: **{dansk.tal(row.vaerdi)}** i plejefamilier mod "
        f"{spaend(before)} i {before.aar}{said}."
    )


def _stroemme(b: Beregning, area: str) -> str:
    new, gone, revoked = (raekke(b, f"{flow}-{area}", b.aar) for flow in ("nye", "ophoert", "tilbagekaldt"))
    if new is None or gone is None:
        return ""
    if area == "tilbud":
        last = "" if revoked is None else f", og {dansk.tal(revoked.vaerdi)} blev tilbagekaldt"
        return (
            f"På tilbudsområdet blev {dansk.tal(new.vaerdi)} godkendt{',' if last else ', og'} "
            f"{dansk.tal(gone.vaerdi)} ophørte{last}."
        )
    left = gone.vaerdi + (revoked.vaerdi if revoked is not None else 0)
    supply = (
        "Tilgangen af plejefamilier opvejer ikke afgangen: "
        if new.vaerdi < left
        else "Tilgangen af plejefamilier er større end afgangen: "
        if new.vaerdi > left
        else "Tilgangen af plejefamilier svarer til afgangen: "
    )
    last = "" if revoked is None else f", og {dansk.tal(revoked.vaerdi)} fik godkendelsen tilbagekaldt"
    return (
        f"{supply}{dansk.tal(new.vaerdi)} plejefamilier blev godkendt{',' if last else ', og'} "
        f"{dansk.tal(gone.vaerdi)} ophørte{last}."
    )


def _point_netto(b: Beregning) -> str:
    net = raekke(b, "netto-regnskab", b.aar)
    said = []
    if net is not None:
        word = "mindreforbrug" if net.vaerdi < 0 else "merforbrug"
        said.append(
            f"Regnskabet viser et {word} på {dansk.tal(abs(net.vaerdi) / 1000, 1)} mio. kr."
            if net.vaerdi
            else "Regnskabet går i nul."
        )
    faults = int((~b.kildefejl["art"].isin(OMSAETNING)).sum())
    if faults:
        said.append(
            f"Årsrapporten har {dansk.flertal(faults, 'sted', 'steder')}, hvor tallene eller teksten ikke passer "
            "sammen; se [datakvalitet](#datakvalitet)."
        )
    return " ".join(said)


def databrud(b: Beregning) -> Tekst | None:
    """Under the first figure: from when its numbers count something else. None where nothing changed."""
    years = b.serie.loc[b.serie["indikator"] == "tilbud", "aar"]
    text = _brud(b, "tilbud", int(min(years))) if len(years) else ""
    if not text:
        return None
    first, last = raekke(b, "tilbud", min(years)), raekke(b, "tilbud", b.aar)
    fell = last is not None and last.hoejst < first.mindst
    return Tekst(text + (" Faldet er derfor ikke kun lukkede tilbud." if fell else ""))


def pladser_tekst(b: Beregning) -> Tekst:
    """What the reports say of places in tilbud: only those of the sikrede and delvist lukkede."""
    names = {
        "pladser-sikrede": "de sikrede",
        "pladser-saerligt-sikrede": "de særligt sikrede",
        "pladser-delvist-lukkede": "de delvist lukkede",
    }
    known = [n for i, n in names.items() if i in set(b.serie["indikator"])]
    only = f", bortset fra {dansk.opremsning(known)} pladser for børn og unge i hele landet" if known else ""
    return Tekst(f"Antallet af pladser i sociale tilbud står ikke i rapporterne{only}.")


def sikrede(b: Beregning) -> Tekst | None:
    """How much of the year's magtanvendelser and henvendelser comes from the sikrede institutioner.

    None where the report does not say.
    """
    parts = {"magtanvendelser-sikrede": "magtanvendelser", "whistleblow-sikrede": "henvendelser"}
    said = [
        f"{dansk.tal(row.vaerdi)} {words}" for i, words in parts.items() if (row := raekke(b, i, b.aar)) is not None
    ]
    if not said:
        return None
    years = b.serie.loc[b.serie["indikator"] == "magtanvendelser", "aar"]
    since = _brud(b, "magtanvendelser", int(min(years))) if len(years) else ""
    return Tekst(f"I {b.aar} kom {dansk.opremsning(said)} fra de sikrede institutioner. {since}".rstrip())
