"""Heat maps: cells of one hue in steps that follow the theme, with numbers where there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures.drawing import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_CELLS = 2_000
"""More cells are drawn as an image, without numbers."""


def cells(
    axes: Axes,
    shades: NDArray[Any],
    numbers: Callable[[int, int], str] | None = None,
    *,
    points: float = theme.SMALL,
) -> None:
    """Draw shades (rows, columns) between 0 and 1; NaN leaves a cell empty.

    The axes gets one unit a cell and the first row on top. `numbers` gives what is written in a
    cell, from its row and column. The SVG holds a group ``cells-ROWSxCOLUMNS-PANEL`` of an unseen
    square over all cells, by which a page tells which cell is clicked.
    """
    from matplotlib.patches import Rectangle

    rows, columns = shades.shape
    axes.set_xlim(-0.5, columns - 0.5 if columns else 0.5)
    axes.set_ylim(rows - 0.5 if rows else 0.5, -0.5)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(bottom=False, left=False, labelbottom=False, labelleft=False)
    if shades.size:
        name = f"cells-{rows}x{columns}-{axes.figure.axes.index(axes)}"
        axes.add_patch(Rectangle((-0.5, -0.5), columns, rows, fill=False, linewidth=0, gid=name))
    if shades.size > MAX_CELLS:
        _as_image(axes, shades)
        return
    by_colour: dict[str, list[list[tuple[float, float]]]] = {}
    half = 0.48  # leaves a gap between cells
    for i, j in np.argwhere(np.isfinite(shades)).tolist():
        fill, on = theme.heat_step(shades[i, j])
        left, right, top, bottom = j - half, j + half, i - half, i + half
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        by_colour.setdefault(fill, []).append(corners)
        written = numbers(i, j) if numbers else ""
        if written:
            axes.text(j, i, written, size=points, color=on, ha="center", va="center_baseline")
    for fill, squares in sorted(by_colour.items()):
        theme.add_polygons(axes, squares, fill)


def _as_image(axes: Axes, shades: NDArray[Any]) -> None:
    from matplotlib.colors import to_rgb

    rgba = np.zeros((*shades.shape, 4), np.uint8)
    rgba[..., :3] = np.rint(np.array(to_rgb(theme.ACCENTS[0])) * 255)
    shades = np.clip(np.nan_to_num(shades, nan=0.0), 0, 1)
    rgba[..., 3] = np.rint(shades / (shades.max() or 1.0) * 255)
    axes.imshow(rgba, interpolation="none", aspect="auto")


def name_columns(axes: Axes, names: list[str], *, slanted: bool = False) -> None:
    """Write names over the columns, level or slanted."""
    style: dict[str, Any] = {
        "ha": "left" if slanted else "center",
        "va": "bottom",
        "annotation_clip": False,
    }
    style |= {"rotation": 40 if slanted else 0, "rotation_mode": "anchor"}
    for j, name in enumerate(names):
        theme.note(axes, name, (j, -0.5), (0, 4), color=theme.MUTED, **style)


def name_rows(axes: Axes, names: list[str], *, points: float = theme.SMALL) -> None:
    """Write names at the left of the rows."""
    for i, name in enumerate(names):
        style = {"size": points, "ha": "right", "va": "center_baseline", "annotation_clip": False}
        theme.note(axes, name, (-0.5, i), (-6, 0), **style)


def outline(
    axes: Axes, marked: NDArray[np.bool_], colour: str = theme.ACCENTS[1], linewidth: float = 2.0
) -> None:
    """Draw a line round the marked cells of (rows, columns): one round cells that touch."""
    inside = np.pad(np.asarray(marked, bool), 1)
    across = np.argwhere(inside[1:, 1:-1] != inside[:-1, 1:-1]) - 0.5
    down = np.argwhere(inside[1:-1, 1:] != inside[1:-1, :-1]) - 0.5
    edges = [[(x, y), (x + 1, y)] for y, x in across.tolist()]
    edges += [[(x, y), (x, y + 1)] for y, x in down.tolist()]
    style = {"capstyle": "projecting", "clip_on": False, "zorder": 3}
    if edges:
        theme.add_lines(axes, edges, colors=colour, linewidths=linewidth, **style)
