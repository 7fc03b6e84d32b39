"""Next year, entered step by step: what is not there yet is named, and the page is built without it."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from proeveaar import (
    ANDRE,
    BREV,
    kun_flygtninge,
    laes_raekker,
    skriv_raekker,
    tilfoej_aar,
    valgfri,
)

from kkrlib import afstemning, data, flygtninge
from kkrlib.errors import ADVARSEL, FEJL
from kkrlib.flygtninge import beregning
from kkrlib.flygtninge.udmelding import BREVETS_TABELLER
from kkrlib.kontrol import kontrolsaet
from kkrlib.visning import flygtninge as vis

CELLS = nbformat.read(data.ROD / "notebooks" / "flygtninge.ipynb", as_version=4).cells
SHOWN = re.findall(r"vis\.(\w+)\(b\)", "\n".join(c.source for c in CELLS if c.cell_type == "code"))
#: The tables with cells that may be empty, and what shows them; None for every part of the page.
OPTIONAL = {
    "landstal": None,
    "bilag_a": ["kommunekvoter", "afstemning_tekst", "kontroller"],
    **dict.fromkeys(
        ["aftaler", "aftale_overfoersler"], ["aftaler_tekst", "aftaler_dom", "tidligere_aftaler", "kilder"]
    ),
    **dict.fromkeys(["retsregler", "meddelelser"], ["hovedpunkter", "landstalsgraenser", "graenser", "kilder"]),
    **dict.fromkeys(["kildefejl", "kilder"], ["side", "kildefejl", "kontroller", "kilder"]),
}


@pytest.fixture(scope="module")
def mappe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("naeste") / "data"
    shutil.copytree(data.data_mappe(), folder)
    return folder, tilfoej_aar(folder)


@pytest.fixture(scope="module")
def fuldt(mappe):
    """The tables that the report reads, with the made-up year."""
    tables = data.laes(mappe[0])
    others = tables["kolonneroller"]["tabel"].str.startswith(ANDRE)
    return dict(tables) | {"kolonneroller": tables["kolonneroller"][~others]}, mappe[1]


@pytest.fixture(autouse=True)
def hurtig(monkeypatch):
    """What the page says of one kommune's familiesammenførte is costly and reads nothing that is taken away here."""
    quick = lambda basis, number, more: flygtninge.fordel(basis, number)["kommunekvote"]  # noqa: E731
    monkeypatch.setattr(beregning, "foelsomhed", quick)


def vis_alt(tables, aar, region="hele landet", dele=None):
    """What the notebook's cells do (those of ``dele``), and the words of every output."""
    b = flygtninge.beregn(tables, aar, region)
    said = []
    for name in dele or SHOWN:
        shown = getattr(vis, name)(b)
        if shown is not None:
            bundle = shown._repr_mimebundle_()
            said.append(re.sub(r"<[^>]*>", " ", bundle.get("text/html") or bundle["text/markdown"]))
    text = "\n".join(said)
    assert not re.search(r"\b(nan|None|NaN|NaT|<NA>|True|False)\b", text)
    assert not re.search(r"\b0 af 0\b", text)
    return text


def kontroller(tables):
    """What ``kkr check`` says of the refugee letters once the tables themselves are sound; their controls are made
    and, with the page, judged."""
    assert all(len(controls) == 0 or controls["id"].is_unique for controls, _ in flygtninge.alle_kontroller(tables))
    return flygtninge.ufaerdigt(tables)


def uden(tables, name, aar):
    rows = tables[name]
    return dict(tables) | {name: rows[rows["kvoteaar"] != aar].reset_index(drop=True)}


# --- whole -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["hele landet", "sjaelland"])
def test_a_whole_year_is_unfinished_in_nothing_and_its_quotas_follow_the_rule(fuldt, region):
    tables, aar = fuldt
    assert kontroller(tables) == []
    text = vis_alt(tables, aar, region)
    assert "98 af 98 beregnede kommunekvoter og 5 af 5 regionskvoter" in text and "De stemmer alle." in text
    # the year before it is the latest with bilag B
    assert f"Siden {flygtninge.forrige_aar(tables, aar)}" in text


