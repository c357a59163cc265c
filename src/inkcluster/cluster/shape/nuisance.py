"""Finds clusters that differ from all others by a nuisance alone: ruled lines, contrast, polarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.preparation.ink import GREY_LEVELS, grey_levels
from inkcluster.compute.threads import pieces

KINDS = ("lines", "contrast", "polarity")
SAMPLE = 1000
"""Images among which neighbours are sought."""
MAX_SIDE = 64
"""The longest side of images whose neighbours are sought, in pixels; larger ones are made smaller."""
IMAGES_TOGETHER = 64
NEIGHBORS = 10
MIN_MEMBERS = 10
"""Images that a cluster has in the sample at least."""
MAX_OWN = 0.5
"""Share of their neighbours without the nuisance that members of a nuisance have among themselves."""
MIN_FALL = 2.5
"""How many times larger that share is with the nuisance."""
CLEARLY = 1.2
"""How many times larger the fall of another kind is, to be taken for it."""
MOST, FEW = 0.8, 0.25
"""Shares of a group's images, and of all others, that lines run through."""
INKED = 0.5
"""Grey level from which a pixel is ink."""
LINE = 0.8
"""Share of a row or column that is ink where a line runs through it."""


@dataclass(frozen=True, eq=False)
class Nuisance:
    """A cluster whose images lie among those of others but for a nuisance.

    Attributes
    ----------
    kind : str
        ``"lines"`` through the image or around it, ``"contrast"`` or ``"polarity"``.
    rows : ndarray of shape (m,), int64
        Its images.
    joins : ndarray of shape (m,), int32
        The cluster among whose images each lies.
    """

    kind: str
    rows: NDArray[np.int64]
    joins: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Found:
    """Clusters that are nuisances, with the kind of each, and memberships of their images in others."""

    kinds: dict[int, str]
    shares: NDArray[np.float64]

    def joined(self) -> NDArray[np.float64]:
        """Memberships in the clusters that are no nuisances."""
        return np.delete(self.shares, list(self.kinds), axis=1)

    def joined_too(
        self,
        pixels: NDArray[np.generic],
        ends: tuple[float, float],
        shares: NDArray[np.float64],
        labels: NDArray[np.intp],
    ) -> NDArray[np.float64]:
        """Memberships at another number of clusters, of which those that hold mostly nuisances are left out.

        `pixels` and `ends` are as in :func:`find`, `labels` (n,) the clusters in which these were found.
        """
        k, own = shares.shape[1], shares.argmax(axis=1)
        size = np.bincount(own, minlength=k)
        kinds: dict[int, str] = {}
        for kind in KINDS:
            held = np.isin(labels, [c for c, of in self.kinds.items() if of == kind])
            kinds |= dict.fromkeys(
                np.flatnonzero(2 * np.bincount(own, held, k) > size).tolist(), kind
            )
        return _put(pixels, ends, shares, kinds).joined()

    def listed(
        self, labels: NDArray[np.intp], rows: NDArray[np.intp], order: NDArray[np.intp]
    ) -> list[Nuisance]:
        """Each nuisance among images `rows` (n,) that are in the clusters `labels` (n,).

        Cluster `order[i]` has the number i now.
        """
        joins = self.shares[:, order].argmax(axis=1).astype(np.int32)
        found = []
        for cluster, kind in self.kinds.items():
            own = np.flatnonzero(labels == cluster)
            own = own[np.argsort(rows[own])]
            found.append(Nuisance(kind, rows[own].astype(np.int64), joins[own]))
        return found


