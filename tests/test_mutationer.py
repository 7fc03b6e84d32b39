"""Every way in which the data folder can be damaged is a finding at its place, and never a traceback or a wait.

The tiny folder of ``lilledata`` is damaged in each of its tables and at each kind of place in its descriptor; the real
one at some.
"""

import copy
import json
import os
import re
import shutil
import time

import lilledata
import pytest

from kkrlib import cli, data
from kkrlib.data import regler, tekstfil
from kkrlib.errors import ADVARSEL, FEJL, DataError

#: Seconds that one check of the tiny folder may take on a slow and busy machine. What hangs takes for ever.
TAALMODIGHED = 20


@pytest.fixture(scope="module")
def hel(tmp_path_factory):
    return lilledata.skriv(tmp_path_factory.mktemp("hel") / "data")


@pytest.fixture
def folder(hel, tmp_path):
    return shutil.copytree(hel, tmp_path / "data")


def fejl(folder):
    """The errors, after what holds for all of them: found in time, each with a file, in one printable line."""
    begun = time.monotonic()
    found = data.check(folder)
    assert time.monotonic() - begun < TAALMODIGHED
    errors = [f for f in found if f.alvor == FEJL]
    assert found[: len(errors)] == errors  # errors first
    for f in found:
        assert f.fil and f.regel and str(f).encode("utf-8") and "\n" not in str(f), f
        assert f.regel == f.regel.strip() and "Traceback" not in f.regel and "None" not in f.regel
    assert len(set(errors)) == len(errors)
    return errors


