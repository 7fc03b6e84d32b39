"""What is given to a report, on the command line or by a program: typed by its declaration, and held against the data.

A text becomes what its parameter is declared to be, by :mod:`kkrlib.rapport.grammatik`; a value of Python's must be
it already. Nothing here knows a field, a table or the name of a parameter.
"""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kkrlib import perioder, tegn
from kkrlib.errors import ParameterError, RunError, naermeste
from kkrlib.parametre import laes_hver, laes_noegler
from kkrlib.rapport import grammatik
from kkrlib.rapport.beskrivelse import Hvor, Par, Parameter, Rapport
from kkrlib.rapport.skrivning import load
from kkrlib.tegn import vis

if TYPE_CHECKING:
    import pandas as pd

    from kkrlib.data.opslag import Kolonner

    #: A table to look values up in.
    Tabel: TypeAlias = pd.DataFrame | Kolonner

_DANISH_TYPE = {
    "int": "et helt tal",
    "float": "et tal",
    "str": "en tekst",
    "bool": "true eller false",
    "list": "en liste, fx [a, b]",
    "dict": "en ordbog, fx {Lolland: 25}",
}
_KINDS: dict[str, Any] = {"int": int, "float": (int, float), "str": str, "bool": bool, "list": list, "dict": dict}
_GRAMMATIK: dict[str, Callable[[str], Any]] = {
    "int": grammatik.heltal,
    "float": grammatik.tal,
    "bool": grammatik.sandt,
    "list": grammatik.liste,
    "dict": grammatik.ordbog,
}

# --- values in the data ----------------------------------------------------------------------------------


def _ren(value: Any) -> Any:
    """A scalar of a DataFrame, which has its own kinds of numbers, as plain Python."""
    return value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value


def dagen(rapport: Rapport, p: Parameter, givet: Mapping[str, Any], tabeller: Mapping[str, Tabel]) -> date | None:
    """The day that the values of ``p`` are asked for where ``givet`` has the year of it (see :class:`Gaelder`); None
    where there is no such day."""
    if p.gaelder is None or givet.get(p.gaelder.aar) is None:
        return None
    year = givet[p.gaelder.aar]
    if p.gaelder.dag is None:
        return perioder.aarets_dag(year)
    table, column = p.gaelder.dag
    key = _noegle(rapport.parametre[p.gaelder.aar], table)
    days = [day for of, day in _celler(tabeller[table], key, column) if of == year]
    return days[0].date() if days else None


def vaerdier(rapport: Rapport, navn: str, tabeller: Mapping[str, Tabel], dag: date | None = None) -> list[Any]:
    """The values parameter ``navn`` can take, ``alle`` first; empty when any value of its type is valid.

    ``dag``: of registers with dates, those in force then; without it, all there have been. Raises RunError when the
    metadata point to a table, a column or a value to choose rows by that does not exist.
    """
    p = rapport.parametre[navn]
    if not p.kolonner:
        return []
    sets = [_column(rapport, p, pair, tabeller, rows, dag) for pair, rows in zip(p.kolonner, p.hvor, strict=True)]
    common = [v for v in dict.fromkeys(sets[0]) if all(v in s for s in sets[1:])]
    # Numbers by size; texts in the order of their table, which is the order of the sources.
    if all(isinstance(v, (int, float)) for v in common):
        common.sort()
    return ([p.alle] if p.alle is not None else []) + common


def standard(rapport: Rapport, navn: str, tabeller: Mapping[str, Tabel]) -> Any:
    """The value of a parameter that is not given: the notebook's own, or the greatest there are data for where its
    own is None.

    That is what a calculation takes None for (see :func:`kkrlib.parametre.aaret`).
    """
    p = rapport.parametre[navn]
    if p.standard is None and p.type == "int" and p.kolonner:
        return max(vaerdier(rapport, navn, tabeller), default=None)
    return p.standard


