"""A kommune as people write it: the one place that reads its name or code.

People write «Københavns Kommune», «Bornholms Regionskommune», «Aabenraa» and «Åbenrå», ``0101`` as other Danish
registers have the code, ``101 København``, and letters of one or two characters. All of them name one kommune, and
nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

import pandas as pd

from kkrlib import tegn
from kkrlib.errors import naermeste

_KODE = re.compile(r"0?([0-9]{3})", re.ASCII)
_BARE_CIFRE = re.compile(r"[1-9][0-9]{1,2}", re.ASCII)
_KODE_OG_NAVN = re.compile(r"(0?[0-9]{3})[ :,-]+(\D.*)", re.ASCII)


class UkendtKommune(ValueError):
    """A text that names no kommune; the message says why, in a sentence without subject: «findes ikke i registret»."""


def koder(register: pd.DataFrame, stavemaader: pd.DataFrame | None = None) -> dict[str, str]:
    """Every accepted spelling (as :func:`kkrlib.tegn.normal`) → kommunekode.

    ``register``: columns ``kommunekode`` (three digits) and ``kommune``, one row per kommune. ``stavemaader``:
    columns ``kommunekode``, ``stavemaade``, ``art``, of which the rows with art ``variant`` count; a source's
    misspelling is no name. A spelling that two kommuner would share names neither, unless it is one's official name
    or code.
    """
    official = dict(zip(register["kommunekode"], register["kommune"], strict=True))
    names = list(official.items())
    if stavemaader is not None:
        variants = stavemaader[stavemaader["art"] == "variant"]
        names += list(zip(variants["kommunekode"], variants["stavemaade"], strict=True))
    meant: dict[str, set[str]] = {}
    for code, name in names:
        for form in _former(name):
            meant.setdefault(form, set()).add(code)
    known = {form: next(iter(codes)) for form, codes in meant.items() if len(codes) == 1}
    known |= {tegn.normal(name): code for code, name in official.items()}
    return known | {form: code for code in official for form in (code, f"0{code}")}


def kode(tekst: object, kendte: Mapping[str, str]) -> str:
    """The kommunekode that a text names; ``kendte`` is what :func:`koder` returns.

    Raises :class:`UkendtKommune`: for a number that is no text (``240`` may have been ``0360`` before a program read
    it as an octal number), an invisible character, a code and a name that contradict each other, and a name that is
    none, with the nearest.
    """
    if not isinstance(tekst, str):
        raise UkendtKommune(
            f"er ikke tekst; skriv kommunens navn, eller koden som tekst, fx «{next(iter(kendte.values()))}»"
        )
    if hidden := ", ".join(tegn.usynlige(tekst.replace("\u00a0", " "))):
        raise UkendtKommune(f"har et usynligt tegn ({hidden}); skriv navnet igen")
    form = tegn.normal(tekst)
    if form in kendte:
        return kendte[form]
    if both := _KODE_OG_NAVN.fullmatch(form):
        by_code, by_name = kendte.get(both[1]), kendte.get(both[2])
        if by_code and by_code == by_name:
            return by_code
        if by_code and by_name:
            raise UkendtKommune(f"modsiger sig selv: koden er en anden kommunes end navnet ({by_code} og {by_name})")
    if not form:
        raise UkendtKommune("må ikke være tom")
    near = None if _KODE.fullmatch(form) else naermeste(form, [f for f in kendte if not f[0].isdigit()])
    raise UkendtKommune("findes ikke i registret" + (f"; mente du «{near.title()}»?" if near else ""))


def laeser(tabeller: Mapping[str, pd.DataFrame], *, fra_program: bool = False) -> Callable[[object], str]:
    """What reads a text as a kommunekode (see :func:`kode`), from the tables that :func:`kkrlib.data.load` returns.

    ``fra_program``: the texts come through a program that may have read them as numbers first. YAML 1.1 reads
    ``0360`` as an octal number, and papermill writes its key as the text ``"240"``, which is another kommune's code.
    Digits that such a reading of a kommunekode can have left are refused; with a zero before them, or as a name, they
    are read.
    """
    known = koder(tabeller["kommuner"], tabeller.get("stavemaader"))
    names = dict(zip(tabeller["kommuner"]["kommunekode"], tabeller["kommuner"]["kommune"], strict=True))

    def read(tekst: object) -> str:
        if fra_program and isinstance(tekst, str) and (before := _foer_oktalt(tekst, names)):
            own = f" («0{tekst}», hvis det er {names[tekst]})" if tekst in names else ""
            raise UkendtKommune(
                f"kan være koden 0{before} ({names[before]}), som et program har læst som et oktalt tal; "
                f"skriv kommunens navn, eller koden i anførselstegn med nul foran{own}"
            )
        return kode(tekst, known)

    return read


def entydig_laeser(tabeller: Mapping[str, pd.DataFrame]) -> Callable[[object], str]:
    """As :func:`laeser` for texts that no program has touched, but what it returns can be handed on through one.

    It is the kommunekode, with a zero before it where :func:`laeser` would else refuse it ``fra_program``. The
    metadata of a notebook can name this as the reader of a parameter (``laeses_af``).
    """
    read = laeser(tabeller)
    official = set(tabeller["kommuner"]["kommunekode"])

    def safe(tekst: object) -> str:
        code = read(tekst)
        return f"0{code}" if _foer_oktalt(code, official) else code

    return safe


def _foer_oktalt(tekst: str, koder: Collection[str]) -> str:
    """The kommunekode that gives the digits of ``tekst`` when it is written with a zero before it and read as an
    octal number; or nothing."""
    octal = f"{int(tekst):03o}" if _BARE_CIFRE.fullmatch(tekst) else ""
    return octal if octal in koder else ""


def _former(navn: str) -> Iterator[str]:
    """The forms of a name: alone, as a kommune and a regionskommune with and without the genitive, with ``å`` and
    with ``aa``."""
    name = tegn.normal(navn)
    for base in dict.fromkeys((name, name.replace("aa", "å"), name.replace("å", "aa"))):
        yield base
        genitive = base if base.endswith("s") else f"{base}s"
        for owner in dict.fromkeys((base, genitive)):
            yield f"{owner} kommune"
            yield f"{owner} regionskommune"
