"""The regional klyngekontorer."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.klynger import Beregning, Kontorer
from kkrlib.klynger.kontorer import FOR_FAA, GAELDER, LEAD, UDEN_LEAD
from kkrlib.tabeller import Kolonne, tabel
from kkrlib.tekst import tekst
from kkrlib.visning.klynger.faelles import KR, PERSONER, kkr, kommunenavn


def kontorer_tekst(b: Beregning) -> Any:
    """The agreement in words, its assumption, and what happens when kommuner leave, with the section's heading."""
    if not b.kontorer:
        return None
    k = b.kontorer[0]
    terms = k.vilkaar
    lead, others = int(k.kontorer["leadbidrag"].iloc[0]), int(k.kontorer["oevrige_bidrag"].iloc[0])
    left = dansk.opremsning(_udtraadte(k))
    return tekst(
        "## Regionale klyngekontorer\n\nKlyngekontorerne hører til de nationale viden- og erhvervsklynger. De er "
        "noget andet end sundhedsklyngerne.\n\n"
        "{kkr} anbefalede kommunerne i {region} at betale til {kontorer:tal} klyngekontorer i {fra}–{til}. For "
        "hvert kontor betaler den kommune, hvor kontoret ligger (leadkommunen), {lead:kr} om året. "
        "De {oevrige:tal} andre kommuner deler {andre:kr} efter indbyggertal.\n\n"
        "**Forudsætning:** Kilden siger ikke, hvilket års indbyggertal der skal bruges. Her er brugt tallene "
        "{opgjort}.{uklar}\n\n"
        "Træder kommuner ud, betaler de andre hele beløbet, så længe mindst {procent:tal} procent af de "
        "{oevrige:tal} deltager, altså {antal:tal}. "
        "Er der færre, skal beløbet sættes ned og opgaverne tilpasses i dialog med klyngen; kilden siger ikke, "
        "hvor meget. Den siger heller ikke, hvad der sker, hvis en leadkommune træder ud. "
        "I de to tilfælde er der ikke beregnet noget beløb. Kilden siger heller ikke, om en kommune kan træde ud "
        "af et enkelt kontor. Her er deltagerne "
        "talt kontor for kontor. {status}",
        kkr=kkr(b, k),
        uklar=_uden_noegle(k),
        region=terms["region"],
        kontorer=len(k.kontorer),
        fra=int(terms["fra_aar"]),
        til=int(terms["til_aar"]),
        lead=lead,
        andre=others,
        oevrige=int(terms["oevrige"]),
        procent=int(terms["mindst_procent"]),
        antal=int(terms["mindst_antal"]),
        opgjort=f"for bilag A {k.befolkning_kvoteaar}"
        if k.befolkning_opgjort is None
        else f"pr. {dansk.dato(k.befolkning_opgjort)}",
        status=f"På denne side er udtrådt: {left}. {_kontorstatus(k)}" if left else "På denne side deltager alle.",
    )


def _uden_noegle(k: Kontorer) -> str:
    """For which offices the source does not say how the others share their part."""
    unsaid = k.kontorer["fordeling"] == "ikke oplyst"
    if not unsaid.any():
        return ""
    names, others = dansk.opremsning(k.kontorer.loc[unsaid, "trykt"]), int((~unsaid).sum())
    return (
        f" For {names} siger kilden kun, at de andre kommuner betaler i fællesskab; her er brugt samme nøgle som "
        f"for de {dansk.tal(others)} andre."
    )


def _udtraadte(k: Kontorer) -> list[str]:
    """Those that leave, in alphabetical order, each with the offices where it does not leave all of them."""
    offices = _kontorer_i_orden(k)
    names = []
    for code in {code for codes in k.udtraeden.values() for code in codes}:
        own = [name for office, name in offices.items() if code in k.udtraeden[office]]
        names.append(
            k.pr_kommune.at[code, "kommune"] + ("" if code in k.trukket_ud else f" (kun af {dansk.opremsning(own)})")
        )
    return sorted(names, key=dansk.alfabetisk)


