"""The first call in a fresh process with no compiled code, ours and scikit-learn's or SciPy's.

    python -m benchmarks.cold [--only NAME ...] [--data digits mnist noise] [--study] [--json FILE]
                              [--markdown FILE]

`first - second` is what a first call costs beyond a second one of the same process; `compiled` is
how many functions were compiled meanwhile, and `worst` which of them took longest (with what each
of them contains). `cpu` is of processor seconds, which suffer less from a busy machine. Each runs in a
process of its own with an empty kernel cache, after Inkcluster or the peer has been imported.
`mnist` is 5,000 images of 784 pixels, `noise` as many uniform rows. `--study` runs the whole study
of the digits, everything cold; the caches of Matplotlib and Numba are empty folders.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._bench import machine, mnist_file
from benchmarks.stranger import table

SHORT = ("--data", "digits", "--only", "KMeans", "ward", "DBSCAN")
"""The arguments of a short run, for ``python -m benchmarks``."""
GOALS = {"digits": 0.5, "mnist": 3.0, "noise": 3.0}
"""Seconds that a first call may cost beyond a second one."""
SHAPE_GOAL = 3.0
"""The same for shape clustering of the digits."""
STUDY_GOAL = 25.0
"""Seconds for the study of the digits."""

DATA = {
    "digits": "from sklearn.datasets import load_digits; X = load_digits().data; shape = (8, 8)",
    "mnist": "from scipy.io import loadmat; X = loadmat({mnist!r})['data'].T;"
    "X = X[np.random.default_rng(0).permutation(len(X))[:5000]].astype(float); shape = (28, 28)",
    "noise": "X = np.random.default_rng(0).random((5000, 784)); shape = (28, 28)",
}
"""Code that makes `X` and `shape`."""


def _both(name: str) -> tuple[str, str]:
    """The same expression of ours and of scikit-learn."""
    return f"inkcluster.{name}.fit(X)", f"sklearn.cluster.{name}.fit(X)"


EPS = "float(np.sqrt(((X[:400] - X[400:800]) ** 2).sum(1)).min())"
CALLS: dict[str, tuple[str, str | None]] = {
    "KMeans(10)": _both("KMeans(10, random_state=0)"),
    "KMeans(50, n_init=3)": _both("KMeans(50, n_init=3, random_state=0)"),
    **{
        f"linkage {method}": (
            f"inkcluster.hierarchy.linkage(X, '{method}')",
            f"scipy.cluster.hierarchy.linkage(X, '{method}')",
        )
        for method in ("ward", "single", "average", "complete", "weighted", "centroid", "median")
    },
    "AgglomerativeClustering(10)": _both("AgglomerativeClustering(10)"),
    "DBSCAN": _both(f"DBSCAN({EPS})"),
    "DBSCANGrid": (f"inkcluster.DBSCANGrid([{EPS}], [3, 5, 10]).fit(X)", None),
    "HDBSCAN": _both("HDBSCAN(min_cluster_size=20, copy=True)"),
    "nearest_neighbors(k=10)": (
        "nearest_neighbors(X, 10)",
        "NearestNeighbors(n_neighbors=10).fit(X).kneighbors()",
    ),
    "kmeans_range(2 to 12)": (
        "inkcluster.cluster.kmeans_range(X, range(2, 13), random_state=0)",
        None,
    ),
    "ShapeClustering(10)": (
        "inkcluster.ShapeClustering(10, image_shape=shape, random_state=0).fit(X)",
        None,
    ),
}
"""Ours and the peer's, on `X`."""

CHILD = """
import json, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
{imports}
{data}
compiled = []
{listen}
def call():
    start, processor = time.perf_counter(), time.process_time()
    {call}
    return time.perf_counter() - start, time.process_time() - processor
first, first_cpu = call()
functions = list(compiled)
second, second_cpu = map(min, zip(*(call() for _ in range(2 if first < 20 else 1))))
print(json.dumps(dict(
    first=first, second=second, first_cpu=first_cpu, second_cpu=second_cpu, compiled=functions
)))
"""
LISTEN = """
from numba.core import event
started = []
class Kernels(event.Listener):
    def on_start(self, e): started.append(time.process_time())
    def on_end(self, e):
        taken = time.process_time() - started.pop()
        compiled.append((e.data["dispatcher"].py_func.__qualname__, taken))
event.register("numba:compile", Kernels())
"""
OURS = (
    "import inkcluster, inkcluster.hierarchy\n"
    "from inkcluster.cluster.neighbors.nearest import nearest_neighbors\n"
    "inkcluster.KMeans, inkcluster.cluster.kmeans_range, inkcluster.ShapeClustering"
)
THEIRS = (
    "import sklearn.cluster, scipy.cluster.hierarchy\n"
    "from sklearn.neighbors import NearestNeighbors"
)


