"""A landstal that changes within its year: the announcements, what each does to the quotas, and the rules by date."""

import shutil
from datetime import date
from fractions import Fraction

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from proeveaar import fastsaet, kun_flygtninge, laes_raekker, naeste_aar, skriv_raekker, tilfoej_aar

from kkrlib import afstemning, data, flygtninge, kontrol, landstal
from kkrlib.cli import main
from kkrlib.errors import FEJL, DataError
from kkrlib.flygtninge.aftale import aftaledage
from kkrlib.flygtninge.udmelding import regeldag
from kkrlib.landstal import NEDSAETTELSE, NY_BEREGNING
from kkrlib.visning import flygtninge as vis

KVOTER = st.dictionaries(st.integers(101, 860).map(str), st.integers(0, 60), min_size=1, max_size=20).map(
    lambda d: pd.Series(d, dtype="int64")
)


# --- the proportional cut ---------------------------------------------------------------------------------------


def test_a_cut_by_hand():
    # 10 of 20 persons: 11, 6, 3, 0 are halved to 5½, 3, 1½, 0;
    # whole 5 + 3 + 1, and the one left to the lowest code of the tie
    cut = flygtninge.nedsaet(pd.Series({"259": 3, "101": 11, "253": 6, "825": 0}), 10)
    assert cut.to_dict() == {"259": 1, "101": 6, "253": 3, "825": 0}


@given(KVOTER, st.data())
def test_a_cut_sums_to_the_new_landstal_and_no_quota_rises(quotas, draw):
    to = draw.draw(st.integers(0, int(quotas.sum())))
    cut = flygtninge.nedsaet(quotas, to)
    assert cut.sum() == to and list(cut.index) == list(quotas.index)
    assert ((cut >= 0) & (cut <= quotas)).all()
    for code, n in quotas.items():
        share = Fraction(int(n) * to, max(int(quotas.sum()), 1))
        assert cut[code] in (share.__floor__(), share.__ceil__())
        assert n or not cut[code]  # zero stays zero


@given(KVOTER, st.data())
def test_a_cut_keeps_the_order_of_the_quotas(quotas, draw):
    cut = flygtninge.nedsaet(quotas, draw.draw(st.integers(0, int(quotas.sum()))))
    for a in quotas.index:
        assert all(cut[a] >= cut[b] for b in quotas.index if quotas[a] > quotas[b])


@given(KVOTER)
def test_a_cut_to_the_same_landstal_changes_nothing_and_one_to_0_leaves_nobody(quotas):
    assert flygtninge.nedsaet(quotas, int(quotas.sum())).equals(quotas.rename("kommunekvote"))
    assert not flygtninge.nedsaet(quotas, 0).any()


@pytest.mark.parametrize("to", [21, -1, 2.5, "10", None])
def test_what_is_no_cut_is_refused(to):
    with pytest.raises(DataError):
        flygtninge.nedsaet(pd.Series({"101": 11, "253": 9}), to)


def test_a_quota_that_is_missing_is_refused_with_its_kommune():
    with pytest.raises(DataError, match="253"):
        flygtninge.nedsaet(pd.Series({"101": 11, "253": pd.NA}, dtype="Int64"), 5)


def test_a_new_computation_and_a_cut_are_two_things(tabeller):
    basis = flygtninge.grundlag(tabeller, 2025)
    before = flygtninge.fordel(basis, 600)["kommunekvote"]
    anew, cut = flygtninge.ny_beregning(basis, 300), flygtninge.nedsaet(before, 300)
    assert anew.sum() == cut.sum() == 300
    assert (anew != cut).any()


# --- the rules by date ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("2017-09-21", 4000, (50, 1999, 6001)),  # to 2.200 is no duty
        ("2017-04-18", 8500, (50, 4249, 12751)),  # to 4.000 is one
        ("2017-12-25", 8001, (50, 4000, 12002)),
        ("2017-12-26", 8001, (25, 6000, 10002)),
        ("2018-04-19", 3000, (40, 1799, 4201)),
        ("2022-05-02", 550, (40, 329, 771)),
        ("2022-05-03", 550, (40, 329, 771)),
    ],
)
def test_the_limit_is_that_in_force_on_the_day(tabeller, day, number, expected):
    limits = flygtninge.aendringsgraenser(number, tabeller["retsregler"], date.fromisoformat(day))
    assert (limits["procent"], limits["ned"], limits["op"]) == expected and not limits["mangler"]
    assert limits["status"] == ("ikke efterprøvet" if limits["procent"] == 50 else "efterprøvet")


