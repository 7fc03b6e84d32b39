"""Largest remainder: hand calculations, invariants, and an independent principle."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kkrlib.errors import DataError
from kkrlib.fordeling import stoerste_broek, stoerste_broek_trin

WEIGHTS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 10**6), min_size=1, max_size=12)
EXACT = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.fractions(0, 1000, max_denominator=999), min_size=1, max_size=8
)


def test_the_largest_remainders_get_what_is_left_by_hand():
    # 10 seats by 47, 16, 15.8, 12, 6.1, 3.1 (of 100): whole 4, 1, 1, 1, 0, 0, three left: .7, .61, .6 → a, e, b
    weights = {"a": 470, "b": 160, "c": 158, "d": 120, "e": 61, "f": 31}
    assert stoerste_broek(weights, 10).to_dict() == {"a": 5, "b": 2, "c": 1, "d": 1, "e": 1, "f": 0}


def test_the_steps_are_exact():
    steps = stoerste_broek_trin({"a": 1, "b": 2}, 4)
    assert list(steps["andel"]) == [Fraction(4, 3), Fraction(8, 3)]
    assert list(steps["rest"]) == [Fraction(1, 3), Fraction(2, 3)]
    assert list(steps["antal"]) == [1, 3]
    assert not steps["lighed"].any()


def test_a_tie_goes_to_the_lowest_label_and_is_reported():
    steps = stoerste_broek_trin(pd.Series([1, 1, 1], index=["c", "a", "b"]), 4)
    assert steps["antal"].to_dict() == {"c": 1, "a": 2, "b": 1}
    assert steps["lighed"].all()


def test_equal_remainders_away_from_the_cut_are_no_tie():
    # 1.4, 1.4, 4.2: one unit left between two remainders of .4: a tie
    assert stoerste_broek_trin([20, 20, 60], 7)["lighed"].tolist() == [True, True, False]
    # 1.8, 1.8, 1.4: two units left, both go to the remainders of .8: no tie
    steps = stoerste_broek_trin([36, 36, 28], 5)
    assert steps["antal"].tolist() == [2, 2, 1]
    assert not steps["lighed"].any()
    # 1, 1, 2: nothing left
    assert not stoerste_broek_trin([1, 1, 2], 4)["lighed"].any()


def test_a_float_is_the_number_it_is_and_a_decimal_is_exact():
    assert stoerste_broek([Decimal("0.1"), Decimal("0.2")], 3).tolist() == [1, 2]
    assert stoerste_broek([np.float64(0.5), np.int64(1)], 3).tolist() == [1, 2]


@given(WEIGHTS, st.integers(0, 10**5))
def test_the_sum_is_exact_and_each_entry_keeps_its_quota(weights, number):
    assume(any(weights.values()) or number == 0)
    steps = stoerste_broek_trin(weights, number)
    assert steps["antal"].sum() == number
    for share, got in zip(steps["andel"], steps["antal"], strict=True):
        assert got in (share.__floor__(), share.__ceil__())


@given(WEIGHTS, st.integers(1, 1000))
def test_a_weight_of_zero_gets_nothing(weights, number):
    assume(any(weights.values()))
    result = stoerste_broek(weights, number)
    assert all(result[label] == 0 for label, weight in weights.items() if weight == 0)


@given(WEIGHTS, st.integers(0, 1000), st.randoms())
def test_row_order_does_not_matter(weights, number, random):
    assume(any(weights.values()))
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    pd.testing.assert_series_equal(
        stoerste_broek(dict(shuffled), number).sort_index(), stoerste_broek(weights, number).sort_index()
    )


@given(EXACT, st.integers(0, 200), st.fractions(Fraction(1, 97), 97, max_denominator=97))
def test_scaling_all_weights_changes_nothing(weights, number, factor):
    assume(any(weights.values()))
    scaled = {label: w * factor for label, w in weights.items()}
    pd.testing.assert_frame_equal(stoerste_broek_trin(scaled, number), stoerste_broek_trin(weights, number))


@given(WEIGHTS, st.integers(0, 1000))
def test_a_larger_weight_never_gets_less(weights, number):
    assume(any(weights.values()))
    result = stoerste_broek(weights, number)
    for a, b in product(weights, repeat=2):
        if weights[a] > weights[b]:
            assert result[a] >= result[b]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=4), st.integers(0, 9))
def test_no_other_distribution_is_nearer_to_the_exact_shares(weights, number):
    """Independent principle: Hamilton minimises the squared distance to the exact shares among all distributions."""
    assume(any(weights))
    shares = [Fraction(w * number, sum(weights)) for w in weights]

    def distance(distribution):
        return sum((x - share) ** 2 for x, share in zip(distribution, shares, strict=True))

    every = (d for d in product(range(number + 1), repeat=len(weights)) if sum(d) == number)
    assert distance(stoerste_broek(weights, number)) == min(map(distance, every))


@pytest.mark.parametrize(
    ("weights", "number", "said"),
    [
        ([1, -2], 3, "må ikke være negativ"),
        ([1, float("nan")], 3, "endeligt tal"),
        ([1, float("inf")], 3, "endeligt tal"),
        ([1, None], 3, "endeligt tal"),
        ([1, "2"], 3, "endeligt tal"),
        ([1, True], 3, "endeligt tal"),
        (pd.Series([1, 2], index=["a", "a"]), 3, "står to gange"),
        ([1, 2], -1, "helt tal på mindst 0"),
        ([1, 2], 1.5, "helt tal på mindst 0"),
        ([0, 0], 1, "ingen vægt er større end 0"),
        ([], 1, "ingen vægt er større end 0"),
    ],
)
def test_what_makes_no_sense_is_refused(weights, number, said):
    with pytest.raises(DataError, match=said):
        stoerste_broek(weights, number)


def test_all_faults_are_named_at_once():
    with pytest.raises(DataError) as error:
        stoerste_broek({"a": -1, "b": None, "c": -3}, -1)
    assert len(error.value.fund) == 4


def test_nothing_to_distribute_gives_nothing():
    assert stoerste_broek([0, 0], 0).tolist() == [0, 0]
    assert stoerste_broek([3, 4], 0).tolist() == [0, 0]
