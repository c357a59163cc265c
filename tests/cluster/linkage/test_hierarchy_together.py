"""Hierarchies built side by side, and the limit on the BLAS that they share."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

import numba
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from inkcluster import hierarchy
from inkcluster.cluster.hierarchy import linkages
from inkcluster.cluster.linkage import choose, vectors
from inkcluster.errors import BadInputError, TooLittleMemoryError
from inkcluster.progress import Progress, listening


@pytest.fixture(autouse=True)
def ours():
    """The algorithms that hold no distances in float64, which large data get."""
    with choose.forced("rounds", "vectors", "spanning tree"):
        yield


def blas_threads():
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


def test_hierarchies_side_by_side_are_those_one_by_one(digits):
    X = digits.flat()[:700].astype(float)
    one_by_one = {method: hierarchy.linkage(X, method) for method in hierarchy.METHODS}
    before = blas_threads()
    with ThreadPoolExecutor(3) as pool:
        here = {m: copy_context() for m in hierarchy.METHODS}  # with what is forced
        asked = {m: pool.submit(here[m].run, hierarchy.linkage, X, m) for m in here}
    assert blas_threads() == before
    for found in ({m: f.result() for m, f in asked.items()}, linkages(X)):
        assert list(found) == list(one_by_one)
        for method, Z in one_by_one.items():
            np.testing.assert_array_equal(found[method], Z)


def test_distances_and_little_memory_are_taken_one_by_one(rng):
    y = rng.random(45)
    for method, Z in linkages(y, ["median", "single", "centroid"]).items():
        np.testing.assert_array_equal(Z, hierarchy.linkage(y, method))
    X = rng.standard_normal((50, 3))
    enough_for_one = 200 << 20
    found = linkages(X, ["centroid", "median"], memory_limit=enough_for_one)
    np.testing.assert_array_equal(found["median"], hierarchy.median(X))
    with pytest.raises(BadInputError, match="needs"):
        linkages(X, ["centroid", "median"], memory_limit=1 << 20)


def test_all_are_planned_and_checked_before_the_first_is_started(rng):
    X = rng.standard_normal((3000, 4))
    for methods, error, limit in (
        (["single", "centroid", "average"], TooLittleMemoryError, 150 << 20),
        (["single", "ward", "nearest"], BadInputError, None),
    ):
        with listening(listener := Listener()), pytest.raises(error, match=methods[-1]):
            linkages(X, methods, memory_limit=limit)
        assert listener.units == {}


class Listener(Progress):
    """Names the tasks and adds up their units; interrupts at the `stop`-th word."""

    def __init__(self, stop=np.inf):
        self.units, self.left = {}, stop

    @contextmanager
    def task(self, what, total=None):
        self.units[what] = [0, total]

        def advance(amount):
            self.units[what][0] += amount
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt

        yield advance


@pytest.mark.skipif(numba.get_num_threads() < 2, reason="one core builds one after the other")
def test_both_say_how_far_they_are_and_stop_together(rng, monkeypatch):
    monkeypatch.setattr(vectors, "STEP", 64)
    X = rng.standard_normal((900, 40))
    with listening(listener := Listener()):
        linkages(X, ["centroid", "median"])
    assert listener.units == {f"{m}, merges": [899, 899] for m in ("centroid", "median")}
    with listening(Listener(9)), pytest.raises(KeyboardInterrupt):
        linkages(X, ["centroid", "median"])
