"""A few of the attacks of ``python -m tests.hostile``, which can run many more."""

import os

from tests.hostile import arguments, estimators, runs

SEED = int(os.environ.get("INKCLUSTER_SEED", "69"))


def test_run_folders():
    assert runs.attack(SEED, 40) == []


def test_command_lines():
    assert arguments.attack(SEED, 40) == []


def test_estimators():
    assert estimators.attack(SEED, 400) == []


def test_every_estimator_is_attacked():
    import inkcluster

    public = {name for name in inkcluster.__all__ if hasattr(getattr(inkcluster, name), "fit")}
    assert public == set(estimators.ESTIMATORS)
