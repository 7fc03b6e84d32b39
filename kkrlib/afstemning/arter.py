"""The kinds of controls: what each says that a published number must equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import DataError, Fund, naermeste
from kkrlib.interval import Interval, halv_enhed
from kkrlib.sted import laes, skriv

#: Roles by kind: (least, greatest number of led), None for any number.
_MANGE = (1, None)
_HOEJST_MANGE = (0, None)


@dataclass(frozen=True)
class Led:
    """A number in a control: in basic units, with its sign, its class limits, and the row of
    :func:`kkrlib.afstemning.tal` it comes from.
    """

    interval: Interval
    graenser: tuple[Fraction, Fraction] | None
    fakta: Any


Roller = Mapping[str, Sequence[Led]]


@dataclass(frozen=True)
class Art:
    """A kind: its name for readers, its roles, whether all led must have the judged number's unit, and the computation
    in basic units.
    """

    navn: str
    roller: Mapping[str, tuple[int, int | None]]
    samme_enhed: bool
    beregn: Callable[[Led, Roller], Interval]


def _i_alt(led: Sequence[Led]) -> Interval:
    return reduce(add, (x.interval for x in led), Interval.punkt(0))


def _samme(judged: Led, r: Roller) -> Interval:
    """The same number in two places, with the same digits, is rounded alike: nothing is left to rounding."""
    other = r["samme"][0]
    alike = [(x.fakta["enhed"], x.fakta["decimaler"], x.fakta["forbehold"]) for x in (judged, other)]
    return Interval.punkt(other.interval.vaerdi) if alike[0] == alike[1] and not alike[0][2] else other.interval


def _sum(_: Led, r: Roller) -> Interval:
    return _i_alt(r["led"])


def _antal(_: Led, r: Roller) -> Interval:
    return Interval.punkt(len(r["element"]))


def _andel(_: Led, r: Roller) -> Interval:
    return _i_alt(r["del"]) / _i_alt(r["hel"])


def _fordeling(_: Led, r: Roller) -> Interval:
    return _i_alt(r["total"]) * (_i_alt(r["del"]) / _i_alt(r["hel"]))


def _forhold(_: Led, r: Roller) -> Interval:
    return _i_alt(r["taeller"]) / _i_alt(r["naevner"])


def _aendring(_: Led, r: Roller) -> Interval:
    return _i_alt(r["til"]) - _i_alt(r["fra"])


def _aendring_procent(_: Led, r: Roller) -> Interval:
    """(til − fra) / |fra|, where fra counts once in the interval: til/fra − 1, with the sign of fra."""
    base = _i_alt(r["fra"])
    change = _i_alt(r["til"]) / base - Interval.punkt(1)
    return change if base.vaerdi > 0 else -change


def _faktor(_: Led, r: Roller) -> Interval:
    return _i_alt(r["grundtal"]) * _i_alt(r["faktor"])


def _graense(judged: Led, r: Roller) -> Interval:
    """The judged number itself where it keeps the bounds, else the bound that it breaks."""
    value = judged.interval
    if r.get("mindst") and value.vaerdi < (low := _i_alt(r["mindst"])).vaerdi:
        return low
    if r.get("hoejst") and value.vaerdi > (high := _i_alt(r["hoejst"])).vaerdi:
        return high
    return Interval.punkt(value.vaerdi)


def _gennemsnit(judged: Led, r: Roller) -> Interval:
    """A mean lies between the means of all lower and of all upper class limits.

    With a ``skala``, its two ends, the classes are shares and need not be all: the rest lies anywhere on the scale.
    """
    ends = sorted(x.interval.vaerdi for x in r.get("skala", ()))
    means = []
    for side in (0, 1):
        limits = [x.graenser[side] for x in r["antal"] if x.graenser]
        # mean = end + Σ share·(limit − end): what is not in a class counts as the scale's end, and every share counts
        # once
        end = ends[-side] if ends else Fraction(0)
        total = reduce(
            add, (x.interval * Interval.punkt(limit - end) for x, limit in zip(r["antal"], limits, strict=True))
        )
        means.append(Interval.punkt(end) + total if ends else total / _i_alt(r["antal"]))
    value = judged.interval
    if value.vaerdi < means[0].vaerdi:
        return means[0]
    return means[1] if value.vaerdi > means[1].vaerdi else Interval.punkt(value.vaerdi)


def _heltal(judged: Led, r: Roller) -> Interval:
    """The change to ``til`` from the whole number whose change is nearest the printed one.

    (til − n) / n = p holds for n = til / (1 + p), so the nearest whole numbers to it decide.
    """
    to, growth = _i_alt(r["til"]).vaerdi, 1 + judged.interval.vaerdi
    if growth <= 0 or to <= 0:  # from any number to none, or nearly: the change nears −100 %
        return Interval.punkt(-1)
    below = int(to / growth)
    changes = [Fraction(to - n, n) for n in (below, below + 1) if n > 0]
    return Interval.punkt(min(changes, key=lambda c: (abs(c - judged.interval.vaerdi), c)))


def _findes(_: Led, r: Roller) -> Interval:
    raise NotImplementedError  # a place in a document, not a number: :func:`beregn` looks it up


def _regel(_: Led, r: Roller) -> Interval:
    raise NotImplementedError  # the field computes it


ARTER: dict[str, Art] = {
    "regel": Art("følger reglen", {"grundlag": _HOEJST_MANGE}, False, _regel),
    "lighed": Art("samme tal to steder", {"samme": (1, 1)}, True, _samme),
    "sum": Art("sum", {"led": _MANGE}, True, _sum),
    "regnskab": Art("regnskabet går op", {"led": _MANGE}, True, _sum),
    "antal": Art("optælling", {"element": _MANGE}, False, _antal),
    "andel": Art("andel", {"del": _MANGE, "hel": _MANGE}, False, _andel),
    "fordeling": Art("fordeling efter en nøgle", {"total": _MANGE, "del": _MANGE, "hel": _MANGE}, False, _fordeling),
    "aendring": Art("ændring i antal", {"til": _MANGE, "fra": _MANGE}, True, _aendring),
    "aendring_procent": Art("ændring i procent", {"til": _MANGE, "fra": _MANGE}, False, _aendring_procent),
    "heltal": Art("ændring i procent uden trykt udgangspunkt", {"til": _MANGE}, False, _heltal),
    "forhold": Art("forhold mellem to tal", {"taeller": _MANGE, "naevner": _MANGE}, False, _forhold),
    "faktor": Art("tal gange faktor", {"grundtal": _MANGE, "faktor": _MANGE}, False, _faktor),
    "graense": Art("grænse", {"mindst": _HOEJST_MANGE, "hoejst": _HOEJST_MANGE}, True, _graense),
    "gennemsnit": Art("gennemsnit i sin egen fordeling", {"antal": _MANGE, "skala": (0, 2)}, False, _gennemsnit),
    "findes": Art("henvisning til en tabel", {"mener": (0, 1)}, False, _findes),
}

#: Columns of controls and of their led. ``tabelnavn``, ``ogsaa_linjer``, ``beregnet``, ``mindst`` and ``hoejst`` are
#: optional.
KONTROL = ["id", "art", "fakta", "beskrivelse", "mangler"]
LED = ["kontrol", "nr", "rolle", "fakta", "fortegn", "mindst", "hoejst"]


def beregn(kontroller: pd.DataFrame, led: pd.DataFrame, tal: pd.DataFrame) -> pd.DataFrame:
    """Compute what each control's published number must equal.

    ``kontroller`` has one row per control: ``id`` (unique), ``art`` (a key of :data:`ARTER`), ``fakta`` (the number
    that is judged, an index of ``tal``), ``beskrivelse``, ``mangler`` (what a number that cannot be tested lacks; else
    empty). ``led`` has the numbers it is related to: ``kontrol``, ``nr``, ``rolle`` (of the kind), ``fakta``,
    ``fortegn`` (1 or -1), ``mindst`` and ``hoejst`` (class limits, for ``gennemsnit``). ``tal`` is what
    :func:`kkrlib.afstemning.tal` returns. The kind ``regel`` is computed by a field, in columns ``beregnet``,
    ``mindst`` and ``hoejst`` of ``kontroller`` (in the printed unit; the last two may be missing). ``raekke`` of a
    control or a led, where there is one, is its line in the file (``fil``), for findings. ``tabelnavn``, where there is
    one, names the table in its place of ``navn`` in ``tal``; ``ogsaa_linjer`` are further lines that it rests on, such
    as the sentence whose claim it tests, separated by spaces.

    Returns one row per control with what :func:`kkrlib.afstemning.doem` takes; ``alle_fakta`` (a tuple: the judged
    number and the led whose value counts); and ``offentliggjort_tekst`` and ``beregnet_tekst``: the names of the tables
    for ``findes``, else in the latter a word before the number, where it is not what the printed one should be but a
    bound that it breaks («mindst», «højst») or the nearest that is possible («nærmest»). Raises DataError with every
    control that makes no sense: an id twice, an unknown kind, number or role, too many or too few led, units that do
    not fit, a divisor that can be zero.
    """
    found: list[Fund] = []
    facts = tal.to_dict("index")
    by_control: dict[str, list[dict[str, Any]]] = {}
    for row in led.to_dict("records"):
        by_control.setdefault(row["kontrol"], []).append(row)
    twice = set(kontroller["id"][kontroller["id"].duplicated()])
    found += [Fund("kontroller.csv", "", "id", key, "kontrollen står to gange") for key in sorted(twice)]
    strangers = sorted(by_control.keys() - set(kontroller["id"]))
    found += [Fund("kontrol_led.csv", "", "kontrol", key, "findes ikke i kontroller.csv") for key in strangers]
    tables = trykte_tabeller(facts)
    unknown = [f for f in dict.fromkeys([*kontroller["fakta"], *led["fakta"]]) if f not in facts]
    # A misspelt number is one of few; where a whole table is away, no hint helps and each takes its time.
    near = {f: naermeste(f, facts) for f in unknown} if len(unknown) <= _FAA else {}
    rows = []
    for control in kontroller.to_dict("records"):
        parts = sorted(by_control.get(control["id"], []), key=lambda x: int(x["nr"]))
        faults = _faults(control, parts, facts, near)
        if not faults:
            try:
                rows.append(raekke(control, parts, facts, tables))
            except ZeroDivisionError:
                place = _sted(control, control["id"])
                faults = [Fund(_fil(control, "kontroller.csv"), place, "art", control["art"], "nævneren kan være 0")]
        found += faults
    if found:
        raise DataError(_en_gang(found))
    return pd.DataFrame(rows, columns=_BEREGNET)


#: How many unknown numbers get a hint of the one that was meant.
_FAA = 5


def _en_gang(found: Sequence[Fund]) -> list[Fund]:
    """A number that is not there is one finding in each file, with all the rows that name it."""
    rows: dict[Fund, list[str]] = {}
    for f in found:
        rows.setdefault(replace(f, raekke="") if f.kolonne == "fakta" else f, []).append(f.raekke)
    return [replace(f, raekke=_raekker(dict.fromkeys(own))) for f, own in rows.items()]


def _raekker(own: Iterable[str]) -> str:
    first = list(own)
    return ", ".join(first if len(first) <= _FAA else [*first[:_FAA], f"og {len(first) - _FAA} til"])


_BEREGNET = [
    "id",
    "sted",
    "linjer",
    "art",
    "beskrivelse",
    "offentliggjort",
    "beregnet",
    "mindst",
    "hoejst",
    "decimaler",
    "enhed",
    "under",
    "over",
    "mangler",
    "offentliggjort_tekst",
    "beregnet_tekst",
    "alle_fakta",
]

#: Of each table that the sources print, by field, edition and name: its published numbers.
Tabeller = Mapping[tuple[str, int | None, str], set[str]]


def trykte_tabeller(facts: Mapping[str, Mapping[str, Any]]) -> Tabeller:
    """The published numbers of each table that the sources print, by field, edition and name."""
    found: dict[tuple[str, int | None, str], set[str]] = {}
    for key, fact in facts.items():
        if fact["offentliggjort"]:
            found.setdefault(_tabel(fact), set()).add(key)
    return found


def _tabel(fact: Mapping[str, Any]) -> tuple[str, int | None, str]:
    return fact["felt"], None if pd.isna(fact["udgave"]) else int(fact["udgave"]), fact["tabel"]


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _fil(row: Mapping[str, Any], own: str) -> str:
    """The file a row stands in: a template's, where one made it."""
    return _text(row.get("fil")) or own


