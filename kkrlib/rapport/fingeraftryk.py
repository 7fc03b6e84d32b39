"""What a page was made of, as fingerprints: the code it depends on, the data, the packages that ran.

A fingerprint is the SHA-256 of names and contents in sorted order, with line ends as ``\\n``, so that it is the same
on every system. It says nothing of the commit, which a committed page cannot know, of Python's version, or of paths.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import kkrlib
from kkrlib import data
from kkrlib.data import opslag
from kkrlib.errors import DataError, RunError

KORT = 12
"""Characters of the short form."""
_PAKKE = Path(kkrlib.__file__).resolve().parent
#: What runs and exports every page, whatever its field.
_RAPPORT = ("kkrlib.rapport.eksport", "kkrlib.rapport.notesbog")
_INDSAT = "injected-parameters"
#: The gate: it lets the tables through or stops the page, and changes nothing on it. It knows every field.
_PORT, _GODKEND = "kkrlib.kontrol", "godkend"
#: What a page says of them: the fingerprints themselves, and the packages.
_PAA_SIDEN = re.compile(rb"(?<=<code>)(?:[0-9a-f]{12}|[0-9a-f]{64})(?=</code>)|(?<=<p>Programpakker: )[^<]*(?=</p>)")
#: What the code calls the tables of :func:`kkrlib.data.load`.
_TABELLER = ("tabeller", "tables", "registre")


@dataclass(frozen=True)
class Fingeraftryk:
    """``kode`` and ``data`` are 64 hexadecimal digits; ``pakker`` the run-time packages as (name, version)."""

    kode: str
    data: str
    pakker: tuple[tuple[str, str], ...]


def af(nb: Mapping[str, Any]) -> Fingeraftryk:
    """The fingerprints of the page of a notebook.

    **Code**: the source of the notebook's cells without the parameters given to it, its ``metadata.kkr``, every
    module of kkrlib that its imports lead to, the exporter and runner with all they import, and the templates.
    A change in another field's module leaves it as it is. **Data**: the descriptor and every table it names,
    since the controls of a report may relate its numbers to those of any table; further what a trial was given besides:
    the contents of its files, and each parameter that differs from the notebook's own (the axes apart, which choose
    among the tables' rows). Raises RunError if a file is not there.
    """
    cells = [c for c in nb["cells"] if _INDSAT not in c.get("metadata", {}).get("tags", ())]
    about = nb.get("metadata", {}).get("kkr", {})
    everything = sorted({*_egne(cells), *_lukning(_RAPPORT)})
    parts = {f"kkrlib/{name}": _tekst(_PAKKE / name) for name in (*everything, *_skabeloner())}
    parts["notesbog"] = json.dumps([[c["cell_type"], _linjer(c["source"])] for c in cells], ensure_ascii=False)
    parts["metadata"] = json.dumps(about, ensure_ascii=False, sort_keys=True)
    return Fingeraftryk(_sha(parts), _sha({**_tabeller(data.data_mappe()), **_givne(nb)}), pakker())


def foer(notesbog: Path, parametre: Mapping[str, Any]) -> Fingeraftryk:
    """The fingerprints of a page that is not run yet: :func:`af` of its notebook with the parameters in it."""
    nb = json.loads(notesbog.read_text(encoding="utf-8"))
    given = "\n".join(f"{name} = {value!r}" for name, value in parametre.items())
    nb["cells"].append({"cell_type": "code", "metadata": {"tags": [_INDSAT]}, "source": given})
    return af(nb)


def groft(notesbog: Path, parametre: Mapping[str, Any]) -> list[Any]:
    """What :func:`foer` is taken of, but for kkrlib's own modules, without asking what leads to what: quick, and other
    whenever a fingerprint is.
    """
    content = notesbog.read_bytes()
    folder = opslag.tag()
    if folder is None:
        raise RunError("mappen med data kan ikke læses")
    about = json.loads(content).get("metadata", {}).get("kkr", {}).get("parametre", {})
    files = {
        f"{name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for name, value in parametre.items()
        if about.get(name, {}).get("fil")
        for path in _filer(name, value)
    }
    templates = {n: hashlib.sha256((_PAKKE / n).read_bytes()).hexdigest() for n in _skabeloner()}
    return [hashlib.sha256(content).hexdigest(), folder.aftryk, files, templates, pakker()]


def uden(side: bytes) -> bytes:
    """A page's HTML without its fingerprints and packages: what is left is what readers came for."""
    return _PAA_SIDEN.sub(b"", side)


