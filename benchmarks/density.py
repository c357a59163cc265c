"""Density on MNIST: ours, scikit-learn, hdbscan, fast_hdbscan and faiss from one run.

    python -m benchmarks.density [--parts map dbscan …] [--points N] [--json FILE]

Pixels are scaled to [0, 1], in float64 for DBSCAN as scikit-learn needs them. The map takes its
ranges from the data, and its time includes the neighbours, the ranges and all labels; beside it
stands one fit of scikit-learn's `DBSCAN`. `same` says whether the labels are scikit-learn's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from sklearn.cluster import DBSCAN as Peer  # noqa: N811
from sklearn.decomposition import PCA

from benchmarks import _hdbscan
from benchmarks._bench import (
    Contestant,
    Timing,
    as_json,
    give,
    installed,
    mnist_file,
    peak_megabytes,
    race,
    table,
)
from inkcluster import DBSCAN, HDBSCAN, DBSCANGrid
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.evaluate import suggest_eps

SHORT = ("--points", "4000", "--parts", "map", "dbscan", "whitened", "neighbours")
"""The arguments of a short run, for ``python -m benchmarks``."""
EPS, LEAST = 7.0, 5
"""The one setting that is fitted alone."""
LEASTS = range(2, 10)
WHITENED = (1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0)
NEIGHBOURS = 50


def pixels(points: int | None = None) -> NDArray[np.float64]:
    """All of MNIST, (70000, 784) in [0, 1], or so many of it, drawn at random."""
    X = np.ascontiguousarray(loadmat(mnist_file())["data"].T)
    if points is not None:
        X = X[np.random.default_rng(0).permutation(len(X))[:points]]
    return X / 255


def whole_map(X: NDArray[np.float64]) -> DBSCANGrid:
    """Neighbours, ranges chosen from them, and every labelling of 9 eps × 8 min_samples."""
    lists = nearest_neighbors(X, LEASTS[-1], itself=True)
    eps = suggest_eps(X, min_samples=LEAST, n=9, lists=lists)
    return DBSCANGrid(eps, LEASTS).fit(X, lists=lists)


def warm() -> None:
    """Compile before the clock starts; the cache keeps it for next time."""
    X = np.random.default_rng(0).normal(size=(3000, 60))
    whole_map(X)
    DBSCAN(eps=8.0).fit(X)
    DBSCAN(eps=8.0).fit(X, sample_weight=np.full(3000, -1.0))


def map_beside_one_fit(X: NDArray[np.float64]) -> list[Timing]:
    return race(
        [
            Contestant("DBSCANGrid, 9 × 8", lambda: {"cells": whole_map(X).n_clusters_.size}),
            Contestant("scikit-learn DBSCAN, one fit", lambda: _fitted(Peer, X, EPS, LEAST)),
        ]
    )


def one_fit(X: NDArray[np.float64]) -> list[Timing]:
    return _side_by_side(X, EPS, LEAST)


def whitened(X: NDArray[np.float64]) -> list[Timing]:
    """10,000 × 100 after PCA whitening, an eps at a time, min_samples 3 as in the exercise."""
    some = X[np.random.default_rng(1).permutation(len(X))[:10_000]]
    Z = PCA(100, whiten=True, random_state=0).fit_transform(some)
    return [timing for eps in WHITENED for timing in _side_by_side(Z, eps, 3, rounds=3)]


def weights(X: NDArray[np.float64]) -> list[Timing]:
    """With weights of which some are negative, where nothing may be left out."""
    weight = np.random.default_rng(2).integers(-1, 4, len(X)).astype(np.float64)
    return _side_by_side(X, EPS, LEAST, weight)


def neighbours(X: NDArray[np.float64]) -> list[Timing]:
    """The 50 nearest neighbours of all, beside faiss's flat index, in float32."""
    F = X.astype(np.float32)
    contestants = [
        Contestant(
            "nearest_neighbors", lambda: {"first": _first(nearest_neighbors(F, NEIGHBOURS)[1])}
        )
    ]
    if installed({"faiss": "faiss"}):
        contestants.append(Contestant("faiss IndexFlatL2", lambda: {"first": _first(_faiss(F))}))
    nearest_neighbors(F[:3000], NEIGHBOURS)
    return race(contestants)