def _sted(row: Mapping[str, Any], key: str) -> str:
    """A row's line in its file, where it was read from one; else its key."""
    line = row.get("raekke")
    return key if line is None or pd.isna(line) else str(int(line))


def _faults(
    control: Mapping[str, Any],
    parts: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Mapping[str, Any]],
    naer: Mapping[str, str | None],
) -> list[Fund]:
    """What makes no sense, each in the row where it stands: the control's own, or that of a led."""

    def own(column: str, text: str, value: Any = None) -> Fund:
        said = _text(control.get(column)) if value is None else value
        return Fund(_fil(control, "kontroller.csv"), _sted(control, control["id"]), column, said, text)

    def of_led(part: Mapping[str, Any], column: str, text: str) -> Fund:
        place = _sted(part, control["id"])
        return Fund(_fil(part, "kontrol_led.csv"), place, column, _text(part.get(column)), text)

    kind = ARTER.get(control["art"])
    if kind is None:
        return [own("art", f"ukendt art; brug {dansk.opremsning(ARTER)}")]
    found = [] if control["fakta"] in facts else [own("fakta", _findes_ikke(control["fakta"], naer))]
    found += [of_led(p, "fakta", _findes_ikke(p["fakta"], naer)) for p in parts if p["fakta"] not in facts]
    if _text(control.get("mangler")):
        return found + ([own("mangler", "en kontrol, der ikke kan efterprøves, har ingen led")] if parts else [])
    roles = [p["rolle"] for p in parts]
    for p in parts:
        if p["rolle"] not in kind.roller:
            found.append(of_led(p, "rolle", f"ukendt rolle «{p['rolle']}»; brug {dansk.opremsning(kind.roller)}"))
    if found:
        return found
    for role, (least, most) in kind.roller.items():
        n = roles.count(role)
        if n < least or (most is not None and n > most):
            wanted = least if most == least else f"mindst {least}"
            found.append(own("id", f"har {n} led i rollen «{role}»; der skal være {wanted}"))
    if found:
        return found
    if kind.samme_enhed:
        unit = facts[control["fakta"]]["grundenhed"]
        found += [
            of_led(p, "fakta", f"{p['fakta']} er i {facts[p['fakta']]['enhed']}")
            for p in parts
            if facts[p["fakta"]]["grundenhed"] != unit
        ]
    if control["art"] == "graense" and not parts:
        found.append(own("art", "har ingen grænse"))
    if control["art"] == "gennemsnit":
        for p in parts:
            if p["rolle"] == "antal" and not (_text(p["mindst"]) and _text(p["hoejst"])):
                found.append(of_led(p, "mindst", "hvert led skal have mindst og hoejst"))
    if control["art"] == "heltal":
        found += [
            of_led(p, "fakta", f"{p['fakta']} er ikke et helt antal") for p in parts if not facts[p["fakta"]]["eksakt"]
        ]
        if not found and _kan_ikke_fejle(facts[control["fakta"]], [facts[p["fakta"]] for p in parts]):
            text = "kan ikke fejle: så godt som ethvert procenttal har et helt udgangspunkt for det antal"
            found.append(own("art", text))
    return found


