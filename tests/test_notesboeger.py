"""What a notebook must say of its report: one that is lost, cleaned or misspelt is an error, never a report less."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from proeveprojekt import KKR, TABELLER, filer, notesbog, projekt

from kkrlib import cli, data
from kkrlib.errors import RunError
from kkrlib.rapport import katalog


@pytest.fixture
def rod(tmp_path, monkeypatch):
    made = projekt(tmp_path / "projekt")
    monkeypatch.setattr(data, "ROD", made)
    monkeypatch.setenv("KKR_ROD", str(made))
    monkeypatch.delenv("KKR_DATA", raising=False)
    return made


def fejl(rod: Path) -> str:
    with pytest.raises(RunError) as caught:
        katalog.find(rod)
    assert caught.value.exit_code == 4
    return str(caught.value)


def aendr(rod: Path, change) -> Path:
    """Change the notebook's JSON in place."""
    path = rod / "notebooks" / "proeve.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def ren(notebook):
    """What a notebook cleaner leaves: no metadata at all."""
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell["metadata"] = {}


@pytest.mark.parametrize("command", [["list"], ["build"], ["verify"], ["notebooks"], ["build", "proeve"]])
def test_a_cleaned_notebook_stops_every_command_and_nothing_is_touched(rod, command):
    (rod / "reports").mkdir()
    (rod / "reports" / "proeve-2025.html").write_text("den gode side")
    aendr(rod, ren)
    before = filer(rod)
    answer = CliRunner().invoke(cli.main, command, catch_exceptions=False)
    assert answer.exit_code == 4
    assert "proeve.ipynb" in answer.stderr and "«kkr»" in answer.stderr and "kernelspec" in answer.stderr
    assert filer(rod) == before


def test_every_fault_of_every_notebook_comes_at_once(rod):
    notesbog(rod / "notebooks" / "kladde.ipynb", kkr=None)
    notesbog(rod / "notebooks" / "Untitled.ipynb", [], kkr=None)
    notesbog(rod / "notebooks" / "arkiv" / "gammel.ipynb")
    (rod / "notebooks" / "itu.ipynb").write_text("{")
    lines = fejl(rod).splitlines()
    assert len(lines) == 4
    for name in ("kladde.ipynb", "Untitled.ipynb", "arkiv/gammel.ipynb", "itu.ipynb"):
        assert any(line.startswith(f"fejl: {name}") for line in lines)


def test_jupyters_own_copies_in_a_hidden_folder_are_none_of_ours(rod):
    hidden = rod / "notebooks" / ".ipynb_checkpoints"
    hidden.mkdir()
    shutil.copy(rod / "notebooks" / "proeve.ipynb", hidden / "proeve-checkpoint.ipynb")
    assert list(katalog.find(rod)) == ["proeve"]
    shutil.move(hidden / "proeve-checkpoint.ipynb", rod / "notebooks")
    assert "hedder også «proeve»" in fejl(rod)


def test_a_notebook_with_its_ending_in_capitals_is_not_overlooked(rod):
    (rod / "notebooks" / "proeve.ipynb").rename(rod / "notebooks" / "proeve.IPYNB")
    assert list(katalog.find(rod)) == ["proeve"]


def uden_maerke(nb):
    nb["cells"][0]["metadata"] = {}


def uden_id(nb):
    del nb["cells"][1]["id"]


def to_ens_id(nb):
    nb["cells"][1]["id"] = nb["cells"][2]["id"]


def uden_kerne(nb):
    del nb["metadata"]["kernelspec"]


def ukendt_kerne(nb):
    nb["metadata"]["kernelspec"]["name"] = "ir"


def gammelt(nb):
    nb["nbformat_minor"] = 4


def uden_celler(nb):
    del nb["cells"]


def forkert_celle(nb):
    nb["cells"][1]["source"] = 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (uden_maerke, "ingen kodecelle har mærket (tag) «parameters»"),
        (uden_id, "celle 2»: har intet gyldigt id"),
        (to_ens_id, "har det samme id som celle 2"),
        (uden_kerne, "siger ikke, hvilken kerne"),
        (ukendt_kerne, "kernen findes ikke her; der er python3"),
        (gammelt, "formatet 4.4"),
        (uden_celler, "«cells» eller «metadata» mangler"),
        (forkert_celle, "celle 2»: «source» er ikke tekst"),
    ],
)
def test_a_notebook_of_another_shape_says_what_is_missing(rod, change, said, recwarn):
    aendr(rod, change)
    assert said in fejl(rod)
    assert [w for w in recwarn if "Field" in type(w.message).__name__] == []


def test_a_cleared_output_is_no_fault(rod):
    aendr(rod, lambda nb: [c.update(outputs=[], execution_count=None) for c in nb["cells"]])
    assert list(katalog.find(rod)) == ["proeve"]


