"""The klyngeregnskab: templates that can be read back, and every fault that can be made in one is named."""

import io
import shutil
import zipfile

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from kkrlib import cli, data, klynger
from kkrlib.errors import DataError, ParameterError
from kkrlib.rapport import katalog
from kkrlib.visning import klynger as vis
from kkrlib.visning import klyngeregnskab

NAVN = "klyngeregnskab-2022-sjaelland-klyngen-holbaek.xlsx"
BETALERE = ["Holbæk", "Kalundborg", "Lejre", "Odsherred", "Region Sjælland"]
UNDER, OVER = 100_000, 10_000_000


@pytest.fixture(scope="module")
def b(tabeller):
    return klynger.beregn(tabeller, 2022, "Region Sjælland")


@pytest.fixture(scope="module")
def skabeloner(b):
    return klyngeregnskab.skabeloner(b)


@pytest.fixture(scope="module")
def udfyldte(skabeloner):
    """The templates with 0 kroner spent by every payer."""
    filled = {}
    for name, content in skabeloner.items():
        book = openpyxl.load_workbook(io.BytesIO(content))
        for row in book["Betalere"].iter_rows(min_row=2, min_col=7, max_col=7):
            row[0].value = 0
        out = io.BytesIO()
        book.save(out)
        filled[name] = out.getvalue()
    return filled


@pytest.fixture
def mappe(tmp_path, udfyldte):
    for name, content in udfyldte.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def tomme(tmp_path, skabeloner):
    for name, content in skabeloner.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def fill(folder, cells, name=NAVN, sheet="Betalere"):
    """Write cells (``"C2"`` or a heading and a row) of one workbook, as a person would."""
    book = openpyxl.load_workbook(folder / name)
    page = book[sheet]
    heads = {
        str(c.value): c.column_letter for row in page.iter_rows() for c in row if c.value is not None and c.row <= 7
    }
    for (heading, row), value in cells.items():
        page[f"{heads[heading]}{row}"] = value
    book.save(folder / name)


def read(tabeller, folder):
    return klynger.beregn(tabeller, 2022, regnskaber=data.laes_regneark(str(folder), klynger.former(tabeller, 2022)))


def findings(tabeller, folder):
    with pytest.raises(DataError) as error:
        read(tabeller, folder)
    return error.value.fund


FORBRUG, OVERFOERES, RAADERUM = "Forbrug: Akutområdet", "Overføres til 2023", "Råderum sikret i 2023 (ja/nej)"
AELDRE = "Forbrug: Sårbare ældre"


def test_there_is_a_template_per_klynge_and_the_same_bytes_each_time(tabeller, b, skabeloner):
    assert len(skabeloner) == 4
    assert NAVN in skabeloner
    assert klyngeregnskab.skabeloner(b) == skabeloner
    assert len(klyngeregnskab.skabeloner(klynger.beregn(tabeller, 2022))) == 22


def test_a_template_where_nothing_was_spent_is_read_back_without_a_finding(tabeller, b, mappe):
    read_back = read(tabeller, mappe)
    assert read_back.antal_regnskaber == 4
    rows = read_back.regnskab
    assert len(rows) == len(b.i_omraadet(b.budget)) == 21
    assert rows["forbrug"].sum() == 0
    assert rows["rest"].tolist() == rows["budget"].tolist()
    assert sorted(rows.loc[rows["klynge"] == "Klyngen Holbæk", "betaler"]) == BETALERE


def test_a_template_that_nobody_filled_in_is_one_finding_and_not_0_kroner(tabeller, tomme):
    found = findings(tabeller, tomme)
    assert len(found) == 4 and {f.raekke for f in found} == {"Betalere"}
    assert {f.regel for f in found} == {"regnskabet er ikke udfyldt; skriv 0, hvor der intet er brugt"}
    said = CliRunner().invoke(cli.main, ["regnskab", "kontrol", "--aar", "2022", str(tomme)])
    assert said.exit_code == 3 and "uden fejl" not in said.output and said.output.count("ikke udfyldt") == 4


