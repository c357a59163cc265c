"""Turns a column of images into pixels: encoded pictures, raw bytes, lists and nested lists."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.turning import MAX_ROUGHNESS, fits
from inkcluster.images.readers.evidence import roughness
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, size
from inkcluster.images.readers.pictures.collecting import Collection, TooManyPixelsError
from inkcluster.images.readers.pictures.frames import PictureError, pictures_in

MAX_AXES = 4
"""Lists nested deeper are not images."""
Shape = tuple[int, int] | None


class Images(Protocol):
    """Takes a column of images batch by batch and gives their pixels at the end."""

    are_pictures: bool

    def add(self, column: Any) -> None:
        """Take the images of a batch."""

    def done(self) -> tuple[NDArray[Any], list[str], NDArray[np.intp] | None]:
        """Pixels, what to say, and the rows that are kept where some were skipped."""

    def names(self) -> NDArray[Any] | None:
        """The names that came with the images."""


def images_of(
    kind: Any, name: str, where: str, shape: Shape, limit: int = MAX_UNPACKED_BYTES
) -> Images | None:
    """What reads a column of the Arrow type `kind`; None if it cannot hold images.

    Pictures that hold more than `limit` bytes are refused.

    Encoded pictures are bytes, or a struct of ``bytes`` and ``path`` as Hugging Face writes them.
    Lists are pixels in rows, or nested as (h, w), (h, w, c) or (c, h, w).
    """
    import pyarrow as pa

    where = f"{where}: column {one_line(name, 40)!r}"
    if isinstance(kind, pa.FixedShapeTensorType):
        return ListedImages(where, tuple(kind.shape), kind.permutation)
    if isinstance(kind, pa.BaseExtensionType):
        return None
    if pa.types.is_struct(kind):
        at = kind.get_field_index("bytes")
        return (
            EncodedImages(where, shape, limit)
            if at >= 0 and _is_bytes(kind.field(at).type)
            else None
        )
    if _is_bytes(kind):
        return EncodedImages(where, shape, limit)
    axes = 0
    while _is_list(kind):
        kind, axes = kind.value_type, axes + 1
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return ListedImages(where) if 0 < axes < MAX_AXES and is_number else None


class EncodedImages:
    """Encoded pictures, decoded one by one; bytes that are none, but all as long, are raw pixels."""

    are_pictures = True

    def __init__(self, where: str, shape: Shape, limit: int) -> None:
        self.where, self._shape = where, shape
        self._pictures = Collection(where, limit)
        self._raw: list[NDArray[np.uint8]] | None = None
        self._kept: list[int] = []
        self._all_named = True
        self._names: list[str] = []
        self._seen = 0

    def add(self, column: Any) -> None:
        """Decode the pictures of a batch."""
        for content, path in encoded(column, self.where, self._seen):
            self._all_named = self._all_named and bool(path)
            self._take(content, PurePosixPath(path or f"row {self._seen}"))
            self._seen += 1

    def are_raw(self, content: Any) -> bool:
        """Whether a column whose first bytes are `content` holds raw pixels."""
        return not _is_picture(content) and _may_be_raw(content.size, self._shape)

    def _take(self, content: Any, path: PurePosixPath) -> None:
        if not self._seen and self.are_raw(content):
            self._raw = []
        if self._raw is None:
            before = len(self._pictures)
            self._pictures.add(path, lambda: io.BytesIO(content))
            self._kept += [self._seen] * (len(self._pictures) - before)
            return
        if self._raw:
            self.check_raw(content, self._raw[0].size)
        self._raw.append(np.frombuffer(content, np.uint8))
        self._names.append(str(path))
        if len(self._raw) * content.size > MAX_UNPACKED_BYTES:
            raise _too_much(self.where)

    def check_raw(self, content: Any, n_bytes: int) -> None:
        """Refuse raw pixels that are not `n_bytes`, as those of the first row are."""
        if content.size != n_bytes:
            raise BadInputError(
                f"{self.where} holds bytes that are no pictures, {n_bytes:,} in one row and "
                f"{content.size:,} in another."
            )

    def done(self) -> tuple[NDArray[Any], list[str], NDArray[np.intp] | None]:
        """Pictures of one size, as folders give them; or rows of raw pixels."""
        if self._raw is not None:
            rows = np.stack(self._raw)
            return rows, [self.about_raw(rows)], None
        found = self._pictures.finish(self._shape)
        self._names = found.names
        as_they_were = self._kept == list(range(self._seen))
        return found.pixels, found.notices, None if as_they_were else np.array(self._kept, np.intp)

    def about_raw(self, rows: NDArray[np.uint8]) -> str:
        """What to say of rows of raw pixels; refuses bytes that do not look like pixels."""
        n_bytes = rows.shape[1]
        if self._shape is None and math.isqrt(n_bytes) ** 2 == n_bytes:
            side = math.isqrt(n_bytes)
            if roughness(rows.reshape(-1, side, side)) > MAX_ROUGHNESS:
                raise BadInputError(
                    f"{self.where} holds {n_bytes:,} bytes a row that are no pictures and do not "
                    f"look like pixels; if they are, give --shape {side}x{side}."
                )
        return f"Rows of {n_bytes:,} bytes are no picture files and were read as pixels."

    def names(self) -> NDArray[Any] | None:
        """The paths that came with the pictures that :meth:`done` gave, if all have one."""
        return np.array(self._names) if self._all_named else None


class ListedImages:
    """Lists of pixels, flat or nested."""

    are_pictures = False

    def __init__(
        self, where: str, shape: tuple[int, ...] = (), order: list[int] | None = None
    ) -> None:
        self.where, self._fixed, self._order = where, shape, order
        self._parts: list[NDArray[Any]] = []
        self._sides: tuple[int, ...] | None = None
        self._held = 0

    def add(self, column: Any) -> None:
        """Take the lists of a batch, which must have one shape."""
        if not len(column):
            return
        self._parts.append(self.array(column))
        self._held += self._parts[-1].nbytes
        if self._held > MAX_UNPACKED_BYTES:
            raise _too_much(self.where)

    def array(self, column: Any) -> NDArray[Any]:
        """The lists of a batch, which is not empty, as they are nested."""
        n = len(column)
        if column.null_count:
            raise BadInputError(f"{self.where} has no image in some row; leave out those rows.")
        sides: list[int] = []
        values = column.storage if self._fixed else column
        while _is_list(values.type):
            values, side = self._flat(values)
            sides.append(side)
        if values.null_count:
            raise BadInputError(f"{self.where} has pixels without a value; fill them.")
        numbers = _small(values.to_numpy(zero_copy_only=False))
        array = numbers.reshape(n, *(self._fixed or sides))
        if self._order is not None and self._fixed:
            array = array.transpose(0, *(int(axis) + 1 for axis in np.argsort(self._order)))
        if self._sides not in (None, array.shape[1:]):
            raise self._several(self._sides or (), array.shape[1:])
        self._sides = array.shape[1:]
        return np.ascontiguousarray(array)

    def _flat(self, values: Any) -> tuple[Any, int]:
        """The lists' members, one after the other, and how many each list has."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if values.null_count:
            raise BadInputError(f"{self.where} has a row of pixels that is missing; fill it.")
        if pa.types.is_fixed_size_list(values.type):
            return values.flatten(), values.type.list_size
        lengths = pc.min_max(pc.list_value_length(values)).as_py()
        if lengths["min"] != lengths["max"]:
            raise self._several((lengths["min"],), (lengths["max"],))
        return values.flatten(), int(lengths["min"])

    def _several(self, one: tuple[int, ...], other: tuple[int, ...]) -> BadInputError:
        shapes = (" × ".join(f"{side:,}" for side in sides) for sides in (one, other))
        return BadInputError(
            f"{self.where} holds lists of several sizes ({' and '.join(shapes)}); give all images one "
            "size, or save them as pictures."
        )

    def done(self) -> tuple[NDArray[Any], list[str], NDArray[np.intp] | None]:
        """The pixels as they were nested."""
        return np.concatenate(self._parts), [], None

    def names(self) -> None:
        """Lists come without names."""


