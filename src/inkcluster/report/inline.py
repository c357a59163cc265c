"""Puts figures into the page: an SVG is accepted only if it holds nothing but drawing."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from markupsafe import Markup

_DRAWING = frozenset(
    [
        "svg",
        "g",
        "defs",
        "path",
        "use",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "image",
        "clipPath",
        "linearGradient",
        "radialGradient",
        "stop",
        "pattern",
        "title",
        "desc",
        "metadata",
        "style",
    ]
)
_LINK = re.compile(r"#[\w.:-]+|data:image/png;base64,[A-Za-z0-9+/=\s]*")
_OUTWARD = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:|expression\(", re.IGNORECASE)


def inline_svg(path: Path, prefix: str, label: str) -> Markup | None:
    """The SVG in `path`, themed and ready to stand in the page; None if it may not.

    `prefix` is unique in the page and put before every id; `label` is what a screen reader says.
    """
    from markupsafe import Markup

    from inkcluster.figures.drawing.svg import themed_svg

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not is_only_drawing(text):
        return None
    return Markup(themed_svg(text, prefix, label=label))  # noqa: S704  checked above


def is_only_drawing(svg: str) -> bool:
    """Whether `svg` is well-formed and holds no script, no handler and no way out of the page.

    Examples
    --------
    >>> from inkcluster.report.inline import is_only_drawing
    >>> is_only_drawing('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>')
    True
    >>> is_only_drawing('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    False
    """
    if "<!ENTITY" in svg:
        return False
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  entities are refused above
    except ElementTree.ParseError:
        return False
    return _local(root.tag) == "svg" and all(map(_harmless, root.iter()))


def data_url(content: bytes, media: str) -> str:
    """`content` as a ``data:`` URL of the media type `media`."""
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def _harmless(element: ElementTree.Element) -> bool:
    name = _local(element.tag)
    if "}" in element.tag and "www.w3.org/2000/svg" not in element.tag:
        return _is_metadata(element.tag)
    if name not in _DRAWING or (name == "style" and _OUTWARD.search(element.text or "")):
        return False
    return all(_harmless_attribute(_local(key), value) for key, value in element.items())


def _harmless_attribute(name: str, value: str) -> bool:
    lowered = name.lower()
    if lowered == "href":
        return _LINK.fullmatch(value) is not None
    return not lowered.startswith("on") and not _OUTWARD.search(value)


def _is_metadata(tag: str) -> bool:
    """RDF and Dublin Core, which Matplotlib writes into the metadata and the page leaves out."""
    return "purl.org/dc" in tag or "creativecommons.org/ns" in tag or "rdf-syntax" in tag


def _local(name: str) -> str:
    return name.rpartition("}")[2]
