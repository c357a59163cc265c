"""Answers to one HTML file, which stands alone: no other file, no network, no unknown script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run

__all__ = ["write"]


def write(run: Run) -> Path:
    """Write the report of `run` as ``report.html`` in its folder, whole or not at all.

    Parameters
    ----------
    run : Run
        A study; answers that it has not are said to be missing.

    Returns
    -------
    Path
        The HTML file. The same run gives the same bytes.

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
    from inkcluster.files import atomic_file
    from inkcluster.report.page import html
    from inkcluster.study.run.folder import REPORT

    text = html(run)
    path = run.path / REPORT
    with atomic_file(path) as stream:
        stream.write(text.encode("utf-8"))
    return path
