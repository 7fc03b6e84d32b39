"""Files that users made: each way to write one is read, each fault named, nothing dropped, and nothing
waits or swells.
"""

import errno
import io
import os
import re
import shutil
import socket
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kkrlib import cli, data, filer, flygtninge, klynger
from kkrlib.data import brugerfiler, regneark
from kkrlib.errors import DataError, ParameterError
from kkrlib.flygtninge import AFTALEFORMER
from kkrlib.flygtninge.aftale import fra_fil

HOVED = "fra,til,antal,note\n"
RAEKKER = [["Læsø", "Frederikshavn", "1", ""], ["Aalborg", "Hjørring", "2", "aftalt"], ["Thisted", "Morsø", "1", ""]]
GOD = HOVED + "".join(",".join(row) + "\n" for row in RAEKKER)


@pytest.fixture(scope="module")
def sti(tmp_path_factory):
    return tmp_path_factory.mktemp("filer") / "aftale.csv"


def read(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    _form, table = data.laes_csv(path, AFTALEFORMER)
    return table[["fra", "til", "antal", "note"]].to_numpy().tolist()


def refused(path, content):
    with pytest.raises(DataError) as error:
        read(path, content)
    return [(f.raekke, f.kolonne, f.regel) for f in error.value.fund]


# --- CSV: what is read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        GOD,
        "\ufeff" + GOD,
        GOD.replace("\n", "\r\n"),
        GOD.replace("\n", "\r"),  # as Macs wrote it
        GOD.replace(",", ";"),
        "sep=;\r\n" + GOD.replace(",", ";").replace("\n", "\r\n"),
        "SEP=,\n" + GOD,
        '"sep=\t"\n' + GOD.replace(",", "\t"),
        "\ufeffsep=;\n" + GOD.replace(",", ";"),
        GOD.replace(",", "\t").encode("utf-16"),  # Excel's «Unicode-tekst»
        b"\xfe\xff" + GOD.encode("utf-16-be"),
        GOD.replace("Læsø,Frederikshavn,1", ' "Læsø" , Frederikshavn,"1"\N{NO-BREAK SPACE}'),
        GOD.replace("fra,til", "Fra, TIL"),
        "\n,,,\n" + GOD.replace("Thisted", "\n;;;;;\nThisted"),
        GOD.rstrip("\n"),
    ],
)
def test_a_csv_is_read_as_programs_write_it(sti, content):
    assert read(sti, content) == RAEKKER


def test_a_row_is_numbered_as_the_line_it_stands_on(sti):
    sti.write_text("sep=;\n\nfra;til;antal;note\n\nA;B;1;\n;;;\nC;D;2;\n", encoding="utf-8")
    assert data.laes_csv(sti, AFTALEFORMER)[1]["raekke"].tolist() == ["5", "7"]


felt = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"], include_characters=" \",;='"), max_size=8
).map(lambda text: text.strip().replace("\ufffd", ""))


@given(
    rows=st.lists(st.tuples(felt.map(lambda t: f"K{t}"), felt, felt, felt), min_size=1, max_size=5),
    separator=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    told=st.booleans(),
    spaces=st.sampled_from(["", " "]),
)
def test_any_text_that_can_be_written_is_read_back(sti, rows, separator, line_end, encoding, told, spaces):
    lines = [f"sep={separator}"] if told else []
    lines.append(separator.join(["fra", "til", "antal", "note"]))
    for row in rows:
        quoted = ('"{}"'.format(f.replace('"', '""')) if re.search(f'[";,{separator}]', f) else f for f in row)
        lines.append(separator.join(f"{spaces}{f}{spaces}" for f in quoted))
    assert read(sti, line_end.join(lines).encode(encoding)) == [list(row) for row in rows]


