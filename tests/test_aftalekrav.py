"""The verdict on an aftale: every requirement of the law, what can't be tested, and how an unclear text is read."""

import json
import shutil
from datetime import date

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner

from kkrlib import data, flygtninge, kontrol
from kkrlib.cli import main
from kkrlib.errors import ADVARSEL, FEJL, DataError, ParameterError
from kkrlib.flygtninge import AFTALEFORMER, aftale, beregning
from kkrlib.flygtninge.aftale import (
    ANDET,
    BORTFALDER,
    FORHOLDSMAESSIGT,
    IKKE_OPFYLDT,
    OPFYLDT,
    UPROEVET,
    Dage,
    Oplyst,
)
from kkrlib.visning import flygtninge as vis

NORD = "Region Nordjylland"
DAYS = Dage(udmeldt=date(2024, 4, 29), frist=date(2024, 9, 10))
ALL_SAID = Oplyst(meddelt=date(2024, 9, 1), underskrevet=True, ved_aendret_landstal=FORHOLDSMAESSIGT)
LANDSTAL, SIGNED, TIME, EVERY = "aendret-landstal", "underskrevet", "frist", "hver-kommune"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """The scans of other landstal take most of a computation's time, and no aftale depends on them."""
    monkeypatch.setattr(beregning, "graenser", lambda basis, *_: basis[[]].copy())
    monkeypatch.setattr(beregning, "foelsomhed", lambda basis, *_: pd.Series(0, index=basis.index))
    monkeypatch.setattr(beregning, "aarsager", lambda *_: None)


@pytest.fixture(scope="module")
def kvoter(tabeller):
    year = tabeller["landstal"].set_index("kvoteaar").at[2025, "landstal"]
    return flygtninge.fordel(flygtninge.grundlag(tabeller, 2025), int(year))


@pytest.fixture(scope="module")
def transfers():
    return pd.DataFrame({"fra": ["825"], "til": ["813"], "antal": [1]})


@pytest.fixture(scope="module")
def quotas(kvoter):
    own = kvoter.loc[kvoter["region"] == NORD, "kommunekvote"].copy()
    own["825"], own["813"] = own["825"] - 1, own["813"] + 1
    return own.rename_axis("kommunekode").reset_index()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    copy = tmp_path / "data"
    shutil.copytree(data.data_mappe(), copy)
    monkeypatch.setenv("KKR_DATA", str(copy))
    return copy


def judge(tabeller, kvoter, agreed, stated=ALL_SAID, days=DAYS):
    return flygtninge.bedoem(agreed, NORD, tabeller, kvoter, stated, days).set_index("noegle")


def failing(verdict, outcome=IKKE_OPFYLDT):
    return set(verdict.index[verdict["udfald"] == outcome])


def with_reading(tabeller, key, choice):
    readings = tabeller["fortolkninger"].copy()
    readings.loc[readings["fortolkning"] == key, "valg"] = choice
    return {**tabeller, "fortolkninger": readings}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- every requirement ------------------------------------------------------------------------------------------


def test_each_paragraph_of_the_law_is_a_row_and_each_row_has_a_test(tabeller):
    table = tabeller["aftalekrav"]
    paragraphs = set(table["henvisning"])
    assert {f"BEK 550/2022 § 6, stk. {n}" for n in (1, 2, 3, 4)} <= paragraphs
    assert any("integrationsloven § 8" in p for p in paragraphs)
    assert set(table["krav"]) == set(aftale._PROEVER)


