"""One small labelled set, and a way to write it in every format that can be read."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from PIL import Image

from inkcluster.images import ImageSet, save

Writer = Callable[[Path], Path]


@pytest.fixture(scope="session")
def small() -> ImageSet:
    """Thirty random images of 6 × 6 with labels 0–9."""
    rng = np.random.default_rng(69)
    pixels = rng.integers(0, 256, (30, 6, 6), dtype=np.uint8)
    return ImageSet(pixels, rng.permutation(np.arange(30) % 10), "small")


def _csv(images: ImageSet) -> bytes:
    header = ",".join(["label", *(f"pixel{i}" for i in range(images.flat().shape[1]))])
    rows = (
        ",".join(map(str, [label, *row]))
        for label, row in zip(images.labels, images.flat(), strict=True)
    )
    return ("\n".join([header, *rows]) + "\n").encode()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _mat(images: ImageSet, path: Path, **options) -> Path:
    content = {"data": images.flat().T, "label": images.labels[None].astype(float)}
    scipy.io.savemat(path, content, **options)
    return path


def _mat73(images: ImageSet, path: Path) -> Path:
    with h5py.File(path, "w", userblock_size=512) as file:
        data = file.create_dataset("data", data=images.flat(), compression="gzip")
        data.attrs["MATLAB_class"] = np.bytes_("uint8")
        label = file.create_dataset("label", data=images.labels[:, None].astype(float))
        label.attrs["MATLAB_class"] = np.bytes_("double")
    return path


def _pictures(images: ImageSet) -> dict[str, bytes]:
    """One PNG for each image, in a folder named after its label, in the order of the set."""
    found = {}
    for i, (pixels, label) in enumerate(zip(images.pixels, images.labels, strict=True)):
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, "PNG")
        found[f"{label}/{i:03d}.png"] = content.getvalue()
    return found


def _zip(images: ImageSet, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _pictures(images).items():
            archive.writestr(name, content)
    return path


def _folder(images: ImageSet, path: Path) -> Path:
    for name, content in _pictures(images).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def _arrow(images: ImageSet, path: Path) -> Path:
    """Pictures as Hugging Face keeps them in Parquet; else lists in Arrow's own formats."""
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet as pq

    values = pa.array(images.pixels.tolist(), pa.list_(pa.list_(pa.uint8())))
    if path.suffix == ".parquet":
        encoded = sorted(_pictures(images).items(), key=lambda item: item[0][-7:])
        values = pa.array([{"bytes": content, "path": name} for name, content in encoded])
    table = pa.table({"image": values, "label": images.labels})
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix == ".feather":
        pa.feather.write_feather(table, path, compression="zstd")
    else:
        with pa.OSFile(str(path), "wb") as out, pa.ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table, max_chunksize=11)
    return path


def _npy(images: ImageSet, path: Path) -> Path:
    np.save(path, images.pixels)
    return path


@pytest.fixture(scope="session")
def writers(small: ImageSet) -> dict[str, Writer]:
    """For each format, a function that writes `small` into a folder and returns the path."""
    return {
        "npy": lambda d: _npy(small, d / "small.npy"),
        "npz": lambda d: save(small, d / "small.npz")[0],
        "parquet": lambda d: save(small, d / "small.parquet")[0],
        "parquet of pictures": lambda d: _arrow(small, d / "small.parquet"),
        "arrow": lambda d: _arrow(small, d / "small.arrow"),
        "feather": lambda d: _arrow(small, d / "small.feather"),
        "idx": lambda d: save(small, d / "small-images-idx3-ubyte")[0],
        "idx.gz": lambda d: save(small, d / "small-images-idx3-ubyte.gz")[0],
        "csv": lambda d: _written(d / "small.csv", _csv(small)),
        "csv.gz": lambda d: _written(d / "small.csv.gz", gzip.compress(_csv(small))),
        "mat v4": lambda d: _mat(small, d / "small.mat", format="4"),
        "mat v5": lambda d: _mat(small, d / "small.mat"),
        "mat v7": lambda d: _mat(small, d / "small.mat", do_compression=True),
        "mat v7.3": lambda d: _mat73(small, d / "small.mat"),
        "zip": lambda d: _zip(small, d / "small.zip"),
        "folder": lambda d: _folder(small, d / "small"),
    }


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """The bytes of a picture: ``picture(array, "PNG")``."""

    def encoded(pixels: np.ndarray, fmt: str = "PNG", **options) -> bytes:
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, fmt, **options)
        return content.getvalue()

    return encoded