def memory(X: NDArray[np.float64]) -> list[Timing]:
    """Peak memory of the map and of one fit, start to end in processes of their own."""
    points = str(len(X))
    return race(
        [
            Contestant(
                name,
                lambda what=what: {
                    "peak MB": peak_megabytes(
                        "benchmarks.density", "--one", what, "--points", points
                    )
                },
            )
            for name, what in (
                ("DBSCANGrid, 9 × 8", "map"),
                ("DBSCAN", "fit"),
                ("HDBSCAN", "hdbscan"),
            )
        ]
    )


def _side_by_side(
    X: NDArray[np.float64],
    eps: float,
    least: int,
    weight: NDArray[np.float64] | None = None,
    rounds: int = 1,
) -> list[Timing]:
    labels: list[NDArray[Any]] = []

    def fit(kind: Any) -> Mapping[str, Any]:
        found = kind(eps=eps, min_samples=least).fit(X, sample_weight=weight).labels_
        labels.append(found)
        shares = {"clusters": int(found.max()) + 1, "noise": f"{np.mean(found < 0):.3f}"}
        return {**shares, "same": bool((labels[0] == found).all())}

    return race(
        [
            Contestant(f"DBSCAN, eps {eps:g}", lambda: fit(DBSCAN)),
            Contestant(f"scikit-learn, eps {eps:g}", lambda: fit(Peer)),
        ],
        rounds,
    )


def _fitted(kind: Any, X: NDArray[np.float64], eps: float, least: int) -> Mapping[str, Any]:
    kind(eps=eps, min_samples=least).fit(X)
    return {"cells": 1}


def _faiss(F: NDArray[np.float32]) -> NDArray[np.int64]:
    import faiss as library  # noqa: PLC0415 (only where it is installed)

    index = library.IndexFlatL2(F.shape[1])
    index.add(F)
    found: NDArray[np.int64] = index.search(F, NEIGHBOURS + 1)[1]
    return found[:, 1:]


def _first(rows: NDArray[Any]) -> int:
    """A sum that shows whether two contestants found the same."""
    return int(rows[:, 0].sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parts: dict[str, tuple[str, Callable[[NDArray[np.float64]], list[Timing]]]] = {
        "map": ("the map beside one fit of scikit-learn's", map_beside_one_fit),
        "dbscan": (f"one fit, eps {EPS:g}, min_samples {LEAST}", one_fit),
        "whitened": ("after PCA whitening, min_samples 3", whitened),
        "weights": ("one fit with weights from -1 to 3", weights),
        "neighbours": (f"the {NEIGHBOURS} nearest neighbours", neighbours),
        "hdbscan": ("HDBSCAN, min_cluster_size and min_samples 5", _hdbscan.hdbscan),
        "hdbscan-alone": ("HDBSCAN on all points", _hdbscan.hdbscan_alone),
        "memory": ("peak memory", memory),
    }
    parser.add_argument("--parts", nargs="+", choices=list(parts), default=list(parts))
    parser.add_argument("--points", type=int, help="so many points of MNIST instead of all")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    parser.add_argument(
        "--one", choices=["map", "fit", "hdbscan"], help="only this, of ours, and no table"
    )
    asked = parser.parse_args()
    X = pixels(asked.points)
    if asked.one:
        alone = {
            "map": lambda: whole_map(X),
            "fit": lambda: DBSCAN(eps=EPS, min_samples=LEAST).fit(X),
            "hdbscan": lambda: HDBSCAN(min_cluster_size=LEAST, min_samples=LEAST, copy=True).fit(X),
        }
        alone[asked.one]()
        return
    warm()
    done: dict[str, list[Timing]] = {}
    for part in asked.parts:
        title, run = parts[part]
        done[part] = run(X)
        pairs = range(0, len(done[part]), 2 if part == "whitened" else len(done[part]))
        for start, stop in zip(pairs, [*pairs[1:], len(done[part])], strict=True):
            few = part in ("whitened", "hdbscan")
            width = 100 if part == "whitened" else 784
            shape = f"{min(len(X), 10_000) if few else len(X):,} × {width}"
            print(table(f"{shape}: {title}", done[part][start:stop]), flush=True)
            print()
    give(as_json(done), asked.json)


if __name__ == "__main__":
    main()
