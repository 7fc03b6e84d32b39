"""Running notebooks and publishing pages: what fails publishes nothing, and the same input gives the same bytes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from proeveprojekt import SIDE, SPOR, TABELLER, filer, kerner, opfoersel, projekt
from proeveprojekt import notesbog as proevebog

from kkrlib.errors import DataError, RunError
from kkrlib.rapport import katalog, koersel, notesbog, publicering

HELE, SJAELLAND, HOVEDSTADEN = "hele landet", "Region Sjælland", "Region Hovedstaden"


@pytest.fixture(scope="module")
def bygget(tmp_path_factory):
    """The pages of 2025, built with two workers. Tests only read it."""
    rod = projekt(tmp_path_factory.mktemp("bygget"))
    results = byg(rod, aar=2025)
    return SimpleNamespace(rod=rod, ud=rod / "reports", resultater=results)


def byg(rod: Path, *, processer=2, eksport="Eksport", sider=None, **valg):
    """Build the fixture project's pages with the fixture's exporter; all pages are siblings."""
    report = katalog.find(rod)["proeve"]
    return koersel.byg(
        sider or katalog.sider(report, TABELLER, **valg),
        ud=rod / "reports",
        arbejde=rod / "build",
        rod=rod,
        soeskende={"proeve": katalog.sider(report, TABELLER)},
        processer=processer,
        eksport=f"proeveprojekt:{eksport}",
        indeks="proeveprojekt:indeks",
        celletid=60,
    )


# --- what is published ---------------------------------------------------------------------------------------


def test_a_build_publishes_pages_downloads_catalogue_and_front_page(bygget):
    assert publicering.exit_kode(bygget.resultater) == 0
    names = ["proeve-2025", "proeve-2025-sjaelland", "proeve-2025-hovedstaden"]
    assert [r.spec.navn for r in bygget.resultater] == names
    expected = {f"{n}.html" for n in names} | {f"data/{n}-tal.csv" for n in names} | {"rapporter.json", "index.html"}
    assert set(filer(bygget.ud)) == expected
    page = (bygget.ud / "proeve-2025-sjaelland.html").read_text()
    assert "Prøve 2025, Region Sjælland" in page
    links = [
        ("År", "proeve-2025-sjaelland", "2025", True),
        ("År", "proeve-2026-sjaelland", "2026", False),
        ("Område", "proeve-2025", "Hele landet", False),
        ("Område", "proeve-2025-sjaelland", "Region Sjælland", True),
        ("Område", "proeve-2025-hovedstaden", "Region Hovedstaden", False),
    ]
    assert page.splitlines()[-1] == str(links)
    assert len((bygget.ud / "index.html").read_text().splitlines()) == 3


def test_the_catalogue_says_what_there_is(bygget):
    entries = publicering.laes_katalog(bygget.ud)
    assert [e["navn"] for e in entries] == sorted(e["navn"] for e in entries)
    assert entries[0] == {
        "navn": "proeve-2025",
        "rapport": "proeve",
        "rapporttitel": "Prøverapport",
        "titel": "Prøve 2025, hele landet",
        "beskrivelse": "En side, der prøver kørslen.",
        "tekst": "2025, hele landet",
        "parametre": {"aar": 2025, "region": "hele landet"},
        "orden": [0, 0],
        "filer": [{"fil": "data/proeve-2025-tal.csv", "bytes": 12, "titel": ""}],
    }


def links(spec, sider):
    return {
        axis["etiket"]: [(s["tekst"], s["navn"], s["aktuel"]) for s in axis["sider"]]
        for axis in koersel._siblings(spec, sider)
    }


def test_a_page_that_is_not_there_is_replaced_by_the_nearest(tmp_path):
    report = katalog.find(projekt(tmp_path))["proeve"]
    pages = {p.navn: p for p in katalog.sider(report, TABELLER)}
    here = pages["proeve-2025-sjaelland"]
    without = [p for n, p in pages.items() if n != "proeve-2026-sjaelland"]
    assert links(here, without)["År"] == [("2025", here.navn, True), ("2026", "proeve-2026", False)]
    regions = [p for p in without if p.navn != "proeve-2026"]
    assert links(here, regions)["År"][1] == ("2026", "proeve-2026-hovedstaden", False)
    years = [pages["proeve-2025"], pages["proeve-2026"]]
    assert list(links(years[0], years)) == ["År"] and links(years[0], years[:1]) == {}


def test_a_trial_links_to_the_reports_own_pages_and_is_none_of_them(tmp_path):
    report = katalog.find(projekt(tmp_path))["proeve"]
    (trial,) = katalog.sider(report, TABELLER, aar=2025, region=SJAELLAND, loft=5)
    shown = links(trial, katalog.sider(report, TABELLER))
    assert shown["År"] == [("2025", "proeve-2025-sjaelland", False), ("2026", "proeve-2026-sjaelland", False)]
    assert [navn for _, navn, _ in shown["Område"]] == [
        "proeve-2025",
        "proeve-2025-sjaelland",
        "proeve-2025-hovedstaden",
    ]


def test_settings_are_read_once_and_reach_every_page(tmp_path):
    rod = projekt(tmp_path, raekker=1)
    (rod / "kkr.toml").write_text('[udgiver]\nnavn = "KKR Prøve"\n', encoding="utf-8")
    results = byg(
        rod,
        eksport="EksportOpsaetning",
        sider=katalog.sider(katalog.find(rod)["proeve"], TABELLER, aar=2025, region=HELE),
    )
    assert publicering.exit_kode(results) == 0
    assert (rod / "reports" / "proeve-2025.html").read_text(encoding="utf-8") == "KKR Prøve []"
    (rod / "kkr.toml").write_text('[udgiver]\nnavne = "x"\n', encoding="utf-8")
    before = len(kerner(rod))
    with pytest.raises(DataError, match="udgiver.navne"):
        byg(rod, aar=2025)
    assert len(kerner(rod)) == before  # nothing ran


def test_a_pages_main_figure_is_kept_in_the_catalogue(tmp_path):
    rod = projekt(tmp_path, raekker=1)
    side = SIDE.replace('kørslen."}', 'kørslen.", "hovedtal": {"tal": "10", "tekst": "prøver"}}')
    assert side != SIDE
    proevebog(rod / "notebooks" / "proeve.ipynb", [SPOR, side])
    byg(rod, aar=2025, region=HELE)
    assert publicering.laes_katalog(rod / "reports")[0]["hovedtal"] == {"tal": "10", "tekst": "prøver"}


def test_one_worker_gives_the_same_bytes_as_two(bygget, tmp_path):
    rod = projekt(tmp_path)
    assert publicering.exit_kode(byg(rod, aar=2025, processer=1)) == 0
    assert filer(rod / "reports") == filer(bygget.ud)
    assert koersel.sammenlign(rod / "reports", bygget.ud) == []


def test_the_executed_notebook_has_no_time_path_or_random_id(bygget):
    text = (bygget.rod / "build" / "proeve-2025-sjaelland.ipynb").read_text()
    nb = nbformat.reads(text, as_version=4)
    assert set(nb.metadata) == {"kernelspec", "language_info", "kkr"}
    assert nb.metadata.language_info == {"name": "python"}
    assert [c.id for c in nb.cells] == ["celle-0", "injected-parameters", *(f"celle-{n}" for n in range(1, 5))]
    assert str(bygget.rod) not in text
    assert "papermill" not in text


def test_nothing_is_left_behind(bygget):
    assert sorted(p.name for p in (bygget.rod / "build").iterdir()) == [
        "fejl",
        "proeve-2025-hovedstaden.ipynb",
        "proeve-2025-sjaelland.ipynb",
        "proeve-2025.ipynb",
    ]
    assert not any((bygget.rod / "build" / "fejl").iterdir())
    assert len(kerner(bygget.rod)) == 3
    assert not any(alive(pid) for pid in kerner(bygget.rod))


def test_published_files_can_be_read_by_all(bygget):
    for path in bygget.ud.rglob("*.*"):
        assert path.stat().st_mode & 0o044 == 0o044, path


def test_the_callers_environment_is_as_before(bygget):
    assert os.environ.get("KKR_ROD") != str(bygget.rod)


# --- what fails -----------------------------------------------------------------------------------------------


def test_failures_publish_nothing_and_the_other_pages_are_built(bygget, tmp_path, capfd):
    rod = projekt(tmp_path)
    shutil.copytree(bygget.ud, rod / "reports")
    before = filer(rod / "reports")
    report = katalog.find(rod)["proeve"]
    pages = katalog.sider(report, TABELLER, aar=2025) + katalog.sider(report, TABELLER, aar=2026, region=SJAELLAND)
    opfoersel(rod, **{f"2025 {HELE}": "fejl", f"2025 {SJAELLAND}": "data", f"2025 {HOVEDSTADEN}": "dør"})
    capfd.readouterr()
    results = {r.spec.navn: r for r in byg(rod, sider=pages)}

    cell, data, dead = (results[n] for n in ("proeve-2025", "proeve-2025-sjaelland", "proeve-2025-hovedstaden"))
    assert (cell.kode, data.kode, dead.kode) == (4, 3, 4)
    assert publicering.exit_kode(results.values()) == 4
    assert publicering.exit_kode([data]) == 3

    where = " (notesbogen er gemt i build/fejl/{}.ipynb)"
    source = "celle 5 («import json, signal, time»)"
    assert cell.fejl == f"proeve (aar=2025, region=hele landet): {source}: KeyError: 'befolkning'" + where.format(
        "proeve-2025"
    )
    assert data.fejl == (
        f"proeve (aar=2025, region=Region Sjælland): {source}: 2 fejl" + where.format("proeve-2025-sjaelland")
    )
    assert data.detaljer[0] == "fejl: a.csv, række 2, kolonne x: «-1»: er negativ" and len(data.detaljer) == 2
    assert f"{source}: kernen døde" in dead.fejl
    assert "\n" not in cell.fejl + data.fejl + dead.fejl

    after = filer(rod / "reports")
    for path, content in before.items():
        if "2025" in path:
            assert after[path] == content, path
    assert "proeve-2026-sjaelland.html" in after  # the others were built
    assert "proeve-2025: " in after["index.html"].decode()

    for name in ("proeve-2025", "proeve-2025-sjaelland", "proeve-2025-hovedstaden"):
        kept = nbformat.read(rod / "build" / "fejl" / f"{name}.ipynb", as_version=4)
        assert any("Prøve 2025" in str(c.get("outputs")) for c in kept.cells)
    assert not any(alive(pid) for pid in kerner(rod))
    assert capfd.readouterr() == ("", "")  # neither papermill nor the kernels talk

    opfoersel(rod)
    assert publicering.exit_kode(byg(rod, aar=2025, region=HELE)) == 0
    assert not (rod / "build" / "fejl" / "proeve-2025.ipynb").exists()


def test_a_refused_page_is_not_published(tmp_path):
    rod = projekt(tmp_path)
    (result,) = byg(rod, aar=2025, region=HELE, eksport="EksportAfviser")
    assert result.kode == 4
    assert "siden «x» er afvist: celle 3: en figur uden beskrivelse (og 1 til)" in result.fejl
    assert "celle 4: en tabel uden kilde" in result.detaljer
    assert not (rod / "reports").exists()
    assert (rod / "build" / "fejl" / "proeve-2025.ipynb").exists()


def test_a_cell_that_takes_too_long_is_named_and_its_notebook_kept(tmp_path):
    path = proevebog(tmp_path / "n.ipynb", ["print('før')", "import time\ntime.sleep(60)"])
    with pytest.raises(notesbog.Cellefejl, match=r"celle 3 \(«import time»\): tog mere end 2 sekunder"):
        notesbog.koer(path, {}, tmp_path / "ud.ipynb", celletid=2)
    assert "før" in (tmp_path / "ud.ipynb").read_text()


def test_two_pages_of_one_name_are_refused(tmp_path):
    report = katalog.find(projekt(tmp_path))["proeve"]
    page = katalog.sider(report, TABELLER)[0]
    with pytest.raises(RunError, match="proeve-2025"):
        koersel.byg([page, page], ud=tmp_path / "ud", arbejde=tmp_path / "build", rod=tmp_path)
    assert not (tmp_path / "ud").exists()


# --- publishing, without running anything -------------------------------------------------------------------


def made(rod: Path, names: dict[str, list[str]]) -> list[publicering.Resultat]:
    """Results whose pages lie in ``rod/mellem``: page name → its downloads."""
    report = katalog.find(rod)["proeve"]
    staging = rod / "mellem"
    (staging / "data").mkdir(parents=True, exist_ok=True)
    results = []
    for name, downloads in names.items():
        spec = katalog.Sidespec(name, report, {"aar": 2025, "region": HELE})
        (staging / f"{name}.html").write_text(name)
        for path in downloads:
            (staging / path).write_text(path)
        results.append(publicering.Resultat(spec, filer=[publicering.Fil(p, len(p), "") for p in downloads]))
    return results


def test_a_front_page_that_fails_publishes_no_file(tmp_path):
    rod = projekt(tmp_path)
    with pytest.raises(AttributeError):
        publicering.publiser(
            made(rod, {"a": []}), ud=rod / "ud", staging=rod / "mellem", indeks="proeveprojekt:findes_ikke"
        )
    assert not (rod / "ud").exists()


def publish(rod: Path, names: dict[str, list[str]]) -> set[str]:
    publicering.publiser(made(rod, names), ud=rod / "ud", staging=rod / "mellem", indeks="proeveprojekt:indeks")
    return set(filer(rod / "ud")) - {"rapporter.json", "index.html"}


def test_downloads_that_are_no_longer_made_are_removed(tmp_path):
    rod = projekt(tmp_path)
    assert publish(rod, {"a": ["data/a-x.csv", "data/a-y.csv"], "ab": ["data/ab-x.csv"]}) == {
        *("a.html", "data/a-x.csv", "data/a-y.csv", "ab.html", "data/ab-x.csv")
    }
    assert publish(rod, {"a": ["data/a-x.csv"]}) == {"a.html", "data/a-x.csv", "ab.html", "data/ab-x.csv"}


def test_pages_that_are_not_made_this_time_stay(tmp_path):
    rod = projekt(tmp_path)
    publish(rod, {"a": [], "b": ["data/b-x.csv"]})
    (rod / "ud" / "noter.txt").write_text("somebody's own")
    assert publish(rod, {"a": []}) == {"a.html", "b.html", "data/b-x.csv", "noter.txt"}


def test_a_download_outside_the_folder_is_refused(tmp_path):
    class Ude:
        def from_notebook_node(self, nb, resources):
            return "", {"outputs": {"../ude.csv": b""}}

    koersel_load, koersel.load = koersel.load, lambda name: Ude
    try:
        with pytest.raises(RunError, match="uden for"):
            koersel._export(nbformat.v4.new_notebook(), "a", [], tmp_path / "mellem", "")
    finally:
        koersel.load = koersel_load
    assert not (tmp_path / "ude.csv").exists()


def test_a_file_parameter_is_recorded_by_name_only(tmp_path):
    rod = projekt(tmp_path)
    (rod / "min.csv").write_text("x")
    (page, *_) = katalog.sider(katalog.find(rod)["proeve"], TABELLER, aftale=str(rod / "min.csv"))
    entry = publicering._entry(publicering.Resultat(page))
    assert entry["parametre"]["aftale"] == "min.csv"
    assert str(rod) not in json.dumps(entry)


def test_a_broken_catalogue_is_named(tmp_path):
    (tmp_path / "rapporter.json").write_text("[]")
    with pytest.raises(RunError, match="rapporter.json"):
        publicering.laes_katalog(tmp_path)


def test_a_comparison_lists_what_differs_is_missing_or_is_outdated(tmp_path):
    for folder, names in {"ny": "abc", "gammel": "bcd"}.items():
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text(name if name != "c" else folder)
    lines = koersel.sammenlign(tmp_path / "ny", tmp_path / "gammel")
    assert lines == ["mangler: a", "afviger: c", "forældet: d bygges ikke længere"]


def test_a_comparison_without_fingerprints_sees_all_else(tmp_path):
    page = "<p>Kvoten er {}. Kode <code>{}</code>, data <code>{}</code>.</p><p>Programpakker: {}.</p>"
    first = (page, "5", "a" * 12, "b" * 64, "pandas 3.0")
    for folder, (form, *words) in {"ny": first, "gammel": (page, "5", "c" * 12, "d" * 64, "pandas 3.1")}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.html").write_text(form.format(*words))
        (tmp_path / folder / "b.html").write_text(form.format("5" if folder == "ny" else "6", *words[1:]))
        (tmp_path / folder / "c.csv").write_text(f"<code>{words[1]}</code>")
    assert koersel.sammenlign(tmp_path / "ny", tmp_path / "gammel") == [
        f"afviger: {x}" for x in ("a.html", "b.html", "c.csv")
    ]
    lines = koersel.sammenlign(tmp_path / "ny", tmp_path / "gammel", uden_fingeraftryk=True)
    assert lines == ["afviger: b.html", "afviger: c.csv"]


# --- the notebooks' stored outputs ---------------------------------------------------------------------------


def test_a_notebook_is_refreshed_with_its_defaults_once(tmp_path):
    rod = projekt(tmp_path)
    path = rod / "notebooks" / "proeve.ipynb"
    assert notesbog.opfrisk(path, rod=rod)
    content = path.read_bytes()
    assert "Prøve 2025, hele landet" in content.decode()
    assert not notesbog.opfrisk(path, rod=rod)
    assert path.read_bytes() == content
    opfoersel(rod, **{f"2025 {HELE}": "fejl"})
    with pytest.raises(notesbog.Cellefejl):
        notesbog.opfrisk(path, rod=rod)
    assert path.read_bytes() == content


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits for its parent does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # no such process
        return False
    return state != "Z"
