"""Shared fixtures: the project's data, read once."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from kkrlib import data

# The machine is shared and noisy, and a deadline would make a slow moment a failed test.
settings.register_profile("kkr", deadline=None, derandomize=True)
settings.load_profile("kkr")


@pytest.fixture(scope="session")
def tabeller():
    return data.load()


@pytest.fixture(scope="session")
def kildemappe():
    """The folder with the source texts: KKR_KILDER, else beside the checkout; skips where they are not at hand."""
    folder = Path(os.environ.get("KKR_KILDER") or data.ROD.parent / "shared" / "kilder")
    if not folder.is_dir():
        pytest.skip("the source texts are not at hand (set KKR_KILDER)")
    return folder
