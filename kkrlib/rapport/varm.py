"""A warm process that forks a kernel for each notebook: the engine ``kkr`` of papermill.

A kernel that is started anew spends its first seconds on importing what every report imports. :func:`varm_op` imports
it once in a worker; each notebook then runs in a fork of the worker (:class:`Barn`), in the same IPython shell, behind
the same guard (:mod:`kkrlib.rapport.celle`), with the same environment and folders as one that Jupyter starts. Its
messages come through a pair of sockets instead of ZMQ, and are judged by the same code (:class:`kkrlib.rapport.kerne.
Klient`), so that the executed notebook is the same, byte for byte. The other engine is the reference, and is what runs
where there is no ``fork``.

The page is exported by the worker, not by the fork: a process that has run cells is behind their guard.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import ctypes
import importlib
import logging
import os
import random
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.log import logger
from traitlets import Any as AnyTrait

from kkrlib.errors import RunError
from kkrlib.rapport import graenser, kerne, proces

#: Whose levels a worker has changed: a kernel says what it has to say.
TAVSE = ("papermill", "traitlets", "asyncio")
_SVAR, _BESKED, _KLAR = b"s", b"i", b"k"


def kan() -> bool:
    """Whether this process can fork kernels: it has ``fork``, no thread but one that only waits, and no pyplot, which a
    kernel imports after its shell is there.
    """
    others = [t for t in threading.enumerate() if t is not threading.main_thread() and t.name != proces.VOGT]
    main = threading.current_thread() is threading.main_thread()
    return hasattr(os, "fork") and main and not others and "matplotlib.pyplot" not in sys.modules


def varm_op(moduler: Iterable[str]) -> None:
    """Import what the notebooks import, so that every kernel that is forked has it already.

    pandas asks while it is imported whether it is in a notebook, and shows tables by the answer; here it is.
    """
    # The debugger, which the kernel imports as it starts, would say on stderr that Python's own modules are frozen.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    importlib.import_module("ipykernel.debugger")
    del os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        for name in ("pandas", *moduler):
            with contextlib.suppress(ImportError):  # the cell that imports it says what is missing
                importlib.import_module(name)
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


# --- the worker's side ----------------------------------------------------------------------------------------------


class Barn:
    """A fork of this process that is a kernel, and the way to it."""

    def __init__(self, koersel: kerne.Koersel):
        ours, theirs = socket.socketpair()
        self.session = Session(key=b"")
        with open(koersel.log, "wb") as log, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads at a fork; see kan()
            pid = os.fork()
            if pid == 0:
                _lev(theirs.fileno(), log.fileno(), koersel)
        theirs.close()
        self.pid = koersel.pid = pid
        self.vej = ours
        self._rest = bytearray()
        self._kode: int | None = None

    def bed(self, **indhold: Any) -> str:
        """Ask the kernel to run code; returns the request's id."""
        content = {"silent": False, "store_history": True, "stop_on_error": True, **indhold}
        msg = self.session.msg("execute_request", content | {"user_expressions": {}, "allow_stdin": False})
        with contextlib.suppress(OSError):  # it died; that is told where it is listened to
            self.vej.sendall(_pakket(_SVAR, self.session.serialize(msg)))
        return msg["header"]["msg_id"]

    def hoer(self, frist: float | None) -> tuple[bytes, Any]:
        """The next message, and which way it came. Raises TimeoutError at ``frist`` (of the monotonic clock), and
        DeadKernelError when the kernel is gone.
        """
        while (parts := _udpakket(self._rest)) is None:
            left = None if frist is None else max(0.0, frist - time.monotonic())
            if not select.select([self.vej], [], [], left)[0]:
                raise TimeoutError
            try:
                more = self.vej.recv(1 << 20)
            except OSError:
                more = b""
            if not more:
                raise DeadKernelError("Kernel died")
            self._rest += more
        kind, frames = parts
        if kind == _KLAR:
            return kind, None
        _, rest = self.session.feed_identities(frames)
        return kind, self.session.deserialize(rest)

    def kode(self) -> int | None:
        """What the process ended with, if it has."""
        deadline = time.monotonic() + 1
        while self._kode is None and time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._kode = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.005)
        return self._kode

    def slut(self) -> None:
        """End it, whatever it is doing."""
        self.vej.close()
        if self._kode is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
            self._kode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Klient(kerne.Klient):
    """The client of a forked kernel: it asks and listens by itself, and judges as :class:`kerne.Klient` does."""

    barn: Barn

    def execute(self, **_: Any) -> Any:
        self.reset_execution_trackers()
        self.barn = Barn(self.koersel)
        try:
            self._klar()
            self.papermill_execute_cells()
            self.nb.metadata["language_info"] = dict(IPythonKernel.language_info)
        finally:
            self.barn.slut()
        return self.nb

    def _klar(self) -> None:
        """Wait until the kernel answers; what it says of its own start is no cell's."""
        deadline = time.monotonic() + graenser.STARTTID
        try:
            while self._faa(deadline)[0] != _KLAR:
                pass
        except TimeoutError:
            raise DeadKernelError("Kernel did not start") from None

    def execute_cell(self, cell: Any, cell_index: int, *_: Any, **__: Any) -> Any:
        """One cell, as nbclient's own ``execute_cell``."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        allows = "raises-exception" in cell.metadata.get("tags", [])
        cell.outputs = []
        self.clear_before_next_output = False
        id = self.barn.bed(code=cell.source, stop_on_error=not allows)
        self.begyndt(id, cell, cell_index)
        reply = self._vent(id, cell, cell_index)
        self.svar(cell, cell_index, reply)
        if reply["content"]["status"] == "error" and not allows:
            raise CellExecutionError.from_cell_and_msg(cell, reply["content"])
        self.nb["cells"][cell_index] = cell
        return cell

    def _vent(self, id: str, cell: Any, cell_index: int) -> Any:
        """Take messages until the kernel has answered and is done. Raises CellTimeoutError as nbclient does."""
        reply, done = None, False
        seconds = self.timeout
        deadline = time.monotonic() + seconds
        while reply is None or not done:
            try:
                kind, msg = self._faa(deadline)
            except TimeoutError:
                said = "Cell execution timed out" if reply is None else "Timeout waiting for IOPub output"
                raise CellTimeoutError.error_from_timeout_and_cell(said, seconds, cell) from None
            if kind == _BESKED:
                done = self.modtag(msg, id, cell, cell_index) or done
            elif msg["parent_header"].get("msg_id") == id:
                reply, seconds = msg, graenser.SVARTID
                deadline = time.monotonic() + seconds
        return reply

    def afslut(self) -> None:
        """Let the kernel judge what is left, and read its last messages."""
        id = self.barn.bed(code=kerne.SIDSTE, silent=True, store_history=False)
        deadline = time.monotonic() + graenser.SVARTID
        try:
            while True:
                kind, msg = self._faa(deadline)
                if kind == _BESKED and self.modtag(msg, id):
                    return
        except TimeoutError:
            self.koersel.afvis(kerne.SVARER_IKKE)

    def _faa(self, frist: float) -> tuple[bytes, Any]:
        try:
            return self.barn.hoer(frist)
        except DeadKernelError:
            self.koersel.doed = kerne.doedsaarsag(self.barn.kode())
            raise


def koer(nb_man: Any, kernel_name: str, koersel: kerne.Koersel | None = None, celletid: int = graenser.CELLETID) -> Any:
    """Run papermill's notebook in a fork of this process; where it cannot fork, in a new kernel.

    :func:`kkrlib.rapport.notesbog.koer` hands over its ``koersel`` and judges it. Without one
    (``papermill --engine kkr``) what was refused raises RunError, when the cells are done.
    """
    run = koersel if koersel is not None else kerne.Koersel(_givne(nb_man.nb), Path.cwd())
    try:
        if not kan():
            return kerne.Motor.execute_managed_notebook(nb_man, kernel_name, koersel=run, celletid=celletid)
        done = Klient(
            nb_man,
            run,
            kernel_name=kernel_name,
            timeout=celletid,
            iopub_timeout=graenser.SVARTID,
            record_timing=False,
            log=logger,
        ).execute()
        if koersel is None and run.afviste:
            raise RunError("\n".join(what for _, what in run.afviste))
        return done
    finally:
        if koersel is None:
            run.ryd()


def _givne(nb: Any) -> dict[str, Any]:
    """The parameters that papermill has written in a notebook: files among them may be read."""
    import ast

    found: dict[str, Any] = {}
    for cell in nb.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    with contextlib.suppress(ValueError):
                        found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


# --- the fork's side --------------------------------------------------------------------------------------------------


def _lev(vej: int, log: int, koersel: kerne.Koersel) -> None:
    """Be a kernel until there is nobody to ask; never returns to what the worker was doing."""
    code = 1
    try:
        _som_ny(vej, log, koersel)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        app = _App.instance(vej=vej)
        app.initialize(list(kerne.ARGUMENTER))
        loop.run_until_complete(_betjen(app, vej))
        code = 0
    except BaseException:
        with contextlib.suppress(BaseException):
            os.write(log, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _som_ny(vej: int, log: int, koersel: kerne.Koersel) -> None:
    """Make this process what a new one would be: its session, its signals, its files, its environment, its chance."""
    os.setsid()
    _doe_med_arbejderen()
    for number in proces.STOP:
        signal.signal(number, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(koersel.miljoe)
    os.chdir(koersel.tom)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for fd, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(fd, target)
    for fd in _aabne():
        if fd > 2 and fd not in (vej, log):
            with contextlib.suppress(OSError):
                os.close(fd)
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    tempfile.tempdir = None
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    for name in TAVSE:
        logging.getLogger(name).setLevel(logging.NOTSET)


def _doe_med_arbejderen() -> None:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG


def _aabne() -> list[int]:
    for folder in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            return [int(name) for name in os.listdir(folder)]
    return list(range(3, 256))


async def _betjen(app: _App, vej: int) -> None:
    """Run one request after the other, in the loop that a cell's own tasks run in."""
    from tornado.ioloop import IOLoop

    app.kernel.io_loop = IOLoop.current()
    loop, waiting, rest = asyncio.get_running_loop(), asyncio.Event(), bytearray()
    gone = False

    def more() -> None:
        nonlocal gone
        try:
            read = os.read(vej, 1 << 20)
        except OSError:
            read = b""
        gone = gone or not read
        rest.extend(read)
        waiting.set()

    loop.add_reader(vej, more)
    app.skriv(_KLAR, [])
    while True:
        while (parts := _udpakket(rest)) is None:
            if gone:
                return
            waiting.clear()
            await waiting.wait()
        await app.kernel.dispatch_shell([zmq.Message(part) for part in parts[1]])


