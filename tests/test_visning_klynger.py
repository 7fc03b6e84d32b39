"""The report on klyngeøkonomi shows what was computed, on every page."""

import inspect
import re

import pytest
from bs4 import BeautifulSoup

from kkrlib import klynger
from kkrlib.visning import klynger as vis

REGIONER = [
    "hele landet",
    "Region Nordjylland",
    "Region Midtjylland",
    "Region Syddanmark",
    "Region Sjælland",
    "Region Hovedstaden",
]
CELLER = [
    f
    for n, f in inspect.getmembers(vis, inspect.isfunction)
    if f.__module__.startswith(f"{vis.__name__}.") and not n.startswith("_")
]


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
    if region not in ("hele landet", "Region Syddanmark"):
        expected |= {"noegler"}
    if region not in ("hele landet", "Region Hovedstaden"):
        expected |= {"koebenhavn_tekst", "koebenhavn", "koebenhavn_spor"}
    if region not in ("hele landet", "Region Sjælland"):
        expected |= {"kontorer_tekst", "klyngekontorer"}
    assert nothing == expected


def test_the_downloads_that_the_issue_names_have_a_row_per_thing(sider):
    b = sider["hele landet"]
    rows = {f.__name__: f(b).payload for f in (vis.klynger, vis.kommuner, vis.klyngekontorer, vis.kontroller)}
    assert {name: p["id"] for name, p in rows.items()} == {
        "klynger": "klynger",
        "kommuner": "kommuner",
        "klyngekontorer": "klyngekontorer",
        "kontroller": "afstemning",
    }
    assert [len(rows[n]["raekker"]) for n in ("klynger", "kommuner", "klyngekontorer")] == [22, 98, 17]
    assert len(rows["kontroller"]["raekker"]) == len(b.kontroller) == 248
    names = [k["navn"] for k in rows["kontroller"]["kolonner"]]
    assert {
        "id",
        "sted",
        "linjer",
        "art",
        "beskrivelse",
        "offentliggjort",
        "beregnet",
        "dom",
        "fund",
        "forklaring",
    } <= set(names)


def test_the_figures_have_a_panel_for_each_part_and_for_the_sum(sider):
    for b in sider.values():
        for made, rows in ((vis.beloeb_figur(b), len(b.i_omraadet(b.klynger))), (vis.pr_indbygger_figur(b), 5)):
            for svg in (made.svg_bred, made.svg_smal):
                words = [t.get_text() for t in BeautifulSoup(svg, "html.parser").find_all("text")]
                said = " ".join(words)
                assert (
                    "Fra regionen" in said
                    and "I alt" in said
                    and ("Fra kommunerne" in said or "kommunerne Fra" in said)
                )
                assert sum(bool(re.fullmatch(r"\d+,\d\d", w)) for w in words) == 3 * rows  # each bar has its number


def test_at_most_six_main_points_and_their_numbers_are_the_computed(sider):
    for region, b in sider.items():
        points = str(vis.hovedpunkter(b)).splitlines()
        assert len(points) <= 6
        assert all(p.startswith("- ") for p in points), region
    text = str(vis.hovedpunkter(sider["hele landet"]))
    assert (
        "80 mio. kr." in text
        and "6,81 kr." in text
        and "6,44 kr. (Region Midtjylland) til 7,31 kr. (Region Sjælland)" in text
    )


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


def test_the_front_page_shows_what_the_klynger_of_the_area_get(sider):
    assert vis.side(sider["hele landet"]).hovedtal == ("80 mio. kr.", "til sundhedsklyngerne i hele landet")
    assert vis.side(sider["Region Sjælland"]).hovedtal == ("11,91 mio. kr.", "til sundhedsklyngerne i Region Sjælland")


def columns(table, *names):
    """The named columns of a table's rows, and of its totals."""
    heads = [k["navn"] for k in table.payload["kolonner"]]
    return tuple(
        [tuple(row[heads.index(n)] for n in names) for row in table.payload[part]] for part in ("raekker", "ialt")
    )


def test_the_totals_of_tabel_1_are_the_printed_ones(tabeller, sider):
    rows, totals = columns(
        vis.klynger(sider["hele landet"]),
        "navn",
        "offentliggjort_i_alt",
        "offentliggjort_kommuner",
        "offentliggjort_regioner",
    )
    printed = tabeller["klynge_regionsbeloeb"].query("tabel == 'tabel-1'").set_index("region")
    pools = tabeller["klynge_regionspuljer"].set_index("region")["pulje"]
    expected = [(f"{r} i alt", printed.at[r, "i_alt"], printed.at[r, "kommuner"], pools[r]) for r in printed.index]
    assert totals == [*expected, ("Hele landet", 80_000_000, 40_000_000, 40_000_000)]
    assert sum(row[1] for row in rows) != 80_000_000  # the klynger's own amounts do not sum to it
    assert columns(vis.klynger(sider["Region Syddanmark"]), "navn", "offentliggjort_i_alt")[1][2] == (
        "Region Syddanmark i alt",
        16_923_353,
    )


