"""Tables: what people see is Danish and complete, what is downloaded is exact and typed, bad input is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from kkrlib import tabeller
from kkrlib.errors import DataError, RunError
from kkrlib.tabeller import Kolonne, filer, tabel

ROD = Path(__file__).resolve().parents[1]
NBSP = "\N{NO-BREAK SPACE}"

KOLONNER = [
    Kolonne("kode", "Kode", vis=False, beskrivelse="Kommunens nummer"),
    Kolonne("kommune", "Kommune"),
    Kolonne("region", "Region"),
    Kolonne("befolkning", "Befolkning", enhed="personer", type="heltal", beskrivelse="Indbyggere 1. januar"),
    Kolonne("andel", "Andel", type="andel", decimaler=2),
    Kolonne("trin", "Beregnet", enhed="personer", type="decimal", decimaler=1),
    Kolonne("aendring", "Ændring", enhed="personer", type="heltal", fortegn=True),
    Kolonne("dato", "Fastsat", type="dato"),
]


def data() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kode": ["101", "259", "825"],
            "kommune": ["København", "Køge", "Læsø"],
            "region": ["Hovedstaden", "Sjælland", "Nordjylland"],
            "befolkning": [659350, 62000, 1786],
            "andel": [Fraction(1, 8), Fraction(1, 3), Fraction(2, 3)],
            "trin": [Fraction(12345, 10), Fraction(-1, 4), Fraction(0)],
            "aendring": [5, -12, 0],
            "dato": [date(2024, 4, 29), date(2024, 9, 30), date(2024, 9, 30)],
        }
    )


def lav(d: pd.DataFrame | None = None, kolonner=KOLONNER, **kw):
    given = {"id": "kvoter", "titel": "Kvoter", "enhed": "personer", "kilde": "bilag A"} | kw
    return tabel(data() if d is None else d, kolonner, **given)


def suppe(t: tabeller.Tabel) -> BeautifulSoup:
    return BeautifulSoup(t.html, "html.parser")


def raekker(t: tabeller.Tabel) -> list[list[str]]:
    return [[c.get_text() for c in tr.find_all(["th", "td"])] for tr in suppe(t).select("tbody tr")]


# What people see


def test_numbers_dates_and_shares_are_shown_in_danish():
    assert raekker(lav()) == [
        ["København", "Hovedstaden", "659.350", f"12,50{NBSP}%", "1.234,5", "+5", "29. april 2024"],
        ["Køge", "Sjælland", "62.000", f"33,33{NBSP}%", "−0,3", "−12", "30. september 2024"],
        ["Læsø", "Nordjylland", "1.786", f"66,67{NBSP}%", "0,0", "0", "30. september 2024"],
    ]


def test_every_header_cell_has_scope_and_the_unit_stands_in_the_header():
    s = suppe(lav())
    names, units = s.select("thead tr")
    assert [th.get_text() for th in names.find_all("th")] == [
        "Kommune",
        "Region",
        "Befolkning",
        "Andel",
        "Beregnet",
        "Ændring",
        "Fastsat",
    ]
    assert all(th["scope"] == "col" for th in s.select("thead th"))
    # A column that has no unit in the second row reaches through both; columns of one unit share it.
    assert [th.get("rowspan") for th in names.find_all("th")] == ["2", "2", None, "2", None, None, "2"]
    assert [(th.get_text(), th.get("colspan")) for th in units.find_all("th")] == [
        ("personer", None),
        ("personer", "2"),
    ]
    assert [th.get_text() for th in s.select("tbody th[scope=row]")] == ["København", "Køge", "Læsø"]
    assert not s.select("th:not([scope])")


def test_caption_box_source_unit_and_note_are_there():
    s = suppe(lav(note="Se metoden."))
    assert s.caption.get_text() == "Kvoter"  # the unit is in the header
    box = s.select_one(".rul")
    assert (box["role"], box["tabindex"], box["aria-label"]) == ("region", "0", "Tabel: Kvoter")
    assert s.select_one(".kilde").get_text() == "Kilde: bilag A."
    assert s.select_one(".note").get_text() == "Se metoden."
    assert s.div["id"] == "tabel-kvoter"


def test_a_unit_that_no_header_says_stands_once_above_the_rows_unless_it_says_what_the_cells_do():
    for enhed in ("kr.", "Én række for hver kommune", "ét fund", "som nævnt i kolonnen"):
        s = suppe(lav(enhed=enhed))
        above, below = s.caption.get_text(), s.select_one(".kilde").get_text()
        assert (above, below) == (
            ("Kvoter Enhed: kr.", "Kilde: bilag A.")
            if enhed == "kr."
            else ("Kvoter", f"Enhed: {enhed}. Kilde: bilag A.")
        )
    grouped = suppe(lav(gruppe="region", enhed="kr."))
    assert grouped.select_one(".gruppetitel").get_text() == "Kvoter Enhed: kr."
    assert all(c.select_one(".enhed").get_text() == "Enhed: kr." for c in grouped.select("caption"))


def test_the_table_s_unit_stands_in_the_header_of_the_numbers_that_have_none_of_their_own():
    columns = [
        Kolonne("kommune", "Kommune"),
        Kolonne("befolkning", "Befolkning", type="heltal"),
        Kolonne("andel", "Andel", type="andel"),
        Kolonne("trin", "Trin", type="decimal", enhed="kr."),
    ]
    t = lav(kolonner=columns)
    s = suppe(t)
    assert [th.get_text() for th in s.select("thead tr")[1].find_all("th")] == ["personer", "kr."]
    assert s.caption.get_text() == "Kvoter" and s.select_one(".kilde").get_text() == "Kilde: bilag A."
    assert [k["enhed"] for k in t.payload["kolonner"]] == ["", "personer", "", "kr."]
    assert t.ren_tekst.splitlines()[2].split() == ["Kommune", "Befolkning", "(personer)", "Andel", "Trin", "(kr.)"]
    assert suppe(lav(kolonner=columns, gruppe=None, enhed="ét tal pr. række")).select("thead tr")[1].get_text() == "kr."


def test_fragment_has_no_style_and_no_script():
    html = lav(gruppe="region").html
    assert "style" not in html and "<script" not in html


def test_text_is_escaped_everywhere():
    evil = '<b onclick="x">&'
    d = data().assign(kommune=evil)
    html = lav(d, titel=evil, enhed=evil, kilde=evil, note=evil).html
    assert "<b" not in html and "&lt;b onclick=&#34;x&#34;&gt;&amp;" in html


def test_columns_with_vis_false_stand_only_in_the_downloads():
    t = lav()
    assert "Kode" not in suppe(t).thead.get_text()
    assert tabeller.csv(t.payload).decode().startswith("kode,kommune,")


def test_a_missing_value_has_a_name_and_never_nan_or_none():
    d = data().astype(object)
    d.loc[0, "befolkning"], d.loc[1, "andel"], d.loc[2, "dato"] = np.nan, None, pd.NaT
    t = lav(d)
    assert [td.get_text() for td in suppe(t).select("td.mangler")] == ["ikke oplyst"] * 3
    for text in (t.html, t.ren_tekst, tabeller.csv(t.payload).decode()):
        assert not any(word in text for word in ("nan", "NaN", "None", "NaT"))
    named = lav(d, mangler={"befolkning": "ukendt", "andel": "ikke relevant", "dato": "endnu ikke"})
    assert [td.get_text() for td in suppe(named).select("td.mangler")] == ["ukendt", "ikke relevant", "endnu ikke"]


def test_missing_without_a_text_is_refused_with_every_place():
    d = data().astype(object)
    d.loc[0, "befolkning"], d.loc[1, "andel"] = np.nan, None
    with pytest.raises(DataError) as stop:
        lav(d, mangler=None)
    assert [(f.fil, f.raekke, f.kolonne) for f in stop.value.fund] == [
        ("tabel kvoter", "København", "befolkning"),
        ("tabel kvoter", "Køge", "andel"),
    ]
    with pytest.raises(DataError):
        lav(d, mangler={"befolkning": "ukendt"})  # andel has no text


def test_a_row_header_may_never_be_missing():
    for gone in (None, ""):
        with pytest.raises(DataError):
            lav(data().assign(kommune=[gone, "Køge", "Læsø"]))


def test_an_empty_text_is_an_empty_cell_and_not_a_missing_value():
    t = lav(data().assign(region=["", None, "Nordjylland"]))
    assert [row[1] for row in raekker(t)] == ["", "ikke oplyst", "Nordjylland"]


def test_totals_are_marked_in_tfoot_and_a_column_without_a_total_is_empty():
    ialt = pd.DataFrame({"kommune": ["I alt"], "befolkning": [723136]})
    foot = suppe(lav(ialt=ialt)).tfoot
    assert foot.tr["class"] == ["ialt"] and foot.th["scope"] == "row"
    assert [c.get_text() for c in foot.find_all(["th", "td"])] == ["I alt", "", "723.136", "", "", "", ""]


def test_sums_among_the_rows_are_marked_on_the_page_and_bold_in_the_workbook():
    for kw in ({}, {"filter": "kommune"}):
        t = lav(sum_raekker=[False, True, False], **kw)
        assert [tr.th.get_text() for tr in suppe(t).select("tbody > tr.ialt")] == ["Køge"] and not suppe(t).tfoot
        assert [tr.get("data-v") for tr in suppe(t).select("tbody tr")] == (["1", "2", "3"] if kw else [None] * 3)
        assert [arket(t).cell(row, 2).font.bold for row in (2, 3, 4)] == [False, True, False]
        assert tabeller.csv(t.payload) == tabeller.csv(lav(**kw).payload)
    groups = suppe(lav(gruppe="region", sum_raekker=[False, True, False])).select("details")
    assert [bool(g.select("tr.ialt")) for g in groups] == [False, True, False]
    with pytest.raises(RunError, match="sum_raekker"):
        lav(sum_raekker=[False])


IALT = pd.DataFrame({"kommune": ["Sjælland", "I alt"], "region": ["Sjælland", "Hele landet"], "befolkning": [62000, 7]})


def test_a_long_table_is_split_by_group_each_one_click_away():
    s = suppe(lav(gruppe="region", ialt=IALT))
    groups = s.select("details")
    assert [d.summary.get_text() for d in groups] == [
        "Hovedstaden (1 række)",
        "Sjælland (1 række)",
        "Nordjylland (1 række)",
    ]
    assert not any(d.has_attr("open") for d in groups)
    captions = [c.get_text() for c in s.select("caption .titel")]
    assert captions == ["Kvoter – Hovedstaden", "Kvoter – Sjælland", "Kvoter – Nordjylland", "Kvoter – i alt"]
    assert groups[1].tfoot.th.get_text() == "Sjælland" and not groups[0].tfoot
    assert [th.get_text() for th in s.select("table")[-1].thead.find_all("th")] == ["Kommune", "Befolkning", "personer"]
    assert len(s.select("tbody tr")) == 3
    assert "Region" not in s.thead.get_text()


def test_the_chosen_group_stands_in_the_open_and_the_rest_one_click_away_group_by_group():
    t = lav(gruppe="region", valgt="Sjælland", resten="Resten af landet", ialt=IALT)
    s = suppe(t)
    (rest,) = s.select("details")
    assert rest.summary.get_text() == "Resten af landet (2 rækker)" and not rest.has_attr("open")
    own, others = s.select("table")
    assert others.find_parent("details") is rest and own.find_parent("details") is None
    assert [c.get_text() for c in s.select("caption .titel")] == ["Kvoter – Sjælland", "Kvoter – resten af landet"]
    assert [th.get_text() for th in own.select("tbody th")] == ["Køge"] and own.tfoot.th.get_text() == "Sjælland"
    assert [[th.get_text() for th in body.find_all("th")] for body in others.select("tbody")] == [
        ["Hovedstaden", "København"],
        ["Nordjylland", "Læsø"],
    ]
    named = others.select("tbody th[scope=rowgroup]")
    assert len(named) == 2 and all(
        int(th["colspan"]) == len(others.select("tbody tr:nth-child(2)")[0].find_all(["th", "td"])) for th in named
    )
    assert others.tfoot.th.get_text() == "I alt" and len(others.tfoot.select("tr")) == 1
    assert tabeller.csv(t.payload) == tabeller.csv(
        lav(gruppe="region", ialt=IALT).payload
    )  # the files have every row in its order
    total = pd.concat(
        [IALT, pd.DataFrame({"kommune": ["Nordjylland"], "region": ["Nordjylland"], "befolkning": [1786]})]
    )
    last = (
        suppe(lav(gruppe="region", valgt="Sjælland", resten="Resten af landet", ialt=total))
        .select("details tbody")[1]
        .select("tr.ialt")
    )
    assert [tr.th.get_text() for tr in last] == ["Nordjylland"]


def test_a_chosen_group_without_others_has_nothing_to_click():
    s = suppe(lav(data().head(1), gruppe="region", valgt="Hovedstaden", resten="Resten af landet"))
    assert not s.select("details") and len(s.select("table")) == 1
    total = suppe(
        lav(data().head(1), gruppe="region", valgt="Hovedstaden", resten="Resten af landet", ialt=IALT.tail(1))
    )
    assert [c.get_text() for c in total.select("caption")] == [
        "Kvoter – Hovedstaden",
        "Kvoter – i alt",
    ] and total.tfoot.th.get_text() == "I alt"


def test_fold_puts_the_whole_table_behind_one_click():
    s = suppe(lav(fold="Vis alle 3 kommuner"))
    assert s.details.summary.get_text() == "Vis alle 3 kommuner" and not s.details.has_attr("open")
    assert s.details.table and not s.select_one("details .kilde")


def test_the_title_stands_above_the_groups_as_closed_ones_hide_their_captions():
    assert suppe(lav(gruppe="region")).select_one("div.tabel > p").get_text() == "Kvoter"


def test_rows_only_for_the_files_are_not_shown_and_not_lost():
    t = lav(kun_i_filer=[False, True, False])
    assert [row[0] for row in raekker(t)] == ["København", "Læsø"]
    assert "Køge" in tabeller.csv(t.payload).decode()
    groups = suppe(lav(gruppe="region", kun_i_filer=[False, True, False])).select("summary")
    assert [g.get_text() for g in groups] == ["Hovedstaden (1 række)", "Nordjylland (1 række)"]
    for wrong in ([True, True, True], [False]):
        with pytest.raises(RunError, match="kun_i_filer"):
            lav(kun_i_filer=wrong)


def test_an_index_level_is_a_column_and_a_row_header_can_be_chosen():
    d = data().set_index("kode")
    t = lav(d, [Kolonne("kommune", "Kommune"), Kolonne("kode", "Kode", raekkehoved=True)])
    assert [th.get_text() for th in suppe(t).select("tbody th")] == ["101", "259", "825"]


def test_soft_hyphens_divide_headers_on_screen_and_stay_out_of_the_downloads():
    t = lav(data(), [Kolonne("kommune", "Kom\u00admune")])
    assert suppe(t).th.get_text() == "Kom\u00admune"
    assert "\u00ad" not in t.ren_tekst + str(t.payload)


def test_a_table_of_many_columns_is_marked_so_that_it_can_be_set_smaller():
    columns = [Kolonne(f"k{i}", f"K{i}", type="heltal") for i in range(10)]
    d = pd.DataFrame([{k.navn: 1 for k in columns}])
    assert suppe(lav(d, columns)).table["class"] == ["mange", "flest"]
    assert suppe(lav(d, columns[:8])).table["class"] == ["mange"]
    assert not suppe(lav(d, columns[:7])).table.has_attr("class")


def test_a_column_of_text_is_named_once_on_its_table_and_not_in_every_cell():
    columns = [Kolonne("a", "A"), *(Kolonne(n, n.upper()) for n in "bcdefghi"), Kolonne("n", "N", type="heltal")]
    d = pd.DataFrame([{k.navn: 1 if k.navn == "n" else k.navn for k in columns}])
    table = suppe(lav(d.assign(c=None), columns, ialt=pd.DataFrame({"a": ["I alt"], "n": [1]}))).table
    # The first is the row's header, and the sheet knows no column after the eighth.
    assert table["class"] == ["mange", "flest", *(f"k{n}" for n in range(2, tabeller.KOLONNER + 1))]
    assert [td.get("class") for td in table.tbody.find_all("td")] == [
        None, ["mangler"], None, None, None, None, None, ["tekst"], None,
    ]  # fmt: skip


def test_the_name_of_a_group_stands_in_the_first_column_so_that_one_keeps_its_classes():
    columns = [Kolonne("kommune", "Kommune"), Kolonne("kode", "Kode", raekkehoved=True), Kolonne("region", "Region")]
    grouped = suppe(lav(kolonner=columns, gruppe="region", valgt="Sjælland", resten="De andre"))
    alone, others = grouped.select("table")
    assert alone["class"] == ["k1"] and not alone.select("td.tekst")
    assert not others.has_attr("class") and len(others.select("td.tekst")) == 2


def test_a_number_stays_on_the_line_of_what_it_counts_on_the_page_and_not_in_the_files():
    d = pd.DataFrame({"k": ["Over 5 mio. kr."]})
    t = lav(d, [Kolonne("k", "K")], titel="Køb for 10 kr.")
    assert suppe(t).th.find_next("tbody").get_text().strip() == f"Over 5{NBSP}mio.{NBSP}kr."
    assert suppe(t).select_one("caption .titel").get_text() == f"Køb for 10{NBSP}kr."
    assert suppe(t).select_one(".rul")["aria-label"] == f"Tabel: Køb for 10{NBSP}kr."
    assert tabeller.csv(t.payload).decode() == "k\nOver 5 mio. kr.\n" and t.payload["titel"] == "Køb for 10 kr."


def test_years_as_text_get_no_thousands_separator():
    t = lav(pd.DataFrame({"aar": [2025]}), [Kolonne("aar", "År")])
    assert raekker(t) == [["2025"]]


def test_an_andel_with_a_unit_has_it_in_the_header_only():
    t = lav(
        pd.DataFrame({"k": ["a"], "d": [Fraction(1, 40)]}),
        [Kolonne("k", "K"), Kolonne("d", "Forskel", type="andel", enhed="procentpoint", fortegn=True)],
    )
    assert raekker(t) == [["a", "+2,5"]]


def test_numbers_are_rounded_once_from_their_exact_value():
    # 0.04999999999999 rounds to 0,0; by way of ten decimals it would become 0.05 and then 0,1.
    d = pd.DataFrame({"k": ["a"], "x": [Fraction(4999999999999, 10**14)]})
    assert raekker(lav(d, [Kolonne("k", "K"), Kolonne("x", "X", type="decimal", decimaler=1)])) == [["a", "0,0"]]


# Refusals


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"titel": " "}, "titel"),
        ({"enhed": ""}, "enhed"),
        ({"kilde": ""}, "kilde"),
        ({"id": "Kvoter"}, "id"),
        ({"id": "kvoter_2"}, "id"),
        ({"id": "kvoter\n"}, "id"),
        ({"kolonner": [*KOLONNER, Kolonne("xyz", "X")]}, "ukendt kolonne: xyz"),
        ({"kolonner": [KOLONNER[1], KOLONNER[1]]}, "to gange"),
        ({"kolonner": [KOLONNER[0]]}, "ingen kolonne vises"),
        ({"d": data().head(0)}, "ingen rækker"),
        ({"gruppe": "klynge"}, "klynge"),
        ({"gruppe": "region", "valgt": "Fyn", "resten": "De andre"}, "Fyn"),
        ({"gruppe": "region", "valgt": "Sjælland"}, "resten"),
        ({"valgt": "Sjælland", "resten": "De andre"}, "kræver en gruppe"),
        ({"gruppe": "region", "fold": "Vis"}, "enten"),
        ({"fold": ""}, "fold"),
        ({"mangler": ""}, "tom"),
        ({"mangler": {"xyz": "ukendt"}}, "xyz"),
        ({"ialt": pd.DataFrame({"befolkning": [1]})}, "kommune"),
        ({"ialt": pd.DataFrame({"kommune": ["I alt"], "folk": [1]})}, "folk"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(change, words):
    with pytest.raises(RunError, match=words):
        lav(**change)


def test_every_fault_of_a_definition_is_named_at_once():
    with pytest.raises(RunError) as stop:
        lav(id="K", titel="", gruppe="klynge", fold=" ", kun_i_filer=[True], mangler={"xyz": "ukendt"})
    assert str(stop.value).splitlines() == [
        "tabel «K»: id skal være små bogstaver a–z, tal og bindestreger",
        "tabel «K»: titel skal være udfyldt",
        "tabel «K»: mangler nævner en ukendt kolonne: xyz",
        "tabel «K»: gruppen «klynge» skal være en af kolonnerne (vis=False, hvis den kun skal stå i filerne)",
        "tabel «K»: brug enten gruppe eller fold",
        "tabel «K»: fold skal være den tekst, læseren klikker på",
        "tabel «K»: kun_i_filer skal sige ja eller nej for hver række og lade mindst én blive vist",
    ]
    with pytest.raises(RunError) as stop:
        Kolonne("x", " ", fortegn=True)
    assert str(stop.value).splitlines() == [
        "kolonne «x»: navn og overskrift skal være udfyldt",
        "kolonne «x»: kun tal har fortegn",
    ]


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("heltal", Fraction(1, 2)),
        ("heltal", 0.5),
        ("heltal", "5"),
        ("heltal", True),
        ("heltal", np.bool_(True)),
        ("decimal", float("inf")),
        ("decimal", "1,5"),
        ("andel", Decimal("Infinity")),
        ("tekst", 1.5),
        ("tekst", " "),
        ("dato", "2024-04-29"),
        ("dato", datetime(2024, 4, 29, 12)),
    ],
)
def test_a_value_of_another_type_is_refused_and_named(type, value):
    d = pd.DataFrame({"k": ["a"], "x": pd.Series([value], dtype=object)})
    with pytest.raises(DataError) as stop:
        lav(d, [Kolonne("k", "K"), Kolonne("x", "X", type=type)])
    assert [(f.raekke, f.kolonne) for f in stop.value.fund] == [("a", "x")]


@pytest.mark.parametrize(
    "kw",
    [
        {"navn": "", "overskrift": "X"},
        {"navn": "x", "overskrift": " "},
        {"navn": "x", "overskrift": "X", "type": "beløb"},
        {"navn": "x", "overskrift": "X", "type": "heltal", "decimaler": 2},
        {"navn": "x", "overskrift": "X", "type": "decimal", "decimaler": 11},
        {"navn": "x", "overskrift": "X", "fortegn": True},
        {"navn": "x", "overskrift": "X", "vis": False, "raekkehoved": True},
    ],
)
def test_a_column_that_makes_no_sense_is_refused(kw):
    with pytest.raises(RunError):
        Kolonne(**kw)


# Downloads


def test_csv_is_for_machines():
    d = data().astype(object)
    d.loc[2, "trin"] = None
    ialt = pd.DataFrame({"kommune": ["I alt"], "befolkning": [723136]})
    assert tabeller.csv(lav(d, ialt=ialt).payload).decode("utf-8") == (
        "kode,kommune,region,befolkning,andel,trin,aendring,dato\n"
        "101,København,Hovedstaden,659350,0.125,1234.5,5,2024-04-29\n"
        "259,Køge,Sjælland,62000,0.3333333333,-0.25,-12,2024-09-30\n"
        "825,Læsø,Nordjylland,1786,0.6666666667,,0,2024-09-30\n"
    )


FORMLER = [
    "=1+1",
    '=HYPERLINK("x")',
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "- punkt",
    "\t=1",
    "\r=1",
    " =1",
    f"{NBSP}=1",
    "\N{FULLWIDTH EQUALS SIGN}1",
    "\N{FULLWIDTH COMMERCIAL AT}x",
    "a;=1+1",
    "a; @b",
    "a\n=1",
    "a\t-b",
    "'=1",
    "x;''+1",
    ";'=a;=b",
]
TEKSTER = [
    "",
    "Læsø",
    "-3",
    "+45",
    "-1,5",
    "+1.000,5",
    "a=b",
    "a - b",
    "1-2",
    "a, =b",
    "'citat'",
    "https://x.dk/?a=b",
    "–",
    "x;y",
    "«=»",
]


def cells_as_spreadsheets_see_them(line: str) -> list[str]:
    """Comma, semicolon, tabulator and line break each separate, and no quote hides them: the worst of all programs."""
    return [cell.strip(' "' + NBSP) for cell in re.split("[;\t\r\n]", line)]


@pytest.mark.parametrize("text", [*FORMLER, *TEKSTER])
def test_a_text_in_a_csv_is_never_a_formula_and_comes_back_whole(text):
    made = lav(data().assign(region=[text or None, "x", "y"]))
    row = list(csv.reader(io.StringIO(tabeller.csv(made.payload).decode(), newline="")))[1]
    written = row[2]
    if text in TEKSTER:
        assert written == text
    else:
        for cell in cells_as_spreadsheets_see_them(written):
            assert not re.match("[=+@\\-\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH COMMERCIAL AT}]", cell), cell
    undone = re.sub(r"((?:^|[;\t\r\n])[^\S;\t\r\n]*)'(?='*[=+\-@＝＋－＠])", r"\1", written)
    assert undone == text


@given(st.text(st.sampled_from("=+-@＝'; \t\n\ra1"), max_size=8))
def test_no_two_texts_become_one(text):
    written = filer._uden_formel(text)
    undone = re.sub(r"((?:^|[;\t\r\n])[^\S;\t\r\n]*)'(?='*[=+\-@＝＋－＠])", r"\1", written)
    assert undone == text
    assert re.fullmatch(r"[+-]?\d+", text) or not any(
        re.match(r"\s*[=+\-@＝]", c) for c in re.split("[;\t\r\n]", written)
    )


def test_numbers_in_a_csv_stay_numbers():
    lines = tabeller.csv(lav().payload).decode().splitlines()
    assert ",-0.25,-12," in lines[2]


@pytest.mark.parametrize("text", [*FORMLER[:6], "https://x.dk", "mailto:a@b.dk", "internal:Ark!A1", "{=1}"])
def test_a_text_in_a_workbook_and_on_the_page_is_text(text):
    made = lav(data().assign(region=[text, "x", "y"]))
    cell = openpyxl.load_workbook(io.BytesIO(tabeller.xlsx(made.payload)))["Tabel"]["C2"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)
    assert next(td.text for td in BeautifulSoup(made.html, "html.parser").find_all("td")) == text


def test_a_text_too_long_for_a_cell_is_refused_and_not_left_out():
    with pytest.raises(RunError, match="for lang"):
        tabeller.xlsx(lav(data().assign(region=["x" * 32_768, "x", "y"])).payload)


def test_no_published_csv_has_a_text_that_changes():
    for file in sorted((ROD / "reports" / "data").glob("*.csv")):
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")):
            assert [filer._uden_formel(field) for field in row] == row, file.name


def test_csv_never_writes_an_exponent_and_quotes_what_needs_it():
    d = pd.DataFrame({"k": ['Ærø, "øen"'], "x": [Fraction(1, 10**7)]})
    raw = tabeller.csv(lav(d, [Kolonne("k", "K"), Kolonne("x", "X", type="decimal")]).payload)
    assert raw == 'k,x\n"Ærø, ""øen""",0.0000001\n'.encode()
    assert list(csv.reader(io.StringIO(raw.decode())))[1][0] == 'Ærø, "øen"'


