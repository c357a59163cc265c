"""Very many digits: k-means, shape clustering and the study, each in a process of its own.

    python -m benchmarks.scale [--size N] [--parts kmeans workers shape study] [--peers LIST]
                               [--data FILE] [--json FILE]

The digits are made from MNIST (`benchmarks._digits`) and kept in FILE, with their labels beside it:
8,100,000 take 6.4 GB. Memory is what the process holds beside the pages of that file, which the
system may drop; `read` is what came from the disk. K-means stops at a fixed point, which is checked;
of more than 700,000 digits it starts from the centres of the first 700,000, and the time of both is
told. The peers stop by their defaults. Inertia is that of the labels in whole numbers, on pixels
scaled to [0, 1]. `workers` sets two threads beside two processes with one thread each: `ROUNDS` of
k-means, and the placing of at most `MOST_PLACED` digits; `same` are the first digits of a hash of
the labels, and the processor's time is that of the process that asks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from sklearn.cluster import MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning

from benchmarks._bench import Timing, as_json, give, installed, mnist_file, table
from benchmarks._digits import write_digits
from inkcluster import ImageSet, report
from inkcluster.cluster import KMeans, ShapeClustering
from inkcluster.compute.dasked.clients import local_cluster
from inkcluster.compute.dasked.moved import counted
from inkcluster.evaluate import match
from inkcluster.study import Run
from inkcluster.study import study as run_study

SHORT = ("--size", "5000", "--parts", "kmeans")
PEERS = {
    "MiniBatchKMeans": "sklearn",
    "dask-ml KMeans": "dask_ml",
    "faiss": "faiss",
}
PARTS = ("kmeans", "workers", "shape", "study")
K = 10
CHUNK = 50_000
"""Rows that the peers are given at a time."""
HEAD = 700_000
"""Digits from whose centres k-means of more starts."""
ROUNDING = 1e-12
"""Relative error of a squared distance, by which two centres are taken as equally near."""
SHARE_SAMPLED, MOST_SAMPLED = 4, 100_000
"""Shape clustering takes one image in so many, at most this number."""
ROUNDS, MOST_PLACED = 50, 200_000
PEER_SECONDS = 600
"""A peer that takes longer is ended."""
COPIED_BYTES = 4 * 784
"""What faiss holds of an image, as float32."""
MOST_COPIED = 8 << 30

Rows = NDArray[np.uint8]
Figures = dict[str, Any]


def chunks(X: Rows) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(X), CHUNK):
        yield X[start : start + CHUNK].astype(np.float32)


def inertia(X: Rows, labels: NDArray[np.integer[Any]]) -> float:
    """Of the labels about their means, on [0, 1]."""
    totals, sizes, squares = np.zeros((K, X.shape[1])), np.zeros(K), 0.0
    for start in range(0, len(X), CHUNK):
        rows, of = X[start : start + CHUNK].astype(np.float64), labels[start : start + CHUNK]
        member = np.eye(K)[of]
        totals += member.T @ rows
        sizes += member.sum(axis=0)
        squares += float(np.einsum("nd,nd->", rows, rows))
    return (squares - float((totals**2).sum(axis=1) @ (1 / np.maximum(sizes, 1)))) / 255**2


def ours(X: Rows, y: NDArray[Any]) -> Figures:
    to_end: dict[str, Any] = {"n_init": 1, "tol": 0, "max_iter": 100_000, "search": "restarts"}
    found, took = _timed(KMeans(K, random_state=0, **to_end), X[:HEAD])
    figures: Figures = {}
    if len(X) > HEAD:
        figures = {f"of the first {HEAD:,}": took}
        found, took = _timed(KMeans(K, init=found.cluster_centers_, **to_end), X)
    return {"labels": found.labels_, **took, **figures}


def _timed(model: KMeans, X: Rows) -> tuple[KMeans, Figures]:
    wall, processor = time.perf_counter(), time.process_time()
    model.fit(X)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    one = 1e9 * processor / (len(X) * model.n_iter_)
    figures = {"rounds": model.n_iter_, "fit s": wall, "fit cpu s": processor}
    return model, {**figures, "cpu ns an image a round": one}


def is_fixed(X: Rows, labels: NDArray[np.integer[Any]]) -> bool:
    """Whether each image has its label's mean, of whole numbers, as the nearest of all means."""
    totals, sizes = np.zeros((K, X.shape[1])), np.zeros(K)
    for start in range(0, len(X), CHUNK):
        member = np.eye(K)[labels[start : start + CHUNK]]
        totals += member.T @ X[start : start + CHUNK]
        sizes += member.sum(axis=0)
    means = totals / sizes[:, None]
    half = np.einsum("kd,kd->k", means, means) / 2
    for start in range(0, len(X), CHUNK):
        gain = X[start : start + CHUNK] @ means.T - half
        own = np.take_along_axis(gain, labels[start : start + CHUNK, None].astype(np.intp), axis=1)
        if (gain.max(axis=1) - own[:, 0] > ROUNDING * half.max()).any():
            return False
    return True


