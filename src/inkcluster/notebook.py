"""Writes HTML for notebooks: words and small pictures, readable on light and on dark pages."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.shrinking import fitting, shrink, stretched
from inkcluster.words import class_name

MAX_SIDE = 32
"""Pixels of a small picture's longer side in the file."""
SHOWN_SIDE = 40
"""How long it is drawn, in CSS pixels."""
MAX_CARDS = 24
MAX_BYTES = 140_000
"""Of a PNG; its text in the page is a third longer."""
_BOX = "display:inline-block;vertical-align:top;margin:0 10px 8px 0;font-size:85%;line-height:1.35"


def block(head: str, *parts: str) -> str:
    """HTML of one object: a line of text, then `parts`, which are HTML.

    Examples
    --------
    >>> block("a < b", "<p>…</p>")
    '<div><p><bdi>a &lt; b</bdi></p><p>…</p></div>'
    """
    return f"<div><p>{text(head)}</p>{''.join(parts)}</div>"


def text(words: str, most: int = 300) -> str:
    """Any text as HTML on one line of at most `most` characters that does not turn its surroundings.

    Examples
    --------
    >>> text("<b>" + "x" * 300, 6)
    '<bdi>&lt;b&gt;xx…</bdi>'
    """
    line = " ".join(str(words).split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    return f"<bdi>{html.escape(line)}</bdi>"


def sheet(rows: Iterable[tuple[str, NDArray[np.uint8]]], peak: float) -> str:
    """A contact sheet: rows of a label and images (m, h, w) whose largest value is `peak`."""
    lines = []
    for label, pixels in rows:
        joined = np.concatenate([_apart(one) for one in _small(pixels, peak)], axis=1)
        img = _img(joined, f"Images labelled {class_name(label)}" if label else "Some images")
        head = f'<div style="font-size:85%">{text(class_name(label))}</div>' if label else ""
        lines.append(f'<div style="margin:0 0 6px">{head}{img}</div>')
    return "".join(lines)


def cards(
    pictures: Sequence[NDArray[Any]] | NDArray[Any] | None,
    captions: Sequence[tuple[str, str]],
    peak: float | None = None,
) -> str:
    """Pictures (h, w) side by side, two short lines under each; only the lines where there are none.

    White is `peak`, or else the largest value of the pictures.
    """
    shown = captions[:MAX_CARDS]
    imgs = [""] * len(shown)
    if pictures is not None and len(pictures):
        first = np.stack(list(pictures[: len(shown)]))
        drawn = _small(first, float(first.max()) if peak is None else peak)
        names = [caption for caption, _ in shown]
        imgs = [_img(one, f"Mean image of {n}") for one, n in zip(drawn, names, strict=True)]
    boxes = [
        f'<div style="{_BOX}">{img}<div>{text(one, 40)}</div><div>{text(other, 40)}</div></div>'
        for img, (one, other) in zip(imgs, shown, strict=True)
    ]
    more = len(captions) - len(shown)
    return f"<div>{''.join(boxes)}</div>" + (f"<p>… and {more:,} more</p>" if more else "")


def picture(png: bytes, title: str, says: str) -> str:
    """A figure: its picture on paper of its own, its title and what to see in it."""
    from PIL import Image

    while len(png) > MAX_BYTES:
        with Image.open(io.BytesIO(png)) as large:
            half = large.convert("RGB").reduce(2)
            width, height = half.size
        stream = io.BytesIO()
        half.quantize(64).save(stream, "PNG", optimize=True)
        png = stream.getvalue()
        if min(width, height) < MAX_SIDE:
            break
    url = _url(png)
    return (
        f'<figure style="margin:0"><figcaption><b>{text(title)}</b></figcaption>'
        f'<img src="{url}" alt="{html.escape(title)}" style="max-width:100%;background:#fff">'
        f"<figcaption>{text(says, 1000)}</figcaption></figure>"
    )


def _small(pixels: NDArray[Any], peak: float) -> NDArray[np.uint8]:
    """Images from 0 to `peak` as bytes from 0 to 255, made smaller where they are large."""
    height, width = pixels.shape[1:]
    return shrink(stretched(pixels, peak), fitting((height, width), MAX_SIDE))


def _apart(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image with a grey line at its right."""
    return np.pad(image, ((0, 0), (0, 1)), constant_values=128)


def _img(values: NDArray[np.uint8], name: str) -> str:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG")
    height = max(values.shape[0], SHOWN_SIDE)
    style = f"height:{height}px;max-width:100%;image-rendering:pixelated"
    return f'<img src="{_url(stream.getvalue())}" alt="{html.escape(name)}" style="{style}">'


def _url(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
