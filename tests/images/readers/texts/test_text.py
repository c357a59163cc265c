"""CSV: headers, separators, label columns, and cells that are no pixels."""

import gzip

import numpy as np
import pandas as pd
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.tables.header import is_header


def frame(images, label="label", place=0):
    table = pd.DataFrame(images.flat(), columns=[f"p{i}" for i in range(images.flat().shape[1])])
    table.insert(place if place >= 0 else table.shape[1], label, images.labels)
    return table


def assert_same(read, images):
    np.testing.assert_array_equal(read.pixels, images.pixels)
    np.testing.assert_array_equal(read.labels, images.labels)
    assert read.labels.dtype == images.labels.dtype


@pytest.mark.parametrize("name", ["label", "Labels", "CLASS", "target", "digit", "y"])
@pytest.mark.parametrize("place", [0, -1, 5])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_label_column_is_found_by_name(name, place, separator, small, tmp_path):
    frame(small, name, place).to_csv(tmp_path / "a.csv", index=False, sep=separator)
    assert_same(load(tmp_path / "a.csv"), small)


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("header", [True, False])
def test_the_column_too_many_is_the_label(place, header, small, tmp_path):
    images = small.take(np.arange(30))
    pixels = images.pixels.copy()
    pixels[:, [0, 0, 5, 5], [0, 5, 0, 5]] = 0  # corners are blank, as they are in scans
    images = type(images)(pixels, images.labels)
    frame(images, "what", place).to_csv(tmp_path / "a.csv", index=False, header=header)
    read = load(tmp_path / "a.csv")
    assert_same(read, images)
    assert "was taken for the label" in read.notices[0]


def test_the_label_column_may_be_named_or_numbered(small, tmp_path):
    table = frame(small, "kind", 7)
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_csv(tmp_path / "b.csv", index=False, header=False)
    assert_same(load(tmp_path / "a.csv", labels="kind"), small)
    assert_same(load(tmp_path / "b.csv", labels="7"), small)
    for name, known in (
        ("a.csv", "it has p0, p1, p2, p3, p4, p5 and 31 more"),
        ("b.csv", "no header"),
    ):
        with pytest.raises(BadInputError) as said:
            load(tmp_path / name, labels="nope")
        assert "has no column 'nope' for the labels" in str(said.value)
        assert known in str(said.value)


def test_no_labels_and_an_index_column(small, tmp_path):
    frame(small).drop(columns="label").to_csv(tmp_path / "a.csv", index=False)
    read = load(tmp_path / "a.csv")
    assert read.labels is None
    np.testing.assert_array_equal(read.pixels, small.pixels)
    frame(small).to_csv(tmp_path / "b.csv")
    read = load(tmp_path / "b.csv")
    assert_same(read, small)
    assert read.notices == ("Not used: column ''.",)


def test_labels_from_elsewhere_leave_every_column_to_the_pixels(small, tmp_path):
    frame(small).drop(columns="label").to_csv(tmp_path / "a.csv", index=False, header=False)
    assert_same(load(tmp_path / "a.csv", labels=small.labels), small)


def test_text_labels_pass_untouched(tmp_path):
    hostile = ["<img src=x onerror=alert(1)>", 'a"b,c', "NA", "=1+1", "nan", "07"]
    table = pd.DataFrame(np.arange(5, 101).reshape(6, 16))
    table.insert(0, "label", hostile)
    table.to_csv(tmp_path / "a.csv", index=False)
    assert load(tmp_path / "a.csv").labels.tolist() == hostile
    table.to_csv(tmp_path / "b.csv", index=False, header=False)
    assert load(tmp_path / "b.csv", shape=(4, 4)).labels.tolist() == hostile


def test_headers_that_count():
    assert is_header(["label", *map(str, range(16))])
    assert is_header([*map(str, range(1, 17))])
    assert not is_header(["3", *map(str, range(16))])
    assert not is_header(["0"] * 16)
    assert is_header(["label", "1x1", "1x2"])


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "not finite (the first: nan in image 2, row 1, column 1)"),
        ("nan", "not finite"),
        ("inf", "not finite (the first: inf in image 2"),
        ("x", "column 'p7' of image 2 is 'x', not a number"),
        ("-3", "outside 0–255 (the first: -3 in image 2"),
        ("256", "outside 0–255 (the first: 256 in image 2"),
        ("1e400", "image 2"),  # infinity to pandas 3, text to pandas 2
    ],
)
def test_a_bad_cell_is_placed(cell, said, small, tmp_path):
    table = frame(small).astype(str)
    table.loc[2, "p7"] = cell
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(BadInputError) as error:
        load(tmp_path / "a.csv")
    assert said in str(error.value)


def test_rows_of_other_lengths(small, tmp_path):
    lines = frame(small).to_csv(index=False).splitlines()
    for wrong in (lines[4] + ",7", lines[4].rsplit(",", 3)[0]):
        (tmp_path / "a.csv").write_text("\n".join([*lines[:4], wrong, *lines[5:]]))
        with pytest.raises(BadInputError):
            load(tmp_path / "a.csv")


def test_missing_labels_are_placed(small, tmp_path):
    table = frame(small).astype(str)
    table.loc[3, "label"] = ""
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(BadInputError, match="label of image 3 is missing"):
        load(tmp_path / "a.csv")


def test_a_header_alone_and_shapes_that_do_not_fit(small, tmp_path):
    (tmp_path / "a.csv").write_text("label,p0,p1,p2,p3\n")
    with pytest.raises(BadInputError, match="a header and no rows"):
        load(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("label,p0,p1\n1,2,3\n2,3,4\n")
    with pytest.raises(BadInputError, match="not square"):
        load(tmp_path / "b.csv")
    assert load(tmp_path / "b.csv", shape=(1, 2)).shape == (1, 2)


def test_fractions_across_chunks_are_scaled_together(tmp_path, monkeypatch):
    from inkcluster.images.readers.texts import text as table

    monkeypatch.setattr(table, "_CHUNK_VALUES", 8)
    values = np.array([[0, 0, 1, 1], [0, 0.5, 1, 0.25], [0, 0, 0, 0]])
    pd.DataFrame(values).to_csv(tmp_path / "a.csv", index=False)
    np.testing.assert_array_equal(
        load(tmp_path / "a.csv").flat(), np.rint(values * 255).astype(np.uint8)
    )


def test_other_encodings_and_byte_order_marks(small, tmp_path):
    text = frame(small).to_csv(index=False)
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert_same(load(tmp_path / "a.csv"), small)
    (tmp_path / "b.csv").write_bytes(text.replace("label", "l\xe4bel").encode("latin-1"))
    with pytest.raises(BadInputError, match="UTF-8"):
        load(tmp_path / "b.csv")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(text.encode())[:-9])
    with pytest.raises(BadInputError):
        load(tmp_path / "c.csv.gz")
