"""All controls on the project's own data: how many, that nothing is new or gone, what a wrong digit does, and an
independent program.
"""

import random
import re
import shutil
from fractions import Fraction

import pandas as pd
import pytest
import uafhaengig_afstemning
from click.testing import CliRunner

from kkrlib import afstemning, boernehus, cli, dansk, data, kontrol
from kkrlib.afstemning import AFRUNDING, AFVIGER, STEMMER, UPROEVET

KILDER = ["000", "001", "002", "003", "004"]
#: A number of each source: its table and its id.
FORKERTE = {
    "000": ("fakta", "sundhedssekretariat-2022-tekst-mandater"),
    "001": ("fakta", "saerlige-pladser-2020-tekst-i-alt"),
    "002": ("fakta", "socialtilsyn-2021-t03-i-alt-i-alt"),
    "003": ("fakta", "sosu-2022-sjaelland-i-alt-assistenter-2022"),
    "004": ("fakta", "boernehus-2024-greve-antal"),
}


@pytest.fixture(scope="module")
def samlet(tabeller):
    return kontrol.saml(tabeller)


@pytest.fixture(scope="module")
def tal(tabeller):
    return afstemning.tal(tabeller)


def med(tabeller, **vaerdier):
    """The tables with other values of facts, each by table and id: ``fakta={"id": "5"}``."""
    changed = dict(tabeller)
    for table, values in vaerdier.items():
        changed[table] = tabeller[table].copy()
        own = changed[table]["id"].isin(values)
        assert own.sum() == len(values), table
        changed[table].loc[own, "vaerdi"] = [values[i] for i in changed[table].loc[own, "id"]]
    return changed


def en_enhed_mere(tabeller, table, id):
    """The value of a fact with one unit more in its last digit, as the file has it."""
    row = tabeller[table].set_index("id").loc[id]
    digits = len(row["vaerdi"].partition(".")[2])
    return str(dansk.afrund(Fraction(row["vaerdi"]) + Fraction(1, 10**digits), digits))


# --- what there is ----------------------------------------------------------------------------------------------------


def test_there_are_at_least_700_controls_of_at_least_1500_numbers(samlet):
    assert len(samlet.kontroller) >= 700
    assert (samlet.daekning["kontroller"] > 0).sum() >= 1500


def test_every_source_has_controls_of_its_numbers_and_most_of_its_numbers_are_covered(samlet):
    judged = samlet.kontroller[samlet.kontroller["dom"] != UPROEVET]
    assert sorted(judged["linjer"].str[:3].unique()) == KILDER
    share = samlet.daekning.groupby("kilde")["kontroller"].agg(lambda n: (n > 0).mean())
    assert list(share.index) == KILDER
    assert share.min() > 0.8


def test_no_deviation_is_new_of_another_size_or_gone(samlet):
    assert [str(f) for f in samlet.nye_og_borte] == []


def test_every_deviation_has_a_finding_with_an_explanation_and_nothing_else_has_one(samlet):
    wrong = samlet.kontroller["dom"] == AFVIGER
    assert wrong.any()
    assert (samlet.kontroller.loc[wrong, ["fund", "forklaring"]] != "").all(axis=None)
    assert set(samlet.kontroller.loc[~wrong, "fund"]) == {""}
    assert list(samlet.fund.index) == list(samlet.kontroller.loc[wrong, "fund"].drop_duplicates())
    assert samlet.fund.index.is_unique


def test_what_cannot_be_tested_says_what_is_missing(samlet):
    untested = samlet.kontroller[samlet.kontroller["dom"] == UPROEVET]
    assert untested["forklaring"].str.endswith(".").all()
    assert (len(untested) > 0) and len(untested) < len(samlet.kontroller) / 50


def test_ids_are_unique_and_no_control_stands_twice_in_other_words(samlet):
    assert samlet.kontroller["id"].is_unique
    assert samlet.kontroller["id"].str.fullmatch("[a-z0-9-]+").all()


