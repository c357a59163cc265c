"""``run.json`` and ``answer.json``: what has to stand in them, and how the first is read and written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inkcluster.files import atomic_file
from inkcluster.study.answer import Level

RUN = "run.json"
_NUMBER = (int, float)
_FINDINGS = [{"code": str, "level": frozenset(Level), "sentence": str}]
_PICTURES = [{"name": str, "title": str, "says": str}]
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
    },
    "settings": {str: {"value": object, "given": str}},
    "plan?": (None, {str: {"value": object, "why": str}}),
    "seconds": {str: _NUMBER},
    "answers": {
        str: (
            {"folder": str, "number": int, "seconds": _NUMBER},
            {"title": str, "findings": _FINDINGS, "number": int, "seconds": _NUMBER},
        )
    },
}
ANSWER: dict[str, Any] = {
    "key": str,
    "number": int,
    "title": str,
    "seconds": _NUMBER,
    "plan": {str: object},
    "figures": _PICTURES,
    "tables": _PICTURES,
    "findings": _FINDINGS,
    "files": {str: list},
}


def fits(value: Any, shape: Any) -> bool:
    """Whether plain values have the types and entries of `shape`.

    A dict names entries, optional ones with ``?``, or gives one shape for all under ``str``; a list
    gives the shape of its items, a tuple alternatives, a frozenset the values allowed.

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
        case list():
            right = isinstance(value, list) and all(fits(one, shape[0]) for one in value)
        case dict() if not isinstance(value, dict):
            right = False
        case dict() if str in shape:
            right = all(fits(one, shape[str]) for one in value.values())
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
        state: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return state if fits(state, STATE) else None


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write ``run.json``, whole."""
    text = json.dumps(state, indent=1, ensure_ascii=False)
    with atomic_file(folder / RUN) as stream:
        stream.write(text.encode() + b"\n")
