"""A report's cell computes and shows: every output is shown or refused, and what else a cell does is refused by name.

One kernel runs many small cells. Each swallows what it is told, so that the page's refusal is seen to stand.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import textwrap
import warnings
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from proeveprojekt import SIDE, TABELLER, filer, notesbog, projekt
from test_koersel import HELE, alive, byg

from kkrlib import mime
from kkrlib.errors import RunError
from kkrlib.rapport import eksport, graenser, katalog, kerne, publicering
from kkrlib.rapport import notesbog as koerer


def koer(mappe: Path, celler: list[str], **parametre):
    """Run cells in a project of their own, whose root is ``mappe/projekt``: the notebook, and what was refused."""
    rod = mappe / "projekt"
    (rod / "data").mkdir(parents=True, exist_ok=True)
    own = "".join(f"{name} = ''\n" for name in parametre) or "aar = 2025"
    path = notesbog(rod / "notebooks" / "n.ipynb", celler, parametre=own)
    for talkative in ("papermill", "traitlets"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    os.environ.pop("KKR_DATA", None)
    told, code = [], 0
    with koerer.environment(rod):
        try:
            koerer.koer(path, parametre, mappe / "ud.ipynb", celletid=60)
        except koerer.Cellefejl as stop:
            told, code = stop.detaljer or [str(stop)], stop.exit_code
    return SimpleNamespace(rod=rod, nb=nbformat.read(mappe / "ud.ipynb", as_version=4), afvist=told, kode=code)


def slugt(kilde: str) -> str:
    """A cell that swallows what it is told."""
    return "try:\n" + textwrap.indent(kilde, "    ") + "\nexcept Exception:\n    pass"


# --- what a cell must not do ------------------------------------------------------------------------------------

HANDLINGER = {
    "subprocess": ("import subprocess; subprocess.run(['sleep', '1'])", "starter et program (sleep)"),
    "a line for the shell": ("import subprocess; subprocess.run('sleep 1', shell=True)", "starter et program"),
    "os.system": ("import os; os.system('sleep 1')", "starter et program (sleep)"),
    "a shell's line in a notebook": ("get_ipython().system('sleep 1')", "starter en kopi af kernen"),
    "os.posix_spawn": ("import os; os.posix_spawn('sleep', ['sleep', '1'], {})", "starter et program (sleep)"),
    "os.execv": ("import os; os.execv('sleep', ['sleep', '1'])", "starter et program (sleep)"),
    "os.fork": ("import os; os.fork() or os._exit(0)", "starter en kopi af kernen"),
    "multiprocessing by fork": (
        "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
        "starter en kopi af kernen",
    ),
    "multiprocessing by spawn": (
        "import multiprocessing as m; m.get_context('spawn').Process(target=print).start()",
        "starter en ny proces",
    ),
    "a connection": ("import socket; socket.create_connection(('127.0.0.1', 9))", "bruger nettet (127.0.0.1)"),
    "a server": ("import socket; socket.socket().bind(('127.0.0.1', 0))", "bruger nettet (127.0.0.1:0)"),
    "a page of the web": ("import urllib.request as u; u.urlopen('http://x.invalid/a')", "nettet (http://x.invalid/a)"),
    "pandas and the web": ("import pandas as pd; pd.read_csv('http://x.invalid/b')", "nettet (http://x.invalid/b)"),
    "a file in the data": ("(rod / 'data' / 'ny.csv').write_text('x')", "skriver filen «data/ny.csv»"),
    "a file beside the notebook": ("open('ny.csv', 'w')", "skriver filen"),
    "a file by its number": ("import os; os.open(rod / 'nr', os.O_CREAT | os.O_WRONLY)", "skriver filen «nr»"),
    "to_csv": ("import pandas as pd; pd.DataFrame().to_csv(rod / 'ud.csv')", "skriver filen «ud.csv»"),
    "a picture": ("from matplotlib.figure import Figure; Figure().savefig(rod / 'f.png')", "skriver filen «f.png»"),
    "a database": ("import sqlite3; sqlite3.connect(rod / 'd.db')", "åbner «d.db»"),
    "a folder": ("(rod / 'mappe').mkdir()", "opretter mappen «mappe»"),
    "a removal": ("(rod / 'data' / 'fast.csv').unlink()", "sletter «data/fast.csv»"),
    "a tree": ("import shutil; shutil.rmtree(rod / 'data')", "sletter «data/fast.csv»"),
    "a renaming": ("(rod / 'data' / 'fast.csv').rename(rod / 'x')", "omdøber «data/fast.csv»"),
    "a link": ("(rod / 'led').symlink_to('data')", "laver filen «led»"),
    "a pipe with a name": ("import os; os.mkfifo(rod / 'roer')", "laver en særlig fil (os.mkfifo)"),
    "rights": ("(rod / 'data' / 'fast.csv').chmod(0)", "ændrer «data/fast.csv»"),
    "a time": ("import os; os.utime(rod / 'data' / 'fast.csv', (1, 1))", "ændrer «data/fast.csv»"),
    "a file elsewhere": ("open('/etc/passwd').read()", "læser «/etc/passwd» uden for projektet"),
    "pandas and a file elsewhere": ("import pandas as pd; pd.read_csv('/etc/hosts')", "læser «/etc/hosts»"),
    "a folder elsewhere": ("import os; os.listdir('/etc')", "læser mappen «/etc» uden for projektet"),
    "another folder": ("import os; os.chdir(rod)", "skifter mappe"),
    "another folder in a line": ("get_ipython().run_line_magic('cd', '/')", "skifter mappe (/)"),
    "another environment": ("import os; os.environ['KKR_DATA'] = 'x'", "miljøvariablen KKR_DATA"),
    "an environment with less": ("import os; del os.environ['TZ']", "miljøvariablen TZ"),
    "a signal": ("import os; os.kill(os.getppid(), 0)", "sender et signal"),
    "other limits": (
        "import resource as r; r.setrlimit(r.RLIMIT_CPU, (9, 9))",
        "ændrer grænserne for kernen",
    ),
    "the kernel's end": ("exit()", "afslutter kernen"),
    "a question": ("input('Hvilket år?')", "spørger brugeren"),
    "outputs thrown away": ("get_ipython().run_cell_magic('capture', '', '1')", "smider det væk"),
}


@pytest.fixture(scope="module")
def handlet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handlet")
    (folder / "projekt" / "data").mkdir(parents=True)
    (folder / "projekt" / "data" / "fast.csv").write_text("x\n")
    begin = "import os\nfrom pathlib import Path\n\nrod = Path(os.environ['KKR_ROD'])"
    before = filer(folder / "projekt")
    run = koer(folder, [begin, *(slugt(source) for source, _ in HANDLINGER.values())])
    run.foer = before
    return run


@pytest.mark.parametrize("navn", HANDLINGER)
def test_what_a_cell_does_besides_is_refused_by_its_name_though_the_cell_swallows_it(handlet, navn):
    number = list(HANDLINGER).index(navn) + 3  # after the parameters and the first cell
    told = [line for line in handlet.afvist if line.startswith(f"celle {number} («try:»): ")]
    assert told and HANDLINGER[navn][1] in told[0], (navn, told)
    assert all("; " in line for line in told)  # what to write instead


def test_refused_acts_change_nothing_and_every_one_is_told_at_once(handlet):
    now = filer(handlet.rod)
    assert {path: now[path] for path in handlet.foer} == handlet.foer
    assert set(now) - set(handlet.foer) == {"notebooks/n.ipynb"}
    assert not any((handlet.rod / name).exists() for name in ("mappe", "led"))
    assert handlet.kode == 4
    assert len({line.partition(" (")[0] for line in handlet.afvist}) == len(HANDLINGER)


def test_a_cell_computes_shows_and_reads_what_the_report_follows_from(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "mpl"))  # matplotlib makes its list of fonts, at its import
    (tmp_path / "min.csv").write_text("a\n1\n")
    (tmp_path / "projekt" / "data").mkdir(parents=True)
    (tmp_path / "projekt" / "data" / "fast.csv").write_text("a\n2\n")
    cells = [
        "import matplotlib.pyplot as plt, pandas as pd, kkrlib.visning.flygtninge, kkrlib.kontrol, openpyxl",
        "import os\nfrom pathlib import Path\nrod = Path(os.environ['KKR_ROD'])",
        "int(pd.read_csv(rod / 'data' / 'fast.csv').a[0]) + int(pd.read_csv(fil).a[0])",
        """
        import tempfile
        with tempfile.TemporaryDirectory() as t:
            (Path(t) / "a").write_text("x")
            (Path(t) / "a").rename(Path(t) / "b")
            (Path(t) / "m").mkdir()
            assert os.listdir(t) and (Path(t) / "b").read_text() == "x"
        with tempfile.TemporaryFile() as f:
            f.write(b"x")
        """,
        """
        import io, sqlite3, uuid, zoneinfo, mimetypes, random, locale
        sqlite3.connect(":memory:").execute("select 1")
        open(os.devnull, "w").write("x")
        (rod / "data").mkdir(exist_ok=True)
        os.environ["TZ"] = os.environ["TZ"]
        zoneinfo.ZoneInfo("Europe/Copenhagen"), mimetypes.guess_type("a.csv"), uuid.uuid4(), random.random()
        pd.DataFrame({"a": [1]}).to_excel(io.BytesIO())
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(2)
        assert pool.submit(sum, [1, 2]).result() == 3
        """,
    ]
    run = koer(tmp_path, [textwrap.dedent(c) for c in cells], fil=str(tmp_path / "min.csv"))
    assert run.afvist == []
    shown = [o["data"]["text/plain"] for c in run.nb.cells for o in c.get("outputs", [])]
    assert shown == ["3"]


# --- what would be lost -----------------------------------------------------------------------------------------

TABT = {
    "a backend that drops figures": (
        "import matplotlib.pyplot as plt\nplt.switch_backend('agg')\nplt.plot([1, 2])\nplt.show()",
        ["skifter matplotlibs backend til «agg»", "tegner en figur med matplotlib, som ikke vises"],
    ),
    "the same by a line of IPython's": (
        "get_ipython().run_line_magic('matplotlib', 'pdf')",
        ["skifter matplotlibs backend til «pdf»"],
    ),
    "clear_output": (
        "from IPython.display import clear_output, display\ndisplay('x')\nclear_output()",
        ["sletter det, den har vist"],
    ),
    "an update of nothing": (
        "from IPython.display import update_display\nupdate_display('x', display_id='ukendt')",
        ["opdaterer noget, der ikke er vist"],
    ),
    "a help text": ("print?", ["viser noget uden for notesbogen (page)"]),
    "something that is no text": ("display({'application/x-tal': 1}, raw=True)", ["viser application/x-tal som andet"]),
    "a widget": ("from comm import create_comm\nwidget = create_comm(target_name='jupyter.widget')", ["en widget"]),
    "a task that shows after its cell": (
        "import asyncio\nasync def sent():\n    await asyncio.sleep(.3)\n    print('sent')\n"
        "opgave = asyncio.create_task(sent())",
        ["viser noget, efter at den er færdig (sent)"],
    ),
    "a cell in between": ("await asyncio.sleep(1)", []),
    "a task that is never done": (
        "async def aldrig():\n    await asyncio.sleep(99)\nopgave = asyncio.create_task(aldrig())",
        ["opgaven aldrig (async) er ikke færdig"],
    ),
    "a thread that is never done": (
        "import threading, time\ndef bliver_ved():\n    time.sleep(99)\n"
        "threading.Thread(target=bliver_ved, daemon=True, name='min').start()",
        ["en tråd (min) kører endnu"],
    ),
}


def test_an_output_that_would_be_lost_is_refused(tmp_path):
    run = koer(tmp_path, [source for source, _ in TABT.values()])
    told = {}
    for line in run.afvist:
        told.setdefault(int(line.split()[1]), []).append(line)
    expected = {n: words for n, (_, words) in enumerate(TABT.values(), 2) if words}
    # Only after the last cell is it known that something is never done.
    expected[len(TABT) + 1] = [*expected.pop(len(TABT)), *expected[len(TABT) + 1]]
    assert list(told) == list(expected)
    for number, words in expected.items():
        assert len(told[number]) == len(words) and all(any(w in x for x in told[number]) for w in words), told[number]


# --- what is shown, and refused by the exporter ------------------------------------------------------------------

M = "import matplotlib.pyplot as plt\n"
VIST = {
    "a figure that is shown": (
        M + "fig, ax = plt.subplots(); ax.plot([1, 2]); plt.show()",
        "image/png.*kkrlib.figurer",
    ),
    "a figure left open": (M + "plt.figure();", "kkrlib.figurer"),
    "a figure of pandas": ("import pandas as pd\npd.Series([1, 2]).plot();", "image/png.*kkrlib.figurer"),
    "a figure after another backend's name": (M + "plt.plot([1]);\n%matplotlib inline", "image/png"),
    "print": ("print('hej')", r"skriver til stdout: hej; .*tekst\(…\)"),
    "a logged warning": ("import logging\nlogging.warning('pas på')", "skriver til stderr: WARNING:root:pas på; ret"),
    "a warning": (
        "import warnings\nwarnings.warn('gammelt')",
        r"skriver til stderr: 1: UserWarning|: UserWarning: gammelt",
    ),
    "a fault that was caught": (
        "import traceback\ntry:\n    1 / 0\nexcept Exception:\n    traceback.print_exc()",
        "stderr",
    ),
    "a fault as a value": ("try:\n    1 / 0\nexcept Exception as e:\n    fejl = e\nfejl", r"text/plain.*tekst\(…\)"),
    "the other stdout": ("import sys\nprint('bag om', file=sys.__stdout__, flush=True)", "stdout: bag om"),
    "C's stdout": ("import ctypes\nctypes.CDLL(None).puts(b'fra C');", "stdout: fra C"),
    "C's stderr": ("import os\nos.write(2, b'raat');", "stderr: raat"),
    "a thread": (
        "import threading\nt = threading.Thread(target=print, args=['traad'])\nt.start(); t.join()",
        "stdout: traad",
    ),
    "a DataFrame": ("import pandas as pd\npd.DataFrame({'a': [1]})", r"text/html.*DataFrame.*tabel\(…\)"),
    "HTML": ("from IPython.display import *\nHTML('<p>x</p>')", r"text/html.*tabel\(…\)"),
    "a script": ("Javascript('alert(1)')", "application/javascript.*ingen scripts"),
    "a script in HTML": ("HTML('<script>1</script>')", "text/html.*ingen scripts"),
    "another page": ("IFrame('https://x.invalid', 1, 1)", "text/html.*henter intet"),
    "a drawing": ("SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')", "image/svg.*kkrlib.figurer"),
    "sound": ("Audio(data=[0, 1], rate=8)", "text/html.*lyd"),
    "a formula": ("Math('a')", "text/latex.*ord"),
    "a chart of the browser's": (
        "display({'application/vnd.vegalite.v5+json': {}, 'text/plain': 'x'}, raw=True)",
        "vegalite.*ingen scripts",
    ),
    "a kind no one knows": ("display({'application/x-ukendt': 'x'}, raw=True)", "x-ukendt.*brug Side"),
    "a kind of JSON no one knows": ("display({'application/vnd.x+json': {'a': [1]}}, raw=True)", "vnd.x.*brug Side"),
    "nothing": ("display({}, raw=True)", "intet.*brug Side"),
    "None": ("display(None)", "text/plain"),
    "a text beside a picture": ("display({'text/markdown': 'x', 'image/png': 'aGVq'}, raw=True)", "image/png"),
    "a table beside a picture": (
        "display({'application/vnd.kkr.tabel+json': {}, 'image/png': 'aGVq'}, raw=True)",
        "vnd.kkr.tabel.*image/png",
    ),
    "what is shown later": ("h = display('a', display_id='h')\nh.update('b')", "text/plain"),
}


def test_every_output_of_a_cell_reaches_the_page_or_is_refused_with_what_to_write_instead(tmp_path):
    run = koer(tmp_path, [SIDE.replace("{region}", "x"), *(source for source, _ in VIST.values())])
    assert run.afvist == []
    with pytest.raises(RunError) as stop:
        eksport.side(run.nb, "n")
    told = {}
    for line in str(stop.value).splitlines()[1:]:
        told.setdefault(line.partition(": ")[0], []).append(line)
    for number, (source, words) in enumerate(VIST.values(), 3):
        lines = told.get(f"celle {number}", [])
        assert any(re.search(words, line) for line in lines), (source, lines)
    assert set(told) == {f"celle {n}" for n in range(3, len(VIST) + 3)}
    assert "ipykernel_" not in str(stop.value)


# --- the limits -------------------------------------------------------------------------------------------------


def test_a_kernel_keeps_its_limits_and_goes_on(tmp_path):
    stop = "0; from IPython.display import HTML, display"
    cells = [
        slugt("print('x' * 10**8)"),
        "import os\nfor _ in range(20):\n    os.write(1, b'x' * 10**6)",
        slugt(f"{stop}\ndisplay(HTML('x' * 10**8))"),
        slugt(f"{stop}\nfor _ in range(6):\n    display(HTML('x' * (4 * 10**6)))"),
        "bytearray(5 * 10**9)",
    ]
    run = koer(tmp_path, cells)
    words = [
        "skriver mere end 5 MB til stdout",
        "skriver mere end 5 MB til stdout",
        "viser mere end 5 MB på én gang",
        "viser mere end 20 MB i alt",
        "ikke mere end 4 GB hukommelse",
    ]
    assert [line.partition(" (")[0] for line in run.afvist] == [f"celle {n}" for n in range(2, 7)]
    assert all(w in line for w, line in zip(words, run.afvist, strict=True)), run.afvist
    assert (tmp_path / "ud.ipynb").stat().st_size < graenser.OUTPUTS + graenser.OUTPUT


@pytest.fixture
def smaa(monkeypatch):
    """Limits that a test can reach."""

    def saet(**limits: int):
        for name, value in limits.items():
            monkeypatch.setattr(graenser, name, value)

    return saet


def proeveside():
    from test_eksport import byg as sidebyg
    from test_eksport import en_tabel, md, vis

    return lambda: sidebyg(md("## Afsnit"), vis(en_tabel()), vis(en_tabel("flere", "Flere kvoter")))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"OUTPUT": 1_000}, "celle 4: viser .*kB, og et output må fylde 1.kB; .*filer"),
        ({"SIDE": 1_000}, r"siden fylder .* og må fylde 1.kB; mest fylder celle \d \(.*\) og celle \d"),
        ({"FIL": 1_000}, "celle 4: filen «flygtninge-2025-kvoter.xlsx» fylder .* og en fil må fylde 1.kB"),
        ({"FILER": 3}, "siden har 4 filer på .* og må have 3 filer"),
        ({"FILER_I_ALT": 9_000}, "siden har 4 filer på .* og må have .* og 9.kB"),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, dict) else "",
)
def test_a_page_keeps_its_limits_whatever_ran_it(smaa, limits, words):
    build = proeveside()
    build()
    smaa(**limits)
    with pytest.raises(RunError, match=words):
        build()


def test_a_download_that_is_no_base64_is_refused():
    from test_eksport import byg as sidebyg
    from test_eksport import output

    entry = {"id": "f", "type": "csv", "titel": "F", "base64": "æ"}
    with pytest.raises(RunError, match=r"celle 3: filen «f.csv» har et indhold, der ikke er base64"):
        sidebyg(output("display_data", data={mime.FILER: {"titel": "F", "filer": [entry]}}))


def processer(*linjer: bytes) -> list[int]:
    """The process ids of command lines; one that ends meanwhile is none."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += [int(path.parent.name)] if path.read_bytes() in linjer else []
    return found


