"""Finds the named sets: embedded, in ``$INKCLUSTER_DATA``, or fetched once and kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.imageset import ImageSet
from inkcluster.images.readers.guard import is_out_of_memory
from inkcluster.images.readers.idx import image_files
from inkcluster.progress import current

DATA_VARIABLE = "INKCLUSTER_DATA"
CACHE_VARIABLE = "INKCLUSTER_CACHE"
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Entry:
    """Where a named set may be found."""

    title: str
    mirrors: tuple[str, ...]
    """Addresses of folders that hold its files, tried in order."""
    sha256: Mapping[str, str]
    """Its files, images and labels, and their hashes."""
    local: tuple[str, ...]
    """Where it may lie under ``$INKCLUSTER_DATA``: files, or folders of IDX."""


CATALOGUE: dict[str, Entry] = {
    "mnist": Entry(
        "70,000 handwritten digits, 28 × 28 (LeCun, Cortes, Burges 1998)",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://yann.lecun.com/exdb/mnist/",
        ),
        {
            "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
        ("mnist-original.mat", "mnist", "MNIST/raw", "mnist.npz", "."),
    ),
    "fashion-mnist": Entry(
        "70,000 pictures of clothes, 28 × 28 (Xiao, Rasul, Vollgraf 2017)",
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        {
            "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
        ("fashion-mnist", "fashion_mnist", "FashionMNIST/raw", "fashion-mnist.npz"),
    ),
}

NAMED: tuple[str, ...] = ("digits", *CATALOGUE)
"""The names that :func:`inkcluster.images.load` knows; ``"digits"`` needs neither file nor network."""


def find(name: str) -> Path:
    """The file or folder of a named set but the digits: in ``$INKCLUSTER_DATA``, else fetched.

    Fetched files are checked against their SHA-256 and kept in :func:`cache_folder`.

    Raises
    ------
    BadInputError
        If the set is not there and cannot be fetched.
    """
    entry = CATALOGUE[name]
    return _local(entry) or _fetched(name, entry)


def digits() -> ImageSet:
    """The digits in scikit-learn's own file, without importing scikit-learn, which takes a second."""
    import gzip
    from importlib.util import find_spec

    spec = find_spec("sklearn")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    file = folder / "datasets" / "data" / "digits.csv.gz"
    if file.is_file():
        with gzip.open(file, "rt", encoding="ascii") as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.int64)
        pixels, target = table[:, :-1].reshape(-1, 8, 8), table[:, -1]
    else:  # wherever another version keeps it
        from sklearn.datasets import load_digits

        bunch = load_digits()
        pixels, target = bunch.images, bunch.target
    return ImageSet(pixels.astype(np.uint8), target.astype(np.int64), "digits", "scikit-learn")


def cache_folder() -> Path:
    """Where fetched sets are kept: ``$INKCLUSTER_CACHE``, else the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    import pooch

    return Path(pooch.os_cache("inkcluster"))


def _fetched(name: str, entry: Entry) -> Path:
    """Download what is not in the cache yet; return the folder that then holds the set's files."""
    folder = cache_folder() / name
    with current().task(f"fetching {name}", len(entry.sha256)) as advance:
        for file, sha256 in entry.sha256.items():
            _retrieve(name, entry, file, sha256, folder)
            advance(1)
    return folder


def _retrieve(name: str, entry: Entry, file: str, sha256: str, folder: Path) -> None:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    reason: Exception | None = None
    for mirror in entry.mirrors:
        try:
            pooch.retrieve(
                mirror + file,
                known_hash=f"sha256:{sha256}",
                fname=file,
                path=folder,
                downloader=pooch.HTTPDownloader(timeout=_TIMEOUT_SECONDS),
            )
        except (OSError, ValueError) as error:  # ValueError: the hash; requests raises OSErrors
            if is_out_of_memory(error):
                raise
            reason = error
        else:
            return
    raise BadInputError(
        f"{name} could not be fetched: none of {len(entry.mirrors)} servers gave {file} "
        f"({one_line(str(reason), 80)}); put its files into a folder named {entry.local[1]} and set "
        f"${DATA_VARIABLE} to the folder above it."
    ) from reason


def _local(entry: Entry) -> Path | None:
    root = os.environ.get(DATA_VARIABLE)
    if not root:
        return None
    for place in entry.local:
        path = Path(root) / place
        try:
            if path.is_file() or (path.is_dir() and image_files(path)):
                return path
        except OSError:
            continue
    return None