def arket(t: tabeller.Tabel, navn: str = "Tabel"):
    return openpyxl.load_workbook(io.BytesIO(tabeller.xlsx(t.payload)))[navn]


def test_xlsx_has_typed_cells_danish_headers_and_number_formats():
    d = data().astype(object)
    d.loc[2, "trin"] = None
    sheet = arket(lav(d, ialt=pd.DataFrame({"kommune": ["I alt"], "befolkning": [723136]})))
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("Kode", "Kommune", "Region", "Befolkning (personer)")
    assert rows[1] == ("101", "København", "Hovedstaden", 659350, 0.125, 1234.5, 5, datetime(2024, 4, 29))
    assert rows[3][5] is None
    assert rows[4][:4] == (None, "I alt", None, 723136) and sheet["D5"].font.bold
    formats = [cell.number_format for cell in sheet[2]]
    assert formats == ["General"] * 3 + ["#,##0", "0.00%", "#,##0.0", "+#,##0;-#,##0;#,##0", "[$-406]d. mmmm yyyy"]
    assert sheet.freeze_panes == "A2"
    assert all(8 <= sheet.column_dimensions[c].width <= 46 for c in "ABDEFGH")


def test_xlsx_has_a_sheet_on_source_and_units():
    text = "\n".join(
        " | ".join(str(v) for v in row if v is not None)
        for row in arket(lav(note="En note."), "Kilde og enheder").iter_rows(values_only=True)
    )
    for line in ("Kvoter", "Enhed | personer", "Kilde | bilag A", "Note | En note."):
        assert line in text.split("\n")
    assert "Befolkning | personer | helt tal | Indbyggere 1. januar | befolkning" in text
    assert "Andel | andel, vist i procent | andel" in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "https://kl.dk", "007"])
