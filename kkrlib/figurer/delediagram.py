"""What sums are made of: panels of bars side by side, one per part, all on one scale."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import matplotlib as mpl
import pandas as pd

from kkrlib import dansk
from kkrlib.figurer.figur import BRED, SMAL, Figur
from kkrlib.figurer.flade import RC, Flade
from kkrlib.figurer.soejlediagram import talkolonner
from kkrlib.figurer.tekstmaal import BLOED, brudt, navnelinjer, rum, spredt, stykker, tekstbredde

_DELE = 6
_TAL_VED_SOEJLER = 60
"""More numbers than this beside the bars of :func:`bidrag` would be a table; then it has a scale instead."""


_TAL_VED_SOEJLER = 60
"""More numbers than this beside the bars of :func:`bidrag` would be a table; then it has a scale instead."""


_KORTEST = 8.0
"""Where not even the longest bar of :func:`bidrag` is this long, the names of the parts take too much room."""


_SES = 3.0
"""Bars of :func:`bidrag` that are shorter can't be told from one another."""


@mpl.rc_context(RC)
def bidrag(
    data: pd.DataFrame,
    *,
    id: str,
    titel: str,
    beskrivelse: str,
    enhed: str,
    kilde: str,
    dele: Mapping[str, str],
    ialt: str,
    etiket: str,
    decimaler: int = 1,
    ialt_navn: str = "I alt",
    ialt_decimaler: int | None = None,
    ialt_fortegn: bool = True,
    ialt_soejle: bool = False,
    fremhaev: Collection[Hashable] = (),
) -> Figur:
    """What a sum is made of: a panel of bars for each part, side by side and all on one scale, and the sum to the
    right.

    ``dele``: column → its name, at most six. The name stands above the panel and may hold soft hyphens where it can be
    broken. Each panel has its own zero line, with what is added to its right and what is taken away to its left. Few
    bars have their numbers beside them (with ``decimaler`` decimals), many have a scale above. ``ialt`` and ``etiket``
    name the columns of the sum and the row's name. The sum is a number with ``ialt_decimaler`` decimals (``decimaler``
    unless given), signed unless ``ialt_fortegn`` is False, and with ``ialt_soejle`` a last panel of bars. Rows whose
    index is in ``fremhaev`` get a bold name and a colour of their own. On a narrow figure with a scale, a row that
    would leave most bars of the others too short to see has numbers in place of bars, unless it is in ``fremhaev``, and
    the description says so.

    ValueError if there are no rows or parts, a number is missing, a row's parts do not make its sum (within what
    rounding to ``decimaler`` may cause), or the names are too long to stand side by side.
    """
    _kontroller(id, data, dele, ialt, etiket, decimaler, fremhaev)
    skriv_ialt = dansk.fortegn if ialt_fortegn else dansk.tal
    ialt_tal = [skriv_ialt(v, decimaler if ialt_decimaler is None else ialt_decimaler) for v in data[ialt]]
    med_tal = len(data) * len(dele) <= _TAL_VED_SOEJLER
    paneler = []
    for d, navn in dele.items():
        skriv = dansk.fortegn if ialt_fortegn or min(data[d]) < 0 else dansk.tal
        tekster = [skriv(v, decimaler) for v in data[d]] if med_tal else []
        paneler.append(_Panel(navn, list(map(float, data[d])), tekster, skriv))
    if ialt_soejle:
        paneler.append(_Panel(ialt_navn, list(map(float, data[ialt])), ialt_tal, skriv_ialt, fed=True))
    stof = _Stof(
        navne=[str(e) for e in data[etiket]],
        fremhaevet=[i in fremhaev for i in data.index],
        paneler=paneler,
        med_tal=med_tal,
        decimaler=decimaler,
        ialt_navn=ialt_navn,
        til_hoejre=[] if ialt_soejle else ialt_tal,
    )
    try:
        bred, smal = _Tegning(stof, True), _Tegning(stof, False)
    except ValueError as fejl:
        raise ValueError(f"figuren «{id}»: {fejl}") from None
    return Figur(id, titel, beskrivelse + smal.bemaerkning, enhed, kilde, bred.svg(id), smal.svg(id))


