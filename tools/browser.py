"""Fetch what the browser checks need beside Debian's packages: axe-core and the Nu HTML checker, as browser.lock says.

Run by ``make browser`` and thus by ``make test``. The files go into the environment this Python runs in. Where a
program is missing, nothing is fetched, the checks are skipped, and this says what to install; with ``KKR_BROWSER=1``
(CI) that is a failure instead.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

LOCK = Path(__file__).resolve().with_name("browser.lock")
FOLDER = Path(sys.prefix) / "browser"
#: The one file we want of each package.
WANTED = {"axe-core": "package/axe.min.js", "vnu-jar": "package/build/dist/vnu.jar"}
#: Debian's package of each program the checks run.
PROGRAMS = {"chromium": "chromium", "java": "default-jre-headless", "pdftotext": "poppler-utils"}


def demanded() -> bool:
    """Whether the checks must run (``KKR_BROWSER=1``), so that a missing tool is a failure."""
    return os.environ.get("KKR_BROWSER", "") not in ("", "0")


def locked() -> dict[str, tuple[str, str]]:
    """Version and integrity of each npm package in browser.lock."""
    lines = [x.split() for x in LOCK.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")]
    return {name: (version, integrity) for name, version, integrity in lines}


def path(name: str) -> Path:
    """Where a package's file is, once fetched; the name carries the version, so that a new lock fetches anew."""
    return FOLDER / f"{name}-{locked()[name][0]}{Path(WANTED[name]).suffix}"


def missing() -> list[str]:
    """Debian's packages that this machine lacks; npm only while there is something to fetch."""
    programs = PROGRAMS if all(path(name).is_file() for name in WANTED) else {**PROGRAMS, "npm": "npm"}
    return [package for program, package in programs.items() if not shutil.which(program)]


def reason() -> str:
    """Why the checks can't run here, in one line; empty if they can."""
    if packages := missing():
        return f"the browser checks need: apt-get install {' '.join(packages)}"
    if not all(path(name).is_file() for name in WANTED):
        return "the browser checks need axe-core and the Nu checker: make browser"
    return ""


def verify(content: bytes, integrity: str) -> None:
    """Raises ValueError if the bytes are not those that the lock names."""
    algorithm, _, wanted = integrity.partition("-")
    if algorithm != "sha512" or base64.b64encode(hashlib.sha512(content).digest()).decode() != wanted:
        raise ValueError("its hash is not the one in browser.lock")


def fetch(name: str) -> None:
    """Fetch one package with npm, verify it, and keep its one file. Raises OSError or ValueError."""
    version, integrity = locked()[name]
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{name}@{version}", "--silent", "--ignore-scripts"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        packed = sorted(Path(folder).glob("*.tgz"))
        if run.returncode or len(packed) != 1:
            raise OSError((run.stderr.strip().splitlines() or ["npm gave no package"])[-1])
        verify(packed[0].read_bytes(), integrity)
        with tarfile.open(packed[0]) as archive:
            member = archive.extractfile(WANTED[name])
            content = member.read() if member else b""
    FOLDER.mkdir(parents=True, exist_ok=True)
    half = path(name).with_suffix(".half")
    half.write_bytes(content)
    half.replace(path(name))


def main() -> int:
    fault = f"they need: apt-get install {' '.join(missing())}" if missing() else ""
    for name in WANTED:
        if not fault and not path(name).is_file():
            print(f"fetching {name} {locked()[name][0]}", flush=True)
            try:
                fetch(name)
            except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
                fault = f"{name} could not be fetched: {error}"
    if fault:
        print(f"the browser checks {'cannot run' if demanded() else 'will be skipped'}; {fault}", file=sys.stderr)
    return 1 if fault and demanded() else 0


if __name__ == "__main__":
    sys.exit(main())