def test_text_in_xlsx_never_becomes_a_formula_a_link_or_a_number(text):
    d = pd.DataFrame({"k": [text]})
    sheet = arket(lav(d, [Kolonne("k", "K")], titel=text, kilde=text, note=text))
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].hyperlink) == (text, "s", None)
    about = arket(lav(d, [Kolonne("k", text)], titel=text), "Kilde og enheder")
    assert about["A1"].data_type == "s"


def test_payload_is_json_and_integers_stay_integers():
    import json

    d = data().assign(befolkning=np.array([1, 2, 3], dtype="int64"), trin=[Fraction(4, 2), 0.5, Decimal("1.25")])
    payload = lav(d).payload
    assert json.loads(json.dumps(payload)) == payload
    assert [type(row[3]) for row in payload["raekker"]] == [int] * 3
    assert [row[5] for row in payload["raekker"]] == [2, 0.5, 1.25]
    assert [k["type"] for k in payload["kolonner"]] == [k.type for k in KOLONNER]


def test_the_mime_bundle_is_the_contract():
    bundle = lav()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", "application/vnd.kkr.tabel+json"}
    assert bundle["text/plain"].startswith("Kvoter\n\nKommune")


SCRIPT = """
import hashlib, sys
sys.path.insert(0, {rod!r})
from tests.test_tabeller import aftryk
print(aftryk())
"""


