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

from inkcluster.kernels._arrays import I8, I16, I32, I64, U16, Array
from inkcluster.kernels._jit import kernel

LANES = 32
"""16-bit numbers in a register of 512 bits."""
LEAD = 2 * LANES
"""Zeros before the first row of an image and after its last."""
STEPS = 30
"""The largest gradient: 9 pixels × 2 directions × 60² stays below 2¹⁶."""
NOWHERE = 65535


@kernel()
def _copy(source: I8, out: I16) -> None:
    for t in range(np.uint64(out.shape[0])):
        out[t] = source[t]


@kernel()
def _fill(out: Array, value: int) -> None:
    for t in range(np.uint64(out.shape[0])):
        out[t] = value


@kernel()
def _differ(a: I16, c: I16, b: I16, d: I16, out: U16) -> None:
    """Squared differences of the gradients (a, c) of one image and (b, d) of the other."""
    for t in range(np.uint64(out.shape[0])):
        u = np.int16(a[t] - b[t])
        v = np.int16(c[t] - d[t])
        out[t] = np.uint16(u * u + v * v)


@kernel()
def _add(x: U16, y: U16, z: U16, out: U16) -> None:
    for t in range(np.uint64(out.shape[0])):
        out[t] = np.uint16(x[t] + y[t] + z[t])


@kernel()
def _add_and_keep_least(x: U16, y: U16, z: U16, one: U16, other: U16) -> None:
    for t in range(np.uint64(one.shape[0])):
        c = np.uint16(x[t] + y[t] + z[t])
        one[t] = c if c < one[t] else one[t]
        other[t] = c if c < other[t] else other[t]


@kernel()
def _keep_least(x: U16, out: U16) -> None:
    for t in range(np.uint64(out.shape[0])):
        out[t] = x[t] if x[t] < out[t] else out[t]


@kernel()
def _total(least: U16, width: int, stride: int) -> np.int64:
    """The sum over the pixels, without the padding to their right."""
    total = np.int64(0)
    for start in range(0, least.shape[0], stride):
        row = least[start : start + width]
        part = np.uint32(0)
        for x in range(np.uint64(width)):
            part += np.uint32(row[x])
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
    a = scratch[0].view(np.int16)
    c = scratch[1].view(np.int16)
    differences, columns, least = scratch[2], scratch[3], scratch[4]
    back = scratch[5 : 5 + shifts]
    b = scratch[5 + shifts : 5 + 2 * shifts].view(np.int16)
    d = scratch[5 + 2 * shifts : 5 + 3 * shifts].view(np.int16)
    border = (warp + 2) * stride + LANES
    for p in range(i.shape[0]):
        x, y = first[i[p]], second[j[p]]
        # Further than one row from the ink of both, blank matches blank.
        top = max(min(first_rows[i[p], 0], second_rows[j[p], 0]) - 1, 0)
        bottom = min(max(first_rows[i[p], 1], second_rows[j[p], 1]) + 1, height)
        if bottom <= top:
            forward[p] = 0
            backward[p] = 0
            continue
        start, stop = border, border + (bottom - top) * stride
        end = stop + border
        source, far = LEAD + top * stride, LEAD + bottom * stride
        _copy(x[0, source:far], a[start:stop])
        _copy(x[1, source:far], c[start:stop])
        _fill(a[stop:end], 0)
        _fill(c[stop:end], 0)
        _fill(least[start:stop], NOWHERE)
        for s in range(shifts):
            left, right = source + s - warp - LANES, far + s - warp + LANES
            _copy(y[0, left:right], b[s, start - LANES : stop + LANES])
            _copy(y[1, left:right], d[s, start - LANES : stop + LANES])
            _fill(b[s, stop + LANES : end], 0)
            _fill(d[s, stop + LANES : end], 0)
            _fill(back[s, start - LANES : stop + LANES], NOWHERE)
        for down in range(-warp, warp + 1):
            shift = down * stride
            # The pixels of either image, and what the ends of a row see beyond them.
            low = start - max(shift, 0) - LANES
            high = stop - min(shift, 0) + LANES
            over, under = low - stride, high + stride
            for s in range(shifts):
                _differ(
                    a[over:under], c[over:under],
                    b[s, over + shift : under + shift], d[s, over + shift : under + shift],
                    differences[over:under],
                )  # fmt: skip
                _add(
                    differences[over : high - stride], differences[low:high],
                    differences[low + stride : under], columns[low:high],
                )  # fmt: skip
                _add_and_keep_least(
                    columns[low - 1 : high - 1], columns[low:high], columns[low + 1 : high + 1],
                    least[low:high], back[s, low + shift : high + shift],
                )  # fmt: skip
        for s in range(shifts):
            if s != warp:
                _keep_least(back[s, start - s + warp : stop - s + warp], back[warp, start:stop])
        forward[p] = _total(least[start:stop], width, stride)
        backward[p] = _total(back[warp, start:stop], width, stride)


def scratch(height: int, stride: int, warp: int) -> U16:
    """Zeros for :func:`distances`, aligned to 64 bytes, rows of a multiple of LANES."""
    rows, lanes = 6 * warp + 8, (height + 3 * (warp + 2)) * stride + 4 * LANES
    raw = np.zeros(rows * lanes + LANES, np.uint16)
    skip = (-raw.ctypes.data % 64) // 2
    return raw[skip : skip + rows * lanes].reshape(rows, lanes)
