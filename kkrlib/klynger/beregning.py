"""Everything the report on klyngeøkonomi shows of one year, computed in one call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import landstal, parametre
from kkrlib.errors import DataError, Fund, ParameterError, ukendt_vaerdi
from kkrlib.klynger import noegler, regnskab
from kkrlib.klynger.deling import Deling, med_deling, udled
from kkrlib.klynger.kontorer import afskedslaeser, fordel_kontorer, regning_pr_kommune, udtraedende
from kkrlib.klynger.kontroller import kontroller, kontrolsaet
from kkrlib.klynger.regel import NOEGLE, aar_med_data, fordel, klyngedag, medlemskab, pr_klynge, pr_region
from kkrlib.omraade import HELE_LANDET, omraade
from kkrlib.perioder import aarets_dag, gaeldende

UDELT, DELT = "udelt", "delt"
#: The registers with dates that a page of a year shows: what is in force on its day.
REGISTRE = ("kommuner", "regioner", "flisekort", "klynge_register")


@dataclass(frozen=True)
class Kontorer:
    """The regional klyngekontorer of one agreement.

    ``vilkaar``: its row in the data. ``kontorer``: the offices with ``deltager``, ``af``, ``status``, ``aarligt``,
    ``perioden`` and ``aar`` (index ``kontor``). ``regninger`` and ``pr_kommune``: see
    :func:`kkrlib.klynger.fordel_kontorer` and :func:`kkrlib.klynger.regning_pr_kommune`; both with ``kommune``.
    ``befolkning`` by kommunekode, ``befolkning_kvoteaar`` and ``befolkning_opgjort``: whose population it is, an
    assumption. ``udtraeden``: the kommunekoder that leave, by ``kontor``.
    """

    vilkaar: dict[str, Any]
    kontorer: pd.DataFrame
    regninger: pd.DataFrame
    pr_kommune: pd.DataFrame
    befolkning: pd.Series
    befolkning_kvoteaar: int
    befolkning_opgjort: date | None
    udtraeden: dict[str, list[str]]

    @property
    def trukket_ud(self) -> list[str]:
        """The kommunekoder that leave every office."""
        return [code for code in self.befolkning.index if all(code in codes for codes in self.udtraeden.values())]


@dataclass(frozen=True)
class Beregning:
    """The computed year. Amounts are exact kroner (Fractions) unless said otherwise.

    ``fordelt``: what :func:`fordel` returns for the chosen treatment of København, with ``kommune`` and what the
    memberships say. ``klynger``: :func:`pr_klynge` with the published amounts of Tabel 1 (``offentliggjort_kommuner``
    …, ``Int64``). ``regioner``: :func:`pr_region`. ``kommuner``: one row per kommune: ``kommune``, ``region``,
    ``befolkning``, ``klynge`` (names of those it contributes to), ``kommuner`` and ``regioner`` (kroner),
    ``offentliggjort`` (``Int64``). ``bidrag``: the same with one row per klynge that a kommune contributes to, its part
    of each amount, and ``andel`` and ``indbyggere`` (its share and persons there). ``register``: the klynger of the
    year. ``udelt`` and ``delt``: :func:`pr_klynge` with København undivided, and divided as derived (None where nothing
    is derived). ``budget``: :func:`regnskab.budgetter`. ``regnskab`` and ``indsatser``: what :func:`regnskab.bedoem`
    gathered, empty where no accounts were given. ``antal_regnskaber``: the number of files read. ``registre``: the
    registers :data:`REGISTRE` with the rows in force on the year's day; ``tabeller``: all tables, with all rows.
    """

    aar: int
    region: str
    koebenhavn: str
    midler: dict[str, Any]
    befolkning_opgjort: date | None
    fordelt: pd.DataFrame
    klynger: pd.DataFrame
    regioner: pd.DataFrame
    kommuner: pd.DataFrame
    bidrag: pd.DataFrame
    register: pd.DataFrame
    delinger: list[Deling]
    udelt: pd.DataFrame
    delt: pd.DataFrame | None
    kontorer: list[Kontorer]
    budget: pd.DataFrame
    regnskab: pd.DataFrame
    indsatser: pd.DataFrame
    antal_regnskaber: int
    kontroller: pd.DataFrame
    kildefejl: pd.DataFrame
    registre: Mapping[str, pd.DataFrame]
    tabeller: Mapping[str, pd.DataFrame]

    def proevede_noegler(self, region: str) -> pd.DataFrame:
        """What other keys would have given the klynger of a region, beside its printed amounts (see
        :func:`kkrlib.klynger.noegler.proev`).
        """
        printed = self.klynger.loc[region, "offentliggjort_regioner"].dropna()
        pool = int(sum(self.fordelt.loc[self.fordelt["region"] == region, "regioner"]))
        return noegler.proev(self.tabeller, self.aar, int(self.midler["kvoteaar"]), region, pool, self.fordelt, printed)

    def i_omraadet(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of a DataFrame with ``region`` (column or index level) that are in the chosen region."""
        if self.region == HELE_LANDET:
            return rows
        where = rows["region"] if "region" in rows.columns else rows.index.get_level_values("region")
        return rows[where == self.region]


