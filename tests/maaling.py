"""Pages measured in a real browser, by the Nu HTML checker and as printed PDF.

One browser and one Java process for all pages; a few pages at a time. :func:`maal` gives the findings of each check of
each page, as lines that name the rule and the node.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

#: The checks that a browser makes, and what each demands.
I_BROWSER = {
    "netvaerk": "the browser asks for the file itself, nothing else, and has nothing to say about it",
    "struktur": "headings, ids, table headers and the names of drawings",
    "ord": "no NaN, None, scientific notation, column name or pilcrow in the text",
    "axe-1280": "axe-core at 1280 px, folded and unfolded",
    "afstand-1280": "WCAG 1.4.12 text spacing at 1280 px: no scroll sideways, nothing cut, and the words of drawings "
    "apart, also without it",
    "axe-320": "axe-core at 320 px, unfolded",
    "bredde-320": "no scroll of the page sideways at 320 px, nothing cut",
    "afstand-320": "WCAG 1.4.12 text spacing at 320 px: no scroll sideways, nothing cut, and the words of drawings "
    "apart, also without it",
    "axe-moerk": "axe-core in dark mode, unfolded",
    "papir": "print styles at A4's width: everything printed, nothing cut",
    "pdf": "a tagged PDF with language, title and alternatives, every number inside the page, and captions with their "
    "tables",
}
KONTROLLER = {**I_BROWSER, "nu": "the Nu HTML checker without a message"}

AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SAMTIDIGT = 3
#: A4 less the margins of the print styles, in pixels and in PDF points.
PAPIR = int((210 - 2 * 16) / 25.4 * 96)
MARGEN = 16 / 25.4 * 72
#: What a reader must not meet.
FREMMED = {
    "a missing or foreign value": r"\b(NaN|nan|NaT|None|null|undefined|True|False|dtype|Traceback)\b|<NA>",
    "scientific notation": r"\b\d+([.,]\d+)?[eE][+-]?\d+\b",
    "a column name": r"[^\W_]_[^\W_]",
    "a pilcrow": "¶",
    "an unfilled place": r"\{[^}]*\}|\{\{|\}\}",
}


def maal(arbejde: Mapping[Path, Collection[str]], axe: Path, vnu: Path) -> dict[tuple[Path, str], list[str]]:
    """The findings of the named checks of each page; ``axe`` and ``vnu`` are the fetched files."""
    return asyncio.run(_maal(arbejde, axe.read_text(encoding="utf-8"), vnu))


async def _maal(arbejde: Mapping[Path, Collection[str]], axe: str, vnu: Path) -> dict[tuple[Path, str], list[str]]:
    from playwright.async_api import async_playwright

    fund: dict[tuple[Path, str], list[str]] = {}
    nu = asyncio.create_task(asyncio.to_thread(nu_kontrol, [p for p, k in arbejde.items() if "nu" in k], vnu))
    sider = {p: wanted for p, k in arbejde.items() if (wanted := [i for i in I_BROWSER if i in k])}
    if sider:
        js = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
        plads = asyncio.Semaphore(SAMTIDIGT)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))

            async def en(path: Path, wanted: list[str]) -> None:
                async with plads:
                    context = await browser.new_context(
                        viewport={"width": 1280, "height": 900}, locale="da-DK", offline=True
                    )
                    try:
                        for kontrol, lines in (await _side(context, path, wanted, axe, js)).items():
                            fund[path, kontrol] = lines
                    finally:
                        await context.close()

            # PDF comes after all else, since for its tags the browser keeps every page's accessibility tree from then
            # on. The longest page is first, so that none is left alone at the end.
            for kinds in (set(I_BROWSER) - {"pdf"}, {"pdf"}):
                turn = [
                    (p, [i for i in k if i in kinds])
                    for p, k in sorted(sider.items(), key=lambda x: -x[0].stat().st_size)
                ]
                await asyncio.gather(*(en(p, k) for p, k in turn if k))
            await browser.close()
    return fund | {(p, "nu"): lines for p, lines in (await nu).items()}


async def _side(context: Any, path: Path, wanted: list[str], axe: str, js: str) -> dict[str, list[str]]:
    page = await context.new_page()
    heard: list[str] = []
    own = path.resolve().as_uri()
    page.on(
        "request", lambda r: None if r.url == own or r.url.startswith("data:") else heard.append(f"request: {r.url}")
    )
    page.on("console", lambda m: heard.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: heard.append(f"error: {e}"))
    page.set_default_timeout(120_000)
    await page.goto(own)
    await page.evaluate(js)
    if any(k.startswith("axe") for k in wanted):
        await page.evaluate(axe)

    fund: dict[str, list[str]] = {}

    async def vis(width: int, scheme: str = "light", media: str = "screen") -> None:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(media=media, color_scheme=scheme)

    async def spoerg(*functions: str) -> list[str]:
        return [line for f in functions for line in await page.evaluate(f"kkr.{f}()")]

    for kontrol in wanted:
        kind, _, where = kontrol.partition("-")
        width = 320 if where == "320" else 1280
        if kontrol == "netvaerk":
            # What styles may fetch later, for paper, the dark or a small screen, is heard as well.
            for media, scheme, width in (("screen", "dark", 320), ("print", "light", PAPIR)):
                await vis(width, scheme, media)
                await page.evaluate("kkr.malet()")
            fund[kontrol] = heard
            continue
        await vis(width, "dark" if where == "moerk" else "light", "print" if kontrol in ("papir", "pdf") else "screen")
        if kind == "axe":
            lines = []
            # Unfolded shows all that folded does and more, so that folded is worth its time at one width only, and
            # without the contrast of text, which takes most of the time and is the same.
            states = [("unfolded", "true", [])] + ([("folded", "null", ["color-contrast"])] if where == "1280" else [])
            for state, unfolded, without in states:
                await page.evaluate(f"kkr.fold({unfolded})")
                found = await page.evaluate("([maerker, uden]) => kkr.axe(maerker, uden)", [AXE, without])
                lines += [f"{state}: {line}" for line in found]
            fund[kontrol] = lines
        elif kind in ("bredde", "afstand"):
            await page.evaluate(f"kkr.afstand({str(kind == 'afstand').lower()})")
            lines = await spoerg("bredde")
            await page.evaluate("kkr.fold(true)")
            fund[kontrol] = lines + await spoerg("bredde", "klippet", "tegnet")
            if kind == "afstand":
                # Words of a drawing must be apart without the spacing, too.
                await page.evaluate("kkr.afstand(false)")
                fund[kontrol] += [f"without spacing: {line}" for line in await spoerg("tegnet")]
        elif kontrol == "papir":
            await vis(PAPIR, media="print")
            fund[kontrol] = await spoerg("papir", "bredde", "klippet")
        elif kontrol == "struktur":
            fund[kontrol] = await spoerg("struktur")
        elif kontrol == "ord":
            fund[kontrol] = [
                f"{what} in <{where}>: «{text[max(0, m.start() - 40) : m.end() + 40]}»"
                for where, text in await page.evaluate("kkr.tekster()")
                for what, pattern in FREMMED.items()
                for m in [re.search(pattern, text)]
                if m
            ]
        elif kontrol == "pdf":
            await vis(PAPIR, media="print")
            expected = await page.evaluate("kkr.forventet()")
            content = await page.pdf(prefer_css_page_size=True, tagged=True, outline=True)
            fund[kontrol] = await asyncio.to_thread(pdf_kontrol, content, expected)
        await page.evaluate("kkr.fold(null)")
    return {k: fund[k] for k in wanted}


# The Nu HTML checker


def nu_kontrol(sider: Collection[Path], vnu: Path) -> dict[Path, list[str]]:
    """All messages about each page, warnings too. A page that the checker does not say it read is a finding."""
    if not sider:
        return {}
    names = {p: str(p.resolve()) for p in sider}
    command = [
        "java",
        "-Xss4m",
        "-jar",
        str(vnu),
        "--stdout",
        "--exit-zero-always",
        "--format",
        "json",
        "--verbose",
        *names.values(),
    ]
    env = {**os.environ, "LC_ALL": "C.UTF-8"}  # for file names with Danish letters
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=600, env=env)
    # Verbose, it names each document that it reads; one that is missing is told of as mere information.
    read = set((run.stdout + run.stderr).splitlines())
    answer = next((line for line in run.stdout.splitlines() if line.startswith('{"')), "")
    if not answer:
        return {p: [f"the checker gave no answer: {run.stderr.strip()[-400:]}"] for p in sider}
    messages = json.loads(answer)["messages"]
    about = [(unquote(m.get("url", "")).removeprefix("file:").replace("//", "/", 1), m) for m in messages]
    fund: dict[Path, list[str]] = {}
    for p, name in names.items():
        fund[p] = [
            f"{m.get('subType', m['type'])}, line {m.get('lastLine', '?')}: {m['message']} "
            f"{m.get('extract', '').strip()[:200]}"
            for of, m in about
            if of == name
        ]
        if name not in read:
            fund[p].append("the checker did not read the page")
    if stray := [m for of, m in about if of not in names.values()]:
        fund[next(iter(sider))] += [f"of no page: {m}" for m in stray]
    return fund


# The printed PDF


def pdf_kontrol(content: bytes, expected: Mapping[str, Any]) -> list[str]:
    """What the PDF lacks of ``expected`` (:js:`kkr.forventet`), and the words that are outside the page's margins."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    fund = []
    if not (root.get("/MarkInfo") or {}).get("/Marked"):
        fund.append("the PDF is not tagged (MarkInfo)")
    if "/StructTreeRoot" not in root:
        return [*fund, "the PDF has no structure (StructTreeRoot)"]
    if str(root.get("/Lang", "")).partition("-")[0] != "da":
        fund.append(f"the PDF's language is «{root.get('/Lang', '')}»")
    title = (reader.metadata and reader.metadata.title) or ""
    if title != expected["titel"]:
        fund.append(f"the PDF's title is «{title}», the page's «{expected['titel']}»")
    box = reader.pages[0].mediabox
    if (round(box.width), round(box.height)) != (595, 842):
        fund.append(f"the PDF's pages are {box.width} × {box.height} points, not A4")
    tags = list(_elementer(root["/StructTreeRoot"]))
    kinds = Counter(str(tag["/S"]) for tag in tags)
    alternatives = Counter(
        " ".join(str(tag.get("/Alt", "")).replace("\xad", "").split()) for tag in tags if tag["/S"] == "/Figure"
    )
    if alternatives != Counter(expected["tegninger"]):
        fund.append(f"the PDF's figures are called {sorted(alternatives)}, the page's {sorted(expected['tegninger'])}")
    # Tables that are divided between pages repeat their headers, but not as tags.
    for kind, wanted in (("/Table", expected["tabeller"]), ("/TH", expected["th"])):
        if kinds[kind] < wanted:
            fund.append(f"the PDF has {kinds[kind]} of {wanted} {kind}")
    numbers = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages, 1)}
    for number, table in enumerate((tag for tag in tags if tag["/S"] == "/Table"), 1):
        fund += _tabeltitel(number, table, numbers)
    return fund + _ord_i_pdf(content, expected["tal"])


