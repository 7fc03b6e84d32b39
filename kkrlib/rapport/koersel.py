"""Running reports and publishing their pages.

A page is made in a worker process: papermill runs the notebook, the exporter makes the page and its
downloads in a staging folder. The parent process alone publishes, after all workers are done, as one edition
(:mod:`kkrlib.rapport.publicering`). What fails publishes nothing, and the last good page stays. What is published
holds no time, random id or path, so the same code and data give the same bytes.

A run that is stopped, by Ctrl-C, ``kill`` or a closed terminal, ends its workers and their kernels and leaves no
staging folder. Of one that was killed outright the workers end themselves, and the next run removes the folder.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kkrlib import mime
from kkrlib.errors import KkrError, RunError
from kkrlib.rapport import fingeraftryk, opsaetning, proces
from kkrlib.rapport.katalog import Sidespec, upper_first
from kkrlib.rapport.notesbog import CELLETID, JUPYTER, VARM, Cellefejl, environment, koer, one_line, rest
from kkrlib.rapport.publicering import INDEKS, Fil, Resultat, klargoer, publiser
from kkrlib.rapport.skrivning import filfejl, load, om, staa
from kkrlib.rapport.udgave import Besked, laest

EKSPORT = "kkrlib.rapport.eksport:KkrRapport"
Melding = Callable[[int, int, Resultat], None]
#: what the folders of a run under ``build/`` are called, and the file in each whose lock says that the run lives
MELLEM = ("mellem-", "verificer-")
LAAS = ".laas"


def byg(
    sider: Sequence[Sidespec],
    *,
    ud: Path,
    arbejde: Path,
    rod: Path,
    soeskende: Mapping[str, Sequence[Sidespec]] | None = None,
    processer: int = 2,
    melding: Melding | None = None,
    besked: Besked | None = None,
    celletid: int = CELLETID,
    eksport: str = EKSPORT,
    indeks: str | None = INDEKS,
    indstillinger: Mapping[str, Any] | None = None,
    miljoe: Mapping[str, str] | None = None,
    proeve: Mapping[str, Any] | None = None,
    motor: str = JUPYTER,
    kun_aendrede: bool = False,
) -> list[Resultat]:
    """Build ``sider`` into the folder ``ud`` and return one result per page, in the order of ``sider``.

    ``arbejde`` takes the executed notebooks (those that failed in its folder ``fejl``) and the staging folder.
    ``rod`` is the project's root, which the kernels see as ``KKR_ROD``. ``soeskende`` are all pages of a report by
    its name, which its pages link to (default: those in ``sider``). ``melding(number, of, result)`` is called as each
    page is done, ``besked(line)`` when publishing has something to say. ``indeks`` makes ``index.html`` from the
    catalogue (None: no front page). ``indstillinger`` are those of :mod:`kkrlib.rapport.opsaetning` (default: read
    once, from ``rod``). ``miljoe`` is what the kernels see in the environment besides
    :data:`kkrlib.rapport.notesbog.MILJOE`. ``proeve`` makes them trial pages, which say what the controls object to
    (``resources["kkr"]["proeve"]`` of the exporter). ``motor`` is what runs the notebooks
    (:func:`kkrlib.rapport.notesbog.koer`). ``kun_aendrede`` leaves a page alone that stands in ``ud`` as it would be
    built (:mod:`kkrlib.rapport.aendret`); its result is ``uaendret``.

    Failures of pages are in the results; they raise nothing. Where nothing can be published, RunError or OSError comes
    before anything runs. KeyboardInterrupt ends all children and publishes nothing.
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
    given = {"opsaetning": dict(settings)} | ({} if proeve is None else {"proeve": dict(proeve)})
    ledger = siblings = None
    same: set[str] = set()
    if kun_aendrede:
        from kkrlib.rapport.aendret import Bog

        siblings = {s.navn: _siblings(s, by_report[s.rapport.navn]) for s in sider}
        ledger = Bog(arbejde, ud, [given, eksport, indeks])
        same = ledger.uaendrede(sider, siblings)
    standing = {s.navn: Resultat(s, uaendret=True) for s in sider if s.navn in same}
    if len(standing) == len(sider) and sider:
        return [standing[s.navn] for s in sider]
    asked, sider = sider, [s for s in sider if s.navn not in same]
    klargoer(ud, besked=besked)
    (arbejde / "fejl").mkdir(parents=True, exist_ok=True)
    with mellemmappe(arbejde, "mellem-") as staging:
        with environment(rod, miljoe):
            results = _run(sider, by_report, staging, arbejde, processer, melding, celletid, eksport, given, motor)
        made = [r for r in results if not r.kode]
        if ledger is not None:
            ledger.hold(made, staging)
        publiser(made, ud=ud, staging=staging, indeks=indeks, indstillinger=settings, besked=besked)
        if ledger is not None and siblings is not None:
            ledger.noter(made, siblings)
    built = {r.spec.navn: r for r in results}
    return [standing.get(s.navn) or built[s.navn] for s in asked]


