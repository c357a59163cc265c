import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcluster.errors import BadInputError
from inkcluster.evaluate import match, scores


@st.composite
def judged(draw):
    n = draw(st.integers(1, 40))
    truth = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(-1, 5), min_size=n, max_size=n))
    return np.array(truth), np.array(labels)


@given(judged())
def test_table_and_rules_by_hand(pair):
    truth, labels = pair
    found = match(truth, labels)
    assert found.clusters.tolist() == sorted(set(labels.tolist()) - {-1})
    largest_of = {}
    for row, cluster in enumerate(found.clusters.tolist()):
        inside = truth[labels == cluster]
        counts = [int((inside == c).sum()) for c in found.classes]
        assert found.table[row].tolist() == counts
        assert found.purity[row] == max(counts) / len(inside)
        assert found.class_of[row] == counts.index(max(counts))
        largest_of.setdefault(int(found.classes[found.class_of[row]]), []).append(cluster)
        sharing = {found.classes[found.class_of[row]]}
        for c, count in zip(found.classes.tolist(), counts, strict=True):
            if 4 * count >= len(inside) or 2 * count >= (truth == c).sum():
                sharing.add(c)
        said = dict(found.merged).get(cluster, [])
        assert set(said) == (sharing if len(sharing) > 1 else set())
    assert found.doubled == [(c, k) for c, k in sorted(largest_of.items()) if len(k) > 1]
    assert found.missing == [c for c in found.classes.tolist() if c not in largest_of]


@given(judged())
def test_the_assignment_is_one_to_one_and_the_best(pair):
    truth, labels = pair
    found = match(truth, labels)
    given_classes = found.assigned[found.assigned >= 0].tolist()
    assert len(set(given_classes)) == len(given_classes)
    assert found.accuracy == pytest.approx(scores(truth, labels).accuracy)
    assert found.noise_share == pytest.approx((labels < 0).mean())


@given(judged())
def test_the_sentence_is_one_and_ends(pair):
    sentence = match(*pair).sentence()
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "nan" not in sentence


def test_a_perfect_match_says_so():
    found = match(["b", "a", "a"], [4, 2, 2])
    assert found.classes[found.class_of].tolist() == ["a", "b"]
    assert (found.doubled, found.merged, found.missing) == ([], [], [])
    assert found.sentence() == (
        "2 clusters for 2 classes, 100 % of the points on their best one-to-one matching: "
        "every class is the largest of exactly one cluster and none share one."
    )


def test_one_cluster_of_all_classes_merges_all():
    found = match(np.repeat(np.arange(10), 10), np.zeros(100, int))
    assert found.merged == [(0, list(range(10)))]
    assert found.missing == list(range(1, 10))
    assert "0, 1, 2, 3 and 6 more share cluster 0" in found.sentence()


def test_a_few_strangers_are_not_a_merger():
    truth = [0] * 9 + [1] * 9
    labels = [0] * 8 + [1] + [1] * 8 + [0]
    assert match(truth, labels).merged == []


def test_all_noise():
    found = match([1, 2, 2], [-1, -1, -1])
    assert found.table.shape == (0, 2)
    assert found.purity.shape == found.assigned.shape == (0,)
    assert found.accuracy == 0.0
    assert found.sentence() == "No cluster: all 3 points of 2 classes are noise."


def test_matlab_labels_are_named_as_whole_numbers():
    found = match(np.array([0.0, 0.0, 4.0, 4.0]), [0, 1, 2, 2])
    assert found.doubled == [(0, [0, 1])]
    assert "0 is the largest class of 2 clusters (0 and 1)" in found.sentence()
    assert "0.0" not in found.sentence()


def test_noise_is_said():
    assert "and 25 % noise" in match([0, 0, 1, 1], [0, 0, 1, -1]).sentence()


def test_a_class_with_half_its_points_in_a_large_cluster_shares_it():
    truth = [0] * 100 + [1] * 4
    assert match(truth, [0] * 102 + [1] * 2).merged == [(0, [0, 1])]
    assert match(truth, [0] * 101 + [1] * 3).merged == []


def test_lengths_must_fit():
    with pytest.raises(BadInputError, match="labels has 1 entries for 2 points"):
        match([0, 1], [0])
