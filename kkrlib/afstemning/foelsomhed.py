"""Whether a wrong digit would be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib.afstemning.arter import Tabeller, raekke, trykte_tabeller
from kkrlib.afstemning.dom import UPROEVET, dom


def foelsomhed(
    kontroller: pd.DataFrame, led: pd.DataFrame, tal: pd.DataFrame, fakta: Iterable[str] | None = None
) -> pd.DataFrame:
    """Change each covered number by one unit in its last digit, and judge the controls it stands in again.

    ``kontroller``, ``led`` and ``tal`` are what :func:`kkrlib.afstemning.beregn` takes, and must be free of findings.
    ``fakta`` are the numbers to try (default: all that are published and covered). The rules are not run again, so a
    number that only a rule uses counts as not seen; nor is a reference to a table a number.

    Returns one row per number, index ``fakta``: ``op`` and ``ned`` (bool: whether some verdict changes with one unit
    more, and less).
    """
    facts = tal.to_dict("index")
    tables, parts = (
        trykte_tabeller(facts),
        {key: rows.sort_values("nr").to_dict("records") for key, rows in led.groupby("kontrol", sort=False)},
    )
    of: dict[str, list[tuple[dict[str, Any], list[dict[str, Any]], str]]] = {}
    for control in kontroller.to_dict("records"):
        own = parts.get(control["id"], [])
        row = raekke(control, own, facts, tables)
        verdict = dom(row)[2]
        if control["art"] != "findes" and verdict != UPROEVET:
            for fact in dict.fromkeys(row["alle_fakta"]):
                of.setdefault(fact, []).append((control, own, verdict))
    chosen = [f for f in facts if f in of and facts[f]["offentliggjort"]] if fakta is None else list(fakta)
    rows = []
    for fact in chosen:
        seen = []
        for step in (1, -1):
            unit = Fraction(step, 10 ** facts[fact]["decimaler"])
            changed = {**facts, fact: facts[fact] | {k: facts[fact][k] + unit for k in ("vaerdi", "mindst", "hoejst")}}
            seen.append(
                any(_aendret(control, own, verdict, changed, tables) for control, own, verdict in of.get(fact, []))
            )
        rows.append((fact, *seen))
    return pd.DataFrame(rows, columns=["fakta", "op", "ned"]).set_index("fakta")


def _aendret(
    control: Mapping[str, Any],
    parts: list[dict[str, Any]],
    verdict: str,
    facts: Mapping[str, Mapping[str, Any]],
    tables: Tabeller,
) -> bool:
    try:
        return dom(raekke(control, parts, facts, tables))[2] != verdict
    except ZeroDivisionError:
        return True  # the control can no longer be computed, which is a finding
