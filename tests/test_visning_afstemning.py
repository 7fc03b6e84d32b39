"""The report on reconciliation: every part shows what was computed, in Danish, and the download has every control."""

import csv
import dataclasses
import inspect
import io
import re
from fractions import Fraction

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kkrlib import afstemning, dansk, data, kontrol, tabeller
from kkrlib.afstemning import AFVIGER, STEMMER, UPROEVET
from kkrlib.skabeloner import sammen
from kkrlib.tabeller import Tabel
from kkrlib.tekst import Tekst
from kkrlib.visning import afstemning as vis
from kkrlib.visning import kontroller

CELLER = [
    f for n, f in inspect.getmembers(vis, inspect.isfunction) if f.__module__ == vis.__name__ and not n.startswith("_")
]
DOWNLOAD = ["id", "sted", "linjer", "art", "beskrivelse", "offentliggjort", "beregnet", "dom", "fund", "forklaring"]
ENGELSK = re.compile(
    r"\b(None|NaN|nan|NaT|True|False|Fraction|the|of|and|rounding|deviation|source|missing|unknown|published|computed|row|value)\b"
)


@pytest.fixture(scope="module")
def s(tabeller):
    return kontrol.saml(tabeller)


@pytest.fixture(scope="module")
def afviger(s):
    return s.kontroller[s.kontroller["dom"] == AFVIGER]


@pytest.fixture(scope="module")
def alle(s):
    return vis.alle(s)


def suppe(t):
    return BeautifulSoup(t.html, "html.parser")


def kolonner(t, *names):
    """The named columns of a table's rows."""
    heads = [k["navn"] for k in t.payload["kolonner"]]
    return [tuple(row[heads.index(n)] for n in names) for row in t.payload["raekker"]]


@pytest.fixture(scope="module")
def foelsomhed(s):
    """As measured: three numbers, two of which a wrong digit would be seen in."""
    return pd.DataFrame({"op": [True, False, False], "ned": [True, True, False]}, index=s.daekning.index[:3])


def uden(s, **aendret):
    return dataclasses.replace(s, **aendret)


# --- every part -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("celle", CELLER, ids=lambda f: f.__name__)
def test_every_part_shows_something_and_nothing_of_it_is_english_or_missing(s, foelsomhed, celle):
    output = celle(s, foelsomhed) if "foelsomhed" in inspect.signature(celle).parameters else celle(s)
    bundle = output._repr_mimebundle_()
    texts = (
        [output.html, output.ren_tekst]
        if isinstance(output, Tabel)
        else [str(x) for x in bundle.values() if isinstance(x, (str, dict))]
    )
    assert any(len(x) > 40 for x in texts)
    if isinstance(output, Tabel):
        texts.append(tabeller.csv(output.payload).decode().partition("\n")[2])
    for text in texts:
        shown = re.sub(r"<[^>]+>", " ", text)
        if isinstance(output, (Tabel, Tekst)):
            assert not ENGELSK.search(shown), ENGELSK.search(shown)
        assert not re.search(r"\b(nan|NaN|None|Fraction)\b", shown)


def test_the_notebook_shows_every_part(s):
    notebook = (data.ROD / "notebooks" / "afstemning.ipynb").read_text(encoding="utf-8")
    assert {f.__name__ for f in CELLER} == set(re.findall(r"\bvis\.(\w+)\(s\b", notebook))


# --- the download -----------------------------------------------------------------------------------------------------


def test_the_download_has_exactly_the_named_columns_and_a_row_per_control(s, alle):
    assert alle.payload["id"] == "afstemning"
    rows = list(csv.reader(io.StringIO(tabeller.csv(alle.payload).decode())))
    assert rows[0] == DOWNLOAD
    assert [row[0] for row in rows[1:]] == list(s.kontroller["id"])
    assert len(rows) > 700


def test_the_download_says_what_the_controls_say(s, alle):
    rows = list(csv.DictReader(io.StringIO(tabeller.csv(alle.payload).decode())))
    for row, own in zip(rows, s.kontroller.to_dict("records"), strict=True):
        for column in ("sted", "linjer", "art", "dom", "fund", "forklaring"):
            assert row[column] == own[column]
        assert row["beskrivelse"].startswith(own["beskrivelse"])
        for column in ("offentliggjort", "beregnet"):
            if own[column] is None:
                assert row[column] == ""
            elif own["enhed"] != "tabel":
                assert abs(Fraction(row[column]) - Fraction(own[column])) <= Fraction(1, 10**10)
        assert (row["dom"] == AFVIGER) == (row["fund"] != "")


