"""Markdown as a page shows it: pieces of HTML and headings, without what a page can't have."""

from __future__ import annotations

import re

import mistune

from kkrlib.errors import RunError
from kkrlib.rapport.struktur import tekst_af
from kkrlib.skabeloner import sammen


class _Tegner(mistune.HTMLRenderer):  # type: ignore[misc]
    """Markdown's HTML in HTML5's own spelling, without what a page can't have."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def text(self, text: str) -> str:
        return super().text(sammen(text))

    def block_html(self, html: str) -> str:
        raise RunError(f"HTML i Markdown vises ikke: {html.strip()[:80]}")

    inline_html = block_html

    def image(self, text: str, url: str, title: str | None = None) -> str:
        raise RunError(f"billedet «{url}» kan ikke vises; en figur har beskrivelse og kilde")

    def linebreak(self) -> str:
        return "<br>\n"

    def thematic_break(self) -> str:
        return "<hr>\n"


def laes(source: str) -> list[str | tuple[int, str, str]]:
    """Markdown as a list of HTML pieces and headings ``(level, html, plain text)``. Raises RunError."""
    # JupyterLab would show a formula, a page without scripts its source.
    if formula := re.search(r"\$\$|\\\[|\\begin\{|(?<![\\\w])\$[^\s$](?:[^$\n]*[^\s$])?\$(?!\w)", source):
        near = source[formula.start() : formula.start() + 40].split("\n")[0]
        raise RunError(f"formler i TeX vises ikke på siden; skriv reglen i ord: {near}")
    # A line of bars and hyphens only; in a block of code it is what it says.
    if re.search(r"^(?=.*\|)(?=.*-)[ \t>|:-]+$", re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.M | re.S), re.M):
        raise RunError("en tabel i Markdown vises ikke; brug tabel, som har titel, enhed og kilde")
    renderer = _Tegner()
    parse = mistune.create_markdown(renderer=None)
    state = mistune.BlockState()
    tokens, state = parse.parse(source, state)
    parts: list[str | tuple[int, str, str]] = []
    for token in tokens:
        if token["type"] == "list" and token["attrs"]["ordered"] and len(token["children"]) == 1:
            raise RunError(
                "en nummereret liste med ét punkt; er det en dato eller et tal først på linjen, så skriv «1\\. januar»"
            )
        if token["type"] == "heading":
            inner = renderer.render_tokens(token["children"], state)
            parts.append((token["attrs"]["level"], inner, tekst_af(inner)))
        elif html := renderer.render_tokens([token], state):
            parts.append(html)
    return parts
