"""Everything the report on klyngeøkonomi shows of one year, computed in one call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib.errors import DataError, Fund, ParameterError, ukendt_vaerdi
from kkrlib.klynger import regnskab
from kkrlib.klynger.deling import Deling, med_deling, udled
from kkrlib.klynger.kontorer import fordel_kontorer, kommunekoder, regning_pr_kommune
from kkrlib.klynger.kontroller import kontroller
from kkrlib.klynger.regel import NOEGLE, fordel, medlemskab, pr_klynge, pr_region
from kkrlib.omraade import HELE_LANDET, omraade

UDELT, DELT = "udelt", "delt"


@dataclass(frozen=True)
class Kontorer:
    """The regional klyngekontorer of one agreement.

    ``vilkaar``: its row in the data. ``kontorer``: the offices with ``deltager``, ``af``, ``status``, ``aarligt``, ``perioden`` and ``aar`` (index ``kontor``). ``regninger`` and ``pr_kommune``: see
    :func:`kkrlib.klynger.fordel_kontorer` and :func:`kkrlib.klynger.regning_pr_kommune`; both with ``kommune``. ``befolkning`` by kommunekode,
    ``befolkning_kvoteaar`` and ``befolkning_opgjort``: whose population it is, an assumption. ``udtraeden``: kommunekoder that leave.
    """

    vilkaar: dict[str, Any]
    kontorer: pd.DataFrame
    regninger: pd.DataFrame
    pr_kommune: pd.DataFrame
    befolkning: pd.Series
    befolkning_kvoteaar: int
    befolkning_opgjort: date | None
    udtraeden: list[str]


@dataclass(frozen=True)
class Beregning:
    """The computed year. Amounts are exact kroner (Fractions) unless said otherwise.

    ``fordelt``: what :func:`fordel` returns for the chosen treatment of København, with ``kommune`` and what the memberships say. ``klynger``:
    :func:`pr_klynge` with the published amounts of Tabel 1 (``offentliggjort_kommuner`` …, ``Int64``). ``regioner``: :func:`pr_region`. ``kommuner``: one row per kommune:
    ``kommune``, ``region``, ``befolkning``, ``klynge`` (names of those it contributes to), ``kommuner`` and ``regioner`` (kroner), ``offentliggjort`` (``Int64``). ``udelt`` and ``delt``:
    :func:`pr_klynge` with København undivided, and divided as derived (None where nothing is derived). ``budget``: :func:`regnskab.budgetter`.
    ``regnskab`` and ``indsatser``: what :func:`regnskab.bedoem` gathered, empty where no accounts were given. ``antal_regnskaber``: the number of files read.
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
    tabeller: Mapping[str, pd.DataFrame]

    def i_omraadet(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of a DataFrame with ``region`` (column or index level) that are in the chosen region."""
        if self.region == HELE_LANDET:
            return rows
        where = rows["region"] if "region" in rows.columns else rows.index.get_level_values("region")
        return rows[where == self.region]


def aar_med_data(tabeller: Mapping[str, pd.DataFrame]) -> list[int]:
    """The years that there is money for."""
    return sorted(int(year) for year in tabeller["klynge_aar"]["aar"])


def befolkning(tabeller: Mapping[str, pd.DataFrame], kvoteaar: int, region: str | None = None) -> pd.Series:
    """Inhabitants by kommunekode from bilag A of a quota year, of the whole country or one region. Raises DataError for a year without them."""
    rows = tabeller["bilag_a"]
    rows = rows[(rows["kvoteaar"] == kvoteaar) & ((rows["region"] == region) | (region is None))]
    if rows.empty:
        years = ", ".join(map(str, sorted(set(tabeller["bilag_a"]["kvoteaar"]))))
        raise DataError([Fund("bilag_a.csv", "", "kvoteaar", str(kvoteaar), f"der er ingen befolkning for kvoteåret; der er {years}")])
    return rows.set_index("kommunekode")["befolkning"].sort_index()


def beregn(
    tabeller: Mapping[str, pd.DataFrame],
    aar: int,
    region: str = HELE_LANDET,
    *,
    koebenhavn: str = UDELT,
    udtraeden: Collection[str] = (),
    kontorbefolkning: int | None = None,
    regnskaber: Sequence[regnskab.Indlaest] = (),
) -> Beregning:
    """Compute a year: contributions, klynger, the derived division of København, klyngekontorer, budgets, accounts, reconciliation.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. ``region`` is a region's name, its KKR or its slug, or ``"hele landet"``. ``koebenhavn`` is
    ``"udelt"`` (København contributes to one klynge) or ``"delt"`` (to two, as Tabel 1 implies; derived). ``udtraeden``: kommuner (codes or names) that leave the
    klyngekontorer. ``kontorbefolkning``: the quota year whose bilag A has the population of the klyngekontorer (default: the year's own; the
    source names none). ``regnskaber``: filled-in accounts as :func:`kkrlib.data.laes_regneark` reads them.

    Raises ParameterError for a year without data, an unknown region or ``koebenhavn``, or an ``udtraeden`` that is no list, and DataError for data or accounts that
    make no sense.
    """
    years = aar_med_data(tabeller)
    if aar not in years:
        raise ukendt_vaerdi("aar", aar, years)
    if koebenhavn not in (UDELT, DELT):
        raise ukendt_vaerdi("koebenhavn", koebenhavn, [UDELT, DELT])
    if isinstance(udtraeden, str):
        raise ParameterError(f"udtraeden=«{udtraeden}» er tekst; det skal være en liste, fx ['{udtraeden}']")
    region = omraade(tabeller, region)
    money = tabeller["klynge_aar"].set_index("aar").loc[aar].to_dict()
    people = befolkning(tabeller, int(money["kvoteaar"]))
    members = medlemskab(tabeller, money["medlemskab_pr"])
    pool, pools = int(money["pulje_kommuner"]), tabeller["klynge_regionspuljer"].query("aar == @aar").set_index("region")["pulje"]
    printed = tabeller["klynge_beloeb"].query("aar == @aar and tabel == 'tabel-1'").set_index(NOEGLE)[["kommuner", "regioner", "i_alt"]]

    whole = fordel(people, members, pool, pools, tabeller["klynge_register"])
    divisions = [d for d in udled(people, members, pool, pools, printed) if not d.mindst <= 0 <= d.hoejst]
    split_members = members
    for division in divisions:
        split_members = med_deling(split_members, division)
    split = fordel(people, split_members, pool, pools, tabeller["klynge_register"]) if divisions else None
    chosen = split if koebenhavn == DELT and split is not None else whole

    budget = regnskab.budgetter(chosen)
    accounts, actions, found = regnskab.bedoem(regnskaber, budget, tabeller["klynge_indsatsomraader"], aar)
    if found:
        raise DataError(found)
    return Beregning(
        aar=aar,
        region=region,
        koebenhavn=koebenhavn,
        midler=money,
        befolkning_opgjort=_opgjort(tabeller, int(money["kvoteaar"])),
        fordelt=chosen,
        klynger=pr_klynge(chosen).join(printed.add_prefix("offentliggjort_")),
        regioner=pr_region(chosen).loc[list(pools.index)],
        kommuner=_kommuner(tabeller, chosen, people, aar),
        delinger=divisions,
        udelt=pr_klynge(whole),
        delt=None if split is None else pr_klynge(split),
        kontorer=_kontorer(tabeller, region, udtraeden, int(money["kvoteaar"]) if kontorbefolkning is None else kontorbefolkning),
        budget=budget,
        regnskab=accounts,
        indsatser=actions,
        antal_regnskaber=len(regnskaber),
        kontroller=kontroller(tabeller, aar, people, whole, _som_trykt(whole), split, divisions),
        kildefejl=_kildefejl(tabeller, aar),
        tabeller=tabeller,
    )


def _som_trykt(fordelt: pd.DataFrame) -> pd.DataFrame:
    """The memberships that are printed, at the same amount per inhabitant: what is lacking goes to nobody."""
    return fordelt[fordelt["grundlag"] == "trykt"]


def _kommuner(tabeller: Mapping[str, pd.DataFrame], fordelt: pd.DataFrame, people: pd.Series, aar: int) -> pd.DataFrame:
    register = tabeller["kommuner"].set_index("kommunekode")
    published = tabeller["klynge_kommunebidrag"].query("aar == @aar").set_index("kommunekode")["bidrag"]
    paying = fordelt[fordelt["bidragsandel"] != 0]
    others = fordelt[fordelt["bidragsandel"] == 0]
    result = register.loc[people.index].assign(befolkning=people)
    result["klynge"] = paying.groupby("kommunekode")["klynge"].agg(" og ".join)
    result["andre_klynger"] = others.groupby("kommunekode")["klynge"].agg(" og ".join)
    for column in ("kommuner", "regioner", "i_alt"):
        result[column] = fordelt.groupby("kommunekode")[column].agg(lambda values: sum(values, Fraction(0)))
    result["offentliggjort"] = published.reindex(result.index).astype("Int64")
    return result


def _kontorer(tabeller: Mapping[str, pd.DataFrame], region: str, leaving: Collection[str], kvoteaar: int) -> list[Kontorer]:
    """The agreements on klyngekontorer in the chosen area."""
    names = tabeller["kommuner"].set_index("kommunekode")["kommune"]
    found = []
    for terms in tabeller["klynge_kontorvilkaar"].to_dict("records"):
        if region not in (HELE_LANDET, terms["region"]):
            continue
        people = befolkning(tabeller, kvoteaar, terms["region"])
        codes = kommunekoder({code: names[code] for code in people.index}, leaving)
        offices = tabeller["klynge_kontorer"].query("region == @terms['region']")
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
    """The faults that concern the year: its own, and those of the agreements on klyngekontorer, which are shown whatever the year."""
    faults = tabeller["klynge_kildefejl"]
    return faults[(faults["aar"] == aar) | (faults["tabel"] == "klynge_kontorer")].reset_index(drop=True)


def _opgjort(tabeller: Mapping[str, pd.DataFrame], kvoteaar: int) -> date | None:
    day = tabeller["landstal"].set_index("kvoteaar")["befolkning_opgjort"].get(kvoteaar)
    return None if pd.isna(day) else day.date()
