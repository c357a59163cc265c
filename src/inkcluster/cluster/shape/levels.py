"""Parts a graph at the number of clusters given or found, and at other numbers that stand out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from inkcluster.cluster.shape import graph as graphs
from inkcluster.cluster.shape import number as numbers
from inkcluster.cluster.shape.partition import (
    MIN_CLEAR_STRENGTH,
    MIN_MEAN_SIZE,
    MIN_PLANNED_CLUSTERS,
    Cut,
    SmallClusters,
    chosen,
    finer_clusters,
    finest,
    mutual_information,
    small_clusters,
)
from inkcluster.cluster.shape.search import merged
from inkcluster.errors import BadInputError
from inkcluster.progress import current

FINER = 4
"""Where the finest cuts still say much, so many times as many clusters are planned for."""
ENOUGH = 1.25
"""Small clusters made for up to so many times the number of clusters serve as well."""
MAX_CLUSTERS_FOUND = 1000
SMALL_CLASSES = 200
"""Links to fewer images are asked up to so many images for each cluster planned for."""
MIN_FOR_ONE = 100
"""Number of images from which a single cluster can stand out: ten clusters of fewer images would have about as
many members as an image has neighbours, and would look like one."""


@dataclass(frozen=True, eq=False)
class Level:
    """A number of clusters that stands out, and its clusters.

    Attributes
    ----------
    n_clusters : int
    strength : float
        How many times as much each cut says up to this number as beyond it; 1 says nothing.
    labels : ndarray of shape (n,), int32
        The largest cluster is number 0.
    nested : bool
        Whether each of the clusters chosen lies in one of these.
    """

    n_clusters: int
    strength: float
    labels: NDArray[np.int32]
    nested: bool


@dataclass(frozen=True)
class Other:
    """Another number of clusters that stands out.

    Attributes
    ----------
    number : int
    labels : ndarray of shape (n,)
        Its clusters.
    of : ndarray of shape (k,), optional
        The one that each chosen cluster lies in, where they do.
    """

    number: int
    labels: NDArray[np.intp]
    of: NDArray[np.intp] | None


@dataclass(frozen=True)
class Parted:
    """A graph in clusters.

    Attributes
    ----------
    labels : ndarray of shape (n,)
    spectrum : ndarray of shape (q,)
        The largest eigenvalues of the normalised graph, descending from 1.
    strengths : ndarray of shape (m,)
        How clearly there are 1, 2, 3, … clusters: by the merges if they are the evidence, else by the
        information.
    evidence : str
        What says the number: ``"information"``, ``"merges"`` or, if neither is clear, ``"weak"``.
    clear : list of int
        The numbers that stand out.
    others : list of Other
        Their clusters, but for the number chosen.
    """

    labels: NDArray[np.intp]
    spectrum: NDArray[np.float64]
    strengths: NDArray[np.float64]
    evidence: str
    clear: list[int]
    others: list[Other]

    @property
    def apart(self) -> list[Other]:
        """Those of the other levels that are not made of whole clusters."""
        return [one for one in self.others if one.of is None]

    def levels(
        self,
        chosen: NDArray[np.integer],
        order: NDArray[np.intp],
        apart: Mapping[int, NDArray[np.int32]],
    ) -> list[Level]:
        """The clusters of each number that stands out, the fewest first.

        Parameters
        ----------
        chosen : ndarray of shape (n,)
            The clusters chosen, of all images.
        order : ndarray of shape (k,)
            Which of :attr:`labels` each of them is.
        apart : mapping
            By number the clusters (n,) of the levels that are not made of whole ones.
        """
        whole = {one.number: one.of for one in self.others if one.of is not None}
        found = []
        for number in self.clear:
            taken = number not in whole and number not in apart
            labels = whole[number][order][chosen] if number in whole else apart.get(number, chosen)
            _, labels, size = np.unique(labels, return_inverse=True, return_counts=True)
            rank = np.empty(len(size), np.int32)
            rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
            strength = float(self.strengths[number - 1])
            # fewer than the number where a nuisance was one: perhaps none, or those chosen again
            if taken or number == 1 or 1 < len(size) != len(order):
                found.append(Level(len(size), strength, rank[labels], number not in apart))
        return found


@dataclass(frozen=True)
class _Plan:
    """The small clusters made for a number of clusters, and what they say of the number."""

    planned: int
    vectors: NDArray[np.float64]
    where: NDArray[np.float32]
    sets: list[SmallClusters]
    spectrum: NDArray[np.float64]


def parted(  # noqa: PLR0917 (what a graph is and what is asked of it)
    graph: sp.csr_matrix,
    links: Callable[[], Iterable[sp.csr_matrix]],
    places: NDArray[np.float32] | None,
    k: int,
    numbered: int,
    random_state: np.random.RandomState,
    check: Callable[[int], None] = lambda k: None,
    different: int | None = None,
    few: Callable[[], sp.csr_matrix] | None = None,
) -> Parted:
    """Find `k` clusters of a graph, or as many as there are.

    Parameters
    ----------
    graph : csr_matrix of shape (n, n)
        Its leading eigenvectors give the small clusters.
    links : callable
        Makes the link graphs, symmetric csr_matrix of shape (n, n), one at a time; along the links
        of each, small clusters are merged.
    places : ndarray of shape (n, q), optional
        Coordinates by which clusters without a link are merged; leading eigenvectors if left out.
    k : int
        Number of clusters; with 0 it is found.
    numbered : int
        The first of the link graphs, whose merges are asked where the information is not clear.
    random_state : RandomState
    check : callable
        Called with a number of clusters before so many are planned for; may raise.
    different : int, optional
        The largest number that is found: that of different images. All by default.
    few : callable, optional
        Makes the graph of links to fewer images, by which classes of few images show.

    Raises
    ------
    BadInputError
        If fewer than `k` clusters can be told apart.
    """
    n = graph.shape[0]
    most = n if different is None else different
    start = random_state.uniform(0.5, 1, n)

    def plan(planned: int) -> _Plan:
        check(planned)
        with current().task("eigenvectors", 1) as done:
            spectrum, vectors = graphs.leading(graph, graphs.eigenvectors_needed(planned), start)
            done(1)
        where = vectors[:, : max(2, k)].astype(np.float32) if places is None else places
        sets = small_clusters(vectors, links(), where, planned, random_state)
        return _Plan(planned, vectors, where, sets, spectrum)

    now = plan(max(k, MIN_PLANNED_CLUSTERS))
    best: numbers.Reading | None = None
    while True:
        found, said = _readings(
            now, MIN_PLANNED_CLUSTERS if k else now.planned, most, few, random_state
        )
        best = max([best, *said] if best else said, key=lambda one: one.score)
        clear = numbers.clear(best.peaks, best.strongest)
        clear = [] if best.strongest == 1 and n < MIN_FOR_ONE else clear
        wanted = best.strongest if clear else 1
        if steep := found.is_steep_beyond(wanted):
            wanted = FINER * now.planned
        wanted = min(
            wanted, max(MIN_PLANNED_CLUSTERS, n // (2 * MIN_MEAN_SIZE)), MAX_CLUSTERS_FOUND
        )
        if k or wanted <= ENOUGH * now.planned:
            break
        now = plan(wanted)
        best = None if steep else best  # what was too coarse says nothing more
    strength = best.strength
    merges = graphs.strengths(
        [(tree, np.bincount(one.labels)) for one in now.sets for tree in one.trees[:numbered]]
    )
    evidence, suggested = "weak", best.strongest
    if clear:
        evidence = "information"
    elif merges[: most - 1].max(initial=0) >= MIN_CLEAR_STRENGTH:
        evidence, suggested = "merges", int(merges[: most - 1].argmax()) + 2
        clear, strength = [suggested], np.r_[0.0, merges]  # of one cluster they say nothing
    taken = k or suggested
    least = max(taken, MIN_PLANNED_CLUSTERS)
    if not least <= now.planned <= ENOUGH * least:
        now = plan(least)
    cut = _cut(now.sets, merges, taken)
    labels = cut.labels()
    if labels.max() + 1 < taken:
        raise BadInputError(
            f"The images fall into {labels.max() + 1} groups that can be told apart, fewer than "
            f"n_clusters={taken}; ask for fewer clusters."
        )
    others = _others(now.sets, merges, cut, [number for number in clear if number != taken])
    clear = [number for number in clear if number in {taken, *(one.number for one in others)}]
    return Parted(labels, now.spectrum, strength, evidence, clear, others)


def _readings(
    now: _Plan,
    planned: int,
    most: int,
    few: Callable[[], sp.csr_matrix] | None,
    random_state: np.random.RandomState,
) -> tuple[numbers.Curve, list[numbers.Reading]]:
    """The curve of the links, what it says, and what that of links to fewer images says."""
    found = numbers.curve([(one.affinity, one.trees[0]) for one in finest(now.sets)], planned)
    said = [numbers.read(found, most)]
    small = len(now.vectors) <= SMALL_CLASSES * planned
    if few is not None and small and said[0].score < numbers.SURE:
        draws = deepcopy(random_state)  # the clusters themselves stay as they are
        sets = finer_clusters(now.vectors, few(), now.where, now.planned, draws)
        said.append(numbers.read(numbers.curve(sets, planned), most, numbers.FEW))
    return found, said


def _cut(sets: list[SmallClusters], merges: NDArray[np.float64], k: int) -> Cut:
    clear = 2 <= k < len(merges) + 2 and merges[k - 2] >= MIN_CLEAR_STRENGTH
    return chosen(sets, k, search=not clear)


def _others(
    sets: list[SmallClusters], merges: NDArray[np.float64], taken: Cut, wanted: list[int]
) -> list[Other]:
    """The clusters of each number wanted, but for those too fine for the small clusters."""
    found = [_other(sets, merges, taken, number) for number in wanted]
    return [one for one in found if one.labels.max() + 1 == one.number]


def _other(sets: list[SmallClusters], merges: NDArray[np.float64], taken: Cut, k: int) -> Other:
    """`k` clusters: those taken merged, or those of another cut where it says clearly more."""
    other = _cut(sets, merges, k)
    assert taken.of is not None
    assert taken.parts is not None
    if k >= int(taken.parts.max()) + 1:
        return Other(k, other.labels(), None)
    member = np.eye(int(taken.parts.max()) + 1)[taken.parts]
    joint = member.T @ taken.of.affinity @ member
    of = merged(joint / joint.sum(), k)
    best = Cut(mutual_information(joint, of), taken.of, of[taken.parts]).or_clearly(other)
    return Other(k, best.labels(), None if best is other else of)