def test_a_day_before_any_known_rule_has_a_result_that_says_so(tabeller):
    limits = flygtninge.aendringsgraenser(600, tabeller["retsregler"], date(1999, 5, 1))
    assert limits["procent"] is limits["ned"] is limits["op"] is None
    assert "1. maj 1999" in limits["mangler"]


def test_the_announcements_that_say_what_follows_are_on_the_side_of_the_limit_that_the_rule_has(tabeller):
    """Over the limit the quotas were computed anew, under it they were cut: true of each announcement whose source
    says both."""
    seen = {NY_BEREGNING: 0, NEDSAETTELSE: 0}
    for year in landstal.kvoteaar(tabeller):
        for row in flygtninge.aendringer(tabeller, year).itertuples():
            if row.over is not None and row.konsekvens in seen:
                assert row.over == (row.konsekvens == NY_BEREGNING), (year, row.nr)
                seen[row.konsekvens] += 1
    assert all(seen.values()), seen


def test_the_announced_landstal_are_those_of_the_public_announcements(tabeller):
    said = {
        2015: [4000, 12000],
        2016: [12000, 17000, 7500],
        2017: [15000, 8500, 4000, 2200],
        2018: [3000, 1000],
        2019: [1000, 750],
    }
    for year, numbers in said.items():
        assert list(landstal.udmeldinger(tabeller, year)["landstal"]) == numbers


def test_every_number_of_an_announcement_stands_in_its_source(tabeller):
    lines = laes_raekker(data.data_mappe(), "meddelelser")
    rows = tabeller["landstal"][tabeller["landstal"]["kilde"] == "meddelelser"]
    assert len(rows) > 10
    for row in rows.itertuples():
        cited = lines[row.linje - 2]
        assert cited["meddelelse"] == row.punkt
        number = f"{row.landstal:,}".replace(",", ".")
        assert number in cited["indhold"] and str(row.kvoteaar) in cited["titel"] + cited["indhold"]
    for name in ("retsregler", "bekendtgoerelser"):
        for row in tabeller[name][tabeller[name]["kilde"] == "meddelelser"].itertuples():
            assert lines[row.linje - 2]["meddelelse"] == row.punkt


def test_years_without_bilag_a_have_announcements_and_no_page(tabeller):
    assert {2015, 2016, 2017, 2018, 2019} <= set(landstal.kvoteaar(tabeller)) - set(flygtninge.aar_med_data(tabeller))


@pytest.mark.parametrize(
    ("day", "number"),
    [("2016-03-31", None), ("2016-04-01", 15000), ("2017-04-17", 8500), ("2017-04-18", 4000), ("2018-01-01", 2200)],
)
def test_the_landstal_in_force_on_a_day(tabeller, day, number):
    rows = landstal.udmeldinger(tabeller, 2017)
    found = landstal.gaeldende(rows, date.fromisoformat(day))
    assert (found and found["landstal"]) == number
    assert landstal.gaeldende(rows)["landstal"] == 2200


def test_an_announcement_without_a_date_counts_from_the_one_before_it(tabeller):
    rows = landstal.udmeldinger(tabeller, 2016)  # 12.000 and 17.000 undated, then 31 August 2016
    assert landstal.gaeldende(rows, date(2016, 8, 30))["landstal"] == 17000
    assert landstal.gaeldende(rows, date(2016, 8, 31))["landstal"] == 7500


@pytest.mark.parametrize(
    ("day", "act"),
    [
        ("2019-08-29", None),
        ("2020-08-30", "BEK 912/2019"),
        ("2022-04-30", "BEK 1290/2020"),
        ("2022-05-03", "BEK 550/2022"),
        ("2024-04-29", "BEK 550/2022"),
    ],
)
def test_the_bekendtgoerelse_in_force_on_a_day(tabeller, day, act):
    found = flygtninge.bekendtgoerelse(tabeller, date.fromisoformat(day))
    assert (found and found["bekendtgoerelse"]) == act


