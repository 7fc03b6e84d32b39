"""The socialtilsyn report: what a :class:`kkrlib.socialtilsyn.Beregning` looks like to a council member of a KKR.

Every function takes the computation and returns something a notebook cell shows. Nothing is computed here but counts
and the choice of words. «Afledt» stands by every number that the report of its own year does not print.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk, fakta, figurer, socialtilsyn
from kkrlib.socialtilsyn import AFLEDT, OFFENTLIGGJORT, Beregning
from kkrlib.socialtilsyn.takster import AFVIGER
from kkrlib.sted import Sted
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Side, Tekst, tekst
from kkrlib.visning import kontroller as kontroltabeller

IKKE = "ikke oplyst"
# The size classes above the smallest, as the takster's keys end.
STOERRE = ("-8-24", "-25-49", "-over-50")
# A longer table is one click away, under its figure.
FOLD_FRA = 30
# Faults that can be the conversion's to text rather than the report's own.
OMSAETNING = ("navn", "mangler")
# The lines of the accounts that are sums of the others.
SUM = re.compile(r"(Udgifter|Indtægter) i alt\b|Netto\b")
EJERE = {"kommunale": "Kommunale", "regionale": "Regionale", "private": "Private"}
SANKTIONER = {"skaerpet-tilsyn": "Skærpet tilsyn", "paabud": "Påbud", "vilkaar": "Vilkår"}
OMRAADER = {"plejefamilier": "Plejefamilier", "tilbud": "Tilbud"}
PR = {"tilsyn": "Pr. gennemført tilsyn", "besoeg": "Pr. tilsynsbesøg", "medarbejdere": "Pr. medarbejder"}
# The numbers among which «Hvad er nyt» looks for the largest change.
NYT = {
    "plejefamilier": "plejefamilier", "tilbud": "tilbud", "pladser": "pladser i "
    "plejefamilier", "ledige-pladser": "ledige pladser i plejefamilier",
    "nye-plejefamilier": "nye "
    "plejefamilier", "besoeg": "tilsynsbesøg", "whistleblow": "henvendelser om bekymrende forhold",
    "magtanvendelser": "magtanvendelser", "klager": "klager", "aktindsigt": "aktindsigter", "aendringer": "ansøgninger "
    "om ændring",
}  # fmt: skip
TAKSTER = {
    "tilsyn": "Tilsyn, pr. år",
    "ny-godkendelse": "Ny-godkendelse",
    "vaesentlig-aendring": "Væsentlig ændring",
    "skaerpet-tilsyn": "Skærpet tilsyn, pr. måned",
}


# --- the page ------------------------------------------------------------------------------------------------


def side(b: Beregning) -> Side:
    """Title and description of the page."""
    return Side(
        f"{b.tilsyn} {b.aar}",
        f"Plejefamilier, sociale tilbud og pladser under {b.tilsyn} i {b.aar}, og hvad tilsynet fandt og "
        "kostede: årsrapportens tal som én tidsserie, efterprøvet mod hinanden.",
        _hovedtal(b),
    )


def _hovedtal(b: Beregning) -> tuple[str, str] | None:
    row = _af(b, "plejefamilier", b.aar)
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
        if (row := _af(b, f"{i}-sikrede", b.aar)) is not None
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
    row = _af(b, indicator, b.aar)
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
        text += f". I {between.aar} var der {_spaend(between)}" + (" (afledt)" if between.status == AFLEDT else "")
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
    row, before = _af(b, "ledige-pladser", b.aar), _af(b, "ledige-pladser", b.aar - 1)
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
        f"{_spaend(before)} i {before.aar}{said}."
    )


def _stroemme(b: Beregning, area: str) -> str:
    new, gone, revoked = (_af(b, f"{flow}-{area}", b.aar) for flow in ("nye", "ophoert", "tilbagekaldt"))
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
    net = _af(b, "netto-regnskab", b.aar)
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
    first, last = _af(b, "tilbud", min(years)), _af(b, "tilbud", b.aar)
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
    said = [f"{dansk.tal(row.vaerdi)} {words}" for i, words in parts.items() if (row := _af(b, i, b.aar)) is not None]
    if not said:
        return None
    years = b.serie.loc[b.serie["indikator"] == "magtanvendelser", "aar"]
    since = _brud(b, "magtanvendelser", int(min(years))) if len(years) else ""
    return Tekst(f"I {b.aar} kom {dansk.opremsning(said)} fra de sikrede institutioner. {since}".rstrip())


# --- series: a figure and its table ---------------------------------------------------------------------------------


def portefoelje_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Plejefamilier and tilbud over the years."""
    return _figur(
        b,
        "portefoelje",
        "Plejefamilier og tilbud",
        {"plejefamilier": "Plejefamilier", "tilbud": "Tilbud", "tilbud-private": "Heraf private tilbud"},
        "antal ved årets udgang",
    )


