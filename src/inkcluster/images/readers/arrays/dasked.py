"""Reads dask arrays: into memory where they fit, or block by block into one file that is mapped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.readers.arrays.turning import in_colour
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.gathering.arrays import Batches, write_arrays
from inkcluster.images.readers.gathering.gather import Written, gathered
from inkcluster.images.readers.gathering.journal import Journal
from inkcluster.images.readers.guard import size

MAX_BLOCKS_BYTES = 64 << 20
"""Blocks are computed together, in parallel, up to as much; one that is larger, alone."""
MEMORY_BYTES = 2
"""What an array takes in memory, in its own bytes: as it is computed, and joined or converted."""


def read_blocks(source: Any, asked: Asked) -> Found:
    """Read a dask array (n, h, w), (n, h·w) or in colour; its first axis counts the images.

    Raises
    ------
    BadInputError
        If the sizes of its chunks are unknown, or if it does not fit into memory and is not gathered; if
        it is, also if its chunks divide images.
    """
    gather = asked.gather
    if isinstance(asked.labels, str):
        raise BadInputError(
            f"A dask array has no column {asked.labels!r}, and there is no file of that name; give a label "
            "for each image."
        )
    check_known(source, "the array")
    if gather is None or MEMORY_BYTES * source.nbytes <= gather.above:
        check_fits(source, "the array")
        pixels, said = np.asarray(source), list[str]()
        if pixels.ndim == 2 and (colour := in_colour(pixels, asked.shape)) is not None:
            pixels, said = colour
        return Found(pixels, asked.labels, tuple(said), what="an array")
    found = gathered(_Blocks(source, asked), gather.place("array"))
    return replace(found, labels=asked.labels, what="an array")


def check_known(source: Any, where: str) -> None:
    """Refuse a dask array whose size nobody knows."""
    if any(np.isnan(side) for side in source.shape):
        raise BadInputError(
            f"The chunks of {where} have unknown sizes; call its compute_chunk_sizes() first."
        )


def check_fits(source: Any, where: str) -> None:
    """Refuse a dask array that does not fit into memory."""
    import psutil

    free = psutil.virtual_memory().available
    if source.nbytes > free:
        raise BadInputError(
            f"{where} holds {size(source.nbytes)}, and {size(free)} of memory is free; have it written, "
            "block by block, into one file that is mapped: gather=FOLDER."
        )


@dataclass(frozen=True)
class _Blocks:
    """The blocks of an array along its first axis."""

    array: Any
    asked: Asked
    where: str = "the array"
    title: str = "the array"

    def key(self) -> dict[str, Any]:
        """Dask's name of the array, which changes with what it is computed from."""
        x, shape = self.array, self.asked.shape
        return {
            "dask": x.name,
            "of": [*x.shape],
            "dtype": str(x.dtype),
            "shape": shape and [*shape],
        }

    def write(self, journal: Journal) -> Written:
        """Compute and write the blocks."""
        x = self.array
        if x.dtype.kind not in "buif":
            raise BadInputError(f"{self.where} must hold numbers, not {x.dtype}.")
        if 0 in x.shape:
            raise BadInputError(f"{self.where}: there is no image in an array of shape {x.shape}.")
        if any(len(sizes) > 1 for sizes in x.chunks[1:]):
            full = ", ".join(f"{axis}: -1" for axis in range(1, x.ndim))
            raise BadInputError(
                f"The chunks of {self.where} divide its images, which are read whole; call its "
                f"rechunk({{0: 'auto', {full}}}) first, which moves the data once."
            )
        digest, turned, said = write_arrays(self, self.asked.shape, None, journal)
        return Written(digest, turned, converted=said)

    def __len__(self) -> int:
        """The number of images."""
        return int(self.array.shape[0])

    def batches(self, start: int) -> Batches:
        """The blocks from image `start` on, some of them computed at once."""
        import dask

        image = self.array.dtype.itemsize * math.prod(self.array.shape[1:])
        first = 0
        together: list[Any] = []
        for number, rows in enumerate([*self.array.chunks[0], None]):
            n_bytes = image * sum(block.shape[0] for block in together)
            if together and (rows is None or n_bytes + image * rows > MAX_BLOCKS_BYTES):
                yield from _rows(dask.compute(*together))
                together = []
            if rows and first + rows > start:
                together.append(self.array.blocks[number][max(0, start - first) :])
            first += rows or 0

    def about(self, pixels: NDArray[np.uint8]) -> list[str]:
        """Nothing."""
        del pixels
        return []


def _rows(blocks: Sequence[Any]) -> Iterator[NDArray[Any]]:
    for block in blocks:
        yield block if np.ma.isMaskedArray(block) else np.asarray(block)
