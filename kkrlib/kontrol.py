"""All controls of all fields in one run, and the gate that every page passes.

What ``kkr check`` refuses, ``kkr build``, ``kkr verify`` and ``kkr notebooks`` refuse, and what a page's calculation
needs, ``kkr check`` asks: all of them go through :func:`port`. A notebook goes through :func:`godkend`, so that
papermill and JupyterLab make no page of data that the controls object to.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pandas as pd

from kkrlib import afstemning, dansk, domme, flygtninge, klynger, socialtilsyn
from kkrlib.errors import ADVARSEL, DataError, Fund, naermeste

#: The environment variable in which ``kkr build`` hands its kernels the :func:`aftryk` of the tables that it let
#: through.
GODKENDT = domme.GODKENDT

#: The kind of verdict that is kept of tables that :func:`godkend` let through.
_DOM = "godkendt"

#: So many numbers of one column without a control are told one by one.
SAMLET = 10


#: The fields that have a report: ``aar_med_data`` says of which years, ``beregn`` computes one.
FELTER = (flygtninge, klynger, socialtilsyn)


@dataclass(frozen=True)
class Samlet:
    """All controls of all fields.

    ``kontroller``: one row per control, as :func:`kkrlib.afstemning.doem` returns them. ``daekning``: one row per
    published number, as :func:`kkrlib.afstemning.daekning` returns them. ``fund``: the findings that the deviations are
    explained by, index ``fund``, as :func:`kkrlib.afstemning.fund`, those that occur only, in the order of their first
    control. ``vises``: of each finding with several controls, the one whose numbers its explanation is about.
    ``nye_og_borte``: what differs from the accepted deviations. ``uden_grund``: numbers that stand in no control
    without a reason (``uden_kontrol``), and reasons that no number needs, which are warnings; and reasons for numbers
    that are not there. ``ufaerdigt``: what a field has not entered yet of a year that is begun (warnings), and what in
    it contradicts itself. ``advarsler``: what else the fields warn of. ``saet`` and ``tal``: what :func:`kontrolsaet`
    and :func:`kkrlib.afstemning.tal` return.
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
    """All controls and their led: those that the rules of a field make, and those that ``kontroller`` and
    ``kontrol_led`` declare.
    """
    sets = [*flygtninge.alle_kontroller(tabeller), *klynger.alle_kontroller(tabeller), afstemning.erklaerede(tabeller)]
    controls, led = (
        pd.concat([part.astype(object) for part in parts], ignore_index=True) for parts in zip(*sets, strict=True)
    )
    return controls, led


def saml(tabeller: Mapping[str, pd.DataFrame]) -> Samlet:
    """Compute and judge every control.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Raises DataError for controls that make no sense.
    """
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
    """A published number that no control covers and no reason is given for (a warning), and a reason for a number that
    needs none (a warning) or that is not there (an error).
    """
    path, given = "uden_kontrol.csv", tabeller["uden_kontrol"]["fakta"]
    reasons = dict(zip(given, range(2, len(given) + 2), strict=True))
    open_ = daekning[daekning["kontroller"] == 0]
    asked = {fact for facts in doemte.loc[doemte["dom"] == afstemning.UPROEVET, "alle_fakta"] for fact in facts}
    found = []
    for fact, row in reasons.items():
        if fact not in daekning.index:
            near = naermeste(fact, daekning.index)
            hint = f"; mente du «{near}»?" if near else ""
            found.append(Fund(path, str(row), "fakta", fact, f"tallet findes ikke{hint}"))
        elif fact not in open_.index:
            found.append(Fund(path, str(row), "fakta", fact, "tallet indgår i en kontrol", ADVARSEL))
    missing = [f for f in open_.index if f not in reasons.keys() | asked]
    # A year's table that is entered before what it is controlled against is one warning, not one per row.
    groups: dict[tuple[str, ...], list[str]] = {}
    for fact in missing:
        key = tuple(open_.loc[fact, ["datatabel", "felt", "udgave", "tabel", "kolonne"]].astype(str))
        groups.setdefault(key, []).append(fact)
    for facts in groups.values():
        more = f" og {dansk.flertal(len(facts) - 1, 'tal', 'tal')} til i samme kolonne" if len(facts) > SAMLET else ""
        for fact in facts[: 1 if more else None]:
            said = f"tallet{more} indgår ikke i nogen kontrol, og der er ikke skrevet hvorfor"
            found.append(Fund(path, "mangler", "fakta", fact, said, ADVARSEL))
    return found


