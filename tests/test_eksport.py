"""The exporter: a page as the contract says or a refusal that names the cell, and the same bytes every time."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from datetime import date
from fractions import Fraction
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from kkrlib import farver, mime, tabeller
from kkrlib.errors import RunError
from kkrlib.rapport import fingeraftryk, laeser, opsaetning, stilark
from kkrlib.rapport.dele import stoerrelse
from kkrlib.rapport.eksport import KkrRapport
from kkrlib.rapport.forside import indeks
from kkrlib.tabeller import Kolonne, tabel
from kkrlib.tekst import Side, fold, tekst

ROD = Path(__file__).resolve().parents[1]
NBSP = "\N{NO-BREAK SPACE}"


class Figur:
    """A figure by the contract, as small as it gets."""

    def __init__(self, id: str = "kort", beskrivelse: str = "Et kort.", svg: str = ""):
        self.id, self.beskrivelse = id, beskrivelse
        self.svg = svg or f'<svg role="img" aria-labelledby="figur-{id}-titel" viewBox="0 0 1 1"></svg>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        html = (
            f'<div class="figur" id="figur-{self.id}"><p class="figurtitel" id="figur-{self.id}-titel">Kort</p>'
            f'{self.svg}<p class="beskrivelse">{self.beskrivelse}</p><p class="kilde">Enhed: personer. Kilde: '
            "x.</p></div>"
        )
        about = {"id": self.id, "titel": "Kort", "beskrivelse": self.beskrivelse, "enhed": "personer", "kilde": "x"}
        return {"text/html": html, "text/plain": self.beskrivelse, "application/vnd.kkr.figur+json": about}


def en_tabel(id: str = "kvoter", titel: str = "Kvoter"):
    data = pd.DataFrame({"kommune": ["Køge", "Ærø"], "kvote": [1234, 5], "andel": [Fraction(1, 8), Fraction(7, 8)]})
    columns = [
        Kolonne("kommune", "Kommune"),
        Kolonne("kvote", "Kvote", enhed="personer", type="heltal"),
        Kolonne("andel", "Andel", type="andel"),
    ]
    return tabel(data, columns, id=id, titel=titel, enhed="personer", kilde="bilag A")


def vis(*things):
    return v4.new_code_cell(
        "hemmelig_kode = 42",
        outputs=[v4.new_output("execute_result", t._repr_mimebundle_(), execution_count=1) for t in things],
    )


def md(text: str):
    return v4.new_markdown_cell(text)


SIDE = Side("Fordeling af flygtninge 2025", "Hvor mange flygtninge hver kommune modtager.")


def notesbog(*cells, side=SIDE):
    return v4.new_notebook(
        cells=[
            v4.new_code_cell("aar = 2025", metadata={"tags": ["parameters"]}),
            *([vis(side)] if side else []),
            *cells,
        ],
        metadata={"kkr": {"rapport": "flygtninge", "titel": "Fordeling af flygtninge"}},
    )


HEL = (
    md("Indledning med *vægt*."),
    md("## Kommunekvoter på Ærø og Åen\n\nSe [tabellen](#tabel-kvoter)."),
    vis(en_tabel()),
    md("### Lidt mere"),
    vis(tekst("Der er {antal:tal} personer.", antal=12345)),
    md("## Kort"),
    vis(Figur()),
    vis(en_tabel("flere", "Flere kvoter")),
)
SOESKENDE = [
    {
        "etiket": "År",
        "sider": [
            {"navn": "flygtninge-2023", "tekst": "2023", "aktuel": False},
            {"navn": "flygtninge-2025", "tekst": "2025", "aktuel": True},
        ],
    },
    {
        "etiket": "Område",
        "sider": [
            {"navn": "flygtninge-2025", "tekst": "Hele landet", "aktuel": True},
            {"navn": "flygtninge-2025-sjaelland", "tekst": "Region Sjælland", "aktuel": False},
        ],
    },
]


def byg(*cells, side=SIDE, soeskende=()):
    resources = {"metadata": {"name": "flygtninge-2025"}, "kkr": {"soeskende": list(soeskende)}}
    html, resources = KkrRapport().from_notebook_node(notesbog(*cells, side=side), resources)
    return html, resources["outputs"]


@pytest.fixture(scope="module")
def hel():
    html, outputs = byg(*HEL, soeskende=SOESKENDE)
    return html, BeautifulSoup(html, "html.parser"), outputs


# The page


def test_head_says_language_title_description_and_what_may_be_loaded(hel):
    html, s, _ = hel
    assert html.startswith("<!DOCTYPE html>\n") and s.html["lang"] == "da"
    assert s.title.get_text() == "Fordeling af flygtninge 2025"
    assert s.find("meta", attrs={"name": "description"})["content"] == SIDE.beskrivelse
    policy = s.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert s.find("link", rel="icon")["href"] == "data:,"
    assert s.find("meta", charset="utf-8")


def test_page_fetches_nothing_and_runs_nothing(hel):
    html, s, _ = hel
    assert "<script" not in html and "@import" not in html and "url(" not in html
    assert not s.select("[src], link:not([rel=icon])")
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", html)


def test_code_stays_in_the_notebook(hel):
    assert "hemmelig_kode" not in hel[0] and "aar = 2025" not in hel[0]


def test_headings_are_sections_with_slugs_permalinks_and_contents(hel):
    _, s, _ = hel
    assert [h.get_text() for h in s.select("h1")] == ["Fordeling af flygtninge 2025"]
    ids = ["kommunekvoter-paa-aeroe-og-aaen", "kort", "om-rapporten"]
    assert [x["aria-labelledby"] for x in s.select(".artikel > section")] == ids
    assert [a["href"] for a in s.select("nav.indhold a")] == [f"#{i}" for i in ids]
    assert s.find(id=ids[0]).get_text() == "Kommunekvoter på Ærø og Åen"  # nothing but the heading's own words
    links = {a["href"]: a.get_text(" ") for a in s.select("a.permalink")}
    assert links["#kort"] == "# Link til afsnittet Kort" and links["#lidt-mere"]
    assert s.select_one(f"section[aria-labelledby={ids[0]}] h3#lidt-mere")
    assert s.select_one("main h1") and s.select_one("a.spring")["href"] == "#" + s.main["id"]
    assert s.select_one("a.spring").get_text() == "Spring til indholdet"


def test_every_internal_link_leads_somewhere_and_ids_are_unique(hel):
    _, s, _ = hel
    ids = [x["id"] for x in s.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in s.select('a[href^="#"]')} <= set(ids)


def test_tables_and_figures_are_as_many_as_in_the_notebook(hel):
    _, s, _ = hel
    outputs = [o for c in notesbog(*HEL).cells for o in c.get("outputs", [])]
    for css, art in (("tabel", mime.TABEL), ("figur", mime.FIGUR)):
        assert len(s.select(f"div.{css}")) == sum(art in o["data"] for o in outputs) > 0
    assert len(s.select("table")) == len(s.select("caption")) == 2


def test_numbers_are_danish(hel):
    text = hel[1].get_text()
    assert "1.234" in text and f"12,5{NBSP}%" in text and "Der er 12.345 personer." in text


def test_downloads_stand_under_each_table_with_their_real_sizes(hel):
    _, s, outputs = hel
    assert sorted(outputs) == [f"data/flygtninge-2025-{i}.{x}" for i in ("flere", "kvoter") for x in ("csv", "xlsx")]
    assert outputs["data/flygtninge-2025-kvoter.csv"] == "kommune,kvote,andel\nKøge,1234,0.125\nÆrø,5,0.875\n".encode()
    sheet = openpyxl.load_workbook(io.BytesIO(outputs["data/flygtninge-2025-kvoter.xlsx"])).active
    assert sheet["B2"].value == 1234
    line = s.find(id="tabel-kvoter").find_next_sibling("p")
    size = stoerrelse(len(outputs["data/flygtninge-2025-kvoter.xlsx"]))
    assert line.get_text() == f"Hent tabellen: CSV: Kvoter (1{NBSP}kB) · Excel: Kvoter ({size})"
    assert {a["href"] for a in s.select(".hent a")} == set(outputs)
    names = [a.get_text() for a in s.select(".hent a")]
    assert len(names) == len(set(names))


def test_sibling_pages_are_linked_and_this_one_is_marked(hel):
    (nav,) = hel[1].select("nav.soeskende")
    assert nav["aria-label"]
    assert {
        hel[1].find(id=ul["aria-labelledby"]).get_text(): [
            (a["href"], a.get_text(), a.get("aria-current")) for a in ul.select("a")
        ]
        for ul in nav.select("ul")
    } == {
        "År": [("flygtninge-2023.html", "2023", None), ("flygtninge-2025.html", "2025", "page")],
        "Område": [
            ("flygtninge-2025.html", "Hele landet", "page"),
            ("flygtninge-2025-sjaelland.html", "Region Sjælland", None),
        ],
    }
    assert not BeautifulSoup(byg(*HEL)[0], "html.parser").select("nav.soeskende")


# The report on itself

UDFYLDT = {
    **opsaetning.tom(),
    "udgiver": "KKR Sjælland",
    "kontakt": {"navn": "Sekretariatet", "epost": "kkr@eksempel.dk", "telefon": "+45 12 34 56 78", "url": ""},
    "tilgaengelighed": "https://www.eksempel.dk/erklaering",
    "rettelser": [
        {
            "side": "flygtninge-2025",
            "udgave": 2,
            "dato": date(2026, 3, 31),
            "hvad": "Kvoten for <Køge>.",
            "hvorfor": "Læst forkert.",
            "tidligere": "https://www.eksempel.dk/1",
        },
        {
            "side": "flygtninge-2023",
            "udgave": 5,
            "dato": date(2026, 4, 1),
            "hvad": "Andet.",
            "hvorfor": "Andet.",
            "tidligere": "",
        },
    ],
}


def om(indstillinger=None) -> BeautifulSoup:
    resources = {
        "metadata": {"name": "flygtninge-2025"},
        "kkr": {"soeskende": [], "opsaetning": indstillinger or opsaetning.tom()},
    }
    html, _ = KkrRapport().from_notebook_node(notesbog(*HEL), resources)
    return BeautifulSoup(html, "html.parser")


def test_the_page_says_how_to_cite_it_without_a_date_of_the_run():
    s = om()
    made = fingeraftryk.af(notesbog(*HEL))
    cite = s.select_one(".henvisning").get_text()
    assert cite == (
        f"Kommunekontaktrådet (KKR): Fordeling af flygtninge 2025, 1.{NBSP}udgave. Fil: flygtninge-2025.html. "
        f"Fingeraftryk: kode {made.kode[:12]}, data {made.data[:12]}."
    )


def test_the_page_says_what_code_data_and_packages_made_it():
    part, made = om().select_one(".om"), fingeraftryk.af(notesbog(*HEL))
    codes = [c.get_text() for c in part.select("code")]
    assert codes == [made.kode[:12], made.data[:12]] * 2 + [made.kode, made.data]
    assert all(f"{name}{NBSP}{number}" in part.get_text() for name, number in made.pakker)
    assert str(ROD) not in str(part) and "Python" not in part.get_text()


def test_without_corrections_the_page_is_the_first_edition_and_sends_questions_to_the_publisher():
    text = om().select_one(".om").get_text(" ")
    assert "Dette er den første udgave. Der er ingen rettelser." in text
    assert (
        "besvares af det sekretariat, der har offentliggjort den" in text
        and "Tilgængelighedserklæringen står på det websted" in text
    )
    assert not om().select(".om a:not(.permalink)")


def test_corrections_contact_and_statement_are_shown_as_they_are_filled_in():
    s = om(UDFYLDT)
    part = s.select_one(".om")
    assert [li.get_text() for li in part.select("li")] == [
        "2. udgave, 31. marts 2026: Kvoten for <Køge>. Hvorfor: Læst forkert. Udgaven før rettelsen"
    ]
    assert (
        f"2.{NBSP}udgave" in part.select_one(".henvisning").get_text()
        and s.select_one(".udgiver").get_text() == "KKR Sjælland"
    )
    assert [a["href"] for a in part.select("a:not(.permalink)")] == [
        "https://www.eksempel.dk/1", "mailto:kkr@eksempel.dk", "tel:+4512345678", "https://www.eksempel.dk/erklaering",
    ]  # fmt: skip
    assert "Spørgsmål om rapporten: Sekretariatet, kkr@eksempel.dk, telefon +45 12 34 56 78" in part.get_text()
    front = BeautifulSoup(indeks(SIDER, UDFYLDT), "html.parser").footer
    assert [a["href"] for a in front.select("a")][:3] == [
        "mailto:kkr@eksempel.dk",
        "tel:+4512345678",
        "https://www.eksempel.dk/erklaering",
    ]


def test_printed_pages_carry_the_reports_and_the_publishers_name():
    css = str(stilark.stil('Børn & "unge"', "KKR Sjælland"))
    assert css.rstrip().endswith(
        '@page{@top-left{content:"B\\f8 rn \\26  \\22 unge\\22 "}@bottom-left{content:"KKR Sj\\e6 lland"}}'
    )


def test_columns_of_text_are_named_once():
    data = pd.DataFrame({"navn": ["Køge", "Ærø"], "tal": [1, 2], "ord": ["a", "b"], "andre": ["x", None]})
    columns = [
        Kolonne("navn", "Navn"),
        Kolonne("tal", "Tal", type="heltal"),
        Kolonne("ord", "Ord"),
        Kolonne("andre", "Andre"),
    ]
    made = tabel(data, columns, id="ord", titel="Ord", enhed="ord", kilde="k")
    html, _ = byg(vis(made))
    table = BeautifulSoup(html, "html.parser").select_one("#tabel-ord table")
    assert (
        table["class"] == ["k3", "k4"]
        and not table.select("td.tekst")
        and table.select_one("td.mangler").get_text() == "ikke oplyst"
    )
    assert table.get_text() == BeautifulSoup(made.html, "html.parser").table.get_text()
    css = str(stilark.stil("T"))
    assert all(f".k{n} td:nth-child({n})" in css for n in range(2, tabeller.KOLONNER + 1))


def test_a_number_stays_on_the_line_of_what_it_counts():
    html, _ = byg(
        md(
            "En stigning på 128,4 % til 10,10 mio. kr. (5 kr. pr. barn, 3 mia. kr., 12 procent); 7 procentpoint "
            "og 5 %x som før."
        )
    )
    text = BeautifulSoup(html, "html.parser").select_one(".artikel > p").get_text()
    want = (
        "En stigning på 128,4_% til 10,10_mio._kr. (5_kr. pr. barn, 3_mia._kr., 12_procent); 7 procentpoint og 5 "
        "%x som før."
    )
    assert text == want.replace("_", NBSP)
    side = {**SIDER[0], "hovedtal": {"tal": "1", "tekst": "barn, 5 % af alle"}}
    assert f"5{NBSP}% af alle" in indeks([side])


def test_code_may_name_what_a_page_must_not_show():
    assert "<code>None</code>" in byg(md("Skriv `None` og `1e-5`; nanset og Nonelle er ord."))[0]


def test_paper_has_every_row_and_no_choices():
    filtered = tabel(
        pd.DataFrame({"navn": ["a", "b"], "dok": ["x", "y"]}),
        [Kolonne("navn", "Navn"), Kolonne("dok", "Dokument")],
        id="valg",
        titel="Valg",
        enhed="én række",
        kilde="k",
        filter="dok",
    )
    html = byg(vis(filtered))[0]
    print_rules = html.partition("</style>")[0].rpartition("@media print{")[2]
    hidden = [rule.strip() for rule in re.findall(r"([^{}]*)\{display:none\}", print_rules)]
    assert ".filter" in hidden and "tr[data-v]{display:table-row !important}" in print_rules
    assert "tr[data-v]" not in byg(md("Kun tekst."))[0]  # a page without choices has no styles for them


def test_page_without_sections_has_no_contents():
    s = BeautifulSoup(byg(md("Kun tekst."))[0], "html.parser")
    assert not s.select("nav") and "Kun tekst." in s.main.get_text()


def test_fragments_stand_on_the_page_word_for_word(hel):
    assert en_tabel().html in hel[0] and Figur()._repr_mimebundle_()["text/html"] in hel[0]


def test_title_is_escaped_in_the_head_the_heading_and_the_style():
    side = Side('Børn & "unge" </style><b>', "Børn & <b>unge</b>.")
    html, _ = byg(side=side)
    assert "</style><b>" not in html and "<b>" not in html
    assert BeautifulSoup(html, "html.parser").h1.get_text() == side.titel
    assert html.count("</style>") == 1


def test_markdown_is_written_as_html5():
    html, _ = byg(
        md(
            "## A\n\nførste  \nanden\n\n---\n\n1. et\n2. to\n\n- punkt\n\n> citat\n\n[ude](https://kl.dk) "
            "<https://kl.dk>"
        )
    )
    s = BeautifulSoup(html, "html.parser").main
    assert "<br>" in html and "<hr>" in html and "/>" not in html
    assert s.ol and s.ul and s.blockquote and s.find("a", href="https://kl.dk")


def test_page_knows_every_colour_and_every_class_of_the_figures():
    css = str(stilark.stil("T"))
    assert farver.css().strip() in css
    used = set(re.findall(r"var\(--([a-z0-9-]+)", css))
    assert used <= set(re.findall(r"--([a-z0-9-]+)\s*:", css))
    figurer = pytest.importorskip("kkrlib.figurer")
    assert set(re.findall(r"\.[a-z]+", figurer.css())) <= set(re.findall(r"\.[a-z]+", css))


# Refusals


def output(kind: str, **kw):
    return v4.new_code_cell("1", outputs=[v4.new_output(kind, **kw)])


def bundt(thing, **payload):
    """The thing's bundle with other values in its payload."""
    bundle = thing._repr_mimebundle_()
    mime = next(m for m in bundle if m.startswith("application/"))
    return output("display_data", data={**bundle, mime: {**bundle[mime], **payload}})


