"""What k-means is given, checked, and what it needs to know of all points at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import _check_sample_weight, validate_data

from inkcluster.cluster.kmeans.choose import Floats
from inkcluster.cluster.kmeans.restarts import squared
from inkcluster.cluster.kmeans.shards.shard import Shard
from inkcluster.cluster.kmeans.shards.sums import added, units_of, whole_units
from inkcluster.compute.magnitude import check_squares
from inkcluster.compute.memory import require
from inkcluster.compute.rows import Rows
from inkcluster.errors import refuse_masked

KEPT = (np.uint8, np.float32, np.float64)
"""The types of points that are read as they are."""
KNOWN = {"is_even", "units", "extremes", "total", "mean", "squares", "least_shift"}
"""What is found out about all points once."""


def rows_of(raw: NDArray[Any], weight: Floats | None = None) -> Rows:
    """Points (n, d) in this process, as one shard."""
    return Rows([Shard(raw, weight)], [len(raw)], raw.shape[1], raw.dtype)


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked input.

    Parameters
    ----------
    rows : Rows
        Shards of uint8, float32 or float64, in C order, possibly memory-mapped.
    weight : ndarray of shape (n,), float64
        Those that the shards have.
    k, max_iter : int
    tol : float
        A restart ends when the summed squared move of its centres is at most `tol` times the mean
        variance of a feature; 0 for a fixed point.
    whole : bool
        Whether the points are known to be whole numbers whose sums stay below 2⁵³.
    """

    rows: Rows
    weight: Floats
    k: int
    max_iter: int
    tol: float
    whole: bool = False

    def again(self) -> Problem:
        """The same for another iteration, in the same space."""
        other = replace(self, rows=self.rows.others("twin"))
        other.__dict__.update({name: self.__dict__[name] for name in KNOWN & self.__dict__.keys()})
        return other

    def find_out(self) -> None:
        """Find out about all points what iterations ask, so that what is sent to workers knows it."""
        _ = self.is_even, self.units, self.least_shift, self.squares if self.is_grey else 0.0

    @property
    def raw(self) -> NDArray[Any]:
        """All points (n, d), of a problem of one shard in this process."""
        (shard,) = self.rows.shards
        return np.asarray(shard.raw)

    @cached_property
    def is_even(self) -> bool:
        """Whether all weights are 1."""
        return bool((self.weight == 1).all())

    @property
    def is_grey(self) -> bool:
        """Whether the points are bytes."""
        return bool(self.rows.dtype == np.uint8)

    @cached_property
    def units(self) -> Floats:
        """The units in which weighted points are summed."""
        if (self.is_grey or self.whole) and self.is_even:
            return whole_units(self.rows.d)
        return units_of(self.extremes, self.weight, self.rows.n)

    @cached_property
    def extremes(self) -> NDArray[Any]:
        """The largest and the smallest value of each feature, (2, d)."""
        if self.is_grey:
            return np.stack([np.full(self.rows.d, value, np.uint8) for value in (255, 0)])
        every = np.stack(self.rows.each("extremes"))
        return np.stack([every[:, 0].max(axis=0), every[:, 1].min(axis=0)])

    @cached_property
    def total(self) -> Floats:
        """The sum of the points, each of weight 1, (d,)."""
        rows = self.rows
        units = whole_units(rows.d) if self.is_grey else units_of(self.extremes, None, rows.n)
        levels = sum(rows.each("total", units[:, :-1]), np.zeros(()))
        return np.asarray(added(levels))

    @cached_property
    def mean(self) -> Floats:
        """The mean of the points, (d,)."""
        return np.asarray(self.total / self.rows.n)

    @cached_property
    def squares(self) -> float:
        """The sum of squared distances to the mean; of bytes to the origin, a whole number below 2⁵³."""
        about = np.zeros(0) if self.is_grey else self.mean
        return float(np.concatenate(self.rows.each("squares", about)).sum())

    @cached_property
    def least_shift(self) -> float:
        """`tol` in squared units of the points, as scikit-learn has it."""
        if not self.tol:
            return 0.0
        n, d = self.rows.n, self.rows.d
        lost = squared(self.total) / n if self.is_grey else 0.0
        return float(self.tol * (self.squares - lost) / n / d)

    def mean_for_seeds(self) -> NDArray[Any]:
        """What k-means++ subtracts: NumPy's mean, (d,), as it is rounded in the points' dtype."""
        rows = self.rows
        if self.is_grey:
            return np.zeros(rows.d)
        if rows.d == 1:  # NumPy adds a single column in pairs
            return np.asarray(rows.take(np.arange(rows.n)).mean(axis=0))
        total = np.zeros(rows.d, rows.dtype)
        for i in range(len(rows.shards)):
            (total,) = rows.each("running_total", total, of=[i])
        return np.asarray(total.astype(np.float64) / rows.n, rows.dtype)


def check_weights(sample_weight: ArrayLike | None, raw: NDArray[Any]) -> NDArray[np.float64]:
    """The weights of points, shape (n,), all 1 by default; of float32 points rounded as these are."""
    dtype = np.float32 if raw.dtype == np.float32 else np.float64
    weight = _check_sample_weight(sample_weight, raw, dtype=dtype, ensure_non_negative=True)
    if not weight.any():
        raise ValueError("Sample weights are all zero: at least one must be positive.")
    return np.asarray(weight, np.float64)


def read(model: Any, X: Any, *, reset: bool) -> NDArray[Any]:
    """The points of X as (n, d) in C order, of a type in `KEPT`: X itself, or a view, where it can be.

    Images (n, h, w) are read as (n, h·w).

    Raises
    ------
    ValueError
        For invalid points, in scikit-learn's words.
    TooLittleMemoryError
        If X has to be converted and the copy does not fit into the `memory_limit` of the model.
    """
    refuse_masked(X, "X")
    if isinstance(X, np.ndarray):
        kept = X.dtype in KEPT and X.flags.c_contiguous
        if not kept and X.dtype.kind in "buif":
            size = X.itemsize if X.dtype in KEPT else 8
            instead = "give it in C order as uint8, float32 or float64, which is not copied"
            require(
                "A copy of X", len(X) if X.ndim else 1, X.size * size, model.memory_limit, instead
            )
        if X.ndim == 3 and X.size:
            X = X.reshape(len(X), -1)
    grey = getattr(X, "dtype", None) == np.uint8
    dtype = np.uint8 if grey else [np.float64, np.float32]
    points: NDArray[Any] = validate_data(model, X, dtype=dtype, order="C", reset=reset)
    check_squares(points, len(points), least=0.0)
    return points
