"""The klyngeregnskab: what each payer set aside for a klynge, what was spent on what, and what is carried over.

The working group (source 002, item 2.6, bilag 2, section D) recommends that each klynge keeps accounts and leaves the
form open. The form here is ours. Unspent money of a year may be carried to the next if the payer undertakes to secure
the same room within the udgiftsloft of all kommuner or regions of that year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Any

import pandas as pd

from kkrlib import kommuner, parametre, tegn
from kkrlib.errors import Fund, mente_du, naermeste
from kkrlib.klynger.regel import NOEGLE, aar_med_data, hele_kroner

REGION_BETALER = "region"
ARK_FORSIDE, ARK_BETALERE, ARK_INDSATSER = "Klynge", "Betalere", "Indsatser"
OVERFOERES, RAADERUM = "overfoeres", "raaderum"
#: The cell that says whether København was divided when the file was made.
KOEBENHAVN = "koebenhavn"
SVAR = ("ja", "nej")
_NUL = "; skriv 0, hvor der intet er brugt"


#: A filled-in file as :func:`kkrlib.data.laes_regneark` reads it: its name, the cells by sheet (see :func:`former`),
#: and what was wrong with cells. A cell that was wrong is missing.
Indlaest = tuple[str, Mapping[str, pd.DataFrame], Sequence[Fund]]


def former(tabeller: Mapping[str, pd.DataFrame], aar: int | None = None) -> dict[str, dict[str, tuple[str, str]]]:
    """The sheets of a klyngeregnskab: sheet → heading → (column name, kind: ``heltal``, ``valgfrit heltal``, ``tekst``
    or ``valgfri tekst``).

    ``tabeller`` is what :func:`kkrlib.data.load` returns; the indsatsområder of the source are columns. ``aar`` None is
    the newest year with data. Raises ParameterError for a year without data, or that is no whole number.
    """
    aar = parametre.aaret(aar, aar_med_data(tabeller))
    fields = {f"Forbrug: {o.navn}": (o.omraade, "valgfrit heltal") for o in indsatsomraader(tabeller, aar).itertuples()}
    return {
        ARK_FORSIDE: {
            "År": ("aar", "heltal"),
            "Region": ("region", "tekst"),
            "Klynge": ("klynge", "tekst"),
            "København": (KOEBENHAVN, "tekst"),
        },
        ARK_BETALERE: {
            "Betaler": ("betaler", "tekst"),
            "Budget": ("budget", "heltal"),
            **fields,
            f"Overføres til {aar + 1}": (OVERFOERES, "valgfrit heltal"),
            f"Råderum sikret i {aar + 1} (ja/nej)": (RAADERUM, "valgfri tekst"),
        },
        ARK_INDSATSER: {
            "Indsats": ("indsats", "tekst"),
            "Område": ("omraade", "tekst"),
            "Bemærkning": ("bemaerkning", "valgfri tekst"),
        },
    }


def indsatsomraader(tabeller: Mapping[str, pd.DataFrame], aar: int) -> pd.DataFrame:
    """The indsatsområder of the model for the year, or of the latest one before it: accounts go on in the same fields
    until other ones are named.
    """
    rows = tabeller["klynge_indsatsomraader"]
    years = rows.loc[rows["aar"] <= aar, "aar"]
    return rows[rows["aar"] == (years.max() if len(years) else rows["aar"].min())].reset_index(drop=True)


def budgetter(fordelt: pd.DataFrame) -> pd.DataFrame:
    """The budgets in whole kroner that keep every sum: one row per klynge and payer.

    ``fordelt`` is what :func:`kkrlib.klynger.fordel` returns, with ``kommune``. Returns ``region``, ``klynge``,
    ``kommunekode`` (missing for the region), ``betaler`` (name), ``budget`` (``int64``) and ``hoejst`` (``int64``: the
    exact amount rounded up, the most that may be spent; the budget, or a krone more where rounding took one): the
    contributing kommuner in their order, then the region. Members without a contribution are no payers.
    """
    kommuner, regioner = hele_kroner(fordelt)
    whole = fordelt.assign(budget=kommuner)
    parts = []
    for key, rows in whole.groupby(NOEGLE, sort=False):
        payers = rows[rows["bidragsandel"] != 0]
        for payer in payers.itertuples():
            parts.append((*key, payer.kommunekode, payer.kommune, payer.budget, ceil(payer.kommuner)))
        parts.append((*key, None, key[0], regioner[key], ceil(sum(rows["regioner"]))))
    return pd.DataFrame(parts, columns=[*NOEGLE, "kommunekode", "betaler", "budget", "hoejst"]).astype(
        {"budget": "int64", "hoejst": "int64"}
    )


def bedoem(
    indlaest: Sequence[Indlaest],
    budget: pd.DataFrame,
    indsatsomraader: pd.DataFrame,
    aar: int,
    koebenhavn: str,
    stavemaader: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, list[Fund]]:
    """Validate filled-in accounts and gather them.

    ``indlaest``: the files; ``budget``: what :func:`budgetter` returns; ``indsatsomraader``: ``omraade`` and ``navn``;
    ``koebenhavn``: the choice that ``budget`` is made with; ``stavemaader``: spellings of kommuner (see
    :func:`kkrlib.kommuner.koder`). Names are compared as people write them: a kommune by its name or code, a region
    with or without «Region».

    A blank is not zero: a payer with no amount in any indsatsområde has not been filled in, which is a finding. Where a
    payer has one, its blanks are 0 kroner, as the template says (:mod:`kkrlib.visning.klyngeregnskab`); so is a blank
    carry-over.

    Returns three things. Accounts: the rows of ``budget`` for the klynger that handed in, with one column per
    indsatsområde, ``forbrug``, ``rest`` (budget less spending), ``overfoeres`` (``Int64``), ``raaderum`` and ``fil``.
    Indsatser: ``region``, ``klynge``, ``indsats``, ``omraade``, ``bemaerkning``. Findings: cells that are no whole
    kroner ≥ 0 (as read), an unknown or doubled klynge or another year, a file made with the other choice for København
    (its payers are not judged: their budgets are others), a payer unknown, missing, twice or without any amount (once
    for a file where none has any), a budget that was changed, spending over ``hoejst``, a carry-over above what is
    unspent or without secured room, an unknown answer or område.
    """
    fields = list(indsatsomraader["omraade"])
    areas = {
        tegn.normal(name): key for key, name in zip(indsatsomraader["omraade"], indsatsomraader["navn"], strict=True)
    }
    keys = set(zip(budget["region"], budget["klynge"], strict=True))
    found: list[Fund] = []
    accounts, actions = [], []
    taken: dict[tuple[str, str], str] = {}
    for name, sheets, faults in indlaest:
        found += faults
        front, payers, listed = (sheets.get(sheet) for sheet in (ARK_FORSIDE, ARK_BETALERE, ARK_INDSATSER))
        if front is None or payers is None:
            continue
        where = partial(_finding, found, name)
        if len(front) != 1:
            where(ARK_FORSIDE, "", "", "", "skal have netop én udfyldt række")
            continue
        head = front.iloc[0]
        key = (head["region"], head["klynge"])
        if pd.notna(head["aar"]) and int(head["aar"]) != aar:
            where(ARK_FORSIDE, head["raekke"], "aar", int(head["aar"]), f"regnskabet skal være for {aar}")
        if any(pd.isna(part) for part in key):
            continue  # a cell that is missing is a finding already
        regions = list(dict.fromkeys(budget["region"]))
        key = _noegle(key, keys, regions)
        if key not in keys:
            if key[0] not in regions:
                where(ARK_FORSIDE, head["raekke"], "region", key[0], "regionen findes ikke" + _hint(key[0], regions))
            else:
                where(
                    ARK_FORSIDE,
                    head["raekke"],
                    "klynge",
                    key[1],
                    f"klyngen findes ikke i {key[0]}" + _hint(key[1], [k for r, k in keys if r == key[0]]),
                )
            continue
        if key in taken:
            where(
                ARK_FORSIDE,
                head["raekke"],
                "klynge",
                head["klynge"],
                f"klyngens regnskab er allerede læst fra {taken[key]}",
            )
            continue
        taken[key] = name
        if pd.isna(head[KOEBENHAVN]) or tegn.normal(head[KOEBENHAVN]) != koebenhavn:
            if pd.notna(head[KOEBENHAVN]):
                where(
                    ARK_FORSIDE,
                    head["raekke"],
                    KOEBENHAVN,
                    head[KOEBENHAVN],
                    f"regnearket er lavet med et andet valg for København end her, hvor det er «{koebenhavn}»; "
                    "budgetterne er ikke de samme",
                )
            continue
        expected = budget[(budget["region"] == key[0]) & (budget["klynge"] == key[1])].set_index("betaler")
        names = _betalere(expected, stavemaader)
        faulty = {(f.raekke, f.kolonne) for f in faults}
        seen: dict[str, dict[str, Any]] = {}
        meant: set[str] = set()
        blank: list[tuple[Any, str]] = []
        for row in payers.to_dict("records"):
            if any((f"{ARK_BETALERE} {row['raekke']}", column) in faulty for column in fields):
                row |= {
                    column: 0 for column in fields if pd.isna(row[column])
                }  # it was filled in, and is a finding already
            _payer(row, expected, names, seen, meant, blank, fields, aar, partial(where, ARK_BETALERE))
        if blank and len(blank) == len(expected):
            where(ARK_BETALERE, "", "forbrug", "", "regnskabet er ikke udfyldt" + _NUL)
        else:
            for line, payer in blank:
                where(ARK_BETALERE, line, "forbrug", payer, "forbruget er ikke udfyldt" + _NUL)
        for payer in expected.index:
            if payer in meant and payer not in seen:
                continue  # the misspelt name is a finding already
            if payer not in seen:
                where(ARK_BETALERE, "mangler", "betaler", payer, "betaleren mangler i regnskabet")
                continue
            accounts.append({"region": key[0], "klynge": key[1], "betaler": payer, **seen[payer], "fil": name})
        for row in listed.to_dict("records") if listed is not None else ():
            area = tegn.normal(row["omraade"]) if pd.notna(row["omraade"]) else ""
            if pd.isna(row["indsats"]) or not area:
                continue  # a cell that is missing is a finding already
            if area not in areas:
                where(
                    ARK_INDSATSER,
                    row["raekke"],
                    "omraade",
                    row["omraade"],
                    "er ikke et af indsatsområderne: "
                    + ", ".join(indsatsomraader["navn"])
                    + _hint(row["omraade"], indsatsomraader["navn"]),
                )
            else:
                actions.append((*key, row["indsats"], areas[area], row["bemaerkning"]))
    columns = [*NOEGLE, "kommunekode", "betaler", "budget", *fields, "forbrug", "rest", OVERFOERES, RAADERUM, "fil"]
    gathered = pd.DataFrame(accounts, columns=[c for c in columns if c not in ("kommunekode", "budget")])
    result = budget.merge(gathered, on=[*NOEGLE, "betaler"], how="inner", validate="one_to_one")[columns]
    numbers = [*fields, "forbrug", "rest", OVERFOERES]
    result[numbers] = result[numbers].astype("Int64")
    return result, pd.DataFrame(actions, columns=[*NOEGLE, "indsats", "omraade", "bemaerkning"]), found


def _finding(found: list[Fund], file: str, sheet: str, row: Any, column: str, value: Any, rule: str) -> None:
    found.append(Fund(file, f"{sheet} {row}".strip(), column, "" if value is None else str(value), rule))


def _hint(value: Any, valid: Iterable[str]) -> str:
    return mente_du(naermeste(value, valid))


def _noegle(key: tuple[str, str], keys: set[tuple[str, str]], regions: Sequence[str]) -> tuple[str, str]:
    """A klynge's key as the register spells it; what is not there stays as it was written."""
    named = {form: r for r in regions for form in (tegn.normal(r), tegn.normal(r.removeprefix("Region ")))}
    region = named.get(tegn.normal(key[0]), key[0])
    return region, {tegn.normal(k): k for r, k in keys if r == region}.get(tegn.normal(key[1]), key[1])


