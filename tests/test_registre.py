"""Registers with dates: what is wrong with one is named, and a row is asked for the day that it is about."""

import json
from datetime import date

import lilledata
import pandas as pd
import pytest

from kkrlib import data, kommuner, perioder, struktur
from kkrlib.errors import FEJL, ParameterError
from kkrlib.omraade import HELE_LANDET, omraade

STEDER = "kode,sted,omraade,fra,til\n101,Ærø,Øst,2007-01-01,\n102,Læsø,Øst,2007-01-01,\n103,Fanø,Vest,2007-01-01,\n"
#: Læsø (102) is part of Ærø from 2025 on, and Fanø (103) is in Øst.
MED_SAMMENLAEGNING = (
    "kode,sted,omraade,fra,til\n101,Ærø,Øst,2007-01-01,\n102,Læsø,Øst,2007-01-01,2024-12-31\n"
    "103,Fanø,Vest,2007-01-01,2024-12-31\n103,Fanø,Øst,2025-01-01,\n"
)
EFTER = "kode,efter,dag\n"
TAL = (
    "aar,omraade,kode,antal,andet,kilde,linje\n2023,Øst,101,1,,k1,3\n2023,Øst,102,2,4,k1,4\n2023,Vest,103,3,,k1,5\n"
    "2025,Øst,101,5,,k1,6\n2025,Øst,103,4,,k1,8\n"
)


def beskrivelse():
    """The small folder, with a register of places that has dates and successors."""
    described = lilledata.beskrivelse()
    by_name = {r["name"]: r for r in described["resources"]}
    days = [{"name": name, "type": "date", "description": name, "constraints": {}} for name in ("fra", "til")]
    days[0]["constraints"] = {"required": True}
    places = by_name["steder"]
    places["schema"]["fields"] += days
    places["schema"]["primaryKey"] = ["kode", "fra"]
    places["periode"] = {"fra": "fra", "til": "til", "pr": "kode"}
    places["checks"].append(
        {"check": "efterfoelger", "noegle": "kode", "tabel": "efter", "efter": "efter", "dag": "dag"}
    )
    by_name["tal"]["dato"] = {"aar": "aar"}
    by_name["fliser"]["checks"] = by_name["andele"]["checks"] = []
    fields = [
        {"name": name, "type": kind, "description": name, "constraints": {"required": True}}
        for name, kind in (("kode", "string"), ("efter", "string"), ("dag", "date"))
    ]
    keys = [{"fields": c, "reference": {"resource": "steder", "fields": "kode"}} for c in ("kode", "efter")]
    described["resources"].append(
        {
            "name": "efter",
            "path": "efter.csv",
            "schema": {"fields": fields, "primaryKey": ["kode", "dag"], "foreignKeys": keys},
            "may_be_empty": True,
        }
    )
    return described


@pytest.fixture
def mappe(tmp_path):
    folder = lilledata.skriv(tmp_path / "data")
    lilledata.skriv(folder, beskrivelse())
    skriv(folder, steder=STEDER, efter=EFTER)
    return folder


def skriv(folder, **tables):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def fejl(folder):
    return [(f.fil, f.raekke, f.kolonne, f.vaerdi, f.regel) for f in data.check(folder) if f.alvor == FEJL]


def sammenlagt(folder, tal=TAL):
    skriv(folder, steder=MED_SAMMENLAEGNING, efter=EFTER + "102,101,2025-01-01\n", tal=tal)


# --- what a wrong register is told -----------------------------------------------------------------------------------


def test_a_register_with_one_row_per_key_is_as_one_without_dates(mappe):
    assert fejl(mappe) == []


def test_periods_of_one_key_that_overlap_are_named(mappe):
    skriv(mappe, steder=STEDER + "103,Fanø By,Vest,2020-01-01,\n")
    said = "103 gælder fortsat i række 4; perioder for samme kode må ikke overlappe"
    assert fejl(mappe) == [("steder.csv", "5", "fra", "2020-01-01", said)]


def test_one_day_in_common_is_an_overlap_and_the_day_after_is_none(mappe):
    for begins, wrong in (("2024-12-31", True), ("2025-01-01", False)):
        skriv(
            mappe,
            steder=MED_SAMMENLAEGNING.replace("2025-01-01", begins),
            efter=EFTER + "102,101,2025-01-01\n",
            tal=TAL,
        )
        assert bool([f for f in fejl(mappe) if "overlappe" in f[4]]) == wrong


