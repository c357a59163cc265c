"""Reads sequences of images, and data sets that give an image and its label by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import check_pixels
from inkcluster.images.describing import one_line
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, is_out_of_memory, size
from inkcluster.images.readers.naming import label_rank
from inkcluster.images.readers.pictures.decoding import about_sizes, unify
from inkcluster.progress import current
from inkcluster.words import listed

IMAGE_KEYS = ("image", "images", "img", "picture", "pixel_values", "pixels", "data", "x", "input")
"""What data sets of dictionaries call the image, the likeliest first."""
MAX_NAMED_KEYS = 3
"""How many keys that are not used a notice names."""


def read_dataset(source: Any, asked: Asked) -> Found:
    """Read every item of a sequence or data set, in order.

    Parameters
    ----------
    source : object with ``__len__`` and ``__getitem__``
        Items are images, pairs (image, label) as PyTorch's data sets give them, or dictionaries
        with an image and a label as Hugging Face's do. Images are arrays, tensors or pictures of
        Pillow's. ``classes`` or ``features`` of the data set name the labels.
    asked : Asked
        What the caller says of it; `labels` may be a key of the dictionaries.

    Raises
    ------
    BadInputError
        If an item cannot be read, or is no image.
    """
    n = len(source)
    if not n:
        raise BadInputError("The dataset is empty.")
    reader = _Items(asked)
    with current().task("reading the dataset", n) as advance:
        for i in range(n):
            reader.add(_item(source, i))
            advance(1)
    return reader.found(source)


def named_classes(labels: NDArray[Any], classes: Sequence[str]) -> NDArray[Any]:
    """The labels by the names of their classes, where these say more than the numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.readers.datasets import named_classes
    >>> named_classes(np.array([1, 0]), ["cat", "dog"]), named_classes(np.array([1, 0]), ["0", "1"])
    (array(['dog', 'cat'], dtype='<U3'), array([1, 0]))
    """
    numbers = [str(i) for i in range(len(classes))]
    if labels.dtype.kind not in "iu" or not labels.size or list(classes) == numbers:
        return labels
    if len(set(classes)) < len(classes) or labels.min() < 0 or labels.max() >= len(classes):
        return labels
    named: NDArray[np.str_] = np.array(classes, np.str_)[labels]
    return named


def as_array(image: Any) -> NDArray[Any]:
    """An image of Pillow's, a tensor or anything with ``__array__`` as an array."""
    if hasattr(image, "getbands"):
        if image.mode in ("P", "PA", "LA", "La", "RGBa"):
            image = image.convert(
                "RGBA" if "transparency" in image.info or image.mode != "P" else "RGB"
            )
        elif image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
            image = image.convert("RGB")
    elif hasattr(image, "detach"):
        image = image.detach().cpu()
    return np.asarray(image)


def _item(source: Any, i: int) -> Any:
    """Item `i`; whatever a data set's own code raises becomes one sentence."""
    try:
        return source[i]
    except Exception as error:
        if is_out_of_memory(error):
            raise
        detail = one_line(" ".join(str(error).split()), 80).rstrip(".") or type(error).__name__
        raise BadInputError(f"Item {i:,} of the dataset cannot be read ({detail}).") from error


