"""The number of clusters: those after which further cuts say much less about the links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.graph import Tree
from inkcluster.cluster.shape.search import merged, moved
from inkcluster.compute.threads import one_blas_thread, results_in_threads

MAX_NUMBER = 120
"""Parts of the finest cut that is compared, at most; more where more clusters are planned for."""
NUMBERS_PER_PLANNED = 6
MAX_SHARE_OF_SMALL = 0.9
"""Parts of the finest cut, relative to the number of small clusters."""
EVERY_NUMBER = 40
"""Up to here every number is cut; beyond it, one in `STRIDE` of the number."""
STRIDE = 0.03
FACTORS = (1.2, 1.35, 1.5)
"""How far below and above a number its slopes reach."""
TOP = 1.8
"""Strengths end at the finest cut divided by this: they rise falsely near it."""
PEAK_WIDTH, PEAK_END = 1.35, 1.15
"""A peak is the largest strength within the one factor, and ends before the other factor of the last."""
MIN_CLEAR = 1.35
"""A number of less strength is not clear."""
MIN_BESIDE = 1.6
"""One beside the strongest, of no less: twelve groups in pairs show six with 1.46."""
MIN_COARSER = 0.7
"""One smaller than the strongest stands beside it, too, with so much of its strength."""
MIN_SHARE_OF_BEST = 0.5
"""How far above 1 the strength of a number larger than the strongest is at least, relative to that."""
NEARLY = 0.9
"""Of numbers side by side with this much of the greatest strength, the smallest is taken."""
SURE = 2.0
"""Score from which links to fewer images are not asked."""
FEW = 0.9
"""What a score by links to fewer images counts: they show more forms, too."""
WHOLE = 0.75
"""Power of the share of what whole clusters would say that weighs a strength: forms of one class share links."""
MANY, MIN_OF_MANY = 10, 1.5
"""A number of clusters from 10 on with a score of 1.5 or more is preferred to one cluster, however strong
that is: the curve of many kinds is as shallow as that of one from the start, but it ends at their number."""
MIN_STEEP = 0.6
"""Slope from which there may be more clusters than the small ones can show."""
TINY_LINK = 2e-9
"""Links up to this part of the least within a small cluster only say which are near."""


@dataclass(frozen=True)
class Curve:
    """What the links say of the best cuts into more and more parts.

    Attributes
    ----------
    numbers : ndarray of shape (m,)
        Of parts, ascending from 1.
    information : ndarray of shape (m,), float64
        In nats: the median over the sets of small clusters.
    """

    numbers: NDArray[np.intp]
    information: NDArray[np.float64]

    def at(self, log_number: NDArray[np.float64]) -> NDArray[np.float64]:
        """The information at logarithms of numbers, on straight lines between those cut."""
        return np.interp(log_number, np.log(self.numbers), self.information)

    def is_steep_beyond(self, number: int) -> bool:
        """Whether cuts still say much at the largest number that can show, far beyond `number`."""
        end, reach = np.log(self.numbers[-1] / TOP / PEAK_END), np.log(FACTORS[-1])
        before, after = self.at(np.maximum([end - reach, end], 0.0))
        return bool(np.log(number) < end - reach and after - before >= MIN_STEEP * reach)


def curve(sets: Sequence[tuple[NDArray[np.float64], Tree]], planned: int) -> Curve:
    """The information of good cuts of each set of small clusters, into ever fewer parts.

    Each begins at the tree's cut into the most parts. Small clusters move while that gains; then
    the pair whose merge loses least becomes one part; and so on down to two.

    Parameters
    ----------
    sets : sequence of (affinity of shape (m, m), Tree)
    planned : int
        The number of clusters that the small ones were made for.
    """
    smallest = min(len(affinity) for affinity, _ in sets)
    most = max(MAX_NUMBER, NUMBERS_PER_PLANNED * planned)
    most = min(smallest, max(2, min(most, int(MAX_SHARE_OF_SMALL * smallest))))
    numbers = [min(most, 2)]
    while numbers[-1] < most:
        last = numbers[-1]
        numbers.append(
            min(most, last + max(1, round(STRIDE * last) if last >= EVERY_NUMBER else 1))
        )

    def one(item: tuple[NDArray[np.float64], Tree]) -> list[float]:
        return _informations(*item, numbers)

    if most < 2:
        return Curve(np.ones(1, np.intp), np.zeros(1))
    with one_blas_thread():
        found = np.median(list(results_in_threads(one, list(sets))), axis=0)
    return Curve(np.array([1, *numbers], np.intp), np.array([0.0, *found]))


def _informations(affinity: NDArray[np.float64], tree: Tree, numbers: list[int]) -> list[float]:
    links = np.where(affinity > TINY_LINK * np.diag(affinity).min(), affinity, 0.0)
    links /= links.sum()
    k = numbers[-1]
    parts, most = moved(links, tree.cut(k), k)
    found = [most]
    for number in reversed(numbers[:-1]):
        member = np.eye(k)[parts]
        parts = merged(member.T @ links @ member, number)[parts]
        k = number
        parts, most = moved(links, parts, k)
        found.append(most)
    return found[::-1]


def strengths(found: Curve) -> NDArray[np.float64]:
    """How clearly 1, 2, 3, … clusters end what cuts can say; entry 0 is for 1.

    The slope of the information over the logarithm of the number, below it, divided by that above:
    the geometric mean over `FACTORS`. Below 1 cluster the slope is 1, that of a perfect cut.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.number import Curve, strengths
    >>> numbers = np.arange(1, 11)
    >>> four = np.log(np.minimum(numbers, 4)) + 0.1 * np.log(np.maximum(numbers / 4, 1))
    >>> strengths(Curve(numbers, four)).round(1).tolist()
    [1.0, 1.0, 1.1, 10.0, 2.6]
    """
    count = max(1, int(found.numbers[-1] / TOP))
    at, end = np.log(np.arange(1, count + 1)), float(np.log(found.numbers[-1]))
    total = np.zeros(count)
    for factor in FACTORS:
        reach = np.log(factor)
        before = at - reach
        below = np.where(before < 0, before, found.at(np.maximum(before, 0)))
        after = np.minimum(at + reach, end)
        rise = (found.at(at) - below) / reach
        rest = (found.at(after) - found.at(at)) / np.maximum(after - at, 1e-12)
        total += np.log(np.maximum(rise, 1e-3) / np.maximum(rest, 1e-3))
    return np.asarray(np.exp(total / len(FACTORS)))


def peaks(strength: NDArray[np.float64]) -> dict[int, float]:
    """Numbers stronger than those around them, ascending, with their strength.

    Of numbers side by side that are nearly as strong as the peak, the smallest stands for it.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.number import peaks
    >>> peaks(np.array([1.0, 2.0, 1.0, 1.0, 1.1, 1.75, 1.8, 1.2, 1.1, 1.0, 1.0]))
    {1: 1.0, 2: 2.0, 6: 1.8}
    >>> peaks(np.array([10.0, 0.9, 0.8, 0.9, 0.9, 0.9]))[1]
    10.0
    """
    found: dict[int, float] = {}
    for at in range(1, max(1, int(len(strength) / PEAK_END)) + 1):
        height = float(strength[at - 1])
        if height >= strength[max(0, int(at / PEAK_WIDTH) - 1) : int(at * PEAK_WIDTH)].max():
            first = at
            while first > 1 and NEARLY * height <= strength[first - 2] <= height:
                first -= 1
            found[first] = max(height, found.get(first, 0.0))
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Reading:
    """What a curve says of the number of clusters.

    Attributes
    ----------
    strength : ndarray of shape (m,)
        Of 1, 2, 3, … clusters.
    peaks : dict of int to float
        Of these strengths.
    strongest : int
        The peak that stands for them.
    score : float
        How much it does.
    """

    strength: NDArray[np.float64]
    peaks: dict[int, float]
    strongest: int
    score: float


def read(found: Curve, most: int, weight: float = 1.0) -> Reading:
    """The strengths of a curve and its strongest number, `most` at most.

    Each strength of two clusters or more is weighed by a power of how straight the curve runs up to
    the number: forms of one class are less apart than classes, so that the curve has bent before.
    """
    strength = strengths(found)
    tops = peaks(strength)
    if len(strength) > most:  # cuts into more part copies of an image
        strength = strength[:most]
        if beyond := [tops.pop(number) for number in list(tops) if number >= most]:
            strength[-1] = tops[most] = max(beyond)
    first = max(float(found.at(np.log([2.0]))[0]) / np.log(2), 1e-3)
    score = dict(tops)
    for number in tops:
        if number > 1:
            said = float(found.at(np.log([float(number)]))[0]) / np.log(number)
            score[number] *= min(1.0, said / first) ** WHOLE
    several = max((k for k in tops if k > 1), key=score.__getitem__, default=1)
    many = several >= MANY and score[several] >= MIN_OF_MANY
    strongest = several if many or tops[several] > tops.get(1, 0.0) else 1
    return Reading(strength, tops, strongest, weight * score[strongest])


def clear(found: dict[int, float], strongest: int) -> list[int]:
    """Those of the peaks that stand out, ascending; none where the evidence is weak.

    Examples
    --------
    >>> from inkcluster.cluster.shape.number import clear
    >>> clear({2: 1.9, 5: 1.5, 10: 3.2, 30: 1.6}, 10), clear({4: 1.3}, 4)
    ([2, 10], [])
    """
    best = found[strongest]
    least = {  # of those that are coarser and finer
        True: min(MIN_BESIDE, max(MIN_CLEAR, MIN_COARSER * best)),
        False: max(MIN_BESIDE, 1 + MIN_SHARE_OF_BEST * (best - 1)),
    }
    beside = [k for k, height in found.items() if k > 1 and height >= least[k < strongest]]
    return sorted({strongest, *beside}) if best >= MIN_CLEAR else []
