"""Every page in a real browser, through the Nu HTML checker and on paper; and each check shown to fail.

Needs Debian's chromium, Java, poppler-utils and what ``make browser`` fetches. Without them the tests are skipped, or
failed where ``KKR_BROWSER=1`` says that they must run.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import maaling
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kkrlib import figurer, mime
from kkrlib.rapport.eksport import KkrRapport
from kkrlib.tabeller import Kolonne, tabel
from kkrlib.tekst import Side, fold, tekst

ROD = Path(__file__).resolve().parents[1]
RAPPORTER = ROD / "reports"
SIDER = {str(p.relative_to(RAPPORTER)): p for p in sorted(RAPPORTER.rglob("*.html"))}
GRAENSE = 150_000

spec = importlib.util.spec_from_file_location("browser", ROD / "tools" / "browser.py")
assert spec and spec.loader
browser = importlib.util.module_from_spec(spec)
spec.loader.exec_module(browser)


# A page with one of everything, and pages with a fault each


def proeveside() -> str:
    """A page of the exporter's, with a wide table in groups, a folded one, totals, figures of both kinds and a map."""
    regions = [f"Region {navn}" for navn in ("Hovedstaden", "Midtjylland", "Nordjylland", "Sjælland", "Syddanmark")]
    data = pd.DataFrame(
        {"region": [r for r in regions for _ in range(3)], "kommune": [f"Kommune nummer {i}" for i in range(15)]}
    )
    for i in range(9):
        data[f"tal{i}"] = [123.5 * (i + 1) * (j + 1) for j in range(15)]
    wide = [Kolonne("region", "Region", vis=False), Kolonne("kommune", "Kommune")]
    wide += [
        Kolonne(f"tal{i}", f"Befolknings\N{SOFT HYPHEN}tilvækst {2015 + i}", enhed="kr.", type="decimal")
        for i in range(9)
    ]
    total = pd.DataFrame({"region": [None], "kommune": ["Hele landet"]} | {f"tal{i}": [123456.5] for i in range(9)})
    small = pd.DataFrame({"kommune": ["Køge", "Ærø"], "andel": [Fraction(1, 8), None]})
    bars = pd.DataFrame(
        {
            "navn": ["Region Hovedstaden", "Klyngen Næstved/Slagelse, september 2022", "Ærø"],
            "ind": [1.5, 0.25, 0.5],
            "ud": [-0.13, -0.75, -0.25],
        }
    )
    bars["netto"] = bars["ind"] + bars["ud"]
    about = {"enhed": "personer", "kilde": "bilag A"}
    says = "Hovedstaden har den største tilvækst, og Næstved går tilbage."

    def vis(*things: object) -> nbformat.NotebookNode:
        outputs = [nbformat.v4.new_output("display_data", t._repr_mimebundle_()) for t in things]
        return nbformat.v4.new_code_cell("", outputs=outputs)

    nb = nbformat.v4.new_notebook(
        metadata={"kkr": {"rapport": "proeve", "titel": "Prøve af siden"}},
        cells=[
            vis(Side("Prøve af siden 2025", "En side med ét af hvert, som prøverne måler på.")),
            vis(tekst("Der er {n:tal} personer i de fem regioner.", n=12345)),
            nbformat.v4.new_markdown_cell("## Tabeller\n\nSe [tabellen](#tabel-bred).\n\n### En bred tabel"),
            vis(
                tabel(
                    data,
                    wide,
                    id="bred",
                    titel="Tilvæksten i kommunerne",
                    **about,
                    ialt=total,
                    gruppe="region",
                    valgt=regions[0],
                    resten="Resten af landet",
                )
            ),
            vis(
                tabel(
                    small,
                    [Kolonne("kommune", "Kommune"), Kolonne("andel", "Andel", type="andel")],
                    id="foldet",
                    titel="Andele",
                    fold="Vis andelene",
                    **about,
                )
            ),
            nbformat.v4.new_markdown_cell("## Figurer"),
            vis(
                figurer.soejler(
                    bars,
                    id="soejler",
                    titel="Tilvæksten i tre områder",
                    beskrivelse=says,
                    vaerdi="netto",
                    etiket="navn",
                    decimaler=2,
                    **about,
                )
            ),
            vis(
                figurer.bidrag(
                    bars,
                    id="bidrag",
                    titel="Hvad tilvæksten er sat sammen af",
                    beskrivelse=says,
                    dele={"ind": "Tilflytning", "ud": "Fraflytning"},
                    ialt="netto",
                    etiket="navn",
                    decimaler=2,
                    **about,
                )
            ),
            vis(fold([("Sådan er der regnet", "Tilvæksten er forskellen mellem to år.")])),
        ],
    )
    return str(KkrRapport().from_notebook_node(nb, {"metadata": {"name": "proeve"}})[0])


