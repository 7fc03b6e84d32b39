"""How HTML is written: templates that escape every value, and numbers that stay on the line of what they count."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_TAELLER = re.compile(r"(?<=\d) (?=(?:%|kr\.|mio\.|mia\.|procent)(?!\w))|(?<=mi[oa]\.) (?=kr\.)")


def sammen(tekst: str) -> str:
    """A text whose numbers stay on the line of what they count: «5 mio. kr.» with no-break spaces.

    It is for plain text on its way into HTML; the downloads have the spaces that were written.
    """
    return _TAELLER.sub("\N{NO-BREAK SPACE}", tekst)


def fyld(skabelon: str, /, **vaerdier: Any) -> Markup:
    """A piece of HTML too short for a template of its own: ``fyld("<h1>{titel}</h1>", titel="…")``.

    What stands in it is escaped and goes through :func:`sammen`, unless it is ``Markup`` already.
    """
    return Markup(skabelon).format(**{name: _tekst(value) for name, value in vaerdier.items()})


@cache
def miljoe(pakke: str) -> Environment:
    """The templates in the folder ``skabelon`` of a package; what they write is escaped and goes through
    :func:`sammen`, unless it is ``Markup`` already. A name that is not given is an error.
    """
    return Environment(
        loader=PackageLoader(pakke, "skabelon"),
        autoescape=True,
        finalize=_tekst,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _tekst(value: Any) -> Any:
    return sammen(value) if isinstance(value, str) and not isinstance(value, Markup) else value
