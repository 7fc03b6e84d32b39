"""The socialtilsyn report: what it shows, and that derived numbers are never shown as published."""

import dataclasses
import re
from fractions import Fraction

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kkrlib import dansk, figurer, socialtilsyn
from kkrlib.errors import ParameterError
from kkrlib.socialtilsyn import AFLEDT, OFFENTLIGGJORT
from kkrlib.visning import socialtilsyn as vis
from kkrlib.visning.socialtilsyn import beregninger, serier
from kkrlib.visning.socialtilsyn.faelles import spaend

GRUPPER = [
    "portefølje",
    "pladser",
    "tilgang og afgang",
    "tilsyn",
    "bekymringer",
    "sanktioner",
    "sager",
    "medarbejdere",
    "økonomi",
    "takster",
]
FIGURER = [
    vis.portefoelje_figur,
    vis.pladser_figur,
    vis.tilgang_figur,
    vis.tilsyn_figur,
    vis.bekymringer_figur,
    vis.sanktioner_figur,
    vis.sager_figur,
    vis.takster_figur,
]
# What stands over each panel, and which numbers must stand in it.
PANELER = {
    "portefoelje": {"Plejefamilier": "plejefamilier", "Tilbud": "tilbud", "Heraf private tilbud": "tilbud-private"},
    "pladser": {"Godkendte pladser": "pladser", "Ledige pladser": "ledige-pladser"},
    "tilgang": {
        "Nye plejefamilier": "nye-plejefamilier", "Ophørte "
        "plejefamilier": "ophoert-plejefamilier", "Trukne ansøgninger, familier": "trukket-plejefamilier",
        "Nye tilbud": "nye-tilbud", "Ophørte tilbud": "ophoert-tilbud", "Tilbagekaldelser i alt": "tilbagekaldt",
    },
    "tilsyn": {"Tilsynsbesøg": "besoeg", "Uanmeldte, "
    "familier": "besoeg-plejefamilier-uanmeldte", "Uanmeldte, tilbud": "besoeg-tilbud-uanmeldte"},
    "bekymringer": {"Henvendelser": "whistleblow", "Magtanvendelser": "magtanvendelser"},
    "sanktioner": {"Skærpet tilsyn": "skaerpet-tilsyn", "Påbud": "paabud", "Vilkår": "vilkaar"},
    "sager": {"Klager": "klager", "Aktindsigter": "aktindsigt", "Ansøgninger om ændring": "aendringer"},
    "takster": {
        "Tilsyn, pr. år": "takst-tilsyn-0-7", "Ny-godkendelse": "takst-ny-godkendelse-0-7",
        "Væsentlig ændring": "takst-vaesentlig-aendring-0-7", "Skærpet tilsyn, pr. måned": "takst-skaerpet-tilsyn-0-7",
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=[2021, 2023])
def b(request, tabeller):
    return socialtilsyn.beregn(tabeller, request.param)


@pytest.fixture(scope="module")
def b23(tabeller):
    return socialtilsyn.beregn(tabeller, 2023)


def test_what_is_new_is_counted_from_the_report_before(b23, tabeller):
    said = vis.hvad_er_nyt(b23).markdown
    rows = b23.serie[b23.serie["status"] == OFFENTLIGGJORT].pivot(index="indikator", columns="aar", values="vaerdi")[
        [2021, 2023]
    ]
    both = rows.dropna()
    up, down = int((both[2023] > both[2021]).sum()), int((both[2023] < both[2021]).sum())
    assert (
        f"Af de {len(both)} tal, som begge årsrapporter oplyser, er {up} højere, {down} lavere og "
        f"{len(both) - up - down} uændrede." in said
    )
    assert (
        f"{int(rows[2021].isna().sum() - rows.isna().all(axis=1).sum())} tal stod ikke i årsrapporten for 2021" in said
    )
    assert (
        "steget med 4.509\N{NO-BREAK SPACE}kr. til 39.448\N{NO-BREAK SPACE}kr." in said and "fra 1. juli 2022" in said
    )
    assert (
        "1.441 magtanvendelser og 47 henvendelser kom fra de sikrede institutioner, som tilsynet først overtog 1. "
        "juli 2022." in said
    )
    assert (
        "sikrede"
        not in vis.hvad_er_nyt(
            dataclasses.replace(b23, databrud=b23.databrud[b23.databrud["brud"] == "koncerner"])
        ).markdown
    )
    assert "den første årsrapport" in vis.hvad_er_nyt(socialtilsyn.beregn(tabeller, 2021)).markdown


def test_the_main_figure_is_the_plejefamilier(b23):
    assert vis.side(b23).hovedtal == ("1.022", "plejefamilier ved årets udgang")


def test_larger_classes_have_the_smallest_ones_index(b23):
    """What the table leaves to the files says nothing new."""
    rows = b23.takstindeks.assign(
        klasse=b23.takstindeks["indikator"].str.extract(r"-(\d+-\d+|over-50)$")[0],
        art=b23.takstindeks["indikator"].str.replace(r"-(\d+-\d+|over-50)$", "", regex=True),
    )
    small = rows[rows["klasse"] == "0-7"].set_index(["art", "aar"])["indeks"]
    larger = rows[rows["klasse"].isin([s.removeprefix("-") for s in beregninger.STOERRE])]
    assert len(larger) and all(abs(float(r.indeks) - float(small[r.art, r.aar])) < 0.05 for r in larger.itertuples())
    shown = BeautifulSoup(vis.takstindeks(b23).html, "html.parser").select("tbody tr")
    assert len(shown) == len(rows) - len(larger)


# --- the computation ------------------------------------------------------------------------------------------------


def test_a_report_knows_nothing_of_a_later_one(b, tabeller):
    facts = tabeller["fakta"].set_index("id")["udgave"]
    used = {i for ids in [*b.serie["fakta"], *b.serie["fravalgt"]] for i in ids.split()}
    assert max(facts[i] for i in used) == b.aar
    assert max(b.aarene) == b.aar
    assert set(b.kildefejl["rapport"]) == {b.aar}


def test_a_year_without_a_report_in_full_is_named(tabeller):
    with pytest.raises(ParameterError, match=r"aar: «2020» findes ikke.*Gyldige: 2021, 2023\."):
        socialtilsyn.beregn(tabeller, 2020)


def test_every_indicator_has_a_chapter(b):
    assert set(b.serie["gruppe"]) <= set(GRUPPER)


# --- words ----------------------------------------------------------------------------------------------------------


def test_main_points_by_hand(b23):
    points = str(vis.hovedpunkter(b23)).split("\n")
    assert len(points) == 6
    assert (
        points[0]
        == "- Der var **1.022 plejefamilier** ved udgangen af 2023, 76 færre end i 2021 (−6,9 %). I 2022 var der "
        "1.041 (afledt)."
    )
    assert "Årsrapporten har også tallet 2.979;" in points[1]
    assert (
        "Årsrapporten skriver 358, som ser ud til at være tallet for 2022; se [datakvalitet](#datakvalitet)."
        in points[2]
    )
    assert points[2].endswith(
        "Tallene kan ikke sammenlignes direkte: fra 1. februar 2022 har koncerner og nogle andre tilbud et andet "
        "tilsyn, og fra 1. juli 2022 fører "
        "Socialtilsyn Øst tilsyn med de sikrede institutioner i hele landet. Faldet er derfor ikke kun lukkede tilbud."
    )
    assert points[3] == (
        "- Der er færre ledige pladser at anbringe børn i: **210** i plejefamilier mod 241 i 2022 (afledt). "
        "Tilgangen af plejefamilier opvejer ikke afgangen: "
        "43 plejefamilier blev godkendt, 64 ophørte, og 6 fik godkendelsen tilbagekaldt. På tilbudsområdet blev 4 "
        "godkendt, 11 ophørte, og 3 blev tilbagekaldt."
    )
    assert "Regnskabet viser et mindreforbrug på 1,8 mio. kr." in points[5]


def vendt(b, indicator, value, year=None):
    """The computation with another number for one indicator."""
    serie, hit = b.serie.copy(), (b.serie["indikator"] == indicator) & (b.serie["aar"] == (year or b.aar))
    assert hit.sum() == 1
    for column in ("vaerdi", "mindst", "hoejst"):
        serie[column] = pd.Series(
            [Fraction(value) if h else v for h, v in zip(hit, serie[column], strict=True)], dtype=object
        )
    return dataclasses.replace(b, serie=serie)


def test_the_words_follow_the_sign(b23):
    assert "et merforbrug på 1,8 mio. kr." in str(vis.hovedpunkter(vendt(b23, "netto-regnskab", 1765)))
    assert "Der er flere ledige pladser at anbringe børn i" in str(vis.hovedpunkter(vendt(b23, "ledige-pladser", 242)))
    assert "Der er lige så mange ledige pladser at anbringe børn i" in str(
        vis.hovedpunkter(vendt(b23, "ledige-pladser", 241))
    )
    assert "Tilgangen af plejefamilier er større end afgangen: 71 " in str(
        vis.hovedpunkter(vendt(b23, "nye-plejefamilier", 71))
    )
    assert "Faldet er derfor" not in str(vis.hovedpunkter(vendt(b23, "tilbud", 390)))


def test_a_break_in_the_series_is_said_only_where_it_lies_between_the_years(b):
    assert (vis.databrud(b) is None) == (b.aar == 2021)
    assert ("kan ikke sammenlignes direkte" in str(vis.hovedpunkter(b))) == (b.aar == 2023)


def test_the_sikrede_institutioner_are_told_apart(b23):
    assert str(vis.sikrede(b23)).startswith(
        "I 2023 kom 1.441 magtanvendelser og 47 henvendelser fra de sikrede institutioner. "
    )
    assert "bortset fra de sikrede, de særligt sikrede og de delvist lukkede pladser for børn og unge" in str(
        vis.pladser_tekst(b23)
    )


def test_takster_that_break_a_rule_are_not_said_to_follow_it(b23):
    assert str(vis.takstregler(b23)).startswith("Taksterne følger reglerne: ")
    wrong = b23.stoerrelsesfaktorer.copy()
    wrong.loc[0, "dom"] = "afviger"
    text = str(vis.takstregler(dataclasses.replace(b23, stoerrelsesfaktorer=wrong)))
    assert text.startswith("Ikke alle takster følger reglerne: ")
    assert "1 afviger mere" in text
    assert "For 2019 og 2020 er reglen fra senere år brugt" in text


def test_reports_that_are_not_at_hand_are_named(b):
    missing = {
        2021: "Den fulde rapport for 2020 er ikke blandt kilderne.",
        2023: "Rapporten for 2022 og den fulde rapport for 2020 er ikke blandt kilderne.",
    }
    assert str(vis.kilder(b)).endswith(missing[b.aar])


def test_a_derived_number_in_prose_is_called_so(b):
    text = str(vis.hovedpunkter(b))
    for row in b.serie[
        (b.serie["status"] == AFLEDT) & b.serie["indikator"].isin(["plejefamilier", "pladser", "tilbud"])
    ].itertuples():
        for sentence in re.findall(rf"[^.]*\b{row.aar}\b[^.]*(?:\.\d[^.]*)*\.", text):
            if f"i {row.aar}" in sentence and row.vaerdi is not None and dansk.tal(row.vaerdi) in sentence:
                assert "(afledt)" in sentence


def test_pages_are_danish_and_say_where_numbers_are_from(b):
    assert vis.side(b).titel == f"Socialtilsyn Øst {b.aar}"
    assert f"linje {b.rapport['linje']}–{b.rapport['linje_slut']}" in str(vis.kilder(b))
    assert "Ingen afviger mere" in str(vis.takstregler(b))


# --- tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gruppe", GRUPPER)
def test_the_columns_of_years_hold_published_numbers_only(b, gruppe):
    table = vis.takster(b) if gruppe == "takster" else vis.udvikling(b, gruppe)
    names = [k["navn"] for k in table.payload["kolonner"]]
    published = {
        (r.indikator, r.aar): r.vaerdi
        for r in b.serie.itertuples()
        if r.status == OFFENTLIGGJORT and r.gruppe == gruppe
    }
    derived = {(r.indikator, r.aar) for r in b.serie.itertuples() if r.status == AFLEDT and r.gruppe == gruppe}
    shown = {}
    for cells in table.payload["raekker"]:
        row = dict(zip(names, cells, strict=True))
        shown |= {
            (row["indikator"], int(n[4:])): Fraction(v)
            for n, v in row.items()
            if n.startswith("aar_") and v not in (None, "")
        }
        assert len(re.findall(r"\b20\d\d: ", row["afledt"])) == sum(i == row["indikator"] for i, _ in derived)
    assert shown == published


def test_tables_of_calculations_have_a_row_for_each_result(b):
    for table, rows in (
        (vis.besoeg(b), b.besoeg),
        (vis.sanktioner_pr_100(b), b.sanktioner),
        (vis.whistleblow_pr_100(b), b.whistleblow),
        (vis.omkostninger(b), b.omkostninger),
        (vis.budget(b), b.budget),
        (vis.takstindeks(b), b.takstindeks),
        (vis.kildefejl(b), b.kildefejl),
        (vis.beholdning(b), pd.concat(b.beholdning.values())),
    ):
        assert len(table.payload["raekker"]) == len(rows) > 0


def test_flows_stand_in_their_own_columns(b23):
    table = vis.beholdning(b23)
    heads = [k["overskrift"].replace("\u00ad", "") for k in table.payload["kolonner"]]
    rows = {r[0]: dict(zip(heads, r, strict=True)) for r in table.payload["raekker"]}
    # 1.041 + 43 − 64 − 6 = 1.014
    expected = {
        "Året før": 1041,
        "Godkendt": 43,
        "Ophørt": 64,
        "Tilbagekaldt": 6,
        "Ventet": 1014,
        "Årets udgang": 1022,
        "Uforklaret": 8,
    }
    assert {k: rows["Plejefamilier, 2023"][k] for k in expected} == expected
    assert rows["Tilbud, 2023"]["Godkendt"] == 4
    assert rows["Tilbud, 2023"]["Ophørt"] == 11


def test_notes_say_what_was_chosen_and_what_is_uncertain(b, b23):
    vilkaar = vis.sanktioner_pr_100(b)
    assert "For vilkår i 2021 er 2 af 24 afgørelser ikke fordelt på driftsherrer." in vilkaar.payload["note"]
    assert vilkaar.payload["note"].count("afgørelser ikke fordelt") == 1
    assert "Tilbud" in [k["overskrift"] for k in vilkaar.payload["kolonner"]]
    text = vis.udvikling(b23, "bekymringer").ren_tekst
    assert "2020: 2.781–2.785 (usikkert, se datakvalitet i rapporten for 2021)" in text
    assert "2022: 3.659–3.696 (usikkert, se datakvalitet)" in text
    for gruppe in GRUPPER:
        note = vis.udvikling(b, gruppe).payload["note"]
        own = b.serie[(b.serie["gruppe"] == gruppe) & (b.serie["status"] == OFFENTLIGGJORT)]
        assert all(r in note for r in own["begrundelse"] if r)
    assert "afledt" not in vis.udvikling(b, "pladser").payload["note"]
    assert vis.udvikling(b23, "sanktioner").payload["note"].count("Sanktionernes temaer: ") == 1
    assert serier._samlet(["T: a", "T: b", "C", "T: c"]) == ["T: a", "b", "C", "T: c"]


def test_what_the_report_does_not_say_is_explained_only_where_it_is_shown(b):
    for gruppe in GRUPPER:
        table = vis.takster(b) if gruppe == "takster" else vis.udvikling(b, gruppe)
        assert ("«Ikke oplyst» betyder" in table.payload["note"]) == (">ikke oplyst<" in table.html), gruppe
    assert (
        "Ikke oplyst"
        not in vis.udvikling(b, "medarbejdere").payload["note"] + vis.udvikling(b, "økonomi").payload["note"]
    )
    assert "de hentede filer siger, hvor hvert tal står" in str(vis.kilder(b))


def test_the_sums_of_the_accounts_are_marked(b):
    def marked(table):
        rows = BeautifulSoup(table.html, "html.parser").select("tbody tr")
        return [r.th.get_text() for r in rows if "ialt" in r.get("class", [])]

    assert [m.split(" (")[0] for m in marked(vis.budget(b))] == ["Udgifter i alt", "Indtægter i alt", "Netto"]
    sums = [f"{s}, {kind}" for s in ("Udgifter i alt", "Indtægter i alt", "Netto") for kind in ("budget", "regnskab")]
    assert marked(vis.udvikling(b, "økonomi")) == sums
    assert not any(marked(vis.udvikling(b, g)) for g in GRUPPER if g not in ("økonomi", "takster"))


def test_the_misprints_of_the_accounts_are_not_ours(b):
    posts = [r[0] for r in vis.budget(b).payload["raekker"]]
    assert "Indtægter fra tilsynstakster (eksklusive tilkøb)" in posts
    assert posts[:2] == [
        "Socialtilsyn Østs direkte udgifter (eksklusive tilkøb)",
        "Indirekte udgifter, overhead med mere",
    ]
    assert any(p.endswith(".") for p in b.budget["post"])  # as printed


def test_no_key_of_the_data_is_shown(b, tabeller):
    shown = vis.kildefejl(b).payload
    at = [k["navn"] for k in shown["kolonner"]]
    keys = set(tabeller["socialtilsyn_kildefejl"]["fejl"])
    for cells in shown["raekker"]:
        row = dict(zip(at, cells, strict=True))
        assert not any(k in f"{row['begrundelse']} {row['anvendt']}" for k in keys if re.search(r"\d{4}$", k))
        assert not re.search(r"(?<![\w.,/])-?\d{4}(?![\d/])", row["anvendt"]) or re.search(
            r"\b20\d\d|LBK|\b1377\b", row["anvendt"]
        ), row["anvendt"]
        assert "-" not in row["anvendt"][:1]


def test_every_fault_of_the_report_is_listed(b, tabeller):
    faults = tabeller["socialtilsyn_kildefejl"].query("rapport == @b.aar")
    text = vis.kildefejl(b).ren_tekst
    assert all(f"{f.kilde}:{f.linje}" in text for f in faults.itertuples())
    places = {c.get_text() for c in BeautifulSoup(vis.kildefejl(b).html, "html.parser").select("tbody th")}
    assert "Teksten" in places and "tekst" not in places


# --- figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figur", FIGURER, ids=lambda f: f.__name__)
def test_figures_show_every_number_of_their_indicators_in_both_widths(b, figur):
    made = figur(b)
    for svg in (made.svg_bred, made.svg_smal):
        texts = [t.get_text() for t in BeautifulSoup(svg, "html.parser").find_all("text")]
        assert (AFLEDT in texts) == ("stroke-dasharray" in svg)
    names = {PANELER[made.id][n] for n in PANELER[made.id]} & set(b.serie["indikator"])
    rows = b.serie[b.serie["indikator"].isin(names)]
    panels = len(names) * (b.aar - min(rows["aar"]) + 1)
    assert ("Et år uden søjle står ikke i de brugte rapporter." in made.beskrivelse) == (len(rows) < panels)
    assert ("Hvert felt har sin egen skala." in made.beskrivelse) == (
        figur is not vis.sanktioner_figur and len(names) > 1
    )
    derived = rows[rows["status"] == AFLEDT]
    assert ("Stribede søjler er afledt af en senere rapport." in made.beskrivelse) == bool(len(derived))
    assert made.beskrivelse.count("(afledt: ") == derived["indikator"].nunique()
    for row in derived.itertuples():
        assert f"{spaend(row)} i {row.aar}" in made.beskrivelse


@pytest.mark.parametrize("figur", FIGURER, ids=lambda f: f.__name__)
def test_each_panel_has_the_numbers_that_its_name_says(b, figur):
    made = figur(b)
    named = PANELER[made.id]
    for svg in (made.svg_bred, made.svg_smal):
        shown: dict[str, list[str]] = {}
        texts = [
            (float(t["x"]), float(t["y"]), t.get_text()) for t in BeautifulSoup(svg, "html.parser").find_all("text")
        ]
        # A long name is on two lines.
        heads = {t: n for _, _, t in texts for n in named if n == t or (n.startswith(f"{t} ") and t not in named)}
        rests = {n.removeprefix(f"{t} ") for t, n in heads.items() if t != n}
        for x, y, text in texts:
            # A text belongs to the nearest heading above it and to its left.
            above = [(ny, nx, heads[name]) for nx, ny, name in texts if name in heads and ny <= y and nx <= x]
            if above and text not in heads and text not in rests:
                shown.setdefault(max(above)[2], []).append(text)
        assert set(shown) == {heads[t] for _, _, t in texts if t in heads}
        for panel, texts in shown.items():
            rows = b.serie[b.serie["indikator"] == named[panel]]
            years = [t for t in texts if re.fullmatch(r"20\d\d", t)]
            # Every derived bar says so itself; no key tells the marks apart.
            assert texts.count(AFLEDT) == (rows["status"] == AFLEDT).sum()
            numbers = sorted(
                t for t in re.sub(r"[–\s]+", " ", " ".join(t for t in texts if t not in (*years, AFLEDT))).split()
            )
            assert numbers == sorted(dansk.tal(v) for r in rows.itertuples() for v in {r.mindst, r.hoejst}), (
                made.id,
                panel,
            )
        assert set(shown) == {n for n, i in named.items() if i in set(b.serie["indikator"])}
    for panel, indicator in named.items():
        own = b.serie[
            (b.serie["indikator"] == indicator) & (b.serie["aar"] == b.aar) & (b.serie["status"] == OFFENTLIGGJORT)
        ]
        assert all(f"{panel}: {dansk.tal(v)} i {b.aar}" in made.beskrivelse for v in own["vaerdi"])


def test_the_cost_figure_has_the_costs_of_the_year(b):
    made = vis.omkostninger_figur(b)
    row = b.omkostninger[(b.omkostninger["aar"] == b.aar) & (b.omkostninger["pr"] == "tilsyn")].iloc[0]
    assert f">{dansk.tal(row.kr_pr)}<" in made.svg_bred
    assert dansk.kroner(row.kr_pr) in made.beskrivelse
    assert (f" mod {dansk.kroner(28085)} i 2021." in made.beskrivelse) == (b.aar == 2023)


def test_a_derived_bar_looks_otherwise_and_a_gap_is_empty():
    rows = pd.DataFrame(
        [("a", 2020, Fraction(5), Fraction(5), OFFENTLIGGJORT), ("a", 2022, Fraction(3), Fraction(4), AFLEDT)],
        columns=["indikator", "aar", "mindst", "hoejst", "status"],
    )
    words = {
        "id": "x",
        "titel": "T",
        "beskrivelse": "B.",
        "enhed": "e",
        "kilde": "k",
        "afledt": AFLEDT,
        "mangler": "Intet for et år.",
    }
    both = figurer.paneler(rows, {"a": "Antal"}, [2020, 2021, 2022], **words).svg_bred
    alone = figurer.paneler(
        rows[rows["status"] == OFFENTLIGGJORT], {"a": "Antal"}, [2020, 2021, 2022], **words
    ).svg_bred
    assert "stroke-dasharray" in both
    assert "stroke-dasharray" not in alone
    texts = [t.get_text() for t in BeautifulSoup(both, "html.parser").find_all("text")]
    assert {"5", "3–4", "2020", "2021", "2022"} <= set(texts)
    assert "0" not in texts
    large = rows.assign(mindst=rows["mindst"] * 100_000, hoejst=rows["hoejst"] * 100_000)
    narrow = figurer.paneler(large, {"a": "Antal"}, range(2015, 2023), **words).svg_smal
    texts = [t.get_text() for t in BeautifulSoup(narrow, "html.parser").find_all("text")]
    assert {"300.000–", "400.000"} <= set(texts)  # too wide for its place: one above the other
    with pytest.raises(ValueError, match="har ingen tal for b"):
        figurer.paneler(rows, {"a": "Antal", "b": "Andet"}, [2020], **words)
    with pytest.raises(ValueError, match="negative tal"):
        figurer.paneler(rows.assign(mindst=Fraction(-1)), {"a": "Antal"}, [2020, 2022], **words)
