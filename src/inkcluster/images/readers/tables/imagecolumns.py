"""Turns a column of images into pixels: encoded pictures, raw bytes, lists and nested lists."""

from __future__ import annotations

import io
import math
from pathlib import PurePosixPath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.turning import MAX_ROUGHNESS, fits
from inkcluster.images.readers.evidence import roughness
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, size
from inkcluster.images.readers.pictures.decoding import as_bytes, unify
from inkcluster.images.readers.pictures.frames import Picture, PictureError, pictures_in
from inkcluster.images.readers.pictures.kinds import HEAD_BYTES, picture_format
from inkcluster.words import listed

MAX_NAMED_ROWS = 3
"""How many of the rows that were skipped a notice names."""
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


def images_of(kind: Any, name: str, where: str, shape: Shape) -> Images | None:
    """What reads a column of the Arrow type `kind`; None if it cannot hold images.

    Encoded pictures are bytes, or a struct of ``bytes`` and ``path`` as Hugging Face writes them.
    Lists are pixels in rows, or nested as (h, w), (h, w, c) or (c, h, w).
    """
    import pyarrow as pa

    where = f"{where}: column {one_line(name, 40)!r}"
    if isinstance(kind, pa.FixedShapeTensorType):
        return _Numbers(where, tuple(kind.shape), kind.permutation)
    if isinstance(kind, pa.BaseExtensionType):
        return None
    if pa.types.is_struct(kind):
        at = kind.get_field_index("bytes")
        return _Pictures(where, shape) if at >= 0 and _is_bytes(kind.field(at).type) else None
    if _is_bytes(kind):
        return _Pictures(where, shape)
    axes = 0
    while _is_list(kind):
        kind, axes = kind.value_type, axes + 1
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return _Numbers(where) if 0 < axes < MAX_AXES and is_number else None


class _Pictures:
    """Encoded pictures, decoded one by one; bytes that are none, but all as long, are raw pixels."""

    are_pictures = True

    def __init__(self, where: str, shape: Shape) -> None:
        self._where, self._shape = where, shape
        self._pictures: list[Picture] = []
        self._kept: list[int] = []
        self._names: list[str | None] = []
        self._broken: list[str] = []
        self._is_raw: bool | None = None
        self._seen = self._held = self._coloured = 0

    def add(self, column: Any) -> None:
        """Decode the pictures of a batch; each value of a dictionary once."""
        import pyarrow as pa

        if pa.types.is_struct(column.type):
            fields = {column.type.field(i).name: i for i in range(column.type.num_fields)}
            paths = column.field(fields["path"]) if "path" in fields else None
            content = column.field(fields["bytes"])
            valid = column.is_valid().to_pylist()
        else:
            paths, content, valid = None, column, [True] * len(column)
        if paths is not None and pa.types.is_dictionary(paths.type):
            codes, paths = paths.indices, paths.dictionary
        else:
            codes = None
        known: dict[int, Picture] = {}
        coded = pa.types.is_dictionary(content.type)
        for i in range(len(column)):
            at = content.indices[i].as_py() if coded else i
            scalar = None if at is None else (content.dictionary if coded else content)[at]
            value = None if scalar is None or not valid[i] else scalar.as_buffer()
            path_at = i if codes is None else codes[i].as_py()
            path = None if paths is None or path_at is None else paths[path_at].as_py()
            self._names.append(path)
            if value is None:
                raise self._missing(path)
            if at not in known:
                self._take(value, path, known, at)
            if at in known:
                self._keep(known[at])
            self._seen += 1

    def _take(self, value: Any, path: str | None, known: dict[int, Picture], at: int) -> None:
        if self._is_raw is None:
            self._is_raw = not _is_picture(value) and _may_be_raw(value.size, self._shape)
        if self._is_raw:
            first = self._pictures[0].grey.size if self._pictures else value.size
            if value.size != first:
                raise BadInputError(
                    f"{self._where} holds bytes that are no pictures, {first:,} in one row and "
                    f"{value.size:,} in another."
                )
            known[at] = Picture(np.frombuffer(value, np.uint8))
            return
        try:
            known[at] = next(pictures_in(io.BytesIO(value)))
        except PictureError as error:
            name = path or f"row {self._seen:,}"
            self._broken.append(f"{one_line(name, 60)} ({one_line(str(error), 60)})")

    def _keep(self, picture: Picture) -> None:
        self._pictures.append(picture)
        self._kept.append(self._seen)
        self._coloured += picture.had_colour
        self._held += picture.grey.nbytes + (0 if picture.alpha is None else picture.alpha.nbytes)
        if self._held > MAX_UNPACKED_BYTES:
            raise BadInputError(
                f"{self._where} holds more than {size(MAX_UNPACKED_BYTES)} of pixels; make the "
                "images smaller or fewer."
            )

    def _missing(self, path: str | None) -> BadInputError:
        if path:
            return BadInputError(
                f"{self._where} only names its pictures ({one_line(path, 60)!r}), which lie in files of "
                "their own; give the folder of these."
            )
        return BadInputError(
            f"{self._where} has no image in row {self._seen:,}; leave out the row."
        )

    def done(self) -> tuple[NDArray[Any], list[str], NDArray[np.intp] | None]:
        """Pictures of one size, as folders give them; or rows of raw pixels."""
        if not self._pictures:
            first = self._broken[0] if self._broken else "there is none"
            raise BadInputError(f"{self._where}: no picture can be read; the first is {first}.")
        if self._is_raw:
            rows = np.stack([picture.grey for picture in self._pictures])
            return rows, [self._raw(rows)], None
        pictures, said = as_bytes(self._pictures, self._where)
        h, w = self._shape or max((p.shape for p in pictures), key=math.prod)
        if len(pictures) * h * w > MAX_UNPACKED_BYTES:
            raise BadInputError(
                f"{self._where}: {len(pictures):,} pictures of {h} × {w} would take "
                f"{size(len(pictures) * h * w)}; give a smaller size, such as --shape 28x28."
            )
        pixels, resized = unify(pictures, self._shape)
        total = self._seen
        if self._broken:
            named = listed(self._broken, MAX_NAMED_ROWS) if len(self._broken) == 1 else listed(
                [text.rpartition(" (")[0] for text in self._broken], MAX_NAMED_ROWS)  # fmt: skip
            said.append(f"{len(self._broken):,} of {total:,} pictures could not be read: {named}.")
        if self._coloured:
            said.append(
                f"Colour was converted to grey in {self._coloured:,} of {total:,} pictures."
            )
        if resized:
            said.append(
                f"{resized:,} of {total:,} pictures had another size; they were scaled to fit, with "
                "their proportions kept."
            )
        return pixels, said, np.array(self._kept) if self._broken else None

    def _raw(self, rows: NDArray[np.uint8]) -> str:
        n_bytes = rows.shape[1]
        if self._shape is None and math.isqrt(n_bytes) ** 2 == n_bytes:
            side = math.isqrt(n_bytes)
            if roughness(rows.reshape(-1, side, side)) > MAX_ROUGHNESS:
                raise BadInputError(
                    f"{self._where} holds {n_bytes:,} bytes a row that are no pictures and do not "
                    f"look like pixels; if they are, give --shape {side}x{side}."
                )
        return f"Rows of {n_bytes:,} bytes are no picture files and were read as pixels."

    def names(self) -> NDArray[Any] | None:
        """The paths that came with the pictures, if all have one."""
        held = [name for name in self._names if name]
        if len(held) < len(self._names):
            return None
        return np.array([str(PurePosixPath(name)) for name in held])