def encoded(column: Any, where: str, first: int) -> Iterator[tuple[Any, str | None]]:
    """The bytes of each picture in a batch, and its path if it has one; `first` is the batch's first row."""
    import pyarrow as pa

    paths = None
    is_there = [True] * len(column)
    if pa.types.is_struct(column.type):
        if (at := column.type.get_field_index("path")) >= 0:
            paths = column.field(at)
        is_there = column.is_valid().to_pylist()
        column = column.field(column.type.get_field_index("bytes"))
    for i in range(len(column)):
        path = None if paths is None else paths[i].as_py()
        scalar = column[i]
        if pa.types.is_dictionary(column.type):
            scalar = scalar.value  # a view: the values are not copied
        content = scalar.as_buffer() if is_there[i] and scalar.is_valid else None
        if content is None:
            raise _missing(where, path, first + i)
        yield content, path if isinstance(path, str) else None


def _missing(where: str, path: str | None, row: int) -> BadInputError:
    if path:
        return BadInputError(
            f"{where} only names its pictures ({one_line(path, 60)!r}), which lie in files of "
            "their own; give the folder of these."
        )
    return BadInputError(f"{where} has no image in row {row:,}; leave out the row.")


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _is_bytes(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _small(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in the smallest type that holds them; fractions as they are."""
    if values.dtype.kind in "iu" and values.size and values.min() >= 0 and values.max() <= 255:
        return values.astype(np.uint8)
    return values


def _too_much(where: str) -> BadInputError:
    return TooManyPixelsError(
        f"{where} holds more than {size(MAX_UNPACKED_BYTES)} of pixels; make the images smaller or fewer, "
        "or, in a file, gather them into one that is mapped: --gather FOLDER."
    )


def _is_picture(value: Any) -> bool:
    try:
        next(pictures_in(io.BytesIO(value)))
    except PictureError as error:
        return str(error) != "not a picture"
    return True


def _may_be_raw(n_bytes: int, shape: Shape) -> bool:
    return fits(n_bytes, shape) or (n_bytes % 3 == 0 and fits(n_bytes // 3, shape))
