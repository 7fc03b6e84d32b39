"""The refugee report: what a :class:`kkrlib.flygtninge.Beregning` looks like to a council member.

Every function takes the computation and returns something a notebook cell shows. Nothing is computed here but
counts and the choice of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk, figurer
from kkrlib.flygtninge import Beregning, bekendtgoerelse, pr_10000
from kkrlib.flygtninge.aftale import IKKE_OPFYLDT, OPFYLDT, UPROEVET
from kkrlib.flygtninge.beregning import HELE_LANDET, Aftale
from kkrlib.flygtninge.forklaring import AARSAGER, BIDRAG
from kkrlib.flygtninge.udmelding import regeldag
from kkrlib.landstal import NEDSAETTELSE, NY_BEREGNING
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Side, Tekst, fold, tekst
from kkrlib.visning import kontroller as kontroltabeller
from kkrlib.visning import regioner
from kkrlib.visning.forrige import SENESTE, siden

BIDRAG_NAVNE = {
    "befolkningstal": "Indbyggertal",
    "indvandrere": "Indvandrere og flygtninge",
    "familiesammenfoeringer": "Familiesammenføringer",
    "nulgraense": "Nulgrænse",
    "afrunding": "Afrunding",
}
AARSAG_NAVNE = {
    "landstal": "Landstal",
    "befolkning": "Indbyggertal",
    "indvandrerandel": "Indvandrere og flygtninge",
    "familiesammenfoeringer": "Familiesammenføringer",
    "afrunding": "Afrunding",
}
# Where the words of those names may be broken on a phone.
_ORDDELING = {
    w.replace("|", ""): w.replace("|", "\N{SOFT HYPHEN}")
    for w in ("Ind|bygger|tal", "Ind|vandrere", "Familie|sammen|føringer", "Nul|grænse")
}
# The classes of the map: a presentation choice, in persons per 10,000 inhabitants.
KORTGRAENSER = [Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)]

_PERSONER = "personer"
_AFTALEKILDE = "Udlændingestyrelsens meddelelser om kommunekvoter, gengivet i regelsamlingen bag rapporten"
_PR_10000 = "personer pr. 10.000 indbyggere"


# --- the page ------------------------------------------------------------------------------------------------


def side(b: Beregning) -> Side:
    """Title and description of the page."""
    where = "" if b.region == HELE_LANDET else f": {b.region}"
    trial = "Prøve: fordeling" if b.proeve else "Fordeling"
    return Side(
        f"{trial} af flygtninge {b.kvoteaar}{where}",
        f"Hvor mange flygtninge kommunerne i {b.region} skal modtage i {b.kvoteaar}: kvoterne beregnet efter reglerne "
        "og sammenholdt med dem, Udlændingestyrelsen har offentliggjort.",
        _hovedtal(b),
    )


def _hovedtal(b: Beregning) -> tuple[str, str] | None:
    """The area's quota in force; nothing where it is not known what a changed landstal did to it."""
    quotas = b.udvalgte["gaeldende_kvote"]
    return (dansk.tal(int(quotas.sum())), "flygtninge") if quotas.notna().all() else None


def hovedpunkter(b: Beregning) -> Tekst:
    """At most six main points."""
    points = [
        _point_trial(b),
        _point_landstal(b),
        _point_area(b),
        _point_aftale(b),
        _point_kommuner(b),
        _point_change(b),
    ]
    points += [_point_check(b), _point_limits(b)]
    return Tekst("\n".join(f"- {point}" for point in [p for p in points if p][:6]))


def hvad_er_nyt(b: Beregning) -> Tekst:
    """What changed since the year before it in the data; for the first year that it is the first."""
    points = _changes(b) if b.forrige else []
    return siden(b.kvoteaar, b.forrige, points, "Årsagerne står under [Hvad har ændret sig?](#hvad-har-aendret-sig)")


def _changes(b: Beregning) -> list[str]:
    rows, points = b.udvalgte, []
    if b.forrige_landstal is not None:
        change = _i_procent(b.forrige_landstal, b.landstal)
        points.append(f"Landstallet er {_gaaet(b.forrige_landstal, b.landstal)}{f' ({change} %)' if change else ''}.")
    if b.region != HELE_LANDET:
        before, now = int(rows["forrige_kvote"].sum()), int(rows["kommunekvote"].sum())
        points.append(f"Kvoten for kommunerne i {b.region} er {_gaaet(before, now)}.")
    up, down, same = (int((s == rows["aendring"].map(_retning)).sum()) for s in (1, -1, 0))
    points.append(f"Kvoten er højere i {_kommuner(up)}, lavere i {dansk.tal(down)} og den samme i {dansk.tal(same)}.")
    had, has = rows["forrige_kvote"] > 0, rows["kommunekvote"] > 0
    for part, said in (
        (rows[~had & has], "har nu en kvote; før var den 0"),
        (rows[had & ~has], "har nu kvoten 0; før var den større"),
    ):
        if len(part):
            named = f": {dansk.opremsning(part['kommune'])}" if len(part) <= 6 else ""
            points.append(f"{_stort(_kommuner(len(part)))} {said}{named}.")
    return points


def _i_procent(before: int, now: int) -> str:
    """``+9,1``; empty where there was nothing to change from, or the change is none when rounded."""
    text = dansk.fortegn(Fraction(100 * (now - before), before), 1) if before else ""
    return "" if text == "0,0" else text


def _retning(change: Any) -> int:
    return (change > 0) - (change < 0)


def _gaaet(before: int, now: int) -> str:
    """``faldet fra 1.000 til 600``."""
    if before == now:
        return f"uændret ({dansk.tal(now)})"
    return f"{'steget' if now > before else 'faldet'} fra {dansk.tal(before)} til {dansk.tal(now)}"


