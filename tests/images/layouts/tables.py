"""Tables of text."""

import bz2
import json
import lzma
import zipfile
from functools import partial

import numpy as np
from tests.images.layouts.base import (
    F,
    Layout,
    X,
    Y,
    text_rows,
)
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)

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


NOT_YET: set[str] = set()
