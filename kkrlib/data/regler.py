"""What tables must satisfy that the Table Schema has no word for: the ``checks`` of the descriptor.

A check is a function in :data:`CHECKS` and its form in :mod:`kkrlib.data.former`. It gets ``table`` (cells as text;
the row in the file is index + 2), ``resource`` and ``rule`` as the descriptor has them, and ``tables``, of which it
may look into those that its form names. Rows that have a finding already are left out of the registers in ``tables``,
and of ``table`` too where the form says so: what follows from a fault is not told beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pandas as pd

from kkrlib import dansk, tegn
from kkrlib.data import datoer, sammenhold, tal
from kkrlib.data.beskrivelse import Beskrivelse, Regelform, Tabel, som_liste
from kkrlib.data.former import FORMER
from kkrlib.data.skema import is_integer
from kkrlib.errors import ADVARSEL, Fund
from kkrlib.tegn import vis

#: So many rows missing from one group of a table are named one by one; more are one finding.
_ENKELTVIS = 5


class Laeste(dict[str, pd.DataFrame]):
    """The tables that a check may look into, by name.

    ``beskrivelse``: all that are described, also those that could not be read; ``hele``: those that could, with every
    row.
    """

    def __init__(
        self, tabeller: Mapping[str, pd.DataFrame], beskrivelse: Beskrivelse, hele: Mapping[str, pd.DataFrame]
    ):
        super().__init__(tabeller)
        self.beskrivelse, self.hele = beskrivelse, hele


def _parses(kind: Callable[[str], Any], value: str) -> bool:
    try:
        kind(value)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def _label(register: pd.DataFrame, key: str, value: str) -> str:
    """``101 København``: the key, and the next column where the register has one that names it."""
    names = register.columns[register.columns.get_loc(key) + 1 :]
    match = register.loc[register[key] == value, names[:1]].to_numpy().ravel()
    return f"{value} {match[0]}" if key.endswith("kode") and len(match) else value


def komplet(
    declared: Iterable[tuple[Tabel, pd.DataFrame, Mapping[str, Any]]],
    registre: Laeste,
    daarlige: Mapping[tuple[str, str], set[int]],
) -> list[Fund]:
    """Rows of a register that do not occur where all must: the check ``komplet`` of all tables at once.

    ``declared``: each table that declares the check, its cells and the check. ``registre``: the tables, without rows
    that have a finding. ``daarlige``: (table, column) → rows with a finding. Of a register with periods, those rows
    must occur that are in force on the day that the group is about (:mod:`kkrlib.data.datoer`). A row that several
    tables lack is one finding, of the register; a group (a year) that lacks many is one finding of its table.
    """
    found: list[Fund] = []
    lacking: dict[tuple[str, tuple[str, ...], tuple[str, ...], int], dict[Tabel, list[str]]] = {}
    for tabel, table, rule in declared:
        register, name = registre[rule["register"]], rule["register"]
        columns = som_liste(rule["kolonne"])
        period = registre.beskrivelse.tabeller[name].periode
        for group, day, rows in _grupper(tabel, table, som_liste(rule.get("pr", [])), registre, daarlige):
            in_force = datoer.i_kraft(period, register, day)
            wanted = sorted(set(in_force[columns].itertuples(index=False, name=None)))
            there = set(rows[columns].itertuples(index=False, name=None))
            missing = [key for key in wanted if key not in there]
            if len(missing) > _ENKELTVIS:
                labels = ", ".join(_navn(register, columns, key) for key in missing[:3])
                said = f"{group}{len(missing)} af de {len(wanted)} i {name}.csv mangler: {labels} …; alle skal stå her"
                shown = vis("; ".join(",".join(key) for key in missing[:3]))
                found.append(Fund(tabel.fil, "mangler", ",".join(columns), shown, said))
                continue
            for key in missing:
                at = (name, tuple(columns), key, len(wanted))
                lacking.setdefault(at, {}).setdefault(tabel, []).append(group)
    for (name, wanted_columns, key, number), tables in lacking.items():
        register, columns = registre[name], list(wanted_columns)
        label, joined = _navn(register, columns, key), ",".join(columns)
        if len(tables) > 1:
            row = register.index[(register[columns] == list(key)).all(axis=1)][0] + 2
            where = "; ".join(t.fil + _i(groups) for t, groups in tables.items())
            said = f"{label} har ingen række i {where}; alle {number} i {name}.csv skal have en"
            found.append(Fund(f"{name}.csv", str(row), joined, vis(",".join(key)), said))
            continue
        for tabel, groups in tables.items():
            where = _grupperne(groups)
            said = f"{where + ': ' if where else ''}{label} mangler; alle {number} i {name}.csv skal have en række"
            found.append(Fund(tabel.fil, "mangler", joined, vis(",".join(key)), said))
    return found


def _i(groups: list[str]) -> str:
    where = _grupperne(groups)
    return f" ({where})" if where else ""


def _grupperne(groups: list[str]) -> str:
    """The groups in a message; of many, the first and the last."""
    names = [g.removesuffix(": ") for g in groups if g]
    if len(names) > _ENKELTVIS:
        return f"{names[0]} … {names[-1]} (i alt {len(names)})"
    return " og ".join(names)


def _navn(register: pd.DataFrame, columns: list[str], key: tuple[str, ...]) -> str:
    return _label(register, columns[0], key[0]) if len(columns) == 1 else "; ".join(key)


def _grupper(
    tabel: Tabel,
    table: pd.DataFrame,
    pr: list[str],
    tabeller: Mapping[str, pd.DataFrame],
    daarlige: Mapping[tuple[str, str], set[int]],
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The rows of each group, with its name for messages and the day it is about (empty where it is about none); a
    group whose name is a finding already is none.
    """
    bad = set().union(*(daarlige.get((tabel.navn, column), set()) for column in pr))
    for day, of_day in datoer.grupper(tabel, table, tabeller):
        if not pr:
            yield (f"{day}: " if day else ""), day, of_day
            continue
        for group, rows in of_day.groupby(pr, sort=True):
            if all(group) and not bad.intersection(rows.index + 2):
                yield ", ".join(f"{column} {value}" for column, value in zip(pr, group, strict=True)) + ": ", day, rows


