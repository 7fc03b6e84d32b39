"""Which reports there are, which parameters they take, and which pages they make.

Everything is read from the notebooks: the metadata ``kkr`` and the cell tagged ``parameters``. Nothing
here knows a field, a table or the name of a parameter.
"""

from __future__ import annotations

import ast
import difflib
import io
import itertools
import os
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from kkrlib import tegn
from kkrlib.errors import ParameterError, RunError
from kkrlib.rapport import notesbog

_SIMPLE = ("int", "float", "str", "bool", "list", "dict")
_DANISH_TYPE = {
    "int": "et helt tal",
    "float": "et tal",
    "str": "en tekst",
    "bool": "true eller false",
    "list": "en liste, fx [a, b]",
    "dict": "en ordbog, fx {a: 1}",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report.

    ``type`` is ``int``, ``float``, ``str``, ``bool``, ``list``, ``dict``, or ``""`` for any; ``valgfri`` says that
    ``None`` is a value too. ``kolonner`` are the (table, column) pairs in all of which a valid value stands
    (empty: any value of the type), ``etiket`` is what readers call such a parameter, ``alle`` the extra value that means all of them, ``kort`` the column
    with the short form that page names use, ``alias`` columns with other spellings. ``dato`` marks a
    date (``"2024-09-05"`` or empty), ``mindst`` and ``hoejst`` are the
    least and greatest number (of a dictionary: of its values, whole numbers, whose keys stand in the column ``noegler``), ``fil`` marks the path of a file,
    which may be a folder too with ``mappe``.
    """

    navn: str
    type: str
    valgfri: bool
    standard: Any
    hjaelp: str
    kolonner: tuple[tuple[str, str], ...] = ()
    etiket: str = ""
    alle: str | None = None
    kort: tuple[str, str] | None = None
    alias: tuple[tuple[str, str], ...] = ()
    fil: bool = False
    dato: bool = False
    mindst: int | None = None
    hoejst: int | None = None
    noegler: tuple[str, str] | None = None
    mappe: bool = False


@dataclass(frozen=True)
class Rapport:
    """One report: its name, its Danish title, its notebook, and its parameters in the notebook's order."""

    navn: str
    titel: str
    notesbog: Path
    parametre: dict[str, Parameter]

    @property
    def akser(self) -> list[Parameter]:
        """The parameters whose combinations are the report's pages."""
        return [p for p in self.parametre.values() if p.kolonner]


@dataclass(frozen=True)
class Sidespec:
    """One page to build: its name, its report, and every parameter that is given to the notebook."""

    navn: str
    rapport: Rapport
    parametre: dict[str, Any] = field(default_factory=dict)
    #: not one of the report's own pages: some parameter without ``vaerdier`` is not at its default
    proeve: bool = False
    #: where its values stand among those the report's axes can take
    orden: tuple[int, ...] = ()

    @property
    def tekst(self) -> str:
        """The values of the report's axes that the page is for: ``"2025, Region Sjælland"``."""
        return upper_first(", ".join(str(self.parametre[p.navn]) for p in self.rapport.akser))

    def beskriv(self) -> str:
        """Report and parameter set in one line, for messages."""
        given = ", ".join(f"{n}={v}" for n, v in self.parametre.items())
        return f"{self.rapport.navn} ({given})" if given else self.rapport.navn


# --- reading the notebooks -------------------------------------------------------------------------------


def find(rod: Path) -> dict[str, Rapport]:
    """All reports under ``rod/notebooks``, by name, in the order of their names.

    Raises RunError when a notebook's metadata contradict its parameters cell.
    """
    reports: dict[str, Rapport] = {}
    for path in sorted((Path(rod) / "notebooks").glob("*.ipynb")):
        report = laes(path)
        if report is None:
            continue
        if report.navn in reports:
            raise RunError(
                f"{path.name} og {reports[report.navn].notesbog.name} hedder begge «{report.navn}» i metadata.kkr"
            )
        reports[report.navn] = report
    return dict(sorted(reports.items()))


def laes(path: Path) -> Rapport | None:
    """The report in one notebook, or None when the notebook has no ``metadata.kkr``."""
    try:
        nb = notesbog.laes(path)
    except Exception as error:
        raise RunError(f"{path.name} kan ikke læses som en notesbog: {error}") from error
    meta = nb.metadata.get("kkr")
    if meta is None:
        return None
    cells = [c for c in nb.cells if c.cell_type == "code" and "parameters" in c.metadata.get("tags", [])]
    if len(cells) > 1:
        raise RunError(f"{path.name} har {len(cells)} celler med mærket «parameters»; der skal være én")
    found = _parameters_of(cells[0].source, path) if cells else {}
    described = meta.get("parametre", {})
    stray = [name for name in described if name not in found]
    if stray:
        raise RunError(f"{path.name}: metadata.kkr beskriver {', '.join(stray)}, som ikke er i cellen «parameters»")
    name = meta.get("rapport") or path.stem
    parameters = {n: _with_metadata(p, described.get(n, {})) for n, p in found.items()}
    for p in parameters.values():
        if p.kolonner and not (isinstance(p.etiket, str) and p.etiket.strip()):
            raise RunError(
                f'{path.name}: metadata.kkr for {p.navn} har «vaerdier» og skal have «etiket», som læserne ser, fx "Område"'
            )
    return Rapport(name, meta.get("titel") or name, Path(path).resolve(), parameters)


def _with_metadata(p: Parameter, meta: Mapping[str, Any]) -> Parameter:
    return Parameter(
        p.navn,
        p.type,
        p.valgfri,
        p.standard,
        p.hjaelp,
        kolonner=tuple((t, c) for t, c in meta.get("vaerdier", ())),
        etiket=meta.get("etiket", ""),
        alle=meta.get("alle"),
        kort=tuple(meta["kort"]) if meta.get("kort") else None,
        alias=tuple((t, c) for t, c in meta.get("alias", ())),
        fil=bool(meta.get("fil")),
        dato=bool(meta.get("dato")),
        mindst=meta.get("mindst"),
        hoejst=meta.get("hoejst"),
        noegler=tuple(meta["noegler"]) if meta.get("noegler") else None,
        mappe=bool(meta.get("mappe")),
    )


def _parameters_of(source: str, path: Path) -> dict[str, Parameter]:
    """The assignments of a parameters cell.

    papermill's own inspection works with a regular expression, which drops every line with a second ``=``
    (``x: str = "a=b"``); Python's parser does not.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise RunError(f"{path.name}: cellen «parameters» er ikke gyldig Python: {error.msg}") from error
    comments = _comments(source)
    found: dict[str, Parameter] = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            name, annotation = node.target.id, node.annotation
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, annotation = node.targets[0].id, None
        else:
            continue
        try:
            default = ast.literal_eval(node.value)
        except ValueError as error:
            raise RunError(f"{path.name}: standardværdien af {name} skal være en konstant") from error
        kind, optional = _type_of(annotation)
        if annotation is None and default is not None:
            kind = type(default).__name__ if type(default).__name__ in _SIMPLE else ""
        help_text = comments.get(node.end_lineno or 0, "")
        found[name] = Parameter(name, kind, optional or default is None, default, help_text)
    return found


def _comments(source: str) -> dict[int, str]:
    """The comment at the end of each line, by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _type_of(annotation: ast.expr | None) -> tuple[str, bool]:
    """``(type, optional)`` of an annotation: ``int``, ``list[str]``, ``Optional[int]``, ``int | None``, or quoted."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return _type_of(ast.parse(annotation.value, mode="eval").body)
        except SyntaxError:
            return "", False
    if isinstance(annotation, ast.Name):
        return (annotation.id.lower() if annotation.id.lower() in _SIMPLE else ""), False
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _union([annotation.left, annotation.right])
    if isinstance(annotation, ast.Subscript):
        outer = getattr(annotation.value, "attr", getattr(annotation.value, "id", ""))  # typing.Optional or Optional
        if outer == "Optional":
            return _type_of(annotation.slice)[0], True
        if outer == "Union":
            return _union(annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice])
        return (outer.lower() if outer.lower() in ("list", "dict") else ""), False
    return "", False


def _union(members: Iterable[ast.expr]) -> tuple[str, bool]:
    optional, kinds = False, []
    for member in members:
        if isinstance(member, ast.Constant) and member.value is None:
            optional = True
            continue
        kind, nested = _type_of(member)
        kinds.append(kind)
        optional = optional or nested
    return (kinds[0] if len(set(kinds)) == 1 else ""), optional


# --- values in the data ----------------------------------------------------------------------------------


def vaerdier(rapport: Rapport, navn: str, tabeller: Mapping[str, pd.DataFrame]) -> list[Any]:
    """The values parameter ``navn`` can take, ``alle`` first; empty when any value of its type is valid.

    Raises RunError when the metadata point to a table or column that does not exist.
    """
    p = rapport.parametre[navn]
    if not p.kolonner:
        return []
    sets = [_column(rapport, p, pair, tabeller) for pair in p.kolonner]
    common = [v for v in dict.fromkeys(sets[0]) if all(v in s for s in sets[1:])]
    # Numbers by size; texts in the order of their table, which is the order of the sources.
    if all(isinstance(v, (int, float)) for v in common):
        common.sort()
    return ([p.alle] if p.alle is not None else []) + common


def _column(rapport: Rapport, p: Parameter, pair: tuple[str, str], tabeller: Mapping[str, pd.DataFrame]) -> list[Any]:
    table, column = pair
    if table not in tabeller or column not in tabeller[table].columns:
        raise RunError(
            f"{rapport.notesbog.name}: metadata.kkr for {p.navn} peger på {table}.{column}, som ikke findes i data"
        )
    return [_plain(v) for v in tabeller[table][column].dropna()]


def _plain(value: Any) -> Any:
    """A value of a DataFrame as plain Python: numpy's numbers cannot be injected into a notebook."""
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _pairs(
    rapport: Rapport, p: Parameter, other: tuple[str, str], tabeller: Mapping[str, pd.DataFrame]
) -> list[tuple[Any, Any]]:
    """``(value, other form)`` row by row, from the table that holds the other form."""
    table, column = other
    keys = [c for t, c in p.kolonner if t == table] or [p.kolonner[0][1]]
    _column(rapport, p, (table, keys[0]), tabeller)
    _column(rapport, p, other, tabeller)
    rows = tabeller[table][[keys[0], column]].dropna() if keys[0] != column else tabeller[table][[column]].dropna()
    return [(_plain(r[0]), _plain(r[-1])) for r in rows.itertuples(index=False)]


def kortnavn(vaerdi: Any) -> str:
    """A value as a part of a file name: ``"Høje-Taastrup, 2. udkast" → "hoeje-taastrup-2-udkast"``."""
    text = str(vaerdi).casefold()
    if isinstance(vaerdi, (int, float)):
        text = text.replace("-", "minus-")  # -5 and 5 are two pages
    for danish, ascii_form in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        text = text.replace(danish, ascii_form)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-") or "tom"


def _spellings(rapport: Rapport, p: Parameter, tabeller: Mapping[str, pd.DataFrame]) -> dict[str, list[Any]]:
    """Accepted spelling (as :func:`_normal`) → the values it stands for (more than one: ambiguous)."""
    valid = vaerdier(rapport, p.navn, tabeller)
    spellings: dict[str, list[Any]] = {}

    def add(spelling: Any, value: Any) -> None:
        values = spellings.setdefault(_normal(spelling), [])
        if value in valid and value not in values:
            values.append(value)

    for value in valid:
        add(value, value)
    if p.alle is not None:
        add(kortnavn(p.alle), p.alle)
    official = set(spellings)
    for other in (*([p.kort] if p.kort else []), *p.alias):
        for value, spelling in _pairs(rapport, p, other, tabeller):
            if _normal(spelling) not in official:  # an official name is never shadowed by an alias
                add(spelling, value)
    return {s: v for s, v in spellings.items() if v}


def _normal(value: Any) -> str:
    return tegn.normal(value)


# --- checking what is given --------------------------------------------------------------------------------


def kontroller(rapport: Rapport, parametre: Mapping[str, Any], tabeller: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The given parameters as typed, official values, in the report's own order.

    Values are texts (from the command line) or Python values. Files become absolute paths. Raises
    ParameterError with one line that names every faulty parameter, its value, and the nearest valid value.
    """
    faults: list[str] = []
    checked: dict[str, Any] = {}
    for name, value in parametre.items():
        if name not in rapport.parametre:
            faults.append(_unknown_name(rapport, name))
            continue
        try:
            checked[name] = _check(rapport, rapport.parametre[name], value, tabeller)
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise ParameterError(f"{rapport.navn}: " + " ".join(faults))
    return {name: checked[name] for name in rapport.parametre if name in checked}


def _unknown_name(rapport: Rapport, name: str) -> str:
    if not rapport.parametre:
        return f"{name}: ukendt parameter; rapporten har ingen."
    near = difflib.get_close_matches(kortnavn(name), rapport.parametre, n=1, cutoff=0.5)
    hint = f"; mente du «{near[0]}»?" if near else "."
    return f"{name}: ukendt parameter{hint} Gyldige: {', '.join(rapport.parametre)}."


def _check(rapport: Rapport, p: Parameter, value: Any, tabeller: Mapping[str, pd.DataFrame]) -> Any:
    """One value, typed and official; raises ValueError with the Danish fault, a full sentence."""
    value = _plain(value) if not isinstance(value, (str, float)) else value
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if p.fil:
        return _file(value, p.mappe)
    if p.kolonner:
        return _listed(rapport, p, value, tabeller)
    typed = _typed(p, value)
    if p.dato and typed and not _is_date(typed):
        raise ValueError(f"«{value}» er ikke en dato skrevet som 2024-12-31.")
    if p.noegler and typed:
        return {_key(rapport, p, key, tabeller): _bounded(p, number, f"{key}: ") for key, number in typed.items()}
    return _bounded(p, typed) if p.mindst is not None or p.hoejst is not None else typed


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _bounded(p: Parameter, number: Any, foran: str = "") -> Any:
    if number is None and not foran:
        return None
    if isinstance(number, bool) or (not isinstance(number, int) and (foran or p.type == "int")):
        raise ValueError(f"{foran}«{number}» er ikke et helt tal.")
    if p.mindst is not None and number < p.mindst:
        raise ValueError(f"{foran}«{number}» er for lille; det mindste er {p.mindst}.")
    if p.hoejst is not None and number > p.hoejst:
        raise ValueError(f"{foran}«{number}» er for stort; det største er {p.hoejst}.")
    return number


def _key(rapport: Rapport, p: Parameter, key: Any, tabeller: Mapping[str, pd.DataFrame]) -> str:
    """A key of a dictionary, as the column of valid keys has it."""
    assert p.noegler is not None
    valid = [str(v) for v in _column(rapport, p, p.noegler, tabeller)]
    if str(key) not in valid:
        near = difflib.get_close_matches(str(key), valid, n=1)
        raise ValueError(f"«{key}» findes ikke i {p.noegler[0]}.csv" + (f"; mente du «{near[0]}»?" if near else "."))
    return str(key)


def _typed(p: Parameter, value: Any) -> Any:
    if p.valgfri and (value is None or (isinstance(value, str) and value.strip().casefold() in ("", "none", "null"))):
        return None
    fault = ValueError(f"«{value}» er ikke {_DANISH_TYPE.get(p.type, '')}.")
    if p.type == "":
        return value
    if p.type == "str":
        if not isinstance(value, str):
            raise fault
        return value
    if isinstance(value, str):
        value = _parsed(p.type, value, fault)
    kinds = {"int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}[p.type]
    if not isinstance(value, kinds) or (p.type in ("int", "float") and isinstance(value, bool)):
        raise fault
    if p.type == "float":
        value = float(value)
        if value != value or value in (float("inf"), float("-inf")):
            raise fault
    return value


def _parsed(kind: str, text: str, fault: ValueError) -> Any:
    """A text from the command line as a value of ``kind``."""
    text = text.strip()
    if kind == "int":
        # Strict on purpose: int() would take "1_000" and YAML would take 017 as 15.
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            raise fault
        return int(text)
    if kind == "float":
        if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
            raise fault
        return float(text)
    if kind == "bool":
        if text.casefold() not in ("true", "false"):
            raise fault
        return text.casefold() == "true"
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise fault from None


def _listed(rapport: Rapport, p: Parameter, value: Any, tabeller: Mapping[str, pd.DataFrame]) -> Any:
    valid = vaerdier(rapport, p.navn, tabeller)
    listed = _list_of(valid)
    typed = value
    if not (p.alle is not None and isinstance(value, str)):
        try:
            typed = _typed(p, value)
        except ValueError as fault:
            raise ValueError(f"{fault} Gyldige: {listed}.") from None
    spellings = _spellings(rapport, p, tabeller)
    hits = spellings.get(_normal(typed), [])
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise ValueError(f"«{value}» kan være {' eller '.join(str(h) for h in hits)}; skriv navnet helt ud.")
    if not valid:
        raise ValueError(f"«{value}» findes ikke; der er ingen data.")
    nearest = _nearest(typed, valid, spellings)
    hint = f"; mente du «{nearest}»?" if nearest is not None else "."
    raise ValueError(f"«{value}» findes ikke{hint} Gyldige: {listed}.")


def _list_of(valid: list[Any], most: int = 12) -> str:
    shown = ", ".join(str(v) for v in valid[:most])
    return shown if len(valid) <= most else f"{shown} og {len(valid) - most} til"


def _nearest(value: Any, valid: list[Any], spellings: Mapping[str, list[Any]]) -> Any:
    if isinstance(value, (int, float)) and all(isinstance(v, (int, float)) for v in valid):
        return min(valid, key=lambda v: (abs(v - value), -v))
    # Compared without Danish letters and punctuation, so that "Sjaelland" is as near as "Sjælland".
    forms = {kortnavn(s): v for s, v in reversed(spellings.items())}
    near = difflib.get_close_matches(kortnavn(value), forms, n=1, cutoff=0.6)
    return forms[near[0]][0] if near else None


def _file(value: Any, mappe: bool = False) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise ValueError(f"«{value}» er ikke stien til en fil.")
    path = Path(value).expanduser()
    if path.is_file() or (mappe and path.is_dir()):
        return str(path.resolve())
    if path.is_dir():
        raise ValueError(f"«{value}» er en mappe, ikke en fil.")
    folder = path.parent
    names = sorted(f.name for f in folder.iterdir() if f.is_file()) if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    hint = f"; mente du «{folder / near[0] if str(folder) != '.' else near[0]}»?" if near else "."
    raise ValueError(f"filen «{value}» findes ikke{hint}")


# --- the pages ------------------------------------------------------------------------------------------------


def sider(rapport: Rapport, tabeller: Mapping[str, pd.DataFrame], **valg: Any) -> list[Sidespec]:
    """The pages of a report: every combination of the parameters that have ``vaerdier``.

    ``valg`` fixes parameters (``aar=2025``, ``region="sjaelland"``, any other by its name); a value of None means
    not chosen. Raises ParameterError as :func:`kontroller` does.
    """
    chosen = kontroller(rapport, {n: v for n, v in valg.items() if v is not None}, tabeller)
    axes = [
        [(p, n, v) for n, v in enumerate(vaerdier(rapport, p.navn, tabeller)) if v == chosen.get(p.navn, v)]
        for p in rapport.akser
    ]
    pages = []
    for combination in itertools.product(*axes):
        given = {p.navn: v for p, _, v in combination}
        free = {n: v for n, v in chosen.items() if n not in given and v != rapport.parametre[n].standard}
        parameters = {n: {**given, **free}[n] for n in rapport.parametre if n in given or n in free}
        order = tuple(n for _, n, _ in combination)
        pages.append(
            Sidespec(_page_name(rapport, parameters, tabeller), rapport, parameters, proeve=bool(free), orden=order)
        )
    return pages


def _page_name(rapport: Rapport, parameters: Mapping[str, Any], tabeller: Mapping[str, pd.DataFrame]) -> str:
    parts, extra = [rapport.navn], []
    for name, value in parameters.items():
        p = rapport.parametre[name]
        if not p.kolonner:
            extra += [kortnavn(name), kortnavn(Path(value).stem if p.fil else value)]
        elif value != p.alle:
            short = dict(reversed(_pairs(rapport, p, p.kort, tabeller))) if p.kort else {}
            parts.append(str(short.get(value) or kortnavn(value)))
    return "-".join(parts + extra)


def upper_first(text: str) -> str:
    """The text with its first letter capital and the rest as it is."""
    return text[:1].upper() + text[1:]