# --- CSV: what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "where", "said"),
    [
        (GOD.replace("1,\nAalborg", '1,"aftalt\nAalborg'), ("2", "note"), "bliver ikke lukket på linjen"),
        (GOD.replace("aftalt", '"mundtligt ""aftalt'), ("3", "note"), "bliver ikke lukket på linjen"),
        (GOD.replace("Aalborg", '"Aalborg'), ("3", "fra"), "bliver ikke lukket på linjen"),
        (GOD.replace("aftalt", 'så "aftalt"'), ("3", "note"), "står inde i et felt"),
        (GOD.replace("aftalt", '5" rør'), ("3", "note"), "står inde i et felt"),
        (GOD.replace("aftalt", '"aftalt" senere'), ("3", "note"), "tekst efter et afsluttende anførselstegn"),
        (GOD.replace("aftalt", '"aftalt" "igen"'), ("3", "note"), "tekst efter et afsluttende anførselstegn"),
        (GOD.replace("aftalt", "af\0talt"), ("3", ""), "nultegn"),
        (GOD.encode("utf-16-le"), ("2", ""), "nultegn"),
        (GOD.replace("aftalt\n", "aftalt\r"), ("3", "note"), "U+000D"),
        (GOD.replace("aftalt", "af\u200btalt"), ("3", "note"), "U+200B ZERO WIDTH SPACE"),
        (GOD.replace("aftalt", "aftalt\u2028"), ("3", "note"), "U+2028"),
        (GOD.replace("aftalt", "aftalt\x1a"), ("3", "note"), "U+001A"),
        (GOD.replace("Aalborg", "\ufeffAalborg"), ("3", "fra"), "U+FEFF"),
        ("\ufeff\ufeff" + GOD, ("1", ""), "U+FEFF"),
        (GOD.replace("aftalt", "p\ufffd Læsø"), ("3", "note"), "U+FFFD"),
        (GOD.encode("cp1252"), ("2", ""), "ikke UTF-8"),
        (b"\xef\xbb\xbf" + GOD.encode() + b"L\xe6s\xf8,Hj\xf8rring,1,\n", ("5", ""), "ikke UTF-8"),
        (GOD.encode("utf-16") + b"x", ("", ""), "UTF-16"),
        (GOD.encode("utf-32"), ("1", ""), "UTF-8"),
        (HOVED + GOD, ("2", ""), "overskriften står igen"),
        (GOD + "Fra, TIL,antal,note\n", ("5", ""), "overskriften står igen"),
        (GOD.replace("fra,til", "fra;til"), ("1", ""), "både komma og semikolon"),
        (GOD.replace("Aalborg,Hjørring,2,", "Aalborg;Hjørring;2;"), ("3", ""), "skilt af komma"),
        (GOD.replace("Aalborg,Hjørring,2,", "Aalborg\tHjørring\t2\t"), ("3", ""), "skilt af komma"),
        (GOD.replace("2,aftalt", "2,aftalt,"), ("3", ""), "rækken har 5 felter"),
        (GOD.replace("2,aftalt", "2"), ("3", ""), "rækken har 3 felter"),
        ("sep=|\n" + GOD, ("1", ""), "skilletegnet kan være"),
        ("sep=;\n" + GOD, ("2", ""), "første linje skal være fra,til,antal"),
        ("sep=;\n", ("", ""), "tom"),
        (HOVED + "\n,,,\n", ("", ""), "ingen rækker"),
        (b"PK\x03\x04" + b"x" * 50, ("", ""), "regneark eller et dokument"),
        (GOD.encode() + b" " * brugerfiler.STOERSTE_CSV, ("", ""), "større end 1 MB"),
    ],
)
def test_a_fault_in_a_csv_is_named_with_the_line_it_stands_on(sti, content, where, said):
    found = refused(sti, content)
    assert [f for f in found if f[:2] == where and said in f[2]], found


def test_an_open_quote_swallows_no_row_and_hides_no_other_fault(sti):
    found = refused(sti, 'fra,til,antal,note\nLæsø,Frederikshavn,1,"aftalt\nAalborg,Hjørring,2\nThisted,Morsø,1,\n')
    assert [f[0] for f in found] == ["2", "3"]


