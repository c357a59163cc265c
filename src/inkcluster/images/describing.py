"""Describes a set in one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.hash import blocks

if TYPE_CHECKING:
    from inkcluster.images.imageset import ImageSet

LIGHT_ON_DARK = "light on dark"
DARK_ON_LIGHT = "dark on light"
PICTURE = "picture"
MIN_BACKGROUND = 0.4
"""Share of its background's shade in a typical image of ink; photographs have less."""
SHADE = 0.06
"""How far from it, as a share of the image's range, a pixel is still of the background's shade."""
MAX_JUDGED = 300
"""Images that are looked at to tell ink from photographs."""
MAX_NAME_CHARACTERS = 20
MAX_NAMED_LABELS = 6
MAX_NAMED_FILES = 3
MAX_NUMBERS_IN_NAMES = 2
_BLOCK_BYTES = 1 << 24


def describe(images: ImageSet) -> str:
    """The number of images, their size, their format, their labels and where these were found, and
    whether the ink is light or dark; nothing of ink where they are photographs.

    Examples
    --------
    >>> from inkcluster.images import describe, load
    >>> describe(load("digits"))
    '1,797 images, 8 × 8, labels 0–9, light on dark'
    """
    h, w = images.shape
    count = f"{len(images):,} image{'' if len(images) == 1 else 's'}"
    origin = [f"from {images.format}"] if images.format else []
    labels = _labels(images)
    if images.labels_from and images.labels is not None:
        labels = f"{labels} from {images.labels_from}"
    look = appearance(images)
    ink = [] if look == PICTURE else [look]
    return ", ".join([count, f"{h} × {w}", *origin, labels, *ink])


def choices(images: ImageSet) -> tuple[str, ...]:
    """The notices that name an option: what could have been read otherwise.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet, choices
    >>> said = ("Colour was converted to grey.", "Column 0 was taken; --labels 64 takes the last.")
    >>> choices(ImageSet(np.zeros((1, 2, 2), np.uint8), notices=said))
    ('Column 0 was taken; --labels 64 takes the last.',)
    """
    return tuple(notice for notice in images.notices if " --" in notice)


def polarity(images: ImageSet) -> str:
    """Whether the ink is lighter or darker than its background.

    The border of the images (the outermost row and column on each side) stands for the background:
    if its mean is no lighter than the mean of all pixels, the ink is light.

    Returns
    -------
    str
        ``"light on dark"`` or ``"dark on light"``.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet, polarity
    >>> paper = np.full((1, 5, 5), 255, np.uint8)
    >>> paper[0, 1:4, 2] = 0
    >>> polarity(ImageSet(paper))
    'dark on light'
    """
    total = sum(int(block.sum(dtype=np.int64)) for block in blocks(images.pixels, _BLOCK_BYTES))
    whole = total / images.pixels.size
    edge = float(border(images.pixels).mean(dtype=np.float64))
    return LIGHT_ON_DARK if edge <= whole else DARK_ON_LIGHT


def appearance(images: ImageSet) -> str:
    """How the images are to be shown: as ink, whose paper may change, or as the pictures they are.

    Ink stands on a background of one shade that fills much of each image; a photograph has no such
    shade, and would become a negative in another theme.

    Returns
    -------
    str
        ``"light on dark"``, ``"dark on light"`` (:func:`polarity`) or ``"picture"``.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet, load
    >>> from inkcluster.images.describing import appearance
    >>> hills = np.add.outer(np.arange(16.0), np.sin(np.arange(16))) * 15
    >>> appearance(ImageSet(hills[None].astype(np.uint8))), appearance(load("digits"))
    ('picture', 'light on dark')
    """
    step = max(1, len(images) // MAX_JUDGED)
    shares = [_background(one.ravel().astype(float)) for one in images.pixels[::step]]
    is_ink = float(np.median(shares)) >= MIN_BACKGROUND
    return polarity(images) if is_ink else PICTURE


def _background(values: NDArray[np.float64]) -> float:
    """The share of an image that has its most frequent shade, or nearly."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return 1.0
    counts, edges = np.histogram(values, bins=32, range=(low, high))
    most = int(counts.argmax())
    middle = (edges[most] + edges[most + 1]) / 2
    return float(np.mean(np.abs(values - middle) <= SHADE * (high - low)))


def border(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The outermost pixels of each image, shape (n, 2·(h + w) − 4); all pixels of a thin image."""
    n, h, w = pixels.shape
    if h < 3 or w < 3:
        return pixels.reshape(n, -1)
    sides = (pixels[:, 0], pixels[:, -1], pixels[:, 1:-1, 0], pixels[:, 1:-1, -1])
    return np.concatenate(sides, axis=1)


def one_line(text: str, longest: int = MAX_NAME_CHARACTERS) -> str:
    """`text` without line breaks and control characters, shortened to `longest` characters."""
    clean = "".join(c if c.isprintable() else "·" for c in text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def shown(names: Iterable[str]) -> str:
    """The first few names, few enough for a sentence with at most three numbers.

    Examples
    --------
    >>> from inkcluster.images.describing import shown
    >>> shown(["a.png", "b/1.png", "b/2.png", "b/3.png"]), shown(["12.png", "13/14.png"])
    ('a.png, b/1.png, b/2.png and others', '12.png and others')
    """
    named: list[str] = []
    for name in names:
        text = one_line(name, 40)
        numbers = sum(_runs(other) for other in [*named, text])
        if len(named) == MAX_NAMED_FILES or (named and numbers > MAX_NUMBERS_IN_NAMES):
            return ", ".join(named) + " and others"
        named.append(text)
    return ", ".join(named)


def _runs(text: str) -> int:
    """How many runs of digits there are."""
    return len("".join(c if c.isdigit() else " " for c in text).split())


def _labels(images: ImageSet) -> str:
    classes = images.classes
    if images.labels is None:
        return "no labels"
    if len(classes) == 1:
        return f"label {one_line(str(classes[0]))}"
    if classes.dtype.kind in "iu":
        first, last = int(classes[0]), int(classes[-1])
        if last - first + 1 == len(classes):
            return f"labels {first}–{last}"
        return f"{len(classes):,} labels from {first} to {last}"
    names = ", ".join(one_line(str(c)) for c in classes[:MAX_NAMED_LABELS])
    if len(classes) <= MAX_NAMED_LABELS:
        return f"labels {names}"
    return f"{len(classes):,} labels ({names}, …)"
