"""What a piece of HTML is made of, as the one parser of the pages reads it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag

#: What a missing, infinite or very small number looks like when no one has said how to show it, and a sign by its name
#: (Markdown has none, and shows «&nbsp;» as such); and where that is meant.
_RAA = re.compile(r"\b(?:nan|NaN|None|NaT|[Ii]nf|[Ii]nfinity)\b|<NA>|&(?:#\d+|[a-z]{2,8});|\d[eE][-+]\d+")
_KODE = "code"
#: Attributes whose words are read aloud or shown, and those that name other parts of the page.
_LAESES = ("aria-label", "aria-description", "title", "alt", "content")
_PEGER = ("aria-labelledby", "aria-describedby", "aria-controls")
#: Tags and classes whose words are compared with what a table or figure says of itself.
_TEKSTER = frozenset({"caption", "enhed", "figurtitel", "beskrivelse", "kilde"})
_OVERSKRIFTER = {f"h{n}": n for n in range(1, 7)}
_FORBUDT = frozenset([
    "script", "iframe", "object", "embed", "link", "base", "form", "input", "button", "audio", "video", "source",
    "track", "foreignobject", "img", "image", "font",
])  # fmt: skip
_HENTER = frozenset({"src", "srcset", "poster", "data", "background", "action", "formaction"})


def laes(html: str) -> BeautifulSoup:
    """A page or a piece of one as a tree, where an attribute is the text that was written."""
    return BeautifulSoup(html, "html.parser", multi_valued_attributes=None, store_line_numbers=False)


def tekst_af(html: str) -> str:
    """What a piece of HTML says, without its tags."""
    return laes(html).get_text().strip()


def glat(tekst: str) -> str:
    """A text as it is read: without the places where it may be divided, and with single spaces."""
    return " ".join(tekst.replace("\N{SOFT HYPHEN}", "").split())


@dataclass
class Tabeldele:
    """What a ``<table>`` has for a reader: its captions with words in them, its units, and rows in its body and its
    foot.
    """

    titler: list[str] = field(default_factory=list)
    enheder: list[str] = field(default_factory=list)
    raekker: Counter[str] = field(default_factory=Counter)


class _Om(NamedTuple):
    """What is around an element: its table, the parts of it, and whether its words are code."""

    tabel: Tabeldele | None = None
    dele: tuple[str, ...] = ()
    kode: bool = False


class Struktur:
    """What a piece of HTML is made of: ids, headings, counts, words, and what a page must not have."""

    def __init__(self, html: str | BeautifulSoup):
        self.ids: list[str] = []
        self.overskrifter: list[int] = []
        self.klasser: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.henvisninger: list[tuple[str, str]] = []  # what points, and the id it points to
        self.tabeller: list[Tabeldele] = []
        self.tekster: dict[str, list[str]] = {}
        self.th_uden_scope = 0
        self.afvist: list[str] = []
        self.raa: list[str] = []
        waiting: list[tuple[Tag | NavigableString, _Om]] = [(laes(html) if isinstance(html, str) else html, _Om())]
        while waiting:
            node, around = waiting.pop()
            if isinstance(node, Tag):
                inside = around if isinstance(node, BeautifulSoup) else self._element(node, around)
                waiting += [(child, inside) for child in reversed(node.contents)]
            elif type(node) is NavigableString and not around.kode:  # neither a style sheet nor a comment
                self._raat(node)

    def _raat(self, text: str, where: str = "") -> None:
        self.raa += [
            f"«{word}»{where} er et programs måde at skrive en værdi på, ikke en læsers" for word in _RAA.findall(text)
        ]

    def _element(self, element: Tag, om: _Om) -> _Om:
        """Take down an element; gives what is around its children."""
        tag, values = element.name, {name: str(value) for name, value in element.attrs.items()}
        self.tags[tag] += 1
        if tag in _OVERSKRIFTER:
            self.overskrifter.append(_OVERSKRIFTER[tag])
        if "id" in values:
            self.ids.append(values["id"])
        classes = values.get("class", "").split()
        self.klasser.update(classes)
        if tag == "table":
            om = _Om(Tabeldele(), (), om.kode)
            self.tabeller.append(om.tabel)  # type: ignore[arg-type]
        elif tag in ("tbody", "tfoot"):
            om = om._replace(dele=(*om.dele, tag))
        elif tag == "tr" and om.tabel:
            om.tabel.raekker.update(om.dele)
        elif tag == "th" and "scope" not in values:
            self.th_uden_scope += 1
        elif tag == _KODE:
            om = om._replace(kode=True)
        for name in sorted(_TEKSTER & {tag, *classes}):
            if text := glat(element.get_text()):
                self.tekster.setdefault(name, []).append(text)
                if om.tabel:
                    kept = {"caption": om.tabel.titler, "enhed": om.tabel.enheder}
                    kept.get(name, []).append(text)
        if values:
            self.henvisninger += _henvisninger(tag, values)
            for name in _LAESES:
                if name in values:
                    self._raat(values[name], f" i {name}")
        if tag in _FORBUDT or tag in ("svg", "a") or values:
            self.afvist += _afvist(tag, values)
        return om


def _henvisninger(tag: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in _PEGER:
        for id in values.get(name, "").split():
            yield name, id
    if tag == "a" and values.get("href", "").startswith("#"):
        yield "linket", values["href"][1:]


def _afvist(tag: str, values: Mapping[str, str]) -> Iterator[str]:
    """What of an element a page must not have."""
    # A choice that the style sheet acts on (the filter of a table) is the only input.
    if tag in _FORBUDT and not (tag == "input" and values.get("type") == "radio"):
        yield f"<{tag}> må ikke være på siden"
    named = values.get("role") == "img" and (values.get("aria-label") or values.get("aria-labelledby"))
    if tag == "svg" and not named and values.get("aria-hidden") != "true":
        yield "en tegning (svg) har hverken role=img med navn eller aria-hidden"
    for name, value in values.items():
        if name.startswith("on"):
            yield f"<{tag} {name}> må ikke være på siden (script)"
        fetched = name in _HENTER or (name in ("href", "xlink:href") and tag != "a")
        if fetched and not value.startswith(("#", "data:image/")):
            yield f"<{tag}> henter «{value[:80]}»; en side henter intet"
        if name == "style" and "url(" in value.replace("url(#", ""):
            yield f"<{tag}> har en style, der henter noget"
    if tag == "a" and urlsplit(values.get("href", "")).scheme not in ("", "http", "https", "mailto"):
        yield f"linket «{values['href'][:80]}» kan ikke bruges på en side"
