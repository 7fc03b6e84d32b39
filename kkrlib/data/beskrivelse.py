"""The descriptor ``datapackage.json``: read once, checked whole, and handed on as typed objects.

A Data Package may say much that this project does not use: files elsewhere, archives, other encodings, types and
dialects. What is understood stands in the forms below, and everything else is a finding, so that no key is passed
over and nothing outside the folder is ever opened. :func:`laes_beskrivelse` gives every finding at once, and a
:class:`Beskrivelse` only when there is none.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kkrlib import tegn
from kkrlib.data.mappe import BESKRIVELSE
from kkrlib.data.tekstfil import tekst
from kkrlib.errors import ADVARSEL, FEJL, DataError, Fund, naermeste
from kkrlib.tegn import vis

if TYPE_CHECKING:
    from frictionless import Schema

#: The table of :func:`kkrlib.data.load` that no file has.
KOLONNEROLLER = "kolonneroller"

TYPER = ("string", "integer", "date")
ROLLER = ("published", "finding", "rule", "reference")


@dataclass(frozen=True)
class Felt:
    """A column. ``type``: of :data:`TYPER`; ``rolle``: of :data:`ROLLER` or empty; ``trykt``: a source prints it."""

    navn: str
    type: str
    kraevet: bool
    rolle: str
    enhed: str
    trykt: bool


@dataclass(frozen=True)
class Fremmednoegle:
    """The values of ``felter`` stand in the columns ``noegler`` of the table ``tabel``."""

    felter: tuple[str, ...]
    tabel: str
    noegler: tuple[str, ...]


@dataclass(frozen=True)
class Genfindes:
    """``kolonne`` of the row of ``tabel`` with the same ``noegle`` is printed on this row's line too."""

    tabel: str
    noegle: tuple[str, ...]
    kolonne: str


@dataclass(frozen=True)
class Periode:
    """A register's rows are in force from ``fra`` to ``til``; ``pr`` is its key (see :mod:`kkrlib.data.datoer`)."""

    fra: str
    til: str
    pr: tuple[str, ...]
    pause: bool
    dage: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Dato:
    """The column with the day or the year that a row is about, in ``tabel`` by its ``noegle`` where it is named.

    ``i_aaret``: it is about the whole year, and may name what was in force at any time of it.
    """

    kolonne: str
    tabel: str
    noegle: str
    i_aaret: bool


@dataclass(frozen=True)
class Tabel:
    """One table. ``regler``: its checks as the descriptor has them; ``raa``: the resource.
    ``felt``: the field that its numbers belong to; ``udgave``: the column with the year of their edition.
    """

    navn: str
    fil: str
    felter: tuple[Felt, ...]
    noegle: tuple[str, ...]
    fremmednoegler: tuple[Fremmednoegle, ...]
    genfindes: tuple[Genfindes, ...]
    regler: tuple[Mapping[str, Any], ...] = field(compare=False)
    maa_vaere_tom: bool
    etiket: str
    felt: str
    udgave: str
    raa: Mapping[str, Any] = field(compare=False)
    periode: Periode | None = None
    dato: Dato | None = None

    @property
    def kolonner(self) -> tuple[str, ...]:
        return tuple(f.navn for f in self.felter)

    @cached_property
    def skema(self) -> Schema:
        """Its fields as the frictionless library checks them."""
        return _skema(json.dumps(_table_schema(self.raa["schema"]), sort_keys=True))


@dataclass(frozen=True)
class Beskrivelse:
    """All tables by name, in the descriptor's order."""

    tabeller: Mapping[str, Tabel]


class Former(Protocol):
    """The checks that a table may declare: :mod:`kkrlib.data.regler`."""

    def arter(self) -> list[str]: ...

    def form(self, kind: str) -> Regelform | None: ...


