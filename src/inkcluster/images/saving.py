"""Writes a set as npz, IDX or Parquet, whole or not at all."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.files import atomic_file, output_file
from inkcluster.images.imageset import ImageSet
from inkcluster.images.readers import idx as reader
from inkcluster.images.readers.packed import packing

_IDX = re.compile(
    r"(?P<stem>.*?)[-._]?(images[-.])?idx\d?([-.]ubyte)?(?P<gz>\.gz)?$", re.IGNORECASE
)


def save(images: ImageSet, path: str | Path) -> list[Path]:
    """Write a set so that :func:`inkcluster.images.load` gives the same one back.

    Parameters
    ----------
    images : ImageSet
    path : str or Path
        The ending gives the format: ``.npz``; ``.parquet``; ``.idx``, ``.idx.gz`` or a name such as
        ``train-images-idx3-ubyte.gz``, which writes the label file beside it.

    Returns
    -------
    list of Path
        The files written; each appears whole or not at all.

    Raises
    ------
    BadInputError
        If the ending is another, if the folder cannot be written, if labels for IDX are not whole
        numbers of 32 bits, or if a file beside it would be read in its place or as its labels.

    Examples
    --------
    >>> import tempfile
    >>> from inkcluster.images import load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = save(load("digits"), f"{folder}/digits-images-idx3-ubyte.gz")
    ...     print([file.name for file in files], len(load(files[0])))
    ['digits-images-idx3-ubyte.gz', 'digits-labels-idx1-ubyte.gz'] 1797
    """
    path = Path(path)
    lowered = path.name.lower()
    idx = _IDX.fullmatch(path.name)
    try:
        path = output_file(path)
        if lowered.endswith(".npz"):
            return _npz(images, path)
        if lowered.endswith((".parquet", ".pq")):
            return _parquet(images, path)
        if idx is not None and idx["stem"]:
            return _idx(images, path, idx["stem"], bool(idx["gz"]))
    except (OSError, ValueError) as error:
        if isinstance(error, BadInputError):
            raise
        detail = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"{path} cannot be written: {detail}.") from error
    raise BadInputError(
        f"The ending of {path} gives no format; use .npz, .parquet or -images-idx3-ubyte (.gz)."
    )


def _npz(images: ImageSet, path: Path) -> list[Path]:
    arrays: dict[str, Any] = {"pixels": images.pixels, "name": np.array(images.name)}
    if images.labels is not None:
        arrays["labels"] = images.labels
    with atomic_file(path) as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
    return [path]


def _parquet(images: ImageSet, path: Path) -> list[Path]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {} if images.labels is None else {"label": pa.array(images.labels)}
    for i, values in enumerate(np.ascontiguousarray(images.flat().T)):
        columns[f"pixel{i}"] = pa.array(values)
    meta = {"name": images.name, "shape": list(images.shape)}
    table = pa.table(columns).replace_schema_metadata({"inkcluster": json.dumps(meta)})
    with atomic_file(path) as stream:
        pq.write_table(table, stream, row_group_size=1 << 14)
    return [path]


def _idx(images: ImageSet, path: Path, stem: str, gz: bool) -> list[Path]:
    ending = ".gz" if gz else ""
    if "images" not in path.name.lower():
        path = path.with_name(f"{stem}-images-idx3-ubyte{ending}")
    labels = re.sub("images", "labels", path.name, count=1, flags=re.IGNORECASE)
    beside = path.with_name(re.sub(r"idx\d", "idx1", labels, flags=re.IGNORECASE))
    arrays = {path: images.pixels}
    if images.labels is not None:
        arrays[beside] = _idx_labels(images.labels, path)
    _refuse_others(path, beside, arrays, gz)
    for file, array in arrays.items():
        with atomic_file(output_file(file)) as stream:
            _write_idx(stream, array, gz)
    return list(arrays)


def _refuse_others(path: Path, beside: Path, arrays: dict[Path, NDArray[Any]], gz: bool) -> None:
    """Refuse to write where another file would then be read in place of one of `arrays`."""
    plain = path.with_suffix("") if gz else path
    if plain != path and plain.is_file() and not _holds(plain, arrays[path]):
        raise BadInputError(
            f"{plain.name} lies beside {path} and is read before it; remove it, or choose another name."
        )
    other = reader.label_file(path)
    labels = arrays.get(beside)
    if other is None or (labels is not None and other == beside):
        return
    comes_first = (packing(other) is not None, other) < (gz, beside)
    if labels is None or (comes_first and not _holds(other, labels)):
        raise BadInputError(
            f"{other.name} lies beside {path} and would be read as its labels, which it is not; "
            "remove it, or choose another name."
        )


def _holds(path: Path, array: NDArray[Any]) -> bool:
    try:
        return np.array_equal(reader.read_array(path), array)
    except BadInputError:
        return False


def _idx_labels(labels: NDArray[Any], path: Path) -> NDArray[Any]:
    if labels.dtype.kind not in "biu":
        raise BadInputError(
            f"{path} cannot be written: labels in IDX are whole numbers; use .npz or .parquet for "
            "text."
        )
    low, high = int(labels.min()), int(labels.max())
    if low >= 0 and high <= 0xFF:
        return labels.astype(np.uint8)
    if low >= -(2**31) and high < 2**31:
        return labels.astype(">i4")
    raise BadInputError(f"{path} cannot be written: label {high} does not fit IDX's 32 bits.")


def _write_idx(stream: IO[bytes], array: NDArray[Any], gz: bool) -> None:
    code = 0x08 if array.dtype.itemsize == 1 else 0x0C
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    content = np.ascontiguousarray(array)
    if not gz:
        stream.write(header)
        stream.write(content.data)
        return
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=stream, mtime=0) as packed:
        packed.write(header)
        packed.write(content.data)
