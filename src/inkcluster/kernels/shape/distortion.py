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
from inkcluster.kernels._jit import kernel, widest

LANES = 32
"""16-bit numbers in a register of 512 bits."""
LEAD = 2 * LANES
"""Zeros before the first row of an image and after its last."""
STEPS = 30
"""The largest gradient: 9 pixels × 2 directions × 60² stays below 2¹⁶."""
NOWHERE = 65535


@kernel()
def _place(source: I8, start: int, lanes: U16, at: int, stop: int, end: int) -> None:
    """Copy to `at` … `stop`, and put zeros up to `end`."""
    for t in range(np.uint64(stop - at)):
        lanes[np.uint64(at) + t] = np.uint16(np.int16(source[np.uint64(start) + t]))
    for t in range(np.uint64(stop), np.uint64(end)):
        lanes[t] = 0


@kernel()
def _fill(lanes: U16, start: int, stop: int) -> None:
    for t in range(np.uint64(start), np.uint64(stop)):
        lanes[t] = NOWHERE


@kernel()
def _compare(
    lanes: U16, a: int, c: int, b: int, d: int, stride: int, count: int,
    differences: int, columns: int, one: int, other: int,
) -> None:  # fmt: skip
    """Keep the least sums of squared differences of the gradients (a, c) and (b, d) around a pixel.

    All are places in `lanes`: of the gradients and the differences from a row before the first of
    `count` lanes, of the sums of columns and the least of either image from that on.
    """
    widest()
    for t in range(np.uint64(count + 2 * stride)):
        u = np.uint16(lanes[np.uint64(a) + t] - lanes[np.uint64(b) + t])
        v = np.uint16(lanes[np.uint64(c) + t] - lanes[np.uint64(d) + t])
        lanes[np.uint64(differences) + t] = np.uint16(u * u + v * v)
    above, middle, below = (
        np.uint64(differences),
        np.uint64(differences + stride),
        np.uint64(differences + 2 * stride),
    )
    for t in range(np.uint64(count)):
        lanes[np.uint64(columns) + t] = np.uint16(
            lanes[above + t] + lanes[middle + t] + lanes[below + t]
        )
    for t in range(np.uint64(count)):
        i, j, k = np.uint64(columns) + t, np.uint64(one) + t, np.uint64(other) + t
        around = np.uint16(lanes[i - np.uint64(1)] + lanes[i] + lanes[i + np.uint64(1)])
        lanes[j] = around if around < lanes[j] else lanes[j]
        lanes[k] = around if around < lanes[k] else lanes[k]


@kernel()
def _keep_least(lanes: U16, start: int, at: int, count: int) -> None:
    for t in range(np.uint64(count)):
        c = lanes[np.uint64(start) + t]
        i = np.uint64(at) + t
        lanes[i] = c if c < lanes[i] else lanes[i]


@kernel()
def _total(lanes: U16, start: int, stop: int, width: int, stride: int) -> np.int64:
    """The sum over the pixels, without the padding to their right."""
    total = np.int64(0)
    for row in range(start, stop, stride):
        part = np.uint32(0)
        for x in range(np.uint64(row), np.uint64(row + width)):
            part += np.uint32(lanes[x])
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
    # and the gradients right and down, of the second image at each shift and of the first. The
    # loops get all as one array and the places in it: each array more is seven arguments more.
    lanes, row = scratch.reshape(-1), scratch.shape[1]
    differences, columns, placed = (shifts + 1) * row, (shifts + 2) * row, (shifts + 3) * row
    own = placed + 2 * shifts * row
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
            _fill(lanes, s * row + start - LANES, s * row + stop + LANES)
            image, across = (second[y], s - warp) if s < shifts else (first[x], 0)
            for way in range(2):
                at = placed + (2 * s + way) * row
                _place(
                    image[way], source + across,
                    lanes, at + start - LANES, at + stop + LANES, at + stop + border,
                )  # fmt: skip
        for down in range(-warp, warp + 1):
            shift = down * stride
            # The pixels of either image, and what the ends of a row see beyond them.
            low = start - max(shift, 0) - LANES
            count = stop - min(shift, 0) + LANES - low
            over = low - stride
            for s in range(shifts):
                there = placed + 2 * s * row + over + shift
                _compare(
                    lanes, own + over, own + row + over, there, there + row, stride, count,
                    differences + over, columns + low, low, (1 + s) * row + low + shift,
                )  # fmt: skip
        for s in range(shifts):
            if s != warp:
                least = (1 + warp) * row + start
                _keep_least(lanes, (1 + s) * row + start - s + warp, least, stop - start)
        forward[p] = _total(lanes, start, stop, width, stride)
        least = (1 + warp) * row
        backward[p] = _total(lanes, least + start, least + stop, width, stride)


def scratch(height: int, stride: int, warp: int) -> U16:
    """Zeros for :func:`distances`, aligned to 64 bytes, rows of a multiple of LANES."""
    rows, lanes = 6 * warp + 8, (height + 3 * (warp + 2)) * stride + 4 * LANES
    raw = np.zeros(rows * lanes + LANES, np.uint16)
    skip = (-raw.ctypes.data % 64) // 2
    return raw[skip : skip + rows * lanes].reshape(rows, lanes)