@given(
    at=st.integers(0, len(GOD.encode()) - 1),
    new=st.one_of(
        st.binary(max_size=3), st.sampled_from([b'"', b"\r", b"\n", b"\0", b";", b",", b"\t", b"\xef\xbb\xbf"])
    ),
    cut=st.integers(0, 3),
)
@hypothesis_settings(max_examples=400)
def test_whatever_bytes_change_each_line_is_a_row_or_a_finding(sti, at, new, cut):
    before = GOD.encode()
    content = before[:at] + new + before[at + cut :]
    try:
        rows = read(sti, content)
    except DataError as error:
        assert all(f.fil == sti.name and f.regel for f in error.fund)
        return
    lines = content.decode("utf-8-sig").replace("\r\n", "\n")
    assert len(rows) == sum(bool(line.strip(' \t,;"\xa0')) for line in lines.split("\n")) - 1
    letters = re.sub(r'[\s,;"\xa0]', "", lines.partition("\n")[2] if new != b"\n" or at else lines.split("\n", 2)[-1])
    assert re.sub(r'[\s,;"\xa0]', "", "".join("".join(row) for row in rows)) in (letters, letters.removeprefix(HOVED))


@pytest.fixture(scope="module")
def kvoter(tabeller):
    return flygtninge.beregn(tabeller, 2025).kommuner


NAVNE = [
    "Læsø",
    "læsø kommune",
    "0825",
    "825 Læsø",
    "Læsø (825)",
    "L\u0061\u030aso",
    "Læsø\u00a0Kommune",
    "825 Aalborg",
    "L\u200bæsø",
    "Odense",
    "",
    "240",
    "Aalborg",
    "A\u030aalborg",
    "A\u030alborg",
    "Ålborg Kommune",
    "=Læsø",
]
TAL = ["1", "0", "-1", "+1", "1.0", "1,0", "1.000", "١", "", " 1 ", "=1+1", "1e3", "²", "9" * 30]


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(NAVNE), st.sampled_from(NAVNE), st.sampled_from(TAL)), min_size=1, max_size=4
    )
)
@hypothesis_settings(max_examples=80)
def test_an_aftale_of_any_names_and_numbers_is_read_whole_or_refused(sti, kvoter, tabeller, rows):
    sti.write_text(HOVED + "".join(f'"{a}","{b}","{n}",\n' for a, b, n in rows), encoding="utf-8")
    try:
        form, table = data.laes_csv(sti, AFTALEFORMER)
        aftale = fra_fil(form, table, sti.name, kvoter, tabeller["stavemaader"])
    except DataError as error:
        assert all(f.fil == sti.name and f.raekke and f.regel for f in error.fund)
        return
    assert len(aftale) == sum(any((a, b, n.strip())) for a, b, n in rows)
    assert set(aftale["fra"]) | set(aftale["til"]) <= {"825", "851"} and set(aftale["antal"]) == {1}


@pytest.mark.parametrize(
    "name",
    ["Københavns Kommune", "0101", "101", "København\u00a0Kommune", "101 København", "KØBENHAVN", "København (101)"],
)
def test_an_aftale_names_a_kommune_as_people_write_it(sti, kvoter, tabeller, name):
    sti.write_text(f"fra,til,antal\n{name},Bornholms Regionskommune,1\n", encoding="utf-8")
    aftale = fra_fil(*data.laes_csv(sti, AFTALEFORMER), sti.name, kvoter, tabeller["stavemaader"])
    assert aftale[["fra", "til"]].to_numpy().tolist() == [["101", "400"]]


@pytest.mark.parametrize("name", ["Greve", "GREVE kommune", "0253", "253 Greve", "Greve\u00a0Kommune", " greve "])
def test_who_leaves_the_klyngekontorer_is_named_as_people_write_it(tabeller, name):
    left = udtraeden(tabeller, [name])
    assert list(left.values()) == [["253"]] * 4
    for office in ("CLEAN", " clean ", "CLEAN\u00a0"):
        assert list(udtraeden(tabeller, [f"{name}: {office}", {name: [office]}]).values()).count(["253"]) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (253, "er ikke tekst"),
        ("Gr\u200beve", "U+200B"),
        ("Odense", "har ingen del"),
        ("253 Køge", "modsiger"),
        ("", "tom"),
    ],
)
def test_who_leaves_is_refused_with_the_reason(tabeller, name, said):
    with pytest.raises(ParameterError, match=re.escape(said)):
        udtraeden(tabeller, [name])


def udtraeden(tabeller, named):
    kommuner = tabeller["kommuner"].set_index("kommunekode")
    own = kommuner.loc[kommuner["region"] == "Region Sjælland", "kommune"].to_dict()
    return klynger.udtraedende(tabeller["klynge_kontorer"], {"Region Sjælland": own}, named, tabeller["stavemaader"])


