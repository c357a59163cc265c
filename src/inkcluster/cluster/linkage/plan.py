"""How many bytes a hierarchy needs, before any is taken."""

from __future__ import annotations

from inkcluster.compute.memory import SPARE

VECTORS = ("ward", "single", "centroid", "median")
"""Methods that need no distance matrix where the distance is Euclidean."""
WIDTH = 256
"""Leading coordinates, at most."""
KEPT = 12
"""Neighbours that a cluster remembers from one search to the next."""
FINE = 4096
"""Points up to which distances are stored in 8 bytes; beyond, 4 are enough and faster."""
WAVE = 1 << 23
"""Entries of a new matrix that are made beside the old one, by all threads together."""


def pairs(n: int) -> int:
    """The number of pairs among `n` points."""
    return n * (n - 1) // 2


def vector_bytes(n: int, d: int) -> int:
    """What a hierarchy of vectors takes in O(n·d): float64 sums, coordinates twice, lists, Z."""
    return SPARE + n * (9 * d + 2 * 4 * min(d + 1, WIDTH) + 12 * KEPT + 160)


def matrix_bytes(n: int, d: int, entry: int) -> int:
    """What a hierarchy by stored distances takes, with `entry` bytes for each pair."""
    return SPARE + entry * pairs(n) + n * (8 * d + 200)


def largest(have: int, d: int, entry: int) -> int:
    """How many points of `d` dimensions fit, with `entry` bytes a pair."""
    low, high = 1, 1 << 24
    while low < high:
        middle = (low + high + 1) // 2
        if matrix_bytes(middle, d, entry) <= have:
            low = middle
        else:
            high = middle - 1
    return low