def laes_beskrivelse(mappe: Path, former: Former) -> tuple[Beskrivelse | None, list[Fund]]:
    """The descriptor of a folder, or None and every finding on it.

    ``former`` are the checks that a table may declare, with what each must say. A finding's ``raekke`` is a table
    (its name, or its number where it has none) or the line of a fault in the JSON itself; its ``kolonne`` the place
    in the table's description.
    """
    from frictionless import FrictionlessException

    try:
        raw, found = _json(tekst(mappe, BESKRIVELSE))
    except DataError as error:
        return None, list(error.fund)
    if found:
        return None, found
    found += [Fund(BESKRIVELSE, place, path, vis(said), rule) for place, path, said, rule in _form(raw)]
    if found:
        return None, found
    resources = raw["resources"]
    columns = {r["name"]: {f["name"]: f["type"] for f in r["schema"]["fields"]} for r in resources}
    tables = {}
    for resource in resources:
        wrong = list(_sammenhaeng(resource, resources, columns, former))
        table = None
        if not wrong:
            table = som_tabel(resource)
            try:
                assert table.skema is not None
            except FrictionlessException as error:
                wrong += [("schema", "", str(e.note)) for e in error.reasons or [error.error]]
        found += [Fund(BESKRIVELSE, resource["name"], path, vis(said), rule) for path, said, rule in wrong]
        if table is not None:
            tables[resource["name"]] = table
    return (None, found) if found else (Beskrivelse(tables), [])


# --- the JSON itself ------------------------------------------------------------------------------------------


def _json(text: str) -> tuple[Any, list[Fund]]:
    """The value of a JSON text, and what the json module lets pass: a key twice, a number that is none."""
    found: list[Fund] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        named = next((f" med name «{vis(v)}»" for k, v in pairs if k == "name" and isinstance(v, str)), "")
        for key in dict.fromkeys(k for k in keys if keys.count(k) > 1) if len(set(keys)) < len(keys) else ():
            found.append(Fund(BESKRIVELSE, "", vis(key), "", f"nøglen står to gange i samme objekt{named}"))
        return dict(pairs)

    def no_number(said: str) -> None:
        found.append(Fund(BESKRIVELSE, "", "", vis(said), "er ikke et tal i JSON"))

    def finite(said: str) -> float:
        if not math.isfinite(float(said)):
            no_number(said)
        return float(said)

    try:
        raw = json.loads(text, object_pairs_hook=once, parse_constant=no_number, parse_float=finite)
    except json.JSONDecodeError as error:
        line = text.split("\n")[error.lineno - 1].strip()
        said = f"er ikke gyldig JSON (tegn {error.colno}: {error.msg})"
        return None, [Fund(BESKRIVELSE, str(error.lineno), "", vis(line), said)]
    except RecursionError:
        return None, [Fund(BESKRIVELSE, "", "", "", "har objekter og lister i for mange lag til at kunne læses")]
    except ValueError:  # a whole number of thousands of digits, which int() refuses
        return None, [Fund(BESKRIVELSE, "", "", "", "har et tal med for mange cifre")]
    return raw, found


# --- the shape: which keys, with values of which type -----------------------------------------------------------

#: Path in the description of a table, what stands there, and the rule that it breaks.
_Brud = Iterator[tuple[str, str, str]]
_Form = Callable[[str, Any], _Brud]


def _siger(value: Any) -> str:
    """A value of JSON in a message."""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return "et objekt" if isinstance(value, dict) else "en liste"
    return json.dumps(value)


def _tekst(valg: Iterable[str] = (), moenster: str = "", tom: bool = False) -> _Form:
    choices = tuple(valg)

    def see(path: str, value: Any) -> _Brud:
        if not isinstance(value, str):
            yield path, _siger(value), "skal være tekst"
        elif hidden := ", ".join(tegn.usynlige(value)):
            yield path, value, f"har et usynligt tegn ({hidden})"
        elif not tegn.sammensat(value):
            yield path, value, "har bogstaver, der er skrevet som to tegn"
        elif choices and value not in choices:
            near = naermeste(value, choices)
            yield path, value, f"skal være {_eller(choices)}" + (f"; mente du «{near}»?" if near else "")
        elif moenster and not re.fullmatch(moenster, value):
            yield path, value, f"skal have formen {moenster}"
        elif not value.strip() and not tom:
            yield path, "", "må ikke være tom"

    return see


