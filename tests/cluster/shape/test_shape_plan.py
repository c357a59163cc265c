"""Shape clustering: the memory it plans, how far it says it is, and that it can be stopped."""

import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest

from inkcluster import ShapeClustering
from inkcluster.cluster.shape.plan import bytes_needed, fingerprints
from inkcluster.cluster.shape.preparation.prepare import Choices, learn
from inkcluster.errors import TooLittleMemoryError
from inkcluster.progress import Progress, listening


def bars(rng, n):
    """Bars down, bars across and squares, each of its own grey."""
    pixels = np.zeros((n, 12, 12))
    pixels[::3, 2:10, 5:7], pixels[1::3, 5:7, 2:10], pixels[2::3, 3:9, 3:9] = 1, 1, 1
    return pixels * rng.uniform(0.8, 1, (n, 1, 1))


def test_a_fingerprint_is_the_pixels_own(rng):
    images = rng.integers(0, 2, (40, 2, 2), np.uint8)
    prints = fingerprints(images)
    same = (images[:, None] == images[None]).all(axis=(2, 3))
    np.testing.assert_array_equal(prints[:, None] == prints[None], same)
    np.testing.assert_array_equal(fingerprints(images[::-1]), prints[::-1])


@pytest.mark.parametrize("most", [1, 16, 192, 255])
def test_a_fingerprint_is_the_same_with_light_and_dark_swapped(rng, most):
    images = rng.integers(0, most + 1, (300, 8, 8), np.uint8)
    images[:, [0, -1]], images[0, 4] = 0, [0, most] * 4
    for other in (images, images / 255.0, (images / 255.0).astype(np.float32)):
        prints = fingerprints(images)
        np.testing.assert_array_equal(fingerprints(other), prints)
        np.testing.assert_array_equal(fingerprints(other.max() - other), prints)
        np.testing.assert_array_equal(fingerprints(other.max() - other, "dark"), prints)
        assert (fingerprints(other.max() - other, "light") != prints).all()


def test_too_little_memory_is_said_before_any_is_taken(rng):
    pixels = bars(rng, 90)
    with pytest.raises(TooLittleMemoryError, match=r"90 points needs .* GB, and 0\.01 GB") as told:
        ShapeClustering(3, memory_limit=10**7).fit(pixels)
    assert told.value.have == 10**7
    need = told.value.need
    ShapeClustering(3, memory_limit=need).fit(pixels)
    with pytest.raises(TooLittleMemoryError):
        ShapeClustering(3, memory_limit=need - 1).fit(pixels)


def test_no_more_memory_is_taken_than_was_said(digits):
    images = digits.pixels[:500]
    ShapeClustering(10, random_state=0).fit(images[:50])  # what is compiled and imported once
    size = learn(images, 2, Choices())
    tracemalloc.start()
    ShapeClustering(10, random_state=0).fit(images)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    shape = (len(size.rows), len(size.columns))
    assert taken < bytes_needed(len(images), images[0].nbytes, shape, warp=2, kept=30, k=10)


class Heard(Progress):
    """What is reported, and how much of each total."""

    def __init__(self, stop=None):
        self.tasks, self.stop = [], stop

    @contextmanager
    def task(self, what, total=None):
        entry = [what, total, 0]
        self.tasks.append(entry)

        def advance(amount):
            entry[2] += amount
            if what == self.stop:
                raise KeyboardInterrupt

        yield advance


def test_every_long_phase_says_how_far_it_is(rng):
    heard = Heard()
    with listening(heard):
        ShapeClustering(3, random_state=0).fit(bars(rng, 90))
    assert all(total == done for _, total, done in heard.tasks)
    assert {what for what, _, _ in heard.tasks} >= {
        "upright images", "gradients", "views", "distortion distances", "eigenvectors",
        "small clusters", "merges", "random walk",
    }  # fmt: skip


@pytest.mark.parametrize("phase", ["views", "distortion distances", "small clusters", "merges"])
def test_it_can_be_interrupted(rng, phase):
    pixels = bars(rng, 60)
    with listening(Heard(phase)), pytest.raises(KeyboardInterrupt):
        ShapeClustering(3, random_state=0).fit(pixels)
