"""The tables of ``data/``: read, validated by schema and by the descriptor's own checks, and typed."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from kkrlib.data import regler, skema
from kkrlib.data.mappe import BESKRIVELSE, data_mappe, read_resources
from kkrlib.errors import ADVARSEL, DataError, Fund

#: The table of :func:`load` that no file has.
KOLONNEROLLER = "kolonneroller"


def load(mappe: Path | str | None = None) -> dict[str, pd.DataFrame]:
    """Read and validate all tables.

    Returns one DataFrame per table of the descriptor, with the file's columns in its order: integers as
    ``int64`` (``Int64`` where cells may be empty), dates as ``datetime64``, all else as strings where an
    empty cell is missing; and :data:`KOLONNEROLLER`, which says what the columns are to the reconciliation (``role`` of a
    field in the descriptor): columns ``tabel``, ``kolonne``, ``rolle``, ``noegle`` (key columns, separated by spaces), ``enhed``,
    ``navn`` (the table as the source names it; empty where the rows do). Raises :class:`DataError` with every finding if any of
    them is an error.
    """
    folder = data_mappe(mappe)
    errors = [f for f in check(folder) if f.alvor != ADVARSEL]
    if errors:
        raise DataError(errors)
    return laes(folder)


def laes(mappe: Path | str | None = None) -> dict[str, pd.DataFrame]:
    """The tables as :func:`load` returns them, without validating: for who has just called :func:`check`."""
    folder = data_mappe(mappe)
    resources = read_resources(folder)
    return {r["name"]: _typed(_raw(folder / r["path"]), r) for r in resources} | {KOLONNEROLLER: _roles(resources)}


def check(mappe: Path | str | None = None, uden: Collection[str] = ()) -> list[Fund]:
    """All findings on all tables, errors first; an empty list means that nothing is wrong. ``uden``: checks of the descriptor to leave out (``sum``)."""
    folder = data_mappe(mappe)
    if not (folder / BESKRIVELSE).is_file():
        return [Fund(BESKRIVELSE, "", "", "", f"filen findes ikke i mappen «{folder.name}»")]
    try:
        resources = read_resources(folder)
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        return [Fund(BESKRIVELSE, "", "", "", f"kan ikke læses som en tabelbeskrivelse ({error})")]

    found, readable = skema.schema_findings(folder, resources)
    tables = {}
    for resource in resources:
        if resource["name"] in readable:
            try:
                tables[resource["name"]] = _raw(folder / resource["path"])
            except ValueError:  # rows of unequal length, which are findings already
                continue
    for resource in resources:
        if resource["name"] not in tables:
            continue
        table = tables[resource["name"]]
        if table.empty:
            if resource.get("may_be_empty"):
                continue
            found.append(Fund(resource["path"], "", "", "", "tabellen har ingen rækker"))
            continue
        found += regler.unusual_spelling(table, resource)
        for rule in resource.get("checks", ()):
            needed = {resource["name"], *(rule[k] for k in regler.TABELLER if isinstance(rule.get(k), str))}
            if needed <= tables.keys() and rule["check"] not in uden:
                found += regler.CHECKS[rule["check"]](table, resource, rule, tables)
    return sorted(found, key=lambda f: f.alvor == ADVARSEL)


def _roles(resources: Iterable[dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for resource in resources:
        keys = resource["schema"].get("primaryKey", "")
        for field in resource["schema"]["fields"]:
            if "role" in field:
                key = keys if isinstance(keys, str) else " ".join(keys)
                rows.append(
                    (
                        resource["name"],
                        field["name"],
                        field["role"],
                        key,
                        field.get("unit", ""),
                        resource.get("label", ""),
                    )
                )
    return pd.DataFrame(rows, columns=["tabel", "kolonne", "rolle", "noegle", "enhed", "navn"])


def _raw(path: Path, encoding: str = "utf-8") -> pd.DataFrame:
    """All cells as the file has them, empty ones as empty strings; row ``i`` is record ``i + 2``.

    Raises ValueError, with the record's number, for a record that has more or fewer fields than the header: pandas would move
    the fields of the others, or drop some.
    """
    records = read_records(path, encoding, ",")
    for number, record in enumerate(records, start=1):
        if len(record) != len(records[0]):
            raise ValueError(number)
    return pd.DataFrame(records[1:], columns=records[0] if records else [], dtype=str)


def read_records(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def _typed(table: pd.DataFrame, resource: dict[str, Any]) -> pd.DataFrame:
    typed = {}
    for field in resource["schema"]["fields"]:
        column = table[field["name"]].where(table[field["name"]] != "", None)
        if field["type"] == "integer":
            optional = column.isna().any() or not field.get("constraints", {}).get("required")
            typed[field["name"]] = pd.array(
                [None if pd.isna(x) else int(x) for x in column], dtype="Int64" if optional else "int64"
            )
        elif field["type"] == "date":
            typed[field["name"]] = pd.to_datetime(column, format="%Y-%m-%d")
        else:
            typed[field["name"]] = column.astype("str")
    return pd.DataFrame(typed)
