"""DBSCAN along eps after PCA whitening, with both solvers, and the members of its small clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.parts.pictures import first_members, one_class_only
from inkcluster.study.steps.density import Sweep, sizes_with_noise, whitened_sweep
from inkcluster.study.steps.samples import Sample, other_solver
from inkcluster.words import cluster_label, listed, percent, several

if TYPE_CHECKING:
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

ROWS, PER_ROW = 16, 15
MOST_SIZES = 120
"""Sizes listed in one row of a table."""


def of_sweep(sample: Sample, plan: Plan, desk: Desk, advance: Callable[[float], None]) -> Answer:
    """Everything that is said about the sweep of the images of `sample`; `advance` is told of two steps."""
    sweep = whitened_sweep(sample, plan, desk)
    advance(1)
    solver = other_solver(sample.images, plan)
    other = None if solver is None else whitened_sweep(sample, plan, desk, solver)
    advance(1)
    sweeps = [sweep] if other is None else [sweep, other]
    return Answer(
        figures=(
            _sweep_figure(sweeps, plan),
            *_sizes_figure(sweep),
            *_small_clusters(sample, sweep),
        ),
        tables=(_sweep_table(sweeps, sample), _sizes_table(sweep)),
        findings=(*_solver_finding(sweeps), *sample.finding("The sweep after PCA whitening")),
        arrays={"sweep_index": sample.index}
        | {f"sweep_labels_{one.solver}": one.labels for one in sweeps},
    )


def most_clusters(labels: NDArray[np.int32]) -> int:
    """The first row of `labels` with the most clusters: the eps worth looking at."""
    return int(labels.max(axis=1).argmax())


def _sweep_figure(sweeps: list[Sweep], plan: Plan) -> Any:
    from inkcluster.figures import Sweep as SweepFigure

    first = sweeps[0]
    counts = first.counts
    at = most_clusters(first.labels)
    says = (
        f"After whitening {several(plan.components, 'principal component')}, DBSCAN with "
        f"min_samples {plan.sweep_min_samples} finds most clusters, {counts[at].clusters:,}, at "
        f"eps {first.eps[at]:g}, where {percent(counts[at].noise_share)} of the images are noise; "
        f"at eps {first.eps[-1]:g} {percent(counts[-1].noise_share)} are noise and the largest "
        f"cluster holds {percent(counts[-1].largest_share)}."
    )
    return SweepFigure(
        "sweep",
        "DBSCAN along eps after PCA whitening, by solver of the PCA"
        if len(sweeps) > 1
        else "DBSCAN along eps, after PCA whitening",
        says,
        first.eps,
        {one.solver: one.frame().drop(columns="labels") for one in sweeps},
    )


def _sizes_figure(sweep: Sweep) -> tuple[Any, ...]:
    from inkcluster.figures import ClusterSizes

    rows = list(zip(sweep.eps, sweep.labels, strict=True))
    if sweep.labels.max() < 0:
        return ()
    sizes = {f"eps {eps:g}": np.sort(np.bincount(row[row >= 0]))[::-1] for eps, row in rows}
    noise = {f"eps {eps:g}": int(np.sum(row < 0)) for eps, row in rows}
    at = f"eps {sweep.eps[most_clusters(sweep.labels)]:g}"
    few = int(np.count_nonzero(sizes[at] <= 5))
    says = (
        f"At {at} the largest cluster has {int(sizes[at][0]):,} members and {few:,} of the "
        f"{several(len(sizes[at]), 'cluster')} have five or fewer."
    )
    return (ClusterSizes("sweep-sizes", "Cluster sizes along the sweep", says, sizes, noise),)


def _sweep_table(sweeps: list[Sweep], sample: Sample) -> Table:
    import pandas as pd

    frames = []
    for one in sweeps:
        frame = one.frame()
        frame.insert(0, "solver", one.solver)
        if sample.images.labels is not None:
            from inkcluster.evaluate import pairwise_ari

            codes = np.unique(sample.images.labels, return_inverse=True)[1]
            frame["ARI"] = [pairwise_ari([codes, row])[0, 1] for row in one.labels]
        frames.append(frame)
    labels = frames[0]["labels"].tolist()
    says = (
        f"`labels` counts the different labels with noise as one of them: {listed(labels, 12)} "
        f"for eps {listed([f'{eps:g}' for eps in sweeps[0].eps], 12)} with the solver "
        f"{sweeps[0].solver}."
    )
    frame = pd.concat(frames, ignore_index=True)
    return Table("sweep", "The sweep, eps by eps", says, frame)


def _sizes_table(sweep: Sweep) -> Table:
    import pandas as pd

    rows = []
    for eps, row in zip(sweep.eps, sweep.labels, strict=True):
        noise, *clusters = sizes_with_noise(row).tolist()
        rows.append(
            {
                "eps": eps,
                "noise": noise,
                "clusters": len(clusters),
                "largest": max(clusters, default=0),
                "sizes": _sizes_in_words(clusters),
            }
        )
    frame = pd.DataFrame(rows)
    at = most_clusters(sweep.labels)
    says = (
        "`sizes` lists the clusters' members in the order in which DBSCAN finds the clusters; the "
        f"longest list, at eps {sweep.eps[at]:g}, has {several(sweep.counts[at].clusters, 'cluster')}."
    )
    return Table("sweep-sizes", "Cluster sizes along the sweep", says, frame)


def _sizes_in_words(clusters: list[int]) -> str:
    words = " ".join(map(str, clusters[:MOST_SIZES]))
    more = len(clusters) - MOST_SIZES
    return f"{words} and {more:,} more" if more > 0 else words


def _solver_finding(sweeps: list[Sweep]) -> tuple[Finding, ...]:
    """D5; nothing where only one solver was run."""
    if len(sweeps) < 2:
        return ()
    first, other = sweeps
    pairs = zip(first.n_labels, other.n_labels, strict=True)
    differ = [i for i, (a, b) in enumerate(pairs) if a != b]
    names = f"the solvers {first.solver} and {other.solver}"
    if not differ:
        same = bool((first.labels == other.labels).all())
        label = "every image has the same label" if same else "single images differ"
        words = f"With {names} of the PCA, each eps gives as many labels, and {label}."
        return (Finding("D5", Level.OK, words),)
    words = (
        f"With {names} of the PCA, the sweep gives {listed(first.n_labels, 20)} labels with the "
        f"one and {listed(other.n_labels, 20)} with the other: "
        f"{several(len(differ), 'eps', 'eps')} of {len(first.eps)} "
        f"{'differs' if len(differ) == 1 else 'differ'}, since whitening gives the last "
        "components, which the solvers find differently, the same weight as the first."
    )
    return (Finding("D5", Level.NOTICE, words),)


def _small_clusters(sample: Sample, sweep: Sweep) -> tuple[Any, ...]:
    """The members of small clusters at the eps with most clusters; nothing where all is noise."""
    at = most_clusters(sweep.labels)
    labels = sweep.labels[at]
    sizes = np.bincount(labels[labels >= 0])
    if not len(sizes):
        return ()
    small = np.flatnonzero(sizes <= PER_ROW)
    among = small if len(small) else np.arange(len(sizes))
    shown = among[np.argsort(-sizes[among], kind="stable")][:ROWS].tolist()
    rows = [(cluster_label(c, int(sizes[c])), first_members(labels, c, PER_ROW)) for c in shown]
    which = f"the {len(shown)} largest of them" if len(shown) < len(among) else "all of them"
    says = (
        f"Eps {sweep.eps[at]:g} is the one with most clusters among {len(sample):,} images, "
        f"{len(sizes):,}; {len(small):,} have {PER_ROW} members or fewer"
        f"{f', {which} shown' if len(small) else ''}{one_class_only(sample.images, labels, shown)}."
    )
    title = (
        "Members of the small clusters" if len(small) else "Members of the clusters after whitening"
    )
    return (pictures.gallery(sample.images, "small-clusters", title, says, rows),)
