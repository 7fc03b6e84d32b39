"""Files that users made or filled in: small CSV files and workbooks, read strictly.

What is written is read as it stands or refused with file, row and column; no row, cell or file is passed over without a
word. A path that leads to no ordinary file (a pipe, a device), and a file that is far too large, are refused at once.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from kkrlib import filer, parametre, tegn
from kkrlib.data import regneark
from kkrlib.data.regneark import Ark, Celle
from kkrlib.data.skema import ENCODING
from kkrlib.errors import DataError, Fund, ParameterError
from kkrlib.tegn import vis

#: The most bytes of a CSV that a user made. The agreed quotas of a whole region are about 500.
STOERSTE_CSV = 1_000_000
#: The most entries of a folder with workbooks.
FLEST = 500

_SKILLETEGN = {",": "komma", ";": "semikolon", "\t": "tabulator"}
_SEP = re.compile(r'"?sep=(.?)"?', re.IGNORECASE)
_NBSP = "\N{NO-BREAK SPACE}"
_NUL = "filen har nultegn (NUL), som ingen tekst har; gem den som «CSV UTF-8»"
_MELLEMRUM = f" {_NBSP}"
#: What an operating system leaves in a folder without anybody having asked for it.
_SYSTEMFILER = {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini"}
_GEM_XLSX = "åbn den, og gem den som Excel-projektmappe (.xlsx)"
_RAAD = {
    ".xls": f"er et regneark i det gamle format; {_GEM_XLSX}",
    ".xlsb": f"er et binært regneark; {_GEM_XLSX}",
    ".xltx": f"er en Excel-skabelon; {_GEM_XLSX}",
    ".xltm": f"er en Excel-skabelon; {_GEM_XLSX}",
    ".ods": f"er et OpenDocument-ark; {_GEM_XLSX}",
    ".numbers": f"er et ark fra Numbers; {_GEM_XLSX}",
    ".csv": f"er en CSV-fil; {_GEM_XLSX}",
    ".zip": "er en pakket mappe; pak den ud, og læg regnearkene direkte i mappen",
}


def laes_csv(sti: Path | str, former: dict[str, list[str]]) -> tuple[str, pd.DataFrame]:
    """Read a small CSV that a user made, in one of several shapes, as strings.

    ``former`` maps a shape's name to its columns; the header decides which shape it is, and a last column ``note`` may
    be left out. As spreadsheets write it, the file may be UTF-8 with or without a BOM or UTF-16 with one (Excel's
    «Unicode-tekst»); have any one kind of line ends; begin with ``sep=;``; have fields separated by comma, semicolon or
    tabulator, quoted or not, with spaces around them; headings in capitals; and rows without any content, which are
    passed over.

    Each line is one row: a quote that is not closed on its line, or stands inside a field that is not quoted, is a
    finding and swallows nothing. Returns the shape's name and a DataFrame of strings with the column ``raekke`` (line
    in the file). Raises :class:`DataError` with every finding: no such file, no text, no rows, other headings or
    headings twice, rows that are longer or shorter than the header, and characters that nobody sees.
    """
    path = Path(sti)
    lines = _linjer(path)
    separator, lines = _skilletegn(path.name, lines)
    if not lines:
        raise _fejl(path, "filen er tom")
    first, said = lines[0]
    found: list[Fund] = []
    names, rule = _felter(said, separator)
    header = [tegn.normal(name) for name in names]
    found += _usynlige(path.name, first, header, names)
    shape = next((name for name, columns in former.items() if columns in (header, [*header, "note"])), None)
    if shape is None or rule:
        wanted = " eller ".join(",".join(columns) for columns in former.values())
        finding = Fund(path.name, str(first), "", _vist(said), rule or f"første linje skal være {wanted}")
        raise DataError(found or [finding])
    rows = []
    for number, line in lines[1:]:
        record, rule = _felter(line, separator)
        if rule:
            column = header[len(record)] if len(record) < len(header) else ""
            found.append(Fund(path.name, str(number), column, _vist(line), rule))
            continue
        found += _usynlige(path.name, number, header, record)
        if [tegn.normal(field) for field in record] == header:
            found.append(Fund(path.name, str(number), "", _vist(line), "overskriften står igen; den skal stå én gang"))
        elif len(record) != len(header):
            other = next((s for s in _SKILLETEGN if s != separator and s in line), "")
            hint = f"; felterne i overskriften er skilt af {_SKILLETEGN[separator]}" if other else ""
            text = f"rækken har {len(record)} felter, og overskriften har {len(header)}{hint}"
            found.append(Fund(path.name, str(number), "", _vist(line), text))
        rows.append((number, record))
    if found:
        raise DataError(found)
    if not rows:
        raise _fejl(path, "filen har ingen rækker")
    table = pd.DataFrame([record for _, record in rows], columns=header, dtype=str)
    return shape, table.reindex(columns=former[shape], fill_value="").assign(raekke=[str(number) for number, _ in rows])


def laes_valgfri(sti: str, former: dict[str, list[str]]) -> tuple[str, str, pd.DataFrame] | None:
    """As :func:`laes_csv` for a parameter that may be empty: (file name, shape, table), or None for an empty path.

    Raises ParameterError for a path that is no text.
    """
    parametre.kontroller(sti=(sti, parametre.tekst()))
    return (Path(sti).name, *laes_csv(sti, former)) if sti else None


def laes_regneark(
    sti: str, former: dict[str, dict[str, tuple[str, str]]]
) -> list[tuple[str, dict[str, pd.DataFrame], list[Fund]]]:
    """Read workbooks (XLSX, XLSM) that users filled in: one file, all of a folder in the order of their names, or none
    for an empty path.

    ``former`` maps each sheet to its headings, and each heading to a column name and what it holds: ``"heltal"``,
    ``"valgfrit heltal"``, ``"tekst"`` or ``"valgfri tekst"``. Names of sheets and headings are compared by
    :func:`kkrlib.tegn.normal`. The headings stand in the first row in which any of them stands, in any order; text
    above them is passed over, and so are rows without any cell filled in, charts, and sheets that look like none of
    ``former``.

    Returns one (file name, DataFrame per sheet, findings) per file. A DataFrame has the named columns (whole numbers as
    ``Int64``, texts as strings with single spaces) and ``raekke``, the row in the sheet. Each cell that is a formula,
    an error, of another type, or empty where it must not be, is a finding and is missing in the DataFrame. Findings are
    also: merged cells; a file that is no workbook or goes beyond :mod:`kkrlib.data.regneark`'s limits; a sheet or a
    heading that is missing or comes twice; what stands in a column of its own, above the headings, or in a copy of a
    sheet; and whatever else is in the folder, but for what operating systems put there. Raises DataError for a path
    that does not exist, a single file of which no sheet can be read, or a folder without workbooks.
    """
    parametre.kontroller(sti=(sti, parametre.tekst()))
    if not sti:
        return []
    path = Path(sti)
    try:
        folder = path.is_dir()
        entries = _mappe(path) if folder else [(path, _laas(path.name))]
    except OSError as error:
        raise _fejl(path, f"kan ikke læses: {filer.aarsag(error)}") from None
    if folder and all(rule for _, rule in entries):
        none = Fund(path.name, "", "", "", "mappen har ingen regneark (.xlsx)")
        raise DataError([none, *(Fund(file.name, "", "", "", rule) for file, rule in entries)])
    read = [
        (file.name, {}, [Fund(file.name, "", "", "", rule)]) if rule else _workbook(file, former)
        for file, rule in entries
    ]
    if not folder and not read[0][1]:
        raise DataError(read[0][2])
    return read


def regneark_i(mappe: Path) -> list[Path]:
    """The files of a folder that :func:`laes_regneark` reads, in the order of their names."""
    return [file for file, rule in _mappe(mappe) if not rule]


def dato(tekst: str) -> date | None:
    """A date parameter: ``"2024-09-05"``, or None for an empty text. Raises :class:`ParameterError` for
    anything else.
    """
    parametre.kontroller(dato=(tekst, parametre.tekst()))
    if not tekst:
        return None
    try:
        day = date.fromisoformat(tekst)
        if day.isoformat() != tekst:  # other forms of ISO 8601, such as 20240905
            raise ValueError(tekst)
        return day
    except ValueError:
        raise ParameterError(f"«{vis(tekst)}» er ikke en dato skrevet som 2024-12-31") from None


def _fejl(path: Path, rule: str, row: int | str = "") -> DataError:
    return DataError([Fund(path.name, str(row), "", "", rule)])


# --- CSV ----------------------------------------------------------------------------------------------------


def _linjer(path: Path) -> list[tuple[int, str]]:
    """The lines of a text file with their numbers."""
    try:
        content = filer.laes(path, STOERSTE_CSV)
    except filer.KanIkkeLaeses as error:
        raise _fejl(path, str(error)) from None
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise _fejl(path, "filen er et regneark eller et dokument; gem den som «CSV UTF-8»")
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not content.startswith(
        codecs.BOM_UTF32_LE
    )
    content = content if utf16 else content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-16" if utf16 else "utf-8")
    except UnicodeDecodeError as error:
        rule = "filen begynder som UTF-16 og er det ikke hele vejen; gem den som «CSV UTF-8»" if utf16 else ENCODING
        # UTF-16 without its mark is no UTF-8 either, once there is a Danish letter in it.
        rule = _NUL if not utf16 and b"\0" in content[: error.start] else rule
        raise _fejl(path, rule, "" if utf16 else _linjenummer(content[: error.start].decode())) from None
    if "\0" in text:
        raise _fejl(path, _NUL, _linjenummer(text.partition("\0")[0]))
    lines = _med_lf(text).split("\n")
    return [(number, line) for number, line in enumerate(lines, start=1)]


def _med_lf(text: str) -> str:
    """Line ends of Windows, or of old Macs where there are no others. A lone CR among others is no line end, but a
    character nobody sees.
    """
    text = text.replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")


def _linjenummer(before: str) -> int:
    return _med_lf(before).count("\n") + 1


def _skilletegn(file: str, lines: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """What separates the fields, said by ``sep=`` in the first line or by the header; and the lines with content, from
    the header on.
    """
    told = _SEP.fullmatch(lines[0][1].strip(" ")) if lines else None
    if told and told[1] not in _SKILLETEGN:
        rule = f"skilletegnet kan være {', '.join(_SKILLETEGN.values())}"
        raise DataError([Fund(file, "1", "", _vist(lines[0][1]), rule)])
    rest = [(number, line) for number, line in lines[1 if told else 0 :] if line.strip(f'{_MELLEMRUM}\t,;"')]
    if told:
        return told[1], rest
    used = [s for s in _SKILLETEGN if rest and s in rest[0][1]]
    if len(used) > 1:
        rule = (
            f"overskriften har både {_SKILLETEGN[used[0]]} og {_SKILLETEGN[used[1]]}; brug ét skilletegn i hele filen"
        )
        raise DataError([Fund(file, str(rest[0][0]), "", _vist(rest[0][1]), rule)])
    return (used or [","])[0], rest


def _felter(line: str, separator: str) -> tuple[list[str], str]:
    """The fields of a line, without the spaces around them, and the rule that it breaks, if any; then the fields before
    the fault.
    """
    quoted = re.compile(rf'[{_MELLEMRUM}]*"((?:[^"]|"")*)"[{_MELLEMRUM}]*(?={re.escape(separator)}|\Z)')
    plain = re.compile(rf'[^"{re.escape(separator)}]*(?={re.escape(separator)}|\Z)')
    fields: list[str] = []
    at = 0
    while at <= len(line):
        if match := quoted.match(line, at):
            fields.append(match[1].replace('""', '"').strip(_MELLEMRUM))
        elif match := plain.match(line, at):
            fields.append(match[0].strip(_MELLEMRUM))
        elif not line[at:].lstrip(_MELLEMRUM).startswith('"'):
            return (
                fields,
                'et anførselstegn (") står inde i et felt; sæt det hele i anførselstegn, og skriv det indre to gange',
            )
        elif re.search('(?<!")(?:"")*"(?!")', line[at:].lstrip(_MELLEMRUM)[1:]):
            return fields, "der står tekst efter et afsluttende anførselstegn"
        else:
            return fields, "et anførselstegn bliver ikke lukket på linjen; et felt kan ikke gå over flere linjer"
        at = match.end() + 1
    return fields, ""


def _usynlige(file: str, row: int, header: list[str], record: list[str]) -> Iterator[Fund]:
    """A finding for each field with characters that nobody sees, or with the sign of one that was lost."""
    for n, field in enumerate(record):
        kinds = [*tegn.usynlige(field.replace(_NBSP, " ")), *(["U+FFFD, et tabt tegn"] if "\ufffd" in field else [])]
        if kinds:
            column = header[n] if n < len(header) and header != record else ""
            yield Fund(file, str(row), _vist(column), _vist(field), f"har et usynligt tegn ({', '.join(kinds)})")


def _vist(text: str, longest: int = 80) -> str:
    """A text of a file for a message: short, and with a box for each character that a terminal would obey."""
    text = text if len(text) <= longest else f"{text[:longest]}…"
    return "".join("\N{WHITE SQUARE}" if any(tegn.usynlige(c)) and c not in (_NBSP, "\t") else c for c in text)


# --- workbooks ----------------------------------------------------------------------------------------------


def _mappe(folder: Path) -> list[tuple[Path, str]]:
    """What is in a folder, in the order of names, each with why it isn't read, if it isn't. Raises OSError and
    DataError.
    """
    files = sorted(p for p in folder.iterdir() if p.name.casefold() not in _SYSTEMFILER)
    if len(files) > FLEST:
        raise _fejl(folder, f"mappen har flere end {FLEST} filer; læg regnskaberne i en mappe for sig")
    return [(file, _uden_for(file)) for file in files]


def _uden_for(file: Path) -> str:
    """Why a file of a folder isn't read as a workbook; empty for one that is."""
    if lock := _laas(file.name):
        return lock
    if file.is_dir():
        return "er en mappe; læg regnskaberne direkte i den mappe, der læses"
    if file.name.startswith("."):
        return "er en skjult fil; slet den, eller giv den et navn uden punktum først, hvis den skal læses"
    suffix = file.suffix.casefold()
    if suffix in regneark.ENDELSER:
        return ""
    return _RAAD.get(suffix, "er ikke et regneark (.xlsx); læg den et andet sted")


