"""MATLAB v5 to v7 files: numbers, text, cells, structs and sparse matrices, every length checked.

SciPy's compiled reader trusts types and lengths that it finds in the file, so one damaged byte can
end the process. This reader is plain Python over `bytes`: what it cannot verify is refused. Format:
MathWorks, "MAT-File Format", chapter 1.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.guard import MAX_DEFLATE_RATIO, check_unpacked

HEADER_BYTES = 128
MAX_DIMENSIONS = 32
"""Axes of one array."""
MAX_DEPTH = 16
"""Cells and structs inside each other."""
MAX_ELEMENTS = 4_000_000
"""Members of all cells and structs of one file."""
_MATRIX, _COMPRESSED = 14, 15
# fmt: off
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
            13: "u8"}
_TEXT = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4",
            14: "i8", 15: "u8"}
# fmt: on
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE = 1, 2, 3, 4, 5
_CODE = {_OBJECT: "an object", 16: "a function", 17: "an object"}
_COMPLEX, _LOGICAL = 0x0800, 0x0200


@dataclass(frozen=True)
class Cell:
    """A cell array: its members in MATLAB's order, first dimension fastest."""

    shape: tuple[int, ...]
    members: list[Any]


@dataclass(frozen=True)
class Sparse:
    """A sparse matrix by columns, as MATLAB stores it."""

    shape: tuple[int, int]
    rows: NDArray[np.int32]
    starts: NDArray[np.int32]
    values: NDArray[Any]

    def dense(self) -> NDArray[Any]:
        """All entries, zeros included."""
        full = np.zeros(self.shape, self.values.dtype)
        columns = np.repeat(np.arange(self.shape[1]), np.diff(self.starts))
        full[self.rows, columns] = self.values
        return full


def read_mat5(path: Path) -> dict[str, Any]:
    """Read every variable of a v5, v6 or v7 file.

    Parameters
    ----------
    path : Path
        The file; at most :data:`~inkcluster.images.readers.guard.MAX_UNPACKED_BYTES` bytes are unpacked.

    Returns
    -------
    dict of str to value
        A value is an ndarray of numbers (column-major, as stored) or of text (one string a row), a
        :class:`Cell`, a :class:`Sparse`, a dict (a struct) or a list of dicts (a struct array).

    Raises
    ------
    BadInputError
        If a length, type or count is impossible, or the file holds MATLAB objects or functions.
    """
    packed = path.stat().st_size
    found: dict[str, Any] = {}
    with path.open("rb") as stream:
        order = "<" if stream.read(HEADER_BYTES)[126:128] == b"IM" else ">"
        at, unpacked = HEADER_BYTES, 0
        while at + 8 <= packed:
            stream.seek(at)
            kind, n_bytes = struct.unpack(f"{order}II", stream.read(8))
            if at + 8 + n_bytes > packed:
                raise BadInputError(
                    f"{path} is truncated: an array of {n_bytes:,} bytes starts at byte {at:,} of "
                    f"{packed:,}."
                )
            if kind == _COMPRESSED:
                content = _inflated(stream.read(n_bytes), order, path, unpacked, packed)
                unpacked += len(content)
            elif kind == _MATRIX:
                content = struct.pack(f"{order}II", kind, n_bytes) + stream.read(n_bytes)
            else:
                raise _damaged(path, f"there is no array at byte {at:,}")
            name, value = _Reader(content, order, path).variable()
            if name in found:
                raise _damaged(path, f"two variables are called {one_line(name, 40)!r}")
            found[name] = value
            at += 8 + n_bytes
    return found


def holds_code(path: Path, what: str) -> BadInputError:
    """The sentence for a file with `what` in it, which only MATLAB could bring to life."""
    return BadInputError(
        f"{path} holds {what} of MATLAB's, which is never read; save only the arrays of numbers."
    )


def is_sound(
    shape: tuple[int, int], rows: NDArray[Any], starts: NDArray[Any], values: NDArray[Any]
) -> bool:
    """Whether the indices of a sparse matrix by columns lie within its shape and its values."""
    if rows.dtype.kind not in "iu" or starts.dtype.kind not in "iu" or min(shape) < 0:
        return False
    if starts.ndim != 1 or rows.ndim != 1 or values.ndim != 1 or len(starts) != shape[1] + 1:
        return False
    n = int(starts[-1])
    if int(starts[0]) or (np.diff(starts.astype(np.int64)) < 0).any():
        return False
    if max(shape) > np.iinfo(np.int32).max or n > min(len(rows), len(values)):
        return False
    return n == 0 or (int(rows[:n].min()) >= 0 and int(rows[:n].max()) < shape[0])


