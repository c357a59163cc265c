"""What is compiled ahead is all that is compiled."""

import pytest

from inkcluster.cluster import hierarchy, warm
from inkcluster.cluster.linkage import choose


@pytest.mark.parametrize(
    ("part", "methods"),
    [
        ("ward", ("ward", "single")),
        ("centroid", ("centroid", "median")),
        ("average", ("average", "complete", "weighted")),
    ],
)
def test_hierarchies_are_built_by_every_algorithm_that_compiles(part, methods, monkeypatch):
    asked = set()

    def linkage(X, method):
        asked.add((choose.plan(X, method, 1 << 40).algorithm, method, X.dtype.name))

    monkeypatch.setattr(hierarchy, "linkage", linkage)
    monkeypatch.setattr(hierarchy, "cuts", lambda Z, k: None)
    warm.PARTS[part]()
    for algorithm in ("vectors", "spanning tree", "rounds"):  # kernels of each dtype
        for method in set(methods).intersection(choose.ALGORITHMS[algorithm]):
            for dtype in ("uint8", "float32", "float64"):
                assert (algorithm, method, dtype) in asked
    for algorithm in ("chain", "direct", "generic"):  # all in float64
        for method in set(methods).intersection(choose.ALGORITHMS[algorithm]):
            assert any(each[:2] == (algorithm, method) for each in asked)