def test_no_control_from_data_is_the_same_relation_as_another(tabeller):
    controls, led = afstemning.erklaerede(tabeller)
    parts = {
        k: frozenset(zip(g["rolle"], g["fakta"], g["fortegn"].astype(int), strict=True))
        for k, g in led.groupby("kontrol")
    }
    tested = controls[(controls["mangler"].fillna("") == "") & (controls["art"] != "findes")]
    relations = pd.Series(
        [
            (art, fact, parts.get(key, frozenset()))
            for key, art, fact in zip(tested["id"], tested["art"], tested["fakta"], strict=True)
        ]
    )
    assert not relations.duplicated().any(), list(tested["id"][relations.duplicated().to_numpy()])
    pairs = [frozenset([fact, *(f for _, f, _ in own)]) for art, fact, own in relations if art == "lighed"]
    assert len(pairs) == len(set(pairs))  # a = b and b = a


def test_the_first_line_of_each_control_is_that_of_the_number_it_judges(samlet, tal):
    assert samlet.kontroller["linjer"].str.fullmatch(r"\d{3}:\d+(; \d{3}:\d+)*").all()
    for row in samlet.kontroller.itertuples():
        own = tal.loc[row.alle_fakta[0]]
        assert row.linjer.split("; ")[0] == own["sted"].kort, row.id
        assert own["offentliggjort"] or row.art == "findes", row.id


def test_a_number_that_no_control_covers_has_a_reason_and_no_other_has_one(samlet, tabeller):
    uncovered = set(samlet.daekning.index[samlet.daekning["kontroller"] == 0])
    untested = {f for facts in samlet.kontroller.loc[samlet.kontroller["dom"] == UPROEVET, "alle_fakta"] for f in facts}
    facts = set(tabeller["fakta"]["id"])
    reasons = set(tabeller["uden_kontrol"]["fakta"])
    assert (uncovered & facts) - reasons - untested == set()
    assert reasons - uncovered == set()


def test_the_line_that_sums_up_counts_what_there_is(samlet):
    counts = samlet.kontroller["dom"].value_counts()
    line = kontrol.opsummering(samlet)
    numbers = [int(x.replace(".", "")) for x in re.findall(r"[\d.]+", line)]
    covered = int((samlet.daekning["kontroller"] > 0).sum())
    assert numbers == [
        len(samlet.kontroller),
        covered,
        len(samlet.daekning),
        *(counts[v] for v in (STEMMER, AFRUNDING, AFVIGER, UPROEVET)),
    ]
    assert re.fullmatch(
        r"[\d.]+ kontroller af [\d.]+ af [\d.]+ offentliggjorte tal: [\d.]+ stemmer, [\d.]+ afrunding, [\d.]+ "
        r"afviger, [\d.]+ kan ikke efterprøves",
        line,
    )


# --- wrong digits -----------------------------------------------------------------------------------------------------


def test_one_wrong_digit_in_any_source_is_a_new_deviation_and_names_its_line_and_both_numbers(tabeller, samlet, tal):
    values = {}
    for table, id in FORKERTE.values():
        values.setdefault(table, {})[id] = en_enhed_mere(tabeller, table, id)
    found = kontrol.saml(med(tabeller, **values)).nye_og_borte
    before = samlet.kontroller.set_index("id")
    for source, (_, id) in FORKERTE.items():
        place = f"{source}:{tal.at[id, 'sted'].linje}"
        new = [f for f in found if f.vaerdi in before.index and id in before.at[f.vaerdi, "alle_fakta"]]
        assert new, id
        for finding in new:
            assert place in finding.regel
            assert re.search(r"trykt −?[\d.,]+, beregnet −?[\d.,]+", finding.regel), finding.regel
            assert finding.alvor == "fejl"
        assert any(f.regel.startswith("ny afvigelse: ") for f in new), source
    touched = {id for _, id in FORKERTE.values()}
    assert all(touched & set(before.at[f.vaerdi, "alle_fakta"]) for f in found if f.vaerdi in before.index)


