"""More tables of text, ARFF, libsvm and JSON: variants, combinations and traps."""

import bz2
import gzip
import io
import json
import lzma
from functools import partial

import numpy as np
import pandas as pd
from tests.images.layouts.base import F, Layout, X, Y, text_rows
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
NOT_YET: set[str] = set()
layout = partial(register, into=LAYOUTS)

_NAMES = [f"pixel{i}" for i in range(64)]
_FRAME = pd.DataFrame(F, columns=_NAMES)
_WITH_LABEL = _FRAME.assign(label=Y)
_LETTERS = np.array(list("ABCDEFGHIJ"))[Y]
_WRITERS = np.arange(len(X)) // 40


def text(name, content, pixels=X, labels=Y, ending=".csv", **more):
    """A layout that is one file with this content."""

    def make(tmp):
        path = tmp / f"f{ending}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    make.__name__ = name
    layout(pixels, labels, **more)(make)


def saved(array, **how) -> bytes:
    out = io.BytesIO()
    np.savetxt(out, array, **how)
    return out.getvalue()


def rows_of(*columns) -> str:
    """Lines of the columns side by side; an array of two axes is several columns."""
    wide = [np.asarray(c).astype(object).reshape(len(c), -1) for c in columns]
    return text_rows(np.concatenate(wide, axis=1))


_FILES = np.array([f"a/{i}.png" for i in range(len(X))])
_COUNT = np.arange(len(X))

# What else stands beside the pixels

text("plain_rows_without_labels", rows_of(F), labels=None)
text("index_then_label", rows_of(_COUNT, Y, F), says="label")
text("index_without_labels", rows_of(_COUNT, F), labels=None, says="Not used: column 0")
text("file_names_then_label", rows_of(_FILES, Y, F), says="names the images")
text("file_names_and_letters", rows_of(_FILES, F, _LETTERS), labels=_LETTERS, says="label")
text("split_without_header", rows_of(np.where(_COUNT % 3, "train", "test"), F, Y), says="Column 65")
text("pandas_index_and_numbers", pd.DataFrame(np.column_stack([F, Y])).to_csv(), says="'64'")
text("writer_beside_a_label_of_no_name", _FRAME.assign(writer=_WRITERS, sorte=Y).to_csv(index=False),
     says="--labels NAME")  # fmt: skip
text("two_columns_of_no_name", _FRAME.assign(a=_COUNT % 4, sorte=Y).to_csv(index=False),
     refused="--labels a")  # fmt: skip
text("one_of_two_columns_chosen", _FRAME.assign(a=_COUNT % 4, sorte=Y).to_csv(index=False),
     options={"labels": "sorte"}, says="'a'")  # fmt: skip
text("two_columns_named_as_labels", _FRAME.assign(digit=Y % 2, label=Y).to_csv(index=False),
     says="not 'digit'; --labels NAME")  # fmt: skip
text("boxes_with_a_y", _FRAME.assign(x=3, y=_COUNT % 5, w=8, h=8, digit=Y).to_csv(index=False),
     says="Not used")  # fmt: skip
text("class_and_its_name", _FRAME.assign(class_name=_LETTERS, **{"class": Y}).to_csv(index=False))
text("label_in_capitals_in_the_middle",
     pd.concat([_FRAME.iloc[:, :9], pd.Series(Y, name="LABEL"), _FRAME.iloc[:, 9:]], axis=1)
     .to_csv(index=False))  # fmt: skip
text(
    "text_label_of_hash_signs",
    rows_of(np.array(["#", "a"])[Y % 2], F),
    labels=np.array(["#", "a"])[Y % 2],
)

# One-hot labels

text("one_hot_by_name", pd.concat([_FRAME, pd.get_dummies(Y, prefix="label")], axis=1).to_csv(index=False),
     says="one-hot")  # fmt: skip
text("one_hot_first", rows_of(np.eye(10, dtype=int)[Y], F), says="one-hot")

# Either end

_SPECK = (np.random.default_rng(5).random(len(X)) < 0.01).astype(int)
_SPECKLED = np.column_stack([F[:, :63], _SPECK])
text(
    "speck_in_the_last_corner",
    rows_of(Y, _SPECKLED),
    pixels=_SPECKLED.reshape(-1, 8, 8),
    says="label",
)
_SORTED = np.argsort(Y, kind="stable")
text("label_first_sorted", rows_of(Y[_SORTED], F[_SORTED]), X[_SORTED], Y[_SORTED], says="label")
text("too_few_rows_to_tell", rows_of(Y[:12], F[:12]), refused="--labels 0 or --labels 64")
text("too_few_rows_but_named", rows_of(Y[:12], F[:12]), X[:12], Y[:12], options={"labels": "0"})

# Order and shape by the columns' names

