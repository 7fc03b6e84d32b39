"""What the tilsyn costs, how the budget held, and who pays for the plejefamilier."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from kkrlib import fakta as facts_of
from kkrlib.errors import DataError, Fund
from kkrlib.fordeling import er_helt_tal, stoerste_broek
from kkrlib.socialtilsyn.afledning import afrund
from kkrlib.socialtilsyn.aktivitet import _status, opslag
from kkrlib.socialtilsyn.udvikling import tabel

# The year's own expenses. «Udgifter i alt» is less: the surplus of earlier years is deducted from it.
_UDGIFTER = ("direkte-udgifter-regnskab", "indirekte-udgifter-regnskab")
_PR = ("tilsyn", "besoeg", "medarbejdere")


def omkostninger(serie: pd.DataFrame) -> pd.DataFrame:
    """The year's direct and indirect expenses (regnskab) per tilsyn, per visit and per employee, in whole kroner.

    Returns one row per year and divisor (``pr``: ``tilsyn``, ``besoeg``, ``medarbejdere``) where all are known:
    ``udgifter`` (Fraction, kr.), ``antal``, ``kr_pr`` (Fraction) and ``kr_pr_afrundet`` (Decimal), and ``status``.
    Raises :class:`DataError` where the expenses are not in 1.000 kr. or a year stands twice.
    """
    at = opslag(serie)
    rows, found = [], []
    for year in sorted(y for i, y in at if i == _UDGIFTER[0] and (_UDGIFTER[1], y) in at):
        expenses = [at[i, year] for i in _UDGIFTER]
        wrong = [
            Fund("serie", f"{r.indikator}, {year}", "enhed", str(r.enhed), "skal være «1.000 kr.»")
            for r in expenses
            if r.enhed != "1.000 kr."
        ]
        found += wrong
        if wrong:
            continue
        kroner = sum(r.vaerdi for r in expenses) * 1000
        for unit in _PR:
            many = at.get((unit, year))
            if many is not None and many.vaerdi:
                each = kroner / many.vaerdi
                rows.append((year, unit, kroner, many.vaerdi, each, afrund(each), _status(*expenses, many)))
    if found:
        raise DataError(found)
    columns = ["aar", "pr", "udgifter", "antal", "kr_pr", "kr_pr_afrundet", "status"]
    return tabel(rows, columns, tal=["aar"], tekst=["pr", "status"])


def budget_og_regnskab(fakta: pd.DataFrame) -> pd.DataFrame:
    """Budget against accounts, line by line as printed, with the difference that follows.

    ``fakta`` are the numbers of the reports (:func:`kkrlib.socialtilsyn.tal_af`); the rows in 1.000 kr. with a column
    «Budget …», «Regnskab …» or «Forskel» are used.

    Returns one row per report and line, in the order of the source: ``rapport``, ``post``, ``budget``, ``regnskab``,
    ``forskel_trykt`` (None where not printed), ``forskel`` (regnskab − budget, which is how the reports print it),
    ``afvigelse`` (printed less computed), ``procent`` (Fraction, of the size of the budget; None for a budget of 0) and
    ``procent_afrundet`` (Decimal). Amounts are Fractions in 1.000 kr. Raises :class:`DataError` for a line in another
    unit, a number twice, or one without its counterpart.
    """
    kinds = {"Budget": "budget", "Regnskab": "regnskab", "Forskel": "forskel"}
    heads = fakta["kolonne"].astype(str).str.split(" ").str[0]
    used = fakta[heads.isin(kinds) & (fakta["tabel"] != "tekst")]
    found = [
        Fund(facts_of.TABEL, r.id, "enhed", str(r.enhed), "budget og regnskab skal være i 1.000 kr.")
        for r in used.itertuples()
        if r.enhed != "1.000 kr."
    ]
    lines: dict[tuple[int, str], dict[str, Fraction]] = {}
    for row in used.itertuples():
        line, kind = lines.setdefault((int(row.udgave), row.raekke), {}), kinds[row.kolonne.split(" ")[0]]
        if kind in line:
            found.append(Fund(facts_of.TABEL, row.id, "kolonne", row.kolonne, "beløbet står to gange"))
        line[kind] = Fraction(row.vaerdi)
    for (report, post), line in lines.items():
        for kind in ("budget", "regnskab"):
            if kind not in line:
                found.append(Fund(facts_of.TABEL, f"{report}, {post}", "kolonne", "", f"{kind} mangler"))
    if found:
        raise DataError(found)
    rows = []
    for (report, post), line in lines.items():
        difference, printed = line["regnskab"] - line["budget"], line.get("forskel")
        per_cent = difference * 100 / abs(line["budget"]) if line["budget"] else None
        rounded = None if per_cent is None else afrund(per_cent, 1)
        deviation = None if printed is None else printed - difference
        rows.append((report, post, line["budget"], line["regnskab"], printed, difference, deviation, per_cent, rounded))
    columns = [
        "rapport",
        "post",
        "budget",
        "regnskab",
        "forskel_trykt",
        "forskel",
        "afvigelse",
        "procent",
        "procent_afrundet",
    ]
    return tabel(rows, columns, tal=["rapport"], tekst=["post"])


def objektiv_finansiering(boern: pd.DataFrame, beloeb: int) -> pd.DataFrame:
    """Each kommune's share of the tilsyn with plejefamilier: the amount by its 0–17-year-olds (lov om socialtilsyn §
    23).

    ``boern``: index ``kommunekode`` (unique), column ``boern_0_17`` (whole persons ≥ 0); all kommuner that pay.
    ``beloeb``: whole kroner ≥ 0.

    Returns the rows in order with ``andel`` (Fraction of all children), ``bidrag_beregnet`` (Fraction, kr.) and
    ``bidrag`` (whole kroner, ``int64``): the whole kroner sum to ``beloeb`` by largest remainder, the lowest
    kommunekode first in a tie. Raises :class:`DataError` for a kommune twice, a number of children that is no whole
    number ≥ 0, no children at all, or an amount that is no whole number ≥ 0.
    """
    found = [
        Fund("boern", str(c), "kommunekode", str(c), "kommunen står to gange")
        for c in boern.index[boern.index.duplicated()]
    ]
    for code, children in boern["boern_0_17"].items():
        if not er_helt_tal(children) or children < 0:
            found.append(Fund("boern", str(code), "boern_0_17", str(children), "skal være et helt tal på mindst 0"))
    if not er_helt_tal(beloeb) or beloeb < 0:
        found.append(Fund("boern", "", "beloeb", str(beloeb), "skal være et helt antal kroner på mindst 0"))
    if not found and not boern["boern_0_17"].sum():
        found.append(Fund("boern", "", "boern_0_17", "", "der er ingen børn at fordele efter"))
    if found:
        raise DataError(found)
    total = int(boern["boern_0_17"].sum())
    share = [Fraction(int(n), total) for n in boern["boern_0_17"]]
    result = boern.copy()
    result["andel"] = pd.Series(share, index=boern.index, dtype=object)
    result["bidrag_beregnet"] = pd.Series([s * int(beloeb) for s in share], index=boern.index, dtype=object)
    result["bidrag"] = stoerste_broek(boern["boern_0_17"], int(beloeb))
    return result