class _Numbers:
    """Lists of pixels, flat or nested."""

    are_pictures = False

    def __init__(
        self, where: str, shape: tuple[int, ...] = (), order: list[int] | None = None
    ) -> None:
        self._where, self._fixed, self._order = where, shape, order
        self._parts: list[NDArray[Any]] = []
        self._held = 0

    def add(self, column: Any) -> None:
        """Take the lists of a batch, which must have one shape."""
        n = len(column)
        if not n:
            return
        if column.null_count:
            raise BadInputError(f"{self._where} has no image in some row; leave out those rows.")
        sides: list[int] = []
        values = column.storage if self._fixed else column
        while _is_list(values.type):
            values, side = self._flat(values)
            sides.append(side)
        if values.null_count:
            raise BadInputError(f"{self._where} has pixels without a value; fill them.")
        numbers = _small(values.to_numpy(zero_copy_only=False))
        array = numbers.reshape(n, *(self._fixed or sides))
        if self._order is not None and self._fixed:
            array = array.transpose(0, *(int(axis) + 1 for axis in np.argsort(self._order)))
        if self._parts and self._parts[0].shape[1:] != array.shape[1:]:
            raise self._several(self._parts[0].shape[1:], array.shape[1:])
        self._parts.append(np.ascontiguousarray(array))
        self._held += array.nbytes
        if self._held > MAX_UNPACKED_BYTES:
            raise BadInputError(
                f"{self._where} holds more than {size(MAX_UNPACKED_BYTES)} of pixels; make the "
                "images smaller or fewer."
            )

    def _flat(self, values: Any) -> tuple[Any, int]:
        """The lists' members, one after the other, and how many each list has."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if values.null_count:
            raise BadInputError(f"{self._where} has a row of pixels that is missing; fill it.")
        if pa.types.is_fixed_size_list(values.type):
            return values.flatten(), values.type.list_size
        lengths = pc.min_max(pc.list_value_length(values)).as_py()
        if lengths["min"] != lengths["max"]:
            raise self._several((lengths["min"],), (lengths["max"],))
        return values.flatten(), int(lengths["min"])

    def _several(self, one: tuple[int, ...], other: tuple[int, ...]) -> BadInputError:
        shapes = (" × ".join(f"{side:,}" for side in sides) for sides in (one, other))
        return BadInputError(
            f"{self._where} holds lists of several sizes ({' and '.join(shapes)}); give all images one "
            "size, or save them as pictures."
        )

    def done(self) -> tuple[NDArray[Any], list[str], NDArray[np.intp] | None]:
        """The pixels as they were nested."""
        return np.concatenate(self._parts), [], None

    def names(self) -> None:
        """Lists come without names."""


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


def _is_picture(value: Any) -> bool:
    return picture_format(memoryview(value)[:HEAD_BYTES].tobytes()) is not None


def _may_be_raw(n_bytes: int, shape: Shape) -> bool:
    return fits(n_bytes, shape) or (n_bytes % 3 == 0 and fits(n_bytes // 3, shape))
