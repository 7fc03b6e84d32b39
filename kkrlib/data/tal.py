"""Whether a number makes sense where it stands: checks of the descriptor that read single cells and rows as numbers.

``trykt``
    a value is what its row says is printed: ``{"vaerdi", "trykt", "enhed": columns; "ord": a table of texts that are
    read as a number (trykt, vaerdi); "fald": a table of the facts that are negative because words say so (fakta),
    "noegle": the fact's key; "maal": column and values whose numbers may be such; "tegn": what a printed sign says of
    enhed}``;
``bruges``
    what stands in ``kolonne`` stands in one of the columns ``i`` (pairs of table and column) too: each word of it where
    ``adskilt`` is true (they are separated by blanks), in any capitals where ``ord`` is;
``foelges``
    the cells of ``kolonner`` are all filled or all empty (a number and its line); in the rows ``hvor`` only, where it
    is there, and then all are filled where ``altid`` is true, or all empty where ``tomme`` is;
``graenser``
    each number of ``kolonner`` lies within ``mindst`` and ``hoejst`` (either may be left out) in the rows ``hvor``
    (columns, each with the values that count), and is whole where ``hele`` is true;
``aar``
    each year of ``kolonner`` is at least ``mindst`` and at most ``frem`` years after the document that the row is from
    (``register``: its table, ``noegle``, ``tid``); after the newest of all documents where the row's has no date;
``ordnet``
    the cells of ``kolonner`` do not fall from one to the next: numbers, fractions or dates; an empty one is passed
    over;
``raekkesum``
    a row's ``i_alt`` is the sum of its ``dele``; an empty cell asks nothing.

A cell that is no number at all is the schema's finding, and passed over here.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk, tegn, trykt
from kkrlib.errors import Fund, naermeste

Tabeller = dict[str, pd.DataFrame]


def _number(cell: str) -> Fraction | None:
    try:
        return Fraction(cell)
    except (ValueError, ZeroDivisionError):
        return None


def _vist(value: Fraction) -> str:
    """A number as a cell of ours has it: ``1.5``, ``2/3``."""
    for decimals in range(7):
        if (value * 10**decimals).denominator == 1:
            return f"{dansk.afrund(value, decimals):f}"
    return str(value)


def _trykt(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: Tabeller) -> list[Fund]:
    words = tables[rule["ord"]]
    by_word = dict(zip(map(tegn.normal, words["trykt"]), words["vaerdi"], strict=True))
    falls = set(tables[rule["fald"]]["fakta"])
    found = []
    for position, row in zip(table.index + 2, table.to_dict("records"), strict=True):
        printed, cell, unit = row[rule["trykt"]], row[rule["vaerdi"]], row[rule["enhed"]]
        value, key = _number(cell), row[rule["noegle"]]
        if value is None or not printed:
            continue
        name, said = rule["vaerdi"], trykt.laes(printed)
        if tegn.normal(printed) in by_word:
            read, minus, after = _number(by_word[tegn.normal(printed)]), False, ""
        elif said is not None:
            read, minus, after = said.vaerdi, said.minus, said.enhed
        else:
            text = f"er hverken et trykt tal eller et ord, der står i {rule['ord']}.csv"
            found.append(Fund(resource["path"], str(position), rule["trykt"], printed, text))
            continue
        if read is None:
            continue
        if after and unit not in rule["tegn"].get(after, [after]):
            text = f"er trykt med «{after}», men rækkens enhed er «{unit}»"
            found.append(Fund(resource["path"], str(position), rule["enhed"], unit, text))
        (column, kinds) = next(iter(rule["maal"].items()))
        negative = key in falls
        if negative and (minus or row[column] not in kinds):
            why = "der står minus foran det trykte tal" if minus else f"{column} er «{row[column]}»"
            text = f"står i {rule['fald']}.csv som et fald, der er sagt med ord, men {why}"
            found.append(Fund(resource["path"], str(position), name, cell, text))
        expected = -read if negative else read
        if value != expected:
            found.append(
                Fund(resource["path"], str(position), name, cell, _unlike(value, expected, printed, rule, row))
            )
    return found


def _unlike(value: Fraction, expected: Fraction, printed: str, rule: dict[str, Any], row: dict[str, Any]) -> str:
    text = f"er ikke det trykte tal «{printed}», som er {_vist(expected)}"
    if value == -expected and all(row[column] in kinds for column, kinds in rule["maal"].items()):
        return f"{text}; et fald, som kun ordene siger, skal stå i {rule['fald']}.csv"
    if expected and value != 0 and (expected / value) in (1000, 1_000_000) and "." in printed:
        return f"{text}: dér skiller punktummet tusinder, men i denne kolonne er det decimaltegn"
    return text


def _bruges(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: Tabeller) -> list[Fund]:
    if not {name for name, _ in rule["i"]} <= tables.keys():  # the file is a finding already
        return []
    form = tegn.normal if rule.get("ord") else str
    there = {form(x): x for name, column in rule["i"] for x in tables[name][column] if x}
    places = " eller ".join(f"{name}.csv, kolonne {column}" for name, column in rule["i"])
    found = []
    for position, cell in zip(table.index + 2, table[rule["kolonne"]], strict=True):
        for value in cell.split(" ") if rule.get("adskilt") else [cell]:
            if value and form(value) not in there:
                near = naermeste(value, there.values())
                hint = f"; mente du «{near}»?" if near else ""
                found.append(
                    Fund(resource["path"], str(position), rule["kolonne"], value, f"findes ikke i {places}{hint}")
                )
    return found


def _rows(table: pd.DataFrame, rule: dict[str, Any]) -> pd.DataFrame:
    for column, values in rule.get("hvor", {}).items():
        table = table[table[column].isin(values)]
    return table


def _hvor(rule: dict[str, Any], row: dict[str, Any]) -> str:
    """``, når maal er «andel» og enhed er «procent»``: why a rule asks something of this row."""
    said = " og ".join(f"{column} er «{row[column]}»" for column in rule.get("hvor", {}))
    return f", når {said}" if said else ""


def _foelges(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], _: Tabeller) -> list[Fund]:
    found, rows = [], _rows(table, rule)
    for position, row in zip(rows.index, rows.to_dict("records"), strict=True):
        filled = [c for c in rule["kolonner"] if row[c]]
        if rule.get("tomme"):
            found += [
                Fund(resource["path"], str(position + 2), c, row[c], f"skal være tom{_hvor(rule, row)}") for c in filled
            ]
            continue
        empty = [c for c in rule["kolonner"] if not row[c]]
        if empty and (filled or rule.get("altid")):
            why = f", når {dansk.opremsning(filled)} er udfyldt" if filled else _hvor(rule, row)
            found += [Fund(resource["path"], str(position + 2), c, "", f"må ikke være tom{why}") for c in empty]
    return found


def _graenser(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], _: Tabeller) -> list[Fund]:
    low, high = (Fraction(rule[k]) if k in rule else None for k in ("mindst", "hoejst"))
    found, rows = [], _rows(table, rule)
    for position, row in zip(rows.index, rows.to_dict("records"), strict=True):
        for column in rule["kolonner"]:
            value = _number(row[column])
            if value is None:
                continue
            if low is not None and value < low:
                text = f"skal være mindst {_vist(low)}"
            elif high is not None and value > high:
                text = f"må højst være {_vist(high)}"
            elif rule.get("hele") and value.denominator != 1:
                text = "skal være et helt tal"
            else:
                continue
            found.append(Fund(resource["path"], str(position + 2), column, row[column], f"{text}{_hvor(rule, row)}"))
    return found


def _aar(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], tables: Tabeller) -> list[Fund]:
    register = tables[rule["register"]]
    dated = {
        key: int(when[:4])
        for key, when in zip(register[rule["noegle"]], register[rule["tid"]], strict=True)
        if when[:4].isdigit()
    }
    if not dated:
        return []
    newest, found = max(dated.values()), []
    for position, row in zip(table.index + 2, table.to_dict("records"), strict=True):
        written = dated.get(row.get(rule["noegle"], ""), newest)
        for column in rule["kolonner"]:
            year = _number(row[column])
            if year is None:
                continue
            if year < rule["mindst"]:
                text = f"er ikke et årstal, som kilderne kan handle om: før {rule['mindst']}"
            elif year > written + rule["frem"]:
                text = f"er ikke et årstal, som kilderne kan handle om: mere end {rule['frem']} år efter {written}"
            else:
                continue
            found.append(Fund(resource["path"], str(position), column, row[column], text))
    return found


def _ordnet(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], _: Tabeller) -> list[Fund]:
    found = []
    for position, row in zip(table.index + 2, table.to_dict("records"), strict=True):
        # A date is no number, and ISO dates order as text.
        filled = [(c, row[c]) for c in rule["kolonner"] if row[c]]
        for (first, low), (second, high) in itertools.pairwise(filled):
            a, b = _number(low), _number(high)
            if (low > high) if a is None or b is None else (a > b):
                text = (
                    f"er større end {second}, som er {high}" if a is not None else f"er efter {second}, som er {high}"
                )
                found.append(Fund(resource["path"], str(position), first, low, text))
    return found


def _raekkesum(table: pd.DataFrame, resource: dict[str, Any], rule: dict[str, Any], _: Tabeller) -> list[Fund]:
    found = []
    for position, row in zip(table.index + 2, table.to_dict("records"), strict=True):
        read = [_number(row[c]) for c in (rule["i_alt"], *rule["dele"])]
        numbers = [n for n in read if n is not None]
        if len(numbers) < len(read):  # not filled in, or a finding already
            continue
        total = sum(numbers[1:], Fraction(0))
        if numbers[0] != total:
            text = f"er ikke summen af {dansk.opremsning(rule['dele'])}, som er {_vist(total)}"
            found.append(Fund(resource["path"], str(position), rule["i_alt"], row[rule["i_alt"]], text))
    return found


CHECKS = {
    "trykt": _trykt,
    "bruges": _bruges,
    "foelges": _foelges,
    "graenser": _graenser,
    "aar": _aar,
    "ordnet": _ordnet,
    "raekkesum": _raekkesum,
}
