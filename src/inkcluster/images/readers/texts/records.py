"""Makes a set of objects with an image each: lists of numbers and a label by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import tidy_labels
from inkcluster.images.readers.arrays.turning import in_colour
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.naming import label_rank
from inkcluster.images.readers.tables.columns import choose_columns
from inkcluster.images.readers.tables.families import MIN_MEMBERS
from inkcluster.images.readers.tables.sample import Sample
from inkcluster.images.readers.tables.taking import Taker
from inkcluster.words import listed

MAX_KEYS = 200_000
Shape = tuple[int, int] | None


class Records:
    """Takes in objects one after the other; each has the keys of the first."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._columns: dict[str, list[Any]] = {}
        self._count = 0

    def add(self, record: dict[str, Any]) -> None:
        """Take in the next object; its lists of numbers become arrays at once."""
        if not self._count:
            self._columns = {str(key): [] for key in record}
            if len(record) > MAX_KEYS:
                raise BadInputError(f"{self._where}: an object has more than {MAX_KEYS:,} keys.")
        for key, column in self._columns.items():
            if key not in record:
                raise BadInputError(
                    f"{self._where}: image {self._count:,} has no {one_line(key)!r}, which the first has."
                )
            column.append(self._value(key, record[key]))
        self._count += 1

    def found(self, asked: Asked, what: str) -> Found:
        """The set of what was taken in."""
        images = {key: column for key, column in self._columns.items() if _is_image(column[0])}
        if not images:
            return self._as_table(asked, what)
        if len(images) > 1:
            shown = listed(map(repr, map(one_line, images)))
            raise BadInputError(
                f"{self._where}: {shown} hold lists of numbers; keep the image's only."
            )
        ((key, arrays),) = images.items()
        shapes = {array.shape for array in arrays}
        if len(shapes) > 1:
            raise BadInputError(
                f"{self._where}: {one_line(key)!r} has images of {len(shapes):,} shapes; write images of "
                "one size."
            )
        pixels = np.stack(arrays)
        return self._labelled(pixels, key, asked, what)

    def _labelled(self, pixels: NDArray[Any], key: str, asked: Asked, what: str) -> Found:
        others = {name: column for name, column in self._columns.items() if name != key}
        notices: list[str] = []
        if pixels.ndim == 2 and (colour := in_colour(pixels, asked.shape)) is not None:
            pixels, notices = colour
        hot = {name: np.stack(column) for name, column in others.items()
               if isinstance(column[0], np.ndarray) and len({c.shape for c in column}) == 1}  # fmt: skip
        plain = {name: column for name, column in others.items()
                 if not any(isinstance(value, np.ndarray | dict) for value in column)}  # fmt: skip
        labels: Any = asked.labels
        if labels is None and not any(label_rank(name) == 0 for name in plain):
            known = {
                name: from_one_hot(array) for name, array in hot.items() if label_rank(name) == 0
            }
            single = [(name, value) for name, value in known.items() if value is not None]
            if len(single) == 1:
                name, labels = single[0]
                return Found(pixels, labels, tuple(notices), what=what,
                             labels_from=f"the ones in {one_line(name)!r}")  # fmt: skip
        labels, names, said, named = self._scalars(plain, asked)
        left = [one_line(name) for name in others if name not in plain]
        if left:
            said.append(f"Not used: {listed(left, 2)}.")
        return Found(pixels, labels, (*notices, *said), names=names, what=what, labels_from=named)

    def _scalars(
        self, plain: dict[str, list[Any]], asked: Asked
    ) -> tuple[Any, NDArray[Any] | None, list[str], str]:
        """The label and the names among the keys with one value each, chosen as columns are."""
        names = list(plain)
        if not names:
            if isinstance(asked.labels, str):
                raise BadInputError(f"{self._where} has no key {one_line(asked.labels)!r}.")
            return asked.labels, None, [], ""
        filler = [f"pixel{i}" for i in range(16)]  # the image, as the choice of columns wants it
        width = len(names)
        rows = [[*(_text(plain[name][row]) for name in names), *["0"] * 16]
                for row in np.linspace(0, self._count - 1, min(self._count, 2_000)).astype(int)]  # fmt: skip
        chosen = choose_columns([*names, *filler], rows, self._where, asked.labels, (4, 4))
        labels: Any = None if isinstance(asked.labels, str) else asked.labels
        if chosen.label is not None and chosen.label < width:
            texts = [_text(value).strip() for value in plain[names[chosen.label]]]
            if "" in texts:
                raise BadInputError(
                    f"{self._where}: the label of image {texts.index(''):,} is missing; give one label for "
                    "each image, or none at all."
                )
            labels = tidy_labels(texts)
        called = None
        if chosen.names is not None:
            called = np.array([_text(value)[:200] for value in plain[names[chosen.names]]])
        said = [
            notice.replace("Column", "Key").replace("column", "key") for notice in chosen.notices
        ]
        return labels, called, said, chosen.labels_from.replace("column", "key")

    def _as_table(self, asked: Asked, what: str) -> Found:
        import pandas as pd

        names = list(self._columns)
        texts = [[_text(value) for value in column] for column in self._columns.values()]
        rows = list(map(list, zip(*texts, strict=True)))
        some = rows[:: max(1, len(rows) // 2_000)]
        if "text" in Sample(names, some).kinds and len(names) < MIN_MEMBERS:
            raise BadInputError(
                f"{self._where} holds no lists of numbers; its keys are {listed(map(one_line, names))}."
            )
        chosen = choose_columns(names, some, self._where, asked.labels, asked.shape)
        taker = Taker(chosen, names, self._where)
        frame = pd.DataFrame(
            {
                at: column if at in chosen.texts else _numbers(column)
                for at, column in enumerate(texts)
            }
        )
        taker.add(frame)
        return taker.found(asked, what)

    def _value(self, key: str, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        try:
            array = np.array(value)
        except ValueError:
            array = np.array(None)
        if array.dtype.kind not in "biuf":
            raise BadInputError(
                f"{self._where}: {one_line(key)!r} of image {self._count:,} is no list of numbers of one "
                "length."
            )
        small = array.size and array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= 255
        return array.astype(np.uint8) if small else array


def _is_image(value: Any) -> bool:
    return isinstance(value, np.ndarray) and (value.ndim > 1 or value.size >= 16)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _numbers(texts: list[str]) -> Any:
    try:
        return np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        return np.array(texts, dtype=object)
