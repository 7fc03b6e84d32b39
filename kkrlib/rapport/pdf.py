"""Pages as PDF for the agenda of a KKR: A4, tagged, printed by Chromium from the finished page.

The page's own print styles give page numbers and the report's name. Chromium dates what it prints; the date is taken out,
so that the same page and the same Chromium give the same bytes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kkrlib.errors import RunError
from kkrlib.rapport.skrivning import skriv

MILJOE = "KKR_CHROMIUM"
_NAVNE = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PAA_MAC = "/Applications/{0}.app/Contents/MacOS/{0}"
_SEKUNDER = 180
_DATO = re.compile(rb"/(CreationDate|ModDate) ?\(D:(\d{14})")
_FAST = b"20000101000000"


def chromium() -> str:
    """The program that prints: ``KKR_CHROMIUM``, else the first Chromium or Chrome found. Raises RunError if there is none."""
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
    page that could not be printed; the others are there.
    """
    program = program or chromium()
    Path(ud).mkdir(parents=True, exist_ok=True)
    faults: list[str] = []

    def one(page: Path) -> Path | None:
        target = Path(ud) / f"{page.stem}.pdf"
        try:
            content = _udskrift(page, program)
        except RunError as error:
            faults.append(f"{page.stem}: {error}")
            return None
        skriv(target, content)
        if melding:
            melding(target)
        return target

    with ThreadPoolExecutor(max(1, samtidig)) as pool:
        made = list(pool.map(one, sider))
    if faults:
        raise RunError("\n".join(sorted(faults)))
    return [path for path in made if path is not None]


def _udskrift(side: Path, program: str) -> bytes:
    """One page as PDF without the time it was printed."""
    with tempfile.TemporaryDirectory(prefix="kkr-pdf-", ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "side.pdf"
        command = [
            program, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
            "--disable-extensions", "--disable-dev-shm-usage", "--force-color-profile=srgb", f"--user-data-dir={folder}/profil",
            "--no-pdf-header-footer", "--export-tagged-pdf", "--generate-pdf-document-outline", f"--print-to-pdf={out}",
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root otherwise
        command.append(side.absolute().as_uri())
        try:
            run = subprocess.run(command, capture_output=True, timeout=_SEKUNDER, stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            raise RunError(f"Chromium var ikke færdig efter {_SEKUNDER} sekunder") from None
        except OSError as error:
            raise RunError(f"{program} kan ikke køres: {error.strerror}") from None
        content = out.read_bytes() if out.is_file() else b""
        if run.returncode or not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
            said = [line for line in run.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
            raise RunError(
                f"Chromium lavede ingen PDF (kode {run.returncode}){': ' + said[-1].strip() if said else ''}"
            )
    return _DATO.sub(
        lambda m: m[0].replace(m[2], _FAST), content
    )  # of the same length, so that every offset still holds
