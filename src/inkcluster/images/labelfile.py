"""Reads labels from a file of their own: IDX, `.npy`, `.npz`, or text with a label a line or in a column."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import check_length, tidy_labels
from inkcluster.images.matching import by_name, by_number
from inkcluster.images.readers import idx
from inkcluster.images.readers.arrays import npy
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.guard import (
    MAX_LABEL_FILE_BYTES,
    opened,
    read_at_most,
    reading,
    regular_file,
)
from inkcluster.images.readers.naming import LABEL_NAMES, label_rank
from inkcluster.images.readers.packed import packed_head
from inkcluster.images.readers.tables.header import is_header, is_number
from inkcluster.images.readers.texts.dialect import separator_of
from inkcluster.images.readers.texts.kinds import encoding_of
from inkcluster.images.readers.texts.lines import SPACES, cells_of
from inkcluster.images.sniffing import kind_of
from inkcluster.words import listed

MIN_DISTINCT_SHARE = 0.9
"""A column with fewer different cells is no list of the images' names."""
_TELLING_LINES = 40
_HEADINGS = ("label", "labels")


@dataclass(frozen=True)
class LabelTable:
    """Labels of images as a text file has them; `chosen` is the column that the caller named.

    `lines` are the whole lines and `rows` their cells, without the header, whose cells are `names`.
    """

    path: Path
    lines: list[str]
    rows: list[list[str]]
    names: list[str] | None = None
    chosen: str | None = None
    spaced: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def labels_for(
        self, n: int, images: NDArray[Any] | None
    ) -> tuple[NDArray[Any], tuple[str, ...]]:
        """The labels of `n` images in their order, and what to say of how they were matched.

        A column that has the images' names (`images`) or their numbers, from 0 or 1, says which line
        is whose; without one, the lines stand in the order of the images.

        Raises
        ------
        BadInputError
            If images are without a label or have two, or if several columns could hold the labels.
        """
        if len(self.rows[0]) == 1:
            return self._listed(n), ()
        keys, order, said = self._matched(n, images)
        if order is None and self.spaced and self.names is None and len(self) == n:
            return tidy_labels(self.lines), ()  # labels of several words
        if order is None and len(self) != n:
            raise BadInputError(
                f"{self.path} has {len(self):,} lines for {n:,} images, and no column with the "
                "images' names or numbers; give one label for each image."
            )
        ones = self._one_hot(keys)
        column = 0 if ones else self._column(keys)
        if order is None:
            order, said = list(range(n)), ["Labels were taken in the order of the lines."]
        if ones:
            texts = [ones[line] for line in order]
            said = [
                *said,
                f"Labels are the names of the one-hot columns; --labels {self.path.name}:COLUMN takes one.",
            ]
        else:
            texts = [self.rows[line][column].strip() for line in order]
        if "" in texts:
            raise BadInputError(f"{self.path}: the label of image {texts.index(''):,} is missing.")
        check_length(texts, str(self.path))
        return tidy_labels(texts), tuple(said)

    def _listed(self, n: int) -> NDArray[Any]:
        """One label a line; a first line that is a heading is left out."""
        texts = [row[0].strip() for row in self.rows]
        if self.chosen is not None and self.chosen not in (texts[0], "0"):
            raise BadInputError(f"{self.path} has one column only; name the file without a column.")
        first, rest = texts[0], texts[1:]
        alone = first not in rest and not is_number(first)
        heading = alone and (label_rank(first) == 0 or all(map(is_number, rest)))
        if rest and (first.lower() in _HEADINGS or (heading and len(rest) == n)):
            texts = rest
        check_length(texts, str(self.path))
        return tidy_labels(texts)

    def _matched(
        self, n: int, images: NDArray[Any] | None
    ) -> tuple[int | None, list[int] | None, list[str]]:
        """The column that says whose a line is, the line of each image, and what to say."""
        width = len(self.rows[0])
        chosen = None if self.chosen is None else self._called(self.chosen)
        columns = [at for at in range(width) if at != chosen]
        columns.sort(key=lambda at: -self._rank(at))
        cells = {at: [row[at].strip() for row in self.rows] for at in columns}
        if images is not None:
            names = [str(name) for name in images]
            found = {at: by_name(names, cells[at]) for at in columns}
            best = max(columns, key=lambda at: found[at].count)
            distinct = len(set(cells[best])) >= MIN_DISTINCT_SHARE * len(self)
            if found[best].count == n or (found[best].count and distinct):
                return best, found[best].lines(str(self.path)), found[best].notices(self.path.name)
        for at in columns:
            order, first = by_number(cells[at], n)
            if order is not None:
                return at, order, [f"Labels were matched by number: {first} is the first image."]
        named = [at for at in columns if self._rank(at) == 2]
        if named and images is not None:
            raise BadInputError(
                f"{self.path}: column {self._shown(named[0])} has no image's name (its first is "
                f"{one_line(cells[named[0]][0])!r}, the first image is {one_line(str(images[0]))!r})."
            )
        return None, None, []

    def _one_hot(self, keys: int | None) -> list[str]:
        """The name of the column with the one in each line, if each has a single one; else none."""
        columns = [at for at in range(len(self.rows[0])) if at != keys]
        if self.chosen is not None or len(columns) < 2 or any(map(self._exact, columns)):
            return []
        try:
            values = np.array([[float(row[at]) for at in columns] for row in self.rows])
        except ValueError:
            return []
        found = from_one_hot(values)
        if found is None:
            return []
        names = list(map(str, range(len(columns))))
        if self.names is not None:
            names = [self.names[at].strip() for at in columns]
        return [names[at] for at in found]

    def _column(self, keys: int | None) -> int:
        """The column of the labels."""
        if self.chosen is not None:
            return self._called(self.chosen)
        rest = [at for at in range(len(self.rows[0])) if at != keys]
        for rank in (0, 1, 2):
            own = [at for at in rest if self._rank(at) == rank]
            exact = [at for at in own if self._exact(at)]
            if len(own) == 1 or len(exact) == 1:
                return exact[0] if exact else own[0]
            if own:
                break
        shown = listed(map(self._shown, own), 4)
        name = str(own[0]) if self.names is None else one_line(self.names[own[0]])
        raise BadInputError(
            f"{self.path}: columns {shown} could be the labels; name one with --labels "
            f"{self.path.name}:{name}."
        )

    def _called(self, wanted: str) -> int:
        names = [name.strip().lower() for name in self.names or ()]
        if wanted.strip().lower() in names:
            return names.index(wanted.strip().lower())
        if wanted.isdecimal() and int(wanted) < len(self.rows[0]):
            return int(wanted)
        known = "it has no header" if self.names is None else f"it has {listed(self.names)}"
        raise BadInputError(f"{self.path} has no column {one_line(wanted)!r}; {known}.")

    def _rank(self, at: int) -> int:
        if self.names is None:
            return 1
        return label_rank(self.names[at]) if self.names[at].strip() else 2

    def _exact(self, at: int) -> bool:
        return self.names is not None and self.names[at].strip().lower() in LABEL_NAMES

    def _shown(self, at: int) -> str:
        return str(at) if self.names is None else repr(one_line(self.names[at]))