@pytest.mark.parametrize("form", ["transfers", "quotas"])
def test_all_requirements_hold_in_both_forms_and_only_then_is_the_whole_fulfilled(tabeller, kvoter, form, request):
    verdict = judge(tabeller, kvoter, request.getfixturevalue(form))
    assert failing(verdict, OPFYLDT) == set(verdict.index)
    assert aftale.samlet(verdict) == OPFYLDT


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"antal": [0.5]}, "hele-tal"),
        ({"antal": [99]}, "ikke-negative"),
        ({"til": ["101"]}, "kun-i-regionen"),
        ({"til": ["101"]}, "regionskvoten"),
    ],
)
def test_each_requirement_on_the_numbers_fails_alone_for_transfers(tabeller, kvoter, transfers, change, broken):
    verdict = judge(tabeller, kvoter, transfers.assign(**change))
    assert broken in failing(verdict)
    assert aftale.samlet(verdict) == IKKE_OPFYLDT


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda q: q.iloc[1:], {EVERY}),
        (lambda q: q.replace({"kommunekvote": {0: -1}}), {"ikke-negative", "regionskvoten"}),
        (lambda q: q.assign(kommunekvote=q["kommunekvote"].astype(float) + 0.5), {"hele-tal"}),
        (lambda q: q.assign(kommunekvote=q["kommunekvote"] + 1), {"regionskvoten"}),
        (lambda q: pd.concat([q, pd.DataFrame({"kommunekode": ["101"], "kommunekvote": [0]})]), {"kun-i-regionen"}),
    ],
)
def test_each_requirement_on_the_numbers_fails_alone_for_quotas(tabeller, kvoter, quotas, change, broken):
    verdict = judge(tabeller, kvoter, change(quotas))
    assert failing(verdict) == broken


@pytest.mark.parametrize(
    ("stated", "key", "outcome"),
    [
        (Oplyst(date(2024, 9, 1), None, ANDET), SIGNED, UPROEVET),
        (Oplyst(date(2024, 9, 1), False, ANDET), SIGNED, IKKE_OPFYLDT),
        (Oplyst(date(2024, 9, 1), True, None), LANDSTAL, UPROEVET),
        (Oplyst(None, True, ANDET), TIME, UPROEVET),
        (Oplyst(date(2024, 9, 11), True, ANDET), TIME, IKKE_OPFYLDT),
        (Oplyst(date(2023, 9, 1), True, ANDET), TIME, UPROEVET),
    ],
)
def test_what_is_not_stated_is_untested_and_what_is_stated_counts(tabeller, kvoter, transfers, stated, key, outcome):
    verdict = judge(tabeller, kvoter, transfers, stated)
    assert verdict.at[key, "udfald"] == outcome == aftale.samlet(verdict)
    assert failing(verdict, OPFYLDT) == set(verdict.index) - {key}


def test_nothing_stated_at_all_is_never_all_requirements(tabeller, kvoter, transfers):
    verdict = judge(tabeller, kvoter, transfers, Oplyst())
    assert failing(verdict, UPROEVET) == {LANDSTAL, SIGNED, TIME}
    assert aftale.samlet(verdict) == UPROEVET


def test_a_requirement_that_no_code_tests_is_named_and_untested(tabeller, kvoter, transfers):
    new = pd.DataFrame([{"krav": "nyt-krav", "navn": "nyt krav", "henvisning": "BEK 1/2030 § 6, stk. 6"}])
    more = {**tabeller, "aftalekrav": pd.concat([tabeller["aftalekrav"], new], ignore_index=True)}
    verdict = judge(more, kvoter, transfers)
    assert failing(verdict, UPROEVET) == {"nyt-krav"}
    assert aftale.samlet(verdict) == UPROEVET


def test_a_requirement_or_a_reading_that_is_missing_is_named(tabeller, kvoter, transfers):
    fewer = {**tabeller, "aftalekrav": tabeller["aftalekrav"].iloc[1:]}
    with pytest.raises(DataError, match=r"aftalekrav\.csv.*hver-kommune"):
        judge(fewer, kvoter, transfers)
    with pytest.raises(DataError, match="«til_og_med» eller «foer»"):
        judge(with_reading(tabeller, "frist-til-og-med", "skal_staa_i_aftalen"), kvoter, transfers)
    with pytest.raises(DataError, match=r"fortolkninger\.csv, række mangler"):
        judge({**tabeller, "fortolkninger": tabeller["fortolkninger"].iloc[:1]}, kvoter, transfers)


