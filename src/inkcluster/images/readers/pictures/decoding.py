"""Decodes a picture to grey bytes, and brings pictures of many sizes to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.describing import border
from inkcluster.images.readers.guard import MAX_PICTURE_PIXELS, is_out_of_memory

ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_SCALE_16_BITS = 257  # 65,535 / 255


class PictureError(ValueError):
    """Why one picture cannot be used; it is skipped."""


def decode(stream: IO[bytes]) -> tuple[NDArray[np.uint8], bool]:
    """Decode one picture, or the first frame of several, whatever its name says.

    Returns
    -------
    grey : ndarray of shape (h, w), uint8
        Upright (EXIF orientation applied); colour by ITU-R BT.601; transparency laid on white;
        16-bit values divided by 257.
    had_colour : bool
        Whether its red, green and blue differed anywhere.

    Raises
    ------
    PictureError
        If it is broken or has too many pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(stream, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PICTURE_PIXELS:
                raise PictureError("too many pixels")
            image.load()
            upright = ImageOps.exif_transpose(image) if image.getexif().get(0x0112) else image
            return _grey(upright)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError("not a picture") from error
    except Exception as error:  # Pillow's decoders raise dozens of types on damaged bytes
        if is_out_of_memory(error):
            raise
        raise PictureError(str(error).split("\n")[0] or type(error).__name__) from error


def unify(
    pictures: Sequence[NDArray[np.uint8]], shape: tuple[int, int] | None = None
) -> tuple[NDArray[np.uint8], int]:
    """Bring pictures to one size: uint8 (n, h, w), and how many had another size.

    The size is `shape`, or else the commonest one (the larger of equally common ones). A picture
    of another size is scaled, its proportions kept, until it just fits (averaging where it
    shrinks, bicubic where it grows), and centred on the median grey of its own border.
    """
    sizes = Counter((int(p.shape[0]), int(p.shape[1])) for p in pictures)
    h, w = shape or max(sizes, key=lambda s: (sizes[s], s[0] * s[1], s))
    out = np.empty((len(pictures), h, w), np.uint8)
    resized = 0
    for target, picture in zip(out, pictures, strict=True):
        if picture.shape == (h, w):
            target[...] = picture
        else:
            target[...] = _fitted(picture, h, w)
            resized += 1
    return out, resized


def _fitted(picture: NDArray[np.uint8], h: int, w: int) -> NDArray[np.uint8]:
    from PIL import Image

    factor = min(h / picture.shape[0], w / picture.shape[1])
    height = min(h, max(1, round(picture.shape[0] * factor)))
    width = min(w, max(1, round(picture.shape[1] * factor)))
    method = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
    scaled = np.asarray(Image.fromarray(picture).resize((width, height), method))
    out = np.full((h, w), np.uint8(np.median(border(picture[None]))), np.uint8)
    top, left = (h - height) // 2, (w - width) // 2
    out[top : top + height, left : left + width] = scaled
    return out


def _grey(image: object) -> tuple[NDArray[np.uint8], bool]:
    from PIL import Image

    assert isinstance(image, Image.Image)
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _deep(np.asarray(image)), False
    if mode in ("L", "1"):
        return np.array(image.convert("L")), False
    if mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, rgba)
    rgb = image.convert("RGB")
    values = np.asarray(rgb)
    had_colour = bool((values != values[..., :1]).any())
    return np.array(rgb.convert("L")), had_colour


def _deep(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Deep greys as bytes: 16 bits are scaled down, fractions in [0, 1] up, the rest is refused."""
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise PictureError("values that are not finite")
    low, high = float(numbers.min()), float(numbers.max())
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        numbers = numbers * 255
    elif values.dtype.kind in "iu" and values.dtype.itemsize >= 2:
        if not (low >= 0 and high <= 0xFFFF):
            raise PictureError("values outside 16 bits")
        numbers = numbers / _SCALE_16_BITS
    elif not (low >= 0 and high <= 255):
        raise PictureError("values outside 0–255")
    return np.asarray(np.rint(numbers), dtype=np.uint8)
