"""Running one notebook with papermill: its kernel, its environment, and what became of it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kkrlib.errors import RunError
from kkrlib.rapport.celle import BACKEND
from kkrlib.rapport.graenser import CELLETID, HUKOMMELSE, mb
from kkrlib.rapport.skrivning import skriv

#: The engines: one that starts Jupyter's kernel anew for each notebook, and one that forks a warm process.
JUPYTER, VARM = MOTORER = ("jupyter", "kkr")
#: what the kernel of a page sees, whatever machine it runs on
MILJOE = {
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "MPLBACKEND": BACKEND,  # a figure becomes an output, which the exporter judges; agg would drop it
    "MATPLOTLIBRC": os.devnull,  # no personal settings of figures
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not one in the user's home
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "COLUMNS": "80",
    # One thread: sums come in one order on every machine, and memory does not grow with its cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Cellefejl(RunError):
    """A cell that failed, took too long, lost its kernel, or did what is refused.

    ``exit_code`` is 3 for a DataError in the kernel, 2 for a ParameterError, else 4.
    ``celle`` is its number among all cells that ran, also those of text; the first is 1, as in the exporter's refusals.
    """

    def __init__(self, celle: int, kilde: str, aarsag: str, detaljer: Sequence[str] = (), exit_code: int = 4):
        super().__init__(f"{_celle(celle, kilde)}: {aarsag}")
        self.exit_code = exit_code
        self.detaljer = list(detaljer)


def _celle(celle: int, kilde: str) -> str:
    first = next((line.strip() for line in kilde.splitlines() if line.strip()), "")
    return f"celle {celle} («{first if len(first) <= 60 else first[:59] + '…'}»)"


def laes(notesbog: Path) -> Any:
    """A notebook from its file, each cell with an id of its own: those of the file, else ``celle-<number>``.

    nbformat would warn of cells without ids, or with one twice, and give them random ones.
    """
    import nbformat

    raw = json.loads(Path(notesbog).read_text(encoding="utf-8"))
    if isinstance(raw, dict) and raw.get("nbformat") == 4 and isinstance(raw.get("cells"), list):
        raw["nbformat_minor"] = max(5, raw.get("nbformat_minor", 0))
        seen: set[str] = set()
        given = {c.get("id") for c in raw["cells"]}
        for number, cell in enumerate(raw["cells"], 1):
            id = cell.get("id")
            if not isinstance(id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id) or id in seen:
                id = next(f"celle-{number}{x}" for x in ("", *"abcdefghij") if f"celle-{number}{x}" not in given | seen)
                cell["id"] = id
            seen.add(id)
    return nbformat.reads(json.dumps(raw), as_version=4)


def koer(
    notesbog: Path, parametre: Mapping[str, Any], ud: Path, *, celletid: int = CELLETID, motor: str = JUPYTER
) -> Any:
    """Run a notebook with papermill and return it, without timings; ``ud`` gets the executed notebook in any case.

    ``motor``: :data:`JUPYTER` starts a kernel of its own, :data:`VARM` forks this process
    (:mod:`kkrlib.rapport.varm`), where it can; the executed notebook is the same.

    The kernel has an empty folder, a temporary one and IPython's settings of its own, and the environment of this
    process (:class:`kkrlib.rapport.kerne.Koersel`); its cells compute and show, and the rest is refused
    (:mod:`kkrlib.rapport.celle`), within the limits of :mod:`kkrlib.rapport.graenser`.
    Raises Cellefejl with everything that was refused, and RunError for a kernel that is not here or does not start.
    """
    import nbformat

    from kkrlib.rapport import kerne

    nb = laes(notesbog)
    kerne.kontroller(nb, Path(notesbog).name)
    for last in (False, True):
        run = kerne.Koersel(parametre, Path(notesbog).absolute().parent)
        try:
            source, made = run.mappe / "notesbog.ipynb", run.mappe / "ud.ipynb"
            nbformat.write(nb, source)
            try:
                done, stop = _papermill(source, made, parametre, run, celletid, motor), None
            except Exception as error:
                done, stop = run.nb, error
                if not run.klar:
                    # The kernel did not start. Two that start at once can pick one port, so it is tried again.
                    if last or not isinstance(error, RuntimeError):
                        raise _ikke_startet(run, nb, error) from None
                    continue
                if done is None:
                    raise
            nbformat.write(_clean(done), made)
            shutil.copyfile(made, ud)
            if fault := _fejl(run, done, stop, celletid):
                raise fault from None
            return done
        finally:
            run.ryd()


def _papermill(kilde: Path, ud: Path, parametre: Mapping[str, Any], run: Any, celletid: int, motor: str) -> Any:
    import papermill

    from kkrlib.rapport import kerne

    engine = kerne.MOTOR
    if motor == VARM:
        from kkrlib.rapport.motor import MOTOR as engine

    return papermill.execute_notebook(
        str(kilde),
        str(ud),
        parameters=dict(parametre),
        engine_name=engine,
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
        koersel=run,
        celletid=celletid,
    )


def _ikke_startet(run: Any, nb: Any, fejl: BaseException) -> RunError:
    name = nb.metadata.kernelspec.name
    word = run.sidste_ord() or one_line("", fejl)
    if isinstance(fejl, FileNotFoundError):
        word = f"programmet «{fejl.filename}» findes ikke"
    return RunError(
        f"kernen «{name}» kunne ikke starte: {word}; vælg en anden kerne i JupyterLab (Kernel → Change Kernel…),"
        " eller installér miljøet på ny"
    )


def _fejl(run: Any, nb: Any, stop: BaseException | None, celletid: int) -> RunError | None:
    """What stops the page of a notebook that was run: refusals first, which a cell may have swallowed; or nothing."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    def sted(started: int) -> tuple[int, str]:
        """The number and source of the cell that was the n-th to start."""
        return run.startet[min(max(started, 1), len(run.startet)) - 1] if run.startet else (1, "")

    now = len(run.startet)
    cause, more, code = "", [], 4
    shown = next((o for c in nb.cells for o in c.get("outputs", ()) if o.output_type == "error"), None)
    if isinstance(stop, CellTimeoutError):
        late = "IOPub" in str(stop)
        cause = "viser mere, end kernen kan nå at sende" if late else f"tog mere end {celletid} sekunder"
    elif isinstance(stop, DeadKernelError):
        cause = run.doed or "kernen døde"
    elif isinstance(stop, PapermillExecutionError):
        name = stop.ename.rsplit(".", 1)[-1]
        code = next((c for end, c in (("DataError", 3), ("ParameterError", 2)) if name.endswith(end)), 4)
        # The project's own refusals say all; only another error needs its name.
        cause, more = one_line("" if code in (2, 3) else stop.ename, stop.evalue), rest(stop.evalue)
        if code == 3 and more:
            cause = f"{len(more)} fejl"
        if name.endswith("MemoryError"):
            cause = f"kernen har ikke mere end {mb(HUKOMMELSE)} hukommelse ({cause}); regn på færre rækker ad gangen"
        elif name == "SystemExit":
            cause = f"cellen afslutter kernen ({cause}); en celle slutter af sig selv"
    elif stop is not None:
        return (
            stop
            if isinstance(stop, RunError)
            else RunError(f"notesbogen kunne ikke køres: {one_line(type(stop).__name__, stop)}")
        )
    elif shown is not None and shown.ename == "SystemExit":
        # papermill takes this for a notebook that chose to stop here.
        cause = "cellen afslutter kernen (SystemExit); en celle slutter af sig selv"
    found = run.afviste
    if not found:
        return Cellefejl(*sted(now), cause, more, code) if cause else None
    lines = [f"{_celle(*sted(n))}: {what}" for n, what in found]
    if cause and not (isinstance(stop, PapermillExecutionError) and stop.evalue in {what for _, what in found}):
        lines.append(f"{_celle(*sted(now))}: {cause}")
    number, what = found[0]
    extra = f" (og {len(lines) - 1} til)" if len(lines) > 1 else ""
    return Cellefejl(*sted(number), f"{what}{extra}", lines if len(lines) > 1 else ())


