"""Sources as a reader sees them: what a document is called, where the numbers stand, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from kkrlib import dansk, sted
from kkrlib.tabeller import Kolonne, Tabel, tabel


def tid(tid: str) -> str:
    """When a document is from: ``2021-08`` is «august 2021», ``2024`` is «2024»."""
    year, _, month = tid.partition("-")
    return dansk.maaned(int(year), int(month)) if month else year


def dokument(
    tabeller: Mapping[str, pd.DataFrame], kilde: str, *, navn: str = "titel", skriv: Callable[[str], str] = tid
) -> str:
    """A source document in words: «Referat af møde i KKR Sjælland, august 2021»; only its name where the register
    (``kilder``) has no time for it.

    ``navn`` is the column that it goes by, ``titel`` or ``udgiver``; ``skriv`` how its time is written.
    """
    row = tabeller["kilder"].set_index("kilde").loc[kilde]
    return str(row[navn]) if pd.isna(row["tid"]) else f"{row[navn]}, {skriv(str(row['tid']))}"


def linje(tabeller: Mapping[str, pd.DataFrame], kilder: Iterable[str], *egne: str) -> str:
    """The source line of a table whose rows come from several documents."""
    return "; ".join([*(f"{dokument(tabeller, code)} (kilde {code})" for code in sorted(set(kilder))), *egne])


def foerste(linjer: str) -> str:
    """The document of the first of places as :func:`kkrlib.sted.skriv` writes them: of the number that a control
    judges.
    """
    return sted.laes(linjer)[0].kilde


def hvor(rows: pd.DataFrame) -> list[str]:
    """Where each row stands, as the start of a sentence: «Kilde 004, linje 2240»."""
    return [dansk.stort(sted.Sted.af(row).tekst) for row in rows.to_dict("records")]


def fejl(
    rows: pd.DataFrame, steder: Sequence[Kolonne], anvendt: str, *, trykt: str = "Der står", **andet: Any
) -> Tabel:
    """The faults of the sources: where (``steder``), what is printed, what was taken instead, and why.

    ``rows``: a row per fault with ``trykt``, ``anvendt``, ``begrundelse`` and the columns of ``steder``; ``trykt`` and
    ``anvendt`` are headings, ``andet`` what else :func:`kkrlib.tabeller.tabel` takes. The finding (``fund``), where the
    rows name it, is in the downloads.
    """
    return tabel(
        rows,
        [
            *steder,
            Kolonne("trykt", trykt),
            Kolonne("anvendt", anvendt),
            Kolonne("begrundelse", "Begrundelse"),
            *([Kolonne("fund", "Fund", vis=False)] if "fund" in rows.columns else []),
        ],
        id="kildefejl",
        **andet,
    )


def steder(dele: Iterable[tuple[str, pd.DataFrame]], kald: Callable[[str], str], kilde: str) -> Tabel:
    """Where each part of the numbers stands: document, item, lines.

    ``dele`` are what a part is called and the rows it is made of, with ``kilde``, ``punkt`` and a place (see
    :class:`kkrlib.sted.Sted`); ``kald`` says what a document is called.
    """
    rows = [
        (text, kald(source), item, _spaend(part))
        for text, table in dele
        for (source, item), part in table.groupby(["kilde", "punkt"], sort=False)
    ]
    return tabel(
        pd.DataFrame(rows, columns=["tal", "dokument", "punkt", "linjer"]),
        [
            Kolonne("tal", "Tal", raekkehoved=True),
            Kolonne("dokument", "Dokument"),
            Kolonne("punkt", "Punkt"),
            Kolonne("linjer", "Linjer i teksten"),
        ],
        id="kilder",
        titel="Hvor tallene står",
        enhed="linjenumre i dokumentets tekst",
        kilde=kilde,
    )


def _spaend(rows: pd.DataFrame) -> str:
    """From the first to the last line; of a document with pages or sheets, each place."""
    places = [sted.Sted.af(row) for row in rows.to_dict("records")]
    lines = [place.linje for place in places if place.linje is not None]
    ends = list(dict.fromkeys([min(lines), max(lines)])) if lines else []
    return "; ".join(["–".join(map(str, ends))] if ends else dict.fromkeys(place.inde for place in places))
