"""Tells from their values what arrays hold: pictures, labels, colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_SAMPLED_IMAGES = 200
MAX_SAMPLED_ROWS = 5_000
MIN_ROUGHNESS_GAP = 0.15
"""How much smoother the better of two readings must be to count."""
MAX_CLASSES = 200
"""A column or a one-hot matrix with more classes is not taken for labels."""
MAX_NEIGHBOUR_CORRELATION = 0.5
"""A column that follows the one beside it more closely is a pixel."""
MIN_PAPER_SHARE = 0.9
"""A corner that has one value in more of the images is paper, where the other end can be labels."""
MAX_CLASS_SHARE = 0.6
"""That other end has no value in more of the images."""
MIN_HIDDEN_EACH = 4
"""How often labels among pixels must come on average to be pointed at."""
MIN_CORRELATION_GAP = 0.25
"""How much less than the other end of the rows the label must follow its neighbour."""


def roughness(images: NDArray[Any]) -> float:
    """How much neighbouring pixels differ, as a fraction of what distant ones do.

    Pictures give 0.2 to 0.8. Values without an order, such as images of random order laid side by
    side, give about 1.

    Parameters
    ----------
    images : ndarray of shape (n, h, w)
        Numbers; a sample of them is read.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.readers.evidence import roughness
    >>> slope = np.tile(np.arange(16.0), (5, 16, 1))
    >>> round(roughness(slope), 2)
    0.12
    """
    picked = np.linspace(0, len(images) - 1, min(len(images), MAX_SAMPLED_IMAGES)).astype(int)
    sample = np.asarray(images[picked], np.float64)
    ratios = []
    for axis in (1, 2):
        far = np.abs(sample - np.roll(sample, sample.shape[axis] // 2, axis)).mean()
        if sample.shape[axis] > 2 and far > 0:
            ratios.append(float(np.abs(np.diff(sample, axis=axis)).mean() / far))
    return sum(ratios) / len(ratios) if ratios else 1.0


def clearly_smoother(one: NDArray[Any], other: NDArray[Any]) -> bool | None:
    """Whether `one` reads as pictures and `other` does not; None where neither stands out."""
    gap = roughness(other) - roughness(one)
    return None if abs(gap) < MIN_ROUGHNESS_GAP else gap > 0


def from_one_hot(array: NDArray[Any]) -> NDArray[np.int64] | None:
    """The class numbers of a matrix (n, k) with a single one in each row, the rest 0 or -1.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.readers.evidence import from_one_hot
    >>> from_one_hot(np.eye(3)[[2, 0, 1, 1]])
    array([2, 0, 1, 1])
    """
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        return None
    if not 2 <= array.shape[1] <= MAX_CLASSES or len(array) < 2:
        return None
    ones = array == 1
    rest = array == 0
    if not (rest | ones).all() and not (ones | (array == -1)).all():
        return None
    if not (ones.sum(axis=1) == 1).all():
        return None
    classes: NDArray[np.int64] = ones.argmax(axis=1)
    return classes if classes.any() else None


def label_ends(rows: NDArray[Any]) -> list[int]:
    """Which ends of the rows (0, -1) can be labels among pixels: none, one, or both.

    A label is one of few whole numbers and does not follow the pixel beside it. If both ends are
    such, the one that follows its neighbour clearly less is the label, or the one that has no value
    in most of the rows where the other has.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.readers.evidence import label_ends
    >>> slope = np.add.outer(np.arange(60) % 7, np.arange(16))
    >>> label_ends(np.column_stack([slope, np.arange(60) % 10]))
    [-1]
    """
    sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), MAX_SAMPLED_ROWS)).astype(int)]
    follows = {}
    for end, beside in ((0, 1), (-1, -2)):
        values = np.asarray(sample[:, end], np.float64)
        classes = len(np.unique(values))
        whole = bool((values == np.rint(values)).all())  # false for NaN
        if whole and 2 <= classes <= min(MAX_CLASSES, len(values) / 2):
            follows[end] = _correlation(values, np.asarray(sample[:, beside], np.float64))
    ends = [end for end, r in follows.items() if r < MAX_NEIGHBOUR_CORRELATION]
    if len(ends) == 2 and abs(follows[0] - follows[-1]) >= MIN_CORRELATION_GAP:
        ends = [min(follows, key=lambda end: follows[end])]
    if len(ends) == 2:
        commonest = {end: np.unique(sample[:, end], return_counts=True)[1].max() for end in ends}
        paper = [end for end in ends if commonest[end] > MIN_PAPER_SHARE * len(sample)]
        if len(paper) == 1 and min(commonest.values()) < MAX_CLASS_SHARE * len(sample):
            ends.remove(paper[0])
    return ends


def hidden_label(rows: NDArray[Any]) -> int | None:
    """The end (0, -1) that looks like labels where all values of a row were taken for pixels.

    Its values are few whole numbers, none of them in most of the rows as paper is, and do not follow
    the pixel beside them, while the other end is not so.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.readers.evidence import hidden_label
    >>> slope = np.add.outer(np.arange(60) % 7, np.arange(15))
    >>> hidden_label(np.column_stack([slope, np.arange(60) % 10]))
    -1
    """
    sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), MAX_SAMPLED_ROWS)).astype(int)]
    found = []
    for end, beside in ((0, 1), (-1, -2)):
        values = np.asarray(sample[:, end], np.float64)
        counts = np.unique(values, return_counts=True)[1]
        is_few = 2 <= len(counts) <= min(MAX_CLASSES, len(values) / MIN_HIDDEN_EACH)
        if (
            is_few
            and (values == np.rint(values)).all()
            and max(counts) <= MAX_CLASS_SHARE * len(values)
        ):
            follows = _correlation(values, np.asarray(sample[:, beside], np.float64))
            found += [end] if follows < MAX_NEIGHBOUR_CORRELATION else []
    return found[0] if len(found) == 1 else None


def say_hidden_label(column: str) -> str:
    """What to say of a column that :func:`hidden_label` found."""
    return f"Column {column} was read as a pixel; --labels {column} with --shape HxW takes it for the label."


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return abs(float(np.corrcoef(a, b)[0, 1]))
