"""How long a page takes, each way of making it, side by side: ``make bench``.

Every round makes the same pages in every way, one way after the other, so that a slow moment of the machine hits all of
them; what is printed are medians of the rounds, and each way's ratio to the plain loop in the same rounds. A Markdown
table goes to stdout, progress to stderr.

    python bench/maal.py                                   every page, 3 rounds
    python bench/maal.py --runder 1 flygtninge-2025 …      these pages
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from importlib import metadata, util
from pathlib import Path
from typing import Any

import psutil

from kkrlib import data, domme, kontrol
from kkrlib.rapport import katalog, notesbog

PYTHON = [sys.executable, "-m"]


class Maaling:
    """Seconds and peak memory (MB, of the process and all below it, sampled) of what runs inside."""

    def __enter__(self) -> Maaling:
        self.mb, self._slut = 0.0, threading.Event()
        self._traad = threading.Thread(target=self._foelg, daemon=True)
        self._traad.start()
        self._start = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.sekunder = time.monotonic() - self._start
        self._slut.set()
        self._traad.join()

    def _foelg(self) -> None:
        own = psutil.Process()
        while not self._slut.wait(0.1):
            total = 0
            for process in own.children(recursive=True):
                try:
                    about = process.memory_full_info()
                    total += getattr(about, "pss", about.rss)
                except psutil.Error:
                    continue
            self.mb = max(self.mb, total / 1e6)


def koer(argumenter: Iterable[object], miljoe: dict[str, str]) -> None:
    done = subprocess.run([*map(str, argumenter)], env=miljoe, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, argumenter))}\n{done.stderr[-2000:]}")


def parametre(side: katalog.Sidespec) -> list[str]:
    return [word for name, value in side.parametre.items() for word in ("-p", name, str(value))]


# --- the ways -------------------------------------------------------------------------------------------------------


def enkelt_loekke(sider: list[katalog.Sidespec], mappe: Path, miljoe: dict[str, str]) -> None:
    """What a user would write: papermill and nbconvert, one page after the other."""
    for side in sider:
        made = mappe / f"{side.navn}.ipynb"
        koer([*PYTHON, "papermill", "--no-progress-bar", side.rapport.notesbog, made, *parametre(side)], miljoe)
        koer([*PYTHON, "nbconvert", "--to", "kkr-rapport", "--output-dir", mappe, made], miljoe)


_I_EN_PROCES = """
import json, sys
from pathlib import Path
import papermill
from kkrlib.rapport.eksport import KkrRapport
for navn, notesbog, parametre in json.loads(sys.argv[1]):
    nb = papermill.execute_notebook(notesbog, f"{sys.argv[2]}/{navn}.ipynb", parametre, progress_bar=False, MOTOR)
    html, _ = KkrRapport().from_notebook_node(nb, resources={"metadata": {"name": navn}})
    Path(sys.argv[2], f"{navn}.html").write_text(html, encoding="utf-8")
"""


def i_en_proces(motor: str) -> Callable[[list[katalog.Sidespec], Path, dict[str, str]], None]:
    """papermill and the exporter as libraries, in one process; ``motor``: papermill's engine, empty for its own."""

    def way(sider: list[katalog.Sidespec], mappe: Path, miljoe: dict[str, str]) -> None:
        pages = json.dumps([(s.navn, str(s.rapport.notesbog), s.parametre) for s in sider])
        code = _I_EN_PROCES.replace("MOTOR", f"engine_name={motor!r}" if motor else "")
        koer([sys.executable, "-c", code, pages, mappe], miljoe)

    return way


def kkr(*valg: str) -> Callable[[list[katalog.Sidespec], Path, dict[str, str]], None]:
    """``kkr build`` of the same pages: of all of them in one run, or of the only one."""

    def way(sider: list[katalog.Sidespec], mappe: Path, miljoe: dict[str, str]) -> None:
        choice: list[str] = []
        if len(sider) == 1:
            (side,) = sider
            choice = [side.rapport.navn, *(w for n, v in side.parametre.items() for w in ("-p", f"{n}={v}"))]
        koer([*PYTHON, "kkrlib.cli", "build", *choice, "--ud", mappe, *valg], miljoe)

    return way


_GULV = """
import ast, json, sys, time
from kkrlib import data
tabeller = data.load()
data.load = lambda *a, **k: tabeller
def koer(notesbog, parametre):
    navne = {}
    for celle in json.load(open(notesbog, encoding="utf-8"))["cells"]:
        if celle["cell_type"] == "code":
            led = ast.parse("".join(celle["source"])).body
            sidst = led.pop() if isinstance(led[-1], ast.Expr) else None
            exec(compile(ast.Module(led, []), "celle", "exec"), navne)
            if "parameters" in celle["metadata"].get("tags", ()):
                navne.update(parametre)
            if sidst is not None:
                vist = eval(compile(ast.Expression(sidst.value), "celle", "eval"), navne)
                if vist is not None:
                    vist._repr_mimebundle_()
sider = json.loads(sys.argv[1])
koer(*sider[0][1:])
start = time.monotonic()
for _, notesbog, parametre in sider:
    koer(notesbog, parametre)
print(time.monotonic() - start)
"""


