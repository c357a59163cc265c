"""What is believed of images that nobody has named: names spread along the links of a graph."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from inkcluster.label.state import ACCEPTED, BY_NOBODY, NONE, ON_IMAGE, State, Words

LEAK = 0.003
"""Share of a name that is lost at each link, so that images far from all names stay unsure."""
STEPS = 8
GROUP_WEIGHT = 0.5
"""Weight of a group's name against the neighbours' names, for a member that nobody has looked at."""


class Belief:
    """The share of each name in each image's surroundings, by random walks that end at named images.

    What ends at an image that a person looked at has its name, whatever its neighbours have (Zhu,
    Ghahramani & Lafferty 2003). The walk is solved between groups first, then `STEPS` steps are made
    between images. Spot checks name their images alone: they judge what is believed without them.

    Parameters
    ----------
    graph : csr_matrix of shape (n, n)
        Weights of the links, symmetric.

    Attributes
    ----------
    shares : ndarray of shape (n, c), float32
        The share of each name; rows sum to at most 1.
    codes : ndarray of shape (c,), int32
        The names that the columns stand for.
    """

    def __init__(self, graph: sp.csr_matrix) -> None:
        self._links = graph.astype(np.float32)
        degree = np.asarray(graph.sum(axis=1)).ravel()
        step = sp.diags_array((1 - LEAK) / np.maximum(degree, 1e-300)) @ graph
        self._step = sp.csr_matrix(step, dtype=np.float32)
        self.n = graph.shape[0]
        self.shares = np.zeros((self.n, 0), np.float32)
        self.codes = np.empty(0, np.int32)

    def update(self, state: State) -> None:
        """Spread the names of `state`."""
        codes = np.fromiter(state.names, np.int32, len(state.names))
        column = {int(code): i for i, code in enumerate(codes)}
        seeds, weight = self._seeds(state, column)
        if state.given is not None:
            shares = self._beside(seeds, weight, len(codes))
            self.shares, self.codes = shares, codes
            return
        shares = self._between_groups(state)
        hard, soft = np.flatnonzero(weight == 1), np.flatnonzero((weight > 0) & (weight < 1))
        for _ in range(STEPS):
            shares[hard] = _one_hot(seeds[hard], len(codes))
            shares = self._step @ shares
            shares[soft] *= 1 - GROUP_WEIGHT
            shares[soft, seeds[soft]] += GROUP_WEIGHT
        shares[hard] = _one_hot(seeds[hard], len(codes))
        self.shares, self.codes = shares, codes

    @property
    def names(self) -> NDArray[np.int32]:
        """The name believed of each image, shape (n,); -1 where no name has come near."""
        if not len(self.codes):
            return np.full(self.n, NONE, np.int32)
        best = self.codes[self.shares.argmax(axis=1)]
        return np.where(self.shares.max(axis=1) > 0, best, NONE).astype(np.int32)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """The share of that name less that of the next, shape (n,)."""
        if not len(self.codes):
            return np.zeros(self.n, np.float32)
        if len(self.codes) == 1:
            return self.shares[:, 0]
        top = np.partition(self.shares, -2, axis=1)
        return np.asarray(top[:, -1] - top[:, -2])

    def _seeds(
        self, state: State, column: dict[int, int]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The column of each image's name (n,), and the name's weight: 1 for what was looked at."""
        words, how = state.unchecked.names, state.unchecked.how
        weight = np.where(how == ON_IMAGE, 1, GROUP_WEIGHT).astype(np.float32)
        if state.given is not None:
            words = np.where(words == NONE, state.given, words)
        weight[(words == NONE) | (how == ACCEPTED)] = 0
        lookup = np.full(max(column, default=0) + 2, 0, np.int64)
        lookup[list(column)] = list(column.values())
        return lookup[words], weight

    def _beside(
        self, seeds: NDArray[np.int64], weight: NDArray[np.float32], c: int
    ) -> NDArray[np.float32]:
        """What its neighbours say of each image (n, c), where most have a label to be checked."""
        own = np.where(weight[:, None] > 0, _one_hot(seeds, c), 0).astype(np.float32)
        hard = np.flatnonzero(weight == 1)
        shares = self._step @ own
        shares[hard] = own[hard]
        return np.asarray(shares)

    def _between_groups(self, state: State) -> NDArray[np.float32]:
        """The walk solved between groups: those with a name keep it. Shares of each image, (n, c)."""
        numbers, of = np.unique(state.group_of, return_inverse=True)
        m, c = len(numbers), len(state.names)
        member = sp.csr_matrix((np.ones(self.n, np.float32), (of, np.arange(self.n))), (m, self.n))
        between = (member @ self._links @ member.T).tocsr().astype(np.float64)
        total = np.asarray(between.sum(axis=1)).ravel()
        step = sp.csr_matrix(sp.diags_array((1 - LEAK) / np.maximum(total, 1e-300)) @ between)
        named = np.array([state.groups[int(number)].name for number in numbers])
        known = np.flatnonzero(named != NONE)
        found = np.zeros((m, c))
        if len(known):
            column = {code: i for i, code in enumerate(state.names)}
            found[known, [column[int(name)] for name in named[known]]] = 1
            free = np.flatnonzero(named == NONE)
            if len(free):
                inner = sp.eye_array(len(free)) - step[free][:, free]
                pull = (step[free][:, known] @ sp.csr_matrix(found[known])).toarray()
                found[free] = splu(sp.csc_matrix(inner)).solve(pull)
        return found.astype(np.float32)[of]


def names_now(state: State, words: Words, belief: Belief) -> NDArray[np.int32]:
    """The name of each image (n,): what was said of it, else its label to be checked, else what is believed.

    -1 for none, and for an image of which a person said that another name is right than was believed.
    """
    given = NONE if state.given is None else state.given
    free = (words.names == NONE) & (words.how == BY_NOBODY)
    names = np.where(free, given, words.names)
    return np.where(free & (names == NONE), belief.names, names).astype(np.int32)


def only_believed(state: State, belief: Belief) -> NDArray[np.bool_]:
    """Which images (n,) have a name by belief alone: nobody spoke of them, and they have no label that is checked."""
    free: NDArray[np.bool_] = (state.how == BY_NOBODY) & (belief.names != NONE)
    return free if state.given is None else free & (state.given == NONE)


def _one_hot(columns: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    found = np.zeros((len(columns), count), np.float32)
    found[np.arange(len(columns)), columns] = 1
    return found
