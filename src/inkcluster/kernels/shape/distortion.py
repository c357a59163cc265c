"""Computes image distortion model distances, both ways at once, in 16-bit integers.

Every pixel of one image, with the 3 × 3 gradients around it, is matched to its best place in the
other within `warp` pixels (Keysers, Deselaers, Gollan & Ney 2007). For one displacement, the sum of
squared differences around a pixel serves both directions, so a pair of images costs one map of sums
for each displacement, and two minima.

Images lie in rows of `stride` lanes, a multiple of LANES, with zeros to the right that are the next
row's left border too. The second image and its minima are copied once for each horizontal
displacement, so that everything added or compared in one instruction is aligned.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import I8, I32, I64, U16
from inkcluster.kernels._jit import kernel

LANES = 32
"""16-bit numbers in a register of 512 bits."""
LEAD = 2 * LANES
"""Zeros before the first row of an image and after its last."""
STEPS = 30
"""The largest gradient: 9 pixels × 2 directions × 60² stays below 2¹⁶."""
NOWHERE = 65535


@kernel()
def _place(source: I8, start: int, out: U16, at: int, stop: int, end: int) -> None:
    """Copy to `at` … `stop`, and put zeros up to `end`."""
    for t in range(np.uint64(stop - at)):
        out[np.uint64(at) + t] = np.uint16(np.int16(source[np.uint64(start) + t]))
    for t in range(np.uint64(stop), np.uint64(end)):
        out[t] = 0


@kernel()
def _fill(out: U16, start: int, stop: int) -> None:
    for t in range(np.uint64(start), np.uint64(stop)):
        out[t] = NOWHERE


@kernel()
def _differ(a: U16, c: U16, at: int, b: U16, d: U16, there: int, out: U16, count: int) -> None:
    """Squared differences of the gradients (a, c) of one image and (b, d) of the other."""
    for t in range(np.uint64(count)):
        i, j = np.uint64(at) + t, np.uint64(there) + t
        u = np.uint16(a[i] - b[j])
        v = np.uint16(c[i] - d[j])
        out[i] = np.uint16(u * u + v * v)


@kernel()
def _add(x: U16, at: int, stride: int, out: U16, count: int) -> None:
    for t in range(np.uint64(count)):
        i = np.uint64(at) + t
        out[i] = np.uint16(x[i - np.uint64(stride)] + x[i] + x[i + np.uint64(stride)])


@kernel()
def _add_and_keep_least(x: U16, at: int, one: U16, other: U16, there: int, count: int) -> None:
    for t in range(np.uint64(count)):
        i, j = np.uint64(at) + t, np.uint64(there) + t
        c = np.uint16(x[i - np.uint64(1)] + x[i] + x[i + np.uint64(1)])
        one[i] = c if c < one[i] else one[i]
        other[j] = c if c < other[j] else other[j]


@kernel()
def _keep_least(x: U16, start: int, out: U16, at: int, count: int) -> None:
    for t in range(np.uint64(count)):
        c = x[np.uint64(start) + t]
        i = np.uint64(at) + t
        out[i] = c if c < out[i] else out[i]


@kernel()
def _total(least: U16, start: int, stop: int, width: int, stride: int) -> np.int64:
    """The sum over the pixels, without the padding to their right."""
    total = np.int64(0)
    for row in range(start, stop, stride):
        part = np.uint32(0)
        for x in range(np.uint64(row), np.uint64(row + width)):
            part += np.uint32(least[x])
        total += part
    return total


@kernel()
def distances(
    first: I8, first_rows: I64, second: I8, second_rows: I64, i: I32, j: I32,
    width: int, stride: int, warp: int,
    scratch: U16, forward: I64, backward: I64,
) -> None:  # fmt: skip
    """Distances of pairs of images, each way.

    Parameters
    ----------
    first : (n, 2, LEAD + height * stride + LEAD) int8, the gradients, at most STEPS; read
    first_rows : (n, 2) int64, the first row with gradients, and the row after the last; read
    second, second_rows : the same of the other images; read
    i, j : (m,) int32, the pairs, rows of `first` and of `second`; read
    width : pixels in a row; stride : lanes in a row, at least width + warp + 1
    scratch : what :func:`scratch` made, one for each thread; overwritten
    forward, backward : (m,) int64, from the first image to the second, and back; written
    """
    height = (first.shape[2] - 2 * LEAD) // stride
    shifts = 2 * warp + 1
    # Rows of scratch: the least of the first image, of the second at each shift, two for sums,
    # and the gradients right and down, of the second image at each shift and of the first.
    differences, columns, placed = shifts + 1, shifts + 2, shifts + 3
    own = placed + 2 * shifts
    border = (warp + 2) * stride + LANES
    for p in range(i.shape[0]):
        x, y = i[p], j[p]
        # Further than one row from the ink of both, blank matches blank.
        top = max(min(first_rows[x, 0], second_rows[y, 0]) - 1, 0)
        bottom = min(max(first_rows[x, 1], second_rows[y, 1]) + 1, height)
        if bottom <= top:
            forward[p] = 0
            backward[p] = 0
            continue
        start, stop = border, border + (bottom - top) * stride
        source = LEAD + top * stride - LANES
        for s in range(shifts + 1):
            _fill(scratch[s], start - LANES, stop + LANES)
            image, across = (second[y], s - warp) if s < shifts else (first[x], 0)
            for way in range(2):
                _place(
                    image[way], source + across,
                    scratch[placed + 2 * s + way], start - LANES, stop + LANES, stop + border,
                )  # fmt: skip
        for down in range(-warp, warp + 1):
            shift = down * stride
            # The pixels of either image, and what the ends of a row see beyond them.
            low = start - max(shift, 0) - LANES
            count = stop - min(shift, 0) + LANES - low
            over = low - stride
            for s in range(shifts):
                there = placed + 2 * s
                _differ(
                    scratch[own], scratch[own + 1], over, scratch[there], scratch[there + 1],
                    over + shift, scratch[differences], count + 2 * stride,
                )  # fmt: skip
                _add(scratch[differences], low, stride, scratch[columns], count)
                _add_and_keep_least(
                    scratch[columns], low, scratch[0], scratch[1 + s], low + shift, count
                )
        for s in range(shifts):
            if s != warp:
                _keep_least(
                    scratch[1 + s], start - s + warp, scratch[1 + warp], start, stop - start
                )
        forward[p] = _total(scratch[0], start, stop, width, stride)
        backward[p] = _total(scratch[1 + warp], start, stop, width, stride)


def scratch(height: int, stride: int, warp: int) -> U16:
    """Zeros for :func:`distances`, aligned to 64 bytes, rows of a multiple of LANES."""
    rows, lanes = 6 * warp + 8, (height + 3 * (warp + 2)) * stride + 4 * LANES
    raw = np.zeros(rows * lanes + LANES, np.uint16)
    skip = (-raw.ctypes.data % 64) // 2
    return raw[skip : skip + rows * lanes].reshape(rows, lanes)
