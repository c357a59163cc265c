"""Parquet: types of columns, missing values, and what `save` keeps beside them."""

import numpy as np
import pandas as pd
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load, save


def table(images, **labels):
    pixels = pd.DataFrame(images.flat(), columns=[f"p{i}" for i in range(36)])
    return pd.concat([pd.DataFrame(labels), pixels], axis=1)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_column_types(dtype, small, tmp_path):
    frame = table(small, label=small.labels)
    frame.iloc[:, 1:] = frame.iloc[:, 1:]
    frame = frame.astype({c: dtype for c in frame.columns if c != "label"})
    frame.to_parquet(tmp_path / "a.parquet")
    read = load(tmp_path / "a.parquet")
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)


@pytest.mark.parametrize("kind", ["str", "category"])
def test_text_labels(kind, small, tmp_path):
    names = [f"<b>{label}" for label in small.labels]
    table(small, what=pd.Series(names, dtype=kind)).to_parquet(tmp_path / "a.parquet")
    assert load(tmp_path / "a.parquet").labels.tolist() == names
    assert load(tmp_path / "a.parquet", labels="what").labels.tolist() == names


def test_missing_values(small, tmp_path):
    frame = table(small, label=small.labels).astype("float64")
    frame.loc[4, "p8"] = None
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(BadInputError, match="nan in image 4, row 1, column 2"):
        load(tmp_path / "a.parquet")
    table(small, label=[None, *small.labels[1:].astype(str)]).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(BadInputError, match="1 label is missing"):
        load(tmp_path / "b.parquet")


def test_columns_that_are_no_pixels(small, tmp_path):
    frame = table(small, label=small.labels)
    frame["p3"] = "x"
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(BadInputError, match=r"\(without column 'p3'\): images of 35 pixels"):
        load(tmp_path / "a.parquet")
    frame.iloc[:0].to_parquet(tmp_path / "b.parquet")
    with pytest.raises(BadInputError, match="without rows"):
        load(tmp_path / "b.parquet")


def test_the_shape_is_kept_beside_the_columns(tmp_path, rng):
    wide = ImageSet(rng.integers(0, 256, (9, 3, 12), dtype=np.uint8), name="wide")
    save(wide, tmp_path / "a.parquet")
    read = load(tmp_path / "a.parquet")
    assert (read.shape, read.name, read.labels) == ((3, 12), "wide", None)
    assert load(tmp_path / "a.parquet", shape=(6, 6)).shape == (6, 6)