def i_artikel(html: str) -> Callable[[str], str]:
    return lambda page: page.replace('<div class="artikel">', f'<div class="artikel">{html}', 1)


def bytte(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    return lambda page: re.sub(old, new, page, count=count)


def stil(css: str) -> Callable[[str], str]:
    return bytte("</style>", css.replace("\\", r"\\") + "</style>")


BRED = '<p><span style="display: inline-block; width: 700px">bred</span></p>'
FLAD = '<p style="height: 1.3rem; line-height: 1.2; width: 15rem; overflow: hidden">Det her kan være på én linje</p>'
#: The check, what is done to the trial page, and a word that the finding must have.
KNAEKKEDE: dict[str, tuple[str, Callable[[str], str], str]] = {
    "a picture from the web": ("netvaerk", i_artikel('<img alt="" src="https://kkr.invalid/a.png">'), "kkr.invalid"),
    "a picture beside the file": (
        "netvaerk",
        lambda p: i_artikel('<img alt="" src="a.png">')(re.sub("<meta http-equiv[^>]*>", "", p)),
        "request: file:.*a.png",
    ),
    "a background on paper only": (
        "netvaerk",
        lambda p: stil("@media print { body { background: url(a.png) } }")(re.sub("<meta http-equiv[^>]*>", "", p)),
        "a.png",
    ),
    "a script": ("netvaerk", i_artikel("<script>1</script>"), "Content Security Policy"),
    "th without scope": ("struktur", bytte(' scope="row"', ""), "th without scope"),
    "a row without header": (
        "struktur",
        bytte(r'<th scope="row">([^<]*)</th>', r"<td>\1</td>"),
        "row without a row header",
    ),
    "a skipped heading": ("struktur", i_artikel("<h4>Dybt</h4>"), "skips from level 2 to 4"),
    "two h1": ("struktur", i_artikel("<h1>Igen</h1>"), "2 h1"),
    "an id twice": ("struktur", i_artikel('<p id="figurer">x</p>'), "«figurer» is used 2 times"),
    "a drawing without role": ("struktur", bytte(' role="img"', ""), "neither role=img"),
    "a drawing named by a file": (
        "struktur",
        bytte('(<svg[^>]*) aria-labelledby="[^"]*"', r'\1 aria-label="figur af soejler.svg"'),
        "says nothing",
    ),
    "a drawing without description": (
        "struktur",
        bytte('(<p class="beskrivelse"[^>]*>)[^<]*', r"\1Figur."),
        "is no sentence",
    ),
    "a table without caption": ("struktur", bytte("<caption>.*?</caption>", ""), "without caption"),
    "NaN": ("ord", bytte("Hele landet", "nan"), "missing or foreign"),
    "None in a label": ("ord", i_artikel('<p aria-label="None">x</p>'), "missing or foreign"),
    "scientific notation": ("ord", bytte(r"123\.456,5", "1.234568e+06"), "scientific"),
    "a column name": ("ord", bytte("<caption>.*?</caption>", "<caption>andel_af_alle</caption>"), "column name"),
    "a pilcrow": ("ord", bytte('<span aria-hidden="true">#', '<span aria-hidden="true">¶'), "pilcrow"),
    "an unfilled place": ("ord", i_artikel("<p>Der er {antal:tal} personer.</p>"), "unfilled"),
    "pale text": ("axe-1280", stil(".ingress { color: #bbb }"), "color-contrast"),
    "pale text in a fold": (
        "axe-1280",
        stil("details.afsnit p { color: #bbb; background: #fff }"),
        "unfolded: color-contrast",
    ),
    "a language unknown": ("axe-1280", bytte('lang="da"', 'lang="xx"'), "html-lang-valid"),
    "pale text on small screens": (
        "axe-320",
        stil("@media (max-width: 30rem) { .ingress { color: #bbb } }"),
        "color-contrast",
    ),
    "a box that keys can't scroll": (
        "axe-320",
        bytte(' role="region" tabindex="0" aria-label="[^"]*"', "", 0),
        "scrollable-region-focusable",
    ),
    "dark text in dark mode": ("axe-moerk", stil(".ingress { color: #333 }"), "color-contrast"),
    "something wide": ("bredde-320", i_artikel(BRED), "px wide in a window of 320"),
    "something wide in a fold": (
        "bredde-320",
        bytte("<p>Tilvæksten", BRED + "<p>Tilvæksten"),
        "px wide in a window of 320",
    ),
    "text beside the window": (
        "bredde-320",
        i_artikel('<p style="margin-left: -60px">tekst til venstre</p>'),
        "outside the window",
    ),
    "a line that can't grow": ("afstand-1280", i_artikel(FLAD), "cut above or below"),
    "a label far outside its drawing": (
        "afstand-1280",
        bytte('(<text x=")[^"]*', r"\1-300"),
        "far outside its drawing",
    ),
    "words of a drawing on each other": (
        "afstand-1280",
        bytte(
            "(<svg.*?)<text[^>]*>[^<]*</text>",
            r'\1<text fill="currentColor" x="200" y="9" font-size="10">Afrunding</text><text fill="currentColor" '
            r'x="220" y="9" font-size="10">Kvote</text>',
        ),
        "without spacing: «Afrunding» lies on «Kvote»",
    ),
    "words of a drawing that run together when spread": (
        "afstand-1280",
        bytte(
            "(<svg.*?)<text[^>]*>[^<]*</text>",
            r'\1<text fill="currentColor" x="200" y="9" font-size="10">Afrunding</text><text fill="currentColor" '
            r'x="256" y="9" font-size="10">Kvote</text>',
        ),
        "«Afrunding» lies on «Kvote»",
    ),
    "a word of a drawing outside it": (
        "afstand-320",
        bytte('(<text x=")[^"]*', r"\1-12", 0),
        "reaches outside its drawing",
    ),
    "words that can't wrap": (
        "afstand-320",
        i_artikel('<p style="white-space: nowrap; font-size: 16px">Det her kan lige være på én linje</p>'),
        "px wide",
    ),
    "a fold that paper hides": ("papir", bytte("details::details-content[^}]*}", ""), "not printed"),
    "a table wider than the paper": ("papir", stil("@media print { td { min-width: 30mm } }"), "of the paper's"),
    "a figure that paper hides": ("papir", stil("@media print { .figur { display: none } }"), "figure is not printed"),
    "another language on paper": ("pdf", bytte('lang="da"', 'lang="en"'), "language is «en"),
    "a drawing that PDF can't name": (
        "pdf",
        bytte(' role="img"', ' role="presentation"'),
        "figures are called|/Figure",
    ),
    "words beside the paper": ("pdf", i_artikel('<p style="margin-left: -30mm">tekst ud over kanten</p>'), "stands at"),
    "numbers that paper hides": ("pdf", stil("@media print { tfoot { visibility: hidden } }"), "not in the PDF"),
    "a caption on two pages": (
        "pdf",
        stil("@media print { caption .titel { width: 30mm; line-height: 150mm } }"),
        "is divided between pages",
    ),
    "a caption left behind": ("pdf", stil("@media print { caption { padding-bottom: 250mm } }"), "at the foot of page"),
    "landscape": ("pdf", stil("@page { size: A4 landscape }"), "not A4"),
    "an unclosed tag": ("nu", i_artikel("<div>"), "error"),
    "a heading of nothing": ("nu", i_artikel("<h2></h2>"), "warning"),
    "an unknown property": ("nu", stil("p { colour: red }"), "colour"),
}


def kraev() -> None:
    """Skip where a tool is missing; fail where the checks must run."""
    if reason := browser.reason():
        (pytest.fail if browser.demanded() else pytest.skip)(reason)


@pytest.fixture(scope="session")
def maalt(request, tmp_path_factory):
    """The findings of every check of every page that a test of this session asks for, measured in one go."""
    kraev()
    folder = tmp_path_factory.mktemp("browser")
    page = proeveside()
    work: dict[Path, set[str]] = {}
    names: dict[str, Path] = {}

    def ask(name: str, kontrol: str, path: Path, content: str | None = None) -> None:
        if content is not None and not path.exists():
            path.write_text(content, encoding="utf-8")
        names[name] = path
        work.setdefault(path, set()).add(kontrol)

    for item in request.session.items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if item.path != Path(__file__).resolve() or "maalt" not in item.fixturenames:
            continue
        if "fejl" in params:
            kontrol, change, _ = KNAEKKEDE[params["fejl"]]
            ask(
                params["fejl"],
                kontrol,
                folder / f"{re.sub('[^a-z0-9]+', '-', params['fejl'].lower())}.html",
                change(page),
            )
        elif params.get("side") == "proeve":
            ask("proeve", params["kontrol"], folder / "proeve.html", page)
        else:
            ask(params["side"], params["kontrol"], SIDER[params["side"]])
    results = maaling.maal(work, browser.path("axe-core"), browser.path("vnu-jar"))
    return lambda name, kontrol: results[names[name], kontrol]


@pytest.mark.parametrize("kontrol", maaling.KONTROLLER)
@pytest.mark.parametrize("side", ["proeve", *SIDER])
def test_page(side, kontrol, maalt):
    found = maalt(side, kontrol)
    assert not found, f"{side}: {maaling.KONTROLLER[kontrol]}:\n" + "\n".join(found[:20])


@pytest.mark.parametrize("fejl", KNAEKKEDE)
def test_each_check_can_fail(fejl, maalt):
    kontrol, _change, words = KNAEKKEDE[fejl]
    found = maalt(fejl, kontrol)
    assert any(re.search(words, line) for line in found), found


# The tools themselves


def test_a_page_that_is_not_there_is_no_page_without_messages(tmp_path, monkeypatch):
    kraev()
    monkeypatch.setenv("LC_ALL", "C")
    here, gone = tmp_path / "på siden.html", tmp_path / "væk.html"
    here.write_text(
        '<!DOCTYPE html>\n<html lang="da"><head><meta charset="utf-8"><title>Her</title></head><body><p>Der står '
        "noget dansk her.</p></body></html>\n",
        encoding="utf-8",
    )
    found = maaling.nu_kontrol([here, gone], browser.path("vnu-jar"))
    assert found[here] == []
    assert "the checker did not read the page" in found[gone]


def test_the_lock_holds_what_is_fetched_and_no_address():
    locked = browser.locked()
    assert set(locked) == set(browser.WANTED)
    for version, integrity in locked.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version) and re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", integrity)
    assert "://" not in browser.LOCK.read_text(encoding="utf-8")


