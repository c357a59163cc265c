"""Any number of 28 × 28 digits, made from MNIST by smooth seeded deformations, as infimnist does.

Each digit is a digit of MNIST, drawn with replacement, under a small rotation, scaling, shear and
shift, a smooth random displacement field, and a stroke made a little thinner or thicker. Digits
are made in blocks of `BLOCK`, each from its own seed, so a shorter set is the beginning of a
longer one. Loosli, Canu, Bottou: Training invariant support vector machines using selective
sampling (2007).
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

BLOCK = 10_000
SIDE = 28
DEGREES, SCALE, SHEAR, SHIFT = 6.0, 0.06, 0.08, 0.4
"""Standard deviations: of the angle, of both scales and the shear, and of the shift in pixels."""
WAVE, SMOOTH = 0.7, 4.5
"""Of the displacement field: its standard deviation and the width of its bumps, in pixels."""
THICKNESS = 0.2
"""Standard deviation of the share of a dilated (or eroded) stroke that is mixed in."""


def write_digits(
    path: Path, size: int, X: NDArray[np.uint8], y: NDArray[np.integer], seed: int = 0
) -> None:
    """Write `size` digits to `path` (size, 28, 28) and their labels beside it; resume if cut off."""
    labels = path.with_name(f"{path.stem}-labels.npy")
    if path.exists() and labels.exists() and np.load(labels, mmap_mode="r").shape == (size,):
        return
    blocks = -(-size // BLOCK)
    np.save(labels, np.concatenate([y[_drawn(b, len(y), seed)[0]] for b in range(blocks)])[:size])
    part = path.with_suffix(".part")
    done = part.stat().st_size // (BLOCK * SIDE * SIDE) if part.exists() else 0
    started, at = time.perf_counter(), done
    with part.open("r+b" if part.exists() else "wb") as file, ThreadPoolExecutor(2) as pool:
        header = _header(size)
        file.truncate(done * BLOCK * SIDE * SIDE + len(header) if done else 0)
        file.seek(0)
        file.write(header)
        file.seek(0, 2)
        for first in range(done, blocks, 2):
            for block in pool.map(
                lambda b: digits(X, b, seed), range(first, min(first + 2, blocks))
            ):
                file.write(block[: size - at * BLOCK].data)
                at += 1
            left = (time.perf_counter() - started) / (at - done) * (blocks - at)
            print(f"\r{min(at * BLOCK, size):,} digits, {left:.0f} s left", end="", file=sys.stderr)
    print(file=sys.stderr)
    part.rename(path)


def digits(X: NDArray[np.uint8], block: int, seed: int = 0) -> NDArray[np.uint8]:
    """Block number `block`, (10000, 28, 28), made from the images `X` (n, 28, 28)."""
    source, rng = _drawn(block, len(X), seed)
    angle = np.deg2rad(DEGREES) * rng.standard_normal(BLOCK)
    wide, high = np.exp(SCALE * rng.standard_normal((2, BLOCK)))
    shear = SHEAR * rng.standard_normal(BLOCK)
    turn = np.empty((BLOCK, 2, 2))
    turn[:, 0, 0], turn[:, 0, 1] = np.cos(angle) * high, np.sin(angle) * wide
    turn[:, 1, 0], turn[:, 1, 1] = shear - np.sin(angle) * high, np.cos(angle) * wide
    knots = np.arange(-2, SIDE + 2, SMOOTH)
    bumps = np.exp(-((np.arange(SIDE)[:, None] - knots) ** 2) / (2 * SMOOTH**2))
    bumps /= np.linalg.norm(bumps, axis=1)[:, None]
    noise = WAVE * rng.standard_normal((BLOCK, 2, len(knots), len(knots)))
    field = (bumps @ noise @ bumps.T).astype(np.float32)
    field += (SHIFT * rng.standard_normal((BLOCK, 2, 1, 1))).astype(np.float32)
    thicker = (THICKNESS * rng.standard_normal(BLOCK)).astype(np.float32)
    made = np.empty((BLOCK, SIDE, SIDE), np.uint8)
    _deform(X, source, turn.astype(np.float32), field, thicker, made)
    return made


def _drawn(block: int, n: int, seed: int) -> tuple[NDArray[np.int64], np.random.Generator]:
    rng = np.random.default_rng([seed, block])
    return rng.integers(n, size=BLOCK), rng


def _header(size: int) -> bytes:
    written = BytesIO()
    np.lib.format.write_array_header_1_0(
        written, {"descr": "|u1", "fortran_order": False, "shape": (size, SIDE, SIDE)}
    )
    return written.getvalue()


@numba.njit(nogil=True, cache=True)
def _deform(X, source, turn, field, thicker, made):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    side = made.shape[1]
    middle = np.float32((side - 1) / 2)
    drawn = np.zeros((side, side), np.float32)
    for i in range(made.shape[0]):
        image = X[source[i]]
        for r in range(side):
            for c in range(side):
                up, across = r - middle, c - middle
                y = turn[i, 0, 0] * up + turn[i, 0, 1] * across + middle + field[i, 0, r, c]
                x = turn[i, 1, 0] * up + turn[i, 1, 1] * across + middle + field[i, 1, r, c]
                top, left = int(np.floor(y)), int(np.floor(x))
                value = np.float32(0)
                for a in range(top, top + 2):
                    for b in range(left, left + 2):
                        if 0 <= a < side and 0 <= b < side:
                            value += (1 - abs(y - a)) * (1 - abs(x - b)) * image[a, b]
                drawn[r, c] = value
        share = abs(thicker[i])
        for r in range(side):
            for c in range(side):
                least = most = drawn[r, c]
                for a, b in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                    near = drawn[a, b] if 0 <= a < side and 0 <= b < side else np.float32(0)
                    least, most = min(least, near), max(most, near)
                other = most if thicker[i] > 0 else least
                made[i, r, c] = np.uint8(drawn[r, c] + share * (other - drawn[r, c]) + 0.5)
