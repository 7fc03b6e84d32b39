"""Every published number as a row, with the interval that its printing leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib import trykt as printing
from kkrlib.errors import DataError, Fund

#: What a column of a table is to the reconciliation (``role`` of a field in the descriptor).
OFFENTLIGGJORT, REGEL, HENVISNING, FUND = "published", "rule", "reference", "finding"

#: Columns of :func:`tal`.
KOLONNER = [
    "tabel", "raekke", "kolonne", "vaerdi", "mindst", "hoejst", "decimaler", "enhed", "grundenhed", "faktor", "eksakt",
    "trykt", "forbehold", "omfang", "navn", "dokument", "kilde", "punkt", "linje", "offentliggjort",
]  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """A number as printed, and the least and greatest it can stand for."""

    mindst: Fraction
    vaerdi: Fraction
    hoejst: Fraction

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.mindst + other.mindst, self.vaerdi + other.vaerdi, self.hoejst + other.hoejst)

    def __neg__(self) -> Interval:
        return Interval(-self.hoejst, -self.vaerdi, -self.mindst)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.mindst, self.hoejst) for b in (other.mindst, other.hoejst)]
        return Interval(min(ends), self.vaerdi * other.vaerdi, max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """Raises ZeroDivisionError for a divisor that can be zero."""
        if other.mindst <= 0 <= other.hoejst:
            raise ZeroDivisionError
        return self * Interval(1 / other.hoejst, 1 / other.vaerdi, 1 / other.mindst)

    @classmethod
    def punkt(cls, vaerdi: Fraction | int) -> Interval:
        return cls(Fraction(vaerdi), Fraction(vaerdi), Fraction(vaerdi))


def tal(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every number that controls can relate.

    ``tabeller`` is what :func:`kkrlib.data.load` returns; its ``kolonneroller`` says which columns hold published
    numbers and rules.

    Returns a DataFrame with index ``fakta`` (the row's ``id``, or ``tabel/nøgle/…/kolonne``) and the columns
    :data:`KOLONNER`: ``vaerdi``, ``mindst`` and ``hoejst`` (Fraction, in the printed ``enhed``), ``decimaler`` (as
    printed), ``faktor`` (what one unit is in ``grundenhed``), ``eksakt`` (whether the unit counts whole things),
    ``omfang`` (the report or subject that it belongs to), ``navn`` (the table) and ``dokument`` as a reader finds them,
    ``kilde``, ``punkt``, ``linje`` and ``offentliggjort`` (False for rules, for references to tables, which count as 1,
    and for what no document at hand prints).

    The interval: a number that counts, is printed as a word, or stands in a rule is exact; any other stands for what
    rounds to it, half a unit of its last digit (or of its fraction) to each side; a reservation («ca.») widens it by
    the per cent in ``forbehold``.

    Raises DataError for a unit or a reservation that is not in its table.
    """
    sources = tabeller["kilder"].set_index("kilde")
    documents = {k: _dokument(v) for k, v in sources[sources["fil"].notna()].to_dict("index").items()}
    units = tabeller["enheder"].set_index("enhed").to_dict("index")
    words = tabeller["forbehold"].set_index("forbehold").to_dict("index")
    rows, keys, found = [], [], []
    for column in tabeller["kolonneroller"].loc[lambda t: t["rolle"] != FUND].itertuples():
        table, key_columns = tabeller[column.tabel], column.noegle.split()
        for position, record in enumerate(table.to_dict("records"), start=2):
            if pd.isna(record[column.kolonne]):
                continue
            # In tables of names «trykt» is the name as printed; beside a column «vaerdi» it is the number.
            printed = str(
                record.get("trykt", record["vaerdi"]) if column.kolonne == "vaerdi" else record[column.kolonne]
            )
            unit = record.get("enhed", column.enhed)
            word = record.get("forbehold")
            word = "" if word is None or pd.isna(word) else word
            if unit not in units or (word and word not in words):
                missing, where = (unit, "enheder") if unit not in units else (word, "forbehold")
                name = "enhed" if unit not in units else "forbehold"
                found.append(Fund(f"{column.tabel}.csv", str(position), name, missing, f"findes ikke i {where}.csv"))
                continue
            keys.append(_key(record, column.tabel, key_columns, column.kolonne))
            rows.append(_row(column, position, record, printed, unit, units[unit], words.get(word), documents))
    if found:
        raise DataError(found)
    result = pd.DataFrame(rows, columns=KOLONNER, index=pd.Index(keys, name="fakta"))
    if result.index.has_duplicates:
        twice = result.index[result.index.duplicated()]
        raise DataError(
            [Fund(f"{result.loc[[k], 'tabel'].iloc[-1]}.csv", "", "id", k, "nøglen er brugt to gange") for k in twice]
        )
    return result


