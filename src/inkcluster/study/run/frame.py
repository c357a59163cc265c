"""A run as one table: a row for each image that was studied, or for each of the whole set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.study.answer import Partition
from inkcluster.study.questions import PLACED
from inkcluster.study.run import rows
from inkcluster.study.steps.shape import SHAPE

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.run.run import Run
    from inkcluster.study.run.written import WrittenAnswer

OUTSIDE = -2
"""The cluster of an image that is not in the sample that was clustered."""


def partitions(run: Run) -> dict[str, tuple[WrittenAnswer, Partition]]:
    """The clusterings of a run by name, that on which the report opens first.

    Of two with one name the first counts.
    """
    found: dict[str, tuple[WrittenAnswer, Partition]] = {}
    for answer in run.in_order:
        for one in answer.partitions:
            found.setdefault(one.name, (answer, one))
    return found


def clusters(arrays: dict[str, NDArray[Any]], partition: Partition, n: int) -> NDArray[np.int32]:
    """The cluster of each of `n` images, -1 for noise and :data:`OUTSIDE` outside the sample."""
    labels = arrays[partition.labels].astype(np.int32)
    index = arrays[partition.index] if partition.index else np.arange(n)
    if labels.shape != index.shape or not len(labels) or labels.min() < -1:
        raise ValueError(f"{partition.name} is not a clustering of these images")
    found = np.full(n, OUTSIDE, np.int32)
    found[index] = labels
    return found


def frame(run: Run) -> pd.DataFrame:
    """See :meth:`inkcluster.study.run.run.Run.frame`."""
    import pandas as pd

    n = run.data.n
    kept = rows.kept(run.path, n, len(run.data.classes))
    columns: dict[str, Any] = {"image": np.arange(n)}
    if kept.names is not None:
        columns["name"] = kept.names
    if kept.labels is not None:
        columns["label"] = np.array([*run.data.classes, ""], object)[kept.labels]
    about = None
    for name, partition, arrays, found in each(run):
        columns[name] = pd.arrays.IntegerArray(np.maximum(found, -1), found == OUTSIDE)
        if about is None and partition.confidence:
            about = arrays, partition
    if about is not None:
        columns |= dict(_beside(*about))
    return pd.DataFrame(columns)


def each(
    run: Run,
) -> Iterator[tuple[str, Partition, dict[str, NDArray[Any]], NDArray[np.int32]]]:
    """Each clustering of a run: its name, what describes it, its answer's arrays, and the clusters.

    RunFolderError if an answer is damaged.
    """
    read: dict[str, dict[str, NDArray[Any]]] = {}
    for name, (answer, partition) in partitions(run).items():
        if answer.key not in read:
            read = {answer.key: answer.arrays()}
        arrays = read[answer.key]
        try:
            yield name, partition, arrays, clusters(arrays, partition, run.data.n)
        except (LookupError, ValueError) as error:
            raise RunFolderError(
                f"{run.path} holds an answer that cannot be used ({error}); run the study again into "
                "a new folder."
            ) from error


def _beside(
    arrays: dict[str, NDArray[Any]], partition: Partition
) -> Iterator[tuple[str, NDArray[Any]]]:
    """What is known of each image beside its cluster."""
    yield "confidence", arrays[partition.confidence]
    if partition.outlier_scores:
        yield "outlier score", arrays[partition.outlier_scores]
    if partition.places:
        yield "x", arrays[partition.places][:, 0]
        yield "y", arrays[partition.places][:, 1]


def placed_frame(run: Run) -> pd.DataFrame:
    """A row for each image of the set that those studied were drawn from: its number, group, confidence.

    BadInputError if `run` looked at all images, or has not placed the others yet.
    """
    import pandas as pd

    if not run.data.of_n:
        raise BadInputError(
            f"{run.path} looked at all of its images; leave out --all for a row for each."
        )
    if PLACED not in run.keys or PLACED in run.failed:
        raise BadInputError(
            f"{run.path} has not placed all images yet; run `inkcluster study` with the same data and "
            "options again, which goes on from there."
        )
    found = run.answer(PLACED).arrays()
    return pd.DataFrame(
        {
            "image": np.arange(run.data.of_n),
            SHAPE: found["labels"],
            "confidence": found["confidence"],
        }
    )
