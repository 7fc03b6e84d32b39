"""Files read whole or refused, and written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

_AARSAGER = {
    errno.ENOSPC: "der er ikke plads på drevet",
    errno.EDQUOT: "der er ikke plads på drevet",
    errno.EFBIG: "drevet tager ikke så store filer",
    errno.EACCES: "der er ikke adgang",
    errno.EPERM: "der er ikke adgang",
    errno.EROFS: "drevet er skrivebeskyttet",
    errno.ENOENT: "mappen eller filen findes ikke",
    errno.ENOTDIR: "et led i stien er ikke en mappe",
    errno.EISDIR: "der er en mappe af det navn",
    errno.EEXIST: "der er en fil af det navn",
    errno.ENOTEMPTY: "der er en mappe af det navn",
    errno.ENAMETOOLONG: "navnet er for langt",
    errno.ELOOP: "linket fører tilbage til sig selv",
    errno.EIO: "drevet melder fejl",
}


class KanIkkeLaeses(ValueError):
    """A path that leads to no file, or to none that can be read; the message says why in a Danish sentence."""


def aarsag(fejl: OSError) -> str:
    """What the operating system says, in Danish: ``"der er ikke plads på drevet"``."""
    number = fejl.errno or 0
    return _AARSAGER.get(number, f"styresystemet melder {errno.errorcode.get(number, 'en fejl')}")


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
        raise KanIkkeLaeses(
            "er et link til en fil, der ikke findes" if sti.is_symlink() else "filen findes ikke"
        ) from None
    except OSError as error:
        raise KanIkkeLaeses(f"filen kan ikke læses: {aarsag(error)}") from None
    except ValueError as error:
        if isinstance(error, KanIkkeLaeses):
            raise
        raise KanIkkeLaeses("navnet har et tegn, som intet filnavn kan have") from None
    if len(content) > hoejst:
        raise KanIkkeLaeses(f"filen er større end {hoejst // 1_000_000} MB")
    return content


def skriv(sti: Path, indhold: bytes) -> None:
    """Write a whole file or nothing; one that has the content already is left alone. Raises OSError."""
    if sti.is_file() and sti.read_bytes() == indhold:
        return
    handle, temporary = tempfile.mkstemp(prefix=f".{sti.name}.", dir=sti.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(indhold)
            file.flush()
            os.fsync(handle)  # some drives say that they are full no sooner
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # mkstemp's files are for their owner only
        os.replace(temporary, sti)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _andet_end_fil(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "en mappe"
    if stat.S_ISFIFO(mode):
        return "et rør (FIFO)"
    return "en sokkel" if stat.S_ISSOCK(mode) else "en enhed"
