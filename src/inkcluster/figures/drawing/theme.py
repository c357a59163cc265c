"""How figures look: colours that follow the page's theme, one font, a few sizes.

Figures are drawn in the light colours of :data:`COLOURS`. Each of those is a sentinel that occurs
nowhere else, so :mod:`.svg` can put a CSS variable in its place; a page that includes
:data:`CSS` then shows the same SVG in light and in dark.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from inkcluster.figures.drawing.colours import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

HEAT: Final = tuple(COLOURS[name][0] for name in COLOURS if name.startswith("heat"))
"""Sentinels of the one-hue scale of heat maps, from nothing to everything."""

HEAT_SPLIT: Final = 6
"""From this step of :data:`HEAT` on, numbers are written in the paper's colour, not in ink."""

ACCENTS: Final = tuple(COLOURS[f"accent{i}"][0] for i in range(1, 7))
"""Sentinels told apart by people with any colour vision, by lightness as well as hue."""

INK: Final = COLOURS["ink"][0]
MUTED: Final = COLOURS["muted"][0]
GRID: Final = COLOURS["grid"][0]
PAPER: Final = COLOURS["paper"][0]
TILE: Final = COLOURS["tile"][0]
NOISE: Final = COLOURS["noise"][0]
OK: Final = COLOURS["ok"][0]
WARNING: Final = COLOURS["warning"][0]

WIDTH: Final = 7.6
"""Inches; at the 110 dots an inch of the PNG that is 836 pixels."""
FONT: Final = "DejaVu Sans"
DPI: Final = 110
TEXT: Final = 9.5
SMALL: Final = 8.0
TINY: Final = 7.0
"""Sizes of text in points: labels, ticks and notes, captions under pictures."""

Method = TypeVar("Method", bound=Callable[..., Any])


def _variables(which: int) -> str:
    return "".join(f"--ic-{name}:{pair[which]};" for name, pair in COLOURS.items())


_LIGHT: Final = (
    "--ic-font:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,"
    f"sans-serif;--ic-invert:none;color-scheme:light;{_variables(0)}"
)
_DARK: Final = f"--ic-invert:invert(1);color-scheme:dark;{_variables(1)}"

CSS: Final = (
    f":root{{{_LIGHT}}}\n"
    "@media screen and (prefers-color-scheme:dark)"
    f'{{:root:not([data-theme="light"]){{{_DARK}}}}}\n'
    f'@media screen{{:root[data-theme="dark"]{{{_DARK}}}}}\n'
    ".ic-svg{display:block;width:100%;height:auto}\n"
    ".ic-svg .ic-ink{filter:var(--ic-invert)}\n"
    ".ic-scroll{overflow-x:auto;max-width:100%}\n"
    "@media (max-width:40rem){.ic-scroll>.ic-svg{min-width:36rem}}\n"
)
"""The variables in light and dark (system setting, or ``data-theme`` on the root;
printed, always light), and the classes that :mod:`.svg` uses. Put an SVG in
``<div class="ic-scroll">`` to keep it legible on a phone."""


def styled(method: Method) -> Method:
    """Run a ``plot`` method under the theme's settings; matplotlib is first imported here."""

    @wraps(method)
    def inner(*args: Any, **kwargs: Any) -> Any:
        import matplotlib as mpl

        with mpl.rc_context(settings()):
            return method(*args, **kwargs)

    return cast(Method, inner)


