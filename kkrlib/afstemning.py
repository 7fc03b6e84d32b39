"""Reconciliation: every published number beside what follows from the rule or from other published numbers.

A control is a row; its columns are :data:`KOLONNER`. This module judges controls and counts verdicts. What is
compared with what, a field says itself (for example :func:`kkrlib.flygtninge.kontroller`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.fordeling import eksakt

STEMMER, AFRUNDING, AFVIGER, UPROEVET = "stemmer", "afrunding", "afviger", "kan ikke efterprøves"
DOMME = [STEMMER, AFRUNDING, AFVIGER, UPROEVET]

#: ``art``: what the control compares. ``regel``: a published result with the rule's; ``sum``: a printed sum with its rows;
#: ``lighed``: the same thing printed twice.
ARTER = ["regel", "sum", "lighed"]

KOLONNER = ["id", "sted", "linjer", "art", "beskrivelse", "offentliggjort", "beregnet", "forskel", "dom", "fund", "forklaring"]


def doem(kontroller: pd.DataFrame, kendte: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge controls.

    ``kontroller`` has one row per control: ``id`` (unique), ``sted`` (document, item and table, as a reader finds it),
    ``linjer`` (``004:2240``: source and line), ``art`` (one of :data:`ARTER`), ``beskrivelse``, ``offentliggjort`` (a whole number in the
    unit it is printed in) and ``beregnet`` (an exact number, in the same unit; both missing where not known). Optionally ``mindst`` and
    ``hoejst``: the least and greatest exact value that ``beregnet`` can have when the numbers it is computed from are
    themselves rounded (default: ``beregnet``). ``kendte`` explains known deviations: index ``id``, columns ``fund``
    (the finding that several controls can share) and ``forklaring``.

    Returns the rows with the columns :data:`KOLONNER`: ``beregnet`` rounded to whole units, halves away from zero, ``forskel`` (published less that,
    ``Int64``), ``dom`` (``stemmer``: no difference; ``afrunding``: the published number is the rounding of some value from ``mindst`` to
    ``hoejst``; ``afviger``; ``kan ikke efterprøves``: a number is missing), ``fund`` and ``forklaring`` (empty where there is
    none). Raises ValueError for an id twice, an unknown art, or a known deviation whose control does not deviate.
    """
    if kontroller["id"].duplicated().any():
        raise ValueError(f"kontrollen {kontroller.loc[kontroller['id'].duplicated(), 'id'].iloc[0]} står to gange")
    if not set(kontroller["art"]) <= set(ARTER):
        raise ValueError(f"ukendt art: {', '.join(sorted(set(kontroller['art']) - set(ARTER)))}")
    result = kontroller.copy()
    exact = [None if pd.isna(x) else x for x in result["beregnet"]]
    bounds = [
        [default if pd.isna(x) else x for x, default in zip(result.get(column, [None] * len(result)), exact, strict=True)]
        for column in ("mindst", "hoejst")
    ]
    result["beregnet"] = pd.array([None if x is None else int(dansk.afrund(x)) for x in exact], dtype="Int64")
    result["offentliggjort"] = result["offentliggjort"].astype("Int64")
    result["forskel"] = result["offentliggjort"] - result["beregnet"]
    result["dom"] = [_dom(*row) for row in zip(result["offentliggjort"], result["forskel"], *bounds, strict=True)]
    explained = (
        kendte.reindex(result["id"])[["fund", "forklaring"]].fillna("").to_numpy()
        if kendte is not None and len(kendte)
        else [["", ""]] * len(result)
    )
    result["fund"], result["forklaring"] = [row[0] for row in explained], [row[1] for row in explained]
    stale = result.loc[(result["fund"] != "") & (result["dom"] != AFVIGER), "id"]
    if len(stale):
        raise ValueError(f"den kendte afvigelse {stale.iloc[0]} forekommer ikke")
    return result[KOLONNER].reset_index(drop=True)


def _dom(published: Any, difference: Any, least: Any, greatest: Any) -> str:
    if pd.isna(difference):
        return UPROEVET
    if difference == 0:
        return STEMMER
    half = Fraction(1, 2)
    return AFRUNDING if eksakt(least) - half <= int(published) <= eksakt(greatest) + half else AFVIGER


def optael(doemte: pd.DataFrame, efter: str = "art") -> pd.DataFrame:
    """Count verdicts: index the values of column ``efter`` in order of appearance, columns :data:`DOMME` and ``i_alt`` (``int64``)."""
    counts = pd.crosstab(doemte[efter], doemte["dom"]).reindex(columns=DOMME, fill_value=0)
    counts = counts.loc[doemte[efter].drop_duplicates()]
    counts.columns.name = None
    counts["i_alt"] = counts.sum(axis=1)
    return counts.astype("int64")
