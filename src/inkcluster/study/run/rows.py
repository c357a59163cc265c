"""Keeps the label and the name of each image in the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.files import atomic_file
from inkcluster.study.run.arrays import DAMAGE, read_arrays, write_arrays

if TYPE_CHECKING:
    from inkcluster.images import ImageSet

ROWS = "rows.npz"
NO_LABEL = -1


@dataclass(frozen=True, eq=False)
class Rows:
    """The label of each image, as a number of the set's classes, and its name."""

    labels: NDArray[np.int32] | None  # (n,)
    names: list[str] | None  # n


def keep(images: ImageSet, folder: Path) -> None:
    """Write labels and names of `images` into the run's folder, anew in every run.

    Names are no part of the data's hash: files that are only renamed keep their answers.
    """
    with atomic_file(folder / ROWS) as stream:
        write_arrays(stream, _arrays(images), ROWS)


def kept(folder: Path, n: int, n_classes: int) -> Rows:
    """The rows of a run of `n` images in `n_classes`; without labels and names if there are none."""
    try:
        found = read_arrays(folder / ROWS, inner=1, name=ROWS)
        labels, text, ends = (found[name] for name in ("labels", "text", "ends"))
        numbered = len(labels) == n and NO_LABEL <= labels.min() <= labels.max() < n_classes
        named = len(ends) == n and np.all(np.diff(ends, prepend=0) >= 0) and ends[-1] == len(text)
        names = _split(text.tobytes(), ends.tolist()) if named else None
    except DAMAGE:
        return Rows(None, None)
    return Rows(labels if numbered and n_classes else None, names)


def codes(images: ImageSet) -> NDArray[np.int32] | None:
    """The label of each image as a number of the set's classes; None without labels."""
    if images.labels is None:
        return None
    return np.searchsorted(images.classes, images.labels).astype(np.int32)


def _arrays(images: ImageSet) -> dict[str, NDArray[Any]]:
    labels = codes(images)
    encoded = [] if images.names is None else [str(one).encode() for one in images.names.tolist()]
    ends = np.cumsum([len(one) for one in encoded], dtype=np.int64)
    return {
        "labels": np.empty(0, np.int32) if labels is None else labels,
        "text": np.frombuffer(b"".join(encoded), np.uint8),
        "ends": ends,
    }


def _split(text: bytes, ends: list[int]) -> list[str]:
    return [text[a:b].decode() for a, b in zip([0, *ends[:-1]], ends, strict=True)]