AFVISES = {
    "stderr": ([output("stream", name="stderr", text="advarsel: x")], "celle 3: .*stderr"),
    "stdout": ([output("stream", name="stdout", text="hej")], "celle 3: .*stdout"),
    "error": ([output("error", ename="KeyError", evalue="x", traceback=[])], "celle 3: fejlede: KeyError"),
    "image": ([output("display_data", data={"image/png": "aGVq"})], "celle 3: .*image/png"),
    "bare DataFrame": (
        [output("execute_result", data={"text/html": "<table></table>", "text/plain": "x"})],
        "celle 3: .*text/html",
    ),
    "plain value": ([output("execute_result", data={"text/plain": "42"})], "celle 3: .*text/plain"),
    "second Side": ([vis(SIDE)], "celle 3: .*netop én"),
    "skipped level": ([md("## A\n\n#### B")], "celle 3: .*«B» springer fra niveau 2 til 4"),
    "skipped first level": ([md("### A")], "springer fra niveau 1 til 3"),
    "skipped level in an output": ([md("## A"), vis(tekst("#### B"))], "celle 4: .*springer"),
    "another h1": ([md("# A")], "øverste niveau"),
    "same heading twice": ([md("## Kvoter"), md("## Kvoter!")], "celle 4: .*celle 3"),
    "heading with the template's id": ([md("## Indholdsfortegnelse")], "sidens skabelon"),
    "heading with a table's id": ([vis(en_tabel()), md("## Tabel kvoter")], "«tabel-kvoter»"),
    "table twice": ([vis(en_tabel()), vis(en_tabel())], "celle 4: tabellen «kvoter» er vist to gange"),
    "table's title twice": ([vis(en_tabel()), vis(en_tabel("b"))], "celle 4: titlen «Kvoter»"),
    "figure twice": ([vis(Figur()), vis(Figur())], "celle 4: figuren «kort» er vist to gange"),
    "figure without description": ([vis(Figur(beskrivelse=" "))], "celle 3: figuren «kort» har ingen beskrivelse"),
    "figure without source": ([bundt(Figur(), kilde="")], "ingen kilde"),
    "figure without drawing": ([vis(Figur(svg="<p>x</p>"))], "ingen tegning"),
    "figure with a nameless drawing": ([vis(Figur(svg='<svg viewBox="0 0 1 1"></svg>'))], "role=img"),
    "figure with a script": ([vis(Figur(svg='<svg role="img" aria-label="x"><script>1</script></svg>'))], "<script>"),
    "figure with a handler": ([vis(Figur(svg='<svg role="img" aria-label="x" onload="x()"></svg>'))], "onload"),
    "figure that fetches": (
        [vis(Figur(svg='<svg role="img" aria-label="x"><image href="http://x/y.png"/></svg>'))],
        "henter intet",
    ),
    "figure without unit": ([bundt(Figur(), enhed="")], "ingen enhed"),
    "figure without title": ([bundt(Figur(), titel="")], "ingen titel"),
    "table without unit": ([bundt(en_tabel(), enhed=" ")], "ingen enhed"),
    "table without source": ([bundt(en_tabel(), kilde="")], "ingen kilde"),
    "table without title": ([bundt(en_tabel(), titel="")], "ingen titel"),
    "table without caption": (
        [
            output(
                "display_data",
                data={**en_tabel()._repr_mimebundle_(), "text/html": "<div class='tabel'><table></table></div>"},
            )
        ],
        "ingen caption",
    ),
    "table with a bad id": ([bundt(en_tabel(), id="../x")], "celle 3: tabellens id"),
    "HTML in Markdown": ([md("x <b>y</b>")], "celle 3: HTML i Markdown"),
    "an HTML block in Markdown": ([md("<div>\n\nx\n\n</div>")], "celle 3: HTML i Markdown"),
    "image in Markdown": ([md("![x](x.png)")], "celle 3: billedet"),
    "TeX": ([md("$$ a + b $$")], "formler"),
    "TeX in a line": ([md("Andelen er $b - (i - b)$ i alt.")], r"formler.*\$b - \(i - b\)\$"),
    "heading of the page's own part": ([md("## Om rapporten")], "sidens skabelon"),
    "date that became a list": ([md("1. januar 2024 var der flere.")], "celle 3: en nummereret liste"),
    "dead internal link": ([md("[x](#findes-ikke)")], "celle 3: linket «#findes-ikke»"),
    "heading in a fold": ([vis(fold([("Køge", "## Trin")]))], "celle 3: det foldede afsnit «Køge»"),
    "HTML in a fold": ([vis(fold([("Køge", "<b>x</b>")]))], "celle 3: HTML i Markdown"),
    "nan in a table": (
        [
            output(
                "display_data",
                data={**en_tabel()._repr_mimebundle_(), "text/html": en_tabel().html.replace("1.234", "nan")},
            )
        ],
        "celle 3: «nan»",
    ),
    "None in prose": ([md("Kommunen har None pladser.")], "celle 3: «None»"),
    "NaT in a fold": ([vis(fold([("Køge", "Den NaT.")]))], "celle 3: «NaT»"),
    "<NA> in prose": ([md("Der er \\<NA\\> personer.")], "celle 3: «<NA>»"),
    "an exponent": ([md("Andelen er 1.2e-05.")], "celle 3: «2e-05»"),
    "NaN in a figure": ([vis(Figur(beskrivelse="I alt NaN."))], "celle 3: «NaN»"),
    "nan in a heading": ([md("## I alt nan")], "siden «flygtninge-2025» er afvist:\n«nan»"),
    "raw cell": ([v4.new_raw_cell("x")], "celle 3: en råcelle"),
    "two drawings for one figure": (
        [
            output(
                "display_data",
                data={
                    **Figur()._repr_mimebundle_(),
                    "text/html": Figur()._repr_mimebundle_()["text/html"] + '<div class="figur"></div>',
                },
            )
        ],
        "siden har 2 af class «figur»",
    ),
}


