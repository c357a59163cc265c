"""Checks labels: whole numbers are kept as int64, anything else as text, untouched."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, refuse_masked

MAX_EXACT = 2.0**53
_WRITTEN_WHOLE = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d*)?(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
MAX_LABEL_CHARACTERS = 200
"""A longer label is a mistake, and repeated for each image it would fill the memory."""


def check_labels(values: Any, n: int, where: str) -> NDArray[Any] | None:
    """The labels of `n` images as int64, or text exactly as it was; None stays None.

    They may be whole numbers of any dtype, booleans, text or bytes, of shape (n,), (n, 1) or (1, n).
    `where` names the source in sentences.

    Raises
    ------
    BadInputError
        If the length is not `n`, or if labels are missing, fractions or objects.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.labelling import check_labels
    >>> check_labels(np.array([[3.0, 1.0]]), 2, "here")
    array([3, 1])
    """
    if values is None:
        return None
    labels = label_array(values, f"{where}: labels")
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.ravel()
    if labels.shape != (n,):
        raise BadInputError(
            f"{where}: {n:,} images but {_how_many(labels)}; give one label for each image."
        )
    kind = labels.dtype.kind
    if kind in "biu":
        return _from_integers(labels, where)
    if kind == "f":
        return _from_floats(labels, where)
    if kind in "UST":
        return _from_text(labels, where)
    if kind == "O":
        return _from_objects(labels, where)
    raise BadInputError(f"{where}: labels must be whole numbers or text, not {labels.dtype}.")


def label_array(values: Any, what: str) -> NDArray[Any]:
    """Labels as an array, unless they are masked or lists of several lengths."""
    refuse_masked(values, what)
    try:
        return np.asarray(values)
    except ValueError as error:
        raise BadInputError(
            f"{what} must be one list of whole numbers or text, not lists of several lengths."
        ) from error


def numbers_if_all_are(labels: NDArray[Any]) -> NDArray[Any]:
    """Text as int64 if all of it is whole numbers (``"7"``, not ``"07"``), else as it is.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images.labelling import numbers_if_all_are
    >>> numbers_if_all_are(np.array(["7", "-1"])), numbers_if_all_are(np.array(["7", "07"]))
    (array([ 7, -1]), array(['7', '07'], dtype='<U2'))
    """
    distinct, code = np.unique(labels, return_inverse=True)
    values = np.empty(len(distinct), np.int64)
    for i, text in enumerate(distinct):
        number = _whole(str(text))
        if number is None:
            return labels
        values[i] = number
    numbers: NDArray[np.int64] = values[code]
    return numbers


def tidy_labels(texts: Sequence[str]) -> NDArray[Any]:
    """Labels as a text file writes them: whole numbers, also as ``7.000e+00``, else text.

    Examples
    --------
    >>> from inkcluster.images.labelling import tidy_labels
    >>> tidy_labels(["7.0000", "-1.000e+00"]), tidy_labels(["7", " a"])
    (array([ 7, -1]), array(['7', 'a'], dtype='<U1'))
    """
    tidy = np.array([text.strip() for text in texts], dtype=np.str_)
    distinct, code = np.unique(tidy, return_inverse=True)
    if all(_WRITTEN_WHOLE.fullmatch(text) for text in distinct):
        values = np.array([float(text) for text in distinct])
        if (values == np.rint(values)).all() and (np.abs(values) < MAX_EXACT).all():
            numbers: NDArray[np.int64] = values.astype(np.int64)[code]
            return numbers
    return numbers_if_all_are(tidy)


def _whole(text: str) -> int | None:
    digits = text.removesuffix(".0").removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    if len(digits) > 1 and digits[0] == "0":
        return None
    return int(text.removesuffix(".0"))


def _from_integers(labels: NDArray[Any], where: str) -> NDArray[np.int64]:
    if labels.dtype.kind == "u" and labels.size and int(labels.max()) > np.iinfo(np.int64).max:
        raise BadInputError(f"{where}: label {int(labels.max())} is too large for a whole number.")
    return labels.astype(np.int64)


def _from_floats(labels: NDArray[Any], where: str) -> NDArray[np.int64]:
    bad = ~np.isfinite(labels)
    if bad.any():
        raise _missing(int(bad.sum()), int(np.flatnonzero(bad)[0]), where)
    labels = labels.astype(np.float64)  # half floats cannot hold what they are compared with
    odd = (labels != np.rint(labels)) | (np.abs(labels) >= 2.0**63)
    if odd.any():
        first = int(np.flatnonzero(odd)[0])
        raise BadInputError(
            f"{where}: the label of image {first:,} is {labels[first]}; "
            "labels must be whole numbers or text."
        )
    return labels.astype(np.int64)


def _from_text(labels: NDArray[Any], where: str) -> NDArray[Any]:
    if labels.dtype.kind == "S":
        try:
            labels = np.char.decode(labels, "utf-8")
        except UnicodeDecodeError as error:
            raise BadInputError(
                f"{where}: the labels are bytes that are not UTF-8 text ({error.reason})."
            ) from error
    if labels.dtype.kind == "U" and labels.size:
        codes = np.ascontiguousarray(labels).view(labels.dtype.byteorder + "u4")
        if int(codes.max()) > sys.maxunicode:
            raise BadInputError(
                f"{where}: a label holds a character beyond Unicode; the file is damaged, or its "
                "labels are no text."
            )
    if labels.dtype.kind == "T" or labels.dtype.itemsize > 4 * MAX_LABEL_CHARACTERS:
        return _from_objects(labels.astype(object), where)
    return labels


def _from_objects(labels: NDArray[Any], where: str) -> NDArray[Any]:
    """Accept objects only if all are strings."""
    missing = [i for i, v in enumerate(labels) if _is_missing(v)]
    if missing:
        raise _missing(len(missing), missing[0], where)
    for i, value in enumerate(labels):
        if not isinstance(value, str):
            raise BadInputError(
                f"{where}: the label of image {i:,} is a Python object ({type(value).__name__}); "
                "labels must be whole numbers or text."
            )
    check_length(labels, where)
    return labels.astype(np.str_)


def check_length(texts: Sequence[str] | NDArray[Any], where: str, first: int = 0) -> None:
    """Refuse a label that is too long; `first` is the number of the first image."""
    for i, text in enumerate(texts, first):
        if len(text) > MAX_LABEL_CHARACTERS:
            raise BadInputError(
                f"{where}: the label of image {i:,} has {len(text):,} characters; "
                f"at most {MAX_LABEL_CHARACTERS} are accepted."
            )


def _is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, or the mark that pandas has for these."""
    nan = isinstance(value, float) and value != value  # noqa: PLR0124
    return value is None or nan or type(value).__name__ in {"NAType", "NaTType"}


def _missing(count: int, first: int, where: str) -> BadInputError:
    return BadInputError(
        f"{where}: {count:,} label{' is' if count == 1 else 's are'} missing "
        f"(the first: image {first:,}); give one label for each image, or none at all."
    )


def _how_many(labels: NDArray[Any]) -> str:
    if labels.ndim == 1:
        return f"{len(labels):,} label{'' if len(labels) == 1 else 's'}"
    return f"labels of shape {labels.shape}"
