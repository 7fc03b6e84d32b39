"""Running reports and publishing their pages.

A page is made in a worker process: papermill runs the notebook, the exporter makes the page and its
downloads in a staging folder. The parent process alone publishes, after all workers are done, by renaming
whole files: downloads first, then the page, then the catalogue. What fails publishes nothing, and the
last good page stays. What is published holds no time, random id or path, so the same code and data give
the same bytes.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kkrlib.errors import KkrError, RunError
from kkrlib.rapport import opsaetning
from kkrlib.rapport.katalog import Sidespec, upper_first
from kkrlib.rapport.skrivning import skriv

KATALOG = "rapporter.json"
FORSIDE = "index.html"
EKSPORT = "kkrlib.rapport.eksport:KkrRapport"
INDEKS = "kkrlib.rapport.eksport:indeks"
_NO_AXES = {"aar": "", "region": ""}  # the front page sorts by these; a report may lack them
SIDE = "application/vnd.kkr.side+json"
TABEL = "application/vnd.kkr.tabel+json"
FILER = "application/vnd.kkr.filer+json"
#: seconds a single cell may take
CELLETID = 600
#: what the kernel of a page sees, whatever machine it runs on
MILJOE = {
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "MPLBACKEND": "agg",
    "MATPLOTLIBRC": os.devnull,  # no personal settings of figures
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not one in the user's home
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "COLUMNS": "80",
}


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


Melding = Callable[[int, int, Resultat], None]


def byg(
    sider: Sequence[Sidespec],
    *,
    ud: Path,
    arbejde: Path,
    rod: Path,
    soeskende: Mapping[str, Sequence[Sidespec]] | None = None,
    komplet: Collection[str] = (),
    processer: int = 2,
    melding: Melding | None = None,
    celletid: int = CELLETID,
    eksport: str = EKSPORT,
    indeks: str | None = INDEKS,
    indstillinger: Mapping[str, Any] | None = None,
) -> list[Resultat]:
    """Build ``sider`` into the folder ``ud`` and return one result per page, in the order of ``sider``.

    ``arbejde`` takes the executed notebooks (those that failed in its folder ``fejl``) and the staging folder.
    ``rod`` is the project's root, which the kernels see as ``KKR_ROD``. ``soeskende`` are all pages of a report by
    its name, which its pages link to (default: those in ``sider``). ``komplet`` names reports of which ``sider``
    holds every page: pages of them that are in the catalogue and not in ``sider`` are removed. ``melding(number, of,
    result)`` is called as each page is done. ``indeks`` makes ``index.html`` from the catalogue (None: no front page).
    ``indstillinger`` are those of :mod:`kkrlib.rapport.opsaetning` (default: read once, from ``rod``).

    Failures of pages are in the results; they raise nothing. KeyboardInterrupt ends all children and
    publishes nothing.
    """
    ud, arbejde, rod = Path(ud).absolute(), Path(arbejde).absolute(), Path(rod).absolute()
    names = [s.navn for s in sider]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise RunError(f"to sider ville hedde det samme: {', '.join(twice)}")
    by_report = dict(soeskende or {})
    for spec in sider:
        if spec.rapport.navn not in by_report:
            by_report[spec.rapport.navn] = [s for s in sider if s.rapport.navn == spec.rapport.navn]
    settings = indstillinger or opsaetning.laes(rod)
    (arbejde / "fejl").mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix="mellem-", dir=arbejde))
    try:
        with _environment(rod):
            results = _run(sider, by_report, staging, arbejde, processer, melding, celletid, eksport, settings)
        # A page that failed is not outdated, so a report with a failure is not taken as complete.
        failed = {r.spec.rapport.navn for r in results if r.kode}
        publiser(
            [r for r in results if not r.kode],
            ud=ud,
            staging=staging,
            komplet=set(komplet) - failed,
            indeks=indeks,
            indstillinger=settings,
        )
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return results


def exit_kode(resultater: Iterable[Resultat]) -> int:
    """The worst of the results' exit codes; 0 when every page was made."""
    return max((r.kode for r in resultater), default=0)


