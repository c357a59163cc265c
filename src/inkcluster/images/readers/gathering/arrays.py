"""Gathers arrays: writes their values as bytes, batch after batch, as `check_pixels` converts them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.images.check import (
    OF_BOOLEANS,
    SAYS_GREY,
    Range,
    Scale,
    as_images,
    first_bad,
    grey,
    is_missing,
    is_outside,
    not_finite,
    outside,
    scale_of,
    scaled,
)
from inkcluster.images.readers.arrays.turning import fits, in_colour
from inkcluster.images.readers.evidence import MAX_SAMPLED_IMAGES
from inkcluster.images.readers.gathering.gather import HEAD_BYTES, Items, header
from inkcluster.images.readers.gathering.journal import (
    PART,
    SPOOL,
    Growing,
    Journal,
    finish,
    put_back,
)
from inkcluster.progress import current

SYNC_BYTES = 64 << 20
"""After as many bytes of pixels, what is written is made to count."""
BATCH_BYTES = 1 << 24
Shape = tuple[int, int] | None
Batches = Generator[NDArray[Any], None, None]
Turn = Callable[[NDArray[Any]], NDArray[Any]]


class Rows(Items, Protocol):
    """Images as arrays, a batch at a time: (m, h·w), (m, h, w), or with an axis of channels."""

    def batches(self, start: int) -> Batches:
        """The images from number `start` on."""

    def about(self, pixels: NDArray[np.uint8]) -> list[str]:
        """What to say of the images, or why they are none, once all are written as bytes."""


@dataclass
class _Seen(Range):
    """What is known of the images so far.

    `spooled` are the factor and offset by which all of them were written as bytes; None where the values
    came to need others, or can be no bytes. `bad` are the first image with a value that is missing, and
    with one that is no byte.
    """

    n: int = 0
    shape: list[int] | None = None
    dtypes: list[str] = field(default_factory=list)
    spooled: list[float] | None = None
    bad: list[int | None] = field(default_factory=lambda: [None, None])

    def take(self, batch: NDArray[Any], where: str) -> NDArray[np.uint8] | None:
        """Take in a batch; its bytes, if all so far are bytes of one scale."""
        refuse_masked(batch, f"{where}: pixels")
        shape, first = list(batch.shape[1:]), not self.n
        if first:
            self.shape = shape
        elif shape != self.shape:
            one, other = (" × ".join(map(str, sides)) for sides in (self.shape or (), shape))
            raise BadInputError(
                f"{where} holds images of several sizes ({one} and {other}); give all one size."
            )
        self.dtypes = sorted({*self.dtypes, batch.dtype.str})
        self.add(batch)
        for which, is_bad in enumerate((is_missing, is_outside)):
            may_be = self.missing if which == 0 else self.low < 0 or self.high > 255
            if self.bad[which] is None and may_be:
                found = is_bad(batch).reshape(len(batch), -1).any(axis=1)
                self.bad[which] = self.n + int(found.argmax()) if found.any() else None
        self.n += len(batch)
        scale = None if self.missing else self.scale()
        if scale is None or (not first and self.spooled != _numbers(scale)):
            self.spooled = None
            return None
        self.spooled = _numbers(scale)
        return _as_bytes(batch, scale)

    def scale(self) -> Scale | None:
        """How the values become bytes, as far as they are known."""
        dtype = np.result_type(*map(np.dtype, self.dtypes))
        if dtype == np.uint8:
            return Scale()
        if dtype == np.bool_:
            return OF_BOOLEANS
        return scale_of(dtype, self.low, self.high, self.whole)


def write_arrays(
    rows: Rows, shape: Shape, own: Shape, journal: Journal
) -> tuple[str, list[str], list[str]]:
    """Write the images: their hash, what to say of how they were turned, and of how converted.

    `shape` is what the caller says and `own` what the source does, as for
    :func:`~inkcluster.images.check.check_pixels`.
    """
    seen = _surveyed(rows, shape, own, journal)
    turn, turned = _turn(rows, seen, shape, own, journal)
    scale = None if seen.missing else seen.scale()
    if scale is None:
        raise _refusal(rows, seen, turn)
    spool = journal.folder / SPOOL
    about = [] if seen.spooled is None else rows.about(_mapped(journal, seen))
    form = turn(np.empty((1, *(seen.shape or [])), np.uint8)).shape[1:]
    head, in_grey = header((seen.n, *form[:2])), len(form) == 3
    if seen.spooled == _numbers(scale) and not in_grey:
        _, digest = journal.last("arrays")["spool"]
        finish(spool, head)
    else:
        pixels = _mapped(journal, seen) if seen.spooled == _numbers(scale) else None
        digest = _rewritten(rows, seen.n, _Bytes(scale, turn, pixels), journal)
        finish(journal.folder / PART, head)
    return digest, [*turned, *about], [*scale.says, *([SAYS_GREY] if in_grey else [])]


def _surveyed(rows: Rows, shape: Shape, own: Shape, journal: Journal) -> _Seen:
    """Look at all images, from where the journal ends, and write those that are bytes by one scale."""
    known = journal.last("arrays")
    seen = _Seen() if known is None else _Seen(**known["seen"])
    put_back(journal.folder / SPOOL)
    with (
        Growing(journal.folder / SPOOL, known and tuple(known["spool"]), HEAD_BYTES) as spool,
        current().task(f"gathering {rows.title}", len(rows)) as advance,
        closing(rows.batches(seen.n)) as batches,
    ):
        advance(seen.n)
        unsynced = 0
        for batch in batches if known is None or not known["all"] else ():
            if not seen.n and not _may_be_colour(batch.shape[1:], shape):
                as_images(batch, rows.where, shape or own)
            if (pixels := seen.take(batch, rows.where)) is not None:
                spool.append(np.ascontiguousarray(pixels).data)
            advance(len(batch))
            unsynced += batch.nbytes
            if unsynced >= SYNC_BYTES:
                journal.add(arrays={"spool": spool.synced(), "seen": asdict(seen), "all": False})
                unsynced = 0
        if known is None or not known["all"]:
            journal.add(arrays={"spool": spool.synced(), "seen": asdict(seen), "all": True})
    if not seen.n:
        raise BadInputError(f"{rows.where} is a table without rows.")
    return seen


def _turn(
    rows: Rows, seen: _Seen, shape: Shape, own: Shape, journal: Journal
) -> tuple[Turn, list[str]]:
    """How a batch becomes (m, h, w), or (m, h, w, c) in colour, and what to say of it."""
    sides = tuple(seen.shape or ())
    if _may_be_colour(sides, shape) and len(sides) == 1:
        step = max(1, seen.n // MAX_SAMPLED_IMAGES)
        colour = in_colour(_every(step, rows, seen, journal), shape)
        if colour is not None:
            form = colour[0].shape[1:]
            return (
                lambda batch: as_images(batch.reshape(len(batch), *form), rows.where, shape)
            ), colour[1]
    return (lambda batch: as_images(batch, rows.where, shape or own)), []


def _may_be_colour(sides: tuple[int, ...], shape: Shape) -> bool:
    """Whether rows of values may be colour, which the values of many decide."""
    one = len(sides) == 1
    return one and not fits(sides[0], shape) and not sides[0] % 3 and fits(sides[0] // 3, shape)


def _every(step: int, rows: Rows, seen: _Seen, journal: Journal) -> NDArray[Any]:
    """Each so many images, as they came."""
    if seen.spooled == _numbers(Scale()) and seen.whole:
        return np.asarray(_mapped(journal, seen)[::step])
    found, start = [], 0
    with closing(rows.batches(0)) as batches:
        for batch in batches:
            found.append(batch[-start % step :: step].copy())
            start += len(batch)
    return np.concatenate(found)


def _mapped(journal: Journal, seen: _Seen) -> NDArray[np.uint8]:
    form = (seen.n, *(seen.shape or ()))
    return np.memmap(journal.folder / SPOOL, np.uint8, "r", HEAD_BYTES, form)


def _refusal(rows: Rows, seen: _Seen, turn: Turn) -> BadInputError:
    """Why the values can be no bytes."""
    at = seen.bad[0] if seen.missing else seen.bad[1]
    assert at is not None
    with closing(rows.batches(at)) as batches:
        image = turn(next(batches)[:1])
    image = image.reshape(*image.shape[:2], -1)
    if seen.missing:
        return not_finite(rows.where, seen.missing, first_bad(image, is_missing, at))
    return outside(rows.where, seen.low, seen.high, first_bad(image, is_outside, at))


@dataclass(frozen=True)
class _Bytes:
    """How images become grey bytes: those in `pixels` are bytes already; others are by the scale."""

    scale: Scale
    turn: Turn
    pixels: NDArray[np.uint8] | None

    def batches(self, rows: Rows, start: int) -> Batches:
        """The images from number `start` on."""
        for batch in rows.batches(start) if self.pixels is None else _pieces(self.pixels, start):
            images = self.turn(_as_bytes(batch, self.scale) if self.pixels is None else batch)
            yield grey(images) if images.ndim == 4 else images


def _rewritten(rows: Rows, n: int, to: _Bytes, journal: Journal) -> str:
    """Write all images again."""
    known = journal.last("images")
    done = 0 if known is None else int(journal.last("written"))
    put_back(journal.folder / PART)
    with (
        Growing(journal.folder / PART, known, HEAD_BYTES) as file,
        current().task(f"writing {rows.title}", n) as advance,
        closing(to.batches(rows, done)) as batches,
    ):
        advance(done)
        unsynced = 0
        for images in batches:
            file.append(np.ascontiguousarray(images).data)
            done += len(images)
            advance(len(images))
            unsynced += images.nbytes
            if unsynced >= SYNC_BYTES:
                journal.add(images=file.synced(), written=done)
                unsynced = 0
        if done != n:
            raise BadInputError(
                f"{rows.where} changed while it was gathered; run the same again once it stays as it is."
            )
        journal.add(images=file.synced(), written=done)
        return file.synced()[1]


def _pieces(pixels: NDArray[np.uint8], start: int) -> Batches:
    step = max(1, BATCH_BYTES // max(1, pixels[0].nbytes))
    for at in range(start, len(pixels), step):
        yield pixels[at : at + step]


def _as_bytes(batch: NDArray[Any], scale: Scale) -> NDArray[np.uint8]:
    return batch if batch.dtype == np.uint8 and scale.factor is None else scaled(batch, scale)


def _numbers(scale: Scale) -> list[float]:
    """What decides the bytes; whole ones are the same where fractions are rounded."""
    return [1.0 if scale.factor is None else scale.factor, scale.offset]
