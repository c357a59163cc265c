import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcluster.errors import BadInputError
from inkcluster.evaluate import (
    borderline,
    cohesion,
    distances,
    nearest_and_farthest,
    worth_looking_at,
)


@st.composite
def clustered(draw, noise=True):
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    n, d = draw(st.integers(6, 40)), draw(st.integers(1, 5))
    labels = rng.integers(-1 if noise else 0, 3, n)
    labels[:3] = [0, 1, 2]
    return rng.normal(size=(n, d)), labels, rng.normal(size=(3, d))


@given(clustered(), st.integers(1, 8))
def test_nearest_and_farthest_by_hand(data, m):
    X, labels, centres = data
    found = nearest_and_farthest(X, labels, centres, m)
    assert list(found) == [0, 1, 2]
    for cluster, (near, far) in found.items():
        members = np.flatnonzero(labels == cluster)
        away = {i: np.linalg.norm(X[i] - centres[cluster]) for i in members}
        assert near.tolist() == sorted(members, key=lambda i: (away[i], i))[:m]
        assert far.tolist() == sorted(members, key=lambda i: (-away[i], i))[:m]


def test_a_cluster_without_members_has_none():
    near, far = nearest_and_farthest([[0.0], [1.0]], [0, 2], None, 3)[1]
    assert len(near) == len(far) == 0


def test_blocks_change_nothing(monkeypatch, rng):
    X, labels = rng.normal(size=(100, 7)), rng.integers(-1, 4, 100)
    whole = nearest_and_farthest(X, labels, None, 5), borderline(X, labels, None, 9)
    tight = cohesion(X, labels)
    monkeypatch.setattr(distances, "_BLOCK", 21)
    parts = nearest_and_farthest(X, labels, None, 5), borderline(X, labels, None, 9)
    for cluster, pair in whole[0].items():
        assert all((a == b).all() for a, b in zip(pair, parts[0][cluster], strict=True))
    assert whole[1]["index"].tolist() == parts[1]["index"].tolist()
    assert cohesion(X, labels) == pytest.approx(tight, rel=1e-12)


@given(clustered(), st.integers(1, 50))
def test_borderline_by_hand(data, m):
    X, labels, centres = data
    frame = borderline(X, labels, centres, m)
    assert len(frame) == min(m, (labels >= 0).sum())
    assert frame["margin"].is_monotonic_increasing
    margins = {}
    for i in np.flatnonzero(labels >= 0):
        away = np.linalg.norm(X[i] - centres, axis=1)
        first, second = np.argsort(away)[:2]
        margins[i] = 1 - away[first] / away[second]
        row = frame[frame["index"] == i]
        if len(row):
            assert (row["first"].item(), row["second"].item()) == (first, second)
            assert row["margin"].item() == pytest.approx(margins[i])
            assert row["distance_second"].item() == pytest.approx(away[second])
            assert row["cluster"].item() == labels[i]
    assert frame["margin"].max() <= sorted(margins.values())[len(frame) - 1] + 1e-12


def test_borderline_far_from_the_origin_keeps_its_digits():
    X = np.array([[0.0], [4.0], [10.0]]) + 1e9
    frame = borderline(X, [0, 0, 1], np.array([[0.0], [10.0]]) + 1e9, 3)
    assert frame["distance_first"].tolist() == [4.0, 0.0, 0.0]


def test_borderline_on_equal_centres_has_no_margin():
    frame = borderline([[0.0], [1.0]], [0, 1], [[0.0], [0.0]], 2)
    assert frame["margin"].tolist() == [0.0, 0.0]
    assert frame[["first", "second"]].to_numpy().tolist() == [[0, 1], [0, 1]]


def test_borderline_needs_two_centres():
    with pytest.raises(BadInputError, match="there are 1"):
        borderline([[0.0], [1.0]], [0, 0], None, 1)
    with pytest.raises(BadInputError, match="there are 0"):
        borderline([[0.0], [1.0]], [-1, -1], None, 1)


@given(clustered())
def test_cohesion_by_hand(data):
    X, labels, _ = data
    overall = np.linalg.norm(X - X.mean(axis=0), axis=1).mean()
    expected = []
    for cluster in range(3):
        mine = X[labels == cluster]
        expected.append(np.linalg.norm(mine - mine.mean(axis=0), axis=1).mean() / overall)
    assert cohesion(X, labels) == pytest.approx(np.array(expected), abs=1e-9)


def test_cohesion_at_its_ends(rng):
    X = rng.normal(size=(50, 4))
    assert cohesion(X, np.zeros(50, int)) == pytest.approx([1.0])
    assert cohesion(np.ones((4, 2)), [0, 0, 1, 1]).tolist() == [0.0, 0.0]
    assert cohesion(X, np.full(50, -1)).shape == (0,)
    gap = cohesion([[0.0], [1.0]], [0, 2])
    assert np.isnan(gap[1])
    assert not np.isnan(gap[[0, 2]]).any()


