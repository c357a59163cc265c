"""Sums clusters so that neither the order nor the threads change a sum."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64, U8, Array
from inkcluster.kernels._jit import kernel


@kernel()
def move(
    raw: Array, weight: F64, who: I32, was: I32, labels: I32, units: F64,
    totals: F64, members: I64, left: int, right: int,
) -> None:  # fmt: skip
    """Move points of a restart from the sums of their old clusters to those of their new ones.

    Parameters
    ----------
    raw : (n, d), any real dtype; weight : (n,) float64; labels : (n,) int32; read
    who, was : (m,) int32, the points and their former labels, of which -1 is none; read
    units : (L, d + 1) float64, which cut a number into three pieces; not used where L is 1; read
    totals : (L, k, d + 1) float64, sums of the pieces, of weights last; updated
    members : (k,) int64, points of positive weight; updated by the first range
    left, right : the range of the columns of `totals`
    """
    d = raw.shape[1]
    pieces = units.shape[0] > 1
    for p in range(who.shape[0]):
        i = who[p]
        w = weight[i]
        new = labels[i]
        old = was[p]
        for t in range(left, min(right, d)):
            x = w * np.float64(raw[i, t])
            if pieces:
                _cut(x, units, totals, new, old, t)
            else:
                _add_whole(x, totals, new, old, t)
        if right > d:
            if pieces:
                _cut(w, units, totals, new, old, d)
            else:
                _add_whole(w, totals, new, old, d)
        if left == 0:
            members[new] += w > 0
            if old >= 0:
                members[old] -= w > 0


@kernel()
def _add_whole(x: float, totals: F64, new: int, old: int, t: int) -> None:
    """Add a number to one cluster, and take it from another."""
    totals[0, new, t] += x
    if old >= 0:
        totals[0, old, t] -= x


@kernel()
def _cut(x: float, units: F64, totals: F64, new: int, old: int, t: int) -> None:
    """Add the pieces of a number to one cluster, and take them from another."""
    first = (x + units[0, t]) - units[0, t]
    x -= first
    second = (x + units[1, t]) - units[1, t]
    x -= second
    third = (x + units[2, t]) - units[2, t]
    totals[0, new, t] += first
    totals[1, new, t] += second
    totals[2, new, t] += third
    if old >= 0:
        totals[0, old, t] -= first
        totals[1, old, t] -= second
        totals[2, old, t] -= third


@kernel()
def gather_grey(
    raw: U8, labels: I32, totals: F64, members: I64, slices: int, first: int, last: int
) -> None:
    """Sum all clusters of 8-bit points of weight 1, in 32-bit integers first, then float64.

    Parameters
    ----------
    raw : (n, d) uint8; labels : (R, n) int32; read
    totals : (R, k, d) float64; members : (R, k) int64; zeros on entry, and written
    slices : number of slices of the features
    first, last : range of the restarts · slices tasks
    """
    n, d = raw.shape
    k = totals.shape[1]
    width = (d + slices - 1) // slices
    rows = 2**31 // 256
    for task in range(first, last):
        r = task // slices
        part = task - r * slices
        left = min(d, part * width)
        right = min(d, left + width)
        for start in range(0, n, rows):
            sums = np.zeros((k, right - left), np.int32)
            for i in range(start, min(n, start + rows)):
                j = labels[r, i]
                _add(raw[i, left:right], sums[j])
                if part == 0:
                    members[r, j] += 1
            for j in range(k):  # an array expression would compile for seconds
                for t in range(left, right):
                    totals[r, j, t] += sums[j, t - left]


@kernel()
def _add(row: U8, into: I32) -> None:
    for t in range(into.shape[0]):
        into[t] += row[t]
