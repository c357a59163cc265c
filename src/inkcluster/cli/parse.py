"""Turns what is typed on the command line into settings, shapes and questions."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkcluster.errors import BadInputError
from inkcluster.study.settings.kinds import FLAG
from inkcluster.study.settings.table import SETTINGS

if TYPE_CHECKING:
    from inkcluster.study.settings.settings import Settings

_SHAPE = re.compile(r"\s*(\d+)\s*[x×X,]\s*(\d+)\s*")


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` an option for each setting, in place of its ``**settings``."""
    own = inspect.signature(command, eval_str=True)
    *rest, _ = own.parameters.values()
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                bool | None if row.kind is FLAG else str | None,
                typer.Option(
                    row.option,
                    metavar=row.kind.metavar,
                    help=row.help.replace("`", ""),
                    rich_help_panel=row.topic,
                ),
            ],
        )
        for name, row in SETTINGS.items()
    ]

    @functools.wraps(command)
    def wrapped(**named: Any) -> None:
        command(**named)

    parameters = [*rest, *options]
    wrapped.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {one.name: one.annotation for one in parameters}
    return wrapped


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
    """The settings of a study: what was typed, and the TOML file's where nothing was typed."""
    from inkcluster.study.settings import Settings

    try:
        command_line = Settings.combine(given)
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


def _misread(text: str, option: str, wanted: str) -> typer.BadParameter:
    return typer.BadParameter(f"{text!r} is not understood; give {wanted}.", param_hint=option)