def _stort_foerst(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stort(text: str) -> str:
    return {"1 ": "Én "}.get(text[:2], text[:2]) + text[2:]


def _point_trial(b: Beregning) -> str:
    if not b.proeve:
        return ""
    where = (
        "[Andre forudsætninger](#andre-forudsaetninger)"
        if b.scenarie is not None
        else "[Aftaler om kommunekvoter](#aftaler-om-kommunekvoter)"
    )
    return f"**Dette er en prøve med egne forudsætninger, ikke den offentliggjorte rapport.** Se {where}."


def _point_aftale(b: Beregning) -> str:
    """That an aftale changes quotas of the area; the other numbers are those before it."""
    changed = [(a, a.kvoter[a.kvoter["aendring"] != 0]) for a in _aftaler(b) if a.kvoter is not None and not a.fra_fil]
    said = [
        f"Kommunerne i {a.region} har aftalt andre kvoter for {dansk.opremsning(rows['kommune'])}."
        for a, rows in changed
        if len(rows)
    ]
    if not said:
        return ""
    return (
        " ".join(said)
        + " Tallene i rapporten er de beregnede kvoter før aftalen; se [aftaler](#aftaler-om-kommunekvoter)."
    )


def _point_landstal(b: Beregning) -> str:
    if len(b.udmeldinger) > 1:
        return _point_changed(b)
    text = f"Landstallet for {b.kvoteaar} er **{dansk.tal(b.landstal)} flygtninge**."
    if b.forrige and b.forrige_landstal is not None:
        difference = b.landstal - b.forrige_landstal
        text += f" Det er {_more(difference)} i {b.forrige}, {SENESTE}."
    return text


def _point_changed(b: Beregning) -> str:
    """The landstal in force, what it was before, and which of them the numbers of the report are computed from."""
    last = b.udmeldinger.iloc[-1]
    text = (
        f"Landstallet for {b.kvoteaar} er **{dansk.tal(b.gaeldende_landstal)} flygtninge**. "
        f"Der er {dansk.tal(len(b.udmeldinger))} udmeldinger, "
        f"og tallet er senest ændret fra {dansk.tal(int(last['fra']))}{_den(last['udmeldt'])}; se "
        f"[ændringer](#aendringer-af-landstallet)."
    )
    if b.udmelding["nr"] == last["nr"]:
        return text + " Kvoterne er beregnet på ny."
    what = (
        "kvoterne er sat forholdsmæssigt ned uden en ny beregning"
        if last["konsekvens"] == NEDSAETTELSE
        else "hvad der følger for kvoterne, er ikke oplyst"
    )
    return f"{text} De andre tal i rapporten er beregnet ud fra landstallet {dansk.tal(b.landstal)}; {what}."


def _forbehold(b: Beregning) -> str:
    """Before a number that is computed of another landstal than the one in force."""
    return (
        ""
        if b.udmelding["nr"] == b.udmeldinger["nr"].iloc[-1]
        else f"Beregnet ud fra landstallet {dansk.tal(b.landstal)}: "
    )


def _point_area(b: Beregning) -> str:
    country = Fraction(b.landstal * 10_000, int(b.kommuner["befolkning"].sum()))
    if b.region == HELE_LANDET:
        most = b.regioner["regionskvote"].idxmax()
        densest = max(b.regioner.index, key=lambda r: b.regioner.at[r, "pr_10000"])
        return (
            f"{_forbehold(b)}Flest skal modtages i {most} ({dansk.tal(b.regioner.at[most, 'regionskvote'])}). I "
            f"forhold til indbyggertallet skal "
            f"flest modtages i {densest}: {dansk.tal(b.regioner.at[densest, 'pr_10000'], 2)} pr. 10.000 indbyggere mod "
            f"{dansk.tal(country, 2)} i hele landet."
        )
    row = b.regioner.loc[b.region]
    if said := _forbehold(b):
        in_force = b.udvalgte["gaeldende_kvote"]
        now = f" Efter nedsættelsen er den {dansk.tal(int(in_force.sum()))}." if in_force.notna().all() else ""
        return f"{said}Kvoten for kommunerne i {b.region} er {dansk.tal(row['regionskvote'])}.{now}"
    text = (
        f"Kommunerne i {b.region} skal modtage **{dansk.tal(row['regionskvote'])} flygtninge**, "
        f"{dansk.tal(row['pr_10000'], 2)} pr. 10.000 indbyggere mod {dansk.tal(country, 2)} i hele landet."
    )
    return text + (f" Det er {_more(int(row['aendring']))} i {b.forrige}." if b.forrige else "")


def _point_kommuner(b: Beregning) -> str:
    rows = b.udvalgte
    third = sorted(rows["kommunekvote"], reverse=True)[min(2, len(rows) - 1)]
    top = rows[(rows["kommunekvote"] >= third) & (rows["kommunekvote"] > 0)]
    if len(top) > 6:  # a long tie says nothing
        top = rows[rows["kommunekvote"] > third]
    top = top.sort_values("kommunekvote", ascending=False, kind="stable")
    named = dansk.opremsning(f"{r.kommune} ({dansk.tal(r.kommunekvote)})" for r in top.itertuples())
    none = int((rows["kommunekvote"] == 0).sum())
    text = f"De største kvoter har {named}." if named else ""
    return text + (f" {_some(none, len(rows))} har kvoten 0." if none else "")


def _point_change(b: Beregning) -> str:
    if not b.forrige:
        return ""
    rows = b.udvalgte.sort_values("aendring", kind="stable")
    down, up = rows.iloc[0], rows.iloc[-1]
    causes = b.aarsager.loc[rows.index, AARSAGER[:-1]]
    largest = max(causes, key=lambda c: sum(abs(x) for x in causes[c]))
    rise = (
        f"stiger kvoten mest i {_named_change(b, up['aendring'])}"
        if up["aendring"] > 0
        else "stiger kvoten ikke i nogen kommune"
    )
    fall = f"falder mest i {_named_change(b, down['aendring'])}" if down["aendring"] < 0 else "falder ikke i nogen"
    return f"Siden {b.forrige} {rise} og {fall}. For de enkelte kommuner betyder {_aarsag(largest)} mest."


def _named_change(b: Beregning, change: Any) -> str:
    rows = b.udvalgte[b.udvalgte["aendring"] == change]
    return f"{dansk.opremsning(rows['kommune'])} ({dansk.fortegn(int(change))})"


def _point_check(b: Beregning) -> str:
    rule = b.kontroller[b.kontroller["art"] == "regel"]
    parts = [
        (rule[rule["id"].str.contains(f"-{key}-")], noun)
        for key, noun in (("kommunekvote", "kommunekvoter"), ("regionskvote", "regionskvoter"))
    ]
    said = [
        f"{int((part['dom'] == afstemning.STEMMER).sum())} af {len(part)} {'' if i else 'beregnede '}{noun}"
        for i, (part, noun) in enumerate(parts)
        if len(part)
    ]
    lacking = [noun for part, noun in parts if part.empty]
    text = f"{' og '.join(said)} for hele landet svarer til de offentliggjorte." if said else ""
    if lacking:
        text = f"{text} De offentliggjorte {' og '.join(lacking)} mangler endnu i datagrundlaget.".strip()
    fixed = b.kontroller["id"].str.contains("-fastsat-")
    for part, nouns in (
        (b.kontroller[(b.kontroller["art"] == "sum") & ~fixed], "trykte summer passer ikke med deres rækker"),
        (b.kontroller[(b.kontroller["art"] == "lighed") & ~fixed], "totaler svarer ikke til landstallet"),
        (b.kontroller[fixed], "kontroller af de fastsatte kvoter afviger"),
    ):
        wrong = int((part["dom"] == afstemning.AFVIGER).sum())
        if wrong:
            text += f" {dansk.tal(wrong)} af {dansk.tal(len(part))} {nouns}; se [datakvalitet](#datakvalitet)."
    return text


def _point_limits(b: Beregning) -> str:
    limits = b.landstalsgraenser
    if limits["mangler"]:
        return ""
    low = f" eller højst {dansk.tal(limits['ned'])}" if limits["ned"] >= 0 else ""
    return (
        f"Hvis der ventes mindst {dansk.tal(limits['op'])}{low} flygtninge, skal landstallet fastsættes på ny, "
        f"fordi ændringen er på mere end {limits['procent']} procent."
    )


# --- regions and kommuner -------------------------------------------------------------------------------------


def regionskvoter_figur(b: Beregning) -> figurer.Figur:
    """Bars: persons per 10,000 inhabitants by region."""
    rows = b.regioner.sort_values("pr_10000", ascending=False, key=lambda s: s.map(float))
    first, last = rows.index[0], rows.index[-1]
    return figurer.soejler(
        rows.assign(region=rows.index),
        id="regionskvoter",
        titel="Hvor mange flygtninge får regionerne i forhold til indbyggertallet?",
        beskrivelse=(
            f"Kvoten pr. 10.000 indbyggere er højest i {first} ({dansk.tal(rows.at[first, 'pr_10000'], 2)}) og "
            f"lavest i {last} ({dansk.tal(rows.at[last, 'pr_10000'], 2)})."
        ),
        enhed=_PR_10000,
        kilde=_kilde(b, "egen beregning"),
        vaerdi="pr_10000",
        etiket="region",
        decimaler=2,
        fremhaev=[] if b.region == HELE_LANDET else [b.region],
    )


def regionskvoter(b: Beregning) -> Tabel:
    """Regionskvoter with the published ones, per 10,000 inhabitants, and the change."""
    total = pd.DataFrame(
        {
            "region": ["Hele landet"],
            "befolkning": [int(b.regioner["befolkning"].sum())],
            "regionskvote": [int(b.regioner["regionskvote"].sum())],
            "pr_10000": [Fraction(b.landstal * 10_000, int(b.regioner["befolkning"].sum()))],
        }
    )
    if _published(b.regioner, ""):
        total["offentliggjort_kvote"] = [b.regioner["offentliggjort_kvote"].sum(min_count=5)]
    if b.forrige:
        total["forrige_kvote"] = [b.regioner["forrige_kvote"].sum()]
        total["aendring"] = [b.regioner["aendring"].sum()]
    return tabel(
        b.regioner,
        [
            Kolonne("region", "Region", raekkehoved=True, beskrivelse="Regionens navn"),
            Kolonne("befolkning", "Indbyggere", type="heltal", vis=False, enhed=_PERSONER, beskrivelse=_opgjort(b)),
            Kolonne(
                "regionskvote", "Beregnet kvote", type="heltal", beskrivelse="Summen af de beregnede kommunekvoter"
            ),
            *_published(b.regioner, "Udlændingestyrelsens tal"),
            Kolonne(
                "pr_10000",
                "Pr. 10.000 indbyggere",
                type="decimal",
                decimaler=2,
                beskrivelse="Beregnet kvote pr. 10.000 indbyggere",
            ),
            *_change_columns(b),
        ],
        id="regionskvoter",
        titel=f"Regionskvoter {b.kvoteaar}",
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        ialt=total,
    )


def kort(b: Beregning) -> figurer.Figur:
    """The tile map: persons per 10,000 inhabitants by kommune."""
    rows = b.udvalgte
    empty = b.kommuner["pr_10000"].isna()
    values = b.kommuner["pr_10000"].where(~empty, Fraction(0))
    none = int((rows["kommunekvote"] == 0).sum())
    high = rows.loc[max(rows.index, key=lambda code: values[code])]
    where = "" if b.region == HELE_LANDET else f" Kommunerne i {b.region} er fremhævet."
    if empty.any():
        where += f" {dansk.opremsning(b.kommuner.loc[empty, 'kommune'])} har ingen indbyggere og er vist med 0."
    return figurer.flisekort(
        values,
        b.tabeller["flisekort"],
        id="kommunekort",
        titel=f"Kommunekvoter {b.kvoteaar} i forhold til indbyggertallet",
        beskrivelse=(
            f"Hver kommune er en lige stor flise med kvoten pr. 10.000 indbyggere.{where} "
            f"{_some(none, len(rows))} i {b.region} "
            f"har kvoten 0. Højest ligger {high['kommune']} med {dansk.tal(high['pr_10000'], 1)}. "
            "Bogstaverne er en forkortelse af kommunens navn. Tallene for alle kommuner står i tabellen nedenfor."
        ),
        enhed=_PR_10000,
        kilde=_kilde(b, "egen beregning"),
        graenser=KORTGRAENSER,
        format=lambda x: dansk.tal(x, 1),
        fremhaev=() if b.region == HELE_LANDET else tuple(rows.index),
        fremhaev_navn=b.region,
    )


def kommunekvoter(b: Beregning) -> Tabel:
    """One row per kommune: the computed and the published quota; all steps in the download."""
    columns = [
        Kolonne("kommunekode", "Kommunekode", vis=False),
        Kolonne("kommune", "Kommune", raekkehoved=True),
        Kolonne("region", "Region", vis=False),
        Kolonne("befolkning", "Indbyggere", type="heltal", vis=False, enhed=_PERSONER, beskrivelse=_opgjort(b)),
        Kolonne(
            "indvandrere_flygtninge",
            "Indvandrere og flygtninge",
            type="heltal",
            vis=False,
            enhed=_PERSONER,
            beskrivelse=_opgjort(b),
        ),
        Kolonne(
            "asylansoegere",
            "Asylansøgere",
            type="heltal",
            vis=False,
            enhed=_PERSONER,
            beskrivelse="Indgår ikke i fordelingen",
        ),
        Kolonne(
            "familiesammenfoerte",
            "Familiesammenførte",
            type="heltal",
            vis=False,
            enhed=_PERSONER,
            beskrivelse=_familieaar(b),
        ),
        Kolonne(
            "befolkningsandel",
            "Befolkningsandel",
            type="andel",
            decimaler=4,
            vis=False,
            beskrivelse="Andel af landets indbyggere",
        ),
        Kolonne(
            "indvandrerandel",
            "Indvandrerandel",
            type="andel",
            decimaler=4,
            vis=False,
            beskrivelse="Andel af landets indvandrere og flygtninge",
        ),
        Kolonne(
            "fordelingsandel",
            "Fordelingsandel",
            type="andel",
            decimaler=4,
            vis=False,
            beskrivelse="Befolkningsandel − (indvandrerandel − befolkningsandel)",
        ),
        Kolonne(
            "beregnet_fordelingstal",
            "Beregnet fordelingstal",
            type="decimal",
            decimaler=4,
            vis=False,
            enhed=_PERSONER,
            beskrivelse="Fordelingsandel × (landstal + alle familiesammenførte)",
        ),
        Kolonne(
            "foreloebigt_fordelingstal",
            "Foreløbigt fordelingstal",
            type="decimal",
            decimaler=4,
            vis=False,
            enhed=_PERSONER,
            beskrivelse="Beregnet fordelingstal − kommunens egne familiesammenførte",
        ),
        Kolonne(
            "fordelingstal",
            "Fordelingstal",
            type="decimal",
            decimaler=4,
            vis=False,
            enhed=_PERSONER,
            beskrivelse="Negative tal sat til 0 og resten skaleret ned til landstallet",
        ),
        Kolonne(
            "kommunekvote",
            "Beregnet kvote",
            type="heltal",
            beskrivelse="Fordelingstallet som hele personer efter største brøk",
        ),
        *_published(
            b.kommuner,
            "Udlændingestyrelsens tal i bilag B"
            if b.udmelding["nr"] == 1
            else f"Udlændingestyrelsens tal efter udmelding {b.udmelding['nr']}",
        ),
        Kolonne(
            "pr_10000",
            "Pr. 10.000 indbyggere",
            type="decimal",
            decimaler=1,
            beskrivelse="Beregnet kvote pr. 10.000 indbyggere",
        ),
        *_change_columns(b),
    ]
    return tabel(
        _by_region(b, b.kommuner),
        columns,
        id="kommunekvoter",
        titel=f"Kommunekvoter {b.kvoteaar}",
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        note="Filerne indeholder alle beregningens trin for hver kommune."
        + (
            ""
            if b.kommuner["offentliggjort_kvote"].notna().any()
            else f" De offentliggjorte kommunekvoter for landstallet {dansk.tal(b.landstal)} mangler i datagrundlaget."
        ),
        ialt=_totals(
            b,
            [
                "befolkning",
                "kommunekvote",
                *(k.navn for k in _published(b.kommuner, "")),
                *(["forrige_kvote", "aendring"] if b.forrige else []),
            ],
        ),
        **regioner.foldet(b.region),
    )


# --- the announcements ---------------------------------------------------------------------------------------------

_KONSEKVENS = {
    NY_BEREGNING: "Ny beregning af kvoterne",
    NEDSAETTELSE: "Forholdsmæssig nedsættelse af kvoterne",
}


def udmeldinger_tekst(b: Beregning) -> Any:
    """The heading and the rule on a landstal that changed within its year, or on quotas as fixed; nothing where there
    is neither."""
    if not _flere_kvoter(b):
        return None
    if len(b.udmeldinger) == 1:
        return Tekst(
            "## De fastsatte kvoter\n\nI de regioner, hvor kommunerne ikke har meddelt en aftale, fastsætter "
            "Udlændingestyrelsen kommunekvoterne inden den 30. september. Tabellen viser dem ved siden af de "
            "beregnede."
        )
    return Tekst(
        "## Ændringer af landstallet\n\nEt ændret landstal kan følges af en ny beregning, hvor det nye tal fordeles "
        "efter reglen, eller af en forholdsmæssig nedsættelse, hvor alle kommuners kvoter sættes ned med samme "
        "procent. Tabellerne viser begge dele og den, der følger af udmeldingen, når den er oplyst."
    )


def udmeldinger(b: Beregning) -> Any:
    """The announcements in order, each with its change and the limit for it; nothing where there is only one."""
    if len(b.udmeldinger) == 1:
        return None
    rows = b.udmeldinger.assign(
        nr=[f"Nr. {nr}" for nr in b.udmeldinger["nr"]],
        konsekvens=[
            "Kvoterne er beregnet" if nr == 1 else "Ikke oplyst" if pd.isna(x) else _KONSEKVENS[x]
            for nr, x in zip(b.udmeldinger["nr"], b.udmeldinger["konsekvens"], strict=True)
        ],
        pligt=[
            "Ikke relevant"
            if pd.isna(row.fra)
            else "Kan ikke afgøres"
            if row.over is None
            else f"{'Over' if row.over else 'Ikke over'} {row.graense} procent"
            for row in b.udmeldinger.itertuples()
        ],
    )
    return tabel(
        rows,
        [
            Kolonne("nr", "Udmelding", raekkehoved=True),
            Kolonne("udmeldt", "Dato", type="dato"),
            Kolonne("landstal", "Landstal", type="heltal", enhed=_PERSONER),
            Kolonne("aendring", "Ændring", type="decimal", decimaler=1, fortegn=True, enhed="procent"),
            Kolonne("pligt", "Er ændringen over grænsen?"),
            Kolonne("konsekvens", "Hvad udmeldingen siger om kvoterne"),
        ],
        id="udmeldinger",
        titel=f"Udmeldinger af landstallet for {b.kvoteaar}",
        enhed="én udmelding pr. række",
        kilde=_kilde(b, "egen beregning"),
        mangler={"udmeldt": "ikke oplyst", "aendring": "ingen"},
    )


def udmeldinger_kvoter(b: Beregning) -> Any:
    """The quotas of each kommune beside each other: of April, after the aftale, as fixed, and after each later
    announcement."""
    if not _flere_kvoter(b):
        return None
    rows = b.kommuner[["kommune", "region"]].copy()
    letters = b.tabeller["bilag_b"].loc[lambda t: t["kvoteaar"] == b.kvoteaar].set_index("kommunekode")["kommunekvote"]
    columns: list[tuple[str, str, pd.Series, str]] = []
    for row in b.udmeldinger.itertuples():
        quotas, nr = b.kvoter[row.nr], int(row.nr)
        at = f"nr. {nr}: " if len(b.udmeldinger) > 1 else ""
        named = "" if pd.isna(row.konsekvens) else row.konsekvens
        if nr == 1:
            columns.append(("beregnet_1", f"{at}Beregnet", quotas["ny_beregning"], "Reglens fordeling af landstallet"))
            columns.append(("bilag_b", f"{at}Bilag B", letters, "Udlændingestyrelsens beregnede kvoter"))
            columns += _after_aftale(b, at)
        else:
            for key, name, kind in (
                ("ny_beregning", "Ny beregning", NY_BEREGNING),
                ("nedsaettelse", "Nedsættelse", NEDSAETTELSE),
            ):
                mark = " (ifølge udmeldingen)" if named == kind else ""
                meaning = "Det, der følger af udmeldingen" if mark else "Til sammenligning"
                columns.append((f"{key}_{nr}", f"{at}{name}{mark}", quotas[key], meaning))
        columns.append((f"fastsat_{nr}", f"{at}Fastsat", quotas["fastsat"], "De kvoter, Udlændingestyrelsen fastsatte"))
    shown = []
    for key, heading, values, meaning in columns:
        values = values.reindex(rows.index).astype("Int64")
        if values.notna().any():
            rows[key] = values
            shown.append(Kolonne(key, _stort_foerst(heading), type="heltal", beskrivelse=meaning))
    sums = rows.groupby("region")[[k.navn for k in shown]].sum(min_count=1).loc[b.regioner.index].reset_index()
    sums["kommune"] = [f"{region} i alt" for region in sums["region"]]
    country = (
        rows[[k.navn for k in shown]].sum(min_count=1).to_frame().T.assign(region="Hele landet", kommune="Hele landet")
    )
    totals = pd.concat([sums, country], ignore_index=True).astype({k.navn: "Int64" for k in shown})
    return tabel(
        _by_region(b, rows),
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            *shown,
        ],
        id="udmeldinger-kvoter",
        titel=f"Kommunekvoter for {b.kvoteaar} efter hver udmelding"
        if len(b.udmeldinger) > 1
        else f"Beregnede og fastsatte kommunekvoter for {b.kvoteaar}",
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        ialt=totals,
        mangler="ikke kendt",
        **regioner.foldet(b.region),
    )


