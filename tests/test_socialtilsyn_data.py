"""The facts of Socialtilsyn Øst: on their lines, complete, and enough to rebuild the printed tables cell by cell."""

import html
import math
import re
from collections import Counter
from fractions import Fraction

import pandas as pd
import pytest

# What of each source is the report: from its heading to the next item.
OMRAADE = {2020: ("003", 996, 1068), 2021: ("002", 2571, 3970), 2023: ("004", 773, 2157)}
# Where the tables of contents end, whose page numbers look like cells.
TABELLER_FRA = {2020: 996, 2021: 2642, 2023: 858}

ORD = {
    "ikke": 0,
    "ingen": 0,
    "uændret": 0,
    "et": 1,
    "en": 1,
    "én": 1,
    "ét": 1,
    "to": 2,
    "dobbelt": 2,
    "tre": 3,
    "fire": 4,
    "fem": 5,
    "seks": 6,
    "syv": 7,
}
ORD |= {"otte": 8, "ni": 9, "tredjedel": Fraction(1, 3)}


@pytest.fixture(scope="module")
def fakta(tabeller):
    return tabeller["fakta"].loc[lambda t: t["felt"] == "socialtilsyn"]


@pytest.fixture(scope="module")
def kilder(kildemappe, tabeller):
    files = tabeller["kilder"].set_index("kilde")["fil"]
    return {r: (kildemappe / files[k]).read_text(encoding="utf-8").split("\n") for r, (k, _, _) in OMRAADE.items()}


def afledt_af_trykt(trykt):
    """The number that a printed form stands for, without its sign; read anew here, not by the code that
    took the facts.
    """
    text = trykt.lower().replace("%", "").strip()
    if text in ORD:
        return Fraction(ORD[text])
    text = text.removeprefix("-")
    if re.fullmatch(r"\d+/\d+", text):
        return Fraction(text)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", text):
        return Fraction(text.replace(".", ""))
    assert re.fullmatch(r"\d+([.,]\d+)?", text), trykt
    return Fraction(text.replace(",", "."))


def staar_paa(trykt, line):
    return re.search(rf"(?<![\w.,/]){re.escape(trykt)}(?![\w/]|[.,]\d)", line) is not None


# --- each fact --------------------------------------------------------------------------------------------------


def test_every_fact_stands_on_its_line_in_its_report(fakta, kilder):
    lost = []
    for f in fakta.itertuples():
        source, first, last = OMRAADE[f.rapport]
        if f.kilde != source or not first <= f.linje <= last or not staar_paa(f.trykt, kilder[f.rapport][f.linje - 1]):
            lost.append((f.id, f.trykt))
    assert lost == []


def test_another_number_is_not_on_the_line(fakta, kilder):
    """The test above can fail: of the larger printed numbers, made one larger, hardly any stands on its
    line by chance.
    """
    long = fakta[fakta["trykt"].str.fullmatch(r"[\d.]+") & (fakta["trykt"].str.count(r"\d") >= 3)]
    found = [
        f.id
        for f in long.itertuples()
        if staar_paa(f.trykt[:-1] + str((int(f.trykt[-1]) + 1) % 10), kilder[f.rapport][f.linje - 1])
    ]
    assert len(long) > 250
    assert len(found) <= len(long) // 100


def test_every_value_is_what_is_printed(fakta):
    wrong = [f.id for f in fakta.itertuples() if abs(Fraction(f.vaerdi)) != afledt_af_trykt(f.trykt)]
    assert wrong == []
    assert [f.id for f in fakta.itertuples() if f.trykt.startswith("-") and Fraction(f.vaerdi) >= 0] == []


def test_a_sign_that_is_not_printed_is_said_in_words(fakta, kilder):
    fell, rose = re.compile(r"fald|færre|reduceret", re.I), re.compile(r"steg|stig|ændringer i antallet", re.I)
    for f in fakta.itertuples():
        value = Fraction(f.vaerdi)
        if f.tabel == "tekst" and value < 0:
            assert f.maal == "ændring" and fell.search(kilder[f.rapport][f.linje - 1]), f.id
        elif f.tabel == "tekst" and f.maal == "ændring":
            assert (value == 0) == (f.trykt in ("uændret", "ingen")), f.id
            assert f.trykt == "uændret" or rose.search(kilder[f.rapport][f.linje - 1]), f.id
        elif value < 0:
            assert f.trykt.startswith("-"), f.id


