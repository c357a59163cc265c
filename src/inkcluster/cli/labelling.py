"""Runs ``inkcluster label``: studies the data if nobody has, and serves the page on which images get names."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import typer

from inkcluster.cli.guard import one_line
from inkcluster.cli.listen import listener
from inkcluster.errors import BadInputError
from inkcluster.files import holds_run
from inkcluster.progress import listening
from inkcluster.words import listed

if TYPE_CHECKING:
    from inkcluster.cli.parse import Read
    from inkcluster.label.pictures import Pictures
    from inkcluster.label.server.address import Address
    from inkcluster.study.run.run import Run


def label_and_say(
    target: str, read: Read, *, by: str | None, check: bool, who: str | None, host: str, port: int,
    open_it: bool,
) -> None:  # fmt: skip
    """Serve the labelling of a run, or of data that are studied first, until it is interrupted."""
    from inkcluster.label.bodies import checked_id
    from inkcluster.label.server.address import check_host
    from inkcluster.label.server.desk import Desk
    from inkcluster.label.server.serve import Server
    from inkcluster.label.server.thinking import Thinking

    check_host(host)  # before a study that takes long
    if who is not None:
        checked_id(who, "Who acts")
    hearer = listener(quiet=False)
    with hearer.shown(), listening(hearer.progress):
        run = _run(target, read, hearer)
        pictures, ink = _pictures(run, read if read.keywords["source"] is not None else None)
        labelling = Thinking(run, by=by, check=check, who=who)
    try:
        server = Server(Desk(labelling, pictures, ink), host, port)

        def ready(address: Address) -> None:
            typer.echo(one_line(f"{run.data.name}: label it at {address.url}"))
            typer.echo("Every answer is kept at once. Ctrl-C ends; the same command goes on.")
            typer.echo(f"The names as a table: inkcluster export {quote(str(run.path))} labels.csv")
            if open_it:
                webbrowser.open(address.url)

        server.serve_until_stopped(ready)
    finally:
        labelling.close()


def _run(target: str, read: Read, hearer: object) -> Run:
    """The run in the folder `target`, or of the data called so, whose shapes are clustered if need be."""
    from inkcluster.cli.listen import Listener
    from inkcluster.cli.studying import gathering, slug
    from inkcluster.study.run.run import Run
    from inkcluster.study.run.runner import study
    from inkcluster.study.settings import Settings

    assert isinstance(hearer, Listener)
    if holds_run(Path(target)):
        if read.keywords["source"] is None and (options := read.keywords["options"]):
            raise BadInputError(
                f"{target} was studied already; give --data DATA too, or leave out {listed(options)}."
            )
        return Run.open(Path(target))
    images = read(source=target, progress=hearer.progress, gather_by_default=gathering(None))
    folder = Path("runs") / slug(images.name)
    run = study(
        images, folder, Settings(), only=["shape"], progress=hearer.progress,
        on_answer=hearer.answered,
    )  # fmt: skip
    typer.echo(one_line(f"{images.name}: studied in {folder}"))
    return run


def _pictures(run: Run, read: Read | None) -> tuple[Pictures, str]:
    """Small pictures of all images: the run's, or made of the data; and how they are shown."""
    from inkcluster.cli.studying import gathering
    from inkcluster.images.describing import appearance
    from inkcluster.label.pictures import FromData, of_run
    from inkcluster.study.overview.overview import kept
    from inkcluster.study.run.drawn import studied

    if read is None:
        overview = kept(run)
        return of_run(run), "picture" if overview is None else overview.ink
    images = read(gather_by_default=gathering(run.path))
    images = studied(run, images, read.keywords["source"])
    return FromData(images), appearance(images)
