import base64
import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcluster.report.tables import MAX_ROWS, download, grid, with_index


def cells(values):
    return grid(pd.DataFrame({"x": values})).columns[0].cells


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0.5, 0.25], ("0.50", "0.25")),
        ([12.5, 3.25], ("12.50", "3.25")),
        ([2744055.93, 12.0], ("2,744,055.9", "12.0")),
        ([1, 20, 70_000], ("1", "20", "70,000")),
        ([1.0, np.nan, 3.0], ("1", "–", "3")),
        ([0.00012, 0.0], ("0.00012", "0")),
        ([-0.0001, -0.25], ("0.000", "−0.250")),
        ([-3, 2], ("−3", "2")),
        ([-1e-5], ("−1e−05",)),
        ([True, False], ("yes", "no")),
        (["a", None], ("a", "–")),
        ([[1, 2], (3,)], ("1, 2", "3")),
        ([float("inf"), 1.5], ("inf", "1.5")),
    ],
)
def test_cells(values, shown):
    assert cells(values) == shown


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=20))
def test_any_numbers_can_be_shown(values):
    assert len(cells(values)) == len(values)


def test_nullable_and_categorical_columns():
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "c": pd.Categorical(["a", "b"])})
    assert grid(frame).rows == [("1", "a"), ("–", "b")]


def test_an_index_with_meaning_becomes_a_column():
    frame = pd.DataFrame({"ari": [0.1]}, index=pd.Index(["ward"], name="method"))
    assert list(with_index(frame).columns) == ["method", "ari"]
    assert list(with_index(frame.reset_index()).columns) == ["method", "ari"]


def test_no_rows():
    shown = grid(pd.DataFrame({"a": pd.Series([], dtype=float)}))
    assert shown.rows == []
    assert shown.n_rows == 0


def test_long_tables_are_cut_and_say_so(make_report):
    text = make_report(n_rows=1000)
    assert f"The first {MAX_ROWS} of 1,000 rows" in text
    assert "Show the 1,000 rows" in text


def test_small_data_is_csv_large_data_is_the_parquet_file(tmp_path):
    small = pd.DataFrame({"a": [1, 2]})
    large = pd.DataFrame({"a": np.arange(20_000)})
    huge = pd.DataFrame({"a": np.random.default_rng(0).random(200_000)})
    path = tmp_path / "x.parquet"
    small.to_parquet(path)
    assert download(small, path, "x").filename == "x.csv"
    large.to_parquet(path)
    got = download(large, path, "x")
    assert got.filename == "x.parquet"
    content = base64.b64decode(got.url.partition(",")[2])
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(content)), large)
    huge.to_parquet(path)
    assert download(huge, path, "x").url is None


FORMULAS = [
    "=1+1",
    "+1",
    "-1 fish",
    "@SUM(A1)",
    "\t=1",
    "\r\n=1",
    " =1",
    "＝1",
    "=cmd|'/c x'!A1",
    "-",
]


@pytest.mark.parametrize("dtype", [object, "category", "string"])
def test_no_cell_of_a_csv_is_a_formula(tmp_path, dtype):
    frame = pd.DataFrame({"=head": pd.Series(FORMULAS, dtype=dtype), "n": -np.arange(10.0)})
    frame = frame.set_index(pd.Index(FORMULAS, name="@index"))
    got = download(frame, tmp_path / "none", "x")
    text = base64.b64decode(got.url.partition(",")[2]).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["'@index", "'=head", "n"]
    assert [row[:2] for row in rows[1:]] == [[f"'{one}"] * 2 for one in FORMULAS]
    assert [float(row[2]) for row in rows[1:]] == (-np.arange(10.0)).tolist()


def test_other_cells_of_a_csv_stay_as_they_are(tmp_path):
    frame = pd.DataFrame(
        {"a": ["x", None, "a=b", ""], "b": [True, False, True, True], "c": [[1, -2]] * 4}
    )
    got = download(frame, tmp_path / "none", "x")
    assert base64.b64decode(got.url.partition(",")[2]) == frame.to_csv(index=False).encode()
