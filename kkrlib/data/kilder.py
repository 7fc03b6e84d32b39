"""Looking the facts up on their lines in the source texts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.data.beskrivelse import Tabel
from kkrlib.data.mappe import data_mappe
from kkrlib.data.skema import is_integer
from kkrlib.data.tabeller import beskrivelse, load
from kkrlib.data.tekstfil import indhold
from kkrlib.errors import ADVARSEL, DataError, Fund
from kkrlib.sted import Sted
from kkrlib.tegn import vis

_KILDER = "kilder.csv"


def check_kilder(kilder: Path | str, mappe: Path | str | None = None) -> list[Fund]:
    """Look every fact up on its line in the source texts; findings for those that are not there.

    ``kilder`` is a folder with the text files named in ``kilder.csv``. A number must stand on its line as the sources
    print it (``659.350``; ``-`` or ``0`` for zero), a kommunekode and a date likewise, and each text must have the
    checksum it had when the facts were taken from it. Rows whose source has no file are passed over. A row with a
    page or a sheet, though its source is a text with lines, can't be looked up and is a warning. Sources that are not
    in the folder are one warning, and all that the others print is looked up; a folder with none of them is an error.
    Raises :class:`DataError` if the tables themselves have an error.
    """
    folder = data_mappe(mappe)
    tables = load(folder)
    texts, found = _tekster(Path(kilder), tables["kilder"])
    for tabel in beskrivelse(folder).tabeller.values():
        if "linje" not in tabel.kolonner:
            continue
        for position, record in enumerate(tables[tabel.navn].to_dict("records"), start=2):
            if record["kilde"] in texts:
                place = Sted.af(record)
                if place.linje is None and place.hvor:
                    said = "er ikke en linje, så rækken er ikke slået op i kildens tekst"
                    found.append(Fund(tabel.fil, str(position), "linje", place.hvor, said, ADVARSEL))
                found += _not_on_its_line(tabel, str(position), record, texts[record["kilde"]])
                found += _found_again(tabel, str(position), record, texts[record["kilde"]], tables)
    return found


def _tekster(mappe: Path, kilder: pd.DataFrame) -> tuple[dict[str, list[str]], list[Fund]]:
    """The lines of each source whose text is in the folder and is the text that the facts were taken from."""
    if absent := [c for c in ("kilde", "fil", "sha256") if c not in kilder.columns]:
        return {}, [Fund(_KILDER, "1", c, "", "kolonnen mangler, så kilderne ikke kan slås op") for c in absent]
    texts, found, missing = {}, [], []
    for row, source in enumerate(kilder.itertuples(), start=2):
        if pd.isna(source.fil):
            continue
        if source.fil != Path(source.fil).name:
            said = "skal være navnet på en fil i mappen med kilder, uden sti"
            found.append(Fund(_KILDER, str(row), "fil", vis(source.fil), said))
            continue
        if not (mappe / source.fil).exists():
            missing.append((row, source))
            continue
        try:
            content = indhold(mappe, source.fil, henvisning=True)
        except DataError as error:
            found += [Fund(_KILDER, str(row), "fil", vis(source.fil), f.regel) for f in error.fund]
            continue
        if hashlib.sha256(content).hexdigest() != source.sha256:
            said = "kilden er en anden tekst end den, tallene er taget fra"
            found.append(Fund(_KILDER, str(row), "sha256", vis(source.fil), said))
            continue
        try:
            texts[source.kilde] = content.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            found.append(Fund(_KILDER, str(row), "fil", vis(source.fil), "kilden er ikke tekst i UTF-8"))
    if missing and not texts and not found:
        names = ", ".join(str(source.fil) for _, source in missing)
        said = f"ingen af kilderne findes i mappen «{vis(mappe.name)}» ({names}), så intet er slået op"
        return {}, [Fund(_KILDER, "", "fil", "", said)]
    if missing:
        rows = ", ".join(str(row) for row, _ in missing)
        names = ", ".join(str(source.kilde) for _, source in missing)
        said = "findes ikke i mappen, og det, der er taget fra dem, er ikke slået op"
        found.append(Fund(_KILDER, rows, "kilde", names, said, ADVARSEL))
    return texts, found


def _not_on_its_line(tabel: Tabel, position: str, record: Mapping[str, Any], text: list[str]) -> list[Fund]:
    found = []
    for felt in tabel.felter:
        name, value = felt.navn, record[felt.navn]
        if name == "punkt" or name.startswith("linje") or not felt.trykt or pd.isna(value):
            continue
        place = Sted.af(record, name)
        forms = _as_printed(name, felt.type, value)
        if forms is None or place.linje is None:
            continue
        line = _line(text, place.linje)
        if not any(_stands_in(form, line) for form in forms):
            rule = f"står ikke i {place.tekst}: «{line[:60]}»"
            found.append(Fund(tabel.fil, position, name, str(value), rule))
    return found


def _found_again(
    tabel: Tabel,
    position: str,
    record: Mapping[str, Any],
    text: list[str],
    tables: Mapping[str, pd.DataFrame],
) -> list[Fund]:
    """A fact of another table that the row's line prints too: it stands in the data once, and is looked up here."""
    found = []
    for again in tabel.genfindes:
        table, keys = tables[again.tabel], list(again.noegle)
        rows = table[[all(r[k] == record[k] for k in keys) for r in table[keys].to_dict("records")]]
        place = Sted.af(record)
        if place.linje is None:
            continue
        line = _line(text, place.linje)
        printed = [
            _as_printed(again.kolonne, "integer", value) or () for value in rows[again.kolonne] if pd.notna(value)
        ]
        if not any(_stands_in(form, line) for forms in printed for form in forms):
            values = ", ".join(str(value) for value in rows[again.kolonne])
            said = f"{again.tabel}.csv, kolonne {again.kolonne}, står ikke i {place.tekst}: «{line[:60]}»"
            found.append(Fund(tabel.fil, position, ",".join(keys), values, said))
    return found


def _line(text: list[str], number: int) -> str:
    return text[number - 1] if 1 <= number <= len(text) else ""


def _stands_in(form: str, line: str) -> bool:
    """Whether a line prints a form: a number not as part of a longer one, a word not as part of another."""
    line = _TAG.sub(" ", line).replace("*", " ").replace(":", " ")
    if _NUMBER.fullmatch(form):
        return re.search(rf"(?<![\d.,]){re.escape(form)}(?!\d|[.,]\d)", line) is not None
    return re.search(rf"(?<![\w.,]){re.escape(form)}(?!\w)", line) is not None


_TAG = re.compile(r"</?[a-z]+>")


_NUMBER = re.compile(r"\d[\d.]*(,\d+)?")


def _as_printed(name: str, kind: str, value: Any) -> list[str] | None:
    """How a source prints a value, in all the ways that count; None for what is ours and not printed."""
    if kind == "date":
        return [dansk.dato(value)]
    if name == "kommunekode" or name == "stavemaade":
        return [str(value)]
    if name == "trykt":
        return [value, dansk.tal(int(value))] if is_integer(value) else [value]
    if kind == "integer" and name not in ("kvoteaar",):
        return ["-", "0"] if value == 0 else [dansk.tal(value), str(value)]
    return None
