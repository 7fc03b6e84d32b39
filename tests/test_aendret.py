"""Only what has changed is built: what counts as a change, and what does not."""

from __future__ import annotations

import json

import pytest
from proeveprojekt import filer, projekt

from kkrlib import data, domme
from kkrlib.rapport import aendret, fingeraftryk, katalog, koersel
from kkrlib.rapport.publicering import Resultat


@pytest.fixture
def bygget(tmp_path, monkeypatch):
    """A project of two pages and a builder that starts no kernel: ``byg()`` returns the names it ran."""
    rod = projekt(tmp_path / "projekt", raekker=1)
    for name in ("KKR_DATA", domme.GYLDIG, domme.GODKENDT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KKR_ROD", str(rod))
    monkeypatch.setattr(data, "ROD", rod)
    fingeraftryk._lukning.cache_clear()
    ran = []

    def run(sider, soeskende, staging, arbejde, *_):
        for spec in sider:
            ran.append(spec.navn)
            (staging / f"{spec.navn}.html").write_text(f"side {spec.navn}")
            (staging / "data").mkdir(exist_ok=True)
            (staging / "data" / f"{spec.navn}-tal.csv").write_text("1")
        files = {s.navn: [koersel.Fil(f"data/{s.navn}-tal.csv", 1, "Tal")] for s in sider}
        return [Resultat(s, titel="T", beskrivelse="B", filer=files[s.navn]) for s in sider]

    monkeypatch.setattr(koersel, "_run", run)

    def byg(kun_aendrede=True, ud="reports", **valg):
        ran.clear()
        (report,) = katalog.find(rod).values()
        pages = katalog.sider(report, data.load())
        given = {"opsaetning": {"udgiver": {}, "rettelser": []}, **valg}
        results = koersel.byg(
            pages,
            ud=rod / ud,
            arbejde=rod / "build",
            rod=rod,
            kun_aendrede=kun_aendrede,
            indstillinger=given["opsaetning"],
            indeks="proeveprojekt:indeks",
            proeve=valg.get("proeve"),
        )
        assert [r.uaendret for r in results] == [r.spec.navn not in ran for r in results]
        return sorted(ran)

    byg.rod, byg.sider = rod, ["proeve-2025", "proeve-2025-sjaelland"]
    assert byg() == byg.sider
    return byg


def test_nothing_is_built_where_nothing_has_changed_and_everything_where_that_is_asked_for(bygget):
    before = filer(bygget.rod / "reports")
    assert bygget() == []
    assert bygget(kun_aendrede=False) == bygget.sider
    assert bygget() == []
    assert filer(bygget.rod / "reports") == before


def aendr(sti, indhold):
    sti.write_text(sti.read_text() + indhold)


@pytest.mark.parametrize(
    "change",
    [
        lambda rod: aendr(rod / "notebooks" / "proeve.ipynb", " "),
        lambda rod: aendr(rod / "data" / "regioner.csv", "Region Nord,nord,KKR Nord\n"),
        lambda rod: aendr(rod / "data" / "datapackage.json", "\n"),
    ],
    ids=["notebook", "data", "descriptor"],
)
def test_a_change_of_notebook_or_data_builds(bygget, change):
    change(bygget.rod)
    ran = bygget()
    # A space at the end of a notebook and a line at the end of the descriptor: of the first a fingerprint says nothing.
    assert ran == [] or set(bygget.sider) <= set(ran)
    if "Nord" in (bygget.rod / "data" / "regioner.csv").read_text():
        assert "proeve-2025-nord" in ran
    assert bygget() == []


def test_a_cell_that_changes_builds_its_report(bygget):
    path = bygget.rod / "notebooks" / "proeve.ipynb"
    path.write_text(path.read_text().replace("## Afsnit", "## Afsnittet"))
    assert bygget() == bygget.sider


def test_settings_and_a_trial_are_part_of_what_a_page_is_made_of(bygget):
    assert bygget(opsaetning={"udgiver": {"navn": "KKR"}, "rettelser": []}) == bygget.sider
    assert bygget() == bygget.sider
    assert bygget(proeve={"antal": 1, "fund": ["x"]}) == bygget.sider


@pytest.mark.parametrize("what", ["kode", "pakker", "python"])
def test_code_packages_and_python_are_part_of_what_a_page_is_made_of(bygget, monkeypatch, what):
    monkeypatch.setattr(domme, "kode", lambda: "other")  # as it is whenever one of them changes
    if what == "kode":
        monkeypatch.setattr(fingeraftryk, "_tekst", lambda path: "x = 1")
        fingeraftryk._importer_af.cache_clear()
        fingeraftryk._lukning.cache_clear()
    elif what == "pakker":
        monkeypatch.setattr(fingeraftryk, "pakker", lambda: (("pandas", "99"),))
    else:
        monkeypatch.setattr(aendret.sys, "version", "4.0")
    assert bygget() == bygget.sider


def test_code_that_the_page_does_not_lead_to_changes_nothing(bygget, monkeypatch):
    monkeypatch.setattr(domme, "kode", lambda: "other")
    asked = []
    fine = aendret.Bog._fin
    monkeypatch.setattr(aendret.Bog, "_fin", lambda *a: asked.append(a) or fine(*a))
    assert bygget() == []
    assert len(asked) == 2
    assert bygget() == []
    assert len(asked) == 2, "once it is known, it is not asked again"


@pytest.mark.parametrize(
    ("damage", "rebuilt"),
    [
        (lambda ud: (ud / "proeve-2025.html").write_text("x"), ["proeve-2025"]),
        (lambda ud: (ud / "proeve-2025.html").unlink(), ["proeve-2025"]),
        (lambda ud: (ud / "data" / "proeve-2025-sjaelland-tal.csv").write_text("2"), ["proeve-2025-sjaelland"]),
        (lambda ud: (ud / "data" / "proeve-2025-sjaelland-tal.csv").unlink(), ["proeve-2025-sjaelland"]),
        (lambda ud: (ud / "index.html").write_text("x"), None),
        (lambda ud: (ud / "index.html").unlink(), None),
    ],
)
def test_a_damaged_or_missing_file_counts_as_changed(bygget, damage, rebuilt):
    ud = bygget.rod / "reports"
    before = filer(ud)
    damage(ud)
    assert bygget() == (rebuilt or bygget.sider)
    assert filer(ud) == before
    assert bygget() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.unlink(),
        lambda p: p.write_text(""),
        lambda p: p.write_text("[]"),
        lambda p: p.write_text(p.read_text()[:-20]),
        lambda p: p.write_text(json.dumps({**json.loads(p.read_text()), "sider": {"proeve-2025": {"grov": 1}}})),
        lambda p: p.write_text(json.dumps({**json.loads(p.read_text()), "faelles": {"index.html": 7}})),
        lambda p: p.write_text(json.dumps({**json.loads(p.read_text()), "form": 0})),
        lambda p: p.chmod(0o666),
        lambda p: (p.rename(p.with_suffix(".x")), p.symlink_to(p.with_suffix(".x"))),
    ],
)
def test_a_damaged_or_foreign_ledger_is_as_none(bygget, damage):
    (ledger,) = (bygget.rod / "build" / "byggede").glob("*.json")
    damage(ledger)
    assert bygget() == bygget.sider


def test_each_folder_of_pages_has_a_ledger_of_its_own(bygget):
    assert bygget(ud="andre") == bygget.sider
    assert bygget(ud="andre") == bygget() == []


def test_what_is_changed_while_it_is_built_is_built_again(bygget, monkeypatch):
    run = koersel._run

    def meanwhile(*args):
        results = run(*args)
        path = bygget.rod / "notebooks" / "proeve.ipynb"
        path.write_text(path.read_text().replace("## Afsnit", "## Andet"))
        return results

    monkeypatch.setattr(koersel, "_run", meanwhile)
    assert bygget(kun_aendrede=False) == bygget.sider
    monkeypatch.setattr(koersel, "_run", run)
    assert bygget() == bygget.sider