# --- § 6, stk. 1: a number for every kommune -------------------------------------------------------------------


def test_transfers_imply_the_quotas_of_the_kommuner_they_do_not_name_and_say_so(tabeller, kvoter, transfers):
    said = judge(tabeller, kvoter, transfers).at[EVERY, "forklaring"]
    assert "nævner 2 af de 11 kommuner" in said and "De 9 andre beholder den beregnede kvote" in said
    assert "se Fortolkninger" in said


def test_transfers_imply_nothing_where_the_computed_quotas_are_not_known_or_the_text_is_read_otherwise(
    tabeller, kvoter, transfers
):
    assert judge(tabeller, None, transfers).at[EVERY, "udfald"] == UPROEVET
    strict = with_reading(tabeller, "overfoersler-giver-kvoter", "skal_staa_i_aftalen")
    assert judge(strict, kvoter, transfers).at[EVERY, "udfald"] == UPROEVET


def test_quotas_name_the_kommuner_they_leave_out_and_are_tested_without_computed_quotas(tabeller, quotas):
    verdict = judge(tabeller, None, quotas[quotas["kommunekode"] != "825"])
    assert verdict.at[EVERY, "udfald"] == IKKE_OPFYLDT and "Læsø" in verdict.at[EVERY, "forklaring"]
    assert verdict.at["regionskvoten", "udfald"] == UPROEVET


# --- § 6, stk. 3: another landstal ------------------------------------------------------------------------------

CHANGED = Dage(date(2024, 4, 29), date(2024, 9, 10), aendret=date(2024, 11, 1))


@pytest.mark.parametrize(
    ("way", "reported", "fallen", "outcome"),
    [
        (FORHOLDSMAESSIGT, date(2024, 9, 1), False, OPFYLDT),
        (ANDET, date(2024, 9, 1), False, OPFYLDT),
        (BORTFALDER, date(2024, 9, 1), True, IKKE_OPFYLDT),
        (None, date(2024, 9, 1), None, UPROEVET),
        (FORHOLDSMAESSIGT, None, None, UPROEVET),
        (BORTFALDER, None, True, IKKE_OPFYLDT),
        (FORHOLDSMAESSIGT, date(2024, 11, 1), True, IKKE_OPFYLDT),
        (None, date(2024, 12, 1), True, IKKE_OPFYLDT),
    ],
)
def test_a_changed_landstal_ends_an_aftale_that_did_not_say_before_it_how_the_quotas_follow(
    tabeller, kvoter, transfers, way, reported, fallen, outcome
):
    stated = Oplyst(reported, True, way)
    assert flygtninge.falder_bort(stated, CHANGED) is fallen
    row = judge(tabeller, kvoter, transfers, stated, CHANGED).loc[LANDSTAL]
    assert row["udfald"] == outcome
    assert "1. november 2024" in row["forklaring"]
    assert ("bortfaldet" in row["forklaring"]) == (fallen is not False)


def test_without_a_change_nothing_has_fallen_away_but_the_consequence_is_told(tabeller, kvoter, transfers):
    for way in (None, *aftale.VED_AENDRET_LANDSTAL):
        stated = Oplyst(date(2024, 9, 1), True, way)
        assert flygtninge.falder_bort(stated, DAYS) is False
        said = judge(tabeller, kvoter, transfers, stated).at[LANDSTAL, "forklaring"]
        assert ("bortfalder" in said) == (way in (None, BORTFALDER))


def test_a_later_announcement_with_another_landstal_is_the_change_and_the_first_has_the_deadline(tabeller):
    first = tabeller["landstal"].query("kvoteaar == 2025")
    later = first.assign(nr=2, udmeldt=pd.Timestamp("2024-11-01"), landstal=900, aftalefrist=pd.NaT)
    same = later.assign(landstal=600)
    assert aftale.aftaledage(first, 2025) == DAYS
    assert aftale.aftaledage(pd.concat([later, first]), 2025) == CHANGED
    assert aftale.aftaledage(pd.concat([same, first]), 2025) == DAYS
    assert aftale.aftaledage(first, 2019) == Dage()


