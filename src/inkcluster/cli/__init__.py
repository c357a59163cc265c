"""The command line: ``inkcluster study``, ``inkcluster look`` and ``inkcluster save``.

Nothing of Inkcluster is imported before a command runs, so that ``--help`` stays fast.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from inkcluster._version import __version__
from inkcluster.cli.guard import guarded, one_line

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

_HOW = "How it is done"
_READ = "How the data is read"
_OUT = "What comes out"

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A .mat, IDX, .npy, .npz, CSV or Parquet file, a folder or zip of images, "
        "or a named set: digits, mnist, fashion-mnist.",
    ),
]
Labels = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Where the labels are: a column or array in the data, or a file of their own.",
        rich_help_panel=_READ,
    ),
]
Shape = Annotated[
    str | None,
    typer.Option(
        metavar="HxW", help="Height and width of an image, e.g. 28x28.", rich_help_panel=_READ
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document instead of text.", rich_help_panel=_OUT),
]
Debug = Annotated[
    bool,
    typer.Option("--debug", help="Show where an error came from.", rich_help_panel=_OUT),
]


def main() -> None:
    """Run the command line on ``sys.argv``; the ``inkcluster`` script calls this."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="inkcluster")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inkcluster {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say which version."
        ),
    ] = False,
) -> None:
    del version


def _how(help_text: str, metavar: str | None = None) -> Any:
    return typer.Option(help=help_text, metavar=metavar, rich_help_panel=_HOW)


@app.command()
def study(
    data: Data = "digits",
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="The run folder; runs/NAME if not given. An existing run is gone on with.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="KEYS",
            help="Answer these questions only: centres, restarts, hierarchy, linkages, dbscan, "
            "compare, shape.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML", help="Settings from a file, e.g. study.toml.", rich_help_panel=_HOW
        ),
    ] = None,
    labels: Labels = None,
    shape: Shape = None,
    seed: Annotated[int | None, _how("The seed of everything random.")] = None,
    k: Annotated[int | None, _how("How many clusters; from the labels if not given.")] = None,
    scaling: Annotated[
        str | None, _how("minmax, standard or none, before k-means and DBSCAN.", "NAME")
    ] = None,
    restarts: Annotated[int | None, _how("How often k-means starts afresh.")] = None,
    replace: Annotated[
        bool | None,
        typer.Option("--replace/--no-replace", help="Draw with replacement.", rich_help_panel=_HOW),
    ] = None,
    sample_sizes: Annotated[
        str | None, _how("Sizes of the samples that hierarchies are drawn of.", "500,1000")
    ] = None,
    resamples: Annotated[int | None, _how("How many samples of each size.")] = None,
    linkage_sample: Annotated[int | None, _how("Images the linkages are compared on.")] = None,
    map_sample: Annotated[int | None, _how("Images the DBSCAN map is made of.")] = None,
    eps: Annotated[str | None, _how("The eps of the DBSCAN map.", "8,8.5,9")] = None,
    min_samples: Annotated[str | None, _how("The min_samples of the map.", "2-9")] = None,
    refine: Annotated[int | None, _how("Eps added where the map changes most.")] = None,
    compare_sample: Annotated[int | None, _how("Images all methods are compared on.")] = None,
    components: Annotated[
        str | None, _how("Components of the PCA, or the share of variance kept.", "100|0.9")
    ] = None,
    svd_solver: Annotated[
        str | None, _how("The PCA's solver: randomized, covariance_eigh, full.", "NAME")
    ] = None,
    sweep_sample: Annotated[int | None, _how("Images of the sweep after whitening.")] = None,
    sweep_eps: Annotated[str | None, _how("The eps after whitening.", "8,9,10")] = None,
    sweep_min_samples: Annotated[int | None, _how("The min_samples after whitening.")] = None,
    many: Annotated[int | None, _how("The larger number of Ward clusters.")] = None,
    as_json: Json = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Print the report's path only.", rich_help_panel=_OUT),
    ] = False,
    debug: Debug = False,
) -> None:
    """Answer the seven questions about a data set and write one HTML report."""
    given = dict(locals())
    with guarded(debug=debug, resumable=True):
        from inkcluster.cli.parse import command_line_settings, questions_of, shape_of
        from inkcluster.cli.studying import study_and_say

        study_and_say(
            data,
            out=out,
            only=questions_of(only),
            settings=command_line_settings(given, config),
            labels=labels,
            shape=shape_of(shape),
            as_json=as_json,
            quiet=quiet,
        )


@app.command()
def look(
    data: Data = "digits",
    index: Annotated[
        int | None,
        typer.Argument(metavar="[INDEX]", help="Show this image: its values and its picture."),
    ] = None,
    *,
    per_label: Annotated[
        int, typer.Option(min=1, max=100, help="Pictures of each label on the contact sheet.")
    ] = 8,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the picture as PNG too.", rich_help_panel=_OUT),
    ] = None,
    labels: Labels = None,
    shape: Shape = None,
    seed: Annotated[int, typer.Option(help="Which images the contact sheet shows.")] = 69,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Take a first look: how many images, which labels, how many of each, what they look like."""
    with guarded(debug=debug):
        from inkcluster.cli.looking import look_and_say
        from inkcluster.cli.parse import shape_of
        from inkcluster.images import load

        images = load(data, labels=labels, shape=shape_of(shape))
        look_and_say(images, index=index, per_label=per_label, png=png, seed=seed, as_json=as_json)


@app.command()
def save(
    data: Data,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A .npz, .parquet or IDX (-ubyte, .gz) file.")
    ],
    labels: Labels = None,
    shape: Shape = None,
    debug: Debug = False,
) -> None:
    """Write a data set in another format: the ending of OUT says which."""
    with guarded(debug=debug):
        from inkcluster import images as room
        from inkcluster.cli.parse import shape_of

        images = room.load(data, labels=labels, shape=shape_of(shape))
        typer.echo(one_line(f"{images.name}: {room.describe(images)}"))
        for path in room.save(images, out):
            typer.echo(f"wrote {path}")
