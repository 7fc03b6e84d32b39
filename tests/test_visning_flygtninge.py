"""What the refugee report says: plain Danish, at most six main points, and no number that is not the computation's."""

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kkrlib import data, flygtninge
from kkrlib.flygtninge import AFTALEFORMER
from kkrlib.visning import flygtninge as vis
from kkrlib.visning.flygtninge import forklaring

SHOWN = [
    "side",
    "hovedpunkter",
    "hvad_er_nyt",
    "regionskvoter_figur",
    "regionskvoter",
    "kort",
    "kommunekvoter",
    "udmeldinger_tekst",
    "udmeldinger",
    "udmeldinger_kvoter",
    "udmeldinger_regionskvoter",
    "bidrag_figur",
    "bidrag",
    "forklaringer",
    "aarsager_figur",
    "aarsager",
    "landstalsgraenser",
    "landstal_varianter",
    "graenser",
    "scenarie",
    "aftaler_tekst",
    "aftaler_dom",
    "aftaler_kvoter",
    "tidligere_aftaler",
    "afstemning_tekst",
    "afstemning_optaelling",
    "kildefejl",
    "advarsler",
    "kontroller",
    "metode",
    "regler",
    "fortolkninger",
    "kilder",
]
CASES = [
    (2023, "hele landet"),
    (2023, "nordjylland"),
    (2025, "hele landet"),
    (2025, "KKR Sjælland"),
    (2025, "hovedstaden"),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{c[0]}-{c[1]}")
def b(request, tabeller):
    return flygtninge.beregn(tabeller, *request.param, scenarie_landstal=700)


def text(shown):
    """What a reader meets in an output: its words without tags."""
    if shown is None:
        return ""
    bundle = shown._repr_mimebundle_()
    html = bundle.get("text/html") or bundle["text/markdown"]
    return re.sub(r"<[^>]*>", " ", html)


def test_the_notebook_shows_every_part_once():
    import nbformat

    cells = nbformat.read(data.ROD / "notebooks" / "flygtninge.ipynb", as_version=4).cells
    called = re.findall(r"vis\.(\w+)\(b\)", "\n".join(c.source for c in cells if c.cell_type == "code"))
    assert called == SHOWN


@pytest.mark.parametrize("name", SHOWN)
def test_readers_meet_no_column_name_no_nan_and_no_english_number(b, name):
    said = text(getattr(vis, name)(b))
    assert not re.search(r"\b(nan|None|NaN|NaT|<NA>|True|False|kommunekode|kvoteaar)", said)
    assert not re.search(r"[a-zæøå]_[a-zæøå]", said), said
    assert not re.search(
        r"\d\.\d(?!\d\d)(?![\d.]*\))", re.sub(r"punkt \d\.\d+", "", said).replace("3.8", "").replace("2.4", "")
    ), said
    assert not re.search(r"\de[+-]?\d", said)


def test_there_are_at_most_six_main_points(b):
    points = vis.hovedpunkter(b).markdown.splitlines()
    assert 4 <= len(points) <= 6
    assert all(p.startswith("- ") and p.endswith((".", ").")) for p in points)


def test_the_main_points_follow_the_data(tabeller):
    changed = dict(tabeller)
    changed["landstal"] = tabeller["landstal"].assign(landstal=tabeller["landstal"]["landstal"].replace(600, 700))
    before = vis.hovedpunkter(flygtninge.beregn(tabeller, 2025)).markdown
    after = vis.hovedpunkter(flygtninge.beregn(changed, 2025)).markdown
    assert "**600 flygtninge**" in before and "50 flere" in before and "98 af 98 beregnede" in before
    assert "**700 flygtninge**" in after and "150 flere" in after and "98 af 98 beregnede" not in after
    assert "600" not in after


def test_the_download_has_one_row_per_kommune_with_all_steps_the_computed_and_the_published_quota(b):
    payload = vis.kommunekvoter(b)._repr_mimebundle_()["application/vnd.kkr.tabel+json"]
    names = [k["navn"] for k in payload["kolonner"]]
    assert {"kommunekode", *flygtninge.regel.TRIN, "offentliggjort_kvote"} <= set(names)
    rows = pd.DataFrame(payload["raekker"], columns=names).set_index("kommunekode")
    assert list(rows["kommunekvote"]) == [b.kommuner.at[code, "kommunekvote"] for code in rows.index]
    assert (rows["kommunekvote"] == rows["offentliggjort_kvote"]).all()
    assert set(rows.index) == set(b.kommuner.index)


@pytest.mark.parametrize("part", [vis.kommunekvoter, vis.bidrag, vis.aarsager])
def test_on_a_region_s_page_its_own_kommuner_stand_in_the_open_and_the_rest_of_the_country_one_click_away(
    tabeller, part
):
    b = flygtninge.beregn(tabeller, 2025, "nordjylland")
    s = BeautifulSoup(part(b).html, "html.parser")
    (rest,) = s.select("details")
    assert rest.summary.get_text() == "Resten af landet (87 rækker)"
    elsewhere = [
        th.get_text() for th in rest.extract().select("tbody th[scope=row]") if not th.get_text().endswith(" i alt")
    ]
    assert [th.get_text() for th in s.select("tbody th[scope=row]")] == list(b.udvalgte["kommune"].sort_index())
    assert sorted(elsewhere) == sorted(b.kommuner.drop(b.udvalgte.index)["kommune"])


@pytest.mark.parametrize("figure", [vis.bidrag_figur, vis.aarsager_figur])
def test_a_figure_sends_its_reader_to_the_table_only_where_that_has_its_numbers(tabeller, figure):
    for region, there in (("hele landet", False), ("hovedstaden", True)):
        assert ("i tabellen nedenfor" in figure(flygtninge.beregn(tabeller, 2025, region)).beskrivelse) == there


def test_a_region_s_page_shows_the_controls_of_its_own_sums_and_every_deviation(tabeller):
    def shown(region, of=tabeller):
        rows = BeautifulSoup(vis.kontroller(flygtninge.beregn(of, 2025, region)).html, "html.parser").select("tbody th")
        return {th.get_text() for th in rows}

    own, whole = shown("sjaelland"), shown("hele landet")
    assert own < whole and not any(
        f"Region {other}" in " ".join(own) for other in ("Hovedstaden", "Syddanmark", "Midtjylland", "Nordjylland")
    )
    assert {row for row in whole if "Region Sjælland" in row or row.startswith("Danmark")} <= own
    wrong = tabeller["bilag_b"].copy()
    wrong.loc[wrong["kommunekode"] == "851", "kommunekvote"] += 1
    assert any("Region Nordjylland" in row for row in shown("sjaelland", dict(tabeller) | {"bilag_b": wrong}))


@pytest.mark.parametrize("code", ["101", "265", "630", "825"])
def test_a_kommune_is_explained_in_words_with_its_own_numbers(tabeller, code):
    b = flygtninge.beregn(tabeller, 2025)
    said, row = vis.forklar(b, code).markdown, b.kommuner.loc[code]
    if row["fordelingstal"]:
        assert f": kvoten er **{row['kommunekvote']}**." in said
        assert (
            ("som er blandt de 45 største" in said)
            == (row["kommunekvote"] > row["fordelingstal"])
            != ("som ikke er blandt de 45 største" in said)
        )
    else:
        assert "Derfor er kvoten **0**." in said
    assert f"Minus {row['familiesammenfoerte']} egne familiesammenførte: " in said
    assert "600 + 516 = 1.116" in said
    assert ("fordelingstallet er 0" in said) == (row["foreloebigt_fordelingstal"] < 0)
    change = row["aendring"]
    verb = "uændret" if change == 0 else f"{'steget' if change > 0 else 'faldet'} med {abs(change)}"
    assert f"Siden 2023 er kvoten {verb} (landstal " in said


@pytest.mark.parametrize("region", ["hele landet", "hovedstaden", "nordjylland"])
def test_each_part_has_a_panel_with_its_whole_name_above(tabeller, region):
    b = flygtninge.beregn(tabeller, 2025, region)
    for made, names in (
        (vis.bidrag_figur(b), forklaring.BIDRAG_NAVNE),
        (vis.aarsager_figur(b), {k: v for k, v in forklaring.AARSAG_NAVNE.items() if k in b.aarsager.columns}),
    ):
        for svg in (made.svg_bred, made.svg_smal):
            # The lines of a name stand above each other, the last one first.
            words = re.sub(
                r"-(?=[a-zæøå])",
                "",
                " ".join(reversed(re.findall(r"<text[^>]*>([^<]*)</text>", svg))).replace("- ", ""),
            )
            assert all(name in words for name in names.values()), words
            assert "<pattern" not in svg and len(svg.encode()) <= 6500


def test_each_kommune_of_a_region_has_its_explanation(tabeller):
    b = flygtninge.beregn(tabeller, 2025, "sjaelland")
    parts = vis.forklaringer(b)._repr_mimebundle_()["text/markdown"]
    assert all(name in parts for name in b.udvalgte["kommune"])


def test_what_is_new_is_counted_from_the_year_before(tabeller):
    b = flygtninge.beregn(tabeller, 2025)
    said = vis.hvad_er_nyt(b).markdown
    assert "Landstallet er steget fra 550 til 600 (+9,1 %)." in said
    up, down, same = (
        (b.kommuner["kommunekvote"] > b.kommuner["forrige_kvote"]).sum(),
        (b.kommuner["kommunekvote"] < b.kommuner["forrige_kvote"]).sum(),
        0,
    )
    same = len(b.kommuner) - up - down
    assert f"Kvoten er højere i {up} kommuner, lavere i {down} og den samme i {same}." in said
    region = vis.hvad_er_nyt(flygtninge.beregn(tabeller, 2025, "hovedstaden")).markdown
    assert "Kvoten for kommunerne i Region Hovedstaden er steget fra 124 til 127." in region
    assert "2023 er det første år i datagrundlaget" in vis.hvad_er_nyt(flygtninge.beregn(tabeller, 2023)).markdown


def test_the_main_figure_is_the_areas_quota(b):
    assert vis.side(b).hovedtal == (str(b.udvalgte["kommunekvote"].sum()), "flygtninge")


def test_without_an_earlier_year_no_change_is_shown(tabeller):
    b = flygtninge.beregn(tabeller, 2023)
    assert vis.aarsager(b) is None
    assert "ingen kvoter fra før 2023" in text(vis.aarsager_figur(b))
    assert "Ændring" not in text(vis.kommunekvoter(b))


def test_an_aftale_from_a_file_is_shown_with_its_verdict(tabeller, tmp_path):
    path = tmp_path / "min-aftale.csv"
    path.write_text("fra,til,antal,note\nLæsø,Hjørring,1,ringet ind\n", encoding="utf-8")
    given = data.laes_valgfri(str(path), AFTALEFORMER)
    b = flygtninge.beregn(tabeller, 2025, "nordjylland", aftale_fil=given, aftale_meddelt=data.dato("2024-09-11"))
    assert "opfylder ikke alle krav" in text(vis.aftaler_tekst(b))
    verdict = text(vis.aftaler_dom(b))
    assert "11. september 2024" in verdict and "Ikke opfyldt" in verdict
    assert "min-aftale.csv" in verdict and str(tmp_path) not in verdict
    assert "Hjørring" in text(vis.aftaler_kvoter(b))
    assert (
        vis.side(b).titel.startswith("Prøve: ") and "Dette er en prøve" in vis.hovedpunkter(b).markdown.splitlines()[0]
    )


def test_the_faults_of_the_source_are_shown_with_what_was_printed_and_taken(tabeller):
    said = text(vis.kildefejl(flygtninge.beregn(tabeller, 2023)))
    for fault in ("Løjre", "2.039", "1.955", "2021"):
        assert fault in said
