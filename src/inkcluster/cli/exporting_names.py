"""Writes what a labelling gave: names beside the run's table, IDX labels, its log as JSON lines."""

from __future__ import annotations

import gzip
import json
import struct
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray

from inkcluster.cli.guard import one_line
from inkcluster.cli.replacing import check_labels, check_log
from inkcluster.errors import BadInputError
from inkcluster.files import atomic_file, output_file
from inkcluster.words import several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.label.log import Event
    from inkcluster.study.run.run import Run

NAMED = "named"
"""What the clustering of images by their names is called."""
COLUMNS = {
    "named": "named",
    "confidence": "confidence of the name",
    "decided by": "decided by",
    "who": "who",
    "when": "when",
    "group": "group that was named",
}
"""The columns of a labelling, and what they are called in the run's table."""
UNNAMED = 255
"""The number of an image without a name; a file of one byte an image holds 255 names beside it."""
KEYS = ("seq", "id", "at", "who", "kind", "body", "undone")
"""What each line of an exported log has."""
_IDX_BYTES = b"\0\0\x08\x01"


def is_idx(out: Path) -> bool:
    """Whether the ending is that of a file of labels, as MNIST has it.

    Examples
    --------
    >>> is_idx(Path("labels-idx1-ubyte")), is_idx(Path("a.idx1-ubyte.gz")), is_idx(Path("labels"))
    (True, True, False)
    """
    return out.name.lower().removesuffix(".gz").endswith("idx1-ubyte")


def is_log(out: Path) -> bool:
    """Whether the ending is that of a log."""
    return out.suffix.lower() == ".jsonl"


def labelled(run: Run) -> pd.DataFrame | None:
    """A row for each image of the run's labelling; None if it has none, or no action was taken."""
    from inkcluster.label import Labelling
    from inkcluster.label.kept import FOLDER, LOG

    if not (run.path / FOLDER / LOG).exists():
        return None
    with closing(Labelling(run)) as labelling:
        return labelling.frame() if labelling.events else None


def beside(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """The run's `table`, with the columns of a labelling after the image, its file and its label."""
    import pandas as pd

    told = [name for name in ("image", "name", "label") if name in table]
    given = names[list(COLUMNS)].rename(columns=COLUMNS)
    given = given.drop(columns=[name for name in given if name in table])
    return pd.concat([table[told], given, table.drop(columns=told)], axis=1)


def by_name(run: Run) -> tuple[list[str], NDArray[np.int32]]:
    """The names of a run's labelling, and the number of each image's, -1 for none."""
    found = labelled(run)
    if found is None or not found["named"].any():
        raise BadInputError(
            f"No image of {run.path} has a name yet; give names with `inkcluster label {run.path}`."
        )
    names = sorted(set(found["named"]) - {""}, key=_in_order)
    number = {name: i for i, name in enumerate(names)} | {"": -1}
    return names, found["named"].map(number).to_numpy(np.int32)


def export_idx(run: Run, out: Path) -> None:
    """Write the number of each image's name as MNIST's labels are written, and which number is which name."""
    names, codes = by_name(run)
    own = all(name.isascii() and name.isdigit() and str(int(name)) == name for name in names)
    numbers = [int(name) for name in names] if own else list(range(len(names)))
    if max(numbers) >= UNNAMED:
        if len(names) > UNNAMED:
            raise BadInputError(
                f"{out} holds at most {UNNAMED} names, and there are {len(names):,}; use a .csv file."
            )
        own, numbers = False, list(range(len(names)))
    values = np.array([*numbers, UNNAMED], np.uint8)[codes]
    content = _IDX_BYTES + struct.pack(">I", len(values)) + values.tobytes()
    lines = [f"{number}\t{name}\n" for number, name in zip(numbers, names, strict=True)]
    missing = int(np.count_nonzero(codes < 0))
    if missing:
        lines.append(f"{UNNAMED}\t(without a name)\n")
    told = out.with_name(out.name + ".txt")
    check_labels(out, told)
    with atomic_file(output_file(told)) as stream:
        stream.write("".join(lines).encode())
    with atomic_file(output_file(out)) as stream:
        zipped = out.suffix.lower() == ".gz"
        stream.write(gzip.compress(content, mtime=0) if zipped else content)
    how = "each name is its number" if own else "names are numbered in the order of the alphabet"
    without = f", {several(missing, 'image')} without a name as {UNNAMED}" if missing else ""
    typer.echo(
        one_line(f"wrote {out}: {several(len(values), 'label')}; {how}{without}; {told} lists them")
    )


def export_log(run: Run, out: Path) -> None:
    """Write every action of the run's labelling as a line of JSON."""
    from inkcluster.label import Labelling
    from inkcluster.label.history import undone
    from inkcluster.label.kept import FOLDER, LOG

    if not (run.path / FOLDER / LOG).exists():
        raise BadInputError(
            f"{run.path} has no labelling yet; begin one with `inkcluster label {run.path}`."
        )
    with closing(Labelling(run)) as labelling:
        events = labelling.events
    gone = undone(events)
    check_log(out, KEYS)
    with atomic_file(output_file(out)) as stream:
        for event in events:
            line = json.dumps(_values(event, undone=event.seq in gone), ensure_ascii=False)
            stream.write(line.encode() + b"\n")
    typer.echo(one_line(f"wrote {out}: {several(len(events), 'action')}"))


def _values(event: Event, *, undone: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "seq": event.seq, "id": event.id, "at": event.at, "who": event.who, "kind": event.kind,
        **{"body": event.body, "undone": undone},
    }  # fmt: skip
    for key in ("rows", "codes"):
        values = getattr(event, key)
        if values is not None:
            found[key] = values.tolist()
    return found


def _in_order(name: str) -> tuple[bool, int, str]:
    """Numbers by their value, then the other names by the alphabet."""
    is_number = name.isascii() and name.isdigit() and len(name) < 10
    return not is_number, int(name) if is_number else 0, name
