"""Saves a fitted `ShapeClustering` as a folder of arrays and one JSON file, and loads it again.

The folder is input that somebody else may have written: nothing in it is executed, links are not
followed, sizes are checked before they are believed, and every value that indexes or is computed with
is checked. Digests find damage that leaves plausible values.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from os import fstat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster._version import __version__
from inkcluster.cluster.shape.levels import Level
from inkcluster.cluster.shape.neighbors import Shapes, View, edges, plain
from inkcluster.cluster.shape.nuisance import Nuisance
from inkcluster.cluster.shape.pairs import Fields
from inkcluster.cluster.shape.preparation.prepare import Choices, Preparation
from inkcluster.cluster.shape.saved.checks import check, check_gradients
from inkcluster.compute.memory import require
from inkcluster.errors import BadInputError, TooLittleMemoryError
from inkcluster.files import atomic_folder, is_folder, open_file
from inkcluster.images.describing import one_line
from inkcluster.kernels.shape import distortion as kernels

FORMAT = 2
"""Number of the newest format. Raise it for whatever an older version could not read, and go on reading
the older ones: where :class:`Preparation` gets a field, for instance, give it the old behaviour."""
MODEL = "model.json"
KIND = "ShapeClustering"
MAX_JSON_BYTES = 16 << 20
HEAD_BYTES = 100
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""What an array may be called: never a path."""
ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,60}_|_order|_preparation|_shape|_shapes")
"""What :meth:`fit` sets: never a method."""
KINDS: dict[str, Any] = {
    one.__name__: one for one in (Choices, Preparation, Shapes, Level, Nuisance)
}
"""Dataclasses that a fitted model may hold."""
LOOKS = {look.__name__: look for look in (plain, edges)}
UNREADABLE = (
    OSError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError,
    SyntaxError, MemoryError,
)  # fmt: skip
"""The errors of reading what no model has written."""
Arrays = dict[str, NDArray[Any]]


def write(parameters: Mapping[str, Any], fitted: Mapping[str, Any], folder: Path) -> Path:
    """Write a model's parameters and what it has found; the folder appears whole or not at all.

    Raises
    ------
    BadInputError
        If the folder cannot be written, or holds something else.
    """
    arrays: Arrays = {}
    content: dict[str, Any] = {
        "kind": KIND,
        "format": FORMAT,
        "inkcluster": __version__,
        "parameters": {name: _plain(value, name, arrays) for name, value in parameters.items()},
        "fitted": {name: _plain(value, name, arrays) for name, value in fitted.items()},
    }
    try:
        if folder.exists() and not _may_replace(folder):
            raise BadInputError(
                f"{folder} is no folder of a saved model and is left as it is; choose another name."
            )
        with atomic_folder(folder) as new:
            content["arrays"] = {}
            for name, array in arrays.items():
                stream = io.BytesIO()
                np.lib.format.write_array(stream, np.ascontiguousarray(array), allow_pickle=False)
                (new / f"{name}.npy").write_bytes(stream.getbuffer())
                content["arrays"][name] = _digest(stream.getbuffer())
            content["seal"] = _seal(content)
            (new / MODEL).write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return folder


