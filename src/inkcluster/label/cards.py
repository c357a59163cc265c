"""What a card shows of a group: typical and extreme members, what they seem to be, what they are most like."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from inkcluster.label.belief import Belief
from inkcluster.label.start import SEED
from inkcluster.label.state import NONE, Group, State

MEMBERS = 12
"""Typical members shown, and as many extreme ones."""
MIN_PART = 0.05
"""The smaller of two halves has at least this share of the group, and 2 images."""
MIN_SHARE = 0.7
"""From this share on the suggestion is sure enough for Enter. Chosen on labelled sets, as
docs/decisions/label.md says."""


@dataclass(frozen=True, eq=False)
class Card:
    """What a person is asked.

    Attributes
    ----------
    kind : str
        ``"group"``, ``"page"``, ``"check"`` or, where nothing is left to ask, ``"done"``.
    group : int, optional
    version : int
        The number of the last action on the group. An action that names an older one is refused.
    size : int
        Images that the answer decides; where nothing is left to ask, those of groups that others have
        before them.
    typical, extreme : ndarray of int32
        The members most and least linked to the others of their group; on a page, the page's images
        as `typical`; on a check, the images drawn.
    suggestion : int
        The name believed, -1 for none.
    share : float
        How much of what is near the group has that name, from 0 to 1.
    sure : bool
        Whether that is at least :data:`MIN_SHARE`, or the name is the label that is being checked.
    around : int
        The name that most of what is near the group has, -1 for none.
    alike : int, optional
        The group with which this one has most links.
    alike_share : float
        How much of the links that leave this group leads there, from 0 to 1.
    page : tuple of (int, int), optional
        Which of the group's images these are.
    believed : ndarray of int32
        The names believed of the images of a check.
    """

    kind: str
    group: int | None = None
    version: int = 0
    size: int = 0
    typical: NDArray[np.int32] = ()  # type: ignore[assignment]
    extreme: NDArray[np.int32] = ()  # type: ignore[assignment]
    suggestion: int = NONE
    share: float = 0.0
    sure: bool = False
    around: int = NONE
    alike: int | None = None
    alike_share: float = 0.0
    page: tuple[int, int] | None = None
    believed: NDArray[np.int32] = ()  # type: ignore[assignment]

    @property
    def images(self) -> NDArray[np.int32]:
        """All images on the card."""
        return np.concatenate([self.typical, self.extreme]).astype(np.int32)

    def plain(self) -> dict[str, Any]:
        """The card as plain values."""
        return {
            "kind": self.kind,
            "group": self.group,
            "version": self.version,
            "size": self.size,
            "typical": [int(row) for row in self.typical],
            "extreme": [int(row) for row in self.extreme],
            "suggestion": None if self.suggestion == NONE else self.suggestion,
            "share": round(float(self.share), 4),
            "sure": bool(self.sure),
            "around": None if self.around == NONE else self.around,
            "alike": self.alike,
            "alike_share": round(float(self.alike_share), 4),
            "page": self.page,
            "believed": [int(code) for code in self.believed],
        }


def of_group(number: int, state: State, belief: Belief, graph: sp.csr_matrix) -> Card:
    """The card of a group, or the page of it that comes next."""
    group = state.groups[number]
    name, share, around = _suggestion(group, state, belief)
    sure = name != NONE and (state.given is not None or share >= MIN_SHARE)
    if group.walk is not None and group.walk.page is not None:
        assert group.order is not None
        start, stop = group.walk.page
        return Card(
            "page", number, group.touched, len(group.rows), group.order[start:stop],
            np.empty(0, np.int32), group.walking, share, page=(start, stop),
        )  # fmt: skip
    typical, extreme = shown(group.rows, graph)
    return Card(
        "group", number, group.touched, len(group.rows), typical, extreme, name, share, sure, around,
        *_alike(number, state, graph),
    )  # fmt: skip


def shown(
    rows: NDArray[np.int32], graph: sp.csr_matrix
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The typical and the extreme members of a group that a card shows."""
    order = typical_first(rows, graph)
    return order[:MEMBERS], order[MEMBERS:][-MEMBERS:][::-1]


