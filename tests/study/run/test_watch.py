"""A memory-mapped file that changes while it is studied is copied before, or noticed, and nothing kept."""

import os
from dataclasses import replace

import numpy as np
import pytest

from inkcluster.errors import DataChangedError
from inkcluster.images import data_hash
from inkcluster.study.run import watch
from inkcluster.study.run.run import Run


@pytest.fixture
def no_room(monkeypatch):
    """As if the pixels did not fit into memory."""
    monkeypatch.setattr(watch, "free_memory", lambda: 0)


@pytest.fixture
def mapped(blobs, tmp_path, no_room):
    """The blobs, their pixels mapped from a file that is too large to be copied."""
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


VIEWS = {"whole": lambda a: a, "part": lambda a: a[5:, 1:][3:], "turned": lambda a: a.T}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_mapped_pixels_are_copied_where_they_fit(blobs, tmp_path, view, monkeypatch):
    """A file that is cut short while it is mapped ends the process."""
    whole = np.ascontiguousarray(blobs.pixels)
    np.save(tmp_path / "x.npy", whole)
    pixels = view(np.load(tmp_path / "x.npy", mmap_mode="r"))
    given = replace(blobs, pixels=pixels[:], labels=None)
    held = watch.unmapped(given)
    np.testing.assert_array_equal(held.pixels, view(whole))
    assert bool(watch.mapped_files(held)) is not pixels.flags.c_contiguous
    changed = np.load(tmp_path / "x.npy", mmap_mode="c")
    changed[:] = 7  # in memory alone
    assert (watch.unmapped(replace(given, pixels=changed)).pixels == 7).all()
    monkeypatch.setattr(watch, "free_memory", lambda: watch.MIN_FREE_RATIO * pixels.nbytes - 1)
    assert watch.unmapped(given) is given


def test_a_file_cut_short_while_it_is_copied_is_said(blobs, tmp_path):
    np.save(tmp_path / "x.npy", blobs.pixels)
    mapped = replace(blobs, pixels=np.load(tmp_path / "x.npy", mmap_mode="r"))
    os.truncate(tmp_path / "x.npy", 300)
    with pytest.raises(DataChangedError, match=r"x\.npy changed while it was studied"):
        watch.unmapped(mapped)


def test_a_copied_file_may_be_cut_short_meanwhile(ask, fakes, blobs, tmp_path):
    np.save(tmp_path / "x.npy", blobs.pixels)
    mapped = replace(blobs, pixels=np.load(tmp_path / "x.npy", mmap_mode="r"))
    questions = meanwhile(fakes, lambda: os.truncate(tmp_path / "x.npy", 300))
    assert ask(mapped, questions=questions).data.hash == data_hash(blobs)


@pytest.mark.usefixtures("no_room")
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
