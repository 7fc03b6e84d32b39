"""The top of the page: title, main points, what is new."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk
from kkrlib.klynger import Beregning, Deling, gaeldende
from kkrlib.klynger.regel import NOEGLE
from kkrlib.omraade import HELE_LANDET
from kkrlib.struktur import aendringer
from kkrlib.tekst import Side, Tekst
from kkrlib.visning.forrige import siden, struktur
from kkrlib.visning.klynger.faelles import MIO, kkr, klyngenavn, kommunenavn, omraadets_delinger


def side(b: Beregning) -> Side:
    """Title and description of the page."""
    where = "" if b.region == HELE_LANDET else f": {b.region}"
    return Side(
        f"Klyngeøkonomi {b.aar}{where}",
        f"Hvem der betaler hvad til sundhedsklyngerne i {b.region} i {b.aar}: beløbene beregnet efter "
        "fordelingsnøglen og sammenholdt med de offentliggjorte.",
        (
            f"{_mio(b.midler['i_alt'])} mio. kr."
            if b.region == HELE_LANDET
            else f"{_mio(b.regioner.at[b.region, 'i_alt'], 2)} mio. kr.",
            f"til sundhedsklyngerne i {b.region}",
        ),
    )


def hovedpunkter(b: Beregning) -> Tekst:
    """At most six main points."""
    points = [_point_money(b), _point_klynger(b), _point_rates(b), _point_check(b)]
    if omraadets_delinger(b):
        points.append(_point_koebenhavn(b))
    if b.kontorer:
        points.append(_point_kontorer(b))
    return Tekst("\n".join(f"- {point}" for point in points))


def hvad_er_nyt(b: Beregning) -> Tekst:
    """What changed since the year before it in the data: the money, the klynger, the memberships; for the first year
    that it is the first.
    """
    years = b.tabeller["klynge_aar"].set_index("aar")
    earlier = max((int(y) for y in years.index if y < b.aar), default=None)
    if earlier is None:
        return siden(b.aar, None, [])
    then, now = (day.date() for day in (years.at[earlier, "medlemskab_pr"], b.midler["medlemskab_pr"]))
    same = struktur(aendringer(b.tabeller, then, now), "klynger og medlemskaber er talt efter regionen i hvert år")
    return siden(b.aar, earlier, _changes(b, years.loc[earlier]), same)


def _changes(b: Beregning, then: pd.Series) -> list[str]:
    """What changed since the year ``then``, a row of ``klynge_aar``."""
    change = int(b.midler["i_alt"]) - int(then["i_alt"])
    size = "uændrede" if not change else f"{dansk.kroner(abs(change))} {'større' if change > 0 else 'mindre'}"
    points = [f"Midlerne til klyngerne i hele landet er {size}."]
    for table, keys, words in (
        ("klynge_register", NOEGLE, ("klynge", "klynger")),
        ("klynge_medlemmer", [*NOEGLE, "kommunekode"], ("medlemskab", "medlemskaber")),
    ):
        was, now = (
            set(b.i_omraadet(gaeldende(b.tabeller[table], day))[keys].itertuples(index=False, name=None))
            for day in (then["medlemskab_pr"], b.midler["medlemskab_pr"])
        )
        points.append(
            f"{dansk.flertal(len(now - was), *words)} er kommet til, og {dansk.tal(len(was - now))} er ophørt."
        )
    return points


def _point_money(b: Beregning) -> str:
    total, kommuner, regioner = (int(b.midler[c]) for c in ("i_alt", "pulje_kommuner", "pulje_regioner"))
    text = (
        f"Der er afsat **{_mio(total)} mio. kr.** til at starte sundhedsklyngerne i {b.aar}: {_mio(kommuner)} "
        f"mio. kr. fra kommunerne og {_mio(regioner)} mio. kr. fra regionerne."
    )
    if b.region != HELE_LANDET:
        row = b.regioner.loc[b.region]
        text += (
            f" Klyngerne i {b.region} får {_mio(row['i_alt'], 2)} mio. kr., heraf {_mio(row['kommuner'], 2)} fra "
            f"kommunerne og {_mio(row['regioner'], 2)} fra regionen."
        )
    return text


def _point_klynger(b: Beregning) -> str:
    rows = b.i_omraadet(b.klynger)
    most, least = (pick(rows.index, key=lambda key: rows.at[key, "i_alt"]) for pick in (max, min))
    return (
        f"Den største af de {dansk.tal(len(rows))} klynger er {klyngenavn(b, most)} med "
        f"{_mio(rows.at[most, 'i_alt'], 2)} mio. kr., den mindste "
        f"{klyngenavn(b, least)} med {_mio(rows.at[least, 'i_alt'], 2)} mio. kr."
    )


def _point_rates(b: Beregning) -> str:
    rate = sum(b.fordelt["kommuner"]) / sum(b.fordelt["indbyggere"])
    rates = b.regioner["regioner_pr_indbygger"]
    text = f"Hver kommune bidrager med {dansk.tal(rate, 2)} kr. pr. indbygger."
    low, high = min(rates.index, key=rates.get), max(rates.index, key=rates.get)
    spread = f"fra {dansk.tal(rates[low], 2)} kr. ({low}) til {dansk.tal(rates[high], 2)} kr. ({high})"
    if b.region == HELE_LANDET:
        return f"{text} Regionernes bidrag går {spread}."
    return f"{text} {b.region} lægger {dansk.tal(rates[b.region], 2)} kr. pr. indbygger til; regionerne går {spread}."


def _point_check(b: Beregning) -> str:
    counts = b.kontroller["dom"].value_counts()
    fits, open_ = (
        int(counts.get(afstemning.STEMMER, 0) + counts.get(afstemning.AFRUNDING, 0)),
        int(counts.get(afstemning.UPROEVET, 0)),
    )
    untested = f", og {dansk.tal(open_)} kan ikke efterprøves" if open_ else ""
    return (
        f"{dansk.tal(fits)} af {dansk.tal(len(b.kontroller))} kontroller af de offentliggjorte tal stemmer, når "
        f"der tages højde for afrunding{untested}. "
        f"{_causes(b)}Se [datakvalitet](#datakvalitet)."
    )


def _causes(b: Beregning) -> str:
    """How many deviations have a finding, and for how many findings the cause cannot be shown; the empty text without
    deviations.
    """
    rows = b.kontroller[b.kontroller["dom"] == afstemning.AFVIGER]
    known = rows[rows["fund"] != ""]
    findings = set(known["fund"])
    unshown = len(findings & set(b.kildefejl.loc[b.kildefejl["aarsag"] == "ukendt", "fund"]))
    parts = []
    if len(known):
        first = (
            f"Af de {dansk.tal(len(rows))} afvigelser hører {dansk.tal(len(known))}"
            if len(known) < len(rows)
            else f"De {dansk.tal(len(rows))} afvigelser hører"
        )
        last = (
            f"; årsagen til {'det ene' if unshown == 1 else f'{dansk.tal(unshown)} af dem'} kan ikke påvises"
            if unshown
            else ""
        )
        parts.append(f"{first} til {dansk.tal(len(findings))} fund{last}. ")
    if len(known) < len(rows):
        parts.append(f"{dansk.flertal(len(rows) - len(known), 'afvigelse', 'afvigelser')} er uden kendt årsag. ")
    return "".join(parts)


def _point_koebenhavn(b: Beregning) -> str:
    d = omraadets_delinger(b)[0]
    return (
        f"{kommunenavn(b, d.kommunekode)} deltager i to klynger, og kilden opgør kommunens bidrag på to måder. Deles "
        "bidraget, som Tabel 1 i kilden gør, "
        f"får {d.anden} {_mio(_flyttet(b, d), 2)} mio. kr. mere og {d.hoved} tilsvarende mindre."
    )


def _point_kontorer(b: Beregning) -> str:
    k = b.kontorer[0]
    total = k.kontorer["perioden"].sum(skipna=False)
    if pd.isna(total):
        n, lost = len(k.kontorer), int(k.kontorer["perioden"].isna().sum())
        which = f"{dansk.tal(lost)} af de {dansk.tal(n)}" if lost < n else f"de {dansk.tal(n)}"
        rest = f" De andre får {_mio(int(k.kontorer['perioden'].sum()))} mio. kr." if lost < n else ""
        return (
            f"Med de valgte udtrædende kommuner siger aftalen ikke, hvad {which} regionale klyngekontorer skal "
            f"have.{rest}"
        )
    return (
        f"{kkr(b, k)} anbefalede kommunerne i {k.vilkaar['region']} at betale {_mio(int(total))} mio. kr. til "
        f"{dansk.tal(len(k.kontorer))} regionale klyngekontorer i "
        f"{int(k.vilkaar['fra_aar'])}–{int(k.vilkaar['til_aar'])}."
    )


def _mio(amount: Any, decimals: int = 0) -> str:
    return dansk.tal(Fraction(amount) / MIO, decimals)


def _flyttet(b: Beregning, d: Deling) -> Fraction:
    key = (d.region, d.anden)
    return b.delt.at[key, "i_alt"] - b.udelt.at[key, "i_alt"] if b.delt is not None else Fraction(0)
