"""Objects of Python, and what is refused."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
from PIL import Image
from tests.images.layouts.base import BUNCH, GREY, F, Layout, X, Y, png_bytes
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


class Tensor:
    """As PyTorch's: an array only after ``detach().cpu()``."""

    def __init__(self, array):
        self._array = array

    def detach(self):
        return self

    def cpu(self):
        return self._array


class Items:
    """A data set of PyTorch's or Hugging Face's kind."""

    def __init__(self, item, **more):
        self._item = item
        vars(self).update(more)

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        if i >= len(X):
            raise IndexError("no such item")
        return self._item(i)


_NAMES = [f"digit {k}" for k in range(10)]


@layout(labels=Y)
def object_lists(tmp):
    return F.tolist(), Y.tolist()


@layout()
def object_list_of_arrays(tmp):
    return list(X)


@layout()
def object_list_of_pictures(tmp):
    return [Image.fromarray(a) for a in GREY]


@layout(labels=Y)
def object_list_of_pairs(tmp):
    return list(zip(X, Y, strict=True))


@layout(labels=Y)
def object_pair_of_pictures_and_labels(tmp):
    return [Image.fromarray(a) for a in GREY], [str(k) for k in Y]


LAYOUTS[-1] = replace(LAYOUTS[-1], labels=Y.astype(str))


@layout(labels=Y, says="Two parts were joined")
def object_pairs_as_of_keras(tmp):
    return (X[:400], Y[:400]), (X[400:], Y[400:])


@layout(labels=Y, says="Not used: other")
def object_dictionary(tmp):
    return {"images": X, "labels": Y.tolist(), "other": np.arange(5)}


@layout(labels=np.array(_NAMES)[Y])
def object_bunch_with_names(tmp):
    return type(BUNCH)(data=F / 16, target=Y, target_names=np.array(_NAMES), DESCR="digits")


@layout(labels=Y.astype(str))
def object_bunch_as_of_openml(tmp):
    import pandas as pd

    frame = pd.DataFrame(F, columns=[f"pixel{i + 1}" for i in range(64)])
    target = pd.Series(pd.Categorical(Y.astype(str)), name="class")
    return type(BUNCH)(data=frame, target=target, frame=frame, feature_names=list(frame.columns))


@layout()
def object_data_frame_without_names(tmp):
    import pandas as pd

    return pd.DataFrame(F)


@layout(labels=Y)
def object_data_frame_of_arrays(tmp):
    import pandas as pd

    return pd.DataFrame({"image": list(X), "digit": Y})


@layout(labels=Y)
def object_data_frame_of_pictures(tmp):
    import pandas as pd

    return pd.DataFrame({"image": [Image.fromarray(a) for a in GREY], "digit": Y})


@layout(labels=Y)
def object_data_frame_as_of_the_hub(tmp):
    import pandas as pd

    return pd.DataFrame(
        {"image": [{"bytes": png_bytes(a), "path": None} for a in GREY], "label": Y}
    )


@layout(labels=Y % 3, options={"labels": "third"})
def object_data_frame_label_by_name(tmp):
    import pandas as pd

    frame = pd.DataFrame(F, columns=[f"pixel{i}" for i in range(64)])
    return frame.assign(label=Y, third=Y % 3)


@layout(refused="no column 'fourth'")
def object_data_frame_without_that_label(tmp):
    import pandas as pd

    return pd.DataFrame({"image": list(F), "label": Y})


LAYOUTS[-1].options["labels"] = "fourth"


@layout(labels=Y)
def object_frame_as_of_polars(tmp):
    import pyarrow as pa

    class Frame:
        columns = ("pixels", "label")

        def to_arrow(self):
            return pa.table({"pixels": pa.array(F.tolist(), pa.large_list(pa.uint8())), "label": Y})

    return Frame()


@layout(labels=Y)
def object_arrow_table(tmp):
    import pyarrow as pa

    return pa.table({"pixels": pa.array(F.tolist()), "label": Y})


@layout(refused=r"call its collect\(\) first")
def object_lazy_frame(tmp):
    class Lazy:
        columns = ("a",)
        collect = collect_schema = None

    return Lazy()


@layout(labels=np.array(_NAMES)[Y])
def object_torch_like_with_classes(tmp):
    return Items(lambda i: (Tensor(X[i][None] / 16), Tensor(np.array(Y[i]))), classes=_NAMES)


@layout(labels=Y)
def object_torch_like_of_pictures(tmp):
    return Items(lambda i: (Image.fromarray(GREY[i]).convert("RGB"), int(Y[i])))


@layout(labels=Y, says="became class numbers")
def object_torch_like_one_hot(tmp):
    return Items(lambda i: (X[i], np.eye(10)[Y[i]]))


@layout(labels=np.array(_NAMES)[Y])
def object_hub_like(tmp):
    feature = SimpleNamespace(names=_NAMES)
    features = {"image": SimpleNamespace(), "label": feature}
    return Items(lambda i: {"image": Image.fromarray(GREY[i]), "label": Y[i]}, features=features)


@layout(labels=Y, says="Labels are 'fine_label', not 'coarse_label'; labels=NAME decides")
def object_hub_like_with_two_labels(tmp):
    return Items(lambda i: {"img": X[i], "fine_label": Y[i], "coarse_label": Y[i] // 2})


@layout(labels=Y // 2, options={"labels": "coarse_label"})
def object_hub_like_label_by_name(tmp):
    return Items(lambda i: {"img": X[i], "fine_label": Y[i], "coarse_label": Y[i] // 2})


@layout(labels=Y, says="Two parts were joined")
def object_hub_like_parts(tmp):
    whole = Items(lambda i: {"image": X[i], "label": Y[i]})
    return {"test": [whole[i] for i in range(400, 600)], "train": [whole[i] for i in range(400)]}


@layout(refused="Item 7 of the dataset cannot be read")
def object_torch_like_that_fails(tmp):
    return Items(lambda i: (X[i], Y[i]) if i < 7 else 1 / 0)


@layout(refused="Item 3 of the dataset is no image but 'seven'")
def object_torch_like_with_text(tmp):
    return Items(lambda i: (X[i] if i != 3 else "seven", Y[i]))


@layout(refused="make a list of it first")
def object_generator(tmp):
    return (a for a in X)


@layout(refused="give its dataset instead")
def object_data_loader(tmp):
    class Loader:
        dataset = ()

        def __len__(self):
            return 2

        def __iter__(self):
            return iter(())

    return Loader()


@layout(refused="single picture")
def object_one_picture(tmp):
    return Image.fromarray(GREY[0])


@layout(labels=Y)
def object_sparse_pair(tmp):
    import scipy.sparse as sp

    return sp.csr_matrix(F), Y


@layout(labels=Y)
def object_array_with_a_label_column(tmp):
    return np.column_stack([F, Y])


@layout(says="shape=(height, width) decides")
def object_array_of_columns(tmp):
    return F.T


@layout()
def object_array_images_last(tmp):
    return np.asfortranarray(np.moveaxis(X, 0, -1))


@layout()
def object_that_turns_into_an_array(tmp):
    class Lazy:
        def __array__(self, dtype=None, copy=None):
            return X.astype(dtype or X.dtype)

    return Lazy()


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


NOT_YET: set[str] = set()
