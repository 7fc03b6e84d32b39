"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


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
