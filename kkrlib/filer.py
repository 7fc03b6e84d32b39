"""Files read whole or refused, and written whole or not at all, and what the file system says in Danish."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

_AARSAGER = {
    "ENOSPC": "disken er fuld",
    "EDQUOT": "din plads på disken er brugt op",
    "EROFS": "disken kan kun læses, ikke skrives",
    "EACCES": "det har du ikke adgang til",
    "EPERM": "det har du ikke lov til",
    "EISDIR": "er en mappe; her skulle der ligge en fil",
    "ENOTDIR": "noget på vejen dertil er en fil; der skulle det være en mappe",
    "EEXIST": "her ligger der allerede en fil",
    "ENOENT": "findes ikke",
    "ENOTEMPTY": "mappen er ikke tom",
    "ENAMETOOLONG": "navnet er længere, end disken tillader",
    "ELOOP": "de symbolske links på vejen dertil løber i ring",
    "EBUSY": "er i brug af et andet program",
    "ETXTBSY": "er i brug af et andet program",
    "EFBIG": "filen er større, end disken tillader",
    "EIO": "disken svarer med en fejl",
    "ESTALE": "forbindelsen til netværksdrevet er tabt",
    "ENODEV": "disken er væk",
    "EMFILE": "der er for mange åbne filer",
    "ENFILE": "der er for mange åbne filer",
    "EAGAIN": "maskinen har ikke flere ledige processer",
    "ENOMEM": "maskinen har ikke mere hukommelse",
    "EXDEV": "ligger på en anden disk",
}
_NAVN = {getattr(errno, name): text for name, text in _AARSAGER.items() if hasattr(errno, name)}
_LANGT = 100
"""Characters of a file's name that a message shows."""
_EFTERLADT = 3600
"""Seconds after which a file that was never finished is nobody's."""

_her: list[Path] = []


FINDES_IKKE = "filen findes ikke"


class KanIkkeLaeses(ValueError):
    """A path that leads to no file, or to none that can be read; the message says why in a Danish sentence."""


def aarsag(fejl: OSError) -> str:
    """What the operating system says, in Danish: ``"disken er fuld"``."""
    return _NAVN.get(fejl.errno or 0) or f"systemet siger: {fejl.strerror or fejl}"


def laes(sti: Path, hoejst: int) -> bytes:
    """The content of a regular file of at most ``hoejst`` bytes.

    Never waits: a pipe, a device or a socket is refused before it is opened. Raises :class:`KanIkkeLaeses`.
    """
    try:
        if other := _andet_end_fil(sti.stat().st_mode):
            raise KanIkkeLaeses(f"er {other} og ikke en fil")
        with sti.open("rb") as file:
            content = file.read(hoejst + 1)
    except FileNotFoundError:
        raise KanIkkeLaeses("er et link til en fil, der ikke findes" if sti.is_symlink() else FINDES_IKKE) from None
    except OSError as error:
        raise KanIkkeLaeses(f"filen kan ikke læses: {aarsag(error)}") from None
    except ValueError as error:
        if isinstance(error, KanIkkeLaeses):
            raise
        raise KanIkkeLaeses("navnet har et tegn, som intet filnavn kan have") from None
    if len(content) > hoejst:
        size = f"{hoejst // 1_000_000} MB" if hoejst >= 1_000_000 else f"{hoejst // 1_000} kB"
        raise KanIkkeLaeses(f"filen er større end {size}")
    return content


def laes_tekst(sti: Path, hoejst: int) -> str:
    """The text of a regular file of at most ``hoejst`` bytes, in UTF-8 without BOM. Raises :class:`KanIkkeLaeses`."""
    content = laes(sti, hoejst)
    if content.startswith(b"\xef\xbb\xbf"):
        raise KanIkkeLaeses("filen begynder med et usynligt BOM-tegn; gem filen som UTF-8 uden BOM")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise KanIkkeLaeses(f"filen er ikke UTF-8 (linje {line})") from None


def staa(mappe: Path) -> None:
    """Show paths as one would type them from ``mappe``: for a process that stands somewhere else than its user."""
    _her[:] = [Path(mappe)]


def vist(sti: object) -> str:
    """A path as one would type it from here, on one line; a name that is too long to be one is cut."""
    path = Path(os.fsdecode(sti) if isinstance(sti, (str, bytes, os.PathLike)) else str(sti))
    with contextlib.suppress(OSError, ValueError):  # a folder that is gone has no name
        path = path.relative_to(_her[0] if _her else Path.cwd())
    cut = [p if len(p) <= _LANGT else f"{p[: _LANGT - 20]}…{p[-19:]}" for p in path.parts]
    text = str(Path(*cut))
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def filfejl(fejl: OSError) -> str:
    """What the file system refused, in one line: the path as one would type it from here, and why."""
    cause = aarsag(fejl)
    if isinstance(fejl.filename, (str, bytes, os.PathLike)) and fejl.filename:
        return f"{vist(fejl.filename)}: {cause}"
    return f"en fil kunne ikke læses eller skrives: {cause}"


@contextlib.contextmanager
def om(sti: Path) -> Iterator[None]:
    """What the file system refuses in here is about ``sti``, also where the error names no path or a passing one."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(sti), None
        raise


def skriv(sti: Path, indhold: bytes) -> None:
    """Write a whole file or nothing; one that has the content already is left alone. Raises OSError about ``sti``."""
    with om(sti):
        if sti.is_file() and sti.read_bytes() == indhold:
            return
        # Opened with the rights any new file gets: to ask the process for its umask is to change it for a moment.
        passing = f".{sti.name[:50]}."
        for left in sti.parent.glob(f"{glob.escape(passing)}*.kkr"):
            with contextlib.suppress(OSError):
                if left.stat().st_mtime < time.time() - _EFTERLADT:
                    left.unlink()
        temporary = sti.with_name(f"{passing}{secrets.token_hex(4)}.kkr")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(indhold)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, sti)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _andet_end_fil(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "en mappe"
    if stat.S_ISFIFO(mode):
        return "et rør (FIFO)"
    return "en sokkel" if stat.S_ISSOCK(mode) else "en enhed"
