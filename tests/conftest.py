"""Fixtures that every room's tests may use."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from inkcluster.images import ImageSet

MNIST_FILE = "mnist-original.mat"


def mnist_path() -> Path | None:
    """Where all of MNIST lies on this machine, if it does."""
    here = Path(__file__).resolve()
    folders = [os.environ.get("INKCLUSTER_DATA"), here.parents[2] / "shared" / "data"]
    return next(
        (Path(f) / MNIST_FILE for f in folders if f and (Path(f) / MNIST_FILE).is_file()), None
    )


@pytest.fixture(scope="session")
def mnist_file() -> Path:
    """The file itself; tests that use it are marked `mnist`."""
    path = mnist_path()
    if path is None:
        pytest.skip(f"{MNIST_FILE} is neither in $INKCLUSTER_DATA nor in ../shared/data")
    return path


@pytest.fixture(scope="session")
def mnist(mnist_file: Path) -> ImageSet:
    """All 70,000 digits, in the file's own order."""
    from scipy.io import loadmat

    content = loadmat(mnist_file)
    pixels = np.ascontiguousarray(content["data"].T).reshape(-1, 28, 28)
    return ImageSet(pixels, content["label"][0].astype(np.int64), "mnist-original", str(mnist_file))


@pytest.fixture(scope="session")
def digits() -> ImageSet:
    """The 1,797 digits of 8 × 8 pixels (0 to 16) embedded in scikit-learn."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return ImageSet(
        bunch.images.astype(np.uint8), bunch.target.astype(np.int64), "digits", "scikit-learn"
    )


@pytest.fixture(scope="session")
def seed() -> int:
    """The same on each run unless INKCLUSTER_SEED says otherwise."""
    return int(os.environ.get("INKCLUSTER_SEED", "69"))


@pytest.fixture
def rng(seed: int) -> np.random.Generator:
    """Random numbers."""
    return np.random.default_rng(seed)


def listen(page) -> None:
    """Note in ``page.complaints`` what a page says in its console, fails with, or asks."""
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: page.complaints.append(f"error: {e}"))
    page.on("dialog", lambda d: (page.complaints.append(f"dialog: {d.message}"), d.dismiss()))


def until(page, holds, seconds=30):
    """Wait while the page goes on, until `holds()`."""
    for _ in range(40 * seconds):
        if holds():
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"not within {seconds} s")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine's path")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()