def aar(**about):
    return {**KKR, "parametre": {**KKR["parametre"], "aar": {**KKR["parametre"]["aar"], **about}}}


@pytest.mark.parametrize(
    ("kkr", "said"),
    [
        ("proeve", "«metadata.kkr: proeve»: skal være en ordbog"),
        (["proeve"], "skal være en ordbog"),
        ({}, "metadata.kkr.rapport»: mangler"),
        ({**KKR, "rapport": "../x"}, "metadata.kkr.rapport: ../x»: skal være højst 40"),
        ({**KKR, "rapport": 5}, "metadata.kkr.rapport: 5»"),
        ({**KKR, "titel": 5}, "metadata.kkr.titel: 5»: skal være tekst"),
        ({**KKR, "titel": "Prø\u200bve"}, "usynligt tegn (U+200B"),
        ({**KKR, "tittel": "x"}, "tittel»: ukendt nøgle; mente du «titel»?"),
        ({**KKR, "parametre": []}, "metadata.kkr.parametre: []»: skal være en ordbog"),
        ({**KKR, "parametre": {**KKR["parametre"], "regoin": {}}}, "regoin»: er ikke i cellen «parameters»; mente du"),
        ({**KKR, "parametre": {**KKR["parametre"], "aftale": True}}, "aftale: True»: skal være en ordbog"),
        ({**KKR, "parametre": {**KKR["parametre"], "aftale": {"fil": "ja"}}}, "fil: ja»: skal være true eller false"),
        ({**KKR, "parametre": {**KKR["parametre"], "aftale": {"mappe": True}}}, "kræver «fil»"),
        ({**KKR, "parametre": {**KKR["parametre"], "loft": {"fil": True}}}, "fil»: gælder kun en tekst"),
        ({**KKR, "parametre": {**KKR["parametre"], "tekst": {"mindst": 1}}}, "mindst»: gælder kun et tal"),
        ({**KKR, "parametre": {**KKR["parametre"], "loft": {"mindst": 5, "hoejst": 1}}}, "intet tal passer"),
        ({**KKR, "parametre": {**KKR["parametre"], "loft": {"mindst": "5"}}}, "mindst: 5»: skal være et helt tal"),
        ({**KKR, "parametre": {**KKR["parametre"], "navne": {"laeses_af": "os:system"}}}, "skal være en funktion"),
        ({**KKR, "parametre": {**KKR["parametre"], "navne": {"laeses_af": "kkrlib.kommuner:nej"}}}, "findes ikke"),
        ({**KKR, "parametre": {**KKR["parametre"], "tekst": {"valg": ["a", "a"]}}}, "forskellige tekster"),
        ({**KKR, "parametre": {**KKR["parametre"], "tekst": {"valg": ["a"], "dato": True}}}, "kan ikke stå sammen"),
        (aar(vaerdier="tal"), "vaerdier: tal»: skal være en liste af tabeller"),
        (aar(vaerdier=["tal", "aar"]), "skal være en liste af tabeller"),
        (aar(vaerdier=[["tal"]]), "skal være en liste af tabeller"),
        (aar(vaerdier=[]), "skal være en liste af tabeller"),
        (aar(kort="tal"), "kort: tal»: skal være en tabel og en kolonne"),
        (aar(hojest=3), "hojest»: ukendt nøgle; mente du «hoejst»?"),
    ],
)
def test_metadata_of_another_shape_or_with_a_misspelt_key_are_refused(rod, kkr, said):
    notesbog(rod / "notebooks" / "proeve.ipynb", [], kkr=kkr)
    assert said in fejl(rod)


@pytest.mark.parametrize(
    ("parametre", "said"),
    [
        ("aar: int = 2025\naar: int = 2026", "linje 2»: aar står to gange"),
        ("aar: int\n", "linje 1»: er ikke NAVN: TYPE = VÆRDI"),
        ("import os\naar: int = 2025", "linje 1»: er ikke NAVN"),
        ("aar, x = 2025, 1", "linje 1»: er ikke NAVN"),
        ('aar: int = "2025"', "standardværdien af aar er ikke af typen int"),
        ("aar: int = True", "standardværdien af aar er ikke af typen int"),
        ("aar: int = {[]: 1}", "skal være en konstant"),
        ("x = " + "(" * 500, "ikke gyldig Python"),
        ("x = " + "-" * 100_000 + "1", "linje 1»"),
    ],
)
def test_a_parameters_cell_holds_constants_alone_and_each_name_once(rod, parametre, said):
    notesbog(rod / "notebooks" / "proeve.ipynb", [], kkr={"rapport": "proeve"}, parametre=parametre)
    assert said in fejl(rod)