def read_labels(
    path: Path, column: str | None = None
) -> tuple[NDArray[Any] | LabelTable, Sequence[str]]:
    """The labels in a file, IDX, ``.npy`` or ``.npz`` as an array or text as a table, and notices.

    Text has a label a line, or columns of which one holds the labels (`column`, a name or a number
    from 0, where there are several) and another the images' names or numbers.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.csv"
    ...     _ = path.write_text("file,digit\\nb.png,3\\na.png,1\\n")
    ...     read_labels(path)[0].labels_for(2, np.array(["a.png", "b.png"]))
    (array([1, 3]), ())
    """
    size = regular_file(path)
    start = packed_head(path, 512)
    no_columns = BadInputError(
        f"{path} has no columns; name the file without {one_line(column or '')!r}."
    )
    if start[:6] == b"\x93NUMPY" or idx.is_idx(start):
        if column is not None:
            raise no_columns
        return _array(path) if start[:1] == b"\x93" else idx.read_label_array(path)
    not_labels = BadInputError(
        f"{path} is not a list of labels; give an IDX, .npy or .npz file, or text with a label a line."
    )
    if start[:2] == b"PK" and kind_of(path) == "npz":
        if column is not None:
            raise no_columns
        return npy.npz_labels(path), ()
    encoding = encoding_of(start)
    with reading(path, "a list of labels"):
        if size > MAX_LABEL_FILE_BYTES or (encoding != "utf-16" and b"\0" in start):
            raise not_labels
        with opened(path) as stream:
            content = read_at_most(stream, MAX_LABEL_FILE_BYTES + 1)
        if len(content) > MAX_LABEL_FILE_BYTES:
            raise not_labels
        try:
            text = content.decode(encoding)
        except UnicodeError:
            if encoding == "utf-16":
                raise not_labels from None
            raise BadInputError(
                f"{path} is not text in UTF-8; save it as UTF-8, or give an IDX, .npy or .npz file."
            ) from None
        if _is_json(text.strip()):
            raise BadInputError(
                f"{path} is JSON; give an IDX, .npy or .npz file, or text with a label a line."
            )
        return _table(path, text.strip().splitlines(), column), ()


def _array(path: Path) -> tuple[NDArray[Any], Sequence[str]]:
    labels = npy.read_array(path)
    ones = from_one_hot(labels)
    if ones is None:
        return labels, ()
    return ones, [f"The one-hot labels in {one_line(path.name, 40)!r} became class numbers from 0."]


def _is_json(text: str) -> bool:
    """Whether the text is an object or a list of JSON's, rather than labels such as brackets."""
    if (text[:1], text[-1:]) not in (("[", "]"), ("{", "}")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _table(path: Path, lines: list[str], column: str | None) -> LabelTable:
    if not all(line.strip() for line in lines) or not lines:
        raise BadInputError(f"{path} has an empty line; give one label a line, one for each image.")
    separator = separator_of(lines[:_TELLING_LINES], of_words=True)
    rows = [cells_of(line, separator) for line in lines]
    width = Counter(map(len, rows)).most_common(1)[0][0]
    if width == 1:
        plain = [[line.strip().strip('"')] for line in lines]
        return LabelTable(path, lines, plain, chosen=column)
    odd = next((at for at, row in enumerate(rows) if len(row) != width), None)
    if odd is not None:
        if separator == SPACES:
            return LabelTable(path, lines, [[line.strip()] for line in lines], chosen=column)
        raise BadInputError(
            f"{path}: line {odd + 1:,} has {len(rows[odd]):,} cells, most have {width:,}; give one "
            "label a line, or a name and a label."
        )
    names = rows[0] if len(rows) > 1 and _names_columns(rows[0], rows[1:_TELLING_LINES]) else None
    skip = int(names is not None)
    return LabelTable(path, lines[skip:], rows[skip:], names, column, separator == SPACES)


def _names_columns(cells: list[str], below: list[list[str]]) -> bool:
    """Whether the first line is a header; among text, if it has a word for labels or names."""
    if any(is_number(row[at]) for row in below for at in range(len(cells))):
        return is_header(cells, below)
    words = [cell.strip() for cell in cells]
    return any(
        label_rank(word) != 1 and word.replace("_", "").replace(" ", "").isalpha() for word in words
    )