def skriv(folder, name, content):
    (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def ret(folder, name, old, new, antal=1):
    text = (folder / f"{name}.csv").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    skriv(folder, name, text.replace(old, new, antal))


def test_the_tiny_folder_is_sound_and_has_every_kind_of_check(hel):
    assert fejl(hel) == []
    declared = {c["check"] for r in lilledata.beskrivelse()["resources"] for c in r["checks"]}
    assert {"entydig", "navne", "forskellige", "komplet", "hoerer_til", "andele", "lig_med", "sum", "kendt"} <= declared


# --- the bytes and lines of a table -----------------------------------------------------------------------------

FULDE = [name for name in lilledata.FILER if name != "tom"]

#: What a spreadsheet or an editor may write without changing a fact.
UDEN_SKADE = {
    "BOM": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "CRLF": lambda t: t.replace("\n", "\r\n").encode(),
    "BOM and CRLF": lambda t: b"\xef\xbb\xbf" + t.replace("\n", "\r\n").encode(),
    "quotes round plain fields": lambda t: re.sub(r'(?m)(^|,)([^,"\n]+)(?=,|$)', r'\1"\2"', t).encode(),
}


@pytest.mark.parametrize("kind", UDEN_SKADE)
def test_what_a_spreadsheet_writes_is_read_as_the_same_facts_with_the_same_fingerprint(hel, folder, kind):
    for name, text in lilledata.FILER.items():
        skriv(folder, name, UDEN_SKADE[kind](text))
    assert fejl(folder) == []
    before, after = data.load(hel), data.load(folder)
    assert all(before[name].equals(after[name]) for name in before)
    if not kind.startswith("quotes"):
        assert data.filer(folder) == data.filer(hel)


def first_row(text):
    return text.split("\n")[1]


def in_first_row(change):
    """A damage to the first row's first field."""
    return lambda t: t.replace(first_row(t), change(first_row(t)), 1)


#: Name → (what it does to the text, the line it is found on, or None for the whole file, what is said).
SKADER = {
    "UTF-16": (lambda t: t.encode("utf-16"), None, "UTF-16"),
    "UTF-16 without a mark": (lambda t: t.encode("utf-16-le"), None, "UTF-16"),
    "UTF-32": (lambda t: t.encode("utf-32"), None, "UTF-32"),
    "a byte of Latin-1": (lambda t: t.encode().replace(b"\n", b"\n\xe6", 1), "2", "UTF-8"),
    "a byte of Latin-1 after a BOM": (
        lambda t: b"\xef\xbb\xbf" + t.encode().replace(b"\n", b"\n\xe6", 1),
        "2",
        "UTF-8",
    ),
    "a workbook": (lambda t: b"PK\x03\x04" + t.encode(), None, "regneark"),
    "gzip": (lambda t: b"\x1f\x8b" + t.encode(), None, "gzip"),
    "empty": (lambda t: "", None, "tom"),
    "a BOM alone": (lambda t: b"\xef\xbb\xbf", None, "tom"),
    "blank lines alone": (lambda t: "\n\n", None, "tom"),
    "CR alone as line end": (lambda t: t.replace("\n", "\r"), "1", "CR"),
    "a CR in a line": (in_first_row(lambda r: r[:2] + "\r" + r[2:]), "2", "CR"),
    "semicolons": (lambda t: t.replace(",", ";"), "1", "semikolon"),
    "semicolons with a BOM": (lambda t: "\ufeff" + t.replace(",", ";"), "1", "semikolon"),
    "tabulators": (lambda t: t.replace(",", "\t"), "1", "tabulator"),
    "no headings": (lambda t: t.split("\n", 1)[1], "1", "overskrifterne skal være"),
    "a heading with a space after it": (lambda t: t.replace("\n", " \n", 1), "1", "mellemrum"),
    "a heading with a space before it": (lambda t: " " + t, "1", "mellemrum"),
    "another heading": (lambda t: "x" + t, "1", "overskrifterne skal være"),
    "a heading in capitals": (lambda t: t[0].upper() + t[1:], "1", "overskrifterne skal være"),
    "a heading too many": (lambda t: t.replace("\n", ",x\n", 1), "1", "overskrifterne skal være"),
    "a heading twice": (lambda t: t.replace("\n", "," + t.split(",")[0] + "\n", 1), "1", "overskrifterne skal være"),
    "a zero-width space in a heading": (lambda t: "\u200b" + t, "1", "U+200B"),
    "two BOMs": (lambda t: "\ufeff\ufeff" + t, "1", "U+FEFF"),
    "a blank first line": (lambda t: "\n" + t, "1", "tom"),
    "a blank line": (lambda t: t.replace("\n", "\n\n", 1), "2", "tom"),
    "a blank last line": (lambda t: t + "\n", "last+1", "tom"),
    "no line end": (lambda t: t[:-1], "last", "afkortet"),
    "a field too many": (in_first_row(lambda r: r + ",x"), "2", "felter"),
    "a comma at the end": (in_first_row(lambda r: r + ","), "2", "felter"),
    "a field too few": (in_first_row(lambda r: r.rpartition(",")[0]), "2", "felter"),
    "a quote not closed": (in_first_row(lambda r: '"' + r.replace('"', "")), "2", "ikke er afsluttet"),
    "a quote inside a field": (in_first_row(lambda r: 'x"' + r), "2", "midt i et felt"),
    "text after a quote": (in_first_row(lambda r: '"x"y,' + r.partition(",")[2]), "2", "tekst efter"),
    "a line break in quotes": (in_first_row(lambda r: '"x\ny",' + r.partition(",")[2]), "2", "ikke er afsluttet"),
    "NUL in a field": (in_first_row(lambda r: r[:1] + "\0" + r[1:]), "2", "U+0000"),
    "NUL instead of the file": (lambda t: "\0" * 40, None, "ikke tekst"),
    "a zero-width space": (in_first_row(lambda r: r[:1] + "\u200b" + r[1:]), "2", "U+200B"),
    "right to left": (in_first_row(lambda r: "\u202e" + r), "2", "U+202E"),
    "an isolate": (in_first_row(lambda r: "\u2068" + r), "2", "U+2068"),
    "a no-break space": (in_first_row(lambda r: r[:1] + "\u00a0" + r[1:]), "2", "U+00A0"),
    "a soft hyphen": (in_first_row(lambda r: r[:1] + "\u00ad" + r[1:]), "2", "U+00AD"),
    "a bell": (in_first_row(lambda r: r[:1] + "\a" + r[1:]), "2", "U+0007"),
    "an escape": (in_first_row(lambda r: "\x1b[31m" + r), "2", "U+001B"),
    "a line separator": (in_first_row(lambda r: r[:1] + "\u2028" + r[1:]), "2", "U+2028"),
    "a next line": (in_first_row(lambda r: r[:1] + "\x85" + r[1:]), "2", "U+0085"),
    "private use": (in_first_row(lambda r: r[:1] + "\ue000" + r[1:]), "2", "U+E000"),
    "a ring apart from its letter": (in_first_row(lambda r: "A\u030a" + r), "2", "to tegn"),
    "a Cyrillic letter": (in_first_row(lambda r: "\u0430" + r), "2", "latinsk"),
    "a digit of another script": (in_first_row(lambda r: "\u0661" + r), "2", "0-9"),
    "a space before": (in_first_row(lambda r: " " + r), "2", "mellemrum"),
    "a very long cell": (in_first_row(lambda r: "x" * 3000 + r), "2", "højst"),
}

#: A damaged first field that is its row's key has consequences that are told too: what referred to it finds it no more.
STRUKTUR = [
    k
    for k, (_, line, said) in SKADER.items()
    if line in (None, "1", "last", "last+1")
    or "felt" in said
    or said in ("CR", "tom", "UTF-8", "ikke er afsluttet", "tekst efter")
]


@pytest.mark.parametrize("kind", SKADER)
def test_a_damaged_file_is_named_at_its_line_before_anything_that_follows_from_it(folder, kind):
    change, line, said = SKADER[kind]
    for name in FULDE if kind in ("UTF-16", "a blank line", "no line end", "a zero-width space") else ("steder", "tal"):
        text = lilledata.FILER[name]
        last = text.count("\n")
        wanted = {"last": str(last), "last+1": str(last + 1)}.get(line, line or "")
        skriv(folder, name, change(text))
        errors = fejl(folder)
        assert (errors[0].fil, errors[0].raekke) == (f"{name}.csv", wanted), "\n".join(map(str, errors))
        assert (
            said in errors[0].regel and len([f for f in errors if f.fil == f"{name}.csv" and f.raekke == wanted]) == 1
        )
        if kind in STRUKTUR and kind != "a line break in quotes":
            assert len(errors) == 1, "\n".join(map(str, errors))
        assert len(errors) <= 4, "\n".join(map(str, errors))
        skriv(folder, name, text)


def test_what_check_finds_keeps_the_tables_from_being_loaded(folder):
    ret(folder, "tal", "101,1,", "101,x,")
    errors = fejl(folder)
    for read in (data.load, data.laes):
        with pytest.raises(DataError) as refused:
            read(folder)
        assert list(refused.value.fund) == errors


def test_each_table_in_another_encoding_is_one_file_that_is_named(folder):
    for name in ("steder", "omraader", "kilder"):
        skriv(folder, name, lilledata.FILER[name].encode("cp1252"))
        (finding,) = fejl(folder)
        assert (finding.fil, finding.raekke) == (f"{name}.csv", "2") and "UTF-8" in finding.regel
        assert re.search("[æøåØÅ]", finding.vaerdi)  # shown as it was meant
        skriv(folder, name, lilledata.FILER[name])


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_file_that_was_cut_off_is_never_read_as_whole(folder, cut):
    skriv(folder, "tal", lilledata.FILER["tal"][:-cut])
    assert fejl(folder)[0].fil == "tal.csv"


# --- what is no plain file ----------------------------------------------------------------------------------------


def as_pipe(path):
    os.mkfifo(path)


def as_device(path):
    path.symlink_to("/dev/zero")


def as_folder(path):
    path.mkdir()


def as_link_to_nothing(path):
    path.symlink_to("ingenting")


def as_link_to_itself(path):
    path.symlink_to(path.name)


def as_link_out(path):
    out = path.parent.parent / "andetsteds.csv"
    out.write_text("hemmeligt\n")
    path.symlink_to(out)


def as_link_to_another_table(path):
    path.symlink_to("kildefejl.csv")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (as_pipe, "rør"),
        (as_device, "et link til en anden fil"),
        (as_folder, "mappe"),
        (as_link_to_nothing, "en fil, der ikke findes"),
        (as_link_to_itself, "løber i ring"),
        (as_link_out, "et link til en anden fil"),
        (as_link_to_another_table, "et link til en anden fil"),
        (lambda path: None, "findes ikke"),
    ],
)
@pytest.mark.parametrize("name", ["steder.csv", "tal.csv", data.BESKRIVELSE])
def test_what_is_no_plain_file_of_the_folder_is_not_opened(folder, make, said, name):
    (folder / name).unlink()
    make(folder / name)
    (finding,) = fejl(folder)
    assert finding.fil == name and said in finding.regel and "hemmeligt" not in str(finding)