def _entydig(table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste) -> list[Fund]:
    columns = som_liste(rule["kolonne"])
    period = tables.beskrivelse.tabeller[resource["name"]].periode
    earlier: dict[tuple[str, ...], list[tuple[int, tuple[str, str]]]] = {}
    found = []
    for position, cells, span in zip(
        table.index + 2,
        table[columns].itertuples(index=False, name=None),
        datoer.samtidige(period, table),
        strict=True,
    ):
        if not (any(cells) if rule.get("tomme") else all(cells)):
            continue
        others = earlier.setdefault(tuple(map(tegn.normal, cells)), [])
        if other := next((row for row, when in others if _samtidig(span, when)), None):
            at_once = "" if period is None else ", der gælder samtidig"
            said = f"står også i række {other}; {' og '.join(columns)} må ikke være ens i to rækker{at_once}"
            found.append(Fund(resource["path"], str(position), ",".join(columns), vis(",".join(cells)), said))
        else:
            others.append((position, span))
    return found


def _samtidig(en: tuple[str, str], anden: tuple[str, str]) -> bool:
    """Whether two periods (first and last day) have a day in common."""
    return en[0] <= anden[1] and anden[0] <= en[1]


def _navne(table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste) -> list[Fund]:
    period = tables.beskrivelse.tabeller[resource["name"]].periode
    names: dict[str, list[tuple[int, str, tuple[str, str]]]] = {}
    found = []
    for position, row, span in zip(
        table.index + 2,
        table[som_liste(rule["kolonner"])].to_dict("records"),
        datoer.samtidige(period, table),
        strict=True,
    ):
        for column, cell in row.items():
            if not cell:
                continue
            others = names.setdefault(tegn.normal(cell), [])
            other = next((x for x in others if x[0] != position and _samtidig(span, x[2])), None)
            if other is not None:
                said = f"er også navn på række {other[0]} (kolonne {other[1]}); et navn må kun betyde én række"
                found.append(Fund(resource["path"], str(position), str(column), vis(cell), said))
                break
            others.append((position, str(column), span))
    return found


