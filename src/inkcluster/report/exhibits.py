"""The figures and tables of a question, as the page's template lays them out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inkcluster.report.inline import data_url, inline_svg
from inkcluster.report.tables import Download, Grid, download, grid

if TYPE_CHECKING:
    from markupsafe import Markup

    from inkcluster.study.run.run import WrittenFigure, WrittenTable

_VIEW_BOX = re.compile(r'<svg viewBox="([-+.\deE,\s]+)"')


@dataclass(frozen=True)
class FigureView:
    """A figure: themed SVG, or the PNG where the SVG may not stand in the page."""

    id: str
    title: str
    says: str
    svg: Markup | None
    png: str | None
    filename: str
    data: Download

    @property
    def zoomable(self) -> bool:
        """Whether the figure asks to be zoomed into."""
        from inkcluster.figures.picture_tree import ZOOMABLE

        return self.svg is not None and f'id="{self.filename}-{ZOOMABLE}"' in self.svg

    @property
    def whole(self) -> tuple[str, str] | None:
        """Its view box and the id of all that it draws, by which it can be shown a second time, small."""
        name = f"{self.filename}-figure_1"
        box = _VIEW_BOX.match(self.svg or "")
        return (box[1], name) if box and f'id="{name}"' in str(self.svg) else None


@dataclass(frozen=True)
class TableView:
    """A table and its data."""

    id: str
    title: str
    says: str
    grid: Grid
    data: Download


def figure_view(key: str, figure: WrittenFigure) -> FigureView:
    """The figure of the question `key`."""
    name = f"{key}-{figure.name}"
    svg = inline_svg(figure.content(figure.svg), name, f"{figure.title}. {figure.says}")
    picture = figure.content(figure.png) if svg is None else b""
    png = data_url(picture, "image/png") if picture else None
    return FigureView(
        id=f"figure-{name}",
        title=figure.title,
        says=figure.says,
        svg=svg,
        png=png,
        filename=name,
        data=download(figure.frame(), figure.data, name),
    )


def table_view(key: str, table: WrittenTable) -> TableView:
    """The table of the question `key`."""
    name, frame = f"{key}-{table.name}", table.frame()
    data = download(frame, table.data, name)
    return TableView(f"table-{name}", table.title, table.says, grid(frame), data)