@pytest.mark.parametrize("name", AFVISES)
def test_page_is_refused_with_the_cells_number(name):
    cells, words = AFVISES[name]
    with pytest.raises(RunError, match=words) as stop:
        byg(*cells)
    assert str(stop.value).startswith("siden «flygtninge-2025» er afvist:")


# What the reader gets is judged, not only what the outputs say of themselves


def god() -> list[nbformat.NotebookNode]:
    """Cells 3 to 9 of a good notebook: a unit in the header, in the caption and below, groups with totals, and a
    figure.
    """
    names = [Kolonne("kommune", "Kommune"), Kolonne("ord", "Ord")]
    words = pd.DataFrame({"kommune": ["Køge"], "ord": ["ja"]})
    groups = pd.DataFrame({"region": ["A", "A", "B"], "kommune": ["Køge", "Greve", "Ærø"], "tal": [1, 2, 3]})
    columns = [
        Kolonne("region", "Region", vis=False),
        Kolonne("kommune", "Kommune"),
        Kolonne("tal", "Tal", type="heltal"),
    ]
    total = pd.DataFrame({"region": [None], "kommune": ["I alt"], "tal": [6]})
    about = {"enhed": "kr. & øre.", "kilde": "bilag «A», s. 1."}
    return [
        vis(en_tabel()),
        vis(tabel(words, names, id="ord", titel="Ord", **about)),
        vis(tabel(words, names, id="nedenfor", titel="Ord og tal", enhed="som nævnt ved hvert tal.", kilde="bilag B")),
        vis(tabel(groups, columns, id="grupper", titel="Tal <2025>", gruppe="region", ialt=total, **about)),
        vis(
            tabel(
                groups,
                columns,
                id="valgt",
                titel="Til\N{SOFT HYPHEN}vækst",
                gruppe="region",
                valgt="A",
                resten="Resten",
                ialt=total,
                **about,
            )
        ),
        vis(Figur()),
        md("Se [tabellen](#tabel-ord)."),
    ]