def brugte_tabeller(nb: Mapping[str, Any]) -> frozenset[str]:
    """The tables that a notebook's code asks for by name: ``tabeller["landstal"]`` in any module that its imports
    lead to.

    Read from the code, so that no list of them has to be kept. Raises RunError for code that cannot be read.
    """
    return frozenset(name for path in _egne(nb["cells"]) for name in _tabelnavne(path))


@cache
def _tabelnavne(fil: str) -> frozenset[str]:
    asked = set()
    for node in ast.walk(_trae(_tekst(_PAKKE / fil))):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.ctx, ast.Load):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in _TABELLER and isinstance(node.slice.value, str):
                asked.add(node.slice.value)
    return frozenset(asked)


def _egne(celler: list[Mapping[str, Any]]) -> frozenset[str]:
    """The files of kkrlib that the code of a notebook leads to; the gate apart, where it is only passed."""
    code = "\n".join(_python(c["source"]) for c in celler if c["cell_type"] == "code")
    return _lukning(tuple(sorted(_importerede(code) - ({_PORT} if _kun_porten(code) else set()))))


@cache
def pakker() -> tuple[tuple[str, str], ...]:
    """The packages that kkrlib needs when it runs, and which version of each ran.

    Raises RunError if one is not installed.
    """
    # pyproject.toml beside the package is newer than what was noted when it was installed for editing.
    project = _PAKKE.parent / "pyproject.toml"
    if project.is_file():
        wanted = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        try:
            wanted = requires("kkrlib") or []
        except PackageNotFoundError:
            raise RunError(
                "kkrlib er ikke installeret, så siden kan ikke sige, hvilke pakker den er lavet med"
            ) from None
    names = sorted({m[0].lower() for w in wanted if (m := re.match(r"[A-Za-z0-9._-]+", w)) and "extra ==" not in w})
    try:
        return tuple((name, version(name)) for name in names)
    except PackageNotFoundError as error:
        raise RunError(f"pakken «{error.name}» er ikke installeret") from None


# --- the modules ---------------------------------------------------------------------------------------------


def _skabeloner() -> list[str]:
    return sorted(p.relative_to(_PAKKE).as_posix() for p in _PAKKE.glob("*/skabelon/*") if p.suffix in (".css", ".j2"))


@cache
def _lukning(moduler: tuple[str, ...]) -> frozenset[str]:
    """The files, from the package's folder, of the modules and of all that they import of kkrlib."""
    files: set[str] = set()
    waiting = list(moduler)
    while waiting:
        name = waiting.pop()
        path = _sti(name)
        if path is None or path in files:
            continue
        files.add(path)
        waiting += [name.rpartition(".")[0], *_importer_af(path, name)]
    return frozenset(files)


def _sti(modul: str) -> str | None:
    """The file of a module of kkrlib, or None for what is none (a function of a module, another package)."""
    first, *rest = modul.split(".")
    if first != "kkrlib":
        return None
    for candidate in (Path(*rest, "__init__.py"), Path(*rest).with_suffix(".py") if rest else None):
        if candidate is not None and (_PAKKE / candidate).is_file():
            return candidate.as_posix()
    return None


@cache
def _importer_af(fil: str, modul: str) -> tuple[str, ...]:
    package = modul if fil.endswith("__init__.py") else modul.rpartition(".")[0]
    return tuple(sorted(_importerede(_tekst(_PAKKE / fil), package)))


