"""Where the data stand: the project's root, the folder of the tables, and their descriptor."""

from __future__ import annotations

import os
from pathlib import Path

from kkrlib import tegn
from kkrlib.errors import ParameterError

BESKRIVELSE = "datapackage.json"


def rod() -> Path:
    """The project's root: ``KKR_ROD``, else the folder that the package stands in."""
    return Path(os.environ.get("KKR_ROD") or Path(__file__).resolve().parents[2])


def data_mappe(mappe: Path | str | None = None) -> Path:
    """The folder of the tables: the argument, else ``KKR_DATA``, else ``data/`` in the project."""
    return Path(mappe or os.environ.get("KKR_DATA") or rod() / "data").resolve()


def kontroller_miljoe() -> None:
    """Raise ParameterError for each variable of the environment that names a folder and names none."""
    faults = []
    for name, said in (("KKR_ROD", "projektets mappe"), ("KKR_DATA", "mappen med tabellerne")):
        value = os.environ.get(name)
        if value and not os.path.isdir(value):
            what = "er en fil" if os.path.exists(value) else "findes ikke"
            faults.append(f"miljøvariablen {name}: «{tegn.vis(value)}» {what}; den skal være {said} eller tom")
    if faults:
        raise ParameterError("\n".join(faults))
