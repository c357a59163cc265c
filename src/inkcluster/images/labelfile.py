"""Reads labels from a file of their own: IDX, `.npy`, or text with a label a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.labelling import numbers_if_all_are
from inkcluster.images.readers import idx
from inkcluster.images.readers.arrays import npy
from inkcluster.images.readers.guard import (
    MAX_LABEL_FILE_BYTES,
    gunzip_head,
    head,
    reading,
    regular_file,
)


def read_labels(path: Path) -> NDArray[Any]:
    """Read the labels in a file: IDX (plain or gzipped), ``.npy``, or UTF-8 text with one a line.

    A first line that says ``label`` or ``labels`` is a heading. Labels are whole numbers where all
    of them are, else text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.txt"
    ...     _ = path.write_text("label\\n3\\n1\\n")
    ...     read_labels(path)
    array([3, 1])
    """
    size = regular_file(path)
    start = head(path, 8)
    if start[:6] == b"\x93NUMPY":
        return npy.read_array(path)
    if idx.is_idx(start) or (start[:2] == b"\x1f\x8b" and idx.is_idx(gunzip_head(path, 4))):
        return idx.read_label_array(path)[0]
    not_labels = BadInputError(
        f"{path} is not a list of labels; give an IDX or .npy file, or text with a label a line."
    )
    with reading(path, "a list of labels"):
        if size > MAX_LABEL_FILE_BYTES or b"\0" in start:
            raise not_labels
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise not_labels from None
    lines = [line.strip().strip('"') for line in lines]
    if lines and lines[0].lower() in {"label", "labels"}:
        del lines[0]
    if not all(lines) or not lines:
        raise BadInputError(f"{path} has an empty line; give one label a line, one for each image.")
    return numbers_if_all_are(np.array(lines))