# --- the workers ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _environment(rod: Path) -> Iterator[None]:
    """The environment that workers and kernels inherit; the caller's own is restored."""
    ours = {**MILJOE, "KKR_ROD": str(rod)}
    if os.environ.get("KKR_DATA"):
        ours["KKR_DATA"] = str(Path(os.environ["KKR_DATA"]).absolute())  # kernels start in another folder
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _run(
    sider: Sequence[Sidespec],
    soeskende: Mapping[str, Sequence[Sidespec]],
    staging: Path,
    arbejde: Path,
    processer: int,
    melding: Melding | None,
    celletid: int,
    eksport: str,
    indstillinger: Mapping[str, Any],
) -> list[Resultat]:
    if not sider:
        return []
    # Spawned, not forked: a child must not inherit the parent's imports, threads and open sockets.
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(processer, len(sider))),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(str(staging),),
    )
    results: dict[str, Resultat] = {}

    def given(spec: Sidespec) -> dict[str, Any]:
        return {"soeskende": _siblings(spec, soeskende[spec.rapport.navn]), "opsaetning": dict(indstillinger)}

    try:
        jobs = {pool.submit(_page, s, given(s), str(staging), str(arbejde), celletid, eksport): s for s in sider}
        for job in as_completed(jobs):
            spec = jobs[job]
            try:
                result = job.result()
            except BrokenProcessPool:
                result = Resultat(spec, fejl=f"{spec.beskriv()}: processen, der byggede siden, døde", kode=4)
            except Exception as error:  # a fault of ours, not of the notebook: named like any other
                result = Resultat(spec, fejl=f"{spec.beskriv()}: {_one_line(type(error).__name__, error)}", kode=4)
            results[spec.navn] = result
            if melding:
                melding(len(results), len(sider), result)
        pool.shutdown()
    except BaseException:
        _stop(pool)
        raise
    return [results[s.navn] for s in sider]


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the workers and, through them, their kernels."""
    workers = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        with contextlib.suppress(Exception):
            worker.terminate()  # raises SystemExit in the worker, which ends its kernel on the way out
    deadline = time.monotonic() + 5
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
        if worker.is_alive():
            worker.kill()  # its kernel notices that its parent is gone
            worker.join()


def _start_worker(folder: str) -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Kernels start in this process's folder and put it first on their path. An empty one makes a notebook that leans
    # on its folder fail here as it would fail elsewhere. (papermill's cwd= would do it per run, and back again.)
    empty = Path(folder) / "tom"
    empty.mkdir(exist_ok=True)
    os.chdir(empty)
    os.environ["IPYTHONDIR"] = str(Path(folder) / "ipython")  # no personal start-up files
    for talkative in ("papermill", "traitlets", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)


def _siblings(spec: Sidespec, sider: Sequence[Sidespec]) -> list[dict[str, Any]]:
    """Each axis of the report with a choice: what readers call it, and its values, each with the nearest page.

    Nearest to ``spec`` is the page that is otherwise the same; then the one that is for all where it is not.
    """
    axes = spec.rapport.akser

    def far(page: Sidespec) -> tuple[int, int]:
        unlike = [p for p in axes if page.parametre[p.navn] != spec.parametre[p.navn]]
        return len(unlike), sum(page.parametre[p.navn] != p.alle for p in unlike)

    choices = []
    for name, label in ((p.navn, p.etiket) for p in axes):
        nearest = {page.parametre[name]: page for page in sorted(sider, key=far, reverse=True)}
        links = [
            {"navn": nearest[v].navn, "tekst": upper_first(str(v)), "aktuel": nearest[v].navn == spec.navn}
            for v in dict.fromkeys(page.parametre[name] for page in sider)
        ]
        if len(links) > 1:
            choices.append({"etiket": label, "sider": links})
    return choices


def _page(
    spec: Sidespec, givet: Mapping[str, Any], staging: str, arbejde: str, celletid: int, eksport: str
) -> Resultat:
    """Run one notebook and export it into the staging folder, with ``givet`` as the exporter's ``resources["kkr"]``.

    Runs in a worker; never raises for a faulty page.
    """
    start = time.monotonic()
    kept = Path(arbejde) / f"{spec.navn}.ipynb"
    failed = Path(arbejde) / "fejl" / f"{spec.navn}.ipynb"
    for earlier in (kept, failed):
        earlier.unlink(missing_ok=True)
    result = Resultat(spec)
    try:
        nb = koer(spec.rapport.notesbog, spec.parametre, kept, celletid=celletid)
        result.titel, result.beskrivelse, result.hovedtal = _side(nb)
        result.filer = _export(nb, spec.navn, givet, Path(staging), eksport)
    except Cellefejl as stop:
        result.fejl, result.detaljer, result.kode = f"{spec.beskriv()}: {stop}", stop.detaljer, stop.exit_code
    except KkrError as error:
        result.fejl, result.detaljer = f"{spec.beskriv()}: {_one_line('', error)}", _rest(error)
        result.kode = error.exit_code
    except Exception as error:  # a fault of the exporter or of ours: named like any other, and the other pages go on
        result.fejl = f"{spec.beskriv()}: siden kunne ikke laves: {_one_line(type(error).__name__, error)}"
        result.kode = RunError.exit_code
    if result.kode:
        result.filer = []
        if kept.exists():
            os.replace(kept, failed)
            result.fejl += f" (notesbogen er gemt i {_near(failed)})"
    result.sekunder = time.monotonic() - start
    return result


def _near(path: Path) -> str:
    """A path from the project's root, as one would type it there."""
    with contextlib.suppress(ValueError, KeyError):
        return str(path.relative_to(os.environ["KKR_ROD"]))
    return str(path)