def _ja(path: str, value: Any) -> _Brud:
    if not isinstance(value, bool):
        yield path, _siger(value), "skal være true eller false"


def _liste(form: _Form, mindst: int = 1) -> _Form:
    def see(path: str, value: Any) -> _Brud:
        if not isinstance(value, list):
            yield path, _siger(value), "skal være en liste"
            return
        if len(value) < mindst:
            yield path, "", "må ikke være tom"
        for number, item in enumerate(value):
            name = item.get("name") if isinstance(item, dict) else None
            yield from form(f"{path}[{vis(name) if isinstance(name, str) and name else number}]", item)

    return see


def _tekster(path: str, value: Any) -> _Brud:
    """One text, or a list of different ones, as Table Schema has the columns of a key."""
    if isinstance(value, str):
        yield from _tekst()(path, value)
        return
    wrong = list(_liste(_tekst())(path, value))
    yield from wrong
    if not wrong and len(set(value)) < len(value):
        yield path, ", ".join(value), "nævner den samme to gange"


def _objekt(kraevet: Mapping[str, _Form], valgfri: Mapping[str, _Form] | None = None) -> _Form:
    forms = {**kraevet, **(valgfri or {})}

    def see(path: str, value: Any) -> _Brud:
        if not isinstance(value, dict):
            yield path, _siger(value), "skal være et objekt"
            return
        for key in value.keys() - forms.keys():
            near = naermeste(key, forms)
            yield _sti(path, key), "", "nøglen kendes ikke" + (f"; mente du «{near}»?" if near else "")
        for key, form in forms.items():
            if key in value:
                yield from form(_sti(path, key), value[key])
            elif key in kraevet:
                yield _sti(path, key), "", "mangler"

    return see


def _sti(path: str, key: str) -> str:
    return f"{path}.{vis(key)}" if path else vis(key)


def _eller(valg: Iterable[str]) -> str:
    return " eller ".join(f"«{x}»" for x in valg)


def _regel(path: str, value: Any) -> _Brud:
    """A check: an object that names itself; what else it must say is in :class:`Regelform`."""
    if not isinstance(value, dict):
        yield path, _siger(value), "skal være et objekt"
    elif "check" not in value:
        yield _sti(path, "check"), "", "mangler"
    else:
        yield from _tekst()(_sti(path, "check"), value["check"])


def _graense(path: str, value: Any) -> _Brud:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        yield path, _siger(value), "skal være et helt tal eller en dato"


def _valg(path: str, value: Any) -> _Brud:
    wrong = list(_liste(lambda p, v: _tekst()(p, v) if isinstance(v, str) else _graense(p, v))(path, value))
    yield from wrong
    if not wrong and len(set(value)) < len(value):
        yield path, "", "nævner den samme værdi to gange"