def udmeldinger_regionskvoter(b: Beregning) -> Any:
    """The regionskvoter that were agreed or fixed beside those of the letter; nothing where there are none."""
    known = b.tabeller["fastsatte_regionskvoter"].loc[lambda t: t["kvoteaar"] == b.kvoteaar]
    if known.empty:
        return None
    april = b.tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == b.kvoteaar].set_index("region")["regionskvote"]
    rows = pd.DataFrame({"region": list(b.regioner.index)})
    shown = [Kolonne("region", "Region", raekkehoved=True)]
    parts = [("april", "Nr. 1: meldt ud i brevet", april)]
    parts += [
        (f"{form}_{nr}", f"Nr. {nr}: {form}", part.set_index("region")["regionskvote"])
        for (nr, form), part in known.groupby(["nr", "form"], sort=True)
    ]
    for key, heading, values in parts:
        if len(values):
            rows[key] = values.reindex(rows["region"]).astype("Int64").to_numpy()
            rows[key] = rows[key].astype("Int64")
            shown.append(Kolonne(key, heading, type="heltal"))
    return tabel(
        rows,
        shown,
        id="udmeldinger-regionskvoter",
        titel=f"Aftalte og fastsatte regionskvoter for {b.kvoteaar}",
        enhed=_PERSONER,
        kilde=_kilde(b),
        ialt=pd.DataFrame([{"region": "Hele landet"} | {k.navn: int(rows[k.navn].sum()) for k in shown[1:]}]),
    )


