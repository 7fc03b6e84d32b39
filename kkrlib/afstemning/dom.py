"""Verdicts, findings, and how much of what is printed they cover."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import dansk
from kkrlib.afstemning.arter import ARTER, beregn
from kkrlib.afstemning.skabeloner import udfold
from kkrlib.afstemning.tal import FUND, tal
from kkrlib.errors import DataError, Fund, mente_du, naermeste
from kkrlib.fordeling import eksakt
from kkrlib.interval import halv_enhed
from kkrlib.sted import Sted

STEMMER, AFRUNDING, AFVIGER, UPROEVET = "stemmer", "afrunding", "afviger", "kan ikke efterprøves"
DOMME = [STEMMER, AFRUNDING, AFVIGER, UPROEVET]

KOLONNER = [
    "id",
    "sted",
    "linjer",
    "art",
    "beskrivelse",
    "enhed",
    "decimaler",
    "offentliggjort",
    "beregnet",
    "forskel",
    "dom",
    "fund",
    "forklaring",
    "offentliggjort_tekst",
    "beregnet_tekst",
    "alle_fakta",
]


def doem(kontroller: pd.DataFrame, kendte: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge controls.

    ``kontroller`` is what :func:`kkrlib.afstemning.beregn` returns: ``id`` (unique), ``sted`` (document, item and
    table, as a reader finds it), ``linjer`` (``004:2240; 004:2245``: source and line), ``art`` (a key of
    :data:`ARTER`), ``beskrivelse``, ``offentliggjort`` and ``beregnet`` (exact numbers in the unit that is printed;
    missing where not known). Optionally ``mindst`` and ``hoejst``: the least and greatest exact value that ``beregnet``
    can have when the numbers it is computed from are themselves rounded (default: ``beregnet``); ``decimaler`` of the
    printed number (default 0); ``under`` and ``over``: how far below and above the printed number the true one can be
    (default half a unit of its last digit); ``mangler``: why it cannot be tested. ``kendte`` explains known deviations:
    index ``id``, columns ``fund`` (the finding that several controls can share) and ``forklaring``.

    Returns the rows with the columns :data:`KOLONNER`: ``beregnet`` rounded to ``decimaler``, halves away from zero,
    ``forskel`` (published less that), ``dom`` (``stemmer``: no difference; ``afrunding``: what the printed number can
    stand for meets what the computed one can be; ``afviger``; ``kan ikke efterprøves``: a number is missing), ``fund``
    and ``forklaring`` (of a known deviation, or what is missing; else empty). Whole numbers are int, others Fraction,
    missing ones None. Raises ValueError for an id twice or an unknown kind.
    """
    if kontroller["id"].duplicated().any():
        raise ValueError(f"kontrollen {kontroller.loc[kontroller['id'].duplicated(), 'id'].iloc[0]} står to gange")
    if not set(kontroller["art"]) <= set(ARTER):
        raise ValueError(f"ukendt art: {', '.join(sorted(set(kontroller['art']) - set(ARTER)))}")
    known = {} if kendte is None else kendte[["fund", "forklaring"]].to_dict("index")
    rows = []
    for row in kontroller.to_dict("records"):
        decimals = int(row.get("decimaler") or 0)
        published, rounded, verdict = dom(row)
        explained = known.get(row["id"], {}) if verdict == AFVIGER else {}
        explained = explained if explained.get("forklaring") else {}
        missing = row.get("mangler")
        rows.append(
            row
            | {
                "decimaler": decimals,
                "enhed": row.get("enhed", ""),
                "alle_fakta": row.get("alle_fakta", ()),
                "offentliggjort_tekst": row.get("offentliggjort_tekst", ""),
                "beregnet_tekst": row.get("beregnet_tekst", ""),
                "offentliggjort": _plain(published),
                "beregnet": _plain(rounded),
                "forskel": None if published is None or rounded is None else _plain(published - rounded),
                "dom": verdict,
                "fund": explained.get("fund", ""),
                "forklaring": explained.get("forklaring", "")
                or (missing if verdict == UPROEVET and isinstance(missing, str) else ""),
            }
        )
    result = pd.DataFrame(rows, columns=KOLONNER)
    for column in ("offentliggjort", "beregnet", "forskel"):
        result[column] = pd.Series([row[column] for row in rows], dtype=object)
    return result


