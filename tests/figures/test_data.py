"""The data behind figures."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkcluster.figures import (
    AgreementMap,
    ClusterSizes,
    Confusion,
    EpsMap,
    KDistance,
    Restarts,
    Scoreboard,
    SuggestionCounts,
    eps_map,
    k_distance,
    sweep,
)
from inkcluster.figures.drawing import heat as _heat
from inkcluster.figures.drawing import text as _text
from inkcluster.figures.drawing import theme
from inkcluster.figures.drawing.mosaic import Mosaic, ink

HEAD = ("a", "A", "A.")


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 10_000), max_size=60), noise=st.integers(0, 10_000)
)  # fmt: skip
def test_bars_hold_every_image(sizes, noise) -> None:
    frame = ClusterSizes(*HEAD, {"m": sizes}, {"m": noise}).frame()
    assert frame["images"].sum() == sum(sizes) + noise
    clusters = frame[frame["what"] != "noise"]["clusters"].sum()
    assert clusters == sum(size > 0 for size in sizes)
    if sum(sizes) + noise:
        assert frame["share"].sum() == pytest.approx(1)
    drawn = frame[frame["what"] == "cluster"]["images"].tolist()
    assert drawn == sorted(drawn, reverse=True)


def test_confusion_shares_are_of_the_row() -> None:
    table = np.array([[1, 3], [0, 0]])
    frame = Confusion(*HEAD, table, ["#0", "#1"], ["a", "b"]).frame()
    assert frame["share"].tolist() == [0.25, 0.75, 0, 0]
    assert frame["count"].tolist() == table.ravel().tolist()


def test_large_confusion_is_drawn_as_an_image(tmp_path, rng) -> None:
    from inkcluster.figures import render

    table = rng.integers(0, 99, (80, 60))
    names = [str(i) for i in range(80)]
    figure = Confusion(*HEAD, table, names, names[:60])
    svg = render(figure, tmp_path / "a")[0].read_text()
    assert len(svg) < 300_000
    assert svg.count("<image") == 1


def test_agreement_pairs_are_the_lower_triangle() -> None:
    matrix = np.array([[1, 0.1, 0.2], [0.1, 1, 0.3], [0.2, 0.3, 1]])
    frame = AgreementMap(*HEAD, matrix, ["a", "b", "c"]).frame()
    assert frame.values.tolist() == [["b", "a", 0.1], ["c", "a", 0.2], ["c", "b", 0.3]]


def test_scoreboard_marks_the_best_scores_only() -> None:
    scores = pd.DataFrame(
        {"ARI": [0.1, np.nan, 0.3], "clusters": [10, 2, 99], "even": [0.5, 0.5, 0.1]},
        index=["a", "b", "c"],
    )
    best = Scoreboard(*HEAD, scores).frame().query("best")
    assert list(zip(best["method"], best["measure"], strict=True)) == [
        ("a", "even"),
        ("b", "even"),
        ("c", "ARI"),
    ]


def test_restarts_are_compared_with_the_best() -> None:
    frame = Restarts(*HEAD, [102.0, 100.0], [0.5, 0.6]).frame()
    assert frame["percent_above_best"].tolist() == pytest.approx([2, 0])
    assert frame["ari_with_labels"].tolist() == [0.5, 0.6]


def test_eps_map_rows_are_its_cells() -> None:
    values = np.arange(6).reshape(2, 3)
    marked = values > 3
    frame = EpsMap(*HEAD, [8, 9], [2, 3, 4], {"n": values, "m": -values}, marked).frame()
    cell = frame.query("panel == 'n' and eps == 9 and min_samples == 3").iloc[0]
    assert (cell["value"], cell["marked"]) == (4, True)
    assert frame["value"].sum() == 0
    assert frame.groupby("panel")["marked"].sum().tolist() == [2, 2]


@pytest.mark.parametrize(
    ("share", "written"),
    [(1, "100"), (0.999, "99.9"), (0.001, "0.1"), (0, "0"), (0.5, "50"), (-0.004, "0"), (0.9996, "99.9")],
)  # fmt: skip
def test_nearly_all_is_not_written_as_all(share, written) -> None:
    assert eps_map._percent(share) == written


def test_suggestions_are_shared_out_for_each_size() -> None:
    counts = pd.DataFrame(
        {"sample_size": [500, 500, 500, 900], "k": [4, 5, 4, 5], "count": [1, 2, 1, 3]}
    )
    frame = SuggestionCounts(*HEAD, counts).frame()
    assert frame[["sample_size", "k", "count", "share"]].values.tolist() == [
        [500, 4, 2, 0.5],
        [500, 5, 2, 0.5],
        [900, 5, 3, 1.0],
    ]


def test_long_curve_is_thinned_and_keeps_ends_and_knee() -> None:
    curve = np.sort(np.random.default_rng(0).random(70_000))
    frame = KDistance(*HEAD, curve, 68_123, 5).frame()
    assert len(frame) <= k_distance.MAX_POINTS + 1
    assert {0, 68_123, 69_999} <= set(frame["rank"])
    assert np.array_equal(frame["distance"], curve[frame["rank"]])
    assert frame.query("knee")["rank"].tolist() == [68_123]


def test_outline_goes_round_cells_that_touch() -> None:
    _, axes = theme.page(2, 2)
    marked = np.zeros((4, 4), bool)
    marked[1:3, 1:3] = True
    _heat.outline(axes, marked)
    (lines,) = axes.collections
    edges = np.array(lines.get_segments())
    assert len(edges) == 8
    assert edges.min() == 0.5
    assert edges.max() == 2.5


@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (3, 40)])
def test_mosaic_puts_every_picture_in_its_box(shape, rng) -> None:
    mosaic = Mosaic(0.5, 0.25, 4, 2, shape, 0.5, 0.1, 0.2)
    pictures = rng.integers(1, 256, (8, *shape)).astype(np.uint8)
    places = [divmod(i, 4) for i in range(8)]
    _, axes = theme.page(4, 4)
    mosaic.draw(axes, pictures, places)
    (image,) = axes.images
    opacity = np.asarray(image.get_array())[..., 3]
    left, right, bottom, top = image.get_extent()
    h, w = shape
    for picture, place in zip(pictures, places, strict=True):
        x, y, width, height = mosaic.box(*place)
        row = round((y - top) / (bottom - top) * opacity.shape[0])
        column = round((x - left) / (right - left) * opacity.shape[1])
        assert np.array_equal(opacity[row : row + h, column : column + w], picture)
        assert (width / w, height / h) == pytest.approx((mosaic.inch, mosaic.inch))
    assert opacity.astype(int).sum() == pictures.astype(int).sum()


@settings(max_examples=60, deadline=None)
@given(
    columns=st.integers(1, 15), h=st.integers(1, 64), w=st.integers(1, 64), side=st.floats(0.2, 1.2)
)  # fmt: skip
def test_mosaic_stays_within_its_room(columns, h, w, side) -> None:
    mosaic = Mosaic(0.1, 0.1, columns, 2, (h, w), side, 0.07, 0.2)
    fitted = mosaic.within(4.0)
    assert fitted.size[0] <= 4.0 + 1e-6
    assert fitted == mosaic if mosaic.size[0] <= 4.0 else fitted.side < side
    left, _, width, _ = fitted.box(1, columns - 1)
    assert left + width == pytest.approx(0.1 + fitted.size[0])


def test_eps_are_written_where_there_is_room() -> None:
    eps = [1.8, 2.1, 2.15, 2.2, 2.9, 4.1]
    assert sweep._far_apart(eps, 8) == [1.8, 2.1, 2.9, 4.1]
    assert sweep._far_apart(list(range(9)), 8) == list(range(9))
    assert sweep._far_apart([], 8) == []
    assert sweep._far_apart([3.0, 3.0], 8) == [3.0]


def test_ink_clips_and_takes_nothing_for_nan() -> None:
    values = np.array([[[-5.0, 0.0, 8.0, 16.0, 99.0, np.nan, np.inf]]])
    assert ink(values, peak=16).ravel().tolist() == [0, 0, 128, 255, 255, 0, 255]
    assert ink(values, peak=16, polarity="dark on light").ravel()[:5].tolist() == [
        255,
        255,
        128,
        0,
        0,
    ]


@given(st.text())
def test_clean_words_can_be_drawn(words) -> None:
    line = _text.clean(words)
    assert len(line) <= _text.LONGEST
    assert line == line.strip()
    assert all(c.isprintable() or c in _text.JOINERS for c in line)
    assert _text.clean(line) == line


def test_lone_surrogates_are_replaced() -> None:
    assert _text.clean("a\ud800b") == "a\ufffdb"


def test_short_printable_words_are_left_alone() -> None:
    assert _text.clean("ward, PCA-whitened") == "ward, PCA-whitened"
    assert _text.clean("数字 – ½ € $x$ <b>") == "数字 – ½ € $x$ <b>"
    assert _text.clean(7) == "7"
