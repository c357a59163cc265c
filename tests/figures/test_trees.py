"""Hierarchies as they are drawn, against SciPy's own cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from inkcluster.figures import Dendrogram, Dendrograms, MergeHeights, _tree

LEGIT = ("ward", "single", "average", "complete", "weighted")


def partition(labels) -> set[frozenset[int]]:
    labels = np.asarray(labels)
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def drawn_partition(tree: _tree.Tree) -> set[frozenset[int]]:
    """Leaves that hang in one colour; a leaf that hangs on a link above the cut is alone."""
    cluster_at = {}
    for x, y, cluster in zip(tree.x, tree.y, tree.cluster, strict=True):
        for foot in (0, 3):
            if y[foot] == 0:
                cluster_at[float(x[foot])] = cluster
    labels = np.empty(len(tree.leaves), int)
    for i, (leaf, position) in enumerate(zip(tree.leaves, tree.positions, strict=True)):
        cluster = cluster_at[float(position)]
        labels[leaf] = cluster if cluster >= 0 else -1 - i
    return partition(labels)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(3, 40), seed=st.integers(0, 2**16), share=st.floats(0, 1), method=st.sampled_from(LEGIT)
)  # fmt: skip
def test_colours_are_the_clusters_of_the_cut(n, seed, share, method) -> None:
    Z = linkage(np.random.default_rng(seed).normal(size=(n, 3)), method)
    k = 2 + round(share * (n - 3))
    expected = partition(fcluster(Z, k, "maxclust"))
    tree = _tree.layout(Z, k, None)
    assert drawn_partition(tree) == expected
    assert sum(Z[:, 2] > tree.cut) == k - 1


@pytest.mark.parametrize("method", ["ward", "single", "centroid", "median"])
def test_leaves_share_out_all_observations(method, digits) -> None:
    Z = linkage(digits.flat()[:200].astype(float), method)
    figure = Dendrogram("a", "A", "A.", Z, 5, truncate=12)
    members = figure.leaf_members()
    tree = _tree.layout(Z, 5, 12)
    assert len(members) == len(tree.leaves) <= 12
    assert [len(m) for m in members] == tree.members.tolist()
    assert np.array_equal(np.sort(np.concatenate(members)), np.arange(200))


def test_truncated_leaves_are_a_cut(digits) -> None:
    Z = linkage(digits.flat()[:200].astype(float), "ward")
    members = Dendrogram("a", "A", "A.", Z, 5, truncate=12).leaf_members()
    assert {frozenset(m.tolist()) for m in members} == partition(fcluster(Z, 12, "maxclust"))


def test_a_long_chain_is_drawn_whole() -> None:
    n = 3000
    merges = np.arange(n - 1)
    Z = np.column_stack([np.r_[0, n + merges[:-1]], merges + 1, merges + 1.0, merges + 2.0]).astype(
        float
    )
    tree = _tree.layout(Z, 4, None)
    assert len(tree.leaves) == n
    assert sum(tree.cluster == -1) == 3


@pytest.mark.parametrize("k", [None, 0, 1, 99])
def test_no_cut_where_there_is_none(k) -> None:
    Z = linkage(np.arange(5.0)[:, None] ** 2, "ward")
    tree = _tree.layout(Z, k, None)
    assert tree.cut is None
    assert set(tree.cluster) == {-1}


def test_linkage_matrix_is_left_alone(digits) -> None:
    Z = linkage(digits.flat()[:50].astype(float), "ward")
    before = Z.copy()
    Dendrogram("a", "A", "A.", Z, 5).plot()
    assert np.array_equal(Z, before)


def test_pictures_in_the_order_of_the_data_are_put_under_their_leaves(digits) -> None:
    Z = linkage(digits.flat()[:10].astype(float), "ward")
    labels = [f"n{i}" for i in range(10)]
    figure = Dendrogram("a", "A", "A.", Z, 3, digits.pixels[:10], None, labels, peak=16)
    page = figure.plot().axes[1]
    by_place = sorted((t.get_position()[0], t.get_text()) for t in page.texts)
    tree = _tree.layout(Z, 3, None)
    assert [text for _, text in by_place] == [f"n{leaf}" for leaf in tree.leaves]


def test_panels_keep_their_names_and_all_their_links() -> None:
    Z = linkage(np.arange(9.0)[:, None] ** 2, "ward")
    frame = Dendrograms("a", "A", "A.", [("p", Z, 2), ("q", Z, None)], truncate=None).frame()
    assert frame["panel"].value_counts().to_dict() == {"p": 8, "q": 8}
    assert sorted(frame.query("panel == 'p'")["height"]) == pytest.approx(sorted(Z[:, 2]))


def test_merge_heights_are_the_last_ones() -> None:
    heights = np.arange(100.0)
    frame = MergeHeights("a", "A", "A.", {"p": heights}, {"p": 3}, most=5).frame()
    assert frame["height"].tolist() == [99, 98, 97, 96]
    assert frame.query("suggested")["k"].tolist() == [3]