def befolkning(
    tabeller: Mapping[str, pd.DataFrame], kvoteaar: int, kommuner: Collection[str] | None = None
) -> pd.Series:
    """Inhabitants by kommunekode from bilag A of a quota year, of the whole country or of some kommuner.

    Raises DataError for a year without them, and for a kommune that the year has no row of.
    """
    rows = tabeller["bilag_a"]
    rows = rows[rows["kvoteaar"] == kvoteaar]
    if lacking := sorted(set(kommuner or ()) - set(rows["kommunekode"])) if len(rows) else []:
        said = f"har ingen befolkning for kvoteåret {kvoteaar}, som beløbene skal fordeles efter"
        raise DataError(Fund("bilag_a.csv", "mangler", "kommunekode", code, said) for code in lacking)
    if kommuner is not None:
        rows = rows[rows["kommunekode"].isin(list(kommuner))]
    if rows.empty:
        years = ", ".join(map(str, sorted(set(tabeller["bilag_a"]["kvoteaar"]))))
        raise DataError(
            [
                Fund(
                    "bilag_a.csv",
                    "",
                    "kvoteaar",
                    str(kvoteaar),
                    f"der er ingen befolkning for kvoteåret; der er {years}",
                )
            ]
        )
    return rows.set_index("kommunekode")["befolkning"].sort_index()


