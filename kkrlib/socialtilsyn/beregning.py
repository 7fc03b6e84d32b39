"""Everything the socialtilsyn report shows of one year's report, computed in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from kkrlib import afstemning, fakta, parametre
from kkrlib.errors import DataError
from kkrlib.socialtilsyn.aktivitet import besoeg, sanktioner_pr_100, whistleblow_pr_100
from kkrlib.socialtilsyn.oekonomi import budget_og_regnskab, omkostninger
from kkrlib.socialtilsyn.serier import FELT, serie, tal_af
from kkrlib.socialtilsyn.takster import skaerpet_tilsyn, stoerrelsesfaktorer, takstindeks
from kkrlib.socialtilsyn.udvikling import aendring, beholdning

#: The flows of a stock: what comes and what goes.
STROEMME = {
    "plejefamilier": (["nye-plejefamilier"], ["ophoert-plejefamilier", "tilbagekaldt-plejefamilier"]),
    "tilbud": (["nye-tilbud"], ["ophoert-tilbud", "tilbagekaldt-tilbud"]),
}


@dataclass(frozen=True)
class Beregning:
    """One report and what was known when it came.

    ``aar`` is the report's year, ``forrige`` the year of the full report before it (or None), ``rapport`` its row
    in the table of reports, and ``tilsyn`` whose report it is. ``serie``,
    ``aendringer``, ``besoeg``, ``sanktioner``, ``whistleblow``, ``omkostninger``, ``takstindeks``,
    ``stoerrelsesfaktorer`` and ``skaerpet_tilsyn`` are what the functions of those names return; ``aarene`` are the
    years of the series; ``beholdning`` maps ``plejefamilier`` and ``tilbud`` to their flows, where the reports have
    them; ``budget`` holds the lines of this report; ``kontroller`` the report's numbers as
    :func:`kkrlib.afstemning.doem` judges them; ``kildefejl`` its faults; ``databrud`` the breaks in the series up
    to its year.
    """

    aar: int
    forrige: int | None
    rapport: pd.Series
    tilsyn: str
    aarene: list[int]
    serie: pd.DataFrame
    aendringer: pd.DataFrame
    beholdning: dict[str, pd.DataFrame]
    besoeg: pd.DataFrame
    sanktioner: pd.DataFrame
    whistleblow: pd.DataFrame
    omkostninger: pd.DataFrame
    budget: pd.DataFrame
    takstindeks: pd.DataFrame
    stoerrelsesfaktorer: pd.DataFrame
    skaerpet_tilsyn: pd.DataFrame
    kontroller: pd.DataFrame
    kildefejl: pd.DataFrame
    databrud: pd.DataFrame
    tabeller: Mapping[str, pd.DataFrame]


def kendt_i(tabeller: Mapping[str, pd.DataFrame], aar: int) -> dict[str, pd.DataFrame]:
    """The tables as they were known when the report for ``aar`` came: without later reports and what is derived from
    them.
    """
    facts = tabeller[fakta.TABEL]
    unknown = (facts["felt"] == FELT) & (facts["udgave"] > aar)
    later = set(facts.loc[unknown, "id"])
    points, derived = tabeller["socialtilsyn_indikatorfakta"], tabeller["socialtilsyn_afledte"]
    return {
        **tabeller,
        fakta.TABEL: facts[~unknown],
        "socialtilsyn_indikatorfakta": points[(points["aar"] <= aar) & ~points["fakta"].isin(later)],
        "socialtilsyn_afledte": derived[~derived["fakta"].isin(later) & (derived["fra_aar"] <= aar)],
    }


def aar_med_data(tabeller: Mapping[str, pd.DataFrame]) -> list[int]:
    """The years that there is a report in full of."""
    return sorted(int(y) for y in tabeller["socialtilsyn_rapporter"]["rapport"])


def beregn(tabeller: Mapping[str, pd.DataFrame], aar: int | None = None) -> Beregning:
    """Compute one report: the series up to its year, and all that follows from it.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. ``aar`` None is the newest year with a report in full. Raises
    :class:`~kkrlib.errors.ParameterError` for a year without one, or that is no whole number,
    :class:`~kkrlib.errors.DataError` for what :func:`kkrlib.socialtilsyn.valider` finds.
    """
    years = aar_med_data(tabeller)
    aar = parametre.aaret(aar, years)
    try:
        return _beregn(tabeller, aar, years)
    except DataError as error:  # what the series holds stands in a file, where the indicator points to its facts
        points = "socialtilsyn_indikatorfakta.csv"
        raise DataError([replace(f, fil=points) if f.fil == "serie" else f for f in error.fund]) from None


def _beregn(tabeller: Mapping[str, pd.DataFrame], aar: int, years: list[int]) -> Beregning:
    reports = tabeller["socialtilsyn_rapporter"].set_index("rapport")
    known = kendt_i(tabeller, aar)
    values, rules = serie(known), tabeller["socialtilsyn_regler"]
    earlier = [y for y in aar_med_data(tabeller) if y < aar]
    breaks = tabeller["socialtilsyn_databrud"]
    budget, faults = budget_og_regnskab(tal_af(known)), tabeller["socialtilsyn_kildefejl"]
    return Beregning(
        aar=aar,
        forrige=earlier[-1] if earlier else None,
        rapport=reports.loc[aar],
        tilsyn=str(reports.at[aar, "tilsyn"]),
        aarene=sorted({int(y) for y in values["aar"]}),
        serie=values,
        aendringer=aendring(values),
        beholdning={
            stock: beholdning(values, stock, *flows)
            for stock, flows in STROEMME.items()
            if {stock, *flows[0], *flows[1]} <= set(values["indikator"])
        },
        besoeg=besoeg(values),
        sanktioner=sanktioner_pr_100(values),
        whistleblow=whistleblow_pr_100(values),
        omkostninger=omkostninger(values),
        budget=budget[budget["rapport"] == aar].reset_index(drop=True),
        takstindeks=takstindeks(
            values, max([int(y) for y in values.loc[values["gruppe"] == "takster", "aar"]], default=aar)
        ),
        stoerrelsesfaktorer=stoerrelsesfaktorer(values, rules),
        skaerpet_tilsyn=skaerpet_tilsyn(values, rules),
        kontroller=afstemning.vurder(*afstemning.erklaerede(tabeller, FELT, aar), tabeller),
        kildefejl=faults[faults["rapport"] == aar].reset_index(drop=True),
        databrud=breaks[pd.to_datetime(breaks["fra"]).dt.year <= aar].sort_values("fra").reset_index(drop=True),
        tabeller=tabeller,
    )
