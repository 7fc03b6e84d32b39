"""Aftaler on kommunekvoter: the real ones, made-up ones, and files that must be refused."""

from datetime import date

import pandas as pd
import pytest

from kkrlib import data, flygtninge
from kkrlib.errors import DataError, ParameterError
from kkrlib.flygtninge import AFTALEFORMER
from kkrlib.flygtninge.aftale import (
    FORHOLDSMAESSIGT,
    IKKE_OPFYLDT,
    OPFYLDT,
    UPROEVET,
    Dage,
    Oplyst,
    fra_fil,
    samlet,
)

DEADLINE = date(2024, 9, 10)


@pytest.fixture(scope="module")
def kvoter(tabeller):
    return flygtninge.beregn(tabeller, 2025).kommuner


@pytest.fixture
def read(tmp_path, kvoter, tabeller):
    def _read(text):
        path = tmp_path / "aftale.csv"
        path.write_text(text, encoding="utf-8")
        form, table = data.laes_csv(path, AFTALEFORMER)
        return fra_fil(form, table, path.name, kvoter, tabeller["stavemaader"])

    return _read


def judge(tabeller, kvoter, aftale, region="Region Nordjylland", reported=date(2024, 9, 1), deadline=DEADLINE):
    """The outcomes of an aftale of which all that can be stated is stated."""
    stated, days = Oplyst(reported, True, FORHOLDSMAESSIGT), Dage(date(2024, 4, 29), deadline)
    return flygtninge.bedoem(aftale, region, tabeller, kvoter, stated, days).set_index("krav")["udfald"].to_dict()


def findings(read, text):
    with pytest.raises(DataError) as error:
        read(text)
    return {(f.raekke, f.kolonne): f.regel for f in error.value.fund}


# --- the real ones ----------------------------------------------------------------------------------------------


def test_2023_laesoes_one_person_goes_to_frederikshavn(tabeller):
    b = flygtninge.beregn(tabeller, 2023)
    (aftale,) = b.aftaler
    after = aftale.kvoter["aftalt_kvote"]
    assert (b.kommuner.at["825", "kommunekvote"], after["825"]) == (1, 0)
    assert after["813"] == b.kommuner.at["813", "kommunekvote"] + 1
    assert after.sum() == b.regioner.at["Region Nordjylland", "regionskvote"] == 66
    verdict = aftale.dom.set_index("krav")["udfald"].to_dict()
    # the announcement says who takes over how many, and nothing else
    for unsaid in ("meddelt inden fristen", "skriftlig og underskrevet", "ved ændret landstal"):
        assert verdict.pop(unsaid) == UPROEVET
    assert set(verdict.values()) == {OPFYLDT}
    assert aftale.samlet == UPROEVET


UNSAID = {"en kvote til hver kommune", "ikke negative", "meddelt inden fristen", "skriftlig og underskrevet"}


@pytest.mark.parametrize(
    ("name", "untestable"),
    [
        ("nordjylland-2018", {"hele tal"}),
        ("hovedstaden-2021", set()),
        ("nordjylland-2021", set()),
        ("nordjylland-2026", {"hele tal"}),
    ],
)
def test_the_aftaler_of_2018_2021_and_2026_keep_every_requirement_that_can_be_tested(tabeller, name, untestable):
    b = flygtninge.beregn(tabeller, 2025)
    (aftale,) = [a for a in b.tidligere_aftaler if a.navn == name]
    verdict = aftale.dom.set_index("krav")["udfald"]
    unknown = UNSAID | {"ved ændret landstal"} | untestable
    assert set(verdict[verdict == UPROEVET].index) == unknown
    assert set(verdict.drop(list(unknown))) == {OPFYLDT}


def test_2021_bornholm_takes_over_24(tabeller):
    moves = tabeller["aftale_overfoersler"].query("aftale == 'hovedstaden-2021'")
    assert dict(zip(moves["fra"], moves["antal"], strict=True)) == {"219": 7, "223": 5, "230": 10, "260": 2}
    assert set(moves["til"]) == {"400"}
    totals = tabeller["aftaler"].set_index("aftale")["antal_i_alt"]
    assert moves["antal"].sum() == totals["hovedstaden-2021"] == 24


# --- applied and judged -------------------------------------------------------------------------------------------


def test_a_transfer_within_the_quota_before_the_deadline_fulfils_everything(tabeller, kvoter, read):
    aftale = read("fra,til,antal,note\nLæsø,Frederikshavn,1,\n851,Hjørring,2,mundtligt bekræftet\n")
    after = flygtninge.anvend(kvoter, aftale)
    assert after.loc[["825", "813", "851", "860"], "aendring"].tolist() == [-1, 1, -2, 2]
    assert after["aftalt_kvote"].sum() == 81
    assert set(judge(tabeller, kvoter, aftale).values()) == {OPFYLDT}


