"""k-means, every restart kept. Stands on scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans as SklearnKMeans
from sklearn.utils import check_random_state

from inkcluster.progress import current


@dataclass(frozen=True, eq=False)
class Restart:
    """One restart of k-means: where it ended, and how good that is.

    Parameters
    ----------
    inertia : float
        Sum of squared distances of the points to their centres.
    n_iter : int
        Iterations until it stopped.
    labels : ndarray of shape (n,), int32
    centers : ndarray of shape (k, d)
    """

    inertia: float
    n_iter: int
    labels: NDArray[np.int32]
    centers: NDArray[np.floating[Any]]


class KMeans(SklearnKMeans):  # type: ignore[misc]
    """k-means with scikit-learn's parameters and attributes, which also keeps every restart.

    See :class:`sklearn.cluster.KMeans` for the parameters. Each restart draws its own seed from
    `random_state`, so that restart i is the same however many follow it.

    Attributes
    ----------
    restarts_ : tuple of Restart
        All of them, the one with the lowest inertia first; the others' order among equals is the
        order in which they ran. `labels_`, `cluster_centers_`, `inertia_` and `n_iter_` are those
        of the first.

    References
    ----------
    Lloyd, S. (1982), "Least squares quantization in PCM"; Arthur & Vassilvitskii (2007), "k-means++".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import KMeans
    >>> X = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> km = KMeans(2, n_init=3, random_state=0).fit(X)
    >>> sorted(km.cluster_centers_.ravel().round(2).tolist()), len(km.restarts_)
    ([0.05, 5.05], 3)
    """

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Run every restart on `X` and keep the best as the result.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, d)
        y : ignored
        sample_weight : array-like of shape (n,) or None

        Returns
        -------
        KMeans
            Itself, fitted.

        Raises
        ------
        ValueError
            For what scikit-learn's KMeans refuses: NaN, fewer points than clusters, …
        """
        del y
        self._validate_params()
        seeds = check_random_state(self.random_state).randint(
            np.iinfo(np.int32).max, size=self._restarts_wanted(X)
        )
        fits = []
        with current().task("k-means restarts", total=len(seeds)) as advance:
            for seed in seeds:
                single = SklearnKMeans(
                    **{**self.get_params(), "n_init": 1, "random_state": int(seed)}
                )
                fits.append(single.fit(X, sample_weight=sample_weight))
                advance(1)
        fits.sort(key=lambda fit: float(fit.inertia_))
        self.restarts_ = tuple(
            Restart(float(f.inertia_), int(f.n_iter_), f.labels_, f.cluster_centers_) for f in fits
        )
        for name, value in vars(fits[0]).items():
            if name.endswith("_") or name.startswith("_n_"):
                setattr(self, name, value)
        return self

    def _restarts_wanted(self, X: Any) -> int:
        if not isinstance(self.init, str) and not callable(self.init):
            return 1
        if self.n_init == "auto":
            return 10 if self.init == "random" or callable(self.init) else 1
        return int(self.n_init)
