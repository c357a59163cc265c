"""The condensed tree and the reachability plot, against HDBSCAN's own arrays."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from inkcluster import HDBSCAN
from inkcluster.figures import CondensedTree, Reachability, condensed_tree, reachability, render

HEAD = ("a", "A", "A.")


@pytest.fixture(scope="module")
def found() -> HDBSCAN:
    X = make_blobs(400, centers=5, cluster_std=1.3, random_state=4)[0]
    return HDBSCAN(min_cluster_size=6, copy=True).fit(X)


@pytest.fixture(scope="module")
def many() -> HDBSCAN:
    X = np.random.default_rng(0).normal(size=(900, 2))
    return HDBSCAN(min_cluster_size=2, min_samples=1, copy=True).fit(X)


def frame_of(found: HDBSCAN):
    return CondensedTree(*HEAD, found.condensed_tree_, found.selected_clusters_).frame()


def test_every_cluster_is_drawn_from_where_it_appears(found) -> None:
    frame, tree, n = frame_of(found), found.condensed_tree_, len(found.labels_)
    assert frame["cluster"].tolist() == sorted(set(tree["parent"].tolist()))
    for row in tree[tree["child"] >= n]:
        (drawn,) = frame[frame["cluster"] == row["child"]].itertuples()
        assert (drawn.parent, drawn.size) == (row["parent"], row["child_size"])
        assert drawn.top == 1 / row["lambda_val"]
    for drawn in frame.itertuples():
        own = tree[tree["parent"] == drawn.cluster]
        assert drawn.bottom == pytest.approx(1 / own["lambda_val"].max())
    assert frame.loc[frame["selected"], "cluster"].tolist() == found.selected_clusters_.tolist()


def test_a_cluster_is_coloured_by_the_kept_one_over_it(found) -> None:
    frame = frame_of(found).set_index("cluster")
    for cluster, row in frame.iterrows():
        above = int(cluster)
        while above not in found.selected_clusters_ and above >= 0:
            above = int(frame.loc[above, "parent"])
        kept = found.selected_clusters_.tolist()
        assert row["label"] == (kept.index(above) if above >= 0 else -1)


def test_parts_stand_beside_each_other_under_their_parent(many) -> None:
    frame = frame_of(many).set_index("cluster")
    ends = frame[~frame.index.isin(frame["parent"])]
    assert sorted(ends["x"]) == list(range(len(ends)))
    for cluster, parts in frame.groupby("parent"):
        if cluster >= 0:
            assert frame.loc[cluster, "x"] == parts["x"].mean()


def test_small_clusters_are_left_out_where_there_are_many(many) -> None:
    frame = frame_of(many)
    ends = ~frame["cluster"].isin(frame["parent"])
    assert 1 < ends.sum() <= condensed_tree.MAX_ENDS
    tree = many.condensed_tree_
    others = ~np.isin(tree["child"], frame["cluster"]) & (tree["child_size"] > 1)
    assert tree["child_size"][others].max() < frame["size"].min()
    assert set(frame["parent"][1:]) <= set(frame["cluster"])


def test_bars_follow_the_order(found) -> None:
    order = found.ordering_
    frame = Reachability(*HEAD, found.reachability_, order, found.labels_).frame()
    assert np.array_equal(frame["height"], found.reachability_[order])
    assert np.array_equal(frame["label"], found.labels_[order])
    assert np.array_equal(frame["place"], np.arange(len(order)))


def test_long_order_is_drawn_in_bars_of_neighbours(rng, tmp_path) -> None:
    n = 70_000
    reach, order, labels = rng.random(n), rng.permutation(n), rng.integers(-3, 40, n)
    figure = Reachability(*HEAD, reach, order, labels)
    frame = figure.frame()
    assert len(frame) == reachability.MAX_BARS
    assert frame["points"].sum() == n
    bar = frame.iloc[17]
    part = order[int(bar["place"]) : int(bar["place"] + bar["points"])]
    assert (bar["low"], bar["high"]) == (reach[part].min(), reach[part].max())
    assert bar["height"] in reach[part]
    values, counts = np.unique(np.maximum(labels[part], -1), return_counts=True)
    assert bar["label"] in values[counts == counts.max()]
    assert render(figure, tmp_path / "a")[0].stat().st_size < 300_000
