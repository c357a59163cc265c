"""Writes arrays as npz, the same bytes each time, and reads them without unpickling."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

DAMAGE = (
    OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error
)  # fmt: skip
"""The errors of reading a damaged file."""


def write_arrays(stream: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write `arrays` as an npz, the same bytes each time; ValueError if one holds Python objects."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read all arrays of an npz into memory.

    Each member is read to its end before it is parsed, so that its checksum is always checked;
    ``numpy.load`` stops reading where the array's header says that the array ends. One of
    :data:`DAMAGE` is raised if the file is missing or damaged, or holds pickled objects.
    """
    with zipfile.ZipFile(path) as archive:
        return {
            member.filename.removesuffix(".npy"): np.lib.format.read_array(
                io.BytesIO(archive.read(member)), allow_pickle=False
            )
            for member in archive.infolist()
        }