# --- the deadline: «inden den 10. september» --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "choice", "outcome", "depends"),
    [
        (9, "til_og_med", OPFYLDT, False),
        (10, "til_og_med", OPFYLDT, True),
        (11, "til_og_med", IKKE_OPFYLDT, False),
        (9, "foer", OPFYLDT, False),
        (10, "foer", IKKE_OPFYLDT, True),
        (11, "foer", IKKE_OPFYLDT, False),
    ],
)
def test_the_day_of_the_deadline_is_judged_as_the_data_read_it_and_says_that_it_is_a_reading(
    tabeller, kvoter, transfers, day, choice, outcome, depends
):
    stated = Oplyst(date(2024, 9, day), True, ANDET)
    row = judge(with_reading(tabeller, "frist-til-og-med", choice), kvoter, transfers, stated).loc[TIME]
    assert row["udfald"] == outcome
    assert ("Fortolkninger" in row["forklaring"]) == depends
    assert "inden den 10. september 2024" in row["forklaring"] and "senest" not in row["forklaring"]


def test_the_page_says_inden_and_tells_the_reading_once_from_the_data(tabeller):
    b = flygtninge.beregn(tabeller, 2025, "sjaelland")
    intro = str(vis.aftaler_tekst(b))
    assert "inden den 10. september 2024" in intro and "senest" not in intro
    shown = vis.fortolkninger(b).html
    for reading in tabeller["fortolkninger"].itertuples():
        assert reading.laesning in shown and reading.begrundelse in shown
    cells = nbformat.read(data.ROD / "notebooks" / "flygtninge.ipynb", as_version=4).cells
    assert "til og med den dag" not in "\n".join(c.source for c in cells)
    assert sum("vis.fortolkninger(b)" in c.source for c in cells) == 1


# --- what a user states of a file -------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "min.csv"
    path.write_text("fra,til,antal,note\nLæsø,Frederikshavn,1,\n", encoding="utf-8")
    return data.laes_valgfri(str(path), AFTALEFORMER)


def test_a_file_with_everything_stated_satisfies_all_requirements_and_each_answer_counts(tabeller, file):
    given = {"aftale_meddelt": date(2024, 9, 5), "aftale_underskrevet": "Ja", "aftale_ved_aendret_landstal": "andet "}
    whole = flygtninge.beregn(tabeller, 2025, "nordjylland", aftale_fil=file, **given)
    assert "opfylder alle krav." in str(vis.aftaler_tekst(whole))
    none = flygtninge.beregn(tabeller, 2025, "nordjylland", aftale_fil=file)
    said = str(vis.aftaler_tekst(none))
    assert "opfylder de krav, der kan efterprøves." in said
    assert "«Ved ændret landstal», «Skriftlig og underskrevet» og «Meddelt inden fristen»" in said
    unsigned = flygtninge.beregn(
        tabeller, 2025, "nordjylland", aftale_fil=file, **{**given, "aftale_underskrevet": "nej"}
    )
    assert "Ikke opfyldt: «Skriftlig og underskrevet»." in str(vis.aftaler_tekst(unsigned))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"aftale_underskrevet": "jaa"}, "aftale_underskrevet: «jaa» findes ikke; mente du «ja»?"),
        ({"aftale_underskrevet": True}, "aftale_underskrevet: «True» er ikke tekst"),
        ({"aftale_underskrevet": " "}, None),
        ({"aftale_ved_aendret_landstal": "forholdsmaessigt"}, "mente du «forholdsmæssigt»?"),
        ({"aftale_ved_aendret_landstal": "ja"}, "Gyldige: forholdsmæssigt, andet, bortfalder"),
        ({"aftale_meddelt": date(2023, 9, 5)}, "ligger før den 29. april 2024, hvor landstallet blev meldt ud"),
    ],
)
def test_a_wrong_answer_is_refused_in_one_line_with_the_nearest(tabeller, file, given, said):
    if said is None:
        assert flygtninge.beregn(tabeller, 2025, "nordjylland", aftale_fil=file, **given).aftaler
        return
    with pytest.raises(ParameterError) as error:
        flygtninge.beregn(tabeller, 2025, "nordjylland", aftale_fil=file, **given)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_an_answer_without_an_aftale_is_refused(tabeller):
    for given in (
        {"aftale_meddelt": date(2024, 9, 1)},
        {"aftale_underskrevet": "ja"},
        {"aftale_ved_aendret_landstal": "andet"},
    ):
        with pytest.raises(ParameterError, match="kræver en aftale"):
            flygtninge.beregn(tabeller, 2025, **given)


