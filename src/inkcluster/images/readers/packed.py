"""Unpacks gzip, bzip2 and xz piece by piece; the caller counts what comes out."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from inkcluster.images.readers.guard import head, is_out_of_memory

PACKINGS = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}
MAX_XZ_MEMORY = 256 << 20
"""An xz file may ask for more memory than any machine has; the strongest preset needs 65 MB."""
_PIECE_BYTES = 1 << 20


def packing(path: Path) -> str | None:
    """How the file is packed by its first bytes: "gzip", "bzip2", "xz" or None."""
    start = head(path, 6)
    return next((name for sign, name in PACKINGS.items() if start.startswith(sign)), None)


def pieces(path: Path, piece_bytes: int = _PIECE_BYTES) -> Iterator[bytes]:
    """The content of a packed file, in pieces of at most `piece_bytes`.

    Damage raises what the library of the format raises, which
    :func:`~inkcluster.images.readers.guard.reading` turns into a sentence.
    """
    form = packing(path)
    if form == "xz":
        with path.open("rb") as raw:
            yield from _unxz(raw, piece_bytes)
        return
    with gzip.open(path) if form == "gzip" else bz2.open(path) as stream:
        while piece := stream.read(piece_bytes):
            yield piece


def packed_head(path: Path, n_bytes: int) -> bytes:
    """The first bytes of what a file holds, unpacked where it is packed; none where that is damaged."""
    if packing(path) is None:
        return head(path, n_bytes)
    content = bytearray()
    try:
        for piece in pieces(path, n_bytes):
            content += piece
            if len(content) >= n_bytes:
                break
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        if is_out_of_memory(error):
            raise
    return bytes(content[:n_bytes])


def _unxz(raw: IO[bytes], piece_bytes: int) -> Iterator[bytes]:
    content = raw.read(_PIECE_BYTES)
    while content:
        stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_XZ_MEMORY)
        while not stream.eof:
            if stream.needs_input and not content:
                content = raw.read(_PIECE_BYTES)
                if not content:
                    raise EOFError("the file ends too early")
            yield stream.decompress(content, piece_bytes)
            content = b""
        content = (stream.unused_data or raw.read(_PIECE_BYTES)).lstrip(b"\0")  # padding
