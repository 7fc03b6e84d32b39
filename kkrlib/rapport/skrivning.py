"""What a name of a module leads to; and the writing of files, which is in :mod:`kkrlib.filer`."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import kkrlib
from kkrlib.filer import filfejl, om, skriv, staa, vist

__all__ = ["filfejl", "findes", "load", "om", "skriv", "staa", "vist"]


def load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def findes(name: str) -> bool:
    """Whether ``kkrlib.module:function`` stands in the source, or what it is imported from does; False where that
    cannot be told from the source alone. What :func:`load` would import is not imported.
    """
    module, _, function = name.partition(":")
    first, *rest = module.split(".")
    if first != "kkrlib":
        return False
    base = Path(kkrlib.__file__).parent.joinpath(*rest)
    path = base / "__init__.py" if base.is_dir() else base.with_name(f"{base.name}.py")
    if not rest or not path.is_file():
        return False
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return True
        if isinstance(node, ast.ImportFrom) and not node.level and node.module and node.module != module:
            meant = [a.name for a in node.names if (a.asname or a.name) == function]
            if meant:
                return findes(f"{node.module}:{meant[0]}")
    return False
