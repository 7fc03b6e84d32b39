"""The tile map of groups: which kommuner belong together."""

import re

import pandas as pd
import pytest

from kkrlib import figurer

LAYOUT = pd.DataFrame(
    [("101", "Kbh", 0, 0), ("147", "Frb", 0, 1), ("253", "Gre", 1, 0), ("259", "Køg", 1, 1)],
    columns=["kommunekode", "forkortelse", "raekke", "kolonne"],
)
GRUPPER = pd.Series({"101": "H|By", "147": "H|By", "253": "S|Øst", "259": "S|Vest"})
NUMRE = {"H|By": 1, "S|Øst": 1, "S|Vest": 2}


def tegn(grupper=GRUPPER, numre=NUMRE, **more):
    return figurer.gruppekort(
        grupper,
        numre,
        LAYOUT,
        id="kort",
        titel="Titel",
        beskrivelse="Beskrivelse",
        enhed="nummer",
        kilde="Kilde",
        **more,
    )


def lines(figur):
    (drawn,) = re.findall(r'<path d="([^"]*)"[^>]*stroke="var\(--blaek', figur.svg_bred)
    return drawn.count("M")


def test_each_tile_has_its_abbreviation_and_its_groups_number():
    svg = tegn().svg_bred
    for text in ("Kbh", "Frb", "Gre", "Køg"):
        assert f">{text}<" in svg
    assert svg.count(">1<") == 3 and svg.count(">2<") == 1


def test_a_line_runs_between_groups_and_not_inside_one():
    """One group has only its outline; the more groups, the more lines."""
    one = tegn(pd.Series(dict.fromkeys(GRUPPER.index, "H|By")))
    assert lines(tegn()) > lines(one)


def test_groups_of_the_same_number_are_two_groups():
    same = tegn(pd.Series({**GRUPPER, "253": "H|By"}))
    assert lines(tegn()) > lines(same)


def test_a_sixth_group_has_the_shade_of_the_first_and_its_own_number():
    sixth = tegn(numre={**NUMRE, "S|Vest": 6})
    assert sixth.svg_bred.count(">6<") == 1
    assert sixth.svg_bred.replace(">6<", ">1<") == tegn(numre={**NUMRE, "S|Vest": 1}).svg_bred


def test_muted_kommuner_have_no_shade():
    assert tegn(daempet=("253", "259")).svg_bred.count("--trin-0,") > tegn().svg_bred.count("--trin-0,")


def test_the_same_input_gives_the_same_drawing():
    assert tegn().svg_bred == tegn().svg_bred


@pytest.mark.parametrize(
    ("grupper", "numre", "said"),
    [
        (GRUPPER.drop("259"), NUMRE, "259"),
        (pd.Series({**GRUPPER, "999": "H|By"}), NUMRE, "999"),
        (pd.Series({**GRUPPER, "259": None}, dtype=object), NUMRE, "259"),
        (GRUPPER, {"H|By": 1, "S|Øst": 1}, "S|Vest"),
        (GRUPPER, {**NUMRE, "S|Vest": 100}, "S|Vest"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(grupper, numre, said):
    with pytest.raises(ValueError, match=said.replace("|", r"\|")):
        tegn(grupper, numre)
