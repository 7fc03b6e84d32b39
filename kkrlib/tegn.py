"""Characters in text from outside: which of them nobody sees, and how two spellings of one text become one.

A name with a zero-width character in it looks like another name and is none; a letter can be written as one character
or as two. What is data is refused with the character named; what a user writes as a name is read as one would read it
aloud.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

#: Categories that no text of ours needs: control, format (zero width, direction), surrogate, private use, unassigned,
#: the separators of lines and paragraphs, and marks that are set on another letter.
_USYNLIGE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Mc", "Me"})


def usynlige(tekst: str) -> Iterator[str]:
    """Each character that a reader can't see or that turns the text around, named: ``"U+200B ZERO WIDTH SPACE"``.

    Spaces count when they are no plain space: a no-break space (U+00A0) is one of them. So does a mark that makes one
    letter look like another and is no part of it (an ``o`` with a stroke laid upon it is no ``ø``); a letter that is
    written as two characters is not among them (see :func:`sammensat`). Every kind is named once.
    """
    for char in dict.fromkeys(unicodedata.normalize("NFC", tekst)):
        if char != " " and (unicodedata.category(char) in _USYNLIGE or char.isspace()):
            yield f"U+{ord(char):04X} {unicodedata.name(char, 'kontroltegn')}"


def sammensat(tekst: str) -> bool:
    """Whether each letter is one character, as Danish keyboards write it (Unicode's NFC): ``Å``, not ``A``
    and a ring.
    """
    return unicodedata.is_normalized("NFC", tekst)


def normal(tekst: object) -> str:
    """A name as one reads it aloud, to compare by: composed letters, lower case, one plain space between words.

    Invisible characters stay: a name that has one is no name (see :func:`usynlige`).
    """
    return " ".join(unicodedata.normalize("NFC", str(tekst)).casefold().split())


def vis(vaerdi: object, hoejst: int = 80) -> str:
    """A value as a message shows it: on one line, with what nobody sees as its number (``<U+200B>``), cut where it is
    long.
    """
    text = str(vaerdi)
    if len(text) <= hoejst and text.isascii() and text.isprintable():  # most are, and each character is seen
        return text
    shown = "".join(f"<U+{ord(c):04X}>" if next(usynlige(c), None) else c for c in text[:hoejst])
    return shown if len(text) <= hoejst else f"{shown}…"
