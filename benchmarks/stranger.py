"""Families of data that are not MNIST: ours beside the better of scikit-learn, SciPy and fastcluster.

    python -m benchmarks.stranger [--all] [--only NAME ...] [--family NAME ...] [--n N ...]
                                  [--json FILE] [--markdown FILE] [--list]

A cell is a family, an estimator, a number of points, a dtype and an order of memory. By default each
family meets each estimator once; dtypes, orders and sizes take turns, so that all of them occur.
`--all` runs every combination, for hours. `--only` and `--family` take parts of names.

Ours and the peers run in turns in one process after a first call of ours that is not counted, up to
five times, after a pause in which threads of the one before come to rest; the least time of each counts. A
call that takes over 20 s is not repeated. Run `inkcluster warm` before: little work compiles nothing.
`ratio` is of wall seconds, `cpu` of processor seconds, which suffer less from a busy machine.
`same` is about the result: "yes" if labels, numbering and all are equal (merges equal and heights
within 1e-6 for a linkage; squared distances within 1e-6 for neighbours), else what differs; "ties"
beside it says that the family has equal distances.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import scipy.cluster.hierarchy as scipy_hierarchy
import sklearn.cluster as sklearn_cluster
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

import inkcluster
from benchmarks._bench import machine
from benchmarks._families import FAMILIES, TIED, Points
from inkcluster import hierarchy
from inkcluster.cluster.neighbors.nearest import nearest_neighbors

SHORT = ("--n", "100", "1000", "--family", "d20", "d2", "one-hot")
"""The arguments of a short run, for ``python -m benchmarks``."""
ONCE = 20.0
"""Seconds from which a call is not repeated."""
ENOUGH = 0.5
"""Seconds for each contestant after which a cell has been timed well enough."""
ROUNDS = 5
"""The most repetitions of a cell."""
PAUSE = 0.05
"""Seconds before each call: after a product OpenBLAS's threads look for work for some 25 ms, and would
slow the next contestant."""
GOAL = 0.95
"""The ratio that no cell may fall below."""
FORMS = [("float64", "C"), ("float32", "C"), ("float64", "F"), ("float32", "F")]
"""dtypes and orders of memory, in turns."""


@dataclass(frozen=True)
class Estimator:
    """Work for ours and for the peers, on points and one number made from them (`eps`)."""

    name: str
    sizes: tuple[int, ...]
    usual: tuple[int, int]
    ours: Callable[[Points, float], Any]
    peers: Mapping[str, Callable[[Points, float], Any]]
    compare: Callable[[Any, Any], str]
    chosen: Callable[[Points, Any], str | None]


@dataclass
class Cell:
    """What was measured; seconds of wall and of processor, and megabytes above the data."""

    family: str
    estimator: str
    n: int
    dtype: str
    order: str
    ours: float = float("nan")
    ours_cpu: float = float("nan")
    ours_mb: float | None = None
    peer: str = ""
    theirs: float = float("nan")
    theirs_cpu: float = float("nan")
    theirs_mb: float | None = None
    same: str = ""
    algorithm: str | None = None
    failed: str | None = None
    every: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours

    def row(self) -> list[str]:
        form = f"{self.dtype} {self.order}"
        if self.failed is not None:
            return [
                self.family,
                self.estimator,
                f"{self.n:,}",
                form,
                "failed",
                *[""] * 4,
                self.failed,
            ]
        return [
            self.family,
            self.estimator,
            f"{self.n:,}",
            form,
            f"{self.ratio:.2f}",
            f"{self.theirs_cpu / max(self.ours_cpu, 1e-9):.2f}",
            f"{self.ours:.4f}",
            f"{self.theirs:.4f} {self.peer}",
            f"{_mb(self.ours_mb)} / {_mb(self.theirs_mb)}",
            self.same,
            self.algorithm or "",
        ]


HEAD = [
    "family",
    "estimator",
    "n",
    "form",
    "ratio",
    "cpu",
    "ours s",
    "peer s",
    "MB",
    "same",
    "chosen",
]


def _kmeans(k: int, restarts: int, sizes: tuple[int, ...], usual: tuple[int, int]) -> Estimator:
    def fit(kind: Any) -> Callable[[Points, float], Any]:
        return lambda X, _: kind(k, n_init=restarts, random_state=0).fit(X)

    return Estimator(
        f"k-means k{k} x{restarts}",
        sizes,
        usual,
        fit(inkcluster.KMeans),
        {"scikit-learn": fit(sklearn_cluster.KMeans)},
        _labels,
        _attribute,
    )


def _linkage(method: str) -> Estimator:
    peers = {"SciPy": lambda X, _: scipy_hierarchy.linkage(X, method)}
    if find_spec("fastcluster"):
        import fastcluster  # noqa: PLC0415 (only where it is installed)

        peers["fastcluster"] = lambda X, _: fastcluster.linkage(X, method)
        if method in {"ward", "single", "centroid", "median"}:
            peers["fastcluster, vectors"] = lambda X, _: fastcluster.linkage_vector(X, method)
    return Estimator(
        method,
        (100, 1000, 5000, 20_000),
        (2000, 5000),
        lambda X, _: hierarchy.linkage(X, method),
        peers,
        _merges,
        lambda X, _: _of_linkage(X, method),
    )


def _estimators() -> list[Estimator]:
    def dbscan(kind: Any) -> Callable[[Points, float], Any]:
        return lambda X, eps: kind(eps=eps, min_samples=5).fit(X)

    def hdbscan(kind: Any) -> Callable[[Points, float], Any]:
        return lambda X, _: kind(min_cluster_size=20, copy=True).fit(X)

    def neighbours(X: Points, _: float) -> Any:
        return NearestNeighbors(n_neighbors=10).fit(X).kneighbors(X)

    return [
        _kmeans(2, 10, (100, 1000, 10_000, 100_000), (5000, 10_000)),
        _kmeans(10, 3, (100, 1000, 10_000, 100_000), (5000, 10_000)),
        _kmeans(50, 1, (1000, 10_000, 100_000), (5000, 20_000)),
        _kmeans(1000, 1, (5000, 20_000), (2000, 5000)),
        *map(_linkage, ("ward", "single", "average", "complete", "weighted", "centroid", "median")),
        Estimator(
            "DBSCAN",
            (100, 1000, 10_000, 50_000),
            (10_000, 20_000),
            dbscan(inkcluster.DBSCAN),
            {"scikit-learn": dbscan(sklearn_cluster.DBSCAN)},
            _labels,
            _attribute,
        ),
        Estimator(
            "HDBSCAN",
            (100, 1000, 4000, 10_000),
            (2000, 4000),
            hdbscan(inkcluster.HDBSCAN),
            {"scikit-learn": hdbscan(sklearn_cluster.HDBSCAN)},
            _labels,
            _attribute,
        ),
        Estimator(
            "neighbours k10",
            (100, 1000, 10_000, 50_000),
            (10_000, 20_000),
            lambda X, _: nearest_neighbors(X, 10, itself=True),
            {"scikit-learn": neighbours},
            _neighbours,
            lambda X, _: None,
        ),
    ]


def _labels(ours: Any, theirs: Any) -> str:
    a, b = ours.labels_, theirs.labels_
    if np.array_equal(a, b):
        return "yes"
    return f"{np.mean(a != b):.1%} of labels, ARI {adjusted_rand_score(a, b):.3f}"


def _merges(ours: NDArray[Any], theirs: NDArray[Any]) -> str:
    heights = np.abs(ours[:, 2] - theirs[:, 2]).max() / max(theirs[:, 2].max(), 1e-300)
    if heights > 1e-6:
        return f"heights by {heights:.0e}"
    differ = (ours[:, [0, 1, 3]] != theirs[:, [0, 1, 3]]).any(axis=1)
    return f"{differ.mean():.1%} of merges" if differ.any() else "yes"


def _neighbours(ours: Any, theirs: Any) -> str:
    squared, rows = ours
    gap = np.abs(squared - theirs[0] ** 2).max() / max((theirs[0] ** 2).max(), 1e-300)
    if gap > 1e-6:
        return f"squared distances by {gap:.0e}"
    differ = (rows != theirs[1]).any(axis=1).mean()
    return f"{differ:.1%} of rows" if differ else "yes"


def _attribute(X: Points, fitted: Any) -> str | None:
    del X
    return getattr(fitted, "algorithm_", None)


def _of_linkage(X: Points, method: str) -> str | None:
    """What the estimator that has the attribute says; `linkage` returns an array only."""
    if method not in {"ward", "single", "average", "complete"}:
        return None
    fitted = inkcluster.AgglomerativeClustering(2, linkage=method).fit(X)
    return getattr(fitted, "algorithm_", None)


def _eps(X: Points) -> float:
    """The median distance to the tenth neighbour, of some points."""
    some = X[:: max(1, len(X) // 400)]
    search = NearestNeighbors(n_neighbors=min(10, len(X) - 1)).fit(X)
    return float(np.median(search.kneighbors(some)[0][:, -1])) or 1.0


class _Peak:
    """Peak resident memory above what there was, in megabytes; None where Linux's is not there."""

    status = Path("/proc/self/status")

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5")
            self.before = self._read("VmRSS")
        except OSError:
            self.before = None

    def _read(self, what: str) -> float:
        return int(re.search(rf"{what}:\s+(\d+)", self.status.read_text())[1]) / 1024

    def megabytes(self) -> float | None:
        return None if self.before is None else max(0.0, self._read("VmHWM") - self.before)


