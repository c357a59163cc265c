"""What the tests of the study share: quick questions and small images."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FAKES = Path(__file__).parent / "fakes.py"


@pytest.fixture(scope="session")
def fakes():
    """The module of quick questions."""
    spec = importlib.util.spec_from_file_location("inkcluster_test_fakes", FAKES)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def blobs(fakes):
    """Sixty small images of four kinds."""
    return fakes.make_images()


@pytest.fixture
def ask(fakes, tmp_path):
    """Study with quick questions: ``ask(images, out=…, settings…)``."""
    from inkcluster.study.run.runner import study
    from inkcluster.study.settings.settings import Settings

    def _ask(images, out=tmp_path / "run", *, only=None, questions=None, **settings):
        questions = fakes.make_questions() if questions is None else questions
        settings = Settings(**{"k": 4, **settings})
        return study(images, out, settings, only=only, questions=questions)

    return _ask


@pytest.fixture
def start():
    """Start a study in a process of its own; whatever still runs at the end is killed."""
    running = []

    def _start(out, *words):
        child = subprocess.Popen(
            [sys.executable, str(FAKES), str(out), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        running.append(child)
        return child

    yield _start
    for child in running:
        if child.poll() is None:
            child.kill()
        child.communicate()
