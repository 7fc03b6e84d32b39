"""Colours that cannot be told apart stop a page, in light and in dark, wherever they come from."""

from __future__ import annotations

import pandas as pd
import pytest

from kkrlib import dansk, farver, figurer
from kkrlib.rapport import kontrast, stilark

DATA = pd.DataFrame({"navn": ["Køge", "Greve"], "a": [3.0, 2.0], "b": [-1.0, 1.0], "sum": [2.0, 3.0]})
ORD = {"titel": "Titel", "beskrivelse": "Beskrivelse.", "enhed": "personer", "kilde": "Bilag A"}


def html_af(figur: figurer.Figur) -> str:
    return figur._repr_mimebundle_()["text/html"]


def figuren() -> str:
    return html_af(figurer.bidrag(DATA, id="bidrag", dele={"a": "A", "b": "B"}, ialt="sum", etiket="navn", **ORD))


def kortet() -> str:
    layout = pd.DataFrame(
        {"kommunekode": list("abcdef"), "forkortelse": list("ABCDEF"), "raekke": 0, "kolonne": range(6)}
    )
    values = pd.Series([0, 1, 15, 25, 35, 45], index=list("abcdef"))
    return html_af(
        figurer.flisekort(values, layout, id="kort", graenser=(10, 20, 30, 40), format=dansk.tal, fremhaev=["a"], **ORD)
    )


def side(krop: str = "", css: str = "") -> str:
    return f"<html><head><style>{stilark.stil('T')}{css}</style></head><body>{krop}</body></html>"


def med(html: str, navn: str, skema: str, farve: str) -> str:
    """The page with another value for one variable in one scheme."""
    old = getattr(farver.FARVER[navn], skema)
    light, dark, printed = html.partition("@media (prefers-color-scheme: dark)")
    if skema == "lys":
        return light.replace(f"--{navn}:{old}", f"--{navn}:{farve}") + dark + printed
    return light + dark + printed.replace(f"--{navn}:{old}", f"--{navn}:{farve}", 1)


def test_our_own_pages_colours_are_told_apart():
    assert kontrast.fund(side(figuren() + kortet())) == []


@pytest.mark.parametrize("skema", ["lys", "moerk"])
@pytest.mark.parametrize(
    ("navn", "lys", "moerk", "words"),
    [
        ("svag", "#8a9199", "#5c646c", "teksten"),
        ("serie-1", "#8fb8dc", "#1c3a57", "figuren «bidrag»"),
        ("trin-4-tekst", "#0a2f55", "#dfe8f0", "figuren «kort»: teksten «35»"),
        ("fremhaev", "#f0b0cc", "#4d1330", "figuren «kort»: en flade eller streg"),
    ],
)
def test_a_faint_colour_is_named_in_the_scheme_where_it_is_faint(skema, navn, lys, moerk, words):
    page = med(side(figuren() + kortet()), navn, skema, {"lys": lys, "moerk": moerk}[skema])
    found = kontrast.fund(page)
    said, other = (" i lys", " i mørk") if skema == "lys" else (" i mørk", " i lys")
    assert any(words in line for line in found), found
    assert all(said in line and other not in line for line in found)


@pytest.mark.parametrize(
    ("css", "words"),
    [
        (".x{color:#999}", "teksten «.x»"),
        (".x{color:color-mix(in srgb, var(--blaek) 30%, var(--papir))}", "teksten «.x»"),
        (".x{color:#fff;background:#ddd}", "sin egen baggrund"),
        ("@media (prefers-color-scheme: dark){.x{color:#333333}}", "i mørk"),
        ("@media print{.x{color:#bbb}}", "i lys"),
        (".x{color:salmon}", "«salmon» kan ikke efterprøves"),
        (".x{color:var(--findes-ikke)}", "kan ikke efterprøves"),
    ],
)
def test_a_text_colour_of_the_sheet_is_judged(css, words):
    assert words in " ".join(kontrast.fund(side(css=css)))


@pytest.mark.parametrize(
    "css",
    [
        ".x{color:inherit;background:none}",
        "@media (prefers-color-scheme: dark){.x{color:#eee}}",
        "@page{@top-left{color:#444}}",
        ".x{color:#fff;background:#123456}",
    ],
)
def test_a_colour_that_reads_well_where_it_is_used_passes(css):
    assert kontrast.fund(side(css=css)) == []


