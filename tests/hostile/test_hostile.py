"""A few of the attacks of ``python -m tests.hostile``, which can run many more."""

import os

from tests.hostile import runs

SEED = int(os.environ.get("INKCLUSTER_SEED", "69"))


def test_run_folders():
    assert runs.attack(SEED, 40) == []
