"""scikit-learn's own tests of HDBSCAN, run on our class.

The installed module's source is read, its `HDBSCAN` becomes ours, and each of its tests is run as
it is, and with each algorithm forced. `LEFT_OUT` names what is not run, with the reason.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import pytest

from inkcluster import HDBSCAN
from inkcluster.cluster.hdbscan import choose

PRIVATE = "tests a private helper of scikit-learn's, not the class"

LEFT_OUT = {
    r"test_labelling_distinct": PRIVATE,
    r"test_labelling_thresholding": PRIVATE,
}


def _load() -> ModuleType:
    spec = importlib.util.find_spec("sklearn.cluster.tests.test_hdbscan")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    module = ModuleType("peer_test_hdbscan")
    module.__file__ = spec.origin
    sys.modules[module.__name__] = module
    before = "\nX, y = make_blobs("
    assert source.count(before) == 1
    swap = "\nfrom inkcluster import HDBSCAN\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source.replace(before, swap + before), spec.origin, "exec"), module.__dict__)
    assert module.HDBSCAN is HDBSCAN
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


@pytest.fixture(params=["as it is", "prim", "stored", "boruvka"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The algorithm that builds the trees of Euclidean distances."""
    every_size = request.node.originalname == "test_hdbscan_min_cluster_size"
    if every_size and request.param != "as it is":  # a fit for each of so many sizes
        monkeypatch.setattr(_PEER, "X", _PEER.X[::4])
    with nullcontext() if request.param == "as it is" else choose.forced(request.param):
        yield


@pytest.fixture
def global_random_seed() -> int:
    """scikit-learn's fixture, fixed."""
    return 42


def test_every_test_left_out_exists() -> None:
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, name) for name in LEFT_OUT_SEEN), pattern
