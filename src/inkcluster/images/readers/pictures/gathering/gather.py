"""Gathers the pictures of a folder into one `.npy` file, with their names and labels beside it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.files import atomic_file, remove
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.pictures import collecting
from inkcluster.images.readers.pictures.about import (
    about_labels,
    about_others,
    labelled,
    no_pictures,
)
from inkcluster.images.readers.pictures.decoding import about_sizes, common_size
from inkcluster.images.readers.pictures.frames import pixels_in
from inkcluster.images.readers.pictures.gathering.journal import (
    FACTS,
    IMAGES,
    LABELS,
    NAMES,
    PART,
    PICTURES,
    DamagedError,
    Journal,
    finish,
    hash_of,
    held,
)
from inkcluster.images.readers.pictures.gathering.paths import Paths
from inkcluster.images.readers.pictures.gathering.surveying import (
    HEAD_BYTES,
    Survey,
    are_plain,
    surveyed,
)
from inkcluster.images.readers.pictures.gathering.writing import rewritten
from inkcluster.images.readers.pictures.items import FolderItems
from inkcluster.images.readers.pictures.toning import tone_of

MAX_PEEKED = 200
"""How many files tell how much all hold."""
OBJECT_BYTES = 1000
"""What a picture takes in memory beside its pixels: its path, its name, the objects."""
NAMES_AT_ONCE = 100_000


def estimated_bytes(items: FolderItems) -> int:
    """What the pictures would take in memory, from the sizes that some of them state."""
    some = range(0, len(items), -(-len(items) // MAX_PEEKED) or 1)
    total = 0
    for at in some:
        with suppress(OSError), items[at].peek() as stream:
            n_pixels = pixels_in(stream)
            total += 2 * n_pixels + OBJECT_BYTES if n_pixels else 0  # as decoded, and at one size
    return total * len(items) // max(1, len(some))


def gathered(items: FolderItems, asked: Asked, place: Path, notices: Sequence[str]) -> Found:
    """The pictures of a folder, mapped from a file in the folder `place`, which is made if need be.

    They are what reading them into memory gives. They are decoded in batches; what is done is kept, so
    that after Ctrl-C, a crash or a full disk the same call goes on from there. A file that was
    gathered is used again while the pictures keep their names, sizes and times.

    Raises
    ------
    BadInputError
        As in reading; also if `place` cannot be used, or if the disk is full.
    """
    with collecting.quiet(), held(place, str(items.folder)):
        key = {
            "folder": os.fsencode(items.folder.resolve()).decode("latin-1"),
            "state": items.state(),
            "level": asked.level and list(asked.level),
            "shape": asked.shape and list(asked.shape),
            "labels": "found" if asked.labels is None else "given",
        }
        journal = Journal(place, key)
        try:
            _finish(items, asked, journal, notices)
        except DamagedError:
            journal.restart()
            _finish(items, asked, journal, notices)
        found = _mapped(journal, asked)
    return replace(found, notices=(*notices, *found.notices))


def _finish(items: FolderItems, asked: Asked, journal: Journal, listing: Sequence[str]) -> None:
    """Do what is left to do."""
    done = journal.last("done")
    if done is None:
        survey = surveyed(items, journal)
        if not len(survey.facts):
            if survey.broken:
                raise collecting.none_read(survey.broken, str(items.folder))
            raise no_pictures(str(items.folder), survey.others, listing)
        _write(items, asked, survey, journal)
    elif not all(_is_kept(journal.folder / name, *known) for name, known in done["files"].items()):
        raise DamagedError
    for name in (FACTS, PICTURES):
        remove(journal.folder / name)


def _write(items: FolderItems, asked: Asked, survey: Survey, journal: Journal) -> None:
    """Write the images at one size and depth, the names and the labels."""
    where, facts, folder = str(items.folder), survey.facts, journal.folder
    paths = Paths(items, facts["file"])
    labels, labels_from, kept, said = None, "", None, list[str]()
    if asked.labels is None:
        labels, labels_from, kept, said = labelled(paths, asked.level, where)
    rows = None if kept is None else np.array(kept)
    own = facts if rows is None else facts[rows]
    tone, toned = tone_of(own, where)
    shape = common_size(np.stack([own["h"], own["w"]], 1).astype(np.int64), asked.shape, where)
    resized = int(((own["h"] != shape[0]) | (own["w"] != shape[1])).sum())
    head = _header((len(own), *shape))
    if rows is None and not resized and are_plain(own).all():
        _, digest = journal.last("pictures")[0]
        finish(folder / PICTURES, head)
    else:
        digest = rewritten(items, journal, facts, rows, (tone, shape))
        finish(folder / PART, head)
    sizes = about_sizes(resized, (len(own), *shape)) if resized else ""
    paged = int((np.bincount(own["file"]) > 1).sum())
    notices = [*collecting.what_was_done(own, survey.broken, toned, sizes, paged)]
    notices += [*about_others(survey.others), *said]
    if labels is None and asked.labels is None:
        notices += about_labels(paths.at(rows), [path for path, _ in survey.others])
    if labels is not None:
        with atomic_file(folder / LABELS) as stream:
            np.save(stream, labels, allow_pickle=False)
    _write_names(paths, rows, folder / NAMES)
    about = {"labelled": labels is not None, "labels_from": labels_from, "notices": notices}
    files = {IMAGES: [_facts_of(folder / IMAGES), digest]}
    for name in (NAMES, LABELS) if labels is not None else (NAMES,):
        files[name] = [_facts_of(folder / name), hash_of(folder / name, HEAD_BYTES)]
    journal.add(done={"files": files, **about})


def _mapped(journal: Journal, asked: Asked) -> Found:
    done, folder = journal.last("done"), journal.folder
    labels = np.load(folder / LABELS) if done["labelled"] else asked.labels
    return Found(
        np.load(folder / IMAGES, mmap_mode="r"),
        labels,
        tuple(done["notices"]),
        names=np.asarray(np.load(folder / NAMES, mmap_mode="r")),
        labels_from=done["labels_from"],
    )


def _write_names(paths: Paths, rows: NDArray[Any] | None, path: Path) -> None:
    """The names as :func:`.collecting.names_array` has them, a part at a time."""
    n = len(paths) if rows is None else len(rows)
    cut = collecting.cut_to(max(map(len, paths.names(rows))), n)
    longest = max(len(name[cut:]) for name in paths.names(rows))
    with atomic_file(path) as stream:
        stream.write(_header((n,), np.dtype(f"U{longest}")))
        for part in _parts(paths.names(rows)):
            stream.write(np.array([name[cut:] for name in part], f"U{longest}").tobytes())


def _parts(names: Iterator[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for name in names:
        part.append(name)
        if len(part) == NAMES_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _header(shape: tuple[int, ...], dtype: np.dtype[Any] | None = None) -> bytes:
    """The head of a `.npy` file, of :data:`HEAD_BYTES`."""
    stream = io.BytesIO()
    about = {"shape": shape, "fortran_order": False}
    descr = np.lib.format.dtype_to_descr(np.dtype(np.uint8) if dtype is None else dtype)
    np.lib.format.write_array_header_1_0(stream, {**about, "descr": descr})
    assert len(stream.getvalue()) == HEAD_BYTES
    return stream.getvalue()


def _is_kept(path: Path, facts: list[int], digest: str) -> bool:
    """Whether the file is what it was: by its size and time, else by its content."""
    now = _facts_of(path)
    if now is None or now[0] != facts[0]:
        return False
    return now == facts or hash_of(path, HEAD_BYTES) == digest


def _facts_of(path: Path) -> list[int] | None:
    with suppress(OSError):
        seen = path.stat()
        return [seen.st_size, seen.st_mtime_ns]
    return None
