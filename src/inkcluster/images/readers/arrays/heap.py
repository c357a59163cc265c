"""Text of variable length in HDF5, read past the library, which loops for ever in a damaged heap.

Format: The HDF Group, "HDF5 File Format Specification", section "Global Heap".
"""

from __future__ import annotations

import struct
from typing import IO

from inkcluster.images.readers.guard import MAX_LABEL_FILE_BYTES

MAX_COLLECTION_BYTES = 64 << 20
"""A collection is 4 kB and more; h5py starts another long before this."""
_REFERENCE, _HEADER, _OBJECT = (
    struct.Struct("<IQI"),
    struct.Struct("<4sB3xQ"),
    struct.Struct("<HHIQ"),
)


def variable_texts(stream: IO[bytes], at: int, count: int, base: int) -> list[str]:
    """The `count` texts whose references lie one after the other from byte `at`.

    Parameters
    ----------
    stream : binary file
        The HDF5 file, whose addresses have eight bytes.
    at : int
        Where the references begin, from the start of the file.
    count : int
        How many there are.
    base : int
        What the file's own addresses count from: the length of its user block.

    Raises
    ------
    ValueError
        If a reference or a size is impossible, or the texts would take too much.
    """
    stream.seek(at)
    references = stream.read(count * _REFERENCE.size)
    if len(references) < count * _REFERENCE.size:
        raise ValueError("the file ends within its text")
    collections: dict[int, dict[int, bytes]] = {}
    found, held = [], 0
    for length, address, index in _REFERENCE.iter_unpack(references):
        if not length:
            found.append("")
            continue
        if address not in collections:
            collections[address] = _collection(stream, base + address)
        content = collections[address].get(index, b"")
        if len(content) < length:
            raise ValueError("text is longer than what the heap holds")
        held += length
        if held > MAX_LABEL_FILE_BYTES:
            raise ValueError("the text would take too much memory")
        found.append(content[:length].rstrip(b"\0").decode("utf-8", "replace"))
    return found


def _collection(stream: IO[bytes], at: int) -> dict[int, bytes]:
    """The objects of the collection at byte `at` of the file, by their number."""
    if at >= 1 << 62:
        raise ValueError("a heap lies beyond the file")
    stream.seek(at)
    start = stream.read(_HEADER.size)
    if len(start) < _HEADER.size:
        raise ValueError("a heap lies beyond the file")
    sign, version, size = _HEADER.unpack(start)
    if sign != b"GCOL" or version != 1 or not _HEADER.size <= size <= MAX_COLLECTION_BYTES:
        raise ValueError("there is no heap where the text should be")
    content = stream.read(size - _HEADER.size)
    found: dict[int, bytes] = {}
    place = 0
    while place + _OBJECT.size <= len(content):
        index, _, _, length = _OBJECT.unpack_from(content, place)
        place += _OBJECT.size
        if not index or place + length > len(content):
            break
        found[index] = content[place : place + length]
        place += length + -length % 8
    return found
