"""pyproject.toml, requirements.lock and environment.yml agree, and nothing names where packages come from."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")

DIRECT = [
    Requirement(r)
    for r in (
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
    )
]

spec = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
assert spec and spec.loader
environment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(environment)


def entries(lock: str) -> list[str]:
    """The lock's entries, each with its hashes, on one line. Written apart from the generator's own reading."""
    joined = lock.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pinned(lock: str) -> dict[str, Requirement]:
    found = [Requirement(e.partition(" --hash")[0]) for e in entries(lock)]
    names = [canonicalize_name(r.name) for r in found]
    assert len(set(names)) == len(names), "a package is locked twice"
    return dict(zip(names, found, strict=True))


def version(requirement: Requirement) -> str:
    (pin,) = requirement.specifier
    assert pin.operator == "=="
    return pin.version


@pytest.mark.parametrize("wanted", DIRECT, ids=str)
def test_every_direct_dependency_is_locked_within_its_range_on_every_system(wanted):
    locked = pinned(LOCK)[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(version(locked))
    assert locked.marker is None


def test_every_entry_of_the_lock_is_one_version_with_hashes():
    for entry in entries(LOCK):
        assert re.fullmatch(r"[^ ]+==[^ ]+( ; [^-]+(-[^-]+)*?)?( +--hash=sha256:[0-9a-f]{64})+", entry), entry[:80]


def test_environment_is_what_the_lock_gives():
    assert environment.environment(LOCK, PROJECT["project"]["requires-python"]) == ENVIRONMENT


def test_environment_installs_the_same_versions_with_pip_and_the_package_itself():
    made = yaml.safe_load(ENVIRONMENT)
    assert made["name"] == "kkrlib"
    python, pip, packages = made["dependencies"]
    assert (python, pip) == ("python" + PROJECT["project"]["requires-python"], "pip")
    *pins, own = packages["pip"]
    assert own == "-e ."
    assert {canonicalize_name(Requirement(p).name): str(Requirement(p)) for p in pins} == {
        name: str(r) for name, r in pinned(LOCK).items()
    }


def test_the_running_environment_is_the_lock():
    """What the tests ran with is what a reader will install. Passed over where there is no made environment."""
    if not (Path(sys.prefix) / ".made").exists():
        pytest.skip("not the environment that make makes")
    from importlib.metadata import version as installed

    for name, requirement in pinned(LOCK).items():
        if requirement.marker is None or requirement.marker.evaluate():
            assert installed(name) == version(requirement), name


def imported(folder: str) -> set[str]:
    """The top-level modules that the Python files of a folder import."""
    names: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {a.name.partition(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add((node.module or "").partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"kkrlib"}


def test_what_the_package_imports_stands_in_its_dependencies():
    """A package that comes with another one can go with it, too."""
    declared = {canonicalize_name(Requirement(r).name) for r in PROJECT["project"]["dependencies"]}
    provided = packages_distributions()
    for module in imported("kkrlib"):
        assert {canonicalize_name(d) for d in provided.get(module, [module])} & declared, f"{module} is not declared"


def test_what_the_tests_import_is_declared():
    declared = {canonicalize_name(r.name) for r in DIRECT}
    own = {p.stem for p in (ROOT / "tests").rglob("*.py")}
    provided = packages_distributions()
    for module in imported("tests") - own:
        assert {canonicalize_name(d) for d in provided.get(module, [module])} & declared, f"{module} is not declared"


def test_no_file_names_a_package_index():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    names = tracked.stdout.split("\0") if tracked.returncode == 0 else []
    setup = ["pyproject.toml", "requirements.lock", "environment.yml", "Makefile", ".ci/run", "README.md"]
    paths = {ROOT / n for n in names if n and not n.startswith(("reports/", "data/"))} | {ROOT / n for n in setup}
    index = re.compile("py" + r"pi\.org|pythonhosted|--(extra-)?index-url|index_url|/simple/?\b", re.IGNORECASE)
    for path in sorted(paths):
        if path.is_file() and path != Path(__file__).resolve():
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not index.search(text), path
    assert "://" not in LOCK + ENVIRONMENT


@pytest.mark.parametrize(
    "change",
    [
        lambda lock: re.sub(r"^click==[^ ]+", "click==1.0", lock, flags=re.MULTILINE),
        lambda lock: re.sub(r"^click==(?:.*\\\n)*.*\n", "", lock, flags=re.MULTILINE),
    ],
    ids=["another version", "a package less"],
)
def test_a_changed_lock_is_noticed(change):
    changed = change(LOCK)
    assert changed != LOCK
    locked = pinned(changed).get("click")
    wanted = next(r for r in DIRECT if r.name == "click")
    assert locked is None or not wanted.specifier.contains(version(locked))
    assert environment.environment(changed, PROJECT["project"]["requires-python"]) != ENVIRONMENT