def test_a_folder_that_is_not_there_or_is_a_file_is_named(tmp_path):
    assert "findes ikke" in fejl(tmp_path / "ingen")[0].regel
    (tmp_path / "fil").write_text("x")
    assert "findes ikke" in fejl(tmp_path / "fil")[0].regel


def test_files_rows_and_cells_have_a_limit_that_is_said(folder, monkeypatch):
    monkeypatch.setattr(tekstfil, "MAKS_BYTES", 50_000)
    skriv(folder, "tal", lilledata.FILER["tal"] + "x\n" * 25_000)
    (finding,) = fejl(folder)
    assert finding.fil == "tal.csv" and "større end 50 kB" in finding.regel
    skriv(folder, "tal", lilledata.FILER["tal"])
    monkeypatch.setattr(tekstfil, "MAKS_BYTES", 2_000)
    (finding,) = fejl(folder)
    assert finding.fil == data.BESKRIVELSE and "større end 2 kB" in finding.regel
    monkeypatch.undo()
    monkeypatch.setattr(tekstfil, "MAKS_RAEKKER", 5)
    (finding,) = fejl(folder)
    assert finding.fil == "tal.csv" and "højst 5" in finding.regel


@pytest.mark.parametrize("name", ["tal (1).csv", "GLEMT.CSV", "tal.xlsx", "tal.tsv"])
def test_a_table_in_the_folder_that_nothing_reads_is_named(folder, name):
    shutil.copy(folder / "tal.csv", folder / name)
    (finding,) = fejl(folder)
    assert finding.fil == name and data.BESKRIVELSE in finding.regel


@pytest.mark.parametrize("name", [".~lock.tal.csv#", ".tal.csv.swp", "~$tal.xlsx", "LÆSMIG.txt"])
def test_what_an_open_program_leaves_and_what_is_no_table_is_let_be(folder, name):
    (folder / name).write_text("x")
    assert fejl(folder) == []


