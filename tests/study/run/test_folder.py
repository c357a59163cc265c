"""Folders that cannot be a run's, full disks, and two runs into one folder."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from inkcluster.errors import RunFolderError
from inkcluster.study.run import folder as room
from inkcluster.study.run.run import Run


def refused(ask, images, out):
    """The sentence with which a study into `out` is refused."""
    with pytest.raises(RunFolderError) as error:
        ask(images, out)
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_new_an_empty_and_a_deep_folder_will_do(ask, blobs, tmp_path):
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "new", tmp_path / "empty", tmp_path / "a" / "b" / "c"):
        assert ask(blobs, out).state == "done"


def test_a_file_is_no_folder(ask, blobs, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert f"{tmp_path / 'file'} is a file" in refused(ask, blobs, tmp_path / "file")
    assert "cannot be made (Not a directory)" in refused(ask, blobs, tmp_path / "file" / "run")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_made(ask, blobs):
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc on this system")
    sentence = refused(ask, blobs, "/proc/inkcluster")
    assert sentence.startswith("The folder /proc/inkcluster cannot be made")
    assert "--out" in sentence


def test_a_folder_that_may_not_be_written(ask, blobs, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "cannot be written (Permission denied)" in refused(ask, blobs, tmp_path / "locked")


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_refused_write_is_one_sentence(ask, blobs, tmp_path, monkeypatch, code):
    def refuse(path, *more, **named):
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(room.os, "open", refuse)
    sentence = refused(ask, blobs, tmp_path / "run")
    assert f"cannot be written ({os.strerror(code)})" in sentence


@pytest.mark.parametrize("name", ["notes.txt", "report.html", "answers"])
def test_a_folder_with_something_else_in_it_is_left_alone(ask, blobs, tmp_path, name):
    out = tmp_path / "mine"
    out.mkdir()
    (out / name).write_text("mine")
    assert f"is not empty and holds no study (it has '{name}')" in refused(ask, blobs, out)
    assert [path.name for path in out.iterdir()] == [name]


def test_a_run_killed_at_birth_is_taken_up(ask, blobs, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    (out / ".lock").write_text('{"pid": 1, "started": "2025-01-01"}')
    (out / ".part-abc").mkdir()
    assert ask(blobs, out).state == "done"
    assert not (out / ".part-abc").exists()


def test_a_run_on_other_images_is_refused_and_named(ask, fakes, blobs, tmp_path):
    ask(blobs, tmp_path / "run")
    before = (tmp_path / "run" / "run.json").read_bytes()
    sentence = refused(ask, fakes.make_images(seed=1, name="others"), tmp_path / "run")
    assert "holds a study of other images (" in sentence
    assert "blobs" in sentence
    assert "choose another folder for others with --out" in sentence
    assert (tmp_path / "run" / "run.json").read_bytes() == before


def test_leftovers_of_killed_writers_are_removed(ask, blobs, tmp_path):
    out = tmp_path / "run"
    ask(blobs, out)
    for inner in (out, out / "answers", out / "steps"):
        (inner / ".part-file.npz").write_bytes(b"half")
        (inner / ".part-folder").mkdir()
        (inner / ".part-folder" / "x").write_bytes(b"half")
    ask(blobs, out)
    assert not list(out.rglob(".part-*"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"inkcluster": "0"}', b"\xff"])
def test_a_damaged_run_json_is_named_on_reading_and_made_anew(ask, fakes, blobs, tmp_path, content):
    out = tmp_path / "run"
    ask(blobs, out)
    (out / "run.json").write_bytes(content)
    with pytest.raises(RunFolderError, match="is damaged; run the study again"):
        Run.open(out)
    questions = fakes.make_questions()
    run = ask(blobs, out, only=["one"], questions=questions)
    assert run.keys == ("one", "two", "three")
    assert [fake.asked for fake in questions.values()] == [0, 0, 0]


HOLD = """
import sys, time
from pathlib import Path
from inkcluster.study.run.folder import opened
with opened(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the folder ``tmp_path / "run"``."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_runs_into_one_folder(ask, blobs, tmp_path, holder):
    sentence = refused(ask, blobs, tmp_path / "run")
    assert f"is in use by another study (process {holder.pid}, started 20" in sentence
    assert "wait for it to end, or choose another folder with --out" in sentence
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [".lock"]
    holder.kill()
    holder.wait()
    assert ask(blobs, tmp_path / "run").state == "done"


def test_two_runs_in_one_process(blobs, tmp_path):
    with (
        room.opened(tmp_path / "run"),
        pytest.raises(RunFolderError, match=f"process {os.getpid()}"),
        room.opened(tmp_path / "run"),
    ):
        pass
    with room.opened(tmp_path / "run"):
        pass


def test_a_folder_that_cannot_be_locked(ask, blobs, tmp_path, monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert "cannot be locked (No locks available)" in refused(ask, blobs, tmp_path / "run")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
@pytest.mark.parametrize("fails_at", [1, 4, 9, 16])
def test_a_full_disk_keeps_what_is_there(ask, fakes, blobs, tmp_path, monkeypatch, code, fails_at):
    """Every write to the disk ends in an fsync; from the `fails_at`-th on, there is no room."""
    out, real, calls = tmp_path / "run", os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) >= fails_at:
            raise OSError(code, os.strerror(code))
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        sentence = refused(ask, blobs, out)
    assert f"There is no room left to write in {out} ({os.strerror(code)})" in sentence
    assert "run the same command again to resume" in sentence
    assert not list(out.rglob(".part-*"))
    questions = fakes.make_questions()
    done = {path.name.split("-")[0] for path in out.glob("answers/*")}
    assert ask(blobs, out, questions=questions).state == "done"
    assert {key for key, fake in questions.items() if not fake.asked} == done


@pytest.mark.parametrize("limit", [1000, 8000])
def test_a_limit_on_file_sizes_in_a_process_of_its_own(ask, tmp_path, start, fakes, limit):
    """1,000 bytes are too few for run.json, 8,000 for a figure."""
    child = start(tmp_path / "run", str(limit))
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 1
    last = errors.strip().splitlines()[-1]
    assert last.startswith("inkcluster.errors.RunFolderError: There is no room left to write in")
    assert "File too large" in last
    assert not list((tmp_path / "run").rglob(".part-*"))
    kept = [path.name.split("-")[0] for path in (tmp_path / "run").glob("answers/*")]
    assert kept == ([] if limit == 1000 else ["one"])
    assert ask(fakes.make_images(80, 8), tmp_path / "run", seed=1).state == "done"


@pytest.mark.parametrize("size", ["12k", "40k", "80k"])
def test_a_small_disk_that_is_full(ask, blobs, tmp_path, size):
    small = tmp_path / "small"
    small.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)]
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        sentence = refused(ask, blobs, small / "run")
        assert "(No space left on device)" in sentence
        assert not list((small / "run").rglob(".part-*"))
        subprocess.run(["mount", "-o", "remount,size=4m", str(small)], check=True)
        assert ask(blobs, small / "run").state == "done"
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads in /proc")
def test_a_table_is_read_on_the_thread_that_asks(tmp_path):
    """A thread of Arrow's that holds a Python file as the interpreter ends aborts the process."""
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_parquet(tmp_path / "t.parquet")
    said = """
import os, sys
from pathlib import Path
import pyarrow.parquet  # its allocator has a thread
from inkcluster.study.run.written import WrittenTable
before = len(os.listdir("/proc/self/task"))
frame = WrittenTable("t", "T", "T.", Path(sys.argv[1])).frame()
assert frame["b"].tolist() == ["x", "y"]
assert len(os.listdir("/proc/self/task")) == before
"""
    subprocess.run([sys.executable, "-c", said, tmp_path / "t.parquet"], check=True)