def test_another_package_than_the_locked_one_is_refused():
    with pytest.raises(ValueError, match="browser.lock"):
        browser.verify(b"something else", browser.locked()["axe-core"][1])


def test_missing_programs_are_told_and_fail_only_where_the_checks_must_run(monkeypatch, capsys):
    monkeypatch.setattr(browser.shutil, "which", lambda program: None)
    assert "apt-get install chromium default-jre-headless poppler-utils" in browser.reason()
    monkeypatch.setenv("KKR_BROWSER", "")
    assert browser.main() == 0 and "skipped; they need: apt-get install chromium" in capsys.readouterr().err
    with pytest.raises(pytest.skip.Exception):
        kraev()
    monkeypatch.setenv("KKR_BROWSER", "1")
    assert browser.main() == 1 and "cannot run" in capsys.readouterr().err
    with pytest.raises(pytest.fail.Exception):
        kraev()


# What needs no browser


def registrerede() -> list[str]:
    return [p["navn"] for p in json.loads((RAPPORTER / "rapporter.json").read_text(encoding="utf-8"))["sider"]]


def test_every_page_is_measured():
    assert {f"{navn}.html" for navn in registrerede()} | {"index.html"} <= set(SIDER)


@pytest.mark.parametrize("navn", [n for n in registrerede() if re.search(r"-\d{4}(-|$)", n)])
def test_an_annual_report_is_less_than_150_kb(navn):
    size = SIDER[f"{navn}.html"].stat().st_size
    assert size < GRAENSE, f"{navn}.html has {size:,} bytes; the limit is {GRAENSE:,}"


