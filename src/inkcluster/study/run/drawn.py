"""Has the images of a study, and draws those that it looks at where there are very many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.progress import Progress
from inkcluster.study.settings.table import SETTINGS

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.run import Run
    from inkcluster.study.settings.settings import Settings


def computed(images: ImageSet | Any, out: Path, progress: Progress) -> ImageSet:
    """`images`, or those of a dask array: written in the run's folder, `out`, where they take much."""
    if not hasattr(images, "__dask_graph__"):
        return images
    from inkcluster.images import load
    from inkcluster.study.run.folder import gathering

    return load(images, gather=gathering(lambda _: out), progress=progress)


def drawn(images: ImageSet, settings: Settings) -> ImageSet:
    """`images` themselves, or the `study_sample` that is drawn of more, in their order.

    Images without names are named by their rows, so that each can be found again.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> from inkcluster.study.settings import Settings
    >>> some = drawn(ImageSet(np.zeros((30, 2, 2), np.uint8)), Settings(study_sample=10))
    >>> len(some), some.names[:3].tolist()
    (10, ['row 2', 'row 7', 'row 8'])
    """
    from inkcluster.images import sample_index

    known: dict[str, Any] = {name: SETTINGS[name].default for name in ("seed", "study_sample")}
    known |= settings.values()
    if len(images) <= known["study_sample"]:
        return images
    index = np.sort(sample_index(len(images), known["study_sample"], known["seed"]))
    some = images.take(index)
    if some.names is not None:
        return some
    return replace(some, names=np.array([f"row {i}" for i in index.tolist()], np.str_))


def studied(run: Run, images: ImageSet, given: object) -> ImageSet:
    """The images that `run` looked at, of the data `given` by a person; BadInputError if not there."""
    from inkcluster.images import data_hash
    from inkcluster.study.run.facts import legible
    from inkcluster.study.settings.settings import Settings

    images = legible(images)
    if len(images) == run.data.of_n:
        values = {name: one["value"] for name, one in run.settings.items()}
        images = drawn(images, Settings(**values))
    if len(images) != run.data.n or data_hash(images) != run.data.hash:
        raise BadInputError(
            f"{given} does not hold the images of {run.path} ({run.data.line}); give the data and "
            "the options that were given to `inkcluster study`."
        )
    return images
