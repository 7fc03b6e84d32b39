"""The table as plain text, for where no HTML is shown."""

from __future__ import annotations

from collections.abc import Sequence

from kkrlib.tabeller.celler import Raekke
from kkrlib.tabeller.specifikation import Specifikation


def ren(tekst: str) -> str:
    """A text without the places where it may be divided."""
    return tekst.replace("\N{SOFT HYPHEN}", "")


def ren_tekst(spec: Specifikation, rows: Sequence[Raekke], totals: Sequence[Raekke]) -> str:
    """Title, headers and rows in columns, also the rows that a page leaves to its downloads."""
    shown = [(j, k) for j, k in enumerate(spec.alle) if k in spec.viste]
    head = [ren(k.overskrift) + (f" ({unit})" if (unit := spec.enhed_af(k)) else "") for _, k in shown]
    lines = [head, *([row[j].vist or "" for j, _ in shown] for row in (*rows, *totals))]
    widths = [max(len(line[c]) for line in lines) for c in range(len(shown))]
    text = "\n".join(
        "  ".join(
            cell.rjust(w) if k.er_tal else cell.ljust(w) for cell, w, (_, k) in zip(line, widths, shown, strict=True)
        ).rstrip()
        for line in lines
    )
    return f"{spec.titel}\n\n{text}"
