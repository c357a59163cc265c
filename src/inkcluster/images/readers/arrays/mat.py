"""Reads MATLAB's files: v4 to v7 through SciPy, v7.3 (HDF5) through h5py; numbers and text only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.readers.arrays.choosing import choose
from inkcluster.images.readers.arrays.mat5 import holds_code, read_mat5
from inkcluster.images.readers.arrays.nested import plain_arrays
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_DEFLATE_RATIO,
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
_CODE = {"object": "an object", "opaque": "an object", "function_handle": "a function"}


def read_mat(path: Path, asked: Asked) -> Found:
    """Read a ``.mat`` file of version 4 to 7.3, or any HDF5 file; images and labels are found by shape.

    The images are the largest variable: in rows, in columns, as (n, h, w) or as (h, w, n). The
    labels are a vector as long as one of its sides. MATLAB objects and functions are refused.
    """
    arrays, from_matlab = mat_arrays(path)
    with reading(path, "a MATLAB file"):
        return choose(arrays, str(path), asked, from_matlab=from_matlab)


def mat_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], bool]:
    """The arrays of a ``.mat`` or HDF5 file by name, and whether MATLAB wrote it."""
    packed = regular_file(path)
    with reading(path, "a MATLAB file"), current().task(f"reading {path.name}", packed) as advance:
        is_newest = is_hdf5(head(path, 520))
        found = _hdf5(path, packed) if is_newest else (_scipy(path, packed), True)
        advance(packed)
        return found


def is_hdf5(start: bytes) -> bool:
    """Whether these are the first 520 bytes of an HDF5 file; MATLAB's begin with a text of 512."""
    return b"\x89HDF\r\n\x1a\n" in (start[:8], start[512:520])


def _scipy(path: Path, packed: int) -> dict[str, NDArray[Any]]:
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import matfile_version

    if matfile_version(str(path), appendmat=False)[0] == 1:
        return plain_arrays(read_mat5(path), path, packed)
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
            raise BadInputError(f"{path}: variable {key!r} claims the impossible shape {dims}.")
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


def _hdf5(path: Path, packed: int) -> tuple[dict[str, NDArray[Any]], bool]:
    """The top-level arrays, in MATLAB's orientation, and whether MATLAB wrote them."""
    import h5py

    arrays: dict[str, NDArray[Any]] = {}
    from_matlab = False
    promised = 0
    with h5py.File(path, "r") as file:
        for key, dataset in _datasets(file, path):
            matlab_class = _text(dataset.attrs.get("MATLAB_class"))
            if matlab_class in _CODE or "MATLAB_object_decode" in dataset.attrs:
                raise holds_code(path, _CODE.get(matlab_class, "an object"))
            if dataset.external or dataset.is_virtual:
                raise _elsewhere(path, key)
            if dataset.dtype.kind not in "biufS" or matlab_class in ("cell", "struct"):
                continue
            promised += dataset.size * dataset.dtype.itemsize
            check_unpacked(path, promised, packed, MAX_DEFLATE_RATIO)
            array = np.asarray(dataset[()])
            if matlab_class:
                from_matlab = True
                array = array.T
            if matlab_class == "char":
                array = _chars(array)
            arrays[key] = array
    return arrays, from_matlab


def _datasets(file: Any, path: Path) -> Iterator[tuple[str, Any]]:
    import h5py

    if "#subsystem#" in file:
        raise holds_code(path, "an object")
    for key in file:
        link = file.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise _elsewhere(path, key)
        if isinstance(link, h5py.HardLink) and isinstance(file[key], h5py.Dataset):
            yield key, file[key]


def _elsewhere(path: Path, key: str) -> BadInputError:
    return BadInputError(f"{path}: variable {key!r} points into another file, which is never read.")


def _chars(codes: NDArray[Any]) -> NDArray[Any]:
    """MATLAB's char matrix, one row of UTF-16 codes a string, as text of shape (rows,)."""
    if codes.ndim != 2:
        return codes
    rows = ["".join(chr(int(c)) for c in row).rstrip(" \0") for row in codes]
    return np.array(rows, dtype=np.str_)


def _text(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
