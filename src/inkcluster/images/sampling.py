"""Draws samples of images: scikit-learn's `resample`, number for number."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.errors import BadInputError

MAX_SEED = 2**32 - 1


def sample_index(
    n_total: int,
    n: int,
    random_state: int | None,
    *,
    replace: bool = False,
    stratify: ArrayLike | None = None,
) -> NDArray[np.int64]:
    """Draw `n` of `n_total` images.

    Parameters
    ----------
    n_total : int
        Number of images.
    n : int
        Number of images to draw.
    random_state : int or None
        The same number draws the same images; None draws others each time.
    replace : bool, default False
        Whether an image may be drawn more than once.
    stratify : array-like of shape (n_total,), optional
        Draw from each class in proportion to its size, as exactly as whole numbers allow.

    Returns
    -------
    ndarray of shape (n,), int64
        The numbers that ``sklearn.utils.resample`` draws with this `random_state`.

    Raises
    ------
    BadInputError
        If `n` is not at least 1, or exceeds `n_total` without replacement, or if an argument is
        not of the type above.

    Examples
    --------
    >>> from inkcluster.images import sample_index
    >>> sample_index(10, 4, 69)
    array([3, 8, 2, 5])
    >>> len(sample_index(10, 25, 69, replace=True))
    25
    """
    n_total, n = _whole(n_total, "The number of images"), _whole(n, "The size of a sample")
    if n_total < 1:
        raise BadInputError(f"A sample cannot be drawn from {n_total:,} images.")
    if n < 1:
        raise BadInputError(f"A sample of {n:,} images is empty; ask for at least 1.")
    if n > n_total and not replace:
        raise BadInputError(
            f"A sample of {n:,} images cannot be drawn from {n_total:,} without replacement; "
            f"ask for at most {n_total:,} or sample with replacement."
        )
    from sklearn.utils import resample

    _check_draw(random_state, replace)
    strata = None
    if stratify is not None:
        strata = np.unique(np.ravel(stratify), return_inverse=True)[1]
        if len(strata) != n_total:
            raise BadInputError(
                f"There are {n_total:,} images but {len(strata):,} labels to stratify them by."
            )
    drawn = resample(
        np.arange(n_total),
        replace=replace,
        n_samples=n,
        random_state=random_state,
        stratify=strata,
    )
    return np.asarray(drawn, dtype=np.int64)


def _whole(value: Any, what: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise BadInputError(f"{what} must be a whole number, not {value!r}.") from None


def _check_draw(random_state: Any, replace: Any) -> None:
    """Refuse what scikit-learn would, in words of ours."""
    if not isinstance(replace, bool | np.bool):
        raise BadInputError(f"replace must be True or False, not {replace!r}.")
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return
    if not 0 <= _whole(random_state, "random_state") <= MAX_SEED:
        raise BadInputError(f"random_state must be from 0 to {MAX_SEED}, not {random_state}.")


def contact_index(
    labels: NDArray[Any] | None, n_total: int, per_label: int, random_state: int | None
) -> list[tuple[str, NDArray[np.int64]]]:
    """A few images of each label, for a contact sheet.

    Parameters
    ----------
    labels : ndarray of shape (n_total,) or None
        Without labels there is one row, of all images.
    n_total : int
        Number of images.
    per_label : int
        Largest number of images of each label.
    random_state : int or None
        As for :func:`sample_index`; each label is drawn from by itself, without replacement.

    Returns
    -------
    list of (str, ndarray of int64)
        For each label in sorted order, its name and the images' numbers in ascending order.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import contact_index
    >>> for label, index in contact_index(np.array([1, 0, 1, 1]), 4, 2, 69):
    ...     print(label, index)
    0 [1]
    1 [0 2]
    """
    if labels is None:
        return [("all images", _few(np.arange(n_total), per_label, random_state))]
    classes, code = np.unique(labels, return_inverse=True)
    order = np.argsort(code, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(code))[:-1])
    return [
        (str(label), _few(own, per_label, random_state))
        for label, own in zip(classes, members, strict=True)
    ]


def _few(members: NDArray[np.int64], most: int, random_state: int | None) -> NDArray[np.int64]:
    if len(members) <= most:
        return members
    return np.asarray(np.sort(members[sample_index(len(members), most, random_state)]))
