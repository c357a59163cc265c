"""The fingerprint changes with the data, and with nothing else."""

import time
from dataclasses import replace

import numpy as np
import pytest

from inkcluster.images import ImageSet, data_hash, load, save


def test_it_is_the_same_for_the_same_data(small, tmp_path):
    known = data_hash(small)
    assert len(known) == 64
    assert data_hash(replace(small, name="x", source="y", notices=("z",))) == known
    assert data_hash(replace(small, labels=small.labels.astype(np.int8))) == known
    assert data_hash(replace(small, pixels=np.asfortranarray(small.pixels))) == known
    assert data_hash(load(save(small, tmp_path / "a.npz")[0])) == known


def test_it_is_another_for_other_data(small):
    turned = replace(small, pixels=small.pixels.transpose(0, 2, 1).copy())
    reshaped = replace(small, pixels=small.pixels.reshape(30, 4, 9))
    changed = small.pixels.copy()
    changed[-1, -1, -1] ^= 1
    texts = replace(small, labels=small.labels.astype(str))
    sets = [
        small, turned, reshaped, replace(small, pixels=changed), texts,
        replace(small, labels=None), replace(small, labels=small.labels[::-1]), small.take(np.arange(29)),
        replace(small, labels=np.array(["ab", "c"] * 15)), replace(small, labels=np.array(["a", "bc"] * 15)),
    ]  # fmt: skip
    assert len({data_hash(s) for s in sets}) == len(sets)


def test_it_does_not_depend_on_the_blocks(small, monkeypatch):
    from inkcluster.images import hash as module

    known = data_hash(small)
    monkeypatch.setattr(module, "_BLOCK_BYTES", 100)
    assert data_hash(small) == known


@pytest.mark.mnist
def test_it_takes_well_under_half_a_second(mnist):
    started = time.process_time()
    data_hash(mnist)
    assert time.process_time() - started < 0.5


def test_wide_images_are_hashed_too():
    assert data_hash(ImageSet(np.zeros((1, 1, 5000), np.uint8)))
