"""A round of the layout against the same in plain Python."""

import numpy as np

from inkcluster.kernels.shape.layout import FARTHEST, REPELLED, move

A, B = 1.577, 0.895
MASK = (1 << 64) - 1


def plain_move(places, heads, tails, every, due, x, now, rate):
    """What `move` does, in float64 and Python's own whole numbers."""
    for e, (i, j) in enumerate(zip(heads.tolist(), tails.tolist(), strict=True)):
        if due[e] > now:
            continue
        due[e] += every[e]
        gap = places[i] - places[j]
        square = gap @ gap
        if square > 0:
            pull = -2 * A * B * square ** (B - 1) / (1 + A * square**B)
            step = rate * np.clip(pull * gap, -FARTHEST, FARTHEST)
            places[i] += step
            places[j] -= step
        for _ in range(REPELLED):
            x ^= (x << 13) & MASK
            x ^= x >> 7
            x ^= (x << 17) & MASK
            gap = places[i] - places[(x >> 11) % len(places)]
            square = gap @ gap
            if square > 0:
                push = 2 * B / ((0.001 + square) * (1 + A * square**B))
                places[i] += rate * np.clip(push * gap, -FARTHEST, FARTHEST)
    return x


def test_rounds_are_those_of_the_formulas(rng):
    n = 12
    heads, tails = np.repeat(np.arange(n), 3).astype(np.int32), rng.integers(0, n, 36, np.int32)
    every = rng.choice([1.0, 2.0, 3.5], 36).astype(np.float32)
    places = rng.normal(0, 3, (n, 2)).astype(np.float32)
    expected, due, waits = places.astype(np.float64), every.copy(), every.astype(np.float64)
    state, x = np.array([12345], np.uint64), 12345
    for now in range(4):
        move(places, heads, tails, every, due, state, now, 0.1, A, B)
        x = plain_move(expected, heads, tails, every, waits, x, now, 0.1)
        assert int(state[0]) == x
    np.testing.assert_array_equal(due, waits)
    np.testing.assert_allclose(places, expected, atol=1e-3)
