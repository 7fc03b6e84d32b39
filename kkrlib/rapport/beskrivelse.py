"""What a notebook says of its report: the metadata ``kkr`` and the cell tagged ``parameters``, read strictly.

A notebook that says it in another way than this module knows is refused with what is wrong and where. In silence, a
misspelt key would be a rule that does not hold, and a lost one a report that is gone. Nothing here knows a field, a
table or a parameter's name.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kkrlib import filer, perioder, tegn
from kkrlib.errors import Fund, RunError, naermeste
from kkrlib.rapport.skrivning import findes, load
from kkrlib.tegn import vis

SIMPLE = ("int", "float", "str", "bool", "list", "dict")
_STOERSTE = 100_000_000
_NAVN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LAESER = re.compile(r"kkrlib(\.\w+)+:\w+", re.ASCII)
_FORMAT = (4, 5)

Par = tuple[str, str]
#: Rows of a table: columns, each with the values that count.
Hvor = tuple[tuple[str, tuple[str | int, ...]], ...]


@dataclass(frozen=True)
class Gaelder:
    """What day the values of a parameter are asked for: 1 January of the year in the parameter ``aar``, or the day in
    the column ``dag`` of the row that has that year.
    """

    aar: str
    dag: Par | None = None


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report.

    ``type`` is ``int``, ``float``, ``str``, ``bool``, ``list``, ``dict``, or ``""`` for any; ``valgfri`` says that
    ``None`` is a value too. ``element`` is what the elements of a list or the values of a dictionary are (keys and,
    where nothing is said, elements are texts).

    ``kolonner`` are the (table, column) pairs in all of which a valid value stands (empty: any value of the type),
    and make it one of the report's axes: there is a page for each value; ``hvor`` says of each pair which rows of the
    table count (empty: all). ``etiket`` is what readers call such a
    parameter, ``alle`` the extra value that means all of them, ``kort`` the column with the short form that page
    names use, ``alias`` columns with other spellings. ``findes_i`` is a column, and ``valg`` are texts, among which a
    valid value is, without making pages. ``laeses_af`` names a function ``module:name`` that takes the tables and
    returns what reads a key of the dictionary, an element of the list, or the text (see
    :func:`kkrlib.kommuner.entydig_laeser`). ``dato`` marks a date (``"2024-09-05"`` or empty), ``mindst`` and
    ``hoejst`` are the least and greatest number (of a dictionary or a list: of its values), ``fil`` marks the path of
    a file, which may be a folder too with ``mappe``. ``gaelder``: its values stand in registers with dates
    (:mod:`kkrlib.perioder`), and those of a page are the ones in force on that day.
    """

    navn: str
    type: str
    valgfri: bool
    standard: Any
    hjaelp: str
    element: str = "str"
    kolonner: tuple[Par, ...] = ()
    hvor: tuple[Hvor, ...] = ()
    etiket: str = ""
    alle: str | None = None
    kort: Par | None = None
    alias: tuple[Par, ...] = ()
    gaelder: Gaelder | None = None
    findes_i: Par | None = None
    valg: tuple[str, ...] = ()
    laeses_af: str | None = None
    fil: bool = False
    mappe: bool = False
    dato: bool = False
    mindst: int | None = None
    hoejst: int | None = None

    @property
    def tal(self) -> str:
        """``int`` or ``float`` where the parameter, or what it holds, is a number; else empty."""
        kind = self.element if self.type in ("list", "dict") else self.type
        return kind if kind in ("int", "float") else ""

    @property
    def henvisninger(self) -> Iterator[Par]:
        """Every (table, column) that the metadata name for it."""
        yield from self.kolonner
        yield from self.alias
        yield from (pair for pair in (self.kort, self.findes_i) if pair)
        if self.gaelder is not None:
            yield from ((self.kolonner[0][0], column) for column in (perioder.FRA, perioder.TIL))
            yield from [self.gaelder.dag] if self.gaelder.dag else []