def test_a_gap_between_periods_of_one_key_is_named(mappe):
    skriv(mappe, steder=STEDER.replace("103,Fanø,Vest,2007-01-01,", "103,Fanø,Vest,2007-01-01,2019-12-31")
          + "103,Fanø,Vest,2020-01-02,\n")  # fmt: skip
    ((file, row, column, value, said),) = fejl(mappe)
    assert (file, row, column, value) == ("steder.csv", "5", "fra", "2020-01-02")
    assert said == (
        "103 gælder til 2019-12-31 i række 4, så der er et hul fra 2020-01-01; perioder for samme kode skal følge "
        "efter hinanden"
    )


def test_a_period_that_ends_before_it_begins_is_named(mappe):
    skriv(mappe, steder=STEDER.replace("103,Fanø,Vest,2007-01-01,", "103,Fanø,Vest,2007-01-01,2006-12-31"))
    found = fejl(mappe)
    assert ("steder.csv", "4", "fra", "2007-01-01", "er efter til, som er 2006-12-31") in found
    assert {f[1] for f in found} == {"4"}  # what follows is not told beside it


def test_a_succession_to_an_unknown_kommune_is_named(mappe):
    skriv(mappe, steder=MED_SAMMENLAEGNING, tal=TAL, efter=EFTER + "102,999,2025-01-01\n")
    said = "findes ikke i steder.csv, kolonne kode"
    assert fejl(mappe) == [("efter.csv", "2", "efter", "999", said)]


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        (
            "102,103,2025-01-02",
            ("dag", "102 Læsø gælder til 2024-12-31 i steder.csv; den skal gælde til dagen før, 2025-01-01"),
        ),
        ("102,102,2025-01-01", ("efter", "102 Læsø gælder ikke 2025-01-01 i steder.csv")),
    ],
)
def test_a_succession_fits_the_days_of_the_register(mappe, row, finding):
    skriv(mappe, steder=MED_SAMMENLAEGNING, tal=TAL, efter=f"{EFTER}{row}\n")
    assert [(f[0], f[1], f[2], f[4]) for f in fejl(mappe)] == [("efter.csv", "2", *finding)]


def test_one_that_ends_without_a_successor_and_a_new_one_without_a_predecessor_are_named(mappe):
    skriv(mappe, steder=MED_SAMMENLAEGNING + "104,Ny,Øst,2025-01-01,\n", tal=TAL + "2025,Øst,104,0,,k1,9\n")
    assert [(f[0], f[1], f[2], f[4]) for f in fejl(mappe)] == [
        ("steder.csv", "3", "til", "102 Læsø ophører, men har ingen efterfølger i efter.csv"),
        ("steder.csv", "6", "fra", "104 Ny er ny, men er ikke efterfølger for nogen i efter.csv"),
    ]


# --- a row is asked for its own day ----------------------------------------------------------------------------------


def test_each_year_has_the_kommuner_and_the_regions_of_its_own_day(mappe):
    sammenlagt(mappe)
    assert fejl(mappe) == []


def test_a_row_that_names_a_kommune_of_another_day_is_named_with_the_days(mappe):
    sammenlagt(mappe, TAL.replace("5,,k1,6\n", "3,,k1,6\n2025,Øst,102,2,,k1,7\n"))
    said = "gælder ikke 2025-01-01, for i steder.csv gælder den 2007-01-01 til 2024-12-31"
    assert fejl(mappe) == [("tal.csv", "6", "kode", "102", said)]


def test_a_row_with_the_region_of_another_day_is_named_with_the_one_of_its_own(mappe):
    sammenlagt(mappe, TAL.replace("2025,Øst,103", "2025,Vest,103"))
    assert fejl(mappe) == [("tal.csv", "6", "omraade", "Vest", "103 Fanø hører 2025-01-01 til Øst i steder.csv")]