def _laas(name: str) -> str:
    """What Excel and LibreOffice leave beside a file while it is open."""
    for prefix, end in (("~$", ""), (".~lock.", "#")):
        if name.startswith(prefix) and name.endswith(end):
            of = name.removeprefix(prefix).removesuffix(end)
            return f"viser, at «{of}» er åben i Excel; gem og luk den (er den lukket, så slet denne fil)"
    return ""


def _workbook(
    path: Path, former: dict[str, dict[str, tuple[str, str]]]
) -> tuple[str, dict[str, pd.DataFrame], list[Fund]]:
    try:
        sheets = regneark.laes(filer.laes(path, regneark.STOERST))
    except (filer.KanIkkeLaeses, regneark.IkkeRegneark) as error:
        return path.name, {}, [Fund(path.name, "", "", "", str(error))]
    tables, found = {}, []
    for name, headings in former.items():
        named = [sheet for sheet in sheets if tegn.normal(sheet.navn) == tegn.normal(name)]
        if not named or len(named) > 1 or not named[0].tabel:
            rule = f"arket mangler; filen har {', '.join(s.navn for s in sheets)}"
            if named:
                rule = "arket er et diagram" if len(named) == 1 else "der er to ark af det navn"
            found.append(Fund(path.name, "", "", name, rule))
            continue
        table, faults = _tabel(path.name, name, named[0], headings)
        found += faults
        if table is not None:
            tables[name] = table
    known = {tegn.normal(name) for name in former}
    for sheet in sheets:
        if tegn.normal(sheet.navn) not in known and any(_overskrift(sheet, h, mindst=2) for h in former.values()):
            rule = "arket ligner et af skabelonens og bliver ikke læst; slet det, eller flyt det til en anden fil"
            found.append(Fund(path.name, "", "", sheet.navn, rule))
    return path.name, tables, found


