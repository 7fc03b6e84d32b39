"""Which reports there are, and which pages they make.

Everything is read from the notebooks: :mod:`kkrlib.rapport.beskrivelse` reads what one says of its report, and
:mod:`kkrlib.rapport.givne` what is given to it. Nothing here knows a field, a table or the name of a parameter.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkrlib.errors import Fund, ParameterError, RunError
from kkrlib.rapport.beskrivelse import Fejl, Parameter, Rapport, laes
from kkrlib.rapport.givne import dagen, henvisningsfejl, kontroller, kortnavn, par, standard, vaerdier

if TYPE_CHECKING:
    from kkrlib.rapport.givne import Tabel

__all__ = [
    "LAENGDE",
    "Fejl",
    "Parameter",
    "Rapport",
    "Sidespec",
    "efterse",
    "find",
    "kontroller",
    "kortnavn",
    "laes",
    "sider",
    "standard",
    "upper_first",
    "vaerdier",
]

LAENGDE = 160
"""The most characters of a page's name. A file has the name of a table after it, and no file name may have more than
255 bytes."""

_KERNE = re.compile(r"[a-z0-9._-]*[a-z0-9_-]", re.ASCII)


@dataclass(frozen=True)
class Sidespec:
    """One page to build: its name, its report, and every parameter that is given to the notebook."""

    navn: str
    rapport: Rapport
    parametre: dict[str, Any] = field(default_factory=dict)
    #: not one of the report's own pages: some parameter without ``vaerdier`` is not at its default
    proeve: bool = False
    #: where its values stand among those the report's axes can take
    orden: tuple[int, ...] = ()

    @property
    def tekst(self) -> str:
        """The values of the report's axes that the page is for: ``"2025, Region Sjælland"``."""
        return upper_first(", ".join(str(self.parametre[p.navn]) for p in self.rapport.akser))

    def beskriv(self) -> str:
        """Report and parameter set in one line, for messages."""
        given = ", ".join(f"{n}={v}" for n, v in self.parametre.items())
        return f"{self.rapport.navn} ({given})" if given else self.rapport.navn


# --- the reports -------------------------------------------------------------------------------------------


def find(rod: Path) -> dict[str, Rapport]:
    """All reports under ``rod/notebooks``, by name, in the order of their names.

    Every notebook there is a report; hidden folders, such as Jupyter's ``.ipynb_checkpoints``, hold none. Raises
    :class:`Fejl` (exit code 4) with all findings on all notebooks: what :func:`laes` refuses, a notebook in a folder
    of its own (it would be overlooked), two reports of one name, and a kernel that is not installed.
    """
    folder = Path(rod) / "notebooks"
    found: list[Fund] = []
    reports: dict[str, Rapport] = {}
    for path in _notesboeger(folder):
        place = path.relative_to(folder).as_posix()
        if path.parent != folder:
            found.append(Fund(place, "", "", "", "en rapport skal ligge i selve mappen notebooks; flyt notesbogen"))
            continue
        try:
            report = laes(path)
        except Fejl as fault:
            found += fault.fund
            continue
        if report.navn in reports:
            other = reports[report.navn].notesbog.name
            said = f"{other} hedder også «{report.navn}»; hver rapport skal have sit eget navn"
            found.append(Fund(place, "", "", f"metadata.kkr.rapport: {report.navn}", said))
            continue
        reports[report.navn] = report
    found += _ukendte_kerner(reports.values())
    if found:
        raise Fejl(found)
    return dict(sorted(reports.items()))


def _notesboeger(folder: Path) -> list[Path]:
    """Everything that is named as a notebook, whatever the case of its ending."""
    if not folder.is_dir():
        return []
    paths = (p for p in folder.rglob("*") if p.suffix.casefold() == ".ipynb")
    return sorted(p for p in paths if not any(part.startswith(".") for part in p.relative_to(folder).parts))


