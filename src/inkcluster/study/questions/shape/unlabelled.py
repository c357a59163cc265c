"""Without labels: the images whose labels would say most about others."""

from __future__ import annotations

import numpy as np

from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.shape import findings
from inkcluster.study.steps.shape import Shapes
from inkcluster.words import sentence, several

MAX_SHOWN, PER_LINE = 45, 15


def of_unlabelled(shapes: Shapes) -> Answer:
    """Gallery, table and finding P5 of the images to look at first."""
    from inkcluster.evaluate import look_first

    found = look_first(shapes.memberships, shapes.neighbors, MAX_SHOWN)
    finding = findings.of_first(found, float(np.sum(1 - shapes.confidence)))
    answered = findings.answered_unlabelled(shapes, len(found))
    if not len(found):
        return Answer(findings=(finding,) if shapes.k > 1 else (), says=answered)
    index = found["index"].to_numpy()
    says = (
        f"{sentence(several(len(found), 'image'))} between two clusters, whose numbers stand under them. Many "
        "unsure images are like each of these, so that its label says much about others; no two say the same."
    )
    title = "Images to look at first"
    figure = pictures.in_lines(
        shapes.images,
        "look-first",
        title,
        says,
        index=index,
        words=[f"{a} or {b}" for a, b in found[["first", "second"]].to_numpy().tolist()],
        per_line=PER_LINE,
    )
    table = found.assign(image=index).drop(columns="index")
    table = table[["image", "first", "second", "unsure", "about", "settled"]]
    explained = (
        "`image` counts from 0 in the whole set; `first` and `second` are clusters; `unsure`: doubt between "
        "them, from 0 to 1; `about`: images a decision informs; `settled`: doubt it removes from them."
    )
    shown = Table("look-first", title, explained, table)
    return Answer((figure,), (shown,), (finding,), says=answered)
