"""Figures as HTML fragments with inline SVG that follows the reader's colour scheme and screen.

matplotlib draws, :func:`_rens` turns its SVG into one that a page can hold many of: no metadata, no global style,
no id that another figure has, text as text, and colours as ``var(--navn,#hex)`` from :mod:`kkrlib.farver`. There is
no style attribute either, so a page may forbid inline styles.

A figure is drawn in pixels of the screen it is meant for: a wide one of 720 and a narrow one of 320, so that its
text is never scaled down to nothing. The tile map is legible at 288 and has one drawing only.
"""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D

from kkrlib import dansk, farver

BRED, SMAL, KORT = 720, 320, 288
KOLONNER = 13
"""The tile map's widest row: 288 px, a 320 px screen less its margins, still gives every tile 22 px."""

_FLISE = 22.0
_FLISETEKST = 8.2
_TRIN = 5
_MOENSTRE = (None, "////", "xxx", "||||", "----", "\\\\\\\\")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_RC = {k: v for k, v in mpl.rcParamsDefault.items() if "backend" not in k} | {
    "svg.fonttype": "none", "svg.hashsalt": "kkr", "hatch.linewidth": 1.4, "path.simplify": False,
}  # fmt: skip
"""All of matplotlib's settings, so that those of a notebook or of the machine do not reach a figure."""


# The figure as the notebook and the exporter see it ------------------------------------------------------------


@dataclass(frozen=True)
class Figur:
    """A finished figure.

    ``id`` is a lowercase slug, unique on the page; ``beskrivelse`` says in words what the figure shows and is both
    visible and the graphic's alternative. ``svg_bred`` and ``svg_smal`` are ``<svg>`` elements as text for wide and
    narrow screens; an empty ``svg_smal`` means that the first serves both.

    ValueError if a text is missing or the id is not a slug.
    """

    id: str
    titel: str
    beskrivelse: str
    enhed: str
    kilde: str
    svg_bred: str = field(repr=False)
    svg_smal: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.id):
            raise ValueError(f"figurens id «{self.id}» skal være små bogstaver a-z, tal og bindestreger")
        for navn in ("titel", "beskrivelse", "enhed", "kilde"):
            if not getattr(self, navn).strip():
                raise ValueError(f"figuren «{self.id}» mangler {navn}")

    def _html(self) -> str:
        fid = f"figur-{self.id}"
        if self.svg_smal:
            # ``hidden`` keeps the narrow one away where the page's CSS is missing, as in JupyterLab.
            svg = f'<div class="bred">{self.svg_bred}</div>\n<div class="smal" hidden>{self.svg_smal}</div>'
        else:
            svg = f'<div class="begge">{self.svg_bred}</div>'
        return (
            f'<div class="figur" role="group" aria-labelledby="{fid}-titel" id="{fid}">\n'
            f'<p class="figurtitel" id="{fid}-titel">{escape(self.titel, quote=False)}</p>\n'
            f"{svg}\n"
            f'<p class="beskrivelse" id="{fid}-beskrivelse">{escape(self.beskrivelse, quote=False)}</p>\n'
            f'<p class="kilde">Enhed: {escape(_punktum(self.enhed), quote=False)} '
            f"Kilde: {escape(_punktum(self.kilde), quote=False)}</p>\n"
            "</div>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            "text/html": self._html(),
            "text/plain": f"{_punktum(self.titel)} {self.beskrivelse}",
            "application/vnd.kkr.figur+json": {
                navn: getattr(self, navn) for navn in ("id", "titel", "beskrivelse", "enhed", "kilde")
            },
        }


def css() -> str:
    """The layout rules that figures need of a page; colours are :func:`kkrlib.farver.css`."""
    return (
        ".figur svg{display:block;width:100%;height:auto}\n"
        ".figur .begge{max-width:36rem}\n"
        "@media (max-width:36rem){.figur .bred{display:none}.figur .smal{display:block}}\n"
    )


def _punktum(tekst: str) -> str:
    tekst = tekst.strip()
    return tekst if tekst.endswith((".", "?", "!")) else tekst + "."


# The three kinds of figure -------------------------------------------------------------------------------------