# --- cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "tom"),
        ("x", "helt tal"),
        ("1.000", "helt tal"),
        ("1,5", "felter"),
        ("1e3", "helt tal"),
        ("NaN", "helt tal"),
        ("inf", "helt tal"),
        ("-1", "mindst 0"),
        ("-0", "skal skrives 0"),
        ("+1", "skal skrives 1"),
        ("01", "skal skrives 1"),
        ("1_0", "skal skrives 10"),
        ("9" * 16, "15 cifre"),
        ("9" * 5000, "højst"),
        ("²", "helt tal"),
        ("true", "helt tal"),
    ],
)
def test_a_number_is_written_in_one_way(folder, value, said):
    ret(folder, "tal", "2023,Øst,101,1,", f"2023,Øst,101,{value},")
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke) == ("tal.csv", "2") and said in finding.regel


def test_a_number_of_ten_digits_or_more_is_read_or_named(folder):
    for name, old, new in (("tal", "k1,3\n", "k1,9999999999\n"), ("fliser", "101,0,0", "101,9999999999,0")):
        ret(folder, name, old, new)
        assert fejl(folder) == []
        assert data.load(folder)[name].iloc[0].astype(str).str.contains("9999999999").any()


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01",
        "1899-12-31",
        "2200-01-01",
        "9999-12-31",
        "2024-02-30",
        "2024-13-01",
        "24-01-01",
        "2024-1-1",
        "20240101",
        "2024-W01-1",
        "2024-01-01T00:00",
        "01-01-2024",
        "i går",
        "2024-01-01 ",
    ],
)
@pytest.mark.parametrize(
    ("name", "old"), [("aar", "2022-04-30"), ("andele", "2022-12-31"), ("andele", "2022-07-01,,103")]
)
def test_a_date_is_a_day_of_our_time_written_in_one_way(folder, name, old, value):
    ret(folder, name, old, value + ",,103" * old.endswith("103"))
    errors = fejl(folder)
    assert errors[0].fil == f"{name}.csv" and errors[0].kolonne in ("udmeldt", "fra", "til")
    assert len(errors) <= 2


# --- keys and registers -------------------------------------------------------------------------------------------


def test_a_row_missing_in_a_register_is_one_finding_with_its_count_and_first_rows(folder):
    ret(folder, "kilder", "k1,Bilag til møde,k1.txt,\n", "")
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke, finding.kolonne, finding.vaerdi) == ("kilder.csv", "mangler", "kilde", "k1")
    assert "12 rækker" in finding.regel and "tal.csv, kolonne kilde, række 2, 3, 4 …" in finding.regel


def test_a_key_misspelt_in_a_register_is_told_first_and_what_follows_once(folder):
    ret(folder, "steder", "101,", "1O1,")
    first, second = fejl(folder)
    assert (first.fil, first.raekke, first.kolonne, first.vaerdi) == ("steder.csv", "2", "kode", "1O1")
    assert (second.fil, second.raekke, second.vaerdi) == ("steder.csv", "mangler", "101")


def test_another_key_in_a_register_is_two_findings_however_many_rows_refer_to_it(folder):
    ret(folder, "steder", "101,", "111,")
    missing, unused = fejl(folder)
    assert (missing.fil, missing.vaerdi) == ("steder.csv", "101")
    assert (unused.fil, unused.raekke, unused.vaerdi) == ("steder.csv", "2", "111")
    assert "fliser.csv" in unused.regel and "tal.csv (aar 2023 og aar 2025)" in unused.regel


def test_one_wrong_reference_is_named_at_its_row_and_several_of_one_file_with_their_rows(folder):
    ret(folder, "tal", "2023,Øst,101,1,,k1", "2023,Øst,101,1,,k9")
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke, finding.kolonne, finding.vaerdi) == ("tal.csv", "2", "kilde", "k9")
    skriv(folder, "tal", lilledata.FILER["tal"].replace("k1", "k9"))
    (finding,) = fejl(folder)
    assert (finding.raekke, finding.vaerdi) == ("2, 3, 4 …", "k9") and "i alt 6 rækker" in finding.regel


def test_a_register_that_cannot_be_read_has_no_consequences(folder):
    (folder / "steder.csv").unlink()
    assert [f.fil for f in fejl(folder)] == ["steder.csv"]
    skriv(folder, "steder", "kode,sted,omraade\n")
    assert [f.fil for f in fejl(folder)][:1] == ["steder.csv"]


def test_a_key_twice_is_named_at_its_row_alone(folder):
    ret(folder, "steder", "102,Læsø,Øst\n", "102,Læsø,Øst\n102,Anholt,Vest\n")
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke, finding.kolonne) == ("steder.csv", "4", "kode") and "række 3" in finding.regel


@pytest.mark.parametrize("name", ["Ærø", "ærø", "ÆRØ"])
def test_two_rows_of_a_register_with_one_name_are_named(folder, name):
    ret(folder, "steder", "Læsø", name)
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke, finding.kolonne, finding.vaerdi) == ("steder.csv", "3", "sted", name)


