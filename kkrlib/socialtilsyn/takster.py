"""Takster: indices, the size factors, the ten per cent rule, and fixed prices."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from kkrlib.errors import DataError, Fund
from kkrlib.socialtilsyn.afledning import afrund
from kkrlib.socialtilsyn.aktivitet import _status, opslag
from kkrlib.socialtilsyn.raekker import Serieraekke
from kkrlib.socialtilsyn.udvikling import tabel

#: The kinds of takst, and the size classes (places) by which they differ, as they stand in the indicators' keys.
ARTER = ("tilsyn", "ny-godkendelse", "vaesentlig-aendring", "skaerpet-tilsyn")
KLASSER = ("0-7", "8-24", "25-49", "over-50")

STEMMER, AFRUNDING, AFVIGER = "stemmer", "afrunding", "afviger"


def takstindeks(serie: pd.DataFrame, basisaar: int) -> pd.DataFrame:
    """Each takst as an index, ``basisaar`` = 100.

    Returns one row per takst and year: ``indikator``, ``aar``, ``kr`` (Fraction), ``indeks`` (Fraction),
    ``indeks_afrundet`` (Decimal, one decimal) and ``status``. A takst without a number in ``basisaar`` has no rows, nor
    has a series without takster. Raises :class:`DataError` where no takst has one, for a takst of 0 in that year, and
    for a unit that is not kr.
    """
    at = _takster(serie)
    if at and not any(y == basisaar for _, y in at):
        raise DataError([Fund("serie", "takster", "aar", str(basisaar), "ingen takst har en værdi i basisåret")])
    found = [
        Fund("serie", i, "vaerdi", str(r.vaerdi), "taksten i basisåret skal være større end 0")
        for (i, y), r in at.items()
        if y == basisaar and r.vaerdi <= 0
    ]
    if found:
        raise DataError(found)
    rows = []
    for (indicator, year), row in at.items():
        base = at.get((indicator, basisaar))
        if base is not None:
            index = row.vaerdi * 100 / base.vaerdi
            rows.append((indicator, year, row.vaerdi, index, afrund(index, 1), _status(row, base)))
    return tabel(rows, ["indikator", "aar", "kr", "indeks", "indeks_afrundet", "status"], tal=["aar"])


def stoerrelsesfaktorer(serie: pd.DataFrame, regler: pd.DataFrame) -> pd.DataFrame:
    """Each takst against the takst of the smallest class times its size factor (lov om socialtilsyn § 23).

    ``regler`` is the table of the field's rules; used: ``regel`` = ``stoerrelsesfaktor``, ``klasse``, ``gaelder_fra``,
    ``vaerdi``. A takst is tested with the rule that applied when its year began; for years before the first rule that
    is known, with that one (``regel_kendt`` is False).

    Returns one row per kind, class and year: ``art``, ``klasse``, ``aar``, ``kr``, ``faktor``, ``ventet`` (smallest
    class × factor), ``forskel`` (kr. − ventet), ``taerskel``, ``regel_kendt`` and ``dom``: ``stemmer`` where the
    difference is 0, ``afrunding`` where it is within what rounding both takster to whole kroner can do (factor/2 + 1/2
    kr.), else ``afviger``; and ``status``. Raises :class:`DataError` for a factor that is missing or stands twice.
    """
    rules = _regler(regler, "stoerrelsesfaktor")
    missing = [k for k in KLASSER[1:] if k not in rules]
    if missing:
        raise DataError(
            [Fund("socialtilsyn_regler", "stoerrelsesfaktor", "klasse", k, "faktoren mangler") for k in missing]
        )
    at = _takster(serie)
    rows = []
    for kind in ARTER:
        for year in sorted({y for i, y in at if i == f"takst-{kind}-{KLASSER[0]}"}):
            smallest = at[f"takst-{kind}-{KLASSER[0]}", year]
            for size in KLASSER[1:]:
                row = at.get((f"takst-{kind}-{size}", year))
                if row is not None:
                    factor, stated = _regel(rules[size], year)
                    expected, margin = smallest.vaerdi * factor, factor / 2 + Fraction(1, 2)
                    rows.append(
                        (
                            kind,
                            size,
                            year,
                            row.vaerdi,
                            factor,
                            expected,
                            row.vaerdi - expected,
                            margin,
                            stated,
                            _dom(row.vaerdi - expected, margin),
                            _status(row, smallest),
                        )
                    )
    columns = ["art", "klasse", "aar", "kr", "faktor", "ventet", "forskel", "taerskel", "regel_kendt", "dom", "status"]
    return tabel(rows, columns, tal=["aar"], tekst=["art", "klasse", "regel_kendt", "dom", "status"])


def skaerpet_tilsyn(serie: pd.DataFrame, regler: pd.DataFrame) -> pd.DataFrame:
    """The takst for skærpet tilsyn against ten per cent of the yearly takst per month begun (BEK 1490/2023 § 25, stk.
    1; before: BEK 617/2020 § 33, stk. 1).

    ``regler``: used is ``regel`` = ``skaerpet_tilsyn``. Returns one row per class and year: ``klasse``, ``aar``,
    ``kr``, ``aarstakst``, ``ventet``, ``forskel``, ``regel_kendt``, ``dom`` (as :func:`stoerrelsesfaktorer`; rounding
    or cutting to whole kroner explains less than one krone) and ``status``.
    """
    rules = _regler(regler, "skaerpet_tilsyn").get("")
    if rules is None:
        raise DataError([Fund("socialtilsyn_regler", "skaerpet_tilsyn", "regel", "", "reglen mangler")])
    at = _takster(serie)
    rows = []
    for size in KLASSER:
        for year in sorted(y for i, y in at if i == f"takst-skaerpet-tilsyn-{size}"):
            row, yearly = at[f"takst-skaerpet-tilsyn-{size}", year], at.get((f"takst-tilsyn-{size}", year))
            if yearly is not None:
                share, stated = _regel(rules, year)
                expected = yearly.vaerdi * share
                difference = row.vaerdi - expected
                dom = STEMMER if not difference else AFRUNDING if abs(difference) < 1 else AFVIGER
                rows.append(
                    (size, year, row.vaerdi, yearly.vaerdi, expected, difference, stated, dom, _status(row, yearly))
                )
    columns = ["klasse", "aar", "kr", "aarstakst", "ventet", "forskel", "regel_kendt", "dom", "status"]
    return tabel(rows, columns, tal=["aar"], tekst=["klasse", "regel_kendt", "dom", "status"])


def faste_priser(serie: pd.DataFrame, prisindeks: pd.DataFrame, prisaar: int) -> pd.DataFrame:
    """Takster in the prices of ``prisaar``.

    ``prisindeks`` is data that the caller has: columns ``aar`` and ``indeks`` (numbers > 0; the base does not matter).
    None is published in the reports, and none is assumed.

    Returns one row per takst and year of which the index is known: ``indikator``, ``aar``, ``kr``, ``kr_faste_priser``
    (Fraction), ``kr_faste_priser_afrundet`` (Decimal, whole kroner) and ``status``. Raises :class:`DataError` for a
    year twice, an index that is no number > 0, and a ``prisaar`` without an index.
    """
    found = [
        Fund("prisindeks", str(y), "aar", str(y), "året står to gange")
        for y in prisindeks.loc[prisindeks["aar"].duplicated(), "aar"]
    ]
    index: dict[int, Fraction] = {}
    for year, value in zip(prisindeks["aar"], prisindeks["indeks"], strict=True):
        try:
            index[int(year)] = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            found.append(Fund("prisindeks", str(year), "indeks", str(value), "skal være et tal"))
            continue
        if index[int(year)] <= 0:
            found.append(Fund("prisindeks", str(year), "indeks", str(value), "skal være større end 0"))
    if not found and prisaar not in index:
        found.append(Fund("prisindeks", str(prisaar), "aar", str(prisaar), "prisåret har intet indeks"))
    if found:
        raise DataError(found)
    rows = []
    for (indicator, year), row in _takster(serie).items():
        if year in index:
            fixed = row.vaerdi * index[prisaar] / index[year]
            rows.append((indicator, year, row.vaerdi, fixed, afrund(fixed), row.status))
    return tabel(rows, ["indikator", "aar", "kr", "kr_faste_priser", "kr_faste_priser_afrundet", "status"], tal=["aar"])


def _takster(serie: pd.DataFrame) -> dict[tuple[str, int], Serieraekke]:
    at = {key: row for key, row in opslag(serie).items() if key[0].startswith("takst-")}
    wrong = [
        Fund("serie", f"{i}, {y}", "enhed", str(r.enhed), "takster skal være i kr.")
        for (i, y), r in at.items()
        if r.enhed != "kr."
    ]
    if wrong:
        raise DataError(wrong)
    return at


def _regler(regler: pd.DataFrame, name: str) -> dict[str, list[tuple[pd.Timestamp, Fraction]]]:
    """The rule's values for each klasse («» where it has none), each with the day from which it applies,
    in that order.
    """
    rows = regler[regler["regel"] == name]
    twice = rows[rows.duplicated(["klasse", "gaelder_fra"])]
    if len(twice):
        raise DataError(
            [
                Fund("socialtilsyn_regler", name, "klasse", str(r.klasse), "reglen står to gange")
                for r in twice.itertuples()
            ]
        )
    values: dict[str, list[tuple[pd.Timestamp, Fraction]]] = {}
    for row in rows.sort_values("gaelder_fra").itertuples():
        values.setdefault("" if pd.isna(row.klasse) else row.klasse, []).append(
            (pd.Timestamp(row.gaelder_fra), Fraction(row.vaerdi))
        )
    return values


def _regel(values: list[tuple[pd.Timestamp, Fraction]], year: int) -> tuple[Fraction, bool]:
    """The value that applied on 1 January of ``year``, and True; where none did yet, the first one, and False."""
    begun = [v for since, v in values if since <= pd.Timestamp(year, 1, 1)]
    return (begun[-1], True) if begun else (values[0][1], False)


def _dom(difference: Fraction, margin: Fraction) -> str:
    return STEMMER if not difference else AFRUNDING if abs(difference) <= margin else AFVIGER
