"""Keeps a few images of the data in the run, for the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk

MAX_IMAGES = 20
_SEED = 69
MAX_PIXELS = 128 * 128


def keep(images: ImageSet, desk: Desk) -> Mapping[str, NDArray[Any]]:
    """Keep up to twenty images in the cache of `desk`, equally many of each label.

    ``pixels`` (m, h, w) uint8, ``names`` (m,) the labels as text, ``look`` (1,) how they are to be
    shown; empty arrays where an image is larger than 128 × 128 pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> from inkcluster.study.run import samples
    >>> from inkcluster.study.run.desk import Desk
    >>> pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    >>> samples.keep(ImageSet(pixels, np.arange(60) % 3), Desk())["names"][:7].tolist()
    ['0', '0', '0', '0', '0', '0', '1']
    """
    return desk.keep("samples", {"most": MAX_IMAGES}, lambda: _draw(images))


def kept(desk: Desk) -> Mapping[str, NDArray[Any]]:
    """The images that :func:`keep` put into the cache of `desk`; empty if there are none."""
    try:
        found = desk.keep("samples", {"most": MAX_IMAGES}, _absent)
        pixels, names, look = (found[name] for name in ("pixels", "names", "look"))
        names.tolist()
    except (LookupError, ValueError):  # ValueError: characters that there are not
        return {}
    right = (
        (pixels.dtype.str, names.dtype.kind, look.dtype.kind) == ("|u1", "U", "U")
        and (pixels.ndim, look.shape) == (3, (1,))
        and names.shape == pixels.shape[:1]
        and 0 < len(pixels) <= MAX_IMAGES
        and 0 < pixels[0].size <= MAX_PIXELS
    )
    return found if right else {}


def _absent() -> Mapping[str, NDArray[Any]]:
    raise LookupError("no samples were kept")


def _draw(images: ImageSet) -> dict[str, NDArray[Any]]:
    from inkcluster.images import contact_index
    from inkcluster.images.describing import appearance

    per_label = max(1, MAX_IMAGES // max(1, len(images.classes)))
    small = int(np.prod(images.shape)) <= MAX_PIXELS
    rows = contact_index(images.labels, len(images), per_label, _SEED) if small else []
    pairs = [(name, i) for name, where in rows for i in where.tolist()][:MAX_IMAGES]
    return {
        "pixels": images.pixels[np.array([i for _, i in pairs], np.int64)],
        "names": np.array([name for name, _ in pairs], dtype=np.str_),
        "look": np.array([appearance(images)]),
    }
