"""Decides how k-means runs, plans its memory, and holds what its algorithms share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from inkcluster.compute.memory import SPARE, require
from inkcluster.compute.threads import in_threads, pieces, workers
from inkcluster.kernels import rotate
from inkcluster.kernels.kmeans import nearest

MAX_WHOLE_DIMENSIONS = 64
"""Points of at most this many dimensions are copied to float32 whole."""
MAX_WHOLE_NUMBERS = 2**23
"""So are points that hold at most this many numbers."""
MAX_DIRECTIONS = 192
MAX_PEER_WORK = 10**8
"""Up to so many differences an iteration, over all restarts, scikit-learn's loops do the work."""
MIN_SUBSET = 8192
"""Restarts of this many points or more start from a subset of at least as many."""
MIN_SHARED_NUMBERS = 2_000_000
"""A kernel that reads fewer numbers is not shared between threads, which would wait for each other."""
MIN_GROUPED_NUMBERS = 500_000
"""Restarts that read fewer numbers in an iteration are not divided between threads either."""
UNIT = 2.0**-24
"""Half the distance from 1 to the next float32."""

Floats = NDArray[np.float64]
Renew = Callable[[Floats], "Space"]


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked input.

    Parameters
    ----------
    raw : ndarray of shape (n, d), uint8, float32 or float64, C order, possibly memory-mapped
    weight : ndarray of shape (n,), float64
    k, max_iter : int
    tol : float
        A restart ends when the summed squared move of its centres is at most `tol` times the mean
        variance of a feature; 0 for a fixed point.
    """

    raw: NDArray[Any]
    weight: Floats
    k: int
    max_iter: int
    tol: float

    @property
    def exact_totals(self) -> bool:
        """Whether every sum is one of whole numbers under 2⁵³."""
        return self.raw.dtype == np.uint8 and bool((self.weight == 1).all())


@dataclass(frozen=True, eq=False)
class Space:
    """Points with a cheap lower and upper bound on every distance.

    Parameters
    ----------
    raw : ndarray of shape (n, d)
        The points; float64 decides on these, and totals are taken of these.
    weight : ndarray of shape (n,), float64
    origin : ndarray of shape (d,), float64
        The origin of the coordinates.
    basis : ndarray of shape (d, q), float32, or None
        Orthonormal directions; None where `lead` holds all coordinates.
    lead : ndarray of shape (n, q), float32
        Coordinates along the basis.
    square : ndarray of shape (n,), float64
        Squared distance to the origin.
    rho : ndarray of shape (n,), float32
        Upper bound of the norm outside the basis.
    """

    raw: NDArray[Any]
    weight: Floats
    origin: Floats
    basis: NDArray[np.float32] | None
    lead: NDArray[np.float32]
    square: Floats
    rho: NDArray[np.float32]

    @property
    def blur(self) -> float:
        """Bound of the rounding of a float32 product, relative to the norms' product."""
        return float(UNIT * (2 * self.lead.shape[1] + 16))

    def centres(
        self, centres: Floats
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], Floats]:
        """What `nearest.assign` needs of centres (R, k, d): their lead, square, slack and grain."""
        offset = centres - self.origin
        square = np.einsum("rkd,rkd->rk", offset, offset)
        if self.basis is None:
            slack = np.zeros(square.shape, np.float32)
            grain = 2 * UNIT * np.sqrt(square.max(axis=1, initial=0.0))
            return offset.astype(np.float32), square.astype(np.float32), slack, grain
        basis = self.basis.astype(np.float64)
        lead = (offset @ basis).astype(np.float32)
        rest = offset - lead.astype(np.float64) @ basis.T
        norm = np.sqrt(np.einsum("rkd,rkd->rk", rest, rest))
        slack = 2 * (norm * (1 + 1e-6) + 1e-7 * np.sqrt(square))
        spread = np.abs(lead).astype(np.float64) @ np.abs(basis).T
        reach = np.sqrt(np.einsum("rkd,rkd->rk", spread, spread).max(axis=1, initial=0.0))
        grain = 2 * UNIT * (len(self.origin) + 3) * reach
        return lead, square.astype(np.float32), slack.astype(np.float32), grain


