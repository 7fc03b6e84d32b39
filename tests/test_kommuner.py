"""A kommune as people write it: every form of every kommune is read as that one, and as no other."""

import re
import unicodedata
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkrlib import kommuner, omraade, tegn
from kkrlib.errors import ParameterError

DAG = date(2025, 1, 1)


@pytest.fixture(scope="module")
def register(tabeller):
    return dict(zip(tabeller["kommuner"]["kommunekode"], tabeller["kommuner"]["kommune"], strict=True))


@pytest.fixture(scope="module")
def kendte(tabeller):
    return kommuner.koder(tabeller["kommuner"], tabeller["stavemaader"])


BASES = [
    lambda n: n,
    lambda n: n.replace("aa", "å").replace("Aa", "Å"),
    lambda n: n.replace("å", "aa").replace("Å", "Aa"),
    lambda n: n.replace("-", " "),
    lambda n: n.replace("-", " – "),
    lambda n: n.replace("-", "\N{NON-BREAKING HYPHEN}"),
]
ENDINGS = ["", " Kommune", " kommune", " Regionskommune"]
WRITTEN = [
    str,
    str.upper,
    str.lower,
    lambda n: unicodedata.normalize("NFD", n),
    lambda n: f"  {n}\N{NO-BREAK SPACE}",
    lambda n: n.replace(" ", "\N{NO-BREAK SPACE}"),
]


def test_every_form_of_all_98_kommuner_is_read_as_that_one(register, kendte):
    assert len(register) == 98
    for code, name in register.items():
        for base in BASES:
            for ending in ENDINGS:
                owners = [base(name)] if not ending or name.endswith("s") else [base(name), base(name) + "s"]
                for owner in owners:
                    for write in WRITTEN:
                        assert kommuner.kode(write(owner + ending), kendte) == code
        for text in (
            code,
            f"0{code}",
            f" {code} ",
            f"{code} {name}",
            f"0{code}: {name} Kommune",
            f"{name} ({code})",
            f"{code} - {name}",
        ):
            assert kommuner.kode(text, kendte) == code


def test_the_first_spelling_of_each_kommune_is_its_official_name(register, kendte):
    for code, name in register.items():
        assert next(k for k, c in kendte.items() if c == code).title() == name


def test_no_spelling_is_two_kommuners(tabeller, register, kendte):
    """Each kommune's own spellings, made alone, are read as nobody else's among all."""
    for code, name in register.items():
        own = kommuner.koder(pd.DataFrame({"kommunekode": [code], "kommune": [name]}))
        assert {kendte[spelling] for spelling in own if spelling in kendte} == {code}


def test_a_spelling_that_two_would_share_is_nobodys_but_an_official_name_is():
    two = pd.DataFrame({"kommunekode": ["101", "102", "103"], "kommune": ["Aaby", "Åby", "Fano"]})
    known = kommuner.koder(two)
    assert (kommuner.kode("Aaby", known), kommuner.kode("åby", known)) == ("101", "102")
    with pytest.raises(kommuner.UkendtKommune):
        kommuner.kode("Åby Kommune", known)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nordfyn", "mente du «Nordfyns»?"),
        ("Lyngby-Tårbek", "mente du «Lyngby-Taarbæk»?"),
        ("Hoeje-Taastrup", "mente du «Høje-Taastrup»?"),
        ("Koebenhavn", "mente du «København»?"),
        ("Læsø Kommune, Nordjylland", "mente du «Læsø»?"),
        ("Løjre", "findes ikke"),  # a source's misspelling
        ("999", "findes ikke i registret"),
        ("101 Odense", "modsiger sig selv"),
        ("Odense (101)", "modsiger sig selv"),
        ("Læ\u200bsø", "U+200B"),
        ("L\u00e6s\u00f8\u00ad", "U+00AD"),
        ("", "må ikke være tom"),
        (" \N{NO-BREAK SPACE}", "må ikke være tom"),
        (101, "er ikke tekst"),
        (None, "er ikke tekst"),
        (True, "er ikke tekst"),
        ("Kommune", "findes ikke"),
        ("1", "findes ikke"),
        ("00101", "findes ikke"),
        ("١٠١", "findes ikke"),
    ],
)
def test_any_other_text_is_refused_with_the_reason_and_the_nearest(kendte, text, said):
    with pytest.raises(kommuner.UkendtKommune, match=re.escape(said)):
        kommuner.kode(text, kendte)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Vesthimmerlands Kommune", "820"),
        ("Vesthimmerland", "820"),
        ("Lyngby-Tårbæk", "173"),
        ("HØJE TAASTRUP", "169"),
        ("Høje Tåstrup Kommune", "169"),
        ("Ringkøbing - Skjern", "760"),
        ("Nordfyns Kommune", "480"),
        ("Bornholms Regionskommune", "400"),
        ("A\u030albenraa".replace("lb", "b"), "580"),
        ("Århus", "751"),
    ],
)
def test_names_that_are_often_written_otherwise(kendte, text, code):
    assert kommuner.kode(text, kendte) == code


@given(text=st.text(max_size=12))
def test_no_text_makes_another_error(kendte, text):
    try:
        assert kommuner.kode(text, kendte).isdigit()
    except kommuner.UkendtKommune as unknown:
        assert str(unknown)


def test_a_region_is_read_by_any_of_its_names(tabeller):
    for row in tabeller["regioner"].itertuples():
        for name in (row.region, row.kortnavn, row.kkr, row.slug):
            for write in WRITTEN:
                assert omraade.omraade(tabeller, write(name), DAG) == row.region
    assert omraade.omraade(tabeller, " HELE\N{NO-BREAK SPACE}landet", DAG) == omraade.HELE_LANDET
    for text, said in (("Sjæland", "mente du"), ("Sjæl\u200bland", "U\\+200B"), ("", "findes ikke")):
        with pytest.raises(ParameterError, match=said):
            omraade.omraade(tabeller, text, DAG)


@pytest.mark.parametrize("text", ["L\u00e6so\u0338", "Lo\u0338jre", "A\u030a\u0300lborg", "K\u00f8ge\u20dd"])
def test_a_mark_laid_upon_a_letter_makes_no_danish_letter_of_it(text):
    assert list(tegn.usynlige(text))


@pytest.mark.parametrize("text", ["A\u030alborg", "\u00c5lborg", "Tje\u0301"])
def test_a_letter_of_two_characters_is_one_letter(text):
    assert list(tegn.usynlige(text)) == []
