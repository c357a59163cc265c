"""The map of DBSCAN over eps × min_samples on scaled pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.study.answer import Answer, Table
from inkcluster.study.density import MEMBERS, MOST_NOISE, RULE, Counts, choose, count
from inkcluster.study.drawing import SAMPLE_USES, Sample
from inkcluster.study.joins import ordinal
from inkcluster.study.wording import percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan

MAP_USES = ("map_sample", "eps", "min_samples", "scaling", *SAMPLE_USES)
CRITERION = 0.9
"""The exercise's own: more than this share of the points in clusters."""


@dataclass(frozen=True, eq=False)
class Map:
    """DBSCAN for every pair of eps and min_samples.

    Parameters
    ----------
    sample : Sample
    vectors : ndarray of shape (n, d)
        The scaled pixels.
    eps : tuple of float
    min_samples : tuple of int
    labels : ndarray of shape (n_eps, n_min_samples, n), int32
    distances : ndarray of shape (n,), float64
        Each image's distance to its `neighbour`-th other image.
    neighbour : int
        One less than the median of min_samples, since DBSCAN counts the point itself.
    """

    sample: Sample
    vectors: NDArray[np.floating[Any]]
    eps: tuple[float, ...]
    min_samples: tuple[int, ...]
    labels: NDArray[np.int32]
    distances: NDArray[np.float64]
    neighbour: int

    @cached_property
    def counts(self) -> list[list[Counts]]:
        """What each setting comes to."""
        return [[count(row) for row in rows] for rows in self.labels]

    @cached_property
    def chosen(self) -> tuple[int, int]:
        """The chosen setting's place in the map."""
        return chosen_cell(self.labels)

    @property
    def chosen_labels(self) -> NDArray[np.int32]:
        """The chosen setting's labels, shape (n,)."""
        i, j = self.chosen
        return np.asarray(self.labels[i, j])

    def panel(self, what: str) -> NDArray[np.float64]:
        """One of the counts for every setting, shape (n_eps, n_min_samples)."""
        return np.array([[getattr(c, what) for c in row] for row in self.counts], np.float64)

    @cached_property
    def ari(self) -> NDArray[np.float64] | None:
        """Agreement with the labels for every setting, noise a cluster of its own."""
        truth = self.sample.images.labels
        if truth is None:
            return None
        from inkcluster.evaluate import pairwise_ari

        codes = np.unique(truth, return_inverse=True)[1]
        return np.array(
            [[pairwise_ari([codes, row])[0, 1] for row in rows] for rows in self.labels]
        )

    @property
    def setting(self) -> str:
        """The chosen setting in words."""
        i, j = self.chosen
        return f"eps {self.eps[i]:g} with min_samples {self.min_samples[j]}"


def chosen_cell(labels: NDArray[np.int32]) -> tuple[int, int]:
    """The place of the setting that :data:`~inkcluster.study.density.RULE` chooses."""
    n_eps, n_min_samples, n = labels.shape
    best = choose([count(row) for row in labels.reshape(-1, n)])
    i, j = np.unravel_index(best, (n_eps, n_min_samples))
    return int(i), int(j)


def sweep_the_map(sample: Sample, plan: Plan, desk: Desk) -> Map:
    """Run the map on the sample's scaled pixels, or take it from the desk."""
    from inkcluster.cluster import DBSCANGrid
    from inkcluster.evaluate import k_distances
    from inkcluster.features import make
    from inkcluster.progress import listening

    vectors = make(plan.scaling).fit_transform(sample.images)

    def compute() -> Mapping[str, NDArray[Any]]:
        with listening(desk.progress):
            labels = DBSCANGrid(plan.eps, plan.min_samples).fit(vectors).labels_
        neighbour = min(max(int(np.median(plan.min_samples)) - 1, 1), len(vectors) - 1)
        distances = k_distances(vectors, neighbour, ordered=False)
        return {"labels": labels, "distances": distances, "neighbour": np.array(neighbour)}

    kept = desk.keep("dbscan-map", plan.values(MAP_USES), compute)
    return Map(
        sample,
        vectors,
        plan.eps,
        plan.min_samples,
        kept["labels"],
        kept["distances"],
        int(kept["neighbour"]),
    )


def of_map(found: Map) -> Answer:
    """Everything that is said about the map."""
    return Answer(
        figures=(_map_figure(found), _distance_figure(found)),
        tables=(_map_table(found), *_criterion_table(found)),
        arrays={
            "map_index": found.sample.index,
            "map_labels": found.labels,
            "map_clusters": found.panel("clusters").astype(np.int64),
            "map_noise_share": found.panel("noise_share"),
            "map_largest_share": found.panel("largest_share"),
            "map_distances": found.distances,
        },
    )


