"""Gradients of images in the kernel's layout, and the distortion model's distances of pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.shape import distortion as kernels
from inkcluster.progress import current

STEPS = kernels.STEPS
BLOCK = 1024
"""Images at a time."""
PAIRS = 16384
"""Pairs in a piece of work."""


def sobel(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """Sobel's gradients of images (n, h, w) with zeros around, to the right and down: (n, 2, h, w)."""
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


def whole_gradients(pixels: NDArray[np.generic], unit: float) -> NDArray[np.int8]:
    """Sobel's gradients in whole multiples of `unit`, cut off at STEPS: (n, 2, h, w)."""
    out = np.empty((len(pixels), 2, *pixels.shape[1:]), np.int8)

    def work(part: slice) -> None:
        out[part] = np.clip(np.rint(sobel(pixels[part]) / np.float32(unit)), -STEPS, STEPS)

    in_blocks(work, len(pixels), "gradients")
    return out


def in_blocks(work: Callable[[slice], None], n: int, what: str) -> None:
    """Do `work` on blocks of `n` images, in threads; products inside stay on one thread each."""
    with one_blas_thread(), current().task(what, n) as advance:
        for count in in_threads(work, pieces(n, BLOCK)):
            advance(count)


class Fields:
    """Gradients as the kernel reads them.

    Parameters
    ----------
    gradients : ndarray of shape (n, 2, h, w), int8
        At most STEPS either way.
    warp : int
        How far a pixel may look, in pixels.
    """

    def __init__(self, gradients: NDArray[np.int8], warp: int) -> None:
        n, _, height, width = gradients.shape
        lanes = kernels.LANES
        self.height, self.width, self.warp = height, width, warp
        self.stride = -(-(width + warp + 1) // lanes) * lanes
        self.values = np.zeros((n, 2, height * self.stride + 2 * kernels.LEAD), np.int8)
        inner = self.values[:, :, kernels.LEAD : -kernels.LEAD]
        inner.reshape(n, 2, height, self.stride)[..., :width] = gradients
        ink = np.empty((n, height), bool)
        for start in range(0, n, BLOCK):
            ink[start : start + BLOCK] = gradients[start : start + BLOCK].any(axis=(1, 3))
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
    """Distances of `images[i]` to `others[j]`, and back; `others` are the same images if left out.

    Pairs are best sorted by `i`. Squared differences of whole gradients, so whole numbers.
    """
    others = images if others is None else others
    a: NDArray[np.int32] = np.ascontiguousarray(i, np.int32)
    b: NDArray[np.int32] = np.ascontiguousarray(j, np.int32)
    forward, backward = np.empty(len(i), np.int64), np.empty(len(i), np.int64)

    def work(part: slice) -> None:
        scratch = kernels.scratch(images.height, images.stride, images.warp)
        kernels.distances(
            images.values, images.rows, others.values, others.rows, a[part], b[part],
            images.width, images.stride, images.warp, scratch, forward[part], backward[part],
        )  # fmt: skip

    with current().task("distortion distances", len(i)) as advance:
        for count in in_threads(work, pieces(len(i), PAIRS)):
            advance(count)
    return forward, backward
