"""Another year of klyngeøkonomi is only data: a whole made-up 2023, in files, beside 2022."""

import csv
import dataclasses
import inspect
import json
import re
import shutil

import pandas as pd
import pytest

from kkrlib import data, klynger
from kkrlib.errors import DataError, ParameterError
from kkrlib.visning import klynger as vis

REGIONER = [
    "hele landet",
    "Region Nordjylland",
    "Region Midtjylland",
    "Region Syddanmark",
    "Region Sjælland",
    "Region Hovedstaden",
]
CELLER = [
    f
    for n, f in inspect.getmembers(vis, inspect.isfunction)
    if f.__module__.startswith(f"{vis.__name__}.") and not n.startswith("_")
]
NEJ, JA = "2022-12-31", "2023-01-01"
PULJER = {
    "Region Nordjylland": 5_000_000,
    "Region Midtjylland": 10_000_000,
    "Region Syddanmark": 10_000_000,
    "Region Sjælland": 7_000_000,
    "Region Hovedstaden": 13_000_000,
}


def rewrite(folder, name, change):
    """Change the rows (dicts) of one table."""
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, heads = list(reader), reader.fieldnames
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


def moved(rows):
    """Klynge Syd of Nordjylland is abolished and its kommuner go to the new Klynge Ny; Stevns goes to Klyngen Nykøbing
    F.
    """
    new = []
    for row in rows:
        abolished = (row["region"], row["klynge"]) == ("Region Nordjylland", "Klynge Syd")
        if abolished or row["kommunekode"] == "336":
            new.append({**row, "gaelder_fra": JA, "klynge": "Klynge Ny" if abolished else "Klyngen Nykøbing F"})
            row["gaelder_til"] = NEJ
    return rows + new


def replaced(rows):
    (old,) = (row for row in rows if (row["region"], row["klynge"]) == ("Region Nordjylland", "Klynge Syd"))
    new = {**old, "gaelder_fra": JA, "klynge": "Klynge Ny", "slug": "klynge-ny", "nummer": "5"}
    old["gaelder_til"] = NEJ
    return [*rows, new]


@pytest.fixture(scope="module")
def med_2023(tmp_path_factory):
    folder = tmp_path_factory.mktemp("aar") / "data"
    shutil.copytree(data.data_mappe(), folder)
    rewrite(
        folder,
        "klynge_aar",
        lambda rows: [
            *rows,
            {
                **rows[0],
                "aar": "2023",
                "pulje_kommuner": "50000000",
                "pulje_regioner": "45000000",
                "i_alt": "95000000",
                "kvoteaar": "2025",
                "medlemskab_pr": JA,
            },
        ],
    )
    rewrite(
        folder,
        "klynge_regionspuljer",
        lambda rows: [*rows, *({**r, "aar": "2023", "pulje": str(PULJER[r["region"]])} for r in rows)],
    )
    rewrite(folder, "klynge_register", replaced)
    rewrite(folder, "klynge_medlemmer", moved)
    return folder


@pytest.fixture(scope="module")
def nye(med_2023):
    assert [f for f in data.check(med_2023) if f.alvor == "fejl"] == []
    return data.load(med_2023)


@pytest.mark.parametrize("koebenhavn", ["udelt", "delt"])
def test_2022_stays_equal_to_the_byte(tabeller, nye, koebenhavn):
    before, after = (klynger.beregn(t, 2022, koebenhavn=koebenhavn) for t in (tabeller, nye))
    frames = 0
    for field in dataclasses.fields(before):
        if isinstance(getattr(before, field.name), pd.DataFrame):
            old, new = (
                getattr(b, field.name).drop(columns="gaelder_til", errors="ignore").to_csv() for b in (before, after)
            )  # when it ends is what has changed
            assert old == new, field.name
            frames += 1
    assert frames == 13
    assert klynger.aar_med_data(nye) == [2022, 2023]


