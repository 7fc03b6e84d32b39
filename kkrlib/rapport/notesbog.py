"""Running one notebook with papermill: its kernel, its environment, and what became of it."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kkrlib.errors import RunError
from kkrlib.rapport.skrivning import skriv

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
        cause = one_line(stop.ename, stop.evalue)
        raise Cellefejl(stop.exec_count or 0, stop.source, cause, rest(stop.evalue), code) from None
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


def opfrisk(notesbog: Path, *, rod: Path, celletid: int = CELLETID, miljoe: Mapping[str, str] | None = None) -> bool:
    """Run a notebook with its default parameters and store the outputs in it; True when that changed the file.

    ``miljoe`` is what its kernel sees in the environment besides :data:`MILJOE`. A notebook that fails is left as it was, and Cellefejl is raised. For one process at a time: it runs in this one.
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
