"""Steps are made once, kept whole, and made again when their file is damaged."""

import numpy as np
import pytest

import inkcluster.study.run.desk as room
from inkcluster.study.run.arrays import DAMAGE, read_arrays, write_arrays
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.facts import DataFacts


class Made:
    """Counts how often it is computed."""

    def __init__(self, **arrays):
        self.arrays, self.times = arrays, 0

    def __call__(self):
        self.times += 1
        return self.arrays


@pytest.fixture
def made():
    return Made(
        labels=np.arange(6, dtype=np.int32).reshape(2, 3),
        nothing=np.empty((0, 4)),
        one=np.array(2.5),
        words=np.array(["a", "β"]),
        column=np.asfortranarray(np.eye(3)),
    )


@pytest.fixture
def facts(blobs):
    return DataFacts.of(blobs)


def test_a_step_is_made_once_and_comes_back_the_same(tmp_path, facts, made):
    first = Desk(facts, tmp_path / "steps").keep("step", {"a": 1}, made)
    again = Desk(facts, tmp_path / "steps").keep("step", {"a": 1}, made)
    assert made.times == 1
    for arrays in (first, again):
        assert list(arrays) == list(made.arrays)
        for name, array in made.arrays.items():
            np.testing.assert_array_equal(arrays[name], array, strict=True)


def test_in_memory_too(made):
    desk = Desk()
    desk.keep("step", {}, made)
    desk.keep("step", {}, made)
    assert made.times == 1


def test_a_step_depends_on_name_parameters_data_and_version(tmp_path, fakes, made, monkeypatch):
    folder = tmp_path / "steps"
    facts = DataFacts.of(fakes.make_images())
    others = DataFacts.of(fakes.make_images(seed=1))
    Desk(facts, folder).keep("step", {"a": 1}, made)
    Desk(facts, folder).keep("other", {"a": 1}, made)
    Desk(facts, folder).keep("step", {"a": 2}, made)
    Desk(facts, folder).keep("step", {"a": np.arange(3)}, made)
    Desk(facts, folder).keep("step", {"a": np.arange(3.0)}, made)
    Desk(others, folder).keep("step", {"a": 1}, made)
    monkeypatch.setattr(room, "__version__", "99")
    Desk(facts, folder).keep("step", {"a": 1}, made)
    assert made.times == 7 == len(list(folder.glob("*.npz")))


def test_equal_parameters_are_equal_however_they_are_spelt(made):
    desk = Desk()
    desk.keep("step", {"a": 1, "b": (1, 2.5)}, made)
    desk.keep("step", {"b": [np.int64(1), np.float64(2.5)], "a": np.int32(1)}, made)
    assert made.times == 1


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_step_is_made_again(tmp_path, facts, made, share):
    Desk(facts, tmp_path).keep("step", {}, made)
    (path,) = tmp_path.glob("*.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    arrays = Desk(facts, tmp_path).keep("step", {}, made)
    assert made.times == 2
    np.testing.assert_array_equal(arrays["labels"], made.arrays["labels"])
    assert path.read_bytes() == whole


def test_no_flipped_byte_of_an_array_is_believed(tmp_path, facts, made):
    Desk(facts, tmp_path).keep("step", {}, made)
    (path,) = tmp_path.glob("*.npz")
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        arrays = Desk(facts, tmp_path).keep("step", {}, made)
        assert set(made.arrays) == set(arrays)
        for name, array in made.arrays.items():
            np.testing.assert_array_equal(arrays[name], array, strict=True)


def test_python_objects_are_neither_written_nor_read(tmp_path, facts):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        Desk(facts, tmp_path).keep("step", {}, lambda: {"o": np.array([{}], dtype=object)})
    assert list(tmp_path.iterdir()) == []
    np.savez(tmp_path / "pickled.npz", o=np.array([{}], dtype=object))
    with pytest.raises(DAMAGE):
        read_arrays(tmp_path / "pickled.npz")


def test_a_step_that_fails_leaves_nothing(tmp_path, facts):
    def fail():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Desk(facts, tmp_path).keep("step", {}, fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a b", "../up", "a/b", "Step", "-"])
def test_a_step_has_a_plain_name(made, name):
    with pytest.raises(ValueError, match="is no name for a step"):
        Desk().keep(name, {}, made)


def test_the_same_arrays_give_the_same_bytes(tmp_path, made):
    for name in ("a", "b"):
        with (tmp_path / name).open("wb") as stream:
            write_arrays(stream, made.arrays)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
