"""What a person types on the command line, turned into settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from inkcluster.errors import BadInputError

if TYPE_CHECKING:
    from inkcluster.study.settings.settings import Settings

_RANGE = re.compile(r"\s*(\d+)\s*[-–]\s*(\d+)\s*")
_SHAPE = re.compile(r"\s*(\d+)\s*[x×X,]\s*(\d+)\s*")
_LONGEST = 10_000


def whole_numbers(text: str, option: str) -> tuple[int, ...]:
    """Whole numbers, separated by commas; ``2-9`` stands for all from 2 to 9.

    Examples
    --------
    >>> from inkcluster.cli.parse import whole_numbers
    >>> whole_numbers("2-5,9", "--min-samples")
    (2, 3, 4, 5, 9)
    """
    numbers: list[int] = []
    for part in text.split(","):
        between = _RANGE.fullmatch(part)
        if between and int(between[2]) - int(between[1]) < _LONGEST:
            numbers.extend(range(int(between[1]), int(between[2]) + 1))
        elif part.strip().isdecimal():
            numbers.append(int(part))
        else:
            raise _misread(text, option, "whole numbers such as 2,3,4 or 2-9")
    return _not_empty(numbers, text, option)


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Numbers, separated by commas.

    Examples
    --------
    >>> from inkcluster.cli.parse import numbers
    >>> numbers("8, 8.5,9", "--eps")
    (8.0, 8.5, 9.0)
    """
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        raise _misread(text, option, "numbers such as 8,8.5,9") from None
    return _not_empty(found, text, option)


def count_or_share(text: str, option: str) -> int | float:
    """A whole number or a share between 0 and 1.

    Examples
    --------
    >>> from inkcluster.cli.parse import count_or_share
    >>> count_or_share("100", "--components"), count_or_share("0.9", "--components")
    (100, 0.9)
    """
    if text.strip().isdecimal():
        return int(text)
    try:
        return float(text)
    except ValueError:
        raise _misread(text, option, "a whole number or a share such as 0.9") from None


def shape_of(text: str | None) -> tuple[int, int] | None:
    """Height and width from ``28x28``.

    Examples
    --------
    >>> from inkcluster.cli.parse import shape_of
    >>> shape_of("28x20")
    (28, 20)
    """
    if text is None:
        return None
    found = _SHAPE.fullmatch(text)
    if not found:
        raise _misread(text, "--shape", "height and width such as 28x28")
    return int(found[1]), int(found[2])


def command_line_settings(given: Mapping[str, Any], config: Path | None) -> Settings:
    """The settings of a study: what was typed, over what the TOML file says."""
    from inkcluster.study.settings.settings import NAMES, Settings

    typed = {name: given[name] for name in NAMES if given.get(name) is not None}
    for name, read in _READERS.items():
        if name in typed:
            typed[name] = read(typed[name], "--" + name.replace("_", "-"))
    try:
        command_line = Settings.combine(typed)
    except BadInputError as error:
        raise typer.BadParameter(str(error)) from None
    return Settings.combine(command_line, config)


def questions_of(text: str | None) -> list[str] | None:
    """The keys of the questions asked, from ``dbscan,linkages``.

    Examples
    --------
    >>> from inkcluster.cli.parse import questions_of
    >>> questions_of("dbscan, linkages")
    ['dbscan', 'linkages']
    """
    if text is None:
        return None
    from inkcluster.study.questions import QUESTIONS

    keys = [key.strip() for key in text.split(",") if key.strip()]
    unknown = [key for key in keys if key not in list(QUESTIONS)]
    if unknown or not keys:
        raise _misread(text, "--only", f"some of {','.join(QUESTIONS)}")
    return keys


_READERS = {
    "sample_sizes": whole_numbers,
    "eps": numbers,
    "min_samples": whole_numbers,
    "components": count_or_share,
    "sweep_eps": numbers,
}


def _not_empty(found: list[Any], text: str, option: str) -> tuple[Any, ...]:
    if not found:
        raise _misread(text, option, "at least one number")
    return tuple(found)


def _misread(text: str, option: str, wanted: str) -> typer.BadParameter:
    return typer.BadParameter(f"{text!r} is not understood; give {wanted}.", param_hint=option)
