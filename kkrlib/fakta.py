"""The table of facts, by its columns: what a row is about, and never how its id is spelt.

A field's editions are the years of ``udgave``; a name or a word that a source counts (``art``) is no number. All
functions take what :func:`kkrlib.data.load` returns.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

TABEL = "fakta"

#: ``art``: a printed number; anything else is a name or a word that a source counts.
TAL = "tal"


def af(
    tabeller: Mapping[str, pd.DataFrame], felt: str, udgave: int | None = None, art: str | None = None
) -> pd.DataFrame:
    """The facts of a field, or of one edition of it, all or of one kind, with the columns of the table and its
    index.
    """
    facts = tabeller[TABEL]
    for column, wanted in (("felt", felt), ("udgave", udgave), ("art", art)):
        if wanted is not None:
            facts = facts[facts[column] == wanted]
    return facts


def udgaver(tabeller: Mapping[str, pd.DataFrame], felt: str) -> list[int]:
    """The editions that there are facts of, in order."""
    return sorted({int(year) for year in af(tabeller, felt)["udgave"]})


def titel(tabeller: Mapping[str, pd.DataFrame], felt: str, udgave: int) -> str:
    """What readers call an edition; empty for one that is not in the register."""
    editions = tabeller["emner"]
    own = editions[(editions["felt"] == felt) & (editions["udgave"] == udgave)]
    return "" if own.empty else str(own["titel"].iloc[0])
