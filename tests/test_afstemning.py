"""Verdicts on published numbers."""

from fractions import Fraction

import pandas as pd
import pytest

from kkrlib import afstemning, flygtninge


def control(**changes):
    row = {"id": "a", "sted": "Kilde 000", "linjer": "000:1", "art": "sum", "beskrivelse": "x", "offentliggjort": 5, "beregnet": 5}
    return pd.DataFrame([row | changes])


def test_equal_numbers_agree_others_deviate_and_a_missing_one_cannot_be_tested():
    assert afstemning.doem(control())["dom"].tolist() == ["stemmer"]
    deviating = afstemning.doem(control(beregnet=3)).iloc[0]
    assert (deviating["dom"], deviating["forskel"]) == ("afviger", 2)
    assert afstemning.doem(control(offentliggjort=pd.NA))["dom"].tolist() == ["kan ikke efterprøves"]


def test_a_known_deviation_carries_its_finding_and_must_occur():
    known = pd.DataFrame({"fund": ["f"], "forklaring": ["derfor"]}, index=["a"])
    assert afstemning.doem(control(beregnet=3), known)[["fund", "forklaring"]].to_numpy().tolist() == [["f", "derfor"]]
    with pytest.raises(ValueError, match="forekommer ikke"):
        afstemning.doem(control(), known)


def test_an_id_twice_and_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="to gange"):
        afstemning.doem(pd.concat([control(), control()]))
    with pytest.raises(ValueError, match="ukendt art"):
        afstemning.doem(control(art="formel"))


@pytest.mark.parametrize(("year", "deviating"), [(2023, 2), (2025, 0)])
def test_every_published_quota_and_sum_of_a_letter_has_a_verdict(tabeller, year, deviating):
    controls = flygtninge.beregn(tabeller, year).kontroller
    counts = afstemning.optael(controls)
    assert counts["i_alt"].to_dict() == {"regel": 103, "sum": 31, "lighed": 2}
    assert counts["afviger"].sum() == deviating
    assert (controls.loc[controls["dom"] == "afviger", "fund"] != "").all()
    assert controls["linjer"].str.fullmatch(r"\d{3}:\d+").all()


def test_one_person_off_in_a_published_quota_is_a_deviation(tabeller):
    changed = dict(tabeller)
    changed["bilag_b"] = tabeller["bilag_b"].copy()
    row = changed["bilag_b"].query("kvoteaar == 2025 and kommunekode == '265'").index[0]
    changed["bilag_b"].loc[row, "kommunekvote"] += 1
    controls = flygtninge.beregn(changed, 2025).kontroller.set_index("id")
    wrong = controls[controls["dom"] == "afviger"]
    assert wrong.at["flygtninge-2025-kommunekvote-265", "forskel"] == 1
    assert set(wrong.index) == {
        "flygtninge-2025-kommunekvote-265",
        "flygtninge-2025-sum-bilag-b-kommunekvote-sjaelland",
        "flygtninge-2025-sum-bilag-b-kommunekvote-danmark",
    }


def test_a_number_within_what_rounding_allows_is_a_rounding_and_beyond_it_a_deviation():
    third = Fraction(16, 3)  # 5⅓ is 5 in whole units
    assert afstemning.doem(control(beregnet=third))[["beregnet", "forskel", "dom"]].to_numpy().tolist() == [[5, 0, "stemmer"]]
    for slack, verdict in ((Fraction(1, 10), "afviger"), (Fraction(1, 6), "afrunding"), (Fraction(1), "afrunding")):
        row = control(offentliggjort=6, beregnet=third).assign(mindst=third - slack, hoejst=third + slack)
        assert afstemning.doem(row)["dom"].tolist() == [verdict], slack
    below = control(offentliggjort=4, beregnet=third).assign(mindst=Fraction(9, 2), hoejst=third)
    assert afstemning.doem(below)["dom"].tolist() == ["afrunding"]


def test_bounds_that_are_missing_are_the_number_itself():
    row = control(offentliggjort=6).assign(mindst=None, hoejst=None)
    assert afstemning.doem(row)["dom"].tolist() == ["afviger"]
