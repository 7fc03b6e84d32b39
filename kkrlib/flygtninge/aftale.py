"""Agreements (aftaler) on kommunekvoter within a region: read, applied and judged.

Kommunerne in a region can report an aftale on kommunekvoter before the deadline (integrationsloven § 8). What it must
satisfy (BEK 550/2022 § 6) stands in ``data/aftalekrav.csv``; :func:`bedoem` answers each row of it. Regionskvoter can't
be agreed on: Udlændingestyrelsen fixes them (integrationsloven § 7, stk. 1). An aftale comes in one of two forms:

- *overførsler*: columns ``fra``, ``til``, ``antal``: who takes over how many of whose computed quota;
- *kvoter*: columns ``kommunekode``, ``kommunekvote``: what every kommune of the region has agreed to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import ADVARSEL, DataError, Fund, ParameterError, ukendt_vaerdi
from kkrlib.fordeling import er_helt_tal
from kkrlib.kommuner import UkendtKommune, kode, koder
from kkrlib.perioder import aarets_dag, paa_dagen

FORMER = {"overfoersler": ["fra", "til", "antal", "note"], "kvoter": ["kommune", "kvote"]}
_TAL = re.compile(r"-?\d{1,6}", re.ASCII)
OPFYLDT, IKKE_OPFYLDT, UPROEVET = "opfyldt", "ikke opfyldt", "kan ikke efterprøves"
#: What can be said of signatures, and of how the quotas follow a changed landstal (§ 6, stk. 4 and 3); the descriptor
#: of aftaler.csv has the same words.
UNDERSKREVET = {"ja": True, "nej": False}
FORHOLDSMAESSIGT, ANDET, BORTFALDER = "forholdsmæssigt", "andet", "bortfalder"
VED_AENDRET_LANDSTAL = (FORHOLDSMAESSIGT, ANDET, BORTFALDER)


@dataclass(frozen=True)
class Oplyst:
    """What is stated of an aftale besides its numbers; None where nothing is.

    ``meddelt``: the day it was reported to Udlændingestyrelsen. ``underskrevet``: whether it is written and signed on
    behalf of the kommunalbestyrelser. ``ved_aendret_landstal``: one of :data:`VED_AENDRET_LANDSTAL`.
    """

    meddelt: date | None = None
    underskrevet: bool | None = None
    ved_aendret_landstal: str | None = None


@dataclass(frozen=True)
class Dage:
    """The days of a quota year that an aftale is judged by; None where not known.

    ``udmeldt``: when the landstal was announced. ``frist``: the day that the deadline names. ``aendret``: when another
    landstal was announced later; None where there is none in the data.
    """

    udmeldt: date | None = None
    frist: date | None = None
    aendret: date | None = None


def laes_oplyst(meddelt: date | None, underskrevet: str, ved_aendret_landstal: str, dage: Dage) -> Oplyst:
    """What a user states of an aftale, from the parameters of the report (an empty text: nothing is stated).

    Raises :class:`ParameterError`, in one line, for a value that is none of :data:`UNDERSKREVET` or
    :data:`VED_AENDRET_LANDSTAL`, with the nearest, and for a day before the landstal was announced (``dage.udmeldt``).
    """
    given = []
    for name, value, valid in (
        ("aftale_underskrevet", underskrevet, list(UNDERSKREVET)),
        ("aftale_ved_aendret_landstal", ved_aendret_landstal, list(VED_AENDRET_LANDSTAL)),
    ):
        text = value.strip().casefold() if isinstance(value, str) else value
        if text != "" and text not in valid:
            raise ukendt_vaerdi(name, value, valid)
        given.append(text or None)
    if meddelt is not None and dage.udmeldt is not None and meddelt < dage.udmeldt:
        before = dansk.dato(dage.udmeldt)
        raise ParameterError(
            f"aftale_meddelt: den {dansk.dato(meddelt)} ligger før den {before}, hvor landstallet blev meldt ud."
        )
    return Oplyst(meddelt, None if given[0] is None else UNDERSKREVET[given[0]], given[1])


def falder_bort(oplyst: Oplyst, dage: Dage) -> bool | None:
    """Whether an aftale has fallen away because the landstal was changed; None where that can't be told.

    BEK 550/2022 § 6, stk. 3. It stands if the landstal was not changed, or if it says how the quotas follow and was
    reported before the change.
    """
    if dage.aendret is None:
        return False
    if oplyst.ved_aendret_landstal == BORTFALDER:
        return True
    if oplyst.meddelt is not None and oplyst.meddelt >= dage.aendret:
        return True
    return None if oplyst.ved_aendret_landstal is None or oplyst.meddelt is None else False


def aftaledage(landstal: pd.DataFrame, kvoteaar: int, meddelt: date | None = None) -> Dage:
    """The days of a quota year that count for an aftale, from its announcements.

    ``landstal``: columns ``kvoteaar``, ``nr``, ``landstal``, ``udmeldt`` and ``aftalefrist``, one row per announcement.
    The deadline is that of the announcement in force when the aftale was reported (``meddelt``; the first where the
    day is not known, or none was announced yet); the first later one with another landstal is the change.
    """
    rows = landstal[landstal["kvoteaar"] == kvoteaar].sort_values("nr", kind="stable")
    if rows.empty:
        return Dage()
    # One without a date counts from that of the one before it, the earliest that the order allows.
    known = rows["udmeldt"].ffill()
    begun = 0 if meddelt is None else int((known <= pd.Timestamp(meddelt)).sum()) - 1
    own = rows.iloc[max(begun, 0)]
    later = rows.iloc[max(begun, 0) + 1 :]
    changed = later[(later["landstal"] != own["landstal"]) & later["udmeldt"].notna()]
    first = rows.iloc[0]
    return Dage(
        _day(first["udmeldt"]), _day(own["aftalefrist"]), _day(changed["udmeldt"].iloc[0]) if len(changed) else None
    )


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


def fra_fil(form: str, tabel: pd.DataFrame, fil: str, kvoter: pd.DataFrame, stavemaader: pd.DataFrame) -> pd.DataFrame:
    """Turn a user's file into an aftale, or name everything that is wrong with it.

    ``form`` and ``tabel`` (strings, with ``raekke``) come from :func:`kkrlib.data.laes_csv` with :data:`FORMER`.
    Kommuner are given as :mod:`kkrlib.kommuner` reads them, also by a spelling in ``stavemaader``. ``kvoter`` is what
    :func:`fordel` returns, with ``kommune``. Returns a DataFrame in one of the two forms above, with ``note`` for
    overførsler.

    Raises :class:`DataError` for a kommune that is unknown or named twice, a negative number, a transfer to oneself,
    out of the region or of more than the kommune's quota, and a list of quotas that lacks a kommune of its region or
    does not sum to the regionskvote.
    """
    found: list[Fund] = []
    known = koder(kvoter["kommune"].rename_axis("kommunekode").reset_index(), stavemaader)
    codes: dict[str, list[str | None]] = {}
    for column in ["fra", "til"] if form == "overfoersler" else ["kommune"]:
        codes[column] = []
        for row, text in zip(tabel["raekke"], tabel[column], strict=True):
            try:
                codes[column].append(kode(text, known))
            except UkendtKommune as unknown:
                codes[column].append(None)
                found.append(Fund(fil, row, column, text, f"kommunen {unknown}"))
    number, least = ("antal", 1) if form == "overfoersler" else ("kvote", 0)
    for row, text in zip(tabel["raekke"], tabel[number], strict=True):
        if not _TAL.fullmatch(text):
            found.append(
                Fund(fil, row, number, text, "skal være et helt tal på højst seks cifre, skrevet med cifre alene")
            )
        elif int(text) < least:
            said = "skal være mindst 1" if least else "en kvote må ikke være negativ (BEK 550/2022 § 6, stk. 2)"
            found.append(Fund(fil, row, number, text, said))
    persons = pd.Series([int(text) if _TAL.fullmatch(text) else None for text in tabel[number]], dtype="Int64")

    if form == "overfoersler":
        aftale = pd.DataFrame({"fra": codes["fra"], "til": codes["til"], "antal": persons, "note": list(tabel["note"])})
        found += _transfer_findings(aftale, tabel, fil, kvoter)
    else:
        aftale = pd.DataFrame({"kommunekode": codes["kommune"], "kommunekvote": persons})
        found += _quota_findings(aftale, tabel, fil, kvoter)
    if found:
        raise DataError(found)
    return aftale


def anvend(kvoter: pd.DataFrame, aftale: pd.DataFrame) -> pd.DataFrame:
    """The quotas after an aftale.

    ``kvoter``: index ``kommunekode``, ``region`` and ``kommunekvote`` (persons). ``aftale``: one of the two forms.
    Returns the rows of ``kvoter`` that the aftale touches the region of, with ``aftalt_kvote`` and ``aendring``
    (``Int64``; missing where a number of the aftale is not known).
    """
    regions = kvoter.loc[kvoter.index.intersection(_touched(aftale)), "region"].unique()
    result = kvoter[kvoter["region"].isin(regions)].copy()
    agreed = result["kommunekvote"].astype("Int64")
    if "fra" in aftale.columns:
        for transfer in aftale.itertuples():
            for code, sign in ((transfer.fra, -1), (transfer.til, 1)):
                if code in agreed.index:
                    agreed[code] = agreed[code] + sign * transfer.antal
    else:
        quotas = aftale.set_index("kommunekode")["kommunekvote"].astype("Int64")
        known = agreed.index.intersection(quotas.index)
        agreed.loc[known] = quotas.loc[known]
    result["aftalt_kvote"] = agreed
    result["aendring"] = agreed - result["kommunekvote"]
    return result


def bedoem(
    aftale: pd.DataFrame,
    region: str,
    tabeller: Mapping[str, pd.DataFrame],
    kvoter: pd.DataFrame | None,
    oplyst: Oplyst,
    dage: Dage,
) -> pd.DataFrame:
    """Judge an aftale of one region, requirement by requirement (BEK 550/2022 § 6; integrationsloven § 8).

    ``tabeller``: ``aftalekrav`` (the requirements: ``krav``, ``navn``, ``henvisning``), ``fortolkninger`` (how an
    ambiguous text is read) and ``kommuner`` (those of 1 January of the quota year). ``kvoter``: the computed quotas of
    the year (index ``kommunekode``, ``region``, ``kommunekvote``), or None where the year's bilag A is not at hand.

    Returns a DataFrame with one row per requirement, in the order of the table: ``noegle`` (its ``krav``), ``krav``
    (its name), ``henvisning``, ``udfald`` (``opfyldt``, ``ikke opfyldt`` or ``kan ikke efterprøves``) and
    ``forklaring`` in Danish. What is stated and can't be seen in the numbers is said to be stated. A requirement that
    no code tests can't be tested. See :func:`samlet`. Raises :class:`DataError` where a requirement or an
    interpretation that the code knows is missing.
    """
    if missing := [key for key in _PROEVER if key not in set(tabeller["aftalekrav"]["krav"])]:
        raise DataError(Fund("aftalekrav.csv", "mangler", "krav", key, "kravet mangler") for key in missing)
    case = _Sag(aftale, region, tabeller, kvoter, oplyst, dage)
    rows = []
    for demand in tabeller["aftalekrav"].itertuples():
        test = _PROEVER.get(demand.krav)
        outcome = test(case) if test else (UPROEVET, "Kravet bliver ikke prøvet her.")
        rows.append((demand.krav, demand.navn, demand.henvisning, *outcome))
    return pd.DataFrame(rows, columns=["noegle", "krav", "henvisning", "udfald", "forklaring"])


def samlet(dom: pd.DataFrame) -> str:
    """The verdict on the whole aftale: ``ikke opfyldt`` if a requirement fails, ``opfyldt`` if all hold, else ``kan
    ikke efterprøves``.
    """
    if (dom["udfald"] == IKKE_OPFYLDT).any():
        return IKKE_OPFYLDT
    return OPFYLDT if len(dom) and (dom["udfald"] == OPFYLDT).all() else UPROEVET


def advarsler(
    tabeller: Mapping[str, pd.DataFrame], kvoter: Mapping[int, pd.DataFrame], kvoteaar: int | None = None
) -> list[Fund]:
    """Warnings on the recorded aftaler: each requirement that one does not satisfy, at its row.

    So is an aftale of a region that has one for the year already.
    ``kvoter``: the computed quotas (as for :func:`bedoem`) of each year that there are data for. ``kvoteaar``: only
    that year's.
    """
    found: list[Fund] = []
    table = tabeller["aftaler"]
    for row, recorded in enumerate(table.itertuples(), start=2):
        if kvoteaar is not None and recorded.kvoteaar != kvoteaar:
            continue
        others = table[(table["kvoteaar"] == recorded.kvoteaar) & (table["region"] == recorded.region)]["aftale"]
        if others.iloc[0] != recorded.aftale:
            text = f"{recorded.region} har allerede en aftale for {recorded.kvoteaar}: {others.iloc[0]}"
            found.append(Fund("aftaler.csv", str(row), "region", recorded.region, text, ADVARSEL))
        agreed, quotas = indhold(tabeller, recorded), kvoter.get(recorded.kvoteaar)
        stated = registreret(recorded)
        days = aftaledage(tabeller["landstal"], recorded.kvoteaar, stated.meddelt)
        of_the_day = paa_dagen(tabeller, aarets_dag(recorded.kvoteaar), "kommuner")
        verdict = bedoem(agreed, recorded.region, of_the_day, quotas, stated, days)
        for failed in verdict[verdict["udfald"] == IKKE_OPFYLDT].itertuples():
            text = f"kravet «{failed.krav}» ({failed.henvisning}) er ikke opfyldt: {failed.forklaring}"
            places = _rows_below_zero(tabeller, agreed, quotas) if failed.noegle == "ikke-negative" else []
            found += [Fund(*place, text, ADVARSEL) for place in places] or [
                Fund("aftaler.csv", str(row), "aftale", recorded.aftale, text, ADVARSEL)
            ]
    return found


def indhold(tabeller: Mapping[str, pd.DataFrame], aftale: Any) -> pd.DataFrame:
    """What a recorded aftale (a row of ``aftaler``) says, in its form.

    The index is the position in ``aftale_overfoersler`` or ``aftale_kvoter``.
    """
    table = tabeller["aftale_overfoersler" if aftale.form == "overfoersler" else "aftale_kvoter"]
    return table[table["aftale"] == aftale.aftale]


def registreret(aftale: Any) -> Oplyst:
    """What is recorded of an aftale (a row of ``aftaler``) besides its numbers."""
    signed, follows = (None if pd.isna(x) else x for x in (aftale.underskrevet, aftale.ved_aendret_landstal))
    return Oplyst(_day(aftale.meddelt), None if signed is None else UNDERSKREVET[signed], follows)


def _rows_below_zero(
    tabeller: Mapping[str, pd.DataFrame], agreed: pd.DataFrame, kvoter: pd.DataFrame | None
) -> list[tuple[str, str, str, str]]:
    """File, row, column and value of the transfers that take more than a kommune has."""
    if kvoter is None or "fra" not in agreed.columns:
        return []
    after = anvend(kvoter, agreed)["aftalt_kvote"]
    givers = agreed[agreed["fra"].isin(after.index[after < 0])]
    return [("aftale_overfoersler.csv", str(i + 2), "antal", str(row.antal)) for i, row in givers.iterrows()]


# --- the tests of the requirements --------------------------------------------------------------------------------


class _Sag:
    """An aftale and what it is judged by, with what several tests need of it."""

    def __init__(
        self,
        aftale: pd.DataFrame,
        region: str,
        tabeller: Mapping[str, pd.DataFrame],
        kvoter: pd.DataFrame | None,
        oplyst: Oplyst,
        dage: Dage,
    ):
        self.aftale, self.region, self.kvoter, self.oplyst, self.dage = aftale, region, kvoter, oplyst, dage
        register = tabeller["kommuner"].set_index("kommunekode")
        self.navn = register["kommune"].to_dict()
        self.kommuner = list(register.index[register["region"] == region])
        self.laesning = _readings(tabeller["fortolkninger"])
        self.overfoersler = "fra" in aftale.columns
        self.tal = aftale["antal" if self.overfoersler else "kommunekvote"]
        self.ukendt = bool(self.tal.isna().any())
        self.ikke_hele = [x for x in self.tal.dropna() if not er_helt_tal(x) or (self.overfoersler and x < 1)]
        self.udenfor = [c for c in _touched(aftale) if c not in set(self.kommuner)]
        self.udeladt = [c for c in self.kommuner if c not in set(_touched(aftale))]

    def navne(self, koder: Any) -> str:
        return dansk.opremsning(self.navn.get(code, code) for code in koder)

    @property
    def mangler(self) -> str:
        """What is missing to compute the quotas after the aftale; empty where nothing is."""
        if self.ukendt:
            return "aftalens tal, som ikke alle er oplyst"
        if self.ikke_hele:
            return "hele tal"
        return "de beregnede kvoter, som mangler i datagrundlaget" if self.overfoersler and self.kvoter is None else ""


#: The interpretations that the tests use, and what each can be.
_VALG = {
    "frist-til-og-med": ("til_og_med", "foer"),
    "overfoersler-giver-kvoter": ("foelger_af_overfoersler", "skal_staa_i_aftalen"),
}


def _readings(fortolkninger: pd.DataFrame) -> dict[str, str]:
    chosen = fortolkninger.set_index("fortolkning")["valg"].to_dict()
    found = [
        Fund("fortolkninger.csv", key if key in chosen else "mangler", "valg", str(chosen.get(key, "")), text)
        for key, choices in _VALG.items()
        for text in ["skal være " + " eller ".join(f"«{c}»" for c in choices)]
        if chosen.get(key) not in choices
    ]
    if found:
        raise DataError(found)
    return chosen


def _every_kommune(s: _Sag) -> tuple[str, str]:
    there = len(s.kommuner)
    if not s.overfoersler:
        if s.udeladt:
            return IKKE_OPFYLDT, f"Aftalen giver ingen kvote til {s.navne(s.udeladt)}."
        if s.ukendt:
            return UPROEVET, "Kvoten er ikke oplyst for alle kommuner i aftalen."
        return OPFYLDT, f"Aftalen giver hver af de {there} kommuner i {s.region} en kvote."
    if s.mangler:
        return UPROEVET, f"Aftalen er skrevet som overførsler. Kravet kan ikke efterprøves uden {s.mangler}."
    named = there - len(s.udeladt)
    said = f"Aftalen er skrevet som overførsler og nævner {named} af de {there} kommuner i {s.region}."
    if s.laesning["overfoersler-giver-kvoter"] != "foelger_af_overfoersler":
        return UPROEVET, f"{said} Det er ikke oplyst, om den også giver en kvote for hver kommune."
    rest = "" if not s.udeladt else f" {_the_others(len(s.udeladt))} beholder den beregnede kvote."
    return OPFYLDT, f"{said}{rest} Kvoterne følger altså af overførslerne; se Fortolkninger."


def _the_others(number: int) -> str:
    return "Den anden" if number == 1 else f"De {dansk.tal(number)} andre"


def _whole(s: _Sag) -> tuple[str, str]:
    if s.ikke_hele:
        said = (
            f"Disse tal er ikke hele tal på mindst {1 if s.overfoersler else 0}: "
            f"{dansk.opremsning(map(str, s.ikke_hele))}."
        )
        return IKKE_OPFYLDT, said
    if s.ukendt:
        return UPROEVET, "Antallet er ikke oplyst for alle kommuner i aftalen."
    return OPFYLDT, "Alle tal er hele."


def _not_negative(s: _Sag) -> tuple[str, str]:
    if s.mangler:
        return UPROEVET, f"Kravet kan ikke efterprøves uden {s.mangler}."
    if s.kvoter is None or not s.overfoersler:
        after = s.aftale.set_index("kommunekode")["kommunekvote"]
    else:
        after = anvend(s.kvoter, s.aftale)["aftalt_kvote"]
    below = [f"{s.navn.get(code, code)} ({dansk.tal(int(x))})" for code, x in after.items() if x < 0]
    fine = "Ingen kommune afgiver mere end sin kvote." if s.overfoersler else "Ingen kvote er negativ."
    return _verdict(not below, fine, f"Negativ kvote: {dansk.opremsning(below)}.")


def _in_the_region(s: _Sag) -> tuple[str, str]:
    fine = f"Alle kommuner i aftalen ligger i {s.region}."
    return _verdict(not s.udenfor, fine, f"Uden for {s.region}: {s.navne(s.udenfor)}.")


def _sums_to_the_regionskvote(s: _Sag) -> tuple[str, str]:
    if s.overfoersler:
        fine = "Det, én kommune afgiver, modtager en anden i regionen, så summen er uændret."
        return _verdict(not s.udenfor, fine, "Personer flyttes ud af regionen, så summen ændres.")
    if s.kvoter is None:
        return UPROEVET, "Kravet kan ikke efterprøves, fordi regionskvoten mangler i datagrundlaget."
    if s.udeladt or s.mangler:
        return UPROEVET, f"Kravet kan ikke efterprøves uden {s.mangler or 'en kvote til hver kommune'}."
    quota = int(s.kvoter.loc[s.kvoter["region"] == s.region, "kommunekvote"].sum())
    total = int(s.tal.sum())
    text = f"Kvoterne giver tilsammen {dansk.tal(total)}, og regionskvoten er {dansk.tal(quota)}."
    return _verdict(total == quota, text, text)


def _stands_when_the_landstal_changes(s: _Sag) -> tuple[str, str]:
    way, fallen = s.oplyst.ved_aendret_landstal, falder_bort(s.oplyst, s.dage)
    says = {
        FORHOLDSMAESSIGT: "Oplyst: kvoterne følger et ændret landstal forholdsmæssigt.",
        ANDET: "Oplyst: aftalen siger, hvordan kvoterne følger et ændret landstal.",
        BORTFALDER: "Oplyst: kvoterne følger ikke et ændret landstal.",
        None: "Det er ikke oplyst, om aftalen siger, hvordan kvoterne følger et ændret landstal.",
    }[way]
    if s.dage.aendret is None:
        if way is None:
            return UPROEVET, f"{says} Gør den ikke det, bortfalder den, hvis landstallet ændres."
        if way == BORTFALDER:
            return OPFYLDT, f"{says} Landstallet er ikke ændret; bliver det ændret, bortfalder aftalen."
        return OPFYLDT, f"{says} Landstallet er ikke ændret; bliver det ændret, gælder aftalen stadig."
    changed = f"Landstallet blev ændret den {dansk.dato(s.dage.aendret)}."
    if fallen and s.oplyst.meddelt is not None and s.oplyst.meddelt >= s.dage.aendret:
        day = dansk.dato(s.oplyst.meddelt)
        return IKKE_OPFYLDT, f"{changed} Aftalen er meddelt den {day} og ikke før ændringen, så den er bortfaldet."
    if fallen:
        return IKKE_OPFYLDT, f"{changed} {says} Aftalen er derfor bortfaldet."
    if fallen is None:
        if way is None:
            return UPROEVET, f"{changed} {says} Gør den ikke det, er den bortfaldet."
        unknown = "Det er ikke oplyst, hvornår aftalen er meddelt. Er det ikke før ændringen, er den bortfaldet."
        return UPROEVET, f"{changed} {says} {unknown}"
    return (
        OPFYLDT,
        f"{changed} {says} Den er meddelt før ændringen og gælder stadig; kvoterne her er dem før ændringen.",
    )


def _signed(s: _Sag) -> tuple[str, str]:
    if s.oplyst.underskrevet is None:
        return (
            UPROEVET,
            "Det er ikke oplyst, om aftalen er skriftlig og underskrevet på vegne af kommunalbestyrelserne.",
        )
    return _verdict(
        s.oplyst.underskrevet,
        "Oplyst: aftalen er skriftlig og underskrevet på vegne af kommunalbestyrelserne. Underskrifterne er ikke "
        "kontrolleret.",
        "Oplyst: aftalen er ikke både skriftlig og underskrevet på vegne af kommunalbestyrelserne.",
    )


def _in_time(s: _Sag) -> tuple[str, str]:
    reported, deadline, announced = s.oplyst.meddelt, s.dage.frist, s.dage.udmeldt
    if reported is None:
        return UPROEVET, "Det er ikke oplyst, hvornår aftalen er meddelt."
    if deadline is None:
        return (
            UPROEVET,
            f"Meddelt den {dansk.dato(reported)}. Kravet kan ikke efterprøves, fordi fristen mangler i datagrundlaget.",
        )
    if announced is not None and reported < announced:
        text = f"Meddelt den {dansk.dato(reported)}, men landstallet blev først meldt ud den {dansk.dato(announced)}."
        return UPROEVET, f"{text} En af de to datoer må være forkert."
    text = f"Meddelt den {dansk.dato(reported)}. Den skulle meddeles inden den {dansk.dato(deadline)}."
    if reported == deadline:
        through = s.laesning["frist-til-og-med"] == "til_og_med"
        reading = "til og med dagen" if through else "før dagen"
        return _verdict(through, *[f"{text} Det afhænger af, at «inden» læses som {reading}; se Fortolkninger."] * 2)
    return _verdict(reported < deadline, text, text)


def _verdict(fulfilled: bool, if_so: str, if_not: str) -> tuple[str, str]:
    return (OPFYLDT, if_so) if fulfilled else (IKKE_OPFYLDT, if_not)


#: The test of each requirement by its key in aftalekrav.csv.
_PROEVER: dict[str, Callable[[_Sag], tuple[str, str]]] = {
    "hver-kommune": _every_kommune,
    "hele-tal": _whole,
    "ikke-negative": _not_negative,
    "kun-i-regionen": _in_the_region,
    "regionskvoten": _sums_to_the_regionskvote,
    "aendret-landstal": _stands_when_the_landstal_changes,
    "underskrevet": _signed,
    "frist": _in_time,
}


def _touched(aftale: pd.DataFrame) -> list[str]:
    if "fra" in aftale.columns:
        return sorted({*aftale["fra"], *aftale["til"]})
    return sorted(aftale["kommunekode"])


def _transfer_findings(aftale: pd.DataFrame, tabel: pd.DataFrame, fil: str, kvoter: pd.DataFrame) -> list[Fund]:
    found: list[Fund] = []
    given: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    received = aftale.groupby("til")["antal"].sum()
    for row, transfer in zip(tabel["raekke"], aftale.itertuples(), strict=True):
        if pd.isna(transfer.fra) or pd.isna(transfer.til):
            continue
        pair = f"{kvoter.at[transfer.fra, 'kommune']} → {kvoter.at[transfer.til, 'kommune']}"
        if transfer.fra == transfer.til:
            found.append(Fund(fil, row, "til", pair, "en kommune kan ikke overtage fra sig selv"))
            continue
        if (transfer.fra, transfer.til) in seen:
            found.append(Fund(fil, row, "fra,til", pair, "overførslen står to gange"))
        seen.add((transfer.fra, transfer.til))
        regions = kvoter.loc[[transfer.fra, transfer.til], "region"]
        if regions.nunique() > 1:
            text = f"en aftale gælder kun inden for regionen ({regions.iloc[0]} og {regions.iloc[1]})"
            found.append(Fund(fil, row, "fra,til", pair, text))
        before = given.get(transfer.fra, 0)
        if pd.isna(transfer.antal):
            continue
        given[transfer.fra] = before + max(int(transfer.antal), 0)
        taken_over = int(received.get(transfer.fra, 0))
        quota = int(kvoter.at[transfer.fra, "kommunekvote"]) + taken_over
        if given[transfer.fra] > quota:
            total = f" ({given[transfer.fra]} i alt)" if before else ""
            extra = f", når den overtager {taken_over}," if taken_over else ""
            text = (
                f"{kvoter.at[transfer.fra, 'kommune']} har en kvote på {quota}{extra} og kan ikke afgive flere{total}"
            )
            found.append(Fund(fil, row, "antal", str(transfer.antal), text))
    return found


def _quota_findings(aftale: pd.DataFrame, tabel: pd.DataFrame, fil: str, kvoter: pd.DataFrame) -> list[Fund]:
    found = []
    for row, code in zip(
        tabel["raekke"][aftale["kommunekode"].duplicated()],
        aftale["kommunekode"][aftale["kommunekode"].duplicated()],
        strict=True,
    ):
        if not pd.isna(code):
            found.append(Fund(fil, row, "kommune", kvoter.at[code, "kommune"], "kommunen står to gange"))
    known = aftale.dropna(subset="kommunekode")
    for region, rows in kvoter[kvoter["region"].isin(kvoter.loc[known["kommunekode"].unique(), "region"])].groupby(
        "region"
    ):
        missing = rows.index.difference(known["kommunekode"])
        for code in missing:
            found.append(
                Fund(
                    fil, "mangler", "kommune", rows.at[code, "kommune"], f"alle kommuner i {region} skal have en kvote"
                )
            )
        total = int(known.loc[known["kommunekode"].isin(rows.index), "kommunekvote"].sum())
        quota = int(rows["kommunekvote"].sum())
        if not len(missing) and known["kommunekvote"].notna().all() and total != quota:
            text = (
                f"kvoterne i {region} skal tilsammen give regionskvoten {quota} (forskel "
                f"{dansk.fortegn(total - quota)})"
            )
            found.append(Fund(fil, "i alt", "kvote", str(total), text))
    return found
