"""Holds images of one size, their labels where there are any, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.images.labelling import check_labels

SHEET_ROWS = 12
"""Labels on a notebook's contact sheet."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of one size, as they were read.

    Parameters
    ----------
    pixels : ndarray of shape (n, h, w), uint8
        Possibly memory-mapped; treated as read-only.
    labels : ndarray of shape (n,) or None
        Integers or strings. Only evaluation reads them; no method does.
    name : str
        What the set is called in reports.
    source : str
        Where it came from, as a person would say it (a file, a folder, a named set).
    notices : tuple of str
        What the reader changed or found odd, one sentence each.
    names : ndarray of shape (n,) or None
        The file or row that each image came from, as text; None where they have no names.
    format : str
        What was read, in words ("a CSV table"); empty where it was made in Python.
    labels_from : str
        Where the labels were found ("column 'label'"); empty where they were given.

    Raises
    ------
    BadInputError
        If the shapes or dtypes are not those above, or if there is no image.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> tiny = ImageSet(np.zeros((3, 2, 4), np.uint8), np.array([0, 1, 1]), name="tiny")
    >>> len(tiny), tiny.shape, tiny.flat().shape
    (3, (2, 4), (3, 8))
    >>> tiny.take([2, 0]).labels
    array([1, 0])
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[Any] | None = None
    name: str = "images"
    source: str = ""
    notices: tuple[str, ...] = ()
    names: NDArray[Any] | None = None
    format: str = ""
    labels_from: str = ""

    def __post_init__(self) -> None:
        if not _is_array(self.pixels):
            raise BadInputError(
                f"{self.name}: pixels must be a NumPy array, not {type(self.pixels).__name__}; "
                "inkcluster.load converts other arrays."
            )
        refuse_masked(self.pixels, f"{self.name}: pixels")
        if self.pixels.ndim != 3 or self.pixels.dtype != np.uint8:
            raise BadInputError(
                f"{self.name}: pixels must be a uint8 array of shape (n, height, width), "
                f"not {self.pixels.dtype} of shape {self.pixels.shape}."
            )
        if 0 in self.pixels.shape:
            raise BadInputError(
                f"{self.name}: there is no image in an array of shape {self.pixels.shape}."
            )
        plain = type(self.labels) is np.ndarray and self.labels.dtype.kind in "iU"
        if self.labels is not None and not plain:
            object.__setattr__(
                self, "labels", check_labels(self.labels, len(self.pixels), self.name)
            )
        if self.names is not None and not _is_array(self.names):
            object.__setattr__(self, "names", np.asarray(self.names, np.str_))
        if self.labels is not None and self.labels.shape != (len(self.pixels),):
            raise BadInputError(
                f"{self.name}: {len(self.pixels):,} images but labels of shape {self.labels.shape}; "
                "give one label for each image."
            )
        if self.names is not None and self.names.shape != (len(self.pixels),):
            raise BadInputError(
                f"{self.name}: {len(self.pixels):,} images but names of shape {self.names.shape}; "
                "give one name for each image."
            )

    def __len__(self) -> int:
        return len(self.pixels)

    def __repr__(self) -> str:
        h, w = self.shape
        labels = "no labels" if self.labels is None else f"{len(self.classes)} classes"
        return f"ImageSet({self.name!r}, {len(self):,} images, {h} × {w}, {labels})"

    def _repr_html_(self) -> str:
        """A contact sheet for notebooks: a few images of each label."""
        from inkcluster import notebook
        from inkcluster.images.describing import describe
        from inkcluster.images.sampling import contact_index

        found = contact_index(self.labels, len(self), 12, 69)
        rows = [(label, self.pixels[index]) for label, index in found[:SHEET_ROWS]]
        more = len(found) - len(rows)
        return notebook.block(
            f"{self.name[:80]}: {describe(self)}",
            notebook.sheet(rows, float(self.pixels.max())),
            f"<p>… and {more:,} more labels</p>" if more else "",
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image, in pixels."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[2])

    @property
    def classes(self) -> NDArray[Any]:
        """The distinct labels, sorted; empty where there are no labels."""
        return np.empty(0, np.int64) if self.labels is None else np.unique(self.labels)

    def flat(self) -> NDArray[np.uint8]:
        """The images as rows: a view of shape (n, h·w), uint8."""
        return self.pixels.reshape(len(self.pixels), -1)

    def take(self, index: Any) -> ImageSet:
        """The images at `index` (integers or a mask), in that order, with their labels and names."""
        index = _position(index, len(self), self.name)
        labels = None if self.labels is None else self.labels[index]
        names = None if self.names is None else self.names[index]
        return replace(self, pixels=self.pixels[index], labels=labels, names=names)

    def sample(
        self,
        n: int,
        random_state: int | None = None,
        *,
        replace: bool = False,
        stratify: bool = False,
    ) -> ImageSet:
        """Draw `n` images as :func:`inkcluster.images.sample_index` does, by label if `stratify`."""
        from inkcluster.images.sampling import sample_index

        labels = self.labels if stratify else None
        if stratify and labels is None:
            raise BadInputError(
                f"{self.name} has no labels, so a sample cannot be stratified by them."
            )
        return self.take(sample_index(len(self), n, random_state, replace=replace, stratify=labels))


def _position(given: Any, n: int, name: str) -> NDArray[Any]:
    """`given` as an array that takes some of `n` images."""
    index: NDArray[Any] = np.asarray(given)
    if not index.size:
        raise BadInputError(f"{name}: no image is asked for; give the number of one at least.")
    is_mask = index.dtype == np.bool_ and index.shape == (n,)
    if not is_mask and (index.dtype.kind not in "iu" or index.ndim != 1):
        raise BadInputError(
            f"{name}: images are taken by a list of whole numbers or a mask of {n:,} values, not by "
            f"{index.dtype} of shape {index.shape}."
        )
    if not is_mask and (int(index.min()) < -n or int(index.max()) >= n):
        raise BadInputError(
            f"{name}: there is no image {int(index[(index < -n) | (index >= n)][0]):,} among {n:,}."
        )
    return index


def _is_array(values: object) -> bool:
    return isinstance(values, np.ndarray)
