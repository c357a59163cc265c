"""The values of a plan that come from the images: the number of clusters, radii, components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk

SHARE_OF_VARIANCE = 0.9
SUGGESTION_SAMPLE = 1000
SPECTRUM_SAMPLE = 2000
MAP_EPS = 9
SWEEP_EPS = 8
WHITENED = "whitened"
"""The step that holds a sample's whitened images, which the sweep takes up."""
ASKED = 2500
"""Images at most whose distances to their neighbours among all images decide about radii."""


@dataclass(frozen=True)
class Draw:
    """A sample to be drawn: its size, its seed, with or without replacement."""

    n: int
    seed: int
    replace: bool

    def of(self, images: ImageSet) -> ImageSet:
        """The sample itself, without labels."""
        from inkcluster.images import sample_index

        drawn = images.take(sample_index(len(images), self.n, self.seed, replace=self.replace))
        return type(images)(drawn.pixels, None, images.name, images.source)

    def parameters(self) -> dict[str, Any]:
        """What the sample depends on, as parameters of a step."""
        return {"sample": self.n, "seed": self.seed, "replace": self.replace}


def classes_as_k(images: ImageSet) -> int | None:
    """The number of classes, where it can be a number of clusters: two images of each, or more."""
    n_classes = len(images.classes)
    return n_classes if 2 <= n_classes <= len(images) // 2 else None


def number_of_clusters(images: ImageSet, seed: int, desk: Desk) -> tuple[int, str]:
    """The number of classes; without labels that say one, Ward's largest relative gap."""
    n_classes = len(images.classes)
    if classes_as_k(images) is not None:
        return n_classes, f"from the {n_classes} labels"
    draw = Draw(min(len(images), SUGGESTION_SAMPLE), seed, replace=False)

    def compute() -> dict[str, NDArray[Any]]:
        from inkcluster.cluster import hierarchy
        from inkcluster.evaluate.number import relative_gap as number

        Z = hierarchy.ward(draw.of(images).flat().astype(np.float64))
        return {"k": np.array(number.largest_gap(Z).k)}

    k = int(desk.keep("plan-k", draw.parameters(), compute)["k"])
    if images.labels is None:
        reason = "there are no labels"
    else:
        reason = f"the labels name {n_classes:,} classes" if n_classes > 1 else "one label only"
    return k, f"the largest relative gap of Ward's hierarchy on {draw.n:,} images ({reason})"


def components(images: ImageSet, draw: Draw, share: float | None, desk: Desk) -> tuple[int, str]:
    """The fewest principal components of the raw pixels that keep `share` of the variance."""
    wanted = SHARE_OF_VARIANCE if share is None else share
    height, width = images.shape
    if height * width > SPECTRUM_SAMPLE:
        draw = Draw(min(draw.n, SPECTRUM_SAMPLE), draw.seed, draw.replace)

    def compute() -> dict[str, NDArray[Any]]:
        return {"variances": spectrum(draw.of(images).flat())}

    variances = desk.keep("plan-spectrum", draw.parameters(), compute)["variances"]
    if not variances.any():
        raise BadInputError(
            f"The {draw.n:,} images drawn from {images.name} are all alike; "
            "choose a larger compare_sample or another seed."
        )
    kept = np.cumsum(variances) / variances.sum()
    number = min(int(np.searchsorted(kept, wanted)) + 1, len(variances))
    why = f"the fewest that keep {100 * wanted:g} % of the variance of {draw.n:,} images"
    return number, why


def spectrum(rows: NDArray[Any]) -> NDArray[np.float64]:
    """The variances along the principal components of `rows` (n, d), largest first.

    Examples
    --------
    >>> spectrum(np.array([[0, 0], [3, 4], [6, 8]])).round(12).tolist()
    [25.0, 0.0]
    """
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    n, d = centred.shape
    product = centred.T @ centred if d <= n else centred @ centred.T
    values: NDArray[np.float64] = np.linalg.eigvalsh(product)[::-1] / max(n - 1, 1)
    return np.maximum(values, 0.0, dtype=np.float64)


def map_eps(
    images: ImageSet, draw: Draw, desk: Desk, *, scaling: str, min_samples: tuple[int, ...]
) -> tuple[tuple[float, ...], str]:
    """Radii for the DBSCAN map, from the distances between scaled images."""
    core = int(np.median(min_samples))

    def compute() -> dict[str, NDArray[Any]]:
        from inkcluster.features import make

        return {"eps": _radii(make(scaling).fit_transform(draw.of(images)), core, MAP_EPS)}

    parameters = {**draw.parameters(), "scaling": scaling, "core": core, "n": MAP_EPS}
    return _phrased(desk.keep("plan-map-eps", parameters, compute)["eps"], core, draw, "")


def sweep_eps(
    images: ImageSet, draw: Draw, desk: Desk, *, kept: int, solver: str, core: int
) -> tuple[tuple[float, ...], str]:
    """Radii for the sweep, from the distances after PCA whitening."""

    def white() -> dict[str, NDArray[Any]]:
        from inkcluster.features import PCA

        pca = PCA(min(kept, draw.n), whiten=True, svd_solver=solver, seed=draw.seed)
        return {"vectors": pca.fit_transform(draw.of(images))}

    def compute() -> dict[str, NDArray[Any]]:
        what = {
            "components": kept, "svd_solver": solver, "seed": draw.seed, "replace": draw.replace,
            "images": draw.n,
        }  # fmt: skip
        return {"eps": _radii(desk.keep(WHITENED, what, white)["vectors"], core, SWEEP_EPS)}

    parameters = {
        **draw.parameters(), "components": kept, "solver": solver, "core": core, "n": SWEEP_EPS
    }  # fmt: skip
    found = desk.keep("plan-sweep-eps", parameters, compute)["eps"]
    return _phrased(found, core, draw, " after PCA whitening")


def _radii(X: NDArray[Any], core: int, n: int) -> NDArray[np.float64]:
    """Radii for points of which most may be equal: then the different ones decide."""
    from inkcluster.evaluate.number import density

    try:
        return np.asarray(density.suggest_eps_values(_distances(X, core), n=n))
    except BadInputError:
        X = np.unique(X, axis=0)
        return np.asarray(density.suggest_eps(X, min_samples=min(core, len(X)), n=n))


def _distances(X: NDArray[Any], core: int) -> NDArray[np.float64]:
    """How far the (core - 1)-th nearest other point is from each; of many points, from the first.

    The points come in random order, so that the first are a sample; all of them are searched.
    """
    from inkcluster.cluster.neighbors.nearest import nearest_neighbors
    from inkcluster.evaluate.number import density

    k = min(max(1, core - 1), len(X) - 1)
    if len(X) <= ASKED:
        return density.k_distances(X, k)
    squared, _ = nearest_neighbors(X, k + 1, queries=X[:ASKED])  # each is its own nearest
    return np.sqrt(squared[:, k])


def _phrased(eps: NDArray[Any], core: int, draw: Draw, where: str) -> tuple[tuple[float, ...], str]:
    of = f"{ASKED:,} of {draw.n:,}" if draw.n > ASKED else f"{draw.n:,}"
    why = f"quantiles of the {max(1, core - 1)}-distances of {of} images{where}"
    return tuple(eps.tolist()), why