def html_i(celle: int, old: str, new: str = "", count: int = 1):
    """A change to the HTML that a cell shows."""

    def change(cells):
        data = cells[celle - 3].outputs[0]["data"]
        data["text/html"], n = re.subn(old, new, data["text/html"], count=count, flags=re.S)
        assert n

    return change


def indhold_i(celle: int, **values):
    """A change to what a cell's output says of itself."""

    def change(cells):
        data = cells[celle - 3].outputs[0]["data"]
        next(v for k, v in data.items() if k.startswith("application/")).update(values)

    return change


def ny(*cells):
    return lambda there: there.extend(cells)


SVG = "(<svg[^>]*>)"
FORVANSKNINGER = {
    "empty caption": (
        html_i(3, "<caption>.*?</caption>", "<caption></caption>"),
        "celle 3: tabellen «kvoter» har ingen caption",
    ),
    "a caption of one table in a group gone": (
        html_i(6, "(.*)<caption>.*?</caption>", r"\1"),
        "celle 6: .*ingen caption med tekst, eller to, i 1 af 3",
    ),
    "two captions": (html_i(3, "(<caption>.*?</caption>)", r"\1\1"), "celle 3: .*eller to, i 1 af 1"),
    "another title in the caption": (
        html_i(3, "Kvoter</span>", "Andet</span>"),
        "celle 3: .*viser ikke sin titel, men «Andet»",
    ),
    "another title in a group": (html_i(7, "vækst – A", "gang – A", 2), "celle 7: .*viser ikke sin titel"),
    "no unit in the header": (
        html_i(3, '<tr><th scope="col" class="enhed">.*?</tr>'),
        "celle 3: .*viser ikke sin enhed «personer» i «Kvoter»",
    ),
    "no unit in the caption": (html_i(4, ' <span class="enhed">.*?</span>'), "celle 4: .*viser ikke sin enhed"),
    "no unit below": (html_i(5, "Enhed: .*? Kilde", "Kilde"), "celle 5: .*viser ikke sin enhed"),
    "no unit in a table of a group": (
        html_i(7, '(.*)<th scope="col" class="enhed">.*?</th>', r"\1"),
        "celle 7: .*viser ikke sin enhed",
    ),
    "no source of a table": (html_i(3, '<p class="kilde">.*?</p>'), "celle 3: .*viser ikke sin kilde: bilag A"),
    "half a source of a table": (html_i(4, ", s. 1[.]"), "celle 4: .*viser ikke sin kilde"),
    "no body": (html_i(3, "<tbody>.*?</tbody>"), "celle 3: .*ingen rækker"),
    "an empty body": (html_i(3, "<tbody>.*?</tbody>", "<tbody></tbody>"), "celle 3: .*ingen rækker"),
    "no body where there are totals": (html_i(7, "<tbody>.*?</tbody>", "", 9), "celle 7: .*ingen rækker"),
    "no table": (html_i(3, '<div class="rul".*?</div>'), "celle 3: .*er ikke vist"),
    "no description": (
        html_i(8, '<p class="beskrivelse">.*?</p>'),
        "celle 8: figuren «kort» viser ikke sin beskrivelse: Et kort",
    ),
    "no title of a figure": (html_i(8, ">Kort<", "><"), "celle 8: .*viser ikke sin titel: Kort"),
    "no source of a figure": (html_i(8, " Kilde: x[.]"), "celle 8: .*viser ikke sin kilde: x"),
    "another source of a figure": (html_i(8, "Kilde: x", "Kilde: y"), "celle 8: .*viser ikke sin kilde: x"),
    "no unit of a figure": (html_i(8, "Enhed: personer. "), "celle 8: .*viser ikke sin enhed: personer"),
    "described by nothing": (
        html_i(8, "<svg ", '<svg aria-describedby="figur-kort-titel nix" '),
        "celle 8: aria-describedby «#nix» peger ikke",
    ),
    "named by nothing": (
        html_i(8, 'labelledby="[^"]*', 'labelledby="nix'),
        "celle 8: aria-labelledby «#nix» peger ikke",
    ),
    "in charge of nothing": (
        html_i(3, "<div ", '<div aria-controls="nix" '),
        "celle 3: aria-controls «#nix» peger ikke",
    ),
    "a faint shape": (
        html_i(
            8,
            SVG,
            r'\1<path d="M0 0h9v9z" fill="#000000" '
            r'fill-opacity=".1"/>',
        ),
        "celle 8: figuren «kort»: <path> har fill-opacity .1",
    ),
    "a faint group": (html_i(8, SVG, r'\1<g style="opacity: 50%"></g>'), "celle 8: .*<g> har opacity 50%"),
    "a faint line": (html_i(8, SVG, r'\1<path d="M0 0h9" stroke-opacity="0.9"/>'), "celle 8: .*stroke-opacity 0.9"),
    "a part of a text too faint": (
        html_i(
            8,
            SVG,
            r'\1<text fill="var(--blaek)">a<tspan '
            r'fill="#cccccc">b</tspan></text>',
        ),
        "celle 8: .*teksten «b» .* i lys",
    ),
    "a picture": (html_i(3, "<td>", '<td><img alt="" src="data:image/png;base64,aaaa">'), "celle 3: <img> må ikke"),
    "a picture in a drawing": (
        html_i(8, SVG, r'\1<image href="data:image/png;base64,aaaa"/>'),
        "celle 8: <image> må ikke",
    ),
    "a font": (html_i(3, "<td>", '<td><font color="#bbbbbb">x</font>'), "celle 3: <font> må ikke"),
    "inf in a cell": (html_i(3, "1[.]234", "inf"), "celle 3: «inf»"),
    "minus infinity in prose": (ny(md("Tallet er -Infinity.")), "celle 10: «Infinity»"),
    "None in a label": (html_i(3, 'aria-label="[^"]*', 'aria-label="Tabel: None'), "celle 3: «None» i aria-label"),
    "nan in a tip": (html_i(3, "<td>", '<td title="nan">'), "celle 3: «nan» i title"),
    "an entity that is shown as such": (ny(md("Der er 5&nbsp;kr.")), "celle 10: «&nbsp;»"),
    "a table in Markdown": (ny(md("| a | b |\n|---|:-:|\n| 1 | 2 |")), "celle 10: en tabel i Markdown"),
    "a table in a fold": (ny(vis(fold([("Køge", "a | b\n--|--\n1 | 2")]))), "celle 10: en tabel i Markdown"),
    "a unit that is None": (indhold_i(3, enhed=None), "celle 3: tabellen «kvoter» har ingen enhed"),
    "a title that is a number": (indhold_i(3, titel=2025), "celle 3: tabellen «kvoter» har ingen titel"),
    "an id that is None": (indhold_i(3, id=None), "celle 3: tabellens id «»"),
    "rows that are None": (
        indhold_i(3, raekker=None),
        "celle 3: tabellen «kvoter» kan ikke skrives som CSV: TypeError",
    ),
    "a figure's description that is None": (
        indhold_i(8, beskrivelse=None),
        "celle 8: figuren «kort» har ingen beskrivelse",
    ),
    "a payload that is None": (
        ny(output("display_data", data={mime.TABEL: None})),
        "celle 10: .* har intet indhold",
    ),
    "a fold of nothing": (
        ny(output("display_data", data={mime.FOLD: {"afsnit": [{"titel": "x", "markdown": None}]}})),
        "celle 10: det foldede afsnit «x» skal have",
    ),
    "a file without title": (
        ny(
            output(
                "display_data",
                data={
                    mime.FILER: {
                        "titel": "F",
                        "filer": [{"id": "f", "type": "csv", "titel": None, "base64": "eA=="}],
                    }
                },
            )
        ),
        "celle 10: filen «f.csv» skal have",
    ),
}


