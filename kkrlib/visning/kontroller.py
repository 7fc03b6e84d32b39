"""Controls as a reader sees them: the same tables in every report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from kkrlib import afstemning, dansk, sted
from kkrlib.tabeller import Kolonne, Tabel, tabel

# A number of one of these units needs no word.
_UDEN_ENHED = ("antal", "personer", "tabel", "årstal", "andel", "faktor")
KONTROLLER = "kontroller"


def optaelling(
    kontroller: pd.DataFrame, *, id: str, titel: str, kilde: str, navne: Mapping[str, str] | None = None
) -> Tabel:
    """Verdicts by kind of control. ``navne`` are the field's own names of the kinds."""
    rows = afstemning.optael(kontroller).reset_index()
    rows["art"] = [(navne or {}).get(art, afstemning.ARTER[art].navn.capitalize()) for art in rows["art"]]
    columns = domkolonner(rows)
    rows = rows.rename(columns={afstemning.UPROEVET: "uproevet"})
    return tabel(
        rows,
        [Kolonne("art", "Art", raekkehoved=True), *columns],
        ialt=i_alt(rows, "art", columns),
        id=id,
        titel=titel,
        enhed=KONTROLLER,
        kilde=kilde,
    )


def i_alt(rows: pd.DataFrame, navn: str, kolonner: Iterable[Kolonne]) -> pd.DataFrame:
    """The total row of a table of counts."""
    return pd.DataFrame([{navn: "I alt"} | {k.navn: int(rows[k.navn].sum()) for k in kolonner}])


def domkolonner(rows: pd.DataFrame) -> list[Kolonne]:
    """The columns that count verdicts, without those that nothing got."""
    heads = {
        afstemning.STEMMER: "Stemmer",
        afstemning.AFRUNDING: "Afrunding",
        afstemning.AFVIGER: "Afviger",
        afstemning.UPROEVET: "Kan ikke efter\N{SOFT HYPHEN}prøves",
    }
    shown = [verdict for verdict in afstemning.DOMME if rows[verdict].any()]
    names = {afstemning.UPROEVET: "uproevet"}
    return [
        *(Kolonne(names.get(v, v), heads[v], type="heltal", enhed=KONTROLLER) for v in shown),
        Kolonne("i_alt", "I alt", type="heltal", enhed=KONTROLLER),
    ]


def alle(
    kontroller: pd.DataFrame,
    *,
    id: str,
    titel: str,
    kilde: str,
    vis: Iterable[bool],
    fold: str | None = None,
    note: str = "",
    steder: bool = True,
    andre: Iterable[Kolonne] = (),
) -> Tabel:
    """Every control in the downloads, those of ``vis`` on the page, with the lines of its numbers if ``steder``.

    ``andre`` are columns of the field's own, in the downloads.
    """
    extra, shown = list(andre), [bool(x) for x in vis]
    rows = kontroller.assign(
        offentliggjort=[
            t or tal(x, u)
            for t, x, u in zip(
                kontroller["offentliggjort_tekst"], kontroller["offentliggjort"], kontroller["enhed"], strict=True
            )
        ],
        beregnet=[
            t if u == "tabel" else tal(x, u)
            for t, x, u in zip(kontroller["beregnet_tekst"], kontroller["beregnet"], kontroller["enhed"], strict=True)
        ],
        hvor=[korte_linjer(x) for x in kontroller["linjer"]],
        beskrivelse=[med_enhed(*row) for row in zip(kontroller["beskrivelse"], kontroller["enhed"], strict=True)],
    )
    return tabel(
        rows,
        [
            Kolonne("id", "Nøgle", vis=False),
            Kolonne("sted", "Sted", vis=False, beskrivelse="Dokument, punkt og tabel"),
            Kolonne(
                "linjer",
                "Kilde og linje",
                vis=False,
                beskrivelse="Kildens nummer og linjen i dens tekst; først tallet selv, så de tal, det er holdt op mod",
            ),
            Kolonne("art", "Art", vis=False),
            Kolonne("beskrivelse", "Kontrol", raekkehoved=True),
            Kolonne("offentliggjort", "Trykt", type="tal"),
            Kolonne("beregnet", "Følger af de andre tal", type="tal"),
            Kolonne("dom", "Resultat", vis=len(set(kontroller["dom"][shown])) > 1),
            Kolonne("fund", "Fund", vis=False),
            Kolonne("forklaring", "Forklaring", vis=False),
            *([Kolonne("hvor", "Kilde og linje", fil=False)] if steder else []),
            *extra,
        ],
        id=id,
        titel=titel,
        enhed="som nævnt ved hver kontrol; ellers antal",
        kilde=kilde,
        fold=fold,
        kun_i_filer=[not x for x in shown],
        note=note,
        mangler={"offentliggjort": "ikke trykt", "beregnet": "ukendt"} | {k.navn: "ikke relevant" for k in extra},
    )


def med_enhed(beskrivelse: str, enhed: str) -> str:
    """What is compared, with the unit of its numbers in brackets where they need one."""
    said = enhed in _UDEN_ENHED or re.search(rf"\b{re.escape(enhed)}(?!\w)", beskrivelse) is not None
    return beskrivelse if said else f"{beskrivelse} ({'kr.' if enhed == 'kroner' else enhed})"


def tal(x: Any, enhed: str) -> Any:
    """A number for a column of the type ``tal``; a year is a name, without a thousands separator."""
    return str(x) if enhed == "årstal" and x is not None else x


def trykt(kontrol: Any) -> Any:
    """What a control's place prints: its number, or the table that it refers to."""
    return kontrol.offentliggjort_tekst or tal(kontrol.offentliggjort, kontrol.enhed)


def foelger(kontrol: Any) -> Any:
    """What follows from the other numbers: the number, a bound («mindst 6.000»), the nearest that is possible, or the
    table that is meant.
    """
    if kontrol.enhed == "tabel" or kontrol.beregnet is None:
        return kontrol.beregnet_tekst or None
    if not kontrol.beregnet_tekst:
        return tal(kontrol.beregnet, kontrol.enhed)
    return f"{kontrol.beregnet_tekst} {dansk.tal(kontrol.beregnet, int(kontrol.decimaler))}"


def korte_linjer(linjer: str) -> str:
    """``000:12; 000:13; 000:14; 002:5`` → ``000: 12–14; 002: 5``: see :func:`kkrlib.sted.vis`."""
    return sted.vis(sted.laes(linjer))