def beregn(
    tabeller: Mapping[str, pd.DataFrame],
    aar: int | None = None,
    region: str = HELE_LANDET,
    *,
    koebenhavn: str = UDELT,
    udtraeden: Collection[str] = (),
    kontorbefolkning: int | None = None,
    regnskaber: Sequence[regnskab.Indlaest] = (),
) -> Beregning:
    """Compute a year: contributions, klynger, the derived division of København, klyngekontorer, budgets, accounts,
    reconciliation.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. ``aar`` None is the newest year with data. ``region`` is a
    region's name, its KKR or its slug, or ``"hele landet"``. ``koebenhavn`` is ``"udelt"`` (København contributes to
    one klynge) or ``"delt"`` (to two, as Tabel 1 implies; derived). ``udtraeden``: kommuner (codes or names) that leave
    the klyngekontorer, or one of them (see :func:`kkrlib.klynger.udtraedende`). ``kontorbefolkning``: the quota year
    whose bilag A has the population of the klyngekontorer (default: the year's own; the source names none).
    ``regnskaber``: filled-in accounts as :func:`kkrlib.data.laes_regneark` reads them.

    Raises ParameterError for a parameter of another kind, a year without data, an unknown region or ``koebenhavn``, a
    division that the year's amounts do not tell of, or an ``udtraeden`` that is no list or names one who has no part in
    the klyngekontorer, and DataError for data or accounts that make no sense.
    """
    parametre.kontroller(
        aar=(aar, parametre.heltal(valgfri=True)),
        region=(region, parametre.tekst()),
        koebenhavn=(koebenhavn, parametre.tekst()),
        udtraeden=(udtraeden, parametre.liste()),
        kontorbefolkning=(kontorbefolkning, parametre.heltal(valgfri=True)),
    )
    aar = parametre.aaret(aar, aar_med_data(tabeller))
    day = klyngedag(tabeller, aar)
    if koebenhavn not in (UDELT, DELT):
        raise ukendt_vaerdi("koebenhavn", koebenhavn, [UDELT, DELT])
    region = omraade(tabeller, region, day)
    leaving = _udtraedende(tabeller, udtraeden)
    populations = sorted({int(y) for y in tabeller["bilag_a"]["kvoteaar"]})
    if kontorbefolkning is not None and kontorbefolkning not in populations:
        raise ukendt_vaerdi("kontorbefolkning", kontorbefolkning, populations)
    year = _fordelinger(tabeller, aar)
    money, people, whole, split, divisions = year.midler, year.befolkning, year.udelt, year.delt, year.delinger
    if koebenhavn == DELT and split is None:
        raise ParameterError(
            f"koebenhavn: «{DELT}» kan ikke vælges for {aar}; der er ingen beløb, som en deling kan udledes af. "
            f"Gyldig: {UDELT}."
        )
    chosen = split if koebenhavn == DELT and split is not None else whole
    kommuner = _kommuner(tabeller, chosen, people, aar)

    budget = regnskab.budgetter(chosen)
    accounts, actions, found = regnskab.bedoem(
        regnskaber, budget, regnskab.indsatsomraader(tabeller, aar), aar, koebenhavn, tabeller["stavemaader"]
    )
    if found:
        raise DataError(found)
    return Beregning(
        aar=aar,
        region=region,
        koebenhavn=koebenhavn,
        midler=money,
        befolkning_opgjort=_opgjort(tabeller, int(money["kvoteaar"])),
        fordelt=chosen,
        klynger=pr_klynge(chosen).join(year.trykt.add_prefix("offentliggjort_")),
        regioner=pr_region(chosen).loc[list(year.puljer.index)],
        kommuner=kommuner,
        bidrag=_bidrag(kommuner, chosen),
        register=year.register,
        delinger=divisions,
        udelt=pr_klynge(whole),
        delt=None if split is None else pr_klynge(split),
        kontorer=_kontorer(
            tabeller, region, leaving, int(money["kvoteaar"]) if kontorbefolkning is None else kontorbefolkning
        ),
        budget=budget,
        regnskab=accounts,
        indsatser=actions,
        antal_regnskaber=len(regnskaber),
        kontroller=kontroller(tabeller, _kontrolsaet(tabeller, aar, year)),
        kildefejl=_kildefejl(tabeller, aar),
        registre={name: gaeldende(tabeller[name], day) for name in REGISTRE},
        tabeller=tabeller,
    )


@dataclass(frozen=True)
class _Fordelinger:
    """A year's money distributed both ways: ``udelt``, with nobody divided, and ``delt``, by the ``delinger`` that
    Tabel 1 (``trykt``) implies.
    """

    midler: dict[str, Any]
    befolkning: pd.Series
    register: pd.DataFrame
    puljer: pd.Series
    trykt: pd.DataFrame
    udelt: pd.DataFrame
    delt: pd.DataFrame | None
    delinger: list[Deling]


