"""Finds rows that are equal, so that engines treat them as one point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import pieces

ENTRIES = 1 << 22
"""Numbers that are converted or compared at a time."""
SAMPLE = 4096
"""Rows that tell whether many are equal."""
MIN_REPEATED = 0.05
"""Share of the sample that repeats other rows, from which equal rows are searched for."""


def many_equal(X: NDArray[np.generic], share: float = MIN_REPEATED) -> bool:
    """Whether a `share` of a sample of the rows, evenly spaced, repeats others of it."""
    some = X[:: max(1, len(X) // SAMPLE)]
    return len(distinct(some)[0]) <= (1 - share) * len(some)


def distinct(X: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that come first among their equals, ascending, and for every row which that is.

    Equal rows have equal projections on a random direction, so only neighbours in that order
    are compared.

    Examples
    --------
    >>> import numpy as np
    >>> first, same = distinct(np.array([[1.0], [2.0], [1.0], [2.0]]))
    >>> first.tolist(), same.tolist()
    ([0, 1], [0, 1, 0, 1])
    """
    n, d = X.shape
    along = np.random.default_rng(0).standard_normal(d)
    sketch = np.empty(n)
    for part in pieces(n, max(1, ENTRIES // d)):
        sketch[part] = np.einsum("ij,j->i", np.asarray(X[part], dtype=np.float64), along)
    order = np.argsort(sketch, kind="stable")
    again = np.zeros(n, np.bool_)
    tied = np.flatnonzero(np.diff(sketch[order]) == 0) + 1
    for part in pieces(len(tied), max(1, ENTRIES // d)):
        at = tied[part]
        again[at] = (X[order[at - 1]] == X[order[at]]).all(axis=1)
    begin = np.maximum.accumulate(np.where(again, 0, np.arange(n)))
    same = np.empty(n, np.int64)
    same[order] = order[begin]
    return np.flatnonzero(same == np.arange(n)), same