def test_uint8_pictures_do_not_wrap():
    pictures = np.array([[[0, 255]], [[255, 0]], [[0, 0]]], np.uint8)
    near, far = nearest_and_farthest(pictures, [0, 0, 0], np.zeros((1, 1, 2)), 1)[0]
    assert (near.tolist(), far.tolist()) == ([2], [0])
    flat = pictures.reshape(3, 2)
    assert cohesion(pictures, [0, 0, 1]) == pytest.approx(cohesion(flat.astype(float), [0, 0, 1]))


def blobs():
    """Five clusters: tight and pure, loose and pure, mixed, a pair, and one far larger."""
    rng = np.random.default_rng(69)
    sizes, spread = [30, 30, 30, 2, 90], [0.1, 5.0, 1.0, 0.01, 1.2]
    X = np.concatenate(
        [
            rng.normal(size=(n, 2)) * s + 40 * i
            for i, (n, s) in enumerate(zip(sizes, spread, strict=True))
        ]
    )
    labels = np.repeat(np.arange(5), sizes)
    truth = np.array(list("a" * 30 + "b" * 30 + "ab" * 15 + "cc" + "d" * 80 + "e" * 10))
    return X, labels, truth


def test_the_rule_takes_turns():
    X, labels, truth = blobs()
    frame = worth_looking_at(X, labels, truth=truth, m=4)
    kinds = [reason.split(":")[0] for reason in frame["reason"]]
    assert kinds == ["purest and tightest", "most mixed", "loosest", "tightest"]
    assert frame["cluster"].tolist() == [0, 2, 1, 4]
    assert frame["purity"].tolist() == pytest.approx([1, 0.5, 1, 80 / 90])
    assert frame["reason"][0].startswith("purest and tightest: 100 % are a, cohesion 0.0")
    assert frame["reason"][1] == "most mixed: 50 % are a, 50 % are b"
    assert list(frame) == ["cluster", "size", "cohesion", "purity", "reason"]


def test_without_labels_cohesion_and_size_decide():
    X, labels, _ = blobs()
    frame = worth_looking_at(X, labels, m=3)
    assert frame["cluster"].tolist() == [1, 0, 4]
    assert frame["reason"][2] == "largest: 90 members"
    assert frame["purity"].isna().all()


def test_small_clusters_are_passed_over_unless_there_are_no_others():
    X, labels, truth = blobs()
    assert 3 not in worth_looking_at(X, labels, truth=truth, m=10)["cluster"].tolist()
    pairs = worth_looking_at(X[:4], [0, 0, 1, 1], m=5)
    assert sorted(pairs["cluster"]) == [0, 1]


def test_each_cluster_is_named_once_and_no_more_than_asked(rng):
    X, labels = rng.normal(size=(300, 3)), rng.integers(0, 12, 300)
    for m in (1, 2, 7, 12, 30):
        frame = worth_looking_at(X, labels, truth=labels % 3, m=m)
        assert len(frame) == frame["cluster"].nunique() == min(m, 12)


def test_all_noise_leaves_nothing_to_look_at():
    frame = worth_looking_at([[0.0], [1.0]], [-1, -1], truth=["a", "b"])
    assert list(frame) == ["cluster", "size", "cohesion", "purity", "reason"]
    assert len(frame) == 0


@pytest.mark.parametrize(
    ("X", "labels", "says"),
    [
        ([[0.0], [1.0]], [0], "labels has 1 entries for 2 points"),
        ([[0.0], [np.nan]], [0, 0], "X holds NaN"),
        ([[0.0], [np.inf]], [0, 0], "X holds NaN or infinite"),
        ([0.0, 1.0], [0, 0], r"X has the shape \(2,\)"),
        (np.empty((0, 3)), [], "X has the shape"),
        ([["a"], ["b"]], [0, 0], "give real numbers"),
        ([[0.0], [1.0]], ["a", "b"], "whole numbers"),
        ([[0.0], [1.0]], [0, 0.5], "whole numbers"),
        ([[0.0], [1.0]], [0, -2], "labels holds -2"),
        ([[0.0], [1.0]], [0, 2**40], "number the clusters"),
    ],
)
@pytest.mark.parametrize("function", [cohesion, worth_looking_at])
def test_bad_input_is_named(function, X, labels, says):
    with pytest.raises(BadInputError, match=says):
        function(X, labels)


def test_centres_must_fit():
    with pytest.raises(BadInputError, match="2 values each and the points 1"):
        nearest_and_farthest([[0.0]], [0], [[0.0, 1.0]], 1)
    with pytest.raises(BadInputError, match="labels name cluster 1"):
        nearest_and_farthest([[0.0], [1.0]], [0, 1], [[0.0]], 1)
    with pytest.raises(BadInputError, match="m is 0"):
        nearest_and_farthest([[0.0]], [0], None, 0)
