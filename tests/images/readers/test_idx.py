"""IDX: its types, its label files' names, folders of pairs, and counts that disagree."""

import gzip
import shutil
import struct

import numpy as np
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load, save
from inkcluster.images.readers import idx as idx_reader
from inkcluster.images.readers.idx import DTYPES, label_file, read_array
from inkcluster.study.run.watch import mapped_files


def idx(array, code=0x08):
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(DTYPES[code]).tobytes()


@pytest.mark.parametrize("code", DTYPES)
def test_types(code, tmp_path):
    array = np.arange(24).reshape(2, 3, 4)
    (tmp_path / "a").write_bytes(idx(array, code))
    np.testing.assert_array_equal(read_array(tmp_path / "a"), array)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("train-images-idx3-ubyte", "train-labels.idx1-ubyte"),
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"),
        ("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte.gz"),
    ],
)
def test_the_label_file_is_found(images, labels, tmp_path, small):
    for name, array in ((images, small.pixels), (labels, small.labels)):
        content = idx(array)
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert label_file(tmp_path / images) == tmp_path / labels
    np.testing.assert_array_equal(load(tmp_path / images).labels, small.labels)


def test_without_a_label_file_it_says_so(tmp_path, small):
    (tmp_path / "scans-images-idx3-ubyte").write_bytes(idx(small.pixels))
    read = load(tmp_path / "scans-images-idx3-ubyte")
    assert read.labels is None
    assert read.notices == ("No label file was found beside the images.",)
    (tmp_path / "mine").write_bytes(idx(small.labels))
    named = load(tmp_path / "scans-images-idx3-ubyte", labels=tmp_path / "mine")
    np.testing.assert_array_equal(named.labels, small.labels)


def test_a_label_file_alone(tmp_path, small):
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(small.labels))
    with pytest.raises(BadInputError, match="holds 30 labels; give the file of the images"):
        load(tmp_path / "train-labels-idx1-ubyte")


def test_labels_of_another_length(tmp_path, small):
    images, labels = save(small, tmp_path / "a-images-idx3-ubyte")
    labels.write_bytes(idx(small.labels[:-1]))
    with pytest.raises(BadInputError, match="30 images but 29 labels"):
        load(images)


def test_a_longer_file_than_promised(tmp_path, small):
    (tmp_path / "a").write_bytes(idx(small.pixels) + b"x")
    with pytest.raises(BadInputError, match="longer than the 1,080 bytes"):
        load(tmp_path / "a")


def test_a_folder_of_pairs_is_one_set_training_first(tmp_path, small):
    train, test = small.take(np.arange(20)), small.take(np.arange(20, 30))
    save(test, tmp_path / "t10k-images-idx3-ubyte.gz")
    save(train, tmp_path / "train-images-idx3-ubyte")
    shutil.copy(tmp_path / "train-images-idx3-ubyte", tmp_path / "copy")
    with gzip.open(tmp_path / "train-images-idx3-ubyte.gz", "wb") as twin:
        twin.write(idx(train.pixels))
    read = load(tmp_path)
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)
    assert read.name == tmp_path.name
    assert read.notices == ("Two IDX files were joined into one set of 30 images.",)
    save(ImageSet(np.zeros((1, 5, 5), np.uint8)), tmp_path / "other-images-idx3-ubyte")
    with pytest.raises(BadInputError, match="several sizes"):
        load(tmp_path)


def test_a_large_plain_file_of_bytes_stays_where_it_is(tmp_path, small, monkeypatch):
    monkeypatch.setattr(idx_reader, "MAX_COPIED_BYTES", small.pixels.nbytes - 1)
    content = idx(small.pixels)
    path = tmp_path / "scans-images-idx3-ubyte"
    path.write_bytes(content)
    read = load(path)
    assert str(path) in map(str, mapped_files(read))
    assert not read.pixels.flags.writeable
    np.testing.assert_array_equal(read.pixels, small.pixels)
    (tmp_path / "packed-images-idx3-ubyte.gz").write_bytes(gzip.compress(content))
    assert not mapped_files(load(tmp_path / "packed-images-idx3-ubyte.gz"))
    path.write_bytes(content + b"\0")
    with pytest.raises(BadInputError, match="longer than"):
        load(path)
