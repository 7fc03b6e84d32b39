"""The page's styles, and what a page may load: nothing but these and its empty icon."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from kkrlib import farver
from kkrlib.errors import RunError
from kkrlib.rapport import opsaetning

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def stil(titel: str, udgiver: str = opsaetning.UDGIVER, *ark: str) -> Markup:
    """The page's styles: the colours, the package's sheet (and ``ark``, more of them), and the names on each printed
    page.
    """
    css = (
        f"{farver.css().strip()}\n{''.join(map(_stilark, ('stil.css', *ark)))}"
        f'@page{{@top-left{{content:"{_css(titel)}"}}@bottom-left{{content:"{_css(udgiver)}"}}}}\n'
    )
    if "</" in css:
        raise RunError("stilarket indeholder «</»")
    return Markup(css)


def _css(tekst: str) -> str:
    """A text as it is written within a CSS string."""
    return "".join(c if (c.isalnum() and c.isascii()) or c == " " else f"\\{ord(c):x} " for c in tekst)


@cache
def _stilark(navn: str) -> str:
    """A sheet without its comments and spaces, which readers of a page need not download."""
    css = files(__package__).joinpath("skabelon", navn).read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    lines = "".join(f"{line.strip()}\n" for line in css.splitlines() if line.strip())
    lines = re.sub(r"([{;,])\s+", r"\1", re.sub(r"\s+([{}])", r"\1", lines)).replace(";}", "}")
    # Before a colon a space divides selectors; after it, it divides nothing.
    return re.sub(r":\s+", ":", lines)
