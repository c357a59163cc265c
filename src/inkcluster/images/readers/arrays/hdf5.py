"""HDF5, which MATLAB 7.3 writes too: groups, structs, cells, sparse matrices, text and records."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.heap import variable_texts
from inkcluster.images.readers.arrays.mat5 import (
    MAX_DEPTH,
    Cell,
    Sparse,
    holds_code,
    is_sound,
)
from inkcluster.images.readers.guard import MAX_DEFLATE_RATIO, check_unpacked
from inkcluster.images.readers.naming import label_rank

MAX_MEMBERS = 500_000
"""Objects, references and texts in one file."""
MAX_LINKS = 16
"""Soft links that follow each other."""
MAX_TEXT_CHARACTERS = 4_000
"""Longer text is no label."""
_CODE = {"object": "an object", "opaque": "an object", "function_handle": "a function"}
_PENDING = object()  # stands for what is just being read
_UNREAD = np.empty(0, np.str_)


def is_hdf5(start: bytes) -> bool:
    """Whether these are the first 520 bytes of an HDF5 file; MATLAB's begin with a text of 512."""
    return b"\x89HDF\r\n\x1a\n" in (start[:8], start[512:520])


def read_hdf5(path: Path, packed: int) -> tuple[dict[str, Any], bool]:
    """Read every array of an HDF5 file, and whether MATLAB wrote it.

    Parameters
    ----------
    path : Path
        The file. Links within it are followed, each object once; nothing outside it is opened.
    packed : int
        Its size in bytes, against which every size that it claims is checked.

    Returns
    -------
    values : dict of str to value
        As :func:`~inkcluster.images.readers.arrays.mat5.read_mat5` gives them; a group is a dict.
        MATLAB's arrays are turned to its own orientation. What holds neither numbers nor text is
        empty, so that it is named among what is not used.
    from_matlab : bool

    Raises
    ------
    BadInputError
        If a size is impossible, a link leads out of the file, or MATLAB objects are in it.
    """
    import h5py

    with h5py.File(path, "r") as file:
        if "#subsystem#" in file:
            raise holds_code(path, "an object")
        reader = _Reader(file, path, packed)
        return reader.group(file, 0), reader.from_matlab