class _Udgang:
    """What the kernel takes for a socket of ZMQ: messages go out through the pair of sockets."""

    def __init__(self, app: _App, slags: bytes):
        self.app, self.slags, self.context = app, slags, app.context

    def send_multipart(self, parts: Any, *_: Any, **__: Any) -> None:
        self.app.skriv(self.slags, parts)

    def flush(self, *_: Any) -> None: ...

    def close(self, *_: Any) -> None: ...


class _Kerne(IPythonKernel):
    """ipykernel's own kernel, without its sockets and subshells."""

    shell_stream = AnyTrait()  # type: ignore[assignment]
    shell_channel_thread = AnyTrait(SimpleNamespace(parent_thread=threading.main_thread()))
    _supports_kernel_subshells = False  # type: ignore[assignment]

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """There is no queue: the next cell is asked for when this one is done."""


class _App(IPKernelApp):
    """ipykernel's own program, that talks through a pair of sockets."""

    vej = AnyTrait()

    def skriv(self, slags: bytes, parts: Any) -> None:
        """Write one message whole; threads write too."""
        left = memoryview(_pakket(slags, parts))
        with self._laas:
            while left:
                left = left[os.write(self.vej, left) :]

    def init_connection_file(self) -> None: ...

    def write_connection_file(self, **_: Any) -> None: ...

    def log_connection_info(self) -> None: ...

    def init_heartbeat(self) -> None: ...

    def init_poller(self) -> None: ...

    def init_sockets(self) -> None:
        self._laas = threading.Lock()
        self.context = zmq.Context()
        self.session = Session(parent=self, key=b"")
        self.configure_tornado_logger()
        self.iopub_thread = IOPubThread(_Udgang(self, _BESKED), session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_kernel(self) -> None:
        kernel = _Kerne.instance(
            parent=self,
            session=self.session,
            shell_stream=_Udgang(self, _SVAR),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.kernel = kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count


# --- messages as bytes ------------------------------------------------------------------------------------------------


def _pakket(slags: bytes, parts: Iterable[Any]) -> bytes:
    frames = [bytes(part) for part in parts]
    head = struct.pack(f"!cI{len(frames)}I", slags, len(frames), *map(len, frames))
    return b"".join((head, *frames))


def _udpakket(rest: bytearray) -> tuple[bytes, list[bytes]] | None:
    """Take the first whole message out of ``rest``; None where there is none yet."""
    if len(rest) < 5:
        return None
    kind, count = struct.unpack_from("!cI", rest)
    start = 5 + 4 * count
    if len(rest) < start:
        return None
    sizes = struct.unpack_from(f"!{count}I", rest, 5)
    if len(rest) < start + sum(sizes):
        return None
    frames, at = [], start
    for size in sizes:
        frames.append(bytes(rest[at : at + size]))
        at += size
    del rest[:at]
    return kind, frames
