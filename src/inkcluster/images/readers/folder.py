"""Folders and zip archives of pictures; subfolders are labels."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_set
from inkcluster.images.describing import one_line
from inkcluster.images.imageset import ImageSet
from inkcluster.images.labelling import numbers_if_all_are
from inkcluster.images.readers.guard import (
    UNPACK_LIMIT,
    check_unpacked,
    reading,
    regular_file,
    size,
    title_of,
)
from inkcluster.images.readers.pictures import ENDINGS, PictureError, decode, unify
from inkcluster.progress import SILENT, Progress

_SHOWN = 3
_CANNOT_OPEN = (
    OSError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)

Item = tuple[PurePosixPath, Callable[[], IO[bytes]]]


def read_folder(
    folder: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read the pictures in `folder` and below it, in the order of their paths.

    Parameters
    ----------
    folder : Path
        PNG, JPEG, GIF, BMP, TIFF and WebP are read; hidden files and other kinds are left out.
    labels : array-like, optional
        One for each picture read; by default the name of the folder that a picture lies in, if
        all lie in subfolders and there are at least two of these. Names that are whole numbers
        throughout become numbers.
    shape : (int, int), optional
        The size to give them; by default the commonest, see
        :func:`~inkcluster.images.readers.pictures.unify`.
    name, progress
        As for :func:`inkcluster.images.load`.

    Returns
    -------
    ImageSet
        Pictures that cannot be read are skipped, counted and named in its notices.

    Raises
    ------
    BadInputError
        If there is no picture, or none can be read.
    """
    with reading(folder, "a folder"):
        paths = sorted(_walk(folder))
    wanted = [p for p in paths if p.suffix.lower() in ENDINGS]
    if not wanted:
        hint = ""
        if paths:
            shown = ", ".join(str(p.relative_to(folder)) for p in paths[:_SHOWN])
            hint = f"; it holds {shown}{' and others' if len(paths) > _SHOWN else ''}"
        raise BadInputError(f"{folder} holds no pictures ({', '.join(ENDINGS)}){hint}.")
    items: list[Item] = [
        (PurePosixPath(p.relative_to(folder).as_posix()), _opener(p)) for p in wanted
    ]
    where, title = str(folder), name or folder.resolve().name
    return _read(
        items,
        others=len(paths) - len(wanted),
        where=where,
        name=title,
        labels=labels,
        shape=shape,
        progress=progress,
    )