def test_units_and_printed_signs_go_together(fakta):
    for f in fakta.itertuples():
        assert ("%" in f.trykt) == (f.enhed == "procent"), f.id
        assert (f.maal == "ændring") <= (f.beskriver_aar >= (f.basisaar if not pd.isna(f.basisaar) else 0)), f.id
    assert set(fakta.loc[fakta["enhed"] == "kr.", "tabel"]) == {"Tabel 14", "Tabel 17"}
    assert set(fakta.loc[fakta["enhed"] == "1.000 kr.", "tabel"]) == {"Tabel 12", "Tabel 15"}


def test_ids_say_report_table_and_line(fakta):
    for f in fakta.itertuples():
        where = (
            f"tekst-{f.linje}"
            if f.tabel == "tekst"
            else f"t{int(f.tabel[6:]):02d}"
            if f.tabel[6:].isdigit()
            else f.tabel.lower()
        )
        assert f.id.startswith(f"{f.rapport}-{where}-"), f.id


# --- the tables, cell by cell -------------------------------------------------------------------------------------


def ren(cell):
    return html.unescape(re.sub(r"<sup>\d+</sup>|</?b>", "", cell)).strip()


def ens(label):
    """A label without what the page's line breaks did to it: «Kom-peten- cer» is «Kompetencer»."""
    return re.sub(r"[-\s]", "", label)


def er_tal(cell):
    """A cell with a number, which in the scale of scores is followed by its words."""
    return re.fullmatch(r"-?\d[\d.]*( \(.*\)| i .*grad opfyldt)?", cell) is not None


def tabellinjer(kilder, report):
    """The rows of tables: lines with tabs and, right of the label, a number that is no year."""
    for number in range(TABELLER_FRA[report], OMRAADE[report][2] + 1):
        cells = [ren(c) for c in kilder[report][number - 1].split("\t")]
        if any(er_tal(c) and not re.fullmatch(r"20\d\d", c) for c in cells[1:]):
            yield number, cells


def genopbyg(facts):
    """A row's cells from its facts: «33 (6 %)» is two facts of one column."""
    cells = {}
    for f in facts.itertuples():
        cells.setdefault(f.kolonne, []).append(f.trykt)
    return [first if not rest else f"{first} ({rest[0]})" for first, *rest in cells.values()]


def test_the_tables_rebuilt_from_facts_are_the_printed_ones(fakta, kilder, tabeller):
    faults = tabeller["socialtilsyn_kildefejl"]
    faults = faults[faults["art"].isin(["navn", "årstal"])]
    seen = Counter()
    for report in (2021, 2023):
        by_line = dict(
            list(
                fakta[(fakta["udgave"] == report) & ~fakta["tabel"].isin(["tekst", "Personale"])].groupby(
                    "linje", sort=False
                )
            )
        )
        for number, printed in tabellinjer(kilder, report):
            assert number in by_line, f"{report}, linje {number}: {printed}"
            facts = by_line.pop(number)
            if set(facts["tabel"]) == {"Skala"}:
                assert printed[1] == f"{facts['trykt'].iloc[0]} {facts['raekke'].iloc[0]}"
                continue
            label, values = printed[0], [c for c in printed[1:] if er_tal(c)]
            for fault in faults[(faults["rapport"] == report) & (faults["linje"] == number)].itertuples():
                label = label.replace(fault.trykt, fault.anvendt)
            section, row = facts["afsnit"].fillna("").iloc[0], facts["raekke"].iloc[0]
            # In one table the row's label is the section and its rows are years under it.
            assert ens(label) in {ens(row), ens(f"{section}, {row}"), ens(section if row == "I alt" else row)}, (
                number,
                label,
                row,
            )
            assert genopbyg(facts) == values, (report, number)
            seen[report] += len(values)
        left = [n for n, f in by_line.items() if set(f["tabel"]) != {"Skala"}]
        assert left == [], f"facts without a printed row in {report}: {left}"
    assert seen == {2021: 241, 2023: 345}


