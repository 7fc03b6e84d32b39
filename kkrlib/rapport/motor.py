"""papermill's engine ``kkr``, by the name that its entry point gives: ``papermill --engine kkr …``.

papermill imports its engines while it is itself being imported, so this module imports nothing of ours until a notebook
is run; :mod:`kkrlib.rapport.varm` is what runs it.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import Engine, papermill_engines

MOTOR = "kkr"


class Motor(Engine):  # type: ignore[misc]
    """Runs a notebook in a fork of this process, behind the guard of ``kkr build``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **valg: Any) -> Any:
        from kkrlib.rapport import varm

        known = {name: valg[name] for name in ("koersel", "celletid") if name in valg}
        return varm.koer(nb_man, kernel_name, **known)


papermill_engines.register(MOTOR, Motor)
