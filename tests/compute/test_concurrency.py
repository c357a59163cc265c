"""Fits from several threads at once, and in a forked process, give what one alone gives."""

import os
import subprocess
import sys

import pytest

WORK = """
import numpy as np
from inkcluster import DBSCAN, HDBSCAN, AgglomerativeClustering, DBSCANGrid, KMeans, ShapeClustering
from inkcluster.cluster import kmeans_range
from inkcluster.cluster.neighbors import nearest_neighbors
from inkcluster.hierarchy import linkage

rng = np.random.default_rng(69)
X = rng.normal(size=(9000, 20)) + 6 * rng.normal(size=(8, 20))[np.arange(9000) % 8]
some = X[:2600]  # enough for the compiled engines
few = np.ascontiguousarray(X[:1200])  # left to scikit-learn
wide = rng.normal(size=(2600, 12)) @ rng.normal(size=(12, 60)) + rng.normal(size=(2600, 60))
images = rng.uniform(0, 0.1, (120, 12, 12))
images[:60, 2:10, 5:7] += 1
images[60:, 5:7, 2:10] += 1

fits = {
    "k-means": lambda: KMeans(8, n_init=3, random_state=0).fit(X).labels_,
    "k-means of few points": lambda: KMeans(8, n_init=3, random_state=0).fit(some).labels_,
    "k-means range": lambda: kmeans_range(some, [2, 5], random_state=0).restarts[5].labels,
    "agglomerative": lambda: AgglomerativeClustering(8).fit(wide).labels_,
    "average linkage": lambda: linkage(some, "average"),
    "single linkage": lambda: linkage(wide, "single"),
    "centroid linkage": lambda: linkage(some, "centroid"),
    "DBSCAN": lambda: DBSCAN(8.0).fit(wide).labels_,
    "DBSCAN by scikit-learn": lambda: DBSCAN(8.0, metric="cityblock").fit(few).labels_,
    "DBSCAN grid of few": lambda: DBSCANGrid([6.0, 8.0], [3, 5], refine=0).fit(few).labels_,
    "HDBSCAN by scikit-learn": lambda: HDBSCAN(metric="cityblock", copy=True).fit(few).labels_,
    "DBSCAN grid": lambda: DBSCANGrid([6.0, 8.0], [3, 5], refine=0).fit(some).labels_,
    "HDBSCAN": lambda: HDBSCAN(copy=True).fit(some).labels_,
    "shapes": lambda: ShapeClustering(2, random_state=0).fit(images).labels_,
    "neighbours": lambda: nearest_neighbors(wide, 9)[1],
}
"""
ALONE = """
alone = {name: fit() for name, fit in fits.items()}
jobs = list(fits) * 2

def check(found):
    for name, result in zip(jobs, found, strict=True):
        np.testing.assert_array_equal(result, alone[name], err_msg=name)
"""
PROCESSES = """
def one(name):
    return fits[name]()

if __name__ == "__main__":
    import sys
    from multiprocessing import get_context
    from joblib import Parallel, delayed

    alone = {name: fit() for name, fit in fits.items()}
    if sys.argv[1] == "loky":
        found = Parallel(n_jobs=2, backend="loky")(delayed(one)(name) for name in fits)
    else:
        with get_context(sys.argv[1]).Pool(2) as pool:
            found = pool.map(one, fits, chunksize=1)
    for name, result in zip(fits, found, strict=True):
        np.testing.assert_array_equal(result, alone[name], err_msg=name)
"""
POOL = """
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    check(list(pool.map(lambda name: fits[name](), jobs)))
"""
JOBLIB = """
from joblib import Parallel, delayed

check(Parallel(n_jobs=4, backend="threading")(delayed(fits[name])() for name in jobs))
"""
FORK = """
import faulthandler, os, threading

busy = threading.Thread(target=lambda: [fits["k-means"]() for _ in range(5)])
busy.start()  # the parent is in the middle of a fit
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(200, exit=True)
    check([fits[name]() for name in jobs])
    os._exit(0)
busy.join()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["workqueue", "omp", "tbb"])
def test_fits_from_several_threads_are_those_alone(layer):
    if layer == "tbb":
        pytest.importorskip("numba.np.ufunc.tbbpool", exc_type=ImportError)
    run(WORK + ALONE + POOL + JOBLIB, NUMBA_THREADING_LAYER=layer)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fits_in_a_forked_process_are_those_alone():
    run(WORK + ALONE + FORK, NUMBA_THREADING_LAYER="workqueue", OMP_NUM_THREADS="2")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["fork", "forkserver", "spawn", "loky"])
def test_fits_in_processes_of_every_kind_are_those_alone(tmp_path, way):
    if way in ("fork", "forkserver") and not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    script = tmp_path / "work.py"
    script.write_text(WORK + PROCESSES)
    run([script, way], NUMBA_THREADING_LAYER="workqueue", OMP_NUM_THREADS="2")


def run(code, **variables):
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2", **variables}
    what = ["-c", code] if isinstance(code, str) else list(map(str, code))
    command = [sys.executable, "-W", "ignore::DeprecationWarning", *what]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("fit", ["grid", "peer"])
def test_scikit_learns_loops_end_in_a_forked_process(fit):
    code = """
import faulthandler, os
import numpy as np
from inkcluster import DBSCAN, DBSCANGrid

X = np.random.default_rng(0).normal(size=(1200, 20))
fits = {
    "grid": lambda: DBSCANGrid([6.0, 8.0], [3, 5], refine=0).fit(X).labels_,
    "peer": lambda: DBSCAN(8.0, metric="cityblock").fit(X).labels_,
}
alone = fits[FIT]()
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(60, exit=True)
    assert (fits[FIT]() == alone).all()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    run(f"FIT = {fit!r}\n{code}", OMP_NUM_THREADS="2")
