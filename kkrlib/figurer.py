"""Figures as HTML fragments with inline SVG that follows the reader's colour scheme and screen.

matplotlib draws, :func:`_rens` turns its SVG into one that a page can hold many of: no metadata, no global style,
no ids, text as text, and colours as ``var(--navn,#hex)`` from :mod:`kkrlib.farver`. There is
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
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from kkrlib import dansk, farver

BRED, SMAL, KORT = 720, 320, 288
KOLONNER = 13
"""The tile map's widest row: 288 px, a 320 px screen less its margins, still gives every tile 22 px."""

_FLISE = 22.0
_FLISETEKST = 8.2
_TRIN = 5
_DELE = 6
_TAL_VED_SOEJLER = 60
"""More numbers than this beside the bars of :func:`bidrag` would be a table; then it has a scale instead."""
_KORTEST = 8.0
"""Where not even the longest bar of :func:`bidrag` is this long, the names of the parts take too much room."""
_SES = 3.0
"""Bars of :func:`bidrag` that are shorter can't be told from one another."""
_BLOED = "\N{SOFT HYPHEN}"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

RC = {k: v for k, v in mpl.rcParamsDefault.items() if "backend" not in k} | {
    "svg.fonttype": "none", "svg.hashsalt": "kkr", "path.simplify": False,
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


@mpl.rc_context(RC)
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

    # By the number as the tile says it, or two tiles with the same number would differ; "0,0" can still be above zero.
    vist = [_laest(format(g)) for g in limits]
    trin = {kode: 0 if v == 0 else 1 + sum(_laest(tekster[kode]) >= g for g in vist) for kode, v in vaerdier.items()}
    noegle = [(f"trin-{i}", t) for i, t in enumerate(_klasser(limits, format, _er_hele([*vaerdier, *limits])))]
    raekker = -(-(len(noegle) + bool(len(fremhaev))) // 2)
    top = 16 * raekker + 6
    felt = KORT / KOLONNER
    flade = Flade(KORT, top + felt * (int(layout["raekke"].max()) + 1))

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
    return Figur(id, titel, beskrivelse, enhed, kilde, flade.svg(id))


@mpl.rc_context(RC)
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
    _noejagtig_daekning(
        pd.Series({kode: numre.get(g, 0) if isinstance(g, str) else None for kode, g in koder.items()}, dtype=object),
        layout,
        daempet,
    )
    if ukendte := sorted({str(g) for g in koder.values() if not 1 <= numre.get(g, 0) <= _TRIN}):
        raise ValueError(f"figuren «{id}» har grupper uden et nummer fra 1 til {_TRIN}: {', '.join(ukendte)}")
    felt, top = KORT / KOLONNER, 2.0
    flade = Flade(KORT, top + felt * (int(layout["raekke"].max()) + 1) + 2)
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
        kanter |= set(
            _omrids({(r.kolonne, r.raekke) for r in layout.itertuples(index=False) if koder[r.kommunekode] == gruppe})
        )
    for kant in sorted(kanter):
        x1, x2 = (min(max(felt * k - 0.08, 0.7), KORT - 0.7) for k in kant[::2])
        y1, y2 = (felt * k - 0.08 + top for k in kant[1::2])
        flade.linje(x1, y1, x2, y2, "blaek", 1.4)
    return Figur(id, titel, beskrivelse, enhed, kilde, flade.svg(id))


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

    ``vaerdi`` and ``etiket`` name the columns of the number and of the row's name. Rows whose index is in ``fremhaev`` get a bold
    name and a colour of their own.

    ValueError if there are no rows, a number is missing, or ``fremhaev`` has an index that is not there.
    """
    _talkolonner(id, data, [vaerdi], etiket, fremhaev)

    def tegn(bred: bool) -> str:
        rammer = _Raekker(bred, data[etiket], top=4, bund=4)
        flade, skrift = rammer.flade, rammer.skrift
        tal = [dansk.tal(v, decimaler) for v in data[vaerdi]]
        luft = max(_rum(t, skrift, 0, fed=True) for t in tal) + 6
        lo, hi = _spaend(data[[vaerdi]])
        x = _Skala(lo, hi, rammer.venstre + (luft if lo < 0 else 8), rammer.bredde - luft)

        for ramme, v in zip(rammer, map(float, data[vaerdi])):
            farve = "fremhaev" if ramme.noegle in fremhaev else "serie-1"
            flade.rektangel(min(x(0), x(v)), ramme.top, abs(x(v) - x(0)), rammer.tykkelse, farve)
        rammer.lodret(x(0), "blaek")
        for ramme, v, t in zip(rammer, map(float, data[vaerdi]), tal):
            anker = "right" if v < 0 else "left"
            flade.tekst(x(v) + (-5 if v < 0 else 5), ramme.midte + skrift * 0.35, t, skrift, fed=True, anker=anker)
        rammer.etiketter(fremhaev)
        return flade.svg(id)

    return Figur(id, titel, beskrivelse, enhed, kilde, tegn(True), tegn(False))


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
    """What a sum is made of: a panel of bars for each part, side by side and all on one scale, and the sum to the right.

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
    if not 1 <= len(dele) <= _DELE:
        raise ValueError(f"figuren «{id}» skal have 1 til {_DELE} dele, ikke {len(dele)}")
    _talkolonner(id, data, [*dele, ialt], etiket, fremhaev)
    slinger = (len(dele) + 1) * 0.5 * 10**-decimaler + 1e-9
    skaeve = [
        str(data.at[i, etiket])
        for i in data.index
        if abs(math.fsum(float(data.at[i, d]) for d in dele) - float(data.at[i, ialt])) > slinger
    ]
    if skaeve:
        raise ValueError(f"delene giver ikke summen «{ialt}» for {dansk.opremsning(skaeve)}")

    skriv_ialt = dansk.fortegn if ialt_fortegn else dansk.tal
    ialt_tal = [skriv_ialt(v, decimaler if ialt_decimaler is None else ialt_decimaler) for v in data[ialt]]
    til_hoejre = [] if ialt_soejle else ialt_tal
    med_tal = len(data) * len(dele) <= _TAL_VED_SOEJLER
    paneler = []
    for d, navn in dele.items():
        skriv = dansk.fortegn if ialt_fortegn or min(data[d]) < 0 else dansk.tal
        paneler.append(
            _Panel(navn, list(map(float, data[d])), [skriv(v, decimaler) for v in data[d]] if med_tal else [], skriv)
        )
    if ialt_soejle:
        paneler.append(_Panel(ialt_navn, list(map(float, data[ialt])), ialt_tal, skriv_ialt, fed=True))

    bemaerkning: list[str] = []

    def tegn(bred: bool) -> str:
        felter = paneler
        skrift, lille, luft = (13.0, 12.0, 16.0) if bred else (13.0, 11.2, 8.0)
        # On a narrow figure the sum is on the line of the row's name, and the numbers of many parts are under the bars.
        under = not bred and med_tal and len(felter) > 3
        plads = max(_rum(t, skrift, 12, fed=True) for t in [ialt_navn, *til_hoejre]) + 18 if til_hoejre else 0.0
        navne = [[str(e)] if bred else navnelinjer(str(e), skrift, SMAL - plads) for e in data[etiket]]
        if bred:
            fra, til = (
                max(_rum(n[0], skrift, 10, fed=i in fremhaev) for i, n in zip(data.index, navne)) + 14,
                BRED - plads,
            )
        else:
            fra, til = 1.0 if med_tal else 4.0, float(SMAL)
        try:
            pr_enhed = _stil_op(felter, fra, til, luft, lille, under)
            alle = [abs(v) * pr_enhed for p in felter for v in p.vaerdier]
            if not bred and not med_tal and sum(v < _SES for v in alle) * 2 > len(alle):
                # One row dwarfs the others: where they gain much by it, it has numbers in place of its bars.
                stor = max(range(len(data)), key=lambda n: max(abs(p.vaerdier[n]) for p in felter))
                andre = [p.med_tal_i_stedet(stor, decimaler) for p in felter]
                if (
                    data.index[stor] not in fremhaev
                    and (ny := _stil_op(andre, fra, til, luft, lille, under)) >= 2 * pr_enhed
                ):
                    felter, pr_enhed = andre, ny
                    bemaerkning.append(
                        f" På en smal skærm har {data[etiket].iloc[stor]} tal i stedet for søjler, så de øvriges kan ses."
                    )
        except ValueError as fejl:
            raise ValueError(f"figuren «{id}»: {fejl}") from None
        skridt = 0.0 if med_tal else _skridt(felter, pr_enhed, lille, luft)

        # A row, from the line above it to the middle of its bars and to the next: on a narrow figure its name is first.
        tyk = 12.0
        ned = 11.0 if bred else 17.0 * max(map(len, navne)) + 10
        pr_raekke = 22.0 if bred else ned + (26.0 if under else 11.0)
        # A head, of names and perhaps a scale. The sum's name is above the last panel's where that one takes all lines.
        linjer = max(len(p.linjer) for p in felter)
        over = bool(til_hoejre) and not bred and len(felter[-1].linjer) == linjer
        over_raekker = 23 if skridt else 8
        hoved = 15.0 * (linjer + over) + over_raekker - 4
        # A long narrow figure has its head again, about a screen further down.
        blok = len(data) if bred or len(data) <= 13 else math.ceil(len(data) / math.ceil(len(data) / 15))
        blokke = [range(n, min(n + blok, len(data))) for n in range(0, len(data), blok)]
        toppe = [n * (hoved + 12 + blok * pr_raekke) + hoved for n in range(len(blokke))]
        raekker = [top + pr_raekke * n for top, b in zip(toppe, blokke) for n in range(len(b))]
        bund = raekker[-1] + pr_raekke
        igen = bool(skridt) and bred and len(data) > 15
        flade = Flade(BRED if bred else SMAL, bund + (18 if igen else 2))

        # The lines between rows are one as broad as the figure, in dashes of a pixel.
        for top, b in zip(toppe, blokke):
            flade.linje(
                flade.bredde / 2,
                top,
                flade.bredde / 2,
                top + pr_raekke * len(b) + 1,
                "gitter",
                flade.bredde,
                streg=(1, pr_raekke - 1),
            )

        def lodret(xer: Sequence[float], farve: str) -> None:
            for top, b in zip(toppe, blokke):
                for x in xer:
                    if bred:
                        flade.linje(x, top, x, bund, farve)
                    else:
                        # Dashes as long as a bar is thick, so that the line passes the bars and not the names.
                        foerst, slut = top + ned - tyk / 2 - 2, top + pr_raekke * (len(b) - 1) + ned + tyk / 2 + 2
                        flade.linje(x, foerst, x, slut, farve, streg=(tyk + 4, pr_raekke - tyk - 4))

        maerker = [(p, x, t) for p in felter for x, t in p.maerker(skridt, pr_enhed, lille, luft)]
        lodret([x for p, x, _ in maerker if x != p.nul], "gitter")
        for farve in ("serie-1", "fremhaev"):
            for p in felter:
                for y, i, v in zip(raekker, data.index, p.vaerdier):
                    x = p.nul + v * pr_enhed
                    # What is shorter than half a pixel would lie within the zero line.
                    if abs(x - p.nul) >= 0.5 and (i in fremhaev) == (farve == "fremhaev"):
                        flade.bjaelke(p.nul, x, y + ned, tyk, farve)
        lodret([p.nul for p in felter], "blaek")

        for fed in (False, True):
            for y, i, linjerne in zip(raekker, data.index, navne):
                for n, linje in enumerate(linjerne):
                    if (i in fremhaev) == fed:
                        flade.tekst(0, y + (16 if bred else 15) + 17 * n, linje, skrift, fed=fed)
        for fed in (False, True):
            for p in felter:
                for y, v, t in zip(raekker, p.vaerdier, p.tekster):
                    if p.fed == fed:
                        x, ned_til = (p.venstre, ned + 19) if under else (p.nul + max(0.0, v * pr_enhed) + 4, ned + 4)
                        flade.tekst(math.ceil(x), y + ned_til, t, lille, fed=fed)
        for y, t in zip(raekker, til_hoejre):
            flade.tekst(flade.bredde, y + (16 if bred else 15), t, skrift, fed=True, anker="right")
        if til_hoejre:
            for top in toppe:
                flade.tekst(
                    flade.bredde,
                    top - over_raekker - (0 if bred else 15 * (linjer - 1 + over)),
                    ialt_navn,
                    skrift,
                    fed=True,
                    anker="right",
                )
        for fed in (False, True):
            for top in toppe:
                for p in felter:
                    for n, linje in enumerate(reversed(p.linjer)):
                        if p.fed == fed:
                            flade.tekst(p.venstre, top - over_raekker - 15 * n, linje, lille, fed=fed)
        for y in [*(top - 5 for top in toppe), *([bund + 13] if igen else [])]:
            for _, x, t in maerker:
                flade.tekst(x, y, t, lille, "svag", anker="center")
        return flade.svg(id)

    bred, smal = tegn(True), tegn(False)
    return Figur(id, titel, beskrivelse + "".join(bemaerkning), enhed, kilde, bred, smal)


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


# The panels of :func:`bidrag` ----------------------------------------------------------------------------------


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
        numre = [_rum(t, skrift, self.fri, fed=self.fed) for t in self.tekster]
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
        return [max(m, p.kraever(pr_enhed, skrift, under) + 1) for p, m in zip(paneler, mindst)]

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
        alene = n + 1 < len(paneler) and len(list(_stykker(paneler[n + 1].navn))) == 1
        # Names stand on the same foot: beside one that cannot be broken, all lines but the last have its room as well.
        fri = [p.fri + (naeste if alene and stykke is not dele[-1] else 0) for stykke in dele]
        luftige = [spredt(stykke, skrift, fed=p.fed) - f for stykke, f in zip(dele, fri)]
        stramme = [tekstbredde(stykke, skrift, fed=p.fed) - (f - p.fri) for stykke, f in zip(dele, fri)]
        return max(*luftige, *stramme)

    mindst: list[float] = []
    for n in reversed(range(len(paneler))):
        mindst.insert(0, til_navn(n, list(_stykker(paneler[n].navn)), mindst[0] if mindst else 0.0))
    if (stoerst and skala(mindst) * stoerst < _KORTEST) or sum(bredder(0, mindst)) > plads:
        raise ValueError("navnene på delene er for lange til at stå ved siden af hinanden; giv dem bløde bindestreger")
    # A word is broken only where that gives the bars much more room.
    hele = [
        til_navn(n, p.navn.replace(_BLOED, "").split(" "), m)
        for n, (p, m) in enumerate(zip(paneler, [*mindst[1:], 0.0]))
    ]
    nok = 0.7 * skala(mindst)
    for n in sorted(range(len(paneler)), key=lambda n: hele[n] - mindst[n]):
        forsoeg = [*mindst[:n], hele[n], *mindst[n + 1 :]]
        if sum(bredder(0, forsoeg)) <= plads and skala(forsoeg) >= nok:
            mindst = forsoeg
    pr_enhed = skala(mindst)
    for p, bredde in zip(paneler, bredder(pr_enhed, mindst)):
        p.venstre, p.hoejre = math.floor(fra), fra + bredde
        p.nul = math.ceil(fra - min(0.0, *p.vaerdier) * pr_enhed)
        p.linjer = _brudt(p.navn, skrift, bredde, p.fri, fed=p.fed)
        fra += bredde + luft
    return pr_enhed


def _stykker(navn: str) -> Iterator[str]:
    """The pieces that a name may be broken into, each with the hyphen it would then end in."""
    for o in navn.split(" "):
        *foran, sidst = o.split(_BLOED)
        yield from (stykke + "-" for stykke in foran)
        yield sidst


def _brudt(navn: str, skrift: float, plads: float, fri: float, *, fed: bool = False) -> list[str]:
    """A name in as few lines as fill ``plads``, broken at spaces and, with a hyphen, at soft hyphens."""
    linjer = [""]
    for o in navn.split(" "):
        # A whole word goes to the next line before it is broken, if it then need not be.
        for n, stykke in enumerate(o.split(_BLOED)):
            resten = "".join(o.split(_BLOED)[n:])
            foran = linjer[-1] + (" " if linjer[-1] and not n else "")
            hen = foran + stykke + ("" if stykke == resten else "-")
            if _rum(foran + resten, skrift, fri, fed=fed) <= plads or (n and _rum(hen, skrift, fri, fed=fed) <= plads):
                linjer[-1] = foran + stykke
            else:
                linjer[-1] += "-" if n else ""
                linjer.append(stykke)
    return [linje for linje in linjer if linje]


def _skridt(paneler: Sequence[_Panel], pr_enhed: float, skrift: float, luft: float) -> float:
    """The distance between the marks of a scale: the least of 1, 2 or 5 times a power of ten with room for what they say."""
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


def _laest(tekst: str) -> Decimal:
    """The number that a Danish text says: ``"1.234,5" → 1234.5``."""
    return Decimal(tekst.replace(".", "").replace(",", "."))


def _em(tekst: str) -> float:
    """About the width of a text in a common sans serif, in units of its font size."""
    return sum(
        0.3
        if c in "fijlrt.,:;'|() \N{NO-BREAK SPACE}"
        else 0.88
        if c in "mwMW%Ææ"
        else 0.74
        if c in "+\N{MINUS SIGN}"
        else 0.68
        if c.isupper()
        else 0.57
        if c.isdigit()
        else 0.36
        if c == "-"
        else 0.54
        for c in tekst
    )


def tekstbredde(tekst: str, skrift: float, *, fed: bool = False) -> float:
    """The pixels to set aside for a text: as much as DejaVu Sans takes, the widest font a reader is likely to have."""
    return _em(tekst) * skrift * (1.24 if fed else 1.14)


def spredt(tekst: str, skrift: float, *, fed: bool = False) -> float:
    """The pixels that a text takes when a reader sets letters and words apart as much as WCAG 1.4.12 says."""
    return tekstbredde(tekst, skrift, fed=fed) + (0.12 * max(len(tekst) - 1, 0) + 0.16 * tekst.count(" ")) * skrift


def _rum(tekst: str, skrift: float, fri: float, *, fed: bool = False) -> float:
    """The pixels to set aside for a text that has ``fri`` pixels of air beside it, which it may use when spread."""
    return max(tekstbredde(tekst, skrift, fed=fed), spredt(tekst, skrift, fed=fed) - fri)


# Drawing -------------------------------------------------------------------------------------------------------


def navnelinjer(tekst: str, skrift: float, plads: float, *, fed: bool = False) -> list[str]:
    """A name as one line, or as two where it would not fit when a reader sets the letters apart."""
    if " " not in tekst or spredt(tekst, skrift, fed=fed) <= plads:
        return [tekst]
    brud = min((i for i, c in enumerate(tekst) if c == " "), key=lambda i: abs(2 * i + 1 - len(tekst)))
    return [tekst[:brud], tekst[brud + 1 :]]


class Flade:
    """A matplotlib figure drawn on in pixels from the top left, with named colours only."""

    def __init__(self, bredde: float, hoejde: float):
        self.bredde, self.hoejde = bredde, math.ceil(hoejde)
        self.figur = Figure(figsize=(bredde / 72, self.hoejde / 72), dpi=72, facecolor=farver.lys("papir"))
        self.pixel = Affine2D().scale(1, -1).translate(0, self.hoejde)
        self._lag = itertools.count(1)  # what is drawn later lies above, which matplotlib would decide by kind
        self._skraveret: dict[str | None, int] = {}

    def rektangel(self, x: float, y: float, b: float, h: float, farve: str | None,
                  kant: str | None = None, tykkelse: float = 0, skraveret: bool = False) -> None:  # fmt: skip
        """A box; ``skraveret`` draws level lines of the edge's colour in it."""
        # Hatched boxes lie together and their lines upon them, so that neighbours in the SVG share their attributes.
        lag = self._skraveret.setdefault(farve, next(self._lag)) if skraveret else next(self._lag)
        self.figur.add_artist(Rectangle(
            (x, y), b, h, transform=self.pixel, zorder=lag, linewidth=tykkelse,
            facecolor=farver.lys(farve) if farve else "none", edgecolor=farver.lys(kant) if kant else "none",
        ))  # fmt: skip
        if skraveret and kant:
            # One dashed line as broad as the box: of an SVG pattern a browser makes a bitmap of megabytes in a PDF.
            self.linje(x + b / 2, y, x + b / 2, y + h, kant, b, streg=(1.4, 3.6), lag=lag + 0.5)

    def linje(self, x1: float, y1: float, x2: float, y2: float, farve: str, tykkelse: float = 1,
              streg: tuple[float, float] | None = None, lag: float | None = None) -> None:  # fmt: skip
        """A line; ``streg`` breaks it into dashes of that length and distance."""
        self.figur.add_artist(Line2D(
            [x1, x2], [y1, y2], transform=self.pixel, zorder=next(self._lag) if lag is None else lag, color=farver.lys(farve),
            linewidth=tykkelse, linestyle=(0, [maal / tykkelse for maal in streg]) if streg else "-", dash_capstyle="butt",
        ))  # fmt: skip

    def bjaelke(self, x1: float, x2: float, y: float, tykkelse: float, farve: str) -> None:
        """A level bar around ``y`` as one thick line, half the bytes of a box."""
        self.figur.add_artist(Line2D(
            [x1, x2], [y, y], transform=self.pixel, zorder=next(self._lag), color=farver.lys(farve),
            linewidth=tykkelse, solid_capstyle="butt",
        ))  # fmt: skip

    def tekst(self, x: float, y: float, tekst: str, skrift: float, farve: str = "blaek", *,
              fed: bool = False, anker: str = "left") -> None:  # fmt: skip
        self.figur.text(
            x, y, tekst, transform=self.pixel, zorder=next(self._lag), fontsize=skrift, color=farver.lys(farve),
            ha=anker, va="baseline", fontweight="bold" if fed else "normal", parse_math=False,
        )  # fmt: skip

    def svg(self, id: str) -> str:
        """The cleaned ``<svg>`` of the figure ``id``."""
        ud = io.BytesIO()
        self.figur.savefig(ud, format="svg", metadata={"Date": None, "Creator": None})
        return _rens(ud.getvalue(), id)


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


# From matplotlib's SVG to the page's ---------------------------------------------------------------------------

_STANDARD = {
    "stroke-linejoin": "miter", "stroke-linecap": "butt", "stroke-width": "1", "font-weight": "400",
    "text-anchor": "start", "font-family": None, "stroke-dashoffset": "0",
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


def _rens(raa: bytes, id: str) -> str:
    """matplotlib's SVG file as an inline ``<svg>`` for figure ``id``.

    AssertionError if it has a colour that the palette does not (it would not follow the reader's colour scheme), or refers to an id.
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
        if navn == "id":
            continue  # a page holds many figures, and an id would have to be its own
        if "url(#" in vaerdi or (navn == "href" and vaerdi.startswith("#")):
            raise AssertionError(f"{navn} henviser til {vaerdi}, men en figur har ingen id'er")
        if navn in ("fill", "stroke") and vaerdi.startswith("#"):
            if vaerdi not in farver.NAVN_AF_HEX:
                raise AssertionError(f"farven {vaerdi} er ikke i paletten")
            vaerdi = f"var(--{farver.NAVN_AF_HEX[vaerdi]},{vaerdi})"
        elif navn in _MAALE:
            vaerdi = _kort_tal(vaerdi)
        elif navn == "d":
            vaerdi = _kort_sti(vaerdi)
        elif navn == "stroke-dasharray":
            vaerdi = ",".join(map(_kort_tal, vaerdi.split(",")))
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
        samme = (
            foer is not None
            and foer.tag == medlem.tag == "path"
            and {**foer.attrib, "d": ""} == {**medlem.attrib, "d": ""}
        )
        if foer is not None and samme and "id" not in medlem.attrib:
            foer.set("d", foer.attrib["d"] + medlem.attrib["d"])
        else:
            ud.append(medlem)
    return ud
