"""Question 2: are the k-means restarts stable?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.steps import kmeans as steps
from inkcluster.words import percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.evaluate import Stability
    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

AGREE, DIFFER = 0.9, 0.7
"""Restarts agree from this mean ARI on, and differ below this one."""
OPTIMA_SHOWN = 6
ALIKE = 0.95
"""From this ARI on, the ends of two restarts look the same."""
CLOSE = 0.001
"""A restart comes close to the best when its inertia is at most this share above it."""


class RestartsQuestion:
    """Are the k-means restarts stable?"""

    key = "restarts"
    number = 2
    title = "Are the k-means restarts stable?"
    uses = steps.KMEANS_USES
    revision = 1

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Compare the restarts with each other, and with the labels where there are any."""
        from inkcluster.evaluate.labels.stability import restart_stability

        run = steps.kmeans(images, plan, desk)
        with desk.progress.task("agreement of the restarts", total=1) as advance:
            stable = restart_stability(list(run.labels), run.inertias, truth=images.labels)
            advance(1)
        figures: list[Figure] = [_inertias(stable)]
        if plan.restarts > 1:
            figures.append(_map(stable))
        if len(kinds := _kinds(stable)) > 1:
            figures.append(_optima(images, plan, run, kinds))
        arrays: dict[str, NDArray[Any]] = {
            "labels": run.labels,
            "inertias": run.inertias,
            "n_iter": run.n_iter,
            "ari": stable.ari,
            "optimum": stable.optimum,
        }
        if stable.ari_with_labels is not None:
            arrays["ari_with_labels"] = stable.ari_with_labels
        findings = (_agreement(stable), _how_many(stable))
        return Answer(tuple(figures), (_table(run, stable),), findings, arrays)


def _inertias(stable: Stability) -> Figure:
    from inkcluster.figures import Restarts

    best, worst = stable.inertias[0], stable.inertias[-1]
    says = (
        f"The lowest inertia is {_inertia(best)}, the highest {_inertia(worst)}, "
        f"{_above(worst, best)}"
    )
    if stable.ari_with_labels is not None:
        says += f"; {_with_labels(stable)}"
        if len(stable.inertias) > 2 and int(np.argmax(stable.ari_with_labels)) != 0:
            says += ", and the lowest inertia is not the best agreement"
    return Restarts(
        "inertias",
        "Where each restart ends",
        f"{says}.",
        inertias=stable.inertias,
        ari_with_labels=stable.ari_with_labels,
    )


def _map(stable: Stability) -> Figure:
    from inkcluster.figures import AgreementMap

    m = len(stable.inertias)
    others = np.where(np.eye(m, dtype=bool), np.inf, stable.ari)
    i, j = sorted(divmod(int(np.argmin(others)), m))
    says = (
        f"Adjusted Rand index between every two restarts, best inertia first: "
        f"{stable.mean_ari:.3f} on average; restarts {i + 1} and {j + 1} agree least, "
        f"with {stable.min_ari:.3f}."
    )
    return AgreementMap(
        "agreement",
        "Do the restarts find the same clusters?",
        says,
        matrix=stable.ari,
        names=[f"{i + 1}" for i in range(m)],
    )


def _kinds(stable: Stability) -> list[NDArray[np.int64]]:
    """Restarts that end in much the same clusters, the best of each kind first.

    From the best inertia up, each restart that is not yet of a kind opens one and takes with it
    all that agree with it.
    """
    left = np.arange(len(stable.inertias))
    kinds = []
    while len(left):
        alike = stable.ari[left[0], left] >= ALIKE
        alike[0] = True
        kinds.append(left[alike])
        left = left[~alike]
    return kinds


def _optima(
    images: ImageSet, plan: Plan, run: steps.KMeansRestarts, kinds: list[NDArray[np.int64]]
) -> Figure:
    """A row for each kind of optimum: its centres in the places of the best one's centres."""
    from inkcluster.features import make
    from inkcluster.figures import Gallery, GalleryRow

    features = make(plan.scaling, np.float32).fit(images)
    rows, drawn, moved = [], [], {}
    start = 0
    best = run.centres[0][: run.n_found]
    for kind in kinds[:OPTIMA_SHOWN]:
        first = int(kind[0])
        found = int(run.labels[first].max()) + 1
        order, distance = _matched(best, run.centres[first][:found])
        moved[first] = float(distance.max())
        drawn.append(np.asarray(features.pictures(run.centres[first][order])))
        sizes = np.bincount(run.labels[first], minlength=found)[order]
        where = list(range(start, start + len(order)))
        label = f"restart {first + 1}\n{len(kind)} of {len(run.labels)} alike"
        rows.append(GalleryRow(label, where, [f"{size:,}" for size in sizes.tolist()]))
        start += len(order)
    other = max(moved, key=moved.__getitem__)
    says = (
        f"The restarts end in {several(len(kinds), 'kind')} of clusters, a row for each with its "
        f"best restart; alike are restarts whose ARI with that one is at least {ALIKE:g}. Each "
        "centre stands below the one of the best that it matches: restart "
        f"{other + 1} moves one the furthest, by {moved[other]:.3g} in scaled pixels."
    )
    if len(kinds) > OPTIMA_SHOWN:
        says += f" The {OPTIMA_SHOWN} best kinds are shown."
    return Gallery(
        "optima",
        "The different ends of the restarts",
        says,
        pixels=np.concatenate(drawn),
        rows=rows,
        ink=pictures.ink(images),
        peak=pictures.peak(images),
    )


