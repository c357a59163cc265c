"""Reads folders and zip archives of pictures; subfolders are labels."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import numbers_if_all_are
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_UNPACKED_BYTES,
    is_out_of_memory,
    reading,
    size,
)
from inkcluster.images.readers.pictures.archive import Member, is_hidden, members
from inkcluster.images.readers.pictures.decoding import ENDINGS, decode, unify
from inkcluster.progress import current

MAX_NAMED_PICTURES = 3
"""How many of the pictures that were skipped a notice names."""
_CANNOT_OPEN = (
    OSError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)

Item = tuple[PurePosixPath, Callable[[], IO[bytes]]]


def read_folder(folder: Path, asked: Asked) -> Found:
    """Read the pictures in `folder` and below it, in the order of their paths.

    PNG, JPEG, GIF, BMP, TIFF and WebP are read; hidden files and other kinds are left out. Without
    labels the label is the name of the folder that a picture lies in, if all lie in subfolders and
    there are at least two of these. The size is that asked for, or else the commonest, see
    :func:`~inkcluster.images.readers.pictures.decoding.unify`. Pictures that cannot be read are skipped and
    counted in a notice, unless there is no other.
    """
    with reading(folder, "a folder"):
        paths = sorted(_walk(folder))
    items: list[Item] = [
        (PurePosixPath(path.relative_to(folder).as_posix()), partial(_opened, path))
        for path in paths
    ]
    return _read(items, str(folder), folder.resolve().name, asked)


def read_archive(path: Path, asked: Asked) -> Found:
    """Read the pictures in a zip or tar as :func:`read_folder` does; nothing is unpacked to disk.

    Refused is what :func:`~inkcluster.images.readers.pictures.archive.members` refuses.
    """
    with members(path) as found:
        items: list[Item] = [(member.name, partial(_extracted, member)) for member in found]
        return _read(items, str(path), None, asked)


def _read(items: list[Item], where: str, name: str | None, asked: Asked) -> Found:
    wanted = [item for item in items if item[0].suffix.lower() in ENDINGS]
    if not wanted:
        shown = ", ".join(str(path) for path, _ in items[:MAX_NAMED_PICTURES])
        hint = f"; it holds {shown}" if items else ""
        raise BadInputError(f"{where} holds no pictures ({', '.join(ENDINGS)}){hint}.")
    pictures: list[NDArray[np.uint8]] = []
    kept: list[PurePosixPath] = []
    broken: list[tuple[str, str]] = []
    coloured = held = 0
    with current().task(f"reading {Path(where).name}", len(wanted)) as advance:
        for path, open_it in wanted:
            try:
                with open_it() as stream:
                    picture, had_colour = decode(stream)
            except _CANNOT_OPEN as error:
                if is_out_of_memory(error):
                    raise
                broken.append((one_line(str(path), 60), one_line(str(error), 60)))
            else:
                pictures.append(picture)
                kept.append(path)
                coloured += had_colour
                held += picture.nbytes
                if held > MAX_UNPACKED_BYTES:
                    raise BadInputError(
                        f"{where}: the pictures hold more than {size(MAX_UNPACKED_BYTES)} of "
                        "pixels; make them smaller or fewer."
                    )
            advance(1)
    if not pictures:
        first, reason = broken[0]
        raise BadInputError(f"{where}: no picture can be read; the first is {first} ({reason}).")
    _check_unified(pictures, asked.shape, where)
    pixels, resized = unify(pictures, asked.shape)
    notices = _notices(broken, len(wanted), len(items) - len(wanted), coloured, resized)
    labels = _labels(kept) if asked.labels is None else asked.labels
    names = np.array([str(path) for path in kept])
    return Found(pixels, labels, tuple(notices), name, names=names)


def _check_unified(
    pictures: list[NDArray[np.uint8]], shape: tuple[int, int] | None, where: str
) -> None:
    h, w = shape or max((p.shape for p in pictures), key=lambda s: s[0] * s[1])
    if h < 1 or w < 1:
        raise BadInputError(f"{where}: pictures cannot be given the size {h} × {w}.")
    if len(pictures) * h * w > MAX_UNPACKED_BYTES and len({p.shape for p in pictures}) > 1:
        raise BadInputError(
            f"{where}: {len(pictures):,} pictures of {h} × {w} would take "
            f"{size(len(pictures) * h * w)}; give a smaller size, such as --shape 28x28."
        )


def _labels(paths: list[PurePosixPath]) -> NDArray[Any] | None:
    folders = [path.parent.name for path in paths]
    if "" in folders or len({path.parent for path in paths}) < 2:
        return None
    return numbers_if_all_are(np.array(folders, dtype=np.str_))


def _notices(
    broken: list[tuple[str, str]], total: int, others: int, coloured: int, resized: int
) -> Iterator[str]:
    """What was left out or changed, a sentence each."""
    if len(broken) == 1:
        path, reason = broken[0]
        yield f"1 of {total:,} pictures could not be read and was skipped: {path} ({reason})."
    elif broken:
        named = ", ".join(path for path, _ in broken[:MAX_NAMED_PICTURES])
        more = " and others" if len(broken) > MAX_NAMED_PICTURES else ""
        yield (
            f"{len(broken):,} of {total:,} pictures could not be read and were skipped: "
            f"{named}{more}."
        )
    if others == 1:
        yield "1 file that is not a picture was left out."
    elif others:
        yield f"{others:,} files that are not pictures were left out."
    if coloured:
        yield f"Colour was converted to grey in {coloured:,} of {total:,} pictures."
    if resized:
        yield (
            f"{resized:,} of {total:,} pictures had another size; they were scaled to fit, with "
            "their proportions kept."
        )


def _walk(folder: Path) -> Iterator[Path]:
    def stop(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(folder, onerror=stop):
        folders[:] = [folder for folder in folders if not is_hidden(folder)]
        for file in files:
            path = Path(root) / file
            if not is_hidden(file) and path.is_file():
                yield path


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def _extracted(member: Member) -> IO[bytes]:
    with member.open() as stream:
        return io.BytesIO(stream.read())
