"""The refugee report from the outside: its parameters, its exit codes on the project's own data, its
committed pages.
"""

import csv
import io
import json
import shutil

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from kkrlib import data, flygtninge
from kkrlib.cli import main
from kkrlib.errors import ParameterError
from kkrlib.rapport import katalog

REPORTS = data.ROD / "reports"


@pytest.fixture(scope="module")
def rapport():
    return katalog.find(data.ROD)["flygtninge"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    copy = tmp_path / "data"
    shutil.copytree(data.data_mappe(), copy)
    monkeypatch.setenv("KKR_DATA", str(copy))
    return copy


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- parameters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"aar": "2024"}, "mente du «"),
        ({"aar": "2025.0"}, "ikke et helt tal"),
        ({"region": "Region Sjæland"}, "mente du «Region Sjælland»"),
        ({"aargang": "2025"}, "mente du «aar»"),
        ({"scenarie_landstal": "mange"}, "ikke et helt tal"),
        ({"scenarie_landstal": "-1"}, "mindste er 0"),
        ({"scenarie_familiesammenfoerte": "25"}, "ordbog"),
        ({"aftale_meddelt": "5/9 2024"}, "ikke en dato"),
        ({"aftale_meddelt": "2024-02-30"}, "ikke en dato"),
        ({"aftale": "findes-ikke.csv"}, "findes ikke"),
        ({"scenarie_familiesammenfoerte": '{"999": 25}'}, "findes ikke i registret"),
        ({"scenarie_familiesammenfoerte": '{"265": "mange"}'}, "ikke et helt tal"),
        ({"scenarie_landstal": "99999999999999999999999"}, "det største er"),
        ({"flere_familiesammenfoerte": "0"}, "mindste er 1"),
    ],
)
def test_a_wrong_parameter_is_refused_in_one_line_with_exit_code_2_and_writes_nothing(
    rapport, tabeller, tmp_path, given, said
):
    with pytest.raises(ParameterError) as error:
        katalog.kontroller(rapport, given, tabeller)
    assert said in str(error.value) and "\n" not in str(error.value)
    options = [f"-p{name}={value}" for name, value in given.items()]
    answer = CliRunner().invoke(main, ["build", "flygtninge", "--ud", str(tmp_path / "ud"), *options])
    assert answer.exit_code == 2, answer.output
    assert not (tmp_path / "ud").exists()


@pytest.mark.parametrize("name", ["Region Sjælland", "region sjælland", "Sjælland", "KKR Sjælland", "sjaelland"])
def test_a_region_goes_by_its_name_its_kkr_or_its_short_name(rapport, tabeller, name):
    (page,) = katalog.sider(rapport, tabeller, aar="2025", region=name)
    assert (page.navn, page.parametre["region"]) == ("flygtninge-2025-sjaelland", "Region Sjælland")


def test_there_is_a_page_for_each_year_with_data_and_each_area(rapport, tabeller):
    names = {p.navn for p in katalog.sider(rapport, tabeller)}
    areas = ["", *(f"-{slug}" for slug in tabeller["regioner"]["slug"])]
    assert names == {f"flygtninge-{year}{area}" for year in flygtninge.aar_med_data(tabeller) for area in areas}


# --- wrong data -------------------------------------------------------------------------------------------------


def test_kkr_check_and_kkr_build_exit_3_on_wrong_data_and_name_every_finding(folder, tmp_path):
    replace(folder / "bilag_a.csv", "2025,Region Hovedstaden,101,659350,", "2025,Region Hovedstaden,101,659.350,")
    replace(folder / "bilag_b.csv", "2025,Region Sjælland,253,3,", "2025,Region Hovedstaden,253,3,")
    for command in (["check"], ["build", "flygtninge", "--ud", str(tmp_path / "ud")]):
        answer = CliRunner().invoke(main, command)
        assert answer.exit_code == 3
        assert "bilag_a.csv, række 100, kolonne befolkning: «659.350»" in answer.output
        assert "bilag_b.csv" in answer.output and "253 Greve hører til Region Sjælland" in answer.output
    assert not (tmp_path / "ud").exists()


