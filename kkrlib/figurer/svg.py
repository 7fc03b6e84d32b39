"""From matplotlib's SVG to one that a page can hold many of: no ids, no styles, colours by name, short numbers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from kkrlib import farver
from kkrlib.skabeloner import sammen


@dataclass(frozen=True)
class Tegning:
    """One drawing as an ``<svg>``, as text: for a page, which has the palette, with the names of its colours alone;
    for a notebook, which has not, with each colour to fall back on.
    """

    side: str
    notesbog: str


_STANDARD = {
    "stroke-linejoin": "miter", "stroke-linecap": "butt", "stroke-width": "1", "font-weight": "400",
    "text-anchor": "start", "font-family": None, "stroke-dashoffset": "0",
}  # fmt: skip
"""Properties not worth writing at this value; None drops any, so that text has the page's own font."""


_ARVES = (
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "font-size", "font-weight", "text-anchor",
)  # fmt: skip


_FARVEDE = ("fill", "stroke")
#: A colour by its name, and with what it is where no style sheet says so.
_MED_FARVE = {f"var(--{name})": f"var(--{name},{value})" for value, name in farver.NAVN_AF_HEX.items()}


_TAL = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


_MAALE = ("x", "y", "width", "height", "stroke-width", "font-size")


def _kort_tal(tekst: str) -> str:
    """A number with at most one decimal, a tenth of a pixel: ``"12.340000" → "12.3"``, ``"-0" → "0"``."""
    tal = round(float(tekst.removesuffix("px").removesuffix("pt")), 1) + 0.0  # adding zero makes -0.0 plain
    return f"{tal:.1f}".removesuffix(".0")


def _kort_sti(d: str) -> str:
    """Path data with short numbers, and with h and v for the level and upright lines that bars are made of."""
    ud, foer = [], (0.0, 0.0)
    for kommando, resten in re.findall(r"([A-Za-z])([^A-Za-z]*)", d):
        tal = [_kort_tal(t) for t in _TAL.findall(resten)]
        # The length is that between the rounded ends, so that a box closes where it began.
        hen = (float(tal[-2]), float(tal[-1])) if len(tal) >= 2 else foer
        if kommando == "L" and len(tal) == 2 and hen[1] == foer[1]:
            ud.append("h" + _kort_tal(str(hen[0] - foer[0])))
        elif kommando == "L" and len(tal) == 2 and hen[0] == foer[0]:
            ud.append("v" + _kort_tal(str(hen[1] - foer[1])))
        elif kommando == "L" and len(tal) == 2:
            skridt = [_kort_tal(str(b - a)) for a, b in zip(foer, hen, strict=False)]
            ud.append(min("L" + " ".join(tal), "l" + " ".join(skridt), key=len))
        else:
            ud.append(kommando + " ".join(tal))
        foer = hen
    return "".join(ud)


def rens(raa: bytes, id: str) -> Tegning:
    """matplotlib's SVG file as an inline ``<svg>`` for figure ``id``.

    AssertionError if it has a colour that the palette does not (it would not follow the reader's colour scheme), or
    refers to an id.
    """
    rod = ET.fromstring(raa)
    for element in rod.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributter = {navn.rpartition("}")[2]: vaerdi for navn, vaerdi in element.attrib.items()}
        for erklaering in filter(None, attributter.pop("style", "").split(";")):
            navn, _, vaerdi = erklaering.partition(":")
            attributter[navn.strip()] = vaerdi.strip()
        element.attrib.clear()
        element.attrib.update(_rene_attributter(element.tag, attributter))
    _fjern(rod)
    _fold(rod)

    boks = " ".join(_kort_tal(t) for t in rod.get("viewBox", "").split())
    rod.attrib.clear()
    rod.attrib.update({
        "viewBox": boks, "role": "img",
        "aria-labelledby": f"figur-{id}-titel", "aria-describedby": f"figur-{id}-beskrivelse",
    })  # fmt: skip
    for element in rod.iter():
        element.tail = None
        if element.tag not in ("text", "tspan"):
            element.text = None
        elif element.text:
            element.text = sammen(element.text)
    page = _skrevet(rod)
    for element in rod.iter():
        for name in _FARVEDE:
            if (colour := element.get(name, "")) in _MED_FARVE:
                element.set(name, _MED_FARVE[colour])
    return Tegning(page, _skrevet(rod))


