"""Reads folders and archives of pictures; the names of folders are labels."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from inkcluster.errors import BadInputError
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.gathering.folder import FolderSource
from inkcluster.images.readers.gathering.gather import gathered
from inkcluster.images.readers.gathering.pictures import estimated_bytes
from inkcluster.images.readers.guard import (
    MAX_PICTURES_RATIO,
    MAX_UNPACKED_BYTES,
    check_unpacked,
    reading,
    regular_file,
)
from inkcluster.images.readers.pictures.about import (
    about_labels,
    about_others,
    labelled,
    no_pictures,
)
from inkcluster.images.readers.pictures.archive import MAX_MEMBERS, Member, is_zip
from inkcluster.images.readers.pictures.collecting import (
    Collection,
    TooManyPixelsError,
    names_array,
    quiet,
)
from inkcluster.images.readers.pictures.items import (
    FolderItems,
    Item,
    Others,
    members_items,
    sort_out,
)
from inkcluster.images.readers.pictures.walking import files_in
from inkcluster.progress import current
from inkcluster.words import several


def read_folder(folder: Path, asked: Asked) -> Found:
    """Read the pictures in `folder` and below it, in the order of their paths.

    Which files are pictures, their content says; one that has the ending of a picture and cannot be
    read is skipped and counted in a notice, unless there is no other. Hidden files are left out;
    of links see :func:`~inkcluster.images.readers.pictures.walking.files_in`, of the labels
    :func:`~inkcluster.images.readers.pictures.levels.labelling`, of depth, background and size
    :class:`~inkcluster.images.readers.pictures.collecting.Collection`.
    """
    with reading(folder, "a folder"):
        paths, notices = files_in(folder)
    items = FolderItems(folder, paths)
    found = _in_memory_or_gathered(items, asked, notices)
    return replace(found, name=folder.resolve().name, what="a folder of pictures")


def _in_memory_or_gathered(items: FolderItems, asked: Asked, notices: list[str]) -> Found:
    where, gather = items.where, asked.gather
    if asked.labels is not None and asked.level is not None:
        raise BadInputError(f"{where}: give either --labels or --label-level, not both.")
    if gather is None and len(items) > MAX_MEMBERS:
        raise BadInputError(
            f"{where} holds more than {MAX_MEMBERS:,} files; give a folder with fewer, or gather them "
            "into one mapped file: --gather FOLDER."
        )
    limit = MAX_UNPACKED_BYTES if gather is None else min(gather.above, MAX_UNPACKED_BYTES)
    with suppress(*([] if gather is None else [TooManyPixelsError])):
        if gather is None or estimated_bytes(items) <= limit:
            return _read(items, where, asked, notices, limit)
    assert gather is not None
    place = gather.place(items.folder.resolve().name)
    found = gathered(FolderSource(items, asked, notices), place)
    found = replace(found, notices=(*notices, *found.notices))
    return found if asked.labels is None else replace(found, labels=asked.labels)


def read_members(path: Path, found: list[Member], asked: Asked) -> Found:
    """Read the pictures among the members of the archive at `path` as :func:`read_folder` does.

    Raises
    ------
    BadInputError
        If they would unpack to far more than the archive's size; pictures are packed already.
    """
    check_unpacked(path, sum(m.size for m in found), regular_file(path), MAX_PICTURES_RATIO)
    items = members_items(found)
    what = f"a {'zip' if is_zip(path) else 'tar'} of pictures"
    guessed = sum(m.guessed for m in found)
    said = (
        f"The zip does not say how to read the letters in the names of {several(guessed, 'file')}; "
        "they were taken for code page 437, so other letters may be meant."
    )
    return replace(_read(items, str(path), asked, [said] if guessed else []), what=what)


def _read(
    items: FolderItems | list[Item],
    where: str,
    asked: Asked,
    notices: list[str],
    limit: int = MAX_UNPACKED_BYTES,
) -> Found:
    if asked.labels is not None and asked.level is not None:
        raise BadInputError(f"{where}: give either --labels or --label-level, not both.")
    collection = Collection(where, limit)
    others: Others = []
    with quiet(), current().task(f"reading {Path(where).name}", len(items)) as advance:
        for at in range(len(items)):
            sort_out(items[at], collection, others)
            advance(1)
    if collection.is_empty:
        raise no_pictures(where, others, notices)
    labels, labels_from, said = asked.labels, "", list[str]()
    if labels is None and len(collection):
        labels, labels_from, kept, said = labelled(collection.paths, asked.level, where)
        if kept is not None:
            collection.keep(kept)
    found = collection.finish(asked.shape)
    notices = [*notices, *found.notices, *about_others(others), *said]
    if labels is None:
        notices += about_labels(found.paths, [path for path, _ in others])
    return Found(
        found.pixels,
        labels,
        tuple(notices),
        names=names_array(found.names),
        labels_from=labels_from,
    )