def test_forskel_is_published_minus_computed_in_rows_and_totals(sider):
    for part in ("i_alt", "kommuner", "regioner"):
        for shown in columns(vis.klynger(sider["hele landet"]), part, f"offentliggjort_{part}", f"forskel_{part}"):
            assert all(
                float(difference) == pytest.approx(float(official) - float(computed), abs=1e-6)
                for computed, official, difference in shown
            )
    rows, _ = columns(vis.klynger(sider["Region Hovedstaden"]), "klynge", "forskel_i_alt")
    assert dict(rows)["Klynge Syd"] > 3_000_000 > -3_000_000 > dict(rows)["Klynge By"]


@pytest.mark.parametrize("way", ["udelt", "delt"])
def test_koebenhavn_both_ways_is_beside_what_is_published_in_each(tabeller, way):
    b = klynger.beregn(tabeller, 2022, koebenhavn=way)
    rows, _ = columns(vis.koebenhavn(b), "navn", "i_alt", "offentliggjort", "sted")
    assert [(navn, sted) for navn, _, _, sted in rows] == [
        ("Klynge Syd, udelt", "bilag 3"), ("Klynge By, "
        "udelt", "bilag 3"), ("Klynge Syd, delt", "Tabel 1"), ("Klynge By, delt", "Tabel 1")
    ]  # fmt: skip
    assert all(abs(float(computed) - official) < 2 for _, computed, official, _ in rows)
    assert len({round(float(computed)) for _, computed, _, _ in rows}) == 4


def test_when_koebenhavn_is_divided_the_page_says_what_it_pays_to_each(tabeller):
    b = klynger.beregn(tabeller, 2022, "hovedstaden", koebenhavn="delt")
    paid = [
        int(x.replace(".", ""))
        for x in re.findall(r"([\d.]+) kr\.", vis.kommuner(b).payload["note"].replace("\xa0", " "))
    ]
    assert len(paid) == 2 and abs(sum(paid) - b.kommuner.at["101", "kommuner"]) <= 1 and all(paid)
    assert "medmindre siden er lavet med kommunen delt" in vis.kildefejl(b).html


def test_findings_without_a_shown_cause_are_counted_from_the_data(tabeller, sider):
    assert "De 28 afvigelser hører til 4 fund; årsagen til 2 af dem kan ikke påvises." in str(
        vis.hovedpunkter(sider["hele landet"])
    )
    for cause, said in (("vist", "til 4 fund. "), ("ukendt", "til 4 fund; årsagen til 4 af dem kan ikke påvises. ")):
        copy = dict(tabeller) | {"klynge_kildefejl": tabeller["klynge_kildefejl"].assign(aarsag=cause)}
        assert said in str(vis.hovedpunkter(klynger.beregn(copy, 2022)))


def test_a_deviation_without_a_finding_is_listed_as_such(tabeller):
    faults = tabeller["klynge_kildefejl"]
    copy = dict(tabeller) | {"klynge_kildefejl": faults[faults["fund"] != "klynger-og-akuthospitaler"]}
    b = klynger.beregn(copy, 2022)
    assert (
        "Af de 28 afvigelser hører 26 til 3 fund; årsagen til det ene kan ikke påvises. 2 afvigelser er uden "
        "kendt årsag." in str(vis.hovedpunkter(b))
    )
    assert "- Uden kendt årsag: 2 kontroller" in str(vis.fund_tekst(b))


def test_the_treatment_of_koebenhavn_is_said_and_changes_its_klynger_only(tabeller, sider):
    split = klynger.beregn(tabeller, 2022, koebenhavn="delt")
    assert "delingen er udledt" in vis.klynger(split).payload["note"]
    assert "udelt" in vis.klynger(sider["hele landet"]).payload["note"]
    change = {
        k: x - y
        for (k, x), (_, y) in zip(
            split.klynger["i_alt"].items(), sider["hele landet"].klynger["i_alt"].items(), strict=True
        )
        if x != y
    }
    assert set(change) == {("Region Hovedstaden", "Klynge Syd"), ("Region Hovedstaden", "Klynge By")}
    assert sum(change.values()) == 0
    assert "udledt" in str(vis.koebenhavn_tekst(split))


