"""What a page says about the latest year before its own in the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kkrlib import dansk
from kkrlib.struktur import KOMMUNE, Aendring
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


def struktur(aendringer: Sequence[Aendring], regnet: str) -> str:
    """What became part of what between the two years, and how what is compared is counted: one sentence for each day,
    the last of which says ``regnet``. Empty where the structure is the same.
    """
    days: dict[date, list[Aendring]] = {}
    for change in aendringer:
        days.setdefault(change.dag, []).append(change)
    told = []
    for day, changes in sorted(days.items()):
        (subject, verb, rest), *others = map(_led, changes)
        clauses = [f"Fra {dansk.dato(day)} {verb} {subject} {rest}", *(" ".join(parts) for parts in others)]
        told.append(", og ".join(clauses))
    return f"{'. '.join(told)}; {regnet}." if told else ""


def _led(aendring: Aendring) -> tuple[str, str, str]:
    """Subject, verb and the rest of the clause that tells a change."""
    before = dansk.opremsning(aendring.foer)
    if aendring.slags == KOMMUNE:
        if aendring.ny:
            return aendring.nu, "består", f"af {before}"
        return before, "er", f"en del af {aendring.nu}"
    if len(aendring.foer) == 1 and aendring.hele and aendring.nu not in aendring.foer:
        return before, "hedder", aendring.nu
    return aendring.nu, "består", f"af {'kommunerne' if aendring.hele else 'kommuner'} fra {before}"
