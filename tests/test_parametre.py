"""Values that are given to a calculation or to a report: of the wanted kind, or refused in one line that says how to
write them.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from kkrlib import data, flygtninge, klynger, kommuner, kontrol, parametre, socialtilsyn, tegn
from kkrlib.errors import DataError, ParameterError
from kkrlib.rapport import katalog

ROOT = Path(__file__).resolve().parent.parent
FELTER = {"flygtninge": flygtninge, "klyngeoekonomi": klynger, "socialtilsyn": socialtilsyn}


@pytest.fixture(scope="module")
def rapporter():
    return katalog.find(ROOT)


def kommunekoder() -> list[str]:
    return list(data.laes()["kommuner"]["kommunekode"])


def fejl(call, *args, **kwargs) -> str:
    with pytest.raises(ParameterError) as caught:
        call(*args, **kwargs)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- the kinds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [True, 25.0, np.int64(25), np.float64(25), "25", "0360", None, [25], float("nan")])
def test_a_whole_number_is_pythons_own_and_nothing_that_resembles_it(value):
    assert "er ikke et helt tal" in parametre.heltal()(value)
    assert parametre.heltal(mindst=0)(25) == ""


def test_a_number_below_the_least_is_named():
    assert parametre.heltal(mindst=1)(0) == "«0» er for lille; det mindste er 1."


def test_a_day_is_no_moment_and_no_text():
    assert parametre.dag()(None) == parametre.dag()(date(2024, 9, 5)) == ""
    assert parametre.dag()(datetime(2024, 9, 5)) and parametre.dag()("2024-09-05")


def test_every_wrong_parameter_is_named_in_one_line():
    said = fejl(
        parametre.kontroller, a=(True, parametre.heltal()), b=(5, parametre.tekst()), c=("x", parametre.liste())
    )
    for part in ("a: «True»", "b: «5»", "c: «x» er tekst; det skal være en liste"):
        assert part in said


def test_a_value_is_shown_on_one_line_without_what_nobody_sees():
    assert tegn.vis("a\nb\u200b") == "a<U+000A>b<U+200B>"
    assert len(tegn.vis("x" * 10_000)) == 81


def test_no_year_is_the_newest_and_another_is_one_there_is():
    assert parametre.aaret(None, [2021, 2023]) == 2023
    assert parametre.aaret(2021, [2021, 2023]) == 2021
    assert "mente du «2023»" in fejl(parametre.aaret, 2022, [2021, 2023])
    assert "ingen data" in fejl(parametre.aaret, None, [])
    for value in ("2023", 2023.0, True, np.int64(2023), [2023]):
        assert "er ikke et helt tal" in fejl(parametre.aaret, value, [2021, 2023])


# --- the calculations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("navn", "nyeste"), [("flygtninge", 2025), ("klyngeoekonomi", 2022), ("socialtilsyn", 2023)])
def test_a_notebook_without_a_year_is_of_the_newest_with_data(tabeller, rapporter, navn, nyeste):
    report = rapporter[navn]
    assert report.parametre["aar"].standard is None
    assert katalog.standard(report, "aar", tabeller) == nyeste == max(katalog.vaerdier(report, "aar", tabeller))
    b = FELTER[navn].beregn(tabeller)
    assert (b.kvoteaar if navn == "flygtninge" else b.aar) == nyeste


@pytest.mark.parametrize(
    ("skrevet", "said"),
    [
        ("{0360: 25}", '«240» er ikke tekst; skriv koden i anførselstegn, fx "0360"'),
        ("{360: 25}", "«360» er ikke tekst"),
        ('{"240": 25}', "«240» kan være koden 0360 (Lolland), som et program har læst som et oktalt tal"),
        ('{"360": 25}', "(«0360», hvis det er Lolland)"),
        ('{"181": 25}', "kan være koden 0265 (Roskilde)"),
        ("{yes: 25}", "«True» er ikke tekst"),
        ("{2024-09-05: 25}", "«2024-09-05» er ikke tekst"),
        ('{"0360": yes}', "0360: «True» er ikke et helt tal"),
        ('{"0360": 25.0}', "0360: «25.0» er ikke et helt tal skrevet med cifre alene; skriv 25."),
        ('{"0360": "25"}', "skriv tallet uden anførselstegn"),
        ('{"0360": -1}', "0360: «-1» er for lille"),
        ('{"0360": }', "0360: «None» er ikke et helt tal"),
        ('{"0360": 25, Lolland: 3}', "«0360» og «Lolland» er det samme, som står to gange"),
        ('{"Loland": 25}', "mente du «Lolland»?"),
        ('{"Lol\u200bland": 25}', "usynligt tegn"),
        ("[0360]", "er ikke en ordbog"),
        ("25", "er ikke en ordbog"),
    ],
)
def test_what_yaml_made_of_a_scenario_is_refused_with_how_to_write_it(tabeller, skrevet, said):
    """As papermill -y and -f read it: by YAML 1.1."""
    try:
        value = yaml.safe_load(skrevet)
    except yaml.YAMLError:  # YAML knows no invisible characters; JupyterLab does
        value = {"Lol\u200bland": 25}
    assert said in fejl(flygtninge.beregn, tabeller, 2025, scenarie_familiesammenfoerte=value)


@pytest.mark.parametrize("code", kommunekoder())
def test_no_code_that_papermill_hands_on_becomes_another_kommune(tabeller, code):
    """papermill writes a dictionary's keys as texts, when YAML 1.1 has read them: ``{0360: 25}`` is ``{"240": 25}``."""
    read = kommuner.laeser(tabeller, fra_program=True)
    for written in (f"0{code}", code, f'"0{code}"', f'"{code}"'):
        (key,) = eval(PythonTranslator.translate(yaml.safe_load(f"{{{written}: 25}}")))
        try:
            assert read(key) == code
        except kommuner.UkendtKommune as error:
            assert written != f'"0{code}"' and ("oktalt tal" in str(error) or "findes ikke" in str(error))
    safe = kommuner.entydig_laeser(tabeller)(code)
    assert safe.removeprefix("0") == code == read(safe)


