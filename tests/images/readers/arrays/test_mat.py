"""MATLAB's files: layouts, orientations, and what is never read."""

import itertools
import struct

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.arrays.mat5 import read_mat5


def layouts(pixels):
    n = len(pixels)
    return {
        "rows": pixels.reshape(n, -1),
        "columns": pixels.reshape(n, -1).T,
        "n first": pixels,
        "n last": np.moveaxis(pixels, 0, -1),
    }


def cases():
    """Every layout that can be told apart: version 4 has two axes, and 36 images of 36 pixels none."""
    for version, layout in itertools.product(
        ["4", "5", "7.3"], ["rows", "columns", "n first", "n last"]
    ):
        for labelled, n in itertools.product(["row", "column", "no"], [7, 36, 100]):
            flat = layout in ("rows", "columns")
            if (version != "4" or flat) and (n != 36 or (labelled != "no" and layout != "columns")):
                yield version, layout, labelled, n


@pytest.mark.parametrize(("version", "layout", "labelled", "n"), list(cases()))
def test_layouts(version, layout, labelled, n, tmp_path, rng):
    pixels = rng.integers(0, 256, (n, 6, 6), dtype=np.uint8)
    if n == 36 and layout == "columns":
        pytest.skip("the same, with labels of either length")
    content = {"X": layouts(pixels)[layout]}
    known = np.arange(n) % 3
    if labelled != "no":
        content["y"] = (
            known[None].astype(float) if labelled == "row" else known[:, None].astype(float)
        )
    path = tmp_path / "a.mat"
    if version == "7.3":
        with h5py.File(path, "w") as file:
            for key, value in content.items():
                file.create_dataset(key, data=value.T).attrs["MATLAB_class"] = np.bytes_("double")
    else:
        scipy.io.savemat(path, content, format=version)
    read = load(path)
    np.testing.assert_array_equal(read.pixels, pixels)
    if labelled == "no":
        assert read.labels is None
    else:
        np.testing.assert_array_equal(read.labels, known)


def test_colour_and_text_labels(tmp_path, rng):
    pixels = rng.integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)
    scipy.io.savemat(
        tmp_path / "a.mat", {"X": np.moveaxis(pixels, 0, -1), "y": ["a", "b", "a", "<b>", "c"]}
    )
    read = load(tmp_path / "a.mat")
    assert read.pixels.shape == (5, 6, 7)
    assert read.labels.tolist() == ["a", "b", "a", "<b>", "c"]
    assert "Colour was converted to grey." in read.notices


def test_hdf5_that_matlab_did_not_write_is_not_turned(tmp_path, small):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"], file["labels"] = small.pixels, small.labels
    read = load(tmp_path / "a.h5")
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)


def test_the_label_variable_may_be_named_and_the_rest_is_mentioned(tmp_path, small):
    content = {"data": small.flat(), "label": small.labels, "fold": small.labels[::-1] % 2}
    scipy.io.savemat(tmp_path / "a.mat", content)
    read = load(tmp_path / "a.mat")
    np.testing.assert_array_equal(read.labels, small.labels)
    assert read.notices == ("Labels are 'label', not 'fold'; --labels NAME decides.",)
    np.testing.assert_array_equal(load(tmp_path / "a.mat", labels="fold").labels, content["fold"])
    with pytest.raises(BadInputError, match="no array 'nope' for the labels; it has data"):
        load(tmp_path / "a.mat", labels="nope")


def test_labels_of_another_length(tmp_path, small):
    scipy.io.savemat(tmp_path / "a.mat", {"data": small.flat(), "label": small.labels[:-1]})
    with pytest.raises(BadInputError, match="30 images but 29 labels"):
        load(tmp_path / "a.mat")


@pytest.mark.parametrize("class_name", ["function_handle", "object"])
def test_objects_and_functions_in_hdf5(class_name, tmp_path, small):
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file.create_dataset("data", data=small.pixels)
        file.create_dataset("f", data=[1]).attrs["MATLAB_class"] = np.bytes_(class_name)
    with pytest.raises(BadInputError, match="of MATLAB's, which is never read"):
        load(tmp_path / "a.mat")


