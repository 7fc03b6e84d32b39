"""Whether a page's colours can be told apart, in light and in dark: computed from the page itself.

Text needs 4.5:1 against what it stands on, and graphics 3:1 against the paper (WCAG 1.4.3 and 1.4.11). The colours are
those the page's style sheet and drawings use, with the variables of each scheme put in, so that a colour that never
came from :mod:`kkrlib.farver` is judged too.

What shows through (``opacity`` below 1) is refused, since its colour is another wherever it stands.

A shape may be fainter if words stand in it (the tile of a map says its value), as may ``--gitter``, the lines that
carry no information, and what has the colour of the paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import NamedTuple

import tinycss2
from bs4 import BeautifulSoup, NavigableString, Tag
from tinycss2 import ast

from kkrlib import dansk, farver
from kkrlib.rapport.struktur import laes

TEKST, GRAFIK = 4.5, 3.0
_PAPIR, _GITTER = "papir", "gitter"
_ORD = {"white": "#ffffff", "black": "#000000"}
_INGEN = {"none", "transparent", "inherit", "currentcolor", "initial", "unset"}
_FARVER = {"color", "background", "background-color"}
_DAEKKER = ("opacity", "fill-opacity", "stroke-opacity")
_DANSK = {"lys": "lys", "moerk": "mørk"}


def fund(side: str | BeautifulSoup) -> list[str]:
    """What is wrong with the colours of a page, one Danish line per colour, scheme and place; empty when nothing is."""
    page = _Side(laes(side) if isinstance(side, str) else side)
    sheet = page.stil
    rules = list(_regler(sheet))
    schemes = _skemaer(rules)
    found = dict.fromkeys([*_ulaeselig(sheet), *page.gennemsigtige])  # in order, each once
    for rule in rules:
        found |= dict.fromkeys(_gennemsigtigt(f"stilen «{rule.vaelger}»", rule.erklaeringer))
    for scheme, names in schemes.items():
        try:
            found |= dict.fromkeys(_tekstfund(rules, page.inline, scheme, names))
            # A drawing has few colours and many parts.
            colour = cache(partial(_farve, navne=names))
            for drawing in page.tegninger:
                found |= dict.fromkeys(_tegningsfund(drawing, scheme, colour))
        except ValueError as error:
            found[str(error)] = None
    return list(found)


def _gennemsigtigt(hvad: str, udseende: Mapping[str, str]) -> Iterator[str]:
    for name in _DAEKKER:
        if name in udseende and udseende[name].strip() not in ("1", "1.0", "100%"):
            yield (
                f"{hvad} har {name} {udseende[name]}; det, der skinner igennem, kan ikke efterprøves, så skriv "
                "farven, som den ses"
            )


# --- the style sheet -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Regel:
    """One rule: the at-rules around it, its selector, and its declarations."""

    om: str
    vaelger: str
    erklaeringer: dict[str, str]

    def gaelder(self, skema: str) -> bool:
        """Whether the rule says something in a scheme. Paper is light."""
        if "prefers-color-scheme" in self.om:
            return ("dark" in self.om) == (skema == "moerk")
        return skema == "lys" or ("print" not in self.om and "@page" not in self.om + self.vaelger)


def _regler(css: str) -> Iterator[_Regel]:
    """Every rule of a style sheet in its order, also those inside at-rules."""
    yield from _regler_i(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), "")


def _regler_i(noder: Iterable[ast.Node], om: str) -> Iterator[_Regel]:
    for node in noder:
        if node.type not in ("at-rule", "qualified-rule") or node.content is None:
            continue
        at = f"@{node.at_keyword} " if node.type == "at-rule" else ""
        head = (at + tinycss2.serialize(node.prelude)).strip()
        inside = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
        yield from _regler_i(inside, f"{om} {head}".strip())
        if declared := dict(_erklaeret(inside)):
            yield _Regel(om, head, declared)


def _erklaeringer(text: str) -> Iterator[tuple[str, str]]:
    """The declarations of a style attribute."""
    yield from _erklaeret(tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True))


def _erklaeret(noder: Iterable[ast.Node]) -> Iterator[tuple[str, str]]:
    for node in noder:
        if node.type == "declaration":
            yield node.name, tinycss2.serialize(node.value).strip()


def _ulaeselig(css: str) -> Iterator[str]:
    """What a browser would pass over in a style sheet: its colours can't be judged."""
    waiting = list(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))
    while waiting:
        node = waiting.pop(0)
        if node.type == "error":
            yield f"stilarket kan ikke læses i linje {node.source_line}: {node.message}"
        elif node.type in ("at-rule", "qualified-rule") and node.content is not None:
            waiting += tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)