@mpl.rc_context(_RC)
def flisekort(
    vaerdier: pd.Series,
    layout: pd.DataFrame,
    *,
    id: str,
    titel: str,
    beskrivelse: str,
    enhed: str,
    kilde: str,
    graenser: Sequence[Any],
    format: Callable[[Any], str],
    fremhaev: Collection[str] = (),
    fremhaev_navn: str = "Fremhævet",
) -> Figur:
    """A map of equal tiles, one per kommune, each with its abbreviation and its value in words and shade.

    ``vaerdier``: non-negative numbers indexed by kommunekode (text of three digits). ``layout``: columns
    ``kommunekode, forkortelse, raekke, kolonne`` (``data/flisekort.csv``), at most 13 columns wide. ``graenser``:
    one to four ascending positive numbers; a class runs from its limit up to, but not including, the next.
    Zero is a class of its own. ``format`` writes a value, at most about five characters, or it will not fit a tile.
    Kommuner in ``fremhaev`` get a thick outline, drawn around those that lie together and
    explained in the key by ``fremhaev_navn``.

    ValueError, naming the codes, if ``vaerdier`` and ``layout`` do not cover each other, a value is missing,
    negative or too long; and if limits, columns or cells are not as above.
    """
    _noejagtig_daekning(vaerdier, layout, fremhaev)
    if layout.duplicated(["raekke", "kolonne"]).any() or layout["forkortelse"].duplicated().any():
        raise ValueError("to kommuner har samme plads eller samme forkortelse i flisekortets layout")
    if layout["kolonne"].min() < 0 or layout["kolonne"].max() >= KOLONNER or layout["raekke"].min() < 0:
        raise ValueError(f"flisekortets kolonner skal være 0 til {KOLONNER - 1} og rækkerne mindst 0")
    limits = list(graenser)
    if not 1 <= len(limits) < _TRIN or limits[0] <= 0 or any(a >= b for a, b in zip(limits, limits[1:])):
        raise ValueError(f"graenser skal være 1 til {_TRIN - 1} stigende tal over 0, ikke {limits}")

    tekster = {kode: format(vaerdi) for kode, vaerdi in vaerdier.items()}
    for_lange = [f"{kode} «{t}»" for kode, t in tekster.items() if _em(t) * _FLISETEKST > _FLISE - 0.5]
    if for_lange:
        raise ValueError(f"værdien er for lang til en flise: {', '.join(for_lange)}")

    trin = {kode: 0 if v == 0 else 1 + sum(v >= g for g in limits) for kode, v in vaerdier.items()}
    noegle = [(f"trin-{i}", t) for i, t in enumerate(_klasser(limits, format, _er_hele([*vaerdier, *limits])))]
    raekker = -(-(len(noegle) + bool(len(fremhaev))) // 2)
    top = 16 * raekker + 6
    felt = KORT / KOLONNER
    flade = _Flade(KORT, top + felt * (int(layout["raekke"].max()) + 1))

    for i, (farve, label) in enumerate(noegle):
        x, y = KORT / 2 * (i // raekker), 16 * (i % raekker)
        flade.rektangel(x + 0.5, y + 1.5, 12, 12, farve, kant="svag", tykkelse=0.6)
        flade.tekst(x + 17, y + 11, label, 8.8)
    if len(fremhaev):
        x, y = KORT / 2 * (len(noegle) // raekker), 16 * (len(noegle) % raekker)
        flade.rektangel(x + 1.5, y + 2.5, 10, 10, None, kant="fremhaev", tykkelse=2)
        flade.tekst(x + 17, y + 11, fremhaev_navn, 8.8)

    # Drawn class by class, so that neighbours in the SVG share their attributes.
    fliser = sorted(
        ((trin[r.kommunekode], r.kommunekode, r.forkortelse, felt * r.kolonne, top + felt * r.raekke)
         for r in layout.itertuples(index=False)),
        key=lambda f: f[:2],
    )  # fmt: skip
    for n, _, _, x, y in fliser:
        flade.rektangel(x, y, _FLISE, _FLISE, f"trin-{n}", kant="papir", tykkelse=1)
    for n, _, navn, x, y in fliser:
        flade.tekst(x + _FLISE / 2, y + 10, navn, _FLISETEKST, f"trin-{n}-tekst", fed=True, anker="center")
    for n, kode, _, x, y in fliser:
        flade.tekst(x + _FLISE / 2, y + 18.6, tekster[kode], _FLISETEKST, f"trin-{n}-tekst", anker="center")
    # Around the highlighted kommuner, not around each: a line between two of them would say nothing. It lies on a
    # wider one of paper, since no one colour stands out from every fill.
    celler = {(r.kolonne, r.raekke) for r in layout.itertuples(index=False) if r.kommunekode in fremhaev}
    kanter = list(_omrids(celler))
    for farve, tykkelse in (("papir", 3.6), ("fremhaev", 2.2)):
        for kant in kanter:
            x1, x2 = (min(max(felt * k - 0.08, 1.1), KORT - 1.1) for k in kant[::2])
            y1, y2 = (felt * k - 0.08 + top for k in kant[1::2])
            flade.linje(x1, y1, x2, y2, farve, tykkelse)
    return Figur(id, titel, beskrivelse, enhed, kilde, flade.svg(id, "b"))


@mpl.rc_context(_RC)
def gruppekort(
    grupper: pd.Series,
    numre: Mapping[str, int],
    layout: pd.DataFrame,
    *,
    id: str,
    titel: str,
    beskrivelse: str,
    enhed: str,
    kilde: str,
    daempet: Collection[str] = (),
) -> Figur:
    """A map of equal tiles, one per kommune, that shows which kommuner belong together.

    ``grupper``: the group of each kommune, by kommunekode. ``numre``: the number of each group, 1 to 5, written on its tiles and shown by
    the shade; two groups can have the same number where something else (the region) tells them apart. A line runs around each group.
    ``layout`` as for :func:`flisekort`. Kommuner in ``daempet`` are drawn without shade.

    ValueError, naming the codes, if ``grupper`` and ``layout`` do not cover each other or a group is missing; and if a group has no number from 1 to 5.
    """
    koder = dict(grupper)
    _noejagtig_daekning(pd.Series({kode: numre.get(g, 0) if isinstance(g, str) else None for kode, g in koder.items()}, dtype=object), layout, daempet)
    if ukendte := sorted({str(g) for g in koder.values() if not 1 <= numre.get(g, 0) <= _TRIN}):
        raise ValueError(f"figuren «{id}» har grupper uden et nummer fra 1 til {_TRIN}: {', '.join(ukendte)}")
    felt, top = KORT / KOLONNER, 2.0
    flade = _Flade(KORT, top + felt * (int(layout["raekke"].max()) + 1) + 2)
    fliser = sorted(
        ((0 if r.kommunekode in daempet else numre[koder[r.kommunekode]], r.kommunekode, r.forkortelse, felt * r.kolonne, top + felt * r.raekke)
         for r in layout.itertuples(index=False)),
        key=lambda f: f[:2],
    )  # fmt: skip
    for n, _, _, x, y in fliser:
        flade.rektangel(x, y, _FLISE, _FLISE, f"trin-{n}", kant="papir", tykkelse=1)
    for n, _, navn, x, y in fliser:
        flade.tekst(x + _FLISE / 2, y + 10, navn, _FLISETEKST, f"trin-{n}-tekst", fed=True, anker="center")
    for n, kode, _, x, y in fliser:
        flade.tekst(x + _FLISE / 2, y + 18.6, str(numre[koder[kode]]), _FLISETEKST, f"trin-{n}-tekst", anker="center")
    kanter: set[tuple[int, int, int, int]] = set()
    for gruppe in dict.fromkeys(koder.values()):
        kanter |= set(_omrids({(r.kolonne, r.raekke) for r in layout.itertuples(index=False) if koder[r.kommunekode] == gruppe}))
    for kant in sorted(kanter):
        x1, x2 = (min(max(felt * k - 0.08, 0.7), KORT - 0.7) for k in kant[::2])
        y1, y2 = (felt * k - 0.08 + top for k in kant[1::2])
        flade.linje(x1, y1, x2, y2, "blaek", 1.4)
    return Figur(id, titel, beskrivelse, enhed, kilde, flade.svg(id, "b"))


@mpl.rc_context(_RC)
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
    forrige: str | None = None,
    navne: Mapping[str, str] | None = None,
    fremhaev: Collection[Hashable] = (),
) -> Figur:
    """Horizontal bars from zero, one per row of ``data`` in its order, each with its number at the end.

    ``vaerdi``, ``etiket`` and ``forrige`` name columns: the number, the row's name, and optionally an earlier number,
    shown as a diamond with a key. ``navne`` gives the key's words for ``vaerdi`` and ``forrige`` (default: the
    column names). Rows whose index is in ``fremhaev`` get a bold name and a colour of their own.

    ValueError if there are no rows, a number is missing, or ``fremhaev`` has an index that is not there.
    """
    kolonner = [vaerdi] if forrige is None else [vaerdi, forrige]
    _talkolonner(id, data, kolonner, etiket, fremhaev)
    navne = {k: k for k in kolonner} | dict(navne or {})

    def tegn(bred: bool) -> str:
        rammer = _Raekker(bred, data[etiket], top=28 if forrige else 4, bund=4)
        flade, skrift = rammer.flade, rammer.skrift
        tal = {k: [dansk.tal(v, decimaler) for v in data[k]] for k in kolonner}
        bredest = {k: max(_bredde(t, skrift, fed=k == vaerdi) for t in tal[k]) for k in kolonner}

        # Without an earlier year the number stands at the end of its bar. With one it might be read as the
        # diamond's, so both go into columns to the right, on a narrow figure on the line of the row's name.
        luft = bredest[vaerdi] + 6 if forrige is None else sum(bredest.values()) + 46 if bred else 8
        lo, hi = _spaend(data[kolonner])
        x = _Skala(lo, hi, rammer.venstre + (luft if lo < 0 and forrige is None else 8), rammer.bredde - luft)

        for ramme, v in zip(rammer, map(float, data[vaerdi])):
            farve = "fremhaev" if ramme.noegle in fremhaev else "serie-1"
            flade.rektangel(min(x(0), x(v)), ramme.top, abs(x(v) - x(0)), rammer.tykkelse, farve)
        rammer.lodret(x(0), "blaek")
        if forrige is None:
            for ramme, v, t in zip(rammer, map(float, data[vaerdi]), tal[vaerdi]):
                anker = "right" if v < 0 else "left"
                y = ramme.midte + skrift * 0.35
                flade.tekst(x(v) + (-5 if v < 0 else 5), y, t, skrift, fed=True, anker=anker)
        else:
            for ramme, v in zip(rammer, map(float, data[forrige])):
                flade.rombe(x(v), ramme.midte, 5.5)
            sidst = rammer.bredde - bredest[forrige] - 10
            for ramme in rammer:
                flade.rombe(sidst, (ramme.midte if bred else ramme.top - 9.5), 4.5)
            for k, hoejre in ((vaerdi, sidst - 14), (forrige, rammer.bredde)):
                for ramme, t in zip(rammer, tal[k]):
                    y = ramme.midte + skrift * 0.35 if bred else ramme.top - 5
                    flade.tekst(hoejre, y, t, skrift, fed=k == vaerdi, anker="right")
            flade.rektangel(0, 4, 18, 12, "serie-1")
            hen = 24 + _bredde(navne[vaerdi], skrift) + 22
            flade.rombe(hen, 10, 5.5)
            flade.tekst(24, 15, navne[vaerdi], skrift)
            flade.tekst(hen + 12, 15, navne[forrige], skrift)
        rammer.etiketter(fremhaev)
        return flade.svg(id, "b" if bred else "s")

    return Figur(id, titel, beskrivelse, enhed, kilde, tegn(True), tegn(False))


@mpl.rc_context(_RC)
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
    fremhaev: Collection[Hashable] = (),
) -> Figur:
    """What a sum is made of: per row the parts above zero to the right, those below to the left, the sum marked.

    ``dele``: column → its name in the key, at most six, each with a pattern of its own. ``ialt`` and ``etiket`` name
    the columns of the sum and the row's name. The sum is a diamond on the bar and a number to the right, with
    ``ialt_decimaler`` decimals (``decimaler`` unless given), signed unless ``ialt_fortegn`` is False.

    ValueError if there are no rows or parts, a number is missing, or a row's parts do not make its sum (within what
    rounding to ``decimaler`` may cause).
    """
    if not 1 <= len(dele) <= len(_MOENSTRE):
        raise ValueError(f"figuren «{id}» skal have 1 til {len(_MOENSTRE)} dele, ikke {len(dele)}")
    _talkolonner(id, data, [*dele, ialt], etiket, fremhaev)
    slinger = (len(dele) + 1) * 0.5 * 10**-decimaler + 1e-9
    skaeve = [
        str(data.at[i, etiket])
        for i in data.index
        if abs(math.fsum(float(data.at[i, d]) for d in dele) - float(data.at[i, ialt])) > slinger
    ]
    if skaeve:
        raise ValueError(f"delene giver ikke summen «{ialt}» for {dansk.opremsning(skaeve)}")
    udseende = {d: (f"serie-{1 + n % 4}", _MOENSTRE[n]) for n, d in enumerate(dele)}

    def tegn(bred: bool) -> str:
        skrift = 13
        bredde = BRED if bred else SMAL
        skriv = dansk.fortegn if ialt_fortegn else dansk.tal
        tal = {i: skriv(v, decimaler if ialt_decimaler is None else ialt_decimaler) for i, v in data[ialt].items()}
        luft = max(_bredde(t, skrift, fed=True) for t in [*tal.values(), ialt_navn]) + 14

        # The key flows like text: as many names on a line as there is room for.
        plads, hen, linje = [], 0.0, 0
        for navn in [*dele.values(), ialt_navn]:
            laengde = 26 + _bredde(navn, skrift) + 16
            if hen and hen + laengde - 16 > bredde:
                hen, linje = 0.0, linje + 1
            plads.append((hen, 22 * linje))
            hen += laengde
        rammer = _Raekker(bred, data[etiket], top=22 * (linje + 1) + 26, bund=4)
        flade = rammer.flade

        plus = [math.fsum(max(0.0, float(data.at[i, d])) for d in dele) for i in data.index]
        minus = [math.fsum(min(0.0, float(data.at[i, d])) for d in dele) for i in data.index]
        lo, hi = min(minus), max(plus)
        if lo == hi:
            hi = 1.0
        x = _Skala(lo, hi, rammer.venstre + 10, rammer.bredde - luft - 10)
        streger = [s for s in MaxNLocator(5 if bred else 4).tick_values(lo, hi) if lo <= s <= hi or s == 0]
        cifre = _cifre(streger)

        for s in streger:
            if s != 0:
                rammer.lodret(x(s), "gitter")
        for s in streger:
            flade.tekst(x(s), rammer.top - 5, (dansk.fortegn if ialt_fortegn or lo < 0 else dansk.tal)(s, cifre), 11.5, "svag", anker="center")
        for d in dele:
            for ramme in rammer:
                v = float(data.at[ramme.noegle, d])
                foer = [float(data.at[ramme.noegle, f]) for f in list(dele)[: list(dele).index(d)]]
                fra = math.fsum(f for f in foer if f * v > 0)
                if v:
                    a, b = sorted((x(fra), x(fra + v)))
                    flade.rektangel(a, ramme.top, b - a, rammer.tykkelse, *_udfyldning(udseende[d]))
        rammer.lodret(x(0), "blaek")
        for ramme in rammer:
            flade.rombe(x(float(data.at[ramme.noegle, ialt])), ramme.midte, 6)
        for ramme in rammer:
            flade.tekst(rammer.bredde, ramme.midte + skrift * 0.35, tal[ramme.noegle], skrift, fed=True, anker="right")
        flade.tekst(rammer.bredde, rammer.top - 5, ialt_navn, skrift, fed=True, anker="right")
        rammer.etiketter(fremhaev)
        for (kx, ky), d in zip(plads, dele):
            flade.rektangel(kx + 0.5, ky + 3, 20, 13, *_udfyldning(udseende[d]))
        flade.rombe(plads[-1][0] + 11, plads[-1][1] + 9.5, 6)
        for (kx, ky), navn in zip(plads, [*dele.values(), ialt_navn]):
            flade.tekst(kx + 26, ky + 14, navn, skrift)
        return flade.svg(id, "b" if bred else "s")

    return Figur(id, titel, beskrivelse, enhed, kilde, tegn(True), tegn(False))


# Checks of what the caller gives -------------------------------------------------------------------------------


def _noejagtig_daekning(vaerdier: pd.Series, layout: pd.DataFrame, fremhaev: Collection[str]) -> None:
    koder = list(layout["kommunekode"])
    grunde = {
        "har en værdi, men ingen plads i layoutet": sorted(set(vaerdier.index) - set(koder)),
        "har en plads i layoutet, men ingen værdi": sorted(set(koder) - set(vaerdier.index)),
        "står to gange": sorted({k for liste in (koder, list(vaerdier.index)) for k in liste if liste.count(k) > 1}),
        "mangler sin værdi": sorted(vaerdier.index[vaerdier.isna()]),
        "skal fremhæves, men er ikke på kortet": sorted(set(fremhaev) - set(koder)),
    }
    fejl = [f"{', '.join(map(str, k))} {grund}" for grund, k in grunde.items() if k]
    if not fejl and (negative := sorted(k for k, v in vaerdier.items() if v < 0)):
        fejl = [f"{', '.join(negative)} har en værdi under 0"]
    if fejl:
        raise ValueError("flisekort: " + "; ".join(fejl))


def _talkolonner(
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


# Scales, classes and widths ------------------------------------------------------------------------------------


def _omrids(celler: Collection[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """The sides ``(x1, y1, x2, y2)`` of the cells ``(kolonne, raekke)`` that do not face another of them."""
    for x, y in sorted(celler):
        for nabo, side in (
            ((x, y - 1), (x, y, x + 1, y)),
            ((x, y + 1), (x, y + 1, x + 1, y + 1)),
            ((x - 1, y), (x, y, x, y + 1)),
            ((x + 1, y), (x + 1, y, x + 1, y + 1)),
        ):
            if nabo not in celler:
                yield side


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


def _cifre(streger: Sequence[float]) -> int:
    """The decimals that tick labels need to be exact."""
    return next(d for d in range(7) if d == 6 or all(abs(s - round(s, d)) < 1e-9 for s in streger))


def _er_hele(tal: Sequence[Any]) -> bool:
    return all(v == int(v) for v in tal)


def _klasser(graenser: Sequence[Any], format: Callable[[Any], str], hele: bool) -> list[str]:
    """The key's words per class: ranges of whole numbers, or "a til under b" where values lie between them."""
    def spand(a: Any, b: Any) -> str:
        if not hele:
            return f"{format(a)} til under {format(b)}"
        return format(a) if b - a == 1 else f"{format(a)}\N{EN DASH}{format(b - 1)}"

    foerste = spand(1, graenser[0]) if hele and graenser[0] > 1 else f"over {format(0)}, under {format(graenser[0])}"
    midt = [spand(a, b) for a, b in zip(graenser, graenser[1:])]
    return [format(0), foerste, *midt, f"{format(graenser[-1])} eller mere"]


def _em(tekst: str) -> float:
    """About the width of a text in a common sans serif, in units of its font size."""
    return sum(
        0.3 if c in "fijlrt.,:;'|() \N{NO-BREAK SPACE}" else 0.88 if c in "mwMW%Ææ" else 0.68 if c.isupper()
        else 0.57 if c.isdigit() or c in "+\N{MINUS SIGN}" else 0.54
        for c in tekst
    )


def _bredde(tekst: str, skrift: float, *, fed: bool = False) -> float:
    """The pixels to set aside for a text: as much as DejaVu Sans takes, the widest font a reader is likely to have."""
    return _em(tekst) * skrift * (1.24 if fed else 1.14)


# Drawing -------------------------------------------------------------------------------------------------------


def _linjer(tekst: str, skrift: float, plads: float) -> list[str]:
    """A name as one line, or as two where it would not fit when a reader sets the letters apart (WCAG 1.4.12)."""
    luft = 0.12 * len(tekst) + 0.16 * tekst.count(" ")
    if " " not in tekst or _bredde(tekst, skrift) + luft * skrift <= plads:
        return [tekst]
    brud = min((i for i, c in enumerate(tekst) if c == " "), key=lambda i: abs(2 * i + 1 - len(tekst)))
    return [tekst[:brud], tekst[brud + 1 :]]


def _udfyldning(udseende: tuple[str, str | None]) -> tuple[str, str, float, str | None]:
    """The arguments after the box of :meth:`_Flade.rektangel` for a series: solid, or a pattern on paper."""
    farve, moenster = udseende
    return (farve if moenster is None else "papir", farve, 1, moenster)


class _Flade:
    """A matplotlib figure drawn on in pixels from the top left, with named colours only."""

    def __init__(self, bredde: float, hoejde: float):
        self.bredde, self.hoejde = bredde, math.ceil(hoejde)
        self.figur = Figure(figsize=(bredde / 72, self.hoejde / 72), dpi=72, facecolor=farver.lys("papir"))
        self.pixel = Affine2D().scale(1, -1).translate(0, self.hoejde)
        self._lag = itertools.count(1)  # what is drawn later lies above, which matplotlib would decide by kind

    def rektangel(self, x: float, y: float, b: float, h: float, farve: str | None,
                  kant: str | None = None, tykkelse: float = 0, moenster: str | None = None) -> None:  # fmt: skip
        self.figur.add_artist(Rectangle(
            (x, y), b, h, transform=self.pixel, zorder=next(self._lag), linewidth=tykkelse, hatch=moenster,
            facecolor=farver.lys(farve) if farve else "none", edgecolor=farver.lys(kant) if kant else "none",
        ))  # fmt: skip

    def rombe(self, x: float, y: float, r: float) -> None:
        """A diamond that is seen on any fill: paper inside, ink around."""
        self.figur.add_artist(Polygon(
            [(x - r, y), (x, y - r), (x + r, y), (x, y + r)], transform=self.pixel, zorder=next(self._lag),
            facecolor=farver.lys("papir"), edgecolor=farver.lys("blaek"), linewidth=1.8,
        ))  # fmt: skip

    def linje(self, x1: float, y1: float, x2: float, y2: float, farve: str, tykkelse: float = 1) -> None:
        self.figur.add_artist(Line2D(
            [x1, x2], [y1, y2], transform=self.pixel, zorder=next(self._lag), color=farver.lys(farve),
            linewidth=tykkelse,
        ))  # fmt: skip

    def tekst(self, x: float, y: float, tekst: str, skrift: float, farve: str = "blaek", *,
              fed: bool = False, anker: str = "left") -> None:  # fmt: skip
        self.figur.text(
            x, y, tekst, transform=self.pixel, zorder=next(self._lag), fontsize=skrift, color=farver.lys(farve),
            ha=anker, va="baseline", fontweight="bold" if fed else "normal", parse_math=False,
        )  # fmt: skip

    def svg(self, id: str, udgave: str) -> str:
        """The cleaned ``<svg>``; ``udgave`` keeps the ids of the wide and the narrow drawing apart."""
        ud = io.BytesIO()
        self.figur.savefig(ud, format="svg", metadata={"Date": None, "Creator": None})
        return _rens(ud.getvalue(), id, udgave)


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
        self.venstre = max(_bredde(n, self.skrift, fed=True) for n in self.navne.values()) + 10 if bred else 0.0
        self.linjer = {i: [n] if bred else _linjer(n, self.skrift, SMAL) for i, n in self.navne.items()}
        mere = self.linje * (max(map(len, self.linjer.values())) - 1)
        self.afstand, self.ned = (25.0, 5.0) if bred else (41.0 + mere, 20.0 + mere)
        self.flade = _Flade(self.bredde, top + self.afstand * len(self.navne) + bund)
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


# From matplotlib's SVG to the page's ---------------------------------------------------------------------------

_STANDARD = {
    "stroke-linejoin": "miter", "stroke-linecap": "butt", "stroke-width": "1", "font-weight": "400",
    "text-anchor": "start", "font-family": None,
}  # fmt: skip
"""Properties not worth writing at this value; None drops any, so that text has the page's own font."""

_ARVES = (
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "font-size", "font-weight", "text-anchor",
)  # fmt: skip
_TAL = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
_MAALE = ("x", "y", "width", "height", "stroke-width", "font-size")


def _kort_tal(tekst: str) -> str:
    """A number with at most one decimal, a tenth of a pixel: ``"12.340000" → "12.3"``, ``"-0" → "0"``."""
    tal = round(float(tekst.removesuffix("px").removesuffix("pt")), 1) + 0.0  # adding zero makes -0.0 plain
    return f"{tal:.1f}".removesuffix(".0")


def _kort_sti(d: str) -> str:
    """Path data with short numbers, and with h and v for the level and upright lines that bars are made of."""
    ud, foer = [], (0.0, 0.0)
    for kommando, resten in re.findall(r"([A-Za-z])([^A-Za-z]*)", d):
        tal = [_kort_tal(t) for t in _TAL.findall(resten)]
        # The length is that between the rounded ends, so that a box closes where it began.
        hen = (float(tal[-2]), float(tal[-1])) if len(tal) >= 2 else foer
        if kommando == "L" and len(tal) == 2 and hen[1] == foer[1]:
            ud.append("h" + _kort_tal(str(hen[0] - foer[0])))
        elif kommando == "L" and len(tal) == 2 and hen[0] == foer[0]:
            ud.append("v" + _kort_tal(str(hen[1] - foer[1])))
        elif kommando == "L" and len(tal) == 2:
            skridt = [_kort_tal(str(b - a)) for a, b in zip(foer, hen)]
            ud.append(min("L" + " ".join(tal), "l" + " ".join(skridt), key=len))
        else:
            ud.append(kommando + " ".join(tal))
        foer = hen
    return "".join(ud)


def _rens(raa: bytes, id: str, udgave: str) -> str:
    """matplotlib's SVG file as an inline ``<svg>`` for figure ``id``.

    AssertionError if it has a colour that the palette does not: it would not follow the reader's colour scheme.
    """
    rod = ET.fromstring(raa)
    for element in rod.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributter = {navn.rpartition("}")[2]: vaerdi for navn, vaerdi in element.attrib.items()}
        for erklaering in filter(None, attributter.pop("style", "").split(";")):
            navn, _, vaerdi = erklaering.partition(":")
            attributter[navn.strip()] = vaerdi.strip()
        element.attrib.clear()
        element.attrib.update(_rene_attributter(element.tag, attributter))
    _fjern(rod)
    for moenster in rod.iter("pattern"):
        _kort_moenster(moenster)
    _navngiv_ids(rod, f"figur-{id}-{udgave}")
    _fold(rod)

    boks = " ".join(_kort_tal(t) for t in rod.get("viewBox", "").split())
    rod.attrib.clear()
    rod.attrib.update({
        "viewBox": boks, "role": "img",
        "aria-labelledby": f"figur-{id}-titel", "aria-describedby": f"figur-{id}-beskrivelse",
    })  # fmt: skip
    for element in rod.iter():
        element.tail = None
        if element.tag not in ("text", "tspan"):
            element.text = None
    return ET.tostring(rod, encoding="unicode").replace(" />", "/>")


def _rene_attributter(tag: str, attributter: Mapping[str, str]) -> dict[str, str]:
    rene = {}
    for navn, vaerdi in attributter.items():
        if navn in ("fill", "stroke") and vaerdi.startswith("#"):
            if vaerdi not in farver.NAVN_AF_HEX:
                raise AssertionError(f"farven {vaerdi} er ikke i paletten")
            vaerdi = f"var(--{farver.NAVN_AF_HEX[vaerdi]},{vaerdi})"
        elif navn in _MAALE:
            vaerdi = _kort_tal(vaerdi)
        elif navn == "d":
            vaerdi = _kort_sti(vaerdi)
        elif navn == "transform" and vaerdi.startswith("rotate(-0 "):
            continue
        if navn in _STANDARD and _STANDARD[navn] in (None, vaerdi):
            continue
        rene[navn] = vaerdi
    if tag in ("path", "text") and "fill" not in rene:
        raise AssertionError(f"et <{tag}> har ingen farve fra paletten")
    return rene


def _fjern(element: ET.Element) -> None:
    """Drop metadata, styles and what is then empty."""
    for barn in list(element):
        _fjern(barn)
        if barn.tag in ("metadata", "style") or (barn.tag in ("defs", "g") and not len(barn)):
            element.remove(barn)


def _kort_moenster(moenster: ET.Element) -> None:
    """One period of a hatch in place of matplotlib's 72 pixels of it: the same lines in a tenth of the bytes.

    AssertionError if the hatch is of other lines than level, upright and diagonal ones at even distances.
    """
    sti = next(e for e in moenster if e.tag == "path")
    linjer: dict[str, set[float]] = {}
    for a in re.findall(r"M[^M]*", sti.attrib["d"]):
        (x1, y1, x2, y2), = [ender for ender in [_ender(a)] if ender]
        art = "h" if y1 == y2 else "v" if x1 == x2 else "/" if (x2 > x1) != (y2 > y1) else "\\"
        linjer.setdefault(art, set()).add({"h": y1, "v": x1, "/": x1 + y1, "\\": x1 - y1}[art])
    skridt = {round(b - a, 1) for steder in linjer.values() for a, b in itertools.pairwise(sorted(steder))}
    if len(skridt) != 1:
        raise AssertionError(f"mønsteret har linjer med forskellig afstand: {sorted(skridt)}")
    (p,) = skridt
    d = ""
    for art, steder in sorted(linjer.items()):
        foerste = min(steder) % p
        # The diagonals of the neighbouring periods reach into the corners.
        for c in [foerste] if art in "hv" else [foerste + p * n for n in ((0, 1, 2) if art == "/" else (-1, 0, 1))]:
            d += {"h": f"M0 {c}h{p}", "v": f"M{c} 0v{p}", "/": f"M-1 {c + 1}L{p + 1} {c - p - 1}", "\\": f"M-1 {-1 - c}L{p + 1} {p + 1 - c}"}[art]
    side = _kort_tal(str(p))
    moenster.attrib.update({"width": side, "height": side})
    for navn in ("x", "y"):
        moenster.attrib.pop(navn, None)
    for e in moenster:
        if e.tag == "rect":
            e.attrib = {"width": side, "height": side, "fill": e.attrib["fill"]}
    sti.attrib.update({"d": _kort_sti(d), "fill": "none"})


def _ender(sti: str) -> tuple[float, float, float, float] | None:
    """The ends of a stroke of one line, as :func:`_kort_sti` wrote it."""
    m = re.fullmatch(r"M(-?[\d.]+) (-?[\d.]+)([LlHhVv])(-?[\d.]+)(?: (-?[\d.]+))?", sti)
    if m is None:
        return None
    x, y, a, b = float(m[1]), float(m[2]), float(m[4]), float(m[5] or 0)
    return x, y, *{"L": (a, b), "l": (x + a, y + b), "h": (x + a, y), "v": (x, y + a)}[m[3]]


def _navngiv_ids(rod: ET.Element, praefiks: str) -> None:
    """Keep only ids that something refers to, and give them names no other figure on the page has."""
    def henvisninger(element: ET.Element) -> list[str]:
        return [m for v in element.attrib.values() for m in re.findall(r"^#(.+)|^url\(#(.+)\)$", v) for m in m if m]

    brugte = list(dict.fromkeys(m for e in rod.iter() for m in henvisninger(e)))
    nye = {gammel: f"{praefiks}-{n}" for n, gammel in enumerate(brugte, 1)}
    for element in rod.iter():
        for navn, vaerdi in list(element.attrib.items()):
            if navn == "id":
                if vaerdi in nye:
                    element.set("id", nye[vaerdi])
                else:
                    del element.attrib["id"]
            elif vaerdi.startswith("#"):
                element.set(navn, "#" + nye[vaerdi[1:]])
            elif vaerdi.startswith("url(#"):
                element.set(navn, f"url(#{nye[vaerdi[5:-1]]})")


def _fold(element: ET.Element) -> None:
    """Dissolve groups that say nothing, and gather neighbours with the same looks into one group."""
    for barn in list(element):
        _fold(barn)
    flade: list[ET.Element] = []
    for barn in element:
        flade.extend(barn if barn.tag == "g" and not barn.attrib else [barn])

    def udseende(e: ET.Element) -> tuple[tuple[str, str], ...]:
        return tuple((k, e.attrib[k]) for k in _ARVES if k in e.attrib) if e.tag in ("path", "text") else ()

    for barn in list(element):
        element.remove(barn)
    for faelles, gruppe in itertools.groupby(flade, key=udseende):
        medlemmer = list(gruppe)
        if faelles:
            medlemmer = _saml(medlemmer)
        if faelles and len(medlemmer) > 1:
            samling = ET.SubElement(element, "g", dict(faelles))
            for medlem in medlemmer:
                for navn, _ in faelles:
                    del medlem.attrib[navn]
            samling.extend(medlemmer)
        else:
            element.extend(medlemmer)


def _saml(medlemmer: list[ET.Element]) -> list[ET.Element]:
    """Neighbouring paths of the same looks as one path, which draws the same and is a third of the bytes."""
    ud: list[ET.Element] = []
    for medlem in medlemmer:
        foer = ud[-1] if ud else None
        samme = foer is not None and foer.tag == medlem.tag == "path" and {**foer.attrib, "d": ""} == {**medlem.attrib, "d": ""}
        if foer is not None and samme and "id" not in medlem.attrib:
            foer.set("d", foer.attrib["d"] + medlem.attrib["d"])
        else:
            ud.append(medlem)
    return ud
