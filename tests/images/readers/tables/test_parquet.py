"""Parquet: types of columns, missing values, and what `save` keeps beside them."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

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


def rows_of(pictures, labels, names=None):
    names = names or [f"in/{i}.png" for i in range(len(pictures))]
    images = [{"bytes": b, "path": path} for b, path in zip(pictures, names, strict=True)]
    return pd.DataFrame({"image": images, "label": labels})


def test_broken_pictures_are_skipped_with_their_labels_and_names(small, picture, tmp_path):
    content = [picture(a) for a in small.pixels]
    content[4] = content[4][:40]
    rows_of(content, small.labels).to_parquet(tmp_path / "a.parquet")
    kept = np.delete(np.arange(30), 4)
    read = load(tmp_path / "a.parquet")
    np.testing.assert_array_equal(read.pixels, small.pixels[kept])
    np.testing.assert_array_equal(read.labels, small.labels[kept])
    assert read.names.tolist() == [f"in/{i}.png" for i in kept]
    assert any("in/4.png" in notice for notice in read.notices)
    given = load(tmp_path / "a.parquet", labels=np.arange(30))
    assert given.labels.tolist() == kept.tolist()


def test_names_of_a_column_follow_what_is_kept(small, picture, tmp_path):
    content = [picture(a) for a in small.pixels]
    content[0] = b"\x89PNG broken"
    frame = pd.DataFrame({"image": content, "file_name": [f"{i}.png" for i in range(30)]})
    frame.to_parquet(tmp_path / "a.parquet")
    assert load(tmp_path / "a.parquet").names.tolist() == [f"{i}.png" for i in range(1, 30)]


@pytest.mark.parametrize("gather", [False, True])
@pytest.mark.parametrize("form", ["a column a pixel", "lists"])
def test_a_name_that_is_missing_late(form, gather, rng, tmp_path):
    """Text comes as categories, to which no empty name can be added."""
    pixels = rng.integers(0, 256, (30_000, 16), dtype=np.uint8)
    names = [f"{i}.png" for i in range(len(pixels))]
    names[-2] = None
    wide = pd.DataFrame(pixels, columns=[f"p{i}" for i in range(16)])
    frame = wide if form == "a column a pixel" else pd.DataFrame({"image": pixels.tolist()})
    frame.insert(0, "file_name", names)
    frame.to_parquet(tmp_path / "a.parquet")
    read = load(tmp_path / "a.parquet", gather=tmp_path / "g" if gather else None)
    np.testing.assert_array_equal(read.flat(), pixels)
    if form == "lists":
        assert read.names is None
        assert any("'file_name' names no image: it lacks some" in one for one in read.notices)
    else:
        assert read.names[-3:].tolist() == ["29997.png", "", "29999.png"]


def test_depth_is_decided_over_the_set(tmp_path):
    deep = [np.full((4, 4), value, np.uint16) for value in (100, 4095)]
    content = []
    for a in deep:
        out = io.BytesIO()
        Image.fromarray(a).save(out, "PNG")
        content.append(out.getvalue())
    rows_of(content, [0, 1]).to_parquet(tmp_path / "a.parquet")
    assert load(tmp_path / "a.parquet").pixels[:, 0, 0].tolist() == [6, 255]


def test_pages_of_a_picture_share_its_label(tmp_path, small):
    out = io.BytesIO()
    pages = [Image.fromarray(a) for a in small.pixels[:3]]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    rows_of([out.getvalue()] * 2, [7, 8]).to_parquet(tmp_path / "a.parquet")
    read = load(tmp_path / "a.parquet")
    assert read.labels.tolist() == [7, 7, 7, 8, 8, 8]
    assert read.names[2] == "in/0.png[2]"


def test_labels_that_are_missing_or_lists(small, picture, tmp_path):
    content = [picture(a) for a in small.pixels]
    rows_of(content, [None, *range(29)]).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(BadInputError, match="1 label is missing"):
        load(tmp_path / "a.parquet")
    rows_of(content, [[1, 2]] * 30).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(BadInputError, match="holds lists, not one label a row"):
        load(tmp_path / "b.parquet")
    rows_of(content, ["x" * 60_000] * 30).to_parquet(tmp_path / "c.parquet")
    with pytest.raises(BadInputError, match="text of more than 4,000 bytes"):
        load(tmp_path / "c.parquet", labels="label")


def test_refused_by_name(small, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "a.parquet").write_bytes(b"PARE" + bytes(40) + b"PARE")
    with pytest.raises(BadInputError, match="is encrypted"):
        load(tmp_path / "a.parquet")
    (tmp_path / "b.feather").write_bytes(b"FEA1" + bytes(40))
    with pytest.raises(BadInputError, match="Feather file of version 1"):
        load(tmp_path / "b.feather")
    twice = pa.Table.from_arrays([pa.array(small.labels)] * 2, names=["label", "label"])
    pq.write_table(twice, tmp_path / "c.parquet")
    with pytest.raises(BadInputError, match="two columns called 'label'"):
        load(tmp_path / "c.parquet")
    boxes = pa.table({"image": [[{"x": 1}]] * 3, "label": [1, 2, 3]})
    pq.write_table(boxes, tmp_path / "d.parquet")
    with pytest.raises(BadInputError, match="'image'"):
        load(tmp_path / "d.parquet")


def test_pictures_in_several_row_groups(small, picture, tmp_path):
    """A regression test: no batch of structs may lie in two groups, whose dictionaries differ."""
    frame = rows_of([picture(a) for a in small.pixels], small.labels)
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=7)
    read = load(tmp_path / "a.parquet")
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)
    assert read.names.tolist() == [f"in/{i}.png" for i in range(30)]


def test_pictures_that_share_a_path_are_no_pages(small, picture, tmp_path):
    """As those of the parts train and test may."""
    content = [picture(a) for a in small.pixels[:4]]
    rows_of(content, [1, 2, 3, 4], ["0.png", "1.png"] * 2).to_parquet(tmp_path / "a.parquet")
    assert not any("pages" in notice for notice in load(tmp_path / "a.parquet").notices)


def test_a_small_last_row_group_of_many_rows(tmp_path, rng):
    """A regression test: no row of it is among those that the columns are chosen by."""
    frame = pd.DataFrame(rng.integers(0, 256, (3_000, 36), np.uint8)).rename(columns="p{}".format)
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=2_999)
    assert len(load(tmp_path / "a.parquet")) == 3_000