def _forskellige(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> list[Fund]:
    columns, said = som_liste(rule["kolonner"]), rule.get("besked", "må ikke være den samme")
    return [
        Fund(resource["path"], str(position), ",".join(columns), vis(",".join(cells)), said)
        for position, cells in zip(table.index + 2, table[columns].itertuples(index=False, name=None), strict=True)
        if all(cells) and len(set(map(tegn.normal, cells))) < len(cells)
    ]


def _andele(table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste) -> list[Fund]:
    column, begins, ends = rule["kolonne"], rule["fra"], rule["til"]
    register, period = tables[rule["register"]], tables.beskrivelse.tabeller[rule["register"]].periode
    found = []
    for key, rows in table.groupby(rule["pr"], sort=True):
        # ISO dates order as text. A sum can change where a row begins, and on the day after one ends.
        last_days = {
            (date.fromisoformat(x) + timedelta(days=1)).isoformat()
            for x in rows[ends]
            if _parses(date.fromisoformat, x)
        }
        days = sorted({*rows[begins], *last_days} - {""})
        own = register[register[rule["pr"]] == key]
        for day in days:
            if period is not None and not len(datoer.i_kraft(period, own, day)):  # it is none any more
                continue
            current = rows[(rows[begins] <= day) & ((rows[ends] == "") | (rows[ends] >= day))]
            if not all(_parses(Fraction, x) for x in current[column]):  # the cell is a finding already
                continue
            total = sum(map(Fraction, current[column]), Fraction(0))
            if total != 1 and not (total == 0 and len(current) and rule.get("nul")):
                name = _label(register, rule["pr"], key)
                text = (
                    f"{name} har fra {day} andele, der giver {total} og ikke 1"
                    if len(current)
                    else f"{name} har ingen række fra {day}"
                )
                found.append(
                    Fund(
                        resource["path"],
                        ", ".join(str(i + 2) for i in current.index) or "mangler",
                        column,
                        ",".join(current[column]),
                        text,
                    )
                )
    return found


def _hoerer_til(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste
) -> list[Fund]:
    key_column, column, name = rule["noegle"], rule["kolonne"], rule["register"]
    register, period = tables[name], tables.beskrivelse.tabeller[name].periode
    days = datoer.raekkernes_dage(tables.beskrivelse.tabeller[resource["name"]], table, tables)
    in_force: dict[str, dict[str, list[str]]] = {}

    def belongs(key: str, day: str) -> list[str]:
        """What the register says of a key on a day; nothing where the key is not in force, which is a finding of its
        own."""
        if day not in in_force:
            rows = datoer.i_kraft(period, register, day)
            in_force[day] = rows.groupby(key_column)[column].agg(lambda said: list(dict.fromkeys(said))).to_dict()
        return in_force[day].get(key, [])

    found = []
    for position, key, value, about in zip(table.index + 2, table[key_column], table[column], days, strict=True):
        for day in about or ("",):
            said = belongs(key, day)
            if said and value not in said:
                on = f" {_fra(day)}" if len(register[register[key_column] == key]) > 1 and day else ""
                text = f"{_label(register, key_column, key)} hører{on} til {' eller '.join(said)} i {name}.csv"
                found.append(Fund(resource["path"], str(position), column, value, text))
                break
    return found


def _efterfoelger(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste
) -> list[Fund]:
    key, name, period = rule["noegle"], rule["tabel"], tables.beskrivelse.tabeller[resource["name"]].periode
    if period is None:
        return []
    spans: dict[str, list[tuple[str, str]]] = {}
    for code, span in zip(table[key], datoer.spand(period, table), strict=True):
        spans.setdefault(code, []).append(span)
    path, other, found = resource["path"], tables[name], []
    for position, old, new, when in zip(
        other.index + 2, other[key], other[rule["efter"]], other[rule["dag"]], strict=True
    ):
        if old in spans and (last := max(til for _, til in spans[old])) != (wanted := datoer.dagen_foer(when)):
            ends = "gælder fortsat" if last == datoer.ALTID else f"gælder til {last}"
            said = f"{_label(table, key, old)} {ends} i {path}; den skal gælde til dagen før, {wanted}"
            found.append(Fund(f"{name}.csv", str(position), rule["dag"], when, said))
        if new in spans and not any(first <= when <= til for first, til in spans[new]):
            said = f"{_label(table, key, new)} gælder ikke {when} i {path}"
            found.append(Fund(f"{name}.csv", str(position), rule["efter"], new, said))
    if len(table) < len(tables.hele[resource["name"]]):  # a row that was left out may be the last one of its key
        return found
    begins = min((first for own in spans.values() for first, _ in own), default="")
    rows = dict(zip(table[key], table.index + 2, strict=True))  # the last one of each
    for code, own in spans.items():
        first, last, who = min(f for f, _ in own), max(t for _, t in own), _label(table, key, code)
        if last != datoer.ALTID and code not in set(other[key]):
            said = f"{who} ophører, men har ingen efterfølger i {name}.csv"
            found.append(Fund(path, str(rows[code]), period.til, last, said))
        if first != begins and code not in set(other[rule["efter"]]):
            said = f"{who} er ny, men er ikke efterfølger for nogen i {name}.csv"
            found.append(Fund(path, str(rows[code]), period.fra, first, said))
    return found


def _fra(day: str) -> str:
    return "fortsat" if day == datoer.ALTID else day


def _sum(table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste) -> list[Fund]:
    described = tables.beskrivelse.tabeller
    known: dict[tuple[str, ...], list[tuple[int, str, str]]] = {}
    for position, row in tables[rule["undtagelser"]].iterrows():
        if row["art"] == "sum":
            key = (row["tabel"], row[rule["pr"]], row["noegle"], row["kolonne"])
            known.setdefault(key, []).append((position + 2, row["trykt"], row["anvendt"]))
    found, occurs = [], set()
    for position, row in zip(table.index + 2, table.to_dict("records"), strict=True):
        name, column, place, group = (row[rule[k]] for k in ("tabel", "kolonne", "omraade", "pr"))
        key, printed = (name, group, place, column), row[rule["vaerdi"]]
        where = partial(Fund, resource["path"], str(position), rule["vaerdi"], printed)
        if name not in described:
            found.append(Fund(resource["path"], str(position), rule["tabel"], vis(name), "tabellen findes ikke"))
            continue
        fields = {f.navn: f.type for f in described[name].felter}
        if absent := [c for c in (column, rule["pr"], rule["del"]) if c not in fields]:
            said = f"{name}.csv har ingen kolonne {absent[0]}"
            found.append(Fund(resource["path"], str(position), rule["kolonne"], vis(column), said))
            continue
        if fields[column] != "integer":
            said = f"{name}.csv har ikke hele tal i kolonnen {column}, så de kan ikke lægges sammen"
            found.append(Fund(resource["path"], str(position), rule["kolonne"], vis(column), said))
            continue
        rows = tables.get(name)
        if rows is None:  # something in the file is a finding already
            occurs.add(key)
            continue
        rows = rows[rows[rule["pr"]] == group]
        if place != rule["alle"]:
            rows = rows[rows[rule["del"]] == place]
        values = [x for x in rows[column] if x]
        if not all(map(is_integer, [*values, printed])):  # the cell is a finding already
            occurs.add(key)
            continue
        total = sum(map(int, values))
        if total == int(printed):
            continue
        occurs.add(key)
        if any((wrong, used) == (printed, str(total)) for _, wrong, used in known.get(key, ())):
            continue
        difference = dansk.fortegn(int(printed) - total)
        found.append(
            where(f"{name}.csv, kolonne {column}, {place}, {group} giver tilsammen {total} (forskel {difference})")
        )
    path = f"{rule['undtagelser']}.csv"
    if len(table) < len(tables.hele[resource["name"]]):  # a sum that was left out may be the one
        return found
    for sum_key, faults in known.items():
        if sum_key not in occurs:
            text = "fejlen står her som kendt, men forekommer ikke længere"
            found += [Fund(path, str(position), "trykt", wrong, text) for position, wrong, _ in faults]
    return found


def _kendt(table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Laeste) -> list[Fund]:
    found = []
    for position, row in zip(table.index + 2, table.to_dict("records"), strict=True):
        if row["tabel"] not in tables.beskrivelse.tabeller:
            found.append(Fund(resource["path"], str(position), "tabel", vis(row["tabel"]), "tabellen findes ikke"))
            continue
        said = f"kendt fejl i kilden: {row[rule['besked']]}"
        found.append(Fund(f"{row['tabel']}.csv", row["noegle"], row["kolonne"], row["trykt"], said, ADVARSEL))
    return found


def _lig_med(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> list[Fund]:
    other, key = tables.get(rule["tabel"]), rule["noegle"]
    if other is None:  # the file is a finding already
        return []
    for column, value in rule["hvor"].items():
        other = other[other[column] == value]
    own, found = table, []
    for column, value in rule.get("naar", {}).items():
        own = own[own[column] == value]
    for position, group, value in zip(own.index + 2, own[key], own[rule["kolonne"]], strict=True):
        for printed in other.loc[other[key] == group, rule["vaerdi"]]:
            if printed != value:
                said = f"er trykt som {printed} i {rule['tabel']}.csv ({', '.join(rule['hvor'].values())}, {group})"
                found.append(Fund(resource["path"], str(position), rule["kolonne"], value, said))
    return found


#: The checks on what numbers say. What they find leaves the tables readable, and the controls can run.
OM_TAL = frozenset({"sum", *tal.CHECKS})

CHECKS: dict[str, Callable[[pd.DataFrame, Any, Any, Any], list[Fund]]] = {
    "entydig": _entydig,
    "navne": _navne,
    "forskellige": _forskellige,
    "andele": _andele,
    "lig_med": _lig_med,
    "hoerer_til": _hoerer_til,
    "efterfoelger": _efterfoelger,
    "sum": _sum,
    **sammenhold.CHECKS,
    "kendt": _kendt,
    **tal.CHECKS,
}

KOMPLET = "komplet"


def arter() -> list[str]:
    """Every kind of check there is, in the order in which they run."""
    known = {*CHECKS, KOMPLET}
    return [*(kind for kind in FORMER if kind in known), *(kind for kind in CHECKS if kind not in FORMER)]


def form(kind: str) -> Regelform | None:
    """The form of a check: a free one where it has none of its own, None for a check that does not exist."""
    return FORMER.get(kind, _UDEN_FORM) if kind in CHECKS or kind == KOMPLET else None


_UDEN_FORM = Regelform({}, fri=True)


def egne_kolonner(rule: Mapping[str, Any]) -> list[str]:
    """The columns of its own table that a check reads."""
    own = FORMER.get(rule["check"], _UDEN_FORM)
    named = [
        som_liste(rule[k])
        for k, n in own.noegler.items()
        if k in rule and n.slags in ("kolonne", "kolonner", "liste") and "" in n.i
    ]
    return [*(column for columns in named for column in columns), *own.har.get("", ())]


def naevnte_tabeller(rule: Mapping[str, Any], beskrevne: Iterable[str]) -> list[str]:
    """The other tables that a check looks into, of those that are described."""
    own = FORMER.get(rule["check"], _UDEN_FORM)
    if own.fri:
        return [name for name in beskrevne if name in [v for v in rule.values() if isinstance(v, str)]]
    return [rule[k] for k, n in own.noegler.items() if n.slags == "tabel" and k in rule]


def laeste_kolonner(rule: Mapping[str, Any]) -> dict[str, set[str]]:
    """The columns that a check reads of other tables, by table; one whose columns are not known is not there."""
    own = FORMER.get(rule["check"], _UDEN_FORM)
    read: dict[str, set[str]] = {}
    for key, noegle in own.noegler.items():
        if key not in rule:
            continue
        for where in (w for w in noegle.i if w and w in rule):
            columns = rule[key] if noegle.slags == "vaerdier" else som_liste(rule[key])
            read.setdefault(rule[where], set()).update(columns)
        if noegle.slags == "par":
            for table, column in rule[key]:
                read.setdefault(table, set()).add(column)
        if noegle.slags == "tabeller":
            for table in rule[key].values():
                read.setdefault(table, set()).add(rule["noegle"])
    for where, columns in own.har.items():
        if where in rule:
            read.setdefault(rule[where], set()).update(columns)
    return read