def _fordelinger(tabeller: Mapping[str, pd.DataFrame], aar: int) -> _Fordelinger:
    money = tabeller["klynge_aar"].set_index("aar").loc[aar].to_dict()
    people = befolkning(tabeller, int(money["kvoteaar"]))
    members = medlemskab(tabeller, money["medlemskab_pr"])
    register = gaeldende(tabeller["klynge_register"], money["medlemskab_pr"])
    pool, pools = (
        int(money["pulje_kommuner"]),
        tabeller["klynge_regionspuljer"].loc[lambda t: t["aar"] == aar].set_index("region")["pulje"],
    )
    printed = (
        tabeller["klynge_beloeb"]
        .loc[lambda t: (t["aar"] == aar) & (t["tabel"] == "tabel-1")]
        .set_index(NOEGLE)[["kommuner", "regioner", "i_alt"]]
    )
    _findes(tabeller, aar, register)
    whole = fordel(people, members, pool, pools, register)
    divisions = [d for d in udled(people, members, pool, pools, printed) if not d.mindst <= 0 <= d.hoejst]
    split_members = members
    for division in divisions:
        split_members = med_deling(split_members, division)
    split = fordel(people, split_members, pool, pools, register) if divisions else None
    return _Fordelinger(money, people, register, pools, printed, whole, split, divisions)


