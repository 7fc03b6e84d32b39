"""What several parts of the report need: its source line, a number of the series, words."""

from __future__ import annotations

import re
from typing import Any

from kkrlib import dansk
from kkrlib.socialtilsyn import Beregning
from kkrlib.tekst import Tekst

IKKE = "ikke oplyst"
# Faults that can be the conversion's to text rather than the report's own.
OMSAETNING = ("navn", "mangler")
# The lines of the accounts that are sums of the others.
SUM = re.compile(r"(Udgifter|Indtægter) i alt\b|Netto\b")
SANKTIONER = {"skaerpet-tilsyn": "Skærpet tilsyn", "paabud": "Påbud", "vilkaar": "Vilkår"}


def ingen(b: Beregning, hvad: str) -> Tekst:
    """In the place of a figure or a table that would have no rows."""
    return Tekst(f"{hvad}: de tal står ikke i årsrapporterne til og med {b.aar}.")


def spaend(row: Any) -> str:
    return dansk.tal(row.vaerdi) if row.vaerdi is not None else f"{dansk.tal(row.mindst)}–{dansk.tal(row.hoejst)}"


def raekke(b: Beregning, indicator: str, year: int) -> Any:
    """The row of an indicator and year, or None."""
    return next(b.serie[(b.serie["indikator"] == indicator) & (b.serie["aar"] == year)].itertuples(), None)


def kilde(b: Beregning, *own: str) -> str:
    return "; ".join(
        [
            f"{b.rapport['titel']} (kilde {b.rapport['kilde']}, punkt {b.rapport['punkt']}) og tidligere årsrapporter",
            *own,
        ]
    )


def stort(text: str) -> str:
    return text[:1].upper() + text[1:]