def dom(row: Mapping[str, Any]) -> tuple[Fraction | None, Fraction | None, str]:
    """The published number, the computed one rounded as it is, and the verdict."""
    decimals = int(row.get("decimaler") or 0)
    half = halv_enhed(decimals)
    published, computed = _number(row["offentliggjort"]), _number(row["beregnet"])
    if published is None or computed is None:
        return published, None, UPROEVET
    # A fraction («2/3») that is met exactly agrees, though its decimals end nowhere.
    rounded = computed if computed == published else Fraction(dansk.afrund(computed, decimals))
    if published == rounded:
        return published, rounded, STEMMER
    least, most = (_or(_number(row.get(k)), computed) for k in ("mindst", "hoejst"))
    under, over = (_or(_number(row.get(k)), half) for k in ("under", "over"))
    return published, rounded, AFRUNDING if least - over <= published <= most + under else AFVIGER


def _number(value: Any) -> Fraction | None:
    return None if value is None or pd.isna(value) else eksakt(value)


def _or(value: Fraction | None, default: Any) -> Any:
    return default if value is None else value


def _plain(value: Fraction | None) -> int | Fraction | None:
    return int(value) if value is not None and value.denominator == 1 else value


def optael(doemte: pd.DataFrame, efter: str = "art") -> pd.DataFrame:
    """Count verdicts: index the values of column ``efter`` in order of appearance, columns :data:`DOMME` and ``i_alt``
    (``int64``).
    """
    counts = pd.crosstab(doemte[efter], doemte["dom"]).reindex(columns=DOMME, fill_value=0)
    counts = counts.loc[doemte[efter].drop_duplicates()]
    counts.columns.name = None
    counts["i_alt"] = counts.sum(axis=1)
    return counts.astype("int64")


