"""Where the data stand: the project's root, the folder of the tables, and their descriptor."""

from __future__ import annotations

import os
from pathlib import Path

BESKRIVELSE = "datapackage.json"


def rod() -> Path:
    """The project's root: ``KKR_ROD``, else the folder that the package stands in."""
    return Path(os.environ.get("KKR_ROD") or Path(__file__).resolve().parents[2])


def data_mappe(mappe: Path | str | None = None) -> Path:
    """The folder of the tables: the argument, else ``KKR_DATA``, else ``data/`` in the project."""
    return Path(mappe or os.environ.get("KKR_DATA") or rod() / "data").resolve()
