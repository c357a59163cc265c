"""`load`: reads images from what a person has, recognised by its content rather than by its name."""

from __future__ import annotations

import importlib
import operator
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.images.check import checked_shape, image_set
from inkcluster.images.describing import one_line
from inkcluster.images.formats import FORMATS
from inkcluster.images.imageset import ImageSet
from inkcluster.images.labelfile import LabelTable, read_labels
from inkcluster.images.labelling import check_labels, label_array
from inkcluster.images.named import NAMED, digits, find
from inkcluster.images.readers.found import Asked, Found, Gathering
from inkcluster.images.readers.guard import memory_for, title_of
from inkcluster.images.readers.naming import by_part, names_labels
from inkcluster.images.readers.objects import errors_in_python, in_python, read_object
from inkcluster.images.sniffing import kind_of
from inkcluster.images.turns import turned
from inkcluster.progress import SILENT, Progress, listening

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_LABEL_ENDINGS = (".npy", ".npz", ".csv", ".tsv", ".txt")


def load(
    source: Any,
    *,
    labels: str | os.PathLike[str] | ArrayLike | None = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    label_level: int | Sequence[int] | None = None,
    turn: str | None = None,
    gather: str | os.PathLike[str] | Gathering | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read images, and their labels where there are any.

    Parameters
    ----------
    source : str, path-like, ImageSet or another object
        One of :data:`~inkcluster.images.NAMED` (a file of that name is ``./digits``); a file,
        folder or archive, recognised by its content, see "What can I give it?" in the
        documentation; or an object: an array (of a dask array the first axis counts the images), a pair (images, labels), a dictionary of arrays, a
        data frame of pandas, polars or pyarrow, a list of images, or a dataset as of PyTorch or
        Hugging Face, see :func:`~inkcluster.images.readers.objects.read_object`.
    labels : str, path-like or array-like, optional
        The name of the variable or column that holds the labels, a file of labels (IDX, ``.npy``,
        or text with one a line or in a column, ``FILE:COLUMN``), or the labels themselves. By
        default they are found.
    shape : (int, int), optional
        Height and width, for rows that are not square images; for pictures, the size to give them;
        for a sheet of small images, the size of each.
    name : str, optional
        What to call the set; by default the file's name.
    label_level : int or sequence of int, optional
        Which folder of a picture's path is its label: 1 for the folders in `source` itself, 2 for
        those within them; -1 for the folder that the picture lies in; ``(1, 2)`` for both names,
        joined; 0 for no labels. By default it is found.
    turn : str, optional
        How to turn the images: ``"transpose"``, ``"left"``, ``"right"``, ``"half"``, ``"flip"`` or
        ``"mirror"``, see :func:`~inkcluster.images.turns.turned`.
    gather : str, path-like or Gathering, optional
        A new or empty folder in which the pictures of a folder, the images in Parquet or Arrow files,
        or a dask array are written, piece by piece, into one file that is mapped: for more than fit
        into memory. What is gathered is kept if this is cut off, and used again while the files stay
        as they are, or the array keeps the name that Dask gives it. Other data are read as ever.
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
    shape = None if shape is None else checked_shape(shape)
    with listening(progress), memory_for(where):
        known, said = _labels(labels)
        images = _loaded(
            source, Asked(known, shape, _levels(label_level), _gathering(gather)), name
        )
        if known is not None and not isinstance(known, str):
            given = f"file {Path(labels).name!r}" if isinstance(labels, str | os.PathLike) else ""
            said = said if is_path else tuple(map(in_python, said))
            images = replace(images, labels_from=given, notices=(*images.notices, *said))
        return images if turn is None else turned(images, turn)


def _loaded(source: Any, asked: Asked, name: str | None) -> ImageSet:
    if isinstance(source, ImageSet):
        return _with(source, asked, name)
    if not isinstance(source, str | os.PathLike):
        is_array = isinstance(source, np.ndarray) or hasattr(source, "__dask_graph__")
        where = "the array" if is_array else "the object"
        if asked.level is not None:
            raise BadInputError(f"{where} has no folders, so label_level does not apply to it.")
        refuse_masked(source, f"{where}: pixels")
        with errors_in_python():
            found = _matched(read_object(source, _counted(asked)), asked.labels)
            images = image_set(found, where=where, name=name or "images", shape=asked.shape)
        return replace(images, notices=tuple(map(in_python, images.notices)))
    if not os.fspath(source):
        raise BadInputError("The name of the data is empty; '.' is the current folder.")
    if source not in NAMED:
        return _read(Path(source), asked, name)
    here = Path(source).exists()
    said = f"This is the named set {source}; write ./{source} for what lies here by that name."
    try:
        images = digits() if source == "digits" else _read(find(source), Asked(), source)
    except BadInputError as error:
        if not here:
            raise
        raise BadInputError(f"{said} {error}") from error
    if here:
        images = replace(images, notices=(*images.notices, said))
    return _with(images, asked, name)


def _read(path: Path, asked: Asked, name: str | None) -> ImageSet:
    if asked.gather is not None:
        place = asked.gather.place
        called = replace(asked.gather, place=lambda own: place(name or own or title_of(path)))
        asked = replace(asked, gather=called)
    found = read_file(path, asked)
    if found.labels is None and path.is_file():
        found = replace(found, notices=(*found.notices, *_about_labels(path)))
    title = name or found.name or title_of(path)
    return image_set(found, where=str(path), name=title, shape=asked.shape)


def _about_labels(path: Path) -> Iterator[str]:
    """Where the labels may be: in a file of labels beside that of the images, of the same part."""
    part = [*by_part([path.stem])]
    try:
        others = sorted(path.parent.iterdir())
    except OSError:
        return
    for beside in others:
        is_list = beside != path and beside.suffix.lower() in _LABEL_ENDINGS
        if is_list and names_labels(beside.stem) and [*by_part([beside.stem])] == part:
            where = one_line(beside.name, 60)
            yield f"The images have no labels; if they are in {where}, give it with --labels FILE."
            return


def read_file(path: Path, asked: Asked) -> Found:
    """Read the file or folder at `path` by the reader of its kind; nothing is checked yet."""
    form = FORMATS[kind_of(path)]
    if not form.has_columns:
        asked = replace(asked, labels=without_names(asked.labels, str(path)))
    if asked.level is not None and not form.has_folders:
        raise BadInputError(f"{path} has no folders, so --label-level does not apply to it.")
    module, _, function = form.reader.rpartition(".")
    read: Callable[[Path, Asked], Found] = getattr(
        importlib.import_module(f"inkcluster.images.readers.{module}"), function
    )
    return _matched(read(path, _counted(asked)), asked.labels)


def _counted(asked: Asked) -> Asked:
    """What is asked of a reader, which only the number of a label file's lines concerns."""
    if not isinstance(asked.labels, LabelTable):
        return asked
    return replace(asked, labels=np.arange(len(asked.labels)))


def _matched(found: Found, table: Any) -> Found:
    """What was found, with the labels of a file of their own in the order of the images."""
    if not isinstance(table, LabelTable):
        return found
    labels, said = table.labels_for(len(found.pixels), found.names)
    return replace(found, labels=labels, notices=(*found.notices, *said))


def _gathering(gather: str | os.PathLike[str] | Gathering | None) -> Gathering | None:
    if gather is None or isinstance(gather, Gathering):
        return gather
    if not os.fspath(gather):
        raise BadInputError("The name of the folder to gather images in is empty.")
    return Gathering(lambda _: Path(gather))


def _levels(level: Any) -> tuple[int, ...] | None:
    if level is None:
        return None
    try:
        return tuple(map(operator.index, level if np.iterable(level) else [level]))
    except TypeError:
        raise BadInputError(
            f"label_level must be a whole number or several, such as (1, 2), not {level!r}."
        ) from None


def _labels(labels: Any) -> tuple[Any, Sequence[str]]:
    """The labels themselves, given or in a file of their own, else the name; and what to say."""
    if labels is None or not isinstance(labels, str | os.PathLike):
        return labels if labels is None else label_array(labels, "the labels given"), ()
    if _is_file(labels):
        return read_labels(Path(labels))
    file, colon, column = os.fspath(labels).rpartition(":")
    if colon and _is_file(file):
        return read_labels(Path(file), column)
    if isinstance(labels, os.PathLike):
        raise BadInputError(f"{labels} does not exist; name the file of the labels.")
    return labels, ()


def _is_file(path: str | os.PathLike[str]) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def without_names(labels: Any, where: str) -> Any:
    """The labels, of a set that has no columns or variables that a name could mean."""
    if isinstance(labels, str):
        raise BadInputError(
            f"{where} has no column {labels!r}, and there is no file of that name; "
            "give a file with a label for each image."
        )
    return labels


def _with(images: ImageSet, asked: Asked, name: str | None) -> ImageSet:
    """The set under another name or with other labels, where they are given."""
    if asked.level is not None:
        raise BadInputError(f"{images.name} has no folders, so --label-level does not apply to it.")
    if asked.shape is not None and tuple(asked.shape) != images.shape:
        h, w = images.shape
        raise BadInputError(
            f"The images of {images.name} are {h} × {w}, so --shape does not apply to them."
        )
    if asked.labels is not None:
        known = without_names(asked.labels, images.name)
        if isinstance(known, LabelTable):
            known, said = known.labels_for(len(images), images.names)
            images = replace(images, notices=(*images.notices, *said))
        images = replace(images, labels=check_labels(known, len(images), images.name))
    return replace(images, name=name) if name else images