def _ukendte_kerner(rapporter: Iterable[Rapport]) -> list[Fund]:
    # Where they are installed with Python, beside ipykernel; anything else is jupyter_client's to know.
    here = Path(sys.prefix, "share", "jupyter", "kernels")
    rapporter = [r for r in rapporter if not (_KERNE.fullmatch(r.kerne) and (here / r.kerne / "kernel.json").is_file())]
    if not rapporter:
        return []
    from jupyter_client.kernelspec import KernelSpecManager  # only here: it is slow to import

    known = sorted(KernelSpecManager().find_kernel_specs())
    return [
        Fund(
            r.notesbog.name,
            "",
            "",
            f"metadata.kernelspec.name: {r.kerne}",
            f"kernen findes ikke her; der er {', '.join(known)}",
        )
        for r in rapporter
        if r.kerne.casefold() not in known
    ]


def efterse(rapporter: Iterable[Rapport], tabeller: Mapping[str, Tabel]) -> None:
    """Hold what the reports say of the data against the data.

    Raises RunError with a line for each table or column that is not there, and each parameter whose pages there are
    no values for.
    """
    faults = [line for report in rapporter for line in henvisningsfejl(report, tabeller)]
    if faults:
        raise RunError("\n".join(faults))


# --- the pages ------------------------------------------------------------------------------------------------


def sider(rapport: Rapport, tabeller: Mapping[str, Tabel], **valg: Any) -> list[Sidespec]:
    """The pages of a report: every combination of the parameters that have ``vaerdier``.

    ``valg`` fixes parameters (``aar=2025``, ``region="sjaelland"``, any other by its name); a value of None means
    not chosen. A value that is not in force on the day of its year (``gaelder``) makes no page of that year. Raises
    ParameterError as :func:`kontroller` does.
    """
    chosen = kontroller(rapport, {n: v for n, v in valg.items() if v is not None}, tabeller)
    axes = [
        [(p, n, v) for n, v in enumerate(vaerdier(rapport, p.navn, tabeller)) if v == chosen.get(p.navn, v)]
        for p in rapport.akser
    ]
    pages = []
    for combination in itertools.product(*axes):
        given = {p.navn: v for p, _, v in combination}
        if not all(_i_kraft(rapport, p, given, tabeller) for p, _, _ in combination):
            continue
        free = {n: v for n, v in chosen.items() if n not in given and v != rapport.parametre[n].standard}
        parameters = {n: {**given, **free}[n] for n in rapport.parametre if n in given or n in free}
        order = tuple(n for _, n, _ in combination)
        pages.append(
            Sidespec(_page_name(rapport, parameters, tabeller), rapport, parameters, proeve=bool(free), orden=order)
        )
    if not pages and (without := [p for p in rapport.akser if p.gaelder is not None and p.navn in chosen]):
        said = " ".join(f"{p.navn}: «{chosen[p.navn]}» findes ikke i noget af årene." for p in without)
        raise ParameterError(f"{rapport.navn}: {said}")
    return pages


def _i_kraft(rapport: Rapport, p: Parameter, givet: Mapping[str, Any], tabeller: Mapping[str, Tabel]) -> bool:
    day = dagen(rapport, p, givet, tabeller)
    return day is None or givet[p.navn] in vaerdier(rapport, p.navn, tabeller, day)


def _page_name(rapport: Rapport, parameters: Mapping[str, Any], tabeller: Mapping[str, Tabel]) -> str:
    parts, extra = [rapport.navn], []
    for name, value in parameters.items():
        p = rapport.parametre[name]
        if not p.kolonner:
            extra += [kortnavn(name), kortnavn(Path(value).stem if p.fil else value)]
        elif value != p.alle:
            day = dagen(rapport, p, parameters, tabeller)
            short = dict(reversed(par(rapport, p, p.kort, tabeller, day))) if p.kort else {}
            parts.append(kortnavn(short.get(value) or value))
    return _afkortet("-".join(parts + extra))


def _afkortet(navn: str) -> str:
    """A page's name within :data:`LAENGDE`: its beginning, and a sum of the whole, which is the same for the same
    parameters."""
    if len(navn) <= LAENGDE:
        return navn
    digest = hashlib.sha256(navn.encode("ascii")).hexdigest()[:12]
    return f"{navn[: LAENGDE - 13].rstrip('-')}-{digest}"


def upper_first(text: str) -> str:
    """The text with its first letter capital and the rest as it is."""
    return text[:1].upper() + text[1:]
