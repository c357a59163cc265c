"""Improves a cut of small clusters by local search under the mutual information of their links."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.graph import merge
from inkcluster.kernels.shape import search as kernels

MAX_SWEEPS = 20
"""Visits of every small cluster in one search by moves."""
MAX_JUMPS = 15
"""Merges of one pair with a split of another part, at most, in one search."""
TRIED_JUMPS = 4
"""Jumps tried before the search ends: those that promise most."""
MAX_PROMISED_LOSS = 0.02
"""Information, in nats, that a jump may lose before its moves, which often win it back."""
MIN_GAIN = 1e-6
"""Information, in nats, that a jump must gain with its moves."""
MAX_JUMPED_PARTS = 128
"""Number of parts up to which jumps are tried; more are improved by moves alone."""
NEAR_PARTS = 6
"""Parts with which a merge of each is tried."""
PARTS_PER_MERGE = 32

Floats = NDArray[np.float64]
Parts = NDArray[np.intp]


def searched(links: Floats, parts: NDArray[np.integer], *, jumps: bool = True) -> Parts:
    """As many parts (m,) of small clusters, whose links have as much mutual information or more.

    Moves of one small cluster are made while any gains. With `jumps` one pair of parts is then
    merged and another part split in two, followed by moves, while that gains.

    Parameters
    ----------
    links : ndarray of shape (m, m)
        Symmetric, not negative, those within a small cluster on the diagonal.
    parts : ndarray of shape (m,)
        The part of each, from 0 on, none empty.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.search import searched
    >>> links = np.kron(np.eye(3), np.ones((2, 2))) + 0.01
    >>> searched(links, np.array([0, 1, 1, 2, 0, 2])).tolist()
    [1, 1, 2, 2, 0, 0]
    """
    links = links / links.sum()
    k = int(parts.max()) + 1
    best, most = moved(links, parts, k)
    halves: dict[bytes, NDArray[np.intp]] = {}
    for _ in range(MAX_JUMPS if jumps and 3 <= k <= MAX_JUMPED_PARTS else 0):
        for jumped in _jumps(links, best, k, halves):
            found, information = moved(links, jumped, k)
            if information > most + MIN_GAIN:
                best, most = found, information
                break
        else:
            break
    return best


def moved(links: Floats, cut: NDArray[np.integer], k: int) -> tuple[Parts, float]:
    """The `k` parts after moves, and their information in nats; the `links` sum to 1."""
    parts: Parts = np.array(cut, np.intp)
    member = np.eye(k)[parts]
    to = links @ member
    joint = member.T @ to
    volume, size = joint.sum(axis=1), np.bincount(parts, minlength=k)
    for _ in range(MAX_SWEEPS):
        if not kernels.move(links, to, joint, volume, size, parts):
            break
    member = np.eye(k)[parts]
    joint = member.T @ links @ member
    return parts, float(_terms(joint).sum() - 2 * _terms(joint.sum(axis=1)).sum())


def _jumps(
    links: Floats, parts: Parts, k: int, halves: dict[bytes, NDArray[np.intp]]
) -> Iterator[Parts]:
    """Parts with one pair merged and another part split, those that promise most first."""
    member = np.eye(k)[parts]
    joint = member.T @ links @ member
    gains = np.full(k, -np.inf)
    second: dict[int, NDArray[np.intp]] = {}
    for c in range(k):
        rows = np.flatnonzero(parts == c)
        if len(rows) > 1:
            key = rows.tobytes()
            if key not in halves:
                within = links[np.ix_(rows, rows)]
                halves[key] = rows[merge(within + 1e-15 * links.max()).cut(2) == 1]
            second[c] = halves[key]
            gains[c] = _gain_of_split(links, joint, member, c, second[c])
    losses = _losses_of_merges(joint)
    a, b = np.tril_indices(k, -1)
    few = np.argsort(losses[a, b], kind="stable")[: 4 * k]
    promised = gains[None, :] - losses[a[few], b[few]][:, None]
    promised[np.arange(len(few)), a[few]] = promised[np.arange(len(few)), b[few]] = -np.inf
    for at in np.argsort(-promised, axis=None, kind="stable")[:TRIED_JUMPS]:
        pair, c = divmod(int(at), k)
        if promised[pair, c] < -MAX_PROMISED_LOSS:
            return
        jumped = parts.copy()
        jumped[jumped == a[few[pair]]] = b[few[pair]]
        jumped[second[c]] = a[few[pair]]  # the number that the merge left free
        yield jumped


def _gain_of_split(
    links: Floats, joint: Floats, member: Floats, c: int, second: NDArray[np.intp]
) -> float:
    """The information that is gained when the small clusters `second` of part `c` leave it."""
    there = links[second].sum(axis=0) @ member
    own = links[np.ix_(second, second)].sum()
    across = there[c] - own
    others = np.arange(len(joint)) != c
    left, gone = joint[c][others] - there[others], there[others]
    gain = 2 * (_terms(left) + _terms(gone) - _terms(joint[c][others])).sum()
    first = joint[c, c] - 2 * across - own
    gain += _terms(first) + _terms(own) + 2 * _terms(across) - _terms(joint[c, c])
    whole, part = joint[c].sum(), there.sum()
    return float(gain - 2 * (_terms(whole - part) + _terms(part) - _terms(whole)))


def merged(joint: Floats, number: int) -> Parts:
    """The part of each of k parts when pairs are merged until `number` are left, cheapest first.

    A round merges one pair in `PARTS_PER_MERGE` parts.

    Parameters
    ----------
    joint : ndarray of shape (k, k)
        The links between parts; they sum to 1. Pairs are tried with the `NEAR_PARTS` to which a part
        has most links, compared with chance.
    number : int

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.search import merged
    >>> joint = np.kron(np.eye(2), np.ones((2, 2))) + 0.01
    >>> merged(joint / joint.sum(), 2).tolist()
    [0, 0, 1, 1]
    """
    to: Parts = np.arange(len(joint))
    while len(joint) > number:
        into = np.arange(len(joint))
        free = np.ones(len(joint), bool)
        left = min(len(joint) - number, max(1, len(joint) // PARTS_PER_MERGE))
        for a, b in zip(*_cheap_pairs(joint), strict=True):
            if left and free[a] and free[b]:
                into[b], free[a], free[b] = a, False, False
                left -= 1
        into = np.unique(into, return_inverse=True)[1]
        member = np.eye(int(into.max()) + 1)[into]
        joint, to = member.T @ joint @ member, into[to]
    return to


def _cheap_pairs(joint: Floats) -> tuple[Parts, Parts]:
    """Pairs a < b of near parts, those first whose merge loses least information."""
    k, volume, terms = len(joint), joint.sum(axis=1), _terms(joint)
    lift = joint / np.maximum(np.outer(volume, volume), 1e-300)
    np.fill_diagonal(lift, -1)
    tried = min(NEAR_PARTS, k - 1)
    near = np.argsort(-lift, axis=1, kind="stable")[:, :tried]
    of = np.arange(k)[:, None]
    pairs = np.unique(np.minimum(of, near) * k + np.maximum(of, near))
    a, b = np.divmod(pairs, k)
    change = _terms(joint[a] + joint[b]) - terms[a] - terms[b]
    row = np.arange(len(pairs))
    others = change.sum(axis=1) - change[row, a] - change[row, b]
    inner = _terms(joint[a, a] + joint[b, b] + 2 * joint[a, b])
    inner = inner - terms[a, a] - terms[b, b] - 2 * terms[a, b]
    ends = _terms(volume[a] + volume[b]) - _terms(volume[a]) - _terms(volume[b])
    order = np.argsort(-(2 * others + inner - 2 * ends), kind="stable")
    return a[order], b[order]


def _losses_of_merges(joint: Floats) -> Floats:
    """The information (k, k) that is lost when two parts become one."""
    k, volume, terms = len(joint), joint.sum(axis=1), _terms(joint)
    own = np.diagonal(terms)
    loss = np.zeros((k, k))
    for a in range(k):
        change = _terms(joint[a] + joint) - terms[a] - terms  # (b, c)
        others = change.sum(axis=1) - change[:, a] - np.diagonal(change)
        inner = _terms(joint[a, a] + np.diagonal(joint) + 2 * joint[a])
        inner = inner - terms[a, a] - own - 2 * terms[a]
        ends = _terms(volume[a] + volume) - _terms(volume[a]) - _terms(volume)
        loss[a] = -(2 * others + inner - 2 * ends)
    return loss


def _terms(x: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """x log x, 0 where x is 0 or rounding has left less."""
    x = np.maximum(x, 0.0)
    return np.asarray(x * np.log(np.maximum(x, 1e-300)))