_NAVN = "[a-z][a-z0-9_]*"
_FRI = _tekst(tom=True)
_FELT = _objekt(
    {"name": _tekst(moenster=_NAVN), "type": _tekst(TYPER)},
    {
        "title": _FRI,
        "description": _FRI,
        "unit": _tekst(),
        "source": _tekst(),
        "role": _tekst(ROLLER),
        "printed": _ja,
        "format": _tekst(["default"]),
        "constraints": _objekt(
            {}, {"required": _ja, "minimum": _graense, "maximum": _graense, "pattern": _tekst(), "enum": _valg}
        ),
    },
)
_NOEGLE = _objekt({"fields": _tekster, "reference": _objekt({"resource": _FRI, "fields": _tekster})})
_PERIODE = _objekt(
    {"fra": _tekst(), "til": _tekst()},
    {"pr": _tekster, "pause": _ja, "dage": lambda path, value: _par(path, value)},
)
#: What a row can be about: 1 January of a year, a day, any time of a year; and what the column of it holds.
_DATOER = {"aar": "integer", "dag": "date", "i_aaret": "integer"}
_DATO = _objekt({}, {**dict.fromkeys(_DATOER, _tekst()), "tabel": _tekst(), "noegle": _tekst()})
_RESSOURCE = _objekt(
    {
        "name": _tekst(moenster=_NAVN),
        "path": _tekst(),
        "schema": _objekt({"fields": _liste(_FELT)}, {"primaryKey": _tekster, "foreignKeys": _liste(_NOEGLE, 0)}),
    },
    {
        "profile": _tekst(["tabular-data-resource"]),
        "title": _FRI,
        "description": _FRI,
        "label": _tekst(),
        "field": _tekst(moenster="[a-z0-9-]+"),
        "edition": _tekst(),
        "encoding": _tekst(["utf-8"]),
        "format": _tekst(["csv"]),
        "mediatype": _tekst(["text/csv"]),
        "dialect": _objekt({}, {"delimiter": _tekst([","]), "quoteChar": _tekst(['"'])}),
        "sources": _liste(_objekt({"title": _tekst()}, {"path": _FRI, "email": _FRI}), 0),
        "may_be_empty": _ja,
        "checks": _liste(_regel, 0),
        "genfindes": _liste(_objekt({"tabel": _tekst(), "noegle": _tekster, "kolonne": _tekst()}), 0),
        "periode": _PERIODE,
        "dato": _DATO,
    },
)
_PAKKE = _objekt(
    {"resources": lambda path, value: iter(())},
    {"name": _tekst(), "title": _FRI, "description": _FRI, "profile": _tekst(["tabular-data-package"])},
)


def _form(raw: Any) -> Iterator[tuple[str, str, str, str]]:
    """Every breach of the shape of the package and of its resources."""
    for path, said, rule in _PAKKE("", raw):
        yield "", path, said, rule
    resources = raw.get("resources", ()) if isinstance(raw, dict) else ()
    if not isinstance(resources, (list, tuple)):
        yield "", "resources", _siger(resources), "skal være en liste"
        return
    if isinstance(resources, list) and not resources:
        yield "", "resources", "", "er tom; mappen har ingen tabeller, som kan læses"
    for number, resource in enumerate(resources, start=1):
        name = resource.get("name") if isinstance(resource, dict) else None
        place = vis(name) if isinstance(name, str) and name else f"nummer {number}"
        for path, said, rule in _RESSOURCE("", resource):
            yield place, path, said, rule


# --- what the parts say of each other ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Noegle:
    """What one key of a check holds.

    ``slags``: ``kolonne``, ``kolonner`` (one or a list) or ``liste`` (of columns), ``tabel``, ``tekst``, ``alvor``,
    ``ja`` (true or false), ``heltal``, ``tal`` (a number as text: ``"-1/2"``), ``vaerdier`` (an object, column →
    text), ``lister`` (column → texts), ``ordlister`` (text → texts), ``tabeller`` (text → table) or ``par`` (a list
    of table and column). ``i``: the tables that have the columns: ``""`` is the table that declares the check,
    another text the key that names the table, which is the table itself where that key is left out. ``type``: what
    the columns hold, where it matters.
    """

    slags: str
    i: tuple[str, ...] = ("",)
    valgfri: bool = False
    type: str = ""


