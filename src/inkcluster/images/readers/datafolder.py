"""Reads a folder of data files as one set: parts, numbered files, images beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import check_pixels
from inkcluster.images.describing import one_line
from inkcluster.images.labelfile import read_labels
from inkcluster.images.loading import read_file
from inkcluster.images.readers.arrays.choosing import choose
from inkcluster.images.readers.arrays.mat import mat_arrays
from inkcluster.images.readers.arrays.npy import npz_arrays, read_array
from inkcluster.images.readers.found import Asked, Found, joined
from inkcluster.images.readers.idx import image_files, read_idx_folder
from inkcluster.images.readers.naming import by_part, class_numbers, family, in_order, names_labels
from inkcluster.images.readers.tables.shards import read_shards
from inkcluster.images.sniffing import data_files, walked
from inkcluster.words import listed

MAX_NAMED_FILES = 3
"""How many files a sentence names."""
_ARRAYS: Mapping[str, Callable[[Path], dict[str, NDArray[Any]]]] = {
    "npy": lambda path: {"": read_array(path)},
    "npz": npz_arrays,
    "mat": lambda path: mat_arrays(path)[0],
}


def read_data_folder(folder: Path, asked: Asked) -> Found:
    """Read the data files in `folder` and below it.

    One file is read as it is. Several are one set if their names say so: parts (``train.csv``,
    ``test.csv``), numbers (``batch_1.mat``, ``batch_2.mat``), a class each (``digit0.npy`` …), or
    images beside their labels (``X_train.npy``, ``y_train.npy``). What is no data is left out.

    Raises
    ------
    BadInputError
        If the files are of several sets; the sentence lists them.
    """
    files = data_files(folder)
    if asked.gather is not None:  # which is called as the folder is, whatever a file in it says
        place = asked.gather.place
        asked = replace(asked, gather=replace(asked.gather, place=lambda _: place("")))
    found = _read(folder, files, asked)
    others = [path for path in walked(folder) if path not in files]
    said = list(found.notices)
    if others:
        names = listed((one_line(path.name, 40) for path in others), MAX_NAMED_FILES)
        said.append(f"Left out, because not read as data: {names}.")
    return replace(found, notices=tuple(said), name=None)


def _read(folder: Path, files: Mapping[Path, str], asked: Asked) -> Found:
    kinds = set(files.values())
    if kinds == {"arrow"} and len(files) > 1:
        return read_shards(list(files), folder, asked)
    if kinds == {"idx"} and len(files) > 1:
        return _idx(folder, files, asked)
    if len(files) == 1:
        ((path, _),) = files.items()
        return read_file(path, asked)
    names = {path.relative_to(folder).with_suffix("").as_posix(): path for path in files}
    if len(names) < len(files):
        raise _several(folder, files)
    labels = {name for name in names if names_labels(name)}
    data = [name for name in names if name not in labels]
    if kinds <= set(_ARRAYS) and (labels or class_numbers(data) or len(by_part(data)) > 1):
        return _merged(folder, names, files, asked)
    if labels and asked.labels is None:
        return _beside(folder, names, data, labels, asked)
    if labels or len({family(name) for name in data}) > 1:
        raise _several(folder, files)
    return _joined(folder, [names[name] for name in in_order(data)], asked)


def _idx(folder: Path, files: Mapping[Path, str], asked: Asked) -> Found:
    """The IDX files in the folder nearest to the root that has images."""
    folders = sorted({path.parent for path in files}, key=lambda path: (len(path.parts), path))
    with_images = [path for path in folders if image_files(path)]
    depths = [len(path.parts) for path in with_images]
    if not with_images or depths.count(depths[0]) > 1:
        raise _several(folder, files)
    return read_idx_folder(with_images[0], asked)


def _merged(
    folder: Path, names: Mapping[str, Path], files: Mapping[Path, str], asked: Asked
) -> Found:
    """All arrays of all files as if one file held them."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, path in names.items():
        held = _ARRAYS[files[path]](path)
        dotted = name.replace("/", ".")
        for key, array in held.items():
            arrays[dotted if len(held) == 1 else f"{dotted}.{key}"] = array
    from_matlab = "mat" in files.values()
    found = choose(arrays, str(folder), asked, from_matlab=from_matlab)
    return replace(found, what="a folder of arrays")


def _beside(
    folder: Path, names: Mapping[str, Path], data: list[str], labels: set[str], asked: Asked
) -> Found:
    """Files of images, each with the file of labels of the same part."""
    parts = []
    for name in in_order(data):
        own = [label for label in labels if _part(label) == _part(name)]
        if len(own) != 1 or len([d for d in data if _part(d) == _part(name)]) > 1:
            raise _several(folder, dict.fromkeys(names.values(), ""))
        beside = names[own[0]]
        known, said = read_labels(beside)
        part = read_file(names[name], replace(asked, labels=known))
        parts.append(
            replace(part, notices=(*part.notices, *said), labels_from=f"file {beside.name!r}")
        )
    return _as_one(folder, parts, [names[name] for name in in_order(data)], asked)


def _joined(folder: Path, paths: Sequence[Path], asked: Asked) -> Found:
    """Files of one table each, one after the other; those without labels are left out."""
    by_name = asked.labels if isinstance(asked.labels, str) else None
    parts = [read_file(path, replace(asked, labels=by_name)) for path in paths]
    bare = [path for path, part in zip(paths, parts, strict=True) if part.labels is None]
    said = []
    if asked.labels is None and 0 < len(bare) < len(paths):
        named = listed((one_line(path.name, 40) for path in bare), MAX_NAMED_FILES)
        said = [f"Left out, because without labels: {named}."]
        parts = [part for part in parts if part.labels is not None]
        paths = [path for path in paths if path not in bare]
    found = _as_one(folder, parts, paths, asked)
    if asked.labels is not None and by_name is None:
        found = replace(found, labels=asked.labels)
    return replace(found, notices=(*found.notices, *said))


def _as_one(folder: Path, parts: Sequence[Found], paths: Sequence[Path], asked: Asked) -> Found:
    if len(parts) == 1:
        return parts[0]
    checked = []
    for part, path in zip(parts, paths, strict=True):
        pixels, said = check_pixels(part.pixels, str(path), asked.shape or part.shape)
        checked.append(replace(part, pixels=pixels, shape=None, notices=(*part.notices, *said)))
    sizes = {part.pixels.shape[1:]: path for part, path in zip(checked, paths, strict=True)}
    if len(sizes) > 1:
        shown = listed(f"{path.name} {h} × {w}" for (h, w), path in sizes.items())
        raise BadInputError(f"{folder} holds images of several sizes ({shown}); give one file.")
    found = joined(checked, list(map(str, paths)), "file")
    sources = {part.labels_from for part in parts}
    labels_from = parts[0].labels_from if len(sources) == 1 else "a file for each part"
    return replace(found, what=f"a folder of files, each {parts[0].what}", labels_from=labels_from)


def _part(name: str) -> str:
    return next(iter(by_part([name])), "")


def _several(folder: Path, files: Mapping[Path, Any]) -> BadInputError:
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    shown = listed((one_line(name, 60) for name in names), MAX_NAMED_FILES)
    return BadInputError(f"{folder} holds several data files ({shown}); give one of them.")
