"""SciPy's own tests of hierarchies, run on our linkage functions.

The installed module is run anew, its `linkage`, `single` and `ward` become ours, and each of
its tests that builds a hierarchy is collected here, as it is and with each algorithm forced. `LEFT_OUT` names what is not run, with the
reason; tests that build none have nothing of ours in them.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from inkcluster import hierarchy
from inkcluster.cluster.linkage import choose

LEFT_OUT: dict[str, str] = {}
"""None: whatever builds a hierarchy is run."""


def _load() -> ModuleType:
    spec = importlib.util.find_spec("scipy.cluster.tests.test_hierarchy")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    module = ModuleType("scipy.cluster.tests.peer_test_hierarchy")
    module.__package__ = "scipy.cluster.tests"
    module.__file__ = spec.origin
    sys.modules[module.__name__] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source, spec.origin, "exec"), module.__dict__)
    assert hasattr(module, "linkage")
    for name in ("linkage", "single", "ward"):  # older versions do not test all of them
        setattr(module, name, getattr(hierarchy, name))
    return module


_PEER = _load()
_BUILDS = re.compile(r"\b(linkage|single|ward)\(|check_")
LEFT_OUT_SEEN: dict[str, str] = {}
COLLECTED = 0


def _collect(name: str, test: object, source: str) -> object | None:
    global COLLECTED  # noqa: PLW0603
    reason = next((why for what, why in LEFT_OUT.items() if re.fullmatch(what, name)), None)
    if reason:
        LEFT_OUT_SEEN[name] = reason
    elif _BUILDS.search(source):
        COLLECTED += 1
        return test
    return None


for _name, _thing in list(vars(_PEER).items()):
    if _name.startswith("test_"):
        if _collect(_name, _thing, inspect.getsource(_thing)) is not None:
            globals()[_name] = pytest.mark.filterwarnings("default")(_thing)
    elif _name.startswith("Test"):
        for _method in [m for m in vars(_thing) if m.startswith("test_")]:
            _test = getattr(_thing, _method)
            if _collect(f"{_name}.{_method}", _test, inspect.getsource(_test)) is None:
                delattr(_thing, _method)
        globals()[_name] = pytest.mark.filterwarnings("default")(_thing)


@pytest.fixture(autouse=True, params=["as it is", *choose.ALGORITHMS])
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    """The algorithm, for the methods that it builds."""
    with nullcontext() if request.param == "as it is" else choose.forced(request.param):
        yield


@pytest.fixture
def xp() -> ModuleType:
    """SciPy's fixture: the library of arrays, here NumPy only."""
    return np


def test_what_is_run_and_what_is_left_out() -> None:
    assert COLLECTED >= 20
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, name) for name in LEFT_OUT_SEEN), pattern
