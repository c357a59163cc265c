"""A study killed at any moment goes on, and ends as if nothing had happened."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import time

import pytest
from tests.study import fakes

from inkcluster.study.questions import QUESTIONS

SEED = int(os.environ.get("INKCLUSTER_SEED", "69"))


def content(out):
    """Every file of every answer, byte for byte; of the notes all but the seconds."""
    found = {}
    for path in sorted((out / "answers").rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.name == "answer.json":
            plain = json.loads(path.read_text())
            found[name] = {k: v for k, v in plain.items() if k not in ("seconds", "seal")}
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def begin():
    """Begin a study in a child of a process that has imported everything; when it is ready."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [*fakes.HEAVY, "tests.study.fakes", *(type(q).__module__ for q in QUESTIONS.values())]
    )

    def _begin(out, words):
        hears, says = context.Pipe(duplex=False)
        child = context.Process(target=fakes.start, args=(out, *words), kwargs={"say": says.send})
        child.start()
        says.close()
        assert hears.recv() == "ready"
        return child, hears

    return _begin


def kill_at_random(begin, out, words, longest, rng, kills):
    """Kill a study `kills` times at random moments, going on each time; count what was cut off."""
    cut = 0
    for _ in range(kills):
        child, _ = begin(out, words)
        time.sleep(rng.uniform(0, longest))
        child.kill()
        child.join()
        cut += child.exitcode == -signal.SIGKILL
    return cut


@pytest.mark.parametrize(
    ("words", "kills"),
    [((), 10), pytest.param(("real",), 5, marks=pytest.mark.slow)],
    ids=["quick", "real"],
)
def test_killed_at_random_moments_and_resumed(start, begin, tmp_path, words, kills):
    child, hears = begin(tmp_path / "whole", words)
    seconds = float(hears.recv())
    child.join()
    rng = random.Random(SEED)
    # Such a part of the whole each time that the moments spread over all of it.
    cut = kill_at_random(begin, tmp_path / "killed", words, 2 * seconds / kills, rng, kills)
    assert cut >= kills // 2, f"only {cut} of {kills} were still running (seed {SEED})"
    last = start(tmp_path / "killed", *words)  # imports everything again
    _, errors = last.communicate(timeout=300)
    assert last.returncode == 0, errors
    whole, resumed = content(tmp_path / "whole"), content(tmp_path / "killed")
    assert list(whole) == list(resumed)
    assert not [name for name in whole if whole[name] != resumed[name]], f"seed {SEED}"
    assert not list((tmp_path / "killed").rglob(".part-*"))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_at_every_write(ask, fakes, tmp_path, monkeypatch):
    """A child is killed as its n-th write is about to reach the disk, for each n in turn.

    What a process has written outlives it whether or not the disk has it, so none waits for that.
    """
    monkeypatch.setattr(fakes, "PAUSE", 0)
    monkeypatch.setattr(os, "fsync", os.fstat)
    images = fakes.make_images()
    whole = content(ask(images, tmp_path / "whole").path)
    out = tmp_path / "killed"
    for n in range(1, 200):
        child = os.fork()
        if child == 0:
            killed_at_write(n, lambda: ask(images, out))
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        ask(images, out)
        assert content(out) == whole, f"killed at write {n}"
        assert not list(out.rglob(".part-*"))
        shutil.rmtree(out)
    assert os.WEXITSTATUS(status) == 0
    assert n > 40


def killed_at_write(n, work):
    """Do `work` in this process, which dies at its `n`-th fsync, and ends with 0 if it has fewer."""
    real, left = os.fsync, [n]

    def fsync(descriptor):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        real(descriptor)

    try:
        os.fsync = fsync
        work()
    except BaseException:  # whatever it is, the test process must not go on twice
        os._exit(1)
    os._exit(0)