def pladser_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Places in plejefamilier."""
    names = {"pladser": "Godkendte pladser", "ledige-pladser": "Ledige pladser"}
    return _figur(b, "pladser", "Pladser i plejefamilier", names, "pladser ved årets udgang")


def tilgang_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Approvals and cessations."""
    names = {
        "nye-plejefamilier": "Nye plejefamilier",
        "ophoert-plejefamilier": "Ophørte plejefamilier",
        "trukket-plejefamilier": "Trukne ansøgninger, familier",
        "nye-tilbud": "Nye tilbud",
        "ophoert-tilbud": "Ophørte tilbud",
        "tilbagekaldt": "Tilbagekaldelser i alt",
    }
    return _figur(b, "tilgang", "Godkendte og ophørte plejefamilier og tilbud", names, "antal i løbet af året")


def tilsyn_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Visits."""
    names = {
        "besoeg": "Tilsynsbesøg",
        "besoeg-plejefamilier-uanmeldte": "Uanmeldte, familier",
        "besoeg-tilbud-uanmeldte": "Uanmeldte, tilbud",
    }
    return _figur(b, "tilsyn", "Tilsynsbesøg", names, "besøg i løbet af året")


def bekymringer_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Henvendelser and magtanvendelser."""
    names = {"whistleblow": "Henvendelser", "magtanvendelser": "Magtanvendelser"}
    return _figur(b, "bekymringer", "Henvendelser og magtanvendelser", names, "antal i løbet af året")


def sager_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Complaints, requests for aktindsigt and applications for a change."""
    names = {"klager": "Klager", "aktindsigt": "Aktindsigter", "aendringer": "Ansøgninger om ændring"}
    return _figur(b, "sager", "Klager, aktindsigt og ændringer", names, "antal i løbet af året")


def sanktioner_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Decisions on sanctions, on one scale."""
    return _figur(b, "sanktioner", "Afgørelser om sanktioner", SANKTIONER, "afgørelser i løbet af året", faelles=True)


def takster_figur(b: Beregning) -> figurer.Figur | Tekst:
    """The takster of the smallest class, each on a scale of its own."""
    names = {f"takst-{a}-0-7": n for a, n in TAKSTER.items()}
    return _figur(b, "takster", "Takster for tilbud med 0–7 pladser", names, "kr., løbende priser")


def udvikling(b: Beregning, gruppe: str) -> Tabel | Tekst:
    """The published numbers of one chapter, and in words what is only derived."""
    return _serietabel(b, b.serie[b.serie["gruppe"] == gruppe], _slug(gruppe), _stort(gruppe))


def takster(b: Beregning) -> Tabel | Tekst:
    """All takster."""
    return _serietabel(b, b.serie[b.serie["gruppe"] == "takster"], "alle-takster", "Takster", " (kr., løbende priser)")


def _figur(
    b: Beregning, id: str, titel: str, navne: dict[str, str], enhed: str, faelles: bool = False
) -> figurer.Figur | Tekst:
    known = set(b.serie["indikator"])
    if not known & navne.keys():
        return _ingen(b, titel)
    return figurer.paneler(
        b.serie,
        {i: n for i, n in navne.items() if i in known},
        _aarene(b, navne),
        id=id,
        titel=f"{titel} til og med {b.aar}",
        beskrivelse=_beskriv(b, navne),
        enhed=enhed,
        kilde=_kilde(b),
        afledt=AFLEDT,
        mangler="Et år uden søjle står ikke i de brugte rapporter.",
        faelles=faelles,
    )


