"""One gate: what ``kkr check`` refuses, no page is made of; what a page needs, ``kkr check`` asks; a cause is told
before its consequences.
"""

import ast
import shutil

import gennemloeb
import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner

from kkrlib import cli, data, domme, klynger, kontrol, socialtilsyn
from kkrlib.errors import DataError, Fund
from kkrlib.rapport import eksport, koersel, notesbog

I_ALT = "socialtilsyn-2021-t02-i-alt"


def med(tabeller, table, row, **cells):
    """The tables with other cells in one row, given by its position."""
    changed = tabeller[table].copy()
    for column, value in cells.items():
        changed.loc[changed.index[row], column] = value
    return {**tabeller, table: changed}


def raekke_af(tabeller, table, id):
    return list(tabeller[table]["id"]).index(id)


@pytest.fixture(scope="module")
def indvendt(tabeller):
    """Tables with a number that is wrong both as value and as printed: nothing but the controls can see it."""
    row = raekke_af(tabeller, "fakta", I_ALT)
    return med(tabeller, "fakta", row, vaerdi="1198", trykt="1.198")


@pytest.fixture(scope="module")
def samlet(tabeller):
    return kontrol.saml(tabeller)


@pytest.fixture(scope="module")
def port_indvendt(indvendt):
    return kontrol.port(indvendt)


# --- what the gate says ----------------------------------------------------------------------------------------------


def test_the_projects_own_data_pass_and_every_report_can_be_computed(tabeller):
    gate = kontrol.port(tabeller)
    assert [str(f) for f in gate.fejl] == []
    assert gate.samlet is not None and gate.foelger == 0


def test_data_that_declare_no_controls_pass():
    assert kontrol.port({"tal": pd.DataFrame({"aar": [2025]})}) == kontrol.Port()


def test_a_deviation_that_only_controls_see_is_what_they_object_to(port_indvendt):
    assert len(port_indvendt.afviger) == 7 and not port_indvendt.uregneligt
    assert all("ny afvigelse" in f.regel for f in port_indvendt.afviger)


def test_the_controls_that_fall_because_of_a_row_that_is_wrong_are_counted_and_not_listed(indvendt, tabeller):
    row = raekke_af(tabeller, "fakta", I_ALT) + 2
    cause = Fund("fakta.csv", str(row), "vaerdi", "1198", "er ikke det trykte tal")
    gate = kontrol.port(indvendt, [cause], regn=False)
    assert (gate.fejl, gate.foelger) == ([], 7)
    # A warning, and a finding in another row or another file, is no cause of them.
    for other in (
        Fund("fakta.csv", str(row), "vaerdi", "", "x", "advarsel"),
        Fund("fakta.csv", "2", "vaerdi", "", "x"),
        Fund("klynge_aar.csv", "2", "i_alt", "", "x"),
    ):
        assert kontrol.port(indvendt, [other], regn=False).foelger == 0


@pytest.mark.parametrize(
    ("table", "row", "cells", "column", "said"),
    [
        ("kontrol_led", 0, {"rolle": "dell"}, "rolle", "ukendt rolle «dell»; brug samme"),
        ("kontrol_led", 7, {"fakta": f"{I_ALT}t"}, "fakta",
        "mente du «socialtilsyn-2021-t02-i-alt»?"),
        ("kontrol_led", 0, {"fakta": "bilag_a/2023/1000/befolkning"}, "fakta", "findes ikke; mente du «bilag_a/2023/"),
        ("kontroller", 2, {"fakta": "findes-slet-ikke-noget-sted"}, "fakta", "tallet findes-slet-ikke-noget-sted "
        "findes ikke"),
        ("kontroller", 2, {"art": "summ"}, "art", "ukendt art; brug regel, lighed"),
        ("uden_kontrol", 0, {"fakta": f"{I_ALT}t"}, "fakta",
        "mente du «socialtilsyn-2021-t02-i-alt»?"),
    ],
)  # fmt: skip
def test_a_reference_to_what_is_not_there_is_named_in_its_own_row(tabeller, table, row, cells, column, said):
    gate = kontrol.port(med(tabeller, table, row, **cells), regn=False)
    (finding,) = [f for f in gate.fejl if f.kolonne == column]
    assert (finding.fil, finding.raekke) == (f"{table}.csv", str(row + 2))
    assert finding.vaerdi == next(iter(cells.values())) and said in finding.regel
    assert gate.fejl == [finding]


