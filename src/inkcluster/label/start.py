"""What a labelling begins with: small groups of a run's images, and the graph along which names spread."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.files import atomic_file
from inkcluster.progress import current
from inkcluster.study.run import rows as rows_of
from inkcluster.study.run.arrays import DAMAGE, read_arrays, write_arrays
from inkcluster.study.run.digest import key
from inkcluster.study.run.frame import each

if TYPE_CHECKING:
    from inkcluster.study.answer import Partition
    from inkcluster.study.run.run import Run

FILE = "start.npz"
MOST_GROUPS = 400
MIN_SIZE = 8
"""Images of a small group, on average, at least."""
EIGENVECTORS = 30
NEIGHBORS = 7
SEED = 69


@dataclass(frozen=True, eq=False)
class Start:
    """Small groups, each in one cluster, and the neighbours of each image."""

    groups: NDArray[np.int32]  # (n,), from 0
    clusters: NDArray[np.int32]  # (n,), the clustering's; -1 for noise, -2 outside the sample
    confidence: NDArray[np.float32]  # (n,), of the cluster; 1 where it is not known
    neighbors: NDArray[np.int32]  # (n, q), -1 for none
    distances: NDArray[np.float32]  # (n, q)
    given: NDArray[np.int32]  # (n,) labels to be checked, or none
    of: NDArray[np.str_]  # the data's hash, and the clustering

    @property
    def n(self) -> int:
        """Number of images."""
        return len(self.groups)

    @property
    def digest(self) -> str:
        """A digest of what the actions rest on: the images, the groups and the labels given."""
        return key([str(one) for one in self.of], self.groups, self.given)

    def graph(self) -> sp.csr_matrix:
        """The weights of links (n, n), symmetric: those of shape clustering."""
        from inkcluster.cluster.shape.graph import weights
        from inkcluster.cluster.shape.neighbors import Lists

        return weights(Lists(self.neighbors, self.distances.astype(np.float64)))


def made(run: Run, by: str | None = None, *, check: bool = False) -> Start:
    """Groups of the clustering called `by`, small ones of shape clustering by default.

    With `check` the labels of the run are taken as given, and are to be checked.
    """
    found = list(each(run))
    if not found:
        raise BadInputError(f"{run.path} has no clustering yet; let `inkcluster study` go on.")
    chosen = next((one for one in found if one[0] == by), None) if by else found[0]
    if chosen is None:
        names = ", ".join(one[0] for one in found)
        raise BadInputError(f"{run.path} has no clustering {by!r}; it has {names}.")
    name, partition, arrays, clusters = chosen
    near = next((links for _, _, other, _ in found if (links := _links(other, run.data.n))), None)
    neighbors, distances = near or _of_pictures(run)
    confidence = _confidence(arrays, partition, run.data.n)
    given = rows_of.kept(run.path, run.data.n, len(run.data.classes)).labels if check else None
    if check and given is None:
        raise BadInputError(f"{run.path} has no labels that could be checked.")
    start = Start(
        np.empty(0, np.int32), clusters, confidence, neighbors, distances,
        np.empty(0, np.int32) if given is None else given,
        np.array([run.data.hash, name]),
    )  # fmt: skip
    whole = name != found[0][0]
    apart = clusters if whole else _small(start.graph(), clusters)
    if whole and (clusters < 0).any():  # noise is no group of its own
        apart = np.where(clusters < 0, -1 - _small(start.graph(), clusters), clusters)
    if given is not None:
        apart = apart * np.int64(1 + given.max() + 1) + given
    groups = np.unique(apart, return_inverse=True)[1].astype(np.int32)
    return Start(**{**_arrays(start), "groups": groups})


def keep(start: Start, folder: Path) -> None:
    """Write it into `folder`."""
    with atomic_file(folder / FILE) as stream:
        write_arrays(stream, _arrays(start), FILE)


def kept(folder: Path, run: Run) -> Start | None:
    """What :func:`keep` wrote; None if nothing was. RunFolderError if it is damaged or of other images."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        found = Start(**read_arrays(path, inner=2, name=FILE))
        _check_sound(found)
    except DAMAGE as error:
        raise RunFolderError(
            f"{path} is damaged; move {folder} away to begin a new labelling."
        ) from error
    if str(found.of[0]) != run.data.hash or found.n != run.data.n:
        raise RunFolderError(
            f"{folder} is the labelling of other images than {run.path} now has; move it away to begin a new "
            "one."
        )
    return found


def _check_sound(start: Start) -> None:
    """ValueError if arrays do not fit each other."""
    n, near = start.n, start.neighbors
    kinds = [
        (getattr(start, one).dtype, getattr(start, one).ndim)
        for one in ("groups", "clusters", "given")
    ]
    sound = (
        all(dtype == np.int32 and ndim == 1 for dtype, ndim in kinds)
        and near.dtype == np.int32
        and len(start.clusters) == len(start.confidence) == len(near) == n > 0
        and near.ndim == 2 and near.shape == start.distances.shape
        and len(start.given) in (0, n) and len(start.of) == 2
        and start.groups.min() == 0 and np.bincount(start.groups).min() > 0
        and near.min(initial=-1) >= -1 and near.max(initial=-1) < n
        and bool(np.isfinite(start.distances[near >= 0]).all()) and bool(np.isfinite(start.confidence).all())
    )  # fmt: skip
    if not sound:
        raise ValueError("arrays that do not fit each other")


def _arrays(start: Start) -> dict[str, NDArray[Any]]:
    return {one.name: getattr(start, one.name) for one in fields(start)}


def _links(
    arrays: dict[str, NDArray[Any]], n: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]] | None:
    """The neighbours that shape clustering found, and their distances."""
    if "neighbors" not in arrays or "distances" not in arrays or len(arrays["neighbors"]) != n:
        return None
    return arrays["neighbors"].astype(np.int32), arrays["distances"].astype(np.float32)


def _of_pictures(run: Run) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Neighbours by the pixels of the run's thumbnails, where shapes were not clustered."""
    from inkcluster.cluster.neighbors.nearest import nearest_neighbors
    from inkcluster.label.pictures import of_run

    pixels = of_run(run).all()
    flat = pixels.reshape(len(pixels), -1).astype(np.float32)
    k = min(NEIGHBORS, len(flat) - 1)
    with current().task("neighbours", 1) as done:
        far, near = nearest_neighbors(flat, k)
        done(1)
    return near.astype(np.int32), far.astype(np.float32)


def _confidence(
    arrays: dict[str, NDArray[Any]], partition: Partition, n: int
) -> NDArray[np.float32]:
    found = arrays[partition.confidence] if partition.confidence else np.ones(n)
    return found.astype(np.float32) if len(found) == n else np.ones(n, np.float32)


def _small(graph: sp.csr_matrix, clusters: NDArray[np.int32]) -> NDArray[np.int64]:
    """Small groups (n,), each in one of the `clusters`: k-means on the graph's leading eigenvectors."""
    from inkcluster.cluster.shape.graph import leading
    from inkcluster.cluster.shape.partition import grouped

    n = graph.shape[0]
    random_state = np.random.RandomState(SEED)
    count = min(MOST_GROUPS, max(1, n // MIN_SIZE))
    with current().task("small groups", 2) as done:
        vectors = leading(graph, EIGENVECTORS, random_state.uniform(0.5, 1, n))[1]
        done(1)
        found = grouped(vectors, min(count, n), random_state)
        done(1)
    return found * np.int64(clusters.max() + 3) + clusters + 2