@pytest.mark.parametrize(
    "typed", [{(OVERFOERES, 2): 100, (RAADERUM, 2): "ja"}, {(RAADERUM, 2): "nej"}, {(FORBRUG, 2): "  "}, {}]
)
def test_a_payer_without_an_amount_is_not_filled_in_whatever_else_the_row_has(tabeller, mappe, typed):
    fill(mappe, {(AELDRE, 2): None} | typed)
    (finding,) = findings(tabeller, mappe)
    assert (finding.raekke, finding.kolonne, finding.vaerdi) == ("Betalere 2", "forbrug", "Holbæk")
    assert finding.regel == "forbruget er ikke udfyldt; skriv 0, hvor der intet er brugt"


def test_a_payer_with_an_amount_has_0_in_the_blanks_as_the_template_says(tabeller, mappe, skabeloner):
    fill(mappe, {(AELDRE, 2): None, (FORBRUG, 2): 7})
    row = read(tabeller, mappe).regnskab.query("betaler == 'Holbæk'").iloc[0]
    assert (row["akut"], row["aeldre"], row["unge"], row["forbrug"], row["overfoeres"]) == (7, 0, 0, 7, 0)
    front = openpyxl.load_workbook(io.BytesIO(skabeloner[NAVN]))["Klynge"]
    guide = " ".join(str(c.value) for c in front["A"])
    assert "og 0, hvor der intet er brugt" in guide and "tæller betalerens tomme beløbsfelter som 0" in guide


def test_a_formula_is_one_finding_and_not_also_a_blank(tabeller, mappe):
    fill(mappe, {(AELDRE, 2): "=1+1"})
    (finding,) = findings(tabeller, mappe)
    assert finding.regel.startswith("er en formel")


def test_spending_and_carry_over_are_summed_by_hand(tabeller, mappe):
    fill(
        mappe,
        {(FORBRUG, 2): 100_000, (AELDRE, 2): 50_000, (OVERFOERES, 2): 300_000, (RAADERUM, 2): "Ja"},
    )
    fill(
        mappe,
        {("Indsats", 2): "Udkørende akutteam", ("Område", 2): "akutområdet", ("Bemærkning", 2): "fra oktober"},
        sheet="Indsatser",
    )
    b = read(tabeller, mappe)
    row = b.regnskab.query("betaler == 'Holbæk'").iloc[0]
    assert (row["budget"], row["forbrug"], row["rest"], row["overfoeres"], row["raaderum"]) == (
        495_869,
        150_000,
        345_869,
        300_000,
        "ja",
    )
    assert (row["akut"], row["aeldre"]) == (100_000, 50_000)
    assert b.indsatser.iloc[0].tolist() == [
        "Region Sjælland",
        "Klyngen Holbæk",
        "Udkørende akutteam",
        "akut",
        "fra oktober",
    ]
    assert "Udkørende akutteam" in vis.indsatser(b).html and "Akutområdet" in vis.indsatser(b).html
    table = vis.regnskab(b)
    assert "150.000" in table.ren_tekst and "300.000" in table.ren_tekst
    text = str(vis.regnskab_tekst(b)).replace("\xa0", " ")
    assert "150.000 kr. af " in text and "ikke offentliggjort i kilden" in text
    assert "(1,3" in text  # of all four klynger's money; the carry-over would be 2,5


