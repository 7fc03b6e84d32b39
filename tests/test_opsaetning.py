"""kkr.toml and rettelser.toml: all faults at once, nothing invented, and corrections reach the pages they concern."""

from __future__ import annotations

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
    kkr = '[kontakt]\nepost = "kkr(a)eksempel.dk"\ntelefon = "ring"\nurl = "eksempel.dk"\nmobil = "1"\n[tilgaengelighed]\nurl = 7\n[udgivere]\nnavn = "x"\n'
    rettelser = '[[rettelse]]\nside = "Flygtninge 2025"\nudgave = 1\ndato = "31. marts"\nhvad = " "\n'
    with pytest.raises(DataError) as stop:
        laes(tmp_path, kkr, rettelser)
    said = str(stop.value)
    for words in (
        "kontakt.epost: kkr(a)eksempel.dk: er ikke en e-mailadresse", "er ikke et telefonnummer", "er ikke en webadresse", "kontakt.mobil", "tilgaengelighed.url",
        "udgivere»: ukendt navn; mente du «udgiver»?", "rettelse 1: side", "udgave»: skal være et helt tal fra 2", "rettelse 1: dato", "rettelse 1: hvad", "rettelse 1: hvorfor",
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
