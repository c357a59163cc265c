"""Former names of the projection, for the linkages."""

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.projection import SAMPLE, WIDTHS, Projection, leading

__all__ = ["SAMPLE", "Leading"]


class Leading(Projection):
    """See :func:`~inkcluster.compute.projection.leading`."""

    def __init__(self, X: NDArray[np.generic], widths: tuple[int, ...] = WIDTHS) -> None:
        found = leading(X, widths)
        super().__init__(found.origin, found.basis)
