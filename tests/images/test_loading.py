"""Every format gives the same set; every file that is not one gives a sentence."""

import gzip
import os
import pickle
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, describe, load, loading
from inkcluster.progress import Progress

FORMATS = [
    "npy", "npz", "parquet", "parquet of pictures", "arrow", "feather", "idx", "idx.gz", "csv", "csv.gz",
    "mat v4", "mat v5", "mat v7", "mat v7.3", "zip", "folder",
]  # fmt: skip
FILES = [f for f in FORMATS if f != "folder"]


def by_content(images: ImageSet) -> list[tuple[bytes, int]]:
    """Images and labels without their order, which folders do not keep."""
    return sorted(zip((p.tobytes() for p in images.pixels), images.labels, strict=True))


def test_formats_covers_the_writers(writers):
    assert set(FORMATS) == set(writers)


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_format_gives_the_set_that_was_written(fmt, writers, small, tmp_path):
    path = writers[fmt](tmp_path)
    read = load(path)
    assert read.pixels.dtype == np.uint8
    assert read.shape == (6, 6)
    assert read.source == str(path)
    assert read.name == "small"
    if fmt == "npy":
        assert read.labels is None
        np.testing.assert_array_equal(read.pixels, small.pixels)
        return
    assert read.labels.dtype == np.int64
    if fmt in ("folder", "zip"):
        assert by_content(read) == by_content(small)
    else:
        np.testing.assert_array_equal(read.pixels, small.pixels)
        np.testing.assert_array_equal(read.labels, small.labels)


@pytest.mark.parametrize(
    ("fmt", "ending"),
    [
        (fmt, ending)
        for fmt in FILES
        for ending in ("", ".mat", ".npz", ".csv", ".png")
        if fmt != "mat v4" or ending == ".mat"  # it has nothing but its name to know it by
    ],
)
def test_a_mislabelled_file_is_read_for_what_it_is(fmt, ending, writers, small, tmp_path):
    path = writers[fmt](tmp_path)
    wrong = path.rename(tmp_path / f"mislabelled{ending}")
    assert len(load(wrong)) == len(small)


@pytest.mark.parametrize("fmt", FILES)
def test_an_empty_file_is_said_to_be_empty(fmt, writers, tmp_path):
    path = writers[fmt](tmp_path)
    path.write_bytes(b"")
    with pytest.raises(BadInputError, match="is empty") as said:
        load(path)
    assert str(path) in str(said.value)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
@pytest.mark.parametrize("fmt", [f for f in FILES if f != "csv"])
def test_a_truncated_file_is_refused(fmt, share, writers, tmp_path):
    path = writers[fmt](tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadInputError) as said:
        load(path)
    assert str(path) in str(said.value)
    assert "\n" not in str(said.value)


def test_a_csv_that_ends_within_a_row_is_refused(writers, tmp_path):
    path = writers["csv"](tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    with pytest.raises(BadInputError, match="not finite"):
        load(path)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_missing_file_is_named(fmt, writers, tmp_path):
    path = writers[fmt](tmp_path)
    missing = path.with_name("missing" + path.name)
    with pytest.raises(BadInputError, match="does not exist") as said:
        load(missing)
    assert str(missing) in str(said.value)


def test_permission_denied_is_said(tmp_path, monkeypatch):
    path = tmp_path / "secret.npz"
    path.write_bytes(b"PK")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInputError, match=r"secret\.npz cannot be opened: permission denied"):
        load(path)


def test_a_path_through_a_file_and_a_null_byte(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    for odd in (tmp_path / "file" / "inner", "a\0b", "x" * 5000):
        with pytest.raises(BadInputError):
            load(odd)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInputError, match="neither a file nor a folder"):
        load(tmp_path / "pipe")


def test_a_pickle_is_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "exploded"),))

    (tmp_path / "a.npy").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(BadInputError, match="pickle"):
        load(tmp_path / "a.npy")
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02\x03 whatever", "none of the formats"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture that cannot be read"),
        (b"\x7fELF\x02\x01\x01\0\0", "none of the formats"),
        (gzip.compress(b"\x93NUMPY\x01\x00", mtime=0), "cannot be read as a NumPy array"),
        (b"\x1f\x8b\x08\x00broken", "damaged gzip"),
        (b"only one line without columns", "not a table of images"),
        (b"PK\x05\x06" + bytes(18), "holds no pictures"),
    ],
)
def test_other_content_is_said_to_be_what_it_is(content, said, tmp_path):
    (tmp_path / "data.bin").write_bytes(content)
    with pytest.raises(BadInputError, match=said):
        load(tmp_path / "data.bin")


