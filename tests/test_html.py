"""How HTML is written and read: in one place each, escaped, and never rewritten afterwards."""

from __future__ import annotations

import ast
import re

import pandas as pd
import pytest
from markupsafe import Markup
from nbformat import v4

from kkrlib import data, farver, figurer, mime
from kkrlib.rapport import eksport
from kkrlib.rapport.struktur import Struktur
from kkrlib.skabeloner import fyld, sammen
from kkrlib.tekst import Side

NBSP = "\N{NO-BREAK SPACE}"
SOURCES = {
    path.relative_to(data.ROD).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((data.ROD / "kkrlib").rglob("*.py"))
}


def naming(pattern: str) -> list[str]:
    return [name for name, source in SOURCES.items() if re.search(pattern, source)]


def figuren(**words: str) -> figurer.Figur:
    rows = pd.DataFrame({"navn": ["Køge", "Greve"], "tal": [3.0, 2.0]})
    texts = {"titel": "Titel", "beskrivelse": "Beskrivelse.", "enhed": "personer", "kilde": "Bilag A"}
    return figurer.soejler(rows, id="f", vaerdi="tal", etiket="navn", **{**texts, **words})


def siden(**bundle: object) -> str:
    outputs = [
        v4.new_output("execute_result", b, execution_count=1)
        for b in (Side("S", "Om.")._repr_mimebundle_(), {**figuren()._repr_mimebundle_(), **bundle})
    ]
    return eksport.side(v4.new_notebook(cells=[v4.new_code_cell("", outputs=outputs)]), "n")[0]


# Writing


@pytest.mark.parametrize(
    ("plain", "kept"),
    [
        ("5 mio. kr.", f"5{NBSP}mio.{NBSP}kr."),
        ("10 % af 3 mia. kr.", f"10{NBSP}% af 3{NBSP}mia.{NBSP}kr."),
        ("12 procent", f"12{NBSP}procent"),
        ("12 procentpoint og 5 kommuner", "12 procentpoint og 5 kommuner"),
        ("mio. kr.", f"mio.{NBSP}kr."),
        ("bilag 5, kr. 10", "bilag 5, kr. 10"),
    ],
)
def test_a_number_stays_with_the_unit_that_it_counts_and_nothing_else(plain, kept):
    assert sammen(plain) == kept


def test_what_is_filled_in_is_escaped_and_what_is_html_already_is_not():
    filled = fyld("<p>{a}{b}</p>", a='<b onclick="x">5 kr.', b=Markup("<i>5 kr.</i>"))
    assert filled == f"<p>&lt;b onclick=&#34;x&#34;&gt;5{NBSP}kr.<i>5 kr.</i></p>"


def test_no_f_string_writes_html():
    tag = re.compile(r"</[a-z]|<[a-z][a-z0-9]*\s+[a-z-]+=")
    assert [
        (name, part.value)
        for name, source in SOURCES.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.Constant) and tag.search(str(part.value))
    ] == []


def test_mime_types_stand_in_one_place():
    assert naming(r"vnd\.kkr\.\w+\+") == ["kkrlib/mime.py"]


# The two fragments of a figure


def test_a_figure_s_fragments_differ_by_the_colours_to_fall_back_on_alone():
    bundle = figuren()._repr_mimebundle_()
    page, notebook = bundle[mime.FRAGMENT], bundle[mime.HTML]
    assert "var(--serie-1)" in page and "#" not in page
    assert f"var(--serie-1,{farver.lys('serie-1')})" in notebook
    assert re.sub(r",#[0-9a-f]{6}\)", ")", notebook) == page


def test_the_page_takes_the_fragment_that_is_written_for_it():
    fragment = figuren()._repr_mimebundle_()[mime.FRAGMENT]
    assert fragment in siden() and "var(--serie-1,#" not in siden()
    # A notebook of before has none, and its figure is as good.
    assert "var(--serie-1,#" in siden(**{mime.FRAGMENT: ""})


def test_a_figure_s_words_are_escaped_and_keep_numbers_and_units_together():
    bundle = figuren(titel="<b>5 kr.</b>", kilde="10 % & mere")._repr_mimebundle_()
    for html in (bundle[mime.HTML], bundle[mime.FRAGMENT]):
        assert f"&lt;b&gt;5{NBSP}kr.&lt;/b&gt;" in html and f"Kilde: 10{NBSP}% &amp; mere." in html
    assert bundle[mime.FIGUR]["titel"] == "<b>5 kr.</b>"


# Reading


def test_html_is_read_by_one_parser():
    assert naming(r"html\.parser import|BeautifulSoup\(") == ["kkrlib/rapport/struktur.py"]


def test_a_program_s_value_is_seen_in_words_and_attributes_and_not_in_code_styles_or_comments():
    html = '<p aria-label="NaN">None <code>nan <b>NaN</b></code></p><style>.inf{}</style><!-- NaT --><p>1e-05</p>'
    assert [re.match("«(.*?)»( i .*?)? er", text).groups() for text in Struktur(html).raa] == [
        ("NaN", " i aria-label"),
        ("None", None),
        ("1e-05", None),
    ]


def test_the_rows_and_captions_of_a_table_are_its_own():
    found = Struktur(
        "<table><caption>A</caption><thead><tr><th scope=col><span class=enhed>kr.</span></th></tr></thead>"
        "<tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody><tfoot><tr><td>3</td></tr></tfoot></table>"
        "<table><caption> </caption><tbody><tr><th>x</th></tr></tbody></table>"
    )
    first, second = found.tabeller
    assert (first.titler, first.enheder, dict(first.raekker)) == (["A"], ["kr."], {"tbody": 2, "tfoot": 1})
    assert (second.titler, dict(second.raekker), found.th_uden_scope) == ([], {"tbody": 1}, 1)
