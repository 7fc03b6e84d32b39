"""The page of a report: what its cells show, laid out with all that every page says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from kkrlib import dansk
from kkrlib.errors import RunError
from kkrlib.rapport import fingeraftryk, kontrast, krav, opsaetning
from kkrlib.rapport.dele import overskrift, udgiver
from kkrlib.rapport.laeser import Laeser
from kkrlib.rapport.stilark import CSP, stil
from kkrlib.rapport.struktur import Struktur, laes
from kkrlib.skabeloner import miljoe
from kkrlib.tegn import slug

#: The folder of the downloads, from the page.
MAPPE = "data/"
#: Ids of the template itself.
EGNE_IDER = ("til-indholdet", "indholdsfortegnelse")
#: The headings of the part that every page ends with.
_OM = {
    "om": "Om rapporten",
    "henvis": "Sådan henviser du til rapporten",
    "rettelser": "Rettelser og tidligere udgaver",
    "grundlag": "Kode og data bag siden",
    "kontakt": "Kontakt og tilgængelighed",
}


def side(
    nb: Mapping[str, Any],
    navn: str,
    soeskende: Iterable[Mapping[str, Any]] = (),
    indstillinger: Mapping[str, Any] | None = None,
    mappe: str = MAPPE,
    proeve: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, bytes]]:
    """The page of an executed notebook and its downloads; ``navn`` is the page's name without ``.html``.

    ``indstillinger`` are those of :mod:`kkrlib.rapport.opsaetning` (none: nothing is filled in); ``mappe`` is the
    folder of the downloads; ``proeve`` is what the controls object to on a trial page (see :class:`KkrRapport`).
    """
    settings = indstillinger or opsaetning.tom()
    page = Laeser(navn, mappe, (*EGNE_IDER, *map(slug, _OM.values()))).laes(nb)
    kkr = nb.get("metadata", {}).get("kkr", {})
    rapport = str(kkr.get("titel") or page.titel)
    html = (
        miljoe(__package__)
        .get_template("side.html.j2")
        .render(
            titel=page.titel,
            beskrivelse=page.beskrivelse,
            rapport=rapport,
            h1=Markup(page.h1),
            indledning=Markup(page.sektioner[0].html),
            sektioner=[
                {"id": s.id, "titel": s.titel, "html": Markup(s.html), "overskrift": Markup(s.overskrift)}
                for s in page.sektioner[1:]
            ],
            soeskende=[
                {"etiket": axis["etiket"], "sider": [dict(s, href=quote(f"{s['navn']}.html")) for s in axis["sider"]]}
                for axis in soeskende
            ],
            proeve=_proeve(proeve),
            stil=stil(
                page.titel,
                settings["udgiver"],
                *(["filter.css"] if page.har_filter else []),
            ),
            csp=CSP,
            om=_om(nb, navn, settings),
            **udgiver(settings),
        )
    )
    _kontroller(html, page)
    return html, page.filer


def _kontroller(html: str, page: Laeser) -> None:
    """The finished page against its notebook, and its colours. Raises RunError with every fault."""
    tree = laes(html)
    faults = list(krav.sidemangler(Struktur(tree), len(page.tabeller), len(page.figurer), page.antal_tabeller))
    for fault in kontrast.fund(tree):
        figure = re.match("figuren «(.*?)»", fault)
        faults.append(f"celle {page.figurer[figure[1]]}: {fault}" if figure and figure[1] in page.figurer else fault)
    if faults:
        raise RunError("\n".join([f"siden «{page.navn}» er afvist:", *faults]))


def _proeve(proeve: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a trial page says at its top; the findings that are not named are counted."""
    if proeve is None:
        return None
    rest = proeve["antal"] - len(proeve["fund"])
    return {
        "antal": dansk.flertal(proeve["antal"], "indvending", "indvendinger") if proeve["antal"] else "",
        "fund": list(proeve["fund"]),
        "rest": dansk.flertal(rest, "indvending til", "indvendinger til") if rest else "",
    }


def _om(nb: Mapping[str, Any], navn: str, indstillinger: Mapping[str, Any]) -> dict[str, Any]:
    """What the part on the report itself says: its edition, its corrections, and what it was made of."""
    made = fingeraftryk.af(nb)
    corrections = opsaetning.rettelser_til(navn, indstillinger["rettelser"])
    return {
        "fil": f"{navn}.html",
        "udgave": max((r["udgave"] for r in corrections), default=1),
        "rettelser": [dict(r, dato=dansk.dato(r["dato"])) for r in corrections],
        "kode": made.kode,
        "data": made.data,
        "kort": fingeraftryk.KORT,
        "pakker": [f"{name}\N{NO-BREAK SPACE}{number}" for name, number in made.pakker],
        "titler": _OM,
        "overskrifter": {
            key: overskrift(2 if key == "om" else 3, Markup.escape(text), text) for key, text in _OM.items()
        },
        "id": slug(_OM["om"]),
    }