@pytest.mark.parametrize("region", ["hele landet", "Region Hovedstaden"])
def test_a_divided_kommune_has_a_row_per_klynge_in_the_table_and_the_csv(tabeller, region):
    split = klynger.beregn(tabeller, 2022, region, koebenhavn="delt")
    table = vis.kommuner(split)
    assert len(re.findall(r"^København ", table.ren_tekst, re.MULTILINE)) == 2
    rows, totals = columns(
        table, "kommunekode", "kommune", "klynge", "andel", "indbyggere", "befolkning", "kommuner", "i_alt"
    )
    parts = [row for row in rows if row[0] == "101"]
    assert [row[2] for row in parts] == ["Klynge By", "Klynge Syd"] and {row[5] for row in parts} == {644_431}
    for n, whole in (
        (3, 1),
        (4, 644_431),
        (6, split.kommuner.at["101", "kommuner"]),
        (7, split.kommuner.at["101", "i_alt"]),
    ):
        assert sum(row[n] for row in parts) == pytest.approx(float(whole), abs=1e-6)
    assert all(row[3] == 1 for row in rows if row[0] != "101")
    assert totals[-1][5] == split.kommuner["befolkning"].sum()
    assert sum(row[6] for row in rows) == pytest.approx(float(totals[-1][6]), abs=1e-4)


def test_every_kommune_s_contribution_is_at_most_one_click_away(sider):
    national = BeautifulSoup(vis.kommuner(sider["hele landet"]).html, "html.parser").select("details")
    assert [d.summary.get_text().split(" (")[0] for d in national] == list(sider["hele landet"].regioner.index)
    own = BeautifulSoup(vis.kommuner(sider["Region Nordjylland"]).html, "html.parser")
    (rest,) = own.select("details")
    assert rest.summary.get_text() == "Resten af landet (87 rækker)"
    assert (
        "Læsø" in [th.get_text() for th in own.table.select("th")]
        and "Læsø" not in rest.get_text()
        and "Aarhus" in rest.get_text()
    )
    for region in sider.values():
        assert len(vis.kommuner(region).payload["raekker"]) == 98


def test_kommuner_payers_and_klyngekontorer_stand_in_alphabetical_order(sider):
    def own(region):
        return [name for name, where in columns(vis.kommuner(sider[region]), "kommune", "region")[0] if where == region]

    names = own("Region Syddanmark")
    assert names[:2] == ["Assens", "Billund"] and names[-2:] == ["Ærø", "Aabenraa"]
    assert own("Region Midtjylland")[-1] == "Aarhus"
    kontorer = [
        k["overskrift"]
        for k in vis.klyngekontorer(sider["Region Sjælland"]).payload["kolonner"]
        if k["overskrift"].endswith("Denmark") or k["overskrift"] == "CLEAN"
    ]
    assert kontorer == ["CLEAN", "Food & Bio Cluster Denmark", "Life Science Cluster Denmark", "We Build Denmark"]
    budget = vis.regnskab(sider["Region Sjælland"])
    betalere = [row[0] for row in columns(budget, "betaler")[0]]
    assert [row[0] for row in columns(budget, "betaler")[1]] == [
        *(f"{k} i alt" for k in sider["Region Sjælland"].register.query("region == 'Region Sjælland'")["klynge"]),
        "I alt",
    ]
    assert betalere[:5] == ["Holbæk", "Kalundborg", "Lejre", "Odsherred", "Region Sjælland"]
    for shown in (
        vis.kommuner(sider["Region Syddanmark"]),
        vis.klyngekontorer(sider["Region Sjælland"]),
        vis.regnskab(sider["Region Sjælland"]),
    ):
        assert "alfabetisk orden" in shown.payload["note"]
        assert "kommunekode" in [k["navn"] for k in shown.payload["kolonner"]]


def test_the_source_line_names_every_document_that_occurs(sider):
    b = sider["hele landet"]
    for table, codes in (
        (vis.afvigelser(b), ("000", "002", "003")),
        (vis.kildefejl(b), ("002", "003")),
        (vis.kontroller(b), ("000", "002", "003")),
        (vis.kilder(b), ("000", "002", "003")),
    ):
        assert re.findall(r"kilde (\d{3})", table.payload["kilde"]) == list(codes)


def test_what_is_derived_is_said_to_be(sider):
    text = str(vis.afstemning_tekst(sider["Region Sjælland"]))
    assert (
        "Udledt af offentliggjorte beløb er delingen af København og medlemskabet af Klynge Nord for Gribskov og "
        "Halsnæs." in text
    )