class _Items:
    """Takes items one by one; the first says of what kind they are."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._images: list[NDArray[Any]] = []
        self._labels: list[Any] = []
        self._keys: tuple[str, str | None] | None = None
        self._said: list[str] = []
        self._from = ""
        self._held = 0

    def add(self, item: Any) -> None:
        """Take the image of an item, and its label where it has one."""
        image, label = self._split(item)
        at = len(self._images)
        array = as_array(image)
        if array.dtype.kind not in "biuf" or not array.ndim:
            raise BadInputError(
                f"Item {at:,} of the dataset is no image but {one_line(repr(image), 40)}; give images as "
                "arrays, tensors or pictures of Pillow's."
            )
        self._images.append(array)
        if label is not None:
            self._labels.append(_label(label))
        self._held += array.nbytes
        if self._held > 2 * MAX_UNPACKED_BYTES:
            raise BadInputError(
                f"The dataset holds more than {size(2 * MAX_UNPACKED_BYTES)} of pixels; give fewer or "
                "smaller images."
            )

    def found(self, source: Any) -> Found:
        """The set."""
        n = len(self._images)
        labels = None if isinstance(self._asked.labels, str) else self._asked.labels
        if labels is None and self._labels:
            if len(self._labels) < n:
                raise BadInputError(
                    f"The dataset: {n:,} images but {len(self._labels):,} labels; give one for each."
                )
            labels = self._known(source)
        pixels = self._pixels()
        return Found(pixels, labels, tuple(self._said), names=_names(source, n), what="a dataset",
                     labels_from=self._from if self._labels else "")  # fmt: skip

    def _split(self, item: Any) -> tuple[Any, Any]:
        if isinstance(item, Mapping):
            image, label = self._keys = self._keys or self._chosen(item)
            try:
                return item[image], None if label is None else item[label]
            except KeyError as error:
                raise BadInputError(
                    f"Item {len(self._images):,} of the dataset has no {error.args[0]!r}; give all items "
                    "the same keys."
                ) from error
        if isinstance(self._asked.labels, str):
            raise BadInputError(
                f"The dataset has no column {self._asked.labels!r}; give a label for each image."
            )
        is_number = isinstance(item, tuple | list) and item and isinstance(item[0], int | float)
        if isinstance(item, tuple | list) and len(item) >= 2 and not is_number:
            if len(item) > 2 and not self._images:
                self._said.append(f"Not used: the last {len(item) - 2} of each item's {len(item)}.")
            self._from = "the second of each item"
            return item[0], item[1]
        if isinstance(item, tuple | list) and len(item) == 1:
            return item[0], None
        return item, None

    def _chosen(self, item: Mapping[Any, Any]) -> tuple[str, str | None]:
        """The keys of image and label."""
        wanted = self._asked.labels
        if isinstance(wanted, str) and wanted not in item:
            raise BadInputError(
                f"The dataset has no column {wanted!r} for the labels; it has {listed(item)}."
            )
        images = [key for key in item if key != wanted and _is_image(item[key])]
        if not images:
            raise BadInputError(f"The dataset's items hold no image; they have {listed(item)}.")
        images.sort(key=lambda key: IMAGE_KEYS.index(key) if key in IMAGE_KEYS else len(IMAGE_KEYS))
        image, label = images[0], wanted if isinstance(wanted, str) else None
        named = [key for key in item if key != image and label_rank(str(key)) == 0]
        if wanted is None and named:
            label = named[0]
        if len(named) > 1 and wanted is None:
            others = listed((repr(key) for key in named[1:]), MAX_NAMED_KEYS)
            self._said.append(f"Labels are {label!r}, not {others}; labels=NAME decides.")
        unused = [str(key) for key in item if key not in (image, label, *named)]
        if unused:
            self._said.append(f"Not used: {listed(unused, MAX_NAMED_KEYS)}.")
        self._from = f"column {label!r}"
        return image, label

    def _known(self, source: Any) -> NDArray[Any]:
        labels = self._labels
        if all(isinstance(label, np.ndarray) for label in labels):
            ones = None
            if len({label.shape for label in labels}) == 1:
                ones = from_one_hot(np.stack(labels))
            if ones is None:
                raise BadInputError(
                    "The dataset's labels are arrays, not one label an image; give labels=."
                )
            self._said.append("The one-hot labels became class numbers from 0.")
            return ones
        as_text = any(isinstance(label, str) or label is None for label in labels)
        known = np.array(labels, dtype=object if as_text else None)
        return named_classes(known, _classes(source, self._keys and self._keys[1]))

    def _pixels(self) -> NDArray[Any]:
        images, asked = self._images, self._asked.shape
        shapes = {image.shape for image in images}
        if len(shapes) == 1:
            return np.stack(images)
        if any(image.dtype != np.uint8 for image in images) or min(map(len, shapes)) < 2:
            shown = listed(sorted(map(str, shapes)), 2)
            raise BadInputError(
                f"The dataset holds images of several shapes: {shown}; give them one."
            )
        grey = [check_pixels(image[None], "the dataset")[0][0] for image in images]
        pixels, resized = unify(grey, asked, "the dataset")
        self._said.append(about_sizes(resized, pixels.shape))
        return pixels


def _label(label: Any) -> Any:
    """A number, text, or an array where it is one of more than one value."""
    if isinstance(label, str) or label is None:
        return label
    array = as_array(label)
    return array.item() if array.size == 1 and array.dtype.kind != "O" else array


def _is_image(value: Any) -> bool:
    if hasattr(value, "getbands"):
        return True
    return not isinstance(value, str | bytes | Mapping) and np.ndim(as_array(value)) > 1


def _classes(source: Any, key: str | None) -> list[str]:
    """The names of the classes, as PyTorch's (``classes``) and Hugging Face's data sets keep them."""
    for holder in (source, getattr(source, "dataset", None)):
        features = getattr(holder, "features", None)
        names = getattr(holder, "classes", None)
        if isinstance(features, Mapping) and key in features:
            names = getattr(features[key], "names", None)
        if isinstance(names, list | tuple) and all(isinstance(name, str) for name in names):
            return list(names)
    return []


def _names(source: Any, n: int) -> NDArray[Any] | None:
    """The files that the images came from, where the data set lists them as PyTorch's do."""
    samples = getattr(source, "samples", None)
    if not isinstance(samples, list) or len(samples) != n:
        return None
    if not all(isinstance(own, tuple) and own and isinstance(own[0], str) for own in samples):
        return None
    return np.array([own[0] for own in samples])
