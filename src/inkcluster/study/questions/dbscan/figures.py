"""Figures and tables of the DBSCAN map and of the distances that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import concentration
from inkcluster.evaluate.number.contrast import MAX_COMPARED, nearest_and_spread
from inkcluster.study.answer import Answer, Partition, Table
from inkcluster.study.questions.dbscan import findings
from inkcluster.study.steps.density import MEMBERS, MOST_NOISE, RULE
from inkcluster.study.steps.samples import PIXELS, title_of
from inkcluster.words import ordinal, percent, several

if TYPE_CHECKING:
    from inkcluster.study.settings.plan import Plan
    from inkcluster.study.steps.dbscan_map import Map


def of_map(found: Map) -> Answer:
    """The map as a figure and a table, the distances to a near neighbour, and D1 to D3."""
    return Answer(
        figures=(_map_figure(found), _distance_figure(found)),
        tables=(_map_table(found), *_criterion_table(found)),
        findings=findings.of_map(found),
        arrays={
            "map_index": found.sample.index,
            "map_eps": np.array(found.eps),
            "map_labels": found.labels,
            "map_clusters": found.panel("clusters").astype(np.int64),
            "map_noise_share": found.panel("noise_share"),
            "map_largest_share": found.panel("largest_share"),
            "map_distances": found.distances,
            "chosen_labels": found.chosen_labels,
        },
        says=findings.answered(found),
        face="map",
        partitions=(Partition(title_of("DBSCAN", PIXELS), "chosen_labels", "map_index"),),
    )


def of_distances(found: Map, whitened: NDArray[np.floating[Any]], plan: Plan) -> Answer:
    """How far images are from each other, scaled and PCA-whitened (n, d), and D4."""
    import pandas as pd

    nearest = np.sqrt(found.lists[0][:MAX_COMPARED, 1])
    rows = []
    for space, vectors, known in (
        ("scaled pixels", found.vectors, nearest),
        ("after PCA whitening", whitened, None),
    ):
        near, spread = nearest_and_spread(vectors, known)
        rows.append((space, 1 + concentration(vectors, plan.seed), near, spread))
    columns = ["space", "farthest over nearest", "nearest over mean", "spread over mean"]
    frame = pd.DataFrame(rows, columns=columns)
    says = (
        f"Distances among up to {MAX_COMPARED:,} images, the median of each: the farthest image's over "
        "the nearest's, the nearest's over the mean distance, and the standard deviation over the mean. "
        "Where the nearest is almost as far as the mean, no eps tells near from far."
    )
    table = Table("distances", "How far images are from each other", says, frame)
    return Answer(tables=(table,), findings=(findings.of_distances(frame),))


def _map_figure(found: Map) -> Any:
    clustered = "ARI of the clustered images, in %; below: share clustered"
    noise = found.panel("noise_share")
    panels = {
        "clusters": found.panel("clusters").astype(np.int64),
        "noise": noise,
        "largest cluster": found.panel("largest_share"),
    }
    beneath = {}
    if found.ari is not None and found.ari_clustered is not None:
        panels["ARI with the labels, in %, noise as a cluster"] = np.clip(found.ari, 0.0, 1.0)
        panels[clustered] = np.clip(found.ari_clustered, 0.0, 1.0)
        beneath[clustered] = 1.0 - noise
    useful = (found.panel("considerable") >= 2) & (noise <= MOST_NOISE)
    says = (
        f"Each cell is one setting: {_number(useful.sum())} of {noise.size:,} find two or more clusters "
        f"of at least {MEMBERS} images and leave at most half of the images as noise; "
        f"{_number(found.met.sum())} put more than 90 % into clusters (outlined), "
        f"{_number(np.sum(noise == 1))} leave every image as noise. The figures and tables below "
        f"show {found.setting}."
    )
    return charts.EpsMap(
        "map",
        "What DBSCAN finds at each eps and min_samples",
        says,
        np.array(found.eps),
        np.array(found.min_samples),
        panels,
        found.met,
        criterion="more than 90 % of the images in clusters, the exercise's criterion",
        beneath=beneath,
        chosen=found.chosen,
        suggested=found.suggested if found.suggested in found.eps else None,
    )


def _distance_figure(found: Map) -> Any:
    curve = np.sort(found.distances)
    low, high = np.quantile(curve, [0.05, 0.95])
    where = "the curve is flat and suggests no eps"
    if found.knee is not None and found.suggested is not None:
        where = (
            f"the curve turns up at {curve[found.knee]:.3g}, a distance that "
            f"{percent(np.mean(curve <= curve[found.knee]))} of the images do not exceed, which "
            f"suggests eps {found.suggested:g}"
        )
    says = (
        f"For nine images in ten the {ordinal(found.neighbour)} nearest image is between {low:.3g} and "
        f"{high:.3g} away; {where}."
    )
    title = f"Distance to the {ordinal(found.neighbour)} nearest image"
    return charts.KDistance(
        "k-distance", title, says, curve, found.knee, found.neighbour, found.eps
    )


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
                "second share": c.second_share,
                "one cluster or none": bool(found.alone[i, j]),
            }
            if found.ari is not None and found.ari_clustered is not None:
                row["ARI"] = found.ari[i, j]
                row["ARI, clustered only"] = found.ari_clustered[i, j]
            rows.append({**row, "chosen": (i, j) == found.chosen})
    says = (
        f"`largest share` and `second share` are the two largest clusters' shares of all images. The "
        f"chosen setting is {found.setting}: {RULE}."
    )
    return Table("map", "Each setting of the map", says, pd.DataFrame(rows))


def _criterion_table(found: Map) -> tuple[Table, ...]:
    """The settings that meet the criterion, as the exercise prints them; no table where none does."""
    import pandas as pd

    rows = [
        (100 * found.counts[i][j].clustered_share, eps, least, found.counts[i][j].clusters)
        for i, eps in enumerate(found.eps)
        for j, least in enumerate(found.min_samples)
        if found.met[i, j]
    ]
    if not rows:
        return ()
    names = ["percentage clustered", "eps", "min_samples", "number of clusters"]
    frame = pd.DataFrame(rows, columns=names)
    counts = frame["number of clusters"]
    low, high = int(counts.min()), int(counts.max())
    clusters = several(low, "cluster") if low == high else f"{low:,} to {high:,} clusters"
    says = (
        f"{len(frame):,} of {found.met.size:,} settings put more than 90 % of the images into "
        f"clusters, the smallest eps among them {frame['eps'].min():g}; they find {clusters}."
    )
    return (
        Table("criterion", "Settings with more than 90 % of the images in clusters", says, frame),
    )


def _number(number: Any) -> str:
    return f"{int(number):,}" if number else "none"
