"""Says values, times and states in the words of the page."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

STATES = {
    "interrupted": "The study was interrupted; this report has the answers so far.",
    "stopped": "The study stopped with an error; this report has the answers so far.",
}
"""The banner of a run that is not done, by its state."""


_NAME = re.compile(r"`([^`]+)`")
_OPTION = re.compile(r"(?<!\S)(--[a-z][a-z-]{1,20})\b")


def marked(text: str) -> Markup:
    """A sentence as HTML: escaped, and what stands between backticks as code.

    Examples
    --------
    >>> from inkcluster.report.wording import marked
    >>> print(marked("`size` is < 3"))
    <code>size</code> is &lt; 3
    """
    parts = _NAME.split(text)  # every second one stood between backticks
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if i % 2 else part for i, part in enumerate(parts))


def unbroken(text: str) -> Markup:
    """A sentence as HTML: escaped, with no end of a line inside an option of the command line.

    Examples
    --------
    >>> from inkcluster.report.wording import unbroken
    >>> print(unbroken("a < b; --shape HxW"))
    a &lt; b; <span class="option">--shape</span> HxW
    """
    parts = _OPTION.split(text)  # every second one is an option
    option = Markup('<span class="option">{}</span>')
    return Markup("").join(option.format(part) if i % 2 else part for i, part in enumerate(parts))


def duration(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> from inkcluster.report.wording import duration
    >>> duration(0.004), duration(3.24), duration(75), duration(7325)
    ('under 0.1 s', '3.2 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < 0.1:
        return "under 0.1 s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def plain_value(value: Any) -> str:
    """A value of the plan as text.

    Examples
    --------
    >>> from inkcluster.report.wording import plain_value
    >>> plain_value((8.0, 8.53)), plain_value(70000), plain_value(False)
    ('8, 8.53', '70,000', 'no')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(item) for item in value)
    if isinstance(value, int):
        return f"{value:,}" if value >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