def _kontroller(
    id: str,
    data: pd.DataFrame,
    dele: Mapping[str, str],
    ialt: str,
    etiket: str,
    decimaler: int,
    fremhaev: Collection[Hashable],
) -> None:
    """Refuse what :func:`bidrag` can't draw: too many parts, a number missing, parts that do not make their sum."""
    if not 1 <= len(dele) <= _DELE:
        raise ValueError(f"figuren «{id}» skal have 1 til {_DELE} dele, ikke {len(dele)}")
    talkolonner(id, data, [*dele, ialt], etiket, fremhaev)
    slinger = (len(dele) + 1) * 0.5 * 10**-decimaler + 1e-9
    skaeve = [
        str(data.at[i, etiket])
        for i in data.index
        if abs(math.fsum(float(data.at[i, d]) for d in dele) - float(data.at[i, ialt])) > slinger
    ]
    if skaeve:
        raise ValueError(f"delene giver ikke summen «{ialt}» for {dansk.opremsning(skaeve)}")


@dataclass(frozen=True)
class _Stof:
    """What both drawings say: a name and a mark per row, the parts, and the sums that stand to the right (or none)."""

    navne: list[str]
    fremhaevet: list[bool]
    paneler: list[_Panel]
    med_tal: bool
    decimaler: int
    ialt_navn: str
    til_hoejre: list[str]