def aftryk() -> str:
    t = lav(
        gruppe="region",
        valgt="Sjælland",
        resten="De andre",
        ialt=pd.DataFrame({"kommune": ["I alt"], "befolkning": [1]}),
    )
    return hashlib.sha256(t.html.encode() + tabeller.csv(t.payload) + tabeller.xlsx(t.payload)).hexdigest()


def test_the_same_data_give_the_same_bytes_also_at_another_time_and_place(tmp_path):
    env = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}
    other = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(rod=str(ROD))],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert aftryk() == aftryk() == other.stdout.strip()


# Numbers of several kinds in one column, and choices


def blandet(**aendret):
    d = pd.DataFrame(
        {"hvad": ["antal", "andel", "år", "rest"], "x": pd.Series([1234, Fraction(-79, 2), "2021", None], dtype=object)}
    )
    column = Kolonne("x", "Trykt", type="tal", **aendret)
    return lav(d, [Kolonne("hvad", "Hvad"), column], mangler={"x": "ikke trykt"})


def test_a_column_of_mixed_numbers_shows_each_with_its_own_decimals_and_a_name_as_it_is():
    assert [row[1] for row in raekker(blandet())] == ["1.234", "−39,5", "2021", "ikke trykt"]
    assert [row[1] for row in raekker(blandet(fortegn=True))] == ["+1.234", "−39,5", "2021", "ikke trykt"]
    assert tabeller.csv(blandet().payload) == b"hvad,x\nantal,1234\nandel,-39.5\n\xc3\xa5r,2021\nrest,\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0,3333333333"),
        (Fraction(5, 100), "0,05"),
        (Decimal("2.50"), "2,5"),
        (Fraction(10), "10"),
        (10_000_000, "10.000.000"),
        (Fraction(1, 10**7), "0,0000001"),
        (np.int64(7), "7"),
        (0.1, "0,1"),
    ],
)
def test_a_mixed_number_has_as_many_decimals_as_it_needs_and_at_most_ten(value, text):
    d = pd.DataFrame({"k": ["a"], "x": pd.Series([value], dtype=object)})
    assert raekker(lav(d, [Kolonne("k", "K"), Kolonne("x", "X", type="tal")])) == [["a", text]]


