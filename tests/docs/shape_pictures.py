"""Draws the pictures of docs/shapes.md: ``python tests/docs/shape_pictures.py``.

From the digits embedded in scikit-learn alone. Each picture has its own paper, so that it is readable
on pages of either theme, and is dark where the reader prefers that.
"""

import base64
import io
from pathlib import Path
from unittest.mock import patch

import numpy as np
from matplotlib import image as pictures

import inkcluster
from inkcluster.cluster.shape import levels, number
from inkcluster.cluster.shape.pairs import Fields, pair_distances
from inkcluster.features.deskewing import moments
from inkcluster.figures.drawing.colours import COLOURS

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DIGITS = 8
"""Digits in the first picture: of 0, 1, … each the one that slants most."""
ONE, LIKE, OTHER = 548, 937, 1792
"""A five, another five, and a nine that is nearer to the first pixel by pixel."""
STEEP = 24
"""Gradient, in steps, from which a pixel is on an edge."""
BAD = 1500
"""Distance from which a pixel of the second picture has found no good place."""
NOISE = 2000
"""Images of noise in the third picture."""
WIDTH = 720
STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    "font-size:13px;fill:var(--ink)}.small{font-size:11.5px;fill:var(--muted)}"
    ".b{font-weight:600}.e{text-anchor:end}.m{text-anchor:middle}"
    "image{image-rendering:pixelated}.faint{opacity:.28}"
    "@media (prefers-color-scheme:dark){image{filter:invert(1)}}"
)
USED = ("ink", "muted", "grid", "paper", "tile", "accent1", "accent2", "noise")


def svg(name, height, title, parts):
    """Write one picture."""
    light, dark = (";".join(f"--{c}:{COLOURS[c][way]}" for c in USED) for way in (0, 1))
    style = f"svg{{{light}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}{STYLE}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img"><title>{title}</title><style>{style}</style>'
    )
    paper = (
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="6" '
        'fill="var(--paper)" stroke="var(--grid)"/>'
    )
    FOLDER.mkdir(exist_ok=True)
    text = "\n".join([head, paper, *parts, "</svg>", ""])
    (FOLDER / name).write_text(text, encoding="utf-8")


def text(x, y, words, kind=""):
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{words}</text>'


def line(x, y, to_x, to_y, colour="grid", width=1, more=""):
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" '
        f'stroke="var(--{colour})" stroke-width="{width}" {more}/>'
    )


def dot(x, y, colour, radius=1.7):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="var(--{colour})"/>'


def box(x, y, width, height, colour, more=""):
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="var(--{colour})" {more}/>'
    )


def tile(x, y, side, image, kind=""):
    """An image from 0 to 1, its ink dark on light or light on dark, as the theme has it."""
    return box(x, y, side, side, "tile", 'rx="3"') + ink(x, y, side, image, kind)


def ink(x, y, side, image, kind=""):
    rgba = np.zeros((*image.shape, 4), np.uint8)
    rgba[..., 3] = np.rint(255 * np.clip(image, 0, 1))
    out = io.BytesIO()
    pictures.imsave(out, rgba, format="png", metadata={"Software": None})
    data = base64.b64encode(out.getvalue()).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{side}" height="{side}" class="{kind}" '
        f'href="data:image/png;base64,{data}"/>'
    )


def fitted(images):
    """A fitted model, the curve of its information, and the cut that was taken."""
    curves, cuts = [], []

    def curve(*given):
        curves.append(number_curve(*given))
        return curves[-1]

    def chosen(*given, **named):
        cuts.append(levels_chosen(*given, **named))
        return cuts[-1]

    number_curve, levels_chosen = number.curve, levels.chosen
    with patch.object(number, "curve", curve), patch.object(levels, "chosen", chosen):
        model = inkcluster.ShapeClustering(random_state=0).fit(images)
    return model, curves[-1], cuts[0]


def preparing(digits, model):
    prepared = model._preparation
    slant = moments(digits.pixels / 16).slant
    rows = [
        max(np.flatnonzero(digits.labels == q), key=lambda i: abs(slant[i])) for q in range(DIGITS)
    ]
    resized = prepared.resize(digits.pixels[rows])
    upright = prepared.straighten(resized)
    parts, side, left = [], 62, 150
    steps = (
        (digits.pixels[rows] / 16, "as they are", "8 × 8 pixels"),
        (resized, "in place", "centred, resized"),
        (upright, "upright", "sheared"),
    )
    for at, (some, words, more) in enumerate(steps):
        y = 18 + at * (side + 10)
        parts += [text(18, y + 28, words, "b"), text(18, y + 46, more, "small")]
        parts += [tile(left + n * (side + 7), y, side, one) for n, one in enumerate(some)]
    svg("shapes-preparing.svg", 18 + 3 * (side + 10) + 8, "Eight digits before and after", parts)


