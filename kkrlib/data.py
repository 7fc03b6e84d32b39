"""The one module that reads data files: load, validate, and hand out DataFrames.

Everything that a table must satisfy stands in ``data/datapackage.json``: the Table Schema of the Frictionless
Data Package (types, required, bounds, primary and foreign keys), checked by the frictionless library, and
under ``checks`` what that standard has no word for:

``komplet``
    every row of a register occurs (in each group ``pr``, say each kvoteaar);
``andele``
    the shares of each key (``pr``) sum to one on every day from its first row on (``fra``, ``til``: the days a row is in force; ``nul``: or to nothing);
``hoerer_til``
    a column says of the key what the register says (a kommune's region);
``sum``
    a printed sum equals the sum of its rows, but for the faults that are recorded as such;
``lig_med``
    a column equals the value of a row of another table: the same number, printed twice;
``kendt``
    each row is a known fault of a source, shown as a warning.

The module knows no field: a new table, or a new year, is only data.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from frictionless import Package, system

from kkrlib import dansk
from kkrlib.errors import ADVARSEL, DataError, Fund, ParameterError

ROD = Path(os.environ.get("KKR_ROD") or Path(__file__).resolve().parent.parent)
BESKRIVELSE = "datapackage.json"

#: The table of :func:`load` that no file has.
KOLONNEROLLER = "kolonneroller"

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


def data_mappe(mappe: Path | str | None = None) -> Path:
    """The folder of the tables: the argument, else ``KKR_DATA``, else ``data/`` in the project."""
    return Path(mappe or os.environ.get("KKR_DATA") or ROD / "data").resolve()


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
    resources = _resources(folder)
    return {r["name"]: _typed(_raw(folder / r["path"]), r) for r in resources} | {KOLONNEROLLER: _roles(resources)}


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


def check(mappe: Path | str | None = None, uden: Collection[str] = ()) -> list[Fund]:
    """All findings on all tables, errors first; an empty list means that nothing is wrong. ``uden``: checks of the descriptor to leave out (``sum``)."""
    folder = data_mappe(mappe)
    if not (folder / BESKRIVELSE).is_file():
        return [Fund(BESKRIVELSE, "", "", "", f"filen findes ikke i mappen «{folder.name}»")]
    try:
        resources = _resources(folder)
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        return [Fund(BESKRIVELSE, "", "", "", f"kan ikke læses som en tabelbeskrivelse ({error})")]

    found, readable = _schema_findings(folder, resources)
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
        found += _unusual_spelling(table, resource)
        for rule in resource.get("checks", ()):
            needed = {resource["name"], *(rule[k] for k in ("register", "undtagelser") if k in rule)}
            if needed <= tables.keys() and rule["check"] not in uden:
                found += _CHECKS[rule["check"]](table, resource, rule, tables)
    return sorted(found, key=lambda f: f.alvor == ADVARSEL)


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
    for resource in _resources(folder):
        table = tables[resource["name"]]
        if "linje" not in table.columns:
            continue
        for position, record in enumerate(table.to_dict("records"), start=2):
            if record["kilde"] in texts:
                found += _not_on_its_line(resource, str(position), record, texts[record["kilde"]])
                found += _found_again(resource, str(position), record, texts[record["kilde"]], tables)
    return found


def laes_csv(sti: Path | str, former: dict[str, list[str]]) -> tuple[str, pd.DataFrame]:
    """Read a small CSV that a user made, in one of several shapes, as strings.

    ``former`` maps a shape's name to its columns; the header decides which shape it is, and a last column ``note`` may be left
    out. As spreadsheets write it, the file may begin with a BOM, have fields separated by comma or semicolon, spaces around
    them, headings in capitals, and rows without any content, which are passed over. Returns the shape's name and a DataFrame of
    strings with the column ``raekke`` (row in the file). Raises :class:`DataError` with every finding: no such file, no UTF-8, no
    rows, other headings, or rows that are longer or shorter than the header.
    """
    path = Path(sti)
    try:
        records = _records(path, "utf-8-sig", ",")
        if records and len(records[0]) == 1 and ";" in records[0][0]:
            records = _records(path, "utf-8-sig", ";")
    except FileNotFoundError:
        raise DataError([Fund(path.name, "", "", "", "filen findes ikke")]) from None
    except UnicodeDecodeError:
        raise DataError([Fund(path.name, "", "", "", _ENCODING)]) from None
    rows = [(number, [cell.strip() for cell in record]) for number, record in enumerate(records, start=1)]
    rows = [(number, record) for number, record in rows if any(record)]
    if not rows:
        raise DataError([Fund(path.name, "", "", "", "filen er tom")])
    header = [name.casefold() for name in rows[0][1]]
    shape = next((name for name, columns in former.items() if columns in (header, [*header, "note"])), None)
    if shape is None:
        wanted = " eller ".join(",".join(columns) for columns in former.values())
        raise DataError(
            [Fund(path.name, str(rows[0][0]), "", ",".join(rows[0][1]), f"første linje skal være {wanted}")]
        )
    if len(rows) == 1:
        raise DataError([Fund(path.name, "", "", "", "filen har ingen rækker")])
    found = [
        Fund(
            path.name,
            str(number),
            "",
            ",".join(record),
            f"rækken har {len(record)} felter, og overskriften har {len(header)}",
        )
        for number, record in rows[1:]
        if len(record) != len(header)
    ]
    if found:
        raise DataError(found)
    table = pd.DataFrame([record for _, record in rows[1:]], columns=header, dtype=str)
    return shape, table.reindex(columns=former[shape], fill_value="").assign(
        raekke=[str(number) for number, _ in rows[1:]]
    )


def laes_valgfri(sti: str, former: dict[str, list[str]]) -> tuple[str, str, pd.DataFrame] | None:
    """As :func:`laes_csv` for a parameter that may be empty: (file name, shape, table), or None for an empty path."""
    return (Path(sti).name, *laes_csv(sti, former)) if sti else None


def laes_regneark(
    sti: str, former: dict[str, dict[str, tuple[str, str]]]
) -> list[tuple[str, dict[str, pd.DataFrame], list[Fund]]]:
    """Read workbooks (XLSX) that users filled in: one file, all files of a folder in the order of their names, or none for an empty path.

    ``former`` maps each sheet to its headings, and each heading to a column name and what it holds: ``"heltal"``, ``"valgfrit heltal"``, ``"tekst"``
    or ``"valgfri tekst"``. The headings stand in the first row in which any of them stands, in any order; other sheets and what
    is above are passed over, and so are rows without any cell filled in. What stands in a column of its own is a finding.

    Returns one (file name, DataFrame per sheet, findings) per file. A DataFrame has the named columns (whole numbers as ``Int64``, texts
    as strings) and ``raekke``, the row in the sheet. Each cell that is a formula, an error, of another type, or empty where it must not be, is a
    finding and is missing in the DataFrame; so is a file that is no workbook, a sheet or a heading that is not there. Raises DataError for a path
    that does not exist or a folder without workbooks.
    """
    if not sti:
        return []
    path = Path(sti)
    # «~$» is what Excel leaves beside a file that is open.
    files = sorted(p for p in path.glob("*.xlsx") if not p.name.startswith("~$")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise DataError(
            [Fund(path.name, "", "", "", "mappen har ingen regneark (.xlsx)" if path.is_dir() else "filen findes ikke")]
        )
    return [_workbook(file, former) for file in files]


def dato(tekst: str) -> date | None:
    """A date parameter: ``"2024-09-05"``, or None for an empty text. Raises :class:`ParameterError` for anything else."""
    if not tekst:
        return None
    try:
        day = date.fromisoformat(tekst)
        if day.isoformat() != tekst:  # other forms of ISO 8601, such as 20240905
            raise ValueError(tekst)
        return day
    except ValueError:
        raise ParameterError(f"«{tekst}» er ikke en dato skrevet som 2024-12-31") from None


# --- reading -------------------------------------------------------------------------------------------------


def _resources(folder: Path) -> list[dict[str, Any]]:
    resources = json.loads((folder / BESKRIVELSE).read_text(encoding="utf-8"))["resources"]
    for resource in resources:
        resource["name"], resource["path"], resource["schema"]["fields"]
    return resources


def _raw(path: Path, encoding: str = "utf-8") -> pd.DataFrame:
    """All cells as the file has them, empty ones as empty strings; row ``i`` is record ``i + 2``.

    Raises ValueError, with the record's number, for a record that has more or fewer fields than the header: pandas would move
    the fields of the others, or drop some.
    """
    records = _records(path, encoding, ",")
    for number, record in enumerate(records, start=1):
        if len(record) != len(records[0]):
            raise ValueError(number)
    return pd.DataFrame(records[1:], columns=records[0] if records else [], dtype=str)


def _records(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
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


# --- workbooks -----------------------------------------------------------------------------------------------


def _workbook(
    path: Path, former: dict[str, dict[str, tuple[str, str]]]
) -> tuple[str, dict[str, pd.DataFrame], list[Fund]]:
    from openpyxl import load_workbook  # only here: it is slow to import, and most runs read no workbook

    try:
        book = load_workbook(path)
    except Exception:  # whatever openpyxl, zipfile or an XML parser says of a file that is no workbook
        return path.name, {}, [Fund(path.name, "", "", "", "filen kan ikke læses som et regneark (.xlsx)")]
    sheets, found = {}, []
    for name, headings in former.items():
        if name not in book.sheetnames:
            found.append(Fund(path.name, "", "", name, f"arket mangler; filen har {', '.join(book.sheetnames)}"))
            continue
        rows = list(book[name].iter_rows())
        top = next((i for i, row in enumerate(rows) if any(cell.value in headings for cell in row)), None)
        places = {} if top is None else {cell.value: j for j, cell in enumerate(rows[top]) if cell.value in headings}
        if missing := [heading for heading in headings if heading not in places]:
            found += [Fund(path.name, name, "", heading, "kolonnen mangler") for heading in missing]
            continue
        for j, cell in enumerate(rows[top] if top is not None else ()):
            below = next((row[j] for row in rows[(top or 0) + 1 :] if row[j].value is not None), None)
            if j not in places.values() and below is not None:
                said = "" if cell.value is None else str(cell.value)
                found.append(
                    Fund(
                        path.name,
                        f"{name} {below.row}",
                        said,
                        str(below.value),
                        "står i en kolonne, som skabelonen ikke har, og bliver ikke læst",
                    )
                )
        records = []
        for row in rows[(top or 0) + 1 :]:
            if all(row[j].value is None for j in places.values()):
                continue
            record: dict[str, Any] = {"raekke": row[0].row}
            for heading, (column, kind) in headings.items():
                cell = row[places[heading]]
                record[column], rule = _cell(cell, kind)
                if rule:
                    found.append(
                        Fund(
                            path.name, f"{name} {cell.row}", column, "" if cell.value is None else str(cell.value), rule
                        )
                    )
            records.append(record)
        table = pd.DataFrame(records, columns=["raekke", *(column for column, _ in headings.values())])
        for column, kind in headings.values():
            table[column] = table[column].astype("Int64" if "heltal" in kind else "str")
        sheets[name] = table
    return path.name, sheets, found


def _cell(cell: Any, kind: str) -> tuple[int | str | None, str]:
    """A cell's value, and the rule that it breaks, if any; then the value is None."""
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, "" if kind.startswith("valgfri") else "må ikke være tom"
    if cell.data_type == "f":
        return None, "er en formel; skriv tallet eller teksten selv"
    if cell.data_type == "e":
        return None, "er en fejl i regnearket"
    if "tekst" in kind:
        return (value.strip(), "") if isinstance(value, str) else (None, "skal være tekst")
    if isinstance(value, str):
        return None, "er tekst; skal være et helt tal i en talcelle"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, "skal være et helt tal"
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):
        return None, "skal være et helt tal uden decimaler"
    if value < 0:
        return None, "skal være mindst 0"
    if value >= 10**10:
        return None, "skal være mindre end 10.000.000.000"
    return int(value), ""


