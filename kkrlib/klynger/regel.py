"""The money of the sundhedsklynger: who pays what to which klynge (source 002, item 2.6, bilag 2, section B).

The kommuner's money is distributed by inhabitants. Each region's share of the regions' money (by the bloktilskudsnøgle,
of which only the resulting amounts are printed) is distributed to its klynger by inhabitants. A klynge gets what its
contributing members give and its region's money for the same inhabitants.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib.errors import DataError, Fund
from kkrlib.fordeling import er_helt_tal, stoerste_broek
from kkrlib.perioder import gaeldende

#: A klynge's key. The name alone is none: two regions have a Klynge Nord.
NOEGLE = ["region", "klynge"]
JA, NEJ, IKKE_OPLYST = "ja", "nej", "ikke oplyst"
BELOEB = ["kommuner", "regioner", "i_alt"]


def aar_med_data(tabeller: Mapping[str, pd.DataFrame]) -> list[int]:
    """The years that there is money for."""
    return sorted(int(year) for year in tabeller["klynge_aar"]["aar"])


def klyngedag(tabeller: Mapping[str, pd.DataFrame], aar: int) -> date:
    """The day whose klynger, memberships, kommuner and regions a year's money is distributed to (``medlemskab_pr``)."""
    rows = tabeller["klynge_aar"]
    return rows.loc[rows["aar"] == aar, "medlemskab_pr"].iloc[0].date()


