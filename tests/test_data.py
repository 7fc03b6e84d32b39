"""Loading and validation: the real data are sound, and every fault that can be made in them is named."""

import json
import shutil

import pandas as pd
import pytest

from kkrlib import data
from kkrlib.data import kilder
from kkrlib.errors import ADVARSEL, FEJL, DataError, som_tabel


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(data.data_mappe(), copy)
    return copy


def edit(folder, name, old, new, encoding="utf-8"):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding=encoding)
    return 1 + text[: text.index(old)].count("\n") + old[: len(old) - len(old.lstrip("\n"))].count("\n")


def errors(folder):
    return [f for f in data.check(folder) if f.alvor == FEJL]


def only(folder, fil, raekke, kolonne):
    found = [f for f in errors(folder) if (f.fil, f.raekke, f.kolonne) == (fil, str(raekke), kolonne)]
    assert len(found) == 1, "\n".join(map(str, errors(folder)))
    return found[0]


KBH = "2025,Region Hovedstaden,101,659350,51863,,004,2.4,2240\n"
FRB = "2025,Region Hovedstaden,147,104899,6418,,004,2.4,2241\n"


# --- the real data ------------------------------------------------------------------------------------------------


def test_the_data_of_the_project_have_no_error():
    assert errors(data.data_mappe()) == []


def test_every_known_fault_of_a_source_is_a_warning(tabeller):
    package = json.loads((data.data_mappe() / "datapackage.json").read_text(encoding="utf-8"))
    known = [r["name"] for r in package["resources"] if any(c["check"] == "kendt" for c in r.get("checks", ()))]
    warnings = [f for f in data.check() if f.alvor == ADVARSEL]
    assert "kildefejl" in known
    assert len(warnings) == sum(len(tabeller[name]) for name in known) > 0


def test_each_year_has_98_kommuner_in_every_table_of_the_letter(tabeller):
    for name in ("bilag_a", "familiesammenfoerte", "bilag_b"):
        years = tabeller[name].groupby("kvoteaar")["kommunekode"].nunique().to_dict()
        assert {2023, 2025} <= set(years) and set(years.values()) == {98}


def test_types_follow_the_descriptor(tabeller):
    assert tabeller["bilag_a"]["befolkning"].dtype == "int64"
    assert tabeller["bilag_a"]["asylansoegere"].dtype == "Int64"
    assert tabeller["bilag_a"]["kommunekode"].iloc[0] == "101"
    assert tabeller["landstal"].set_index("kvoteaar").at[2023, "udmeldt"] == pd.Timestamp("2022-04-30")


def test_an_empty_cell_and_a_zero_are_two_things(tabeller):
    asylum = tabeller["bilag_a"].set_index(["kvoteaar", "kommunekode"])["asylansoegere"]
    assert asylum[2023, "101"] == 0  # «-» in the source
    assert pd.isna(asylum[2025, "101"])  # nothing printed


