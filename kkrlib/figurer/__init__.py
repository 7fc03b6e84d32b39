"""Figures as HTML fragments with inline SVG that follows the reader's colour scheme and screen.

matplotlib draws, :mod:`kkrlib.figurer.svg` turns its SVG into one that a page can hold many of: no metadata, no global
style, no ids, text as text, and colours as ``var(--navn,#hex)`` from :mod:`kkrlib.farver`. There is no style attribute
either, so a page may forbid inline styles.

A figure is drawn in pixels of the screen it is meant for: a wide one of 720 and a narrow one of 320, so that its
text is never scaled down to nothing. The tile map is legible at 288 and has one drawing only.

``figur``       the figure as notebook and exporter see it: :class:`Figur`;
``flade``       the surface that is drawn on, and ``svg``, what becomes of the drawing;
``tekstmaal``   how much room a text takes;
``kort``        tile maps: :func:`flisekort`, :func:`gruppekort`;
``soejlediagram`` bars: :func:`soejler`;
``delediagram`` what sums are made of: :func:`bidrag`;
``tidsserier``  the same years for several series: :func:`paneler`.
"""

from kkrlib.figurer.delediagram import bidrag
from kkrlib.figurer.figur import BRED, KORT, SMAL, Figur, css
from kkrlib.figurer.flade import Flade
from kkrlib.figurer.kort import flisekort, gruppekort
from kkrlib.figurer.soejlediagram import soejler
from kkrlib.figurer.tekstmaal import spredt, tekstbredde
from kkrlib.figurer.tidsserier import paneler

__all__ = [
    "BRED",
    "KORT",
    "SMAL",
    "Figur",
    "Flade",
    "bidrag",
    "css",
    "flisekort",
    "gruppekort",
    "paneler",
    "soejler",
    "spredt",
    "tekstbredde",
]
