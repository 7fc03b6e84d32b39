"""A place in a document, read and shown in one way: which document, and where in it.

A source that is a text has lines; one with pages has a page, the table on it and the table's cell; a workbook has a
sheet and a cell. The columns ``kilde``, ``punkt``, ``linje``, ``sidetal``, ``tabel``, ``ark`` and ``celle`` of a table
say so, as far as it has them; ``linje_x`` is the line of the column ``x`` where that is another than the row's.

A place in short is ``004:2240``, ``004:s. 12, Tabel 3, celle B2`` or ``004:ark Kvoter, celle B2``; several are
separated by ``"; "``. So they stand in the downloads, and :func:`laes` reads them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kkrlib import dansk

#: A reader looks a number up on so many places at most; the files have them all.
VISTE = 8

_SKILLER = "; "
_KORT = re.compile(
    r"(?P<kilde>[^:;]+):(?:(?P<linje>[0-9]+)|"
    r"(?:s\. (?P<side>[0-9]+)(?:, (?!celle )(?P<tabel>[^;]+?))?|ark (?P<ark>[^;]+?))(?:, celle (?P<celle>[^;,]+))?)"
)


@dataclass(frozen=True)
class Sted:
    """A place: the document ``kilde``, its item ``punkt``, and a line, a page with table and cell, or a sheet and cell.

    A place without any of them is the document as a whole (a rule that no text at hand prints).
    """

    kilde: str
    linje: int | None = None
    sidetal: int | None = None
    tabel: str = ""
    ark: str = ""
    celle: str = ""
    punkt: str = ""

    @classmethod
    def af(cls, raekke: Mapping[str, Any], kolonne: str = "") -> Sted:
        """The place of a row of a table, or of what it has in ``kolonne``."""
        own = raekke.get(f"linje_{kolonne}")
        line = _tal(raekke.get("linje") if _tal(own) is None else own)
        page, sheet = _tal(raekke.get("sidetal")), _tekst(raekke.get("ark"))
        place = cls(str(raekke["kilde"]), punkt=_tekst(raekke.get("punkt")))
        if line is not None:
            return _med(place, linje=line)
        if page is not None:
            return _med(place, sidetal=page, tabel=_tekst(raekke.get("tabel")), celle=_tekst(raekke.get("celle")))
        return _med(place, ark=sheet, celle=_tekst(raekke.get("celle"))) if sheet else place

    @property
    def hvor(self) -> str:
        """Where in the document, in words: ``linje 2240``, ``side 12, Tabel 3, celle B2``, ``ark Kvoter, celle B2``;
        empty for the document as a whole.
        """
        return self._hvor("linje ", "side ")

    @property
    def inde(self) -> str:
        """Where in the document, in short: ``2240``, ``s. 12, Tabel 3, celle B2``, ``ark Kvoter, celle B2``."""
        return self._hvor("", "s. ")

    def _hvor(self, linje: str, side: str) -> str:
        if self.linje is not None:
            return f"{linje}{self.linje}"
        where = [f"{side}{self.sidetal}", self.tabel] if self.sidetal is not None else [self.ark and f"ark {self.ark}"]
        return ", ".join(x for x in [*where, self.celle and f"celle {self.celle}"] if x)

    @property
    def tekst(self) -> str:
        """``kilde 004, linje 2240``."""
        return ", ".join(x for x in (f"kilde {self.kilde}", self.hvor) if x)

    @property
    def kort(self) -> str:
        """``004:2240``: as the downloads have it."""
        return f"{self.kilde}:{self.inde}" if self.inde else self.kilde


def _med(sted: Sted, **hvor: Any) -> Sted:
    return Sted(**{"kilde": sted.kilde, "punkt": sted.punkt, **hvor})


def _tal(value: Any) -> int | None:
    """A number of a cell; none where it is empty (None, NaN, NA and an empty text)."""
    return int(value) if _tekst(value) else None


def _tekst(value: Any) -> str:
    # An empty cell of a table is None, NaN (which is not itself) or NA (whose comparison is neither).
    empty = value is None or str(value) in ("nan", "<NA>")
    return "" if empty else str(value)


def skriv(steder: Iterable[Sted]) -> str:
    """Places in short, each once, in the order given: ``004:2240; 004:2245``."""
    return _SKILLER.join(dict.fromkeys(s.kort for s in steder))


def laes(tekst: str) -> list[Sted]:
    """The places that :func:`skriv` wrote. Raises ValueError for a text that is none."""
    found = []
    for part in tekst.split(_SKILLER) if tekst else []:
        match = _KORT.fullmatch(part)
        if match is None:
            if ":" in part:
                raise ValueError(f"«{part}» er ikke et sted i en kilde")
            found.append(Sted(part))
            continue
        said = match.groupdict()
        line, page = (int(said[k]) if said[k] else None for k in ("linje", "side"))
        found.append(Sted(said["kilde"], line, page, *(said[k] or "" for k in ("tabel", "ark", "celle"))))
    return found


def vis(steder: Iterable[Sted], hoejst: int = VISTE) -> str:
    """Places for a reader, in the order given: lines that follow each other as one, a document's number once for what
    stands together, and at most ``hoejst`` of them: ``000: 12–14, 20; 002: 5 og 3 steder til``.
    """
    parts: list[tuple[str, str]] = []
    for source, group in groupby(steder, key=lambda s: s.kilde):
        runs: list[list[Sted]] = []
        for place in group:
            last = runs[-1][-1].linje if runs else None
            if last is not None and place.linje == last + 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        parts += [(source, run[0].inde + (f"–{run[-1].inde}" if len(run) > 1 else "")) for run in runs]
    shown = [
        ": ".join(x for x in (source, ", ".join(where for _, where in group)) if x)
        for source, group in groupby(parts[:hoejst], key=lambda p: p[0])
    ]
    more = len(parts) - hoejst
    return _SKILLER.join(shown) + (f" og {dansk.flertal(more, 'sted', 'steder')} til" if more > 0 else "")
