"""The exporter: an executed notebook becomes one page, with the tables' data beside it.

It computes no number. It lays out what the cells show by the contract in ``docs/architecture.md`` and refuses
everything else, with the cell's number (the first cell is 1) and all refusals at once.
"""

from __future__ import annotations

import json
import re
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

import mistune
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default

from kkrlib import dansk, data, farver, mime, tabeller
from kkrlib.errors import RunError
from kkrlib.rapport import fingeraftryk, graenser, kontrast, opsaetning
from kkrlib.skabeloner import fyld, miljoe, sammen

HELE_LANDET = "hele landet"
#: What a page may load: nothing but the styles it carries and its empty icon.
CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

_DANSKE = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u", "ö": "o", "ä": "a"})

#: What a table with choices has, and the styles that make them work.
FILTER = '<fieldset class="filter">'
#: Where IPython says a warning came from: a file of the run's own, which is no more when the message is read.
_VARSEL = re.compile(r"^\S*[/\\]ipykernel_\d+[/\\]\d+\.py:", re.M)
_SKRIV = "vis det, læseren skal se, med tekst(…), og slet resten"
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
#: Ids of the template itself.
_EGNE = ("til-indholdet", "indholdsfortegnelse")
#: The headings of the part that every page ends with.
_OM = {
    "om": "Om rapporten",
    "henvis": "Sådan henviser du til rapporten",
    "rettelser": "Rettelser og tidligere udgaver",
    "grundlag": "Kode og data bag siden",
    "kontakt": "Kontakt og tilgængelighed",
}


class KkrRapport(Exporter):  # type: ignore[misc]
    """nbconvert exporter ``kkr-rapport``: ``jupyter nbconvert --to kkr-rapport X.ipynb``.

    Input is an executed notebook. ``resources["metadata"]["name"]`` is the page's name, which its downloads begin with;
    ``resources["kkr"]["soeskende"]`` (optional) is what there is to choose between, a list of ``{"etiket": "Område",
    "sider": [{"navn", "tekst", "aktuel"}, …]}``, and ``["opsaetning"]`` is what :func:`kkrlib.rapport.opsaetning.laes`
    read (without it the project's own files are read). ``["proeve"]`` (optional) makes it a trial page, which says at
    the top what the controls object to: ``{"antal": 7, "fund": ["…", …]}``, how many findings and the first of them.
    Output is the page as text, and in ``resources["outputs"]`` the downloads as ``{"data/<name>-<table id>.csv": bytes,
    …}``. Raises RunError, with every refusal, for a page that is not as the contract says.
    """

    export_from_notebook = "KKR-rapport (HTML)"
    output_mimetype = mime.HTML
    #: the folder of the downloads, from the page
    mappe = "data/"

    @default("enabled")
    def _enabled_default(self) -> bool:
        # JupyterLab's menu lists every exporter by name, but Jupyter's server finds only names of letters, digits and
        # _. In a server :class:`KkrRapportLab` stands for this one, which would answer «404».
        server = sys.modules.get("jupyter_server.serverapp")
        return server is None or not server.ServerApp.initialized()

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the page of ``nb``; returns ``(html, resources)``. See the class."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        name = resources.get("metadata", {}).get("name") or "rapport"
        ours = resources.get("kkr", {})
        settings = ours.get("opsaetning") or opsaetning.laes(data.ROD)
        html, downloads = side(nb, name, ours.get("soeskende", ()), settings, self.mappe, ours.get("proeve"))
        resources["outputs"] = {**(resources.get("outputs") or {}), **downloads}
        return html, resources


class KkrRapportLab(KkrRapport):
    """The exporter ``KKR_rapport``: what JupyterLab offers under File → Save and Export Notebook As.

    Jupyter's server sends the page and its downloads in one ZIP file without folders, so they lie beside the page.
    """

    mappe = ""

    @default("enabled")
    def _enabled_default(self) -> bool:
        return True


