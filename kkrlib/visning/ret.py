"""Where the rules of a report stand: act, paragraph and address, as they were on the day that a page is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from kkrlib import dansk
from kkrlib.perioder import gaeldende
from kkrlib.tekst import Tekst


def regler(tabeller: Mapping[str, pd.DataFrame], rapport: str, dag: date) -> Tekst | None:
    """The rules that ``rapport`` follows, each with the paragraph in force on ``dag`` and a link to its act.

    ``tabeller["retshenvisninger"]`` has one row per rule and period. A rule without a row for the day is left out; None
    where no rule is left.
    """
    rows = gaeldende(tabeller["retshenvisninger"], dag)
    chosen = rows[rows["rapport"] == rapport].sort_values("nr", kind="stable")
    if chosen.empty:
        return None
    listed = "\n".join(
        f"- {r.regel}: [{r.akt} {r.paragraf}]({r.adresse})"
        + (f", til og med den {dansk.dato(r.gaelder_til)}" if pd.notna(r.gaelder_til) else "")
        for r in chosen.itertuples()
    )
    said = f"Reglerne står her, i den udgave, der var den seneste, vi kender, den {dansk.dato(dag)}:"
    return Tekst(f"{said}\n\n{listed}")