def _flere_kvoter(b: Beregning) -> bool:
    """Whether the year has quotas beside those of its letter: a later announcement, or what was fixed or agreed."""
    names = ("fastsatte_kvoter", "fastsatte_regionskvoter")
    return len(b.udmeldinger) > 1 or any((b.tabeller[name]["kvoteaar"] == b.kvoteaar).any() for name in names)


def _after_aftale(b: Beregning, at: str) -> list[tuple[str, str, pd.Series, str]]:
    """The quotas after the recorded aftaler; nothing where there is none, or its numbers are not known in full."""
    known = [a for a in b.aftaler if not a.fra_fil]
    if not known or any(a.kvoter is None for a in known) or b.udmelding["nr"] != 1:
        return []
    after = b.kommuner["kommunekvote"].copy()
    for a in known:
        after.update(a.kvoter["aftalt_kvote"])
    return [("efter_aftale", f"{at}Efter aftale", after, "De beregnede kvoter med aftalens ændringer")]


# --- why -------------------------------------------------------------------------------------------------------


def bidrag_figur(b: Beregning) -> figurer.Figur:
    """What each element of the rule adds or takes: the kommuner of a region, or the five regions."""
    parts, label = _area_rows(b, b.trin[[*BIDRAG, "kommunekvote"]])
    moved = max(BIDRAG[1:], key=lambda c: sum(abs(x) for x in parts[c]))
    return figurer.bidrag(
        parts,
        id="bidrag",
        titel=f"Hvad kvoterne for {b.kvoteaar} er sat sammen af",
        beskrivelse=(
            f"For hver {label}: hvad indbyggertallet alene ville give, og hvad reglens øvrige led lægger til (mod "
            "højre) eller trækker fra (mod venstre). Alle led har samme skala, og tilsammen giver de kvoten. "
            f"Ud over indbyggertallet betyder {_led(moved)} mest.{_i_tabellen(b)}"
        ),
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        dele=_delelige(BIDRAG_NAVNE),
        ialt="kommunekvote",
        ialt_navn="Kvote",
        ialt_decimaler=0,
        ialt_fortegn=False,
        etiket="navn",
    )


