"""The one module that reads data files: load, validate, and hand out DataFrames.

Everything that a table must satisfy stands in ``data/datapackage.json``: the Table Schema of the Frictionless
Data Package (types, required, bounds, primary and foreign keys), checked by the frictionless library, and
under ``checks`` what that standard has no word for:

``komplet``
    every row of a register occurs (in each group ``pr``, say each kvoteaar);
``hoerer_til``
    a column says of the key what the register says (a kommune's region);
``sum``
    a printed sum equals the sum of its rows, but for the faults that are recorded as such;
``kendt``
    each row is a known fault of a source, shown as a warning.

The module knows no field: a new table, or a new year, is only data.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from frictionless import Package, Report, system

from kkrlib import dansk
from kkrlib.errors import ADVARSEL, DataError, Fund, ParameterError

ROD = Path(os.environ.get("KKR_ROD") or Path(__file__).resolve().parent.parent)
BESKRIVELSE = "datapackage.json"

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
    empty cell is missing. Raises :class:`DataError` with every finding if any of them is an error.
    """
    folder = data_mappe(mappe)
    errors = [f for f in check(folder) if f.alvor != ADVARSEL]
    if errors:
        raise DataError(errors)
    return {r["name"]: _typed(_raw(folder / r["path"]), r) for r in _resources(folder)}


def check(mappe: Path | str | None = None) -> list[Fund]:
    """All findings on all tables, errors first; an empty list means that nothing is wrong."""
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
            except pd.errors.ParserError:  # rows of unequal length, which are findings already
                continue
    for resource in resources:
        if resource["name"] not in tables:
            continue
        table = tables[resource["name"]]
        if table.empty:
            found.append(Fund(resource["path"], "", "", "", "tabellen har ingen rækker"))
            continue
        found += _unusual_spelling(table, resource)
        for rule in resource.get("checks", ()):
            needed = {resource["name"], *(rule[k] for k in ("register", "undtagelser") if k in rule)}
            if needed <= tables.keys():
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
            found.append(Fund("kilder.csv", str(row), "sha256", source.fil, "kilden er en anden tekst end den, tallene er taget fra"))
        else:
            texts[source.kilde] = path.read_text(encoding="utf-8").split("\n")
    for resource in _resources(folder):
        table = tables[resource["name"]]
        if "linje" not in table.columns:
            continue
        for position, record in enumerate(table.to_dict("records"), start=2):
            if record["kilde"] in texts:
                found += _not_on_its_line(resource, str(position), record, texts[record["kilde"]])
    return found


def laes_csv(sti: Path | str, skemaer: dict[str, dict[str, str]]) -> tuple[str, pd.DataFrame]:
    """Read a small CSV that a user made, in one of several shapes, as strings.

    ``skemaer`` maps a shape's name to its columns and what each holds (``"heltal"`` or ``"tekst"``); the header decides which shape it is. Returns the shape's name and a DataFrame of
    strings with the column ``raekke`` (line in the file). Raises :class:`DataError` with every finding.
    """
    path = Path(sti)
    try:
        # Excel begins its UTF-8 with a BOM, and this file is made by people in Excel.
        table = _raw(path, "utf-8-sig")
    except FileNotFoundError:
        raise DataError([Fund(path.name, "", "", "", "filen findes ikke")]) from None
    except UnicodeDecodeError:
        raise DataError([Fund(path.name, "", "", "", _ENCODING)]) from None
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        text = "filen er tom" if isinstance(error, pd.errors.EmptyDataError) else "rækkerne har ikke lige mange felter"
        raise DataError([Fund(path.name, "", "", "", text)]) from None
    shape = next((name for name, columns in skemaer.items() if list(table.columns) == list(columns)), None)
    if shape is None:
        wanted = " eller ".join(",".join(columns) for columns in skemaer.values())
        header = ",".join(table.columns)
        raise DataError([Fund(path.name, "1", "", header, f"første linje skal være {wanted}{_separator_hint(header)}")])
    if table.empty:
        raise DataError([Fund(path.name, "", "", "", "filen har ingen rækker")])
    found = []
    for column, kind in skemaer[shape].items():
        for position, value in enumerate(table[column], start=2):
            if kind == "heltal" and not _is_integer(value):
                found.append(Fund(path.name, str(position), column, value, _not_an_integer(value)))
    if found:
        raise DataError(found)
    return shape, table.assign(raekke=[str(i) for i in range(2, len(table) + 2)])


def laes_valgfri(sti: str, skemaer: dict[str, dict[str, str]]) -> tuple[str, str, pd.DataFrame] | None:
    """As :func:`laes_csv` for a parameter that may be empty: (file name, shape, table), or None for an empty path."""
    return (Path(sti).name, *laes_csv(sti, skemaer)) if sti else None


