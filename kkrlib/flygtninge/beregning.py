"""Everything the refugee report shows of one year, computed in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from kkrlib import kommuner as _kommuner
from kkrlib import parametre
from kkrlib.errors import ParameterError
from kkrlib.flygtninge import aftale as _aftale
from kkrlib.flygtninge.forklaring import aarsager, trin
from kkrlib.flygtninge.kontroller import kontroller
from kkrlib.flygtninge.regel import fordel, forrige_aar, grundlag, pr_10000, regionskvoter
from kkrlib.flygtninge.scenarier import aendringsgraenser, foelsomhed, graenser, med_andre_tal, sammenlign
from kkrlib.omraade import HELE_LANDET, omraade


@dataclass(frozen=True)
class Aftale:
    """An aftale and its verdict: key or file name, whether it is from a file, region, transfers or quotas, the quotas after it (or None), verdict by requirement, note."""

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

    ``kommuner``: what :func:`fordel` returns, with ``offentliggjort_kvote`` (``Int64``), ``pr_10000``, ``forrige_kvote`` and ``aendring``
    (``Int64``, missing where there is no earlier year). ``regioner``: the same for regions, index ``region``.
    ``trin``: :func:`trin`. ``aarsager``: :func:`aarsager`, or None. ``graenser``: :func:`graenser` with ``ved_flere``
    (:func:`foelsomhed`). ``landstalsgraenser``: :func:`aendringsgraenser`. ``landstal_varianter``: kommunekvoter, one column per
    landstal. ``scenarie``: :func:`sammenlign` for the parameters given, or None. ``kontroller``: :func:`kontroller`.
    """

    kvoteaar: int
    region: str
    landstal: int
    brev: dict[str, Any]
    forrige: int | None
    forrige_landstal: int | None
    kommuner: pd.DataFrame
    regioner: pd.DataFrame
    trin: pd.DataFrame
    aarsager: pd.DataFrame | None
    graenser: pd.DataFrame
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
    tabeller: Mapping[str, pd.DataFrame]

    @property
    def proeve(self) -> bool:
        """Whether the page is a trial: with a scenario, or an aftale from a file."""
        return self.scenarie is not None or any(a.fra_fil for a in self.aftaler)

    @property
    def udvalgte(self) -> pd.DataFrame:
        """The rows of ``kommuner`` in the chosen region (all of them for the whole country)."""
        return self.kommuner if self.region == HELE_LANDET else self.kommuner[self.kommuner["region"] == self.region]