def test_the_page_shows_the_deviations_only_behind_a_click_and_says_that_the_files_have_all(s, alle, afviger):
    soup = suppe(alle)
    shown = [tr.th.get_text() for tr in soup.select("tbody tr")]
    names = [kontroller.med_enhed(*x) for x in zip(afviger["beskrivelse"], afviger["enhed"], strict=True)]
    assert shown == [sammen(name) for name in names]
    places = [tr.find_all("td")[-1].get_text() for tr in soup.select("tbody tr")]
    assert places == [kontroller.korte_linjer(x) for x in afviger["linjer"]]
    assert soup.summary.get_text() == f"Vis de {len(afviger)} kontroller, der afviger"
    assert f"alle {dansk.tal(len(s.kontroller))} kontroller" in soup.select_one(".note").get_text()


def test_a_year_is_a_name_and_has_no_thousands_separator(s, alle):
    years = set(s.kontroller.loc[s.kontroller["enhed"] == "årstal", "id"])
    assert years
    cells = {row[0]: row[1:] for row in kolonner(alle, "id", "offentliggjort", "beregnet")}
    for key in years & set(s.kontroller.loc[s.kontroller["dom"] != UPROEVET, "id"]):
        assert all(re.fullmatch(r"(19|20)\d\d", x) for x in cells[key]), key
    assert not re.search(r">(19|20)\.\d\d\d<", vis.fund(s).html) or "årstal" not in set(s.kontroller["enhed"])


# --- findings ---------------------------------------------------------------------------------------------------------


def test_the_table_of_findings_has_a_row_per_finding(s, afviger):
    rows = kolonner(vis.fund(s), "fund", "antal", "aarsag", "dokument")
    assert [row[0] for row in rows] != [] and {row[0] for row in rows} == set(s.fund.index)
    assert len(rows) == len(s.fund)
    counts = afviger["fund"].value_counts()
    assert {row[0]: row[1] for row in rows} == counts.to_dict()
    assert sum(row[1] for row in rows) == len(afviger)
    assert all(row[2] == s.fund.at[row[0], "forklaring"] for row in rows)


def test_a_finding_shows_the_numbers_of_one_of_its_controls_and_their_difference(s, afviger):
    """Of the one that is chosen, else the first; a place shows what it refers to and what it means, a bound what it
    says.
    """
    chosen = (
        afviger.assign(first=[i not in s.vises for i in afviger["id"]])
        .sort_values("first", kind="stable")
        .drop_duplicates("fund")
        .set_index("fund")
    )
    numbers = 0
    for key, printed, follows, difference, where in kolonner(
        vis.fund(s), "fund", "trykt", "foelger", "forskel", "linjer"
    ):
        own = chosen.loc[key]
        if own["enhed"] == "tabel":
            assert printed == own["offentliggjort_tekst"] and difference == ""
        elif own["beregnet_tekst"]:
            assert re.fullmatch(r"\D+ −?[\d.]+(,\d+)?", follows)
            assert Fraction(str(difference)) == own["forskel"]
        else:
            numbers += 1
            assert abs(Fraction(str(printed)) - Fraction(str(follows)) - Fraction(own["forskel"])) <= Fraction(1, 10**9)
        assert where == own["linjer"]
    assert numbers > len(s.fund) / 2


def test_the_choices_and_the_marks_of_the_rows_agree(s):
    table = vis.fund(s)
    soup = suppe(table)
    radios = soup.select("fieldset.filter input[type=radio]")
    labels = [x.find_parent("label").get_text().strip() for x in radios]
    assert soup.select_one("fieldset.filter legend").get_text() == "Dokument"
    assert labels[0] == "Alle" and radios[0].has_attr("checked") and not any(x.has_attr("checked") for x in radios[1:])
    assert [x["value"] for x in radios] == [str(n) for n in range(len(radios))]
    assert {x["name"] for x in radios} == {"filter-fund"}
    documents = [row[0] for row in kolonner(table, "dokument")]
    assert labels[1:] == list(dict.fromkeys(documents))
    assert [labels[int(tr["data-v"])] for tr in soup.select("tbody tr")] == documents
    by_source = {
        row[0].rpartition(" (")[0]: row[1] for row in kolonner(vis.efter_kilde(s), "dokument", "fund") if row[1]
    }
    assert {d: documents.count(d) for d in documents} == by_source


def test_the_style_sheet_has_a_rule_for_each_choice_there_can_be():
    style = (data.ROD / "kkrlib" / "rapport" / "skabelon" / "filter.css").read_text(encoding="utf-8")
    rules = re.findall(r'\.filter input\[value="(\d)"\]:checked\) tr\[data-v\]:not\(\[data-v="(\d)"\]\)', style)
    assert rules == [(str(n), str(n)) for n in range(1, tabeller.FILTRE + 1)]


