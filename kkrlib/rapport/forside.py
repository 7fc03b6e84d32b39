"""The front page: every report that is published, and its downloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from kkrlib import dansk
from kkrlib.errors import RunError
from kkrlib.omraade import HELE_LANDET
from kkrlib.rapport import kontrast, opsaetning
from kkrlib.rapport.dele import art, stoerrelse, to_gange, udgiver
from kkrlib.rapport.stilark import CSP, stil
from kkrlib.skabeloner import miljoe
from kkrlib.tegn import slug


def indeks(sider: Iterable[Mapping[str, Any]], indstillinger: Mapping[str, Any] | None = None) -> str:
    """The front page: every report, those without years last, newest year first, the whole country before the regions.

    ``sider`` has one dict per page: ``navn``, ``rapport``, ``rapporttitel``, ``titel``, ``beskrivelse``, ``aar``,
    ``region`` (empty or «hele landet» for the whole country) and ``filer``, a list of ``{"fil", "bytes", "titel"}``
    with the file's path from the front page, its size in bytes and what it holds. Without years ``aar`` is empty.
    ``orden`` (optional) is where its parameters' values stand in the data, which the regions follow.
    ``hovedtal`` (optional) is the page's main figure, ``{"tal", "tekst"}``, as its notebook gave it.
    The order of ``sider`` does not matter. Raises RunError if a page is there twice or there is none.
    """
    pages = list(sider)
    if not pages:
        raise RunError("forsiden har ingen sider at vise")
    if twice := to_gange(p["navn"] for p in pages):
        raise RunError(f"forsiden har samme side to gange: {dansk.opremsning(twice)}")

    def whole(page: Mapping[str, Any]) -> bool:
        return not page["region"] or str(page["region"]).lower() == HELE_LANDET

    yearly = {p["rapport"] for p in pages if p["aar"]}

    def order(page: Mapping[str, Any]) -> tuple[Any, ...]:
        year = int(page["aar"] or 0)
        place = (not whole(page), page.get("orden", []), str(page["region"]), page["navn"])
        return (page["rapport"] not in yearly, page["rapporttitel"], page["rapport"], -year, *place)

    def short(page: Mapping[str, Any]) -> tuple[str, str]:
        """The title as what the headings above a region's link say already, and the rest."""
        region = str(page["region"])
        shown = region if not whole(page) and page["titel"].endswith(region) else page["titel"]
        return page["titel"].removesuffix(shown), shown

    reports: dict[str, dict[str, Any]] = {}
    for page in sorted(pages, key=order):
        report = reports.setdefault(
            page["rapport"],
            {"id": slug(page["rapport"]), "titel": page["rapporttitel"], "aar": {}},
        )
        report["aar"].setdefault(page["aar"], []).append(
            {
                "href": quote(f"{page['navn']}.html"),
                "titel": page["titel"],
                "kort": short(page),
                "beskrivelse": page["beskrivelse"],
                "hele": whole(page),
                "hovedtal": page.get("hovedtal"),
                "filer": [
                    {"href": quote(f["fil"]), "titel": f["titel"], "art": art(f["fil"]), "str": stoerrelse(f["bytes"])}
                    for f in page["filer"]
                ],
            }
        )
    title = "Rapporter"
    settings = indstillinger or opsaetning.tom()
    html = (
        miljoe(__package__)
        .get_template("indeks.html.j2")
        .render(
            titel=f"{title} – {settings['udgiver']}",
            overskrift=title,
            beskrivelse="Rapporter til Kommunekontaktrådet om fordelinger og økonomi på tværs af kommunerne.",
            rapport=title,
            rapporter=list(reports.values()),
            soeskende=[],
            stil=stil(title, settings["udgiver"], "forside.css"),
            csp=CSP,
            **udgiver(settings),
        )
    )
    if faults := kontrast.fund(html):
        raise RunError("\n".join(["forsiden er afvist:", *faults]))
    return html