def _findes_ikke(fakta: str, naer: Mapping[str, str | None]) -> str:
    near = naer.get(fakta)
    return f"tallet {fakta} findes ikke" + (f"; mente du «{near}»?" if near else "")


def _kan_ikke_fejle(judged: Mapping[str, Any], to: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the changes from neighbouring whole numbers, til/n², lie closer than one unit of the printed
    last digit.
    """
    total, growth = sum(f["vaerdi"] for f in to), 1 + judged["vaerdi"] * judged["faktor"]
    return growth <= 0 or (total > 0 and growth * growth / total < judged["faktor"] / 10 ** judged["decimaler"])


def raekke(
    control: Mapping[str, Any],
    parts: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Mapping[str, Any]],
    tables: Tabeller,
) -> dict[str, Any]:
    """One row of :func:`beregn`, for a control without faults; ``facts`` are the rows of ``tal`` by their index."""
    judged, missing = facts[control["fakta"]], _text(control.get("mangler"))
    # What no document at hand prints has no line in one: a rule is named by the control's words.
    others = [facts[p["fakta"]] for p in parts]
    places = [f["sted"] for f in (judged, *(f for f in others if f["i_kilden"]))]
    places += [place for text in _text(control.get("ogsaa_linjer")).split() for place in laes(text)]
    own = _led(judged, 1, None)
    value: Interval | None = None
    words = ("", "")
    if missing:
        pass
    elif control["art"] == "regel":
        if not (control["beregnet"] is None or pd.isna(control["beregnet"])):
            middle = Fraction(control["beregnet"])
            low, high = (
                middle if control.get(k) is None or pd.isna(control.get(k)) else Fraction(control[k])
                for k in ("mindst", "hoejst")
            )
            value = Interval(low, middle, high)
    elif control["art"] == "findes":
        there = tables.get(_tabel(judged), set())
        value = Interval.punkt(int(bool(there) and all(p["fakta"] in there for p in parts)))
        words = (
            judged["tabel"],
            facts[parts[0]["fakta"]]["tabel"] if parts else judged["tabel"] if there else "findes ikke",
        )
    else:
        roles: dict[str, list[Led]] = {}
        for part in parts:
            limits = (
                (Fraction(_text(part["mindst"])), Fraction(_text(part["hoejst"])))
                if _text(part.get("mindst"))
                else None
            )
            roles.setdefault(part["rolle"], []).append(_led(facts[part["fakta"]], int(part["fortegn"]), limits))
        base = ARTER[control["art"]].beregn(own, roles)
        value = Interval(*(x / judged["faktor"] for x in (base.mindst, base.vaerdi, base.hoejst)))
        if control["art"] in ("graense", "gennemsnit", "heltal") and value.vaerdi != judged["vaerdi"]:
            words = (
                "",
                "nærmest" if control["art"] == "heltal" else "mindst" if value.vaerdi > judged["vaerdi"] else "højst",
            )
    half = halv_enhed(judged["decimaler"])
    return {
        "id": control["id"],
        "sted": f"{judged['dokument']}, punkt {judged['punkt']}, {_text(control.get('tabelnavn')) or judged['tabel']}",
        "linjer": skriv(places),
        "art": control["art"],
        "beskrivelse": control["beskrivelse"],
        "offentliggjort": judged["vaerdi"],
        "beregnet": value and value.vaerdi,
        "mindst": value and value.mindst,
        "hoejst": value and value.hoejst,
        "decimaler": judged["decimaler"],
        "enhed": judged["enhed"],
        # How far from the printed number the true one can be: what rounds to it, or what the reservation allows.
        "under": max(half, judged["vaerdi"] - judged["mindst"]),
        "over": max(half, judged["hoejst"] - judged["vaerdi"]),
        "mangler": missing,
        "offentliggjort_tekst": words[0],
        "beregnet_tekst": words[1],
        # A number that is only counted as a row is not tested.
        "alle_fakta": (control["fakta"], *(p["fakta"] for p in parts if p["rolle"] != "element")),
    }


def _led(fact: Mapping[str, Any], sign: int, limits: tuple[Fraction, Fraction] | None) -> Led:
    interval = Interval(*(fact[k] * fact["faktor"] for k in ("mindst", "vaerdi", "hoejst")))
    return Led(interval if sign == 1 else -interval, limits, fact)
