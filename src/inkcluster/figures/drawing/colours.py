"""The colours of figures, each by name in light and in dark."""

from __future__ import annotations

from typing import Final

COLOURS: Final[dict[str, tuple[str, str]]] = {
    "ink": ("#1c2027", "#e9ebef"),
    "muted": ("#5c6573", "#a3acb9"),
    "grid": ("#e2e5ea", "#2f3640"),
    "paper": ("#fefefe", "#15181d"),
    "tile": ("#f3f4f7", "#1f242b"),
    "accent1": ("#2b83d8", "#61a6ec"),
    "accent2": ("#e06c05", "#fa8131"),
    "accent3": ("#184e2d", "#a8f3dd"),
    "accent4": ("#681883", "#9d52cf"),
    "accent5": ("#955d00", "#ebe240"),
    "accent6": ("#bc7f94", "#b24d45"),
    "noise": ("#98a0ab", "#6d7684"),
    "ok": ("#1a7a49", "#4cc389"),
    "warning": ("#b04a08", "#f2a254"),
    "heat0": ("#f4f7fb", "#1b2129"),
    "heat1": ("#e4edf8", "#1c2a3b"),
    "heat2": ("#d0e1f4", "#1d344f"),
    "heat3": ("#b9d3ef", "#1e3e63"),
    "heat4": ("#a1c4e9", "#1f4977"),
    "heat5": ("#88b4e2", "#22558c"),
    "heat6": ("#3a75bb", "#5b9ce0"),
    "heat7": ("#2e67ab", "#72adea"),
    "heat8": ("#245999", "#8abdf1"),
    "heat9": ("#1a4b86", "#a3cdf6"),
    "heat10": ("#123d72", "#bddcfa"),
}
"""Name -> (light, dark). The light value is what is drawn, and unique: it stands for the name."""

NAME_OF: Final = {light: name for name, (light, _) in COLOURS.items()}
"""The name that a light value stands for."""