def places(one, other, warp):
    """The place (2, h, w) in the other that each pixel of one image takes, and its distance (h, w)."""
    height, width = one.shape[1:]
    wide = np.pad(other.astype(int), ((0, 0), (warp + 1,) * 2, (warp + 1,) * 2))
    own = np.pad(one.astype(int), ((0, 0), (1, 1), (1, 1)))
    least = np.full((height, width), np.inf)
    found = np.zeros((2, height, width), int)
    steps = range(-warp, warp + 1)
    for down, right in sorted(
        ((a, b) for a in steps for b in steps), key=lambda s: abs(s[0]) + abs(s[1])
    ):
        y, x = warp + down, warp + right
        apart = ((own - wide[:, y : y + height + 2, x : x + width + 2]) ** 2).sum(axis=0)
        total = sum(apart[a : a + height, b : b + width] for a in range(3) for b in range(3))
        better = total < least
        least[better] = total[better]
        found[:, better] = np.array([down, right])[:, None]
    return found, least


def deformation(digits, model):
    prepared = model._preparation
    rows = [ONE, LIKE, OTHER]
    upright = prepared.straighten(prepared.resize(digits.pixels[rows]))
    gradients = prepared.gradients(upright)
    fields = Fields(gradients, prepared.warp)
    freely, _ = pair_distances(fields, np.array([0, 0]), np.array([1, 2]))
    pixels = np.square(upright[0] - upright[1:]).sum(axis=(1, 2))
    side, top, gap, columns = 128, 40, 30, (18, 166, 314, 462, 614)
    heads = ("an image", "compared with", "its edges move", "redrawn from it", "distance")
    parts = [text(x, 26, words, "b") for x, words in zip(columns, heads, strict=True)]
    parts += [tile(columns[0], top + (side + gap) / 2, side, upright[0])]
    scale = side / upright.shape[1]
    for at, words in enumerate(("another five: near", "a nine: far")):
        y = top + at * (side + gap)
        to, least = places(gradients[0], gradients[at + 1], prepared.warp)
        assert least.sum() == freely[at]
        down, right = np.indices(least.shape)
        last = len(least) - 1
        there = np.clip(down + to[0], 0, last), np.clip(right + to[1], 0, last)
        parts += [
            tile(columns[1], y, side, upright[at + 1]),
            text(columns[1], y + side + 16, words, "small"),
            tile(columns[2], y, side, upright[at + 1], "faint"),
            tile(columns[3], y, side, upright[at + 1][there]),
        ]
        steep = np.abs(gradients[0].astype(int)).sum(axis=0)
        for i, j in np.argwhere(steep >= STEEP):
            if (i + j) % 2:
                continue
            x, z = columns[2] + (j + 0.5) * scale, y + (i + 0.5) * scale
            colour = "accent1" if least[i, j] < BAD else "accent2"
            to_x, to_z = x + to[1, i, j] * scale, z + to[0, i, j] * scale
            parts += [
                line(x, z, to_x, to_z, colour, 1.6, 'stroke-linecap="round"'),
                dot(x, z, colour),
            ]
        bars = (("pixel by pixel", pixels, "noise"), ("deformed", freely, "accent1"))
        for n, (name, value, colour) in enumerate(bars):
            place = y + 30 + 48 * n
            length = 88 * value[at] / value.max()
            parts += [
                text(columns[4], place, name, "small"),
                box(columns[4], place + 7, length, 12, colour, 'rx="2"'),
            ]
    y = top + 2 * side + gap + 16
    parts += [
        dot(columns[2] + 3, y - 4, "accent1", 3), text(columns[2] + 11, y, "a good place", "small"),
        dot(columns[2] + 93, y - 4, "accent2", 3), text(columns[2] + 101, y, "none within reach", "small"),
    ]  # fmt: skip
    svg("shapes-distance.svg", y + 16, "Two pairs of digits under deformation", parts)


def merging(digits, model, cut):
    """The means of each cluster's largest small clusters, and of the cluster."""
    small = np.empty(len(digits.pixels), int)
    small[model._order] = cut.of.labels
    shown, side, step, gap = 13, 36, 40, 48
    parts = [
        text(18, 26, "small clusters, the largest of each group", "b"),
        text(18 + shown * step + gap, 26, "merged", "b"),
        text(18 + shown * step + gap + side + 34, 26, "images", "b"),
    ]
    for c in range(model.n_clusters_):
        y = 38 + c * step
        own = model.labels_ == c
        count = np.bincount(small[own])
        for at, one in enumerate(np.argsort(-count, kind="stable")[:shown]):
            if count[one]:
                mean = digits.pixels[own & (small == one)].mean(axis=0) / 16
                parts += [tile(18 + at * step, y, side, mean)]
        more = np.count_nonzero(count) - shown
        x = 18 + shown * step
        parts += [text(x + 3, y + side / 2 + 4, f"+ {more}", "small")] if more > 0 else []
        parts += [
            tile(x + gap, y, side, digits.pixels[own].mean(axis=0) / 16),
            text(x + gap + side + 34, y + side / 2 + 5, f"{own.sum()}"),
        ]
    svg(
        "shapes-merging.svg",
        38 + model.n_clusters_ * step + 10,
        "Small clusters merged to ten",
        parts,
    )


