"""Layouts with something beside the images: an index, a map of classes, previews, links, labels."""

import io
import pickle
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
from tests.images.layouts.base import GREY, F, Layout, X, Y, idx_bytes, png, text_rows
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)
FEW = np.argsort(Y[:60], kind="stable")  # the order of class folders


def _classes(root: Path) -> Path:
    for i in range(60):
        png(root / str(Y[i]) / f"{i:03}.png", GREY[i])
    return root


# Tables


@layout(X[Y % 3 == 0], Y[Y % 3 == 0])
def parquet_of_some_rows(tmp):
    import pandas as pd

    table = pd.DataFrame({**{f"pixel{i}": F[:, i] for i in range(64)}, "label": Y})
    table[Y % 3 == 0].to_parquet(tmp / "f.parquet")  # with the index that remains
    return tmp / "f.parquet"


@layout(labels=Y, says="count from 1")
def libsvm_that_may_count_from_zero(tmp):
    lines = (
        f"{k} " + " ".join(f"{i + 1}:{v}" for i, v in enumerate(row) if v)
        for k, row in zip(Y, F, strict=True)
    )
    (tmp / "f.svm").write_text("\n".join(lines) + "\n")
    return tmp / "f.svm"


FONT = np.column_stack([Y, F[:, 1:]])  # 9 × 7 pixels and the label make 64 columns


@layout(FONT.reshape(-1, 8, 8), says="--labels 0 with --shape HxW takes it for the label")
def csv_square_with_the_label(tmp):
    (tmp / "f.csv").write_text(text_rows(FONT))
    return tmp / "f.csv"


@layout(FONT.reshape(-1, 8, 8), says="--labels 0 with --shape HxW takes it for the label")
def npy_square_with_the_label(tmp):
    np.save(tmp / "f.npy", FONT)
    return tmp / "f.npy"


@layout(F[:, 1:].reshape(-1, 9, 7), Y, options={"labels": "0", "shape": (9, 7)})
def csv_square_with_the_label_named(tmp):
    return csv_square_with_the_label(tmp)


@layout(F[:, 1:].reshape(-1, 9, 7), Y, options={"labels": "0", "shape": (9, 7)})
def npy_square_with_the_label_named(tmp):
    return npy_square_with_the_label(tmp)


# Labels in a file of their own


def _kmnist(tmp: Path) -> Path:
    home = tmp / "kmnist"
    home.mkdir()
    for part, rows in (("train", slice(0, 400)), ("test", slice(400, 600))):
        np.savez_compressed(home / f"kmnist-{part}-imgs.npz", X[rows])
        np.savez_compressed(home / f"kmnist-{part}-labels.npz", Y[rows].astype(np.uint8))
    (home / "kmnist_classmap.csv").write_text("index,codepoint,char\n0,U+304A,お\n", "utf-8")
    return home


@layout(labels=Y, says="classmap.csv")
def kmnist_folder_with_its_map_of_classes(tmp):
    return _kmnist(tmp)


@layout(X[400:], Y[400:], options={"labels": "kmnist/kmnist-test-labels.npz"})
def labels_of_an_npz_file(tmp):
    np.save(tmp / "x.npy", X[400:])
    _kmnist(tmp)
    return tmp / "x.npy"


@layout(labels=Y, options={"labels": "l.csv"}, says="one-hot")
def label_file_of_one_hot_columns(tmp):
    np.save(tmp / "x.npy", X)
    head = ["id", *(str(k) for k in range(10))]
    rows = [[i, *np.eye(10, dtype=int)[k]] for i, k in enumerate(Y)]
    (tmp / "l.csv").write_text(text_rows([head, *rows]))
    return tmp / "x.npy"


@layout(labels=Y, options={"labels": "l.npy"}, says="one-hot labels in 'l.npy'")
def label_file_of_a_one_hot_array(tmp):
    np.save(tmp / "x.npy", X)
    np.save(tmp / "l.npy", np.eye(10)[Y])
    return tmp / "x.npy"


@layout(labels=Y, options={"labels": "l-idx2-int"}, says="the first of 8 columns")
def label_file_of_qmnist(tmp):
    np.save(tmp / "x.npy", X)
    columns = np.column_stack([Y, np.full((len(Y), 7), 3)]).astype(np.int32)
    (tmp / "l-idx2-int").write_bytes(idx_bytes(columns))
    return tmp / "x.npy"