def test_without_accounts_the_report_says_so(b):
    assert "ikke offentliggjort regnskaber" in str(vis.regnskab_tekst(b))
    assert [k["navn"] for k in vis.regnskab(b).payload["kolonner"]][-1] == "budget"


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({("Betaler", 2): "Greve"}, "betaler", "er ikke betaler i klyngen"),
        ({("Budget", 2): 495_870}, "budget", "må ikke ændres"),
        ({("Budget", 2): None}, "budget", "må ikke være tom"),
        ({(FORBRUG, 2): OVER}, "forbrug", "større end budgettet på 495869"),
        ({(FORBRUG, 2): 300_000, (AELDRE, 2): 200_000}, "forbrug", "større end budgettet"),
        ({(OVERFOERES, 2): UNDER}, "raaderum", "sikrer et tilsvarende råderum i 2023"),
        ({(OVERFOERES, 2): UNDER, (RAADERUM, 2): "nej"}, "raaderum", "sikrer et tilsvarende råderum"),
        ({(OVERFOERES, 2): UNDER, (RAADERUM, 2): "måske"}, "raaderum", "ja eller nej"),
        ({(OVERFOERES, 2): OVER, (RAADERUM, 2): "ja"}, "overfoeres", "kun 495869 tilbage"),
        ({(FORBRUG, 2): "=1+1"}, "akut", "er en formel"),
        ({(FORBRUG, 2): "100.000"}, "akut", "er tekst"),
        ({(FORBRUG, 2): "mange"}, "akut", "er tekst"),
        ({(FORBRUG, 2): -5}, "akut", "mindst 0"),
        ({(FORBRUG, 2): 2.5}, "akut", "uden decimaler"),
        ({(FORBRUG, 2): 10**20}, "akut", "mindre end 10.000.000.000"),
        ({(FORBRUG, 2): 1e300}, "akut", "mindre end 10.000.000.000"),
        ({(FORBRUG, 2): 10**10}, "akut", "mindre end 10.000.000.000"),
        ({(FORBRUG, 2): True}, "akut", "helt tal"),
        ({(RAADERUM, 2): 1}, "raaderum", "skal være tekst"),
    ],
)
def test_a_fault_in_an_account_is_named_with_file_row_and_column(tabeller, mappe, cells, column, said):
    fill(mappe, cells)
    found = [f for f in findings(tabeller, mappe) if f.kolonne == column and said in f.regel]
    assert len(found) == 1
    assert (found[0].fil, found[0].raekke) == (NAVN, "Betalere 2")


def test_a_payer_twice_is_named_at_the_second_place(tabeller, mappe):
    fill(mappe, {("Betaler", 3): "Holbæk"})
    assert [(f.raekke, f.vaerdi) for f in findings(tabeller, mappe)] == [
        ("Betalere 3", "Holbæk"),
        ("Betalere mangler", "Kalundborg"),
    ]


def test_a_missing_payer_is_named(tabeller, mappe):
    fill(mappe, dict.fromkeys([(h, 3) for h in ("Betaler", "Budget", AELDRE)]))
    (finding,) = findings(tabeller, mappe)
    assert (finding.vaerdi, finding.regel) == ("Kalundborg", "betaleren mangler i regnskabet")


@pytest.mark.parametrize(
    ("name", "near"),
    [("Holbaek", "Holbæk"), ("Kalundbrog Kommune", "Kalundborg"), ("Regoin Sjælland", "Region Sjælland")],
)
def test_a_misspelt_payer_is_one_finding_that_names_the_payer_it_is_like(tabeller, mappe, name, near):
    row = 2 + BETALERE.index(near)
    fill(mappe, {("Betaler", row): name, (FORBRUG, row): 7})
    (finding,) = findings(tabeller, mappe)
    assert (finding.raekke, finding.vaerdi, finding.regel) == (
        f"Betalere {row}",
        name,
        f"er ikke betaler i klyngen; mente du «{near}»?",
    )


@pytest.mark.parametrize(
    ("name", "payer"),
    [
        ("holbæk", "Holbæk"),
        ("HOLBÆK", "Holbæk"),
        ("Holbæk Kommune", "Holbæk"),
        ("Holbæk\N{NO-BREAK SPACE}kommune", "Holbæk"),
        ("316", "Holbæk"),
        ("Lejre\nKommune", "Lejre"),
        ("region sjælland", "Region Sjælland"),
        ("Region\N{NO-BREAK SPACE}Sjælland", "Region Sjælland"),
        ("Sjælland", "Region Sjælland"),
    ],
)
def test_a_payer_is_read_as_people_write_it(tabeller, mappe, name, payer):
    row = 2 + BETALERE.index(payer)
    fill(mappe, {("Betaler", row): name, (FORBRUG, row): 7})
    rows = read(tabeller, mappe).regnskab
    assert rows.loc[rows["forbrug"] == 7, "betaler"].tolist() == [payer]


def test_a_payer_under_two_spellings_stands_twice(tabeller, mappe):
    fill(mappe, {("Betaler", 3): "holbæk kommune"})
    assert [(f.raekke, f.regel) for f in findings(tabeller, mappe)] == [
        ("Betalere 3", "står to gange"),
        ("Betalere mangler", "betaleren mangler i regnskabet"),
    ]


def test_spaces_around_a_name_are_no_fault(tabeller, mappe):
    fill(mappe, {("Betaler", 2): "  Holbæk "})
    assert read(tabeller, mappe).antal_regnskaber == 4


