"""Folders and archives of data files."""

import gzip
import io
import tarfile
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
from scipy.io import savemat
from tests.images.layouts.arrow import _NAMES, _table, hugging_face
from tests.images.layouts.base import F, Layout, X, Y, idx_bytes, png_bytes, text_rows
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)
_HEAD = [f"pixel{i}" for i in range(64)]
_PARTS = (("train", slice(0, 400)), ("test", slice(400, 600)))


def _csv(rows, *, labels: bool = True) -> str:
    if not labels:
        return text_rows([_HEAD, *F[rows]])
    table = ([k, *r] for k, r in zip(Y[rows], F[rows], strict=True))
    return text_rows([["label", *_HEAD], *table])


def _zipped(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"inner/{file.relative_to(folder)}")
    return path


def _tarred(folder: Path) -> Path:
    path = folder.with_suffix(".tar.xz")
    with tarfile.open(path, "w:xz") as archive:
        archive.add(folder, "inner")
    return path


def _home(tmp: Path) -> Path:
    (tmp / "set").mkdir()
    return tmp / "set"


def _npy_pair(home: Path, images: str = "X", labels: str = "y", rows=slice(None)) -> Path:
    np.save(home / f"{images}.npy", F[rows])
    np.save(home / f"{labels}.npy", Y[rows])
    return home


def _mat(content: dict) -> bytes:
    out = io.BytesIO()
    savemat(out, content)
    return out.getvalue()


@layout(labels=Y)
def folder_of_x_and_y(tmp):
    return _npy_pair(_home(tmp))


@layout(labels=Y)
def folder_of_npy_parts(tmp):
    home = _home(tmp)
    for part, rows in _PARTS:
        _npy_pair(home, f"{part}_images", f"{part}_labels", rows)
    return home


@layout(labels=Y, says="README.md")
def folder_of_a_mat_and_a_readme(tmp):
    home = _home(tmp)
    (home / "README.md").write_text("# Digits")
    savemat(home / "digits.mat", {"X": F, "y": Y[:, None]})
    return home


@layout(labels=Y, says="preview.png")
def folder_of_a_csv_and_a_picture(tmp):
    home = _home(tmp)
    np.savez(home / "digits.npz", X=X, y=Y)
    (home / "preview.png").write_bytes(png_bytes(X[0]))
    return home


@layout(labels=Y, says="Two files were joined")
def folder_of_train_and_test_csv(tmp):
    home = _home(tmp)
    for part, rows in _PARTS:
        (home / f"{part}.csv").write_text(_csv(rows))
    return home


@layout(X[:400], Y[:400], says="without labels: test.csv")
def folder_as_of_a_competition(tmp):
    home = _home(tmp)
    (home / "train.csv").write_text(_csv(slice(0, 400)))
    (home / "test.csv").write_text(_csv(slice(400, 600), labels=False))
    (home / "sample_submission.csv").write_text("ImageId,Label\n" + "1,0\n" * 200)
    return home


@layout(labels=Y)
def folder_of_csv_images_and_csv_labels(tmp):
    home = _home(tmp)
    for part, rows in (("Train", slice(0, 400)), ("Test", slice(400, 600))):
        n = rows.stop - rows.start
        (home / f"csv{part}Images {n}x64.csv").write_text(text_rows(F[rows]))
        (home / f"csv{part}Label {n}x1.csv").write_text(text_rows(Y[rows, None]))
    return home


@layout(labels=Y)
def folder_of_npy_and_text_labels(tmp):
    home = _home(tmp)
    np.save(home / "images.npy", X)
    (home / "labels.txt").write_text("\n".join(map(str, Y)))
    return home


@layout(labels=Y, says="Three files were joined")
def folder_of_batches(tmp):
    home = _home(tmp)
    for number, rows in ((2, slice(0, 200)), (10, slice(200, 400)), (11, slice(400, 600))):
        savemat(home / f"batch_{number}.mat", {"data": F[rows], "labels": Y[rows, None]})
    return home


@layout(np.concatenate([X[k == Y] for k in range(10)]), np.sort(Y))
def folder_of_an_array_a_class(tmp):
    home = _home(tmp)
    for k in range(10):
        np.save(home / f"digit{k}.npy", X[k == Y])
    return home


