"""Verdicts that are kept: what was judged good once, by the checksum of everything that the verdict rests on.

A verdict is a kind (``data``: the tables satisfy their descriptor; ``port``: the controls have nothing to object), the
checksum of what was judged, and a note of one line. It is good for the very code and packages that judged
(:func:`kode`) and for nothing else, and only good verdicts are kept: what was refused is judged again. They lie one in
a file under ``build/domme/`` of the project, or in the user's own cache folder where nothing can be written there. A
file that is damaged, that says something else than its name, or that others could have written is as none at all.

A process that was told what was judged (:data:`GYLDIG`: the kernels of ``kkr build``) looks in no file and writes none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import kkrlib
from kkrlib import filer

#: The environment variable in which ``kkr build`` hands its kernels the checksum of the data folder that it has
#: validated.
GYLDIG = "KKR_GYLDIG"
#: … and the checksum of the tables that it let through the gate (:func:`kkrlib.kontrol.aftryk`).
GODKENDT = "KKR_GODKENDT"

_FORM = 1
_STOERSTE = 10_000
#: So many verdicts of each kind are kept; the oldest go.
_GEMTE = 20
#: The packages whose own code takes part in judging.
_PAKKER = ("pandas", "numpy", "frictionless", "babel")


@cache
def kode() -> str:
    """The checksum of the code that judges: every module of kkrlib, Python, and the packages that read and compute.

    A module that takes no part in judging counts too: what it costs to judge once more is little, and what a module
    leads to is not told by its name.
    """
    total = hashlib.sha256(f"{_FORM} {sys.version}".encode())
    for name in _PAKKER:
        with contextlib.suppress(metadata.PackageNotFoundError):
            total.update(f"\0{name} {metadata.version(name)}".encode())
    package = Path(kkrlib.__file__).resolve().parent
    for path in sorted(package.rglob("*.py")):
        total.update(f"\0{path.relative_to(package).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def kendt(slags: str, aftryk: str) -> str | None:
    """The note of a verdict that is kept (empty: kept without one), or None where there is none."""
    key = _noegle(slags, aftryk)
    for folder in _mapper():
        if (note := _laes(folder / _navn(slags, key), slags, key)) is not None:
            return note
    return None


def husk(slags: str, aftryk: str, note: str = "") -> None:
    """Keep a verdict, where one can be written: one that is lost is judged once more, and stops nothing."""
    key = _noegle(slags, aftryk)
    content = json.dumps({"form": _FORM, "slags": slags, "aftryk": key, "note": note}).encode() + b"\n"
    for folder in _mapper():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / _navn(slags, key)
            filer.skriv(path, content)
            os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
            _ryd(folder, slags)
            return


def _noegle(slags: str, aftryk: str) -> str:
    return hashlib.sha256(f"{slags}\0{aftryk}\0{kode()}".encode()).hexdigest()


def _navn(slags: str, noegle: str) -> str:
    return f"{slags}-{noegle[:32]}.json"


def _mapper() -> list[Path]:
    """Where verdicts are looked for, and kept in the first that takes them."""
    if GYLDIG in os.environ:
        return []
    root = Path(os.environ.get("KKR_ROD") or Path(kkrlib.__file__).resolve().parents[1])
    own = os.environ.get("XDG_CACHE_HOME") or ""
    folders = [root / "build" / "domme"]
    with contextlib.suppress(RuntimeError):  # no home
        folders.append((Path(own) if os.path.isabs(own) else Path.home() / ".cache") / "kkr" / "domme")
    return folders


def _laes(path: Path, slags: str, noegle: str) -> str | None:
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or not egen(about):
            return None
        said = json.loads(filer.laes(path, _STOERSTE))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("note"), str):
        return None
    note = said["note"]
    return note if said == {"form": _FORM, "slags": slags, "aftryk": noegle, "note": note} else None


def egen(about: os.stat_result) -> bool:
    """Whether nobody but this user can have written a file."""
    if not hasattr(os, "geteuid"):
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _ryd(folder: Path, slags: str) -> None:
    kept = sorted(folder.glob(f"{slags}-*.json"), key=lambda p: p.lstat().st_mtime, reverse=True)
    for path in kept[_GEMTE:]:
        path.unlink(missing_ok=True)
