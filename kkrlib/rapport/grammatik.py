"""How values are written on the command line, and nothing else: numbers, truth values, lists and dictionaries.

What a text is, is said by the parameter it is given to, not by how it looks: a code such as ``0360`` is text, a
number is decimal, and there are no octal numbers, dates, anchors, tags or comments as in YAML. ::

    heltal  = [ "-" ] ( "0" | ciffer uden 0 { ciffer } )
    tal     = heltal [ "." ciffer { ciffer } ]
    liste   = "[" [ tekst { "," tekst } ] "]"
    ordbog  = "{" [ tekst ":" tekst { "," tekst ":" tekst } ] "}"
    tekst   = bar tekst | "…" som i JSON | '…' med '' for '

A bare text begins with a letter or a digit (or a minus and a digit) and holds none of ``[]{},"'``; as a key or a
value of a dictionary no ``:`` either. Space around texts does not count. Errors say what is wrong and where.
"""

from __future__ import annotations

import json
import re

from kkrlib import tegn

CIFRE = 30
"""The most digits of a number: no number of people or kroner is that long."""

_HELTAL = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_TAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_BLANKT = " \t\r\n"
_BAR_BEGYNDELSE = re.compile(r"[^\W_]|-[0-9]")
_STOP_LISTE, _STOP_ORDBOG = re.compile(r"[\[\]{},\"']"), re.compile(r"[\[\]{},\"':]")


class Skrivefejl(ValueError):
    """A text that is not written by the grammar; the message says what is wrong and where, in Danish, and may be
    empty."""


def heltal(tekst: str) -> int:
    """A whole number. Raises :class:`Skrivefejl`, with a hint, for any other way to write one (``010``, ``1_000``,
    ``1.000``, ``٣``)."""
    text = tekst.strip(_BLANKT)
    if not _HELTAL.fullmatch(text):
        raise Skrivefejl(_raad(text))
    if len(text.lstrip("-")) > CIFRE:
        raise Skrivefejl(f"det har mere end {CIFRE} cifre")
    return int(text)


def tal(tekst: str) -> float:
    """A number with or without a decimal point; raises as :func:`heltal`."""
    text = tekst.strip(_BLANKT)
    if not _TAL.fullmatch(text):
        raise Skrivefejl("skriv decimaltegnet som punktum" if re.fullmatch(r"-?[0-9]+,[0-9]+", text) else _raad(text))
    if len(text) > 2 * CIFRE:
        raise Skrivefejl(f"det har mere end {2 * CIFRE} tegn")
    return float(text)


def sandt(tekst: str) -> bool:
    """``true`` or ``false``, in any case."""
    text = tekst.strip(_BLANKT).casefold()
    if text not in ("true", "false"):
        raise Skrivefejl("")
    return text == "true"


def liste(tekst: str) -> list[str]:
    """The elements of a list, as texts."""
    return [first for first, _ in _led(tekst, "[", "]")]


def ordbog(tekst: str) -> list[tuple[str, str]]:
    """The pairs of a dictionary, as texts, in their order; raises for a key that is written twice in the same way."""
    pairs = [(key, value or "") for key, value in _led(tekst, "{", "}")]
    for number, (key, _) in enumerate(pairs):
        if key in dict(pairs[:number]):
            raise Skrivefejl(f"«{key}» står to gange")
    return pairs


def _raad(text: str) -> str:
    if hidden := ", ".join(tegn.usynlige(text)):
        return f"det har et usynligt tegn ({hidden})"
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return "skriv det uden + eller nul foran"
    if text and not text.isascii() and all(c.isdigit() or c in "-." for c in text):
        return "skriv det med cifrene 0–9"
    if re.fullmatch(r"-?[0-9]{1,3}([._' ,][0-9]{3})+", text):
        return "skriv det uden tegn mellem tusinderne"
    return ""


def _led(tekst: str, begin: str, end: str) -> list[tuple[str, str | None]]:
    """What stands between two brackets: texts, or pairs of texts in a dictionary."""
    text, pairs = tekst, begin == "{"
    at = _frem(text, 0)
    if text[at : at + 1] != begin:
        raise Skrivefejl(f"den skal begynde med «{begin}»")
    at = _frem(text, at + 1)
    found: list[tuple[str, str | None]] = []
    if text[at : at + 1] == end:
        at += 1
    else:
        while True:
            first, at = _tekst(text, at, end, pairs)
            second = None
            if pairs:
                if text[at : at + 1] != ":":
                    raise Skrivefejl(f"der mangler et kolon og en værdi efter «{first}»")
                second, at = _tekst(text, _frem(text, at + 1), end, pairs)
            found.append((first, second))
            mark, at = text[at : at + 1], at + 1
            if mark == end:
                break
            if mark != ",":
                raise Skrivefejl(f"der mangler et «{end}»" if not mark else f"tegn {at}: uventet «{mark}»")
            at = _frem(text, at)
    at = _frem(text, at)
    if at < len(text):
        raise Skrivefejl(f"tegn {at + 1}: der står mere efter «{end}»")
    return found


def _tekst(text: str, at: int, end: str, pairs: bool) -> tuple[str, int]:
    """The text that begins at ``at``, and where the next mark stands."""
    mark = text[at : at + 1]
    if mark == '"':
        try:
            value, after = json.JSONDecoder().raw_decode(text, at)
        except json.JSONDecodeError:
            raise Skrivefejl(f"tegn {at + 1}: teksten i anførselstegn er ikke skrevet som i JSON") from None
    elif mark == "'":
        quoted = re.compile(r"'((?:[^'\\]|'')*)'").match(text, at)
        if not quoted:
            raise Skrivefejl(f"tegn {at + 1}: teksten mangler et «'» til sidst eller har en omvendt skråstreg")
        value, after = quoted[1].replace("''", "'"), quoted.end()
    else:
        return _bar(text, at, end, pairs)
    after = _frem(text, after)
    return _synlig(value, at), after


def _bar(text: str, at: int, end: str, pairs: bool) -> tuple[str, int]:
    stop = (_STOP_ORDBOG if pairs else _STOP_LISTE).search(text, at)
    after = stop.start() if stop else len(text)
    value = text[at:after].strip(_BLANKT)
    mark = text[after : after + 1]
    if not value:
        if mark and mark in "[{":
            raise Skrivefejl(f"tegn {after + 1}: lister og ordbøger kan ikke stå inden i hinanden")
        raise Skrivefejl(
            f"der mangler et «{end}»" if not mark else f"tegn {after + 1}: der mangler en tekst før «{mark}»"
        )
    if not _BAR_BEGYNDELSE.match(value) or " #" in value or (mark and mark in "[{\"'"):
        raise Skrivefejl(f"tegn {at + 1}: skriv teksten i anførselstegn")
    return _synlig(value, at), after


def _synlig(value: str, at: int) -> str:
    if hidden := ", ".join(tegn.usynlige(value)):
        raise Skrivefejl(f"tegn {at + 1}: teksten har et usynligt tegn ({hidden})")
    return value


def _frem(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKT:
        at += 1
    return at
