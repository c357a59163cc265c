"""Graphs of neighbours, and their partition, on their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from inkcluster.cluster.clustering import relabel_by_size
from inkcluster.cluster.shape import graph as graphs
from inkcluster.cluster.shape import partition
from inkcluster.cluster.shape.levels import parted
from inkcluster.cluster.shape.neighbors import Lists
from inkcluster.errors import BadInputError


@dataclass(frozen=True)
class GraphCut:
    """A graph's vertices in clusters.

    Attributes
    ----------
    labels : ndarray of shape (n,), int32
        The largest cluster is number 0.
    strengths : ndarray of shape (m,), float64
        How clearly the links say that there are 2, 3, … clusters, as `strengths_` of
        :class:`~inkcluster.cluster.shape.ShapeClustering`.
    spectrum : ndarray of shape (q,), float64
        The largest eigenvalues of the normalised graph, descending from 1.
    """

    labels: NDArray[np.int32]
    strengths: NDArray[np.float64]
    spectrum: NDArray[np.float64]


def self_tuning_graph(distances: ArrayLike, rows: ArrayLike) -> sp.csr_matrix:
    """Weights between neighbours, each image's distances in units of its farthest neighbour's.

    ``exp(-d² / (s_i s_j))`` with `s` the distance to an image's last neighbour; symmetric by the
    larger of two.

    Parameters
    ----------
    distances : array-like of shape (n, k)
        To the nearest k, not negative; those of missing neighbours are not read.
    rows : array-like of shape (n, k), whole numbers
        Which these are; -1 where there are fewer.

    Returns
    -------
    csr_matrix of shape (n, n), float64

    Raises
    ------
    BadInputError
        For lists of different shapes, negative distances or neighbours that are not there.

    References
    ----------
    Zelnik-Manor & Perona (2004), "Self-tuning spectral clustering".

    Examples
    --------
    >>> from inkcluster.cluster import self_tuning_graph
    >>> self_tuning_graph([[1.0], [1.0]], [[1], [0]]).toarray().round(2).tolist()
    [[0.0, 0.37], [0.37, 0.0]]
    """
    far, near = np.asarray(distances, dtype=np.float64), np.asarray(rows)
    if far.ndim != 2 or near.shape != far.shape or near.dtype.kind not in "ui":
        raise BadInputError(
            f"distances of shape {far.shape} and rows of shape {near.shape}, {near.dtype}; give the "
            "neighbours of n images as (n, k) distances and (n, k) whole numbers."
        )
    if near.size and (near.max() >= len(near) or near.min() < -1):
        raise BadInputError(f"rows name images that are not there: there are {len(near)}.")
    there = near >= 0
    if not (np.isfinite(far[there]).all() and (far[there] >= 0).all()):
        raise BadInputError("distances must be finite and not negative.")
    return graphs.weights(Lists(near.astype(np.int32), np.where(there, far, np.inf)))


def cut_graph(
    graph: sp.csr_matrix | sp.csr_array,
    n_clusters: int | str = "auto",
    *,
    random_state: int | np.random.RandomState | None = None,
) -> GraphCut:
    """Clusters of a graph's vertices: small ones by its eigenvectors, merged by its links.

    The part of :class:`~inkcluster.cluster.shape.ShapeClustering` that comes after the graph.
    Vertices are put into many small clusters by k-means of 20 or 30 leading eigenvectors, several
    times; those are merged that share the most of their links; of the cuts at `n_clusters`, that is
    kept in which the part of one end of a link says most about that of the other end.

    Parameters
    ----------
    graph : sparse matrix of shape (n, n)
        Symmetric, not negative.
    n_clusters : int or "auto"
        ``"auto"`` takes the number that stands out most.
    random_state : int, RandomState instance or None
        For the start of the eigenvectors' iteration and of the small clusters.

    Returns
    -------
    GraphCut

    Raises
    ------
    BadInputError
        For a graph or a number that cannot be used, or more clusters than can be told apart.

    References
    ----------
    Ng, Jordan & Weiss (2001), "On spectral clustering"; Karrer & Newman (2011), "Stochastic
    blockmodels and community structure in networks".

    Examples
    --------
    >>> import numpy as np
    >>> import scipy.sparse as sp
    >>> from inkcluster.cluster import cut_graph
    >>> two = sp.csr_matrix(np.kron(np.eye(2), np.ones((4, 4))))
    >>> found = cut_graph(two, 2, random_state=0).labels
    >>> len(set(found[:4])), len(set(found[4:])), len(set(found))
    (1, 1, 2)
    """
    links = _checked(graph)
    n = links.shape[0]
    partition.check_clusters(n_clusters)
    given = 0 if n_clusters == "auto" else int(n_clusters)
    if given > n:
        raise BadInputError(f"n_clusters={given} of {n} images; ask for at most {n} clusters.")
    generator = check_random_state(random_state)
    found = parted(links, lambda: [links], None, given, 1, generator)
    return GraphCut(relabel_by_size(found.labels), found.strengths[1:], found.spectrum)


def _checked(graph: sp.csr_matrix | sp.csr_array) -> sp.csr_matrix:
    if not sp.issparse(graph) or graph.ndim != 2 or graph.shape[0] != graph.shape[1]:
        raise BadInputError("graph must be a square sparse matrix, from scipy.sparse.")
    links = sp.csr_matrix(graph, dtype=np.float64)
    if links.shape[0] < 2 or not links.nnz:
        raise BadInputError(
            "A graph without links has no clusters; give two or more linked images."
        )
    if not np.isfinite(links.data).all() or links.data.min() < 0:
        raise BadInputError("The graph's weights must be finite and not negative.")
    gap = abs(links - links.T)
    if gap.nnz and gap.data.max() > 1e-9 * links.data.max():
        raise BadInputError("The graph must be symmetric; add its transpose to it.")
    return links