# --- one page fails, the others are finished ----------------------------------------------------------------------


def test_a_page_that_ends_its_kernel_or_leaves_a_process_fails_by_name_and_the_others_are_built(tmp_path):
    rod = projekt(tmp_path)
    acts = """\
    import ctypes, os, sys
    if region == "Region Sjælland":
        os._exit(3)
    if region == "Region Hovedstaden":
        ctypes.CDLL(None).system(b"setsid sleep 87 & sleep 88 &");
    if aar == 2026:
        sys.exit(0)
    """
    notesbog(rod / "notebooks" / "proeve.ipynb", [SIDE, textwrap.dedent(acts)])
    report = katalog.find(rod)["proeve"]
    pages = katalog.sider(report, TABELLER, aar=2025) + katalog.sider(report, TABELLER, aar=2026, region=HELE)
    results = {r.spec.navn: r for r in byg(rod, sider=pages, processer=1)}
    assert publicering.exit_kode(results.values()) == 4
    cell = "celle 4 («import ctypes, os, sys»): "
    assert results["proeve-2025"].kode == 0
    assert f"{cell}kernen døde: den afsluttede sig selv (kode 3)" in results["proeve-2025-sjaelland"].fejl
    assert f"{cell}notesbogen har startet sleep, sleep, som stadig kørte" in results["proeve-2025-hovedstaden"].fejl
    assert f"{cell}cellen afslutter kernen (SystemExit)" in results["proeve-2026"].fejl
    assert {"proeve-2025.html"} == {p for p in filer(rod / "reports") if p.startswith("proeve")}
    assert not any(alive(pid) for pid in processer(b"sleep\x0087\0", b"sleep\x0088\0"))


