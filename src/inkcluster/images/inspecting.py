"""Looks for odd images before anything is clustered. No rule here reads a label."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.describing import border
from inkcluster.images.hash import blocks
from inkcluster.images.imageset import ImageSet
from inkcluster.words import percent

MIN_UNEQUAL = 20
"""With fewer images whose ink is not as wide as tall, a set is not called transposed."""
MAX_SAMPLED = 5000
"""How many images the rule for transposed sets looks at."""
MIN_WIDER_SHARE = 0.6
"""Share of images whose ink is wider than tall from which a set looks transposed."""
MIN_STANDARD_ERRORS = 4.0
"""How far above a half that share must lie, in standard errors of a fair coin."""
MIN_INK = 0.5
"""Ink is what differs from the background by more than this share of the largest difference."""
_BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class Notice:
    """One oddity: `code` is ``"transposed"``, ``"polarity"``, ``"constant"`` or ``"duplicates"``."""

    code: str
    sentence: str


def inspect(images: ImageSet) -> tuple[Notice, ...]:
    """Look for transposed, inverted, constant and repeated images.

    Parameters
    ----------
    images : ImageSet
        At 70,000 images of 28 × 28 this takes under a second.

    Returns
    -------
    tuple of Notice
        At most one of each code, in the order above.

    Notes
    -----
    *Transposed*: written characters are taller than wide, and are written, or cut out, to one
    common height, while their widths vary (an 8 against a 1). The set is said to look transposed
    when its images are square, light or dark ink covers a bounding box that is wider than tall in
    at least 60 % of the images that are not equal in both (and that share is four standard errors
    above a half), the ink's mean horizontal spread exceeds its vertical one, and widths vary less
    than heights. The ink of an image is what lies beyond half-way from its background (the border's
    median) to the value farthest from it. The rule sees proportions only: a set of things that
    really are wide and of one width (shoes, ships) looks the same to it, characters turned by a
    quarter likewise, and a set of which less than three fifths is transposed passes.

    *Inverted*: an image counts as light when the median of its border lies in the lightest quarter
    of the set's range, more of its pixels lie there than in the darkest quarter, and its border is
    lighter than its mean; as dark in the mirror case. Where at least half the set is one or the
    other, the rarer of the two is reported.

    *Constant*: all pixels of an image are equal. *Duplicates*: an image equals an earlier one,
    pixel for pixel.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet, inspect
    >>> [n.code for n in inspect(ImageSet(np.zeros((3, 4, 4), np.uint8)))]
    ['constant', 'duplicates']
    """
    found = (
        _transposed(images.pixels),
        _inverted(images.pixels),
        _constant(images.pixels),
        _duplicates(images.pixels),
    )
    return tuple(notice for notice in found if notice is not None)


def _transposed(pixels: NDArray[np.uint8]) -> Notice | None:
    n, h, w = pixels.shape
    if h != w or h < 5:
        return None
    some = pixels[:: -(-n // MAX_SAMPLED)]
    heights, widths, tall, wide = _ink_extents(some)
    unequal = heights != widths
    if unequal.sum() < MIN_UNEQUAL:
        return None
    share = float(np.mean(widths[unequal] > heights[unequal]))
    surprise = (share - 0.5) * 2 * float(np.sqrt(unequal.sum()))
    if share < MIN_WIDER_SHARE or surprise < MIN_STANDARD_ERRORS:
        return None
    if wide <= tall or widths.std() >= heights.std():
        return None
    return Notice(
        "transposed",
        f"The images look transposed: the ink is wider than tall in {percent(share)} of them; if "
        "characters lie on their side, give --turn transpose.",
    )


def _ink_extents(
    pixels: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.int64], float, float]:
    """Heights and widths of the ink's bounding boxes (m,), and its mean spread down and across."""
    flat = pixels.reshape(len(pixels), -1).astype(np.float32)
    background = np.median(border(pixels), axis=1).astype(np.float32)
    distance = np.abs(flat - background[:, None])
    farthest = distance.max(axis=1)
    ink = (distance > MIN_INK * farthest[:, None]) & (farthest[:, None] > 0)
    ink = ink[farthest > 0].reshape(-1, *pixels.shape[1:])
    if not len(ink):
        none = np.empty(0, np.int64)
        return none, none, 0.0, 0.0
    down, across = ink.sum(axis=2), ink.sum(axis=1)
    return _extent(down), _extent(across), _spread(down), _spread(across)


