"""What the page's explorer works on: a column a value of the images, and sheets of thumbnails.

Each is a block of text in the page, base64 of what zlib packed (of a PNG file for a sheet, of the values
themselves for a ``raw`` column), which the page's script decodes when it needs it. What the map opens on stands before the script, the rest
after it, so that the script need not wait until all is read. A JSON text says what there is::

    {"n": 1797, "name": "digits", "classes": ["0", …], "named": true,
     "columns": {"x": {"id": "ic-x", "type": "uint16", "raw": true}, …},
     "clusterings": [{"name": "shape clustering", "column": "c0", "k": 10, "sizes": [183, …],
                      "mostly": [2, …]}, …],
     "sheets": {"ids": ["ic-sheet-0", …], "across": 64, "each": 4096, "height": 8, "width": 8,
                "rows": "rows", "shades": 256, "ink": "light on dark"},
     "colours": ["#3b8fd1", …, "#8c94a0"],
     "crossings": [{"key": "shape", "clustering": 0, "groups": [3, …], "classes": [0, …], "counts": […]}],
     "settings": {"eps": [8.0, …], "least": [2, …], "n": 1797, "labels": "map", "rows": null},
     "means": {"id": "ic-means", "numbers": [3, …], "across": 64, "height": 8, "width": 8}}

Columns: ``x``, ``y`` from 0 to 65535; ``label``, the number of a class; ``confidence``, ``outlier``
from 0 to 255, the second as a share of the largest; ``rows``, the images that have a thumbnail;
``names``, UTF-8, a line each; ``c0``, ``c1``, … the clusters; ``mostly`` is the class of most of each,
-1 where there is none. ``means`` is a sheet of the mean images of
the groups of the first clustering, and the groups' numbers. ``colours`` are those of groups by
number, again and again, and last that of noise. In ``label`` and clusters the largest value of the type says that there is
none, and in clusters the one below that the image is not in the sample.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.report.crossings import crossing_of
from inkcluster.report.settings import settings_of
from inkcluster.report.stillmap import MOST_COLOURS, colour
from inkcluster.study.overview.groups import MAJORITY
from inkcluster.study.overview.thumbnails import SHEET, draw
from inkcluster.study.run.frame import OUTSIDE, each, partitions
from inkcluster.study.run.rows import kept as rows_of

if TYPE_CHECKING:
    from inkcluster.study.overview.overview import Overview
    from inkcluster.study.run.run import Run

FIRST = frozenset(f"ic-{name}" for name in ("x", "y", "c0", "label", "confidence", "means"))
"""The blocks that the map opens on."""
SMALL, MIN_GAIN = 200_000, 0.6
"""Of these, columns of at most so many bytes, and those that packing would not make smaller than this
share, stand as they are: unpacking waits for the browser to read on."""


@dataclass(frozen=True)
class Block:
    """A block of text in the page."""

    id: str
    text: str


@dataclass(frozen=True)
class Payload:
    """The JSON text, and the blocks that it names."""

    index: str
    first: tuple[Block, ...]  # what the page opens on
    later: tuple[Block, ...]
    comparable: bool  # whether there are two clusterings, or one and labels


def payload(run: Run, overview: Overview | None) -> Payload | None:
    """The payload of `run`; None if no image was put into a group."""
    if not partitions(run):
        return None
    n = run.data.n
    kept = rows_of(run.path, n, len(run.data.classes))
    columns: dict[str, NDArray[Any]] = {}
    if kept.labels is not None:
        columns["label"] = _numbers(kept.labels)
    found: list[dict[str, Any]] = []
    crossings: list[dict[str, Any]] = []
    answers = {name: answer for name, (answer, _) in partitions(run).items()}
    beside = False
    for name, partition, arrays, labels in each(run):
        column = f"c{len(found)}"
        columns[column] = _numbers(labels)
        sizes = np.bincount(labels[labels >= 0]).tolist()
        found.append({"name": name, "column": column, "k": len(sizes), "sizes": sizes})
        if kept.labels is not None:
            found[-1]["mostly"] = main_classes(
                labels, kept.labels, len(sizes), len(run.data.classes)
            )
        if kept.labels is not None and (
            crossing := crossing_of(answers[name], labels, kept.labels)
        ):
            crossings.append({"clustering": len(found) - 1, **crossing})
        if not beside and partition.places:
            columns |= dict(zip("xy", _places(arrays[partition.places]), strict=True))
            columns["confidence"] = _bytes(arrays[partition.confidence])
            scores = arrays[partition.outlier_scores]
            columns["outlier"] = _bytes((scores - scores.min()) / max(float(np.ptp(scores)), 1e-12))
            beside = True
    blocks = []
    index: dict[str, Any] = {
        "n": n,
        "name": run.data.name,
        "classes": run.data.classes,
        "named": kept.names is not None,
        "clusterings": found,
        "crossings": crossings,
        "colours": [colour(number) for number in (*range(MOST_COLOURS), -1)],
    }
    if overview is not None:
        sheets = overview.sheets
        ids = [f"ic-sheet-{i}" for i in range(len(sheets.files))]
        blocks += [Block(i, _text(one)) for i, one in zip(ids, sheets.files, strict=True)]
        columns["rows"] = sheets.rows.astype("<u4")
        index["sheets"] = {
            "ids": ids,
            "across": SHEET,
            "each": SHEET**2,
            "height": sheets.tile[0],
            "width": sheets.tile[1],
            "rows": "rows",
            "shades": sheets.shades,
            "ink": overview.ink,
        }
        means = draw(overview.groups.means, np.arange(len(overview.groups.means)))
        height, width = means["tile"].tolist()
        numbers = overview.groups.numbers.tolist()
        index["means"] = {
            "id": "ic-means",
            "numbers": numbers,
            "across": SHEET,
            "height": height,
            "width": width,
        }
        blocks.append(Block("ic-means", _text(means["files"].tobytes())))
    if settings := settings_of(run):
        index["settings"], more = settings
        columns |= {name: _numbers(column) for name, column in more.items()}
    packed = {name: (column.dtype.name, column.tobytes()) for name, column in columns.items()}
    if kept.names is not None:
        lines = "\n".join(" ".join(one.splitlines()) for one in kept.names)
        packed["names"] = ("utf8", lines.encode())
    index["columns"], packed_blocks = _packed(packed)
    blocks += packed_blocks
    comparable = len(found) + (kept.labels is not None) > 1
    text = json.dumps(index, ensure_ascii=True).replace("<", "\\u003c")
    first, later = (
        tuple(b for b in blocks if (b.id in FIRST) == is_first) for is_first in (True, False)
    )
    return Payload(text, first, later, comparable)


def _packed(columns: dict[str, tuple[str, bytes]]) -> tuple[dict[str, Any], list[Block]]:
    """What the index says of each column, by its name, from its type and content; and their blocks."""
    index, blocks = {}, []
    for name, (kind, content) in columns.items():
        small = zlib.compress(content, 6)
        about = {"id": f"ic-{name}", "type": kind}
        is_large = len(content) > SMALL and len(small) <= MIN_GAIN * len(content)
        is_raw = about["id"] in FIRST and not is_large
        index[name] = about | ({"raw": True} if is_raw else {})
        blocks.append(Block(about["id"], _text(content if is_raw else small)))
    return index, blocks


def main_classes(
    labels: NDArray[np.int32], classes: NDArray[np.int32], k: int, c: int
) -> list[int]:
    """The class that most of each of k groups have; -1 where none is that frequent."""
    known = (labels >= 0) & (classes >= 0)
    pairs, counts = np.unique(
        labels[known].astype(np.int64) * c + classes[known], return_counts=True
    )
    found = np.full(k, -1)
    order = np.lexsort(
        (-pairs, counts)
    )  # the last of each group has most images, then the least number
    found[pairs[order] // max(c, 1)] = pairs[order] % max(c, 1)
    most, sizes = np.zeros(k), np.bincount(labels[known], minlength=k)
    np.maximum.at(most, pairs // max(c, 1), counts)
    return [int(one) for one in np.where(most > MAJORITY * sizes, found, -1)]


def _numbers(values: NDArray[np.int32]) -> NDArray[Any]:
    """In the fewest bytes that hold them; what is below 0 becomes the largest values."""
    most = values.max(initial=0)
    kind = next(k for k in (np.uint8, np.uint16, np.uint32) if most < np.iinfo(k).max - 1)
    top = np.iinfo(kind).max
    known = np.maximum(values, 0).astype(kind)
    known[values == -1] = top
    known[values == OUTSIDE] = top - 1
    return known.astype(known.dtype.newbyteorder("<"))


def _places(places: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both coordinates from 0 to 65535, by one scale."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = 65535 / max(float((high - low).max()), 1e-12)
    x, y = np.rint((places - low) * scale).astype("<u2").T
    return np.ascontiguousarray(x), np.ascontiguousarray(y)


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    shades: NDArray[np.uint8] = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return shades


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