@dataclass(frozen=True)
class Regelform:
    """What a check must say: its keys, and the columns that its tables must have besides (``har``: as ``Noegle.i`` →
    names).

    ``renset``: rows with a finding in the columns that the check reads are left out of its own table.
    ``hele_tabeller``: of the other tables it may only see those without a finding in what it reads there, since it adds
    up or compares whole columns. ``fri``: the keys are not known here.
    """

    noegler: Mapping[str, Noegle]
    har: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renset: bool = False
    hele_tabeller: bool = False
    fri: bool = False


def som_liste(vaerdi: str | list[str]) -> list[str]:
    """Columns of a key, which may be one name or a list of them."""
    return [vaerdi] if isinstance(vaerdi, str) else list(vaerdi)


def _hvor(error: Exception) -> str:
    at = getattr(error, "pos", None)
    return "i det" if at is None else f"ved tegn {at + 1}"


def _sammenhaeng(
    resource: dict[str, Any],
    resources: list[dict[str, Any]],
    columns: Mapping[str, Mapping[str, str]],
    former: Former,
) -> _Brud:
    """Whether names are used once, paths stay in the folder, and keys and checks speak of columns that are there."""
    name, schema = resource["name"], resource["schema"]
    own, names = columns[name], [f["name"] for f in schema["fields"]]
    if next(r for r in resources if r["name"] == name) is not resource:
        yield "name", name, "to tabeller har samme navn"
    if name == KOLONNEROLLER:
        yield "name", name, "er navnet på den tabel, der laves af beskrivelsen"
    if resource["path"] != f"{name}.csv":
        yield "path", resource["path"], f"skal være «{name}.csv»: tabellens navn, og filen ligger i mappen selv"
    for twice in dict.fromkeys(n for n in names if names.count(n) > 1):
        yield f"schema.fields[{twice}]", "", "to kolonner har samme navn"
    for f in schema["fields"]:
        yield from _graenser(f"schema.fields[{f['name']}]", f)
        if "role" in f and "primaryKey" not in schema:
            yield (
                f"schema.fields[{f['name']}].role",
                f["role"],
                "kræver, at tabellen har en primaryKey, som tallene kan kaldes ved",
            )
        if f["name"].startswith("linje") and f["type"] != "integer":
            yield f"schema.fields[{f['name']}].type", f["type"], "et linjenummer skal være «integer»"
    if "linje" in own and "kilde" not in own:
        yield "schema.fields[linje]", "", "kræver kolonnen kilde: hvilken kilde linjen står i"
    yield from _kender("schema.primaryKey", som_liste(schema.get("primaryKey", [])), name, columns)
    if "edition" in resource:
        yield from _kender("edition", [resource["edition"]], name, columns, "integer")
        if "field" not in resource:
            yield "edition", resource["edition"], "kræver field: hvilket felt udgaven er af"
    for number, key in enumerate(schema.get("foreignKeys", ())):
        path, target = f"schema.foreignKeys[{number}]", key["reference"]["resource"] or name
        here, there = som_liste(key["fields"]), som_liste(key["reference"]["fields"])
        wrong = list(_kender(f"{path}.fields", here, name, columns))
        if target not in columns:
            wrong += list(_ingen_tabel(f"{path}.reference.resource", target, columns))
        else:
            wrong += list(_kender(f"{path}.reference.fields", there, target, columns))
        yield from wrong
        if len(here) != len(there):
            yield f"{path}.reference.fields", ", ".join(there), f"skal være lige så mange som fields ({len(here)})"
        elif not wrong and any(own[h] != columns[target][t] for h, t in zip(here, there, strict=True)):
            yield f"{path}.fields", ", ".join(here), f"har en anden type end i {target}.csv"
    for number, rule in enumerate(resource.get("checks", ())):
        yield from _regel_brud(f"checks[{number}]", rule, name, columns, former)
    yield from _dage_brud(resource, columns)
    for number, again in enumerate(resource.get("genfindes", ())):
        path, keys = f"genfindes[{number}]", som_liste(again["noegle"])
        if "linje" not in own:
            yield path, "", "kræver kolonnen linje"
        yield from _kender(f"{path}.noegle", keys, name, columns)
        if again["tabel"] not in columns:
            yield from _ingen_tabel(f"{path}.tabel", again["tabel"], columns)
        else:
            yield from _kender(f"{path}.noegle", keys, again["tabel"], columns)
            yield from _kender(f"{path}.kolonne", [again["kolonne"]], again["tabel"], columns, "integer")


