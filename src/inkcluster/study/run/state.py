"""``run.json`` and ``answer.json``: what has to stand in them, and how the first is read and written."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from inkcluster.files import RUN, atomic_file, open_file
from inkcluster.images.readers.guard import read_at_most
from inkcluster.study.answer import Level

MAX_JSON_BYTES = 64 << 20
MAX_DEPTH = 32
"""How deep lists and objects may lie in each other in a run's JSON."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""What a question, an answer's folder, a figure or a table may be called: never a path."""
_NUMBER = (int, float)
_FINDINGS = [{"code": str, "level": frozenset(Level), "sentence": str}]
_PICTURES = [{"name": NAME, "title": str, "says": str}]
STATE: dict[str, Any] = {
    "inkcluster": str,
    "state": str,
    "started": str,
    "versions": {"inkcluster": str},
    "data": {
        **dict.fromkeys(("name", "source", "hash", "line"), str),
        **dict.fromkeys(("n", "height", "width"), int),
        "classes": [str],
        "notices": [str],
        "findings?": _FINDINGS,
        "of_n?": int,
        "of_hash?": str,
    },
    "settings": {str: {"value": object, "given": str}},
    "asked?": [str],
    "plan?": (None, {str: {"value": object, "why": str}}),
    "seconds": {str: _NUMBER},
    "answers": {
        NAME: (
            {"folder": NAME, "number": int, "seconds": _NUMBER},
            {"title": str, "findings": _FINDINGS, "number": int, "seconds": _NUMBER},
        )
    },
}
ANSWER: dict[str, Any] = {
    "key": NAME,
    "number": int,
    "title": str,
    "seconds": _NUMBER,
    "plan": {str: object},
    "figures": _PICTURES,
    "tables": _PICTURES,
    "findings": _FINDINGS,
    "says": str,
    "face": (frozenset({""}), NAME),
    "front": (frozenset({""}), NAME),
    "partitions": [
        {
            "name": str,
            "labels": NAME,
            **dict.fromkeys(
                ("index", "memberships", "confidence", "outlier_scores", "places"),
                (frozenset({""}), NAME),
            ),
        }
    ],
    "files": {str: list},
    "seal": str,
}
UNREADABLE = (OSError, ValueError, OverflowError, RecursionError)
"""The errors of reading what is no JSON of a run."""


def fits(value: Any, shape: Any) -> bool:
    """Whether plain values have the types and entries of `shape`.

    A dict names entries, optional ones with ``?``, or gives one shape for all under ``str``, or under
    a pattern that their names match; a list gives the shape of its items, a tuple alternatives, a
    frozenset the values allowed, a pattern the text.

    Examples
    --------
    >>> fits({"n": 3, "names": ["a"]}, {"n": int, "names": [str], "more?": str})
    True
    >>> fits({"n": True}, {"n": int}), fits({}, {"n": int}), fits({"a": "1"}, {str: (None, int)})
    (False, False, False)
    """
    match shape:
        case None:
            right = value is None
        case tuple():
            right = any(fits(value, one) for one in shape)
        case frozenset():
            right = isinstance(value, str) and value in shape
        case re.Pattern():
            right = isinstance(value, str) and shape.fullmatch(value) is not None
        case list():
            right = isinstance(value, list) and all(fits(one, shape[0]) for one in value)
        case dict() if not isinstance(value, dict):
            right = False
        case dict() if len(shape) == 1 and not isinstance(one := next(iter(shape)), str):
            right = all(fits(k, one) and fits(v, shape[one]) for k, v in value.items())
        case dict():
            missing = {name for name in shape if name.rstrip("?") not in value}
            right = all(name.endswith("?") for name in missing) and all(
                fits(value[name.rstrip("?")], shape[name]) for name in shape.keys() - missing
            )
        case _:
            right = isinstance(value, shape) and (shape is object or not isinstance(value, bool))
    return right


def read_state(folder: Path) -> dict[str, Any] | None:
    """What ``run.json`` says; None if it is missing or damaged, an entry missing or of a wrong type."""
    try:
        state: dict[str, Any] = read_json(folder / RUN, inner=1)
    except UNREADABLE:
        return None
    return state if fits(state, STATE) else None


def read_json(path: Path, inner: int) -> Any:
    """The values in a JSON file of a run; `inner` is that of :func:`inkcluster.files.open_file`.

    One of :data:`UNREADABLE` is raised for what a run never writes: no file, more than 64 MB, depth
    without end, numbers beyond 64 bits, NaN, and text that is not Unicode.
    """
    with open_file(path, inner) as stream:
        content = read_at_most(stream, MAX_JSON_BYTES + 1)
    if len(content) > MAX_JSON_BYTES:
        raise ValueError("too large")
    value = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    layer = [value]
    for _ in range(MAX_DEPTH):
        inside = [one for one in layer if isinstance(one, dict | list)]
        if not inside:
            return value
        layer = [v for one in inside for v in (one.values() if isinstance(one, dict) else one)]
        for one in [*layer, *(key for each in inside if isinstance(each, dict) for key in each)]:
            if isinstance(one, str):
                one.encode()
            elif isinstance(one, int | float) and not (math.isfinite(one) and abs(one) < 2**63):
                raise ValueError("a number that is too large")
    raise ValueError("too deep")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def now() -> str:
    """The time, as ``run.json`` tells it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write ``run.json``, whole."""
    text = json.dumps(state, indent=1, ensure_ascii=False)
    with atomic_file(folder / RUN) as stream:
        stream.write(text.encode() + b"\n")
