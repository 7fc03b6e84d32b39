"""Controls as a field makes them from its tables and its rules."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib.afstemning.arter import KONTROL, LED


class Kontrolsaet:
    """Collects controls and their led, for :func:`kkrlib.afstemning.beregn`."""

    def __init__(self, praefiks: str):
        self.praefiks = praefiks
        self._kontroller: list[dict[str, Any]] = []
        self._led: list[dict[str, Any]] = []

    def tilfoej(
        self,
        noegle: str,
        art: str,
        fakta: str,
        beskrivelse: str,
        led: Iterable[tuple[str, str]] = (),
        *,
        tabelnavn: str = "",
        beregnet: Any = None,
        udsving: Fraction = Fraction(0),
        mangler: str = "",
        ogsaa_linjer: Iterable[str] = (),
        **andet: Any,
    ) -> None:
        """Add a control. Its id is the set's prefix and ``noegle``; ``led`` are pairs of role and number.

        ``beregnet`` is what the rule gives (kind ``regel`` only), ``udsving`` how far from it the rule can come out
        because its own numbers are rounded. ``ogsaa_linjer`` (``002:1993``) are lines it rests on besides those of its
        numbers; ``andet`` are columns of the field's own.
        """
        key = f"{self.praefiks}-{noegle}"
        bounds = (None, None) if beregnet is None else (beregnet - udsving, beregnet + udsving)
        self._kontroller.append(
            {
                "id": key,
                "art": art,
                "fakta": fakta,
                "beskrivelse": beskrivelse,
                "mangler": mangler,
                "tabelnavn": tabelnavn,
                "ogsaa_linjer": " ".join(dict.fromkeys(ogsaa_linjer)),
            }
            | {"beregnet": beregnet, "mindst": bounds[0], "hoejst": bounds[1]}
            | andet
        )
        self._led += [
            {"kontrol": key, "nr": nr, "rolle": role, "fakta": other, "fortegn": 1, "mindst": None, "hoejst": None}
            for nr, (role, other) in enumerate(() if mangler else led, start=1)
        ]

    @property
    def kontroller(self) -> pd.DataFrame:
        """One row per control; with the columns of a control also where there is none yet."""
        columns = [] if self._kontroller else [*KONTROL, "tabelnavn", "ogsaa_linjer", "beregnet", "mindst", "hoejst"]
        return pd.DataFrame(self._kontroller, columns=columns or None).astype(object)

    @property
    def led(self) -> pd.DataFrame:
        return pd.DataFrame(self._led, columns=LED).astype(object)
