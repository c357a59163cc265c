"""Runs ``inkcluster look``: the first look at a data set, on a terminal, as a PNG or as JSON."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray

from inkcluster.cli.blocks import contact_rows, picture_lines
from inkcluster.cli.guard import one_line, print_json
from inkcluster.errors import BadInputError

if TYPE_CHECKING:
    from inkcluster.images import ImageSet

MAX_LABELS = 40
"""No more labels are listed or drawn."""
_BAR_WIDTH = 24


def look_and_say(
    images: ImageSet,
    *,
    index: int | None,
    per_label: int,
    png: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Print what `images` holds: the whole set, or the image at `index`."""
    if index is not None and not 0 <= index < len(images):
        raise BadInputError(
            f"{images.name} has {len(images):,} images, numbered 0 to {len(images) - 1}; "
            f"there is no image {index}."
        )
    rows = _rows(images, index, per_label, seed)
    if png is not None:
        _write_png(images, rows, png)
    if as_json:
        found = first_look(images) if index is None else one_image(images, index)
        if png is not None:
            found["png"] = str(png)
        print_json(found)
        return
    if index is None:
        _say_counts(images)
        typer.echo("\n".join(contact_rows(images.pixels, rows, ink_is_dark=_ink_is_dark(images))))
    else:
        _say_one(images, index)
    if index is None:
        _say_choices(images)
    if png is not None:
        typer.echo(one_line(f"wrote {png}"))


def first_look(images: ImageSet) -> dict[str, Any]:
    """The facts of a first look, as plain values: the document that ``--json`` prints."""
    from inkcluster.images import choices, describe, inspect

    counts = None
    if images.labels is not None:
        found = (each.tolist() for each in np.unique(images.labels, return_counts=True))
        counts = [{"label": label, "images": n} for label, n in zip(*found, strict=True)]
    read = [{"code": "reader", "sentence": sentence} for sentence in images.notices]
    seen = [{"code": notice.code, "sentence": notice.sentence} for notice in inspect(images)]
    return {
        "line": describe(images),
        "name": images.name,
        "source": images.source,
        "format": images.format or None,
        "labels_from": images.labels_from or None,
        "images": len(images),
        "features": int(np.prod(images.shape)),
        "shape": list(images.shape),
        "labels": counts,
        "notices": read + seen,
        "choices": list(choices(images)),
    }


def one_image(images: ImageSet, index: int) -> dict[str, Any]:
    """The image at `index` as plain values, its pixels row by row."""
    label = None if images.labels is None else images.labels[index : index + 1].tolist()[0]
    values = images.pixels[index].tolist()
    return {"index": index, "label": label, "shape": list(images.shape), "values": values}


def _rows(
    images: ImageSet, index: int | None, per_label: int, seed: int
) -> list[tuple[str, NDArray[np.int64]]]:
    from inkcluster.images import contact_index

    if index is not None:
        label = "" if images.labels is None else f"label {images.labels[index]}"
        return [(label, np.array([index]))]
    return contact_index(images.labels, len(images), per_label, seed)[:MAX_LABELS]


def _ink_is_dark(images: ImageSet) -> bool:
    from inkcluster.images.describing import DARK_ON_LIGHT, appearance

    return appearance(images) == DARK_ON_LIGHT


def _say_counts(images: ImageSet) -> None:
    found = first_look(images)
    height, width = images.shape
    typer.echo(one_line(f"{images.name}: {found['line']}"))
    typer.echo(f"  features  {found['features']:,} ({height} × {width} pixels)")
    counts = found["labels"]
    if counts is None:
        typer.echo("  labels    none")
    else:
        names = [one_line(str(c["label"])) for c in counts]
        more = f" … {len(names):,} in all" if len(names) > MAX_LABELS else ""
        typer.echo(f"  labels    {', '.join(names[:MAX_LABELS])}{more}")
    if said := [n for n in images.notices if n not in found["choices"]]:
        typer.echo(f"  read      {one_line(' '.join(said))}")
    if counts is not None:
        typer.echo("")
        _say_label_counts(names, [c["images"] for c in counts], len(images))
    for notice in found["notices"]:
        if notice["code"] != "reader":
            typer.echo(f"\n! {one_line(notice['sentence'])}")
    typer.echo("")


def _say_choices(images: ImageSet) -> None:
    from inkcluster.images import choices

    if found := choices(images):
        typer.echo("\nIt could be read otherwise:")
    for choice in found:
        typer.echo(f"  {one_line(choice)}")


def _say_label_counts(names: list[str], counts: list[int], n: int) -> None:
    wide = max(5, *(len(name) for name in names[:MAX_LABELS]))
    typer.echo(f"  {'label':<{wide}}  {'images':>9}  {'share':>7}")
    most = max(counts)
    for name, count in list(zip(names, counts, strict=True))[:MAX_LABELS]:
        bar = "█" * max(1, round(_BAR_WIDTH * count / most))
        typer.echo(f"  {name:<{wide}}  {count:>9,}  {count / n:>7.1%}  {bar}")
    if len(names) > MAX_LABELS:
        typer.echo(f"  … and {len(names) - MAX_LABELS:,} more labels")


def _say_one(images: ImageSet, index: int) -> None:
    image = images.pixels[index]
    label = "no label" if images.labels is None else f"label {images.labels[index]}"
    height, width = images.shape
    typer.echo(one_line(f"{images.name}: image {index}, {label}, {height} × {width}") + "\n")
    digits = len(str(int(image.max())))
    for row in image.tolist():
        typer.echo(" ".join(f"{value:>{digits}}" for value in row))
    typer.echo("")
    peak = max(float(images.pixels.max()), 1.0)
    typer.echo("\n".join(picture_lines(image / peak, ink_is_dark=_ink_is_dark(images))))


def _write_png(images: ImageSet, rows: list[tuple[str, NDArray[np.int64]]], path: Path) -> None:
    """Draw the rows as a gallery and write its PNG, whole or not at all."""
    from inkcluster.figures import Gallery, GalleryRow, render
    from inkcluster.files import atomic_file, output_file
    from inkcluster.images.describing import appearance

    pixels = images.pixels[np.concatenate([where for _, where in rows])]
    place = itertools.count()
    drawn = [
        GalleryRow(label, [next(place) for _ in where], [str(i) for i in where.tolist()])
        for label, where in rows
    ]
    ink, peak = appearance(images), max(float(images.pixels.max()), 1.0)
    gallery = Gallery("look", images.name, "", pixels, drawn, ink=ink, peak=peak)
    if not path.parent.is_dir():
        raise BadInputError(
            f"The folder {path.parent} for {path.name} does not exist; create it, or choose another."
        )
    try:
        path = output_file(path)
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be written: {error.strerror}; choose another file with --png."
        ) from error
    with tempfile.TemporaryDirectory(prefix="inkcluster-") as folder:
        written = next(p for p in render(gallery, Path(folder) / "look") if p.suffix == ".png")
        with written.open("rb") as source, atomic_file(path) as stream:
            shutil.copyfileobj(source, stream)
