"""A run of 120 digits that has all that a report may show, with somebody's words wherever words come from data."""

from dataclasses import replace

import numpy as np
from scipy.cluster.hierarchy import ward
from tests.report.conftest import HOSTILE, ODD, VALUES, Asked, Maker

from inkcluster.evaluate import match
from inkcluster.figures import Dendrogram, Dendrograms, EpsMap, PictureTree
from inkcluster.images import load
from inkcluster.study.answer import Answer, Partition
from inkcluster.study.questions.parts import judging

N = 120
rng = np.random.default_rng(69)
FEW = rng.integers(-1, 20, 80).astype(np.int32)
EPS, LEAST = (8.0, 8.5, 9.0), VALUES["min_samples"]
SETTINGS = rng.integers(-1, 14, (len(EPS), len(LEAST), 50)).astype(np.int32)
Z = ward(np.repeat([0.0, 50.0, 120.0], 4)[:, None] + rng.random((12, 1)))
MAP_ROWS = np.sort(rng.permutation(N)[:50])
CONFIDENCE = rng.random(N)
DOUBT = np.argsort(np.rint(CONFIDENCE * 255), kind="stable")
"""All images, those first of whose group it is least sure."""


def make(folder):
    """The run, the images, and the groups that were made of them, some of them wrong."""
    maker = Maker(folder)
    out = folder / "whole"
    out.mkdir()
    digits = load("digits").sample(N, random_state=69)
    classes = np.array([*HOSTILE, *ODD])
    images = replace(
        digits,
        name=HOSTILE[0] + ODD[1],
        labels=classes[digits.labels],
        names=np.array([f"{classes[i % 10]} {i}" for i in range(N)]),
    )
    labels = (digits.labels + (rng.random(N) < 0.3)) % 10
    matched = match(images.labels, labels)
    angle = 2 * np.pi * labels / 10
    places = np.column_stack([np.cos(angle), np.sin(angle)]) * 9 + rng.normal(size=(N, 2)) / 4
    own = {"labels": labels.astype(np.int32), "confidence": CONFIDENCE, "places": places}
    own["outlier_scores"] = rng.random(N)
    centres, _ = maker.questions(40)  # bars, a short table, a long one, findings of each level
    shape = Answer(
        figures=(judging.confusion(matched),),
        tables=(judging.counts_table(matched), centres.yields.tables[0]),
        findings=centres.yields.findings,
        arrays=own | {"few": FEW, "index": np.arange(len(FEW))},
        says="They form ten groups.",
        front="short",
        partitions=(
            Partition("by hand", **{name: name for name in own}),
            Partition(f"a sample {HOSTILE[2]}", "few", "index"),
        ),
    )
    dbscan = Answer(
        figures=(
            EpsMap("map", "Map", "Says.", EPS, LEAST, {"clusters": SETTINGS.max(axis=2) + 1}),
        ),
        arrays={"map_labels": SETTINGS, "map_eps": np.array(EPS), "map_index": MAP_ROWS},
    )
    tree = PictureTree("tree", "Tree", "Says.", Z, 3, np.zeros((2 * len(Z) + 1, 8, 8)), None)
    one = Dendrogram("one", "One", "Says.", Z, 3, np.zeros((12, 8, 8)), truncate=None)
    both = [("ward", Z, 3), ("last five", Z, None)]
    panels = Dendrograms("panels", "Panels", "Says.", both, truncate=5)
    questions = (
        centres,
        Asked("hierarchy", 3, "How many?", Answer(figures=(tree, one, panels))),
        Asked("dbscan", 5, "Which eps?", dbscan, ("min_samples",)),
        Asked("shape", 7, "How well?", shape),
    )
    return maker.written(out, images, questions), images, labels