@contextlib.contextmanager
def mellemmappe(arbejde: Path, start: str) -> Iterator[Path]:
    """A folder of its own under ``arbejde`` for as long as it is needed, its name beginning with ``start``.

    It holds a lock while its run lives; those of runs that were killed have none, and are removed here.
    """
    from filelock import FileLock, Timeout

    def held(folder: Path) -> FileLock | None:
        lock = FileLock(folder / LAAS, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except (Timeout, FileNotFoundError):
            return None
        return lock

    Path(arbejde).mkdir(parents=True, exist_ok=True)
    for left in sorted(Path(arbejde).glob("*/")):
        if left.name.startswith(MELLEM) and not left.is_symlink() and (lock := held(left)):
            shutil.rmtree(left, ignore_errors=True)
            lock.release()
    while True:
        folder = Path(tempfile.mkdtemp(prefix=start, dir=arbejde))
        if lock := held(folder):  # else another run took the new folder for one that was left
            break
    try:
        yield folder
    finally:
        with proces.uforstyrret():
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)


# --- the workers ---------------------------------------------------------------------------------------------


def _run(
    sider: Sequence[Sidespec],
    soeskende: Mapping[str, Sequence[Sidespec]],
    staging: Path,
    arbejde: Path,
    processer: int,
    melding: Melding | None,
    celletid: int,
    eksport: str,
    givet: Mapping[str, Any],
    motor: str,
) -> list[Resultat]:
    if not sider:
        return []
    for folder in ("tom", "koert"):
        (staging / folder).mkdir()
    # Spawned, not forked: a child must not inherit the parent's imports, threads and open sockets.
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(processer, len(sider))),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(str(staging), str(Path.cwd()), _warm(sider) if motor == VARM else None, eksport),
    )
    results: dict[str, Resultat] = {}

    def given(spec: Sidespec) -> dict[str, Any]:
        return {"soeskende": _siblings(spec, soeskende[spec.rapport.navn]), **givet}

    try:
        jobs = {pool.submit(_job, s, given(s), str(staging), str(arbejde), celletid, eksport, motor): s for s in sider}
        for job in as_completed(jobs):
            spec = jobs[job]
            try:
                result = job.result()
            except BrokenProcessPool:
                result = Resultat(spec, fejl=f"{spec.beskriv()}: processen, der byggede siden, døde", kode=4)
            except Exception as error:  # a fault of ours, not of the notebook: named like any other
                result = Resultat(spec, fejl=f"{spec.beskriv()}: {one_line(type(error).__name__, error)}", kode=4)
            results[spec.navn] = result
            if melding:
                melding(len(results), len(sider), result)
        pool.shutdown()
    except BaseException:
        _stop(pool)
        raise
    return [results[s.navn] for s in sider]


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the workers and their kernels, within twice :data:`kkrlib.rapport.proces.FRIST`."""
    with proces.uforstyrret():
        workers = list((getattr(pool, "_processes", None) or {}).values())
        below = proces.efterkommere([w.pid for w in workers])
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            with contextlib.suppress(Exception):
                worker.terminate()  # raises SystemExit in the worker, which ends its kernel on the way out
        deadline = time.monotonic() + proces.FRIST
        for worker in workers:  # asked again: the pool's own thread may be collecting it at the same moment
            while worker.is_alive() and (left := deadline - time.monotonic()) > 0:
                worker.join(min(left, 0.05))
        below |= proces.efterkommere([w.pid for w in workers if w.is_alive()])
        for worker in workers:
            if worker.is_alive():
                worker.kill()
                worker.join()
        proces.draeb(below)


def _warm(sider: Sequence[Sidespec]) -> list[str]:
    """The modules of ours that the notebooks of pages import."""
    from kkrlib.rapport.notesbog import laes

    books = sorted({s.rapport.notesbog for s in sider})
    sources = [c.source for book in books for c in laes(book).cells if c.cell_type == "code"]
    return sorted({name for name in fingeraftryk.importerede(sources) if name.partition(".")[0] == "kkrlib"})


def _start_worker(folder: str, here: str, warm: Sequence[str] | None, eksport: str) -> None:
    """``warm``: what to import once, before kernels are forked from this worker; None: nothing."""
    proces.vogt()
    staa(Path(here))
    # A relative path means the same for every page: nothing. (Each kernel has an empty folder of its own.)
    os.chdir(Path(folder) / "tom")
    for talkative in ("papermill", "traitlets", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    if warm is not None:
        from kkrlib import data
        from kkrlib.rapport import varm

        try:
            varm.varm_op(warm)
            data.varm()
            load(eksport)
        except SystemExit:  # told to end meanwhile: nothing of its own is begun, and nobody needs a traceback
            proces.slut()
        gc.collect()
        gc.freeze()  # what is shared with the forks is not written in by collecting it


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


def _job(*args: Any) -> Resultat:
    """:func:`_page`, in a worker that ends when it is told to: the pool would take SystemExit for a result."""
    try:
        return _page(*args)
    except SystemExit:
        proces.slut()
        raise


def _page(
    spec: Sidespec,
    givet: Mapping[str, Any],
    staging: str,
    arbejde: str,
    celletid: int,
    eksport: str,
    motor: str = JUPYTER,
) -> Resultat:
    """Run one notebook and export it into the staging folder, with ``givet`` as the exporter's ``resources["kkr"]``.

    Runs in a worker; never raises for a faulty page. The executed notebook is moved to its place when done, whole:
    another run may be making the same page.
    """
    start = time.monotonic()
    made = Path(staging) / "koert" / f"{spec.navn}.ipynb"
    kept = Path(arbejde) / f"{spec.navn}.ipynb"
    failed = Path(arbejde) / "fejl" / f"{spec.navn}.ipynb"
    result = Resultat(spec)
    try:
        nb = koer(spec.rapport.notesbog, spec.parametre, made, celletid=celletid, motor=motor)
        result.titel, result.beskrivelse, result.hovedtal = _side(nb)
        result.filer = _export(nb, spec.navn, givet, Path(staging), eksport)
    except Cellefejl as stop:
        result.fejl, result.detaljer, result.kode = f"{spec.beskriv()}: {stop}", stop.detaljer, stop.exit_code
    except KkrError as error:
        result.fejl, result.detaljer = f"{spec.beskriv()}: {one_line('', error)}", rest(error)
        result.kode = error.exit_code
    except OSError as error:
        result.fejl, result.kode = f"{spec.beskriv()}: {filfejl(error)}", RunError.exit_code
    except Exception as error:  # a fault of the exporter or of ours: named like any other, and the other pages go on
        result.fejl = f"{spec.beskriv()}: siden kunne ikke laves: {one_line(type(error).__name__, error)}"
        result.kode = RunError.exit_code
    try:
        for earlier in (kept, failed):
            earlier.unlink(missing_ok=True)
        if made.exists():
            with om(failed if result.kode else kept):
                os.replace(made, failed if result.kode else kept)
            if result.kode:
                result.fejl += f" (notesbogen er gemt i {_near(failed)})"
    except OSError as error:
        if not result.kode:
            result.fejl, result.kode = f"{spec.beskriv()}: {filfejl(error)}", RunError.exit_code
    if result.kode:
        result.filer = []
    result.sekunder = time.monotonic() - start
    return result


def _near(path: Path) -> str:
    """A path from the project's root, as one would type it there."""
    with contextlib.suppress(ValueError, KeyError):
        return str(path.relative_to(os.environ["KKR_ROD"]))
    return str(path)


