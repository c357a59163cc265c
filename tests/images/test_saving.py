"""What is saved is read back the same, and a failure leaves nothing behind."""

import errno
import gzip
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load, save

NAMES = ["a.npz", "a.parquet", "a-images-idx3-ubyte", "a-images-idx3-ubyte.gz", "a.idx", "a.idx.gz"]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("saved")


@st.composite
def image_sets(draw):
    pixels = draw(hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 6)] * 3)))
    n = len(pixels)
    labels = draw(
        st.one_of(st.none(), hnp.arrays(np.int64, n, elements=st.integers(-(2**31), 2**31 - 1)))
    )
    return ImageSet(pixels, labels, "a")


@pytest.mark.parametrize("name", NAMES)
def test_round_trip(name, scratch):
    folder = scratch / name
    folder.mkdir()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(image_sets())
    def check(images):
        for left in folder.iterdir():
            left.unlink()
        files = save(images, folder / name)
        assert sorted(files) == sorted(folder.iterdir())
        read = load(files[0])
        np.testing.assert_array_equal(read.pixels, images.pixels)
        assert read.name == "a"
        if images.labels is None:
            assert read.labels is None
        else:
            assert read.labels.dtype == np.int64
            np.testing.assert_array_equal(read.labels, images.labels)

    check()


@pytest.mark.parametrize("name", ["a.npz", "a.parquet"])
def test_text_labels_and_odd_names(name, tmp_path):
    labels = np.array(["<img src=x onerror=alert(1)>", "é", "07", ""])
    images = ImageSet(np.zeros((4, 2, 3), np.uint8), labels, '"; <b>\n')
    read = load(save(images, tmp_path / name)[0])
    assert read.labels.tolist() == labels.tolist()
    assert read.name == images.name


def test_the_same_set_gives_the_same_bytes(small, tmp_path):
    for name in NAMES:
        (tmp_path / "1").mkdir(exist_ok=True)
        (tmp_path / "2").mkdir(exist_ok=True)
        for one, two in zip(
            save(small, tmp_path / "1" / name), save(small, tmp_path / "2" / name), strict=True
        ):
            assert one.read_bytes() == two.read_bytes()


def test_idx_is_the_format_that_others_read(small, tmp_path):
    images, labels = save(small, tmp_path / "train-images-idx3-ubyte.gz")
    content = gzip.decompress(images.read_bytes())
    assert content[:16] == bytes([0, 0, 8, 3, 0, 0, 0, 30, 0, 0, 0, 6, 0, 0, 0, 6])
    assert content[16:] == small.pixels.tobytes()
    assert gzip.decompress(labels.read_bytes())[:8] == bytes([0, 0, 8, 1, 0, 0, 0, 30])


def test_idx_refuses_labels_that_it_cannot_hold(tmp_path):
    pixels = np.zeros((2, 2, 2), np.uint8)
    for labels in (np.array(["a", "b"]), np.array([0, 2**40])):
        with pytest.raises(BadInputError, match="IDX"):
            save(ImageSet(pixels, labels), tmp_path / "a.idx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "a.png", "a.mat", ".idx"])
def test_other_endings(name, small, tmp_path):
    with pytest.raises(BadInputError, match="gives no format"):
        save(small, tmp_path / name)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_not_there(name, small, tmp_path):
    with pytest.raises(BadInputError, match=r"cannot be written: No such file"):
        save(small, tmp_path / "missing" / name)


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_leaves_nothing_half_written(name, small, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInputError, match="No space left on device"):
        save(small, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