def test_mixed_numbers_are_numbers_in_xlsx_and_names_are_text():
    sheet = arket(blandet())
    assert [(c.value, c.data_type) for (c,) in sheet["B2:B5"]] == [
        (1234, "n"),
        (-39.5, "n"),
        ("2021", "s"),
        (None, "n"),
    ]
    assert sheet["B2"].number_format == "General"
    assert arket(blandet(fortegn=True))["B2"].number_format == "+General;-General;General"


@pytest.mark.parametrize(
    ("kw", "words"), [({"decimaler": 1}, "ingen decimaler"), ({"decimaler": 0}, "ingen decimaler")]
)
def test_a_column_of_mixed_numbers_takes_no_decimals(kw, words):
    with pytest.raises(RunError, match=words):
        Kolonne("x", "X", type="tal", **kw)


@pytest.mark.parametrize("value", [True, np.bool_(False), float("inf"), date(2024, 1, 1), " "])
def test_a_column_of_mixed_numbers_refuses_what_is_neither_a_number_nor_a_name(value):
    d = pd.DataFrame({"k": ["a"], "x": pd.Series([value], dtype=object)})
    with pytest.raises(DataError):
        lav(d, [Kolonne("k", "K"), Kolonne("x", "X", type="tal")])


def filtreret(values, **kw):
    d = pd.DataFrame({"k": [f"r{i}" for i in range(len(values))], "sted": values})
    return lav(d, [Kolonne("k", "K"), Kolonne("sted", "Do\u00adkument", vis=False)], filter="sted", **kw)


