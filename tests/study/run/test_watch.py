"""A memory-mapped file that changes while it is studied: said, and nothing of it kept."""

import os
from dataclasses import replace

import numpy as np
import pytest

from inkcluster.errors import DataChangedError
from inkcluster.study.run.run import Run


@pytest.fixture
def mapped(blobs, tmp_path):
    """The blobs, their pixels mapped from a file."""
    np.save(tmp_path / "x.npy", blobs.pixels)
    return replace(blobs, pixels=np.load(tmp_path / "x.npy", mmap_mode="r"))


def meanwhile(fakes, do):
    """Three questions; while the second is worked out, `do` is done."""
    questions = fakes.make_questions()
    answer = questions["two"].answer

    def answered(*given):
        do()
        return answer(*given)

    questions["two"].answer = answered
    return questions


def overwrite(path):
    with path.open("r+b") as stream:
        stream.seek(200)
        stream.write(b"\xaa")


def overwrite_unseen(path):
    """Change the content and put the time of the last change back."""
    facts = path.stat()
    overwrite(path)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


@pytest.mark.parametrize("do", [overwrite, overwrite_unseen])
def test_a_file_that_is_overwritten(ask, fakes, mapped, tmp_path, do):
    questions = meanwhile(fakes, lambda: do(tmp_path / "x.npy"))
    with pytest.raises(DataChangedError, match=r"x\.npy changed while it was studied") as said:
        ask(mapped, questions=questions)
    assert len(str(said.value).replace(str(tmp_path), "")) < 300
    assert (Run.open(tmp_path / "run").state, Run.open(tmp_path / "run").keys) == ("stopped", ())
    assert not list((tmp_path / "run" / "answers").iterdir())
    assert not list((tmp_path / "run" / "steps").iterdir())


def test_answers_of_earlier_runs_stay(ask, fakes, mapped, tmp_path):
    ask(mapped, only=["one"])
    questions = meanwhile(fakes, lambda: overwrite(tmp_path / "x.npy"))
    with pytest.raises(DataChangedError):
        ask(mapped, questions=questions)
    assert Run.open(tmp_path / "run").keys == ("one",)


def test_a_truncated_file_is_not_read_again(ask, fakes, blobs, tmp_path):
    """Reading it would end the process; the fakes have their steps already."""
    pixels = np.tile(blobs.pixels, (100, 1, 1))
    np.save(tmp_path / "x.npy", pixels)
    labels = np.tile(blobs.labels, 100)
    mapped = replace(blobs, pixels=np.load(tmp_path / "x.npy", mmap_mode="r"), labels=labels)
    questions = fakes.make_questions()

    def truncated(*_):
        os.truncate(tmp_path / "x.npy", 300)
        return fakes.Answer()

    questions["two"].answer = truncated
    with pytest.raises(DataChangedError, match="changed while it was studied"):
        ask(mapped, questions=questions)


def test_a_file_that_is_only_touched_or_replaced_by_the_same_goes_on(ask, fakes, mapped, tmp_path):
    path = tmp_path / "x.npy"

    def replace_it():
        (tmp_path / "new").write_bytes(path.read_bytes())
        (tmp_path / "new").replace(path)

    for do in (path.touch, replace_it, path.unlink):
        questions = meanwhile(fakes, do)
        assert ask(mapped, questions=questions, only=["two"], restarts=4).state == "done"
        (tmp_path / "run").rename(tmp_path / f"run-{do.__name__}")