def _betalere(expected: pd.DataFrame, stavemaader: pd.DataFrame | None) -> dict[str, str]:
    """Every accepted spelling of a klynge's payers (see :func:`kkrlib.kommuner.koder`) → the payer."""
    own = expected["kommunekode"].dropna()
    register = pd.DataFrame({"kommunekode": own.to_numpy(), "kommune": own.index})
    payers = dict(zip(own, own.index, strict=True))
    names = {form: payers[code] for form, code in kommuner.koder(register, stavemaader).items()}
    for region in expected.index[expected["kommunekode"].isna()]:
        for name in (region, region.removeprefix("Region ")):
            names.setdefault(kommuner.form(name), region)
    return names


def _payer(
    row: dict[str, Any],
    expected: pd.DataFrame,
    names: Mapping[str, str],
    seen: dict[str, dict[str, Any]],
    meant: set[str],
    blank: list[tuple[Any, str]],
    fields: list[str],
    aar: int,
    where: Callable[..., None],
) -> None:
    """Judge one payer's row, and put it in ``seen``, and in ``blank`` if it has no amount; a name that is no payer's
    puts the one it is like in ``meant``.
    """
    written, line = row["betaler"], row["raekke"]
    if pd.isna(written):
        return
    try:
        payer = kommuner.kode(written, names, ukendt="er ikke betaler i klyngen")
    except kommuner.UkendtKommune as unknown:
        where(line, "betaler", written, str(unknown))
        meant |= {near for near in [unknown.naermest] if near}
        return
    if payer in seen:
        where(line, "betaler", payer, "står to gange")
        return
    budget, most = int(expected.at[payer, "budget"]), int(expected.at[payer, "hoejst"])
    if pd.notna(row["budget"]) and int(row["budget"]) != budget:
        where(line, "budget", int(row["budget"]), f"budgettet er {budget} og må ikke ændres")
    if all(pd.isna(row[name]) for name in fields):
        blank.append((line, payer))
    spent = {name: 0 if pd.isna(row[name]) else int(row[name]) for name in fields}
    total = sum(spent.values())
    rest, carried = budget - total, 0 if pd.isna(row[OVERFOERES]) else int(row[OVERFOERES])
    answer = "" if pd.isna(row[RAADERUM]) else tegn.normal(row[RAADERUM])
    if total > most:
        up = f" og end bidraget rundet op til {most}" if most > budget else ""
        where(line, "forbrug", total, f"forbruget er større end budgettet på {budget}{up}")
    elif carried > most - total:
        where(line, OVERFOERES, carried, f"der er kun {most - total} tilbage at overføre")
    if answer and answer not in SVAR:
        where(line, RAADERUM, row[RAADERUM], "skal være ja eller nej")
    elif carried and answer != "ja":
        where(
            line,
            RAADERUM,
            row[RAADERUM] if answer else "",
            f"overførsel kræver, at betaleren sikrer et tilsvarende råderum i {aar + 1} (ja)",
        )
    seen[payer] = {**spent, "forbrug": total, "rest": rest, OVERFOERES: carried, RAADERUM: answer or "ikke oplyst"}