def _ingen(b: Beregning, hvad: str) -> Tekst:
    """In the place of a figure or a table that would have no rows."""
    return Tekst(f"{hvad}: de tal står ikke i årsrapporterne til og med {b.aar}.")


def _aarene(b: Beregning, navne: Iterable[str]) -> list[int]:
    """Every year from the first of which any of the indicators is known, so that all panels have the same years and
    gaps show.
    """
    return list(range(min(b.serie.loc[b.serie["indikator"].isin(navne), "aar"]), b.aar + 1))


def _beskriv(b: Beregning, navne: dict[str, str]) -> str:
    """What the figure shows, in words: the report's year beside the published year before it, and what is derived."""
    parts = []
    for indicator, name in navne.items():
        own = list(b.serie[b.serie["indikator"] == indicator].sort_values("aar").itertuples())
        rows = [r for r in own if r.status == OFFENTLIGGJORT]
        if not own:
            continue
        said = " mod ".join(f"{dansk.tal(r.vaerdi)} i {r.aar}" for r in reversed(rows[-2:]))
        derived = dansk.opremsning(f"{_spaend(r)} i {r.aar}" for r in own if r.status == AFLEDT)
        parts.append(
            f"{name}: {' '.join([*([said] if said else []), *([f'({AFLEDT}: {derived})'] if derived else [])])}."
        )
    return " ".join(parts)


def _serietabel(b: Beregning, rows: pd.DataFrame, id: str, titel: str, efter: str = "") -> Tabel | Tekst:
    published = rows[rows["status"] == OFFENTLIGGJORT]
    if rows.empty:
        return _ingen(b, titel)
    years = [y for y in b.aarene if y in set(published["aar"])]
    facts = fakta.af(b.tabeller, socialtilsyn.FELT).set_index("id")
    records = []
    for indicator, group in rows.groupby("indikator", sort=False):
        own = {r.aar: r for r in group.itertuples() if r.status == OFFENTLIGGJORT}
        first = next(iter(group.itertuples()))
        record: dict[str, Any] = {"indikator": indicator, "navn": first.navn, "enhed": first.enhed}
        record |= {f"aar_{y}": int(own[y].vaerdi) if y in own else None for y in years}
        record["afledt"] = "; ".join(
            f"{r.aar}: {_spaend(r)}{_usikkert(b, r)}" for r in group.itertuples() if r.status == AFLEDT
        )
        record["kilde"] = "; ".join(f"{y}: {_steder(facts, own[y].fakta.split())}" for y in own)
        record["valgt"] = " ".join(r.begrundelse for r in own.values() if r.begrundelse)
        records.append(record)
    columns = [
        Kolonne("indikator", "Nøgle", vis=False),
        Kolonne("navn", "Indikator", raekkehoved=True),
        Kolonne("enhed", "Enhed", vis=False),
        *(Kolonne(f"aar_{y}", str(y), type="heltal", beskrivelse=f"Offentliggjort tal for {y}") for y in years),
        Kolonne(
            "afledt",
            "Afledt",
            beskrivelse="Tal, der kun følger af en senere rapports sammenligning, forskel eller procent",
        ),
        Kolonne("kilde", "Står i", vis=False, beskrivelse="Hvor i årsrapporten tallet står"),
        Kolonne("valgt", "Valgt tal", vis=False, beskrivelse="Hvorfor dette tal, når kilden har flere"),
    ]
    table = pd.DataFrame(records, columns=[k.navn for k in columns]).astype({f"aar_{y}": "Int64" for y in years})
    units = dansk.opremsning(dict.fromkeys(rows["enhed"]))
    reasons: dict[str, list[str]] = {}
    for record in records:
        if record["valgt"]:
            reasons.setdefault(record["valgt"], []).append(record["navn"])
    chosen = [f"{dansk.opremsning(_samlet(names))}: {why}" for why, names in reasons.items()]
    # Of a long table the totals stand on the page; «Påbud, private tilbud» is one step further, in the files.
    parts = [len(table) > FOLD_FRA and "," in name for name in table["navn"]]
    parts = parts if not all(parts) else [False] * len(parts)
    fold = (
        f"Vis {dansk.tal(len(parts) - sum(parts))} af {dansk.tal(len(parts))} rækker" if len(table) > FOLD_FRA else None
    )
    unknown = table.loc[[not p for p in parts], [f"aar_{y}" for y in years]].isna().any(axis=None)
    note = " ".join(
        [
            *([f"«{_stort(IKKE)}» betyder, at tallet ikke står i de brugte rapporters tekst."] if unknown else []),
            *chosen,
        ]
    )
    note += " De øvrige rækker, blandt andet efter type og driftsherre, står kun i filerne." if any(parts) else ""
    sums = [SUM.match(name) is not None for name in table["navn"]]
    return tabel(
        table,
        columns,
        id=id,
        titel=f"{titel} til og med {b.aar}{efter}",
        enhed=units,
        kilde=_kilde(b),
        note=note,
        mangler=IKKE,
        fold=fold,
        kun_i_filer=parts,
        sum_raekker=sums,
    )


