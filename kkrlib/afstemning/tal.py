"""Every published number as a row, with the interval that its printing leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import DataError, Fund
from kkrlib.fakta import TAL
from kkrlib.interval import Interval, eksakt_tal, trykt_interval
from kkrlib.sted import Sted

#: What a column of a table is to the reconciliation (``role`` of a field in the descriptor).
OFFENTLIGGJORT, REGEL, HENVISNING, FUND = "published", "rule", "reference", "finding"

#: What a number is about, as the table of facts has it.
NOEGLE = ["felt", "udgave", "tabel", "afsnit", "raekke", "kolonne", "beskriver_aar", "basisaar", "forekomst"]
OM = ["kommunekode", "region", "klynge", "tilsyn"]

#: Columns of :func:`tal`.
KOLONNER = [
    *NOEGLE, *OM, "art", "maal", "vaerdi", "mindst", "hoejst", "decimaler", "enhed", "grundenhed", "faktor", "eksakt",
    "trykt", "forbehold", "dokument", "kilde", "punkt", "sted", "i_kilden", "offentliggjort", "datatabel", "datalinje",
    "datakolonne",
]  # fmt: skip


def tal(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every number that controls can relate.

    ``tabeller`` is what :func:`kkrlib.data.load` returns; its ``kolonneroller`` says which columns hold published
    numbers and rules.

    Returns a DataFrame with index ``fakta`` (the row's ``id``, or ``tabel/nøgle/…/kolonne``) and the columns
    :data:`KOLONNER`. What it is about: :data:`NOEGLE`, with ``tabel`` as a reader finds it, ``udgave``,
    ``beskriver_aar``, ``basisaar`` and ``forekomst`` (``Int64``; missing where the table doesn't say), texts that may
    be empty, and :data:`OM` (texts); ``art`` (``tal``; ``navn`` or ``ord`` for what a source counts) and ``maal``. The
    number: ``vaerdi``, ``mindst`` and ``hoejst`` (Fraction, in the printed ``enhed``), ``decimaler`` (as printed),
    ``faktor`` (what one unit is in ``grundenhed``), ``eksakt`` (whether the unit counts whole things). Where it
    stands: ``dokument`` (as a reader calls it), ``kilde``, ``punkt`` and ``sted`` (a
    :class:`~kkrlib.sted.Sted`); in the data ``datatabel``, ``datalinje`` and ``datakolonne``. ``i_kilden`` is
    False for rules, for references to tables and for what no document at hand prints; ``offentliggjort`` is False for
    names and words, too. References, names and words count as 1.

    Of a table with columns of its own, ``felt`` and ``udgave`` are what the descriptor says (``field``; ``edition``,
    a column), ``raekke`` is the rest of its key, and ``kolonne`` the column's name.

    The interval: a number that counts, is printed as a word, or stands in a rule is exact; any other is what
    :func:`kkrlib.interval.trykt_interval` says of its printing.

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
            kind = record.get("art", TAL) if column.kolonne == "vaerdi" else TAL
            if pd.isna(record[column.kolonne]) and kind == TAL:
                continue
            # In tables of names «trykt» is the name as printed; beside a column «vaerdi» it is the number.
            printed = str(
                record.get("trykt", record["vaerdi"]) if column.kolonne == "vaerdi" else record[column.kolonne]
            )
            unit = record.get("enhed", column.enhed)
            word = _tekst(record.get("forbehold"))
            if unit not in units or (word and word not in words):
                missing, where = (unit, "enheder") if unit not in units else (word, "forbehold")
                name = "enhed" if unit not in units else "forbehold"
                found.append(Fund(f"{column.tabel}.csv", str(position), name, missing, f"findes ikke i {where}.csv"))
                continue
            keys.append(_key(record, column.tabel, key_columns, column.kolonne))
            place = (column.tabel, position, column.kolonne)
            number = _tal(column.rolle, column.kolonne, record, kind, printed, units[unit], words.get(word))
            there = column.rolle == OFFENTLIGGJORT and record["kilde"] in documents
            source = str(record["kilde"])
            rows.append(
                (
                    *(*_om(column, record), kind, _tekst(record.get("maal")), *number[:4], unit, *number[4:], printed),
                    *(word, documents.get(source, source), source, str(record["punkt"])),
                    *(Sted.af(record, column.kolonne), there, there and kind == TAL, *place),
                )
            )
    if found:
        raise DataError(found)
    result = pd.DataFrame(rows, columns=KOLONNER, index=pd.Index(keys, name="fakta"))
    result = result.astype(dict.fromkeys(_AAR, "Int64"))
    if result.index.has_duplicates:
        twice = result.loc[result.index.duplicated(), "datatabel"]
        raise DataError([Fund(f"{t}.csv", "", "id", k, "nøglen er brugt to gange") for k, t in twice.items()])
    return result


def _key(record: Mapping[str, Any], table: str, keys: list[str], column: str) -> str:
    if keys == ["id"]:
        return str(record["id"])
    return "/".join([table, *(_noegle(record[k]) for k in keys), column])


def _noegle(value: Any) -> str:
    """A cell of a key in the name of a number."""
    return "" if pd.isna(value) else value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _tal(
    rolle: str,
    kolonne: str,
    record: Mapping[str, Any],
    art: str,
    printed: str,
    unit: Mapping[str, Any],
    word: Mapping[str, Any] | None,
) -> tuple:
    """``vaerdi``, ``mindst``, ``hoejst``, ``decimaler``, ``grundenhed``, ``faktor`` and ``eksakt`` of a cell."""
    # A mean of whole things is not whole; a rule's number is what it says.
    exact = rolle != OFFENTLIGGJORT or (unit["eksakt"] == "ja" and record.get("maal") != "gennemsnit")
    if rolle == HENVISNING or art != TAL:
        interval, decimals = Interval.punkt(1), 0
    else:
        width = {k: Fraction(str(word[f"{k}_procent"])) for k in ("under", "over")} if word else {}
        interval, decimals = trykt_interval(printed, eksakt_tal(record[kolonne]), eksakt=exact, **width)
    factor = Fraction(unit["faktor"])
    return interval.vaerdi, interval.mindst, interval.hoejst, decimals, unit["grundenhed"], factor, exact


def _om(column: Any, record: Mapping[str, Any]) -> tuple:
    """What a number is about: the columns :data:`NOEGLE` and :data:`OM`."""
    printed_table = _tekst(record.get("tabel")) if column.navn == "" else column.navn
    if "felt" in record:
        said = {name: record.get(name) for name in NOEGLE}
    else:
        edition = column.udgave
        rest = [_noegle(record[k]) for k in column.noegle.split() if k not in (edition, "tabel", "kolonne")]
        said = {
            "felt": column.felt,
            "udgave": record[edition] if edition else None,
            "raekke": ", ".join(x for x in rest if x),
            "kolonne": record.get("kolonne", column.kolonne),
        }
    said["tabel"] = printed_table
    return (
        *(_aar(said.get(name)) if name in _AAR else _tekst(said.get(name)) for name in NOEGLE),
        *(_tekst(record.get(name)) for name in OM),
    )


_AAR = ("udgave", "beskriver_aar", "basisaar", "forekomst")


def _aar(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _tekst(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _dokument(kilde: Mapping[str, Any]) -> str:
    """``Bilag til møde i KKR Syddanmark, september 2022``."""
    when = "" if pd.isna(kilde["tid"]) else str(kilde["tid"])
    year, _, month = when.partition("-")
    return ", ".join(x for x in (kilde["titel"], dansk.maaned(int(year), int(month)) if month else year) if x)