def _skemaer(regler: list[_Regel]) -> dict[str, dict[str, str]]:
    """The custom properties of each scheme, later rules over earlier ones. Those of print are light again."""
    schemes: dict[str, dict[str, str]] = {"lys": {}, "moerk": {}}
    for scheme, names in schemes.items():
        for rule in regler:
            if rule.gaelder(scheme) and "print" not in rule.om and rule.vaelger in (":root", "html"):
                names |= {n[2:]: v for n, v in rule.erklaeringer.items() if n.startswith("--")}
    return schemes


def _farve(value: str, navne: Mapping[str, str], dybde: int = 0) -> str | None:
    """A CSS colour as ``#rrggbb``; None for one that says nothing of its own. ValueError for one that
    can't be judged.
    """
    value = value.strip().lower()
    if value in _INGEN or not value:
        return None
    if value in _ORD:
        return _ORD[value]
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return "#" + "".join(2 * c for c in value[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", value):
        return value
    if (m := re.fullmatch(r"var\(\s*--([a-z0-9-]+)\s*(?:,\s*(.*))?\)", value)) and dybde < 9:
        if (inner := navne.get(m[1], m[2])) is not None:
            return _farve(inner, navne, dybde + 1)
    if m := re.fullmatch(r"color-mix\(in srgb,\s*(.+?)\s+([\d.]+)%,\s*(.+)\)", value):
        ends = _farve(m[1], navne, dybde + 1), _farve(m[3], navne, dybde + 1)
        if ends[0] and ends[1]:
            a, b = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (ends[0], ends[1]))
            share = float(m[2]) / 100
            return "#" + "".join(f"{round(x * share + y * (1 - share)):02x}" for x, y in zip(a, b, strict=True))
    raise ValueError(f"farven «{value}» kan ikke efterprøves; skriv den som #rrggbb eller med en af sidens variabler")


def _tekstfund(regler: list[_Regel], inline: list[str], skema: str, navne: Mapping[str, str]) -> Iterator[str]:
    """Text colours of the sheet and of style attributes, each against what it can stand on."""
    rules = [r for r in regler if r.gaelder(skema)] + [
        _Regel("", f"style=«{s}»", dict(_erklaeringer(s))) for s in inline
    ]
    paper = _farve(f"var(--{_PAPIR},#ffffff)", navne)
    grounds = {paper: "papiret"}
    for rule in rules:
        ground = _bund(rule, navne)
        if ground and "color" not in rule.erklaeringer:
            grounds.setdefault(ground, rule.vaelger)
    for rule in rules:
        colour = _farve(rule.erklaeringer.get("color", ""), navne)
        if colour is None:
            continue
        own = _bund(rule, navne)
        paged = "@page" in rule.om + rule.vaelger
        for ground, where in (
            {own: "sin egen baggrund"} if own else {"#ffffff": "papiret"} if paged else grounds
        ).items():
            assert ground is not None
            if (ratio := farver.kontrast(colour, ground)) < TEKST:
                yield (
                    f"teksten «{rule.vaelger}» har {_sig(ratio)} mod {where} i {_DANSK[skema]} "
                    f"({rule.erklaeringer['color']} = {colour} på {ground}); den skal have mindst {_sig(TEKST)}"
                )


def _bund(rule: _Regel, navne: Mapping[str, str]) -> str | None:
    for name in ("background-color", "background"):
        if name in rule.erklaeringer:
            return _farve(rule.erklaeringer[name], navne)
    return None


def _sig(ratio: float) -> str:
    # Cut, not rounded: 4.49 must not read as 4.5.
    return f"{dansk.tal(int(ratio * 100) / 100, 2)}:1"


# --- the drawings --------------------------------------------------------------------------------------------


@dataclass
class _Del:
    """A text or a stroke of a path, with the looks it has or inherits."""

    fyld: str
    streg: str
    kasse: tuple[float, float, float, float] | None = None  # None: part of a pattern
    punkt: tuple[float, float] | None = None  # of a text: where its middle is, about
    ord: str = ""


@dataclass
class _Tegning:
    navn: str
    dele: list[_Del] = field(default_factory=list)


def _tegningsfund(tegning: _Tegning, skema: str, farve: Callable[[str], str | None]) -> Iterator[str]:
    paper = farve(f"var(--{_PAPIR},#ffffff)") or "#ffffff"
    texts = [d for d in tegning.dele if d.punkt]
    for number, part in enumerate(tegning.dele):
        if part.punkt:
            if not part.ord.strip():
                continue
            ground, name = paper, "papiret"
            for below in reversed(tegning.dele[:number]):  # what was drawn last lies above
                if below.kasse and _i(part.punkt, below.kasse) and (fill := _fyld(below, farve, paper)):
                    ground, name = fill, below.fyld
                    break
            colour = farve(part.fyld)
            if colour and (ratio := farver.kontrast(colour, ground)) < TEKST:
                yield _linje(
                    tegning, skema, f"teksten «{part.ord}» ({part.fyld} = {colour})", ratio, f"{name} ({ground})", TEKST
                )
            continue
        inks = [v for v in (part.fyld, part.streg) if not v.startswith("url(") and farve(v) is not None]
        if all(f"--{_GITTER}" in v or farve(v) == paper for v in inks):
            continue
        if part.kasse and any(t.punkt and _i(t.punkt, part.kasse) for t in texts):
            continue
        ratio, ink = max((farver.kontrast(farve(v) or paper, paper), v) for v in inks)
        if ratio < GRAFIK:
            yield _linje(
                tegning,
                skema,
                f"en flade eller streg ({ink} = {farve(ink)})",
                ratio,
                f"papiret ({paper})",
                GRAFIK,
            )


def _linje(tegning: _Tegning, skema: str, hvad: str, ratio: float, mod: str, krav: float) -> str:
    return (
        f"figuren «{tegning.navn}»: {hvad} har {_sig(ratio)} mod {mod} i {_DANSK[skema]}; den skal have mindst "
        f"{_sig(krav)}"
    )


def _fyld(del_: _Del, farve: Callable[[str], str | None], papir: str) -> str | None:
    """What a text upon the shape has behind it. A pattern is lines on paper."""
    return papir if del_.fyld.startswith("url(") else farve(del_.fyld)


def _i(punkt: tuple[float, float], kasse: tuple[float, float, float, float]) -> bool:
    return kasse[0] <= punkt[0] <= kasse[2] and kasse[1] <= punkt[1] <= kasse[3]


def _kasser(d: str) -> Iterator[tuple[float, float, float, float]]:
    """The box around each stroke of path data (of curves: around their control points)."""
    x = y = 0.0
    box: list[tuple[float, float]] = []
    for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", d):
        numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", rest)]
        if command in "Mm" and box:
            yield _om(box)
            box = []
        lower = command.islower()
        if command in "Hh":
            x = numbers[-1] + (x if lower else 0)
            box.append((x, y))
        elif command in "Vv":
            y = numbers[-1] + (y if lower else 0)
            box.append((x, y))
        else:
            for a, b in zip(numbers[::2], numbers[1::2], strict=False):
                x, y = (x + a, y + b) if lower else (a, b)
                box.append((x, y))
    if box:
        yield _om(box)


def _om(box: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    return min(x for x, _ in box), min(y for _, y in box), max(x for x, _ in box), max(y for _, y in box)


class _Om(NamedTuple):
    """What is around an element of a drawing: the looks it inherits, the part that words in it belong to, and whether
    it is drawn at all or only kept to draw with.
    """

    udseende: Mapping[str, str]
    del_: _Del | None = None
    moenster: bool = False


class _Side:
    """The style sheet, the style attributes and the drawings of a page."""

    _ARVES = ("fill", "stroke", "font-size", "text-anchor")

    def __init__(self, side: BeautifulSoup) -> None:
        self.stil = "".join(sheet.get_text() for sheet in side.find_all("style"))
        self.inline: list[str] = []
        self.tegninger: list[_Tegning] = []
        self.gennemsigtige: list[str] = []
        waiting: list[tuple[Tag | NavigableString, _Om | None]] = [(side, None)]
        while waiting:
            node, around = waiting.pop()
            if isinstance(node, Tag):
                inside = self._element(node, around) if node.name != side.name else None
                waiting += [(child, inside) for child in reversed(node.contents)]
            elif around and around.del_:
                around.del_.ord += node

    def _element(self, element: Tag, om: _Om | None) -> _Om | None:
        """Take down an element; gives what is around its children, None outside of drawings."""
        tag, values = element.name, {name: str(value) for name, value in element.attrs.items()}
        style = dict(_erklaeringer(values["style"])) if "style" in values else {}
        if tag == "svg":
            name = values.get("aria-labelledby", "").split(" ")[0].removeprefix("figur-").removesuffix("-titel")
            self.tegninger.append(_Tegning(name or values.get("aria-label", "")))
            om = om or _Om({})
        where = f"figuren «{self.tegninger[-1].navn}»: <{tag}>" if om else f"<{tag}>"
        values |= style  # a property in style= is worth more than the attribute
        self.gennemsigtige += _gennemsigtigt(where, values)
        if om:
            looks = {**om.udseende, **{n: values[n] for n in self._ARVES if n in values}}
            return _Om(looks, self._tegn(tag, values, looks, om), om.moenster or tag in ("pattern", "defs"))
        if any(name in _FARVER for name in style):
            self.inline.append(values["style"])
        return None

    def _tegn(self, tag: str, values: Mapping[str, str], looks: Mapping[str, str], om: _Om) -> _Del | None:
        """Take down what an element draws; gives the part that words in it belong to."""
        # The initial values of SVG: black, no edge.
        fill, stroke = looks.get("fill", "#000000"), looks.get("stroke", "none")
        parts = self.tegninger[-1].dele
        pattern, around = om.moenster, om.del_

        def number(name: str) -> float:
            m = re.match(r"-?\d*\.?\d+", values.get(name, ""))
            return float(m[0]) if m else 0.0

        if tag in ("text", "tspan"):
            size = re.match(r"[\d.]+", looks.get("font-size", "16"))
            left = {"middle": 0.0, "end": -2.0}.get(looks.get("text-anchor", ""), 2.0)
            middle = (number("x") + left, number("y") - 0.35 * float(size[0] if size else 16))
            if around and around.punkt:  # a part of a text stands where the text does, unless it says otherwise
                middle = (
                    middle[0] if "x" in values else around.punkt[0],
                    middle[1] if "y" in values else around.punkt[1],
                )
            parts.append(_Del(fill, stroke, punkt=middle))
            return parts[-1]
        if tag in ("rect", "circle", "ellipse", "line", "polygon", "polyline", "path"):
            for box in _bokse(tag, values, number):
                parts.append(_Del(fill, stroke, None if pattern else box))
        return None


def _bokse(tag: str, values: Mapping[str, str], number: object) -> list[tuple[float, float, float, float]]:
    n = number if callable(number) else float
    if tag == "path":
        return list(_kasser(values.get("d", "")))
    if tag == "rect":
        return [(n("x"), n("y"), n("x") + n("width"), n("y") + n("height"))]
    if tag == "line":
        return [_om([(n("x1"), n("y1")), (n("x2"), n("y2"))])]
    if tag in ("circle", "ellipse"):
        rx, ry = (n("r"), n("r")) if tag == "circle" else (n("rx"), n("ry"))
        return [(n("cx") - rx, n("cy") - ry, n("cx") + rx, n("cy") + ry)]
    return list(_kasser("M" + values.get("points", "")))
