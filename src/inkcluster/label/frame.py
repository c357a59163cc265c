"""A labelling as a table: a row for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.label.belief import names_now
from inkcluster.label.state import AS_GIVEN, BY_NOBODY, DECIDED_BY, NONE, ON_IMAGE
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
        ``named``, the name given or believed, empty where there is none; ``confidence`` of that name, 1 where
        a person looked at the image, 0 where another name is likelier by what is around it; ``decided by``, a person on this image or its group, accepted as
        believed, spread, or the label that is being checked; ``who`` and ``when`` (UTC) of the action;
        ``group``, the number of its group. An image without a name that a person decided on is one of which
        a spot check said that the name believed is wrong.
    """
    import pandas as pd

    run, state, belief = labelling.run, labelling.state, labelling.belief
    kept = rows_of.kept(run.path, run.data.n, len(run.data.classes))
    columns: dict[str, Any] = {"image": np.arange(state.n)}
    if kept.names is not None:
        columns["name"] = kept.names
    if kept.labels is not None:
        columns["label"] = np.array([*run.data.classes, ""], object)[kept.labels]
    codes = names_now(state, state.said, belief)
    known = np.array([*(name.text for name in state.names.values()), ""], object)
    place = {code: i for i, code in enumerate(state.names)} | {NONE: len(state.names)}
    columns["named"] = known[[place[code] for code in codes.tolist()]]
    around = np.where(belief.names == codes, belief.confidence, 0)
    sure = np.where(state.how == ON_IMAGE, 1.0, around)
    columns["confidence"] = np.where(codes == NONE, np.nan, sure)
    how = np.array([*DECIDED_BY, AS_GIVEN, ""], object)
    as_given = (state.how == BY_NOBODY) & (state.given is not None and state.given != NONE)
    nobody = (state.how == BY_NOBODY) & (codes == NONE)
    way = np.where(as_given, len(DECIDED_BY), state.how)
    columns["decided by"] = how[np.where(nobody, len(how) - 1, way)]
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