def _one_line(name: str, error: object) -> str:
    """An error in one line: its first one (and what that announces), and how many more there are."""
    lines = _lines(error)
    if len(lines) > 1 and lines[0].endswith(":"):
        lines[:2] = [f"{lines[0]} {lines[1]}"]
    text = lines[0] if lines else ""
    more = f" (og {len(lines) - 1} til)" if len(lines) > 1 else ""
    return (f"{name}: {text}" if name and text else name or text) + more


def _lines(error: object) -> list[str]:
    return [line.strip() for line in str(error).splitlines() if line.strip()]


def _rest(error: object) -> list[str]:
    """All lines of an error that has more than one."""
    return lines if len(lines := _lines(error)) > 1 else []


# --- running a notebook ---------------------------------------------------------------------------------------


class Cellefejl(RunError):
    """A cell that failed, took too long, or lost its kernel. ``exit_code`` is 3 for a DataError in the kernel, 2 for a ParameterError."""

    def __init__(self, celle: int, kilde: str, aarsag: str, detaljer: Sequence[str] = (), exit_code: int = 4):
        first = next((line.strip() for line in kilde.splitlines() if line.strip()), "")
        first = first if len(first) <= 60 else first[:59] + "…"
        super().__init__(f"celle {celle} («{first}»): {aarsag}")
        self.exit_code = exit_code
        self.detaljer = list(detaljer)


def koer(notesbog: Path, parametre: Mapping[str, Any], ud: Path, *, celletid: int = CELLETID) -> Any:
    """Run a notebook with papermill and return it, without timings; ``ud`` gets the executed notebook in any case.

    Raises Cellefejl. Sets nothing but what it is given: kernels inherit folder and environment of this process.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    def run() -> Any:
        state.clear()
        return papermill.execute_notebook(
            str(notesbog),
            str(ud),
            parameters=dict(parametre),
            engine_name="kkr",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            execution_timeout=celletid,
            shutdown_kernel="immediate",  # nothing is lost, and every page is half a second sooner done
            config=_kernel_config(sockets.name),
        )

    state = _engine()
    sockets = tempfile.TemporaryDirectory(prefix="kkr-")
    try:
        try:
            nb = run()
        except RuntimeError:
            # Before the first cell it is the kernel that did not start: two that start at once can pick one port.
            if "celle" in state:
                raise
            nb = run()
    except PapermillExecutionError as stop:
        name = stop.ename.rsplit(".", 1)[-1]
        code = next((c for end, c in (("DataError", 3), ("ParameterError", 2)) if name.endswith(end)), 4)
        cause = _one_line(stop.ename, stop.evalue)
        raise Cellefejl(stop.exec_count or 0, stop.source, cause, _rest(stop.evalue), code) from None
    except (DeadKernelError, CellTimeoutError) as stop:
        nb, index = state["nb"], state.get("celle", 0)
        nbformat.write(_clean(nb), ud)
        cause = f"tog mere end {celletid} sekunder" if isinstance(stop, CellTimeoutError) else "kernen døde"
        number = sum(c.cell_type == "code" for c in nb.cells[: index + 1])
        raise Cellefejl(number, nb.cells[index].source, cause) from None
    except RuntimeError as error:
        raise RunError(f"kernen kunne ikke starte: {error}") from error
    finally:
        sockets.cleanup()
    nbformat.write(_clean(nb), ud)
    return nb


def _kernel_config(folder: str) -> Any:
    """Sockets that are files in ``folder``, where there are such: a TCP port can be taken before the kernel binds it."""
    import zmq
    from traitlets.config import Config

    if zmq.has("ipc") and len(folder) < zmq.IPC_PATH_MAX_LEN - len("/k-12345"):
        return Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/k"}})
    return Config({"KernelManager": {"transport_encryption": "auto"}} if zmq.has("curve") else {})


_STATE: dict[str, Any] = {}


def _engine() -> dict[str, Any]:
    """Register papermill's own engine under the name ``kkr``, and return where it notes the notebook and the cell.

    papermill loses the notebook when the kernel dies or a cell takes too long; the note keeps it.
    """
    from papermill.engines import NBClientEngine, papermill_engines

    if "kkr" not in papermill_engines._engines:

        class Engine(NBClientEngine):
            @classmethod
            def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
                _STATE["nb"] = nb_man.nb
                started = nb_man.cell_start

                def cell_start(cell: Any, cell_index: int | None = None, **more: Any) -> Any:
                    _STATE["celle"] = cell_index or 0
                    return started(cell, cell_index, **more)

                nb_man.cell_start = cell_start
                return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)

        papermill_engines.register("kkr", Engine)
    return _STATE


def _clean(nb: Any) -> Any:
    """Take timings, paths and random ids out of an executed notebook, in place."""
    nb.metadata.pop("papermill", None)
    nb.metadata.pop("widgets", None)
    nb.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(nb.cells):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        tags = cell.metadata.get("tags", [])
        if not tags:
            cell.metadata.pop("tags", None)
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        elif "papermill-error-cell-tag" in tags:
            cell["id"] = f"papermill-error-{number}"
    return nb


def opfrisk(notesbog: Path, *, rod: Path, celletid: int = CELLETID) -> bool:
    """Run a notebook with its default parameters and store the outputs in it; True when that changed the file.

    A notebook that fails is left as it was, and Cellefejl is raised. For one process at a time: it runs in this one.
    """
    with tempfile.TemporaryDirectory() as folder, _environment(Path(rod).absolute()):
        made = Path(folder) / "notesbog.ipynb"
        logging.getLogger("papermill").setLevel(logging.CRITICAL)
        koer(Path(notesbog).absolute(), {}, made, celletid=celletid)
        content = made.read_bytes()
    if content == Path(notesbog).read_bytes():
        return False
    skriv(Path(notesbog), content)
    return True


# --- exporting and publishing -----------------------------------------------------------------------------------


def _outputs(nb: Any, mime: str) -> Iterator[Mapping[str, Any]]:
    """The data of every output of a mime type, in order."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get(mime)
            if data is not None:
                yield json.loads(data) if isinstance(data, str) else data