def _kontorer_i_orden(k: Kontorer) -> dict[str, str]:
    """The offices' names by key, in alphabetical order."""
    return dict(sorted(k.kontorer["trykt"].items(), key=lambda pair: dansk.alfabetisk(pair[1])))


def _kontorstatus(k: Kontorer) -> str:
    words = {
        GAELDER: "Beløbet gælder fortsat for",
        FOR_FAA: "For få deltager i",
        UDEN_LEAD: "Leadkommunen er trådt ud af",
    }
    parts = []
    for status, text in words.items():
        of = [
            f"{name} ({k.kontorer.at[key, 'deltager']} af {k.kontorer.at[key, 'af']})"
            for key, name in _kontorer_i_orden(k).items()
            if k.kontorer.at[key, "status"] == status
        ]
        if of:
            parts.append(f"{text} {dansk.opremsning(of)}.")
    return " ".join([*parts, "I parentes står, hvor mange af de andre kommuner der deltager."])


def klyngekontorer(b: Beregning) -> Any:
    """Each kommune's bill per office and in all, per year and for the period."""
    if not b.kontorer:
        return None
    k = b.kontorer[0]
    names = _kontorer_i_orden(k)
    columns = {office: office.replace("-", "_") for office in names}
    rows = k.pr_kommune.rename(columns=columns).reset_index()
    leads = (
        k.regninger[k.regninger["rolle"] == LEAD]
        .groupby("kommunekode")["kontor"]
        .agg(lambda offices: dansk.opremsning(names[o] for o in offices))
    )
    rows["rolle"] = [leads.get(code) for code in rows["kommunekode"]]
    rows["udtraadt"] = [
        dansk.opremsning(name for office, name in names.items() if code in k.udtraeden[office]) or None
        for code in rows["kommunekode"]
    ]
    rows["befolkning"] = [int(k.befolkning[code]) for code in rows["kommunekode"]]
    rows = rows.sort_values("kommune", key=lambda s: s.map(dansk.alfabetisk), kind="stable")
    money = [*columns.values(), "aarligt", "perioden"]
    total = pd.DataFrame({"kommune": ["I alt"], **{c: [rows[c].sum(skipna=False)] for c in money}})
    years = f"{int(k.vilkaar['fra_aar'])}–{int(k.vilkaar['til_aar'])}"
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne(
                "befolkning",
                "Indbyggere",
                enhed=PERSONER,
                type="heltal",
                vis=False,
                beskrivelse="Forudsætning: kilden nævner ikke, hvilket års tal der bruges",
            ),
            *(
                Kolonne(
                    c,
                    names[office],
                    type="heltal",
                    beskrivelse=f"Pr. år; leadkommune: {kommunenavn(b, k.kontorer.at[office, 'kommunekode'])}",
                )
                for office, c in columns.items()
            ),
            Kolonne("aarligt", "I alt pr. år", type="heltal"),
            Kolonne("perioden", years, type="heltal", beskrivelse="I alt i hele perioden"),
            Kolonne("rolle", "Lead for", vis=False),
            Kolonne("udtraadt", "Udtrådt af", vis=False),
        ],
        id="klyngekontorer",
        titel=f"Kommunernes betaling til de regionale klyngekontorer {years}",
        enhed=KR,
        kilde=f"KKR Sjælland, referat (kilde {k.vilkaar['kilde']}, punkt {k.vilkaar['punkt']}); egen beregning",
        note="Hele kroner efter største brøk, så hvert kontors beløb passer præcist. Kommuner og kontorer står i "
        f"alfabetisk orden. {_uden_sum(k)}Kilden henviser til en oversigt pr. kommune, som ikke er med i "
        "dokumentet, så beløbene kan ikke sammenholdes med offentliggjorte.",
        mangler={**dict.fromkeys(money, "ukendt"), "rolle": "ingen", "udtraadt": "ingen"},
        ialt=total,
    )


def _uden_sum(k: Kontorer) -> str:
    """Why totals are missing; the empty text when none is."""
    if not k.kontorer["aarligt"].isna().any():
        return ""
    return (
        "Summen står for de kontorer, hvis beløb gælder; hvor et kontors beløb er ukendt, er den samlede regning "
        "det også. "
    )