def test_inline_colours_and_colours_without_a_variable_are_judged_too():
    assert "#cccccc" in " ".join(kontrast.fund(side('<p style="color:#ccc">x</p>')))
    svg = '<svg aria-labelledby="figur-x-titel"><path d="M0 0h9v9h-9z" fill="{}"/></svg>'
    assert "figuren «x»" in " ".join(kontrast.fund(side(svg.format("#eeeeee"))))
    assert " i mørk" in " ".join(kontrast.fund(side(svg.format("#101418"))))
    # SVG's own black, which nobody sees in the dark
    assert " i mørk" in " ".join(kontrast.fund(side('<svg aria-label="x"><text x="1" y="9">ord</text></svg>')))


def test_text_is_judged_against_the_shape_it_stands_in():
    svg = (
        '<svg aria-label="x"><path d="M0 0h40v20h-40z" fill="#0b4f8a"/><text x="{}" y="14" font-size="12" '
        'fill="#ffffff">ord</text></svg>'
    )
    assert not [f for f in kontrast.fund(side(svg.format(5))) if "teksten «ord»" in f]
    assert [f for f in kontrast.fund(side(svg.format(60))) if "teksten «ord»" in f and "i lys" in f]


def test_a_part_of_a_text_is_judged_by_its_own_colour_where_it_stands():
    svg = (
        '<svg aria-label="x"><path d="M0 0h40v20h-40z" fill="#0b4f8a"/><text x="5" y="14" font-size="12" '
        'fill="{}"><tspan>en</tspan><tspan fill="{}">to</tspan></text></svg>'
    )
    assert not [f for f in kontrast.fund(side(svg.format("#ffffff", "#eeeeee"))) if "teksten" in f]
    assert [f for f in kontrast.fund(side(svg.format("#ffffff", "#123456"))) if "teksten «to»" in f and "#0b4f8a" in f]
    assert [f for f in kontrast.fund(side(svg.format("#123456", "#ffffff"))) if "teksten «en»" in f]
    assert not [f for f in kontrast.fund(side(svg.format("#123456", "#ffffff"))) if "teksten «to»" in f]


@pytest.mark.parametrize("value", [".5", "0", "60%", "var(--x)"])
def test_what_shows_through_is_refused_and_what_covers_is_not(value):
    assert f"stilen «.x» har opacity {value}" in " ".join(kontrast.fund(side(css=f".x{{opacity:{value}}}")))
    assert f"<p> har opacity {value}" in " ".join(kontrast.fund(side(f'<p style="opacity:{value}">x</p>')))
    assert kontrast.fund(side('<p style="opacity:1">x</p>', ".x{opacity:1}")) == []


def test_grid_lines_and_what_has_the_papers_colour_need_no_contrast():
    svg = (
        '<svg aria-label="x"><path d="M0 0h40" stroke="var(--gitter)" fill="none"/><path d="M0 0h40v9h-40z" '
        'fill="var(--papir)"/></svg>'
    )
    assert kontrast.fund(side(svg)) == []


def test_the_exporter_refuses_the_page(monkeypatch):
    from test_eksport import Figur, byg, vis

    from kkrlib.errors import RunError

    faint = (
        '<svg role="img" aria-labelledby="figur-kort-titel" viewBox="0 0 9 9"><path d="M0 0h9v9h-9z" '
        'fill="#eeeeee"/></svg>'
    )
    with pytest.raises(RunError, match=r"afvist:\ncelle 3: figuren «kort»: en flade eller streg"):
        byg(vis(Figur(svg=faint)))
    monkeypatch.setitem(farver.FARVER, "svag", farver.Farve("#8a9199", farver.FARVER["svag"].moerk))
    with pytest.raises(RunError, match="i lys"):
        byg(vis(Figur()))


@pytest.mark.parametrize("css", [".x{color:#000}}", ".x{color #000}", "@media screen{.x{color #000}}"])
def test_what_a_browser_would_pass_over_in_a_style_sheet_is_named(css):
    assert "stilarket kan ikke læses i linje" in " ".join(kontrast.fund(side(css=css)))


def test_braces_and_semicolons_inside_text_are_no_rules():
    css = '.x::before{content:"};.y{color:#ccc}";color:var(--blaek)}'
    assert kontrast.fund(side(css=css)) == []
    assert "#cccccc" in " ".join(kontrast.fund(side(css=css.replace("var(--blaek)", "#ccc"))))
