"""HDBSCAN beside scikit-learn's, hdbscan's and fast_hdbscan's: the parts that `density` prints.

scikit-learn's time grows with the square of the points, 784 dimensions each, and takes minutes from
10,000 on. So the peers run on some of the points, and ours on these and on all.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN as Peer  # noqa: N811
from sklearn.metrics import adjusted_rand_score

from benchmarks._bench import Contestant, Timing, installed, race
from inkcluster import HDBSCAN

LEAST = 5
"""min_cluster_size and min_samples, the point itself counted."""
BESIDE = 10_000
"""Points on which the peers run."""


def hdbscan(X: NDArray[np.floating[Any]], points: int = BESIDE) -> list[Timing]:
    """Ours and the peers on the first `points` rows; ours first.

    `differ` counts the labels that are not ours; hdbscan and fast_hdbscan number clusters in
    another way and break ties in another order, so `ARI` says how far they agree. Beyond 30
    dimensions fast_hdbscan takes approximate neighbours (pynndescent).
    """
    some = np.ascontiguousarray(X[:points])
    first: list[NDArray[Any]] = []

    def fit(labels: NDArray[Any]) -> Mapping[str, Any]:
        first.append(labels)
        return {
            "clusters": int(labels.max()) + 1,
            "noise": f"{np.mean(labels < 0):.3f}",
            "differ": int((labels != first[0]).sum()),
            "ARI": f"{adjusted_rand_score(labels, first[0]):.3f}",
        }

    HDBSCAN(copy=True).fit(some[:3000])
    contestants = [
        Contestant("HDBSCAN", lambda: fit(_fit(HDBSCAN, some))),
        Contestant("scikit-learn", lambda: fit(_fit(Peer, some))),
    ]
    others = installed({"hdbscan": "hdbscan", "fast_hdbscan": "pynndescent"})
    if "fast_hdbscan" in others:
        _other("fast_hdbscan", some[:500])  # it compiles for minutes
    contestants += [Contestant(name, lambda name=name: fit(_other(name, some))) for name in others]
    return race(contestants)


def hdbscan_alone(X: NDArray[np.floating[Any]]) -> list[Timing]:
    """Ours on all points."""
    HDBSCAN(copy=True).fit(X[:3000])

    def fit() -> Mapping[str, Any]:
        labels = _fit(HDBSCAN, X)
        return {"clusters": int(labels.max()) + 1, "noise": f"{np.mean(labels < 0):.3f}"}

    return race([Contestant("HDBSCAN", fit)])


def _fit(kind: Any, X: NDArray[np.floating[Any]]) -> NDArray[Any]:
    found: NDArray[Any] = kind(min_cluster_size=LEAST, min_samples=LEAST, copy=True).fit(X).labels_
    return found


def _other(name: str, X: NDArray[np.floating[Any]]) -> NDArray[Any]:
    """The labels of a package that leaves the point itself out of `min_samples`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "hdbscan":
            import hdbscan as library  # noqa: PLC0415 (only where it is installed)

            peer = library.HDBSCAN(
                min_cluster_size=LEAST, min_samples=LEAST - 1, approx_min_span_tree=False
            )
        else:
            import fast_hdbscan as library  # noqa: PLC0415

            peer = library.HDBSCAN(min_cluster_size=LEAST, min_samples=LEAST - 1)
        found: NDArray[Any] = peer.fit(X).labels_
    return found
