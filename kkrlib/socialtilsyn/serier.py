"""From facts to indicators over years: what was published, what is only derived, and what must hold of both."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import fakta as facts_of
from kkrlib.errors import DataError, Fund
from kkrlib.socialtilsyn.afledning import afledte
from kkrlib.socialtilsyn.raekker import Afledning

#: ``status`` of a value: printed by the report of its own year, or following from another year's report.
OFFENTLIGGJORT, AFLEDT = "offentliggjort", "afledt"

TAGET, FRAVALGT = "taget", "fravalgt"

# Units that a fact and its indicator must share by name; everything else is counted, and its facts say «antal».
_NAVNGIVNE = {"pladser", "procent", "kr.", "1.000 kr."}
# A part can be larger than its whole only where signs differ, which is in the economy.
_UDEN_DELE = {"økonomi", "takst"}

#: The field of the facts.
FELT = "socialtilsyn"

_FAKTA, _INDIKATORER, _PEGER, _AFLEDTE = (
    facts_of.TABEL,
    "socialtilsyn_indikatorer",
    "socialtilsyn_indikatorfakta",
    "socialtilsyn_afledte",
)


_UKENDT = f"findes ikke i {_FAKTA}.csv blandt tallene om {FELT}"


def tal_af(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The printed numbers of all editions of the reports: rows of the table of facts."""
    return facts_of.af(tabeller, FELT, art=facts_of.TAL)


