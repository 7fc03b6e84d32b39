"""The command line: what it prints, what it exits with, and what it leaves alone."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from proeveprojekt import filer, kerner, opfoersel, projekt
from test_koersel import alive

from kkrlib import cli, data
from kkrlib.rapport import koersel, publicering

ROOT = Path(__file__).resolve().parent.parent


def kkr(rod: Path, *args: str, cwd: Path | None = None, **kwargs) -> subprocess.CompletedProcess[str]:
    """Run ``kkr`` as a process of its own, without a terminal, from another folder than the project's."""
    env = {**os.environ, "KKR_ROD": str(rod), "PYTHONPATH": str(ROOT)}
    env.pop("KKR_DATA", None)
    command = [sys.executable, "-m", "kkrlib.cli", *args]
    return subprocess.run(
        command, cwd=cwd or rod.parent, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, **kwargs
    )


@pytest.fixture
def tom(tmp_path, monkeypatch):
    """A project nothing was built in; commands run in this process."""
    rod = projekt(tmp_path / "projekt")
    monkeypatch.setattr(data, "ROD", rod)
    monkeypatch.setenv("KKR_ROD", str(rod))
    monkeypatch.delenv("KKR_DATA", raising=False)

    def run(*args: str):
        return CliRunner().invoke(cli.main, args, catch_exceptions=False)

    return SimpleNamespace(rod=rod, kkr=run)


@pytest.fixture(scope="module")
def bygget(tmp_path_factory):
    """A project of two pages, built by ``kkr build``. Tests only read it."""
    rod = projekt(tmp_path_factory.mktemp("cli") / "projekt", raekker=1)
    return SimpleNamespace(rod=rod, ud=rod / "reports", svar=kkr(rod, "build"))


@pytest.fixture
def kopi(bygget, tmp_path):
    """A copy of that project to change."""
    return Path(shutil.copytree(bygget.rod, tmp_path / "projekt"))


# --- help ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["list"], ["build"], ["check"], ["verify"], ["notebooks"]])
def test_help(command):
    answer = CliRunner().invoke(cli.main, [*command, "--help"])
    assert answer.exit_code == 0
    assert "Usage:" in answer.output
    if command in ([], ["build"]):
        assert "kkr build flygtninge --aar 2025" in answer.output


def test_version():
    assert CliRunner().invoke(cli.main, ["--version"]).output.startswith("kkr ")


# --- wrong parameters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["proeve", "--aar", "2024"], ["aar: «2024» findes ikke; mente du «2025»?"]),
        (["proeve", "--aar", "2025.5"], ["aar: «2025.5» er ikke et helt tal"]),
        (["--region", "Sjæland"], ["region: «Sjæland» findes ikke; mente du «Region Sjælland»?"]),
        (["-p", "regoin=x"], ["regoin: ukendt parameter; mente du «region»?"]),
        (["-p", "loft=mange"], ["loft: «mange» er ikke et helt tal"]),
        (["-p", "aftale=findes-ikke.csv"], ["filen «findes-ikke.csv» findes ikke"]),
        (["-p", "loft"], ["NAVN=VÆRDI"]),
        (["--aar", "2025", "-p", "aar=2026"], ["aar er givet to gange"]),
        (["prøve"], ["rapporten «prøve» findes ikke; mente du «proeve»?"]),
        (["--aar", "1", "--region", "x", "-p", "a=b"], ["aar: «1»", "region: «x»", "a: ukendt"]),
    ],
)
def test_a_wrong_parameter_exits_2_before_a_kernel_starts(tom, args, words):
    before = filer(tom.rod)
    answer = tom.kkr("build", *args)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    for word in words:
        assert word in answer.stderr
    assert kerner(tom.rod) == []
    assert filer(tom.rod) == before


@pytest.mark.parametrize("args", [["build", "--ukendt"], ["build", "-j", "0"], ["ukendt"]])
def test_a_wrong_option_exits_2(tom, args):
    assert tom.kkr(*args).exit_code == 2


def test_reports_that_cannot_take_the_parameters_are_passed_over_only_if_none_is_named(tom, monkeypatch):
    from proeveprojekt import notesbog

    notesbog(tom.rod / "notebooks" / "uden.ipynb", [], kkr={"rapport": "uden"}, parametre="")
    built = []
    monkeypatch.setattr(koersel, "byg", lambda pages, **_: built.extend(p.navn for p in pages) or [])
    answer = tom.kkr("build", "--aar", "2025", "--region", "sjaelland")
    assert (answer.exit_code, built) == (0, ["proeve-2025-sjaelland"])
    assert answer.stderr.startswith("sprunget over: uden: aar: ukendt parameter")
    assert tom.kkr("build", "uden", "--aar", "2025").exit_code == 2


# --- wrong data -----------------------------------------------------------------------------------------------


