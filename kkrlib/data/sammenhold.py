"""Checks of the descriptor that hold rows up against each other: numbered rows, one of several, totals, bounds, forms.

``nummereret``
    the rows of each group ``pr`` are numbered from 1 in ``kolonne``, in the order of the dates in ``stigende``;
    ``foerste``: what the first row, and only it, says (column → text);
``netop_en``
    exactly one of ``kolonner`` is filled in;
``hoejst``, ``mindst``
    a number is at most that of the column ``af`` (of the same row, or of the row of ``tabel`` with the same
    ``noegle``), or at least ``vaerdi``; ``besked`` says what is wrong;
``former``
    what belongs to a row stands in the table of its form (``tabeller``: form → table), and in no other;
``ialt``
    a total equals the sum of ``vaerdi`` in the rows of ``tabel`` with the same ``noegle``, where all are known.

A finding is an error unless the check says ``"alvor": "advarsel"``, which is shown and stops nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.data.skema import is_integer
from kkrlib.errors import FEJL, Fund

Regel = Mapping[str, Any]
Tabeller = Mapping[str, pd.DataFrame]


def _nummereret(table: pd.DataFrame, resource: Regel, rule: Regel, tables: Tabeller) -> list[Fund]:
    found = []
    number, ascending, first = rule["kolonne"], rule["stigende"], rule.get("foerste", {})
    for group, rows in table[table[number].map(is_integer)].groupby(rule["pr"], sort=True):
        rows = rows.sort_values(number, key=lambda s: s.map(int), kind="stable")
        numbers = list(dict.fromkeys(map(int, rows[number])))  # one that stands twice is a finding already
        if numbers != list(range(1, len(numbers) + 1)):
            said = f"{rule['pr']} {group}: rækkerne skal være nummereret 1, 2, 3 … i rækkefølge"
            position = ", ".join(str(i + 2) for i in rows.index)
            found.append(Fund(resource["path"], position, number, ",".join(rows[number]), said))
        latest = ""
        for index, row in rows.iterrows():  # ISO dates order as text
            if row[ascending] and row[ascending] < latest:
                said = f"{rule['pr']} {group}: er før {latest}, som står ved et lavere nummer"
                found.append(Fund(resource["path"], str(index + 2), ascending, row[ascending], said))
            latest = max(latest, row[ascending])
            for column, value in first.items():
                if (int(row[number]) == 1) != (row[column] == value):
                    said = (
                        f"skal være «{value}» i årets første række"
                        if int(row[number]) == 1
                        else "gælder kun årets første række"
                    )
                    found.append(Fund(resource["path"], str(index + 2), column, row[column], said))
    return found


def _netop_en(table: pd.DataFrame, resource: Regel, rule: Regel, tables: Tabeller) -> list[Fund]:
    columns = rule["kolonner"]
    return [
        Fund(
            resource["path"],
            str(position),
            ",".join(columns),
            ",".join(x for x in row if x),
            f"netop én af {dansk.opremsning(columns)} skal være udfyldt",
        )
        for position, row in zip(table.index + 2, table[columns].itertuples(index=False, name=None), strict=True)
        if sum(map(bool, row)) != 1
    ]


def _hoejst(table: pd.DataFrame, resource: Regel, rule: Regel, tables: Tabeller) -> list[Fund]:
    column, limit, keys = rule["kolonne"], rule["af"], rule.get("noegle", [])
    other = tables.get(rule["tabel"]) if "tabel" in rule else table
    if other is None or limit not in other.columns:  # the file is a finding already
        return []
    limits = dict(zip(_keys(other, keys), other[limit], strict=True))
    found = []
    for position, (key, value) in zip(
        table.index + 2, zip(_keys(table, keys), table[column], strict=True), strict=True
    ):
        most = limits.get(key, "")
        if is_integer(value) and is_integer(most) and int(value) > int(most):
            text = f"{rule['besked']} ({dansk.tal(int(most))})"
            found.append(Fund(resource["path"], str(position), column, value, text, rule.get("alvor", FEJL)))
    return found


def _keys(table: pd.DataFrame, columns: list[str]) -> list[Any]:
    return list(table[columns].itertuples(index=False, name=None)) if columns else list(range(len(table)))


def _mindst(table: pd.DataFrame, resource: Regel, rule: Regel, tables: Tabeller) -> list[Fund]:
    return [
        Fund(resource["path"], str(position), rule["kolonne"], value, rule["besked"], rule.get("alvor", FEJL))
        for position, value in zip(table.index + 2, table[rule["kolonne"]], strict=True)
        if is_integer(value) and 0 <= int(value) < rule["vaerdi"]
    ]


def _former(table: pd.DataFrame, resource: Regel, rule: Regel, tables: Tabeller) -> list[Fund]:
    key, column = rule["noegle"], rule["kolonne"]
    found = []
    for position, (name, form) in zip(table.index + 2, zip(table[key], table[column], strict=True), strict=True):
        for which, other in rule["tabeller"].items():
            if form not in rule["tabeller"] or other not in tables:  # findings already
                continue
            there = (tables[other][key] == name).any()
            if there != (which == form):
                text = f"{name} har {'' if there else 'ingen '}rækker i {other}.csv"
                found.append(Fund(resource["path"], str(position), column, form, text))
    return found


def _ialt(table: pd.DataFrame, resource: Regel, rule: Regel, tables: Tabeller) -> list[Fund]:
    key, column, other = rule["noegle"], rule["kolonne"], tables.get(rule["tabel"])
    if other is None:  # the file is a finding already
        return []
    found = []
    for position, (name, printed) in zip(table.index + 2, zip(table[key], table[column], strict=True), strict=True):
        values = list(other.loc[other[key] == name, rule["vaerdi"]])
        if not values or not all(map(is_integer, [*values, printed])):  # not known, or a finding already
            continue
        total = sum(map(int, values))
        if total != int(printed):
            text = f"rækkerne i {rule['tabel']}.csv giver tilsammen {total}"
            found.append(Fund(resource["path"], str(position), column, printed, text))
    return found


CHECKS = {
    "nummereret": _nummereret,
    "netop_en": _netop_en,
    "hoejst": _hoejst,
    "mindst": _mindst,
    "former": _former,
    "ialt": _ialt,
}
