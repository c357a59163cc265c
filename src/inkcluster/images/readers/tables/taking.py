"""Takes pixels, labels and names out of data frames whose columns are chosen."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import MAX_LABEL_CHARACTERS, check_length, tidy_labels
from inkcluster.images.readers.arrays.turning import in_colour
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.tables.columns import Columns
from inkcluster.images.readers.tables.header import with_points
from inkcluster.images.readers.tables.refusing import NAME_THE_LABEL

if TYPE_CHECKING:
    import pandas as pd


class Taker:
    """Takes in data frames with a row an image, whose columns are numbered, and gives the set.

    `chosen` says what the columns are; those of text must come as text.
    """

    def __init__(
        self, chosen: Columns, names: Sequence[str] | None, where: str, *, decimal: str = "."
    ) -> None:
        self._chosen, self._names, self._where, self._decimal = chosen, names, where, decimal
        self._pixels: list[NDArray[Any]] = []
        self._ones: list[NDArray[Any]] = []
        self._labels: list[str] = []
        self._called: list[str] = []
        self._length: int | None = None
        self.seen = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Take in the rows of `frame`, which follow those before."""
        self.add_labels(frame)
        if self._chosen.names is not None:
            self._called.extend(called(frame[self._chosen.names]))
        self._pixels.append(self.pixels_of(frame))
        self.seen += len(frame)

    def add_labels(self, frame: pd.DataFrame) -> None:
        """Take in the labels of `frame` alone."""
        chosen = self._chosen
        if chosen.label is not None:
            self._labels.extend(self._texts(frame[chosen.label]))
        if chosen.one_hot:
            self._ones.append(frame[list(chosen.one_hot)].to_numpy(np.float64))

    def pixels_of(self, frame: pd.DataFrame) -> NDArray[Any]:
        """The pixels of `frame` as rows; `seen` rows lie before them."""
        if self._chosen.listed:
            return self._lists(frame[self._chosen.pixels[0]])
        return self._block(frame[list(self._chosen.pixels)])

    def labels(self) -> Any:
        """The labels that were taken in; None where no column holds them."""
        if self._chosen.label is not None:
            return tidy_labels(self._labels)
        return self._from_ones(np.concatenate(self._ones)) if self._chosen.one_hot else None

    def found(self, asked: Asked, what: str) -> Found:
        """The set, with what was chosen."""
        chosen = self._chosen
        pixels = np.concatenate(self._pixels)
        labels = self.labels()
        if labels is None and not isinstance(asked.labels, str):
            labels = asked.labels
        notices = chosen.notices
        shape = asked.shape or chosen.shape
        colour = in_colour(pixels, asked.shape)
        if colour is not None:
            pixels, said = colour
            notices, shape = (*notices, *said), None
        names = np.array(self._called) if chosen.names is not None else None
        return Found(pixels, labels, notices, shape=shape, names=names, what=what,
                     labels_from=chosen.labels_from)  # fmt: skip

    def _texts(self, column: pd.Series[Any]) -> list[str]:
        texts = ["" if missing else str(value).strip() for value, missing in
                 zip(column, column.isna(), strict=True)]  # fmt: skip
        if "" in texts:
            raise BadInputError(
                f"{self._where}: the label of image {self.seen + texts.index(''):,} is missing; "
                "give one label for each image, or none at all."
            )
        check_length(texts, self._where, self.seen)
        return [with_points(text) for text in texts] if self._decimal == "," else texts

    def _from_ones(self, ones: NDArray[Any]) -> NDArray[np.int64]:
        labels = from_one_hot(ones)
        if labels is None:
            odd = int(((ones == 1).sum(axis=1) != 1).argmax())
            raise BadInputError(
                f"{self._where}: the columns of the labels hold another number of ones than one in "
                f"image {odd:,}; name the label column with --labels."
            )
        return labels

    def _lists(self, column: pd.Series[Any]) -> NDArray[Any]:
        """Cells that hold all of an image's values, as rows."""
        rows = []
        for at, cell in enumerate(column, self.seen):
            text = "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124
            if "..." in text:
                raise BadInputError(
                    f"{self._where}: the values of image {at:,} were shortened to '...' when they were "
                    "written; write all of them, such as with NumPy's savez."
                )
            with warnings.catch_warnings():
                warnings.simplefilter("error", DeprecationWarning)  # for what is no number
                try:
                    plain = re.sub(r"[\[\](),;\s]+", " ", text).strip()
                    rows.append(np.fromstring(plain, np.float64, sep=" "))
                except (ValueError, DeprecationWarning):
                    raise BadInputError(
                        f"{self._where}: image {at:,} is {one_line(text)!r}, not a list of numbers."
                    ) from None
        length = self._length = len(rows[0]) if self._length is None else self._length
        odd = next((at for at, row in enumerate(rows) if len(row) != length), None)
        if odd is not None:
            raise BadInputError(
                f"{self._where}: image {self.seen + odd:,} has {len(rows[odd]):,} values, others have "
                f"{length:,}."
            )
        return _small(np.array(rows))

    def _block(self, frame: pd.DataFrame) -> NDArray[Any]:
        """Rows of pixels, in the smallest dtype that holds them."""
        import pandas as pd

        if not all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes):
            for i, at in enumerate(frame.columns):
                self._refuse_text(frame.iloc[:, i], int(at))
        if all(kind.kind in "iu" for kind in frame.dtypes):
            return _small(frame.to_numpy())
        return np.asarray(frame.to_numpy(dtype=np.float64))

    def _refuse_text(self, column: pd.Series[Any], at: int) -> None:
        import pandas as pd

        numbers = pd.to_numeric(column, errors="coerce")
        bad = (numbers.isna() & column.notna()).to_numpy()
        if bad.any():
            row = int(bad.argmax())
            shown = f"number {at}" if self._names is None else repr(one_line(self._names[at]))
            raise BadInputError(
                f"{self._where}: column {shown} of image {self.seen + row:,} is "
                f"{one_line(str(column.iloc[row]))!r}, not a number; {NAME_THE_LABEL}"
            )


def called(column: pd.Series[Any]) -> Iterator[str]:
    """The images' names in a column."""
    return ("" if missing else str(name).strip()[:MAX_LABEL_CHARACTERS]
            for name, missing in zip(column, column.isna(), strict=True))  # fmt: skip


def _small(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers from 0 to 255 as bytes, others as 64-bit floats."""
    if values.size and values.min() >= 0 and values.max() <= 255:
        whole = values.astype(np.uint8)
        if values.dtype.kind in "iu" or (whole == values).all():
            return whole
    return np.asarray(values, np.float64)
