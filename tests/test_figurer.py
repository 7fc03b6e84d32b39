"""What a page relies on: figures that are the same every time, legible when small and in the dark, and never silent."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from kkrlib import dansk, farver, figurer
from kkrlib.figurer import tekstmaal
from kkrlib.figurer.svg import rens

ROD = Path(__file__).parents[1]
TEKSTER = {"titel": "Kvoter & tal", "beskrivelse": "Aalborg har flest.", "enhed": "personer", "kilde": "Bilag B, 2024"}
DELE = {"a": "Folketal", "b": "Centre", "c": "Familier", "d": "Andet"}
NORD = {"810": "Brønderslev", "813": "Frederikshavn", "820": "Vesthimmerland", "825": "Læsø", "851": "Aalborg"}


def layoutet() -> pd.DataFrame:
    return pd.read_csv(ROD / "data" / "flisekort.csv", dtype={"kommunekode": str})


def kvoter() -> pd.Series:
    """Made-up quotas: every class is there, zero included, and the longest has four digits."""
    koder = layoutet()["kommunekode"]
    tal = pd.Series([Fraction(int(k) * 7 % 260) for k in koder], index=koder)
    tal["101"], tal["147"] = Fraction(0), Fraction(1234)
    return tal


def kort(**aendret) -> figurer.Figur:
    valg = {"id": "kort", "graenser": (25, 50, 100, 200), "format": dansk.tal, "fremhaev": set(NORD), **TEKSTER}
    valg |= aendret
    return figurer.flisekort(valg.pop("vaerdier", kvoter()), valg.pop("layout", layoutet()), **valg)


def raekker() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "navn": list(NORD.values()),
            "nu": [30, 41, 28, 5, 1163],
            "foer": [36, 40, 28, -5, 1200],
            "a": [Fraction(5, 2), -1.0, 0.0, 2.0, 9.0],
            "b": [Fraction(-1, 2), 1.5, 3.0, -4.0, 1.0],
            "c": [1, 2, -3, 0, -4],
            "d": [-1, -2, 3, 0, 4],
            "sum": [2, 0.5, 3.0, -2.0, 10.0],
        },
        index=list(NORD),
    )


def soejler(**aendret) -> figurer.Figur:
    valg = {"id": "soejler", "vaerdi": "nu", "etiket": "navn", "fremhaev": ["851"], **TEKSTER}
    valg |= aendret
    return figurer.soejler(valg.pop("data", raekker()), **valg)


def bidrag(**aendret) -> figurer.Figur:
    valg = {"id": "bidrag", "dele": DELE, "ialt": "sum", "etiket": "navn", **TEKSTER}
    valg |= aendret
    return figurer.bidrag(valg.pop("data", raekker()), **valg)


ALLE = [kort, soejler, bidrag]


def html(figur: figurer.Figur) -> str:
    return figur._repr_mimebundle_()["text/html"]


def svger(figur: figurer.Figur) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in (figur.svg_bred, figur.svg_smal) if svg]


def ord_i(svg: ET.Element) -> list[str]:
    return [t.text for t in svg.iter("text")]


def med_arv(element: ET.Element, arvet: dict[str, str] | None = None):
    """Every element with its attributes and those it inherits from groups."""
    egne = (arvet or {}) | element.attrib
    yield element, egne
    for barn in element:
        yield from med_arv(barn, {k: v for k, v in egne.items() if k not in ("viewBox", "role")})


def delstier(element: ET.Element) -> list[str]:
    """The separate strokes of a path: bars and lines of the same looks are one element."""
    return re.findall(r"M[^M]*", element.get("d", "")) if element.tag == "path" else []


def kasse(sti: str) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of a stroke that is a box."""
    m = re.fullmatch(r"M(-?[\d.]+) (-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)h(-?[\d.]+)z", sti)
    if m is None:
        return None
    x, y, b, h, _ = map(float, m.groups())
    return min(x, x + b), min(y, y + h), max(x, x + b), max(y, y + h)


def alt_html() -> str:
    return "".join(html(f()) for f in ALLE)


SKAANSOM = {
    "a": "Ind\N{SOFT HYPHEN}bygger\N{SOFT HYPHEN}tal",
    "b": "Ind\N{SOFT HYPHEN}vandrere og flygtninge",
    "c": "Familie\N{SOFT HYPHEN}sammen\N{SOFT HYPHEN}føringer",
    "d": "Nul\N{SOFT HYPHEN}grænse",
    "e": "Afrunding",
}


def mange(antal: int = 29) -> pd.DataFrame:
    """Rows as those of a region: one large, many small, five parts of both signs, with Danish names of every length."""
    navne = [n * k for k in range(1, 9) for n in ("Ø", "Holb", "Køge", "Lyng")][:antal]
    data = pd.DataFrame({"navn": [f"{n}{i}" for i, n in enumerate(navne)]})
    data["a"] = [66.4 if i == 0 else 1.5 + i * 7 % 9 for i in range(antal)]
    data["b"] = [-26.9 if i == 0 else (i * 5 % 13 - 9) * 0.7 for i in range(antal)]
    data["c"] = [(i * 11 % 17 - 10) * 0.8 for i in range(antal)]
    data["d"] = [(i * 3 % 7) * 1.6 - 3 for i in range(antal)]
    data["e"] = [(i * 7 % 10 - 5) * 0.1 for i in range(antal)]
    return data.assign(sum=data[list("abcde")].sum(axis=1))