@pytest.mark.parametrize(
    ("old", "new"), [(",vest", ",oest"), ("KKR Vest", "KKR Øst"), ("KKR Vest", "Øst"), (",vest", ",øst")]
)
def test_a_text_that_names_two_rows_is_named_at_the_second(folder, old, new):
    ret(folder, "omraader", old, new)
    finding = fejl(folder)[0]
    assert (finding.fil, finding.raekke, finding.vaerdi) == ("omraader.csv", "3", new.strip(","))


def test_two_in_one_place_and_a_move_to_itself_are_named(folder):
    ret(folder, "fliser", "102,0,1", "102,0,0")
    ret(folder, "overfoersler", "101,103", "101,101")
    tile, move = fejl(folder)
    assert (tile.fil, tile.raekke, tile.kolonne, tile.vaerdi) == ("fliser.csv", "3", "raekke,kolonne", "0,0")
    assert (move.fil, move.raekke, move.kolonne) == ("overfoersler.csv", "2", "fra,til")


def test_a_year_that_lacks_many_rows_is_one_finding(folder):
    many = "".join(f"{n},Sted {n},Øst\n" for n in range(200, 220))
    skriv(folder, "steder", lilledata.FILER["steder"] + many)
    skriv(folder, "fliser", lilledata.FILER["fliser"] + "".join(f"{n},5,{n}\n" for n in range(200, 220)))
    assert [(f.fil, f.raekke) for f in fejl(folder)] == [("tal.csv", "mangler")] * 2
    assert "20 af de 23" in fejl(folder)[0].regel


def test_a_sum_is_judged_when_the_rows_it_adds_are_sound(folder):
    ret(folder, "tal", "2023,Øst,101,1,", "2023,Øst,101,5,")
    assert {f.fil for f in fejl(folder)} == {"summer.csv"}
    ret(folder, "tal", "2023,Øst,101,5,", "2023,Øst,101,-5,")
    assert [f.fil for f in fejl(folder)] == ["tal.csv"]
    ret(folder, "tal", "2023,Øst,101,-5,,k1,3\n", "")
    assert [f.fil for f in fejl(folder)] == ["tal.csv"]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("2023,tal,antal,Øst", "2023,tl,antal,Øst", "tabel"),
        ("2023,tal,antal,Øst", "2023,kilder,titel,Øst", "kolonne"),
        ("2023,tal,antal,Øst", "2023,tal,antl,Øst", "kolonne"),
        ("2023,tal,antal,Øst", "2023,tal,omraade,Øst", "kolonne"),
    ],
)
def test_a_sum_of_what_is_not_there_is_named(folder, old, new, column):
    ret(folder, "summer", old, new)
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke, finding.kolonne) == ("summer.csv", "3", column)


def test_a_fault_of_a_source_in_a_table_that_is_not_there_is_named(folder):
    ret(folder, "kildefejl", "sum-vest,tal", "sum-vest,tl")
    assert ("kildefejl.csv", "2", "tabel") in {(f.fil, f.raekke, f.kolonne) for f in fejl(folder)}


# --- the descriptor -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("", ""),
        ("{", "1"),
        ('{"a": 1,}', "1"),
        ('{\n "resources": [\n}', "3"),
        ("[" * 100_000, ""),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, ""),
        ('{"resources": [], "resources": []}', ""),
        ('{"resources": NaN}', ""),
        ('{"resources": -Infinity}', ""),
        ('{"resources": 1e999}', ""),
        ('{"resources": ' + "9" * 5_000 + "}", ""),
        ("null", ""),
        ("[]", ""),
        ('"tekst"', ""),
        ("{}", ""),
        ('{"resources": {}}', ""),
        ('{"resources": []}', ""),
        ('{"resources": [[[]]]}', "nummer 1"),
        ('{"resources": [null, 1, "x", {}]}', "nummer 1"),
        ('{"name": "\\ud800", "resources": []}', ""),
    ],
)
def test_a_descriptor_that_is_no_package_is_named(folder, text, row):
    (folder / data.BESKRIVELSE).write_text(text, encoding="utf-8")
    errors = fejl(folder)
    assert {f.fil for f in errors} == {data.BESKRIVELSE} and errors[0].raekke == row


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../tal.csv",
        "under/tal.csv",
        "./tal.csv",
        "~/tal.csv",
        "C:\\tal.csv",
        "tal.csv.zip",
        "tal",
        "TAL.csv",
        "http://x.invalid/tal.csv",
        "file:///etc/passwd",
        "https://x.invalid/tal.zip",
        "steder.csv",
        "tal.csv\u200b",
        "tal.csv ",
        "tal.csv\x00",
        ["tal.csv"],
        ["tal.csv", "tal.csv"],
        None,
        3,
        {"a": 1},
        "",
    ],
)
def test_a_table_is_a_file_of_the_folder_by_its_own_name(folder, path):
    described = lilledata.beskrivelse()
    resource = next(r for r in described["resources"] if r["name"] == "tal")
    resource["path"] = path
    lilledata.skriv(folder, described)
    (finding,) = fejl(folder)
    assert (finding.fil, finding.raekke, finding.kolonne) == (data.BESKRIVELSE, "tal", "path")