@pytest.fixture(scope="module")
def kopi(tabeller, tmp_path_factory):
    """A copy of the data with one wrong digit in a number, and another corrected so that its deviation is gone."""
    folder = tmp_path_factory.mktemp("kontrol") / "data"
    shutil.copytree(data.data_mappe(), folder)
    path = folder / "fakta.csv"
    text = path.read_text(encoding="utf-8")
    for key, before, after in (
        # Value and printing alike, or the row itself would say what is wrong.
        ("boernehus-2024-greve-antal", (",11278,", ",11.278,"), (",11279,", ",11.279,")),
        ("socialsekretariat-2022-note-g-sats", (",1.64,", '"1,64"'), (",1.63,", '"1,63"')),
    ):
        (line,) = [x for x in text.splitlines() if x.startswith(f"{key},")]
        wrong = line
        for old, new in zip(before, after, strict=True):
            assert old in wrong
            wrong = wrong.replace(old, new)
        text = text.replace(line, wrong)
    path.write_text(text, encoding="utf-8")
    return folder


def test_check_exits_3_and_says_in_plain_danish_what_is_new_and_what_is_gone(kopi, monkeypatch):
    monkeypatch.setenv("KKR_DATA", str(kopi))
    answer = CliRunner().invoke(cli.main, ["check"], catch_exceptions=False)
    assert answer.exit_code == 3
    lines = answer.stdout.splitlines()
    errors = [x for x in lines if x.startswith("fejl: ")]
    assert all(x.startswith("fejl: fund_kontroller.csv, række ") for x in errors)
    new = [x for x in errors if "ny afvigelse" in x]
    (total,) = [x for x in new if "«boernehus-2024-i-alt-antal-0-17-aarige-boern-og-unge»" in x]
    assert "række mangler, kolonne kontrol" in total
    assert (
        "Bilag til møde i KKR Sjælland, 2024, punkt 2.6, Fordeling af den objektive finansiering, linje 004:" in total
    )
    assert "004:2584" in total
    assert re.search(r"trykt ([\d.]+), beregnet ([\d.]+) \(forskel −1\)$", total)
    gone = [x for x in errors if "forekommer ikke længere; dommen er «stemmer»" in x]
    assert [re.search(r"«([a-z0-9-]+)»", x)[1] for x in gone] == [
        "socialsekretariat-2022-sats-pr-borger-note-g-kr-pr-borger-2021",
        "socialsekretariat-2022-sats-pr-borger-budget-note-g-kr-pr-borger-2021",
    ]
    assert lines[-1].startswith(f"{len(errors)} fejl, ")
    assert not re.search(r"Traceback|\bNone\b|\bnan\b|Fraction|\b(error|deviation|missing)\b", answer.stdout)


def test_a_wrong_last_digit_changes_a_verdict_for_85_of_100_covered_numbers_in_both_directions(samlet, capsys):
    covered = sorted(samlet.daekning.index[samlet.daekning["kontroller"] > 0])
    # A part of a table of shares, and a number that only a bound far below it is held against.
    known = {"boernehus-2024-greve-antal": (True, True), "socialtilsyn-2020-tekst-1006-tilsynsbesoeg": (False, False)}
    sample = random.Random(20240604).sample(sorted(set(covered) - set(known)), 250)
    measured = kontrol.foelsomhed(samlet, [*sample, *known])
    assert list(measured.index) == [*sample, *known]
    assert {i: (measured.at[i, "op"], measured.at[i, "ned"]) for i in known} == known
    seen = measured.loc[sample]
    both = seen["op"] & seen["ned"]
    with capsys.disabled():
        print(
            f"\n  {kontrol.opsummer_foelsomhed(seen)}; begge veje {dansk.procent(Fraction(int(both.sum()), len(seen)))}"
        )
    assert both.mean() >= 0.85


def test_the_line_on_wrong_digits_gives_the_shares_that_are_seen():
    seen = pd.DataFrame({"op": [True, True, False, True], "ned": [True, False, False, False]})
    assert kontrol.opsummer_foelsomhed(seen).replace("\N{NO-BREAK SPACE}", " ") == (
        "én enhed mere i sidste ciffer ændrer en dom for 75,0 % af 4 tal, én mindre for 25,0 %"
    )


