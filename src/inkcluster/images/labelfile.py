"""Labels from a file of their own, for any set: IDX, `.npy`, or text with a label a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.labelling import numbers_if_all_are
from inkcluster.images.readers.guard import gunzip_head, head, reading, regular_file
from inkcluster.progress import SILENT, Progress

LARGEST = 256 * 2**20
"""Bytes of text; more is not a list of labels."""


def read_labels(path: Path, progress: Progress = SILENT) -> NDArray[Any]:
    """Read the labels in a file.

    Parameters
    ----------
    path : Path
        An IDX file (plain or gzipped), a ``.npy`` file, or UTF-8 text with one label a line; a
        first line that says ``label`` or ``labels`` is a heading.
    progress : Progress

    Returns
    -------
    ndarray of shape (n,)
        Whole numbers where all labels are, else text.

    Raises
    ------
    BadInputError
        If it is none of these.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.txt"
    ...     _ = path.write_text("label\\n3\\n1\\n")
    ...     read_labels(path)
    array([3, 1])
    """
    from inkcluster.images.readers import arrays, idx

    regular_file(path)
    start = head(path, 8)
    if start[:6] == b"\x93NUMPY":
        return arrays.read_array(path)
    if idx.is_idx(start) or (start[:2] == b"\x1f\x8b" and idx.is_idx(gunzip_head(path, 4))):
        return idx.read_array(path, progress)
    with reading(path, "a list of labels"):
        if path.stat().st_size > LARGEST or b"\0" in start:
            raise _no_labels(path)
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise _no_labels(path) from None
    if lines and lines[0].strip().strip('"').lower() in {"label", "labels"}:
        del lines[0]
    if not lines or any(not line.strip() for line in lines):
        raise BadInputError(f"{path} has an empty line; give one label a line, one for each image.")
    return numbers_if_all_are(np.array([line.strip().strip('"') for line in lines]))


def _no_labels(path: Path) -> BadInputError:
    return BadInputError(
        f"{path} is no list of labels; give an IDX or .npy file, or text with a label a line."
    )
