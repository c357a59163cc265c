"""How the images were prepared, and the other ways that were compared."""

from __future__ import annotations

import json
from typing import Any

from inkcluster.study.answer import Answer, Finding, Table
from inkcluster.study.questions.shape import findings
from inkcluster.study.steps.shape import Shapes
from inkcluster.words import listed

POSE = ("polarity", "centre", "shear")
"""Choices that matter where they are wrong."""
MIN_LEAD = 0.01
"""Information, in nats, by which a way must lead those of another pose, or the evidence is weak."""
SIZES = {"set": "resized together", "image": "each resized", "kept": "not resized"}
TITLES = {"centre": "centred", "shear": "upright"}


def of_preparation(shapes: Shapes) -> Answer:
    """Finding P6, and the table of all ways where several were compared."""
    chosen = json.loads(str(shapes.preparation))
    tried = sorted(chosen.pop("tried"), key=lambda way: -way["information"])
    if len(tried) < 2:
        return Answer(findings=(findings.of_preparation(_how(chosen)),))
    return Answer(findings=(_compared(chosen, tried),), tables=(_table(chosen, tried),))


def _compared(chosen: dict[str, Any], tried: list[dict[str, Any]]) -> Finding:
    own = next(way["information"] for way in tried if _is(way, chosen))
    others = [way for way in tried if not _is(way, chosen)]
    rivals = [way for way in others if any(way[name] != chosen[name] for name in POSE)]
    weak = any(way["information"] > own - MIN_LEAD for way in rivals)
    return findings.of_preparation(_how(chosen), len(tried), weak=weak)


def _is(way: dict[str, Any], chosen: dict[str, Any]) -> bool:
    return all(way[name] == value for name, value in chosen.items())


def _how(chosen: dict[str, Any]) -> str:
    """The way in a few words."""
    pose = [title for name, title in TITLES.items() if chosen[name]]
    said = pose or ["neither centred nor upright"]
    said.append(SIZES[chosen["size"]])
    if chosen["polarity"] == "image":
        said.append("own polarity")
    if chosen["contrast"] == "local":
        said.append("local contrast")
    return listed(said)


def _table(chosen: dict[str, Any], tried: list[dict[str, Any]]) -> Table:
    import pandas as pd

    frame = pd.DataFrame(tried).rename(columns={**TITLES, "polarity": "ink"})
    frame["taken"] = [_is(way, chosen) for way in tried]
    says = (
        "The ways to prepare the images that were compared, on a sample and without labels. `information`: "
        "how much, in nats, the links to an image's five nearest say about the cluster at their other end. "
        "`size`: the whole `set` resized by one factor, each `image` by its own, or none. `contrast`: "
        "gradients as they are, or relative to their `local` surroundings."
    )
    return Table("preparation", "Ways to prepare the images", says, frame)
