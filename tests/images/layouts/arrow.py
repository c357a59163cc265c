"""Parquet and Feather."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

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


NOT_YET: set[str] = {
    "feather",
    "parquet_bytes",
    "parquet_folder",
    "parquet_lists",
    "parquet_nested",
    "parquet_struct",
}