def _importerede(kilde: str, pakke: str = "") -> set[str]:
    """Everything that a source's import statements name, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(_trae(kilde)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = pakke.split(".")[: len(pakke.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def importerede(kilder: Iterable[str]) -> set[str]:
    """Everything that the import statements of cells name; a cell that cannot be read names nothing."""
    names: set[str] = set()
    for source in kilder:
        with contextlib.suppress(RunError):
            names |= _importerede(_python(source))
    return names


def _kun_porten(kilde: str) -> bool:
    """Whether a notebook uses the room of the controls for nothing but to pass the gate."""
    tree, room = _trae(kilde), _PORT.rpartition(".")[2]
    named = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == room]
    passed = [
        n.func.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == _GODKEND
    ]
    return bool(named) and all(any(n is p for p in passed) for n in named)


def _trae(kilde: str) -> ast.Module:
    try:
        return ast.parse(kilde)
    except SyntaxError as error:
        raise RunError(f"koden kan ikke læses, så siden får intet fingeraftryk: {error.msg}") from None


def _python(kilde: str) -> str:
    """A cell without the lines that are IPython's own."""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in _linjer(kilde).split("\n"))


# --- the data ------------------------------------------------------------------------------------------------


def _tabeller(mappe: Path) -> dict[str, str]:
    """The descriptor and each file it names, as they are read; nothing where there is no descriptor."""
    if not (mappe / data.BESKRIVELSE).is_file():
        return {}
    try:
        return data.filer(mappe)
    except DataError as error:
        raise RunError(f"siden får intet fingeraftryk: {error}") from None


def _givne(nb: Mapping[str, Any]) -> dict[str, str]:
    """What the page was given besides the tables: files by their contents, the rest as it was given."""
    about = nb.get("metadata", {}).get("kkr", {}).get("parametre", {})
    own, injected = _vaerdier(nb, "parameters"), _vaerdier(nb, _INDSAT)
    parts: dict[str, str] = {}
    others = {}
    for name, value in {**own, **injected}.items():
        meta = about.get(name, {})
        if meta.get("fil"):
            parts.update({f"parameter/{name}/{file.name}": _indhold(file) for file in _filer(name, value)})
        elif "vaerdier" not in meta and value != own.get(name):
            others[name] = value
    if others:
        parts["parametre"] = json.dumps(others, ensure_ascii=False, sort_keys=True, default=str)
    return parts


def _vaerdier(nb: Mapping[str, Any], maerke: str) -> dict[str, Any]:
    """The values that the cells with a tag assign; what is no plain value, as it is written."""
    values: dict[str, Any] = {}
    for cell in nb["cells"]:
        if maerke in cell.get("metadata", {}).get("tags", ()):
            for node in _trae(_python(cell["source"])).body:
                target = (
                    node.targets[0]
                    if isinstance(node, ast.Assign)
                    else node.target
                    if isinstance(node, ast.AnnAssign)
                    else None
                )
                if (
                    isinstance(node, (ast.Assign, ast.AnnAssign))
                    and isinstance(target, ast.Name)
                    and node.value is not None
                ):
                    try:
                        values[target.id] = ast.literal_eval(node.value)
                    except ValueError:
                        values[target.id] = ast.unparse(node.value)
    return values


def _filer(navn: str, vaerdi: Any) -> list[Path]:
    """The files of a parameter that is a path; of a folder those that :func:`kkrlib.data.laes_regneark` reads. A
    notebook's own folder is tried too.
    """
    if not vaerdi:
        return []
    path = next((p for p in (Path(str(vaerdi)), data.ROD / "notebooks" / str(vaerdi)) if p.exists()), None)
    if path is None:
        raise RunError(f"{navn}: {Path(str(vaerdi)).name} findes ikke, så siden får intet fingeraftryk")
    if not path.is_dir():
        return [path]
    return data.regneark_i(path)


def _indhold(path: Path) -> str:
    """A file as text with its line ends as everywhere, or as a sum where it is no text."""
    content = path.read_bytes()
    try:
        return _linjer(content.decode("utf-8"))
    except UnicodeDecodeError:
        return hashlib.sha256(content).hexdigest()


# --- shared --------------------------------------------------------------------------------------------------


def _linjer(text: str | list[str]) -> str:
    text = text if isinstance(text, str) else "".join(text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tekst(path: Path) -> str:
    return _linjer(path.read_bytes().decode("utf-8"))


def _sha(parts: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for name in sorted(parts):
        whole.update(f"{name}\0{hashlib.sha256(parts[name].encode('utf-8')).hexdigest()}\n".encode())
    return whole.hexdigest()
