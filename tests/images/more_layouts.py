"""More layouts of the digits; those in `NOT_YET` are read wrongly, or not at all, today."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.images.layouts import GREY, F, Layout, X, Y, _bunch
from tests.images.layouts import layout as register

MORE: list[Layout] = []
layout = partial(register, into=MORE)


def png(path: Path, array: Any, **extra: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **extra)


def png_bytes(array: Any, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(array).save(out, form)
    return out.getvalue()


def idx_bytes(array: np.ndarray) -> bytes:
    code = {"u1": 8, "i4": 12}[array.dtype.str[1:]]
    head = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def text_rows(rows, separator=",") -> str:
    return "".join(separator.join(str(v) for v in row) + "\n" for row in rows)


@layout(labels=Y)
def hdf5_grouped_as_usps(tmp):
    import h5py

    with h5py.File(tmp / "f.h5", "w") as file:
        for part, rows in (("train", slice(0, 400)), ("test", slice(400, 600))):
            file[f"{part}/data"], file[f"{part}/target"] = F[rows] / 16.0, Y[rows]
    return tmp / "f.h5"


# Tables of text


P = F.astype(int) + (np.arange(len(F)) % 12)[:, None]
_SORTED = np.argsort(Y, kind="stable")


@layout(P.reshape(-1, 8, 8), Y, says="label")
def csv_label_last_first_pixel_varies(tmp):
    np.savetxt(tmp / "f.csv", np.column_stack([P, Y]), fmt="%d", delimiter=",")
    return tmp / "f.csv"


@layout(P[_SORTED].reshape(-1, 8, 8), Y[_SORTED], says="label")
def csv_label_last_sorted_by_class(tmp):
    np.savetxt(tmp / "f.csv", np.column_stack([P, Y])[_SORTED], fmt="%d", delimiter=",")
    return tmp / "f.csv"


@layout(P.reshape(-1, 8, 8), Y, says="label")
def csv_label_first(tmp):
    np.savetxt(tmp / "f.csv", np.column_stack([Y, P]), fmt="%d", delimiter=",")
    return tmp / "f.csv"


@layout((230 - P * 6).reshape(-1, 8, 8), Y, says="label")
def csv_label_last_grey_paper(tmp):
    np.savetxt(tmp / "f.csv", np.column_stack([230 - P * 6, Y]), fmt="%d", delimiter=",")
    return tmp / "f.csv"


@layout(refused="--labels")
def csv_either_end_could_be_the_label(tmp):
    rng = np.random.default_rng(0)
    np.savetxt(
        tmp / "f.csv",
        np.column_stack(
            [rng.integers(0, 10, 200), rng.integers(0, 200, (200, 63)), rng.integers(0, 10, 200)]
        ),
        fmt="%d",
        delimiter=",",
    )
    return tmp / "f.csv"


@layout(labels=Y)
def csv_savetxt_without_a_format(tmp):
    np.savetxt(tmp / "f.csv", np.column_stack([Y, F]), delimiter=",")
    return tmp / "f.csv"


@layout(labels=np.array([f"d{k}" for k in Y]))
def csv_space_before_the_label(tmp):
    (tmp / "f.csv").write_text(text_rows([*r, f" d{k}"] for r, k in zip(F, Y, strict=True)))
    return tmp / "f.csv"


_HEAD = [f"pixel{i}" for i in range(64)]


@layout(labels=Y, says="ImageId")
def csv_image_id(tmp):
    (tmp / "f.csv").write_text(
        text_rows(
            [
                ["ImageId", "label", *_HEAD],
                *([i + 1, k, *r] for i, (r, k) in enumerate(zip(F, Y, strict=True))),
            ]
        )
    )
    return tmp / "f.csv"


@layout(labels=Y)
def csv_filename_column(tmp):
    (tmp / "f.csv").write_text(
        text_rows(
            [
                ["filename", *_HEAD, "label"],
                *([f"scan_{i}.png", *r, k] for i, (r, k) in enumerate(zip(F, Y, strict=True))),
            ]
        )
    )
    return tmp / "f.csv"


@layout(labels=Y, says="split")
def csv_split_column(tmp):
    (tmp / "f.csv").write_text(
        text_rows(
            [
                ["split", "label", *_HEAD],
                *(
                    ["test" if i % 5 else "train", k, *r]
                    for i, (r, k) in enumerate(zip(F, Y, strict=True))
                ),
            ]
        )
    )
    return tmp / "f.csv"


@layout(labels=Y)
def csv_trailing_comma(tmp):
    (tmp / "f.csv").write_text(
        "".join(",".join(map(str, [k, *r])) + ",\n" for r, k in zip(F, Y, strict=True))
    )
    return tmp / "f.csv"


@layout(labels=Y)
def csv_semicolons_and_decimal_commas(tmp):
    rows = (
        ";".join([str(k), *(f"{v / 16:.4f}".replace(".", ",") for v in r)])
        for r, k in zip(F, Y, strict=True)
    )
    (tmp / "f.csv").write_text(";".join(["label", *_HEAD]) + "\n" + "\n".join(rows) + "\n")
    return tmp / "f.csv"


@layout(labels=Y)
def csv_utf16(tmp):
    (tmp / "f.csv").write_text(
        text_rows([["label", *_HEAD], *([k, *r] for r, k in zip(F, Y, strict=True))]), "utf-16"
    )
    return tmp / "f.csv"


@layout(labels=Y)
def csv_in_a_zip(tmp):
    with zipfile.ZipFile(tmp / "f.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "f.csv", text_rows([["label", *_HEAD], *([k, *r] for r, k in zip(F, Y, strict=True))])
        )
    return tmp / "f.csv.zip"


@layout(labels=Y)
def text_label_first_as_zip_train(tmp):
    rows = (
        " ".join([f"{k:.4f}", *(f"{v / 8 - 1:.4f}" for v in r)]) + " \n"
        for r, k in zip(F, Y, strict=True)
    )
    (tmp / "zip.train").write_text("".join(rows))
    return tmp / "zip.train"


@layout((X > 7).astype(np.uint8), Y)
def text_one_hot_as_semeion(tmp):
    rows = (
        " ".join([*(f"{float(v > 7):.4f}" for v in r), *(str(int(j == k)) for j in range(10))])
        + " \n"
        for r, k in zip(F, Y, strict=True)
    )
    (tmp / "semeion.data").write_text("".join(rows))
    return tmp / "semeion.data"


@layout(labels=Y)
def text_with_comments(tmp):
    (tmp / "f.tra").write_text(
        "# eight by eight\n% digits\n" + text_rows([*r, k] for r, k in zip(F, Y, strict=True))
    )
    return tmp / "f.tra"


def _arff() -> str:
    lines = [
        "% digits",
        "@relation digits",
        *(f"@attribute p{i} numeric" for i in range(64)),
        "@attribute class {0,1,2,3,4,5,6,7,8,9}",
        "@data",
    ]
    return "\n".join(lines) + "\n" + text_rows([*r, k] for r, k in zip(F, Y, strict=True))


@layout(labels=Y)
def arff(tmp):
    (tmp / "f.arff").write_text(_arff())
    return tmp / "f.arff"


def _svm() -> str:
    return "".join(
        f"{k} " + " ".join(f"{i + 1}:{v}" for i, v in enumerate(r) if v) + "\n"
        for r, k in zip(F, Y, strict=True)
    )


@layout(labels=Y)
def libsvm(tmp):
    (tmp / "usps").write_text(_svm())
    return tmp / "usps"


@layout(labels=Y)
def libsvm_bz2(tmp):
    (tmp / "usps.bz2").write_bytes(bz2.compress(_svm().encode()))
    return tmp / "usps.bz2"


@layout(labels=Y)
def libsvm_xz(tmp):
    (tmp / "usps.xz").write_bytes(lzma.compress(_svm().encode()))
    return tmp / "usps.xz"


@layout(labels=Y)
def json_lines(tmp):
    (tmp / "f.jsonl").write_text(
        "".join(
            json.dumps({"image": a.tolist(), "label": int(k)}) + "\n"
            for a, k in zip(X, Y, strict=True)
        )
    )
    return tmp / "f.jsonl"


@layout(labels=Y)
def json_lines_flat(tmp):
    (tmp / "f.jsonl").write_text(
        "".join(
            json.dumps({"pixels": r.tolist(), "digit": int(k)}) + "\n"
            for r, k in zip(F, Y, strict=True)
        )
    )
    return tmp / "f.jsonl"


# Arrow


def _table(images: str) -> Any:
    import pyarrow as pa

    if images == "struct":
        column = pa.array([{"bytes": png_bytes(a), "path": f"{i}.png"} for i, a in enumerate(GREY)])
    elif images == "bytes":
        column = pa.array([png_bytes(a) for a in GREY])
    elif images == "nested":
        column = pa.array(X.tolist())
    else:
        column = pa.array(F.tolist())
    return pa.table({"image": column, "label": Y})


def _parquet(images: str) -> Callable[[Path], Path]:
    def make(tmp: Path) -> Path:
        import pyarrow.parquet as pq

        pq.write_table(_table(images), tmp / "f.parquet")
        return tmp / "f.parquet"

    make.__name__ = f"parquet_{images}"
    return make


for _kind in ("struct", "bytes", "nested", "lists"):
    layout(labels=Y)(_parquet(_kind))


@layout(labels=Y)
def feather(tmp):
    import pyarrow.feather as pf

    pf.write_feather(_table("struct"), tmp / "f.feather")
    return tmp / "f.feather"


@layout(labels=Y)
def parquet_folder(tmp):
    import pyarrow.parquet as pq

    (tmp / "data").mkdir()
    for i in range(3):
        pq.write_table(
            _table("struct").slice(200 * i, 200), tmp / "data" / f"train-{i:05}-of-00003.parquet"
        )
    return tmp / "data"


# IDX


@layout(labels=Y)
def zip_of_idx(tmp):
    with zipfile.ZipFile(tmp / "f.zip", "w") as archive:
        archive.writestr("raw/train-images-idx3-ubyte", idx_bytes(X))
        archive.writestr("raw/train-labels-idx1-ubyte", idx_bytes(Y.astype("u1")))
    return tmp / "f.zip"


@layout(labels=Y)
def tar_of_idx(tmp):
    with tarfile.open(tmp / "f.tar.gz", "w:gz") as archive:
        for name, content in (
            ("train-images-idx3-ubyte.gz", gzip.compress(idx_bytes(X))),
            ("train-labels-idx1-ubyte.gz", gzip.compress(idx_bytes(Y.astype("u1")))),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return tmp / "f.tar.gz"


@layout(labels=Y)
def idx_labels_as_qmnist(tmp):
    (tmp / "qmnist-test-images-idx3-ubyte").write_bytes(idx_bytes(X))
    extended = np.column_stack(
        [
            Y,
            np.full(len(X), 4),
            np.arange(len(X)) // 40,
            np.arange(len(X)),
            Y + 30,
            np.arange(len(X)),
            np.zeros(len(X)),
            np.zeros(len(X)),
        ]
    ).astype("i4")
    (tmp / "qmnist-test-labels-idx2-int").write_bytes(idx_bytes(extended))
    return tmp / "qmnist-test-images-idx3-ubyte"


# Folders and archives of pictures

G, GY = GREY[:100], Y[:100]


def _by_class(root: Path, rows=range(100), ending=".png", form=None) -> None:
    for i in rows:
        path = root / str(GY[i]) / f"{i:03}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(G[i]).save(path, form)


_ORDER = np.lexsort((np.arange(100), GY))


@layout(G[_ORDER], GY[_ORDER], says="preview.png")
def folder_with_a_preview(tmp):
    _by_class(tmp / "d")
    png(tmp / "d" / "preview.png", G[0])
    return tmp / "d"


@layout(G[_ORDER], GY[_ORDER])
def zip_with_backslashes(tmp):
    with zipfile.ZipFile(tmp / "f.zip", "w") as archive:
        for i in range(100):
            info = zipfile.ZipInfo("x")
            info.filename = f"d\\{GY[i]}\\{i:03}.png"
            archive.writestr(info, png_bytes(G[i]))
    return tmp / "f.zip"


@layout(G[:70][np.lexsort((np.arange(70), GY[:70]))], np.sort(GY[:70]), says="test")
def folder_train_by_class_test_flat(tmp):
    _by_class(tmp / "d" / "train", range(70))
    for i in range(70, 100):
        png(tmp / "d" / "test" / f"{i}.png", G[i])
    return tmp / "d"


_SPLIT = np.concatenate(
    [70 + np.lexsort((np.arange(30), GY[70:])), np.lexsort((np.arange(70), GY[:70]))]
)


@layout(G[_SPLIT], GY[_SPLIT])
def folder_train_and_test_by_class(tmp):
    _by_class(tmp / "d" / "train", range(70))
    _by_class(tmp / "d" / "test", range(70, 100))
    return tmp / "d"


_NIST = np.lexsort((np.arange(100), np.arange(100) % 4, GY))


@layout(G[_NIST], GY[_NIST] + 30)
def folder_class_then_writer(tmp):
    for i in range(100):
        png(tmp / "d" / str(30 + GY[i]) / f"hsf_{i % 4}" / f"{i:03}.png", G[i])
    return tmp / "d"


_ALPHA = np.lexsort((np.arange(100), GY % 5, GY // 5))


@layout(G[_ALPHA], np.array([f"alphabet{k // 5}/character{k % 5:02}" for k in GY[_ALPHA]]))
def folder_two_alphabets(tmp):
    for i in range(100):
        png(tmp / "d" / f"alphabet{GY[i] // 5}" / f"character{GY[i] % 5:02}" / f"{i:03}.png", G[i])
    return tmp / "d"


@layout(G[_ORDER], GY[_ORDER])
def folder_of_links(tmp):
    _by_class(tmp / "d" / ".store")
    for k in range(10):
        (tmp / "d" / str(k)).symlink_to(tmp / "d" / ".store" / str(k), target_is_directory=True)
    return tmp / "d"


@layout(G)
def folder_16_bit_png_with_8_bits(tmp):
    for i in range(100):
        png(tmp / "d" / f"{i:03}.png", G[i].astype(np.uint16))
    return tmp / "d"


@layout(G, says="12")
def folder_16_bit_png_with_12_bits(tmp):
    for i in range(100):
        png(tmp / "d" / f"{i:03}.png", (G[i].astype(np.uint16) * 16 + 15).astype(np.uint16))
    return tmp / "d"


@layout(255 - np.where(G > 0, 255, 0).astype(np.uint8))
def folder_black_ink_on_transparency(tmp):
    for i in range(100):
        rgba = np.zeros((8, 8, 4), np.uint8)
        rgba[..., 3] = np.where(G[i] > 0, 255, 0)
        png(tmp / "d" / f"{i:03}.png", rgba)
    return tmp / "d"


@layout(np.where(G > 0, 255, 0).astype(np.uint8))
def folder_white_ink_on_transparency(tmp):
    for i in range(100):
        rgba = np.full((8, 8, 4), 255, np.uint8)
        rgba[..., 3] = np.where(G[i] > 0, 255, 0)
        png(tmp / "d" / f"{i:03}.png", rgba)
    return tmp / "d"


def _pictures(ending: str, form: str) -> Callable[[Path], Path]:
    def make(tmp: Path) -> Path:
        _by_class(tmp / "d", ending=ending, form=form)
        return tmp / "d"

    make.__name__ = f"folder_of_{form.lower()}{'_without_ending' if not ending else ''}"
    return make


for _ending, _form in ((".pgm", "PPM"), (".jp2", "JPEG2000"), ("", "PNG")):
    layout(G[_ORDER], GY[_ORDER])(_pictures(_ending, _form))


@layout(G)
def tiff_of_many_pages(tmp):
    pages = [Image.fromarray(a) for a in G]
    pages[0].save(tmp / "f.tif", save_all=True, append_images=pages[1:])
    return tmp / "f.tif"


@layout(G[_ORDER], GY[_ORDER])
def tar_of_pictures(tmp):
    _by_class(tmp / "d")
    with tarfile.open(tmp / "f.tar", "w") as archive:
        archive.add(tmp / "d", "d")
    return tmp / "f.tar"


# Labels from a file of their own


def _pictures_and(tmp: Path, text: str) -> Path:
    for i in range(100):
        png(tmp / "d" / f"s{i:03}.png", G[i])
    (tmp / "labels.csv").write_text(text)
    return tmp / "d"


@layout(G, GY, options={"labels": "labels.csv"})
def labels_by_number(tmp):
    return _pictures_and(tmp, text_rows(enumerate(GY)))


@layout(G, GY, options={"labels": "labels.csv"})
def labels_by_file_name_shuffled(tmp):
    order = np.random.default_rng(1).permutation(100)
    return _pictures_and(
        tmp, "filename,label\n" + text_rows((f"s{i:03}.png", GY[i]) for i in order)
    )


# Objects


@layout(labels=Y)
def object_bunch(tmp):
    return type(_bunch)(
        data=F.astype(float), target=Y, images=X.astype(float), target_names=np.arange(10)
    )


@layout(labels=Y)
def object_data_frame(tmp):
    import pandas as pd

    return pd.DataFrame(F, columns=_HEAD).assign(label=Y)


@layout(labels=Y)
def object_torch_like(tmp):
    class Set:
        def __len__(self):
            return len(X)

        def __getitem__(self, i):
            return X[i][None] / np.float32(16), int(Y[i])

    return Set()


@layout(labels=Y)
def object_pair(tmp):
    return X, Y


# Not images


@layout(refused="pickle")
def pickled(tmp):
    import pickle

    (tmp / "f.pkl").write_bytes(pickle.dumps({"X": X}))
    return tmp / "f.pkl"


@layout(refused="SVG")
def svg(tmp):
    (tmp / "f.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    return tmp / "f.svg"


@layout(refused="PDF")
def pdf(tmp):
    (tmp / "f.pdf").write_bytes(b"%PDF-1.4\n")
    return tmp / "f.pdf"


@layout(refused="video")
def video(tmp):
    (tmp / "f.mp4").write_bytes(b"\0\0\0\x20ftypisom" + b"\0" * 64)
    return tmp / "f.mp4"


NOT_YET = {
    "arff",
    "csv_either_end_could_be_the_label",
    "csv_filename_column",
    "csv_image_id",
    "csv_in_a_zip",
    "csv_label_first",
    "csv_label_last_first_pixel_varies",
    "csv_label_last_grey_paper",
    "csv_label_last_sorted_by_class",
    "csv_savetxt_without_a_format",
    "csv_semicolons_and_decimal_commas",
    "csv_space_before_the_label",
    "csv_split_column",
    "csv_trailing_comma",
    "csv_utf16",
    "feather",
    "folder_16_bit_png_with_12_bits",
    "folder_class_then_writer",
    "folder_of_jpeg2000",
    "folder_of_links",
    "folder_of_png_without_ending",
    "folder_of_ppm",
    "folder_train_by_class_test_flat",
    "folder_two_alphabets",
    "folder_white_ink_on_transparency",
    "folder_with_a_preview",
    "hdf5_grouped_as_usps",
    "idx_labels_as_qmnist",
    "json_lines",
    "json_lines_flat",
    "labels_by_file_name_shuffled",
    "labels_by_number",
    "libsvm",
    "libsvm_bz2",
    "libsvm_xz",
    "object_bunch",
    "object_data_frame",
    "object_pair",
    "object_torch_like",
    "parquet_bytes",
    "parquet_folder",
    "parquet_lists",
    "parquet_nested",
    "parquet_struct",
    "svg",
    "tar_of_idx",
    "tar_of_pictures",
    "text_label_first_as_zip_train",
    "text_one_hot_as_semeion",
    "text_with_comments",
    "tiff_of_many_pages",
    "zip_of_idx",
    "zip_with_backslashes",
}
"""Read wrongly, or refused, today. A layout leaves the list in the commit that reads it right."""
