"""The kernel of one run, seen from the worker: its folder, its guard, its messages, and its end.

nbclient keeps the outputs that it has a place for and drops the rest: what an earlier cell shows late, help texts,
widgets, an update of something that is not shown. :class:`Klient` notes each of them, so that every output is shown
or refused.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from nbclient import NotebookClient
from nbclient.client import CellExecutionComplete
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async, run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger

from kkrlib import data, domme
from kkrlib.errors import RunError, naermeste
from kkrlib.rapport import celle, graenser

MOTOR = "kkr-jupyter"
_VISER = frozenset(["stream", "display_data", "execute_result", "update_display_data", "error", "clear_output"])
#: What a kernel is started with: its guard, and no history.
ARGUMENTER = (
    f"--IPKernelApp.extra_extensions={celle.__name__}",
    "--IPKernelApp.reraise_ipython_extension_failures=True",
    "--HistoryManager.enabled=False",
)
#: What the kernel runs after the last cell.
SIDSTE = f"__import__({celle.__name__!r}, fromlist=['x']).afslut()"
SVARER_IKKE = "kernen svarer ikke efter den sidste celle"
#: Variables of the user's own, which would run their code in a kernel or make it talk.
_PERSONLIGE = ("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONBREAKPOINT", "IPYTHONDIR")
#: With this one ipykernel would not show what C code writes, since pytest reads that itself.
_PYTEST = "PYTEST_CURRENT_TEST"


class Koersel:
    """What one run of a notebook leaves behind: its folder, its kernel's process, and what was refused.

    ``afviste`` holds ``(number of the code cell that was started, what)``, 0 before the first.
    """

    def __init__(self, parametre: Mapping[str, Any], mappe: Path):
        self.folder = tempfile.TemporaryDirectory(prefix="kkr-", ignore_cleanup_errors=True)
        self.mappe = Path(self.folder.name)
        #: The folder of the kernel: empty, so that a notebook which leans on its folder fails here as elsewhere.
        self.tom, self.midlertidig, ipython = (self.mappe / name for name in ("tom", "tmp", "ipython"))
        for folder in (self.tom, self.midlertidig, ipython):
            folder.mkdir()
        self.noter, self.log = self.mappe / "noter", self.mappe / "log"
        files = [str(v) for v in parametre.values() if isinstance(v, str) and os.path.isabs(v) and os.path.exists(v)]
        settings = {
            "rod": str(data.rod()),
            "laes": [str(data.data_mappe()), str(mappe), *files],
            "midlertidig": str(self.midlertidig),
            "noter": str(self.noter),
            "hukommelse": graenser.HUKOMMELSE,
            "midlertidig_fil": graenser.MIDLERTIDIG_FIL,
            "output": graenser.OUTPUT,
            "output_mb": graenser.mb(graenser.OUTPUT),
            "outputs": graenser.OUTPUTS,
            "outputs_mb": graenser.mb(graenser.OUTPUTS),
        }
        (ipython / celle.INDSTILLINGER).write_text(json.dumps(settings), encoding="utf-8")
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.midlertidig))
        env = {name: value for name, value in os.environ.items() if name not in (*_PERSONLIGE, _PYTEST)}
        # What the runner has not judged the kernel judges, and keeps no verdict: it writes nothing.
        self.miljoe = {domme.GYLDIG: "", **env, **temporary, "IPYTHONDIR": str(ipython)}
        self.nb: Any = None
        self.startet: list[tuple[int, str]] = []  # number and source of each cell that was started; the first cell is 1
        self.pid: int | None = None
        self.doed = ""
        self.klientens: list[tuple[int, str]] = []

    @property
    def afviste(self) -> list[tuple[int, str]]:
        """Every refusal, of the kernel and of what its messages say, in the order of the cells, each once."""
        noted = [json.loads(line) for line in self._noter()[1:]]
        return sorted(dict.fromkeys([*((n, what) for n, what in noted), *self.klientens]), key=lambda a: a[0])

    @property
    def klar(self) -> bool:
        """Whether the guard was in force."""
        return self._noter()[:1] == [json.dumps(celle.KLAR)]

    def _noter(self) -> list[str]:
        return self.noter.read_text(encoding="utf-8").splitlines() if self.noter.exists() else []

    def afvis(self, hvad: str, celle: int | None = None) -> None:
        self.klientens.append((len(self.startet) if celle is None else celle, hvad))

    def sidste_ord(self) -> str:
        """The last line that the kernel wrote on its own before it could answer; empty where it wrote none."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")

    def ryd_efterladte(self) -> None:
        """End the processes that the cells left behind, which are refused; the kernel itself goes on."""
        if self.pid is not None and (left := _efterladte(self.pid, self.mappe)):
            self.afvis(f"notesbogen har startet {', '.join(left)}, som stadig kørte; en rapport regner og viser")

    def ryd(self) -> None:
        """End the kernel's process group, whatever became of it, and remove the run's folder."""
        if self.pid is not None and hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
        self.folder.cleanup()


