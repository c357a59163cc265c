"""The table of clusters against classes from which every agreement measure is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.clustering import NOISE
from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import check_length, label_array

MAX_DENSE_CELLS = 10_000_000
"""The most cells of a table that is stored in full (80 MB)."""


@dataclass(frozen=True, eq=False)
class Contingency:
    """How many points each cluster (row) shares with each class (column), zeros left out.

    Parameters
    ----------
    counts, rows, columns : ndarray of shape (nnz,), int64
        The table's non-zero cells.
    row_totals : ndarray of shape (r,), int64
        Points of each cluster.
    column_totals : ndarray of shape (c,), int64
        Points of each class.
    """

    counts: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    row_totals: NDArray[np.int64]
    column_totals: NDArray[np.int64]

    @property
    def n(self) -> int:
        """The number of points."""
        return int(self.row_totals.sum())

    def without_row(self, row: int) -> Contingency:
        """The table without one cluster, and without the classes that had all their points in it."""
        keep = self.rows != row
        rows, counts = self.rows[keep], self.counts[keep]
        kept, columns = np.unique(self.columns[keep], return_inverse=True)
        return Contingency(
            counts,
            rows - (rows > row),
            columns.astype(np.int64),
            np.delete(self.row_totals, row),
            np.bincount(columns, counts, minlength=len(kept)).astype(np.int64),
        )

    def largest_of_rows(self) -> NDArray[np.int64]:
        """The size of each cluster's largest class, shape (r,)."""
        largest = np.zeros(len(self.row_totals), np.int64)
        np.maximum.at(largest, self.rows, self.counts)
        return largest

    def dense(self) -> NDArray[np.int64]:
        """The full table, shape (r, c)."""
        shape = len(self.row_totals), len(self.column_totals)
        if shape[0] * shape[1] > 100 * MAX_DENSE_CELLS:
            raise BadInputError(
                f"A table of {shape[0]:,} clusters × {shape[1]:,} classes does not fit in memory; "
                "give fewer clusters, or labels that repeat."
            )
        table = np.zeros(shape, np.int64)
        table[self.rows, self.columns] = self.counts
        return table


def encode(labels: Any, what: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The distinct labels, sorted, shape (c,), and each point's position among them, shape (n,)."""
    array = label_array(labels, what)
    check_length(array, None, what)
    if array.dtype.kind in "biu" and array.dtype != np.uint64:
        return _encode_integers(array)
    if array.dtype.kind in "fu":
        if np.isnan(array).any():
            raise BadInputError(f"{what} holds NaN; give every point a label, or leave it out.")
        values, codes = np.unique(array, return_inverse=True)
        return values, codes.astype(np.int64)
    if array.dtype.kind in "UOT":
        return _encode_objects(array, what)
    raise BadInputError(f"{what} holds {array.dtype} values; give integers or strings.")


def noise_code(values: NDArray[Any]) -> int | None:
    """The position of noise (-1) among the distinct cluster labels; None without noise."""
    if values.dtype.kind not in "if":
        return None
    found = np.flatnonzero(values == NOISE)
    return int(found[0]) if len(found) else None


def cross(truth: Any, labels: Any) -> tuple[Contingency, NDArray[Any], NDArray[Any], int | None]:
    """The table of clusters against classes, the clusters, the classes, and the row of noise."""
    classes, class_codes = encode(truth, "truth")
    clusters, cluster_codes = encode(labels, "labels")
    check_length(cluster_codes, len(class_codes), "labels")
    table = tabulate(cluster_codes, class_codes, len(clusters), len(classes))
    return table, clusters, classes, noise_code(clusters)


def tabulate(
    rows: NDArray[np.int64], columns: NDArray[np.int64], n_rows: int, n_columns: int
) -> Contingency:
    """Count pairs of codes; prior validation assumed (equal lengths, every code used)."""
    joint = rows * n_columns + columns
    if n_rows * n_columns <= max(MAX_DENSE_CELLS // 10, 4 * len(joint)):
        full = np.bincount(joint, minlength=n_rows * n_columns)
        cells = np.flatnonzero(full)
        counts = full[cells]
    else:
        cells, counts = np.unique(joint, return_counts=True)
    return Contingency(
        counts.astype(np.int64),
        cells // n_columns,
        cells % n_columns,
        np.bincount(rows, minlength=n_rows),
        np.bincount(columns, minlength=n_columns),
    )


def best_matching(table: Contingency) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One-to-one pairs (rows, columns) with the most points (Kuhn 1955); empty pairs left out."""
    shape = len(table.row_totals), len(table.column_totals)
    if 0 in shape:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if shape[0] * shape[1] <= MAX_DENSE_CELLS:
        from scipy.optimize import linear_sum_assignment

        full = table.dense()
        rows, columns = linear_sum_assignment(full, maximize=True)
        held = full[rows, columns] > 0
        return rows[held].astype(np.int64), columns[held].astype(np.int64)
    # A large table is nearly empty: each row gets a column of its own that stands for "none".
    # Every row is matched in any case, so one point more in each cell changes no order.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    own = np.arange(shape[0])
    weights = np.concatenate([table.counts + 1.0, np.ones(shape[0])])
    rows = np.concatenate([table.rows, own])
    columns = np.concatenate([table.columns, shape[1] + own])
    graph = csr_array((weights, (rows, columns)), shape=(shape[0], shape[0] + shape[1]))
    own_rows, partners = min_weight_full_bipartite_matching(graph, maximize=True)
    held = partners < shape[1]
    return own_rows[held].astype(np.int64), partners[held].astype(np.int64)


def _encode_integers(array: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    wide: NDArray[np.int64] = array.astype(np.int64)
    low, high = int(wide.min()), int(wide.max())
    if high - low >= max(1024, 4 * len(wide)):
        values, codes = np.unique(wide, return_inverse=True)
        return values, codes.astype(np.int64)
    wide -= low  # small range: counting beats sorting by ten
    present = np.bincount(wide) > 0
    codes = (np.cumsum(present) - 1)[wide]
    values = np.flatnonzero(present) + low
    return values.astype(bool) if array.dtype.kind == "b" else values, codes


def _encode_objects(array: NDArray[Any], what: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    import pandas as pd

    try:
        codes, values = pd.factorize(array.astype(object))
    except TypeError as error:  # lists, which have no hash
        raise BadInputError(
            f"{what} hold lists or other objects; give integers or strings."
        ) from error
    if (codes < 0).any():
        raise BadInputError(f"{what} holds missing values; give every point a label.")
    if all(isinstance(value, str) for value in values):
        values = np.array(values, dtype=str)
    else:
        values = np.array(list(values))
        if values.dtype.kind not in "biuf" or values.ndim != 1:
            raise BadInputError(
                f"{what} mixes kinds of values; give integers only or strings only."
            )
    order = np.argsort(values)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return values[order], place[codes]
