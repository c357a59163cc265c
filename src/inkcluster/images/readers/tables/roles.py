"""Chooses among a table's columns where one holds whole images: the images, labels and names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.evidence import MAX_CLASSES
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES
from inkcluster.images.readers.naming import label_rank
from inkcluster.images.readers.tables.imagecolumns import Images, Shape, images_of
from inkcluster.words import listed

HUGGING_FACE = b"huggingface"
MAX_NAMED_COLUMNS = 3
"""How many columns that are not used a notice names."""
_IMAGE_NAMES = ("image", "images", "img", "picture", "pixels", "pixel_values", "scan", "data", "x")
_FILE_NAMES = (
    "filename",
    "file_name",
    "file",
    "path",
    "image_path",
    "image_id",
    "name",
    "id",
    "__key__",
)


@dataclass(frozen=True)
class Roles:
    """The columns' names by what they hold; `others` are not used."""

    image: str
    label: str | None
    name: str | None
    others: tuple[str, ...]
    notices: tuple[str, ...]


def image_columns(
    schema: Any, where: str, shape: Shape, limit: int = MAX_UNPACKED_BYTES
) -> dict[str, Images]:
    """What reads each column that may hold whole images, the likeliest first.

    Pictures come before lists, and among these columns called image, img, pixels or the like.
    """
    found = {
        field.name: images
        for field in schema
        if (images := images_of(field.type, field.name, where, shape, limit)) is not None
    }
    lists = [name for name in found if not found[name].are_pictures and label_rank(name) == 0]
    if len(lists) < len(found):  # one-hot labels
        found = {name: images for name, images in found.items() if name not in lists}
    return dict(sorted(found.items(), key=lambda item: _place(item[0], item[1])))


def choose_roles(
    schema: Any,
    images: Sequence[str],
    preview: Mapping[str, Sequence[Any]],
    where: str,
    labels: Any = None,
) -> Roles:
    """Choose the columns of labels and names beside the first of `images`.

    Parameters
    ----------
    schema : pyarrow.Schema
        All columns.
    images : sequence of str
        The columns that can hold images, the likeliest first.
    preview : mapping of str to sequence
        The first values of each column that :func:`may_be_label`.
    where : str
        The table, in sentences.
    labels : str or anything, optional
        The label column's name; or the labels themselves, and then no column is taken for them.

    Raises
    ------
    BadInputError
        If there is no column called `labels`.
    """
    if isinstance(labels, str) and labels not in schema.names:
        raise BadInputError(
            f"{where} has no column {one_line(labels)!r} for the labels; it has "
            f"{listed(map(one_line, schema.names))}."
        )
    usable = [name for name in images if not isinstance(labels, str) or name != labels]
    if not usable:
        raise BadInputError(f"{where} has no column of images beside {one_line(str(labels))!r}.")
    image, said = usable[0], []
    if len(usable) > 1:
        rest = listed((_quoted(name) for name in usable[1:]), MAX_NAMED_COLUMNS)
        said.append(f"Images are {_quoted(image)}, not {rest}; leave out a column to read another.")
    known = {name: values for name, values in preview.items() if name != image}
    if labels is None:
        label, more = _label(known, class_names(schema))
        said += more
    else:
        label = labels if isinstance(labels, str) else None
    name = next((n for n in _FILE_NAMES if n in known and n != label and _is_text(known[n])), None)
    others = [n for n in schema.names if n not in (image, label, name, *usable[1:])]
    if others:
        said.append(f"Not used: {listed((one_line(n, 40) for n in others), MAX_NAMED_COLUMNS)}.")
    return Roles(image, label, name, tuple(others), tuple(said))


def may_be_label(kind: Any) -> bool:
    """Whether a column of the Arrow type `kind` can hold labels: numbers, text or one-hot lists."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    one = kind.value_type if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind) else kind
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return True
    return bool(pa.types.is_integer(one) or pa.types.is_floating(one) or pa.types.is_boolean(one))


def class_names(schema: Any) -> dict[str, list[str]]:
    """The names of the classes by column, from what Hugging Face writes beside the schema."""
    try:
        features = json.loads((schema.metadata or {})[HUGGING_FACE])["info"]["features"]
        return {
            str(column): [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and isinstance(feature.get("names"), list)
        }
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _label(
    known: Mapping[str, Sequence[Any]], classes: Mapping[str, Any]
) -> tuple[str | None, list[str]]:
    """The label column by its name, or the only one that can be, and what to say of it."""
    named = [name for name in known if label_rank(name) == 0]
    named.sort(key=lambda name: name not in classes)
    if named:
        if len(named) == 1:
            return named[0], []
        rest = listed(map(_quoted, named[1:]), MAX_NAMED_COLUMNS)
        return named[0], [f"Labels are {_quoted(named[0])}, not {rest}; --labels NAME decides."]
    sure = [name for name in known if name in classes and label_rank(name) == 1]
    others = sure or [n for n, v in known.items() if label_rank(n) == 1 and _are_classes(v)]
    if len(others) == 1:
        return others[0], [
            f"Labels are {_quoted(others[0])}, the only column that can be; --labels NAME decides."
        ]
    if others:
        could = listed(map(_quoted, others), MAX_NAMED_COLUMNS)
        return None, [f"No column is called label; {could} could be: --labels NAME decides."]
    return None, []


def _are_classes(values: Sequence[Any]) -> bool:
    """Whether these are few text or whole values that come again."""
    held = [value for value in values if value is not None]
    if not held or any(isinstance(value, list) for value in held):
        return False
    if any(isinstance(value, float) and not value.is_integer() for value in held):
        return False
    return 2 <= len(set(held)) <= min(MAX_CLASSES, len(held) / 2)


def _is_text(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _place(name: str, images: Images) -> tuple[bool, int]:
    lowered = name.strip().lower()
    at = _IMAGE_NAMES.index(lowered) if lowered in _IMAGE_NAMES else len(_IMAGE_NAMES)
    return not images.are_pictures, at


def _quoted(name: str) -> str:
    return repr(one_line(name, 40))