def _inflated(packed: bytes, order: str, path: Path, before: int, size: int) -> bytes:
    """What a compressed element unpacks to: the length that its own tag says, and no more."""
    engine = zlib.decompressobj()
    try:
        tag = engine.decompress(packed, 8)
        if len(tag) < 8:
            raise _damaged(path, "a compressed array has no header")
        kind, n_bytes = struct.unpack(f"{order}II", tag)
        if kind != _MATRIX:
            raise _damaged(path, "a compressed element is not an array")
        check_unpacked(path, before + n_bytes, size, ratio=MAX_DEFLATE_RATIO)
        content = engine.decompress(engine.unconsumed_tail, n_bytes) if n_bytes else b""
    except zlib.error as error:
        raise _damaged(path, f"an array cannot be unpacked ({error})") from error
    if len(content) != n_bytes:
        raise _damaged(path, f"an array promises {n_bytes:,} bytes and unpacks to {len(content):,}")
    return tag + content


def _damaged(path: Path, why: str) -> BadInputError:
    return BadInputError(f"{path} is damaged: {why}; fetch or copy it again.")


class _Reader:
    """One element's bytes, read from the front."""

    def __init__(self, content: bytes, order: str, path: Path) -> None:
        self.content, self.order, self.path = memoryview(content), order, path
        self.at, self.members = 0, 0

    def variable(self) -> tuple[str, Any]:
        """The name and value of a variable."""
        end = self._matrix_end(len(self.content))
        if end is None:
            return "", np.empty((0, 0))
        return self._matrix(end, 0)

    def _matrix_end(self, limit: int) -> int | None:
        """Where the array that starts here ends; None for an empty one."""
        kind, data, end = self._tag(limit)
        if kind != _MATRIX:
            raise _damaged(self.path, f"type {kind} stands where an array should")
        self.at = data
        return end if end > data else None

    def _tag(self, limit: int) -> tuple[int, int, int]:
        """Type, first and last byte of the data of the element at `at`."""
        if self.at + 8 > limit:
            raise _damaged(self.path, "it ends within an array")
        kind, n_bytes = struct.unpack_from(f"{self.order}II", self.content, self.at)
        data = self.at + 8
        if kind >> 16:  # a small element: its data lie in the tag
            kind, n_bytes, data = kind & 0xFFFF, kind >> 16, self.at + 4
            if n_bytes > 4:
                raise _damaged(self.path, f"a small element claims {n_bytes} bytes")
        if data + n_bytes > limit:
            raise _damaged(self.path, f"an element claims {n_bytes:,} bytes beyond its array")
        return kind, data, data + n_bytes

    def _element(self, limit: int) -> tuple[int, memoryview]:
        """The type and the data of the element at `at`, which is then behind."""
        kind, data, end = self._tag(limit)
        self.at = self.at + 8 if data == self.at + 4 else min(end + -end % 8, limit)
        return kind, self.content[data:end]

    def _numbers(self, limit: int) -> NDArray[Any]:
        kind, data = self._element(limit)
        if kind not in _NUMBERS:
            raise _damaged(self.path, f"an array has data of the unknown type {kind}")
        dtype = np.dtype(f"{self.order}{_NUMBERS[kind]}")
        if len(data) % dtype.itemsize:
            raise _damaged(self.path, f"{len(data):,} bytes are no whole number of {dtype} values")
        return np.frombuffer(data, dtype)

    def _matrix(self, end: int, depth: int) -> tuple[str, Any]:
        flags = self._numbers(end)
        if flags.dtype.itemsize != 4 or len(flags) != 2:
            raise _damaged(self.path, "an array has no flags")
        kind = int(flags[0]) & 0xFF
        if kind in _CODE:
            raise holds_code(self.path, _CODE[kind])
        shape = tuple(int(side) for side in self._numbers(end))
        if not 2 <= len(shape) <= MAX_DIMENSIONS or min(shape) < 0:
            raise _damaged(
                self.path, f"an array claims the impossible shape {one_line(str(shape), 60)}"
            )
        name = bytes(self._element(end)[1]).decode("latin-1")
        if int(flags[0]) & _COMPLEX:
            raise BadInputError(
                f"{self.path}: {name or 'an array'} holds complex numbers, not pixels."
            )
        value = self._value(kind, shape, int(flags[1]), end, depth)
        if int(flags[0]) & _LOGICAL and isinstance(value, np.ndarray):
            value = value.astype(np.bool_)
        self.at = end + -end % 8
        return name, value

    def _value(self, kind: int, shape: tuple[int, ...], nonzeros: int, end: int, depth: int) -> Any:
        count = math.prod(shape)
        if kind in _CLASSES:
            values = self._numbers(end)
            if len(values) != count:
                raise _damaged(self.path, f"an array of shape {shape} has {len(values):,} values")
            wanted = np.dtype(_CLASSES[kind])
            keep = values.dtype.kind in "iu" and wanted.kind == "f"  # doubles stored as bytes
            dtype = values.dtype.newbyteorder("=") if keep else wanted
            return values.astype(dtype, copy=False).reshape(shape, order="F")
        if kind == _CHAR:
            return self._text(shape, end)
        if kind == _SPARSE:
            return self._sparse(shape, end)
        if depth >= MAX_DEPTH:
            raise BadInputError(f"{self.path} nests cells and structs more than {MAX_DEPTH} deep.")
        if kind == _CELL:
            return Cell(shape, [self._member(end, depth) for _ in self._counted(count)])
        if kind == _STRUCT:
            names = self._field_names(end)
            rows = [{n: self._member(end, depth) for n in names} for _ in self._counted(count)]
            return rows[0] if count == 1 else rows
        raise _damaged(self.path, f"an array is of the unknown class {kind}")

    def _counted(self, count: int) -> Iterator[int]:
        self.members += count
        if self.members > MAX_ELEMENTS:
            raise BadInputError(f"{self.path} holds cells of more than {MAX_ELEMENTS:,} members.")
        return iter(range(count))

    def _member(self, limit: int, depth: int) -> Any:
        end = self._matrix_end(limit)
        return np.empty((0, 0)) if end is None else self._matrix(end, depth + 1)[1]

    def _field_names(self, end: int) -> list[str]:
        length = self._numbers(end)
        text = bytes(self._element(end)[1])
        width = int(length[0]) if len(length) == 1 else 0
        if not 0 < width <= 4096 or len(text) % width:
            raise _damaged(self.path, "a struct has no field names")
        starts = range(0, len(text), width)
        names = [text[i : i + width].split(b"\0")[0].decode("latin-1") for i in starts]
        if len(set(names)) < len(names) or not names:
            raise _damaged(self.path, "a struct has two fields of one name, or none")
        return names

    def _text(self, shape: tuple[int, ...], end: int) -> NDArray[np.str_]:
        kind, data = self._element(end)
        if kind not in _TEXT:
            raise _damaged(self.path, f"text has data of the unknown type {kind}")
        order = {"<": "-le", ">": "-be"}[self.order] if _TEXT[kind][-2:] in ("16", "32") else ""
        text = bytes(data).decode(_TEXT[kind] + order, "replace")
        rows, count = shape[0], math.prod(shape)
        if not count:
            return np.empty(0, np.str_)
        if len(shape) != 2 or not len(text) <= count <= len(data):
            raise _damaged(self.path, f"text of shape {shape} has {len(text):,} characters")
        text = text.ljust(count)
        return np.array(["".join(text[r::rows]).rstrip(" \0") for r in range(rows)], dtype=np.str_)

    def _sparse(self, shape: tuple[int, ...], end: int) -> Sparse:
        rows, starts, values = self._numbers(end), self._numbers(end), self._numbers(end)
        if len(shape) != 2 or not is_sound((shape[0], shape[1]), rows, starts, values):
            raise _damaged(self.path, f"a sparse array of shape {shape} does not fit its indices")
        n = int(starts[-1])
        entries = values[:n].astype(values.dtype.newbyteorder("="))
        return Sparse(
            (shape[0], shape[1]), rows[:n].astype(np.int32), starts.astype(np.int32), entries
        )
