"""What a page demands: of a table's and a figure's fragment, of an output that is neither, and of the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kkrlib import mime
from kkrlib.rapport.dele import to_gange
from kkrlib.rapport.struktur import Struktur, glat

SKRIV = "vis det, læseren skal se, med tekst(…), og slet resten"
_TEGN = "tegn figuren med kkrlib.figurer, så den har titel, beskrivelse, enhed og kilde"
#: What to write instead of an output, by its mime types (and, in HTML and text, what it says); the first that fits.
_RAAD = (
    (
        r"^application/(javascript|vnd\.(plotly|vega|bokeh|holoviews|jupyter\.widget))|<script",
        f"siden kører ingen scripts; {_TEGN}",
    ),
    (r"^image/|<svg|<img|<canvas|<Figure size", _TEGN),
    (r"^(audio|video)/|<audio|<video", "siden har hverken lyd eller film; skriv, hvad de siger, med tekst(…)"),
    (r"<iframe|<object|<embed", "siden henter intet; skriv et link i en Markdown-celle"),
    (r"^text/latex", "siden viser ingen formler; skriv reglen i ord med tekst(…)"),
    (r"^text/html", "en DataFrame eller anden HTML har hverken titel, enhed eller kilde; brug tabel(…)"),
    (r"^text/markdown", "en Markdown-tekst vises kun alene; brug tekst(…)"),
    (r"^text/plain", "skriv værdien i en sætning med tekst(…), eller slut linjen med ;"),
)


def raad(data: Mapping[str, Any]) -> str:
    """What to write instead of an output that a page can't have."""
    said = [*sorted(data), *(str(data.get(art, "")) for art in (mime.HTML, mime.TEKST))]
    for pattern, advice in _RAAD:
        if any(re.search(pattern, text) for text in said):
            return advice
    return "brug Side, tabel, en figur, tekst, fold eller filer"


def tabelmangler(laest: Struktur, titel: str, enhed: str, kilde: str) -> Iterator[str]:
    """What a table's fragment does not show of what the table says of itself."""
    titel, enhed, kilde = map(glat, (titel, enhed, kilde))
    if not laest.tabeller:
        yield "er ikke vist (ingen <table>)"
    if bare := sum(len(table.titler) != 1 for table in laest.tabeller):
        yield f"har ingen caption med tekst, eller to, i {bare} af {len(laest.tabeller)} <table>"
    told = laest.tekster.get("kilde", [])
    source = re.escape(kilde.removesuffix("."))
    if not any(re.fullmatch(rf"(Enhed: .*\. )?Kilde: {source}\.", text) for text in told):
        yield f"viser ikke sin kilde: {kilde}"
    said = {enhed, f"({enhed})", f"Enhed: {enhed}"}
    below = any(text.startswith(f"Enhed: {enhed.removesuffix('.')}. Kilde: ") for text in told)
    for table in laest.tabeller:
        if len(table.titler) != 1:
            continue
        (caption,) = table.titler
        # The unit may stand in the caption, after the title.
        name = caption.removesuffix(f" Enhed: {enhed}")
        if name != titel and not name.startswith(f"{titel} – "):
            yield f"viser ikke sin titel, men «{caption}»"
        if not table.raekker["tbody"]:
            if not (table.raekker["tfoot"] and name == f"{titel} – i alt"):
                yield f"har ingen rækker (tbody) i «{caption}»"
        elif not below and not said & set(table.enheder):
            yield f"viser ikke sin enhed «{enhed}» i «{caption}»"


def figurmangler(laest: Struktur, titel: str, beskrivelse: str, enhed: str, kilde: str) -> Iterator[str]:
    """What a figure's fragment does not show of what the figure says of itself."""
    if glat(titel) not in laest.tekster.get("figurtitel", []):
        yield f"viser ikke sin titel: {titel}"
    if glat(beskrivelse) not in laest.tekster.get("beskrivelse", []):
        yield f"viser ikke sin beskrivelse: {beskrivelse[:80]}"
    told = laest.tekster.get("kilde", [])
    unit, source = (
        f"{name}: {re.escape(glat(text).removesuffix('.'))}[.?!]?"
        for name, text in (("Enhed", enhed), ("Kilde", kilde))
    )
    if not any(re.match(rf"{unit} Kilde: ", text) for text in told):
        yield f"viser ikke sin enhed: {enhed}"
    if not any(re.search(rf"(^| ){source}$", text) for text in told):
        yield f"viser ikke sin kilde: {kilde}"


def sidemangler(fundet: Struktur, tabeller: int, figurer: int, antal_table: int) -> Iterator[str]:
    """What a finished page has or lacks beside what its notebook shows: ``tabeller`` tables, made of ``antal_table``
    ``<table>``, and ``figurer`` figures. What a template dropped or doubled is among it.
    """
    yield from dict.fromkeys(fundet.raa)
    if twice := to_gange(fundet.ids):
        yield f"id er brugt to gange: {', '.join(twice)}"
    if fundet.overskrifter.count(1) != 1:
        yield f"siden har {fundet.overskrifter.count(1)} overskrifter på øverste niveau"
    jumps = zip([0, *fundet.overskrifter], fundet.overskrifter, strict=False)
    if any(after > before + 1 for before, after in jumps):
        yield "et overskriftsniveau er sprunget over"
    ids = set(fundet.ids)
    for by, target in dict.fromkeys(fundet.henvisninger):
        if target not in ids:
            yield f"{by} «#{target}» peger ikke på noget på siden"
    if fundet.th_uden_scope:
        yield f"{fundet.th_uden_scope} <th> uden scope"
    for kind, wanted in (("tabel", tabeller), ("figur", figurer)):
        if fundet.klasser[kind] != wanted:
            yield f"siden har {fundet.klasser[kind]} af class «{kind}», notebooken viser {wanted}"
    if len(fundet.tabeller) != antal_table:
        yield f"siden har {len(fundet.tabeller)} <table>, notebooken viser {antal_table}"
    if bare := sum(len(table.titler) != 1 for table in fundet.tabeller):
        yield f"{bare} <table> uden netop én caption"