def bidrag(b: Beregning) -> Tabel:
    """The same for every kommune, as a table."""
    rows = _by_region(b, b.trin.join(b.kommuner[["kommune", "region"]]))
    rows["stoerst_navn"] = rows["stoerst"].map(BIDRAG_NAVNE)
    meaning = {
        "befolkningstal": "Landstallet fordelt efter indbyggertal alene",
        "indvandrere": "Færre eller flere indvandrere og flygtninge end indbyggertallet tilsiger",
        "familiesammenfoeringer": "Andelen af alle familiesammenførte minus kommunens egne",
        "nulgraense": "Negative tal sat til 0, og resten skaleret ned til landstallet",
        "afrunding": "Til hele personer",
    }
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            *(
                Kolonne(
                    c,
                    BIDRAG_NAVNE[c],
                    type="decimal",
                    decimaler=1,
                    fortegn=c != "befolkningstal",
                    beskrivelse=meaning[c],
                )
                for c in BIDRAG
            ),
            Kolonne("kommunekvote", "Kvote", type="heltal", beskrivelse="Summen af de fem led"),
            Kolonne(
                "stoerst_navn",
                "Flytter mest",
                vis=False,
                beskrivelse="Det led ud over indbyggertallet, der flytter kvoten mest",
            ),
        ],
        id="forklaring",
        titel=f"Kvoterne for {b.kvoteaar} led for led",
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        note="De fem led giver tilsammen præcis kvoten; de viste tal er afrundede.",
        **regioner.foldet(b.region),
    )