def henvisningsfejl(rapport: Rapport, tabeller: Mapping[str, Tabel]) -> list[str]:
    """What the metadata name that the data do not have, one Danish sentence each: tables, columns, and values for a
    page."""
    faults = []
    for p in rapport.parametre.values():
        missing = [pair for pair in p.henvisninger if not _findes(pair, tabeller)]
        faults += [_mangler(rapport, p, pair) for pair in dict.fromkeys(missing)]
        for other in (*([p.kort] if p.kort else []), *p.alias):
            key = (other[0], _noegle(p, other[0]))
            if other not in missing and not _findes(key, tabeller):
                faults.append(_mangler(rapport, p, key))
        chosen = [(pair[0], rows) for pair, rows in zip(p.kolonner, p.hvor, strict=True) if pair not in missing]
        wrong = [said for table, rows in chosen for said in _hvor_mangler(rapport, p, table, rows, tabeller)]
        faults += dict.fromkeys(wrong)
        if p.kolonner and not missing and not wrong and not vaerdier(rapport, p.navn, tabeller):
            where = " og ".join(f"{table}.{column}" for table, column in p.kolonner)
            faults.append(f"{rapport.notesbog.name}: {p.navn} har ingen værdi i {where}, så der er ingen sider at lave")
    return faults


def _findes(pair: Par, tabeller: Mapping[str, Tabel]) -> bool:
    return pair[0] in tabeller and pair[1] in tabeller[pair[0]].columns


def _mangler(rapport: Rapport, p: Parameter, pair: Par) -> str:
    return f"{rapport.notesbog.name}: metadata.kkr for {p.navn} peger på {'.'.join(pair)}, som ikke findes i data"


def _hvor_mangler(
    rapport: Rapport, p: Parameter, table: str, hvor: Hvor, tabeller: Mapping[str, Tabel]
) -> Iterator[str]:
    """What rows are chosen by that the table does not have: a column, or a value of it."""
    for column, values in hvor:
        if not _findes((table, column), tabeller):
            near = naermeste(column, tabeller[table].columns)
            yield _mangler(rapport, p, (table, column)) + (f"; mente du «{near}»?" if near else "")
            continue
        there = list(dict.fromkeys(v for (v,) in _celler(tabeller[table], column)))
        for value in values:
            if value not in there:
                near = naermeste(str(value), map(str, there))
                said = f"vælger rækker, hvor {table}.{column} er «{vis(value)}», og dem er der ingen af"
                hint = f"; mente du «{near}»?" if near else ""
                yield f"{rapport.notesbog.name}: metadata.kkr for {p.navn} {said}{hint}"


def _column(
    rapport: Rapport,
    p: Parameter,
    pair: Par,
    tabeller: Mapping[str, Tabel],
    hvor: Hvor = (),
    dag: date | None = None,
) -> list[Any]:
    """The values of a column, in the rows that ``hvor`` chooses; of a register with dates in those in force then."""
    if not _findes(pair, tabeller):
        raise RunError(_mangler(rapport, p, pair))
    if wrong := next(_hvor_mangler(rapport, p, pair[0], hvor, tabeller), ""):
        raise RunError(wrong)
    return [v for (v,) in _celler(tabeller[pair[0]], pair[1], hvor=hvor, dag=dag)]


def _celler(tabel: Tabel, *kolonner: str, hvor: Hvor = (), dag: date | None = None) -> list[tuple[Any, ...]]:
    """The values of columns as plain Python, row by row, without the rows where one of them is missing.

    ``hvor`` chooses rows; of a register with dates only those in force on ``dag`` count.
    """
    asked = [*kolonner, *(column for column, _ in hvor)]
    dated = dag is not None and perioder.FRA in tabel.columns
    found = []
    for row in _alle(tabel, [*asked, *((perioder.FRA, perioder.TIL) if dated else ())]):
        if dated and not (row[-2].date() <= dag and (row[-1] is None or row[-1].date() >= dag)):
            continue
        if all(value in values for value, (_, values) in zip(row[len(kolonner) : len(asked)], hvor, strict=True)):
            found.append(row[: len(kolonner)])
    return [row for row in found if None not in row]


def _alle(tabel: Tabel, kolonner: list[str]) -> list[tuple[Any, ...]]:
    """The values of columns row by row, None where one is missing."""
    if hasattr(tabel, "celler"):
        return tabel.celler(*kolonner, tomme=True)
    columns = (
        [None if missing else _plain(v) for v, missing in zip(tabel[c], tabel[c].isna(), strict=True)] for c in kolonner
    )
    return list(zip(*columns, strict=True))