def test_a_number_that_many_led_lack_is_one_finding_with_their_rows(tabeller):
    gone, known = "findes-slet-ikke-noget-sted", tabeller["kontroller"]["fakta"].iloc[0]
    controls = pd.DataFrame([{"id": f"ny-{n}", "art": "sum", "fakta": known, "beskrivelse": "x"} for n in range(7)])
    led = pd.DataFrame([{"kontrol": k, "nr": 1, "rolle": "led", "fakta": gone, "fortegn": 1} for k in controls["id"]])
    more = {"kontroller": controls, "kontrol_led": led}
    both = {name: pd.concat([tabeller[name], rows], ignore_index=True) for name, rows in more.items()}
    gate = kontrol.port({**tabeller, **both}, regn=False)
    (finding,) = [f for f in gate.fejl if f.fil == "kontrol_led.csv"]
    first = len(tabeller["kontrol_led"]) + 2
    assert finding.raekke == f"{', '.join(map(str, range(first, first + 5)))}, og 2 til"
    assert finding.vaerdi == gone


def test_a_misspelt_control_among_the_accepted_deviations_is_the_cause_and_its_new_deviation_is_not_told_too(tabeller):
    row, right = 2, tabeller["fund_kontroller"]["kontrol"].iloc[2]
    gate = kontrol.port(med(tabeller, "fund_kontroller", row, kontrol=f"{right}x"), regn=False)
    (finding,) = gate.fejl
    assert (finding.fil, finding.vaerdi) == ("fund_kontroller.csv", f"{right}x")
    assert finding.regel == f"kontrollen findes ikke; mente du «{right}»?"


def test_an_unknown_control_is_told_before_the_deviations(indvendt):
    table = indvendt["fund_kontroller"]
    other = pd.DataFrame([{"kontrol": "zzz-999", "fund": table["fund"].iloc[0], "forskel": "1"}])
    gate = kontrol.port({**indvendt, "fund_kontroller": pd.concat([table, other], ignore_index=True)}, regn=False)
    assert next(f.vaerdi for f in gate.afviger) == "zzz-999" and len(gate.afviger) == 8


@pytest.mark.parametrize(
    ("rum", "table", "cells", "said"),
    [
        (socialtilsyn, "socialtilsyn_afledte", {"mindst": 1, "hoejst": 2}, "følger"),
        (socialtilsyn, "socialtilsyn_afledte", {"fra_aar": 2018}, "indikatoren har ingen værdi i det år"),
        (socialtilsyn, "socialtilsyn_indikatorfakta", {"aar": 2019}, "beskriver"),
        (klynger, "klynge_medlemmer", {"bidragsandel": "0"}, "kommunens andele skal give 1 tilsammen"),
    ],
)
def test_what_a_page_needs_the_gate_asks_and_names_the_file(tabeller, monkeypatch, samlet, rum, table, cells, said):
    row = next(i for i, m in enumerate(tabeller[table].get("metode", ["x"])) if m != "sammenligningskolonne")
    assert rum in kontrol.FELTER
    monkeypatch.setattr(kontrol, "FELTER", (rum,))
    monkeypatch.setattr(kontrol, "saml", lambda _: samlet)
    found = kontrol.port(med(tabeller, table, row, **cells)).uregneligt
    assert [f for f in found if said in f.regel and f.raekke], [str(f) for f in found]
    assert len(found) == len(set(found))


# --- a notebook's way through it --------------------------------------------------------------------------------------


def test_every_notebook_passes_the_gate_with_the_tables_it_reads():
    for path in sorted((data.ROD / "notebooks").glob("*.ipynb")):
        calls = [
            node
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code"
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Call)
        ]
        loads = [c for c in calls if ast.unparse(c.func) == "data.load"]
        approved = [c.args[0] for c in calls if ast.unparse(c.func) == "kontrol.godkend"]
        assert loads and [ast.dump(x) for x in loads] == [ast.dump(x) for x in approved], path.name


@pytest.mark.parametrize("rapport", ["socialtilsyn", "klyngeoekonomi", "flygtninge", "afstemning"])
def test_a_notebook_makes_no_page_of_what_the_controls_object_to(indvendt, monkeypatch, rapport):
    monkeypatch.delenv(kontrol.GODKENDT, raising=False)
    with gennemloeb.med_tabeller(indvendt, godkend=True), pytest.raises(DataError, match="ny afvigelse"):
        names = {}
        for key, code, _, _ in gennemloeb.celler(rapport):
            exec(code, names)
            if key == "beregning":
                break