def oversigt(antal: int = 29, **aendret) -> figurer.Figur:
    return bidrag(**{"data": mange(antal), "dele": SKAANSOM, "ialt_navn": "Kvote", "ialt_decimaler": 0} | aendret)


BIDRAG = {
    "faa": bidrag,
    "tal ved alle": lambda: oversigt(11),
    "skala": lambda: oversigt(),
    "skala, fremhævet": lambda: oversigt(18, fremhaev=[2, 3]),
    "sum som søjle": lambda: bidrag(
        ialt_soejle=True,
        dele={"a": "Fra kommunerne", "b": "Fra regionen"},
        data=raekker().assign(sum=lambda d: d["a"] + d["b"]),
    ),
    "én række": lambda: bidrag(data=raekker()[:1]),
    "lutter nuller": lambda: bidrag(data=raekker().assign(**dict.fromkeys([*"abcd", "sum"], 0))),
    "kun negative": lambda: bidrag(data=raekker().assign(**dict.fromkeys("abcd", -3), sum=-12)),
}


# The same every time -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figur", ALLE)
def test_samme_data_giver_samme_figur(figur):
    assert html(figur()) == html(figur())


def test_en_frisk_proces_med_andet_hashseed_og_sprog_giver_samme_bytes():
    kode = "import sys, test_figurer as t; sys.stdout.buffer.write(t.alt_html().encode())"
    for seed, sprog in (("1", "C"), ("777", "C.UTF-8")):
        sti = os.pathsep.join([str(ROD), str(ROD / "tests")])
        miljoe = os.environ | {"PYTHONHASHSEED": seed, "LC_ALL": sprog, "PYTHONPATH": sti}
        ud = subprocess.run([sys.executable, "-c", kode], env=miljoe, cwd="/", capture_output=True, check=True).stdout
        assert ud == alt_html().encode()


def test_raekkefoelgen_af_vaerdier_og_layout_aendrer_ikke_kortet():
    assert html(kort(vaerdier=kvoter().iloc[::-1])) == html(kort())
    assert html(kort(layout=layoutet().iloc[::-1])) == html(kort())


def test_matplotlibs_indstillinger_i_notebooken_aendrer_ikke_figuren():
    import matplotlib as mpl

    foer = alt_html()
    aendret = {"svg.fonttype": "path", "figure.dpi": 300, "savefig.dpi": 200, "font.size": 30, "lines.linewidth": 9,
               "hatch.linewidth": 7, "savefig.bbox": "tight", "hatch.color": "red", "font.family": "serif",
               "savefig.transparent": True, "savefig.facecolor": "red", "axes.unicode_minus": False}  # fmt: skip
    with mpl.rc_context(aendret):
        assert alt_html() == foer
        assert mpl.rcParams["figure.dpi"] == 300


# Colours -------------------------------------------------------------------------------------------------------

TRIN = [f"trin-{n}" for n in range(6)]
KRAV = (
    [("blaek", "papir", 7.0), ("svag", "papir", 4.5), ("fremhaev", "papir", 3.0), ("plus", "papir", 4.5),
     ("minus", "papir", 4.5)]
    + [("serie-1", "papir", 3.0)]
    + [(f"{t}-tekst", t, 4.5) for t in TRIN]
)  # fmt: skip


@pytest.mark.parametrize("tilstand", ["lys", "moerk"])
@pytest.mark.parametrize(("for_", "bag", "mindst"), KRAV)
def test_kontrasten_holder_lyst_og_moerkt(for_, bag, mindst, tilstand):
    a, b = (getattr(farver.FARVER[n], tilstand) for n in (for_, bag))
    assert farver.kontrast(a, b) >= mindst


def test_kontrast_regner_som_wcag():
    assert farver.kontrast("#000000", "#ffffff") == pytest.approx(21)
    assert farver.kontrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    with pytest.raises(ValueError):
        farver.kontrast("rød", "#ffffff")


@pytest.mark.parametrize("tilstand", ["lys", "moerk"])
def test_trin_fjerner_sig_jaevnt_fra_papiret(tilstand):
    papir = getattr(farver.FARVER["papir"], tilstand)
    afstande = [farver.kontrast(getattr(farver.FARVER[t], tilstand), papir) for t in TRIN]
    assert afstande == sorted(afstande)
    assert all(b / a > 1.1 for a, b in pairwise(afstande))


