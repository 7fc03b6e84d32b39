"""Change from year to year, and the flows against the stocks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from kkrlib.errors import DataError, Fund
from kkrlib.socialtilsyn.afledning import HALVE_OP, afrund
from kkrlib.socialtilsyn.serier import AFLEDT, OFFENTLIGGJORT


def aendring(serie: pd.DataFrame, decimaler: int = 1, maade: str = HALVE_OP) -> pd.DataFrame:
    """The change of every indicator from each year it is known of to the next.

    ``serie`` is what :func:`kkrlib.socialtilsyn.serie` returns (used: ``indikator``, ``aar``, ``mindst``, ``hoejst``,
    ``status``). Returns one row per indicator and pair of years: ``indikator``, ``fra_aar``, ``til_aar`` (not always
    neighbours: what lies between is not published), ``aendring`` (Fraction, in the indicator's unit),
    ``aendring_mindst`` and ``aendring_hoejst``, ``procent`` (Fraction; per cent of the earlier year's size),
    ``procent_afrundet`` (Decimal, ``decimaler`` decimals by ``maade``) and ``status`` (``afledt`` where either end is).
    Numbers are None where an end is only an interval, per cent also where the earlier year is 0. Raises
    :class:`DataError` for a year twice.
    """
    _ingen_dubletter(serie)
    rows = []
    for indicator, group in serie.groupby("indikator", sort=False):
        known = list(group.sort_values("aar").itertuples())
        for old, new in itertools.pairwise(known):
            low, high = new.mindst - old.hoejst, new.hoejst - old.mindst
            change = low if low == high else None
            per_cent = Fraction(100) * change / abs(old.mindst) if change is not None and old.mindst else None
            rounded = None if per_cent is None else afrund(per_cent, decimaler, maade)
            status = OFFENTLIGGJORT if old.status == new.status == OFFENTLIGGJORT else AFLEDT
            rows.append((indicator, int(old.aar), int(new.aar), change, low, high, per_cent, rounded, status))
    columns = [
        "indikator",
        "fra_aar",
        "til_aar",
        "aendring",
        "aendring_mindst",
        "aendring_hoejst",
        "procent",
        "procent_afrundet",
        "status",
    ]
    return tabel(rows, columns, tal=["fra_aar", "til_aar"])


def beholdning(serie: pd.DataFrame, bestand: str, tilgang: Sequence[str], afgang: Sequence[str]) -> pd.DataFrame:
    """Flows against stocks: last year + approved − ceased − revoked ± unexplained = this year.

    ``bestand`` is an indicator counted at the end of a year, ``tilgang`` and ``afgang`` indicators of what happens in a
    year. Only neighbouring years can be compared, and only where every flow is known.

    Returns one row per such year: ``aar``, ``primo``, one column per flow, ``forventet`` (primo + tilgang − afgang),
    ``ultimo``, ``uforklaret`` (ultimo − forventet; moves to and from other tilsyn among them) and ``status``. Numbers
    are Fractions; where primo or ultimo is only an interval, ``primo``, ``forventet``, ``ultimo`` and ``uforklaret``
    are None, and ``uforklaret_mindst`` and ``uforklaret_hoejst`` hold. Raises :class:`DataError` for a year twice and
    an indicator that is not in the series.
    """
    _ingen_dubletter(serie)
    wanted = [bestand, *tilgang, *afgang]
    missing = [i for i in wanted if i not in set(serie["indikator"])]
    if missing:
        raise DataError([Fund("serie", i, "indikator", i, "findes ikke") for i in missing])
    at = {(r.indikator, int(r.aar)): r for r in serie[serie["indikator"].isin(wanted)].itertuples()}
    flows = [*tilgang, *afgang]
    rows = []
    for year in sorted(y for i, y in at if i == bestand):
        if (bestand, year - 1) not in at or not all((i, year) in at for i in flows):
            continue
        before, after, moved = at[bestand, year - 1], at[bestand, year], [at[i, year] for i in flows]
        low = before.mindst + sum(at[i, year].mindst for i in tilgang) - sum(at[i, year].hoejst for i in afgang)
        high = before.hoejst + sum(at[i, year].hoejst for i in tilgang) - sum(at[i, year].mindst for i in afgang)
        least, most = after.mindst - high, after.hoejst - low
        status = OFFENTLIGGJORT if all(r.status == OFFENTLIGGJORT for r in (before, after, *moved)) else AFLEDT
        expected = low if low == high else None
        rest = least if least == most else None
        rows.append(
            (year, before.vaerdi, *(r.vaerdi for r in moved), expected, after.vaerdi, rest, least, most, status)
        )
    columns = [
        "aar",
        "primo",
        *flows,
        "forventet",
        "ultimo",
        "uforklaret",
        "uforklaret_mindst",
        "uforklaret_hoejst",
        "status",
    ]
    return tabel(rows, columns, tal=["aar"])


def _ingen_dubletter(serie: pd.DataFrame) -> None:
    twice = serie[serie.duplicated(["indikator", "aar"])]
    if len(twice):
        raise DataError(
            [Fund("serie", r.indikator, "aar", str(r.aar), "året står to gange") for r in twice.itertuples()]
        )


def tabel(
    rows: list[tuple], columns: list[str], tal: Sequence[str] = (), tekst: Sequence[str] = ("indikator", "status")
) -> pd.DataFrame:
    """A DataFrame whose exact numbers stay what they are: dtype object, None where there is none; ``tal`` become
    ``int64``.
    """
    result = {}
    for i, column in enumerate(columns):
        kind = "int64" if column in tal else None if column in tekst else object
        result[column] = pd.Series([row[i] for row in rows], dtype=kind if rows or kind else object)
    return pd.DataFrame(result, columns=columns)