def forklaringer(b: Beregning) -> Any:
    """For each kommune the steps in words and numbers, one click away each."""
    if b.region == HELE_LANDET:
        return Tekst("Siderne for de fem regioner forklarer kvoten for hver enkelt kommune trin for trin.")
    return fold(
        (f"{row['kommune']}: kvote {dansk.tal(row['kommunekvote'])}", _explain(b, code, row, aarsager=False))
        for code, row in b.udvalgte.iterrows()
    )


def forklar(b: Beregning, kommunekode: str) -> Tekst:
    """The steps for one kommune in words and numbers."""
    return Tekst(_explain(b, kommunekode, b.kommuner.loc[kommunekode]))


def _explain(b: Beregning, code: str, row: pd.Series, aarsager: bool = True) -> str:
    """``aarsager``: also the causes of the change, which a region's page has in a table."""
    all_families = int(b.kommuner["familiesammenfoerte"].sum())
    own, parts = int(row["familiesammenfoerte"]), b.trin.loc[code]
    lines = [
        f"1. {dansk.procent(row['befolkningsandel'], 3)} af landets indbyggere og "
        f"{dansk.procent(row['indvandrerandel'], 3)} af dets indvandrere og "
        f"flygtninge: fordelingsandelen er {dansk.procent(row['fordelingsandel'], 3)}.",
        f"2. Den andel af {dansk.tal(b.landstal)} + {dansk.tal(all_families)} = "
        f"{dansk.tal(b.landstal + all_families)}: {dansk.tal(row['beregnet_fordelingstal'], 2)}.",
        f"3. Minus {dansk.tal(own)} egne familiesammenførte: {dansk.tal(row['foreloebigt_fordelingstal'], 2)}.",
        "4. Ikke større end 0, så fordelingstallet er 0."
        if row["foreloebigt_fordelingstal"] <= 0
        else f"4. Skaleret ned: {dansk.tal(row['fordelingstal'], 2)}.",
        f"5. {_rounding(b, row, parts)}",
    ]
    moved = parts["stoerst"]
    text = (
        f"Indbyggertallet alene ville give {dansk.tal(parts['befolkningstal'], 1)}. Mest flytter {_led(moved)} "
        f"({dansk.fortegn(parts[moved], 1)})."
    )
    if b.aarsager is not None:
        why = b.aarsager.loc[code]
        change = int(why["aendring"])
        listed = dansk.opremsning(f"{AARSAG_NAVNE[c].lower()} {dansk.fortegn(why[c], 1)}" for c in AARSAGER)
        verb = "uændret" if change == 0 else f"{'steget' if change > 0 else 'faldet'} med {dansk.tal(abs(change))}"
        text += f" Siden {b.forrige} er kvoten {verb}" + (f" ({listed})." if aarsager else ".")
    return "\n".join(lines) + f"\n\n{text}"


def _rounding(b: Beregning, row: pd.Series, parts: pd.Series) -> str:
    quota = f"**{dansk.tal(row['kommunekvote'])}**."
    if not row["fordelingstal"]:
        return f"Derfor er kvoten {quota}"
    left = b.landstal - int(b.trin["hele"].sum())
    among = "som er" if row["kommunekvote"] > parts["hele"] else "som ikke er"
    tie = (
        " To eller flere kommuner stod helt lige, og personen gik til den laveste kommunekode." if row["lighed"] else ""
    )
    return (
        f"{dansk.flertal(int(parts['hele']), 'hel person', 'hele personer')} og en rest på "
        f"{dansk.tal(parts['rest'], 2)}, "
        f"{among} blandt de {dansk.tal(left)} største: kvoten er {quota}{tie}"
    )


