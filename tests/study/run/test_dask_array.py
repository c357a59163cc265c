"""A study of a dask array writes it into its folder where it would take much of the memory."""

import numpy as np
import pytest

from inkcluster.images import ImageSet, data_hash
from inkcluster.study.run import folder as run_folder

da = pytest.importorskip("dask.array")


def test_a_study_of_a_dask_array(tmp_path, monkeypatch, ask, blobs):
    """It is gathered in the run's folder where it would take much, and the answers are the same."""
    lazy = da.from_array(blobs.pixels, chunks=(20, -1, -1))
    small = ask(lazy, tmp_path / "small")
    assert not (tmp_path / "small" / "gathered").exists()
    monkeypatch.setattr(run_folder, "MAX_READ_SHARE", 0)
    large = ask(lazy, tmp_path / "large")
    assert np.load(tmp_path / "large" / "gathered" / "images.npy").shape == blobs.pixels.shape
    assert large.data.hash == small.data.hash == data_hash(ImageSet(blobs.pixels))
    assert [a.key for a in large.answers] == [a.key for a in small.answers]