def fordel(
    befolkning: pd.Series,
    medlemmer: pd.DataFrame,
    pulje: int,
    regionspuljer: pd.Series,
    register: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Who pays what to which klynge, in exact kroner.

    Parameters
    ----------
    befolkning
        Inhabitants (whole persons ≥ 0) by ``kommunekode`` (three-digit strings).
    medlemmer
        One row per membership: ``region``, ``klynge``, ``kommunekode``, ``bidragsandel`` (a Fraction, a whole number,
        or text such as ``"3/10"``) and, optionally, ``bidrager`` (``ja``, ``nej``, ``ikke oplyst``: what the kind of
        membership says). A kommune's shares sum to one; or they are all zero, and then its kinds must all be ones that
        do not contribute.
    pulje
        The kommuner's money, whole kroner ≥ 0. Those who contribute share it by inhabitants.
    regionspuljer
        What each region distributes to its klynger, whole kroner ≥ 0, by the region's official name.
    register
        The klynger there are (columns ``region``, ``klynge``); each must have a contributing member. Default: those
        with members.

    Returns
    -------
    DataFrame
        The memberships in the same order with ``bidragsandel`` (Fraction), ``indbyggere`` (persons that count in this
        klynge), ``kommuner`` (kroner from the kommune), ``regioner`` (kroner from the region for the same inhabitants)
        and ``i_alt``, all exact Fractions: ``kommuner`` sums to ``pulje``, ``regioner`` to each region's share.

    Raises
    ------
    DataError
        With every finding: a kommune in no klynge, unknown, or twice in one; shares that are none or do not sum to one;
        a klynge without members or contributors; a region without its amount, or an amount without klynger; people or
        kroner that are no whole numbers ≥ 0; nobody at all.
    """
    shares = _validate(befolkning, medlemmer, pulje, regionspuljer, register)
    people = {code: int(number) for code, number in befolkning.items()}
    counted = [share * people[code] for share, code in zip(shares, medlemmer["kommunekode"], strict=True)]
    everybody = sum(counted)
    by_region: dict[str, Fraction] = {}
    for region, number in zip(medlemmer["region"], counted, strict=True):
        by_region[region] = by_region.get(region, Fraction(0)) + number

    kommuner = [Fraction(int(pulje)) * number / everybody for number in counted]
    regioner = [int(regionspuljer[r]) * n / by_region[r] for r, n in zip(medlemmer["region"], counted, strict=True)]
    columns = {
        "bidragsandel": shares,
        "indbyggere": counted,
        "kommuner": kommuner,
        "regioner": regioner,
        "i_alt": [k + r for k, r in zip(kommuner, regioner, strict=True)],
    }
    return medlemmer.assign(
        **{name: pd.Series(values, index=medlemmer.index, dtype=object) for name, values in columns.items()}
    )


def pr_klynge(fordelt: pd.DataFrame) -> pd.DataFrame:
    """The klynger: index :data:`NOEGLE` in the order of ``fordelt``, columns ``indbyggere``, ``kommuner``,
    ``regioner``, ``i_alt`` (exact sums) and the same per inhabitant (``kommuner_pr_indbygger`` …). ``fordelt`` is what
    :func:`fordel` returns.
    """
    sums = _sums(fordelt, NOEGLE)
    for column in BELOEB:
        sums[f"{column}_pr_indbygger"] = _per_inhabitant(sums[column], sums["indbyggere"])
    return sums


def pr_region(fordelt: pd.DataFrame) -> pd.DataFrame:
    """The same as :func:`pr_klynge` for regions, index ``region``."""
    sums = _sums(fordelt, ["region"])
    for column in BELOEB:
        sums[f"{column}_pr_indbygger"] = _per_inhabitant(sums[column], sums["indbyggere"])
    return sums


def hele_kroner(fordelt: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What each payer pays, as whole kroner that keep every sum: largest remainder over all contributions, and over the
    klynger of each region.

    ``fordelt`` is what :func:`fordel` returns. Returns the kommuner's amounts on its index, and the regions' by
    :data:`NOEGLE` (a region pays a klynge once, whoever its members are), both ``int64``; each is its exact amount
    rounded up or down. Ties go to the payer that comes first when ordered by region, klynge and kommunekode.
    """
    labels = [
        f"{r}|{k}|{c}" for r, k, c in zip(fordelt["region"], fordelt["klynge"], fordelt["kommunekode"], strict=True)
    ]
    weights = pd.Series(list(fordelt["kommuner"]), index=labels, dtype=object)
    kommuner = pd.Series(
        stoerste_broek(weights, int(sum(weights))).to_numpy(), index=fordelt.index, name="kommuner", dtype="int64"
    )
    klynger = _sums(fordelt, NOEGLE)["regioner"]
    regioner = pd.Series(0, index=klynger.index, dtype="int64", name="regioner")
    for region in dict.fromkeys(fordelt["region"]):
        own = klynger.index.get_level_values("region") == region
        weights = pd.Series(list(klynger[own]), index=[k for _, k in klynger.index[own]], dtype=object)
        regioner[own] = stoerste_broek(weights, int(sum(weights))).to_numpy()
    return kommuner, regioner


def medlemskab(tabeller: Mapping[str, pd.DataFrame], dag: date) -> pd.DataFrame:
    """The memberships of a day from the project's data, with ``kommune`` (name), and ``bidrager``, ``art_navn`` and
    ``tegn`` of their kind.
    """
    kinds = tabeller["klynge_deltagelse"].rename(columns={"navn": "art_navn"})[["art", "art_navn", "tegn", "bidrager"]]
    names = gaeldende(tabeller["kommuner"], dag)[["kommunekode", "kommune"]]
    rows = gaeldende(tabeller["klynge_medlemmer"], dag)
    return rows.merge(kinds, on="art", how="left", validate="many_to_one").merge(
        names, on="kommunekode", how="left", validate="many_to_one"
    )


def _sums(fordelt: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    columns = ["indbyggere", *BELOEB]
    return fordelt.groupby(keys, sort=False)[columns].agg(lambda values: sum(values, Fraction(0)))


def _per_inhabitant(amounts: pd.Series, people: pd.Series) -> pd.Series:
    values = [a / p if p else None for a, p in zip(amounts, people, strict=True)]
    return pd.Series(values, index=amounts.index, dtype=object)


# --- what makes no sense ---------------------------------------------------------------------------------------


def _share(value: Any) -> Fraction | None:
    try:
        share = Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return share if 0 <= share <= 1 and not isinstance(value, bool) else None


def _validate(
    befolkning: pd.Series, medlemmer: pd.DataFrame, pulje: Any, regionspuljer: pd.Series, register: pd.DataFrame | None
) -> list[Fraction]:
    """The shares as Fractions; raises DataError with every finding."""
    found: list[Fund] = []

    def add(where: str, row: Any, column: str, value: Any, rule: str) -> None:
        found.append(Fund(where, str(row), column, str(value), rule))

    for code in befolkning.index[befolkning.index.duplicated()].unique():
        add("befolkning", code, "kommunekode", code, "står to gange")
    for code, number in befolkning.items():
        if not isinstance(code, str) or len(code) != 3 or not (code.isascii() and code.isdigit()):
            add("befolkning", code, "kommunekode", code, "skal være tre cifre som tekst, fx «101»")
        if pd.api.types.is_scalar(number) and pd.isna(number):
            add("befolkning", code, "befolkning", "", "mangler")
        elif not er_helt_tal(number) or number < 0:
            add("befolkning", code, "befolkning", number, "skal være et helt antal personer på mindst 0")
    if not er_helt_tal(pulje) or pulje < 0:
        add("pulje", "", "pulje", pulje, "skal være et helt kronebeløb på mindst 0")

    shares = [_share(value) for value in medlemmer["bidragsandel"]]
    says = list(medlemmer["bidrager"]) if "bidrager" in medlemmer.columns else [JA if s else NEJ for s in shares]
    sums: dict[str, Fraction] = {}
    seen: set[tuple[str, str, str]] = set()
    for region, klynge, code, raw, share, kind in zip(
        medlemmer["region"],
        medlemmer["klynge"],
        medlemmer["kommunekode"],
        medlemmer["bidragsandel"],
        shares,
        says,
        strict=True,
    ):
        where = f"{region}; {klynge}; {code}"
        if (region, klynge, code) in seen:
            add("medlemmer", where, "kommunekode", code, "står to gange i samme klynge")
        seen.add((region, klynge, code))
        if code not in befolkning.index:
            add("medlemmer", where, "kommunekode", code, "er medlem, men har ingen befolkning")
        if share is None:
            add("medlemmer", where, "bidragsandel", raw, "skal være en andel fra 0 til 1, fx «3/10»")
        else:
            sums[code] = sums.get(code, Fraction(0)) + share
            if share and kind == NEJ:
                add("medlemmer", where, "bidragsandel", raw, "deltager uden bidrag og kan ikke have en andel")
    unreadable = {code for code, share in zip(medlemmer["kommunekode"], shares, strict=True) if share is None}
    silent = {
        code: all(k == NEJ for c, k in zip(medlemmer["kommunekode"], says, strict=True) if c == code) for code in sums
    }
    for code in befolkning.index.unique():
        if code not in sums and code not in unreadable:
            add("medlemmer", code, "kommunekode", code, "er ikke med i nogen klynge")
    for code, total in sums.items():
        if code not in unreadable and total != 1 and not (total == 0 and silent[code]):
            add("medlemmer", code, "bidragsandel", total, "kommunens andele skal give 1 tilsammen")

    known = set(zip(medlemmer["region"], medlemmer["klynge"], strict=True))
    wanted = known if register is None else set(zip(register["region"], register["klynge"], strict=True))
    for region, klynge in sorted(wanted - known):
        add("medlemmer", f"{region}; {klynge}", "klynge", klynge, "klyngen har ingen medlemmer")
    for region, klynge in sorted(known - wanted):
        add("medlemmer", f"{region}; {klynge}", "klynge", klynge, "klyngen findes ikke i registret")
    if not unreadable:
        paying = {(r, k) for r, k, s in zip(medlemmer["region"], medlemmer["klynge"], shares, strict=True) if s}
        for region, klynge in sorted(known & wanted - paying):
            add("medlemmer", f"{region}; {klynge}", "bidragsandel", klynge, "ingen af klyngens medlemmer bidrager")

    places = {region for region, _ in known | wanted}
    for region in sorted(places - set(regionspuljer.index)):
        add("regionspuljer", region, "pulje", "", "regionen har ingen andel af regionernes pulje")
    for region, amount in regionspuljer.items():
        if region not in places:
            add("regionspuljer", region, "region", region, "regionen har ingen klynger")
        if not er_helt_tal(amount) or amount < 0:
            add("regionspuljer", region, "pulje", amount, "skal være et helt kronebeløb på mindst 0")
    if not found:
        people: dict[str, Fraction] = {}
        for region, code, share in zip(medlemmer["region"], medlemmer["kommunekode"], shares, strict=True):
            people[region] = people.get(region, Fraction(0)) + (share or 0) * int(befolkning[code])
        for region in sorted(places):
            if not people[region]:
                add("befolkning", region, "befolkning", "", "ingen indbyggere at fordele efter")
    if found:
        raise DataError(found)
    return [share for share in shares if share is not None]
