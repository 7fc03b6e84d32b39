"""Danish numbers, dates and lists."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkrlib import dansk


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (1234567, 0, "1.234.567"),
        (1234.5, 1, "1.234,5"),
        (-1234.5, 1, "−1.234,5"),
        (Fraction(1, 8), 2, "0,13"),  # halves away from zero, exactly
        (Fraction(-1, 8), 2, "−0,13"),
        (Decimal("2.675"), 2, "2,68"),
        (2.675, 2, "2,67"),  # the binary number is below the half
        (np.int64(98), 0, "98"),
        (Fraction(-1, 1000), 1, "0,0"),  # no minus on a zero
    ],
)
def test_numbers_are_danish_and_rounded_half_away_from_zero(value, decimals, text):
    assert dansk.tal(value, decimals) == text


@given(st.fractions(-(10**9), 10**9, max_denominator=10**4), st.integers(0, 4))
def test_rounding_is_within_half_a_unit_and_half_goes_away_from_zero(value, decimals):
    rounded = Fraction(dansk.afrund(value, decimals))
    assert abs(rounded - value) <= Fraction(1, 2 * 10**decimals)
    if abs(rounded - value) == Fraction(1, 2 * 10**decimals):
        assert abs(rounded) > abs(value)


def test_signs_shares_dates_and_lists():
    assert dansk.fortegn(3) == "+3"
    assert dansk.fortegn(Fraction(1, 100), 1) == "0,0"
    assert dansk.fortegn(-3) == "−3"
    assert dansk.procent(Fraction(1, 8)) == "12,5\u00a0%"
    assert dansk.kroner(1234567) == "1.234.567\u00a0kr."
    assert dansk.dato(date(2024, 4, 29)) == "29. april 2024"
    assert dansk.opremsning(["a", "b", "c"]) == "a, b og c"
    assert [dansk.flertal(n, "person", "personer") for n in (0, 1, 1000)] == [
        "0 personer",
        "1 person",
        "1.000 personer",
    ]


def test_prose_takes_only_numbers_with_a_format():
    assert dansk.udfyld("{a:tal} af {b:procent1} i {aar}", a=1234, b=0.5, aar=2025) == "1.234 af 50,0\u00a0% i 2025"
    for text, values in (
        ("{a}", {"a": 0.5}),
        ("{a:.2f}", {"a": 0.5}),
        ("{}", {}),
        ("{a}", {"a": None}),
        ("{a}", {"a": True}),
    ):
        with pytest.raises((ValueError, KeyError, IndexError)):
            dansk.udfyld(text, **values)