def _overskrift(sheet: Ark, headings: Mapping[str, Any], mindst: int = 1) -> int | None:
    """The first row in which at least so many of the headings stand."""
    wanted = {tegn.normal(heading) for heading in headings}
    for number, row in sheet.raekker.items():
        if len(wanted & {tegn.normal(c.vaerdi) for c in row.values() if c.art == "s"}) >= mindst:
            return number
    return None


def _tabel(
    file: str, name: str, sheet: Ark, headings: dict[str, tuple[str, str]]
) -> tuple[pd.DataFrame | None, list[Fund]]:
    """A sheet as a table, or None where its headings are not all there, and everything that is wrong with it."""
    found: list[Fund] = []

    def where(row: int | str, column: str, value: Any, rule: str) -> None:
        found.append(Fund(file, f"{name} {row}".strip(), column, "" if value is None else _vist(str(value)), rule))

    if cell := sheet.udenfor:
        most = f"{regneark.RAEKKER} rækker og {regneark.KOLONNER} kolonner"
        where(cell.raekke, "", cell.vaerdi, f"der læses højst {most}; slet alt fra og med celle {cell.sted}")
        return None, found
    top = _overskrift(sheet, headings)
    heads = sheet.raekker[top] if top is not None else {}
    places: dict[str, int] = {}
    for heading in headings:
        at = [c.kolonne for c in heads.values() if c.art == "s" and tegn.normal(c.vaerdi) == tegn.normal(heading)]
        if len(at) == 1:
            places[heading] = at[0]
        else:
            found.append(Fund(file, name, "", heading, "kolonnen står to gange" if at else "kolonnen mangler"))
    if top is None or found:
        return None, found
    names = {column: headings[heading][0] for heading, column in places.items()}
    for area in sheet.flettet:
        if area[2] >= top and any(area[1] <= column <= area[3] for column in names):
            column = next(column for column in names if area[1] <= column <= area[3])
            where(max(area[0], top), names[column], None, "cellen er flettet med andre; ophæv fletningen")
    below = {number: row for number, row in sheet.raekker.items() if number > top}
    for number, row in sheet.raekker.items():
        for cell in row.values():
            if number < top and cell.art != "s":
                where(number, "", cell.vaerdi, f"står over overskrifterne ({cell.sted}) og bliver ikke læst")
    for column in sorted({c for row in below.values() for c in row} - set(places.values())):
        first = next(row[column] for row in below.values() if column in row)
        said = _vist(str(heads[column].vaerdi)) if column in heads else ""
        where(first.raekke, said, first.vaerdi, "står i en kolonne, som skabelonen ikke har, og bliver ikke læst")
    records = []
    for number, row in below.items():
        cells = {heading: row.get(column) for heading, column in places.items()}
        if not any(cells.values()):
            continue
        if (
            sum(c is not None and c.art == "s" and tegn.normal(c.vaerdi) == tegn.normal(h) for h, c in cells.items())
            > 1
        ):
            where(number, "", None, "overskrifterne står igen; de skal stå én gang")
            continue
        record: dict[str, Any] = {"raekke": number}
        for heading, (own, kind) in headings.items():
            cell = cells[heading]
            record[own], rule = _cell(cell, kind)
            if rule:
                where(number, own, cell.vaerdi if cell else None, rule)
        records.append(record)
    table = pd.DataFrame(records, columns=["raekke", *(own for own, _ in headings.values())])
    for own, kind in headings.values():
        table[own] = table[own].astype("Int64" if "heltal" in kind else "str")
    return table, found


