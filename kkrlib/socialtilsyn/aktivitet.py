"""Activity in proportion to what there is: visits, sanctions, henvendelser."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from kkrlib.errors import DataError, Fund
from kkrlib.socialtilsyn.afledning import HALVE_OP, afrund
from kkrlib.socialtilsyn.raekker import Serieraekke
from kkrlib.socialtilsyn.serier import AFLEDT, OFFENTLIGGJORT
from kkrlib.socialtilsyn.udvikling import _ingen_dubletter, tabel

#: Below this many cases one more or one fewer moves the rate by more than a tenth of it. A choice of this project.
SMAA_TAL = 10

_EJERE = ("kommunale", "regionale", "private")
_SANKTIONER = ("skaerpet-tilsyn", "paabud", "vilkaar")
_TYPER = ("plejefamilier", "boerne-og-unge", "voksne", "kombinerede")


def besoeg(serie: pd.DataFrame) -> pd.DataFrame:
    """Visits per plejefamilie and per tilbud, and how many of them were unannounced (lov om socialtilsyn § 7: at least
    one a year).

    A visit where nobody was met was unannounced too; the report for 2021 does not count such visits apart. What there
    is of plejefamilier and tilbud is counted at the end of the year.

    Returns one row per year and area (``omraade``: ``plejefamilier``, ``tilbud``) where both are published: ``besoeg``,
    ``enheder``, ``pr_enhed`` (Fraction), ``pr_enhed_afrundet`` (Decimal, two decimals), ``uanmeldte``,
    ``andel_uanmeldte`` (Fraction, 0 to 1; None where not published), ``andel_uanmeldte_afrundet`` (Decimal, per cent
    with one decimal) and ``status``. Raises :class:`DataError` for a year twice or more unannounced visits than visits.
    """
    at = opslag(serie)
    rows, found = [], []
    for area in ("plejefamilier", "tilbud"):
        for year in sorted(y for i, y in at if i == f"besoeg-{area}"):
            units = at.get((area, year))
            if units is None or not units.vaerdi:
                continue
            visits = at[f"besoeg-{area}", year]
            parts = [
                at[key, year]
                for key in (f"besoeg-{area}-uanmeldte", f"besoeg-{area}-ikke-truffet")
                if (key, year) in at
            ]
            unannounced = sum((r.vaerdi for r in parts), Fraction(0)) if parts else None
            if unannounced is not None and unannounced > visits.vaerdi:
                found.append(
                    Fund("serie", f"{area}, {year}", "uanmeldte", str(unannounced), "er flere end besøgene i alt")
                )
                continue
            share = unannounced / visits.vaerdi if unannounced is not None and visits.vaerdi else None
            each = visits.vaerdi / units.vaerdi
            status = _status(visits, units, *parts)
            shown = None if share is None else afrund(share * 100, 1)
            rows.append(
                (year, area, visits.vaerdi, units.vaerdi, each, afrund(each, 2), unannounced, share, shown, status)
            )
    if found:
        raise DataError(found)
    columns = ["aar", "omraade", "besoeg", "enheder", "pr_enhed", "pr_enhed_afrundet", "uanmeldte", "andel_uanmeldte"]
    return tabel(rows, [*columns, "andel_uanmeldte_afrundet", "status"], tal=["aar"], tekst=["omraade", "status"])


def pr_100(serie: pd.DataFrame, par: Mapping[str, str], decimaler: int = 1, maade: str = HALVE_OP) -> pd.DataFrame:
    """Cases per hundred of what they can happen to.

    ``par`` maps an indicator of cases to the indicator of what there is. Returns one row per pair and year in which
    both have a value: ``indikator``, ``aar``, ``antal``, ``ud_af``, ``pr_100`` (Fraction), ``pr_100_afrundet``
    (Decimal), ``faa`` (True below :data:`SMAA_TAL` cases), ``forbehold`` (a Danish sentence, empty where there is
    enough) and ``status``. Rates can be over 100: a tilbud can have several cases. Raises :class:`DataError` for a year
    twice, a negative count, or cases where there is nothing.
    """
    at = opslag(serie)
    rows, found = [], []
    for cases, base in par.items():
        for year in sorted(y for i, y in at if i == cases):
            many, of = at[cases, year], at.get((base, year))
            if of is None or many.vaerdi is None or of.vaerdi is None:
                continue
            if many.vaerdi < 0 or of.vaerdi < 0 or (of.vaerdi == 0 and many.vaerdi):
                found.append(
                    Fund(
                        "serie",
                        f"{cases}, {year}",
                        "vaerdi",
                        str(many.vaerdi),
                        f"kan ikke sættes i forhold til {of.vaerdi} ({base})",
                    )
                )
                continue
            if of.vaerdi == 0:
                continue
            rate = many.vaerdi * 100 / of.vaerdi
            few = many.vaerdi < SMAA_TAL
            rows.append(
                (
                    cases,
                    year,
                    many.vaerdi,
                    of.vaerdi,
                    rate,
                    afrund(rate, decimaler, maade),
                    few,
                    _forbehold(of.vaerdi, few, decimaler),
                    _status(many, of),
                )
            )
    if found:
        raise DataError(found)
    columns = ["indikator", "aar", "antal", "ud_af", "pr_100", "pr_100_afrundet", "faa", "forbehold", "status"]
    result = tabel(rows, columns, tal=["aar"], tekst=["indikator", "forbehold", "status"])
    return result.astype({"faa": bool})


def sanktioner_pr_100(serie: pd.DataFrame) -> pd.DataFrame:
    """Decisions on skærpet tilsyn, påbud and vilkår per 100 tilbud by owner (lov om socialtilsyn § 5 and § 8), as
    :func:`pr_100` gives them, with ``sanktion`` and ``ejer``. An owner of whom the report says nothing has no row: that
    is not a zero.
    """
    pairs = {f"{s}-{e}": f"tilbud-{e}" for s in _SANKTIONER for e in _EJERE}
    result = pr_100(serie, pairs)
    result.insert(0, "sanktion", [i.rpartition("-")[0] for i in result["indikator"]])
    result.insert(1, "ejer", [i.rpartition("-")[2] for i in result["indikator"]])
    return result


def whistleblow_pr_100(serie: pd.DataFrame) -> pd.DataFrame:
    """Henvendelser per 100 plejefamilier and per 100 tilbud of each type, as :func:`pr_100` gives them."""
    return pr_100(serie, {f"whistleblow-{t}": t if t == "plejefamilier" else f"tilbud-{t}" for t in _TYPER})


def _forbehold(of: Fraction, few: bool, decimals: int) -> str:
    if not few:
        return ""
    one: Decimal = afrund(Fraction(100) / of, decimals)
    return f"Få tilfælde: ét mere eller mindre flytter tallet med {str(one).replace('.', ',')}."


def opslag(serie: pd.DataFrame) -> dict[tuple[str, int], Serieraekke]:
    """The rows of the series that have a value, by indicator and year; :class:`DataError` for a year twice."""
    _ingen_dubletter(serie)
    return {(r.indikator, int(r.aar)): r for r in serie.itertuples() if r.vaerdi is not None}


def _status(*rows: Serieraekke) -> str:
    return OFFENTLIGGJORT if all(r.status == OFFENTLIGGJORT for r in rows) else AFLEDT