def test_css_har_alle_farver_lyst_moerkt_og_paa_tryk():
    css = farver.css()
    lyst, moerkt, tryk = re.split(r"@media [^{]+\{", css)
    for navn, farve in farver.FARVER.items():
        assert f"--{navn}:{farve.lys}" in lyst
        assert f"--{navn}:{farve.moerk}" in moerkt
        assert f"--{navn}:{farve.lys}" in tryk
    assert "color-scheme:light dark" in lyst
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize("figur", ALLE)
def test_hver_farve_i_figuren_foelger_siden(figur):
    for svg in svger(figur()):
        for element, egne in med_arv(svg):
            if element.tag in ("path", "text", "rect"):
                assert "fill" in egne
            for navn in ("fill", "stroke"):
                vaerdi = element.get(navn, "none")
                if vaerdi != "none":
                    farve, kode = re.fullmatch(r"var\(--([a-z0-9-]+),(#[0-9a-f]{6})\)", vaerdi).groups()
                    assert farver.lys(farve) == kode


def test_en_farve_uden_for_paletten_afvises():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M 0 0" style="fill: #123456"/></svg>'
    with pytest.raises(AssertionError, match="#123456"):
        rens(svg, "x")


def test_en_henvisning_inden_i_tegningen_afvises():
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path id="p" d="M 0 0" style="fill: #ffffff; '
        b'clip-path: url(#p)"/></svg>'
    )
    with pytest.raises(AssertionError, match="henviser"):
        rens(svg, "x")


# Clean HTML ----------------------------------------------------------------------------------------------------


class _Laeser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.henvist, self.navne, self.attributter = [], set(), set(), set()

    def handle_starttag(self, tag, attrs):
        self.navne.add(tag)
        for navn, vaerdi in attrs:
            self.attributter.add(navn)
            if navn == "id":
                self.ids.append(vaerdi)
            elif navn in ("aria-labelledby", "aria-describedby"):
                self.henvist.update(vaerdi.split())


def test_ids_er_entydige_paa_en_side_med_alle_figurer_og_alle_henvisninger_findes():
    laeser = _Laeser()
    laeser.feed(alt_html() + html(bidrag(id="bidrag-2")))
    assert len(laeser.ids) == len(set(laeser.ids))
    assert laeser.henvist <= set(laeser.ids)
    assert set(laeser.ids) - laeser.henvist == {"figur-kort", "figur-soejler", "figur-bidrag", "figur-bidrag-2"}


def test_intet_hentes_koeres_eller_udfyldes_af_matplotlib():
    laeser = _Laeser()
    laeser.feed(alt_html())
    assert not laeser.navne & {"script", "metadata", "style", "image", "img", "link", "foreignobject"}
    assert not laeser.attributter & {"style", "href", "xlink:href", "src", "onclick", "font-family", "xmlns"}
    assert "http" not in alt_html() and "<?xml" not in alt_html() and "<!DOCTYPE" not in alt_html()


def test_teksten_er_tekst():
    for svg in svger(soejler(decimaler=1)):
        assert {*NORD.values(), "1.163,0", "5,0"} <= set(ord_i(svg))
    for svg in svger(bidrag()):
        assert {*NORD.values(), "Folketal", "Centre", "I alt", "+10,0", "−2,0"} <= set(ord_i(svg))
    assert "$a_1$ &amp; &lt;b&gt;" in soejler(data=raekker().assign(navn=["$a_1$ & <b>"] * 5)).svg_smal


def test_figuren_har_navn_beskrivelse_og_gruppe_og_den_smalle_er_skjult_uden_css():
    fragment = html(soejler())
    rod = ET.fromstring(fragment.replace(" hidden>", ' hidden="">'))
    assert (rod.get("role"), rod.get("aria-labelledby")) == ("group", "figur-soejler-titel")
    assert [p.text for p in rod.iter("p")] == [
        "Kvoter & tal", "Aalborg har flest.", "Enhed: personer. Kilde: Bilag B, 2024."]  # fmt: skip
    for svg in rod.iter("svg"):
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == "figur-soejler-titel"
        assert svg.get("aria-describedby") == "figur-soejler-beskrivelse"
        assert svg.get("width") is None and svg.get("viewBox").startswith("0 0 ")
    assert [d.get("class") for d in rod.findall("div") if d.get("hidden") is not None] == ["smal"]


@pytest.mark.parametrize("figur", ALLE)
def test_notebookens_bundle_er_som_arkitekturen_siger(figur):
    bundle = figur()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/vnd.kkr.fragment+html", "text/plain", "application/vnd.kkr.figur+json"}
    assert bundle["application/vnd.kkr.figur+json"] == {"id": figur.__name__, **TEKSTER}
    assert bundle["text/plain"] == "Kvoter & tal. Aalborg har flest."


# The tile map --------------------------------------------------------------------------------------------------


def test_layoutet_har_98_kommuner_hver_med_egen_plads_og_forkortelse():
    layout = layoutet()
    assert list(layout.columns) == ["kommunekode", "forkortelse", "raekke", "kolonne", "gaelder_fra", "gaelder_til"]
    assert len(layout) == 98 == layout["kommunekode"].nunique() == layout["forkortelse"].str.casefold().nunique()
    assert not layout.duplicated(["raekke", "kolonne"]).any()
    assert layout["kolonne"].between(0, 12).all() and layout["raekke"].ge(0).all()
    assert layout["forkortelse"].str.fullmatch("[A-ZÆØÅ][a-zæøå]{2}").all()
    assert layout["kommunekode"].str.fullmatch("[1-8][0-9]{2}").all() and layout["kommunekode"].is_monotonic_increasing


