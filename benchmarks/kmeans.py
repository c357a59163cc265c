"""K-means on MNIST: ours, scikit-learn, scikit-learn-intelex and faiss from one run.

    python -m benchmarks.kmeans [--parts full seeds hundred growth memory range] [--points N] [--json FILE]

Ours searches deeply (``search="deep"``) but where plain restarts are named.
Inertia is that of the labels in float64, about their own means, on pixels scaled to [0, 1]. Ours
runs on the 8-bit pixels with ``tol=0``, to fixed points; the others on float32, with their defaults.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from sklearn.cluster import KMeans as Peer

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
from inkcluster.cluster import kmeans_range
from inkcluster.cluster.kmeans.estimator import KMeans

SHORT = ("--parts", "full", "range", "--points", "4000")
"""The arguments of a short run, for ``python -m benchmarks``."""
PEERS = {"scikit-learn": "sklearn", "scikit-learn-intelex": "sklearnex", "faiss": "faiss"}
"""Everyone else, and the package that has to be installed."""


def pixels(points: int | None = None) -> NDArray[np.uint8]:
    """All of MNIST, (70000, 784), or so many of it, drawn at random."""
    X = np.ascontiguousarray(loadmat(mnist_file())["data"].T)
    return X if points is None else X[np.random.default_rng(0).permutation(len(X))[:points]]


def inertia(X: NDArray[np.uint8], labels: NDArray[np.integer[Any]], k: int) -> float:
    """Of the labels about their means, in float64, on [0, 1]."""
    inside = 0.0
    for j in range(k):
        rows = X[labels == j]
        total = rows.sum(axis=0, dtype=np.int64).astype(np.float64)
        inside += total @ total / max(len(rows), 1)
    whole = float(np.einsum("nd,nd->", X, X, dtype=np.int64, casting="unsafe"))
    return (whole - inside) / 255**2


def ours(
    X: NDArray[np.uint8], k: int, restarts: int, seed: int, search: str = "deep"
) -> Mapping[str, Any]:
    found = KMeans(k, n_init=restarts, tol=0, random_state=seed, search=search).fit(X)
    return {"inertia": found.inertia_ / 255**2, "n_iter": found.n_iter_}


def scikit_learn(
    X: NDArray[np.uint8], F: NDArray[np.float32], k: int, restarts: int
) -> Mapping[str, Any]:
    found = Peer(k, n_init=restarts, random_state=0).fit(F)
    return {"inertia": inertia(X, found.labels_, k), "n_iter": found.n_iter_}


def intelex(
    X: NDArray[np.uint8], F: NDArray[np.float32], k: int, restarts: int
) -> Mapping[str, Any]:
    from sklearnex.cluster import KMeans as Intel  # noqa: PLC0415 (only where it is installed)

    found = Intel(k, n_init=restarts, random_state=0).fit(F)
    return {"inertia": inertia(X, found.labels_, k), "n_iter": found.n_iter_}


def faiss(X: NDArray[np.uint8], F: NDArray[np.float32], k: int, restarts: int) -> Mapping[str, Any]:
    import faiss as library  # noqa: PLC0415 (only where it is installed)

    found = library.Kmeans(
        F.shape[1], k, niter=100, nredo=restarts, seed=1, max_points_per_centroid=len(F)
    )
    found.train(F)
    labels = found.index.search(F, 1)[1][:, 0]
    return {"inertia": inertia(X, labels, k), "n_iter": 100}


def side_by_side(X: NDArray[np.uint8], k: int, restarts: int, who: str) -> list[Timing]:
    """Everyone on all of MNIST; the peers once, ours three times around them."""
    F = X.astype(np.float32) / np.float32(255)
    ours(X, k, restarts, 1)  # compiled before the clock starts; the cache keeps it for next time
    first = race([Contestant("inkcluster", lambda: ours(X, k, restarts, 0))], 2)
    ours(X[:10_000], k, 1, 1, "restarts")
    plain = Contestant("inkcluster, plain restarts", lambda: ours(X, k, restarts, 0, "restarts"))
    peers = {"scikit-learn": scikit_learn, "scikit-learn-intelex": intelex, "faiss": faiss}
    others = [
        Contestant(f"{name} float32", lambda run=peers[name]: run(X, F, k, restarts))
        for name in installed({name: PEERS[name] for name in peers if name in who.split(",")})
    ]
    return [*first, *race([plain, *others])]


def every_k(X: NDArray[np.uint8]) -> list[Timing]:
    """k from 1 to 20 in one call, beside one call for each k."""
    ks = range(1, 21)

    def together() -> Mapping[str, Any]:
        return {"inertias": float(kmeans_range(X, ks, random_state=0).inertias.sum()) / 255**2}

    def apart() -> Mapping[str, Any]:
        fits = [KMeans(k, n_init=3, random_state=0, search="deep").fit(X).inertia_ for k in ks]
        return {"inertias": float(sum(fits)) / 255**2}

    kmeans_range(X[:1000], [1, 2], random_state=0)  # compiled before the clock starts
    return race([Contestant("kmeans_range", together), Contestant("KMeans for each k", apart)])


def seeds(X: NDArray[np.uint8]) -> list[Timing]:
    return race([Contestant(f"seed {s}", lambda s=s: ours(X, 10, 15, s)) for s in range(10)])


def growth(X: NDArray[np.uint8]) -> list[Timing]:
    """10,000 to 700,000 points, the last jittered copies in a memory-mapped file."""
    rng = np.random.default_rng(0)
    few = [
        Contestant(f"n = {n}", lambda n=n: ours(X[rng.permutation(len(X))[:n]], 10, 15, 0))
        for n in (10000, 20000, 40000, 70000)
        if n <= len(X)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.npy"
        many = np.lib.format.open_memmap(path, "w+", np.uint8, (10 * len(X), 784))
        for copy in range(10):
            part = X.astype(np.int16) + rng.integers(-8, 9, X.shape, dtype=np.int16) * (X > 0)
            many[copy * len(X) : (copy + 1) * len(X)] = np.clip(part, 0, 255)
        many.flush()
        del many
        return race(few) + race(
            [
                Contestant(
                    f"n = {10 * len(X)}, memory-mapped, in its own process",
                    lambda: {"peak MB": peak_megabytes("benchmarks.kmeans", "--one", str(path))},
                )
            ]
        )


def memory(X: NDArray[np.uint8]) -> list[Timing]:
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "pixels.npy", X)
        path = str(Path(folder) / "pixels.npy")
        return race(
            [
                Contestant(
                    "fresh process, start to end",
                    lambda: {"peak MB": peak_megabytes("benchmarks.kmeans", "--one", path)},
                )
            ]
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    everything = ["full", "seeds", "hundred", "growth", "memory", "range"]
    parser.add_argument("--parts", nargs="+", choices=everything, default=everything)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--points", type=int, help="so many points of MNIST instead of all")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    parser.add_argument("--one", type=Path, help="only fit the points of this .npy file, mapped")
    asked = parser.parse_args()
    if asked.one:
        print(ours(np.load(asked.one, mmap_mode="r"), 10, 15, 0))
        return
    X = pixels(asked.points)
    n = f"{len(X):,} × 784"
    parts = {
        "full": (f"{n}, k = 10, 15 restarts", lambda: side_by_side(X, 10, 15, asked.peers)),
        "seeds": ("the same, ten seeds", lambda: seeds(X)),
        "hundred": (
            f"{n}, k = 100, 5 restarts",
            lambda: side_by_side(X, 100, 5, asked.peers.split(",")[0]),
        ),
        "growth": ("k = 10, 15 restarts, more and more points", lambda: growth(X)),
        "memory": ("peak memory, 8-bit points", lambda: memory(X)),
        "range": (f"{n}, k = 1 to 20, 3 restarts each", lambda: every_k(X)),
    }
    done: dict[str, list[Timing]] = {}
    for part in asked.parts:
        title, run = parts[part]
        done[part] = run()
        print(table(title, done[part]), flush=True)
        print()
    give(as_json(done), asked.json)


if __name__ == "__main__":
    main()