def typical_first(rows: NDArray[np.int32], graph: sp.csr_matrix) -> NDArray[np.int32]:
    """Images (m,) by the share of their links that stay among them, the largest first."""
    mine = graph[rows]
    inside = np.zeros(graph.shape[0])
    inside[rows] = 1
    share = mine @ inside / np.maximum(np.asarray(mine.sum(axis=1)).ravel(), 1e-300)
    return rows[np.argsort(-share, kind="stable")]


def halves(number: int, state: State, belief: Belief, graph: sp.csr_matrix) -> NDArray[np.int32]:
    """The images of a group that would be parted from the others: those believed of another name.

    Where the names do not part it, the links do. The smaller half has at least :data:`MIN_PART` of the group.
    """
    rows = state.groups[number].rows
    n = len(rows)
    if n < 2:
        return np.empty(0, np.int32)
    least = max(2, math.ceil(MIN_PART * n)) if n > 3 else 1
    part = _by_name(rows, belief)
    if not least <= part.sum() <= n - least:
        part = _by_links(graph[rows][:, rows], least)
    return rows[part if 2 * part.sum() <= n else ~part]


def _by_name(rows: NDArray[np.int32], belief: Belief) -> NDArray[np.bool_]:
    names = belief.names[rows]
    values, count = np.unique(names, return_counts=True)
    return np.asarray(names == values[count.argmax()])


def _by_links(links: sp.csr_matrix, least: int) -> NDArray[np.bool_]:
    """Two parts of `n` images, each of at least `least`.

    Pieces that no link joins come apart. A single piece is cut along the eigenvector of its links whose
    eigenvalue is the largest but one (Shi & Malik 2000); images outside it go with the smaller part.
    """
    n = links.shape[0]
    piece = connected_components(links, directed=False)[1]
    size = np.bincount(piece)
    largest = piece == size.argmax()
    if least <= largest.sum() <= n - least:
        return np.asarray(largest)
    if largest.sum() < least:  # whole pieces until there are enough
        order = np.argsort(-size[piece] * n + piece, kind="stable")
        enough = piece[order[least - 1]]
        until = np.flatnonzero(piece[order] == enough)[-1] + 1
    else:
        from inkcluster.cluster.shape.graph import leading

        inner = np.flatnonzero(largest)
        start = np.random.default_rng(SEED).uniform(0.5, 1, len(inner))
        vector = leading(links[inner][:, inner], 2, start)[1][:, 1]
        place = np.full(n, np.inf if 2 * np.count_nonzero(vector > 0) <= len(inner) else -np.inf)
        place[inner] = vector
        order = np.argsort(-place, kind="stable")
        until = min(max(np.count_nonzero(place > 0), least), n - least)
    part = np.zeros(n, bool)
    part[order[:until]] = True
    return part


def _suggestion(group: Group, state: State, belief: Belief) -> tuple[int, float, int]:
    """The name believed of a group, or its label that is checked; that name's share; the name with the largest share."""
    if not len(belief.codes):
        return NONE, 0.0, NONE
    mean = belief.shares[group.rows].mean(axis=0)
    best = int(mean.argmax())
    around = int(belief.codes[best]) if mean[best] > 0 else NONE
    if state.given is None or group.name != NONE:
        return around, float(mean[best]), around
    given, count = np.unique(state.given[group.rows], return_counts=True)
    name = int(given[count.argmax()])
    return name, float(mean[belief.codes == name].sum()), around


def _alike(number: int, state: State, graph: sp.csr_matrix) -> tuple[int | None, float]:
    """The group with most links to this one, of those with which it can be merged; its share of the links that leave."""
    name = state.groups[number].name
    mine = graph[state.groups[number].rows]
    others, of = np.unique(state.group_of[mine.indices], return_inverse=True)
    links = np.bincount(of, mine.data, len(others))
    leaving = links[others != number].sum()
    named = np.array([state.groups[one].name for one in others.tolist()], np.int64)
    links[(others == number) | ((name != NONE) & (named != NONE) & (named != name))] = 0
    most = links.max(initial=0)
    return (int(others[links.argmax()]), float(most / leaving)) if most > 0 else (None, 0.0)