def test_landsdelene_ligger_hvor_de_ligger():
    plads = layoutet().set_index("kommunekode")
    jylland = plads[(plads.index >= "510") & ~plads.index.isin(["825"])]
    fyn = plads[(plads.index >= "410") & (plads.index <= "492")]
    sjaelland = plads[(plads.index < "400")]
    assert jylland["kolonne"].max() < sjaelland["kolonne"].min()
    assert fyn["kolonne"].max() < sjaelland["kolonne"].min() and fyn["raekke"].min() > plads.at["607", "raekke"]
    assert plads.at["400", "kolonne"] == 12  # Bornholm
    assert plads.at["860", "raekke"] == plads["raekke"].min()  # Hjørring


FASTE = {
    "Jylland": lambda k: k >= "510" and k != "825",
    "Fyn": lambda k: "410" <= k <= "492",
    "Hovedstaden": lambda k: k <= "250" or k in {"260", "270"},
    "Sjælland": lambda k: k in {"253", "259", "265", "269"} or ("306" <= k <= "390" and k not in {"360", "376"}),
}


@pytest.mark.parametrize("del_", FASTE)
def test_en_landsdel_haenger_sammen(del_):
    celler = {(r.raekke, r.kolonne) for r in layoutet().itertuples() if FASTE[del_](r.kommunekode)}
    naaet, kant = set(), {min(celler)}
    while kant:
        naaet |= kant
        kant = {(r + i, k + j) for r, k in kant for i in (-1, 0, 1) for j in (-1, 0, 1)} & celler - naaet
    assert naaet == celler


@pytest.mark.parametrize(
    ("a", "b"),
    [("860", "813"), ("851", "810"), ("787", "773"), ("791", "740"), ("751", "727"), ("630", "607"), ("561", "563"),
     ("101", "147"), ("101", "157"), ("185", "155"), ("169", "165"), ("265", "350"), ("461", "450"), ("360", "376"),
     ("580", "540"), ("217", "210"), ("326", "306"), ("259", "336")],
)  # fmt: skip
def test_naboer_ligger_ved_siden_af_hinanden(a, b):
    plads = layoutet().set_index("kommunekode")[["raekke", "kolonne"]]
    assert (plads.loc[a] - plads.loc[b]).abs().max() == 1


def test_kortet_kan_laeses_paa_288_pixel():
    (svg,) = svger(kort())
    bredde, hoejde = map(float, svg.get("viewBox").split()[2:])
    skala = 288 / bredde
    fliser = [
        felt
        for e, egne in med_arv(svg)
        if egne.get("fill", "").startswith("var(--trin-") and egne.get("stroke", "").startswith("var(--papir")
        for sti in delstier(e)
        if (felt := kasse(sti))
    ]
    assert len(fliser) == 98
    for x1, y1, x2, y2 in fliser:
        assert (x2 - x1) * skala >= 21.89 and (y2 - y1) * skala >= 21.89  # 22, its corners to a tenth
        assert 0 <= x1 < x2 <= bredde and min(y1, y2) >= 0 and max(y1, y2) <= hoejde
    skrifter = [float(egne["font-size"]) for e, egne in med_arv(svg) if e.tag == "text"]
    assert min(skrifter) * skala >= 8
    assert len(kort().svg_bred.encode()) < 16_000


@pytest.mark.parametrize("figur", [soejler, bidrag])
def test_den_smalle_figur_har_laeselig_tekst_paa_288_pixel(figur):
    _, smal = svger(figur())
    skala = 288 / float(smal.get("viewBox").split()[2])
    assert min(float(g["font-size"]) for e, g in med_arv(smal) if e.tag == "text") * skala >= 10


def test_hver_flise_siger_sin_forkortelse_og_sit_tal():
    (svg,) = svger(kort())
    steder = {(float(t.get("x")), float(t.get("y"))): t.text for t in svg.iter("text")}
    layout, tal = layoutet(), kvoter()
    for r in layout.itertuples():
        ((x, y),) = [sted for sted, ord_ in steder.items() if ord_ == r.forkortelse]
        (vaerdi,) = [o for (vx, vy), o in steder.items() if abs(vx - x) < 0.02 and 0 < vy - y < 10]
        assert vaerdi == dansk.tal(tal[r.kommunekode])


def test_noeglen_siger_klasserne_paa_dansk():
    hele = ord_i(svger(kort())[0])
    assert [t for t in ("0", "1–24", "25–49", "50–99", "100–199", "200 eller mere") if t not in hele] == []
    broekdele = ord_i(svger(kort(vaerdier=kvoter() / 1000, graenser=(0.5, 1), format=lambda v: dansk.tal(v, 1)))[0])
    assert {"0,0", "over 0,0, under 0,5", "0,5 til under 1,0", "1,0 eller mere"} <= set(broekdele)