# --- the gate ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Port:
    """What the gate says of tables that :func:`kkrlib.data.load` accepts.

    ``uregneligt``: what makes a control or a page impossible to compute: an unknown number or role, a row that a report
    needs. ``afviger``: what the controls object to, the causes first; a page can be tried all the same. ``advarsler``:
    what is only said. ``foelger``: how many deviations are not listed because a number that they stand on is wrong by
    itself. ``samlet``: the controls, where they could be computed.
    """

    uregneligt: list[Fund] = field(default_factory=list)
    afviger: list[Fund] = field(default_factory=list)
    advarsler: list[Fund] = field(default_factory=list)
    foelger: int = 0
    samlet: Samlet | None = None

    @property
    def fejl(self) -> list[Fund]:
        """All that ``kkr check`` refuses, the causes first."""
        return [*self.uregneligt, *self.afviger]


def port(tabeller: Mapping[str, pd.DataFrame], kendte_fejl: Iterable[Fund] = (), regn: bool = True) -> Port:
    """The one gate: all controls of all fields, and (``regn``) the calculation of every page there can be.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. ``kendte_fejl`` are findings on single rows that the caller
    has already: a control that falls because of a number in such a row is counted, not listed, for the row is the
    cause. Data that declare no controls (no table ``kontroller``) pass.
    """
    if "kontroller" not in tabeller:
        return Port()
    wrong = {
        (f.fil.removesuffix(".csv"), row) for f in kendte_fejl if f.alvor != ADVARSEL for row in f.raekke.split(", ")
    }
    try:
        gathered = saml(tabeller)
    except DataError as error:
        return Port(uregneligt=[_med_fil(f, tabeller) for f in error.fund])
    rows = gathered.tal[["datatabel", "datalinje"]].astype(str)
    bad = {k for k, t, r in zip(rows.index, rows["datatabel"], rows["datalinje"], strict=True) if (t, r) in wrong}
    touched = {
        key
        for key, facts in zip(gathered.kontroller["id"], gathered.kontroller["alle_fakta"], strict=True)
        if bad & {*facts}
    }
    deviations = _aarsager_foerst(gathered.nye_og_borte, gathered.kontroller["id"])
    listed = [f for f in deviations if f.vaerdi not in touched and f.raekke not in touched]
    reasons = [f for f in gathered.uden_grund if f.alvor != ADVARSEL]
    contradicts = [f for f in gathered.ufaerdigt if f.alvor != ADVARSEL]
    said = [*gathered.ufaerdigt, *gathered.uden_grund, *gathered.advarsler]
    return Port(
        uregneligt=list(dict.fromkeys([*contradicts, *(_beregninger(tabeller) if regn else ())])),
        afviger=[*reasons, *listed],
        advarsler=[f for f in said if f.alvor == ADVARSEL],
        foelger=len(deviations) - len(listed),
        samlet=gathered,
    )


def _aarsager_foerst(fund: Iterable[Fund], kontroller: Collection[str]) -> list[Fund]:
    """An accepted deviation whose control does not exist is named before the rest, with the control that was meant;
    that one's own new deviation follows from it and is left out.
    """
    found = list(fund)
    unknown = [f for f in found if f.kolonne == "kontrol" and f.vaerdi == f.raekke and f.vaerdi not in set(kontroller)]
    new = [f.vaerdi for f in found if f.raekke == "mangler"]
    meant = {f.vaerdi: naermeste(f.vaerdi, new) for f in unknown}
    first = [
        replace(f, regel=f"{f.regel}; mente du «{meant[f.vaerdi]}»?" if meant[f.vaerdi] else f.regel) for f in unknown
    ]
    follows = {m for m in meant.values() if m}
    return first + [f for f in found if f not in unknown and not (f.raekke == "mangler" and f.vaerdi in follows)]


