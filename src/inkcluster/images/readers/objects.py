"""Reads objects of Python: arrays, pairs, dictionaries and bunches of them, data frames."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.choosing import choose
from inkcluster.images.readers.datasets import as_array, named_classes, read_dataset
from inkcluster.images.readers.found import Asked, Found, joined
from inkcluster.images.readers.guard import reading
from inkcluster.images.readers.naming import by_part
from inkcluster.words import listed

_IN_PYTHON = (
    (re.compile(r"--shape HxW"), "shape=(height, width)"),
    (re.compile(r"--shape (\d+)x(\d+)"), r"shape=(\1, \2)"),
    (re.compile(r"--labels (?=[\w'])"), "labels="),
)
_EXTRAS = ("DESCR", "frame", "feature_names", "details", "categories", "url", "filename")


def read_object(source: Any, asked: Asked) -> Found:
    """Read images from an object.

    Parameters
    ----------
    source : object
        An array or what turns into one (``__array__``, a sparse matrix), chosen from as from a
        ``.npy`` file; a pair (images, labels); Keras's two pairs; a dictionary of arrays, such as
        a Bunch of scikit-learn's; a data frame of pandas, polars or pyarrow; a sequence of images
        or of pairs, or a dataset of PyTorch's or Hugging Face's kind, see
        :func:`~inkcluster.images.readers.datasets.read_dataset`.
    asked : Asked
        What the caller says of it.

    Raises
    ------
    BadInputError
        If it holds no images.
    """
    with reading("the object", "images"):
        return _read(source, asked)


def in_python(sentence: str) -> str:
    """A sentence that names options as the command line does, with arguments instead.

    Examples
    --------
    >>> from inkcluster.images.readers.objects import in_python
    >>> in_python("Columns were read; --shape 28x20 or --labels 'a b' decides.")
    "Columns were read; shape=(28, 20) or labels='a b' decides."
    """
    for pattern, words in _IN_PYTHON:
        sentence = pattern.sub(words, sentence)
    return sentence


@contextmanager
def errors_in_python() -> Iterator[None]:
    """Let errors name arguments instead of options, see :func:`in_python`."""
    try:
        yield
    except BadInputError as error:
        raise type(error)(in_python(str(error))) from error.__cause__


def _read(source: Any, asked: Asked) -> Found:
    if isinstance(source, bytes | bytearray | memoryview | set | frozenset):
        raise _unreadable(source)
    if _is_frame(source):
        return _frame(source, asked)
    if isinstance(source, Mapping):
        return _mapping(source, asked)
    if hasattr(source, "collect") and hasattr(source, "collect_schema"):
        raise BadInputError("Images cannot be read from a lazy frame; call its collect() first.")
    if hasattr(source, "mode") and hasattr(source, "getbands"):
        raise BadInputError("This is a single picture; give a list of pictures.")
    if isinstance(source, tuple | list) and len(source) == 2 and (pair := _pair(source)):
        return _of_pair(*pair, asked)
    if _is_array(source):
        return _array(source, asked)
    if hasattr(source, "__getitem__") and hasattr(source, "__len__"):
        return _sequence(source, asked)
    raise _unreadable(source)


def _unreadable(source: Any) -> BadInputError:
    kind = type(source).__name__
    if hasattr(source, "dataset"):
        return BadInputError(f"Images cannot be read from a {kind}; give its dataset instead.")
    if hasattr(source, "__iter__") and not hasattr(source, "__getitem__"):
        return BadInputError(
            f"Images cannot be read from a {kind}, which can be gone through only once or has no "
            "length; make a list of it first."
        )
    return BadInputError(
        f"Images cannot be read from a {kind}; give a path, an array, a data frame, a dataset or "
        "the name of a set."
    )


def _array(source: Any, asked: Asked) -> Found:
    if hasattr(source, "__dask_graph__"):
        from inkcluster.images.readers.arrays.dasked import read_blocks

        return read_blocks(source, asked)
    array = _plain(source, "the array")
    if array.dtype.kind == "O" and array.ndim == 1:
        return _sequence(list(array), asked)
    labels = asked.labels
    if isinstance(labels, str) and not labels.isdecimal():
        raise BadInputError(
            f"An array has no column {labels!r}, and there is no file of that name; give a label for "
            "each image."
        )
    return replace(choose({"array": array}, "the array", asked), what="an array")


def _sequence(source: Any, asked: Asked) -> Found:
    first = source[0] if isinstance(source, Sequence) and len(source) else None
    if isinstance(first, list | tuple | np.ndarray) and np.ndim(first[0] if len(first) else 0) == 0:
        is_pair = isinstance(first, tuple) and len(first) == 2 and not np.isscalar(first[0])
        if not is_pair and not isinstance(first[0] if len(first) else 0, str):
            with reading("the list", "an array"):
                return _array(np.asarray(source), asked)
    return read_dataset(source, asked)


def _pair(source: Sequence[Any]) -> tuple[Any, Any] | None:
    """Images and labels, or Keras's (train, test) pairs as one dictionary and None."""
    first, second = source
    pairs = [own for own in source if isinstance(own, tuple | list) and len(own) == 2]
    if len(pairs) == 2 and all(_fit(*own) for own in pairs):
        arrays = {}
        for part, (images, labels) in zip(("train", "test"), pairs, strict=True):
            arrays[f"x_{part}"], arrays[f"y_{part}"] = images, labels
        return arrays, None
    return (first, second) if _fit(first, second) else None


