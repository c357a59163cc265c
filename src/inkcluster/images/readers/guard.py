"""Protects the readers against broken and hostile files: sizes are checked before they are believed."""

from __future__ import annotations

import errno
import io
import os
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from inkcluster.errors import BadInputError, OutOfMemoryError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.unpacking import Readable, packing_of, unpacker

MAX_UNPACKED_BYTES = 4 << 30
"""What an archive or a compressed file may unpack to, and what the pictures of a folder may hold."""
MAX_PICTURES_RATIO = 200
"""How many times its size a zip of pictures may unpack to; pictures are compressed already."""
MAX_DEFLATE_RATIO = 1032
"""The most that deflate can reach, so a header that promises more is lying; bzip2 and xz could pack
zeros far tighter, but no images are as blank as that."""
MAX_NPZ_RATIO = 1100
"""The same for `.npz`, with its headers; blank images come close."""
MAX_TYPED_RATIO = 8 * MAX_DEFLATE_RATIO
"""The same for formats that store numbers of eight bytes in one (`.mat`, Parquet)."""
MIN_CHECKED_BYTES = 16 << 20
"""Below this many unpacked bytes no ratio is checked."""
MAX_PICTURE_PIXELS = 25_000_000
"""A picture with more pixels is skipped."""
MAX_LABEL_FILE_BYTES = 256 << 20
"""A larger text file is not a list of labels."""

_PIECE_BYTES = 1 << 20
_ENDINGS = (".gz", ".bz2", ".xz", ".npz", ".npy", ".mat", ".csv", ".parquet", ".pq", ".arrow",
            ".feather", ".zip", ".h5", ".tsv", ".txt", ".arff", ".jsonl", ".ndjson", ".json",
            ".libsvm", ".svm")  # fmt: skip
_NO_MEMORY = ("out of memory", "cannot allocate", "can't allocate", "unable to allocate",
              "memory allocation failed")  # fmt: skip


@contextmanager
def memory_for(where: Path | str) -> Iterator[None]:
    """Turn any sign that memory ran out into :class:`OutOfMemoryError`, which names `where`."""
    try:
        yield
    except BadInputError:
        raise
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemoryError(
            f"There is not enough memory to read {where}; close other programs, or keep fewer "
            "images in it."
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory ran out; pandas and HDF5 say it in words only."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno == errno.ENOMEM
    return any(words in str(error).lower() for words in _NO_MEMORY)


@contextmanager
def reading(path: Path | str, what: str) -> Iterator[None]:
    """Turn whatever a parser raises on the bytes of `path` into one sentence that names it.

    Parsers of other libraries raise dozens of types on damaged input, which is why any Exception is
    caught here; the cause stays attached.
    """
    with memory_for(path):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except BadInputError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise
            if isinstance(error, OSError) and error.errno is not None and error.strerror:
                raise os_error(path, error) from error
            detail = one_line(" ".join(str(error).split()), 120).rstrip(".")
            raise BadInputError(
                f"{path} cannot be read as {what}: it is damaged or another format "
                f"({detail or type(error).__name__})."
            ) from error


def os_error(path: Path | str, error: OSError) -> BadInputError:
    """The sentence for what the operating system said about `path`."""
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "does not exist; check the path",
        PermissionError: "cannot be opened: permission denied",
        IsADirectoryError: "is a folder, not a file",
        NotADirectoryError: "does not exist: a part of its path is a file, not a folder",
    }
    detail = error.strerror or type(error).__name__
    return BadInputError(f"{path} {reasons.get(type(error), f'cannot be read: {detail}')}.")


def regular_file(path: Path) -> int:
    """The size of `path` in bytes, once it is known to be a file with something in it."""
    try:
        facts = path.stat()
        if stat.S_ISREG(facts.st_mode):  # opening a pipe would wait for its other end
            path.open("rb").close()
    except OSError as error:
        raise os_error(path, error) from error
    except ValueError as error:
        raise BadInputError(f"{one_line(str(path), 80)} is not a path: {error}.") from error
    if not stat.S_ISREG(facts.st_mode):
        raise BadInputError(f"{path} is neither a file nor a folder.")
    if not facts.st_size:
        raise BadInputError(f"{path} is empty (0 bytes).")
    return facts.st_size


def check_unpacked(path: Path | str, unpacked: int, packed: int, ratio: int) -> None:
    """Refuse what would unpack to far more than its size, before a byte of it is unpacked."""
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > MIN_CHECKED_BYTES and unpacked > ratio * packed
    ):
        raise BadInputError(
            f"{path} would unpack from {size(packed)} to {size(unpacked)}; at most "
            f"{size(MAX_UNPACKED_BYTES)} and {ratio:,} times its size are accepted; unpack it "
            "yourself if you trust it."
        )


def size(n_bytes: int) -> str:
    """`n_bytes` as a person would say it.

    >>> size(17_825_792)
    '17.8 MB'
    """
    value, unit = float(n_bytes), 0
    while value >= 1000 and unit < 4:
        value, unit = value / 1000, unit + 1
    return f"{value:.3g} {('bytes', 'kB', 'MB', 'GB', 'TB')[unit]}"


def head(path: Path, n_bytes: int) -> bytes:
    """The first bytes of the file."""
    try:
        with path.open("rb") as stream:
            return stream.read(n_bytes)
    except OSError as error:
        raise os_error(path, error) from error


@contextmanager
def opened(path: Path, advance: Callable[[float], None] | None = None) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked (gzip, bzip2, xz), and then no more of them than the limits allow.

    `advance` is told how many bytes of the file itself have been consumed.
    """
    packed = regular_file(path)
    with path.open("rb") as raw:
        packing = packing_of(head(path, 6))
        unpacked = None if packing is None else unpacker(packing, raw)
        yield io.BufferedReader(_Bounded(path, packed, raw, unpacked, advance), _PIECE_BYTES)


def read_at_most(stream: IO[bytes], n_bytes: int) -> bytes:
    """The rest of the stream but for what exceeds `n_bytes`; takes memory for what is there only."""
    content = bytearray()
    while len(content) < n_bytes and (
        piece := stream.read(min(_PIECE_BYTES, n_bytes - len(content)))
    ):
        content += piece
    return bytes(content)


class _Bounded(io.RawIOBase):
    """A file that refuses to unpack beyond the limits and reports its progress."""

    def __init__(
        self,
        path: Path,
        packed: int,
        raw: IO[bytes],
        unpacked: Readable | None,
        advance: Callable[[float], None] | None,
    ) -> None:
        self._path, self._packed, self._raw, self._unpacked = path, packed, raw, unpacked
        self._advance, self._seen, self._at = advance, 0, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = (self._unpacked or self._raw).read(len(buffer))
        buffer[: len(piece)] = piece
        self._seen += len(piece)
        if self._unpacked is not None:
            check_unpacked(self._path, self._seen, self._packed, MAX_DEFLATE_RATIO)
        at = self._raw.tell()
        if self._advance is not None:
            self._advance(at - self._at)
        self._at = at
        return len(piece)


def title_of(path: str | os.PathLike[str]) -> str:
    """The file's name without its endings.

    >>> title_of("data/scans.csv.gz"), title_of(".npz")
    ('scans', '.npz')
    """
    name = Path(path).name
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
    return name
