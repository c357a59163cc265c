"""Ranks labels that a clustering contradicts, and images to look at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import check_length, cluster_numbers, label_array, vectors, whole

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate.labels.matching import Match


def suspicious_labels(truth: Any, labels: Any, memberships: Any, neighbors: Any) -> pd.DataFrame:
    """Rank the images whose label and cluster disagree, the most probably wrong label first.

    A cluster's class is its largest class. An image is suspicious if its label is another one. The
    confidence is the mean of two differences: of its memberships in clusters of either class, and
    of the shares of its neighbours with either label.

    Parameters
    ----------
    truth : array-like of shape (n,)
        The labels that came with the images, integers or strings.
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) is never suspicious.
    memberships : array-like of shape (n, k)
        Membership of each image in each cluster; rows sum to 1.
    neighbors : array-like of shape (n, m), int
        Rows of each image's neighbours; -1 for none.

    Returns
    -------
    DataFrame
        `index`, `label`, `cluster`, `suggested` (the cluster's class), `membership` (in clusters of
        that class), `of_label` (in clusters of the label), `neighbors_suggested` and
        `neighbors_label` (shares of the neighbours), and `confidence` from -1 to 1, falling.

    Raises
    ------
    BadInputError
        If the shapes do not fit.

    Examples
    --------
    >>> from inkcluster.evaluate import suspicious_labels
    >>> truth = ["a", "a", "b", "b", "b", "a"]
    >>> sure = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1], [0.1, 0.9]]
    >>> near = [[1], [0], [3], [4], [2], [3]]
    >>> suspicious_labels(truth, [0, 0, 1, 1, 1, 1], sure, near)[["index", "suggested", "confidence"]]
       index suggested  confidence
    0      5         b         0.9
    """
    import pandas as pd

    from inkcluster.evaluate.labels.matching import match

    numbers = cluster_numbers(labels)
    shares, rows = _of_each(memberships, neighbors, len(numbers))
    if numbers.max(initial=-1) >= shares.shape[1]:
        raise BadInputError(
            f"labels name cluster {numbers.max()}, and memberships are of {shares.shape[1]}."
        )
    names = label_array(truth, "truth")
    check_length(names, len(numbers), "truth")
    matched = match(names, numbers)
    classes, own = np.unique(names, return_inverse=True)
    filled = matched.clusters.astype(np.int64)
    class_of = np.full(shares.shape[1], -1)
    class_of[filled] = matched.class_of
    odd = np.flatnonzero((numbers >= 0) & (class_of[numbers] != own))
    theirs, mine = class_of[numbers[odd]], own[odd]
    of_class = np.zeros((len(odd), len(classes)))
    for cluster in filled:
        of_class[:, class_of[cluster]] += shares[odd, cluster]
    here = np.arange(len(odd))
    there = rows[odd] >= 0
    near = np.where(there, own[rows[odd]], -1)
    count = np.maximum(there.sum(axis=1), 1)
    votes, against = ((near == column[:, None]).sum(axis=1) / count for column in (theirs, mine))
    member, label = of_class[here, theirs], of_class[here, mine]
    confidence = ((member - label) + (votes - against)) / 2
    order = np.lexsort((odd, -confidence))
    frame = pd.DataFrame(
        {
            "index": odd,
            "label": names[odd],
            "cluster": numbers[odd],
            "suggested": classes[theirs],
            "membership": member,
            "of_label": label,
            "neighbors_suggested": votes,
            "neighbors_label": against,
            "confidence": confidence,
        }
    )
    return frame.iloc[order].reset_index(drop=True)


def far_from_label(
    truth: NDArray[Any],
    labels: NDArray[np.integer[Any]],
    vectors: NDArray[np.floating[Any]],
    centres: NDArray[np.floating[Any]],
    match: Match,
) -> pd.DataFrame:
    """Rank the images whose label is not their cluster's class, by distances to centres.

    The distance to the own centre, over that to the nearest centre of a cluster of the label's
    class, ranks them: smallest first, those without such a centre last, by distance.

    Parameters
    ----------
    truth : ndarray of shape (n,)
    labels : ndarray of shape (n,), int
        Clusters from 0, each with members, without noise.
    vectors, centres : ndarray of shape (n, d) and (k, d)
    match : Match
        Of `truth` and `labels`.

    Returns
    -------
    DataFrame
        `index`, `label`, `cluster`, `suggested` (the cluster's class), `distance` to the own
        centre, and `distance_of_label` to the nearest centre of the label; NaN for none.
    """
    import pandas as pd
    from scipy.spatial.distance import cdist

    largest = match.classes[match.class_of]
    odd = np.flatnonzero(largest[labels] != truth)
    far = cdist(vectors[odd].astype(np.float64), centres[: len(largest)])
    own = far[np.arange(len(odd)), labels[odd]]
    other = np.where(largest == truth[odd][:, None], far, np.inf).min(axis=1)
    ratio = own / np.where(other > 0, other, 1)
    order = np.lexsort((odd, own, ratio, np.isinf(other)))
    chosen = odd[order]
    return pd.DataFrame(
        {
            "index": chosen,
            "label": truth[chosen],
            "cluster": labels[chosen],
            "suggested": largest[labels[chosen]],
            "distance": own[order],
            "distance_of_label": np.where(np.isinf(other), np.nan, other)[order],
        }
    )


def look_first(memberships: Any, neighbors: Any, m: int = 20) -> pd.DataFrame:
    """Choose the images whose labels would remove the most uncertainty; no label is needed.

    The uncertainty of an image is 1 less the difference of its two largest memberships. A decision
    on an image informs it, its neighbours, and the images whose neighbour it is. The image is
    chosen whose uncertainty, times the uncertainty of all images that it informs, is largest; those
    images then count as certain. The greedy choice is that of maximum coverage (Nemhauser, Wolsey &
    Fisher 1978).

    Parameters
    ----------
    memberships : array-like of shape (n, k)
        Membership of each image in each cluster; rows sum to 1.
    neighbors : array-like of shape (n, m), int
        Rows of each image's neighbours; -1 for none.
    m : int
        The number of images, at least 1.

    Returns
    -------
    DataFrame of at most m rows
        `index`, its `first` and `second` cluster by membership, its uncertainty `unsure`, the
        number of images that a decision informs (`about`) and the uncertainty that it removes
        (`settled`). Rows by falling `unsure` · `settled`; none once nothing is uncertain.

    Raises
    ------
    BadInputError
        If the shapes do not fit.

    Examples
    --------
    >>> from inkcluster.evaluate import look_first
    >>> sure = [[1.0, 0.0], [0.6, 0.4], [0.5, 0.5], [0.0, 1.0]]
    >>> look_first(sure, [[1], [2], [1], [2]], m=1)[["index", "first", "second", "about"]]
       index  first  second  about
    0      2      0       1      3
    """
    import pandas as pd

    m = whole(m, 1, "m")
    shares, rows = _of_each(memberships, neighbors, None)
    n, k = shares.shape
    order = np.argsort(-shares, axis=1, kind="stable")
    first, second = order[:, 0], order[:, min(1, k - 1)]
    here = np.arange(n)
    unsure = 1 - (shares[here, first] - shares[here, second]) if k > 1 else np.zeros(n)
    there = rows >= 0
    of = np.repeat(here, rows.shape[1])[there.ravel()]
    links = sp.csr_matrix((np.ones(len(of)), (of, rows[there])), shape=(n, n))
    informs = sp.csr_matrix(links + links.T + sp.identity(n))
    informs.data[:] = 1
    left = unsure.copy()
    gain = np.asarray(informs @ left)
    settled: dict[int, float] = {}
    while len(settled) < m and (unsure * gain).max(initial=0) > 1e-9:
        best = int((unsure * gain).argmax())
        settled[best] = float(gain[best])
        informed = informs.indices[informs.indptr[best] : informs.indptr[best + 1]]
        gain -= np.asarray(informs[:, informed] @ left[informed])
        left[informed] = 0
    at = np.array(list(settled), np.int64)
    return pd.DataFrame(
        {
            "index": at,
            "first": first[at],
            "second": second[at],
            "unsure": unsure[at],
            "about": np.diff(informs.indptr)[at].astype(np.int64),
            "settled": np.array(list(settled.values()), np.float64),
        }
    )


def _of_each(
    memberships: Any, neighbors: Any, n: int | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    shares = vectors(memberships, "memberships").astype(np.float64)
    rows = np.asarray(neighbors)
    n = len(shares) if n is None else n
    if len(shares) != n or rows.ndim != 2 or len(rows) != n or rows.dtype.kind not in "iu":
        raise BadInputError(
            f"memberships have the shape {shares.shape} and neighbors {rows.shape}; give a row of "
            f"each for each of {n:,} images, the neighbours as whole numbers."
        )
    if rows.size and (rows.max() >= n or rows.min() < -1):
        raise BadInputError(f"neighbors name rows beyond the {n:,} images.")
    return shares, rows.astype(np.int64)
