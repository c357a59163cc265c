"""Renders a run as one HTML page, under a policy that lets nothing but its own script run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from inkcluster.files import atomic_file
from inkcluster.report.view import view
from inkcluster.report.wording import marked, unbroken

if TYPE_CHECKING:
    from jinja2 import Environment

    from inkcluster.study.run.run import Run

SCRIPTS = (
    "report.js",
    "folds.js",
    "tables.js",
    "zoom.js",
    "store.js",
    "wall.js",
    "explorer/points.js",
    "explorer/map.js",
    "explorer/colouring.js",
    "explorer/marks.js",
    "explorer/explore.js",
    "large.js",
    "cards.js",
    "stills.js",
    "compare/behind.js",
    "compare/cells.js",
    "compare/confusion.js",
    "compare/matching.js",
    "compare/pairs.js",
    "compare/settings.js",
    "compare/tree.js",
    "compare/pictures.js",
    "compare/brackets.js",
)
"""The page's script, in parts; those that need the images' data come after ``store.js``."""

STYLES = ("report.css", "explorer/explorer.css", "compare/compare.css")

TEMPLATES = (
    "report.html.j2",
    "parts/macros.html.j2",
    "parts/first.html.j2",
    "explorer/explorer.html.j2",
    "explorer/selection.html.j2",
    "parts/cards.html.j2",
    "compare/pairs.html.j2",
    "parts/walls.html.j2",
    "parts/questions.html.j2",
)


def write(run: Run) -> Path:
    """Write the report of `run` as ``report.html`` in its folder, whole or not at all.

    Parameters
    ----------
    run : Run
        A study; questions without an answer are listed as not asked.

    Returns
    -------
    Path
        The HTML file; the same run gives the same bytes.

    Raises
    ------
    RunFolderError
        If an answer of the run is damaged.
    OSError
        If the file cannot be written; an earlier report then stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> from inkcluster import images, report
    >>> from inkcluster.study.run.runner import study
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = study(images.load("digits"), out, only=["restarts"])
    ...     text = report.write(run).read_text(encoding="utf-8")
    >>> text.startswith("<!doctype html>"), "Are the k-means restarts stable?" in text
    (True, True)
    """
    from inkcluster.study.run.folder import REPORT

    path = run.path / REPORT
    text = html(run)
    with atomic_file(path) as stream:
        stream.write(text.encode("utf-8"))
    return path


def html(run: Run) -> str:
    """The report of `run` as one HTML document.

    Everything that comes from the run is escaped by the template; figures are checked by
    :mod:`inkcluster.report.inline` before they are trusted to be SVG.
    """
    from markupsafe import Markup

    from inkcluster.figures.drawing.theme import CSS

    script = "\n".join(_asset(name).strip() for name in SCRIPTS)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            view(run),
            css=Markup(CSS + "".join(map(_asset, STYLES))),  # noqa: S704  our own files
            script=Markup(script),  # noqa: S704
            policy=content_policy(script),
        )
    )


def content_policy(script: str) -> str:
    """The Content-Security-Policy of a page whose only script is `script`.

    Examples
    --------
    >>> from inkcluster.report.page import content_policy
    >>> content_policy("")[:68]
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script"
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    environment = Environment(
        loader=DictLoader({name: _asset(name) for name in TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"marked": marked, "unbroken": unbroken}
    return environment


def _asset(name: str) -> str:
    return (files("inkcluster.report") / "assets" / name).read_text(encoding="utf-8")