# --- the committed pages ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["flygtninge-2025", "flygtninge-2025-sjaelland", "flygtninge-2023-nordjylland"])
def page(request):
    return request.param, BeautifulSoup((REPORTS / f"{request.param}.html").read_text(encoding="utf-8"), "html.parser")


def test_every_table_has_caption_scopes_unit_and_source_and_every_figure_a_description(page):
    _, soup = page
    assert len(soup.select(".tabel")) >= 10 and len(soup.select(".figur")) >= 3
    for table in soup.find_all("table"):
        assert table.caption.get_text(strip=True)
        assert all(th.get("scope") in ("col", "row", "rowgroup") for th in table.find_all("th"))
    for box in soup.select(".tabel, .figur"):
        source = box.select_one(".kilde").get_text()
        # A table has its unit in the header of its numbers, and only where no number has one elsewhere.
        assert ("Enhed:" in box.get_text() or box.select_one("thead .enhed")) and "Kilde:" in source
    for figure in soup.select(".figur"):
        for drawing in figure.find_all("svg"):
            assert drawing["role"] == "img" and soup.find(id=drawing["aria-describedby"]).get_text(strip=True)


def test_a_page_is_danish_hides_its_code_and_fetches_nothing(page):
    _, soup = page
    assert soup.html["lang"] == "da"
    assert not soup.find_all(["script", "iframe", "img", "object"])
    assert not any(word in soup.get_text() for word in ("vis.", "import ", "beregn(", "None", "nan", "NaN"))
    assert not list(soup.find_all(src=True))
    assert {tag["href"] for tag in soup.find_all("link")} == {"data:,"}


def test_every_download_of_a_page_is_there_with_the_size_it_says(page):
    name, soup = page
    links = soup.select(".hent a")
    assert len(links) == 2 * len(soup.select(".tabel"))
    for link in links:
        path = REPORTS / link["href"]
        assert path.is_file(), path
        assert path.name.startswith(f"{name}-")


def test_the_download_of_kommunekvoter_has_98_rows_and_sums_to_the_landstal(tabeller):
    text = (REPORTS / "data" / "flygtninge-2025-kommunekvoter.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 98
    assert sum(int(r["kommunekvote"]) for r in rows) == sum(int(r["offentliggjort_kvote"]) for r in rows) == 600
    assert abs(sum(float(r["fordelingstal"]) for r in rows) - 600) < 1e-6
    codes = dict(zip(tabeller["kommuner"]["kommunekode"], tabeller["kommuner"]["kommune"], strict=True))
    assert all(codes[r["kommunekode"]] == r["kommune"] for r in rows)


def test_the_index_lists_every_page():
    front = BeautifulSoup((REPORTS / "index.html").read_text(encoding="utf-8"), "html.parser")
    linked = {a["href"] for a in front.find_all("a")}
    catalogue = json.loads((REPORTS / "rapporter.json").read_text(encoding="utf-8"))["sider"]
    assert {f"{p['navn']}.html" for p in catalogue} <= linked
    assert all((REPORTS / file["fil"]).is_file() for p in catalogue for file in p["filer"])


def test_committed_pages_follow_from_code_and_data(tmp_path):
    """One page built anew has the bytes of the committed one; `make verify` does the same for all of them."""
    answer = CliRunner().invoke(
        main, ["build", "flygtninge", "--aar", "2025", "--region", "sjaelland", "--ud", str(tmp_path), "-j", "1"]
    )
    assert answer.exit_code == 0, answer.output
    built = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("flygtninge-2025-sjaelland*"))
    assert len(built) > 20
    assert [p for p in built if (tmp_path / p).read_bytes() != (REPORTS / p).read_bytes()] == []
