"""The warm engine: the executed notebook is that of Jupyter's own kernel, byte for byte, and so is what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

import nbformat
import papermill  # noqa: F401 - first: it takes the engine by its entry point, and could not while that is half imported
import pytest
from proeveprojekt import notesbog, projekt
from test_koersel import alive

from kkrlib import data, domme, kontrol
from kkrlib.data import opslag
from kkrlib.rapport import katalog, koersel, motor, varm
from kkrlib.rapport import notesbog as koerer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")

#: Cells that go on: what they show, and what they are refused.
GAAR_VIDERE = [
    "side = 'x'",
    "print('a'); print('æøå €'); 1 + 1",
    "import sys; print('fejl', file=sys.stderr)",
    "import os; _ = os.write(1, b'fra C')",
    "for i in range(30_000): print('x' * 100)",
    "import pandas as pd; pd.DataFrame({f'k{i}': range(70) for i in range(25)})",
    "pd.DataFrame({'a': [1.5, None], 'b': ['x', 'y']}).describe()",
    "from IPython.display import HTML, Markdown, display, update_display\ndisplay(HTML('<b>x</b>')); Markdown('*y*')",
    "h = display('først', display_id='h'); h.update('siden')",
    "update_display('intet', display_id='andet')",
    "get_ipython().run_line_magic('precision', '3'); 3.14159265",
    "%%html\n<i>z</i>",
    "int?",
    "sys.path[:0], os.environ['COLUMNS'], os.environ.get('MPLBACKEND'), os.environ.get('PYTHONHASHSEED')",
    "import random, tempfile; len(tempfile.gettempdir()) > 3, random.random() != random.random()",
    "def f():\n    yield 1\nlist(f()), _, __name__, In[1][:10]",
    "import matplotlib.pyplot as plt; fig = plt.figure(figsize=(1, 1)); _ = plt.plot([1, 2]); plt.show()",
    "_ = plt.plot([1, 2])",
    "try:\n    import subprocess; subprocess.run(['sleep', '0'])\nexcept Exception as stop:\n    print(stop)",
    "try:\n    open('ny.csv', 'w')\nexcept Exception as stop:\n    print(type(stop).__name__)",
    "try:\n    os.fork()\nexcept Exception as stop:\n    print(stop)",
    "import asyncio\nasync def g():\n    await asyncio.sleep(60)\nopgave = asyncio.ensure_future(g())",
    "await asyncio.sleep(0.01); print('efter')",
    "import threading, time\ntraad = threading.Thread(target=time.sleep, args=(60,), daemon=True); traad.start()",
    "from IPython.display import clear_output; print('væk'); clear_output()",
    "import warnings; warnings.simplefilter('error'); sorted({'æ', 'b', 'a', (1).__class__.__name__})",
]
#: Cells after which nothing runs: name → cells.
STANDSER = {
    "fejl": ["def f(x):\n    return 1 / x", "print('før')\nf(0)", "print('aldrig')"],
    "syntaks": ["1 +", "print('aldrig')"],
    "data": ["class DataError(Exception): pass", "raise DataError('fejl: a.csv\\nfejl: b.csv')"],
    "exit": ["print('før')", "exit()", "print('aldrig')"],
    "sysexit": ["import sys; sys.exit(3)"],
    "oexit": ["import os, time; print('før', flush=True); time.sleep(0.5); os._exit(3)"],
    "draebt": ["import os, time; print('før', flush=True); time.sleep(0.5); os.kill(os.getpid(), 9)"],
    "haenger": ["import time; print('før', flush=True); time.sleep(600)"],
    "snakker": ["for i in range(1_000_000): print('x' * 100)"],
    "hukommelse": ["x = bytearray(10**11)"],
    "ventet": ["print('før'); raise ValueError('ventet')", "print('efter')"],
    "spoerger": ["input('hvad?')"],
}


def noter(rod: Path, navn: str, celler: list[str]) -> None:
    meta = {"rapport": navn, "titel": navn, "parametre": {}}
    path = notesbog(rod / "notebooks" / f"{navn}.ipynb", celler, kkr=meta, parametre="x: int = 1")
    if navn == "ventet":
        nb = nbformat.read(path, as_version=4)
        nb.cells[1].metadata["tags"] = ["raises-exception"]
        nb.cells.insert(1, nbformat.v4.new_markdown_cell("*tekst*", id="tekst"))
        nbformat.write(nb, path)


def byg(rod: Path, navne: list[str], hvad: str, celletid: int = 600):
    """Build pages with one engine: the executed notebooks, the messages and the exit codes."""
    reports = katalog.find(rod)
    pages = [katalog.Sidespec(n, reports[n]) for n in navne]
    work = rod / "build" / hvad
    results = koersel.byg(
        pages,
        ud=rod / hvad,
        arbejde=work,
        rod=rod,
        processer=2,
        celletid=celletid,
        motor=hvad,
        eksport="proeveprojekt:Eksport",
        indeks=None,
    )
    books = {p.name: p.read_bytes() for folder in (work, work / "fejl") for p in sorted(folder.glob("*.ipynb"))}
    said = [(r.kode, r.fejl.replace(f"build/{hvad}/", ""), r.detaljer) for r in results]
    return books, said


@pytest.fixture
def rod(tmp_path, monkeypatch):
    made = projekt(tmp_path / "projekt")
    (made / "notebooks" / "proeve.ipynb").unlink()
    monkeypatch.setenv("KKR_ROD", str(made))
    monkeypatch.delenv("KKR_DATA", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(data.ROD), str(data.ROD / "tests")]))
    return made


def ens(rod: Path, navne: list[str], **valg):
    """Both engines' notebooks and messages are the same; returns them."""
    standard, warm = (byg(rod, navne, hvad, **valg) for hvad in koerer.MOTORER)
    assert standard[1] == warm[1]
    assert standard[0].keys() == warm[0].keys() == {f"{n}.ipynb" for n in navne}
    for name in standard[0]:
        assert standard[0][name] == warm[0][name], name
    return standard


