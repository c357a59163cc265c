"""Tells from the names of arrays what they hold: labels, parts of a set, classes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

LABEL_NAMES = ("label", "labels", "target", "targets", "class", "classes", "digit", "y", "gnd")
LABEL_WORDS = frozenset(
    (*LABEL_NAMES, "digits", "character", "characters", "letter", "letters", "category", "categories",
     "truth", "gt", "annotation", "annotations", "classlabel", "classlabels")
)  # fmt: skip
_LABEL_FILES = frozenset(
    ("target", "targets", "class", "y", "gnd", "truth", "gt", "annotation", "annotations")
)
OTHER_WORDS = frozenset(
    ("writer", "writers", "author", "authors", "subject", "subjects", "person", "user", "users",
     "session", "source", "sources", "id", "ids", "idx", "index", "indices", "fold", "folds", "split",
     "splits", "batch", "group", "groups", "weight", "weights", "order", "row", "rows", "name",
     "names", "file", "files", "filename", "filenames", "path", "paths")
)  # fmt: skip
_IMAGES = frozenset(("image", "images", "img", "imgs", "pixel", "pixels", "picture", "pictures"))
_DERIVED = frozenset(
    ("feature", "features", "feat", "feats", "embedding", "embeddings", "mask", "masks", "hog", "pca",
     "latent", "weight", "weights", "distance", "distances", "kernel")
)  # fmt: skip
_PART = re.compile(
    r"train(?:ing)?|valid(?:ation)?|(?<!la)test(?:ing)?|(?:(?<![a-z])|(?<=\b[xy]))(?:val|tr|te)(?![a-z])"
)
_COUNTS = re.compile(r"\d+|(?<![a-z])of(?![a-z])")
_UNLABELLED = ("unlabeled", "unlabelled")
_MORE_PARTS = frozenset(
    ("dev", "eval", "evaluation", "extra", "holdout", "unlabeled", "unlabelled")
)
_NUMBERED = re.compile(r"(.*?)[ _.-]?(\d+)")
_NOT_CLASSES = frozenset(
    ("arr", "batch", "chunk", "fold", "part", "shard", "split", "image", "img", "picture", "sample",
     "x", "var", "data_batch")
)  # fmt: skip
MIN_NUMBERED_CLASSES = 3
"""Fewer arrays whose names end in numbers are not taken for classes."""


def label_rank(key: str) -> int:
    """0 if the name says labels, 2 if it says something else (a writer, an index), else 1.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import label_rank
    >>> label_rank("y_train"), label_rank("dataset.train.writers"), label_rank("v")
    (0, 2, 1)
    """
    words = _words(key)
    says_labels = any(word in LABEL_WORDS or word.endswith(("label", "labels")) for word in words)
    says_other = any(word in OTHER_WORDS for word in words)
    return 1 if says_labels == says_other else 0 if says_labels else 2


def image_rank(key: str) -> int:
    """0 if the name says images, 2 if it says what is derived from them, else 1.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import image_rank
    >>> image_rank("train_images"), image_rank("X"), image_rank("hog_features")
    (0, 1, 2)
    """
    words = set(_words(key))
    return 2 if words & _DERIVED else 0 if words & _IMAGES else 1


def names_labels(stem: str) -> bool:
    """Whether a file of this name holds labels; what it is about (letters) does not say so.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import names_labels
    >>> names_labels("y_train"), names_labels("csvTrainLabel 100x1"), names_labels("letters")
    (True, True, False)
    """
    return label_rank(stem) == 0 and any(
        word in _LABEL_FILES or word.endswith(("label", "labels")) for word in _words(stem)
    )


def without_part(key: str) -> str:
    """The name without its part, so that ``y_train`` and ``y_test`` are one.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import without_part
    >>> without_part("y_train"), without_part("dataset.test.labels")
    ('y', 'dataset labels')
    """
    return " ".join(_PART.sub(" ", _spaced(key)).split())


def by_part(keys: Iterable[str]) -> dict[str, list[str]]:
    """The names of each part, training first; names that say no part are left out.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import by_part
    >>> by_part(["x_test", "x_train", "y_test", "mapping"])
    {'train': ['x_train'], 'test': ['x_test', 'y_test']}
    """
    groups: dict[str, list[str]] = {}
    for key in keys:
        found = _PART.search(_spaced(key))
        if found is not None:
            groups.setdefault(found[0], []).append(key)
    return {part: groups[part] for part in sorted(groups, key=_place)}


def says_part(name: str) -> bool:
    """Whether the name is a part of a set and nothing else, such as ``test`` or ``Training``.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import says_part
    >>> says_part("Training"), says_part("train_7"), says_part("latest")
    (True, False, False)
    """
    return _PART.fullmatch(_spaced(name).strip()) is not None or name.lower() in _UNLABELLED


def are_parts(names: Collection[str]) -> bool:
    """Whether all names are parts of one set: they differ in the part alone.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import are_parts
    >>> are_parts({"MNIST - training", "MNIST - testing"}), are_parts({"train", "test", "extra"})
    (True, True)
    >>> are_parts({"train", "bus"}), are_parts({"train_7", "train_8"})
    (False, False)
    """
    rests = [without_part(name) for name in names if _PART.search(_spaced(name))]
    others = [name for name in names if not _PART.search(_spaced(name))]
    if not rests or len(set(rests)) > 1:
        return False
    return not others or (rests[0] == "" and _MORE_PARTS.issuperset(map(str.lower, others)))


def class_numbers(keys: Iterable[str]) -> dict[str, int] | None:
    """The class that ends each name (``train0`` to ``test9``), if all of them end in classes.

    Each family of names must have the same numbers, which count from 0 or 1.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import class_numbers
    >>> class_numbers(["digit0", "digit1", "digit2"])
    {'digit0': 0, 'digit1': 1, 'digit2': 2}
    >>> class_numbers(["arr_0", "arr_1", "arr_2"]), class_numbers(["a", "b"])
    (None, None)
    """
    numbers: dict[str, int] = {}
    families: dict[str, set[int]] = {}
    for key in keys:
        found = _NUMBERED.fullmatch(key)
        if found is None or not found[1] or len(found[2]) > 3:
            return None
        words = _words(found[1])
        if any(word.removesuffix("s") in _NOT_CLASSES for word in words):
            return None
        numbers[key] = int(found[2])
        families.setdefault(found[1], set()).add(numbers[key])
    values = sorted(set(numbers.values()))
    if len(values) < MIN_NUMBERED_CLASSES or values != list(range(values[0], values[-1] + 1)):
        return None
    if values[0] > 1 or any(own != set(values) for own in families.values()):
        return None
    return numbers


def family(name: str) -> str:
    """What the names of the files of one set have in common: all but the part and the numbers.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import family
    >>> family("data/train-00000-of-00003"), family("mnist_test")
    ('data', 'mnist')
    """
    return " ".join(_COUNTS.sub(" ", without_part(name)).split())


def in_order(names: Iterable[str]) -> list[str]:
    """The names, training first, and those of one part by their numbers.

    Examples
    --------
    >>> from inkcluster.images.readers.naming import in_order
    >>> in_order(["test", "train-10", "train-9"])
    ['train-9', 'train-10', 'test']
    """
    held = list(names)
    groups = by_part(held)
    rest = [name for name in held if not any(name in own for own in groups.values())]
    return [name for group in (*groups.values(), rest) for name in sorted(group, key=_numbered)]


def _numbered(name: str) -> list[tuple[int, str]]:
    """A key that puts part-2 before part-10."""
    pieces = re.split(r"([0-9]+)", name)
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces]


def _place(part: str) -> tuple[int, str]:
    return ("tr", "va", "te").index(part[:2]), part


def _spaced(key: str) -> str:
    """The name in small letters, with a space where a word ends."""
    humps = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
    return re.sub(r"[\W_]+", " ", humps).lower()


def _words(key: str) -> list[str]:
    return re.sub(r"\d+", " ", without_part(key)).split()
