"""Cluster totals, brought up to date by the points that moved, in an order that never changes."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel


@kernel()
def move(
    raw: NDArray[np.generic],
    weight: NDArray[np.float64],
    active: NDArray[np.int64],
    labels: NDArray[np.int32],
    who: NDArray[np.int32],
    was: NDArray[np.int32],
    moved: NDArray[np.int64],
    totals: NDArray[np.float64],
    mass: NDArray[np.float64],
    members: NDArray[np.int64],
    slices: int,
    first: int,
    last: int,
) -> None:
    """Take each moved point out of its old cluster's total and add it to its new one's.

    Tasks are restarts × slices of the features, and each goes through the points in ascending
    order, so that neither the slices nor the threads change a sum.

    Parameters
    ----------
    raw : (n, d), any real dtype; read
    weight : (n,) float64; read
    active, labels, who, was, moved : as in ``nearest.assign``; read
    totals : (R_all, k, d) float64; mass : (R_all, k) float64; members : (R_all, k) int64, the
        points of positive weight; updated
    slices : how many slices of the features
    first, last : the tasks to do, of restarts × slices
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
    raw: NDArray[np.generic],
    weight: NDArray[np.float64],
    labels: NDArray[np.int32],
    totals: NDArray[np.float64],
    mass: NDArray[np.float64],
    members: NDArray[np.int64],
    slices: int,
    first: int,
    last: int,
) -> None:
    """Sum every cluster afresh.

    Parameters
    ----------
    raw : (n, d), any real dtype; weight : (n,) float64; labels : (R, n) int32; read
    totals : (R, k, d); mass : (R, k) float64; members : (R, k) int64; written, zeros on entry
    slices : how many slices of the features
    first, last : the tasks to do, of restarts × slices
    """
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
    raw: NDArray[np.uint8],
    labels: NDArray[np.int32],
    totals: NDArray[np.float64],
    members: NDArray[np.int64],
    slices: int,
    first: int,
    last: int,
) -> None:
    """`gather` for 8-bit points of weight 1: whole numbers are summed in 32 bits, then in 64.

    Parameters
    ----------
    raw : (n, d) uint8; labels : (R, n) int32; read
    totals : (R, k, d) float64; members : (R, k) int64; written, zeros on entry
    slices : how many slices of the features
    first, last : the tasks to do, of restarts × slices
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
            totals[r, :, left:right] += sums


@kernel()
def _add(row: NDArray[np.uint8], into: NDArray[np.int32]) -> None:
    for t in range(into.shape[0]):
        into[t] += row[t]
