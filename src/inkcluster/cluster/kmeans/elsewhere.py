"""Points that k-means does not hold itself: dask arrays, and files that the workers of a cluster open."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import bytes_needed, rows_together
from inkcluster.cluster.kmeans.problem import KEPT
from inkcluster.cluster.kmeans.shards.making import FileShard, of_block
from inkcluster.compute.dasked import arrays, moved
from inkcluster.compute.dasked.clients import alive, check_workers, current_client, least_memory
from inkcluster.compute.dasked.files import Mapped, mapped_file, without_file
from inkcluster.compute.dasked.waiting import computed
from inkcluster.compute.magnitude import check_squares, exponent_of
from inkcluster.compute.memory import require
from inkcluster.compute.rows import Rows
from inkcluster.compute.threads import pieces
from inkcluster.errors import BadInputError
from inkcluster.kernels.kmeans import nearest

SHARDS_A_THREAD = 2
"""Into how many shards the rows of a file are cut for each thread of the workers."""


def block_rows(d: int) -> int:
    """How many points of d features are summed or multiplied in one block, wherever they are."""
    return max(nearest.ROWS, rows_together(d))


@dataclass(frozen=True, eq=False)
class Source:
    """Points somewhere else: a dask array, or a file; of shape (n, d).

    Parameters
    ----------
    X : dask.array.Array or None
    mapped : Mapped or None
    client : distributed.Client or None
        None computes the chunks in this process.
    n, d : int
    dtype : dtype
        As which they are read: uint8, float32 or float64.
    """

    X: Any
    mapped: Mapped | None
    client: Any
    n: int
    d: int
    dtype: np.dtype[Any]

    def stand_in_for(self, model: Any) -> NDArray[Any]:
        """The same as `stand_in`; its features become those of the model."""
        model.n_features_in_ = self.d
        vars(model).pop("feature_names_in_", None)
        return self.stand_in

    @property
    def stand_in(self) -> NDArray[Any]:
        """An array of the shape and type, without the points."""
        return np.broadcast_to(np.zeros((), self.dtype), (self.n, self.d))

    def check_features(self, model: Any) -> None:
        """Refuse points of other features than those that a model was fitted to."""
        if self.d != model.n_features_in_:
            raise BadInputError(
                f"X has {self.d} features, and {type(model).__name__} was fitted to {model.n_features_in_}."
            )

    def refuse_if_large(self, init: Any, *, deep: bool, small: bool) -> None:
        """Refuse to gather a dask array that is not small, and count what gathering it moves.

        Raises
        ------
        BadInputError
            Naming what needs all points in one process.
        """
        if self.mapped:
            return
        if not small:
            what = "search='deep'" if deep else f"init={init!r}"
            raise BadInputError(
                f"{what} needs all points in one process, and X is a dask array; use init='k-means++' or "
                "'random' with search='restarts', or give X as a NumPy array or a mapped .npy file."
            )
        if self.client:
            moved.add(self.n * self.d * self.dtype.itemsize)

    def gathered(self) -> NDArray[Any]:
        """All points, in this process."""
        if self.mapped:
            return self.mapped.open()
        points = computed([self.X])[0]
        if points.shape != self.X.shape:
            raise BadInputError(
                f"X has the shape {points.shape} and not {self.X.shape}; its dask array announces other "
                "sizes than it computes."
            )
        return np.ascontiguousarray(points.reshape(self.n, self.d), self.dtype)

    def rows(
        self, weight: NDArray[np.float64], memory_limit: int | None, *, whole_blocks: bool = False
    ) -> tuple[Rows, int]:
        """Their shards, divided by two to the exponent that is returned, which keeps squares finite.

        Sums of floats are made by blocks of rows. For these, or if `whole_blocks`, the ends of chunks
        are moved, so that no block is divided.
        """
        even = bool((weight == 1).all())
        any_rows = even and self.dtype == np.uint8 and not whole_blocks
        unit = 1 if any_rows else block_rows(self.d)
        if self.mapped:
            threads = sum(alive(self.client).values())
            size = -(-self.n // (SHARDS_A_THREAD * threads * unit)) * unit
            parts = pieces(self.n, max(size, unit))
            given: list[tuple[Any, ...]] = [
                (replace(self.mapped, rows=(p.start, p.stop)), None if even else weight[p])
                for p in parts
            ]
            rows = self._made(FileShard, given, parts)
        else:
            X = arrays.by_rows(self.X, unit)
            ends = np.cumsum(X.chunks[0]).tolist()
            parts = [slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True)]
            blocks = X.to_delayed().ravel()
            given = [
                (block, (p.start, p.stop), self.d, self.dtype, None if even else weight[p])
                for block, p in zip(blocks, parts, strict=True)
            ]
            if self.client is None:
                size = self.n * self.d * self.dtype.itemsize
                instead = "connect a distributed.Client, or write X to a .npy file and map it"
                require("The dask array", self.n, size, memory_limit, instead)
            rows = self._made(of_block, given, parts)
        if self.dtype == np.uint8:
            return rows, 0
        every = np.stack(rows.each("extremes"))
        extremes = np.stack([every[:, 0].max(axis=0), every[:, 1].min(axis=0)])
        check_squares(extremes, self.n, least=0.0)
        exponent = exponent_of(extremes)
        if exponent:
            rows = rows.others("scaled", -exponent)
        return rows, exponent

    def _made(self, make: Any, given: list[tuple[Any, ...]], parts: list[slice]) -> Rows:
        sizes = [part.stop - part.start for part in parts]
        about = sizes, self.d, self.dtype
        if self.client is None:
            import dask

            delayed = dask.delayed(make, pure=False)
            return Rows(computed([delayed(*one) for one in given]), *about)
        from inkcluster.compute.dasked.spread import Spread, beside, dealt

        if self.mapped:
            made, again = dealt(self.client, make, given)
            return Spread(self.client, made, *about, again=again)
        return Spread(self.client, beside(self.client, make, given), *about, again={})


def source_of(X: Any) -> Source | None:
    """Where points are if not in this process: a dask array, or a mapped file while a client is current.

    Raises
    ------
    BadInputError
        For a dask array that is not in blocks of rows of numbers.
    ClusterError
        If the cluster has no workers or one of another version.
    """
    if arrays.is_dask(X):
        arrays.check_chunks(X)
        client = current_client()
        if client is not None:
            check_workers(client)
        dtype = X.dtype if X.dtype in KEPT else np.dtype(np.float64)
        return Source(X, None, client, X.shape[0], int(np.prod(X.shape[1:])), dtype)
    mapped = _mapped(X)
    client = current_client() if mapped else None
    if mapped is None or client is None:
        return None
    check_workers(client)
    cannot = without_file(client, mapped)
    if cannot:
        warnings.warn(
            f"{len(cannot)} of the Dask workers cannot open {mapped.path}, the first at {cannot[0]}; "
            "k-means runs in this process alone.",
            UserWarning,
            stacklevel=3,
        )
        return None
    n, d = mapped.shape
    return Source(None, mapped, client, n, d, np.dtype(mapped.dtype))


def _mapped(X: Any) -> Mapped | None:
    """The file of an array that is all of one piece of a mapped file, in a type that is read as it is."""
    mapped = mapped_file(X)
    if mapped is None or X.dtype not in KEPT or X.ndim not in (2, 3):
        return None
    return replace(mapped, shape=(len(X), X.size // len(X)))


def check_workers_memory(source: Source, k: int, restarts: int) -> None:
    """Refuse points for whose shards the workers of a cluster have too little memory.

    Raises
    ------
    TooLittleMemoryError
        With the bytes needed and the bytes that the smallest worker has.
    """
    if source.client is None:
        return
    count, least = least_memory(source.client)
    if least:
        n, d = -(-source.n // count), source.d
        own = 0 if source.mapped else n * d * source.dtype.itemsize
        need = own + bytes_needed(Rows([], [n], d, source.dtype), k, restarts)
        instead = "start more workers or give them more memory"
        require(f"K-means on one of {count} workers", n, need, least, instead)