def _fit(images: Any, labels: Any) -> bool:
    """Whether the second are labels: a vector or column as long as the first are images."""
    n = _length(images)
    if isinstance(labels, str) or not n or n != _length(labels):
        return False
    shape = np.shape(labels) if isinstance(labels, list | tuple) else getattr(labels, "shape", ())
    if len(shape) != 1 and tuple(shape) != (n, 1):
        return False
    return (
        not isinstance(images, list | tuple) or np.ndim(images[0]) > 0 or hasattr(images[0], "mode")
    )


def _length(own: Any) -> int:
    shape = getattr(own, "shape", None)
    if isinstance(shape, tuple):
        return int(shape[0]) if shape else 0
    return len(own) if hasattr(own, "__len__") else 0


def _of_pair(images: Any, labels: Any, asked: Asked) -> Found:
    if labels is None:
        return _mapping(images, asked)
    if asked.labels is None:
        values = labels.ravel() if isinstance(labels, np.ndarray) else labels
        asked = replace(asked, labels=_plain(values, "the labels"))
    found = _read(images, asked)
    return replace(found, labels_from="the second of the pair")


def _mapping(source: Mapping[Any, Any], asked: Asked) -> Found:
    """A dictionary of arrays, a Bunch, or one of data sets by part."""
    held = {str(key): value for key, value in source.items() if value is not None}
    if "target" in held and ("data" in held or "images" in held):
        return _bunch(held, asked)
    arrays = {key: _plain(v, f"array {key!r}") for key, v in held.items() if _is_array(v)}
    arrays |= {
        key: np.asarray(value)
        for key, value in held.items()
        if isinstance(value, list | tuple) and key not in _EXTRAS
    }
    arrays = {key: array for key, array in arrays.items() if array.dtype.kind != "O"}
    if arrays:
        return replace(choose(arrays, "the dictionary", asked), what="a dictionary of arrays")
    order = [key for keys in by_part(held).values() for key in keys]
    if held and sorted(order) == sorted(held):
        parts = [_read(held[key], asked) for key in order]
        if len({part.pixels.shape[1:] for part in parts}) > 1:
            raise BadInputError("The parts hold images of several sizes; give one of them.")
        return replace(joined(parts, order, "part"), what="a dictionary of datasets")
    raise BadInputError(
        f"The dictionary holds no arrays of images; it has {listed(map(one_line, held)) or 'nothing'}."
    )


def _bunch(held: dict[str, Any], asked: Asked) -> Found:
    images = held["images"] if "images" in held else held["data"]
    labels, names = asked.labels, held.get("target_names")
    if labels is None:
        labels = _plain(held["target"], "target")
        if names is not None and not isinstance(names, str):
            labels = named_classes(labels, [str(name) for name in np.ravel(np.asarray(names))])
        labels = labels.astype(str) if labels.dtype.kind == "O" else labels
    found = _read(images, replace(asked, labels=labels))
    return replace(found, what="a Bunch", labels_from="target" if asked.labels is None else "")


def _is_frame(source: Any) -> bool:
    return (hasattr(source, "columns") or hasattr(source, "column_names")) and (
        hasattr(source, "to_arrow") or hasattr(source, "iloc") or hasattr(source, "to_batches")
    ) and not hasattr(source, "features")  # fmt: skip


def _frame(source: Any, asked: Asked) -> Found:
    """A data frame of pandas, polars or pyarrow, as a table that a file holds."""
    import pyarrow as pa

    from inkcluster.images.readers.tables.arrow import read_table
    from inkcluster.images.readers.tables.opening import InMemory

    names = None
    with reading("the data frame", "a table"):
        if hasattr(source, "iloc"):
            index = source.index
            if index.dtype.kind not in "iuf" and index.is_unique:
                names = np.array([str(name) for name in index])
            source = source.rename(columns=str)
            columns = {
                str(name): _column(source.iloc[:, i]) for i, name in enumerate(source.columns)
            }
            if len(columns) < source.shape[1]:
                raise BadInputError("The data frame has two columns of one name; rename one.")
            table = pa.table(columns)
        else:
            table = source.to_arrow() if hasattr(source, "to_arrow") else source
        if not table.num_rows or not table.num_columns:
            raise BadInputError("The data frame has no rows.")
        table = table.combine_chunks()
        found = read_table(InMemory(table), "the data frame", asked, "the data frame")
    if names is not None and found.names is None and len(names) == len(found.pixels):
        found = replace(found, names=names)
    return replace(found, what="a data frame")


def _column(series: Any) -> Any:
    """A column of pandas as one of Arrow's; pictures and arrays become tensors."""
    import pyarrow as pa

    first = series.iloc[0] if len(series) else None
    if series.dtype.kind == "O" and (hasattr(first, "getbands") or np.ndim(_or_zero(first)) > 1):
        arrays = [as_array(value) for value in series]
        if len({array.shape for array in arrays}) > 1:
            raise BadInputError(
                f"the data frame: column {series.name!r} holds images of several sizes; give a list of "
                "them, and labels=."
            )
        return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(np.stack(arrays)))
    return pa.Array.from_pandas(series)


def _or_zero(value: Any) -> Any:
    return value if isinstance(value, np.ndarray) else 0


def _is_array(source: Any) -> bool:
    return hasattr(source, "__array__") or hasattr(source, "toarray")


def _plain(source: Any, where: str) -> NDArray[Any]:
    """What turns into an array, as one."""
    with reading(where, "an array"):
        if hasattr(source, "__dask_graph__"):
            from inkcluster.images.readers.arrays.dasked import check_fits, check_known

            check_known(source, where)
            check_fits(source, where)
        if hasattr(source, "toarray"):
            source = source.toarray()
        if hasattr(source, "detach"):
            source = source.detach().cpu()
        return np.asarray(source)