def test_en_graense_hoerer_til_klassen_over_sig_og_nul_er_sin_egen():
    lille = pd.DataFrame({"kommunekode": list("abcd"), "forkortelse": list("ABCD"), "raekke": 0, "kolonne": range(4)})
    figur = kort(layout=lille, vaerdier=pd.Series([0, 9, 10, 11], index=list("abcd")), graenser=(10,), fremhaev=())
    farve = {e.text: g["fill"] for e, g in med_arv(svger(figur)[0]) if e.tag == "text" and e.text in "ABCD"}
    assert [re.search(r"trin-\d", farve[n])[0] for n in "ABCD"] == ["trin-0", "trin-1", "trin-2", "trin-2"]


def test_flisens_klasse_er_den_som_dens_tal_siger():
    # Egedal's 1.96 is «2,0», and beside another «2,0» it must not have another shade; what is not zero is above it.
    lille = pd.DataFrame({"kommunekode": list("abcde"), "forkortelse": list("ABCDE"), "raekke": 0, "kolonne": range(5)})
    vaerdier = pd.Series(
        [Fraction(196, 100), Fraction(2), Fraction(194, 100), Fraction(4, 100), Fraction(0)], index=list("abcde")
    )
    figur = kort(
        layout=lille,
        vaerdier=vaerdier,
        graenser=(Fraction(1), Fraction(2)),
        format=lambda v: dansk.tal(v, 1),
        fremhaev=(),
    )
    farve = {e.text: g["fill"] for e, g in med_arv(svger(figur)[0]) if e.tag == "text" and e.text in "ABCDE"}
    assert [re.search(r"trin-\d", farve[n])[0] for n in "ABCDE"] == ["trin-3", "trin-3", "trin-2", "trin-1", "trin-0"]
    assert ord_i(svger(figur)[0]).count("2,0") == 2


def test_fremhaevede_kommuner_faar_omrids_om_sig_og_ikke_imellem_sig():
    # Four sides to a cell, less the two that face each other where cells meet (Brønderslev and Aalborg do).
    celler = {(r.kolonne, r.raekke) for r in layoutet().itertuples() if r.kommunekode in NORD}
    faelles = sum(abs(a - c) + abs(b - d) == 1 for (a, b), (c, d) in combinations(celler, 2))
    streger = [d for e, g in med_arv(svger(kort())[0]) if g.get("stroke-width") == "2.2" for d in delstier(e)]
    assert faelles > 0 and len(streger) == 4 * len(celler) - 2 * faelles
    assert "Fremhævet" in ord_i(svger(kort())[0]) and "Fremhævet" not in ord_i(svger(kort(fremhaev=()))[0])


# Bars ----------------------------------------------------------------------------------------------------------


def _felter(svg: ET.Element, farve: str) -> list[tuple[float, float, float]]:
    """(left, right, top) of the boxes whose fill or edge has a colour, without the key's."""
    ud = []
    for e, g in med_arv(svg):
        for felt in filter(None, map(kasse, delstier(e))):
            if f"--{farve}," in g.get("stroke", "") + g.get("fill", "") and felt[3] - felt[1] == 15:
                ud.append((felt[0], felt[2], felt[1]))
    return ud


def test_soejlerne_er_saa_lange_som_tallene():
    for svg in svger(soejler(data=raekker(), fremhaev=())):
        laengder = [b - a for a, b, _ in _felter(svg, "serie-1")]
        skala = laengder[-1] / 1163  # pixels per person; coordinates are to a tenth of a pixel
        assert laengder == pytest.approx([n * skala for n in (30, 41, 28, 5, 1163)], abs=0.11)


def test_et_skraveret_felt_er_streger_inden_for_sin_kant_og_intet_moenster():
    flade = figurer.Flade(60, 40)
    for x in (2, 32):
        flade.rektangel(x, 5, 20, 30, "papir", "serie-1", 1, True)
    svg = ET.fromstring(flade.svg("x").side)
    assert {e.tag for e in svg.iter()} == {"svg", "path"}
    felter = [felt for e in svg for felt in map(kasse, delstier(e)) if felt and "serie-1" in e.get("stroke", "")]
    (streger,) = [e for e in svg if e.get("stroke-dasharray")]
    assert felter == [(2, 5, 22, 35), (32, 5, 52, 35)]
    assert (streger.get("stroke-width"), streger.get("stroke-dasharray")) == ("20", "1.4,3.6")
    assert delstier(streger) == ["M12 5v30", "M42 5v30"]  # as broad as the box, around its middle


def test_fremhaevelse_ses_ogsaa_uden_farve():
    for figur in (soejler(), bidrag(fremhaev=["851"])):
        for svg in svger(figur):
            fede = [e.text for e, g in med_arv(svg) if e.tag == "text" and g.get("font-weight") == "700"]
            assert "Aalborg" in fede and "Læsø" not in fede


