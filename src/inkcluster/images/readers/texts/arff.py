"""Reads ARFF, the format of Weka and OpenML, dense and sparse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import MAX_TYPED_RATIO, check_unpacked, reading, regular_file
from inkcluster.images.readers.naming import label_rank
from inkcluster.images.readers.tables.columns import choose_columns
from inkcluster.images.readers.tables.taking import Taker
from inkcluster.images.readers.texts.dialect import MAX_COLUMNS, sample_of
from inkcluster.images.readers.texts.lines import Lines, Rows, cells_of, lines_of
from inkcluster.images.readers.texts.text import frames_of
from inkcluster.progress import current

if TYPE_CHECKING:
    import pandas as pd

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_TOKEN = re.compile(_QUOTED)
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.*)", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(rf"(\d+)\s+({_QUOTED}|[^,\s]+)\s*(?:,|$)")
_NUMERIC = ("numeric", "real", "integer")
_TEXT = ("string", "date")
_SPARSE_VALUES = 1 << 22  # laid out at a time
_UNKNOWN = ("", "?")


@dataclass(frozen=True)
class _Attribute:
    """A column; `values` are those of a nominal one."""

    name: str
    kind: str
    values: tuple[str, ...] = ()


def read_arff(path: Path, asked: Asked) -> Found:
    """Read an ARFF table with an image a row, plain or packed.

    Columns are chosen as in :func:`~inkcluster.images.readers.tables.columns.choose_columns`; where
    no name tells the label, it is the only attribute that lists its values. What a sparse row
    leaves out is zero, or the first of those values.
    """
    held = regular_file(path)
    with reading(path, "an ARFF table"):
        with lines_of(path, is_comment=_is_comment) as lines:
            attributes = _attributes(lines, path)
            lines.change = _with_double_quotes
            sampled, count = sample_of(lines)
        if not sampled:
            raise BadInputError(f"{path} has a header and no rows.")
        width, sparse = len(attributes), sampled[0].lstrip().startswith("{")
        if sparse:
            check_unpacked(path, count * width, held, MAX_TYPED_RATIO)
        rows = Rows(sampled, lambda line: _cells(line, attributes, sparse=sparse))
        names = [attribute.name for attribute in attributes]
        named, said = _label(attributes, asked)
        chosen = choose_columns(names, rows, str(path), named.labels, asked.shape)
        taker = Taker(replace(chosen, notices=(*said, *chosen.notices)), names, str(path))
        with (
            current().task(f"reading {path.name}", held) as advance,
            lines_of(path, advance=advance, is_comment=_is_comment) as lines,
        ):
            _attributes(lines, path)
            lines.change = _with_double_quotes
            frames = (
                _sparse_frames(lines, attributes, chosen.texts, path)
                if sparse
                else frames_of(lines, width, chosen.texts, missing=_UNKNOWN)
            )
            for frame in frames:
                taker.add(frame)
        return taker.found(asked, "an ARFF table")


def _attributes(lines: Lines, path: Path) -> list[_Attribute]:
    """The columns that the header declares; the next line is then the first row."""
    found: list[_Attribute] = []
    for line in lines:
        text = line.strip()
        if text.lower().startswith("@data"):
            if not found:
                raise BadInputError(f"{path} declares no attributes before its data.")
            return found
        if text.lower().startswith("@attribute"):
            found.append(_attribute(text, path))
            if len(found) > MAX_COLUMNS:
                raise BadInputError(f"{path} has more than {MAX_COLUMNS:,} attributes.")
        elif not text.lower().startswith("@relation"):
            raise BadInputError(
                f"{path}: {one_line(text, 40)!r} stands in the header; @attribute or @data was expected."
            )
    raise BadInputError(f"{path} ends before its @data.")


def _attribute(text: str, path: Path) -> _Attribute:
    match = _ATTRIBUTE.fullmatch(text)
    name = _plain(match[1]) if match else one_line(text, 40)
    kind = match[2].strip() if match else ""
    if kind.startswith("{"):
        cells = cells_of(_with_double_quotes(kind.strip("{} \t")), ",")
        return _Attribute(name, "nominal", tuple(cell.strip() for cell in cells))
    word = kind.split()[0].lower() if kind else ""
    if word in _NUMERIC or word in _TEXT:
        return _Attribute(name, "number" if word in _NUMERIC else "text")
    raise BadInputError(
        f"{path}: attribute {one_line(name)!r} is {one_line(kind) or 'of no type'!r}; numbers, text and "
        "lists of values are read."
    )


def _label(attributes: Sequence[_Attribute], asked: Asked) -> tuple[Asked, tuple[str, ...]]:
    """The label by its type, where no name tells it, and what to say of that."""
    nominal = [at for at, own in enumerate(attributes) if own.kind == "nominal"]
    if asked.labels is not None or any(label_rank(own.name) == 0 for own in attributes):
        return asked, ()
    if len(nominal) != 1:
        return asked, ()
    name = attributes[nominal[0]].name
    said = f"Labels are {one_line(name)!r}, the only list of values; --labels NAME decides."
    return replace(asked, labels=name), (said,)


def _cells(line: str, attributes: Sequence[_Attribute], *, sparse: bool) -> list[str]:
    if not sparse:
        return cells_of(line, ",")
    cells = [own.values[0] if own.values else "0" for own in attributes]
    for at, value in _PAIR.findall(_body(line)):
        if int(at) < len(cells):
            cells[int(at)] = _plain(value)
    return cells


def _sparse_frames(
    lines: Lines, attributes: Sequence[_Attribute], texts: set[int], path: Path
) -> Iterator[pd.DataFrame]:
    """Rows such as ``{3 1.0, 64 7}``, laid out some at a time."""
    import pandas as pd

    width = len(attributes)
    seen = 0
    while chunk := list(islice(lines, max(1, _SPARSE_VALUES // width))):
        dense = np.zeros((len(chunk), width), np.float64)
        words: dict[int, list[str]] = {at: [] for at in texts}
        for row, line in enumerate(chunk):
            pairs = _PAIR.findall(_body(line))
            numbers = [(at, value) for at, value in pairs if int(at) not in texts]
            try:
                flat = np.array(list(chain.from_iterable(numbers)), dtype=np.float64).reshape(-1, 2)
                dense[row, flat[:, 0].astype(np.int64)] = flat[:, 1]
            except (ValueError, IndexError):
                raise BadInputError(
                    f"{path}: image {seen + row:,} is {one_line(line, 40)!r}; pairs of an attribute's "
                    f"number below {width:,} and a value were expected."
                ) from None
            own = {int(at): _plain(value) for at, value in pairs if int(at) in texts}
            for at, column in words.items():
                values = attributes[at].values
                value = own.get(at, values[0] if values else "0")
                column.append("" if value == "?" else value)
        seen += len(chunk)
        numbers_only = [at for at in range(width) if at not in texts]
        frame = pd.DataFrame(dense[:, numbers_only], columns=numbers_only)
        yield pd.concat([frame, pd.DataFrame(words)], axis=1)


def _body(line: str) -> str:
    return line.strip().removeprefix("{").removesuffix("}").strip()


def _plain(token: str) -> str:
    """A name or value without its quotes."""
    if len(token) > 1 and token[0] == token[-1] and token[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return token


def _with_double_quotes(line: str) -> str:
    """The line with its quoted values as CSV has them."""
    if "'" not in line and "\\" not in line:
        return line
    return _TOKEN.sub(lambda match: '"' + _plain(match[0]).replace('"', '""') + '"', line)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("%")