def test_wrong_data_exit_3_with_every_finding_before_a_kernel_starts(tom):
    table = tom.rod / "data" / "tal.csv"
    table.write_text("aar,antal\n2025,x\n2025,12\n")
    before = filer(tom.rod)
    answer = tom.kkr("build")
    assert answer.exit_code == 3
    assert answer.stderr.count("tal.csv") >= 2
    assert kerner(tom.rod) == []
    assert filer(tom.rod) == before

    checked = tom.kkr("check")
    assert checked.exit_code == 3
    *findings, count = checked.stdout.splitlines()
    assert findings == answer.stderr.splitlines()
    assert count == f"{len(findings)} fejl, 0 advarsler"


def test_check_lists_errors_then_warnings_and_a_warning_alone_exits_0(tom, monkeypatch):
    from kkrlib.errors import ADVARSEL, Fund

    found = [Fund("b.csv", "2", "x", "1", "kendt", ADVARSEL), Fund("a.csv", "3", "y", "2", "er forkert")]
    monkeypatch.setattr(data, "check", lambda mappe=None, uden=(): found)
    answer = tom.kkr("check")
    assert answer.exit_code == 3
    assert answer.stdout.splitlines() == [
        "fejl: a.csv, række 3, kolonne y: «2»: er forkert",
        "advarsel: b.csv, række 2, kolonne x: «1»: kendt",
        "1 fejl, 1 advarsel",
    ]
    monkeypatch.setattr(data, "check", lambda mappe=None, uden=(): found[:1])
    assert tom.kkr("check").exit_code == 0


def test_good_data_pass(tom):
    answer = tom.kkr("check")
    assert (answer.exit_code, answer.stdout) == (0, "0 fejl, 0 advarsler\n")


# --- list ---------------------------------------------------------------------------------------------------


def test_list_shows_reports_and_the_years_there_are_data_for(tom):
    answer = tom.kkr("list")
    assert answer.exit_code == 0
    assert "proeve: Prøverapport" in answer.stdout
    assert "2025, 2026" in answer.stdout
    assert "Region Hovedstaden" in answer.stdout
    assert "højst så mange" in answer.stdout


def test_a_folder_without_reports_says_so(tom):
    (tom.rod / "notebooks" / "proeve.ipynb").unlink()
    answer = tom.kkr("list")
    assert answer.exit_code == 4
    assert "ingen rapporter" in answer.stderr


# --- build, with the real exporter ---------------------------------------------------------------------------


def test_a_build_prints_its_pages_and_nothing_else_when_piped(bygget):
    pages = ["proeve-2025.html", "proeve-2025-sjaelland.html"]
    assert (bygget.svar.returncode, bygget.svar.stderr) == (0, "")
    assert bygget.svar.stdout.splitlines() == [f"projekt/reports/{p}" for p in pages]
    assert set(filer(bygget.ud)) == {*pages, "index.html", "rapporter.json"}
    assert "<h1" in (bygget.ud / "proeve-2025.html").read_text()
    assert len(kerner(bygget.rod)) == 2  # what the tests of wrong parameters look for does appear


def test_the_pages_hold_no_path_of_this_machine(bygget):
    for path, content in filer(bygget.ud).items():
        assert str(bygget.rod).encode() not in content, path


def test_pdf_is_refused_before_anything_runs_where_there_is_no_chromium(tom, monkeypatch):
    from kkrlib.rapport import pdf

    monkeypatch.delenv(pdf.MILJOE, raising=False)
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    result = tom.kkr("build", "--aar", "2025", "--pdf")
    assert result.exit_code == 4 and "apt-get install chromium" in result.output
    assert kerner(tom.rod) == [] and not (tom.rod / "reports").exists()


def test_pdfs_of_the_pages_that_were_built_go_to_build_pdf(tom, monkeypatch):
    from kkrlib.rapport import katalog, pdf

    pages = list(katalog.sider(katalog.find(tom.rod)["proeve"], data.load(), aar=2025))[:2]
    monkeypatch.setattr(pdf, "chromium", lambda: "chromium")
    monkeypatch.setattr(
        koersel,
        "byg",
        lambda *_, **__: [publicering.Resultat(pages[0]), publicering.Resultat(pages[1], fejl="gik galt", kode=4)],
    )
    printed = []
    monkeypatch.setattr(pdf, "udskriv", lambda sider, ud, **_: printed.append((list(sider), ud)))
    assert tom.kkr("build", "--aar", "2025", "--pdf").exit_code == 4
    assert printed == [([tom.rod / "reports" / "proeve-2025.html"], tom.rod / "build" / "pdf")]


def test_faults_of_the_settings_stop_a_build_before_anything_runs(tom):
    (tom.rod / "kkr.toml").write_text('[kontakt]\nepost = "x"\n', encoding="utf-8")
    (tom.rod / "rettelser.toml").write_text("[[rettelse]]\n", encoding="utf-8")
    result = tom.kkr("build", "--aar", "2025")
    assert result.exit_code == 3 and "kontakt.epost" in result.output and "rettelse 1: hvad" in result.output
    (tom.rod / "kkr.toml").unlink()
    (tom.rod / "rettelser.toml").write_text(
        '[[rettelse]]\nside = "proeven-2025"\nudgave = 2\ndato = 2026-01-01\nhvad = "x"\nhvorfor = "y"\n',
        encoding="utf-8",
    )
    result = tom.kkr("build", "--aar", "2025")
    assert result.exit_code == 3 and "mente du «proeve-2025»" in result.output
    assert kerner(tom.rod) == []