def _key(record: Mapping[str, Any], table: str, keys: list[str], column: str) -> str:
    if keys == ["id"]:
        return str(record["id"])
    parts = [
        "" if pd.isna(v) else v.date().isoformat() if isinstance(v, pd.Timestamp) else str(v)
        for v in (record[k] for k in keys)
    ]
    return "/".join([table, *parts, column])


def _row(
    column: Any,
    position: int,
    record: Mapping[str, Any],
    printed: str,
    unit: str,
    of_unit: Mapping[str, Any],
    word: Mapping[str, Any] | None,
    documents: Mapping[str, str],
) -> tuple:
    # A mean of whole things is not whole; a rule's number is what it says.
    exact = column.rolle != OFFENTLIGGJORT or (of_unit["eksakt"] == "ja" and record.get("maal") != "gennemsnit")
    value = Fraction(1) if column.rolle == HENVISNING else eksakt_tal(record[column.kolonne])
    # A part of a whole in words («tredjedel») is compared as a fraction is.
    words = not re.search(r"\d", printed) and value.denominator != 1
    decimals = 0 if column.rolle == HENVISNING else printing.BROEK if words else trykte_decimaler(printed)
    parts = re.search(r"\d+/(\d+)", printed)
    half = (
        Fraction(0)
        if exact or not re.search(r"\d", printed)
        else Fraction(1, 2 * int(parts[1]))
        if parts
        else Fraction(1, 2 * 10**decimals)
    )
    under, over = (
        (Fraction(str(word["under_procent"])), Fraction(str(word["over_procent"])))
        if word
        else (Fraction(0), Fraction(0))
    )
    return (
        column.tabel,
        position,
        column.kolonne,
        value,
        value - half - abs(value) * (under if value > 0 else over) / 100,
        value + half + abs(value) * (over if value > 0 else under) / 100,
        decimals,
        unit,
        of_unit["grundenhed"],
        Fraction(of_unit["faktor"]),
        exact,
        printed,
        "" if word is None else str(record["forbehold"]),
        str(record.get("rapport", record.get("emne", ""))),
        str(record["tabel"]) if "tabel" in record and column.navn == "" else column.navn,
        documents.get(record["kilde"], str(record["kilde"])),
        str(record["kilde"]),
        str(record["punkt"]),
        int(record.get(f"linje_{column.kolonne}", record["linje"])),
        column.rolle == OFFENTLIGGJORT and record["kilde"] in documents,
    )


def _dokument(kilde: Mapping[str, Any]) -> str:
    """``Bilag til møde i KKR Syddanmark, september 2022``."""
    when = "" if pd.isna(kilde["tid"]) else str(kilde["tid"])
    year, _, month = when.partition("-")
    return ", ".join(x for x in (kilde["titel"], dansk.maaned(int(year), int(month)) if month else year) if x)


def eksakt_tal(tekst: Any) -> Fraction:
    """An exact number from a cell: ``1234``, ``"1.5"``, ``"2/3"``, or as Danish print has it with a comma
    (``"6,81"``).
    """
    said = printing.laes(str(tekst)) if "," in str(tekst) else None
    return said.vaerdi if said else Fraction(str(tekst))


def trykte_decimaler(trykt: str) -> int:
    """How many decimals a number is printed with, as :func:`kkrlib.trykt.laes` reads it; of a fraction («2/3») two are
    compared. A text has none.
    """
    said = printing.laes(trykt)
    return said.decimaler if said else 0
