"""Gradients of images, and what measures pairs of them under the image distortion model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.dasked.tasks import on_workers
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.errors import BadInputError
from inkcluster.kernels.shape import distortion as kernels
from inkcluster.progress import current

MAX_WARP = 8
"""The largest displacement of a pixel, in pixels."""
UNCUT_SHARE = 0.84
"""Share of the gradients other than 0 that lie below the cut-off."""
STEPS = kernels.STEPS
Rows = NDArray[np.int32]
IMAGES_PER_BLOCK = 1024
PAIRS_PER_PIECE = 16384
SECONDS_PER_PLACE = 2.5e-10
"""Of one thread, for each place at which a pixel of a pair's images looks for its match."""


def check_warp(warp: object) -> None:
    """Refuse a `warp` that is not a whole number in range."""
    if not isinstance(warp, int | np.integer) or not 0 <= warp <= MAX_WARP:
        raise BadInputError(f"warp must be a whole number from 0 to {MAX_WARP}, not {warp!r}.")


def unit_of(gradients: NDArray[np.floating]) -> float:
    """The gradient of one step, such that `UNCUT_SHARE` of those other than 0 are not cut."""
    steep = np.abs(gradients)
    steep = steep[steep > 0]
    return float(np.quantile(steep, UNCUT_SHARE) / STEPS) if steep.size else 1.0


def sobel(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """Sobel gradients (n, 2, h, w) of images (n, h, w), right and down; beyond the border is 0.

    An image of one pixel has no gradient, and all would be the same: the pixel stands for it.
    """
    if pixels.shape[1:] == (1, 1):
        return np.stack([pixels.astype(np.float32)] * 2, axis=1)
    around = np.pad(pixels.astype(np.float32), ((0, 0), (1, 1), (1, 1)))
    right = around[:, :, 2:] - around[:, :, :-2]
    down = around[:, 2:] - around[:, :-2]
    return np.stack(
        [
            right[:, :-2] + 2 * right[:, 1:-1] + right[:, 2:],
            down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:],
        ],
        axis=1,
    )


def whole(gradients: NDArray[np.float32], unit: float) -> NDArray[np.float32]:
    """Gradients as whole multiples of `unit`, cut off at `STEPS`."""
    return np.asarray(np.clip(np.rint(gradients / np.float32(unit)), -STEPS, STEPS))


def whole_gradients(pixels: NDArray[np.generic], unit: float) -> NDArray[np.int8]:
    """Sobel gradients (n, 2, h, w) of images (n, h, w) as whole multiples of `unit`, cut off."""
    out = np.empty((len(pixels), 2, *pixels.shape[1:]), np.int8)
    return in_blocks(lambda block: whole(sobel(block), unit), pixels, out, "gradients")


def in_blocks(
    step: Callable[[NDArray[Any]], NDArray[Any]], images: NDArray[Any], out: NDArray[Any], what: str
) -> NDArray[Any]:
    """Fill `out` with `step` of blocks of `images`, in threads, with one BLAS thread each."""

    def work(part: slice) -> None:
        out[part] = step(images[part])

    with one_blas_thread(), current().task(what, len(images)) as advance:
        for count in in_threads(work, pieces(len(images), IMAGES_PER_BLOCK)):
            advance(count)
    return out


class Fields:
    """Gradients (n, 2, h, w) from -`STEPS` to `STEPS` in the kernel's layout, for one `warp`."""

    def __init__(self, gradients: NDArray[np.int8], warp: int) -> None:
        n, _, height, width = gradients.shape
        lanes = kernels.LANES
        self.height, self.width, self.warp = height, width, warp
        self.stride = -(-(width + warp + 1) // lanes) * lanes
        self.values = np.zeros((n, 2, height * self.stride + 2 * kernels.LEAD), np.int8)
        inner = self.values[:, :, kernels.LEAD : -kernels.LEAD]
        inner.reshape(n, 2, height, self.stride)[..., :width] = gradients
        blocks = pieces(n, IMAGES_PER_BLOCK)
        ink = np.concatenate([gradients[part].any(axis=(1, 3)) for part in blocks])
        some = ink.any(axis=1)
        first, after = ink.argmax(axis=1), height - ink[:, ::-1].argmax(axis=1)
        self.rows = np.stack([np.where(some, first, height), np.where(some, after, 0)], axis=1)

    def __len__(self) -> int:
        return len(self.values)


def pair_distances(
    images: Fields,
    i: NDArray[np.integer],
    j: NDArray[np.integer],
    others: Fields | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distances from `images[i]` to `others[j]` (by default of the same images), and back.

    Sums of squared whole steps, hence whole numbers. Fastest when sorted by `i`. While a
    ``distributed.Client`` is current its workers measure the pairs, if there are many.
    """
    others = images if others is None else others
    a: NDArray[np.int32] = np.ascontiguousarray(i, np.int32)
    b: NDArray[np.int32] = np.ascontiguousarray(j, np.int32)
    out = np.empty((2, len(i)), np.int64)
    parts = pieces(len(i), PAIRS_PER_PIECE)
    places = images.height * images.width * (2 * images.warp + 1) ** 2
    found = on_workers(
        "Distances of shapes", _measured, (images, others), parts,
        sent=lambda part: (a[part], b[part]),
        seconds=SECONDS_PER_PLACE * places * len(i), need=0,
    )  # fmt: skip

    def work(part: slice) -> None:
        _measure(images, others, a[part], b[part], out[:, part])

    with current().task("distortion distances", len(i)) as advance:
        if found is None:
            for count in in_threads(work, parts):
                advance(count)
        else:
            for part, one in zip(parts, found, strict=True):
                out[:, part] = one
                advance(part.stop - part.start)
    return out[0], out[1]


def _measured(both: tuple[Fields, Fields], ends: tuple[Rows, Rows]) -> NDArray[np.integer]:
    """On a worker: the distances of some pairs there and back, (2, pairs), in a type that holds them."""
    out = np.empty((2, len(ends[0])), np.int64)
    _measure(*both, *ends, out)
    return out.astype(np.min_scalar_type(int(out.max(initial=0))))


def _measure(images: Fields, others: Fields, a: Rows, b: Rows, out: NDArray[np.int64]) -> None:
    scratch = kernels.scratch(images.height, images.stride, images.warp)
    kernels.distances(
        images.values, images.rows, others.values, others.rows, a, b,
        images.width, images.stride, images.warp, scratch, out[0], out[1],
    )  # fmt: skip