def test_the_files_of_a_new_year_have_no_error(mappe, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(mappe[0], folder)
    kun_flygtninge(folder)
    assert [f for f in data.check(folder) if f.alvor == FEJL] == []


# --- what is taken away ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "region"), [*((name, "hele landet") for name in BREVETS_TABELLER), ("bilag_b", "nordjylland")]
)
def test_a_year_without_one_of_its_tables_is_built_without_it_and_the_table_is_named(fuldt, name, region):
    tables, aar = fuldt
    less = uden(tables, name, aar)
    if name == "summer" or name == "bilag_b":  # a printed sum has its rows
        less["summer"] = less["summer"][~((less["summer"]["kvoteaar"] == aar) & (less["summer"]["tabel"] == name))]
    warnings = kontroller(less)
    assert {f.alvor for f in warnings} == {ADVARSEL}
    named = [f for f in warnings if f.fil == f"{name}.csv"]
    assert [(f.raekke, f.kolonne, f.vaerdi) for f in named] == [("mangler", "kvoteaar", str(aar))]
    if name in ("bilag_a", "familiesammenfoerte"):
        assert aar not in flygtninge.aar_med_data(less) and "kan ikke beregnes" in named[0].regel
        vis_alt(less, flygtninge.aar_med_data(less)[-1], region)
    else:
        text = vis_alt(less, aar, region)
        if name == "bilag_b":
            assert "De offentliggjorte kommunekvoter mangler endnu i datagrundlaget." in text


def test_a_year_with_bilag_a_alone_is_built(fuldt):
    """The step that stopped the build: kilder, landstal and both tables of bilag A, and nothing else of the year."""
    tables, aar = fuldt
    less = tables
    for name in ("bilag_b", "regionskvoter", "summer"):
        less = uden(less, name, aar)
    assert {f.fil for f in kontroller(less)} == {"bilag_b.csv", "regionskvoter.csv", "summer.csv"}
    text = vis_alt(less, aar)
    assert "ingen offentliggjorte kvoter eller summer" in text


def test_the_year_after_one_without_its_families_is_compared_with_the_last_that_can_be_computed(fuldt):
    tables, aar = fuldt
    before = flygtninge.forrige_aar(tables, aar)
    assert flygtninge.forrige_aar(uden(tables, "familiesammenfoerte", before), aar) != before
    vis_alt(uden(tables, "familiesammenfoerte", before), aar)


def test_a_landstal_row_with_nothing_but_the_number_is_built_and_each_empty_cell_is_named(fuldt):
    """``2026,600,,,``: the row as it stands in the data before the letter is entered."""
    tables, aar = fuldt
    rows = tables["landstal"].copy()
    at = rows.index[(rows["kvoteaar"] == aar)][0]
    for column in BREV:
        rows.loc[at, column] = pd.NaT if str(rows[column].dtype).startswith("datetime") else pd.NA
    less = dict(tables) | {"landstal": rows}
    warnings = kontroller(less)
    assert [(f.fil, f.raekke, f.kolonne) for f in warnings] == [("landstal.csv", str(at + 2), c) for c in BREV]
    text = vis_alt(less, aar)
    assert f"brev for {aar} henviser til, fremgår ikke af datagrundlaget" in text
    assert "Udlændingestyrelsen (kilde proeve, punkt 1)" in text and ", (" not in text


def optional_cells():
    """All of them but the lines of the source, which only ``kkr check --kilder`` reads."""
    cells = [(name, column) for name in OPTIONAL for column in valgfri(data.data_mappe(), name)]
    # Exactly one of a rule's two is filled in: kkr check names the row that has none.
    return [
        (n, c)
        for n, c in cells
        if not c.startswith("linje_") and (n, c) not in (("retsregler", "vaerdi"), ("retsregler", "dag"))
    ]


@pytest.mark.parametrize(("name", "column"), optional_cells())
def test_each_optional_cell_can_be_empty(fuldt, name, column):
    """One cell of the year (of tables without years: the first, then all), as ``kkr check`` lets it be."""
    tables, aar = fuldt
    rows = tables[name].copy()
    own = rows.index[rows["kvoteaar"] == aar] if "kvoteaar" in rows.columns else rows.index
    rows.loc[own, column] = pd.NaT if str(rows[column].dtype).startswith("datetime") else pd.NA
    less = dict(tables) | {name: rows}
    kontroller(less)
    vis_alt(less, aar, dele=OPTIONAL[name])