def test_a_filter_marks_each_row_with_the_number_of_its_choice_and_all_is_chosen_first():
    s = suppe(filtreret(["Køge", "Faxe", "Køge", "<Ærø>"]))
    assert [x.get_text().strip() for x in s.select("fieldset.filter label")] == ["Alle", "Køge", "Faxe", "<Ærø>"]
    assert [(x["value"], x["name"], x.has_attr("checked")) for x in s.select("input")] == [
        (str(n), "filter-kvoter", n == 0) for n in range(4)
    ]
    assert [tr["data-v"] for tr in s.select("tbody tr")] == ["1", "2", "1", "3"]
    assert s.legend.get_text() == "Dokument"
    assert not s.select("thead tr[data-v]")


def test_totals_are_in_no_choice_and_rows_for_the_files_only_make_none():
    d = pd.DataFrame({"k": ["a", "b", "c"], "sted": ["x", "y", "x"], "n": [1, 2, 3]})
    columns = [Kolonne("k", "K"), Kolonne("sted", "Sted"), Kolonne("n", "N", type="heltal")]
    s = suppe(
        lav(d, columns, filter="sted", kun_i_filer=[False, True, False], ialt=pd.DataFrame({"k": ["I alt"], "n": [6]}))
    )
    assert [x.get_text().strip() for x in s.select("label")] == ["Alle", "x"]
    assert [tr["data-v"] for tr in s.select("tbody tr")] == ["1", "1"]
    assert not s.tfoot.tr.has_attr("data-v")


def test_a_filter_can_be_folded_with_its_table():
    s = suppe(filtreret(["x", "y"], fold="Vis 2"))
    assert s.select_one("details fieldset.filter") and s.select_one("details tbody tr[data-v]")


def test_a_filter_changes_nothing_in_the_downloads():
    assert filtreret(["x", "y"]).payload["raekker"] == [["r0", "x"], ["r1", "y"]]


@pytest.mark.parametrize(
    ("values", "kw", "words"),
    [
        ([str(i) for i in range(tabeller.FILTRE + 1)], {}, "1 til 8"),
        (["x", ""], {}, "ingen må mangle"),
        (["x", "y"], {"gruppe": "sted"}, "kan ikke også have en gruppe"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(values, kw, words):
    with pytest.raises(RunError, match=words):
        filtreret(values, **kw)


def test_a_filter_takes_as_many_choices_as_there_are_rules_for_and_must_be_a_column():
    assert len(suppe(filtreret([str(i) for i in range(tabeller.FILTRE)])).select("input")) == tabeller.FILTRE + 1
    with pytest.raises(RunError, match="filter skal være en af kolonnerne"):
        lav(filter="klynge")