# Panels --------------------------------------------------------------------------------------------------------


def _bjaelker(svg: ET.Element, farver_: tuple[str, ...] = ("serie-1", "fremhaev")) -> list[tuple[float, float, float]]:
    """(where it begins, where it ends, its middle's height) of every bar."""
    ud = []
    for e, g in med_arv(svg):
        if e.tag == "path" and g.get("stroke-width") == "12" and any(f"--{f}," in g["stroke"] for f in farver_):
            for sti in delstier(e):
                x, y, h = map(float, re.fullmatch(r"M([\d.]+) ([\d.]+)h(-?[\d.]+)", sti).groups())
                ud.append((x, x + h, y))
    return ud


def _nullinjer(svg: ET.Element) -> list[float]:
    streger = [d for e, g in med_arv(svg) if e.tag == "path" and "--blaek," in g.get("stroke", "") for d in delstier(e)]
    return sorted({float(re.match(r"M([\d.]+)", d)[1]) for d in streger})


def _tekster(svg: ET.Element, bredde=figurer.tekstbredde) -> list[tuple[tuple[float, float, float, float], str]]:
    """Where each text is at most, in the widest font, and what it says."""
    ud = []
    for e, g in med_arv(svg):
        if e.tag == "text":
            x, y, skrift = float(e.get("x")), float(e.get("y")), float(g["font-size"])
            b = bredde(e.text, skrift, fed=g.get("font-weight") == "700")
            x -= {"middle": b / 2, "end": b}.get(g.get("text-anchor"), 0)
            ud.append(((x, y - 0.75 * skrift, x + b, y + 0.22 * skrift), e.text))
    return ud


def _roerer(a: tuple[float, ...], b: tuple[float, ...], luft: float = 0) -> bool:
    return a[0] < b[2] + luft and b[0] < a[2] + luft and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("figur", BIDRAG.values(), ids=BIDRAG)
def test_intet_i_panelerne_roerer_andet_eller_gaar_ud_over_kanten(figur):
    for svg in svger(figur()):
        bredde, hoejde = map(float, svg.get("viewBox").split()[2:])
        tekster = _tekster(svg)
        for (felt, ord_), (andet, hos) in combinations(tekster, 2):
            assert not _roerer(felt, andet, 2), f"«{ord_}» ved «{hos}»"
        for felt, ord_ in tekster:
            assert felt[0] >= -0.5 and felt[1] >= -0.5 and felt[2] <= bredde + 0.5 and felt[3] <= hoejde, ord_
            for fra, til, y in _bjaelker(svg):
                assert not _roerer(felt, (min(fra, til), y - 6, max(fra, til), y + 6)), ord_
        for fra, til, y in _bjaelker(svg):
            assert min(fra, til) >= 0 and max(fra, til) <= bredde and y + 6 <= hoejde
        # A panel ends before the next one's bars begin.
        paneler = {fra: {til for f, til, _ in _bjaelker(svg) if f == fra} for fra, _, _ in sorted(_bjaelker(svg))}
        for (a, ender), (b, andre) in zip(paneler.items(), list(paneler.items())[1:], strict=False):
            assert max([a, *ender]) < min([b, *andre])


@pytest.mark.parametrize("figur", [*BIDRAG.values(), soejler], ids=[*BIDRAG, "soejler"])
def test_ord_der_spredes_loeber_ikke_ind_i_hinanden_eller_ud_over_kanten(figur):
    for svg in svger(figur()):
        bredde = float(svg.get("viewBox").split()[2])
        # A name of one word as long as half a line cannot be broken; there is none such.
        tekster = [(felt, ord_) for felt, ord_ in _tekster(svg, figurer.spredt) if len(ord_) < 30]
        for (felt, ord_), (andet, hos) in combinations(tekster, 2):
            assert not _roerer(felt, andet, 1), f"«{ord_}» ved «{hos}»"
        assert all(felt[0] >= -1 and felt[2] <= bredde + 1 for felt, _ in tekster)


@pytest.mark.parametrize("figur", BIDRAG.values(), ids=BIDRAG)
def test_panelernes_tekst_er_stor_nok_og_uden_moenster_og_noegle(figur):
    fig = figur()
    assert "<pattern" not in fig.svg_bred + fig.svg_smal and "url(" not in fig.svg_bred + fig.svg_smal
    for svg, mindst in zip(svger(fig), (12, 10 * 320 / 288), strict=False):
        assert min(float(g["font-size"]) for e, g in med_arv(svg) if e.tag == "text") >= mindst
        assert {
            kode
            for e, _ in med_arv(svg)
            for kode in re.findall(r"--(serie-\d)", e.get("stroke", "") + e.get("fill", ""))
        } <= {"serie-1"}


def _skala(svg: ET.Element, data: pd.DataFrame) -> float:
    """Pixels per unit, by the first panel's longest bar; the first row may have none."""
    laengder = [til - fra for fra, til, _ in _bjaelker(svg) if fra == _nullinjer(svg)[0]]
    return max(laengder) / max(data["a"][len(data) - len(laengder) :])


