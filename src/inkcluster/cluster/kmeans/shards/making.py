"""Makes shards of rows of a file, and of the chunks of a dask array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import Floats
from inkcluster.cluster.kmeans.shards.shard import STATE_BYTES, Shard
from inkcluster.compute.dasked.files import Mapped
from inkcluster.errors import BadInputError


class FileShard(Shard):
    """The shard of some rows of a file, which stay in it."""

    def __init__(self, mapped: Mapped, weight: Floats | None) -> None:
        super().__init__(mapped.open(), weight)
        self.mapped = mapped

    def __reduce__(self) -> Any:
        return FileShard, (self.mapped, self.given)

    def __sizeof__(self) -> int:
        return STATE_BYTES * len(self.raw)


def of_block(block: Any, rows: tuple[int, int], d: int, dtype: Any, weight: Floats | None) -> Shard:
    """The shard of a computed chunk, of rows from the first to the last (excluded).

    Raises
    ------
    BadInputError
        If it is not what was announced, or holds NaN or infinite values.
    """
    where = f"rows {rows[0]:,} to {rows[1] - 1:,} of X"
    block = np.asarray(block)
    if block.ndim not in (2, 3) or block.shape[0] != rows[1] - rows[0] or block[:1].size != d:
        raise BadInputError(
            f"The chunk with {where} has the shape {block.shape} and not {rows[1] - rows[0], d}; its "
            "dask array announces other sizes than it computes."
        )
    return Shard(checked_block(block, dtype, where), weight)


def checked_block(block: Any, dtype: Any, where: str) -> NDArray[Any]:
    """The points (n, d) of a chunk, as `dtype`; `where` names it in errors.

    Raises
    ------
    BadInputError
        If it holds anything else than finite real numbers.
    """
    block = np.asarray(block)
    if block.dtype.kind not in "buif":
        raise BadInputError(f"There is {block.dtype} in {where}, and real numbers are read.")
    # what comes over a wire may lie where NumPy hands the BLAS a copy in another order
    flat = block.reshape(len(block), int(np.prod(block.shape[1:])))
    raw: NDArray[Any] = np.require(flat, dtype, ["C", "A"])
    if raw.dtype != np.uint8 and raw.size and not np.isfinite([raw.max(), raw.min()]).all():
        raise BadInputError(
            f"There are NaN or infinite values in {where}; fill them or leave out their rows."
        )
    return raw
