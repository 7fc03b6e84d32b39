"""The report on klyngeøkonomi shows what was computed, on every page."""

import inspect
import re

import pytest

from kkrlib import klynger
from kkrlib.visning import klynger as vis

REGIONER = ["hele landet", "Region Nordjylland", "Region Midtjylland", "Region Syddanmark", "Region Sjælland", "Region Hovedstaden"]
CELLER = [f for n, f in inspect.getmembers(vis, inspect.isfunction) if f.__module__ == vis.__name__ and not n.startswith("_")]


@pytest.fixture(scope="module")
def sider(tabeller):
    return {region: klynger.beregn(tabeller, 2022, region) for region in REGIONER}


@pytest.mark.parametrize("region", REGIONER)
def test_every_cell_shows_something_or_nothing_on_every_page(sider, region):
    shown = {f.__name__: f(sider[region]) for f in CELLER}
    for name, output in shown.items():
        assert output is None or hasattr(output, "_repr_mimebundle_"), name
    nothing = {name for name, output in shown.items() if output is None}
    expected = {"indsatser"}  # no accounts were given
    if region not in ("hele landet", "Region Hovedstaden"):
        expected |= {"koebenhavn_tekst", "koebenhavn", "koebenhavn_spor"}
    if region not in ("hele landet", "Region Sjælland"):
        expected |= {"kontorer_tekst", "klyngekontorer"}
    assert nothing == expected


def test_the_downloads_that_the_issue_names_have_a_row_per_thing(sider):
    b = sider["hele landet"]
    rows = {f.__name__: f(b).payload for f in (vis.klynger, vis.kommuner, vis.klyngekontorer, vis.kontroller)}
    assert {name: p["id"] for name, p in rows.items()} == {"klynger": "klynger", "kommuner": "kommuner", "klyngekontorer": "klyngekontorer", "kontroller": "afstemning"}
    assert [len(rows[n]["raekker"]) for n in ("klynger", "kommuner", "klyngekontorer")] == [22, 98, 17]
    assert len(rows["kontroller"]["raekker"]) == len(b.kontroller) == 248
    names = [k["navn"] for k in rows["kontroller"]["kolonner"]]
    assert {"id", "sted", "linjer", "art", "beskrivelse", "offentliggjort", "beregnet", "dom", "fund", "forklaring"} <= set(names)


def test_at_most_six_main_points_and_their_numbers_are_the_computed(sider):
    for region, b in sider.items():
        points = str(vis.hovedpunkter(b)).splitlines()
        assert len(points) <= 6
        assert all(p.startswith("- ") for p in points), region
    text = str(vis.hovedpunkter(sider["hele landet"]))
    assert "80 mio. kr." in text and "6,81 kr." in text and "6,44 kr. (Region Midtjylland) til 7,31 kr. (Region Sjælland)" in text


def test_the_main_points_follow_the_data(tabeller):
    doubled = {name: table.copy() for name, table in tabeller.items()}
    doubled["klynge_aar"][["pulje_kommuner", "pulje_regioner", "i_alt"]] *= 2
    doubled["klynge_regionspuljer"]["pulje"] *= 2
    # With other money no published amount fits, and the findings explain nothing any more.
    doubled["klynge_kildefejl"] = doubled["klynge_kildefejl"].assign(kontroller=None)
    for table in ("klynge_beloeb", "klynge_regionsbeloeb", "klynge_kommunebidrag", "klynge_satser"):
        doubled[table] = doubled[table].head(0)
    text = str(vis.hovedpunkter(klynger.beregn(doubled, 2022)))
    assert "160 mio. kr." in text and "13,62 kr." in text


def test_the_treatment_of_koebenhavn_is_said_and_changes_its_klynger_only(tabeller, sider):
    split = klynger.beregn(tabeller, 2022, koebenhavn="delt")
    assert "delingen er udledt" in vis.klynger(split).payload["note"]
    assert "udelt" in vis.klynger(sider["hele landet"]).payload["note"]
    change = {k: x - y for (k, x), (_, y) in zip(split.klynger["i_alt"].items(), sider["hele landet"].klynger["i_alt"].items(), strict=True) if x != y}
    assert set(change) == {("Region Hovedstaden", "Klynge Syd"), ("Region Hovedstaden", "Klynge By")}
    assert sum(change.values()) == 0
    assert "udledt" in str(vis.koebenhavn_tekst(split))
    both = vis.kommuner(split).ren_tekst
    assert re.search(r"København .*Klynge Syd og Klynge By|København .*Klynge By og Klynge Syd", both)


def test_kommuner_that_leave_are_named_and_too_few_give_no_amount(tabeller):
    two = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Greve", "Stevns"])
    assert "udtrådt: Greve og Stevns" in str(vis.kontorer_tekst(two))
    assert "kan ikke beregnes" not in vis.klyngekontorer(two).html
    three = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Greve", "Stevns", "Faxe"])
    assert "For få deltager i" in str(vis.kontorer_tekst(three))
    assert "kan ikke beregnes" in vis.klyngekontorer(three).html
    assert "siger aftalen ikke" in str(vis.hovedpunkter(three))
    lead = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Næstved"])
    assert "Leadkommunen er trådt ud af We Build Denmark" in str(vis.kontorer_tekst(lead))


def test_the_assumption_of_the_population_stands_where_the_number_stands(tabeller, sider):
    assert "1. januar 2022" in str(vis.kontorer_tekst(sider["Region Sjælland"]))
    other = klynger.beregn(tabeller, 2022, "sjaelland", kontorbefolkning=2025)
    assert "1. januar 2024" in str(vis.kontorer_tekst(other))


def test_every_deviation_is_shown_with_kroner_and_inhabitants(sider):
    b = sider["hele landet"]
    payload = vis.afvigelser(b).payload
    assert len(payload["raekker"]) == (b.kontroller["dom"] == "afviger").sum() == 28
    text = str(vis.fund_tekst(b))
    assert "72.491 indbyggere" in text and "287.817 indbyggere" in text and "63.413" in text


def test_no_sentence_of_the_source_is_copied(tabeller, kildemappe):
    """Facts carry over, sentences do not: no eight words in a row of the page's prose stand in the items of the sources."""
    source = "".join((kildemappe / name).read_text(encoding="utf-8") for name in tabeller["kilder"].query("kilde in ['002', '003']")["fil"])
    prose = inspect.getsource(vis) + " ".join(tabeller["klynge_kildefejl"]["begrundelse"]) + " ".join(tabeller["klynge_indsatsomraader"]["eksempel"])

    def runs(text):
        words = re.findall(r"[a-zæøå]+", text.lower())
        return {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}

    assert runs(prose) & runs(source) == set()
    assert runs(source.splitlines()[1881]) & runs(source)  # the comparison finds what is there
