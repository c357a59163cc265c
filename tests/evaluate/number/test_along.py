"""Agreement along a hierarchy, against scikit-learn at every number of clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from inkcluster.cluster import hierarchy
from inkcluster.errors import BadInputError
from inkcluster.evaluate import along_hierarchy, scores

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")


def partitions(Z):
    """The labels after each merge, from all apart to all together, by a way of its own."""
    n = len(Z) + 1
    cluster = np.arange(n)
    yield cluster.copy()
    for i, (a, b) in enumerate(Z[:, :2].astype(int)):
        cluster[(cluster == a) | (cluster == b)] = n + i
        yield cluster.copy()


# older versions of scikit-learn take many classes for numbers
@pytest.mark.filterwarnings("ignore:The number of unique classes:UserWarning")
@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(2, 40),
    classes=st.integers(1, 40),
    seed=st.integers(0, 2**16),
    method=st.sampled_from(METHODS),
    rounded=st.booleans(),
)
def test_every_k_is_scikit_learns(n, classes, seed, method, rounded):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    Z = linkage(X.round(0) if rounded else X, method)
    truth = rng.integers(0, classes, n)
    found = along_hierarchy(Z, truth)
    assert found["k"].tolist() == list(range(1, n + 1))
    for k, labels in zip(range(n, 0, -1), partitions(Z), strict=True):
        row = found.iloc[k - 1]
        assert len(np.unique(labels)) == k
        assert row["ari"] == pytest.approx(adjusted_rand_score(truth, labels), abs=1e-12)
        expected = normalized_mutual_info_score(truth, labels)
        assert row["nmi"] == pytest.approx(expected, abs=1e-9)
        _, counts = np.unique(np.stack([labels, truth]), axis=1, return_counts=True)
        table = np.zeros((2 * n, classes), int)
        np.add.at(table, (labels, truth), 1)
        assert row["purity"] == table.max(axis=1).sum() / n
        assert counts.sum() == n


def test_it_is_to_the_bit_what_scores_gives(digits):
    Z = hierarchy.ward(digits.flat())
    found = along_hierarchy(Z, digits.labels)
    for k in (1, 2, 9, 10, 11, 300, 1796, 1797):
        one = scores(digits.labels, hierarchy.cut(Z, k))
        assert found["ari"][k - 1] == one.ari
        assert found["purity"][k - 1] == one.purity
        assert found["nmi"][k - 1] == pytest.approx(one.nmi, abs=1e-12)


def test_words_are_classes_and_their_names_change_nothing(digits):
    Z = hierarchy.single(digits.flat()[:200])
    truth = digits.labels[:200]
    words = np.array(["zero", "a", "b", "c", "d", "e", "f", "g", "h", "i"])[truth]
    named, numbered = along_hierarchy(Z, words), along_hierarchy(Z, truth)
    for exact in ("k", "ari", "purity"):
        assert named[exact].equals(numbered[exact])
    np.testing.assert_allclose(named["nmi"], numbered["nmi"], atol=1e-12)


@pytest.mark.parametrize("bad", [np.zeros((3, 3)), "words", np.full((3, 4), np.nan), []])
def test_what_is_no_hierarchy_is_refused(bad):
    with pytest.raises(BadInputError, match="not a hierarchy"):
        along_hierarchy(bad, [0, 1])


def test_labels_of_other_points_are_refused():
    Z = linkage(np.arange(5.0)[:, None], "ward")
    with pytest.raises(BadInputError):
        along_hierarchy(Z, [0, 1, 2, 3])


@pytest.mark.mnist
def test_seventy_thousand_take_seconds(mnist):
    """A chain, the deepest tree there is, with as many classes as MNIST has."""
    import time

    n = len(mnist)
    merges = np.arange(n - 1)
    Z = np.column_stack([np.r_[0, n + merges[:-1]], merges + 1, merges + 1.0, merges + 2.0])
    began = time.process_time()
    found = along_hierarchy(Z.astype(float), mnist.labels)
    assert time.process_time() - began < 5
    alone = np.r_[np.zeros(n - 499, int), np.arange(1, 500)]
    assert found["ari"][499] == pytest.approx(adjusted_rand_score(mnist.labels, alone), abs=1e-12)