def _efterladte(pid: int, mappe: Path) -> list[str]:
    """End every process but the kernel's own that is of its session or has its environment; return their names.

    Linux tells of processes in /proc; elsewhere none are found, and those of the kernel's process group end with it.
    """
    names = []
    mark = f"IPYTHONDIR={mappe}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            name, _, rest = (folder / "stat").read_bytes().partition(b"(")[2].rpartition(b")")
            state, _, _, session = rest.split()[:4]
            if int(folder.name) == pid or state in (b"Z", b"X"):
                continue
            given = (folder / "environ").read_bytes().split(b"\0")
            if int(session) == pid or any(v.startswith(mark) for v in given):
                names.append(name.decode(errors="replace"))
                os.kill(int(folder.name), signal.SIGKILL)
    return sorted(names)


class Klient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, that starts the kernel with its guard and drops no message in silence."""

    def __init__(self, nb_man: Any, koersel: Koersel, **kw: Any):
        super().__init__(nb_man, **kw)
        self.koersel = koersel
        koersel.nb = nb_man.nb
        self._celler: dict[str, int] = {}  # an execution's id → the number of the cell that was started
        self.on_cell_executed = self.svar

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        self.extra_arguments = list(ARGUMENTER)
        with open(self.koersel.log, "wb") as log:
            await super().async_start_new_kernel(
                env=self.koersel.miljoe, cwd=str(self.koersel.tom), stdin=DEVNULL, stdout=log, stderr=log, **kwargs
            )
        self.koersel.pid = self.km.provisioner.pid  # also its session's

    start_new_kernel = run_sync(async_start_new_kernel)

    def papermill_execute_cells(self) -> None:
        if not self.koersel.klar:
            raise RunError("kernen kører uden det, der holder en celle til at regne og vise")
        try:
            super().papermill_execute_cells()
            if not any(o["output_type"] == "error" for c in self.nb.cells for o in c.get("outputs", ())):
                self.afslut()
        finally:
            self.koersel.ryd_efterladte()

    async def _async_check_alive(self) -> None:
        try:
            await super()._async_check_alive()
        except DeadKernelError:
            code = self.km.provisioner.process.poll() if self.km and self.km.provisioner.process else None
            self.koersel.doed = doedsaarsag(code)
            raise

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: Any, cell_index: int) -> None:
        self.begyndt(parent_msg_id, cell, cell_index)
        await self._laes(parent_msg_id, cell, cell_index)

    def begyndt(self, anmodning: str, cell: Any, cell_index: int) -> None:
        """Note that a cell has been started, by a request."""
        self.koersel.startet.append((cell_index + 1, cell.source))
        self._celler[anmodning] = len(self.koersel.startet)

    async def _laes(self, parent_msg_id: str, cell: Any = None, cell_index: int = -1) -> None:
        """Take the kernel's messages until it is done with one request; what belongs to an earlier one is too late."""
        while True:
            msg = await ensure_async(self.kc.iopub_channel.get_msg(timeout=None))
            if self.modtag(msg, parent_msg_id, cell, cell_index):
                return

    def modtag(self, msg: Any, anmodning: str, cell: Any = None, cell_index: int = -1) -> bool:
        """Take one message of the kernel, which works on a request; True when the kernel is done with it."""
        parent = msg["parent_header"].get("msg_id")
        kind = msg["msg_type"]
        if parent == anmodning and cell is not None:
            try:
                self.process_message(msg, cell, cell_index)
            except CellExecutionComplete:
                return True
        elif kind in _VISER or kind.startswith("comm"):
            shown = _begyndelse(msg)
            self.koersel.afvis(
                f"cellen viser noget, efter at den er færdig{shown}; vent på tråde og opgaver, før cellen slutter",
                self._celler.get(parent),
            )
        elif parent == anmodning and kind == "status" and msg["content"]["execution_state"] == "idle":
            return True
        return False

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        kind, content = msg["msg_type"], msg["content"]
        if kind == "clear_output":
            self.koersel.afvis("cellen sletter det, den har vist (clear_output); vis kun det, læseren skal se")
        elif kind.startswith("comm"):
            self.koersel.afvis(
                "cellen viser en widget, som siden ikke kan have; brug tabel(…) eller en figur fra kkrlib.figurer"
            )
            return None
        elif kind == "update_display_data":
            id = (content.get("transient") or {}).get("display_id")
            if not any(self._display_id_map.get(id, {}).values()):
                self.koersel.afvis("cellen opdaterer noget, der ikke er vist (update_display); vis det med display(…)")
        elif kind in _VISER and (wrong := _ikke_tekst(content.get("data") or {})):
            self.koersel.afvis(f"cellen viser {', '.join(wrong)} som andet end tekst; brug tabel(…) eller tekst(…)")
            return None
        return super().process_message(msg, cell, cell_index)

    def svar(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        for payload in execute_reply["content"].get("payload") or ():
            if payload.get("source") != "ask_exit":
                self.koersel.afvis(
                    f"cellen viser noget uden for notesbogen ({payload.get('source')}), fx med «?»; slet linjen"
                )

    async def _async_afslut(self) -> None:
        """Let the kernel judge what is left, and read its last messages."""
        id = await ensure_async(self.kc.execute(SIDSTE, silent=True, store_history=False))
        deadline = time.monotonic() + graenser.SVARTID
        reading = asyncio.ensure_future(self._laes(id))
        try:
            while not reading.done():
                await asyncio.wait([reading], timeout=1)
                await self._async_check_alive()
                if not reading.done() and time.monotonic() > deadline:
                    return self.koersel.afvis(SVARER_IKKE)
            reading.result()
        finally:
            reading.cancel()

    afslut = run_sync(_async_afslut)


def _ikke_tekst(data: Mapping[str, Any]) -> list[str]:
    """The mime types whose content no notebook can hold: only JSON may be something else than text."""

    def text(value: Any) -> bool:
        return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))

    return sorted(m for m, v in data.items() if not (m == "application/json" or m.endswith("+json") or text(v)))


