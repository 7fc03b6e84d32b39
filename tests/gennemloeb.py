"""Run a report's notebook in this process with tables that a test made: no kernel, no file.

Each code cell is run as Jupyter runs it, with ``data.load`` answering with the given tables, and what its last line
shows is turned into its mime bundle, as a page would. What is raised comes through as it is: ``tests/test_port.py`` and
others ask whether ``kkr check`` had said so.
"""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import pandas as pd

from kkrlib import data, kontrol
from kkrlib.data import regler
from kkrlib.data.beskrivelse import laes_beskrivelse
from kkrlib.errors import Fund


@cache
def celler(rapport: str) -> tuple[tuple[str, Any, Any, bool], ...]:
    """The code cells of ``notebooks/<rapport>.ipynb``: id, statements, the shown last expression (None: nothing),
    whether it is the parameters'.
    """
    made = []
    for cell in nbformat.read(Path(data.ROD) / "notebooks" / f"{rapport}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        shown = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        last = None if shown is None else compile(ast.Expression(shown.value), f"<{cell['id']}>", "eval")
        code = compile(ast.Module(body, []), f"<{cell['id']}>", "exec")
        made.append((cell["id"], code, last, "parameters" in cell.metadata.get("tags", [])))
    return tuple(made)


@contextlib.contextmanager
def med_tabeller(tabeller: Mapping[str, pd.DataFrame], godkend: bool = False) -> Iterator[None]:
    """``data.load`` answers with ``tabeller``; the gate is asked only where ``godkend`` says so."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(data, "load", lambda *_: dict(tabeller)))
        if not godkend:
            stack.enter_context(mock.patch.object(kontrol, "godkend", lambda t: t))
        yield


def vis(rapport: str, tabeller: Mapping[str, pd.DataFrame], **parametre: Any) -> dict[str, dict[str, Any]]:
    """Run a report's notebook with ``tabeller`` and ``parametre``; returns the mime bundle of each cell that shows
    something, by the cell's id.

    The gate is passed over: whether the calculation and every function of the report's visning manage without it is
    what is asked.
    """
    names: dict[str, Any] = {}
    shown = {}
    with med_tabeller(tabeller):
        for key, code, last, first in celler(rapport):
            exec(code, names)
            if first:
                names.update(parametre)
            value = None if last is None else eval(last, names)
            if value is not None:
                bundle = value._repr_mimebundle_()
                shown[key] = bundle[0] if isinstance(bundle, tuple) else bundle
    return shown


@cache
def resourcer() -> dict[str, dict[str, Any]]:
    """The tables of the descriptor by name."""
    text = (data.data_mappe() / data.BESKRIVELSE).read_text(encoding="utf-8")
    return {r["name"]: r for r in json.loads(text)["resources"]}


def celle(v: Any) -> str:
    """A typed value as its cell in the file."""
    return "" if pd.isna(v) else v.date().isoformat() if isinstance(v, pd.Timestamp) else str(v)


def som_filer(tabeller: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Typed tables as the files have them: every cell a text."""
    return {name: som_fil(tabeller[name]) for name in resourcer()}


def som_fil(tabel: pd.DataFrame) -> pd.DataFrame:
    """One typed table as its file has it."""
    return pd.DataFrame({c: [celle(v) for v in tabel[c]] for c in tabel}, dtype=str)


def hurtige_fund(filer: Mapping[str, pd.DataFrame], aendret: str | None = None) -> list[Fund]:
    """What ``data.check`` says of tables that were read from good files and then changed, without writing them: empty
    tables, keys of other tables, required cells, and the checks of the descriptor. (Types and patterns are as good as
    they were.)

    ``filer`` is what :func:`som_filer` returns; only what can say something of the table ``aendret`` is asked, where
    one is named.
    """
    found, files = [], filer
    described, _ = laes_beskrivelse(data.data_mappe(), regler)
    assert described is not None
    seen = regler.Laeste(files, described, files)
    for name, resource in resourcer().items():
        if aendret is not None and name != aendret and f'"{aendret}"' not in json.dumps(resource):
            continue
        table = files[name]
        if table.empty:
            if not resource.get("may_be_empty"):
                found.append(Fund(resource["path"], "", "", "", "tabellen har ingen rækker"))
            continue
        for field in resource["schema"]["fields"]:
            if field.get("constraints", {}).get("required"):
                for i in table.index[table[field["name"]] == ""]:
                    found.append(Fund(resource["path"], str(i + 2), field["name"], "", "må ikke være tom"))
        for key in resource["schema"].get("foreignKeys", ()):
            own, other = ([k] if isinstance(k, str) else k for k in (key["fields"], key["reference"]["fields"]))
            register = key["reference"]["resource"] or name  # a table may refer to itself
            there = set(files[register][other].itertuples(index=False, name=None))
            for i, values in enumerate(table[own].itertuples(index=False, name=None)):
                if all(values) and values not in there:
                    text = f"findes ikke i {register}.csv"
                    found.append(Fund(resource["path"], str(i + 2), ",".join(own), ",".join(values), text))
        for rule in resource.get("checks", ()):
            if rule["check"] == regler.KOMPLET:
                found += regler.komplet([(described.tabeller[name], table, rule)], seen, {})
            else:
                found += regler.CHECKS[rule["check"]](table, resource, rule, seen)
    return [f for f in found if f.alvor == "fejl"]
