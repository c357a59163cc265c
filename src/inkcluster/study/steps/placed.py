"""Places all images of a very large set by those that were studied, a part at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.run.step import step
from inkcluster.study.steps.shape import WARP, Shapes, shape

if TYPE_CHECKING:
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
    known: list[Known] = []  # made once, if any part is not there yet
    with desk.progress.task("all images", total=n) as advance:
        for start in range(0, n, PART):
            stop = min(n, start + PART)
            found = part(
                shapes, whole, known, plan, desk,
                start=start, stop=stop, of=known_as, sample=len(shapes.sample),
            )  # fmt: skip
            labels[start:stop], confidence[start:stop] = found["labels"], found["confidence"]
            advance(stop - start)
    return {"labels": labels, "confidence": confidence}


@step(uses=shape.uses)
def part(
    shapes: Shapes, whole: ImageSet, known: list[Known], plan: Plan, desk: Desk,
    *, start: int, stop: int, of: str, sample: int,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """Groups and confidence of the images from `start` to `stop`, of the set with the hash `of`."""
    from inkcluster.cluster.shape.placing import placed

    if not known:
        known.append(_known(shapes))
    labels, confidence = np.empty(stop - start, np.int32), np.empty(stop - start, np.float32)
    for some, _, shares in placed(known[0], whole.pixels[start:stop], 1):
        labels[some] = shares.argmax(axis=1)
        top = np.sort(shares, axis=1)
        confidence[some] = np.clip(top[:, -1] - top[:, -2], 0, 1)
    return {"labels": labels, "confidence": confidence}


def _known(shapes: Shapes) -> Known:
    from inkcluster.cluster.shape.placing import known_by

    rows = shapes.sample
    place = np.full(len(shapes.labels) + 1, -1, np.int32)  # its last entry is that of none
    place[rows] = np.arange(len(rows))
    choices = json.loads(str(shapes.preparation))
    choices.pop("tried")
    links = place[shapes.neighbors[rows]]
    return known_by(shapes.images.pixels[rows], WARP, choices, links, shapes.memberships[rows])