def test_the_page_says_which_act_the_letter_names_and_which_was_in_force(tabeller):
    said = vis.metode(flygtninge.beregn(tabeller, 2023)).markdown
    assert (
        "henviser til BEK 912/2019" in said
        and "var BEK 1290/2020 af 31. august 2020 den senest udstedte" in said
        and "ikke efterprøvet" in said
    )
    assert "gjaldt" not in vis.metode(flygtninge.beregn(tabeller, 2025)).markdown


def test_the_wrong_date_of_the_act_in_the_letter_is_a_fault_of_the_source(tabeller):
    fault = tabeller["kildefejl"].set_index("fejl").loc["bekendtgoerelsens-dato"]
    assert (fault["trykt"], fault["anvendt"], fault["linje"]) == ("5. maj 2022", "3. maj 2022", 2213)
    acts = tabeller["bekendtgoerelser"].set_index("bekendtgoerelse")["udstedt"]
    rules = tabeller["retsregler"]
    assert set(rules.loc[rules["henvisning"].str.startswith("BEK 550"), "gaelder_fra"]) == {acts["BEK 550/2022"]}


# --- a made-up year with three announcements ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def mappe(tmp_path_factory):
    """A year announced three times: 700, then 400 with a new computation, then 300 with a cut; the first and the
    second are fixed."""
    copy = tmp_path_factory.mktemp("udmeldinger") / "data"
    shutil.copytree(data.data_mappe(), copy)
    year = naeste_aar(copy)
    tilfoej_aar(copy, senere=[(400, f"{year - 1}-11-20", NY_BEREGNING), (300, f"{year}-06-01", NEDSAETTELSE)])
    basis = flygtninge.grundlag(data.laes(copy), year)
    fastsaet(copy, year, 1, flygtninge.fordel(basis, 700)["kommunekvote"])
    fastsaet(copy, year, 2, flygtninge.fordel(basis, 400)["kommunekvote"], regioner=False)
    return copy, year


@pytest.fixture(scope="module")
def skiftet(mappe):
    copy, year = mappe
    return data.laes(copy), year


def fund(folder):
    return [f for f in data.check(folder) if f.alvor == FEJL]


def test_kkr_check_passes_a_year_with_three_announcements(mappe, monkeypatch):
    monkeypatch.setenv("KKR_DATA", str(mappe[0]))
    answer = CliRunner().invoke(main, ["check"])
    assert answer.exit_code == 0, answer.output
    assert "0 fejl" in answer.output and "proeve" not in answer.output


def test_each_announcement_has_both_consequences_and_the_chain_follows_the_one_it_names(skiftet):
    tables, year = skiftet
    basis = flygtninge.grundlag(tables, year)
    quotas = flygtninge.kvoter_pr_udmelding(tables, year, basis)
    assert list(quotas) == [1, 2, 3]
    assert quotas[1]["nedsaettelse"].isna().all() and quotas[3]["fastsat"].isna().all()
    for nr, number in ((1, 700), (2, 400), (3, 300)):
        assert quotas[nr]["ny_beregning"].sum() == quotas[nr]["gaeldende"].sum() == number
    assert quotas[2]["gaeldende"].equals(quotas[2]["ny_beregning"].rename("gaeldende"))
    cut = flygtninge.nedsaet(quotas[2]["gaeldende"], 300)
    assert list(quotas[3]["gaeldende"]) == list(quotas[3]["nedsaettelse"]) == list(cut)
    assert (quotas[3]["ny_beregning"] != quotas[3]["nedsaettelse"]).any()


def test_a_year_is_one_report_with_its_announcements_in_order(skiftet):
    tables, year = skiftet
    b = flygtninge.beregn(tables, year)
    assert (b.landstal, b.gaeldende_landstal, b.udmelding["nr"]) == (400, 300, 2)
    assert list(b.udmeldinger["nr"]) == [1, 2, 3]
    assert vis.side(b).hovedtal == ("300", "flygtninge")
    said = vis.hovedpunkter(b).markdown
    assert "**300 flygtninge**" in said and "Der er 3 udmeldinger" in said
    assert "beregnet ud fra landstallet 400; kvoterne er sat forholdsmæssigt ned uden en ny beregning" in said
    region = flygtninge.beregn(tables, year, "nordjylland")
    before, after = (int(region.udvalgte[c].sum()) for c in ("kommunekvote", "gaeldende_kvote"))
    assert before > after and vis.side(region).hovedtal == (str(after), "flygtninge")
    said = vis.hovedpunkter(region).markdown
    assert f"Nordjylland er {before}. Efter nedsættelsen er den {after}." in said and "skal modtage" not in said
    shown = vis.udmeldinger(b).ren_tekst
    assert [shown.index(x) for x in ("Nr. 1", "Nr. 2", "Nr. 3")] == sorted(
        shown.index(x) for x in ("Nr. 1", "Nr. 2", "Nr. 3")
    )
    assert "Ny beregning af kvoterne" in shown and "Forholdsmæssig nedsættelse af kvoterne" in shown
    assert "Over 40 procent" in shown and "Ikke over 40 procent" in shown


