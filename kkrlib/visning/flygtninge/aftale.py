"""The aftaler on kommunekvoter: verdict, quotas, those of other years."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.flygtninge import Beregning
from kkrlib.flygtninge.aftale import IKKE_OPFYLDT, OPFYLDT, UPROEVET
from kkrlib.flygtninge.beregning import HELE_LANDET, Aftale
from kkrlib.perioder import aarets_dag, gaeldende
from kkrlib.tabeller import Kolonne, tabel
from kkrlib.tekst import Tekst
from kkrlib.visning.flygtninge.faelles import PERSONER, by_region, omraadets_aftaler, stor

_AFTALEKILDE = "Udlændingestyrelsens meddelelser om kommunekvoter, gengivet i regelsamlingen bag rapporten"


def aftaler_tekst(b: Beregning) -> Tekst:
    """Which aftaler there are for the year, and their verdict in words; without any, what one must satisfy."""
    deadline = b.brev["aftalefrist"]
    limit = "" if pd.isna(deadline) else f" inden den {dansk.dato(deadline)}"
    intro = (
        "Kommunerne i en region kan aftale en anden fordeling, hvis de meddeler aftalen til "
        f"Udlændingestyrelsen{limit}. Uden en gyldig aftale gælder de beregnede kvoter."
    )
    chosen = omraadets_aftaler(b)
    if not chosen:
        demands = [f"- {r.lyder.rstrip('.')} ({r.henvisning})." for r in b.tabeller["aftalekrav"].itertuples()]
        none = f"Datagrundlaget indeholder ingen aftale for {b.kvoteaar}{_i_regionen(b)}."
        return Tekst("\n\n".join([intro, f"{none} En aftale skal opfylde disse krav:", "\n".join(demands)]))
    return Tekst("\n\n".join([intro, *(_aftaledom(a) for a in chosen)]))


def _aftaledom(a: Aftale) -> str:
    """The verdict on one aftale: all of its requirements, or by name those that fail and those that can't be tested."""
    said = f"{'Den prøvede aftale' if a.fra_fil else 'Aftalen'} i {a.region} "
    failed, untested = (_krav(a, outcome) for outcome in (IKKE_OPFYLDT, UPROEVET))
    if a.samlet == OPFYLDT:
        said += "opfylder alle krav."
    elif failed:
        said += f"opfylder ikke alle krav. Ikke opfyldt: {dansk.opremsning(failed)}."
    else:
        said += "opfylder de krav, der kan efterprøves."
    if untested:
        these = "Dette krav" if len(untested) == 1 else "Disse krav"
        said += f" {these} kan ikke efterprøves: {dansk.opremsning(untested)}."
    return f"{said} {_plain(a.note)}".strip()


def _krav(a: Aftale, udfald: str) -> list[str]:
    return [f"«{stor(navn)}»" for navn in a.dom.loc[a.dom["udfald"] == udfald, "krav"]]


def aftaler_dom(b: Beregning) -> Any:
    """Requirement by requirement; nothing where there is no aftale."""
    chosen = omraadets_aftaler(b)
    if not chosen:
        return None
    demands = b.tabeller["aftalekrav"].set_index("krav")["lyder"]
    rows = pd.concat([a.dom.assign(region=a.region) for a in chosen], ignore_index=True)
    rows["lyder"] = rows["noegle"].map(demands)
    for column in ("krav", "udfald", "henvisning"):
        rows[column] = rows[column].map(stor)
    act = b.brev["bekendtgoerelse"]
    note = ""
    if not pd.isna(act) and not rows["henvisning"].str.contains(act, regex=False).any():
        letter = f"Udlændingestyrelsens brev for {b.kvoteaar} henviser til {act}."
        note = f"{letter} Kravene her er dem i BEK 550/2022."
    return tabel(
        rows,
        [
            *([Kolonne("region", "Region")] if len(chosen) > 1 else []),
            Kolonne("krav", "Krav", raekkehoved=True),
            Kolonne("udfald", "Resultat"),
            Kolonne("forklaring", "Forklaring", bred=True),
            Kolonne("henvisning", "Henvisning"),
            Kolonne("lyder", "Hvad kravet er", vis=False),
        ],
        id="aftale-krav",
        titel=f"Aftalen for {b.kvoteaar} krav for krav",
        enhed="ét krav pr. række",
        kilde=_aftalekilde(b, chosen),
        note=note,
    )


def aftaler_kvoter(b: Beregning) -> Any:
    """The quotas after the aftale, for the kommuner it changes; nothing where there is none."""
    chosen = [a for a in omraadets_aftaler(b) if a.kvoter is not None]
    if not chosen:
        return None
    rows = pd.concat([a.kvoter[a.kvoter["aendring"] != 0] for a in chosen])
    if rows.empty:
        return None
    return tabel(
        by_region(b, rows),
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne("kommunekvote", "Beregnet kvote", type="heltal"),
            Kolonne("aftalt_kvote", "Aftalt kvote", type="heltal"),
            Kolonne("aendring", "Ændring", type="heltal", fortegn=True),
        ],
        id="aftale-kvoter",
        titel=f"Kvoter, som aftalen for {b.kvoteaar} ændrer",
        enhed=PERSONER,
        kilde=_aftalekilde(b, chosen),
    )


def tidligere_aftaler(b: Beregning) -> Any:
    """The aftaler of other years that are known; nothing where there is none in the area."""
    chosen = [a for a in b.tidligere_aftaler if b.region in (HELE_LANDET, a.region)]
    if not chosen:
        return None
    rows = []
    for a in chosen:
        register = gaeldende(b.tabeller["kommuner"], aarets_dag(a.kvoteaar))
        names = register.set_index("kommunekode")["kommune"]
        for move in a.aftale.itertuples():
            if "fra" in a.aftale.columns:
                rows.append((a.kvoteaar, a.region, names[move.fra], names[move.til], move.antal, a.note))
            else:
                agreed = (names[move.kommunekode], move.kommunekvote)
                rows.append((a.kvoteaar, a.region, "(aftalt kvote)", *agreed, a.note))
    moves = pd.DataFrame(rows, columns=["kvoteaar", "region", "fra", "til", "antal", "note"])
    moves["antal"] = moves["antal"].astype("Int64")
    return tabel(
        moves,
        [
            Kolonne("kvoteaar", "År", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne("fra", "Fra"),
            Kolonne("til", "Til"),
            Kolonne("antal", "Antal", type="heltal"),
            Kolonne("note", "Bemærkning"),
        ],
        id="aftaler-andre-aar",
        titel="Kendte aftaler for andre år",
        enhed=PERSONER,
        kilde=_AFTALEKILDE,
    )


def _plain(note: str) -> str:
    """A note from a file as a sentence: its own signs must not become Markdown."""
    text = re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(note.split())).rstrip(".")
    return f"{text}." if text else ""


def _i_regionen(b: Beregning) -> str:
    return "" if b.region == HELE_LANDET else f" i {b.region}"


def _aftalekilde(b: Beregning, chosen: Iterable[Aftale]) -> str:
    files = [f"filen {name}" for name in sorted({a.navn for a in chosen if a.fra_fil})]
    recorded = [] if all(a.fra_fil for a in chosen) else [_AFTALEKILDE]
    return "; ".join([*recorded, *files, "egen beregning"])
