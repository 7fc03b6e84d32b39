"""The report on klyngeøkonomi: what a :class:`kkrlib.klynger.Beregning` looks like to a council member.

Every function takes the computation and returns something a notebook cell shows, or None where the chosen area has
nothing of the kind. Nothing is computed here but counts, differences and the choice of words.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk, figurer, landstal, tabeller
from kkrlib.klynger import DELT, Beregning, Deling, Kontorer, gaeldende
from kkrlib.klynger import indsatsomraader as omraader
from kkrlib.klynger.kontorer import FOR_FAA, GAELDER, LEAD, UDEN_LEAD
from kkrlib.klynger.noegler import ALLE_MEDLEMMER, ANDET_AAR, FAST_DEL, REGLEN, TRYKT_SATS
from kkrlib.klynger.regel import BELOEB, NOEGLE
from kkrlib.klynger.regnskab import OVERFOERES, RAADERUM
from kkrlib.omraade import HELE_LANDET
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Fil, Side, Tekst, filer, tekst
from kkrlib.visning import klyngeregnskab, regioner
from kkrlib.visning import kontroller as kontroltabeller
from kkrlib.visning.forrige import siden

_KR = "kroner"
_PERSONER = "personer"
_KR_PR = "kroner pr. indbygger"
_MIO = 10**6
_DELE = {"kommuner": "Fra kommunerne", "regioner": "Fra regionen"}
_ALFABET = "Kommunerne står i alfabetisk orden, hvor Aa regnes som Å."
_REGION_FOR_REGION = "Kommunerne står region for region i alfabetisk orden, hvor Aa regnes som Å."


# --- the page ------------------------------------------------------------------------------------------------


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
    if _delinger(b):
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
    return siden(b.aar, earlier, [] if earlier is None else _changes(b, years.loc[earlier]))


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
        f"Den største af de {dansk.tal(len(rows))} klynger er {_klynge(b, most)} med "
        f"{_mio(rows.at[most, 'i_alt'], 2)} mio. kr., den mindste "
        f"{_klynge(b, least)} med {_mio(rows.at[least, 'i_alt'], 2)} mio. kr."
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
    d = _delinger(b)[0]
    return (
        f"{_kommune(b, d.kommunekode)} deltager i to klynger, og kilden opgør kommunens bidrag på to måder. Deles "
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
        f"{_kkr(b, k)} anbefalede kommunerne i {k.vilkaar['region']} at betale {_mio(int(total))} mio. kr. til "
        f"{dansk.tal(len(k.kontorer))} regionale klyngekontorer i "
        f"{int(k.vilkaar['fra_aar'])}–{int(k.vilkaar['til_aar'])}."
    )


# --- klynger --------------------------------------------------------------------------------------------------


def beloeb_figur(b: Beregning) -> figurer.Figur:
    """Bars: the money of each klynge, from the kommuner and from the region."""
    rows = _named(b, b.i_omraadet(b.klynger).sort_values("i_alt", ascending=False, kind="stable"))
    amounts = rows.assign(**{c: [x / _MIO for x in rows[c]] for c in BELOEB})
    first, last = amounts.iloc[0], amounts.iloc[-1]
    return figurer.bidrag(
        amounts,
        id="beloeb",
        titel="Hvor mange penge får klyngerne?",
        beskrivelse=(
            f"Klyngernes midler i {b.aar}: fra kommunerne, fra regionen og i alt, på samme skala. Mest får "
            f"{first['navn']} ({dansk.tal(first['i_alt'], 2)} mio. kr.), mindst "
            f"{last['navn']} ({dansk.tal(last['i_alt'], 2)} mio. kr.)."
        ),
        enhed="mio. kr.",
        kilde=_kilde(b, "egen beregning"),
        dele=_DELE,
        ialt="i_alt",
        etiket="navn",
        decimaler=2,
        ialt_fortegn=False,
        ialt_soejle=True,
    )


def pr_indbygger_figur(b: Beregning) -> figurer.Figur:
    """Bars: the money per inhabitant, by region for the country and by klynge for a region (where all have
    the same).
    """
    rows = b.regioner.sort_values("i_alt_pr_indbygger", ascending=False, kind="stable").reset_index()
    first, last = rows.iloc[0], rows.iloc[-1]
    own = rows.index[rows["region"] == b.region]
    return figurer.bidrag(
        rows.assign(
            kommuner=rows["kommuner_pr_indbygger"],
            regioner=rows["regioner_pr_indbygger"],
            i_alt=rows["i_alt_pr_indbygger"],
        ),
        id="pr-indbygger",
        titel="Hvor meget er det pr. indbygger?",
        beskrivelse=(
            "Beløbet pr. indbygger fra kommunerne, fra regionen og i alt, på samme skala. "
            "Kommunernes bidrag er det samme pr. indbygger i hele landet. Det er regionernes ikke, så klyngerne "
            f"i {first['region']} får mest "
            f"({dansk.tal(first['i_alt_pr_indbygger'], 2)} kr.) og klyngerne i {last['region']} mindst "
            f"({dansk.tal(last['i_alt_pr_indbygger'], 2)} kr.). "
            "Inden for en region er beløbet det samme i alle klynger."
        ),
        enhed=_KR_PR,
        kilde=_kilde(b, "egen beregning"),
        dele=_DELE,
        ialt="i_alt",
        etiket="region",
        decimaler=2,
        ialt_fortegn=False,
        ialt_soejle=True,
        fremhaev=list(own),
    )


def klynger_tekst(b: Beregning) -> Any:
    """What the source itself says of the amounts it prints; nothing for a year without Tabel 1."""
    if not _tabel_1(b):
        return None
    return Tekst(
        "Pengene er givet til kommuner og regioner gennem det generelle tilskud. Fordelingen er et forslag, og "
        "Tabel 1 kalder selv sine beløb et skøn."
    )


def klynger(b: Beregning) -> Tabel:
    """One row per klynge: computed and published amounts; every part in the download."""
    printed = _tabel_1(b)
    where = "Tabel 1" if printed else f"Ikke trykt for {b.aar}"
    rows = b.klynger.reset_index()
    for column in BELOEB:
        rows[f"forskel_{column}"] = [
            int(p) - c if pd.notna(p) else None
            for p, c in zip(rows[f"offentliggjort_{column}"], rows[column], strict=True)
        ]
    rows["nummer"] = [_numre(b)[key] for key in zip(rows["region"], rows["klynge"], strict=True)]
    rows["navn"] = [f"{n}. {k}" for n, k in zip(rows["nummer"], rows["klynge"], strict=True)]
    added = ["indbyggere", *BELOEB]
    sums = rows.groupby("region", sort=False)[added].sum().reset_index()
    sums["navn"] = [f"{r} i alt" for r in sums["region"]]
    sums = pd.concat(
        [sums, rows[added].sum().to_frame().T.assign(region="Hele landet", navn="Hele landet")], ignore_index=True
    )
    for column in BELOEB:
        sums[f"{column}_pr_indbygger"] = [a / n for a, n in zip(sums[column], sums["indbyggere"], strict=True)]
        published = _trykte_summer(b)[column]
        sums[f"offentliggjort_{column}"] = pd.Series(
            [published.get(region) for region in sums["region"]], dtype="Int64"
        )
        sums[f"forskel_{column}"] = [
            int(p) - c if pd.notna(p) else None
            for p, c in zip(sums[f"offentliggjort_{column}"], sums[column], strict=True)
        ]
    return tabel(
        rows,
        [
            Kolonne("region", "Region", vis=False),
            Kolonne("klynge", "Klynge", vis=False),
            Kolonne("nummer", "Nummer", vis=False, beskrivelse="Klyngens nummer i regionen, som på kortet"),
            Kolonne("navn", "Nr. og klynge", raekkehoved=True, beskrivelse="Nummer og navn"),
            Kolonne("i_alt", "I alt", type="decimal", decimaler=0, beskrivelse="Beregnet"),
            Kolonne(
                "kommuner",
                "Fra kommunerne",
                type="decimal",
                decimaler=0,
                beskrivelse="Summen af medlemmernes bidrag, beregnet",
            ),
            Kolonne(
                "regioner",
                "Fra regionen",
                type="decimal",
                decimaler=0,
                beskrivelse="Regionens beløb fordelt efter indbyggertal, beregnet",
            ),
            Kolonne(
                "indbyggere",
                "Indbyggere",
                enhed=_PERSONER,
                type="decimal",
                decimaler=0,
                beskrivelse=f"Indbyggere, der tæller i klyngen, {_opgjort(b)}",
            ),
            Kolonne("i_alt_pr_indbygger", "Pr. indbygger", type="decimal", decimaler=2),
            Kolonne("kommuner_pr_indbygger", "Fra kommunerne pr. indbygger", type="decimal", decimaler=4, vis=False),
            Kolonne("regioner_pr_indbygger", "Fra regionen pr. indbygger", type="decimal", decimaler=4, vis=False),
            Kolonne(
                "offentliggjort_kommuner", "Offentliggjort fra kommunerne", type="heltal", vis=False, beskrivelse=where
            ),
            Kolonne(
                "offentliggjort_regioner", "Offentliggjort fra regionen", type="heltal", vis=False, beskrivelse=where
            ),
            Kolonne(
                "offentliggjort_i_alt", "Offentliggjort", type="heltal", vis=printed, beskrivelse=f"{where}, i alt"
            ),
            Kolonne(
                "forskel_kommuner",
                "Forskel, fra kommunerne",
                type="decimal",
                decimaler=0,
                fortegn=True,
                vis=False,
                beskrivelse="Offentliggjort minus beregnet",
            ),
            Kolonne(
                "forskel_regioner",
                "Forskel, fra regionen",
                type="decimal",
                decimaler=0,
                fortegn=True,
                vis=False,
                beskrivelse="Offentliggjort minus beregnet",
            ),
            Kolonne(
                "forskel_i_alt",
                "Forskel",
                type="decimal",
                decimaler=0,
                fortegn=True,
                vis=printed,
                beskrivelse="Offentliggjort minus beregnet",
            ),
        ],
        id="klynger",
        titel=f"Sundhedsklyngernes midler {b.aar}",
        enhed=_KR,
        kilde=_kilde(b, "egen beregning"),
        note=" ".join(
            part
            for part in (
                "Klyngerne står i kildens rækkefølge og har det nummer, de har på kortet.",
                _koebenhavn_note(b),
                "Offentliggjorte beløb, også summerne, er dem, der står i Tabel 1. Forskelle på mere end en krone "
                "er forklaret under datakvalitet."
                if printed
                else f"Der er ikke trykt beløb pr. klynge for {b.aar}.",
            )
            if part
        ),
        mangler="ikke trykt",
        ialt=sums,
        **regioner.foldet(b.region),
    )


def _trykte_summer(b: Beregning) -> dict[str, dict[str, int]]:
    """The totals that Tabel 1 prints, by column and by region or «Hele landet»: the klynger's amounts do not all add up
    to them.
    """
    rows = (
        b.tabeller["klynge_regionsbeloeb"]
        .loc[lambda t: (t["aar"] == b.aar) & (t["tabel"] == "tabel-1")]
        .set_index("region")
    )
    pools = b.tabeller["klynge_regionspuljer"].loc[lambda t: t["aar"] == b.aar].set_index("region")["pulje"]
    regions = {"kommuner": rows["kommuner"], "regioner": pools, "i_alt": rows["i_alt"]}
    country = {"kommuner": "pulje_kommuner", "regioner": "pulje_regioner", "i_alt": "i_alt"}
    return {c: {**regions[c].dropna().astype(int).to_dict(), "Hele landet": int(b.midler[country[c]])} for c in BELOEB}


# --- who pays what --------------------------------------------------------------------------------------------


def kort(b: Beregning) -> figurer.Figur:
    """The tile map of klynger."""
    paying = (
        b.fordelt[b.fordelt["bidragsandel"] != 0]
        .sort_values("bidragsandel", kind="stable")
        .drop_duplicates("kommunekode", keep="last")
    )
    groups = paying.set_index("kommunekode")
    keys = pd.Series([f"{r}|{k}" for r, k in zip(groups["region"], groups["klynge"], strict=True)], index=groups.index)
    numbers = {f"{r}|{k}": n for (r, k), n in _numre(b).items()}
    names = b.i_omraadet(b.klynger).index
    listed = ""
    if b.region != HELE_LANDET:
        listed = " Numrene er: " + dansk.opremsning(f"{_numre(b)[key]} {key[1]}" for key in names) + "."
    outside = () if b.region == HELE_LANDET else tuple(groups.index[groups["region"] != b.region])
    return figurer.gruppekort(
        keys,
        numbers,
        b.tabeller["flisekort"],
        id="klyngekort",
        titel="Hvilke kommuner hører til samme klynge?",
        beskrivelse=(
            "Hver kommune er en lige stor flise med en forkortelse af navnet og klyngens nummer i regionen. En "
            f"streg går rundt om hver klynge.{listed} Kommuner, der deltager i "
            "flere klynger, er vist i den, de bidrager mest til. Numre og navne står i tabellen ovenfor."
        ),
        enhed="klyngens nummer i regionen",
        kilde=_kilde(b),
        daempet=outside,
    )


def kommuner(b: Beregning) -> Tabel:
    """Who pays what: one row per kommune and klynge it contributes to."""
    rows, whole = _by_region(b, b.bidrag), _by_region(b, b.kommuner)
    money = ["befolkning", "kommuner", "regioner", "i_alt"]
    sums = whole.groupby("region", sort=False)[money].sum().reset_index()
    sums["kommune"] = [f"{r} i alt" for r in sums["region"]]
    sums = pd.concat(
        [sums, whole[money].sum().to_frame().T.assign(region="Hele landet", kommune="Hele landet")], ignore_index=True
    )
    own = b.i_omraadet(rows)
    parted = bool((rows["andel"] % 1 != 0).any())
    if parted:
        sums["indbyggere"] = sums["befolkning"]
    note = [_ALFABET, _koebenhavn_note(b)]
    if parted:
        note.append("En kommune, der er delt, har en række for hver klynge.")
    printed = list(dict.fromkeys(rows.loc[rows["offentliggjort"].notna(), "region"]))
    # A column that says «ikke trykt» in nearly every row would only take room.
    shown = b.region in printed
    others = b.region != HELE_LANDET and bool(own["andre_klynger"].notna().any())
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("region", "Region", vis=False),
            Kolonne(
                "kommuner",
                "Kommunens bidrag",
                type="decimal",
                decimaler=0,
                beskrivelse="Beregnet: kommunernes pulje fordelt efter indbyggertal",
            ),
            Kolonne(
                "offentliggjort",
                "Offentliggjort bidrag",
                type="heltal",
                vis=shown,
                beskrivelse=f"Kun trykt for kommunerne i {dansk.opremsning(printed)}"
                if printed
                else f"Ikke trykt for {b.aar}",
            ),
            Kolonne(
                "befolkning",
                "Indbyggere",
                enhed=_PERSONER,
                type="heltal",
                beskrivelse=f"I hele kommunen, {_opgjort(b)}",
            ),
            *(
                [
                    Kolonne(
                        "andel",
                        "Del af kommunen",
                        type="andel",
                        decimaler=1,
                        beskrivelse="Udledt, hvor kommunen er delt",
                    ),
                    Kolonne(
                        "indbyggere",
                        "Indbyggere i klyngen",
                        enhed=_PERSONER,
                        type="decimal",
                        decimaler=0,
                        vis=False,
                        beskrivelse="De indbyggere, der tæller i klyngen",
                    ),
                ]
                if parted
                else []
            ),
            Kolonne("klynge", "Bidrager til"),
            Kolonne(
                "andre_klynger",
                "Deltager også i",
                vis=others,
                beskrivelse="Klynger, som kommunen deltager i uden et oplyst bidrag",
            ),
            Kolonne(
                "regioner",
                "Regionens beløb for kommunens indbyggere",
                type="decimal",
                decimaler=0,
                vis=False,
                beskrivelse="Beregnet",
            ),
            Kolonne("i_alt", "I alt", type="decimal", decimaler=0, vis=False, beskrivelse="Beregnet"),
        ],
        id="kommuner",
        titel=f"Kommunernes bidrag til sundhedsklyngerne {b.aar}",
        enhed=_KR,
        kilde=_kilde(b, "egen beregning"),
        note=" ".join(part for part in note if part),
        mangler={"andre_klynger": "ingen", "offentliggjort": "ikke trykt", "klynge": "ingen"},
        ialt=sums,
        **regioner.foldet(b.region),
    )


def deltagelse(b: Beregning) -> Any:
    """The memberships that are not full ones, and those that are derived."""
    rows = b.i_omraadet(b.fordelt)
    rows = rows[(rows["art"] != "fuld") | (rows["grundlag"] == "udledt")].copy()
    if rows.empty:
        return Tekst(f"Alle kommuner i {b.region} er fuldt med i én klynge.")
    rows = _alfabetisk(b, rows)
    rows["maade"] = [
        f"{name} ({sign})" if pd.notna(sign) else name
        for name, sign in zip(rows["art_navn"], rows["tegn"], strict=True)
    ]
    rows["maade"] = rows["maade"].str[0].str.upper() + rows["maade"].str[1:]
    rows["bidrag_ord"] = [
        "udledt af beløbene" if g == "udledt" else s for g, s in zip(rows["grundlag"], rows["bidrager"], strict=True)
    ]
    rows["bidrag_ord"] = rows["bidrag_ord"].str.capitalize()
    return tabel(
        rows,
        [
            Kolonne("kommunekode", "Kommunekode", vis=False),
            Kolonne("kommune", "Kommune", raekkehoved=True),
            Kolonne("klynge", "Klynge"),
            Kolonne("region", "Region", vis=b.region == HELE_LANDET),
            Kolonne("maade", "Deltagelse", beskrivelse="Med kildens mærke"),
            Kolonne("bidrag_ord", "Bidrager", beskrivelse="Hvad kilden siger om bidrag"),
        ],
        id="deltagelse",
        titel="Særlige medlemskaber",
        enhed="ét medlemskab pr. række",
        kilde=_kilde(b),
        note="Alle andre kommuner er fuldt med i én klynge. "
        f"{_ALFABET if b.region != HELE_LANDET else _REGION_FOR_REGION}",
    )


# --- København ------------------------------------------------------------------------------------------------


def koebenhavn_tekst(b: Beregning) -> Any:
    """What the source says of København, and what is derived, with the section's heading."""
    chosen = _delinger(b)
    if not chosen:
        return None
    d = chosen[0]
    name = _kommune(b, d.kommunekode)
    people = int(b.kommuner.at[d.kommunekode, "befolkning"])
    verdict = (
        "De fire beløb i Tabel 1 peger på samme andel, når der tages højde for, at de er afrundet til hele kroner."
        if d.forenelig
        else "De fire beløb i Tabel 1 peger ikke på samme andel."
    )
    return tekst(
        "## {navn} på to måder\n\n{navn} er i Tabel 2 fuldt med i {hoved} og politisk og administrativt med i "
        "{anden}. Kilden siger ikke, om kommunen bidrager til {anden}. "
        "Planchen i bilag 3 regner hele bidraget med i {hoved}. Tabel 1 flytter en del af det til {anden}.\n\n"
        "Hvor stor en del er ikke trykt. Den kan **udledes** af Tabel 1: {andel:procent3}, svarende til "
        "{personer:tal} af {folk:tal} indbyggere. {dom} "
        "Andelen er udledt, ikke offentliggjort. {valg}",
        navn=name,
        hoved=d.hoved,
        anden=d.anden,
        andel=d.andel,
        personer=d.andel * people,
        folk=people,
        dom=verdict,
        valg=f"På denne side er {name} {'delt' if b.koebenhavn == DELT else 'ikke delt'} i alle andre afsnit.",
    )


