"""Facts have keys that another year can have, names are no numbers, and a place is read and shown in one way: the next
edition of a field is files alone.
"""

import csv
import io
import shutil
from collections import Counter
from fractions import Fraction

import pandas as pd
import pytest
from proeveprojekt import notesbog

from kkrlib import afstemning, boernehus, data, fakta, kontrol, sted
from kkrlib.errors import ADVARSEL, RunError
from kkrlib.interval import Interval, trykt_interval
from kkrlib.rapport import katalog
from kkrlib.sted import Sted

NY = {"kilde": "proeve", "titel": "Et prøvebilag", "udgiver": "Ingen", "tid": "2026-03", "fil": "proeve.txt"}
#: The fields whose next edition is made, each from its newest: (field, from, to).
NAESTE = (
    ("boernehus", 2024, 2025),
    ("socialtilsyn", 2023, 2025),
    ("dk2020", 2020, 2021),
    ("klynger-tekst", 2022, 2024),
)


def laes(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), list(reader)


def tilfoej(folder, name, rows):
    """Write rows at the end of a table; a cell that is not given is empty."""
    columns, old = laes(folder, name)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows([*old, *rows])
    (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")


def naeste_udgave(folder, felt, fra, til):
    """Add an edition: the facts of an earlier one, as a new document prints them, and what belongs to them."""

    def ny(id):
        return id.replace(f"{felt}-{fra}-", f"{felt}-{til}-", 1)

    def aar(text):
        return str(int(text) + til - fra) if text else ""

    old = [r for r in laes(folder, "fakta")[1] if (r["felt"], r["udgave"]) == (felt, str(fra))]
    new = [
        r
        | {"id": ny(r["id"]), "udgave": til, "kilde": "proeve", "punkt": "1"}
        | {column: aar(r[column]) for column in ("beskriver_aar", "basisaar")}
        for r in old
    ]
    ids = {r["id"] for r in old}
    falls = [r for r in laes(folder, "fald")[1] if r["fakta"] in ids]
    tilfoej(folder, "fald", [r | {"fakta": ny(r["fakta"]), "kilde": "proeve", "punkt": "1"} for r in falls])
    edition = {"felt": felt, "udgave": til, "titel": f"{felt} {til}", "kilde": "proeve", "punkt": "1"}
    tilfoej(folder, "emner", [edition])
    return new


@pytest.fixture(scope="module")
def tabeller():
    return data.load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the data with the next edition of several fields, some of whose numbers stand on a page or a sheet."""
    folder = tmp_path_factory.mktemp("naeste") / "data"
    shutil.copytree(data.data_mappe(), folder)
    tilfoej(folder, "kilder", [NY | {"sha256": "0" * 64}])
    rows = []
    for felt, fra, til in NAESTE:
        rows += naeste_udgave(folder, felt, fra, til)
    page = {"linje": "", "sidetal": "12", "celle": "B2"}
    sheet = {"linje": "", "ark": "Udgifter", "celle": "C7"}
    for row in rows:
        if row["id"] == "boernehus-2025-greve-antal":
            row |= page
        if row["id"] == "boernehus-2025-i-alt-kr-700":
            row |= sheet
    tilfoej(folder, "fakta", rows)
    return folder


@pytest.fixture(scope="module")
def naeste(folder):
    """The tables of :func:`folder`, after every check."""
    return data.load(folder)


# --- the next edition, as files alone ---------------------------------------------------------------------------------


def test_the_next_edition_of_several_fields_is_files_alone(naeste, tabeller):
    for felt, fra, til in NAESTE:
        assert fakta.udgaver(naeste, felt) == sorted([*fakta.udgaver(tabeller, felt), til])
        assert len(fakta.af(naeste, felt, til)) == len(fakta.af(tabeller, felt, fra))
    port = kontrol.port(naeste, regn=False)
    # That a later edition gets its controls is proved in test_skabeloner: its columns there are named for its own year.
    assert [f for f in port.fejl if not f.fil.startswith("skabelon")] == []


def test_numbers_of_another_edition_change_nothing_of_the_old_ones(naeste, tabeller):
    before, after = afstemning.tal(tabeller), afstemning.tal(naeste)
    assert after.index.is_unique
    columns = [c for c in before.columns if c != "datalinje"]
    pd.testing.assert_frame_equal(before[columns], after.loc[before.index, columns])


def test_what_a_field_derives_it_derives_of_its_newest_edition(naeste, tabeller):
    old, new = boernehus.indebaerer(tabeller), boernehus.indebaerer(naeste)
    assert (set(old["udgave"]), set(new["udgave"])) == ({2024}, {2025})
    assert list(new["vaerdi"]) == list(old["vaerdi"])
    # An edition that lacks a total is passed over for the one before it.
    facts = naeste["fakta"]
    without = {**naeste, "fakta": facts[facts["id"] != "boernehus-2025-sager-700"]}
    assert set(boernehus.indebaerer(without)["udgave"]) == {2024}


def test_a_fact_on_a_page_and_one_in_a_sheet_are_data_alone(naeste):
    numbers = afstemning.tal(naeste)
    page, sheet = (numbers.at[f"boernehus-2025-{key}", "sted"] for key in ("greve-antal", "i-alt-kr-700"))
    assert page == Sted("proeve", sidetal=12, tabel=boernehus.TABEL, celle="B2", punkt="1")
    assert page.tekst == f"kilde proeve, side 12, {boernehus.TABEL}, celle B2"
    assert sheet == Sted("proeve", ark="Udgifter", celle="C7", punkt="1")
    lines = boernehus.indebaerer(naeste)["linjer"].iloc[0]
    assert lines == "proeve:2601; proeve:ark Udgifter, celle C7"


def test_what_stands_on_no_line_is_said_not_to_be_looked_up(folder, tmp_path):
    (tmp_path / "proeve.txt").write_text("x\n", encoding="utf-8")
    copy = tmp_path / "data"
    shutil.copytree(folder, copy)
    digest = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac"
    text = (copy / "kilder.csv").read_text(encoding="utf-8").replace("0" * 64, digest)
    (copy / "kilder.csv").write_text(text, encoding="utf-8")
    found = [f for f in data.check_kilder(tmp_path, copy) if f.kolonne == "linje"]
    assert [f.vaerdi for f in found] == [f"side 12, {boernehus.TABEL}, celle B2", "ark Udgifter, celle C7"]
    assert {(f.fil, f.alvor) for f in found} == {("fakta.csv", ADVARSEL)}


#: What is wrong with a fact, the column that is named, and the rule.
FORKERT = [
    ({"udgave": "2030"}, "felt,udgave", "findes ikke i emner.csv"),
    ({"felt": "boernehuse"}, "felt,udgave", "findes ikke i emner.csv"),
    ({"kommunekode": "999"}, "kommunekode", "findes ikke i kommuner.csv"),
    ({"tilsyn": "Socialtilsyn Vest"}, "tilsyn", "findes ikke i tilsyn.csv"),
    ({"sidetal": "4"}, "linje,sidetal,ark", "netop én af"),
    ({"linje": ""}, "linje,sidetal,ark", "netop én af"),
    ({"art": "navn"}, "vaerdi", "skal være tom, når art er «navn»"),
    ({"vaerdi": ""}, "vaerdi", "må ikke være tom"),
    ({"art": "tekst"}, "art", "tal"),
    ({"linje": "", "ark": "a;b"}, "ark", "[^;]+"),
]


def test_a_fact_without_a_key_of_its_own_or_with_no_place_is_named(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)
    columns, rows = laes(folder, "fakta")
    own = [n for n, r in enumerate(rows) if r["felt"] == "boernehus" and r["kolonne"].startswith("Antal 0-17")]
    for n, (changes, *_) in zip(own, FORKERT, strict=False):
        rows[n] |= changes
    twin = rows[own[len(FORKERT)]] | {"id": "boernehus-2024-en-til"}
    (folder / "fakta.csv").write_text(",".join(columns) + "\n", encoding="utf-8")
    tilfoej(folder, "fakta", [*rows, twin])
    found = [f for f in data.check(folder) if f.fil == "fakta.csv" and f.alvor != ADVARSEL]
    for n, (changes, column, said) in zip(own, FORKERT, strict=False):
        line = str(n + 2)
        assert any(f.raekke == line and f.kolonne == column and said in f.regel for f in found), (changes, found)
    (two,) = [f for f in found if "forekomst" in f.kolonne]
    assert two.raekke == str(len(rows) + 2) and "må ikke være ens i to rækker" in two.regel


# --- what a row is about stands in its columns ----------------------------------------------------------------------


def test_an_id_begins_with_the_field_and_the_edition(tabeller):
    facts = tabeller["fakta"]
    assert [
        i for i, f, u in zip(facts["id"], facts["felt"], facts["udgave"], strict=True) if not i.startswith(f"{f}-{u}-")
    ] == []


def test_what_a_number_is_about_stands_in_its_columns(tabeller):
    numbers = afstemning.tal(tabeller)
    greve = numbers.loc["boernehus-2024-greve-antal"]
    assert list(greve[["felt", "udgave", "raekke", "kommunekode", "art"]]) == ["boernehus", 2024, "Greve", "253", "tal"]
    assert greve["sted"].kort == "004:2584"
    assert set(numbers.loc[numbers["felt"] == "socialtilsyn", "tilsyn"]) == {"Socialtilsyn Øst", ""}
    wide = numbers.loc["bilag_a/2025/101/befolkning"]
    assert list(wide[["felt", "udgave", "tabel", "kolonne", "kommunekode", "region"]]) == [
        "flygtninge", 2025, "bilag A", "befolkning", "101", "Region Hovedstaden",
    ]  # fmt: skip


def test_ids_can_be_any_name(tabeller):
    """Nothing reads an id: with others in every table, each verdict and all that is derived stays."""
    facts = tabeller["fakta"]
    names = {old: f"x{n}" for n, old in enumerate(facts["id"])}
    renamed = {
        name: table.assign(
            **{
                c: table[c].map(lambda x: names.get(x, x))
                for c in ("fakta", "id")
                if c in table and name != "kontroller"
            }
        )
        for name, table in tabeller.items()
    }
    renamed["kontroller"] = tabeller["kontroller"].assign(
        fakta=tabeller["kontroller"]["fakta"].map(lambda x: names.get(x, x))
    )
    assert kontrol.port(renamed, regn=False).fejl == []
    assert list(boernehus.indebaerer(renamed)["vaerdi"]) == list(boernehus.indebaerer(tabeller)["vaerdi"])
    old, new = (
        afstemning.vurder(*afstemning.erklaerede(t, "socialtilsyn", 2023), t)["dom"] for t in (tabeller, renamed)
    )
    assert len(old) > 300 and list(old) == list(new)


def test_names_and_words_are_no_published_numbers(tabeller):
    facts, numbers = tabeller["fakta"], afstemning.tal(tabeller)
    names = facts.loc[facts["art"] != fakta.TAL, "id"]
    assert Counter(facts["art"]) == {"tal": 1772, "navn": 75, "ord": 21}
    assert facts.loc[facts["art"] != fakta.TAL, "vaerdi"].isna().all()
    of = numbers.loc[names]
    assert not of["offentliggjort"].any() and of["i_kilden"].all() and set(of["vaerdi"]) == {1}
    # A word for a number is one.
    assert numbers.at["sosu-2022-tekst-kkr", "offentliggjort"]
    # What is a number is counted: no row of names is left among them.
    assert (
        not numbers.loc[numbers["offentliggjort"] & (numbers["datatabel"] == "fakta"), "kolonne"].isin(["nævnt"]).any()
    )


def test_a_name_that_a_source_counts_counts_as_one(tabeller):
    controls, led = afstemning.erklaerede(tabeller)
    (control,) = led.loc[led["fakta"] == "klynger-tekst-2022-parameter-6-synergieffekt", "kontrol"]
    own = controls["id"] == control, led["kontrol"] == control
    judged = afstemning.vurder(controls[own[0]], led[own[1]], tabeller).iloc[0]
    assert (judged["dom"], judged["beregnet"]) == (afstemning.STEMMER, 7)
    one = led[own[1]].iloc[1:]
    assert afstemning.vurder(controls[own[0]], one, tabeller).iloc[0]["beregnet"] == 6
    # The line of each name is among those that the control rests on.
    assert len(sted.laes(judged["linjer"])) == 8


# --- a place, and what a printing leaves open -----------------------------------------------------------------------

STEDER = [
    ({"kilde": "004", "linje": 2240}, "004:2240", "kilde 004, linje 2240"),
    ({"kilde": "004", "linje": float("nan"), "sidetal": 12}, "004:s. 12", "kilde 004, side 12"),
    ({"kilde": "k", "sidetal": 12, "celle": "B2"}, "k:s. 12, celle B2", "kilde k, side 12, celle B2"),
    (
        {"kilde": "k", "linje": pd.NA, "sidetal": 12, "tabel": "Tabel 3, øverst", "celle": "B2"},
        "k:s. 12, Tabel 3, øverst, celle B2",
        "kilde k, side 12, Tabel 3, øverst, celle B2",
    ),
    ({"kilde": "k", "ark": "Ark 1", "tabel": "x"}, "k:ark Ark 1", "kilde k, ark Ark 1"),
    ({"kilde": "k", "ark": "Kvoter", "celle": "B7"}, "k:ark Kvoter, celle B7", "kilde k, ark Kvoter, celle B7"),
    ({"kilde": "regler", "linje": None}, "regler", "kilde regler"),
]


@pytest.mark.parametrize(("row", "short", "words"), STEDER)
def test_a_place_is_read_from_a_row_written_and_read_back(row, short, words):
    place = Sted.af(row)
    assert (place.kort, place.tekst) == (short, words)
    assert sted.laes(short) == [place]


def test_a_column_can_stand_on_a_line_of_its_own():
    row = {"kilde": "003", "linje": 576, "linje_fra_aar": 578, "linje_til_aar": pd.NA}
    assert [Sted.af(row, c).linje for c in ("", "fra_aar", "til_aar", "beloeb")] == [576, 578, 576, 576]


def test_places_are_shown_once_and_in_their_order():
    places = [Sted.af(row) for row, *_ in STEDER]
    assert sted.laes(sted.skriv([*places, *places])) == places
    lines = [Sted("000", n) for n in (12, 13, 14, 20)] + [Sted("002", 5), Sted("k", ark="Ark 1"), Sted("k", sidetal=3)]
    assert sted.vis(lines) == "000: 12–14, 20; 002: 5; k: ark Ark 1, s. 3"
    assert sted.vis(lines, hoejst=2) == "000: 12–14, 20 og 3 steder til"
    assert sted.laes("") == [] and sted.vis([]) == ""
    with pytest.raises(ValueError, match="er ikke et sted"):
        sted.laes("004:linje tolv")


@pytest.mark.parametrize(
    ("printed", "value", "other", "least", "most", "decimals"),
    [
        ("1,9", "1.9", {}, "1.85", "1.95", 1),
        ("1.234", "1234", {}, "1233.5", "1234.5", 0),
        ("1.234", "1234", {"eksakt": True}, "1234", "1234", 0),
        ("to", "2", {}, "2", "2", 0),
        ("tredjedel", "1/3", {}, "1/3", "1/3", 2),
        ("2/3", "2/3", {}, "1/2", "5/6", 2),
        ("100", "100", {"under": 5, "over": 10}, "94.5", "110.5", 0),
        ("-100", "-100", {"under": 5, "over": 10}, "-110.5", "-94.5", 0),
    ],
)
def test_the_interval_that_a_printing_leaves_open(printed, value, other, least, most, decimals):
    wanted = Interval(*(Fraction(x) for x in (least, value, most)))
    assert trykt_interval(printed, Fraction(value), **other) == (wanted, decimals)


# --- a report on one field ------------------------------------------------------------------------------------------


def rapport(tmp_path, *vaerdier):
    about = {"aar": {"vaerdier": [list(v) for v in vaerdier], "etiket": "År"}}
    return katalog.laes(notesbog(tmp_path / "n.ipynb", [], kkr={"rapport": "n", "parametre": about}))


@pytest.mark.parametrize(
    ("rows", "years"),
    [
        ({"felt": "socialtilsyn"}, [2020, 2021, 2023]),
        ({"felt": ["boernehus", "socialtilsyn"]}, [2020, 2021, 2023, 2024]),
        ({"felt": "socialtilsyn", "udgave": [2021, 2023]}, [2021, 2023]),
        ({"felt": "socialtilsyn", "art": "navn"}, []),
    ],
)
def test_a_report_on_one_field_is_offered_that_fields_years_only(tmp_path, tabeller, rows, years):
    report = rapport(tmp_path, ("fakta", "udgave", rows))
    assert katalog.vaerdier(report, "aar", tabeller) == years
    assert bool(katalog.henvisningsfejl(report, tabeller)) == (years == [])
    assert [page.parametre["aar"] for page in katalog.sider(report, tabeller)] == years


def test_the_rows_of_each_table_are_chosen_by_themselves(tmp_path, tabeller):
    both = ("fakta", "udgave", {"felt": "socialtilsyn"}), ("fakta", "beskriver_aar", {"felt": "boernehus"})
    assert katalog.vaerdier(rapport(tmp_path, *both), "aar", tabeller) == []
    both = ("fakta", "udgave", {"felt": "socialtilsyn"}), ("socialtilsyn_rapporter", "rapport")
    assert katalog.vaerdier(rapport(tmp_path, *both), "aar", tabeller) == [2021, 2023]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"emne": "socialtilsyn"}, "fakta.emne, som ikke findes i data"),
        ({"feltet": "socialtilsyn"}, "mente du «felt»?"),
        (
            {"felt": "socialtilsynet"},
            "hvor fakta.felt er «socialtilsynet», og dem er der ingen af; mente du «socialtilsyn»?",
        ),
        ({"felt": ["socialtilsyn", "boernehuset"]}, "«boernehuset»"),
        ({"udgave": 1999}, "fakta.udgave er «1999»"),
        ({"udgave": "2021"}, "fakta.udgave er «2021»"),
    ],
)
def test_rows_that_are_chosen_by_what_the_data_do_not_have_are_named(tmp_path, tabeller, rows, said):
    report = rapport(tmp_path, ("fakta", "udgave", rows))
    (fault,) = katalog.henvisningsfejl(report, tabeller)
    assert said in fault and fault.startswith("n.ipynb: metadata.kkr for aar")
    with pytest.raises(RunError, match="metadata.kkr for aar"):
        katalog.vaerdier(report, "aar", tabeller)


@pytest.mark.parametrize("rows", [{}, "felt", {"felt": []}, {"felt": None}, {"felt": {"a": 1}}, {"felt": True}, None])
def test_rows_chosen_in_another_form_are_refused(tmp_path, rows):
    with pytest.raises(RunError, match="vælge rækker|liste af tabeller"):
        rapport(tmp_path, ("fakta", "udgave", rows))
