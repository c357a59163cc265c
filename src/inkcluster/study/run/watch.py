"""Keeps a study to one content of its files: copies what fits into memory, and watches the rest."""

from __future__ import annotations

import mmap
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.compute.memory import free_memory
from inkcluster.errors import DataChangedError

if TYPE_CHECKING:
    from inkcluster.images import ImageSet

Facts = tuple[int, int, int]
MIN_FREE_RATIO = 8
"""Pixels are copied where this many times as much memory is free; a study's float32 take 4."""


class Watch:
    """The memory-mapped files behind a set of images: an answer must not rest on two contents.

    Parameters
    ----------
    images : ImageSet
    known : str
        The set's hash, made right after the files were first looked at.
    files : mapping of Path to facts
        What :func:`mapped_files` said before the hash was made.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> mapped_files(ImageSet(np.zeros((1, 2, 2), np.uint8)))
    {}
    """

    def __init__(self, images: ImageSet, known: str, files: dict[Path, Facts | None]) -> None:
        self._images, self._known, self._files = images, known, files

    def check(self, *, hashed: bool = False) -> None:
        """Raise DataChangedError if a file holds something else than when the study began.

        Size, time and inode are compared; the content is hashed again if one of them is another, or
        if `hashed`. A file that became shorter is not read again: that would end the process.
        """
        if not self._files:
            return
        now = mapped_files(self._images)
        for path, facts in now.items():
            then = self._files[path]
            if facts and then and facts[2] == then[2] and facts[0] < then[0]:
                raise _changed(path)
        if hashed or now != self._files:
            from inkcluster.images import data_hash

            if data_hash(self._images) != self._known:
                raise _changed(*now)
            self._files = now


def unmapped(images: ImageSet) -> ImageSet:
    """`images` with pixels that are mapped from a file read into memory, where there is much of it.

    A file that is cut short while it is mapped ends the process; while it is read it does not.
    Pixels stay mapped if they are not in the file in their own order, or could be changed in memory.

    Raises
    ------
    DataChangedError
        If the file is shorter than it was when it was mapped.
    """
    pixels, root = images.pixels, _mapping(images.pixels)
    if root is None or root.filename is None or not pixels.flags.c_contiguous:
        return images
    if root.mode != "r" or MIN_FREE_RATIO * pixels.nbytes > free_memory():
        return images
    path = Path(os.fsdecode(root.filename))
    start = root.offset + pixels.ctypes.data - root.ctypes.data
    try:
        held = np.fromfile(path, np.uint8, pixels.size, offset=start)
    except OSError:  # it is gone, and what is mapped is not
        return images
    if held.size < pixels.size:
        raise _changed(path)
    return replace(images, pixels=held.reshape(pixels.shape))


def _mapping(array: Any) -> np.memmap[Any, Any] | None:
    """The array that `array` is a view of, if that is mapped from a file."""
    at = array
    while at is not None:
        base: Any = getattr(at, "base", None)
        if isinstance(at, np.memmap) and isinstance(base, mmap.mmap):
            return at
        at = base
    return None


def mapped_files(images: ImageSet) -> dict[Path, Facts | None]:
    """Size, time and inode of each file that the arrays of `images` are mapped from; None if gone."""
    found: dict[Path, Facts | None] = {}
    for array in (images.pixels, images.labels):
        at: Any = array
        while at is not None:
            name = getattr(at, "filename", None) if isinstance(at, np.memmap) else None
            if name is not None:
                found[Path(os.fsdecode(name))] = _facts(Path(os.fsdecode(name)))
            at = getattr(at, "base", None)
    return found


def _facts(path: Path) -> Facts | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def _changed(*paths: Path) -> DataChangedError:
    names = " or ".join(map(str, paths))
    return DataChangedError(
        f"{names} changed while it was studied, so the answers of this run were withdrawn; "
        "run the study again once it stays as it is."
    )
