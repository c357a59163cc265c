"""Collects pictures until all are known, and brings them to one depth, background and size."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, is_out_of_memory, size
from inkcluster.images.readers.pictures.decoding import about_sizes, as_bytes, unify
from inkcluster.images.readers.pictures.frames import Picture, pictures_in
from inkcluster.images.readers.pictures.toning import FACTS, facts_of, tone_of
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


class TooManyPixelsError(BadInputError):
    """Pictures that hold more than may be held in memory."""


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
    `held` is how many bytes the pictures hold, at most `limit`.

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

    def __init__(self, where: str, limit: int = MAX_UNPACKED_BYTES) -> None:
        self._where, self._limit = where, limit
        self.pictures: list[Picture] = []
        self.paths: list[PurePosixPath] = []
        self._names: list[str] = []
        self._files: list[int] = []  # paths may come twice in a table
        self._seen = 0
        self.broken: list[tuple[str, str]] = []
        self.held = 0

    def __len__(self) -> int:
        """The number of pictures that were decoded."""
        return len(self.pictures)

    @property
    def is_empty(self) -> bool:
        """Whether no picture was added, not even a broken one."""
        return not self.pictures and not self.broken

    def add(
        self, path: PurePosixPath, opener: Callable[[], IO[bytes]], *, frames: bool = False
    ) -> None:
        """Decode the file at `path`; what cannot be read is remembered as skipped."""
        first = len(self.pictures)
        self._seen += 1
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
            pages = len(self.pictures) - first
            name = one_line(str(path), 60)
            self.broken.append((f"{name} from page {pages:,}" if pages else name, reason))
        pages = len(self.pictures) - first
        if pages == 1:
            self._names.append(str(path))
        elif pages:
            self._names += [f"{path}[{page}]" for page in range(pages)]

    def _keep(self, picture: Picture, path: PurePosixPath) -> None:
        self.pictures.append(picture)
        self.paths.append(path)
        self._files.append(self._seen)
        self.held += picture.grey.nbytes + (0 if picture.alpha is None else picture.alpha.nbytes)
        if self.held > self._limit:
            raise TooManyPixelsError(
                f"{self._where}: the pictures hold more than {size(self._limit)} of pixels; make them "
                "smaller or fewer, or, in a folder, gather them into one mapped file: --gather FOLDER."
            )

    def keep(self, positions: list[int]) -> None:
        """Leave out all but the pictures at `positions`, before these are brought to one size."""
        self.pictures = [self.pictures[at] for at in positions]
        self.paths = [self.paths[at] for at in positions]
        self._names = [self._names[at] for at in positions]
        self._files = [self._files[at] for at in positions]

    def finish(self, shape: tuple[int, int] | None = None) -> Collected:
        """All pictures at `shape`, or else at a size of theirs, see :func:`.decoding.unify`.

        Raises
        ------
        BadInputError
            If no picture can be read, or if the pictures would take too much at that size.
        """
        if not self.pictures:
            raise none_read(self.broken, self._where)
        facts = np.array([facts_of(picture) for picture in self.pictures], FACTS)
        tone, toned = tone_of(facts, self._where)
        pictures = as_bytes(self.pictures, tone)
        pixels, resized = unify(pictures, shape, self._where)
        pages = sum(count > 1 for count in Counter(self._files).values())
        sizes = about_sizes(resized, pixels.shape) if resized else ""
        said = what_was_done(facts, self.broken, toned, sizes, pages)
        return Collected(pixels, self.paths, self._names, [*said])


def what_was_done(
    facts: NDArray[Any],
    broken: Sequence[tuple[str, str]],
    toned: Sequence[str],
    sizes: str,
    paged: int,
) -> Iterator[str]:
    """What to say of pictures of these :data:`~.toning.FACTS` that were brought to one depth and size.

    `toned` and `sizes` say how; `paged` files have several pages that are images.
    """
    total = len(facts) + len(broken)
    if len(broken) == 1:
        path, reason = broken[0]
        yield f"1 of {total:,} pictures could not be read and was skipped: {path} ({reason})."
    elif broken:
        named = ", ".join(path for path, _ in broken[:MAX_NAMED_PICTURES])
        more = " and others" if len(broken) > MAX_NAMED_PICTURES else ""
        yield (
            f"{len(broken):,} of {total:,} pictures could not be read and were skipped: "
            f"{named}{more}."
        )
    yield from toned
    if animated := int(facts["more"].sum()):
        yield f"Of {several(animated, 'picture')} with several frames only the first was read."
    if coloured := int(facts["coloured"].sum()):
        yield f"Colour was converted to grey in {coloured:,} of {total:,} pictures."
    if sizes:
        yield sizes
    if paged:
        yield f"Every page of {several(paged, 'picture')} with several pages is an image."


def none_read(broken: Sequence[tuple[str, str]], where: str) -> BadInputError:
    """The sentence for pictures of which each is broken."""
    first, reason = broken[0]
    return BadInputError(f"{where}: no picture can be read; the first is {first} ({reason}).")


def names_array(names: list[str]) -> NDArray[np.str_]:
    """The names as an array, which has the room of the longest for each; long ones are cut then."""
    cut = cut_to(max(map(len, names)), len(names))
    return np.array([name[cut:] for name in names] if cut else names, dtype=np.str_)


def cut_to(longest: int, n: int) -> int:
    """From where `n` names are kept: from the start, or their last characters if they take too much."""
    return -MAX_NAME_CHARACTERS if 4 * longest * n > MAX_NAMES_BYTES else 0


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back what Pillow warns of while it decodes: what cannot be used raises errors too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
