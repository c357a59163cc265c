"""What a reader is asked for, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.words import listed, sentence, several


@dataclass(frozen=True)
class Gathering:
    """Where images that take more than `above` bytes are gathered into one file.

    `place` gives the folder for a data set of a name, which a reader may leave empty; it is called only
    where it is needed.
    """

    place: Callable[[str], Path]
    above: int = -1


@dataclass(frozen=True)
class Asked:
    """What the caller says of a file.

    `labels` are None (find them), the name of an array or column, or the labels themselves, one for
    each image. `shape` is (height, width). `level` says which folder of a path is the label, see
    :func:`inkcluster.load`. `gather` is for folders of pictures, tables of
    Arrow's in files, and dask arrays.
    """

    labels: Any = None
    shape: tuple[int, int] | None = None
    level: tuple[int, ...] | None = None
    gather: Gathering | None = None


@dataclass(frozen=True)
class Found:
    """What a reader took from a file, not checked yet.

    `what` is the format in words ("a CSV table") and `labels_from` where the labels come from
    ("column 'label'"). A notice says one thing that was chosen, changed or left out; where it could
    have been chosen otherwise, it names the option that decides. `names` are the file or row that each image came from, where they have names. `name` and `shape`
    are what the file itself says of the set, where it does. `converted` says how values became bytes where
    they are bytes already.
    """

    pixels: NDArray[Any]
    labels: Any = None
    notices: tuple[str, ...] = ()
    name: str | None = None
    shape: tuple[int, int] | None = None
    names: NDArray[Any] | None = None
    what: str = ""
    labels_from: str = ""
    converted: tuple[str, ...] = ()


def joined(parts: list[Found], where: list[str], what: str) -> Found:
    """Join parts whose images have one shape; a notice says how many `what` there were."""
    labels = names = None
    if all(part.labels is not None for part in parts):
        for part, place in zip(parts, where, strict=True):
            if np.size(part.labels) != len(part.pixels):
                raise BadInputError(
                    f"{place}: {len(part.pixels):,} images but {np.size(part.labels):,} labels; "
                    "give one label for each image."
                )
        labels = np.concatenate([np.ravel(part.labels) for part in parts])
    if all(part.names is not None for part in parts):
        names = np.concatenate([part.names for part in parts if part.names is not None])
    pixels = np.concatenate([part.pixels for part in parts])
    count = sentence(several(len(parts), what))
    notice = f"{count} were joined into one set of {len(pixels):,} images."
    said = dict.fromkeys(notice for part in parts for notice in part.notices)
    labels_from = listed(dict.fromkeys(part.labels_from for part in parts if part.labels_from), 3)
    return Found(pixels, labels, (*said, notice), names=names, labels_from=labels_from)
