"""What tables must satisfy that the Table Schema has no word for: the ``checks`` of the descriptor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.data import tal
from kkrlib.data.skema import is_integer
from kkrlib.errors import ADVARSEL, Fund


def unusual_spelling(table: pd.DataFrame, resource: dict[str, Any]) -> list[Fund]:
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
            elif field["type"] == "integer" and not is_integer(value) and _parses(int, value):
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
        if not all(map(is_integer, [*values, printed])):  # the cell is a finding already
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


#: The checks on what numbers say. What they find leaves the tables readable, and the controls can run.
OM_TAL = frozenset({"sum", *tal.CHECKS})

#: What a check calls the other tables that it reads.
TABELLER = ("register", "undtagelser", "ord", "fald")

CHECKS = {
    "andele": _andele,
    "komplet": _komplet,
    "lig_med": _lig_med,
    "hoerer_til": _hoerer_til,
    "sum": _sum,
    "kendt": _kendt,
    **tal.CHECKS,
}
