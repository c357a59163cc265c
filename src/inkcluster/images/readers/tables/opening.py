"""Opens Parquet and Arrow files: a schema, and record batches of chosen columns, sizes checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sys import maxsize
from typing import Any, Protocol

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.guard import (
    MAX_TYPED_RATIO,
    MAX_UNPACKED_BYTES,
    check_unpacked,
    head,
    reading,
    regular_file,
    size,
)
from inkcluster.images.readers.tables.messages import promised

ARROW_FILE = b"ARROW1"
ARROW_FILE_START = ARROW_FILE + b"\0\0"
FEATHER_1 = b"FEA1"
PARQUET = (b"PAR1", b"PARE")


class Table(Protocol):
    """A table that is read a batch at a time; `rows` is what it says, and `paths` are its files."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, if there are any."""

    @property
    def schema(self) -> Any:
        """The columns' names and types."""

    @property
    def rows(self) -> int:
        """How many rows it says it has."""

    def batches(self, columns: Sequence[str], rows_at_once: int, start: int = 0) -> Iterator[Any]:
        """The columns called `columns` from row `start` on, at most `rows_at_once` rows at a time."""

    @property
    def unpacked(self) -> int:
        """How many bytes it says it holds, unpacked."""


@contextmanager
def opened_table(path: Path, *, whole: bool = True) -> Iterator[Table]:
    """Open the Parquet, Arrow or Feather file at `path`; what is raised within it names the file.

    It may be large where it is not read as a `whole`.

    Raises
    ------
    BadInputError
        If it is damaged or encrypted, has two columns of one name, or is Feather of version 1.
    """
    packed = regular_file(path)
    start = head(path, 8)
    if start[:4] == b"PARE":
        raise BadInputError(f"{path} is encrypted; write it again without encryption.")
    if start[:4] == FEATHER_1:
        raise BadInputError(
            f"{path} is a Feather file of version 1, which is not read any more; write it again "
            "with version 2 or as Parquet."
        )
    what = "a Parquet table" if start[:4] in PARQUET else "an Arrow table"
    with reading(path, what), ExitStack() as stack:
        most = MAX_UNPACKED_BYTES if whole else maxsize
        table = (_Parquet if start[:4] in PARQUET else _Ipc)(path, packed, most, stack)
        yield table


class _Parquet:
    """A Parquet file; text and bytes stay dictionaries, so that repeats of them take no room."""

    def __init__(self, path: Path, packed: int, most: int, stack: ExitStack) -> None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            self.schema, meta = file.schema_arrow, file.metadata
            _check_names(self.schema.names, path)
            leaves = [meta.schema.column(i).path for i in range(meta.num_columns)]
        # what a column chunk says of itself cannot be asked: pyarrow ends the process on damage
        groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
        held = [abs(group.total_byte_size) for group in groups]
        self.unpacked = max(sum(held), meta.num_rows * len(self.schema.names))
        _check_size(path, self.unpacked, packed, most)
        if max(held, default=0) > MAX_UNPACKED_BYTES:  # one is read at a time
            raise BadInputError(
                f"{path} has a row group of {size(max(held))}; write it again in groups of at most "
                f"{size(MAX_UNPACKED_BYTES)}."
            )
        texts = [leaf for leaf in leaves if _is_text(self.schema, leaf)]
        self.paths, self._packed, self._most = (path,), packed, most
        self._groups = [int(group.num_rows) for group in groups]
        self._file = stack.enter_context(pq.ParquetFile(path, read_dictionary=texts))
        self.rows: int = meta.num_rows

    def batches(self, columns: Sequence[str], rows_at_once: int, start: int = 0) -> Iterator[Any]:
        """Read `columns` of every row group; a batch lies in one, whose dictionaries it has."""
        seen = unpacked = 0
        tops = _tops(columns, self.schema.names)
        for number, rows in enumerate(self._groups):
            if rows and seen + rows <= start:
                seen += rows
                continue
            for batch in self._file.iter_batches(
                batch_size=rows_at_once, row_groups=[number], columns=list(columns)
            ):
                first, seen = seen, seen + batch.num_rows
                if seen > self.rows:
                    raise BadInputError(
                        f"{self.paths[0]} is damaged: it has more rows than it says."
                    )
                unpacked += sum(map(held_bytes, batch.columns))
                _check_size(self.paths[0], unpacked, self._packed, self._most)
                if seen > start:
                    yield batch.select(tops)[max(0, start - first) :]