def _samlet(names: Iterable[str]) -> list[str]:
    """``names`` as they stand in a sentence, where what two neighbours have in common before a colon is said once."""
    heads = [n.rpartition(": ")[::2] for n in names]
    said = [
        rest if not head or (i and heads[i - 1][0] == head) else f"{head}: {rest}"
        for i, (head, rest) in enumerate(heads)
    ]
    return [*said[:1], *(n[:1].lower() + n[1:] if n[1:2].islower() else n for n in said[1:])]


def _spaend(row: Any) -> str:
    return dansk.tal(row.vaerdi) if row.vaerdi is not None else f"{dansk.tal(row.mindst)}–{dansk.tal(row.hoejst)}"


def _usikkert(b: Beregning, row: Any) -> str:
    """A word beside a derived number that a fault of a report makes uncertain."""
    reports = b.tabeller["socialtilsyn_kildefejl"].set_index("fejl")["rapport"]
    of = [int(reports[f]) for f in row.fejl.split()]
    if not of:
        return ""
    return (
        " (usikkert, se datakvalitet)"
        if b.aar in of
        else f" (usikkert, se datakvalitet i rapporten for {dansk.opremsning(str(y) for y in sorted(set(of)))})"
    )


def _steder(facts: pd.DataFrame, ids: Iterable[str]) -> str:
    return dansk.opremsning(dict.fromkeys(f"{facts.at[i, 'tabel'].lower()}" for i in ids))


# --- calculations ---------------------------------------------------------------------------------------------------


def beholdning(b: Beregning) -> Tabel | Tekst:
    """Flows against stocks."""
    parts = []
    for area, table in b.beholdning.items():
        flows = [c for c in table.columns if c.startswith(("nye-", "ophoert-", "tilbagekaldt-"))]
        named = table.rename(columns=dict(zip(flows, ("tilgang", "ophoert", "tilbagekaldt"), strict=True)))
        parts.append(named.assign(omraade=OMRAADER[area]))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if rows.empty:
        return _ingen(b, "Tilgang, afgang og antal to år i træk")
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
        kilde=_kilde(b, "egen beregning"),
        note="Ventet er året før plus godkendte minus ophørte og tilbagekaldte. Resten er uforklaret; blandt andet "
        "flytter tilbud og familier mellem socialtilsynene.",
        mangler="kan ikke beregnes",
    )


def besoeg(b: Beregning) -> Tabel | Tekst:
    """Visits per plejefamilie and tilbud, share unannounced."""
    if b.besoeg.empty:
        return _ingen(b, "Besøg og antal")
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
        kilde=_kilde(b, "egen beregning"),
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
        return _ingen(b, "Sanktioner efter driftsherre")
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
            total = _af(b, sanction, year)
            parts = [r for r in (_af(b, f"{sanction}-{x}", year) for x in ("plejefamilier", *EJERE)) if r is not None]
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
        return _ingen(b, "Henvendelser efter plejefamilier og tilbud")
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
            Kolonne("antal", _stort(enhed), type="heltal"),
            Kolonne("ud_af", af, type="heltal", enhed="antal"),
            Kolonne("pr_100", "Pr. 100", type="decimal"),
            Kolonne("forbehold", "Forbehold"),
            Kolonne("status", "Tallene er"),
        ],
        id=id,
        titel=titel,
        enhed=enhed,
        kilde=_kilde(b, "egen beregning"),
        note=note,
    )


