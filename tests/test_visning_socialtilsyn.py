"""The socialtilsyn report: what it shows, and that derived numbers are never shown as published."""

import re
from fractions import Fraction

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kkrlib import socialtilsyn
from kkrlib.errors import ParameterError
from kkrlib.socialtilsyn import AFLEDT, OFFENTLIGGJORT
from kkrlib.visning import socialtilsyn as vis
from kkrlib.visning import tidsserier

GRUPPER = ["portefølje", "pladser", "tilgang og afgang", "tilsyn", "bekymringer", "sanktioner", "sager", "medarbejdere", "økonomi", "takster"]
FIGURER = [vis.portefoelje_figur, vis.pladser_figur, vis.tilgang_figur, vis.tilsyn_figur, vis.bekymringer_figur, vis.sanktioner_figur, vis.takster_figur]


@pytest.fixture(scope="module", params=[2021, 2023])
def b(request, tabeller):
    return socialtilsyn.beregn(tabeller, request.param)


@pytest.fixture(scope="module")
def b23(tabeller):
    return socialtilsyn.beregn(tabeller, 2023)


# --- the computation ------------------------------------------------------------------------------------------------


def test_a_report_knows_nothing_of_a_later_one(b, tabeller):
    facts = tabeller["socialtilsyn_fakta"].set_index("id")["rapport"]
    used = {i for ids in [*b.serie["fakta"], *b.serie["fravalgt"]] for i in ids.split()}
    assert max(facts[i] for i in used) == b.aar
    assert max(b.aarene) == b.aar
    assert set(b.kildefejl["rapport"]) == {b.aar}


def test_a_year_without_a_report_in_full_is_named(tabeller):
    with pytest.raises(ParameterError, match=r"aar: «2020» findes ikke.*Gyldige: 2021, 2023\."):
        socialtilsyn.beregn(tabeller, 2020)


def test_every_indicator_has_a_chapter(b):
    assert set(b.serie["gruppe"]) <= set(GRUPPER)


# --- words ----------------------------------------------------------------------------------------------------------


def test_main_points_by_hand(b23):
    points = str(vis.hovedpunkter(b23)).split("\n")
    assert len(points) == 6
    assert points[0] == "- Der var **1.022 plejefamilier** ved udgangen af 2023, 76 færre end i 2021 (−6,9 %). I 2022 var der 1.041 (afledt)."
    assert "Årsrapporten har også tallet 358" in points[2]


def test_a_derived_number_in_prose_is_called_so(b):
    text = str(vis.hovedpunkter(b))
    for row in b.serie[(b.serie["status"] == AFLEDT) & b.serie["indikator"].isin(["plejefamilier", "pladser", "tilbud"])].itertuples():
        for sentence in re.findall(rf"[^.]*\b{row.aar}\b[^.]*(?:\.\d[^.]*)*\.", text):
            if f"i {row.aar}" in sentence and row.vaerdi is not None and vis.dansk.tal(row.vaerdi) in sentence:
                assert "(afledt)" in sentence


def test_pages_are_danish_and_say_where_numbers_are_from(b):
    assert vis.side(b).titel == f"Socialtilsyn Øst {b.aar}"
    assert f"linje {b.rapport['linje']}–{b.rapport['linje_slut']}" in str(vis.kilder(b))
    assert "Ingen afviger mere" in str(vis.takstregler(b))


# --- tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gruppe", GRUPPER)
def test_the_columns_of_years_hold_published_numbers_only(b, gruppe):
    table = vis.takster(b) if gruppe == "takster" else vis.udvikling(b, gruppe)
    names = [k["navn"] for k in table.payload["kolonner"]]
    published = {(r.indikator, r.aar): r.vaerdi for r in b.serie.itertuples() if r.status == OFFENTLIGGJORT and r.gruppe == gruppe}
    derived = {(r.indikator, r.aar) for r in b.serie.itertuples() if r.status == AFLEDT and r.gruppe == gruppe}
    shown = {}
    for cells in table.payload["raekker"]:
        row = dict(zip(names, cells, strict=True))
        shown |= {(row["indikator"], int(n[4:])): Fraction(v) for n, v in row.items() if n.startswith("aar_") and v not in (None, "")}
        assert len(re.findall(r"\b20\d\d: ", row["afledt"])) == sum(i == row["indikator"] for i, _ in derived)
    assert shown == published


