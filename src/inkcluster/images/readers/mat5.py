"""Checks the tags of a MATLAB v5–v7 file before SciPy sees them.

SciPy's compiled reader takes the type code of an array's data from the file and looks it up
unchecked, so a damaged byte there ends the process instead of raising. Format: MathWorks,
"MAT-File Format", chapter 1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from inkcluster.errors import BadInputError
from inkcluster.images.readers.guard import MAX_MAT_HEADER_BYTES

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_NUMERIC_CLASSES = frozenset({4, *range(6, 16)})  # char, double to uint64; others are never loaded
_CODE_CLASSES = {3: "an object", 16: "a function", 17: "an object"}
_DATA_TYPES = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 16, 17, 18})
_COMPLEX = 0x0800
_PIECE_BYTES = 1 << 12

Read = Callable[[int], bytes]


def check_tags(path: Path) -> None:
    """Refuse a file whose arrays of numbers or text have data of no known type.

    Raises
    ------
    BadInputError
        If so, or if the file ends within an array, or if an array is complex, or if there is a
        MATLAB object or function.
    """
    held = path.stat().st_size
    with path.open("rb") as stream:
        order = "<" if stream.read(_HEADER)[126:128] == b"IM" else ">"
        at = _HEADER
        while at + 8 <= held:
            stream.seek(at)
            kind, n_bytes = struct.unpack(f"{order}II", stream.read(8))
            if at + 8 + n_bytes > held:
                raise BadInputError(
                    f"{path} is truncated: an array of {n_bytes:,} bytes starts at byte {at:,} of "
                    f"{held:,}."
                )
            read: Read = _inflating(stream.read, n_bytes) if kind == _COMPRESSED else stream.read
            if kind == _COMPRESSED:
                kind, _ = struct.unpack(f"{order}II", _exactly(read, 8, path))
            if kind != _MATRIX:
                raise BadInputError(f"{path} is damaged: there is no array at byte {at:,}.")
            _check_array(read, order, path, at)
            at += 8 + n_bytes


def holds_code(path: Path, what: str) -> BadInputError:
    """The sentence for a file with `what` in it, which only MATLAB could bring to life."""
    return BadInputError(
        f"{path} holds {what} of MATLAB's, which is never read; save only the arrays of numbers."
    )


def _check_array(read: Read, order: str, path: Path, at: int) -> None:
    _, _, flags, _ = struct.unpack(f"{order}IIII", _exactly(read, 16, path))
    if flags & 0xFF in _CODE_CLASSES:
        raise holds_code(path, _CODE_CLASSES[flags & 0xFF])
    if flags & 0xFF not in _NUMERIC_CLASSES:
        return
    if flags & _COMPLEX:
        raise BadInputError(f"{path} holds complex numbers, which are not pixels.")
    for _ in ("dimensions", "name"):
        _, n_bytes, is_small = _tag(read, order, path)
        if not is_small:
            _exactly(read, n_bytes + -n_bytes % 8, path)
    kind, _, _ = _tag(read, order, path)
    if kind not in _DATA_TYPES:
        raise BadInputError(
            f"{path} is damaged: the array at byte {at:,} has data of the unknown type {kind}."
        )


def _tag(read: Read, order: str, path: Path) -> tuple[int, int, bool]:
    """Type, length, and whether the data lies in the tag itself, which is then consumed."""
    kind, n_bytes = struct.unpack(f"{order}II", _exactly(read, 8, path))
    if kind >> 16:
        return kind & 0xFFFF, kind >> 16, True
    return kind, n_bytes, False


def _exactly(read: Read, n_bytes: int, path: Path) -> bytes:
    content = read(n_bytes) if n_bytes <= MAX_MAT_HEADER_BYTES else b""
    if len(content) != n_bytes:
        raise BadInputError(f"{path} is truncated or damaged: it ends within an array's header.")
    return content


def _inflating(read: Read, n_bytes: int) -> Read:
    """Read what the next `n_bytes` of `read` unpack to, no further than is asked."""
    engine = zlib.decompressobj()
    left = n_bytes

    def inflated(wanted: int) -> bytes:
        nonlocal left
        out = b""
        while len(out) < wanted:
            packed = engine.unconsumed_tail
            if not packed:
                packed = read(min(_PIECE_BYTES, left))
                left -= len(packed)
            if not packed:
                break
            out += engine.decompress(packed, wanted - len(out))
            if engine.eof:
                break
        return out

    return inflated