text("columns_out_of_order", _FRAME[sorted(_NAMES)].assign(label=Y).to_csv(index=False),
     says="order of their numbers")  # fmt: skip
_GRID = [f"r{r}c{c}" for r in range(6) for c in range(10)]
text("grid_names_give_the_shape", pd.DataFrame(F[:, :60], columns=_GRID).assign(label=Y).to_csv(index=False),
     F[:, :60].reshape(-1, 6, 10))  # fmt: skip
text("grid_named_1x1", _FRAME.set_axis([f"{r}x{c}" for r in range(1, 9) for c in range(1, 9)], axis=1)
     .assign(label=Y).to_csv(index=False))  # fmt: skip
text("grid_by_columns", _FRAME.set_axis([f"r{r}c{c}" for r in range(8) for c in range(8)], axis=1)
     [[f"r{r}c{c}" for c in range(8) for r in range(8)]].assign(label=Y).to_csv(index=False),
     says="order of their numbers")  # fmt: skip
text("grid_named_x_and_y", pd.DataFrame(F[:, :60], columns=[f"x{c}_y{r}" for r in range(6) for c in range(10)])
     .assign(label=Y).to_csv(index=False), F[:, :60].reshape(-1, 6, 10))  # fmt: skip
_GREY = F.astype(int) * 15
text("colour_named_by_channel", pd.DataFrame(np.repeat(_GREY, 3, axis=1),
     columns=[f"{c}{i}" for i in range(64) for c in "rgb"]).assign(label=Y).to_csv(index=False),
     says="colour")  # fmt: skip
text("colour_channel_first", rows_of(np.tile(_GREY, 3), Y), says="colour, channel first")
text("colour_channel_last", rows_of(np.repeat(_GREY, 3, axis=1), Y), says="colour, channel last")
text("not_square", rows_of(F[:, :60], Y), refused="--shape")
text("not_square_with_its_shape", rows_of(F[:, :60], Y), F[:, :60].reshape(-1, 10, 6),
     options={"shape": (10, 6)}, says="label")  # fmt: skip
text(
    "a_pixel_column_missing",
    _WITH_LABEL.drop(columns="pixel5").to_csv(index=False),
    refused="--shape",
)
text("four_features_are_no_image", "5.1,3.5,1.4,0.2,setosa\n4.9,3.0,1.4,0.2,rosea\n" * 9,
     refused="--shape 2x2")  # fmt: skip
text("sixteen_features_are_no_image", rows_of(_LETTERS, F[:, :16]), refused="--shape 4x4")
text("names_and_labels_alone", pd.DataFrame({"file": _FILES, "label": Y}).to_csv(index=False),
     refused="--labels FILE")  # fmt: skip
text("long_form", pd.DataFrame([(i, r, c, X[i, r, c]) for i in range(3) for r in range(8) for c in range(8)],
     columns=["image", "row", "col", "value"]).to_csv(index=False), refused="long form")  # fmt: skip

# Images in one cell

_CELLS = [" ".join(map(str, row)) for row in F]
_USAGE = np.where(_COUNT % 5, "Training", "PublicTest")
text("pixels_in_a_cell", pd.DataFrame({"emotion": Y, "pixels": _CELLS, "Usage": _USAGE}).to_csv(index=False),
     says="'emotion'")  # fmt: skip
text("pixels_in_a_cell_without_labels", pd.DataFrame({"id": _COUNT, "pixels": _CELLS}).to_csv(index=False),
     labels=None)  # fmt: skip
text("nested_list_in_a_cell", pd.DataFrame({"image": [str(a.tolist()) for a in X], "label": Y})
     .to_csv(index=False))  # fmt: skip
text("array_of_several_lines_in_a_cell", pd.DataFrame({"image": list(map(str, F)), "label": Y})
     .to_csv(index=False))  # fmt: skip
text("array_shortened_in_a_cell", 'image,label\n"[0 1 2 ... 0 5 2]",3\n"[0 0 2 ... 0 5 1]",1\n',
     refused=r"shortened to '\.\.\.'")  # fmt: skip

# How it is written

