"""A round of the layout against the same in plain Python."""

import numpy as np

from inkcluster.kernels.shape.layout import FARTHEST, PER_UNIT, REPELLED, move

MASK = (1 << 64) - 1


def plain_move(before, starts, tails, every, due, seed, now, rate, pull, push):
    """What `move` does, in float64 and Python's own whole numbers."""

    def step(table, gap):
        force = table[min(int(np.hypot(*gap) * PER_UNIT), len(table) - 1)]
        return rate * np.clip(force * gap, -FARTHEST, FARTHEST)

    n, after = len(before), before.copy()
    for i in range(n):
        x = (seed + (now * n + i) * 0x9E3779B97F4A7C15) & MASK
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
        x = (x ^ (x >> 31)) | 1
        for e in range(starts[i], starts[i + 1]):
            if due[e] > now:
                continue
            due[e] += every[e]
            after[i] += step(pull, after[i] - before[tails[e]])
            away = np.zeros(2)
            for _ in range(REPELLED):
                x ^= (x << 13) & MASK
                x ^= x >> 7
                x ^= (x << 17) & MASK
                away += step(push, after[i] - before[(x >> 32) * n >> 32])
            after[i] += away
    return after


def test_rounds_are_those_of_the_formulas_in_any_pieces(rng):
    n = 12
    starts = np.arange(0, 3 * n + 1, 3, dtype=np.int32)
    tails = rng.integers(0, n, 3 * n, np.int32)
    every = rng.choice([1.0, 2.0, 3.5], 3 * n).astype(np.float32)
    places = rng.normal(0, 3, (n, 2)).astype(np.float32)
    distance = (np.arange(10 * PER_UNIT) + 0.5) / PER_UNIT  # shorter than some distances
    pull, push = -1 / (1 + distance), 1 / (0.1 + distance**2)
    tables = pull.astype(np.float32), push.astype(np.float32)
    expected, due, waits = places.astype(np.float64), every.copy(), every.astype(np.float64)
    for now in range(4):
        after = np.empty_like(places)
        for first, stop in ((7, 12), (0, 7)):
            move(
                places, after, starts, tails, every, due,
                np.uint64(12345), now, np.float32(0.1), *tables, first, stop,
            )  # fmt: skip
        expected = plain_move(expected, starts, tails, every, waits, 12345, now, 0.1, *tables)
        places = after
    np.testing.assert_array_equal(due, waits)
    np.testing.assert_allclose(places, expected, atol=0.02)  # float32 may take the entry beside
