"""Checks that the images and the settings go together, before a study writes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.errors import BadInputError
from inkcluster.study.settings.fromdata import classes_as_k

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.settings.settings import Settings

MIN_IMAGES = 10
_SAMPLES = ("linkage_sample", "map_sample", "compare_sample", "sweep_sample")


def check(images: ImageSet, settings: Settings) -> None:
    """Raise BadInputError if `images` cannot be studied with `settings`.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> from inkcluster.study.settings import Settings
    >>> check(ImageSet(np.zeros((1, 2, 2), np.uint8), name="one"), Settings())
    Traceback (most recent call last):
    inkcluster.errors.BadInputError: one holds one image; a study needs at least 10.
    """
    n = len(images)
    if n < MIN_IMAGES:
        held = "one image" if n == 1 else f"{n} images"
        raise BadInputError(f"{images.name} holds {held}; a study needs at least {MIN_IMAGES}.")
    _check_k(images, settings)
    _check_samples(images, settings)
    _check_components(images, settings)


def _check_k(images: ImageSet, settings: Settings) -> None:
    n, k = len(images), _k(images, settings)
    if k > n:
        raise BadInputError(
            f"k is {k:,} but {images.name} holds {n:,} images; "
            "choose a k no larger than the number of images."
        )
    distinct = _distinct(images, max(2, k))
    if distinct == 1:
        raise BadInputError(
            f"All {n:,} images of {images.name} are equal, so there is nothing to cluster; "
            "check that the right pixels were read."
        )
    if distinct < k:
        raise BadInputError(
            f"k is {k:,} but {images.name} holds only {distinct:,} different images; "
            f"choose a k of at most {distinct:,}."
        )


def _check_samples(images: ImageSet, settings: Settings) -> None:
    n = len(images)
    sizes = {name: getattr(settings, name) for name in _SAMPLES}
    largest = max(settings.sample_sizes) if settings.sample_sizes else None
    for name, size in {**sizes, "sample_sizes": largest}.items():
        if size is not None and size > n and not settings.replace:
            raise BadInputError(
                f"The setting {name} asks for {size:,} images but {images.name} holds {n:,}; "
                "choose fewer, or draw with replacement."
            )
    for name, size in sizes.items():
        needed = max(_k(images, settings), (settings.many or 0) if name == "compare_sample" else 0)
        available = size if size is not None else n
        if needed > available:
            what = "many" if needed == settings.many else "k"
            raise BadInputError(
                f"The setting {name} gives {available:,} images but {what} asks for "
                f"{needed:,} clusters; choose more images or fewer clusters."
            )


def _check_components(images: ImageSet, settings: Settings) -> None:
    components, drawn = settings.components, settings.compare_sample or len(images)
    pixels = images.shape[0] * images.shape[1]
    most = min(drawn, pixels) - (settings.svd_solver == "arpack")
    if isinstance(components, int) and components > most:
        raise BadInputError(
            f"The setting components is {components:,} but {drawn:,} images of {pixels:,} "
            f"pixels have at most {most:,} principal components; choose fewer."
        )


def _k(images: ImageSet, settings: Settings) -> int:
    """The number of clusters if it is known before anything is computed, else 0."""
    return settings.k or classes_as_k(images) or 0


def _distinct(images: ImageSet, enough: int) -> int:
    """The number of different images, at most `enough`."""
    seen: set[bytes] = set()
    for image in images.pixels:
        seen.add(image.tobytes())
        if len(seen) >= enough:
            break
    return len(seen)
