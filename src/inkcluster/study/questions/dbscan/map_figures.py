"""The figures and tables of the DBSCAN map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.study.answer import Answer, Table
from inkcluster.study.steps.density import MEMBERS, MOST_NOISE, RULE
from inkcluster.words import ordinal, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.questions.dbscan.map import Map


def of_map(found: Map) -> Answer:
    """Everything that is shown of the map."""
    return Answer(
        figures=(_map_figure(found), _distance_figure(found)),
        tables=(_map_table(found), *_criterion_table(found)),
        arrays={
            "map_index": found.sample.index,
            "map_eps": np.array(found.eps),
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
        for eps, row, met in zip(found.eps, found.counts, found.met, strict=True)
        for least, c, enough in zip(found.min_samples, row, met, strict=True)
        if enough
    ]
    names = ["percentage clustered", "eps", "min_samples", "number of clusters"]
    return pd.DataFrame(rows, columns=names)


def _map_figure(found: Map) -> Any:
    from inkcluster.figures import EpsMap

    clustered = "ARI of the clustered, in %; below: share clustered"
    panels = {
        "clusters": found.panel("clusters").astype(np.int64),
        "noise": found.panel("noise_share"),
        "largest cluster": found.panel("largest_share"),
    }
    beneath = {}
    if found.ari is not None and found.ari_clustered is not None:
        panels["ARI with the labels, in %, noise a cluster"] = np.clip(found.ari, 0.0, 1.0)
        panels[clustered] = np.clip(found.ari_clustered, 0.0, 1.0)
        beneath[clustered] = 1.0 - panels["noise"]
    noise = panels["noise"]
    says = (
        f"Of {noise.size:,} settings, {_none(np.sum(noise == 1))} leave every image as noise and "
        f"{_none(found.met.sum())} put more than 90 % into clusters (outlined)"
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
        found.met,
        criterion="more than 90 % of the images in clusters, the exercise's criterion",
        beneath=beneath,
        chosen=found.chosen,
        suggested=found.suggested if found.suggested in found.eps else None,
    )


def _distance_figure(found: Map) -> Any:
    from inkcluster.figures import KDistance

    curve = np.sort(found.distances)
    low, high = np.quantile(curve, [0.05, 0.95])
    where = "the curve is flat and has no knee"
    if found.knee is not None and found.suggested is not None:
        where = (
            f"the knee of the curve is at {curve[found.knee]:.3g}, which "
            f"{percent(np.mean(curve <= curve[found.knee]))} of the images do not exceed: "
            f"eps {found.suggested:g} is suggested"
        )
    says = (
        f"For nine images in ten the distance to the {ordinal(found.neighbour)} neighbour lies "
        f"between {low:.3g} and {high:.3g}; {where}."
    )
    title = f"Distance to the {ordinal(found.neighbour)} neighbour"
    return KDistance("k-distance", title, says, curve, found.knee, found.neighbour, found.eps)


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
            if found.ari is not None and found.ari_clustered is not None:
                row["ARI"] = found.ari[i, j]
                row["ARI, clustered only"] = found.ari_clustered[i, j]
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
        f"{sentence(several(len(frame), 'setting'))} of {found.met.size:,} "
        f"{'puts' if len(frame) == 1 else 'put'} more than 90 % of the images into clusters, with "
        f"{span(frame['number of clusters'])}."
    )
    return (Table("criterion", "Settings with more than 90 % in clusters", says, frame),)


def span(counts: pd.Series[int]) -> str:
    """How many clusters several settings give, in words."""
    low, high = int(counts.min()), int(counts.max())
    each = " each" if len(counts) > 1 else ""
    return f"{several(low, 'cluster')}{each}" if low == high else f"{low:,} to {high:,} clusters"


def _none(number: Any) -> str:
    return f"{int(number):,}" if number else "none"
