"""A tiny project for the tests of the runner: one notebook, two tables, and an exporter that is easy to read.

The notebook does what ``opfoersel.json`` in the project's root says for its page, so that one notebook can succeed
and fail. Each kernel that starts leaves a line with its process id in ``spor.txt``: by C, since a cell of ``kkr build``
writes no file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook

PARAMETRE = """\
aar: int = 2025  # året
region: str = "hele landet"
loft: "Optional[int]" = None  # højst så mange
andel: float = 0.5
kun: bool = False
navne: list = []
tekst: str = "a=b"
aftale: str = ""
"""

SPOR = """\
import ctypes
import os
from pathlib import Path

rod = Path(os.environ["KKR_ROD"])
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
spor = ctypes.c_void_p(c.fopen(bytes(rod / "spor.txt"), b"a"))
c.fputs(b"%d\\n" % os.getpid(), spor)
c.fclose(spor);
"""

# The outputs are written out by hand: a kernel that imports nothing heavy starts in half the time.
SIDE = """\
class Vis:
    def __init__(self, **data):
        self.data = {navn.replace("_", "/", 1): v for navn, v in data.items()}

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.data


titel = f"Prøve {aar}, {region}"
side = {"titel": titel, "beskrivelse": "En side, der prøver kørslen."}
Vis(text_html=f"<h1>{titel}</h1>", text_plain=titel, **{"application_vnd.kkr.side+json": side})
"""

HANDLING = """\
import json, signal, time

class DataError(Exception): pass

opfoersel = rod / "opfoersel.json"
handling = json.loads(opfoersel.read_text())  if opfoersel.exists() else {}
match handling.get(f"{aar} {region}"):
    case "fejl":
        raise KeyError("befolkning")
    case "data":
        raise DataError("fejl: a.csv, række 2, kolonne x: «-1»: er negativ\\nfejl: a.csv, række 3: mangler")
    case "dør":
        os.kill(os.getpid(), signal.SIGKILL)
    case "venter":
        time.sleep(120)
"""

INDHOLD = """\
prosa = f"## Afsnit\\n\\nÅret er {aar}, og loftet er {loft or 'ikke sat'}."
Vis(text_markdown=prosa, text_plain=prosa)
"""

KKR = {
    "rapport": "proeve",
    "titel": "Prøverapport",
    "parametre": {
        "aar": {"vaerdier": [["tal", "aar"]], "etiket": "År"},
        "region": {
            "vaerdier": [["regioner", "region"]],
            "etiket": "Område",
            "alle": "hele landet",
            "kort": ["regioner", "slug"],
            "alias": [["regioner", "kkr"]],
        },
        "aftale": {"fil": True},
    },
}

TABELLER = {
    "tal": pd.DataFrame({"aar": [2025, 2026], "antal": [10, 12]}),
    "regioner": pd.DataFrame(
        {
            "region": ["Region Sjælland", "Region Hovedstaden"],
            "slug": ["sjaelland", "hovedstaden"],
            "kkr": ["KKR Sjælland", "KKR Hovedstaden"],
        }
    ),
}


def notesbog(
    sti: Path, celler: list[str] | None = None, *, kkr: dict[str, Any] | None = KKR, parametre: str = PARAMETRE
) -> Path:
    """Write a notebook: the parameters cell and ``celler``; ids are fixed."""
    cells = [new_code_cell(parametre.rstrip(), metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(c.rstrip()) for c in (celler if celler is not None else [SPOR, SIDE, HANDLING, INDHOLD])]
    for number, cell in enumerate(cells):
        cell["id"] = f"celle-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nb = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    if kkr is not None:
        nb.metadata["kkr"] = kkr
    sti.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, sti)
    return sti


def projekt(rod: Path, raekker: int = 2) -> Path:
    """Make the project: ``notebooks/proeve.ipynb`` and ``data/`` with its descriptor. Returns ``rod``.

    ``raekker`` cuts the tables: with 1 the report has two pages, 2025 and 2025 for Region Sjælland.
    """
    notesbog(rod / "notebooks" / "proeve.ipynb")
    folder = rod / "data"
    folder.mkdir()
    resources = []
    for name, table in TABELLER.items():
        table = table.head(raekker)
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        fields = [
            {
                "name": column,
                "type": "integer" if table[column].dtype.kind == "i" else "string",
                "constraints": {"required": True},
            }
            for column in table.columns
        ]
        key = table.columns[0]
        resources.append(
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "format": "csv",
                "schema": {"fields": fields, "primaryKey": key},
            }
        )
    package = {"name": "proeve", "profile": "tabular-data-package", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return rod


def opfoersel(rod: Path, **handlinger: str) -> None:
    """What the pages do: ``opfoersel(rod, **{"2025 hele landet": "fejl"})``; none given: all succeed."""
    (rod / "opfoersel.json").write_text(json.dumps(handlinger), encoding="utf-8")


def kerner(rod: Path) -> list[int]:
    """The process ids of the kernels that were started."""
    spor = rod / "spor.txt"
    return [int(line) for line in spor.read_text().split()] if spor.exists() else []


def filer(mappe: Path) -> dict[str, bytes]:
    """Every file below a folder with its content; kept verdicts apart, which may come at any time."""
    found = (p for p in sorted(mappe.rglob("*")) if p.is_file() and p.parent.name != "domme")
    return {p.relative_to(mappe).as_posix(): p.read_bytes() for p in found}


class Eksport:
    """An exporter whose page is the outputs as text, with one download; refuses a page that says so."""

    def from_notebook_node(self, nb: Any, resources: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        name = resources["metadata"]["name"]
        outputs = [o["data"]["text/plain"] for c in nb.cells for o in c.get("outputs", []) if "data" in o]
        pages = [
            (a["etiket"], s["navn"], s["tekst"], s["aktuel"]) for a in resources["kkr"]["soeskende"] for s in a["sider"]
        ]
        resources["outputs"] = {f"data/{name}-tal.csv": f"{name}\n".encode()}
        return f"{outputs}\n{pages}\n", resources


class EksportUdenHentning(Eksport):
    """The same without a download."""

    def from_notebook_node(self, nb: Any, resources: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        html, resources = super().from_notebook_node(nb, resources)
        resources["outputs"] = {}
        return html, resources


class EksportOpsaetning(Eksport):
    """A page that says what settings it got."""

    def from_notebook_node(self, nb: Any, resources: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        settings = resources["kkr"]["opsaetning"]
        return f"{settings['udgiver']} {settings['rettelser']}", {**resources, "outputs": {}}


class EksportAfviser:
    """An exporter that refuses every page."""

    def from_notebook_node(self, nb: Any, resources: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        from kkrlib.errors import RunError

        raise RunError("siden «x» er afvist:\ncelle 3: en figur uden beskrivelse\ncelle 4: en tabel uden kilde")


def indeks(sider: list[dict[str, Any]], indstillinger: dict[str, Any]) -> str:
    """A front page: one line per page."""
    return "".join(f"{s['navn']}: {s['titel']} ({s['aar']}, {s['region']}) {len(s['filer'])}\n" for s in sider)