# --- the notebook and its kernel ----------------------------------------------------------------------------------


def test_cells_without_ids_or_with_one_twice_get_their_own_without_a_warning(tmp_path):
    path = notesbog(tmp_path / "n.ipynb", ["1", "2", "3"])
    raw = json.loads(path.read_text(encoding="utf-8"))
    del raw["cells"][1]["id"]
    raw["cells"][2]["id"] = "celle-0"
    raw["cells"][3]["id"] = "celle-2"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [c.id for c in koerer.laes(path).cells] == ["celle-0", "celle-2a", "celle-3", "celle-2"]
        raw["nbformat_minor"] = 4
        for cell in raw["cells"]:
            cell.pop("id", None)
        path.write_text(json.dumps(raw), encoding="utf-8")
        assert [c.id for c in koerer.laes(path).cells] == [f"celle-{n}" for n in range(1, 5)]


def kernespec(mappe: Path, navn: str, argv: list[str], sprog: str = "python") -> None:
    folder = mappe / "kernels" / navn
    folder.mkdir(parents=True)
    spec = {"argv": argv, "display_name": navn, "language": sprog}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


@pytest.mark.parametrize(
    ("navn", "words"),
    [
        ("", "n.ipynb siger ikke, hvilken kerne den kører i"),
        ("pyton3", r"n.ipynb kører i kernen «pyton3», som ikke findes her \(mente du «python3»\?\); vælg kernen"),
        ("ir", r"n.ipynb kører i kernen «ir» \(R\); en rapport er skrevet i Python: vælg kernen"),
        ("uden-program", "kernen «uden-program» kunne ikke starte: .*findes-ikke"),
        ("doer", "kernen «doer» kunne ikke starte: intet miljø her; vælg en anden kerne"),
    ],
)
def test_a_kernel_that_cannot_run_the_report_is_named_with_what_to_do(tmp_path, monkeypatch, navn, words):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    kernespec(tmp_path, "ir", ["R"], "R")
    kernespec(tmp_path, "uden-program", ["findes-ikke", "{connection_file}"])
    kernespec(tmp_path, "doer", [sys.executable, "-c", "raise SystemExit('intet miljø her')", "{connection_file}"])
    path = notesbog(tmp_path / "n.ipynb", ["1"])
    nb = nbformat.read(path, as_version=4)
    nb.metadata.kernelspec["name"] = navn
    nbformat.write(nb, path)
    for talkative in ("papermill", "traitlets"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    with pytest.raises(RunError, match=words) as stop:
        koerer.koer(path, {}, tmp_path / "ud.ipynb")
    assert "\n" not in str(stop.value) and stop.value.exit_code == 4


def test_a_kernel_without_its_guard_runs_no_cell(tmp_path, monkeypatch):
    monkeypatch.setattr(kerne.Koersel, "klar", False)
    path = notesbog(tmp_path / "n.ipynb", ["1"])
    with pytest.raises(RunError, match="kernen kører uden det, der holder en celle til at regne og vise"):
        koerer.koer(path, {}, tmp_path / "ud.ipynb")


def test_a_cell_is_named_by_its_place_among_all_cells_as_the_exporter_does(tmp_path):
    path = notesbog(tmp_path / "n.ipynb", ["1", "1 / 0"])
    nb = nbformat.read(path, as_version=4)
    nb.cells.insert(1, nbformat.v4.new_markdown_cell("Prosa", id="prosa"))
    nbformat.write(nb, path)
    with pytest.raises(koerer.Cellefejl, match=r"celle 4 \(«1 / 0»\): ZeroDivisionError: division by zero"):
        koerer.koer(path, {}, tmp_path / "ud.ipynb")
    assert nbformat.read(tmp_path / "ud.ipynb", as_version=4).cells[3].source == "1 / 0"
