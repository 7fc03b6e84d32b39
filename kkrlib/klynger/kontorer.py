"""The regional klyngekontorer: who pays what for which office (source 003, item 2.5).

The lead kommune of an office pays its own amount; the other kommuner of the region share the rest by inhabitants. When
kommuner leave an office, the others pay the whole sum, as long as a stated part of them takes part. Below that the sum
is to be reduced, but the source does not say to what; nor what happens when a lead leaves. Then there is no amount. The
source speaks of leaving the agreement and not of leaving a single office; that the stated part is counted per office is
an assumption.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk, kommuner, tegn
from kkrlib.errors import DataError, Fund, ParameterError, mente_du, naermeste
from kkrlib.fordeling import er_helt_tal, stoerste_broek

LEAD, OEVRIG, UDTRAADT = "lead", "øvrig", "udtrådt"
GAELDER, FOR_FAA, UDEN_LEAD = "gælder", "for få deltager", "uden leadkommune"


def fordel_kontorer(
    befolkning: pd.Series,
    kontorer: pd.DataFrame,
    mindst: Fraction,
    udtraeden: Collection[str] | Mapping[str, Collection[str]] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each kommune's bill per office and year.

    ``befolkning``: inhabitants by ``kommunekode`` of the region's kommuner. ``kontorer``: one row per office:
    ``kontor``, ``kommunekode`` (the lead), ``leadbidrag`` and ``oevrige_bidrag`` (whole kroner per year), ``fra_aar``,
    ``til_aar``. ``mindst``: the part of the others that must take part for the sum to stand (0.85). ``udtraeden``:
    kommunekoder that leave every office, or those that leave each, by ``kontor``.

    Returns two DataFrames. Bills: one row per office and kommune: ``kontor``, ``kommunekode``, ``rolle`` (lead, øvrig,
    udtrådt), ``aarligt`` (exact kroner per year, missing where the rule gives no amount), ``aarligt_kroner`` (whole
    kroner by largest remainder, ``Int64``; they sum to the office's money) and ``perioden`` (whole kroner in all its
    years). Offices: index ``kontor``, ``deltager`` (others that take part), ``af``, ``status`` (gælder, for få
    deltager, uden leadkommune), ``aarligt`` and ``perioden`` (whole kroner or missing), ``aar`` (number of years).

    Raises DataError, with every finding, for an unknown kommune that leaves, an unknown office it leaves, a lead that
    is no kommune of the region, people or kroner that are no whole numbers ≥ 0, or an office that ends before it
    begins.
    """
    leavers = udtraeden if isinstance(udtraeden, Mapping) else dict.fromkeys(kontorer["kontor"], udtraeden)
    _validate(befolkning, kontorer, leavers)
    bills, offices = [], []
    for office in kontorer.itertuples():
        years = int(office.til_aar) - int(office.fra_aar) + 1
        gone = leavers.get(office.kontor, ())
        others = [code for code in befolkning.index if code != office.kommunekode]
        staying = [code for code in others if code not in gone]
        status = GAELDER
        if office.kommunekode in gone:
            status = UDEN_LEAD
        elif Fraction(len(staying), len(others)) < mindst:
            status = FOR_FAA
        exact: dict[str, Fraction | None] = dict.fromkeys(befolkning.index)
        whole: dict[str, int | None] = dict.fromkeys(befolkning.index)
        # Who has left owes nothing, whatever the others pay; a lead that leaves is what no rule speaks of.
        for code in set(gone) - {office.kommunekode}:
            exact[code], whole[code] = Fraction(0), 0
        if status == GAELDER:
            people = sum(int(befolkning[code]) for code in staying)
            exact |= {code: Fraction(0) for code in befolkning.index}
            exact |= {code: Fraction(int(office.oevrige_bidrag) * int(befolkning[code]), people) for code in staying}
            exact[office.kommunekode] = Fraction(int(office.leadbidrag))
            rounded = stoerste_broek(befolkning[staying], int(office.oevrige_bidrag))
            whole |= dict.fromkeys(befolkning.index, 0) | {code: int(n) for code, n in rounded.items()}
            whole[office.kommunekode] = int(office.leadbidrag)
        total = int(office.leadbidrag) + int(office.oevrige_bidrag) if status == GAELDER else None
        offices.append(
            (office.kontor, len(staying), len(others), status, total, years, None if total is None else total * years)
        )
        for code in befolkning.index:
            role = UDTRAADT if code in gone else LEAD if code == office.kommunekode else OEVRIG
            per_year = whole[code]
            bills.append(
                (office.kontor, code, role, exact[code], per_year, None if per_year is None else per_year * years)
            )
    bill = pd.DataFrame(bills, columns=["kontor", "kommunekode", "rolle", "aarligt", "aarligt_kroner", "perioden"])
    bill["aarligt"] = bill["aarligt"].astype(object)
    summary = pd.DataFrame(
        offices, columns=["kontor", "deltager", "af", "status", "aarligt", "aar", "perioden"]
    ).set_index("kontor")
    for frame, columns in ((bill, ["aarligt_kroner", "perioden"]), (summary, ["aarligt", "perioden"])):
        frame[columns] = frame[columns].astype("Int64")
    return bill, summary


