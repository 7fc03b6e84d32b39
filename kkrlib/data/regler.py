"""What tables must satisfy that the Table Schema has no word for: the ``checks`` of the descriptor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.data.skema import is_integer
from kkrlib.errors import ADVARSEL, FEJL, Fund


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


def _hoejst(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    column, limit, keys = rule["kolonne"], rule["af"], rule.get("noegle", [])
    other = tables.get(rule["tabel"]) if "tabel" in rule else table
    if other is None or limit not in other.columns:  # the file is a finding already
        return []
    limits = dict(zip(_keys(other, keys), other[limit], strict=True))
    found = []
    for position, (key, value) in enumerate(zip(_keys(table, keys), table[column], strict=True), start=2):
        most = limits.get(key, "")
        if is_integer(value) and is_integer(most) and int(value) > int(most):
            text = f"{rule['besked']} ({dansk.tal(int(most))})"
            found.append(Fund(resource["path"], str(position), column, value, text, rule.get("alvor", FEJL)))
    return found


def _keys(table: pd.DataFrame, columns: list[str]) -> list[Any]:
    return list(table[columns].itertuples(index=False, name=None)) if columns else list(range(len(table)))


def _mindst(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    return [
        Fund(resource["path"], str(position), rule["kolonne"], value, rule["besked"], rule.get("alvor", FEJL))
        for position, value in enumerate(table[rule["kolonne"]], start=2)
        if is_integer(value) and 0 <= int(value) < rule["vaerdi"]
    ]


def _forskellige(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    columns = rule["kolonner"]
    return [
        Fund(resource["path"], str(position), ",".join(columns), ",".join(cells), rule["besked"])
        for position, cells in enumerate(table[columns].itertuples(index=False, name=None), start=2)
        if cells[0] and len(set(cells)) == 1
    ]


def _former(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    key, column = rule["noegle"], rule["kolonne"]
    found = []
    for position, (name, form) in enumerate(zip(table[key], table[column], strict=True), start=2):
        for which, other in rule["tabeller"].items():
            if form not in rule["tabeller"] or other not in tables:  # findings already
                continue
            there = (tables[other][key] == name).any()
            if there != (which == form):
                text = f"{name} har {'' if there else 'ingen '}rækker i {other}.csv"
                found.append(Fund(resource["path"], str(position), column, form, text))
    return found


def _ialt(
    table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: dict[str, pd.DataFrame]
) -> list[Fund]:
    key, column, other = rule["noegle"], rule["kolonne"], tables.get(rule["tabel"])
    if other is None:  # the file is a finding already
        return []
    found = []
    for position, (name, printed) in enumerate(zip(table[key], table[column], strict=True), start=2):
        values = list(other.loc[other[key] == name, rule["vaerdi"]])
        if not values or not all(map(is_integer, [*values, printed])):  # not known, or a finding already
            continue
        total = sum(map(int, values))
        if total != int(printed):
            text = f"rækkerne i {rule['tabel']}.csv giver tilsammen {total}"
            found.append(Fund(resource["path"], str(position), column, printed, text))
    return found


CHECKS = {
    "andele": _andele,
    "former": _former,
    "forskellige": _forskellige,
    "hoejst": _hoejst,
    "ialt": _ialt,
    "komplet": _komplet,
    "lig_med": _lig_med,
    "hoerer_til": _hoerer_til,
    "mindst": _mindst,
    "sum": _sum,
    "kendt": _kendt,
}
