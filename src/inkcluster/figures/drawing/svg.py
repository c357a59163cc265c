"""An SVG of matplotlib's, made ready to stand inside a page: themed, prefixed, escaped.

The file is parsed and written anew from the elements, attributes and values that a drawing of ours
holds, so that nothing else can come from it, however it is spelled.
"""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

from inkcluster.figures.drawing.colours import NAME_OF
from inkcluster.figures.drawing.compact import compact

MAX_DEPTH = 64
"""How deep elements may lie in each other; ours reach 8."""
_SPACE = "http://www.w3.org/2000/svg"
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
    ]
)
_DROPPED = frozenset(["metadata", "style", "title", "desc"])
"""What is left out with all that is in it."""
_LENGTH = re.compile(r"[-+.\deE,\s]*(?:pt|px|%)?")
_ATTRIBUTES = {
    "id": re.compile(r"[\w.:-]+"),
    "d": re.compile(r"[-+.\dA-Za-z,\s]*"),
    "points": _LENGTH,
    "viewBox": _LENGTH,
    "transform": re.compile(r"(?:\s*[a-zA-Z]+\([-+.\deE,\s]*\))*\s*"),
    "clip-path": re.compile(r"url\(#[\w.:-]+\)"),
    "href": re.compile(r"#[\w.:-]+|data:image/png;base64,[A-Za-z0-9+/=\s]*"),
    "type": re.compile(r"text/css"),
    "version": _LENGTH,
    **dict.fromkeys(
        ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"], _LENGTH
    ),
}
"""What each attribute may hold."""
_STYLES = frozenset(
    [
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-opacity",
        "stroke-width",
        "stroke-linejoin",
        "stroke-linecap",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-miterlimit",
        "opacity",
        "font",
        "font-size",
        "font-family",
        "font-style",
        "font-weight",
        "font-variant",
        "font-stretch",
        "text-anchor",
        "image-rendering",
    ]
)
_STYLE_VALUE = re.compile(r"(?:[-#\w.,%\s']|rgba?\([\d.,%\s]*\))*|url\(#[\w.:-]+\)")
_TEXT = frozenset(["text", "tspan"])
_REFERENCE = re.compile(r"(url\(#)([^)]+)")
_HEX = re.compile(r"#[0-9a-f]{6}\b")
_FONT = "'DejaVu Sans'"
_PAGE_FONT = "var(--ic-font, system-ui, sans-serif)"


def themed_svg(svg: str, prefix: str = "ic", *, label: str | None = None) -> str:
    """Make the SVG of a figure fit for a page that includes :data:`inkcluster.figures.drawing.theme.CSS`.

    Parameters
    ----------
    svg : str
        What :func:`inkcluster.figures.render` wrote.
    prefix : str
        Put before every id, so that many SVGs can stand in one page; one prefix for each.
    label : str or None
        What a screen reader says in its place.

    Returns
    -------
    str
        One ``<svg class="ic-svg">`` element without prolog, metadata, style sheet or fixed size.

    Raises
    ------
    ValueError
        If it is no XML, or holds anything but drawing: a script, a handler, a way out of the page.

    Examples
    --------
    >>> from inkcluster.figures.drawing.svg import themed_svg
    >>> svg = '<svg width="9pt" viewBox="0 0 9 9"><g id="a" style="fill: #1c2027"/></svg>'
    >>> themed_svg(svg, "f1")
    '<svg viewBox="0 0 9 9" class="ic-svg" role="img" stroke-linejoin="round" style="font-family:var(--ic-font, system-ui, sans-serif)"><g id="f1-a" style="fill:var(--ic-ink,#1c2027)"/></svg>'
    >>> themed_svg('<svg onload="alert(1)"/>')
    Traceback (most recent call last):
    ValueError: a drawing with the attribute onload
    """
    if "<!ENTITY" in svg:
        raise ValueError("a drawing with entities")
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  entities are refused above
    except (ElementTree.ParseError, UnicodeEncodeError) as error:
        raise ValueError(f"no drawing ({error})") from error
    if _name(root.tag) != "svg":
        raise ValueError("no drawing")
    for fixed in ("width", "height", "version"):
        root.attrib.pop(fixed, None)
    compact(root)
    written: list[str] = []
    _write(root, re.sub(r"[^A-Za-z0-9_-]", "-", prefix), written)
    written[0] += (
        f' class="ic-svg" role="img" stroke-linejoin="round" style="font-family:{_PAGE_FONT}"'
    )
    written[0] += "" if label is None else f' aria-label="{escape(label)}"'
    return "".join(written)


def _write(
    element: ElementTree.Element,
    prefix: str,
    written: list[str],
    depth: int = 0,
    *,
    smooth: bool = False,
) -> None:
    """Append `element` as text, its opening without the closing bracket first."""
    name = _name(element.tag)
    if name in _DROPPED:
        return
    if name not in _DRAWING or depth > MAX_DEPTH:
        raise ValueError(f"a drawing with the element {name}")
    ink = name == "g" and element.get("id", "").startswith("ink")
    attributes = {"class": "ic-ink"} if ink else {}
    for key, value in element.items():
        if not (smooth and key == "style" and value.startswith("image-rendering")):
            attributes[_name(key)] = _themed(_name(key), value, prefix)
    written.append(f"<{name}" + "".join(f' {k}="{escape(v)}"' for k, v in attributes.items()))
    start = len(written)
    if name in _TEXT:
        written.append(escape(element.text or "", quote=False))
    for child in element:
        _write(
            child,
            prefix,
            written,
            depth + 1,
            smooth=name == "g" and element.get("id", "").startswith(("ink_", "picture_")),
        )
        if name in _TEXT:
            written.append(escape(child.tail or "", quote=False))
    if any(written[start:]):
        written[start] = f">{written[start]}"
        written.append(f"</{name}>")
    else:
        written.append("/>")


def _themed(name: str, value: str, prefix: str) -> str:
    """The value of the attribute `name`: checked, with the page's colours and prefixed names."""
    if name == "style":
        declarations = (one.partition(":") for one in value.split(";") if one.strip())
        styles = (_themed_style(one.strip(), v.strip(), prefix) for one, _, v in declarations)
        return ";".join(filter(None, styles))
    if name not in _ATTRIBUTES:
        raise ValueError(f"a drawing with the attribute {name}")
    if not _ATTRIBUTES[name].fullmatch(value):
        raise ValueError(f"a drawing with the attribute {name} of another kind")
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href":
        return f"#{prefix}-{value[1:]}" if value[0] == "#" else "".join(value.split())
    return _REFERENCE.sub(rf"\g<1>{prefix}-\g<2>", value)


def _themed_style(name: str, value: str, prefix: str) -> str:
    if name not in _STYLES or not _STYLE_VALUE.fullmatch(value):
        raise ValueError("a drawing with a style of another kind")
    value = _HEX.sub(_variable, value) if "url" not in value else value
    if name == "font-family" and value == _FONT:
        return ""  # the whole drawing's
    value = value.replace(_FONT, _PAGE_FONT)
    return f"{name}:" + _REFERENCE.sub(rf"\g<1>{prefix}-\g<2>", value)


def _variable(match: re.Match[str]) -> str:
    light = match.group()
    return f"var(--ic-{NAME_OF[light]},{light})" if light in NAME_OF else light


def _name(name: str) -> str:
    """The name in SVG's own space; of one in another space the whole, which no list has."""
    space, _, local = name.rpartition("}")
    return local if space in ("", f"{{{_SPACE}", "{http://www.w3.org/1999/xlink") else name
