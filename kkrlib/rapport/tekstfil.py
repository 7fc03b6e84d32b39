"""Text files of the project, read strictly: regular files of a sane size, in UTF-8."""

from __future__ import annotations

import stat
from pathlib import Path

HOEJST = 1_000_000
"""The most bytes that a file of settings may have."""


class Ulaeselig(ValueError):
    """A file that cannot be read as text; the message says why, in a Danish sentence without subject."""


def laes(sti: Path, hoejst: int = HOEJST) -> str:
    """The text of a file. Raises :class:`Ulaeselig` for a folder, a pipe or a device (which would be waited for), a
    file that is not there, is not ours to read, has more than ``hoejst`` bytes, is not UTF-8 or begins with a BOM."""
    try:
        kind = sti.stat().st_mode
        if not stat.S_ISREG(kind):
            raise Ulaeselig("er en mappe" if stat.S_ISDIR(kind) else "er ikke en almindelig fil")
        with sti.open("rb") as file:
            content = file.read(hoejst + 1)
    except FileNotFoundError:
        raise Ulaeselig("findes ikke") from None
    except OSError as error:
        raise Ulaeselig(f"kan ikke åbnes ({error.strerror})") from None
    if len(content) > hoejst:
        raise Ulaeselig(f"fylder mere end {hoejst // 1_000_000} MB")
    if content.startswith(b"\xef\xbb\xbf"):
        raise Ulaeselig("begynder med et usynligt BOM-tegn; gem filen som UTF-8 uden BOM")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Ulaeselig(f"er ikke UTF-8 (linje {line})") from None
