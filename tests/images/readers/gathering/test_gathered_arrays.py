"""Dask arrays gathered block by block are what the same values in memory give."""

import contextlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.images.readers.gathering.outcomes import Stop, assert_same, outcome

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, data_hash, load
from inkcluster.images.readers.arrays import dasked
from inkcluster.images.readers.found import Gathering
from inkcluster.images.readers.gathering import arrays

da = pytest.importorskip("dask.array")
SHAPES = {"images": (5, 6), "rows": (36,), "colour": (4, 5, 3), "first": (4, 4, 5), "flat": (192,),
          "odd": (35,)}  # fmt: skip


def values_of(kind, n, shape):
    rng = np.random.default_rng(0)
    bytes_ = rng.integers(0, 256, (n, *shape), dtype=np.uint8)
    last = (np.arange(n) == n - 1).reshape(n, *[1] * len(shape))
    return {
        "bytes": bytes_,
        "bool": bytes_ > 90,
        "fractions": bytes_ / np.float32(255),
        "late": np.where(last, bytes_ / 255.0, 0.0),
        "signed": bytes_ / 127.5 - 1,
        "deep": bytes_.astype(np.uint16) * 9,
        "whole": bytes_.astype(np.int64),
        "nan in the last": np.where(last, np.nan, bytes_ / 255.0),
        "outside": bytes_.astype(np.float64) - 300 * last,
    }[kind]


KINDS = (
    "bytes",
    "bool",
    "fractions",
    "late",
    "signed",
    "deep",
    "whole",
    "nan in the last",
    "outside",
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(KINDS),
    shape=st.sampled_from([*SHAPES.values()]),
    sizes=st.lists(st.integers(0, 6), min_size=1, max_size=6).filter(any),
    sync=st.sampled_from([1, 400, 1 << 20]),
    together=st.sampled_from([1, 900]),
    stops=st.lists(st.integers(1, 9), max_size=2),
    how=st.sampled_from([{}, {"shape": (4, 9)}, {"labels": "given"}]),
)
def test_gathered_is_what_is_computed(
    kind, shape, sizes, sync, together, stops, how, tmp_path_factory
):
    n, place = sum(sizes), tmp_path_factory.mktemp("data") / "g"
    values = values_of(kind, n, shape)
    lazy = da.from_array(values, chunks=(tuple(sizes), *shape))
    how = {"labels": np.arange(n) % 3} if "labels" in how else how
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "SYNC_BYTES", sync)
        patch.setattr(dasked, "MAX_BLOCKS_BYTES", together)
        expected = outcome(lazy, **how)
        for after in stops:
            with contextlib.suppress(KeyboardInterrupt):
                outcome(lazy, gather=place, progress=Stop(after), **how)
        found = outcome(lazy, gather=place, **how)
        assert_same(found, expected)
        assert_same(outcome(lazy, gather=place, **how), expected)
    if not isinstance(expected, str):
        assert isinstance(found.pixels, np.memmap)
        if kind == "bytes" and shape == (5, 6):
            assert data_hash(found) == data_hash(ImageSet(values, expected.labels))


def test_what_was_computed_counts_in_another_process(tmp_path):
    """Killed after the second block; the name that Dask gives an array says that it is the same."""
    np.save(tmp_path / "all.npy", values_of("fractions", 40, (5, 6)))
    code = """
import os, signal, sys
import dask.array as da, numpy as np
from inkcluster.images import load
from inkcluster.images.readers.arrays import dasked
from inkcluster.images.readers.gathering import arrays, journal
arrays.SYNC_BYTES = dasked.MAX_BLOCKS_BYTES = 1
add, left = journal.Journal.add, int(sys.argv[3])
def killed(self, **line):
    global left
    add(self, **line)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
journal.Journal.add = killed
x = da.from_array(np.load(sys.argv[1], mmap_mode="r"), chunks=(10, -1, -1))
load(x.map_blocks(np.negative).map_blocks(np.negative), gather=sys.argv[2])
print(left)
"""
    ask = [sys.executable, "-c", code, tmp_path / "all.npy", tmp_path / "g"]
    assert subprocess.run([*ask, "2"], check=False).returncode == -9
    lines = (tmp_path / "g" / "gathered.jsonl").read_text().splitlines()
    done = subprocess.run([*ask, "100"], check=True, capture_output=True)
    assert int(done.stdout) == 100 - (
        2 + 1 + 1
    )  # two blocks, the end of them, and that all is done
    assert (tmp_path / "g" / "gathered.jsonl").read_text().splitlines()[: len(lines)] == lines
    expected = load(da.from_array(np.load(tmp_path / "all.npy"), chunks=(10, -1, -1)))
    np.testing.assert_array_equal(np.load(tmp_path / "g" / "images.npy"), expected.pixels)


def test_another_array_is_gathered_anew(tmp_path):
    values = values_of("bytes", 20, (5, 6))
    for other in (values, values[::-1], values[:7], values > 90):
        lazy = da.from_array(np.ascontiguousarray(other), chunks=(6, -1, -1))
        assert_same(load(lazy, gather=tmp_path / "g"), load(lazy))


def test_what_cannot_be_gathered_is_refused(tmp_path):
    lazy = da.from_array(values_of("bytes", 20, (5, 6)), chunks=(6, 3, -1))
    assert len(load(lazy)) == 20
    with pytest.raises(
        BadInputError, match=r"divide its images.*rechunk\(\{0: 'auto', 1: -1, 2: -1"
    ):
        load(lazy, gather=tmp_path / "g")
    with pytest.raises(
        BadInputError, match=r"unknown sizes; call its compute_chunk_sizes\(\) first"
    ):
        load(lazy[lazy.max(axis=(1, 2)) > 0], gather=tmp_path / "g")
    with pytest.raises(BadInputError, match="no image in an array of shape"):
        load(lazy[:0], gather=tmp_path / "g")
    with pytest.raises(BadInputError, match="must hold numbers, not complex128"):
        load(lazy.astype(complex), gather=tmp_path / "g")
    with pytest.raises(BadInputError, match="A dask array has no column 'y'"):
        load(lazy, labels="y")
    hidden = da.ma.masked_equal(lazy.rechunk((6, -1, -1)), 0)
    with pytest.raises(BadInputError, match="masked"):
        load(hidden, gather=tmp_path / "g")


def test_a_pair_with_labels_and_only_what_takes_much_is_gathered(tmp_path):
    values, asked = values_of("bytes", 20, (5, 6)), []
    lazy = da.from_array(values, chunks=(6, -1, -1))

    def place(name):
        asked.append(name)
        return tmp_path / "g"

    takes = dasked.MEMORY_BYTES * values.nbytes
    labels = np.arange(20) % 4
    assert_same(load((lazy, labels), gather=Gathering(place, takes)), load((lazy, labels)))
    assert not asked
    found = load((lazy, labels), gather=Gathering(place, takes - 1))
    assert asked
    np.testing.assert_array_equal(found.labels, labels)
