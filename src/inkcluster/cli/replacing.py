"""Refuses to write an export over a file that no export wrote: it may be the data, or somebody's labels."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path

from inkcluster.errors import BadInputError

MAX_LINE = 1 << 22
"""Characters of a first line that are looked at; that of a log holds up to all images of the run."""
COMMON = {"image", "name", "label", "x", "y", "confidence", "named", "who", "when"}
"""Columns that a table of somebody else may well have."""
_NUMBERED = re.compile(r"(\d{1,3}\t[^\n]*\n)+")


def check_table(out: Path, columns: Iterable[str]) -> None:
    """Whether `out` is free, or a table whose first column is `image` and that has another of an export's."""
    from pyarrow import ArrowInvalid, parquet

    if not _there(out):
        return
    try:
        if out.suffix.lower() == ".csv":
            there = next(csv.reader([_first_line(out)]), [])
        else:
            there = parquet.read_schema(out).names
    except (ArrowInvalid, OSError, csv.Error):
        there = []
    if there[:1] != ["image"] or not set(there) & set(columns) - COMMON:
        raise _refused(out)


def check_log(out: Path, keys: Iterable[str]) -> None:
    """Whether `out` is free, or begins with an action that has these keys."""
    if not _there(out):
        return
    try:
        first = json.loads(_first_line(out))
    except (ValueError, RecursionError):
        first = None
    if not isinstance(first, dict) or not set(keys) <= first.keys():
        raise _refused(out)


def check_labels(out: Path, told: Path) -> None:
    """Whether `out` and the list of names `told` beside it are free, or the list is one of an export."""
    if not _there(out) and not _there(told):
        return
    try:
        listed = told.read_bytes()[:MAX_LINE].decode() if told.is_file() else ""
    except (OSError, ValueError):
        listed = ""
    if not _NUMBERED.fullmatch(listed):
        raise _refused(told if _there(told) else out)


def _there(out: Path) -> bool:
    return out.is_file() and out.stat().st_size > 0


def _first_line(out: Path) -> str:
    with out.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        return stream.readline(MAX_LINE)


def _refused(out: Path) -> BadInputError:
    return BadInputError(
        f"{out} exists and was not written by this command; choose another name, or remove it first."
    )