def test_a_year_lacks_only_what_was_in_force_on_its_day(mappe):
    sammenlagt(mappe, TAL.replace("2023,Øst,102,2,4,k1,4\n", ""))
    missing = [f for f in fejl(mappe) if f[1] == "mangler"]
    said = "aar 2023: 102 Læsø mangler; alle 3 i steder.csv skal have en række"
    assert missing == [("tal.csv", "mangler", "kode", "102", said)]


def test_two_rows_may_say_the_same_when_they_are_never_in_force_at_once(mappe):
    renamed = STEDER.replace("103,Fanø,Vest,2007-01-01,", "103,Fanø,Vest,2007-01-01,2019-12-31")
    skriv(mappe, steder=f"{renamed}103,Fanø,Vest,2020-01-01,\n")
    assert fejl(mappe) == []
    skriv(mappe, steder=f"{renamed}103,Ærø,Vest,2020-01-01,\n")
    said = "står også i række 2; sted må ikke være ens i to rækker, der gælder samtidig"
    assert fejl(mappe) == [("steder.csv", "5", "sted", "Ærø", said)]


def test_a_register_that_refers_to_another_is_asked_for_its_whole_period(mappe):
    described = beskrivelse()
    areas = next(r for r in described["resources"] if r["name"] == "omraader")
    areas["schema"]["fields"] += [{"name": n, "type": "date", "description": n} for n in ("fra", "til")]
    areas["schema"]["primaryKey"] = ["omraade", "fra"]
    areas["periode"] = {"fra": "fra", "til": "til", "pr": "omraade"}
    lilledata.skriv(mappe, described)
    skriv(
        mappe,
        omraader="omraade,kkr,slug,fra,til\nØst,KKR Øst,oest,2007-01-01,\nVest,KKR Vest,vest,2007-01-01,2030-12-31\n",
    )
    said = "gælder ikke fortsat, som rækken gør, for i omraader.csv gælder den 2007-01-01 til 2030-12-31"
    assert fejl(mappe) == [("steder.csv", "4", "omraade", "Vest", said)]


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("periode", {"fra": "fra"}, "periode.til"),
        ("periode", {"fra": "sted", "til": "til"}, "periode.fra"),
        ("periode", {"fra": "fra", "til": "tli"}, "periode.til"),
        ("periode", {"fra": "fra", "til": "til", "pr": "nummer"}, "periode.pr"),
        ("periode", {"fra": "fra", "til": "til", "dage": [["aarene", "aar"]]}, "periode.dage"),
        ("periode", {"fra": "fra", "til": "til", "dage": [["tal", "omraade"]]}, "periode.dage"),
        ("dato", {"aar": "kode"}, "dato"),
        ("dato", {"dag": "fra", "aar": "kode"}, "dato"),
    ],
)
def test_a_wrong_declaration_of_days_is_named_before_any_table_is_opened(mappe, key, value, place):
    described = beskrivelse()
    described["resources"][2][key] = value
    assert described["resources"][2]["name"] == "steder"
    lilledata.skriv(mappe, described)
    found = [f for f in data.check(mappe) if f.alvor == FEJL]
    assert {f.fil for f in found} == {data.BESKRIVELSE} and place in {f.kolonne for f in found}


def test_the_descriptor_says_once_what_the_days_are():
    described = json.loads((data.data_mappe() / data.BESKRIVELSE).read_text(encoding="utf-8"))
    by_name = {r["name"]: r for r in described["resources"]}
    registers = {"regioner", "kommuner", "flisekort", "tilsyn", "klynge_register", "klynge_medlemmer"}
    assert registers <= {name for name, r in by_name.items() if "periode" in r}
    for name, r in by_name.items():  # whatever names a kommune or a region of a register says of which day
        named = {k["reference"]["resource"] for k in r["schema"].get("foreignKeys", ())}
        if named & {"kommuner", "regioner", "klynge_register"} and name not in ("stavemaader", "kommune_efterfoelgere"):
            assert "periode" in r or "dato" in r, name


# --- asking a register -----------------------------------------------------------------------------------------------


