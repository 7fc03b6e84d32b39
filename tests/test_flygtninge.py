"""The rule of BEK 550/2022 § 4: official figures, hand calculations, an independent program, invariants."""

import sqlite3
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kkrlib import data, flygtninge
from kkrlib import landstal as udmeldt
from kkrlib.errors import DataError, ParameterError
from kkrlib.flygtninge.forklaring import AARSAGER, BIDRAG
from kkrlib.flygtninge.regel import TRIN

TABELLER = data.laes()
#: The years whose published quotas the rule must give: those with bilag A and bilag B.
YEARS = [y for y in flygtninge.aar_med_data(TABELLER) if y in set(TABELLER["bilag_b"]["kvoteaar"])]


def landstal(tabeller, year):
    return int(udmeldt.brev(tabeller, year)["landstal"])


def fordelt(tabeller, year):
    return flygtninge.fordel(flygtninge.grundlag(tabeller, year), landstal(tabeller, year))


def published(tabeller, table, year, key, value):
    return tabeller[table].query("kvoteaar == @year").set_index(key)[value]


def deviations(computed, official):
    """The keys where two Series differ; both must have the same keys."""
    assert set(computed.index) == set(official.index)
    return [key for key in official.index if computed[key] != official[key]]


def table(rows):
    columns = ["kommunekode", "region", "befolkning", "indvandrere_flygtninge", "familiesammenfoerte"]
    return pd.DataFrame(rows, columns=columns).set_index("kommunekode")


# --- official figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_98_of_98_kommunekvoter_are_the_published(tabeller, year):
    official = published(tabeller, "bilag_b", year, "kommunekode", "kommunekvote")
    assert len(official) == 98
    assert deviations(fordelt(tabeller, year)["kommunekvote"], official) == []


@pytest.mark.parametrize("year", YEARS)
def test_five_of_five_regionskvoter_are_the_published(tabeller, year):
    official = published(tabeller, "regionskvoter", year, "region", "regionskvote")
    assert len(official) == 5
    assert deviations(flygtninge.regionskvoter(fordelt(tabeller, year))["regionskvote"], official) == []


@pytest.mark.parametrize("year", YEARS)
def test_the_official_figures_can_fail_one_person_off_in_any_of_them_is_seen(tabeller, year):
    result = fordelt(tabeller, year)
    for computed, official in (
        (result["kommunekvote"], published(tabeller, "bilag_b", year, "kommunekode", "kommunekvote")),
        (
            flygtninge.regionskvoter(result)["regionskvote"],
            published(tabeller, "regionskvoter", year, "region", "regionskvote"),
        ),
    ):
        for key in official.index:
            perturbed = official.copy()
            perturbed[key] += 1
            assert deviations(computed, perturbed) == [key]


def test_one_person_in_the_input_changes_a_quota_somewhere(tabeller):
    """The official figures also fail on a perturbed input: a misread digit of familiesammenførte moves quotas."""
    basis = flygtninge.grundlag(tabeller, 2025)
    official = published(tabeller, "bilag_b", 2025, "kommunekode", "kommunekvote")
    changed = flygtninge.med_andre_tal(basis, {"265": int(basis.at["265", "familiesammenfoerte"]) + 1})
    assert "265" in deviations(flygtninge.fordel(changed, 600)["kommunekvote"], official)


@pytest.mark.parametrize("year", YEARS)
def test_sums_hold_exactly_at_every_level(tabeller, year):
    result, number = fordelt(tabeller, year), landstal(tabeller, year)
    assert result["kommunekvote"].sum() == flygtninge.regionskvoter(result)["regionskvote"].sum() == number
    assert result["fordelingstal"].sum() == number
    assert result["befolkningsandel"].sum() == result["indvandrerandel"].sum() == result["fordelingsandel"].sum() == 1
    assert result["foreloebigt_fordelingstal"].sum() == number
    assert not result["lighed"].any()