def koebenhavn(b: Beregning) -> Any:
    """The two klynger both ways, beside what is published in either."""
    chosen = _delinger(b)
    if not chosen or b.delt is None:
        return None
    d = chosen[0]
    slides = (
        b.tabeller["klynge_beloeb"]
        .loc[lambda t: (t["aar"] == b.aar) & (t["tabel"] == "bilag-3")]
        .set_index(NOEGLE)["i_alt"]
    )
    rows = []
    for way, amounts, where, printed in (
        ("Udelt", b.udelt, "bilag 3", slides),
        ("Delt", b.delt, "Tabel 1", b.klynger["offentliggjort_i_alt"]),
    ):
        for klynge in (d.anden, d.hoved):
            key = (d.region, klynge)
            row = amounts.loc[key]
            rows.append(
                (
                    f"{klynge}, {way.lower()}",
                    row["indbyggere"],
                    row["kommuner"],
                    row["regioner"],
                    row["i_alt"],
                    printed.get(key),
                    where,
                )
            )
    return tabel(
        pd.DataFrame(rows, columns=["navn", "indbyggere", "kommuner", "regioner", "i_alt", "offentliggjort", "sted"]),
        [
            Kolonne("navn", "Klynge", raekkehoved=True),
            Kolonne("indbyggere", "Indbyggere", enhed=_PERSONER, type="decimal", decimaler=0),
            Kolonne("kommuner", "Fra kommunerne", type="decimal", decimaler=0),
            Kolonne("regioner", "Fra regionen", type="decimal", decimaler=0),
            Kolonne("i_alt", "I alt", type="decimal", decimaler=0),
            Kolonne("offentliggjort", "Offentliggjort", type="heltal"),
            Kolonne("sted", "Sted"),
        ],
        id="koebenhavn",
        titel=f"De to klynger med {_kommune(b, d.kommunekode)} udelt og delt",
        enhed=_KR,
        kilde=_kilde(b, "egen beregning; delingen er udledt"),
        mangler="ikke trykt",
    )


