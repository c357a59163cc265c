"""The table of formats: who reads each, what is found in it, and how to say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One kind of file or folder.

    Parameters
    ----------
    reader : str
        Module and function in :mod:`inkcluster.images.readers`, as ``"idx.read_idx"``.
    title, found, otherwise : str
        The row of the table in the documentation: the format, what is found in it, and the options
        that decide otherwise. A format without a title shares the row before it.
    has_columns : bool
        Whether it may have columns or arrays, one of which ``--labels`` may name.
    has_folders : bool
        Whether it may be pictures in folders, so that ``--label-level`` applies.
    """

    reader: str
    title: str = ""
    found: str = ""
    otherwise: str = ""
    has_columns: bool = False
    has_folders: bool = False


FORMATS = {
    "mat": Format(
        "arrays.mat.read_mat",
        "`.mat` (MATLAB 4 to 7.3) and HDF5",
        "The largest array is the images, in either orientation; labels are found by length and "
        "name. Structs, cells, sparse matrices and groups too.",
        "`--labels NAME`, `--shape HxW`",
        has_columns=True,
    ),
    "npz": Format(
        "arrays.npy.read_npz",
        "`.npz`",
        "The same. Parts (`x_train`, `x_test`, …) and arrays of a class each (`digit0`, `digit1`, …) "
        "are joined; the labels of `…imgs.npz` may lie in `…labels.npz` beside it.",
        "`--labels NAME`, `--shape HxW`",
        has_columns=True,
    ),
    "npy": Format(
        "arrays.npy.read_npy",
        "`.npy`",
        "One array, with or without a label column.",
        "`--labels NUMBER` or `FILE`, `--shape HxW`",
        has_columns=True,
    ),
    "idx": Format(
        "idx.read_idx",
        "IDX, such as `train-images-idx3-ubyte.gz`",
        "The images; the label file beside it is found by its name.",
        "`--labels FILE`",
    ),
    "idx folder": Format(
        "idx.read_idx_folder",
        "a folder of IDX files",
        "All of them as one set, the training images first.",
        "name one file, `--labels FILE`",
    ),
    "csv": Format(
        "texts.text.read_csv",
        "CSV and other tables of text",
        "A row for each image, separated by commas, semicolons, tabs, bars or spaces, with a header "
        "or without, in UTF-8 or UTF-16; or a column with all of an image's values.",
        "`--labels NAME` or `NUMBER`, `--shape HxW`",
        has_columns=True,
    ),
    "arff": Format(
        "texts.arff.read_arff",
        "ARFF",
        "A row for each image, dense or sparse.",
        "`--labels NAME`, `--shape HxW`",
        has_columns=True,
    ),
    "libsvm": Format(
        "texts.libsvm.read_libsvm",
        "libsvm",
        "A line for each image; the square that fits best is assumed.",
        "`--shape HxW`, `--labels FILE`",
    ),
    "json": Format(
        "texts.jsonlines.read_json",
        "JSON and JSON lines",
        "An object for each image, whose list of numbers is the image, flat or nested; or one object "
        "of arrays, as `.npz`.",
        "`--labels NAME`, `--shape HxW`",
        has_columns=True,
    ),
    "arrow": Format(
        "tables.arrow.read_arrow",
        "Parquet, Arrow, Feather",
        "A row for each image: a column of pictures (bytes, or structs of `bytes` and `path` as "
        "Hugging Face writes them), of lists or of tensors, or a column for each pixel. Class names "
        "that Hugging Face wrote become the labels, paths the images' names.",
        "`--labels NAME`, `--shape HxW`",
        has_columns=True,
    ),
    "folder": Format(
        "pictures.folder.read_folder",
        "a folder of pictures",
        "PNG, JPEG, GIF, BMP, TIFF, WebP, PGM, PPM and JPEG 2000, known by their content, at any "
        "depth. A page of a TIFF is an image. Folders are labels.",
        "`--label-level N`, `--labels FILE`, `--shape HxW`",
        has_folders=True,
    ),
    "picture": Format(
        "pictures.single.read_picture",
        "one picture",
        "The pages of a TIFF, the frames of an animation, or the tiles of a sheet, row by row.",
        "`--shape HxW` (of a tile), `--labels FILE`",
    ),
    "data folder": Format(
        "datafolder.read_data_folder",
        "a folder of data files",
        "One file as it is; several as one set if their names say so: parts (`train.csv`, "
        "`test.csv`, `train-00000-of-00003.parquet`), numbers (`batch_1.mat`, …), a class each "
        "(`digit0.npy`, …), images beside their labels (`X_train.npy`, `y_train.npy`). A part without "
        "labels is left out where others have them.",
        "name one file, `--labels NAME` or `FILE`",
        has_columns=True,
    ),
    "zip": Format(
        "archives.read_archive",
        "a `.zip` or a tar (plain, `.gz`, `.bz2`, `.xz`)",
        "As the folder that it holds: pictures, or data files.",
        "as for folders",
        has_columns=True,
        has_folders=True,
    ),
    "tar": Format("archives.read_archive", has_columns=True, has_folders=True),
    "packed": Format(
        "archives.read_packed",
        "any file above packed by gzip, bzip2 or xz",
        "As the file that it holds.",
        "as for the file",
        has_columns=True,
    ),
}
"""By the kinds that :func:`inkcluster.images.sniffing.kind_of` tells."""


def rows() -> Iterator[str]:
    """The lines of the documentation's table, in Markdown."""
    yield "| format | what is found | how to say otherwise |"
    yield "|---|---|---|"
    for row in FORMATS.values():
        if row.title:
            yield f"| {row.title} | {row.found} | {row.otherwise} |"
