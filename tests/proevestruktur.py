"""Made-up changes of the structure, as files: two regions become one, a kommune becomes part of another."""

from __future__ import annotations

from pathlib import Path

from proeveaar import KILDE, laes_raekker, proevekilde, skriv_raekker, tilfoej

DAGEN_FOER, DAGEN = "2026-12-31", "2027-01-01"
OEST = "Region Østdanmark"
GAMLE = ("Region Hovedstaden", "Region Sjælland")
FANOE, ESBJERG = "563", "561"


def afloes(folder: Path, name: str, hvilke, nyt, fra: str = DAGEN, til: str = DAGEN_FOER) -> None:
    """End the rows of a register that ``hvilke(row)`` names, and let each go on as another where ``nyt`` is given:
    the columns that are new."""
    rows = laes_raekker(folder, name)
    new = []
    for row in rows:
        if hvilke(row) and not row["gaelder_til"]:
            if nyt is not None:
                new.append({**row, **nyt, "gaelder_fra": fra})
            row["gaelder_til"] = til
    skriv_raekker(folder, name, [*rows, *new])


def oestdanmark(folder: Path) -> None:
    """Region Hovedstaden and Region Sjælland are Region Østdanmark from 2027 on: two tables."""
    afloes(folder, "regioner", lambda r: r["region"] in GAMLE, None)
    row = {"regionskode": "086", "region": OEST, "kortnavn": "Østdanmark", "kkr": "KKR Østdanmark"}
    tilfoej(folder, "regioner", [{**row, "slug": "oestdanmark", "gaelder_fra": DAGEN}])
    afloes(folder, "kommuner", lambda r: r["region"] in GAMLE, {"region": OEST})


def fanoe(folder: Path) -> None:
    """Fanø is part of Esbjerg from 2027 on: three tables."""
    proevekilde(folder)
    for name in ("kommuner", "flisekort"):
        afloes(folder, name, lambda r: r["kommunekode"] == FANOE, None)
    row = {"kommunekode": FANOE, "efterfoelger": ESBJERG, "dag": DAGEN, "kilde": KILDE, "punkt": "1", "linje": 1}
    tilfoej(folder, "kommune_efterfoelgere", [row])