def read_zip(
    path: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read the pictures in a zip archive as :func:`read_folder` does; nothing is unpacked to disk.

    Raises
    ------
    BadInputError
        Also if a name leads out of the archive, if it holds links or encrypted files, or if it
        would unpack to more than 4 GiB, or to more than 200 times its size (beyond 16 MiB).
    """
    packed = regular_file(path)
    with reading(path, "a zip archive"), zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        for info in infos:
            _refuse_hostile(info, path)
        check_unpacked(path, sum(info.file_size for info in infos), packed)
        visible = [info for info in infos if not _is_hidden(PurePosixPath(info.filename))]
        wanted = [i for i in visible if PurePosixPath(i.filename).suffix.lower() in ENDINGS]
        if not wanted:
            raise BadInputError(f"{path} holds no pictures ({', '.join(ENDINGS)}).")
        wanted.sort(key=lambda info: info.filename)
        items: list[Item] = [
            (PurePosixPath(info.filename), _zip_opener(archive, info)) for info in wanted
        ]
        return _read(
            items,
            others=len(visible) - len(wanted),
            where=str(path),
            name=name or title_of(path),
            labels=labels,
            shape=shape,
            progress=progress,
        )


def _read(
    items: list[Item],
    *,
    others: int,
    where: str,
    name: str,
    labels: Any,
    shape: tuple[int, int] | None,
    progress: Progress,
) -> ImageSet:
    pictures: list[NDArray[np.uint8]] = []
    kept: list[PurePosixPath] = []
    broken: list[str] = []
    coloured = held = 0
    with progress.task(f"reading {name}", len(items)) as advance:
        for path, open_it in items:
            try:
                with open_it() as stream:
                    picture, had_colour = decode(stream)
            except (PictureError, *_CANNOT_OPEN) as error:
                broken.append(f"{one_line(str(path), 60)} ({one_line(str(error), 60)})")
            else:
                pictures.append(picture)
                kept.append(path)
                coloured += had_colour
                held += picture.nbytes
                if held > UNPACK_LIMIT:
                    raise BadInputError(
                        f"{where}: the pictures hold more than {size(UNPACK_LIMIT)} of pixels; "
                        "make them smaller or fewer."
                    )
            advance(1)
    if not pictures:
        raise BadInputError(f"{where}: no picture can be read; the first is {broken[0]}.")
    _check_unified(pictures, shape, where)
    pixels, resized = unify(pictures, shape)
    if labels is None:
        labels = _labels(kept)
    notices = [
        *_skipped(broken, len(items), others),
        *_changed(coloured, resized, pixels),
    ]
    return image_set(pixels, labels, where=where, name=name, notices=notices)


def _check_unified(
    pictures: list[NDArray[np.uint8]], shape: tuple[int, int] | None, where: str
) -> None:
    h, w = shape or max((p.shape for p in pictures), key=lambda s: s[0] * s[1])
    if h < 1 or w < 1:
        raise BadInputError(f"{where}: pictures cannot be given the size {h} × {w}.")
    if len(pictures) * h * w > UNPACK_LIMIT and len({p.shape for p in pictures}) > 1:
        raise BadInputError(
            f"{where}: {len(pictures):,} pictures of {h} × {w} would take "
            f"{size(len(pictures) * h * w)}; give a smaller size, as in shape=(28, 28)."
        )


def _labels(paths: list[PurePosixPath]) -> NDArray[Any] | None:
    folders = [path.parent.name for path in paths]
    if "" in folders or len({path.parent for path in paths}) < 2:
        return None
    return numbers_if_all_are(np.array(folders, dtype=np.str_))


def _skipped(broken: list[str], total: int, others: int) -> Iterator[str]:
    if broken:
        more = f" and {len(broken) - _SHOWN:,} more" if len(broken) > _SHOWN else ""
        yield (
            f"{len(broken):,} of {total:,} pictures could not be read and "
            f"{'was' if len(broken) == 1 else 'were'} skipped: {', '.join(broken[:_SHOWN])}{more}."
        )
    if others:
        yield f"{others:,} file{' is' if others == 1 else 's are'} no picture and left out."


def _changed(coloured: int, resized: int, pixels: NDArray[Any]) -> Iterator[str]:
    if coloured:
        yield f"Colour was turned into grey in {coloured:,} picture{'' if coloured == 1 else 's'}."
    if resized:
        _, h, w = pixels.shape
        yield (
            f"{resized:,} of {len(pixels):,} pictures had another size and were fitted into "
            f"{h} × {w}, proportions kept."
        )


def _walk(folder: Path) -> Iterator[Path]:
    def stop(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(folder, onerror=stop):
        folders[:] = [f for f in folders if not f.startswith((".", "__MACOSX"))]
        for file in files:
            path = Path(root) / file
            if not file.startswith(".") and path.is_file():
                yield path


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: io.BytesIO(archive.read(info))


def _is_hidden(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _refuse_hostile(info: zipfile.ZipInfo, path: Path) -> None:
    # ZipInfo cuts a name at a NUL and turns the system's separator into "/": ask the original too
    for text in (info.filename, info.orig_filename):
        steps = text.replace("\\", "/").split("/")
        if ".." in steps or text.startswith(("/", "\\")) or text[1:2] == ":":
            raise BadInputError(
                f"{path} holds the name {one_line(text, 60)!r}, which leads out of the archive; "
                "it is not read."
            )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadInputError(
            f"{path} holds a symbolic link ({one_line(info.filename, 60)!r}); it is not read."
        )
    if info.flag_bits & 1:
        raise BadInputError(f"{path} is encrypted; unpack it first.")
