"""What the parts of a page are called and how they are written, for the page and the front page alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from kkrlib import dansk
from kkrlib.skabeloner import fyld
from kkrlib.tegn import slug

_ARTER = {"csv": "CSV", "xlsx": "Excel"}


def overskrift(niveau: int, html: str, tekst: str) -> Markup:
    """A heading with its permalink; ``html`` is what it says, ``tekst`` the same without tags."""
    return fyld(
        '<div class="overskrift"><h{niveau} id="{id}">{html}</h{niveau}>'
        '<a class="permalink" href="#{id}"><span aria-hidden="true">#</span>'
        '<span class="skjult">Link til afsnittet {tekst}</span></a></div>\n',
        niveau=niveau,
        id=slug(tekst),
        html=Markup(html),
        tekst=tekst,
    )


def stoerrelse(antal: int) -> str:
    """A file's size for people: ``5120 → "5 kB"``; at least «1 kB», from 1 MB one decimal; 1 kB is 1.000 bytes."""
    if antal >= 1_000_000:
        text, unit = dansk.tal(antal / 1_000_000, 1), "MB"
    else:
        text, unit = dansk.tal(max(1, round(antal / 1000))), "kB"
    return f"{text}\N{NO-BREAK SPACE}{unit}"


def art(fil: str) -> str:
    """What readers call a kind of file: ``"kvoter.xlsx" → "Excel"``."""
    suffix = fil.rpartition(".")[2]
    return _ARTER.get(suffix, suffix.upper())


def to_gange(items: Iterable[str]) -> list[str]:
    """What is there more than once, each once, in order."""
    return [item for item, n in Counter(items).items() if n > 1]


def udgiver(indstillinger: Mapping[str, Any]) -> dict[str, Any]:
    """Publisher, contact and accessibility statement, as the templates take them."""
    contact = indstillinger["kontakt"]
    return {
        "udgiver": indstillinger["udgiver"],
        "kontakt": {**contact, "tel": contact["telefon"].replace(" ", "")} if any(contact.values()) else None,
        "tilgaengelighed": indstillinger["tilgaengelighed"],
    }
