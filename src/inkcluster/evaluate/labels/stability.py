"""Measures whether restarts of a method find the same clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import check_length
from inkcluster.evaluate.labels.agreement import pairwise_ari

MIN_SAME_ARI = 0.99
"""The least agreement of restarts in one optimum; `tol` ends k-means a little short of it."""
MAX_INERTIA_GAP = 1e-3
"""The largest relative difference of their inertias."""


@dataclass(frozen=True, eq=False)
class Stability:
    """The agreement of restarts with each other.

    Parameters
    ----------
    ari : ndarray of shape (m, m), float64
        Adjusted Rand index between every two restarts.
    mean_ari, min_ari : float
        Over the pairs of different restarts; 1 when there is one restart only.
    optimum : ndarray of shape (m,), int64
        The optimum that each restart reached; 0 is the best, then by inertia.
    n_optima : int
        Distinct optima up to relabelling, by the rule of :func:`restart_stability`.
    share_best : float
        Share of the restarts that reached the best optimum.
    ari_with_labels : ndarray of shape (m,), float64, or None
        Adjusted Rand index of each restart with the labels.
    inertias : ndarray of shape (m,), float64
        As given.
    """

    ari: NDArray[np.float64]
    mean_ari: float
    min_ari: float
    optimum: NDArray[np.int64]
    n_optima: int
    share_best: float
    ari_with_labels: NDArray[np.float64] | None
    inertias: NDArray[np.float64]


def restart_stability(
    labels_of_restarts: Sequence[Any], inertias: Any, *, truth: Any = None
) -> Stability:
    """Compare restarts of k-means (or of anything with an inertia) with each other.

    Two restarts count as the same optimum when their adjusted Rand index is at least 0.99 and their
    inertias differ by at most 0.1 %. Restarts are taken by rising inertia; each joins the first
    optimum whose best restart it matches, or starts a new one. The inertia alone is not enough: on
    all of MNIST (k = 10) restarts 0.01 % apart agreed at 0.72 only.

    Parameters
    ----------
    labels_of_restarts : sequence of m array-likes of shape (n,)
    inertias : array-like of shape (m,)
        Finite, at least 0.
    truth : array-like of shape (n,) or None
        Labels; they fill `ari_with_labels` and change nothing else.

    Returns
    -------
    Stability

    Raises
    ------
    BadInputError
        If there is no restart, lengths differ, or an inertia is not a finite number.

    Examples
    --------
    >>> from inkcluster.evaluate.labels.stability import restart_stability
    >>> s = restart_stability([[0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 1, 1]], [2.0, 2.0, 5.0])
    >>> s.n_optima, round(s.share_best, 2), s.optimum.tolist()
    (2, 0.67, [0, 0, 1])
    """
    sums = np.asarray(inertias, dtype=np.float64)
    m = len(labels_of_restarts)
    check_length(sums, m, "inertias")
    if not np.isfinite(sums).all() or (sums < 0).any():
        raise BadInputError("inertias must be finite and at least 0; one of them is not.")
    ari = pairwise_ari(labels_of_restarts)
    pairs = ari[np.triu_indices(m, 1)] if m > 1 else np.ones(1)
    optimum = _optima(ari, sums)
    with_labels = None
    if truth is not None:
        with_labels = np.array([pairwise_ari([truth, row])[0, 1] for row in labels_of_restarts])
    return Stability(
        ari=ari,
        mean_ari=float(pairs.mean()),
        min_ari=float(pairs.min()),
        optimum=optimum,
        n_optima=int(optimum.max()) + 1,
        share_best=float(np.mean(optimum == 0)),
        ari_with_labels=with_labels,
        inertias=sums,
    )


def _optima(ari: NDArray[np.float64], inertias: NDArray[np.float64]) -> NDArray[np.int64]:
    optimum = np.full(len(inertias), -1, np.int64)
    best: list[int] = []  # the first restart of each optimum
    for i in np.argsort(inertias, kind="stable").tolist():
        for number, first in enumerate(best):
            near = inertias[i] - inertias[first] <= MAX_INERTIA_GAP * inertias[first]
            if near and ari[i, first] >= MIN_SAME_ARI:
                optimum[i] = number
                break
        else:
            optimum[i] = len(best)
            best.append(i)
    return optimum
