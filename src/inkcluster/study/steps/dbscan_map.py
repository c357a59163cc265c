"""DBSCAN on scaled pixels for every pair of eps and min_samples, and one setting chosen by rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.study.run.step import step, used_by
from inkcluster.study.steps.density import Counts, choose, count
from inkcluster.study.steps.hdbscan import Lists, neighbour_of
from inkcluster.study.steps.samples import SAMPLE_USES, Sample

if TYPE_CHECKING:
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MIN_CLUSTERED_SHARE = 0.9
"""A setting meets the exercise's criterion with a larger share of the images in clusters."""
MAX_LARGEST_SHARE = 0.9
"""One cluster with a larger share of the clustered images counts as the only one."""
MAX_KNEE_DISTANCE = 0.02
"""An eps of the plan this near to the knee, relative to it, is suggested instead of the knee."""


@dataclass(frozen=True, eq=False)
class Map:
    """DBSCAN for every pair of eps and min_samples."""

    sample: Sample
    vectors: NDArray[np.floating[Any]]  # (n, d), the scaled pixels
    eps: tuple[float, ...]  # the plan's, the suggested one, and those added where the map changes
    min_samples: tuple[int, ...]
    labels: NDArray[np.int32]  # (n_eps, n_min_samples, n)
    lists: Lists  # squared distances and rows of each image's neighbours, itself counted, (n, k)
    neighbour: int  # the rank of the neighbour whose distance is plotted, see `neighbour_of`
    knee: int | None  # where the sorted distances to that neighbour turn up; None if flat
    suggested: float | None  # the suggested eps: the knee's distance to two digits

    @cached_property
    def distances(self) -> NDArray[np.float64]:
        """Each image's distance to its `neighbour`-th other image."""
        return np.sqrt(self.lists[0][:, self.neighbour])

    @cached_property
    def counts(self) -> list[list[Counts]]:
        """Clusters and noise at each setting."""
        return [[count(row) for row in rows] for rows in self.labels]

    @cached_property
    def chosen(self) -> tuple[int, int]:
        """The chosen setting's indices, by :data:`~inkcluster.study.steps.density.RULE`."""
        best = choose([one for row in self.counts for one in row])
        return divmod(best, len(self.min_samples))

    @property
    def chosen_labels(self) -> NDArray[np.int32]:
        """The chosen setting's labels, shape (n,)."""
        return np.asarray(self.labels[self.chosen])

    def panel(self, what: str) -> NDArray[np.float64]:
        """One of the counts for every setting, shape (n_eps, n_min_samples)."""
        return np.array([[getattr(c, what) for c in row] for row in self.counts], np.float64)

    @cached_property
    def met(self) -> NDArray[np.bool_]:
        """The settings that meet the exercise's criterion, shape (n_eps, n_min_samples)."""
        return self.panel("clustered_share") > MIN_CLUSTERED_SHARE

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """The settings with one cluster and little else, or with no cluster of five members."""
        few = self.panel("considerable") < 2
        return np.asarray(few | (self.panel("largest_of_clustered") > MAX_LARGEST_SHARE))

    @cached_property
    def ari(self) -> NDArray[np.float64] | None:
        """ARI with the labels at every setting, noise as a cluster of its own."""
        return self._judged(noise=True)

    @cached_property
    def ari_clustered(self) -> NDArray[np.float64] | None:
        """The same over the clustered images only; NaN for fewer than two."""
        return self._judged(noise=False)

    def _judged(self, *, noise: bool) -> NDArray[np.float64] | None:
        truth = self.sample.images.labels
        if truth is None:
            return None
        codes = np.unique(truth, return_inverse=True)[1]
        return np.array(
            [[agreement(codes, row, noise=noise) for row in rows] for rows in self.labels]
        )

    @property
    def setting(self) -> str:
        """The chosen setting in words."""
        i, j = self.chosen
        return f"eps {self.eps[i]:g} with min_samples {self.min_samples[j]}"


