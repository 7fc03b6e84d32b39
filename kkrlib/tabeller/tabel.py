"""The finished table, and the short way to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

from kkrlib import mime
from kkrlib.tabeller import html
from kkrlib.tabeller.celler import Raekke, laes
from kkrlib.tabeller.specifikation import Specifikation
from kkrlib.tabeller.tekst import ren, ren_tekst

P = ParamSpec("P")


@dataclass(frozen=True)
class Tabel:
    """A finished table: ``html`` (the fragment), ``ren_tekst`` (plain text) and ``payload`` (see the package)."""

    html: str
    ren_tekst: str
    payload: dict[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {mime.HTML: self.html, mime.TEKST: self.ren_tekst, mime.TABEL: self.payload}


def lav(spec: Specifikation) -> Tabel:
    """The table of a specification.

    Raises DataError, with every finding, for values that can't be shown (see :func:`kkrlib.tabeller.celler.laes`), and
    RunError for a chosen group without rows and a filter of too many values.
    """
    rows, totals = laes(spec)
    return Tabel(html.fragment(spec, rows, totals), ren_tekst(spec, rows, totals), _payload(spec, rows, totals))


def _kort(spec: Callable[P, Specifikation]) -> Callable[P, Tabel]:
    """The arguments of a specification, for its table."""

    @wraps(spec)
    def tabel(*args: P.args, **kwargs: P.kwargs) -> Tabel:
        return lav(spec(*args, **kwargs))

    tabel.__name__ = tabel.__qualname__ = "tabel"
    tabel.__module__ = __name__
    return tabel


#: ``tabel(data, [Kolonne(…), …], id=…, titel=…, enhed=…, kilde=…)``: the table of the :class:`Specifikation` that the
#: same arguments make. Raises what it and :func:`lav` raise.
tabel = _kort(Specifikation)


def _payload(spec: Specifikation, rows: Sequence[Raekke], totals: Sequence[Raekke]) -> dict[str, Any]:
    """What the downloads are written from."""
    filed = [(j, k) for j, k in enumerate(spec.alle) if k.fil]
    columns: list[Mapping[str, Any]] = [
        {
            "navn": k.navn,
            "overskrift": ren(k.overskrift),
            "enhed": spec.enhed_af(k),
            "type": k.type,
            "decimaler": k.decimaler,
            "fortegn": k.fortegn,
            "beskrivelse": k.beskrivelse,
        }
        for _, k in filed
    ]
    payload = {
        "id": spec.id,
        "titel": spec.titel,
        "enhed": spec.enhed,
        "kilde": spec.kilde,
        "note": spec.note,
        "kolonner": columns,
        "raekker": [[row[j].maskine for j, _ in filed] for row in rows],
        "ialt": [[row[j].maskine for j, _ in filed] for row in totals],
    }
    if any(spec.summer):
        payload["sum_raekker"] = [i for i, yes in enumerate(spec.summer) if yes]
    return payload