def koebenhavn_spor(b: Beregning) -> Any:
    """What each published amount says of the division."""
    chosen = _delinger(b)
    if not chosen:
        return None
    d = chosen[0]
    rows = d.spor.assign(
        navn=[f"{k}, {_DELE[s].lower()}" for k, s in zip(d.spor["klynge"], d.spor["side"], strict=True)]
    )
    return tabel(
        rows,
        [
            Kolonne("navn", "Beløb i Tabel 1", raekkehoved=True),
            Kolonne("offentliggjort", "Offentliggjort", type="heltal", enhed=_KR),
            Kolonne("andel", f"Andel i {d.anden}", type="andel", decimaler=5, beskrivelse="Udledt"),
            Kolonne(
                "mindst", "Mindst", type="andel", decimaler=5, beskrivelse="Den mindste andel, som afrundingen tillader"
            ),
            Kolonne(
                "hoejst", "Højst", type="andel", decimaler=5, beskrivelse="Den største andel, som afrundingen tillader"
            ),
            Kolonne("indbyggere", "Indbyggere", enhed=_PERSONER, type="decimal", decimaler=1, beskrivelse="Udledt"),
        ],
        id="koebenhavn-deling",
        titel=f"Den deling af {_kommune(b, d.kommunekode)}, som Tabel 1 forudsætter",
        enhed="udledte andele",
        kilde=_kilde(b, "egen beregning"),
        fold="Vis, hvad hvert beløb siger om delingen",
    )