# --- the schema, by frictionless -----------------------------------------------------------------------------

_ENCODING = "filen er ikke UTF-8 (gem den som «CSV UTF-8»)"


def _schema_findings(folder: Path, resources: list[dict[str, Any]]) -> tuple[list[Fund], set[str]]:
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
                text = _ENCODING
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


def _is_integer(value: str) -> bool:
    digits = value.removeprefix("-")
    if len(digits) > 15:  # no number of people or kroner is that long, and int() refuses very long ones
        return False
    return digits.isascii() and digits.isdigit() and str(int(value)) == value


def _not_an_integer(value: str) -> str:
    text = "skal være et helt tal, skrevet med cifre alene"
    if "." in value and all(part.isdigit() and len(part) == 3 for part in value.split(".")[1:]):
        return f"{text}; punktummet ligner en tusindtalsadskiller ({value.replace('.', '')}?)"
    return text


# --- what the standard has no word for ------------------------------------------------------------------------


def _unusual_spelling(table: pd.DataFrame, resource: dict[str, Any]) -> list[Fund]:
    """Cells that frictionless accepts but repairs in silence: `` 5``, ``1_000``, ``007``, ``2024-1-1``."""
    found = []
    for field in resource["schema"]["fields"]:
        for position, value in enumerate(table[field["name"]], start=2):
            if not value:
                continue
            if value != value.strip():
                found.append(
                    Fund(resource["path"], str(position), field["name"], value, "har mellemrum før eller efter")
                )
            elif field["type"] == "integer" and not _is_integer(value) and _parses(int, value):
                text = f"skal skrives {int(value)}"
                found.append(Fund(resource["path"], str(position), field["name"], value, text))
            elif field["type"] == "date" and len(value) != len("2024-12-31") and "-" in value:
                found.append(Fund(resource["path"], str(position), field["name"], value, "skal skrives som 2024-12-31"))
    return found