@dataclass(frozen=True)
class Rapport:
    """One report: its name, its Danish title, its notebook, its parameters in the notebook's order, and the kernel it
    runs in."""

    navn: str
    titel: str
    notesbog: Path
    parametre: dict[str, Parameter]
    kerne: str = field(default="python3", compare=False)

    @property
    def akser(self) -> list[Parameter]:
        """The parameters whose combinations are the report's pages."""
        return [p for p in self.parametre.values() if p.kolonner]


def _fund(path: Path, sted: str, vaerdi: object, regel: str) -> Fund:
    """A finding on a notebook: where in it, what stands there (where that says more), and the rule."""
    shown = vis(vaerdi)
    return Fund(path.name, "", "", f"{sted}: {shown}" if sted and shown else sted or shown, regel)


class Fejl(RunError):
    """A notebook that does not describe a report; ``fund`` holds every finding, one line each."""

    def __init__(self, fund: Iterable[Fund]):
        self.fund = tuple(fund)
        super().__init__("\n".join(str(f) for f in self.fund))


def laes(path: Path) -> Rapport:
    """The report in one notebook. Raises :class:`Fejl` (exit code 4) with every finding on it.

    Findings are: a file that is no notebook of format 4.5 with an id for each cell, JSON with a key twice, no kernel,
    no ``metadata.kkr``, one with unknown keys or values of another shape, and a cell ``parameters`` that is not
    there, is not constants, or contradicts the metadata.
    """
    found: list[Fund] = []
    path = Path(path)
    notebook = _notesbog(path, found)
    if notebook is None:
        raise Fejl(found)
    kernel = _kerne(path, notebook["metadata"], found)
    meta = notebook["metadata"].get("kkr")
    if meta is None:
        say = (
            "har ingen «kkr» og er derfor ikke en rapport; skriv fx "
            '{"rapport": "navn", "titel": "Titel", "parametre": {}}'
            ", eller flyt notesbogen ud af mappen notebooks"
        )
        found.append(_fund(path, "metadata", "", say))
        raise Fejl(found)
    described = _rapport(path, meta, found)
    parameters = _parametre(path, notebook["cells"], described["parametre"], found)
    if found:
        raise Fejl(found)
    name = described["rapport"]
    return Rapport(name, described["titel"] or name, path.resolve(), parameters, kernel)


# --- the file ------------------------------------------------------------------------------------------------


class _Dobbelt(ValueError):
    """A JSON object with a key twice."""


