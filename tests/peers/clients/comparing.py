"""Runs code twice, with the originals and with ours in their place, and compares all it gives."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import scipy.cluster.hierarchy
import sklearn.cluster

import inkcluster.cluster
import inkcluster.hierarchy

ORIGINAL = SimpleNamespace(cluster=sklearn.cluster, hierarchy=scipy.cluster.hierarchy)
OURS = SimpleNamespace(cluster=inkcluster.cluster, hierarchy=inkcluster.hierarchy)
ROUNDING = 1e-12
"""Heights of a hierarchy are summed in another order."""


def assert_the_same(client: Callable[[ModuleType, ModuleType], Any]) -> None:
    """Whole numbers and text are equal; fractions to the last digits."""
    theirs = client(ORIGINAL.cluster, ORIGINAL.hierarchy)
    ours = client(OURS.cluster, OURS.hierarchy)
    compare(ours, theirs, "result")


def compare(ours: Any, theirs: Any, where: str, rounding: float = ROUNDING) -> None:
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs), where
        for key, value in theirs.items():
            compare(ours[key], value, f"{where}[{key!r}]", rounding)
    elif isinstance(theirs, list | tuple) and not np.isscalar(theirs) and _is_nested(theirs):
        assert len(ours) == len(theirs), where
        for at, value in enumerate(theirs):
            compare(ours[at], value, f"{where}[{at}]", rounding)
    else:
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        assert ours.dtype == theirs.dtype, where
        if theirs.dtype.kind == "f":
            scale = np.abs(theirs[np.isfinite(theirs)]).max(initial=0)
            np.testing.assert_allclose(ours, theirs, rounding, rounding * scale, err_msg=where)
        else:
            np.testing.assert_array_equal(ours, theirs, err_msg=where)


def _is_nested(values: Any) -> bool:
    return any(isinstance(value, list | tuple | dict | np.ndarray) for value in values)
