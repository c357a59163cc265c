"""Lays out MATLAB's structs, cells and sparse matrices as plain arrays with dotted names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.arrays.mat5 import Cell, Sparse
from inkcluster.images.readers.guard import MAX_TYPED_RATIO, check_unpacked


def plain_arrays(values: dict[str, Any], path: Path, packed: int) -> dict[str, NDArray[Any]]:
    """Every array in `values`, those within structs as ``struct.field``.

    Sparse matrices become dense, in bytes where their values allow it, within the budget of
    :func:`~inkcluster.images.readers.guard.check_unpacked`. A cell or struct array becomes one array
    if its members are single strings, or numbers of one shape, else an empty one, so that it is named among what is not used.
    """
    arrays: dict[str, NDArray[Any]] = {}
    dense = 0
    for key, value in _members("", values):
        if isinstance(value, Sparse):
            entries = value.values
            in_bytes = entries.astype(np.uint8)
            if (in_bytes == entries).all():
                entries = in_bytes
            dense += math.prod(value.shape) * entries.dtype.itemsize
            check_unpacked(path, dense, packed, MAX_TYPED_RATIO)
            arrays[key] = replace(value, values=entries).dense()
        else:
            arrays[key] = value
    return arrays


def _members(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _members(f"{name}.{key}" if name else key, member)
    elif isinstance(value, list):
        fields = value[0] if value else {}
        for key in fields:
            cell = Cell((len(value), 1), [row[key] for row in value])
            yield from _members(f"{name}.{key}", cell)
    elif isinstance(value, Cell):
        stacked = _stacked(value.members)
        yield name, np.empty(0, np.str_) if stacked is None else stacked
    else:
        yield name, value


def _stacked(members: list[Any]) -> NDArray[Any] | None:
    if not members or not all(isinstance(member, np.ndarray) for member in members):
        return None
    if all(member.dtype.kind == "U" and member.shape in ((1,), (0,)) for member in members):
        return np.array([str(member[0]) if member.size else "" for member in members], np.str_)
    if len({member.shape for member in members}) > 1:
        return None
    if any(member.dtype.kind not in "biuf" for member in members):
        return None
    stacked = np.stack(members)
    return stacked.ravel() if stacked[0].size == 1 else stacked
