"""Arrays: NumPy, MATLAB, HDF5, IDX."""

import gzip
import io
import lzma
import tarfile
import zipfile
from functools import partial

import numpy as np
import scipy.sparse as sp
from scipy.io import savemat
from tests.images.layouts.base import GREY, F, Layout, X, Y, idx_bytes
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)

# Arrays: .npy and .npz


@layout(X[:49])
def npz_of_49_rows(tmp):
    np.savez(tmp / "f.npz", X=F[:49])
    return tmp / "f.npz"


@layout(X[:64])
def npz_of_as_many_rows_as_columns(tmp):
    np.savez(tmp / "f.npz", X=F[:64])
    return tmp / "f.npz"


@layout(labels=Y)
def npz_one_hot(tmp):
    np.savez(tmp / "f.npz", x_train=X, y_train=np.eye(10)[Y])
    return tmp / "f.npz"


@layout(labels=Y)
def npz_parts_one_hot(tmp):
    np.savez(
        tmp / "f.npz",
        x_train=X[:400],
        y_train=np.eye(10)[Y[:400]],
        x_test=X[400:],
        y_test=np.eye(10)[Y[400:]],
    )
    return tmp / "f.npz"


@layout(labels=Y, says="character")
def npz_writer_and_character(tmp):
    np.savez(tmp / "f.npz", images=X, writer=np.arange(len(X)) // 40, character=Y)
    return tmp / "f.npz"


@layout()
def npz_images_last(tmp):
    np.savez(tmp / "f.npz", images=np.moveaxis(X, 0, -1))
    return tmp / "f.npz"


@layout(labels=Y)
def npy_with_a_label_column_first(tmp):
    np.save(tmp / "f.npy", np.column_stack([Y, F]))
    return tmp / "f.npy"


@layout(labels=Y)
def npy_with_a_label_column_last(tmp):
    np.save(tmp / "f.npy", np.column_stack([F, Y]))
    return tmp / "f.npy"


@layout(says="1")
def npy_from_minus_one_to_one(tmp):
    np.save(tmp / "f.npy", (X / 8.0 - 1).astype(np.float32))
    return tmp / "f.npy"


@layout()
def npy_fractions(tmp):
    np.save(tmp / "f.npy", X / 16.0)
    return tmp / "f.npy"


@layout(says="grey")
def npy_rgb_channels_last(tmp):
    np.save(tmp / "f.npy", np.repeat(GREY[..., None], 3, axis=-1))
    return tmp / "f.npy"


@layout(says="grey")
def npy_rgb_channels_first(tmp):
    np.save(tmp / "f.npy", np.repeat(GREY[:, None], 3, axis=1))
    return tmp / "f.npy"


_COLOUR = np.random.default_rng(0).integers(0, 80, (40, 3, 16, 16)).astype(np.uint8) + np.linspace(
    0, 150, 16
).astype(np.uint8)
_COLOUR = np.sort(_COLOUR, axis=2)  # smooth downwards, as pictures are
_LUMA = np.rint(_COLOUR[:, 0] * 0.299 + _COLOUR[:, 1] * 0.587 + _COLOUR[:, 2] * 0.114).astype(
    np.uint8
)


@layout(_LUMA, says="grey")
def npz_rows_of_colour_channel_first(tmp):
    np.savez(tmp / "f.npz", data=_COLOUR.reshape(40, -1))
    return tmp / "f.npz"


@layout(_LUMA, says="grey")
def npz_rows_of_colour_channel_last(tmp):
    np.savez(tmp / "f.npz", data=np.moveaxis(_COLOUR, 1, -1).reshape(40, -1))
    return tmp / "f.npz"


@layout(labels=Y)
def two_npz_as_kmnist(tmp):
    np.savez(tmp / "kmnist-train-imgs.npz", arr_0=X)
    np.savez(tmp / "kmnist-train-labels.npz", arr_0=Y.astype(np.uint8))
    return tmp / "kmnist-train-imgs.npz"


@layout(says="--shape HxW decides")
def npz_columns(tmp):
    np.savez(tmp / "f.npz", X=F.T)
    return tmp / "f.npz"


@layout(says="Not used: name")
def npz_with_file_names(tmp):
    np.savez(tmp / "f.npz", X=F, names=np.array([f"{i}.png" for i in range(len(F))]))
    return tmp / "f.npz"


@layout(labels=np.arange(600) // 40, options={"labels": "writer"})
def npz_labels_by_name(tmp):
    np.savez(tmp / "f.npz", images=X, writer=np.arange(len(X)) // 40, character=Y)
    return tmp / "f.npz"


@layout(labels=np.arange(600) // 40, options={"labels": "writers"})
def npz_labels_of_the_parts_by_name(tmp):
    parts = {}
    for part, rows in (("train", slice(0, 400)), ("test", slice(400, 600))):
        parts[f"images_{part}"], parts[f"labels_{part}"] = X[rows], Y[rows]
        parts[f"writers_{part}"] = np.arange(len(X))[rows] // 40
    np.savez(tmp / "f.npz", **parts)
    return tmp / "f.npz"


@layout(labels=Y, options={"labels": Y})
def npz_parts_with_labels_given(tmp):
    np.savez(tmp / "f.npz", train=X[:400], test=X[400:])
    return tmp / "f.npz"


_RNG = np.random.default_rng(0)
_FIRST, _LAST = _RNG.integers(0, 10, (2, 200, 1))
_MIDDLE = _RNG.integers(0, 200, (200, 63))


@layout(refused="--labels 0 or --labels 64")
def npy_either_end_could_be_the_label(tmp):
    np.save(tmp / "f.npy", np.hstack([_FIRST, _MIDDLE, _LAST]))
    return tmp / "f.npy"


@layout(np.hstack([_FIRST, _MIDDLE]).reshape(-1, 8, 8), _LAST[:, 0], options={"labels": "64"})
def npy_label_column_by_number(tmp):
    np.save(tmp / "f.npy", np.hstack([_FIRST, _MIDDLE, _LAST]))
    return tmp / "f.npy"


@layout(labels=Y)
def npz_parts_in_short(tmp):
    np.savez(tmp / "f.npz", Xtr=X[:400], ytr=Y[:400], Xte=X[400:], yte=Y[400:])
    return tmp / "f.npz"


@layout(says="Images are 'X1', not 'X2'; save another alone to read it")
def npz_two_sets(tmp):
    np.savez(tmp / "f.npz", X1=X, X2=X[::-1])
    return tmp / "f.npz"


@layout(labels=Y, says="Not used: features")
def npz_images_and_more_features(tmp):
    features = np.random.default_rng(0).random((len(X), 400))
    np.savez(tmp / "f.npz", features=features, images=X, y=Y)
    return tmp / "f.npz"


@layout(says="By its name 'writer' is no label; --labels writer takes it for one")
def npz_writer_alone(tmp):
    np.savez(tmp / "f.npz", images=X, writer=np.arange(len(X)) // 40)
    return tmp / "f.npz"


@layout(labels=Y)
def npz_half_floats(tmp):
    np.savez(tmp / "f.npz", images=(X / 16).astype(np.float16), y=Y.astype(np.float16))
    return tmp / "f.npz"


@layout(labels=Y, says="became labels from 0 to 9")
def mat_one_hot_in_columns(tmp):
    savemat(tmp / "f.mat", {"X": F.T, "T": np.eye(10)[Y].T})
    return tmp / "f.mat"


@layout(refused="images, which is empty or mixed")
def mat_cell_of_several_sizes(tmp):
    cells = np.empty((1, 6), object)
    cells[0] = [np.zeros((8 + i, 8), np.uint8) for i in range(6)]
    savemat(tmp / "f.mat", {"images": cells})
    return tmp / "f.mat"


# MATLAB and HDF5


@layout(np.concatenate([X[k == Y] for k in range(10)]), np.sort(Y))
def mat_a_variable_a_class(tmp):
    parts = {}
    for k in range(10):
        own = F[k == Y]
        parts[f"train{k}"], parts[f"test{k}"] = own[: len(own) // 2], own[len(own) // 2 :]
    savemat(tmp / "f.mat", parts)
    return tmp / "f.mat"


@layout(np.concatenate([X[k == Y][:50] for k in range(10)]), np.repeat(np.arange(10), 50))
def mat_features_images_classes(tmp):
    savemat(tmp / "f.mat", {"data": np.stack([F[k == Y][:50].T for k in range(10)], -1)})
    return tmp / "f.mat"


@layout(labels=Y + 1)
def mat_sparse(tmp):
    savemat(tmp / "f.mat", {"fea": sp.csc_matrix(F.astype(float)), "gnd": Y[:, None] + 1.0})
    return tmp / "f.mat"


@layout(labels=Y)
def mat_columns(tmp):
    savemat(tmp / "f.mat", {"data": F.T, "label": Y[None].astype(float)})
    return tmp / "f.mat"


@layout(labels=Y)
def mat_struct_as_emnist(tmp):
    def part(a, b):
        return {
            "images": F[a:b],
            "labels": Y[a:b, None],
            "writers": np.arange(a, b)[:, None],
        }

    savemat(
        tmp / "f.mat",
        {
            "dataset": {
                "train": part(0, 500),
                "test": part(500, 600),
                "mapping": np.column_stack([np.arange(10), np.arange(48, 58)]),
            }
        },
    )
    return tmp / "f.mat"


@layout(labels=np.array([f"digit {k}" for k in Y]))
def mat_cell_strings(tmp):
    cells = np.empty((len(X), 1), object)
    cells[:, 0] = [f"digit {k}" for k in Y]
    savemat(tmp / "f.mat", {"X": F, "labels": cells})
    return tmp / "f.mat"


@layout(labels=Y)
def mat_one_hot(tmp):
    savemat(tmp / "f.mat", {"X": F, "Y": np.eye(10)[Y]})
    return tmp / "f.mat"


@layout(labels=Y)
def mat_label_column(tmp):
    savemat(tmp / "f.mat", {"data": np.column_stack([F, Y])})
    return tmp / "f.mat"


@layout(labels=Y)
def hdf5_grouped_as_usps(tmp):
    import h5py

    with h5py.File(tmp / "f.h5", "w") as file:
        for part, rows in (("train", slice(0, 400)), ("test", slice(400, 600))):
            file[f"{part}/data"], file[f"{part}/target"] = F[rows] / 16.0, Y[rows]
    return tmp / "f.h5"


def _matlab(file, name, value, kind="double"):
    """Write as MATLAB 7.3 does: turned, with the class beside."""
    data = file.create_dataset(name, data=np.asarray(value).T)
    data.attrs["MATLAB_class"] = np.bytes_(kind)
    return data


def _text_codes(text):
    return np.array([[ord(c) for c in text]], np.uint16)


@layout(labels=np.array([f"digit {k}" for k in Y]))
def mat73_cell_strings(tmp):
    import h5py

    with h5py.File(tmp / "f.mat", "w", userblock_size=512) as file:
        _matlab(file, "X", F, "uint8")
        refs = []
        for i, k in enumerate(Y):
            refs.append(_matlab(file, f"#refs#/{i}", _text_codes(f"digit {k}"), "char").ref)
        cell = file.create_dataset("labels", (1, len(Y)), h5py.ref_dtype)
        cell[0] = refs
        cell.attrs["MATLAB_class"] = np.bytes_("cell")
    return tmp / "f.mat"


@layout(labels=Y)
def mat73_struct_as_emnist(tmp):
    import h5py

    with h5py.File(tmp / "f.mat", "w", userblock_size=512) as file:
        for part, rows in (("train", slice(0, 500)), ("test", slice(500, 600))):
            _matlab(file, f"dataset/{part}/images", F[rows], "uint8")
            _matlab(file, f"dataset/{part}/labels", Y[rows, None])
            _matlab(file, f"dataset/{part}/writers", np.arange(600)[rows, None])
            file[f"dataset/{part}"].attrs["MATLAB_class"] = np.bytes_("struct")
        file["dataset"].attrs["MATLAB_class"] = np.bytes_("struct")
    return tmp / "f.mat"


@layout(labels=Y)
def mat73_cell_of_images(tmp):
    import h5py

    with h5py.File(tmp / "f.mat", "w", userblock_size=512) as file:
        refs = [_matlab(file, f"#refs#/{i}", a, "uint8").ref for i, a in enumerate(X)]
        cell = file.create_dataset("images", (len(X), 1), h5py.ref_dtype)
        cell[:, 0] = refs
        cell.attrs["MATLAB_class"] = np.bytes_("cell")
        _matlab(file, "y", Y[None])
    return tmp / "f.mat"


@layout(labels=Y + 1)
def mat73_sparse(tmp):
    import h5py

    matrix = sp.csc_matrix(F.astype(float))
    with h5py.File(tmp / "f.mat", "w", userblock_size=512) as file:
        group = file.create_group("fea")
        group.attrs["MATLAB_class"] = np.bytes_("double")
        group.attrs["MATLAB_sparse"] = np.uint64(len(F))
        group["data"], group["ir"] = matrix.data, matrix.indices.astype(np.uint64)
        group["jc"] = matrix.indptr.astype(np.uint64)
        _matlab(file, "gnd", Y[:, None] + 1.0)
    return tmp / "f.mat"


@layout((X > 7).astype(np.uint8), Y)
def mat73_logical(tmp):
    import h5py

    with h5py.File(tmp / "f.mat", "w", userblock_size=512) as file:
        _matlab(file, "X", (F > 7).astype(np.uint8), "logical")
        _matlab(file, "y", Y[:, None])
    return tmp / "f.mat"


@layout((X > 7).astype(np.uint8), Y)
def mat_logical(tmp):
    savemat(tmp / "f.mat", {"X": F > 7, "y": Y[:, None]})
    return tmp / "f.mat"


@layout(labels=np.array([f"digit {k}" for k in Y]))
def hdf5_text_of_variable_length(tmp):
    import h5py

    with h5py.File(tmp / "f.h5", "w") as file:
        file["images"] = X
        file.create_dataset("labels", data=[f"digit {k}" for k in Y], dtype=h5py.string_dtype())
    return tmp / "f.h5"


@layout(labels=Y)
def hdf5_records(tmp):
    import h5py

    records = np.empty(len(X), [("image", "u1", (8, 8)), ("label", "i4")])
    records["image"], records["label"] = X, Y
    with h5py.File(tmp / "f.h5", "w") as file:
        file["samples"] = records
    return tmp / "f.h5"


@layout(labels=Y)
def hdf5_soft_and_circular_links(tmp):
    import h5py

    with h5py.File(tmp / "f.h5", "w") as file:
        file["store/pixels"], file["store/label"] = X, Y
        file["X"] = h5py.SoftLink("/store/pixels")
        file["y"] = h5py.SoftLink("store/label")
        file["store/up"] = file["/"]
        file["nowhere"] = h5py.SoftLink("/not/there")
    return tmp / "f.h5"


@layout(refused="go in a circle")
def hdf5_links_to_each_other(tmp):
    import h5py

    with h5py.File(tmp / "f.h5", "w") as file:
        file["a"], file["b"] = h5py.SoftLink("/b"), h5py.SoftLink("/a")
    return tmp / "f.h5"


@layout(refused="points into another file")
def hdf5_soft_link_through_another_file(tmp):
    import h5py

    with h5py.File(tmp / "other.h5", "w") as file:
        file["x"] = X
    with h5py.File(tmp / "f.h5", "w") as file:
        file["images"] = X
        file["far"] = h5py.ExternalLink("other.h5", "/")
        file["y"] = h5py.SoftLink("/far/x")
    return tmp / "f.h5"


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


@layout(labels=Y, says="the first of 8 columns")
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


@layout(labels=Y)
def idx_xz_with_labels_in_gzip(tmp):
    (tmp / "xnist-images-idx3-ubyte.xz").write_bytes(lzma.compress(idx_bytes(X)))
    (tmp / "xnist-labels.idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(Y.astype("u1"))))
    return tmp / "xnist-images-idx3-ubyte.xz"


@layout(labels=Y)
def idx_told_apart_by_their_axes_alone(tmp):
    (tmp / "train.idx3").write_bytes(idx_bytes(X))
    (tmp / "train.idx1").write_bytes(idx_bytes(Y.astype("u1")))
    (tmp / "test.idx1").write_bytes(idx_bytes(Y[:4].astype("u1")))
    return tmp / "train.idx3"


@layout(labels=Y)
def folder_of_idx_as_qmnist(tmp):
    for part, rows in (("train", slice(0, 400)), ("test", slice(400, 600))):
        extended = np.column_stack([Y, Y + 30, np.arange(len(X))]).astype("i4")[rows]
        content = gzip.compress(idx_bytes(X[rows]))
        (tmp / f"qmnist-{part}-images-idx3-ubyte.gz").write_bytes(content)
        content = gzip.compress(idx_bytes(extended))
        (tmp / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(content)
    return tmp


@layout(says="No label file")
def idx_beside_the_labels_of_another_set(tmp):
    (tmp / "a-images-idx3-ubyte").write_bytes(idx_bytes(X))
    (tmp / "b-labels-idx1-ubyte").write_bytes(idx_bytes(Y.astype("u1")))
    return tmp / "a-images-idx3-ubyte"


NOT_YET: set[str] = set()