def omkostninger_figur(b: Beregning) -> figurer.Figur | Tekst:
    """Cost per tilsyn, per visit and per employee over the years."""
    if b.omkostninger.empty:
        return _ingen(b, "Udgifter")
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
        kilde=_kilde(b, "egen beregning"),
        afledt=AFLEDT,
        mangler="Et år uden søjle kan ikke beregnes.",
    )


def omkostninger(b: Beregning) -> Tabel | Tekst:
    """Cost per tilsyn, per visit and per employee."""
    if b.omkostninger.empty:
        return _ingen(b, "Udgifter pr. tilsyn, besøg og medarbejder")
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
        kilde=_kilde(b, "egen beregning"),
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
        kilde=_kilde(b, "egen beregning"),
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
        return _ingen(b, "Takster")
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
        kilde=_kilde(b, "egen beregning"),
        # The larger classes pay the smallest one's takst times a factor, so that their index is the same.
        kun_i_filer=[r.indikator.endswith(STOERRE) for r in rows.itertuples()],
        fold="Vis indeks for takster",
        note="Tilbud med flere pladser betaler taksten for 0–7 pladser gange en faktor og har næsten samme indeks; "
        "det står i filerne.",
    )


# --- data quality, method, sources -----------------------------------------------------------------------------------


def kildefejl(b: Beregning) -> Tabel | Tekst:
    """Every fault of the report; a sentence where there is none."""
    if b.kildefejl.empty:
        return Tekst(f"Der er ikke fundet steder i årsrapporten for {b.aar}, hvor tal eller tekst ikke passer sammen.")
    # What may be the conversion's comes last: the reader looks for what the report says otherwise in two places.
    rows = b.kildefejl.sort_values("art", key=lambda c: c.isin(OMSAETNING), kind="stable")
    rows = rows.assign(
        linje=[Sted.af(r).kort for r in rows.to_dict("records")], tabel=rows["tabel"].replace("tekst", "Teksten")
    )
    words = rows["art"] == "navn"
    return tabel(
        rows,
        [
            Kolonne("fejl", "Nøgle", vis=False),
            Kolonne("tabel", "Sted", raekkehoved=True),
            Kolonne("linje", "Kilde og linje"),
            Kolonne("art", "Art", vis=False),
            Kolonne("trykt", "Trykt"),
            Kolonne("anvendt", "Anvendt eller følger af andre tal"),
            Kolonne("begrundelse", "Begrundelse"),
        ],
        id="kildefejl",
        titel=f"Steder i årsrapporten for {b.aar}, hvor tal eller tekst ikke passer sammen",
        enhed="trykte tal og ord",
        kilde=_kilde(b),
        kun_i_filer=words & ~words.all(),
        note=f"Filerne har også {dansk.flertal(int(words.sum()), 'sted', 'steder')} med fejl i ord («navn»), som kan "
        "være opstået, da dokumentet blev omsat til tekst."
        if words.any() and not words.all()
        else "",
    )


def afstemning_tekst(b: Beregning) -> Tekst:
    """What was compared, in numbers."""
    counts = b.kontroller["dom"].value_counts()
    own = set(fakta.af(b.tabeller, socialtilsyn.FELT, b.aar, fakta.TAL)["id"])
    tested = {
        fact for facts in b.kontroller.loc[b.kontroller["dom"] != afstemning.UPROEVET, "alle_fakta"] for fact in facts
    }
    return tekst(
        "{daekket:tal} af årsrapportens {alle:tal} tal er holdt op mod tabellernes summer, mod teksten, mod andre "
        "rapporter og mod reglerne for takster i {antal:tal} "
        "kontroller. {stemmer:tal} stemmer, {afrunding:tal} er afrundinger, {afviger:tal} afviger, og "
        "{uproevet:tal} kan ikke efterprøves. "
        "Årsagerne til afvigelserne står under [datakvalitet](#datakvalitet).",
        daekket=len(own & tested),
        alle=len(own),
        antal=len(b.kontroller),
        stemmer=int(counts.get(afstemning.STEMMER, 0)),
        afrunding=int(counts.get(afstemning.AFRUNDING, 0)),
        afviger=int(counts.get(afstemning.AFVIGER, 0)),
        uproevet=int(counts.get(afstemning.UPROEVET, 0)),
    )


