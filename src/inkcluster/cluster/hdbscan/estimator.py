"""`HDBSCAN`: scikit-learn's class over exact neighbours and their spanning tree."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN as _Peer  # noqa: N811
from sklearn.utils.validation import check_is_fitted, validate_data

from inkcluster.cluster.hdbscan import choose, clusters, rows
from inkcluster.cluster.hdbscan import tree as hierarchy
from inkcluster.cluster.hdbscan.arrays import (
    CondensedTree,
    MinimumSpanningTree,
    SingleLinkageTree,
)
from inkcluster.cluster.hdbscan.lists import ManyTies
from inkcluster.cluster.hdbscan.pairs import Reach
from inkcluster.cluster.hdbscan.reading import Reading, validity
from inkcluster.cluster.neighbors.nearest import (
    Neighbours,
    check_neighbors,
    nearest_neighbors,
)
from inkcluster.compute.magnitude import check_squares
from inkcluster.compute.memory import takes_memory_limit
from inkcluster.compute.threads import peers_threads
from inkcluster.errors import BadInputError, refuse_masked


@takes_memory_limit
class HDBSCAN(_Peer):  # type: ignore[misc]
    """DBSCAN at every `eps` at once; the clusters that last longest are kept.

    Parameters, labels and probabilities are those of :class:`sklearn.cluster.HDBSCAN`. Outlier
    scores, the trees with the hdbscan package's methods (``to_pandas``, ``plot``, …) and the
    reachability order are added; they are found when they are first asked for.

    Parameters
    ----------
    min_cluster_size, min_samples, cluster_selection_epsilon, max_cluster_size, alpha
        As in :class:`sklearn.cluster.HDBSCAN`.
    cluster_selection_method, allow_single_cluster, store_centers
        As in :class:`sklearn.cluster.HDBSCAN`.
    metric, metric_params, algorithm, leaf_size, n_jobs, copy
        As in :class:`sklearn.cluster.HDBSCAN`. For Euclidean distances of dense points our own
        engine uses all processors, and never writes to `X`. Of `algorithm` only ``"brute"`` matters
        there: it breaks ties in another way and divides core distances by `alpha` too. For other
        metrics, precomputed distances and sparse points scikit-learn builds the tree.
    memory_limit : int, optional
        Bytes that may be taken beside the points; by default what the machine has free.

    Attributes
    ----------
    labels_ : ndarray of shape (n,), int64
        Clusters from 0; -1 for noise, -2 for rows with infinity, -3 for rows with missing values.
    probabilities_ : ndarray of shape (n,), float64
        How strongly each point belongs to its cluster, 0 to 1; 0 for noise and rows with infinity,
        NaN for missing values.
    outlier_scores_ : ndarray of shape (n,), float64
        GLOSH (Campello et al. 2015), from 0 in the densest part of a cluster towards 1; 1 for rows
        with infinity, NaN for missing values.
    single_linkage_tree_ : ndarray of shape (n - 1, 4), float64
        The hierarchy of mutual reachability as one of SciPy's linkage matrices; rows with infinity
        or missing values join last, at infinite height.
    condensed_tree_ : structured ndarray
        ``parent``, ``child``, ``lambda_val`` (1 / height), ``child_size``, as in the hdbscan package.
        Points are 0 to n - 1, clusters n (the root) and on. A row says that a point or a cluster
        leaves its parent.
    selected_clusters_ : ndarray of shape (k,), int64
        The cluster in `condensed_tree_` that each label from 0 stands for.
    ordering_ : ndarray of shape (n,), int64
        Rows in the order of the reachability plot, as :class:`sklearn.cluster.OPTICS` names it.
    reachability_ : ndarray of shape (n,), float64
        The height at which each row joins those before it, by row; infinite for the first.
    algorithm_ : {"prim", "stored", "boruvka", "scikit-learn"}
        What built the tree: scikit-learn's walk over our core distances; the same walk over all
        distances, stored from one matrix product; lists of neighbours and Borůvka's algorithm; or
        scikit-learn alone. The choice does not change the tree but where distances tie, see below.
    minimum_spanning_tree_ : ndarray of shape (n - 1, 3), float64
        The edges between finite rows, the shortest first: two rows and their mutual reachability.
        For Euclidean distances of dense points.
    cluster_persistence_ : ndarray of shape (k,), float64
        How long each cluster lasts, as a share of all lambda: its stability over its points times the
        largest lambda, as in the hdbscan package.
    exemplars_ : list of k ndarray of shape (m, d)
        The points of each cluster that stay to the end in the densest parts of it.
    relative_validity_ : float
        The hdbscan package's quick stand-in for DBCV (Moulavi et al. 2014), -1 to 1.
    centroids_, medoids_, n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    The tree is exact and does not depend on threads or block sizes. Many spanning trees are minimal,
    because all points within a point's core distance are equally far from it. As in scikit-learn the
    walk starts at row 0, goes to the lowest row among those equally near, and edges are sorted by
    NumPy's ``argsort``, so labels are equal number for number. The two trees may differ only where
    distances of different pairs agree to the last digit (rounded or repeated points), or with
    `alpha` over 1. Both then still have the same parts at every height.

    References
    ----------
    Campello, Moulavi & Sander (2013), "Density-based clustering based on hierarchical density
    estimates". Campello, Moulavi, Zimek & Sander (2015), "Hierarchical density estimates for data
    clustering, visualization, and outlier detection". Malzer & Baum (2020), "A hybrid approach to
    hierarchical density-based cluster selection".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import HDBSCAN
    >>> X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2], [20.0]])
    >>> found = HDBSCAN(min_cluster_size=3, copy=True).fit(X)
    >>> found.labels_.tolist()
    [0, 0, 0, 1, 1, 1, -1]
    >>> found.outlier_scores_.round(3).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.982]
    """

    labels_: NDArray[np.int64]
    probabilities_: NDArray[np.float64]
    algorithm_: choose.Algorithm
    _reading: Reading
    _raw_data: Any
    _edges: NDArray[np.float64] | None

    def fit(self, X: Any, y: object = None, *, lists: Neighbours | None = None) -> Self:
        """Find the clusters.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, d), or (n, n) with ``metric="precomputed"``
            uint8, float32 and float64 points are taken as they are, all else as float64.
        y : ignored
        lists : tuple of ndarray, optional
            What :func:`~inkcluster.cluster.neighbors.nearest_neighbors` gave for these points, all
            of them finite, with ``itself=True`` and at least `min_samples` neighbours; found anew
            if left out. The same lists serve :meth:`DBSCANGrid.fit <inkcluster.DBSCANGrid.fit>`.

        Raises
        ------
        ValueError
            For parameters or points that cannot be used, in scikit-learn's words.
        BadInputError
            If squared distances leave float64, or `lists` are not of these points.
        TooLittleMemoryError
            If more bytes are needed, at most, than may be taken.
        """
        del y
        self._validate_params()
        refuse_masked(X, "X")
        copy = self.copy
        if copy == "warn":
            copy = False
            warnings.warn(
                "The default value of `copy` will change from False to True in 1.10. "
                "Explicitly set a value for `copy` to silence this warning.",
                FutureWarning,
                stacklevel=2,
            )
        self._raw_data, self._edges = None, None
        if self.metric == "precomputed":
            validate_data(self, X, skip_check_array=True)
            Z = self._peers_tree(X, copy)
            self._read_off(Z, rows.all_finite(len(Z) + 1))
            return self
        points = validate_data(
            self, X, accept_sparse=["csr", "lil"], ensure_all_finite=False,
            dtype=[np.float64, np.float32, np.uint8],
        )  # fmt: skip
        self._raw_data = points
        kinds = rows.kinds_of(points)
        finite = points if kinds.all_finite else points[kinds.finite]
        self._read_off(self._tree(finite, copy, lists), kinds)
        if self.store_centers:
            labels, strength = self.labels_[kinds.finite], self.probabilities_[kinds.finite]
            if self.store_centers in ("centroid", "both"):
                self.centroids_ = rows.centroids(finite, labels, strength)
            if self.store_centers in ("medoid", "both"):
                self.medoids_ = rows.medoids(
                    finite, labels, strength, self.metric, self.metric_params or {}
                )
        return self

    def fit_predict(self, X: Any, y: object = None) -> NDArray[np.int64]:
        """Find the clusters; the labels, shape (n,)."""
        del y
        return self.fit(X).labels_

    @property
    def outlier_scores_(self) -> NDArray[np.float64]:
        """GLOSH of each row."""
        return self._read().outlier_scores

    @property
    def single_linkage_tree_(self) -> SingleLinkageTree:
        """The hierarchy as a linkage matrix."""
        return self._read().linkage.view(SingleLinkageTree)

    @property
    def condensed_tree_(self) -> CondensedTree:
        """What leaves which cluster at which height."""
        return CondensedTree.of(self._read().condensed, self._reading.selected)

    @property
    def minimum_spanning_tree_(self) -> MinimumSpanningTree:
        """The edges along which rows were joined, the shortest first."""
        self._read()
        if self._edges is None:
            raise AttributeError(
                "minimum_spanning_tree_ is there for Euclidean distances of dense points only; "
                "single_linkage_tree_ has the heights of its edges."
            )
        return MinimumSpanningTree.of(self._edges, self._raw_data)

    @property
    def selected_clusters_(self) -> NDArray[np.int64]:
        """The cluster in the condensed tree that each label stands for."""
        return self._read().selected

    @property
    def cluster_persistence_(self) -> NDArray[np.float64]:
        """How long each cluster lasts."""
        return self._read().persistence

    @property
    def exemplars_(self) -> list[Any]:
        """The points at the heart of each cluster."""
        rows_ = self._read().exemplars
        if self._raw_data is None:
            raise AttributeError("exemplars_ are points, and distances were given instead of them.")
        return [self._raw_data[some] for some in rows_]

    @property
    def relative_validity_(self) -> float:
        """How far clusters lie apart for their own sparseness, by the spanning tree."""
        return validity(self.minimum_spanning_tree_, self.labels_)

    @property
    def ordering_(self) -> NDArray[np.int64]:
        """Rows in the order of the reachability plot."""
        return self._read().reachability[0]

    @property
    def reachability_(self) -> NDArray[np.float64]:
        """The height at which each row joins those before it."""
        return self._read().reachability[1]

    def _read(self) -> Reading:
        check_is_fitted(self, "labels_")
        return self._reading

    def _fitted_points(self) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """The finite points of the fit and their core distances, found anew."""
        if self._edges is None:
            raise BadInputError(
                "approximate_predict needs an HDBSCAN of dense points with Euclidean distances."
            )
        kinds = self._reading.kinds
        points = self._raw_data if kinds.all_finite else self._raw_data[kinds.finite]
        k = self.min_cluster_size if self.min_samples is None else self.min_samples
        core = np.sqrt(nearest_neighbors(points, k, itself=True)[0][:, -1])
        return points, core / self.alpha if self.algorithm == "brute" else core

    def _tree(self, points: Any, copy: bool, lists: Neighbours | None) -> NDArray[np.void]:
        """The single-linkage tree of finite points."""
        n = points.shape[0]
        if n == 1:
            raise BadInputError("n_samples=1 while HDBSCAN requires more than one sample")
        min_samples = self.min_cluster_size if self.min_samples is None else self.min_samples
        if min_samples > n:
            raise BadInputError(
                f"min_samples ({min_samples}) must be at most the number of samples in X ({n})"
            )
        if choose.is_euclidean(self):
            check_squares(points)
        self.algorithm_ = choose.algorithm(points, self, min_samples, self.memory_limit)
        if self.algorithm_ == "scikit-learn":
            return self._peers_tree(points, copy)
        if lists is not None:
            check_neighbors(lists, n, min_samples)
        reach = Reach(min_samples, float(self.alpha), self.algorithm == "brute")
        try:
            walk = hierarchy.walked(points, reach, self.algorithm_, lists)
        except ManyTies:
            self.algorithm_ = choose.with_ties(points, min_samples, self.memory_limit)
            walk = hierarchy.walked(points, reach, self.algorithm_)
        tree, order = hierarchy.single_linkage(walk)
        self._edges = np.column_stack(walk).astype(np.float64)[order]
        return tree

    def _peers_tree(self, X: Any, copy: bool) -> NDArray[np.void]:
        """The single-linkage tree that scikit-learn builds."""
        self.algorithm_, self._edges = "scikit-learn", None
        parameters = {**self.get_params(deep=False), "copy": copy}
        del parameters["memory_limit"]
        peer = _Peer(**parameters)
        if self.metric != "precomputed":
            peer.set_params(store_centers=None)
        with peers_threads():
            return np.asarray(peer.fit(X)._single_linkage_tree_)

    def _read_off(self, tree: NDArray[np.void], kinds: rows.Kinds) -> None:
        """Set the fitted attributes from the single-linkage tree of the finite rows."""
        rule = clusters.Rule(
            self.cluster_selection_method,
            float(self.cluster_selection_epsilon),
            self.max_cluster_size,
            bool(self.allow_single_cluster),
        )
        self._reading = Reading(tree, self.min_cluster_size, rule, kinds)
        labels, self.probabilities_ = self._reading.labels
        self.labels_ = labels.astype("int64" if kinds.all_finite else "int32")  # as scikit-learn's
        self._single_linkage_tree_ = self._reading.joined
        if self._edges is not None:
            self._edges[:, :2] = kinds.finite[self._edges[:, :2].astype(np.int64)]
