"""scikit-learn's own tests of hierarchical clustering, run on our class.

The installed module's source is read, its `AgglomerativeClustering` becomes ours, and each of its
tests is collected here, as it is and with each algorithm forced. `LEFT_OUT` names what is not run, with the reason.
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

from inkcluster import AgglomerativeClustering
from inkcluster.cluster.linkage import choose

PRIVATE = "tests a private helper of scikit-learn's, not the class"

WARD_TREE = "tests scikit-learn's own function ward_tree, of which the class has no need"
DICTIONARY = "tests a dictionary of scikit-learn's own that only its linkages use"

LEFT_OUT = {
    r"test_linkage_misc": PRIVATE,
    r"test_structured_linkage_tree": PRIVATE,
    r"test_unstructured_linkage_tree": PRIVATE,
    r"test_height_linkage_tree": PRIVATE,
    r"test_zero_cosine_linkage_tree": PRIVATE,
    r"test_sparse_scikit_vs_scipy": PRIVATE,
    r"test_vector_scikit_single_vs_scipy_single": PRIVATE,
    r"test_mst_linkage_core_memory_mapped": PRIVATE,
    r"test_ward_tree_children_order": WARD_TREE,
    r"test_ward_linkage_tree_return_distance": WARD_TREE,
    r"test_int_float_dict": DICTIONARY,
    r"test_affinity_passed_to_fix_connectivity": PRIVATE,
}


def _load() -> ModuleType:
    spec = importlib.util.find_spec("sklearn.cluster.tests.test_hierarchical")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    module = ModuleType("peer_test_hierarchical")
    module.__file__ = spec.origin
    sys.modules[module.__name__] = module
    before = "\n\ndef test_linkage_misc"
    assert source.count(before) == 1
    swap = "\nfrom inkcluster import AgglomerativeClustering\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source.replace(before, swap + before), spec.origin, "exec"), module.__dict__)
    assert module.AgglomerativeClustering is AgglomerativeClustering
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


@pytest.fixture(autouse=True, params=["as it is", *choose.ALGORITHMS])
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    """The algorithm, for the methods that it builds."""
    with nullcontext() if request.param == "as it is" else choose.forced(request.param):
        yield


@pytest.fixture
def global_random_seed() -> int:
    """scikit-learn's fixture, fixed."""
    return 42


def test_every_test_left_out_exists() -> None:
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, name) for name in LEFT_OUT_SEEN), pattern
