"""Sums clusters, in an order that does not depend on the threads.

A task is a slice of the features in a restart, and goes through the points in ascending order.
Arguments that the kernels share:

raw : (n, d), any real dtype; weight : (n,) float64; labels : (R, n) int32; read
totals : (R, k, d) float64, sums; mass : (R, k) float64, weights
members : (R, k) int64, points of positive weight
slices : number of slices of the features
first, last : range of the restarts · slices tasks
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64, U8, Array
from inkcluster.kernels._jit import kernel


@kernel()
def move(
    raw: Array, weight: F64,
    active: I64, labels: I32, who: I32, was: I32, moved: I64,
    totals: F64, mass: F64, members: I64,
    slices: int, first: int, last: int,
) -> None:  # fmt: skip
    """Move points from the totals of their old clusters to those of their new ones, updating all.

    `active`, `who`, `was` and `moved` are what ``nearest.assign`` wrote.
    """
    n, d = raw.shape
    blocks = moved.shape[1]
    size = (n + blocks - 1) // blocks
    width = (d + slices - 1) // slices
    for task in range(first, last):
        a = task // slices
        part = task - a * slices
        r = active[a]
        left = min(d, part * width)
        right = min(d, left + width)
        for b in range(blocks):
            for p in range(b * size, b * size + moved[a, b]):
                i = who[a, p]
                w = weight[i]
                new = labels[r, i]
                old = was[a, p]
                into = totals[r, new]
                if old >= 0:
                    out = totals[r, old]
                    for t in range(left, right):
                        x = w * np.float64(raw[i, t])
                        out[t] -= x
                        into[t] += x
                else:
                    for t in range(left, right):
                        into[t] += w * np.float64(raw[i, t])
                if part == 0:
                    mass[r, new] += w
                    members[r, new] += w > 0
                    if old >= 0:
                        mass[r, old] -= w
                        members[r, old] -= w > 0


@kernel()
def gather(
    raw: Array, weight: F64, labels: I32,
    totals: F64, mass: F64, members: I64,
    slices: int, first: int, last: int,
) -> None:  # fmt: skip
    """Sum all clusters; `totals`, `mass` and `members` are zeros on entry, and written."""
    n, d = raw.shape
    width = (d + slices - 1) // slices
    for task in range(first, last):
        r = task // slices
        part = task - r * slices
        left = min(d, part * width)
        right = min(d, left + width)
        for i in range(n):
            w = weight[i]
            j = labels[r, i]
            into = totals[r, j]
            for t in range(left, right):
                into[t] += w * np.float64(raw[i, t])
            if part == 0:
                mass[r, j] += w
                members[r, j] += w > 0


@kernel()
def gather_grey(
    raw: U8, labels: I32, totals: F64, members: I64, slices: int, first: int, last: int
) -> None:
    """Do as :func:`gather` for 8-bit points of weight 1, in 32-bit integers first, then float64."""
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
            totals[r, :, left:right] += sums


@kernel()
def _add(row: U8, into: I32) -> None:
    for t in range(into.shape[0]):
        into[t] += row[t]
