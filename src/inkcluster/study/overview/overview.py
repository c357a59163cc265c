"""Makes the overview of a run while its images are at hand, and finds it again for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import RunFolderError
from inkcluster.study.overview import groups, thumbnails
from inkcluster.study.run.arrays import DAMAGE
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.frame import clusters, partitions
from inkcluster.study.settings.table import SETTINGS

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.answer import Partition
    from inkcluster.study.run.run import Run, WrittenAnswer

SAMPLE = 20_000
"""Images drawn at random for the report where it cannot show all."""
SEED = 69


@dataclass(frozen=True, eq=False)
class Overview:
    """The groups of the clustering on which the report opens, and thumbnails."""

    name: str  # the clustering's
    groups: groups.Groups
    sheets: thumbnails.Sheets
    ink: str  # "light on dark", "dark on light" or "picture"


def keep(images: ImageSet, desk: Desk, run: Run) -> None:
    """Describe the groups of the first clustering of `run`, and draw the thumbnails.

    Nothing is done while an answer of an earlier run is damaged, which this run will renew.
    """
    try:
        made = partitions(run)
    except RunFolderError:
        return
    if not made:
        return
    answer, partition = next(iter(made.values()))
    found = desk.keep("groups", _of(answer, partition), lambda: _groups(images, answer, partition))
    most = thumbnails_of(run)
    desk.keep(
        "thumbnails",
        _thumbnails(answer, partition, run, most),
        lambda: _draw(images, found, most),
    )


def kept(run: Run) -> Overview | None:
    """What :func:`keep` made of `run`; None if there is no clustering, or a file is damaged."""
    from inkcluster.study.run.folder import STEPS

    desk = Desk(run.data, run.path / STEPS)
    for name, (answer, partition) in partitions(run).items():
        try:
            found = desk.keep("groups", _of(answer, partition), _absent)
            drawn = desk.keep(
                "thumbnails", _thumbnails(answer, partition, run, thumbnails_of(run)), _absent
            )
            return Overview(
                name,
                groups.read(found, run.data.n),
                thumbnails.read(drawn, run.data.n),
                str(drawn["ink"]),
            )
        except DAMAGE:
            return None
    return None


def thumbnails_of(run: Run) -> int:
    """Images that the report may show."""
    if run.plan is not None:
        return run.plan.thumbnails
    row = SETTINGS["thumbnails"]  # known before the plan, as it never comes from the images
    given = run.settings.get(row.name, {}).get("value")
    return int(row.default or 0 if given is None else row.kind.check(row.name, given, "run.json"))


def _of(answer: WrittenAnswer, partition: Partition) -> dict[str, str]:
    return {"answer": answer.folder.name if answer.folder else "", "clustering": partition.name}


def _thumbnails(answer: WrittenAnswer, partition: Partition, run: Run, most: int) -> dict[str, Any]:
    """All thumbnails depend on the images alone; a choice of them on the groups."""
    return {"most": most} if run.data.n <= most else {"most": most, **_of(answer, partition)}


def _absent() -> Mapping[str, NDArray[Any]]:
    raise LookupError("there is no overview")


def _groups(
    images: ImageSet, answer: WrittenAnswer, partition: Partition
) -> Mapping[str, NDArray[Any]]:
    arrays = answer.arrays()
    labels = clusters(arrays, partition, len(images))
    return groups.find(images, labels, groups.known_of(arrays, partition, len(images)))


def _draw(
    images: ImageSet, found: Mapping[str, NDArray[Any]], most: int
) -> Mapping[str, NDArray[Any]]:
    from inkcluster.images.describing import appearance

    n = len(images)
    rows = np.arange(n)
    if n > most:
        drawn = np.random.default_rng(SEED).choice(n, min(SAMPLE, most, n), replace=False)
        rows = np.union1d(found["shown"], drawn).astype(np.int64)
    return {**thumbnails.draw(images.pixels, rows), "ink": np.array(appearance(images))}
