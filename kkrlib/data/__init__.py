"""The one room that reads data files: load, validate, and hand out DataFrames.

Everything that a table must satisfy stands in ``data/datapackage.json``: the Table Schema of the Frictionless
Data Package (types, required, bounds, patterns), which the frictionless library reads, primary and foreign keys, and
under ``checks`` what that standard has no word for:

``entydig``
    a column, or several together, is another in each row, whatever its case (a region's nummer, a tile's place); rows
    with an empty cell count too where ``tomme`` is true;
``navne``
    a text in one of the columns names one row only (a region by its name, its KKR or its slug);
``forskellige``
    the columns of one row differ (an overførsel is from one kommune to another);
``komplet``
    every row of a register occurs (in each group ``pr``, say each kvoteaar);
``hoerer_til``
    a column says of the key what the register says (a kommune's region);
``andele``
    the shares of each key (``pr``) sum to one on every day from its first row on (``fra``, ``til``: the days a row is
    in force; ``nul``: or to nothing);
``lig_med``
    a column equals the value of a row of another table: the same number, printed twice;
``sum``
    a printed sum equals the sum of its rows, but for the faults that are recorded as such;
``kendt``
    each row is a known fault of a source, shown as a warning;
``efterfoelger``
    what ends in the register becomes part of another (``efter`` in the row of ``tabel``, from ``dag`` on) that is in
    force then: every key that ends has a row, and every one that begins later than the register is somebody's;
and those of :mod:`kkrlib.data.tal`, on whether a number makes sense where it stands: ``trykt``, ``bruges``,
``foelges``, ``graenser``, ``aar``, ``ordnet`` and ``raekkesum``.

A register can have rows with dates (``periode`` of its table), and a table can say which day its rows are about
(``dato``): see :mod:`kkrlib.data.datoer`. Then keys, ``komplet``, ``hoerer_til`` and ``andele`` ask what was in force
on that day, and ``entydig`` and ``navne`` compare rows that are in force at once.

The module knows no field: a new table, or a new year, is only data.

``mappe``        where the data stand;
``tekstfil``     one file: opened, decoded and split into lines and fields;
``beskrivelse``  the descriptor, checked whole and typed;
``skema``        the headings and cells of one table;
``datoer``       registers with dates, and the day that a row is about;
``noegler``      primary and foreign keys;
``regler``       the checks above, ``sammenhold`` those of rows against each other, ``tal`` those on numbers, and
                 ``former`` what each must say;
``tabeller``     the tables: :func:`load`, :func:`laes`, :func:`check`, :func:`filer`;
``opslag``       single columns, without pandas, of a folder that was valid before: :class:`Opslag`;
``kilder``       looking facts up on their lines: :func:`check_kilder`;
``brugerfiler``  files that users made or filled in: :func:`laes_csv`, :func:`laes_regneark`;
``regneark``     the cells of a workbook that somebody else made, within limits.
"""

import importlib
from typing import TYPE_CHECKING, Any

from kkrlib.data.mappe import BESKRIVELSE, data_mappe, rod

if TYPE_CHECKING:
    from kkrlib.data.brugerfiler import dato, laes_csv, laes_regneark, laes_valgfri, regneark_i
    from kkrlib.data.kilder import check_kilder
    from kkrlib.data.opslag import Opslag
    from kkrlib.data.regler import OM_TAL
    from kkrlib.data.tabeller import KOLONNEROLLER, check, filer, laes, load, varm

ROD = rod()
#: Where the names above come from. They are read when they are asked for: ``kkr list`` needs no pandas.
_FRA = {
    "brugerfiler": ("dato", "laes_csv", "laes_regneark", "laes_valgfri", "regneark_i"),
    "kilder": ("check_kilder",),
    "opslag": ("Opslag",),
    "regler": ("OM_TAL",),
    "tabeller": ("KOLONNEROLLER", "check", "filer", "laes", "load", "varm"),
}

__all__ = [
    "BESKRIVELSE",
    "KOLONNEROLLER",
    "OM_TAL",
    "ROD",
    "Opslag",
    "check",
    "check_kilder",
    "data_mappe",
    "dato",
    "filer",
    "laes",
    "laes_csv",
    "laes_regneark",
    "laes_valgfri",
    "load",
    "regneark_i",
    "varm",
]


def __getattr__(navn: str) -> Any:
    room = next((room for room, names in _FRA.items() if navn in names), None)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {navn!r}")
    return getattr(importlib.import_module(f"{__name__}.{room}"), navn)