@pytest.fixture
def registre():
    day = pd.Timestamp
    areas = pd.DataFrame(
        [
            ("Region Nord", "Nord", "KKR Nord", "nord", day("2007-01-01"), pd.NaT),
            ("Region Øst", "Øst", "KKR Øst", "oest", day("2007-01-01"), day("2026-12-31")),
            ("Region Vest", "Vest", "KKR Vest", "vest", day("2007-01-01"), day("2026-12-31")),
            ("Region Syd", "Syd", "KKR Øst", "syd", day("2027-01-01"), pd.NaT),
        ],
        columns=["region", "kortnavn", "kkr", "slug", perioder.FRA, perioder.TIL],
    )
    places = pd.DataFrame(
        [
            ("101", "Ærø", "Region Nord", day("2007-01-01"), pd.NaT),
            ("102", "Læsø", "Region Øst", day("2007-01-01"), day("2026-12-31")),
            ("103", "Fanø", "Region Vest", day("2007-01-01"), day("2026-12-31")),
            ("104", "Mors", "Region Vest", day("2007-01-01"), day("2026-12-31")),
            ("102", "Ny Læsø", "Region Syd", day("2027-01-01"), pd.NaT),
            ("104", "Mors", "Region Syd", day("2027-01-01"), pd.NaT),
        ],
        columns=["kommunekode", "kommune", "region", perioder.FRA, perioder.TIL],
    )
    after = pd.DataFrame([("103", "102", day("2027-01-01"))], columns=["kommunekode", "efterfoelger", "dag"])
    return {"regioner": areas, "kommuner": places, "kommune_efterfoelgere": after}


FOER, EFTER_DAG = date(2026, 12, 31), date(2027, 1, 1)


def test_both_the_first_and_the_last_day_are_in_the_period(registre):
    assert list(perioder.gaeldende(registre["regioner"], FOER)["slug"]) == ["nord", "oest", "vest"]
    assert list(perioder.gaeldende(registre["regioner"], EFTER_DAG)["slug"]) == ["nord", "syd"]
    assert perioder.aarets_dag(2027) == EFTER_DAG


def test_an_area_is_one_of_the_day_and_a_kkr_means_the_region_that_it_is_of_then(registre):
    assert (
        omraade(registre, "kkr øst", FOER) == "Region Øst" and omraade(registre, "kkr øst", EFTER_DAG) == "Region Syd"
    )
    assert omraade(registre, "hele landet", EFTER_DAG) == HELE_LANDET
    with pytest.raises(
        ParameterError, match=r"«Vest» findes ikke den 2027-01-01. Gyldige: hele landet, Region Nord, Re"
    ):
        omraade(registre, "Vest", EFTER_DAG)
    with pytest.raises(ParameterError, match="«Syd» findes ikke den 2026-12-31"):
        omraade(registre, "Syd", FOER)


def test_a_kommune_is_read_by_the_names_of_the_day_or_by_all_it_has_had(registre):
    assert kommuner.laeser(registre)("Læsø") == kommuner.laeser(registre)("ny læsø") == "102"
    assert kommuner.laeser(registre, dag=FOER)("Fanø") == "103"
    for name in ("Fanø", "Læsø"):
        with pytest.raises(kommuner.UkendtKommune, match="findes ikke i registret"):
            kommuner.laeser(registre, dag=EFTER_DAG)(name)


def test_what_a_kommune_is_part_of_follows_the_successions_between_the_days(registre):
    assert struktur.efterfoelgere(registre, FOER, EFTER_DAG) == {"101": "101", "102": "102", "103": "102", "104": "104"}
    assert struktur.efterfoelgere(registre, date(2020, 1, 1), FOER)["103"] == "103"
    more = pd.DataFrame([("102", "104", pd.Timestamp("2028-01-01"))], columns=["kommunekode", "efterfoelger", "dag"])
    longer = registre | {"kommune_efterfoelgere": pd.concat([more, registre["kommune_efterfoelgere"]])}
    assert struktur.efterfoelgere(longer, FOER, date(2028, 1, 1))["103"] == "104"


def test_the_changes_of_structure_are_told_by_day_and_place(registre):
    assert struktur.aendringer(registre, date(2020, 1, 1), FOER) == []
    merged, region = struktur.aendringer(registre, FOER, EFTER_DAG)
    assert merged == struktur.Aendring(EFTER_DAG, struktur.KOMMUNE, ("Fanø",), "Ny Læsø")
    assert region == struktur.Aendring(EFTER_DAG, struktur.REGION, ("Region Øst", "Region Vest"), "Region Syd")
