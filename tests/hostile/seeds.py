"""Small valid files of every format, from which hostile ones are made."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from PIL import Image
from scipy.io import savemat

_RNG = np.random.default_rng(69)
LABELS = _RNG.permutation(24) % 3
PIXELS = np.sort(_RNG.integers(0, 256, (24, 8, 8)), axis=1).astype("u1")
ROWS = PIXELS.reshape(24, 64)
HEADER = ",".join(["label", *(f"pixel{i}" for i in range(64))]) + "\n"


def _text(separator: str = ",", *, last: bool = False) -> str:
    rows = ([*row, k] if last else [k, *row] for row, k in zip(ROWS, LABELS, strict=True))
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def _picture(array: np.ndarray, form: str = "PNG", **how: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(array).save(out, form, **how)
    return out.getvalue()


def _idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.astype("u1").tobytes()


def _npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def _npz(save: object, **arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    save(out, **arrays)
    return out.getvalue()


def _mat(content: dict, **how: object) -> bytes:
    out = io.BytesIO()
    savemat(out, content, **how)
    return out.getvalue()


def _cells(values: list) -> np.ndarray:
    cells = np.empty((len(values), 1), object)
    cells[:, 0] = values
    return cells


def _hdf5(matlab: bool) -> bytes:
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        if matlab:
            for name, array in (("X", ROWS.T), ("y", LABELS[None].astype(float))):
                file.create_dataset(name, data=array).attrs["MATLAB_class"] = np.bytes_("double")
        else:
            file.create_dataset("train/data", data=ROWS, chunks=(5, 64), compression="gzip")
            file.create_dataset("train/target", data=LABELS)
    return out.getvalue()


def _arrow(form: str, pictures: bool) -> bytes:
    import pyarrow as pa
    import pyarrow.feather as pf
    import pyarrow.parquet as pq

    structs = [{"bytes": _picture(a), "path": f"{i}.png"} for i, a in enumerate(PIXELS)]
    column = pa.array(structs) if pictures else pa.array(ROWS.tolist())
    table = pa.table({"image": column, "label": pa.array([f"c{k}" for k in LABELS])})
    out = io.BytesIO()
    if form == "parquet":
        pq.write_table(table, out)
    elif form == "feather":
        pf.write_feather(table, out)
    else:
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)
    return out.getvalue()


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _pages() -> bytes:
    pages = [Image.fromarray(a) for a in PIXELS]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def _tree(form: str = "PNG") -> dict[str, bytes]:
    return {
        f"d/{k}/{i}.{form.lower()}": _picture(a, form)
        for i, (a, k) in enumerate(zip(PIXELS, LABELS, strict=True))
    }


def _arff() -> bytes:
    lines = ["@relation r", *(f"@attribute p{i} numeric" for i in range(64))]
    return "\n".join([*lines, "@attribute class {0,1,2}", "@data", _text(last=True)]).encode()


def _svm() -> bytes:
    rows = zip(ROWS, LABELS, strict=True)
    return "".join(
        f"{k} " + " ".join(f"{i + 1}:{v}" for i, v in enumerate(row)) + "\n" for row, k in rows
    ).encode()


def _json(*, lines: bool) -> bytes:
    rows = [{"image": a.tolist(), "label": int(k)} for a, k in zip(PIXELS, LABELS, strict=True)]
    return ("\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)).encode()


def make() -> dict[str, bytes]:
    """For each kind of file its bytes."""
    struct = {"dataset": {"train": {"images": ROWS, "labels": LABELS[:, None]}}}
    csv = (HEADER + _text()).encode()
    return {
        "npy": _npy(PIXELS),
        "npy rows": _npy(np.column_stack([LABELS, ROWS])),
        "npz": _npz(np.savez, images=PIXELS, labels=LABELS),
        "npz deflated": _npz(np.savez_compressed, x_train=ROWS, y_train=np.eye(3)[LABELS]),
        "mat v4": _mat({"X": ROWS, "y": LABELS[:, None].astype(float)}, format="4"),
        "mat v5": _mat({"X": ROWS.astype(float), "y": _cells([f"k{k}" for k in LABELS])}),
        "mat struct": _mat(struct, do_compression=True),
        "mat sparse": _mat({"fea": sp.csc_matrix(ROWS.astype(float)), "gnd": LABELS[:, None]}),
        "mat v7.3": b"".join((b"MATLAB 7.3 MAT-file".ljust(512), _hdf5(matlab=True))),
        "hdf5": _hdf5(matlab=False),
        "idx": _idx(PIXELS),
        "idx gz": gzip.compress(_idx(PIXELS), mtime=0),
        "csv": csv,
        "csv without header": _text(last=True).encode(),
        "csv semicolons": _text(";").replace(";0;", ";0,5;").encode(),
        "csv utf-16": (HEADER + _text()).encode("utf-16"),
        "csv spaces": _text(" ").encode(),
        "csv gz": gzip.compress(csv, mtime=0),
        "csv xz": lzma.compress(csv),
        "csv zip": _zip({"f.csv": csv}),
        "arff": _arff(),
        "libsvm": _svm(),
        "libsvm bz2": bz2.compress(_svm()),
        "json": _json(lines=False),
        "json lines": _json(lines=True),
        "parquet": _arrow("parquet", pictures=False),
        "parquet pictures": _arrow("parquet", pictures=True),
        "feather": _arrow("feather", pictures=True),
        "arrow stream": _arrow("stream", pictures=False),
        "tiff pages": _pages(),
        "zip stored": _zip(_tree(), zipfile.ZIP_STORED),
        "zip deflated": _zip(_tree("BMP")),
        "zip bzip2": _zip(_tree("PPM"), zipfile.ZIP_BZIP2),
        "zip lzma": _zip(_tree("TIFF"), zipfile.ZIP_LZMA),
        "zip jpeg": _zip(_tree("JPEG"), zipfile.ZIP_STORED),
        "zip gif": _zip(_tree("GIF"), zipfile.ZIP_STORED),
        "zip webp": _zip(_tree("WEBP"), zipfile.ZIP_STORED),
        "zip idx": _zip({"train-images-idx3-ubyte": _idx(PIXELS), "train-labels-idx1-ubyte": _idx(LABELS)}),
        "tar": _tar(_tree()),
        "tar gz": _tar(_tree(), "w:gz"),
        "labels": b"name,label\n" + b"".join(b"%d,%d\n" % pair for pair in enumerate(LABELS)),
        "labels idx": _idx(LABELS),
    }  # fmt: skip


def name_of(kind: str) -> str:
    """A file name with the ending that people give such files."""
    endings = {
        "mat": ".mat", "npy": ".npy", "npz": ".npz", "csv": ".csv", "zip": ".zip", "tar": ".tar",
        "arff": ".arff", "parquet": ".parquet", "hdf5": ".h5", "tiff": ".tif", "json": ".json",
        "idx": "-images-idx3-ubyte", "labels": ".txt",
    }  # fmt: skip
    return "f" + endings.get(kind.split(maxsplit=1)[0], "")


def folder() -> Path:
    """A new folder for hostile files."""
    return Path(tempfile.mkdtemp(prefix="hostile-"))