# --- recorded aftaler -------------------------------------------------------------------------------------------


def test_the_words_of_the_descriptor_are_those_of_the_code():
    package = json.loads((data.data_mappe() / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = [r for r in package["resources"] if r["name"] == "aftaler"]
    words = {f["name"]: f.get("constraints", {}).get("enum") for f in resource["schema"]["fields"]}
    assert words["underskrevet"] == list(aftale.UNDERSKREVET)
    assert words["ved_aendret_landstal"] == list(aftale.VED_AENDRET_LANDSTAL)
    assert words["form"] == list(AFTALEFORMER)


def recorded(tabeller, **changes):
    table = tabeller["aftaler"].copy().astype(object)
    for column, value in changes.items():
        table.loc[table["aftale"] == "nordjylland-2023", column] = value
    return {**tabeller, "aftaler": table}


def test_what_is_recorded_of_an_aftale_counts_as_what_is_stated_of_a_file(tabeller):
    said = {"underskrevet": "ja", "ved_aendret_landstal": "bortfalder", "meddelt": pd.Timestamp("2022-09-01")}
    (known,) = flygtninge.beregn(recorded(tabeller, **said), 2023).aftaler
    assert known.samlet == OPFYLDT
    (unsigned,) = flygtninge.beregn(recorded(tabeller, **{**said, "underskrevet": "nej"}), 2023).aftaler
    assert unsigned.samlet == IKKE_OPFYLDT


def as_quotas(tabeller, change=0):
    rows = flygtninge.beregn(tabeller, 2023).kommuner
    rows = rows[rows["region"] == NORD]
    agreed = pd.DataFrame(
        {"aftale": "nordjylland-2023", "kommunekode": rows.index, "kommunekvote": rows["kommunekvote"]}
    )
    agreed = agreed.reset_index(drop=True).astype({"kommunekvote": "Int64"})
    agreed.loc[agreed["kommunekode"] == "813", "kommunekvote"] += 1 + change
    agreed.loc[agreed["kommunekode"] == "825", "kommunekvote"] -= 1
    return {**recorded(tabeller, form="kvoter"), "aftale_kvoter": agreed}


def test_a_recorded_aftale_can_state_quotas_and_gives_the_same_as_its_transfers(tabeller):
    (moved,), (stated,) = (flygtninge.beregn(t, 2023).aftaler for t in (tabeller, as_quotas(tabeller)))
    assert moved.kvoter["aftalt_kvote"].to_dict() == stated.kvoter["aftalt_kvote"].to_dict()
    assert failing(moved.dom.set_index("noegle")) == failing(stated.dom.set_index("noegle")) == set()
    assert flygtninge.advarsler(as_quotas(tabeller)) == []
    elsewhere = str(vis.tidligere_aftaler(flygtninge.beregn(as_quotas(tabeller), 2025)).html)
    assert "(aftalt kvote)" in elsewhere
    (wrong,) = flygtninge.advarsler(as_quotas(tabeller, change=1))
    assert (wrong.fil, wrong.raekke, wrong.alvor) == ("aftaler.csv", "5", ADVARSEL) and "regionskvoten" in wrong.regel


def test_a_recorded_aftale_over_the_quota_is_a_warning_at_its_row_on_the_page_and_in_kkr_check(folder, tabeller):
    edit(folder / "aftale_overfoersler.csv", "nordjylland-2023,825,813,1,", "nordjylland-2023,825,813,2,")
    edit(
        folder / "aftaler.csv",
        "nordjylland-2023,2023,Region Nordjylland,overfoersler,1,",
        "nordjylland-2023,2023,Region Nordjylland,overfoersler,2,",
    )
    answer = CliRunner().invoke(main, ["check"])
    assert answer.exit_code == 0
    (line,) = [x for x in answer.output.splitlines() if "aftale_overfoersler.csv" in x]
    assert line.startswith("advarsel: aftale_overfoersler.csv, række 11, kolonne antal: «2»")
    assert "«ikke negative»" in line and "Læsø (-1)" in line.replace("−", "-")
    b = flygtninge.beregn(data.load(), 2023)
    assert [(f.fil, f.raekke) for f in b.advarsler] == [("aftale_overfoersler.csv", "11")]
    assert "aftale_overfoersler" in vis.advarsler(b).html
    assert vis.advarsler(flygtninge.beregn(tabeller, 2023)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"meddelt": pd.Timestamp("2022-09-11")}, "meddelt inden fristen"),
        ({"underskrevet": "nej"}, "skriftlig og underskrevet"),
        ({"region": "Region Sjælland"}, "kun i regionen"),
    ],
)
def test_other_requirements_that_a_recorded_aftale_fails_are_warnings_too(tabeller, changes, said):
    found = kontrol.saml(recorded(tabeller, **changes)).advarsler
    assert {(f.fil, f.raekke, f.alvor) for f in found} == {("aftaler.csv", "5", ADVARSEL)}
    assert any(said in f.regel for f in found)