def agreement(a: NDArray[Any], b: NDArray[np.integer[Any]], *, noise: bool) -> float:
    """ARI of `a` with the labels `b`, noise (-1) a cluster of its own or left out.

    NaN where fewer than two points are left.

    Examples
    --------
    >>> a, b = np.array([0, 0, 1, 1]), np.array([0, 0, 1, -1])
    >>> round(agreement(a, b, noise=True), 2), agreement(a, b, noise=False)
    (0.57, 1.0)
    """
    from inkcluster.evaluate import pairwise_ari

    if not noise:
        a, b = a[b >= 0], b[b >= 0]
    return float(pairwise_ari([a, b])[0, 1]) if len(a) > 1 else np.nan


def dbscan_map(sample: Sample, plan: Plan, desk: Desk) -> Map:
    """Run DBSCAN on the sample for every eps and min_samples; TooLittleMemoryError if too large."""
    from inkcluster.features import make

    vectors = np.asarray(make(plan.scaling).fit_transform(sample.images))
    neighbour = neighbour_of(plan.min_samples, len(sample))
    kept = _dbscan_map(vectors, plan, desk, sample=sample, neighbour=neighbour)
    eps, lists = tuple(kept["eps"].tolist()), (kept["squared"], kept["rows"])
    at, suggested = int(kept["knee"]), float(kept["suggested"])
    bend = (at, suggested) if at >= 0 else (None, None)
    return Map(sample, vectors, eps, plan.min_samples, kept["labels"], lists, neighbour, *bend)


@step(uses=("eps", "min_samples", "refine", "scaling"))
def _dbscan_map(
    vectors: NDArray[Any], plan: Plan, desk: Desk, *, sample: Sample, neighbour: int
) -> dict[str, NDArray[Any]]:
    """The map's labels, the radii and the neighbours they rest on."""
    from inkcluster.cluster import DBSCANGrid
    from inkcluster.cluster.density import neighbours_listed
    from inkcluster.cluster.neighbors.nearest import nearest_neighbors
    from inkcluster.evaluate import k_distances

    # The map would refuse too, but only after the neighbours have been searched for.
    DBSCANGrid(plan.eps, plan.min_samples, refine=plan.refine + 1).check_memory(vectors)
    n = len(vectors)
    listed = min(max(neighbours_listed(max(plan.min_samples), n), neighbour + 1), n)
    lists = nearest_neighbors(vectors, listed, itself=True)
    distances = k_distances(vectors, neighbour, lists=lists)
    at, suggested = suggestion(distances, plan.eps)
    more = (suggested,) if suggested is not None and plan.refine else ()
    grid = DBSCANGrid(tuple(sorted({*plan.eps, *more})), plan.min_samples, refine=plan.refine)
    grid.fit(vectors, lists=lists)
    return {
        "labels": grid.labels_,
        "eps": grid.eps_,
        "squared": lists[0],
        "rows": lists[1],
        "knee": np.array(-1 if at is None else at),
        "suggested": np.array(np.nan if suggested is None else suggested),
    }


MAP_USES = used_by("map_sample", _dbscan_map, *SAMPLE_USES)


def suggestion(
    curve: NDArray[np.float64], eps: tuple[float, ...]
) -> tuple[int | None, float | None]:
    """The index of a sorted curve's knee and the eps it suggests.

    The suggestion is a value of `eps` within 2 % of the knee, else the knee to two digits.

    Examples
    --------
    >>> curve = np.array([1.0, 1.1, 1.2, 1.34, 5.0])
    >>> suggestion(curve, (1.0, 2.0)), suggestion(curve, (1.33,)), suggestion(np.ones(3), (1.0,))
    ((3, 1.3), (3, 1.33), (None, None))
    """
    from inkcluster.evaluate import knee

    try:
        at = knee(curve)
    except BadInputError:
        return None, None
    if (bend := float(curve[at])) <= 0:
        return None, None
    near = min(eps, key=lambda one: abs(one - bend))
    return at, near if abs(near - bend) <= MAX_KNEE_DISTANCE * bend else float(f"{bend:.2g}")