def aarsager_figur(b: Beregning) -> Any:
    """The change since the previous published year by cause."""
    if b.aarsager is None:
        return Tekst(f"Datagrundlaget indeholder ingen kvoter fra før {b.kvoteaar}, så en ændring kan ikke vises.")
    parts, label = _area_rows(b, b.aarsager[[*AARSAGER, "aendring"]])
    largest = max(AARSAGER, key=lambda c: sum(abs(x) for x in parts[c]))
    return figurer.bidrag(
        parts,
        id="aarsager",
        titel=f"Hvorfor kvoterne er ændret fra {b.forrige} til {b.kvoteaar}",
        beskrivelse=(
            f"For hver {label}: ændringen i kvoten siden {b.forrige}, delt på årsager, der trækker op (mod højre) "
            "eller ned (mod venstre). Alle årsager har samme skala. "
            + ("Lagt sammen for hver region betyder " if b.region == HELE_LANDET else "For kommunerne betyder ")
            + f"{_aarsag(largest)} mest.{_i_tabellen(b)}"
        ),
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        dele=_delelige(AARSAG_NAVNE),
        ialt="aendring",
        ialt_navn="Ændring",
        ialt_decimaler=0,
        etiket="navn",
    )


def aarsager(b: Beregning) -> Any:
    """The same for every kommune, as a table; nothing where there is no earlier year."""
    if b.aarsager is None:
        return None
    rows = _by_region(b, b.aarsager.join(b.kommuner[["kommune", "region"]]))
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne("kvote_foer", f"Kvote {b.forrige}", type="heltal", vis=False),
            Kolonne("kvote_efter", f"Kvote {b.kvoteaar}", type="heltal", vis=False),
            Kolonne("aendring", "Ændring", type="heltal", fortegn=True),
            *(
                Kolonne(
                    c,
                    AARSAG_NAVNE[c],
                    type="decimal",
                    decimaler=1,
                    fortegn=True,
                    beskrivelse=f"Den del af ændringen, der skyldes {_aarsag(c)}",
                )
                for c in AARSAGER
            ),
        ],
        id="aarsager",
        titel=f"Ændring i kommunekvoten fra {b.forrige} til {b.kvoteaar} efter årsag",
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        note="Årsagerne giver tilsammen præcis ændringen; de viste tal er afrundede. Hvor meget én årsag betyder, "
        "afhænger af, hvilke der ændres først. Tallene er gennemsnittet af alle rækkefølger.",
        **regioner.foldet(b.region),
    )


# --- what if ---------------------------------------------------------------------------------------------------


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


def landstal_varianter(b: Beregning) -> Tabel:
    """Quotas at other landstal: regions for the country, kommuner for a region."""
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
            "navn": ["Hele landet" if b.region == HELE_LANDET else f"{b.region} i alt"],
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
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        note="Landstallet er sat 10 og 20 procent op og ned og rundet ned til hele personer. Alt andet er uændret.",
        ialt=totals,
    )


def graenser(b: Beregning) -> Tabel:
    """At which landstal each kommune gains or loses a person."""
    rows = _by_region(b, b.graenser.join(b.kommuner[["kommune", "region"]]).loc[b.udvalgte.index])
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
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        note=note,
        mangler="ikke i intervallet",
        **regioner.foldet(b.region),
    )


def scenarie(b: Beregning) -> Any:
    """The scenario of the parameters: who changes. A sentence where no scenario is asked for."""
    if b.scenarie is None:
        return Tekst("Der er ikke regnet på andre forudsætninger på denne side.")
    rows = b.scenarie.loc[b.udvalgte.index]
    changed = _by_region(b, rows[rows["aendring"] != 0])
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
        enhed=_PERSONER,
        kilde=_kilde(b, "egen beregning"),
        note=f"Kun de {dansk.tal(len(changed))} af {_kommuner(len(rows))}, hvis kvote ændres.",
        **regioner.foldet(b.region),
    )


# --- aftaler -----------------------------------------------------------------------------------------------------


def aftaler_tekst(b: Beregning) -> Tekst:
    """Which aftaler there are for the year, and their verdict in words; without any, what one must satisfy."""
    deadline = b.brev["aftalefrist"]
    limit = "" if pd.isna(deadline) else f" inden den {dansk.dato(deadline)}"
    intro = (
        "Kommunerne i en region kan aftale en anden fordeling, hvis de meddeler aftalen til "
        f"Udlændingestyrelsen{limit}. Uden en gyldig aftale gælder de beregnede kvoter."
    )
    chosen = _aftaler(b)
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
    return [f"«{_stor(navn)}»" for navn in a.dom.loc[a.dom["udfald"] == udfald, "krav"]]


def aftaler_dom(b: Beregning) -> Any:
    """Requirement by requirement; nothing where there is no aftale."""
    chosen = _aftaler(b)
    if not chosen:
        return None
    demands = b.tabeller["aftalekrav"].set_index("krav")["lyder"]
    rows = pd.concat([a.dom.assign(region=a.region) for a in chosen], ignore_index=True)
    rows["lyder"] = rows["noegle"].map(demands)
    for column in ("krav", "udfald", "henvisning"):
        rows[column] = rows[column].map(_stor)
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
    chosen = [a for a in _aftaler(b) if a.kvoter is not None]
    if not chosen:
        return None
    rows = pd.concat([a.kvoter[a.kvoter["aendring"] != 0] for a in chosen])
    if rows.empty:
        return None
    return tabel(
        _by_region(b, rows),
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
        enhed=_PERSONER,
        kilde=_aftalekilde(b, chosen),
    )


def tidligere_aftaler(b: Beregning) -> Any:
    """The aftaler of other years that are known; nothing where there is none in the area."""
    chosen = [a for a in b.tidligere_aftaler if b.region in (HELE_LANDET, a.region)]
    if not chosen:
        return None
    names = b.tabeller["kommuner"].set_index("kommunekode")["kommune"]
    rows = []
    for a in chosen:
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
        enhed=_PERSONER,
        kilde=_AFTALEKILDE,
    )