def test_what_cells_show_and_are_refused_is_the_same_in_both_engines(rod):
    noter(rod, "videre", GAAR_VIDERE)
    books, ((code, _, details),) = ens(rod, ["videre"])
    assert code == 4 and len(details) == 7 and "opgaven g (async)" in details[-1]
    shown = nbformat.reads(books["videre.ipynb"].decode(), as_version=4)
    assert all(c.get("execution_count") for c in shown.cells if c.cell_type == "code")
    assert any("image/png" in o.get("data", {}) for c in shown.cells for o in c.get("outputs", ()))


def test_a_notebook_that_stops_stops_the_same_in_both_engines(rod):
    for name, cells in STANDSER.items():
        noter(rod, name, cells)
    _, said = ens(rod, list(STANDSER), celletid=15)
    words = {n: f for n, (_, f, _) in zip(STANDSER, said, strict=True)}
    assert {n: k for n, (k, _, _) in zip(STANDSER, said, strict=True)} == {n: 3 if n == "data" else 4 for n in STANDSER}
    for name, word in {
        "fejl": "ZeroDivisionError",
        "oexit": "kode 3",
        "draebt": "SIGKILL",
        "haenger": "tog mere end 15 sekunder",
        "snakker": "mere end 5 MB til stdout",
        "hukommelse": "hukommelse",
        "exit": "afslutter kernen",
        "sysexit": "afslutter kernen",
    }.items():
        assert word in words[name]


SIDER = {
    "flygtninge": {"aar": 2025, "region": "Region Sjælland"},
    "klyngeoekonomi": {"aar": 2022, "region": "hele landet"},
    "socialtilsyn": {"aar": 2023},
    "afstemning": {},
}


