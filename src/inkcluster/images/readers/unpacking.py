"""Streams of what gzip, bzip2 and xz hold, in little memory whatever the file says."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from typing import IO, Any, Protocol, cast

PACKINGS = {"gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0"}
"""How a file of each begins."""
MAX_DICTIONARY_BYTES = 256 << 20
"""An xz file that needs more memory to be unpacked is refused; the largest preset needs 65 MiB."""
_PIECE_BYTES = 1 << 16


class Readable(Protocol):
    """Something that bytes can be read from."""

    def read(self, n_bytes: int, /) -> bytes:
        """At most `n_bytes`; none at the end."""


def packing_of(start: bytes) -> str | None:
    """Which packing a file that begins so has, if any.

    Examples
    --------
    >>> from inkcluster.images.readers.unpacking import packing_of
    >>> packing_of(b"BZh91AY"), packing_of(b"label,p0")
    ('bzip2', None)
    """
    return next((name for name, sign in PACKINGS.items() if start.startswith(sign)), None)


def unpacker(name: str, raw: IO[bytes]) -> Readable:
    """A stream of what `raw` holds, packed as `name` says."""
    if name == "gzip":
        return gzip.GzipFile(fileobj=raw)
    return packed_stream(raw, bz2.BZ2Decompressor if name == "bzip2" else _xz)


def packed_stream(raw: Readable, start: Callable[[], Any]) -> Readable:
    """What `raw` holds in one or more packed streams, each unpacked by what `start` makes."""
    return _Pieces(raw, start)


def _xz() -> Any:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_DICTIONARY_BYTES)


class _Pieces:
    """One or more packed streams behind each other, as one."""

    def __init__(self, raw: Readable, start: Callable[[], Any]) -> None:
        self._raw, self._start, self._inner = raw, start, start()

    def read(self, n_bytes: int, /) -> bytes:
        """At most `n_bytes`; none at the end."""
        while True:
            if self._inner.eof:
                rest = (self._inner.unused_data or self._raw.read(_PIECE_BYTES)).lstrip(b"\0")
                if not rest:
                    return b""
                self._inner = self._start()
            elif self._inner.needs_input:
                rest = self._raw.read(_PIECE_BYTES)
                if not rest:
                    raise EOFError("the file ends within its packed content")
            else:
                rest = b""
            piece: bytes = self._inner.decompress(rest, n_bytes)
            if piece:
                return piece


def part_of(stream: IO[bytes], start: int, size: int) -> IO[bytes]:
    """So many bytes of a stream from a place on, as a file of their own, whoever else reads it."""
    return cast("IO[bytes]", io.BufferedReader(_Part(stream, start, size)))


class _Part(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        self._stream, self._start, self._size, self._at = stream, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._at)
        piece = self._stream.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
