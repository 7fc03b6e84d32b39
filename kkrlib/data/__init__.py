"""The one room that reads data files: load, validate, and hand out DataFrames.

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
    each row is a known fault of a source, shown as a warning;
and those of :mod:`kkrlib.data.tal`, on whether a number makes sense where it stands: ``trykt``, ``bruges``, ``foelges``, ``graenser``, ``aar``,
``ordnet``, ``raekkesum`` and ``unik``.

The module knows no field: a new table, or a new year, is only data.

``mappe``        where the data stand;
``tabeller``     the tables: :func:`load`, :func:`laes`, :func:`check`;
``skema``        what the Table Schema finds in them, in our words;
``regler``       the checks above, and ``tal`` those on numbers;
``kilder``       looking facts up on their lines: :func:`check_kilder`;
``brugerfiler``  files that users made or filled in: :func:`laes_csv`, :func:`laes_regneark`.
"""

from kkrlib.data.brugerfiler import dato, laes_csv, laes_regneark, laes_valgfri
from kkrlib.data.kilder import check_kilder
from kkrlib.data.mappe import BESKRIVELSE, data_mappe, rod
from kkrlib.data.regler import OM_TAL
from kkrlib.data.tabeller import KOLONNEROLLER, check, laes, load

ROD = rod()

__all__ = [
    "BESKRIVELSE",
    "KOLONNEROLLER",
    "OM_TAL",
    "ROD",
    "check",
    "check_kilder",
    "dato",
    "data_mappe",
    "laes",
    "laes_csv",
    "laes_regneark",
    "laes_valgfri",
    "load",
]