def _beregninger(tabeller: Mapping[str, pd.DataFrame]) -> Iterator[Fund]:
    """What stands in the way of computing a year of a report: what the page's own calculation would stop
    at, each once.
    """
    found: dict[Fund, None] = {}
    for room in FELTER:
        for year in room.aar_med_data(tabeller):
            try:
                room.beregn(tabeller, year)
            except DataError as error:
                found |= dict.fromkeys(_med_fil(f, tabeller) for f in error.fund)
    yield from found


def _med_fil(fund: Fund, tabeller: Mapping[str, pd.DataFrame]) -> Fund:
    """A finding that names a table names its file."""
    return replace(fund, fil=f"{fund.fil}.csv") if fund.fil in tabeller else fund


def aftryk(tabeller: Mapping[str, pd.DataFrame]) -> str:
    """A checksum of the tables' content, the same in every process: SHA-256 over the cells, columns and types of all
    tables.
    """
    total = hashlib.sha256()
    for name in sorted(tabeller):
        table = tabeller[name]
        total.update(repr((name, [(c, str(t)) for c, t in table.dtypes.items()], len(table))).encode())
        total.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return total.hexdigest()


def godkend(tabeller: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """The tables, if the controls have nothing to object; a notebook's way through the gate:
    ``kontrol.godkend(data.load())``.

    Raises :class:`DataError` with every finding of :func:`port`. What the notebook itself computes is not computed here
    too. Where ``kkr build`` has just been through the gate it names the tables that it let through (a trial's, too) by
    their :func:`aftryk` in the environment, and these very tables are not judged again; nor are those that this code
    let through before (:mod:`kkrlib.domme`). The checksum is good for nothing else.
    """
    mark = aftryk(tabeller)
    if os.environ.get(GODKENDT) == mark or domme.kendt(_DOM, mark) is not None:
        return tabeller
    found = port(tabeller, regn=False).fejl
    if found:
        raise DataError(found)
    domme.husk(_DOM, mark)
    return tabeller


# --- summing up -------------------------------------------------------------------------------------------------------


def foelsomhed(samlet: Samlet, fakta: Iterable[str] | None = None) -> pd.DataFrame:
    """:func:`kkrlib.afstemning.foelsomhed` of all controls; ``fakta`` are the numbers to try (default: all that are
    covered).
    """
    return afstemning.foelsomhed(*samlet.saet, samlet.tal, fakta)


def opsummering(samlet: Samlet) -> str:
    """One line: how many controls, their verdicts, and how many published numbers they cover."""
    counts = samlet.kontroller["dom"].value_counts()
    verdicts = ", ".join(f"{dansk.tal(int(counts.get(verdict, 0)))} {verdict}" for verdict in afstemning.DOMME)
    covered = int((samlet.daekning["kontroller"] > 0).sum())
    numbers = f"{dansk.tal(covered)} af {dansk.tal(len(samlet.daekning))} offentliggjorte tal"
    return f"{dansk.tal(len(samlet.kontroller))} kontroller af {numbers}: {verdicts}"


def opsummer_foelsomhed(foelsomhed: pd.DataFrame) -> str:
    """One line: the share of numbers whose change by one unit in the last digit changes a verdict. ``foelsomhed`` is
    what :func:`foelsomhed` returns.
    """
    shares = [dansk.procent(Fraction(int(foelsomhed[way].sum()), len(foelsomhed))) for way in ("op", "ned")]
    return (
        f"én enhed mere i sidste ciffer ændrer en dom for {shares[0]} af {dansk.tal(len(foelsomhed))} tal, én "
        f"mindre for {shares[1]}"
    )
