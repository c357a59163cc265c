"""The values of a plan that come from the images, a function each, named after its setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, TooLittleMemoryError
from inkcluster.study.run.step import step
from inkcluster.study.steps import hierarchies, samples
from inkcluster.study.steps.shape import WEAK, cluster

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Draft, Plan

DEFAULT = "the default"
SAMPLE_SIZES = (500, 1000, 2000, 3000)
COMPARE_SAMPLE = 10_000
LINKAGE_SAMPLE = 20_000
REFINE = 4
MANY_TIMES_K = 4
MAX_EXACT_PIXELS = 2000
"""Pixels of an image up to which the exact covariance is decomposed."""
SHARE_OF_VARIANCE = 0.9
SHAPES_SAMPLE = 5000
"""Images at most whose shapes suggest `k`."""
SUGGESTION_SAMPLE = 1000
"""Images at most whose hierarchy suggests a number of clusters."""
SPECTRUM_SAMPLE = 2000
"""Images at most whose spectrum is computed where an image has more pixels than that."""
MAP_EPS = 9
SWEEP_EPS = 8
MAX_ASKED = 2500
"""Images at most whose distances to their neighbours among all images decide about radii."""


def classes_as_k(images: ImageSet) -> int | None:
    """The number of classes if it can be a number of clusters: two images of each, or more."""
    n_classes = len(images.classes)
    return n_classes if 2 <= n_classes <= len(images) // 2 else None


def k(draft: Draft) -> tuple[int, str]:
    """The number of classes; without labels that say one, that of the shapes, or Ward's if unclear."""
    images = draft.images
    n_classes = len(images.classes)
    if classes_as_k(images) is not None:
        return n_classes, f"from the {n_classes} labels"
    if images.labels is None:
        reason = "there are no labels"
    else:
        reason = f"the labels name {n_classes:,} classes" if n_classes > 1 else "one label only"
    n = min(len(images), SHAPES_SAMPLE)
    if (found := _k_of_shapes(images, draft, n)) is not None:
        return found, f"the number of clusters by shape of {n:,} images ({reason})"
    n = min(len(images), SUGGESTION_SAMPLE)
    found = int(_k_of_ward(images, draft, draft.desk, n=n)["k"])
    return found, f"the largest relative gap of Ward's hierarchy on {n:,} images ({reason})"


def shape_k(draft: Draft) -> tuple[int, str]:
    """The `k` that a person gives; 0, for a number that is found, where none does."""
    given = draft.settings.k
    return (given, f"as k, {draft.given('k')}") if given else (0, "found from the images")


def _k_of_shapes(images: ImageSet, draft: Draft, n: int) -> int | None:
    """The number of clusters by shape, if it stands out and there are two or more."""
    from inkcluster.images import sample_index

    whole = n == len(images)
    drawn = images if whole else images.take(sample_index(len(images), n, draft.seed))
    try:
        shapes = cluster(drawn, draft, draft.desk)
    except TooLittleMemoryError:
        return None
    clear = str(shapes.evidence) != WEAK and shapes.k >= 2
    return shapes.k if clear else None


@step(uses=("seed",))
def _k_of_ward(images: ImageSet, plan: Plan, desk: Desk, *, n: int) -> dict[str, NDArray[Any]]:
    from inkcluster.evaluate.number import relative_gap
    from inkcluster.images import sample_index

    if n == len(images):
        Z = hierarchies.of_pixels(samples.Sample.whole(images), desk, "ward")
    else:
        index = sample_index(len(images), n, plan.seed)
        sample = samples.Sample(index, images.take(index), len(images))
        Z = hierarchies.small_ward(desk, sample=sample)["Z"]
    return {"k": np.array(relative_gap.largest_gap(Z).k)}


def _all_images(draft: Draft) -> tuple[int, str]:
    n = len(draft.images)
    return n, f"all {n:,} images"


map_sample = sweep_sample = _all_images


def linkage_sample(draft: Draft) -> tuple[int, str]:
    """All images; fewer of those drawn from more, as memory grows with the square of their number."""
    facts = draft.desk.images
    if facts is None or not facts.of_n or len(draft.images) <= LINKAGE_SAMPLE:
        return _all_images(draft)
    return LINKAGE_SAMPLE, f"the default for images drawn from {facts.of_n:,}"


def compare_sample(draft: Draft) -> tuple[int, str]:
    """All images, up to 10,000."""
    few = len(draft.images) <= COMPARE_SAMPLE
    return _all_images(draft) if few else (COMPARE_SAMPLE, DEFAULT)


