"""Which images each cell of "Clusters against classes" counts, so that a click can show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inkcluster.study.run.written import WrittenAnswer

TABLE = "classes"
"""The table of an answer that counts the images of each cluster in each class."""


def crossing_of(
    answer: WrittenAnswer, clusters: NDArray[np.int32], classes: NDArray[np.int32]
) -> dict[str, Any] | None:
    """The groups and classes that are the rows and columns of the table in `answer`.

    None if it has no such table, or one that counts other images than `clusters` (n,) and
    `classes` (n,) do: then a click could show the wrong ones.
    """
    frames = [table.frame() for table in answer.tables if table.name == TABLE]
    if not frames or "cluster" not in frames[0]:
        return None
    groups = frames[0]["cluster"].to_numpy(np.int64)
    shown = frames[0].drop(columns="cluster").to_numpy(np.int64)
    if not len(groups) or groups.min() < 0:
        return None
    counts = np.zeros(
        (max(int(clusters.max()), int(groups.max())) + 1, int(classes.max()) + 1), int
    )
    both = (clusters >= 0) & (classes >= 0)
    np.add.at(counts, (clusters[both], classes[both]), 1)
    largest = np.argsort(-counts.sum(axis=0), kind="stable")
    columns = np.sort(largest[: shown.shape[1]])
    if not np.array_equal(counts[np.ix_(groups, columns)], shown):
        return None
    return {
        "key": answer.key,
        "groups": groups.tolist(),
        "classes": columns.tolist(),
        "counts": shown.tolist(),
    }
