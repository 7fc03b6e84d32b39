"""A number as Danish sources print it, read in one place: its exact value and how many decimals it is printed with.

The check of each fact against its printing (:mod:`kkrlib.data.tal`) and the reconciliation both read numbers here, so
that they cannot take a thousands dot for two different things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

#: How many decimals of a fraction are compared.
BROEK = 2

#: Vulgar fractions that a source can print as one character.
_BROEKTEGN = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}

_TAL = re.compile(
    rf"""(?P<fortegn>[-−–+]?)\s*
    (?: (?P<taeller>[0-9]+)/(?P<naevner>[1-9][0-9]*)
      | (?P<hele>[0-9]{{1,3}}(?:\.[0-9]{{3}})+ | [0-9]+)
        (?: ,(?P<komma>[0-9]+) | \.(?P<punktum>[0-9]{{1,2}}|[0-9]{{4,}}) )?
        (?P<broek>[{"".join(_BROEKTEGN)}]?)
      | (?P<broekalene>[{"".join(_BROEKTEGN)}]) )
    \s*(?P<enhed>%|[^\W\d][^\d]*)?""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Trykt:
    """A printed number: exact, with the decimals it is printed with, whether a minus stands before it, and what stands
    after it.
    """

    vaerdi: Fraction
    decimaler: int
    minus: bool
    enhed: str


def laes(tekst: str) -> Trykt | None:
    """Read a number that is printed with digits; None for a word, and for a text that is more than a number.

    ``1.234`` is one thousand two hundred and thirty-four: a point that three digits follow separates thousands, any
    other begins decimals, as some sources print (``14.6 %``), and so does every comma. A fraction is ``2/3``, ``½`` or
    ``2½``; a lone ``-`` in a table is zero.
    """
    text = tekst.strip()
    if text in ("-", "–", "−"):
        return Trykt(Fraction(0), 0, False, "")
    match = _TAL.fullmatch(text)
    if match is None:
        return None
    minus = match["fortegn"] not in ("", "+")
    if match["taeller"]:
        value, decimals = Fraction(int(match["taeller"]), int(match["naevner"])), BROEK
    elif match["broekalene"]:
        value, decimals = _BROEKTEGN[match["broekalene"]], BROEK
    else:
        digits = match["komma"] or match["punktum"] or ""
        value = Fraction(int(match["hele"].replace(".", "") + digits), 10 ** len(digits))
        decimals = len(digits)
        if match["broek"]:
            value, decimals = value + _BROEKTEGN[match["broek"]], BROEK
    return Trykt(-value if minus else value, decimals, minus, (match["enhed"] or "").strip())
