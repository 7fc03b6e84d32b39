"""What one table's own cells must be: the Table Schema as the frictionless library reads it, and no spelling but one.

The library sees cells only when lines, headings and characters are sound. It reads some spellings as others (`` 5``,
``1_000``, ``007``, ``2024-1-1``); those are findings too, since a file is never repaired in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from kkrlib import tegn
from kkrlib.data.beskrivelse import Tabel, er_dato
from kkrlib.data.tekstfil import ENCODING, MAKS_TEGN
from kkrlib.errors import Fund
from kkrlib.tegn import vis

__all__ = ["ENCODING", "celler", "is_integer", "overskrift"]

#: Days that no fact of ours has: such a date is a slip, and the day after the last one cannot be computed with.
_FOERSTE_DAG, _SIDSTE_DAG = "1900-01-01", "2199-12-31"
_CIFRE = 15
_TYPER = {"integer": "et helt tal", "date": "en dato skrevet som 2024-12-31"}
#: What nearly all cells consist of, and nothing that is looked for below.
_PLAIN = re.compile("[!-~æøåÆØÅéÉüÜöÖäÄ§«»–](?:[ -~æøåÆØÅéÉüÜöÖäÄ§«»–]*[!-~æøåÆØÅéÉüÜöÖäÄ§«»–])?")


def overskrift(tabel: Tabel, fundne: list[str]) -> list[Fund]:
    """A finding on the header if its columns are not those of the description, in its order."""
    if tuple(fundne) == tabel.kolonner:
        return []
    wanted, said = ",".join(tabel.kolonner), ""
    for separator, name in ((";", "semikolon"), ("\t", "tabulator")):
        if len(fundne) == 1 and separator in fundne[0]:
            said = f" (felterne er adskilt af {name}; de skal adskilles af komma"
            said += (
                ". Et dansk Excel skriver semikolon: vælg engelsk listeseparator, eller gem fra LibreOffice)"
                if separator == ";"
                else ")"
            )
    if [c.strip() for c in fundne] == list(tabel.kolonner):
        said = " (der er mellemrum før eller efter en overskrift)"
    elif hidden := ", ".join(tegn.usynlige("".join(fundne))):
        said = said or f" (der er et usynligt tegn i en overskrift: {hidden})"
    elif sorted(fundne) == sorted(tabel.kolonner):
        said = " (kolonnerne står i en anden rækkefølge)"
    return [Fund(tabel.fil, "1", "", vis(",".join(fundne)), f"overskrifterne skal være {wanted}{said}")]


def celler(tabel: Tabel, raekker: Sequence[tuple[int, list[str]]]) -> list[Fund]:
    """The findings on the cells of rows (line number, cells) that are as long as the header; one per cell at most."""
    readers = tabel.skema.create_cell_readers()
    described = {f["name"]: f for f in tabel.raa["schema"]["fields"]}
    found = []
    for at, felt in enumerate(tabel.felter):
        read, seen = readers[felt.navn], {}
        for number, cells in raekker:
            value = cells[at]
            if value not in seen:  # most columns repeat their values
                seen[value] = _celle(value, felt.type, described[felt.navn], read)
            if seen[value]:
                found.append(Fund(tabel.fil, str(number), felt.navn, vis(value), seen[value]))
    return sorted(found, key=lambda f: int(f.raekke))


def is_integer(value: str) -> bool:
    digits = value.removeprefix("-")
    if len(digits) > _CIFRE:  # no number of people or kroner is that long, and int() refuses very long ones
        return False
    return digits.isascii() and digits.isdigit() and str(int(value)) == value


def _celle(value: str, kind: str, described: dict[str, Any], read: Any) -> str:
    """The first rule that a cell breaks, or an empty text."""
    if value and not _PLAIN.fullmatch(value) and (said := _tegn(value)):
        return said
    if len(value) > MAKS_TEGN:
        return f"er på {len(value)} tegn; en celle må højst have {MAKS_TEGN}"
    if kind == "integer" and value.removeprefix("-").isdigit() and len(value.removeprefix("-")) > _CIFRE:
        return f"har flere end {_CIFRE} cifre"
    _, notes = read(value)
    if notes:
        rule = next(iter(notes))
        if rule != "type":
            return _graense(rule, described)
        return _ikke_et_helt_tal(value) if kind == "integer" else f"skal være {_TYPER[kind]}"
    if value and kind == "integer" and not is_integer(value):
        return f"skal skrives {int(value)}"
    if value and kind == "date":
        if not er_dato(value):
            return "skal skrives som 2024-12-31"
        if not _FOERSTE_DAG <= value <= _SIDSTE_DAG:
            return f"skal være en dag fra {_FOERSTE_DAG} til {_SIDSTE_DAG}"
    return ""


def _tegn(value: str) -> str:
    """What is wrong with the characters of a cell: unseen, of two parts, or of another script."""
    if value != value.strip():
        return "har mellemrum før eller efter"
    if hidden := ", ".join(tegn.usynlige(value)):
        return f"har et usynligt tegn ({hidden})"
    if not tegn.sammensat(value):
        return "har bogstaver, der er skrevet som to tegn (fx A og en ring for Å); skriv teksten igen"
    for char in value:
        kind, name = unicodedata.category(char), unicodedata.name(char, "")
        if (
            kind[0] == "L"
            and not char.isascii()
            and not name.startswith(("LATIN", "MICRO SIGN", "FEMININE", "MASCULINE"))
        ):
            return f"har et bogstav, der ikke er latinsk ({char}: U+{ord(char):04X} {name})"
        if kind == "Nd" and not char.isascii():
            return f"har et ciffer, der ikke er 0-9 ({char}: U+{ord(char):04X} {name})"
    return ""


def _graense(rule: str, described: dict[str, Any]) -> str:
    limit = described["constraints"][rule]
    match rule:
        case "required":
            return "må ikke være tom"
        case "minimum":
            return f"skal være mindst {limit}"
        case "maximum":
            return f"må højst være {limit}"
        case "pattern":
            return f"passer ikke med formen {limit}"
        case _:
            return "skal være " + " eller ".join(f"«{x}»" for x in limit)


def _ikke_et_helt_tal(value: str) -> str:
    text = "skal være et helt tal, skrevet med cifre alene"
    if "." in value and all(part.isdigit() and len(part) == 3 for part in value.split(".")[1:]):
        return f"{text}; punktummet ligner en tusindtalsadskiller ({value.replace('.', '')}?)"
    return text
