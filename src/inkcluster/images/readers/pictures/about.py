"""Finds the labels of pictures in their folders' names, and says what was found beside the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import check_length, numbers_if_all_are
from inkcluster.images.readers.pictures.collecting import MAX_NAMED_PICTURES
from inkcluster.images.readers.pictures.kinds import FORMAT_WORDS, counted
from inkcluster.images.readers.pictures.levels import labelling
from inkcluster.images.readers.pictures.roles import may_name_classes
from inkcluster.words import listed, sentence

_TABLES = (".csv", ".tsv", ".txt")
_SAY_LABELS = ("label", "class", "target", "truth", "annot")


def labelled(
    paths: Sequence[PurePosixPath], level: tuple[int, ...] | None, where: str
) -> tuple[NDArray[Any] | None, str, list[int] | None, list[str]]:
    """The labels by folders, and which; pictures without one are left out where others have one.

    The positions of those that are kept come third, or None for all of them; then what to say.
    """
    result = labelling(paths, level, where)
    if not result.levels:
        return None, "", None, list(result.notices)
    labels_from = "the folders' names"
    if any(len(folder) > 1 for folder in result.of):
        which = "level" if len(result.levels) == 1 else "levels"
        labels_from += f" at {which} {listed(result.levels)}"
    each = [result.of[path.parent.parts] for path in paths]
    known = [label for label in each if label is not None]
    check_length(known, where)
    kept = None
    if len(known) < len(each):
        kept = [i for i, label in enumerate(each) if label is not None]
    return numbers_if_all_are(np.array(known)), labels_from, kept, list(result.notices)


def no_pictures(
    where: str, others: list[tuple[PurePosixPath, str | None]], said: Sequence[str]
) -> BadInputError:
    """The sentence for a folder or archive without pictures, which names what it holds."""
    hint = ""
    if others:
        named = ", ".join(one_line(str(path), 40) for path, _ in others[:MAX_NAMED_PICTURES])
        kinds = [kind for _, kind in others]
        hint = f"; it holds {counted(kinds) if any(kinds) else named}"
        if "Python pickle" in kinds:
            hint += (
                "; a pickle can run any code when it is read, so save the arrays as .npz instead"
            )
    return BadInputError(" ".join([f"{where} holds no pictures ({FORMAT_WORDS}){hint}.", *said]))


def about_others(others: list[tuple[PurePosixPath, str | None]]) -> Iterator[str]:
    """What to say of the files that are no pictures."""
    kinds = [kind for _, kind in others]
    verb = "was" if len(kinds) == 1 else "were"
    if any(kinds):
        yield f"{sentence(counted(kinds))} {verb} left out; these are not read."
    elif len(kinds) == 1:
        yield "1 file that is not a picture was left out."
    elif kinds:
        yield f"{len(kinds):,} files that are not pictures were left out."


def about_labels(
    pictures: Sequence[PurePosixPath], others: Sequence[PurePosixPath]
) -> Iterator[str]:
    """Where the labels may be: in a table beside the pictures, or in the pictures' own names."""
    tables = [path for path in others if path.suffix.lower() in _TABLES]
    named = [path for path in tables if any(word in path.stem.lower() for word in _SAY_LABELS)]
    found = named or [path for path in tables if path.suffix.lower() != ".txt"]
    if found:
        where = one_line(str(found[0]), 60)
        yield f"The pictures have no labels; if they are in {where}, give it with --labels FILE."
    elif may_name_classes([path.stem for path in pictures]):
        yield (
            f"The pictures have no labels; if their names hold them ({one_line(pictures[0].name, 40)}), "
            "write them to a file for --labels FILE."
        )
