"""Kernels are plain loops, compiled once each."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

from numba.core.dispatcher import Dispatcher

import inkcluster.kernels


def dispatchers():
    """Every compiled function under `kernels`, by the modules that define them."""
    found = {}
    for info in pkgutil.walk_packages(inkcluster.kernels.__path__, "inkcluster.kernels."):
        for value in vars(importlib.import_module(info.name)).values():
            if isinstance(value, Dispatcher):
                found[id(value)] = value
    return list(found.values())


def test_no_kernel_starts_threads_of_its_own():
    assert len(dispatchers()) > 30
    parallel = [d.py_func.__qualname__ for d in dispatchers() if d.targetoptions.get("parallel")]
    assert parallel == []


def test_no_two_kernels_share_an_entry_of_the_cache():
    """Numba's key is the function's file, line and name: not how it is compiled."""
    keys = Counter((d.py_func.__module__, d.py_func.__qualname__) for d in dispatchers())
    assert [key for key, times in keys.items() if times > 1] == []
