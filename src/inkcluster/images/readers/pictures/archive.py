"""Lists and opens the files in a zip or tar archive, once its names and sizes are known to be harmless."""

from __future__ import annotations

import io
import stat
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.guard import (
    MAX_PICTURES_RATIO,
    check_unpacked,
    head,
    reading,
    regular_file,
)
from inkcluster.images.readers.packed import packing, pieces
from inkcluster.images.readers.unpacking import part_of
from inkcluster.images.readers.zips import MAX_BUFFERED_BYTES, opened

MAX_MEMBERS = 1_000_000
"""An archive with more files is refused."""
MAX_HEADER_BYTES = 1 << 18
"""What one member of a tar may say of itself; its name is part of that."""
_BLOCK = 512
_ZIP_IS_UTF8 = 0x800
_ZIP_IS_ENCRYPTED = 1


@dataclass(frozen=True)
class Member:
    """A file in an archive: its path there, its size in bytes, and how to open it.

    The name of a file is `guessed` if its letters are none that the archive says how to read.
    """

    name: PurePosixPath
    size: int
    open: Callable[[], IO[bytes]]
    guessed: bool = False


@contextmanager
def members(path: Path, ratio: int = MAX_PICTURES_RATIO) -> Iterator[list[Member]]:
    """The files in the zip or tar at `path`, in the order of their names.

    A tar may be packed by gzip, bzip2 or xz. Folders are left out, and so are hidden files and those
    that macOS adds. Of several files of one name the last counts, as when the archive is unpacked.
    The members can be opened, in any order, until the context ends.

    Parameters
    ----------
    path : Path
        The archive.
    ratio : int
        How many times its own size the archive may unpack to, see
        :func:`~inkcluster.images.readers.guard.check_unpacked`.

    Raises
    ------
    BadInputError
        If the archive is damaged or encrypted, if it would unpack beyond the limits, or if it
        holds names that lead out of it, links, devices or sparse files.
    """
    listing = _zip_members if is_zip(path) else _tar_members
    with listing(path, ratio) as found:
        by_name = {member.name: member for member in found}
        yield [by_name[name] for name in sorted(by_name)]


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip does."""
    return head(path, 4) in (b"PK\x03\x04", b"PK\x05\x06")


def is_tar(start: bytes) -> bool:
    """Whether these are the first bytes, at least 262 of them, of a tar that is not packed."""
    return start[257:262] == b"ustar"


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is left out: hidden ones, and those that macOS adds."""
    return name.startswith((".", "__MACOSX"))


@contextmanager
def _zip_members(path: Path, ratio: int) -> Iterator[list[Member]]:
    packed = regular_file(path)
    with reading(path, "a zip archive"), zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not _is_zip_folder(info)]
        _check_count(path, len(infos))
        for info in infos:
            _check_zip_info(info, path)
        check_unpacked(path, sum(info.file_size for info in infos), packed, ratio)
        found = []
        for info in infos:
            text, guessed = _zip_text(info)
            name = _member_name(text, path)
            if not any(map(is_hidden, name.parts)):
                found.append(Member(name, info.file_size, partial(opened, archive, info), guessed))
        yield found


def _zip_text(info: zipfile.ZipInfo) -> tuple[str, bool]:
    """The member's name as it was meant, and whether it had to be guessed.

    macOS writes UTF-8 without saying so; Windows writes code pages without saying which.
    """
    text, guessed = info.filename, False
    if not info.flag_bits & _ZIP_IS_UTF8:
        try:
            text = text.encode("cp437").decode("utf-8")
        except UnicodeError:
            guessed = True
    return unicodedata.normalize("NFC", text.replace("\\", "/")), guessed


def _is_zip_folder(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith(("/", "\\"))


def _check_zip_info(info: zipfile.ZipInfo, path: Path) -> None:
    _member_name(info.orig_filename.replace("\\", "/"), path)  # `filename` ends at a NUL
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _odd(path, "a symbolic link", info.filename)
    if info.flag_bits & _ZIP_IS_ENCRYPTED:
        raise BadInputError(f"{path} is encrypted; unpack it first.")


@contextmanager
def _tar_members(path: Path, ratio: int) -> Iterator[list[Member]]:
    packed = regular_file(path)
    with reading(path, "a tar archive"), _tar_stream(path, packed, ratio) as stream:
        end = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        found = list(_walk_tar(path, stream, end))
        check_unpacked(path, sum(member.size for member in found), packed, ratio)
        yield found


@contextmanager
def _tar_stream(path: Path, packed: int, ratio: int) -> Iterator[IO[bytes]]:
    """The bytes of the tar, which can be read in any order."""
    if packing(path) is None:
        with path.open("rb") as stream:
            yield stream
        return
    with (
        tempfile.SpooledTemporaryFile(MAX_BUFFERED_BYTES) as copy,
        closing(pieces(path)) as found,
    ):
        for piece in found:
            copy.write(piece)
            check_unpacked(path, copy.tell(), packed, ratio)
        yield cast("IO[bytes]", copy)


def _walk_tar(path: Path, stream: IO[bytes], end: int) -> Iterator[Member]:
    headers = _Headers(stream)
    archive: Any = tarfile.TarFile(fileobj=cast("IO[bytes]", headers), mode="r")
    count, offset = 0, -1
    while True:
        headers.left = MAX_HEADER_BYTES
        info: tarfile.TarInfo | None = archive.next()
        if info is None:
            break
        archive.members.clear()  # else every header stays in memory
        count += 1
        _check_count(path, count)
        if info.isdir():
            continue
        name = _member_name(info.name, path)
        if not info.isreg() or info.issparse():
            raise _odd(path, _kind(info), info.name)
        if info.size < 0 or archive.offset <= offset or info.offset_data + info.size > end:
            raise BadInputError(
                f"{path} is truncated or damaged: {one_line(info.name, 60)!r} reaches beyond its end."
            )
        offset = archive.offset
        if not any(map(is_hidden, name.parts)):
            yield Member(name, info.size, partial(part_of, stream, info.offset_data, info.size))
    stream.seek(archive.offset)  # where tarfile takes a broken header for the end
    if stream.read(_BLOCK).strip(b"\0"):
        raise BadInputError(f"{path} is damaged: what follows file {count:,} is no tar header.")


def _kind(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return "a symbolic link" if info.issym() else "a hard link"
    return "a sparse file" if info.issparse() else "a device or another special file"


class _Headers(io.RawIOBase):
    """A tar as `tarfile` sees it, which reads the headers alone and no more than `left` of each."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.left = stream, MAX_HEADER_BYTES

    def read(self, size: int = -1) -> bytes:
        self.left -= size
        if size < 0 or self.left < 0:
            raise tarfile.ReadError("a header that is too long")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def _member_name(text: str, path: Path) -> PurePosixPath:
    if ".." in text.split("/") or text.startswith("/") or text[1:2] == ":":
        raise BadInputError(
            f"{path} holds the name {one_line(text, 60)!r}, which leads out of the archive; "
            "it is not read."
        )
    name = PurePosixPath(text)
    if "\0" in text or not name.parts:
        raise BadInputError(
            f"{path} is damaged: it holds a file whose name is {one_line(text, 60)!r}."
        )
    return name


def _odd(path: Path, what: str, name: str) -> BadInputError:
    return BadInputError(f"{path} holds {what} ({one_line(name, 60)!r}); it is not read.")


def _check_count(path: Path, count: int) -> None:
    if count > MAX_MEMBERS:
        raise BadInputError(
            f"{path} holds more than {MAX_MEMBERS:,} files; unpack it yourself if you trust it."
        )