class _Tegning:
    """One drawing, wide or narrow: first where everything is, then drawn kind by kind."""

    skrift = 13.0
    tyk = 12.0

    def __init__(self, stof: _Stof, bred: bool):
        self.stof, self.bred = stof, bred
        self.bredde = float(BRED if bred else SMAL)
        self.lille, self.luft = (12.0, 16.0) if bred else (11.2, 8.0)
        # On a narrow figure the sum is on the line of the row's name, and the numbers of many parts are under the bars.
        self.under = not bred and stof.med_tal and len(stof.paneler) > 3
        self.bemaerkning = ""
        self._stil_paneler_op()
        self._stil_raekker_op()

    def svg(self, id: str) -> str:
        self.flade = Flade(self.bredde, self.bund + (18 if self.igen else 2))
        self._linjer_mellem_raekker()
        maerker = [(p, x, t) for p in self.felter for x, t in self._maerker(p)]
        self._lodret([x for p, x, _ in maerker if x != p.nul], "gitter")
        self._soejler()
        self._lodret([p.nul for p in self.felter], "blaek")
        self._navne()
        self._tal()
        self._hoved()
        for y in [*(top - 5 for top in self.toppe), *([self.bund + 13] if self.igen else [])]:
            for _, x, t in maerker:
                self.flade.tekst(x, y, t, self.lille, "svag", anker="center")
        return self.flade.svg(id)

    # Where everything is.

    def _stil_paneler_op(self) -> None:
        stof, skrift = self.stof, self.skrift
        plads = 0.0
        if stof.til_hoejre:
            plads = max(rum(t, skrift, 12, fed=True) for t in [stof.ialt_navn, *stof.til_hoejre]) + 18
        if self.bred:
            self.navne = [[navn] for navn in stof.navne]
            laengst = max(rum(n, skrift, 10, fed=f) for n, f in zip(stof.navne, stof.fremhaevet, strict=True))
            self.fra, self.til = laengst + 14, BRED - plads
        else:
            self.navne = [navnelinjer(navn, skrift, SMAL - plads) for navn in stof.navne]
            self.fra, self.til = 1.0 if stof.med_tal else 4.0, float(SMAL)
        self.felter = [replace(p) for p in stof.paneler]
        self.pr_enhed = self._placer(self.felter)
        alle = [abs(v) * self.pr_enhed for p in self.felter for v in p.vaerdier]
        if not self.bred and not stof.med_tal and sum(v < _SES for v in alle) * 2 > len(alle):
            self._tal_for_den_stoerste()
        self.skridt = 0.0 if stof.med_tal else _skridt(self.felter, self.pr_enhed, self.lille, self.luft)

    def _placer(self, felter: Sequence[_Panel]) -> float:
        return _stil_op(felter, self.fra, self.til, self.luft, self.lille, self.under)

    def _tal_for_den_stoerste(self) -> None:
        """Give the row that dwarfs the others numbers in place of its bars, where they gain much by it."""
        stof = self.stof
        stor = max(range(len(stof.navne)), key=lambda n: max(abs(p.vaerdier[n]) for p in self.felter))
        if stof.fremhaevet[stor]:
            return
        andre = [p.med_tal_i_stedet(stor, stof.decimaler) for p in self.felter]
        if (ny := self._placer(andre)) >= 2 * self.pr_enhed:
            self.felter, self.pr_enhed = andre, ny
            self.bemaerkning = (
                f" På en smal skærm har {stof.navne[stor]} tal i stedet for søjler, så de øvriges kan ses."
            )

    def _stil_raekker_op(self) -> None:
        stof, antal = self.stof, len(self.stof.navne)
        # A row, from the line above it to the middle of its bars and to the next: on a narrow figure its name is first.
        self.ned = 11.0 if self.bred else 17.0 * max(map(len, self.navne)) + 10
        self.pr_raekke = 22.0 if self.bred else self.ned + (26.0 if self.under else 11.0)
        # A head, of names and perhaps a scale. The sum's name is above the last panel's where that one takes all lines.
        self.linjer = max(len(p.linjer) for p in self.felter)
        self.over = bool(stof.til_hoejre) and not self.bred and len(self.felter[-1].linjer) == self.linjer
        self.over_raekker = 23 if self.skridt else 8
        hoved = 15.0 * (self.linjer + self.over) + self.over_raekker - 4
        # A long narrow figure has its head again, about a screen further down.
        blok = antal if self.bred or antal <= 13 else math.ceil(antal / math.ceil(antal / 15))
        self.blokke = [range(n, min(n + blok, antal)) for n in range(0, antal, blok)]
        self.toppe = [n * (hoved + 12 + blok * self.pr_raekke) + hoved for n in range(len(self.blokke))]
        self.raekker = [
            top + self.pr_raekke * n for top, b in zip(self.toppe, self.blokke, strict=True) for n in range(len(b))
        ]
        self.bund = self.raekker[-1] + self.pr_raekke
        self.igen = bool(self.skridt) and self.bred and antal > 15

    def _maerker(self, panel: _Panel) -> Iterator[tuple[float, str]]:
        return panel.maerker(self.skridt, self.pr_enhed, self.lille, self.luft)

    # Drawn kind by kind, so that neighbours in the SVG share their attributes.

    def _linjer_mellem_raekker(self) -> None:
        midt, streg = self.bredde / 2, (1.0, self.pr_raekke - 1)
        # The lines between rows are one as broad as the figure, in dashes of a pixel.
        for top, b in zip(self.toppe, self.blokke, strict=True):
            slut = top + self.pr_raekke * len(b) + 1
            self.flade.linje(midt, top, midt, slut, "gitter", self.flade.bredde, streg=streg)

    def _lodret(self, xer: Sequence[float], farve: str) -> None:
        for top, b in zip(self.toppe, self.blokke, strict=True):
            for x in xer:
                if self.bred:
                    self.flade.linje(x, top, x, self.bund, farve)
                else:
                    # Dashes as long as a bar is thick, so that the line passes the bars and not the names.
                    foerst = top + self.ned - self.tyk / 2 - 2
                    slut = top + self.pr_raekke * (len(b) - 1) + self.ned + self.tyk / 2 + 2
                    streg = (self.tyk + 4, self.pr_raekke - self.tyk - 4)
                    self.flade.linje(x, foerst, x, slut, farve, streg=streg)

    def _soejler(self) -> None:
        for farve in ("serie-1", "fremhaev"):
            for p in self.felter:
                for y, fremhaevet, v in zip(self.raekker, self.stof.fremhaevet, p.vaerdier, strict=True):
                    x = p.nul + v * self.pr_enhed
                    # What is shorter than half a pixel would lie within the zero line.
                    if abs(x - p.nul) >= 0.5 and fremhaevet == (farve == "fremhaev"):
                        self.flade.bjaelke(p.nul, x, y + self.ned, self.tyk, farve)

    def _navne(self) -> None:
        for fed in (False, True):
            for y, fremhaevet, linjerne in zip(self.raekker, self.stof.fremhaevet, self.navne, strict=True):
                for n, linje in enumerate(linjerne):
                    if fremhaevet == fed:
                        self.flade.tekst(0, y + (16 if self.bred else 15) + 17 * n, linje, self.skrift, fed=fed)

    def _tal(self) -> None:
        for fed in (False, True):
            for p in self.felter:
                # Without numbers beside the bars there are no texts, or one where a row has numbers alone.
                for y, v, t in zip(self.raekker, p.vaerdier, p.tekster, strict=False):
                    if p.fed == fed:
                        x = p.venstre if self.under else p.nul + max(0.0, v * self.pr_enhed) + 4
                        ned = self.ned + (19 if self.under else 4)
                        self.flade.tekst(math.ceil(x), y + ned, t, self.lille, fed=fed)
        for y, t in zip(self.raekker, self.stof.til_hoejre, strict=False):
            ned = 16 if self.bred else 15
            self.flade.tekst(self.flade.bredde, y + ned, t, self.skrift, fed=True, anker="right")

    def _hoved(self) -> None:
        if self.stof.til_hoejre:
            op = self.over_raekker + (0 if self.bred else 15 * (self.linjer - 1 + self.over))
            for top in self.toppe:
                self.flade.tekst(self.flade.bredde, top - op, self.stof.ialt_navn, self.skrift, fed=True, anker="right")
        for fed in (False, True):
            for top in self.toppe:
                for p in self.felter:
                    for n, linje in enumerate(reversed(p.linjer)):
                        if p.fed == fed:
                            y = top - self.over_raekker - 15 * n
                            self.flade.tekst(p.venstre, y, linje, self.lille, fed=fed)


