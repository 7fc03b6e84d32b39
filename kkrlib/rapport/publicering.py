"""Publishing: finished pages and downloads from a staging folder into the folder of the readers, and its catalogue."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kkrlib.errors import RunError
from kkrlib.rapport import opsaetning
from kkrlib.rapport.katalog import Sidespec
from kkrlib.rapport.skrivning import load, skriv

KATALOG = "rapporter.json"


FORSIDE = "index.html"
INDEKS = "kkrlib.rapport.eksport:indeks"


_NO_AXES = {"aar": "", "region": ""}  # the front page sorts by these; a report may lack them


@dataclass(frozen=True)
class Fil:
    """A download: its path from the folder of the pages, its size, and the title of the table it holds."""

    fil: str
    bytes: int
    titel: str


@dataclass
class Resultat:
    """What became of one page.

    ``fejl`` is the failure in one line ("" when the page was made), ``detaljer`` further lines (the findings of a
    DataError), ``kode`` the exit code it calls for. ``filer`` are the page's downloads.
    ``titel``, ``beskrivelse`` and ``hovedtal`` (empty: none) are what the notebook says of itself.
    """

    spec: Sidespec
    sekunder: float = 0.0
    fejl: str = ""
    detaljer: list[str] = field(default_factory=list)
    kode: int = 0
    filer: list[Fil] = field(default_factory=list)
    titel: str = ""
    beskrivelse: str = ""
    hovedtal: dict[str, str] = field(default_factory=dict)

    @property
    def side(self) -> str:
        """The page's file."""
        return f"{self.spec.navn}.html"


def exit_kode(resultater: Iterable[Resultat]) -> int:
    """The worst of the results' exit codes; 0 when every page was made."""
    return max((r.kode for r in resultater), default=0)


def laes_katalog(ud: Path) -> list[dict[str, Any]]:
    """The catalogue of a folder of pages; empty when there is none. Raises RunError when it cannot be read."""
    path = Path(ud) / KATALOG
    if not path.exists():
        return []
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["sider"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path.name} kan ikke læses: {error}") from error


def _entry(result: Resultat) -> dict[str, Any]:
    spec = result.spec
    # A file's path says where it lies on somebody's machine; its name is enough.
    parameters = {n: Path(v).name if spec.rapport.parametre[n].fil and v else v for n, v in spec.parametre.items()}
    return {
        "navn": spec.navn,
        "rapport": spec.rapport.navn,
        "rapporttitel": spec.rapport.titel,
        "titel": result.titel or spec.rapport.titel,
        "beskrivelse": result.beskrivelse,
        "tekst": spec.tekst,
        "parametre": parameters,
        "orden": list(spec.orden),
        "filer": [asdict(f) for f in result.filer],
        **({"hovedtal": result.hovedtal} if result.hovedtal else {}),
    }


def publiser(
    resultater: Sequence[Resultat],
    *,
    ud: Path,
    staging: Path,
    komplet: Collection[str] = (),
    indeks: str | None = INDEKS,
    indstillinger: Mapping[str, Any] | None = None,
) -> None:
    """Move the made pages from ``staging`` into ``ud``, and bring catalogue and front page up to date.

    Nothing is written when there is nothing to publish. The front page is made before the first file is moved, so
    that a fault in it publishes nothing.
    """
    entries = {e["navn"]: e for e in laes_katalog(ud)}
    new = {r.spec.navn: _entry(r) for r in resultater}
    gone = {n for n, e in entries.items() if e["rapport"] in komplet and n not in new}
    if not new:
        return
    merged = {n: e for n, e in {**entries, **new}.items() if n not in gone}
    catalogue = [merged[n] for n in sorted(merged)]
    stale = sorted(_files_of(entries.values()) - _files_of(catalogue))
    text = json.dumps({"sider": catalogue}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    pages = [{**_NO_AXES, **e["parametre"], **e} for e in catalogue]
    front = load(indeks)(pages, indstillinger or opsaetning.tom()) if indeks else None

    ud.mkdir(parents=True, exist_ok=True)
    with _uninterrupted():
        for path in [f.fil for r in resultater for f in r.filer] + [r.side for r in resultater]:
            (ud / path).parent.mkdir(parents=True, exist_ok=True)
            _place(staging / path, ud / path)
        skriv(ud / KATALOG, text.encode("utf-8"))
        if front is not None:
            skriv(ud / FORSIDE, front.encode("utf-8"))
        for path in stale:
            (ud / path).unlink(missing_ok=True)


def _files_of(catalogue: Iterable[Mapping[str, Any]]) -> set[str]:
    return {f for e in catalogue for f in (f"{e['navn']}.html", *(f["fil"] for f in e["filer"]))}


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back while files are renamed, and let it through afterwards."""
    pressed: list[bool] = []
    try:
        before = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    except ValueError:  # not in the main thread: Ctrl-C does not reach us here anyway
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _place(source: Path, target: Path) -> None:
    """Put a finished file in its place by renaming, also when the two lie on different disks."""
    try:
        os.replace(source, target)
    except OSError:
        skriv(target, source.read_bytes())
