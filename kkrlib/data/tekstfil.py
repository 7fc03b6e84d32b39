"""One text file of a folder: opened, decoded and split here and nowhere else, and refused at its place.

What a spreadsheet writes as «CSV UTF-8» is read: a BOM first, and line ends as CR LF. Neither counts in a page's
fingerprint. All else that is not plain UTF-8 in lines of fields is a finding with its line, and nothing that is no
plain file of the folder is opened: reading a named pipe or a device could wait for ever.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from kkrlib import dansk, filer, tegn
from kkrlib.errors import DataError, Fund, naermeste

ENCODING = "filen er ikke UTF-8 (gem den som «CSV UTF-8»)"
#: What one file may hold: many times the largest table there is (200 kB, 2.500 rows, cells of 500 characters), and so
#: little that a run-away file is named instead of filling the memory.
MAKS_BYTES, MAKS_RAEKKER, MAKS_TEGN = 10_000_000, 50_000, 2_000

#: What other kinds of files begin with. UTF-32 stands before UTF-16, whose mark it begins with.
_ANDRE_FILER = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"PK\x03\x04", "et regneark eller et zip-arkiv"),
    (b"\x1f\x8b", "et gzip-arkiv"),
    (b"\xd0\xcf\x11\xe0", "et ældre regneark"),
)
_FELT = re.compile(r'(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)')
_ENLIGT_CR = re.compile(r"\r(?!\n)")


def tekst(mappe: Path, navn: str, henvisning: bool = False) -> str:
    """The text of a file in a folder, without BOM and with ``\\n`` as line end.

    ``henvisning``: the file may be a symbolic link. Raises :class:`DataError` with one finding: no such file, no
    plain file, a file elsewhere, too large, empty, not UTF-8 (with the line of the first byte that is not), or with a
    CR that ends no line.
    """
    content = indhold(mappe, navn, henvisning)
    for mark, kind in _ANDRE_FILER:
        if content.startswith(mark):
            raise DataError(
                [Fund(navn, "", "", "", f"filen er {kind} og ikke tekst i UTF-8 (gem den som «CSV UTF-8»)")]
            )
    if content.count(0) > len(content) // 8:
        said = "filen er ikke tekst i UTF-8, men måske UTF-16 uden mærke (gem den som «CSV UTF-8»)"
        raise DataError([Fund(navn, "", "", "", said)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts from after the BOM.
        content = content.removeprefix(b"\xef\xbb\xbf")
        line = content.count(b"\n", 0, error.start)
        shown = tegn.vis(content.split(b"\n")[line].decode("cp1252", "replace").rstrip("\r"))
        raise DataError([Fund(navn, str(line + 1), "", shown, ENCODING)]) from None
    if not text.strip():
        raise DataError([Fund(navn, "", "", "", "filen er tom")])
    if lonely := _ENLIGT_CR.search(text):
        line = text.count("\n", 0, lonely.start()) + 1
        said = "har et CR-tegn (U+000D) alene; linjer skal ende med LF eller CR LF (gem filen som «CSV UTF-8»)"
        raise DataError([Fund(navn, str(line), "", "", said)])
    return text.replace("\r\n", "\n")


def raekker(navn: str, tekst: str) -> tuple[list[tuple[int, list[str]]], list[Fund]]:
    """The records of a CSV file with the line each stands on, the header first, and what is wrong with lines and
    quotes.

    A field is quoted whole or not at all (RFC 4180) and stands on one line, so that record and line are one thing and
    a quote that is not closed is a finding of its own line alone. Lines with a finding give no record.
    """
    lines = tekst.split("\n")
    found = []
    if lines[-1]:
        said = "sidste linje slutter uden linjeskift, så filen kan være afkortet"
        found.append(Fund(navn, str(len(lines)), "", tegn.vis(lines[-1]), said))
    else:
        lines.pop()
    if len(lines) - 1 > MAKS_RAEKKER:
        said = f"filen har {dansk.tal(len(lines) - 1)} rækker; der læses højst {dansk.tal(MAKS_RAEKKER)}"
        return [], [Fund(navn, "", "", "", said)]
    records: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines, start=1):
        if not line:
            found.append(Fund(navn, str(number), "", "", "rækken er tom"))
            continue
        cells, wrong = _felter(line)
        if wrong:
            header = records[0][1] if records and records[0][0] == 1 else []
            column = header[len(cells)] if len(cells) < len(header) else ""
            found.append(Fund(navn, str(number), column, tegn.vis(line), wrong))
        else:
            records.append((number, cells))
    return records, found


def indhold(mappe: Path, navn: str, henvisning: bool = False) -> bytes:
    """The bytes of a plain file in a folder; see :func:`tekst` for what it raises."""
    path = mappe / navn
    try:
        if not henvisning and os.path.exists(path) and path.resolve() != mappe.resolve() / navn:
            raise filer.KanIkkeLaeses("filen er et link til en anden fil; den skal selv ligge i mappen")
        return filer.laes(path, MAKS_BYTES)
    except (filer.KanIkkeLaeses, OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL in the name
        said = (
            str(error) if isinstance(error, filer.KanIkkeLaeses) else f"filen kan ikke åbnes ({type(error).__name__})"
        )
        if said == filer.FINDES_IKKE:
            near = naermeste(navn, [p.name for p in mappe.iterdir()] if mappe.is_dir() else [])
            said += f"; mente du «{tegn.vis(near)}»?" if near else ""
        raise DataError([Fund(navn, "", "", "", said)]) from None


def _felter(linje: str) -> tuple[list[str], str]:
    """The fields of a line, or those before the first that is wrong, and what is wrong with it."""
    if '"' not in linje:
        return linje.split(","), ""
    cells: list[str] = []
    at = 0
    while True:
        field = _FELT.match(linje, at)
        if field is None:
            if linje[at] != '"':
                return (
                    cells,
                    "har et anførselstegn midt i et felt; skriv hele feltet i anførselstegn og tegnet selv to gange",
                )
            closed = re.match(r'"(?:[^"]|"")*"', linje[at:])
            if closed:
                return cells, "har tekst efter det anførselstegn, der afslutter feltet"
            return cells, "har et anførselstegn, der ikke er afsluttet på linjen"
        quoted, plain = field.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        at = field.end()
        if at == len(linje):
            return ([*cells, ""] if field.group().endswith(",") else cells), ""
