"""NumPy's own files: ``.npy`` (memory-mapped) and ``.npz``. Nothing is ever unpickled."""

from __future__ import annotations

import math
import os
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_set
from inkcluster.images.choosing import Found, choose
from inkcluster.images.imageset import ImageSet
from inkcluster.images.readers.guard import check_unpacked, reading, regular_file, size, title_of
from inkcluster.progress import SILENT, Progress

_PIECE = 1 << 22
_REFUSED = (
    "needs unpickling, which can run any code and is never done; save plain arrays of numbers or "
    "text instead (allow_pickle=False)"
)


def read_npy(
    path: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read a ``.npy`` file; uint8 arrays stay memory-mapped, read-only. Labels may be another one."""
    del progress  # nothing is read before it is used
    pixels = read_array(path)
    if isinstance(labels, str | os.PathLike):
        labels = read_array(Path(labels))
    return image_set(pixels, labels, where=str(path), name=name or title_of(path), shape=shape)


def read_array(path: Path) -> NDArray[Any]:
    """The array of a ``.npy`` file, memory-mapped."""
    held = regular_file(path)
    with reading(path, "a NumPy array"), path.open("rb") as stream:
        dims, fortran, dtype = _header(stream, path)
        start = stream.tell()
        promised = math.prod(dims) * dtype.itemsize
        if promised != held - start:
            raise BadInputError(
                f"{path} is {'truncated' if promised > held - start else 'longer than it says'}: "
                f"its header promises {promised:,} bytes of {dims}, and {held - start:,} follow."
            )
        if not promised:
            raise BadInputError(f"{path}: there is no image in an array of shape {dims}.")
        order: Any = "F" if fortran else "C"
        return np.memmap(path, dtype, "r", start, dims, order)


def read_npz(
    path: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read a ``.npz`` file: data and labels are found by shape, and by name where that leaves a choice.

    Arrays that come in parts (``x_train`` and ``x_test``, with ``y_train`` and ``y_test``) are joined.
    """
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
        check_unpacked(path, total, packed, ratio=_NPZ_RATIO)
        with progress.task(f"reading {path.name}", total) as advance:
            arrays = {}
            for key, info in members.items():
                arrays[key] = _member(archive, info, path)
                advance(info.file_size)
        own_name = str(arrays.pop("name")) if _is_text(arrays.get("name")) else None
        if own_name is not None and labels is None and "pixels" in arrays:
            found = Found(arrays["pixels"], arrays.get("labels"))  # as `save` wrote it
        else:
            found = choose(arrays, str(path), labels=labels, shape=shape)
    return image_set(
        found.pixels,
        found.labels,
        where=str(path),
        name=name or own_name or title_of(path),
        shape=shape,
        notices=found.notices,
    )


_NPZ_RATIO = 1100  # an npz of blank images is small, and its sizes are checked before allocation


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    where = f"{path}, array {info.filename.removesuffix('.npy')!r},"
    with archive.open(info) as stream:
        dims, fortran, dtype = _header(stream, where)
        promised = math.prod(dims) * dtype.itemsize
        left = info.file_size - stream.tell()
        if promised != left:
            raise BadInputError(
                f"{where} is damaged: its header promises {size(promised)} and "
                f"{size(max(left, 0))} follow."
            )
        content = bytearray()
        while piece := stream.read(_PIECE):
            content += piece
        if len(content) != promised:
            raise BadInputError(f"{where} is truncated: {size(len(content))} of {size(promised)}.")
    flat = np.frombuffer(content, dtype=dtype, count=math.prod(dims)) if promised else None
    if flat is None:
        return np.empty(dims, dtype)
    return flat.reshape(dims, order="F" if fortran else "C")


def _header(stream: IO[bytes], where: Path | str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy_format.read_magic(stream)
    read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    if version not in read:
        raise BadInputError(f"{where} holds records, not numbers (npy version {version[0]}).")
    dims, fortran, dtype = read[version](stream)
    if dtype.hasobject:
        raise BadInputError(f"{where} {_REFUSED}.")
    if dtype.names is not None or dtype.itemsize == 0:
        raise BadInputError(f"{where} holds {dtype}, not plain numbers or text.")
    if min(dims, default=1) < 0:
        raise BadInputError(f"{where} claims the impossible shape {dims}.")
    return dims, fortran, dtype


def _is_text(array: NDArray[Any] | None) -> bool:
    return array is not None and array.dtype.kind == "U" and array.shape == ()
