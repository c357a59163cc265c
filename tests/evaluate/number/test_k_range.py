"""Criteria for the number of clusters: scikit-learn's numbers, and what they suggest."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from inkcluster.cluster import kmeans_range
from inkcluster.errors import BadInputError
from inkcluster.evaluate import borders, clustergram, gap_statistic, k_scores, suggest_k


@pytest.fixture
def blobs(rng):
    X = rng.normal(size=(150, 2)) + np.repeat([[0, 0], [25, 0], [0, 25]], 50, axis=0)
    return X, kmeans_range(X, range(1, 9), random_state=0).labels


def test_scores_are_those_of_scikit_learn(digits):
    X = digits.flat()[:500].astype(np.float64)
    labels = kmeans_range(X, [2, 5, 11], random_state=0).labels
    frame = k_scores(X + 1000.0, labels, sample=500).set_index("k")
    for k, row in labels.items():
        mine = frame.loc[k]
        assert mine["calinski_harabasz"] == pytest.approx(metrics.calinski_harabasz_score(X, row))
        assert mine["davies_bouldin"] == pytest.approx(metrics.davies_bouldin_score(X, row))
        assert mine["silhouette"] == pytest.approx(metrics.silhouette_score(X, row))


def test_scores_of_labels_with_a_gap_and_a_single_point(rng):
    X, labels = rng.normal(size=(30, 3)), np.r_[np.zeros(20, int), np.full(9, 2), 5]
    mine = k_scores(X, {6: labels}).iloc[0]
    assert mine["clusters"] == 3
    assert mine["calinski_harabasz"] == pytest.approx(metrics.calinski_harabasz_score(X, labels))
    assert mine["davies_bouldin"] == pytest.approx(metrics.davies_bouldin_score(X, labels))
    assert mine["silhouette"] == pytest.approx(metrics.silhouette_score(X, labels))


def test_three_blobs_are_three_by_every_criterion(blobs):
    X, labels = blobs
    frame = k_scores(X, labels).merge(gap_statistic(X, range(1, 9)), on="k")
    found = suggest_k(frame)
    assert {name: one.k for name, one in found.items()} == dict.fromkeys(found, 3)
    assert found["together"].clear
    assert found["together"].strength == 1


def test_an_even_cloud_has_no_natural_number(rng):
    X = rng.uniform(size=(300, 2))
    labels = kmeans_range(X, range(1, 13), random_state=0).labels
    frame = k_scores(X, labels).merge(gap_statistic(X, range(1, 13)), on="k")
    found = suggest_k(frame)
    assert found["gap"].k == 1
    assert not found["together"].clear
    assert "no natural number" in found["together"].reason


def test_clustergram_of_more_features_than_memory_has_room_for_pairs_of(rng):
    """The first component of 100,000 features comes without their 75 GiB of products."""
    loading = np.zeros(100_000)
    loading[7] = 5.0
    X = np.float32([-2, -1, 1, 2])[:, None] * loading + rng.normal(0, 1e-3, (4, 100_000))
    flows = clustergram(X, {1: [0, 0, 0, 0], 2: [0, 0, 1, 1]})
    assert flows["next_position"].tolist() == pytest.approx([-7.5, 7.5], abs=0.5)


def test_clustergram_counts_every_point_once_a_step(blobs):
    X, labels = blobs
    flows = clustergram(X, labels)
    assert (flows.groupby("k")["flow"].sum() == len(X)).all()
    sizes = flows.groupby(["k", "cluster"]).agg(flow=("flow", "sum"), size=("size", "first"))
    assert (sizes["flow"] == sizes["size"]).all()


def test_borders_name_the_two_nearest_centres(digits):
    X = digits.flat()[:400].astype(float)
    labels = kmeans_range(X, [6], random_state=0).labels[6]
    middle = np.stack([X[labels == j].mean(axis=0) for j in range(6)])
    gap = np.linalg.norm(X[:, None] - middle, axis=2)
    found = borders(X, labels)
    assert found
    for border in found:
        for i, margin in zip(border.members, border.margins, strict=True):
            two = np.argsort(gap[i])[:2]
            assert sorted(two) == [border.first, border.second]
            assert margin == pytest.approx(1 - gap[i, two[0]] / gap[i, two[1]])
            assert margin <= 0.05


def test_inputs_are_left_alone_and_points_in_another_order_score_the_same(blobs, rng):
    X, labels = blobs
    order = rng.permutation(len(X))
    moved = k_scores(X[order], {k: row[order] for k, row in labels.items()})
    pd.testing.assert_frame_equal(k_scores(X, labels), moved)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda X: k_scores(X, {}), "no clustering"),
        (lambda X: k_scores(X, {2: [0, 1, -1, 0]}), "noise"),
        (lambda X: k_scores(X * np.nan, {2: [0, 1, 1, 0]}), "NaN"),
        (lambda X: gap_statistic(X * 0, [1, 2]), "equal"),
        (lambda X: gap_statistic(X, [2, 1]), "does not rise"),
        (lambda X: gap_statistic(X, [1, 9]), "9 and there are 4"),
        (lambda X: gap_statistic(X, [1], n_references=1), "n_references"),
        (lambda X: suggest_k(pd.DataFrame({"k": [2]})), "no criterion"),
        (lambda X: suggest_k(pd.DataFrame({"k": [3, 2], "gap": [1, 2]})), "rises"),
        (lambda X: clustergram(X, {}), "no clustering"),
        (lambda X: borders(X, [0, 0, 1, 1], margin=2), "from 0 to 1"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(call, words):
    with pytest.raises(BadInputError, match=words) as caught:
        call(np.arange(4.0)[:, None])
    assert "\n" not in str(caught.value)
