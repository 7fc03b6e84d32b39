"""A page's fingerprint changes with what the page depends on, and with nothing else."""

from __future__ import annotations

import shutil
from importlib.metadata import version

import nbformat
import pytest

from kkrlib import data
from kkrlib.errors import RunError
from kkrlib.rapport import fingeraftryk


@pytest.fixture
def koden(tmp_path, monkeypatch):
    """A copy of the package that can be changed; returns its folder."""
    shutil.copytree(fingeraftryk._PAKKE, tmp_path / "kkrlib", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingeraftryk, "_PAKKE", tmp_path / "kkrlib")
    glem()
    yield tmp_path / "kkrlib"
    glem()


def glem():
    for kept in (fingeraftryk.pakker, fingeraftryk._lukning, fingeraftryk._importer_af):
        kept.cache_clear()


def notesbog(name: str = "flygtninge"):
    return nbformat.read(data.ROD / "notebooks" / f"{name}.ipynb", as_version=4)


def kode(nb=None):
    glem()
    return fingeraftryk.af(nb or notesbog()).kode


def aendr(path):
    path.write_text(path.read_text(encoding="utf-8") + "\n# ændret\n", encoding="utf-8")


@pytest.mark.parametrize(
    "fil",
    [
        "flygtninge/regel.py",
        "visning/flygtninge/kvoter.py",
        "fordeling.py",
        "dansk.py",
        "figurer/flade.py",
        "data/tabeller.py",
        "__init__.py",
        "rapport/eksport.py",
        "rapport/krav.py",
        "skabeloner.py",
        "rapport/notesbog.py",
        "rapport/skabelon/side.html.j2",
        "rapport/skabelon/stil.css",
        "tabeller/skabelon/tabel.html.j2",
    ],
)
def test_code_that_the_page_depends_on_changes_its_fingerprint(koden, fil):
    before = kode()
    aendr(koden / fil)
    assert kode() != before


@pytest.mark.parametrize(
    "fil",
    [
        "visning/socialtilsyn/serier.py",
        "socialtilsyn/serier.py",
        "visning/klynger/beloeb.py",
        "klynger/regel.py",
        "cli.py",
        "kommandoer.py",
    ],
)
def test_another_fields_code_and_the_command_line_leave_it(koden, fil):
    before = kode()
    aendr(koden / fil)
    assert kode() == before


def test_line_ends_and_outputs_and_given_parameters_leave_it(koden, tmp_path):
    before = kode()
    for path in koden.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    nb = notesbog()
    for cell in nb.cells:
        cell.pop("outputs", None)
    (tmp_path / "aftale.csv").write_text("kommune,kvote\nKøge,1\n", encoding="utf-8")
    assert kode(givet(nb, aftale=str(tmp_path / "aftale.csv"))) == before


def givet(nb=None, **values):
    """The notebook as papermill leaves it when it was given ``values``."""
    nb = nb or notesbog()
    lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in values.items())]
    nb.cells.insert(2, nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]}))
    return nb


def aftryk(nb=None):
    return fingeraftryk.af(nb or notesbog()).data


def test_a_file_that_a_trial_was_given_is_part_of_its_data(tmp_path):
    one, two = tmp_path / "en", tmp_path / "to"
    for folder, text in ((one, "Køge,1"), (two, "Køge,2")):
        folder.mkdir()
        (folder / "aftale.csv").write_text(f"kommune,kvote\n{text}\n", encoding="utf-8")
    made = {path: aftryk(givet(aftale=str(path / "aftale.csv"))) for path in (one, two)}
    assert len({aftryk(), *made.values()}) == 3
    (two / "aftale.csv").write_bytes((one / "aftale.csv").read_bytes().replace(b"\n", b"\r\n"))
    assert aftryk(givet(aftale=str(two / "aftale.csv"))) == made[one]  # where it lies is nobody's business
    with pytest.raises(RunError, match=r"aftale: vaek\.csv findes ikke"):
        aftryk(givet(aftale=str(tmp_path / "vaek.csv")))


def test_every_workbook_of_a_folder_counts_and_what_excel_leaves_open_does_not(tmp_path):
    nb = lambda: givet(notesbog("klyngeoekonomi"), regnskaber=str(tmp_path))  # noqa: E731
    (tmp_path / "a.xlsx").write_bytes(b"PK\xff\x00")
    first = aftryk(nb())
    (tmp_path / "~$a.xlsx").write_bytes(b"x")
    (tmp_path / "note.txt").write_bytes(b"x")
    assert aftryk(nb()) == first
    (tmp_path / "b.xlsx").write_bytes(b"PK\xff\x01")
    second = aftryk(nb())
    (tmp_path / "b.xlsx").write_bytes(b"PK\xff\x02")
    assert len({first, second, aftryk(nb())}) == 3


def test_a_trials_other_numbers_count_but_not_the_axes_and_the_notebooks_own():
    plain = aftryk()
    assert (
        aftryk(
            givet(
                aar=2023, region="Region Sjælland", scenarie_landstal=None, scenarie_familiesammenfoerte={}, aftale=""
            )
        )
        == plain
    )
    given = [
        {"scenarie_landstal": 700},
        {"scenarie_landstal": 701},
        {"scenarie_familiesammenfoerte": {"265": 25}},
        {"flere_familiesammenfoerte": 6},
    ]
    assert len({plain, *(aftryk(givet(**values)) for values in given)}) == 5


def test_a_cells_source_and_the_metadata_change_it():
    nb, other = notesbog(), notesbog()
    nb.cells[-1].source += "#"
    other.metadata["kkr"]["titel"] += "!"
    assert len({kode(), kode(nb), kode(other)}) == 3


def test_data_are_every_table_and_what_describes_it(tmp_path, monkeypatch):
    folder = shutil.copytree(data.data_mappe(), tmp_path / "data")
    monkeypatch.setenv("KKR_DATA", str(folder))
    before = fingeraftryk.af(notesbog())
    path = folder / "bilag_a.csv"
    original = path.read_bytes()
    path.write_bytes(original.replace(b"\n", b"\r\n"))
    (folder / "ikke-en-tabel.txt").write_text("x")
    assert fingeraftryk.af(notesbog()).data == before.data
    path.write_bytes(original.replace(b"659350", b"659351"))
    assert fingeraftryk.af(notesbog()).data != before.data
    path.write_bytes(original)
    descriptor = folder / data.BESKRIVELSE
    descriptor.write_text(descriptor.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = fingeraftryk.af(notesbog())
    assert changed.data != before.data and changed.kode == before.kode
    path.unlink()
    with pytest.raises(RunError, match=r"bilag_a\.csv"):
        fingeraftryk.af(notesbog())


def test_packages_are_the_run_time_ones_with_the_version_that_ran():
    packages = dict(fingeraftryk.pakker())
    assert packages["pandas"] == version("pandas") and "pytest" not in packages and "python" not in packages
    assert list(packages) == sorted(packages)


def test_code_that_cannot_be_read_is_refused():
    nb = notesbog()
    nb.cells[1].source = "%matplotlib inline\n!ls\nimport kkrlib.dansk"
    fingeraftryk.af(nb)
    nb.cells[1].source = "import ("
    with pytest.raises(RunError, match="fingeraftryk"):
        fingeraftryk.af(nb)