def _cell(cell: Celle | None, kind: str) -> tuple[int | str | None, str]:
    """A cell's value, and the rule that it breaks, if any; then the value is None."""
    if cell is None:
        return None, "" if kind.startswith("valgfri") else "må ikke være tom"
    value = cell.vaerdi
    if cell.art == "f":
        return None, "er en formel; skriv tallet eller teksten selv"
    if cell.art == "e":
        return None, "er en fejl i regnearket"
    if "tekst" in kind:
        return _tekst(value) if isinstance(value, str) else (None, "skal være tekst")
    if isinstance(value, str):
        return None, "er tekst; skal være et helt tal i en talcelle"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, "skal være et helt tal"
    if "%" in cell.format:
        return None, "er vist i procent; skal være et helt tal"
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):
        return None, "skal være et helt tal uden decimaler"
    if value < 0:
        return None, "skal være mindst 0"
    if value >= 10**10:
        return None, "skal være mindre end 10.000.000.000"
    return int(value), ""


def _tekst(value: str) -> tuple[str | None, str]:
    """A text with single spaces, also where there are line breaks in the cell; or the rule that it breaks."""
    spaced = re.sub(rf"[\n\r\t{_NBSP}]", " ", value)
    if hidden := ", ".join(tegn.usynlige(spaced)):
        return None, f"har et usynligt tegn ({hidden}); skriv teksten igen"
    return " ".join(spaced.split()), ""