def paa_siden(path: Path, kind: str) -> list[str]:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return [e["id"].removeprefix(f"{kind}-") for e in soup.select(f"div.{kind}")]


@pytest.mark.parametrize("navn", registrerede())
def test_a_page_has_the_tables_that_can_be_downloaded(navn):
    """Each table of the notebook gives a CSV, beside those that are no table's own; that the build takes every figure
    and table is the exporter's test.
    """
    downloads = {
        p.stem for p in (RAPPORTER / "data").glob(f"{navn}*.csv") if p.stem == navn or p.stem.startswith(f"{navn}-")
    }
    page = BeautifulSoup(SIDER[f"{navn}.html"].read_text(encoding="utf-8"), "html.parser")
    downloads -= {Path(a["href"]).stem for a in page.select(".filer a[href$='.csv']")}
    shown = paa_siden(SIDER[f"{navn}.html"], "tabel")
    other = [n for n in registrerede() if n.startswith(f"{navn}-")]
    downloads = {d for d in downloads if not any(d.startswith(f"{o}-") for o in other)}
    assert sorted(navn if t == navn else f"{navn}-{t}" for t in shown) == sorted(downloads)


@pytest.mark.parametrize("path", sorted((ROD / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_the_page_of_the_stored_notebook_has_its_tables_and_figures(path):
    """The stored outputs are those of the parameters' defaults, which nbval holds them to."""
    nb = nbformat.read(path, as_version=4)
    data = [o["data"] for c in nb.cells for o in c.get("outputs", []) if "data" in o]
    ids = {art: [d[art]["id"] for d in data if art in d] for art in (mime.TABEL, mime.FIGUR)}
    assert ids[mime.TABEL], "the notebook has no stored outputs"
    titles = [d[m]["titel"] for d in data for m in d if m.endswith("side+json")]
    pages = [
        p for p in SIDER.values() if BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser").h1.get_text() in titles
    ]
    assert len(pages) == 1
    assert paa_siden(pages[0], "tabel") == ids[mime.TABEL]
    assert paa_siden(pages[0], "figur") == ids[mime.FIGUR]
