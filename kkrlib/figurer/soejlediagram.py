"""Bars: horizontal ones from zero, one per row, each with its number at the end."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import pandas as pd

from kkrlib import dansk
from kkrlib.figurer.figur import BRED, SMAL, Figur
from kkrlib.figurer.flade import RC, Flade
from kkrlib.figurer.tekstmaal import navnelinjer, rum, spredt


@mpl.rc_context(RC)
def soejler(
    data: pd.DataFrame,
    *,
    id: str,
    titel: str,
    beskrivelse: str,
    enhed: str,
    kilde: str,
    vaerdi: str,
    etiket: str,
    decimaler: int = 0,
    fremhaev: Collection[Hashable] = (),
) -> Figur:
    """Horizontal bars from zero, one per row of ``data`` in its order, each with its number at the end.

    ``vaerdi`` and ``etiket`` name the columns of the number and of the row's name. Rows whose index is in ``fremhaev``
    get a bold name and a colour of their own.

    ValueError if there are no rows, a number is missing, or ``fremhaev`` has an index that is not there.
    """
    talkolonner(id, data, [vaerdi], etiket, fremhaev)

    def tegn(bred: bool) -> str:
        rammer = _Raekker(bred, data[etiket], top=4, bund=4)
        flade, skrift = rammer.flade, rammer.skrift
        tal = [dansk.tal(v, decimaler) for v in data[vaerdi]]
        luft = max(rum(t, skrift, 0, fed=True) for t in tal) + 6
        lo, hi = _spaend(data[[vaerdi]])
        x = _Skala(lo, hi, rammer.venstre + (luft if lo < 0 else 8), rammer.bredde - luft)

        for ramme, v in zip(rammer, map(float, data[vaerdi]), strict=False):
            farve = "fremhaev" if ramme.noegle in fremhaev else "serie-1"
            flade.rektangel(min(x(0), x(v)), ramme.top, abs(x(v) - x(0)), rammer.tykkelse, farve)
        rammer.lodret(x(0), "blaek")
        for ramme, v, t in zip(rammer, map(float, data[vaerdi]), tal, strict=False):
            anker = "right" if v < 0 else "left"
            flade.tekst(x(v) + (-5 if v < 0 else 5), ramme.midte + skrift * 0.35, t, skrift, fed=True, anker=anker)
        rammer.etiketter(fremhaev)
        return flade.svg(id)

    return Figur(id, titel, beskrivelse, enhed, kilde, tegn(True), tegn(False))


def talkolonner(
    id: str, data: pd.DataFrame, kolonner: Sequence[str], etiket: str, fremhaev: Collection[Hashable]
) -> None:
    if data.empty:
        raise ValueError(f"figuren «{id}» har ingen rækker")
    if ukendte := [k for k in [*kolonner, etiket] if k not in data.columns]:
        raise ValueError(f"figuren «{id}» mangler kolonnen {', '.join(ukendte)}")
    if not data.index.is_unique:
        raise ValueError(f"figuren «{id}» har to rækker med samme nøgle")
    for k in kolonner:
        if mangler := [str(data.at[i, etiket]) for i in data.index[data[k].isna()]]:
            raise ValueError(f"figuren «{id}» mangler «{k}» for {dansk.opremsning(mangler)}")
    if ukendte := [str(f) for f in fremhaev if f not in data.index]:
        raise ValueError(f"figuren «{id}» kan ikke fremhæve {dansk.opremsning(ukendte)}: rækken findes ikke")


class _Skala:
    """Data to pixels, linear."""

    def __init__(self, lo: float, hi: float, fra: float, til: float):
        self.lo, self.fra, self.pr_enhed = lo, fra, (til - fra) / (hi - lo)

    def __call__(self, v: float) -> float:
        return self.fra + (v - self.lo) * self.pr_enhed


def _spaend(data: pd.DataFrame) -> tuple[float, float]:
    """The least and greatest number, with zero between them and never the same twice."""
    tal = [0.0, *(float(v) for kolonne in data.columns for v in data[kolonne])]
    return min(tal), max(tal) if max(tal) > min(tal) else 1.0


@dataclass(frozen=True)
class _Ramme:
    """Where one row's bar goes: its index in the data, the bar's top and its middle in pixels."""

    noegle: Hashable
    top: float
    midte: float


class _Raekker:
    """Rows of bars with names: to the left on a wide figure, above the bar on a narrow one. Iterates over rows."""

    skrift = 13.0
    linje = 16.0
    tykkelse = 15.0

    def __init__(self, bred: bool, etiketter: pd.Series, top: float, bund: float):
        self.bred, self.top = bred, top
        self.navne = {i: str(e) for i, e in etiketter.items()}
        self.bredde = BRED if bred else SMAL
        self.venstre = max(spredt(n, self.skrift, fed=True) for n in self.navne.values()) + 12 if bred else 0.0
        self.linjer = {i: [n] if bred else navnelinjer(n, self.skrift, SMAL) for i, n in self.navne.items()}
        mere = self.linje * (max(map(len, self.linjer.values())) - 1)
        self.afstand, self.ned = (25.0, 5.0) if bred else (41.0 + mere, 20.0 + mere)
        self.flade = Flade(self.bredde, top + self.afstand * len(self.navne) + bund)
        self.hoejde = self.flade.hoejde
        self._rammer = [
            _Ramme(i, top + self.afstand * n + self.ned, top + self.afstand * n + self.ned + self.tykkelse / 2)
            for n, i in enumerate(self.navne)
        ]

    def __iter__(self) -> Iterator[_Ramme]:
        return iter(self._rammer)

    def lodret(self, x: float, farve: str) -> None:
        """An upright line at ``x``: through all rows, or on a narrow figure only past the bars, not through names."""
        if self.bred:
            self.flade.linje(x, self.top, x, self.hoejde - 2, farve)
        else:
            for ramme in self:
                self.flade.linje(x, ramme.top - 2, x, ramme.top + self.tykkelse + 2, farve)

    def etiketter(self, fremhaev: Collection[Hashable]) -> None:
        """Write the rows' names, bold for those in ``fremhaev``."""
        for ramme in self:
            if self.bred:
                x, y, anker = self.venstre - 8, ramme.midte + self.skrift * 0.35, "right"
            else:
                x, y, anker = 3.0, ramme.top - 5, "left"
            for n, linje in enumerate(reversed(self.linjer[ramme.noegle])):
                self.flade.tekst(x, y - n * self.linje, linje, self.skrift, fed=ramme.noegle in fremhaev, anker=anker)
