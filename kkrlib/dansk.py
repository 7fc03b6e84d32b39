"""Danish numbers, dates and lists for the text that readers see.

Numbers are formatted by Babel's Danish locale. Rounding is half away from zero, as
Danish statistics print it, and is done on the exact value: a Fraction is never turned into a float first.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

LOCALE = "da_DK"
MINUS = "\N{MINUS SIGN}"


def afrund(x: Any, decimaler: int = 0) -> Decimal:
    """Round a number to ``decimaler`` decimals, halves away from zero, from its exact value.

    Takes int, Fraction, Decimal, float and their numpy kin; raises ValueError for a missing value.
    """
    if isinstance(x, Decimal):
        exact = Fraction(x)
    elif isinstance(x, Rational):
        exact = Fraction(int(x.numerator), int(x.denominator))
    else:
        exact = Fraction(float(x))
    scaled = abs(exact) * 10**decimaler
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    rounded = Decimal(whole).scaleb(-decimaler)
    return -rounded if exact < 0 and whole else rounded


def tal(x: Any, decimaler: int = 0) -> str:
    """``1234.5 → "1.234,5"`` with exactly ``decimaler`` decimals and a true minus sign."""
    pattern = "#,##0" + ("." + "0" * decimaler if decimaler else "")
    rounded = afrund(x, decimaler)
    text = format_decimal(abs(rounded), format=pattern, locale=LOCALE)
    return MINUS + text if rounded < 0 else text


def fortegn(x: Any, decimaler: int = 0) -> str:
    """As :func:`tal`, with a plus before what rounds to more than zero."""
    text = tal(x, decimaler)
    return "+" + text if afrund(x, decimaler) > 0 else text


def procent(x: Any, decimaler: int = 1) -> str:
    """A share as per cent: ``Fraction(1, 8) → "12,5 %"``."""
    share = Fraction(x) if isinstance(x, (Rational, Decimal)) else Fraction(float(x))
    return tal(share * 100, decimaler) + "\N{NO-BREAK SPACE}%"


def kroner(x: Any) -> str:
    """Whole kroner: ``1234567 → "1.234.567 kr."``."""
    return tal(x) + "\N{NO-BREAK SPACE}kr."


def dato(d: date) -> str:
    """``date(2024, 4, 29) → "29. april 2024"``."""
    return format_date(d, format="d. MMMM y", locale=LOCALE)


def maaned(aar: int, maaned: int) -> str:
    """``(2022, 9) → "september 2022"``."""
    return format_date(date(aar, maaned, 1), format="MMMM y", locale=LOCALE)


#: The letters that come last in the Danish alphabet, as what sorts after z.
_SIDST: dict[int, str | int | None] = {ord("æ"): "{a", ord("ø"): "{b", ord("å"): "{c"}


def alfabetisk(navn: str) -> str:
    """A key that sorts names by the Danish alphabet: æ, ø and å last, and aa as å («Aabenraa» after «Ærø»)."""
    return navn.casefold().replace("aa", "å").translate(_SIDST)


def opremsning(items: Iterable[str]) -> str:
    """``["a", "b", "c"] → "a, b og c"``."""
    return format_list(list(items), locale=LOCALE)


def antal(n: int) -> str:
    """A small whole number in words, as in running text: ``fem``; another in digits."""
    words = ("nul", "et", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni")
    return words[n] if 0 <= n < len(words) else tal(n)


def flertal(antal: int, ental: str, flertalsform: str) -> str:
    """The count and the noun in the right form: ``flertal(1, "person", "personer") → "1 person"``."""
    return f"{tal(antal)} {ental if antal == 1 else flertalsform}"


class _Danish(string.Formatter):
    """``str.format`` with Danish format codes, for prose whose numbers come from a computation."""

    def format_field(self, value: Any, spec: str) -> str:
        name, digits = spec.rstrip("0123456789"), spec[len(spec.rstrip("0123456789")) :]
        if name == "tal":
            return tal(value, int(digits or 0))
        if name == "fortegn":
            return fortegn(value, int(digits or 0))
        if name == "procent":
            return procent(value, int(digits or 1))
        if name == "kr":
            return kroner(value)
        if name == "dato":
            return dato(value)
        if name == "liste":
            return opremsning(value)
        if spec:
            raise ValueError(f"ukendt talformat «{spec}»")
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise ValueError(f"{value!r} skal have et talformat, fx tal1 eller procent1")
        return str(value)

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Any) -> Any:
        if isinstance(key, int):
            raise ValueError("hvert tal i teksten skal have et navn")
        return kwargs[key]


def udfyld(skabelon: str, **vaerdier: Any) -> str:
    """Fill ``{navn}`` and ``{navn:kode}`` in a Danish text.

    Codes: ``tal`` and ``tal1`` (decimals), ``fortegn``, ``procent1``, ``kr``, ``dato``, ``liste``. Without a
    code only text and plain whole numbers (years) are allowed, so that no number is printed in English.
    """
    return _Danish().vformat(skabelon, (), vaerdier)