def test_tables_of_calculations_have_a_row_for_each_result(b):
    for table, rows in (
        (vis.besoeg(b), b.besoeg),
        (vis.sanktioner_pr_100(b), b.sanktioner),
        (vis.whistleblow_pr_100(b), b.whistleblow),
        (vis.omkostninger(b), b.omkostninger),
        (vis.budget(b), b.budget),
        (vis.takstindeks(b), b.takstindeks),
        (vis.kildefejl(b), b.kildefejl),
        (vis.beholdning(b), pd.concat(b.beholdning.values())),
    ):
        assert len(table.payload["raekker"]) == len(rows) > 0


def test_every_fault_of_the_report_is_listed(b, tabeller):
    faults = tabeller["socialtilsyn_kildefejl"].query("rapport == @b.aar")
    text = vis.kildefejl(b).ren_tekst
    assert all(f"{f.kilde}:{f.linje}" in text for f in faults.itertuples())


# --- figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figur", FIGURER, ids=lambda f: f.__name__)
def test_figures_show_every_number_of_their_indicators_in_both_widths(b, figur):
    made = figur(b)
    for svg in (made.svg_bred, made.svg_smal):
        texts = [t.get_text() for t in BeautifulSoup(svg, "html.parser").find_all("text")]
        assert ("afledt" in texts) == ("<pattern" in svg)
        assert "offentliggjort" in texts or "afledt" not in texts
    assert "Et år uden søjle er ikke offentliggjort." in made.beskrivelse


def test_the_cost_figure_has_the_costs_of_the_year(b):
    made = vis.omkostninger_figur(b)
    row = b.omkostninger[(b.omkostninger["aar"] == b.aar) & (b.omkostninger["pr"] == "tilsyn")].iloc[0]
    assert f">{vis.dansk.tal(row.kr_pr)}<" in made.svg_bred
    assert vis.dansk.kroner(row.kr_pr) in made.beskrivelse


def test_a_derived_bar_looks_otherwise_and_a_gap_is_empty():
    rows = pd.DataFrame(
        [("a", 2020, Fraction(5), Fraction(5), OFFENTLIGGJORT), ("a", 2022, Fraction(3), Fraction(4), AFLEDT)],
        columns=["indikator", "aar", "mindst", "hoejst", "status"],
    )
    words = {"id": "x", "titel": "T", "beskrivelse": "B.", "enhed": "e", "kilde": "k", "afledt": AFLEDT}
    both = tidsserier.paneler(rows, {"a": "Antal"}, [2020, 2021, 2022], **words).svg_bred
    alone = tidsserier.paneler(rows[rows["status"] == OFFENTLIGGJORT], {"a": "Antal"}, [2020, 2021, 2022], **words).svg_bred
    assert "<pattern" in both
    assert "<pattern" not in alone
    texts = [t.get_text() for t in BeautifulSoup(both, "html.parser").find_all("text")]
    assert {"5", "3–4", "2020", "2021", "2022"} <= set(texts)
    assert "0" not in texts
    large = rows.assign(mindst=rows["mindst"] * 100_000, hoejst=rows["hoejst"] * 100_000)
    narrow = tidsserier.paneler(large, {"a": "Antal"}, range(2015, 2023), **words).svg_smal
    texts = [t.get_text() for t in BeautifulSoup(narrow, "html.parser").find_all("text")]
    assert {"300.000–", "400.000"} <= set(texts)  # too wide for its place: one above the other
    with pytest.raises(ValueError, match="har ingen tal for b"):
        tidsserier.paneler(rows, {"a": "Antal", "b": "Andet"}, [2020], **words)
    with pytest.raises(ValueError, match="negative tal"):
        tidsserier.paneler(rows.assign(mindst=Fraction(-1)), {"a": "Antal"}, [2020, 2022], **words)
