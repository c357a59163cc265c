"""Runs ``inkcluster export``: a run's table as a file, or its images in a folder for each group."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray

from inkcluster.cli import exporting_names as names
from inkcluster.cli.guard import one_line
from inkcluster.cli.replacing import check_table
from inkcluster.cli.studying import gathering
from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.files import atomic_file, atomic_folder, is_folder, open_file, output_file
from inkcluster.progress import current
from inkcluster.words import listed, several

if TYPE_CHECKING:
    from inkcluster.cli.parse import Read
    from inkcluster.images import ImageSet
    from inkcluster.study.run.run import Run

NOISE, OUTSIDE = "in no group", "not in the sample"
"""Folders of images without a group, and of those that were not clustered."""
UNNAMED = "without a name"
MAX_NAME_BYTES = 120
DARK = 128
"""Images none of whose pixels reaches this are brightened, or nothing would be seen."""
_UNSAFE = re.compile(r"[^\w .,()+=@-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """The data that was studied: what a person called it, and its images."""

    given: str
    images: ImageSet


def export_and_say(
    folder: Path, out: Path, *, by: str | None, read: Read, whole: bool = False
) -> None:
    """Write the run in `folder` to `out`, a table or a folder by its ending, and say what it holds.

    `whole`: of a very large set all images, not only those that were studied.
    """
    from inkcluster.study.run.run import Run

    run, given = Run.open(folder), read.keywords["source"]
    tables: dict[Callable[[Path], bool], Callable[[Run, Path], None]] = {
        is_table: partial(export_table, whole=whole),
        names.is_idx: names.export_idx,
        names.is_log: names.export_log,
    }
    if whole and not is_table(out):
        raise BadInputError(f"--all writes a table; name a .csv or .parquet file instead of {out}.")
    for fits, write in tables.items():
        if not fits(out):
            continue
        more = [("--by", by), ("--data", given), *((one, one) for one in read.keywords["options"])]
        if asked := [option for option, value in more if value is not None]:
            raise BadInputError(
                f"{out} is a file with all of the run's images; give {listed(asked)} only for a folder of "
                "images."
            )
        _check_parent(out)
        try:
            write(run, out)
        except OSError as error:
            if isinstance(error, RunFolderError):
                raise
            raise _unwritable(out, error) from error
        return
    if given is None and Path(run.data.source).exists():
        given = run.data.source
    if given is None:
        ending = f" ({out.suffix} is no ending of a table)" if out.suffix else ""
        raise BadInputError(
            f"{folder} holds no images at full size, and its data ({run.data.name} from {run.data.source or 'a file'}) are not "
            "here; "
            f"add --data DATA to copy them into {out}, or name a .csv, .parquet, -idx1-ubyte or .jsonl file{ending}."
        )
    images = read(source=given, gather_by_default=gathering(run.path))
    export_folder(run, out, by, Source(given, images))


def export_table(run: Run, out: Path, *, whole: bool = False) -> None:
    """Write a row for each image as CSV or Parquet, and say what it holds."""
    from inkcluster.report.tables import without_formulas
    from inkcluster.study.run.frame import placed_frame

    _groups(run, None)  # refuses a run without any
    frame = placed_frame(run) if whole else run.frame()
    if not whole and (given := names.labelled(run)) is not None:
        frame = names.beside(frame, given)
    check_table(out, frame.columns)
    shown, guarded = frame, 0
    if out.suffix.lower() == ".csv":
        shown, guarded = without_formulas(frame)
    with atomic_file(output_file(out)) as stream:
        if out.suffix.lower() == ".csv":
            stream.write(shown.to_csv(index=False).encode("utf-8", "replace"))
        else:
            stream.write(shown.to_parquet(index=False))
    columns = listed((str(name) for name in frame.columns), 12)
    typer.echo(one_line(f"wrote {out}: {several(len(frame), 'row')} with {columns}"))
    if run.data.of_n and not whole:
        typer.echo(
            f"these are the images studied; --all writes a row for each of the {run.data.of_n:,}"
        )
    if guarded:
        cells = several(guarded, "cell begins", "cells begin")
        typer.echo(
            f"{cells} like a formula and got an apostrophe in front, so that no spreadsheet computes "
            f"{'it' if guarded == 1 else 'them'}; Parquet has the text as it is."
        )


def export_folder(run: Run, out: Path, by: str | None, source: Source) -> None:
    """Copy the images into `out`, a sub-folder for each group of the clustering `by`."""
    from inkcluster.study.run.drawn import studied

    name, groups, titles = _groups(run, by)
    images = studied(run, source.images, source.given)
    _check_parent(out)
    if out.is_symlink() or (out.exists() and (not is_folder(out) or any(out.iterdir()))):
        raise BadInputError(
            f"{out} exists and is no empty folder; choose a new one for the images."
        )
    try:
        with atomic_folder(out) as folder:
            copied = _copy(images, Path(source.given), groups, titles, folder)
    except OSError as error:
        raise _unwritable(out, error) from error
    written = len(images) - copied
    how = [
        several(copied, "file copied as it is", "files copied as they are") if copied else "",
        several(written, "grey PNG", "grey PNGs") + _brightened(images) if written else "",
    ]
    within = f"{several(len(np.unique(groups)), 'folder')} by {name}"
    typer.echo(one_line(f"wrote {out}: {within}, {listed(filter(None, how))}"))


def is_table(out: Path) -> bool:
    """Whether the ending asks for a table.

    Examples
    --------
    >>> is_table(Path("labels.CSV")), is_table(Path("labels.parquet")), is_table(Path("groups"))
    (True, True, False)
    """
    return out.suffix.lower() in (".csv", ".parquet", ".pq")


def safe_name(name: str) -> str:
    """A name for a file without its ending, made of any text: no path, no control characters.

    Examples
    --------
    >>> safe_name("../a/b.png"), safe_name("con"), safe_name("..."), safe_name("Zoë 3")
    ('_a_b.png', '_con', 'image', 'Zoë 3')
    """
    kept = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(". ")
    kept = kept.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip(". ") or "image"
    return f"_{kept}" if _RESERVED.match(kept) else kept


def _groups(run: Run, by: str | None) -> tuple[str, NDArray[np.int32], dict[int, str]]:
    """The clustering called `by`, or the first, the group of each image, and what its folder is called."""
    from inkcluster.study.run.frame import each

    there = []
    for name, _, _, labels in each(run):
        if by is None or name == by:
            wide = len(str(max(int(labels.max()), 0)))
            titles = {g: f"group {g:0{wide}}" for g in np.unique(labels).tolist()}
            return name, labels, titles | {-1: NOISE, -2: OUTSIDE}
        there.append(name)
    if by == names.NAMED:
        texts, labels = names.by_name(run)
        taken: set[tuple[int, str]] = {(0, UNNAMED.casefold())}
        named = {i: _free(taken, 0, safe_name(text), "") for i, text in enumerate(texts)}
        return "name", labels, named | {-1: UNNAMED}
    if not there:
        raise BadInputError(f"{run.path} holds no clustering yet; wait for its first answer.")
    raise BadInputError(f"There is no clustering {by!r} in {run.path}; it has {listed(there, 40)}.")


def _copy(
    images: ImageSet, data: Path, groups: NDArray[np.int32], titles: dict[int, str], out: Path
) -> int:
    """Write each image into the folder of its group; how many are files copied as they are."""
    copied = 0
    inner = {g: out / titles[g] for g in np.unique(groups).tolist()}
    for folder in inner.values():
        folder.mkdir()
    taken: set[tuple[int, str]] = set()
    peak = int(images.pixels.max())
    with current().task("copying the images", len(images)) as done:
        for i, (group, name) in enumerate(zip(groups.tolist(), _names(images), strict=True)):
            original = _original(data, name) if images.names is not None else None
            ending = PurePosixPath(name).suffix if original is not None else ".png"
            stem = safe_name(name.removesuffix(ending) if original is not None else _bare(name))
            free = _free(taken, group, stem, ending)
            with (inner[group] / free).open("xb") as stream:
                if original is not None:
                    with original:
                        shutil.copyfileobj(original, stream)
                    copied += 1
                else:
                    stream.write(_png(images.pixels[i], peak))
            done(1)
    return copied


def _free(taken: set[tuple[int, str]], group: int, stem: str, ending: str) -> str:
    """A file name that no image of the group has, also where capitals count as small letters."""
    number, name = 1, f"{stem}{ending}"
    while (group, name.casefold()) in taken:
        number += 1
        name = f"{stem}-{number}{ending}"
    taken.add((group, name.casefold()))
    return name


def _names(images: ImageSet) -> Iterator[str]:
    """The name of each image, or its number in as many digits as the last one has."""
    if images.names is not None:
        yield from (str(name) for name in images.names.tolist())
        return
    wide = len(str(len(images) - 1))
    yield from (f"{i:0{wide}}" for i in range(len(images)))


def _bare(name: str) -> str:
    """A name without the ending of a picture.

    >>> _bare("a/b.jpeg"), _bare("row 1.5")
    ('a/b', 'row 1.5')
    """
    return re.sub(r"\.(png|jpe?g|gif|bmp|tiff?|webp|p[gbpn]m|jp2)$", "", name, flags=re.IGNORECASE)


def _original(data: Path, name: str) -> Any:
    """The open file that an image of a folder was read from; None if there is no such file in it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or not data.is_dir():
        return None
    if not re.fullmatch(r"\.\w{1,8}", path.suffix):
        return None
    try:
        return open_file(data / path, inner=len(path.parts))
    except (OSError, ValueError):
        return None


def _png(pixels: NDArray[np.uint8], peak: int) -> bytes:
    import io

    from PIL import Image

    from inkcluster.shrinking import stretched

    stream = io.BytesIO()
    Image.fromarray(stretched(pixels, peak) if peak < DARK else pixels).save(stream, "PNG")
    return stream.getvalue()


def _brightened(images: ImageSet) -> str:
    peak = int(images.pixels.max())
    return f", their values from 0 to {peak} stretched to 0 to 255" if 0 < peak < DARK else ""


def _check_parent(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        raise BadInputError(
            f"The folder {out.parent} for {out.name} does not exist; create it, or choose another."
        )


def _unwritable(out: Path, error: OSError) -> Exception:
    """A full disk is said by the guard; anything else in one sentence that names `out`."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        error.filename = str(out)
        return error
    return BadInputError(f"{out} cannot be written: {error.strerror or error}.")