def read(folder: Path, known: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters, of which the `known` are, and what was found, as :func:`write` wrote them.

    Raises
    ------
    BadInputError
        If the folder holds no model, a damaged one, or one in a newer format.
    """
    try:
        with open_file(folder / MODEL, inner=1) as stream:
            if fstat(stream.fileno()).st_size > MAX_JSON_BYTES:
                raise ValueError("too large")
            content = json.loads(stream.read(MAX_JSON_BYTES), parse_constant=_refuse)
        if content["kind"] != KIND:
            raise ValueError("another kind")
        number, version = content["format"], one_line(str(content["inkcluster"]), 40)
        if not _is_whole(number) or number < 1:
            raise ValueError("no number")
    except UNREADABLE as error:
        raise BadInputError(
            f"{folder} holds no saved model, or its {MODEL} is damaged; give a folder that "
            "ShapeClustering.save has written."
        ) from error
    if number > FORMAT:
        raise BadInputError(
            f"{folder} was written by Inkcluster {version} in format {number}, and this is version "
            f"{__version__}, which reads formats up to {FORMAT}; install a newer one."
        )
    at = MODEL
    try:
        seal = content.pop("seal")
        if seal != _seal(content):
            raise ValueError("another seal")
        names = {name: str(digest) for name, digest in content["arrays"].items()}
        arrays = {}
        for name, digest in names.items():
            if not NAME.fullmatch(name):
                raise ValueError("a name that is a path")
            at = f"{name}.npy"
            arrays[name] = _array(folder / at, digest)
        at = MODEL
        parameters = {name: _value(one, arrays) for name, one in content["parameters"].items()}
        fitted = {name: _value(one, arrays) for name, one in content["fitted"].items()}
        if not known.issuperset(parameters) or not all(
            ATTRIBUTE.fullmatch(name) for name in fitted
        ):
            raise ValueError("other names")
        check(fitted, parameters)
        return parameters, fitted
    except UNREADABLE as error:
        if isinstance(error, TooLittleMemoryError):
            raise
        raise BadInputError(
            f"{folder / at} is missing or damaged (version {version}); save the model again."
        ) from error


def _may_replace(folder: Path) -> bool:
    """Whether the folder is empty, or holds a saved model."""
    if not is_folder(folder):
        return False
    if not any(folder.iterdir()):
        return True
    try:
        with open_file(folder / MODEL, inner=1) as stream:
            return f'"kind": "{KIND}"'.encode() in stream.read(HEAD_BYTES)
    except OSError:
        return False


def _plain(value: Any, name: str, arrays: Arrays) -> Any:  # noqa: PLR0911
    """`value` as JSON; arrays, which are called after `name`, are put into `arrays`."""
    if isinstance(value, np.generic):
        value = value.item()
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {"float": str(value)}
        case np.ndarray() if value.dtype.kind in "biuf":
            arrays[name] = value
            return {"array": name}
        case np.ndarray():  # names of columns
            return {"strings": [str(one) for one in value.tolist()]}
        case tuple() | list():
            items = [_plain(one, f"{name}-{i}", arrays) for i, one in enumerate(value)]
            return {type(value).__name__: items}
        case dict():
            pairs = enumerate(value.items())
            return {"dict": [[k, _plain(one, f"{name}-{i}", arrays)] for i, (k, one) in pairs]}
        case np.random.RandomState():
            return {"random": _plain(value.get_state(), name, arrays)}
        case Fields():
            return {"fields": _plain((_gradients(value), value.warp), name, arrays)}
        case View():
            seen = value.look.__name__, value.mean, value.directions
            return {"view": _plain(seen, name, arrays)}
    kind = type(value).__name__
    if not is_dataclass(value) or kind not in KINDS:
        raise TypeError(f"{name}: {kind} cannot be saved; register it in {__name__}.")
    parts = {one.name: getattr(value, one.name) for one in fields(value)}
    plain = {key: _plain(one, f"{name}-{key}", arrays) for key, one in parts.items()}
    return {"object": kind, "parts": plain}


def _value(plain: Any, arrays: Arrays) -> Any:  # noqa: PLR0911
    """What :func:`_plain` made `plain` of; one of `UNREADABLE` where it made no such thing."""
    if not isinstance(plain, dict):
        return plain
    if "object" in plain:
        parts = {key: _value(one, arrays) for key, one in plain["parts"].items()}
        return KINDS[plain["object"]](**parts)
    ((kind, inner),) = plain.items()
    match kind:
        case "array":
            return arrays[inner]
        case "strings":
            return np.array([str(one) for one in inner], object)
        case "float":
            return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[inner]
        case "tuple" | "list":
            items = [_value(one, arrays) for one in inner]
            return tuple(items) if kind == "tuple" else items
        case "dict":
            return {key: _value(one, arrays) for key, one in inner}
        case "random":
            state = np.random.RandomState()
            state.set_state(_value(inner, arrays))
            return state
        case "fields":
            gradients, warp = _value(inner, arrays)
            check_gradients(gradients, warp)
            return Fields(gradients, warp)
        case "view":
            view = View.__new__(View)
            look, view.mean, view.directions = _value(inner, arrays)
            view.look = LOOKS[look]
            return view
    raise ValueError(f"an unknown kind of value, {kind!r}")


def _gradients(of: Fields) -> NDArray[np.int8]:
    """The gradients (n, 2, h, w), without the padding of the kernel's layout."""
    inner = of.values[:, :, kernels.LEAD : -kernels.LEAD]
    return inner.reshape(len(of), 2, of.height, of.stride)[..., : of.width]


def _array(path: Path, digest: str) -> NDArray[Any]:
    """The array in a file that has this digest, no larger than the file is."""
    with open_file(path, inner=1) as stream:
        size = fstat(stream.fileno()).st_size
        require(f"Loading {path.name}", size, size, None, "free some")
        content = bytearray(stream.read(size))
    if _digest(content) != digest:
        raise ValueError("another digest")
    head = io.BytesIO(content)
    if np.lib.format.read_magic(head) != (1, 0):
        raise ValueError("another version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(head)
    promised = math.prod(shape) * dtype.itemsize
    if dtype.kind not in "biuf" or fortran or promised != len(content) - head.tell():
        raise ValueError("an array that is not what its header says")
    if not promised:
        return np.empty(shape, dtype)
    return np.frombuffer(content, dtype, offset=head.tell()).reshape(shape)


def _digest(content: Any) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _seal(content: Mapping[str, Any]) -> str:
    return _digest(json.dumps(content, sort_keys=True).encode())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no number of a model")
