"""The outputs of a notebook, read once: sections, downloads, and everything that a page refuses."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from kkrlib import dansk, mime, tabeller
from kkrlib.errors import RunError
from kkrlib.rapport import graenser, krav, prosa, struktur
from kkrlib.rapport.dele import art, overskrift, stoerrelse
from kkrlib.skabeloner import fyld
from kkrlib.tegn import slug

#: Where IPython says a warning came from: a file of the run's own, which is no more when the message is read.
_VARSEL = re.compile(r"^\S*[/\\]ipykernel_\d+[/\\]\d+\.py:", re.M)


@dataclass
class Sektion:
    """What stands under one h2, or before the first one (``id`` is empty)."""

    id: str = ""
    titel: str = ""
    overskrift: str = ""
    dele: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        return "".join(self.dele)


class Laeser:
    """Walks the cells once, collecting sections, downloads and refusals. ``optagne`` are ids that the page takes."""

    def __init__(self, navn: str, mappe: str, optagne: Iterable[str] = ()):
        self.navn, self.mappe = navn, mappe
        self.titel = self.beskrivelse = self.h1 = ""
        self.sektioner = [Sektion()]
        self.filer: dict[str, bytes] = {}
        self.tabeller: list[str] = []
        self.figurer: dict[str, int] = {}
        self.antal_tabeller = 0
        self.har_filter = False
        self.afvist: list[str] = []
        self.celle = 0
        self.fylder: Counter[int] = Counter()  # the bytes of each cell on the page
        self._niveau = 1
        self._sider = 0
        self._ids: dict[str, int] = dict.fromkeys(optagne, 0)
        self._titler: dict[str, int] = {}
        self._links: list[tuple[int, str, str]] = []

    def afvis(self, regel: str) -> None:
        self.afvist.append(f"celle {self.celle}: {regel}")

    def laes(self, nb: Mapping[str, Any]) -> Laeser:
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
            advice = "ret årsagen, for siden viser ingen advarsler" if output["name"] == "stderr" else krav.SKRIV
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
            self.afvis(
                f"viser noget, som siden ikke kan have ({', '.join(sorted(data)) or 'intet'}); {krav.raad(data)}"
            )

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
        self.har_filter |= bool(seen.klasser["filter"])
        about = self._om_sig_selv(f"tabellen «{id}»", payload, ("titel", "enhed", "kilde"))
        if about is None:
            return
        for rule in krav.tabelmangler(seen, **about):
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
        for rule in krav.figurmangler(seen, **about) if about else ():
            self.afvis(f"figuren «{id}» {rule}")
        if not seen.tags["svg"]:
            self.afvis(f"figuren «{id}» har ingen tegning (inline SVG)")
        self._tilfoej(f"{html}\n")

    def _fold(self, payload: Mapping[str, Any]) -> None:
        for piece in payload.get("afsnit") or ():
            title, source = _ord(piece, "titel"), _ord(piece, "markdown")
            if not title or not source:
                self.afvis(f"det foldede afsnit «{title}» skal have både titel og tekst")
                continue
            try:
                parts = prosa.laes(source)
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
                        art=art(path),
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
            parts = prosa.laes(source)
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
        id = slug(text)
        if not id:
            return self.afvis(f"overskriften «{text}» har ingen bogstaver")
        self._tag(id, f"overskriften «{text}» giver ")
        heading = overskrift(level, html, text)
        if level == 2:
            self.sektioner.append(Sektion(id, text, heading))
        else:
            self._tilfoej(heading)

    def _fragment(self, html: str, own: bool = True) -> struktur.Struktur:
        """Check a fragment, take down its ids and what it points to, and tell what it is made of."""
        reader = struktur.Struktur(html)
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


def _base64(text: str) -> bytes | None:
    """The bytes that a text stands for; None where it is no base64."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _ord(indhold: Any, navn: str) -> str:
    """A text of a payload, empty where there is none or something else than text."""
    value = indhold.get(navn) if isinstance(indhold, Mapping) else None
    return value.strip() if isinstance(value, str) else ""
