"""What the money is for, and the accounts of the klynger."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk, tabeller
from kkrlib.klynger import Beregning
from kkrlib.klynger import indsatsomraader as omraader
from kkrlib.klynger.regel import NOEGLE
from kkrlib.klynger.regnskab import OVERFOERES, RAADERUM
from kkrlib.omraade import HELE_LANDET
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Fil, Tekst, filer, tekst
from kkrlib.visning import klyngeregnskab, regioner
from kkrlib.visning.klynger.faelles import KR, kilde, klyngenavn, kommunenavn, omraadets_delinger


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
    return dansk.antal(len(omraader(b.tabeller, b.aar)))


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
        kilde=kilde(b),
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
    if not omraadets_delinger(b):
        return ""
    names = dansk.opremsning(kommunenavn(b, d.kommunekode) for d in omraadets_delinger(b))
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
    rows["navn"] = [klyngenavn(b, key) for key in keys]
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
        enhed=KR,
        kilde=kilde(b, "egen beregning"),
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
        enhed=KR,
        kilde=kilde(b, "egen beregning" if accounts.empty else "egen beregning; indleverede regnskaber"),
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
