"""`Desk`: caches intermediate results and reports progress."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster._version import __version__
from inkcluster.files import atomic_file, is_file, remove
from inkcluster.progress import SILENT, Progress
from inkcluster.study.run import digest
from inkcluster.study.run.arrays import DAMAGE, read_arrays, write_arrays
from inkcluster.study.run.facts import DataFacts

_STEP = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Desk:
    """Caches intermediate results of one set of images, and reports progress.

    Parameters
    ----------
    images : DataFacts or None
        The data set's facts; its hash is part of each step's key.
    folder : Path or None
        The folder of the cache; None caches in memory.
    progress : Progress
        The listener.

    Examples
    --------
    >>> import numpy as np
    >>> desk = Desk()
    >>> def compute():
    ...     print("computing")
    ...     return {"squares": np.arange(4) ** 2}
    >>> desk.keep("squares", {"n": 4}, compute)["squares"]
    computing
    array([0, 1, 4, 9])
    >>> desk.keep("squares", {"n": 4}, compute)["squares"]
    array([0, 1, 4, 9])
    """

    def __init__(
        self,
        images: DataFacts | None = None,
        folder: Path | None = None,
        progress: Progress = SILENT,
    ) -> None:
        self.images = images
        self.folder = folder
        self.progress = progress
        self.written: list[Path] = []
        self._memory: dict[str, dict[str, NDArray[Any]]] = {}
        self._believes, self._used = True, False

    def keep(
        self,
        step: str,
        parameters: Mapping[str, Any],
        compute: Callable[[], Mapping[str, NDArray[Any]]],
    ) -> Mapping[str, NDArray[Any]]:
        """The result of `compute`, from the cache if the step was computed before.

        :func:`inkcluster.study.run.step.step` calls this for a function.

        Parameters
        ----------
        step : str
            The step's name: lower-case letters, digits, ``-`` and ``_``.
        parameters : mapping
            All that the result depends on besides the images and the version: numbers, strings,
            booleans, None, samples, and lists, mappings and arrays of these.
        compute : callable
            Returns named arrays without Python objects.

        Returns
        -------
        mapping of str to ndarray
            Treat the arrays as read-only. A damaged file is computed again.

        Raises
        ------
        ValueError
            If the name or an array cannot be stored.
        """
        if not _STEP.fullmatch(step):
            raise ValueError(f"{step!r} is no name for a step: use a-z, 0-9, - and _")
        data = self.images.hash if self.images is not None else ""
        name = f"{step}-{digest.key(data, step, parameters, __version__)}"
        if self.folder is None:
            if name not in self._memory:
                self._memory[name] = _as_arrays(compute())
            return self._memory[name]
        path = self.folder / f"{name}.npz"
        if self._believes or path in self.written:
            with suppress(*DAMAGE):
                found = read_arrays(path, inner=2, name=name)
                self._used |= path not in self.written
                return found
        found = _as_arrays(compute())
        self.folder.mkdir(exist_ok=True)
        if not is_file(path):
            remove(path)
        with atomic_file(path) as stream:
            write_arrays(stream, found, name)
        self.written.append(path)
        return found

    def doubt(self) -> bool:
        """Believe no step from earlier any more; whether one was used so far.

        For work that failed unexpectedly: a step may hold other arrays than it should.
        """
        used, self._used, self._believes = self._used, False, False
        return used


def _as_arrays(found: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(array) for name, array in found.items()}
