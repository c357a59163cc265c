"""Whatever happens to the bytes of a text, the answer is a set or a sentence, in little memory."""

import bz2
import gzip
import json
import lzma

import numpy as np
import pytest
from tests.images.readers.test_hostile import (
    MEBI,
    assert_damage_is_survived,
    little_memory,
)

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.texts import dialect, jsonlines


def rows(small, separator=","):
    return "".join(
        separator.join(map(str, [*pixels, label])) + "\n"
        for pixels, label in zip(small.flat(), small.labels, strict=True)
    )


def arff(small, *, sparse=False):
    head = "@relation r\n" + "".join(f"@attribute p{i} real\n" for i in range(36))
    head += "@attribute class {0,1,2,3,4,5,6,7,8,9}\n@data\n"
    if not sparse:
        return head + rows(small)
    pairs = (
        ", ".join(f"{i} {v}" for i, v in enumerate([*pixels, label]))
        for pixels, label in zip(small.flat(), small.labels, strict=True)
    )
    return head + "".join("{" + own + "}\n" for own in pairs)


def libsvm(small):
    return "".join(
        f"{label} " + " ".join(f"{i + 1}:{v}" for i, v in enumerate(pixels)) + "\n"
        for pixels, label in zip(small.flat(), small.labels, strict=True)
    )


def objects(small):
    return [
        {"image": pixels.tolist(), "label": int(label)}
        for pixels, label in zip(small.pixels, small.labels, strict=True)
    ]


def cells(small):
    return "label,pixels\n" + "".join(
        f'{label},"{" ".join(map(str, pixels))}"\n'
        for pixels, label in zip(small.flat(), small.labels, strict=True)
    )


TEXTS = {
    "spaces": lambda small: rows(small, " "),
    "semicolons": lambda small: rows(small, ";"),
    "cells": cells,
    "utf16": lambda small: rows(small).encode("utf-16"),
    "csv.bz2": lambda small: bz2.compress(rows(small).encode()),
    "csv.xz": lambda small: lzma.compress(rows(small).encode()),
    "arff": arff,
    "arff sparse": lambda small: arff(small, sparse=True),
    "libsvm": libsvm,
    "libsvm.bz2": lambda small: bz2.compress(libsvm(small).encode()),
    "json lines": lambda small: "".join(json.dumps(row) + "\n" for row in objects(small)),
    "json": lambda small: json.dumps(objects(small)),
    "json arrays": lambda small: json.dumps(
        {"images": small.pixels.tolist(), "labels": small.labels.tolist()}
    ),
}


def written(folder, fmt, small):
    content = TEXTS[fmt](small)
    path = folder / "small"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("fmt", TEXTS)
def test_the_set_comes_back(fmt, small, tmp_path):
    read = load(written(tmp_path, fmt, small), shape=(6, 6))
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)


@pytest.mark.parametrize("fmt", TEXTS)
def test_damaged_texts(fmt, small, tmp_path_factory):
    path = written(tmp_path_factory.mktemp("damaged"), fmt, small)
    load(path)
    assert_damage_is_survived(path, examples=100)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
@pytest.mark.parametrize("fmt", ["csv.bz2", "csv.xz", "libsvm.bz2", "json", "json arrays"])
def test_a_truncated_text_is_refused(fmt, share, small, tmp_path):
    path = written(tmp_path, fmt, small)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadInputError, match=str(path)):
        load(path)


def bz2_bomb(path):
    path.write_bytes(bz2.compress((b"1" + b",0" * 499 + b"\n") * (24 * MEBI // 1000)))


def xz_bomb(path):
    path.write_bytes(lzma.compress((b"1" + b",0" * 499 + b"\n") * (48 * MEBI // 1000)))


def xz_that_wants_memory(path):
    path.write_bytes(
        lzma.compress(
            b"1,0\n" * 100, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
        )
    )


def line_of_many_characters(path):
    path.write_text("label,p0\n1," + "0" * (9 * MEBI) + "\n")


def quote_that_does_not_end(path):
    path.write_text('label,p0,p1\n1,2,"' + "0\n" * (9 * MEBI))


def header_of_a_million_columns(path):
    path.write_text(",".join(map(str, range(1_000_000))) + "\n1,2\n")


def row_of_a_million_columns(path):
    path.write_text("0," * 1_000_000 + "1\n" + "0," * 1_000_000 + "1\n")


def label_of_many_characters(path):
    path.write_text("label," + ",".join(f"p{i}" for i in range(16)) + "\n"
                    + ("x" * 60_000 + ",0" * 16 + "\n") * 20)  # fmt: skip


def name_of_many_characters(path):
    path.write_text(
        "x" * 60_000 + "," + ",".join(f"p{i}" for i in range(17)) + "\n" + "a,b" + ",0" * 16 + "\n"
    )


def binary_after_a_text(path):
    path.write_bytes(b"label,p0,p1,p2,p3\n1,0,0,0,0\n" * 40 + np.random.default_rng(0).bytes(9_000))


def sparse_rows_of_many_columns(path):
    head = "".join(f"@attribute p{i} real\n" for i in range(150_000))
    path.write_bytes(gzip.compress(f"@relation r\n{head}@data\n".encode() + b"{}\n" * 200_000))


def attributes_without_end(path):
    path.write_text("@relation r\n" + "@attribute a real\n" * (dialect.MAX_COLUMNS + 9))


def libsvm_of_a_high_index(path):
    path.write_text("1 1:1\n0 2000000000:1\n")


def libsvm_of_wide_rows(path):
    path.write_text("1 160000:1\n" + "0\n" * 400_000)


def json_nested_deeply(path):
    path.write_text("[" * 200_000 + "]" * 200_000)


def json_number_of_many_digits(path):
    path.write_text('{"px": [' + "9" * 60_000 + '], "label": 1}\n' * 2)


LIES = [
    bz2_bomb, xz_bomb, xz_that_wants_memory, line_of_many_characters, quote_that_does_not_end,
    header_of_a_million_columns, row_of_a_million_columns, label_of_many_characters,
    name_of_many_characters, binary_after_a_text, sparse_rows_of_many_columns, attributes_without_end,
    libsvm_of_a_high_index, libsvm_of_wide_rows, json_nested_deeply, json_number_of_many_digits,
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_texts_are_not_believed(lie, tmp_path):
    path = tmp_path / "hostile"
    lie(path)
    with little_memory(160 * MEBI), pytest.raises(BadInputError) as said:
        load(path)
    assert str(path) in str(said.value)
    assert len(str(said.value).replace(str(path), "")) < 400


def test_a_document_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonlines, "MAX_DOCUMENT_BYTES", 1_000)
    (tmp_path / "a.json").write_text(json.dumps({"images": [[0] * 64] * 20}))
    with pytest.raises(BadInputError, match="an object a line"):
        load(tmp_path / "a.json")


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_streams_behind_each_other_are_one(ending, small, tmp_path):
    pack = {"gz": gzip, "bz2": bz2, "xz": lzma}[ending].compress
    lines = rows(small).encode().splitlines(keepends=True)
    parts = [pack(b"".join(lines[:10])), pack(b"".join(lines[10:]))]
    padding = bytes(8) if ending == "xz" else b""
    (tmp_path / f"a.csv.{ending}").write_bytes(padding.join(parts) + padding)
    read = load(tmp_path / f"a.csv.{ending}", labels="36")
    np.testing.assert_array_equal(read.pixels, small.pixels)
    assert read.name == "a"
