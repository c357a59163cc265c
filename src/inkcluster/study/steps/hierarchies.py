"""The hierarchies that questions 3, 4 and 6 stand on, each built once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import TooLittleMemoryError

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

USES = ("seed", "replace", "linkage_sample")
"""The plan's values that :func:`build` depends on."""
FALLBACK = 5000
"""Images that a linkage rests on whose distances do not fit into memory."""
_FEW = 2 * 10**8
"""n² · d up to which SciPy builds a hierarchy sooner than our engine has looked at the data."""
_AT_ONCE = ("centroid", "median")
"""Methods that merge on one thread and in little memory, so that two cores build them side by side."""
_REVISION = 1

_Ahead = dict[str, NDArray[np.float64]]
"""Hierarchies that were built beside another one and are not kept yet, by their method."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """One linkage of the raw pixels.

    Parameters
    ----------
    method : str
    index : ndarray of shape (m,), int64
        Which images; all in their own order, or a sample.
    Z : ndarray of shape (m - 1, 4)
    refused : (int, int, int) or None
        Where the images asked for did not fit into memory: how many, the bytes that they
        need, and the bytes that may be used.
    """

    method: str
    index: NDArray[np.int64]
    Z: NDArray[np.float64]
    refused: tuple[int, int, int] | None = None

    def __len__(self) -> int:
        return len(self.index)


def build(
    images: ImageSet, plan: Plan, desk: Desk, method: str, ahead: _Ahead | None = None
) -> Hierarchy:
    """Build a hierarchy of `linkage_sample` images, or take it from the desk.

    Parameters
    ----------
    images : ImageSet
        Labels are not read.
    plan : Plan
        Its `linkage_sample` says how many images; `seed` and `replace` which, where that is
        not all of them.
    desk : Desk
        Keeps the result, which several questions share.
    method : str
        One of :data:`inkcluster.cluster.hierarchy.METHODS`.
    ahead : dict of ndarray, optional
        Where given, centroid and median are built at once, and the one not asked for waits here.

    Returns
    -------
    Hierarchy
        Of 5,000 images drawn at random where the memory is too little for all that were asked for.

    Raises
    ------
    BadInputError
        If the memory is too little even for those.
    """
    wanted = plan.linkage_sample
    try:
        return _kept(images, plan, desk, method, wanted, ahead=ahead)
    except TooLittleMemoryError as error:
        if wanted <= FALLBACK:
            raise
        fewer = _kept(images, plan, desk, method, FALLBACK)
        return Hierarchy(method, fewer.index, fewer.Z, (wanted, error.need, error.have))


def build_all(
    images: ImageSet, plan: Plan, desk: Desk, methods: Sequence[str]
) -> dict[str, Hierarchy]:
    """Several hierarchies, as :func:`build` makes each of them."""
    trees = {}
    ahead: _Ahead | None = {} if set(_AT_ONCE) <= set(methods) else None
    with desk.progress.task("linkages", total=len(methods)) as advance:
        for method in methods:
            trees[method] = build(images, plan, desk, method, ahead)
            advance(1)
    return trees


def drawn(images: ImageSet, plan: Plan, n: int) -> NDArray[np.int64]:
    """Which images: all of them in their own order, each once, or `n` drawn at random."""
    from inkcluster.images import sample_index

    if n == len(images):
        return np.arange(len(images))
    return sample_index(len(images), n, plan.seed, replace=plan.replace)


def taken(images: ImageSet, index: NDArray[np.int64]) -> ImageSet:
    """The images at `index`; the set itself, not a copy, where that is all of them."""
    return images if len(index) == len(images) else images.take(index)


def ward(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Ward's hierarchy of rows (n, d), for the many small ones: the same by whichever is faster."""
    from scipy.cluster import hierarchy as scipy_hierarchy

    from inkcluster.cluster import hierarchy

    n, d = rows.shape
    if n * n * d <= _FEW:
        return np.asarray(scipy_hierarchy.ward(rows.astype(np.float64)))
    return hierarchy.ward(rows)


def of_all(images: ImageSet, desk: Desk, method: str) -> NDArray[np.float64]:
    """The hierarchy of all images in their own order, whatever the plan says of samples.

    Raises
    ------
    TooLittleMemoryError
        If it does not fit into memory.
    """
    return _linked(images, desk, method, {"images": len(images)})


def _kept(
    images: ImageSet, plan: Plan, desk: Desk, method: str, n: int, *, ahead: _Ahead | None = None
) -> Hierarchy:
    index = drawn(images, plan, n)
    if n == len(images):
        return Hierarchy(method, index, _linked(images, desk, method, {"images": n}, ahead))
    what = {"images": n, **plan.values(("seed", "replace"))}
    return Hierarchy(method, index, _linked(images.take(index), desk, method, what, ahead))


def _linked(
    images: ImageSet,
    desk: Desk,
    method: str,
    what: Mapping[str, Any],
    ahead: _Ahead | None = None,
) -> NDArray[np.float64]:
    from inkcluster.cluster import hierarchy
    from inkcluster.progress import listening

    def compute() -> Mapping[str, NDArray[Any]]:
        if ahead is not None and method in ahead:
            return {"Z": ahead.pop(method)}
        methods = _AT_ONCE if ahead is not None and method in _AT_ONCE else (method,)
        with listening(desk.progress):
            built = hierarchy.linkages(images.flat(), methods)
        if ahead is not None:
            ahead.update({other: Z for other, Z in built.items() if other != method})
        return {"Z": built[method]}

    kept = desk.keep("linkage", {"method": method, **what, "revision": _REVISION}, compute)
    return kept["Z"]