# --- quality, sources ---------------------------------------------------------------------------------------------


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
        kilde=_kilde(b, "egen beregning"),
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
        kilde=_kilde(b),
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
    rows["advarsel"] = rows["advarsel"].map(lambda s: f"{_stor(s).rstrip('.')}.")
    return tabel(
        rows,
        [Kolonne("sted", "Sted", raekkehoved=True), Kolonne("advarsel", "Advarsel", bred=True)],
        id="advarsler",
        titel=f"Advarsler om datagrundlaget for {b.kvoteaar}",
        enhed="én advarsel pr. række",
        kilde=_kilde(b, "egen kontrol"),
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
        others = tuple(f"-{r.slug}" for r in b.tabeller["regioner"].itertuples() if r.region != b.region)
        shown_above |= b.kontroller["id"].str.endswith(others) & (b.kontroller["dom"] == afstemning.STEMMER)
        note += " De andre regioners summer, der stemmer, står på deres egne sider."
    return kontroltabeller.alle(
        b.kontroller,
        id="afstemning",
        titel=f"Kontroller for {b.kvoteaar} tal for tal",
        kilde=_kilde(b, "egen beregning"),
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
        said.append(_stort_foerst(", og ".join(days)) + ".")
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
        henvisning=rows["henvisning"].map(_stor),
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
        kilde=_kilde(b),
    )


# --- helpers ---------------------------------------------------------------------------------------------------


def _plain(note: str) -> str:
    """A note from a file as a sentence: its own signs must not become Markdown."""
    text = re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(note.split())).rstrip(".")
    return f"{text}." if text else ""


def _stor(text: str) -> str:
    """The text with its first letter capital and the rest as it is."""
    return text[:1].upper() + text[1:]


def _i_regionen(b: Beregning) -> str:
    return "" if b.region == HELE_LANDET else f" i {b.region}"


def _some(part: int, whole: int) -> str:
    """``3 af de 17 kommuner``, as the start of a sentence."""
    number = {0: "Ingen", 1: "Én"}.get(part, dansk.tal(part))
    return f"{number} af de {_kommuner(whole)}"


def _kommuner(n: int) -> str:
    return dansk.flertal(n, "kommune", "kommuner")


def _more(difference: int) -> str:
    if difference == 0:
        return "det samme som"
    return f"{dansk.tal(abs(difference))} {'flere' if difference > 0 else 'færre'} end"


def _den(dag: Any) -> str:
    return "" if pd.isna(dag) else f" den {dansk.dato(dag)}"


def _kilde(b: Beregning, *own: str) -> str:
    letter = b.brev["udmeldt"]
    when = "" if pd.isna(letter) else f", brev af {dansk.dato(letter)}"
    return "; ".join([f"Udlændingestyrelsen{when} (kilde {b.brev['kilde']}, punkt {b.brev['punkt']})", *own])


def _aftalekilde(b: Beregning, chosen: Iterable[Aftale]) -> str:
    files = [f"filen {name}" for name in sorted({a.navn for a in chosen if a.fra_fil})]
    recorded = [] if all(a.fra_fil for a in chosen) else [_AFTALEKILDE]
    return "; ".join([*recorded, *files, "egen beregning"])


def _opgjort(b: Beregning) -> str:
    day = b.brev["befolkning_opgjort"]
    return "Opgjort uden Christiansø" + ("" if pd.isna(day) else f" den {dansk.dato(day)}")


def _familieaar(b: Beregning) -> str:
    year = b.brev["familiesammenfoerte_aar"]
    return "Familiesammenføringer til flygtninge" + ("" if pd.isna(year) else f" tilgået kommunen i {int(year)}")


def _led(part: str) -> str:
    return {
        "befolkningstal": "indbyggertallet",
        "indvandrere": "tallet for indvandrere og flygtninge",
        "familiesammenfoeringer": "familiesammenføringerne",
        "nulgraense": "nulgrænsen",
        "afrunding": "afrundingen",
    }[part]


def _aarsag(cause: str) -> str:
    return {
        "landstal": "det ændrede landstal",
        "befolkning": "ændrede indbyggertal",
        "indvandrerandel": "ændrede tal for indvandrere og flygtninge",
        "familiesammenfoeringer": "ændrede tal for familiesammenføringer",
        "afrunding": "afrundingen",
    }[cause]


def _published(rows: pd.DataFrame, meaning: str) -> list[Kolonne]:
    """The column of published quotas; none where none is at hand yet."""
    if rows["offentliggjort_kvote"].isna().all():
        return []
    return [Kolonne("offentliggjort_kvote", "Offentliggjort kvote", type="heltal", beskrivelse=meaning)]


def _change_columns(b: Beregning) -> list[Kolonne]:
    if not b.forrige:
        return []
    return [
        Kolonne(
            "forrige_kvote", f"Kvote {b.forrige}", type="heltal", beskrivelse=f"Offentliggjort kvote for {b.forrige}"
        ),
        Kolonne("aendring", "Ændring", type="heltal", fortegn=True, beskrivelse=f"Fra {b.forrige} til {b.kvoteaar}"),
    ]


def _by_region(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the letters: region by region, kommuner by code within each."""
    order = {region: i for i, region in enumerate(b.regioner.index)}
    return rows.sort_index().sort_values("region", key=lambda s: s.map(order), kind="stable").reset_index()


def _totals(b: Beregning, columns: list[str]) -> pd.DataFrame:
    """A total row per region, and one for the country."""
    sums = b.kommuner.groupby("region")[columns].sum().loc[b.regioner.index].reset_index()
    sums["kommune"] = [f"{region} i alt" for region in sums["region"]]
    country = b.kommuner[columns].sum().to_frame().T.assign(region="Hele landet", kommune="Hele landet")
    sums = pd.concat([sums, country], ignore_index=True)
    sums = sums.astype(dict.fromkeys(columns, "Int64"))
    return sums.assign(pr_10000=pr_10000(sums["kommunekvote"], sums["befolkning"]))


def _area_rows(b: Beregning, parts: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows for a figure: the five regions for the country, the kommuner for a region; and what a row is called."""
    if b.region == HELE_LANDET:
        sums = parts.groupby(b.kommuner["region"]).sum().loc[b.regioner.index]
        return sums.reset_index(names="navn"), "region"
    rows = parts.loc[b.udvalgte.index].assign(navn=b.udvalgte["kommune"])
    return rows.reset_index(), "kommune"


def _delelige(navne: Mapping[str, str]) -> dict[str, str]:
    return {key: " ".join(_ORDDELING.get(word, word) for word in name.split(" ")) for key, name in navne.items()}


def _i_tabellen(b: Beregning) -> str:
    """Where a figure's numbers are; the table has kommuner, so those of the country's figure stand in the
    figure alone.
    """
    return "" if b.region == HELE_LANDET else " Tallene står i tabellen nedenfor."


def _aftaler(b: Beregning) -> list[Aftale]:
    return [a for a in b.aftaler if b.region in (HELE_LANDET, a.region)]
