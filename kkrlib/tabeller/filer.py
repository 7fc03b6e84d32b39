"""The table as a file, written from its payload alone: CSV for machines, XLSX for people."""

from __future__ import annotations

import csv as _csv
import io
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from kkrlib import dansk
from kkrlib.errors import RunError
from kkrlib.tabeller.kolonne import TAL, decimaler


def csv(payload: Mapping[str, Any]) -> bytes:
    """The table as CSV for machines: UTF-8 without BOM, comma, decimal point, ``\\n``, column names as header.

    Rows of data only, without totals; a missing value is an empty field; no number has an exponent. A text that a
    spreadsheet would run as a formula gets an apostrophe before it (see :func:`_uden_formel`); numbers stay numbers.
    """
    lines: list[str] = []
    # The writer quotes a field for the characters of its line terminator alone, and a lone CR ends a row in many
    # programs. It writes one row at a time.
    write = _csv.writer(_Linjer(lines), lineterminator="\r\n").writerow
    write([_uden_formel(k["navn"]) for k in payload["kolonner"]])
    for row in payload["raekker"]:
        write([_csv_felt(value) for value in row])
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines).encode("utf-8")


class _Linjer:
    """A file of which each writing is kept apart."""

    def __init__(self, lines: list[str]):
        self.write = lines.append


def _csv_felt(value: Any) -> str:
    if value is None:
        return ""
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else _uden_formel(str(value))


#: Where a spreadsheet begins a cell: at the start, and after a line break, a tabulator or a semicolon, which separates
#: fields where Danish is spoken, whatever the quotes say. There a formula begins with one of these characters, also in
#: full width (OWASP, «CSV Injection»).
_FORMEL = re.compile(
    r"(?P<foer>(?:^|[;\t\r\n])[^\S;\t\r\n]*)(?P<tegn>'*[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}])"
)
_SIGNED = re.compile(r"[+-]?\d+(?:[.,]\d+)*", re.ASCII)


def _uden_formel(text: str) -> str:
    """A text that no spreadsheet takes for a formula: ``=1+1`` → ``'=1+1``; what has apostrophes there already gets one
    more.

    So removing one apostrophe wherever one stands before such a character gives the text back. A number with its sign
    is none.
    """
    return text if _SIGNED.fullmatch(text) else _FORMEL.sub(r"\g<foer>'\g<tegn>", text)


#: XlsxWriter writes the time of day here unless told otherwise, and the same input must give the same bytes.
_OPRETTET = datetime(2000, 1, 1)
_BREDDE = (8, 44)
_TYPENAVN = {
    "tekst": "tekst",
    "heltal": "helt tal",
    "decimal": "decimaltal",
    "andel": "andel, vist i procent",
    "tal": "tal",
    "dato": "dato",
}


def xlsx(payload: Mapping[str, Any]) -> bytes:
    """The table as a workbook for people: typed cells under Danish headers, totals in bold, a sheet on the source.

    The sheet «Tabel» has a frozen header and number formats that Excel shows in the reader's own language; the
    sheet «Kilde og enheder» has title, unit, source, note and each column's unit and description. Text is
    always text, so that none becomes a formula or a link.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": payload["titel"], "comments": f"Kilde: {payload['kilde']}", "created": _OPRETTET})
    base = {"valign": "top"}
    plain = book.add_format(base | {"text_wrap": True})
    bold = book.add_format(base | {"bold": True})
    titles = book.add_format({"bold": True, "font_size": 14})
    sheet = book.add_worksheet("Tabel")
    columns = payload["kolonner"]
    sums = set(payload.get("sum_raekker", ()))
    for j, k in enumerate(columns):
        number = k["type"] in TAL
        head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right" if number else "left"}
        )
        label = k["overskrift"] + (f" ({k['enhed']})" if k["enhed"] else "")
        sheet.write_string(0, j, label, head)
        form = {"num_format": _talformat(k)} if _talformat(k) else {}
        body = book.add_format(base | form)
        total = book.add_format(base | form | {"bold": True, "top": 1})
        cells = [(row[j], total if i in sums else body) for i, row in enumerate(payload["raekker"])]
        cells += [(row[j], total) for row in payload.get("ialt", [])]
        longest = max(len(word) for word in label.split())
        for i, (value, style) in enumerate(cells, 1):
            longest = max(longest, _skriv(sheet, i, j, value, k, style))
        sheet.set_column(j, j, min(max(longest + 2, _BREDDE[0]), _BREDDE[1]))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)

    about = book.add_worksheet("Kilde og enheder")
    about.set_column(0, 0, 30)
    about.set_column(1, 2, 24)
    about.set_column(3, 4, 60)
    about.write_string(0, 0, payload["titel"], titles)
    line = 1
    for label, text in (("Enhed", payload["enhed"]), ("Kilde", payload["kilde"]), ("Note", payload["note"])):
        if text:
            about.write_string(line, 0, label, bold)
            about.merge_range(line, 1, line, 4, "", plain)
            about.write_string(line, 1, text, plain)
            about.set_row(line, 15 * (1 + len(text) // 130))
            line += 1
    line += 1
    for j, label in enumerate(("Kolonne", "Enhed", "Type", "Beskrivelse", "Navn i CSV-filen")):
        about.write_string(line, j, label, bold)
    for i, k in enumerate(columns, line + 1):
        values = (k["overskrift"], k["enhed"], _TYPENAVN[k["type"]], k["beskrivelse"], k["navn"])
        for j, text in enumerate(values):
            if text:
                about.write_string(i, j, text, plain)
    book.close()
    return out.getvalue()


def _talformat(kolonne: Mapping[str, Any]) -> str:
    """Excel's number format of a column, or an empty string for text."""
    type = kolonne["type"]
    if type == "tekst":
        return ""
    if type == "dato":
        return "[$-406]d. mmmm yyyy"
    if type == "tal":
        return "+General;-General;General" if kolonne.get("fortegn") else "General"
    decimals = kolonne["decimaler"] or 0
    pattern = ("#,##0" if type != "andel" else "0") + ("." + "0" * decimals if decimals else "")
    pattern += "%" if type == "andel" else ""
    return f"+{pattern};-{pattern};{pattern}" if kolonne.get("fortegn") else pattern


def _skriv(sheet: Any, i: int, j: int, value: Any, kolonne: Mapping[str, Any], style: Any) -> int:
    """Write one typed cell; returns about how many characters it takes."""
    if value is None:
        sheet.write_blank(i, j, None, style)
        return 0
    if isinstance(value, str) and kolonne["type"] == "dato":
        sheet.write_datetime(i, j, datetime.fromisoformat(value), style)
        return 18
    if isinstance(value, str):
        if sheet.write_string(i, j, value, style):  # XlsxWriter leaves a text out that is longer than a cell can be
            raise RunError(f"en tekst er for lang til en celle i Excel: «{value[:40]}…»")
        return len(value)
    sheet.write_number(i, j, value, style)
    if kolonne["type"] == "andel":
        return (kolonne["decimaler"] or 0) + 6
    decimals = decimaler(value) if kolonne["type"] == "tal" else kolonne["decimaler"] or 0
    # As many characters as the Danish number has, without the time that writing it takes.
    return len(f"{dansk.afrund(value, decimals):,f}") + bool(kolonne.get("fortegn"))
