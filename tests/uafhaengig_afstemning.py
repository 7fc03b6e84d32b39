"""An independent program: the verdict on every declared control, from the CSV files alone.

It was written from the description of the format and not from the engine: only the standard library, plain rows, and
intervals found by trying the corners of what each number can stand for. It does not import kkrlib.

    python tests/uafhaengig_afstemning.py data
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

STEMMER, AFRUNDING, AFVIGER, UPROEVET = "stemmer", "afrunding", "afviger", "kan ikke efterprøves"


def rows(folder, name):
    with open(Path(folder) / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exact(text):
    return Fraction(text.replace(".", "").replace(",", ".") if "," in text else text)


def decimals(printed):
    """Digits after a comma; after a point too, unless they are three and so begin the thousands."""
    comma = re.search(r"\d,(\d+)", printed)
    point = re.search(r"\d\.(\d+)(?![\d.,])", printed)
    if comma:
        return len(comma.group(1))
    return len(point.group(1)) if point and len(point.group(1)) != 3 else 0


def rounded(x, digits):
    """Half away from zero."""
    whole = int(abs(x) * 10**digits + Fraction(1, 2))
    return Fraction(-whole if x < 0 else whole, 10**digits)


class Number:
    """A published number, or a rule's: its value in its own unit, what it can stand for, and its digits."""

    def __init__(self, row, printed, unit, exactly, width):
        self.value = exact(row["value"])
        self.digits = decimals(printed)
        self.unit, self.printed = unit, printed
        self.reserved = bool(width)
        self.belongs = (row.get("felt", ""), row.get("udgave", ""), row.get("tabel", ""))
        fraction = re.search(r"\d/(\d+)", printed)
        in_words = not any(c in "0123456789" for c in printed)
        if exactly or in_words:
            half = Fraction(0)
            self.digits = 2 if in_words and self.value.denominator != 1 else self.digits
        elif fraction:
            half = Fraction(1, 2 * int(fraction.group(1)))
            self.digits = 2
        else:
            half = Fraction(1, 2 * 10**self.digits)
        # A reservation is about the size of a number, so for a fall «almost» is nearer to zero.
        towards, away = (Fraction(w) / 100 * abs(self.value) for w in width) if width else (Fraction(0), Fraction(0))
        down, up = (towards, away) if self.value > 0 else (away, towards)
        self.low, self.high = self.value - half - down, self.value + half + up


def numbers(folder):
    """Every number that a control can name, by its id."""
    units = {r["enhed"]: r for r in rows(folder, "enheder")}
    widths = {r["forbehold"]: (r["under_procent"], r["over_procent"]) for r in rows(folder, "forbehold")}
    found = {}
    for r in rows(folder, "fakta"):
        # A name or a word in a list counts as one.
        named = r["art"] != "tal"
        counts = named or (units[r["enhed"]]["eksakt"] == "ja" and r["maal"] != "gennemsnit")
        value, printed = ("1", "") if named else (r["vaerdi"], r["trykt"])
        found[r["id"]] = Number(r | {"value": value}, printed, r["enhed"], counts, widths.get(r["forbehold"]))
    for resource in json.loads((Path(folder) / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        keys = resource["schema"].get("primaryKey", [])
        keys = [keys] if isinstance(keys, str) else keys
        if keys == ["id"]:
            continue
        for field in resource["schema"]["fields"]:
            if field.get("role") not in ("published", "rule"):
                continue
            column = field["name"]
            for r in rows(folder, resource["name"]):
                if r[column]:
                    unit = r.get("enhed", field.get("unit"))
                    certain = field["role"] == "rule" or units[unit]["eksakt"] == "ja"
                    key = "/".join([resource["name"], *(r[k] for k in keys), column])
                    found[key] = Number(r | {"value": r[column]}, r[column], unit, certain, None)
    return found, {k: (Fraction(u["faktor"]), u["grundenhed"]) for k, u in units.items()}


class Judge:
    def __init__(self, folder):
        self.numbers, self.units = numbers(folder)
        self.places = {r["id"]: ("socialtilsyn", r["rapport"], r["tabel"]) for r in rows(folder, "henvisninger")}
        self.tables = {n.belongs for n in self.numbers.values()}
        self.controls = rows(folder, "kontroller")
        self.parts = {}
        for r in sorted(rows(folder, "kontrol_led"), key=lambda r: int(r["nr"])):
            self.parts.setdefault(r["kontrol"], []).append(r)

    def factor(self, number):
        return self.units[number.unit][0]

    def total(self, parts):
        """(low, value, high) of a sum, in basic units."""
        low = value = high = Fraction(0)
        for part in parts:
            n = self.numbers[part["fakta"]]
            ends = sorted(int(part["fortegn"]) * x * self.factor(n) for x in (n.low, n.high))
            low, high = low + ends[0], high + ends[1]
            value += int(part["fortegn"]) * n.value * self.factor(n)
        return low, value, high

    def corners(self, formula, *sums):
        """A formula that grows or falls in each of its sums has its extremes where each of them has."""
        tried = [formula(*corner) for corner in product(*((s[0], s[2]) for s in sums))]
        return min(tried), formula(*(s[1] for s in sums)), max(tried)

    def judge(self, control):
        """(verdict, published less computed)."""
        if control["mangler"]:
            return UPROEVET, None
        parts = self.parts.get(control["id"], [])
        by_role = {}
        for part in parts:
            by_role.setdefault(part["rolle"], []).append(part)
        kind = control["art"]
        if kind == "findes":
            meant = by_role.get("mener", [])
            place = self.places[control["fakta"]]
            there = place in self.tables and all(self.numbers[p["fakta"]].belongs == place for p in meant)
            return (STEMMER, Fraction(0)) if there else (AFVIGER, Fraction(1))
        judged = self.numbers[control["fakta"]]
        sums = {role: self.total(found) for role, found in by_role.items()}
        own = self.factor(judged)
        if kind in ("graense", "gennemsnit"):
            low, high = (sums.get("mindst"), sums.get("hoejst")) if kind == "graense" else self.mean(by_role)
            return self.between(judged, own, low, high)
        if kind == "heltal":
            return self.whole(judged, sums["til"][1])
        computed = self.computed(kind, sums, by_role, judged)
        return self.compare(judged, *(x / own for x in computed))

    def computed(self, kind, sums, by_role, judged):
        if kind == "lighed":
            other = self.numbers[by_role["samme"][0]["fakta"]]
            if (other.unit, other.digits, other.reserved, judged.reserved) == (
                judged.unit,
                judged.digits,
                False,
                False,
            ):
                # One number rounded once is the same number in both places.
                return (other.value * self.factor(other),) * 3
            return sums["samme"]
        if kind in ("sum", "regnskab"):
            return sums["led"]
        if kind == "antal":
            return (Fraction(len(by_role["element"])),) * 3
        if kind == "andel":
            return self.corners(lambda part, whole: part / whole, sums["del"], sums["hel"])
        if kind == "fordeling":
            return self.corners(
                lambda total, part, whole: total * part / whole, sums["total"], sums["del"], sums["hel"]
            )
        if kind == "forhold":
            return self.corners(lambda top, bottom: top / bottom, sums["taeller"], sums["naevner"])
        if kind == "faktor":
            return self.corners(lambda base, factor: base * factor, sums["grundtal"], sums["faktor"])
        if kind == "aendring":
            return self.corners(lambda to, start: to - start, sums["til"], sums["fra"])
        if kind == "aendring_procent":
            return self.corners(lambda to, start: (to - start) / abs(start), sums["til"], sums["fra"])
        raise ValueError(kind)

    def compare(self, judged, low, value, high):
        """A published number is a rounded one, whatever it counts, where the computed one is not printed."""
        difference = judged.value - (value if value == judged.value else rounded(value, judged.digits))
        if difference == 0:
            return STEMMER, difference
        half = Fraction(1, 2 * 10**judged.digits)
        least, most = min(judged.low, judged.value - half), max(judged.high, judged.value + half)
        return (AFRUNDING if least <= high and low <= most else AFVIGER), difference

    def between(self, judged, own, low, high):
        """The number itself where it keeps its bounds, else the bound that it breaks."""
        value = judged.value * own
        if low and value < low[1]:
            return self.compare(judged, *(x / own for x in low))
        if high and value > high[1]:
            return self.compare(judged, *(x / own for x in high))
        return STEMMER, Fraction(0)

    def mean(self, by_role):
        """The least and greatest mean that a distribution allows, each as (low, value, high)."""
        classes, ends = by_role["antal"], [self.numbers[p["fakta"]].value for p in by_role.get("skala", ())]
        weights = [self.total([p]) for p in classes]

        def at(side, pick):
            def formula(*shares):
                known = sum(share * Fraction(p[side]) for share, p in zip(shares, classes, strict=True))
                return known + (1 - sum(shares)) * pick(ends) if ends else known / sum(shares)

            return self.corners(formula, *weights)

        return at("mindst", min), at("hoejst", max)

    def whole(self, judged, to):
        """Is there a whole number from which the change to ``to`` is the printed one?"""
        per = self.factor(judged)
        tried = {(to - n) / n / per for n in range(1, 3 * int(to) + 3)} if to < 300 else self.near(judged, to, per)
        best = min(tried, key=lambda change: abs(change - judged.value))
        return self.compare(judged, best, best, best)

    @staticmethod
    def near(judged, to, per):
        middle = round(float(to) / (1 + float(judged.value * per)))
        return {(to - n) / n / per for n in range(max(1, middle - 25), middle + 25)}

    def all(self):
        return {control["id"]: self.judge(control) for control in self.controls}


def domme(folder):
    """The verdict on each declared control, and what is published less what is computed: by the control's id."""
    return Judge(folder).all()


if __name__ == "__main__":
    for verdict, number in Counter(verdict for verdict, _ in domme(sys.argv[1]).values()).items():
        print(f"{number:>5} {verdict}")