def test_wrong_magic_number_under_an_idx_name(tmp_path):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(bytes([0, 1, 8, 3]) + bytes(100))
    with pytest.raises(BadInputError, match="begins with 00 01 08 03"):
        load(path)


def test_sources_that_are_no_files(small):
    assert load(small) is small
    assert load(small, name="other").name == "other"
    from_array = load(small.flat(), labels=small.labels)
    np.testing.assert_array_equal(from_array.pixels, small.pixels)
    assert np.shares_memory(from_array.pixels, small.pixels)
    with pytest.raises(BadInputError, match="cannot be read from a int"):
        load(3)
    with pytest.raises(BadInputError, match="named set is written 'mnist'"):
        load("MNIST")


def test_labels_may_be_given(writers, small, tmp_path):
    path = writers["npy"](tmp_path)
    np.testing.assert_array_equal(load(path, labels=small.labels).labels, small.labels)
    np.save(tmp_path / "labels.npy", small.labels)
    np.testing.assert_array_equal(
        load(path, labels=str(tmp_path / "labels.npy")).labels, small.labels
    )
    with pytest.raises(BadInputError, match="30 images but 29 labels"):
        load(path, labels=small.labels[:-1])
    with pytest.raises(BadInputError, match="none_such"):
        load(path, labels="none_such.npy")


def test_a_name_and_a_shape_may_be_given(writers, tmp_path):
    read = load(writers["csv"](tmp_path), shape=(4, 9), name="wide")
    assert (read.name, read.shape) == ("wide", (4, 9))
    with pytest.raises(BadInputError, match="5 × 9"):
        load(writers["csv"](tmp_path), shape=(5, 9))


class Listener(Progress):
    def __init__(self):
        self.told = []

    @contextmanager
    def task(self, what, total=None):
        done = []
        yield done.append
        self.told.append((what, total, sum(done)))


@pytest.mark.parametrize("fmt", [f for f in FORMATS if f != "npy"])
def test_progress_is_told_and_ends_at_the_total(fmt, writers, tmp_path):
    listener = Listener()
    load(writers[fmt](tmp_path), progress=listener)
    assert listener.told
    for what, total, done in listener.told:
        assert "small" in what
        assert done == total


@pytest.mark.mnist
def test_all_of_mnist(mnist_file):
    from scipy.io import loadmat
    from sklearn.utils import resample

    images = load(mnist_file)
    assert (
        describe(images)
        == "70,000 images, 28 × 28, from a MATLAB file, labels 0–9 from array 'label', light on dark"
    )
    assert images.labels.dtype == np.int64
    assert images.notices == ()
    content = loadmat(mnist_file)
    pixels, labels = content["data"].T, content["label"][0]
    np.testing.assert_array_equal(images.flat(), pixels)
    # the exercise's sample: its replace='false' is a true string
    expected, expected_labels = resample(
        pixels, labels, n_samples=500, replace=True, random_state=69
    )
    sample = images.sample(500, 69, replace=True)
    np.testing.assert_array_equal(sample.flat(), expected)
    np.testing.assert_array_equal(sample.labels, expected_labels)


def test_a_set_that_cannot_be_fetched_names_the_folder_here(tmp_path, monkeypatch):
    def find(name):
        raise BadInputError(f"{name} could not be fetched.")

    monkeypatch.setattr(loading, "find", find)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInputError) as refused:
        load("mnist")
    assert str(refused.value) == "mnist could not be fetched."
    (tmp_path / "mnist").mkdir()
    with pytest.raises(BadInputError, match=r"write \./mnist for what lies here"):
        load("mnist")


@pytest.mark.parametrize("option", [{"label_level": 1}, {"shape": (4, 16)}])
def test_what_does_not_apply_to_a_known_set_is_refused(option):
    for source in ("digits", load("digits")):
        with pytest.raises(BadInputError, match="does not apply"):
            load(source, **option)
    assert load("digits", shape=(8, 8)).shape == (8, 8)
    with pytest.raises(BadInputError, match="the array has no folders"):
        load(load("digits").pixels, label_level=1)