def test_tables_that_the_build_let_through_are_not_judged_again_and_no_others_are_let_through(
    indvendt, port_indvendt, tabeller, monkeypatch
):
    monkeypatch.setenv(kontrol.GODKENDT, kontrol.aftryk(indvendt))
    monkeypatch.setattr(kontrol, "saml", lambda _: pytest.fail("judged again"))
    assert kontrol.godkend(indvendt) is indvendt
    monkeypatch.undo()
    monkeypatch.setattr(kontrol, "port", lambda *_, **__: port_indvendt)
    for said in (kontrol.aftryk(tabeller), "", "ja", "1"):
        monkeypatch.setenv(kontrol.GODKENDT, said)
        with pytest.raises(DataError):
            kontrol.godkend(indvendt)


def test_the_checksum_sees_each_cell_each_table_and_the_order_of_rows(tabeller):
    of = kontrol.aftryk(tabeller)
    assert of == kontrol.aftryk({name: tabeller[name].copy() for name in reversed(list(tabeller))})
    others = [
        med(tabeller, "klynge_aar", 0, i_alt=1),
        med(tabeller, "fakta", 3, forbehold="ca."),
        {**tabeller, "emner": tabeller["emner"].iloc[::-1]},
        {n: t for n, t in tabeller.items() if n != "emner"},
        {**tabeller, "kolonneroller": tabeller["kolonneroller"].iloc[:-1]},
    ]
    assert len({of, *map(kontrol.aftryk, others)}) == len(others) + 1


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def kkr(monkeypatch, indvendt, port_indvendt):
    """Run ``kkr`` on the tables that the controls object to; what it would have built is noted, and no
    kernel starts.
    """
    built = []

    def build(pages, **kwargs):
        built.append((pages, kwargs))
        return [koersel.Resultat(p) for p in pages]

    monkeypatch.setattr(cli, "_tables", lambda **_: data.Opslag.af(indvendt))
    monkeypatch.setattr(kontrol, "port", lambda *_, **__: port_indvendt)
    monkeypatch.setattr(koersel, "byg", build)
    monkeypatch.setattr(koersel, "verificer", lambda pages, **kwargs: (build(pages, **kwargs), []))
    monkeypatch.setattr(notesbog, "opfrisk", lambda *a, **k: built.append((a, k)))

    def run(*args):
        answer = CliRunner().invoke(cli.main, list(args), catch_exceptions=False)
        return answer, built

    return run


@pytest.mark.parametrize("command", [["build"], ["build", "socialtilsyn", "--aar", "2021"], ["verify"], ["notebooks"]])
def test_no_command_runs_a_notebook_on_data_that_the_controls_object_to(kkr, port_indvendt, command):
    answer, built = kkr(*command)
    assert (answer.exit_code, built) == (3, [])
    told = [line for line in answer.stderr.splitlines() if line.startswith("fejl: ")]
    assert told == [str(f) for f in port_indvendt.fejl]


def test_a_trial_is_built_apart_with_the_objections_and_their_number(kkr, indvendt, port_indvendt):
    answer, ((pages, kwargs),) = kkr("build", "socialtilsyn", "--aar", "2021", "--proeve")
    assert answer.exit_code == 0, answer.stderr
    assert [p.navn for p in pages] == ["socialtilsyn-2021"]
    assert kwargs["ud"] == data.ROD / "build" / "proever"
    assert kwargs["proeve"]["antal"] == 7 and len(kwargs["proeve"]["fund"]) == 5
    assert kwargs["proeve"]["fund"][0].startswith("fund_kontroller.csv, række mangler")
    assert kwargs["miljoe"] == {kontrol.GODKENDT: kontrol.aftryk(indvendt), domme.GYLDIG: ""}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["build", "--proeve"], "nævn den rapport"),
        (["build", "--aar", "2021", "--proeve"], "nævn den rapport"),
        (["build", "socialtilsyn", "--proeve", "--ud", "reports"], "kan ikke bygges i"),
        (["build", "socialtilsyn", "--proeve", "--ud", "reports/data/.."], "kan ikke bygges i"),
        (["build", "socialtilsyn", "--proeve", "--ud", "build/../reports/x"], "kan ikke bygges i"),
    ],
)
def test_a_trial_has_a_name_and_never_goes_among_the_published_pages(kkr, monkeypatch, args, said):
    monkeypatch.chdir(data.ROD)
    answer, built = kkr(*args)
    assert (answer.exit_code, built) == (2, [])
    assert said in answer.stderr


