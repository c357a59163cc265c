"""IDX, the format of MNIST: plain or gzipped, with the label file that lies beside it."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_set
from inkcluster.images.imageset import ImageSet
from inkcluster.images.readers.guard import (
    DEFLATE_LIMIT,
    UNPACK_LIMIT,
    gunzip_head,
    head,
    is_gzip,
    opened,
    reading,
    regular_file,
    size,
)
from inkcluster.progress import SILENT, Progress

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_PIECE = 1 << 20
_IMAGES = re.compile(r"images(?=[-._]?idx)|images", re.IGNORECASE)


def read_idx(
    path: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read an IDX file of images and the labels beside it.

    Parameters
    ----------
    path : Path
        For example ``train-images-idx3-ubyte`` or ``t10k-images.idx3-ubyte.gz``.
    labels : str, Path or array-like, optional
        The label file, or the labels; by default the file of the same name with ``labels`` and
        ``idx1`` in it, plain or gzipped, is read where there is one.
    shape, name, progress
        As for :func:`inkcluster.images.load`.

    Returns
    -------
    ImageSet
        Unlabelled where no label file lies beside it, which is said in a notice.
    """
    pixels = read_array(path, progress)
    if pixels.ndim < 2:
        raise BadInputError(f"{path} holds {len(pixels):,} labels; give the file of the images.")
    notices: list[str] = []
    if labels is None:
        beside = label_file(path)
        if beside is None:
            notices.append("No label file was found beside it.")
        else:
            labels = read_array(beside, progress)
    elif isinstance(labels, str | Path):
        labels = read_array(Path(labels), progress)
    return image_set(
        pixels, labels, where=str(path), name=name or _name(path), shape=shape, notices=notices
    )


def read_idx_folder(
    folder: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read a folder of IDX files: the training images first, then the others, as one set."""
    files = image_files(folder)
    parts = [read_idx(f, shape=shape, progress=progress) for f in files]
    where = str(folder)
    if len({part.shape for part in parts}) > 1:
        found = ", ".join(
            f"{f.name} {p.shape[0]} × {p.shape[1]}" for f, p in zip(files, parts, strict=True)
        )
        raise BadInputError(f"{where} holds images of several sizes ({found}); name one file.")
    notices = {notice for part in parts for notice in part.notices}
    if labels is None and all(part.labels is not None for part in parts):
        labels = np.concatenate([part.labels for part in parts if part.labels is not None])
    pixels = parts[0].pixels if len(parts) == 1 else np.concatenate([p.pixels for p in parts])
    if len(parts) > 1:
        counts = " and ".join(f"{len(p):,} ({f.name})" for f, p in zip(files, parts, strict=True))
        notices.add(f"Files of {counts} images were joined.")
    return image_set(pixels, labels, where=where, name=name or folder.name, notices=sorted(notices))


def image_files(folder: Path) -> list[Path]:
    """The IDX image files in `folder`, training first; one of each where it is there plain and gzipped."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or not _IMAGES.search(path.name):
            continue
        start = gunzip_head(path, 4) if is_gzip(path) else head(path, 4)
        if is_idx(start) and start[3] >= 2:
            found.setdefault(path.name.removesuffix(".gz"), path)
    return sorted(found.values(), key=lambda p: ("train" not in p.name.lower(), p.name))


def is_idx(start: bytes) -> bool:
    """Whether these are the first four bytes of an IDX file."""
    return len(start) >= 4 and start[:2] == b"\0\0" and start[2] in DTYPES and 1 <= start[3] <= 4


def label_file(path: Path) -> Path | None:
    """The file beside `path` that the usual names make its labels, if it is there."""
    if not _IMAGES.search(path.name):
        return None
    plain = re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE)
    stem = _IMAGES.sub(lambda m: "Labels" if m[0][0] == "I" else "labels", plain, count=1)
    one = re.sub(r"idx\d", "idx1", stem)
    dotted = {
        one,
        one.replace("labels-idx1", "labels.idx1"),
        one.replace("labels.idx1", "labels-idx1"),
    }
    for candidate in [one, *sorted(dotted - {one})]:
        for ending in ("", ".gz"):
            beside = path.with_name(candidate + ending)
            if beside != path and beside.is_file():
                return beside
    return None


def read_array(path: Path, progress: Progress = SILENT) -> NDArray[Any]:
    """The array of one IDX file, of any of its dtypes, checked against the file's own size."""
    held = regular_file(path)
    with reading(path, "an IDX file"), opened(path) as stream:
        start = stream.read(4)
        if not is_idx(start):
            raise BadInputError(
                f"{path} is not an IDX file: it begins with {start.hex(' ') or 'nothing'}, "
                "not with 00 00, a type and a number of axes."
            )
        ndim = start[3]
        raw = stream.read(4 * ndim)
        if len(raw) != 4 * ndim:
            raise BadInputError(f"{path} is truncated: it ends within its header.")
        dims = tuple(int(side) for side in np.frombuffer(raw, ">u4"))
        dtype = np.dtype(DTYPES[start[2]])
        promised = math.prod(dims) * dtype.itemsize
        header = 4 + 4 * ndim
        _check_promise(path, promised, held, header)
        content = _content(path, stream, promised, progress)
    array = np.frombuffer(content, dtype)
    return array.reshape(dims) if dtype.itemsize > 1 else array.view(dtype.type).reshape(dims)


def _check_promise(path: Path, promised: int, held: int, header: int) -> None:
    most = DEFLATE_LIMIT * held if is_gzip(path) else held - header
    if promised > most:
        raise BadInputError(
            f"{path} is truncated: its header promises {size(promised)} and the file "
            f"has {size(held)}."
        )
    if promised > UNPACK_LIMIT and is_gzip(path):
        raise BadInputError(
            f"{path} would unpack from {size(held)} to {size(promised)}; unpack it yourself if you "
            "trust it."
        )


def _content(path: Path, stream: Any, promised: int, progress: Progress) -> bytearray:
    content = bytearray()
    with progress.task(f"reading {path.name}", promised) as advance:
        while len(content) < promised:
            piece = stream.read(min(_PIECE, promised - len(content)))
            if not piece:
                raise BadInputError(
                    f"{path} is truncated: {len(content):,} of {promised:,} bytes are there."
                )
            content += piece
            advance(len(piece))
    if stream.read(1):
        raise BadInputError(
            f"{path} is longer than the {promised:,} bytes that its header promises."
        )
    return content


def _name(path: Path) -> str:
    plain = re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE)
    return re.sub(r"[-._]?images([-._]?idx\d)?([-._]?ubyte)?$", "", plain) or plain