# --- paths that lead to no file ------------------------------------------------------------------------------------


@pytest.fixture
def veje(tmp_path):
    """Paths that lead to no ordinary file, and what is said of each."""
    os.mkfifo(tmp_path / "roer.xlsx")
    (tmp_path / "mappe.xlsx").mkdir()
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "borte.xlsx")
    (tmp_path / "ring.xlsx").symlink_to(tmp_path / "ring.xlsx")
    plug = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tmp_path)  # a socket's path may not be long
    plug.bind("stik.xlsx")
    os.chdir(here)
    plug.close()
    return {
        "roer.xlsx": "et rør (FIFO)",
        "mappe.xlsx": "en mappe",
        "link.xlsx": "link til en fil, der ikke findes",
        "ring.xlsx": "løber i ring",
        "stik.xlsx": "en sokkel",
        "nul\0.xlsx": "navnet har et tegn",
        "x" * 300: "navnet er længere, end disken tillader",
        "nej.xlsx": "findes ikke",
    }


def test_a_path_that_leads_to_no_file_is_refused_at_once(tmp_path, veje):
    for name, said in veje.items():
        with pytest.raises(DataError, match=re.escape(said)):
            data.laes_csv(tmp_path / name, AFTALEFORMER)
        if name not in ("mappe.xlsx", "nul\0.xlsx", "x" * 300):
            with pytest.raises(DataError, match=re.escape(said)):
                data.laes_regneark(str(tmp_path / name), FORM)
    with pytest.raises(DataError, match="en enhed"):
        data.laes_csv("/dev/zero", AFTALEFORMER)
    with pytest.raises(DataError, match="en enhed"):
        data.laes_regneark("/dev/zero", FORM)


def test_a_file_that_may_not_be_read_is_refused(sti, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "")

    read(sti, GOD)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(DataError, match="det har du ikke adgang til"):
        data.laes_csv(sti, AFTALEFORMER)


# --- workbooks ------------------------------------------------------------------------------------------------------

FORM = {
    "Betalere": {
        "Betaler": ("betaler", "tekst"),
        "Budget": ("budget", "heltal"),
        "Forbrug": ("forbrug", "valgfrit heltal"),
    }
}
VAERDIER = [["Holbæk", 100, 7], ["Lejre", 200, None]]


def workbook(change=lambda book, sheet: None):
    """A good workbook, changed by openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Betalere"
    for row in (["Betaler", "Budget", "Forbrug"], *VAERDIER):
        sheet.append(row)
    change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parts(content, **change):
    """A workbook with parts replaced: part (with _ for / and .) → a function of its text, or bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            made = change.get(re.sub(r"\W", "_", name))
            new.writestr(name, made(old.read(name).decode()) if made else old.read(name))
    return out.getvalue()


def sheet1(function):
    return parts(workbook(), xl_worksheets_sheet1_xml=function)


def gather(folder, content, name="a.xlsx"):
    (folder / name).write_bytes(content)
    ((_, tables, found),) = data.laes_regneark(str(folder), FORM)
    rows = tables["Betalere"].astype(object).where(tables["Betalere"].notna(), None) if tables else None
    return None if rows is None else rows[["betaler", "budget", "forbrug"]].to_numpy().tolist(), found


def put(cell, value):
    return lambda book, sheet: sheet.__setitem__(cell, value)


def named(title):
    return lambda book, sheet: setattr(sheet, "title", title)


def move(book, sheet):
    sheet.insert_rows(1, 4)
    sheet.insert_cols(1, 2)
    sheet["A1"] = "Vejledning: udfyld arket"


def hidden(book, sheet):
    book.create_sheet("Noter")["A1"] = "intet"
    sheet.sheet_state = "hidden"
    book.active = 1


def formatted(book, sheet):
    sheet["XFD1048576"].number_format = "0.00"  # a format alone is nothing
    sheet["A900000"].number_format = "0.00"


def chart(book, sheet):
    book.create_chartsheet("Diagram")


def protect(book, sheet):
    sheet.protection.set_password("x")
    sheet.protection.enable()


def comment(book, sheet):
    sheet["B2"].comment = openpyxl.comments.Comment("se bilag", "En")


