"""Which pages stand as they would be built: what each was made of, and the files that came of it.

For each folder of pages there is a ledger in ``build/byggede/``. An entry says that what has *this* checksum (notebook,
code, data, parameters, settings, packages) gave *these* files. A page is unchanged when both still hold; all else is
built: a ledger that is damaged, away or not this user's own, files that are damaged or gone, a front page or catalogue
that is another than the last build left. ``kkr verify`` and ``kkr build --forfra`` do not ask.

Most builds have nothing to do, so a page is first held against all of kkrlib's code, which is quick; only where that
has changed is it asked which modules this page leads to (:mod:`kkrlib.rapport.fingeraftryk`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kkrlib import domme, filer
from kkrlib.errors import KkrError
from kkrlib.rapport import fingeraftryk
from kkrlib.rapport.katalog import Sidespec
from kkrlib.rapport.publicering import FORSIDE, KATALOG, Resultat

_FORM = 1
_STOERSTE = 20_000_000


class Bog:
    """The ledger of one folder of pages, for one build: ``faelles`` is what all of its pages are given."""

    def __init__(self, arbejde: Path, ud: Path, faelles: Any):
        folder = hashlib.sha256(os.fsencode(ud)).hexdigest()[:16]
        self.sti, self.ud, self.faelles = arbejde / "byggede" / f"{folder}.json", ud, faelles
        self._noegler: dict[str, tuple[str, str]] = {}
        self._holdt: dict[str, str] = {}

    def uaendrede(self, sider: Iterable[Sidespec], givet: Mapping[str, Any]) -> set[str]:
        """The names of those that stand as they would be built. ``givet``: what each page's exporter is given."""
        pages, noted = list(sider), self._laes()
        for spec in pages:
            self._noegler[spec.navn] = (self._grov(spec, givet[spec.navn]), "")
        shared = noted.get("faelles")
        if not shared or any(_sum(self.ud / name) != sum for name, sum in shared.items()):
            return set()
        same, moved = set(), False
        for spec in pages:
            entry = noted["sider"].get(spec.navn)
            if entry is None or any(_sum(self.ud / name) != sum for name, sum in entry["filer"].items()):
                continue
            coarse, fine = self._noegler[spec.navn][0], ""
            if coarse and entry["grov"] != coarse:
                fine = self._fin(spec, givet[spec.navn])
                if not fine or entry["fin"] != fine:
                    continue
                entry["grov"], moved = coarse, True
            if coarse:
                same.add(spec.navn)
        if moved:
            self._skriv(noted)
        return same

    def hold(self, resultater: Iterable[Resultat], staging: Path) -> None:
        """Take the checksums of finished pages, before they are published: the files are this build's own there."""
        for r in resultater:
            self._holdt[r.spec.navn] = json.dumps({n: _sum(staging / n) for n in (r.side, *(f.fil for f in r.filer))})

    def noter(self, resultater: Iterable[Resultat], givet: Mapping[str, Any]) -> None:
        """Note published pages; one that somebody changed what it is made of meanwhile is not noted."""
        noted = self._laes()
        noted.setdefault("sider", {})
        for r in resultater:
            name, coarse = r.spec.navn, self._grov(r.spec, givet[r.spec.navn])
            fine = self._fin(r.spec, givet[name]) if coarse and coarse == self._noegler[name][0] else ""
            if fine:
                noted["sider"][name] = {"grov": coarse, "fin": fine, "filer": json.loads(self._holdt[name])}
            else:
                noted["sider"].pop(name, None)
        noted["faelles"] = {n: _sum(self.ud / n) for n in (FORSIDE, KATALOG) if (self.ud / n).exists()}
        self._skriv(noted)

    # --- what a page is made of ---------------------------------------------------------------------------------

    def _grov(self, spec: Sidespec, givet: Any) -> str:
        """The checksum of all that any page could depend on, and of what is this page's own; empty: not known."""
        try:
            about = fingeraftryk.groft(spec.rapport.notesbog, spec.parametre)
        except (KkrError, OSError, ValueError):
            return ""
        return _af([domme.kode(), about, spec.parametre, givet, self.faelles])

    def _fin(self, spec: Sidespec, givet: Any) -> str:
        """The checksum of what this page depends on."""
        try:
            about = fingeraftryk.foer(spec.rapport.notesbog, spec.parametre)
        except (KkrError, OSError, ValueError):
            return ""
        return _af([sys.version, about.kode, about.data, about.pakker, spec.parametre, givet, self.faelles])

    # --- the file -------------------------------------------------------------------------------------------------

    def _laes(self) -> dict[str, Any]:
        try:
            about = self.sti.lstat()
            if not stat.S_ISREG(about.st_mode) or not domme.egen(about):
                return {}
            read = json.loads(filer.laes(self.sti, _STOERSTE))
            sound = read["form"] == _FORM and all(
                isinstance(e["grov"], str) and isinstance(e["fin"], str) and e["filer"] and _er_summer(e["filer"])
                for e in read["sider"].values()
            )
            return read if sound and _er_summer(read["faelles"]) else {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def _skriv(self, noted: Mapping[str, Any]) -> None:
        content = json.dumps({**noted, "form": _FORM}, sort_keys=True, indent=0).encode() + b"\n"
        with contextlib.suppress(OSError):  # what is not noted is built again
            self.sti.parent.mkdir(parents=True, exist_ok=True)
            filer.skriv(self.sti, content)
            os.chmod(self.sti, stat.S_IRUSR | stat.S_IWUSR)


def _er_summer(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) and len(v) == 64 for v in value.values())


def _af(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sum(path: Path) -> str:
    """The checksum of a file; empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