def side(
    nb: Mapping[str, Any],
    navn: str,
    soeskende: Iterable[Mapping[str, Any]] = (),
    indstillinger: Mapping[str, Any] | None = None,
    mappe: str = KkrRapport.mappe,
    proeve: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, bytes]]:
    """The page of an executed notebook and its downloads; ``navn`` is the page's name without ``.html``.

    ``indstillinger`` are those of :mod:`kkrlib.rapport.opsaetning` (none: nothing is filled in); ``mappe`` is the
    folder of the downloads; ``proeve`` is what the controls object to on a trial page (see :class:`KkrRapport`).
    """
    settings = indstillinger or opsaetning.tom()
    page = _Laeser(navn, mappe).laes(nb)
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
                *(["filter.css"] if any(FILTER in s.html for s in page.sektioner) else []),
            ),
            csp=CSP,
            om=_om(nb, navn, settings),
            **_udgiver(settings),
        )
    )
    _kontroller(html, page)
    return html, page.filer


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


def _udgiver(indstillinger: Mapping[str, Any]) -> dict[str, Any]:
    """Publisher, contact and accessibility statement, as the templates take them."""
    contact = indstillinger["kontakt"]
    return {
        "udgiver": indstillinger["udgiver"],
        "kontakt": {**contact, "tel": contact["telefon"].replace(" ", "")} if any(contact.values()) else None,
        "tilgaengelighed": indstillinger["tilgaengelighed"],
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
            key: _overskrift(2 if key == "om" else 3, Markup.escape(text), text) for key, text in _OM.items()
        },
        "id": _slug(_OM["om"]),
    }


def _overskrift(niveau: int, html: str, tekst: str) -> Markup:
    """A heading with its permalink; ``html`` is what it says, ``tekst`` the same without tags."""
    return fyld(
        '<div class="overskrift"><h{niveau} id="{id}">{html}</h{niveau}>'
        '<a class="permalink" href="#{id}"><span aria-hidden="true">#</span>'
        '<span class="skjult">Link til afsnittet {tekst}</span></a></div>\n',
        niveau=niveau,
        id=_slug(tekst),
        html=Markup(html),
        tekst=tekst,
    )


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
    if twice := _to_gange(p["navn"] for p in pages):
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
            {"id": _slug(page["rapport"]), "titel": page["rapporttitel"], "aar": {}},
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
                    {"href": quote(f["fil"]), "titel": f["titel"], "art": _art(f["fil"]), "str": stoerrelse(f["bytes"])}
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
            **_udgiver(settings),
        )
    )
    if faults := kontrast.fund(html):
        raise RunError("\n".join(["forsiden er afvist:", *faults]))
    return html


def stoerrelse(antal: int) -> str:
    """A file's size for people: ``5120 → "5 kB"``; at least «1 kB», from 1 MB one decimal; 1 kB is 1.000 bytes."""
    if antal >= 1_000_000:
        text, unit = dansk.tal(antal / 1_000_000, 1), "MB"
    else:
        text, unit = dansk.tal(max(1, round(antal / 1000))), "kB"
    return f"{text}\N{NO-BREAK SPACE}{unit}"


def stil(titel: str, udgiver: str = opsaetning.UDGIVER, *ark: str) -> Markup:
    """The page's styles: the colours, the package's sheet (and ``ark``, more of them), and the names on each printed
    page.
    """
    css = (
        f"{farver.css().strip()}\n{''.join(map(_stilark, ('stil.css', *ark)))}"
        f'@page{{@top-left{{content:"{_css(titel)}"}}@bottom-left{{content:"{_css(udgiver)}"}}}}\n'
    )
    if "</" in css:
        raise RunError("stilarket indeholder «</»")
    return Markup(css)


def _css(tekst: str) -> str:
    """A text as it is written within a CSS string."""
    return "".join(c if (c.isalnum() and c.isascii()) or c == " " else f"\\{ord(c):x} " for c in tekst)


@cache
def _stilark(navn: str) -> str:
    """A sheet without its comments and spaces, which readers of a page need not download."""
    css = files(__package__).joinpath("skabelon", navn).read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    lines = "".join(f"{line.strip()}\n" for line in css.splitlines() if line.strip())
    lines = re.sub(r"([{;,])\s+", r"\1", re.sub(r"\s+([{}])", r"\1", lines)).replace(";}", "}")
    # Before a colon a space divides selectors; after it, it divides nothing.
    return re.sub(r":\s+", ":", lines)


def _slug(text: str) -> str:
    """``"Kommunekvoter på Ærø" → "kommunekvoter-paa-aeroe"``; empty if no letter or digit is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().translate(_DANSKE)).strip("-")


def _raad(data: Mapping[str, Any]) -> str:
    """What to write instead of an output that a page can't have."""
    said = [*sorted(data), *(str(data.get(art, "")) for art in (mime.HTML, mime.TEKST))]
    for pattern, advice in _RAAD:
        if any(re.search(pattern, text) for text in said):
            return advice
    return "brug Side, tabel, en figur, tekst, fold eller filer"