# --- the independent program ------------------------------------------------------------------------------------------


def med_alle_kontroller(tabeller, mappe):
    """The folder with every control that the data give written out, as the independent program reads them."""
    for name, table in zip(("kontroller", "kontrol_led"), afstemning.erklaerede(tabeller), strict=True):
        table.to_csv(mappe / f"{name}.csv", index=False)
    return mappe


def forskelle(mappe, judged):
    """Where the independent program says otherwise: id → (its verdict and difference, those of the engine)."""
    other = uafhaengig_afstemning.domme(mappe)
    own = {
        i: (dom, None if forskel is None else Fraction(forskel))
        for i, dom, forskel in zip(judged["id"], judged["dom"], judged["forskel"], strict=True)
    }
    assert set(own) == set(other)
    return {i: (other[i], own[i]) for i in own if other[i] != own[i]}


def test_an_independent_program_gives_every_control_from_data_the_same_verdict(tabeller, samlet, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)
    from_data = samlet.kontroller[samlet.kontroller["id"].isin(afstemning.erklaerede(tabeller)[0]["id"])]
    assert len(from_data) >= 1000
    assert forskelle(med_alle_kontroller(tabeller, folder), from_data) == {}


def test_the_two_agree_on_wrong_numbers_too(tabeller, tmp_path):
    """On numbers of which a third are a few units off, where every verdict is frequent."""
    rng, values = random.Random(7), {}
    for row in tabeller["fakta"].dropna(subset="vaerdi").itertuples():
        digits = len(row.vaerdi.partition(".")[2])
        if "/" not in row.vaerdi and abs(Fraction(row.vaerdi)) * 10**digits > 20 and rng.random() < 1 / 3:
            moved = Fraction(row.vaerdi) + Fraction(rng.choice([-3, -2, -1, 1, 2, 3]), 10**digits)
            values.setdefault("fakta", {})[row.id] = str(dansk.afrund(moved, digits))
    changed = med(tabeller, **values)
    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)
    for table in values:
        changed[table].to_csv(folder / f"{table}.csv", index=False)
    judged = afstemning.vurder(*afstemning.erklaerede(changed), changed)
    counts = judged["dom"].value_counts()
    assert min(counts[STEMMER], counts[AFRUNDING], counts[AFVIGER]) >= 40
    assert forskelle(med_alle_kontroller(changed, folder), judged) == {}


def test_the_independent_program_imports_nothing_of_the_project():
    with open(uafhaengig_afstemning.__file__, encoding="utf-8") as file:
        imports = re.findall(r"^\s*(?:from|import) (\w+)", file.read(), re.M)
    assert set(imports) == {
        "__future__",
        "collections",
        "csv",
        "fractions",
        "itertools",
        "json",
        "pathlib",
        "re",
        "sys",
    }


# --- the sources ------------------------------------------------------------------------------------------------------


def former(row):
    """How a source can print a number: the words or digits as taken from it, or a whole number with points for
    thousands.
    """
    printed = row.trykt
    if re.fullmatch(r"-?\d+", printed):
        return [printed, dansk.tal(int(printed)).replace(dansk.MINUS, "-"), *(["-"] if printed == "0" else [])]
    return [printed]


def test_each_published_number_and_so_that_of_each_control_stands_on_its_line(samlet, tal, tabeller, kildemappe):
    sources = tabeller["kilder"].set_index("kilde")["fil"].dropna()
    lines = {k: (kildemappe / f).read_text(encoding="utf-8").split("\n") for k, f in sources.items()}
    judged = {facts[0] for facts in samlet.kontroller["alle_fakta"]}
    absent = []
    for row in tal[tal["offentliggjort"] | tal.index.isin(judged)].itertuples():
        line = re.sub(r"<[^>]+>|[*_]", " ", lines[row.kilde][row.sted.linje - 1])
        if not any(re.search(rf"(?<![\w.,]){re.escape(form)}(?!\w|[.,]\d)", line) for form in former(row)):
            absent.append((row.Index, row.trykt, line[:80]))
    assert absent == []