def _skrevet(rod: ET.Element) -> str:
    return ET.tostring(rod, encoding="unicode").replace(" />", "/>")


def _rene_attributter(tag: str, attributter: Mapping[str, str]) -> dict[str, str]:
    rene = {}
    for navn, vaerdi in attributter.items():
        if navn == "id":
            continue  # a page holds many figures, and an id would have to be its own
        if "url(#" in vaerdi or (navn == "href" and vaerdi.startswith("#")):
            raise AssertionError(f"{navn} henviser til {vaerdi}, men en figur har ingen id'er")
        if navn in _FARVEDE and vaerdi.startswith("#"):
            if vaerdi not in farver.NAVN_AF_HEX:
                raise AssertionError(f"farven {vaerdi} er ikke i paletten")
            vaerdi = f"var(--{farver.NAVN_AF_HEX[vaerdi]})"
        elif navn in _MAALE:
            vaerdi = _kort_tal(vaerdi)
        elif navn == "d":
            vaerdi = _kort_sti(vaerdi)
        elif navn == "stroke-dasharray":
            vaerdi = ",".join(map(_kort_tal, vaerdi.split(",")))
        elif navn == "transform" and vaerdi.startswith("rotate(-0 "):
            continue
        if navn in _STANDARD and _STANDARD[navn] in (None, vaerdi):
            continue
        rene[navn] = vaerdi
    if tag in ("path", "text") and "fill" not in rene:
        raise AssertionError(f"et <{tag}> har ingen farve fra paletten")
    return rene


def _fjern(element: ET.Element) -> None:
    """Drop metadata, styles and what is then empty."""
    for barn in list(element):
        _fjern(barn)
        if barn.tag in ("metadata", "style") or (barn.tag in ("defs", "g") and not len(barn)):
            element.remove(barn)


def _fold(element: ET.Element) -> None:
    """Dissolve groups that say nothing, and gather neighbours with the same looks into one group."""
    for barn in list(element):
        _fold(barn)
    flade: list[ET.Element] = []
    for barn in element:
        flade.extend(barn if barn.tag == "g" and not barn.attrib else [barn])

    def udseende(e: ET.Element) -> tuple[tuple[str, str], ...]:
        return tuple((k, e.attrib[k]) for k in _ARVES if k in e.attrib) if e.tag in ("path", "text") else ()

    for barn in list(element):
        element.remove(barn)
    for faelles, gruppe in itertools.groupby(flade, key=udseende):
        medlemmer = list(gruppe)
        if faelles:
            medlemmer = _saml(medlemmer)
        if faelles and len(medlemmer) > 1:
            samling = ET.SubElement(element, "g", dict(faelles))
            for medlem in medlemmer:
                for navn, _ in faelles:
                    del medlem.attrib[navn]
            samling.extend(medlemmer)
        else:
            element.extend(medlemmer)


def _saml(medlemmer: list[ET.Element]) -> list[ET.Element]:
    """Neighbouring paths of the same looks as one path, which draws the same and is a third of the bytes."""
    ud: list[ET.Element] = []
    for medlem in medlemmer:
        foer = ud[-1] if ud else None
        samme = (
            foer is not None
            and foer.tag == medlem.tag == "path"
            and {**foer.attrib, "d": ""} == {**medlem.attrib, "d": ""}
        )
        if foer is not None and samme and "id" not in medlem.attrib:
            foer.set("d", foer.attrib["d"] + medlem.attrib["d"])
        else:
            ud.append(medlem)
    return ud