def _parses(kind: Callable[[str], Any], value: str) -> bool:
    try:
        kind(value)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def _label(register: pd.DataFrame, key: str, value: str) -> str:
    """``101 København``: the key, and the next column where the register has one that names it."""
    names = register.columns[register.columns.get_loc(key) + 1 :]
    match = register.loc[register[key] == value, names[:1]].to_numpy().ravel()
    return f"{value} {match[0]}" if key.endswith("kode") and len(match) else value


def _komplet(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    columns, register = rule["kolonne"], tables[rule["register"]]
    columns = [columns] if isinstance(columns, str) else columns
    wanted = set(register[columns].itertuples(index=False, name=None))
    groups = table.groupby(rule["pr"], sort=True) if "pr" in rule else [("", table)]
    found = []
    for group, rows in groups:
        if group == "" and "pr" in rule:  # an empty cell, which is a finding already
            continue
        where = f"{rule['pr']} {group}: " if group else ""
        for key in sorted(wanted - set(rows[columns].itertuples(index=False, name=None))):
            name = _label(register, columns[0], key[0]) if len(columns) == 1 else "; ".join(key)
            text = f"{where}{name} mangler; alle {len(register)} i {rule['register']}.csv skal have en række"
            found.append(Fund(resource["path"], "mangler", ",".join(columns), ",".join(key), text))
    return found


def _andele(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    column, begins, ends = rule["kolonne"], rule["fra"], rule["til"]
    found = []
    for key, rows in table.groupby(rule["pr"], sort=True):
        # ISO dates order as text. A sum can change where a row begins, and on the day after one ends.
        last_days = {
            (date.fromisoformat(x) + timedelta(days=1)).isoformat()
            for x in rows[ends]
            if _parses(date.fromisoformat, x)
        }
        days = sorted({*rows[begins], *last_days} - {""})
        for day in days:
            current = rows[(rows[begins] <= day) & ((rows[ends] == "") | (rows[ends] >= day))]
            if not all(_parses(Fraction, x) for x in current[column]):  # the cell is a finding already
                continue
            total = sum(map(Fraction, current[column]), Fraction(0))
            if total != 1 and not (total == 0 and len(current) and rule.get("nul")):
                name = _label(tables[rule["register"]], rule["pr"], key)
                text = (
                    f"{name} har fra {day} andele, der giver {total} og ikke 1"
                    if len(current)
                    else f"{name} har ingen række fra {day}"
                )
                found.append(
                    Fund(
                        resource["path"],
                        ", ".join(str(i + 2) for i in current.index) or "mangler",
                        column,
                        ",".join(current[column]),
                        text,
                    )
                )
    return found


def _hoerer_til(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    register = tables[rule["register"]].drop_duplicates(rule["noegle"]).set_index(rule["noegle"])[rule["kolonne"]]
    found = []
    for position, (key, value) in enumerate(zip(table[rule["noegle"]], table[rule["kolonne"]], strict=True), start=2):
        if key in register.index and register[key] != value:
            name = _label(tables[rule["register"]], rule["noegle"], key)
            text = f"{name} hører til {register[key]} i {rule['register']}.csv"
            found.append(Fund(resource["path"], str(position), rule["kolonne"], value, text))
    return found


def _sum(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    known = tables[rule["undtagelser"]]
    known = known[known["art"] == "sum"].reset_index(names="position")
    known = known.set_index(["tabel", rule["pr"], "noegle", "kolonne"])
    found, occurs = [], set()
    for position, row in enumerate(table.to_dict("records"), start=2):
        name, column, place, group = (row[rule[k]] for k in ("tabel", "kolonne", "omraade", "pr"))
        key, printed = (name, group, place, column), row[rule["vaerdi"]]
        where = partial(Fund, resource["path"], str(position), rule["vaerdi"], printed)
        rows = tables.get(name)
        if rows is None:  # the file is a finding already
            occurs.add(key)
            continue
        if column not in rows.columns:
            found.append(where(f"{name}.csv har ingen kolonne {column}"))
            continue
        rows = rows[rows[rule["pr"]] == group]
        if place != rule["alle"]:
            rows = rows[rows[rule["del"]] == place]
        values = [x for x in rows[column] if x]
        if not all(map(_is_integer, [*values, printed])):  # the cell is a finding already
            occurs.add(key)
            continue
        total = sum(map(int, values))
        if total == int(printed):
            continue
        occurs.add(key)
        if key in known.index and (known.at[key, "trykt"], known.at[key, "anvendt"]) == (printed, str(total)):
            continue
        difference = dansk.fortegn(int(printed) - total)
        found.append(
            where(f"{name}.csv, kolonne {column}, {place}, {group} giver tilsammen {total} (forskel {difference})")
        )
    path = f"{rule['undtagelser']}.csv"
    for key, row in known.iterrows():
        if key not in occurs:
            text = "fejlen står her som kendt, men forekommer ikke længere"
            found.append(Fund(path, str(row["position"] + 2), "trykt", row["trykt"], text))
    return found


def _kendt(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    return [
        Fund(
            f"{row['tabel']}.csv",
            row["noegle"],
            row["kolonne"],
            row["trykt"],
            f"kendt fejl i kilden: {row[rule['besked']]}",
            ADVARSEL,
        )
        for row in table.to_dict("records")
    ]


def _lig_med(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    other, key = tables.get(rule["tabel"]), rule["noegle"]
    if other is None:  # the file is a finding already
        return []
    for column, value in rule["hvor"].items():
        other = other[other[column] == value]
    found = []
    for position, (group, value) in enumerate(zip(table[key], table[rule["kolonne"]], strict=True), start=2):
        for printed in other.loc[other[key] == group, rule["vaerdi"]]:
            if printed != value:
                said = f"er trykt som {printed} i {rule['tabel']}.csv ({', '.join(rule['hvor'].values())}, {group})"
                found.append(Fund(resource["path"], str(position), rule["kolonne"], value, said))
    return found


_CHECKS = {
    "andele": _andele,
    "komplet": _komplet,
    "lig_med": _lig_med,
    "hoerer_til": _hoerer_til,
    "sum": _sum,
    "kendt": _kendt,
}


# --- facts and their lines ------------------------------------------------------------------------------------


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
        return [value, dansk.tal(int(value))] if _is_integer(value) else [value]
    if kind == "integer" and name not in ("kvoteaar",):
        return ["-", "0"] if value == 0 else [dansk.tal(value), str(value)]
    return None