def test_the_good_notebook_is_taken():
    html, _ = byg(*god())
    assert "Tal &lt;2025&gt; – i alt" in html
    byg(md("```\n|---|\n```\n\na | b er ingen tabel --- her."))


@pytest.mark.parametrize("name", FORVANSKNINGER)
def test_what_the_reader_does_not_get_is_refused_with_the_cells_number(name):
    change, words = FORVANSKNINGER[name]
    cells = god()
    change(cells)
    with pytest.raises(RunError, match=words) as stop:
        byg(*cells)
    about = words.partition(":")[0]
    assert all(line.startswith(f"{about}: ") for line in str(stop.value).splitlines()[1:]), stop.value


@pytest.mark.parametrize("value", [None, 5, ["x"]])
def test_a_side_of_something_else_than_text_is_refused(value):
    with pytest.raises(RunError, match="celle 2: siden mangler titel eller beskrivelse"):
        byg(bundt(SIDE, titel=value), side=None)


def test_the_page_has_every_table_of_its_fragments(monkeypatch):
    whole = laeser.Laeser._tilfoej
    less = functools.partial(re.sub, "<table.*?</table>", "", flags=re.S)
    monkeypatch.setattr(laeser.Laeser, "_tilfoej", lambda self, html: whole(self, less(html)))
    with pytest.raises(RunError, match="siden har 0 <table>, notebooken viser 1"):
        byg(vis(en_tabel()))


