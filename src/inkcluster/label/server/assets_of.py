"""The files of the page: a fixed table, so that no path leads anywhere else."""

from __future__ import annotations

from importlib.resources import files as resources

from inkcluster.figures.drawing import theme

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def files() -> dict[str, tuple[str, bytes]]:
    """Type and content of each file by its name."""
    folder = resources("inkcluster.label.server") / "assets"
    found = {
        one.name: (TYPES[f".{one.name.rpartition('.')[2]}"], one.read_bytes())
        for one in folder.iterdir()
        if f".{one.name.rpartition('.')[2]}" in TYPES
    }
    return found | {"theme.css": (TYPES[".css"], theme.CSS.encode())}
