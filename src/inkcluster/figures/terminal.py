"""Pictures as text: half-blocks for a terminal, and the grid of an image's values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures._mosaic import LIGHT_ON_DARK
from inkcluster.figures._mosaic import ink as _opacity


def half_blocks(
    picture: NDArray[Any],
    *,
    ink: str = LIGHT_ON_DARK,
    width: int | None = None,
    colours: int | None = None,
    peak: float | None = None,
) -> str:
    """Draw a picture in text, two pixels a character.

    Parameters
    ----------
    picture : ndarray of shape (h, w)
        Values from 0 to `peak`.
    ink : {"light on dark", "dark on light"}
        Which pixels are the strokes.
    width : int or None
        Characters across at most; a wider picture is shrunk by averaging.
    colours : {None, 256, 16777216}
        Grey levels by escape sequences, dark ink on light paper, for terminals that know 256 or
        24-bit colours; None writes plain characters without any.
    peak : float or None
        The value of full ink; by default 255 when a pixel exceeds 16 or the picture is uint8 with
        larger values, else the largest pixel.

    Returns
    -------
    str
        Lines without a newline at the end.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures.terminal import half_blocks
    >>> print(half_blocks(np.array([[0, 255, 255], [255, 255, 0]], np.uint8)))
    ▄█▀
    """
    picture = np.atleast_2d(np.asarray(picture, np.float64))
    if peak is None:
        highest = float(np.nanmax(picture, initial=0.0))
        peak = 255.0 if highest > 16 else highest or 1.0
    opacity = _opacity(_shrink(picture, width), peak=peak, polarity=ink).astype(np.int64)
    if len(opacity) % 2:
        opacity = np.vstack([opacity, np.zeros_like(opacity[:1])])
    write = _plain if colours is None else _fine if colours > 256 else _indexed
    pairs = zip(opacity[::2], opacity[1::2], strict=True)
    return "\n".join(write(upper, lower) for upper, lower in pairs)


def value_grid(picture: NDArray[Any]) -> str:
    """Write an image's values as a grid of numbers, columns aligned.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures.terminal import value_grid
    >>> print(value_grid(np.array([[0, 46, 255], [9, 0, 1]], np.uint8)))
      0  46 255
      9   0   1
    """
    picture = np.atleast_2d(np.asarray(picture))
    if np.issubdtype(picture.dtype, np.integer):
        written = [[str(value) for value in row] for row in picture.tolist()]
    else:
        written = [[f"{value:.4g}" for value in row] for row in picture.tolist()]
    wide = max((len(value) for row in written for value in row), default=1)
    return "\n".join(" ".join(value.rjust(wide) for value in row) for row in written)


def _shrink(picture: NDArray[np.float64], width: int | None) -> NDArray[np.float64]:
    """Average blocks of pixels so that at most `width` columns are left."""
    if width is None or picture.shape[1] <= width:
        return picture
    factor = -(-picture.shape[1] // max(width, 1))
    for axis in (0, 1):
        starts = np.arange(0, picture.shape[axis], factor)
        sums = np.add.reduceat(picture, starts, axis=axis)
        lengths = np.diff(np.append(starts, picture.shape[axis]))
        picture = sums / (lengths[:, None] if axis == 0 else lengths)
    return picture


def _plain(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> str:
    blocks = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
    pairs = zip((upper > 127).tolist(), (lower > 127).tolist(), strict=True)
    return "".join(blocks[pair] for pair in pairs).rstrip()


def _indexed(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> str:
    """256 colours: the 24 greys from 232 (black) to 255 (nearly white)."""
    top, bottom = (255 - np.rint(row * 23 / 255).astype(np.int64) for row in (upper, lower))
    cells = (
        f"\x1b[38;5;{a};48;5;{b}m▀" for a, b in zip(top.tolist(), bottom.tolist(), strict=True)
    )
    return "".join(cells) + "\x1b[0m"


def _fine(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> str:
    """24-bit colours."""
    cells = (
        f"\x1b[38;2;{255 - a};{255 - a};{255 - a};48;2;{255 - b};{255 - b};{255 - b}m▀"
        for a, b in zip(upper.tolist(), lower.tolist(), strict=True)
    )
    return "".join(cells) + "\x1b[0m"
