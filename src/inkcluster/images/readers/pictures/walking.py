"""Walks through a folder, also along the links that stay inside it."""

from __future__ import annotations

import os
from pathlib import Path

from inkcluster.errors import BadInputError
from inkcluster.files import holds_gathered, holds_run
from inkcluster.images.describing import shown
from inkcluster.images.readers.pictures.archive import is_hidden
from inkcluster.words import sentence, several

MAX_FILES = 50_000_000
"""The names of more take several GB of memory."""


def files_in(folder: Path) -> tuple[list[str], list[str]]:
    """The files in `folder` and below it: their paths within it as on disk, sorted; and what to say.

    Hidden files and folders, pipes, devices, the folders of studies and of gathered images are left out. A link is followed if what it names lies
    inside `folder`, hidden or not, and was not reached without it; else it is left out, and a
    notice says so. A folder is never entered twice, so that links in a circle do no harm.

    Raises
    ------
    BadInputError
        If there are more than :data:`MAX_FILES` files, or `folder` is that of a study.
    OSError
        If a folder cannot be listed.
    """
    walk = _Walk(os.path.realpath(folder))
    walk.enter("", walk.root)
    walk.follow_links()
    notices = []
    if walk.left_out:
        count = sentence(several(len(walk.left_out), "link"))
        verb, them = ("was", "it") if len(walk.left_out) == 1 else ("were", "they")
        notices.append(
            f"{count} {verb} left out, since {them} lead{'s' if them == 'it' else ''} out of the "
            f"folder, nowhere, or to what is read already: {shown(sorted(walk.left_out))}."
        )
    walk.files.sort(key=lambda path: as_text(path).replace("/", "\0"))  # folder by folder
    return walk.files, notices


class _Walk:
    """The files found so far, and the links that are not followed yet.

    Paths within the root are text with slashes, as they are on disk.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.files: list[str] = []
        self.left_out: list[str] = []
        self._links: list[tuple[str, str]] = []
        self._entered: set[str] = set()
        self._linked_files: set[Path] = set()

    def enter(self, within: str, real: str) -> None:
        """List the folder at the real path `real`, and the folders in it."""
        waiting = [(within, real)]
        while waiting:
            within, real = waiting.pop()
            if real in self._entered:
                continue
            self._entered.add(real)
            if holds_run(Path(real)):
                if real == self.root:
                    raise BadInputError(
                        f"{real} is the folder of a study, not of images; give the images themselves."
                    )
                continue
            if holds_gathered(Path(real)):
                if real == self.root:
                    raise BadInputError(
                        f"{real} holds gathered images; give {real}{os.sep}images.npy or the pictures."
                    )
                continue
            with os.scandir(real) as entries:
                for entry in entries:
                    if is_hidden(entry.name):
                        continue
                    path = f"{within}{entry.name}"
                    if entry.is_symlink():
                        self._links.append((path, entry.path))
                    elif entry.is_dir():
                        waiting.append((f"{path}/", entry.path))
                    elif entry.is_file():
                        self._add(path)

    def follow_links(self) -> None:
        """Follow the links, those found on the way too."""
        while self._links:
            self._links.sort(reverse=True)
            path, link = self._links.pop()
            target = Path(os.path.realpath(link))
            is_inside = target.is_relative_to(self.root)
            if is_inside and target.is_dir() and str(target) not in self._entered:
                self.enter(f"{path}/", str(target))
            elif is_inside and target.is_file() and not self._is_read(target):
                self._linked_files.add(target)
                self._add(path)
            else:
                self.left_out.append(as_text(path))

    def _is_read(self, file: Path) -> bool:
        was_listed = str(file.parent) in self._entered and not is_hidden(file.name)
        return was_listed or file in self._linked_files

    def _add(self, path: str) -> None:
        if len(self.files) >= MAX_FILES:
            raise BadInputError(
                f"{self.root} holds more than {MAX_FILES:,} files; give a folder with fewer."
            )
        self.files.append(path)


def as_text(path: str) -> str:
    """The path as text that can be written anywhere, whatever bytes the names are made of."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return path if text == path else text