def alle_kontroller(tabeller: Mapping[str, pd.DataFrame]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The controls of every year and their led (see :func:`kkrlib.afstemning.beregn`)."""
    for year in aar_med_data(tabeller):
        yield _kontrolsaet(tabeller, year, _fordelinger(tabeller, year))


def _kontrolsaet(tabeller: Mapping[str, pd.DataFrame], aar: int, of: _Fordelinger) -> tuple[pd.DataFrame, pd.DataFrame]:
    return kontrolsaet(tabeller, aar, of.befolkning, of.udelt, _som_trykt(of.udelt), of.delt, of.delinger)


def _som_trykt(fordelt: pd.DataFrame) -> pd.DataFrame:
    """The memberships that are printed, at the same amount per inhabitant: what is lacking goes to nobody."""
    return fordelt[fordelt["grundlag"] == "trykt"]


def _kommuner(tabeller: Mapping[str, pd.DataFrame], fordelt: pd.DataFrame, people: pd.Series, aar: int) -> pd.DataFrame:
    register = gaeldende(tabeller["kommuner"], klyngedag(tabeller, aar)).set_index("kommunekode")
    register = register[["kommune", "region"]]
    published = tabeller["klynge_kommunebidrag"].loc[lambda t: t["aar"] == aar].set_index("kommunekode")["bidrag"]
    paying = fordelt[fordelt["bidragsandel"] != 0]
    others = fordelt[fordelt["bidragsandel"] == 0]
    if unknown := [code for code in people.index if code not in register.index]:
        raise DataError(
            Fund(
                "bilag_a.csv", code, "kommunekode", code, f"er ikke en kommune på årets dag i {aar}, men har befolkning"
            )
            for code in unknown
        )
    result = register.loc[people.index].assign(befolkning=people)
    result["klynge"] = paying.groupby("kommunekode")["klynge"].agg(" og ".join)
    result["andre_klynger"] = others.groupby("kommunekode")["klynge"].agg(" og ".join)
    for column in ("kommuner", "regioner", "i_alt"):
        result[column] = fordelt.groupby("kommunekode")[column].agg(lambda values: sum(values, Fraction(0)))
    result["offentliggjort"] = published.reindex(result.index).astype("Int64")
    return result


def _bidrag(kommuner: pd.DataFrame, fordelt: pd.DataFrame) -> pd.DataFrame:
    """``kommuner`` with one row per klynge that a kommune contributes to, the largest part first."""
    parts = (
        fordelt[fordelt["bidragsandel"] != 0]
        .sort_values("bidragsandel", ascending=False, kind="stable")
        .set_index("kommunekode")
    )
    parts = parts[["klynge", "bidragsandel", "indbyggere", "kommuner", "regioner", "i_alt"]].rename(
        columns={"bidragsandel": "andel"}
    )
    whole = kommuner.drop(columns=["klynge", "kommuner", "regioner", "i_alt"])
    none = kommuner[~kommuner.index.isin(parts.index)].assign(andel=Fraction(0), indbyggere=Fraction(0))
    return pd.concat([whole.join(parts, how="inner"), none]).rename_axis(kommuner.index.name)


def _findes(tabeller: Mapping[str, pd.DataFrame], aar: int, register: pd.DataFrame) -> None:
    """Raises DataError with every published amount of the year whose klynge is not in force."""
    known = set(zip(register["region"], register["klynge"], strict=True))
    rows = tabeller["klynge_beloeb"].loc[lambda t: t["aar"] == aar]
    found = [
        Fund(
            "klynge_beloeb.csv",
            f"{aar}; {r.tabel}; {r.region}; {r.klynge}",
            "klynge",
            r.klynge,
            "klyngen gælder ikke på årets dag",
        )
        for r in rows.itertuples()
        if (r.region, r.klynge) not in known
    ]
    if found:
        raise DataError(found)


def _udtraedende(tabeller: Mapping[str, pd.DataFrame], named: Collection[Any]) -> dict[str, list[str]]:
    """Who leaves which klyngekontor of all agreements, whatever region the page is about."""
    return udtraedende(tabeller["klynge_kontorer"], _deltagere(tabeller), named, tabeller.get("stavemaader"))


def udtraedelseslaeser(tabeller: Mapping[str, pd.DataFrame]) -> Callable[[Any], str]:
    """What reads a text as one who leaves the klyngekontorer or one of them: ``"253"`` → ``"Greve"``,
    ``"næstved: clean"`` → ``"Næstved: CLEAN"``.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. What is returned raises ValueError, with a sentence without
    subject, for any other text. The notebook's metadata name it as the reader of ``udtraeden`` (``laeses_af``).
    """
    return afskedslaeser(tabeller["klynge_kontorer"], _deltagere(tabeller), tabeller.get("stavemaader"))


def _deltagere(tabeller: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    """The names, by kommunekode, of those who take part in the klyngekontorer, per region: its kommuner when the
    agreement began."""
    found: dict[str, dict[str, str]] = {}
    for terms in tabeller["klynge_kontorvilkaar"].itertuples():
        register = gaeldende(tabeller["kommuner"], aarets_dag(terms.fra_aar)).set_index("kommunekode")
        found[terms.region] = register.loc[register["region"] == terms.region, "kommune"].to_dict()
    return found


def _kontorer(
    tabeller: Mapping[str, pd.DataFrame], region: str, leaving: Mapping[str, list[str]], kvoteaar: int
) -> list[Kontorer]:
    """The agreements on klyngekontorer in the chosen area."""
    members = _deltagere(tabeller)
    found = []
    for terms in tabeller["klynge_kontorvilkaar"].to_dict("records"):
        if region not in (HELE_LANDET, terms["region"]):
            continue
        names = pd.Series(members[terms["region"]], dtype="str")
        people = befolkning(tabeller, kvoteaar, list(names.index))
        offices = tabeller["klynge_kontorer"]
        offices = offices[offices["region"] == terms["region"]]
        codes = {kontor: leaving[kontor] for kontor in offices["kontor"]}
        bills, status = fordel_kontorer(people, offices, Fraction(int(terms["mindst_procent"]), 100), codes)
        per_kommune = regning_pr_kommune(bills)
        per_kommune.insert(0, "kommune", names)
        found.append(
            Kontorer(
                vilkaar=terms,
                kontorer=offices.set_index("kontor").join(status),
                regninger=bills.assign(kommune=bills["kommunekode"].map(names)),
                pr_kommune=per_kommune,
                befolkning=people,
                befolkning_kvoteaar=kvoteaar,
                befolkning_opgjort=_opgjort(tabeller, kvoteaar),
                udtraeden=codes,
            )
        )
    return found


def _kildefejl(tabeller: Mapping[str, pd.DataFrame], aar: int) -> pd.DataFrame:
    """The faults that concern the year: its own, and those of the agreements on klyngekontorer, which are shown
    whatever the year.
    """
    faults = tabeller["klynge_kildefejl"]
    return faults[(faults["aar"] == aar) | (faults["tabel"] == "klynge_kontorer")].reset_index(drop=True)


def _opgjort(tabeller: Mapping[str, pd.DataFrame], kvoteaar: int) -> date | None:
    day = landstal.befolkning_opgjort(tabeller).get(kvoteaar)
    return None if pd.isna(day) else day.date()
