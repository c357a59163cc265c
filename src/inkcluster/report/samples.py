"""Makes the pictures of a report that has no groups: a few of the images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.report.stills import still

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run


def samples(run: Run) -> list[dict[str, Any]]:
    """The pictures (still, name) that `run` kept of its images; none if it kept none."""
    from inkcluster.study.run import samples as shelf
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.run.folder import STEPS

    kept = shelf.kept(Desk(run.data, run.path / STEPS))
    if not kept or not len(kept["pixels"]):
        return []
    pixels = kept["pixels"].astype(float) * (255 / max(float(kept["pixels"].max()), 1.0))
    look = str(kept["look"][0])
    shown = np.rint(pixels).astype(np.uint8)
    return [
        {"still": still(shown[i : i + 1], look), "name": name}
        for i, name in enumerate(kept["names"].tolist())
    ]
