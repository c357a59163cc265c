import itertools
import warnings
from dataclasses import fields
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from inkcluster.errors import BadInputError
from inkcluster.evaluate import MEASURES, Scores, pairwise_ari, scores
from inkcluster.evaluate.labels import contingency as tables

SKLEARN = {
    "ari": metrics.adjusted_rand_score,
    "ami": metrics.adjusted_mutual_info_score,
    "nmi": metrics.normalized_mutual_info_score,
    "v_measure": metrics.v_measure_score,
    "homogeneity": metrics.homogeneity_score,
    "completeness": metrics.completeness_score,
    "fowlkes_mallows": metrics.fowlkes_mallows_score,
}
# measure -> (symmetric in its arguments, smallest value, treats labels and clusters as partitions)
PROPERTIES = {
    "ari": (True, -0.5),
    "ami": (True, -1.0),
    "nmi": (True, 0.0),
    "v_measure": (True, 0.0),
    "homogeneity": (False, 0.0),
    "completeness": (False, 0.0),
    "fowlkes_mallows": (True, 0.0),
    "purity": (False, 0.0),
    "accuracy": (True, 0.0),
}


@st.composite
def partitions(draw, max_size=40, lowest=-1, most=6):
    n = draw(st.integers(1, max_size))
    ids = st.integers(lowest, most - 1)
    one = draw(st.lists(st.integers(0, most - 1), min_size=n, max_size=n))
    other = draw(st.lists(ids, min_size=n, max_size=n))
    return np.array(one), np.array(other)


def identical(one, other):
    """The two group the points in the same way."""
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def count_pairs(one, other):
    """Unordered pairs together in both, in the first only, in the second only, in neither."""
    counts = [0, 0, 0, 0]
    for i, j in itertools.combinations(range(len(one)), 2):
        counts[2 * int(one[i] != one[j]) + int(other[i] != other[j])] += 1
    return counts


def best_accuracy(truth, labels):
    """Try every one-to-one assignment of clusters to classes; noise is wrong."""
    classes = sorted(set(truth.tolist()))
    clusters = sorted(set(labels[labels >= 0].tolist()))
    classes += [None] * max(0, len(clusters) - len(classes))
    best = 0
    for chosen in itertools.permutations(classes, len(clusters)):
        of = dict(zip(clusters, chosen, strict=True))
        right = sum(of.get(c) == t for c, t in zip(labels.tolist(), truth.tolist(), strict=True))
        best = max(best, right)
    return best / len(truth)


def test_the_tables_here_cover_every_measure():
    named = {f.name for f in fields(Scores)} - {"share_clustered", "clustered"}
    assert named == set(MEASURES) == set(PROPERTIES)
    assert set(SKLEARN) == named - {"purity", "accuracy"}


@given(partitions())
def test_scikit_learn_agrees_with_noise_as_a_cluster(pair):
    truth, labels = pair
    found = scores(truth, labels)
    for name, oracle in SKLEARN.items():
        if identical(truth, labels):  # scikit-learn's Fowlkes–Mallows is 0 for single points
            assert getattr(found, name) == 1.0
        else:
            assert getattr(found, name) == pytest.approx(oracle(truth, labels), abs=1e-9), name


@given(partitions())
def test_clustered_holds_the_same_without_the_noise(pair):
    truth, labels = pair
    kept = labels >= 0
    inner = scores(truth, labels).clustered
    if kept.any():
        alone = scores(truth[kept], labels[kept])
        assert inner.measures() == pytest.approx(alone.measures(), abs=1e-12)
        assert inner.share_clustered == 1.0
    assert inner.clustered is None
    assert scores(truth, labels).share_clustered == pytest.approx(kept.mean())


@given(partitions(max_size=12))
def test_pair_counting_by_hand(pair):
    truth, labels = pair
    both, first, second, neither = count_pairs(truth, labels)
    found = scores(truth, labels)
    if not identical(truth, labels):
        numerator = 2 * (both * neither - first * second)
        denominator = (both + first) * (first + neither) + (both + second) * (second + neither)
        assert found.ari == pytest.approx(numerator / denominator)
        together = (both + first) * (both + second)
        expected = both / sqrt(together) if both else 0.0
        assert found.fowlkes_mallows == pytest.approx(expected)


@given(partitions(max_size=20, most=5))
def test_accuracy_is_the_best_of_all_assignments(pair):
    truth, labels = pair
    assert scores(truth, labels).accuracy == pytest.approx(best_accuracy(truth, labels))


@given(partitions())
def test_purity_counts_the_largest_class_of_each_cluster(pair):
    truth, labels = pair
    right = sum(np.bincount(truth[labels == c]).max() for c in set(labels.tolist()) - {-1})
    assert scores(truth, labels).purity == pytest.approx(right / len(truth))


@pytest.mark.parametrize("name", MEASURES)
@given(pair=partitions(lowest=0))
def test_range_and_symmetry(name, pair):
    symmetric, smallest = PROPERTIES[name]
    there = getattr(scores(*pair), name)
    assert smallest <= there <= 1.0
    if symmetric:
        assert getattr(scores(*pair[::-1]), name) == pytest.approx(there, abs=1e-9)


