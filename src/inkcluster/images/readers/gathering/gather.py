"""Gathers images into one `.npy` file, with their names and labels beside it, and uses it again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inkcluster.files import atomic_file, remove
from inkcluster.images.readers.found import Found
from inkcluster.images.readers.gathering.journal import (
    FACTS,
    IMAGES,
    LABELS,
    NAMES,
    SPOOL,
    DamagedError,
    Journal,
    hash_of,
    held,
)

HEAD_BYTES = 128
"""The header of a `.npy` file, which is written in the end."""
NAMES_AT_ONCE = 100_000


@dataclass(frozen=True)
class Written:
    """What was written: the hash of the pixels in :data:`~.journal.IMAGES`, and what goes beside them.

    `converted` says how values became bytes. `names` gives the images' names, the same ones whenever it is called; None where they have none.
    """

    digest: str
    notices: Sequence[str]
    labels: NDArray[Any] | None = None
    labels_from: str = ""
    names: Callable[[], Iterable[str]] | None = None
    name: str | None = None
    converted: Sequence[str] = ()


class Source(Protocol):
    """Images that are written a piece at a time; `where` names them in sentences."""

    @property
    def where(self) -> str:
        """What sentences call it."""

    def key(self) -> Mapping[str, Any]:
        """What tells these images and options from others, as JSON has it."""

    def write(self, journal: Journal) -> Written:
        """Write the file of images, from where the journal ends."""


class Items(Protocol):
    """What a source reads a piece at a time: images, or files that may be some."""

    @property
    def where(self) -> str:
        """What sentences call them."""

    @property
    def title(self) -> str:
        """What the progress calls them."""

    def __len__(self) -> int:
        """How many there are, as far as is known."""


def gathered(source: Source, place: Path) -> Found:
    """The images of a source, mapped from a file in the folder `place`, which is made if need be.

    They are what reading them into memory gives. What is written is kept, so that after Ctrl-C, a crash
    or a full disk the same call goes on from there. A file that was gathered is used again while the
    source has the same key.

    Raises
    ------
    BadInputError
        As in reading; also if `place` cannot be used, or if the disk is full.
    """
    with held(place, source.where):
        journal = Journal(place, source.key())
        try:
            _finish(source, journal)
        except DamagedError:
            journal.restart()
            _finish(source, journal)
        return _mapped(journal)


def header(shape: tuple[int, ...], dtype: np.dtype[Any] | None = None) -> bytes:
    """The head of a `.npy` file, of :data:`HEAD_BYTES`."""
    stream = io.BytesIO()
    about = {"shape": shape, "fortran_order": False}
    descr = np.lib.format.dtype_to_descr(np.dtype(np.uint8) if dtype is None else dtype)
    np.lib.format.write_array_header_1_0(stream, {**about, "descr": descr})
    assert len(stream.getvalue()) == HEAD_BYTES
    return stream.getvalue()


def _finish(source: Source, journal: Journal) -> None:
    """Do what is left to do."""
    done, folder = journal.last("done"), journal.folder
    if done is None:
        _keep(source.write(journal), journal)
    elif not all(_is_kept(folder / name, *known) for name, known in done["files"].items()):
        raise DamagedError
    for name in (FACTS, SPOOL):
        remove(folder / name)


def _keep(written: Written, journal: Journal) -> None:
    """Write what goes beside the images, and that all is done."""
    folder = journal.folder
    files = {IMAGES: [_facts_of(folder / IMAGES), written.digest]}
    beside = []
    if written.labels is not None:
        with atomic_file(folder / LABELS) as stream:
            np.save(stream, written.labels, allow_pickle=False)
        beside.append(LABELS)
    if written.names is not None:
        _write_names(written.names, folder / NAMES)
        beside.append(NAMES)
    for name in beside:
        files[name] = [_facts_of(folder / name), hash_of(folder / name, HEAD_BYTES)]
    about = {"labels_from": written.labels_from, "name": written.name}
    said = {"notices": [*written.notices], "converted": [*written.converted]}
    journal.add(done={"files": files, **said, **about})


def _mapped(journal: Journal) -> Found:
    done, folder = journal.last("done"), journal.folder
    names = None
    if NAMES in done["files"]:
        names = np.asarray(np.load(folder / NAMES, mmap_mode="r"))
    return Found(
        np.load(folder / IMAGES, mmap_mode="r"),
        np.load(folder / LABELS) if LABELS in done["files"] else None,
        tuple(done["notices"]),
        done["name"],
        names=names,
        labels_from=done["labels_from"],
        converted=tuple(done["converted"]),
    )


def _write_names(names: Callable[[], Iterable[str]], path: Path) -> None:
    n = longest = 0
    for name in names():
        n, longest = n + 1, max(longest, len(name))
    dtype = np.dtype(f"U{max(1, longest)}")
    with atomic_file(path) as stream:
        stream.write(header((n,), dtype))
        for part in _parts(names()):
            stream.write(np.array(part, dtype).tobytes())


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for name in names:
        part.append(name)
        if len(part) == NAMES_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


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