def is_small(raw: NDArray[Any], k: int, restarts: int = 1) -> bool:
    """Whether scikit-learn's loops do the work in less time than ours take to compile."""
    return not is_large(len(raw), k) and raw.size * k * restarts <= MAX_PEER_WORK


def is_large(n: int, k: int) -> bool:
    """Whether restarts of n points converge on a subset first."""
    return n >= max(MIN_SUBSET, 16 * k)


def subset_size(n: int, k: int) -> int:
    """The number of points, of n, in the subset that restarts start from."""
    return min(max(MIN_SUBSET, 64 * k), n // 2)


def threads_for(numbers: int) -> int:
    """The number of threads to share a kernel between that reads so many numbers."""
    return 1 if numbers < MIN_SHARED_NUMBERS else workers()


def share(kernel: Callable[..., object], tasks: int, *arrays: Any, times: int = 1) -> None:
    """Call a kernel for all its tasks, on as many threads as suit points that are read `times`.

    The kernel takes `arrays`, the points first, and then the first and the last task (excluded).
    """
    threads = threads_for(arrays[0].size * times)
    size = tasks if threads == 1 else -(-tasks // (4 * threads))  # finer, as some take longer
    for _ in in_threads(lambda part: kernel(*arrays, part.start, part.stop), pieces(tasks, size)):
        pass


def groups_of(restarts: int, size: int) -> int:
    """Into how many groups to divide restarts on `size` numbers, each the work of one thread.

    A thread with restarts of its own waits for no other until they are done. With fewer restarts
    than threads there is one group, and the threads share its points.
    """
    threads = workers()
    if threads == 1 or restarts < threads or restarts * size < MIN_GROUPED_NUMBERS:
        return 1
    return min(restarts, 2 * threads)


def check_memory(problem: Problem, restarts: int, memory_limit: int | None) -> None:
    """Refuse restarts that need more than `memory_limit` bytes beside the points.

    Raises
    ------
    TooLittleMemoryError
        With the bytes needed and the bytes allowed.
    """
    need = bytes_needed(problem, restarts) + SPARE
    instead = "lower `n_init` or draw a sample"
    require("K-means", len(problem.raw), need, memory_limit, instead)


def bytes_needed(problem: Problem, restarts: int) -> int:
    """The most bytes that restarts hold at a time, beside the points."""
    n, d = problem.raw.shape
    k = problem.k
    width = d if _is_whole(problem.raw) else min(MAX_DIRECTIONS, d)
    seeding = (8 * d + 40) * n
    if is_large(n, k):
        restarts *= 2  # starts, until the better ones are known
        seeding = 48 * subset_size(n, k) * workers()
    # labels, margins, the points that moved and their old labels; centres, totals and a copy
    need: int = seeding + restarts * (20 * n + 64 * k * d) + (8 * width + 48) * n
    return need


def space_for(raw: NDArray[Any], weight: Floats, centres: Floats) -> tuple[Space, Renew | None]:
    """The space for the size of the points, and how to make another one for other centres."""
    origin = reference(raw)
    if _is_whole(raw):
        return whole(raw, weight, origin), None
    renew = partial(spanned, raw, weight, origin)
    return renew(centres), renew


def reference(raw: NDArray[Any]) -> Floats:
    """A point amid the data, about which float32 loses least; always from the same few rows."""
    step = max(1, len(raw) // 4096)
    origin: Floats = raw[::step].mean(axis=0, dtype=np.float64)
    return origin


def _is_whole(raw: NDArray[Any]) -> bool:
    return raw.shape[1] <= MAX_WHOLE_DIMENSIONS or raw.size <= MAX_WHOLE_NUMBERS


def whole(raw: NDArray[Any], weight: Floats, origin: Floats) -> Space:
    """The space in which every coordinate is a leading one."""
    n, d = raw.shape
    lead = np.empty((n, d), np.float32)
    square = np.empty(n)
    for start in range(0, n, 65536):
        rows = raw[start : start + 65536].astype(np.float64) - origin
        lead[start : start + 65536] = rows
        np.einsum("nd,nd->n", rows, rows, out=square[start : start + 65536])
    return Space(raw, weight, origin, None, lead, square, np.zeros(n, np.float32))


def spanned(raw: NDArray[Any], weight: Floats, origin: Floats, centres: Floats) -> Space:
    """The space whose leading directions are those in which centres (R, k, d) differ.

    The centres lie in it almost exactly. Their scalar products with a point then need the leading
    coordinates only, and the norms outside bound the rest.
    """
    n, d = raw.shape
    offset = (centres - origin).reshape(-1, d)
    if len(offset) <= d:
        values, vectors = linalg.eigh(offset @ offset.T)
        directions = (offset.T @ vectors[:, ::-1]).T
    else:
        values, vectors = linalg.eigh(offset.T @ offset)
        directions = vectors[:, ::-1].T
    values = np.maximum(values[::-1], 0.0)
    left = values.sum() - np.cumsum(values)
    q = int(np.searchsorted(-left, -values.sum() * 4e-6)) + 1
    q = min(-(-q // 16) * 16, MAX_DIRECTIONS, len(values))
    basis = np.ascontiguousarray(linalg.qr(directions[:q].T, mode="economic")[0], np.float32)
    lead = np.empty((n, q), np.float32)
    square = np.empty(n)
    share(rotate.project, -(-n // rotate.ROWS), raw, origin, basis, lead, square)
    inside = np.einsum("nq,nq->n", lead, lead).astype(np.float64)
    rho = np.sqrt(np.maximum(square - inside, 0.0) + 2e-6 * square).astype(np.float32)
    return Space(raw, weight, origin, basis, lead, square, rho)


def inertia_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], centres: Floats
) -> Floats:
    """Inertia of labels (R, n) about centres (R, k, d), shape (R,).

    Each squared distance is computed in float64 and summed. Expanding the square would cancel
    where clusters are far apart.
    """
    blocks = -(-len(raw) // nearest.ROWS)
    parts = np.empty((len(labels), blocks))
    share(nearest.inertia, blocks, raw, weight, centres, labels, parts, times=len(labels))
    return np.asarray(parts.sum(axis=1))


def inertia_of_bytes(
    raw: NDArray[np.uint8], totals: Floats, members: NDArray[np.int64], centres: Floats
) -> Floats:
    """The same of 8-bit points of weight 1, from the totals (R, k, d) of their clusters.

    Within a cluster of n points with the total S it is the sum of |x|² - |S|²/n, in whole numbers,
    where nothing is lost, plus n times the squared distance from the mean to the centre.
    """
    n, d = raw.shape
    zero = np.zeros((1, n), np.int32), np.zeros((1, 1, d))
    squares = int(inertia_of(raw, np.ones(n), *zero)[0])  # a whole number below 2**53
    found = np.empty(len(totals))
    for r, (sums, counts) in enumerate(zip(totals, members, strict=True)):
        whole, rest = squares, 0.0
        for total, count in zip(sums, counts.tolist(), strict=True):
            if count:
                quotient, remainder = divmod(_squared(total), count)
                whole -= quotient
                rest += remainder / count
        size = np.maximum(counts, 1)
        off = ((centres[r] - sums / size[:, None]) ** 2).sum(axis=1) @ counts
        found[r] = max(0.0, whole - rest) + off
    return found


def _squared(total: Floats) -> int:
    """The squared norm of whole numbers, exact."""
    if float(total.max()) ** 2 * len(total) < 2**62:
        numbers = total.astype(np.int64)
        return int(numbers @ numbers)
    return sum(int(value) ** 2 for value in total)
