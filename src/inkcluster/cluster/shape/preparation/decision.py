"""Decides from the images alone how they are prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from inkcluster.cluster.shape import graph as graphs
from inkcluster.cluster.shape import neighbors
from inkcluster.cluster.shape.partition import equals, mutual_information
from inkcluster.cluster.shape.preparation.ink import border_is_light, mixed_borders
from inkcluster.cluster.shape.preparation.prepare import (
    Choices,
    Preparation,
    deforms,
    learn,
)
from inkcluster.compute.threads import one_blas_thread, peers_threads
from inkcluster.errors import BadInputError
from inkcluster.progress import current

VALUES: dict[str, tuple[object, ...]] = {
    "centre": (True, False),
    "shear": (True, False),
    "size": ("set", "image", "kept"),
    "polarity": ("light", "dark", "image"),
    "contrast": ("set", "local"),
}
"""What each choice may be, beside "auto"."""
UNUSUAL: dict[str, Any] = {
    "polarity": "image", "centre": False, "shear": False, "size": "image", "contrast": "local",
}  # fmt: skip
"""What is tried instead of the usual, in this order."""
SAMPLE = 1000
"""Number of images on which the ways are compared."""
MANY_IMAGES = 5000
"""Number of images from which all are resized together: among so many, each finds one of its size."""
MIN_IMAGES = 60
"""Number of images below which nothing is compared."""
NUMBERS = (5, 6, 7, 8, 10, 12, 14, 17, 20)
"""Numbers of clusters at which the ways are compared, where none is given."""
NEAR_SHARES = (0.8, 1.0, 1.25)
"""The same where one is given, relative to it."""
MIN_GAIN = {"polarity": 0.02, "centre": 0.02, "shear": 0.02, "size": 0.01, "contrast": 0.01}
"""Information, in nats, that another way must have beyond the usual one; two samples differ by 0.01."""
MIN_MIXED = 0.05
"""Share of images with the other border from which each image's own polarity is tried."""
CANDIDATES, EXPANDED = 10, 3
"""Neighbours from each view, and nearest whose neighbours become candidates: fewer than for the fit."""
LINKED, COMPARED = 10, 5
"""Neighbours along whose links small clusters merge, and by whose links the ways are compared."""
WEIGHTED = 7
"""Neighbours in the graph whose eigenvectors are computed."""
EIGENVECTORS = (10, 20, 30, 30)
"""Eigenvectors by which each set of small clusters is made, for up to 20 clusters."""
MAX_SMALL_CLUSTERS = 200
MIN_MEAN_SIZE = 5
MAX_ROUNDS = 30
"""Rounds of k-means by which small clusters are made."""
MIN_SHIFT = 1.0
"""How far from the middle the ink must lie, in prepared pixels, for its place to matter; less is within
the warp."""