def test_two_recorded_aftaler_of_one_region_in_one_year_are_a_warning(tabeller):
    twice = tabeller["aftaler"].replace({"aftale": {"nordjylland-2021": "nordjylland-2023b"}, "kvoteaar": {2021: 2023}})
    found = flygtninge.advarsler({**tabeller, "aftaler": twice})
    assert any("har allerede en aftale for 2023" in f.regel for f in found)


def test_recorded_aftaler_that_contradict_themselves_are_errors_of_the_data_all_at_once(folder):
    nord, path = "Region Nordjylland,overfoersler", folder / "aftaler.csv"
    edit(path, f"nordjylland-2026,2026,{nord},", "nordjylland-2026,2026,Region Nordjylland,kvoter,")
    edit(path, "overfoersler,24,,,,", "overfoersler,25,,,,")
    edit(path, f"nordjylland-2021,2021,{nord},1,,,,", f"nordjylland-2021,2021,{nord},1,,måske,,")
    edit(path, f"nordjylland-2023,2023,{nord},1,,,,", f"nordjylland-2023,2023,{nord},1,,,følger med,")
    edit(folder / "aftale_overfoersler.csv", "nordjylland-2021,825,813,1,", "nordjylland-2021,825,825,1,")
    errors = [f for f in data.check(folder) if f.alvor == FEJL]
    found = {(f.fil, f.raekke, f.kolonne, f.vaerdi): f.regel for f in errors}
    assert "fra sig selv" in found["aftale_overfoersler.csv", "10", "fra,til", "825,825"]
    assert "giver tilsammen 24" in found["aftaler.csv", "3", "antal_i_alt", "25"]
    assert "«ja» eller «nej»" in found["aftaler.csv", "4", "underskrevet", "måske"]
    assert "«bortfalder»" in found["aftaler.csv", "5", "ved_aendret_landstal", "følger med"]
    assert {f.regel for f in errors if f.kolonne == "form"} == {
        "nordjylland-2026 har rækker i aftale_overfoersler.csv",
        "nordjylland-2026 har ingen rækker i aftale_kvoter.csv",
    }
    assert len(errors) == 6
