"""The command line: ``inkcluster study``, ``show``, ``export``, ``label``, ``look``, ``save`` and ``warm``.

Nothing of Inkcluster is imported before a command runs, so that ``--help`` stays fast.
"""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from inkcluster._version import __version__
from inkcluster.cli.guard import (
    BAD_INPUT,
    INTERRUPTED,
    guarded,
    in_short,
    one_line,
    say,
    silence,
)
from inkcluster.cli.parse import Once, Read, with_data, with_settings

app = typer.Typer(
    name="inkcluster",
    help="Cluster handwritten digits and other small images, see what each cluster is, "
    "and learn how far to trust it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_command = app.command(cls=Once)
_out = partial(typer.Option, rich_help_panel="Output")
_dask = partial(typer.Option, rich_help_panel="Workers of a Dask cluster, for large sets")

ONLY_HELP = (
    "Answer these questions only: centres, restarts, hierarchy, linkages, dbscan, compare, shape."
)
PARTS_HELP = "Only these: study, kmeans, ward, centroid, average, density, shape, neighbors."
SCHEDULER_HELP = "The workers of this Dask scheduler, such as tcp://10.0.0.1:8786, share the work."
OUT_HELP = "The run folder, by default runs/NAME. An existing run is resumed."

Json = Annotated[bool, _out("--json", help="Print one JSON document instead of text.")]
Debug = Annotated[bool, _out("--debug", help="Print the traceback of an error.")]


def main() -> None:
    """Run the command line on ``sys.argv``; the ``inkcluster`` script calls this."""
    _open_streams()
    _spare_address_space()
    # Where its folder is not writable it says so, twice, and goes on in a temporary one
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        code = app(prog_name="inkcluster", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        say("Interrupted.")
        code = INTERRUPTED
    except OSError:  # stdout cannot be written
        silence(sys.stdout)
        code = BAD_INPUT
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        code = _say_usage(error)
    sys.exit(code or 0)


def _open_streams() -> None:
    """Lead what the caller closed nowhere; a file opened later must not take its place."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _spare_address_space() -> None:
    """Under ``ulimit -v``, keep Arrow from reserving a gigabyte before it needs any."""
    try:
        import resource
    except ImportError:  # Windows
        return
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def _say_usage(error: Any) -> int:
    """Show a mistake in the command as Typer does, with what was typed in short; its exit code."""
    from typer.rich_utils import rich_format_error

    error.message = in_short(error.message)
    try:
        rich_format_error(error)
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)
    return int(error.exit_code)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inkcluster {__version__}")
        raise typer.Exit


_VERSION = typer.Option(
    "--version", callback=_print_version, is_eager=True, help="Print the version."
)


@app.callback()
def _root(version: Annotated[bool, _VERSION] = False) -> None:
    del version


@_command
@with_data("digits")
@with_settings
def study(
    read: Read,
    *,
    out: Annotated[Path | None, _out(metavar="RUN", help=OUT_HELP)] = None,
    only: Annotated[str | None, _out(metavar="KEYS", help=ONLY_HELP)] = None,
    config: Annotated[
        Path | None, _out(metavar="TOML", help="Settings from a file, e.g. study.toml.")
    ] = None,
    scheduler: Annotated[str | None, _dask(metavar="ADDRESS", help=SCHEDULER_HELP)] = None,
    workers: Annotated[
        int | None, _dask(min=1, max=1024, help="As many processes of this machine share it.")
    ] = None,
    as_json: Json = False,
    quiet: Annotated[bool, _out("--quiet", "-q", help="Print the report's path only.")] = False,
    verbose: Annotated[bool, _out("--verbose", "-v", help="Print all findings too.")] = False,
    debug: Debug = False,
    **settings: Any,
) -> None:
    """Answer the seven questions about a data set and write one HTML report."""
    with guarded(debug=debug, resumable=True):
        from inkcluster.cli.parse import command_line_settings, questions_of
        from inkcluster.cli.studying import connected, study_and_say

        how: dict[str, Any] = {
            "only": questions_of(only),
            "settings": command_line_settings(settings, config),
        }
        with connected(scheduler, workers):
            study_and_say(read, out=out, as_json=as_json, quiet=quiet, verbose=verbose, **how)


@_command
def show(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="The folder that `study` wrote: runs/NAME.")
    ],
    *,
    open_it: Annotated[bool, _out("--open", help="Open the report in a browser.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show a study's answer: the groups, what to look at, the methods; open its report."""
    with guarded(debug=debug):
        from inkcluster.cli.showing import show_and_say

        show_and_say(run, open_it=open_it, as_json=as_json)


@_command
@with_data(optional=True)
def export(
    read: Read,
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="The folder that `study` wrote: runs/NAME.")
    ],
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="A .csv or .parquet file, a row for each image; or a new folder, for copies of the "
            "images in a folder for each group. Of a run that was labelled also labels-idx1-ubyte (or .gz), "
            "or log.jsonl.",
        ),
    ],
    *,
    by: Annotated[
        str | None,
        _out(metavar="NAME", help="The clustering whose groups the folders are, or `named`."),
    ] = None,
    whole: Annotated[
        bool,
        _out("--all", help="Of a very large set a row for each image, not only for those studied."),
    ] = False,
    debug: Debug = False,
) -> None:
    """Write the label, name and group of every image as a table, or the images sorted into folders."""
    with guarded(debug=debug):
        from inkcluster.cli.exporting import export_and_say

        export_and_say(run, out, by=by, read=read, whole=whole)