def _matched(
    best: NDArray[np.float64], other: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Order of `other` that puts each centre below its partner in `best`, and how far each moved."""
    from scipy.optimize import linear_sum_assignment

    distance = np.linalg.norm(best[:, None, :] - other[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distance**2)
    rest = np.setdiff1d(np.arange(len(other)), columns)
    return np.concatenate([columns, rest]), distance[rows, columns]


def _table(run: steps.KMeansRestarts, stable: Stability) -> Table:
    import pandas as pd

    best = stable.inertias[0] or 1.0
    frame = pd.DataFrame(
        {
            "restart": np.arange(1, len(run.inertias) + 1),
            "inertia": run.inertias,
            "above_best": run.inertias / best - 1.0,
            "iterations": run.n_iter,
            "optimum": stable.optimum + 1,
            "ari_with_best": stable.ari[0],
        }
    )
    if stable.ari_with_labels is not None:
        frame["ari_with_labels"] = stable.ari_with_labels
    says = (
        f"The restarts in the order of their inertia; they took {run.n_iter.min()} to "
        f"{run.n_iter.max()} iterations. Restarts count as one optimum when their ARI is at least "
        "0.99 and their inertias differ by at most 0.1 %."
    )
    return Table("restarts", "The restarts", says, frame)


def _agreement(stable: Stability) -> Finding:
    m = len(stable.inertias)
    if m == 1:
        words = "K-means was started once, so nothing is known about its stability"
        return Finding("R1", Level.NOTICE, f"{words}; ask for more restarts.")
    numbers = (
        f"the ARI between two of them is {stable.mean_ari:.3f} on average and "
        f"{stable.min_ari:.3f} at least"
    )
    if stable.ari_with_labels is not None:
        numbers += f"; {_with_labels(stable)}"
    if stable.mean_ari >= AGREE:
        return Finding("R1", Level.OK, f"The {m} restarts agree: {numbers}.")
    if stable.mean_ari >= DIFFER:
        return Finding("R1", Level.NOTICE, f"The {m} restarts agree in part: {numbers}.")
    return Finding("R1", Level.WARNING, f"The {m} restarts disagree: {numbers}.")


def _how_many(stable: Stability) -> Finding:
    m, n = len(stable.inertias), stable.n_optima
    reached = int(np.sum(stable.optimum == 0))
    best, worst = stable.inertias[0], stable.inertias[-1]
    if m == 1:
        return Finding("R2", Level.NOTICE, f"The one restart ends at inertia {_inertia(best)}.")
    if n == 1:
        words = (
            f"All {m} restarts end in the same optimum, at inertia {_inertia(best)}"
            f" (the worst {_above(worst, best)})."
        )
        return Finding("R2", Level.OK, words)
    close = int(np.sum(stable.inertias <= best * (1 + CLOSE)))
    words = (
        f"the {m} restarts end in {several(n, 'different optimum', 'different optima')}: "
        f"{several(reached, 'of them reaches', 'of them reach')} the best "
        f"({percent(stable.share_best)}), at inertia {_inertia(best)}, {close} of {m} come within "
        f"{percent(CLOSE)} of that inertia, and the worst ends {_above(worst, best)}"
    )
    if close == 1:
        words += "; more restarts may find a better one"
    return Finding("R2", Level.WARNING if close == 1 else Level.NOTICE, sentence(f"{words}."))


def _with_labels(stable: Stability) -> str:
    with_labels = stable.ari_with_labels
    assert with_labels is not None
    low, high = float(with_labels.min()), float(with_labels.max())
    if f"{low:.4f}" == f"{high:.4f}":
        return f"the ARI with the labels is {low:.4f} for each"
    return f"the ARI with the labels runs from {low:.4f} to {high:.4f}"


def _inertia(value: float) -> str:
    return f"{value:,.1f}" if value >= 1000 else f"{value:.4g}"


def _above(worst: float, best: float) -> str:
    if best <= 0:
        return "as low" if worst <= 0 else "above zero"
    excess = worst / best - 1
    return f"{100 * excess:.2g} % above it" if excess > 0 else "no higher"


QUESTION = RestartsQuestion()
