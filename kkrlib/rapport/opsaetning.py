"""What people write about the pages: ``kkr.toml`` (who publishes them) and ``rettelser.toml`` (what was corrected).

Both lie in the project's root, and either may be missing. Nothing is invented in their place: a page
says itself where the reader finds what is not filled in. Every fault of both files is found at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kkrlib import filer, tegn
from kkrlib.errors import DataError, Fund, mente_du, naermeste
from kkrlib.tegn import vis

FIL = "kkr.toml"
RETTELSER = "rettelser.toml"
UDGIVER = "Kommunekontaktrådet (KKR)"

#: No «?», «&», «:» or «,»: in a link to an address they would say more than the address.
_EPOST = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+")
_TELEFON = re.compile(r"\+?[0-9][0-9 ]{4,18}[0-9]")
#: What no address of a page holds unless it is written as %XX.
_IKKE_I_URL = re.compile(r"[\s\"'<>\\^`{|}]")
_SIDE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

HOEJST = 200_000
"""The most bytes of either file."""
_TEGN = 2_000
_UDGAVER = 999


def tom() -> dict[str, Any]:
    """The settings of a project without the two files."""
    return {
        "udgiver": UDGIVER,
        "kontakt": {"navn": "", "epost": "", "telefon": "", "url": ""},
        "tilgaengelighed": "",
        "rettelser": [],
    }


def laes(rod: Path) -> dict[str, Any]:
    """Both files as ``{"udgiver", "kontakt": {"navn", "epost", "telefon", "url"}, "tilgaengelighed", "rettelser"}``.

    What is not filled in is an empty text. ``rettelser`` are ``{"side", "udgave", "dato", "hvad", "hvorfor",
    "tidligere"}``, latest first. Raises DataError with every finding of both files.
    """
    found: list[Fund] = []
    settings = tom()
    given = _fil(Path(rod) / FIL, found)
    _ukendte(FIL, "", given, ("udgiver", "kontakt", "tilgaengelighed"), found)
    publisher = _tabel(FIL, "udgiver", given, ("navn",), found)
    settings["udgiver"] = _tekst(FIL, "udgiver.navn", publisher.get("navn"), found) or UDGIVER
    contact = _tabel(FIL, "kontakt", given, tuple(settings["kontakt"]), found)
    for name in settings["kontakt"]:
        settings["kontakt"][name] = _tekst(FIL, f"kontakt.{name}", contact.get(name), found, _FORMER.get(name))
    statement = _tabel(FIL, "tilgaengelighed", given, ("url",), found)
    settings["tilgaengelighed"] = _tekst(FIL, "tilgaengelighed.url", statement.get("url"), found, _url)
    settings["rettelser"] = _rettelser(_fil(Path(rod) / RETTELSER, found), found)
    if found:
        raise DataError(found)
    return settings


def rettelser_til(navn: str, rettelser: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that concern the page ``navn``: ``flygtninge-2025`` is also said of ``flygtninge-2025-sjaelland``."""
    return [r for r in rettelser if f"{navn}-".startswith(f"{r['side']}-")]


def kontroller(rettelser: Collection[Mapping[str, Any]], sider: Collection[str]) -> None:
    """Raises DataError if a correction concerns none of the pages (a misspelt name would hide it from readers), or if a
    page would have the same edition from two corrections.
    """
    found = []
    for r in rettelser:
        if not any(rettelser_til(name, [r]) for name in sider):
            hint = mente_du(naermeste(r["side"], sider))
            found.append(Fund(RETTELSER, "", "side", r["side"], f"der er ingen side, hvis navn begynder sådan{hint}"))
    told = set()
    for name in sorted(sider):
        by_edition: dict[Any, set[str]] = {}
        for r in rettelser_til(name, rettelser):
            by_edition.setdefault(r.get("udgave"), set()).add(r["side"])
        for edition, sides in by_edition.items():
            both = (edition, *sorted(sides))
            if edition is not None and len(sides) > 1 and both not in told:
                told.add(both)
                found.append(
                    Fund(
                        RETTELSER,
                        "",
                        "udgave",
                        str(edition),
                        f"{name} får den fra både {' og '.join(both[1:])}; giv den seneste et højere tal",
                    )
                )
    if found:
        raise DataError(found)


# --- reading and checking ------------------------------------------------------------------------------------


def _fil(path: Path, found: list[Fund]) -> dict[str, Any]:
    """What a file says, or nothing where there is none, or none that can be read: then with a finding."""
    if not path.exists() and not path.is_symlink():
        return {}
    text = ""
    try:
        text = filer.laes_tekst(path, HOEJST)
        return tomllib.loads(text)
    except filer.KanIkkeLaeses as error:
        found.append(Fund(path.name, "", "", "", str(error) if str(error).startswith("filen") else f"filen {error}"))
    except tomllib.TOMLDecodeError as error:
        found.append(Fund(path.name, _linje(error, text), "", "", f"filen er ikke gyldig TOML{_hvad(error)}"))
    except (ValueError, RecursionError, MemoryError):  # what tomllib hands on of Python's own
        found.append(
            Fund(path.name, "", "", "", "filen er ikke gyldig TOML: for dybt indlejret, eller et tal er for langt")
        )
    return {}


