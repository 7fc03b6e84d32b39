"""A workbook (XLSX) that somebody else made, read within limits: the cells that are there, and of what kind each is.

Nothing in it is run or followed: no formula, macro, link or entity. openpyxl reads its parts in the mode that keeps no
sheet in memory (the other one creates every cell of a merged area or a link, up to 17 billion), with defusedxml, which
refuses XML that grows.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

#: The most that is read: bytes of a file, bytes of it unpacked, parts, and the last row and column where something
#: stands. A klyngeregnskab has about 10,000 bytes, 50,000 unpacked, 45 rows and 10 columns.
STOERST = 10_000_000
UDPAKKET = 10_000_000
DELE = 2_000
RAEKKER, KOLONNER = 2_000, 100
#: The suffixes of workbooks that are read. The macros of an .xlsm are not even unpacked.
ENDELSER = (".xlsx", ".xlsm")

_GEM = "åbn filen i Excel, og gem den som Excel-projektmappe (.xlsx)"


class IkkeRegneark(ValueError):
    """A file that is no workbook, or none that is read; the message says why in a Danish sentence."""


@dataclass(frozen=True)
class Celle:
    """A cell with something in it. ``raekke`` and ``kolonne`` count from 1; ``art`` is openpyxl's ``data_type`` (``f``
    formula, ``e`` error, ``n`` number, ``s`` text, ``b``, ``d``); ``vaerdi`` is text, a number, True or False, or a
    date; ``format`` is its number format.
    """

    raekke: int
    kolonne: int
    vaerdi: Any
    art: str
    format: str

    @property
    def sted(self) -> str:
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.kolonne)}{self.raekke}"


@dataclass
class Ark:
    """A sheet: its cells by row and column, its merged areas (first row and column, last row and column), and the first
    cell beyond what is read, after which nothing is. ``tabel`` is False for a sheet that is a chart.
    """

    navn: str
    tabel: bool = True
    raekker: dict[int, dict[int, Celle]] = field(default_factory=dict)
    flettet: list[tuple[int, int, int, int]] = field(default_factory=list)
    udenfor: Celle | None = None


def laes(indhold: bytes) -> list[Ark]:
    """The sheets of a workbook in their order, the hidden ones too. Raises :class:`IkkeRegneark`."""
    if other := genkend(indhold):
        raise IkkeRegneark(other)
    from openpyxl.reader.excel import ExcelReader  # only here: it is slow to import, and most runs read no workbook

    class Reader(ExcelReader):
        """What is needed to read cells: a chart is passed over, and so are properties and themes, where openpyxl
        refuses what Excel takes.
        """

        def read_chartsheet(self, sheet: Any, rel: Any) -> None:
            pass

        def read_properties(self) -> None:
            pass

        read_custom = read_theme = read_properties

    try:
        _maal(indhold)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's, of parts that it passes over
            reader = Reader(BytesIO(indhold), read_only=True, keep_links=False)
            reader.read()
            tables = {sheet.title: sheet for sheet in reader.wb.worksheets}
            names = [sheet.name for sheet in reader.parser.sheets]
            return [_ark(tables[name]) if name in tables else Ark(name, tabel=False) for name in names]
    except IkkeRegneark:
        raise
    except Exception:  # whatever openpyxl, zipfile or an XML parser says of a file that is no workbook
        raise IkkeRegneark("filen kan ikke læses som et regneark (.xlsx)") from None


def genkend(indhold: bytes) -> str:
    """What a file that is no XLSX is, by its first bytes, with what to do about it; empty for what may be one."""
    if not indhold:
        return "filen er tom"
    if indhold.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in indhold:
            return "filen er beskyttet med adgangskode; fjern den i Excel, og gem filen igen"
        return f"filen er et regneark i det gamle format (.xls); {_GEM}"
    if indhold.startswith(b"PK"):
        for part, kind in (
            (b"xl/workbook.bin", "et binært regneark (.xlsb)"),
            (b"mimetypeapplication/vnd.oasis.opendocument", "et OpenDocument-ark (.ods)"),
        ):
            if part in indhold:
                return f"filen er {kind}; {_GEM}"
        return "filen er et Word-dokument; den skal være et regneark (.xlsx)" if b"word/document.xml" in indhold else ""
    if indhold.startswith(b"%PDF"):
        return "filen er en PDF; den skal være et regneark (.xlsx)"
    return "filen kan ikke læses som et regneark (.xlsx)"


def _maal(content: bytes) -> None:
    """Refuse an archive that unpacks to more than is read. zipfile never unpacks more of a part than the archive says
    it holds.
    """
    with ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > DELE or len({p.filename for p in parts}) != len(parts):
        raise IkkeRegneark("filen er ikke pakket, som et regneark er")
    if any(p.flag_bits & 1 for p in parts):
        raise IkkeRegneark("filen er beskyttet med adgangskode; fjern den, og gem filen igen")
    if sum(p.file_size for p in parts) > UDPAKKET:
        raise IkkeRegneark(f"filen fylder mere end {UDPAKKET // 1_000_000} MB, når den er pakket ud")


def _ark(sheet: Any) -> Ark:
    """The cells of a sheet. Its rows are read one by one, as openpyxl's own reading in this mode would pass over a row
    that comes twice.
    """
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.utils import range_boundaries
    from openpyxl.utils.escape import unescape
    from openpyxl.worksheet._reader import FORMULA_TAG, MERGE_TAG, ROW_TAG, WorkSheetParser
    from openpyxl.xml.functions import iterparse

    class Parser(WorkSheetParser):
        def parse_formula(
            self, element: Any
        ) -> str:  # what it says does not matter, and a copied one is not worked out
            return "=" + (element.findtext(FORMULA_TAG) or "")

    book, result = sheet.parent, Ark(sheet.title)
    with sheet._get_source() as source:
        parser = Parser(
            source,
            sheet._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for _, element in iterparse(source):
            if element.tag == MERGE_TAG:
                for area in element:
                    column, row, last_column, last_row = range_boundaries(area.get("ref"))
                    result.flettet.append((row, column, last_row, last_column))
            elif element.tag == ROW_TAG:
                _, cells = parser.parse_row(element)
                for read in cells:
                    value = read["value"]
                    if value is None or (isinstance(value, str) and not value.strip()):
                        continue
                    cell = Celle(
                        read["row"],
                        read["column"],
                        unescape(value) if isinstance(value, str) else value,
                        read["data_type"],
                        ReadOnlyCell(sheet, **read).number_format,
                    )
                    row_of = result.raekker.setdefault(cell.raekke, {})
                    if cell.kolonne in row_of:
                        raise IkkeRegneark(
                            f"filen er beskadiget: cellen {cell.sted} står to gange i arket {sheet.title}"
                        )
                    if cell.raekke > RAEKKER or cell.kolonne > KOLONNER:
                        result.udenfor = cell
                        return result
                    row_of[cell.kolonne] = cell
                element.clear()
    result.raekker = {number: result.raekker[number] for number in sorted(result.raekker)}
    return result
