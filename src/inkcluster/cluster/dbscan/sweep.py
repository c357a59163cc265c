"""DBSCAN by sweeps over blocks of products, with no pair stored and most never looked at.

A point that has enough neighbours is done, and so is a core point once it belongs to the largest
cluster: only the sparse points are compared with all others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.dbscan.blocks import SIDE, Copies, Rows, sweep, triangle
from inkcluster.cluster.dbscan.labels import numbered
from inkcluster.cluster.dbscan.space import Reach, Space
from inkcluster.kernels.density import sweep as kernels
from inkcluster.progress import current

MUTUAL = 0.35
"""The share of points that see all others from which on pairs are looked at from both sides."""
PROBE = 128
"""Points that are compared with all others first, and say how large that share is."""


class Sweeps:
    """The points of one fit, and what DBSCAN asks of them.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite
    weight : ndarray of shape (n,), float32 or float64, optional
        One each if left out.
    """

    def __init__(
        self, X: NDArray[np.generic], weight: NDArray[np.floating[Any]] | None = None
    ) -> None:
        self._X = X
        self._given = np.ones(len(X)) if weight is None else weight
        self._weight = self._given.astype(np.float64)
        self._negative = bool((self._weight < 0).any())
        self._fractions = bool((self._weight != np.floor(self._weight)).any())
        self._space = Space(X, complete=self._negative)
        self._eps, self._reach = 0.0, Reach(*(np.empty(0, np.float32) for _ in range(3)))
        # The first columns are then a sample of all points, whatever order they came in.
        self._order = np.random.default_rng(0).permutation(len(X))

    def totals(self, eps: float, most: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The weight within `eps` of each point, itself included.

        Parameters
        ----------
        eps : float
        most : float
            A total beyond it may be given too small, but not below it.

        Returns
        -------
        total : ndarray of shape (n,), float64
        company : ndarray of shape (n,), bool
            Whether another point is within `eps`; may be false where the total is beyond `most`.
        """
        n = len(self._X)
        reach, points = self._within(eps)
        enough = np.inf if self._negative else most + self._slack(most)
        total, company, open_ = np.zeros(n), np.zeros(n, np.bool_), np.ones(n, np.bool_)
        counted = (self._weight, enough, total, company)

        def visit(product: NDArray[np.float32], asking: Rows, columns: Rows) -> int:
            block = (product, asking, columns, *points, *counted, open_)
            left: int = kernels.count(*block)
            return left

        probe, rest = self._order[:PROBE], self._order[PROBE:]
        with current().task("neighbours", total=n) as advance:
            sweep(reach.lead, probe, self._order, visit, open_, advance=advance)
            if open_[probe].mean() < MUTUAL:
                sweep(reach.lead, rest, self._order, visit, open_, advance=advance)
                return total, company
            # Most points never have enough: each pair is then looked at once, for both.
            sweep(reach.lead, rest, probe, visit, open_)
            more = Copies(np.zeros(n), lambda whole, copy: np.add(whole, copy, out=whole))

            def visit_both(
                product: NDArray[np.float32], asking: Rows, columns: Rows, same: bool
            ) -> None:
                block = (product, asking, columns, same, *points, *counted, more.mine())
                kernels.count_both(*block)

            triangle(reach.lead, rest, visit_both, advance)
        return total + more.gathered(), company

    def core(self, total: NDArray[np.float64], eps: float, min_samples: int) -> NDArray[np.bool_]:
        """Whether each point is a core point, shape (n,).

        Sums of fractions depend on their order. Where that could decide, the weights are summed as
        scikit-learn sums them, by NumPy and in the order of their rows.
        """
        core = total >= min_samples
        if self._fractions:
            for a in np.flatnonzero(np.abs(total - min_samples) <= self._slack(min_samples)):
                near = np.array([kernels.squared(self._X[a], row) <= eps * eps for row in self._X])
                core[a] = np.sum(self._given[near]) >= min_samples
        return core

    def parents(
        self, eps: float, core: NDArray[np.bool_], known: NDArray[np.int32] | None = None
    ) -> NDArray[np.int32]:
        """What hangs together: the lowest row of each core point's cluster, shape (n,).

        Parameters
        ----------
        eps : float
        core : ndarray of shape (n,), bool
        known : ndarray of shape (n,), int32, optional
            The same for fewer core points, or a smaller `eps`.
        """
        reach, points = self._within(eps)
        start = np.arange(len(core), dtype=np.int32) if known is None else known.copy()
        forest = Copies(start, kernels.merge)
        members = self._order[core[self._order]]
        open_ = core.copy()
        giant = -1

        def visit(product: NDArray[np.float32], asking: Rows, columns: Rows) -> int:
            block = (product, asking, columns, *points, forest.mine(), giant, open_)
            left: int = kernels.join(*block)
            return left

        def gather() -> None:
            forest.gathered()

        with current().task("clusters", total=len(members)) as advance:
            sweep(reach.lead, members, members[:SIDE], visit, open_, after=gather)
            root = _roots(start)
            giant = int(np.bincount(root[members], minlength=1).argmax())
            # Of two core points in different clusters one is outside the giant, and sees the other.
            outside = members[root[members] != giant]
            advance(len(members) - len(outside))
            rest = members[SIDE:]
            sweep(reach.lead, outside, rest, visit, open_, after=gather, advance=advance)
        return _roots(start)

    def labels(
        self,
        eps: float,
        core: NDArray[np.bool_],
        company: NDArray[np.bool_],
        parent: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        """Labels (n,): clusters by their first core point; borders go to the first cluster near.

        Parameters
        ----------
        eps : float
        core, company : ndarray of shape (n,), bool
            Core points; points with others within `eps`.
        parent : ndarray of shape (n,), int32
            What :meth:`parents` gave.
        """
        reach, points = self._within(eps)
        labels = numbered(parent, core)
        members = self._order[core[self._order]]
        members = members[np.argsort(labels[members], kind="stable")]
        open_ = company & ~core

        def visit(product: NDArray[np.float32], asking: Rows, columns: Rows) -> int:
            block = (product, asking, columns, *points, labels, open_)
            left: int = kernels.attach(*block)
            return left

        asking = np.flatnonzero(open_)
        with current().task("borders", total=len(asking)) as advance:
            sweep(reach.lead, asking, members, visit, open_, advance=advance)
        return labels

    def _slack(self, total: float) -> float:
        """By how much sums near `total` may differ with the order of their terms."""
        if not self._fractions:
            return 0.0
        size = float(np.abs(self._weight).sum()) if self._negative else total
        float64 = len(self._weight) * np.finfo(np.float64).eps
        return size * float(64 * np.finfo(self._given.dtype).eps + float64)

    def _within(self, eps: float) -> tuple[Reach, tuple[Any, ...]]:
        """The coordinates for `eps`, and what every kernel asks of the points."""
        if eps != self._eps:
            self._eps, self._reach = eps, self._space.within(eps)
        return self._reach, (self._X, self._reach.limit, self._reach.sure, eps * eps)


def _roots(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """The lowest row of each tree, for every point (n,)."""
    out = np.empty_like(parent)
    kernels.roots(parent, out)
    return out
