"""Tells what a file or folder is from its content rather than from its name."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from inkcluster.errors import BadInputError
from inkcluster.files import holds_gathered, holds_run
from inkcluster.images.named import NAMED
from inkcluster.images.readers.arrays.hdf5 import is_hdf5
from inkcluster.images.readers.guard import head, os_error, reading, regular_file
from inkcluster.images.readers.idx import image_files, is_idx
from inkcluster.images.readers.naming import names_labels
from inkcluster.images.readers.packed import packed_head, packing
from inkcluster.images.readers.pictures.archive import is_hidden, is_tar
from inkcluster.images.readers.pictures.kinds import (
    ENDINGS,
    HEAD_BYTES,
    other_kind,
    picture_format,
    with_article,
)
from inkcluster.images.readers.texts.kinds import SNIFFED_BYTES, text_kind

ARROW = (b"PAR1", b"PARE", b"ARROW1", b"FEA1", b"\xff\xff\xff\xff")
"""Parquet, Parquet with an encrypted footer, Arrow's files, Feather of version 1, Arrow's streams."""
DATA_ENDINGS = (".npy", ".npz", ".mat", ".h5", ".hdf5", ".parquet", ".pq", ".arrow", ".feather", ".csv",
                ".tsv", ".arff", ".jsonl", ".ndjson", ".libsvm", ".svm", ".tra", ".tes", ".data",
                ".train", ".test")  # fmt: skip
_CONTAINERS = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Office document",
    b"SQLite format 3\0": "database",
    b"7z\xbc\xaf\x27\x1c": "7z archive",
    b"Rar!\x1a\x07": "RAR archive",
    b"\x28\xb5\x2f\xfd": "Zstandard file",
}
"""What files begin with that hold tables or files, but cannot be read here."""
MAX_STRAY_PICTURES = 3
"""Data files beside more pictures are not what the folder or archive is about."""
_PACKED = (".gz", ".bz2", ".xz")
_TEXTS = ("csv", "arff", "libsvm", "json")
_BESIDE_DATA = ("submission", "classmap", "class_map", "mapping")
"""What a competition wants back, and what the numbers of the classes mean."""
EXPORT = "save or export it as PNG"
WHAT_TO_DO = {
    "Office document": "export its table as CSV",
    "database": "export its table as CSV",
    "7z archive": "unpack it first",
    "RAR archive": "unpack it first",
    "Zstandard file": "unpack it first",
    "video": "save the frames that matter as PNG",
    "web page": "download the file that it leads to",
    "Git LFS pointer": "fetch the file itself by git lfs pull",
}


def kind_of(path: Path) -> str:
    """What the file or folder is: a key of `inkcluster.images.formats.FORMATS`."""
    try:
        is_folder = path.is_dir()
        exists = is_folder or path.exists()
    except (OSError, ValueError) as error:
        problem = error if isinstance(error, OSError) else OSError(0, str(error))
        raise os_error(path, problem) from error
    if is_folder:
        with reading(path, "a folder"):
            if image_files(path):
                return "idx folder"
            return "data folder" if data_files(path) else "folder"
    if not exists:
        named = str(path).lower()
        hint = (
            f"the named set is written {named!r}"
            if named in NAMED
            else (f"check the path, or use a named set: {', '.join(NAMED)}")
        )
        raise BadInputError(f"{path} does not exist; {hint}.")
    regular_file(path)
    start = packed_head(path, SNIFFED_BYTES)
    packed = packing(path)
    if packed is None:
        return _by_content(start, path)
    if not start:
        raise BadInputError(f"{path} is a damaged {packed} file; fetch or copy it again.")
    kind = _by_content(start, path)
    if kind in ("zip", "npz"):
        raise BadInputError(f"{path} is an archive packed by {packed}; unpack it first.")
    return kind if kind in ("tar", "idx", *_TEXTS) else "packed"


def data_files(folder: Path) -> dict[Path, str]:
    """The data files in `folder` and below it with their kinds, in the order of their paths.

    Files count by their ending, labels in ``.txt`` by their name; of a plain and a packed twin only
    the first counts. There are none where there are more than :data:`MAX_STRAY_PICTURES` pictures,
    or where text alone lies beside pictures.

    Raises
    ------
    BadInputError
        If a file that is called data is none.
    """
    pictures = 0
    found: dict[str, tuple[Path, str]] = {}
    for path in walked(folder):
        is_picture = is_picture_name(path) or (not path.suffix and _is_picture(path))
        if not is_picture and says_data([path]):
            plain = str(path).removesuffix(path.suffix if path.suffix in _PACKED else "")
            kind = found[plain][1] if plain in found else kind_of(path)
            is_picture = kind == "picture"
            if not is_picture:
                found.setdefault(plain, (path, kind))
        pictures += is_picture
        if pictures > MAX_STRAY_PICTURES:
            return {}
    if pictures and all(kind in _TEXTS for _, kind in found.values()):
        return {}
    return dict(found.values())


def says_data(names: Iterable[PurePath]) -> bool:
    """Whether files of these names may hold data, and not more than a few of them are pictures."""
    pictures, data = 0, False
    for name in names:
        pictures += is_picture_name(name)
        if pictures > MAX_STRAY_PICTURES:
            return False
        plain = name.with_suffix("") if name.suffix.lower() in _PACKED else name
        ending = plain.suffix.lower()
        is_labels = ending == ".txt" and names_labels(plain.stem)
        if not any(word in plain.stem.lower() for word in _BESIDE_DATA):
            data = data or ending in DATA_ENDINGS or is_labels or _says_idx(plain)
    return data


def is_picture_name(name: PurePath) -> bool:
    """Whether a file is called a picture."""
    return name.suffix.lower() in ENDINGS


def _is_picture(path: Path) -> bool:
    return path.is_file() and picture_format(head(path, HEAD_BYTES)) is not None


def walked(folder: Path) -> Iterator[Path]:
    """The files in `folder` and below it that are not hidden, in the order of their paths.

    Folders of studies and of gathered images are left out.
    """
    for root, folders, files in os.walk(folder):
        if holds_run(Path(root)) or holds_gathered(Path(root)):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        yield from (Path(root) / name for name in sorted(files) if not is_hidden(name))


def _by_content(start: bytes, path: Path) -> str:
    """The kind by magic number, which version 4 of .mat lacks, or else by what the text is."""
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(path)
    if is_tar(start):
        return "tar"
    signs = {
        "npy": start[:6] == b"\x93NUMPY",
        "arrow": start.startswith(ARROW),
        "mat": is_hdf5(start) or start[:6] == b"MATLAB",
        "idx": is_idx(start),
        "picture": picture_format(start) is not None,
        "other": other_kind(start) is not None,
    }
    kind = next((kind for kind, seen in signs.items() if seen), None) or text_kind(start)
    if kind is None and path.suffix.lower() == ".mat":
        return "mat"
    if kind in (None, "other") or (kind == "csv" and _says_idx(path)):
        raise _unknown(start, path)
    return kind


def _pickle(path: Path) -> BadInputError:
    return BadInputError(
        f"{path} is a Python pickle, which can run any code when it is read and never is; "
        "save the arrays as .npz instead."
    )


def _not_read(path: Path, known: str) -> BadInputError:
    return BadInputError(
        f"{path} is {with_article(known)}, which is not read; {WHAT_TO_DO.get(known, EXPORT)}."
    )


def _unknown(start: bytes, path: Path) -> BadInputError:
    if start[:1] == b"\x80" and start[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return _pickle(path)
    known = other_kind(start) or next(
        (w for s, w in _CONTAINERS.items() if start.startswith(s)), None
    )
    if known is not None:
        return _not_read(path, known)
    if _says_idx(path):
        return BadInputError(
            f"{path} is not an IDX file: it begins with {start[:4].hex(' ')} instead of 00 00, a "
            "type and a number of axes."
        )
    return BadInputError(
        f"{path} is none of the formats that can be read (.mat, IDX, .npy, .npz, CSV, Parquet, "
        f"a folder or zip of pictures): it begins with {start[:8].hex(' ')}."
    )


def _says_idx(path: PurePath) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(("ubyte", ".idx")) or "idx1" in name or "idx3" in name


def _zip_kind(path: Path) -> str:
    with reading(path, "a zip archive"), zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= set(names):
        raise _not_read(path, "Office document")
    if any(name.count("/") == 1 and name.endswith("/data.pkl") for name in names):  # PyTorch's
        raise _pickle(path)
    is_npz = bool(names) and all(name.endswith(".npy") for name in names)
    return "npz" if is_npz and not any(is_hidden(PurePath(name).name) for name in names) else "zip"
