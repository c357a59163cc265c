"""Reads NumPy's own files: ``.npy`` (memory-mapped) and ``.npz``. Nothing is ever unpickled."""

from __future__ import annotations

import math
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.choosing import choose
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_NPZ_RATIO,
    check_unpacked,
    reading,
    regular_file,
    size,
)
from inkcluster.images.readers.zips import stream_of
from inkcluster.progress import current
from inkcluster.words import listed

MAX_COPIED_BYTES = 64 << 20
"""A larger array stays in its file."""
_PIECE_BYTES = 1 << 22


def read_npy(path: Path, asked: Asked) -> Found:
    """Read a ``.npy`` file of images; large uint8 arrays stay memory-mapped, read-only."""
    return replace(choose({"array": read_array(path)}, str(path), asked), what="a .npy file")


def read_array(path: Path) -> NDArray[Any]:
    """The array of a ``.npy`` file, memory-mapped if it is large.

    A process dies if a mapped file is cut short while it is used, so small files are copied.
    """
    held = regular_file(path)
    with reading(path, "a NumPy array"), path.open("rb") as stream:
        dims, fortran, dtype = _header(stream, path)
        start = stream.tell()
        promised = math.prod(dims) * dtype.itemsize
        if promised != held - start:
            raise BadInputError(
                f"{path} is {'truncated' if promised > held - start else 'too long'}: "
                f"its header promises {promised:,} bytes of {dims}, and {held - start:,} follow."
            )
        if not promised:
            raise BadInputError(f"{path}: there is no image in an array of shape {dims}.")
        order: Any = "F" if fortran else "C"
        mapped: NDArray[Any] = np.memmap(path, dtype, "r", start, dims, order)
        return mapped if promised > MAX_COPIED_BYTES else np.array(mapped, order="K", subok=False)


def read_npz(path: Path, asked: Asked) -> Found:
    """Read a ``.npz`` file: data and labels are found by shape, and by name where that is not enough.

    Arrays that come in parts (``x_train`` and ``x_test``, with ``y_train`` and ``y_test``) are joined.
    """
    arrays = npz_arrays(path)
    name = str(arrays.pop("name")) if _is_text(arrays.get("name")) else None
    if name is not None and asked.labels is None and "pixels" in arrays:  # as `save` wrote it
        return Found(arrays["pixels"], arrays.get("labels"), name=name, what="a .npz file")
    beside = _label_file(path) if asked.labels is None and len(arrays) == 1 else None
    if beside is not None:
        asked = replace(asked, labels=npz_labels(beside))
    found = replace(choose(arrays, str(path), asked), name=name, what="a .npz file")
    if beside is not None:
        found = replace(found, labels_from=f"file {one_line(beside.name, 60)!r}")
    return found


def _label_file(path: Path) -> Path | None:
    """The file beside `path` that is called labels where `path` is called images, as KMNIST's."""
    beside = path.with_name(re.sub(r"im(a)?g(e)?s", "labels", path.name, count=1))
    return beside if beside != path and beside.is_file() else None


def npz_labels(path: Path) -> NDArray[Any]:
    """The labels in a ``.npz`` file that holds nothing else; a one-hot matrix as class numbers."""
    arrays = npz_arrays(path)
    if len(arrays) > 1:
        raise BadInputError(
            f"{path} should hold the labels alone; it holds {listed(arrays)}. Name a file of labels "
            "with --labels FILE."
        )
    (labels,) = arrays.values()
    found = from_one_hot(labels)
    return labels if found is None else found


def npz_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file by name."""
    packed = regular_file(path)
    with reading(path, "an npz file"), zipfile.ZipFile(path) as archive:
        members = {
            info.filename.removesuffix(".npy"): info
            for info in archive.infolist()
            if info.filename.endswith(".npy")
        }
        if not members:
            raise BadInputError(f"{path} holds no arrays.")
        total = sum(info.file_size for info in members.values())
        check_unpacked(path, total, packed, MAX_NPZ_RATIO)
        arrays = {}
        with current().task(f"reading {path.name}", total) as advance:
            for key, info in members.items():
                arrays[key] = _member(archive, info, f"{path}, array {one_line(key, 40)!r},")
                advance(info.file_size)
        return arrays


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> NDArray[Any]:
    with stream_of(archive, info) as stream:
        dims, fortran, dtype = _header(stream, where)
        promised = math.prod(dims) * dtype.itemsize
        left = info.file_size - stream.tell()
        if promised != left:
            raise BadInputError(
                f"{where} is damaged: its header promises {size(promised)} and "
                f"{size(max(left, 0))} follow."
            )
        content = bytearray()
        while piece := stream.read(_PIECE_BYTES):
            content += piece
        if len(content) != promised:
            raise BadInputError(f"{where} is truncated: {size(len(content))} of {size(promised)}.")
    if not promised:
        return np.empty(dims, dtype)
    return np.frombuffer(content, dtype).reshape(dims, order="F" if fortran else "C")


def _header(stream: IO[bytes], where: Path | str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy_format.read_magic(stream)
    read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    if version not in read:
        raise BadInputError(f"{where} holds records, not numbers (npy version {version[0]}).")
    dims, fortran, dtype = read[version](stream)
    if dtype.hasobject:
        raise BadInputError(
            f"{where} needs unpickling, which can run any code and is never done; save plain "
            "arrays of numbers or text instead (allow_pickle=False)."
        )
    if dtype.names is not None or dtype.itemsize == 0:
        raise BadInputError(f"{where} holds {dtype}, not plain numbers or text.")
    if min(dims, default=1) < 0:
        raise BadInputError(f"{where} claims the impossible shape {dims}.")
    return dims, fortran, dtype


def _is_text(array: NDArray[Any] | None) -> bool:
    return array is not None and array.dtype.kind == "U" and array.shape == ()
