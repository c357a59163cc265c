"""What HDBSCAN finds, which needs no eps, beside DBSCAN's map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.dbscan.map import Map, agreement
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.parts.pictures import first_members, one_class_only
from inkcluster.study.steps.density import MEMBERS, MOST_NOISE, count
from inkcluster.study.steps.hdbscan import Kept, run
from inkcluster.study.steps.samples import SAMPLE_USES
from inkcluster.words import cluster_label, decimals, percent, several

if TYPE_CHECKING:
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

ROWS, PER_ROW = 12, 12


def hdbscan(found: Map, plan: Plan, desk: Desk) -> Kept:
    """Run HDBSCAN on the map's images and neighbours, or take it from the desk."""
    what = {"space": "pixels", **plan.values(("scaling", *SAMPLE_USES))}
    return run(found.vectors, plan.min_samples, what, desk, found.lists)


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