@dataclass
class _Panel:
    """One part: its name, its number in every row, and those as written (none: not written).

    :func:`_stil_op` says where it is: its left and right, its zero line, the lines of its name, and how much of the air
    on its right (``fri``) they and its numbers may use when a reader sets the letters apart.
    """

    navn: str
    vaerdier: list[float]
    tekster: list[str]
    skriv: Callable[..., str]
    fed: bool = False
    fri: float = 0.0
    venstre: float = 0.0
    hoejre: float = 0.0
    nul: float = 0.0
    linjer: list[str] = field(default_factory=list)

    def med_tal_i_stedet(self, raekke: int, decimaler: int) -> _Panel:
        """The panel with no bar in one row, and that row's number where it would begin."""
        return replace(
            self,
            vaerdier=[0.0 if n == raekke else v for n, v in enumerate(self.vaerdier)],
            tekster=[self.skriv(v, decimaler) if n == raekke else "" for n, v in enumerate(self.vaerdier)],
        )

    def kraever(self, pr_enhed: float, skrift: float, under: bool) -> float:
        """The width that the bars and their numbers need at a scale."""
        numre = [rum(t, skrift, self.fri, fed=self.fed) for t in self.tekster]
        ned = max(0.0, -min(self.vaerdier)) * pr_enhed
        op = max(
            max(0.0, v) * pr_enhed + (t + 5 if t and not under else 0)
            for v, t in itertools.zip_longest(self.vaerdier, numre, fillvalue=0.0)
        )
        return max([ned + op, *(numre if under else [])])

    def maerker(self, skridt: float, pr_enhed: float, skrift: float, luft: float) -> Iterator[tuple[float, str]]:
        """Where the panel's scale has marks, and what they say; none at a ``skridt`` of 0."""
        if not skridt:
            return
        for n in range(
            math.ceil((self.venstre - self.nul) / pr_enhed / skridt),
            math.floor((self.hoejre - self.nul) / pr_enhed / skridt) + 1,
        ):
            x, tekst = self.nul + n * skridt * pr_enhed, self.skriv(n * skridt, _cifre([skridt]))
            halv = spredt(tekst, skrift) / 2
            # Clear of the next panel's zero, which is at its left if not further in.
            if n == 0 or (self.venstre - 3 <= x - halv and x + halv <= self.hoejre + luft - 10):
                yield x, tekst


