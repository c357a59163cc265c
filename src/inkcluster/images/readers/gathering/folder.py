"""The pictures of a folder as what is gathered; the names of folders are labels."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.found import Asked
from inkcluster.images.readers.gathering.gather import Written
from inkcluster.images.readers.gathering.journal import Journal
from inkcluster.images.readers.gathering.paths import Paths
from inkcluster.images.readers.gathering.pictures import write_pictures
from inkcluster.images.readers.gathering.surveying import surveyed
from inkcluster.images.readers.pictures import collecting
from inkcluster.images.readers.pictures.about import (
    about_labels,
    about_others,
    labelled,
    no_pictures,
)
from inkcluster.images.readers.pictures.items import FolderItems


@dataclass(frozen=True)
class FolderSource:
    """The files of a folder; `listing` is what was said of them when they were listed."""

    items: FolderItems
    asked: Asked
    listing: Sequence[str]

    @property
    def where(self) -> str:
        """The folder."""
        return self.items.where

    def key(self) -> dict[str, Any]:
        """The names, sizes and times of the files, and the options."""
        asked = self.asked
        return {
            "folder": os.fsencode(self.items.folder.resolve()).decode("latin-1"),
            "state": self.items.state(),
            "level": asked.level and list(asked.level),
            "shape": asked.shape and list(asked.shape),
            "labels": "found" if asked.labels is None else "given",
        }

    def write(self, journal: Journal) -> Written:
        """Write the pictures; those without a label are left out where others have one."""
        items, asked = self.items, self.asked
        with collecting.quiet():
            survey = surveyed(items, journal)
            if not len(survey.facts):
                if survey.broken:
                    raise collecting.none_read(survey.broken, self.where)
                raise no_pictures(self.where, survey.others, self.listing)
            paths = Paths(items, survey.facts["file"])
            labels, labels_from, kept, said = None, "", None, list[str]()
            if asked.labels is None:
                labels, labels_from, kept, said = labelled(paths, asked.level, self.where)
            rows = None if kept is None else np.array(kept)
            digest, done = write_pictures(items, survey, rows, asked.shape, journal)
        notices = [*done, *about_others(survey.others), *said]
        if labels is None and asked.labels is None:
            notices += about_labels(paths.at(rows), [path for path, _ in survey.others])
        return Written(digest, notices, labels, labels_from, lambda: _names(paths, rows))


def _names(paths: Paths, rows: NDArray[Any] | None) -> Iterator[str]:
    """The names as :func:`.collecting.names_array` has them."""
    n = len(paths) if rows is None else len(rows)
    cut = collecting.cut_to(max(map(len, paths.names(rows))), n)
    return (name[cut:] for name in paths.names(rows))
