"""A file or folder is replaced whole, whatever happens on the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inkcluster.files import TEMPORARY_PREFIX, atomic_file, atomic_folder, remove_leftovers

KILLED = """
import os, sys
from pathlib import Path
from inkcluster.files import atomic_folder

folder, at = Path(sys.argv[1]), int(sys.argv[2])
calls = 0

def counted(name):
    original = getattr(Path, name)
    def replace(self, *arguments):
        global calls
        calls += 1
        if calls == at:
            os._exit(9)
        return original(self, *arguments)
    return replace

Path.replace = counted("replace")
import shutil
removal = shutil.rmtree
def rmtree(*arguments, **more):
    global calls
    calls += 1
    if calls == at:
        os._exit(9)
    return removal(*arguments, **more)
shutil.rmtree = rmtree

with atomic_folder(folder / "answer") as part:
    (part / "text").write_text("new")
"""


def old_answer(folder: Path) -> Path:
    (folder / "answer").mkdir()
    (folder / "answer" / "text").write_text("old")
    return folder / "answer" / "text"


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(TEMPORARY_PREFIX + "*"))


def test_a_folder_is_replaced(tmp_path):
    text = old_answer(tmp_path)
    with atomic_folder(tmp_path / "answer") as part:
        (part / "text").write_text("new")
        (part / "inner").mkdir()
        assert text.read_text() == "old"
    assert text.read_text() == "new"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["answer", "inner", "text"]


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_replacement_that_fails_leaves_the_old_folder(step, error, tmp_path, monkeypatch):
    text = old_answer(tmp_path)
    renamed, original = [], Path.replace

    def replace(self, target):
        renamed.append(target)
        if len(renamed) == step:
            raise error
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(error), atomic_folder(tmp_path / "answer") as part:
        (part / "text").write_text("new")
    assert text.read_text() == "old"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(("step", "kept"), [(1, "old"), (2, "old"), (3, "new")])
def test_a_process_killed_while_it_replaces_loses_nothing(step, kept, tmp_path):
    text = old_answer(tmp_path)
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(step)]
    assert subprocess.run(command, check=False).returncode == 9
    every = {path.read_text() for path in tmp_path.rglob("text")}
    assert kept in every
    assert remove_leftovers(tmp_path) >= 1
    assert text.read_text() == kept
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("step", [1, 2, 3])
def test_the_next_writer_clears_up_after_a_killed_one(step, tmp_path):
    text = old_answer(tmp_path)
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(step)], check=False)
    with atomic_folder(tmp_path / "answer") as part:
        (part / "text").write_text("newer")
    assert text.read_text() == "newer"
    assert not list(tmp_path.glob(TEMPORARY_PREFIX + "old-*"))


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "text"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_file(path) as stream:  # noqa: PT012
        stream.write(b"half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    with atomic_file(path) as stream:
        stream.write(b"new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["text"]  # noqa: PTH208


def test_an_error_names_the_file_that_was_wanted(tmp_path):
    with (
        pytest.raises(OSError, match="wanted") as error,
        atomic_file(tmp_path / "no" / "wanted.png"),
    ):
        pass
    assert error.value.filename == str(tmp_path / "no" / "wanted.png")


def test_leftovers_of_files_and_folders_are_removed(tmp_path):
    (tmp_path / f"{TEMPORARY_PREFIX}a").touch()
    (tmp_path / f"{TEMPORARY_PREFIX}b").mkdir()
    (tmp_path / "c").touch()
    assert remove_leftovers(tmp_path) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["c"]
