"""A page's title and its prose, whose numbers come from variables.

Prose is Markdown. :func:`tekst` fills ``{navn:kode}`` by :func:`kkrlib.dansk.udfyld`, so that no number is
typed by hand and none is printed in English.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

import pandas as pd

from kkrlib import dansk, mime
from kkrlib.errors import RunError
from kkrlib.skabeloner import fyld

# «29. april 2024» first on a line is a numbered list in Markdown, unless its full stop is escaped.
_DATO_FOERST = re.compile(r"^(\s*\d+)\. ")


@dataclass(frozen=True)
class Side:
    """A page's title (its only ``<h1>``) and its description in a sentence or two, plain text both.

    ``hovedtal`` is the one figure that the front page shows for the page: the number as it is written, and what it
    counts: ``("1.000", "flygtninge i hele landet")``. Exactly one Side per notebook, before anything else that is
    shown. Raises RunError if a text is empty.
    """

    titel: str
    beskrivelse: str
    hovedtal: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        for name in ("titel", "beskrivelse"):
            if not getattr(self, name).strip():
                raise RunError(f"siden har ingen {name}")
        if self.hovedtal is not None and not (len(self.hovedtal) == 2 and all(t.strip() for t in self.hovedtal)):
            raise RunError("sidens hovedtal skal have både tal og tekst")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            mime.HTML: str(fyld("<h1>{titel}</h1>", titel=self.titel)),
            mime.TEKST: self.titel,
            mime.SIDE: {
                "titel": self.titel,
                "beskrivelse": self.beskrivelse,
                **({"hovedtal": dict(zip(("tal", "tekst"), self.hovedtal, strict=True))} if self.hovedtal else {}),
            },
        }


@dataclass(frozen=True)
class Tekst:
    """Filled-in Markdown, as a cell's output."""

    markdown: str

    def __str__(self) -> str:
        return self.markdown

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {mime.MARKDOWN: self.markdown, mime.TEKST: self.markdown}


def tekst(skabelon: str, /, **tal: Any) -> Tekst:
    """Prose with numbers: ``tekst("Der er {antal:tal} personer.", antal=1234)``.

    The codes are those of :func:`kkrlib.dansk.udfyld`. Indentation common to the lines is removed. Raises
    RunError for a number that is not given, is missing (None, NaN) or has no format, and for an empty text.
    """
    for name, value in tal.items():
        if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
            raise RunError(f"tallet «{name}» i teksten mangler")
    lines = []
    for line in cleandoc(skabelon).split("\n"):
        try:
            filled = dansk.udfyld(line, **tal)
        except KeyError as error:
            raise RunError(f"tallet «{error.args[0]}» i teksten er ikke givet: {line}") from None
        except (ValueError, TypeError, IndexError, AttributeError) as error:
            raise RunError(f"teksten kan ikke udfyldes: {error}: {line}") from None
        lines.append(_DATO_FOERST.sub(r"\1\\. ", filled) if line.lstrip().startswith("{") else filled)
    markdown = "\n".join(lines)
    if not markdown.strip():
        raise RunError("teksten er tom")
    return Tekst(markdown)


@dataclass(frozen=True)
class Fold:
    """Pieces of prose that are one click away each: ``afsnit`` are (what is clicked on, Markdown)."""

    afsnit: tuple[tuple[str, str], ...]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # JupyterLab shows the Markdown, open; the page is made from the payload.
        markdown = "\n\n".join(f"**{title}**\n\n{text}" for title, text in self.afsnit)
        payload = {"afsnit": [{"titel": title, "markdown": text} for title, text in self.afsnit]}
        return {mime.MARKDOWN: markdown, mime.TEKST: markdown, mime.FOLD: payload}


def fold(afsnit: Iterable[tuple[str, str | Tekst]]) -> Fold:
    """Prose folded away, piece by piece: pairs of a title, which is plain text, and Markdown without headings.

    Raises RunError if there is none, or a title or text is empty.
    """
    pieces = tuple((title.strip(), str(text).strip()) for title, text in afsnit)
    if not pieces or not all(title and text for title, text in pieces):
        raise RunError("et foldet afsnit mangler titel eller tekst")
    return Fold(pieces)


@dataclass(frozen=True)
class Fil:
    """A file for download: ``id`` (a slug that ends its name), ``titel`` (what the link says), ``type`` (``xlsx``) and
    its ``indhold``.
    """

    id: str
    titel: str
    type: str
    indhold: bytes


@dataclass(frozen=True)
class Filer:
    """Files for download that are no table's own, such as templates: ``titel`` is what they are together."""

    titel: str
    filer: tuple[Fil, ...]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        names = "\n".join(f"- {f.titel}" for f in self.filer)
        files = [
            {"id": f.id, "titel": f.titel, "type": f.type, "base64": b64encode(f.indhold).decode("ascii")}
            for f in self.filer
        ]
        return {
            mime.MARKDOWN: f"{self.titel}:\n\n{names}",
            mime.TEKST: f"{self.titel}:\n{names}",
            mime.FILER: {"titel": self.titel, "filer": files},
        }


def filer(titel: str, filer: Iterable[Fil]) -> Filer:
    """Files for download as a cell's output.

    Raises RunError if there is none, a title is empty or an id comes twice.
    """
    files = tuple(filer)
    if not titel.strip() or not files or not all(f.titel.strip() for f in files):
        raise RunError("filer til hentning mangler, eller en titel er tom")
    if len({(f.id, f.type) for f in files}) != len(files):
        raise RunError("to filer til hentning har samme navn")
    return Filer(titel.strip(), files)