def sample_sizes(draft: Draft) -> tuple[tuple[int, ...], str]:
    """The default sizes that the images suffice for."""
    n = len(draft.images)
    if not (sizes := tuple(size for size in SAMPLE_SIZES if size <= n)):
        return (n,), f"all {n:,} images"
    return sizes, DEFAULT if sizes == SAMPLE_SIZES else f"the default, as far as {n:,} images go"


def refine(draft: Draft) -> tuple[int, str]:
    """None where the radii were given."""
    return (REFINE, DEFAULT) if draft.settings.eps is None else (0, "none, since eps is given")


def many(draft: Draft) -> tuple[int, str]:
    """A multiple of `k`, as far as the images compared go."""
    wanted, most = MANY_TIMES_K * draft.k, draft.compare_sample
    if wanted <= most:
        return wanted, f"{MANY_TIMES_K} times k"
    return most, f"{MANY_TIMES_K} times k, but no more than the {most:,} images compared"


def svd_solver(draft: Draft) -> tuple[str, str]:
    """The exact solver where an image has few pixels."""
    height, width = draft.images.shape
    pixels = f"{height * width:,} pixels an image"
    if height * width <= MAX_EXACT_PIXELS:
        return "covariance_eigh", f"{pixels}: few enough for the exact covariance"
    return "randomized", f"{pixels}: too many for an exact covariance"


def components(draft: Draft, share: float = SHARE_OF_VARIANCE) -> tuple[int, str]:
    """The fewest principal components of the raw pixels that keep `share` of the variance."""
    images, n = draft.images, draft.compare_sample
    height, width = images.shape
    if height * width > SPECTRUM_SAMPLE:
        n = min(n, SPECTRUM_SAMPLE)
    variances = _spectrum(images, draft, draft.desk, n=n)["variances"]
    if not variances.any():
        raise BadInputError(
            f"The {n:,} images drawn from {images.name} are all equal; "
            "choose a larger compare_sample or another seed."
        )
    kept = np.cumsum(variances) / variances.sum()
    number = min(int(np.searchsorted(kept, share)) + 1, len(variances))
    return number, f"the fewest that keep {100 * share:g} % of the variance of {n:,} images"


@step(uses=samples.SAMPLE_USES)
def _spectrum(images: ImageSet, plan: Plan, desk: Desk, *, n: int) -> dict[str, NDArray[Any]]:
    return {"variances": spectrum(samples.draw(images, n, plan).images.flat())}


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


def eps(draft: Draft) -> tuple[tuple[float, ...], str]:
    """Radii for the DBSCAN map, from the distances between scaled images."""
    core = int(np.median(draft.min_samples))
    found = _map_eps(draft.images, draft, draft.desk, core=core)["eps"]
    return _phrased(found, core, draft.map_sample, "")


@step(uses=("scaling", "map_sample", *samples.SAMPLE_USES))
def _map_eps(images: ImageSet, plan: Plan, desk: Desk, *, core: int) -> dict[str, NDArray[Any]]:
    from inkcluster.features import make

    sample = samples.draw(images, plan.map_sample, plan)
    return {"eps": _radii(make(plan.scaling).fit_transform(sample.images), core, MAP_EPS)}


def sweep_eps(draft: Draft) -> tuple[tuple[float, ...], str]:
    """Radii for the sweep, from the distances after PCA whitening."""
    found = _sweep_eps(draft.images, draft, draft.desk)["eps"]
    return _phrased(found, draft.sweep_min_samples, draft.sweep_sample, " after PCA whitening")


@step(uses=("sweep_sample", "sweep_min_samples", *samples.WHITENING_USES))
def _sweep_eps(images: ImageSet, plan: Plan, desk: Desk) -> dict[str, NDArray[Any]]:
    sample = samples.draw(images, plan.sweep_sample, plan)
    vectors = samples.whitened_vectors(sample, plan, desk)
    return {"eps": _radii(vectors, plan.sweep_min_samples, SWEEP_EPS)}


def _radii(X: NDArray[Any], core: int, n: int) -> NDArray[np.float64]:
    """`n` radii for points (n_points, d); the different points decide where most are equal."""
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
    if len(X) <= MAX_ASKED:
        return density.k_distances(X, k)
    squared, _ = nearest_neighbors(X, k + 1, queries=X[:MAX_ASKED])  # each is its own nearest
    return np.sqrt(squared[:, k])


def _phrased(eps: NDArray[Any], core: int, drawn: int, where: str) -> tuple[tuple[float, ...], str]:
    of = f"{MAX_ASKED:,} of {drawn:,}" if drawn > MAX_ASKED else f"{drawn:,}"
    why = f"quantiles of the {max(1, core - 1)}-distances of {of} images{where}"
    return tuple(eps.tolist()), why
