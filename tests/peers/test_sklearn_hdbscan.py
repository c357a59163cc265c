"""scikit-learn's own tests of HDBSCAN, run on our class.

The installed module's source is read, its `HDBSCAN` becomes ours, and each of its tests is
collected here. `LEFT_OUT` names what is not run, with the reason.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from inkcluster import HDBSCAN

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


@pytest.fixture
def global_random_seed() -> int:
    """scikit-learn's fixture, fixed."""
    return 42


def test_every_test_left_out_exists() -> None:
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, name) for name in LEFT_OUT_SEEN), pattern
