"""Files that are written whole or not at all, and what a name of a module leads to."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path
from typing import Any


def skriv(sti: Path, indhold: bytes) -> None:
    """Write a whole file or nothing; one that has the content already is left alone."""
    if sti.exists() and sti.read_bytes() == indhold:
        return
    handle, temporary = tempfile.mkstemp(prefix=f".{sti.name}.", dir=sti.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(indhold)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # mkstemp's files are for their owner only
        os.replace(temporary, sti)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
