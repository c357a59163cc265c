"""How many answers it takes until so many names are right, beside other ways to label images.

    python -m benchmarks.label [--sets digits greek …] [--answers N] [--json FILE]

A scripted person answers what a card shows by the true labels: a group whose shown images are of one kind
is named; one whose first six are of one kind is begun page by page (these six are named, and the rest is
left); any other is split. Every answer counts one, spot checks too, which are switched off here. The
others, over the same graph: single images drawn at random, or the least sure ones, each answer one image,
its label spread; k-means with as many clusters as answers, each named by its most frequent label; pages
of 24 images around random ones, each named if all are of one kind. Share of all images with the right
name, after so many answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.label import Labelling
from inkcluster.label.belief import Belief
from inkcluster.label.state import ON_IMAGE, State
from inkcluster.label.walk import FIRST

AT = (12, 30, 60, 100)
SEEDS = 3
PAGE = 24


def right(labelling: Labelling, truth: NDArray[Any]) -> float:
    """The share of images with the right name."""
    return float(np.mean(labelling.frame()["named"].to_numpy() == truth))


def ours(labelling: Labelling, truth: NDArray[Any], most: int) -> Iterator[tuple[int, float]]:
    """Answer `most` cards."""
    seconds = []
    for answer in range(1, most + 1):
        began = time.perf_counter()
        card = labelling.next(checks=False)
        seconds.append(time.perf_counter() - began)
        if card.kind == "done":
            break
        assert card.group is not None
        shown = truth[card.images]
        if len(set(shown)) == 1:
            labelling.name(card.group, str(shown[0]))
        elif len(set(shown[:FIRST])) == 1:
            labelling.name_some(card.group, str(shown[0]), card.typical[:FIRST])
        else:
            labelling.split(card.group)
        if answer in AT:
            yield answer, right(labelling, truth)
    yield most, right(labelling, truth)


def spread(belief: Belief, truth: NDArray[Any], rows: NDArray[np.int64]) -> float:
    """The share right when the labels of `rows` are known and spread."""
    names, codes = np.unique(truth, return_inverse=True)
    state = State(np.arange(len(truth), dtype=np.int32), names=list(names))
    state.words[rows], state.how[rows] = codes[rows], ON_IMAGE
    for row in rows.tolist():
        state.groups[-1 - row].name = int(codes[row])
    belief.update(state)
    found = np.where(state.words >= 0, state.words, belief.names)
    return float(np.mean(found == codes))
