"""What a printed number can stand for: the interval that its printing leaves open, exact, with its arithmetic.

Every room that reckons with rounded numbers takes the interval from here: half a unit of the last digit to each side,
wider by a reservation such as «ca.».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from kkrlib import trykt


@dataclass(frozen=True)
class Interval:
    """A number as printed, and the least and greatest it can stand for."""

    mindst: Fraction
    vaerdi: Fraction
    hoejst: Fraction

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.mindst + other.mindst, self.vaerdi + other.vaerdi, self.hoejst + other.hoejst)

    def __neg__(self) -> Interval:
        return Interval(-self.hoejst, -self.vaerdi, -self.mindst)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.mindst, self.hoejst) for b in (other.mindst, other.hoejst)]
        return Interval(min(ends), self.vaerdi * other.vaerdi, max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """Raises ZeroDivisionError for a divisor that can be zero."""
        if other.mindst <= 0 <= other.hoejst:
            raise ZeroDivisionError
        return self * Interval(1 / other.hoejst, 1 / other.vaerdi, 1 / other.mindst)

    @classmethod
    def punkt(cls, vaerdi: Fraction | int) -> Interval:
        return cls(Fraction(vaerdi), Fraction(vaerdi), Fraction(vaerdi))


def halv_enhed(decimaler: int) -> Fraction:
    """Half a unit of the last digit of a number printed with so many decimals: what rounding can move it by."""
    return Fraction(1, 2 * 10**decimaler)


def trykt_interval(
    tekst: str,
    vaerdi: Fraction,
    *,
    eksakt: bool = False,
    under: Fraction = Fraction(0),
    over: Fraction = Fraction(0),
) -> tuple[Interval, int]:
    """The interval that the printing ``tekst`` of ``vaerdi`` leaves open, and how many decimals are compared.

    A number that is ``eksakt`` (a count, a rule), or printed as a word, is what it says; a fraction («2/3») stands for
    what is nearer to it than half of one part; any other for what rounds to it. A reservation widens the interval by
    ``under`` and ``over`` per cent of the number, downwards and upwards in size: for a fall «næsten» is nearer to zero.
    """
    digits = re.search(r"\d", tekst) is not None
    # A part of a whole in words («tredjedel») is compared as a fraction is.
    decimals = trykte_decimaler(tekst) if digits or vaerdi.denominator == 1 else trykt.BROEK
    parts = re.search(r"\d+/(\d+)", tekst)
    half = Fraction(0) if eksakt or not digits else Fraction(1, 2 * int(parts[1])) if parts else halv_enhed(decimals)
    least = vaerdi - half - abs(vaerdi) * (under if vaerdi > 0 else over) / 100
    most = vaerdi + half + abs(vaerdi) * (over if vaerdi > 0 else under) / 100
    return Interval(least, vaerdi, most), decimals


def trykte_decimaler(tekst: str) -> int:
    """How many decimals a number is printed with, as :func:`kkrlib.trykt.laes` reads it; of a fraction («2/3») two are
    compared. A text has none.
    """
    said = trykt.laes(tekst)
    return said.decimaler if said else 0


def eksakt_tal(tekst: object) -> Fraction:
    """An exact number from a cell: ``1234``, ``"1.5"``, ``"2/3"``, or as Danish print has it with a comma
    (``"6,81"``).
    """
    said = trykt.laes(str(tekst)) if "," in str(tekst) else None
    return said.vaerdi if said else Fraction(str(tekst))
