"""Says why the columns that are left make no images, and what to do."""

from __future__ import annotations

import math

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_shape
from inkcluster.images.readers.tables.sample import Sample
from inkcluster.words import listed

NAME_THE_LABEL = "name the label column with --labels, or remove columns that are not pixels."
MIN_SURE_PIXELS = 36
"""Rows of fewer numbers are features rather than images, unless their shape is given."""


def refusal(
    count: int,
    where: str,
    sample: Sample,
    *,
    left_out: list[int],
    naming: int | None,
    labelled: bool,
    shape: tuple[int, int] | None,
) -> BadInputError:
    """Why `count` columns make no images; `naming` is the column of the images' names, if any."""
    if naming is not None and count < MIN_SURE_PIXELS and sample.kinds[naming] == "text":
        return BadInputError(
            f"{where} names images (column {sample.shown(naming)}) but holds no pixels; give the folder "
            "or archive of the images, and this file with --labels FILE."
        )
    if left_out:
        where += f" (without column {listed(map(sample.shown, left_out), 3)})"
    if not count:
        return BadInputError(f"{where} has no columns of pixels; {NAME_THE_LABEL}")
    try:
        image_shape(count, where, shape)
    except BadInputError as error:
        if shape is not None or labelled:
            return error
        return BadInputError(f"{str(error).rstrip('.')}; or {NAME_THE_LABEL}")
    side = math.isqrt(count)
    return BadInputError(
        f"{where}: rows of {count} numbers are hardly images; if they are, give --shape {side}x{side}."
    )
