"""Images whose label and cluster disagree, ranked: where to look for wrong labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Table
from inkcluster.words import percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import Match

MOST = 200
"""Rows at most."""


def suspects(
    truth: NDArray[Any],
    labels: NDArray[np.int32],
    vectors: NDArray[np.floating[Any]],
    centres: NDArray[np.floating[Any]],
    match: Match,
) -> Table | None:
    """The images whose label is not the largest class of their cluster, most suspicious first.

    Parameters
    ----------
    truth, labels, vectors, centres, match
        As in :func:`inkcluster.evaluate.labels.suspects.far_from_label`.

    Returns
    -------
    Table or None
        `image` counts from 0 in the whole set; None if label and cluster always agree.
    """
    from inkcluster.evaluate.labels.suspects import far_from_label

    odd = far_from_label(truth, labels, vectors, centres, match)
    if odd.empty:
        return None
    frame = odd.iloc[:MOST].rename(
        columns={
            "index": "image",
            "suggested": "cluster's class",
            "distance_of_label": "to its label's cluster",
        }
    )
    frame = frame.round({"distance": 3, "to its label's cluster": 3})
    says = (
        f"{sentence(several(len(odd), 'image'))} whose label is not the largest class of the cluster"
        f"{f'; the first {MOST} are listed' if len(odd) > MOST else ''}. The first are much nearer to "
        "their own cluster than to any cluster of their label. `image` counts from 0 in the whole set."
    )
    return Table("suspects", "Images whose label and cluster disagree", says, frame)


def suspicious_table(odd: pd.DataFrame, index: NDArray[np.int64], left_out: int) -> Table:
    """The images whose label is not what their shape cluster stands for, the most suspicious first.

    Parameters
    ----------
    odd : DataFrame
        What :func:`inkcluster.evaluate.suspicious_labels` gave, not empty.
    index : ndarray of shape (n,), int64
        Where the images stand in the whole set.
    left_out : int
        Images whose class has no cluster, which are not among `odd`.
    """
    first = odd.iloc[:MOST]
    frame = first.drop(columns="index").rename(
        columns={
            "suggested": "cluster's class",
            "membership": "of that class",
            "of_label": "of its label",
            "neighbors_suggested": "neighbours of that class",
            "neighbors_label": "neighbours of its label",
        }
    )
    frame.insert(0, "image", index[first["index"].to_numpy()])
    says = (
        f"{sentence(several(len(odd), 'image'))} ({percent(len(odd) / len(index))}) whose label is not the "
        f"class of the cluster{f'; the first {MOST} are listed' if len(odd) > MOST else ''}. The confidence compares the "
        "class of the cluster with the label, by the memberships and by the labels of the neighbours. "
        "`image` counts from 0 in the whole set."
    )
    if left_out:
        says += f" {left_out:,} images are left out, whose class has no cluster."
    return Table("suspects", "Labels that disagree with the shape clusters", says, frame)
