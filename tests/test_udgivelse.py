"""Publishing is one edition, whole or not at all: whoever else publishes, whatever the disk refuses."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from proeveprojekt import filer, kerner, opfoersel, projekt

from kkrlib import cli, data
from kkrlib import filer as filer_
from kkrlib.errors import ParameterError, RunError
from kkrlib.rapport import katalog, koersel, pdf, proces, publicering, skrivning, udgave

ROOT = Path(__file__).resolve().parent.parent
INDEKS = "proeveprojekt:indeks"


@pytest.fixture
def rod(tmp_path, monkeypatch):
    folder = projekt(tmp_path / "projekt")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(params=["byttet", "på stedet"])
def maade(request, monkeypatch):
    """Both ways of putting an edition in its place: the folders exchanged, and file by file where they cannot be."""
    if request.param == "på stedet":

        def cannot(a, b):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(b))

        monkeypatch.setattr(udgave, "_udveksl", cannot)
    return request.param


def udgiv(rod: Path, sider: dict[str, str], *, staging: str = "mellem", besked=None, ud: str = "ud") -> None:
    """Publish pages without running anything: name → what the page and its download say."""
    report = katalog.find(rod)["proeve"]
    folder = rod / staging
    (folder / "data").mkdir(parents=True, exist_ok=True)
    results = []
    for name, text in sider.items():
        (folder / f"{name}.html").write_text(text)
        (folder / "data" / f"{name}-tal.csv").write_text(text)
        spec = katalog.Sidespec(name, report, {"aar": 2025, "region": "hele landet"})
        results.append(publicering.Resultat(spec, filer=[publicering.Fil(f"data/{name}-tal.csv", len(text), "")]))
    publicering.publiser(results, ud=rod / ud, staging=folder, indeks=INDEKS, besked=besked)


def navne(rod: Path, ud: str = "ud") -> list[str]:
    return [e["navn"] for e in publicering.laes_katalog(rod / ud)]


def barn(arbejde) -> int:
    """Do it in a process of its own, and return how that ended."""
    pid = os.fork()
    if not pid:
        try:
            arbejde()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# --- the edition ------------------------------------------------------------------------------------------------


def test_the_edition_before_comes_back_in_one_step_and_so_does_the_one_it_replaced(rod, maade):
    udgiv(rod, {"a": "1", "b": "1"})
    first = filer(rod / "ud")
    udgiv(rod, {"b": "2", "c": "2"})
    second = filer(rod / "ud")
    assert publicering.fortryd(rod / "ud") == {"b": "ændret", "c": "gik ud"}
    assert filer(rod / "ud") == first
    assert publicering.fortryd(rod / "ud") == {"b": "ændret", "c": "kom tilbage"}
    assert filer(rod / "ud") == second


def test_whoever_edits_a_page_by_hand_does_not_change_the_edition_before(rod, maade):
    udgiv(rod, {"a": "1", "b": "1"})
    udgiv(rod, {"b": "2"})
    with open(rod / "ud" / "a.html", "w") as page:
        page.write("by hand")
    publicering.fortryd(rod / "ud")
    assert (rod / "ud" / "a.html").read_text() == "1"


def test_publishing_the_same_again_keeps_the_edition_before(rod):
    udgiv(rod, {"a": "1"})
    udgiv(rod, {"a": "2"})
    inode = (rod / "ud").stat().st_ino
    udgiv(rod, {"a": "2"})
    assert (rod / "ud").stat().st_ino == inode
    publicering.fortryd(rod / "ud")
    assert (rod / "ud" / "a.html").read_text() == "1"


def test_files_of_others_stay_and_nothing_hidden_is_added(rod, maade):
    udgiv(rod, {"a": "1", "b": "1"})
    for name in ("README", ".gitkeep", "data/noter.txt"):
        (rod / "ud" / name).write_text("andres")
    (rod / "ud" / "link").symlink_to("README")
    udgiv(rod, {"a": "2"})
    publicering.fjern(["b"], ud=rod / "ud", indeks=INDEKS)
    publicering.fortryd(rod / "ud")
    ours = {f"{n}.html" for n in "ab"} | {f"data/{n}-tal.csv" for n in "ab"} | {"rapporter.json", "index.html"}
    assert set(filer(rod / "ud")) == ours | {"README", ".gitkeep", "data/noter.txt", "link"}
    assert (rod / "ud" / "link").is_symlink() and (rod / "ud" / "a.html").read_text() == "2"


@pytest.mark.parametrize("many", ["a folder", "many files"])
def test_a_folder_with_much_of_others_is_never_moved(rod, many):
    udgiv(rod, {"a": "1"})
    for number in range(1 if many == "a folder" else 200):
        path = rod / "ud" / ("deres" if many == "a folder" else "") / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("andres")
    inode = (rod / "ud").stat().st_ino
    udgiv(rod, {"a": "2"})
    assert (rod / "ud").stat().st_ino == inode and (rod / "ud" / "a.html").read_text() == "2"
    publicering.fortryd(rod / "ud")
    assert (rod / "ud" / "a.html").read_text() == "1" and len(list((rod / "ud").rglob("*.txt"))) in (1, 200)


def test_a_file_of_others_in_a_pages_place_is_told_of_and_kept(rod, maade):
    (rod / "ud").mkdir()
    (rod / "ud" / "index.html").write_text("deres forside")
    said = []
    udgiv(rod, {"a": "1"}, besked=said.append)
    assert said == [
        "ud/index.html var ikke udgivet herfra og er erstattet; den gamle fil ligger i .ud.udgaver/forrige/index.html"
    ]
    publicering.fortryd(rod / "ud")
    assert filer(rod / "ud") == {"index.html": b"deres forside"}


def test_a_folder_behind_a_link_is_published_behind_it(rod, maade):
    (rod / "rigtig").mkdir()
    (rod / "ud").symlink_to("rigtig")
    udgiv(rod, {"a": "1"})
    udgiv(rod, {"a": "2"}, ud="ud/")
    assert (rod / "ud").is_symlink() and (rod / "rigtig" / "a.html").read_text() == "2"
    assert (rod / ".rigtig.udgaver" / "forrige" / "a.html").read_text() == "1"


def test_what_is_kept_beside_the_folder_is_not_in_git():
    for path in (".reports.udgaver/laas", "sted/.udkast.udgaver/forrige/a.html"):
        assert subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False).returncode == 0


# --- pages go only when they are named ------------------------------------------------------------------------------


def test_a_page_goes_with_its_downloads_only_when_it_is_named(rod, maade):
    udgiv(rod, {"a": "1", "b": "1"})
    udgiv(rod, {"a": "2"})
    assert navne(rod) == ["a", "b"]
    assert publicering.fjern(["b"], ud=rod / "ud", indeks=INDEKS) == ["b.html", "data/b-tal.csv"]
    assert set(filer(rod / "ud")) == {"a.html", "data/a-tal.csv", "rapporter.json", "index.html"}
    assert (rod / "ud" / "index.html").read_text().splitlines() == ["a: Prøverapport (2025, hele landet) 1"]
    publicering.fjern(["a"], ud=rod / "ud", indeks=INDEKS)
    assert filer(rod / "ud") == {}
    publicering.fortryd(rod / "ud")
    assert navne(rod) == ["a"]


def test_names_that_are_not_published_are_all_said_and_nothing_goes(rod):
    udgiv(rod, {"proeve-2025": "1", "proeve-2026": "1"})
    with pytest.raises(ParameterError, match="(?s)«proeve-2027» er ikke.*mente du.*«xyz» er ikke"):
        publicering.fjern(["proeve-2025", "proeve-2027", "xyz"], ud=rod / "ud", indeks=INDEKS)
    assert navne(rod) == ["proeve-2025", "proeve-2026"]


def kkr(rod: Path, monkeypatch, *args: str):
    monkeypatch.setattr(data, "ROD", rod)
    monkeypatch.setenv("KKR_ROD", str(rod))
    return CliRunner().invoke(cli.main, args, catch_exceptions=False)


def test_a_build_says_which_published_pages_can_no_longer_be_built_and_removes_none(rod, monkeypatch):
    udgiv(rod, {"proeve-2025": "1", "proeve-2019": "1", "proeve-2018": "1"}, ud="reports")
    catalogue = rod / "reports" / "rapporter.json"
    entries = json.loads(catalogue.read_text())["sider"]
    entries[0] |= {"rapport": "nedlagt"}
    trial = {**entries[2], "navn": "proeve-2025-loft-5", "filer": [], "parametre": {"aar": 2025, "loft": 5}}
    catalogue.write_text(json.dumps({"sider": [*entries, trial]}))
    before = filer(rod / "reports")
    monkeypatch.setattr(koersel, "byg", lambda *_, **__: [])
    answer = kkr(rod, monkeypatch, "build")
    assert (answer.exit_code, answer.stderr) == (
        0,
        "2 udgivne sider kan ikke længere bygges: reports/proeve-2018.html, reports/proeve-2019.html. "
        "Fjern dem med: kkr fjern proeve-2018 proeve-2019\n",
    )
    assert filer(rod / "reports") == before


def test_fjern_and_fortryd_are_commands(rod, monkeypatch):
    assert kkr(rod, monkeypatch, "fortryd").stderr == "der er ingen forrige udgave af reports\n"
    monkeypatch.setattr(publicering, "INDEKS", INDEKS)
    udgiv(rod, {"proeve-2025": "1", "proeve-2019": "1"}, ud="reports")
    before = filer(rod / "reports")
    answer = kkr(rod, monkeypatch, "fjern", "proeve-2019", "proeve-2025")
    assert (answer.exit_code, answer.stdout.splitlines()[1]) == (0, "fjernet: reports/data/proeve-2025-tal.csv")
    answer = kkr(rod, monkeypatch, "fortryd")
    assert "kom tilbage: reports/proeve-2019.html" in answer.stdout and filer(rod / "reports") == before
    assert kkr(rod, monkeypatch, "fjern", "proeve-2020").exit_code == 2


# --- together, and killed -------------------------------------------------------------------------------------------


def test_two_that_publish_at_once_into_one_folder_lose_nothing(rod):
    for number in range(8):
        pids = []
        for who in "ab":
            if not (pid := os.fork()):
                try:
                    for page in range(3):
                        udgiv(rod, {f"{who}-{number}-{page}": who}, staging=f"mellem-{who}")
                except BaseException:
                    os._exit(1)
                os._exit(0)
            pids.append(pid)
        assert [os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]) for p in pids] == [0, 0]
        assert len(navne(rod)) == 6 * (number + 1)
    assert len((rod / "ud" / "index.html").read_text().splitlines()) == 48
    assert len(list((rod / "ud").glob("*-*.html"))) == 48


_SKRIVER = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "shutil.copyfile", "ctypes.dlsym")


def draebt(rod: Path, sider: dict[str, str], moment: int) -> int:
    """Publish in a child that kills itself before its ``moment``-th dealing with the disk; how it ended."""

    def arbejde():
        left = [moment]

        def hook(event, args):
            if event in _SKRIVER:
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        udgiv(rod, sider)

    return barn(arbejde)


def test_kill_9_at_any_moment_leaves_one_whole_edition_and_the_next_run_goes_on(rod, maade):
    udgiv(rod, {"a": "1", "b": "1"})
    (rod / "ud" / "README").write_text("andres")
    udgiv(rod, {"b": "2"})
    start = rod.parent / "start"
    shutil.copytree(rod, start)

    def again():
        shutil.rmtree(rod)
        shutil.copytree(start, rod)
        os.chdir(rod)

    old = filer(rod / "ud")
    udgiv(rod, {"a": "3", "c": "3"})
    new = filer(rod / "ud")
    again()
    low, high = 1, 4096
    while low < high:  # how many moments there are
        middle = (low + high) // 2
        again()
        low, high = (middle + 1, high) if draebt(rod, {"a": "3", "c": "3"}, middle) else (low, middle)
    seen = set()
    for moment in sorted({*range(1, low, max(1, low // 12)), *range(low - 30, low, 3)} - {0}):
        again()
        assert draebt(rod, {"a": "3", "c": "3"}, moment) == -signal.SIGKILL
        if maade == "byttet":  # a reader sees one edition or the other at every moment
            assert filer(rod / "ud") in (old, new), moment
        with udgave.laest(rod / "ud"):
            now = filer(rod / "ud")
        assert now in (old, new), moment
        seen.add(now == new)
        beside = {p.name for p in (rod / ".ud.udgaver").iterdir()}
        assert beside == {"laas", "forrige"}, moment
        assert publicering.fortryd(rod / "ud") and (rod / "ud" / "b.html").read_text() in ("1", "2")
        udgiv(rod, {"a": "3", "c": "3"})
        assert (rod / "ud" / "c.html").read_text() == "3"
    assert seen == {False, True}


def test_another_publication_is_waited_for_with_a_line_and_then_refused(rod, monkeypatch):
    udgiv(rod, {"a": "1"})
    said = []
    with udgave.laast(udgave.sted(rod / "ud")):
        monkeypatch.setattr(udgave, "VENTETID", 0.2)
        with pytest.raises(RunError, match="en anden udgivelse i ud er ikke færdig"):
            udgiv(rod, {"a": "2"}, besked=said.append)
    assert said == ["venter på en anden udgivelse i ud …"]
    assert (rod / "ud" / "a.html").read_text() == "1"
    udgiv(rod, {"a": "2"})


def test_the_folder_of_a_dead_run_is_removed_and_that_of_a_living_one_is_not(tmp_path):
    dead = tmp_path / "mellem-gammel"
    (dead / "tom").mkdir(parents=True)
    (dead / ".laas").touch()
    (tmp_path / "verificer-gammel").mkdir()
    (tmp_path / "mellem-fil").touch()
    (tmp_path / "fejl").mkdir()
    with koersel.mellemmappe(tmp_path, "mellem-") as one, koersel.mellemmappe(tmp_path, "verificer-") as two:
        assert {p.name for p in tmp_path.iterdir()} == {one.name, two.name, "mellem-fil", "fejl"}
    assert {p.name for p in tmp_path.iterdir()} == {"mellem-fil", "fejl"}


# --- a catalogue from outside --------------------------------------------------------------------------------------


def aendret(**felter):
    return lambda sider: [{**sider[0], **felter}, *sider[1:]]


def fil(sti):
    return aendret(filer=[{"fil": sti, "bytes": 1, "titel": ""}])


FORKERTE = {
    "up": (fil("../../X"), "fører ud af sidernes mappe"),
    "up within": (fil("data/../../../X"), "fører ud af sidernes mappe"),
    "absolute": (fil("/etc/X"), "fra roden af en disk"),
    "drive": (fil("C:/X"), "fra roden af en disk"),
    "backslash": (fil("data\\..\\X"), "fører ud af sidernes mappe"),
    "hidden": (fil(".git/config"), "læserne kan se"),
    "empty": (fil(""), "læserne kan se"),
    "the folder": (fil("data/"), "læserne kan se"),
    "invisible": (fil("data/a\u200b.csv"), "usynlige tegn"),
    "nul": (fil("data/a\0.csv"), "usynlige tegn"),
    "catalogue": (fil("rapporter.json"), "er ikke en sides fil"),
    "another's page": (fil("b.html"), "hos to sider"),
    "another's page in capitals": (fil("B.HTML"), "hos to sider"),
    "name up": (aendret(navn="../x"), "er ikke navnet på en side"),
    "name empty": (aendret(navn=""), "er ikke navnet på en side"),
    "name front": (aendret(navn="index"), "er ikke en sides fil"),
    "name number": (aendret(navn=7), "er ikke en tekst"),
    "name surrogate": (aendret(navn="\ud800"), "er ikke en tekst"),
    "same twice": (lambda sider: [*sider, sider[0]], "to gange"),
    "no page": (lambda sider: [*sider, "c"], "er ikke en side"),
    "field gone": (lambda sider: [{k: v for k, v in sider[0].items() if k != "filer"}], "filer: mangler"),
    "field misspelt": (
        lambda sider: [{("filler" if k == "filer" else k): v for k, v in sider[0].items()}],
        "mente du «filer»?",
    ),
    "files no list": (aendret(filer={"fil": "x"}), "er ikke en liste"),
    "file no dictionary": (aendret(filer=["data/a.csv"]), "er ikke en fil til hentning"),
    "size negative": (aendret(filer=[{"fil": "data/x.csv", "bytes": -1, "titel": ""}]), "ikke er negativt"),
    "size true": (aendret(filer=[{"fil": "data/x.csv", "bytes": True, "titel": ""}]), "ikke er negativt"),
    "parameters no dictionary": (aendret(parametre=[]), "er ikke en ordbog"),
    "order of texts": (aendret(orden=["1"]), "er ikke en liste af hele tal"),
}


@pytest.mark.parametrize("case", FORKERTE)
def test_a_damaged_catalogue_is_refused_and_nothing_is_removed(rod, monkeypatch, case):
    change, words = FORKERTE[case]
    udgiv(rod, {"a": "1", "b": "1"}, ud="reports")
    (rod.parent / "X").write_text("ude")
    path = rod / "reports" / "rapporter.json"
    path.write_text(json.dumps({"sider": change(json.loads(path.read_text())["sider"])}))
    before = filer(rod.parent)
    for refused in (
        lambda: udgiv(rod, {"a": "2"}, ud="reports", staging="../mellem"),
        lambda: publicering.fjern(["b"], ud=rod / "reports", indeks=INDEKS),
        lambda: publicering.klargoer(rod / "reports"),
    ):
        with pytest.raises(RunError, match=words) as refusal:
            refused()
        assert str(refusal.value).startswith("fejl: reports/rapporter.json, række ")
    shutil.rmtree(rod.parent / "mellem")
    assert {k: v for k, v in filer(rod.parent).items() if not k.startswith("projekt/.reports")} == {
        k: v for k, v in before.items() if not k.startswith("projekt/.reports")
    }
    answer = kkr(rod, monkeypatch, "build", "--aar", "2025")
    assert answer.exit_code == 4 and words in answer.stderr and kerner(rod) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"sider": 1}', b"\xff\xfe", b"\xef\xbb\xbf{}", b"[" * 100_000])
def test_a_catalogue_that_cannot_be_read_is_named_in_one_line(rod, content):
    (rod / "ud").mkdir()
    (rod / "ud" / "rapporter.json").write_bytes(content)
    with pytest.raises(RunError, match=r"^ud/rapporter.json kan ikke læses: [^\n]*$"):
        publicering.laes_katalog(rod / "ud")


def test_every_fault_of_a_catalogue_is_said_at_once(rod):
    udgiv(rod, {"a": "1", "b": "1"})
    path = rod / "ud" / "rapporter.json"
    first, second = json.loads(path.read_text())["sider"]
    path.write_text(json.dumps({"sider": [{**first, "titel": 1, "orden": 2}, {**second, "tekst": None}]}))
    with pytest.raises(RunError) as refusal:
        publicering.laes_katalog(rod / "ud")
    assert [line.split(": ")[1] for line in str(refusal.value).splitlines()] == [
        "ud/rapporter.json, række a, kolonne titel",
        "ud/rapporter.json, række a, kolonne orden",
        "ud/rapporter.json, række b, kolonne tekst",
    ]


@pytest.mark.parametrize("what", ["data", "a.html", "rapporter.json", "data/a-tal.csv"])
def test_a_link_that_leads_out_of_the_folder_is_refused(rod, what):
    udgiv(rod, {"a": "1"})
    path, outside = rod / "ud" / what, rod.parent / "ude"
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(RunError, match="symbolsk link"):
        udgiv(rod, {"a": "2"})
    kept = outside / "a-tal.csv" if outside.is_dir() else outside
    assert "2" not in kept.read_text().replace("2025", "") and path.is_symlink()


def test_two_pages_that_claim_one_file_are_refused(rod):
    report = katalog.find(rod)["proeve"]
    (rod / "mellem").mkdir()
    results = []
    for name in ("a", "a-b"):
        (rod / "mellem" / f"{name}.html").write_text(name)
        spec = katalog.Sidespec(name, report, {"aar": 2025, "region": "hele landet"})
        results.append(publicering.Resultat(spec, filer=[publicering.Fil("data/a-b-c.csv", 1, "")]))
    with pytest.raises(RunError, match="data/a-b-c.csv.*hos to sider"):
        publicering.publiser(results, ud=rod / "ud", staging=rod / "mellem", indeks=INDEKS)
    assert not (rod / "ud").exists()


def test_a_page_of_the_catalogue_that_is_not_there_is_told_of(rod):
    udgiv(rod, {"a": "1", "b": "1"})
    (rod / "ud" / "b.html").unlink()
    said = []
    udgiv(rod, {"a": "2"}, besked=said.append)
    assert said == ["ud/b.html mangler: byg b igen, eller fjern siden med kkr fjern b"]
    assert navne(rod) == ["a", "b"]


# --- what the disk refuses ----------------------------------------------------------------------------------------

NAEGTET = {
    "ENOSPC": "disken er fuld",
    "EDQUOT": "din plads på disken",
    "EROFS": "kun læses",
    "EACCES": "ikke adgang",
    "EPERM": "ikke lov",
    "EISDIR": "er en mappe",
    "ENOTDIR": "er en fil",
    "ENAMETOOLONG": "længere, end disken tillader",
    "EIO": "en fejl",
    "EMFILE": "for mange åbne filer",
    "ELOOP": "løber i ring",
    "EPROTO": "systemet siger",
}


@pytest.mark.parametrize("kind", NAEGTET)
def test_what_the_disk_refuses_is_one_line_with_the_path_and_leaves_the_last_edition(rod, maade, monkeypatch, kind):
    udgiv(rod, {"a": "1"}, ud="reports")
    before = filer(rod / "reports")
    number = getattr(errno, kind)

    def refused(*_, **__):
        raise OSError(number, os.strerror(number))  # without a path, as a full disk has it

    monkeypatch.setattr(udgave.shutil, "copyfile", refused)
    with pytest.raises(OSError) as refusal:
        udgiv(rod, {"a": "2"}, ud="reports")
    line = skrivning.filfejl(refusal.value)
    assert line.startswith("reports/") and NAEGTET[kind] in line and "\n" not in line
    assert filer(rod / "reports") == before
    assert {p.name for p in (rod / ".reports.udgaver").iterdir()} == {"laas"}

    monkeypatch.setattr(koersel, "byg", lambda *_, **__: udgiv(rod, {"a": "2"}, ud="reports"))
    answer = kkr(rod, monkeypatch, "build", "--aar", "2025")
    assert (answer.exit_code, answer.stderr) == (4, line + "\n")


@pytest.mark.parametrize("command", [["list"], ["check"], ["verify"], ["fjern", "a"], ["fortryd"], ["notebooks"]])
def test_every_command_says_what_the_disk_refused_in_one_line(rod, monkeypatch, command):
    def refused(*_, **__):
        raise OSError(errno.EIO, "Input/output error", str(rod / "data" / "tal.csv"))

    for where, name in ((katalog, "find"), (data, "check"), (udgave, "sted")):
        monkeypatch.setattr(where, name, refused)
    answer = kkr(rod, monkeypatch, *command)
    assert (answer.exit_code, answer.output) == (4, "data/tal.csv: disken svarer med en fejl\n")


def test_a_place_where_no_pages_can_go_is_refused_in_one_line_before_anything_runs(rod, monkeypatch):
    (rod / "fil").write_text("x")
    udgiv(rod, {"a": "1"})
    (rod / "ring").symlink_to("ring")
    for target, words in {
        "fil/under": "fil er en fil; her skulle det være en mappe",
        "ud/under": "ligger i ud, hvor der er udgivet sider",
        "/": "hele disken",
        "ring": "løber i ring",
    }.items():
        answer = kkr(rod, monkeypatch, "build", "--aar", "2025", "--ud", target)
        assert (answer.exit_code, len(answer.stderr.splitlines())) == (4, 1), answer.output
        assert words in answer.stderr
    can = os.access
    monkeypatch.setattr(os, "access", lambda p, mode, **more: Path(p) != rod and can(p, mode, **more))
    answer = kkr(rod, monkeypatch, "build", "--aar", "2025", "--ud", "ud")
    assert answer.exit_code == 4 and "giv adgang, eller brug en mappe i den: ud/sider" in answer.stderr
    assert kerner(rod) == []


@pytest.mark.parametrize("where", ["a.html", "data", "rapporter.json", "index.html", "data/a-tal.csv"])
def test_a_folder_where_a_file_goes_or_the_other_way_is_one_line(rod, where):
    path = rod / "ud" / where
    path.parent.mkdir(parents=True)
    path.write_text("andres") if where == "data" else path.mkdir()
    with pytest.raises(RunError, match=rf"^ud/{where} er en (fil|mappe); her skulle"):
        udgiv(rod, {"a": "1"})
    assert [p.name for p in (rod / "ud").iterdir()] == [where.split("/")[0]]


@pytest.mark.parametrize("path", ["build", "build/fejl"])
def test_a_file_where_the_work_folder_goes_is_one_line(rod, monkeypatch, path):
    (rod / path).parent.mkdir(exist_ok=True)
    (rod / path).write_text("x")
    answer = kkr(rod, monkeypatch, "build", "--aar", "2025")
    assert answer.exit_code == 4 and len(answer.stderr.splitlines()) == 1 and "fil" in answer.stderr
    assert answer.stderr.startswith("build")


def test_a_full_disk_leaves_the_last_edition(rod):
    disk = rod / "disk"
    disk.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "ingen", str(disk)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a disk can be mounted by root only")
    try:
        udgiv(rod, {"a": "1" * 300_000}, ud="disk/ud")
        before = filer(disk / "ud")
        with pytest.raises(OSError) as refusal:
            udgiv(rod, {"a": "2" * 300_000}, ud="disk/ud")
        assert skrivning.filfejl(refusal.value).endswith(": disken er fuld")
        assert filer(disk / "ud") == before
        assert {p.name for p in (disk / ".ud.udgaver").iterdir()} == {"laas"}
        with pytest.raises(OSError):  # the folder is the disk itself: its files are put in place one by one
            udgiv(rod, {"b": "2" * 600_000}, ud="disk")
        assert set(filer(disk)) >= {"ud/a.html"} and not list(disk.glob("*.html"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_mount_point_is_published_in_file_by_file(rod):
    disk = rod / "disk"
    disk.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "ingen", str(disk)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a disk can be mounted by root only")
    try:
        udgiv(rod, {"a": "1", "b": "1"}, ud="disk")
        udgiv(rod, {"a": "2"}, ud="disk")
        assert publicering.fortryd(disk) == {"a": "ændret"}
        assert set(filer(disk)) == {"rapporter.json", "index.html"} | {
            p for n in "ab" for p in (f"{n}.html", f"data/{n}-tal.csv")
        }
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_name_that_is_too_long_for_the_disk_is_one_line(rod):
    spec = katalog.Sidespec("x" * 300, katalog.find(rod)["proeve"], {})
    (rod / "build" / "fejl").mkdir(parents=True)
    (rod / "m" / "koert").mkdir(parents=True)
    result = koersel._page(spec, {}, str(rod / "m"), str(rod / "build"), 60, "proeveprojekt:Eksport")
    assert result.kode == 4 and "længere, end disken tillader" in result.fejl
    assert "\n" not in result.fejl and "x" * 200 not in result.fejl


def test_a_file_is_written_whole_or_not_at_all_with_the_rights_of_a_new_file(tmp_path, monkeypatch):
    path = tmp_path / "æøå-fil.pdf"
    skrivning.skriv(path, b"1")
    (tmp_path / "ny").touch()
    assert path.stat().st_mode == (tmp_path / "ny").stat().st_mode
    (tmp_path / "ny").unlink()
    left = tmp_path / f".{path.name}.0000.kkr"
    left.write_bytes(b"halv")
    os.utime(left, (0, 0))

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(filer_.os, "fsync", full)
    with pytest.raises(OSError) as refusal:
        skrivning.skriv(path, b"2")
    assert refusal.value.filename == str(path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {path.name: b"1"}


def test_a_pdf_the_disk_refuses_is_named_and_the_others_are_there(rod, monkeypatch):
    pages = [rod / f"{n}.html" for n in "ab"]
    (rod / "pdf" / "a.pdf").mkdir(parents=True)
    monkeypatch.setattr(pdf, "_udskrift", lambda *_: b"%PDF")
    with pytest.raises(RunError, match="^a: pdf/a.pdf: er en mappe; her skulle der ligge en fil$"):
        pdf.udskriv(pages, rod / "pdf", program="x")
    assert (rod / "pdf" / "b.pdf").read_bytes() == b"%PDF"


# --- signals ------------------------------------------------------------------------------------------------------


def start(rod: Path, *args: str, **kwargs) -> subprocess.Popen[str]:
    env = {**os.environ, "KKR_ROD": str(rod), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "kkrlib.cli", *args],
        env=env,
        text=True,
        start_new_session=True,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **kwargs},
    )


def wait_for(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def living(processes) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda s: s.name)
def test_a_run_that_is_stopped_leaves_no_process_and_no_folder(rod, sent):
    opfoersel(rod, **{"2025 hele landet": "venter", "2025 Region Sjælland": "venter"})
    run = start(rod, "build", "--aar", "2025", "-j", "2")
    try:
        wait_for(lambda: len(kerner(rod)) >= 2 or run.poll() is not None, 120)
        below = psutil.Process(run.pid).children(recursive=True)
        assert len(below) >= 4  # two workers, two kernels
        sent_at = time.monotonic()
        run.send_signal(sent)
        run.wait(timeout=60)
        took = time.monotonic() - sent_at
        wait_for(lambda: not living(below), 10 if sent == signal.SIGKILL else 3)
        out, err = run.communicate(timeout=10)  # ends only when nobody holds the pipes
    finally:
        for process in [*living(below), run]:
            process.kill()
    if sent == signal.SIGKILL:
        assert list((rod / "build").glob("mellem-*"))
        with koersel.mellemmappe(rod / "build", "mellem-"):
            pass
    else:
        assert (run.returncode, out, err) == (128 + sent, "", "Afbrudt.\n")
        assert took < 2 + 4  # two seconds where the machine is not shared
    assert not list((rod / "build").glob("mellem-*")) and not (rod / "reports").exists()


def test_a_signal_that_is_ignored_stays_so(monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup
    try:
        with proces.afbrydelig():
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(proces.Afbrudt) as stop:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
        assert proces.afbrudt_kode(stop.value) == 143 and proces.afbrudt_kode(KeyboardInterrupt()) == 130
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_waits_until_the_swap_is_done():
    done = []
    with proces.afbrydelig(), pytest.raises(proces.Afbrudt), proces.uforstyrret():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append(True)
    assert done == [True]


def test_a_print_that_is_stopped_ends_chromium(rod):
    (rod / "falsk").write_text("#!/bin/sh\nsleep 100 &\necho $! > %s\nwait\n" % (rod / "pid"))
    (rod / "falsk").chmod(0o755)

    def arbejde():
        with proces.afbrydelig():
            pdf.udskriv([rod / "a.html"], rod / "pdf", program=str(rod / "falsk"))

    if not (pid := os.fork()):
        try:
            arbejde()
        except KeyboardInterrupt:
            os._exit(7)
        os._exit(1)
    wait_for(lambda: (rod / "pid").exists() and (rod / "pid").read_text().strip(), 30)
    os.kill(pid, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    sleeper = int((rod / "pid").read_text())
    wait_for(lambda: not psutil.pid_exists(sleeper) or not living([psutil.Process(sleeper)]), 10)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_nobody_reading_what_is_printed_is_no_traceback(rod, stream):
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w") as pipe:
        command = ["list"] if stream == "stdout" else ["fortryd"]
        run = start(rod, *command, **{stream: pipe})
    out, err = run.communicate(timeout=60)
    assert run.returncode == (141 if stream == "stdout" else 4)
    assert (out or "", err or "") == ("", "")


def test_a_full_disk_under_what_is_printed_is_one_line(rod):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        run = start(rod, "list", stdout=full)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (4, "en fil kunne ikke læses eller skrives: disken er fuld\n")


def test_pages_are_never_published_over_the_project_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("KKR_ROD", str(tmp_path / "projekt"))
    (tmp_path / "projekt" / "reports").mkdir(parents=True)
    for folder in (tmp_path / "projekt", tmp_path):
        with pytest.raises(RunError, match="selve projektet"):
            publicering.klargoer(folder)
    publicering.klargoer(tmp_path / "projekt" / "reports")
