"""scikit-learn's own tests of DBSCAN, run on our class.

The installed module's source is read, and its `DBSCAN` and `dbscan` become ours; each test is run
as it is, and with each algorithm forced. `LEFT_OUT` names what is not run, with the reason.
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
from typing import Any

import numpy as np
import pytest

from inkcluster import DBSCAN
from inkcluster.cluster.density import choose

LEFT_OUT: dict[str, str] = {}
"""Nothing: all of its tests are of the public behaviour, and pass."""


def dbscan(
    X: Any,
    eps: float = 0.5,
    *,
    min_samples: int = 5,
    metric: Any = "minkowski",
    metric_params: Any = None,
    algorithm: str = "auto",
    leaf_size: int = 30,
    p: float | None = 2,
    sample_weight: Any = None,
    n_jobs: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's function of the same name, with our class."""
    est = DBSCAN(
        eps=eps,
        min_samples=min_samples,
        metric=metric,
        metric_params=metric_params,
        algorithm=algorithm,
        leaf_size=leaf_size,
        p=p,
        n_jobs=n_jobs,
    )
    est.fit(X, sample_weight=sample_weight)
    return est.core_sample_indices_, est.labels_


def _load() -> ModuleType:
    spec = importlib.util.find_spec("sklearn.cluster.tests.test_dbscan")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    module = ModuleType("peer_test_dbscan")
    module.__file__ = spec.origin
    sys.modules[module.__name__] = module
    theirs = "from sklearn.cluster import DBSCAN, dbscan\n"
    assert source.count(theirs) == 1
    source = source.replace(theirs, "")
    module.__dict__.update(DBSCAN=DBSCAN, dbscan=dbscan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source, spec.origin, "exec"), module.__dict__)
    assert module.DBSCAN is DBSCAN
    assert module.dbscan is dbscan
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


@pytest.fixture(params=["as it is", "matrix", "tree", "sweeps", "scikit-learn"], autouse=True)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """The algorithm that finds the labels."""
    with nullcontext() if request.param == "as it is" else choose.forced(request.param):
        yield


@pytest.fixture
def global_random_seed() -> int:
    """scikit-learn's fixture, fixed."""
    return 42


def test_every_test_left_out_exists() -> None:
    assert len([name for name in vars(_PEER) if name.startswith("test_")]) >= 18
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, name) for name in LEFT_OUT_SEEN), pattern