@pytest.mark.parametrize("name", [name for name, row in PROPERTIES.items() if not row[0]])
def test_what_is_called_asymmetric_is(name):
    one, other = [0, 0, 0, 0], [0, 0, 1, 1]
    assert getattr(scores(one, other), name) != getattr(scores(other, one), name)


@pytest.mark.parametrize("name", MEASURES)
@given(pair=partitions(), data=st.data())
def test_numbers_of_clusters_and_order_of_points_do_not_matter(name, pair, data):
    truth, labels = pair
    expected = getattr(scores(truth, labels), name)
    renumbered = np.array([*data.draw(st.permutations(range(6))), -1])[labels]
    letters = np.array(data.draw(st.permutations("abcdef")))[truth]
    order = np.array(data.draw(st.permutations(range(len(truth)))))
    found = scores(letters[order], renumbered[order])
    assert getattr(found, name) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", MEASURES)
@given(pair=partitions())
def test_perfect_agreement_is_one(name, pair):
    truth, _ = pair
    assert getattr(scores(truth, 7 * truth + 3), name) == 1.0


@pytest.mark.parametrize("adjusted", ["ari", "ami"])
def test_chance_is_about_zero_for_adjusted_measures(adjusted, rng):
    found = scores(rng.integers(0, 10, 20_000), rng.integers(0, 10, 20_000))
    assert abs(getattr(found, adjusted)) < 0.002


def test_nothing_clustered_is_defined_and_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scores([0, 0, 1], [-1, -1, -1])
    assert found.share_clustered == 0.0
    assert found.ari == found.ami == found.nmi == found.purity == found.accuracy == 0.0
    assert found.clustered.measures() == dict.fromkeys(MEASURES, 0.0)
    assert found.clustered.share_clustered == 0.0
    one = scores([0], [-1])
    assert (one.ari, one.accuracy) == (1.0, 0.0)


def test_noise_is_a_cluster_in_the_main_figures_and_wrong_in_purity_and_accuracy():
    found = scores([0, 0, 0, 1, 1, 1], [0, 0, 0, -1, -1, -1])
    assert found.ari == 1.0
    assert found.purity == found.accuracy == 0.5
    assert found.clustered.accuracy == 1.0


def test_more_clusters_than_classes_and_fewer():
    assert scores([0, 0, 0, 1], [0, 0, 1, 2]).accuracy == 0.75
    assert scores([0, 1, 2, 2], [0, 0, 0, 0]).accuracy == 0.5


@pytest.mark.parametrize("kind", [str, object, np.float64, np.uint8, np.uint64, np.int8, bool])
def test_kinds_of_labels(kind):
    truth, labels = np.array([0, 1, 1, 0, 1]), np.array([0, 0, 1, 1, 1])
    assert scores(truth.astype(kind), labels.astype(kind)) == scores(truth, labels)


def test_a_large_table_is_matched_like_a_full_one(monkeypatch, rng):
    for _ in range(20):
        truth, labels = rng.integers(0, 30, 200), rng.integers(-1, 25, 200)
        full = scores(truth, labels)
        with monkeypatch.context() as patch:
            patch.setattr(tables, "MAX_DENSE_CELLS", 1)
            assert scores(truth, labels) == full


def test_equal_sizes_are_worked_out_once_and_right(rng):
    labels = np.concatenate([np.repeat(np.arange(300), 3), np.full(100, 300)])
    truth = rng.integers(0, 10, 1000)
    expected = metrics.adjusted_mutual_info_score(truth, labels)
    assert scores(truth, labels).ami == pytest.approx(expected, abs=1e-10)


@given(partitions())
def test_pairwise_ari_is_the_ari(pair):
    truth, labels = pair
    matrix = pairwise_ari([truth, labels, labels + 5])
    assert matrix.shape == (3, 3)
    assert (np.diag(matrix) == 1).all()
    assert (matrix == matrix.T).all()
    expected = metrics.adjusted_rand_score(truth, labels)
    assert matrix[0, 1] == matrix[0, 2] == pytest.approx(expected)
    assert matrix[1, 2] == 1.0


@pytest.mark.parametrize(
    ("truth", "labels", "says"),
    [
        ([0, 1], [0, 1, 1], "labels has 3 entries for 2 points"),
        ([], [], "truth has the shape"),
        ([[0, 1]], [0, 1], "truth has the shape"),
        ([0.0, np.nan], [0, 1], "truth holds NaN"),
        ([0, 1], np.array(["a", None], object), "labels holds missing values"),
        ([0, 1], np.array(["a", 3], object), "labels mixes kinds"),
        ([0, 1], [1j, 2j], "labels holds complex128"),
    ],
)
def test_bad_input_is_named(truth, labels, says):
    with pytest.raises(BadInputError, match=says):
        scores(truth, labels)


def test_pairwise_ari_wants_partitions_of_the_same_points():
    with pytest.raises(BadInputError, match="partition 1 has 3 entries for 2"):
        pairwise_ari([[0, 1], [0, 1, 1]])
    with pytest.raises(BadInputError, match="at least one"):
        pairwise_ari([])