def test_no_parameter_and_no_tag_is_a_report_without_parameters(rod):
    notesbog(rod / "notebooks" / "proeve.ipynb", [], kkr={"rapport": "proeve"}, parametre="x = 1")
    aendr(rod, uden_maerke)
    assert katalog.find(rod)["proeve"].parametre == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "linje 1"),
        (b"[]", "«nbformat» mangler"),
        (b"null", "«nbformat» mangler"),
        (b'\xef\xbb\xbf{"nbformat": 4}', "BOM"),
        (b'{"nbformat": 4, "a": "\xff"}', "ikke UTF-8"),
        (b'{"nbformat": 4, "nbformat": 4}', "«nbformat» står to gange"),
        (b'{"a":' * 100_000, "indlejret"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "for langt"),
    ],
)
def test_a_file_that_is_no_notebook_is_named_in_danish(rod, content, said):
    (rod / "notebooks" / "proeve.ipynb").write_bytes(content)
    answer = fejl(rod)
    assert answer.startswith("fejl: proeve.ipynb: ") and said in answer


def test_a_pipe_a_folder_and_a_link_to_nothing_are_refused_and_not_waited_for(rod):
    os.mkfifo(rod / "notebooks" / "a.ipynb")
    (rod / "notebooks" / "b.ipynb").mkdir()
    (rod / "notebooks" / "c.ipynb").symlink_to("findes-ikke")
    said = fejl(rod)
    assert "a.ipynb: filen er et rør (FIFO) og ikke en fil" in said
    assert (
        "b.ipynb: filen er en mappe og ikke en fil"
    ) in said and "c.ipynb: filen er et link til en fil, der ikke findes" in said


def test_tables_and_columns_that_the_data_lack_are_all_named_before_anything_runs(rod):
    parametre = {**KKR["parametre"], "loft": {"findes_i": ["tal", "nej"]}}
    parametre["region"] = {**parametre["region"], "kort": ["nej", "slug"], "alias": [["regioner", "nej"]]}
    notesbog(rod / "notebooks" / "proeve.ipynb", [], kkr={**KKR, "parametre": parametre})
    for command in (["list"], ["build"], ["verify"]):
        answer = CliRunner().invoke(cli.main, command, catch_exceptions=False)
        assert answer.exit_code == 4
        for column in ("nej.slug", "regioner.nej", "tal.nej"):
            assert f"peger på {column}, som ikke findes i data" in answer.stderr


def test_a_report_whose_pages_there_are_no_values_for_is_named(rod):
    import pandas as pd

    notesbog(rod / "notebooks" / "proeve.ipynb", kkr=aar(vaerdier=[["tal", "aar"], ["andre", "aar"]]))
    tables = {**TABELLER, "andre": pd.DataFrame({"aar": [1999]})}
    with pytest.raises(RunError, match="aar har ingen værdi i tal.aar og andre.aar"):
        katalog.efterse(katalog.find(rod).values(), tables)


def test_no_year_is_the_newest_and_kkr_list_says_which(rod):
    notesbog(
        rod / "notebooks" / "proeve.ipynb",
        [],
        kkr={"rapport": "proeve", "parametre": {"aar": KKR["parametre"]["aar"]}},
        parametre='aar: "Optional[int]" = None  # året (tom: det nyeste år med data)',
    )
    answer = CliRunner().invoke(cli.main, ["list"], catch_exceptions=False)
    assert "aar  2025, 2026 (standard: 2026)" in answer.stdout
    assert [s.navn for s in katalog.sider(katalog.find(rod)["proeve"], TABELLER)] == ["proeve-2025", "proeve-2026"]


# --- names of pages ------------------------------------------------------------------------------------------


def test_a_long_name_is_cut_in_the_same_way_each_time_and_no_two_become_one(tmp_path):
    kkr = {"rapport": "proeve", "parametre": {}}
    notesbog(tmp_path / "notebooks" / "proeve.ipynb", [], kkr=kkr, parametre='navne: "dict[str, int]" = {}')
    report = katalog.find(tmp_path)["proeve"]

    def navn(count: int, last: int = 1) -> str:
        given = {f"kommune {n}": 1 for n in range(count)} | {"sidst": last}
        (page,) = katalog.sider(report, {}, navne=given)
        return page.navn

    assert navn(2) == "proeve-navne-kommune-0-1-kommune-1-1-sidst-1"
    whole = "proeve-navne-" + "-".join(f"kommune-{n}-1" for n in range(10)) + "-sidst-1"
    assert navn(10) == whole and len(whole) <= katalog.LAENGDE
    long, other = navn(98), navn(98, 2)
    assert len(long) <= katalog.LAENGDE and long == navn(98) and long != other
    assert long.startswith("proeve-navne-kommune-0-1-kommune-1-1-") and long[:-13] == other[:-13]


def test_negative_numbers_of_a_dictionary_are_other_pages():
    assert katalog.kortnavn({"a": -5}) == "a-minus-5" != katalog.kortnavn({"a": 5})
