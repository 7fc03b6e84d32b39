"""Compare the controls that the data give now with those that stood one by one in an earlier version.

    python tools/sammenlign_kontroller.py REVISION

reads ``kontroller`` and ``kontrol_led`` of REVISION from git, with the facts they named (``socialtilsyn_fakta`` and
``oevrige_fakta``), and looks each up in what :func:`kkrlib.afstemning.erklaerede` gives: the same kind, judged number
and led, with their roles, signs and limits. A fact is found again by what it says, not by its id. Prints what is gone,
what is new, and the accepted deviations that no control has; exit code 1 if a control is gone.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from kkrlib import afstemning, data

_SIGER = ["tabel", "afsnit", "raekke", "kolonne", "beskriver_aar", "basisaar", "enhed", "trykt", "kilde", "linje"]

Relation = tuple[str, str, tuple[tuple[str, ...], ...]]


def tabel(revision: str, navn: str) -> pd.DataFrame:
    """A table as it stood in a revision, all texts."""
    content = subprocess.run(
        ["git", "show", f"{revision}:data/{navn}.csv"], capture_output=True, check=True, encoding="utf-8"
    ).stdout
    return pd.read_csv(io.StringIO(content), dtype=str).fillna("")


def med_nye_navne(gamle: Iterable[pd.DataFrame], nye: pd.DataFrame) -> dict[str, str]:
    """Old id of a fact → new: the one that says the same at the same place, the first for the first."""
    where: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in nye.astype(object).where(nye.notna(), "").astype(str).to_dict("records"):
        where[tuple(row[c] for c in _SIGER)].append(row["id"])
    seen: Counter[tuple[str, ...]] = Counter()
    names = {}
    for table in gamle:
        for row in table.to_dict("records"):
            key = tuple(row[c] for c in _SIGER)
            names[row["id"]] = where[key][seen[key]] if seen[key] < len(where[key]) else ""
            seen[key] += 1
    return names


def relationer(
    kontroller: pd.DataFrame, led: pd.DataFrame, navne: Mapping[str, str] | None = None
) -> dict[str, Relation]:
    """Control → what it relates; ``navne`` are other ids of its facts."""

    def name(fact: Any) -> str:
        return (navne or {}).get(str(fact), str(fact))

    parts: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in led.fillna("").to_dict("records"):
        own = (row["rolle"], name(row["fakta"]), str(int(row["fortegn"])), str(row["mindst"]), str(row["hoejst"]))
        parts[row["kontrol"]].append(own)
    return {
        row["id"]: (row["art"], name(row["fakta"]), tuple(sorted(parts[row["id"]])))
        for row in kontroller.to_dict("records")
    }


def main(revision: str) -> int:
    tables = data.load()
    old_facts = [tabel(revision, name) for name in ("socialtilsyn_fakta", "oevrige_fakta")]
    names = med_nye_navne(old_facts, tables["fakta"])
    before = relationer(tabel(revision, "kontroller"), tabel(revision, "kontrol_led"), names)
    controls, led = afstemning.erklaerede(tables)
    now = relationer(controls, led)
    gone = [key for key, said in before.items() if said not in set(now.values())]
    new = [key for key, said in now.items() if said not in set(before.values())]
    declared = int((controls["fil"] == "kontroller.csv").sum())
    print(f"{len(before)} før; {len(now)} nu, heraf {declared} erklærede med {len(tables['kontrol_led'])} led")
    print(f"{len(tables['skabeloner'])} skabeloner med {len(tables['skabelon_led'])} led")
    for title, keys in (("borte", gone), ("nye", new)):
        print(f"{len(keys)} {title}:", *keys)
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
