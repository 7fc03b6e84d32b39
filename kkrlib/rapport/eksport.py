"""The exporter: an executed notebook becomes one page, with the tables' data beside it.

It computes no number. It lays out what the cells show by the contract in ``docs/architecture.md`` and refuses
everything else, with the cell's number (the first cell is 1) and all refusals at once.

``laeser``     reads the outputs: sections, downloads, refusals;
``prosa``      Markdown as a page shows it;
``struktur``   what a piece of HTML is made of;
``krav``       what is demanded of fragments, outputs and the finished page;
``side``       the page; ``forside`` the front page;
``dele``, ``stilark``  what both are written with.
"""

from __future__ import annotations

import sys
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default

from kkrlib import data, mime
from kkrlib.rapport import opsaetning
from kkrlib.rapport.side import MAPPE, side


class KkrRapport(Exporter):  # type: ignore[misc]
    """nbconvert exporter ``kkr-rapport``: ``jupyter nbconvert --to kkr-rapport X.ipynb``.

    Input is an executed notebook. ``resources["metadata"]["name"]`` is the page's name, which its downloads begin with;
    ``resources["kkr"]["soeskende"]`` (optional) is what there is to choose between, a list of ``{"etiket": "Område",
    "sider": [{"navn", "tekst", "aktuel"}, …]}``, and ``["opsaetning"]`` is what :func:`kkrlib.rapport.opsaetning.laes`
    read (without it the project's own files are read). ``["proeve"]`` (optional) makes it a trial page, which says at
    the top what the controls object to: ``{"antal": 7, "fund": ["…", …]}``, how many findings and the first of them.
    Output is the page as text, and in ``resources["outputs"]`` the downloads as ``{"data/<name>-<table id>.csv": bytes,
    …}``. Raises RunError, with every refusal, for a page that is not as the contract says.
    """

    export_from_notebook = "KKR-rapport (HTML)"
    output_mimetype = mime.HTML
    #: the folder of the downloads, from the page
    mappe = MAPPE

    @default("enabled")
    def _enabled_default(self) -> bool:
        # JupyterLab's menu lists every exporter by name, but Jupyter's server finds only names of letters, digits and
        # _. In a server :class:`KkrRapportLab` stands for this one, which would answer «404».
        server = sys.modules.get("jupyter_server.serverapp")
        return server is None or not server.ServerApp.initialized()

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the page of ``nb``; returns ``(html, resources)``. See the class."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        name = resources.get("metadata", {}).get("name") or "rapport"
        ours = resources.get("kkr", {})
        settings = ours.get("opsaetning") or opsaetning.laes(data.ROD)
        html, downloads = side(nb, name, ours.get("soeskende", ()), settings, self.mappe, ours.get("proeve"))
        resources["outputs"] = {**(resources.get("outputs") or {}), **downloads}
        return html, resources


class KkrRapportLab(KkrRapport):
    """The exporter ``KKR_rapport``: what JupyterLab offers under File → Save and Export Notebook As.

    Jupyter's server sends the page and its downloads in one ZIP file without folders, so they lie beside the page.
    """

    mappe = ""

    @default("enabled")
    def _enabled_default(self) -> bool:
        return True
