"""Chooses how nearest neighbours are found: from the sizes, and from a sample of the points.

Each way gives the same lists to the bit. "numpy" multiplies all pairs and "tree" asks SciPy's k-d
tree, so that nothing is compiled. "bounds" multiplies a few directions and bounds what these leave
out; "products" multiplies all dimensions, which takes less where no bound excludes a pair.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.duplicates import MIN_REPEATED, many_equal
from inkcluster.compute.forced import Forced
from inkcluster.compute.projection import with_rest

ALGORITHMS = ("numpy", "tree", "bounds", "products")
MAX_TREE_DIMENSIONS = 6
"""Dimensions up to which a k-d tree leaves most points out."""
MAX_SMALL_PAIRS = 2500 * 2500
"""Pairs up to which NumPy compares all of them, so that nothing is compiled."""
MAX_INSERTIONS = 20
"""Lists of k among n points grow by insertion while k² is at most so many times n."""
MIN_REPEATED_IN_TREE = 0.3
"""Share of a sample's rows that repeat others from which they are merged; a tree copes with more."""
PROBES = 256
"""Points of the sample that estimate how many pairs each number of directions leaves open."""
PRODUCT_WIDTHS = (15, 23, 31, 47, 63, 95, 127)
"""Numbers of directions of the products."""
BOUND_WIDTHS = (63, 95, 127, 191, 255)
"""Numbers of directions of the bounds for pairs that the products leave open."""
PRODUCT_COST, BOUND_COST, DISTANCE_COST = 0.022, 0.1, 0.2
"""Nanoseconds per coordinate of a product, a bound and a distance; only speed depends on them."""
OPEN_COST, DECIDED_COST = 6, 20
"""Nanoseconds to bound an open pair, and to decide it.

They count twice as many pairs as a point's own limit leaves, because the other's may be wider.
"""

forced = Forced()
"""Use one of `ALGORITHMS` meanwhile, whatever the data, for tests."""


def algorithm(n: int, m: int, d: int, k: int) -> str:
    """How the `k` neighbours of `m` queries are found among `n` points in `d` dimensions.

    "bounds" stands for "products" too, between which :func:`widths` decides.
    """
    if forced.names:
        return forced.names[0] if forced.names[0] in ("numpy", "tree") else "bounds"
    if d <= MAX_TREE_DIMENSIONS:
        return "tree"
    return "numpy" if is_for_numpy(n, m, k) else "bounds"


def is_for_numpy(n: int, m: int, k: int) -> bool:
    """Whether NumPy compares all pairs: there are few of them, or the lists are long."""
    return n * m <= MAX_SMALL_PAIRS or k * k > MAX_INSERTIONS * n


def merges_equals(X: NDArray[np.generic], m: int, algorithm: str) -> bool:
    """Whether equal rows of `X` are searched for once: there are many, and not few queries."""
    share = MIN_REPEATED_IN_TREE if algorithm == "tree" else MIN_REPEATED
    return len(X) * m > MAX_SMALL_PAIRS and many_equal(X, share)


def widths(
    sample: NDArray[np.float64], basis: NDArray[np.float64], nearer: float, *, whole: bool
) -> tuple[int, int]:
    """The cheapest numbers of directions of products and bounds; (d, d) for all dimensions.

    A centred sample (s, d) tells how many pairs each leaves open; about `nearer` of its points are
    as near as a neighbour. If not `whole`, all dimensions would not fit into memory.
    """
    d, most = basis.shape
    if forced.names == ("products",):
        return d, d
    if most < PRODUCT_WIDTHS[0]:  # fewer points than directions
        return most, most
    sample, basis = sample.astype(np.float32), basis.astype(np.float32)
    inside = sample @ basis
    norms = np.einsum("ij,ij->i", sample, sample)
    probes = slice(None, None, max(1, len(sample) // PROBES))
    every = norms[probes, None] + norms - 2 * sample[probes] @ sample.T
    rank = min(max(1, round(nearer)), len(sample) - 1)
    limit = np.partition(every, rank, axis=1)[:, rank, None]
    left = {d: float(np.mean(every <= limit))}
    for width in sorted({*PRODUCT_WIDTHS, *BOUND_WIDTHS}):
        lead = with_rest(inside[:, :width], norms)
        square = np.einsum("ij,ij->i", lead, lead)
        bounds = square[probes, None] + square - 2 * lead[probes] @ lead.T
        left[width] = float(np.mean(bounds <= limit))

    def cost(p: int, q: int) -> float:
        bound = left[p] * (OPEN_COST + BOUND_COST * q) if q > p else 0.0
        return float(PRODUCT_COST * p + bound + left[q] * (DECIDED_COST + DISTANCE_COST * d))

    products = [p for p in PRODUCT_WIDTHS if p <= most]
    choices = [(p, q) for p in products for q in {p, *BOUND_WIDTHS} if p <= q <= most]
    if whole and forced.names != ("bounds",):
        choices.append((d, d))
    return min(choices, key=lambda both: cost(*both))