def asked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The choices among `parameters`, checked; `deskew` stands for centre and shear left to "auto".

    Raises
    ------
    BadInputError
        For a value that no choice has.
    """
    wanted = {name: parameters[name] for name in VALUES}
    for name, value in wanted.items():
        if not is_choice(name, value) and not (isinstance(value, str) and value == "auto"):
            values = ", ".join(map(repr, VALUES[name]))
            raise BadInputError(f'{name} must be "auto" or one of {values}, not {value!r}.')
    deskew = parameters["deskew"]
    if deskew is not None and not isinstance(deskew, bool | np.bool_):
        raise BadInputError(f"deskew must be None, True or False, not {deskew!r}.")
    for name in ("centre", "shear") if deskew is not None else ():
        if wanted[name] == "auto":
            wanted[name] = bool(deskew)
    return wanted


def is_choice(name: str, value: object) -> bool:
    """Whether the choice of that name may have this value."""
    return any(type(value) is type(one) and value == one for one in VALUES[name])


def for_number(wanted: dict[str, object], n: int) -> dict[str, object]:
    """What is wanted of `n` images."""
    many = n >= MANY_IMAGES and wanted["size"] == "auto"
    return {**wanted, "size": "set"} if many else wanted


def usual(pixels: NDArray[np.generic], wanted: dict[str, object]) -> Choices:
    """How images (n, h, w) are prepared, as far as `wanted` does not say, before any comparison."""
    found: dict[str, Any] = {"polarity": "dark" if border_is_light(pixels) else "light"}
    found |= {name: value for name, value in wanted.items() if value != "auto"}
    choices = Choices(**found)
    return choices if deforms(pixels.shape[1:]) else replace(
        choices, centre=False, shear=False, size="kept", contrast="set")  # fmt: skip


def decided(
    pixels: NDArray[np.generic], first: Preparation, wanted: dict[str, object], k: int = 0
) -> tuple[Preparation, dict[str, Any]]:
    """Decide how images (n, h, w), in an order of their own, are prepared.

    From the `first` way, one choice after the other is changed, and kept where the links to the
    nearest images say clearly more about the clusters of their ends: about `k` of them, or several
    numbers where it is 0. Then nothing is changed if the first way shows no clusters: a nuisance
    such as slant would be taken for some. What `wanted` gives stays.

    Returns
    -------
    preparation : Preparation
    plain : dict
        The choices, and under ``"tried"`` those of each way compared, with their information.
    """
    best = first.choices
    tried: list[dict[str, Any]] = []
    free = [] if k == 1 else _free(pixels, first, wanted)
    count = min(SAMPLE, len(pixels))
    some = pixels[np.arange(count) * len(pixels) // count]

    def found(choices: Choices) -> tuple[float, bool]:
        value, clustered = information(some, first.warp, choices, k)
        tried.append({**asdict(choices), "information": value})
        done(1)
        return value, clustered

    with one_blas_thread(), current().task("preparation", len(free) + bool(free)) as done:
        most, clustered = found(best) if free else (0.0, False)
        for name in free if clustered or k else []:
            other = replace(best, **{name: UNUSUAL[name]})
            more, _ = found(other)
            if more > most + MIN_GAIN[name]:
                best, most = other, more
    kept = first if best == first.choices else learn(pixels, first.warp, best)
    return kept, {**asdict(best), "tried": tried}


def _free(pixels: NDArray[np.generic], first: Preparation, wanted: dict[str, object]) -> list[str]:
    """The choices for which another way is tried."""
    if len(pixels) < MIN_IMAGES or not deforms(pixels.shape[1:]):
        return []
    free = [name for name in UNUSUAL if wanted[name] == "auto"]
    if "polarity" in free and mixed_borders(pixels) < MIN_MIXED:
        free.remove("polarity")
    if "centre" in free and first.shift(pixels) < MIN_SHIFT:
        free.remove("centre")
    return free


def information(
    pixels: NDArray[np.generic], warp: int, choices: Choices, k: int = 0
) -> tuple[float, bool]:
    """What the links to the five nearest images say about the clusters of their ends, in nats.

    The mean over numbers of clusters near `k`, or from 5 to 20 where it is not known (0); and
    whether the merges show any number of clusters at all.
    """
    n = len(pixels)
    shapes = neighbors.shapes_of(pixels, learn(pixels, warp, choices))
    lists = neighbors.find(shapes, min(n - 1, LINKED), CANDIDATES, EXPANDED)
    places = shapes.places[0]
    links = graphs.joined(graphs.links(lists), places, 2)
    near = graphs.links((lists[0].nearest(COMPARED),))
    random_state = np.random.RandomState(0)
    graph = graphs.joined(graphs.weights(lists[0].nearest(WEIGHTED)), places, WEIGHTED + 2)
    wider = max(1.0, k / NUMBERS[-1])
    most = round(EIGENVECTORS[-1] * wider)
    _, vectors = graphs.leading(graph, most, random_state.uniform(0.5, 1, n))
    numbers = sorted({max(2, round(share * k)) for share in NEAR_SHARES}) if k else NUMBERS
    found = np.zeros(len(numbers))
    trees = []
    for width in EIGENVECTORS:
        small = _small(vectors[:, : round(width * wider)], 2 * k, random_state)
        tree = graphs.merge(_between(links, small) + 1e-9)
        compared = _between(near, small)
        found = np.maximum(found, [mutual_information(compared, tree.cut(q)) for q in numbers])
        trees.append((tree, np.bincount(small)))
    return float(found.mean()), bool(graphs.strengths(trees).any())


def _small(
    vectors: NDArray[np.float64], least: int, random_state: np.random.RandomState
) -> NDArray[np.intp]:
    """Small clusters (n,) of eigenvectors (n, m), on the unit sphere."""
    rows = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
    count = max(min(len(rows) // MIN_MEAN_SIZE, MAX_SMALL_CLUSTERS), least, 2)
    if (few := equals(rows)).max() < count:
        return few
    with peers_threads():
        found = KMeans(count, n_init=1, max_iter=MAX_ROUNDS, random_state=random_state).fit(rows)
    return np.unique(found.labels_, return_inverse=True)[1]


def _between(graph: Any, labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Links (m, m) between clusters."""
    count = int(labels.max()) + 1
    pair = np.repeat(labels, np.diff(graph.indptr)) * count + labels[graph.indices]
    found = np.bincount(pair, graph.data, count * count).reshape(count, count)
    return np.asarray((found + found.T) / 2)