def _plain(value: Any) -> Any:
    """A value of a DataFrame as plain Python: numpy's numbers cannot be injected into a notebook."""
    value = _ren(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _noegle(p: Parameter, table: str) -> str:
    """The column of a table that holds the parameter's values."""
    return next((c for t, c in p.kolonner if t == table), p.kolonner[0][1])


def par(
    rapport: Rapport, p: Parameter, other: Par, tabeller: Mapping[str, Tabel], dag: date | None = None
) -> list[tuple[Any, Any]]:
    """``(value, other form)`` row by row, from the table that holds the other form; ``dag`` as for :func:`vaerdier`."""
    table, column = other
    key = _noegle(p, table)
    _column(rapport, p, (table, key), tabeller)
    _column(rapport, p, other, tabeller)
    return [(row[0], row[-1]) for row in _celler(tabeller[table], key, column, dag=dag)]


def kortnavn(vaerdi: Any) -> str:
    """A value as a part of a file name: ``"Høje-Taastrup, 2. udkast" → "hoeje-taastrup-2-udkast"``."""
    if isinstance(vaerdi, Mapping):
        vaerdi = [part for pair in vaerdi.items() for part in pair]
    if isinstance(vaerdi, (list, tuple)):
        return "-".join(kortnavn(v) for v in vaerdi) or "tom"
    text = unicodedata.normalize("NFC", str(vaerdi)).casefold()
    if isinstance(vaerdi, (int, float)):
        text = text.replace("-", "minus-")  # -5 and 5 are two pages
    for danish, ascii_form in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        text = text.replace(danish, ascii_form)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-") or "tom"


def _spellings(rapport: Rapport, p: Parameter, tabeller: Mapping[str, Tabel], dag: date | None) -> dict[str, list[Any]]:
    """Accepted spelling (as :func:`kkrlib.tegn.normal`) → the values it stands for (more than one: ambiguous)."""
    valid = vaerdier(rapport, p.navn, tabeller, dag)
    spellings: dict[str, list[Any]] = {}

    def add(spelling: Any, value: Any) -> None:
        values = spellings.setdefault(tegn.normal(spelling), [])
        if value in valid and value not in values:
            values.append(value)

    for value in valid:
        add(value, value)
    if p.alle is not None:
        add(kortnavn(p.alle), p.alle)
    official = set(spellings)
    for other in (*([p.kort] if p.kort else []), *p.alias):
        for value, spelling in par(rapport, p, other, tabeller, dag):
            if tegn.normal(spelling) not in official:  # an official name is never shadowed by an alias
                add(spelling, value)
    return {s: v for s, v in spellings.items() if v}


# --- checking what is given --------------------------------------------------------------------------------


def kontroller(rapport: Rapport, parametre: Mapping[str, Any], tabeller: Mapping[str, Tabel]) -> dict[str, Any]:
    """The given parameters as typed, official values, in the report's own order.

    Values are texts (from the command line) or Python values. Files become absolute paths, and what the metadata let
    read (``laeses_af``) is as its reader names it. Raises ParameterError with one line that names every faulty
    parameter, its value, and the nearest valid value.
    """
    faults: dict[str, str] = {}
    checked: dict[str, Any] = {}
    # What is in force depends on the year, so that one comes first.
    for name in sorted(parametre, key=lambda n: n in rapport.parametre and rapport.parametre[n].gaelder is not None):
        if name not in rapport.parametre:
            faults[name] = _unknown_name(rapport, name)
            continue
        p = rapport.parametre[name]
        try:
            checked[name] = _check(rapport, p, parametre[name], tabeller, dagen(rapport, p, checked, tabeller))
        except _Fejl as fault:
            faults[name] = f"{name}: {fault}"
    if faults:
        raise ParameterError(f"{rapport.navn}: " + " ".join(faults[name] for name in parametre if name in faults))
    return {name: checked[name] for name in rapport.parametre if name in checked}


class _Fejl(ValueError):
    """What is wrong with one value: full Danish sentences."""


def _unknown_name(rapport: Rapport, name: str) -> str:
    if not rapport.parametre:
        return f"{vis(name)}: ukendt parameter; rapporten har ingen."
    near = difflib.get_close_matches(kortnavn(name), rapport.parametre, n=1, cutoff=0.5)
    hint = f"; mente du «{near[0]}»?" if near else "."
    return f"{vis(name)}: ukendt parameter{hint} Gyldige: {', '.join(rapport.parametre)}."


def _check(rapport: Rapport, p: Parameter, value: Any, tabeller: Mapping[str, Tabel], dag: date | None) -> Any:
    """One value, typed and official; raises _Fejl. ``dag``: the day it is asked for, see :func:`dagen`."""
    value = _ren(value)
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if p.fil:
        return _file(value, p.mappe)
    if p.kolonner:
        return _listed(rapport, p, value, tabeller, dag)
    typed = _typed(p, value)
    if typed is None or p.type == "":
        return typed
    if p.dato and typed and not _is_date(typed):
        raise _Fejl(f"«{vis(value)}» er ikke en dato skrevet som 2024-12-31.")
    if p.valg:
        typed = _blandt(typed, p.valg)
    if p.findes_i:
        typed = _blandt(typed, sorted(dict.fromkeys(_column(rapport, p, p.findes_i, tabeller))))
    if p.laeses_af:
        typed = _laest(p, typed, load(p.laeses_af)(_hele(tabeller)))
    if isinstance(typed, dict):
        faults = [f"{vis(key)}: {said}" for key, number in typed.items() if (said := _bounds(p, number))]
    else:
        faults = [said for number in (typed if isinstance(typed, list) else [typed]) if (said := _bounds(p, number))]
    if faults:
        raise _Fejl(" ".join(faults))
    return typed


def _hele(tabeller: Mapping[str, Any]) -> Mapping[str, Tabel]:
    """The tables themselves, where columns to look up were given (:class:`kkrlib.data.Opslag`)."""
    return tabeller.hele() if hasattr(tabeller, "hele") else tabeller


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _bounds(p: Parameter, number: Any) -> str:
    if p.mindst is not None and number < p.mindst:
        return f"«{number}» er for lille; det mindste er {p.mindst}."
    if p.hoejst is not None and number > p.hoejst:
        return f"«{number}» er for stort; det største er {p.hoejst}."
    return ""


def _blandt(value: Any, valid: Any) -> Any:
    """The one of ``valid`` that is meant, whatever its case."""
    meant = {tegn.normal(v): v for v in reversed(list(valid))}
    if tegn.normal(value) in meant:
        return meant[tegn.normal(value)]
    nearest = _nearest(value, list(valid), {text: [v] for text, v in meant.items()})
    hint = f"; mente du «{nearest}»?" if nearest is not None else "."
    raise _Fejl(f"«{vis(value)}» findes ikke{hint} Gyldige: {_list_of(list(valid))}.")


def _laest(p: Parameter, typed: Any, laes: Callable[[Any], str]) -> Any:
    """A value with its text, its elements or its keys as the reader that the metadata name knows them."""
    if isinstance(typed, dict):
        read, faults = laes_noegler(typed, laes)
    else:
        read, faults = laes_hver(typed if isinstance(typed, list) else [typed], laes)
    if faults:
        raise _Fejl(" ".join(faults))
    if isinstance(typed, dict):
        return read
    return list(read.values()) if isinstance(typed, list) else next(iter(read.values()))


def _typed(p: Parameter, value: Any) -> Any:
    if p.valgfri and (value is None or (isinstance(value, str) and value.strip().casefold() in ("", "none", "null"))):
        return None
    if p.type == "":
        return value
    value = _one(p.type, value)
    if p.type == "str":
        _skrives(value)
    if p.type == "list":
        return [_one(p.element, element) for element in value]
    if p.type == "dict":
        return _pairs(p, value)
    return value


def _one(kind: str, value: Any) -> Any:
    """A value of one kind; a text is read by the grammar of the kind, unless it is to be a text."""
    said = f"«{vis(value)}» er ikke {_DANISH_TYPE[kind]}"
    if isinstance(value, str) and kind != "str":
        try:
            return _GRAMMATIK[kind](value)
        except grammatik.Skrivefejl as error:
            raise _Fejl(f"{said}{': ' if str(error) else ''}{error}.") from None
    if not isinstance(value, _KINDS[kind]) or (kind in ("int", "float") and isinstance(value, bool)):
        raise _Fejl(f"{said}.")
    if kind == "float":
        try:
            value = float(value)
        except OverflowError:
            raise _Fejl(f"{said}.") from None
        if value != value or value in (float("inf"), float("-inf")):
            raise _Fejl(f"{said}.")
    return value


def _pairs(p: Parameter, value: Any) -> dict[str, Any]:
    made, faults = {}, []
    for key, element in value.items() if isinstance(value, dict) else value:
        if not isinstance(key, str):
            faults.append(f"nøglen «{vis(key)}» er ikke tekst; skriv den i anførselstegn.")
            continue
        try:
            made[key] = _one(p.element, element)
        except _Fejl as fault:
            faults.append(f"{vis(key)}: {fault}")
    if faults:
        raise _Fejl(" ".join(faults))
    return made


def _skrives(text: str) -> None:
    """Raises for a text that no file can hold: one that came as bytes of another encoding than the terminal's."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _Fejl(f"«{vis(text)}» er ikke tekst i UTF-8.") from None


def _listed(rapport: Rapport, p: Parameter, value: Any, tabeller: Mapping[str, Tabel], dag: date | None) -> Any:
    valid = vaerdier(rapport, p.navn, tabeller, dag)
    listed = _list_of(valid)
    typed = value
    if not (p.alle is not None and isinstance(value, str)):
        try:
            typed = _one(p.type, value) if p.type else value
        except _Fejl as fault:
            raise _Fejl(f"{fault} Gyldige: {listed}.") from None
    spellings = _spellings(rapport, p, tabeller, dag)
    hits = spellings.get(tegn.normal(typed), [])
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise _Fejl(f"«{vis(value)}» kan være {' eller '.join(str(h) for h in hits)}; skriv navnet helt ud.")
    if not valid:
        raise _Fejl(f"«{vis(value)}» findes ikke; der er ingen data.")
    if dag is not None and tegn.normal(typed) in _spellings(rapport, p, tabeller, None):
        raise _Fejl(f"«{vis(value)}» findes ikke den {dag.isoformat()}. Gyldige: {listed}.")
    nearest = _nearest(typed, valid, spellings)
    hint = f"; mente du «{nearest}»?" if nearest is not None else "."
    raise _Fejl(f"«{vis(value)}» findes ikke{hint} Gyldige: {listed}.")


def _list_of(valid: list[Any], most: int = 12) -> str:
    shown = ", ".join(str(v) for v in valid[:most])
    return shown if len(valid) <= most else f"{shown} og {len(valid) - most} til"


def _nearest(value: Any, valid: list[Any], spellings: Mapping[str, list[Any]]) -> Any:
    if isinstance(value, (int, float)) and all(isinstance(v, (int, float)) for v in valid):
        return min(valid, key=lambda v: (abs(v - value), -v))
    # Compared without Danish letters and punctuation, so that "Sjaelland" is as near as "Sjælland".
    forms = {kortnavn(s): v for s, v in reversed(list(spellings.items()))}
    near = difflib.get_close_matches(kortnavn(value)[:200], forms, n=1, cutoff=0.6)
    return forms[near[0]][0] if near else None


def _file(value: Any, mappe: bool = False) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise _Fejl(f"«{vis(value)}» er ikke stien til en fil.")
    _skrives(value)
    try:
        path = Path(value).expanduser()
        if path.is_file() or (mappe and path.is_dir()):
            return str(path.resolve())
        there, folder_there = path.exists(), path.is_dir()
        folder = path.parent
        names = sorted(f.name for f in folder.iterdir() if f.is_file()) if folder.is_dir() else []
    except (
        OSError,
        RuntimeError,
        ValueError,
    ) as error:  # a name that is too long, a folder that is closed, an unknown ~user
        why = getattr(error, "strerror", None) or "stien er ikke gyldig"
        raise _Fejl(f"filen «{vis(value)}» kan ikke åbnes ({why}).") from None
    if folder_there:
        raise _Fejl(f"«{vis(value)}» er en mappe, ikke en fil.")
    if there:
        raise _Fejl(f"«{vis(value)}» er ikke en almindelig fil.")
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    hint = f"; mente du «{folder / near[0] if str(folder) != '.' else near[0]}»?" if near else "."
    raise _Fejl(f"filen «{vis(value)}» findes ikke{hint}")