def test_a_page_needs_its_side_first():
    with pytest.raises(RunError, match="viser ingen Side"):
        byg(md("x"), side=None)
    for early in (md("x"), md("## x"), vis(en_tabel())):
        with pytest.raises(RunError, match="det første"):
            byg(early, vis(SIDE), side=None)


def test_all_refusals_come_at_once():
    with pytest.raises(RunError) as stop:
        byg(md("#### A"), AFVISES["stderr"][0][0], md("<b>x</b>"))
    assert [re.match(r"celle \d+", line)[0] for line in str(stop.value).splitlines()[1:]] == [
        "celle 3",
        "celle 4",
        "celle 5",
    ]


def test_an_output_that_the_template_drops_is_noticed(monkeypatch):
    monkeypatch.setattr(laeser.Laeser, "_tilfoej", lambda self, html: None)
    with pytest.raises(RunError, match="siden har 0 af class «tabel», notebooken viser 1"):
        byg(vis(en_tabel()))


# Prose


def test_prose_gets_its_numbers_in_danish():
    bundle = tekst("I alt {n:tal1} og {p:procent1}.", n=1234.5, p=Fraction(1, 8))._repr_mimebundle_()
    assert bundle == dict.fromkeys(("text/markdown", "text/plain"), f"I alt 1.234,5 og 12,5{NBSP}%.")


