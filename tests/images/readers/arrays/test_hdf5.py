"""HDF5: what it claims is checked before it is read, and nothing goes round for ever."""

import struct

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.images.layouts import arrays as layouts
from tests.images.readers.test_hostile import assert_set_or_sentence, damage, damaged, little_memory

from inkcluster.errors import BadInputError
from inkcluster.images import load


def test_a_cell_that_holds_itself_is_refused(tmp_path, small):
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["X"] = small.pixels
        cell = file.create_dataset("labels", (30,), h5py.ref_dtype)
        cell[:] = [cell.ref] * 30
    with pytest.raises(BadInputError, match="the cell 'labels' holds itself"):
        load(tmp_path / "a.mat")


def test_cells_within_cells_are_read_once(tmp_path, small):
    """Each cell names the next a thousand times: that is more than could ever be read."""
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["X"] = small.pixels
        last = file.create_dataset("#refs#/0", data=np.arange(3))
        for i in range(1, 10):
            cell = file.create_dataset(f"#refs#/{i}", (1000,), h5py.ref_dtype)
            cell[:] = [last.ref] * 1000
            last = cell
        cell = file.create_dataset("other", (2,), h5py.ref_dtype)
        cell[:] = [last.ref] * 2
    with little_memory():
        assert len(load(tmp_path / "a.mat")) == 30


def test_a_chunk_larger_than_what_it_holds_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset(
            "data", (20, 8, 8), "u1", chunks=(1 << 16, 64, 64), maxshape=(None, None, None)
        )
    with little_memory(), pytest.raises(BadInputError, match="would unpack"):
        load(tmp_path / "a.h5")


def test_text_in_chunks_is_refused_with_what_to_do(tmp_path, small):
    texts = [str(label) for label in small.labels]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = small.pixels
        file.create_dataset("labels", data=texts, dtype=h5py.string_dtype(), chunks=(10,))
    with pytest.raises(BadInputError, match="'labels' is of variable length and in chunks"):
        load(tmp_path / "a.h5")


def test_text_behind_a_user_block(tmp_path, small):
    texts = [f"é {label}" for label in small.labels]
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=512) as file:
        file["images"] = small.pixels
        file.create_dataset("labels", data=texts, dtype=h5py.string_dtype())
        file.create_dataset("notes", data=["x" * 60_000, ""], dtype=h5py.string_dtype())
    read = load(tmp_path / "a.h5")
    assert read.labels.tolist() == texts
    assert any("notes" in notice for notice in read.notices)


@pytest.mark.parametrize("change", [b"GCOX\x01", b"GCOL\x02"])
def test_a_damaged_heap_is_refused(change, tmp_path, small):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = small.pixels
        file.create_dataset("labels", data=["a", "b"] * 15, dtype=h5py.string_dtype())
    whole = (tmp_path / "a.h5").read_bytes()
    assert whole.count(b"GCOL\x01") == 1
    (tmp_path / "a.h5").write_bytes(whole.replace(b"GCOL\x01", change))
    with pytest.raises(BadInputError, match="no heap where the text should be"):
        load(tmp_path / "a.h5")


def test_a_heap_whose_objects_have_no_length_ends(tmp_path, small):
    """A regression test that would never end: the library goes round in such a heap."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = small.pixels
        file.create_dataset("labels", data=["aa", "b"] * 15, dtype=h5py.string_dtype())
    whole = bytearray((tmp_path / "a.h5").read_bytes())
    first = whole.index(b"GCOL") + 16
    for wrong in (0, 1 << 63, (1 << 64) - 16, (1 << 64) - 24):
        whole[first + 8 : first + 16] = struct.pack("<Q", wrong)
        (tmp_path / "a.h5").write_bytes(whole)
        assert_set_or_sentence(tmp_path / "a.h5")


@pytest.mark.parametrize(
    "make",
    [layouts.mat73_cell_strings, layouts.hdf5_text_of_variable_length, layouts.hdf5_records],
)
def test_damaged_files(make, tmp_path, monkeypatch):
    for name in ("X", "Y", "F"):
        monkeypatch.setattr(layouts, name, getattr(layouts, name)[:20])
    path = make(tmp_path)
    whole = path.read_bytes()
    assert len(load(path)) == 20

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damage())
    def check(how):
        path.write_bytes(damaged(whole, *how))
        assert_set_or_sentence(path)

    check()
