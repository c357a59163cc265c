"""Reads IDX, the format of MNIST: plain or gzipped, with the label file beside it."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import check_pixels
from inkcluster.images.describing import one_line
from inkcluster.images.readers.found import Asked, Found, joined
from inkcluster.images.readers.guard import (
    MAX_DEFLATE_RATIO,
    check_unpacked,
    gunzip_head,
    head,
    is_gzip,
    opened,
    reading,
    regular_file,
    size,
)
from inkcluster.images.readers.naming import by_part
from inkcluster.progress import current
from inkcluster.words import listed

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_PIECE_BYTES = 1 << 20
_IMAGES = re.compile(r"images(?=[-._]?idx)|images", re.IGNORECASE)


def read_idx(path: Path, asked: Asked) -> Found:
    """Read an IDX file of images, such as ``train-images-idx3-ubyte.gz``.

    Without `labels`, the file of the same name with ``labels`` and ``idx1`` in it is read, plain or
    gzipped, where there is one.
    """
    pixels = read_array(path)
    if pixels.ndim < 2:
        raise BadInputError(f"{path} holds {len(pixels):,} labels; give the file of the images.")
    labels = asked.labels
    notices: tuple[str, ...] = ()
    if labels is None:
        beside = label_file(path)
        if beside is None:
            notices = ("No label file was found beside the images.",)
        else:
            labels = read_array(beside)
    plain = re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE)
    name = re.sub(r"[-._]?images([-._]?idx\d)?([-._]?ubyte)?$", "", plain)
    return Found(pixels, labels, notices, name or plain)


def read_idx_folder(folder: Path, asked: Asked) -> Found:
    """Read a folder of IDX files: the training images first, then the others, as one set."""
    files = image_files(folder)
    _refuse_several_sets(folder, files)
    parts = []
    for file in files:
        part = read_idx(file, replace(asked, labels=None))
        pixels, said = check_pixels(part.pixels, str(file), asked.shape)
        parts.append(replace(part, pixels=pixels, notices=(*part.notices, *said), name=None))
    sizes = [f"{f.name} {p.pixels.shape[1:]}" for f, p in zip(files, parts, strict=True)]
    if len({part.pixels.shape[1:] for part in parts}) > 1:
        raise BadInputError(
            f"{folder} holds images of several sizes ({listed(sizes)}); name one file."
        )
    found = joined(parts, [str(f) for f in files], "IDX file") if len(files) > 1 else parts[0]
    left = [sub.name for sub in sorted(folder.iterdir()) if sub.is_dir() and image_files(sub)]
    if left:
        names = listed((one_line(name, 40) for name in left), 3)
        found = replace(found, notices=(*found.notices, f"Left out: the IDX files in {names}."))
    return found if asked.labels is None else replace(found, labels=asked.labels)


def _refuse_several_sets(folder: Path, files: list[Path]) -> None:
    """EMNIST's folder holds six sets, each with its own classes."""
    for own in by_part(path.name for path in files).values():
        if len(own) > 1:
            raise BadInputError(
                f"{folder} holds several sets ({listed((one_line(name, 60) for name in own), 3)}); name "
                "one file, or give each set a folder."
            )


def image_files(folder: Path) -> list[Path]:
    """The IDX image files in `folder`, training first; of a plain and a gzipped twin only the first."""
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
    dotted = (("labels-idx1", "labels.idx1"), ("labels.idx1", "labels-idx1"))
    for candidate in dict.fromkeys([one, *(one.replace(*pair) for pair in dotted)]):
        for ending in ("", ".gz"):
            beside = path.with_name(candidate + ending)
            if beside != path and beside.is_file():
                return beside
    return None


def read_array(path: Path) -> NDArray[Any]:
    """The array of one IDX file, of any of its dtypes, checked against the file's own size."""
    held = regular_file(path)
    with reading(path, "an IDX file"), opened(path) as stream:
        start = stream.read(4)
        if not is_idx(start):
            raise BadInputError(
                f"{path} is not an IDX file: it begins with {start.hex(' ') or 'nothing'} instead of "
                "00 00, a type and a number of axes."
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
        content = _content(path, stream, promised)
    array = np.frombuffer(content, dtype)
    return array.reshape(dims) if dtype.itemsize > 1 else array.view(dtype.type).reshape(dims)


def _check_promise(path: Path, promised: int, held: int, header: int) -> None:
    most = MAX_DEFLATE_RATIO * held if is_gzip(path) else held - header
    if promised > most:
        raise BadInputError(
            f"{path} is truncated: its header promises {size(promised)} and the file "
            f"has {size(held)}."
        )
    if is_gzip(path):
        check_unpacked(path, promised, held, MAX_DEFLATE_RATIO)


def _content(path: Path, stream: Any, promised: int) -> bytearray:
    content = bytearray()
    with current().task(f"reading {path.name}", promised) as advance:
        while len(content) < promised:
            piece = stream.read(min(_PIECE_BYTES, promised - len(content)))
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
