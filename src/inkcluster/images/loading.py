"""`load`: reads images from what a person has, recognised by its content rather than by its name."""

from __future__ import annotations

import importlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_set
from inkcluster.images.imageset import ImageSet
from inkcluster.images.labelfile import read_labels
from inkcluster.images.labelling import check_labels
from inkcluster.images.named import NAMED, digits, find
from inkcluster.images.readers.guard import (
    gunzip_head,
    head,
    memory_for,
    os_error,
    reading,
    regular_file,
    title_of,
)
from inkcluster.images.readers.idx import image_files, is_idx
from inkcluster.images.readers.mat import is_hdf5
from inkcluster.progress import SILENT, Progress, listening

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from inkcluster.images.readers.choosing import Found

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
_READERS = {
    "npy": ("arrays", "read_npy"),
    "npz": ("arrays", "read_npz"),
    "mat": ("mat", "read_mat"),
    "idx": ("idx", "read_idx"),
    "idx folder": ("idx", "read_idx_folder"),
    "folder": ("folder", "read_folder"),
    "zip": ("folder", "read_zip"),
    "parquet": ("parquet", "read_parquet"),
    "csv": ("table", "read_csv"),
}
_WITH_NAMED_PARTS = ("npy", "npz", "mat", "parquet", "csv")
"""Kinds with columns or variables, one of which may be called as the labels."""