@layout(labels=np.array(list("[{1357924}]"))[Y], options={"labels": "l.txt"})
def label_file_of_brackets(tmp):
    np.save(tmp / "x.npy", X)
    (tmp / "l.txt").write_text("\n".join(np.array(list("[{1357924}]"))[Y]))
    return tmp / "x.npy"


@layout(options={"labels": "l.json"}, refused="is JSON; .* a label a line")
def label_file_of_json(tmp):
    np.save(tmp / "x.npy", X)
    (tmp / "l.json").write_text(str(Y.tolist()))
    return tmp / "x.npy"


@layout(X[:400], says="y_train.npy, give it with --labels FILE")
def npy_with_labels_beside(tmp):
    np.save(tmp / "X_train.npy", X[:400])
    np.save(tmp / "y_train.npy", Y[:400])
    np.save(tmp / "y_test.npy", Y[400:])
    return tmp / "X_train.npy"


@layout(X[:400], says="TrainLabels.csv, give it with --labels FILE")
def csv_with_labels_beside(tmp):
    (tmp / "TrainImages.csv").write_text(text_rows(F[:400]))
    (tmp / "TrainLabels.csv").write_text("\n".join(map(str, Y[:400])))
    return tmp / "TrainImages.csv"


# Pictures


@layout(GREY[:60][FEW], Y[:60][FEW], says="give --label-level 0")
def preview_beside_class_folders(tmp):
    home = _classes(tmp / "home")
    png(home / "preview.png", np.zeros((90, 120, 3), np.uint8))
    return home


@layout(refused="Ten links were left out.*lead out of the folder")
def class_folders_that_are_links_out(tmp):
    _classes(tmp / "store")
    (tmp / "home").mkdir()
    for digit in range(10):
        (tmp / "home" / str(digit)).symlink_to(tmp / "store" / str(digit))
    return tmp / "home"


@layout(GREY[:60], says="if their names hold them")
def pictures_named_by_class_in_the_middle(tmp):
    for i in range(60):
        png(tmp / "home" / f"{i:03}-digit-{Y[i]}-scan-{i:03}.png", GREY[i])
    return tmp / "home"


@layout(GREY[:60][FEW], says="if their names hold them")
def stack_of_pages_for_each_class(tmp):
    from PIL import Image

    (tmp / "home").mkdir()
    for digit in range(10):
        first, *rest = [Image.fromarray(a) for a in GREY[:60][Y[:60] == digit]]
        first.save(tmp / "home" / f"{digit}.tif", save_all=True, append_images=rest)
    return tmp / "home"


# Refused by name


@layout(refused="Python pickles.*save the arrays as .npz")
def folder_of_pickles(tmp):
    home = tmp / "cifar-10-batches-py"
    home.mkdir()
    for batch in range(1, 3):
        content = pickle.dumps({b"data": F[:10], b"labels": Y[:10].tolist()})
        (home / f"data_batch_{batch}").write_bytes(content)
    return home


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@layout(refused="is a Python pickle.*save the arrays as .npz")
def tensors_of_torch(tmp):
    out = io.BytesIO()
    np.save(out, X)
    held = {"training/data.pkl": b"\x80\x02}q\0.", "training/data/0": X.tobytes()}
    return _zip(tmp / "training.pt", held)


@layout(refused="is an Office document.*as CSV")
def spreadsheet(tmp):
    held = {"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": b"<x/>"}
    return _zip(tmp / "f.xlsx", held)


@layout(refused="is an Office document.*as CSV")
def open_spreadsheet(tmp):
    held = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
    return _zip(tmp / "f.ods", held)


@layout(refused="is an Office document.*as CSV")
def old_spreadsheet(tmp):
    (tmp / "f.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    return tmp / "f.xls"


@layout(refused="is a 7z archive.*unpack it first")
def other_archive(tmp):
    (tmp / "f.7z").write_bytes(bytes.fromhex("377abcaf271c0004") + bytes(100))
    return tmp / "f.7z"


@layout(refused="is a Zstandard file.*unpack it first")
def packed_otherwise(tmp):
    (tmp / "f.csv.zst").write_bytes(bytes.fromhex("28b52ffd") + bytes(100))
    return tmp / "f.csv.zst"


NOT_YET: set[str] = set()
