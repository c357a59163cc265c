"""Finds fonts for the characters that the figures' own font lacks, in whatever script labels are."""

from __future__ import annotations

from functools import cache
from typing import Any

from inkcluster.figures.drawing import theme
from inkcluster.figures.drawing.text import width

LAST_RESORT = "LastResort"
"""Its glyphs are boxes that name a script; they do not show a character."""

MIN_SIZE = 4.0
"""Numbers of characters are written in a smaller size than the characters, down to these points."""


def give_glyphs(picture: Any) -> None:
    """Let every text of a Matplotlib figure be drawn, for pictures that hold no text of their own.

    A text with characters that the theme's font lacks gets, after it, the machine's fonts that have
    them. A character that no font has is written as its number, such as ``U+3042``.
    """
    from matplotlib.text import Text

    for text in picture.findobj(Text):
        words = text.get_text()
        lacking = [c for c in dict.fromkeys(words) if not (_has(theme.FONT, c) or c.isspace())]
        if not lacking:
            continue
        fonts = {c: _font_with(c) for c in lacking}
        text.set_fontfamily([theme.FONT, *dict.fromkeys(filter(None, fonts.values()))])
        named = words.translate({ord(c): f"U+{ord(c):04X}" for c in lacking if fonts[c] is None})
        room = width(words, text.get_fontsize()) / width(named, text.get_fontsize())
        text.set(text=named, fontsize=max(MIN_SIZE, text.get_fontsize() * min(1.0, room)))


@cache
def _font_with(character: str) -> str | None:
    """The first of the machine's fonts, by name, that has a glyph for `character`."""
    return next((name for name in sorted(_files()) if _has(name, character)), None)


@cache
def _has(name: str, character: str) -> bool:
    return bool(_opened(name).get_char_index(ord(character)))


@cache
def _opened(name: str) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(_files()[name])


@cache
def _files() -> dict[str, str]:
    """The file of each upright font of ordinary weight, by the font's name."""
    from matplotlib.font_manager import fontManager

    return {
        font.name: font.fname
        for font in fontManager.ttflist
        if font.style == "normal" and font.weight in (400, "normal", "regular")
        if LAST_RESORT not in font.fname
    }