def test_a_deviation_that_nothing_explains_is_listed_and_counted_as_such(s, foelsomhed):
    judged = s.kontroller.copy()
    new = judged.index[(judged["dom"] == STEMMER) & (judged["linjer"].str[:3] == "001")][0]
    judged.loc[new, "dom"] = AFVIGER
    judged.at[new, "forskel"] = 1
    changed = uden(s, kontroller=judged)
    rows = {row[0]: row[1:] for row in kolonner(vis.fund(changed), "fund", "aarsag", "antal")}
    assert rows[judged.at[new, "id"]] == ("Endnu ikke forklaret.", 1)
    assert len(rows) == len(s.fund) + 1
    assert "1 afvigelse har endnu ingen forklaring." in str(vis.hovedpunkter(changed, foelsomhed))
    assert "endnu ingen forklaring" not in str(vis.hovedpunkter(s, foelsomhed))


def test_without_deviations_the_page_says_so(s, foelsomhed):
    none = uden(s, kontroller=s.kontroller[s.kontroller["dom"] == STEMMER], fund=s.fund.head(0))
    assert str(vis.fund(none)) == "Ingen tal afviger."
    assert str(vis.uproevede(none)) == "Alle kontroller kunne gennemføres."
    assert "fund" not in str(vis.hovedpunkter(none, foelsomhed))


# --- counts -----------------------------------------------------------------------------------------------------------


def test_the_main_points_are_at_most_six_and_say_what_is_counted(s, afviger, foelsomhed):
    text = str(vis.hovedpunkter(s, foelsomhed))
    assert 0 < len(text.splitlines()) <= 6
    assert all(line.startswith("- ") for line in text.splitlines())
    covered = (s.daekning["kontroller"] > 0).sum()
    assert f"**{dansk.tal(covered)} af {dansk.tal(len(s.daekning))} offentliggjorte tal**" in text
    assert f"**{dansk.tal(len(s.kontroller))} kontroller**" in text
    assert f"{len(afviger)} afviger" in text and f"**{len(s.fund)} fund**" in text
    assert f"I {(s.fund['afgjort'] == 'ja').sum()} af dem afgør et tredje tal" in text
    assert "For 2 af dem ville én forkert enhed" in text
    assert f"i flest kontroller ({afviger['fund'].value_counts().max()})" in text


def test_all_quotas_are_said_to_agree_only_while_they_do(s, foelsomhed):
    assert "Alle 206 trykte kvoter" in str(vis.hovedpunkter(s, foelsomhed))
    judged = s.kontroller.copy()
    judged.loc[judged["id"] == "flygtninge-2025-kommunekvote-265", "dom"] = AFVIGER
    assert "trykte kvoter" not in str(vis.hovedpunkter(uden(s, kontroller=judged), foelsomhed))


@pytest.mark.parametrize(("celle", "antal"), [(vis.efter_kilde, 5), (vis.efter_emne, None), (vis.arter, None)])
def test_each_table_of_counts_has_every_control_once(s, celle, antal):
    table = celle(s)
    rows = kolonner(table, "stemmer", "afrunding", "afviger", "uproevet", "i_alt")
    counts = s.kontroller["dom"].value_counts()
    assert [sum(column) for column in zip(*rows, strict=True)] == [
        *(counts[d] for d in afstemning.DOMME),
        len(s.kontroller),
    ]
    assert all(sum(row[:-1]) == row[-1] for row in rows)
    assert antal in (None, len(rows))


def test_the_totals_of_the_sources_are_the_sums_of_their_rows(s):
    table = vis.efter_kilde(s)
    heads = [k["navn"] for k in table.payload["kolonner"]]
    (total,) = table.payload["ialt"]
    assert total[0] == "I alt"
    assert total[1:] == [sum(row[i] for row in table.payload["raekker"]) for i in range(1, len(heads))]
    assert dict(zip(heads, total, strict=True))["fund"] == len(s.fund)


def test_every_control_belongs_to_a_named_subject(s):
    subjects = {vis._del(s, row) for row in s.kontroller.itertuples()}
    assert {
        "Børnehus Sjælland 2024",
        "Fordeling af flygtninge 2025",
        "Sundhedsklynger 2022",
        "Socialtilsyn Øst 2021",
    } <= subjects
    of = {row.id: vis._del(s, row) for row in s.kontroller.itertuples()}
    assert of["flygtninge-tekst-2023-aar-tabel"] == "Fordeling af flygtninge: brevenes tekst"  # not the field's 2023


def test_a_verdict_that_nothing_got_has_no_column(s):
    table = vis.efter_emne(uden(s, kontroller=s.kontroller[s.kontroller["dom"] != UPROEVET]))
    assert [k["navn"] for k in table.payload["kolonner"]] == ["emne", "stemmer", "afrunding", "afviger", "i_alt"]


