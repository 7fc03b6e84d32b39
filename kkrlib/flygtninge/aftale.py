"""Agreements (aftaler) on kommunekvoter within a region: read, applied and judged.

Kommunerne in a region can report an aftale on kommunekvoter before the deadline (integrationsloven § 8). Its quotas must
be whole, not negative, and sum to the regionskvote (BEK 550/2022 § 6, stk. 2). Without a valid aftale the computed quotas
are fixed. An aftale comes in one of two forms:

- *overførsler*: columns ``fra``, ``til``, ``antal``: who takes over how many of whose computed quota;
- *kvoter*: columns ``kommunekode``, ``kommunekvote``: what every kommune of the region has agreed to.
"""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import DataError, Fund
from kkrlib.fordeling import er_helt_tal
from kkrlib.kommuner import UkendtKommune, kode, koder

FORMER = {"overfoersler": ["fra", "til", "antal", "note"], "kvoter": ["kommune", "kvote"]}
_TAL = re.compile(r"-?\d{1,6}", re.ASCII)
OPFYLDT, IKKE_OPFYLDT, UPROEVET = "opfyldt", "ikke opfyldt", "kan ikke efterprøves"


def fra_fil(form: str, tabel: pd.DataFrame, fil: str, kvoter: pd.DataFrame, stavemaader: pd.DataFrame) -> pd.DataFrame:
    """Turn a user's file into an aftale, or name everything that is wrong with it.

    ``form`` and ``tabel`` (strings, with ``raekke``) come from :func:`kkrlib.data.laes_csv` with :data:`FORMER`.
    Kommuner are given as :mod:`kkrlib.kommuner` reads them, also by a spelling in ``stavemaader``. ``kvoter`` is what
    :func:`fordel` returns, with ``kommune``. Returns a DataFrame in one of the two forms above, with ``note`` for
    overførsler.

    Raises :class:`DataError` for a kommune that is unknown or named twice, a negative number, a transfer to oneself, out
    of the region or of more than the kommune's quota, and a list of quotas that lacks a kommune of its region or does
    not sum to the regionskvote.
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
    Returns the rows of ``kvoter`` that the aftale touches the region of, with ``aftalt_kvote`` and ``aendring`` (``Int64``;
    missing where a number of the aftale is not known).
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
    register: pd.DataFrame,
    kvoter: pd.DataFrame | None,
    meddelt: date | None,
    frist: date | None,
) -> pd.DataFrame:
    """Judge an aftale of one region requirement by requirement (BEK 550/2022 § 6, stk. 2; integrationsloven § 8).

    ``register``: index ``kommunekode`` with ``kommune`` and ``region``. ``kvoter``: the computed quotas of the year (index
    ``kommunekode``, ``region``, ``kommunekvote``), or None where the year's bilag A is not at hand. ``meddelt`` and ``frist``: when
    it was reported, and the last day; None where not known.

    Returns a DataFrame with one row per requirement: ``krav``, ``henvisning``, ``udfald`` (``opfyldt``, ``ikke opfyldt`` or
    ``kan ikke efterprøves``) and ``forklaring`` in Danish. The aftale is valid if every row is ``opfyldt``; one that is not
    known to fail and cannot be tested in full is neither valid nor invalid (see :func:`samlet`).
    """
    law = "BEK 550/2022 § 6, stk. 2"
    transfers = "fra" in aftale.columns
    numbers = aftale["antal" if transfers else "kommunekvote"]
    name = register["kommune"].to_dict()
    rows, bad = [], []

    if numbers.isna().any():
        rows.append(("hele tal", law, UPROEVET, "Antallet er ikke oplyst for alle kommuner i aftalen."))
    else:
        bad = [x for x in numbers if not er_helt_tal(x) or (transfers and x < 1)]
        said = f"Ikke hele tal på mindst {1 if transfers else 0}: {dansk.opremsning(map(str, bad))}."
        rows.append(("hele tal", law, *_verdict(not bad, "Alle tal er hele.", said)))

    after = None
    if bad:
        rows.append(("ikke negative", law, UPROEVET, "Det kræver hele tal."))
    elif numbers.isna().any() or (transfers and kvoter is None):
        missing = "aftalens tal" if numbers.isna().any() else "de beregnede kvoter"
        rows.append(("ikke negative", law, UPROEVET, f"Det kræver {missing}, som ikke er i data."))
    else:
        after = (
            anvend(kvoter, aftale)["aftalt_kvote"]
            if kvoter is not None
            else aftale.set_index("kommunekode")["kommunekvote"]
        )
        fine = "Ingen kommune afgiver mere end sin kvote." if transfers else "Ingen kvote er negativ."
        below = [f"{name.get(code, code)} ({dansk.tal(int(x))})" for code, x in after.items() if x < 0]
        rows.append(("ikke negative", law, *_verdict(not below, fine, f"Negativ kvote: {dansk.opremsning(below)}.")))

    outside = sorted(code for code in _touched(aftale) if register["region"].get(code) != region)
    text = f"Uden for {region}: {dansk.opremsning(name.get(c, c) for c in outside)}."
    rows.append(("kun i regionen", law, *_verdict(not outside, f"Alle kommuner i aftalen ligger i {region}.", text)))

    if transfers:
        kept = "Det, én kommune afgiver, modtager en anden i regionen, så summen er uændret."
        rows.append(
            (
                "summen er regionskvoten",
                law,
                *_verdict(not outside, kept, "Personer flyttes ud af regionen, så summen ændres."),
            )
        )
    elif kvoter is None or after is None:
        missing = "regionskvoten, som ikke er i data" if kvoter is None else "hele tal"
        rows.append(("summen er regionskvoten", law, UPROEVET, f"Det kræver {missing}."))
    elif left_out := [
        name.get(c, c) for c in kvoter.index[kvoter["region"] == region] if c not in set(aftale["kommunekode"])
    ]:
        text = f"Aftalen giver ingen kvote til {dansk.opremsning(left_out)}."
        rows.append(("summen er regionskvoten", law, IKKE_OPFYLDT, text))
    else:
        quota = int(kvoter.loc[kvoter["region"] == region, "kommunekvote"].sum())
        total = int(aftale["kommunekvote"].sum())
        text = f"Kvoterne giver tilsammen {dansk.tal(total)}, og regionskvoten er {dansk.tal(quota)}."
        rows.append(("summen er regionskvoten", law, *_verdict(total == quota, text, text)))

    deadline = "integrationsloven § 8, stk. 1 og 3"
    if meddelt is None or frist is None:
        missing = "datoen for aftalen" if meddelt is None else "fristen"
        rows.append(("meddelt inden fristen", deadline, UPROEVET, f"Det kræver {missing}, som ikke er i data."))
    else:
        text = f"Meddelt den {dansk.dato(meddelt)}; fristen var den {dansk.dato(frist)}."
        rows.append(("meddelt inden fristen", deadline, *_verdict(meddelt <= frist, text, text)))
    return pd.DataFrame(rows, columns=["krav", "henvisning", "udfald", "forklaring"])


def samlet(dom: pd.DataFrame) -> str:
    """The verdict on the whole aftale: ``ikke opfyldt`` if a requirement fails, ``opfyldt`` if all hold, else ``kan ikke efterprøves``."""
    if (dom["udfald"] == IKKE_OPFYLDT).any():
        return IKKE_OPFYLDT
    return OPFYLDT if (dom["udfald"] == OPFYLDT).all() else UPROEVET


def _verdict(fulfilled: bool, if_so: str, if_not: str) -> tuple[str, str]:
    return (OPFYLDT, if_so) if fulfilled else (IKKE_OPFYLDT, if_not)


def _touched(aftale: pd.DataFrame) -> list[str]:
    if "fra" in aftale.columns:
        return sorted({*aftale["fra"], *aftale["til"]})
    return sorted(aftale["kommunekode"])


def _transfer_findings(aftale: pd.DataFrame, tabel: pd.DataFrame, fil: str, kvoter: pd.DataFrame) -> list[Fund]:
    found, given, seen = [], {}, set()
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
            text = f"kvoterne i {region} skal tilsammen give regionskvoten {quota} (forskel {dansk.fortegn(total - quota)})"
            found.append(Fund(fil, "i alt", "kvote", str(total), text))
    return found
