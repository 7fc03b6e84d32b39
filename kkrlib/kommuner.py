"""A kommune as people write it: the one place that reads its name or code.

People write «Københavns Kommune», «Bornholms Regionskommune», «Aabenraa» and «Åbenrå», «Høje Taastrup», ``0101`` as
other Danish registers have the code, ``101 København``, and letters of one or two characters. All of them name one
kommune, and nothing else does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date

import pandas as pd

from kkrlib import perioder, tegn
from kkrlib.errors import naermeste

_KODE = re.compile(r"0?([0-9]{3})", re.ASCII)
_BARE_CIFRE = re.compile(r"[1-9][0-9]{1,2}", re.ASCII)
_KODE_OG_NAVN = re.compile(r"(?P<kode>0?[0-9]{3})[ :,-]+(?P<navn>\D.*)", re.ASCII)
_NAVN_OG_KODE = re.compile(r"(?P<navn>\D.*?)[ :,-]*\(?(?P<kode>0?[0-9]{3})\)?", re.ASCII)
#: A hyphen as keyboards, Word and Excel write it, with the spaces that people put around it.
_BINDESTREG = re.compile(" ?[-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}] ?")


class UkendtKommune(ValueError):
    """A text that names no kommune; the message says why, in a sentence without subject: «findes ikke i registret».

    ``naermest`` is the code of the kommune that the text is most like, or None.
    """

    def __init__(self, hvorfor: str, naermest: str | None = None):
        super().__init__(hvorfor)
        self.naermest = naermest


def koder(register: pd.DataFrame, stavemaader: pd.DataFrame | None = None) -> dict[str, str]:
    """Every accepted spelling (as :func:`form`) → kommunekode; the first one of each kommune is its official name.

    ``register``: columns ``kommunekode`` (three digits) and ``kommune``, one row per kommune, or one for each name it
    has had, the last of which is its official one. ``stavemaader``: columns ``kommunekode``, ``stavemaade``, ``art``,
    of which the rows with art ``variant`` count; a source's misspelling is no name. A spelling that two kommuner would
    share names neither, unless it is one's official name or code.
    """
    official = dict(zip(register["kommunekode"], register["kommune"], strict=True))
    names = list(zip(register["kommunekode"], register["kommune"], strict=True))
    if stavemaader is not None:
        variants = stavemaader[(stavemaader["art"] == "variant") & stavemaader["kommunekode"].isin(list(official))]
        names += list(zip(variants["kommunekode"], variants["stavemaade"], strict=True))
    meant: dict[str, set[str]] = {}
    for code, name in names:
        for spelling in _former(name):
            meant.setdefault(spelling, set()).add(code)
    known = {spelling: next(iter(codes)) for spelling, codes in meant.items() if len(codes) == 1}
    known = {form(name): code for code, name in official.items()} | known
    known |= {form(name): code for code, name in official.items()}
    return known | {spelling: code for code in official for spelling in (code, f"0{code}")}


def kode(tekst: object, kendte: Mapping[str, str], ukendt: str = "findes ikke i registret") -> str:
    """The kommunekode that a text names; ``kendte`` is what :func:`koder` returns, ``ukendt`` what is said of any other
    name.

    Raises :class:`UkendtKommune`: for a number that is no text (``240`` may have been ``0360`` before a program read it
    as an octal number), an invisible character, a code and a name that contradict each other, and a name that is none,
    with the nearest.
    """
    if not isinstance(tekst, str):
        example = next(iter(kendte.values()), "")
        raise UkendtKommune(f"er ikke tekst; skriv kommunens navn, eller koden som tekst, fx «{example}»")
    if hidden := ", ".join(tegn.usynlige(tekst.replace("\N{NO-BREAK SPACE}", " "))):
        raise UkendtKommune(f"har et usynligt tegn ({hidden}); skriv navnet igen")
    spelling = form(tekst)
    if spelling in kendte:
        return kendte[spelling]
    if both := _KODE_OG_NAVN.fullmatch(spelling) or _NAVN_OG_KODE.fullmatch(spelling):
        by_code, by_name = kendte.get(both["kode"]), kendte.get(both["navn"])
        if by_code and by_code == by_name:
            return by_code
        if by_code and by_name:
            raise UkendtKommune(f"modsiger sig selv: koden er en anden kommunes end navnet ({by_code} og {by_name})")
    if not spelling:
        raise UkendtKommune("må ikke være tom")
    names = [] if _KODE.fullmatch(spelling) else [k for k in kendte if not k[0].isdigit()]
    near = naermeste(spelling, names)
    if near is None:
        raise UkendtKommune(ukendt)
    code = kendte[near]
    official = next(k for k, c in kendte.items() if c == code).title()
    raise UkendtKommune(f"{ukendt}; mente du «{official}»?", code)


def form(tekst: object) -> str:
    """A name to compare by: as :func:`kkrlib.tegn.normal`, with one plain hyphen for every hyphen and dash, and no
    space around it.
    """
    return _BINDESTREG.sub("-", tegn.normal(tekst))


def laeser(
    tabeller: Mapping[str, pd.DataFrame], *, dag: date | None = None, fra_program: bool = False
) -> Callable[[object], str]:
    """What reads a text as a kommunekode (see :func:`kode`), from the tables that :func:`kkrlib.data.load` returns.

    ``dag``: only what is a kommune on that day is one; without it every kommune there has been.

    ``fra_program``: the texts come through a program that may have read them as numbers first. YAML 1.1 reads
    ``0360`` as an octal number, and papermill writes its key as the text ``"240"``, which is another kommune's code.
    Digits that such a reading of a kommunekode can have left are refused; with a zero before them, or as a name, they
    are read.
    """
    register = tabeller["kommuner"] if dag is None else perioder.gaeldende(tabeller["kommuner"], dag)
    known = koder(register, tabeller.get("stavemaader"))
    names = dict(zip(register["kommunekode"], register["kommune"], strict=True))

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
    ``aa``, with and without hyphen.
    """
    first = form(navn)
    parts = re.split("(aa|å)", first)
    ways = itertools.product(*([p] if n % 2 == 0 else ["aa", "å"] for n, p in enumerate(parts)))
    names = dict.fromkeys([first, *("".join(way) for way in ways)])
    for base in dict.fromkeys(spelled for name in names for spelled in (name, name.replace("-", " "))):
        yield base
        genitive = base if base.endswith("s") else f"{base}s"
        for owner in dict.fromkeys((base, genitive)):
            yield f"{owner} kommune"
            yield f"{owner} regionskommune"