# --- an independent program -----------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("number", [0, 1, 97, 359, 550, 600, 841, 7999])
def test_sql_over_the_same_tables_gives_the_same_quotas(tabeller, year, number):
    sql = (Path(__file__).parent / "uafhaengig.sql").read_text(encoding="utf-8")
    with sqlite3.connect(":memory:") as database:
        for name in ("bilag_a", "familiesammenfoerte"):
            columns = [c for c in tabeller[name].columns if c != "asylansoegere"]
            tabeller[name][columns].to_sql(name, database, index=False)
        rows = database.execute(sql, {"aar": year, "landstal": number}).fetchall()
    basis = flygtninge.grundlag(tabeller, year)
    assert flygtninge.fordel(basis, number)["kommunekvote"].to_dict() == dict(rows)


# --- hand calculations ----------------------------------------------------------------------------------------


def test_three_kommuner_by_hand():
    # 100 inhabitants, 40 indvandrere, 4 familiesammenførte, landstal 16
    # befolkningsandel .5 .3 .2, indvandrerandel .5 .25 .25 → fordelingsandel .5 .35 .15
    # × (16 + 4): 10, 7, 3; less own: 9, 5, 2; all positive and sum 16
    basis = table(
        [
            ("101", "Region Hovedstaden", 50, 20, 1),
            ("253", "Region Sjælland", 30, 10, 2),
            ("259", "Region Sjælland", 20, 10, 1),
        ]
    )
    result = flygtninge.fordel(basis, 16)
    assert list(result["fordelingsandel"]) == [Fraction(1, 2), Fraction(7, 20), Fraction(3, 20)]
    assert list(result["beregnet_fordelingstal"]) == [10, 7, 3]
    assert list(result["foreloebigt_fordelingstal"]) == list(result["fordelingstal"]) == [9, 5, 2]
    assert list(result["kommunekvote"]) == [9, 5, 2]
    assert flygtninge.regionskvoter(result)["regionskvote"].to_dict() == {"Region Hovedstaden": 9, "Region Sjælland": 7}


def test_a_negative_number_becomes_0_and_the_others_are_scaled_down_by_hand():
    # as above with 5 familiesammenførte in the third and landstal 12: 9, 5, −2 → 9, 5, 0 (sum 14) × 12/14
    # = 54/7 = 7 5/7, 30/7 = 4 2/7: whole 7 + 4, the last to the remainder 5/7
    basis = table(
        [
            ("101", "Region Hovedstaden", 50, 20, 1),
            ("253", "Region Sjælland", 30, 10, 2),
            ("259", "Region Sjælland", 20, 10, 5),
        ]
    )
    result = flygtninge.fordel(basis, 12)
    assert list(result["foreloebigt_fordelingstal"]) == [9, 5, -2]
    assert list(result["fordelingstal"]) == [Fraction(54, 7), Fraction(30, 7), 0]
    assert list(result["kommunekvote"]) == [8, 4, 0]


def test_a_true_tie_goes_to_the_lowest_kommunekode_and_is_reported():
    basis = table([("259", "Region Sjælland", 50, 10, 0), ("101", "Region Hovedstaden", 50, 10, 0)])
    result = flygtninge.fordel(basis, 3)
    assert result["kommunekvote"].to_dict() == {"259": 1, "101": 2}
    assert result["lighed"].all()


def test_a_landstal_of_0_gives_nobody():
    basis = table([("101", "Region Hovedstaden", 50, 20, 1), ("253", "Region Sjælland", 30, 10, 2)])
    result = flygtninge.fordel(basis, 0)
    assert result["kommunekvote"].sum() == 0
    assert (result["fordelingstal"] == 0).all()


def test_the_input_is_not_changed_and_its_other_columns_are_kept():
    basis = table([("101", "Region Hovedstaden", 50, 20, 1), ("253", "Region Sjælland", 30, 10, 2)])
    before = basis.copy()
    result = flygtninge.fordel(basis.assign(kommune=["København", "Greve"]), 5)
    pd.testing.assert_frame_equal(basis, before)
    assert list(result.columns) == [*basis.columns, "kommune", *TRIN, "lighed"]


