"""The series: a figure and its table for each chapter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from kkrlib import dansk, fakta, figurer, socialtilsyn
from kkrlib.socialtilsyn import AFLEDT, OFFENTLIGGJORT, Beregning
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning.socialtilsyn.faelles import IKKE, SANKTIONER, SUM, ingen, kilde, spaend, stort

# A longer table is one click away, under its figure.
FOLD_FRA = 30
TAKSTER = {
    "tilsyn": "Tilsyn, pr. år",
    "ny-godkendelse": "Ny-godkendelse",
    "vaesentlig-aendring": "Væsentlig ændring",
    "skaerpet-tilsyn": "Skærpet tilsyn, pr. måned",
}


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
    return _serietabel(b, b.serie[b.serie["gruppe"] == gruppe], _slug(gruppe), stort(gruppe))


def takster(b: Beregning) -> Tabel | Tekst:
    """All takster."""
    return _serietabel(b, b.serie[b.serie["gruppe"] == "takster"], "alle-takster", "Takster", " (kr., løbende priser)")


def _figur(
    b: Beregning, id: str, titel: str, navne: dict[str, str], enhed: str, faelles: bool = False
) -> figurer.Figur | Tekst:
    known = set(b.serie["indikator"])
    if not known & navne.keys():
        return ingen(b, titel)
    return figurer.paneler(
        b.serie,
        {i: n for i, n in navne.items() if i in known},
        _aarene(b, navne),
        id=id,
        titel=f"{titel} til og med {b.aar}",
        beskrivelse=_beskriv(b, navne),
        enhed=enhed,
        kilde=kilde(b),
        afledt=AFLEDT,
        mangler="Et år uden søjle står ikke i de brugte rapporter.",
        faelles=faelles,
    )


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
        derived = dansk.opremsning(f"{spaend(r)} i {r.aar}" for r in own if r.status == AFLEDT)
        parts.append(
            f"{name}: {' '.join([*([said] if said else []), *([f'({AFLEDT}: {derived})'] if derived else [])])}."
        )
    return " ".join(parts)


def _serietabel(b: Beregning, rows: pd.DataFrame, id: str, titel: str, efter: str = "") -> Tabel | Tekst:
    published = rows[rows["status"] == OFFENTLIGGJORT]
    if rows.empty:
        return ingen(b, titel)
    years = [y for y in b.aarene if y in set(published["aar"])]
    facts = fakta.af(b.tabeller, socialtilsyn.FELT).set_index("id")
    records = []
    for indicator, group in rows.groupby("indikator", sort=False):
        own = {r.aar: r for r in group.itertuples() if r.status == OFFENTLIGGJORT}
        first = next(iter(group.itertuples()))
        record: dict[str, Any] = {"indikator": indicator, "navn": first.navn, "enhed": first.enhed}
        record |= {f"aar_{y}": int(own[y].vaerdi) if y in own else None for y in years}
        record["afledt"] = "; ".join(
            f"{r.aar}: {spaend(r)}{_usikkert(b, r)}" for r in group.itertuples() if r.status == AFLEDT
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
            *([f"«{stort(IKKE)}» betyder, at tallet ikke står i de brugte rapporters tekst."] if unknown else []),
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
        kilde=kilde(b),
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


def _slug(text: str) -> str:
    for a, c in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), (" ", "-")):
        text = text.replace(a, c)
    return f"udvikling-{text}"
