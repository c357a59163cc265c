"""Files that the workers of a cluster open themselves, so that no row of them moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.dasked.clients import ask_workers


@dataclass(frozen=True)
class Mapped:
    """Rows of a file: where an array (n, …) begins in it, and which rows are meant."""

    path: str
    dtype: str
    offset: int
    shape: tuple[int, ...]
    rows: tuple[int, int]

    def open(self) -> NDArray[Any]:
        """The rows, memory-mapped."""
        mapped = np.memmap(self.path, self.dtype, "r", self.offset, self.shape)
        return mapped[slice(*self.rows)]


def mapped_file(X: Any) -> Mapped | None:
    """The file that an array (n, …) is mapped from, if it is there as one piece."""
    if not isinstance(X, np.ndarray) or not X.flags.c_contiguous or not X.size:
        return None
    held: Any = X
    while isinstance(held, np.ndarray) and isinstance(held.base, np.ndarray):
        held = held.base
    name = getattr(held, "filename", None)
    if not isinstance(held, np.memmap) or name is None or held.mode == "c":
        return None
    start = X.__array_interface__["data"][0] - held.__array_interface__["data"][0]
    return Mapped(str(Path(name).resolve()), X.dtype.str, held.offset + start, X.shape, (0, len(X)))


def without_file(client: Any, mapped: Mapped) -> list[str]:
    """The addresses of workers that cannot open the file, or have another under its name."""
    size = _size(mapped.path)
    told = ask_workers(client, _size, mapped.path)
    return [name for name, has in told.items() if has is None or has != size]


def _size(path: str) -> int | None:
    return Path(path).stat().st_size if Path(path).is_file() else None
