"""What HDBSCAN finds, which needs no eps, beside DBSCAN's map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study import pictures
from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.density import MEMBERS, MOST_NOISE, Counts, count
from inkcluster.study.joins import cluster_label, decimals, first_members, one_class_only
from inkcluster.study.questions.dbscan_map import MAP_USES, Map, agreement
from inkcluster.study.wording import percent, several

if TYPE_CHECKING:
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan

ONE_IN = 1000
"""A cluster is kept from one in so many images on, but not with fewer than five members."""
ROWS, PER_ROW = 12, 12


@dataclass(frozen=True, eq=False)
class Kept:
    """HDBSCAN's clusters of the map's images.

    Parameters
    ----------
    least : int
        The members that a cluster must have.
    min_samples : int
        Which neighbour's distance is the core distance, the image itself counted.
    labels : ndarray of shape (n,)
        Clusters by decreasing size; -1 for noise.
    outlier_scores : ndarray of shape (n,)
        GLOSH.
    ordering, reachability : ndarray of shape (n,)
        Of the reachability plot.
    tree : structured ndarray
        The condensed tree.
    selected : ndarray of shape (k,)
        Each cluster's number in the tree.
    """

    least: int
    min_samples: int
    labels: NDArray[np.int32]
    outlier_scores: NDArray[np.float64]
    ordering: NDArray[np.int64]
    reachability: NDArray[np.float64]
    tree: NDArray[np.void]
    selected: NDArray[np.int64]

    @property
    def counts(self) -> Counts:
        """What the labelling comes to."""
        return count(self.labels)

    @property
    def setting(self) -> str:
        """The setting in words."""
        return f"min_cluster_size {self.least} and min_samples {self.min_samples}"


def hdbscan(found: Map, plan: Plan, desk: Desk) -> Kept:
    """Run HDBSCAN on the map's images and neighbours, or take it from the desk."""
    from inkcluster.cluster import HDBSCAN
    from inkcluster.progress import listening

    n = len(found.sample)
    least = max(MEMBERS, n // ONE_IN)
    core = found.neighbour + 1

    def compute() -> Mapping[str, NDArray[Any]]:
        with listening(desk.progress):
            model = HDBSCAN(min_cluster_size=least, min_samples=core, copy=True)
            model.fit(found.vectors, lists=found.lists)
        order = np.argsort(-np.bincount(model.labels_[model.labels_ >= 0]), kind="stable")
        place = np.append(np.argsort(order), -1)  # the last is for noise
        return {
            "labels": place[model.labels_].astype(np.int32),
            "outlier_scores": model.outlier_scores_,
            "ordering": model.ordering_,
            "reachability": model.reachability_,
            "tree": model.condensed_tree_,
            "selected": model.selected_clusters_[order],
        }

    kept = desk.keep("dbscan-hdbscan", {**plan.values(MAP_USES), "map_sample": n}, compute)
    return Kept(least, core, **kept)


def of_hdbscan(found: Map, kept: Kept) -> Answer:
    """Everything that is said about HDBSCAN."""
    return Answer(
        figures=(_tree(found, kept), _reachability(kept), *_members(found, kept)),
        tables=(_table(found, kept),),
        findings=(_finding(found, kept),),
        arrays={
            "hdbscan_labels": kept.labels,
            "hdbscan_outlier_scores": kept.outlier_scores,
            "hdbscan_ordering": kept.ordering,
            "hdbscan_reachability": kept.reachability,
        },
    )


def _tree(found: Map, kept: Kept) -> Any:
    from inkcluster.figures import CondensedTree

    images = found.sample.images
    n_nodes = len(np.unique(kept.tree["parent"]))
    says = (
        f"Of {several(n_nodes, 'cluster')} of at least {kept.least} images that there are at one eps "
        f"or another, HDBSCAN keeps the {_those(len(kept.selected))} longest, "
        "in colour. A bar begins at the distance at which its cluster parts from the rest, and "
        "ends where too few images hang together."
    )
    if not len(kept.selected):
        says = (
            f"No group of at least {kept.least} images parts from the rest at any eps: there is one "
            "cluster, from which images leave one by one."
        )
    shown = pictures.mean_images(images.pixels, kept.labels) if len(kept.selected) else None
    return CondensedTree(
        "condensed-tree",
        "HDBSCAN's tree: every eps at once",
        says,
        kept.tree,
        kept.selected,
        pictures=shown,
        ink=pictures.ink(images),
        peak=pictures.peak(images),
    )


def _those(number: int) -> str:
    return "one that lasts" if number == 1 else f"{number} that last"


def _reachability(kept: Kept) -> Any:
    from inkcluster.figures import Reachability

    c = kept.counts
    says = (
        "The images in the order in which density joins them; the height is the distance at which "
        f"each joins those before it. Valleys are clusters: HDBSCAN keeps {c.clusters} of them"
        if c.clusters
        else "The images in the order in which density joins them; the height is the distance at "
        "which each joins those before it. There is no valley that HDBSCAN keeps as a cluster"
    )
    says += f", and {percent(c.noise_share)} of the images are noise, in grey."
    return Reachability(
        "reachability", "Reachability plot", says, kept.reachability, kept.ordering, kept.labels
    )


def _members(found: Map, kept: Kept) -> tuple[Any, ...]:
    labels, images = kept.labels, found.sample.images
    sizes = np.bincount(labels[labels >= 0])
    if not len(sizes):
        return ()
    shown = list(range(min(len(sizes), ROWS)))
    rows = [(cluster_label(c, int(sizes[c])), first_members(labels, c, PER_ROW)) for c in shown]
    some = f", the {len(shown)} largest shown" if len(shown) < len(sizes) else ""
    says = (
        f"HDBSCAN keeps {several(len(sizes), 'cluster')}{some}; the largest holds "
        f"{percent(sizes[0] / len(labels))} of the images and the smallest "
        f"{several(int(sizes[-1]), 'image')}{one_class_only(images, labels, shown)}."
    )
    title = "Members of HDBSCAN's clusters"
    return (pictures.gallery(images, "hdbscan-members", title, says, rows),)


def _table(found: Map, kept: Kept) -> Table:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    ours = found.chosen_labels
    for method, setting, labels in (
        ("DBSCAN", found.setting, ours),
        ("HDBSCAN", kept.setting, kept.labels),
    ):
        c = count(labels)
        row = {
            "method": method,
            "setting": setting,
            "clusters": c.clusters,
            f"clusters of {MEMBERS} or more": c.considerable,
            "percentage clustered": 100 * c.clustered_share,
            "largest share": c.largest_share,
        }
        truth = found.sample.images.labels
        if truth is not None:
            row["ARI"] = agreement(truth, labels, noise=True)
            row["ARI, clustered only"] = agreement(truth, labels, noise=False)
        rows.append(row)
    says = (
        f"DBSCAN at the chosen setting and HDBSCAN on the same {len(ours):,} images; their ARI with "
        f"each other is {decimals(agreement(ours, kept.labels, noise=True))}, noise taken as a cluster."
    )
    return Table("hdbscan", "DBSCAN and HDBSCAN", says, pd.DataFrame(rows))


def _finding(found: Map, kept: Kept) -> Finding:
    """D6."""
    c = kept.counts
    lead = f"Without an eps, HDBSCAN with {kept.setting} keeps {several(c.clusters, 'cluster')}"
    if not c.clusters:
        words = f"{lead}: nothing parts from the rest, and every image is noise."
        return Finding("D6", Level.WARNING, words)
    both = agreement(found.chosen_labels, kept.labels, noise=True)
    words = (
        f"{lead}, the largest with {percent(c.largest_share)} of the images, and calls "
        f"{percent(c.noise_share)} noise; the ARI with DBSCAN at {found.setting} is {decimals(both)}"
    )
    truth = found.sample.images.labels
    if truth is not None:
        words += (
            f". Against the labels its ARI is {decimals(agreement(truth, kept.labels, noise=True))} with "
            f"noise as a cluster, and {decimals(agreement(truth, kept.labels, noise=False))} over the "
            f"{percent(c.clustered_share)} that it clusters"
        )
    quiet = c.clusters >= 2 and c.noise_share <= MOST_NOISE
    return Finding("D6", Level.OK if quiet else Level.NOTICE, f"{words}.")
