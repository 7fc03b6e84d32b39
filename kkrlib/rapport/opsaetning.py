"""What people write about the pages: ``kkr.toml`` (who publishes them) and ``rettelser.toml`` (what was corrected).

Both lie in the project's root, and either may be missing. Nothing is invented in their place: a page
says itself where the reader finds what is not filled in. Every fault of both files is found at once.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kkrlib.errors import DataError, Fund

FIL = "kkr.toml"
RETTELSER = "rettelser.toml"
UDGIVER = "Kommunekontaktrådet (KKR)"

_EPOST = re.compile(r"[^@\s<>\"]+@[^@\s<>\".]+(\.[^@\s<>\".]+)+")
_TELEFON = re.compile(r"\+?[0-9][0-9 ]{4,18}[0-9]")
_SIDE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
    """Raises DataError if a correction concerns none of the pages (a misspelt name would hide it from readers), or if a page
    would have the same edition from two corrections."""
    found = []
    for r in rettelser:
        if not any(rettelser_til(name, [r]) for name in sider):
            near = difflib.get_close_matches(r["side"], sider, n=1)
            hint = f"; mente du «{near[0]}»?" if near else ""
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
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        found.append(Fund(path.name, "", "", "", "filen er ikke UTF-8"))
    except tomllib.TOMLDecodeError as error:
        found.append(Fund(path.name, "", "", "", f"filen er ikke gyldig TOML ({error})"))
    return {}


def _ukendte(fil: str, foran: str, given: Mapping[str, Any], kendte: tuple[str, ...], found: list[Fund]) -> None:
    for name in given:
        if name not in kendte:
            near = difflib.get_close_matches(name, kendte, n=1, cutoff=0.5)
            hint = f"; mente du «{near[0]}»?" if near else f"; gyldige er {', '.join(kendte)}"
            found.append(Fund(fil, "", "", f"{foran}{name}", f"ukendt navn{hint}"))


def _tabel(fil: str, navn: str, given: Mapping[str, Any], kendte: tuple[str, ...], found: list[Fund]) -> dict[str, Any]:
    value = given.get(navn, {})
    if not isinstance(value, dict):
        found.append(Fund(fil, "", "", navn, f"skal være et afsnit: [{navn}] på en linje for sig"))
        return {}
    _ukendte(fil, f"{navn}.", value, kendte, found)
    return value


def _tekst(fil: str, navn: str, value: Any, found: list[Fund], form: Callable[[str], str] | None = None) -> str:
    """A text on one line, or an empty one where nothing is given; ``form`` says what is wrong with it, if anything."""
    if value is None:
        return ""
    if not isinstance(value, str):
        found.append(Fund(fil, "", "", navn, "skal være tekst i anførselstegn"))
        return ""
    text = " ".join(value.split())
    fault = "er tom; slet linjen, hvis den ikke skal udfyldes" if not text else form(text) if form else ""
    if fault:
        found.append(Fund(fil, "", "", f"{navn}: {text}" if text else navn, fault))
    return text


def _epost(text: str) -> str:
    return "" if _EPOST.fullmatch(text) else "er ikke en e-mailadresse"


def _telefon(text: str) -> str:
    return "" if _TELEFON.fullmatch(text) else "er ikke et telefonnummer (tal og mellemrum, eventuelt + først)"


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    return (
        ""
        if parts.scheme in ("https", "http") and parts.hostname and " " not in text
        else "er ikke en webadresse (https://…)"
    )


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
            texts[name] = _tekst(RETTELSER, f"rettelse {number}: {name}", entry.get(name), found)
            if entry.get(name) is None:
                refuse(name, "mangler")
        if texts["side"] and not _SIDE.fullmatch(texts["side"]):
            refuse("side", f"«{texts['side']}» er ikke navnet på en side eller begyndelsen af det, fx flygtninge-2025")
        edition, day = entry.get("udgave"), entry.get("dato")
        if not isinstance(edition, int) or isinstance(edition, bool) or edition < 2:
            refuse("udgave", "skal være et helt tal fra 2; den første udgave er ikke en rettelse")
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
