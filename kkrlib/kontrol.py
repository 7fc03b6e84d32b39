"""All controls of all fields in one run: what ``kkr check`` and the report on reconciliation stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from kkrlib import afstemning, dansk, flygtninge, klynger
from kkrlib.errors import ADVARSEL, Fund

#: So many numbers of one column without a control are told one by one.
SAMLET = 10


@dataclass(frozen=True)
class Samlet:
    """All controls of all fields.

    ``kontroller``: one row per control, as :func:`kkrlib.afstemning.doem` returns them. ``daekning``: one row per published number, as
    :func:`kkrlib.afstemning.daekning` returns them. ``fund``: the findings that the deviations are explained by, index
    ``fund``, as :func:`kkrlib.afstemning.fund`, those that occur only, in the order of their first control. ``vises``:
    of each finding with several controls, the one whose numbers its explanation is about. ``nye_og_borte``: what
    differs from the accepted deviations. ``uden_grund``: numbers that stand in no control without a reason
    (``uden_kontrol``), and reasons that no number needs; warnings. ``ufaerdigt``: what a field has not entered yet of a
    year that is begun (warnings), and what in it contradicts itself. ``advarsler``: what else the fields warn of. ``saet`` and
    ``tal``: what :func:`kontrolsaet` and
    :func:`kkrlib.afstemning.tal` return.
    """

    kontroller: pd.DataFrame
    daekning: pd.DataFrame
    fund: pd.DataFrame
    vises: frozenset[str]
    nye_og_borte: list[Fund]
    uden_grund: list[Fund]
    ufaerdigt: list[Fund]
    advarsler: list[Fund]
    saet: tuple[pd.DataFrame, pd.DataFrame]
    tal: pd.DataFrame
    tabeller: Mapping[str, pd.DataFrame]


def kontrolsaet(tabeller: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All controls and their led: those that the rules of a field make, and those that ``kontroller`` and ``kontrol_led`` declare."""
    sets = [*flygtninge.alle_kontroller(tabeller), *klynger.alle_kontroller(tabeller), afstemning.erklaerede(tabeller)]
    controls, led = (
        pd.concat([part.astype(object) for part in parts], ignore_index=True) for parts in zip(*sets, strict=True)
    )
    return controls, led


def saml(tabeller: Mapping[str, pd.DataFrame]) -> Samlet:
    """Compute and judge every control. ``tabeller`` is what :func:`kkrlib.data.load` returns. Raises DataError for controls that make no sense."""
    numbers, known = afstemning.tal(tabeller), afstemning.kendte(tabeller)
    declared = kontrolsaet(tabeller)
    judged = afstemning.doem(afstemning.beregn(*declared, numbers), known)
    coverage = afstemning.daekning(judged, numbers)
    recorded, occurring = afstemning.fund(tabeller), [f for f in judged["fund"].drop_duplicates() if f]
    return Samlet(
        kontroller=judged,
        daekning=coverage,
        fund=recorded.loc[[f for f in occurring if f in recorded.index]],
        vises=frozenset(tabeller["fund_kontroller"].loc[lambda t: t["vis"] == "ja"]["kontrol"]),
        nye_og_borte=afstemning.nye_og_borte(judged, known),
        uden_grund=_uden_grund(judged, coverage, tabeller),
        ufaerdigt=[*flygtninge.modstrid(tabeller), *flygtninge.ufaerdigt(tabeller)],
        advarsler=flygtninge.advarsler(tabeller),
        saet=declared,
        tal=numbers,
        tabeller=tabeller,
    )


def _uden_grund(doemte: pd.DataFrame, daekning: pd.DataFrame, tabeller: Mapping[str, pd.DataFrame]) -> list[Fund]:
    """Warnings: a published number that no control covers and no reason is given for, and a reason for a number that needs none."""
    path, reasons = "uden_kontrol.csv", set(tabeller["uden_kontrol"]["fakta"])
    open_ = daekning[daekning["kontroller"] == 0]
    asked = {fact for facts in doemte.loc[doemte["dom"] == afstemning.UPROEVET, "alle_fakta"] for fact in facts}
    missing = [f for f in open_.index if f not in reasons | asked]
    # A year's table that is entered before what it is controlled against is one warning, not one per row.
    groups: dict[tuple[str, str], list[str]] = {}
    for fact in missing:
        key = "/".join(fact.split("/")[:2]), str(open_.at[fact, "kolonne"])
        groups.setdefault(key, []).append(fact)
    found = []
    for facts in groups.values():
        more = f" og {dansk.flertal(len(facts) - 1, 'tal', 'tal')} til i samme kolonne" if len(facts) > SAMLET else ""
        for fact in facts[: 1 if more else None]:
            said = f"tallet{more} indgår ikke i nogen kontrol, og der er ikke skrevet hvorfor"
            found.append(Fund(path, "mangler", "fakta", fact, said, ADVARSEL))
    return found + [
        Fund(path, f, "fakta", f, "tallet findes ikke, eller det indgår i en kontrol", ADVARSEL)
        for f in sorted(reasons - set(open_.index))
    ]


def foelsomhed(samlet: Samlet, fakta: Iterable[str] | None = None) -> pd.DataFrame:
    """:func:`kkrlib.afstemning.foelsomhed` of all controls; ``fakta`` are the numbers to try (default: all that are covered)."""
    return afstemning.foelsomhed(*samlet.saet, samlet.tal, fakta)


def opsummering(samlet: Samlet) -> str:
    """One line: how many controls, their verdicts, and how many published numbers they cover."""
    counts = samlet.kontroller["dom"].value_counts()
    verdicts = ", ".join(f"{dansk.tal(int(counts.get(verdict, 0)))} {verdict}" for verdict in afstemning.DOMME)
    covered = int((samlet.daekning["kontroller"] > 0).sum())
    numbers = f"{dansk.tal(covered)} af {dansk.tal(len(samlet.daekning))} offentliggjorte tal"
    return f"{dansk.tal(len(samlet.kontroller))} kontroller af {numbers}: {verdicts}"


def opsummer_foelsomhed(foelsomhed: pd.DataFrame) -> str:
    """One line: the share of numbers whose change by one unit in the last digit changes a verdict. ``foelsomhed`` is what :func:`foelsomhed` returns."""
    shares = [dansk.procent(Fraction(int(foelsomhed[way].sum()), len(foelsomhed))) for way in ("op", "ned")]
    return f"én enhed mere i sidste ciffer ændrer en dom for {shares[0]} af {dansk.tal(len(foelsomhed))} tal, én mindre for {shares[1]}"
