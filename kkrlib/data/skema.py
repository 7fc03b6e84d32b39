"""What the frictionless library finds in the tables, in our words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from frictionless import Package, system

from kkrlib.data.mappe import BESKRIVELSE
from kkrlib.errors import Fund

_TYPES = {"integer": "et helt tal", "date": "en dato skrevet som 2024-12-31", "string": "tekst"}


_UNREADABLE = {"encoding-error", "source-error", "scheme-error", "format-error", "general-error"}


_HEADER = {
    "missing-label",
    "incorrect-label",
    "extra-label",
    "blank-label",
    "duplicate-label",
    "blank-header",
}


ENCODING = "filen er ikke UTF-8 (gem den som «CSV UTF-8»)"


def schema_findings(folder: Path, resources: list[dict[str, Any]]) -> tuple[list[Fund], set[str]]:
    """What frictionless finds, in our words, and the names of the tables that can be read at all."""
    with system.use_context(trusted=True):
        report = Package(str(folder / BESKRIVELSE)).validate(limit_errors=100_000)
    by_name = {r["name"]: r for r in resources}
    found = [Fund(BESKRIVELSE, "", "", "", e.message) for e in report.errors]
    broken = set()
    for task in report.tasks:
        resource = by_name[task.name]
        kinds = {e.type for e in task.errors}
        if kinds & _UNREADABLE or kinds & _HEADER:
            broken.add(task.name)
        found += _translate(task.errors, resource, folder / resource["path"])
    return found, set() if report.errors else by_name.keys() - broken


def _translate(errors: Iterable[Any], resource: dict[str, Any], path: Path) -> list[Fund]:
    fields = {f["name"]: f for f in resource["schema"]["fields"]}
    header = [e for e in errors if e.type in _HEADER]
    if header:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
        text = "overskrifterne skal være " + ",".join(fields) + _separator_hint(first)
        return [Fund(path.name, "1", "", first, text)]
    found = []
    for error in errors:
        row = str(getattr(error, "row_number", "") or "")
        column = getattr(error, "field_name", "") or ""
        value = getattr(error, "cell", "")
        value = "" if value in (None, "None") else str(value)
        match error.type:
            case "encoding-error":
                text = ENCODING
            case "source-error":
                text = "filen er tom"
            case "scheme-error":
                text = "filen findes ikke"
            case "type-error":
                kind = fields[column]["type"]
                text = _not_an_integer(value) if kind == "integer" else f"skal være {_TYPES.get(kind, kind)}"
            case "constraint-error":
                text = _constraint(error.note, fields[column])
            case "primary-key":
                keys = resource["schema"]["primaryKey"]
                keys = [keys] if isinstance(keys, str) else keys
                column, value = ",".join(keys), _cells(error, list(fields), keys)
                text = f"står to gange ({error.note.replace('the same as in the row at position', 'også i række')})"
                if "None" in error.note:
                    text = "nøglen er tom"
            case "foreign-key":
                column = ",".join(error.field_names)
                value = _cells(error, list(fields), error.field_names)
                target = error.reference_name
                text = f"findes ikke i {target}.csv, kolonne {','.join(error.reference_field_names)}"
            case "blank-row":
                text = "rækken er tom"
            case "missing-cell":
                text = "feltet mangler i rækken"
            case "extra-cell":
                text = "rækken har flere felter end overskrifter (et komma i et tal?)"
            case _:
                text = error.message
        found.append(Fund(path.name, row, column, value, text))
    return found


def _cells(error: Any, names: list[str], wanted: Iterable[str]) -> str:
    return ",".join(str(error.cells[names.index(n)]) for n in wanted if names.index(n) < len(error.cells))


def _constraint(note: str, field: dict[str, Any]) -> str:
    constraints = field.get("constraints", {})
    if '"required"' in note:
        return "må ikke være tom"
    if '"minimum"' in note:
        return f"skal være mindst {constraints['minimum']}"
    if '"maximum"' in note:
        return f"må højst være {constraints['maximum']}"
    if '"pattern"' in note:
        return f"passer ikke med formen {constraints['pattern']}"
    if '"enum"' in note:
        return "skal være " + " eller ".join(f"«{x}»" for x in constraints["enum"])
    return note


def _separator_hint(header: str) -> str:
    if ";" in header:
        return " (felterne er adskilt af semikolon; de skal adskilles af komma)"
    if header.startswith("\ufeff"):
        return " (filen begynder med et usynligt BOM-tegn; gem den som UTF-8 uden BOM)"
    return ""


def is_integer(value: str) -> bool:
    digits = value.removeprefix("-")
    if len(digits) > 15:  # no number of people or kroner is that long, and int() refuses very long ones
        return False
    return digits.isascii() and digits.isdigit() and str(int(value)) == value


def _not_an_integer(value: str) -> str:
    text = "skal være et helt tal, skrevet med cifre alene"
    if "." in value and all(part.isdigit() and len(part) == 3 for part in value.split(".")[1:]):
        return f"{text}; punktummet ligner en tusindtalsadskiller ({value.replace('.', '')}?)"
    return text
