"""The top of the page: title, main points, what is new."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk
from kkrlib.flygtninge import Beregning
from kkrlib.landstal import NEDSAETTELSE
from kkrlib.omraade import HELE_LANDET
from kkrlib.tekst import Side, Tekst
from kkrlib.visning.flygtninge.faelles import aarsag_ord, aarsager_i, kommuner_i_tal, omraadets_aftaler, some
from kkrlib.visning.forrige import SENESTE, siden, struktur


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
    same = struktur(b.strukturaendringer, "ændringerne er regnet for de samme kommuner i begge år")
    causes = "Årsagerne står under [Hvad har ændret sig?](#hvad-har-aendret-sig)"
    return siden(b.kvoteaar, b.forrige, points, "\n\n".join(filter(None, (same, causes))))


def _changes(b: Beregning) -> list[str]:
    rows, points = b.udvalgte, []
    if b.forrige_landstal is not None:
        change = _i_procent(b.forrige_landstal, b.landstal)
        points.append(f"Landstallet er {_gaaet(b.forrige_landstal, b.landstal)}{f' ({change} %)' if change else ''}.")
    if b.region != HELE_LANDET:
        before, now = int(rows["forrige_kvote"].sum()), int(rows["kommunekvote"].sum())
        points.append(f"Kvoten for kommunerne i {b.region} er {_gaaet(before, now)}.")
    up, down, same = (int((s == rows["aendring"].map(_retning)).sum()) for s in (1, -1, 0))
    points.append(
        f"Kvoten er højere i {kommuner_i_tal(up)}, lavere i {dansk.tal(down)} og den samme i {dansk.tal(same)}."
    )
    had, has = rows["forrige_kvote"] > 0, rows["kommunekvote"] > 0
    for part, said in (
        (rows[~had & has], "har nu en kvote; før var den 0"),
        (rows[had & ~has], "har nu kvoten 0; før var den større"),
    ):
        if len(part):
            named = f": {dansk.opremsning(part['kommune'])}" if len(part) <= 6 else ""
            points.append(f"{_stort(kommuner_i_tal(len(part)))} {said}{named}.")
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
    changed = [
        (a, a.kvoter[a.kvoter["aendring"] != 0]) for a in omraadets_aftaler(b) if a.kvoter is not None and not a.fra_fil
    ]
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
    return text + (f" {some(none, len(rows))} har kvoten 0." if none else "")


def _point_change(b: Beregning) -> str:
    if not b.forrige or b.aarsager is None:
        return ""
    rows = b.udvalgte.sort_values("aendring", kind="stable")
    down, up = rows.iloc[0], rows.iloc[-1]
    causes = b.aarsager.loc[rows.index, aarsager_i(b)[:-1]]
    largest = max(causes, key=lambda c: sum(abs(x) for x in causes[c]))
    rise = (
        f"stiger kvoten mest i {_named_change(b, up['aendring'])}"
        if up["aendring"] > 0
        else "stiger kvoten ikke i nogen kommune"
    )
    fall = f"falder mest i {_named_change(b, down['aendring'])}" if down["aendring"] < 0 else "falder ikke i nogen"
    return f"Siden {b.forrige} {rise} og {fall}. For de enkelte kommuner betyder {aarsag_ord(largest)} mest."


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
    # What the letter published is of its own landstal, also where another is in force.
    first = (
        f" ved den første udmelding ({dansk.tal(int(b.brev['landstal']))} flygtninge)" if len(b.udmeldinger) > 1 else ""
    )
    text = f"{' og '.join(said)} for hele landet svarer til de offentliggjorte{first}." if said else ""
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


def _more(difference: int) -> str:
    if difference == 0:
        return "det samme som"
    return f"{dansk.tal(abs(difference))} {'flere' if difference > 0 else 'færre'} end"


def _den(dag: Any) -> str:
    return "" if pd.isna(dag) else f" den {dansk.dato(dag)}"
