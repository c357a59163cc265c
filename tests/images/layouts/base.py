"""Layouts of the 8 × 8 digits such as people hold, and what reading each must give."""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

BUNCH = load_digits()
X = BUNCH.images.astype(np.uint8)[:600]
Y = BUNCH.target.astype(np.int64)[:600]
F = X.reshape(len(X), 64)
GREY = np.minimum(X.astype(int) * 16, 255).astype(np.uint8)  # as pictures hold them


@dataclass(frozen=True)
class Layout:
    """How a file or folder is made, and what must come of it."""

    name: str
    make: Callable[[Path], Any]
    pixels: Any = None
    labels: Any = None
    options: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None  # the option or words that the refusal names
    says: str | None = None  # words that a notice must hold


def layout(pixels=None, labels=None, *, refused=None, says=None, options=None, into):
    """Register a function that makes a layout; without `refused`, pixels are X by default."""

    def register(make):
        into.append(
            Layout(
                make.__name__,
                make,
                pixels if pixels is not None else X,
                labels,
                dict(options or {}),
                refused,
                says,
            )
        )
        return make

    return register


def png(path: Path, array: Any, **extra: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **extra)


def png_bytes(array: Any, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(array).save(out, form)
    return out.getvalue()


def idx_bytes(array: np.ndarray) -> bytes:
    code = {"u1": 8, "i4": 12}[array.dtype.str[1:]]
    head = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def text_rows(rows, separator=",") -> str:
    return "".join(separator.join(str(v) for v in row) + "\n" for row in rows)
