"""The groups as cards, and the walls of images that deserve a look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.report.stillmap import colour
from inkcluster.report.stills import Still, shrunk, still
from inkcluster.study.overview.groups import MAJORITY
from inkcluster.words import whole_percent as percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inkcluster.study.overview.overview import Overview
    from inkcluster.study.run.run import Run

PREVIEW = 12
"""Images of a wall that are seen before it is opened."""
MOST_LETTERS = 24
"""Of a label in a sentence no more are shown, as in ``store.js``."""
MOST_STRIPS = 100
"""Of more groups only these, the first by what deserves a look, have pictures of their members."""


@dataclass(frozen=True)
class CardView:
    """What is shown of a group."""

    id: str
    number: int
    colour: str
    mean: Still
    size: int
    share: str  # of all images
    label: str  # the most frequent; empty without labels
    main: str  # the label of most of the group; empty where none is that frequent
    purity: str  # its share of the group
    sure: str  # mean confidence; empty where it is not known
    unsure: int
    border: int | None  # the number of the group next to it
    beside: str  # the main label of that
    typical: Still | None
    extreme: Still | None

    @property
    def said(self) -> str:
        """The group in a sentence, by its number and its label."""
        return f"group {self.number}{mostly(self.main)}"

    @property
    def said_beside(self) -> str:
        """The same of the group next to it."""
        return f"group {self.border}{mostly(self.beside)}"


@dataclass(frozen=True)
class WallView:
    """Images that deserve a look."""

    id: str
    title: str
    says: str
    count: str
    preview: Still
    whole: Still


def cards(run: Run, overview: Overview) -> list[CardView]:
    """A card for each group, first that which deserves a look most."""
    groups, look = overview.groups, overview.ink
    small = shrunk(groups.pixels)
    found = []
    labels = [run.data.classes[at] if at >= 0 else "" for at in groups.label.tolist()]
    main = [one if most else "" for one, most in zip(labels, groups.purity > MAJORITY, strict=True)]
    for place, i in enumerate(groups.order.tolist()):
        number, next_to = int(groups.numbers[i]), int(groups.border[i])
        known = groups.label[i] >= 0
        has_strips = place < MOST_STRIPS
        found.append(
            CardView(
                id=f"group-{number}",
                number=number,
                colour=colour(number),
                mean=still(groups.means[i : i + 1], look),
                size=int(groups.sizes[i]),
                share=percent(groups.sizes[i] / run.data.n),
                label=labels[i],
                main=main[i],
                purity=percent(groups.purity[i]) if known else "",
                sure=percent(groups.sure[i]) if np.isfinite(groups.sure[i]) else "",
                unsure=int(groups.unsure[i]),
                border=int(groups.numbers[next_to]) if next_to >= 0 else None,
                beside=main[next_to] if next_to >= 0 else "",
                typical=_strip(overview, small, groups.typical[i]) if has_strips else None,
                extreme=_strip(overview, small, groups.extreme[i]) if has_strips else None,
            )
        )
    return found


def mostly(label: str) -> str:
    """What stands after a group's number, which says nothing: its label, short and in its own direction.

    >>> mostly("seven" * 9).translate({0x2068: "<", 0x2069: ">"}), mostly("")
    (' (mostly <sevensevensevensevensev…>)', '')
    """
    short = label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1] + "…"
    return f" (mostly \u2068{short}\u2069)" if label else ""


def walls(overview: Overview) -> list[WallView]:
    """The walls that are not empty."""
    return list(_walls(overview))


def _walls(overview: Overview) -> Iterator[WallView]:
    groups = overview.groups
    small = shrunk(groups.pixels)
    odd = int(np.nansum(np.rint(groups.sizes * (1 - groups.purity))))
    kinds = (
        ("suspects", "Label and group disagree", odd, "Most of their group has another label."),
        ("doubtful", "Unsure images", int(groups.unsure.sum()), "They fit another group as well."),
        ("outliers", "Unlike all others", 0, "The images least like any other, the oddest first."),
    )
    for name, title, total, says in kinds:
        rows: NDArray[Any] = getattr(groups, name)
        whole = _strip(overview, small, rows)
        preview = _strip(overview, small, rows[:PREVIEW])
        if whole is None or preview is None:
            continue
        shown = f"{len(rows):,} images"
        count = f"{shown} of {total:,}" if total > len(rows) else shown
        yield WallView(f"wall-{name}", title, says, count, preview, whole)


def _strip(overview: Overview, small: NDArray[np.uint8], rows: NDArray[Any]) -> Still | None:
    """The images `rows` in rows of twelve; None without images."""
    rows = rows[rows >= 0]
    if not len(rows):
        return None
    at = np.searchsorted(overview.groups.shown, rows)
    return still(small[at], overview.ink, PREVIEW, tuple(rows.tolist()))