def test_the_spellings_of_a_kommune_are_one_and_the_same(tabeller, rapporter):
    meant = []
    for text in (
        "{0360: 25}",
        "{360: 25}",
        "{Lolland: 25}",
        '{"Lolland Kommune": 25}',
        "{'LOLLAND': '25'}",
        "{360 Lolland: 25}",
    ):
        (page,) = katalog.sider(
            rapporter["flygtninge"], tabeller, aar=2025, region="sjaelland", scenarie_familiesammenfoerte=text
        )
        meant.append((page.navn, page.parametre["scenarie_familiesammenfoerte"]))
    assert set(map(str, meant)) == {str(meant[0])} and meant[0][1] == {"0360": 25}
    assert meant[0][0] == "flygtninge-2025-sjaelland-scenarie-familiesammenfoerte-0360-25"


def test_the_order_of_a_scenario_is_no_other_scenario(tabeller, rapporter):
    one, other = (
        katalog.kontroller(rapporter["flygtninge"], {"scenarie_familiesammenfoerte": text}, tabeller)
        for text in ("{Lolland: 25, Greve: 1}", "{253: 1, 0360: 25}")
    )
    assert list(one.items()) == list(other.items())
    assert sorted(one["scenarie_familiesammenfoerte"]) == ["0360", "253"]


@pytest.mark.parametrize(
    ("navn", "parameter", "text", "said"),
    [
        ("flygtninge", "scenarie_familiesammenfoerte", "{0240: 1, Egedal: 2}", "«0240» og «Egedal» er det samme"),
        ("flygtninge", "scenarie_familiesammenfoerte", "{Lolland: 010}", "nul foran"),
        ("flygtninge", "scenarie_familiesammenfoerte", "{Lolland: 100001}", "det største er 100000"),
        ("flygtninge", "scenarie_familiesammenfoerte", "{Loland: 1}", "mente du «Lolland»?"),
        ("flygtninge", "scenarie_familiesammenfoerte", "{}}", "står mere efter"),
        ("flygtninge", "scenarie_landstal", "0700", "nul foran"),
        ("flygtninge", "scenarie_landstal", "7e2", "er ikke et helt tal"),
        ("flygtninge", "aar", "02025", "nul foran"),
        ("flygtninge", "aftale_meddelt", "2024-9-5", "er ikke en dato"),
        ("klyngeoekonomi", "koebenhavn", "deelt", "mente du «delt»? Gyldige: udelt, delt."),
        ("klyngeoekonomi", "kontorbefolkning", "2024", "mente du «2025»? Gyldige: 2023, 2025."),
        ("klyngeoekonomi", "udtraeden", "[Greve, 0253]", "«Greve» og «0253» er det samme, som står to gange"),
        ("klyngeoekonomi", "udtraeden", "[Aarhus]", "har ingen del i de regionale klyngekontorer"),
        ("klyngeoekonomi", "udtraeden", "[Greve: CLEEN]", "mente du «CLEAN»?"),
        ("klyngeoekonomi", "udtraeden", "Greve", "begynde med «[»"),
    ],
)
def test_a_wrong_value_on_the_command_line_is_refused_before_anything_runs(
    tabeller, rapporter, navn, parameter, text, said
):
    assert said in fejl(katalog.kontroller, rapporter[navn], {parameter: text}, tabeller)