@pytest.mark.parametrize("heading", ["Klynge", "Region", "År", "København"])
def test_an_empty_cell_on_the_front_is_one_finding(tabeller, mappe, heading):
    fill(mappe, {(heading, 8): None}, sheet="Klynge")
    (finding,) = findings(tabeller, mappe)
    assert finding.regel == "må ikke være tom"


def test_with_one_account_the_sentence_is_of_money_and_not_of_them(tabeller, tmp_path, udfyldte):
    (tmp_path / NAVN).write_bytes(udfyldte[NAVN])
    text = str(vis.regnskab_tekst(read(tabeller, tmp_path)))
    assert "regnskab ind for 1 af 22 klynger. Der er brugt 0" in text and "De har" not in text


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({("Klynge", 8): "Klynge Nord"}, "findes ikke i Region Sjælland"),
        ({("Klynge", 8): "klyngen holbek"}, "klyngen findes ikke i Region Sjælland; mente du «Klyngen Holbæk»?"),
        ({("Region", 8): "Sjæland"}, "regionen findes ikke; mente du «Region Sjælland»?"),
        ({("År", 8): 2023}, "skal være for 2022"),
        ({("Klynge", 8): "Klyngen Nykøbing F"}, "allerede læst fra"),
        ({("København", 8): "delt"}, "et andet valg for København end her, hvor det er «udelt»"),
    ],
)
def test_another_klynge_or_year_is_named(tabeller, mappe, cells, said):
    fill(mappe, cells, sheet="Klynge")
    assert any(said in f.regel for f in findings(tabeller, mappe))


def test_the_front_is_read_as_people_write_names(tabeller, mappe):
    cells = {("Klynge", 8): "KLYNGEN  holbæk", ("Region", 8): "Sjælland", ("København", 8): "Udelt"}
    fill(mappe, cells, sheet="Klynge")
    fill(mappe, {("Indsats", 2): "Kørsel", ("Område", 2): "sårbare\N{NO-BREAK SPACE}ældre"}, sheet="Indsatser")
    fill(mappe, {(OVERFOERES, 2): 1, (RAADERUM, 2): "JA"})
    b = read(tabeller, mappe)
    assert b.antal_regnskaber == 4 and b.indsatser["omraade"].tolist() == ["aeldre"]


def test_an_unknown_indsatsomraade_is_named(tabeller, mappe):
    fill(mappe, {("Indsats", 2): "Kontorhold", ("Område", 2): "Drift"}, sheet="Indsatser")
    (finding,) = findings(tabeller, mappe)
    assert "Sårbare ældre" in finding.regel and finding.vaerdi == "Drift"


def test_all_findings_of_all_files_are_named_at_once(tabeller, mappe):
    fill(mappe, {(FORBRUG, 2): OVER, (FORBRUG, 3): "=A1"})
    fill(mappe, {("Betaler", 2): "Nogen"}, name="klyngeregnskab-2022-sjaelland-klyngen-nykoebing-f.xlsx")
    (mappe / "zzz.xlsx").write_bytes(b"intet regneark")
    found = findings(tabeller, mappe)
    assert len({f.fil for f in found}) == 3
    assert len(found) == 5  # over budget, a formula; an unknown payer and the one it stood for; no workbook


def test_a_sheet_or_heading_that_is_gone_is_named(tabeller, mappe):
    book = openpyxl.load_workbook(mappe / NAVN)
    book["Betalere"]["B1"] = "Bevilling"
    del book["Indsatser"]
    book.save(mappe / NAVN)
    found = findings(tabeller, mappe)
    assert [(f.kolonne, f.vaerdi, f.regel.split(";")[0]) for f in found] == [
        ("", "Budget", "kolonnen mangler"),
        ("", "Indsatser", "arket mangler"),
    ]


def test_money_in_a_column_that_the_template_has_not_is_named(tabeller, mappe):
    book = openpyxl.load_workbook(mappe / NAVN)
    page = book["Betalere"]
    column = page.max_column + 1
    page.cell(1, column).value, page.cell(3, column).value = "Forbrug: Andet", 5_000_000
    book.save(mappe / NAVN)
    (found,) = findings(tabeller, mappe)
    assert (found.raekke, found.kolonne, found.vaerdi) == ("Betalere 3", "Forbrug: Andet", "5000000")
    assert "bliver ikke læst" in found.regel