def _base64(text: str) -> bytes | None:
    """The bytes that a text stands for; None where it is no base64."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _to_gange(items: Iterable[str]) -> list[str]:
    return [item for item, n in Counter(items).items() if n > 1]


def _art(fil: str) -> str:
    return {"csv": "CSV", "xlsx": "Excel"}.get(fil.rpartition(".")[2], fil.rpartition(".")[2].upper())


@dataclass
class _Sektion:
    """What stands under one h2, or before the first one (``id`` is empty)."""

    id: str = ""
    titel: str = ""
    overskrift: str = ""
    dele: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        return "".join(self.dele)


class _Laeser:
    """Walks the cells once, collecting sections, downloads and refusals."""

    def __init__(self, navn: str, mappe: str):
        self.navn, self.mappe = navn, mappe
        self.titel = self.beskrivelse = self.h1 = ""
        self.sektioner = [_Sektion()]
        self.filer: dict[str, bytes] = {}
        self.tabeller: list[str] = []
        self.figurer: dict[str, int] = {}
        self.antal_tabeller = 0
        self.afvist: list[str] = []
        self.celle = 0
        self.fylder: Counter[int] = Counter()  # the bytes of each cell on the page
        self._niveau = 1
        self._sider = 0
        self._ids: dict[str, int] = dict.fromkeys((*_EGNE, *map(_slug, _OM.values())), 0)
        self._titler: dict[str, int] = {}
        self._links: list[tuple[int, str, str]] = []

    def afvis(self, regel: str) -> None:
        self.afvist.append(f"celle {self.celle}: {regel}")

    def laes(self, nb: Mapping[str, Any]) -> _Laeser:
        for self.celle, cell in enumerate(nb["cells"], 1):
            if cell["cell_type"] == "markdown":
                self._markdown(cell["source"])
            elif cell["cell_type"] == "code":
                for output in cell.get("outputs", []):
                    self._output(output)
            elif cell["source"].strip():
                self.afvis("en råcelle vises ikke på siden; brug en Markdown-celle")
        for number, target, by in self._links:
            if target not in self._ids:
                self.afvist.append(f"celle {number}: {by} «#{target}» peger ikke på noget på siden")
        self._for_meget()
        if not self._sider:
            self.afvist.append("notebooken viser ingen Side, som skal være det første, der vises (er den kørt?)")
        if self.afvist:
            raise RunError("\n".join([f"siden «{self.navn}» er afvist:", *self.afvist]))
        return self

    def _output(self, output: Mapping[str, Any]) -> None:
        kind = output["output_type"]
        if kind == "stream":
            text = _VARSEL.sub("", "".join(output["text"])).strip().splitlines() or [""]
            advice = "ret årsagen, for siden viser ingen advarsler" if output["name"] == "stderr" else _SKRIV
            return self.afvis(f"skriver til {output['name']}: {text[0][:200]}; {advice}")
        if kind == "error":
            return self.afvis(f"fejlede: {output['ename']}: {output['evalue']}")
        data = output.get("data", {})
        if (size := len(json.dumps(data, ensure_ascii=False).encode("utf-8"))) > graenser.OUTPUT:
            most = f"{stoerrelse(size)}, og et output må fylde {stoerrelse(graenser.OUTPUT)}"
            return self.afvis(f"viser {most}; vis kun det, læseren skal se, eller giv det til hentning med filer(…)")
        ours = {
            mime.SIDE: self._side,
            mime.TABEL: self._tabel,
            mime.FIGUR: self._figur,
            mime.FOLD: lambda data: self._fold(self._indhold(data, mime.FOLD)),
            mime.FILER: lambda data: self._filer(self._indhold(data, mime.FILER)),
        }
        known = [art for art in ours if art in data]
        others = sorted(set(data) - {*known[:1], mime.HTML, mime.FRAGMENT, mime.MARKDOWN, mime.TEKST})
        if known and not others:
            ours[known[0]](data)
        elif set(data) - {mime.TEKST} == {mime.MARKDOWN}:
            self._markdown("".join(data[mime.MARKDOWN]))
        else:
            self.afvis(f"viser noget, som siden ikke kan have ({', '.join(sorted(data)) or 'intet'}); {_raad(data)}")

    def _indhold(self, data: Mapping[str, Any], art: str) -> Mapping[str, Any]:
        """What an output of ours says of itself; refused, and empty, if it is no such thing."""
        if isinstance(payload := data[art], Mapping):
            return payload
        self.afvis(f"«{art}» har intet indhold, som siden kan bruge")
        return {}

    def _om_sig_selv(self, hvad: str, payload: Mapping[str, Any], navne: Iterable[str]) -> dict[str, str] | None:
        """The named texts of a table or figure; None, when each that is missing is refused."""
        about = {name: _ord(payload, name) for name in navne}
        for name, text in about.items():
            if not text:
                self.afvis(f"{hvad} har ingen {name}")
        return about if all(about.values()) else None

    def _side(self, data: Mapping[str, Any]) -> None:
        self._sider += 1
        if self._sider > 1:
            return self.afvis("viser endnu en Side; der skal være netop én")
        payload = self._indhold(data, mime.SIDE)
        self.titel, self.beskrivelse = _ord(payload, "titel"), _ord(payload, "beskrivelse")
        if not self.titel or not self.beskrivelse:
            self.afvis("siden mangler titel eller beskrivelse")
        if len(self.sektioner) > 1 or self.sektioner[0].dele:
            self.afvis("Side skal være det første, der vises")
        main = payload.get("hovedtal")
        if main is not None and not all(_ord(main, name) for name in ("tal", "tekst")):
            self.afvis("sidens hovedtal skal have både tal og tekst")
        self.h1 = fyld("<h1>{titel}</h1>", titel=self.titel)

    def _tabel(self, data: Mapping[str, Any]) -> None:
        payload, html = self._indhold(data, mime.TABEL), _ord(data, mime.HTML)
        id = _ord(payload, "id")
        if not tabeller.SLUG.fullmatch(id):
            return self.afvis(f"tabellens id «{id}» skal være små bogstaver, tal og bindestreger")
        if id in self.tabeller:
            return self.afvis(f"tabellen «{id}» er vist to gange")
        self.tabeller.append(id)
        seen = self._fragment(html)
        self.antal_tabeller += len(seen.tabeller)
        about = self._om_sig_selv(f"tabellen «{id}»", payload, ("titel", "enhed", "kilde"))
        if about is None:
            return
        for rule in _tabelmangler(seen, **about):
            self.afvis(f"tabellen «{id}» {rule}")
        self._samme_titel(about["titel"])
        links = []
        for suffix, label, write in (("csv", "CSV", tabeller.csv), ("xlsx", "Excel", tabeller.xlsx)):
            try:
                content = write(payload)
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                return self.afvis(f"tabellen «{id}» kan ikke skrives som {label}: {type(error).__name__}: {error}")
            path = self._sti(id, suffix)
            if not self._gem(path, content):
                return
            links.append(
                fyld(
                    '<a href="{sti}" download>{art}<span class="skjult">: {titel}</span> ({fylder})</a>',
                    sti=quote(path),
                    art=label,
                    titel=payload["titel"],
                    fylder=stoerrelse(len(content)),
                )
            )
        self._tilfoej(
            fyld(
                '{tabel}\n<p class="hent">Hent tabellen: {links}</p>\n',
                tabel=Markup(html),
                links=Markup(" · ").join(links),
            )
        )

    def _figur(self, data: Mapping[str, Any]) -> None:
        payload = self._indhold(data, mime.FIGUR)
        html = _ord(data, mime.FRAGMENT) or _ord(data, mime.HTML)
        id = _ord(payload, "id")
        if id in self.figurer:
            return self.afvis(f"figuren «{id}» er vist to gange")
        self.figurer[id] = self.celle
        seen = self._fragment(html)
        about = self._om_sig_selv(f"figuren «{id}»", payload, ("titel", "beskrivelse", "enhed", "kilde"))
        for rule in _figurmangler(seen, **about) if about else ():
            self.afvis(f"figuren «{id}» {rule}")
        if "<svg" not in html:
            self.afvis(f"figuren «{id}» har ingen tegning (inline SVG)")
        self._tilfoej(f"{html}\n")

    def _fold(self, payload: Mapping[str, Any]) -> None:
        for piece in payload.get("afsnit") or ():
            title, source = _ord(piece, "titel"), _ord(piece, "markdown")
            if not title or not source:
                self.afvis(f"det foldede afsnit «{title}» skal have både titel og tekst")
                continue
            try:
                parts = _markdown(source)
            except RunError as error:
                self.afvis(str(error))
                continue
            if not all(isinstance(part, str) for part in parts):
                self.afvis(f"det foldede afsnit «{title}» må ikke have overskrifter")
                continue
            html = "".join(str(part) for part in parts)
            self._fragment(html)
            piece = '<details class="afsnit">\n<summary>{titel}</summary>\n{html}</details>\n'
            self._tilfoej(fyld(piece, titel=title, html=Markup(html)))

    def _sti(self, id: str, suffix: str) -> str:
        """A download's path: the page's name and the table's id, once where they are the same."""
        return f"{self.mappe}{self.navn}.{suffix}" if id == self.navn else f"{self.mappe}{self.navn}-{id}.{suffix}"

    def _filer(self, payload: Mapping[str, Any]) -> None:
        links = []
        if not _ord(payload, "titel"):
            self.afvis("en liste over filer har ingen titel")
        for entry in payload.get("filer") or ():
            id, suffix, title = _ord(entry, "id"), _ord(entry, "type"), _ord(entry, "titel")
            path = self._sti(id, suffix)
            if not tabeller.SLUG.fullmatch(id) or not tabeller.SLUG.fullmatch(suffix):
                self.afvis(f"filens id «{id}» og type «{suffix}» skal være små bogstaver, tal og bindestreger")
            elif not title or not _ord(entry, "base64"):
                self.afvis(f"filen «{id}.{suffix}» skal have både titel og indhold")
            elif path in self.filer:
                self.afvis(f"filen «{id}.{suffix}» er der allerede")
            elif (content := _base64(entry["base64"])) is None:
                self.afvis(f"filen «{id}.{suffix}» har et indhold, der ikke er base64; lav den med filer(…)")
            elif self._gem(path, content):
                links.append(
                    fyld(
                        '<li><a href="{sti}" download>{titel}</a> ({art}, {fylder})</li>\n',
                        sti=quote(path),
                        titel=title,
                        art=_art(path),
                        fylder=stoerrelse(len(content)),
                    )
                )
        if links:
            together = '<p>{titel}:</p>\n<ul class="filer">\n{links}</ul>\n'
            self._tilfoej(fyld(together, titel=_ord(payload, "titel"), links=Markup("").join(links)))

    def _samme_titel(self, titel: str) -> None:
        if titel in self._titler:
            self.afvis(f"titlen «{titel}» er også brugt i celle {self._titler[titel]}")
        self._titler.setdefault(titel, self.celle)

    def _markdown(self, source: str) -> None:
        try:
            parts = _markdown(source)
        except RunError as error:
            return self.afvis(str(error))
        for part in parts:
            if isinstance(part, str):
                self._fragment(part, own=False)
                self._tilfoej(part)
            else:
                self._overskrift(*part)

    def _overskrift(self, level: int, html: str, text: str) -> None:
        if level == 1:
            return self.afvis(f"overskriften «{text}» er på øverste niveau; det er sidens titel (brug ##)")
        if level > self._niveau + 1:
            self.afvis(f"overskriften «{text}» springer fra niveau {self._niveau} til {level}")
        self._niveau = level
        id = _slug(text)
        if not id:
            return self.afvis(f"overskriften «{text}» har ingen bogstaver")
        self._tag(id, f"overskriften «{text}» giver ")
        heading = _overskrift(level, html, text)
        if level == 2:
            self.sektioner.append(_Sektion(id, text, heading))
        else:
            self._tilfoej(heading)

    def _fragment(self, html: str, own: bool = True) -> _Struktur:
        """Check a fragment, take down its ids and what it points to, and tell what it is made of."""
        reader = _Struktur()
        reader.feed(html)
        reader.close()
        for rule in (*reader.afvist, *dict.fromkeys(reader.raa)):
            self.afvis(rule)
        if own and reader.overskrifter:
            self.afvis("en tabel eller figur må ikke have overskrifter (h1–h6)")
        for id in reader.ids:
            self._tag(id)
        self._links += [(self.celle, target, by) for by, target in dict.fromkeys(reader.henvisninger)]
        return reader

    def _tag(self, id: str, foran: str = "") -> None:
        """Take an id for this cell; refuses one that is taken."""
        if id in self._ids:
            where = f"celle {self._ids[id]}" if self._ids[id] else "sidens skabelon"
            self.afvis(f"{foran}id «{id}», der også er brugt i {where}")
        self._ids.setdefault(id, self.celle)

    def _tilfoej(self, html: str) -> None:
        self.fylder[self.celle] += len(html.encode("utf-8"))
        self.sektioner[-1].dele.append(html)

    def _gem(self, sti: str, indhold: bytes) -> bool:
        """Take a download; refused, and False, where it is larger than a file may be."""
        if len(indhold) > graenser.FIL:
            most = f"{stoerrelse(len(indhold))}, og en fil må fylde {stoerrelse(graenser.FIL)}"
            self.afvis(f"filen «{sti.rpartition('/')[2]}» fylder {most}; del den, eller udelad rækker")
            return False
        self.filer[sti] = indhold
        return True

    def _for_meget(self) -> None:
        """Refuse a page that is too large, with the cells that fill most of it, or that has too many downloads."""
        total = sum(self.fylder.values())
        if total > graenser.SIDE:
            most = dansk.opremsning([f"celle {cell} ({stoerrelse(size)})" for cell, size in self.fylder.most_common(3)])
            self.afvist.append(
                f"siden fylder {stoerrelse(total)} og må fylde {stoerrelse(graenser.SIDE)}; mest fylder {most}:"
                " vis færre rækker, eller giv dem til hentning med filer(…)"
            )
        size = sum(map(len, self.filer.values()))
        if len(self.filer) > graenser.FILER or size > graenser.FILER_I_ALT:
            limits = f"{graenser.FILER} filer og {stoerrelse(graenser.FILER_I_ALT)}"
            self.afvist.append(f"siden har {len(self.filer)} filer på {stoerrelse(size)} og må have {limits}")


