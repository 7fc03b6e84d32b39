"""Where a rule stands is said of the day that the page is about: act, paragraph and address follow the data."""

from datetime import date

import pandas as pd
import pytest

from kkrlib.visning import ret


@pytest.mark.parametrize(
    ("rapport", "dag", "there", "not_there"),
    [
        (
            "flygtninge",
            date(2024, 4, 29),
            "[BEK 550/2022 § 4](https://www.retsinformation.dk/eli/lta/2022/550)",
            "1290",
        ),
        (
            "flygtninge",
            date(2022, 5, 2),
            "[BEK 1290/2020 § 4](https://www.retsinformation.dk/eli/lta/2020/1290)",
            "550",
        ),
        ("flygtninge", date(2022, 5, 3), "BEK 550/2022 § 6", "1290"),
        ("socialtilsyn", date(2021, 12, 31), "lov om socialtilsyn (LBK 1377/2020) § 23", "1109"),
        ("socialtilsyn", date(2023, 12, 31), "BEK 1490/2023 § 25, stk. 1", "617"),
    ],
)
def test_each_rule_is_cited_as_it_stood_on_the_day(tabeller, rapport, dag, there, not_there):
    said = ret.regler(tabeller, rapport, dag).markdown
    assert there in said and not_there not in said


def test_a_rule_that_will_end_says_its_last_day_and_one_of_no_day_is_left_out(tabeller):
    assert "til og med den 2. maj 2022" in ret.regler(tabeller, "flygtninge", date(2022, 4, 30)).markdown
    assert ret.regler(tabeller, "flygtninge", date(1999, 1, 1)) is None
    assert ret.regler(tabeller, "klyngeoekonomi", date(2024, 1, 1)) is None


def test_no_rule_has_two_paragraphs_on_one_day(tabeller):
    rows = tabeller["retshenvisninger"].sort_values(["rapport", "nr", "gaelder_fra"])
    for (_, regel), group in rows.groupby(["rapport", "nr"]):
        assert group["regel"].nunique() == 1, regel
        ends, starts = list(group["gaelder_til"])[:-1], list(group["gaelder_fra"])[1:]
        assert all(end + pd.Timedelta(days=1) == start for end, start in zip(ends, starts, strict=True)), regel


def test_the_acts_and_paragraphs_of_the_computation_are_those_of_the_register_of_acts(tabeller):
    acts = tabeller["bekendtgoerelser"]
    acts = acts[acts["aendrer"].isna()]
    rows = tabeller["retshenvisninger"]
    cited = rows[(rows["rapport"] == "flygtninge") & rows["regel"].str.startswith("Kvoterne beregnes")]
    as_registered = set(acts[["bekendtgoerelse", "beregning", "udstedt"]].itertuples(index=False, name=None))
    assert set(cited[["akt", "paragraf", "gaelder_fra"]].itertuples(index=False, name=None)) == as_registered
    for akt, adresse in rows[["akt", "adresse"]].itertuples(index=False, name=None):
        number, year = akt.rstrip(")").split()[-1].split("/")
        assert adresse.endswith(f"/{year}/{number}"), akt
