"""The agreement of a hierarchy with labels, at every number of clusters at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate.checks import check_hierarchy, check_length
from inkcluster.evaluate.labels.agreement import ari_of
from inkcluster.evaluate.labels.contingency import encode

if TYPE_CHECKING:
    import pandas as pd


def along_hierarchy(Z: Any, truth: Any) -> pd.DataFrame:
    """Compare the cut at every k with labels, in one pass over the merges.

    A merge changes two rows of the table of clusters against classes, so the sums behind each
    measure are updated by the classes in the smaller of the two clusters: at most n · classes steps
    for all k, and at most n · log₂(n). The ARI is computed in whole numbers and equals that of
    :func:`scores` on each cut; NMI is equal up to rounding.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        A hierarchy as SciPy's ``linkage`` gives it, merges in the order in which they were made.
    truth : array-like of shape (n,)
        Integers or strings, as for :func:`scores`.

    Returns
    -------
    DataFrame
        A row for each k from 1 to n: ``k``, ``ari``, ``nmi`` and ``purity`` after n - k merges.

    Raises
    ------
    BadInputError
        If `Z` is not a hierarchy, or of another number of points than there are labels.

    References
    ----------
    L. Hubert, P. Arabie: Comparing partitions (1985), for the ARI by counts of pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.cluster.hierarchy import ward
    >>> from inkcluster.evaluate import along_hierarchy
    >>> Z = ward(np.array([[0.0], [1.0], [10.0], [12.0]]))
    >>> along_hierarchy(Z, ["a", "a", "b", "b"]).round(2).values.tolist()
    [[1.0, 0.0, 0.0, 0.5], [2.0, 1.0, 1.0, 1.0], [3.0, 0.57, 0.8, 1.0], [4.0, 0.0, 0.67, 1.0]]
    """
    import pandas as pd

    tree = check_hierarchy(Z)
    classes, codes = encode(truth, "truth")
    check_length(codes, len(tree) + 1, "truth")
    n = len(codes)
    totals = np.bincount(codes, minlength=len(classes))
    in_classes, pairs = int((totals**2).sum()) - n, n * (n - 1)
    both, in_clusters, cells, rows, held = zip(*_sums(tree, codes), strict=True)
    frame = pd.DataFrame(
        {
            "k": np.arange(n, 0, -1),
            "ari": [
                ari_of(*each, in_classes, pairs) for each in zip(both, in_clusters, strict=True)
            ],
            "nmi": _nmi(np.array(cells), np.array(rows), totals),
            "purity": np.array(held) / n,
        }
    )
    return frame.iloc[::-1].reset_index(drop=True)


def _sums(
    tree: NDArray[np.float64], codes: NDArray[np.int64]
) -> Iterator[tuple[int, int, float, float, int]]:
    """The sums over the table after 0, 1, … n - 1 merges.

    Ordered pairs of points that share cluster and class, and that share a cluster; the sums of
    x·log x over the table's cells, and over its rows; points in the largest class of their cluster.
    """
    n = len(codes)
    times_log = _times_log(n).tolist()
    table: list[dict[int, int]] = [{code: 1} for code in codes.tolist()]
    size, largest = [1] * n, [1] * n
    both, in_clusters, held = 0, 0, n
    cells, rows = 0.0, 0.0
    yield both, in_clusters, cells, rows, held
    for a, b in tree[:, :2].astype(np.int64).tolist():
        into, other = table[a], table[b]
        if len(into) < len(other):
            into, other = other, into
        top = max(largest[a], largest[b])
        for code, count in other.items():
            there = into.get(code, 0)
            now = into[code] = there + count
            if there:
                both += 2 * there * count
                cells += times_log[now] - times_log[there] - times_log[count]
                top = max(top, now)
        together = size[a] + size[b]
        in_clusters += 2 * size[a] * size[b]
        rows += times_log[together] - times_log[size[a]] - times_log[size[b]]
        held += top - largest[a] - largest[b]
        table.append(into)
        table[a] = table[b] = {}
        size.append(together)
        largest.append(top)
        yield both, in_clusters, cells, rows, held


def _times_log(n: int) -> NDArray[np.float64]:
    """x·log x for x from 0 to `n`."""
    numbers = np.arange(n + 1, dtype=np.float64)
    return np.asarray(numbers * np.log(np.maximum(numbers, 1.0)))


def _nmi(
    cells: NDArray[np.float64], rows: NDArray[np.float64], totals: NDArray[np.int64]
) -> NDArray[np.float64]:
    """NMI (arithmetic mean) from sums of x·log x over cells and over clusters."""
    n = int(totals.sum())
    of_classes = float(_times_log(n)[totals].sum())
    entropies = 2 * np.log(n) - (rows + of_classes) / n
    information = np.log(n) + (cells - rows - of_classes) / n
    information[-1] = 0.0  # one cluster says nothing
    if len(totals) == 1:
        information[:] = 0.0
        entropies[-1] = 0.0
    value = np.divide(2 * information, entropies, out=np.ones(len(rows)), where=entropies > 0)
    return np.asarray(np.clip(value, 0.0, 1.0))
