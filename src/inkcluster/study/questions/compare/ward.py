"""Ward after PCA whitening, at k and at many clusters, and the clusters worth looking at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.parts.pictures import first_members
from inkcluster.study.steps.methods import WHITENED, Methods, parameters
from inkcluster.words import class_name, cluster_label, listed, percent

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MEMBERS = 10
WORTH, WORTH_MEMBERS = 5, 15
LEAVES = 30


def of_ward(methods: Methods, plan: Plan, desk: Desk) -> Answer:
    """Dendrogram, sizes, members, and the clusters worth looking at."""
    if methods.ward is None:
        return Answer()
    few, many = (ward_labels(methods.vectors, k, plan, desk) for k in (plan.k, plan.many))
    worth = _worth(methods, many)
    return Answer(
        figures=(
            _dendrogram(methods, methods.ward, plan),
            _members(methods, few),
            _worth_figure(methods, many, worth),
        ),
        tables=(
            _sizes_table(methods, few, "ward-k"),
            _sizes_table(methods, many, "ward-many"),
            _worth_table(worth, plan),
        ),
        findings=(_worth_finding(worth, plan),),
        arrays={"ward_k": few, "ward_many": many, "ward_hierarchy": methods.ward},
    )


def ward_labels(
    vectors: NDArray[np.floating[Any]], k: int, plan: Plan, desk: Desk
) -> NDArray[np.int32]:
    """Ward's partition of the whitened images into `k`, numbered as scikit-learn numbers it."""
    from inkcluster.cluster import AgglomerativeClustering

    def compute() -> Mapping[str, NDArray[Any]]:
        with desk.progress.task(f"Ward at {k} clusters", total=1) as advance:
            labels = AgglomerativeClustering(k).fit_predict(vectors)
            advance(1)
        return {"labels": np.asarray(labels, np.int32)}

    what = {**parameters(WHITENED, plan), "clusters": k}
    labels: NDArray[np.int32] = desk.keep("compare-ward", what, compute)["labels"]
    return labels


def _dendrogram(methods: Methods, Z: NDArray[np.float64], plan: Plan) -> Any:
    from inkcluster.evaluate import largest_gap
    from inkcluster.figures import Dendrogram

    images = methods.sample.images
    n = len(images)
    heights = Z[-plan.k + 1 :, 2][::-1]
    gap = largest_gap(Z)
    says = (
        f"Ward's hierarchy of {n:,} whitened images: its last merge is at {heights[0]:.1f} and the "
        f"one that leaves {plan.k} clusters apart at {heights[-1]:.1f}; the largest gap, relative "
        f"to the height, suggests {gap.k} clusters."
    )
    figure = Dendrogram(
        "ward-dendrogram",
        "Ward's hierarchy after PCA whitening",
        says,
        Z=Z,
        k=plan.k,
        truncate=LEAVES if n > LEAVES else None,
        peak=pictures.peak(images),
        ink=pictures.ink(images),
    )
    if n <= LEAVES:
        return replace(figure, leaf_pictures=images.pixels)
    means = [images.pixels[members].mean(axis=0) for members in figure.leaf_members()]
    return replace(figure, leaf_pictures=np.stack(means))


def _members(methods: Methods, labels: NDArray[np.int32]) -> Any:
    images = methods.sample.images
    sizes = np.bincount(labels)
    shown = range(min(len(sizes), pictures.ROWS_AT_MOST))
    rows = [(cluster_label(c, int(sizes[c])), first_members(labels, c, MEMBERS)) for c in shown]
    says = (
        f"Up to {MEMBERS} members of each of Ward's {len(sizes)} clusters after PCA whitening, "
        f"numbered as scikit-learn numbers them; the largest holds "
        f"{percent(sizes.max() / len(labels))} of the images, the smallest "
        f"{percent(sizes.min() / len(labels))}"
    )
    if images.labels is not None:
        largest = _largest_class(methods, labels)
        pure = largest.iloc[int(largest["purity"].to_numpy().argmax())]
        mixed = largest.iloc[int(largest["purity"].to_numpy().argmin())]
        says += (
            f"; cluster {pure['cluster']} is purest ({percent(pure['purity'])} {pure['class']}) and "
            f"cluster {mixed['cluster']} most mixed ({percent(mixed['purity'])} {mixed['class']})"
        )
    title = f"Members of Ward's {len(sizes)} clusters"
    return pictures.gallery(images, "ward-members", title, f"{says}.", rows)


