"""What a printed change says of the year before: the interval of numbers from which it follows.

A report prints «faldet med 1,8 %» with its own year's number. The year before is then known only as far as the rounding
of the percentage lets it be. These values are *derived*: they carry their interval and are never shown as published.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import DataError, Fund
from kkrlib.interval import trykte_decimaler
from kkrlib.socialtilsyn.raekker import Afledning

#: Ways to round. Danish statistics round halves away from zero; the reports also cut decimals off (see ``interval``).
HALVE_OP, AFSKAARET = "halve væk fra nul", "afskåret"

#: Ways to derive a number: it stands in a later report's column for the earlier year, follows from a change that is
#: printed, or is what is left of a printed whole.
KOLONNE, FORSKEL, PROCENT, REST = "sammenligningskolonne", "forskel", "procent", "rest"


def afrund(x: Fraction | int, decimaler: int = 0, maade: str = HALVE_OP) -> Decimal:
    """Round an exact number by a named way: :data:`HALVE_OP` or :data:`AFSKAARET`. ValueError for another name."""
    if maade == HALVE_OP:
        return dansk.afrund(Fraction(x), decimaler)
    if maade != AFSKAARET:
        raise ValueError(f"ukendt afrunding «{maade}»")
    scaled = abs(Fraction(x)) * 10**decimaler
    cut = Decimal(scaled.numerator // scaled.denominator).scaleb(-decimaler)
    return -cut if x < 0 and cut else cut


def interval(
    niveau: Fraction | int, procent: Fraction, decimaler: int, hoejst: Fraction | int | None = None
) -> tuple[int, int] | None:
    """The whole numbers from which a change of ``procent`` per cent, printed with ``decimaler`` decimals, leads to
    ``niveau``.

    The printed size stands for a size from half a unit in its last digit below it (rounded) to a whole unit above it
    (cut off), the upper end not included. Both are allowed, because the reports do both: 496 from 465 is 6,67 % and is
    printed as 6,6 %. With ``hoejst`` the level is itself only known to lie between ``niveau`` and ``hoejst``.

    Returns (lowest, highest), or None where no whole number fits. Raises ValueError for a level that is not positive
    and a fall that can be 100 per cent.
    """
    unit = Fraction(1, 10**decimaler)
    smallest, largest = (abs(procent) - unit / 2) / 100, (abs(procent) + unit) / 100
    bottom, top = Fraction(niveau), Fraction(niveau if hoejst is None else hoejst)
    if bottom <= 0 or (procent < 0 and largest >= 1):
        raise ValueError("niveauet skal være større end 0 og faldet mindre end 100 %")
    if procent < 0:  # niveau = x × (1 − size): x is the larger, the larger the size
        first, last = bottom / (1 - smallest), top / (1 - largest)
        lowest, highest = first.__ceil__(), last.__ceil__() - 1
    else:
        first, last = bottom / (1 + largest), top / (1 + smallest)
        lowest, highest = first.__floor__() + 1, last.__floor__()
    return (lowest, highest) if lowest <= highest else None


def afledte(afledninger: pd.DataFrame, fakta: pd.DataFrame, kendte: Mapping[tuple[str, int], Fraction]) -> pd.DataFrame:
    """Compute the derived values that the table of derivations declares.

    ``afledninger``: one row per derivation, columns ``indikator``, ``aar`` (the year derived), ``metode``, ``fakta``
    (the fact that says it) and ``fra_aar`` (the year derived from). ``fakta``: the table of facts, index ``id``.
    ``kendte``: the published value of each (indikator, aar).

    - ``sammenligningskolonne``: the fact is the value;
    - ``forskel``: the number of ``fra_aar`` less the change;
    - ``procent``: :func:`interval` of the number of ``fra_aar``;
    - ``rest``: the fact is a whole, and ``fradrag`` names the indicators (separated by blanks) whose values that year
      are taken from it.

    Where ``fra_aar`` or a ``fradrag`` is itself derived, its whole interval is carried on.

    Returns the rows in order with ``mindst`` and ``hoejst`` (``int64``). Raises :class:`DataError` for an unknown
    method or fact, a start that is not known, or a percentage that no whole number fits.
    """
    found: list[Fund] = []
    known: dict[tuple[str, int], tuple[Fraction, Fraction]] = {key: (v, v) for key, v in kendte.items()}
    result: dict[int, tuple[int, int]] = {}

    def fault(row: Afledning, column: str, value: object, text: str) -> None:
        found.append(Fund("socialtilsyn_afledte", f"{row.indikator}, {row.aar}", column, str(value), text))

    left = list(afledninger.itertuples())
    while left:
        # A derivation waits for the year it starts from, which another row may derive.
        waiting = {(r.indikator, int(r.aar)) for r in left}
        ready = [r for r in left if not waiting & _bygger_paa(r)]
        if not ready:
            for row in left:
                fault(row, "fra_aar", row.fra_aar, "afledningerne går i ring")
            break
        left = [r for r in left if r not in ready]
        for row in ready:
            if row.fakta not in fakta.index:
                fault(row, "fakta", row.fakta, "findes ikke i fakta.csv")
                continue
            fact = fakta.loc[row.fakta]
            change = Fraction(fact["vaerdi"])
            if row.metode == KOLONNE:
                bounds = (change, change)
            elif row.metode == REST:
                parts = sorted(_bygger_paa(row))
                unknown = [i for i, y in parts if (i, y) not in known]
                if unknown or not parts:
                    fault(row, "fradrag", " ".join(unknown), "indikatoren har ingen værdi i det år")
                    continue
                bounds = (change - sum(known[p][1] for p in parts), change - sum(known[p][0] for p in parts))
            elif row.metode not in (FORSKEL, PROCENT):
                fault(row, "metode", row.metode, f"skal være «{KOLONNE}», «{FORSKEL}», «{PROCENT}» eller «{REST}»")
                continue
            elif (row.indikator, int(row.fra_aar)) not in known:
                fault(row, "fra_aar", row.fra_aar, "indikatoren har ingen værdi i det år")
                continue
            else:
                start = known[row.indikator, int(row.fra_aar)]
                try:
                    bounds = _back(start, change, row.metode, str(fact["trykt"]))
                except ValueError as error:
                    fault(row, "fakta", fact["trykt"], str(error))
                    continue
            result[row.Index] = (int(bounds[0]), int(bounds[1]))
            key = (row.indikator, int(row.aar))
            old = known.get(key, bounds)
            known[key] = (max(old[0], bounds[0]), min(old[1], bounds[1]))
            if known[key][0] > known[key][1]:
                fault(row, "fakta", fact["trykt"], "to afledninger af samme tal kan ikke begge passe")
    if found:
        raise DataError(found)
    both = pd.DataFrame.from_dict(result, orient="index", columns=["mindst", "hoejst"], dtype="int64")
    return afledninger.drop(columns=["mindst", "hoejst"], errors="ignore").join(both)


def _bygger_paa(row: Afledning) -> set[tuple[str, int]]:
    """The values that a derivation starts from."""
    if row.metode == KOLONNE:
        return set()
    if row.metode == REST:
        return {(i, int(row.aar)) for i in row.fradrag.split()} if isinstance(row.fradrag, str) else set()
    return {(row.indikator, int(row.fra_aar))}


def _back(start: tuple[Fraction, Fraction], change: Fraction, method: str, printed: str) -> tuple[Fraction, Fraction]:
    if method == FORSKEL:
        return start[0] - change, start[1] - change
    bounds = interval(start[0], change, trykte_decimaler(printed), start[1])
    if bounds is None:
        raise ValueError(f"intet helt tal giver {printed} afrundet eller afskåret")
    return Fraction(bounds[0]), Fraction(bounds[1])