#: What a missing, infinite or very small number looks like when no one has said how to show it, and a sign by its name
#: (Markdown has none, and shows «&nbsp;» as such); and where that is meant.
_RAA = re.compile(r"\b(?:nan|NaN|None|NaT|[Ii]nf|[Ii]nfinity)\b|<NA>|&(?:#\d+|[a-z]{2,8});|\d[eE][-+]\d+")
_KODE = ("code", "style")
#: Attributes whose words are read aloud or shown, and those that name other parts of the page.
_LAESES = ("aria-label", "aria-description", "title", "alt", "content")
_PEGER = ("aria-labelledby", "aria-describedby", "aria-controls")
#: Tags and classes whose words are compared with what a table or figure says of itself.
_TEKSTER = frozenset({"caption", "enhed", "figurtitel", "beskrivelse", "kilde"})
#: Tags that have no end.
_UDEN_SLUT = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


@dataclass
class _Tabeldele:
    """What a ``<table>`` has for a reader: its captions with words in them, its units, and rows in its body and its
    foot.
    """

    titler: list[str] = field(default_factory=list)
    enheder: list[str] = field(default_factory=list)
    raekker: Counter[str] = field(default_factory=Counter)


class _Struktur(HTMLParser):
    """What a piece of HTML is made of: ids, headings, counts, and what a page must not have."""

    _FORBUDT = frozenset(
        [
            "script",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "input",
            "button",
            "audio",
            "video",
            "source",
            "track",
            "foreignobject",
            "img",
            "image",
            "font",
        ]
    )
    _HENTER = frozenset({"src", "srcset", "poster", "data", "background", "action", "formaction"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.overskrifter: list[int] = []
        self.klasser: Counter[str] = Counter()
        self.henvisninger: list[tuple[str, str]] = []  # what points, and the id it points to
        self.tabeller: list[_Tabeldele] = []
        self.tekster: dict[str, list[str]] = {}
        self.th_uden_scope = 0
        self.afvist: list[str] = []
        self.raa: list[str] = []
        self._kode = 0
        self._aabne: list[tuple[str, frozenset[str], list[str]]] = []  # tag, what its words are kept as, its words

    def _raat(self, text: str, where: str = "") -> None:
        self.raa += [
            f"«{word}»{where} er et programs måde at skrive en værdi på, ikke en læsers" for word in _RAA.findall(text)
        ]

    def handle_data(self, data: str) -> None:
        if not self._kode:
            self._raat(data)
        for _, names, words in self._aabne:
            if names:
                words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._kode -= tag in _KODE and self._kode > 0
        if not any(open_tag == tag for open_tag, _, _ in self._aabne):
            return
        while True:
            open_tag, names, words = self._aabne.pop()
            text = _glat("".join(words))
            for name in names if text else ():
                self.tekster.setdefault(name, []).append(text)
                if self.tabeller and self._i("table"):
                    kept = {"caption": self.tabeller[-1].titler, "enhed": self.tabeller[-1].enheder}
                    kept.get(name, []).append(text)
            if open_tag == tag:
                return

    def _i(self, tag: str) -> bool:
        return any(open_tag == tag for open_tag, _, _ in self._aabne)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._kode += tag in _KODE
        # A choice that the style sheet acts on (the filter of a table) is the only input.
        if tag in self._FORBUDT and not (tag == "input" and dict(attrs).get("type") == "radio"):
            self.afvist.append(f"<{tag}> må ikke være på siden")
        if re.fullmatch(r"h[1-6]", tag):
            self.overskrifter.append(int(tag[1]))
        values = {name: value or "" for name, value in attrs}
        if tag == "th" and "scope" not in values:
            self.th_uden_scope += 1
        if "id" in values:
            self.ids.append(values["id"])
        classes = values.get("class", "").split()
        self.klasser.update(classes)
        if tag == "table":
            self.tabeller.append(_Tabeldele())
        elif tag == "tr" and self.tabeller:
            self.tabeller[-1].raekker.update(part for part in ("tbody", "tfoot") if self._i(part))
        if tag not in _UDEN_SLUT:
            self._aabne.append((tag, _TEKSTER & {tag, *classes}, []))
        self.henvisninger += [(name, id) for name in _PEGER for id in values.get(name, "").split()]
        for name in _LAESES:
            self._raat(values.get(name, ""), f" i {name}")
        named = values.get("role") == "img" and (values.get("aria-label") or values.get("aria-labelledby"))
        if tag == "svg" and not named and values.get("aria-hidden") != "true":
            self.afvist.append("en tegning (svg) har hverken role=img med navn eller aria-hidden")
        for name, value in values.items():
            if name.startswith("on"):
                self.afvist.append(f"<{tag} {name}> må ikke være på siden (script)")
            fetched = name in self._HENTER or (name in ("href", "xlink:href") and tag != "a")
            if fetched and not value.startswith(("#", "data:image/")):
                self.afvist.append(f"<{tag}> henter «{value[:80]}»; en side henter intet")
            if name == "style" and "url(" in value.replace("url(#", ""):
                self.afvist.append(f"<{tag}> har en style, der henter noget")
        if tag == "a" and values.get("href", "").startswith("#"):
            self.henvisninger.append(("linket", values["href"][1:]))
        if tag == "a" and urlsplit(values.get("href", "")).scheme not in ("", "http", "https", "mailto"):
            self.afvist.append(f"linket «{values['href'][:80]}» kan ikke bruges på en side")


def _kontroller(html: str, page: _Laeser) -> None:
    """The finished page against the notebook: what a template dropped or doubled stops it. Raises RunError."""
    found = _Struktur()
    found.feed(html)
    found.close()
    faults = list(dict.fromkeys(found.raa))
    if twice := _to_gange(found.ids):
        faults.append(f"id er brugt to gange: {', '.join(twice)}")
    if found.overskrifter.count(1) != 1:
        faults.append(f"siden har {found.overskrifter.count(1)} overskrifter på øverste niveau")
    jumps = zip([0, *found.overskrifter], found.overskrifter, strict=False)
    if any(after > before + 1 for before, after in jumps):
        faults.append("et overskriftsniveau er sprunget over")
    for by, target in dict.fromkeys(found.henvisninger):
        if target not in found.ids:
            faults.append(f"{by} «#{target}» peger ikke på noget på siden")
    if found.th_uden_scope:
        faults.append(f"{found.th_uden_scope} <th> uden scope")
    for kind, wanted in (("tabel", page.tabeller), ("figur", page.figurer)):
        if found.klasser[kind] != len(wanted):
            faults.append(f"siden har {found.klasser[kind]} af class «{kind}», notebooken viser {len(wanted)}")
    if len(found.tabeller) != page.antal_tabeller:
        faults.append(f"siden har {len(found.tabeller)} <table>, notebooken viser {page.antal_tabeller}")
    if bare := sum(len(table.titler) != 1 for table in found.tabeller):
        faults.append(f"{bare} <table> uden netop én caption")
    for fault in kontrast.fund(html):
        figure = re.match("figuren «(.*?)»", fault)
        faults.append(f"celle {page.figurer[figure[1]]}: {fault}" if figure and figure[1] in page.figurer else fault)
    if faults:
        raise RunError("\n".join([f"siden «{page.navn}» er afvist:", *faults]))


def _ord(indhold: Any, navn: str) -> str:
    """A text of a payload, empty where there is none or something else than text."""
    value = indhold.get(navn) if isinstance(indhold, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def _glat(tekst: str) -> str:
    """A text as it is read: without the places where it may be divided, and with single spaces."""
    return " ".join(tekst.replace("\N{SOFT HYPHEN}", "").split())


def _tabelmangler(laest: _Struktur, titel: str, enhed: str, kilde: str) -> Iterator[str]:
    """What a table's fragment does not show of what the table says of itself."""
    titel, enhed, kilde = map(_glat, (titel, enhed, kilde))
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


def _figurmangler(laest: _Struktur, titel: str, beskrivelse: str, enhed: str, kilde: str) -> Iterator[str]:
    """What a figure's fragment does not show of what the figure says of itself."""
    if _glat(titel) not in laest.tekster.get("figurtitel", []):
        yield f"viser ikke sin titel: {titel}"
    if _glat(beskrivelse) not in laest.tekster.get("beskrivelse", []):
        yield f"viser ikke sin beskrivelse: {beskrivelse[:80]}"
    told = laest.tekster.get("kilde", [])
    unit, source = (
        f"{name}: {re.escape(_glat(text).removesuffix('.'))}[.?!]?"
        for name, text in (("Enhed", enhed), ("Kilde", kilde))
    )
    if not any(re.match(rf"{unit} Kilde: ", text) for text in told):
        yield f"viser ikke sin enhed: {enhed}"
    if not any(re.search(rf"(^| ){source}$", text) for text in told):
        yield f"viser ikke sin kilde: {kilde}"


class _Tegner(mistune.HTMLRenderer):  # type: ignore[misc]
    """Markdown's HTML in HTML5's own spelling, without what a page can't have."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def text(self, text: str) -> str:
        return super().text(sammen(text))

    def block_html(self, html: str) -> str:
        raise RunError(f"HTML i Markdown vises ikke: {html.strip()[:80]}")

    inline_html = block_html

    def image(self, text: str, url: str, title: str | None = None) -> str:
        raise RunError(f"billedet «{url}» kan ikke vises; en figur har beskrivelse og kilde")

    def linebreak(self) -> str:
        return "<br>\n"

    def thematic_break(self) -> str:
        return "<hr>\n"


def _markdown(source: str) -> list[str | tuple[int, str, str]]:
    """Markdown as a list of HTML pieces and headings ``(level, html, plain text)``. Raises RunError."""
    # JupyterLab would show a formula, a page without scripts its source.
    if formula := re.search(r"\$\$|\\\[|\\begin\{|(?<![\\\w])\$[^\s$](?:[^$\n]*[^\s$])?\$(?!\w)", source):
        near = source[formula.start() : formula.start() + 40].split("\n")[0]
        raise RunError(f"formler i TeX vises ikke på siden; skriv reglen i ord: {near}")
    # A line of bars and hyphens only; in a block of code it is what it says.
    if re.search(r"^(?=.*\|)(?=.*-)[ \t>|:-]+$", re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.M | re.S), re.M):
        raise RunError("en tabel i Markdown vises ikke; brug tabel, som har titel, enhed og kilde")
    renderer = _Tegner()
    parse = mistune.create_markdown(renderer=None)
    state = mistune.BlockState()
    tokens, state = parse.parse(source, state)
    parts: list[str | tuple[int, str, str]] = []
    for token in tokens:
        if token["type"] == "list" and token["attrs"]["ordered"] and len(token["children"]) == 1:
            raise RunError(
                "en nummereret liste med ét punkt; er det en dato eller et tal først på linjen, så skriv «1\\. januar»"
            )
        if token["type"] == "heading":
            inner = renderer.render_tokens(token["children"], state)
            parts.append((token["attrs"]["level"], inner, _ren(inner)))
        elif html := renderer.render_tokens([token], state):
            parts.append(html)
    return parts


class _Ren(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tekst = ""

    def handle_data(self, data: str) -> None:
        self.tekst += data


def _ren(html: str) -> str:
    reader = _Ren()
    reader.feed(html)
    reader.close()
    return reader.tekst.strip()