def test_a_path_that_is_not_there_and_an_empty_folder_are_named(tabeller, tmp_path):
    forms = klynger.former(tabeller, 2022)
    assert data.laes_regneark("", forms) == []
    for path, said in ((tmp_path / "nej.xlsx", "findes ikke"), (tmp_path, "ingen regneark")):
        with pytest.raises(DataError, match=said):
            data.laes_regneark(str(path), forms)


def test_the_budgets_are_whole_kroner_that_sum_to_the_money(tabeller):
    b = klynger.beregn(tabeller, 2022)
    regions = set(tabeller["regioner"]["region"])
    own = b.budget["betaler"].isin(regions)
    assert b.budget.loc[~own, "budget"].sum() == 40_000_000
    pools = tabeller["klynge_regionspuljer"].set_index("region")["pulje"]
    assert b.budget[own].groupby("region")["budget"].sum().to_dict() == pools.to_dict()
    assert b.budget["kommunekode"].isna().sum() == 22


def test_every_payers_budget_is_less_than_a_krone_from_the_exact_amount(tabeller):
    for way in ("udelt", "delt"):
        b = klynger.beregn(tabeller, 2022, koebenhavn=way)
        kommuner = b.fordelt.set_index([*klynger.NOEGLE, "kommunekode"])["kommuner"]
        for payer in b.budget.itertuples():
            key = (payer.region, payer.klynge)
            exact = b.klynger.at[key, "regioner"] if pd.isna(payer.kommunekode) else kommuner[(*key, payer.kommunekode)]
            assert abs(payer.budget - exact) < 1, key
            assert 0 <= payer.hoejst - exact < 1, key


def test_what_is_published_may_be_spent_or_carried_but_not_a_krone_more(tabeller, mappe):
    published = tabeller["klynge_kommunebidrag"].query("trykt == 'Lejre'")["bidrag"].item()
    fill(mappe, {(FORBRUG, 4): published})
    row = read(tabeller, mappe).regnskab.query("betaler == 'Lejre'").iloc[0]
    assert (row["forbrug"], row["budget"], row["rest"]) == (published, published - 1, -1)
    fill(mappe, {(FORBRUG, 4): published + 1})
    (finding,) = findings(tabeller, mappe)
    assert (
        finding.regel
        == f"forbruget er større end budgettet på {published - 1} og end bidraget rundet op til {published}"
    )
    fill(mappe, {(FORBRUG, 4): None, (OVERFOERES, 4): published, (RAADERUM, 4): "ja"})
    assert read(tabeller, mappe).regnskab["overfoeres"].sum() == published


def test_every_published_contribution_may_be_spent(tabeller, b):
    most = b.budget.dropna(subset="kommunekode").set_index("kommunekode")["hoejst"]
    published = tabeller["klynge_kommunebidrag"].set_index("kommunekode")["bidrag"]
    assert (most[published.index] >= published).all()


def test_a_template_takes_amounts_up_to_the_payers_own(b, skabeloner):
    book = openpyxl.load_workbook(io.BytesIO(skabeloner[NAVN]))
    page = book["Betalere"]
    most = b.budget[b.budget["klynge"] == "Klyngen Holbæk"].set_index("betaler")["hoejst"]
    seen = {}
    for rule in page.data_validations.dataValidation:
        if rule.type == "whole":
            for cell in (c for area in rule.sqref.ranges for c in area.rows):
                for row, _ in cell:
                    seen.setdefault(page.cell(row, 1).value, set()).add((int(rule.formula1), int(rule.formula2)))
    assert seen == {payer: {(0, amount)} for payer, amount in most.items()}
    assert "det samlede kommunale eller regionale udgiftsloft for 2023" in " ".join(
        str(c.value) for c in book["Klynge"]["A"]
    )


