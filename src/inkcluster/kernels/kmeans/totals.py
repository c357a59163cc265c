"""Sums clusters, in an order that does not depend on the threads."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64, U8, Array
from inkcluster.kernels._jit import kernel


@kernel()
def move(
    raw: Array, weight: F64, who: I32, was: I32, labels: I32,
    totals: F64, mass: F64, members: I64, left: int, right: int,
) -> None:  # fmt: skip
    """Move points of a restart from the totals of their old clusters to those of their new ones.

    Parameters
    ----------
    raw : (n, d), any real dtype; weight : (n,) float64; labels : (n,) int32; read
    who, was : (m,) int32, the points and their former labels, of which -1 is none; read
    totals : (k, d) float64, sums; mass : (k,) float64, weights
    members : (k,) int64, points of positive weight; all updated
    left, right : the range of the features; the first range also updates `mass` and `members`
    """
    for p in range(who.shape[0]):
        i = who[p]
        w = weight[i]
        new = labels[i]
        old = was[p]
        into = totals[new]
        if old >= 0:
            out = totals[old]
            for t in range(left, right):
                x = w * np.float64(raw[i, t])
                out[t] -= x
                into[t] += x
        else:
            for t in range(left, right):
                into[t] += w * np.float64(raw[i, t])
        if left == 0:
            mass[new] += w
            members[new] += w > 0
            if old >= 0:
                mass[old] -= w
                members[old] -= w > 0


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