def places(node, path=()):
    """Every place in a JSON value."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def kind_of(node, path):
    """What a place is, whatever table it is in: its keys, a check's own name, and the type that stands there."""
    names = []
    for key in path:
        node = node[key]
        names.append("*" if isinstance(key, int) else key)
        if isinstance(node, dict) and "check" in node:
            names.append(node["check"])
    return (*names, type(node).__name__)


def kinds_of_places():
    described = lilledata.beskrivelse()
    first = {}
    for path in places(described):
        first.setdefault(kind_of(described, path), path)
    return [path for path in first.values() if path]


ANDRE = [None, True, -1, 1.5, "", "findes_ikke", "\u200b", [], {}, ["x"], [[]], [None], {"x": 1}, {"name": 3}]


def at(node, path):
    for key in path[:-1]:
        node = node[key]
    return node, path[-1]


@pytest.mark.parametrize("path", kinds_of_places(), ids=lambda p: "-".join(map(str, p)))
def test_a_descriptor_with_anything_at_any_place_is_read_or_named_and_never_stops_the_program(folder, path):
    original = lilledata.beskrivelse()
    for value in ANDRE:
        described = copy.deepcopy(original)
        node, key = at(described, path)
        if type(node[key]) is type(value) and node[key] == value:
            continue
        other_type = type(node[key]) is not type(value)
        node[key] = value
        see(folder, described, must=other_type and key not in ("constraints",))
    described = copy.deepcopy(original)
    node, key = at(described, path)
    del node[key]
    see(folder, described)
    if isinstance(key, str):
        described = copy.deepcopy(original)
        node, _ = at(described, path)
        node[key + "x"] = node.pop(key)
        see(folder, described, must=True)
    elif isinstance(at(original, path)[0], list):
        described = copy.deepcopy(original)
        node, _ = at(described, path)
        node.append(copy.deepcopy(node[key]))
        see(folder, described)


def see(folder, described, must=False):
    """A damaged descriptor gives findings on itself, or the facts can be read (it says less, but says it rightly)."""
    lilledata.skriv(folder, described)
    errors = fejl(folder)
    if must:
        assert errors, json.dumps(described)[:500]
    if not errors:
        assert set(data.load(folder)) >= {r["name"] for r in described["resources"]}


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (
            lambda t: t["tal"]["schema"]["fields"][0].update(type="intger"),
            "schema.fields[aar].type",
            "mente du «integer»",
        ),
        (lambda t: t["tal"]["schema"]["fields"][0].update(type="geojson"), "schema.fields[aar].type", "skal være"),
        (lambda t: t["tal"]["schema"]["fields"][0].pop("name"), "schema.fields[0].name", "mangler"),
        (lambda t: t["tal"]["schema"]["fields"][0].update(nmae="x"), "schema.fields[aar].nmae", "mente du «name»"),
        (
            lambda t: t["tal"]["schema"]["fields"].append(dict(t["tal"]["schema"]["fields"][0])),
            "schema.fields[aar]",
            "samme navn",
        ),
        (
            lambda t: t["steder"]["schema"]["fields"][0]["constraints"].update(pattern="["),
            "schema.fields[kode].constraints.pattern",
            "mønster",
        ),
        (
            lambda t: t["steder"]["schema"]["fields"][0]["constraints"].update(pattern="a{99999999999}"),
            "schema.fields[kode].constraints.pattern",
            "mønster",
        ),
        (
            lambda t: t["steder"]["schema"]["fields"][0]["constraints"].update(pattern="x(?i)"),
            "schema.fields[kode].constraints.pattern",
            "mønster",
        ),
        (
            lambda t: t["steder"]["schema"]["fields"][0]["constraints"].update(minimum=1),
            "schema.fields[kode].constraints.minimum",
            "tal og datoer",
        ),
        (
            lambda t: t["aar"]["schema"]["fields"][2]["constraints"].update(maximum="2024"),
            "schema.fields[udmeldt].constraints.maximum",
            "typen",
        ),
        (
            lambda t: t["aar"]["schema"]["fields"][1]["constraints"].update(maximum=-1),
            "schema.fields[antal].constraints.maximum",
            "mindre end minimum",
        ),
        (lambda t: t["tal"]["schema"].update(primaryKey="findes_ikke"), "schema.primaryKey", "har ikke kolonnen"),
        (lambda t: t["tal"]["schema"].update(primaryKey=["aar", "aar"]), "schema.primaryKey", "to gange"),
        (lambda t: t["tal"]["schema"].pop("primaryKey"), "schema.fields[antal].role", "primaryKey"),
        (
            lambda t: t["tal"]["schema"]["foreignKeys"][0]["reference"].update(resource="kildr"),
            "schema.foreignKeys[0].reference.resource",
            "mente du «kilder»",
        ),
        (
            lambda t: t["tal"]["schema"]["foreignKeys"][0]["reference"].update(fields=["kilde", "titel"]),
            "schema.foreignKeys[0].reference.fields",
            "lige så mange",
        ),
        (
            lambda t: t["tal"]["schema"]["foreignKeys"][0].update(fields="aar"),
            "schema.foreignKeys[0].fields",
            "anden type",
        ),
        (lambda t: t["tal"]["checks"][0].update(check="komplett"), "checks[0].check", "mente du «komplet»"),
        (lambda t: t["tal"]["checks"][0].update(kolonne="kod"), "checks[0].kolonne", "mente du «kode»"),
        (lambda t: t["tal"]["checks"][0].update(register="stder"), "checks[0].register", "mente du «steder»"),
        (lambda t: t["tal"]["checks"][0].pop("register"), "checks[0].register", "mangler"),
        (lambda t: t["tal"]["checks"][0].update(pir="aar"), "checks[0].pir", "mente du «pr»"),
        (lambda t: t["andele"]["checks"][0].update(fra="andel"), "checks[0].fra", "typen «date»"),
        (lambda t: t["summer"]["checks"][0].update(undtagelser="kilder"), "checks[0]", "har ikke kolonnen"),
        (lambda t: t["aar"]["checks"][0].update(hvor={"x": "y"}), "checks[0].hvor", "har ikke kolonnen"),
        (lambda t: t["aar"]["checks"][0].update(hvor={"tabel": 3}), "checks[0].hvor.tabel", "tekst"),
        (lambda t: t["summer"]["genfindes"][0].update(kolonne="udmeldt"), "genfindes[0].kolonne", "typen «integer»"),
        (lambda t: t["tal"].update(name="steder", path="steder.csv"), "name", "samme navn"),
        (lambda t: t["tal"].update(name="kolonneroller", path="kolonneroller.csv"), "name", "laves af beskrivelsen"),
        (lambda t: t["tal"].update(encoding="latin-1"), "encoding", "utf-8"),
        (lambda t: t["tal"].update(compression="zip"), "compression", "kendes ikke"),
        (lambda t: t["tal"]["dialect"].update(delimiter=";"), "dialect.delimiter", "skal være"),
        (lambda t: t["tal"].update(data=[["a"], [1]]), "data", "kendes ikke"),
        (lambda t: t["tal"]["schema"].update(missingValues=["-"]), "schema.missingValues", "kendes ikke"),
    ],
)
def test_what_a_descriptor_says_wrong_is_named_with_table_and_place(folder, change, where, said):
    described = lilledata.beskrivelse()
    change({r["name"]: r for r in described["resources"]})
    lilledata.skriv(folder, described)
    errors = fejl(folder)
    assert {f.fil for f in errors} == {data.BESKRIVELSE}
    assert any(f.kolonne == where and said in f.regel and f.raekke for f in errors), "\n".join(map(str, errors))


