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
from kkrlib.data import sammenhold, tal
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
    registre: Mapping[str, pd.DataFrame],
    daarlige: Mapping[tuple[str, str], set[int]],
) -> list[Fund]:
    """Rows of a register that do not occur where all must: the check ``komplet`` of all tables at once.

    ``declared``: each table that declares the check, its cells and the check. ``registre``: the tables, without rows
    that have a finding. ``daarlige``: (table, column) → rows with a finding. A row that several tables lack is one
    finding, of the register; a group (a year) that lacks many is one finding of its table.
    """
    found: list[Fund] = []
    lacking: dict[tuple[str, tuple[str, ...], tuple[str, ...]], dict[Tabel, list[str]]] = {}
    for tabel, table, rule in declared:
        register, name = registre[rule["register"]], rule["register"]
        columns = som_liste(rule["kolonne"])
        wanted = sorted(set(register[columns].itertuples(index=False, name=None)))
        for group, rows in _grupper(tabel, table, som_liste(rule.get("pr", [])), daarlige):
            there = set(rows[columns].itertuples(index=False, name=None))
            missing = [key for key in wanted if key not in there]
            if len(missing) > _ENKELTVIS:
                labels = ", ".join(_navn(register, columns, key) for key in missing[:3])
                said = f"{group}{len(missing)} af de {len(wanted)} i {name}.csv mangler: {labels} …; alle skal stå her"
                shown = vis("; ".join(",".join(key) for key in missing[:3]))
                found.append(Fund(tabel.fil, "mangler", ",".join(columns), shown, said))
                continue
            for key in missing:
                lacking.setdefault((name, tuple(columns), key), {}).setdefault(tabel, []).append(group)
    for (name, wanted_columns, key), tables in lacking.items():
        register, columns = registre[name], list(wanted_columns)
        label, joined = _navn(register, columns, key), ",".join(columns)
        if len(tables) > 1:
            row = register.index[(register[columns] == list(key)).all(axis=1)][0] + 2
            where = "; ".join(t.fil + _i(groups) for t, groups in tables.items())
            said = f"{label} har ingen række i {where}; alle {len(register)} i {name}.csv skal have en"
            found.append(Fund(f"{name}.csv", str(row), joined, vis(",".join(key)), said))
            continue
        for tabel, groups in tables.items():
            where = " og ".join(g.removesuffix(": ") for g in groups if g)
            said = (
                f"{where + ': ' if where else ''}{label} mangler; alle {len(register)} i {name}.csv skal have en række"
            )
            found.append(Fund(tabel.fil, "mangler", joined, vis(",".join(key)), said))
    return found


def _i(groups: list[str]) -> str:
    where = " og ".join(g.removesuffix(": ") for g in groups if g)
    return f" ({where})" if where else ""


def _navn(register: pd.DataFrame, columns: list[str], key: tuple[str, ...]) -> str:
    return _label(register, columns[0], key[0]) if len(columns) == 1 else "; ".join(key)


def _grupper(
    tabel: Tabel, table: pd.DataFrame, pr: list[str], daarlige: Mapping[tuple[str, str], set[int]]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each group, with its name for messages; a group whose name is a finding already is none."""
    if not pr:
        yield "", table
        return
    bad = set().union(*(daarlige.get((tabel.navn, column), set()) for column in pr))
    for group, rows in table.groupby(pr, sort=True):
        if all(group) and not bad.intersection(rows.index + 2):
            yield ", ".join(f"{column} {value}" for column, value in zip(pr, group, strict=True)) + ": ", rows


def _entydig(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> list[Fund]:
    columns = som_liste(rule["kolonne"])
    first: dict[tuple[str, ...], int] = {}
    found = []
    for position, cells in zip(table.index + 2, table[columns].itertuples(index=False, name=None), strict=True):
        if not (any(cells) if rule.get("tomme") else all(cells)):
            continue
        key = tuple(map(tegn.normal, cells))
        if key in first:
            said = f"står også i række {first[key]}; {' og '.join(columns)} må ikke være ens i to rækker"
            found.append(Fund(resource["path"], str(position), ",".join(columns), vis(",".join(cells)), said))
        else:
            first[key] = position
    return found


def _navne(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> list[Fund]:
    first: dict[str, tuple[int, str]] = {}
    found = []
    for position, row in zip(table.index + 2, table[som_liste(rule["kolonner"])].to_dict("records"), strict=True):
        for column, cell in row.items():
            if not cell:
                continue
            other, where = first.setdefault(tegn.normal(cell), (position, str(column)))
            if other != position:
                said = f"er også navn på række {other} (kolonne {where}); et navn må kun betyde én række"
                found.append(Fund(resource["path"], str(position), str(column), vis(cell), said))
                break
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


def _andele(
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> list[Fund]:
    column, begins, ends = rule["kolonne"], rule["fra"], rule["til"]
    found = []
    for key, rows in table.groupby(rule["pr"], sort=True):
        # ISO dates order as text. A sum can change where a row begins, and on the day after one ends.
        last_days = {
            (date.fromisoformat(x) + timedelta(days=1)).isoformat()
            for x in rows[ends]
            if _parses(date.fromisoformat, x)
        }
        days = sorted({*rows[begins], *last_days} - {""})
        for day in days:
            current = rows[(rows[begins] <= day) & ((rows[ends] == "") | (rows[ends] >= day))]
            if not all(_parses(Fraction, x) for x in current[column]):  # the cell is a finding already
                continue
            total = sum(map(Fraction, current[column]), Fraction(0))
            if total != 1 and not (total == 0 and len(current) and rule.get("nul")):
                name = _label(tables[rule["register"]], rule["pr"], key)
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
    table: pd.DataFrame, resource: Mapping[str, Any], rule: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> list[Fund]:
    register = tables[rule["register"]].drop_duplicates(rule["noegle"]).set_index(rule["noegle"])[rule["kolonne"]]
    found = []
    for position, key, value in zip(table.index + 2, table[rule["noegle"]], table[rule["kolonne"]], strict=True):
        if key in register.index and register[key] != value:
            name = _label(tables[rule["register"]], rule["noegle"], key)
            text = f"{name} hører til {register[key]} i {rule['register']}.csv"
            found.append(Fund(resource["path"], str(position), rule["kolonne"], value, text))
    return found


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
