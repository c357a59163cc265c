"""Runs DBSCAN along eps, counts clusters and noise, and chooses a setting by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.run.step import step, used_by
from inkcluster.study.steps.samples import SAMPLE_USES, WHITENING_USES, Sample, whitened_vectors

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MEMBERS = 5
MOST_NOISE = 0.5
RULE = (
    f"most clusters of at least {MEMBERS} members among the settings that leave at most half of the "
    "images as noise, then least noise; where no setting leaves so little noise, least noise"
)
"""The rule that chooses a setting, without labels."""


@dataclass(frozen=True)
class Counts:
    """Counts of one labelling; the shares are of all points."""

    clusters: int  # noise not counted
    considerable: int  # clusters of at least five members
    noise_share: float
    largest_share: float
    second_share: float = 0.0

    @property
    def clustered_share(self) -> float:
        """The share of the points that are in clusters."""
        return 1.0 - self.noise_share

    @property
    def largest_of_clustered(self) -> float:
        """The largest cluster's share of the clustered points; 0 where there are none."""
        return self.largest_share / self.clustered_share if self.clusters else 0.0


def count(labels: NDArray[np.int32]) -> Counts:
    """Count clusters and noise in `labels` of shape (n,), -1 for noise.

    Examples
    --------
    >>> count(np.array([0, 0, 0, 0, 0, 1, -1, -1]))
    Counts(clusters=2, considerable=1, noise_share=0.25, largest_share=0.625, second_share=0.125)
    """
    n, sizes = len(labels), np.sort(np.bincount(labels[labels >= 0]))[::-1]
    return Counts(
        clusters=int(np.count_nonzero(sizes)),
        considerable=int(np.count_nonzero(sizes >= MEMBERS)),
        noise_share=float((n - int(sizes.sum())) / n),
        largest_share=float(sizes[:1].sum() / n),
        second_share=float(sizes[1:2].sum() / n),
    )


def choose(counted: list[Counts]) -> int:
    """Choose one of the labellings by :data:`RULE`; the first among equals.

    Examples
    --------
    >>> few, many = Counts(1, 1, 0.0, 1.0), Counts(30, 4, 0.4, 0.2)
    >>> choose([few, many]), choose([few, Counts(90, 9, 0.6, 0.1)])
    (1, 0)
    """
    quiet = [i for i, c in enumerate(counted) if c.noise_share <= MOST_NOISE]
    if quiet:
        return min(quiet, key=lambda i: (-counted[i].considerable, counted[i].noise_share))
    return min(range(len(counted)), key=lambda i: counted[i].noise_share)


@dataclass(frozen=True, eq=False)
class Sweep:
    """DBSCAN on PCA-whitened images for every eps of the plan's sweep."""

    solver: str  # of the PCA
    eps: tuple[float, ...]
    labels: NDArray[np.int32]  # (n_eps, n), numbered as scikit-learn numbers them, -1 for noise

    @property
    def counts(self) -> list[Counts]:
        """Counts of each labelling."""
        return [count(row) for row in self.labels]

    @property
    def n_labels(self) -> list[int]:
        """Different labels for each eps, noise counted as one: the exercise's "clusters"."""
        return [len(np.unique(row)) for row in self.labels]

    def frame(self) -> pd.DataFrame:
        """A row for each eps."""
        import pandas as pd

        shown = ["clusters", "noise_share", "largest_share"]
        counted = pd.DataFrame(self.counts)[shown]
        return pd.DataFrame({"eps": list(self.eps), "labels": self.n_labels}).join(counted)


def whitened_sweep(sample: Sample, plan: Plan, desk: Desk, solver: str | None = None) -> Sweep:
    """Run DBSCAN for each of the plan's `sweep_eps` after PCA whitening, by its solver if None."""
    solver = solver or plan.svd_solver
    labels = whitened_labels(plan, desk, sample=sample, solver=solver)["labels"]
    return Sweep(solver, plan.sweep_eps, labels)


@step(uses=("sweep_eps", "sweep_min_samples", *WHITENING_USES))
def whitened_labels(
    plan: Plan, desk: Desk, *, sample: Sample, solver: str
) -> dict[str, NDArray[np.int32]]:
    """DBSCAN's labels of the whitened images for each of the plan's `sweep_eps`."""
    vectors = whitened_vectors(sample, plan, desk, solver)
    return {"labels": along(vectors, plan.sweep_eps, plan.sweep_min_samples)}


@step(uses=("scaling", "eps", "sweep_min_samples"))
def scaled_labels(plan: Plan, desk: Desk, *, sample: Sample) -> dict[str, NDArray[np.int32]]:
    """DBSCAN's labels of the scaled pixels for each of the plan's `eps`, shape (n_eps, n)."""
    from inkcluster.features import make

    vectors = make(plan.scaling).fit_transform(sample.images)
    return {"labels": along(vectors, plan.eps, plan.sweep_min_samples)}


SWEEP_USES = used_by(whitened_labels, *SAMPLE_USES)
"""The plan's values that :func:`whitened_sweep` of a drawn sample depends on."""


def along(
    vectors: NDArray[np.floating[Any]], eps: tuple[float, ...], min_samples: int
) -> NDArray[np.int32]:
    """DBSCAN's labels for each eps, shape (n_eps, n)."""
    from inkcluster.cluster import DBSCANGrid

    return np.asarray(DBSCANGrid(eps, [min_samples]).fit(vectors).labels_[:, 0], np.int32)
