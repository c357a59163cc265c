"""Places all images of a very large set by those that were studied, a part at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import pieces
from inkcluster.study.run.step import step
from inkcluster.study.steps.shape import WARP, Shapes, shape

if TYPE_CHECKING:
    from inkcluster.cluster.shape.neighbors import Lists
    from inkcluster.cluster.shape.placing import Known
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

PART = 100_000
"""Images that are placed and kept at a time; a study that is cut off goes on from the last part."""


def place(
    shapes: Shapes, whole: ImageSet, known_as: str, plan: Plan, desk: Desk
) -> dict[str, NDArray[Any]]:
    """The group ``labels`` (n,) and ``confidence`` (n,) of each of the `whole`, by `shapes`."""
    n = len(whole)
    labels, confidence = np.zeros(n, np.int32), np.ones(n, np.float32)
    if shapes.k == 1:
        return {"labels": labels, "confidence": confidence}
    with (
        desk.progress.task("all images", total=n) as advance,
        closing(_Placing(shapes, whole, advance)) as placing,
    ):
        for start in range(0, n, PART):
            stop, before = min(n, start + PART), placing.at
            found = part(
                shapes, whole, placing, plan, desk,
                start=start, stop=stop, of=known_as, sample=len(shapes.sample),
            )  # fmt: skip
            labels[start:stop], confidence[start:stop] = found["labels"], found["confidence"]
            if placing.at == before:  # it was kept
                advance(stop - start)
    return {"labels": labels, "confidence": confidence}


@step(uses=shape.uses)
def part(
    shapes: Shapes, whole: ImageSet, placing: _Placing, plan: Plan, desk: Desk,
    *, start: int, stop: int, of: str, sample: int,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """Groups and confidence of the images from `start` to `stop`, of the set with the hash `of`."""
    labels, confidence = placing.upto(start, stop)
    return {"labels": labels, "confidence": confidence}


class _Placing:
    """Places images part after part; on a cluster, workers are ahead of what is kept."""

    def __init__(self, shapes: Shapes, whole: ImageSet, advance: Callable[[float], None]) -> None:
        self.shapes, self.whole, self.advance = shapes, whole, advance
        self.at = -1
        self.known: Known | None = None
        self.found: Iterator[Any] = iter(())

    def upto(self, start: int, stop: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Groups and confidence from `start` to `stop`."""
        if start != self.at:
            self._begin(start)
        labels, confidence = [], []
        self.at = start
        while self.at < stop:
            groups, sure = next(self.found)
            labels.append(groups)
            confidence.append(sure)
            self.at += len(groups)
            self.advance(len(groups))
        return np.concatenate(labels), np.concatenate(confidence)

    def _begin(self, start: int) -> None:
        from inkcluster.cluster.shape.placing import each_placed
        from inkcluster.cluster.shape.plan import PLACED_TOGETHER

        self.close()
        self.known = _known(self.shapes) if self.known is None else self.known
        n = len(self.whole)
        parts = [
            slice(at + some.start, at + some.stop)
            for at in range(start, n, PART)
            for some in pieces(min(PART, n - at), PLACED_TOGETHER)
        ]
        self.found = each_placed(self.known, self.whole.pixels, 1, parts, surely)

    def close(self) -> None:
        """End what workers are doing."""
        if hasattr(self.found, "close"):
            self.found.close()


def surely(
    near: Lists, shares: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The group and the confidence of images with such memberships."""
    del near
    top = np.sort(shares, axis=1)
    confidence = np.clip(top[:, -1] - top[:, -2], 0, 1)
    return shares.argmax(axis=1).astype(np.int32), confidence.astype(np.float32)


def _known(shapes: Shapes) -> Known:
    from inkcluster.cluster.shape.placing import known_by

    rows = shapes.sample
    place = np.full(len(shapes.labels) + 1, -1, np.int32)  # its last entry is that of none
    place[rows] = np.arange(len(rows))
    choices = json.loads(str(shapes.preparation))
    choices.pop("tried")
    links = place[shapes.neighbors[rows]]
    return known_by(shapes.images.pixels[rows], WARP, choices, links, shapes.memberships[rows])