def criterion_frame(found: Map) -> pd.DataFrame:
    """The settings that cluster more than 90 % of the images, as the exercise prints them."""
    import pandas as pd

    rows = [
        (100 * c.clustered_share, eps, least, c.clusters)
        for eps, row in zip(found.eps, found.counts, strict=True)
        for least, c in zip(found.min_samples, row, strict=True)
        if c.clustered_share > CRITERION
    ]
    names = ["percentage clustered", "eps", "min_samples", "number of clusters"]
    return pd.DataFrame(rows, columns=names)


def _map_figure(found: Map) -> Any:
    from inkcluster.figures import EpsMap

    panels = {
        "clusters": found.panel("clusters").astype(np.int64),
        "noise": found.panel("noise_share"),
        "largest cluster": found.panel("largest_share"),
    }
    if found.ari is not None:
        panels["ARI with the labels, in %"] = np.clip(found.ari, 0.0, 1.0)
    noise = panels["noise"]
    says = (
        f"Of {noise.size:,} settings, {_none(np.sum(noise == 1))} leave every image as noise and "
        f"{_none(_met(found).sum())} put more than 90 % into clusters (marked)"
    )
    talking = (found.panel("considerable") >= 2) & (noise <= MOST_NOISE)
    says += (
        f"; {_none(talking.sum())} find two or more clusters of at least {MEMBERS} members with at "
        f"most half of the images as noise. By the stated rule, {found.setting} is looked at further."
    )
    return EpsMap(
        "map",
        "DBSCAN for every eps and min_samples",
        says,
        np.array(found.eps),
        np.array(found.min_samples),
        panels,
        _met(found),
        criterion="more than 90 % of the images in clusters",
    )


def _distance_figure(found: Map) -> Any:
    from inkcluster.evaluate import knee
    from inkcluster.figures import KDistance

    curve = np.sort(found.distances)
    low, high = np.quantile(curve, [0.05, 0.95])
    at: int | None = None
    try:
        at = knee(curve)
        where = (
            f"the knee of the curve is at {curve[at]:.3g}, "
            f"which {percent(np.mean(curve <= curve[at]))} of the images do not exceed"
        )
    except BadInputError:
        where = "the curve is flat and has no knee"
    says = (
        f"For nine images in ten the distance to the {ordinal(found.neighbour)} neighbour lies "
        f"between {low:.3g} and {high:.3g}; {where}."
    )
    title = f"Distance to the {ordinal(found.neighbour)} neighbour"
    return KDistance("k-distance", title, says, curve, at, found.neighbour)


def _map_table(found: Map) -> Table:
    import pandas as pd

    rows = []
    for i, eps in enumerate(found.eps):
        for j, least in enumerate(found.min_samples):
            c = found.counts[i][j]
            row = {
                "eps": eps,
                "min_samples": least,
                "clusters": c.clusters,
                f"clusters of {MEMBERS} or more": c.considerable,
                "percentage clustered": 100 * c.clustered_share,
                "noise share": c.noise_share,
                "largest share": c.largest_share,
            }
            if found.ari is not None:
                row["ARI"] = found.ari[i, j]
            rows.append({**row, "chosen": (i, j) == found.chosen})
    frame = pd.DataFrame(rows)
    says = f"Every setting of the map; chosen is {found.setting}, by this rule: {RULE}."
    return Table("map", "The map, setting by setting", says, frame)


def _criterion_table(found: Map) -> tuple[Table, ...]:
    """The settings that meet the criterion; no table where none does, as D3 says then."""
    frame = criterion_frame(found)
    if not len(frame):
        return ()
    says = (
        f"{sentence(several(len(frame), 'setting'))} of {found.labels[..., 0].size:,} "
        f"{'puts' if len(frame) == 1 else 'put'} more than 90 % of the images into clusters, with "
        f"{span(frame['number of clusters'])}."
    )
    return (Table("criterion", "Settings with more than 90 % in clusters", says, frame),)


def _met(found: Map) -> NDArray[np.bool_]:
    return np.array([[c.clustered_share > CRITERION for c in row] for row in found.counts])


def span(counts: pd.Series[int]) -> str:
    """How many clusters several settings give, in words."""
    low, high = int(counts.min()), int(counts.max())
    each = " each" if len(counts) > 1 else ""
    return f"{several(low, 'cluster')}{each}" if low == high else f"{low:,} to {high:,} clusters"


def _none(number: Any) -> str:
    return f"{int(number):,}" if number else "none"