def _side(nb: Any) -> tuple[str, str, dict[str, str]]:
    """Title, description and main figure as the notebook's ``Side`` output gives them."""
    data = next(_outputs(nb, SIDE), {})
    return str(data.get("titel", "")), str(data.get("beskrivelse", "")), dict(data.get("hovedtal") or {})


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _export(nb: Any, name: str, givet: Mapping[str, Any], staging: Path, eksport: str) -> list[Fil]:
    """The page and its downloads as files in the staging folder; returns the downloads."""
    resources = {"metadata": {"name": name}, "kkr": dict(givet)}
    html, resources = _load(eksport)().from_notebook_node(nb, resources=resources)
    downloads = dict(sorted(resources.get("outputs", {}).items()))
    for path, content in {**downloads, f"{name}.html": html.encode("utf-8")}.items():
        target = staging / path
        if not target.resolve().is_relative_to(staging.resolve()):
            raise RunError(f"en fil til hentning ville lande uden for mappen: {path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    titles = {t.get("id"): str(t.get("titel", "")) for t in _outputs(nb, TABEL)}
    titles |= {f["id"]: str(f["titel"]) for group in _outputs(nb, FILER) for f in group["filer"]}
    return [Fil(p, len(c), titles.get(Path(p).stem.removeprefix(f"{name}-"), "")) for p, c in downloads.items()]


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
    front = _load(indeks)(pages, indstillinger or opsaetning.tom()) if indeks else None

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


# --- verifying ----------------------------------------------------------------------------------------------------


def sammenlign(ny: Path, gammel: Path) -> list[str]:
    """What stands differently in two folders: one Danish line per file that differs, is missing or is outdated."""
    fresh, old = _files(ny), _files(gammel)
    lines = []
    for path in sorted({*fresh, *old}):
        if path not in old:
            lines.append(f"mangler: {path}")
        elif path not in fresh:
            lines.append(f"forældet: {path} bygges ikke længere")
        elif fresh[path].read_bytes() != old[path].read_bytes():
            lines.append(f"afviger: {path}")
    return lines


def _files(folder: Path) -> dict[str, Path]:
    found = (p for p in sorted(Path(folder).rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): p for p in found if not p.name.startswith(".")}


def verificer(
    sider: Sequence[Sidespec], *, mod: Path, arbejde: Path, rod: Path, **byg_valg: Any
) -> tuple[list[Resultat], list[str]]:
    """Build every page in a temporary folder and compare with the published ones in ``mod``, which are not touched.

    Returns the results of the build and the lines of :func:`sammenlign` (empty: all bytes agree).
    """
    Path(arbejde).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="verificer-", dir=arbejde) as folder:
        ud = Path(folder) / "reports"
        ud.mkdir()
        results = byg(sider, ud=ud, arbejde=arbejde, rod=rod, **byg_valg)
        return results, sammenlign(ud, mod)
