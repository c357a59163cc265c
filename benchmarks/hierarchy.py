"""Our hierarchies beside SciPy's, fastcluster's and scikit-learn's: time, memory, and the product.

Each is run in a process of its own, after a small run that compiles and warms up; peak memory is
that process's, with its libraries and data. The yardstick is one n × n × d product in float32,
measured in the same process just before. Beyond 10,000 points only ours is run, and how its time
grows is given as the exponent of n. Others are stopped after `--limit` seconds each and left out
once they have had `--budget` seconds together, which the table says; ours are always run.

    python -m benchmarks.hierarchy --json hierarchy.json
    python -m benchmarks.hierarchy --n 70000 --methods ward single --only ours
"""

# ruff: noqa: PLC0415 (a library is imported in the process that measures it, and only there)
from __future__ import annotations

import argparse
import json
import math
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")
TOGETHER = "centroid+median"  # side by side, one on each core, by `linkages`; only ours
LIBRARIES = ("ours", "scipy", "fastcluster", "fastcluster vectors", "scikit-learn")
VECTORS = ("ward", "single", "centroid", "median")
SHORT = ("--n", "2000", "--methods", "ward", "single", "average")
FILE = "mnist-original.mat"
LARGEST = 10_000
"""Points up to which the others are run: beyond, they take minutes, then too much memory."""
OURS = 1200  # seconds after which ours counts as failed
PACKAGES = {"fastcluster": "fastcluster", "fastcluster vectors": "fastcluster"}


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

        if method == TOGETHER:
            return lambda X: hierarchy.linkages(X, TOGETHER.split("+"))
        return lambda X: hierarchy.linkage(X, method)
    if method == TOGETHER:
        return None
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
        "peak_gb": peak_bytes() / 1e9,
        "product_seconds": product,
        "of_product": seconds / product,
        "load": os.getloadavg()[0],
    }


def peak_bytes() -> int:
    """Linux's VmHWM, which begins anew with the program; ``ru_maxrss`` keeps the parent's peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def growth(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How our time grows from the fewest to the most points: the exponent of n, wall and processor."""
    out = []
    for method in METHODS:
        runs = sorted(
            (r for r in results if r["library"] == "ours" and r["method"] == method),
            key=lambda r: r["n"],
        )
        runs = [r for r in runs if "seconds" in r]
        if len(runs) > 1 and runs[0]["n"] < runs[-1]["n"]:
            few, many = runs[0], runs[-1]
            span = math.log(many["n"] / few["n"])
            out.append(
                {
                    "method": method,
                    "from": few["n"],
                    "to": many["n"],
                    "wall": math.log(many["seconds"] / few["seconds"]) / span,
                    "cpu": math.log(many["cpu_seconds"] / few["cpu_seconds"]) / span,
                }
            )
    return out


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
    lines = [f"{'method':15} {'library':20} {'n':>7} " + " ".join(f"{name:>8}" for name in names)]
    ours = {
        (r["method"], r["n"]): r["seconds"]
        for r in results
        if r["library"] == "ours" and "seconds" in r
    }
    for r in results:
        head = f"{r['method']:15} {r['library']:20} {r['n']:7,}"
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


def run(
    sizes: Sequence[int],
    methods: Sequence[str],
    libraries: Sequence[str],
    limit: float,
    budget: float,
) -> list[dict[str, Any]]:
    """Run everything asked for, and print each result as it comes."""
    results: list[dict[str, Any]] = []
    spent = 0.0
    there = [a for a in libraries if a not in PACKAGES or find_spec(PACKAGES[a]) is not None]
    for library in sorted(set(libraries) - set(there)):
        print(f"{library} skipped: {PACKAGES[library]} is not installed (group `bench`)")
    for n in sizes:
        for method in methods:
            for library in there:
                others = library != "ours"
                if others and (n > LARGEST or builder(library, method) is None):
                    continue
                if others and spent > budget:
                    left_out = (
                        f"left out: the others have had {spent:.0f} s, --budget is {budget:.0f}"
                    )
                    results.append(
                        {"library": library, "method": method, "n": n, "failed": left_out}
                    )
                    continue
                start = time.perf_counter()
                result = _in_a_process(library, method, n, limit if others else OURS)
                spent += others * (time.perf_counter() - start)
                if result is not None:
                    results.append(result)
                    lines = table(results).splitlines()
                    print("\n".join(lines[-1 if results[1:] else 0 :]), flush=True)
    return results


def summary(results: list[dict[str, Any]], grown: list[dict[str, Any]]) -> str:
    """What all our methods take together at each size, and how each grows."""
    lines = []
    for n in sorted({r["n"] for r in results}):
        ours = {r["method"]: r for r in results if r["library"] == "ours" and r["n"] == n}
        both = ours.pop(TOGETHER, None)
        if len(ours) > 1 and all("seconds" in r for r in ours.values()):
            seconds = sum(r["seconds"] for r in ours.values())
            line = f"ours, {len(ours)} methods, n = {n:,}: {seconds:.1f} s one after the other"
            if both is not None and "seconds" in both and {*TOGETHER.split("+")} <= {*ours}:
                seconds += both["seconds"] - sum(ours[m]["seconds"] for m in TOGETHER.split("+"))
                line += f", {seconds:.1f} s with centroid and median at once"
            lines.append(line)
    lines += [
        f"{r['method']:9} grows as n^{r['wall']:.2f} (processor n^{r['cpu']:.2f}) "
        f"from {r['from']:,} to {r['to']:,}"
        for r in grown
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[10_000, 70_000])
    parser.add_argument(
        "--methods", nargs="+", choices=(*METHODS, TOGETHER), default=(*METHODS, TOGETHER)
    )
    parser.add_argument("--only", nargs="+", choices=LIBRARIES, default=LIBRARIES)
    parser.add_argument("--limit", type=float, default=180, help="seconds for each other's run")
    parser.add_argument("--budget", type=float, default=1500, help="seconds for all of the others'")
    parser.add_argument("--json", type=Path, help="write the results here as well")
    parser.add_argument(
        "--one", nargs=3, metavar=("LIBRARY", "METHOD", "N"), help=argparse.SUPPRESS
    )
    asked = parser.parse_args()
    if asked.one:
        library, method, n = asked.one
        print(json.dumps(one(library, method, int(n))))
        return
    results = run(asked.n, asked.methods, asked.only, asked.limit, asked.budget)
    print("\n" + table(results))
    grown = growth(results)
    print(summary(results, grown))
    text = json.dumps(
        {
            "machine": {
                "processors": os.cpu_count(),
                "platform": platform.system(),
                "python": platform.python_version(),
            },
            "results": results,
            "growth": grown,
        },
        indent=1,
    )
    if asked.json:
        asked.json.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