def test_the_command_writes_templates_once_and_checks_them(mappe, tmp_path):
    run, folder = CliRunner(), tmp_path / "ud"
    written = run.invoke(
        cli.main, ["regnskab", "skabelon", "--aar", "2022", "--region", "sjaelland", "--ud", str(folder)]
    )
    assert written.exit_code == 0 and "4 skabeloner" in written.output
    for name in sorted(p.name for p in folder.iterdir()):
        shutil.copy(mappe / name, folder / name)
    fill(folder, {(FORBRUG, 2): OVER})
    again = run.invoke(
        cli.main, ["regnskab", "skabelon", "--aar", "2022", "--region", "sjaelland", "--ud", str(folder)]
    )
    assert "findes allerede" in again.output and "0 skabeloner" in again.output
    checked = run.invoke(cli.main, ["regnskab", "kontrol", "--aar", "2022", str(folder)])
    assert checked.exit_code == 3 and "større end budgettet" in checked.output
    fill(folder, {(FORBRUG, 2): 7})
    checked = run.invoke(cli.main, ["regnskab", "kontrol", "--aar", "2022", str(folder)])
    assert checked.exit_code == 0 and "4 regnskaber uden fejl: forbrug 7" in checked.output
    assert run.invoke(cli.main, ["regnskab", "skabelon", "--aar", "2021", "--ud", str(folder)]).exit_code == 2


def test_a_template_says_how_koebenhavn_was_and_is_read_back_with_the_same_choice_only(tabeller, tmp_path):
    run, folder = CliRunner(), tmp_path / "ud"
    written = run.invoke(
        cli.main,
        [
            "regnskab",
            "skabelon",
            "--aar",
            "2022",
            "--region",
            "hovedstaden",
            "--koebenhavn",
            "delt",
            "--ud",
            str(folder),
        ],
    )
    assert written.exit_code == 0, written.output
    name = "klyngeregnskab-2022-hovedstaden-klynge-syd-koebenhavn-delt.xlsx"
    book = openpyxl.load_workbook(folder / name)
    assert "København delt" in " ".join(str(c.value) for c in book["Klynge"]["A"])
    split = (
        klynger.beregn(tabeller, 2022, koebenhavn="delt")
        .budget.query("betaler == 'København'")
        .set_index("klynge")["budget"]
    )
    shown = {row[0].value: row[1].value for row in book["Betalere"].iter_rows()}
    for file in folder.iterdir():
        payers = len(list(openpyxl.load_workbook(file)["Betalere"].iter_rows(min_row=2)))
        fill(folder, {(FORBRUG, row): 0 for row in range(2, 2 + payers)}, file.name)
    assert shown["København"] == split["Klynge Syd"] > 1_000_000 and split["Klynge By"] > 1_000_000
    assert (
        run.invoke(cli.main, ["regnskab", "kontrol", "--aar", "2022", "--koebenhavn", "delt", str(folder)]).exit_code
        == 0
    )
    other = run.invoke(cli.main, ["regnskab", "kontrol", "--aar", "2022", str(folder)])
    assert (
        other.exit_code == 3
        and other.output.count("lavet med et andet valg for København") == 5
        and "må ikke ændres" not in other.output
    )
    with pytest.raises(DataError, match="et andet valg for København"):  # and so does the page
        read(tabeller, folder)
    assert (
        run.invoke(cli.main, ["regnskab", "kontrol", "--aar", "2022", "--koebenhavn", "halv", str(folder)]).exit_code
        == 2
    )


def test_all_templates_are_one_file_on_the_national_page(tabeller):
    b = klynger.beregn(tabeller, 2022)
    content = klyngeregnskab.samlet(b)
    assert klyngeregnskab.samlet(b) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == klyngeregnskab.skabeloner(b)
    files = vis.skabeloner(b).filer
    assert [(f.id, f.type) for f in files] == [
        ("skabeloner", "zip"),
        ("klyngeregnskab", "csv"),
        ("klyngeregnskab", "xlsx"),
    ]
    assert files[1].indhold.decode("utf-8-sig").count("\n") == 1 + len(b.budget)


def test_a_folder_of_accounts_is_a_parameter_of_the_report_and_makes_a_trial(tabeller, mappe):
    report = katalog.find(data.ROD)["klyngeoekonomi"]
    (page,) = katalog.sider(report, tabeller, aar=2022, region="sjaelland", regnskaber=str(mappe))
    assert page.proeve and page.parametre["regnskaber"] == str(mappe.resolve())
    assert page.navn.startswith("klyngeoekonomi-2022-sjaelland-regnskaber-")
    with pytest.raises(ParameterError, match="findes ikke"):
        katalog.sider(report, tabeller, regnskaber=str(mappe / "nej"))
