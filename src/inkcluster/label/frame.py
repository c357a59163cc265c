"""A labelling as a table: a row for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.label.state import DECIDED_BY, NONE
from inkcluster.study.run import rows as rows_of

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.label.labelling import Labelling


def frame(labelling: Labelling) -> pd.DataFrame:
    """A row for each image of a labelling.

    Returns
    -------
    DataFrame of n rows
        ``image``, its number from 0; ``name`` (its file or row) and ``label`` where the run has any;
        ``named``, the name given or believed, empty where there is none; ``confidence`` of what is believed,
        1 where a person looked at the image; ``decided by``, a person on this image or its group, accepted as
        believed, or spread; ``who`` and ``when`` (UTC) of the action; ``group``, the number of its group.
    """
    import pandas as pd

    run, state, belief = labelling.run, labelling.state, labelling.belief
    kept = rows_of.kept(run.path, run.data.n, len(run.data.classes))
    columns: dict[str, Any] = {"image": np.arange(state.n)}
    if kept.names is not None:
        columns["name"] = kept.names
    if kept.labels is not None:
        columns["label"] = np.array([*run.data.classes, ""], object)[kept.labels]
    codes = np.where(state.words == NONE, belief.names, state.words)
    known = np.array([*(name.text for name in state.names.values()), ""], object)
    place = {code: i for i, code in enumerate(state.names)} | {NONE: len(state.names)}
    columns["named"] = known[[place[code] for code in codes.tolist()]]
    looked_at = DECIDED_BY.index("person on this image")
    sure = np.where(state.how == looked_at, 1.0, belief.confidence)
    columns["confidence"] = np.where(codes == NONE, np.nan, sure)
    how = np.array([*DECIDED_BY, ""], object)
    columns["decided by"] = how[np.where(codes == NONE, len(DECIDED_BY), state.how)]
    by = {event.seq: event for event in labelling.events}
    numbers, of = np.unique(state.since, return_inverse=True)
    acts = [by.get(int(number)) for number in numbers]
    columns["who"] = np.array(["" if one is None else one.who for one in acts], object)[of]
    columns["when"] = np.array(["" if one is None else one.at for one in acts], object)[of]
    columns["group"] = _groups(state.group_of)
    return pd.DataFrame(columns)


def _groups(group_of: np.ndarray) -> np.ndarray:
    """Groups as numbers from 0, in the order of their first image."""
    _, first, of = np.unique(group_of, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[of]
