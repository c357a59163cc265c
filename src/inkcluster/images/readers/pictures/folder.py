"""Reads folders and archives of pictures; the names of folders are labels."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import check_length, numbers_if_all_are
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_PICTURE_PIXELS,
    MAX_PICTURES_RATIO,
    check_unpacked,
    is_out_of_memory,
    reading,
    regular_file,
    size,
)
from inkcluster.images.readers.pictures.archive import Member, is_zip
from inkcluster.images.readers.pictures.collecting import (
    CANNOT_OPEN,
    MAX_NAMED_PICTURES,
    Collection,
    names_array,
    quiet,
)
from inkcluster.images.readers.pictures.frames import PictureError
from inkcluster.images.readers.pictures.kinds import (
    ENDINGS,
    FORMAT_WORDS,
    HEAD_BYTES,
    counted,
    other_kind,
    picture_format,
)
from inkcluster.images.readers.pictures.levels import labelling
from inkcluster.images.readers.pictures.roles import may_name_classes
from inkcluster.images.readers.pictures.walking import files_in
from inkcluster.progress import current
from inkcluster.words import listed, sentence, several

MAX_PICTURE_BYTES = 16 * MAX_PICTURE_PIXELS
"""A larger file in an archive is not unpacked into memory."""
_TABLES = (".csv", ".tsv", ".txt")
_SAY_LABELS = ("label", "class", "target", "truth", "annot")


@dataclass(frozen=True)
class Item:
    """A file that may be a picture: its path within the root, and how to open it.

    `peek` opens it too, at once even where it is large.
    """

    name: PurePosixPath
    open: Callable[[], IO[bytes]]
    peek: Callable[[], IO[bytes]]


def read_folder(folder: Path, asked: Asked) -> Found:
    """Read the pictures in `folder` and below it, in the order of their paths.

    Which files are pictures, their content says; one that has the ending of a picture and cannot be
    read is skipped and counted in a notice, unless there is no other. Hidden files are left out;
    of links see :func:`~inkcluster.images.readers.pictures.walking.files_in`, of the labels
    :func:`~inkcluster.images.readers.pictures.levels.labelling`, of depth, background and size
    :class:`~inkcluster.images.readers.pictures.collecting.Collection`.
    """
    with reading(folder, "a folder"):
        files, notices = files_in(folder)
    items = []
    for name, path in files:
        opener = partial(_opened, f"{folder}{os.sep}{path}")
        items.append(Item(name, opener, opener))
    found = _read(items, str(folder), asked, notices)
    return replace(found, name=folder.resolve().name, what="a folder of pictures")


def read_members(path: Path, found: list[Member], asked: Asked) -> Found:
    """Read the pictures among the members of the archive at `path` as :func:`read_folder` does.

    Raises
    ------
    BadInputError
        If they would unpack to far more than the archive's size; pictures are packed already.
    """
    check_unpacked(path, sum(m.size for m in found), regular_file(path), MAX_PICTURES_RATIO)
    items = [Item(m.name, partial(_extracted, m), m.open) for m in found]
    what = f"a {'zip' if is_zip(path) else 'tar'} of pictures"
    guessed = sum(m.guessed for m in found)
    said = (
        f"The zip does not say how to read the letters in the names of {several(guessed, 'file')}; "
        "they were taken for code page 437, so other letters may be meant."
    )
    return replace(_read(items, str(path), asked, [said] if guessed else []), what=what)


def _read(items: list[Item], where: str, asked: Asked, notices: list[str]) -> Found:
    if asked.labels is not None and asked.level is not None:
        raise BadInputError(f"{where}: give either --labels or --label-level, not both.")
    collection = Collection(where)
    others: list[tuple[PurePosixPath, str | None]] = []
    with quiet(), current().task(f"reading {Path(where).name}", len(items)) as advance:
        for item in items:
            if item.name.suffix.lower() in ENDINGS:
                collection.add(item.name, item.open)
            else:
                start = _head(item)
                if start is not None and picture_format(start):
                    collection.add(item.name, item.open)
                else:
                    others.append((item.name, other_kind(start or b"")))
            advance(1)
    if collection.is_empty:
        raise _no_pictures(where, others, notices)
    labels, labels_from, said = asked.labels, "", list[str]()
    if labels is None and len(collection):
        labels, labels_from, said = _labelled(collection, asked, where)
    found = collection.finish(asked.shape)
    notices = [*notices, *found.notices, *_about_others(others), *said]
    if labels is None:
        notices += _about_labels(found.paths, [path for path, _ in others])
    return Found(
        found.pixels,
        labels,
        tuple(notices),
        names=names_array(found.names),
        labels_from=labels_from,
    )


def _labelled(
    collection: Collection, asked: Asked, where: str
) -> tuple[NDArray[Any] | None, str, list[str]]:
    """The labels by folders, and which; pictures without one are left out where others have one."""
    result = labelling(collection.paths, asked.level, where)
    if not result.levels:
        return None, "", list(result.notices)
    labels_from = "the folders' names"
    if any(len(folder) > 1 for folder in result.of):
        level = "level" if len(result.levels) == 1 else "levels"
        labels_from += f" at {level} {listed(result.levels)}"
    each = [result.of[path.parent.parts] for path in collection.paths]
    known = [label for label in each if label is not None]
    check_length(known, where)
    if len(known) < len(each):
        collection.keep([i for i, label in enumerate(each) if label is not None])
    return numbers_if_all_are(np.array(known)), labels_from, list(result.notices)


def _opened(path: str) -> IO[bytes]:
    return Path(path).open("rb")


def _extracted(member: Member) -> IO[bytes]:
    if member.size > MAX_PICTURE_BYTES:
        raise PictureError(f"too large: {size(member.size)}")
    with member.open() as stream:
        return io.BytesIO(stream.read())


def _head(item: Item) -> bytes:
    """The first bytes of a file; none where it cannot be read, since its name is no picture's."""
    try:
        with item.peek() as stream:
            return stream.read(HEAD_BYTES)
    except CANNOT_OPEN as error:
        if is_out_of_memory(error):
            raise
        return b""


