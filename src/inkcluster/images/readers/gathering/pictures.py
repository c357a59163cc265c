"""Gathers pictures: decodes them in batches, then brings them to one depth, background and size."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.gathering.gather import header
from inkcluster.images.readers.gathering.journal import PART, SPOOL, Journal, finish
from inkcluster.images.readers.gathering.surveying import Pictures, Survey, are_plain
from inkcluster.images.readers.gathering.writing import rewritten
from inkcluster.images.readers.pictures import collecting
from inkcluster.images.readers.pictures.decoding import about_sizes, common_size
from inkcluster.images.readers.pictures.frames import pixels_in
from inkcluster.images.readers.pictures.items import FolderItems
from inkcluster.images.readers.pictures.toning import tone_of

MAX_PEEKED = 200
"""How many files tell how much all hold."""
OBJECT_BYTES = 1000
"""What a picture takes in memory beside its pixels: its path, its name, the objects."""


def estimated_bytes(items: FolderItems) -> int:
    """What the pictures would take in memory, from the sizes that some of them state."""
    some = range(0, len(items), -(-len(items) // MAX_PEEKED) or 1)
    total = 0
    for at in some:
        with suppress(OSError), items[at].peek() as stream:
            total += decoded_bytes(pixels_in(stream))
    return total * len(items) // max(1, len(some))


def decoded_bytes(n_pixels: int) -> int:
    """What a picture of that many pixels takes, as decoded and at one size; one of none takes nothing."""
    return 2 * n_pixels + OBJECT_BYTES if n_pixels else 0


def write_pictures(
    items: Pictures,
    survey: Survey,
    rows: NDArray[Any] | None,
    shape: tuple[int, int] | None,
    journal: Journal,
) -> tuple[str, list[str]]:
    """Write the surveyed pictures at `rows`, or all: their hash, and what to say of them.

    `shape` is as in :func:`.decoding.common_size`.
    """
    folder = journal.folder
    own = survey.facts if rows is None else survey.facts[rows]
    tone, toned = tone_of(own, items.where)
    sides = np.stack([own["h"], own["w"]], 1).astype(np.int64)
    shape = common_size(sides, shape, items.where)
    resized = int((sides != shape).any(axis=1).sum())
    head = header((len(own), *shape))
    if rows is None and not resized and are_plain(own).all():
        _, digest = journal.last("pictures")[0]
        finish(folder / SPOOL, head)
    else:
        digest = rewritten(items, journal, survey.facts, rows, (tone, shape))
        finish(folder / PART, head)
    sizes = about_sizes(resized, (len(own), *shape)) if resized else ""
    paged = int((np.bincount(own["file"]) > 1).sum())
    return digest, [*collecting.what_was_done(own, survey.broken, toned, sizes, paged)]