@_command
@with_data(optional=True)
def label(
    read: Read,
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|DATA", help="The folder that `study` wrote, or data to be studied first."
        ),
    ],
    *,
    by: Annotated[str | None, _out(metavar="NAME", help="The clustering to be named.")] = None,
    check: Annotated[bool, _out("--check", help="Check the labels that the data have.")] = False,
    who: Annotated[str | None, _out(metavar="NAME", help="Who labels; you by default.")] = None,
    host: Annotated[str, _out(help="127.0.0.1 or ::1.")] = "127.0.0.1",
    port: Annotated[int, _out(min=0, max=65535, help="0 for that of last time.")] = 0,
    no_open: Annotated[bool, _out("--no-open", help="Open no browser.")] = False,
    debug: Debug = False,
) -> None:
    """Give every image a name, group by group, on a page in your browser."""
    with guarded(debug=debug):
        from inkcluster.cli.labelling import label_and_say

        how: dict[str, Any] = {"by": by, "check": check, "who": who, "host": host, "port": port}
        label_and_say(run, read, open_it=not no_open, **how)


@_command
@with_data("digits")
def look(
    read: Read,
    index: Annotated[
        int | None,
        typer.Argument(metavar="[INDEX]", help="Show one image: its values and its picture."),
    ] = None,
    *,
    per_label: Annotated[
        int, typer.Option(min=1, max=100, help="Pictures of each label on the contact sheet.")
    ] = 8,
    png: Annotated[Path | None, _out(metavar="FILE", help="Also write the picture as PNG.")] = None,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=2**32 - 1, help="Seed of the choice of images on the contact sheet."
        ),
    ] = 69,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show the number of images, their labels, the images of each label, and some of them."""
    with guarded(debug=debug):
        from inkcluster.cli.looking import look_and_say

        look_and_say(read(), index=index, per_label=per_label, png=png, seed=seed, as_json=as_json)


@_command
@with_data()
def save(
    read: Read,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A .npz, .parquet or IDX (-ubyte, .gz) file.")
    ],
    debug: Debug = False,
) -> None:
    """Convert a data set to the format that the ending of OUT names."""
    with guarded(debug=debug):
        from inkcluster import images as room

        images = read()
        typer.echo(one_line(f"{images.name}: {room.describe(images)}"))
        for path in room.save(images, out):
            typer.echo(one_line(f"wrote {path}"))


@_command
def warm(
    parts: Annotated[
        list[str] | None, typer.Argument(metavar="[PART]...", help=PARTS_HELP, show_default=False)
    ] = None,
    debug: Debug = False,
) -> None:
    """Compile everything ahead of time, for a container's image or a machine that many share."""
    with guarded(debug=debug):
        from inkcluster.cli.warming import warm_and_say

        warm_and_say(parts or ())
