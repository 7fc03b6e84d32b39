"""An edition of a folder: built whole beside it, locked, put in its place in one step, and the one before it kept.

Beside the folder ``X`` that readers get lies ``.X.udgaver``, which they do not:

- ``laas`` is held by whoever publishes;
- ``ny`` is the edition under way; nothing in ``X`` has changed while it is built;
- ``forrige`` is the edition before, as it was when it was replaced;
- ``skift.json`` says that a swap is under way, so that the next to come finds out how far one that was killed had got.

Where the system can exchange two folders (Linux, most disks), ``X`` and ``ny`` are exchanged in one step: a reader sees
the one edition or the other, and so does whoever looks after ``kill -9``. Where it cannot (a mount point, a folder of
an image's lower layer, another system), and where the folder holds more of others than a few files, the files are put
in place one by one, each whole; a swap that was killed there is completed by the next command that reads the folder.

Nothing here knows what the files are. Files of the folder that are not ours stay where they are.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kkrlib.errors import RunError
from kkrlib.rapport.proces import uforstyrret
from kkrlib.rapport.skrivning import om, skriv, vist

VENTETID = 60.0
"""Seconds to wait for another publication, which takes a second or two."""
_ANDRES = 100
"""Files of others that follow a folder when it is exchanged; with more, ours are put in place one by one."""
_BYT, _PAA_STEDET = "byt", "på stedet"

Besked = Callable[[str], None]


@dataclass(frozen=True)
class Sted:
    """Where an edition goes: the folder as readers know it, and as it is once symbolic links are followed."""

    navn: Path
    mappe: Path

    @property
    def ved(self) -> Path:
        """The folder beside it with the editions that readers do not get."""
        return self.mappe.with_name(f".{self.mappe.name}.udgaver")

    @property
    def ny(self) -> Path:
        return self.ved / "ny"

    @property
    def forrige(self) -> Path:
        return self.ved / "forrige"

    @property
    def gammel(self) -> Path:
        """What becomes ``forrige``, while it is copied."""
        return self.ved / "gammel"

    @property
    def skift(self) -> Path:
        return self.ved / "skift.json"


def sted(ud: Path) -> Sted:
    """The place of a folder. Raises RunError when pages cannot be published there, in one line, and changes nothing."""
    place = Sted(Path(ud), Path(os.path.realpath(ud)))
    folder, shown = place.mappe, vist(ud)
    if not folder.name:
        raise RunError(f"{shown} er hele disken; vælg en mappe til siderne")
    if folder.is_symlink():
        raise RunError(f"{shown}: de symbolske links på vejen dertil løber i ring")
    there = next(p for p in (folder, *folder.parents) if os.path.lexists(p))
    if not there.is_dir():
        raise RunError(f"{vist(there)} er en fil; her skulle det være en mappe")
    beside = folder.parent if there == folder else there
    for needed in dict.fromkeys((beside, there)):
        if not os.access(needed, os.W_OK | os.X_OK):
            below = (
                "" if needed != beside or there != folder else f"; giv adgang, eller brug en mappe i den: {shown}/sider"
            )
            why = " (en ny udgave bygges ved siden af den gamle)" if needed == beside else ""
            raise RunError(f"{vist(needed)}: der kan ikke skrives i mappen{why}{below}")
    return place


@contextlib.contextmanager
def laast(place: Sted, *, vent: float | None = None, besked: Besked | None = None) -> Iterator[None]:
    """Hold the lock of a place; whatever a killed swap left is put right first.

    Somebody else's is waited for, which ``besked`` is told, at most ``vent`` seconds (default: :data:`VENTETID`); then
    RunError. It covers reading the catalogue, building the edition and the swap, not the minutes of running notebooks.
    """
    from filelock import FileLock, Timeout

    with om(place.ved):
        place.ved.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.ved / "laas", thread_local=False)
    with om(place.ved / "laas"):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if besked:
                besked(f"venter på en anden udgivelse i {vist(place.navn)} …")
            wait = VENTETID if vent is None else vent
            try:
                lock.acquire(timeout=wait)
            except Timeout:
                raise RunError(
                    f"en anden udgivelse i {vist(place.navn)} er ikke færdig efter {wait:.0f} sekunder; "
                    "intet er ændret, prøv igen"
                ) from None
    try:
        _genopret(place)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def laest(ud: Path, *, besked: Besked | None = None) -> Iterator[None]:
    """Read a folder while nobody swaps it. Writes nothing where nothing was published."""
    place = Sted(Path(ud), Path(os.path.realpath(ud)))
    if place.ved.is_dir() and os.access(place.ved, os.W_OK):
        with laast(place, besked=besked):
            yield
    else:
        yield


def plads(mappe: Path, sti: str) -> str:
    """Why the file ``sti`` cannot lie in ``mappe`` as things are there, or ""."""
    path = mappe
    parts = sti.split("/")
    for number, part in enumerate(parts, start=1):
        path = path / part
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return ""
        if stat.S_ISLNK(mode):
            return f"{vist(path)} er et symbolsk link, som kunne føre ud af mappen"
        if number < len(parts) and not stat.S_ISDIR(mode):
            return f"{vist(path)} er en fil; her skulle det være en mappe"
        if number == len(parts) and not stat.S_ISREG(mode):
            return f"{vist(path)} er {'en mappe' if stat.S_ISDIR(mode) else 'ikke en fil'}; her skulle der ligge en fil"
    return ""


def skift_til(place: Sted, filer: Mapping[str, bytes | Path], vores: Collection[str]) -> bool:
    """Make ``filer`` (path in the folder → content, or a file that has it) our files there; False if they already were.

    ``vores`` are the paths of ours that are there now: those not in ``filer`` go, and every other file stays. To be
    called under the lock. Raises RunError when something of others lies where a file must go, OSError when the disk
    refuses; either way, and when it is interrupted, the folder is as it was.
    """
    taken = [fault for path in sorted(filer) if (fault := plads(place.mappe, path))]
    if taken:
        raise RunError("\n".join(dict.fromkeys(taken)))
    gone = sorted(p for p in set(vores) - set(filer) if os.path.lexists(place.mappe / p))
    if not gone and all(ens(place.mappe / path, source) for path, source in filer.items()):
        return False
    try:
        _byg(place, filer)
        others = _andres(place, {*vores, *filer})
        with uforstyrret():
            if others is None or not _byt(place, others):
                _saet_paa_plads(place, sorted(filer), gone)
    finally:
        if not place.skift.exists():
            for passing in (place.ny, place.gammel):
                shutil.rmtree(passing, ignore_errors=True)
    return True


def ens(path: Path, source: bytes | Path) -> bool:
    """Whether a file has the content."""
    if not path.is_file():
        return False
    if isinstance(source, bytes):
        return path.stat().st_size == len(source) and path.read_bytes() == source
    return path.samefile(source) or (
        path.stat().st_size == source.stat().st_size and path.read_bytes() == source.read_bytes()
    )


def _byg(place: Sted, filer: Mapping[str, bytes | Path]) -> None:
    """The new edition, whole and on the disk.

    Also files that did not change are copied: one that is linked would be changed in both editions by whoever edits it.
    """
    _ryd(place.ny)
    place.ny.mkdir()
    for path, source in sorted(filer.items()):
        target, shown = place.ny / path, place.navn / path
        with om(shown):
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, bytes):
                target.write_bytes(source)
            elif ens(place.mappe / path, source):
                shutil.copy2(place.mappe / path, target)  # with its time, so that nobody thinks it new
            else:
                shutil.copyfile(source, target)
    _paa_disken(place.ny)


def _ryd(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _paa_disken(folder: Path) -> None:
    """Have everything below the folder written to the disk, not only promised."""
    if sys.platform.startswith("linux"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            if hasattr(libc, "syncfs"):  # one call for all files, where one for each takes a second
                if libc.syncfs(handle) == 0:
                    return
                raise OSError(number := ctypes.get_errno(), os.strerror(number), str(folder))
        finally:
            os.close(handle)
    for path in (*folder.rglob("*"), folder):
        if path.is_file() or os.name == "posix":
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


# --- the folders exchanged -----------------------------------------------------------------------------------------


def _andres(place: Sted, vores: Collection[str]) -> list[str] | None:
    """The files of others in the folder; None if they are more than a few files, and better stay where they are."""
    if not place.mappe.is_dir():
        return []
    ours = {str(Path(p).parent) for p in vores} - {"."}
    ours |= {str(q) for p in ours for q in Path(p).parents} - {"."}
    device = place.mappe.stat().st_dev
    found: list[str] = []
    folders = [""]
    while folders:
        below = folders.pop()
        for entry in os.scandir(place.mappe / below):
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if path not in ours or entry.stat(follow_symlinks=False).st_dev != device:
                    return None
                folders.append(f"{path}/")
            elif path not in vores:
                found.append(path)
                if len(found) > _ANDRES:
                    return None
    return found


def _byt(place: Sted, andres: Collection[str]) -> bool:
    """Exchange the folder with the new edition; False if that cannot be done here, and nothing is changed."""
    new = place.mappe.exists()
    if new:
        try:
            for path in andres:
                (place.ny / path).parent.mkdir(parents=True, exist_ok=True)
                os.link(place.mappe / path, place.ny / path, follow_symlinks=False)
            for folder in (place.ny, *(p for p in place.ny.rglob("*") if p.is_dir())):
                before = place.mappe / folder.relative_to(place.ny)
                if before.is_dir():
                    shutil.copystat(before, folder)
                    _ejer(before, folder)
        except (OSError, NotImplementedError):
            return False
    replaced = place.mappe.stat().st_ino if new else None
    _noter(place, {"maade": _BYT, "ny": place.ny.stat().st_ino, "foer": replaced})
    try:
        if new:
            _udveksl(place.ny, place.mappe)
        else:
            with om(place.navn):
                os.rename(place.ny, place.mappe)
    except OSError:
        place.skift.unlink()
        if new:
            return False
        raise
    with contextlib.suppress(OSError):  # the swap is done; what is kept is put right by the next to come
        _paa_disken(place.ved)
        _bevar(place, place.ny)
    return True


def _ejer(before: Path, after: Path) -> None:
    was, now = before.stat(), after.stat()
    if hasattr(os, "chown") and (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
        os.chown(after, was.st_uid, was.st_gid)


def _udveksl(a: Path, b: Path) -> None:
    """Exchange two folders in one step. Raises OSError where the system cannot."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if renameat2(here, os.fsencode(a), here, os.fsencode(b), exchange):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(b))