def merged_above(book, sheet):
    sheet.insert_rows(1, 2)
    sheet["A1"] = "Vejledning"
    sheet.merge_cells("A1:XFD1")


@pytest.mark.parametrize(
    "change",
    [
        lambda book, sheet: None,
        move,
        hidden,
        formatted,
        chart,
        protect,
        comment,
        merged_above,
        named("BETALERE "),
        put("A1", "  betaler\n"),
        put("A2", " Holbæk\u00a0"),
        put("B2", 100.0),
        put("A5", "   "),
    ],
)
def test_a_workbook_is_read_as_people_leave_it(tmp_path, change):
    assert gather(tmp_path, workbook(change)) == (VAERDIER, [])


def written():
    """The same workbook by another program: shared strings, and a chart sheet with a chart."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Betalere")
    for i, row in enumerate([["Betaler", "Budget", "Forbrug"], *VAERDIER]):
        sheet.write_row(i, 0, row)
    drawn = book.add_chart({"type": "column"})
    drawn.add_series({"values": "=Betalere!$B$2:$B$3"})
    book.add_chartsheet("Diagram").set_chart(drawn)
    book.close()
    return out.getvalue()


def test_a_chart_sheet_of_another_program_and_macros_are_passed_over(tmp_path):
    assert gather(tmp_path, written()) == (VAERDIER, [])
    macros = parts(
        workbook(),
        __Content_Types__xml=lambda t: t.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
    )
    (tmp_path / "a.xlsx").unlink()
    assert gather(tmp_path, macros, "A.XLSM") == (VAERDIER, [])


def merge(area):
    return lambda book, sheet: sheet.merge_cells(area)


def copy(book, sheet):
    book.copy_worksheet(sheet)


def as_chart(book, sheet):
    book.remove(sheet)
    book.create_sheet("Ark1")
    book.create_chartsheet("Betalere")


def percent(book, sheet):
    sheet["C2"] = 1
    sheet["C2"].number_format = "0%"


def day(book, sheet):
    sheet["C2"] = 44927
    sheet["C2"].number_format = "dd-mm-yyyy"


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (merge("C2:C3"), ("Betalere 2", "forbrug"), "flettet"),
        (merge("A3:B3"), ("Betalere 3", "betaler"), "flettet"),
        (put("C2", "1.000"), ("Betalere 2", "forbrug"), "er tekst"),
        (percent, ("Betalere 2", "forbrug"), "procent"),
        (day, ("Betalere 2", "forbrug"), "helt tal"),
        (put("C2", "=A1"), ("Betalere 2", "forbrug"), "formel"),
        (put("A2", "=A1"), ("Betalere 2", "betaler"), "formel"),
        (put("C2", "#N/A"), ("Betalere 2", "forbrug"), "fejl i regnearket"),
        (put("A2", "Hol\u200bbæk"), ("Betalere 2", "betaler"), "U+200B"),
        (put("A2", "Hol_x0007_bæk"), ("Betalere 2", "betaler"), "U+0007"),
        (put("D1", "Budget"), ("Betalere", ""), "to gange"),
        (put("E2", 5), ("Betalere 2", ""), "bliver ikke læst"),
        (
            put("XFD1048576", 1),
            ("Betalere 1048576", ""),
            "højst 2000 rækker og 100 kolonner; slet alt fra og med celle XFD1048576",
        ),
        (put("CW2", "x"), ("Betalere 2", ""), "slet alt fra og med celle CW2"),
        (put("A2001", "x"), ("Betalere 2001", ""), "slet alt fra og med celle A2001"),
        (
            lambda b, s: [s.insert_rows(1), s.__setitem__("B1", 900)],
            ("Betalere 1", ""),
            "står over overskrifterne (B1)",
        ),
        (lambda b, s: s.append(["Betaler", "Budget", "Forbrug"]), ("Betalere 4", ""), "overskrifterne står igen"),
        (copy, ("", ""), "ligner et af skabelonens"),
        (as_chart, ("", ""), "arket er et diagram"),
        (named("Betaler"), ("", ""), "arket mangler"),
    ],
)
def test_a_fault_in_a_workbook_is_named_with_sheet_and_row(tmp_path, change, where, said):
    _, found = gather(tmp_path, workbook(change))
    assert [f for f in found if (f.raekke, f.kolonne) == where and said in f.regel], found


LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "filen er tom"),
        (b"intet regneark", "kan ikke læses som et regneark"),
        (workbook()[:-200], "kan ikke læses som et regneark"),
        (OLE, "gamle format (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "adgangskode"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 xl/workbook.bin", ".xlsb"),
        (b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet", ".ods"),
        (b"PK\x03\x04 word/document.xml", "Word"),
        (
            sheet1(lambda t: t.replace("<worksheet", LAUGHS + "<worksheet", 1).replace("Holbæk", "&b;")),
            "kan ikke læses",
        ),
        (parts(written(), xl_sharedStrings_xml=lambda t: LAUGHS + t[t.index("<sst") :]), "kan ikke læses"),
        (sheet1(lambda t: t + " " * regneark.UDPAKKET), "mere end 10 MB, når den er pakket ud"),
        (sheet1(lambda t: t.replace('r="A3"', 'r="A2"')), "cellen A2 står to gange"),
        (sheet1(lambda t: re.sub(r"(<row .*?</row>)</sheetData>", r"\1\1</sheetData>", t)), "står to gange"),
        (b"PK" + b"x" * regneark.STOERST, "større end 10 MB"),
    ],
)
def test_a_file_that_is_no_workbook_or_swells_is_one_finding(tmp_path, content, said):
    table, (finding,) = gather(tmp_path, content)
    assert table is None and (finding.fil, finding.raekke) == ("a.xlsx", "") and said in finding.regel


def test_an_area_as_large_as_a_sheet_makes_no_cells(tmp_path):
    for tag in (
        '<mergeCells><mergeCell ref="E1:XFD1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>',
    ):
        assert gather(tmp_path, sheet1(lambda t, tag=tag: t.replace("</sheetData>", "</sheetData>" + tag))) == (
            VAERDIER,
            [],
        )


def test_a_sheet_full_of_cells_is_one_finding(tmp_path):
    cells = "".join(f'<row r="{n}"><c r="C{n}"><v>1</v></c></row>' for n in range(4, 100_000))
    _, found = gather(tmp_path, sheet1(lambda t: t.replace("</sheetData>", f"{cells}</sheetData>")))
    assert [f.raekke for f in found] == ["Betalere 2001"]


def test_xml_with_entities_is_refused_by_what_reads_it():
    assert openpyxl.DEFUSEDXML


SHEET = zipfile.ZipFile(io.BytesIO(workbook())).read("xl/worksheets/sheet1.xml").decode()


@given(
    at=st.integers(0, len(SHEET) - 1),
    new=st.text(st.sampled_from('<>/"=cCrRvtsn0123456789 &;xæ\0'), max_size=3),
    cut=st.integers(0, 3),
)
@hypothesis_settings(max_examples=250)
def test_whatever_changes_in_a_sheet_no_row_is_lost_without_a_finding(tmp_path_factory, at, new, cut):
    folder = tmp_path_factory.mktemp("m", numbered=True)
    table, found = gather(folder, sheet1(lambda t: t[:at] + new + t[at + cut :]))
    shutil.rmtree(folder)
    assert found or len(table) == len(VAERDIER)
    assert all(f.fil == "a.xlsx" and f.regel for f in found)


@given(at=st.integers(0, len(workbook()) - 1), new=st.binary(max_size=3), cut=st.integers(0, 40))
@hypothesis_settings(max_examples=150)
def test_whatever_bytes_of_a_workbook_change_it_is_read_alike_or_refused(tmp_path_factory, at, new, cut):
    folder = tmp_path_factory.mktemp("b", numbered=True)
    whole = workbook()
    table, found = gather(folder, whole[:at] + new + whole[at + cut :])
    shutil.rmtree(folder)
    assert found or table == VAERDIER


# --- folders --------------------------------------------------------------------------------------------------------


def test_every_file_of_a_folder_is_read_or_named(tmp_path, veje):
    for name in ("Holbæk.XLSX", "nyk.xlsx", "roskilde.xlsm"):
        (tmp_path / name).write_bytes(workbook())
    (tmp_path / "vej.xlsx").symlink_to(tmp_path / "nyk.xlsx")
    for name in (
        "a.xls",
        "a.ods",
        "a.csv",
        "a.pdf",
        "a.docx",
        "a.txt",
        "uden",
        "~$nyk.xlsx",
        ".~lock.nyk.xlsx#",
        ".nyk.xlsx",
        "a.zip",
        "a.xlsb",
    ):
        (tmp_path / name).write_bytes(b"x")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "arkiv").mkdir()
    read_back = {name: (tables, found) for name, tables, found in data.laes_regneark(str(tmp_path), FORM)}
    assert set(read_back) == {p.name for p in tmp_path.iterdir()} - {".DS_Store", "Thumbs.db", "desktop.ini"}
    whole = {name for name, (tables, found) in read_back.items() if tables and not found}
    assert whole == {"Holbæk.XLSX", "nyk.xlsx", "roskilde.xlsm", "vej.xlsx"}
    said = {name: found[0].regel for name, (_, found) in read_back.items() if found}
    for name, rule in {
        **{n: r for n, r in veje.items() if n in read_back},
        "a.xls": "gamle format",
        "a.ods": "OpenDocument",
        "a.csv": "CSV",
        "a.pdf": "ikke et regneark",
        "~$nyk.xlsx": "«nyk.xlsx» er åben i Excel",
        ".~lock.nyk.xlsx#": "«nyk.xlsx» er åben",
        ".nyk.xlsx": "skjult",
        "arkiv": "er en mappe",
        "uden": "ikke et regneark",
    }.items():
        assert rule in said[name], name
    assert {p.name for p in data.regneark_i(tmp_path)} == {
        n for n in read_back if n.casefold().endswith((".xlsx", ".xlsm"))
    } - {"~$nyk.xlsx", ".nyk.xlsx", "mappe.xlsx"}


def test_a_folder_without_workbooks_names_what_is_there(tmp_path):
    (tmp_path / "regnskab.xls").write_bytes(OLE)
    with pytest.raises(DataError) as error:
        data.laes_regneark(str(tmp_path), FORM)
    assert [f.fil for f in error.value.fund] == [tmp_path.name, "regnskab.xls"]
    for n in range(brugerfiler.FLEST):
        (tmp_path / f"{n}.xlsx").touch()
    with pytest.raises(DataError, match="flere end 500"):
        data.laes_regneark(str(tmp_path), FORM)


# --- templates that can't be written ---------------------------------------------------------------------------------


def skabelon(folder):
    return CliRunner().invoke(
        cli.main, ["regnskab", "skabelon", "--aar", "2022", "--region", "sjaelland", "--ud", str(folder)]
    )


@pytest.mark.parametrize(
    ("where", "number"),
    [("write", errno.ENOSPC), ("fsync", errno.ENOSPC), ("replace", errno.EROFS), ("mkdir", errno.EACCES)],
)
def test_a_template_is_written_whole_or_not_at_all(tmp_path, monkeypatch, where, number):
    folder = tmp_path / "ud"

    def full(*_, **__):
        raise OSError(number, "")

    class Full(io.BytesIO):
        write = full

    with monkeypatch.context() as patch:
        if where == "write":
            patch.setattr(os, "fdopen", lambda handle, mode: (os.close(handle), Full())[1])
        elif where == "mkdir":
            patch.setattr(Path, "mkdir", full)
        else:
            patch.setattr(os, where, full)
        result = skabelon(folder)
    assert result.exit_code == 4 and result.output.count("\n") == 1 and "Traceback" not in result.output
    assert filer.aarsag(OSError(number, "")) in result.output and "0 skabeloner er skrevet" in result.output
    assert not folder.exists() or list(folder.iterdir()) == []
    again = skabelon(folder)
    assert again.exit_code == 0 and "4 skabeloner skrevet" in again.output


def test_an_empty_file_is_no_finished_template_and_a_folder_of_its_name_is_named(tmp_path):
    assert skabelon(tmp_path).exit_code == 0
    first, second, *_ = sorted(tmp_path.iterdir())
    whole = first.read_bytes()
    first.write_bytes(b"")
    assert "1 skabelon skrevet" in skabelon(tmp_path).output and first.read_bytes() == whole
    second.unlink()
    second.mkdir()
    result = skabelon(tmp_path)
    assert (
        result.exit_code == 4
        and f"{second.name}: kan ikke skrives: er en mappe; her skulle der ligge en fil" in result.output
    )
