"""What a row of the series and of the derivations holds, for those who read them one by one (``itertuples``)."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol


class Serieraekke(Protocol):
    """A row of :func:`kkrlib.socialtilsyn.serie` that has a value."""

    indikator: str
    enhed: str
    aar: int
    vaerdi: Fraction
    status: str


class Afledning(Protocol):
    """A row of ``socialtilsyn_afledte``: what is derived of which fact, from which year, and how."""

    Index: int
    indikator: str
    aar: int
    fakta: str
    metode: str
    fra_aar: int
    fradrag: str