def fund(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All faults of the sources that are recorded: index ``fund``; columns ``tabel`` (where they stand),
    ``forklaring``, ``anvendt``, ``trykt``, ``afgjort`` (ja or nej: whether a third fact decides which number is right),
    ``linje`` (``004:1445``).
    """
    rows = []
    for column in tabeller["kolonneroller"].loc[lambda t: t["rolle"] == FUND].itertuples():
        for record in tabeller[column.tabel].to_dict("records"):
            texts = {k: "" if pd.isna(record[k]) else record[k] for k in ("anvendt", "trykt", "afgjort")}
            rows.append(
                {
                    "fund": record[column.noegle],
                    "tabel": column.tabel,
                    "forklaring": record[column.kolonne],
                    "linje": Sted.af(record).kort,
                }
                | texts
            )
    return pd.DataFrame(
        rows, columns=["fund", "tabel", "forklaring", "anvendt", "trykt", "afgjort", "linje"]
    ).set_index("fund")


def kendte(tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The deviations that are accepted: index ``kontrol``; columns ``fund``, ``forklaring``, ``forskel`` (exact, as a
    string). A fault that is not recorded has no explanation.
    """
    accepted = tabeller["fund_kontroller"].set_index("kontrol")
    return accepted.assign(forklaring=accepted["fund"].map(fund(tabeller)["forklaring"]).fillna(""))[
        ["fund", "forklaring", "forskel"]
    ]


def vurder(kontroller: pd.DataFrame, led: pd.DataFrame, tabeller: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compute and judge controls on the numbers of ``tabeller``: :func:`beregn`, then :func:`doem` with the accepted
    deviations.
    """
    return doem(beregn(kontroller, led, tal(tabeller)), kendte(tabeller))


def erklaerede(
    tabeller: Mapping[str, pd.DataFrame], felt: str | None = None, udgave: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The controls that the data give, with their led: those that templates make (:func:`udfold`), and those that are
    declared one by one. All, or those that judge a number of a field's edition.

    ``fil`` and ``raekke`` say where a control stands, ``ogsaa_linjer`` the further lines it rests on
    (``kontrol_linjer``). Raises DataError for a template that makes no sense, and for lines of a control that is not
    there.
    """
    controls, led = (
        rows.assign(fil=f"{name}.csv", raekke=range(2, len(rows) + 2)).astype(object)
        for name, rows in (("kontroller", tabeller["kontroller"]), ("kontrol_led", tabeller["kontrol_led"]))
    )
    if felt is not None:
        facts = tabeller["fakta"]
        own = facts["felt"] == felt
        own = own if udgave is None else own & (facts["udgave"] == udgave)
        controls = controls[controls["fakta"].isin(facts["id"][own])]
        led = led[led["kontrol"].isin(controls["id"])]
    made, made_led = udfold(tabeller, felt or "", "" if udgave is None else str(udgave))
    controls = pd.concat([made, controls], ignore_index=True)
    return _med_linjer(controls, tabeller, alle=felt is None), pd.concat([made_led, led], ignore_index=True)


def _med_linjer(controls: pd.DataFrame, tabeller: Mapping[str, pd.DataFrame], alle: bool) -> pd.DataFrame:
    own = tabeller.get("kontrol_linjer", pd.DataFrame(columns=["kontrol", "ogsaa_linjer"]))
    lines, known = dict(zip(own["kontrol"], own["ogsaa_linjer"], strict=True)), {*controls["id"]}
    strangers = [(n, k) for n, k in enumerate(own["kontrol"], start=2) if alle and k not in known]
    if strangers:
        raise DataError(
            Fund("kontrol_linjer.csv", str(n), "kontrol", k, f"kontrollen findes ikke{_mente(k, known)}")
            for n, k in strangers
        )
    return controls.assign(ogsaa_linjer=[lines.get(key, "") for key in controls["id"]])


def _mente(key: str, known: Collection[str]) -> str:
    return mente_du(naermeste(key, known))


def nye_og_borte(doemte: pd.DataFrame, kendte: pd.DataFrame) -> list[Fund]:
    """What differs from the accepted deviations: those that are new, those of another size, and those that no longer
    occur.

    ``doemte`` is what :func:`doem` returns for all controls, ``kendte`` what :func:`kendte` returns.
    """
    found, path = [], "fund_kontroller.csv"
    for row in doemte[doemte["dom"] == AFVIGER].itertuples():
        said = (
            f"{row.sted}, linje {row.linjer}: {row.beskrivelse}: trykt "
            f"{trykt_tal(row.offentliggjort, row.decimaler)}, beregnet {trykt_tal(row.beregnet, row.decimaler)}"
        )
        if row.id not in kendte.index:
            found.append(
                Fund(path, "mangler", "kontrol", row.id, f"ny afvigelse: {said} (forskel {_vist(row.forskel)})")
            )
        elif Fraction(kendte.at[row.id, "forskel"]) != row.forskel:
            old = kendte.at[row.id, "forskel"]
            found.append(
                Fund(path, row.id, "forskel", old, f"afvigelsen har en anden størrelse, {skrevet(row.forskel)}: {said}")
            )
    verdicts = doemte.set_index("id")["dom"]
    for key in kendte.index:
        if key not in verdicts.index:
            found.append(Fund(path, key, "kontrol", key, "kontrollen findes ikke"))
        elif verdicts[key] != AFVIGER:
            found.append(
                Fund(path, key, "kontrol", key, f"afvigelsen forekommer ikke længere; dommen er «{verdicts[key]}»")
            )
        elif not kendte.at[key, "forklaring"]:
            found.append(
                Fund(path, key, "fund", kendte.at[key, "fund"], "fundet står ikke i nogen tabel over kildefejl")
            )
    return found


def trykt_tal(x: Any, decimaler: int) -> str:
    """A number with the decimals it is printed with, in Danish."""
    return "–" if x is None else dansk.tal(x, decimaler)


def _vist(forskel: Any) -> str:
    """A difference as Danish print has it, in full."""
    return skrevet(forskel).replace("-", "\N{MINUS SIGN}").replace(".", ",")


def skrevet(x: Any) -> str:
    """A number as ``fund_kontroller.csv`` has it: ``-84``, ``0.7``, ``1/3``."""
    exact = eksakt(x)
    decimal = Fraction(dansk.afrund(exact, 10))
    return (
        str(exact) if exact.denominator == 1 or decimal != exact else format(dansk.afrund(exact, 10).normalize(), "f")
    )


def daekning(doemte: pd.DataFrame, tal: pd.DataFrame) -> pd.DataFrame:
    """Which published numbers stand in a control that was carried out: the rows of ``tal`` that are published, with
    ``kontroller`` (how many, ``int64``).
    """
    tested = doemte[doemte["dom"] != UPROEVET]["alle_fakta"]
    counts = pd.Series([f for facts in tested for f in dict.fromkeys(facts)], dtype="str").value_counts()
    published = tal[tal["offentliggjort"]]
    return published.assign(kontroller=counts.reindex(published.index).fillna(0).astype("int64"))
