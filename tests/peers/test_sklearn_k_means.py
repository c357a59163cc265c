"""scikit-learn's own tests of k-means, run on our class.

The installed module's source is read, its `KMeans` becomes ours, and each of its tests is collected
here, as it is and with each algorithm forced. `LEFT_OUT` names what is not run, with the reason.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from types import ModuleType

import numpy as np
import pytest

from inkcluster.cluster.kmeans import choose
from inkcluster.cluster.kmeans.estimator import KMeans

PRIVATE = "tests a private helper of scikit-learn's, not the class"
MINIBATCH = "tests MiniBatchKMeans, which is not replaced"
FUNCTION = "tests the function k_means or kmeans_plusplus, which is not replaced"

LEFT_OUT = {
    r"test_relocate_empty_clusters": PRIVATE,
    r"test_euclidean_distance": PRIVATE,
    r"test_inertia": PRIVATE,
    r"test_is_same_clustering": PRIVATE,
    r"test_minibatch_.*": MINIBATCH,
    r"test_k_means_function": FUNCTION,
    r"test_kmeans_plusplus_.*": FUNCTION,
}


def _load() -> ModuleType:
    spec = importlib.util.find_spec("sklearn.cluster.tests.test_k_means")
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123
        source = file.read()
    module = ModuleType("peer_test_k_means")
    module.__file__ = spec.origin
    sys.modules[module.__name__] = module
    swap = "\nfrom inkcluster.cluster.kmeans import KMeans\n\n# non centered"
    assert source.count("\n# non centered") == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(  # the peer's file, as installed
            compile(source.replace("\n# non centered", swap), spec.origin, "exec"),
            module.__dict__,
        )
    assert module.KMeans is KMeans
    return module


_PEER = _load()
LEFT_OUT_SEEN: dict[str, str] = {}
for _name, _test in vars(_PEER).items():
    if not _name.startswith("test_"):
        continue
    _reason = next((why for what, why in LEFT_OUT.items() if re.fullmatch(what, _name)), None)
    if _reason:
        LEFT_OUT_SEEN[_name] = _reason
    else:
        globals()[_name] = pytest.mark.filterwarnings("default")(_test)


@pytest.fixture
def global_random_seed() -> int:
    """scikit-learn's fixture, fixed."""
    return 42


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def global_dtype(request: pytest.FixtureRequest) -> type:
    """scikit-learn's fixture, both of its values."""
    return request.param


@pytest.fixture(autouse=True, params=["as it is", choose.BOUNDS, choose.PLAIN, choose.SHARP])
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    """The algorithm; scikit-learn's loops are what is chosen for these small sets."""
    with nullcontext() if request.param == "as it is" else choose.forced(request.param):
        yield


@pytest.fixture(autouse=True)
def _skip_what_is_not_ours(request: pytest.FixtureRequest) -> None:
    call = getattr(request.node, "callspec", None)
    if call is None:
        return
    if call.params.get("Estimator") is _PEER.MiniBatchKMeans:
        pytest.skip(MINIBATCH)
    if call.params.get("Klass") is _PEER.MiniBatchKMeans:
        pytest.skip(MINIBATCH)


def test_every_test_left_out_exists() -> None:
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, name) for name in LEFT_OUT_SEEN), pattern