def test_every_column_has_a_description_and_every_number_a_unit_and_every_fact_a_source():
    package = json.loads((data.data_mappe() / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        names = [f["name"] for f in resource["schema"]["fields"]]
        assert resource["description"] and resource["schema"]["primaryKey"], resource["name"]
        for field in resource["schema"]["fields"]:
            where = f"{resource['name']}.{field['name']}"
            assert field["description"], where
            if field["type"] in ("integer", "date"):
                assert field["unit"], where
            if field["type"] == "integer" and field["unit"] == "personer" and "linje" in names:
                assert "line" in field.get("source", "line"), where
        if (
            any(f.get("unit") == "personer" for f in resource["schema"]["fields"])
            and resource["name"] != "aftale_overfoersler"
        ):
            assert {"kilde", "punkt", "linje"} <= set(names), resource["name"]


def test_every_file_in_data_is_described_and_every_description_has_a_file():
    package = json.loads((data.data_mappe() / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["path"] for r in package["resources"]} == {p.name for p in data.data_mappe().glob("*.csv")}


# --- the facts stand on their lines -------------------------------------------------------------------------------


def test_each_fact_stands_on_its_line_in_the_source(kildemappe):
    assert data.check_kilder(kildemappe) == []


def test_a_fact_that_is_not_on_its_line_is_found(kildemappe, folder):
    row = edit(folder, "bilag_a.csv", FRB, FRB.replace("6418", "6419"))
    edit(
        folder,
        "summer.csv",
        "2025,bilag_a,indvandrere_flygtninge,Region Hovedstaden,142821",
        "2025,bilag_a,indvandrere_flygtninge,Region Hovedstaden,142822",
    )
    edit(
        folder,
        "summer.csv",
        "2025,bilag_a,indvandrere_flygtninge,Danmark,333619",
        "2025,bilag_a,indvandrere_flygtninge,Danmark,333620",
    )
    found = {(f.fil, f.raekke, f.kolonne) for f in data.check_kilder(kildemappe, folder)}
    assert ("bilag_a.csv", str(row), "indvandrere_flygtninge") in found
    assert len(found) == 3


def test_a_fact_that_another_table_has_is_looked_up_on_the_line_that_prints_it_too(kildemappe, folder):
    """The inhabitants of the slide on Sjælland stand once, in bilag A, and both places are looked up."""
    row = edit(folder, "klynge_kommunebidrag.csv", "316,Holbæk,495869,002,2.6,2043", "316,Holbæk,495869,002,2.6,2044")
    found = {(f.fil, f.raekke, f.kolonne) for f in data.check_kilder(kildemappe, folder)}
    assert ("klynge_kommunebidrag.csv", str(row), "kvoteaar,kommunekode") in found


@pytest.mark.parametrize(
    ("form", "line", "stands"),
    [
        ("6,44", "svarende til 6,44-7,31 kr.", True),
        ("7,31", "svarende til 6,44-7,31 kr.", True),
        ("2024", "i 2021-2024 af", True),
        ("202", "i 2021-2024 af", False),
        ("500", "500.000 kr.", False),
        ("000", "500.000 kr.", False),
        ("4,3", "14,3 eller 4,35", False),
        ("8.557.655", "<b>8.557.655</b>", True),
        ("Vejen", "<b>Lillebælt-klyngen</b> Fredericia Vejen*** Billund**", True),
        ("Vejle", "Vejlegård", False),
    ],
)
def test_a_number_or_a_word_stands_on_a_line_only_as_a_whole(form, line, stands):
    assert kilder._stands_in(form, line) is stands


def test_another_text_than_the_facts_were_taken_from_is_named(kildemappe, tmp_path):
    shutil.copytree(kildemappe, tmp_path / "kilder")
    (tmp_path / "kilder").chmod(0o755)
    victim = next((tmp_path / "kilder").glob("004_*"))
    victim.chmod(0o644)
    victim.write_text("en anden tekst", encoding="utf-8")
    assert [f.kolonne for f in data.check_kilder(tmp_path / "kilder")] == ["sha256"]


# --- bad input ----------------------------------------------------------------------------------------------------


def test_a_kommune_missing_is_named(folder):
    edit(folder, "bilag_a.csv", KBH, "")
    finding = only(folder, "bilag_a.csv", "mangler", "kommunekode")
    assert finding.vaerdi == "101"
    assert "2025: 101 København mangler" in finding.regel


def test_a_kommune_twice_is_named_with_both_rows(folder):
    row = edit(
        folder,
        "bilag_b.csv",
        "2023,Region Hovedstaden,147,5,000,3.8,1364\n",
        "2023,Region Hovedstaden,147,5,000,3.8,1364\n" * 2,
    )
    finding = only(folder, "bilag_b.csv", row + 1, "kvoteaar,kommunekode")
    assert finding.vaerdi == "2023,147"
    assert f"række {row}" in finding.regel


def test_an_unknown_kommune_is_named(folder):
    row = edit(folder, "bilag_a.csv", KBH, KBH.replace(",101,", ",411,"))
    assert "kommuner.csv" in only(folder, "bilag_a.csv", row, "kommunekode").regel
    assert only(folder, "bilag_a.csv", "mangler", "kommunekode").vaerdi == "101"


def test_a_kommune_in_the_wrong_region_is_named(folder):
    row = edit(
        folder, "bilag_b.csv", "2025,Region Sjælland,253,3,004,2.4,2497", "2025,Region Hovedstaden,253,3,004,2.4,2497"
    )
    finding = only(folder, "bilag_b.csv", row, "region")
    assert finding.vaerdi == "Region Hovedstaden"
    assert "253 Greve hører til Region Sjælland" in finding.regel


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("-1", "mindst 0"),
        ("", "må ikke være tom"),
        ("2.5", "helt tal"),
        ("mange", "helt tal"),
        ("659.350", "tusindtalsadskiller (659350?)"),
        ("1e5", "helt tal"),
        ("1_000", "skal skrives 1000"),
        (" 659350", "mellemrum"),
        ("0659350", "skal skrives 659350"),
        ("=1+1", "helt tal"),
    ],
)
def test_a_number_that_is_none_is_named(folder, value, said):
    row = edit(folder, "bilag_a.csv", KBH, KBH.replace("659350", value))
    assert said in only(folder, "bilag_a.csv", row, "befolkning").regel


def test_a_decimal_comma_is_named(folder):
    row = edit(folder, "bilag_a.csv", KBH, KBH.replace("659350", "659,350"))
    assert any(f.raekke == str(row) for f in errors(folder))


def test_a_total_that_contradicts_its_rows_is_named_with_the_difference(folder):
    edit(folder, "bilag_a.csv", FRB, FRB.replace("104899", "104898"))
    found = [f for f in errors(folder) if f.fil == "summer.csv"]
    assert {f.kolonne for f in found} == {"vaerdi"}
    assert {"Danmark" in f.regel or "Region Hovedstaden" in f.regel for f in found} == {True}
    assert all("forskel +1" in f.regel for f in found)
    assert len(found) == len(errors(folder)) == 2


def test_a_known_fault_that_is_mended_is_named(folder):
    edit(
        folder,
        "summer.csv",
        "2023,bilag_a,asylansoegere,Region Syddanmark,2039",
        "2023,bilag_a,asylansoegere,Region Syddanmark,1955",
    )
    (finding,) = errors(folder)
    assert (finding.fil, finding.kolonne) == ("kildefejl.csv", "trykt")
    assert "forekommer ikke længere" in finding.regel


def test_a_known_fault_of_another_size_is_no_excuse(folder):
    edit(
        folder,
        "summer.csv",
        "2023,bilag_a,asylansoegere,Region Syddanmark,2039",
        "2023,bilag_a,asylansoegere,Region Syddanmark,2038",
    )
    (finding,) = errors(folder)
    assert "giver tilsammen 1955 (forskel +83)" in finding.regel


GRE = "2022-07-01,,Region Sjælland,Klyngen Roskilde/Køge,253,fuld,1,trykt,Greve,002,2.6,1996,1906\n"


def test_a_kommune_in_no_klynge_and_a_klynge_without_members_are_named(folder):
    edit(folder, "klynge_medlemmer.csv", GRE, "")
    assert "253 Greve mangler" in only(folder, "klynge_medlemmer.csv", "mangler", "kommunekode").regel
    path = folder / "klynge_medlemmer.csv"
    kept = [
        line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if "Bornholm Klynge" not in line
    ]
    path.write_text("".join(kept), encoding="utf-8")
    assert (
        only(folder, "klynge_medlemmer.csv", "mangler", "region,klynge").vaerdi == "Region Hovedstaden,Bornholm Klynge"
    )


@pytest.mark.parametrize("share", ["1/2", "0/1", "2"])
def test_shares_that_do_not_sum_to_one_are_named_with_their_row(folder, share):
    row = edit(folder, "klynge_medlemmer.csv", GRE, GRE.replace(",1,trykt", f",{share},trykt"))
    found = [f for f in errors(folder) if f.kolonne == "bidragsandel"]
    assert [f.raekke for f in found] == ([] if share == "0/1" else [str(row)])  # to contribute nowhere is allowed
    assert all("253 Greve har fra 2022-07-01 andele" in f.regel for f in found)


def test_a_kommune_can_change_klynge_on_a_day_and_a_gap_or_an_overlap_is_named(folder):
    new = GRE.replace("2022-07-01,,", "2023-01-01,,").replace("Klyngen Roskilde/Køge", "Klyngen Holbæk")
    edit(folder, "klynge_medlemmer.csv", GRE, GRE.replace("2022-07-01,,", "2022-07-01,2022-12-31,") + new)
    assert errors(folder) == []
    edit(folder, "klynge_medlemmer.csv", "2022-07-01,2022-12-31,", "2022-07-01,2022-11-30,")
    (gap,) = errors(folder)
    assert "ingen række fra 2022-12-01" in gap.regel
    edit(folder, "klynge_medlemmer.csv", "2022-07-01,2022-11-30,", "2022-07-01,2023-01-31,")
    (overlap,) = errors(folder)
    assert "fra 2023-01-01 andele, der giver 2" in overlap.regel


def test_a_region_without_its_share_is_named(folder):
    edit(folder, "klynge_regionspuljer.csv", "2022,Region Sjælland,6163780,002,2.6,1972\n", "")
    assert only(folder, "klynge_regionspuljer.csv", "mangler", "region").vaerdi == "Region Sjælland"


def test_a_wrong_encoding_is_named(folder):
    path = folder / "kommuner.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    (finding,) = errors(folder)
    assert (finding.fil, finding.raekke, finding.vaerdi) == (
        "kommuner.csv",
        "2",
        "101,København,Region Hovedstaden,2007-01-01,",
    )
    assert "UTF-8" in finding.regel


@pytest.mark.parametrize(("content", "said"), [("", "filen er tom"), (None, "findes ikke")])
def test_an_empty_file_and_a_missing_file_are_named(folder, content, said):
    if content is None:
        (folder / "bilag_b.csv").unlink()
    else:
        (folder / "bilag_b.csv").write_text(content, encoding="utf-8")
    assert said in only(folder, "bilag_b.csv", "", "").regel


def test_a_table_without_rows_is_named(folder):
    path = folder / "bilag_b.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    assert "ingen rækker" in only(folder, "bilag_b.csv", "", "").regel


def test_semicolons_and_wrong_headings_are_named(folder):
    path = folder / "regionskvoter.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",", ";"), encoding="utf-8")
    assert "semikolon" in only(folder, "regionskvoter.csv", 1, "").regel
    path.write_text(text.replace("regionskvote,", "kvote,"), encoding="utf-8")
    assert "overskrifterne skal være kvoteaar,region,regionskvote" in only(folder, "regionskvoter.csv", 1, "").regel


def test_a_comma_too_many_in_the_first_row_is_one_finding_and_moves_no_field(folder):
    edit(folder, "bilag_a.csv", "2023,Region Hovedstaden,101,644431,", "2023,Region Hovedstaden,101,644,431,")
    assert {f.raekke for f in errors(folder)} <= {"2"}


def test_a_blank_line_does_not_hide_what_is_missing(folder):
    path = folder / "bilag_a.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len(errors(folder)) <= 3


def test_a_year_without_landstal_is_named(folder):
    edit(folder, "landstal.csv", "2025,1,600,2024-04-29", "2024,1,600,2024-04-29")
    finding = only(folder, "landstal.csv", "mangler", "kvoteaar")
    assert finding.vaerdi == "2025" and "bilag_a.csv" in finding.regel


def test_a_landstal_that_contradicts_the_printed_totals_is_named(folder):
    edit(folder, "landstal.csv", "2025,1,600,2024-04-29", "2025,1,601,2024-04-29")
    found = [f for f in errors(folder) if f.fil == "landstal.csv"]
    assert len(found) == 2 and all("600" in f.regel and f.vaerdi == "601" for f in found)


def test_a_legal_number_that_is_none_or_missing_is_named(folder):
    row = edit(folder, "retsregler.csv", "graensen,25,,procent,2022", "graensen,femogtyve,,procent,2022")
    assert "helt tal" in only(folder, "retsregler.csv", row, "vaerdi").regel


def test_a_number_over_two_fields_is_named(folder):
    row = edit(
        folder, "bilag_b.csv", "2025,Region Sjælland,253,3,004,2.4,2497", "2025,Region Sjælland,253,1,003,004,2.4,2497"
    )
    assert any(f.raekke == str(row) for f in errors(folder))


def test_all_findings_are_named_at_once(folder):
    edit(folder, "bilag_a.csv", KBH, KBH.replace("659350", "-5"))
    edit(folder, "bilag_b.csv", "2025,Region Sjælland,253,3,004,2.4,2497", "2025,Region Hovedstaden,253,3,004,2.4,2497")
    edit(folder, "familiesammenfoerte.csv", "2023,Region Sjælland,350,3,000,3.8,1525\n", "")
    edit(folder, "landstal.csv", "2025,1,600,2024-04-29", "2025,1,600,29-04-2024")
    (folder / "retsregler.csv").write_text("", encoding="utf-8")
    assert {f.fil for f in errors(folder)} >= {
        "bilag_a.csv",
        "bilag_b.csv",
        "familiesammenfoerte.csv",
        "landstal.csv",
        "retsregler.csv",
    }
    with pytest.raises(DataError) as error:
        data.load(folder)
    assert list(error.value.fund) == errors(folder)
    assert str(error.value).count("\n") == len(errors(folder)) - 1


def test_a_folder_without_a_descriptor_is_named(tmp_path):
    assert "datapackage.json" in str(data.check(tmp_path)[0])


def test_findings_are_a_table():
    found = data.check()
    assert list(som_tabel(found).columns) == ["fil", "raekke", "kolonne", "vaerdi", "regel", "alvor"]
    assert len(som_tabel(found)) == len(found)
