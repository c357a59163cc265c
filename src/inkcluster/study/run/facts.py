"""`DataFacts`: what a run stores about its images."""

from __future__ import annotations

import operator
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.words import well_formed

if TYPE_CHECKING:
    from inkcluster.images import ImageSet


_TEXTS_AT_ONCE = 100_000


@dataclass(frozen=True)
class DataFacts:
    """What a run stores about a data set."""

    name: str
    source: str  # where it came from
    n: int  # the number of images
    height: int  # in pixels
    width: int
    classes: tuple[str, ...]  # the distinct labels as text, sorted as the labels sort
    hash: str  # SHA-256 of shapes, pixels and labels, hexadecimal
    line: str  # from `inkcluster.images.describe`
    notices: tuple[str, ...]  # what the reader changed or found odd
    of_n: int = 0  # the number of images that these were drawn from; 0 where they are all
    of_hash: str = ""  # the hash of those

    @classmethod
    def of(cls, images: ImageSet, whole: ImageSet | None = None) -> DataFacts:
        """Gather the facts of images, drawn from a `whole` where that has more.

        The pixels are hashed, which takes a moment for large sets.
        """
        from inkcluster.images import data_hash, describe

        classes = tuple(str(label) for label in images.classes.tolist())
        kept, line, notices = data_hash(images), describe(images), tuple(images.notices)
        about = images.name, images.source, len(images), *images.shape
        if whole is None:
            return cls(*about, classes, kept, line, notices)
        line = line.replace(" images", f" of {len(whole):,} images, drawn at random", 1)
        return cls(*about, classes, kept, line, notices, len(whole), data_hash(whole))

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> DataFacts:
        """The facts among the entries ``data`` of ``run.json``."""
        values = {one.name: plain[one.name] for one in fields(cls) if one.name in plain}
        lists = {name: tuple(values[name]) for name in ("classes", "notices")}
        return cls(**{**values, **lists})


def legible(images: ImageSet) -> ImageSet:
    """`images` with every text well-formed, so that it can be written, drawn and printed.

    Names of files and folders need not be Unicode: ``caf\\xe9`` stands for a byte that is no text.
    """
    return replace(
        images,
        name=well_formed(images.name),
        source=well_formed(images.source),
        notices=tuple(map(well_formed, images.notices)),
        format=well_formed(images.format),
        labels_from=well_formed(images.labels_from),
        labels=_legible(images.labels),
        names=_legible(images.names),
    )


def _legible(texts: NDArray[Any] | None) -> NDArray[Any] | None:
    """The texts well-formed; a part at a time, as those mapped from a file may be very many."""
    if texts is None or texts.dtype.kind not in "UO":
        return texts
    parts = [texts[at : at + _TEXTS_AT_ONCE] for at in range(0, len(texts), _TEXTS_AT_ONCE)]
    clean = [_legible_part(part) for part in parts]
    return texts if all(map(operator.is_, clean, parts)) else np.concatenate(clean)


def _legible_part(texts: NDArray[Any]) -> NDArray[Any]:
    if texts.dtype.kind == "U":
        order = np.dtype(np.uint32).newbyteorder(texts.dtype.byteorder)
        if np.ascontiguousarray(texts).view(order).max(initial=0) > sys.maxunicode:
            raise BadInputError(
                "A label or a name holds a character beyond Unicode: the file is damaged, or its "
                "text was read as another type; write it again."
            )
    known = texts.tolist()
    clean = [well_formed(one) if isinstance(one, str) else one for one in known]
    return (
        texts
        if clean == known
        else np.array(clean, dtype=None if texts.dtype.kind == "U" else object)
    )
