"""Run a report's notebook in this process with tables that a test made: no kernel, no file.

Each code cell is run as Jupyter runs it, with ``data.load`` answering with the given tables, and what its last line shows is turned into its
mime bundle, as a page would. What is raised comes through as it is: ``tests/test_port.py`` and others ask whether ``kkr check`` had said so.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import pandas as pd

from kkrlib import data, kontrol


@cache
def celler(rapport: str) -> tuple[tuple[str, Any, Any, bool], ...]:
    """The code cells of ``notebooks/<rapport>.ipynb``: id, statements, the shown last expression (None: nothing), whether it is the parameters'."""
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
    """Run a report's notebook with ``tabeller`` and ``parametre``; returns the mime bundle of each cell that shows something, by the cell's id.

    The gate is passed over: whether the calculation and every function of the report's visning manage without it is what is asked.
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
