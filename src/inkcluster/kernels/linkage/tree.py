"""Orders the leaves of a hierarchy."""

from __future__ import annotations

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel


@kernel()
def spans(Z: F64, start: I64, earliest: I64, parent: I64) -> None:
    """Order the leaves so that every cluster is a run of them.

    Parameters
    ----------
    Z : (n - 1, 4) float64; read
    start : (2n - 1,) int64, where each cluster's run begins; written
    earliest : (2n - 1,) int64, its first member; written
    parent : (2n - 1,) int64, the cluster it is merged into, 2n - 1 for the last; written
    """
    n = Z.shape[0] + 1
    for i in range(n):
        earliest[i] = i
    parent[2 * n - 2] = 2 * n - 1
    for i in range(n - 1):
        a, b = int(Z[i, 0]), int(Z[i, 1])
        parent[a] = parent[b] = n + i
        earliest[n + i] = min(earliest[a], earliest[b])
    start[2 * n - 2] = 0
    for i in range(n - 2, -1, -1):
        a, b = int(Z[i, 0]), int(Z[i, 1])
        start[a] = start[n + i]
        start[b] = start[a] + (1 if a < n else int(Z[a - n, 3]))