def test_the_columns_stand_under_their_headings(fakta, kilder, tabeller):
    faults, checked = tabeller["socialtilsyn_kildefejl"].query("art == 'navn'"), 0
    for (report, table), facts in fakta[fakta["tabel"].str.startswith("Tabel")].groupby(
        ["udgave", "tabel"], sort=False
    ):
        first = int(facts["linje"].min())
        text = kilder[report]
        heads = []
        for n in range(first - 3, first):
            line = text[n - 1]
            for fault in faults[(faults["rapport"] == report) & (faults["linje"] == n)].itertuples():
                line = line.replace(fault.trykt, fault.anvendt)
            heads.append([ens(ren(c)) for c in line.split("\t")])
        printed = [ren(c) for c in text[first - 1].split("\t")]
        places = [j for j, c in enumerate(printed) if j and er_tal(c)]
        labels = list(dict.fromkeys(facts["kolonne"]))
        assert len(places) == len(labels), (report, table)
        for place, label in zip(places, labels, strict=True):
            assert any(len(h) > place and h[place] == ens(label) for h in heads), (report, table, label, heads)
            checked += 1
    assert checked == 81


def test_sections_are_printed_above_their_rows(fakta, kilder, tabeller):
    faults = set(tabeller["socialtilsyn_kildefejl"].query("art == 'navn'")["fakta"])
    for (report, table, section), facts in fakta[fakta["tabel"] != "tekst"].groupby(
        ["udgave", "tabel", "afsnit"], sort=False
    ):
        first = int(facts["linje"].min())
        above = [ens(ren(x.replace("*", "").split("\t")[0])) for x in kilder[report][first - 9 : first]]
        printed = any(a.strip("-:") == ens(section) for a in above)
        assert printed or faults & set(facts["id"]), (report, table, section)


# --- nothing is left out ------------------------------------------------------------------------------------------

# What looks like a number but describes neither activity, portfolio, staff nor economy.
FORMER = [
    r"https?://\S+", r"<sup>\d+</sup>", r"[¹²³⁰-⁹]+", r"</?b>",
    r"(LBK|BEK) nr\. \d+( af \d\d/\d\d/\d{4})?", r"§§? ?\d+( ?[-–] ?\d+)?( og "
    r"\d+)?", r"(stk\.|nr\.|pkt\.|kapitel|kaptiel) \d+( - \d)?", r"\d+\. pkt\.",
    r"(Tabel|Tablet|Diagram|Bilag) \d+", r"\d{1,2}\. (januar|februar|marts|april|juli|december)( \d{4})?",
    r"\b20[12]\d(/20[12]\d)?\b(?! "
    r"?%)", r"\d+ ?[-–] ?17[- ]årige?\w*", r"alderen \d+-17", r"COVID-19", r"1\.000 kroner", r"\d+\. driftsorienteret",
    r"(indikator|Tilbud|Plejefamilier:|tema|Kriterium) \d(\.\w\b)?", r"scoret \d( eller "
    r"\d)?", r"\b(de|fylder|fyldt|sig|på|bliver|ved det) 1[678](,5)?\b(?![.,]\d)", r"\d\. kvartal", r"^\d\. ",
]  # fmt: skip
# Lines with other numbers that are no facts, and what these are.
UNDTAGET = {
    2020: {1058: "three points of attention"},
    2021: {2571: "number of the "
    "item", 2644: "the law's age in years", 2670: "how long families will have worked", 2682: "annexes of an act",
           2750: "how long families will have "
           "worked", 2844: "the length of an interview", 2888: "the ages of children", 3965: "paragraphs"},
    2023: {773: "number of the item", 828: "the country's socialtilsyn", 879: "annexes of an act", 2145: "paragraphs"},
}  # fmt: skip
INDHOLD = {2021: (2610, 2638), 2023: (832, 854)}


def tal_uden_fakta(fakta, kilder, report):
    _, first, last = OMRAADE[report]
    taken = dict(list(fakta[fakta["udgave"] == report].groupby("linje")["trykt"]))
    contents = INDHOLD.get(report, (0, 0))
    left = {}
    for number in range(first, last + 1):
        if contents[0] <= number <= contents[1]:
            continue
        text = kilder[report][number - 1]
        if "\t" in text and text.split("\t")[0] and number in taken:  # a row's label is no number of the table
            text = text.split("\t", 1)[1]
        for form in FORMER:
            text = re.sub(form, " # ", text, flags=re.I)
        numbers = Counter(re.findall(r"(?<![\w.,])\d+(?:\.\d{3})*(?:[.,]\d+)?(?:/\d+)?", text))
        numbers -= Counter(m[0] for t in taken.get(number, ()) if (m := re.search(r"\d[\d.,/]*", t)))
        if numbers:
            left[number] = dict(numbers)
    return left