@dataclass
class _Clock:
    """The least times of one contestant, its peak memory and its last result."""

    run: Callable[[], Any]
    seconds: float = 0.0
    processor: float = 0.0
    megabytes: float | None = None
    result: Any = None
    calls: int = 0

    def once(self) -> float:
        self.result = None
        peak = _Peak() if not self.calls else None  # the first call's: before the heap has grown
        time.sleep(PAUSE)
        wall, processor = time.perf_counter(), time.process_time()
        self.result = self.run()
        taken = time.perf_counter() - wall
        used = time.process_time() - processor
        if peak is not None:
            self.megabytes, self.seconds, self.processor = peak.megabytes(), taken, used
        self.seconds, self.processor = min(self.seconds, taken), min(self.processor, used)
        self.calls += 1
        return taken


def measured(family: str, what: Estimator, n: int, dtype: str, order: str) -> Cell:
    cell = Cell(family, what.name, n, dtype, order)
    X = np.asarray(FAMILIES[family](n, np.random.default_rng(n)), dtype=dtype, order=order)
    eps = _eps(X) if what.name == "DBSCAN" else 0.0
    ours = _Clock(lambda: what.ours(X, eps))
    peers = {name: _Clock(lambda run=run: run(X, eps)) for name, run in what.peers.items()}
    try:
        what.ours(X, eps)  # compiles
        clocks, spent = [ours, *peers.values()], 0.0
        for _ in range(ROUNDS):
            spent += sum(clock.once() for clock in clocks if clock.seconds < ONCE)
            if spent > ENOUGH * len(clocks):
                break
        best = min(peers, key=lambda name: peers[name].seconds)
        theirs = peers[best]
        cell.every = {name: clock.seconds for name, clock in peers.items()}
        cell.peer, cell.theirs, cell.theirs_cpu = best, theirs.seconds, theirs.processor
        cell.ours, cell.ours_cpu = ours.seconds, ours.processor
        cell.ours_mb, cell.theirs_mb = ours.megabytes, theirs.megabytes
        # compared with the original, whichever peer is quickest
        cell.same = what.compare(ours.result, next(iter(peers.values())).result)
        if cell.same != "yes" and family in TIED:
            cell.same += ", ties"
        cell.algorithm = what.chosen(X, ours.result)
    except Exception as error:
        cell.failed = f"{type(error).__name__}: {error}"[:100]
    return cell


