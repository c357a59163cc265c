"""Hierarchies as they are drawn, against SciPy's own cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from inkcluster.figures import (
    AlongHierarchy,
    Dendrogram,
    Dendrograms,
    MergeHeights,
    PictureTree,
    render,
)
from inkcluster.figures.drawing import tree as _tree
from inkcluster.figures.drawing.branches import branches

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
    # the links above and the leaves below each
    children = [np.flatnonzero(tree.parent == link) for link in range(n - 1)]
    assert max(map(len, children)) <= 2
    assert np.flatnonzero(tree.parent < 0).tolist() == [n - 2]
    for link, below in enumerate(children):
        first, last = tree.span[link]
        assert tree.x[link, [0, 3]].min() >= tree.positions[first]
        assert tree.x[link, [0, 3]].max() <= tree.positions[last]
        spans = tree.span[below]
        assert (below < link).all()
        assert last - first + 1 == np.sum(spans[:, 1] - spans[:, 0] + 1) + 2 - len(below)


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


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(2, 60), seed=st.integers(0, 2**16), share=st.floats(0, 1), method=st.sampled_from(LEGIT), shown=st.integers(1, 40)
)  # fmt: skip
def test_branches_are_scipys_leaves_and_merges(n, seed, share, method, shown) -> None:
    Z = linkage(np.random.default_rng(seed).normal(size=(n, 3)), method)
    k = 2 + round(share * (n - 2))
    tree = branches(Z, k, shown)
    kept = min(shown, n)
    assert (tree.leaves, len(tree.node)) == (kept, 2 * kept - 1)
    held = _tree.leaf_of(Z, tree.node[: tree.leaves])
    assert np.bincount(held, minlength=kept).tolist() == tree.members[:kept].tolist()
    assert partition(held) == partition(fcluster(Z, kept, "maxclust"))
    assert tree.height[kept:].tolist() == Z[n - kept :, 2].tolist()
    assert tree.members[-1] == n
    assert sum(tree.parent == -1) == 1
    if k <= kept:  # the leaves of one colour are a cluster of the cut
        assert partition(tree.cluster[held]) == partition(fcluster(Z, k, "maxclust"))
        assert sum(tree.cluster[kept:] == -1) == k - 1


@settings(max_examples=30, deadline=None)
@given(n=st.integers(3, 40), seed=st.integers(0, 2**16), method=st.sampled_from(LEGIT))
def test_pictures_of_a_tree_do_not_cover_each_other(n, seed, method) -> None:
    Z = linkage(np.random.default_rng(seed).normal(size=(n, 3)), method)
    tree = branches(Z, None, 32)
    x = 5.0 * (1 - tree.height / tree.height.max())
    wide, high = 0.3, 0.9
    y = tree.rows(x, wide, high)
    assert y[: tree.leaves].tolist() == list(range(tree.leaves))
    beside = np.abs(x[:, None] - x) < wide
    below = np.abs(y[:, None] - y) < high
    covered = np.argwhere(np.triu(beside & below, 1))
    merges = [pair for pair in covered.tolist() if min(pair) >= tree.leaves]
    assert len(merges) <= 0.05 * len(tree.node)
    for i in range(tree.leaves, len(tree.node)):  # a merge stands between its branches
        own = y[tree.parent == i]
        assert own.min() - 1e-9 <= y[i] <= own.max() + 1e-9


def test_a_tree_of_pictures_says_that_it_can_be_zoomed(digits, tmp_path) -> None:
    Z = linkage(digits.flat()[:40].astype(float), "ward")
    figure = PictureTree("a", "A", "A.", Z, 3, np.zeros((79, 8, 8)), None)
    svg, _ = render(figure, tmp_path / "tree")
    assert '<g id="zoomable">' in svg.read_text()
    assert figure.nodes().tolist() == figure.frame()["node"].tolist()


def test_curves_keep_their_best_and_their_marks() -> None:
    values = np.zeros(5000)
    values[[3776, 9]] = 0.9, 0.8
    frame = AlongHierarchy("a", "A", "A.", {"w": values}, {"classes": 4321}).frame()
    assert frame.set_index("k")["mark"].to_dict()[3777] == "best"
    assert frame.set_index("k")["mark"].to_dict()[4321] == "classes"
    assert len(frame) < 250
    assert frame["k"].is_monotonic_increasing
