"""The project's own errors, and the finding that every one of them carries.

A finding says where (file, row, column), what stood there, and which rule it breaks, in words an
analyst understands. Checks collect findings and raise once, so that all of them are seen at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kkrlib.tegn import vis

if TYPE_CHECKING:
    import pandas as pd

FEJL = "fejl"
ADVARSEL = "advarsel"


@dataclass(frozen=True)
class Fund:
    """One finding on data.

    ``fil`` is the file or table, ``raekke`` the line in the file (the header is line 1) or the key of
    the row, ``kolonne`` the column, ``vaerdi`` what stands there, ``regel`` the rule it breaks.
    A field that does not apply is an empty string. ``alvor`` is ``"fejl"`` (stops a run) or
    ``"advarsel"`` (is shown in the report).
    """

    fil: str
    raekke: str
    kolonne: str
    vaerdi: str
    regel: str
    alvor: str = FEJL

    def __str__(self) -> str:
        where = [self.fil]
        if self.raekke:
            where.append(f"række {self.raekke}")
        if self.kolonne:
            where.append(f"kolonne {self.kolonne}")
        value = f"«{self.vaerdi}»: " if self.vaerdi else ""
        return f"{self.alvor}: {', '.join(where)}: {value}{self.regel}"


class KkrError(Exception):
    """Base of the project's errors; ``exit_code`` is what the command line ends with."""

    exit_code = 4


class ParameterError(KkrError):
    """A parameter has an unknown name, a wrong type or a value that does not exist."""

    exit_code = 2


class DataError(KkrError):
    """Data break one rule or more; ``fund`` holds every finding."""

    exit_code = 3

    def __init__(self, fund: Iterable[Fund]):
        self.fund = tuple(fund)
        super().__init__("\n".join(str(f) for f in self.fund))


class RunError(KkrError):
    """A notebook stopped for another reason than its data, or its page was refused."""

    exit_code = 4


def naermeste(vaerdi: object, gyldige: Iterable[object]) -> str | None:
    """The valid value that ``vaerdi`` is most like, whatever its case and the spaces around it; None if none is like
    it.
    """
    valid = {" ".join(str(v).casefold().split()): str(v) for v in reversed(list(gyldige))}
    near = difflib.get_close_matches(" ".join(str(vaerdi).casefold().split()), valid, n=1, cutoff=0.5)
    return valid[near[0]] if near else None


def mente_du(naer: object | None, ellers: str = "") -> str:
    """The end of a sentence on a value that does not exist: ``"; mente du «Køge»?"`` where ``naer`` is what was meant
    (see :func:`naermeste`), or else ``ellers``.
    """
    return ellers if naer is None or naer == "" else f"; mente du «{naer}»?"


def ukendt_vaerdi(parameter: str, vaerdi: object, gyldige: Iterable[object]) -> ParameterError:
    """The error for a value that does not exist: one line with the nearest valid one and all of them."""
    valid = [str(v) for v in gyldige]
    hint = mente_du(naermeste(vaerdi, valid), ".")
    return ParameterError(f"{parameter}: «{vis(vaerdi)}» findes ikke{hint} Gyldige: {', '.join(valid)}.")


def som_tabel(fund: Iterable[Fund]) -> pd.DataFrame:
    """Findings as a DataFrame with the columns of :class:`Fund`, one row per finding."""
    import pandas as pd

    columns = list(Fund.__dataclass_fields__)
    return pd.DataFrame([[getattr(f, c) for c in columns] for f in fund], columns=columns)