def _elementer(node: Any) -> Any:
    """Each element of the PDF's structure."""
    stack = [node]
    while stack:
        node = stack.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            if "/S" in node:
                yield node
            if "/K" in node:
                stack.append(node["/K"])


def _tabeltitel(number: int, table: Any, sidetal: Mapping[int, int]) -> list[str]:
    """A caption that is divided between pages, or not on the page of its table's first cell."""
    kids = [kid.get_object() for kid in table["/K"]]
    # Chromium has no tag for a caption: it is what a table has beside its rows.
    caption = sorted({n for kid in kids if kid["/S"] != "/TR" for n in _paa_sider(kid, sidetal)})
    if not caption:
        return [f"table {number} of the PDF has no caption"]
    if len(caption) > 1:
        return [f"the caption of table {number} is divided between pages {caption}"]
    # Not its first header, which stands on every page that the table has.
    cells = (kid for kid in _elementer([k for k in kids if k["/S"] == "/TR"]) if kid["/S"] == "/TD")
    first = next((min(pages) for cell in cells if (pages := list(_paa_sider(cell, sidetal)))), caption[0])
    if first != caption[0]:
        return [f"the caption of table {number} is at the foot of page {caption[0]}, its first row on page {first}"]
    return []


def _paa_sider(node: Any, sidetal: Mapping[int, int], side: int = 0) -> Any:
    """The pages that a part of the structure has its words on."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for kid in node:
            yield from _paa_sider(kid, sidetal, side)
    elif isinstance(node, dict):
        if "/Pg" in node:
            side = sidetal[node.raw_get("/Pg").idnum]
        yield from _paa_sider(node.get("/K", node.get("/MCID", [])), sidetal, side)
    else:
        yield side


def _ord_i_pdf(content: bytes, numbers: list[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "side.pdf"
        path.write_bytes(content)
        command = ["pdftotext", "-bbox", str(path), "-"]
        text = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=300).stdout
    fund, found = [], Counter()
    width = height = 0.0
    pattern = (
        r'<page width="([\d.]+)" height="([\d.]+)">|<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" '
        r'yMax="(-?[\d.]+)">([^<]*)'
    )
    for m in re.finditer(pattern, text):
        if m[1]:
            width, height = float(m[1]), float(m[2])
            continue
        left, top, right, bottom = (float(x) for x in m.groups()[2:6])
        if left < MARGEN - 2 or right > width - MARGEN + 2 or top < 0 or bottom > height:
            fund.append(f"«{m[7]}» stands at {left:.0f}–{right:.0f} of the page's {width:.0f} points")
        found.update(re.findall(r"\d[\d.,]*\d|\d", m[7]))
    if missing := Counter(numbers) - found:
        fund.append(f"{missing.total()} numbers of the tables are not in the PDF, such as {list(missing)[:5]}")
    return fund
