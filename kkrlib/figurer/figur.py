"""The figure as the notebook and the exporter see it: an HTML fragment with two drawings, and what it says in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from kkrlib import mime
from kkrlib.figurer.svg import Tegning
from kkrlib.skabeloner import fyld

BRED, SMAL, KORT = 720, 320, 288


_FRAGMENT = """\
<div class="figur" role="group" aria-labelledby="{id}-titel" id="{id}">
<p class="figurtitel" id="{id}-titel">{titel}</p>
{tegning}
<p class="beskrivelse" id="{id}-beskrivelse">{beskrivelse}</p>
<p class="kilde">Enhed: {enhed} Kilde: {kilde}</p>
</div>"""


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Figur:
    """A finished figure.

    ``id`` is a lowercase slug, unique on the page; ``beskrivelse`` says in words what the figure shows and is both
    visible and the graphic's alternative. ``bred`` and ``smal`` are the drawings for wide and narrow screens; without
    ``smal`` the first serves both.

    ValueError if a text is missing or the id is not a slug.
    """

    id: str
    titel: str
    beskrivelse: str
    enhed: str
    kilde: str
    bred: Tegning = field(repr=False)
    smal: Tegning | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.id):
            raise ValueError(f"figurens id «{self.id}» skal være små bogstaver a-z, tal og bindestreger")
        for navn in ("titel", "beskrivelse", "enhed", "kilde"):
            if not getattr(self, navn).strip():
                raise ValueError(f"figuren «{self.id}» mangler {navn}")

    @property
    def svg_bred(self) -> str:
        """The drawing for wide screens, as a notebook shows it."""
        return self.bred.notesbog

    @property
    def svg_smal(self) -> str:
        """The drawing for narrow screens, as a notebook shows it; empty where there is one for both."""
        return self.smal.notesbog if self.smal else ""

    def _html(self, bred: str, smal: str) -> str:
        """The fragment around the two drawings (``smal`` is empty where there is one)."""
        # ``hidden`` keeps the narrow one away where the page's CSS is missing, as in JupyterLab.
        both = '<div class="bred">{bred}</div>\n<div class="smal" hidden>{smal}</div>'
        one = '<div class="begge">{bred}</div>'
        return str(
            fyld(
                _FRAGMENT,
                id=f"figur-{self.id}",
                titel=self.titel,
                tegning=fyld(both if smal else one, bred=Markup(bred), smal=Markup(smal)),
                beskrivelse=self.beskrivelse,
                enhed=_punktum(self.enhed),
                kilde=_punktum(self.kilde),
            )
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            mime.HTML: self._html(self.svg_bred, self.svg_smal),
            mime.FRAGMENT: self._html(self.bred.side, self.smal.side if self.smal else ""),
            mime.TEKST: f"{_punktum(self.titel)} {self.beskrivelse}",
            mime.FIGUR: {navn: getattr(self, navn) for navn in ("id", "titel", "beskrivelse", "enhed", "kilde")},
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
