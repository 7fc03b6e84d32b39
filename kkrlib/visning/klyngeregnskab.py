"""The template of a klyngeregnskab: a workbook per klynge, with its payers and budget, to be filled in and read back.

The source recommends such a template and leaves its form open (source 002, item 2.6, bilag 2, section D).
:func:`kkrlib.klynger.former` says which sheets and headings are read back; this module says how they look. There are no
formulas in it: the amounts are summed when it is read.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from kkrlib import dansk
from kkrlib.klynger import DELT, Beregning, former, indsatsomraader
from kkrlib.klynger.regel import NOEGLE
from kkrlib.klynger.regnskab import ARK_BETALERE, ARK_FORSIDE, ARK_INDSATSER, KOEBENHAVN, SVAR

#: XlsxWriter writes the time of day here unless told otherwise, and the same input must give the same bytes.
_OPRETTET = datetime(2000, 1, 1)
_INDSATSER = 40
_KRONER = "#,##0"


def skabeloner(b: Beregning) -> dict[str, bytes]:
    """The templates of the chosen area: file name → workbook, one per klynge in the order of the register.

    The same computation gives the same bytes. With København divided the names say so, since the budgets are others.
    """
    slugs = b.registre["regioner"].set_index("region")["slug"]
    way = "-koebenhavn-delt" if b.koebenhavn == DELT else ""
    return {
        f"klyngeregnskab-{b.aar}-{slugs[row.region]}-{row.slug}{way}.xlsx": skabelon(b, row.region, row.klynge)
        for row in b.i_omraadet(b.register).itertuples()
    }


def samlet(b: Beregning) -> bytes:
    """The templates of the chosen area in one ZIP file; the same computation gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # the workbooks are compressed already
        for name, content in skabeloner(b).items():
            entry = zipfile.ZipInfo(name, _OPRETTET.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, content)
    return out.getvalue()


def alfabetisk(budget: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`kkrlib.klynger.budgetter` with each klynge's payers in alphabetical order, the region last."""
    keys = {key: n for n, key in enumerate(dict.fromkeys(zip(budget["region"], budget["klynge"], strict=True)))}
    order = [
        (keys[(r.region, r.klynge)], pd.isna(r.kommunekode), dansk.alfabetisk(r.betaler)) for r in budget.itertuples()
    ]
    place = sorted(range(len(budget)), key=order.__getitem__)
    return budget.iloc[place].reset_index(drop=True)


def skabelon(b: Beregning, region: str, klynge: str) -> bytes:
    """The workbook of one klynge. Raises KeyError for a klynge that does not exist."""
    payers = alfabetisk(b.budget[(b.budget[NOEGLE[0]] == region) & (b.budget[NOEGLE[1]] == klynge)])
    if payers.empty:
        raise KeyError((region, klynge))
    forms = former(b.tabeller, b.aar)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"Klyngeregnskab {b.aar}: {klynge}, {region}", "created": _OPRETTET})
    styles = {
        "titel": book.add_format({"bold": True, "font_size": 14}),
        "hoved": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}),
        "tekst": book.add_format({"text_wrap": True, "valign": "top"}),
        "kroner": book.add_format({"num_format": _KRONER, "valign": "top"}),
        "udfyld": book.add_format(
            {
                "num_format": _KRONER,
                "valign": "top",
                "bg_color": "#FFF7D6",
                "border": 1,
                "border_color": "#C9B458",
                "locked": False,
            }
        ),
        "svar": book.add_format(
            {"valign": "top", "bg_color": "#FFF7D6", "border": 1, "border_color": "#C9B458", "locked": False}
        ),
    }
    _front(book, styles, b, region, klynge, forms[ARK_FORSIDE])
    _payers(book, styles, payers, forms[ARK_BETALERE])
    _actions(book, styles, b, forms[ARK_INDSATSER])
    book.close()
    return out.getvalue()


def _heads(sheet: Any, styles: dict[str, Any], row: int, headings: Any) -> None:
    for j, heading in enumerate(headings):
        sheet.write_string(row, j, heading, styles["hoved"])


