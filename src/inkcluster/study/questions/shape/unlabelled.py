"""Without labels: the images to look at first, because a decision on them says most."""

from __future__ import annotations

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.steps.shape import Shapes
from inkcluster.words import decimals, percent, sentence, several

MOST, PER_ROW = 45, 15


def of_unlabelled(shapes: Shapes) -> Answer:
    """Gallery, table and finding of the images to look at first."""
    from inkcluster.evaluate import look_first
    from inkcluster.figures import Gallery, GalleryRow

    found = look_first(shapes.memberships, shapes.neighbors, MOST)
    if not len(found):
        words = "No image is unsure of its cluster: there is none to look at first."
        return Answer(findings=(Finding("P5", Level.OK, words),))
    rows = [
        GalleryRow(
            f"{start + 1}–{min(start + PER_ROW, len(found))}",
            list(range(start, min(start + PER_ROW, len(found)))),
            [
                f"{a} or {b}"
                for a, b in found[["first", "second"]].to_numpy()[start : start + PER_ROW].tolist()
            ],
        )
        for start in range(0, len(found), PER_ROW)
    ]
    unsure = float(np.sum(1 - shapes.confidence))
    settled = float(found["settled"].sum()) / max(unsure, 1e-12)
    about = int(found["about"].sum())
    says = (
        f"{sentence(several(len(found), 'image'))} that lie between two clusters, whose numbers stand "
        "under them, with many unsure images around them: a decision on one of them says most about "
        "others. No two say the same."
    )
    figure = Gallery(
        "look-first",
        "Images to look at first",
        says,
        shapes.images.pixels[found["index"].to_numpy()],
        rows,
        ink=pictures.ink(shapes.images),
        peak=pictures.peak(shapes.images),
    )
    table = found.assign(image=shapes.index[found["index"].to_numpy()]).drop(columns="index")
    table = table[["image", "first", "second", "unsure", "about", "settled"]]
    head = "`image` counts from 0 in the whole set; `first` and `second` are clusters; "
    explained = f"{head}a decision speaks `about` so many images, and settles so much that was unsure of them."
    finding = Finding(
        "P5",
        Level.OK,
        f"Look first at {several(len(found), 'image')}: a decision on them speaks about {about:,} "
        f"images and {percent(min(settled, 1.0))} of all that is unsure; the first is image "
        f"{int(table['image'].iloc[0])}, {decimals(float(found['unsure'].iloc[0]), 2)} unsure between "
        f"clusters {int(found['first'].iloc[0])} and {int(found['second'].iloc[0])}.",
    )
    return Answer(
        (figure,),
        (Table("look-first", "Images to look at first", explained, table),),
        (finding,),
    )
