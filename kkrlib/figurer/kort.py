"""Tile maps: one tile of the same size per kommune, shaded by a number or by the group it belongs to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import matplotlib as mpl
import pandas as pd

from kkrlib.figurer.figur import KORT, Figur
from kkrlib.figurer.flade import RC, Flade
from kkrlib.figurer.tekstmaal import em

KOLONNER = 13
"""The tile map's widest row: 288 px, a 320 px screen less its margins, still gives every tile 22 px."""


_FLISE = 22.0


_FLISETEKST = 8.2


_TRIN = 5


_NUMRE = 99


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
    if not 1 <= len(limits) < _TRIN or limits[0] <= 0 or any(a >= b for a, b in itertools.pairwise(limits)):
        raise ValueError(f"graenser skal være 1 til {_TRIN - 1} stigende tal over 0, ikke {limits}")

    tekster = {kode: format(vaerdi) for kode, vaerdi in vaerdier.items()}
    for_lange = [f"{kode} «{t}»" for kode, t in tekster.items() if em(t) * _FLISETEKST > _FLISE - 0.5]
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

    ``grupper``: the group of each kommune, by kommunekode. ``numre``: the number of each group, from 1, written on its
    tiles and shown by the shade, of which there are five, so that 6 has that of 1; two groups can have the same number
    where something else (the region) tells them apart. A line runs around each group. ``layout`` as for
    :func:`flisekort`. Kommuner in ``daempet`` are drawn without shade.

    ValueError, naming the codes, if ``grupper`` and ``layout`` do not cover each other or a group is missing; and if a
    group has no number of one or two digits.
    """
    koder = dict(grupper)
    _noejagtig_daekning(
        pd.Series({kode: numre.get(g, 0) if isinstance(g, str) else None for kode, g in koder.items()}, dtype=object),
        layout,
        daempet,
    )
    if ukendte := sorted({str(g) for g in koder.values() if not 1 <= numre.get(g, 0) <= _NUMRE}):
        raise ValueError(f"figuren «{id}» har grupper uden et nummer fra 1 til {_NUMRE}: {', '.join(ukendte)}")
    felt, top = KORT / KOLONNER, 2.0
    flade = Flade(KORT, top + felt * (int(layout["raekke"].max()) + 1) + 2)
    fliser = sorted(
        (
            (
                0 if r.kommunekode in daempet else (numre[koder[r.kommunekode]] - 1) % _TRIN + 1,
                r.kommunekode,
                r.forkortelse,
                felt * r.kolonne,
                top + felt * r.raekke,
            )
            for r in layout.itertuples(index=False)
        ),
        key=lambda f: f[:2],
    )
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


def _er_hele(tal: Sequence[Any]) -> bool:
    return all(v == int(v) for v in tal)


def _klasser(graenser: Sequence[Any], format: Callable[[Any], str], hele: bool) -> list[str]:
    """The key's words per class: ranges of whole numbers, or "a til under b" where values lie between them."""

    def spand(a: Any, b: Any) -> str:
        if not hele:
            return f"{format(a)} til under {format(b)}"
        return format(a) if b - a == 1 else f"{format(a)}\N{EN DASH}{format(b - 1)}"

    foerste = spand(1, graenser[0]) if hele and graenser[0] > 1 else f"over {format(0)}, under {format(graenser[0])}"
    midt = [spand(a, b) for a, b in itertools.pairwise(graenser)]
    return [format(0), foerste, *midt, f"{format(graenser[-1])} eller mere"]


def _laest(tekst: str) -> Decimal:
    """The number that a Danish text says: ``"1.234,5" → 1234.5``."""
    return Decimal(tekst.replace(".", "").replace(",", "."))