@pytest.mark.parametrize("region", ["hele landet", "nordjylland"])
def test_the_quotas_of_april_of_september_and_after_each_change_stand_beside_each_other(skiftet, region):
    tables, year = skiftet
    b = flygtninge.beregn(tables, year, region)
    payload = vis.udmeldinger_kvoter(b)._repr_mimebundle_()["application/vnd.kkr.tabel+json"]
    heads = [k["overskrift"] for k in payload["kolonner"]]
    assert [h for h in heads if h.startswith("Nr.")] == [
        "Nr. 1: Beregnet",
        "Nr. 1: Bilag B",
        "Nr. 1: Fastsat",
        "Nr. 2: Ny beregning (ifølge udmeldingen)",
        "Nr. 2: Nedsættelse",
        "Nr. 2: Fastsat",
        "Nr. 3: Ny beregning",
        "Nr. 3: Nedsættelse (ifølge udmeldingen)",
    ]
    assert len(payload["raekker"]) == 98
    totals = dict(zip(heads, payload["ialt"][-1], strict=True))
    assert [totals[h] for h in heads if h.startswith("Nr.")] == [700, 700, 700, 400, 400, 400, 300, 300]
    regional = vis.udmeldinger_regionskvoter(b).ren_tekst
    assert "Nr. 1: meldt ud i brevet" in regional and "Nr. 1: fastsat" in regional


def test_after_a_cut_no_other_landstal_is_tried_and_what_agrees_is_said_of_the_first_announcement(skiftet):
    tables, year = skiftet
    b = flygtninge.beregn(tables, year, "nordjylland")
    for part in (vis.graenser, vis.landstal_varianter):
        assert "følger ikke af en ny beregning" in part(b).markdown
    assert "ved den første udmelding (700 flygtninge)" in vis.hovedpunkter(b).markdown
    only = tables["landstal"].loc[lambda t: (t["kvoteaar"] != year) | (t["nr"] == 1)]
    first = flygtninge.beregn(dict(tables) | {"landstal": only}, year, "nordjylland")
    assert (
        "Ved hvilket landstal" in vis.graenser(first).ren_tekst
        and "første udmelding" not in vis.hovedpunkter(first).markdown
    )


def test_a_year_with_one_announcement_and_nothing_fixed_shows_none_of_it(tabeller):
    for year in flygtninge.aar_med_data(tabeller):
        b = flygtninge.beregn(tabeller, year)
        if len(b.udmeldinger) == 1 and not (tabeller["fastsatte_kvoter"]["kvoteaar"] == year).any():
            shown = (vis.udmeldinger_tekst, vis.udmeldinger, vis.udmeldinger_kvoter, vis.udmeldinger_regionskvoter)
            assert [part(b) for part in shown] == [None] * 4


def fixed_verdicts(tables, year):
    rows = flygtninge.beregn(tables, year).kontroller
    return rows[rows["id"].str.contains("-fastsat-")].set_index("id")["dom"]


