"""Takes the pictures out of a file: grey values as deep as they are, and what is transparent."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.guard import MAX_PICTURE_PIXELS, is_out_of_memory
from inkcluster.images.readers.pictures.kinds import FORMATS, HEAD_BYTES, other_kind, with_article

MAX_PAGES = 100_000
"""A file with more pages is not read."""
_HAS_PAGES = ("TIFF", "GIF", "WEBP", "PNG")
_IS_REDUCED = 1  # of TIFF's NewSubfileType: the page is a smaller copy of another
_SUBFILE_TYPE = 254
_ORIENTATION = 0x0112

# Pillow logs what it cannot decode, and raises it too; without a handler it goes to stderr
logging.getLogger("PIL").addHandler(logging.NullHandler())


class PictureError(ValueError):
    """Why one picture cannot be used; it is skipped."""


@dataclass(frozen=True)
class Picture:
    """A picture as it was decoded.

    Parameters
    ----------
    grey : ndarray of shape (h, w), uint8, uint16 or float32
        Upright (EXIF orientation applied); colour by ITU-R BT.601.
    alpha : ndarray of shape (h, w), uint8, or None
        0 where the picture is transparent; None where it is not, anywhere.
    had_colour : bool
        Whether its red, green and blue differed anywhere.
    is_cut : bool
        Whether it has 16 bits a colour, of which the upper 8 were decoded.
    has_more : bool
        Whether the file holds more frames, which were not decoded.
    """

    grey: NDArray[Any]
    alpha: NDArray[np.uint8] | None = None
    had_colour: bool = False
    is_cut: bool = False
    has_more: bool = False


def pictures_in(stream: IO[bytes], *, frames: bool = False) -> Iterator[Picture]:
    """Decode the picture in a file, whatever the file's name says.

    Of a TIFF each page is a picture, but for pages that are smaller copies of others. Of animations
    the first frame is, or with `frames` every one.

    Raises
    ------
    PictureError
        If it is broken, or has too many pixels or pages.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(stream, formats=FORMATS) as image:
            has_more = bool(getattr(image, "is_animated", False))
            if not has_more or image.format not in _HAS_PAGES:
                yield _decoded(image)
            elif image.format == "TIFF" or frames:
                yield from _pages(image)
            else:
                yield _decoded(image, has_more=True)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(_what_else(stream)) from error
    except Exception as error:  # Pillow's decoders raise dozens of types on damaged bytes
        if is_out_of_memory(error):
            raise
        raise PictureError(str(error).split("\n")[0] or type(error).__name__) from error


def pixels_in(stream: IO[bytes]) -> int:
    """How many pixels the picture in a file says it has; 0 if it is none."""
    from PIL import Image

    try:
        with Image.open(stream, formats=FORMATS) as image:
            return int(image.size[0] * image.size[1])
    except Exception as error:  # Pillow's parsers raise dozens of types on damaged bytes
        if is_out_of_memory(error):
            raise
        return 0


def _what_else(stream: IO[bytes]) -> str:
    """What a file that no decoder knows is instead."""
    try:
        stream.seek(0)
        kind = other_kind(stream.read(HEAD_BYTES))
    except (OSError, ValueError):
        kind = None
    return "not a picture" if kind is None else with_article(kind)


def _pages(image: Any) -> Iterator[Picture]:
    for page in range(MAX_PAGES + 1):
        try:
            image.seek(page)
        except EOFError:
            return
        if page == MAX_PAGES:
            raise PictureError(f"more than {MAX_PAGES:,} pages")
        tags = getattr(image, "tag_v2", {})
        if not page or not int(tags.get(_SUBFILE_TYPE, 0)) & _IS_REDUCED:
            yield _decoded(image)


def _by_libtiff(image: Any) -> bool:
    return any(tile[0] == "libtiff" for tile in image.tile)


@contextmanager
def _muted() -> Iterator[None]:
    """Send what a library of C writes to the process's stderr, past Python, nowhere."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _decoded(image: Any, *, has_more: bool = False) -> Picture:
    from PIL import ImageOps

    width, height = image.size
    if width * height > MAX_PICTURE_PIXELS:
        raise PictureError("too many pixels")
    raw_mode = _raw_mode(image)
    with _muted() if _by_libtiff(image) else nullcontext():
        image.load()
    transparent = image.info.get("transparency")
    upright = ImageOps.exif_transpose(image) if image.getexif().get(_ORIENTATION) else image
    mode = upright.mode
    if mode.startswith("I") or mode == "F":
        grey = _deep(np.asarray(upright))
        return Picture(grey, _where_not(grey, transparent), has_more=has_more)
    if mode in ("L", "1"):
        grey = np.array(upright if mode == "L" else upright.convert("L"))
        if transparent is not None and raw_mode in ("L;2", "L;4"):
            transparent = transparent * (85 if raw_mode == "L;2" else 17)
        return Picture(grey, _where_not(grey, transparent), has_more=has_more)
    alpha = None
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        alpha = np.array(upright.getchannel("A"))
    colour = upright.convert("RGB")
    values = np.asarray(colour)
    return Picture(
        np.array(colour.convert("L")),
        None if alpha is None or (alpha == 255).all() else alpha,
        bool((values != values[..., :1]).any()),
        ";16" in raw_mode,
        has_more,
    )


def _raw_mode(image: Any) -> str:
    """How the values lie in the file, such as "RGB;16B"; "" where Pillow does not say."""
    arguments = image.tile[0][3] if image.tile else ""
    mode = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return mode if isinstance(mode, str) else ""


def _where_not(grey: NDArray[Any], transparent: Any) -> NDArray[np.uint8] | None:
    """The alpha of a grey picture in which one value is transparent."""
    if not isinstance(transparent, int):
        return None
    alpha = np.where(grey == transparent, 0, 255).astype(np.uint8)
    return None if alpha.all() else alpha


def _deep(values: NDArray[Any]) -> NDArray[Any]:
    """Deep greys as uint16 or float32; what neither is nor can become bytes is refused."""
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise PictureError("values that are not finite")
        if values.min() < -1 or values.max() > 255:
            raise PictureError("values outside 0–255")
        return np.array(values, np.float32)
    if values.dtype.itemsize > 1 and (values.min() < 0 or values.max() > 0xFFFF):
        raise PictureError("values outside 16 bits")
    return np.array(values, np.uint16)
