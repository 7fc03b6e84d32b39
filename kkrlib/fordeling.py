"""Distribution of whole units by largest remainder (Hamilton's method), in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from numbers import Integral, Rational
from typing import Any

import pandas as pd

from kkrlib.errors import DataError, Fund


def stoerste_broek(vaegte: pd.Series | Mapping[Any, Any] | Sequence[Any], antal: int) -> pd.Series:
    """Distribute ``antal`` whole units in proportion to ``vaegte`` by largest remainder.

    Every entry first gets the whole part of ``vaegt × antal / sum(vaegte)``; what is left goes, one unit each,
    to the largest remainders. The result sums to ``antal``, each entry is its exact share rounded up or down, and a
    weight of zero gets nothing.

    A tie at the cut (equal remainders, fewer units than entries) is resolved by the index: the lowest label first
    (labels of mixed kinds in the order of their texts). It does not depend on the order of rows.
    :func:`stoerste_broek_trin` says which entries were tied.

    ``vaegte``: Series (unique index), mapping, or sequence of numbers ≥ 0. Integers, Fractions and Decimals are
    taken exactly; a float is taken as the exact binary number it is.
    ``antal``: whole number ≥ 0.

    Returns an ``int64`` Series on the same index, in the same order. Raises :class:`DataError` for a negative,
    missing or infinite weight, a label twice, an ``antal`` that is no whole number ≥ 0, or units to
    distribute where no weight is positive.
    """
    return stoerste_broek_trin(vaegte, antal)["antal"]


def stoerste_broek_trin(vaegte: pd.Series | Mapping[Any, Any] | Sequence[Any], antal: int) -> pd.DataFrame:
    """The steps of :func:`stoerste_broek`, on the index of ``vaegte``.

    Columns: ``andel`` (Fraction, the exact number of units), ``hele`` (its whole part), ``rest`` (Fraction, the
    remainder), ``antal`` (the result) and ``lighed`` (True for entries whose remainder was tied at the cut, so that
    only the tie rule decided between them).
    """
    weights = pd.Series(vaegte, dtype=object) if not isinstance(vaegte, pd.Series) else vaegte.astype(object)
    exact, found = [], []
    for label, value in weights.items():
        try:
            exact.append(eksakt(value))
        except (TypeError, ValueError, OverflowError):
            exact.append(Fraction(0))
            found.append(Fund("vægte", str(label), "", str(value), "skal være et endeligt tal"))
            continue
        if exact[-1] < 0:
            found.append(Fund("vægte", str(label), "", str(value), "må ikke være negativ"))
    if weights.index.hasnans:
        found.append(Fund("vægte", "", "", "", "en række har ingen etiket"))
    for label in weights.index[weights.index.duplicated()].unique():
        found.append(Fund("vægte", str(label), "", "", "står to gange"))
    if not er_helt_tal(antal) or antal < 0:
        found.append(Fund("vægte", "", "antal", str(antal), "skal være et helt tal på mindst 0"))
    elif antal >= 2**63:
        found.append(Fund("vægte", "", "antal", str(antal), "er for stort"))
    elif not found and antal and not any(exact):
        found.append(Fund("vægte", "", "", "", f"{antal} kan ikke fordeles, når ingen vægt er større end 0"))
    if found:
        raise DataError(found)

    scale = lcm(*(w.denominator for w in exact))
    scaled = [w.numerator * (scale // w.denominator) for w in exact]
    total = sum(scaled) or 1
    result, left, order = hele(scaled, int(antal), raekkefoelge(weights.index))
    whole = [w * int(antal) // total for w in scaled]
    rests = [w * int(antal) % total for w in scaled]
    cut = {rests[order[left - 1]], rests[order[left]]} if 0 < left < len(order) else set()
    return pd.DataFrame(
        {
            "andel": pd.Series([Fraction(w * int(antal), total) for w in scaled], index=weights.index, dtype=object),
            "hele": pd.Series(whole, index=weights.index, dtype="int64"),
            "rest": pd.Series([Fraction(r, total) for r in rests], index=weights.index, dtype=object),
            "antal": pd.Series(result, index=weights.index, dtype="int64"),
            "lighed": pd.Series([len(cut) == 1 and r in cut for r in rests], index=weights.index, dtype=bool),
        }
    )


def hele(vaegte: Sequence[int], antal: int, raekkefoelge: Sequence[int]) -> tuple[list[int], int, list[int]]:
    """The core of :func:`stoerste_broek` on whole weights, for callers that distribute many times.

    ``raekkefoelge`` is the rank of each entry among ties, lowest first. Returns the units of each entry, how many
    units went by remainder, and the entries in the order in which they were in turn for one.
    """
    total = sum(vaegte) or 1
    result = [w * antal // total for w in vaegte]
    left = antal - sum(result)
    order = sorted(range(len(vaegte)), key=lambda i: (-(vaegte[i] * antal % total), raekkefoelge[i]))
    for i in order[:left]:
        result[i] += 1
    return result, left, order


def eksakt(value: Any) -> Fraction:
    """The exact value of a number as a Fraction; TypeError or ValueError for what is none (bool, text, missing)."""
    if isinstance(value, (bool, str)) or value is None or value is pd.NA:
        raise TypeError(f"{value!r} is not a number")
    if isinstance(value, Rational):  # numpy integers and Python's int and Fraction
        return Fraction(int(value.numerator), int(value.denominator))
    return Fraction(value)


def er_helt_tal(value: Any) -> bool:
    """Whether a value is a whole number: an integer, or another number with nothing after the decimal mark."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return True
    try:
        return eksakt(value).denominator == 1
    except (TypeError, ValueError, OverflowError):
        return False


def raekkefoelge(index: pd.Index) -> list[int]:
    """The rank of each label in ascending order, which is the tie rule; labels of mixed kinds are ordered as text."""
    labels = list(index)
    try:
        order = sorted(range(len(labels)), key=lambda i: labels[i])
    except TypeError:
        order = sorted(range(len(labels)), key=lambda i: str(labels[i]))
    ranks = [0] * len(labels)
    for rank, i in enumerate(order):
        ranks[i] = rank
    return ranks