class _Ipc:
    """An Arrow file or stream; a file is the stream of its batches between two marks."""

    def __init__(self, path: Path, packed: int, most: int, stack: ExitStack) -> None:
        import pyarrow as pa

        self._bytes = stack.enter_context(pa.memory_map(str(path)))
        self._start = len(ARROW_FILE_START) if head(path, 6) == ARROW_FILE else 0
        if self._start and self._bytes.read_at(6, max(packed - 6, 0)) != ARROW_FILE:
            raise BadInputError(f"{path} is truncated: an Arrow file ends as it begins.")
        self._bytes.seek(self._start)
        self.rows, self.unpacked = promised(self._bytes)
        _check_size(path, self.unpacked, packed, most)
        self.paths = (path,)
        self.schema = self._reader(None).schema
        _check_names(self.schema.names, path)

    def _reader(self, fields: list[int] | None) -> Any:
        from pyarrow import ipc

        self._bytes.seek(self._start)
        options = ipc.IpcReadOptions(included_fields=fields) if fields else None
        return ipc.open_stream(self._bytes, options=options)

    def batches(self, columns: Sequence[str], rows_at_once: int, start: int = 0) -> Iterator[Any]:
        """Read `columns` of every batch, each verified, in slices of `rows_at_once`."""
        tops = _tops(columns, self.schema.names)
        seen = 0
        for stored in self._reader(sorted(map(self.schema.get_field_index, tops))):
            first, seen = seen, seen + stored.num_rows
            if seen <= start:
                continue
            stored.validate(full=True)
            batch = stored.select(tops)
            for at in range(max(0, start - first), batch.num_rows, rows_at_once):
                yield batch.slice(at, rows_at_once)


@dataclass(frozen=True)
class InMemory:
    """A table of pyarrow's that is there already."""

    table: Any
    paths: tuple[Path, ...] = ()

    @property
    def unpacked(self) -> int:
        """The bytes that it takes."""
        return int(self.table.nbytes)

    @property
    def schema(self) -> Any:
        """Its schema."""
        return self.table.schema

    @property
    def rows(self) -> int:
        """Its number of rows."""
        return int(self.table.num_rows)

    def batches(self, columns: Sequence[str], rows_at_once: int, start: int = 0) -> Iterator[Any]:
        """The columns called `columns` from row `start` on, at most `rows_at_once` rows at a time."""
        tops = _tops(columns, self.schema.names)
        return iter(self.table.select(tops)[start:].to_batches(max_chunksize=rows_at_once))


def _tops(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """The columns that hold `columns`, of which some may be a part, such as ``image.path``."""
    return [name if name in names else name.rpartition(".")[0] for name in columns]


def _check_size(path: Path, unpacked: int, packed: int, most: int) -> None:
    """Refuse what would unpack to far more than its size, or to more than `most`."""
    if unpacked > MAX_TYPED_RATIO * packed:
        check_unpacked(path, unpacked, packed, MAX_TYPED_RATIO)
    elif unpacked > most:
        raise BadInputError(
            f"{path} holds {size(unpacked)}, and at most {size(most)} are read into memory; gather its "
            "images into one mapped file: --gather FOLDER."
        )


def _check_names(names: list[str], path: Path) -> None:
    if not names:
        raise BadInputError(f"{path} is a table without columns.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInputError(f"{path} has two columns called {one_line(twice, 40)!r}; rename one.")


def held_bytes(column: Any) -> int:
    """The bytes of a column; of a dictionary only the codes, since batches share its values."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        return int(column.indices.nbytes)
    if pa.types.is_struct(column.type):
        return sum(held_bytes(column.field(i)) for i in range(column.type.num_fields))
    return int(column.nbytes)


def _is_text(schema: Any, leaf: str) -> bool:
    import pyarrow as pa

    name, _, child = leaf.partition(".")
    if leaf in schema.names:
        kind = schema.field(leaf).type
    elif name in schema.names and pa.types.is_struct(schema.field(name).type):
        held = schema.field(name).type
        at = held.get_field_index(child)
        kind = held.field(at).type if at >= 0 else held
    else:
        return False
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))