def aar_med_data(tabeller: Mapping[str, pd.DataFrame]) -> list[int]:
    """The quota years that can be computed: those with a landstal and both tables of bilag A."""
    tables = ("landstal", "bilag_a", "familiesammenfoerte")
    return sorted(set.intersection(*({int(y) for y in tabeller[t]["kvoteaar"]} for t in tables)))


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
) -> Beregning:
    """Compute a quota year: the distribution, its explanation, what-ifs, aftaler and reconciliation.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. ``aar`` None is the newest year with data. ``region`` is a
    region's name, its KKR or its slug, or ``"hele landet"``. ``scenarie_landstal`` and
    ``scenarie_familiesammenfoerte`` (a kommune's code or name as text → persons) are other numbers to compare with.
    ``flere_familiesammenfoerte`` is how many more familiesammenførte each kommune's sensitivity is computed for.
    ``aftale_fil`` is (file name, form, table) as :func:`kkrlib.data.laes_csv` reads it, ``aftale_meddelt`` when it was reported.

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
    )
    other_families, faults = parametre.laes_noegler(other_families, _kommuner.laeser(tabeller, fra_program=True))
    if faults:
        raise ParameterError(f"scenarie_familiesammenfoerte: {' '.join(faults)}")
    if aftale_meddelt is not None and aftale_fil is None:
        raise ParameterError("aftale_meddelt: dagen kræver en aftale.")
    aar = parametre.aaret(aar, aar_med_data(tabeller))
    region = omraade(tabeller, region)
    brev = tabeller["landstal"].set_index("kvoteaar").loc[aar].to_dict()
    landstal = int(brev["landstal"])
    basis = grundlag(tabeller, aar)
    fordelt = fordel(basis, landstal)
    earlier = forrige_aar(tabeller, aar)
    earlier_landstal = int(tabeller["landstal"].set_index("kvoteaar").at[earlier, "landstal"]) if earlier else None
    last_day = _date(brev["aftalefrist"])

    rules = aendringsgraenser(landstal, tabeller["retsregler"], last_day or date(aar - 1, 12, 31))
    near = graenser(basis, landstal, max(rules["ned"] + 1, 0), rules["op"] - 1)
    near["ved_flere"] = foelsomhed(basis, landstal, flere_familiesammenfoerte)
    variants = {n: fordel(basis, n)["kommunekvote"] for n in _variants(landstal)}

    other_landstal = landstal if scenarie_landstal is None else scenarie_landstal
    scenario = None
    if scenarie_landstal is not None or other_families:
        scenario = sammenlign(fordelt, fordel(med_andre_tal(basis, other_families), other_landstal))

    kommuner = _published(fordelt, tabeller, aar, earlier)
    own = _from_file(tabeller, kommuner, aar, aftale_fil, aftale_meddelt, last_day)
    own_regions = {a.region for a in own}
    if region != HELE_LANDET and own_regions - {region}:
        raise ParameterError(f"aftale: filen gælder {', '.join(sorted(own_regions))}, men siden viser {region}.")
    return Beregning(
        kvoteaar=aar,
        region=region,
        landstal=landstal,
        brev=brev,
        forrige=earlier,
        forrige_landstal=earlier_landstal,
        kommuner=kommuner,
        regioner=_regions(kommuner, tabeller, aar),
        trin=trin(fordelt, landstal),
        aarsager=aarsager(grundlag(tabeller, earlier), basis, earlier_landstal, landstal) if earlier else None,
        graenser=near,
        landstalsgraenser=rules,
        landstal_varianter=pd.DataFrame(variants),
        flere_familiesammenfoerte=flere_familiesammenfoerte,
        scenarie=scenario,
        scenarie_landstal=other_landstal,
        scenarie_familiesammenfoerte=other_families,
        aftaler=[a for a in _recorded(tabeller, kommuner, aar, aar) if a.region not in own_regions] + own,
        tidligere_aftaler=_recorded(tabeller, kommuner, aar, None),
        kontroller=kontroller(tabeller, fordelt, aar),
        kildefejl=tabeller["kildefejl"].loc[lambda t: t["kvoteaar"] == aar].reset_index(drop=True),
        tabeller=tabeller,
    )


def _date(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


def _variants(landstal: int) -> list[int]:
    """The landstal and 10 and 20 per cent less and more, as whole numbers (rounded down)."""
    return sorted({landstal * per_cent // 100 for per_cent in (80, 90, 100, 110, 120)})


def _published(
    fordelt: pd.DataFrame, tabeller: Mapping[str, pd.DataFrame], aar: int, earlier: int | None
) -> pd.DataFrame:
    quotas = tabeller["bilag_b"].pivot(index="kommunekode", columns="kvoteaar", values="kommunekvote").astype("Int64")
    result = fordelt.copy()
    missing = pd.Series(pd.NA, index=result.index, dtype="Int64")
    result["offentliggjort_kvote"] = quotas[aar].reindex(result.index) if aar in quotas.columns else missing
    result["pr_10000"] = pr_10000(result["kommunekvote"], result["befolkning"])
    result["forrige_kvote"] = quotas[earlier].reindex(result.index) if earlier else missing
    result["aendring"] = result["kommunekvote"] - result["forrige_kvote"]
    return result


def _regions(kommuner: pd.DataFrame, tabeller: Mapping[str, pd.DataFrame], aar: int) -> pd.DataFrame:
    result = regionskvoter(kommuner)
    published = tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == aar].set_index("region")["regionskvote"]
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
    register = tabeller["kommuner"].set_index("kommunekode")
    chosen = tabeller["aftaler"]
    chosen = chosen[chosen["kvoteaar"] == year] if year is not None else chosen[chosen["kvoteaar"] != aar]
    deadlines = tabeller["landstal"].set_index("kvoteaar")["aftalefrist"]
    found, transfers = [], tabeller["aftale_overfoersler"]
    for row in chosen.itertuples():
        moves = transfers[transfers["aftale"] == row.aftale]
        quotas = kommuner if row.kvoteaar == aar else None
        verdict = _aftale.bedoem(
            moves, row.region, register, quotas, _date(row.meddelt), _date(deadlines.get(row.kvoteaar))
        )
        after = _aftale.anvend(kommuner, moves) if quotas is not None and moves["antal"].notna().all() else None
        found.append(
            Aftale(
                row.aftale,
                False,
                int(row.kvoteaar),
                row.region,
                moves,
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
    reported: date | None,
    last_day: date | None,
) -> list[Aftale]:
    if file is None:
        return []
    name, form, table = file
    agreed = _aftale.fra_fil(form, table, name, kommuner, tabeller["stavemaader"])
    codes = agreed["fra" if form == "overfoersler" else "kommunekode"]
    register = tabeller["kommuner"].set_index("kommunekode")
    found = []
    for region in sorted(set(register.loc[list(codes), "region"])):
        part = agreed[[register.at[code, "region"] == region for code in codes]]
        verdict = _aftale.bedoem(part, region, register, kommuner, reported, last_day)
        note = " ".join(part["note"][part["note"] != ""]) if "note" in part.columns else ""
        found.append(
            Aftale(
                name, True, aar, region, part, _aftale.anvend(kommuner, part), verdict, _aftale.samlet(verdict), note
            )
        )
    return found