text(
    "header_of_pandas_from_a_row",
    pd.read_csv(io.StringIO(rows_of(Y, F))).to_csv(index=False),
    says="label",
)
text("row_names_of_r", _WITH_LABEL.to_csv(sep=" ").replace(" ", "", 1))
text("fixed_width", saved(np.column_stack([Y, F]), fmt="%3d"), ending=".dat", says="label")
text(
    "tabs_and_a_trailing_tab", rows_of(F, Y).replace(",", "\t").replace("\n", "\t\n"), says="label"
)
text("bars", rows_of(Y, F).replace(",", "|"), says="label")
text("comma_and_space", rows_of(Y, F).replace(",", ", "), says="label")
text("separator_said_to_excel", "sep=;\n" + _WITH_LABEL.to_csv(index=False, sep=";"))
text("byte_order_mark", b"\xef\xbb\xbf" + _WITH_LABEL.to_csv(index=False).encode())
text("line_ends_of_an_old_mac", _WITH_LABEL.to_csv(index=False, lineterminator="\r"))
text("all_cells_quoted", _WITH_LABEL.to_csv(index=False, quoting=1))
text("utf16_and_semicolons", _WITH_LABEL.to_csv(index=False, sep=";").encode("utf-16"))
text("latin_1", _FRAME.assign(label="é").to_csv(index=False).encode("latin-1"), refused="UTF-8")
text("header_in_a_comment", saved(np.column_stack([Y, F]), fmt="%d", delimiter=",", header=",".join(
     ["label", *_NAMES])))  # fmt: skip
text(
    "spaces_and_decimal_commas",
    saved(np.column_stack([Y, F / 16])).replace(b".", b","),
    says="label",
)
text(
    "comments_within",
    "# one\n" + rows_of(Y[:9], F[:9]) + "# two\n" + rows_of(Y[9:], F[9:]),
    says="label",
)
text("title_before_the_header", "My digits\nof 1995\n\n" + _WITH_LABEL.to_csv(index=False),
     says="My digits")  # fmt: skip
text("blank_lines_between", _WITH_LABEL.to_csv(index=False).replace("\n", "\n\n"))
text("packed_with_gzip", gzip.compress(_WITH_LABEL.to_csv(index=False).encode()))
text("packed_with_xz", lzma.compress(_WITH_LABEL.to_csv(index=False).encode()))

# ARFF


def arff(attributes, rows) -> str:
    head = "".join(f"@ATTRIBUTE {attribute}\n" for attribute in attributes)
    return f"% c\n\n@RELATION 'my set'\n{head}\n@DATA\n" + rows


_REAL = [f"{name} real" for name in _NAMES]
_DIGITS = "{0,1,2,3,4,5,6,7,8,9}"


def sparse_rows(label) -> str:
    """Rows in braces; `label` gives the last pair of a row, or nothing."""
    pairs = [
        [*(f"{i} {v}" for i, v in enumerate(row) if v), *label(k)]
        for row, k in zip(F, Y, strict=True)
    ]
    return "".join("{" + ",".join(own) + "}\n" for own in pairs)


text(
    "arff_class_of_another_name",
    arff([*_REAL, f"zeichen {_DIGITS}"], rows_of(F, Y)),
    says="--labels NAME",
)
text("arff_class_first", arff([f"Class {_DIGITS}", *_REAL], rows_of(Y, F).replace(",", ", ")))
text("arff_quoted_text", arff([*_REAL, "'my class' string"], rows_of(F, [f"'d {k}'" for k in Y])),
     labels=[f"d {k}" for k in Y])  # fmt: skip
text("arff_without_label", arff(_REAL, rows_of(F)), labels=None)
text(
    "arff_with_an_id",
    arff(["id numeric", *_REAL, f"class {_DIGITS}"], rows_of(_COUNT, F, Y)),
    says="'id'",
)
text("arff_binary_lists", arff([*(f"p{i} {{0,1}}" for i in range(64)), f"class {_DIGITS}"],
     rows_of((F > 7).astype(int), Y)), pixels=X > 7)  # fmt: skip
text(
    "arff_sparse",
    arff([*_REAL, f"class {_DIGITS}"], sparse_rows(lambda k: [f"64 {k}"] if k else [])),
)
text("arff_sparse_text", arff([*_REAL, "class {'a b',c}"], sparse_rows(lambda k: ["64 c"] if k % 2 else [])),
     labels=np.array(["a b", "c"])[Y % 2])  # fmt: skip
text("arff_missing_label", arff([*_REAL, f"class {_DIGITS}"], rows_of(F, ["?", *Y[1:]])),
     refused="label of image 0 is missing")  # fmt: skip
text("arff_missing_pixel", arff([*_REAL, f"class {_DIGITS}"], rows_of(["?", *F[1:, 0]], F[:, 1:], Y)),
     refused="not finite")  # fmt: skip
text("arff_of_bags", arff(["bag relational"], "x\n"), refused="'bag' is 'relational'")

# libsvm


def svm(rows, labels=Y, first=1) -> str:
    pairs = (" ".join(f"{i + first}:{v}" for i, v in enumerate(row) if v) for row in rows)
    return "".join(f"{k} {own}\n" for k, own in zip(labels, pairs, strict=True))


