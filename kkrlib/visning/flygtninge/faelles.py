"""What several parts of the report need: its source line, its order of rows, its words."""

from __future__ import annotations

import pandas as pd

from kkrlib import dansk
from kkrlib.flygtninge import Beregning
from kkrlib.flygtninge.beregning import HELE_LANDET, Aftale
from kkrlib.flygtninge.forklaring import AARSAGER, KOMMUNESTRUKTUR

PERSONER = "personer"


def stor(text: str) -> str:
    """The text with its first letter capital and the rest as it is."""
    return text[:1].upper() + text[1:]


def some(part: int, whole: int) -> str:
    """``3 af de 17 kommuner``, as the start of a sentence."""
    number = {0: "Ingen", 1: "Én"}.get(part, dansk.tal(part))
    return f"{number} af de {kommuner_i_tal(whole)}"


def kommuner_i_tal(n: int) -> str:
    return dansk.flertal(n, "kommune", "kommuner")


def kilde(b: Beregning, *own: str) -> str:
    letter = b.brev["udmeldt"]
    when = "" if pd.isna(letter) else f", brev af {dansk.dato(letter)}"
    return "; ".join([f"Udlændingestyrelsen{when} (kilde {b.brev['kilde']}, punkt {b.brev['punkt']})", *own])


def aarsager_i(b: Beregning) -> list[str]:
    """The causes of the year's changes: those of the rule, and the merging of kommuner where it did something."""
    merged = [KOMMUNESTRUKTUR] if b.aarsager is not None and KOMMUNESTRUKTUR in b.aarsager.columns else []
    return [*AARSAGER[:-1], *merged, *AARSAGER[-1:]]


def aarsag_ord(cause: str) -> str:
    return {
        "landstal": "det ændrede landstal",
        "befolkning": "ændrede indbyggertal",
        "indvandrerandel": "ændrede tal for indvandrere og flygtninge",
        "familiesammenfoeringer": "ændrede tal for familiesammenføringer",
        "kommunestruktur": "sammenlægningen af kommuner",
        "afrunding": "afrundingen",
    }[cause]


def by_region(b: Beregning, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the letters: region by region, kommuner by code within each."""
    order = {region: i for i, region in enumerate(b.regioner.index)}
    return rows.sort_index().sort_values("region", key=lambda s: s.map(order), kind="stable").reset_index()


def omraadets_aftaler(b: Beregning) -> list[Aftale]:
    return [a for a in b.aftaler if b.region in (HELE_LANDET, a.region)]


def stort_foerst(text: str) -> str:
    return text[:1].upper() + text[1:]
