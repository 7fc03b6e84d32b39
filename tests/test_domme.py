"""Starting light, and judging once: what ``kkr list`` imports, and what a kept verdict is good for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from lilledata import skriv

from kkrlib import data, domme, kontrol
from kkrlib.data import opslag
from kkrlib.data import tabeller as tabelrum
from kkrlib.errors import DataError, Fund
from kkrlib.rapport.skrivning import findes

ROOT = Path(__file__).resolve().parent.parent
TUNGE = ("pandas", "numpy", "frictionless", "nbformat", "jupyter_client", "papermill", "nbconvert", "matplotlib")


@pytest.fixture
def gemt(tmp_path, monkeypatch):
    """A place of its own for verdicts, and no word from anyone who started us."""
    monkeypatch.setenv("KKR_ROD", str(tmp_path / "rod"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KKR_DATA", str(data.ROD / "data"))
    monkeypatch.delenv(domme.GYLDIG, raising=False)
    monkeypatch.delenv(domme.GODKENDT, raising=False)
    (tmp_path / "rod").mkdir()
    return tmp_path / "rod" / "build" / "domme"


@pytest.fixture
def lille(gemt, tmp_path, monkeypatch):
    """A tiny valid data folder, and how often tables were validated."""
    folder = skriv(tmp_path / "data")
    monkeypatch.setenv("KKR_DATA", str(folder))
    counted = []
    validate = tabelrum._fund

    def fund(*args, **kwargs):
        counted.append(args)
        return validate(*args, **kwargs)

    monkeypatch.setattr(tabelrum, "_fund", fund)
    return folder, counted


def importerede(*args: str, rod: Path = ROOT) -> tuple[set[str], int]:
    """Which of the heavy packages ``kkr <args>`` has imported when it ends, and its exit code."""
    code = (
        "import sys\nfrom kkrlib import cli\ntry: cli.main(sys.argv[1:])\nexcept SystemExit as stop: code = stop.code\n"
        f"print(*[m for m in {TUNGE} if m in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=rod, env={**os.environ}, capture_output=True, text=True
    )
    return set(done.stderr.splitlines()[-1].split()) if done.stderr.strip() else set(), done.returncode


# --- starting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["build", "--help"], 0),
        (["list"], 0),
        (["build", "flygtnige"], 2),
        (["build", "flygtninge", "--aar", "1999"], 2),
        (["build", "--region", "Sjæland"], 2),
        (["build", "-p", "regoin=x"], 2),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_nothing_heavy_is_imported_to_list_to_help_or_to_refuse_a_parameter(gemt, monkeypatch, args, code):
    monkeypatch.setenv("KKR_ROD", str(data.ROD))
    # Told that the data are valid, as a kept verdict tells, whatever others have judged here.
    monkeypatch.setenv(domme.GYLDIG, opslag.tag().aftryk)
    assert importerede(*args) == (set(), code)


def test_the_test_above_sees_imports(gemt, monkeypatch):
    monkeypatch.setenv("KKR_ROD", str(data.ROD))
    monkeypatch.setenv(domme.GYLDIG, "")
    assert "pandas" in importerede("list")[0]


def test_only_the_tables_that_are_looked_into_are_parsed(lille):
    data.load()
    seen = data.Opslag()
    assert seen["aar"].celler("aar") == [(2023,), (2025,)]
    parsed = {name for name in seen if "_raekker" in vars(seen[name])}
    assert parsed == {"aar"}


def test_a_column_looked_up_without_pandas_holds_what_the_tables_hold(tabeller):
    seen = opslag.tag(data.ROD / "data")
    for resource in json.loads(seen.tekst(data.BESKRIVELSE))["resources"]:
        table, columns = tabeller[resource["name"]], opslag.Kolonner(resource, seen)
        assert columns.columns == list(table.columns)
        for name in table.columns:
            assert columns.celler(name) == [(v,) for v in table[name].dropna()], (resource["name"], name)
        assert len(columns.celler(*table.columns)) == len(table.dropna())


@pytest.mark.parametrize("name", ["kkrlib.kommuner:entydig_laeser", "kkrlib.klynger:udtraedelseslaeser"])
def test_a_reader_is_found_without_importing_it(name):
    assert findes(name)
    assert not findes(f"{name}x")
    assert not findes("kkrlib.findes_ikke:x")


# --- judging once ----------------------------------------------------------------------------------------------


def test_a_valid_folder_is_validated_once(lille, gemt):
    _, counted = lille
    first, again = data.load(), data.load()
    assert len(counted) == 1
    assert first.keys() == again.keys()
    for name in first:
        pd.testing.assert_frame_equal(first[name], again[name], check_exact=True)
    assert [p.name.partition("-")[0] for p in gemt.iterdir()] == ["data"]


def test_the_project_s_tables_are_the_same_read_with_a_kept_verdict(tabeller):
    again = tabelrum.gyldige(opslag.tag(data.ROD / "data"))
    assert list(again) == list(tabeller)
    assert kontrol.aftryk(again) == kontrol.aftryk(tabeller)
    for name, table in tabeller.items():
        pd.testing.assert_frame_equal(table, again[name], check_exact=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: (f / "tal.csv").write_bytes((f / "tal.csv").read_bytes().replace(b"101,1,,", b"101,9,,")),
        lambda f: (f / "tal.csv").unlink(),
        lambda f: (f / "glemt.csv").write_text("a\n1\n"),
        lambda f: (f / "tal.csv").write_bytes((f / "tal.csv").read_bytes()[:-1]),
        lambda f: (f / data.BESKRIVELSE).write_text("{}"),
        lambda f: ((f / "tal.csv").rename(f / "x.txt"), (f / "tal.csv").symlink_to(f / "x.txt")),
    ],
    ids=["a cell", "a file gone", "a file more", "the last line", "the descriptor", "a link"],
)
def test_a_verdict_is_good_for_the_very_folder_alone(lille, change):
    folder, _ = lille
    data.load()
    change(folder)
    with pytest.raises(DataError):
        data.load()
    with pytest.raises(DataError):
        data.Opslag()


def test_a_refused_folder_is_refused_again_with_every_finding(lille, gemt):
    folder, counted = lille
    (folder / "tal.csv").write_bytes((folder / "tal.csv").read_bytes().replace(b"101,1,,", b"101,9,,"))
    said = []
    for _ in range(2):
        with pytest.raises(DataError) as stop:
            data.load()
        said.append(stop.value.fund)
    assert said[0] == said[1]
    assert len(counted) == 2
    assert not gemt.exists()


def test_code_that_judges_otherwise_judges_again(lille, monkeypatch):
    _, counted = lille
    data.load()
    monkeypatch.setattr(domme, "kode", lambda: "other")
    data.load()
    assert len(counted) == 2


def test_the_code_s_checksum_follows_every_module(monkeypatch, tmp_path):
    package = tmp_path / "kkrlib"
    (package / "rum").mkdir(parents=True)
    for name in ("__init__.py", "rum/__init__.py", "rum/regler.py"):
        (package / name).write_text("x = 1\n")
    monkeypatch.setattr(domme.kkrlib, "__file__", str(package / "__init__.py"))
    before = domme.kode.__wrapped__()
    (package / "rum" / "regler.py").write_text("x = 2\n")
    assert domme.kode.__wrapped__() != before


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_bytes(b""),
        lambda p: p.write_bytes(p.read_bytes()[:-9]),
        lambda p: p.write_bytes(b"\xff\xfe"),
        lambda p: p.write_bytes(b"[" * 9_000),
        lambda p: p.write_text("{}"),
        lambda p: p.write_text(p.read_text().replace('"data"', '"port"')),
        lambda p: p.write_text(p.read_text().replace('"form": 1', '"form": 2')),
        lambda p: p.write_text(p.read_text()[:-2] + ', "x": 1}'),
        lambda p: (p.unlink(), p.mkdir()),
        lambda p: (p.rename(p.with_suffix(".x")), p.symlink_to(p.with_suffix(".x"))),
        lambda p: p.chmod(0o666),
        lambda p: (p.unlink(), os.mkfifo(p)),
    ],
    ids=["empty", "cut", "bytes", "deep", "another", "kind", "form", "more", "folder", "link", "others", "pipe"],
)
def test_a_damaged_or_foreign_verdict_is_as_none(lille, gemt, damage):
    _, counted = lille
    data.load()
    (kept,) = gemt.iterdir()
    damage(kept)
    data.load()
    assert len(counted) == 2


def test_a_verdict_of_another_folder_under_this_one_s_name_is_as_none(lille, gemt):
    folder, counted = lille
    data.load()
    (kept,) = gemt.iterdir()
    shutil.copyfile(kept, gemt / "other")
    (folder / "note.txt").write_text("x")
    data.load()
    (new,) = (p for p in gemt.iterdir() if p.name not in (kept.name, "other"))
    os.replace(gemt / "other", new)
    new.chmod(0o600)
    data.load()
    assert len(counted) == 3


def test_where_build_cannot_be_written_the_user_s_own_folder_keeps_them(lille, gemt, tmp_path):
    _, counted = lille
    gemt.parent.write_text("a file is in the way")
    data.load()
    data.load()
    assert len(counted) == 1
    assert [p.name.partition("-")[0] for p in (tmp_path / "cache" / "kkr" / "domme").iterdir()] == ["data"]


def test_where_nothing_can_be_written_everything_is_judged_every_time(lille, gemt, tmp_path):
    _, counted = lille
    gemt.parent.write_text("")
    (tmp_path / "cache").write_text("")
    data.load()
    data.load()
    assert len(counted) == 2


def test_only_so_many_verdicts_are_kept(gemt):
    for number in range(domme._GEMTE + 5):
        domme.husk("data", str(number))
    assert len(list(gemt.iterdir())) == domme._GEMTE
    assert domme.kendt("data", str(domme._GEMTE + 4)) == ""


def test_a_kernel_asks_who_started_it_and_no_file(lille, gemt, monkeypatch):
    _, counted = lille
    monkeypatch.setenv(domme.GYLDIG, "")
    data.load()
    assert len(counted) == 1
    assert not gemt.exists()
    monkeypatch.setenv(domme.GYLDIG, opslag.tag().aftryk)
    data.load()
    assert len(counted) == 1


def test_checking_and_verifying_never_trust_a_verdict(lille, monkeypatch):
    _, counted = lille
    data.load()
    assert data.check() == [f for f in data.check() if f.alvor == "advarsel"]
    assert len(counted) == 3
    data.Opslag(forfra=True)
    assert len(counted) == 4


def test_writing_while_it_is_validated_keeps_no_verdict(lille, gemt, monkeypatch):
    folder, _ = lille
    validate = tabelrum._fund

    def fund(*args):
        (folder / "note.txt").write_text("x")
        return validate(*args)

    monkeypatch.setattr(tabelrum, "_fund", fund)
    data.load()
    assert not gemt.exists()


def test_the_gate_is_asked_once_of_the_same_tables(gemt, tabeller, monkeypatch):
    asked = []
    monkeypatch.setattr(kontrol, "port", lambda t, regn=True: asked.append(t) or kontrol.Port())
    assert kontrol.godkend(tabeller) is tabeller
    kontrol.godkend(dict(tabeller))
    assert len(asked) == 1
    less = {**tabeller, "kontroller": tabeller["kontroller"].iloc[1:]}
    kontrol.godkend(less)
    assert len(asked) == 2


def test_tables_the_controls_object_to_get_no_verdict(gemt, tabeller, monkeypatch):
    fund = Fund("x", "", "", "", "y")
    monkeypatch.setattr(kontrol, "port", lambda t, regn=True: kontrol.Port(afviger=[fund]))
    for _ in range(2):
        with pytest.raises(DataError):
            kontrol.godkend(tabeller)
    assert not gemt.exists()