@pytest.mark.parametrize("region", REGIONER)
def test_the_pages_of_2022_stay_equal(tabeller, nye, region):
    before, after = (klynger.beregn(t, 2022, region) for t in (tabeller, nye))
    for cell in CELLER:
        assert bundle(cell(before)) == bundle(cell(after)), cell.__name__


def bundle(output):
    return json.dumps(None if output is None else output._repr_mimebundle_(), ensure_ascii=False)


def test_2023_has_its_own_klynger_members_people_and_money(nye):
    b = klynger.beregn(nye, 2023)
    assert sum(b.klynger["kommuner"]) == 50_000_000 and sum(b.klynger["regioner"]) == 45_000_000
    keys = set(b.klynger.index)
    assert (
        ("Region Nordjylland", "Klynge Ny") in keys
        and ("Region Nordjylland", "Klynge Syd") not in keys
        and len(keys) == len(b.register) == 22
    )
    assert b.kommuner.at["336", "klynge"] == "Klyngen Nykøbing F"
    people = klynger.befolkning(nye, 2025)
    assert b.kommuner.at["336", "kommuner"] == 50_000_000 * int(people["336"]) / sum(b.fordelt["indbyggere"])
    assert b.befolkning_opgjort.isoformat() == "2024-01-01"
    assert b.kontroller["id"].str.startswith("klynger-2023-").all()


@pytest.mark.parametrize("region", REGIONER)
def test_a_page_of_2023_speaks_of_no_table_or_slide_that_the_year_has_not(nye, region):
    b = klynger.beregn(nye, 2023, region)
    for cell in CELLER:
        said = bundle(cell(b))
        assert re.search(r"Tabel [12]|[Bb]ilag 3|[Pp]lanche|skøn", said) is None, (
            cell.__name__,
            re.search(r".{60}(Tabel [12]|[Bb]ilag 3|[Pp]lanche|skøn)", said),
        )
    own = [
        row
        for row in vis.klynger(klynger.beregn(nye, 2023, "Region Nordjylland")).payload["raekker"]
        if row[0] == "Region Nordjylland"
    ]
    assert own and all("Klynge Syd" not in row for row in own)
    text = str(vis.anvendelse_tekst(b))
    assert "ikke data om, hvad midlerne for 2023 må bruges til" in text and "Modellen gælder kun 2022." in text


def test_the_page_says_what_is_new_since_the_year_before(nye):
    text = str(vis.hvad_er_nyt(klynger.beregn(nye, 2023)))
    assert "Midlerne til klyngerne i hele landet er 15.000.000\N{NO-BREAK SPACE}kr. større." in text
    assert "1 klynge er kommet til, og 1 er ophørt." in text
    assert "2022 er det første år i datagrundlaget" in str(vis.hvad_er_nyt(klynger.beregn(nye, 2022)))


def test_a_division_cannot_be_chosen_for_a_year_that_no_amounts_tell_of(nye):
    with pytest.raises(ParameterError, match="koebenhavn: «delt» kan ikke vælges for 2023"):
        klynger.beregn(nye, 2023, koebenhavn="delt")


def test_an_amount_for_a_klynge_that_is_not_in_force_is_named(nye):
    late = dict(nye)
    row = nye["klynge_beloeb"].query("region == 'Region Nordjylland' and klynge == 'Klynge Syd' and tabel == 'tabel-1'")
    late["klynge_beloeb"] = pd.concat([nye["klynge_beloeb"], row.assign(aar=2023)], ignore_index=True)
    with pytest.raises(DataError, match="Klynge Syd.*gælder ikke på årets dag"):
        klynger.beregn(late, 2023)


def test_the_accounts_of_2023_go_on_in_the_fields_of_the_last_model(nye):
    assert klynger.former(nye, 2023)["Betalere"].keys() - klynger.former(nye, 2022)["Betalere"].keys() == {
        "Overføres til 2024",
        "Råderum sikret i 2024 (ja/nej)",
    }
