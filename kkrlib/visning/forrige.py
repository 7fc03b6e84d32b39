"""What a page says about the latest year before its own in the data."""

from __future__ import annotations

from collections.abc import Sequence

from kkrlib.tekst import Tekst

SENESTE = "som er det seneste tidligere år i datagrundlaget"


def siden(aar: int, forrige: int | None, punkter: Sequence[str], efter: str = "") -> Tekst:
    """What changed since ``forrige``, the latest year before ``aar`` in the data: a list, and ``efter`` below it.

    Without such a year it says that ``aar`` is the first.
    """
    if forrige is None:
        return Tekst(f"{aar} er det første år i datagrundlaget, så der er ikke et tidligere år at sammenligne med.")
    listed = "\n".join(f"- {punkt}" for punkt in punkter)
    return Tekst(f"Siden {forrige}, {SENESTE}:\n\n{listed}" + (f"\n\n{efter}" if efter else ""))
