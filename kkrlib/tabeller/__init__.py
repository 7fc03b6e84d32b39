"""Tables for readers and for machines: one object that is an HTML fragment and the data behind it.

:func:`tabel` checks a DataFrame against its columns and makes a :class:`Tabel`. What people see is Danish
(``1.234,5``); what is downloaded is written by :func:`csv` (for machines) and :func:`xlsx` (for people) from
the payload alone, so that the exporter needs no DataFrame.

``kolonne``        one column: how its values are shown and carried: :class:`Kolonne`;
``specifikation``  what a table is of, held against its data: :class:`Specifikation`;
``tabel``          the cells read once, and the finished table: :class:`Tabel`, :func:`tabel`;
``html``           the table for readers, by the template in ``skabelon/``;
``filer``          the table as CSV and XLSX.

The fragment is the same in a notebook and on a page. A page's style sheet sets its columns of text by their number
(``k3`` on ``<table>``: the third); JupyterLab has no such sheet, and would not know a class in each cell either.

The payload carries text, integers and ISO dates as they are. Every other number is rounded to
:data:`PLADSER` (10) decimals, halves away from zero, from its exact value, and is a JSON number (a double, 15 to
17 digits); one that is whole then is an integer. An ``andel`` is carried as a share (0.125), shown as per cent.
"""

from kkrlib.tabeller.filer import csv, xlsx
from kkrlib.tabeller.html import FILTRE, KOLONNER
from kkrlib.tabeller.kolonne import PLADSER, Kolonne
from kkrlib.tabeller.specifikation import MANGLER, SLUG, Specifikation
from kkrlib.tabeller.tabel import Tabel, tabel

__all__ = [
    "FILTRE",
    "KOLONNER",
    "MANGLER",
    "PLADSER",
    "SLUG",
    "Kolonne",
    "Specifikation",
    "Tabel",
    "csv",
    "tabel",
    "xlsx",
]