def _stil_op(paneler: Sequence[_Panel], fra: float, til: float, luft: float, skrift: float, under: bool) -> float:
    """Place the panels from ``fra`` to ``til`` at one scale, the largest there is room for; its pixels per unit.

    ValueError if the names leave no room for bars.
    """
    plads = til - fra - luft * (len(paneler) - 1)
    stoerst = max(abs(v) for p in paneler for v in p.vaerdier)

    def bredder(pr_enhed: float, mindst: Sequence[float]) -> list[float]:
        # One more, since the zero line is moved to a whole pixel, which is shorter in every bar.
        return [max(m, p.kraever(pr_enhed, skrift, under) + 1) for p, m in zip(paneler, mindst, strict=False)]

    def skala(mindst: Sequence[float]) -> float:
        lo, hi = 0.0, plads / stoerst if stoerst else 1.0
        for _ in range(40):
            midt = (lo + hi) / 2
            lo, hi = (midt, hi) if sum(bredder(midt, mindst)) <= plads else (lo, midt)
        return lo

    for n, p in enumerate(paneler, 1):
        p.fri = luft - 3 if n < len(paneler) else 0.0

    def til_navn(n: int, dele: Sequence[str], naeste: float) -> float:
        """The width for panel ``n``'s name in pieces, where the next panel's is ``naeste`` wide."""
        p = paneler[n]
        alene = n + 1 < len(paneler) and len(list(stykker(paneler[n + 1].navn))) == 1
        # Names stand on the same foot: beside one that cannot be broken, all lines but the last have its room as well.
        fri = [p.fri + (naeste if alene and stykke is not dele[-1] else 0) for stykke in dele]
        luftige = [spredt(stykke, skrift, fed=p.fed) - f for stykke, f in zip(dele, fri, strict=False)]
        stramme = [tekstbredde(stykke, skrift, fed=p.fed) - (f - p.fri) for stykke, f in zip(dele, fri, strict=False)]
        return max(*luftige, *stramme)

    mindst: list[float] = []
    for n in reversed(range(len(paneler))):
        mindst.insert(0, til_navn(n, list(stykker(paneler[n].navn)), mindst[0] if mindst else 0.0))
    if (stoerst and skala(mindst) * stoerst < _KORTEST) or sum(bredder(0, mindst)) > plads:
        raise ValueError("navnene på delene er for lange til at stå ved siden af hinanden; giv dem bløde bindestreger")
    # A word is broken only where that gives the bars much more room.
    hele = [
        til_navn(n, p.navn.replace(BLOED, "").split(" "), m)
        for n, (p, m) in enumerate(zip(paneler, [*mindst[1:], 0.0], strict=False))
    ]
    nok = 0.7 * skala(mindst)
    for n in sorted(range(len(paneler)), key=lambda n: hele[n] - mindst[n]):
        forsoeg = [*mindst[:n], hele[n], *mindst[n + 1 :]]
        if sum(bredder(0, forsoeg)) <= plads and skala(forsoeg) >= nok:
            mindst = forsoeg
    pr_enhed = skala(mindst)
    for p, bredde in zip(paneler, bredder(pr_enhed, mindst), strict=False):
        p.venstre, p.hoejre = math.floor(fra), fra + bredde
        p.nul = math.ceil(fra - min(0.0, *p.vaerdier) * pr_enhed)
        p.linjer = brudt(p.navn, skrift, bredde, p.fri, fed=p.fed)
        fra += bredde + luft
    return pr_enhed


def _skridt(paneler: Sequence[_Panel], pr_enhed: float, skrift: float, luft: float) -> float:
    """The distance between the marks of a scale: the least of 1, 2 or 5 times a power of ten with room for what they
    say.
    """
    stoerst = max(abs(v) for p in paneler for v in p.vaerdier) or 1.0
    for skridt in (m * 10.0**e for e in itertools.count(math.floor(math.log10(stoerst)) - 2) for m in (1, 2, 5)):
        maerker = [list(p.maerker(skridt, pr_enhed, skrift, luft)) for p in paneler]
        if all(
            b - a >= (spredt(t, skrift) + spredt(u, skrift)) / 2 + 4
            for m in maerker
            for (a, t), (b, u) in itertools.pairwise(m)
        ):
            return skridt
    raise AssertionError("skalaen har ingen ende")


def _cifre(streger: Sequence[float]) -> int:
    """The decimals that tick labels need to be exact."""
    return next(d for d in range(7) if d == 6 or all(abs(s - round(s, d)) < 1e-9 for s in streger))
