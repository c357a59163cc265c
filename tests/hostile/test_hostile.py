"""A few of the attacks of ``python -m tests.hostile``, which can run many more."""

import os

from tests.hostile import arguments, runs

SEED = int(os.environ.get("INKCLUSTER_SEED", "69"))


def test_run_folders():
    assert runs.attack(SEED, 40) == []


def test_command_lines():
    assert arguments.attack(SEED, 40) == []