def find(
    pixels: NDArray[np.generic], ends: tuple[float, float], shares: NDArray[np.float64]
) -> Found:
    """Look for nuisances among clusters.

    Each view of the images leaves one nuisance out. A cluster is a nuisance if in that view its
    members have most neighbours in other clusters, and had few of them there with it in.

    Parameters
    ----------
    pixels : ndarray of shape (n, h, w)
        In an order of their own.
    ends : tuple of float
        The values of background and ink.
    shares : ndarray of shape (n, k)
        Memberships; rows sum to 1.
    """
    n, k = shares.shape
    if k < 2 or n < 2 * MIN_MEMBERS or pixels[0].size == 1:  # one pixel is nothing but contrast
        return Found({}, shares)
    some = _sample(n)
    count = len(some)
    labels = shares.argmax(axis=1)
    size = np.bincount(labels[some], minlength=k)
    most = np.full(k, MIN_FALL)
    kinds: dict[int, str] = {}
    for kind, views in _views(pixels[some], ends).items():
        before, after = (_own(view, labels[some], k) for view in views)
        fall = before / np.maximum(after, 1e-3)
        if kind == "lines":  # what many images have is their content
            lined = np.bincount(labels[some], (views[0] != views[1]).any(axis=1), k)
            fall[(lined < MOST * size) | (lined.sum() - lined > FEW * (count - size))] = 0
        bad = (size >= MIN_MEMBERS) & (after < MAX_OWN) & (before >= MAX_OWN) & (fall >= most)
        if 2 * size[bad].sum() < count:
            kinds |= dict.fromkeys(np.flatnonzero(bad).tolist(), kind)
            most[bad] = CLEARLY * fall[bad]
    if 2 * np.isin(labels[some], list(kinds)).sum() > count:
        return Found({}, shares)
    return _put(pixels, ends, shares, kinds)


def _sample(n: int) -> NDArray[np.intp]:
    count = min(n, SAMPLE)
    return np.arange(count) * n // count


def _put(
    pixels: NDArray[np.generic],
    ends: tuple[float, float],
    shares: NDArray[np.float64],
    kinds: dict[int, str],
) -> Found:
    """Put the images of each nuisance among those that they resemble in the view without it."""
    labels, some = shares.argmax(axis=1), _sample(len(shares))
    others = some[~np.isin(labels[some], list(kinds))]
    if not kinds or not len(others):
        return Found({}, shares)
    joined = shares.copy()
    for kind in set(kinds.values()):
        rows = np.flatnonzero(np.isin(labels, [c for c, of in kinds.items() if of == kind]))
        view = _views(pixels[np.r_[others, rows]], ends)[kind][1]
        known, asked = np.split(view, [len(others)])
        near = nearest_neighbors(known, min(NEIGHBORS, len(others)), queries=asked)[1]
        joined[rows] = shares[others[near]].mean(axis=1)
    joined[:, list(kinds)] = 0
    return Found(kinds, joined / joined.sum(axis=1, keepdims=True))


def _views(
    pixels: NDArray[np.generic], ends: tuple[float, float]
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """By kind of nuisance, rows of pixels (n, d) with it and without."""
    n, side = len(pixels), -(-max(pixels.shape[1:]) // MAX_SIDE)
    size = [-(-length // side) for length in pixels.shape[1:]]
    flat = np.empty((n, size[0] * size[1]), np.float32)
    plain = np.empty_like(flat)
    for part in pieces(n, IMAGES_TOGETHER):
        grey = (grey_levels(pixels[part], *ends) / GREY_LEVELS).astype(np.float32)
        flat[part] = _pooled(grey, side)
        ink = grey > INKED
        grey[ink.mean(axis=2) >= LINE] = 0
        grey.transpose(0, 2, 1)[ink.mean(axis=1) >= LINE] = 0
        plain[part] = _pooled(grey, side)
    own = _unit(flat)
    signed = _unit(flat - flat.mean(axis=1, keepdims=True))
    return {
        "lines": (own, _unit(plain)),
        "contrast": (flat, own),
        "polarity": (_unit(flat - flat.mean()), np.abs(signed)),
    }


def _pooled(images: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Means of squares of so many pixels a side, in rows (n, d); beyond the border is 0."""
    n, height, width = images.shape
    if side == 1:
        return images.reshape(n, -1)
    padded = np.pad(images, ((0, 0), (0, -height % side), (0, -width % side)))
    squares = padded.reshape(n, padded.shape[1] // side, side, padded.shape[2] // side, side)
    return np.asarray(squares.mean(axis=(2, 4)).reshape(n, -1))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


def _own(rows: NDArray[np.float32], labels: NDArray[np.intp], k: int) -> NDArray[np.float64]:
    """The share of the neighbours of each cluster's members that are members too, shape (k,)."""
    near = nearest_neighbors(rows, min(NEIGHBORS, len(rows) - 1))[1]
    same = (labels[near] == labels[:, None]).mean(axis=1)
    return np.bincount(labels, same, k) / np.maximum(np.bincount(labels, minlength=k), 1)