# --- exporting -----------------------------------------------------------------------------------


def _outputs(nb: Any, art: str) -> Iterator[Mapping[str, Any]]:
    """The data of every output of a mime type, in order."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get(art)
            if data is not None:
                yield json.loads(data) if isinstance(data, str) else data


def _side(nb: Any) -> tuple[str, str, dict[str, str]]:
    """Title, description and main figure as the notebook's ``Side`` output gives them."""
    data = next(_outputs(nb, mime.SIDE), {})
    return str(data.get("titel", "")), str(data.get("beskrivelse", "")), dict(data.get("hovedtal") or {})


def _export(nb: Any, name: str, givet: Mapping[str, Any], staging: Path, eksport: str) -> list[Fil]:
    """The page and its downloads as files in the staging folder; returns the downloads."""
    resources = {"metadata": {"name": name}, "kkr": dict(givet)}
    html, resources = load(eksport)().from_notebook_node(nb, resources=resources)
    downloads = dict(sorted(resources.get("outputs", {}).items()))
    for path, content in {**downloads, f"{name}.html": html.encode("utf-8")}.items():
        target = staging / path
        if not target.resolve().is_relative_to(staging.resolve()):
            raise RunError(f"en fil til hentning ville lande uden for mappen: {path}")
        with om(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    titles = {t.get("id"): str(t.get("titel", "")) for t in _outputs(nb, mime.TABEL)}
    titles |= {f["id"]: str(f["titel"]) for group in _outputs(nb, mime.FILER) for f in group["filer"]}
    return [Fil(p, len(c), titles.get(Path(p).stem.removeprefix(f"{name}-"), "")) for p, c in downloads.items()]


# --- verifying ----------------------------------------------------------------------------------------------------


def sammenlign(ny: Path, gammel: Path, uden_fingeraftryk: bool = False) -> list[str]:
    """What stands differently in two folders: one Danish line per file that differs, is missing or is outdated.

    ``uden_fingeraftryk``: a page that differs in the fingerprints and packages that it names, and in nothing else, is
    taken as the same.
    """
    fresh, old = _files(ny), _files(gammel)

    def content(path: Path) -> bytes:
        found = path.read_bytes()
        return fingeraftryk.uden(found) if uden_fingeraftryk and path.suffix == ".html" else found

    lines = []
    for path in sorted({*fresh, *old}):
        if path not in old:
            lines.append(f"mangler: {path}")
        elif path not in fresh:
            lines.append(f"forældet: {path} bygges ikke længere")
        elif content(fresh[path]) != content(old[path]):
            lines.append(f"afviger: {path}")
    return lines


def _files(folder: Path) -> dict[str, Path]:
    found = (p for p in sorted(Path(folder).rglob("*")) if p.is_file())
    named = {p.relative_to(folder): p for p in found}
    return {name.as_posix(): p for name, p in named.items() if not any(part.startswith(".") for part in name.parts)}


def verificer(
    sider: Sequence[Sidespec],
    *,
    mod: Path,
    arbejde: Path,
    rod: Path,
    uden_fingeraftryk: bool = False,
    **byg_valg: Any,
) -> tuple[list[Resultat], list[str]]:
    """Build every page in a temporary folder and compare with the published ones in ``mod``, which are not touched.

    Returns the results of the build and the lines of :func:`sammenlign` (empty: all bytes agree).
    """
    with mellemmappe(Path(arbejde).absolute(), "verificer-") as folder:
        ud = folder / "reports"
        ud.mkdir()
        results = byg(sider, ud=ud, arbejde=arbejde, rod=rod, **byg_valg)
        with laest(Path(mod), besked=byg_valg.get("besked")):
            return results, sammenlign(ud, mod, uden_fingeraftryk)
