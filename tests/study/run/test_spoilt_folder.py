"""A run folder is input: links are not followed, names are no paths, what is odd is computed again."""

import json
import os
import tracemalloc
import zipfile

import numpy as np
import pytest

from inkcluster.errors import RunFolderError
from inkcluster.study.run.arrays import read_arrays, write_arrays
from inkcluster.study.run.run import Run
from inkcluster.study.run.state import read_state
from inkcluster.study.run.written import _manifest, _seal, read_answer


@pytest.fixture
def run(ask, blobs):
    return ask(blobs)


@pytest.fixture
def outside(tmp_path):
    """A folder with a file that must stay as it is."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "mine").write_text("mine")
    (tmp_path / "outside" / ".part-mine").write_text("mine")
    return tmp_path / "outside"


def folder_of(run, key):
    (folder,) = (run.path / "answers").glob(f"{key}-*")
    return folder


def resealed(folder, change):
    """Change the answer as `change` says and make it look whole."""
    plain = json.loads((folder / "answer.json").read_text())
    del plain["seal"]
    change(plain)
    plain["files"] = _manifest(folder)
    (folder / "answer.json").write_text(json.dumps({**plain, "seal": _seal(plain)}))


@pytest.mark.parametrize("name", [".lock", "run.json", "report.html"])
def test_a_link_in_place_of_a_file_is_replaced_and_not_followed(ask, blobs, run, outside, name):
    (run.path / name).unlink(missing_ok=True)
    (run.path / name).symlink_to(outside / "mine")
    assert ask(blobs).state == "done"
    assert (outside / "mine").read_text() == "mine"
    assert not (run.path / name).is_symlink()


@pytest.mark.parametrize("name", ["answers", "steps"])
@pytest.mark.parametrize("kind", ["link", "file", "fifo"])
def test_what_is_no_folder_is_replaced_and_computed_again(ask, blobs, run, outside, name, kind):
    (run.path / name).rename(run.path.parent / "away")
    place = run.path / name
    make = {
        "link": lambda: place.symlink_to(outside),
        "file": lambda: place.write_text("x"),
        "fifo": lambda: os.mkfifo(place),
    }
    make[kind]()
    again = ask(blobs)
    assert again.answer("two").arrays()["sums"].shape == (3, 60)
    assert not place.is_symlink()
    assert sorted(path.name for path in outside.iterdir()) == [".part-mine", "mine"]


def test_a_linked_answer_is_not_read(ask, fakes, blobs, run):
    folder = folder_of(run, "one")
    folder.rename(run.path.parent / "away")
    folder.symlink_to(run.path.parent / "away")
    with pytest.raises(RunFolderError, match="missing or damaged"):
        Run.open(run.path).answer("one")
    questions = fakes.make_questions()
    ask(blobs, questions=questions)
    assert questions["one"].asked == 1
    assert not folder.is_symlink()
    assert (run.path.parent / "away" / "answer.json").is_file()


def test_a_lock_under_another_name_is_not_written(ask, blobs, run, outside):
    (run.path / ".lock").unlink()
    os.link(outside / "mine", run.path / ".lock")
    assert ask(blobs).state == "done"
    assert (outside / "mine").read_text() == "mine"


@pytest.mark.parametrize("name", ["../../../../mine", "/etc/passwd", "a/b", "..", "", "a\0"])
def test_a_table_whose_name_is_a_path_is_damaged(ask, fakes, blobs, run, name):
    resealed(folder_of(run, "one"), lambda plain: plain["tables"][0].update(name=name))
    with pytest.raises(RunFolderError, match="missing or damaged"):
        Run.open(run.path).answer("one")
    questions = fakes.make_questions()
    ask(blobs, questions=questions)
    assert questions["one"].asked == 1


def test_a_folder_of_an_answer_outside_is_damage(run, tmp_path):
    folder_of(run, "one").rename(tmp_path / "elsewhere")
    state = json.loads((run.path / "run.json").read_text())
    state["answers"]["one"]["folder"] = "../../elsewhere"
    (run.path / "run.json").write_text(json.dumps(state))
    with pytest.raises(RunFolderError, match=r"run\.json is damaged"):
        Run.open(run.path)


DEEP = "[" * 200_000 + "]" * 200_000
ODD = [DEEP, "NaN", "1e999", "9" * 5000, "9" * 25, '"\\ud800"', '{"value": 1' + "}" * 3]


@pytest.mark.parametrize("value", ODD, ids=lambda value: value[:12])
@pytest.mark.parametrize("where", ["answer.json", "run.json"])
def test_what_a_run_never_writes_is_computed_again(ask, fakes, blobs, run, where, value):
    path = (run.path if where == "run.json" else folder_of(run, "one")) / where
    plain = json.loads(path.read_text())
    plain["plan"]["seed"] = "HERE"
    path.write_text(json.dumps(plain).replace('"HERE"', value))
    questions = fakes.make_questions()
    assert ask(blobs, questions=questions).keys == ("one", "two", "three")
    assert questions["one"].asked == (where == "answer.json")
    assert Run.open(run.path).answer("one").plan["seed"] == 69


@pytest.mark.parametrize(
    "arrays",
    [{}, {"sums": np.array(3)}, {"sums": np.array(["a"])}, {"others": np.zeros(60)}],
    ids=["none", "a number", "text", "others"],
)
@pytest.mark.parametrize("marked", [False, True], ids=["", "marked as the step"])
def test_steps_with_other_arrays_are_computed_again(ask, blobs, run, arrays, marked):
    whole = run.answer("one").arrays()["sums"]
    for path in (run.path / "steps").iterdir():
        with path.open("wb") as stream:
            write_arrays(stream, arrays, path.stem if marked else "")
    for path in (run.path / "answers").iterdir():
        (path / "answer.json").unlink()
    again = ask(blobs)
    np.testing.assert_array_equal(again.answer("one").arrays()["sums"], whole)


def test_a_step_under_the_name_of_another_is_computed_again(ask, blobs, run):
    """Sound arrays of the right types, which no question could tell from its own."""
    whole = run.answer("one").arrays()["sums"]
    steps = sorted((run.path / "steps").glob("sums-*"))
    contents = [path.read_bytes() for path in steps]
    for path, content in zip(steps, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)
    for path in (run.path / "answers").iterdir():
        (path / "answer.json").unlink()
    np.testing.assert_array_equal(ask(blobs).answer("one").arrays()["sums"], whole)


def test_a_step_is_no_larger_than_its_file(tmp_path, monkeypatch):
    path = tmp_path / "x.npz"
    monkeypatch.setattr("inkcluster.study.run.arrays._mark", lambda archive, name: archive.comment)
    header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
    header += (
        b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", header + bytes(100))
    with pytest.raises(ValueError, match="not what its header says"):
        read_arrays(path)
    np.savez_compressed(path, a=np.zeros(40_000_000, np.uint8))
    with pytest.raises(ValueError, match="larger than their file"):
        read_arrays(path)


def test_reading_a_run_takes_memory_for_what_is_there_only(run):
    """Under ``ulimit -v``, room for the largest that may be there ended a study."""
    tracemalloc.start()
    read_state(run.path)
    assert read_answer(folder_of(run, "one"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6


def test_a_damaged_table_is_one_sentence(run):
    folder = folder_of(run, "one")
    (folder / "tables" / "sums.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    resealed(folder, lambda plain: None)
    with pytest.raises(RunFolderError, match=r"sums\.parquet is missing or damaged; remove .*one-"):
        Run.open(run.path).answer("one").tables[0].frame()
