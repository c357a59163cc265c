"""Makes the row of sample pictures under the title."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.report.inline import data_url

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run


def samples(run: Run) -> list[dict[str, str]]:
    """The pictures (url, name) that `run` kept of its images; none if it kept none.

    They are black ink on transparency, so that the page's dark theme can invert them.
    """
    from inkcluster.study.run import samples as shelf
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.run.folder import STEPS

    kept = shelf.kept(Desk(run.data, run.path / STEPS))
    if not kept or not len(kept["pixels"]):
        return []
    pixels = kept["pixels"].astype(float) / max(float(kept["pixels"].max()), 1.0)
    ink = 1.0 - pixels if bool(kept["ink_is_dark"][0]) else pixels
    names = kept["names"].tolist()
    return [{"url": _png(one), "name": name} for one, name in zip(ink, names, strict=True)]


def _png(ink: NDArray[Any]) -> str:
    """Black with `ink` (0 to 1) as its opacity, as a ``data:`` URL."""
    from PIL import Image

    both = np.zeros((*ink.shape, 2), np.uint8)
    both[..., 1] = np.rint(ink * 255)
    stream = io.BytesIO()
    Image.fromarray(both, "LA").save(stream, "PNG", optimize=True)
    return data_url(stream.getvalue(), "image/png")