def test_fixed_quotas_are_controlled_against_the_landstal_the_regions_bilag_b_and_the_rule(skiftet):
    tables, year = skiftet
    verdicts = fixed_verdicts(tables, year)
    assert set(verdicts) == {afstemning.STEMMER}
    agreed = set(tables["aftaler"].loc[tables["aftaler"]["kvoteaar"] == year, "region"])
    own = tables["kommuner"][~tables["kommuner"]["region"].isin(agreed)]
    # each kommune without an aftale twice, the landstal twice and of the regions once, five regions once
    assert len(verdicts) == 2 * len(own) + 3 + 5
    wrong = tables["fastsatte_kvoter"].copy()
    wrong.loc[(wrong["nr"] == 1) & (wrong["kommunekode"] == "253"), "kommunekvote"] += 1
    broken = fixed_verdicts(dict(tables) | {"fastsatte_kvoter": wrong}, year)
    prefix = f"flygtninge-{year}-fastsat-1"
    assert set(broken[broken == afstemning.AFVIGER].index) == {
        f"{prefix}-253",
        f"{prefix}-sum",
        f"{prefix}-region-sjaelland",
    }


def test_in_a_region_with_an_aftale_only_the_sum_of_the_fixed_quotas_is_controlled(skiftet):
    tables, year = skiftet
    agreed = tables["aftaler"].head(1).assign(aftale="proeve", kvoteaar=year, region="Region Syddanmark")
    agreed = pd.concat([tables["aftaler"], agreed], ignore_index=True)
    verdicts = fixed_verdicts(dict(tables) | {"aftaler": agreed}, year)
    codes = tables["kommuner"].set_index("region").loc["Region Syddanmark", "kommunekode"]
    assert not [key for key in verdicts.index if key.rsplit("-", 1)[1] in set(codes)]
    assert f"flygtninge-{year}-fastsat-1-region-syddanmark" in verdicts.index


def test_agreed_regionskvoter_are_shown_and_must_sum_to_the_landstal(skiftet):
    tables, year = skiftet
    rows = tables["fastsatte_regionskvoter"]
    agreed = dict(tables) | {
        "fastsatte_regionskvoter": pd.concat([rows, rows.assign(form="aftalt")], ignore_index=True)
    }
    assert "Nr. 1: aftalt" in vis.udmeldinger_regionskvoter(flygtninge.beregn(agreed, year)).ren_tekst
    assert fixed_verdicts(agreed, year)[f"flygtninge-{year}-fastsat-1-aftalt-sum"] == afstemning.STEMMER
    moved = rows.assign(form="aftalt")
    moved.loc[moved.index[0], "regionskvote"] -= 1
    verdicts = fixed_verdicts(dict(tables) | {"fastsatte_regionskvoter": moved}, year)
    assert verdicts[f"flygtninge-{year}-fastsat-1-aftalt-sum"] == afstemning.AFVIGER


def test_a_change_that_does_not_say_what_follows_leaves_the_quota_in_force_unknown(skiftet):
    tables, year = skiftet
    rows = tables["landstal"].copy()
    rows.loc[(rows["kvoteaar"] == year) & (rows["nr"] == 3), "konsekvens"] = None
    b = flygtninge.beregn(dict(tables) | {"landstal": rows}, year)
    assert b.kommuner["gaeldende_kvote"].isna().all() and vis.side(b).hovedtal is None
    assert "hvad der følger for kvoterne, er ikke oplyst" in vis.hovedpunkter(b).markdown
    assert b.kvoter[3]["nedsaettelse"].sum() == b.kvoter[3]["ny_beregning"].sum() == 300
    (warning,) = [f for f in flygtninge.ufaerdigt(dict(tables) | {"landstal": rows}) if f.kolonne == "konsekvens"]
    assert warning.fil == "landstal.csv" and str(year) in warning.regel


def test_the_next_year_is_compared_with_the_first_announcement_whose_quotas_bilag_b_has(skiftet, tmp_path):
    tables, year = skiftet
    later = dict(tables)
    for name in ("landstal", "bilag_a", "familiesammenfoerte"):
        rows = tables[name][tables[name]["kvoteaar"] == year]
        rows = rows[rows["nr"] == 1] if name == "landstal" else rows
        later[name] = pd.concat([tables[name], rows.assign(kvoteaar=year + 1)], ignore_index=True)
    b = flygtninge.beregn(later, year + 1)
    assert (b.forrige, b.forrige_landstal) == (year, 700)
    assert not b.aarsager["aendring"].any()