@pytest.mark.parametrize("report", [2020, 2021, 2023])
def test_every_number_is_a_fact_or_known_to_be_none(fakta, kilder, report):
    left = tal_uden_fakta(fakta, kilder, report)
    assert {n: v for n, v in left.items() if n not in UNDTAGET[report]} == {}
    assert set(UNDTAGET[report]) <= set(left), "an exemption that is not needed"


def test_a_fact_left_out_is_missed(fakta, kilder):
    assert tal_uden_fakta(fakta[fakta["id"] != "socialtilsyn-2021-t02-almen"], kilder, 2021)[3185] == {"548": 1}


# --- totals, faults and indicators --------------------------------------------------------------------------------

SUMMER = [
    ("Tabel 2", 2021),
    ("Tabel 3", 2021),
    ("Tabel 4", 2021),
    ("Tabel 5", 2021),
    ("Tabel 7", 2021),
    ("Tabel 9", 2021),
    ("Tabel 10", 2021),
]
SUMMER += [("Tabel 11", 2021), ("Tabel 13", 2021)]
SUMMER += [(f"Tabel {n}", 2023) for n in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 14, 16)]


def afvigende_summer(fakta):
    found = set()
    for table, report in SUMMER:
        cells = fakta[(fakta["udgave"] == report) & (fakta["tabel"] == table) & (fakta["maal"] == "niveau")]
        total = cells["raekke"].isin(["I alt", "Sociale tilbud alt"])
        assert total.any(), (report, table)
        for column, rows in cells.groupby("kolonne"):
            is_total = total[rows.index]
            for printed in rows[is_total].itertuples():
                if sum(map(Fraction, rows.loc[~is_total, "vaerdi"])) != Fraction(printed.vaerdi):
                    found.add(printed.id)
            assert is_total.sum() == 1, (report, table, column)
    return found


def test_every_total_that_does_not_fit_its_rows_is_recorded_and_no_other(fakta, tabeller):
    faults = tabeller["socialtilsyn_kildefejl"].query(
        "art == 'sum' and tabel not in ['Tabel 12', 'Tabel 15'] or art == 'sum' and fakta.str.contains('t12-i-alt')"
    )
    assert afvigende_summer(fakta) == set(faults["fakta"])


def test_a_total_that_is_mended_is_noticed(fakta, tabeller):
    mended = fakta.copy()
    mended.loc[mended["id"] == "socialtilsyn-2021-t07-i-alt-2021", "vaerdi"] = "357"
    assert afvigende_summer(fakta) - afvigende_summer(mended) == {"socialtilsyn-2021-t07-i-alt-2021"}


def test_a_fault_names_its_own_line_and_what_stands_there(tabeller, kilder):
    facts = tabeller["fakta"].set_index("id")
    for fault in tabeller["socialtilsyn_kildefejl"].itertuples():
        assert fault.trykt in kilder[fault.rapport][fault.linje - 1], fault.fejl
        if isinstance(fault.fakta, str) and fault.fakta:
            assert facts.at[fault.fakta, "linje"] == fault.linje, fault.fejl
            if fault.art not in ("navn", "årstal"):
                assert facts.at[fault.fakta, "trykt"] == fault.trykt, fault.fejl


def test_what_is_taken_instead_of_a_fault_follows_from_the_facts(fakta, tabeller):
    """The total of the rows where a total is wrong; the indicator's value where a printed number is passed over."""

    def number(text):
        return Fraction(text.replace(".", "").replace("−", "-").replace("+", ""))

    faults = tabeller["socialtilsyn_kildefejl"]
    cells = fakta.set_index("id")
    checked = set()
    for fault in faults[(faults["art"] == "sum") & faults["fakta"].isin(afvigende_summer(fakta))].itertuples():
        total = cells.loc[fault.fakta]
        rows = fakta[
            (fakta["udgave"] == fault.rapport)
            & (fakta["tabel"] == fault.tabel)
            & (fakta["kolonne"] == total["kolonne"])
        ]
        rows = rows[(rows["maal"] == "niveau") & ~rows["raekke"].isin(["I alt", "Sociale tilbud alt"])]
        assert sum(map(Fraction, rows["vaerdi"])) == number(fault.anvendt), fault.fejl
        checked.add(fault.fejl)
    points = tabeller["socialtilsyn_indikatorfakta"]
    for point in points[(points["rolle"] == "fravalgt") & points["fakta"].isin(faults["fakta"])].itertuples():
        taken = points[
            (points["indikator"] == point.indikator) & (points["aar"] == point.aar) & (points["rolle"] == "taget")
        ]
        value = sum(Fraction(cells.at[f, "vaerdi"]) for f in taken["fakta"])
        for fault in faults[
            (faults["fakta"] == point.fakta)
            & (faults["art"] != "årstal")
            & faults["anvendt"].str.fullmatch(r"[\d.,+−]+")
        ].itertuples():
            assert value == number(fault.anvendt), (fault.fejl, value)
            checked.add(fault.fejl)
    assert {
        "tilbud-i-alt-2023",
        "tilbud-tekst-2023",
        "pladser-2023",
        "magtanvendelser-voksne-2023",
        "whistleblow-i-alt-tabel",
    } <= checked


