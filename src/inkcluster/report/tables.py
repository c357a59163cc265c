"""Formats tables for reading, and data as a file to download."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkcluster.files import open_file
from inkcluster.report.inline import data_url

if TYPE_CHECKING:
    import pandas as pd

MAX_OPEN_ROWS = 12
"""A longer table is shown on request only."""
MAX_ROWS = 400
"""The page shows no more rows of a table."""
MAX_CSV_BYTES = 32_000
"""Larger data is put into the page as Parquet."""
MAX_PARQUET_BYTES = 400_000
"""Larger data is named only, not put into the page."""
_EMPTY = "–"
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
"""How text begins that a spreadsheet would compute."""


@dataclass(frozen=True)
class Column:
    """A heading and its cells, as text."""

    heading: str
    numeric: bool
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table ready to be shown: at most :data:`MAX_ROWS` of its `n_rows`."""

    columns: tuple[Column, ...]
    n_rows: int

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The cells, row by row."""
        return list(zip(*(column.cells for column in self.columns), strict=True))

    @property
    def folded(self) -> bool:
        """Whether it is long enough to be shown on request only."""
        return self.n_rows > MAX_OPEN_ROWS


@dataclass(frozen=True)
class Download:
    """A file inside the page; `url` is None where it is too large, then it is only named."""

    filename: str
    kind: str
    url: str | None
    size: str


def grid(frame: pd.DataFrame) -> Grid:
    """Format `frame`: one number of decimals a column, enough to tell its values apart.

    Parameters
    ----------
    frame : DataFrame
        Tidy; an index that is not just a count of the rows becomes the first columns.

    Returns
    -------
    Grid

    Examples
    --------
    >>> import pandas as pd
    >>> from inkcluster.report.tables import grid
    >>> shown = grid(pd.DataFrame({"method": ["ward"], "ari_score": [0.36524], "n": [70000]}))
    >>> [column.heading for column in shown.columns], shown.rows
    (['method', 'ari score', 'n'], [('ward', '0.365', '70,000')])
    """
    frame = with_index(frame)
    columns = tuple(_column(frame.iloc[:, i]) for i in range(frame.shape[1]))
    return Grid(columns, len(frame))


def download(frame: pd.DataFrame, parquet: Path, name: str) -> Download:
    """The data as CSV where it is small, else as the Parquet file that holds it.

    In CSV an apostrophe stands before text that a spreadsheet would take for a formula.
    """
    text = without_formulas(with_index(frame))[0].to_csv(index=False).encode("utf-8", "replace")
    if len(text) <= MAX_CSV_BYTES:
        return _download(text, f"{name}.csv", "text/csv")
    with open_file(parquet) as stream:
        content = stream.read(MAX_PARQUET_BYTES + 1)
    if len(content) <= MAX_PARQUET_BYTES:
        return _download(content, f"{name}.parquet", "application/octet-stream")
    return Download(str(parquet.name), "Parquet", None, _size(parquet.stat().st_size))


def without_formulas(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """`frame` with an apostrophe before text that a spreadsheet would compute, and how often it stands."""
    import pandas as pd

    shown = frame.rename(columns=_as_text)
    changed = sum(str(a) != str(b) for a, b in zip(shown.columns, frame.columns, strict=True))
    for i, dtype in enumerate(shown.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype):
            cells = shown.iloc[:, i].astype(object)
            safe = cells.map(_as_text)
            changed += sum(isinstance(a, str) and a != b for a, b in zip(cells, safe, strict=True))
            shown.isetitem(i, safe.to_numpy(object))
    return shown, changed


def _as_text(cell: Any) -> Any:
    """Text that no spreadsheet computes; anything else as it is.

    >>> _as_text("=1+1"), _as_text("zero"), _as_text(-1)
    ("'=1+1", 'zero', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its index as columns, unless the index only counts the rows."""
    import pandas as pd

    if isinstance(frame.index, pd.RangeIndex) and frame.index.name is None:
        return frame
    return frame.reset_index()


def _download(content: bytes, filename: str, media: str) -> Download:
    kind = "CSV" if filename.endswith(".csv") else "Parquet"
    return Download(filename, kind, data_url(content, media), _size(len(content)))


def _column(series: pd.Series[Any]) -> Column:
    import pandas as pd

    values = series.head(MAX_ROWS).tolist()
    heading = str(series.name).replace("_", " ")
    is_flag = pd.api.types.is_bool_dtype(series.dtype)
    numeric = pd.api.types.is_numeric_dtype(series.dtype) and not is_flag
    show = _number_format(values) if numeric else _text
    return Column(heading, numeric, tuple(_EMPTY if _missing(v) else show(v) for v in values))


def _number_format(values: Sequence[Any]) -> Callable[[Any], str]:
    known = [abs(float(v)) for v in values if not _missing(v) and math.isfinite(v)]
    if all(isinstance(v, int) or _missing(v) for v in values) or all(v % 1 == 0 for v in known):
        return lambda v: _signed(f"{v:,.0f}" if abs(v) >= 10_000 else f"{v:.0f}")
    most = max(known)
    smallest = min((v for v in known if v > 0), default=most)
    if smallest < 5e-4 and most < 0.01:
        return lambda v: "0" if v == 0 else _signed(f"{v:.3g}")
    decimals = 1 if most >= 1000 else 2 if most >= 10 else 3
    decimals = next(
        d for d in range(decimals + 1) if d == decimals or all(round(v, d) == v for v in known)
    )
    return lambda v: _signed(f"{v:,.{decimals}f}")


def _signed(text: str) -> str:
    """A number's text with a true minus sign, and none before a zero."""
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    return str(value)


def _missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _size(n_bytes: int) -> str:
    return f"{n_bytes} B" if n_bytes < 1000 else f"{n_bytes / 1000:.0f} kB"
