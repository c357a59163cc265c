"""Unpacks gzip, bzip2 and xz piece by piece; the caller counts what comes out."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from inkcluster.images.readers.guard import head, is_out_of_memory
from inkcluster.images.readers.unpacking import packing_of, unpacker

_PIECE_BYTES = 1 << 20


def packing(path: Path) -> str | None:
    """How the file is packed by its first bytes: "gzip", "bzip2", "xz" or None."""
    return packing_of(head(path, 6))


def pieces(path: Path, piece_bytes: int = _PIECE_BYTES) -> Generator[bytes]:
    """The content of a packed file, in pieces of at most `piece_bytes`; close it, and the file is.

    Damage raises what the library of the format raises, which
    :func:`~inkcluster.images.readers.guard.reading` turns into a sentence.
    """
    with path.open("rb") as raw:
        stream = unpacker(packing(path) or "gzip", raw)
        while piece := stream.read(piece_bytes):
            yield piece


def packed_head(path: Path, n_bytes: int) -> bytes:
    """The first bytes of what a file holds, unpacked where it is packed; none where that is damaged."""
    if packing(path) is None:
        return head(path, n_bytes)
    content = bytearray()
    try:
        with closing(pieces(path, n_bytes)) as found:
            for piece in found:
                content += piece
                if len(content) >= n_bytes:
                    break
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        if is_out_of_memory(error):
            raise
    return bytes(content[:n_bytes])