class _Reader:
    """An open file, what of it has been read, and how much that is."""

    def __init__(self, file: Any, path: Path, packed: int) -> None:
        self.file, self.path, self.packed = file, path, packed
        self.from_matlab = False
        self._seen: set[Any] = set()
        self._referred_to: dict[Any, Any] = {}
        self._promised = self._members = 0

    def group(self, group: Any, depth: int) -> dict[str, Any]:
        """The members of a group by name."""
        if depth > MAX_DEPTH:
            raise BadInputError(f"{self.path} nests groups more than {MAX_DEPTH} deep.")
        found = {}
        for key, member in self._members_of(group):
            found[key] = self._value(member, key, depth)
        return {key: value for key, value in found.items() if value is not None}

    def _members_of(self, group: Any) -> Iterator[tuple[str, Any]]:
        for key in group:
            if key == "#refs#":  # the members of cells, read where they belong
                continue
            member = self._linked(group, key, 0)
            if member is not None and self._is_new(member):
                yield key, member

    def _linked(self, group: Any, key: str, links: int) -> Any:
        """What a name in a group stands for; None for a link that leads nowhere."""
        import h5py

        link = group.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise self._elsewhere(key)
        if not isinstance(link, h5py.SoftLink):
            return group[key]
        if links >= MAX_LINKS:
            raise BadInputError(f"{self.path}: the links of {one_line(key, 40)!r} go in a circle.")
        at = self.file if link.path.startswith("/") else group
        for step in filter(None, link.path.split("/")):
            if not isinstance(at, h5py.Group) or at.get(step, getlink=True) is None:
                return None
            at = self._linked(at, step, links + 1)
        return at

    def _is_new(self, member: Any) -> bool:
        self._count(1)
        token = _place_of(member)
        if token in self._seen:
            return False
        self._seen.add(token)
        return True

    def _count(self, members: int) -> None:
        self._members += members
        if self._members > MAX_MEMBERS:
            raise BadInputError(f"{self.path} holds more than {MAX_MEMBERS:,} members.")

    def _value(self, member: Any, key: str, depth: int) -> Any:
        import h5py

        kind = _class_of(member)
        self.from_matlab = self.from_matlab or bool(kind)
        if kind in _CODE or "MATLAB_object_decode" in member.attrs:
            raise holds_code(self.path, _CODE.get(kind, "an object"))
        if isinstance(member, h5py.Group):
            if "MATLAB_sparse" in member.attrs:
                return self._sparse(member, key)
            return self.group(member, depth + 1)
        return self._dataset(member, key, kind, depth) if _is_dataset(member) else None

    def _dataset(self, dataset: Any, key: str, kind: str, depth: int) -> Any:
        import h5py

        if dataset.shape is None or "MATLAB_empty" in dataset.attrs:
            return np.empty((0, 0))
        if h5py.check_ref_dtype(dataset.dtype) is h5py.Reference:
            return self._cell(dataset, key, depth)
        array = self._array(dataset, key)
        if not kind:
            return None if isinstance(array, np.ndarray) and not array.ndim else array
        if kind == "char":
            return _chars(array.T)
        return array.T.astype(np.bool_) if kind == "logical" else array.T

    def _cell(self, dataset: Any, key: str, depth: int) -> Any:
        """The values that an array of references points to, in MATLAB's order."""
        if depth >= MAX_DEPTH:
            raise BadInputError(f"{self.path} nests cells more than {MAX_DEPTH} deep.")
        references = self._array(dataset, key)
        self._count(references.size)
        members = [self._referred(reference, key, depth) for reference in references.ravel()]
        return Cell(references.T.shape, members)

    def _referred(self, reference: Any, key: str, depth: int) -> Any:
        """What a reference points to; what several point to is read once."""
        if not reference:
            return np.empty((0, 0))
        member = self.file[reference]
        token = _place_of(member)
        if token not in self._referred_to:
            self._referred_to[token] = _PENDING
            self._referred_to[token] = self._value(member, key, depth + 1)
        elif self._referred_to[token] is _PENDING:
            raise BadInputError(f"{self.path}: the cell {one_line(key, 40)!r} holds itself.")
        return self._referred_to[token]

    def _sparse(self, group: Any, key: str) -> Any:
        attribute = group.attrs.get_id("MATLAB_sparse")
        if attribute.dtype.kind not in "iu" or attribute.shape != ():
            raise self._damaged(key)
        rows = int(group.attrs["MATLAB_sparse"])
        parts = []
        for name in ("ir", "jc", "data"):
            part = self._linked(group, name, 0) if name in group else None
            if part is None and name != "jc":  # a matrix without entries has none
                parts.append(np.empty(0, np.int64))
            elif _is_dataset(part):
                parts.append(self._array(part, f"{key}.{name}"))
            else:
                raise self._damaged(key)
        ir, jc, data = parts
        shape = (rows, len(jc) - 1)
        if not is_sound(shape, ir, jc, data):
            raise self._damaged(key)
        entries = data[: int(jc[-1])]
        return Sparse(shape, ir[: len(entries)].astype(np.int32), jc.astype(np.int32), entries)

    def _array(self, dataset: Any, key: str) -> Any:
        """The values of a dataset, once their size is known to be possible; records by field."""
        import h5py

        if dataset.external or dataset.is_virtual:
            raise self._elsewhere(key)
        n_bytes = math.prod(dataset.shape) * dataset.dtype.itemsize
        chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
        self._promised += n_bytes
        check_unpacked(self.path, max(self._promised, chunk), self.packed, MAX_DEFLATE_RATIO)
        if h5py.check_string_dtype(dataset.dtype) is not None and dataset.dtype.kind == "O":
            return self._texts(dataset, key)
        if dataset.dtype.names is not None:
            records = dataset[()]
            fields = {str(name): records[name] for name in dataset.dtype.names}
            return {name: a for name, a in fields.items() if a.dtype.kind in "biufS"} or _UNREAD
        if (dataset.dtype.base or dataset.dtype).kind in "biufS":
            return np.asarray(dataset[()])
        is_reference = h5py.check_ref_dtype(dataset.dtype) is h5py.Reference
        return dataset[()] if is_reference else _UNREAD

    def _texts(self, dataset: Any, key: str) -> NDArray[Any]:
        """Text of variable length; what is stored in chunks is not read."""
        offset = dataset.id.get_offset()
        sizes = self.file.id.get_create_plist().get_sizes()
        if offset is None or sizes != (8, 8):
            if math.prod(dataset.shape) and label_rank(key) == 0:
                raise BadInputError(
                    f"{self.path}: the text of {one_line(key, 40)!r} is of variable length and in chunks, "
                    "which is not read; store it without chunks, or as whole numbers."
                )
            return _UNREAD
        count = math.prod(dataset.shape)
        self._count(count)
        with self.path.open("rb") as stream:
            texts = variable_texts(stream, offset, count, self.file.userblock_size)
        if max(map(len, texts), default=0) > MAX_TEXT_CHARACTERS:
            return _UNREAD  # an array would give each as much room as the longest
        return np.array(texts, dtype=np.str_).reshape(dataset.shape)

    def _elsewhere(self, key: str) -> BadInputError:
        return BadInputError(
            f"{self.path}: variable {one_line(key, 40)!r} points into another file, which is never read."
        )

    def _damaged(self, key: str) -> BadInputError:
        return BadInputError(
            f"{self.path} is damaged: the sparse array {one_line(key, 40)!r} does not fit its indices."
        )


def _place_of(member: Any) -> tuple[int, int]:
    """The file's number and the object's address there, which tell an object from all others."""
    import h5py

    info = h5py.h5o.get_info(member.id)
    return info.fileno, info.addr


def _is_dataset(member: Any) -> bool:
    import h5py

    return isinstance(member, h5py.Dataset)


def _chars(codes: NDArray[Any]) -> NDArray[Any]:
    """MATLAB's char matrix, one row of UTF-16 codes a string, as text of shape (rows,)."""
    if codes.ndim != 2:
        return _UNREAD
    rows = [bytes(row.astype("<u2").tobytes()).decode("utf-16-le", "replace") for row in codes]
    return np.array([row.rstrip(" \0") for row in rows], dtype=np.str_)


def _class_of(member: Any) -> str:
    """The class that MATLAB wrote, always as text of fixed length; other text is not looked at."""
    if "MATLAB_class" not in member.attrs:
        return ""
    attribute = member.attrs.get_id("MATLAB_class")
    if attribute.dtype.kind != "S" or attribute.shape != ():
        return ""
    return bytes(member.attrs["MATLAB_class"]).decode("ascii", "replace")