# --- invariants -----------------------------------------------------------------------------------------------

# Nobody has more indvandrere or familiesammenførte than inhabitants.
KOMMUNE = st.integers(1, 700_000).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, min(n, 60_000)), st.integers(0, min(n, 40)))
)
KOMMUNER = st.lists(KOMMUNE, min_size=1, max_size=12)


def made_up(people):
    rows = [(f"{101 + n}", f"Region {'AB'[n % 2]}", *person) for n, person in enumerate(people)]
    return table(rows)


@given(KOMMUNER, st.integers(0, 2000))
def test_quotas_are_whole_not_negative_and_sum_to_the_landstal(people, number):
    assume(any(i for _, i, _ in people))
    result = flygtninge.fordel(made_up(people), number)
    assert result["kommunekvote"].sum() == number
    assert (result["kommunekvote"] >= 0).all()
    assert result["fordelingstal"].sum() == number
    for exact, whole in zip(result["fordelingstal"], result["kommunekvote"], strict=True):
        assert whole in (exact.__floor__(), exact.__ceil__())
    assert flygtninge.regionskvoter(result)["regionskvote"].sum() == number


@given(KOMMUNER, st.integers(0, 2000), st.randoms())
def test_row_order_does_not_change_a_quota(people, number, random):
    assume(any(i for _, i, _ in people))
    basis = made_up(people)
    order = list(basis.index)
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        flygtninge.fordel(basis.loc[order], number).loc[basis.index], flygtninge.fordel(basis, number)
    )


@given(KOMMUNER, st.integers(0, 500), st.integers(2, 50))
def test_scaling_everybody_scales_the_exact_numbers(people, number, factor):
    assume(any(i for _, i, _ in people))
    basis = made_up(people)
    scaled = basis.copy()
    scaled[["befolkning", "indvandrere_flygtninge", "familiesammenfoerte"]] *= factor
    small, large = flygtninge.fordel(basis, number), flygtninge.fordel(scaled, number * factor)
    assert list(large["fordelingstal"]) == [x * factor for x in small["fordelingstal"]]


@given(KOMMUNER, st.integers(0, 800))
def test_the_elements_of_a_quota_sum_to_it_exactly(people, number):
    assume(any(i for _, i, _ in people))
    result = flygtninge.fordel(made_up(people), number)
    parts = flygtninge.trin(result, number)
    assert (parts[BIDRAG].sum(axis=1) == result["kommunekvote"]).all()


@given(KOMMUNER, KOMMUNER, st.integers(0, 800), st.integers(0, 800))
def test_the_causes_of_a_change_sum_to_it_exactly(before, after, first, second):
    n = min(len(before), len(after))
    before, after = before[:n], after[:n]
    assume(any(i for _, i, _ in before) and any(i for _, i, _ in after))
    why = flygtninge.aarsager(made_up(before), made_up(after), first, second)
    assert (why[AARSAGER].sum(axis=1) == why["aendring"]).all()
    assert why["aendring"].sum() == second - first


# --- why, what if ---------------------------------------------------------------------------------------------


def test_the_causes_from_2023_to_2025_are_those_of_the_two_fixings(tabeller):
    first, second = flygtninge.grundlag(tabeller, 2023), flygtninge.grundlag(tabeller, 2025)
    why = flygtninge.aarsager(first, second, 550, 600)
    assert why["kvote_foer"].to_dict() == published(tabeller, "bilag_b", 2023, "kommunekode", "kommunekvote").to_dict()
    assert why["kvote_efter"].to_dict() == published(tabeller, "bilag_b", 2025, "kommunekode", "kommunekvote").to_dict()
    assert (why[AARSAGER].sum(axis=1) == why["aendring"]).all()
    assert why["landstal"].sum() == 50