@pytest.mark.parametrize(
    ("code", "what"), [(3, "an object"), (16, "a function"), (17, "an object")]
)
def test_objects_and_functions_in_v5(code, what, tmp_path, small):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"data": small.flat(), "f": np.array([[1.0]])})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"f\0\0\0") - 28  # the flags of the second variable
    assert content[at] == 6
    content[at] = code
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=f"holds {what} of MATLAB's"):
        load(path)


def test_links_out_of_an_hdf5_file_are_not_followed(tmp_path, small):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["data"] = small.pixels
    (tmp_path / "secret.txt").write_bytes(bytes(360))
    with h5py.File(tmp_path / "link.mat", "w") as file:
        file["data"] = h5py.ExternalLink("secret.h5", "data")
    with h5py.File(tmp_path / "storage.mat", "w") as file:
        file.create_dataset(
            "data", (10, 6, 6), "u1", external=[(str(tmp_path / "secret.txt"), 0, 360)]
        )
    with h5py.File(tmp_path / "virtual.mat", "w") as file:
        layout = h5py.VirtualLayout((30, 6, 6), "u1")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "data", (30, 6, 6))
        file.create_virtual_dataset("data", layout)
    for name in ("link", "storage", "virtual"):
        with pytest.raises(BadInputError, match="points into another file"):
            load(tmp_path / f"{name}.mat")


@pytest.mark.parametrize("content", [{"s": {"a": 1}}, {"c": np.array([[1], "x"], object)}, {}])
def test_files_without_arrays(content, tmp_path):
    scipy.io.savemat(tmp_path / "a.mat", content)
    with pytest.raises(BadInputError, match="holds no array"):
        load(tmp_path / "a.mat")


def test_complex_numbers(tmp_path):
    scipy.io.savemat(tmp_path / "a.mat", {"data": np.ones((9, 4)) * 1j})
    with pytest.raises(BadInputError, match="complex"):
        load(tmp_path / "a.mat")


@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_byte_is_refused_or_read_and_nothing_else(packed, tmp_path, small, rng):
    cells = np.array([["zero"], ["one"]], object)
    nested = {"x": np.arange(4), "y": {"z": "text"}}
    content = {"data": small.flat(), "cells": cells, "nested": nested, "label": small.labels}
    scipy.io.savemat(tmp_path / "sound.mat", content, do_compression=packed)
    sound = (tmp_path / "sound.mat").read_bytes()
    refused = 0
    for _ in range(300):
        damaged = bytearray(sound)
        damaged[rng.integers(128, len(sound))] ^= 1 << rng.integers(0, 8)
        (tmp_path / "damaged.mat").write_bytes(damaged)
        try:
            read_mat5(tmp_path / "damaged.mat")
        except BadInputError:
            refused += 1
    assert refused


def test_a_cell_that_is_not_used_is_named(tmp_path, small):
    content = {"data": small.flat(), "odd": np.array([[1], ["x"]], object)}
    scipy.io.savemat(tmp_path / "a.mat", content)
    assert load(tmp_path / "a.mat").notices == ("Not used: odd.",)


def test_a_sparse_matrix_beyond_the_budget_is_refused(tmp_path):
    wide = scipy.sparse.csc_matrix((np.ones(2), ([0, 1], [0, 1])), shape=(100_000, 10_000))
    scipy.io.savemat(tmp_path / "a.mat", {"fea": wide})
    with pytest.raises(BadInputError, match="would unpack"):
        load(tmp_path / "a.mat")


def test_a_long_name_of_control_characters_is_shortened(tmp_path):
    name = b"\x01" * 800 + b"\0"
    header = struct.pack("<5i", 50, 24 - 2**24, 0, 1 << 25, 88 << 24)
    (tmp_path / "x.mat").write_bytes(header + name + bytes(16))
    with pytest.raises(BadInputError, match="impossible shape") as told:
        load(tmp_path / "x.mat")
    assert len(str(told.value).replace(str(tmp_path), "")) < 300
