"""DBSCAN along eps after PCA whitening, with two solvers, and the members of its small clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import pairwise_ari
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.dbscan import findings
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.parts.pictures import first_members, one_class_only
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps.density import Sweep, whitened_sweep
from inkcluster.study.steps.samples import Sample, other_solver
from inkcluster.words import cluster_label, listed, percent, several

MAX_ROWS, PER_ROW = 16, 15
MAX_SIZES_LISTED = 120
SMALL = 5
"""Members of the clusters that the figure of sizes counts as small."""


def of_sweep(sample: Sample, plan: Plan, desk: Desk, advance: Callable[[float], None]) -> Answer:
    """The sweep as figures and tables, and D5; `advance` is told of two steps."""
    sweep = whitened_sweep(sample, plan, desk)
    advance(1)
    solver = other_solver(sample.images, plan)
    other = [] if solver is None else [whitened_sweep(sample, plan, desk, solver)]
    advance(1)
    sweeps = [sweep, *other]
    return Answer(
        figures=(
            _sweep_figure(sweeps, plan),
            *_sizes_figure(sweep),
            *_small_clusters(sample, sweep),
        ),
        tables=(_sweep_table(sweeps, sample), _sizes_table(sweep)),
        findings=findings.of_solvers(sweeps),
        arrays={"sweep_index": sample.index}
        | {f"sweep_labels_{one.solver}": one.labels for one in sweeps},
    )


def most_clusters(labels: NDArray[np.int32]) -> int:
    """The row of `labels` with most clusters, the first among equals."""
    return int(labels.max(axis=1).argmax())


def _sweep_figure(sweeps: list[Sweep], plan: Plan) -> Any:
    first = sweeps[0]
    counts, at = first.counts, most_clusters(first.labels)
    says = (
        f"After whitening {several(plan.components, 'principal component')}, DBSCAN with min_samples "
        f"{plan.sweep_min_samples} finds most clusters, {counts[at].clusters:,}, at eps "
        f"{first.eps[at]:g}, with {percent(counts[at].noise_share)} of the images as noise. At eps "
        f"{first.eps[-1]:g} the largest cluster holds {percent(counts[-1].largest_share)}, and "
        f"{percent(counts[-1].noise_share)} are noise."
    )
    two = ", with two solvers of the PCA" if len(sweeps) > 1 else ""
    return charts.Sweep(
        "sweep",
        f"DBSCAN at each eps after PCA whitening{two}",
        says,
        first.eps,
        {one.solver: one.frame().drop(columns="labels") for one in sweeps},
    )


def _sizes_figure(sweep: Sweep) -> tuple[Any, ...]:
    if sweep.labels.max() < 0:
        return ()
    counted = {
        f"eps {eps:g}": np.bincount(row + 1)  # noise, -1, comes first
        for eps, row in zip(sweep.eps, sweep.labels, strict=True)
    }
    sizes = {name: np.sort(found[1:])[::-1] for name, found in counted.items()}
    noise = {name: int(found[0]) for name, found in counted.items()}
    at = f"eps {sweep.eps[most_clusters(sweep.labels)]:g}"
    says = (
        f"At {at} the largest cluster has {int(sizes[at][0]):,} members, and "
        f"{int(np.count_nonzero(sizes[at] <= SMALL)):,} of {several(len(sizes[at]), 'cluster')} have "
        f"{SMALL} or fewer."
    )
    return (charts.ClusterSizes("sweep-sizes", "Cluster sizes at each eps", says, sizes, noise),)


def _sweep_table(sweeps: list[Sweep], sample: Sample) -> Table:
    import pandas as pd

    frames = []
    for one in sweeps:
        frame = one.frame()
        frame.insert(0, "solver", one.solver)
        if sample.images.labels is not None:
            codes = np.unique(sample.images.labels, return_inverse=True)[1]
            frame["ARI"] = [pairwise_ari([codes, row])[0, 1] for row in one.labels]
        frames.append(frame)
    first = sweeps[0]
    says = (
        f"`labels` counts the clusters, and noise as one more: {listed(first.n_labels, 12)} for eps "
        f"{listed([f'{eps:g}' for eps in first.eps], 12)} with the solver {first.solver}."
    )
    if len(sweeps) > 1:
        same = bool((first.labels == sweeps[1].labels).all())
        says += " Each image has the same label" if same else " Some images have another label"
        says += f" with the solver {sweeps[1].solver}."
    frame = pd.concat(frames, ignore_index=True)
    return Table("sweep", "The sweep after whitening, by eps", says, frame)


def _sizes_table(sweep: Sweep) -> Table:
    import pandas as pd

    rows = []
    for eps, row in zip(sweep.eps, sweep.labels, strict=True):
        noise, *clusters = np.bincount(row + 1).tolist()
        listed_sizes = " ".join(map(str, clusters[:MAX_SIZES_LISTED]))
        more = len(clusters) - MAX_SIZES_LISTED
        rows.append(
            {
                "eps": eps,
                "noise": noise,
                "clusters": len(clusters),
                "largest": max(clusters, default=0),
                "sizes": f"{listed_sizes} and {more:,} more" if more > 0 else listed_sizes,
            }
        )
    at = most_clusters(sweep.labels)
    says = (
        "`sizes` lists the members of each cluster, in the order in which DBSCAN finds the clusters; "
        f"at eps {sweep.eps[at]:g} there are most, {sweep.counts[at].clusters:,}."
    )
    return Table("sweep-sizes", "Cluster sizes at each eps", says, pd.DataFrame(rows))


def _small_clusters(sample: Sample, sweep: Sweep) -> tuple[Any, ...]:
    """The members of small clusters at the eps with most clusters; nothing where all is noise."""
    at = most_clusters(sweep.labels)
    labels = sweep.labels[at]
    sizes = np.bincount(labels[labels >= 0])
    if not len(sizes):
        return ()
    small = np.flatnonzero(sizes <= PER_ROW)
    among = small if len(small) else np.arange(len(sizes))
    shown = among[np.argsort(-sizes[among], kind="stable")][:MAX_ROWS].tolist()
    rows = [(cluster_label(c, int(sizes[c])), first_members(labels, c, PER_ROW)) for c in shown]
    some = f" (the {len(shown)} largest are shown)" if len(small) > len(shown) else ""
    says = (
        f"Eps {sweep.eps[at]:g} gives most clusters, {len(sizes):,} of {len(sample):,} images; "
        f"{len(small):,} of them have {PER_ROW} members or fewer{some}"
        f"{one_class_only(sample.images, labels, shown)}."
    )
    title = "Members of the small clusters" if len(small) else "Members of the clusters"
    title += " after whitening"
    return (pictures.gallery(sample.images, "small-clusters", title, says, rows),)
