"""What DBSCAN finds at each setting of its map, so that a click on one can show its groups."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run

QUESTION = "dbscan"
MAX_BYTES = 3_000_000
"""More, packed, is left out of the page."""


def settings_of(run: Run) -> tuple[dict[str, Any], dict[str, NDArray[np.int32]]] | None:
    """The settings of the map in `run`, and columns: clusters at each, and the images they are of.

    `rows` is None if they are all images in their order. Without columns where these take more than
    :data:`MAX_BYTES`; None if there is no map.
    """
    if QUESTION not in run.keys:
        return None
    answer = run.answer(QUESTION)
    arrays = answer.arrays()
    least = list(answer.plan.get("min_samples", ()))
    if not {"map_labels", "map_eps", "map_index"} <= arrays.keys():
        return None
    labels, eps, rows = (arrays[f"map_{name}"] for name in ("labels", "eps", "index"))
    if labels.shape != (len(eps), len(least), len(rows)) or not labels.size or labels.min() < -1:
        return None
    settings = {"eps": eps.tolist(), "least": least, "n": len(rows), "labels": None, "rows": None}
    if len(zlib.compress(labels.astype(np.int32).tobytes(), 6)) > MAX_BYTES:
        return settings, {}
    columns = {"map": labels.astype(np.int32).ravel()}
    if not np.array_equal(rows, np.arange(run.data.n)):
        columns["map-rows"] = rows.astype(np.int32)
        settings["rows"] = "map-rows"
    return {**settings, "labels": "map"}, columns
