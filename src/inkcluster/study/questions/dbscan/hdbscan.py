"""What HDBSCAN finds, which needs no eps, beside DBSCAN's map."""

from __future__ import annotations

from typing import Any

import numpy as np

from inkcluster import figures as charts
from inkcluster.study.answer import Answer, Partition, Table
from inkcluster.study.questions.dbscan import findings
from inkcluster.study.questions.dbscan.chosen import members_gallery
from inkcluster.study.questions.parts import pictures
from inkcluster.study.steps.dbscan_map import Map, agreement
from inkcluster.study.steps.density import MEMBERS, count
from inkcluster.study.steps.hdbscan import Kept
from inkcluster.study.steps.samples import PIXELS, title_of
from inkcluster.words import decimals, percent, several


def of_hdbscan(found: Map, kept: Kept) -> Answer:
    """HDBSCAN's tree, its reachability plot, the members of its clusters, the table beside DBSCAN."""
    title = "Members of HDBSCAN's clusters"
    images, labels = found.sample.images, kept.labels
    members = members_gallery(images, labels, "hdbscan-members", title, "HDBSCAN")
    return Answer(
        figures=(_tree(found, kept), _reachability(kept), *members),
        tables=(_table(found, kept),),
        findings=(findings.of_hdbscan(kept),),
        arrays={
            f"hdbscan_{name}": getattr(kept, name)
            for name in ("labels", "outlier_scores", "ordering", "reachability")
        },
        partitions=(Partition(title_of("HDBSCAN", PIXELS), "hdbscan_labels", "map_index"),),
    )


def _tree(found: Map, kept: Kept) -> Any:
    images = found.sample.images
    clusters, kept_ones = len(np.unique(kept.tree["parent"])), len(kept.selected)
    says = (
        f"Each bar is a group of at least {kept.least} images: it begins at the distance at which the "
        f"group separates from the rest and ends where it dissolves. Of {several(clusters, 'group')}, "
        f"HDBSCAN keeps those that last longest ({kept_ones:,}), in colour."
        if kept_ones
        else f"No group of at least {kept.least} images separates from the rest at any distance: there "
        "is one cluster, from which images leave one by one."
    )
    shown = pictures.mean_images(images.pixels, kept.labels) if kept_ones else None
    return charts.CondensedTree(
        "condensed-tree",
        "HDBSCAN's clusters at every distance",
        says,
        kept.tree,
        kept.selected,
        pictures=shown,
        **pictures.shades(images),
    )


def _reachability(kept: Kept) -> Any:
    c = kept.counts
    valleys = f"HDBSCAN keeps {c.clusters:,} as clusters" if c.clusters else "HDBSCAN keeps none"
    says = (
        "The images in an order that puts similar ones side by side; the height is the distance at "
        f"which an image joins those before it. A valley is a dense group: {valleys}, and "
        f"{percent(c.noise_share)} of the images are noise, in grey."
    )
    return charts.Reachability(
        "reachability",
        "Dense groups as valleys (reachability plot)",
        says,
        kept.reachability,
        kept.ordering,
        kept.labels,
    )


def _table(found: Map, kept: Kept) -> Table:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    ours = found.chosen_labels
    both = agreement(ours, kept.labels, noise=True)
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
        f"DBSCAN at the chosen setting and HDBSCAN on the same {len(ours):,} images. `ARI` counts noise "
        f"as one more cluster; the two agree with each other at an ARI of {decimals(both)}."
    )
    return Table("hdbscan", "DBSCAN and HDBSCAN", says, pd.DataFrame(rows))