def afstemning_optaelling(b: Beregning) -> Tabel | Tekst:
    """Verdicts by kind of control."""
    if b.kontroller.empty:
        return Tekst("Der er endnu ingen kontroller af årsrapporten.")
    return kontroltabeller.optaelling(
        b.kontroller, id="kontroller", titel=f"Kontroller af tallene i årsrapporten for {b.aar}", kilde=_kilde(b)
    )


def kontroller(b: Beregning) -> Tabel | Tekst:
    """Every control in the downloads, those that deviate on the page."""
    wrong = b.kontroller["dom"] == afstemning.AFVIGER
    if not wrong.any():
        return Tekst("Ingen tal afviger.")
    return kontroltabeller.alle(
        b.kontroller,
        id="afstemning",
        titel=f"Kontroller for {b.aar} tal for tal",
        kilde=_kilde(b),
        vis=wrong,
        fold=f"Vis de {dansk.tal(int(wrong.sum()))} kontroller, der afviger",
        note=f"Filerne indeholder alle {dansk.tal(len(b.kontroller))} kontroller med kildens linjer.",
        steder=False,
    )


def kilder(b: Beregning) -> Tekst:
    """Where the numbers stand."""
    facts = fakta.af(b.tabeller, socialtilsyn.FELT, art=fakta.TAL)
    count = int((facts["udgave"] == b.aar).sum())
    documents = b.tabeller["kilder"].set_index("kilde")["titel"]
    full = set(b.tabeller["socialtilsyn_rapporter"]["rapport"])
    others = facts[(facts["udgave"] <= b.aar) & ~facts["udgave"].isin(full)].drop_duplicates(
        ["udgave", "kilde", "punkt"]
    )
    texts = " ".join(
        f"For {o.udgave} er der kun et resumé: {documents[o.kilde]} (kilde {o.kilde}, punkt {o.punkt})."
        for o in others.itertuples()
    )
    return Tekst(
        f"{b.rapport['titel']}: {b.rapport['udgivet']} (kilde {b.rapport['kilde']}, punkt {b.rapport['punkt']}, "
        f"linje {b.rapport['linje']}–{b.rapport['linje_slut']}). "
        f"{dansk.tal(count)} tal er taget derfra, hvert med sit linjenummer; de hentede filer siger, hvor hvert "
        f"tal står. {texts} {_mangler(b)}".rstrip()
    )


def _mangler(b: Beregning) -> str:
    """The reports that are not at hand, of the years from the first that is."""
    facts = set(fakta.udgaver(b.tabeller, socialtilsyn.FELT))
    full = set(b.tabeller["socialtilsyn_rapporter"]["rapport"])
    years = [y for y in range(min(facts), b.aar + 1) if y not in full]
    none = [f"rapporten for {y}" for y in years if y not in facts]
    part = [f"den fulde rapport for {y}" for y in years if y in facts]
    return f"{_stort(dansk.opremsning([*none, *part]))} er ikke blandt kilderne." if years else ""


def _af(b: Beregning, indicator: str, year: int) -> Any:
    """The row of an indicator and year, or None."""
    return next(b.serie[(b.serie["indikator"] == indicator) & (b.serie["aar"] == year)].itertuples(), None)


def _kilde(b: Beregning, *own: str) -> str:
    return "; ".join(
        [
            f"{b.rapport['titel']} (kilde {b.rapport['kilde']}, punkt {b.rapport['punkt']}) og tidligere årsrapporter",
            *own,
        ]
    )


def _slug(text: str) -> str:
    for a, c in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), (" ", "-")):
        text = text.replace(a, c)
    return f"udvikling-{text}"


def _stort(text: str) -> str:
    return text[:1].upper() + text[1:]