def serie(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every indicator in every year it is known of.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. An indicator's value is the sum of the facts it takes that
    year.

    Returns one row per indicator and year, sorted by the indicators' order and the year: ``indikator``, ``navn``,
    ``gruppe``, ``enhed``, ``art`` (``bestand``, ``strøm``, ``økonomi``, ``takst``), ``aar`` (``int64``), ``vaerdi``
    (Fraction; None where a derived value is only an interval), ``mindst`` and ``hoejst`` (Fraction; equal for a
    published value), ``status`` (:data:`OFFENTLIGGJORT` or :data:`AFLEDT`), ``fakta`` (ids, separated by blanks),
    ``fravalgt`` (ids of other printed numbers for the same thing), ``begrundelse`` (why these facts; for derived values
    how), ``fejl`` (the faults that make a derived value uncertain, separated by blanks). Raises :class:`DataError` with
    every finding of :func:`valider`.
    """
    found = valider(tabeller)
    if found:
        raise DataError(found)
    register = tabeller[_INDIKATORER].set_index("indikator")
    fakta = tal_af(tabeller).set_index("id")
    values = _offentliggjorte(tabeller[_PEGER], fakta)
    rows: list[tuple[Any, ...]] = []
    for (indicator, year), group in tabeller[_PEGER].groupby(["indikator", "aar"], sort=False):
        taken, other = group[group["rolle"] == TAGET], group[group["rolle"] == FRAVALGT]
        value = values[indicator, int(year)]
        reason = " ".join(r for r in group["begrundelse"] if isinstance(r, str) and r)
        rows.append(
            (
                indicator,
                int(year),
                value,
                value,
                value,
                OFFENTLIGGJORT,
                " ".join(taken["fakta"]),
                " ".join(other["fakta"]),
                reason,
                "",
            )
        )
    computed = afledte(tabeller[_AFLEDTE], fakta, values)
    for (indicator, year), group in computed.groupby(["indikator", "aar"], sort=False):
        low, high = Fraction(int(group["mindst"].max())), Fraction(int(group["hoejst"].min()))
        how = " ".join(_saadan(r, fakta.loc[r.fakta]) for r in group.itertuples())
        faults = " ".join(dict.fromkeys(f for f in group["fejl"] if isinstance(f, str) and f))
        rows.append(
            (
                indicator,
                int(year),
                low if low == high else None,
                low,
                high,
                AFLEDT,
                " ".join(group["fakta"]),
                "",
                how,
                faults,
            )
        )
    columns = ["indikator", "aar", "vaerdi", "mindst", "hoejst", "status", "fakta", "fravalgt", "begrundelse", "fejl"]
    result = pd.DataFrame(rows, columns=columns).astype({"vaerdi": object, "mindst": object, "hoejst": object})
    # pandas turns None into nan in a column of objects that begins with numbers; None it shall stay.
    result["vaerdi"] = pd.Series([r[2] for r in rows], index=result.index, dtype=object)
    result = result.join(register[["navn", "gruppe", "enhed", "art"]], on="indikator")
    order = {name: i for i, name in enumerate(register.index)}
    result = result.sort_values(
        ["indikator", "aar"], key=lambda c: c.map(order) if c.name == "indikator" else c, kind="stable"
    )
    return result[["indikator", "navn", "gruppe", "enhed", "art", *columns[1:]]].reset_index(drop=True)


def _saadan(row: Afledning, fact: pd.Series) -> str:
    if row.metode == "sammenligningskolonne":
        return f"Står i rapporten for {fact['udgave']}."
    if row.metode == "rest":
        return f"Rapporten for {fact['udgave']}: {fact['trykt']} i alt; de øvrige er trukket fra."
    if fact["trykt"] == "uændret":
        return f"Rapporten for {fact['udgave']}: uændret til {row.fra_aar}."
    sign = "faldet" if str(fact["vaerdi"]).startswith("-") else "steget"
    return f"Rapporten for {fact['udgave']}: {sign} med {fact['trykt']} til {row.fra_aar}."


def valider(tabeller: Mapping[str, pd.DataFrame]) -> list[Fund]:
    """What is wrong with the facts and with the indicators that point to them; an empty list means that nothing is.

    A fact twice, or two facts for one cell of a table; a share that is negative or over 100 per cent; a value that is
    no exact number; a pointer to a fact that does not exist, that describes another year or stands in another year's
    report, or that is a change or a share; a unit that changes (1.000 kr. against kr.); a total less than a part; a
    derived value for a year that is published, or whose interval does not follow.
    """
    fakta, register, peger = tal_af(tabeller), tabeller[_INDIKATORER], tabeller[_PEGER]
    found = _fakta_fund(fakta)
    facts = fakta.drop_duplicates("id").set_index("id")
    names = register.drop_duplicates("indikator").set_index("indikator")
    for key, row in zip(register["indikator"], register.itertuples(), strict=True):
        if isinstance(row.del_af, str) and row.del_af and row.del_af not in names.index:
            found.append(Fund(_INDIKATORER, key, "del_af", row.del_af, "indikatoren findes ikke"))
    found += [
        Fund(_INDIKATORER, k, "indikator", k, "står to gange")
        for k in register.loc[register["indikator"].duplicated(), "indikator"]
    ]
    for row in peger.loc[peger.duplicated(["indikator", "aar", "fakta"])].itertuples():
        found.append(Fund(_PEGER, f"{row.indikator}, {row.aar}", "fakta", row.fakta, "samme faktum står to gange"))
    for row in peger.itertuples():
        where = f"{row.indikator}, {row.aar}"
        if row.indikator not in names.index:
            found.append(Fund(_PEGER, where, "indikator", row.indikator, "findes ikke i socialtilsyn_indikatorer.csv"))
            continue
        if row.fakta not in facts.index:
            found.append(Fund(_PEGER, where, "fakta", row.fakta, _UKENDT))
            continue
        fact, unit = facts.loc[row.fakta], names.at[row.indikator, "enhed"]
        if int(fact["beskriver_aar"]) != int(row.aar):
            found.append(Fund(_PEGER, where, "aar", str(row.aar), f"{row.fakta} beskriver {fact['beskriver_aar']}"))
        if row.rolle == TAGET and int(fact["udgave"]) != int(row.aar):
            found.append(
                Fund(_PEGER, where, "fakta", row.fakta, f"står i rapporten for {fact['udgave']}; værdien er da afledt")
            )
        if fact["enhed"] != (unit if unit in _NAVNGIVNE else "antal"):
            found.append(Fund(_PEGER, where, "fakta", row.fakta, f"er i {fact['enhed']}, men indikatoren er i {unit}"))
        if fact["maal"] != "niveau":
            found.append(
                Fund(_PEGER, where, "fakta", row.fakta, f"er en {fact['maal']} og kan ikke være indikatorens værdi")
            )
    for (indicator, year), group in peger.groupby(["indikator", "aar"], sort=False):
        if not (group["rolle"] == TAGET).any():
            found.append(Fund(_PEGER, f"{indicator}, {year}", "rolle", "", "intet faktum er taget"))
    if found:  # the rest computes with what the first part has vouched for
        return found
    values = _offentliggjorte(peger, facts)
    return _dele(values, names) + _afledte_fund(tabeller[_AFLEDTE], facts, values, names)


def _fakta_fund(fakta: pd.DataFrame) -> list[Fund]:
    found = [Fund(_FAKTA, i, "id", i, "står to gange") for i in fakta.loc[fakta["id"].duplicated(), "id"]]
    cell = ["udgave", "tabel", "afsnit", "raekke", "kolonne", "beskriver_aar", "enhed"]
    cells = fakta[fakta["tabel"] != "tekst"]
    for row in cells[cells.duplicated(cell)].itertuples():
        found.append(
            Fund(_FAKTA, row.id, "beskriver_aar", str(row.beskriver_aar), "samme celle og samme år står to gange")
        )
    for row in fakta.itertuples():
        try:
            value = Fraction(row.vaerdi)
        except (ValueError, TypeError, ZeroDivisionError):
            found.append(Fund(_FAKTA, row.id, "vaerdi", str(row.vaerdi), "skal være et tal skrevet som 1234 eller 1.5"))
            continue
        whole = {"procent": 100, "andel": 1}.get(row.enhed)
        if row.maal == "andel" and whole and not 0 <= value <= whole:
            found.append(Fund(_FAKTA, row.id, "vaerdi", str(row.vaerdi), "en andel skal være mellem 0 og 100 %"))
        if row.maal == "ændring" and row.enhed == "procent" and value < -100:
            found.append(Fund(_FAKTA, row.id, "vaerdi", str(row.vaerdi), "et fald kan ikke være over 100 %"))
    return found


def _offentliggjorte(peger: pd.DataFrame, facts: pd.DataFrame) -> dict[tuple[str, int], Fraction]:
    values: dict[tuple[str, int], Fraction] = {}
    for row in peger[peger["rolle"] == TAGET].itertuples():
        key = (row.indikator, int(row.aar))
        values[key] = values.get(key, Fraction(0)) + Fraction(facts.at[row.fakta, "vaerdi"])
    return values


def _dele(values: Mapping[tuple[str, int], Fraction], names: pd.DataFrame) -> list[Fund]:
    found = []
    for (indicator, year), part in values.items():
        whole = names.at[indicator, "del_af"]
        if not isinstance(whole, str) or names.at[indicator, "art"] in _UDEN_DELE or (whole, year) not in values:
            continue
        if part > values[whole, year]:
            text = f"er større end {whole} ({values[whole, year]}), som det er en del af"
            found.append(Fund(_PEGER, f"{indicator}, {year}", "fakta", str(part), text))
    return found


def _afledte_fund(
    table: pd.DataFrame, facts: pd.DataFrame, values: Mapping[tuple[str, int], Fraction], names: pd.DataFrame
) -> list[Fund]:
    found = []
    for row in table.itertuples():
        where = f"{row.indikator}, {row.aar}"
        if row.indikator not in names.index:
            found.append(
                Fund(_AFLEDTE, where, "indikator", row.indikator, "findes ikke i socialtilsyn_indikatorer.csv")
            )
        elif (row.indikator, int(row.aar)) in values:
            found.append(
                Fund(_AFLEDTE, where, "aar", str(row.aar), "året er offentliggjort og må ikke også være afledt")
            )
    if found:
        return found
    try:
        computed = afledte(table, facts, values)
    except DataError as error:
        return list(error.fund)
    for old, new in zip(table.itertuples(), computed.itertuples(), strict=True):
        if (int(old.mindst), int(old.hoejst)) != (new.mindst, new.hoejst):
            text = f"af {new.fakta} følger {new.mindst}–{new.hoejst}"
            found.append(Fund(_AFLEDTE, f"{old.indikator}, {old.aar}", "mindst", f"{old.mindst}–{old.hoejst}", text))
    return found