def mini_batch(X: Rows, y: NDArray[Any]) -> Figures:
    model = MiniBatchKMeans(K, random_state=0, batch_size=10_000)
    for rows in chunks(X):
        model.partial_fit(rows)
    return {"labels": np.concatenate([model.predict(rows) for rows in chunks(X)])}


def dask_ml(X: Rows, y: NDArray[Any]) -> Figures:
    import dask.array as da  # noqa: PLC0415 (only where it is installed)
    from dask_ml.cluster import KMeans as Peer  # noqa: PLC0415

    model = Peer(K, random_state=0).fit(da.from_array(X, chunks=(CHUNK, -1)).astype(np.float32))
    return {"labels": np.asarray(model.labels_), "n_iter": model.n_iter_}


def faiss(X: Rows, y: NDArray[Any]) -> Figures:
    import faiss as library  # noqa: PLC0415 (only where it is installed)

    if len(X) * COPIED_BYTES > MOST_COPIED:
        raise SystemExit(f"copies {len(X) * COPIED_BYTES / 1e9:.0f} GB")
    F = X.astype(np.float32)
    found = library.Kmeans(F.shape[1], K, niter=100, seed=1, max_points_per_centroid=len(F))
    found.train(F)
    return {"labels": found.index.search(F, 1)[1][:, 0], "n_iter": 100}


def rounds(X: Rows, y: NDArray[Any]) -> Figures:
    model = KMeans(K, n_init=1, tol=0, max_iter=ROUNDS, random_state=0, search="restarts")
    return _told(lambda: model.fit(X).labels_)


def placing(X: Rows, y: NDArray[Any]) -> Figures:
    sample = min(MOST_SAMPLED // SHARE_SAMPLED, len(X) // SHARE_SAMPLED)
    model = ShapeClustering(K, random_state=0).fit(X[:sample])
    model.predict(X[:100])  # what is made ready once
    return _told(lambda: model.predict(X[sample:][:MOST_PLACED]))


def _told(work: Callable[[], NDArray[Any]]) -> Figures:
    begun = time.perf_counter()
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning), counted() as moved:
        same = hashlib.sha256(np.asarray(work(), np.int32).tobytes()).hexdigest()[:8]
    return {"alone s": time.perf_counter() - begun, "moved MB": moved.bytes / 1e6, "same": same}


def on_workers(work: Callable[..., Figures]) -> Callable[[Rows, NDArray[Any]], Figures]:
    def run(X: Rows, y: NDArray[Any]) -> Figures:
        with local_cluster(2) as client:
            client.run(_ready)
            return work(X, y)

    return run


def _ready() -> None:
    """Import, and compile or load, what the workers would else do within the time."""
    X = np.random.default_rng(0).integers(0, 256, (3000, 784), np.uint8)
    KMeans(K, n_init=1, max_iter=3, search="restarts").fit(X)
    ShapeClustering(3, sample=2000).fit(X)


