"""`ShapeClustering`: clusters of images by what deforms into what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from inkcluster.cluster.shape import graph as graphs
from inkcluster.cluster.shape import neighbors, nuisance, partition, placing, plan
from inkcluster.cluster.shape.levels import Level, Parted, parted
from inkcluster.cluster.shape.pairs import check_warp
from inkcluster.cluster.shape.preparation.decision import asked, decided, for_number, usual
from inkcluster.cluster.shape.preparation.prepare import SAMPLE, learn
from inkcluster.cluster.shape.preparation.reading import read_pixels
from inkcluster.cluster.shape.saved import Saved
from inkcluster.compute.dasked.arrays import is_dask
from inkcluster.compute.threads import one_blas_thread
from inkcluster.images import ImageSet

NUMBER_GRAPHS = 2
"""Graphs of links whose merges say how many clusters there are."""


class ShapeClustering(Saved, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Clusters images by their neighbours under deformation.

    Images are brought to one polarity and size of ink, centred and sheared upright, as far as their
    neighbours then say more about clusters. Two cheap views, and neighbours of neighbours, propose
    pairs; the image distortion model measures them. A weighted graph of the nearest is cut into many
    small clusters along its leading eigenvectors. These are merged by their links in several ways,
    and the clusters whose links have most mutual information are kept. A random walk smooths them.
    No label is read.

    Parameters
    ----------
    n_clusters : int or "auto"
        ``"auto"`` takes the number that stands out most: up to it each cut says much about the links,
        beyond it much less.
    n_neighbors : int
        Neighbours of each image in the graph.
    warp : int
        How far a pixel may look for its match, 0 to 8 pixels, of an image whose ink has the size of
        MNIST's digits.
    centre : bool or "auto"
        Whether the ink's centre of mass is moved to the middle. ``"auto"``, here and below, compares
        both ways on a sample of the images, without labels: kept is the way in which the links to
        the five nearest images have most mutual information, at several numbers of clusters.
    shear : bool or "auto"
        Whether images are sheared upright, by the second moments of their ink.
    size : "set", "image", "kept" or "auto"
        Whether the set is resized by one factor, each image by its own, or none. ``"auto"`` resizes
        5,000 images or more by one factor.
    polarity : "light", "dark", "image" or "auto"
        What is ink: the light, the dark, or what each image's border is not. ``"auto"`` goes by the
        borders of all images, and tries ``"image"`` where these differ.
    contrast : "set", "local" or "auto"
        Gradients as they are, or in units of each pixel's surroundings, which suits photographs.
    deskew : bool, optional
        Short for `centre` and `shear`, where these are ``"auto"``.
    sample : int, optional
        How many images are clustered, evenly spaced in the order of a hash of their pixels; all by
        default. Each other image is placed as `predict` does, an approximation that takes about half
        a millisecond of a processor.
    image_shape : tuple of int, optional
        Height and width, for rows of pixels. By default rows are square images if their length is a
        square, else images of one row.
    random_state : int, RandomState instance or None
        For the start of the eigenvectors' iteration and of the small clusters. Results hardly
        depend on it, and never on the order of the images.
    memory_limit : int, optional
        Bytes that may be taken, beside the images; what the machine has free if left out.

    Attributes
    ----------
    labels_ : ndarray of shape (n,), int32
    n_clusters_ : int
    preparation_ : dict
        The `centre`, `shear`, `size`, `polarity` and `contrast` chosen. Under ``"tried"`` one such
        dictionary for each way that was compared, with its ``"information"`` in nats.
    spectrum_ : ndarray of shape (m,), float64
        The largest eigenvalues of the normalised graph, descending from 1.
    evidence_ : str
        What says a number of clusters: ``"information"`` of the links, ``"merges"`` where that is
        not clear, or ``"weak"`` where neither is.
    strengths_ : ndarray of shape (m,), float64
        How clearly the links suggest 2, 3, … clusters: how much each cut up to this number says about
        them, divided by what each cut beyond it says. 1 says nothing. Where `evidence_` is
        ``"merges"``, how clearly the merges of small clusters end at the number: the share of links
        of the merge before it, divided by that of the merge after it.
    levels_ : list of Level
        The numbers of clusters that stand out, with `n_clusters`, `strength`, `labels` (n,) and
        whether the clusters are `nested` in them, the fewest first; none where `evidence_` is
        ``"weak"``. That of `labels_` is among them unless it was given and does not stand out.
    nuisances_ : list of Nuisance
        Groups that differ from the others by ruled ``"lines"``, ``"contrast"`` or ``"polarity"``
        alone (`kind`): those of `sample_` in them (`rows`), and the clusters these resemble (`joins`).
        With ``"auto"`` they have been put there, and do not count.
    gap_strengths_ : ndarray of shape (m - 2,), float64
        How clearly the spectrum ends after 2, 3, … eigenvalues: how far the next one is from 1,
        divided by how far the last of them is.
    neighbors_ : ndarray of shape (n, q), int32
        The images in which each is found best, nearest first; -1 where there are fewer. `q` is
        `n_neighbors`, or one less than the images clustered where these are fewer.
    neighbor_distances_ : ndarray of shape (n, q), float32
        How far these are under the distortion model; infinite where there are fewer.
    memberships_ : ndarray of shape (n, n_clusters_), float32
        Where a random walk over the neighbours ends; rows sum to 1.
    confidence_ : ndarray of shape (n,), float64
        The image's membership in its own cluster less that in the next, 0 to 1.
    outlier_scores_ : ndarray of shape (n,), float64
        The mean distance of an image's neighbours, divided by the median of its neighbours' own;
        about 1 for most images, more for odd ones.
    sample_ : ndarray of shape (m,), int64
        The rows that were clustered, ascending: all, or `sample` of them. Neighbours are among these.
    n_features_in_ : int

    References
    ----------
    Keysers, Deselaers, Gollan & Ney (2007), "Deformation models for image recognition";
    Zelnik-Manor & Perona (2004), "Self-tuning spectral clustering"; Ng, Jordan & Weiss (2001), "On
    spectral clustering"; Strehl & Ghosh (2002), "Cluster ensembles".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape import ShapeClustering
    >>> bars = np.zeros((40, 8, 8))
    >>> bars[:20, 1:7, 3:5], bars[20:, 3:5, 1:7] = 1, 1
    >>> bars *= np.linspace(0.9, 1, 40)[:, None, None]
    >>> found = ShapeClustering(2, deskew=False, random_state=0).fit(bars).labels_
    >>> np.unique(found[:20]).size, np.unique(found[20:]).size, np.unique(found).size
    (1, 1, 2)
    """

    def __init__(
        self,
        n_clusters: int | str = "auto",
        *,
        n_neighbors: int = 7,
        warp: int = 2,
        centre: bool | str = "auto",
        shear: bool | str = "auto",
        size: str = "auto",
        polarity: str = "auto",
        contrast: str = "auto",
        deskew: bool | None = None,
        sample: int | None = None,
        image_shape: tuple[int, int] | None = None,
        random_state: int | np.random.RandomState | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.n_neighbors = n_neighbors
        self.warp = warp
        self.centre = centre
        self.shear = shear
        self.size = size
        self.polarity = polarity
        self.contrast = contrast
        self.deskew = deskew
        self.sample = sample
        self.image_shape = image_shape
        self.random_state = random_state
        self.memory_limit = memory_limit

    def fit(self, X: ImageSet | ArrayLike, y: object = None) -> Self:
        """Find the clusters.

        Parameters
        ----------
        X : ImageSet, or array-like of shape (n, h, w) or (n, h·w)
        y : ignored

        Raises
        ------
        BadInputError
            For parameters or images that cannot be used.
        TooLittleMemoryError
            If more bytes are needed than `memory_limit`.
        """
        del y
        neighbors.check_number(self.n_neighbors)
        check_warp(self.warp)
        partition.check_clusters(self.n_clusters)
        plan.check_sample(self.sample)
        wanted = asked(self.get_params(deep=False))
        pixels = read_pixels(self, X, reset=True)
        plan.check_start(len(pixels))
        with one_blas_thread():  # the iteration for eigenvectors takes longer on two
            return self._fit(pixels, wanted)

    def _fit(self, pixels: NDArray[Any], wanted: dict[str, Any]) -> Self:
        prints = plan.fingerprints(pixels, wanted["polarity"])
        # Sorted by their pixels, so that the order in which images come changes nothing.
        self._order = plan.sampled(np.argsort(prints, kind="stable"), self.sample)
        self.sample_ = np.sort(self._order).astype(np.int64)
        n, different = len(self._order), len(np.unique(prints[self._order]))
        wanted = for_number(wanted, n)
        if different == 1:
            self.preparation_ = {**asdict(usual(pixels[:1], wanted)), "tried": []}
            return self._keep_one(len(pixels), len(np.unique(prints)))
        given = 0 if self.n_clusters == "auto" else int(self.n_clusters)
        plan.check_given(given, n, different)
        some = pixels[self._order[:: max(1, n // SAMPLE)]]
        self._preparation = learn(some, int(self.warp), usual(some, wanted))
        count = min(n - 1, max(graphs.RANKED_NEIGHBORS, int(self.n_neighbors)))
        listed = min(count, int(self.n_neighbors))
        sizes = pixels, self._preparation, count
        plan.check_memory(*sizes, given, self.memory_limit, n, listed)
        self._preparation, self.preparation_ = decided(some, self._preparation, wanted, given)
        self._shapes = neighbors.shapes_of(pixels[self._order], self._preparation)
        prints = plan.different(self._shapes.fields.values)
        different = len(np.unique(prints))
        plan.check_given(given, n, different, " once prepared (see centre, shear, size, polarity)")
        if different == 1 and n == len(pixels):
            del self._shapes, self._preparation
            return self._keep_one(len(pixels), 1)
        near, found, smooth = self._cut(
            count,
            given,
            prints,
            lambda k: plan.check_memory(*sizes, k, self.memory_limit, n, listed),
        )
        seen_as = pixels[self._order], (self._preparation.low, self._preparation.high)
        odd = nuisance.find(*seen_as, smooth[0])
        ends = smooth[0].argmax(axis=1)
        columns = np.arange(smooth[0].shape[1])
        if not given and odd.kinds:  # they are no classes
            columns = np.setdiff1d(columns, list(odd.kinds))
            smooth = [odd.joined(), *(odd.joined_too(*seen_as, one, ends) for one in smooth[1:])]
        all_shares = np.hstack(smooth).astype(np.float32)
        known = placing.Known(self._shapes, self._preparation, near.rows, np.arange(n), all_shares)
        at = np.cumsum([one.shape[1] for one in smooth])[:-1]
        del smooth, seen_as  # placing millions of images needs the room
        near, own, others = placing.place_all(known, self._order, pixels, near, at)
        order = columns[self._keep(own, near)]
        self.nuisances_: list[nuisance.Nuisance] = odd.listed(ends, self._order, order)
        apart = dict(zip((one.number for one in found.apart), others, strict=True))
        self.levels_ = found.levels(self.labels_, order, apart)
        return self

    def _cut(
        self, count: int, given: int, prints: NDArray[np.uint64], check: Callable[[int], None]
    ) -> tuple[neighbors.Lists, Parted, list[NDArray[np.float64]]]:
        """Neighbours, clusters, and the memberships in these and at each level not of whole ones."""
        n = len(self._order)
        forward, backward = neighbors.find(self._shapes, count)
        near = forward.nearest(min(n - 1, int(self.n_neighbors)))
        seen = self._shapes.places[0]
        least = max(int(self.n_neighbors) + 2, n // 500)
        graph = graphs.joined(graphs.weights(near), seen, least)
        found = parted(
            graph, lambda: graphs.link_graphs(forward, backward, seen, least), seen, given,
            NUMBER_GRAPHS, check_random_state(self.random_state), check, len(np.unique(prints)),
            lambda: graphs.counted_links(forward, backward, seen, least, graphs.FEW_NEIGHBORS),
        )  # fmt: skip
        self.spectrum_, self.gap_strengths_ = found.spectrum, graphs.gap_strengths(found.spectrum)
        self.strengths_, self.evidence_ = found.strengths[1:], found.evidence
        walk = graphs.walk(near.nearest(plan.WALK_NEIGHBORS))
        smooth = [
            partition.same_for_equals(partition.smoothed(labels, walk, graph), prints)
            for labels in (found.labels, *(one.labels for one in found.apart))
        ]
        return near, found, smooth

    def predict(self, X: Any) -> Any:
        """Clusters (m,) of other images, in the unit of those fitted; of a dask array another, lazily."""
        if is_dask(X):
            return placing.lazily(self.predict, X)
        return self._placed(X, placing.labels, lambda n: np.zeros(n, np.int32))

    def predict_memberships(self, X: Any) -> Any:
        """How much of each other image's neighbours belongs to each cluster, shape (m, n_clusters_)."""
        if is_dask(X):
            return placing.lazily(self.predict_memberships, X, self.n_clusters_)
        return self._placed(
            X, placing.memberships, lambda n: np.ones((n, self.n_clusters_), np.float32)
        )

    def _placed(
        self, X: ImageSet | ArrayLike, then: placing.Then, room: Callable[[int], NDArray[Any]]
    ) -> NDArray[Any]:
        """What `then` makes of where each image is; the `room` for that where there is one cluster."""
        check_is_fitted(self)
        pixels = read_pixels(self, X, reset=False)
        out = room(len(pixels))
        if self.n_clusters_ > 1:
            for some, found in placing.placed(self._known(), pixels, int(self.n_neighbors), then):
                out[some] = found
        return out

    def _known(self) -> placing.Known:
        shapes, links = self._shapes, placing.links_of(self._shapes, self._order, self.neighbors_)
        return placing.Known(shapes, self._preparation, links, self._order, self.memberships_)

    def _keep_one(self, n: int, different: int) -> Self:
        """All images are the same: one cluster."""
        plan.check_one(n, different, self.n_clusters, self.sample)
        self.spectrum_, self.gap_strengths_, self.strengths_ = np.ones(1), np.empty(0), np.empty(0)
        self.evidence_ = "information"
        self.levels_, self.nuisances_ = [Level(1, np.inf, np.zeros(n, np.int32), True)], []
        k = min(n - 1, int(self.n_neighbors))
        rows = (np.arange(n)[:, None] + np.arange(1, k + 1)) % n
        near = neighbors.Lists(rows.astype(np.int32), np.zeros((n, k), np.float32))
        self._keep(np.ones((n, 1), np.float32), near)
        return self

    def _keep(self, shares: placing.Shares, near: neighbors.Lists) -> NDArray[np.intp]:
        """Set the fitted attributes; the largest cluster is number 0. The column each one was."""
        order, self.labels_, self.confidence_, self.outlier_scores_ = placing.judged(shares, near)
        self.memberships_, self.n_clusters_ = shares, len(order)
        self.neighbors_, self.neighbor_distances_ = near.rows, near.distances
        return order