def test_a_trial_is_refused_where_the_numbers_cannot_be_computed(kkr, monkeypatch):
    broken = kontrol.Port(uregneligt=[Fund("kontrol_led.csv", "7", "rolle", "dell", "ukendt rolle")])
    monkeypatch.setattr(kontrol, "port", lambda *_, **__: broken)
    answer, built = kkr("build", "socialtilsyn", "--aar", "2021", "--proeve")
    assert (answer.exit_code, built) == (3, [])
    assert "--proeve" not in answer.stderr


def test_what_the_build_hands_its_kernels_is_in_their_environment_only(monkeypatch, tmp_path):
    import os

    monkeypatch.delenv(kontrol.GODKENDT, raising=False)
    with notesbog.environment(tmp_path, {kontrol.GODKENDT: "x"}):
        assert os.environ[kontrol.GODKENDT] == "x"
    assert kontrol.GODKENDT not in os.environ


# --- the page of a trial ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notesbogen():
    return nbformat.read(data.ROD / "notebooks" / "socialtilsyn.ipynb", as_version=4)


def test_a_trial_page_says_so_at_the_top_with_the_objections(notesbogen):
    said = {"antal": 7, "fund": ["fund_kontroller.csv, række mangler: <b>ny</b> afvigelse: trykt 1.198", "anden"]}
    html, _ = eksport.side(notesbogen, "socialtilsyn-2021", proeve=said)
    top = html[html.index("<h1") : html.index('class="artikel"')]
    assert "Prøveside, som ikke må offentliggøres." in top
    assert "Kontrollerne har 7 indvendinger mod de tal, siden er lavet af:" in top
    assert "&lt;b&gt;ny&lt;/b&gt; afvigelse: trykt 1.198</li>" in top and "<li>anden</li>" in top
    assert "Og 5 indvendinger til, som «kkr check» viser." in top
    assert html.count('class="proeve"') == 1


def test_a_trial_without_objections_is_a_trial_and_any_other_page_says_nothing_of_it(notesbogen):
    html, _ = eksport.side(notesbogen, "socialtilsyn-2021", proeve={"antal": 0, "fund": []})
    assert "Kontrollerne har ingen indvendinger" in html
    html, _ = eksport.side(notesbogen, "socialtilsyn-2021")
    assert 'class="proeve"' not in html and "Prøveside" not in html


# --- kkr check --------------------------------------------------------------------------------------------------------


def test_check_tells_causes_first_each_in_its_row_and_what_follows_in_one_line(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)

    def change(table, start, before, after):
        path = folder / f"{table}.csv"
        lines = path.read_text(encoding="utf-8").split("\n")
        (number,) = [n for n, line in enumerate(lines) if line.startswith(start)]
        assert before in lines[number]
        lines[number] = lines[number].replace(before, after, 1)
        path.write_text("\n".join(lines), encoding="utf-8")
        return number + 1

    rows = [
        ("fakta", change("fakta", "socialtilsyn-2020-tekst-1006-tilsynsbesoeg,", ",2234,", ",9234,")),
        ("fakta", change("fakta", f"{I_ALT},", ",1098,", ",1198,")),
        (
            "socialtilsyn_afledte",
            change("socialtilsyn_afledte", "takst-tilsyn-0-7,2019,", ",35063,35063", ",35064,35063"),
        ),
        ("fakta", change("fakta", "boernehus-2024-greve-antal,", ",11278,", ",11279,")),
    ]
    monkeypatch.setenv("KKR_DATA", str(folder))
    answer = CliRunner().invoke(cli.main, ["check"], catch_exceptions=False)
    assert answer.exit_code == 3
    lines = answer.stdout.splitlines()
    errors = [line for line in lines if line.startswith("fejl: ")]
    assert len(errors) == 4
    for table, row in rows:
        assert [e for e in errors if e.startswith(f"fejl: {table}.csv, række {row}, kolonne ")], (table, row)
    (follows,) = [line for line in lines if "i kontrollerne følger af" in line]
    assert follows.endswith("afvigelser i kontrollerne følger af tal, der er fejl ved ovenfor, og er ikke vist")
    assert int(follows.split()[0]) >= 8
    assert lines.index(follows) == max(lines.index(e) for e in errors) + 1
    assert lines[-1].startswith("4 fejl, ")