@pytest.mark.parametrize(
    ("text", "official"),
    [
        ("[]", []),
        ("[Greve]", ["Greve"]),
        ("[0253]", ["Greve"]),
        ("[\"greve kommune\", 'næstved: clean']", ["Greve", "Næstved: CLEAN"]),
        ("[Næstved:food-bio, 370 Næstved: CLEAN]", ["Næstved: Food & Bio Cluster Denmark", "Næstved: CLEAN"]),
    ],
)
def test_who_leaves_is_read_as_officially_written(tabeller, rapporter, text, official):
    given = katalog.kontroller(rapporter["klyngeoekonomi"], {"udtraeden": text}, tabeller)
    offices = tabeller["klynge_kontorer"].set_index("kontor")["trykt"]
    official = [o.replace("Food & Bio Cluster Denmark", offices["food-bio"]) for o in official]
    assert given == {"udtraeden": official}
    klynger.beregn(tabeller, 2022, udtraeden=official)


def test_a_kommune_is_read_by_its_name_or_code_wherever_it_stands(tabeller):
    read = kommuner.laeser(tabeller)
    assert {read(text) for text in ("360", "0360", "Lolland", "lolland kommune", "360 Lolland")} == {"360"}


@pytest.mark.parametrize(
    "value",
    [[253], [None], [True], [["Greve"]], [{"Greve": 5}], [{253: "CLEAN"}], [{"360": "CLEAN"}], {"Greve": None}, 5],
)
def test_one_who_leaves_is_a_text(tabeller, value):
    assert "udtraeden: " in fejl(klynger.beregn, tabeller, 2022, udtraeden=value)


# --- every parameter of every notebook ----------------------------------------------------------------------------

FREMMEDE = [
    None,
    True,
    5,
    2025.0,
    "",
    "x\ny",
    ["Region Sjælland"],
    {"a": 1},
    {240: 25},
    date(2024, 9, 5),
    np.int64(2025),
    b"x",
]


def celler(navn: str) -> list[str]:
    """The parameters cell and the cell that calculates."""
    nb = nbformat.read(ROOT / "notebooks" / f"{navn}.ipynb", as_version=4)
    return [cell.source for cell in nb.cells if cell.cell_type == "code"][:2]


@pytest.mark.parametrize(
    ("navn", "parameter"), [(r.navn, p) for r in katalog.find(ROOT).values() for p in r.parametre], ids=lambda v: v
)
def test_a_value_of_another_kind_ends_a_notebook_in_one_line_and_never_a_traceback_of_another(
    tabeller, monkeypatch, navn, parameter
):
    """As papermill and JupyterLab run it: the parameters cell, the values given, the cell that calculates."""

    class Beregnet(Exception):
        """The values were accepted."""

    def beregnet(*args, **kwargs):
        raise Beregnet

    monkeypatch.setattr(data, "load", lambda: tabeller)
    monkeypatch.setattr(kontrol, "godkend", lambda tables: tables)  # the gate computes every page itself
    stops = {"flygtninge": "grundlag", "klyngeoekonomi": "_fordelinger", "socialtilsyn": "kendt_i"}
    module = {"klyngeoekonomi": "klynger"}.get(navn, navn)
    monkeypatch.setattr(f"kkrlib.{module}.beregning.{stops[navn]}", beregnet)
    own, calculates = celler(navn)
    refused = 0
    for value in FREMMEDE:
        room: dict = {}
        exec(own, room)
        room[parameter] = value
        try:
            exec(calculates, room)
        except Beregnet:
            assert value is None or value == "" or type(value) is int
        except ParameterError as error:
            assert "\n" not in str(error)
            refused += 1
        except DataError:
            assert parameter in ("aftale", "regnskaber") and isinstance(value, str)  # a file that is not there
            refused += 1
    assert refused >= len(FREMMEDE) - 2


VAERDIER = st.one_of(
    st.text(st.sampled_from("[]{}:,\"' 0123456789-._eExXjaLolndGrv\n\t\u200b\u00a0٣#&*!|>~<"), max_size=24),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
        ),
        max_leaves=6,
    ),
)


@settings(max_examples=60)
@given(value=VAERDIER)
def test_no_value_of_any_parameter_is_a_traceback_or_of_another_kind(tabeller, rapporter, value):
    kinds = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict}
    for report in rapporter.values():
        for p in report.parametre.values():
            try:
                (typed,) = katalog.kontroller(report, {p.navn: value}, tabeller).values()
            except ParameterError as error:
                assert "\n" not in str(error) and error.exit_code == 2
                continue
            assert typed is None or type(typed) is kinds[p.type]
            assert typed is not None or p.valgfri or value in (None, "")
            if isinstance(value, str) and p.type == "int" and typed is not None:
                assert value.strip() in (str(typed), "-0")


def test_a_path_that_no_file_can_have_is_refused(tabeller, rapporter, tmp_path):
    import os

    os.mkfifo(tmp_path / "pibe.csv")
    for path in (
        "a" * 5000,
        "x/" * 3000,
        "~findes-ikke-her/x.csv",
        "\0",
        "\udcff.csv",
        str(tmp_path / "pibe.csv"),
        os.devnull,
    ):
        assert "aftale: " in fejl(katalog.kontroller, rapporter["flygtninge"], {"aftale": path}, tabeller)
