"""Ward after PCA whitening, at k and at many clusters, and the clusters worth looking at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import cohesion, largest_gap, match, worth_looking_at
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.compare import findings
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.study.questions.parts.pictures import first_members
from inkcluster.study.steps import hierarchies
from inkcluster.study.steps.methods import Methods
from inkcluster.words import cluster_label, listed, percent

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MEMBERS = 10
WORTH, WORTH_MEMBERS = 5, 15
MAX_LEAVES = 30


def of_ward(methods: Methods, plan: Plan, desk: Desk) -> Answer:
    """Dendrogram, sizes, members, and the clusters worth looking at."""
    Z = methods.ward
    if Z is None:
        return Answer()
    few, many = (hierarchies.numbered(Z, k) for k in (plan.k, plan.many))
    truth = methods.sample.images.labels
    worth = worth_looking_at(methods.vectors, many, truth=truth, m=WORTH)
    sizes_few, sizes_many = _sizes(methods, few), _sizes(methods, many)
    return Answer(
        figures=(
            _dendrogram(methods, Z, plan),
            _members(methods, few, sizes_few),
            _worth_figure(methods, many, worth),
        ),
        tables=(
            _sizes_table(sizes_few, "ward-k"),
            _sizes_table(sizes_many, "ward-many"),
            _worth_table(worth, plan),
        ),
        findings=(findings.of_worth(worth, plan.many),),
        arrays={"ward_k": few, "ward_many": many, "ward_hierarchy": Z},
    )


def _dendrogram(methods: Methods, Z: NDArray[np.float64], plan: Plan) -> Any:
    images = methods.sample.images
    n = len(images)
    heights = Z[-plan.k + 1 :, 2][::-1]
    says = (
        f"The last merges of Ward's hierarchy of {n:,} whitened images: the last is at height "
        f"{heights[0]:.1f}, the one that leaves {plan.k} clusters at {heights[-1]:.1f}. The largest "
        f"relative gap between merges suggests {largest_gap(Z).k} clusters."
    )
    figure = charts.Dendrogram(
        "ward-dendrogram",
        "Ward's hierarchy after PCA whitening",
        says,
        Z=Z,
        k=plan.k,
        truncate=MAX_LEAVES if n > MAX_LEAVES else None,
        **pictures.shades(images),
    )
    if n <= MAX_LEAVES:
        return replace(figure, leaf_pictures=images.pixels)
    means = [images.pixels[members].mean(axis=0) for members in figure.leaf_members()]
    return replace(figure, leaf_pictures=np.stack(means))


def _members(methods: Methods, labels: NDArray[np.int32], sizes: pd.DataFrame) -> Any:
    shown, size = range(min(len(sizes), pictures.ROWS_AT_MOST)), sizes["size"]
    rows = [(cluster_label(c, int(size[c])), first_members(labels, c, MEMBERS)) for c in shown]
    says = (
        f"Up to {MEMBERS} members of each of Ward's {len(sizes)} clusters after PCA whitening, "
        f"numbered as scikit-learn numbers them. The largest holds {percent(size.max() / len(labels))} "
        f"of the images, the smallest {percent(size.min() / len(labels))}"
    )
    if "purity" in sizes:
        purity, named = sizes["purity"].to_numpy(), sizes["class"].tolist()
        pure, mixed = int(purity.argmax()), int(purity.argmin())
        says += (
            f"; cluster {pure} is purest ({percent(purity[pure])} {named[pure]}), cluster {mixed} most "
            f"mixed ({percent(purity[mixed])} {named[mixed]})"
        )
    title = f"Members of Ward's {len(sizes)} clusters"
    return pictures.gallery(methods.sample.images, "ward-members", title, f"{says}.", rows)


def _sizes(methods: Methods, labels: NDArray[np.int32]) -> pd.DataFrame:
    """A row for each cluster: size, cohesion, and its largest class where there are labels."""
    import pandas as pd

    sizes, truth = np.bincount(labels), methods.sample.images.labels
    frame = pd.DataFrame({"cluster": np.arange(len(sizes)), "size": sizes})
    frame["cohesion"] = cohesion(methods.vectors, labels)
    if truth is None:
        return frame
    return frame.join(judging.cluster_columns(match(truth, labels))[["class", "purity"]])


def _sizes_table(frame: pd.DataFrame, name: str) -> Table:
    says = (
        f"The clusters have {int(frame['size'].min()):,} to {int(frame['size'].max()):,} members and are "
        "numbered as scikit-learn numbers them. `cohesion` is the mean distance to a cluster's centre over "
        "that of all images to the mean image: smaller is tighter."
    )
    return Table(name, f"Ward's {len(frame)} clusters after PCA whitening", says, frame)


def _worth_figure(methods: Methods, labels: NDArray[np.int32], worth: pd.DataFrame) -> Any:
    sizes = np.bincount(labels)
    kinds = [reason.partition(":")[0] for reason in worth["reason"]]
    rows = [
        (f"{cluster_label(c, int(sizes[c]))}\n{kind}", first_members(labels, c, WORTH_MEMBERS))
        for c, kind in zip(worth["cluster"].tolist(), kinds, strict=True)
    ]
    says = f"{len(worth)} of Ward's {len(sizes)} clusters, chosen by rule: {listed(dict.fromkeys(kinds))}."
    images = methods.sample.images
    return pictures.gallery(images, "ward-worth", "Clusters worth looking at", says, rows)


def _worth_table(worth: pd.DataFrame, plan: Plan) -> Table:
    known = worth["purity"].notna().any()
    kinds = [
        *(("purest and tightest", "most mixed") if known else ()),
        "loosest",
        "tightest",
        "largest",
    ]
    says = (
        f"Each reason in turn ({listed(kinds)}) names its first cluster of {plan.many} that no other "
        f"reason has named; the cohesion of these runs from {worth['cohesion'].min():.2f} to "
        f"{worth['cohesion'].max():.2f}."
    )
    frame = worth if known else worth.drop(columns="purity")
    return Table("ward-worth", "Clusters worth looking at", says, frame)