def test_the_deadline_of_an_aftale_is_that_of_the_announcement_in_force_when_it_was_reported(skiftet):
    tables, year = skiftet
    rows = tables["landstal"].copy()
    own = (rows["kvoteaar"] == year) & (rows["nr"] == 2)
    rows.loc[own, "aftalefrist"] = pd.Timestamp(f"{year - 1}-12-15")
    changed = dict(tables) | {"landstal": rows}
    frist = lambda reported: aftaledage(changed["landstal"], year, reported).frist  # noqa: E731
    assert frist(None) == frist(date(year - 1, 9, 1)) == date(year - 1, 9, 10)
    assert frist(date(year - 1, 12, 1)) == date(year - 1, 12, 15)


def test_the_rule_on_changes_is_that_of_the_announcement_s_own_day():
    day = {"aftalefrist": pd.NaT, "udmeldt": pd.NaT, "kvoteaar": 2030}
    assert regeldag(day | {"nr": 1}) == date(2029, 12, 31)
    assert regeldag(day | {"nr": 2}) == date(2030, 12, 31)
    assert regeldag(day | {"nr": 2, "udmeldt": pd.Timestamp("2030-02-03")}) == date(2030, 2, 3)


# --- announcements that make no sense -------------------------------------------------------------------------------


@pytest.fixture
def kopi(mappe, tmp_path):
    shutil.copytree(mappe[0], tmp_path / "data")
    kun_flygtninge(tmp_path / "data")
    return tmp_path / "data", mappe[1]


@pytest.mark.parametrize(
    ("nr", "column", "value", "said"),
    [
        (2, "nr", "1", "står to gange"),
        (3, "nr", "4", "nummereret 1, 2, 3"),
        (3, "udmeldt", "2001-01-01", "står ved et lavere nummer"),
        (1, "konsekvens", "", "i årets første række"),
        (1, "konsekvens", NY_BEREGNING, "i årets første række"),
        (2, "konsekvens", "beregning", "gælder kun årets første række"),
        (2, "konsekvens", "nedsættelse", "skal være «beregning» eller"),
        (1, "landstal", "701", "er trykt som 700"),
        (2, "landstal", "4.000", "tusindtalsadskiller"),
    ],
)
def test_announcements_that_make_no_sense_are_named_with_row_and_column(kopi, nr, column, value, said):
    folder, year = kopi
    rows = laes_raekker(folder, "landstal")
    (at,) = [i for i, r in enumerate(rows) if (r["kvoteaar"], r["nr"]) == (str(year), str(nr))]
    rows[at][column] = value
    skriv_raekker(folder, "landstal", rows)
    found = [f for f in fund(folder) if said in f.regel]
    assert found and all(f.fil == "landstal.csv" for f in found)
    assert str(at + 2) in found[0].raekke or column == "nr"
    assert column in found[0].kolonne


def test_a_cut_to_a_landstal_that_is_not_lower_is_named_and_stops_the_report(skiftet):
    tables, year = skiftet
    rows = tables["landstal"].copy()
    rows.loc[(rows["kvoteaar"] == year) & (rows["nr"] == 3), "landstal"] = 400
    wrong = dict(tables) | {"landstal": rows}
    (finding,) = flygtninge.modstrid(wrong)
    assert (finding.fil, finding.kolonne, finding.alvor) == ("landstal.csv", "konsekvens", FEJL)
    assert finding in kontrol.saml(wrong).ufaerdigt
    with pytest.raises(DataError, match="ikke lavere end 400"):
        flygtninge.beregn(wrong, year)


def test_fixed_quotas_need_every_kommune_and_an_announcement(kopi):
    folder, year = kopi
    rows = laes_raekker(folder, "fastsatte_kvoter")
    skriv_raekker(folder, "fastsatte_kvoter", [r | {"nr": "9"} if r["nr"] == "2" else r for r in rows[1:]])
    said = [str(f) for f in fund(folder) if f.fil == "fastsatte_kvoter.csv"]
    assert any(f"kvoteaar {year}, nr 1: 101 København mangler" in s for s in said)
    assert any("findes ikke i landstal.csv, kolonne kvoteaar,nr" in s for s in said)


def test_a_rule_with_a_number_and_a_day_or_with_neither_is_named(kopi):
    folder, _ = kopi
    rows = laes_raekker(folder, "retsregler")
    rows[0]["vaerdi"], rows[1]["dag"] = "", "05-01"
    skriv_raekker(folder, "retsregler", rows)
    assert [(f.raekke, f.kolonne) for f in fund(folder)] == [("2", "vaerdi,dag"), ("3", "vaerdi,dag")]