def _dage_brud(resource: dict[str, Any], columns: Mapping[str, Mapping[str, str]]) -> _Brud:
    """Whether ``periode`` and ``dato`` speak of columns with days or years."""
    name = resource["name"]
    if "periode" in resource:
        about = resource["periode"]
        for key in ("fra", "til"):
            yield from _har_dage(f"periode.{key}", about[key], name, columns)
        yield from _kender("periode.pr", som_liste(about.get("pr", [])), name, columns)
        for table, column in about.get("dage", ()):
            if table not in columns:
                yield from _ingen_tabel("periode.dage", table, columns)
            else:
                yield from _har_dage("periode.dage", column, table, columns)
        if "dato" in resource:
            yield "dato", "", "kan ikke stå sammen med periode, som siger, hvilke dage en række handler om"
    if "dato" in resource:
        about = resource["dato"]
        if len([key for key in _DATOER if key in about]) != 1:
            yield "dato", "", "skal have netop én af aar, dag og i_aaret"
            return
        if ("tabel" in about) != ("noegle" in about):
            yield "dato", "", "skal have både tabel og noegle eller ingen af dem"
            return
        table = about.get("tabel", name)
        if table not in columns:
            yield from _ingen_tabel("dato.tabel", table, columns)
            return
        for key, kind in _DATOER.items():
            yield from _kender(f"dato.{key}", [about[key]] if key in about else [], table, columns, kind)
        for place in dict.fromkeys((name, table) if "noegle" in about else ()):
            yield from _kender("dato.noegle", [about["noegle"]], place, columns)


def _har_dage(path: str, column: str, table: str, columns: Mapping[str, Mapping[str, str]]) -> _Brud:
    wrong = list(_kender(path, [column], table, columns))
    yield from wrong
    if not wrong and columns[table][column] not in ("date", "integer"):
        yield path, column, "kolonnen skal have typen «date», eller «integer» for årstal"


def _graenser(path: str, felt: dict[str, Any]) -> _Brud:
    """Constraints that fit the field's type and each other."""
    limits, kind, path = felt.get("constraints", {}), felt["type"], f"{path}.constraints"
    for key in ("minimum", "maximum"):
        value = limits.get(key)
        if value is None:
            continue
        if kind == "string":
            yield f"{path}.{key}", _siger(value), "gælder kun tal og datoer"
        elif (kind == "integer") != isinstance(value, int) or (kind == "date" and not er_dato(value)):
            yield f"{path}.{key}", _siger(value), f"passer ikke til typen «{kind}»"
        elif isinstance(limits.get("minimum"), type(value)) and limits["minimum"] > value:
            yield f"{path}.maximum", _siger(value), "er mindre end minimum"
    if "pattern" in limits:
        if kind != "string":
            yield f"{path}.pattern", limits["pattern"], "gælder kun tekst"
        try:
            re.compile(f"^(?:{limits['pattern']})$")  # as it will be used: a flag in it must stand first
        except (re.error, OverflowError, RecursionError) as error:
            yield f"{path}.pattern", limits["pattern"], f"er ikke et mønster, der kan læses (fejl {_hvor(error)})"
    for value in limits.get("enum", ()):
        if (kind == "integer") != isinstance(value, int) or (kind == "date" and not er_dato(value)):
            yield f"{path}.enum", _siger(value), f"passer ikke til typen «{kind}»"


