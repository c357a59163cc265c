"""Makes keys of all that an answer or a step depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

KEY_LENGTH = 12


def canonical(value: Any) -> str:
    """JSON of `value` with sorted keys: one spelling for equal values.

    Examples
    --------
    >>> canonical({"b": (1, 2.5), "a": None})
    '{"a":null,"b":[1,2.5]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def key(*parts: Any) -> str:
    """The first twelve hex digits of the SHA-256 of `parts`."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:KEY_LENGTH]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return [str(value.dtype), list(value.shape), content]
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "identity"):
        return value.identity
    raise TypeError(f"a {type(value).__name__} cannot be part of a key")
