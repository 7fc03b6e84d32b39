"""The house: which room may import which (docs/architecture.md), and what the repository must not contain."""

import ast
import re
import subprocess

import nbformat
import pytest

from kkrlib import data, mime

ROOT = data.ROD
PACKAGE = ROOT / "kkrlib"
SHOW = {"skabeloner", "tabeller", "figurer", "farver", "tekst", "visning"}
RUN = {"rapport", "cli"}
FIELDS = {"flygtninge", "klynger", "socialtilsyn", "boernehus"}
# What each room must not import, by its name under kkrlib.
FORBIDDEN = {
    "errors": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "dansk": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling"},
    "data": SHOW | RUN | FIELDS | {"afstemning", "fordeling"},
    "fordeling": SHOW | RUN | FIELDS | {"data", "afstemning"},
    "afstemning": SHOW | RUN | FIELDS | {"data"},
    "omraade": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "perioder": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "struktur": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "filer": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk", "errors"},
    "domme": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk", "errors"},
    "landstal": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "fakta": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "interval": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "sted": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "errors"},
    "mime": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk", "errors"},
    "tegn": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk", "errors"},
    "trykt": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk", "errors"},
    "kommuner": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk"},
    "parametre": SHOW | RUN | FIELDS | {"data", "afstemning", "fordeling", "dansk", "kommuner"},
    **{field: SHOW | RUN | {"data"} for field in FIELDS},
    **{room: RUN | FIELDS | {"data", "afstemning"} for room in SHOW - {"visning"}},
    "kontrol": SHOW | RUN | {"data"},
    "visning": RUN | {"data"},
    "rapport": FIELDS | {"kontrol", "visning", "figurer", "afstemning", "fordeling"},
    "kommandoer": {"rapport", "cli", "figurer", "tabeller"},
    "cli": FIELDS | {"visning", "figurer", "afstemning", "fordeling", "tabeller"},
}


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules():
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p != PACKAGE / "__init__.py"]


def imported(path):
    """The rooms a module imports, also inside functions."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ("kkrlib." + (node.module or "")).rstrip(".") if node.level else node.module or ""
            names = [base] if base.count(".") else [f"{base}.{alias.name}" for alias in node.names]
        rooms |= {name.split(".")[1] for name in names if name.startswith("kkrlib.")}
    return rooms


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_what_it_may_know(path):
    assert room(path) in FORBIDDEN, f"{path.name} has no room: add it to docs/architecture.md and here"
    assert imported(path) & FORBIDDEN[room(path)] == set()


def test_the_test_above_sees_imports():
    assert "flygtninge" in imported(PACKAGE / "visning" / "flygtninge" / "kvoter.py")
    assert "errors" in imported(PACKAGE / "data" / "tabeller.py")


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in modules()
        if room(p)
        in FIELDS
        | {"fordeling", "afstemning", "kontrol", "dansk", "omraade", "landstal", "kommuner", "tegn", "trykt"}
        | {"fakta", "interval", "sted"}
        | {"parametre", "perioder", "struktur"}
    ],
    ids=lambda p: p.name,
)
def test_calculations_open_no_file(path):
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute))
    }
    assert called & {"open", "read_csv", "read_text", "read_bytes", "write_text", "write_bytes", "to_csv"} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_a_notebook_has_no_logic_and_no_paths(path):
    banned = (
        ast.FunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.For,
        ast.While,
        ast.If,
        ast.IfExp,
        ast.Try,
        ast.comprehension,
        ast.BinOp,
    )
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, banned), f"{type(node).__name__} in: {cell.source[:60]}"
        assert "Path(" not in cell.source and ".csv" not in cell.source.split("#")[0]


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_nothing_names_a_path_of_a_machine_or_a_package_index():
    # Put together here so that this file does not name what it looks for.
    banned = [f"/{name}/".encode() for name in ("work", "root", "home", "tmp")] + [
        b"pypi" + b".org",
        b"files.python" + b"hosted",
    ]
    for path in tracked():
        if path.is_file() and path.suffix not in (".png", ".xlsx"):
            content = path.read_bytes()
            assert [b for b in banned if b in content] == [], path.name


def test_a_count_never_stands_under_the_unit_of_money_and_a_percentage_never_under_another():
    counts, money = (
        re.compile(r"^(indbyggere|indbyggertal|betalere|deltagere|klynger|antal)\b|svarer til", re.I),
        re.compile(r"\bkr(oner|\.)"),
    )
    columns = [
        (name.stem, payload["id"], k["overskrift"], k["enhed"])
        for name in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in nbformat.read(name, as_version=4).cells
        for output in cell.get("outputs", [])
        for payload in [output.get("data", {}).get(mime.TABEL)]
        if payload
        for k in payload["kolonner"]
    ]
    assert len(columns) > 300
    assert [c for c in columns if counts.search(c[2]) and money.search(c[3])] == []
    assert [c for c in columns if "procent" in c[2].lower() and c[3] not in ("", "procent", "%")] == []