# --- klyngekontorer -------------------------------------------------------------------------------------------


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
        kkr=_kkr(b, k),
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


def _kkr(b: Beregning, k: Kontorer) -> str:
    return str(b.tabeller["regioner"].set_index("region").at[k.vilkaar["region"], "kkr"])


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
                enhed=_PERSONER,
                type="heltal",
                vis=False,
                beskrivelse="Forudsætning: kilden nævner ikke, hvilket års tal der bruges",
            ),
            *(
                Kolonne(
                    c,
                    names[office],
                    type="heltal",
                    beskrivelse=f"Pr. år; leadkommune: {_kommune(b, k.kontorer.at[office, 'kommunekode'])}",
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
        enhed=_KR,
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


# --- what the money is for, accounts -----------------------------------------------------------------------------


def anvendelse_tekst(b: Beregning) -> Tekst:
    """What the money may be used for and how it is followed up, in our own words."""
    model = omraader(b.tabeller, b.aar).iloc[0]
    year = int(model["aar"])
    where = f"(Kilde {model['kilde']}, punkt {model['punkt']}, bilag 2"
    other = (
        ""
        if year == b.aar
        else f"Der er ikke data om, hvad midlerne for {b.aar} må bruges til. Her står, hvad der er aftalt for "
        f"{year}.\n\n"
    )
    return Tekst(
        f"{other}Midlerne i {year} er til at udvikle nye indsatser for patienter, som sygehus, almen praksis og "
        "kommune er fælles om. De skal først og "
        "fremmest bruges til udvikling, ikke til drift eller sekretariatsbetjening. Hver klynge vælger selv sine "
        f"indsatser, især inden for {_antal_omraader(b)} områder. Loven giver ikke "
        "klyngen ret til at beslutte fælles økonomi, så hver kommune og region betaler selv og bogfører udgiften "
        "hos sig selv.\n\n"
        "Sundhedssamarbejdsudvalget i hver region følger indsatserne og pengene. Staten kræver ikke et særskilt "
        "regnskab. Uforbrugte midler kan "
        f"føres videre til {year + 1}, hvis betaleren forpligter sig til at sikre et tilsvarende råderum inden "
        "for det samlede kommunale eller "
        f"regionale udgiftsloft for {year + 1}. Modellen gælder kun {year}. {where}, afsnit A, B og D.)\n\n"
        "Der er lagt op til, at KL og Danske Regioner laver en kort vejledning i at følge op. Når et projekt er "
        "afsluttet, kan den spørge, hvilket "
        "problem det skulle løse, hvad der er et godt resultat, hvordan og hvornår det måles, og hvem der følger "
        "op. Evalueringerne går til "
        f"sundhedssamarbejdsudvalget, som drøfter, om andre klynger kan bruge indsatsen. {where}, afsnit C.)"
    )


def _antal_omraader(b: Beregning) -> str:
    n = len(omraader(b.tabeller, b.aar))
    words = ("nul", "et", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni")
    return words[n] if n < len(words) else dansk.tal(n)


def indsatsomraader(b: Beregning) -> Tabel:
    """The fields that the model names."""
    rows = omraader(b.tabeller, b.aar).assign(
        sted=lambda t: [f"{k}:{n}" for k, n in zip(t["kilde"], t["linje"], strict=True)]
    )
    rows["eksempel"] = rows["eksempel"].str[0].str.upper() + rows["eksempel"].str[1:]
    return tabel(
        rows,
        [
            Kolonne("navn", "Område", raekkehoved=True),
            Kolonne("eksempel", "For eksempel"),
            Kolonne("sted", "Kilde og linje"),
        ],
        id="indsatsomraader",
        titel=f"De {_antal_omraader(b)} områder, som modellen nævner",
        enhed="ét område pr. række",
        kilde=_kilde(b),
    )


def regnskab_tekst(b: Beregning) -> Tekst:
    """Whether there are accounts, and how they are made."""
    intro = (
        "Arbejdsgruppen anbefaler, at hver klynge fører et klyngeregnskab. Her kan hentes en skabelon til hver "
        "klynge med betalere og budget. "
        "Budgettet er de beregnede bidrag i hele kroner. "
        f"{_skabelonvalg(b)}Beløbene er afrundet, så de i alt giver puljen; en betalers budget kan derfor være en "
        "krone fra det offentliggjorte."
    )
    if not b.antal_regnskaber:
        return Tekst(f"{intro}\n\n**Der er ikke offentliggjort regnskaber**, så tabellen viser kun budgettet.")
    rows = b.i_omraadet(b.regnskab)
    if rows.empty:
        return Tekst(f"{intro}\n\nDer er læst regnskaber ind, men ingen for klynger i {b.region}.")
    budget, spent, carried = (int(rows[c].sum()) for c in ("budget", "forbrug", OVERFOERES))
    handed = len(rows[NOEGLE].drop_duplicates())
    return tekst(
        "{intro}\n\nDer er læst regnskab ind for {antal:tal} af {alle:tal} klynger. Der er brugt {brugt:kr} af "
        "{budget:kr} ({andel:procent1}), og {over:kr} overføres til {naeste}. "
        "Regnskaberne er indleveret til denne side; de er ikke offentliggjort i kilden.",
        intro=intro,
        antal=handed,
        alle=len(b.i_omraadet(b.klynger)),
        brugt=spent,
        budget=budget,
        andel=Fraction(spent, budget) if budget else Fraction(0),
        over=carried,
        naeste=b.aar + 1,
    )


def skabeloner(b: Beregning) -> Any:
    """The templates to download: one per klynge on a region's page, all in one file, with all budgets, on the national
    page.
    """
    if b.region == HELE_LANDET:
        n = dansk.tal(len(b.register))
        files = [Fil("skabeloner", f"Skabeloner til alle {n} klynger", "zip", klyngeregnskab.samlet(b))]
        if b.regnskab.empty:
            budgets = _regnskabstabel(b).payload
            files += [
                Fil("klyngeregnskab", f"Budget for hver betaler i alle {n} klynger", kind, write(budgets))
                for kind, write in (("csv", tabeller.csv), ("xlsx", tabeller.xlsx))
            ]
        return filer(
            "Hent skabeloner og budgetter. De enkelte skabeloner og budgetter står også på regionernes sider", files
        )
    return filer(
        "Hent skabelonen til klyngens regnskab",
        [
            Fil(
                f"regnskab-{r.slug}",
                f"Klyngeregnskab: {r.klynge}",
                "xlsx",
                klyngeregnskab.skabelon(b, r.region, r.klynge),
            )
            for r in b.i_omraadet(b.register).itertuples()
        ],
    )


def _skabelonvalg(b: Beregning) -> str:
    """With which choice for København the templates are made; the empty text where there is none."""
    if not _delinger(b):
        return ""
    names = dansk.opremsning(_kommune(b, d.kommunekode) for d in _delinger(b))
    return f"Skabelonerne her er lavet med {names} {b.koebenhavn}, ligesom resten af siden. "


def regnskab(b: Beregning) -> Tabel:
    """Budget, spending and carry-over per klynge and payer.

    Where no accounts were given, the budget alone: per klynge on the national page.
    """
    if b.region != HELE_LANDET or len(b.regnskab):
        return _regnskabstabel(b)
    own = b.budget["kommunekode"].isna()
    rows = b.register[NOEGLE].copy()
    keys = list(zip(rows["region"], rows["klynge"], strict=True))
    for column, part in (("kommuner", b.budget[~own]), ("regionen", b.budget[own]), ("i_alt", b.budget)):
        sums = part.groupby(NOEGLE)["budget"].sum()
        rows[column] = [int(sums[key]) for key in keys]
    payers = b.budget.groupby(NOEGLE).size()
    rows["betalere"] = [int(payers[key]) for key in keys]
    rows["navn"] = [_klynge(b, key) for key in keys]
    totals = ["betalere", "kommuner", "regionen", "i_alt"]
    return tabel(
        rows,
        [
            Kolonne("region", "Region", vis=False),
            Kolonne("navn", "Klynge", raekkehoved=True),
            Kolonne(
                "betalere", "Betalere", enhed="antal", type="heltal", beskrivelse="Kommuner, der bidrager, og regionen"
            ),
            Kolonne("kommuner", "Fra kommunerne", type="heltal"),
            Kolonne("regionen", "Fra regionen", type="heltal"),
            Kolonne("i_alt", "Budget i alt", type="heltal"),
        ],
        id="budgetter",
        titel=f"Budget for klyngerne {b.aar}",
        enhed=_KR,
        kilde=_kilde(b, "egen beregning"),
        note="En kommune, der betaler til to klynger, tæller med som betaler i begge.",
        ialt=rows[totals].sum().to_frame().T.assign(navn="I alt"),
    )


def _regnskabstabel(b: Beregning) -> Tabel:
    accounts = klyngeregnskab.alfabetisk(b.i_omraadet(b.regnskab))
    budget = klyngeregnskab.alfabetisk(b.i_omraadet(b.budget))
    fields = omraader(b.tabeller, b.aar)
    columns = [
        Kolonne("region", "Region", vis=False),
        Kolonne("betaler", "Betaler", raekkehoved=True),
        Kolonne("klynge", "Klynge"),
        Kolonne("kommunekode", "Kommunekode", vis=False),
        Kolonne("budget", "Budget", type="heltal", beskrivelse="Det beregnede bidrag i hele kroner"),
    ]
    total_columns = ["budget"]
    if len(accounts):
        columns += [
            *(
                Kolonne(o.omraade.replace("-", "_"), o.navn, type="heltal", vis=False, beskrivelse="Forbrug")
                for o in fields.itertuples()
            ),
            Kolonne("forbrug", "Forbrug", type="heltal"),
            Kolonne("rest", "Rest", type="heltal", beskrivelse="Budget minus forbrug"),
            Kolonne(OVERFOERES, f"Overføres til {b.aar + 1}", type="heltal"),
            Kolonne(RAADERUM, "Råderum sikret", vis=False),
            Kolonne("fil", "Regneark", vis=False),
        ]
        total_columns += ["forbrug", "rest", OVERFOERES]
    rows = budget if accounts.empty else accounts.rename(columns={o: o.replace("-", "_") for o in fields["omraade"]})
    total = (
        rows[total_columns]
        .sum()
        .to_frame()
        .T.assign(betaler="I alt", region="I alt", klynge="I alt" if b.region != HELE_LANDET else "")
    )
    if b.region != HELE_LANDET:
        each = rows.groupby("klynge", sort=False)[total_columns].sum().reset_index()
        total = pd.concat(
            [each.assign(betaler=[f"{k} i alt" for k in each["klynge"]], region=b.region), total], ignore_index=True
        )
    return tabel(
        rows,
        columns,
        id="klyngeregnskab",
        titel=f"Klyngeregnskab {b.aar}" if len(accounts) else f"Budget for klyngerne {b.aar}",
        enhed=_KR,
        kilde=_kilde(b, "egen beregning" if accounts.empty else "egen beregning; indleverede regnskaber"),
        note="Betalerne står i alfabetisk orden, hvor Aa regnes som Å, med regionen sidst.",
        mangler={"kommunekode": "region"}
        | ({} if accounts.empty else {o.replace("-", "_"): "ikke oplyst" for o in fields["omraade"]}),
        ialt=total.astype(dict.fromkeys(total_columns, "Int64")),
        gruppe="region" if b.region == HELE_LANDET else "klynge",
    )


def indsatser(b: Beregning) -> Any:
    """What the accounts say the money went to; nothing where they name no indsats."""
    rows = b.i_omraadet(b.indsatser)
    if rows.empty:
        return None
    names = omraader(b.tabeller, b.aar).set_index("omraade")["navn"]
    return tabel(
        rows.assign(omraade=rows["omraade"].map(names)),
        [
            Kolonne("region", "Region", vis=False),
            Kolonne("klynge", "Klynge"),
            Kolonne("indsats", "Indsats", raekkehoved=True),
            Kolonne("omraade", "Område"),
            Kolonne("bemaerkning", "Bemærkning"),
        ],
        id="indsatser",
        titel=f"Indsatser i klyngeregnskaberne {b.aar}",
        enhed="én indsats pr. række",
        kilde="Indleverede regnskaber",
        mangler="ingen",
        **regioner.foldet(b.region),
    )


# --- quality, sources ---------------------------------------------------------------------------------------------


def afstemning_tekst(b: Beregning) -> Tekst:
    """What was compared, in numbers."""
    counts = b.kontroller["dom"].value_counts()
    return tekst(
        "De offentliggjorte tal om klyngemidlerne for {aar} er sammenholdt med fordelingsnøglen, med deres egne "
        "summer og med hinanden i {antal:tal} kontroller. "
        "{stemmer:tal} stemmer, {afrunding:tal} er afrundinger, {afviger:tal} afviger, og {uproevet:tal} kan ikke "
        "efterprøves. {tilpasset} Kontrollerne gælder hele landet på alle sider{udelt}.",
        aar=b.aar,
        antal=len(b.kontroller),
        tilpasset=_tilpasset(b),
        udelt=f", og {dansk.opremsning(_kommune(b, d.kommunekode) for d in b.delinger)} er udelt i dem, hvor andet "
        "ikke er nævnt"
        if b.delinger
        else "",
        stemmer=int(counts.get(afstemning.STEMMER, 0)),
        afrunding=int(counts.get(afstemning.AFRUNDING, 0)),
        afviger=int(counts.get(afstemning.AFVIGER, 0)),
        uproevet=int(counts.get(afstemning.UPROEVET, 0)),
    )


def _tilpasset(b: Beregning) -> str:
    """What is derived from published numbers, and that nothing else is."""
    parts = []
    if b.delinger:
        parts.append(f"delingen af {dansk.opremsning(_kommune(b, d.kommunekode) for d in b.delinger)}")
    derived = b.fordelt[b.fordelt["grundlag"] == "udledt"]
    for klynge, rows in derived.groupby("klynge", sort=False):
        names = dansk.opremsning(sorted(rows["kommune"], key=dansk.alfabetisk))
        parts.append(f"at {names} bidrager til {klynge}" if not parts else f"medlemskabet af {klynge} for {names}")
    if not parts:
        return "Ingen beregnede tal er tilpasset et offentliggjort."
    return (
        f"Udledt af offentliggjorte beløb er {dansk.opremsning(parts)}. Ellers er ingen beregnede tal tilpasset et "
        "offentliggjort."
    )


def afstemning_optaelling(b: Beregning) -> Tabel:
    """Verdicts by kind of control."""
    kinds = {"regel": "Beløb mod fordelingsnøglen", "sum": "Summer mod rækkerne", "lighed": "Samme tal to steder"}
    return kontroltabeller.optaelling(
        b.kontroller,
        id="kontroller",
        titel=f"Kontroller af de offentliggjorte tal for {b.aar}",
        kilde=_kilde(b, "egen beregning"),
        navne=kinds,
    )


def fund_tekst(b: Beregning) -> Tekst:
    """The causes of the deviations, largest first, with their size; last those without a known cause."""
    rows = b.kontroller[b.kontroller["dom"] == afstemning.AFVIGER]
    faults = b.kildefejl.set_index("fund")
    sizes = {fund: max(abs(x) for x in part["forskel"]) for fund, part in rows[rows["fund"] != ""].groupby("fund")}
    lines = []
    for fund in sorted(sizes, key=lambda f: -sizes[f]):
        part = rows[rows["fund"] == fund]
        persons = [abs(x) for x in part["forskel_indbyggere"] if pd.notna(x)]
        size = (
            f", største forskel {dansk.kroner(sizes[fund])}, svarende til højst {dansk.tal(max(persons))} indbyggere"
            if persons
            else ""
        )
        lines.append(f"- {faults.at[fund, 'begrundelse']} ({dansk.flertal(len(part), 'kontrol', 'kontroller')}{size}.)")
    unknown = rows[rows["fund"] == ""]
    if len(unknown):
        lines.append(
            f"- Uden kendt årsag: {dansk.flertal(len(unknown), 'kontrol', 'kontroller')}. Tallene står i tabellen "
            "nedenfor."
        )
    return Tekst("\n".join(lines) if lines else "Ingen tal afviger.")


def afvigelser(b: Beregning) -> Any:
    """Every deviation with its size in kroner and in inhabitants, and its cause."""
    rows = b.kontroller[b.kontroller["dom"] == afstemning.AFVIGER].copy()
    if rows.empty:
        return Tekst("Ingen tal afviger.")
    order = {fund: n for n, fund in enumerate(b.kildefejl["fund"])}
    rows = rows.sort_values("fund", key=lambda s: s.map(order), kind="stable")
    rows["tal"] = [
        text if unit == _KR else f"{text} ({unit})"
        for text, unit in zip(rows["beskrivelse"], rows["enhed"], strict=True)
    ]
    causes = {f.fund: f"{f.art.capitalize()}: {f.noegle}" for f in b.kildefejl.itertuples()}
    rows["aarsag"] = rows["fund"].map(causes).fillna("Uden kendt årsag")
    rows["sted_linje"] = _foerste(rows["linjer"])
    decimals = int(rows["decimaler"].max())
    return tabel(
        rows,
        [
            Kolonne("aarsag", "Årsag", vis=False),
            Kolonne("tal", "Tal", raekkehoved=True),
            Kolonne("sted_linje", "Kilde og linje"),
            Kolonne("linjer", "Alle linjer, der indgår", vis=False),
            Kolonne("offentliggjort", "Offentliggjort", type="decimal", decimaler=decimals),
            Kolonne(
                "beregnet",
                "Efter reglen",
                type="decimal",
                decimaler=decimals,
                beskrivelse="Hvad reglen eller de andre tal giver",
            ),
            Kolonne("forskel", "Forskel", type="decimal", decimaler=decimals, fortegn=True),
            Kolonne(
                "forskel_indbyggere",
                "Svarer til indbyggere",
                enhed=_PERSONER,
                type="decimal",
                decimaler=1,
                fortegn=True,
                beskrivelse="Forskellen divideret med reglens kroner pr. indbygger",
            ),
            Kolonne("fund", "Fund", vis=False),
            Kolonne("forklaring", "Forklaring", vis=False),
        ],
        id="afvigelser",
        titel="Afvigelser efter årsag",
        enhed="kroner, hvor andet ikke står ved tallet",
        kilde=_dokumenter(b, _koder(rows["sted_linje"]), "egen beregning"),
        mangler="ikke relevant",
        gruppe="aarsag",
    )


def kildefejl(b: Beregning) -> Tabel:
    """The faults of the sources: what is printed, what was taken, and why."""
    rows = b.kildefejl.copy()
    rows["sted"] = [f"Kilde {r.kilde}, linje {r.linje}" for r in rows.itertuples()]
    return tabel(
        rows,
        [
            Kolonne("sted", "Sted", raekkehoved=True),
            Kolonne("trykt", "Der står"),
            Kolonne("anvendt", "Brugt her"),
            Kolonne("begrundelse", "Begrundelse"),
            Kolonne("fund", "Fund", vis=False),
        ],
        id="kildefejl",
        titel="Fejl og uklarheder i kilderne",
        enhed="ét fund pr. række",
        kilde=_dokumenter(b, rows["kilde"]),
        mangler="(ikke trykt)",
    )


def kontroller(b: Beregning) -> Tabel:
    """The controls that are not equal to the krone, folded; the download has all of them and all columns."""
    rows = b.kontroller.assign(sted_linje=_foerste(b.kontroller["linjer"]))
    equal = rows["dom"] == afstemning.STEMMER
    shown = ~equal if (~equal).any() else ~equal | True
    return kontroltabeller.alle(
        rows,
        id="afstemning",
        titel=f"Kontroller for {b.aar}",
        kilde=_dokumenter(b, _koder(rows["sted_linje"]), "egen beregning"),
        vis=shown,
        note=f"Alle {dansk.tal(len(rows))} kontroller står i filerne, også de {dansk.tal(int(equal.sum()))}, der "
        "stemmer.",
        fold=f"Vis de {dansk.tal(int(shown.sum()))} kontroller, der ikke stemmer på kronen"
        if not shown.all()
        else f"Vis alle {dansk.tal(len(rows))} kontroller",
        andre=[
            Kolonne("forskel", "Forskel", type="tal", fortegn=True, vis=False),
            Kolonne(
                "forskel_indbyggere",
                "Svarer til indbyggere",
                type="decimal",
                decimaler=1,
                fortegn=True,
                vis=False,
                beskrivelse="Forskellen divideret med reglens kroner pr. indbygger; kun for beløb til klynger og fra "
                "kommuner",
            ),
        ],
    )


def noegler(b: Beregning) -> Any:
    """Which other keys were tried where a region's own amounts do not follow the rule, and by how much each fails;
    nothing where all do.
    """
    unknown = b.kildefejl[(b.kildefejl["aarsag"] == "ukendt") & (b.kildefejl["tabel"] == "klynge_beloeb")]
    regions = [
        region for region in b.i_omraadet(b.regioner.reset_index())["region"] if region in set(unknown["noegle"])
    ]
    if not regions:
        return None
    region = regions[0]
    tried = b.proevede_noegler(region)
    days = landstal.befolkning_opgjort(b.tabeller)
    rates = b.tabeller["klynge_satser"]
    rates = rates[(rates["aar"] == b.aar) & (rates["side"] == "regioner") & (rates["omfang"] == "region")]
    rate = rates.loc[rates["region"] == region, "trykt"]
    words = {
        REGLEN: "Indbyggere {dag} (reglen)",
        ANDET_AAR: "Indbyggere {dag}",
        TRYKT_SATS: f"Den trykte sats, {''.join(rate)} kr. pr. indbygger",
        ALLE_MEDLEMMER: "Også medlemmer uden bidrag tælles med",
        FAST_DEL: "Samme faste beløb til hver klynge, resten efter indbyggere",
    }
    own = b.register[b.register["region"] == region]
    columns = {
        klynge: slug.replace("-", "_")
        for klynge, slug in zip(own["klynge"], own["slug"], strict=True)
        if klynge in set(tried["klynge"])
    }
    rows = []
    for (key, year), part in tried.groupby(["noegle", "kvoteaar"], sort=False, dropna=False):
        day = "" if pd.isna(year) else "" if pd.isna(days.get(year)) else f"pr. {dansk.dato(days[year].date())}"
        rows.append({"navn": words[key].format(dag=day), **{columns[r.klynge]: r.forskel for r in part.itertuples()}})
    printed = b.klynger.loc[region, "offentliggjort_regioner"].dropna()
    excess = int(printed.sum()) - int(_trykte_summer(b)["regioner"][region])
    return tabel(
        pd.DataFrame(rows),
        [
            Kolonne("navn", "Nøgle", raekkehoved=True),
            *(
                Kolonne(
                    column,
                    klynge,
                    type="decimal",
                    decimaler=0,
                    fortegn=True,
                    beskrivelse="Offentliggjort minus det, nøglen giver",
                )
                for klynge, column in columns.items()
            ),
        ],
        id="proevede-noegler",
        titel=f"Nøgler, der er prøvet for {region}",
        enhed=_KR,
        kilde=_kilde(b, "egen beregning"),
        note="Tallene er offentliggjort minus det, nøglen giver; 0 ville være et fuldt svar. Det faste beløb er "
        "beregnet af klyngerne med færrest og flest indbyggere, så det kun kan prøves på de andre. De trykte "
        f"beløb giver {dansk.kroner(abs(excess))} {'mere' if excess > 0 else 'mindre'} end regionens samlede "
        "beløb, så en nøgle, der deler netop det, kan ikke give dem alle.",
    )


def metode(b: Beregning) -> Tekst:
    """The year's own inputs."""
    rate = sum(b.fordelt["kommuner"]) / sum(b.fordelt["indbyggere"])
    return tekst(
        "For {aar} er indbyggertallene {opgjort}, i alt {folk:tal}; det er samme tal som i bilag A til "
        "landstallet for {kvoteaar}. {pulje:kr} "
        "delt med indbyggerne er {sats:tal5} kr. Klynger og medlemskaber er dem, der gælder den {dag:dato}.{puljer} "
        "Kommuner, betalere og klyngekontorer står i alfabetisk orden, hvor Aa regnes som Å. Klynger og regioner "
        "står i kildens rækkefølge.",
        aar=b.aar,
        opgjort=_opgjort(b),
        folk=int(sum(b.fordelt["indbyggere"])),
        kvoteaar=int(b.midler["kvoteaar"]),
        pulje=int(b.midler["pulje_kommuner"]),
        sats=rate,
        dag=b.midler["medlemskab_pr"],
        puljer=f" Regionernes bloktilskudsnøgle er ikke trykt. De {dansk.tal(len(b.regioner))} beløb, den giver, er "
        "taget fra Tabel 1."
        if _tabel_1(b)
        else "",
    )


def kilder(b: Beregning) -> Tabel:
    """Where each number comes from: document, item, lines."""
    people = b.tabeller["bilag_a"].loc[lambda t: t["kvoteaar"] == b.midler["kvoteaar"]]
    spans = [
        ("Puljerne", b.tabeller["klynge_aar"].loc[lambda t: t["aar"] == b.aar]),
        ("Regionernes andele", b.tabeller["klynge_regionspuljer"].loc[lambda t: t["aar"] == b.aar]),
        ("Klyngernes beløb", b.tabeller["klynge_beloeb"].loc[lambda t: t["aar"] == b.aar]),
        ("Kommunernes bidrag", b.tabeller["klynge_kommunebidrag"].loc[lambda t: t["aar"] == b.aar]),
        ("Beløb pr. indbygger", b.tabeller["klynge_satser"].loc[lambda t: t["aar"] == b.aar]),
        ("Klynger", b.register),
        ("Medlemskaber", gaeldende(b.tabeller["klynge_medlemmer"], b.midler["medlemskab_pr"])),
        ("Indbyggere (bilag A til landstallet)", people),
        ("Optællinger i teksten", b.tabeller["klynge_optaellinger"].loc[lambda t: t["aar"] == b.aar]),
        *([("Klyngekontorer", pd.concat([k.kontorer for k in b.kontorer]))] if b.kontorer else []),
    ]
    rows, codes = [], []
    for text, part in spans:
        for (source, item), lines in part.groupby(["kilde", "punkt"])["linje"]:
            low, high = int(lines.min()), int(lines.max())
            rows.append((text, f"{source}: {_dokument(b, source)}", item, f"{low}" if low == high else f"{low}–{high}"))
            codes.append(source)
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
        kilde=_dokumenter(b, codes),
    )


# --- helpers ---------------------------------------------------------------------------------------------------


def _mio(amount: Any, decimals: int = 0) -> str:
    return dansk.tal(Fraction(amount) / _MIO, decimals)


def _klynge(b: Beregning, key: tuple[str, str]) -> str:
    """A klynge's name, with its region on the national page where another has the same."""
    region, name = key
    twins = [k for _, k in b.klynger.index if k == name]
    return f"{name} ({region.removeprefix('Region ')})" if b.region == HELE_LANDET and len(twins) > 1 else name


def _named(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(navn=[_klynge(b, key) for key in rows.index]).reset_index()


def _tabel_1(b: Beregning) -> bool:
    """Whether the year has a Tabel 1."""
    return bool(b.klynger["offentliggjort_i_alt"].notna().any())


def _numre(b: Beregning) -> dict[tuple[str, str], int]:
    register = b.register
    return {(r, k): int(n) for r, k, n in zip(register["region"], register["klynge"], register["nummer"], strict=True)}


def _kommune(b: Beregning, code: str) -> str:
    return str(b.kommuner.at[code, "kommune"])


def _delinger(b: Beregning) -> list[Deling]:
    return [d for d in b.delinger if b.region in (HELE_LANDET, d.region)]


def _flyttet(b: Beregning, d: Deling) -> Fraction:
    key = (d.region, d.anden)
    return b.delt.at[key, "i_alt"] - b.udelt.at[key, "i_alt"] if b.delt is not None else Fraction(0)


def _koebenhavn_note(b: Beregning) -> str:
    if not _delinger(b):
        return ""
    d = _delinger(b)[0]
    name = _kommune(b, d.kommunekode)
    if b.koebenhavn == DELT:
        own = b.fordelt[(b.fordelt["kommunekode"] == d.kommunekode) & (b.fordelt["region"] == d.region)].set_index(
            "klynge"
        )["kommuner"]
        return (
            f"{name} er delt mellem {d.hoved} og {d.anden}, som Tabel 1 forudsætter; delingen er udledt. {name} "
            "bidrager med "
            f"{dansk.kroner(round(own[d.hoved]))} til {d.hoved} og {dansk.kroner(round(own[d.anden]))} til {d.anden}."
        )
    return f"{name} er udelt og regnet med i {d.hoved}."


def _kilde(b: Beregning, *own: str) -> str:
    return "; ".join([f"KKR Sjælland, bilag til møde (kilde {b.midler['kilde']}, punkt {b.midler['punkt']})", *own])


def _dokument(b: Beregning, code: str) -> str:
    """A source document in words: «Referat af møde i KKR Sjælland, august 2021»."""
    row = b.tabeller["kilder"].set_index("kilde").loc[code]
    if pd.isna(row["tid"]):
        return str(row["titel"])
    year, _, month = str(row["tid"]).partition("-")
    return f"{row['titel']}, {dansk.maaned(int(year), int(month)) if month else year}"


def _dokumenter(b: Beregning, codes: Iterable[str], *own: str) -> str:
    """The source line of a table whose rows come from several documents."""
    return "; ".join([*(f"{_dokument(b, code)} (kilde {code})" for code in sorted(set(codes))), *own])


def _foerste(lines: pd.Series) -> pd.Series:
    """The first of the lines that a control is about: where the number that is judged stands."""
    return lines.str.partition("; ")[0]


def _koder(lines: pd.Series) -> list[str]:
    """The documents of lines written as ``002:1957``."""
    return [line.partition(":")[0] for line in lines if line]


def _opgjort(b: Beregning) -> str:
    return "opgjort uden Christiansø" + (
        "" if b.befolkning_opgjort is None else f" den {dansk.dato(b.befolkning_opgjort)}"
    )


def _by_region(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by region in the order of the source, kommuner in alphabetical order within each; ``kommunekode`` becomes a
    column.
    """
    return _alfabetisk(b, rows.reset_index())


def _alfabetisk(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    order = {region: i for i, region in enumerate(b.regioner.index)}
    named = rows.sort_values("kommune", key=lambda s: s.map(dansk.alfabetisk), kind="stable")
    return named.sort_values("region", key=lambda s: s.map(order), kind="stable")