def _clean(nb: Any) -> Any:
    """Take timings, paths, random ids and the cells that papermill adds about a failure out of a notebook, in place."""
    nb.metadata.pop("papermill", None)
    nb.metadata.pop("widgets", None)
    nb.metadata["language_info"] = {"name": "python"}
    # Without them a cell has the number in the file that the message names it by.
    nb.cells = [c for c in nb.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]
    for cell in nb.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        tags = cell.metadata.get("tags", [])
        if not tags:
            cell.metadata.pop("tags", None)
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        if cell.cell_type == "code":
            cell.outputs = _samlet(cell.outputs)
    return nb


def _samlet(uddata: Sequence[Any]) -> list[Any]:
    """Outputs with what was written to one stream without a break in one: the kernel sends it by the clock."""
    made: list[Any] = []
    for output in uddata:
        before = made[-1] if made else None
        if before is not None and output.output_type == before.output_type == "stream" and output.name == before.name:
            before["text"] += output["text"]
        else:
            made.append(output)
    return made


def opfrisk(notesbog: Path, *, rod: Path, celletid: int = CELLETID, miljoe: Mapping[str, str] | None = None) -> bool:
    """Run a notebook with its default parameters and store the outputs in it; True when that changed the file.

    ``miljoe`` is what its kernel sees in the environment besides :data:`MILJOE`. A notebook that fails is left as it
    was, and Cellefejl is raised. For one process at a time: it runs in this one.
    """
    with tempfile.TemporaryDirectory() as folder, environment(Path(rod).absolute(), miljoe):
        made = Path(folder) / "notesbog.ipynb"
        logging.getLogger("papermill").setLevel(logging.CRITICAL)
        koer(Path(notesbog).absolute(), {}, made, celletid=celletid)
        content = made.read_bytes()
    if content == Path(notesbog).read_bytes():
        return False
    skriv(Path(notesbog), content)
    return True


@contextlib.contextmanager
def environment(rod: Path, ekstra: Mapping[str, str] | None = None) -> Iterator[None]:
    """The environment that workers and kernels inherit, with ``ekstra``; the caller's own is restored."""
    ours = {**MILJOE, "KKR_ROD": str(rod), **(ekstra or {})}
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


def one_line(name: str, error: object) -> str:
    """An error in one line: its first one (and what that announces), and how many more there are."""
    lines = _lines(error)
    if len(lines) > 1 and lines[0].endswith(":"):
        lines[:2] = [f"{lines[0]} {lines[1]}"]
    text = lines[0] if lines else ""
    more = f" (og {len(lines) - 1} til)" if len(lines) > 1 else ""
    return (f"{name}: {text}" if name and text else name or text) + more


def _lines(error: object) -> list[str]:
    return [line.strip() for line in str(error).splitlines() if line.strip()]


def rest(error: object) -> list[str]:
    """All lines of an error that has more than one."""
    return lines if len(lines := _lines(error)) > 1 else []
