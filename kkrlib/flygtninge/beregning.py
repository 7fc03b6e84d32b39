"""Everything the refugee report shows of one year, computed in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from kkrlib import kommuner as _kommuner
from kkrlib import parametre, struktur
from kkrlib.errors import ADVARSEL, DataError, Fund, ParameterError
from kkrlib.flygtninge import aftale as _aftale
from kkrlib.flygtninge.forklaring import aarsager, trin
from kkrlib.flygtninge.kontroller import kontroller
from kkrlib.flygtninge.regel import (
    aar_med_data,
    fordel,
    forrige_aar,
    grundlag,
    grundlagsfund,
    pr_10000,
    regionskvoter,
)
from kkrlib.flygtninge.scenarier import aendringsgraenser, foelsomhed, graenser, med_andre_tal, sammenlign
from kkrlib.flygtninge.udmelding import aendringer, beregnet_udmelding, kvoter_pr_udmelding, modstrid, regeldag
from kkrlib.landstal import brev as _brev
from kkrlib.landstal import gaeldende, udmeldinger
from kkrlib.omraade import HELE_LANDET, omraade
from kkrlib.perioder import aarets_dag, paa_dagen
from kkrlib.perioder import gaeldende as gaeldende_raekker

#: The registers with dates that a page of a year shows: what is in force on its day.
REGISTRE = ("kommuner", "regioner", "flisekort")


@dataclass(frozen=True)
class Aftale:
    """An aftale and its verdict: key or file name, whether it is from a file, region, transfers or quotas, the quotas
    after it (or None), verdict by requirement, note.
    """

    navn: str
    fra_fil: bool
    kvoteaar: int
    region: str
    aftale: pd.DataFrame
    kvoter: pd.DataFrame | None
    dom: pd.DataFrame
    samlet: str
    note: str


@dataclass(frozen=True)
class Beregning:
    """The computed year. DataFrames are indexed by ``kommunekode`` unless said otherwise; people are whole numbers.

    ``landstal``: that of ``udmelding``, the last announcement whose quotas are computed (``nr``);
    ``gaeldende_landstal``: that of the year's last. They
    differ where quotas are cut, or where the source does not say what follows. ``brev``: the first announcement, whose
    bilag A is computed on. ``udmeldinger``: :func:`aendringer`, and ``kvoter`` (by ``nr``):
    :func:`kvoter_pr_udmelding`. ``kommuner``: what :func:`fordel` returns, with ``offentliggjort_kvote`` (``Int64``),
    ``pr_10000``, ``forrige_kvote`` and ``aendring`` (``Int64``, missing where there is no earlier year), and
    ``gaeldende_kvote`` (``Int64``, missing where it is not known). ``regioner``: the same for regions, index
    ``region``. ``trin``: :func:`trin`. ``aarsager``: :func:`aarsager`, or None. ``graenser``: :func:`graenser` with
    ``ved_flere`` (:func:`foelsomhed`), for the landstal ``undersoegt`` (lowest, highest). ``landstalsgraenser``:
    :func:`aendringsgraenser`. ``landstal_varianter``: kommunekvoter, one column per landstal. ``scenarie``:
    :func:`sammenlign` for the parameters given, or None. ``kontroller``: :func:`kontroller`. ``advarsler``: what is
    unlikely in the year's grundlag (:func:`grundlagsfund`), and its recorded aftaler that don't satisfy the law.
    ``strukturaendringer``: what became part of what between the two years' 1 January (:func:`struktur.aendringer`);
    ``forrige_kvote`` is summed over the same kommuner. ``registre``: the registers :data:`REGISTRE` with the rows in
    force on 1 January of the quota year; ``tabeller``: all tables, with all rows.
    """

    kvoteaar: int
    region: str
    landstal: int
    gaeldende_landstal: int
    udmelding: dict[str, Any]
    udmeldinger: pd.DataFrame
    kvoter: dict[int, pd.DataFrame]
    brev: dict[str, Any]
    forrige: int | None
    forrige_landstal: int | None
    kommuner: pd.DataFrame
    regioner: pd.DataFrame
    trin: pd.DataFrame
    aarsager: pd.DataFrame | None
    graenser: pd.DataFrame
    undersoegt: tuple[int, int]
    landstalsgraenser: dict[str, Any]
    landstal_varianter: pd.DataFrame
    flere_familiesammenfoerte: int
    scenarie: pd.DataFrame | None
    scenarie_landstal: int
    scenarie_familiesammenfoerte: dict[str, int]
    aftaler: list[Aftale]
    tidligere_aftaler: list[Aftale]
    kontroller: pd.DataFrame
    kildefejl: pd.DataFrame
    advarsler: list[Fund]
    strukturaendringer: list[struktur.Aendring]
    registre: Mapping[str, pd.DataFrame]
    tabeller: Mapping[str, pd.DataFrame]

    @property
    def proeve(self) -> bool:
        """Whether the page is a trial: with a scenario, or an aftale from a file."""
        return self.scenarie is not None or any(a.fra_fil for a in self.aftaler)

    @property
    def udvalgte(self) -> pd.DataFrame:
        """The rows of ``kommuner`` in the chosen region (all of them for the whole country)."""
        return self.kommuner if self.region == HELE_LANDET else self.kommuner[self.kommuner["region"] == self.region]


def beregn(
    tabeller: Mapping[str, pd.DataFrame],
    aar: int | None = None,
    region: str = HELE_LANDET,
    *,
    scenarie_landstal: int | None = None,
    scenarie_familiesammenfoerte: Mapping[str, int] | None = None,
    flere_familiesammenfoerte: int = 5,
    aftale_fil: tuple[str, str, pd.DataFrame] | None = None,
    aftale_meddelt: date | None = None,
    aftale_underskrevet: str = "",
    aftale_ved_aendret_landstal: str = "",
) -> Beregning:
    """Compute a quota year: the distribution, its explanation, what-ifs, aftaler and reconciliation.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. ``aar`` None is the newest year with data. ``region`` is a
    region's name, its KKR or its slug, or ``"hele landet"``. ``scenarie_landstal`` and
    ``scenarie_familiesammenfoerte`` (a kommune's code or name as text → persons) are other numbers to compare with.
    ``flere_familiesammenfoerte`` is how many more familiesammenførte each kommune's sensitivity is computed for.
    ``aftale_fil`` is (file name, form, table) as :func:`kkrlib.data.laes_csv` reads it, ``aftale_meddelt`` when it was
    reported, ``aftale_underskrevet`` and ``aftale_ved_aendret_landstal`` (see :mod:`kkrlib.flygtninge.aftale`) what
    else is stated of it; an empty text is not stated.

    A file replaces the aftale that is recorded for its region.

    Raises ParameterError for a parameter of another kind, a year without data, an unknown region or kommune, a
    kommune named twice, or an aftale for another region, DataError for an aftale or a scenario that makes no sense.
    """
    other_families = {} if scenarie_familiesammenfoerte is None else scenarie_familiesammenfoerte
    parametre.kontroller(
        aar=(aar, parametre.heltal(valgfri=True)),
        region=(region, parametre.tekst()),
        scenarie_landstal=(scenarie_landstal, parametre.heltal(mindst=0, valgfri=True)),
        scenarie_familiesammenfoerte=(other_families, parametre.ordbog(parametre.heltal(mindst=0))),
        flere_familiesammenfoerte=(flere_familiesammenfoerte, parametre.heltal(mindst=1)),
        aftale_meddelt=(aftale_meddelt, parametre.dag()),
        aftale_underskrevet=(aftale_underskrevet, parametre.tekst()),
        aftale_ved_aendret_landstal=(aftale_ved_aendret_landstal, parametre.tekst()),
    )
    aar = parametre.aaret(aar, aar_med_data(tabeller))
    day = aarets_dag(aar)
    read = _kommuner.laeser(tabeller, dag=day, fra_program=True)
    other_families, faults = parametre.laes_noegler(other_families, read)
    if faults:
        raise ParameterError(f"scenarie_familiesammenfoerte: {' '.join(faults)}")
    stated = {
        "aftale_meddelt: dagen": aftale_meddelt,
        "aftale_underskrevet: svaret": aftale_underskrevet,
        "aftale_ved_aendret_landstal: svaret": aftale_ved_aendret_landstal,
    }
    if aftale_fil is None and (without := [name for name, value in stated.items() if value not in (None, "")]):
        raise ParameterError(" ".join(f"{name} kræver en aftale." for name in without))
    region = omraade(tabeller, region, day)
    if found := modstrid(tabeller):
        raise DataError(found)
    days = _aftale.aftaledage(tabeller["landstal"], aar, aftale_meddelt)
    said = _aftale.laes_oplyst(aftale_meddelt, aftale_underskrevet, aftale_ved_aendret_landstal, days)
    brev, udmelding = _brev(tabeller, aar), beregnet_udmelding(tabeller, aar)
    latest = gaeldende(udmeldinger(tabeller, aar))
    assert brev is not None and latest is not None  # a year with data has a landstal
    landstal = int(udmelding["landstal"])
    basis = grundlag(tabeller, aar)
    fordelt = fordel(basis, landstal)
    earlier = forrige_aar(tabeller, aar)
    merged = struktur.efterfoelgere(tabeller, aarets_dag(earlier), day) if earlier else {}
    earlier_letter = _brev(tabeller, earlier) if earlier else None
    earlier_landstal = int(earlier_letter["landstal"]) if earlier_letter else None
    per_announcement = kvoter_pr_udmelding(tabeller, aar, basis)

    variants = {n: fordel(basis, n)["kommunekvote"] for n in _variants(landstal)}
    rules = aendringsgraenser(int(latest["landstal"]), tabeller["retsregler"], regeldag(latest))
    tried = _interval(landstal, rules, variants)
    near = graenser(basis, landstal, *tried)
    near["ved_flere"] = foelsomhed(basis, landstal, flere_familiesammenfoerte)

    other_landstal = landstal if scenarie_landstal is None else scenarie_landstal
    scenario = None
    if scenarie_landstal is not None or other_families:
        scenario = sammenlign(fordelt, fordel(med_andre_tal(basis, other_families), other_landstal))

    kommuner = _published(fordelt, tabeller, aar, earlier, int(udmelding["nr"]), merged)
    kommuner["gaeldende_kvote"] = per_announcement[int(latest["nr"])]["gaeldende"]
    own = _from_file(tabeller, kommuner, aar, aftale_fil, said, days)
    own_regions = {a.region for a in own}
    if region != HELE_LANDET and own_regions - {region}:
        raise ParameterError(f"aftale: filen gælder {', '.join(sorted(own_regions))}, men siden viser {region}.")
    return Beregning(
        kvoteaar=aar,
        region=region,
        landstal=landstal,
        gaeldende_landstal=int(latest["landstal"]),
        udmelding=udmelding,
        udmeldinger=aendringer(tabeller, aar),
        kvoter=per_announcement,
        brev=brev,
        forrige=earlier,
        forrige_landstal=earlier_landstal,
        kommuner=kommuner,
        regioner=_regions(kommuner, tabeller, aar, int(udmelding["nr"])),
        trin=trin(fordelt, landstal),
        strukturaendringer=struktur.aendringer(tabeller, aarets_dag(earlier), day) if earlier else [],
        aarsager=aarsager(grundlag(tabeller, earlier), basis, earlier_landstal, landstal, merged)
        if earlier and earlier_landstal is not None
        else None,
        graenser=near,
        undersoegt=tried,
        landstalsgraenser=rules,
        landstal_varianter=pd.DataFrame(variants),
        flere_familiesammenfoerte=flere_familiesammenfoerte,
        scenarie=scenario,
        scenarie_landstal=other_landstal,
        scenarie_familiesammenfoerte=other_families,
        aftaler=[a for a in _recorded(tabeller, kommuner, aar, aar) if a.region not in own_regions] + own,
        tidligere_aftaler=_recorded(tabeller, kommuner, aar, None),
        kontroller=kontroller(tabeller, fordel(basis, int(brev["landstal"])), aar),
        kildefejl=tabeller["kildefejl"].loc[lambda t: t["kvoteaar"] == aar].reset_index(drop=True),
        advarsler=[f for f in grundlagsfund(basis, landstal) if f.alvor == ADVARSEL]
        + _aftale.advarsler(tabeller, {aar: kommuner}, aar),
        registre={name: gaeldende_raekker(tabeller[name], day) for name in REGISTRE},
        tabeller=tabeller,
    )


def advarsler(tabeller: Mapping[str, pd.DataFrame]) -> list[Fund]:
    """Warnings of all years that no check of the descriptor can give: recorded aftaler that don't satisfy the law.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. What is unlikely in the grundlag itself is
    declared in the descriptor.
    """
    years = aar_med_data(tabeller)
    quotas = {y: fordel(grundlag(tabeller, y), int(beregnet_udmelding(tabeller, y)["landstal"])) for y in years}
    return _aftale.advarsler(tabeller, quotas)


def _date(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


def _variants(landstal: int) -> list[int]:
    """The landstal and 10 and 20 per cent less and more, as whole numbers (rounded down)."""
    return sorted({landstal * per_cent // 100 for per_cent in (80, 90, 100, 110, 120)})


def _interval(landstal: int, rules: Mapping[str, Any], variants: Mapping[int, Any]) -> tuple[int, int]:
    """Where near landstal are looked for: as far as they can be without a new one, or as the variants reach."""
    low, high = (rules["ned"] + 1, rules["op"] - 1) if not rules["mangler"] else (min(variants), max(variants))
    return max(min(low, landstal), 0), max(high, landstal)


def _published(
    fordelt: pd.DataFrame,
    tabeller: Mapping[str, pd.DataFrame],
    aar: int,
    earlier: int | None,
    nr: int,
    efterfoelgere: Mapping[str, str],
) -> pd.DataFrame:
    """``nr``: the announcement that is computed; bilag B belongs to the first, and later ones have their quotas among
    the fixed. ``efterfoelgere``: what each kommune of the earlier year is part of."""
    quotas = tabeller["bilag_b"].pivot(index="kommunekode", columns="kvoteaar", values="kommunekvote").astype("Int64")
    result = fordelt.copy()
    missing = pd.Series(pd.NA, index=result.index, dtype="Int64")
    own = quotas[aar] if aar in quotas.columns else missing
    if nr > 1:
        own = _fixed(tabeller["fastsatte_kvoter"], aar, nr).set_index("kommunekode")["kommunekvote"]
    result["offentliggjort_kvote"] = own.reindex(result.index).astype("Int64")
    result["pr_10000"] = pr_10000(result["kommunekvote"], result["befolkning"])
    before = missing
    if earlier:
        before = quotas[earlier].loc[[code for code in quotas.index if code in efterfoelgere]]
        before = before.groupby(efterfoelgere).agg(lambda parts: parts.sum(skipna=False))
    result["forrige_kvote"] = before.reindex(result.index).astype("Int64")
    result["aendring"] = result["kommunekvote"] - result["forrige_kvote"]
    return result


def _fixed(table: pd.DataFrame, aar: int, nr: int) -> pd.DataFrame:
    return table[(table["kvoteaar"] == aar) & (table["nr"] == nr)]


def _regions(kommuner: pd.DataFrame, tabeller: Mapping[str, pd.DataFrame], aar: int, nr: int) -> pd.DataFrame:
    result = regionskvoter(kommuner)
    letter = tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == aar]
    if nr > 1:
        letter = _fixed(tabeller["fastsatte_regionskvoter"], aar, nr).loc[lambda t: t["form"] == "fastsat"]
    published = letter.set_index("region")["regionskvote"]
    result["offentliggjort_kvote"] = published.reindex(result.index).astype("Int64")
    result["pr_10000"] = pr_10000(result["regionskvote"], result["befolkning"])
    earlier = kommuner.groupby("region")["forrige_kvote"]
    result["forrige_kvote"] = earlier.sum(min_count=1).astype("Int64")
    result["aendring"] = result["regionskvote"] - result["forrige_kvote"]
    # In the order of the letters: the order in which the sources name the regions.
    order = [r for r in tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == aar]["region"] if r in result.index]
    return result.loc[order + [r for r in result.index if r not in order]]


def _recorded(tabeller: Mapping[str, pd.DataFrame], kommuner: pd.DataFrame, aar: int, year: int | None) -> list[Aftale]:
    """The aftaler recorded for ``year``; for None those of every other year, judged without quotas."""
    chosen = tabeller["aftaler"]
    chosen = chosen[chosen["kvoteaar"] == year] if year is not None else chosen[chosen["kvoteaar"] != aar]
    found = []
    for row in chosen.itertuples():
        agreed, stated = _aftale.indhold(tabeller, row), _aftale.registreret(row)
        quotas = kommuner if row.kvoteaar == aar else None
        days = _aftale.aftaledage(tabeller["landstal"], row.kvoteaar, stated.meddelt)
        of_the_day = paa_dagen(tabeller, aarets_dag(row.kvoteaar), "kommuner")
        verdict = _aftale.bedoem(agreed, row.region, of_the_day, quotas, stated, days)
        known = agreed["antal" if row.form == "overfoersler" else "kommunekvote"].notna().all()
        after = _aftale.anvend(kommuner, agreed) if quotas is not None and known else None
        found.append(
            Aftale(
                row.aftale,
                False,
                int(row.kvoteaar),
                row.region,
                agreed,
                after,
                verdict,
                _aftale.samlet(verdict),
                row.note,
            )
        )
    return found


def _from_file(
    tabeller: Mapping[str, pd.DataFrame],
    kommuner: pd.DataFrame,
    aar: int,
    file: tuple[str, str, pd.DataFrame] | None,
    said: _aftale.Oplyst,
    days: _aftale.Dage,
) -> list[Aftale]:
    if file is None:
        return []
    name, form, table = file
    agreed = _aftale.fra_fil(form, table, name, kommuner, tabeller["stavemaader"])
    codes = agreed["fra" if form == "overfoersler" else "kommunekode"]
    tabeller = paa_dagen(tabeller, aarets_dag(aar), "kommuner")
    register = tabeller["kommuner"].set_index("kommunekode")
    found = []
    for region in sorted(set(register.loc[list(codes), "region"])):
        part = agreed[[register.at[code, "region"] == region for code in codes]]
        verdict = _aftale.bedoem(part, region, tabeller, kommuner, said, days)
        note = " ".join(part["note"][part["note"] != ""]) if "note" in part.columns else ""
        found.append(
            Aftale(
                name, True, aar, region, part, _aftale.anvend(kommuner, part), verdict, _aftale.samlet(verdict), note
            )
        )
    return found
