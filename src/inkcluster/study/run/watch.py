"""Notices that a file which a study reads from changes while it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.errors import DataChangedError

if TYPE_CHECKING:
    from inkcluster.images import ImageSet

Facts = tuple[int, int, int]


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
