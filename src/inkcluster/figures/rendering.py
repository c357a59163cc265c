"""Writing a figure to disk, the same bytes for the same figure."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

    from inkcluster.figures.base import Figure


def png(figure: Figure) -> bytes:
    """The picture of `figure` as a PNG on light paper."""
    from inkcluster.figures.drawing import fonts

    stream = io.BytesIO()
    with _styled():
        picture = figure.plot()
        fonts.give_glyphs(picture)
        _save_png(picture, stream)
    return stream.getvalue()


def render(figure: Figure, stem: str | Path) -> list[Path]:
    """Write `figure` as ``STEM.svg`` and ``STEM.png``.

    The SVG keeps its text as text, is transparent, and is drawn in the sentinel colours that
    :func:`inkcluster.figures.drawing.svg.themed_svg` makes follow a page's theme. The PNG is the same
    picture on light paper. Both depend on nothing but the figure.

    Parameters
    ----------
    figure : Figure
        Any figure of this room.
    stem : path
        The path of the files without their endings.

    Returns
    -------
    list of Path
        The SVG and the PNG.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from inkcluster.figures import AgreementMap, render
    >>> figure = AgreementMap("map", "Agreement", "They agree.", np.eye(2), ["ward", "k-means"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in render(figure, f"{folder}/map")]
    ['map.svg', 'map.png']
    """
    from inkcluster.figures.drawing import fonts

    stem = Path(stem)
    svg, png = (stem.with_name(stem.name + ending) for ending in (".svg", ".png"))
    unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _styled():
        picture = figure.plot()
        picture.savefig(svg, format="svg", metadata=unsaid)
        fonts.give_glyphs(picture)
        _save_png(picture, png)
    return [svg, png]


@contextmanager
def _styled() -> Iterator[None]:
    import matplotlib as mpl

    from inkcluster.figures.drawing import theme

    with warnings.catch_warnings(), mpl.rc_context(theme.settings()):
        # Text is measured in a font that may lack a character; the SVG's reader has other fonts.
        warnings.filterwarnings("ignore", message=r"(?s)Glyph .* missing from")
        warnings.filterwarnings("ignore", message=r"(?s)Matplotlib currently does not support")
        yield


def _save_png(picture: Picture, where: Path | IO[bytes]) -> None:
    from inkcluster.figures.drawing import theme

    picture.savefig(
        where, format="png", dpi=theme.DPI, facecolor=theme.PAPER, metadata={"Software": None}
    )