_FROM_0 = np.column_stack([np.maximum(F[:, 0], 1), F[:, 1:]])
_BLANK_END = np.column_stack([F[:, :60], np.zeros_like(F[:, 60:])])
_FRAMED = np.zeros((len(X), 12, 12), np.uint8)
_FRAMED[:, 3:11, 2:10] = X
text(
    "libsvm_from_0", svm(_FROM_0, first=0), _FROM_0.reshape(-1, 8, 8), says="--shape HxW", ending=""
)
text(
    "libsvm_plus_and_minus",
    svm(F, np.where(Y % 2, "+1", "-1")),
    labels=np.where(Y % 2, 1, -1),
    ending="",
)
text(
    "libsvm_blank_last_row",
    svm(_BLANK_END),
    _BLANK_END.reshape(-1, 8, 8),
    says="assumed",
    ending="",
)
text("libsvm_blank_frame", svm(_FRAMED.reshape(len(X), -1)), _FRAMED, says="12 × 12", ending="")
text("libsvm_first_image_blank", "3\n" + svm(F), np.concatenate([X[:1] * 0, X]), [3, *Y], ending="")
text("libsvm_half_blank", svm(F[:, :40]), refused="--shape", ending="")
text("libsvm_half_blank_with_its_shape", svm(F[:, :40]), np.column_stack([F[:, :40], F[:, 40:] * 0])
     .reshape(-1, 8, 8), options={"shape": (8, 8)}, ending="")  # fmt: skip
text("libsvm_in_colour", svm(np.tile(_GREY, 3)), says="colour", ending="")
text("libsvm_fractions_as_labels", svm(F, Y + 0.5), refused="whole numbers or text", ending="")

# JSON


def lines_of(records) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def records(**columns) -> list:
    plain = {
        name: [v.tolist() if hasattr(v, "tolist") else v for v in c] for name, c in columns.items()
    }
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


_JSON = partial(text, ending=".json")
_JSON("json_list", json.dumps(records(image=X, label=Y), indent=1))
_JSON("json_arrays", json.dumps({"images": X.tolist(), "labels": Y.tolist()}))
_JSON("json_parts", json.dumps({"x_train": X[:400].tolist(), "y_train": Y[:400].tolist(),
      "x_test": X[400:].tolist(), "y_test": Y[400:].tolist()}))  # fmt: skip
_JSON("json_list_within", json.dumps({"version": 1, "data": records(image=X, label=Y)}))
_JSON("json_rows", json.dumps(np.column_stack([F, Y]).tolist()), says="label")
_JSON("json_rows_by_line", lines_of(np.column_stack([F, Y]).tolist()), says="label")
for _orient in ("records", "split", "columns", "index"):
    _JSON(f"json_of_pandas_{_orient}", _WITH_LABEL.to_json(orient=_orient))
_JSON("json_utf16", json.dumps(records(image=X, label=Y)).encode("utf-16"))
_JSON("json_names_and_split", lines_of(records(file=_FILES, digit=_LETTERS, split=_USAGE, image=X)),
      labels=_LETTERS, says="names the images")  # fmt: skip
_JSON("json_two_labels", lines_of(records(digit=Y % 2, image=X, label=Y)), says="--labels NAME")
_JSON("json_label_of_another_name", lines_of(records(px=X, was=Y)), says="'was'")
_JSON("json_one_hot", lines_of(records(px=X, label=np.eye(10, dtype=int)[Y])))
_JSON(
    "json_colour",
    lines_of(records(px=np.repeat(_GREY.reshape(X.shape)[..., None], 3, axis=3), label=Y)),
)
_TALL = np.resize(X, (20, 20, 16))
_JSON("json_as_many_as_rows", lines_of(records(px=_TALL, label=Y[:20])), _TALL, Y[:20])
_JSON(
    "json_of_other_things", json.dumps({"a": 1, "b": "x"}), refused="write an object for each image"
)
_JSON("json_of_several_lengths", lines_of([{"px": [1] * 16}, {"px": [1] * 17}]), refused="one size")
_JSON("json_label_missing", lines_of([{"px": [1] * 16, "label": 1}, {"px": [1] * 16, "label": None}]),
      refused="label of image 1 is missing")  # fmt: skip
_JSON("jsonl_packed", bz2.compress(lines_of(records(image=X, label=Y)).encode()))
text("two_columns_of_cells", pd.DataFrame({"a": _CELLS, "pixels": _CELLS, "label": Y}).to_csv(index=False),
     refused="hold lists of numbers")  # fmt: skip
text(
    "a_cell_that_is_no_list",
    "label,pixels\n1,0 1 2 3\n2,0 x 2 3\n",
    refused="not a list of numbers",
)
text("a_table_of_words", "\n".join(",".join(f"w{i % 7}{j % 5}" for j in range(64)) for i in range(60)),
     refused="rows are no images")  # fmt: skip