@pytest.mark.parametrize(
    ("skabelon", "tal", "words"),
    [
        ("{n:tal}", {}, "«n» i teksten er ikke givet"),
        ("{n:tal}", {"n": None}, "«n» i teksten mangler"),
        ("{n:tal}", {"n": float("nan")}, "«n» i teksten mangler"),
        ("{n:tal}", {"n": pd.NA}, "«n» i teksten mangler"),
        ("{n}", {"n": 1.5}, "talformat"),
        ("{:tal}", {"n": 1}, "navn"),
        ("{n:tal", {"n": 1}, "kan ikke udfyldes"),
        (" ", {}, "tom"),
    ],
)
def test_prose_without_its_number_is_refused(skabelon, tal, words):
    with pytest.raises(RunError, match=words):
        tekst(skabelon, **tal)


def test_a_date_first_in_a_line_does_not_become_a_list():
    html, _ = byg(vis(tekst("{d:dato} blev landstallet sat.", d=date(2024, 4, 29))))
    assert "<p>29. april 2024 blev landstallet sat.</p>" in html and "<ol" not in html


def test_folded_prose_is_one_click_away_each():
    html, _ = byg(vis(fold([("Køge: <5>", "1. et\n2. to"), ("Ærø", tekst("{n:tal}", n=1234))])))
    folds = BeautifulSoup(html, "html.parser").select("section:not(.om) details, .artikel > details")
    assert [d.summary.get_text() for d in folds] == ["Køge: <5>", "Ærø"] and not any(d.has_attr("open") for d in folds)
    assert len(folds[0].select("ol li")) == 2 and folds[1].p.get_text() == "1.234"
    for bad in ([], [("", "x")], [("x", " ")]):
        with pytest.raises(RunError):
            fold(bad)


@pytest.mark.parametrize("empty", [("", "x"), ("x", " ")])
def test_side_needs_title_and_description(empty):
    with pytest.raises(RunError):
        Side(*empty)


# The front page


def opslag(navn: str, aar, region: str, rapport: str = "flygtninge", titel: str = "Fordeling af flygtninge"):
    return {
        "navn": navn,
        "rapport": rapport,
        "rapporttitel": titel,
        "titel": f"{titel} {aar} {region}".strip(),
        "beskrivelse": f"Om {navn}.",
        "aar": aar,
        "region": region,
        "filer": [{"fil": f"data/{navn}-kvoter.csv", "bytes": 5120, "titel": f"Kvoter {navn}"}],
    }


SIDER = [
    opslag("flygtninge-2023", 2023, "hele landet"),
    opslag("flygtninge-2025-sjaelland", 2025, "Sjælland"),
    opslag("flygtninge-2025-hovedstaden", 2025, "Hovedstaden"),
    opslag("flygtninge-2025", 2025, ""),
    opslag("klynger", "", "", "klynger", "Klyngeøkonomi"),
]


def test_front_page_is_by_report_then_year_with_the_whole_country_first():
    s = BeautifulSoup(indeks(SIDER), "html.parser")
    assert [h.get_text() for h in s.select("h1, h2, h3")] == [
        "Rapporter",
        "Fordeling af flygtninge",
        "2025",
        "2023",
        "Klyngeøkonomi",
    ]
    assert [a["href"] for a in s.select(".sidelink a")] == [
        "flygtninge-2025.html",
        "flygtninge-2025-hovedstaden.html",
        "flygtninge-2025-sjaelland.html",
        "flygtninge-2023.html",
        "klynger.html",
    ]
    assert "Om flygtninge-2025." in s.get_text() and s.html["lang"] == "da"
    file = s.select_one(".filer li")
    assert file.a["href"] == "data/flygtninge-2025-kvoter.csv"
    assert file.get_text() == f"Kvoter flygtninge-2025, CSV (5{NBSP}kB)"
    ids = [x["id"] for x in s.select("[id]")]
    assert len(ids) == len(set(ids))


def test_a_report_without_years_stands_last_on_the_front_page_whatever_its_name():
    s = BeautifulSoup(indeks([opslag("afstemning", "", "", "afstemning", "Afstemning"), *SIDER[:4]]), "html.parser")
    assert [h.get_text() for h in s.select("h2")] == ["Fordeling af flygtninge", "Afstemning"]
    assert "Årlige" not in s.select_one(".ingress").get_text()


def test_the_front_page_speaks_of_all_reports():
    foot = BeautifulSoup(indeks(SIDER), "html.parser").footer.get_text()
    assert (
        "Spørgsmål om rapporterne besvares af det sekretariat, der har offentliggjort dem." in foot
        and "hvor rapporterne er offentliggjort" in foot
    )
    assert (
        "Spørgsmål om rapporterne: Sekretariatet"
        in BeautifulSoup(indeks(SIDER, UDFYLDT), "html.parser").footer.get_text()
    )
    assert "maskiner" not in foot