def _entydig(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Dobbelt(next(name for name in names if names.count(name) > 1))
    return made


def _notesbog(path: Path, found: list[Fund]) -> dict[str, Any] | None:
    """The notebook as it stands in its file, or None where it is none.

    Not through nbformat's reader, which repairs: it makes up ids, at random, and warns with the paths of the machine.
    """

    def refuse(where: str, said: str) -> None:
        found.append(_fund(path, where, "", said))

    def none(where: str, said: str) -> dict[str, Any] | None:
        refuse(where, said)
        return None

    try:
        notebook = json.loads(filer.laes_tekst(path, _STOERSTE), object_pairs_hook=_entydig)
    except filer.KanIkkeLaeses as error:
        return none("", str(error) if str(error).startswith("filen") else f"filen {error}")
    except _Dobbelt as error:
        return none("", f"nøglen «{vis(error)}» står to gange i det samme afsnit")
    except json.JSONDecodeError as error:
        return none("", f"kan ikke læses som en notesbog: ikke gyldig JSON i linje {error.lineno}")
    except (RecursionError, ValueError):
        return none("", "kan ikke læses som en notesbog: for dybt indlejret, eller et tal er for langt")
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        return none("", "kan ikke læses som en notesbog: «nbformat» mangler")
    version = (notebook["nbformat"], notebook.get("nbformat_minor"))
    if version[0] != _FORMAT[0] or not isinstance(version[1], int) or version[1] < _FORMAT[1]:
        said = ".".join(str(v) for v in version)
        return none("nbformat", f"notesbogen har formatet {vis(said)}; åbn og gem den i JupyterLab, så den får 4.5")
    cells, metadata = notebook.get("cells"), notebook.get("metadata")
    if not isinstance(cells, list) or not isinstance(metadata, dict):
        return none("", "kan ikke læses som en notesbog: «cells» eller «metadata» mangler")
    _celler(cells, refuse)
    return None if found else notebook


def _celler(cells: list[Any], refuse: Callable[[str, str], None]) -> None:
    seen: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        where = f"celle {number}"
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
            refuse(where, "er ikke en celle af typen code, markdown eller raw")
            continue
        source, metadata = cell.get("source"), cell.get("metadata")
        if not isinstance(source, str) and not (isinstance(source, list) and all(isinstance(s, str) for s in source)):
            refuse(where, "«source» er ikke tekst")
        tags = metadata.get("tags", []) if isinstance(metadata, dict) else None
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            refuse(where, "«metadata» eller dens «tags» mangler eller har en anden form")
        if cell["cell_type"] == "code" and not isinstance(cell.get("outputs"), list):
            refuse(where, "«outputs» mangler eller er ikke en liste")
        name = cell.get("id")
        if not isinstance(name, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
            refuse(where, "har intet gyldigt id; åbn og gem notesbogen i JupyterLab, så den får et")
        elif name in seen:
            refuse(where, f"har det samme id som celle {seen[name]}: «{name}»")
        else:
            seen[name] = number


def _kerne(path: Path, metadata: Mapping[str, Any], found: list[Fund]) -> str:
    spec = metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    if isinstance(name, str) and name.strip():
        return name
    say = (
        "siger ikke, hvilken kerne notesbogen kører i, fx "
        '{"name": "python3", "display_name": "Python 3", "language": "python"}'
    )
    found.append(_fund(path, "metadata.kernelspec", "" if spec is None else spec, say))
    return ""


# --- metadata.kkr -------------------------------------------------------------------------------------------------


def _er_tekst(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "skal være tekst i anførselstegn og ikke tom"
    hidden = ", ".join(tegn.usynlige(value))
    return f"har et usynligt tegn ({hidden})" if hidden else ""


def _er_navn(value: Any) -> str:
    if isinstance(value, str) and _NAVN.fullmatch(value) and len(value) <= 40:
        return ""
    return "skal være højst 40 små bogstaver a–z, cifre og bindestreger, for sidernes filnavne begynder sådan"


def _er_ordbog(value: Any) -> str:
    return "" if isinstance(value, dict) else "skal være en ordbog {…}"


def _er_par(value: Any) -> str:
    fine = isinstance(value, list) and len(value) == 2 and not any(_er_tekst(v) for v in value)
    return "" if fine else 'skal være en tabel og en kolonne, fx ["regioner", "slug"]'


def _er_raekker(value: Any) -> str:
    """Pairs of table and column, each of them with or without the rows that count."""
    fine = isinstance(value, list) and value
    for pair in value if fine else ():
        if isinstance(pair, list) and len(pair) == 3:
            if said := _er_hvor(pair[2]):
                return said
            pair = pair[:2]
        fine = fine and not _er_par(pair)
    return "" if fine else 'skal være en liste af tabeller med kolonner, fx [["regioner", "region"]]'


def _er_hvor(value: Any) -> str:
    fine = isinstance(value, dict) and value and not any(_er_tekst(column) for column in value)
    for values in value.values() if fine else ():
        each = values if isinstance(values, list) else [values]
        fine = fine and each and all(type(v) is int or not _er_tekst(v) for v in each)
    return "" if fine else 'skal vælge rækker med kolonner og værdier, fx ["fakta", "udgave", {"felt": "boernehus"}]'


def _er_parliste(value: Any) -> str:
    fine = isinstance(value, list) and value and not any(_er_par(v) for v in value)
    return "" if fine else 'skal være en liste af tabeller med kolonner, fx [["regioner", "region"]]'


def _er_gaelder(value: Any) -> str:
    fine = isinstance(value, dict) and "aar" in value and value.keys() <= {"aar", "dag"} and not _er_tekst(value["aar"])
    if fine and not ("dag" in value and _er_par(value["dag"])):
        return ""
    return 'skal nævne en parameter og evt. en kolonne med dage, fx {"aar": "aar", "dag": ["klynge_aar", "dag"]}'


def _er_tekster(value: Any) -> str:
    fine = isinstance(value, list) and value and not any(_er_tekst(v) for v in value) and len(set(value)) == len(value)
    return "" if fine else 'skal være en liste af forskellige tekster, fx ["ja", "nej"]'


def _er_sandt(value: Any) -> str:
    return "" if isinstance(value, bool) else "skal være true eller false"


def _er_heltal(value: Any) -> str:
    return "" if type(value) is int else "skal være et helt tal"


def _er_laeser(value: Any) -> str:
    if not isinstance(value, str) or not _LAESER.fullmatch(value):
        return "skal være en funktion, fx kkrlib.kommuner:entydig_laeser"
    if findes(value):
        return ""
    try:
        return "" if callable(load(value)) else "er ikke en funktion"
    except (ImportError, AttributeError):
        return "findes ikke"


_NOEGLER = {"rapport": _er_navn, "titel": _er_tekst, "parametre": _er_ordbog}
_BESKRIVELSE = {
    "vaerdier": _er_raekker,
    "etiket": _er_tekst,
    "alle": _er_tekst,
    "kort": _er_par,
    "alias": _er_parliste,
    "gaelder": _er_gaelder,
    "findes_i": _er_par,
    "valg": _er_tekster,
    "laeses_af": _er_laeser,
    "fil": _er_sandt,
    "mappe": _er_sandt,
    "dato": _er_sandt,
    "mindst": _er_heltal,
    "hoejst": _er_heltal,
}
#: What says something of another key alone, and that key.
_KRAEVER = {"alle": "vaerdier", "kort": "vaerdier", "alias": "vaerdier", "gaelder": "vaerdier", "mappe": "fil"}
#: What each say in their own way which values there are: one of them at most.
_UDELUKKER = ("vaerdier", "findes_i", "valg", "laeses_af", "fil", "dato")


def _efter_skema(
    path: Path, where: str, given: Mapping[str, Any], schema: Mapping[str, Callable[[Any], str]], found: list[Fund]
) -> dict[str, Any]:
    """What is right of ``given``; a finding for each unknown key and each value of another shape."""
    fine = {}
    for name, value in given.items():
        if name not in schema:
            near = naermeste(name, schema)
            hint = f"; mente du «{near}»?" if near else f"; gyldige er {', '.join(schema)}"
            found.append(_fund(path, where, name, f"ukendt nøgle{hint}"))
        elif said := schema[name](value):
            found.append(_fund(path, f"{where}.{name}", value, said))
        else:
            fine[name] = value
    return fine


def _rapport(path: Path, meta: Any, found: list[Fund]) -> dict[str, Any]:
    """``rapport``, ``titel`` and ``parametre`` (name → what is right of its description)."""
    where = "metadata.kkr"
    empty = {"rapport": "", "titel": "", "parametre": {}}
    if said := _er_ordbog(meta):
        found.append(_fund(path, where, meta, said))
        return empty
    if "rapport" not in meta:
        found.append(_fund(path, f"{where}.rapport", "", "mangler: rapportens navn, som sidernes navne begynder med"))
    fine = _efter_skema(path, where, meta, _NOEGLER, found)
    described = {}
    for name, about in fine.get("parametre", {}).items():
        place = f"{where}.parametre.{vis(name)}"
        if said := _er_ordbog(about):
            found.append(_fund(path, place, about, said))
            continue
        described[name] = _efter_skema(path, place, about, _BESKRIVELSE, found)
        if "vaerdier" in about and "etiket" not in about:
            found.append(_fund(path, place, "", 'har «vaerdier» og skal have «etiket», som læserne ser, fx "Område"'))
        for key, other in _KRAEVER.items():
            if key in about and other not in about:
                found.append(_fund(path, place, key, f"kræver «{other}»"))
        if len(several := [key for key in _UDELUKKER if about.get(key)]) > 1:
            found.append(_fund(path, place, ", ".join(several), "kan ikke stå sammen"))
    return {**empty, **fine, "parametre": described}


def _passer(path: Path, p: Parameter, found: list[Fund]) -> None:
    """Findings on a description that does not suit the parameter's type, or a default that does not."""
    place = f"metadata.kkr.parametre.{p.navn}"
    wanted = [
        ("fil", p.fil, p.type == "str", "en tekst (str)"),
        ("dato", p.dato, p.type == "str", "en tekst (str)"),
        ("valg", p.valg, p.type == "str", "en tekst (str)"),
        ("findes_i", p.findes_i, p.type in ("int", "str"), "et helt tal eller en tekst (int, str)"),
        ("vaerdier", p.kolonner, p.type in ("int", "str"), "et helt tal eller en tekst (int, str)"),
        ("alle", p.alle is not None, p.type == "str", "en tekst (str)"),
        ("laeses_af", p.laeses_af, p.type in ("str", "list", "dict"), "en tekst, liste eller ordbog (str, list, dict)"),
        ("mindst", p.mindst is not None, bool(p.tal), "et tal"),
        ("hoejst", p.hoejst is not None, bool(p.tal), "et tal"),
    ]
    for key, used, fits, kind in wanted:
        if used and not fits:
            found.append(_fund(path, place, key, f"gælder kun {kind}, og {p.navn} er {p.type or 'hvad som helst'}"))
    if p.mindst is not None and p.hoejst is not None and p.mindst > p.hoejst:
        found.append(_fund(path, place, f"mindst {p.mindst}, hoejst {p.hoejst}", "intet tal passer"))


# --- the cell «parameters» ----------------------------------------------------------------------------------


def _parametre(
    path: Path, cells: list[dict[str, Any]], described: Mapping[str, Mapping[str, Any]], found: list[Fund]
) -> dict[str, Parameter]:
    tagged = [c for c in cells if c["cell_type"] == "code" and "parameters" in c["metadata"].get("tags", [])]
    if len(tagged) > 1:
        said = f"{len(tagged)} celler har mærket «parameters»; der skal være én"
        found.append(_fund(path, "", "", said))
        return {}
    if not tagged:
        if described:
            said = "ingen kodecelle har mærket (tag) «parameters», men metadata.kkr beskriver parametre"
            found.append(_fund(path, "", ", ".join(described), said))
        return {}
    before = len(found)
    source = tagged[0]["source"]
    parameters = _af_cellen(path, source if isinstance(source, str) else "".join(source), found)
    if len(found) > before:  # what the cell lacks may be in a line that could not be read
        return {}
    for name in described:
        if name not in parameters:
            near = naermeste(name, parameters)
            hint = f"; mente du «{near}»?" if near else ""
            found.append(_fund(path, "metadata.kkr.parametre", name, f"er ikke i cellen «parameters»{hint}"))
    complete = {n: _med_beskrivelse(p, described.get(n, {})) for n, p in parameters.items()}
    for p in complete.values():
        _passer(path, p, found)
        other = complete.get(p.gaelder.aar) if p.gaelder else None
        if p.gaelder and (other is None or other.type != "int" or not other.kolonner):
            place = f"metadata.kkr.parametre.{p.navn}.gaelder.aar"
            found.append(_fund(path, place, p.gaelder.aar, "skal være en parameter med hele tal og «vaerdier»"))
    return complete


def _gaelder(meta: Mapping[str, Any]) -> Gaelder:
    return Gaelder(meta["aar"], tuple(meta["dag"]) if "dag" in meta else None)


def _hvor(raekker: Mapping[str, Any] | None = None) -> Hvor:
    """What the third element of a pair says; nothing where there is none."""
    return tuple((column, tuple(v) if isinstance(v, list) else (v,)) for column, v in (raekker or {}).items())


def _med_beskrivelse(p: Parameter, meta: Mapping[str, Any]) -> Parameter:
    return Parameter(
        p.navn,
        p.type,
        p.valgfri,
        p.standard,
        p.hjaelp,
        p.element,
        kolonner=tuple((pair[0], pair[1]) for pair in meta.get("vaerdier", ())),
        hvor=tuple(_hvor(*pair[2:]) for pair in meta.get("vaerdier", ())),
        etiket=meta.get("etiket", ""),
        alle=meta.get("alle"),
        kort=tuple(meta["kort"]) if "kort" in meta else None,
        alias=tuple((t, c) for t, c in meta.get("alias", ())),
        gaelder=_gaelder(meta["gaelder"]) if "gaelder" in meta else None,
        findes_i=tuple(meta["findes_i"]) if "findes_i" in meta else None,
        valg=tuple(meta.get("valg", ())),
        laeses_af=meta.get("laeses_af"),
        fil=meta.get("fil", False),
        mappe=meta.get("mappe", False),
        dato=meta.get("dato", False),
        mindst=meta.get("mindst"),
        hoejst=meta.get("hoejst"),
    )


def _af_cellen(path: Path, source: str, found: list[Fund]) -> dict[str, Parameter]:
    """The assignments of a parameters cell, which holds nothing else.

    papermill's own inspection works with a regular expression, which drops every line with a second ``=``
    (``x: str = "a=b"``); Python's parser does not.
    """

    def refuse(line: int | str, said: str) -> None:
        found.append(_fund(path, f"cellen «parameters», linje {line}", "", said))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own remarks on escapes, with the path of a file
            tree = ast.parse(source)
            comments = _comments(source)
    except SyntaxError as error:
        refuse(error.lineno or 1, "er ikke gyldig Python")
        return {}
    except (ValueError, RecursionError, MemoryError, tokenize.TokenError):
        refuse(1, "er ikke gyldig Python")
        return {}
    parameters: dict[str, Parameter] = {}
    for node in tree.body:
        annotation = None
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            name, annotation, value = node.target.id, node.annotation, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
        else:
            refuse(node.lineno, "er ikke NAVN: TYPE = VÆRDI, fx aar: int = 2025")
            continue
        if name in parameters:
            refuse(node.lineno, f"{name} står to gange")
            continue
        try:
            default = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            refuse(node.lineno, f"standardværdien af {name} skal være en konstant")
            continue
        kind, optional = _type_of(annotation)
        if annotation is None and default is not None:
            kind = type(default).__name__ if type(default).__name__ in SIMPLE else ""
        optional = optional or default is None
        if not _har_typen(kind, default, optional):
            refuse(node.lineno, f"standardværdien af {name} er ikke af typen {kind}")
            continue
        help_text = comments.get(node.end_lineno or 0, "")
        parameters[name] = Parameter(name, kind, optional, default, help_text, _element_of(annotation))
    return parameters


def _har_typen(kind: str, default: Any, optional: bool) -> bool:
    if kind == "" or (default is None and optional):
        return True
    if kind == "float":
        return type(default) in (int, float)
    return type(default).__name__ == kind


def _comments(source: str) -> dict[int, str]:
    """The comment at the end of each line, by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _quoted(annotation: ast.expr | None) -> ast.expr | None:
    """The annotation itself, also where it is written as a text."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return annotation


def _outer(annotation: ast.Subscript) -> str:
    """``Optional`` of ``Optional[int]`` and of ``typing.Optional[int]``."""
    return getattr(annotation.value, "attr", getattr(annotation.value, "id", ""))


def _type_of(annotation: ast.expr | None) -> tuple[str, bool]:
    """``(type, optional)`` of an annotation: ``int``, ``list[str]``, ``Optional[int]``, ``int | None``, or quoted."""
    annotation = _quoted(annotation)
    if isinstance(annotation, ast.Name):
        return (annotation.id.lower() if annotation.id.lower() in SIMPLE else ""), False
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _union([annotation.left, annotation.right])
    if isinstance(annotation, ast.Subscript):
        outer = _outer(annotation)
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


def _element_of(annotation: ast.expr | None) -> str:
    """What a list or a dictionary holds: ``int`` of ``list[int]`` and of ``dict[str, int]``; ``str`` where nothing is
    said."""
    annotation = _quoted(annotation)
    if not isinstance(annotation, ast.Subscript) or _outer(annotation).lower() not in ("list", "dict"):
        return "str"
    held = annotation.slice.elts[-1] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
    kind = _type_of(held)[0]
    return kind if kind in ("int", "float", "bool") else "str"