def test_the_figure_of_findings_says_in_words_what_it_draws(s):
    said = [int(x) for x in re.findall(r": (\d+)[;.]", vis.fund_figur(s).beskrivelse)]
    assert sum(said) == len(s.fund) and said == sorted(said, reverse=True)


# --- what is not covered ----------------------------------------------------------------------------------------------


def test_every_number_without_a_control_is_listed_with_a_reason(s, tabeller):
    rows = kolonner(vis.udaekkede(s), "fakta", "grund", "hvor")
    uncovered = s.daekning[s.daekning["kontroller"] == 0]
    assert [row[0] for row in rows] == list(uncovered.index)
    reasons = tabeller["uden_kontrol"].set_index("fakta")["grund"]
    assert all(why == vis._periode(reasons.get(fact, why)) and why.endswith(".") for fact, why, _ in rows)
    shown = suppe(vis.udaekkede(s)).get_text()
    assert "BPA-virksomheder" in shown and "BPA er borgerstyret personlig assistance." in shown and "2015–2019" in shown
    assert vis._periode("i 2015-2019, a-b, 1-årig") == "i 2015–2019, a-b, 1-årig"
    assert [row[2] for row in rows] == [f"{r.kilde}: {r.sted.linje}" for r in uncovered.itertuples()]


def test_what_cannot_be_tested_says_what_is_missing(s):
    untested = s.kontroller[s.kontroller["dom"] == UPROEVET]
    assert [row[0] for row in kolonner(vis.uproevede(s), "forklaring")] == list(untested["forklaring"])


def test_only_reservations_that_the_sources_use_are_explained(s, tabeller):
    shown = {row[0] for row in kolonner(vis.forbehold(s), "forbehold")}
    used = set(tabeller["fakta"]["forbehold"].dropna())
    assert shown == used < set(tabeller["forbehold"]["forbehold"])


# --- words for readers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("linjer", "kort"),
    [
        ("004:2240", "004: 2240"),
        ("000:12; 000:13; 000:14; 002:5", "000: 12–14; 002: 5"),
        ("000:12; 000:14; 000:15", "000: 12, 14–15"),
        ("000:20; 000:19; 000:18", "000: 20, 19, 18"),  # in the order given: the number itself first
        ("002:5; 000:5; 000:6; 002:6", "002: 5; 000: 5–6; 002: 6"),
        ("; ".join(f"004:{n}" for n in range(10, 26, 2)), "004: 10, 12, 14, 16, 18, 20, 22, 24"),
        ("; ".join(f"004:{n}" for n in range(10, 28, 2)), "004: 10, 12, 14, 16, 18, 20, 22, 24 og 1 sted til"),
        ("; ".join(f"004:{n}" for n in range(10, 30, 2)), "004: 10, 12, 14, 16, 18, 20, 22, 24 og 2 steder til"),
    ],
)
def test_lines_are_shortened_for_readers_in_the_order_given(linjer, kort):
    assert kontroller.korte_linjer(linjer) == kort


def test_the_shortened_lines_of_every_control_begin_with_the_judged_number(s):
    for lines in s.kontroller["linjer"]:
        source, line = lines.split("; ")[0].split(":")
        assert re.match(rf"{source}: {line}(–\d+)?($|[;, ])", kontroller.korte_linjer(lines)), lines


@pytest.mark.parametrize(
    ("enhed", "tekst"),
    [
        ("procent", "Andelen (procent)"),
        ("mio. kr.", "Andelen (mio. kr.)"),
        ("kroner", "Andelen (kr.)"),
        ("antal", "Andelen"),
        ("årstal", "Andelen"),
        ("tabel", "Andelen"),
    ],
)
def test_a_description_names_the_unit_where_the_number_needs_one(enhed, tekst):
    assert kontroller.med_enhed("Andelen", enhed) == tekst


def test_a_year_is_text_and_other_numbers_are_numbers():
    assert (kontroller.tal(2021, "årstal"), kontroller.tal(2021, "antal"), kontroller.tal(None, "årstal")) == (
        "2021",
        2021,
        None,
    )


def test_the_page_says_how_many_findings_there_are_at_the_top(s):
    page = vis.side(s)
    assert page.titel == "Afstemning af de offentliggjorte tal"
    assert page.hovedtal == (
        dansk.tal(len(s.fund)),
        f"fund i {dansk.tal(len(s.kontroller))} kontroller af de trykte tal",
    )


def test_verdicts_by_kind_name_the_kinds_in_danish(s):
    names = [row[0] for row in kolonner(vis.arter(s), "art")]
    assert names == [afstemning.ARTER[a].navn.capitalize() for a in s.kontroller["art"].drop_duplicates()]
    assert len(set(names)) == len(names)
