"""Labels, distances and scores of points by fitted centres: of arrays at once, of dask arrays lazily."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import euclidean_distances

from inkcluster.cluster.kmeans import peer
from inkcluster.cluster.kmeans.choose import Floats, use_peer
from inkcluster.cluster.kmeans.elsewhere import Source, block_rows, source_of
from inkcluster.cluster.kmeans.lloyd import Lloyd, nearest_labels
from inkcluster.cluster.kmeans.problem import Problem, check_weights
from inkcluster.cluster.kmeans.shards.making import checked_block
from inkcluster.cluster.kmeans.shards.space import first_frame
from inkcluster.compute.dasked.arrays import by_rows
from inkcluster.compute.magnitude import exponent_of, scaled
from inkcluster.compute.threads import alone, in_threads, kept_threads, one_blas_thread, pieces


def labels_of(raw: NDArray[Any], centres: NDArray[Any], *, small: bool) -> NDArray[np.int32]:
    """The nearest of centres (k, d) to each of raw (n, d); by scikit-learn's loops if `small`."""
    exponent = exponent_of(raw, centres)
    points, centres = scaled(raw, -exponent), scaled(centres, -exponent)
    if small:
        return peer.nearest(points, centres, np.ones(len(raw)))[0]
    with one_blas_thread(), kept_threads():
        return nearest_labels(points, np.asarray(centres, np.float64))


def distances_to(centres: NDArray[Any], raw: NDArray[Any]) -> NDArray[np.floating[Any]]:
    """Distances from raw (n, d) to centres (k, d), shape (n, k); of bytes in float64."""
    grey, centres = raw.dtype == np.uint8, np.require(centres, None, ["C", "A"])
    out = np.empty((len(raw), len(centres)), np.result_type(centres, np.float32 if grey else raw))

    def measure(part: slice) -> None:
        # the whole as it is: distances of the centres to themselves are exactly 0 then
        rows = raw if part == slice(0, len(raw)) else raw[part]
        out[part] = euclidean_distances(rows.astype(np.float64) if grey else rows, centres)

    with one_blas_thread():  # several would round otherwise than those of a worker
        for _ in in_threads(measure, pieces(len(raw), block_rows(raw.shape[1]))):
            pass
    return out


def predict(model: Any, source: Source) -> Any:
    """The nearest centres: of a dask array lazily, as another; of a file by the workers, (n,)."""
    source.check_features(model)
    centres = model.cluster_centers_
    small = use_peer(source.stand_in, len(centres))
    if source.mapped is None:
        X = source.X.rechunk({0: -1}) if small else source.X
        axes = list(range(1, X.ndim))
        return X.map_blocks(
            _labels_of_block, centres, source.dtype, small, drop_axis=axes, dtype=np.int32,
            meta=np.empty(0, np.int32),
        )  # fmt: skip
    if small:
        return labels_of(source.gathered(), centres, small=True)
    lloyd, _ = _nearest(centres, source, np.ones(source.n), model.memory_limit)
    return lloyd.labels()[0]


def transform(model: Any, X: Any) -> Any:
    """The distances to the centres of a dask array, lazily, as another of shape (n, k)."""
    source = source_of(X)
    assert source is not None
    source.check_features(model)
    centres = model.cluster_centers_
    X = by_rows(source.X, block_rows(source.d))
    kind = np.result_type(centres, np.float32 if source.dtype == np.uint8 else source.dtype)
    if X.ndim > 2:
        X = X.reshape(source.n, source.d)
    return X.map_blocks(
        _distances_of_block, centres, source.dtype, dtype=kind, chunks=(X.chunks[0], (len(centres),)),
        meta=np.empty((0, 0), kind),
    )  # fmt: skip


def score(model: Any, source: Source, sample_weight: Any) -> float:
    """Minus the inertia about the centres."""
    source.check_features(model)
    weight = check_weights(sample_weight, source.stand_in)
    centres = np.asarray(model.cluster_centers_, np.float64)
    if use_peer(source.stand_in, len(centres)):
        return float(type(model).score(model, source.gathered(), sample_weight=weight))
    lloyd, exponent = _nearest(centres, source, weight, model.memory_limit)
    at = lloyd.stand(np.arange(1))
    blocks = lloyd.rows.each("inertia", at, lloyd.centres)
    return -float(np.ldexp(np.concatenate(blocks, axis=1).sum(axis=1)[0], 2 * exponent))


def _nearest(
    centres: NDArray[Any], source: Source, weight: Floats, memory_limit: int | None
) -> tuple[Lloyd, int]:
    """Shards that are labelled by centres (k, d), divided by two to an exponent."""
    rows, exponent = source.rows(weight, memory_limit, whole_blocks=True)
    about = np.asarray(scaled(np.asarray(centres, np.float64), -exponent))[None]
    lloyd = Lloyd(Problem(rows, weight, len(centres), 1, 0.0), about, first_frame(rows))
    lloyd.assign(np.zeros(1, np.int64), count=False)
    return lloyd, exponent


def _labels_of_block(
    block: Any, centres: NDArray[Any], dtype: Any, small: bool
) -> NDArray[np.int32]:
    raw = checked_block(block, dtype, "a chunk of X")
    if not len(raw):
        return np.empty(0, np.int32)
    with alone():
        return labels_of(raw, centres, small=small)


def _distances_of_block(block: Any, centres: NDArray[Any], dtype: Any) -> NDArray[Any]:
    with alone():
        return distances_to(centres, checked_block(block, dtype, "a chunk of X"))
