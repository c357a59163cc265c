"""Tells from the messages of an Arrow stream what they unpack to, before any is unpacked.

Arrow itself believes the lengths that compressed buffers state. Format: Apache Arrow, "Columnar
Format", section "Serialization and Interprocess Communication"; FlatBuffers, "Internals".
"""

from __future__ import annotations

import struct
from typing import Any

_DICTIONARY, _BATCH = 2, 3  # types of messages
_BUFFER_BYTES = 16


def promised(stream: Any) -> tuple[int, int]:
    """How many rows and unpacked bytes the messages of `stream`, read to its end, promise."""
    from pyarrow import ipc

    rows = total = 0
    for message in ipc.MessageReader.open_stream(stream):
        meta = bytes(message.metadata)
        root = _offset(meta, 0)
        kind_at, header_at = _field(meta, root, 1), _field(meta, root, 2)
        kind = meta[kind_at] if kind_at else 0
        if header_at and kind in (_DICTIONARY, _BATCH):
            batch = _offset(meta, header_at)
            if kind == _DICTIONARY:
                data_at = _field(meta, batch, 1)
                batch = _offset(meta, data_at) if data_at else 0
            elif length_at := _field(meta, batch, 0):
                rows += struct.unpack_from("<q", meta, length_at)[0]
            total += _batch_bytes(meta, batch, message.body) if batch else 0
    return rows, total


def _batch_bytes(meta: bytes, batch: int, body: Any) -> int:
    """What the buffers of a record batch unpack to; each packed one begins with its length."""
    buffers_at = _field(meta, batch, 2)
    if not buffers_at:
        return 0
    is_packed = _field(meta, batch, 3) > 0
    vector = _offset(meta, buffers_at)
    (count,) = struct.unpack_from("<I", meta, vector)
    total = 0
    for i in range(count):
        start, length = struct.unpack_from("<qq", meta, vector + 4 + _BUFFER_BYTES * i)
        if start < 0 or length < 0 or start + length > body.size:
            raise ValueError("a buffer reaches beyond its message")
        if is_packed and length:
            (promised,) = struct.unpack("<q", bytes(body.slice(start, 8)))
            length = length if promised == -1 else promised
            if promised < -1:
                raise ValueError("a buffer claims a negative length")
        total += length
    return total


def _offset(meta: bytes, at: int) -> int:
    """What the offset at `at` points to."""
    return at + int(struct.unpack_from("<I", meta, at)[0])


def _field(meta: bytes, table: int, number: int) -> int:
    """Where a table's field lies; 0 if it is not there."""
    vtable = table - int(struct.unpack_from("<i", meta, table)[0])
    if vtable < 0:
        raise ValueError("a message's table lies before it")
    (size,) = struct.unpack_from("<H", meta, vtable)
    if 4 + 2 * number >= size:
        return 0
    (offset,) = struct.unpack_from("<H", meta, vtable + 4 + 2 * number)
    return table + offset if offset else 0
