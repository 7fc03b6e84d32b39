"""What quotas are computed from must make sense together: the same in the data, in the calculation and on the page."""

import shutil

import pandas as pd
import pytest

from kkrlib import data, flygtninge
from kkrlib.errors import ADVARSEL, FEJL, DataError
from kkrlib.flygtninge.regel import fordel_taenkt
from kkrlib.visning import flygtninge as vis


def basis(**changes):
    rows = [("101", "Region Hovedstaden", 50, 20, 1, 0), ("253", "Region Sjælland", 30, 10, 2, 0)]
    columns = ["kommunekode", "region", "befolkning", "indvandrere_flygtninge", "familiesammenfoerte", "asylansoegere"]
    table = pd.DataFrame(rows, columns=columns).set_index("kommunekode")
    for column, value in changes.items():
        table.loc["253", column] = value
    return table


CASES = [
    ({"indvandrere_flygtninge": 31}, [("indvandrere_flygtninge", FEJL)]),
    ({"indvandrere_flygtninge": 30}, []),
    ({"familiesammenfoerte": 31}, [("familiesammenfoerte", FEJL)]),
    ({"familiesammenfoerte": 30}, []),
    ({"asylansoegere": 31}, [("asylansoegere", ADVARSEL)]),
    ({"asylansoegere": 30}, []),
    (
        {"befolkning": 0},
        [("befolkning", ADVARSEL), ("indvandrere_flygtninge", FEJL), ("familiesammenfoerte", FEJL)],
    ),
    ({"befolkning": 0, "indvandrere_flygtninge": 0, "familiesammenfoerte": 0}, [("befolkning", ADVARSEL)]),
    (
        {"befolkning": 0, "indvandrere_flygtninge": 0, "familiesammenfoerte": 0, "asylansoegere": 4},
        [("befolkning", ADVARSEL), ("asylansoegere", ADVARSEL)],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_numbers_of_a_kommune_that_contradict_each_other_are_errors_and_unlikely_ones_warnings(changes, expected):
    found = flygtninge.grundlagsfund(basis(**changes), 16)
    assert sorted((f.kolonne, f.alvor) for f in found) == sorted(expected)
    assert {f.raekke for f in found} <= {"253"}
    errors = [f for f in found if f.alvor == FEJL]
    if errors:
        with pytest.raises(DataError) as refused:
            flygtninge.fordel(basis(**changes), 16)
        assert list(refused.value.fund) == errors
    else:
        assert flygtninge.fordel(basis(**changes), 16)["kommunekvote"].sum() == 16


def test_the_input_is_not_changed_by_looking_at_it_and_a_missing_column_is_no_error():
    table = basis(befolkning=0, indvandrere_flygtninge=0, familiesammenfoerte=0)
    before = table.copy()
    flygtninge.grundlagsfund(table, 16)
    pd.testing.assert_frame_equal(table, before)
    assert flygtninge.grundlagsfund(basis().drop(columns="asylansoegere"), 16) == []


def test_a_cell_that_is_no_number_is_one_finding_and_not_compared():
    table = basis().astype(object)
    table.loc["253", "befolkning"] = None
    assert [f.regel for f in flygtninge.grundlagsfund(table, 16)] == ["tallet mangler"]
    assert flygtninge.grundlagsfund(basis().drop(columns="region"), 16)[0].regel == "kolonnen mangler"


def test_a_mixture_of_two_years_and_a_what_if_are_no_facts():
    mixed = basis(indvandrere_flygtninge=31)
    assert fordel_taenkt(mixed, 16)["kommunekvote"].sum() == 16
    grown = basis(befolkning=70, indvandrere_flygtninge=60)  # the new indvandrere among the old inhabitants: 60 of 30
    why = flygtninge.aarsager(basis(), grown, 16, 16)
    assert why["aendring"].sum() == 0
    assert len(flygtninge.foelsomhed(basis(), 16, 40)) == 2
    with pytest.raises(DataError, match="flere indvandrere"):
        flygtninge.aarsager(basis(), mixed, 16, 16)


# --- the same in the data -----------------------------------------------------------------------------------------


def write(folder, table, column, code, value):
    path = folder / f"{table}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    at = (rows["kvoteaar"] == "2025") & (rows["kommunekode"] == code)
    rows.loc[at, column] = value
    rows.to_csv(path, index=False)
    return str(rows.index[at][0] + 2)


def test_kkr_check_says_of_the_tables_what_the_calculation_says_of_the_grundlag(tmp_path):
    shutil.copytree(data.data_mappe(), tmp_path / "data")
    cases = [
        ("bilag_a", "indvandrere_flygtninge", "253", "99999999", FEJL),
        ("familiesammenfoerte", "familiesammenfoerte", "259", "99999999", FEJL),
        ("bilag_a", "asylansoegere", "265", "99999999", ADVARSEL),
        ("bilag_a", "befolkning", "269", "0", ADVARSEL),
    ]
    rows = [write(tmp_path / "data", *case[:4]) for case in cases]
    declared = data.check(tmp_path / "data")
    computed = flygtninge.grundlagsfund(flygtninge.grundlag(data.laes(tmp_path / "data"), 2025), 600)
    for row, (table, column, code, _, severity) in zip(rows, cases, strict=True):
        place = (f"{table}.csv", row, column)
        assert [f.alvor for f in declared if (f.fil, f.raekke, f.kolonne) == place] == [severity]
        assert [f.alvor for f in computed if (f.raekke, f.kolonne) == (code, column)] == [severity]


def test_a_kommune_with_nobody_in_it_is_warned_of_on_the_page_which_is_still_made(tabeller):
    persons, families = tabeller["bilag_a"].copy(), tabeller["familiesammenfoerte"].copy()
    at = (persons["kvoteaar"] == 2025) & (persons["kommunekode"] == "825")
    persons.loc[at, ["befolkning", "indvandrere_flygtninge"]] = 0
    families.loc[(families["kvoteaar"] == 2025) & (families["kommunekode"] == "825"), "familiesammenfoerte"] = 0
    b = flygtninge.beregn({**tabeller, "bilag_a": persons, "familiesammenfoerte": families}, 2025, "nordjylland")
    assert [(f.raekke, f.kolonne, f.alvor) for f in b.advarsler] == [("825", "befolkning", ADVARSEL)]
    assert "Læsø har ingen indbyggere." in vis.advarsler(b).html
    assert "Læsø har ingen indbyggere og er vist med 0" in vis.kort(b).beskrivelse
    assert vis.kommunekvoter(b).html
