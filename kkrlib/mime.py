"""What the outputs of a cell are called: one place for every MIME type that the notebook shows and the exporter reads.

The types of our own carry what an object says of itself, as JSON; docs/architecture.md has their contents.
"""

HTML = "text/html"
MARKDOWN = "text/markdown"
TEKST = "text/plain"
#: HTML for a page, which has the styles: what stands there in place of ``text/html``, if an output has both.
FRAGMENT = "text/vnd.kkr.fragment+html"

SIDE = "application/vnd.kkr.side+json"
TABEL = "application/vnd.kkr.tabel+json"
FIGUR = "application/vnd.kkr.figur+json"
FOLD = "application/vnd.kkr.fold+json"
FILER = "application/vnd.kkr.filer+json"
