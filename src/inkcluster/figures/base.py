"""What a figure is: its data (`frame`), its picture (`plot`), and the sentence that says what to see in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class Head:
    """The fields that every figure begins with."""

    name: str
    title: str
    says: str

    def _repr_html_(self) -> str:
        """The picture for notebooks, with its title and what to see in it."""
        from inkcluster import notebook
        from inkcluster.figures.rendering import png

        return notebook.picture(png(self), self.title, self.says)  # type: ignore[arg-type]


@runtime_checkable
class Figure(Protocol):
    """One figure of an answer. Implementations are frozen dataclasses, one a file in this room.

    Attributes
    ----------
    name : str
        A file name without its ending, unique within an answer (``"centres"``).
    title : str
        The heading over it.
    says : str
        One sentence that tells a person what to see in it, with its numbers.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def says(self) -> str: ...  # noqa: D102

    def frame(self) -> pd.DataFrame:
        """The figure's data, a tidy table: one row for each mark that is drawn."""

    def plot(self) -> Picture:
        """The figure's picture, in the colours of :mod:`inkcluster.figures.drawing.theme`."""
