"""Files that users made or filled in: small CSV files and workbooks, read strictly."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from kkrlib import parametre
from kkrlib.data.skema import ENCODING
from kkrlib.data.tabeller import read_records
from kkrlib.errors import DataError, Fund, ParameterError
from kkrlib.tegn import vis


def laes_csv(sti: Path | str, former: dict[str, list[str]]) -> tuple[str, pd.DataFrame]:
    """Read a small CSV that a user made, in one of several shapes, as strings.

    ``former`` maps a shape's name to its columns; the header decides which shape it is, and a last column ``note`` may be left
    out. As spreadsheets write it, the file may begin with a BOM, have fields separated by comma or semicolon, spaces around
    them, headings in capitals, and rows without any content, which are passed over. Returns the shape's name and a DataFrame of
    strings with the column ``raekke`` (row in the file). Raises :class:`DataError` with every finding: no such file, no UTF-8, no
    rows, other headings, or rows that are longer or shorter than the header.
    """
    path = Path(sti)
    try:
        records = read_records(path, "utf-8-sig", ",")
        if records and len(records[0]) == 1 and ";" in records[0][0]:
            records = read_records(path, "utf-8-sig", ";")
    except FileNotFoundError:
        raise DataError([Fund(path.name, "", "", "", "filen findes ikke")]) from None
    except UnicodeDecodeError:
        raise DataError([Fund(path.name, "", "", "", ENCODING)]) from None
    rows = [(number, [cell.strip() for cell in record]) for number, record in enumerate(records, start=1)]
    rows = [(number, record) for number, record in rows if any(record)]
    if not rows:
        raise DataError([Fund(path.name, "", "", "", "filen er tom")])
    header = [name.casefold() for name in rows[0][1]]
    shape = next((name for name, columns in former.items() if columns in (header, [*header, "note"])), None)
    if shape is None:
        wanted = " eller ".join(",".join(columns) for columns in former.values())
        raise DataError(
            [Fund(path.name, str(rows[0][0]), "", ",".join(rows[0][1]), f"første linje skal være {wanted}")]
        )
    if len(rows) == 1:
        raise DataError([Fund(path.name, "", "", "", "filen har ingen rækker")])
    found = [
        Fund(
            path.name,
            str(number),
            "",
            ",".join(record),
            f"rækken har {len(record)} felter, og overskriften har {len(header)}",
        )
        for number, record in rows[1:]
        if len(record) != len(header)
    ]
    if found:
        raise DataError(found)
    table = pd.DataFrame([record for _, record in rows[1:]], columns=header, dtype=str)
    return shape, table.reindex(columns=former[shape], fill_value="").assign(
        raekke=[str(number) for number, _ in rows[1:]]
    )


def laes_valgfri(sti: str, former: dict[str, list[str]]) -> tuple[str, str, pd.DataFrame] | None:
    """As :func:`laes_csv` for a parameter that may be empty: (file name, shape, table), or None for an empty path.

    Raises ParameterError for a path that is no text.
    """
    parametre.kontroller(sti=(sti, parametre.tekst()))
    return (Path(sti).name, *laes_csv(sti, former)) if sti else None


def laes_regneark(
    sti: str, former: dict[str, dict[str, tuple[str, str]]]
) -> list[tuple[str, dict[str, pd.DataFrame], list[Fund]]]:
    """Read workbooks (XLSX) that users filled in: one file, all files of a folder in the order of their names, or none for an empty path.

    ``former`` maps each sheet to its headings, and each heading to a column name and what it holds: ``"heltal"``, ``"valgfrit heltal"``, ``"tekst"``
    or ``"valgfri tekst"``. The headings stand in the first row in which any of them stands, in any order; other sheets and what
    is above are passed over, and so are rows without any cell filled in. What stands in a column of its own is a finding.

    Returns one (file name, DataFrame per sheet, findings) per file. A DataFrame has the named columns (whole numbers as ``Int64``, texts
    as strings) and ``raekke``, the row in the sheet. Each cell that is a formula, an error, of another type, or empty where it must not be, is a
    finding and is missing in the DataFrame; so is a file that is no workbook, a sheet or a heading that is not there. Raises DataError for a path
    that does not exist or a folder without workbooks.
    """
    parametre.kontroller(sti=(sti, parametre.tekst()))
    if not sti:
        return []
    path = Path(sti)
    # «~$» is what Excel leaves beside a file that is open.
    files = sorted(p for p in path.glob("*.xlsx") if not p.name.startswith("~$")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise DataError(
            [Fund(path.name, "", "", "", "mappen har ingen regneark (.xlsx)" if path.is_dir() else "filen findes ikke")]
        )
    return [_workbook(file, former) for file in files]


def dato(tekst: str) -> date | None:
    """A date parameter: ``"2024-09-05"``, or None for an empty text. Raises :class:`ParameterError` for anything else."""
    parametre.kontroller(dato=(tekst, parametre.tekst()))
    if not tekst:
        return None
    try:
        day = date.fromisoformat(tekst)
        if day.isoformat() != tekst:  # other forms of ISO 8601, such as 20240905
            raise ValueError(tekst)
        return day
    except ValueError:
        raise ParameterError(f"«{vis(tekst)}» er ikke en dato skrevet som 2024-12-31") from None


def _workbook(
    path: Path, former: dict[str, dict[str, tuple[str, str]]]
) -> tuple[str, dict[str, pd.DataFrame], list[Fund]]:
    from openpyxl import load_workbook  # only here: it is slow to import, and most runs read no workbook

    try:
        book = load_workbook(path)
    except Exception:  # whatever openpyxl, zipfile or an XML parser says of a file that is no workbook
        return path.name, {}, [Fund(path.name, "", "", "", "filen kan ikke læses som et regneark (.xlsx)")]
    sheets, found = {}, []
    for name, headings in former.items():
        if name not in book.sheetnames:
            found.append(Fund(path.name, "", "", name, f"arket mangler; filen har {', '.join(book.sheetnames)}"))
            continue
        rows = list(book[name].iter_rows())
        top = next((i for i, row in enumerate(rows) if any(cell.value in headings for cell in row)), None)
        places = {} if top is None else {cell.value: j for j, cell in enumerate(rows[top]) if cell.value in headings}
        if missing := [heading for heading in headings if heading not in places]:
            found += [Fund(path.name, name, "", heading, "kolonnen mangler") for heading in missing]
            continue
        for j, cell in enumerate(rows[top] if top is not None else ()):
            below = next((row[j] for row in rows[(top or 0) + 1 :] if row[j].value is not None), None)
            if j not in places.values() and below is not None:
                said = "" if cell.value is None else str(cell.value)
                found.append(
                    Fund(
                        path.name,
                        f"{name} {below.row}",
                        said,
                        str(below.value),
                        "står i en kolonne, som skabelonen ikke har, og bliver ikke læst",
                    )
                )
        records = []
        for row in rows[(top or 0) + 1 :]:
            if all(row[j].value is None for j in places.values()):
                continue
            record: dict[str, Any] = {"raekke": row[0].row}
            for heading, (column, kind) in headings.items():
                cell = row[places[heading]]
                record[column], rule = _cell(cell, kind)
                if rule:
                    found.append(
                        Fund(
                            path.name, f"{name} {cell.row}", column, "" if cell.value is None else str(cell.value), rule
                        )
                    )
            records.append(record)
        table = pd.DataFrame(records, columns=["raekke", *(column for column, _ in headings.values())])
        for column, kind in headings.values():
            table[column] = table[column].astype("Int64" if "heltal" in kind else "str")
        sheets[name] = table
    return path.name, sheets, found


def _cell(cell: Any, kind: str) -> tuple[int | str | None, str]:
    """A cell's value, and the rule that it breaks, if any; then the value is None."""
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, "" if kind.startswith("valgfri") else "må ikke være tom"
    if cell.data_type == "f":
        return None, "er en formel; skriv tallet eller teksten selv"
    if cell.data_type == "e":
        return None, "er en fejl i regnearket"
    if "tekst" in kind:
        return (value.strip(), "") if isinstance(value, str) else (None, "skal være tekst")
    if isinstance(value, str):
        return None, "er tekst; skal være et helt tal i en talcelle"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, "skal være et helt tal"
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):
        return None, "skal være et helt tal uden decimaler"
    if value < 0:
        return None, "skal være mindst 0"
    if value >= 10**10:
        return None, "skal være mindre end 10.000.000.000"
    return int(value), ""