def selected(asked: argparse.Namespace) -> Iterator[tuple[str, Estimator, int, str, str]]:
    """The cells to run. A default run gives every combination of family and estimator one form."""

    def wanted(name: str, parts: Sequence[str] | None) -> bool:
        return not parts or any(part.lower() in name.lower() for part in parts)

    for (i, family), (j, what) in product(enumerate(FAMILIES), enumerate(_estimators())):
        if not wanted(family, asked.family) or not wanted(what.name, asked.only):
            continue
        if asked.all:
            forms = [(n, *form) for n in what.sizes for form in FORMS]
        else:
            size = what.usual[0] if "d784" in family else what.usual[(i + j) // 2 % 2]
            forms = [(size, *FORMS[(i + 3 * j) % 4])]
        if asked.n:
            forms = list(dict.fromkeys((n, *form[1:]) for n in asked.n for form in forms))
        for n, dtype, order in forms:
            if n < what.sizes[0] and what.sizes[0] > 100:  # fewer points than clusters
                continue
            yield family, what, n, dtype, order


def table(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> str:
    rows = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    widths = [max(len(row[c]) for row in [head, *rows]) for c in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )


def summary(cells: Sequence[Cell]) -> str:
    ratios = np.array([cell.ratio for cell in cells if cell.failed is None])
    if not len(ratios):
        return "nothing measured"
    return (
        f"{len(ratios)} cells: geometric mean {np.exp(np.log(ratios).mean()):.2f}, "
        f"least {ratios.min():.2f}, {(ratios < GOAL).sum()} below {GOAL}, "
        f"{sum(cell.failed is not None for cell in cells)} failed, "
        f"{sum(cell.same not in ('yes', '') and 'ties' not in cell.same for cell in cells)} "
        "with another result and no ties"
    )


def markdown(cells: Sequence[Cell]) -> str:
    """The table of docs/performance.md."""
    rows = [HEAD, ["---"] * len(HEAD), *(cell.row() for cell in cells)]
    lines = ["| " + " | ".join([*row, *[""] * (len(HEAD) - len(row))]) + " |" for row in rows]
    return "\n".join([summary(cells) + ".", "", *lines])


def _mb(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="every combination")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="estimators")
    parser.add_argument("--family", nargs="+", metavar="NAME", help="families")
    parser.add_argument("--n", nargs="+", type=int, help="numbers of points")
    parser.add_argument("--json", type=Path, help="write everything measured here")
    parser.add_argument("--markdown", type=Path, help="write the table of docs/performance.md here")
    parser.add_argument("--list", action="store_true", help="say which cells would run")
    asked = parser.parse_args()
    todo = list(selected(asked))
    if asked.list:
        print(table([[f, e.name, f"{n:,}", f"{d} {o}"] for f, e, n, d, o in todo], HEAD[:4]))
        return
    warnings.filterwarnings("ignore")
    cells = []
    for one in todo:
        cells.append(measured(*one))
        print("  ".join(cells[-1].row()), flush=True)
        if asked.json:  # after each cell, so that an interrupted run is not lost
            asked.json.write_text(
                json.dumps(
                    {
                        "machine": machine(),
                        "summary": summary(cells),
                        "cells": [*map(asdict, cells)],
                    },
                    indent=1,
                ),
                encoding="utf-8",
            )
    cells.sort(key=lambda cell: (cell.failed is None, cell.ratio))
    print(f"\nThe ten worst:\n{table([cell.row() for cell in cells[:10]])}")
    print(f"\nAll:\n{table([cell.row() for cell in cells])}\n\n{summary(cells)}")
    if asked.markdown:
        asked.markdown.write_text(markdown(cells) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