def shape(X: Rows, y: NDArray[Any]) -> Figures:
    sample = min(MOST_SAMPLED, len(X) // SHARE_SAMPLED)
    found = ShapeClustering(sample=sample, random_state=0).fit(X)
    right = match(y, found.labels_).accuracy
    return {"clustered": sample, "found": found.n_clusters_, "ACC": f"{right:.4f}"}


def study(X: Rows, y: NDArray[Any]) -> Figures:
    begun, first = time.perf_counter(), [0.0]
    with tempfile.TemporaryDirectory() as out:

        def answered(answer: Any) -> None:
            if not first[0]:
                report.write(Run.open(out))
                first[0] = time.perf_counter() - begun

        images = ImageSet(X.reshape(-1, 28, 28), y)
        page = report.write(run_study(images, out, on_answer=answered))
        return {"first screen s": first[0], "report MB": page.stat().st_size / 1e6}


ONE: Mapping[str, Callable[[Rows, NDArray[Any]], Figures]] = {
    "inkcluster": ours,
    "MiniBatchKMeans": mini_batch,
    "dask-ml KMeans": dask_ml,
    "faiss": faiss,
    "k-means, two threads": rounds,
    "k-means, two workers": on_workers(rounds),
    "placing, two threads": placing,
    "placing, two workers": on_workers(placing),
    "shape clustering": shape,
    "study": study,
}


def one(name: str, path: Path, size: int) -> None:
    """Do one piece of work in this process, and print what it took."""
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            peak[0] = max(peak[0], _status("/proc/self/status", "RssAnon") / 1024)

    watching = threading.Thread(target=watch)
    watching.start()
    X = np.load(path, mmap_mode="r")[:size]
    y = np.load(_labels(path), mmap_mode="r")[:size]
    wall, processor = time.perf_counter(), time.process_time()
    try:
        figures = ONE[name](X.reshape(size, -1), y)
        took = {"s": time.perf_counter() - wall, "cpu s": time.process_time() - processor}
    finally:
        over.set()
        watching.join()
    if "labels" in figures:
        rows, labels = X.reshape(size, -1), figures.pop("labels")
        figures = {"inertia": inertia(rows, labels), "fixed": is_fixed(rows, labels), **figures}
        if "n_iter" in figures:
            rounds = size * figures["n_iter"]
            figures["cpu ns an image a round"] = 1e9 * took["cpu s"] / rounds
    read = _status("/proc/self/io", "read_bytes") / 1e6
    print(json.dumps({**took, **figures, "peak MB": peak[0], "read MB": read}, default=float))


def _status(file: str, name: str) -> float:
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return float(next(line for line in lines if line.startswith(name)).split()[1])


def _labels(path: Path) -> Path:
    return path.with_name(f"{path.stem}-labels.npy")


def apart(name: str, path: Path, size: int) -> Timing:
    """The same in a process of its own; what it says instead where it does not run."""
    command = [sys.executable, "-m", "benchmarks.scale", "--one", name]
    nothing = Timing(name, float("nan"), float("nan"))
    try:
        done = subprocess.run(
            [*command, "--data", str(path), "--size", str(size)],
            capture_output=True, text=True, check=False,
            timeout=PEER_SECONDS if name in PEERS else None,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return replace(nothing, figures={"not run": f"not done after {PEER_SECONDS} s"})
    if done.returncode:
        last = (done.stderr.strip() or "ended").splitlines()[-1]
        return replace(nothing, figures={"not run": last})
    figures = json.loads(done.stdout.splitlines()[-1])
    return Timing(name, figures.pop("s"), figures.pop("cpu s"), figures=figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=700_000)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)  # fmt: skip
    parser.add_argument("--peers", default=",".join(PEERS), help="those beside k-means")
    parser.add_argument("--data", type=Path, help="where the digits are kept, or are made")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    parser.add_argument("--one", choices=ONE, help="only do this, in this process")
    asked = parser.parse_args()
    if asked.one:
        one(asked.one, asked.data, asked.size)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = asked.data or Path(folder) / "digits.npy"
        if not path.exists():
            mnist = loadmat(mnist_file())
            images = np.ascontiguousarray(mnist["data"].T).reshape(-1, 28, 28)
            write_digits(path, asked.size, images, mnist["label"].ravel().astype(np.uint8))
        parts = {
            "kmeans": ["inkcluster", *(p for p in installed(PEERS) if p in asked.peers.split(","))],
            "workers": [name for name in ONE if name.endswith((" threads", " workers"))],
            "shape": ["shape clustering"],
            "study": ["study"],
        }
        done = {}
        for part in asked.parts:
            done[part] = [apart(name, path, asked.size) for name in parts[part]]
            print(table(f"{part}, {asked.size:,} digits", done[part]), flush=True)
            print()
    give(as_json(done), asked.json)


if __name__ == "__main__":
    main()
