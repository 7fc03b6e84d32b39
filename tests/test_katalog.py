"""Reports, parameters and pages, as the notebooks describe them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from papermill import inspect_notebook
from proeveprojekt import PARAMETRE, TABELLER, notesbog

from kkrlib.errors import ParameterError, RunError
from kkrlib.rapport import katalog

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def rapport(tmp_path: Path) -> katalog.Rapport:
    notesbog(tmp_path / "notebooks" / "proeve.ipynb")
    return katalog.find(tmp_path)["proeve"]


def fejl(rapport: katalog.Rapport, tabeller=TABELLER, **parametre) -> str:
    with pytest.raises(ParameterError) as caught:
        katalog.kontroller(rapport, parametre, tabeller)
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.exit_code == 2
    return text


# --- reading ---------------------------------------------------------------------------------------------


def test_a_report_is_read_from_its_notebook(rapport):
    assert (rapport.navn, rapport.titel) == ("proeve", "Prøverapport")
    assert rapport.notesbog.is_absolute()
    kinds = {p.navn: (p.type, p.valgfri, p.standard) for p in rapport.parametre.values()}
    assert kinds == {
        "aar": ("int", False, 2025),
        "region": ("str", False, "hele landet"),
        "loft": ("int", True, None),
        "andel": ("float", False, 0.5),
        "kun": ("bool", False, False),
        "navne": ("list", False, []),
        "tekst": ("str", False, "a=b"),
        "aftale": ("str", False, ""),
    }
    assert rapport.parametre["aar"].hjaelp == "året"
    assert rapport.parametre["aftale"].fil
    assert [p.navn for p in rapport.akser] == ["aar", "region"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int = 1", ("int", False, "str")),
        ('"Optional[int]" = None', ("int", True, "str")),
        ("Optional[str] = None", ("str", True, "str")),
        ('typing.Optional[str] = "a"', ("str", True, "str")),
        ("int | None = 1", ("int", True, "str")),
        ('"Union[None, float]" = 1', ("float", True, "str")),
        ("list[str] = []", ("list", False, "str")),
        ("list = []", ("list", False, "str")),
        ("dict[str, int] = {}", ("dict", False, "int")),
        ('"dict[str, float]" = {}', ("dict", False, "float")),
        ("int | str = 1", ("", False, "str")),
        ('"int[" = 1', ("", False, "str")),
    ],
)
def test_annotations(tmp_path, annotation, expected):
    path = notesbog(tmp_path / "n.ipynb", [], kkr={"rapport": "n"}, parametre=f"x: {annotation}")
    p = katalog.laes(path).parametre["x"]
    assert (p.type, p.valgfri, p.element) == expected


def test_no_notebooks_folder_is_no_reports(tmp_path):
    assert katalog.find(tmp_path) == {}


@pytest.mark.parametrize(
    ("kkr", "parametre", "word"),
    [
        ({"rapport": "x", "parametre": {"år": {}}}, PARAMETRE, "år"),
        (
            {"rapport": "x", "parametre": {"aar": {"vaerdier": [["tal", "aar"]]}}},
            PARAMETRE,
            "aar»: har «vaerdier».* «etiket»",
        ),
        (
            {"rapport": "x", "parametre": {"aar": {"vaerdier": [["tal", "aar"]], "etiket": " "}}},
            PARAMETRE,
            r"aar\.etiket",
        ),
        (
            {"rapport": "x", "parametre": {"aar": {"vaerdier": [["tal", "aar"]], "etiket": 1}}},
            PARAMETRE,
            r"aar\.etiket: 1",
        ),
        ({"rapport": "x"}, "aar: int = print(1)", "konstant"),
        ({"rapport": "x"}, "aar: int = (", "gyldig Python"),
    ],
)
def test_metadata_that_contradict_the_cell_are_refused(tmp_path, kkr, parametre, word):
    path = notesbog(tmp_path / "n.ipynb", [], kkr=kkr, parametre=parametre)
    with pytest.raises(RunError, match=word):
        katalog.laes(path)


def test_two_notebooks_with_one_name_are_refused(tmp_path):
    notesbog(tmp_path / "notebooks" / "a.ipynb")
    notesbog(tmp_path / "notebooks" / "b.ipynb")
    with pytest.raises(RunError, match="a.ipynb"):
        katalog.find(tmp_path)


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "itu.ipynb").write_text("{")
    with pytest.raises(RunError, match="itu.ipynb"):
        katalog.find(tmp_path)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_papermill_sees_the_same_parameters_in_our_notebooks(path):
    """So that `papermill -p` and `papermill --help-notebook` work as `kkr build` does."""
    report = katalog.laes(path)
    assert report is not None
    assert list(inspect_notebook(path)) == list(report.parametre)


# --- values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "official"),
    [
        ("Region Sjælland", "Region Sjælland"),
        ("region sjælland", "Region Sjælland"),
        ("REGION  SJÆLLAND ", "Region Sjælland"),
        ("sjaelland", "Region Sjælland"),
        ("kkr sjælland", "Region Sjælland"),
        ("hele landet", "hele landet"),
        ("Hele-landet", "hele landet"),
    ],
)
def test_spellings_of_a_value(rapport, given, official):
    assert katalog.kontroller(rapport, {"region": given}, TABELLER) == {"region": official}


@pytest.mark.parametrize(
    ("name", "given", "typed"),
    [
        ("aar", "2025", 2025),
        ("aar", 2026, 2026),
        ("loft", "12", 12),
        ("loft", "-3", -3),
        ("loft", "", None),
        ("loft", None, None),
        ("andel", "0.25", 0.25),
        ("andel", 1, 1.0),
        ("kun", "True", True),
        ("kun", False, False),
        ("navne", "[a, b]", ["a", "b"]),
        ("navne", "['010', \"1\", 010, ja, null]", ["010", "1", "010", "ja", "null"]),
        ("navne", "[]", []),
        ("navne", ["a"], ["a"]),
        ("tekst", "2025", "2025"),
        ("aftale", "", ""),
    ],
)
def test_types(rapport, name, given, typed):
    value = katalog.kontroller(rapport, {name: given}, TABELLER)[name]
    assert value == typed
    assert type(value) is type(typed)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *[
            ("aar", v)
            for v in (
                "2025.5",
                "2025.0",
                2025.0,
                "abc",
                "",
                True,
                "true",
                "2_025",
                None,
                [2025],
                "02025",
                "+2025",
                "٢٠٢٥",
            )
        ],
        *[("loft", v) for v in ("1.000", "1,5", "0x10", "010", "9" * 31, "-", False, float("nan"))],
        *[("andel", v) for v in ("0,5", "nan", "inf", "1e400", "00.5", ".5", float("inf"), True, "halv")],
        *[("kun", v) for v in ("ja", 1, "1", "")],
        *[("navne", v) for v in ("a, b", "{a: 1}", "[a", "[a,]", "[a] b", "[[a]]", "[&a a]", "- a", 3)],
        *[("tekst", v) for v in (5, ["a"], None)],
    ],
)
def test_a_wrong_type_is_refused_with_name_and_value(rapport, name, given):
    text = fejl(rapport, **{name: given})
    assert f"{name}: «{given}» er ikke " in text


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("region", "Sjæland", ["«Sjæland» findes ikke", "mente du «Region Sjælland»?", "Region Hovedstaden"]),
        ("region", "Sjaeland", ["mente du «Region Sjælland»?"]),
        ("region", "hovedstad", ["mente du «Region Hovedstaden»?"]),
        ("region", "hele lander", ["mente du «hele landet»?"]),
        ("aar", "2030", ["«2030» findes ikke", "mente du «2026»?", "Gyldige: 2025, 2026."]),
        ("aar", 1999, ["mente du «2025»?"]),
        ("regoin", "x", ["regoin: ukendt parameter", "mente du «region»?"]),
        ("år", "2025", ["år: ukendt parameter", "mente du «aar»?"]),
        ("aftale", "findes-ikke.csv", ["filen «findes-ikke.csv» findes ikke"]),
    ],
)
def test_a_value_that_does_not_exist_is_refused_with_the_nearest(rapport, name, given, words):
    text = fejl(rapport, **{name: given})
    for word in words:
        assert word in text


def test_what_resembles_nothing_gets_no_guess(rapport):
    assert "mente du" not in fejl(rapport, region="qqqq")


def test_all_faults_are_in_one_line(rapport):
    text = fejl(rapport, aar="2024", region="Sjæland", regoin="x", kun="ja")
    for name in ("aar: «2024»", "region: «Sjæland»", "regoin: ukendt", "kun: «ja»"):
        assert name in text


def test_a_long_list_of_values_is_cut(rapport):
    many = {**TABELLER, "tal": pd.DataFrame({"aar": range(2000, 2030)})}
    assert "2011 og 18 til." in fejl(rapport, many, aar="1990")


def test_a_value_must_stand_in_every_table(tmp_path):
    kkr = {"rapport": "n", "parametre": {"aar": {"vaerdier": [["tal", "aar"], ["andre", "aar"]], "etiket": "År"}}}
    report = katalog.laes(notesbog(tmp_path / "n.ipynb", [], kkr=kkr))
    tables = {**TABELLER, "andre": pd.DataFrame({"aar": pd.array([2026, None, 2027], dtype="Int64")})}
    assert katalog.vaerdier(report, "aar", tables) == [2026]
    assert type(katalog.vaerdier(report, "aar", tables)[0]) is int
    assert "Gyldige: 2026." in fejl(report, tables, aar="2025")


def test_metadata_that_point_to_no_table_are_named(rapport):
    with pytest.raises(RunError, match=r"regioner\.region"):
        katalog.vaerdier(rapport, "region", {"tal": TABELLER["tal"]})


def test_an_alias_of_two_values_is_refused_and_an_official_name_never_shadowed(rapport):
    tables = dict(TABELLER)
    tables["regioner"] = tables["regioner"].assign(kkr=["KKR Øst", "KKR Øst"])
    assert "kan være Region Sjælland eller Region Hovedstaden" in fejl(rapport, tables, region="kkr øst")
    tables["regioner"] = tables["regioner"].assign(kkr=["Region Hovedstaden", "x"])
    chosen = katalog.kontroller(rapport, {"region": "Region Hovedstaden"}, tables)
    assert chosen == {"region": "Region Hovedstaden"}


def test_a_file_becomes_absolute_and_the_nearest_is_suggested(rapport, tmp_path, monkeypatch):
    (tmp_path / "aftale-2026.csv").write_text("x")
    monkeypatch.chdir(tmp_path)
    chosen = katalog.kontroller(rapport, {"aftale": "aftale-2026.csv"}, TABELLER)
    assert chosen == {"aftale": str(tmp_path / "aftale-2026.csv")}
    assert "mente du «aftale-2026.csv»?" in fejl(rapport, aftale="aftale-2025.csv")
    assert "er en mappe" in fejl(rapport, aftale=".")


# --- pages -------------------------------------------------------------------------------------------------


def test_pages_are_every_combination(rapport):
    assert [s.navn for s in katalog.sider(rapport, TABELLER)] == [
        "proeve-2025",
        "proeve-2025-sjaelland",
        "proeve-2025-hovedstaden",
        "proeve-2026",
        "proeve-2026-sjaelland",
        "proeve-2026-hovedstaden",
    ]
    first, second, *_ = katalog.sider(rapport, TABELLER)
    assert first.parametre == {"aar": 2025, "region": "hele landet"}
    assert (first.tekst, second.tekst) == ("2025, hele landet", "2025, Region Sjælland")
    assert not first.proeve


def test_a_choice_narrows_the_pages(rapport):
    assert [s.navn for s in katalog.sider(rapport, TABELLER, region="sjaelland")] == [
        "proeve-2025-sjaelland",
        "proeve-2026-sjaelland",
    ]
    assert [s.navn for s in katalog.sider(rapport, TABELLER, aar="2026", region="hele landet")] == ["proeve-2026"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"loft": "12"}, "proeve-2025-loft-12"),
        ({"loft": "-12"}, "proeve-2025-loft-minus-12"),
        ({"tekst": "Blå grød & Ærter"}, "proeve-2025-tekst-blaa-groed-aerter"),
        ({"kun": "true", "loft": 3}, "proeve-2025-loft-3-kun-true"),
    ],
)
def test_a_trial_gets_a_name_of_its_own(rapport, given, name):
    (page,) = katalog.sider(rapport, TABELLER, aar=2025, region="hele landet", **given)
    assert page.navn == name
    assert page.proeve


def test_a_parameter_at_its_default_is_no_trial(rapport):
    (page,) = katalog.sider(rapport, TABELLER, aar=2025, region="hele landet", andel="0.5", tekst="a=b")
    assert (page.navn, page.proeve) == ("proeve-2025", False)
    assert page.parametre == {"aar": 2025, "region": "hele landet"}


def test_a_report_without_axes_is_one_page(tmp_path):
    report = katalog.laes(notesbog(tmp_path / "n.ipynb", [], kkr={"rapport": "afstemning"}, parametre=""))
    assert [(s.navn, s.parametre) for s in katalog.sider(report, {})] == [("afstemning", {})]
    assert "rapporten har ingen" in fejl(report, aar=2025)


def test_a_page_knows_its_place_among_all_pages(rapport):
    places = {p.navn: p.orden for p in katalog.sider(rapport, TABELLER)}
    assert places["proeve-2025"] == (0, 0) and list(places.values()) == sorted(places.values())
    (one,) = katalog.sider(rapport, TABELLER, aar=2026, region="Region Hovedstaden")
    assert one.orden == places[one.navn] == (1, 2)


def test_nothing_depends_on_the_names_of_the_parameters(tmp_path):
    """A report over something else than aar and region needs metadata only."""
    kkr = {"rapport": "hospital", "parametre": {"by": {"vaerdier": [["byer", "by"]], "etiket": "By"}}}
    report = katalog.laes(notesbog(tmp_path / "n.ipynb", [], kkr=kkr, parametre='by: str = "Køge"'))
    tables = {"byer": pd.DataFrame({"by": ["Køge", "Næstved"]})}
    assert [s.navn for s in katalog.sider(report, tables)] == ["hospital-koege", "hospital-naestved"]
    assert katalog.kontroller(report, {"by": "næstved"}, tables) == {"by": "Næstved"}
