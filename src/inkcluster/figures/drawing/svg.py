"""An SVG of matplotlib's, made ready to stand inside a page: themed, prefixed, escaped."""

from __future__ import annotations

import re
from html import escape

from inkcluster.figures.drawing.colours import NAME_OF

_TAG = re.compile(r"<[^>]*>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_ID = re.compile(r'(\sid=")([^"]+)(")')
_REFERENCE = re.compile(r'(\s(?:xlink:)?href="#|url\(#)([^")]+)')
_SMOOTH = re.compile(r'(<g id="ink_[^>]*>\s*<image\s[^>]*?)\s*style="image-rendering[^"]*"([^>]*>)')
_HEX = re.compile(r"#[0-9a-f]{6}\b")
_FONT = re.compile(r"(?:'|&apos;|&#39;)DejaVu Sans(?:'|&apos;|&#39;)")


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
        Text stays escaped as it was.

    Examples
    --------
    >>> from inkcluster.figures.drawing.svg import themed_svg
    >>> svg = '<svg width="9pt" viewBox="0 0 9 9"><g id="a" style="fill: #1c2027"/></svg>'
    >>> themed_svg(svg, "f1")
    '<svg viewBox="0 0 9 9" class="ic-svg" role="img" stroke-linejoin="round"><g id="f1-a" style="fill: var(--ic-ink, #1c2027)"/></svg>'
    """
    for useless in (_COMMENT, _PROLOG, _METADATA, _STYLE):
        svg = useless.sub("", svg)
    prefix = re.sub(r"[^A-Za-z0-9_-]", "-", prefix)
    svg = _SMOOTH.sub(r"\1\2", svg)
    inside = _TAG.sub(lambda tag: _theme_tag(tag.group(), prefix), svg.strip())
    head, _, rest = inside.partition(">")
    return _root(head, label) + ">" + rest


def _root(head: str, label: str | None) -> str:
    """Rewrite the opening tag: no fixed size, the joins that matplotlib's style sheet asked for, a label."""
    head = re.sub(r'\s(?:width|height|version|xmlns|xmlns:xlink)="[^"]*"', "", head)
    head += ' class="ic-svg" role="img" stroke-linejoin="round"'
    return head if label is None else head + f' aria-label="{escape(label, quote=True)}"'


def _theme_tag(tag: str, prefix: str) -> str:
    if tag.startswith("</"):
        return tag
    tag = _ID.sub(rf"\g<1>{prefix}-\g<2>\g<3>", tag)
    tag = _REFERENCE.sub(rf"\g<1>{prefix}-\g<2>", tag)
    tag = tag.replace("xlink:href=", "href=")
    if f'id="{prefix}-ink' in tag and tag.startswith("<g"):
        tag = tag.replace("<g", '<g class="ic-ink"', 1)
    if 'style="' in tag:
        tag = _HEX.sub(_variable, tag)
        tag = _FONT.sub("var(--ic-font, system-ui, sans-serif)", tag)
    return tag


def _variable(match: re.Match[str]) -> str:
    light = match.group()
    return f"var(--ic-{NAME_OF[light]}, {light})" if light in NAME_OF else light