@pytest.mark.parametrize("antal", [11, 29])
def test_hver_dels_soejle_har_sin_laengde_og_side_af_nul_paa_den_faelles_skala(antal):
    data = mange(antal)
    for svg in svger(oversigt(antal)):
        nuller = _nullinjer(svg)
        assert len(nuller) == 5
        hoejder = sorted({y for _, _, y in _bjaelker(svg)})
        vist = data[antal - len(hoejder) :]
        assert antal - len(hoejder) == (antal == 29 and svg.get("viewBox").startswith("0 0 320"))
        fundet = {(fra, y): til - fra for fra, til, y in _bjaelker(svg)}
        skala = _skala(svg, data)
        for nul, d in zip(nuller, "abcde", strict=False):
            for y, v in zip(hoejder, vist[d], strict=False):
                assert fundet.pop((nul, y), 0) == pytest.approx(v * skala, abs=0.2 if abs(v * skala) > 0.6 else 0.6)
        assert not fundet


def test_skalaens_tal_staar_hvor_de_hoerer_til():
    for svg in svger(oversigt()):
        nuller = _nullinjer(svg)
        skala = _skala(svg, mange())
        maerker = [
            (float(e.get("x")), e.text) for e, g in med_arv(svg) if e.tag == "text" and g.get("text-anchor") == "middle"
        ]
        assert {x for x, t in maerker if t == "0"} == set(nuller)
        for x, t in maerker:
            tal = float(t.replace("\N{MINUS SIGN}", "-"))
            assert any(x == pytest.approx(nul + tal * skala, abs=0.6) for nul in nuller), t
        assert any(t != "0" for _, t in maerker)


def test_tallene_staar_ved_soejlerne_naar_de_er_faa():
    data = raekker()
    for svg in svger(bidrag()):
        skrevet = ord_i(svg)
        for d in DELE:
            assert all(dansk.fortegn(v, 1) in skrevet for v in data[d])
    assert not any("," in t for t in ord_i(svger(oversigt())[0]))


def test_en_raekke_der_goer_de_oevriges_soejler_for_korte_har_tal_paa_telefonen():
    fig = oversigt()
    bred, smal = svger(fig)
    data = mange()
    assert [t for t in ord_i(smal) if "," in t] == [dansk.fortegn(data.at[0, d], 1) for d in "abcde"]
    assert len({y for _, _, y in _bjaelker(bred)}) == 29 and len({y for _, _, y in _bjaelker(smal)}) == 28
    assert (
        fig.beskrivelse == "Aalborg har flest. På en smal skærm har Ø0 tal i stedet for søjler, så de øvriges kan ses."
    )
    assert _skala(smal, data) > 2
    # Neither where no row is that much longer, nor where it is the one to see.
    for andet in (oversigt(data=data[1:]), oversigt(fremhaev=[0])):
        assert andet.beskrivelse == "Aalborg har flest." and not any("," in t for t in ord_i(svger(andet)[1]))


def test_delenes_navne_staar_over_deres_paneler_og_igen_laengere_nede_paa_telefonen():
    for svg, gange in zip(svger(oversigt()), (1, 2), strict=False):
        nuller, under = _nullinjer(svg), min(y for _, _, y in _bjaelker(svg))
        hoveder: dict[float, list[tuple[float, str]]] = {}
        for e, g in med_arv(svg):
            if e.tag == "text" and "text-anchor" not in g and g["font-size"] != "13" and "," not in e.text:
                hoveder.setdefault(float(e.get("x")), []).append((float(e.get("y")), e.text))
        assert len(hoveder) == 5
        for (x, linjer), nul, naeste, navn in zip(
            sorted(hoveder.items()), nuller, [*nuller[1:], 999], SKAANSOM.values(), strict=False
        ):
            foerste = [t for y, t in sorted(linjer) if y < under]
            helt = navn.replace("\N{SOFT HYPHEN}", "")
            assert re.sub("-(?=[a-zæøå])", "", " ".join(foerste).replace("- ", "")) == helt
            assert len(linjer) == gange * len(foerste) and x <= nul + 1 < naeste
        assert ord_i(svg).count("Kvote") == gange


def test_navne_brydes_ved_mellemrum_foer_de_deles():
    navn = SKAANSOM["c"]
    assert tekstmaal.brudt("Fra regionen", 12, 200, math.inf) == ["Fra regionen"]
    assert tekstmaal.brudt("Fra regionen", 12, 60, math.inf) == ["Fra", "regionen"]
    assert tekstmaal.brudt(navn, 12, 300, math.inf) == ["Familiesammenføringer"]
    assert tekstmaal.brudt(navn, 12, 120, math.inf) == ["Familiesammen-", "føringer"]
    assert tekstmaal.brudt(navn, 12, 65, math.inf) == ["Familie-", "sammen-", "føringer"]
    assert tekstmaal.brudt(SKAANSOM["b"], 12, 90, math.inf) == ["Indvandrere", "og flygtninge"]
    # A name has the room that it takes when its letters are spread, some of it beside the panel.
    assert tekstmaal.brudt("Fra regionen", 12, 80, 0) == ["Fra", "regionen"]
    assert tekstmaal.brudt("Fra regionen", 12, 80, 20) == ["Fra regionen"]