def gulv(sider: list[katalog.Sidespec], miljoe: dict[str, str]) -> float:
    """Seconds for the same calculations, tables and figures as a plain function in a warm process, on one core."""
    pages = json.dumps([(s.navn, str(s.rapport.notesbog), s.parametre) for s in sider])
    done = subprocess.run([sys.executable, "-c", _GULV, pages], env=miljoe, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


# --- the rounds -----------------------------------------------------------------------------------------------------


def maal(sider: list[katalog.Sidespec], runder: int, uden: set[str], miljoe: dict[str, str]) -> dict[str, Any]:
    """Way → (seconds of each round, peak MB)."""
    ways: dict[str, Any] = {
        "a": enkelt_loekke,
        "b": i_en_proces(""),
        "c": i_en_proces("ploomber") if util.find_spec("ploomber_engine") else None,
        "d1": kkr("--forfra", "--motor", "jupyter", "-j", "1"),
        "d2": kkr("--forfra", "--motor", "jupyter", "-j", "2"),
        "e1": kkr("--forfra", "-j", "1"),
        "e2": kkr("--forfra", "-j", "2"),
        "e0": kkr(),
    }
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as top:
        for number in range(runder):
            for name, way in ways.items():
                if way is None or name in uden:
                    continue
                folder = Path(top, f"{name}-{number}")
                folder.mkdir()
                if name == "e0":  # once is enough to have nothing to do
                    way(sider, folder, miljoe)
                with Maaling() as measured:
                    way(sider, folder, miljoe)
                seconds, mb = found.setdefault(name, ([], []))
                seconds.append(measured.sekunder)
                mb.append(measured.mb)
                print(f"{number + 1}/{runder} {name}: {measured.sekunder:.1f} s", file=sys.stderr)
                shutil.rmtree(folder)
            if "f" not in uden:
                found.setdefault("f", ([], []))[0].append(gulv(sider, miljoe))
                print(f"{number + 1}/{runder} f: {found['f'][0][-1]:.1f} s", file=sys.stderr)
    return found


NAVNE = {
    "a": "(a) papermill, then nbconvert, page by page",
    "b": "(b) papermill and the exporter in one process",
    "c": "(c) ploomber-engine and the exporter in one process",
    "d1": "(d) `kkr build --motor jupyter`, one core",
    "d2": "(d) `kkr build --motor jupyter`, two",
    "e1": "(e) `kkr build`, one core",
    "e2": "(e) `kkr build`, two",
    "e0": "(e) `kkr build`, nothing to do",
    "f": "(f) the floor: a plain function in a warm process, one core",
}


def tabel(fundet: dict[str, Any], antal: int) -> str:
    """The table in Markdown: seconds per page, ratio to (a) round by round, peak memory."""
    lines = ["| way | s per page | × faster than (a) | peak MB |", "| --- | ---: | ---: | ---: |"]
    for name, said in NAVNE.items():
        if name not in fundet:
            lines.append(f"| {said} | not measured | | |")
            continue
        seconds, mb = fundet[name]
        ratio = ""
        if "a" in fundet:
            ratio = f"{statistics.median(a / s for a, s in zip(fundet['a'][0], seconds, strict=True)):.1f}"
        memory = f"{max(mb):.0f}" if mb else ""
        lines.append(f"| {said} | {statistics.median(seconds) / antal:.2f} | {ratio} | {memory} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds per page, each way of making it.")
    parser.add_argument(
        "sider", nargs="*", metavar="SIDE", help="The page to make (default: all that kkr build makes)."
    )
    parser.add_argument("--runder", type=int, default=3)
    parser.add_argument("--uden", default="", help="Ways to leave out, as a,b,c.")
    chosen = parser.parse_args()
    tables = data.load()
    pages = [p for r in katalog.find(data.ROD).values() for p in katalog.sider(r, tables)]
    if chosen.sider:
        pages = [p for p in pages if p.navn in chosen.sider]
        if len(pages) != 1:
            sys.exit("name one page, or none for all of them")
    # What has been judged once is not judged again, in any of the ways: the first to run would pay for all.
    kontrol.godkend(tables)
    koer([*PYTHON, "kkrlib.cli", "list"], dict(os.environ))
    environ = {k: v for k, v in os.environ.items() if k not in (domme.GYLDIG, domme.GODKENDT)}
    environ |= {**notesbog.MILJOE, "KKR_ROD": str(data.ROD)}
    found = maal(pages, chosen.runder, set(filter(None, chosen.uden.split(","))), environ)
    packages = ", ".join(
        f"{n} {metadata.version(n)}" for n in ("pandas", "matplotlib", "papermill", "ipykernel", "nbconvert")
    )
    print(f"{len(pages)} page(s), {chosen.runder} round(s), {os.cpu_count()} cores, {platform.system()},", end=" ")
    print(f"Python {platform.python_version()}, {packages}.\n\n{tabel(found, len(pages))}")


if __name__ == "__main__":
    main()
