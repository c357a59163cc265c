"""Collects pictures until all are known, and brings them to one depth, background and size."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, is_out_of_memory, size
from inkcluster.images.readers.pictures.decoding import about_sizes, as_bytes, unify
from inkcluster.images.readers.pictures.frames import Picture, pictures_in
from inkcluster.images.readers.zips import DAMAGED
from inkcluster.words import several

MAX_NAMED_PICTURES = 3
"""How many of the pictures that were skipped a notice names."""
MAX_NAMES_BYTES = 256 << 20
MAX_NAME_CHARACTERS = 60
"""If the names of all images would take more than that, this many of their last characters are kept."""
CANNOT_OPEN = (
    *DAMAGED,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Collected:
    """The pictures of a set: uint8 (n, h, w), the path and the name of each, and what was done.

    A page of a TIFF has a name of its own, its file's and its number.
    """

    pixels: NDArray[np.uint8]
    paths: list[PurePosixPath]
    names: list[str]
    notices: list[str]


class Collection:
    """Pictures as they come. `where` names their source in sentences.

    `paths` has the path of each picture, and `broken` the path of each that cannot be read, and why.

    Examples
    --------
    >>> import io
    >>> from PIL import Image
    >>> content = io.BytesIO()
    >>> Image.new("L", (3, 2), 7).save(content, "PNG")
    >>> found = Collection("here")
    >>> found.add(PurePosixPath("a.png"), lambda: io.BytesIO(content.getvalue()))
    >>> found.finish().pixels.tolist()
    [[[7, 7, 7], [7, 7, 7]]]
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._pictures: list[Picture] = []
        self.paths: list[PurePosixPath] = []
        self._names: list[str] = []
        self.broken: list[tuple[str, str]] = []
        self._held = 0

    def __len__(self) -> int:
        """The number of pictures that were decoded."""
        return len(self._pictures)

    @property
    def is_empty(self) -> bool:
        """Whether no picture was added, not even a broken one."""
        return not self._pictures and not self.broken

    def add(
        self, path: PurePosixPath, opener: Callable[[], IO[bytes]], *, frames: bool = False
    ) -> None:
        """Decode the file at `path`; what cannot be read is remembered as skipped."""
        first = len(self._pictures)
        try:
            with opener() as stream:
                for picture in pictures_in(stream, frames=frames):
                    self._keep(picture, path)
        except BadInputError:
            raise
        except CANNOT_OPEN as error:
            if is_out_of_memory(error):
                raise
            reason = one_line(str(error) or type(error).__name__, 60)
            pages = len(self._pictures) - first
            name = one_line(str(path), 60)
            self.broken.append((f"{name} from page {pages:,}" if pages else name, reason))
        pages = len(self._pictures) - first
        if pages == 1:
            self._names.append(str(path))
        elif pages:
            self._names += [f"{path}[{page}]" for page in range(pages)]

    def _keep(self, picture: Picture, path: PurePosixPath) -> None:
        self._pictures.append(picture)
        self.paths.append(path)
        self._held += picture.grey.nbytes + (0 if picture.alpha is None else picture.alpha.nbytes)
        if self._held > MAX_UNPACKED_BYTES:
            raise BadInputError(
                f"{self._where}: the pictures hold more than {size(MAX_UNPACKED_BYTES)} of "
                "pixels; make them smaller or fewer, or write them into one .npy file, which is mapped."
            )

    def keep(self, positions: list[int]) -> None:
        """Leave out all but the pictures at `positions`, before these are brought to one size."""
        self._pictures = [self._pictures[at] for at in positions]
        self.paths = [self.paths[at] for at in positions]
        self._names = [self._names[at] for at in positions]

    def finish(self, shape: tuple[int, int] | None = None) -> Collected:
        """All pictures at `shape`, or else at a size of theirs, see :func:`.decoding.unify`.

        Raises
        ------
        BadInputError
            If no picture can be read, or if the pictures would take too much at that size.
        """
        if not self._pictures:
            first, reason = self.broken[0]
            raise BadInputError(
                f"{self._where}: no picture can be read; the first is {first} ({reason})."
            )
        total = len(self._pictures) + len(self.broken)
        coloured = sum(picture.had_colour for picture in self._pictures)
        animated = sum(picture.has_more for picture in self._pictures)
        pictures, toned = as_bytes(self._pictures, self._where)
        pixels, resized = unify(pictures, shape, self._where)
        notices = [*self._skipped(total), *toned, *_changed(total, coloured, animated)]
        if resized:
            notices.append(about_sizes(resized, pixels))
        pages = sum(count > 1 for count in Counter(self.paths).values())
        if pages:
            count = several(pages, "picture")
            notices.append(f"Every page of {count} with several pages is an image.")
        return Collected(pixels, self.paths, self._names, notices)

    def _skipped(self, total: int) -> Iterator[str]:
        if len(self.broken) == 1:
            path, reason = self.broken[0]
            yield f"1 of {total:,} pictures could not be read and was skipped: {path} ({reason})."
        elif self.broken:
            named = ", ".join(path for path, _ in self.broken[:MAX_NAMED_PICTURES])
            more = " and others" if len(self.broken) > MAX_NAMED_PICTURES else ""
            yield (
                f"{len(self.broken):,} of {total:,} pictures could not be read and were skipped: "
                f"{named}{more}."
            )


def names_array(names: list[str]) -> NDArray[np.str_]:
    """The names as an array, which has the room of the longest for each; long ones are cut then."""
    longest = max(map(len, names))
    if 4 * longest * len(names) > MAX_NAMES_BYTES:
        names = [name[-MAX_NAME_CHARACTERS:] for name in names]
    return np.array(names, dtype=np.str_)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back what Pillow warns of while it decodes: what cannot be used raises errors too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _changed(total: int, coloured: int, animated: int) -> Iterator[str]:
    if animated:
        yield f"Of {several(animated, 'picture')} with several frames only the first was read."
    if coloured:
        yield f"Colour was converted to grey in {coloured:,} of {total:,} pictures."
