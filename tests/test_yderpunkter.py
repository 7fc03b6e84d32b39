"""The edges of the rules: the last day, the last krone, the sign, the tie. Each of these once let a
changed rule pass.
"""

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pandas as pd
import pytest

from kkrlib import data, flygtninge, klynger, socialtilsyn
from kkrlib.afstemning.arter import ARTER, Led
from kkrlib.data import regler
from kkrlib.errors import ADVARSEL, FEJL, DataError
from kkrlib.interval import Interval

NEJ = "nej"


# --- socialtilsyn -----------------------------------------------------------------------------------------------


def konto(**amounts):
    """Facts of one post of one report: ``budget=-200, regnskab=-150``."""
    names = {"budget": "Budget 2023", "regnskab": "Regnskab 2023"}
    rows = [(f"f-{k}", 2023, "tabel 15", "Indtægter", names[k], str(v), "1.000 kr.") for k, v in amounts.items()]
    return pd.DataFrame(rows, columns=["id", "udgave", "tabel", "raekke", "kolonne", "vaerdi", "enhed"])


@pytest.mark.parametrize(("budget", "regnskab", "per_cent"), [(200, 150, -25), (-200, -150, 25), (-200, -250, -25)])
def test_more_money_than_budgeted_is_a_rise_also_where_both_are_negative(budget, regnskab, per_cent):
    row = socialtilsyn.budget_og_regnskab(konto(budget=budget, regnskab=regnskab)).iloc[0]
    assert (row.procent, row.procent_afrundet) == (per_cent, Decimal(per_cent))


@pytest.mark.parametrize(
    ("level", "change", "found"),
    [
        (111, 10, (101, 101)),  # from 100 it is 11 %, which no cutting off makes 10
        (80, -19, (99, 99)),  # from 100 it is a fall of 20 %
    ],
)
def test_the_upper_end_of_a_cut_percentage_is_not_included(level, change, found):
    assert socialtilsyn.interval(level, Fraction(change), 0) == found


def lille(*rows):
    records = [(i, y, Fraction(v), Fraction(v), Fraction(v), socialtilsyn.OFFENTLIGGJORT, "antal") for i, y, v in rows]
    table = pd.DataFrame(records, columns=["indikator", "aar", "vaerdi", "mindst", "hoejst", "status", "enhed"])
    return table.astype({"vaerdi": object})


def test_ten_cases_are_enough_and_nine_are_few():
    serie = lille(
        ("sager", 2021, 9), ("sager", 2022, 10), ("sager", 2023, 200), *(("tilbud", y, 80) for y in range(2021, 2024))
    )
    rates = socialtilsyn.pr_100(serie, {"sager": "tilbud"}).set_index("aar")
    assert rates["faa"].to_dict() == {2021: True, 2022: False, 2023: False}
    assert rates["pr_100"].to_dict() == {2021: Fraction(45, 4), 2022: Fraction(25, 2), 2023: 250}


@pytest.mark.parametrize(("fall", "refused"), [("-100", False), ("-100.1", True), ("-101", True)])
def test_a_fall_of_all_is_possible_and_a_greater_one_is_not(tabeller, fall, refused):
    facts = tabeller["fakta"].copy()
    row = facts[(facts["maal"] == "ændring") & (facts["enhed"] == "procent")].index[0]
    facts.loc[row, "vaerdi"] = fall
    names = ["socialtilsyn_indikatorer", "socialtilsyn_indikatorfakta", "socialtilsyn_afledte"]
    try:
        socialtilsyn.serie({name: tabeller[name] for name in names} | {"fakta": facts})
        said = []
    except DataError as error:
        said = [f.regel for f in error.fund]
    assert ("et fald kan ikke være over 100 %" in said) == refused


def takster(**kroner):
    return lille(*((f"takst-tilsyn-{size}", 2022, k) for size, k in kroner.items())).assign(enhed="kr.")


def rule(factor, day="2022-01-01", size="8-24"):
    rows = [
        ("stoerrelsesfaktor", s, factor if s == size else "1", pd.Timestamp(day)) for s in ("8-24", "25-49", "over-50")
    ]
    return pd.DataFrame(rows, columns=["regel", "klasse", "vaerdi", "gaelder_fra"])


@pytest.mark.parametrize(("factor", "within", "beyond"), [("1", 1, 2), ("2", 1, 2), ("3", 2, 3), ("1.2", 1, 2)])
def test_a_takst_may_be_off_by_what_rounding_both_to_whole_kroner_can_do_and_no_more(factor, within, beyond):
    expected = int(Fraction(factor) * 1000)
    for sign in (1, -1):
        for off, verdict in ((0, "stemmer"), (within, "afrunding"), (beyond, "afviger")):
            serie = takster(**{"0-7": 1000, "8-24": expected + sign * off})
            assert socialtilsyn.stoerrelsesfaktorer(serie, rule(factor))["dom"].tolist() == [verdict], (factor, off)


@pytest.mark.parametrize(("day", "known"), [("2021-12-31", True), ("2022-01-01", True), ("2022-01-02", False)])
def test_a_rule_that_begins_on_1_january_applies_to_that_year(day, known):
    table = socialtilsyn.stoerrelsesfaktorer(takster(**{"0-7": 1000, "8-24": 2000}), rule("2", day))
    assert table["regel_kendt"].tolist() == [known]


# --- klynger ----------------------------------------------------------------------------------------------------


def bidrag(*rows):
    columns = ["region", "klynge", "kommunekode", "indbyggere", "kommuner", "regioner"]
    table = pd.DataFrame([(*row, Fraction(0)) for row in rows], columns=columns)
    table["i_alt"] = table["kommuner"] + table["regioner"]
    return table