def _linje(error: tomllib.TOMLDecodeError, text: str) -> str:
    """The line that tomllib speaks of; the last one where it says «end of document»."""
    place = re.search(r"at line (\d+)", str(error))
    return place[1] if place else str(text.rstrip().count("\n") + 1)


def _hvad(error: tomllib.TOMLDecodeError) -> str:
    """What tomllib says of the commonest fault, in Danish; the line says where the others are."""
    twice = any(word in str(error) for word in ("overwrite", "twice", "Duplicate"))
    return ": et navn står to gange" if twice else ""


def _ukendte(fil: str, foran: str, given: Mapping[str, Any], kendte: tuple[str, ...], found: list[Fund]) -> None:
    for name in given:
        if name not in kendte:
            hint = mente_du(naermeste(name, kendte), f"; gyldige er {', '.join(kendte)}")
            found.append(Fund(fil, "", "", f"{foran}{vis(name)}", f"ukendt navn{hint}"))


def _tabel(fil: str, navn: str, given: Mapping[str, Any], kendte: tuple[str, ...], found: list[Fund]) -> dict[str, Any]:
    value = given.get(navn, {})
    if not isinstance(value, dict):
        found.append(Fund(fil, "", "", navn, f"skal være et afsnit: [{navn}] på en linje for sig"))
        return {}
    _ukendte(fil, f"{navn}.", value, kendte, found)
    return value


def _tekst(fil: str, navn: str, value: Any, found: list[Fund], form: Callable[[str], str] | None = None) -> str:
    """A text on one line, or an empty one where nothing is given; ``form`` says what is wrong with it, if anything.

    Line breaks and no-break spaces are spaces, which a page shows alike; what nobody sees is a finding.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        found.append(Fund(fil, "", "", navn, "skal være tekst i anførselstegn"))
        return ""
    text = " ".join(value.split())
    if not text:
        fault = "er tom; slet linjen, hvis den ikke skal udfyldes"
    elif hidden := ", ".join(tegn.usynlige(text)):
        fault = f"har et usynligt tegn ({hidden}); skriv teksten igen"
    elif not tegn.sammensat(text):
        fault = "har et bogstav, der er skrevet som to tegn; skriv teksten igen"
    elif len(text) > _TEGN:
        fault = f"er længere end {_TEGN} tegn"
    else:
        fault = form(text) if form else ""
    if fault:
        found.append(Fund(fil, "", "", f"{navn}: {vis(text)}" if text else navn, fault))
    return text


def _epost(text: str) -> str:
    return "" if _EPOST.fullmatch(text) else "er ikke en e-mailadresse"


def _telefon(text: str) -> str:
    return "" if _TELEFON.fullmatch(text) else "er ikke et telefonnummer (tal og mellemrum, eventuelt + først)"


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, plain = parts.hostname or "", parts.port is None or parts.port > 0
    except ValueError:  # brackets that are no address, a port that is no number
        return "er ikke en webadresse (https://…)"
    plain = plain and "@" not in parts.netloc and not _IKKE_I_URL.search(text)
    known = parts.scheme in ("https", "http") and re.fullmatch(r"[\w-]+(\.[\w-]+)+", host)
    return "" if known and plain else "er ikke en webadresse (https://…)"


def _side(text: str) -> str:
    return "" if _SIDE.fullmatch(text) else "er ikke navnet på en side eller begyndelsen af det, fx flygtninge-2025"


_FORMER = {"epost": _epost, "telefon": _telefon, "url": _url}


def _rettelser(given: Mapping[str, Any], found: list[Fund]) -> list[dict[str, Any]]:
    _ukendte(RETTELSER, "", given, ("rettelse",), found)
    entries = given.get("rettelse", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        found.append(Fund(RETTELSER, "", "", "rettelse", "skal skrives [[rettelse]] på en linje for sig"))
        return []
    read, seen = [], set()
    for number, entry in enumerate(entries, 1):
        _ukendte(
            RETTELSER, f"rettelse {number}: ", entry, ("side", "udgave", "dato", "hvad", "hvorfor", "tidligere"), found
        )

        def refuse(name: str, rule: str, number: int = number) -> None:
            found.append(Fund(RETTELSER, "", "", f"rettelse {number}: {name}", rule))

        texts = {}
        for name in ("side", "hvad", "hvorfor"):
            form = _side if name == "side" else None
            texts[name] = _tekst(RETTELSER, f"rettelse {number}: {name}", entry.get(name), found, form)
            if entry.get(name) is None:
                refuse(name, "mangler")
        edition, day = entry.get("udgave"), entry.get("dato")
        if type(edition) is not int or not 2 <= edition <= _UDGAVER:
            refuse("udgave", f"skal være et helt tal fra 2 til {_UDGAVER}; den første udgave er ikke en rettelse")
        elif (texts["side"], edition) in seen:
            refuse("udgave", f"{edition} står der allerede for {texts['side']}")
        else:
            seen.add((texts["side"], edition))
        if not isinstance(day, date) or isinstance(day, datetime):
            refuse("dato", "skal være en dato uden anførselstegn, fx 2026-03-31")
        earlier = _tekst(RETTELSER, f"rettelse {number}: tidligere", entry.get("tidligere"), found, _url)
        read.append({**texts, "udgave": edition, "dato": day, "tidligere": earlier})
    if found:
        return []
    return sorted(read, key=lambda r: (r["dato"], r["udgave"], r["side"]), reverse=True)