def test_a_trial_stays_out_of_the_reports_and_progress_is_shown_on_a_terminal(kopi):
    before = filer(kopi / "reports")
    master, slave = pty.openpty()
    env = {**os.environ, "KKR_ROD": str(kopi), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "kkrlib.cli", "build", "--region", "sjaelland", "-p", "loft=12"]
    answer = subprocess.run(command, cwd=kopi, env=env, stderr=slave, stdout=subprocess.PIPE, text=True, check=True)
    os.close(slave)
    shown = os.read(master, 10_000).decode()
    os.close(master)
    assert answer.stdout.splitlines() == ["build/proever/proeve-2025-sjaelland-loft-12.html"]
    assert "loftet er 12" in (kopi / answer.stdout.strip()).read_text()
    assert filer(kopi / "reports") == before
    assert shown.startswith("[1/1] proeve-2025-sjaelland-loft-12 … ")
    assert shown.strip().endswith(" s")


def test_failures_exit_with_the_worst_code_and_leave_the_old_pages(kopi):
    before = filer(kopi / "reports")

    opfoersel(kopi, **{"2025 Region Sjælland": "data"})
    answer = kkr(kopi, "build", "--region", "sjaelland")
    assert (answer.returncode, answer.stdout) == (3, "")
    line, *findings = answer.stderr.splitlines()
    where = "proeve (aar=2025, region=Region Sjælland): celle 5 («import json, signal, time»): "
    assert line.startswith(where + "2 fejl")
    assert line.endswith("(notesbogen er gemt i build/fejl/proeve-2025-sjaelland.ipynb)")
    assert len(findings) == 2
    assert "Traceback" not in answer.stderr

    opfoersel(kopi, **{"2025 Region Sjælland": "data", "2025 hele landet": "fejl"})
    answer = kkr(kopi, "build")
    assert (answer.returncode, answer.stdout) == (4, "")
    assert filer(kopi / "reports") == before


def test_ctrl_c_ends_the_kernels_and_publishes_nothing(tmp_path):
    rod = projekt(tmp_path / "projekt")
    opfoersel(rod, **{"2025 hele landet": "venter", "2025 Region Sjælland": "venter"})
    env = {**os.environ, "KKR_ROD": str(rod), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "kkrlib.cli", "build", "--aar", "2025", "-j", "2"]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        wait_for(lambda: len(kerner(rod)) >= 2, 90)
        os.killpg(process.pid, signal.SIGINT)  # what a terminal sends
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert (out, err.strip()) == ("", "Afbrudt.")
    wait_for(lambda: not any(alive(pid) for pid in kerner(rod)), 20)
    assert not (rod / "reports").exists()
    assert not list((rod / "build").glob("mellem-*"))


def wait_for(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


# --- verify -----------------------------------------------------------------------------------------------------


def test_verify_passes_on_what_was_built(bygget):
    answer = kkr(bygget.rod, "verify")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("2 sider ")


def test_verify_names_what_was_changed_and_touches_nothing(kopi):
    page = kopi / "reports" / "proeve-2025.html"
    page.write_text(page.read_text().replace("2025", "2026", 1))
    (kopi / "reports" / "proeve-2025-sjaelland.html").unlink()
    (kopi / "reports" / "proeve-2019.html").write_text("gammel")
    before = filer(kopi / "reports")
    answer = kkr(kopi, "verify")
    assert answer.returncode == 4
    assert answer.stdout.splitlines() == [
        "forældet: proeve-2019.html bygges ikke længere",
        "mangler: proeve-2025-sjaelland.html",
        "afviger: proeve-2025.html",
    ]
    assert filer(kopi / "reports") == before


# --- papermill on its own -----------------------------------------------------------------------------------


@pytest.mark.parametrize("navn", [*sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb")), "proeve.ipynb"])
def test_papermill_runs_a_notebook_from_another_folder(navn, tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    env.pop("KKR_ROD", None)
    path = ROOT / "notebooks" / navn
    if navn == "proeve.ipynb":
        rod = projekt(tmp_path / "projekt")
        path, env["KKR_ROD"] = rod / "notebooks" / navn, str(rod)
    elsewhere = tmp_path / "andetsteds"
    elsewhere.mkdir()
    out = tmp_path / "ud.ipynb"
    subprocess.run(
        [sys.executable, "-m", "papermill", str(path), str(out), "--no-progress-bar"],
        cwd=elsewhere,
        env=env,
        check=True,
        capture_output=True,
    )
    cells = json.loads(out.read_text())["cells"]
    assert any(c.get("outputs") for c in cells)
    assert not any(o["output_type"] == "error" for c in cells for o in c.get("outputs", []))
    assert list(elsewhere.iterdir()) == []
