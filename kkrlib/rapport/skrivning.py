"""What a name of a module leads to; and the writing of files, which is in :mod:`kkrlib.filer`."""

from __future__ import annotations

import importlib
from typing import Any

from kkrlib.filer import filfejl, om, skriv, staa, vist

__all__ = ["filfejl", "load", "om", "skriv", "staa", "vist"]


def load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
