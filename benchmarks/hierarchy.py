"""Our hierarchies beside SciPy's, fastcluster's and scikit-learn's: time, memory, and the product.

Each is run in a process of its own, after a small run that compiles and warms up; peak memory is
that process's. The yardstick is one n × n × d product in float32, measured in the same run.

    python -m benchmarks.hierarchy --n 10000
    python -m benchmarks.hierarchy --n 70000 --methods ward single --only ours
"""

# ruff: noqa: PLC0415 (a library is imported in the process that measures it, and only there)
from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")
LIBRARIES = ("ours", "scipy", "fastcluster", "fastcluster vectors", "scikit-learn")
VECTORS = ("ward", "single", "centroid", "median")
SHORT = ("--n", "2000", "--methods", "ward", "single", "average")
FILE = "mnist-original.mat"
LARGEST = {"ours": 70_000, "fastcluster vectors": 10_000}
"""Above these sizes (20,000 for the others) a library takes too long or too much memory."""


def points(n: int) -> np.ndarray:
    """`n` digits in a fixed random order, uint8; the 1,797 small ones where MNIST is absent."""
    here = Path(__file__).resolve()
    folders = [os.environ.get("INKCLUSTER_DATA"), here.parents[2] / "shared" / "data"]
    found = next((Path(f) / FILE for f in folders if f and (Path(f) / FILE).is_file()), None)
    if found is None:
        from sklearn.datasets import load_digits

        X = load_digits().data.astype(np.uint8)
    else:
        from scipy.io import loadmat

        X = np.ascontiguousarray(loadmat(found, variable_names=["data"])["data"].T)
    return np.ascontiguousarray(X[np.random.default_rng(0).permutation(len(X))[:n]])


def product_seconds(X: np.ndarray, share: int = 8) -> float:
    """Seconds of the product X·Xᵀ in float32, from every `share`-th block of rows."""
    A = X.astype(np.float32)
    rows = 1024
    out = np.empty((rows, len(A)), np.float32)
    starts = list(range(0, len(A) - rows + 1, rows))[::share] or [0]
    np.dot(A[:rows], A.T, out=out[: len(A[:rows])])
    start = time.perf_counter()
    for s in starts:
        np.dot(A[s : s + rows], A.T, out=out[: len(A[s : s + rows])])
    done = sum(len(A[s : s + rows]) for s in starts)
    return (time.perf_counter() - start) * len(A) / done


def builder(  # noqa: PLR0911 (one for each library)
    library: str, method: str
) -> Callable[[np.ndarray], Any] | None:
    """What builds the hierarchy of float64 or uint8 points, None where the library cannot."""
    if library == "ours":
        from inkcluster import hierarchy

        return lambda X: hierarchy.linkage(X, method)
    if library == "scipy":
        from scipy.cluster import hierarchy as peer

        return lambda X: peer.linkage(X.astype(np.float64), method)
    if library == "scikit-learn":
        if method not in ("ward", "single", "average", "complete"):
            return None
        from sklearn.cluster import AgglomerativeClustering

        return AgglomerativeClustering(linkage=method, compute_distances=True).fit
    import fastcluster

    if library == "fastcluster vectors":
        if method not in VECTORS:
            return None
        return lambda X: fastcluster.linkage_vector(X.astype(np.float64), method)
    return lambda X: fastcluster.linkage(X.astype(np.float64), method)


def one(library: str, method: str, n: int) -> dict[str, Any] | None:
    """Time and peak memory in this process."""
    build = builder(library, method)
    if build is None:
        return None
    X = points(n)
    product = product_seconds(X)
    if library == "ours":
        for few in (300, 4500):  # both layouts of stored distances
            build(X[:few])
    before = time.process_time()
    start = time.perf_counter()
    build(X)
    seconds = time.perf_counter() - start
    return {
        "library": library,
        "method": method,
        "n": len(X),
        "d": X.shape[1],
        "seconds": seconds,
        "cpu_seconds": time.process_time() - before,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "product_seconds": product,
        "of_product": seconds / product,
    }


def _in_a_process(library: str, method: str, n: int, limit: float) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "benchmarks.hierarchy", "--one", library, method, str(n)]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"library": library, "method": method, "n": n, "failed": f"over {limit:.0f} s"}
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [f"exit code {error.returncode}"])[-1]
        return {"library": library, "method": method, "n": n, "failed": last}
    found: dict[str, Any] | None = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def table(results: list[dict[str, Any]]) -> str:
    """The results as text; ratios are another library's time over ours."""
    names = ("seconds", "cpu", "peak GB", "product", "/product", "/ours")
    lines = [f"{'method':9} {'library':20} {'n':>7} " + " ".join(f"{name:>8}" for name in names)]
    ours = {
        (r["method"], r["n"]): r["seconds"]
        for r in results
        if r["library"] == "ours" and "seconds" in r
    }
    for r in results:
        head = f"{r['method']:9} {r['library']:20} {r['n']:7,}"
        if "failed" in r:
            lines.append(f"{head} {r['failed']}")
            continue
        base = ours.get((r["method"], r["n"]))
        ratio = f"{r['seconds'] / base:8.1f}" if base else ""
        lines.append(
            f"{head} {r['seconds']:8.2f} {r['cpu_seconds']:8.2f} {r['peak_gb']:8.2f} "
            f"{r['product_seconds']:8.2f} {r['of_product']:8.2f} {ratio}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[10_000])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--only", nargs="+", choices=LIBRARIES, default=LIBRARIES)
    parser.add_argument("--limit", type=float, default=600, help="seconds for each run")
    parser.add_argument("--json", type=Path, help="write the results here as well")
    parser.add_argument(
        "--one", nargs=3, metavar=("LIBRARY", "METHOD", "N"), help=argparse.SUPPRESS
    )
    asked = parser.parse_args()
    if asked.one:
        library, method, n = asked.one
        print(json.dumps(one(library, method, int(n))))
        return
    results = []
    for n in asked.n:
        for method in asked.methods:
            for library in asked.only:
                if n > LARGEST.get(library, 20_000):
                    continue
                result = _in_a_process(library, method, n, asked.limit)
                if result is not None:
                    results.append(result)
                    print(
                        table(results).splitlines()[-1] if len(results) > 1 else table(results),
                        flush=True,
                    )
    print("\n" + table(results))
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2), encoding="utf-8")
    else:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