# --- what the totals of the børnehus imply ----------------------------------------------------------------------------


def test_two_totals_imply_a_price_per_case_a_fixed_cost_and_a_cost_per_child(tabeller):
    """24.384.917 kr. at 700 cases and 19.659.058 kr. at 500, each to half a krone; 162.719 children."""
    rows = boernehus.indebaerer(tabeller).set_index("navn")
    # (24.384.917 − 19.659.058) / 200; each end half a krone, so 1/200 krone in all
    price = rows.loc["Pris pr. sag"]
    assert (price["vaerdi"], price["mindst"], price["hoejst"]) == tuple(
        Fraction(x) for x in ("23629.295", "23629.29", "23629.30")
    )
    # 19.659.058 − 500 · 23.629,295 = (7 · 19.659.058 − 5 · 24.384.917) / 2; (7 + 5) / 2 half kroner
    fixed = rows.loc["Fast udgift, uanset antal sager"]
    assert (fixed["vaerdi"], fixed["mindst"], fixed["hoejst"]) == tuple(
        Fraction(x) for x in ("7844410.5", "7844407.5", "7844413.5")
    )
    for cases, total, shown in ((700, 24384917, "149,86"), (500, 19659058, "120,82")):
        child = rows.loc[f"Udgift pr. barn og ung ved {cases} sager"]
        assert (child["mindst"], child["vaerdi"], child["hoejst"]) == tuple(
            (total + x) / Fraction(162719) for x in (Fraction(-1, 2), 0, Fraction(1, 2))
        )
        assert dansk.tal(child["vaerdi"], 2) == shown
    assert len(rows) == 4
    assert set(rows["linjer"]) == {"004:2601"}
    # What is implied gives the totals back.
    for cases, total in ((700, 24384917), (500, 19659058)):
        assert fixed["vaerdi"] + cases * price["vaerdi"] == total


def test_what_the_totals_imply_follows_the_totals_and_the_numbers_of_cases(tabeller):
    changed = med(tabeller, fakta={"boernehus-2024-sager-700": "600", "boernehus-2024-i-alt-kr-700": "19759058"})
    # The columns are named for the numbers of cases.
    changed["fakta"]["kolonne"] = changed["fakta"]["kolonne"].str.replace("700 sager", "600 sager")
    rows = boernehus.indebaerer(changed).set_index("navn")
    assert (rows.at["Pris pr. sag", "vaerdi"], rows.at["Fast udgift, uanset antal sager", "vaerdi"]) == (1000, 19159058)
    assert "Udgift pr. barn og ung ved 600 sager" in rows.index
    assert rows.at["Pris pr. sag", "formel"] == "forskellen mellem de to udgifter delt med 100 sager"


@pytest.mark.parametrize(
    "vaek", ["boernehus-2024-i-alt-kr-500", "boernehus-2024-sager-700", "boernehus-2024-i-alt-antal"]
)
def test_nothing_is_implied_where_a_total_is_not_there(tabeller, vaek):
    facts = tabeller["fakta"]
    assert boernehus.indebaerer({**tabeller, "fakta": facts[facts["id"] != vaek]}).empty


def test_a_number_without_control_or_reason_is_a_warning(tabeller):
    reasons = tabeller["uden_kontrol"]
    found = kontrol.saml(dict(tabeller) | {"uden_kontrol": reasons.iloc[1:]}).uden_grund
    assert [(f.vaerdi, f.alvor) for f in found] == [(reasons["fakta"].iloc[0], "advarsel")]
    unknown = pd.concat([reasons, pd.DataFrame([{"fakta": "findes-ikke", "grund": "x"}])], ignore_index=True)
    found = kontrol.saml(dict(tabeller) | {"uden_kontrol": unknown}).uden_grund
    assert [(f.vaerdi, f.alvor, f.raekke) for f in found] == [("findes-ikke", "fejl", str(len(reasons) + 2))]
