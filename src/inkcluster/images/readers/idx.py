"""Reads IDX, the format of MNIST: plain or packed, with the label file beside it."""

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
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.found import Asked, Found, joined
from inkcluster.images.readers.guard import (
    MAX_DEFLATE_RATIO,
    check_unpacked,
    opened,
    reading,
    regular_file,
    size,
)
from inkcluster.images.readers.naming import by_part
from inkcluster.images.readers.packed import packed_head, packing
from inkcluster.progress import current
from inkcluster.words import listed

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_COPIED_BYTES = 64 << 20
"""A larger plain file of bytes stays where it is, memory-mapped."""
_PIECE_BYTES = 1 << 20
_IMAGES = re.compile(r"images", re.IGNORECASE)
_PACKED = re.compile(r"\.(gz|bz2|xz)$", re.IGNORECASE)
_KIND = re.compile(r"[-._]?(images?|labels?|lbls?|idx\d?|ubyte|int|byte)(?![a-z])")


def read_idx(path: Path, asked: Asked) -> Found:
    """Read an IDX file of images, such as ``train-images-idx3-ubyte.gz``.

    Without `labels`, they are read from the :func:`label_file` beside it, where there is one.
    """
    pixels = read_array(path)
    if pixels.ndim < 2:
        raise BadInputError(f"{path} holds {len(pixels):,} labels; give the file of the images.")
    labels, labels_from = asked.labels, ""
    notices: list[str] = []
    if labels is None:
        beside = label_file(path)
        if beside is None:
            notices = ["No label file was found beside the images."]
        else:
            labels, notices = read_label_array(beside)
            labels_from = f"file {one_line(beside.name, 60)!r}"
    plain = _PACKED.sub("", path.name)
    name = re.sub(r"[-._]?images([-._]?idx\d)?([-._]?ubyte)?$", "", plain)
    return Found(pixels, labels, tuple(notices), name or plain, what="an IDX file",
                 labels_from=labels_from)  # fmt: skip


def read_label_array(path: Path) -> tuple[NDArray[Any], list[str]]:
    """The labels in an IDX file, and what to say of them.

    Of several columns, as in QMNIST's, the first is the class; the others tell the writer and more.
    """
    labels = read_array(path)
    if labels.ndim != 2 or labels.shape[1] < 2:
        return labels, []
    ones = from_one_hot(labels)
    if ones is not None:
        return ones, [
            f"The one-hot labels in {one_line(path.name, 40)!r} became class numbers from 0."
        ]
    name = one_line(path.name, 60)
    said = f"Labels are the first of {labels.shape[1]} columns in {name!r}; --labels FILE decides."
    return labels[:, 0], [said]


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
    found = replace(found, what="a folder of IDX files")
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
        if not path.is_file() or not _names_images(path.name):
            continue
        start = packed_head(path, 4)
        if is_idx(start) and start[3] >= 2:
            found.setdefault(_PACKED.sub("", path.name), path)
    return sorted(found.values(), key=lambda p: ("train" not in p.name.lower(), p.name))


def is_idx(start: bytes) -> bool:
    """Whether these are the first four bytes of an IDX file."""
    return len(start) >= 4 and start[:2] == b"\0\0" and start[2] in DTYPES and 1 <= start[3] <= 4


def label_file(path: Path) -> Path | None:
    """The IDX file beside `path` whose name is the same but for what says images or labels.

    Plain files come before packed ones, and those of one axis before others.
    """
    if not _names_images(path.name):
        return None
    wanted, found = _stem(path.name), []
    for beside in path.parent.iterdir():
        name = beside.name.lower()
        says_labels = "label" in name or "lbl" in name or "idx1" in name
        if says_labels and _stem(name) == wanted and beside != path and beside.is_file():
            start = packed_head(beside, 4)
            if is_idx(start) and start[3] <= 2:
                found.append((packing(beside) is not None, start[3], beside))
    return min(found)[2] if found else None


def _names_images(name: str) -> bool:
    return _IMAGES.search(name) is not None or "idx3" in name.lower()


def _stem(name: str) -> str:
    """What the names of a file of images and that of its labels share."""
    return _KIND.sub("", _PACKED.sub("", name.lower()))


def read_array(path: Path) -> NDArray[Any]:
    """The array of one IDX file, of any of its dtypes, checked against the file's own size.

    A process dies if a mapped file is cut short while it is used, so small files are copied.
    """
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
        if dtype.itemsize == 1 and promised > MAX_COPIED_BYTES and promised == held - header:
            return np.memmap(path, dtype.type, "r", header, dims)
        content = _content(path, stream, promised)
    array = np.frombuffer(content, dtype)
    return array.reshape(dims) if dtype.itemsize > 1 else array.view(dtype.type).reshape(dims)


def _check_promise(path: Path, promised: int, held: int, header: int) -> None:
    is_packed = packing(path) is not None
    most = MAX_DEFLATE_RATIO * held if is_packed else held - header
    if promised > most:
        raise BadInputError(
            f"{path} is truncated: its header promises {size(promised)} and the file "
            f"has {size(held)}."
        )
    if is_packed:
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
