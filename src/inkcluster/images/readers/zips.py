"""Unpacks the members of a zip, never beyond the size that the archive says."""

from __future__ import annotations

import bz2
import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from typing import IO, Any, cast

from inkcluster.images.readers.unpacking import (
    MAX_DICTIONARY_BYTES,
    Readable,
    packed_stream,
    part_of,
)

DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
"""What the members of a damaged zip raise."""
MAX_BUFFERED_BYTES = 64 << 20
"""A larger member is unpacked to a temporary file, not into memory."""
_LOCAL_HEADER_BYTES = 30


def stream_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """The content of a member from its start to its end; it cannot be read in another order.

    ``zipfile`` unpacks bzip2 and LZMA without a limit, so these are unpacked here.

    Raises
    ------
    zipfile.BadZipFile
        While it is read: if the content is not what the archive says.
    """
    unlimited = _is_unlimited(info)
    inner = _Checked(_unpacker(archive, info), info) if unlimited else archive.open(info)
    return cast("IO[bytes]", io.BufferedReader(_Raw(inner)))


def opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """The content of a member, which can be read in any order."""
    if info.file_size <= MAX_BUFFERED_BYTES:
        with archive.open(info) if not _is_unlimited(info) else stream_of(archive, info) as stream:
            return io.BytesIO(stream.read(info.file_size))
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (the caller's)
    try:
        with stream_of(archive, info) as stream:
            shutil.copyfileobj(stream, copy, 1 << 20)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def _is_unlimited(info: zipfile.ZipInfo) -> bool:
    """Whether ``zipfile`` unpacks the member without a limit, however little is asked for."""
    return info.compress_type in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def _unpacker(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Readable:
    file = cast("IO[bytes]", archive.fp)
    file.seek(info.header_offset)
    local = file.read(_LOCAL_HEADER_BYTES)
    if len(local) < _LOCAL_HEADER_BYTES or local[:4] != b"PK\3\4":
        raise zipfile.BadZipFile("a member has no header")
    lengths = int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
    packed = part_of(file, info.header_offset + _LOCAL_HEADER_BYTES + lengths, info.compress_size)
    if info.compress_type == zipfile.ZIP_BZIP2:
        return packed_stream(packed, bz2.BZ2Decompressor)
    head = packed.read(9)  # version, size of what follows, and LZMA's own five bytes
    if len(head) < 9 or head[2:4] != b"\5\0":
        raise zipfile.BadZipFile("a member's LZMA header is damaged")
    powers, dictionary = head[4], int.from_bytes(head[5:9], "little")
    if powers >= 9 * 5 * 5 or dictionary > MAX_DICTIONARY_BYTES:
        raise zipfile.BadZipFile("a member's LZMA header is damaged")
    how = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": powers % 9,
        "lp": powers // 9 % 5,
        "pb": powers // 45,
    }
    return packed_stream(packed, lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[how]))


class _Checked:
    """Content that must have the size and the sum that the archive says."""

    def __init__(self, inner: Readable, info: zipfile.ZipInfo) -> None:
        self._inner, self._info = inner, info
        self._left, self._sum = info.file_size, 0

    def read(self, n_bytes: int, /) -> bytes:
        piece = self._inner.read(min(n_bytes, self._left)) if self._left else b""
        self._left -= len(piece)
        self._sum = zlib.crc32(piece, self._sum)
        at_end = not piece or not self._left
        if at_end and (self._left or self._sum != self._info.CRC):
            raise zipfile.BadZipFile("a member is not what the archive says of it")
        return piece


class _Raw(io.RawIOBase):
    """A stream that is read in pieces no larger than asked for."""

    def __init__(self, inner: Readable) -> None:
        self._inner, self._at = inner, 0

    def close(self) -> None:
        """Close the stream within too, which else keeps the archive open."""
        if isinstance(self._inner, io.IOBase):
            self._inner.close()
        super().close()

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._inner.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
