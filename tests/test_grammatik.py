"""The grammar of values on the command line: a code is text, a number is decimal, and a key stands once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkrlib.rapport import grammatik
from kkrlib.rapport.grammatik import Skrivefejl

PLAIN = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u00ad"), max_size=12)


def fejl(read, text: str) -> str:
    with pytest.raises(Skrivefejl) as caught:
        read(text)
    return str(caught.value)


@given(st.integers(min_value=-(10**30) + 1, max_value=10**30 - 1))
def test_a_whole_number_is_read_as_python_writes_it(number):
    assert grammatik.heltal(str(number)) == number
    assert grammatik.heltal(f" {number}\n") == number


@given(st.text(max_size=12))
def test_nothing_else_is_a_whole_number(text):
    try:
        number = grammatik.heltal(text)
    except Skrivefejl:
        return
    assert text.strip(" \t\r\n") in (str(number), "-0")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("010", "uden + eller nul foran"),
        ("+5", "uden + eller nul foran"),
        ("00", "uden + eller nul foran"),
        ("1_000", "tusinderne"),
        ("1.000", "tusinderne"),
        ("1 000 000", "tusinderne"),
        ("٣", "cifrene 0–9"),
        ("１２", "cifrene 0–9"),
        ("1\u200b2", "U+200B"),
        ("\u00a012", "U+00A0"),
        ("9" * 5000, "cifre"),
        ("0x10", ""),
        ("", ""),
    ],
)
def test_other_ways_to_write_a_number_are_refused_with_a_hint(text, hint):
    assert hint in fejl(grammatik.heltal, text)


def test_a_decimal_comma_is_refused_with_the_point():
    assert "punktum" in fejl(grammatik.tal, "0,5")
    assert grammatik.tal("-0.25") == -0.25


@given(st.lists(PLAIN, max_size=5))
def test_a_list_that_json_writes_is_read_back(texts):
    assert grammatik.liste(json.dumps(texts, ensure_ascii=False)) == texts


@given(st.dictionaries(PLAIN, PLAIN, max_size=5))
def test_a_dictionary_that_json_writes_is_read_back(pairs):
    assert dict(grammatik.ordbog(json.dumps(pairs))) == pairs


@given(st.text(st.sampled_from("[]{}:,\"'\\ab0#&*!-|>? \n\u200b"), max_size=20))
def test_no_text_is_anything_but_read_or_refused_in_danish(text):
    for read in (grammatik.liste, grammatik.ordbog):
        try:
            read(text)
        except Skrivefejl as error:
            assert "Traceback" not in str(error)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("{}", []),
        ("{0360: 25}", [("0360", "25")]),
        ("{0360:25}", [("0360", "25")]),
        (' { "0360" : "25" , Lolland : 3 } ', [("0360", "25"), ("Lolland", "3")]),
        ("{'Lolland Kommune': 25}", [("Lolland Kommune", "25")]),
        ("{360: -5}", [("360", "-5")]),
    ],
)
def test_keys_and_values_are_texts_as_they_are_written(text, pairs):
    assert grammatik.ordbog(text) == pairs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begynde med «{»"),
        ("null", "begynde med «{»"),
        ("0360: 25", "begynde med «{»"),
        ("{0360: 25", "mangler et «}»"),
        ("{0360: 25} {}", "står mere efter"),
        ("{0360: 25, 0360: 26}", "«0360» står to gange"),
        ('{0360: 25, "0360": 26}', "«0360» står to gange"),
        ("{0360}", "kolon"),
        ("{0360: }", "mangler en tekst"),
        ("{: 25}", "mangler en tekst"),
        ("{0360: 25,}", "mangler en tekst"),
        ("{0360: {a: 1}}", "inden i hinanden"),
        ("{0360: [25]}", "inden i hinanden"),
        ("{<<: 25}", "anførselstegn"),
        ("{&a 0360: 25}", "anførselstegn"),
        ("{0360: !!int 25}", "anførselstegn"),
        ("{0360: *a}", "anførselstegn"),
        ("{? 0360: 25}", "anførselstegn"),
        ("{0360: 25 # to}", "anførselstegn"),
        ("{03\u200b60: 25}", "U+200B"),
        ('{"0\\u200b360": 25}', "U+200B"),
        ('{"0360: 25}', "JSON"),
        ("{'03\\60': 25}", "skråstreg"),
        ("{0360: 25: 26}", "uventet"),
        ("{" * 100_000, "inden i hinanden"),
    ],
)
def test_what_is_no_dictionary_is_refused_with_what_is_wrong(text, said):
    assert said in fejl(grammatik.ordbog, text)
