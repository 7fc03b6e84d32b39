"""Files that are written whole or not at all, and what a name of a module leads to."""

from __future__ import annotations

import importlib
from typing import Any

from kkrlib.filer import skriv

__all__ = ["load", "skriv"]


def load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
