"""Suspicious labels and images to look at first, on cases that can be worked out by hand."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from inkcluster.errors import BadInputError
from inkcluster.evaluate import look_first, match, suspicious_labels
from inkcluster.evaluate.labels.suspects import far_from_label


@pytest.fixture
def groups(rng):
    """Three far groups of forty, their neighbours, clusters and clear memberships."""
    X = np.repeat([[0, 0], [9, 0], [0, 9]], 40, axis=0) + rng.normal(0, 1, (120, 2))
    rows = NearestNeighbors(n_neighbors=5).fit(X).kneighbors(return_distance=False)
    labels = np.repeat(np.arange(3), 40)
    return rows, labels, 0.94 * np.eye(3)[labels] + 0.02


def test_wrong_labels_come_first_and_only_they(groups):
    rows, labels, shares = groups
    truth = np.array(["a", "b", "c"])[labels]
    wrong = [3, 50, 100]
    truth[wrong] = ["c", "a", "b"]
    found = suspicious_labels(truth, labels, shares, rows)
    assert sorted(found["index"]) == wrong
    assert found.set_index("index").loc[wrong, "suggested"].tolist() == ["a", "b", "c"]
    assert found.set_index("index").loc[wrong, "label"].tolist() == ["c", "a", "b"]
    assert (found["confidence"] > 0.8).all()
    np.testing.assert_allclose(found["membership"], 0.96)
    np.testing.assert_allclose(found["of_label"], 0.02)


def test_a_label_that_its_neighbours_share_is_less_suspicious(groups):
    rows, labels, shares = groups
    truth = labels.copy()
    truth[7] = 1
    truth[[15, *rows[15]]] = 2
    found = suspicious_labels(truth, labels, shares, rows).set_index("index")
    assert found.index[0] == 7
    assert found.loc[15, "neighbors_label"] == 1
    assert found.loc[15, "confidence"] == pytest.approx(((0.96 - 0.02) + (0 - 1)) / 2)


def test_clusters_of_one_class_are_counted_together():
    truth = np.array([0, 0, 0, 1, 1, 1, 0])
    labels = np.array([0, 0, 1, 2, 2, 2, 2])
    shares = np.array([[0.2, 0.2, 0.6]] * 7)
    found = suspicious_labels(truth, labels, shares, np.full((7, 1), -1))
    assert found["index"].tolist() == [6]
    assert found.loc[0, "of_label"] == pytest.approx(0.4)
    assert found.loc[0, "confidence"] == pytest.approx(0.1)


def test_the_names_of_clusters_and_the_order_of_images_do_not_matter(groups, rng):
    rows, labels, shares = groups
    truth = labels.copy()
    truth[[3, 50, 51]] = [1, 0, 2]
    before = suspicious_labels(truth, labels, shares, rows)
    turned = np.array([2, 0, 1])
    other = suspicious_labels(truth, turned[labels], shares[:, np.argsort(turned)], rows)
    assert other.drop(columns="cluster").equals(before.drop(columns="cluster"))
    order = rng.permutation(120)
    place = np.argsort(order)
    mixed = suspicious_labels(truth[order], labels[order], shares[order], place[rows[order]])
    assert set(order[mixed["index"]]) == set(before["index"])
    np.testing.assert_allclose(mixed["confidence"], before["confidence"])


def test_agreement_leaves_nothing_and_noise_is_never_suspicious(groups):
    rows, labels, shares = groups
    assert len(suspicious_labels(labels, labels, shares, rows)) == 0
    noise = labels.copy()
    noise[3] = -1
    truth = labels.copy()
    truth[3] = 1
    assert len(suspicious_labels(truth, noise, shares, rows)) == 0


def plain_look_first(shares, rows, m):
    """By the words of the definition, with sets."""
    n = len(shares)
    speaks = [{i} | {int(j) for j in rows[i] if j >= 0} for i in range(n)]
    speaks = [s | {j for j in range(n) if i in speaks[j]} for i, s in enumerate(speaks)]
    top = np.sort(shares, axis=1)
    unsure = 1 - (top[:, -1] - top[:, -2])
    left, chosen = unsure.copy(), []
    for _ in range(m):
        worth = [unsure[i] * sum(left[j] for j in speaks[i]) for i in range(n)]
        best = int(np.argmax(worth))
        if worth[best] <= 1e-9:
            break
        chosen.append(best)
        left[list(speaks[best])] = 0
    return chosen


@pytest.mark.parametrize("seed", range(5))
def test_look_first_does_what_it_says(seed):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet([0.3] * 4, 60)
    rows = rng.integers(-1, 60, (60, 4))
    found = look_first(shares, rows, 12)
    assert found["index"].tolist() == plain_look_first(shares, rows, 12)
    order = np.argsort(-shares, axis=1)
    assert (found["first"].to_numpy() == order[found["index"], 0]).all()
    assert (found["second"].to_numpy() == order[found["index"], 1]).all()


def test_where_all_is_sure_there_is_nothing_to_look_at():
    assert len(look_first(np.eye(3), [[1], [2], [0]])) == 0
    assert len(look_first(np.ones((3, 1)), [[1], [2], [0]])) == 0


@pytest.mark.parametrize(
    ("shares", "rows", "words"),
    [
        (np.eye(2), [[1]], "for each of 2 images"),
        (np.eye(2), [[1.0], [0.0]], "whole numbers"),
        (np.eye(2), [[2], [0]], "beyond the 2 images"),
    ],
)
def test_what_does_not_fit_is_refused(shares, rows, words):
    with pytest.raises(BadInputError, match=words):
        look_first(shares, rows)
    with pytest.raises(BadInputError, match=words):
        suspicious_labels([0, 1], [0, 1], shares, rows)


def test_a_cluster_without_memberships_is_refused():
    with pytest.raises(BadInputError, match="cluster 2"):
        suspicious_labels([0, 1], [0, 2], np.eye(2), [[1], [0]])


def test_images_far_from_their_label_s_cluster_are_ranked_by_the_ratio_of_distances():
    X = np.array([[0.0], [1.0], [4.0], [9.0], [10.0], [11.0], [8.0]])
    labels = np.array([0, 0, 0, 1, 1, 1, 1])
    truth = np.array(["a", "a", "b", "b", "b", "a", "z"])
    centres = np.array([[1.0], [10.0]])
    found = far_from_label(truth, labels, X, centres, match(truth, labels))
    assert found["index"].tolist() == [5, 2, 6]  # 1 to 10, 3 to 6, and no cluster of "z"
    assert found["suggested"].tolist() == ["b", "a", "b"]
    np.testing.assert_allclose(found["distance"], [1, 3, 2])
    np.testing.assert_allclose(found["distance_of_label"], [10, 6, np.nan])


def test_where_labels_and_clusters_agree_nothing_is_far():
    labels = np.array([0, 0, 1])
    assert far_from_label(labels, labels, np.eye(3), np.eye(3), match(labels, labels)).empty
