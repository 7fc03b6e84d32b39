"""The data folder without pandas and without validating: its checksum, and single columns of tables known to be good.

What ``kkr list`` shows and a parameter is held against are some columns of some tables. Of a folder whose verdict is
kept (:mod:`kkrlib.domme`) they are read here, by the types that the descriptor gives them, and nothing else is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkrlib import domme, filer
from kkrlib.data.mappe import BESKRIVELSE, data_mappe

if TYPE_CHECKING:
    import pandas as pd

#: The kind of verdict that is kept of a data folder.
DOM = "data"
_STOERSTE = 10_000_000


@dataclass(frozen=True)
class Mappe:
    """A data folder as it lay at one moment: the content of its files, and the checksum of all of it."""

    sti: Path
    indhold: Mapping[str, bytes]
    aftryk: str

    @property
    def kendt(self) -> bool:
        """Whether a folder with just this content was found valid by just this code, or whoever started us says so."""
        if domme.GYLDIG in os.environ:
            return os.environ[domme.GYLDIG] == self.aftryk
        return domme.kendt(DOM, self.aftryk) is not None

    def tekst(self, navn: str) -> str:
        """The text of a file, as :func:`kkrlib.data.tekstfil.tekst` reads it."""
        return self.indhold[navn].decode("utf-8-sig").replace("\r\n", "\n")


def tag(mappe: Path | str | None = None) -> Mappe | None:
    """The data folder with its checksum, or None where something in it cannot be read whole: then nothing is known.

    Everything in the folder counts, by its name, its kind and its content; where the folder lies does not.
    """
    folder = data_mappe(mappe)
    content, total = {}, hashlib.sha256()
    try:
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            plain = stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
            kind = "fil" if plain else "link" if entry.is_symlink() else "andet"
            total.update(f"{kind}\0{os.fsencode(entry.name).hex()}\0".encode())
            if plain:
                content[entry.name] = filer.laes(Path(entry.path), _STOERSTE)
                total.update(hashlib.sha256(content[entry.name]).digest())
    except (OSError, ValueError):
        return None
    return Mappe(folder, content, total.hexdigest())


class Kolonner:
    """The columns of one valid table, as plain values of Python."""

    def __init__(self, resource: Mapping[str, Any], mappe: Mappe):
        self._typer = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
        self._fil, self._mappe = resource["path"], mappe

    @property
    def columns(self) -> list[str]:
        return list(self._typer)

    @cached_property
    def _raekker(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self._mappe.tekst(self._fil), newline="\n")))[1:]

    def celler(self, *kolonner: str, tomme: bool = False) -> list[tuple[Any, ...]]:
        """The values of columns, row by row; with ``tomme`` also the rows where one is missing, which is None."""
        at = [(self.columns.index(name), _SOM[self._typer[name]]) for name in kolonner]
        rows = (tuple(read(row[n]) if row[n] else None for n, read in at) for row in self._raekker)
        return [row for row in rows if tomme or None not in row]


_SOM: dict[str, Any] = {"string": str, "integer": int, "date": datetime.fromisoformat}


class Opslag(Mapping[str, Any]):
    """Tables by name to look values up in: :class:`Kolonner` of a folder known to be valid, else DataFrames.

    ``aftryk`` is the checksum of the folder (empty: something in it cannot be read whole). ``forfra`` validates it
    whatever is known of it. Raises :class:`kkrlib.errors.DataError` with every finding on data that are not valid.
    """

    _set: Mappe | None = None
    _tabeller: Mapping[str, Any]

    def __init__(self, mappe: Path | str | None = None, *, forfra: bool = False):
        seen = tag(mappe)
        if seen is not None and seen.kendt and not forfra:
            self._set, self.aftryk = seen, seen.aftryk
            resources = json.loads(seen.tekst(BESKRIVELSE))["resources"]
            self._tabeller = {r["name"]: Kolonner(r, seen) for r in resources}
        else:
            from kkrlib.data.tabeller import load

            self._tabeller = load(mappe, forfra=forfra)
            # Where somebody wrote in the folder meanwhile, it is not known what was read.
            self.aftryk = seen.aftryk if seen is not None and tag(mappe) == seen else ""

    @classmethod
    def af(cls, tabeller: Mapping[str, pd.DataFrame]) -> Opslag:
        """Tables that are at hand already, of which no folder is known."""
        made = cls.__new__(cls)
        made._tabeller, made.aftryk = tabeller, ""
        return made

    def hele(self) -> Mapping[str, pd.DataFrame]:
        """The tables themselves, as :func:`kkrlib.data.load` returns them, typed when first asked for."""
        if self._set is None:
            return self._tabeller
        return self._typede

    @cached_property
    def _typede(self) -> Mapping[str, pd.DataFrame]:
        from kkrlib.data.tabeller import gyldige

        assert self._set is not None
        return gyldige(self._set)

    def __getitem__(self, navn: str) -> Any:
        return self._tabeller[navn]

    def __contains__(self, navn: object) -> bool:
        return navn in self._tabeller

    def __iter__(self) -> Iterator[str]:
        return iter(self._tabeller)

    def __len__(self) -> int:
        return len(self._tabeller)
