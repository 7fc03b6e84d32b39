"""Pages as PDF for the agenda of a KKR: A4, tagged, printed by Chromium from the finished page.

The page's own print styles give page numbers and the report's name. Chromium dates what it prints; the date is taken
out, so that the same page and the same Chromium give the same bytes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kkrlib.errors import RunError
from kkrlib.rapport.proces import foelg_foraelder, uforstyrret
from kkrlib.rapport.skrivning import filfejl, skriv

MILJOE = "KKR_CHROMIUM"
_NAVNE = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PAA_MAC = "/Applications/{0}.app/Contents/MacOS/{0}"
_SEKUNDER = 180
_DATO = re.compile(rb"/(CreationDate|ModDate) ?\(D:(\d{14})")
_FAST = b"20000101000000"


def chromium() -> str:
    """The program that prints: ``KKR_CHROMIUM``, else the first Chromium or Chrome found. Raises RunError if there is
    none.
    """
    given = os.environ.get(MILJOE, "")
    if given:
        if found := shutil.which(given):
            return found
        raise RunError(f"{MILJOE} peger på «{given}», som ikke er et program, der kan køres")
    mac = [_PAA_MAC.format(name) for name in ("Chromium", "Google Chrome")]
    for name in (*_NAVNE, *mac):
        if found := shutil.which(name):
            return found
    raise RunError(
        "der er ikke fundet en Chromium, som kan lave PDF. På Debian: apt-get install chromium. "
        f"Ligger den et andet sted, så sæt {MILJOE} til dens sti"
    )


def udskriv(
    sider: Sequence[Path],
    ud: Path,
    *,
    program: str | None = None,
    samtidig: int = 2,
    melding: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Print each page into the folder ``ud`` as ``<name>.pdf`` and return the files, in the order of ``sider``.

    A file is there whole or not at all. ``melding`` is called with each as it is done. Raises RunError, naming every
    page that could not be printed or written; the others are there. KeyboardInterrupt ends every Chromium.
    """
    program = program or chromium()
    Path(ud).mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    running = _Koerende()

    def one(page: Path) -> Path | None:
        target = Path(ud) / f"{page.stem}.pdf"
        try:
            skriv(target, _udskrift(page, program, running))
        except RunError as error:
            faults.append(f"{page.stem}: {error}")
            return None
        except OSError as error:
            faults.append(f"{page.stem}: {filfejl(error)}")
            return None
        if melding:
            melding(target)
        return target

    with ThreadPoolExecutor(max(1, samtidig)) as pool:
        try:
            made = list(pool.map(one, sider))
        except BaseException:
            with uforstyrret():
                running.stop()
                pool.shutdown(cancel_futures=True)
            raise
    if faults:
        raise RunError("\n".join(sorted(faults)))
    return [path for path in made if path is not None]


class _Koerende:
    """The programs that print at the moment, each with its helpers a group of processes, so that all can be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def koer(self, command: Sequence[str], sekunder: float) -> tuple[int, bytes]:
        """Run a program to its end; returns its exit code and what it said on stderr. Raises TimeoutExpired."""
        with self._lock:
            if self._stopped:
                raise RunError("afbrudt")
            program = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                preexec_fn=foelg_foraelder(),
            )
            self._running.add(program)
        try:
            _, said = program.communicate(timeout=sekunder)
        except BaseException:
            self._end(program)
            program.communicate()
            raise
        finally:
            with self._lock:
                self._running.discard(program)
        return program.returncode, said

    def stop(self) -> None:
        """End every program, and let none start."""
        with self._lock:
            self._stopped = True
            for program in self._running:
                self._end(program)

    @staticmethod
    def _end(program: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(OSError):  # it has ended, and its helpers with it
            os.killpg(program.pid, signal.SIGKILL)


def _udskrift(side: Path, program: str, running: _Koerende) -> bytes:
    """One page as PDF without the time it was printed."""
    with tempfile.TemporaryDirectory(prefix="kkr-pdf-", ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "side.pdf"
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-extensions",
            "--disable-dev-shm-usage",
            "--force-color-profile=srgb",
            f"--user-data-dir={folder}/profil",
            "--no-pdf-header-footer",
            "--export-tagged-pdf",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={out}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root otherwise
        command.append(side.absolute().as_uri())
        try:
            code, stderr = running.koer(command, _SEKUNDER)
        except subprocess.TimeoutExpired:
            raise RunError(f"Chromium var ikke færdig efter {_SEKUNDER} sekunder") from None
        except OSError as error:
            raise RunError(f"Chromium kan ikke køres: {filfejl(error)}") from None
        content = out.read_bytes() if out.is_file() else b""
        if code or not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
            said = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
            raise RunError(f"Chromium lavede ingen PDF (kode {code}){': ' + said[-1].strip() if said else ''}")
    return _DATO.sub(
        lambda m: m[0].replace(m[2], _FAST), content
    )  # of the same length, so that every offset still holds
