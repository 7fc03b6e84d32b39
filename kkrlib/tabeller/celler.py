"""The cells of a table, read from its data once: what is shown and what is downloaded, row by row."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from kkrlib.errors import DataError, Fund
from kkrlib.tabeller.kolonne import Kolonne, maskinvaerdi
from kkrlib.tabeller.specifikation import Specifikation


class Celle(NamedTuple):
    """One cell. ``vist`` is None where the column does not apply to its (total) row."""

    vist: str | None = None
    mangler: bool = False
    maskine: str | int | float | None = None


Raekke = list[Celle]


def laes(spec: Specifikation) -> tuple[list[Raekke], list[Raekke]]:
    """The rows of a table and its total rows, a cell per column.

    Raises DataError, with every finding, for values that can't be shown: missing without a text, of another type, not
    whole, infinite.
    """
    fund: list[Fund] = []
    rows = _raekker(spec, spec.data, fund)
    totals = [] if spec.ialt is None else _raekker(spec, spec.ialt, fund)
    if fund:
        raise DataError(fund)
    return rows, totals


def _raekker(spec: Specifikation, data: pd.DataFrame, fund: list[Fund]) -> list[Raekke]:
    hoveder, tekster = spec.hoveder, spec.tekster
    series = {k.navn: _serie(data, k.navn) for k in spec.alle if k.navn in data.columns or k.navn in data.index.names}
    first = next(k.navn for k in spec.alle if k.navn in hoveder)
    rows: list[Raekke] = []
    for i in range(len(data)):
        row: Raekke = []
        for k in spec.alle:
            cell = Celle()
            if k.navn in series:
                x = series[k.navn][i]
                head = k.navn in hoveder
                try:
                    cell = _mangler(k, None if head else tekster.get(k.navn)) if _er_na(x) else _vist(k, x, head)
                except ValueError as error:
                    where = str(series[first][i]) if first in series else str(i + 1)
                    found = "" if _er_na(x) else str(x)
                    fund.append(Fund(f"tabel {spec.id}", where, k.navn, found, str(error)))
            row.append(cell)
        rows.append(row)
    return rows


def _mangler(kolonne: Kolonne, tekst: str | None) -> Celle:
    if tekst is None:
        raise ValueError("værdien mangler, og kolonnen har ingen tekst for det")
    return Celle(tekst, mangler=True)


def _vist(kolonne: Kolonne, x: Any, hoved: bool) -> Celle:
    text = kolonne.vist(x)
    if not text and hoved:
        raise ValueError("et rækkehoved må ikke være tomt")
    return Celle(text, maskine=maskinvaerdi(x, kolonne.type))


def _er_na(x: Any) -> bool:
    return x is None or bool(pd.api.types.is_scalar(x) and pd.isna(x))


def _serie(data: pd.DataFrame, navn: str) -> list[Any]:
    # object first: a plain tolist() would turn integers beside a missing value into floats elsewhere
    values = data[navn] if navn in data.columns else data.index.get_level_values(navn)
    return list(values.astype(object))