def _no_pictures(
    where: str, others: list[tuple[PurePosixPath, str | None]], said: Sequence[str]
) -> BadInputError:
    hint = ""
    if others:
        named = ", ".join(one_line(str(path), 40) for path, _ in others[:MAX_NAMED_PICTURES])
        kinds = [kind for _, kind in others]
        hint = f"; it holds {counted(kinds) if any(kinds) else named}"
        if "Python pickle" in kinds:
            hint += (
                "; a pickle can run any code when it is read, so save the arrays as .npz instead"
            )
    return BadInputError(" ".join([f"{where} holds no pictures ({FORMAT_WORDS}){hint}.", *said]))


def _about_others(others: list[tuple[PurePosixPath, str | None]]) -> Iterator[str]:
    kinds = [kind for _, kind in others]
    verb = "was" if len(kinds) == 1 else "were"
    if any(kinds):
        yield f"{sentence(counted(kinds))} {verb} left out; these are not read."
    elif len(kinds) == 1:
        yield "1 file that is not a picture was left out."
    elif kinds:
        yield f"{len(kinds):,} files that are not pictures were left out."


def _about_labels(
    pictures: Sequence[PurePosixPath], others: Sequence[PurePosixPath]
) -> Iterator[str]:
    """Where the labels may be: in a table beside the pictures, or in the pictures' own names."""
    tables = [path for path in others if path.suffix.lower() in _TABLES]
    named = [path for path in tables if any(word in path.stem.lower() for word in _SAY_LABELS)]
    found = named or [path for path in tables if path.suffix.lower() != ".txt"]
    if found:
        where = one_line(str(found[0]), 60)
        yield f"The pictures have no labels; if they are in {where}, give it with --labels FILE."
    elif may_name_classes([path.stem for path in pictures]):
        yield (
            f"The pictures have no labels; if their names hold them ({one_line(pictures[0].name, 40)}), "
            "write them to a file for --labels FILE."
        )
