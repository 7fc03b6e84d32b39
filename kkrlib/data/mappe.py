"""Where the data stand: the project's root, the folder of the tables, and their descriptor."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

BESKRIVELSE = "datapackage.json"


def rod() -> Path:
    """The project's root: ``KKR_ROD``, else the folder that the package stands in."""
    return Path(os.environ.get("KKR_ROD") or Path(__file__).resolve().parents[2])


def data_mappe(mappe: Path | str | None = None) -> Path:
    """The folder of the tables: the argument, else ``KKR_DATA``, else ``data/`` in the project."""
    return Path(mappe or os.environ.get("KKR_DATA") or rod() / "data").resolve()


def read_resources(folder: Path) -> list[dict[str, Any]]:
    resources = json.loads((folder / BESKRIVELSE).read_text(encoding="utf-8"))["resources"]
    for resource in resources:
        resource["name"], resource["path"], resource["schema"]["fields"]
    return resources