def _extent(profile: NDArray[np.int64]) -> NDArray[np.int64]:
    some = profile > 0
    length = profile.shape[1]
    extent = length - some.argmax(axis=1) - some[:, ::-1].argmax(axis=1)
    return np.asarray(extent, dtype=np.int64)


def _spread(profile: NDArray[np.int64]) -> float:
    """Mean over the images of the standard deviation of the ink's position, in pixels."""
    where = np.arange(profile.shape[1])
    total = profile.sum(axis=1)
    mean = profile @ where / total
    return float(np.sqrt(np.maximum(profile @ where**2 / total - mean**2, 0)).mean())


def _inverted(pixels: NDArray[np.uint8]) -> Notice | None:
    low, high = int(pixels.min()), int(pixels.max())
    if high == low:
        return None
    dark, light = [], []
    quarter = (high - low) / 4
    for block in blocks(pixels, _BLOCK_BYTES):
        flat = block.reshape(len(block), -1)
        edge = border(block)
        median, lean = np.median(edge, axis=1), edge.mean(axis=1) - flat.mean(axis=1)
        balance = (flat > high - quarter).sum(axis=1) - (flat < low + quarter).sum(axis=1)
        light.append((median > high - quarter) & (balance > 0) & (lean > 0))
        dark.append((median < low + quarter) & (balance < 0) & (lean < 0))
    is_light, is_dark = np.concatenate(light), np.concatenate(dark)
    if np.mean(is_light | is_dark) < 0.5:  # not a set of ink on a background
        return None
    inverted, others = (is_light, "dark") if is_light.sum() <= is_dark.sum() else (is_dark, "light")
    if not inverted.any():
        return None
    theirs = "light" if others == "dark" else "dark"
    return Notice(
        "polarity",
        f"{_count(inverted)} inverted: {theirs} background, where the others' is {others} "
        f"(first: image {inverted.argmax():,}); invert them, or they form clusters of their own.",
    )


def _constant(pixels: NDArray[np.uint8]) -> Notice | None:
    constant = np.concatenate(
        [
            (flat == flat[:, :1]).all(axis=1)
            for flat in (block.reshape(len(block), -1) for block in blocks(pixels, _BLOCK_BYTES))
        ]
    )
    if not constant.any():
        return None
    return Notice(
        "constant",
        f"{_count(constant)} constant: all pixels of an image are equal "
        f"(first: image {constant.argmax():,}); remove "
        f"{'it if it is a mistake' if constant.sum() == 1 else 'them if they are mistakes'}.",
    )


def _duplicates(pixels: NDArray[np.uint8]) -> Notice | None:
    earliest: dict[bytes, int] = {}
    count, first = 0, (0, 0)
    for index, image in enumerate(pixels):
        key = blake2b(np.ascontiguousarray(image).data, digest_size=16).digest()
        original = earliest.setdefault(key, index)
        if original != index:
            count += 1
            if count == 1:
                first = (index, original)
    if not count:
        return None
    who = "One image repeats" if count == 1 else f"{count:,} images repeat"
    return Notice(
        "duplicates",
        f"{who} an earlier image exactly (first: image {first[0]:,} repeats image {first[1]:,}); remove "
        "repeats if they are mistakes.",
    )


def _count(odd: NDArray[np.bool_]) -> str:
    count = int(odd.sum())
    return f"{count:,} of {len(odd):,} images {'is' if count == 1 else 'are'}"
