"""Makes an SVG of matplotlib's shorter: no names that nothing uses, numbers to a hundredth of a point."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_COUNTED = re.compile(r"[A-Za-z][A-Za-z0-9.]*_\d+")
"""The names that matplotlib counts up; those that figures give hold no such number."""
_REFERENCE = re.compile(r"#([\w.:-]+)")
_REFERRING = ("href", "{http://www.w3.org/1999/xlink}href", "clip-path")
_LENGTHS = frozenset(
    [
        "d",
        "points",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
    ]
)
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e[-+]?\d+)?")
_STRAIGHT = re.compile(r"[-+\d.\sMLz]*")
_UNTURNED = re.compile(r"\s*rotate\(-?0(?: [-+.\d]+ [-+.\d]+)?\)\s*")
_MOVED = re.compile(r"translate\([^)]*\)")


def compact(root: ElementTree.Element) -> None:
    """Shorten the drawing `root` in place; it looks the same.

    Names that begin with ``ink`` or ``picture`` stay, since they tell how pictures are shown.
    """
    names: dict[str, str] = {}
    for element in root.iter():
        for key in _REFERRING:
            for name in _REFERENCE.findall(_reference(element.get(key, ""))):
                names.setdefault(name, f"r{len(names)}")
        for name in _REFERENCE.findall(_urls(element.get("style", ""))):
            names.setdefault(name, f"r{len(names)}")
    for element in root.iter():
        _shorten(element, names)


def _shorten(element: ElementTree.Element, names: dict[str, str]) -> None:
    own = element.get("id")
    if own in names:
        element.set("id", names[own])
    elif (
        own is not None
        and _COUNTED.fullmatch(own)
        and not own.startswith(("ink", "picture", "figure"))
    ):
        del element.attrib["id"]
    for key, value in list(element.items()):
        if key in _REFERRING and _reference(value):
            element.set(key, _REFERENCE.sub(lambda m: f"#{names[m[1]]}", value))
        elif key == "style" and (urls := _urls(value)):
            short = _REFERENCE.sub(lambda m: f"#{names[m[1]]}", urls)
            element.set(key, value.replace(urls, short))
        elif key in _LENGTHS:
            short = " ".join(_LONG.sub(_rounded, value).split())
            element.set(key, _lines(short) if key == "d" else short)
        elif key == "transform":
            if _UNTURNED.fullmatch(value):
                del element.attrib[key]
            else:
                element.set(key, _MOVED.sub(lambda m: _LONG.sub(_rounded, m[0]), value))


def _reference(value: str) -> str:
    return value if value.startswith(("#", "url(#")) else ""


def _urls(style: str) -> str:
    found = re.search(r"url\(#[^)]*\)", style)
    return found[0] if found else ""


def _rounded(match: re.Match[str]) -> str:
    """To two decimals, without zeros at the end.

    >>> _rounded(re.match(".*", "44.439062")), _rounded(re.match(".*", "-0.001"))
    ('44.44', '0')
    """
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _lines(path: str) -> str:
    """A path of straight lines without the letters that SVG takes as understood.

    >>> _lines("M 1 2 L 3 4 L 5 6 z M 7 8"), _lines("M 1 2 C 1 2 3 4 5 6")
    ('M1 2 3 4 5 6zM7 8', 'M 1 2 C 1 2 3 4 5 6')
    """
    if not _STRAIGHT.fullmatch(path):
        return path
    return re.sub(r"\s*([Mz])\s*", r"\1", path.replace(" L ", " "))