def test_a_late_aftale_is_not_valid(tabeller, kvoter, read):
    aftale = read("fra,til,antal,note\nLæsø,Frederikshavn,1,\n")
    assert judge(tabeller, kvoter, aftale, reported=DEADLINE)["meddelt inden fristen"] == OPFYLDT
    late = judge(tabeller, kvoter, aftale, reported=date(2024, 9, 11))
    assert late["meddelt inden fristen"] == IKKE_OPFYLDT
    assert [k for k, v in late.items() if v != OPFYLDT] == ["meddelt inden fristen"]


def test_agreed_quotas_of_a_whole_region_are_judged(tabeller, kvoter, read):
    region = kvoter[kvoter["region"] == "Region Nordjylland"]
    quotas = dict(zip(region["kommune"], region["kommunekvote"], strict=True)) | {"Læsø": 0, "Hjørring": 12}
    aftale = read("kommune,kvote\n" + "".join(f"{name},{n}\n" for name, n in quotas.items()))
    assert set(judge(tabeller, kvoter, aftale).values()) == {OPFYLDT}
    assert flygtninge.anvend(kvoter, aftale).at["860", "aendring"] == 1


def test_the_verdict_fails_when_a_requirement_fails(tabeller, kvoter):
    """bedoem() also judges what a file would have been refused for: recorded aftaler come from data."""
    negative = pd.DataFrame({"fra": ["825"], "til": ["813"], "antal": [2]})
    assert judge(tabeller, kvoter, negative)["ikke negative"] == IKKE_OPFYLDT
    outside = pd.DataFrame({"fra": ["825"], "til": ["101"], "antal": [1]})
    verdict = judge(tabeller, kvoter, outside)
    assert verdict["kun i regionen"] == verdict["summen er regionskvoten"] == IKKE_OPFYLDT
    short = pd.DataFrame({"kommunekode": ["825", "813"], "kommunekvote": [0, 4]})
    assert judge(tabeller, kvoter, short)["en kvote til hver kommune"] == IKKE_OPFYLDT


def test_the_whole_verdict_is_the_worst_of_its_parts():
    for outcomes, whole in (
        ([OPFYLDT, OPFYLDT], OPFYLDT),
        ([OPFYLDT, UPROEVET], UPROEVET),
        ([UPROEVET, IKKE_OPFYLDT], IKKE_OPFYLDT),
    ):
        assert samlet(pd.DataFrame({"udfald": outcomes})) == whole


# --- files that are refused ---------------------------------------------------------------------------------------


def test_an_aftale_over_the_quota_is_named_with_file_row_column_and_rule(read):
    with pytest.raises(DataError) as error:
        read("fra,til,antal,note\nLæsø,Frederikshavn,2,\n")
    (finding,) = error.value.fund
    assert (finding.fil, finding.raekke, finding.kolonne, finding.vaerdi) == ("aftale.csv", "2", "antal", "2")
    assert "kvote på 1" in finding.regel


def test_two_transfers_over_the_quota_together_are_named(read):
    found = findings(read, "fra,til,antal,note\nMorsø,Thisted,2,\nMorsø,Rebild,2,\n")
    assert list(found) == [("3", "antal")]
    assert "4 i alt" in found["3", "antal"]


def test_everything_wrong_with_a_file_is_named_at_once(read):
    found = findings(
        read,
        "fra,til,antal,note\nLæssø,Frederikshavn,1,\nLæsø,København,1,\nAalborg,Aalborg,1,\nAalborg,Hjørring,0,\nRebild,Morsø,99,\nRebild,Morsø,1,\n",
    )
    assert {row for row, _ in found} == {"2", "3", "4", "5", "6", "7"}
    assert "findes ikke" in found["2", "fra"]
    assert "kun inden for regionen" in found["3", "fra,til"]
    assert "sig selv" in found["4", "til"]
    assert "mindst 1" in found["5", "antal"]
    assert "kvote på 9" in found["6", "antal"]
    assert "to gange" in found["7", "fra,til"]


@pytest.mark.parametrize("number", ["1.5", "1,5", "to", "", "1.000", "=1+1"])
def test_a_number_that_is_not_whole_is_refused(read, number):
    found = findings(read, f'fra,til,antal,note\nLæsø,Frederikshavn,"{number}",\n')
    assert "helt tal" in found["2", "antal"]


