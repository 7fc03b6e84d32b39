"""What every report shows is said in one place: sources, totals, verdicts in numbers, hints and slugs."""

import ast
import dataclasses
import re

import pandas as pd
import pytest

from kkrlib import afstemning, data, socialtilsyn, tegn
from kkrlib.errors import mente_du, naermeste
from kkrlib.tabeller import Kolonne
from kkrlib.visning import kilder, kontroller, regioner
from kkrlib.visning.socialtilsyn.faelles import oplyst, raekke
from kkrlib.visning.socialtilsyn.indledning import _stroemme

PACKAGE = data.ROD / "kkrlib"
DOKUMENTER = pd.DataFrame(
    [("001", "Referat", "KKR", "2021-08"), ("002", "Bilag", "KL", "2024"), ("ret", "Regler", "kkrlib", None)],
    columns=["kilde", "titel", "udgiver", "tid"],
)
TABELLER = {"kilder": DOKUMENTER}


@pytest.mark.parametrize(
    ("kilde", "navn", "said"),
    [
        ("001", "titel", "Referat, august 2021"),
        ("001", "udgiver", "KKR, august 2021"),
        ("002", "titel", "Bilag, 2024"),
        ("ret", "titel", "Regler"),
    ],
)
def test_a_document_is_called_by_its_name_and_its_time_in_words(kilde, navn, said):
    assert kilder.dokument(TABELLER, kilde, navn=navn) == said


def test_a_source_line_names_each_document_once_in_order():
    line = kilder.linje(TABELLER, ["002", "001", "002"], "egen beregning")
    assert line == "Referat, august 2021 (kilde 001); Bilag, 2024 (kilde 002); egen beregning"


def test_the_numbers_of_a_text_stand_on_lines_and_those_of_another_document_where_it_has_them():
    text = pd.DataFrame({"kilde": "001", "punkt": "2.1", "linje": [14, 12, 13]})
    pages = pd.DataFrame({"kilde": "002", "punkt": "3", "linje": None, "sidetal": [4, 4], "tabel": ["", "Tabel 1"]})
    one = pd.DataFrame({"kilde": ["001"], "punkt": ["2.2"], "linje": [9]})
    made = kilder.steder([("Tal", text), ("Andre", pages), ("Ét", one)], str, "kilden")
    assert [row[3] for row in made.payload["raekker"]] == ["12–14", "s. 4; s. 4, Tabel 1", "9"]


def test_a_fault_says_where_what_is_printed_what_was_taken_and_why():
    rows = pd.DataFrame({"kilde": ["001"], "linje": [7], "trykt": ["1"], "anvendt": ["2"], "begrundelse": ["Fordi."]})
    place = [Kolonne("sted", "Sted", raekkehoved=True)]
    made = kilder.fejl(rows.assign(sted=kilder.hvor(rows)), place, "Brugt", titel="Fejl", enhed="fejl", kilde="kilden")
    assert made.payload["raekker"] == [["Kilde 001, linje 7", "1", "2", "Fordi."]]
    assert [k["overskrift"] for k in made.payload["kolonner"]] == ["Sted", "Der står", "Brugt", "Begrundelse"]
    assert made.payload["id"] == "kildefejl"


def test_totals_stand_region_by_region_and_the_country_last():
    rows = pd.DataFrame({"region": ["A", "B", "A"], "n": pd.array([1, None, 4], dtype="Int64")})
    made = regioner.i_alt(rows, ["B", "A", "C"], ["n"])
    assert made[["region", "kommune"]].values.tolist() == [
        ["B", "B i alt"],
        ["A", "A i alt"],
        ["Hele landet", "Hele landet"],
    ]
    assert list(made["n"]) == [0, 5, 5]
    assert regioner.i_alt(rows, ["B", "A"], ["n"], mindst=1)["n"].isna().tolist() == [True, False, False]


def test_verdicts_are_counted_by_name_and_those_nothing_got_are_0():
    controls = pd.DataFrame({"dom": [afstemning.STEMMER, afstemning.UPROEVET, afstemning.STEMMER]})
    assert kontroller.domme(controls) == {"stemmer": 2, "afrunding": 0, "afviger": 0, "uproevet": 1}


def test_a_hint_names_what_was_meant_or_ends_the_sentence_otherwise():
    assert mente_du(naermeste("Koge", ["Køge", "Faxe"])) == "; mente du «Køge»?"
    assert mente_du(naermeste("xyz", ["Køge"]), ".") == "."
    assert mente_du(2023) == "; mente du «2023»?"


def test_the_hint_is_written_in_one_place():
    own = {p.name for p in PACKAGE.rglob("*.py") if re.search(r"; mente du «\{", p.read_text(encoding="utf-8"))}
    assert own == {"errors.py"}


def test_a_slug_has_letters_digits_and_single_hyphens_alone():
    assert tegn.slug("Kommunekvoter på Ærø (2025)") == "kommunekvoter-paa-aeroe-2025"
    assert tegn.slug("…") == ""


def test_what_a_report_shows_says_what_it_returns():
    """A cell shows a table, a figure, prose, or nothing: ``Any`` would hide which."""
    vague = [
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in (PACKAGE / "visning").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and [a.arg for a in node.args.args[:1]] in (["b"], ["s"])
        and (node.returns is None or ast.unparse(node.returns) in ("Any", "object"))
    ]
    assert vague == []


def test_what_is_only_known_within_bounds_is_not_set_off_against_what_came(tabeller):
    """How many approvals were revoked may follow only as an interval: then it is not said whether the supply grew."""
    b = socialtilsyn.beregn(tabeller, 2023)
    b = dataclasses.replace(b, serie=b.serie.copy())
    key = "tilbagekaldt-plejefamilier"
    assert "Tilgangen af plejefamilier" in _stroemme(b, "plejefamilier")
    known = raekke(b, key, 2023) is not None
    own = (b.serie["indikator"] == key) & (b.serie["aar"] == 2023)
    if known:
        b.serie["vaerdi"] = b.serie["vaerdi"].where(~own, None)
    else:
        row = b.serie[(b.serie["indikator"] == "nye-plejefamilier") & (b.serie["aar"] == 2023)]
        b.serie.loc[len(b.serie)] = row.iloc[0].to_dict() | {"indikator": key, "vaerdi": None}
    assert raekke(b, key, 2023) is not None
    assert oplyst(b, key, 2023) is None
    assert _stroemme(b, "plejefamilier") == ""