def test_everything_wrong_with_a_descriptor_is_named_at_once(folder):
    described = lilledata.beskrivelse()
    described["resources"][0]["schema"]["fields"][0]["type"] = "x"
    described["resources"][1]["path"] = 3
    described["resources"][2]["cheks"] = []
    lilledata.skriv(folder, described)
    assert [f.raekke for f in fejl(folder)] == ["kilder", "omraader", "steder"]


def test_a_table_that_is_taken_out_of_the_descriptor_is_missed_by_its_file_and_by_who_uses_it(folder):
    described = lilledata.beskrivelse()
    described["resources"] = [r for r in described["resources"] if r["name"] != "overfoersler"]
    lilledata.skriv(folder, described)
    (finding,) = fejl(folder)
    assert finding.fil == "overfoersler.csv" and data.BESKRIVELSE in finding.regel
    (folder / "overfoersler.csv").unlink()
    assert fejl(folder) == []
    with pytest.raises(DataError, match="overfoersler"):
        data.load(folder)["overfoersler"]
    assert data.load(folder).get("overfoersler") is None


def test_every_check_has_a_form():
    assert {*regler.CHECKS, regler.KOMPLET} <= regler.FORMER.keys()


@pytest.mark.parametrize("check", regler.arter())
def test_a_check_without_its_keys_or_with_others_is_named(folder, check):
    described = lilledata.beskrivelse()
    described["resources"][0]["checks"] = [{"check": check, "noget": 1}]
    lilledata.skriv(folder, described)
    errors = fejl(folder)
    wanted = {k for k, n in regler.FORMER[check].noegler.items() if not n.valgfri}
    assert {f.kolonne for f in errors} - {"checks[0]"} == {f"checks[0].{key}" for key in {"noget", *wanted}}
    described["resources"][0]["checks"] = [{"check": check, **dict.fromkeys(regler.FORMER[check].noegler, 3.5)}]
    lilledata.skriv(folder, described)
    assert {f.kolonne for f in fejl(folder)} - {"checks[0]"} == {f"checks[0].{k}" for k in regler.FORMER[check].noegler}


# --- the sources --------------------------------------------------------------------------------------------------


