"""Words in figures: cleaned of what cannot be drawn, shortened, measured without a font."""

from __future__ import annotations

import unicodedata

LONGEST = 24
JOINERS = "\u200c\u200d\ufe0e\ufe0f"


def clean(words: object, longest: int | None = LONGEST) -> str:
    """Make anything a line of text that can be drawn: no control characters, at most `longest` long.

    Examples
    --------
    >>> clean("two\\nlines\\x00")
    'two lines\ufffd'
    >>> clean("a label that never comes to its end", 12)
    'a label tha…'
    """
    line = "".join(_drawable(character) for character in str(words))
    line = " ".join(line.split())
    if longest is not None and len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    return line


def _drawable(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Co", "Cn"):
        return "\ufffd"
    if category == "Cf" and character not in JOINERS:
        return ""  # direction overrides could make a label read as another
    return character


def width(line: str, points: float) -> float:
    """Inches that `line` takes at `points`: an estimate on the generous side."""
    ems = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.6 for c in line)
    return ems * points / 72


def widest(lines: list[str], points: float) -> float:
    """Inches of the longest of `lines`; 0 when there is none."""
    return max((width(line, points) for line in lines), default=0.0)


def count(number: float) -> str:
    """Write a number of things with thousands separators.

    Examples
    --------
    >>> count(70000)
    '70,000'
    """
    return f"{round(number):,}"


def short(value: float) -> str:
    """Write a measured value with three significant digits, plain where that is short.

    Examples
    --------
    >>> short(0.123456), short(5.0), short(1234.5), short(2.74e6)
    ('0.123', '5', '1,234', '2,740,000')
    """
    if not abs(value) < float("inf"):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def decimals(value: float, digits: int = 2) -> str:
    """Write a share or an index between -1 and 1; a dash where there is none.

    Examples
    --------
    >>> decimals(0.365), decimals(-0.001), decimals(-0.5), decimals(float("nan"))
    ('0.36', '0.00', '−0.50', '–')
    """
    if not abs(value) < float("inf"):
        return "–"
    written = f"{value:.{digits}f}"
    return written.removeprefix("-") if not written.strip("-0.") else written.replace("-", "−")


def tick(value: float) -> str:
    """Write a value on an axis, short enough for the room beside a small panel.

    Examples
    --------
    >>> tick(2_740_000.0), tick(45_000.0), tick(0.25)
    ('2.74M', '45k', '0.25')
    """
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 2 * size:
            return f"{value / size:.3g}{unit}"
    return short(value).replace("-", "−")
