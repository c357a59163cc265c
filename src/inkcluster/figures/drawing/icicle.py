"""Laying a condensed tree out: which clusters are drawn, where, and how wide at each height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 48
"""Steps of a cluster's outline on each side."""


@dataclass(frozen=True, eq=False)
class Icicle:
    """The clusters of a condensed tree that are drawn, each before those it splits into."""

    cluster: NDArray[np.int64]
    parent: NDArray[np.int64]
    """Numbers in the tree; the root's parent is -1."""
    size: NDArray[np.int64]
    """Points when a cluster appears."""
    top: NDArray[np.float64]
    bottom: NDArray[np.float64]
    """Heights at which it appears and ends; infinite for the root's top."""
    x: NDArray[np.float64]
    """The middle of its bar; clusters that end stand one apart."""
    label: NDArray[np.int64]
    """The selected cluster that it is or lies under, from 0; -1 for none."""
    selected: NDArray[np.bool_]
    outline: list[tuple[NDArray[np.float64], NDArray[np.float64]]]
    """Heights from its top down, and its points that are left below each."""
    left_out: int
    least: int
    """Clusters of fewer points than `least` are not drawn: `left_out` of them."""


def layout(tree: NDArray[Any], selected: NDArray[Any], most: int) -> Icicle:
    """Lay out a condensed tree, without its smallest clusters where more than `most` end.

    A cluster that is left out only makes its parent lose its points; the parent's bar goes on in
    the other part of that split.
    """
    root = int(tree["parent"].min())
    with np.errstate(divide="ignore"):
        height = 1.0 / tree["lambda_val"]
    splits = np.flatnonzero(tree["child"] >= root)
    m = 1 + len(splits)
    at = tree["child"][splits] - root
    parent, size, top = np.full(m, -1, np.int64), np.zeros(m, np.int64), np.full(m, np.inf)
    parent[at] = tree["parent"][splits] - root
    size[at] = tree["child_size"][splits]
    size[0] = tree["child_size"][tree["parent"] == root].sum()
    top[at] = height[splits]
    least = _least(parent, size, most)
    drawn = np.flatnonzero((size >= least) | (parent < 0))
    number = np.full(m, -1, np.int64)
    chosen = np.asarray(selected, np.int64) - root
    number[chosen] = np.arange(len(chosen))
    label = number.copy()
    for c in range(1, m):
        if label[c] < 0:
            label[c] = label[parent[c]]
    by_cluster = np.argsort(tree["parent"], kind="stable")
    bounds = np.searchsorted(tree["parent"][by_cluster], np.arange(root, root + m + 1))
    outline, bottom = [], np.empty(m)
    for c in drawn.tolist():
        own = by_cluster[bounds[c] : bounds[c + 1]]
        stays = (tree["child"][own] >= root) & (tree["child_size"][own] >= least)
        bottom[c] = height[own].min()
        outline.append(_outline(height[own][~stays], tree["child_size"][own][~stays], int(size[c])))
    above = np.where(parent[drawn] < 0, -1, parent[drawn] + root)
    bars = (size[drawn], top[drawn], bottom[drawn], _middles(parent, drawn), label[drawn])
    kept = number[drawn] >= 0
    return Icicle(drawn + root, above, *bars, kept, outline, m - len(drawn), least)


def _least(parent: NDArray[np.int64], size: NDArray[np.int64], most: int) -> int:
    """From which size on clusters are drawn, so that at most `most` of them end."""
    for least in map(int, np.unique(size)):
        there = size >= least
        ends = there.copy()
        ends[parent[there & (parent >= 0)]] = False
        if np.count_nonzero(ends) <= most:
            return least
    return int(size.max())


def _outline(
    height: NDArray[np.float64], leave: NDArray[np.int64], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is left after each height at which points leave, thinned out."""
    order = np.argsort(-height, kind="stable")
    left = size - np.cumsum(leave[order])
    shown = np.linspace(0, len(order) - 1, min(len(order), MAX_STEPS)).round().astype(np.int64)
    return height[order][shown], left[shown].astype(np.float64)


def _middles(parent: NDArray[np.int64], drawn: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ends stand at 0, 1, 2, … in the order of the tree; a split stands between its parts."""
    children: dict[int, list[int]] = {int(c): [] for c in drawn}
    for c in drawn[1:].tolist():
        children[int(parent[c])].append(c)
    middle: dict[int, float] = {}
    stack = [int(drawn[0])]
    while stack:
        c = stack.pop()
        stack += reversed(children[c])
        if not children[c]:
            middle[c] = float(len(middle))
    for c in drawn[::-1].tolist():  # children have higher numbers than their parents
        if children[c]:
            middle[c] = float(np.mean([middle[child] for child in children[c]]))
    return np.array([middle[int(c)] for c in drawn])
