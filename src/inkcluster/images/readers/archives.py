"""Reads archives of data files and packed files: unpacked within the limits, read, and removed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.loading import read_file, without_names
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_DEFLATE_RATIO,
    check_unpacked,
    reading,
    regular_file,
)
from inkcluster.images.readers.packed import pieces
from inkcluster.images.readers.pictures.archive import members
from inkcluster.images.readers.pictures.folder import read_members
from inkcluster.images.sniffing import data_files, says_data

MAX_NAME_CHARACTERS = 200
"""A member with a longer name is not unpacked."""
_PIECE_BYTES = 1 << 20


def read_archive(path: Path, asked: Asked) -> Found:
    """Read a zip or tar: of pictures, or of data files, which are read as a folder of them is."""
    asked = replace(asked, gather=None)
    with members(path, MAX_DEFLATE_RATIO) as found:
        if says_data([member.name for member in found]):
            with _unpacked_to(path) as folder:
                for member in found:
                    _copy(member.open, folder, member.name, path)
                if data_files(folder):
                    if asked.level is not None:
                        raise BadInputError(
                            f"{path} holds data files, to which --label-level does not apply."
                        )
                    return _own(read_file(folder, asked))
        labels = without_names(asked.labels, str(path))
        return read_members(path, found, replace(asked, labels=labels))


def read_packed(path: Path, asked: Asked) -> Found:
    """Read a file packed by gzip, bzip2 or xz whose own reader does not unpack it."""
    packed, seen = regular_file(path), 0
    inner_name = path.stem if path.suffix else path.name
    with _unpacked_to(path, inner_name) as folder, reading(path, "a packed file"):
        inner = folder / inner_name
        with inner.open("wb") as out, closing(pieces(path)) as found:
            for piece in found:
                seen += len(piece)
                check_unpacked(path, seen, packed, MAX_DEFLATE_RATIO)
                out.write(piece)
        return _own(read_file(inner, replace(asked, gather=None)))


@contextmanager
def _unpacked_to(path: Path, inner: str = "") -> Iterator[Path]:
    """A folder that is removed in the end; sentences about it name `path` instead."""
    with tempfile.TemporaryDirectory(prefix="inkcluster-") as folder:
        try:
            yield Path(folder)
        except BadInputError as error:
            own = str(Path(folder) / inner) if inner else folder
            said = str(error).replace(own + os.sep, f"{path}: ").replace(own, str(path))
            raise type(error)(said) from error.__cause__


def _copy(open_it: Any, folder: Path, name: PurePosixPath, path: Path) -> None:
    if max(map(len, name.parts)) > MAX_NAME_CHARACTERS or len(str(name)) > 10 * MAX_NAME_CHARACTERS:
        raise BadInputError(
            f"{path} holds a file with a name of {len(str(name)):,} characters "
            f"({one_line(str(name), 40)!r}); it is not read."
        )
    target = folder / name
    with reading(path, "an archive"):
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_it() as stream, target.open("wb") as out:
            while piece := stream.read(_PIECE_BYTES):
                out.write(piece)


def _own(found: Found) -> Found:
    """The same with arrays of its own, which do not map a file that is about to go."""
    labels = found.labels
    if isinstance(labels, np.ndarray):
        labels = np.array(labels)
    return replace(found, pixels=np.array(found.pixels), labels=labels, name=None)