def settings() -> Any:
    """Matplotlib's settings while a figure is drawn and while it is written."""
    return {
        "text.parse_math": False,
        "text.usetex": False,
        "text.color": INK,
        "font.family": [FONT],
        "font.size": TEXT,
        "axes.edgecolor": GRID,
        "axes.facecolor": "none",
        "axes.labelcolor": MUTED,
        "axes.labelsize": SMALL,
        "axes.titlesize": TEXT,
        "axes.titlecolor": INK,
        "axes.titlelocation": "left",
        "axes.titlepad": 8.0,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.unicode_minus": True,
        "axes.formatter.use_mathtext": False,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "xtick.color": GRID,
        "ytick.color": GRID,
        "xtick.labelcolor": MUTED,
        "ytick.labelcolor": MUTED,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "xtick.major.size": 3.0,
        "ytick.major.size": 0.0,
        "xtick.minor.size": 0.0,
        "ytick.minor.size": 0.0,
        "figure.facecolor": "none",
        "figure.edgecolor": "none",
        "savefig.facecolor": "none",
        "savefig.transparent": False,
        "savefig.bbox": "standard",
        "svg.fonttype": "none",
        "svg.hashsalt": "inkcluster",
        "svg.image_inline": True,
        "image.composite_image": False,
        "path.simplify": True,
    }


def new(width: float = WIDTH, height: float = 3.0) -> Picture:
    """Make an empty matplotlib figure of `width` × `height` inches, without pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(picture)
    return picture


def page(width: float = WIDTH, height: float = 3.0) -> tuple[Picture, Axes]:
    """Make a figure whose one invisible axes measures inches from the top left corner."""
    picture = new(width, height)
    return picture, overlay(picture)


def overlay(picture: Picture) -> Axes:
    """Add invisible axes to `picture` that measure inches from its top left corner."""
    width, height = picture.get_size_inches()
    axes = picture.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return axes


def chart(picture: Picture, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes to `picture`, placed in inches from its top left corner."""
    full_width, full_height = picture.get_size_inches()
    bottom = 1 - (top + height) / full_height
    return picture.add_axes((left / full_width, bottom, width / full_width, height / full_height))


def panels(
    m: int,
    columns: int,
    left: float,
    right: float,
    gap: float,
    *,
    top: float,
    height: float,
    below: float = 0.0,
    foot: float,
) -> tuple[Picture, list[Axes]]:
    """Make a picture of `m` charts of one size in `columns` columns; all lengths in inches."""
    width = (WIDTH - left - right - gap * (columns - 1)) / columns
    line = top + height + below
    picture = new(WIDTH, max(1, -(-m // columns)) * line + foot)
    places = [(left + i % columns * (width + gap), top + i // columns * line) for i in range(m)]
    return picture, [chart(picture, *place, width, height) for place in places]


def write(picture: Picture, left: float, top: float, words: str, **style: Any) -> None:
    """Write small muted words on `picture`, placed in inches from its top left corner.

    A negative `top` is measured from the bottom.
    """
    width, height = picture.get_size_inches()
    style = {"size": SMALL, "color": MUTED, "va": "top" if top >= 0 else "bottom", **style}
    picture.text(left / width, 1 - top / height if top >= 0 else -top / height, words, **style)


def note(
    axes: Axes, words: str, at: tuple[float, float], offset: tuple[float, float], **style: Any
) -> None:
    """Write small words at a point of `axes`, moved by `offset` in points."""
    style = {"size": SMALL, **style}
    axes.annotate(words, at, xytext=offset, textcoords="offset points", **style)


def add_lines(axes: Axes, lines: Any, **style: Any) -> None:
    """Draw lines (a sequence of corners each) as one collection."""
    from matplotlib.collections import LineCollection

    axes.add_collection(LineCollection(lines, **style), autolim=False)


def add_polygons(axes: Axes, corners: Any, colour: str, **style: Any) -> None:
    """Fill polygons (a sequence of corners each) with one colour, as one collection."""
    from matplotlib.collections import PolyCollection

    style = {"linewidths": 0, **style}
    axes.add_collection(PolyCollection(corners, facecolors=colour, **style), autolim=False)


def accent(cluster: int) -> str:
    """The colour of a cluster by its number; grey for noise."""
    return NOISE if cluster < 0 else ACCENTS[cluster % len(ACCENTS)]


def heat_step(value: float) -> tuple[str, str]:
    """Colours of a heat map's cell and of the number in it, for a value between 0 and 1."""
    step = round(min(max(float(value), 0.0), 1.0) * (len(HEAT) - 1))
    return HEAT[step], PAPER if step >= HEAT_SPLIT else INK
