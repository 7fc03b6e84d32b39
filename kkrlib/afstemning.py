"""Reconciliation: every published number beside what follows from the rule or from other published numbers.

A control is a row; its columns are :data:`KOLONNER`. This module judges controls and counts verdicts. What is
compared with what, a field says itself (for example :func:`kkrlib.flygtninge.kontroller`).
"""

from __future__ import annotations

import pandas as pd

STEMMER, AFVIGER, UPROEVET = "stemmer", "afviger", "kan ikke efterprøves"
DOMME = [STEMMER, AFVIGER, UPROEVET]

#: ``art``: what the control compares. ``regel``: a published result with the rule's; ``sum``: a printed sum with its rows;
#: ``lighed``: the same thing printed twice.
ARTER = ["regel", "sum", "lighed"]

KOLONNER = ["id", "sted", "linjer", "art", "beskrivelse", "offentliggjort", "beregnet", "forskel", "dom", "fund", "forklaring"]


def doem(kontroller: pd.DataFrame, kendte: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge controls.

    ``kontroller`` has one row per control: ``id`` (unique), ``sted`` (document, item and table, as a reader finds it),
    ``linjer`` (``004:2240``: source and line), ``art`` (one of :data:`ARTER`), ``beskrivelse``, ``offentliggjort`` and ``beregnet`` (whole
    numbers; missing where one of them is not known). ``kendte`` explains known deviations: index ``id``, columns ``fund``
    (the finding that several controls can share) and ``forklaring``.

    Returns the rows with the columns :data:`KOLONNER`: ``forskel`` (published less computed, ``Int64``), ``dom`` (``stemmer``: no
    difference; ``afviger``; ``kan ikke efterprøves``: a number is missing), ``fund`` and ``forklaring`` (empty where there is
    none). Raises ValueError for an id twice, an unknown art, or a known deviation whose control does not deviate.
    """
    if kontroller["id"].duplicated().any():
        raise ValueError(f"kontrollen {kontroller.loc[kontroller['id'].duplicated(), 'id'].iloc[0]} står to gange")
    if not set(kontroller["art"]) <= set(ARTER):
        raise ValueError(f"ukendt art: {', '.join(sorted(set(kontroller['art']) - set(ARTER)))}")
    result = kontroller.copy()
    for column in ("offentliggjort", "beregnet"):
        result[column] = result[column].astype("Int64")
    result["forskel"] = result["offentliggjort"] - result["beregnet"]
    result["dom"] = [UPROEVET if pd.isna(x) else STEMMER if x == 0 else AFVIGER for x in result["forskel"]]
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


def optael(doemte: pd.DataFrame, efter: str = "art") -> pd.DataFrame:
    """Count verdicts: index the values of column ``efter`` in order of appearance, columns :data:`DOMME` and ``i_alt`` (``int64``)."""
    counts = pd.crosstab(doemte[efter], doemte["dom"]).reindex(columns=DOMME, fill_value=0)
    counts = counts.loc[doemte[efter].drop_duplicates()]
    counts.columns.name = None
    counts["i_alt"] = counts.sum(axis=1)
    return counts.astype("int64")
