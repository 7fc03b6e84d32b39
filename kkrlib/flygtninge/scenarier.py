"""What if: another landstal, other familiesammenførte, and how near a kommune is to its next person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import DataError, Fund
from kkrlib.flygtninge.regel import fordel, fordel_taenkt
from kkrlib.fordeling import er_helt_tal, hele, raekkefoelge


def med_andre_tal(grundlag: pd.DataFrame, familiesammenfoerte: Mapping[str, int]) -> pd.DataFrame:
    """The grundlag with other numbers of familiesammenførte in some kommuner.

    ``familiesammenfoerte`` maps kommunekode to persons. Returns a new DataFrame like ``grundlag``. Raises
    :class:`DataError` for a kommune that is not in the grundlag, or a number that is no whole number ≥ 0.
    """
    found = []
    for code, persons in familiesammenfoerte.items():
        if code not in grundlag.index:
            found.append(Fund("scenarie", str(code), "kommunekode", str(code), "kommunen findes ikke i grundlaget"))
        elif not er_helt_tal(persons) or persons < 0:
            found.append(
                Fund("scenarie", str(code), "familiesammenfoerte", str(persons), "skal være et helt tal på mindst 0")
            )
    if found:
        raise DataError(found)
    changed = grundlag.copy()
    for code, persons in familiesammenfoerte.items():
        changed.loc[code, "familiesammenfoerte"] = int(persons)
    return changed


def sammenlign(fordelt: pd.DataFrame, scenarie: pd.DataFrame) -> pd.DataFrame:
    """Two distributions of the same kommuner side by side.

    Both are what :func:`fordel` returns. Returns a DataFrame on the index of ``fordelt`` with ``kommune`` (where there
    is one), ``region``, ``kommunekvote``, ``kvote_i_scenariet`` and ``aendring`` (persons, ``int64``).
    """
    result = fordelt[[c for c in ("kommune", "region") if c in fordelt.columns] + ["kommunekvote"]].copy()
    result["kvote_i_scenariet"] = scenarie["kommunekvote"].reindex(fordelt.index).astype("int64")
    result["aendring"] = result["kvote_i_scenariet"] - result["kommunekvote"]
    return result


#: What the rules are called in messages.
_REGLER = {
    "landstal_graense": "den grænse, procenten afhænger af",
    "aendring_uanset_landstal": "ændring, uanset landstallet",
    "aendring_til_og_med_graensen": "ændring til og med grænsen",
    "aendring_over_graensen": "ændring over grænsen",
}


def aendringsgraenser(landstal: int, retsregler: pd.DataFrame, dag: date) -> dict[str, Any]:
    """Which expected number of refugees makes a new landstal a duty (integrationsloven § 6; BEK 550/2022 § 2, stk. 5
    and 6).

    A landstal up to the limit in ``retsregler`` (8.000) must be changed when the expected number changes by *more than*
    40 %, a higher one by more than 25 %; until lov nr. 1690/2017 it was more than 50 % of any. ``retsregler`` is the
    table of legal numbers; the rule in force on ``dag`` is taken. Returns ``procent`` (int), ``ned`` and ``op`` (the
    nearest whole numbers, below and above, that trigger a change; ``ned`` is −1 where no number is low enough),
    ``henvisning``, ``status`` (whether the text of the rule has been seen) and ``mangler``: empty, or what is not known
    in Danish, and then the others are None.
    """
    day = pd.Timestamp(dag)
    known = retsregler[(retsregler["gaelder_fra"] <= day) & ~(retsregler["gaelder_til"] < day)]
    rules = known.sort_values("gaelder_fra").drop_duplicates("regel", keep="last").set_index("regel")

    def value(rule: str) -> int | None:
        return int(rules.at[rule, "vaerdi"]) if rule in rules.index and pd.notna(rules.at[rule, "vaerdi"]) else None

    name = "aendring_uanset_landstal"
    if value(name) is None:
        limit = value("landstal_graense")
        if limit is not None:
            name = "aendring_til_og_med_graensen" if landstal <= limit else "aendring_over_graensen"
        if limit is None or value(name) is None:
            missing = "landstal_graense" if limit is None else name
            said = f"Datagrundlaget har ingen regel om ændring af landstallet, der gælder den {dansk.dato(dag)}"
            empty = dict.fromkeys(["procent", "ned", "op", "henvisning", "status"])
            return {**empty, "mangler": f"{said} ({_REGLER[missing]})"}
    per_cent = value(name) or 0
    change = Fraction(landstal * per_cent, 100)
    up = (landstal + change).__floor__() + 1
    down = (landstal - change).__ceil__() - 1
    rule = rules.loc[name]
    return {
        "procent": per_cent,
        "ned": down,
        "op": up,
        "henvisning": rule["henvisning"],
        "status": rule["status"],
        "mangler": "",
    }


def graenser(grundlag: pd.DataFrame, landstal: int, laveste: int, hoejeste: int) -> pd.DataFrame:
    """At which landstal each kommune gains or loses a person, near today's.

    The whole distribution is computed for every landstal from ``laveste`` to ``hoejeste``. Largest remainder is not
    monotone (a kommune can lose a person when the landstal rises), so all four cases are reported.

    Returns a DataFrame on the index of ``grundlag`` with ``kommunekvote`` (``int64``) and, as ``Int64``, missing where
    it does not happen in the range: ``flere_ved`` (lowest landstal above today's that gives more), ``faerre_ved``
    (highest landstal below today's that gives fewer), ``faerre_trods_hoejere`` (lowest landstal above today's that
    gives fewer) and ``flere_trods_lavere`` (highest landstal below today's that gives more). Raises ValueError unless 0
    ≤ laveste ≤ landstal ≤ hoejeste.
    """
    if not 0 <= laveste <= landstal <= hoejeste:
        raise ValueError("laveste ≤ landstal ≤ hoejeste skal gælde")
    today = fordel(grundlag, landstal)["kommunekvote"]
    inhabitants, immigrants, families = (
        [int(x) for x in grundlag[c]] for c in ("befolkning", "indvandrere_flygtninge", "familiesammenfoerte")
    )
    # The steps of fordel() times (all inhabitants × all immigrants), so that they are whole numbers.
    size = sum(inhabitants) * sum(immigrants)
    andel = [2 * b * sum(immigrants) - i * sum(inhabitants) for b, i in zip(inhabitants, immigrants, strict=True)]
    own = [f * size for f in families]
    ranks = raekkefoelge(grundlag.index)

    def kvoter(number: int) -> list[int]:
        weights = [max(0, a * (number + sum(families)) - f) for a, f in zip(andel, own, strict=True)]
        return hele(weights, number, ranks)[0]

    columns = ["flere_ved", "faerre_trods_hoejere", "faerre_ved", "flere_trods_lavere"]
    hit: dict[str, list[int | None]] = {c: [None] * len(today) for c in columns}
    for numbers, more, fewer in (
        (range(landstal + 1, hoejeste + 1), "flere_ved", "faerre_trods_hoejere"),
        (range(landstal - 1, laveste - 1, -1), "flere_trods_lavere", "faerre_ved"),
    ):
        for number in numbers:
            for i, (new, old) in enumerate(zip(kvoter(number), today, strict=True)):
                if new > old and hit[more][i] is None:
                    hit[more][i] = number
                elif new < old and hit[fewer][i] is None:
                    hit[fewer][i] = number
    result = pd.DataFrame({"kommunekvote": today})
    for column in ("flere_ved", "faerre_ved", "faerre_trods_hoejere", "flere_trods_lavere"):
        result[column] = pd.array(hit[column], dtype="Int64")
    return result


def foelsomhed(grundlag: pd.DataFrame, landstal: int, flere: int) -> pd.Series:
    """Each kommune's own quota if it alone had ``flere`` more familiesammenførte (persons, ``int64``, same index)."""
    return pd.Series(
        {
            code: int(
                fordel_taenkt(med_andre_tal(grundlag, {code: int(persons) + flere}), landstal).at[code, "kommunekvote"]
            )
            for code, persons in grundlag["familiesammenfoerte"].items()
        },
        name="kvote_ved_flere_familiesammenfoerte",
        dtype="int64",
    ).rename_axis(grundlag.index.name)