def test_a_factor_that_did_not_change_is_no_cause(tabeller):
    basis = flygtninge.grundlag(tabeller, 2025)
    why = flygtninge.aarsager(basis, basis, 600, 700)
    assert (why[["befolkning", "indvandrerandel", "familiesammenfoeringer"]] == 0).all().all()
    assert why["landstal"].sum() == 100


def test_swapping_the_years_changes_the_sign_of_every_cause(tabeller):
    first, second = flygtninge.grundlag(tabeller, 2023), flygtninge.grundlag(tabeller, 2025)
    there, back = flygtninge.aarsager(first, second, 550, 600), flygtninge.aarsager(second, first, 600, 550)
    assert (there[AARSAGER] == -back[AARSAGER]).all().all()


def test_years_with_other_kommuner_cannot_be_compared(tabeller):
    basis = flygtninge.grundlag(tabeller, 2025)
    with pytest.raises(ValueError, match="101"):
        flygtninge.aarsager(basis.drop(index="101"), basis, 550, 600)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (600, (40, 359, 841)),  # more than 240: 600 ± 240 does not trigger
        (550, (40, 329, 771)),
        (8000, (40, 4799, 11201)),
        (8001, (25, 6000, 10002)),  # 25 % of 8001 is 2000.25
        (0, (40, -1, 1)),
    ],
)
def test_a_landstal_must_change_by_more_than_40_or_25_per_cent_paragraph_2(tabeller, number, expected):
    limits = flygtninge.aendringsgraenser(number, tabeller["retsregler"], pd.Timestamp("2024-09-10"))
    assert (limits["procent"], limits["ned"], limits["op"]) == expected


def test_a_missing_legal_number_is_named(tabeller):
    rules = tabeller["retsregler"]
    for missing, said in (
        ("aendring_over_graensen", "ændring over grænsen"),
        ("landstal_graense", "den grænse, procenten afhænger af"),
    ):
        limits = flygtninge.aendringsgraenser(9000, rules[rules["regel"] != missing], pd.Timestamp("2024-09-10"))
        assert limits["procent"] is None and said in limits["mangler"]


@pytest.mark.parametrize("year", YEARS)
def test_the_limits_of_a_quota_are_where_the_distribution_says(tabeller, year):
    """The scan must agree with fordel() at every limit it reports, and one person before it."""
    basis, number = flygtninge.grundlag(tabeller, year), landstal(tabeller, year)
    near = flygtninge.graenser(basis, number, number - 40, number + 40)
    quotas = {n: flygtninge.fordel(basis, n)["kommunekvote"] for n in range(number - 40, number + 41)}
    today = quotas[number]
    for code, row in near.iterrows():
        above = list(range(number + 1, number + 41))
        below = list(range(number - 1, number - 41, -1))
        for column, numbers, sign in (
            ("flere_ved", above, 1),
            ("faerre_trods_hoejere", above, -1),
            ("faerre_ved", below, -1),
            ("flere_trods_lavere", below, 1),
        ):
            expected = next((n for n in numbers if (quotas[n][code] - today[code]) * sign > 0), None)
            assert (None if pd.isna(row[column]) else row[column]) == expected, (code, column)


def test_more_familiesammenfoerte_give_a_kommune_no_higher_quota(tabeller):
    basis = flygtninge.grundlag(tabeller, 2025)
    own = flygtninge.foelsomhed(basis, 600, 5)
    assert (own <= flygtninge.fordel(basis, 600)["kommunekvote"]).all()
    changed = flygtninge.med_andre_tal(basis, {"851": int(basis.at["851", "familiesammenfoerte"]) + 5})
    assert own["851"] == flygtninge.fordel(changed, 600).at["851", "kommunekvote"]


def test_a_scenario_names_who_changes(tabeller):
    basis = flygtninge.grundlag(tabeller, 2025)
    compared = flygtninge.sammenlign(flygtninge.fordel(basis, 600), flygtninge.fordel(basis, 601))
    assert compared["aendring"].sum() == 1
    assert compared["kvote_i_scenariet"].sum() == 601


