"""NumPy's files: mapped, never unpickled, and chosen by shape."""

import os
import zipfile

import numpy as np
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.arrays import npy


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (self.path,))


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_never_unpickled(ending, tmp_path):
    path, trap = tmp_path / f"a.{ending}", str(tmp_path / "exploded")
    objects = np.array([Bomb(trap)], object)
    if ending == "npy":
        np.save(path, objects, allow_pickle=True)
    else:
        np.savez(path, pixels=np.zeros((1, 2, 2), np.uint8), labels=objects)
    with pytest.raises(BadInputError, match=r"needs unpickling.*never done"):
        load(path)
    assert not os.path.exists(trap)  # noqa: PTH110


def test_a_large_npy_is_mapped_and_a_small_one_copied(tmp_path, small, monkeypatch):
    np.save(tmp_path / "a.npy", small.pixels)
    monkeypatch.setattr(npy, "MAX_COPIED_BYTES", 10)
    read = load(tmp_path / "a.npy")
    assert isinstance(read.pixels, np.memmap)
    assert not read.pixels.flags.writeable
    monkeypatch.undo()
    read = load(tmp_path / "a.npy")
    assert not isinstance(read.pixels, np.memmap)
    os.truncate(tmp_path / "a.npy", 100)  # a process that reads a mapped file dies of it
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.save(tmp_path / "f.npy", np.asfortranarray(small.pixels))
    np.testing.assert_array_equal(load(tmp_path / "f.npy").pixels, small.pixels)


def test_keras_layout_is_joined(tmp_path, small):
    np.savez(
        tmp_path / "mnist.npz", x_test=small.pixels[20:], x_train=small.pixels[:20],
        y_train=small.labels[:20], y_test=small.labels[20:],
    )  # fmt: skip
    read = load(tmp_path / "mnist.npz")
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)
    assert read.notices == ("Two parts were joined into one set of 30 images.",)


def test_keras_layout_with_labels_missing(tmp_path, small):
    np.savez(
        tmp_path / "mnist.npz", x_test=small.pixels[20:], x_train=small.pixels[:20],
        y_train=small.labels[:19], y_test=small.labels[20:],
    )  # fmt: skip
    with pytest.raises(BadInputError, match="20 images but 19 labels"):
        load(tmp_path / "mnist.npz")


def test_text_labels_pass_untouched(tmp_path):
    hostile = np.array(["<img src=x onerror=alert(1)>", "../../etc"])
    np.savez(tmp_path / "a.npz", images=np.zeros((2, 3, 4), np.uint8), target=hostile)
    read = load(tmp_path / "a.npz")
    assert read.shape == (3, 4)
    assert read.labels.tolist() == hostile.tolist()


def test_one_image_alone(tmp_path):
    np.savez(tmp_path / "a.npz", data=np.zeros((1, 16), np.uint8), label=np.array([3]))
    read = load(tmp_path / "a.npz")
    assert read.pixels.shape == (1, 4, 4)
    assert read.labels.tolist() == [3]


@pytest.mark.parametrize(
    "array", [np.zeros(3, [("a", "i4")]), np.array("text"), np.zeros((0, 4, 4))]
)
def test_other_content(array, tmp_path):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(BadInputError):
        load(tmp_path / "a.npy")
    np.savez(tmp_path / "a.npz", array)
    with pytest.raises(BadInputError):
        load(tmp_path / "a.npz")


def test_an_npz_with_names_that_lead_out_is_only_read(tmp_path, small):
    np.savez(tmp_path / "a.npz", **{"../../evil": small.pixels})
    np.testing.assert_array_equal(load(tmp_path / "a.npz").pixels, small.pixels)
    assert not (tmp_path.parent.parent / "evil.npy").exists()


def test_a_damaged_member_is_named(tmp_path, small):
    path = tmp_path / "a.npz"
    np.savez(path, pixels=small.pixels)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="CRC"):
        load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pixels.npy", b"no array")
    with pytest.raises(BadInputError, match="cannot be read as an npz"):
        load(path)
