"""`Clustering`: what every method yields, so that nobody downstream asks where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.words import percent, several

NOISE = -1


@dataclass(frozen=True, eq=False)
class Clustering:
    """One partition of a set of images.

    Parameters
    ----------
    labels : ndarray of shape (n,), int32
        Clusters are numbered from 0; -1 is noise.
    method : str
        As a person would name it, e.g. ``"k-means"`` or ``"ward, PCA-whitened"``.
    parameters : mapping
        What the method was run with.
    centres : ndarray of shape (k, h, w) or None
        The clusters' centres as pictures, in the units of the pixels.
    seconds : float
        How long it took.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster import Clustering
    >>> c = Clustering(np.array([0, 1, 1, -1], np.int32), "by hand")
    >>> c.n_clusters, c.sizes.tolist(), round(c.noise_share, 2)
    (2, [1, 2], 0.25)
    """

    labels: NDArray[np.int32]
    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    centres: NDArray[np.floating[Any]] | None = None
    seconds: float = 0.0

    def _repr_html_(self) -> str:
        """The clusters for notebooks: sizes, and the centres where there are any."""
        from inkcluster import notebook

        noise = f", {percent(self.noise_share)} noise" if self.noise_share else ""
        head = f"{self.method[:80]}: {several(self.n_clusters, 'cluster')} of {len(self.labels):,} points{noise}"
        captions = [(f"group {c} · {size:,}", "") for c, size in enumerate(self.sizes.tolist())]
        return notebook.block(head, notebook.cards(self.centres, captions))

    @property
    def n_clusters(self) -> int:
        """The number of clusters, noise not counted."""
        return int(self.labels.max(initial=NOISE)) + 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Members of each cluster, shape (n_clusters,), noise not counted."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.n_clusters)

    @property
    def noise_share(self) -> float:
        """The share of points that belong to no cluster."""
        return float(np.mean(self.labels == NOISE)) if len(self.labels) else 0.0


def relabel_by_size(labels: NDArray[Any]) -> NDArray[np.int32]:
    """Number clusters from 0 by decreasing size, the earlier first member first among equals.

    Parameters
    ----------
    labels : ndarray of shape (n,), integers
        -1 is noise and stays noise; the other numbers need not be consecutive.

    Returns
    -------
    ndarray of shape (n,), int32

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster import relabel_by_size
    >>> relabel_by_size(np.array([7, 2, 2, -1, 5, 5]))
    array([ 2,  0,  0, -1,  1,  1], dtype=int32)
    """
    new = np.full(len(labels), NOISE, np.int32)
    member = labels != NOISE
    _, first, inverse, sizes = np.unique(
        labels[member], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    new[member] = rank[inverse]
    return new
