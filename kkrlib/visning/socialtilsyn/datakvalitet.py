"""Data quality, method and sources."""

from __future__ import annotations

from datetime import date

from kkrlib import afstemning, dansk, fakta, socialtilsyn
from kkrlib.socialtilsyn import Beregning
from kkrlib.sted import Sted
from kkrlib.tabeller import Kolonne, Tabel, tabel
from kkrlib.tekst import Tekst, tekst
from kkrlib.visning import kontroller as kontroltabeller
from kkrlib.visning import ret
from kkrlib.visning.socialtilsyn.faelles import OMSAETNING, kilde, stort


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
        kilde=kilde(b),
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
        b.kontroller, id="kontroller", titel=f"Kontroller af tallene i årsrapporten for {b.aar}", kilde=kilde(b)
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
        kilde=kilde(b),
        vis=wrong,
        fold=f"Vis de {dansk.tal(int(wrong.sum()))} kontroller, der afviger",
        note=f"Filerne indeholder alle {dansk.tal(len(b.kontroller))} kontroller med kildens linjer.",
        steder=False,
    )


def regler(b: Beregning) -> Tekst | None:
    """Where the rules stood at the end of the year."""
    return ret.regler(b.tabeller, "socialtilsyn", date(b.aar, 12, 31))


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
    return f"{stort(dansk.opremsning([*none, *part]))} er ikke blandt kilderne." if years else ""