def test_summen_kan_vaere_et_panel_med_sine_egne_soejler():
    data = pd.DataFrame({"navn": ["X", "Y"], "a": [3.0, 1.0], "b": [1.0, 0.5], "sum": [4.0, 1.5]})
    for svg in svger(bidrag(data=data, dele={"a": "A", "b": "B"}, ialt_soejle=True)):
        laengder = [til - fra for fra, til, _ in _bjaelker(svg)]
        assert [v / laengder[0] * 3 for v in laengder] == pytest.approx([3, 1, 1, 0.5, 4, 1.5], abs=0.02)
        fede = [e.text for e, g in med_arv(svg) if g.get("font-weight") == "700" and e.tag == "text"]
        assert sorted(fede) == sorted(["I alt", "+4,0", "+1,5"])
    for svg in svger(bidrag(data=data, dele={"a": "A", "b": "B"})):
        assert len(_bjaelker(svg)) == 4


def test_fremhaevede_raekker_har_fed_skrift_og_deres_egen_farve():
    for svg in svger(oversigt(fremhaev=[0])):
        egne, andre = _bjaelker(svg, ("fremhaev",)), _bjaelker(svg, ("serie-1",))
        assert len({y for _, _, y in egne}) == 1 and not {y for _, _, y in egne} & {y for _, _, y in andre}
        assert len({y for _, _, y in andre}) == 28


def test_en_stor_oversigt_fylder_lidt():
    fig = oversigt()
    assert len(fig.svg_bred.encode()) <= 6500
    assert len(fig.svg_smal.encode()) <= 7500


# What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("felt", ["titel", "beskrivelse", "enhed", "kilde"])
@pytest.mark.parametrize("tom", ["", "  "])
def test_en_figur_uden_tekst_afvises(felt, tom):
    with pytest.raises(ValueError, match=felt):
        soejler(**{felt: tom})


@pytest.mark.parametrize("daarligt", ["", "Kort", "kort_1", "-kort", "kort-", "kort 1", "søjler", "a\n"])
def test_et_id_der_ikke_er_en_slug_afvises(daarligt):
    with pytest.raises(ValueError, match="id"):
        soejler(id=daarligt)


def test_figuren_kan_ikke_aendres():
    with pytest.raises(AttributeError):
        soejler().titel = "Noget andet"


@pytest.mark.parametrize(
    ("aendret", "siger"),
    [
        ({"vaerdier": kvoter().drop("851")}, "851 har en plads i layoutet, men ingen værdi"),
        ({"layout": layoutet().query("kommunekode != '101'")}, "101 har en værdi, men ingen plads"),
        ({"vaerdier": kvoter().where(lambda s: s.index != "400")}, "400 mangler sin værdi"),
        ({"vaerdier": -kvoter()}, "147, .*under 0"),
        ({"vaerdier": kvoter() * 1000}, "for lang til en flise: .*147 «1.234.000»"),
        ({"vaerdier": pd.concat([kvoter(), kvoter()[:1]])}, "101 står to gange"),
        ({"fremhaev": ["999"]}, "999 skal fremhæves"),
        ({"graenser": ()}, "graenser"),
        ({"graenser": (50, 25)}, "graenser"),
        ({"graenser": (0, 25)}, "graenser"),
        ({"graenser": (1, 2, 3, 4, 5)}, "graenser"),
        ({"layout": layoutet().assign(kolonne=lambda d: d["kolonne"] + 1)}, "kolonner"),
        ({"layout": layoutet().assign(raekke=0)}, "samme plads"),
    ],
)
def test_flisekortet_afviser(aendret, siger):
    with pytest.raises(ValueError, match=siger):
        kort(**aendret)


@pytest.mark.parametrize(
    ("figur", "aendret", "siger"),
    [
        (soejler, {"data": raekker()[:0]}, "ingen rækker"),
        (soejler, {"vaerdi": "findes_ikke"}, "findes_ikke"),
        (soejler, {"fremhaev": ["999"]}, "999"),
        (soejler, {"data": raekker().assign(nu=[1, None, 3, None, 5])}, "Frederikshavn og Læsø"),
        (soejler, {"data": pd.concat([raekker(), raekker()])}, "samme nøgle"),
        (bidrag, {"dele": {}}, "dele"),
        (bidrag, {"dele": dict.fromkeys("abcdefg", "x")}, "dele"),
        (bidrag, {"dele": dict.fromkeys("abcd", "Familiesammenføringer")}, "«bidrag»: navnene på delene er for lange"),
        (bidrag, {"data": raekker().assign(sum=[2, 0.5, 3.0, -2.0, 11.0])}, "summen «sum» for Aalborg"),
    ],
)
def test_diagrammerne_afviser(figur, aendret, siger):
    with pytest.raises(ValueError, match=siger):
        figur(**aendret)