def regning_pr_kommune(regninger: pd.DataFrame) -> pd.DataFrame:
    """The bills of :func:`fordel_kontorer` per kommune: index ``kommunekode``, one column per office, then ``aarligt``
    and ``perioden`` (``Int64``; missing where an office has no amount).
    """
    table = regninger.pivot(index="kommunekode", columns="kontor", values="aarligt_kroner")[
        list(regninger["kontor"].drop_duplicates())
    ]
    table.columns.name = None
    table = table.astype("Int64")
    periods = regninger.groupby("kommunekode")["perioden"].agg(lambda values: values.sum(skipna=False))
    result = table.assign(aarligt=table.sum(axis=1, skipna=False), perioden=periods)
    return result.loc[list(regninger["kommunekode"].drop_duplicates())].astype("Int64")


def udtraedende(
    kontorer: pd.DataFrame,
    deltagere: Mapping[str, Mapping[str, str]],
    navngivne: Collection[Any],
    stavemaader: pd.DataFrame | None = None,
) -> dict[str, list[str]]:
    """Who leaves which office: kommunekoder by ``kontor``, every office of ``kontorer`` (``kontor``, ``trykt``,
    ``region``) with those that leave it, each once.

    ``deltagere``: the names by kommunekode of those who take part, per region; ``stavemaader``: other spellings (see
    :func:`kkrlib.kommuner.koder`). ``navngivne``: a kommune by name or code (it leaves all the offices of its region),
    or ``"Næstved: CLEAN"`` (it leaves that one; also as a mapping, which is how YAML reads it). Raises ParameterError,
    in one line that names every fault, for a kommune that has no part in the offices or is no text, and an office that
    does not exist.
    """
    reader = _Afskedslaeser(kontorer, deltagere, stavemaader)
    left: dict[str, list[str]] = {kontor: [] for kontor in kontorer["kontor"]}
    strangers, faults = [], []
    for kommune, office in (pair for entry in navngivne for pair in reader.par(entry)):
        try:
            code = reader.kommune(kommune)
            chosen = reader.kontorer(code) if office is None else [reader.kontor(code, office)]
        except _Fremmed as error:
            strangers.append(f"«{tegn.vis(kommune)}» {error}" + ("" if str(error).endswith("?") else "."))
            continue
        except ValueError as error:
            faults.append(str(error))
            continue
        for kontor in chosen:
            left[kontor] = list(dict.fromkeys([*left[kontor], code]))
    if strangers:
        strangers.append(f"{reader.kun_de()}.")
    if strangers or faults:
        raise ParameterError("udtraeden: " + " ".join([*strangers, *faults]))
    return left


def afskedslaeser(
    kontorer: pd.DataFrame, deltagere: Mapping[str, Mapping[str, str]], stavemaader: pd.DataFrame | None = None
) -> Callable[[Any], str]:
    """What reads a text as one who leaves, as :func:`udtraedende` does, and returns it as it is officially written:
    ``"Greve"``, ``"Næstved: CLEAN"``.

    It raises ValueError with a Danish sentence without subject.
    """
    reader = _Afskedslaeser(kontorer, deltagere, stavemaader)
    printed = dict(zip(kontorer["kontor"], kontorer["trykt"], strict=True))

    def read(text: Any) -> str:
        ((kommune, office),) = reader.par(text if isinstance(text, str) else str(text))
        try:
            code = reader.kommune(kommune)
        except _Fremmed as error:
            raise ValueError(f"{error}{'' if str(error).endswith('?') else '.'} {reader.kun_de()}") from None
        if office is None:
            return reader.navne[code]
        try:
            return f"{reader.navne[code]}: {printed[reader.kontor(code, office)]}"
        except ValueError as error:
            raise ValueError(f"kan ikke læses: {error}") from None

    return read


class _Fremmed(ValueError):
    """A text that names none who takes part; the message is a sentence without subject."""


class _Tal(str):
    """A key of digits alone: YAML 1.1 reads ``0550`` as an octal number, and papermill writes ``"360"``."""


