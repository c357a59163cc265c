"""Exact nearest neighbours and spanning trees of MNIST: ours, faiss's flat index and scikit-learn.

    python -m benchmarks.neighbors [--points N ...] [--k K] [--parts neighbours trees memory] [--json FILE]

`same` says whether all distances agree with ours to float32's rounding, from which faiss's are made.
The trees are under mutual reachability, one for each of eight values of `min_samples`, from one set of
lists; scikit-learn has no tree for so many points, so beside them stands the search for the lists.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from sklearn.neighbors import NearestNeighbors

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
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.neighbors.spanning import Spanning

SHORT = ("--points", "4000", "--parts", "neighbours", "trees")
"""The arguments of a short run, for ``python -m benchmarks``."""
LEASTS = range(2, 10)
LARGEST = 20_000
"""Points up to which scikit-learn is asked: it makes every distance in float64."""


def pixels(points: int | None = None) -> NDArray[np.uint8]:
    """All of MNIST, (70000, 784), or so many of it, drawn at random."""
    X = np.ascontiguousarray(loadmat(mnist_file())["data"].T)
    if points is not None:
        X = X[np.random.default_rng(0).permutation(len(X))[:points]]
    return np.ascontiguousarray(X)


def neighbours(X: NDArray[np.uint8], k: int) -> list[Timing]:
    """The `k` nearest of every point, itself counted, as faiss counts it."""
    ours: list[NDArray[np.float64]] = []

    def search() -> Mapping[str, Any]:
        ours[:] = [nearest_neighbors(X, k, itself=True)[0]]
        return {}

    def flat() -> Mapping[str, Any]:
        import faiss  # noqa: PLC0415 (not installed everywhere)

        A = X.astype(np.float32)
        index = faiss.IndexFlatL2(A.shape[1])
        index.add(A)
        squared, _ = index.search(A, k)
        return {"same": _close(squared, ours[0], A)}

    def brute() -> Mapping[str, Any]:
        A = X.astype(np.float64)
        distances, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(A).kneighbors(A)
        return {"same": _close(distances**2, ours[0], A)}

    contestants = [Contestant("inkcluster", search)]
    if "faiss" in installed({"faiss": "faiss"}):
        contestants.append(Contestant("faiss IndexFlatL2", flat))
    if len(X) <= LARGEST:
        contestants.append(Contestant("scikit-learn brute", brute))
    return race(contestants)


def _close(squared: NDArray[Any], ours: NDArray[np.float64], A: NDArray[Any]) -> bool:
    grain = 64 * 2.0**-24 * float(np.einsum("ij,ij->i", A, A).max())
    return bool(np.abs(np.sort(squared, axis=1) - ours).max() <= grain)


def trees(X: NDArray[np.uint8]) -> list[Timing]:
    """Eight trees of mutual reachability, and the lists they are grown from."""
    lists: list[tuple[NDArray[np.float64], NDArray[np.int32]]] = []

    def grown() -> Mapping[str, Any]:
        spanning = Spanning(X, lists[0])
        total = 0.0
        for least in LEASTS:
            total += np.sqrt(spanning.tree(lists[0][0][:, least - 1])[1]).sum()
        return {"length of all": total}

    def search() -> Mapping[str, Any]:
        lists[:] = [nearest_neighbors(X, LEASTS[-1] + 1, itself=True)]
        return {}

    search()
    return race([Contestant("eight trees", grown), Contestant("their lists", search)])


def memory(points: int, k: int) -> list[Timing]:
    """Peak memory of a process that loads the pixels and finds the neighbours."""
    arguments = ("--one", str(points), "--k", str(k))
    return race(
        [
            Contestant(
                "fresh process, start to end",
                lambda: {"peak MB": peak_megabytes("benchmarks.neighbors", *arguments)},
            )
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    everything = ["neighbours", "trees", "memory"]
    parser.add_argument("--parts", nargs="+", choices=everything, default=everything)
    parser.add_argument("--points", type=int, nargs="+", default=[10_000, 20_000, 70_000])
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        nearest_neighbors(pixels(asked.one), asked.k, itself=True)
        return
    few = pixels(3000)
    Spanning(few, nearest_neighbors(few, 5, itself=True)).tree(np.full(3000, 1e6))  # compiles
    done: dict[str, list[Timing]] = {}
    for n in asked.points:
        X = pixels(n)
        parts = {
            "neighbours": (f"{asked.k} nearest of {n:,} × 784", lambda X=X: neighbours(X, asked.k)),
            "trees": (f"{n:,} × 784, min_samples 2 to 9", lambda X=X: trees(X)),
            "memory": (f"memory, {n:,} × 784", lambda n=n: memory(n, asked.k)),
        }
        for part in asked.parts:
            title, run = parts[part]
            done[title] = run()
            print(table(title, done[title]), flush=True)
            print()
    give(as_json(done), asked.json)


if __name__ == "__main__":
    main()