def _begyndelse(msg: Mapping[str, Any]) -> str:
    content = msg["content"]
    text = content.get("text") or content.get("ename") or ", ".join(sorted(content.get("data") or ()))
    line = next((line.strip() for line in str(text).splitlines() if line.strip()), "")
    return f" ({line[:80]})" if line else ""


def doedsaarsag(kode: int | None) -> str:
    """Why a kernel died, from what its process ended with."""
    if kode is None:
        return "kernen døde"
    if kode >= 0:
        return f"kernen døde: den afsluttede sig selv (kode {kode}); en celle slutter af sig selv"
    name = signal.Signals(-kode).name if -kode in set(signal.Signals) else f"signal {-kode}"
    why = {"SIGKILL": "stoppet udefra, eller maskinen havde ikke mere hukommelse"}.get(
        name, "en fejl i en pakkes egen kode"
    )
    return f"kernen døde ({name}: {why})"


class Motor(NBClientEngine):  # type: ignore[misc]
    """papermill's engine under the name :data:`MOTOR`: it takes the :class:`Koersel` as ``koersel``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, koersel: Koersel, celletid: int, **_: Any) -> Any:
        return Klient(
            nb_man,
            koersel,
            kernel_name=kernel_name,
            timeout=celletid,
            startup_timeout=graenser.STARTTID,
            iopub_timeout=graenser.SVARTID,
            shutdown_kernel="immediate",  # nothing is lost, and every page is half a second sooner done
            record_timing=False,
            log=logger,
            config=_stikkontakter(str(koersel.mappe)),
        ).execute()


papermill_engines.register(MOTOR, Motor)


def _stikkontakter(mappe: str) -> Any:
    """Sockets that are files in ``mappe``, where there are such: a TCP port can be taken before the kernel binds it."""
    import zmq
    from traitlets.config import Config

    if zmq.has("ipc") and len(mappe) < zmq.IPC_PATH_MAX_LEN - len("/k-12345"):
        return Config({"KernelManager": {"transport": "ipc", "ip": f"{mappe}/k"}})
    return Config({"KernelManager": {"transport_encryption": "auto"}} if zmq.has("curve") else {})


def kontroller(nb: Any, navn: str) -> None:
    """Refuse a notebook whose kernel is not here or does not run Python; ``navn`` is its file's.

    Raises RunError with what to do instead.
    """
    name = (nb.metadata.get("kernelspec") or {}).get("name", "")
    how = "vælg kernen «Python 3» i JupyterLab (Kernel → Change Kernel…), og gem notesbogen"
    if not name:
        raise RunError(f"{navn} siger ikke, hvilken kerne den kører i (metadata.kernelspec); {how}")
    known = NotebookClient(nb, kernel_name=name).create_kernel_manager().kernel_spec_manager
    try:
        spec = known.get_kernel_spec(name)
    except KeyError:
        near = naermeste(name, known.find_kernel_specs())
        hint = f" (mente du «{near}»?)" if near else ""
        raise RunError(f"{navn} kører i kernen «{name}», som ikke findes her{hint}; {how}") from None
    if spec.language.lower() != "python":
        raise RunError(f"{navn} kører i kernen «{name}» ({spec.language}); en rapport er skrevet i Python: {how}")