@pytest.fixture
def kilder(folder, tmp_path):
    """A folder with the text of k1, whose lines print what the tiny tables say."""
    import hashlib

    lines = ["6 30. april 2022", "9 29. april 2024", "1", "2 4", "3", "2", "3 5", "4", "6", "3", "4", "9"]
    text = "\n".join(lines) + "\n"
    out = tmp_path / "kilder"
    out.mkdir()
    (out / "k1.txt").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    skriv(folder, "kilder", f"kilde,titel,fil,sha256\nk1,Bilag,k1.txt,{digest}\nk2,Ældre,k2.txt,{'0' * 64}\n")
    return out


def test_what_is_there_is_looked_up_and_what_is_not_is_said_once(folder, kilder):
    (missing,) = [f for f in data.check_kilder(kilder, folder) if f.alvor == ADVARSEL]
    assert (missing.fil, missing.raekke, missing.vaerdi) == ("kilder.csv", "3", "k2")
    ret(folder, "tal", "2025,Vest,103,4,", "2025,Vest,103,5,")
    ret(folder, "summer", "2025,tal,antal,Danmark,9", "2025,tal,antal,Danmark,10")
    ret(folder, "aar", "2025,9,", "2025,10,")
    found = {(f.fil, f.raekke, f.kolonne) for f in data.check_kilder(kilder, folder) if f.alvor == FEJL}
    assert ("tal.csv", "7", "antal") in found and ("aar.csv", "3", "antal") in found


def test_a_folder_without_any_source_is_an_error(folder, kilder, tmp_path):
    (kilder / "k1.txt").unlink()
    (finding,) = data.check_kilder(kilder, folder)
    assert finding.alvor == FEJL and "ingen af kilderne" in finding.regel
    (finding,) = data.check_kilder(tmp_path / "findes-ikke", folder)
    assert finding.alvor == FEJL


def test_a_source_that_is_no_plain_file_elsewhere_or_of_another_encoding_is_named(folder, kilder):
    text = (folder / "kilder.csv").read_text(encoding="utf-8")
    for name, said in (("../k1.txt", "uden sti"), ("/etc/passwd", "uden sti"), ("mappe", "mappe"), ("roer", "rør")):
        (kilder / "mappe").mkdir(exist_ok=True)
        if name == "roer":
            os.mkfifo(kilder / "roer")
        skriv(folder, "kilder", text.replace("k1.txt", name))
        found = [f for f in data.check_kilder(kilder, folder) if f.alvor == FEJL]
        assert [(f.fil, f.raekke, f.kolonne) for f in found] == [("kilder.csv", "2", "fil")] and said in found[0].regel


# --- the real folder ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rigtig(tmp_path_factory):
    return shutil.copytree(data.data_mappe(), tmp_path_factory.mktemp("rigtig") / "data")


def test_the_real_folder_with_a_bom_in_every_file_is_read_and_damage_to_it_is_named(rigtig):
    for path in rigtig.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [f for f in data.check(rigtig) if f.alvor == FEJL] == []
    damage = {
        "kommuner.csv": ("101,København", "101,Ko\u0308benhavn", "kommune"),
        "klynge_register.csv": ("klynge-midt,Klynge Midt", "klynge-nord,Klynge Midt", "region,slug"),
        "flisekort.csv": ("147,Frb,5,11", "147,Frb,5,12", "raekke,kolonne"),
        "aftale_overfoersler.csv": ("nordjylland-2018,825,773", "nordjylland-2018,825,825", "fra,til"),
        "regioner.csv": (",nordjylland", ",midtjylland", "kortnavn"),
        "socialtilsyn_indikatorer.csv": ("Almene plejefamilier", "Plejefamilier", "navn"),
    }
    for name, (old, new, _) in damage.items():
        text = (rigtig / name).read_text(encoding="utf-8")
        assert old in text, name
        (rigtig / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = {(f.fil, f.kolonne) for f in data.check(rigtig) if f.alvor == FEJL}
    assert found == {(name, column) for name, (_, _, column) in damage.items()}


def test_the_real_descriptor_is_read_whole_and_each_table_in_it_is_missed(rigtig):
    path = rigtig / data.BESKRIVELSE
    described = json.loads(path.read_text(encoding="utf-8"))
    gone = [r for r in described["resources"] if r["name"] != "retsregler"]
    path.write_text(json.dumps({**described, "resources": gone}), encoding="utf-8")
    assert "retsregler.csv" in {f.fil for f in data.check(rigtig) if f.alvor == FEJL}


def test_a_table_that_a_report_needs_and_the_data_lack_is_named_by_check(tabeller):
    assert cli._missing_tables(tabeller) == []
    less = {name: table for name, table in tabeller.items() if name not in ("retsregler", "flisekort", "kontrol_led")}
    found = {f.vaerdi: f for f in cli._missing_tables(less)}
    assert set(found) == {"retsregler", "flisekort", "kontrol_led"}
    assert "flygtninge" in found["retsregler"].regel and found["retsregler"].fil == data.BESKRIVELSE