def test_a_scenario_with_an_unknown_kommune_or_half_a_person_is_refused(tabeller):
    with pytest.raises(DataError) as error:
        flygtninge.med_andre_tal(flygtninge.grundlag(tabeller, 2025), {"999": 3, "101": 2.5})
    assert [f.raekke for f in error.value.fund] == ["999", "101"]


def test_a_year_without_data_and_a_misspelt_region_name_the_nearest(tabeller):
    years = flygtninge.aar_med_data(tabeller)
    with pytest.raises(ParameterError, match=f"mente du «.*Gyldige: {', '.join(map(str, years))}"):
        flygtninge.beregn(tabeller, 2024)
    with pytest.raises(ParameterError, match="mente du «Region Sjælland»"):
        flygtninge.beregn(tabeller, 2025, "Region Sjæland")


# --- refusals -------------------------------------------------------------------------------------------------

GOOD = [
    ("101", "Region Hovedstaden", 50, 20, 1),
    ("253", "Region Sjælland", 30, 10, 2),
    ("259", "Region Sjælland", 20, 10, 1),
]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("befolkning", -1, "negativt"),
        ("befolkning", 2.5, "helt antal"),
        ("indvandrere_flygtninge", None, "mangler"),
        ("indvandrere_flygtninge", float("nan"), "mangler"),
        ("familiesammenfoerte", "3", "helt antal"),
        ("familiesammenfoerte", float("inf"), "helt antal"),
        ("familiesammenfoerte", True, "helt antal"),
        ("region", None, "ingen region"),
        ("region", " ", "ingen region"),
    ],
)
def test_a_bad_cell_is_refused_with_its_row_and_column(column, value, said):
    basis = table(GOOD).astype(object)
    basis.loc["253", column] = value
    with pytest.raises(DataError) as error:
        flygtninge.fordel(basis, 16)
    (finding,) = error.value.fund
    assert (finding.raekke, finding.kolonne) == ("253", column)
    assert said in finding.regel


def test_a_code_twice_or_not_of_three_digits_is_refused():
    with pytest.raises(DataError, match="101.*står to gange"):
        flygtninge.fordel(table([GOOD[0], *GOOD]), 16)
    for code in ("1", "0101", "abc", 101, "１０１"):
        with pytest.raises(DataError, match="tre cifre"):
            flygtninge.fordel(table([(code, *GOOD[0][1:]), GOOD[1]]), 16)


@pytest.mark.parametrize(
    "rows", [[], [("101", "Region Hovedstaden", 0, 5, 0)], [("101", "Region Hovedstaden", 5, 0, 0)]]
)
def test_nobody_at_all_is_refused(rows):
    with pytest.raises(DataError, match="ingen personer"):
        flygtninge.fordel(table(rows), 16)


@pytest.mark.parametrize("number", [-1, 1.5, None, "600", float("nan"), True])
def test_a_landstal_that_is_no_whole_number_is_refused(number):
    with pytest.raises(DataError, match="landstal"):
        flygtninge.fordel(table(GOOD), number)


def test_a_missing_column_is_refused():
    with pytest.raises(DataError, match="familiesammenfoerte.*kolonnen mangler"):
        flygtninge.fordel(table(GOOD).drop(columns="familiesammenfoerte"), 16)


def test_all_findings_are_named_at_once():
    basis = table(GOOD).astype(object)
    basis.loc["101", "befolkning"] = -1
    basis.loc["253", "familiesammenfoerte"] = None
    basis.loc["259", "region"] = None
    with pytest.raises(DataError) as error:
        flygtninge.fordel(basis, -1)
    assert len(error.value.fund) == 4


def test_numpy_and_nullable_integers_are_people_too():
    basis = table(GOOD)
    nullable = basis.astype(
        {"befolkning": "Int64", "indvandrere_flygtninge": np.int32, "familiesammenfoerte": np.float64}
    )
    assert (
        flygtninge.fordel(nullable, 16)["kommunekvote"].to_dict()
        == flygtninge.fordel(basis, 16)["kommunekvote"].to_dict()
    )
