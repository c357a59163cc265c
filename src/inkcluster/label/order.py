"""Which group a person is asked about next: what settles most."""

from __future__ import annotations

from collections.abc import Container

import numpy as np

from inkcluster.label.belief import Belief, names_now
from inkcluster.label.start import Start
from inkcluster.label.state import NONE, State

SIZE_POWER = 0.15
"""Of two groups of the same mean doubt, the larger comes first, by this power of its size. Chosen on
labelled sets, as docs/decisions/label.md says."""
CHECK_EVERY = 10
"""Answers between two spot checks."""
CHECKED = 24
"""Images of a spot check."""


def next_group(
    start: Start, state: State, belief: Belief, taken: Container[int] = ()
) -> int | None:
    """The group to be shown next; None if every group has a name. `taken` are before other people.

    First one group of each cluster, large and typical, until each has an answer; then those whose
    members are least sure, times how many they are; what was left for later comes last.
    """
    open_ = [
        number
        for number, group in state.groups.items()
        if group.name == NONE and number not in taken
    ]
    if state.given is not None:
        open_ = [number for number in open_ if _disagree(state, belief, number)]
    if not open_:
        return None
    now = [number for number in open_ if not state.groups[number].later] or open_
    if state.given is None and (first := _first_of_cluster(start, state, now, taken)) is not None:
        return first
    doubt = 1 - belief.confidence
    if state.given is not None:
        doubt = (belief.names != state.given) * belief.confidence

    def settles(number: int) -> float:
        rows = state.groups[number].rows
        return float(doubt[rows].mean() * len(rows) ** SIZE_POWER)

    return max(now, key=settles)


def _first_of_cluster(
    start: Start, state: State, among: list[int], taken: Container[int]
) -> int | None:
    """A large and typical group of the largest cluster that has no answer yet, and that nobody is asked about."""
    answered = {
        int(start.clusters[group.rows[0]])
        for number, group in state.groups.items()
        if number in taken or (group.touched and (group.name != NONE or group.later))
    }
    best: dict[int, tuple[float, int]] = {}
    for number in among:
        rows = state.groups[number].rows
        cluster = int(start.clusters[rows[0]])
        if cluster >= 0 and cluster not in answered:
            typical = len(rows) * float(start.confidence[rows].mean())
            best[cluster] = max(best.get(cluster, (-1.0, 0)), (typical, number))
    return best[min(best)][1] if best else None


def _disagree(state: State, belief: Belief, number: int) -> bool:
    """Whether neighbours mostly contradict a group's labels."""
    rows = state.groups[number].rows
    assert state.given is not None
    return bool(np.any(belief.names[rows] != state.given[rows]))


def check_due(start: Start, state: State, taken: Container[int] = ()) -> bool:
    """Whether a spot check should come before the next group: not while a cluster has no answer."""
    if state.answers - state.answers_at_check < CHECK_EVERY:
        return False
    unnamed = [number for number, group in state.groups.items() if group.name == NONE]
    return state.given is not None or _first_of_cluster(start, state, unnamed, taken) is None


def to_check(state: State, belief: Belief) -> np.ndarray:
    """Images of the next spot check: drawn at random, the same for everybody, none twice."""
    drawn = np.random.default_rng(0).permutation(state.n)
    seen = np.concatenate([check.rows for check in state.checks]) if state.checks else drawn[:0]
    fresh = drawn[~np.isin(drawn, seen)]
    fresh = fresh[names_now(state, state.unchecked, belief)[fresh] != NONE]
    return np.asarray(fresh[:CHECKED], np.int32)
