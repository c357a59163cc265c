"""Parquet and Feather."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tests.images.layouts.base import GREY, F, Layout, X, Y, png_bytes
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)

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


_NAMES = [f"digit {k}" for k in range(10)]


def hugging_face(table: Any, names: Any = _NAMES, column: str = "label") -> Any:
    """The table with the schema's metadata as Hugging Face's `datasets` writes them."""
    features = {
        "image": {"_type": "Image"},
        column: {"names": names, "_type": "ClassLabel"},
    }
    content = json.dumps({"info": {"features": features}})
    return table.replace_schema_metadata({"huggingface": content})


def _written(table: Any, path: Path) -> Path:
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


@layout(labels=np.array(_NAMES)[Y])
def parquet_class_names(tmp):
    return _written(hugging_face(_table("struct")), tmp / "f.parquet")


@layout(labels=Y)
def parquet_class_names_are_numbers(tmp):
    return _written(hugging_face(_table("struct"), list(map(str, range(10)))), tmp / "f.parquet")


@layout(refused="no column 'digit' for the labels; it has image and label")
def parquet_label_that_is_not_there(tmp):
    return _written(_table("struct"), tmp / "f.parquet")


LAYOUTS[-1].options["labels"] = "digit"


@layout(says="are -1")
def parquet_all_unlabelled(tmp):
    import pyarrow as pa

    table = _table("struct").set_column(1, "label", pa.array([-1] * len(X)))
    return _written(hugging_face(table), tmp / "f.parquet")


@layout(labels=Y // 5, says="Labels are 'fine_label', not 'coarse_label'; --labels NAME decides")
def parquet_two_labels(tmp):
    import pyarrow as pa

    table = pa.table({"img": _table("bytes")["image"], "fine_label": Y // 5, "coarse_label": Y})
    return _written(table, tmp / "f.parquet")


@layout(labels=Y, options={"labels": "coarse_label"})
def parquet_two_labels_by_name(tmp):
    import pyarrow as pa

    table = pa.table({"img": _table("bytes")["image"], "fine_label": Y // 5, "coarse_label": Y})
    return _written(table, tmp / "f.parquet")


@layout(labels=Y, says="Not used: split")
def parquet_writer_and_split(tmp):
    table = _table("lists").append_column("split", [["train", "test"] * (len(X) // 2)])
    return _written(
        table.append_column("writer", [list(np.arange(len(X)) // 40)]), tmp / "f.parquet"
    )


@layout(says="--labels NAME decides")
def parquet_columns_that_might_be_labels(tmp):
    import pyarrow as pa

    table = pa.table({"image": _table("bytes")["image"], "hand": Y % 2, "kind": Y})
    return _written(table, tmp / "f.parquet")


@layout(labels=Y, says="the only column that can be")
def parquet_one_column_that_might_be_labels(tmp):
    import pyarrow as pa

    table = pa.table({"image": _table("bytes")["image"], "kind": Y, "ink": X.mean((1, 2))})
    return _written(table, tmp / "f.parquet")


@layout(labels=Y, says="became class numbers")
def parquet_one_hot_lists(tmp):
    import pyarrow as pa

    table = pa.table({"label": pa.array(np.eye(10)[Y].tolist()), "pixels": pa.array(F.tolist())})
    return _written(table, tmp / "f.parquet")


@layout(labels=Y, says="read as pixels")
def parquet_raw_bytes(tmp):
    import pyarrow as pa

    table = pa.table({"image": [a.tobytes() for a in GREY], "label": Y})
    return _written(table, tmp / "f.parquet")


@layout(labels=Y, says="Images are 'image', not 'thumbnail'")
def parquet_two_images(tmp):
    import pyarrow as pa

    image = _table("bytes")["image"]
    small = pa.array([png_bytes(a[:4, :4]) for a in GREY])
    return _written(pa.table({"thumbnail": small, "image": image, "label": Y}), tmp / "f.parquet")


@layout(labels=Y)
def parquet_tensors(tmp):
    import pyarrow as pa

    kind = pa.fixed_shape_tensor(pa.uint8(), (8, 8))
    storage = pa.FixedSizeListArray.from_arrays(pa.array(F.ravel()), 64)
    column = pa.ExtensionArray.from_storage(kind, storage)
    return _written(pa.table({"label": Y, "image": column}), tmp / "f.parquet")


@layout(labels=Y, says="grey")
def parquet_colour_lists(tmp):
    import pyarrow as pa

    rows = np.repeat(GREY[..., None], 3, axis=-1).tolist()
    return _written(pa.table({"image": pa.array(rows), "label": Y}), tmp / "f.parquet")


@layout(refused="lie in files of their own")
def parquet_paths_only(tmp):
    import pyarrow as pa

    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    column = pa.array([{"bytes": None, "path": f"{i}.png"} for i in range(len(X))], kind)
    return _written(pa.table({"image": column, "label": Y}), tmp / "f.parquet")


@layout(refused="several sizes")
def parquet_lists_of_several_sizes(tmp):
    import pyarrow as pa

    rows = [list(row[: 64 - 15 * (i % 2)]) for i, row in enumerate(F)]
    return _written(pa.table({"image": pa.array(rows), "label": Y}), tmp / "f.parquet")


@layout(labels=Y, says="12-bit")
def parquet_of_16_bit_pictures_with_12_bits(tmp):
    import pyarrow as pa

    column = pa.array([png_bytes(a.astype(np.uint16) * 16 + 15) for a in GREY])
    return _written(pa.table({"image": column, "label": Y}), tmp / "f.parquet")


@layout(labels=Y)
def arrow_file(tmp):
    import pyarrow as pa

    with (
        pa.OSFile(str(tmp / "f.arrow"), "wb") as out,
        pa.ipc.new_file(out, _table("struct").schema) as w,
    ):
        w.write_table(_table("struct"), max_chunksize=100)
    return tmp / "f.arrow"


@layout(labels=np.array(_NAMES)[Y])
def arrow_stream_as_in_the_cache(tmp):
    import pyarrow as pa

    table = hugging_face(_table("struct"))
    with pa.OSFile(str(tmp / "f.arrow"), "wb") as out, pa.ipc.new_stream(out, table.schema) as w:
        w.write_table(table, max_chunksize=100)
    return tmp / "f.arrow"


@layout(labels=np.array([f"d{k}" for k in Y]))
def feather_of_pandas_with_categories(tmp):
    import pandas as pd

    frame = pd.DataFrame({"pixels": list(F), "what": pd.Categorical([f"d{k}" for k in Y])})
    frame.rename(columns={"what": "class"}).to_feather(tmp / "f.feather")
    return tmp / "f.feather"


@layout(labels=Y)
def parquet_a_column_a_pixel(tmp):
    import pyarrow as pa

    return _written(
        pa.table({"label": Y, **{f"p{i}": F[:, i] for i in range(64)}}), tmp / "f.parquet"
    )


NOT_YET: set[str] = set()
