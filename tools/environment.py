"""Make environment.yml, for conda users, from requirements.lock: the same versions, installed by pip.

Run by ``make lock``. Conda gives Python and pip only, so that both ways lead to the same packages.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# Made from requirements.lock by `make lock`; change pyproject.toml instead.
#   conda env create -f environment.yml && conda activate kkrlib
name: kkrlib
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python{python}
  - pip
  - pip:
"""


def locked(lock: str) -> list[str]:
    """The lock's requirements without hashes, one per package: ``numpy==2.4.6``, with its marker if it has one."""
    return re.findall(r"^([A-Za-z0-9][^\s\\]*==[^\\\n]*?)\s*\\?$", lock, flags=re.MULTILINE)


def environment(lock: str, python: str) -> str:
    """environment.yml for a lock file's text and a range of Python versions (``>=3.11``)."""
    # Single quotes in YAML, since markers hold quotes themselves; '' is YAML's escaped '.
    lines = [f"      - '{r.replace(chr(39), chr(39) * 2)}'\n" for r in locked(lock)]
    return HEAD.format(python=python) + "".join(lines) + "      - -e .\n"


def main() -> int:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (ROOT / "environment.yml").write_text(environment(lock, project["requires-python"]), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
