"""Downloads that are no table's own: on the page, in the folder, in the catalogue."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, output_from_msg

from kkrlib.errors import RunError
from kkrlib.rapport import eksport
from kkrlib.tekst import Fil, Side, filer


def page(*shown):
    cells = [new_code_cell(metadata={}) for _ in shown]
    for cell, thing in zip(cells, shown, strict=True):
        cell.outputs = [
            output_from_msg(
                {"header": {"msg_type": "display_data"}, "content": {"data": thing._repr_mimebundle_(), "metadata": {}}}
            )
        ]
    return eksport.side(nbformat.from_dict(new_notebook(cells=cells)), "side")


FILER = filer(
    "Hent & udfyld",
    [Fil("regnskab-a", "Regnskab <A>", "xlsx", b"\x00PK"), Fil("regnskab-b", "Regnskab B", "xlsx", b"to")],
)


def test_a_file_is_linked_and_comes_out_byte_for_byte():
    html, downloads = page(Side("Titel", "Beskrivelse"), FILER)
    assert downloads == {"data/side-regnskab-a.xlsx": b"\x00PK", "data/side-regnskab-b.xlsx": b"to"}
    assert 'href="data/side-regnskab-a.xlsx" download>Regnskab &lt;A&gt;</a> (Excel' in html
    assert "Hent &amp; udfyld:" in html


def test_a_file_twice_on_a_page_or_with_a_bad_name_is_refused():
    with pytest.raises(RunError, match="er der allerede"):
        page(Side("Titel", "Beskrivelse"), FILER, FILER)
    with pytest.raises(RunError, match="små bogstaver"):
        page(Side("Titel", "Beskrivelse"), filer("Hent", [Fil("../x", "X", "xlsx", b"")]))


def test_files_without_a_title_none_at_all_and_one_name_twice_are_refused():
    for files in ([], [Fil("a", " ", "xlsx", b"")], [Fil("a", "A", "xlsx", b""), Fil("a", "B", "xlsx", b"")]):
        with pytest.raises(RunError):
            filer("Hent", files)


def test_a_notebook_shows_their_names():
    assert FILER._repr_mimebundle_()["text/plain"] == "Hent & udfyld:\n- Regnskab <A>\n- Regnskab B"