def er_dato(tekst: Any) -> bool:
    """Whether a text is a day written as 2024-12-31."""
    if not isinstance(tekst, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", tekst):
        return False
    try:
        date.fromisoformat(tekst)
    except ValueError:
        return False
    return True


def _regel_brud(
    path: str,
    rule: dict[str, Any],
    name: str,
    columns: Mapping[str, Mapping[str, str]],
    former: Former,
) -> _Brud:
    form = former.form(rule["check"])
    if form is None:
        near = naermeste(rule["check"], former.arter())
        yield f"{path}.check", rule["check"], "kontrollen findes ikke" + (f"; mente du «{near}»?" if near else "")
        return
    if form.fri:
        return
    for key in rule.keys() - form.noegler.keys() - {"check"}:
        near = naermeste(key, form.noegler)
        yield f"{path}.{vis(key)}", "", "nøglen kendes ikke" + (f"; mente du «{near}»?" if near else "")
    sound = {}
    for key, wanted in form.noegler.items():
        where = f"{path}.{key}"
        if key not in rule:
            if not wanted.valgfri:
                yield where, "", "mangler"
            continue
        value = rule[key]
        wrong = list(_SLAGS[wanted.slags](where, value))
        if not wrong and wanted.slags in ("tabel", "tabeller", "par"):
            for table, column in _naevnte(wanted.slags, value):
                if table not in columns:
                    wrong += _ingen_tabel(where, table, columns)
                elif column:
                    wrong += _kender(where, [column], table, columns)
        yield from wrong
        if not wrong:
            sound[key] = value
    tables = {"": name, **{k: v for k, v in sound.items() if form.noegler[k].slags == "tabel"}}
    tables |= {k: name for k, n in form.noegler.items() if n.slags == "tabel" and n.valgfri and k not in rule}
    for key, value in sound.items():
        wanted = form.noegler[key]
        if wanted.slags in ("kolonne", "kolonner", "liste", "vaerdier", "lister"):
            for table in (tables[t] for t in wanted.i if t in tables):
                yield from _kender(
                    f"{path}.{key}",
                    list(value) if isinstance(value, dict) else som_liste(value),
                    table,
                    columns,
                    wanted.type,
                )
    for place, needed in form.har.items():
        if place in tables:
            yield from _kender(path, needed, tables[place], columns)


def _ord_til(form: _Form) -> _Form:
    """An object whose keys are whatever they are, with values of one form."""

    def see(path: str, value: Any) -> _Brud:
        yield from _objekt({}, dict.fromkeys(value, form) if isinstance(value, dict) else {})(path, value)

    return see


def _heltal(path: str, value: Any) -> _Brud:
    if isinstance(value, bool) or not isinstance(value, int):
        yield path, _siger(value), "skal være et helt tal"


def _broek(path: str, value: Any) -> _Brud:
    yield from _tekst(moenster="-?[0-9]{1,15}(\\.[0-9]{1,15}|/[1-9][0-9]{0,14})?")(path, value)


def _kolonneliste(path: str, value: Any) -> _Brud:
    yield from _tekster(path, value) if isinstance(value, list) else _liste(_tekst())(path, value)


def _par(path: str, value: Any) -> _Brud:
    wrong = list(_liste(_liste(_tekst(), 2))(path, value))
    yield from wrong
    if not wrong and any(len(pair) != 2 for pair in value):
        yield path, "", "skal være par af en tabel og en kolonne"


_SLAGS: dict[str, _Form] = {
    "kolonne": _tekst(),
    "kolonner": _tekster,
    "liste": _kolonneliste,
    "tabel": _tekst(),
    "tekst": _tekst(),
    "alvor": _tekst([FEJL, ADVARSEL]),
    "ja": _ja,
    "heltal": _heltal,
    "tal": _broek,
    "vaerdier": _ord_til(_tekst()),
    "lister": _ord_til(_liste(_tekst())),
    "ordlister": _ord_til(_liste(_tekst())),
    "tabeller": _ord_til(_tekst()),
    "par": _par,
}


def _naevnte(slags: str, value: Any) -> list[tuple[str, str]]:
    """The tables, each with its column if one is named, that the value of a key names."""
    if slags == "par":
        return [(table, column) for table, column in value]
    return [(table, "") for table in (value.values() if slags == "tabeller" else [value])]


def _kender(
    path: str, wanted: Iterable[str], table: str, columns: Mapping[str, Mapping[str, str]], kind: str = ""
) -> _Brud:
    for column in wanted:
        if column not in columns[table]:
            near = naermeste(column, columns[table])
            said = f"{table}.csv har ikke kolonnen" + (f"; mente du «{near}»?" if near else "")
            yield path, column, said
        elif kind and columns[table][column] != kind:
            yield path, column, f"kolonnen skal have typen «{kind}»"


def _ingen_tabel(path: str, name: str, columns: Iterable[str]) -> _Brud:
    near = naermeste(name, columns)
    yield path, name, "tabellen står ikke i beskrivelsen" + (f"; mente du «{near}»?" if near else "")


# --- the typed objects ------------------------------------------------------------------------------------------


def _table_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What the frictionless library checks: the fields. Keys are held across tables by :mod:`kkrlib.data.noegler`."""
    fields = []
    for f in schema["fields"]:
        limits = dict(f.get("constraints", {}))
        if "pattern" in limits:  # it puts ^ and $ round it, which an alternative would fall out of
            limits["pattern"] = f"(?:{limits['pattern']})"
        fields.append({"name": f["name"], "type": f["type"], **({"constraints": limits} if limits else {})})
    return {"fields": fields}


@lru_cache(maxsize=256)
def _skema(beskrevet: str) -> Schema:
    """A Table Schema, by its descriptor as JSON: making one takes the library longer than reading most tables."""
    from frictionless import Schema

    return Schema.from_descriptor(json.loads(beskrevet))


def som_tabel(resource: Mapping[str, Any]) -> Tabel:
    """One table of a descriptor that is known to be sound."""
    own = resource["schema"]
    return Tabel(
        navn=resource["name"],
        fil=resource["path"],
        felter=tuple(
            Felt(
                navn=f["name"],
                type=f["type"],
                kraevet=f.get("constraints", {}).get("required", False),
                rolle=f.get("role", ""),
                enhed=f.get("unit", ""),
                trykt=f.get("printed", True),
            )
            for f in own["fields"]
        ),
        noegle=tuple(som_liste(own.get("primaryKey", []))),
        fremmednoegler=tuple(
            Fremmednoegle(
                tuple(som_liste(key["fields"])),
                key["reference"]["resource"] or resource["name"],
                tuple(som_liste(key["reference"]["fields"])),
            )
            for key in own.get("foreignKeys", ())
        ),
        genfindes=tuple(
            Genfindes(g["tabel"], tuple(som_liste(g["noegle"])), g["kolonne"]) for g in resource.get("genfindes", ())
        ),
        regler=tuple(resource.get("checks", ())),
        maa_vaere_tom=resource.get("may_be_empty", False),
        etiket=resource.get("label", ""),
        felt=resource.get("field", ""),
        udgave=resource.get("edition", ""),
        raa=resource,
        periode=_periode(resource["periode"]) if "periode" in resource else None,
        dato=_dato(resource["dato"]) if "dato" in resource else None,
    )


def _periode(about: Mapping[str, Any]) -> Periode:
    return Periode(
        about["fra"],
        about["til"],
        tuple(som_liste(about.get("pr", []))),
        about.get("pause", False),
        tuple((table, column) for table, column in about.get("dage", ())),
    )


def _dato(about: Mapping[str, Any]) -> Dato:
    column = next(about[key] for key in _DATOER if key in about)
    return Dato(column, about.get("tabel", ""), about.get("noegle", ""), "i_aaret" in about)
