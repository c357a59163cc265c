"""The gallery of the images on the borders between clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.parts import pictures
from inkcluster.words import percent, several

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet

BORDERS_SHOWN = 12
MEMBERS_SHOWN = 10


def border_figure(
    images: ImageSet,
    vectors: NDArray[Any],
    labels: NDArray[np.int32],
    centres: NDArray[np.float64] | None = None,
) -> Figure | None:
    """Images between two clusters: a row for each of the largest borders.

    Parameters
    ----------
    images : ImageSet
    vectors : ndarray of shape (n, d)
        The clustered vectors.
    labels : ndarray of shape (n,)
        Of any method, at least two clusters from 0; noise (-1) stands on no border.
    centres : ndarray of shape (k, d) or None
        None takes the means of the members.

    Returns
    -------
    Figure or None
        None where no image is on a border.
    """
    from inkcluster.evaluate import borders
    from inkcluster.evaluate.members.bordering import MARGIN

    found = borders(vectors, labels, centres)
    if not found:
        return None
    n = sum(len(border.members) for border in found)
    most = found[0]
    says = (
        f"{n:,} images ({percent(n / len(labels))}) are at most {percent(MARGIN)} nearer to their own "
        "centre than to the next. Each row shows those between two clusters, the closest first; most "
        f"({len(most.members):,}) are between clusters {most.first} and {most.second}."
    )
    if len(found) > BORDERS_SHOWN:
        says += f" The {BORDERS_SHOWN} largest of {several(len(found), 'border')} are shown."
    rows = [
        (f"#{b.first} | #{b.second}\n{len(b.members):,}", b.members[:MEMBERS_SHOWN]) for b in found
    ]
    return pictures.gallery(
        images, "border", "On the border between two clusters", says, rows[:BORDERS_SHOWN]
    )