def test_agreed_quotas_must_name_every_kommune_and_sum_to_the_regionskvote(read, kvoter):
    region = kvoter[kvoter["region"] == "Region Nordjylland"]
    lines = [f"{name},{n}\n" for name, n in zip(region["kommune"], region["kommunekvote"], strict=True)]
    missing = findings(read, "kommune,kvote\n" + "".join(lines[1:]))
    assert "alle kommuner i Region Nordjylland" in missing["mangler", "kommune"]
    total = findings(read, "kommune,kvote\n" + "".join([*lines[:-1], "Hjørring,12\n"]))
    assert "81" in total["i alt", "kvote"]
    twice = findings(read, "kommune,kvote\n" + "".join([*lines, lines[0]]))
    assert "to gange" in twice["13", "kommune"]
    negative = findings(read, "kommune,kvote\n" + "".join([*lines[:-1], "Hjørring,-1\n"]))
    assert "negativ" in negative["12", "kvote"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "tom"),
        (b"fra,til,antal,note\n", "ingen rækker"),
        (b"fra,til,antal,note\n1,825,813,1,\n", "rækken har 5 felter, og overskriften har 4"),
        (b"from,to,number\n825,813,1\n", "første linje skal være"),
        ("fra,til,antal,note\nLæsø,813,1,\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_file_that_is_no_aftale_is_refused(tmp_path, content, said):
    path = tmp_path / "aftale.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        data.laes_csv(path, AFTALEFORMER)


@pytest.mark.parametrize(
    "text",
    [
        "\ufefffra;til;antal;note\r\nLæsø;Frederikshavn;1;\r\n",  # as Danish Excel saves it
        "Fra, Til, Antal\nLæsø Kommune, 813, 1\n\n,,\n",
        "fra,til,antal,note\nLæsø,Frederikshavn,1,en bemærkning\n",
    ],
)
def test_an_aftale_is_read_as_spreadsheets_write_it(tmp_path, kvoter, tabeller, text):
    path = tmp_path / "aftale.csv"
    path.write_bytes(text.encode())
    form, table = data.laes_csv(path, AFTALEFORMER)
    aftale = fra_fil(form, table, path.name, kvoter, tabeller["stavemaader"])
    assert aftale[["fra", "til", "antal"]].to_numpy().tolist() == [["825", "813", 1]]


def test_wrong_names_and_wrong_numbers_are_named_in_one_go_with_the_nearest_name(read):
    found = findings(
        read, "fra,til,antal,note\nLæssø,Frederikshavn,1,\nMorsø,Thisted,to,\nMorsø,Rebild,99999999999999999999,\n"
    )
    assert "mente du «Læsø»" in found["2", "fra"]
    assert {("3", "antal"), ("4", "antal")} <= set(found)


def test_a_kommune_can_hand_on_what_it_takes_over(read, kvoter, tabeller):
    aftale = read("fra,til,antal,note\nHjørring,Frederikshavn,1,\nFrederikshavn,Morsø,5,\n")
    assert flygtninge.anvend(kvoter, aftale).at["813", "aftalt_kvote"] == 0
    assert set(judge(tabeller, kvoter, aftale).values()) == {OPFYLDT}
    assert (
        "overtager 1"
        in findings(read, "fra,til,antal,note\nHjørring,Frederikshavn,1,\nFrederikshavn,Morsø,6,\n")["3", "antal"]
    )


def test_half_persons_minus_and_left_out_kommuner_are_not_fulfilled(tabeller, kvoter):
    half = pd.DataFrame({"fra": ["825"], "til": ["813"], "antal": [0.5]})
    assert judge(tabeller, kvoter, half)["hele tal"] == IKKE_OPFYLDT
    minus = pd.DataFrame({"fra": ["825"], "til": ["813"], "antal": [-1]})
    assert judge(tabeller, kvoter, minus)["hele tal"] == IKKE_OPFYLDT
    one = pd.DataFrame({"kommunekode": ["825"], "kommunekvote": [81]})
    assert judge(tabeller, kvoter, one)["en kvote til hver kommune"] == IKKE_OPFYLDT


def test_an_agreed_quota_that_is_not_known_stays_unknown(kvoter):
    region = kvoter[kvoter["region"] == "Region Nordjylland"]
    agreed = pd.DataFrame(
        {"kommunekode": region.index, "kommunekvote": region["kommunekvote"].astype("Int64").to_numpy()}
    )
    agreed.loc[0, "kommunekvote"] = pd.NA
    assert flygtninge.anvend(kvoter, agreed)["aftalt_kvote"].isna().sum() == 1


def test_a_file_replaces_the_recorded_aftale_of_its_region_and_must_concern_the_page(tabeller, tmp_path):
    path = tmp_path / "b.csv"
    path.write_text("fra,til,antal,note\nLæsø,Hjørring,1,\n", encoding="utf-8")
    given = data.laes_valgfri(str(path), AFTALEFORMER)
    assert [a.navn for a in flygtninge.beregn(tabeller, 2023, aftale_fil=given).aftaler] == ["b.csv"]
    with pytest.raises(ParameterError, match="gælder Region Nordjylland, men siden viser Region Sjælland"):
        flygtninge.beregn(tabeller, 2023, "sjaelland", aftale_fil=given)
    with pytest.raises(ParameterError, match="kræver en aftale"):
        flygtninge.beregn(tabeller, 2023, aftale_meddelt=date(2022, 9, 1))


def test_a_file_that_is_not_there_and_a_date_that_is_none():
    with pytest.raises(DataError, match="findes ikke"):
        data.laes_csv("nowhere.csv", AFTALEFORMER)
    with pytest.raises(ParameterError, match="5/9"):
        data.dato("5/9")
    with pytest.raises(ParameterError, match="20240905"):
        data.dato("20240905")
    assert data.dato("2024-09-05") == date(2024, 9, 5)
    assert data.dato("") is None
    assert data.laes_valgfri("", AFTALEFORMER) is None