@pytest.mark.parametrize(
    "rule", ["landstal_graense", "aendring_til_og_med_graensen", "aendring_over_graensen", "frist_aftale"]
)
def test_a_rule_that_is_not_entered_is_named_and_the_page_says_so(fuldt, rule):
    tables, aar = fuldt
    rules = tables["retsregler"]
    less = dict(tables) | {"retsregler": rules[rules["regel"] != rule]}
    text = vis_alt(less, aar, dele=OPTIONAL["retsregler"])
    said = [f for f in kontroller(less) if f.fil == "retsregler.csv" and str(aar) in f.regel]
    # 700 is not above the limit, so that one is not asked
    assert bool(said) == (rule in ("landstal_graense", "aendring_til_og_med_graensen"))
    assert ("så det kan ikke siges, hvornår det skal ændres" in text) == bool(said)


def test_a_printed_sum_of_rows_that_are_all_empty_is_not_tested_and_stops_nothing(fuldt):
    tables, aar = fuldt
    rows = tables["bilag_a"].copy()
    rows.loc[rows["kvoteaar"] == aar, "asylansoegere"] = pd.NA
    less = dict(tables) | {"bilag_a": rows}
    kontroller(less)
    assert "kan ikke efterprøves" in vis_alt(less, aar, dele=OPTIONAL["bilag_a"])


@pytest.mark.parametrize("number", [0, 1])
def test_a_landstal_of_nobody_or_of_one_is_a_page_too(fuldt, number):
    tables, aar = fuldt
    rows = tables["landstal"].copy()
    rows.loc[rows["kvoteaar"] == aar, "landstal"] = number
    vis_alt(dict(tables) | {"landstal": rows}, aar, "nordjylland" if number else "hele landet")


def test_kkr_check_names_what_is_unfinished_with_file_row_and_column(mappe, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from kkrlib.cli import main

    folder = tmp_path / "data"
    shutil.copytree(mappe[0], folder)
    aar = str(mappe[1])
    for name in ("bilag_b", "regionskvoter", "summer"):
        skriv_raekker(folder, name, [r for r in laes_raekker(folder, name) if r["kvoteaar"] != aar])
    rows = laes_raekker(folder, "landstal")
    (at,) = [i for i, r in enumerate(rows) if r["kvoteaar"] == aar]
    rows[at]["familiesammenfoerte_aar"] = rows[at]["linje_familiesammenfoerte_aar"] = ""
    skriv_raekker(folder, "landstal", rows)
    monkeypatch.setenv("KKR_DATA", str(folder))
    answer = CliRunner().invoke(main, ["check"])
    assert answer.exit_code == 0, answer.output
    assert "0 fejl" in answer.output
    assert (
        f"advarsel: bilag_b.csv, række mangler, kolonne kvoteaar: «{aar}»: bilag B for {aar} er ikke" in answer.output
    )
    assert (
        f"advarsel: landstal.csv, række {at + 2}, kolonne familiesammenfoerte_aar: er ikke udfyldt for {aar}"
        in answer.output
    )
    vis_alt(data.laes(folder), int(aar))


# --- the tests themselves --------------------------------------------------------------------------------------------


def test_an_empty_set_of_controls_is_one(tabeller):
    empty = afstemning.Kontrolsaet("tom")
    assert afstemning.vurder(empty.kontroller, empty.led, tabeller).empty


def test_all_fields_controls_are_made_with_the_new_year(mappe):
    controls, _ = kontrolsaet(data.laes(mappe[0]))
    assert controls["id"].is_unique and controls["id"].str.startswith(f"flygtninge-{mappe[1]}-").sum() > 100


def test_the_tests_of_the_rule_hold_with_one_year_more(mappe):
    """They take their years from the data: run on a copy with the made-up year, each of them passes for it too."""
    chosen = "98_of_98 or five_of_five or sums_hold or 98_kommuner or a_page_for_each_year or a_year_without_data"
    here = data.ROD / "tests"
    files = [str(here / f"test_{name}.py") for name in ("flygtninge", "data", "flygtninge_rapport")]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files, "-k", chosen],
        cwd=data.ROD,
        env=os.environ | {"KKR_DATA": str(mappe[0]), "KKR_ROD": str(data.ROD)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-3000:]
    assert re.search(r"^\d+ passed", answer.stdout.splitlines()[-1]), answer.stdout[-500:]