def numbers(found):
    """Information and strength over the number of clusters, for each of two sets."""
    parts, width, most = [], 290, 40
    top, high, low, deep = 62, 150, 268, 130
    greatest = 1.04 * max(curve.at(np.log(most)) for _, curve in found.values())

    def up(nats):
        return top + high * (1 - nats / greatest)

    def above(strength):
        return low + deep * (1 - (min(strength, 2) - 0.5) / 1.5)

    for at, (words, (model, curve)) in enumerate(found.items()):
        left = 52 + at * (width + 50)

        def across(k, left=left):
            return left + width * np.log(k) / np.log(most)

        parts += [text(left, 26, words, "b")]
        if not at:
            parts += [text(18, 48, "information of the best cut, in nats", "small")]
            parts += [text(18, low - 14, "strength: slope before, divided by slope after", "small")]
        for place, value in [(up(v), v) for v in (0, 1, 2)] + [
            (above(v), v) for v in (0.5, 1, 1.5, 2)
        ]:
            parts += [line(left, place, left + width, place)]
            parts += [text(left - 8, place + 4, f"{value:g}", "small e")]
        ticks = (1, 2, 3, 5, 10, 20, 30)
        parts += [text(across(k), low + deep + 18, k, "small m") for k in ticks]
        parts += [text(left + width, low + deep + 34, "number of clusters", "small e")]
        shown = curve.numbers[curve.numbers <= most]
        points = [(across(k), up(curve.at(np.log(k)))) for k in shown]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts += [
            f'<polyline points="{corners}" fill="none" stroke="var(--muted)" stroke-width="1.5"/>'
        ]
        parts += [dot(x, y, "muted") for x, y in points]
        strength = number.strengths(curve)
        taken = model.n_clusters_
        for k in shown[shown <= len(strength)]:
            one, base = above(strength[k - 1]), above(0.5)
            colour = "accent1" if k == taken else "noise"
            parts += [box(across(k) - 1.75, one, 3.5, max(base - one, 0), colour)]
        clear = above(number.MIN_CLEAR)
        parts += [line(left, clear, left + width, clear, "accent2", 1.4, 'stroke-dasharray="5 4"')]
        parts += [text(left + 8, clear - 6, "clear from here", "small")]
        if taken > 1:
            parts += tangents(curve, taken, across, up)
            parts += [text(across(taken) - 5, above(strength[taken - 1]) + 4, taken, "b e")]
        else:  # the bar of one cluster is cut off
            parts += [text(across(1) + 8, above(2) + 14, f"{strength[0]:.1f}, cut off", "small")]
    svg(
        "shapes-number.svg",
        low + deep + 48,
        "Information and strength by number of clusters",
        parts,
    )


def tangents(curve, k, across, up):
    """The slopes of the curve before and after a number, drawn out."""
    here = float(curve.at(np.log(k)))
    parts = []
    for colour, factor in (("accent1", 1 / number.FACTORS[1]), ("accent2", number.FACTORS[1])):
        slope = (float(curve.at(np.log(k * factor))) - here) / np.log(factor)
        end = np.log(3.2) * np.sign(np.log(factor))
        parts += [
            line(across(k), up(here), across(k * np.exp(end)), up(here + slope * end), colour, 2)
        ]
    return [
        *parts,
        dot(across(k), up(here), "ink", 4),
        text(across(k) - 8, up(here) - 8, k, "b e"),
        text(across(6.4), up(here) + 48, "steep before", "small"),
        text(across(12), up(here) + 20, "less steep after", "small"),
    ]


if __name__ == "__main__":
    digits = inkcluster.load("digits")
    model, curve, cut = fitted(digits)
    noise = np.random.default_rng(0).integers(0, 17, (NOISE, 8, 8))
    other, flat, _ = fitted(noise)
    preparing(digits, model)
    deformation(digits, model)
    merging(digits, model, cut)
    numbers(
        {
            "1,797 digits: ten stand out": (model, curve),
            "2,000 images of noise: one does": (other, flat),
        }
    )