def _sizes_table(methods: Methods, labels: NDArray[np.int32], name: str) -> Table:
    import pandas as pd

    from inkcluster.evaluate import cohesion

    sizes = np.bincount(labels)
    frame = pd.DataFrame(
        {
            "cluster": np.arange(len(sizes)),
            "size": sizes,
            "cohesion": cohesion(methods.vectors, labels),
        }
    )
    if methods.sample.images.labels is not None:
        frame = frame.merge(_largest_class(methods, labels), on="cluster")
    says = (
        f"Sizes run from {int(sizes.min()):,} to {int(sizes.max()):,}, in the order of "
        "scikit-learn's numbers."
    )
    return Table(name, f"Ward's {len(sizes)} clusters after PCA whitening", says, frame)


def _largest_class(methods: Methods, labels: NDArray[np.int32]) -> pd.DataFrame:
    """Each cluster's largest class and its share."""
    import pandas as pd

    from inkcluster.evaluate import match

    found = match(methods.sample.images.labels, labels)
    return pd.DataFrame(
        {
            "cluster": found.clusters,
            "class": [class_name(found.classes[column]) for column in found.class_of],
            "purity": found.purity,
        }
    )


def _worth(methods: Methods, labels: NDArray[np.int32]) -> pd.DataFrame:
    from inkcluster.evaluate import worth_looking_at

    truth = methods.sample.images.labels
    return worth_looking_at(methods.vectors, labels, truth=truth, m=WORTH)


def _worth_figure(methods: Methods, labels: NDArray[np.int32], worth: pd.DataFrame) -> Any:
    sizes = np.bincount(labels)
    rows = [
        (
            f"cluster {c} · {sizes[c]:,}\n{reason.split(':')[0]}",
            first_members(labels, c, WORTH_MEMBERS),
        )
        for c, reason in zip(worth["cluster"].tolist(), worth["reason"].tolist(), strict=True)
    ]
    says = (
        f"Of Ward's {len(sizes)} clusters, {len(worth)} found by rule and not by hand: "
        f"{listed(_reasons(worth))}."
    )
    images = methods.sample.images
    return pictures.gallery(images, "ward-worth", "Clusters worth looking at", says, rows)


def _worth_table(worth: pd.DataFrame, plan: Plan) -> Table:
    known = worth["purity"].notna().any()
    rule = (
        "purest and tightest, most mixed, loosest, tightest, largest"
        if known
        else "loosest, tightest, largest"
    )
    frame = worth if known else worth.drop(columns="purity")
    says = (
        f"The reasons take turns ({rule}), each naming the foremost of the {plan.many} clusters "
        f"that is not yet named; cohesion runs from {worth['cohesion'].min():.2f} to "
        f"{worth['cohesion'].max():.2f} among these."
    )
    return Table("ward-worth", "Clusters worth looking at", says, frame)


def _worth_finding(worth: pd.DataFrame, plan: Plan) -> Finding:
    """C4."""
    words = (
        f"Among Ward's {plan.many} clusters after PCA whitening these are worth looking at: "
        f"{listed(_reasons(worth))}."
    )
    return Finding("C4", Level.OK, words)


def _reasons(worth: pd.DataFrame) -> list[str]:
    return [
        f"cluster {cluster} ({reason})"
        for cluster, reason in zip(worth["cluster"], worth["reason"], strict=True)
    ]
