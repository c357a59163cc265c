"""The data sets that shape clustering is measured on: MNIST, parts of it, and changed copies."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import rotate, zoom

import inkcluster
from benchmarks._bench import data_file, mnist_file
from inkcluster.images import ImageSet

TEST = 10_000
"""The last so many images of the file are MNIST's test set."""


def _mnist() -> ImageSet:
    return inkcluster.load(mnist_file())


def drawn(n: int) -> ImageSet:
    """So many of MNIST, drawn at random."""
    return _mnist().sample(n, 0)


def _classes(*wanted: int) -> ImageSet:
    """10,000 images of these classes at most."""
    images = _mnist()
    index = np.flatnonzero(np.isin(images.labels, wanted))
    return images.take(np.sort(np.random.default_rng(0).permutation(index)[:TEST]))


def _unequal() -> ImageSet:
    """From 2,000 images of the digit 0 down to 200 of the digit 9: one to ten."""
    images = _mnist()
    rng = np.random.default_rng(0)
    wanted = np.geomspace(2000, 200, 10).round().astype(int)
    index = [
        rng.permutation(np.flatnonzero(images.labels == digit))[:size]
        for digit, size in enumerate(wanted)
    ]
    return images.take(np.sort(np.concatenate(index)))


def _changed(change: Callable[[NDArray[np.uint8]], NDArray[Any]]) -> ImageSet:
    """The test images, each changed."""
    images = _test()
    pixels = np.array([change(image) for image in images.pixels])
    return ImageSet(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), images.labels, "changed")


def _test() -> ImageSet:
    images = _mnist()
    return images.take(np.arange(len(images) - TEST, len(images)))


def _rotated() -> ImageSet:
    """Each by an angle of its own, up to 15 degrees either way."""
    angles = iter(np.random.default_rng(0).uniform(-15, 15, TEST))
    return _changed(lambda image: rotate(image.astype(float), next(angles), reshape=False, order=1))


def _rescaled() -> ImageSet:
    """Each larger or smaller, by up to a quarter, about its centre."""
    factors = iter(np.random.default_rng(0).uniform(0.75, 1.25, TEST))
    return _changed(
        lambda image: _about_the_centre(zoom(image.astype(float), next(factors), order=1))
    )


def _about_the_centre(image: NDArray[Any], side: int = 28) -> NDArray[Any]:
    """Cut or padded to `side`."""
    out = np.zeros((side, side))
    h, w = (min(size, side) for size in image.shape)
    top, left = ((size - kept) // 2 for size, kept in zip(image.shape, (h, w), strict=True))
    y, x = (side - h) // 2, (side - w) // 2
    out[y : y + h, x : x + w] = image[top : top + h, left : left + w]
    return out


def _coarse() -> ImageSet:
    """16 × 16, as USPS has them."""
    return _changed(lambda image: zoom(image.astype(float), 16 / 28, order=1))


FASHION = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package `dataset-fashion-mnist` puts it."""
FILES = {
    "greek": ("24 Greek characters", "omniglot_greek.npz"),
    "hands": ("photographs of hands", "signdigits.npz"),
    "doodles": ("doodles of cats, rainbows and trains", "doodles.npz"),
}
"""Sets that may lie beside MNIST, as arrays X and y."""


def _file(name: str) -> ImageSet:
    found = data_file(name)
    assert found is not None
    with np.load(found) as arrays:
        return ImageSet(arrays["X"], arrays["y"], name)


def _fashion() -> ImageSet:
    """10,000 of the clothes that are meant for training."""
    parts = [
        np.frombuffer(gzip.decompress((FASHION / f"train-{name}.gz").read_bytes()), np.uint8)
        for name in ("images-idx3-ubyte", "labels-idx1-ubyte")
    ]
    pixels, labels = parts[0][16:].reshape(-1, 28, 28), parts[1][8:]
    index = np.sort(np.random.default_rng(0).permutation(len(pixels))[:TEST])
    return ImageSet(pixels[index], labels[index], "fashion")


def _there() -> dict[str, tuple[str, Callable[[], ImageSet]]]:
    """Those of the sets beside MNIST that lie on this machine."""
    found: dict[str, tuple[str, Callable[[], ImageSet]]] = {
        key: (title, partial(_file, name))
        for key, (title, name) in FILES.items()
        if data_file(name)
    }
    if FASHION.is_dir():
        found["fashion"] = ("10,000 of Fashion-MNIST", _fashion)
    return found


SETS: dict[str, tuple[str, Callable[[], ImageSet]]] = {
    "mnist": ("all of MNIST", _mnist),
    "test": ("MNIST's test images", _test),
    "sub2000": ("2,000 of MNIST", lambda: drawn(2000)),
    "sub500": ("500 of MNIST", lambda: drawn(500)),
    "three": ("the digits 0, 1 and 2", lambda: _classes(0, 1, 2)),
    "three-hard": ("the digits 3, 5 and 8", lambda: _classes(3, 5, 8)),
    "five": ("the digits 1, 3, 4, 7 and 9", lambda: _classes(1, 3, 4, 7, 9)),
    "unequal": ("classes of unequal size, 1 : 10", _unequal),
    "rotated": ("test images rotated by up to 15 degrees", _rotated),
    "rescaled": ("test images rescaled by up to a quarter", _rescaled),
    "coarse": ("test images at 16 × 16", _coarse),
    "binary": ("test images, black and white", lambda: _changed(lambda x: 255 * (x > 127))),
    "digits": ("the 8 × 8 digits", lambda: inkcluster.load("digits")),
    **_there(),
}