def test_every_notebook_and_its_page_are_the_same_in_both_engines(tabeller, tmp_path, monkeypatch):
    monkeypatch.setenv("KKR_ROD", str(data.ROD))
    monkeypatch.delenv("KKR_DATA", raising=False)
    reports = katalog.find(data.ROD)
    assert reports.keys() == SIDER.keys(), "a new report is compared too"
    pages = [p for n, given in SIDER.items() for p in katalog.sider(reports[n], tabeller, **given)]
    passed = {domme.GYLDIG: opslag.tag().aftryk, domme.GODKENDT: kontrol.aftryk(tabeller)}
    made = {}
    for engine in koerer.MOTORER:
        results = koersel.byg(
            pages, ud=tmp_path / engine / "ud", arbejde=tmp_path / engine, rod=data.ROD, motor=engine, miljoe=passed
        )
        assert [r.fejl for r in results] == [""] * len(pages)
        files = sorted(p for p in (tmp_path / engine).rglob("*") if p.is_file() and not p.name.startswith("."))
        made[engine] = {p.relative_to(tmp_path / engine).as_posix(): p.read_bytes() for p in files}
    standard, warm = (made[engine] for engine in koerer.MOTORER)
    assert standard.keys() == warm.keys()
    assert [n for n in standard if standard[n] != warm[n]] == []
    assert {f"{p.navn}.ipynb" for p in pages} < standard.keys()


# --- where it cannot, and what it leaves --------------------------------------------------------------------------


def test_a_process_with_threads_or_without_fork_starts_a_kernel_of_its_own(monkeypatch):
    assert varm.kan() or threading.active_count() > 1
    held = threading.Event()
    thread = threading.Thread(target=held.wait, daemon=True)
    thread.start()
    assert not varm.kan()
    held.set()
    thread.join()
    monkeypatch.delattr(os, "fork")
    assert not varm.kan()


def test_papermill_finds_the_engine_and_its_notebook_is_kept_to_the_same_rules(rod, tmp_path):
    noter(rod, "god", ["print(x)"])
    noter(rod, "ond", ["try:\n    open('ny.csv', 'w')\nexcept OSError:\n    pass"])
    code = (
        "import sys, papermill, kkrlib.rapport.motor\n"
        "papermill.execute_notebook(*sys.argv[1:], engine_name='kkr', parameters={'x': 7}, progress_bar=False)"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", code, rod / "notebooks" / f"{name}.ipynb", tmp_path / f"{name}.ipynb"],
            capture_output=True,
            text=True,
            check=False,
        )
        for name in ("god", "ond")
    ]
    assert [a.returncode for a in answers] == [0, 1], answers[0].stderr
    assert "cellen skriver filen" in answers[1].stderr
    nb = nbformat.read(tmp_path / "god.ipynb", as_version=4)
    assert nb.cells[-1].outputs[0].text == "7\n"
    assert nb.metadata.language_info["name"] == "python"


def test_the_entry_point_is_papermill_s_own_kind(tmp_path):
    declared = tomllib.loads((data.ROD / "pyproject.toml").read_text())["project"]["entry-points"]["papermill.engine"]
    assert declared == {motor.MOTOR: f"{motor.__name__}:{motor.Motor.__name__}"}


def test_a_worker_that_is_killed_leaves_no_kernel(rod, tmp_path):
    noter(rod, "haenger", ["import os; print(os.getpid(), flush=True)", "import time; time.sleep(600)"])
    noted = tmp_path / "pid"
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom kkrlib.rapport import kerne, notesbog, varm\n"
        "class Barn(varm.Barn):\n    def __init__(self, k):\n        super().__init__(k)\n"
        f"        Path({str(noted)!r}).write_text(str(self.pid))\n"
        "varm.Barn = Barn\n"
        "notesbog.koer(Path(sys.argv[1]), {}, Path(sys.argv[2]), motor='kkr')"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", code, rod / "notebooks" / "haenger.ipynb", tmp_path / "ud.ipynb"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not noted.exists() or not noted.read_text():
        assert time.monotonic() < deadline and worker.poll() is None
        time.sleep(0.05)
    kernel = int(noted.read_text())
    assert alive(kernel)
    worker.kill()
    worker.wait()
    deadline = time.monotonic() + 10
    while alive(kernel):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("parts", [[], [b""], [b"a", b"", b"\0" * 1000]])
def test_a_message_comes_out_as_it_went_in_however_it_is_cut(parts):
    whole = varm._pakket(b"i", parts) * 2
    for cut in (1, 3, 7, len(whole)):
        rest, seen = bytearray(), []
        for at in range(0, len(whole), cut):
            rest += whole[at : at + cut]
            while (got := varm._udpakket(rest)) is not None:
                seen.append(got)
        assert seen == [(b"i", parts)] * 2 and not rest
