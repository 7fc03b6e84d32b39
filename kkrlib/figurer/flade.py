"""The surface that figures are drawn on: pixels from the top left, and colours by their names in the palette."""

from __future__ import annotations

import io
import itertools
import math

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from kkrlib import farver
from kkrlib.figurer.svg import Tegning, rens

RC = {k: v for k, v in mpl.rcParamsDefault.items() if "backend" not in k} | {
    "svg.fonttype": "none", "svg.hashsalt": "kkr", "path.simplify": False,
}  # fmt: skip
"""All of matplotlib's settings, so that those of a notebook or of the machine do not reach a figure."""


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
        self.figur.add_artist(
            Line2D(
                [x1, x2],
                [y1, y2],
                transform=self.pixel,
                zorder=next(self._lag) if lag is None else lag,
                color=farver.lys(farve),
                linewidth=tykkelse,
                linestyle=(0, [maal / tykkelse for maal in streg]) if streg else "-",
                dash_capstyle="butt",
            )
        )

    def bjaelke(self, x1: float, x2: float, y: float, tykkelse: float, farve: str) -> None:
        """A level bar around ``y`` as one thick line, half the bytes of a box."""
        self.figur.add_artist(
            Line2D(
                [x1, x2],
                [y, y],
                transform=self.pixel,
                zorder=next(self._lag),
                color=farver.lys(farve),
                linewidth=tykkelse,
                solid_capstyle="butt",
            )
        )

    def tekst(self, x: float, y: float, tekst: str, skrift: float, farve: str = "blaek", *,
              fed: bool = False, anker: str = "left") -> None:  # fmt: skip
        self.figur.text(
            x, y, tekst, transform=self.pixel, zorder=next(self._lag), fontsize=skrift, color=farver.lys(farve),
            ha=anker, va="baseline", fontweight="bold" if fed else "normal", parse_math=False,
        )  # fmt: skip

    def svg(self, id: str) -> Tegning:
        """The cleaned drawing of the figure ``id``."""
        ud = io.BytesIO()
        self.figur.savefig(ud, format="svg", metadata={"Date": None, "Creator": None})
        return rens(ud.getvalue(), id)