def test_a_tied_krone_goes_by_region_then_klynge_then_kommunekode_and_not_by_the_order_of_rows():
    half = Fraction(1, 2)
    rows = [
        ("B", "Nord", "101", 5, half),
        ("A", "Syd", "102", 5, half),
        ("A", "Nord", "999", 5, half),
        ("A", "Nord", "998", 5, half),
    ]
    for order in (rows, rows[::-1]):
        table = bidrag(*order)
        whole = dict(zip(table["kommunekode"], klynger.hele_kroner(table)[0], strict=True))
        assert whole == {"998": 1, "999": 1, "102": 0, "101": 0}


PEOPLE = {"101": 10, "102": 10}


def said(*rows):
    """What is wrong with the shares of 102; 101 contributes whole. Rows: (klynge, andel, bidrager)."""
    columns = ["region", "klynge", "kommunekode", "bidragsandel", "bidrager"]
    own = [("R", klynge, "102", share, pays) for klynge, share, pays in rows]
    members = pd.DataFrame(
        [("R", k, "101", s, p) for k, s, p in (("K", "1", "ja"), ("L", "0", "nej"))] + own, columns=columns
    )
    try:
        klynger.fordel(pd.Series(PEOPLE, name="befolkning"), members, 1000, pd.Series({"R": 1000}))
    except DataError as error:
        return [f.regel for f in error.fund if f.raekke == "102" or f.raekke.endswith("; 102")]
    return []


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([("K", "1", "ja")], []),
        ([("K", "1/2", "ja"), ("L", "1/2", "ja")], []),
        ([("K", "0", NEJ)], []),  # takes part without contributing, and says so
        ([("K", "0", "ja")], ["kommunens andele skal give 1 tilsammen"]),
        ([("K", "0", NEJ), ("L", "0", "ja")], ["kommunens andele skal give 1 tilsammen"]),
        ([("K", "1/2", "ja")], ["kommunens andele skal give 1 tilsammen"]),
        ([("K", "1", "ja"), ("L", "1/2", "ja")], ["kommunens andele skal give 1 tilsammen"]),
        ([("K", "½?", "ja"), ("L", "1/2", "ja")], ["skal være en andel fra 0 til 1, fx «3/10»"]),  # the cause alone
    ],
)
def test_a_kommunes_shares_make_one_or_nothing_where_it_contributes_to_none(rows, wrong):
    assert said(*rows) == wrong


# --- afstemning -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "inside", "outside"), [("hoejst", "10", "10.2"), ("mindst", "10", "9.8")])
def test_a_number_beyond_a_bound_that_is_itself_rounded_is_held_up_against_all_the_bound_can_be(side, inside, outside):
    bound = Interval(Fraction("9.5"), Fraction(10), Fraction("10.5"))

    def judged(value):
        return ARTER["graense"].beregn(
            Led(Interval.punkt(Fraction(value)), None, None), {side: [Led(bound, None, None)]}
        )

    assert judged(inside) == Interval.punkt(10)
    assert judged(outside) == bound


# --- flygtninge -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quota", "refused"), [(0, False), (-1, True), (1.5, True)])
def test_a_regionskvote_is_a_sum_of_whole_quotas_that_may_be_0_and_not_less(quota, refused):
    table = pd.DataFrame(
        {"region": ["R", "R"], "befolkning": [10, 10], "kommunekvote": [quota, 4]}, index=["101", "147"]
    )
    if refused:
        with pytest.raises(DataError, match="helt antal personer på mindst 0"):
            flygtninge.regionskvoter(table)
    else:
        assert flygtninge.regionskvoter(table)["regionskvote"].to_dict() == {"R": 4}


# --- data -------------------------------------------------------------------------------------------------------

REGEL = {"check": "andele", "kolonne": "andel", "pr": "kommunekode", "fra": "fra", "til": "til", "register": "kommuner"}


@pytest.mark.parametrize(
    ("begins", "wrong"),
    [
        ("2022-07-01", []),  # the day after the last one
        ("2022-06-30", ["har fra 2022-06-30 andele, der giver 2 og ikke 1"]),  # the last day is in force
        ("2022-07-02", ["har ingen række fra 2022-07-01"]),
    ],
)
def test_a_share_is_in_force_on_its_last_day_and_not_on_the_next(begins, wrong):
    columns = ["kommunekode", "andel", "fra", "til"]
    table = pd.DataFrame([("101", "1", "2022-01-01", "2022-06-30"), ("101", "1", begins, "")], columns=columns)
    register = pd.DataFrame({"kommunekode": ["101"], "kommune": ["København"]})
    files = {"kommuner": register, "m": table}
    described = SimpleNamespace(tabeller={"kommuner": SimpleNamespace(periode=None)})  # a register without dates
    seen = regler.Laeste(files, described, files)
    found = regler.CHECKS["andele"](table, {"path": "m.csv", "name": "m"}, REGEL, seen)
    assert [f.regel.removeprefix("101 København ") for f in found] == wrong


def test_errors_come_before_warnings(tmp_path):
    import shutil

    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)
    path = folder / "landstal.csv"
    text = path.read_text(encoding="utf-8")
    assert "\n2025,1,600," in text
    path.write_text(text.replace("\n2025,1,600,", "\n2025,1,-600,"), encoding="utf-8")
    grades = [f.alvor for f in data.check(folder)]
    assert FEJL in grades and ADVARSEL in grades
    assert grades == sorted(grades, key=lambda grade: grade == ADVARSEL)