class _Afskedslaeser:
    """Reads who leaves: a kommune among those who take part, and one of the offices of its region."""

    def __init__(
        self, kontorer: pd.DataFrame, deltagere: Mapping[str, Mapping[str, str]], stavemaader: pd.DataFrame | None
    ):
        self._offices, self._deltagere = kontorer, deltagere
        self.navne = {code: name for those in deltagere.values() for code, name in those.items()}
        register = pd.DataFrame(list(self.navne.items()), columns=["kommunekode", "kommune"])
        if stavemaader is not None:
            stavemaader = stavemaader[stavemaader["kommunekode"].isin(list(self.navne))]
        self._known = kommuner.koder(register, stavemaader)

    def par(self, entry: Any) -> list[tuple[Any, Any]]:
        """One entry as (kommune, office or None for all of them)."""
        if isinstance(entry, Mapping):
            return [
                (
                    _Tal(kommune) if isinstance(kommune, str) and kommune.isdigit() and kommune[0] != "0" else kommune,
                    office,
                )
                for kommune, offices in entry.items()
                for office in (offices if isinstance(offices, list) else [offices])
            ]
        if not isinstance(entry, str) or kommuner.form(entry) in self._known:
            return [(entry, None)]
        kommune, colon, office = entry.partition(":")
        return [(kommune.strip(), office.strip() if colon else None)]

    def kommune(self, text: Any) -> str:
        if isinstance(text, _Tal):
            raise _Fremmed("kan være læst som et tal; skriv kommunens navn, eller koden med nul foran i anførselstegn")
        try:
            return kommuner.kode(text, self._known, ukendt="har ingen del i de regionale klyngekontorer")
        except kommuner.UkendtKommune as error:
            raise _Fremmed(str(error)) from None

    def kontorer(self, code: str) -> list[str]:
        """Every office that a kommune takes part in."""
        return list(self._own(code)["kontor"])

    def kontor(self, code: str, office: Any) -> str:
        own = self._own(code)
        spellings = {
            tegn.normal(text): kontor
            for kontor, name in zip(own["kontor"], own["trykt"], strict=True)
            for text in (kontor, name)
        }
        if isinstance(office, str) and tegn.normal(office) in spellings:
            return spellings[tegn.normal(office)]
        hint = mente_du(naermeste(office, own["trykt"]), ".")
        raise ValueError(f"«{tegn.vis(office)}» er ikke et klyngekontor{hint} Kontorerne er {', '.join(own['trykt'])}.")

    def kun_de(self) -> str:
        """Who takes part, in a sentence without its full stop."""
        those = (
            f"{region}: {', '.join(sorted(names.values(), key=dansk.alfabetisk))}"
            for region, names in self._deltagere.items()
        )
        return f"Det har kun kommunerne i {' og '.join(those)}"

    def _own(self, code: str) -> pd.DataFrame:
        return self._offices[[code in self._deltagere[region] for region in self._offices["region"]]]


def _validate(befolkning: pd.Series, kontorer: pd.DataFrame, udtraeden: Mapping[str, Collection[str]]) -> None:
    found = []

    def whole(where: str, column: str, value: Any) -> None:
        if not er_helt_tal(value) or value < 0:
            found.append(Fund("klyngekontorer", where, column, str(value), "skal være et helt tal på mindst 0"))

    for code, number in befolkning.items():
        whole(str(code), "befolkning", number)
    for office in kontorer.itertuples():
        whole(office.kontor, "leadbidrag", office.leadbidrag)
        whole(office.kontor, "oevrige_bidrag", office.oevrige_bidrag)
        if office.kommunekode not in befolkning.index:
            found.append(
                Fund(
                    "klyngekontorer",
                    office.kontor,
                    "kommunekode",
                    office.kommunekode,
                    "leadkommunen er ikke en kommune i regionen",
                )
            )
        if office.til_aar < office.fra_aar:
            found.append(Fund("klyngekontorer", office.kontor, "til_aar", str(office.til_aar), "er før det første år"))
    for kontor in udtraeden:
        if kontor not in set(kontorer["kontor"]):
            found.append(Fund("udtraeden", str(kontor), "kontor", str(kontor), "er ikke et af klyngekontorerne"))
    for code in dict.fromkeys(code for codes in udtraeden.values() for code in codes):
        if code not in befolkning.index:
            found.append(Fund("udtraeden", str(code), "kommunekode", str(code), "er ikke en kommune i regionen"))
    if len(befolkning) < 2 or (not found and not all(sum(befolkning.drop(c)) for c in set(kontorer["kommunekode"]))):
        found.append(Fund("klyngekontorer", "", "befolkning", "", "der er ingen øvrige kommuner at fordele på"))
    if found:
        raise DataError(found)