def _front(
    book: Any, styles: dict[str, Any], b: Beregning, region: str, klynge: str, form: dict[str, tuple[str, str]]
) -> None:
    model = int(indsatsomraader(b.tabeller, b.aar)["aar"].iloc[0])
    unspent = (
        "Uforbrugte midler kan overføres"
        if model == b.aar
        else f"Efter modellen for {model} kan uforbrugte midler overføres"
    )
    guide = (
        f"Klyngeregnskab {b.aar}",
        "Udfyld de gule felter i arkene Betalere og Indsatser. "
        "Skriv hele kroner som tal, uden formler, og 0, hvor der intet er brugt. "
        "Når en betaler har skrevet et beløb i forbrug, tæller betalerens tomme beløbsfelter som 0.",
        "Budgettet er betalerens beregnede bidrag i hele kroner og må ikke ændres. Forbruget må højst være "
        "bidraget rundet op til hele kroner.",
        f"{unspent} til {b.aar + 1}, hvis betaleren forpligter sig til at sikre et tilsvarende råderum inden for "
        f"det samlede kommunale eller regionale udgiftsloft for {b.aar + 1}. Skriv i så fald ja.",
    )
    if b.delinger:
        names = dansk.opremsning(str(b.kommuner.at[d.kommunekode, "kommune"]) for d in b.delinger)
        guide = (
            *guide,
            f"Budgetterne i regnearket er lavet med {names} {b.koebenhavn}. Det skal vælges på samme måde, når "
            "regnearket læses ind.",
        )
    sheet = book.add_worksheet(ARK_FORSIDE)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 2, 34)
    for i, line in enumerate(guide):
        sheet.write_string(i, 0, line, styles["titel"] if i == 0 else None)
    top = len(guide) + 1
    _heads(sheet, styles, top, form)
    values = {"aar": b.aar, "region": region, "klynge": klynge, KOEBENHAVN: b.koebenhavn}
    for j, (column, kind) in enumerate(form.values()):
        if kind == "heltal":
            sheet.write_number(top + 1, j, values[column])
        else:
            sheet.write_string(top + 1, j, values[column])
    sheet.protect()


def _payers(book: Any, styles: dict[str, Any], payers: Any, form: dict[str, tuple[str, str]]) -> None:
    sheet = book.add_worksheet(ARK_BETALERE)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(form) - 1, 14)
    sheet.set_row(0, 48)
    _heads(sheet, styles, 0, form)
    for i, payer in enumerate(payers.itertuples(), 1):
        for j, (column, kind) in enumerate(form.values()):
            if column == "betaler":
                sheet.write_string(i, j, payer.betaler, styles["tekst"])
            elif column == "budget":
                sheet.write_number(i, j, int(payer.budget), styles["kroner"])
            elif kind == "valgfrit heltal":
                sheet.write_blank(i, j, None, styles["udfyld"])
                sheet.data_validation(
                    i,
                    j,
                    i,
                    j,
                    {
                        "validate": "integer",
                        "criteria": "between",
                        "minimum": 0,
                        "maximum": int(payer.hoejst),
                        "error_title": "Beløbet passer ikke",
                        "error_message": "Skriv et helt kronebeløb fra 0 til betalerens bidrag, rundet op.",
                    },
                )
            else:
                sheet.write_blank(i, j, None, styles["svar"])
                sheet.data_validation(i, j, i, j, {"validate": "list", "source": list(SVAR)})
    sheet.freeze_panes(1, 1)
    sheet.protect()


def _actions(book: Any, styles: dict[str, Any], b: Beregning, form: dict[str, tuple[str, str]]) -> None:
    sheet = book.add_worksheet(ARK_INDSATSER)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 60)
    _heads(sheet, styles, 0, form)
    fields = list(indsatsomraader(b.tabeller, b.aar)["navn"])
    for i in range(1, _INDSATSER + 1):
        for j, (column, _) in enumerate(form.values()):
            sheet.write_blank(i, j, None, styles["svar"])
            if column == "omraade":
                sheet.data_validation(i, j, i, j, {"validate": "list", "source": fields})
    sheet.freeze_panes(1, 0)
