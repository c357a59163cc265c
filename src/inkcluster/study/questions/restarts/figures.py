"""The figures of question 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.features import make
from inkcluster.study.questions.parts import pictures
from inkcluster.words import decimals, several

if TYPE_CHECKING:
    from inkcluster.evaluate import Stability
    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.settings.plan import Plan
    from inkcluster.study.steps.kmeans import KMeansRestarts

KINDS_SHOWN = 6
MIN_ARI_ALIKE = 0.95
"""Two restarts look the same from this ARI on."""


def inertias(stable: Stability) -> Figure:
    """The inertia of each restart, and its agreement with the labels."""
    best, worst = stable.inertias[0], stable.inertias[-1]
    says = (
        "The inertia of each restart, the sum of squared distances of the images to their centres: "
        f"the lowest is {_inertia(best)}, the highest {_inertia(worst)} ({_above(worst, best)})."
    )
    if (ari := stable.ari_with_labels) is not None:
        says += f" The agreement with the labels (ARI) is {decimals(ari.min(), 4)}"
        says += f" to {decimals(ari.max(), 4)}" if np.ptp(ari) else " for each"
        if len(ari) > 2 and int(np.argmax(ari)) != 0:
            says += "; the restart of the lowest inertia is not the one that agrees best"
        says += "."
    return charts.Restarts(
        "inertias",
        "The result of each restart",
        says,
        inertias=stable.inertias,
        ari_with_labels=stable.ari_with_labels,
    )


def agreement(stable: Stability) -> Figure:
    """The agreement of every two restarts."""
    m = len(stable.inertias)
    others = np.where(np.eye(m, dtype=bool), np.inf, stable.ari)
    i, j = sorted(divmod(int(np.argmin(others)), m))
    says = (
        "The adjusted Rand index (ARI) of every two restarts, the lowest inertia first; 1 is "
        f"identical, 0 is chance. The mean is {stable.mean_ari:.3f}; restarts {i + 1} and {j + 1} "
        f"agree least ({stable.min_ari:.3f})."
    )
    return charts.AgreementMap(
        "agreement",
        "Do the restarts find the same clusters?",
        says,
        matrix=stable.ari,
        names=[f"{i + 1}" for i in range(m)],
    )


def optima(images: ImageSet, plan: Plan, run: KMeansRestarts, stable: Stability) -> list[Figure]:
    """A row for each kind of result, each centre below the one that it matches in the best."""
    kinds = _kinds(stable)
    if len(kinds) == 1:
        return []
    features = make(plan.scaling, np.float32).fit(images)
    rows, drawn, moved = [], [], {}
    start = 0
    best = run.centres[0][: run.n_found]
    for kind in kinds[:KINDS_SHOWN]:
        first = int(kind[0])
        found = int(run.labels[first].max()) + 1
        order, distance = _matched(best, run.centres[first][:found])
        moved[first] = float(distance.max())
        drawn.append(np.asarray(features.pictures(run.centres[first][order])))
        sizes = np.bincount(run.labels[first], minlength=found)[order]
        where = list(range(start, start + len(order)))
        label = f"restart {first + 1}\n{len(kind)} of {len(run.labels)} alike"
        rows.append(charts.GalleryRow(label, where, [f"{size:,}" for size in sizes.tolist()]))
        start += len(order)
    other = max(moved, key=moved.__getitem__)
    says = (
        f"The restarts give {several(len(kinds), 'kind')} of clusters; restarts are of one kind if "
        f"their ARI with its best is at least {MIN_ARI_ALIKE:g}. Each centre is below the one that it "
        f"matches in the best restart. Restart {other + 1} differs most: one of its centres is "
        f"{moved[other]:.3g} away, in scaled pixels."
    )
    if len(kinds) > KINDS_SHOWN:
        says += f" The {KINDS_SHOWN} best kinds are shown."
    return [
        charts.Gallery(
            "optima",
            "The different results of the restarts",
            says,
            pixels=np.concatenate(drawn),
            rows=rows,
            **pictures.shades(images),
        )
    ]


def _kinds(stable: Stability) -> list[NDArray[np.int64]]:
    """Restarts with much the same clusters, the best of each kind first.

    From the lowest inertia up, each restart that is in no kind opens one and takes all that agree
    with it.
    """
    left = np.arange(len(stable.inertias))
    kinds = []
    while len(left):
        alike = stable.ari[left[0], left] >= MIN_ARI_ALIKE
        alike[0] = True
        kinds.append(left[alike])
        left = left[~alike]
    return kinds


def _matched(
    best: NDArray[np.float64], other: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The order of `other` that matches `best`, and the distance of each matched pair."""
    from scipy.optimize import linear_sum_assignment

    distance = np.linalg.norm(best[:, None, :] - other[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distance**2)
    rest = np.setdiff1d(np.arange(len(other)), columns)
    return np.concatenate([columns, rest]), distance[rows, columns]


def _inertia(value: float) -> str:
    return f"{value:,.1f}" if value >= 1000 else f"{value:.4g}"


def _above(worst: float, best: float) -> str:
    if worst <= best:
        return "the same"
    return f"{100 * (worst / best - 1):.2g} % more" if best > 0 else "more"