def test_the_front_page_on_paper_has_no_lists_of_files():
    assert "@media print{.sider details{display:none}}" in str(stilark.stil("T", "KKR", "forside.css"))
    assert BeautifulSoup(indeks(SIDER), "html.parser").select(".sider details .filer")


def test_front_page_shows_the_main_figure_that_a_page_gives():
    pages = [{**SIDER[0], "hovedtal": {"tal": "1.000", "tekst": "flygtninge"}}, *SIDER[1:]]
    shown = BeautifulSoup(indeks(pages), "html.parser").select(".hovedtal")
    assert [p.get_text() for p in shown] == ["1.000 flygtninge"]


@pytest.mark.parametrize("hovedtal", [("", "x"), ("1", " "), ("1",)])
def test_a_main_figure_has_a_number_and_words(hovedtal):
    with pytest.raises(RunError, match="hovedtal"):
        Side("T", "B.", hovedtal)
    with pytest.raises(RunError, match="hovedtal"):
        byg(bundt(Side("T", "B.", ("1", "x")), hovedtal={"tal": "1"}), side=None)


def test_a_regions_link_shows_the_region_and_says_the_whole_title():
    pages = [
        opslag("f-2025-b", 2025, "Region B"),
        opslag("f-2025-a", 2025, "Region A"),
        opslag("f-2025", 2025, "hele landet"),
    ]
    links = BeautifulSoup(indeks(pages), "html.parser").select(".sidelink a")
    assert [a.get_text() for a in links[1:]] == [
        "Fordeling af flygtninge 2025 Region A",
        "Fordeling af flygtninge 2025 Region B",
    ]
    for a in links:
        if prefix := a.select_one(".skjult"):
            prefix.extract()
    assert [a.get_text() for a in links] == ["Fordeling af flygtninge 2025 hele landet", "Region A", "Region B"]
    other = opslag("f-2025-b", 2025, "Region B") | {"titel": "Noget andet"}
    assert BeautifulSoup(indeks([other]), "html.parser").select_one(".sidelink a").decode_contents() == "Noget andet"


def test_regions_stand_on_the_front_page_as_in_the_data():
    places = {
        "flygtninge-2023": [0, 0],
        "flygtninge-2025-sjaelland": [1, 1],
        "flygtninge-2025-hovedstaden": [1, 2],
        "flygtninge-2025": [1, 0],
    }
    s = BeautifulSoup(indeks([{**p, "orden": places.get(p["navn"], [])} for p in SIDER]), "html.parser")
    assert [a["href"] for a in s.select(".sidelink a")][:3] == [
        "flygtninge-2025.html",
        "flygtninge-2025-sjaelland.html",
        "flygtninge-2025-hovedstaden.html",
    ]


def test_front_page_does_not_depend_on_the_order_given():
    assert indeks(SIDER) == indeks(SIDER[::-1])


def test_front_page_refuses_nothing_and_the_same_page_twice():
    with pytest.raises(RunError):
        indeks([])
    with pytest.raises(RunError, match="flygtninge-2023"):
        indeks([SIDER[0], SIDER[0]])


@pytest.mark.parametrize(("n", "text"), [(1, "1 kB"), (5499, "5 kB"), (999_000, "999 kB"), (1_250_000, "1,3 MB")])
def test_sizes_are_for_people(n, text):
    assert stoerrelse(n) == text.replace(" ", NBSP)


# The same bytes


def aftryk() -> str:
    html, outputs = byg(*HEL, soeskende=SOESKENDE)
    parts = [html.encode(), *(f.encode() + b for f, b in sorted(outputs.items())), indeks(SIDER).encode()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_same_notebook_gives_the_same_bytes_also_at_another_time_and_place(tmp_path):
    code = f"import sys; sys.path.insert(0, {str(ROD)!r}); from tests.test_eksport import aftryk; print(aftryk())"
    env = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    other = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert aftryk() == aftryk() == other.stdout.strip()


def test_jupyterlab_offers_the_exporter_under_save_and_export_and_its_files_fit_the_page(tmp_path):
    nbformat.write(notesbog(*HEL), tmp_path / "flygtninge-2025.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME", "DATA")}
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyter_server",
            f"--port={port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--allow-root",
            f"--ServerApp.root_dir={tmp_path}",
        ],
        cwd=tmp_path,
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def ask(path: str) -> bytes:
        here = f"http://127.0.0.1:{port}/"
        return urllib.request.urlopen(urllib.request.Request(here + path, headers={"Referer": here}), timeout=60).read()

    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                listed = json.loads(ask("api/nbconvert"))
                break
            time.sleep(0.2)
        assert [name for name in listed if "kkr" in name.lower()] == [
            "KKR_rapport"
        ]  # what the menu says, and no entry that leads nowhere
        with zipfile.ZipFile(io.BytesIO(ask("nbconvert/KKR_rapport/flygtninge-2025.ipynb?download=true"))) as sent:
            files = {name: sent.read(name) for name in sent.namelist()}
    finally:
        server.terminate()
        server.wait(timeout=30)
    html, outputs = byg(*HEL)
    page = files.pop("flygtninge-2025.html").decode()
    assert page == html.replace('href="data/', 'href="')
    assert files == {path.removeprefix("data/"): content for path, content in outputs.items()}


def test_nbconvert_itself_writes_the_page_and_the_downloads(tmp_path):
    nbformat.write(notesbog(*HEL), tmp_path / "flygtninge-2025.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "kkr-rapport", "flygtninge-2025.ipynb"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROD)},
        capture_output=True,
        check=True,
    )
    html, outputs = byg(*HEL)
    assert (tmp_path / "flygtninge-2025.html").read_text(encoding="utf-8") == html
    for path, content in outputs.items():
        assert (tmp_path / path).read_bytes() == content
