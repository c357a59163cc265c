"""Objects of Python, and what is refused."""

from functools import partial

import numpy as np
from tests.images.layouts.base import BUNCH, F, Layout, X, Y
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)

# Objects


@layout(labels=Y)
def object_bunch(tmp):
    return type(BUNCH)(
        data=F.astype(float), target=Y, images=X.astype(float), target_names=np.arange(10)
    )


@layout(labels=Y)
def object_data_frame(tmp):
    import pandas as pd

    return pd.DataFrame(F, columns=[f"pixel{i}" for i in range(64)]).assign(label=Y)


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


@layout(refused="HEIC")
def heic(tmp):
    (tmp / "f.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 64)
    return tmp / "f.heic"


@layout(refused="SVG")
def folder_of_drawings(tmp):
    for k in range(3):
        (tmp / "d" / str(k)).mkdir(parents=True)
        (tmp / "d" / str(k) / "a.svg").write_text('<?xml version="1.0"?><svg/>')
    return tmp / "d"


NOT_YET: set[str] = {
    "object_bunch",
    "object_data_frame",
    "object_pair",
    "object_torch_like",
}
