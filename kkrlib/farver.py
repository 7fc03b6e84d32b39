"""The one palette: every colour of pages, tables and figures, with a light and a dark value.

Figures are drawn with the light values and shown with ``var(--navn,#lys)``, so that the same SVG follows the
reader's colour scheme. That only works when no two names share a light value, which is checked on import.
"""

from __future__ import annotations

from typing import NamedTuple


class Farve(NamedTuple):
    """One named colour: ``lys`` on a light page and in print, ``moerk`` on a dark page, both ``#rrggbb``."""

    lys: str
    moerk: str


FARVER: dict[str, Farve] = {
    "blaek": Farve("#1b1f24", "#e8ebee"),  # text
    "papir": Farve("#ffffff", "#14181d"),  # background
    "svag": Farve("#56606b", "#a6b0bb"),  # muted text, still readable
    "gitter": Farve("#d3d8de", "#3b444e"),  # lines that carry no information
    "serie-1": Farve("#0b4f8a", "#6db3f2"),
    "plus": Farve("#1c63a3", "#7abaf4"),
    "minus": Farve("#a6400b", "#f3a06a"),
    "fremhaev": Farve("#b0125b", "#ff8fc0"),
    # A sequence: more is farther from the paper, so it darkens on white and brightens on black.
    "trin-0": Farve("#f3f4f6", "#20262d"),
    "trin-1": Farve("#d6e6f4", "#1d3850"),
    "trin-2": Farve("#a9cce9", "#245077"),
    "trin-3": Farve("#75abd8", "#64a6dc"),
    "trin-4": Farve("#2a6fae", "#93c5ee"),
    "trin-5": Farve("#0a3d6e", "#d0e7fa"),
    "trin-0-tekst": Farve("#4d5661", "#b4bdc7"),
    "trin-1-tekst": Farve("#12171c", "#f2f4f6"),
    "trin-2-tekst": Farve("#10151a", "#f4f6f8"),
    "trin-3-tekst": Farve("#0e1318", "#0c1116"),
    "trin-4-tekst": Farve("#fefefe", "#0b1015"),
    "trin-5-tekst": Farve("#fdfdfd", "#0a0f14"),
}

NAVN_AF_HEX: dict[str, str] = {farve.lys: navn for navn, farve in FARVER.items()}
if len(NAVN_AF_HEX) != len(FARVER):
    raise AssertionError("to farver har samme lyse værdi, så figurerne kan ikke skelne dem")


def lys(navn: str) -> str:
    """The light hex of a named colour, what figures are drawn with. KeyError for an unknown name."""
    return FARVER[navn].lys


def _luminans(hexfarve: str) -> float:
    """The WCAG relative luminance of ``#rrggbb``, 0 (black) to 1 (white)."""
    if len(hexfarve) != 7 or hexfarve[0] != "#":
        raise ValueError(f"«{hexfarve}» er ikke en farve som #rrggbb")
    kanaler = (int(hexfarve[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (k / 12.92 if k <= 0.04045 else ((k + 0.055) / 1.055) ** 2.4 for k in kanaler)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def kontrast(a: str, b: str) -> float:
    """The WCAG 2 contrast ratio of two ``#rrggbb`` colours, 1 to 21; the order does not matter.

    ValueError if one is not six hexadecimal digits after ``#``.
    """
    lysest, moerkest = sorted((_luminans(a), _luminans(b)), reverse=True)
    return (lysest + 0.05) / (moerkest + 0.05)


def css() -> str:
    """The palette as CSS custom properties: light, dark by the reader's choice, light again in print."""
    light = ";".join(f"--{navn}:{farve.lys}" for navn, farve in FARVER.items())
    dark = ";".join(f"--{navn}:{farve.moerk}" for navn, farve in FARVER.items())
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{light}}}}}\n"
    )
