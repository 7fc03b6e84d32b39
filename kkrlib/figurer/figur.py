"""The figure as the notebook and the exporter see it: an HTML fragment with two drawings, and what it says in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from kkrlib import mime

BRED, SMAL, KORT = 720, 320, 288


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
            f"Kilde: {escape(_punktum(self.kilde), quote=False)}</p>\n</div>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            mime.HTML: self._html(),
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
