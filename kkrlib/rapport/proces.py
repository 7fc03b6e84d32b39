"""Processes: the signals that stop a run, and that no child outlives the one that started it."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType

#: What asks a run to stop: Ctrl-C, ``kill``, and a terminal that closes.
STOP = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
#: The name of the thread that only waits for the parent's end.
VOGT = "kkr-vogt"
FRIST = 1.0
"""Seconds a child has to end in an orderly way; then it is killed. A run that is stopped is gone within twice that."""


class Afbrudt(KeyboardInterrupt):
    """A signal that stops a run as Ctrl-C does."""

    def __init__(self, nummer: int):
        super().__init__()
        self.nummer = nummer


def afbrudt_kode(stop: KeyboardInterrupt) -> int:
    """The exit code of a run that a signal stopped, as shells know it: 128 and the signal's number."""
    return 128 + getattr(stop, "nummer", signal.SIGINT)


@contextlib.contextmanager
def afbrydelig() -> Iterator[None]:
    """Let every signal of :data:`STOP` raise KeyboardInterrupt. One that is ignored (``nohup``) stays so."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Afbrudt(number)

    before = {}
    try:
        with contextlib.suppress(ValueError):  # not in the main thread: signals do not reach us here anyway
            for number in STOP:
                if signal.getsignal(number) is signal.SIG_DFL:
                    before[number] = signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def uforstyrret() -> Iterator[None]:
    """Hold every signal of :data:`STOP` back, and let the first through afterwards."""
    pressed: list[int] = []
    before = {}
    try:
        with contextlib.suppress(ValueError):
            for number in STOP:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    before[number] = signal.signal(number, lambda n, _: pressed.append(n))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if pressed:
        signal.raise_signal(pressed[0])


# --- children ------------------------------------------------------------------------------------------------------


def efterkommere(roedder: Iterable[int]) -> dict[int, str]:
    """The processes below those of ``roedder``: process id → when it started. Empty where there is no ``/proc``."""
    parents: dict[int, tuple[int, str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(fields[1]), fields[19]
    found: dict[int, str] = {}
    level = set(roedder)
    while level:
        level = {pid for pid, (parent, _) in parents.items() if parent in level and pid not in found}
        found |= {pid: parents[pid][1] for pid in level}
    return found


def draeb(processer: dict[int, str]) -> None:
    """Kill the processes that :func:`efterkommere` found and that are still the same."""
    for pid, started in processer.items():
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
            if stat.rpartition(")")[2].split()[19] == started:
                os.kill(pid, signal.SIGKILL)


def slut() -> None:
    """End this worker at once, and what it started with it."""
    draeb(efterkommere([os.getpid()]))
    os._exit(128 + signal.SIGTERM)


def vogt() -> None:
    """Make this worker end when it is told to, or when the process that started it is gone, however that went.

    It first leaves what it is doing, so that its kernel and its passing files go too; :data:`FRIST` later it ends.
    The parent alone decides what Ctrl-C and a closed terminal mean, which reach the whole process group.
    """
    for number in STOP:
        if number != signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)

    def later() -> None:
        time.sleep(FRIST)
        slut()

    def told(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=later, daemon=True).start()
        sys.exit(128 + number)

    def watch(parent: multiprocessing.process.BaseProcess) -> None:
        parent.join()  # reads a pipe that only the parent holds, so it ends with the parent on every system
        os.kill(os.getpid(), signal.SIGTERM)
        later()

    signal.signal(signal.SIGTERM, told)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=watch, args=(parent,), daemon=True, name=VOGT).start()


def foelg_foraelder() -> Callable[[], None] | None:
    """For a program not ours: what makes it die with the process that starts it (a ``preexec_fn``); Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    return lambda: prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG
