"""Small multiples over the same years: one panel of bars per series, with a gap where nothing is known.

A published number is a full bar. A derived one is an outline with lines, never a full bar, and says so below its year;
where only an interval is known the bar ends at its highest value and says both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import pandas as pd

from kkrlib import dansk
from kkrlib.figurer.figur import BRED, SMAL, Figur
from kkrlib.figurer.flade import RC, Flade
from kkrlib.figurer.tekstmaal import navnelinjer, spredt

_NAVN = 13.0
_HOEJDE, _TOP, _BUND = 92.0, 46.0, 22.0
_LINJE = 16.0
_GAP = 24


@mpl.rc_context(RC)
def paneler(
    serie: pd.DataFrame,
    navne: Mapping[str, str],
    aarene: Sequence[int],
    *,
    id: str,
    titel: str,
    beskrivelse: str,
    enhed: str,
    kilde: str,
    afledt: str,
    mangler: str,
    faelles: bool = False,
) -> Figur:
    """One panel per indicator of ``navne`` (indicator → its heading), each with a place for every year of ``aarene``.

    ``serie`` has the columns ``indikator``, ``aar``, ``mindst``, ``hoejst`` and ``status``; rows of other indicators
    and years are passed over. A status of ``afledt``, a word that readers see, gives the other mark. Each panel begins
    at zero and has its own scale, or with ``faelles`` they share one. To ``beskrivelse`` is added how to read the
    scales and the marks, and ``mangler``, what a year without a bar means, where there is one. ValueError where an
    indicator has no number in any of the years, or a number is negative.
    """
    at = {
        (r.indikator, int(r.aar)): r for r in serie.itertuples() if r.indikator in navne and int(r.aar) in set(aarene)
    }
    empty = [n for n in navne if not any(i == n for i, _ in at)]
    if empty or not navne:
        raise ValueError(f"figuren «{id}» har ingen tal for {dansk.opremsning(empty) or 'nogen indikator'}")
    if any(r.mindst < 0 for r in at.values()):
        raise ValueError(f"figuren «{id}» har negative tal")
    highest = {n: max(float(r.hoejst) for (i, _), r in at.items() if i == n) or 1.0 for n in navne}
    if faelles:
        highest = dict.fromkeys(navne, max(highest.values()))
    derived = any(r.status == afledt for r in at.values())
    missing = len(at) < len(navne) * len(set(aarene))
    says = [
        beskrivelse,
        "" if faelles or len(navne) == 1 else "Hvert felt har sin egen skala.",
        f"Stribede søjler er {afledt} af en senere rapport." if derived else "",
        mangler if missing else "",
    ]
    numbers = [
        t
        for r in at.values()
        for t in (dansk.tal(r.mindst) + ("–" if r.mindst != r.hoejst else ""), dansk.tal(r.hoejst))
    ]
    widest = max(spredt(t, 11, fed=True) for t in numbers)

    def tegn(bred: bool) -> str:
        width = BRED if bred else SMAL
        # As many beside each other as leaves room for the numbers over neighbouring bars.
        fits = [n for n in (3, 2) if bred and (width - _GAP * (n - 1)) / n / len(aarene) >= widest + 2]
        across = min(len(navne), *fits[:1] or [1])
        each, gap = (width - _GAP * (across - 1)) / across, _GAP
        headings = {n: navnelinjer(name, _NAVN, each, fed=True) for n, name in navne.items()}
        head = _TOP + _LINJE * (max(map(len, headings.values())) - 1)
        below = _BUND + (13 if derived else 0)
        down = math.ceil(len(navne) / across)
        flade = Flade(width, down * (head + _HOEJDE + below) - 4)
        # Drawn kind by kind, so that neighbours in the SVG share their attributes.
        names: list[tuple[float, float, str]] = []
        grounds: list[tuple[float, float, float, float]] = []
        bars: list[tuple[float, float, float, float]] = []
        lined: list[tuple[float, float, float, float]] = []
        labels: dict[str, list[tuple[float, float, str]]] = {"aar": [], "fed": [], "mager": []}
        for number, indicator in enumerate(navne):
            left = (number % across) * (each + gap)
            top = (number // across) * (head + _HOEJDE + below)
            ground, step = top + head + _HOEJDE, each / len(aarene)
            names += [(left, top + 14 + _LINJE * n, line) for n, line in enumerate(headings[indicator])]
            grounds.append((left, ground, left + each, ground))
            for place, year in enumerate(aarene):
                # Whole pixels are sharper, and fewer bytes; only the height of a bar is its number's.
                middle, half = round(left + step * (place + 0.5)), round(step * 0.36)
                labels["aar"].append((middle, ground + 15, str(year)))
                row = at.get((indicator, year))
                if row is None:
                    continue
                size = float(row.hoejst) / highest[indicator] * _HOEJDE
                if row.status == afledt:
                    labels["aar"].append((middle, ground + 28, afledt))
                (lined if row.status == afledt else bars).append((middle - half, ground - size, 2 * half, size))
                lines = [dansk.tal(row.hoejst)]
                if row.mindst != row.hoejst:
                    both = f"{dansk.tal(row.mindst)}–{dansk.tal(row.hoejst)}"
                    # Side by side intervals would run into each other; then the ends stand one above the other.
                    lines = [both] if spredt(both, 11) <= step else [f"{dansk.tal(row.mindst)}–", *lines]
                for up, line in enumerate(reversed(lines)):
                    labels["mager" if row.status == afledt else "fed"].append(
                        (middle, round(ground - size - 4 - 12 * up), line)
                    )
        for heading in names:
            flade.tekst(*heading, _NAVN, fed=True)
        for label in labels["aar"]:
            flade.tekst(*label, 11, "svag", anker="center")
        for x, y, across_it, high in bars:
            flade.rektangel(x, y, across_it, high, "serie-1")
        for x, y, across_it, high in lined:
            flade.rektangel(x, y, across_it, high, "papir", "serie-1", 1, skraveret=True)
        for kind in ("fed", "mager"):
            for label in labels[kind]:
                flade.tekst(*label, 11, fed=kind == "fed", anker="center")
        for x1, y1, x2, y2 in grounds:
            flade.linje(x1, y1, x2, y2, "blaek")
        return flade.svg(id)

    return Figur(id, titel, " ".join(filter(None, says)), enhed, kilde, tegn(True), tegn(False))
