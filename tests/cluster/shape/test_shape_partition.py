"""Shape clustering: small clusters merged, cuts judged, and the number read off, against plain oracles."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from inkcluster import ShapeClustering
from inkcluster.cluster.shape import graph as graphs
from inkcluster.cluster.shape import neighbors
from inkcluster.cluster.shape.graph import MAX_LINK_SHARE, MIN_RELATIVE_SIZE, Tree, merge, strengths
from inkcluster.cluster.shape.partition import (
    MIN_INFORMATION_GAIN,
    SmallClusters,
    chosen,
    mutual_information,
    smoothed,
)
from inkcluster.evaluate import scores


@st.composite
def affinities(draw, least=2, most=9):
    """Whole numbers of links, symmetric, some within each."""
    count = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    links = rng.integers(0, 6, (count, count)) * (rng.random((count, count)) < 0.7)
    return (links + links.T + np.diag(rng.integers(1, 20, count))).astype(float)


def information_by_ends(links, parts):
    """The definition, over every pair of parts, from sums over every pair of small clusters."""
    count, total = len(links), links.sum()
    found = 0.0
    for p in set(parts):
        for q in set(parts):
            joint = sum(links[i, j] for i in range(count) for j in range(count)
                        if parts[i] == p and parts[j] == q) / total  # fmt: skip
            one = sum(links[i].sum() for i in range(count) if parts[i] == p) / total
            other = sum(links[i].sum() for i in range(count) if parts[i] == q) / total
            found += joint * log(joint / (one * other)) if joint else 0
    return found


@settings(deadline=None)
@given(affinities(), st.data())
def test_mutual_information_is_that_of_the_ends_of_links(links, data):
    drawn = data.draw(st.lists(st.integers(0, 3), min_size=len(links), max_size=len(links)))
    parts = np.unique(drawn, return_inverse=True)[1]
    assert mutual_information(links, parts) == pytest.approx(
        information_by_ends(links, parts.tolist()), abs=1e-12
    )


@settings(deadline=None)
@given(affinities())
def test_each_merge_is_of_the_two_that_share_most_links(links):
    before = links.copy()
    tree = merge(links)
    np.testing.assert_array_equal(links, before)
    groups = {i: [i] for i in range(len(links))}
    for (a, b), share in zip(tree.merges.tolist(), tree.shares, strict=True):
        every = {
            (i, j): links[np.ix_(groups[i], groups[j])].sum()
            / min(links[groups[i]].sum(), links[groups[j]].sum())
            for i in groups for j in groups if i < j
        }  # fmt: skip
        assert share == every[min(a, b), max(a, b)] == max(every.values())
        groups[a] += groups.pop(b)
        parts = tree.cut(len(groups))
        assert {frozenset(np.flatnonzero(parts == p)) for p in set(parts)} == {
            frozenset(group) for group in groups.values()
        }


@settings(deadline=None)
@given(affinities(3), st.data())
def test_clusters_end_with_the_last_merge_before_which_there_are_so_many_large_ones(links, data):
    sizes = np.array(
        data.draw(st.lists(st.integers(1, 40), min_size=len(links), max_size=len(links)))
    )
    tree = merge(links)
    heights = tree.heights(sizes, len(links))
    for k in range(2, len(links) + 1):
        expected = MAX_LINK_SHARE
        for step, share in enumerate(tree.shares):
            parts = tree.cut(len(links) - step)
            large = np.bincount(parts, sizes) >= MIN_RELATIVE_SIZE * sizes.sum() / k
            expected = share if large.sum() >= k else expected
        assert heights[k - 2] == expected


def test_the_number_does_not_count_a_few_images_apart():
    # two classes in two halves each; and of a hundredth of the images, some that hang by a thread
    links = np.zeros((5, 5))
    links[:4, :4] = np.kron(np.eye(2), [[50, 40], [40, 50]]) + 2
    links[4, 4], links[3, 4], links[4, 3] = 20, 0.3, 0.3
    sizes = np.array([100, 100, 100, 100, 4])
    with_all = strengths([(merge(links), np.full(5, 100))])
    without = strengths([(merge(links), sizes)])
    assert with_all.argmax() + 2 == 3
    assert without.argmax() + 2 == 2


def small_clusters(links, *trees):
    return SmallClusters(np.repeat(np.arange(len(links)), 10), links, trees)


def test_two_classes_as_one_beside_an_island_lose_against_the_two_apart():
    # classes {0, 1}, {2, 3}, {4, 5}; 6 is an island, a piece of the first class without links to it
    links = np.kron(np.eye(3), [[60, 40], [40, 60]])
    links[1, 2] = links[2, 1] = 4
    links = np.pad(links, (0, 1))
    links[6, 6], links[0, 6], links[6, 0] = 20, 0.2, 0.2
    fused = merge(links)
    assert fused.cut(3).tolist() == [0, 0, 0, 0, 1, 1, 2]
    bridged = links.copy()
    bridged[0, 6] = bridged[6, 0] = 10
    right = merge(bridged)
    assert right.cut(3).tolist() == [0, 0, 1, 1, 2, 2, 0]
    for trees in ((fused, right), (right, fused)):
        found = chosen([small_clusters(links, *trees)], 3, search=False).labels()
        np.testing.assert_array_equal(found, np.repeat([0, 0, 1, 1, 2, 2, 0], 10))
    pair = [small_clusters(links, fused), small_clusters(links, right)]
    both, alone = chosen(pair, 3, search=False).labels(), chosen(pair[1:], 3, search=False).labels()
    np.testing.assert_array_equal(both, alone)


def test_the_cut_by_the_first_links_stays_unless_another_is_clearly_better():
    def tree(first):
        a, b = first
        rest = min({0, 1, 2} - {a, b})
        return Tree(np.array([[a, b], [a, rest]]), np.zeros(2))

    for more, kept in ((0.3, True), (40.0, False)):
        links = np.diag([100.0, 100, 100])
        links[0, 1] = links[1, 0] = 20
        links[1, 2] = links[2, 1] = 20 + more
        gain = mutual_information(links, np.array([0, 1, 1]))
        gain -= mutual_information(links, np.array([0, 0, 1]))
        assert gain > 0
        assert (gain < MIN_INFORMATION_GAIN) is kept
        two = [small_clusters(links, tree((0, 1)), tree((1, 2)))]
        found = chosen(two, 2, search=False).labels()
        expected = [0, 0, 1] if kept else [0, 1, 1]
        np.testing.assert_array_equal(found, np.repeat(expected, 10))


@pytest.mark.parametrize("search", [False, True])
def test_fewer_clusters_where_nothing_has_more(search):
    whole = small_clusters(np.eye(2), merge(np.eye(2)))
    assert np.unique(chosen([whole], 3, search=search).labels()).tolist() == [0, 1]
    finer = SmallClusters(np.arange(20) % 3, np.eye(3), (merge(np.eye(3)),))
    np.testing.assert_array_equal(chosen([whole, finer], 3, search=search).labels(), finer.labels)


def test_a_search_finds_what_no_tree_has():
    # four classes in four pieces each, and a tree that joins two classes and leaves a piece alone
    links = np.kron(np.eye(4), np.full((4, 4), 10.0)) + 0.2
    right = np.repeat(np.arange(4), 4)
    wrong = np.where(right == 3, 2, right)
    wrong[0] = 3
    merges = []
    for part in range(4):
        first, *others = np.flatnonzero(wrong == part)
        merges += [(first, other) for other in others]
    tree = Tree(np.array([*merges, (0, 1), (1, 4), (1, 8)]), np.zeros(15))
    assert adjusted_rand_score(tree.cut(4), wrong) == 1
    sets = [small_clusters(links, tree)]
    assert adjusted_rand_score(chosen(sets, 4, search=False).labels(), np.repeat(wrong, 10)) == 1
    assert adjusted_rand_score(chosen(sets, 4, search=True).labels(), np.repeat(right, 10)) == 1


def test_links_count_or_weigh_by_rank():
    rows = np.array([[1, 2], [0, 3], [3, -1], [0, 1]], np.int32)
    lists = neighbors.Lists(rows, np.where(rows < 0, np.inf, 1.0))
    counted, weighed = np.zeros((2, 4, 4))
    for i, row in enumerate(rows):
        for rank, j in enumerate(row):
            if j >= 0:
                counted[[i, j], [j, i]] += 1
                weighed[[i, j], [j, i]] += 1 / (rank + 1)
    np.testing.assert_array_equal(graphs.links((lists,), by_rank=True).toarray(), weighed)
    np.testing.assert_array_equal(graphs.links((lists, lists)).toarray(), 2 * counted)


def walk(near):
    rows = np.asarray(near, np.int32)
    return graphs.walk(neighbors.Lists(rows, np.ones(rows.shape)))


def test_a_walk_that_would_empty_a_cluster_stops_before():
    ring = walk([[(i + step) % 40 for step in (-2, -1, 1, 2)] for i in range(40)])
    halves = np.repeat([0, 1], 20)
    after = np.linalg.matrix_power(ring.toarray(), 20) @ np.eye(2)[halves]
    np.testing.assert_allclose(smoothed(halves, ring, ring), after)
    few = np.where(np.arange(40) < 3, 1, 0)  # three in a ring of forty are soon lost
    shares = smoothed(few, ring, ring)
    assert 0 < (shares.argmax(axis=1) == 1).sum() <= 3
    assert shares.max(axis=1)[:3].max() < 0.9


def test_a_walk_stops_where_the_links_lose_information():
    # two rings of thirty, joined by a few links: a long walk mixes them
    rows = [
        [(i - 1) % 30 + o, (i + 1) % 30 + o, (i + 2) % 30 + o] for o in (0, 30) for i in range(30)
    ]
    for i in range(0, 30, 3):
        rows[i][2] = i + 30
    step = walk(rows)
    labels = np.repeat([0, 1], 30)
    labels[[4, 40]] = 1, 0
    links = (step + step.T).tocsr()
    found = smoothed(labels, step, links).argmax(axis=1)
    assert adjusted_rand_score(found, np.repeat([0, 1], 30)) == 1
    longer = np.linalg.matrix_power(step.toarray(), 20) @ np.eye(2)[labels]
    assert longer.max() < 0.7


def test_where_neighbours_say_nothing_nobody_is_sure(rng):
    near = np.array([rng.choice(300, 5, replace=False) for _ in range(300)])
    labels = np.arange(300) % 100
    step = walk(near)
    shares = smoothed(labels, step, step + step.T)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert len(np.unique(shares.argmax(axis=1))) == 100
    assert (np.sort(shares, axis=1)[:, -1] < 0.8).all()


def test_small_digits_given_their_number(digits):
    found = ShapeClustering(10, random_state=0).fit_predict(digits.pixels)
    assert scores(digits.labels, found).accuracy > 0.94


def once(function):
    """The function, computed the first time only."""
    kept = []

    def called(*arguments):
        if not kept:
            kept.append(function(*arguments))
        return kept[0]

    return called


@pytest.mark.mnist
def test_seeds_agree(mnist, monkeypatch):
    images = mnist.sample(2000, 0).pixels
    for name in ("shapes_of", "find"):  # which do not depend on the seed
        monkeypatch.setattr(neighbors, name, once(getattr(neighbors, name)))
    way = {"deskew": True, "size": "set", "polarity": "light", "contrast": "set"}
    models = [ShapeClustering(random_state=seed, **way).fit(images) for seed in range(4)]
    assert {model.n_clusters_ for model in models} == {10}
    for other in models[1:]:
        assert adjusted_rand_score(models[0].labels_, other.labels_) > 0.998
