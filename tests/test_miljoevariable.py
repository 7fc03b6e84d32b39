"""The environment is read from outside too: a variable that names no folder is named, and nothing runs."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kkrlib import cli, data


@pytest.mark.parametrize("command", [["list"], ["check"], ["build"], ["verify"], ["notebooks"]])
@pytest.mark.parametrize("variable", ["KKR_ROD", "KKR_DATA"])
def test_a_variable_that_names_no_folder_is_refused_by_every_command(command, variable, monkeypatch, tmp_path):
    (tmp_path / "fil").write_text("x")
    for value, said in ((tmp_path / "ingen", "findes ikke"), (tmp_path / "fil", "er en fil")):
        monkeypatch.setenv(variable, str(value))
        result = CliRunner().invoke(cli.main, command)
        assert result.exit_code == 2
        (line,) = result.output.splitlines()
        assert variable in line and str(value) in line and said in line


def test_both_variables_are_named_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("KKR_ROD", str(tmp_path / "a"))
    monkeypatch.setenv("KKR_DATA", str(tmp_path / "b\u200b"))
    result = CliRunner().invoke(cli.main, ["list"])
    assert [line.split(":")[0] for line in result.output.splitlines()] == [
        "miljøvariablen KKR_ROD",
        "miljøvariablen KKR_DATA",
    ]
    assert "U+200B" in result.output


def test_an_empty_variable_is_as_none_and_a_folder_without_a_project_is_said_to_have_none(monkeypatch, tmp_path):
    monkeypatch.setenv("KKR_DATA", "")
    assert data.data_mappe() == data.mappe.rod() / "data"
    env = {**os.environ, "KKR_ROD": str(tmp_path), "PYTHONPATH": str(data.ROD)}
    run = subprocess.run(
        [sys.executable, "-m", "kkrlib.cli", "list"], env=env, capture_output=True, text=True, check=False
    )
    assert run.returncode == 4 and "KKR_ROD" in run.stderr and "Traceback" not in run.stderr
