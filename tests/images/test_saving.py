"""What is saved is read back the same, and a failure leaves nothing behind."""

import errno
import gzip
import os
from pathlib import Path

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


@pytest.fixture
def unlabelled(small):
    return ImageSet(255 - small.pixels, None, "others")


IMAGES = ["a-images-idx3-ubyte", "a-images-idx3-ubyte.gz"]


@pytest.mark.parametrize("first", IMAGES)
@pytest.mark.parametrize("second", IMAGES)
def test_no_labels_of_other_images_are_left_beside(first, second, small, unlabelled, tmp_path):
    """What is saved is read back the same, or it is refused and nothing is written."""
    save(small, tmp_path / first)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(BadInputError, match=r"a-(labels|images)\S* lies beside .*; remove it"):
        save(unlabelled, tmp_path / second)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    for path in before:
        if "labels" in path.name:
            path.unlink()
    if first.endswith("gz") or first == second:
        assert load(save(unlabelled, tmp_path / second)[0]).labels is None


@pytest.mark.parametrize("first", IMAGES)
@pytest.mark.parametrize("second", IMAGES)
def test_other_labels_are_read_back_or_refused(first, second, small, tmp_path):
    save(small, tmp_path / first)
    other = ImageSet(small.pixels, (small.labels + 1) % 3, "a")
    if first == IMAGES[0] != second:
        with pytest.raises(BadInputError, match="would be read as its labels"):
            save(other, tmp_path / second)
        return
    for _ in range(2):
        written = save(other, tmp_path / second)
        np.testing.assert_array_equal(load(written[0]).labels, other.labels)


def test_the_same_set_may_be_packed_beside_itself(small, tmp_path):
    for name in (*IMAGES, *IMAGES):
        np.testing.assert_array_equal(load(save(small, tmp_path / name)[0]).labels, small.labels)


@pytest.mark.parametrize("name", ["Train-Images-idx3-ubyte", "A.IDX", "T-IMAGES.IDX3-UBYTE.GZ"])
def test_names_in_capitals(name, small, tmp_path):
    read = load(save(small, tmp_path / name)[0])
    np.testing.assert_array_equal(read.labels, small.labels)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_is_not_replaced(name, small, tmp_path):
    for number, make in enumerate(
        (os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/null"))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        target = folder / name.replace("a.idx", "a-images-idx3-ubyte")
        make(target)
        kind = target.lstat().st_mode
        with pytest.raises(BadInputError, match="cannot be written: it is"):
            save(small, folder / name)
        assert target.lstat().st_mode == kind


def test_a_link_to_a_file_stays_a_link(small, tmp_path):
    (tmp_path / "b.npz").touch()
    (tmp_path / "a.npz").symlink_to("b.npz")
    (tmp_path / "new.npz").symlink_to("c.npz")
    for name in ("a.npz", "new.npz"):
        save(small, tmp_path / name)
        assert (tmp_path / name).is_symlink()
        assert len(load(tmp_path / name)) == len(small)
