"""What ``kkr check`` passes, ``kkr build`` can build: rows of a year and optional cells are taken away in turn, and
either the check names them with file, row and column, or the calculation and every function of the reports' visning
run.

Flygtninge is asked the same by tests of its own, with the same harness. ``KKR_GENNEMLOEB=alle`` builds for every
optional cell in turn, which takes hours; without it one cell of each column, and those that the check does not name are
away at once.
"""

import os

import gennemloeb
import pandas as pd
import pytest

from kkrlib import kontrol, socialtilsyn
from kkrlib.errors import DataError

#: The tables by the beginning of their names, and the reports that show them besides the one on reconciliation.
FELTER = {"klynge": ["klyngeoekonomi"], "socialtilsyn": ["socialtilsyn"]} | dict.fromkeys(
    [
        "fakta",
        "tilsyn",
        "oevrige",
        "kontroller",
        "kontrol",
        "fund",
        "uden",
        "henvisninger",
        "emner",
        "enheder",
        "forbehold",
        "talord",
        "fald",
    ],
    ["socialtilsyn"],
)
#: The cells of tables that the same report shows are away at once.
GRUPPER = {"klyngeoekonomi": ["klynge"], "socialtilsyn": [field for field in FELTER if field != "klynge"]}
AAR = ("aar", "rapport", "udgave", "fra_aar", "beskriver_aar")
TABELLER = [n for n in gennemloeb.resourcer() if n.split("_")[0] in FELTER]
ALLE = os.environ.get("KKR_GENNEMLOEB") == "alle"


def felt(name):
    return name.split("_")[0]


@pytest.fixture(scope="module")
def filer(tabeller):
    return gennemloeb.som_filer(tabeller)


@pytest.fixture
def byg(monkeypatch):
    """Make every page that shows a table of a field; the measure of wrong digits, which takes seconds, for a few
    numbers.
    """
    real = kontrol.foelsomhed

    def few(s, fakta=None):
        return real(s, list(s.daekning.index[s.daekning["kontroller"] > 0])[:3])

    def build(field, tables):
        monkeypatch.setattr(kontrol, "foelsomhed", few)
        for report in FELTER[field]:
            if report == "socialtilsyn":
                choices = [{"aar": year} for year in socialtilsyn.aar_med_data(tables)]
            else:
                choices = [{}, {"region": "Region Sjælland"}]
            for parameters in choices:
                assert gennemloeb.vis(report, tables, **parameters)
        assert gennemloeb.vis("afstemning", tables)

    return build


def navngiver(found):
    """Whether findings say where: a file, and a row or a column (or that the file has no rows)."""
    return all(
        f.fil.endswith(".csv") and f.regel and (f.raekke or f.kolonne or "ingen rækker" in f.regel) for f in found
    )


def bygges_eller_navngives(byg, field, tables):
    try:
        byg(field, tables)
    except Exception as error:  # whatever it is: the check must name it
        found = kontrol.port(tables).fejl
        assert found, f"kkr check says nothing, and the page stops: {type(error).__name__}: {error}"
        assert navngiver(found), found


def uden_celle(table, row, column):
    values = list(table[column])
    values[row] = None
    kind = table[column].dtype
    return table.assign(**{column: pd.array(values, dtype=kind) if str(kind) == "Int64" else values}).astype(
        {column: kind}
    )


def valgfrie_celler(tabeller, name):
    """The cells to empty: of each optional column one that is filled, or all of them."""
    for field in gennemloeb.resourcer()[name]["schema"]["fields"]:
        if not field.get("constraints", {}).get("required"):
            filled = [i for i, v in enumerate(tabeller[name][field["name"]]) if not pd.isna(v)]
            yield from ((row, field["name"]) for row in (filled if ALLE else filled[len(filled) // 2 :][:1]))


@pytest.mark.parametrize("name", TABELLER)
def test_a_table_without_the_rows_of_a_year_is_named_by_the_check_or_builds(tabeller, filer, byg, name):
    rows = tabeller[name]
    column = next((c for c in AAR if c in rows.columns), None)
    years = sorted({int(y) for y in rows[column].dropna()}) if column else []
    # Where an empty year is nobody's key, the newest stands for all of them.
    for year in years if ALLE else years[-2:]:
        changed = rows[rows[column] != year].reset_index(drop=True)
        found = gennemloeb.hurtige_fund({**filer, name: gennemloeb.som_fil(changed)}, name)
        assert navngiver(found), found
        if not found:
            bygges_eller_navngives(byg, felt(name), {**tabeller, name: changed})


@pytest.mark.parametrize("report", GRUPPER)
def test_an_optional_cell_that_is_empty_is_named_by_the_check_or_builds(tabeller, filer, byg, report):
    unnamed, field = [], GRUPPER[report][0]
    for name in (n for n in TABELLER if felt(n) in GRUPPER[report]):
        for row, column in valgfrie_celler(tabeller, name):
            changed = uden_celle(tabeller[name], row, column)
            found = gennemloeb.hurtige_fund({**filer, name: gennemloeb.som_fil(changed)}, name)
            assert navngiver(found), found
            if found:
                assert {(f.fil, f.raekke) for f in found} >= {(f"{name}.csv", str(row + 2))}, found
            else:
                unnamed.append((name, row, column))
    bygges_uden_celler(byg, field, tabeller, unnamed)


def bygges_uden_celler(byg, field, tabeller, celler):
    """All cells are away at once; where that does not build, each half of them, down to the one that is why."""
    away = dict(tabeller)
    for name, row, column in celler:
        away[name] = uden_celle(away[name], row, column)
    if len(celler) == 1 or ALLE:
        for name, row, column in celler:
            one = {**tabeller, name: uden_celle(tabeller[name], row, column)}
            bygges_eller_navngives(byg, field, one)
        return
    try:
        byg(field, away)
    except Exception:  # one of them is why, or several are
        half = len(celler) // 2
        bygges_uden_celler(byg, field, tabeller, celler[:half])
        bygges_uden_celler(byg, field, tabeller, celler[half:])


@pytest.mark.parametrize("gruppe", ["portefølje", "tilgang og afgang", "tilsyn", "økonomi", "takster"])
def test_a_report_without_a_chapter_builds(tabeller, byg, gruppe):
    """A later report can leave a chapter out: its indicators are then unknown of all years."""
    names = tabeller["socialtilsyn_indikatorer"]
    own = set(names.loc[names["gruppe"] == gruppe, "indikator"])
    changed = {
        t: tabeller[t][~tabeller[t]["indikator"].isin(own)].reset_index(drop=True)
        for t in ("socialtilsyn_indikatorfakta", "socialtilsyn_afledte")
    }
    byg("socialtilsyn", {**tabeller, **changed})


def test_the_harness_says_of_good_data_that_nothing_is_wrong_and_of_bad_data_what_the_files_would_say(tabeller, filer):
    assert gennemloeb.hurtige_fund(filer) == []
    name = "socialtilsyn_indikatorer"
    without = gennemloeb.hurtige_fund({**filer, name: filer[name].iloc[1:]}, name)
    assert {f.fil for f in without} >= {"socialtilsyn_indikatorfakta.csv"} and navngiver(without)
    with pytest.raises(DataError, match="plejefamilier"):
        gennemloeb.vis("socialtilsyn", {**tabeller, name: tabeller[name].iloc[1:]})
