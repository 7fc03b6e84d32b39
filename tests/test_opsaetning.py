"""kkr.toml and rettelser.toml: all faults at once, nothing invented, and corrections reach the pages they concern."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from kkrlib import data
from kkrlib.errors import DataError
from kkrlib.rapport import opsaetning

KKR = """
[udgiver]
navn = "KKR Sjælland"
[kontakt]
navn = "Sekretariatet"
epost = "kkr@eksempel.dk"
telefon = "+45 12 34 56 78"
url = "https://www.eksempel.dk/kkr"
[tilgaengelighed]
url = "https://www.eksempel.dk/erklæring"
"""
RETTELSER = """
[[rettelse]]
side = "flygtninge-2025"
udgave = 2
dato = 2026-03-31
hvad = "Kvoten for Køge er rettet."
hvorfor = "Et tal var læst forkert."
[[rettelse]]
side = "flygtninge"
udgave = 3
dato = 2026-05-01
hvad = "Teksten om metoden er rettet."
hvorfor = "Den var uklar."
tidligere = "https://www.eksempel.dk/2"
"""


def laes(folder: Path, kkr: str = "", rettelser: str = ""):
    (folder / "kkr.toml").write_text(kkr, encoding="utf-8")
    (folder / "rettelser.toml").write_text(rettelser, encoding="utf-8")
    return opsaetning.laes(folder)


def test_the_projects_own_files_are_valid():
    settings = opsaetning.laes(data.ROD)
    assert settings["udgiver"] and settings.keys() == opsaetning.tom().keys()


def test_without_files_nothing_is_invented(tmp_path):
    settings = opsaetning.laes(tmp_path)
    assert settings == opsaetning.tom()
    assert not any(settings["kontakt"].values()) and not settings["tilgaengelighed"] and not settings["rettelser"]


def test_what_is_filled_in_is_read_with_the_latest_correction_first(tmp_path):
    settings = laes(tmp_path, KKR, RETTELSER)
    assert settings["udgiver"] == "KKR Sjælland"
    assert settings["kontakt"] == {
        "navn": "Sekretariatet", "epost": "kkr@eksempel.dk", "telefon": "+45 12 34 56 78", "url": "https://www.eksempel.dk/kkr",
    }  # fmt: skip
    assert [r["udgave"] for r in settings["rettelser"]] == [3, 2]
    assert settings["rettelser"][1]["dato"] == date(2026, 3, 31) and settings["rettelser"][1]["tidligere"] == ""


def test_every_fault_of_both_files_comes_at_once(tmp_path):
    kkr = (
        '[kontakt]\nepost = "kkr(a)eksempel.dk"\ntelefon = "ring"\nurl = "eksempel.dk"\nmobil = '
        '"1"\n[tilgaengelighed]\nurl = 7\n[udgivere]\nnavn = "x"\n'
    )
    rettelser = '[[rettelse]]\nside = "Flygtninge 2025"\nudgave = 1\ndato = "31. marts"\nhvad = " "\n'
    with pytest.raises(DataError) as stop:
        laes(tmp_path, kkr, rettelser)
    said = str(stop.value)
    for words in (
        "kontakt.epost: kkr(a)eksempel.dk: er ikke en "
        "e-mailadresse", "er ikke et telefonnummer", "er ikke en webadresse", "kontakt.mobil", "tilgaengelighed.url",
        "udgivere»: ukendt navn; mente du «udgiver»?", "rettelse 1: "
        "side", "udgave»: skal være et helt tal fra 2", "rettelse 1: dato", "rettelse 1: hvad", "rettelse 1: hvorfor",
    ):  # fmt: skip
        assert words.replace("kkr(a)eksempel.dk: er", "kkr(a)eksempel.dk»: er") in said, words
    assert len(stop.value.fund) == 11


@pytest.mark.parametrize(("text", "words"), [("[kontakt", "ikke gyldig TOML"), ("kontakt = 1", "skal være et afsnit")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        laes(tmp_path, text)


def test_a_correction_concerns_the_page_and_those_whose_name_begins_with_it():
    corrections = [{"side": "flygtninge-2025"}, {"side": "flygtninge"}, {"side": "flygtninge-2025-sjaelland"}]
    sides = lambda name: [r["side"] for r in opsaetning.rettelser_til(name, corrections)]  # noqa: E731
    assert sides("flygtninge-2025") == ["flygtninge-2025", "flygtninge"]
    assert sides("flygtninge-2023") == ["flygtninge"]
    assert len(sides("flygtninge-2025-sjaelland")) == 3 and sides("socialtilsyn-2023") == []


def test_a_correction_of_a_page_that_is_not_there_is_refused():
    pages = ["flygtninge-2025", "flygtninge-2025-sjaelland"]
    opsaetning.kontroller([{"side": "flygtninge"}], pages)
    with pytest.raises(DataError, match="mente du «flygtninge-2025»"):
        opsaetning.kontroller([{"side": "flygtning-2025"}], pages)


def test_two_corrections_that_give_a_page_the_same_edition_are_refused():
    pages = ["flygtninge-2025", "flygtninge-2025-nordjylland", "flygtninge-2025-sjaelland"]
    whole, part = {"side": "flygtninge-2025", "udgave": 2}, {"side": "flygtninge-2025-nordjylland", "udgave": 2}
    opsaetning.kontroller([whole, {**part, "udgave": 3}], pages)
    opsaetning.kontroller([part, {"side": "flygtninge-2025-sjaelland", "udgave": 2}], pages)
    with pytest.raises(
        DataError, match="flygtninge-2025-nordjylland får den fra både flygtninge-2025 og flygtninge-2025-nordjylland"
    ) as stop:
        opsaetning.kontroller([part, whole], pages)
    assert len(stop.value.fund) == 1


# --- what cannot be read, or is written in another way ---------------------------------------------------------


def fund(folder: Path, kkr: str = "", rettelser: str = "") -> list[str]:
    with pytest.raises(DataError) as stop:
        laes(folder, kkr, rettelser)
    assert stop.value.exit_code == 3
    return [str(f) for f in stop.value.fund]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[udgiver]\nnavn = "a"\nnavn = "b"', "række 3: filen er ikke gyldig TOML: et navn står to gange"),
        ("[udgiver]\n[kontakt]\n[udgiver]", "række 3: filen er ikke gyldig TOML: et navn står to gange"),
        ('kontakt = {url = "a", url = "b"}', "et navn står to gange"),
        ("[kontakt\n", "række 1: filen er ikke gyldig TOML"),
        ("a = " + "[" * 50_000, "for dybt indlejret"),
        ("a = " + "9" * 5000, "et tal er for langt"),
        ("# " + "x" * 200_000, "er større end"),
    ],
)
def test_a_file_that_is_no_toml_is_named_in_danish_with_its_line(tmp_path, content, said):
    (one,) = fund(tmp_path, content)
    assert one.startswith("fejl: kkr.toml") and said in one
    (other,) = fund(tmp_path, rettelser=content)
    assert other.startswith("fejl: rettelser.toml") and said in other


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'\xef\xbb\xbf[udgiver]\nnavn = "x"', "BOM"),
        (b'[udgiver]\nnavn = "K\xf8ge"', "ikke UTF-8 (linje 2)"),
        ('[udgiver]\nnavn = "x"'.encode("utf-16"), "ikke UTF-8"),
    ],
)
def test_a_file_that_is_no_utf_8_is_named_together_with_the_faults_of_the_other(tmp_path, content, said):
    (tmp_path / "kkr.toml").write_bytes(content)
    (tmp_path / "rettelser.toml").write_text("rettelser = 1", encoding="utf-8")
    with pytest.raises(DataError) as stop:
        opsaetning.laes(tmp_path)
    assert said in str(stop.value) and "mente du «rettelse»?" in str(stop.value)


def test_a_pipe_a_folder_and_a_link_to_nothing_are_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "kkr.toml")
    (tmp_path / "rettelser.toml").symlink_to("findes-ikke")
    with pytest.raises(
        DataError,
        match=r"FIFO\) og ikke en fil.*\n.*rettelser.toml: filen er et link til en fil, der ikke findes",
    ):
        opsaetning.laes(tmp_path)
    (tmp_path / "kkr.toml").unlink()
    (tmp_path / "kkr.toml").mkdir()
    with pytest.raises(DataError, match="er en mappe"):
        opsaetning.laes(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        *[
            (f'url = "{url}"', "er ikke en webadresse")
            for url in (
                "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//eksempel.dk", "https://", "https://x",
                "https://eksempel.dk:port", "https://en:to@eksempel.dk", "https://[::1", "https://eksempel.dk/<b>",
                "https://eksempel.dk/a b", "https://eksempel.dk/'", "https://eksempel .dk", "ftp://eksempel.dk",
            )
        ],
        *[
            (f'epost = "{post}"', "er ikke en e-mailadresse")
            for post in ("mailto:a@b.dk", "a@b.dk?subject=x", "a@b.dk,c@d.dk", "a@b", "a b@c.dk", "<a@b.dk>", "a@@b.dk")
        ],
        *[(f'telefon = "{tlf}"', "er ikke et telefonnummer") for tlf in ("١٢٣٤٥٦٧٨", "12", "tel:12345678", "1" * 30)],
        ("telefon = 12345678", "skal være tekst i anførselstegn"),
        ('navn = "KKR\\u200b"', "usynligt tegn (U+200B"),
        ('navn = "KKR\\u202e"', "usynligt tegn (U+202E"),
        ('navn = "A\\u030arhus"', "skrevet som to tegn"),
        ('navn = ["KKR"]', "skal være tekst"),
        ('navn = ""', "er tom"),
        (f'navn = "{"x" * 2001}"', "længere end"),
        ('"na\\u200bvn" = "x"', "na<U+200B>vn»: ukendt navn"),
        ('"na\\nvn" = "x"', "ukendt navn"),
        ("navn.x = 1", "skal være tekst"),
    ],
)  # fmt: skip
def test_who_answers_questions_is_written_so_that_a_reader_can_use_it(tmp_path, line, said):
    (one,) = fund(tmp_path, f"[kontakt]\n{line}\n")
    assert said in one and "\n" not in one


def test_a_no_break_space_is_a_space_and_letters_with_accents_are_letters(tmp_path):
    kkr = '[kontakt]\nnavn = "Århus\\u00a0KKR"\nepost = "søren@rådhus.dk"\nurl = "https://www.rådhus.dk/å?b=c#d"'
    assert laes(tmp_path, kkr)["kontakt"]["navn"] == "Århus KKR"


GOD = {"side": '"flygtninge"', "udgave": "2", "dato": "2026-03-31", "hvad": '"Rettet."', "hvorfor": '"Forkert."'}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dato": '"2026-03-31"'}, "dato uden anførselstegn"),
        ({"dato": "2026-03-31T12:00:00"}, "dato uden anførselstegn"),
        ({"dato": "20260331"}, "dato uden anførselstegn"),
        ({"udgave": '"2"'}, "helt tal fra 2"),
        ({"udgave": "2.0"}, "helt tal fra 2"),
        ({"udgave": "true"}, "helt tal fra 2"),
        ({"udgave": "1000"}, "helt tal fra 2"),
        ({"side": '"../flygtninge"'}, "ikke navnet på en side"),
        ({"side": '"flygt\\u200bninge"'}, "usynligt tegn"),
        ({"hvad": '"Ret\\u0000tet"'}, "usynligt tegn"),
        ({"hvorfor": "[]"}, "skal være tekst"),
        ({"tidligere": '"javascript:x"'}, "webadresse"),
        ({"tidliger": '"x"'}, "mente du «tidligere»?"),
    ],
)
def test_a_correction_in_another_shape_is_named_with_its_number(tmp_path, change, said):
    lines = "\n".join(f"{name} = {value}" for name, value in {**GOD, **change}.items())
    (one,) = fund(tmp_path, rettelser=f"[[rettelse]]\n{lines}\n")
    assert "rettelse 1: " in one and said in one


@pytest.mark.parametrize("text", ["[rettelse]", "rettelse = [1]", 'rettelse = "x"'])
def test_corrections_that_are_no_list_of_sections_are_refused(tmp_path, text):
    (one,) = fund(tmp_path, rettelser=text)
    assert "[[rettelse]]" in one
