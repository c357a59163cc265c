"""A run of 300 digits, studied once and copied for each test that writes into it."""

import shutil
from pathlib import Path

import pytest

import inkcluster
from inkcluster.study.run.run import Run
from inkcluster.study.run.runner import study
from inkcluster.study.settings import Settings


@pytest.fixture(scope="session")
def studied_digits(tmp_path_factory) -> Path:
    """The folder of the run; tests must not write into it."""
    out = tmp_path_factory.mktemp("labelled") / "run"
    study(inkcluster.load("digits").sample(300, 0), out, Settings(), only=["shape"])
    return out


@pytest.fixture
def run_of_digits(studied_digits, tmp_path) -> Run:
    """A copy of it that the test may label."""
    return Run.open(shutil.copytree(studied_digits, tmp_path / "run"))
