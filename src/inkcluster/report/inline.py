"""Puts figures into the page: an SVG is accepted only if it holds nothing but drawing."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

KEPT = 100
"""Drawings that are kept themed, since a report is written several times while its study runs."""


@lru_cache(maxsize=KEPT)
def inline_svg(content: bytes, prefix: str, label: str) -> Markup | None:
    """The SVG with these bytes, themed and ready to stand in the page; None if it may not.

    `prefix` is unique in the page and put before every id; `label` is what a screen reader says.
    """
    from markupsafe import Markup

    from inkcluster.figures.drawing.svg import themed_svg

    try:
        themed = themed_svg(content.decode("utf-8"), prefix, label=label)
    except ValueError:
        return None
    return Markup(themed)  # noqa: S704  written anew from what a drawing may hold


def data_url(content: bytes, media: str) -> str:
    """`content` as a ``data:`` URL of the media type `media`."""
    return f"data:{media};base64,{base64.b64encode(content).decode()}"