def test_the_keys_that_were_tried_are_shown_with_what_each_fails_by(sider):
    table = vis.noegler(sider["Region Syddanmark"])
    assert [row[0] for row in columns(table, "navn")[0]] == [
        "Indbyggere pr. 1. januar 2022 "
        "(reglen)", "Indbyggere pr. 1. januar 2024", "Den trykte sats, 6,97 kr. pr. indbygger",
        "Også medlemmer uden bidrag tælles med", "Samme faste beløb til hver klynge, resten efter indbyggere",
    ]  # fmt: skip
    assert "6.344" in table.payload["note"] and "+63.413" in table.ren_tekst


def test_the_total_of_an_office_that_stands_is_shown_when_another_has_no_amount(tabeller):
    b = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Næstved"])
    _, totals = columns(
        vis.klyngekontorer(b), "clean", "food_bio", "life_science", "we_build_denmark", "aarligt", "perioden"
    )
    assert totals == [(1_000_000, 1_000_000, 1_000_000, None, None, None)]
    assert "Beløbet gælder fortsat for CLEAN (15 af 16), Food & Bio Cluster Denmark (15 af 16)" in str(
        vis.kontorer_tekst(b)
    )
    three = klynger.beregn(
        tabeller, 2022, "sjaelland", udtraeden=["Greve: CLEAN", "Stevns: CLEAN", "Faxe: CLEAN", "Lejre"]
    )
    text = str(vis.kontorer_tekst(three))
    assert (
        "udtrådt: Faxe (kun af CLEAN), Greve (kun af CLEAN), Lejre og Stevns (kun af CLEAN)." in text
        and "For få deltager i CLEAN (12 af 16)." in text
    )
    assert "siger heller ikke, om en kommune kan træde ud af et enkelt kontor" in text


def test_kommuner_that_leave_are_named_and_too_few_give_no_amount(tabeller):
    two = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Greve", "Stevns"])
    assert "udtrådt: Greve og Stevns" in str(vis.kontorer_tekst(two))
    assert "ukendt" not in vis.klyngekontorer(two).html
    three = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Greve", "Stevns", "Faxe"])
    assert "For få deltager i" in str(vis.kontorer_tekst(three))
    assert "ukendt" in vis.klyngekontorer(three).html
    assert "siger aftalen ikke" in str(vis.hovedpunkter(three))
    lead = klynger.beregn(tabeller, 2022, "sjaelland", udtraeden=["Næstved"])
    assert "Leadkommunen er trådt ud af We Build Denmark" in str(vis.kontorer_tekst(lead))
    assert "hvad 1 af de 4 regionale klyngekontorer skal have. De andre får 12 mio. kr." in str(vis.hovedpunkter(lead))
    assert "hvad de 4 regionale klyngekontorer skal have." in str(vis.hovedpunkter(three))


def test_the_assumption_of_the_population_stands_where_the_number_stands(tabeller, sider):
    assert "1. januar 2022" in str(vis.kontorer_tekst(sider["Region Sjælland"]))
    assert "For We Build Denmark siger kilden kun, at de andre kommuner betaler i fællesskab" in str(
        vis.kontorer_tekst(sider["Region Sjælland"])
    )
    other = klynger.beregn(tabeller, 2022, "sjaelland", kontorbefolkning=2025)
    assert "1. januar 2024" in str(vis.kontorer_tekst(other))


def test_every_deviation_is_shown_with_kroner_and_inhabitants(sider):
    b = sider["hele landet"]
    payload = vis.afvigelser(b).payload
    assert len(payload["raekker"]) == (b.kontroller["dom"] == "afviger").sum() == 28
    text = str(vis.fund_tekst(b))
    assert "72.491 indbyggere" in text and "287.817 indbyggere" in text and "63.413" in text


def test_no_sentence_of_the_source_is_copied(tabeller, kildemappe):
    """Facts carry over, sentences do not: no eight words in a row of the page's prose stand in the items of the
    sources.
    """
    source = "".join(
        (kildemappe / name).read_text(encoding="utf-8")
        for name in tabeller["kilder"].query("kilde in ['002', '003']")["fil"]
    )
    prose = (
        inspect.getsource(vis)
        + " ".join(tabeller["klynge_kildefejl"]["begrundelse"])
        + " ".join(tabeller["klynge_indsatsomraader"]["eksempel"])
    )

    def runs(text):
        words = re.findall(r"[a-zæøå]+", text.lower())
        return {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}

    assert runs(prose) & runs(source) == set()
    assert runs(source.splitlines()[1881]) & runs(source)  # the comparison finds what is there
