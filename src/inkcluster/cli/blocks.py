"""Draws pictures on a terminal: two pixels a character, in half-blocks."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkcluster.cli.guard import one_line

MIN_PICTURE_WIDTH = 12
"""Pictures are not made narrower than this to fit a row, in characters."""
MAX_TILE_LINES = 16
MIN_CAPTION_WIDTH = 14
_SHADED = "\x1b[38;2;{0};{0};{0};48;2;{1};{1};{1}m▀"
_BLOCKS = np.array([" ", "▄", "▀", "█"])


def picture_lines(
    image: NDArray[np.floating], *, ink_is_dark: bool = False, colour: bool | None = None
) -> list[str]:
    """Draw an image of values from 0 to 1 in half-blocks, ink bright; ``ceil(h / 2)`` lines.

    `colour` draws shades of grey if True, ink or nothing if False; None asks :func:`has_colour`.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cli.blocks import picture_lines
    >>> picture_lines(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), colour=False)
    ['▀▄', '▀▀']
    """
    ink = 1.0 - image if ink_is_dark else np.asarray(image, float)
    if len(ink) % 2:
        ink = np.vstack([ink, np.zeros((1, ink.shape[1]))])
    upper, lower = ink[::2], ink[1::2]
    if colour if colour is not None else has_colour():
        shades = np.clip(np.stack([upper, lower], -1) * 255, 0, 255).astype(int).tolist()
        return ["".join(_SHADED.format(*pair) for pair in row) + "\x1b[0m" for row in shades]
    low, high = ink.min(initial=1.0), ink.max(initial=0.0)
    threshold = (low + high) / 2 if low < high else high / 2
    which = 2 * (upper > threshold) + (lower > threshold)
    return ["".join(row) for row in _BLOCKS[which].tolist()]


def contact_rows(
    pixels: NDArray[np.uint8],
    rows: Sequence[tuple[str, NDArray[np.int64]]],
    *,
    ink_is_dark: bool = False,
    width: int | None = None,
) -> list[str]:
    """Draw rows (label, indices into `pixels`) of pictures beside their labels.

    The pictures are made smaller until a row fits into `width` columns, or the terminal's if None.
    """
    columns = shutil.get_terminal_size().columns if width is None else width
    labels = [one_line(label)[:12] for label, _ in rows]
    margin = max((len(label) for label in labels), default=0) + 2
    most = max((len(where) for _, where in rows), default=0)
    step, fitting = _fit(pixels.shape[2], most, columns - margin)
    peak = max(float(pixels.max(initial=0)), 1.0)
    lines: list[str] = []
    for label, (_, where) in zip(labels, rows, strict=True):
        small = [_shrunk(pixels[i] / peak, step) for i in where[:fitting].tolist()]
        drawn = [picture_lines(image, ink_is_dark=ink_is_dark) for image in small]
        for number, parts in enumerate(zip(*drawn, strict=True)):
            head = label if number == 0 else ""
            lines.append((f"{head:<{margin}}" + " ".join(parts)).rstrip())
        lines.append("")
    return lines


def tiles(
    pictures: NDArray[np.uint8],
    captions: Sequence[tuple[str, ...]],
    columns: int,
    *,
    ink_is_dark: bool = False,
) -> list[str]:
    """Draw pictures (m, h, w) side by side, as many lines of words under each, in lines of `columns`.

    Words are cut at the width of their picture, or at :data:`MIN_CAPTION_WIDTH`.
    """
    from rich.cells import set_cell_size

    m, peak = len(pictures), max(float(pictures.max(initial=0)), 1.0)
    step = 1
    while max(pictures.shape[2] / columns, pictures.shape[1] / 2 / MAX_TILE_LINES) > step or (
        (m * (pictures.shape[2] // step + 2) > 2 * columns)
        and pictures.shape[2] // (step + 1) >= MIN_PICTURE_WIDTH
    ):
        step += 1
    wide = min(columns, max(pictures.shape[2] // step, MIN_CAPTION_WIDTH))
    across = max(1, (columns + 2) // (wide + 2))
    lines: list[str] = []
    for start in range(0, m, across):
        drawn = []
        for i in range(start, min(start + across, m)):
            small = _shrunk(pictures[i] / peak, step)
            space = " " * (wide - small.shape[1])
            words = [set_cell_size(one_line(text), wide) for text in captions[i]]
            own = picture_lines(small, ink_is_dark=ink_is_dark)
            drawn.append([*(line + space for line in own), *words])
        made = ["  ".join(parts).rstrip() for parts in zip(*drawn, strict=True)]
        lines += ["", *itertools.dropwhile(lambda line: not line, made)]
    return lines[1:]


def has_colour() -> bool:
    """Whether stdout is a terminal with colours, and NO_COLOR is not set."""
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "") != "dumb"
    )


def _fit(picture: int, wanted: int, room: int) -> tuple[int, int]:
    """The step of shrinking and the number of pictures in a row of `room` columns."""
    step = 1
    while wanted * (picture // step + 1) > room and picture // (step + 1) >= MIN_PICTURE_WIDTH:
        step += 1
    return step, max(1, min(wanted, room // (picture // step + 1)))


def _shrunk(image: NDArray[np.floating], step: int) -> NDArray[np.floating]:
    h, w = (size // step * step for size in image.shape)
    means: NDArray[np.floating] = (
        image[:h, :w].reshape(h // step, step, w // step, step).mean(axis=(1, 3))
    )
    return means
