"""Objects of Python: names, pictures of every mode, sizes, and errors in its own terms."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.images.layouts.objects import Items

from inkcluster.errors import BadInputError
from inkcluster.images import load


def test_names_of_rows_and_files(small):
    names = [f"scan {i}" for i in range(30)]
    frame = pd.DataFrame(small.flat(), index=names)
    assert load(frame).names.tolist() == names
    listed = Items(
        lambda i: (small.pixels[i % 30], 0), samples=[(f"{i}.png", 0) for i in range(600)]
    )
    assert load(listed).names[:3].tolist() == ["0.png", "1.png", "2.png"]
    assert load(pd.DataFrame(small.flat())).names is None


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "F"])
def test_pictures_of_every_mode(mode):
    grey = np.zeros((6, 6), np.uint8)
    grey[2:4] = 255
    if mode == "I;16":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "F":
        picture = Image.fromarray(grey.astype(np.float32) / 255)
    else:
        picture = Image.fromarray(grey).convert(mode)
    read = load([picture] * 3)
    assert read.pixels.tolist() == [grey.tolist()] * 3


def test_pictures_of_several_sizes_are_unified():
    sizes = [(8, 8), (8, 8), (4, 4)]
    read = load([Image.fromarray(np.full(size, 9, np.uint8)) for size in sizes])
    assert read.pixels.tolist() == np.full((3, 8, 8), 9).tolist()
    assert any("another size" in notice for notice in read.notices)
    with pytest.raises(BadInputError, match="several shapes"):
        load([np.zeros(size) for size in sizes])


def test_what_was_given_is_not_changed(small):
    frame = pd.DataFrame(small.flat()).assign(label=small.labels)
    before = frame.copy()
    read = load(frame)
    read.pixels.copy()[:] = 0
    pd.testing.assert_frame_equal(frame, before)
    assert frame.columns.tolist() == before.columns.tolist()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ([], "dataset is empty|no image"),
        ({}, "holds no arrays"),
        ({"a": "b"}, "holds no arrays"),
        (pd.DataFrame(), "has no rows"),
        (pd.DataFrame({"a": [1, 2, 3]}), "hardly images|square|pixels"),
        (iter([1]), "make a list of it"),
        (3.5, "cannot be read from a float"),
        (np.zeros((3, 5)), r"shape|square"),
        (np.array(["a"]), "holds no array of images"),
        (["a.png", "b.png"], "is no image but 'a.png'"),
        (b"bytes", "bytes"),
        (None, "cannot be read from a NoneType"),
        (Items(lambda i: {"caption": "x"}), "items hold no image; they have caption"),
        (Items(lambda i: {"image": np.zeros((2, 2))} if i < 3 else {}), "Item 3 .* has no 'image'"),
        ([np.zeros((4, 4)), np.zeros((5, 5))], "several shapes"),
        ((np.zeros((3, 4, 4)), np.zeros((3, 2, 2))), "several shapes"),
    ],
)
def test_what_holds_no_images_is_refused_in_one_sentence(source, said):
    with pytest.raises(BadInputError, match=said) as error:
        load(source)
    assert "\n" not in str(error.value)
    assert "--" not in str(error.value)


def test_an_object_whose_own_code_fails():
    class Broken:
        def __len__(self):
            raise RuntimeError("no length\ntoday")

        def __getitem__(self, i):
            return None

    with pytest.raises(BadInputError, match="no length today"):
        load(Broken())


def test_given_labels_come_before_found_ones(small):
    other = np.arange(30) % 2
    for source in (
        (small.pixels, small.labels),
        list(zip(small.pixels, small.labels, strict=True)),
    ):
        assert load(source, labels=other).labels.tolist() == other.tolist()
    frame = pd.DataFrame(small.flat()).assign(label=small.labels)
    assert load(frame, labels=other).labels.tolist() == other.tolist()


def test_a_dask_array_is_read_where_its_size_is_known_and_fits(small, monkeypatch):
    da = pytest.importorskip("dask.array")
    chunked = da.from_array(small.pixels, chunks=(7, -1, -1))
    np.testing.assert_array_equal(load(chunked).pixels, small.pixels)
    with pytest.raises(
        BadInputError, match=r"unknown sizes; call its compute_chunk_sizes\(\) first"
    ):
        load(chunked[chunked.max(axis=(1, 2)) > 0])
    huge = da.zeros((10**9, 28, 28), chunks=(10**6, -1, -1), dtype=np.uint8)
    with pytest.raises(
        BadInputError, match=r"holds 784 GB, and .* memory is free; .*gather=FOLDER"
    ):
        load(huge)