def measured(name: str, data: str) -> dict[str, Any]:
    ours, theirs = CALLS[name]
    row = {"call": name, "data": data, **_run(OURS, data, ours, LISTEN)}
    if theirs is not None:
        row["peer"] = _run(THEIRS, data, theirs, "")
    return row


def _run(imports: str, data: str, call: str, listen: str) -> dict[str, Any]:
    made = DATA[data]
    if data == "mnist":
        made = made.format(mnist=str(mnist_file()))
    code = CHILD.format(imports=imports, data=made, call=call, listen=listen)
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_CACHE_DIR": empty},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def study() -> dict[str, Any]:
    """Seconds of the whole study of the digits from the command line."""
    with tempfile.TemporaryDirectory() as empty:
        caches = {name: f"{empty}/{name}" for name in ("NUMBA_CACHE_DIR", "MPLCONFIGDIR")}
        start, before = time.perf_counter(), os.times()
        done = subprocess.run(
            [sys.executable, "-m", "inkcluster", "study", "digits", "--out", f"{empty}/run", "-q"],
            env={**os.environ, **caches},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds, after = time.perf_counter() - start, os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        kept = sorted(p.stem.split("-")[0] for p in Path(empty).rglob("*.nbi"))
    return {
        "call": "inkcluster study digits",
        "data": "digits",
        "first": seconds,
        "second": 0.0,
        "processor": spent,
        "compiled": [(name, 0.0) for name in kept],
        **({"failed": done.stderr[-300:]} if done.returncode else {}),
    }


HEAD = [
    "call",
    "data",
    "first - second s",
    "cpu s",
    "goal",
    "second s",
    "peer's",
    "compiled",
    "worst",
]


def row(found: Mapping[str, Any]) -> list[str]:
    name, data = found["call"], found["data"]
    if "failed" in found:
        return [name, data, "failed", *[""] * 5, found["failed"]]
    goal = STUDY_GOAL if "study" in name else GOALS[data]
    goal = SHAPE_GOAL if "Shape" in name and data == "digits" else goal
    longest = sorted(found["compiled"], key=lambda one: -one[1])[:2]
    peer = found.get("peer", {})
    return [
        name,
        data,
        f"{found['first'] - found['second']:.2f}",
        f"{found.get('processor') or found['first_cpu'] - found['second_cpu']:.2f}",
        f"{goal:g}",
        f"{found['second']:.2f}",
        f"{peer['first'] - peer['second']:.2f}" if "first" in peer else "",
        str(len(found["compiled"])),
        ", ".join(f"{which} {taken:.1f}" for which, taken in longest if taken),
    ]


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """The table of docs/performance.md."""
    every = [HEAD, ["---"] * len(HEAD), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in every)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="calls, by parts of their names")
    parser.add_argument("--data", nargs="+", choices=list(DATA), help="by default digits and mnist")
    parser.add_argument("--study", action="store_true", help="the study of the digits too")
    parser.add_argument("--json", type=Path, help="write everything measured here")
    parser.add_argument("--markdown", type=Path, help="write the table of docs/performance.md here")
    asked = parser.parse_args()
    found = []
    for data in asked.data or ("digits", "mnist"):
        for name in CALLS:
            if asked.only and not any(part.lower() in name.lower() for part in asked.only):
                continue
            found.append(measured(name, data))
            print("  ".join(row(found[-1])), flush=True)
    if asked.study:
        found.append(study())
    rows = [row(one) for one in found]
    print(f"\n{table(rows, HEAD)}")
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine(), "calls": found}, indent=1))
    if asked.markdown:
        asked.markdown.write_text(markdown(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
