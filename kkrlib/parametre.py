"""What a calculation is given from outside, as Python values: held against the kinds it wants before it computes.

The values come from JupyterLab, papermill, YAML files and other programs, which have typed them, and not always as
they were written: YAML 1.1 reads ``0360`` as 240, ``yes`` as True, ``25.0`` as no whole number. What is not of the
wanted kind is refused with how to write it; nothing is converted. (``kkr build`` reads texts by a grammar of its own,
:mod:`kkrlib.rapport.grammatik`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any, TypeVar

from kkrlib.errors import ParameterError, ukendt_vaerdi
from kkrlib.tegn import vis

#: What a parameter must be: says what is wrong with a value, as a Danish sentence, or nothing.
Art = Callable[[Any], str]
V = TypeVar("V")


def kontroller(**givne: tuple[Any, Art]) -> None:
    """Hold every parameter against its kind: ``kontroller(aar=(aar, heltal()), region=(region, tekst()))``.

    Raises ParameterError with one line that names all that are of another kind, each with its value and how to write
    it.
    """
    faults = [f"{name}: {fault}" for name, (value, kind) in givne.items() if (fault := kind(value))]
    if faults:
        raise ParameterError(" ".join(faults))


def heltal(*, mindst: int | None = None, valgfri: bool = False) -> Art:
    """A whole number of Python's own: no text, no truth value, no number with a decimal mark. ``valgfri``: or None."""

    def fault(value: Any) -> str:
        if value is None and valgfri:
            return ""
        if type(value) is int:
            return "" if mindst is None or value >= mindst else f"«{vis(value)}» er for lille; det mindste er {mindst}."
        said = f"«{vis(value)}» er ikke et helt tal"
        if isinstance(value, str):
            return f"{said}; skriv tallet uden anførselstegn."
        if isinstance(value, bool) or not isinstance(value, Real):
            return f"{said}."
        number: Any = value  # a kind of number that has no common type: numpy's, Decimal's, Fraction's
        if isinstance(value, Integral) or (number == number and abs(number) < 10**15 and number == int(number)):
            return f"{said} skrevet med cifre alene; skriv {int(number)}."
        return f"{said}."

    return fault


def tekst() -> Art:
    """A text."""

    def fault(value: Any) -> str:
        return "" if isinstance(value, str) else f"«{vis(value)}» er ikke tekst; skriv det i anførselstegn."

    return fault


def dag() -> Art:
    """A day, or None."""

    def fault(value: Any) -> str:
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return ""
        return f"«{vis(value)}» er ikke en dato."

    return fault


def liste() -> Art:
    """A list or another sequence of elements; their kind is for the one who reads them (see :func:`laes_hver`)."""

    def fault(value: Any) -> str:
        if isinstance(value, str):
            return f"«{vis(value)}» er tekst; det skal være en liste, fx {[vis(value)]}."
        if isinstance(value, (list, tuple, set, frozenset)):
            return ""
        return f"«{vis(value)}» er ikke en liste, fx [a, b]."

    return fault


def ordbog(vaerdi: Art) -> Art:
    """A dictionary whose keys are texts and whose values are of the kind ``vaerdi``.

    A key that is a number is refused: it may have been written otherwise, as ``0360`` is, which YAML 1.1 reads as 240.
    """

    def fault(value: Any) -> str:
        if not isinstance(value, Mapping):
            return f"«{vis(value)}» er ikke en ordbog, fx {{Lolland: 25}}."
        faults = [
            f'«{vis(key)}» er ikke tekst; skriv koden i anførselstegn, fx "0360" (uden dem læses den som et tal).'
            for key in value
            if not isinstance(key, str)
        ]
        faults += [f"{vis(key)}: {said}" for key, number in value.items() if (said := vaerdi(number))]
        return " ".join(faults)

    return fault


def laes_noegler(ordbog: Mapping[Any, V], laes: Callable[[Any], str]) -> tuple[dict[str, V], list[str]]:
    """A dictionary with its keys as ``laes`` reads them, in their order, and what is wrong, in Danish sentences.

    ``laes`` returns what a text names, or raises ValueError with a sentence without subject («findes ikke i
    registret»). Two keys that name the same are a fault: of the two values one would be lost.
    """
    read, faults = laes_hver(ordbog, laes)
    found = {name: ordbog[key] for key, name in read.items()}
    return dict(sorted(found.items())), faults


def laes_hver(tekster: Iterable[Any], laes: Callable[[Any], str]) -> tuple[dict[Any, str], list[str]]:
    """Each text with what ``laes`` reads it as, and what is wrong (as :func:`laes_noegler`)."""
    read: dict[Any, str] = {}
    faults: list[str] = []
    for text in tekster:
        try:
            name = laes(text)
        except ValueError as error:
            faults.append(f"«{vis(text)}» {str(error).rstrip('.')}.")
            continue
        twin = next((t for t, n in read.items() if n == name), None)
        if twin is not None or text in read:
            twin = text if twin is None else twin
            same = f"«{vis(text)}»" if text == twin else f"«{vis(twin)}» og «{vis(text)}» er det samme, som"
            faults.append(f"{same} står to gange.")
            continue
        read[text] = name
    return read, faults


def aaret(aar: int | None, aarene: Sequence[int], navn: str = "aar") -> int:
    """The year to compute: the one that is given, or the newest of ``aarene`` where None is.

    ``aarene`` are the years that can be computed; ``navn`` is what the parameter is called. Raises ParameterError for
    a value that is no whole number, a year that is not among them, and where there is none.
    """
    kontroller(**{navn: (aar, heltal(valgfri=True))})
    if not aarene:
        raise ParameterError(f"{navn}: der er ingen data for noget år.")
    if aar is None:
        return max(aarene)
    if aar not in aarene:
        raise ukendt_vaerdi(navn, aar, aarene)
    return aar
