"""Cuts hierarchies into a given number of clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.compute import memory
from inkcluster.errors import BadInputError
from inkcluster.kernels.linkage import tree as kernels


def cut(Z: NDArray[np.float64], k: int) -> NDArray[np.int32]:
    """Cut a hierarchy into exactly `k` clusters: those that are left after n - k merges.

    :func:`scipy.cluster.hierarchy.fcluster` may give fewer clusters where heights are equal, and
    other clusters where heights are inverted (centroid, median).

    Parameters
    ----------
    Z : ndarray of shape (n - 1, 4)
        A hierarchy; merges in the order in which they were made.
    k : int
        From 1 to n.

    Returns
    -------
    ndarray of shape (n,), int32
        Clusters numbered from 0 by decreasing size.

    Raises
    ------
    BadInputError
        If `Z` is no hierarchy, or `k` is not a whole number from 1 to n.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import hierarchy
    >>> Z = hierarchy.ward(np.array([[0.0], [0.1], [5.0], [5.1], [5.2]]))
    >>> hierarchy.cut(Z, 2)
    array([1, 1, 0, 0, 0], dtype=int32)
    """
    if np.ndim(k):
        raise BadInputError(f"`k` must be one whole number, not {k!r}; `cuts` takes several.")
    labels: NDArray[np.int32] = cuts(Z, [k])[0]
    return labels


def cuts(
    Z: NDArray[np.float64], ks: ArrayLike | None = None, *, memory_limit: int | None = None
) -> NDArray[np.int32]:
    """Cut a hierarchy into several numbers of clusters, each in O(n) after one pass over it.

    Parameters
    ----------
    Z : ndarray of shape (n - 1, 4)
        A hierarchy; merges in the order in which they were made.
    ks : array-like of int or None
        Numbers of clusters, each from 1 to n; by default all of them, n to 1.
    memory_limit : int or None
        Bytes that may be taken; by default what the machine has free.

    Returns
    -------
    ndarray of shape (len(ks), n), int32
        Clusters numbered from 0 by decreasing size; of equal ones, the one with the earlier first
        member comes first.

    Raises
    ------
    BadInputError
        If `Z` is no hierarchy, or one of `ks` is not a whole number from 1 to n.
    TooLittleMemoryError
        If more bytes are needed than may be taken.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import hierarchy
    >>> from inkcluster.cluster.hierarchy import cuts
    >>> cuts(hierarchy.ward(np.array([[0.0], [0.1], [5.0]])), [1, 2]).tolist()
    [[0, 0, 0], [0, 0, 1]]
    """
    tree = _four_columns(Z)
    n = len(tree) + 1
    wanted = range(n, 0, -1) if ks is None else _whole(ks, n)
    own = 80 * n  # the places and sizes of all clusters
    need = own + 4 * n * len(wanted)
    fits = max(0, memory.budget(memory_limit) - own) // (4 * n)
    instead = f"ask for {fits:,} cuts at a time" if fits else "raise `memory_limit`"
    memory.require(f"A table of {len(wanted):,} cuts", n, need, memory_limit, instead)
    _check_merges(tree)
    start, earliest, parent = (np.empty(2 * n - 1, np.int64) for _ in range(3))
    kernels.spans(tree, start, earliest, parent)
    size = np.concatenate([np.ones(n, np.int64), tree[:, 3].astype(np.int64)])
    leaves = np.empty(n, np.int64)
    leaves[start[:n]] = np.arange(n)
    labels = np.empty((len(wanted), n), np.int32)
    for row, k in enumerate(wanted):
        there = 2 * n - k  # clusters made by then have lower numbers
        alive = np.flatnonzero(parent[:there] >= there)
        alive = alive[np.lexsort((earliest[alive], -size[alive]))]
        run = np.argsort(start[alive])
        labels[row, leaves] = np.repeat(run, size[alive][run])
    return labels


def _four_columns(Z: Any) -> NDArray[np.float64]:
    try:
        tree = np.ascontiguousarray(Z, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInputError(
            f"`Z` is no hierarchy ({error}); give what `linkage` returned."
        ) from error
    if tree.ndim != 2 or tree.shape[1] != 4:
        raise BadInputError(
            f"`Z` has the shape {tree.shape}; a hierarchy has the shape (n - 1, 4)."
        )
    return tree


def _check_merges(tree: NDArray[np.float64]) -> None:
    """Refuse rows that do not merge two clusters made before, which the kernel relies on."""
    n = len(tree) + 1
    merged, made = tree[:, :2], np.arange(n, 2 * n - 1)[:, None]
    if ((merged >= 0) & (merged < made) & (merged == np.floor(merged))).all():
        parts = merged.astype(np.int64)
        size = np.concatenate([np.ones(n), tree[:, 3]])
        if len(np.unique(parts)) == parts.size and (size[parts].sum(axis=1) == tree[:, 3]).all():
            return
    raise BadInputError(
        "`Z` is no hierarchy: its rows do not merge clusters made before, each once."
    )


def _whole(ks: Any, n: int) -> list[int]:
    """Numbers of clusters as whole numbers from 1 to `n`."""
    wanted = np.ravel(np.array(ks, dtype=object)).tolist()
    for k in wanted:
        if isinstance(k, bool | np.bool_) or not isinstance(k, int | np.integer) or not 1 <= k <= n:
            raise BadInputError(
                f"A hierarchy of {n:,} points can be cut into 1 to {n:,} clusters, not {k!r}; "
                "give a whole number."
            )
    return [int(k) for k in wanted]
