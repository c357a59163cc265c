"""Draws the curves of docs/label.md, and prints its table:

python -m benchmarks.label --json LABEL.json && python tests/docs/label_picture.py LABEL.json
"""

import json
import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from shape_pictures import svg

OURS = "inkcluster label"
MOST, LEAST = 0.8, 0.001
"""Shares wrong at the top and at the bottom of a panel, on a logarithmic scale; fewer are drawn at the bottom."""
ACROSS, WIDE, HIGH, LEFT, TOP = 4, 142, 120, 46, 66
STYLES = {
    OURS: ("accent1", "", 2.4),
    "single images, least sure next": ("accent2", "", 1.4),
    "single images, at random": ("accent2", "2 3", 1.4),
    "pages of 24, at random": ("muted", "", 1.2),
    "k-means clusters, named whole": ("muted", "5 3", 1.2),
}
AT = ("12", "30", "60", "100")


def main(path):
    """Draw, and print the rows of the table."""
    sets = json.loads(Path(path).read_text())["sets"]
    parts = list(legend())
    for i, (name, found) in enumerate(sets.items()):
        row, column = divmod(i, ACROSS)
        x, y = LEFT + column * (WIDE + 28), TOP + row * (HIGH + 48)
        parts += panel(x, y, f"{name}, {found['n']:,}", found["curves"])
    rows = -(-len(sets) // ACROSS)
    height = TOP + rows * (HIGH + 48)
    svg("label-curves.svg", height, "Share of wrong names against the number of answers", parts)
    for name, found in sets.items():
        curves = found["curves"]
        ours = " | ".join(f"{100 * curves[OURS][at]:.2f}" for at in AT)
        others = {k: v for k, v in curves.items() if k != OURS}
        best = " | ".join(f"{100 * max(c[at] for c in others.values()):.2f}" for at in AT)
        print(f"| {name}, {found['n']:,} | {ours} | {best} |")


def legend():
    """What each line is."""
    for i, (name, (colour, dashes, width)) in enumerate(STYLES.items()):
        x, y = 14 + (i % 3) * 235, 16 + (i // 3) * 18
        yield line([(x, y), (x + 26, y)], colour, dashes, width)
        yield f'<text class="small" x="{x + 32}" y="{y + 4}">{name}</text>'


def panel(x, y, title, curves):
    """One set."""
    yield f'<text class="small b" x="{x}" y="{y - 5}">{title}</text>'
    for share in (0.5, 0.1, 0.01, 0.001):
        at = y + place(share)
        yield f'<path d="M{x} {at:.1f}h{WIDE}" stroke="var(--grid)"/>'
        if x == LEFT:
            yield f'<text class="small e" x="{x - 5}" y="{at + 4:.1f}">{100 * share:g} %</text>'
    for answers in (0, 50, 100):
        across = x + WIDE * answers / 100
        yield f'<text class="small m" x="{across:.0f}" y="{y + HIGH + 14}">{answers}</text>'
    for name, (colour, dashes, width) in reversed(STYLES.items()):
        points = [(x + WIDE * int(n) / 100, y + place(1 - s)) for n, s in curves[name].items()]
        yield line(points, colour, dashes, width)


def place(share):
    """How far below the top of a panel a share stands."""
    inside = min(max(share, LEAST), MOST)
    return HIGH * math.log(MOST / inside) / math.log(MOST / LEAST)


def line(points, colour, dashes, width):
    """A line through points."""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="M{path}" fill="none" stroke="var(--{colour})" stroke-width="{width}"{dashed}/>'
    )


if __name__ == "__main__":
    main(sys.argv[1])
