"""Pages as PDF: tagged, named for the page, the same bytes twice, whole or not at all, and a clear message without
Chromium.
"""

from __future__ import annotations

import re
import stat

import pytest

from kkrlib.errors import RunError
from kkrlib.rapport import pdf, stilark

SIDE = (
    '<svg viewBox="0 0 9 9" role="img" aria-label="En blå firkant"><path d="M0 0h9v9h-9z" fill="var(--serie-1)"/></svg>'
)


def html() -> str:
    return (
        '<!DOCTYPE html><html lang="da"><head><meta charset="utf-8"><title>Prøve på '
        f"Ærø</title><style>{stilark.stil('Prøve på Ærø')}</style></head>"
        '<body><main><h1>Prøve på Ærø</h1><p>Tekst. <a href="#b">b</a></p><h2 id="b">B</h2><div '
        f'style="width:9rem">{SIDE}</div></main></body></html>'
    )


@pytest.fixture
def side(tmp_path):
    path = tmp_path / "flygtninge-2025.html"
    path.write_text(html(), encoding="utf-8")
    return path


@pytest.fixture
def program():
    try:
        return pdf.chromium()
    except RunError:
        pytest.skip("no Chromium here")


def falsk(folder, body: str):
    """A program in Chromium's place."""
    path = folder / "falsk-chromium"
    path.write_text(
        f'#!/bin/sh\nfor a in "$@"; do case $a in --print-to-pdf=*) ud=${{a#--print-to-pdf=}};; esac; done\n{body}\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_pdf_is_a4_tagged_in_danish_with_title_and_figure_alternatives(side, program, tmp_path):
    (made,) = pdf.udskriv([side], tmp_path / "pdf", program=program)
    assert made == tmp_path / "pdf" / "flygtninge-2025.pdf"
    raw = made.read_bytes()
    assert b"/MarkInfo" in raw and b"/Lang (da)" in raw and b"/S /Figure" in raw
    for name, text in (("Title", "Prøve på Ærø"), ("Alt", "En blå firkant")):
        assert f"/{name} <FEFF{text.encode('utf-16-be').hex().upper()}>".encode() in raw
    boxes = {tuple(round(float(n)) for n in m.split()) for m in re.findall(rb"/MediaBox \[([^\]]*)\]", raw)}
    assert boxes == {(0, 0, 595, 842)}
    assert b"file:" not in raw  # no path of this machine, not even in a link


def test_the_same_page_gives_the_same_bytes(side, program, tmp_path):
    first, again = (pdf.udskriv([side], tmp_path / n, program=program)[0].read_bytes() for n in ("a", "b"))
    assert first == again and b"20000101000000" in first


def test_without_chromium_the_message_says_what_to_install(monkeypatch):
    monkeypatch.delenv(pdf.MILJOE, raising=False)
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(RunError, match=r"apt-get install chromium.*KKR_CHROMIUM"):
        pdf.chromium()


def test_another_program_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv(pdf.MILJOE, falsk(tmp_path, "true"))
    assert pdf.chromium().endswith("falsk-chromium")
    monkeypatch.setenv(pdf.MILJOE, str(tmp_path / "findes-ikke"))
    with pytest.raises(RunError, match="KKR_CHROMIUM peger på"):
        pdf.chromium()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("echo 'gik i stykker' >&2; exit 1", "kode 1.*gik i stykker"),
        ("exit 0", "ingen PDF"),
        ("printf '%%PDF-1.4 halv' > $ud", "ingen PDF"),
    ],
)
def test_a_print_that_fails_leaves_the_last_good_one_and_nothing_half_written(side, tmp_path, body, words):
    folder = tmp_path / "pdf"
    folder.mkdir()
    (folder / "flygtninge-2025.pdf").write_bytes(b"den forrige")
    with pytest.raises(RunError, match=words):
        pdf.udskriv([side], folder, program=falsk(tmp_path, body))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {"flygtninge-2025.pdf": b"den forrige"}


def test_dates_are_taken_out_without_moving_a_byte(side, tmp_path):
    body = (
        "printf \"%%PDF-1.4\\n/CreationDate (D:20261122053000+00'00')\\n/ModDate "
        "(D:20261122053001+00'00')\\n%%%%EOF\" > $ud"
    )
    (made,) = pdf.udskriv([side], tmp_path / "pdf", program=falsk(tmp_path, body))
    assert (
        made.read_bytes()
        == b"%PDF-1.4\n/CreationDate (D:20000101000000+00'00')\n/ModDate (D:20000101000000+00'00')\n%%EOF"
    )
