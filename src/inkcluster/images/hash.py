"""Computes the hash of a data set, under which a run folder keeps its answers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inkcluster.images.imageset import ImageSet

_BLOCK_BYTES = 1 << 24


def data_hash(images: ImageSet) -> str:
    """SHA-256 over the shape, the pixels and the labels; names and sources do not count.

    Parameters
    ----------
    images : ImageSet
        Integer labels count by value, whatever their width.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet, data_hash
    >>> zeros = np.zeros((2, 3, 3), np.uint8)
    >>> data_hash(ImageSet(zeros, name="a")) == data_hash(ImageSet(zeros.copy(), name="b"))
    True
    >>> data_hash(ImageSet(zeros)) == data_hash(ImageSet(zeros, np.array([0, 1])))
    False
    """
    digest = hashlib.sha256(f"inkcluster images {images.pixels.shape}\n".encode())
    for block in blocks(images.pixels, _BLOCK_BYTES):
        digest.update(np.ascontiguousarray(block).data)
    _add_labels(digest, images.labels)
    return digest.hexdigest()


def blocks(pixels: NDArray[Any], n_bytes: int) -> list[NDArray[Any]]:
    """Views of consecutive images, each view about `n_bytes` long."""
    step = max(1, n_bytes // max(1, pixels[0].nbytes))
    return [pixels[start : start + step] for start in range(0, len(pixels), step)]


def _add_labels(digest: Any, labels: NDArray[Any] | None) -> None:
    if labels is None:
        digest.update(b"no labels")
    elif labels.dtype.kind in "biu":
        digest.update(b"integers")
        digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
    else:
        classes, code = np.unique(labels, return_inverse=True)
        for name in classes:
            text = str(name).encode("utf-8", "surrogatepass")
            digest.update(f"{len(text)}:".encode() + text)
        digest.update(np.ascontiguousarray(code, dtype="<i8").data)
