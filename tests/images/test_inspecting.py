"""Odd sets are said to be odd, and sets that are as they should be are left alone."""

import time

import numpy as np
import pytest

from inkcluster.images import ImageSet, inspect


def codes(pixels):
    return [notice.code for notice in inspect(ImageSet(np.ascontiguousarray(pixels)))]


def notice(pixels, code):
    return next(n.sentence for n in inspect(ImageSet(pixels)) if n.code == code)


def turned(pixels):
    return pixels.transpose(0, 2, 1)


def test_digits(digits):
    assert codes(digits.pixels) == []
    assert codes(turned(digits.pixels)) == ["transposed"]
    assert codes(16 - digits.pixels) == []
    assert codes(16 - turned(digits.pixels)) == ["transposed"]
    assert "100 %" in notice(turned(digits.pixels), "transposed")


@pytest.mark.mnist
def test_mnist(mnist):
    assert codes(mnist.pixels) == []
    assert codes(turned(mnist.pixels)) == ["transposed"]
    assert codes(turned(mnist.pixels[::700])) == ["transposed"]


@pytest.mark.mnist
@pytest.mark.parametrize("digit", range(10))
def test_each_digit_of_mnist_alone(mnist, digit):
    own = mnist.pixels[mnist.labels == digit]
    assert codes(own) == []
    assert codes(turned(own)) == ["transposed"]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("side", [5, 8, 28])
def test_random_images(seed, side):
    rng = np.random.default_rng(seed)
    n = 40 if seed % 2 else 400
    noise = rng.integers(0, 256, (n, side, side), dtype=np.uint8)
    assert codes(noise) == []
    dots = noise > 240
    dots[:, 0, 0] = True
    dots[:, 1, 1] = False
    assert "transposed" not in codes(dots * np.uint8(255))


def test_only_square_sets_can_look_transposed(digits):
    wide = np.pad(turned(digits.pixels), ((0, 0), (0, 0), (1, 1)))
    assert codes(wide) == []


@pytest.mark.parametrize("count", [1, 40, 800])
def test_inverted_images_are_counted(digits, count):
    mixed = digits.pixels.copy()
    mixed[100 : 100 + count] = 16 - mixed[100 : 100 + count]
    sentence = notice(mixed, "polarity")
    assert sentence == (
        f"{count} of 1,797 images {'is' if count == 1 else 'are'} inverted: light background, "
        "where the others' is dark (first: image 100); invert them, or they form clusters of their own."
    )
    assert codes(16 - mixed) == ["polarity"]


def test_constant_images_are_counted(digits):
    pixels = digits.pixels.copy()
    pixels[[5, 9]] = 0
    pixels[11] = 16
    assert notice(pixels, "constant") == (
        "3 of 1,797 images are constant: all pixels of an image are equal (first: image 5); "
        "remove them if they are mistakes."
    )
    pixels[[5, 9]] = digits.pixels[[5, 9]]
    assert notice(pixels, "constant").endswith("(first: image 11); remove it if it is a mistake.")


def test_duplicates_are_counted_against_an_oracle(rng):
    pixels = rng.integers(0, 2, (400, 3, 3), dtype=np.uint8)
    flat = [tuple(p.ravel()) for p in pixels]
    repeats = [i for i, p in enumerate(flat) if p in flat[:i]]
    first = repeats[0]
    sentence = notice(pixels, "duplicates")
    assert sentence == (
        f"{len(repeats)} images repeat an earlier image exactly "
        f"(first: image {first} repeats image {flat.index(flat[first])}); remove repeats if they are "
        "mistakes."
    )
    assert "duplicates" not in codes(np.unique(pixels, axis=0))


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 5), (3, 2, 2), (40, 5, 5)])
def test_tiny_and_blank_sets(shape):
    expected = ["constant"] + ["duplicates"] * (shape[0] > 1)
    assert codes(np.zeros(shape, np.uint8)) == expected


def test_labels_are_not_read(digits):
    named = ImageSet(digits.pixels, np.array(["x"] * len(digits)))
    assert inspect(named) == inspect(ImageSet(digits.pixels))


@pytest.mark.mnist
def test_it_takes_less_than_three_seconds(mnist):
    started = time.process_time()
    inspect(mnist)
    assert time.process_time() - started < 3