def test_breaks_in_the_series_stand_in_the_sources(tabeller, kilder):
    words = {"koncerner": "ikke føre tilsyn med koncerner", "sikrede-institutioner": "national opgave"}
    lines = {"002": kilder[2021], "004": kilder[2023]}
    for row in tabeller["socialtilsyn_databrud"].itertuples():
        assert words[row.brud] in lines[row.kilde][row.linje - 1]
        day = pd.Timestamp(row.fra)
        written = (
            f"{day.day}. {['januar', 'februar', 'marts', 'april', 'maj', 'juni', 'juli'][day.month - 1]} {day.year}"
        )
        assert written in lines[row.kilde][row.linje_dato - 1]
        assert row.tekst.startswith(f"fra {written} ")


def test_what_an_indicator_does_not_take_is_recorded_as_a_fault_or_differs_openly(tabeller):
    """A number passed over is another number than the one taken; where the sources disagree, the row says why."""
    facts = tabeller["fakta"].set_index("id")
    for (indicator, year), rows in tabeller["socialtilsyn_indikatorfakta"].groupby(["indikator", "aar"]):
        taken = sum(Fraction(facts.at[f, "vaerdi"]) for f in rows.loc[rows["rolle"] == "taget", "fakta"])
        for other in rows.loc[rows["rolle"] == "fravalgt", "fakta"]:
            assert Fraction(facts.at[other, "vaerdi"]) != taken, (indicator, year, other)
            assert rows["begrundelse"].notna().any(), (indicator, year)


def test_derived_values_are_those_that_give_what_is_printed(tabeller):
    """Found here by trying every whole number, where the package computes the interval."""
    facts = tabeller["fakta"].set_index("id")
    peger = tabeller["socialtilsyn_indikatorfakta"].query("rolle == 'taget'")
    known = {
        k: sum(Fraction(facts.at[f, "vaerdi"]) for f in g) for k, g in peger.groupby(["indikator", "aar"])["fakta"]
    }
    tried = 0
    for row in tabeller["socialtilsyn_afledte"].itertuples():
        fact = facts.loc[row.fakta]
        if row.metode == "rest":
            # By hand: 1.085 − 570 − 465, and 399 − 50 − 121.
            assert (row.mindst, row.hoejst) == {"plejefamilier-specialiseret": (50, 50), "tilbud-voksne": (228, 228)}[
                row.indikator
            ]
            continue
        start, printed = known.get((row.indikator, row.fra_aar)), Fraction(fact["vaerdi"])
        if row.metode != "procent":
            value = printed if row.metode == "sammenligningskolonne" else start - printed
            assert (row.mindst, row.hoejst) == (value, value), row.indikator
            continue
        if start is None:
            continue  # from a year that is derived itself
        unit = Fraction(1, 10 ** len(fact["trykt"].partition(",")[2].rstrip("% ")))

        def gives(n, start=start, printed=printed, unit=unit):
            change = (start - n) * 100 / n
            if change * printed < 0:
                return False
            size = abs(change) / unit
            return abs(printed) / unit in (math.floor(size), math.floor(size + Fraction(1, 2)))

        fits = [n for n in range(1, 3 * int(start)) if gives(n)]
        assert (fits[0], fits[-1]) == (row.mindst, row.hoejst), row.indikator
        tried += 1
    assert tried > 20


def test_derived_and_published_values_share_no_year(tabeller):
    published = set(tabeller["socialtilsyn_indikatorfakta"][["indikator", "aar"]].itertuples(index=False, name=None))
    derived = set(tabeller["socialtilsyn_afledte"][["indikator", "aar"]].itertuples(index=False, name=None))
    assert derived and published & derived == set()
    assert {y for _, y in derived} == {2019, 2020, 2022}