def dato(tekst: str) -> date | None:
    """A date parameter: ``"2024-09-05"``, or None for an empty text. Raises :class:`ParameterError` for anything else."""
    if not tekst:
        return None
    try:
        return date.fromisoformat(tekst)
    except ValueError:
        raise ParameterError(f"«{tekst}» er ikke en dato skrevet som 2024-12-31") from None


# --- reading -------------------------------------------------------------------------------------------------


def _resources(folder: Path) -> list[dict[str, Any]]:
    resources = json.loads((folder / BESKRIVELSE).read_text(encoding="utf-8"))["resources"]
    for resource in resources:
        resource["name"], resource["path"], resource["schema"]["fields"]
    return resources


def _raw(path: Path, encoding: str = "utf-8") -> pd.DataFrame:
    """All cells as the file has them, empty ones as empty strings; row ``i`` is line ``i + 2``."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding, skip_blank_lines=False)


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
        value = "" if value is None else str(value)
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
                found.append(Fund(resource["path"], str(position), field["name"], value, "har mellemrum før eller efter"))
            elif field["type"] == "integer" and not _is_integer(value) and _parses(int, value):
                text = f"skal skrives {int(value)}"
                found.append(Fund(resource["path"], str(position), field["name"], value, text))
            elif field["type"] == "date" and len(value) != len("2024-12-31") and "-" in value:
                found.append(Fund(resource["path"], str(position), field["name"], value, "skal skrives som 2024-12-31"))
    return found


def _parses(kind: Callable[[str], Any], value: str) -> bool:
    try:
        kind(value)
    except ValueError:
        return False
    return True


def _label(register: pd.DataFrame, key: str, value: str) -> str:
    """``101 København``: the key, and the next column where the register has one that names it."""
    names = register.columns[register.columns.get_loc(key) + 1 :]
    match = register.loc[register[key] == value, names[:1]].to_numpy().ravel()
    return f"{value} {match[0]}" if key.endswith("kode") and len(match) else value


def _komplet(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]) -> list[Fund]:
    column, register = rule["kolonne"], tables[rule["register"]]
    groups = table.groupby(rule["pr"], sort=True) if "pr" in rule else [("", table)]
    found = []
    for group, rows in groups:
        where = f"{rule['pr']} {group}: " if group else ""
        for key in sorted(set(register[column]) - set(rows[column])):
            text = f"{where}{_label(register, column, key)} mangler; alle {len(register)} i {rule['register']}.csv skal have en række"
            found.append(Fund(resource["path"], "mangler", column, key, text))
    return found


def _hoerer_til(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]) -> list[Fund]:
    register = tables[rule["register"]].drop_duplicates(rule["noegle"]).set_index(rule["noegle"])[rule["kolonne"]]
    found = []
    for position, (key, value) in enumerate(zip(table[rule["noegle"]], table[rule["kolonne"]], strict=True), start=2):
        if key in register.index and register[key] != value:
            name = _label(tables[rule["register"]], rule["noegle"], key)
            text = f"{name} hører til {register[key]} i {rule['register']}.csv"
            found.append(Fund(resource["path"], str(position), rule["kolonne"], value, text))
    return found


def _sum(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]) -> list[Fund]:
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
        found.append(where(f"{name}.csv, kolonne {column}, {place}, {group} summer til {total} (forskel {difference})"))
    path = f"{rule['undtagelser']}.csv"
    for key, row in known.iterrows():
        if key not in occurs:
            text = "fejlen står her som kendt, men forekommer ikke længere"
            found.append(Fund(path, str(row["position"] + 2), "trykt", row["trykt"], text))
    return found


def _kendt(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]) -> list[Fund]:
    return [
        Fund(f"{row['tabel']}.csv", row["noegle"], row["kolonne"], row["trykt"], f"kendt fejl i kilden: {row[rule['besked']]}", ADVARSEL)
        for row in table.to_dict("records")
    ]


_CHECKS = {"komplet": _komplet, "hoerer_til": _hoerer_til, "sum": _sum, "kendt": _kendt}


# --- facts and their lines ------------------------------------------------------------------------------------


def _not_on_its_line(resource: dict[str, Any], position: str, record: dict[str, Any], text: list[str]) -> list[Fund]:
    found = []
    for field in resource["schema"]["fields"]:
        name, value = field["name"], record[field["name"]]
        if name == "punkt" or name.startswith("linje") or pd.isna(value):
            continue
        line_number = record.get(f"linje_{name}", record["linje"])
        forms = _as_printed(name, field["type"], value)
        if forms is None or pd.isna(line_number):
            continue
        line = text[int(line_number) - 1] if int(line_number) <= len(text) else ""
        words = line.replace("*", " ").replace(":", " ").split()
        if not any(form in line if " " in form else form in words or form + "." in words for form in forms):
            rule = f"står ikke i kilde {record['kilde']}, linje {line_number}: «{line[:60]}»"
            found.append(Fund(resource["path"], position, name, str(value), rule))
    return found


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
