"""The paths and names of gathered pictures, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.gathering.surveying import Pictures


class Paths(Sequence[PurePosixPath]):
    """The path of each picture; `files` has the number of its file, in the order of the files."""

    def __init__(self, items: Pictures, files: NDArray[Any]) -> None:
        self._items, self._files = items, files

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self._files)

    @overload
    def __getitem__(self, at: int) -> PurePosixPath: ...
    @overload
    def __getitem__(self, at: slice) -> Paths: ...
    def __getitem__(self, at: int | slice) -> PurePosixPath | Paths:
        """The path of a picture, or those of some."""
        if isinstance(at, slice):
            return Paths(self._items, self._files[at])
        return PurePosixPath(self._items.text(int(self._files[at])))

    def at(self, rows: NDArray[Any] | None) -> Paths:
        """The paths of some pictures, or of all."""
        return self if rows is None else Paths(self._items, self._files[rows])

    def names(self, rows: NDArray[Any] | None) -> Iterator[str]:
        """The names of some pictures, or of all: a page's has the page's number."""
        files = self._files
        several = np.bincount(files) > 1
        first = np.searchsorted(files, np.arange(len(several)))
        for row in range(len(files)) if rows is None else rows.tolist():
            file = int(files[row])
            path = self._items.text(file)
            yield f"{path}[{row - int(first[file])}]" if several[file] else path
