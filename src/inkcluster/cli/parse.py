"""Turns what is typed on the command line into settings, shapes and questions."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from inkcluster.cli.listen import listener
from inkcluster.errors import BadInputError
from inkcluster.progress import SILENT, current
from inkcluster.study.settings.kinds import FLAG
from inkcluster.study.settings.table import SETTINGS

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.settings.settings import Settings

_SHAPE = re.compile(r"\s*(\d{1,9})\s*[x×X,]\s*(\d{1,9})\s*")


Read = functools.partial["ImageSet"]
"""Reads the data that a command was given, as its options say; takes `progress`."""

DATA_HELP = (
    "A file of arrays (.mat, HDF5, IDX, .npy, .npz) or a table (CSV, Parquet), a folder or archive "
    "of images, or a named set: digits, mnist, fashion-mnist."
)
STUDIED_HELP = (
    "The data that was studied, where it has moved, with the options below as they were; for a "
    "folder of images."
)
LABELS_HELP = "The labels: a column or array of the data, or a file of their own (FILE:COLUMN)."
SHAPE_HELP = "Height and width of an image, such as 28x28."
LEVEL_HELP = (
    "Which folder of a picture's path is the label: 1 for the outermost, -1 for the innermost, 1,2 for "
    "both names, 0 for none."
)
GATHER_HELP = (
    "A new or empty folder in which the pictures of a folder, or the images in Parquet files, are gathered "
    "into one file that is mapped, where memory is too small for them; `study` uses its run's by itself."
)
TURN_HELP = "Turn the images: transpose, left, right, half, flip (upside down) or mirror."


class Once(TyperCommand):
    """A command that refuses an option given twice; Click would take the last and say nothing."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse `args` as Click does, once it is sure that no option comes twice in them."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        given = [one for one in order if one.param_type_name == "option" and not one.is_eager]
        for one in given:
            if given.count(one) > 1:
                option = max(one.opts, key=len)
                ctx.fail(f"{option} is given twice; give it once.")
        return super().parse_args(ctx, args)


def with_data(
    default: str | None = None, *, optional: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the argument DATA and the options that say how it is read.

    The command's first parameter, a :data:`Read`, then reads the data. Where they are `optional`, they
    are an option, ``--data``; ``read.keywords["source"]`` is what was given, or None. The options that were
    given are ``read.keywords["options"]``, such as ``["--shape"]``.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        data = inspect.Parameter(
            "data",
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if default is None else default,
            annotation=Annotated[str, typer.Argument(metavar="DATA", help=DATA_HELP)],
        )
        if optional:
            data = _option("data", "DATA", STUDIED_HELP)
        options = [
            _option("labels", "NAME|FILE", LABELS_HELP),
            _option("shape", "HxW", SHAPE_HELP),
            _option("label_level", "N", LEVEL_HELP),
            _option("turn", "HOW", TURN_HELP),
            _option("gather", "FOLDER", GATHER_HELP),
        ]
        _, *rest = inspect.signature(command, eval_str=True).parameters.values()
        at = sum(one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for one in rest)
        last = [one for one in rest if one.kind is inspect.Parameter.VAR_KEYWORD]
        named = [*rest[at : len(rest) - len(last)], *options]
        first = [*rest[:at], data] if optional else [data, *rest[:at]]
        return _with_parameters(run, command, [*first, *named, *last])

    def run(command: Callable[..., None], **given: Any) -> None:
        keys = ("data", "labels", "shape", "label_level", "turn", "gather")
        source, labels, shape, level, turn, gather = (given.pop(key) for key in keys)

        def read(
            source: str, options: object = None, gather_by_default: object = None, **more: Any
        ) -> ImageSet:
            from inkcluster.images import load

            place = gather_by_default if gather is None else gather
            how = {"labels": labels, "shape": shape_of(shape), "turn": turn, "gather": place}
            load_it = functools.partial(load, source, label_level=levels_of(level), **how)
            if "progress" in more or current() is not SILENT:
                return load_it(**{"progress": current(), **more})
            hearer = listener(quiet=False)
            with hearer.shown():
                return load_it(progress=hearer.progress, **more)

        asked = dict(zip(keys[1:], (labels, shape, level, turn, gather), strict=True))
        options = [
            f"--{key.replace('_', '-')}" for key, value in asked.items() if value is not None
        ]
        command(functools.partial(read, source=source, options=options), **given)

    return decorate


def _option(name: str, metavar: str, text: str, kind: type = str) -> inspect.Parameter:
    option = typer.Option(metavar=metavar, help=text, rich_help_panel="Data")
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` an option for each setting, in place of its ``**settings``."""
    *rest, _ = inspect.signature(command, eval_str=True).parameters.values()
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

    def run(command: Callable[..., None], read: Read, **given: Any) -> None:
        command(read, **given)

    return _with_parameters(run, command, [*rest, *options])


def _with_parameters(
    run: Callable[..., None],
    command: Callable[..., None],
    parameters: list[inspect.Parameter],
) -> Callable[..., None]:
    """A function with these parameters, whose call is ``run(command, arguments)``."""

    @functools.wraps(command)
    def wrapped(*given: Any, **named: Any) -> None:
        run(command, *given, **named)

    del wrapped.__wrapped__
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
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


def levels_of(text: str | None) -> tuple[int, ...] | None:
    """Levels of folders from ``1``, ``-1`` or ``1,2``.

    Examples
    --------
    >>> from inkcluster.cli.parse import levels_of
    >>> levels_of("1,2"), levels_of("-1")
    ((1, 2), (-1,))
    """
    if text is None:
        return None
    try:
        return tuple(int(level) for level in text.split(","))
    except ValueError:
        raise _misread(text, "--label-level", "levels of folders such as 1, -1 or 1,2") from None


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
