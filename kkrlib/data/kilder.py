"""Looking the facts up on their lines in the source texts."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.data.mappe import data_mappe, read_resources
from kkrlib.data.skema import is_integer
from kkrlib.data.tabeller import load
from kkrlib.errors import Fund


def check_kilder(kilder: Path | str, mappe: Path | str | None = None) -> list[Fund]:
    """Look every fact up on its line in the source texts; findings for those that are not there.

    ``kilder`` is a folder with the text files named in ``kilder.csv``. A number must stand on its line as the
    sources print it (``659.350``; ``-`` or ``0`` for zero), a kommunekode and a date likewise, and each text must
    have the checksum it had when the facts were taken from it. Rows whose source has no file are passed over.
    """
    folder, texts, found = data_mappe(mappe), {}, []
    tables = load(folder)
    for row, source in enumerate(tables["kilder"].itertuples(), start=2):
        if pd.isna(source.fil):
            continue
        path = Path(kilder) / source.fil
        if not path.is_file():
            found.append(Fund("kilder.csv", str(row), "fil", source.fil, "kilden findes ikke i mappen"))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != source.sha256:
            found.append(
                Fund(
                    "kilder.csv",
                    str(row),
                    "sha256",
                    source.fil,
                    "kilden er en anden tekst end den, tallene er taget fra",
                )
            )
        else:
            texts[source.kilde] = path.read_text(encoding="utf-8").split("\n")
    for resource in read_resources(folder):
        table = tables[resource["name"]]
        if "linje" not in table.columns:
            continue
        for position, record in enumerate(table.to_dict("records"), start=2):
            if record["kilde"] in texts:
                found += _not_on_its_line(resource, str(position), record, texts[record["kilde"]])
                found += _found_again(resource, str(position), record, texts[record["kilde"]], tables)
    return found


def _not_on_its_line(resource: dict[str, Any], position: str, record: dict[str, Any], text: list[str]) -> list[Fund]:
    found = []
    for field in resource["schema"]["fields"]:
        name, value = field["name"], record[field["name"]]
        if name == "punkt" or name.startswith("linje") or field.get("printed") is False or pd.isna(value):
            continue
        line_number = record.get(f"linje_{name}", record["linje"])
        forms = _as_printed(name, field["type"], value)
        if forms is None or pd.isna(line_number):
            continue
        line = _line(text, line_number)
        if not any(_stands_in(form, line) for form in forms):
            rule = f"står ikke i kilde {record['kilde']}, linje {line_number}: «{line[:60]}»"
            found.append(Fund(resource["path"], position, name, str(value), rule))
    return found


def _found_again(
    resource: dict[str, Any], position: str, record: dict[str, Any], text: list[str], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    """A fact of another table that the row's line prints too: it stands in the data once, and is looked up here."""
    found = []
    for rule in resource.get("genfindes", ()):
        table, column = tables[rule["tabel"]], rule["kolonne"]
        rows = table[[all(r[k] == record[k] for k in rule["noegle"]) for r in table[rule["noegle"]].to_dict("records")]]
        line = _line(text, record["linje"])
        if not any(
            _stands_in(form, line) for value in rows[column] for form in _as_printed(column, "integer", value) or ()
        ):
            values = ", ".join(str(value) for value in rows[column])
            said = f"{rule['tabel']}.csv, kolonne {column}, står ikke i kilde {record['kilde']}, linje {record['linje']}: «{line[:60]}»"
            found.append(Fund(resource["path"], position, ",".join(rule["noegle"]), values, said))
    return found


def _line(text: list[str], number: Any) -> str:
    return text[int(number) - 1] if int(number) <= len(text) else ""


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
