"""Reads MATLAB's files: v4 through SciPy, v5 to v7 and v7.3 (HDF5) through the modules beside."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.choosing import choose
from inkcluster.images.readers.arrays.hdf5 import is_hdf5, read_hdf5
from inkcluster.images.readers.arrays.mat5 import read_mat5
from inkcluster.images.readers.arrays.nested import plain_arrays
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_TYPED_RATIO,
    check_unpacked,
    head,
    reading,
    regular_file,
)
from inkcluster.progress import current

_BYTES = {
    "double": 8, "single": 4, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2,
    "int32": 4, "uint32": 4, "int64": 8, "uint64": 8, "logical": 1, "char": 4,
}  # fmt: skip


def read_mat(path: Path, asked: Asked) -> Found:
    """Read a ``.mat`` file of version 4 to 7.3, or any HDF5 file; images and labels are found by shape.

    The images are the largest variable: in rows, in columns, as (n, h, w) or as (h, w, n). The
    labels are a vector as long as one of its sides. MATLAB objects and functions are refused.
    """
    arrays, from_matlab = mat_arrays(path)
    with reading(path, "a MATLAB file"):
        found = choose(arrays, str(path), asked, from_matlab=from_matlab)
    return replace(found, what="a MATLAB file" if from_matlab else "an HDF5 file")


def mat_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], bool]:
    """The arrays of a ``.mat`` or HDF5 file by name, and whether MATLAB wrote it."""
    packed = regular_file(path)
    with reading(path, "a MATLAB file"), current().task(f"reading {path.name}", packed) as advance:
        is_newest = is_hdf5(head(path, 520))
        values, from_matlab = read_hdf5(path, packed) if is_newest else (_older(path, packed), True)
        advance(packed)
        return plain_arrays(values, path, packed), from_matlab


def _older(path: Path, packed: int) -> dict[str, Any]:
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import matfile_version

    if matfile_version(str(path), appendmat=False)[0] == 1:
        return read_mat5(path)
    listed = whosmat(str(path), appendmat=False)
    if len({key for key, _, _ in listed}) < len(listed):
        raise BadInputError(f"{path} is damaged: two of its variables have the same name.")
    usable = [(key, dims, kind) for key, dims, kind in listed if kind in _BYTES]
    if not usable:
        kinds = ", ".join(sorted({str(kind) for _, _, kind in listed})) or "nothing"
        raise BadInputError(f"{path} holds no arrays of numbers, only {kinds}.")
    promised = 0
    for key, dims, kind in usable:
        if min(dims, default=0) < 0:
            raise BadInputError(
                f"{path}: variable {one_line(key, 40)!r} claims the impossible shape {dims}."
            )
        promised += math.prod(int(side) for side in dims) * _BYTES[kind]
    check_unpacked(path, promised, packed, MAX_TYPED_RATIO)  # doubles are stored as bytes
    content = loadmat(
        str(path),
        appendmat=False,
        variable_names=[key for key, _, _ in usable],
        chars_as_strings=True,
    )
    arrays = {key: content[key] for key, _, _ in usable if key in content}
    return {
        key: np.char.rstrip(a, " ") if a.dtype.kind == "U" else a  # rows of text come padded
        for key, a in arrays.items()
        if isinstance(a, np.ndarray)
    }