def load(
    source: Any,
    *,
    labels: str | os.PathLike[str] | ArrayLike | None = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read images, and their labels where there are any.

    Parameters
    ----------
    source : str, path-like, ndarray or ImageSet
        One of :data:`~inkcluster.images.NAMED` (a file of that name is ``./digits``); a ``.mat``,
        IDX, ``.npy``, ``.npz``, CSV or Parquet file, IDX and CSV also gzipped; a folder of IDX
        files; a folder or a zip of pictures. Files are recognised by their content.
    labels : str, path-like or array-like, optional
        The name of the variable or column that holds the labels, a file of labels (IDX, ``.npy``,
        or text with one a line), or the labels themselves. By default they are found.
    shape : (int, int), optional
        Height and width, for rows that are not square images; for pictures, the size to give them.
    name : str, optional
        What to call the set; by default the file's name.
    progress : Progress
        Is told of reads that take long.

    Returns
    -------
    ImageSet
        Its `notices` say what was changed on the way.

    Raises
    ------
    BadInputError
        One sentence: what is wrong, where, and what to do. If memory ran out, it is an
        :class:`~inkcluster.errors.OutOfMemoryError`.

    Examples
    --------
    >>> from inkcluster.images import load
    >>> load("digits")
    ImageSet('digits', 1,797 images, 8 × 8, 10 classes)
    """
    is_path = isinstance(source, str | os.PathLike)
    where = str(source) if is_path else getattr(source, "name", "the array")
    with listening(progress), memory_for(where):
        labels = _labels(labels)
        if isinstance(source, ImageSet):
            return _with(source, labels, name)
        if isinstance(source, np.ndarray):
            known = _without_names(labels, "An array")
            return image_set(source, known, where="the array", name=name or "images", shape=shape)
        if not is_path:
            raise BadInputError(
                f"Images cannot be read from a {type(source).__name__}; give a path, an array or "
                f"one of the names {', '.join(NAMED)}."
            )
        if source == "digits":
            return _with(digits(), labels, name)
        if source in NAMED:
            return _with(_read(find(source), name=source), labels, name)
        return _read(Path(source), labels, shape, name)


def _read(
    path: Path, labels: Any = None, shape: tuple[int, int] | None = None, name: str | None = None
) -> ImageSet:
    """Read the file or folder at `path`."""
    kind = _kind(path)
    if kind not in _WITH_NAMED_PARTS:
        labels = _without_names(labels, str(path))
    module, function = _READERS[kind]
    read: Callable[[Path, Any, tuple[int, int] | None], Found] = getattr(
        importlib.import_module(f"inkcluster.images.readers.{module}"), function
    )
    found = read(path, labels, shape)
    return image_set(
        found.pixels,
        found.labels,
        where=str(path),
        name=name or found.name or title_of(path),
        shape=shape or found.shape,
        notices=found.notices,
    )


def _labels(labels: Any) -> Any:
    """The labels themselves where they were given or lie in a file of their own, else the name."""
    if labels is None or not isinstance(labels, str | os.PathLike):
        return labels if labels is None else np.asarray(labels)
    try:
        is_file = Path(labels).is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        return read_labels(Path(labels))
    if isinstance(labels, os.PathLike):
        raise BadInputError(f"{labels} does not exist; name the file of the labels.")
    return labels


def _without_names(labels: Any, where: str) -> Any:
    """The labels, of a set that has no columns or variables that a name could mean."""
    if isinstance(labels, str):
        raise BadInputError(
            f"{where} has no column {labels!r}, and there is no file of that name; "
            "give a file with a label for each image."
        )
    return labels


def _with(images: ImageSet, labels: Any, name: str | None) -> ImageSet:
    """The set under another name or with other labels, where they are given."""
    if labels is not None:
        known = check_labels(_without_names(labels, images.name), len(images), images.name)
        images = replace(images, labels=known)
    return replace(images, name=name) if name else images


def _kind(path: Path) -> str:
    """What the file or folder is: a key of `_READERS`."""
    try:
        is_folder = path.is_dir()
        exists = is_folder or path.exists()
    except (OSError, ValueError) as error:
        problem = error if isinstance(error, OSError) else OSError(0, str(error))
        raise os_error(path, problem) from error
    if is_folder:
        with reading(path, "a folder"):
            return "idx folder" if image_files(path) else "folder"
    if not exists:
        named = str(path).lower()
        hint = (
            f"the named set is written {named!r}"
            if named in NAMED
            else (f"check the path, or use a named set: {', '.join(NAMED)}")
        )
        raise BadInputError(f"{path} does not exist; {hint}.")
    regular_file(path)
    start = head(path, 520)
    if start[:2] != b"\x1f\x8b":
        return _by_content(start, path)
    inner = gunzip_head(path, 520)
    if not inner:
        raise BadInputError(f"{path} is a damaged gzip file; fetch or copy it again.")
    kind = _by_content(inner, path)
    if kind not in ("idx", "csv"):
        raise BadInputError(f"{path} is a gzipped {kind} file; unpack it first (gunzip).")
    return kind


def _by_content(start: bytes, path: Path) -> str:
    """The kind by magic number, which version 4 of .mat lacks; all text is CSV."""
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(path)
    signs = {
        "npy": start[:6] == b"\x93NUMPY",
        "parquet": start[:4] == b"PAR1",
        "mat": is_hdf5(start) or start[:6] == b"MATLAB",
        "idx": is_idx(start),
        "csv": not any(byte < 32 and byte not in b"\t\n\r\f" for byte in start),
    }
    kind = next((kind for kind, seen in signs.items() if seen), None)
    if kind is None and path.suffix.lower() == ".mat":
        return "mat"
    if kind is None or (kind == "csv" and _says_idx(path)):
        raise _unknown(start, path)
    return kind


def _unknown(start: bytes, path: Path) -> BadInputError:
    if start[:1] == b"\x80" and start[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return BadInputError(
            f"{path} is a Python pickle, which can run any code when it is read and never is; "
            "save the arrays as .npz instead."
        )
    if start.startswith(_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return BadInputError(f"{path} is a single picture; give the folder it is in.")
    if _says_idx(path):
        return BadInputError(
            f"{path} is not an IDX file: it begins with {start[:4].hex(' ')} instead of 00 00, a "
            "type and a number of axes."
        )
    return BadInputError(
        f"{path} is none of the formats that can be read (.mat, IDX, .npy, .npz, CSV, Parquet, "
        f"a folder or zip of pictures): it begins with {start[:8].hex(' ')}."
    )


def _says_idx(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(("ubyte", ".idx")) or "idx1" in name or "idx3" in name


def _zip_kind(path: Path) -> str:
    with reading(path, "a zip archive"), zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    return "npz" if names and all(name.endswith(".npy") for name in names) else "zip"