def _bevar(place: Sted, old: Path) -> None:
    """Keep the edition that was replaced as the one before, and close the note of the swap."""
    if old.exists():
        _ryd(place.forrige)
        os.rename(old, place.forrige)
    place.skift.unlink()


# --- file by file --------------------------------------------------------------------------------------------------


def _saet_paa_plads(place: Sted, filer: Collection[str], vaek: Collection[str]) -> None:
    """Put the new edition's files in the folder one by one, each whole; first all of them beside their places."""
    _ryd(place.gammel)
    place.gammel.mkdir()
    for path in (*filer, *vaek):
        if (place.mappe / path).is_file():
            with om(place.navn / path):
                (place.gammel / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(place.mappe / path, place.gammel / path)
    _paa_disken(place.ved)
    _noter(place, {"maade": _PAA_STEDET, "filer": list(filer), "vaek": list(vaek)})
    try:
        changed = _ved_siden_af(place, filer)
    except BaseException:
        place.skift.unlink()
        raise
    _paa_plads(place, changed, vaek)


def _ved_siden_af(place: Sted, filer: Collection[str]) -> list[str]:
    """Each file that changes beside its place. What can fail, a full disk above all, fails here, and is taken back."""
    changed = [p for p in filer if not ens(place.mappe / p, place.ny / p)]
    made: list[Path] = []
    try:
        for path in changed:
            target = place.mappe / path
            with om(place.navn / path):
                for folder in reversed([p for p in target.parents if p.is_relative_to(place.mappe)]):
                    if not folder.exists():
                        folder.mkdir()
                        made.append(folder)
                made.append(_passing(target))
                shutil.copyfile(place.ny / path, _passing(target))
        _paa_disken(place.mappe)
    except BaseException:
        for done in reversed(made):
            with contextlib.suppress(OSError):
                done.rmdir() if done.is_dir() else done.unlink()
        raise
    return changed


def _passing(target: Path) -> Path:
    return target.with_name(f".{target.name}.kkr")


def _paa_plads(place: Sted, changed: Collection[str], vaek: Collection[str]) -> None:
    for path in changed:
        with om(place.navn / path):
            os.replace(_passing(place.mappe / path), place.mappe / path)
    for path in vaek:
        with om(place.navn / path):
            (place.mappe / path).unlink(missing_ok=True)
        for folder in (place.mappe / path).parents:
            if folder == place.mappe:
                break
            try:
                folder.rmdir()
            except OSError:  # something else lies there
                break
    _paa_disken(place.mappe)
    _bevar(place, place.gammel)


# --- what a killed swap left ------------------------------------------------------------------------------------------


def _noter(place: Sted, note: Mapping[str, Any]) -> None:
    skriv(place.skift, json.dumps(note, ensure_ascii=False).encode("utf-8"))
    _paa_disken(place.ved)


def _genopret(place: Sted) -> None:
    """Put right what a swap that was killed left: taken back, or completed if the new edition was in its place."""
    for unfinished in place.ved.glob(f".{place.skift.name}.*"):
        unfinished.unlink()
    if not place.skift.exists():
        for passing in (place.ny, place.gammel):
            _ryd(passing)
        return
    try:
        note = json.loads(place.skift.read_text(encoding="utf-8"))
        way = note["maade"]
        files = (note["filer"], note["vaek"]) if way == _PAA_STEDET else (note["ny"], note["foer"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{vist(place.skift)}: noten om et skift, der blev afbrudt, kan ikke læses. "
            f"Se efter, at {vist(place.navn)} er hel, og slet så noten"
        ) from error
    with uforstyrret():
        if way == _PAA_STEDET:
            _paa_plads(place, _ved_siden_af(place, files[0]), files[1])
            _ryd(place.ny)
        elif place.ny.exists() and place.ny.stat().st_ino == files[0]:  # it had not come to the exchange
            _ryd(place.ny)
            place.skift.unlink()
        else:
            _bevar(place, place.ny)
