"""Writes arrays as npz, the same bytes each time, and reads them without unpickling."""

from __future__ import annotations

import io
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.files import open_file
from inkcluster.study.run.digest import key

DAMAGE = (
    OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error, LookupError,
    TypeError, SyntaxError, OverflowError,
)  # fmt: skip
"""The errors of reading a damaged file."""
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def write_arrays(stream: IO[bytes], arrays: Mapping[str, NDArray[Any]], name: str = "") -> None:
    """Write `arrays` as an npz, the same bytes each time; ValueError if one holds Python objects.

    A mark in it says that these are the arrays called `name`.
    """
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for called, array in arrays.items():
            with archive.open(f"{called}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
        archive.comment = _mark(archive, name)


def read_arrays(path: Path, inner: int = 0, name: str = "") -> dict[str, NDArray[Any]]:
    """Read all arrays of an npz that :func:`write_arrays` wrote under `name` into memory.

    Each member is read to its end before it is parsed, so that its checksum is always checked, and
    nothing is larger than the file says; ``numpy.load`` allocates what the array's header claims.
    `inner` is that of :func:`inkcluster.files.open_file`. One of :data:`DAMAGE` is raised if the
    file is missing or damaged, or holds pickled objects.
    """
    with open_file(path, inner) as stream, zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        held = os.fstat(stream.fileno()).st_size
        if sum(member.file_size for member in members) > held:
            raise ValueError("arrays that are larger than their file")
        if archive.comment != _mark(archive, name):
            raise ValueError(f"not the arrays called {name!r}, or not all of them")
        return {
            member.filename.removesuffix(".npy"): _array(bytearray(archive.read(member)))
            for member in members
        }


def _mark(archive: zipfile.ZipFile, name: str) -> bytes:
    """A digest of `name` and of every member's name, size and checksum, which reading checks."""
    members = [[one.filename, one.file_size, one.CRC] for one in archive.infolist()]
    return key(name, members).encode()


def _array(content: bytearray) -> NDArray[Any]:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    shape, fortran, dtype = _HEADERS[version](stream)
    start, promised = stream.tell(), math.prod(shape) * dtype.itemsize
    if dtype.hasobject or min(shape, default=0) < 0 or promised != len(content) - start:
        raise ValueError("an array that is not what its header says")
    if not promised:
        return np.empty(shape, dtype)
    flat = np.frombuffer(content, dtype, offset=start)
    return flat.reshape(shape, order="F" if fortran else "C")