@layout(X[:400], np.array(_NAMES)[Y[:400]], says="without labels: test-00000-of-00001.parquet")
def folder_as_of_the_hub(tmp):
    import pyarrow as pa
    import pyarrow.parquet as pq

    home = _home(tmp) / "data"
    home.mkdir()
    table = hugging_face(_table("struct"))
    for i in range(2):
        pq.write_table(table.slice(200 * i, 200), home / f"train-{i:05}-of-00002.parquet")
    hidden = table.slice(400).set_column(1, "label", pa.array([-1] * 200))
    pq.write_table(hidden, home / "test-00000-of-00001.parquet")
    (home.parent / "README.md").write_text("---\nlicense: mit\n---")
    return home.parent


@layout(labels=Y)
def folder_as_saved_by_datasets(tmp):
    import pyarrow as pa

    home = _home(tmp)
    for part, rows in _PARTS:
        (home / part).mkdir()
        table = _table("struct").slice(rows.start, rows.stop - rows.start)
        with (
            pa.OSFile(str(home / part / "data-00000-of-00001.arrow"), "wb") as out,
            pa.ipc.new_stream(out, table.schema) as writer,
        ):
            writer.write_table(table)
        (home / part / "state.json").write_text("{}")
    (home / "dataset_dict.json").write_text("{}")
    return home


@layout(refused=r"several tables \(fashion/train-00000 and mnist/train-00000\)")
def folder_of_two_parquet_sets(tmp):
    import pyarrow.parquet as pq

    home = _home(tmp)
    for name in ("mnist", "fashion"):
        (home / name).mkdir()
        pq.write_table(_table("struct"), home / name / "train-00000.parquet")
    return home


@layout(refused=r"several data files \(letters.csv and numbers.csv\); give one")
def folder_of_two_csv_sets(tmp):
    home = _home(tmp)
    for name in ("letters", "numbers"):
        (home / f"{name}.csv").write_text(_csv(slice(0, 300)))
    return home


@layout(refused="several data files")
def folder_of_two_arrays(tmp):
    home = _home(tmp)
    np.save(home / "mine.npy", X)
    np.save(home / "yours.npy", X)
    return home


@layout(refused="several sets")
def folder_of_idx_as_emnist(tmp):
    home = _home(tmp)
    for name in ("balanced", "letters"):
        for part, rows in _PARTS:
            start = f"emnist-{name}-{part}"
            (home / f"{start}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(X[rows])))
            labels = idx_bytes(Y[rows].astype("u1"))
            (home / f"{start}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    return home


@layout(X[:400], Y[:400], says="Left out: the IDX files")
def folder_of_idx_twice_at_two_levels(tmp):
    home = _home(tmp)
    for name, array in (("images-idx3", X[:400]), ("labels-idx1", Y[:400].astype("u1"))):
        (home / f"train-{name}-ubyte").mkdir()
        (home / f"train-{name}-ubyte" / f"train-{name}-ubyte").write_bytes(idx_bytes(array))
        (home / f"train-{name.replace('-', '.')}-ubyte").write_bytes(idx_bytes(array))
    return home


@layout(labels=Y)
def zip_of_npy_pair(tmp):
    return _zipped(_npy_pair(_home(tmp)))


@layout(labels=Y)
def tar_of_npy_parts(tmp):
    return _tarred(folder_of_npy_parts(tmp))


@layout(labels=Y)
def zip_of_a_mat_and_a_readme(tmp):
    return _zipped(folder_of_a_mat_and_a_readme(tmp))


@layout(labels=Y)
def zip_of_train_and_test_csv(tmp):
    return _zipped(folder_of_train_and_test_csv(tmp))


@layout(X[:400], np.array(_NAMES)[Y[:400]])
def tar_as_of_the_hub(tmp):
    return _tarred(folder_as_of_the_hub(tmp))


@layout()
def npy_gz(tmp):
    out = io.BytesIO()
    np.save(out, X)
    (tmp / "f.npy.gz").write_bytes(gzip.compress(out.getvalue()))
    return tmp / "f.npy.gz"


@layout(labels=Y)
def mat_gz(tmp):
    (tmp / "f.mat.gz").write_bytes(gzip.compress(_mat({"X": F, "y": Y[:, None]})))
    return tmp / "f.mat.gz"


@layout(labels=Y)
def parquet_xz(tmp):
    import lzma

    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(_table("lists"), out)
    (tmp / "f.parquet.xz").write_bytes(lzma.compress(out.getvalue()))
    return tmp / "f.parquet.xz"


@layout(labels=np.arange(600) // 40, options={"labels": "writer"})
def zip_with_the_labels_array_named(tmp):
    home = _home(tmp)
    savemat(home / "f.mat", {"X": F, "y": Y[:, None], "writer": np.arange(600)[:, None] // 40})
    return _zipped(home)


NOT_YET: set[str] = set()
